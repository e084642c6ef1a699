/* return_terms.c — on what terms an order's goods are taken back. See return_terms.h. */
#include "flows/return_terms.h"

#include "all_sql.h"
#include "flows/rules.h"
#include "shop/approvals/approvals.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/locations/locations.h"
#include "shop/rma/rma.h"
#include "sys/zone.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

typedef struct {
    Ctx                 *ctx;
    Terms               *out;
    bool                 taken;
    const SoldLine      *sold;
    ReturnRule          *rules;
    size_t               rule_count;
    DispositionRule     *places;
    size_t               place_count;
    ReturnTerms          terms;
    CartCustomer         customer;
    const Zone          *clock; /* where it is given back */
    SaleItem            *items; /* of each line */
    ReturnHandedOverRow *handed;
    size_t               handed_count;
} Work;

static int64_t day_of(const Work *w, int64_t at_ms)
{
    return zone_to_wall(w->clock, at_ms) / DAY_MS;
}

/* When the customer had the goods of a line: when they were delivered, else when they were sold. */
static int64_t handed_at(const Work *w, int64_t line)
{
    for (size_t i = 0; i < w->handed_count; i++)
        if (w->handed[i].line == line) return w->handed[i].at_ms;
    return w->out->order->made_at;
}

static bool load(Work *w, Error *err)
{
    Ctx               *ctx   = w->ctx;
    const Order       *order = w->out->order;
    ReturnHandedOverIn in    = { ctx->who.merchant, order->id };
    w->items                 = arena_array(ctx->arena, SaleItem, w->out->count + 1);
    w->out->lines            = arena_array(ctx->arena, TermsLine, w->out->count + 1);
    if (!w->items || !w->out->lines) return err_memory(err);
    if (!id_is_none(order->customer) && !customers_cart(ctx, order->customer, &w->customer, err)) {
        if (err->def != &ERR_CUSTOMER_GONE)
            return false; /* who was forgotten gives goods back like anybody */
        *err = (Error){ .def = NULL };
    }
    return return_rules(ctx, &w->rules, &w->rule_count, err)
        && disposition_rules(ctx, &w->places, &w->place_count, err)
        && return_terms(ctx, &w->terms, err)
        && (order->fulfilments.count == 0
            || q_return_handed_over_all(ctx->tx, ctx->arena, &in, &w->handed, &w->handed_count,
                                        err));
}

/* --- lines --- */

static bool judge_line(Work *w, size_t i, int64_t paid, Error *err)
{
    const ReturnRequest   *request = w->out->request;
    const Order           *order   = w->out->order;
    const ReturnLineInput *asked   = &request->lines.items[i];
    TermsLine             *line    = &w->out->lines[i];
    SaleItem              *item    = &w->items[i];
    Str reason = asked->reason_code.len ? asked->reason_code : request->reason_code;
    *line      = (TermsLine){ .asked  = asked,
                              .sold   = &w->sold[asked->line - 1],
                              .sku    = w->sold[asked->line - 1].sku,
                              .paid   = paid,
                              .reason = text_or_empty(reason),
                              .grade  = text_or_empty(asked->grade) };
    if (!catalog_item_now(w->ctx, line->sold->item, item, err)) return false;
    GoodsFacts goods = { line->sold->sku, text_or_empty(item->brand), item->categories, item->tags };
    ReturnAsk  ask   = { .goods    = goods,
                         .channel  = order->channel,
                         .location = request->location,
                         .tier     = text_or_empty(w->customer.tier),
                         .groups   = w->customer.groups,
                         .reason   = line->reason,
                         .grade    = line->grade,
                         .currency = order->currency,
                         .receipt  = true,
                         .gift     = request->gift_receipt.len > 0,
                         .sold_ms  = order->made_at,
                         .sold_day = day_of(w, handed_at(w, line->sold->n)),
                         .today    = day_of(w, w->out->at_ms),
                         .qty      = asked->quantity,
                         .paid     = paid };
    DispositionAsk where = { goods, line->reason, line->grade, request->location, item->cost };
    if (!return_judge(w->ctx->arena, w->rules, w->rule_count, &ask, &line->verdict, err))
        return false;
    if (str_eq(asked->disposition, STR("none"))) return true;
    line->to = asked->disposition.len
                 ? disposition_find(asked->disposition)
                 : disposition_for(w->places, w->place_count, &where, &line->to_rule);
    return true;
}

/* What holds for all lines together. */
bool return_terms_sum(Terms *out, Error *err)
{
    out->refund_to = REFUND_ANY;
    out->shipping  = true;
    for (size_t i = 0; i < out->count; i++) {
        const ReturnVerdict *v = &out->lines[i].verdict;
        if (v->outcome > out->outcome) out->outcome = v->outcome;
        out->refund_to &= v->refund_to;
        out->shipping = out->shipping && v->shipping;
        if (!money_add(out->paid, out->lines[i].paid, &out->paid, err)
            || !money_add(out->fee, v->fee, &out->fee, err))
            return false;
    }
    out->refund_first = out->count ? out->lines[0].verdict.refund_first : REFUND_ORIGINAL;
    for (int bit = REFUND_ORIGINAL; !(out->refund_to & out->refund_first) && bit <= REFUND_GIFT_CARD;
         bit <<= 1)
        if (out->refund_to & bit) out->refund_first = bit;
    return true;
}

/* --- what is suspicious --- */

static bool look_velocity(Work *w, ReturnFacts *facts, Error *err)
{
    Ctx                  *ctx   = w->ctx;
    const Order          *order = w->out->order;
    int64_t               since = ctx->now_ms - w->terms.velocity_days * DAY_MS;
    ReturnVelocityRow     mine  = { 0 };
    ReturnVelocityCardRow card  = { 0 };
    ReturnVelocityIn      of    = { ctx->who.merchant, order->customer, since };
    ReturnVelocityCardIn  with  = { ctx->who.merchant, order->id, since };
    bool                  found = false, by_card = false;
    for (size_t i = 0; i < order->payments.count; i++)
        by_card = by_card || str_eq(order->payments.items[i].kind, STR("card"));
    if (!id_is_none(order->customer)
        && !q_return_velocity_one(ctx->tx, ctx->arena, &of, &mine, &found, err))
        return false;
    if (by_card && !q_return_velocity_card_one(ctx->tx, ctx->arena, &with, &card, &found, err))
        return false;
    facts->returns  = mine.returns > card.returns ? mine.returns : card.returns;
    facts->returned = mine.paid > card.paid ? mine.paid : card.paid;
    facts->amount   = w->out->paid;
    return true;
}

static bool look_used(Work *w, ReturnFacts *facts, Error *err)
{
    Ctx                *ctx   = w->ctx;
    ReturnUsedBeforeRow row   = { 0 };
    ReturnUsedBeforeIn  in    = { ctx->who.merchant, w->out->order->customer,
                                  ctx->now_ms - w->terms.wardrobing_days * DAY_MS };
    bool                found = false;
    int64_t             today = day_of(w, ctx->now_ms);
    facts->days_left          = -1;
    for (size_t i = 0; i < w->out->count; i++) {
        const TermsLine *line = &w->out->lines[i];
        if (!str_eq(line->grade, STR("used")) && !str_eq(line->grade, STR("opened"))) continue;
        facts->used = true;
        if (line->verdict.last_day) facts->days_left = line->verdict.last_day - today;
    }
    if (!facts->used || id_is_none(in.customer)) return true;
    if (!q_return_used_before_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    facts->used_before = row.returns;
    return true;
}

static bool look_own(Work *w, ReturnFacts *facts, Error *err)
{
    Ctx            *ctx = w->ctx;
    ReturnSoldByRow row = { 0 };
    ReturnSoldByIn  in  = { ctx->who.merchant, w->out->order->id, ctx->who.api_key };
    if (!return_staff_is(ctx, w->out->order->customer, &facts->own_purchase, err)) return false;
    return !w->terms.own_sales || id_is_none(ctx->who.api_key)
        || q_return_sold_by_one(ctx->tx, ctx->arena, &in, &row, &facts->own_sale, err);
}

/* A code that was scanned, of other goods than were sold; a price that somebody set by hand. */
static bool look_labels(Work *w, ReturnFacts *facts, Error *err)
{
    for (size_t i = 0; i < w->out->count; i++) {
        const TermsLine *line  = &w->out->lines[i];
        const OrderLine *order = &w->out->order->lines.items[line->sold->n - 1];
        Str              sku   = text_or_empty(line->asked->scanned);
        bool             found = false;
        if (order->manual && order->manual->price != OPT_NONE)
            facts->priced_by_hand = line->sold->sku;
        if (!sku.len || str_eq(sku, line->sold->sku)) continue;
        if (!catalog_find_sku_of(w->ctx, sku, &sku, &found, err)) return false;
        if (found && str_eq(sku, line->sold->sku)) continue;
        facts->scanned = found ? sku : line->asked->scanned;
        facts->sold    = line->sold->sku;
    }
    return true;
}

static bool still_out(const SoldGoods *goods, size_t count, const TermsLine *line, Str serial)
{
    for (size_t g = 0; g < count; g++)
        if (goods[g].line == line->sold->n && goods[g].gone && goods[g].returned == 0
            && str_eq(goods[g].serial, serial))
            return true;
    return false;
}

/* Serial numbers that were not sold on their line, where those that were are known. */
static bool look_serials(Work *w, ReturnFacts *facts, Error *err)
{
    SoldGoods *goods = NULL;
    size_t     count = 0;
    bool       named = false;
    for (size_t i = 0; i < w->out->count; i++)
        named = named || w->out->lines[i].asked->serials.count;
    if (!named) return true;
    if (!orders_goods_of(w->ctx, w->out->order->id, &goods, &count, err)) return false;
    for (size_t i = 0; i < w->out->count; i++) {
        const TermsLine *line  = &w->out->lines[i];
        bool             known = false;
        for (size_t g = 0; g < count; g++)
            known = known || (goods[g].line == line->sold->n && goods[g].serial.len);
        for (size_t k = 0; known && k < line->asked->serials.count; k++)
            if (!still_out(goods, count, line, line->asked->serials.items[k]))
                facts->serial = line->asked->serials.items[k];
    }
    return true;
}

static bool look(Work *w, Error *err)
{
    ReturnFacts facts = { .days_left = -1 };
    for (size_t i = 0; i < w->out->count && !w->taken; i++) { /* else it is refused already */
        const TermsLine *line = &w->out->lines[i];
        if (line->asked->quantity > line->sold->qty - line->sold->returned)
            facts.used_up = line->sold->sku;
    }
    if (!look_velocity(w, &facts, err) || !look_used(w, &facts, err) || !look_own(w, &facts, err)
        || !look_labels(w, &facts, err) || (!w->taken && !look_serials(w, &facts, err))
        || !return_flags(w->ctx->arena, &facts, &w->terms, w->out->flags, &w->out->flag_count, err))
        return false;
    for (size_t i = 0; i < w->out->flag_count; i++)
        if (w->out->flags[i].outcome > w->out->outcome) w->out->outcome = w->out->flags[i].outcome;
    return true;
}

/* --- all of it --- */

bool return_terms_subject(Ctx *ctx, Str what, Str *out, Error *err)
{
    return approvals_subject(ctx, APPROVAL_RETURN, &what, 1, out, err);
}

/* What another person approves: these goods of this order, as they were judged. */
static bool name_it(Work *w, Error *err)
{
    char id[ID_TEXT_LEN];
    Buf  buf = buf_make(w->ctx->arena, 512);
    id_format(w->out->order->id, id);
    buf_format(&buf, "return %.*s\n", ID_TEXT_LEN, id);
    buf_json_string(&buf, w->out->request->location);
    for (size_t i = 0; i < w->out->count; i++) {
        const TermsLine *line = &w->out->lines[i];
        buf_format(&buf, "\n%lld %lld %lld %.*s %.*s", (long long)line->asked->line,
                   (long long)opt_or(line->asked->part, 0), (long long)line->asked->quantity,
                   STR_FMT(line->reason), STR_FMT(line->grade));
        for (size_t k = 0; k < line->asked->serials.count; k++)
            buf_json_string(&buf, line->asked->serials.items[k]);
    }
    if (buf.failed) return err_memory(err);
    return return_terms_subject(w->ctx, buf_str(&buf), &w->out->subject, err);
}

static bool judge(Work *w, const int64_t *paid, Error *err)
{
    if (!load(w, err)) return false;
    for (size_t i = 0; i < w->out->count; i++)
        if (!judge_line(w, i, paid[i], err)) return false;
    return return_terms_sum(w->out, err) && look(w, err) && name_it(w, err);
}

/* A return by mail is judged as of the day on which it was asked for. */
static bool as_of(Ctx *ctx, const ReturnRequest *request, int64_t *at_ms, Error *err)
{
    RmaDoc rma;
    *at_ms = ctx->now_ms;
    if (id_is_none(request->rma)) return true;
    if (!rmas_get(ctx, request->rma, false, &rma, err)) return false;
    *at_ms = rma.doc.made_at;
    return true;
}

/* A gift receipt must be of this order, and for these lines. */
static bool by_gift(Ctx *ctx, const ReturnRequest *request, Error *err)
{
    Id  order = { { 0 } };
    Str lines = STR("");
    if (!request->gift_receipt.len) return true;
    if (!gift_receipts_find(ctx, request->gift_receipt, &order, &lines, err)) return false;
    bool same = id_eq(order, request->order);
    for (size_t i = 0; i < request->lines.count; i++)
        same = same && gift_receipt_has(lines, request->lines.items[i].line);
    return same || err_set(err, &ERR_GIFT_RECEIPT, "gift_receipt", "is for other goods");
}

bool return_terms_find(Ctx *ctx, const ReturnRequest *request, const Order *order,
                       const SoldLine *sold, size_t sold_count, const int64_t *paid, bool taken,
                       Terms *out, Error *err)
{
    Work     w   = { .ctx = ctx, .out = out, .taken = taken, .sold = sold };
    Zone    *own = NULL;
    Location here;
    *out = (Terms){ .request  = request,
                    .order    = order,
                    .currency = order->currency,
                    .count    = request->lines.count };
    if (!locations_get(ctx, request->location, &here, err) || !as_of(ctx, request, &out->at_ms, err)
        || !by_gift(ctx, request, err))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        assert(request->lines.items[i].line >= 1
               && request->lines.items[i].line <= (int64_t)sold_count);
    }
    if (!rules_clock(ctx, here.time_zone, &w.clock, &own, err)) return false;
    bool ok = judge(&w, paid, err);
    zone_free(own);
    return ok;
}

/* return_loose.c — goods come back without their receipt, where a rule allows it: they are worth
 * what they cost least of late, the money goes to credit or a gift card, and what one customer gives
 * back so is counted. */
#include "all_sql.h"
#include "flows/give_back_terms.h"
#include "flows/past_sale.h"
#include "flows/return_work.h"
#include "flows/sale.h"
#include "shop/catalog/catalog.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"
#include "shop/inventory/inventory.h"
#include "shop/payments/payments.h"
#include "shop/tax/tax.h"

#include <stdio.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { PRICE_DAYS = 30, LIMIT_DAYS = 90 };

typedef struct {
    Ctx               *ctx;
    const LooseReturn *request;
    Location           location;
    Channel            channel;
    CartCustomer       customer;
    ReturnRule        *rules;
    DispositionRule   *places;
    size_t             rule_count, place_count;
    SaleItem          *items;
    ReturnAsk         *asks;
    PastLine          *priced;
    GiveBackLine      *with;
    Terms              terms;
} Loose;

static bool at(Error *err, const ErrDef *def, size_t i, const char *field, const char *why)
{
    (void)err_set(err, def, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "lines[%zu].%s", i, field);
    return false;
}

static bool load(Loose *l, Error *err)
{
    Ctx   *ctx     = l->ctx;
    size_t count   = l->request->lines.count;
    l->items       = arena_array(ctx->arena, SaleItem, count + 1);
    l->asks        = arena_array(ctx->arena, ReturnAsk, count + 1);
    l->priced      = arena_array(ctx->arena, PastLine, count + 1);
    l->terms.lines = arena_array(ctx->arena, TermsLine, count + 1);
    l->terms.count = count;
    if (!l->items || !l->asks || !l->priced || !l->terms.lines) return err_memory(err);
    if (!id_is_none(l->request->customer)
        && !customers_cart(ctx, l->request->customer, &l->customer, err))
        return false;
    return locations_get(ctx, l->request->location, &l->location, err)
        && channels_get(ctx, l->request->channel, &l->channel, err)
        && return_rules(ctx, &l->rules, &l->rule_count, err)
        && disposition_rules(ctx, &l->places, &l->place_count, err);
}

/* --- what it is worth --- */

static bool price_line(Loose *l, size_t i, int64_t days, Error *err)
{
    Ctx                 *ctx   = l->ctx;
    const SaleItem      *item  = &l->items[i];
    ReturnLowestPriceRow row   = { 0 };
    bool                 found = false, counted = false;
    ReturnLowestPriceIn  in = {
         ctx->who.merchant,           item->id,   l->channel.code, l->channel.currency,
         ctx->now_ms - days * DAY_MS, ctx->now_ms
    };
    if (!q_return_lowest_price_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found)
        return at(err, &ERR_RETURN_REFUSED, i, "sku",
                  "had no price here of late: nobody knows what it is worth");
    if (!inventory_is_counted(ctx, item->id, &counted, err)) return false;
    l->priced[i] = (PastLine){ .item         = item->id,
                               .sku          = item->sku,
                               .name         = item->name,
                               .tax_class    = item->tax_class,
                               .price_source = STR(""),
                               .stocked      = counted,
                               .qty_milli    = l->request->lines.items[i].quantity,
                               .unit_price   = row.amount };
    return true;
}

/* What the rules ask about a line, but for its worth. */
static bool ask_line(Loose *l, size_t i, Error *err)
{
    Ctx             *ctx  = l->ctx;
    const LooseLine *in   = &l->request->lines.items[i];
    SaleItem        *item = &l->items[i];
    Id               id;
    char             field[32];
    (void)snprintf(field, sizeof field, "lines[%zu].sku", i);
    if (!inventory_item_id(ctx, in->sku, &id, err)) {
        if (err->def == &ERR_NOT_FOUND) (void)snprintf(err->field, sizeof err->field, "%s", field);
        return false;
    }
    if (!catalog_item_now(ctx, id, item, err)) return false;
    if (item->kit.len)
        return at(err, &ERR_RETURN_PART, i, "sku",
                  "a kit comes back with its receipt, or part by part");
    if (in->quantity % item->qty_step != 0)
        return at(err, &ERR_FIELD_INVALID, i, "quantity", "is not in steps of the item");
    l->asks[i] = (ReturnAsk){ .goods    = { item->sku, text_or_empty(item->brand), item->categories,
                                            item->tags },
                              .channel  = l->channel.code,
                              .location = l->location.code,
                              .tier     = text_or_empty(l->customer.tier),
                              .groups   = l->customer.groups,
                              .reason   = text_or_empty(in->reason_code),
                              .grade    = text_or_empty(in->grade),
                              .currency = l->channel.currency,
                              .sold_ms  = ctx->now_ms,
                              .qty      = in->quantity };
    const ReturnRule *rule   = return_rule_for(l->rules, l->rule_count, &l->asks[i]);
    bool              counts = rule && (rule->most != OPT_NONE || rule->times != OPT_NONE);
    if (counts && id_is_none(l->request->customer))
        return err_set(err, &ERR_FIELD_INVALID, "customer",
                       "rule %.*s counts what a customer gives back: say who", STR_FMT(rule->code));
    return price_line(l, i, rule ? opt_or(rule->price_days, PRICE_DAYS) : PRICE_DAYS, err);
}

static bool price_all(Loose *l, Return *doc, Error *err)
{
    Ctx      *ctx   = l->ctx;
    PastPlace place = { .location = &l->location, .channel = &l->channel };
    PastSale  sale  = { .customer   = l->request->customer,
                        .ref        = l->request->ref,
                        .note       = l->request->reason,
                        .at_ms      = ctx->now_ms,
                        .lines      = l->priced,
                        .line_count = l->request->lines.count };
    CartRate *rates = NULL;
    for (size_t i = 0; i < l->request->lines.count; i++)
        if (!ask_line(l, i, err)) return false;
    if (!tax_load(ctx, l->location.tax_zone, ctx->now_ms, &rates, &place.rate_count, err))
        return false;
    place.rates = rates;
    return past_return_price(ctx, &place, &sale, doc, &l->with, err);
}

/* --- the verdict --- */

static bool judge_line(Loose *l, size_t i, const ReturnLine *line, int64_t before_here, Error *err)
{
    Ctx                 *ctx   = l->ctx;
    const LooseLine     *in    = &l->request->lines.items[i];
    ReturnLineInput     *asked = arena_new(ctx->arena, ReturnLineInput);
    TermsLine           *to    = &l->terms.lines[i];
    ReturnAsk           *ask   = &l->asks[i];
    ReturnLooseBeforeRow row   = { 0 };
    bool                 found = false;
    const ReturnRule    *rule  = return_rule_for(l->rules, l->rule_count, ask);
    ReturnLooseBeforeIn  of    = {
            ctx->who.merchant, l->request->customer, l->channel.currency,
            ctx->now_ms - (rule ? opt_or(rule->limit_days, LIMIT_DAYS) : LIMIT_DAYS) * DAY_MS
    };
    if (!asked) return err_memory(err);
    *asked = (ReturnLineInput){ .line        = OPT_NONE,
                                .part        = OPT_NONE,
                                .quantity    = in->quantity,
                                .disposition = in->disposition,
                                .reason_code = in->reason_code,
                                .grade       = in->grade,
                                .lot         = in->lot,
                                .serials     = in->serials };
    *to    = (TermsLine){ .asked  = asked,
                          .sku    = line->sku,
                          .paid   = line->total,
                          .reason = ask->reason,
                          .grade  = ask->grade };
    if (!id_is_none(of.customer)
        && !q_return_loose_before_one(ctx->tx, ctx->arena, &of, &row, &found, err))
        return false;
    ask->paid            = line->total;
    ask->before_paid     = row.paid + before_here;
    ask->before_times    = row.returns;
    DispositionAsk where = { ask->goods, ask->reason, ask->grade, ask->location, l->items[i].cost };
    l->with[i].asked     = asked;
    if (!return_judge(ctx->arena, l->rules, l->rule_count, ask, &to->verdict, err)) return false;
    if (!l->with[i].stocked || str_eq(in->disposition, STR("none"))) return true;
    to->to = in->disposition.len ? disposition_find(in->disposition)
                                 : disposition_for(l->places, l->place_count, &where, &to->to_rule);
    return true;
}

/* Many returns, or of who takes them back. */
static bool look(Loose *l, Error *err)
{
    Ctx              *ctx   = l->ctx;
    ReturnFacts       facts = { .days_left = -1, .amount = l->terms.paid };
    ReturnTerms       terms;
    ReturnVelocityRow row   = { 0 };
    bool              found = false;
    if (!return_terms(ctx, &terms, err)
        || !return_staff_is(ctx, l->request->customer, &facts.own_purchase, err))
        return false;
    ReturnVelocityIn in = { ctx->who.merchant, l->request->customer,
                            ctx->now_ms - terms.velocity_days * DAY_MS };
    if (!id_is_none(in.customer)
        && !q_return_velocity_one(ctx->tx, ctx->arena, &in, &row, &found, err))
        return false;
    facts.returns  = row.returns;
    facts.returned = row.paid;
    if (!return_flags(ctx->arena, &facts, &terms, l->terms.flags, &l->terms.flag_count, err))
        return false;
    for (size_t i = 0; i < l->terms.flag_count; i++)
        if (l->terms.flags[i].outcome > l->terms.outcome)
            l->terms.outcome = l->terms.flags[i].outcome;
    return true;
}

static bool name_it(Loose *l, Error *err)
{
    char id[ID_TEXT_LEN];
    Buf  buf = buf_make(l->ctx->arena, 256);
    id_format(l->request->customer, id);
    buf_format(&buf, "return without receipt %.*s\n", ID_TEXT_LEN, id);
    buf_json_string(&buf, l->request->location);
    for (size_t i = 0; i < l->terms.count; i++) {
        const TermsLine *line = &l->terms.lines[i];
        buf_json_string(&buf, line->sku);
        buf_format(&buf, "%lld %lld %.*s %.*s\n", (long long)line->asked->quantity,
                   (long long)line->paid, STR_FMT(line->reason), STR_FMT(line->grade));
        for (size_t k = 0; k < line->asked->serials.count; k++)
            buf_json_string(&buf, line->asked->serials.items[k]);
    }
    if (buf.failed) return err_memory(err);
    return return_terms_subject(l->ctx, buf_str(&buf), &l->terms.subject, err);
}

static bool judge(Loose *l, Return *doc, Error *err)
{
    int64_t here = 0;
    if (!load(l, err) || !price_all(l, doc, err)) return false;
    l->terms.currency = l->channel.currency;
    l->terms.at_ms    = l->ctx->now_ms;
    for (size_t i = 0; i < doc->lines.count; i++) {
        if (!judge_line(l, i, &doc->lines.items[i], here, err)) return false;
        here += doc->lines.items[i].total;
    }
    return return_terms_sum(&l->terms, err) && look(l, err) && name_it(l, err);
}

bool returns_loose_preview(Ctx *ctx, const LooseReturn *request, ReturnPreview *reply, Error *err)
{
    Loose  l   = { .ctx = ctx, .request = request };
    Return doc = { .ref = STR_NONE };
    return judge(&l, &doc, err) && return_preview_show(ctx, &l.terms, reply, err);
}

/* --- doing it --- */

static bool refund_to(Loose *l, Str to, Refund *out, Error *err)
{
    GiftCard card;
    out->kind  = to;
    out->state = STR("done");
    if (str_eq(to, STR("store_credit"))) {
        if (id_is_none(l->request->customer))
            return err_set(err, &ERR_REFUND_TO, "customer", "store credit needs a customer");
        out->account    = STR("store_credit");
        out->account_of = l->request->customer;
        return credit_add(l->ctx, out->account_of, l->channel.currency, out->amount, err);
    }
    if (!l->request->gift_card.len)
        return err_set(err, &ERR_REFUND_TO, "gift_card", "is needed: the code of the card");
    if (!giftcards_by_code(l->ctx, l->request->gift_card, &card, err)) return false;
    if (!str_eq(card.currency, l->channel.currency) || str_eq(card.state, STR("blocked")))
        return err_set(err, &ERR_REFUND_TO, "gift_card",
                       "the card is blocked, or in another currency");
    out->account    = GIFT_CARDS_ACCOUNT;
    out->account_of = card.id;
    return giftcards_add(l->ctx, card.id, out->amount, opt_or(card.expires_at, 0), err);
}

static bool pay_out(Loose *l, const Return *doc, Str to, Error *err)
{
    Refund refund = { .return_id = doc->id, .id = ctx_new_id(l->ctx), .n = 1, .amount = doc->total };
    if (doc->total == 0) return true;
    return refund_to(l, to, &refund, err) && refunds_put(l->ctx, &refund, err)
        && sale_post_refund(l->ctx, &refund, doc, err);
}

bool returns_loose(Ctx *ctx, const LooseReturn *request, Return *reply, Error *err)
{
    Loose l   = { .ctx = ctx, .request = request };
    Str   to  = STR_NONE;
    TillTaxes taxes = { .count = 0 };
    Id   *ids = arena_array(ctx->arena, Id, request->lines.count + 1);
    if (!ids) return err_memory(err);
    if (!judge(&l, reply, err)) return false;
    reply->id = ctx_new_id(ctx);
    if (!give_back_settle(ctx, &l.terms, request->approval, request->refund_to, reply, &to, err))
        return false;
    for (size_t i = 0; i < reply->lines.count; i++) {
        ReturnLine *line  = &reply->lines.items[i];
        line->reason_code = l.terms.lines[i].asked->reason_code;
        line->grade       = l.terms.lines[i].asked->grade;
        line->disposition = l.terms.lines[i].to ? str_from(l.terms.lines[i].to->state) : STR("none");
        ids[i]            = l.with[i].item;
        if (!give_back_fee_tax(ctx, line, &l.with[i], err)) return false;
    }
    return give_back_put(ctx, reply, l.with, 0, l.location.tax_zone, ctx->now_ms, &taxes, err)
        && pay_out(&l, reply, to, err) && return_work_make(ctx, reply, &l.terms, ids, err)
        && returns_show(ctx, &(ById){ reply->id }, reply, err);
}

/* give_back.c — a customer brings goods of an order back, at any location: the stock goes where it
 * is told, the money as flows/give_back_money.h says. Units of a line that cost differently are its
 * parts: a part gives back its exact share, and all of them, in any order, exactly what was paid.
 * Nothing of the order's discounts moves to what stays. */
#include "flows/goods.h"
#include "flows/loyalty.h"

#include "flows/charge.h"
#include "flows/give_back_money.h"
#include "flows/pay.h"
#include "flows/return_share.h"
#include "flows/give_back_terms.h"
#include "flows/return_work.h"
#include "flows/rma.h"
#include "flows/sale.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/inventory/inventory.h"
#include "shop/ledger/ledger.h"
#include "shop/locations/locations.h"
#include "shop/tax/tax.h"

#include <assert.h>
#include <stdio.h>

/* --- what every return ends with --- */

static bool post_rate(Ctx *ctx, LedgerDoc *ledger, TillTaxes *taxes, Str name, int64_t base, int64_t amount,
                      Error *err)
{
    Str account = str_format(ctx->arena, "tax:%.*s", STR_FMT(name));
    if (!account.ptr) return err_memory(err);
    till_tax_add(taxes, name, base, amount);
    return ledger_post(ctx, ledger, account, STR("receivable"), amount, STR("return"), err);
}

/* The rates in force when it was sold, read when they are needed first. */
typedef struct {
    Str       zone;
    int64_t   at_ms;
    CartRate *rates;
    size_t    count;
    TillTaxes *taxes; /* what went back so far */
} OldRates;

/* An order from before taxes were kept by line, or goods without their receipt: to those rates of
 * the class that took it. */
static bool post_by_class(Ctx *ctx, LedgerDoc *ledger, OldRates *old, const GiveBackLine *line,
                          int64_t quantity, int64_t net, int64_t tax, Error *err)
{
    int64_t parts[LINE_RATES_MAX];
    size_t  index[LINE_RATES_MAX];
    TaxItem item = { .tax_class = line->tax_class, .qty_milli = quantity, .amount = net };
    if (!old->rates && !tax_load(ctx, old->zone, old->at_ms, &old->rates, &old->count, err))
        return false;
    TaxRules rules = { .rates = old->rates, .rate_count = old->count };
    size_t   count = tax_class_rates(old->rates, old->count, line->tax_class, index);
    if (!tax_shares(&rules, &item, tax, parts, err)) return false;
    for (size_t k = 0; k < count; k++)
        if (!post_rate(ctx, ledger, old->taxes, old->rates[index[k]].name, net, parts[k], err)) return false;
    return true;
}

/* Takes the tax of a line back from the accounts of its rates. */
static bool post_tax(Ctx *ctx, LedgerDoc *ledger, OldRates *old, const GiveBackLine *line,
                     int64_t quantity, int64_t net, int64_t tax, Error *err)
{
    if (tax != 0 && line->tax_count == 0)
        return post_by_class(ctx, ledger, old, line, quantity, net, tax, err);
    for (size_t i = 0; i < line->tax_count; i++)
        if (!post_rate(ctx, ledger, old->taxes, line->taxes[i].name, net, line->taxes[i].amount, err))
            return false;
    return true;
}

static bool post_money(Ctx *ctx, const Return *doc, const GiveBackLine *lines, int64_t shipping_tax,
                       OldRates *old, Error *err)
{
    int64_t kept = 0; /* of fees, without tax */
    for (size_t i = 0; i < doc->lines.count; i++)
        kept += doc->lines.items[i].fee - doc->lines.items[i].fee_tax;
    LedgerDoc ledger = { doc->id, doc->currency, 0, doc->location };
    if (!ledger_post(ctx, &ledger, STR("sales"), STR("receivable"), doc->net + kept, STR("return"),
                     err)
        || !ledger_post(ctx, &ledger, STR("receivable"), STR("return_fees"), kept, STR("return_fee"), err))
        return false;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *line = &doc->lines.items[i];
        if (!post_tax(ctx, &ledger, old, &lines[i], line->quantity, line->net,
                      line->tax - line->fee_tax, err))
            return false;
    }
    if (doc->shipping
        && !post_tax(ctx, &ledger, old, &lines[doc->lines.count], QTY_ONE,
                     doc->shipping - shipping_tax, shipping_tax, err))
        return false;
    return ledger_post(ctx, &ledger, STR("cash_rounding"), STR("receivable"), doc->cash_rounding,
                       STR("rounding"), err);
}

static bool tell(Ctx *ctx, const Return *doc, Error *err)
{
    char id[ID_TEXT_LEN], order[ID_TEXT_LEN];
    Buf  body = buf_make(ctx->arena, 256);
    id_format(doc->id, id);
    id_format(doc->order, order);
    buf_format(&body, "{\"id\":\"%.*s\",\"receipt_number\":", ID_TEXT_LEN, id);
    buf_json_string(&body, doc->receipt_number);
    if (!id_is_none(doc->order)) buf_format(&body, ",\"order\":\"%.*s\"", ID_TEXT_LEN, order);
    buf_add(&body, STR(",\"location\":"));
    buf_json_string(&body, doc->location);
    buf_format(&body, ",\"currency\":\"%.*s\",\"total\":%lld}", STR_FMT(doc->currency),
               (long long)doc->total);
    Str detail = str_format(ctx->arena, "%.*s %lld %.*s", STR_FMT(doc->receipt_number),
                            (long long)doc->total, STR_FMT(doc->currency));
    if (body.failed || !detail.ptr) return err_memory(err);
    Id subject = id_is_none(doc->order) ? doc->id
                                        : doc->order; /* in order with what else happened to it */
    return audit_append(ctx, STR("order.returned"), doc->id, detail, err)
        && events_put(ctx, &EVENT_ORDER_RETURNED, subject, buf_str(&body), err);
}

bool give_back_put(Ctx *ctx, Return *doc, const GiveBackLine *lines, int64_t shipping_tax, Str tax_zone,
                   int64_t taxed_at_ms, TillTaxes *taxes, Error *err)
{
    OldRates old = { tax_zone, taxed_at_ms, NULL, 0, taxes };
    Id *items = arena_array(ctx->arena, Id, doc->lines.count + 1);
    if (!items) return err_memory(err);
    doc->net   = doc->shipping - shipping_tax;
    doc->tax   = shipping_tax;
    doc->total = doc->shipping;
    doc->fee   = 0;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *line = &doc->lines.items[i];
        items[i]               = lines[i].item;
        if (!money_add(doc->net, line->net, &doc->net, err)
            || !money_add(doc->tax, line->tax, &doc->tax, err)
            || !money_add(doc->total, line->total, &doc->total, err))
            return false;
        doc->net -= line->fee - line->fee_tax;
        doc->tax -= line->fee_tax;
        doc->total -= line->fee;
        doc->fee += line->fee;
    }
    if (!goods_return(ctx, doc, lines, err)
        || !orders_next_number(ctx, doc->location, STR("return"), &doc->number, err))
        return false;
    doc->receipt_number = returns_receipt_number(ctx->arena, doc->location, doc->number);
    return returns_put(ctx, doc, items, shipping_tax, err) && returns_put_whys(ctx, doc, err)
        && post_money(ctx, doc, lines, shipping_tax, &old, err) && loyalty_return(ctx, doc, err)
        && tell(ctx, doc, err);
}

/* --- the return of an order's lines --- */

typedef struct {
    const ReturnRequest *request;
    Order                order;
    SoldLine            *sold;
    size_t               sold_count;
    SoldLine             shipping;
    bool                 has_shipping;
    int64_t              shipping_tax;
    GiveBackLine        *lines;
    Str                  tax_zone;
    Refunding            money;
    TillTaxes            taxes;
    Terms                terms;
    Str                  to;  /* where the money goes */
    RmaDoc               rma; /* of a return by mail */
} Back;

static bool at_line(Error *err, const ErrDef *def, size_t i, const char *field, const char *why)
{
    (void)err_set(err, def, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "lines[%zu].%s", i, field);
    return false;
}

static bool load(Ctx *ctx, Back *back, Error *err)
{
    Location here, sold_at = { 0 };
    Channel  channel = { 0 };
    bool     found   = false;
    Id       order   = back->request->order;
    if (!locations_get(ctx, back->request->location, &here, err)) return false;
    if (!sale_get(ctx, order, &back->order, err)) {
        if (err->def == &ERR_NOT_FOUND) (void)snprintf(err->field, sizeof err->field, "order");
        return false;
    }
    if (!str_eq(back->order.state, STR("paid")))
        return err_set(err, &ERR_RETURN_NOT_PAID, "order", "the order is %.*s",
                       STR_FMT(back->order.state));
    if (!payments_of(ctx, order, &back->money.payments, &back->money.payment_count, err))
        return false;
    if (!orders_sold_lines(ctx, order, &back->sold, &back->sold_count, err)) return false;
    if (back->order.shipping
        && !orders_sold_shipping(ctx, order, &back->shipping, &back->has_shipping, err))
        return false;
    if (!locations_find(ctx, back->order.location, &sold_at, &found, err)) return false;
    back->tax_zone = found ? sold_at.tax_zone : here.tax_zone;
    if (back->order.tax_zone.len) back->tax_zone = back->order.tax_zone;
    if (!channels_find(ctx, back->order.channel, &channel, &found, err)) return false;
    back->money.cash_step = found ? channel.cash_step : 0;
    return true;
}

/* Splits the tax that goes back by the rates of the line: what went back before and now, of each
 * rate its cumulative share. `before` and `after` are of the line's tax. */
static bool split_rates(Ctx *ctx, const Back *back, const SoldLine *sold, int64_t before,
                        int64_t after, GiveBackLine *to, Error *err)
{
    int64_t  prefix = 0, was = 0, is = 0;
    size_t   count = sold->tax_count ? sold->tax_count : back->order.taxes.count == 1 ? 1 : 0;
    RateTax *taxes = arena_array(ctx->arena, RateTax, count + 1);
    if (!taxes) return err_memory(err);
    to->taxes     = taxes;
    to->tax_count = sold->tax_count ? 0 : count;
    if (sold->tax_count == 0 && count == 1)
        taxes[0] = (RateTax){ back->order.taxes.items[0].name, after - before };
    for (size_t i = 0; i < sold->tax_count; i++) {
        int64_t was_here = 0, is_here = 0, n = sold->taxes[i].tax;
        if (n == 0) continue; /* it pays none */
        assert(n <= (int64_t)back->order.taxes.count);
        prefix += sold->taxes[i].amount;
        if (!return_tax_within(prefix, sold->tax, before, &was_here, err)
            || !return_tax_within(prefix, sold->tax, after, &is_here, err))
            return false;
        taxes[to->tax_count++] = (RateTax){ back->order.taxes.items[n - 1].name,
                                            (is_here - is) - (was_here - was) };
        was                    = was_here;
        is                     = is_here;
    }
    return true;
}

/* The tax that has gone back of a line so far. */
static bool tax_gone(const SoldLine *sold, int64_t *out, Error *err)
{
    *out = 0;
    for (size_t p = 0; p < sold->part_count; p++) {
        int64_t tax = 0;
        if (!return_tax_within(sold->parts[p].tax, sold->parts[p].total, sold->parts[p].refunded,
                               &tax, err))
            return false;
        *out += tax;
    }
    return true;
}

/* Takes `left` units of a line from its parts, the dearest first, or from the part that was named.
 */
static bool take_parts(Ctx *ctx, Back *back, size_t i, SoldLine *sold, ReturnLine *line, Error *err)
{
    const ReturnLineInput *asked = &back->request->lines.items[i];
    ReturnShare           *some  = arena_array(ctx->arena, ReturnShare, sold->part_count + 1);
    int64_t                left  = 0;
    size_t                 count = 0;
    if (!some) return err_memory(err);
    if (!return_share(sold, opt_or(asked->part, 0), asked->quantity, some, &count, &left, err))
        return false;
    for (size_t k = 0; k < count; k++) {
        bool ok = false;
        if (!orders_give_back(ctx, back->order.id, sold->n, some[k].part->n, some[k].qty,
                              some[k].total, &ok, err))
            return false;
        if (!ok)
            return at_line(err, &ERR_RETURN_EXCEEDS, i, "quantity", "another return was faster");
        line->total += some[k].total;
        line->tax += some[k].tax;
    }
    if (left > 0)
        return at_line(err, &ERR_RETURN_EXCEEDS, i, "quantity", "less is left of this part");
    sold->returned += asked->quantity;
    return true;
}

/* What is still to be delivered cannot come back yet, and what never will be is given back by
 * whoever settles that. */
static bool with_customer(Ctx *ctx, const Back *back, size_t i, const SoldLine *sold, Error *err)
{
    int64_t to_come = 0, owed = 0;
    if (!fulfilments_undelivered(ctx, back->order.id, sold->n, &to_come, err)
        || !owed_open(ctx, back->order.id, sold->n, &owed, err))
        return false;
    return back->request->lines.items[i].quantity <= sold->qty - sold->returned - to_come - owed
        || at_line(err, &ERR_RETURN_EXCEEDS, i, "quantity", "less of this line was delivered");
}

/* What comes back of a line of which another item was given: that item, when all of the line was. */
static bool swap_item(Ctx *ctx, const Back *back, size_t i, const SoldLine *sold, GiveBackLine *with,
                      ReturnLine *line, Error *err)
{
    int64_t gone  = 0;
    bool    mixed = false;
    Id      item  = sold->item;
    Str     sku   = sold->sku;
    if (str_eq(line->disposition, STR("none"))) return true;
    if (!fulfilments_substituted(ctx, back->order.id, sold->n, &item, &sku, &gone, &mixed, err))
        return false;
    if (gone == 0) return true;
    if (mixed || gone < sold->qty)
        return at_line(err, &ERR_RETURN_EXCEEDS, i, "disposition",
                       "several items were given for it: adjust the stock, give back with none");
    with->item = item;
    line->sku  = sku;
    return true;
}

static bool take_line(Ctx *ctx, Back *back, size_t i, ReturnLine *line, Error *err)
{
    const ReturnLineInput *asked  = &back->request->lines.items[i];
    int64_t                before = 0, after = 0;
    if (asked->line > (int64_t)back->sold_count)
        return at_line(err, &ERR_RETURN_EXCEEDS, i, "line", "the order has no such line");
    SoldLine *sold = &back->sold[asked->line - 1];
    if (asked->part > 0 && asked->part > (int64_t)sold->part_count)
        return at_line(err, &ERR_RETURN_EXCEEDS, i, "part", "the line has no such part");
    if (asked->quantity > sold->qty - sold->returned)
        return at_line(err, &ERR_RETURN_EXCEEDS, i, "quantity", "less is left of this line");
    if (!with_customer(ctx, back, i, sold, err)) return false;
    *line = (ReturnLine){
        .n = (int64_t)i + 1, .line = sold->n, .sku = sold->sku, .quantity = asked->quantity
    };
    if (!tax_gone(sold, &before, err) || !take_parts(ctx, back, i, sold, line, err)
        || !tax_gone(sold, &after, err))
        return false;
    line->net             = line->total - line->tax;
    const Disposition *to = asked->disposition.ptr ? disposition_find(asked->disposition) : NULL;
    line->disposition     = to                     ? str_from(to->state)
                          : asked->disposition.ptr ? STR("none")
                                                   : STR("floor");
    line->reason_code     = asked->reason_code.len ? asked->reason_code : back->request->reason_code;
    line->grade           = asked->grade;
    back->lines[i]        = (GiveBackLine){ .item      = sold->item,
                                            .tax_class = sold->tax_class,
                                            .asked     = asked };
    if (!inventory_is_counted(ctx, sold->item, &back->lines[i].stocked, err)) return false;
    bool kit = back->order.lines.items[asked->line - 1].kit.count > 0;
    if (!back->lines[i].stocked && !kit) line->disposition = STR("none");
    if (!swap_item(ctx, back, i, sold, &back->lines[i], line, err)) return false;
    return split_rates(ctx, back, sold, before, after, &back->lines[i], err);
}

/* Shipping goes back only when that is asked for, whole or in part. */
static bool take_shipping(Ctx *ctx, Back *back, Return *doc, Error *err)
{
    int64_t   amount = opt_or(back->request->shipping, 0);
    SoldLine *sold   = &back->shipping;
    int64_t   before = 0, after = 0;
    bool      ok = false;
    if (amount == 0) return true;
    if (!back->has_shipping || amount > sold->total - sold->refunded)
        return err_set(err, &ERR_RETURN_EXCEEDS, "shipping", "less was paid for it and is left");
    if (!return_tax_within(sold->tax, sold->total, sold->refunded, &before, err)
        || !return_tax_within(sold->tax, sold->total, sold->refunded + amount, &after, err)
        || !orders_give_back_shipping(ctx, back->order.id, amount, &ok, err))
        return false;
    if (!ok) return err_set(err, &ERR_RETURN_EXCEEDS, "shipping", "another return was faster");
    sold->refunded += amount;
    doc->shipping      = amount;
    back->shipping_tax = after - before;
    GiveBackLine *to   = &back->lines[doc->lines.count];
    *to                = (GiveBackLine){ .tax_class = sold->tax_class };
    return split_rates(ctx, back, sold, before, after, to, err);
}

/* Whether nothing of the order is left to give back. */
static bool all_back(const Back *back)
{
    for (size_t i = 0; i < back->sold_count; i++)
        if (back->sold[i].returned < back->sold[i].qty) return false;
    return !back->has_shipping || back->shipping.refunded == back->shipping.total;
}

static bool gives_cash(const Refunding *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (tender_is(r->refunds[i].kind, TENDER_CASH)) return true;
    return false;
}

/* What goes back for goods and shipping, from the tenders, at the shift of who gives it. */
static bool plan_money(Ctx *ctx, Back *back, Return *doc, Error *err)
{
    Refunding *r    = &back->money;
    int64_t    left = doc->shipping, kept = 0, before = 0;
    bool       gift = back->request->gift_receipt.len > 0;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *line = &doc->lines.items[i];
        if (!money_add(left, line->total - line->fee, &left, err)) return false;
        kept += line->fee;
    }
    if (!returns_fees(ctx, back->order.id, &before, err)) return false;
    r->order     = &back->order;
    r->all       = all_back(back) && kept + before == 0; /* what is kept stays with the tenders */
    r->to        = back->to;
    r->gift_card = back->request->gift_card;
    r->customer  = back->request->customer;
    if (id_is_none(r->customer) && !gift) r->customer = back->order.customer;
    if (!tills_shift(ctx, doc->location, back->request->shift, false, &r->till, err)
        || !refunds_plan(ctx, r, doc, left, err))
        return false;
    return !gives_cash(r)
        || tills_shift(ctx, doc->location, back->request->shift, true, &r->till, err);
}

/* After the commit: sends what goes back to cards. The goods are back and the money is owed whatever
 * the service says, so that the answer is the return, with its refunds pending where they are. */
static bool refund_after(Ctx *ctx, void *reply, Error *err)
{
    Return *doc     = reply;
    bool    pending = false;
    if (!pay_refund(ctx, doc->id, err) || !db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = refunds_show(ctx, doc, &pending, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

bool returns_show(Ctx *ctx, const ById *request, Return *reply, Error *err)
{
    bool pending = false;
    return returns_get(ctx, request->id, reply, err) && refunds_show(ctx, reply, &pending, err);
}

/* The goods of a return by mail must be those that were announced and have come. */
static bool open_mail(Ctx *ctx, Back *back, Error *err)
{
    const ReturnRequest *request = back->request;
    if (id_is_none(request->rma)) return true;
    if (!rmas_get(ctx, request->rma, true, &back->rma, err)) return false;
    const Rma *d = &back->rma.doc;
    if (!str_eq(d->kind, STR("mail")) || !str_eq(d->state, STR("received")))
        return err_set(err, &ERR_STATE_REFUSED, "rma",
                       "is %.*s: only what came by mail becomes a return", STR_FMT(d->state));
    bool same = id_eq(d->order, request->order) && request->lines.count == 1
             && request->lines.items[0].line == d->line
             && request->lines.items[0].quantity <= d->quantity;
    return same || err_set(err, &ERR_RMA_PIECE, "rma", "was announced for other goods");
}

static bool close_mail(Ctx *ctx, Back *back, const Return *doc, Error *err)
{
    RmaStep step = { .id = back->request->rma, .event = STR("settle"), .cost = OPT_NONE };
    if (id_is_none(back->request->rma)) return true;
    back->rma.doc.return_id = doc->id;
    return rma_go(ctx, &back->rma, &step, err);
}

static bool decide(Ctx *ctx, Back *back, bool judged, Return *doc, Error *err)
{
    const ReturnRequest *request = back->request;
    back->to                     = request->refund_to;
    if (judged
        && !give_back_judge(ctx, request, &back->order, back->sold, back->sold_count, doc,
                            &back->terms, &back->to, err))
        return false;
    if (!give_back_withhold(ctx, request, doc, err)) return false;
    for (size_t i = 0; i < doc->lines.count; i++)
        if (!give_back_fee_tax(ctx, &doc->lines.items[i], &back->lines[i], err)) return false;
    return true;
}

static bool make_work(Ctx *ctx, const Back *back, const Return *doc, Error *err)
{
    Id *items = arena_array(ctx->arena, Id, doc->lines.count + 1);
    if (!items) return err_memory(err);
    for (size_t i = 0; i < doc->lines.count; i++) items[i] = back->lines[i].item;
    return return_work_make(ctx, doc, &back->terms, items, err);
}

bool returns_create(Ctx *ctx, const ReturnRequest *request, Return *reply, Error *err)
{
    return give_back_create(ctx, request, (GiveBackHow){ .judged = true }, reply, err);
}

bool give_back_create(Ctx *ctx, const ReturnRequest *request, GiveBackHow how, Return *reply,
                      Error *err)
{
    Back   back    = { .request = request, .money = { .exchange = how.exchange } };
    size_t count   = request->lines.count;
    bool   pending = false;
    if (ctx->resume) return returns_show(ctx, &(ById){ ctx->after_id }, reply, err);
    if (count == 0 && request->shipping == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "lines", "something must be given back");
    if (!load(ctx, &back, err) || !open_mail(ctx, &back, err)) return false;
    bool gift          = request->gift_receipt.len > 0; /* who gives it back is not who bought it */
    *reply             = (Return){ .id       = ctx_new_id(ctx),
                                   .order    = request->order,
                                   .location = request->location,
                                   .customer = gift ? request->customer : back.order.customer,
                                   .ref      = request->ref,
                                   .reason   = request->reason,
                                   .currency = back.order.currency,
                                   .made_at  = ctx->now_ms };
    reply->lines.items = arena_array(ctx->arena, ReturnLine, count + 1);
    back.lines         = arena_array(ctx->arena, GiveBackLine, count + 1);
    if (!reply->lines.items || !back.lines) return err_memory(err);
    reply->lines.count = count;
    for (size_t i = 0; i < count; i++)
        if (!take_line(ctx, &back, i, &reply->lines.items[i], err)) return false;
    if (!decide(ctx, &back, how.judged, reply, err) || !take_shipping(ctx, &back, reply, err)
        || !plan_money(ctx, &back, reply, err)
        || !give_back_put(ctx, reply, back.lines, back.shipping_tax, back.tax_zone, back.order.made_at,
                          &back.taxes, err)
        || !till_note_return(ctx, &back.money.till, reply, &back.order, &back.taxes, err)
        || !refunds_write(ctx, &back.money, reply, err) || !refunds_show(ctx, reply, &pending, err)
        || !charge_follow(ctx, request->order, err)
        || (how.judged && !make_work(ctx, &back, reply, err)) || !close_mail(ctx, &back, reply, err))
        return false;
    ctx->after    = pending ? refund_after : NULL;
    ctx->after_id = reply->id;
    return true;
}

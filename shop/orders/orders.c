/* orders.c — orders and receipt numbers. See orders.h. */
#include "shop/orders/orders_inner.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <assert.h>

Str orders_receipt_number(Arena *arena, Str location, int64_t number)
{
    return str_format(arena, "%.*s-%06lld", STR_FMT(location), (long long)number);
}

bool orders_next_number(Ctx *ctx, Str location, Str kind, int64_t *out, Error *err)
{
    ReceiptNextRow row   = { 0 };
    bool           found = false;
    ReceiptNextIn  in    = { ctx->who.merchant, location, kind };
    if (!q_receipt_next_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    assert(found && row.last > 0);
    *out = row.last;
    return true;
}

static int64_t kept_of(const CartInput *in, const Priced *priced)
{
    int64_t kept = (priced->uses.count ? KEPT_PROMOTIONS | KEPT_STEPS : 0) | (in->manual ? KEPT_MANUAL : 0)
                 | (priced->shipping ? KEPT_SHIPPING | KEPT_STEPS : 0);
    for (size_t i = 0; i < in->lines.count; i++) {
        if (priced->lines.items[i].parts.count > 1) kept |= KEPT_PARTS;
        if (in->lines.items[i].manual) kept |= KEPT_MANUAL;
        if (in->lines.items[i].fees.count) kept |= KEPT_STEPS;
    }
    if (kept & KEPT_MANUAL) kept |= KEPT_STEPS;
    return priced->steps.count ? kept : kept & ~KEPT_STEPS;
}

static bool put_head(Ctx *ctx, const Order *o, int64_t kept, Error *err)
{
    OrderPutIn in = { .merchant           = ctx->who.merchant,
                      .id                 = o->id,
                      .location           = o->location,
                      .channel            = o->channel,
                      .number             = o->number,
                      .state              = o->state,
                      .customer           = o->customer,
                      .ref                = o->ref.ptr ? o->ref : STR(""),
                      .note               = o->note.ptr ? o->note : STR(""),
                      .currency           = o->currency,
                      .prices_include_tax = o->prices_include_tax,
                      .subtotal           = o->subtotal,
                      .discount           = o->discount,
                      .fees               = o->fees,
                      .net                = o->net,
                      .tax                = o->tax,
                      .total              = o->total,
                      .cash_rounding      = o->cash_rounding,
                      .made_at_ms         = o->made_at,
                      .state_at_ms        = o->state_at,
                      .extras             = kept,
                      .tax_zone           = o->tax_zone,
                      .tax_source         = o->tax_source,
                      .gift_cards         = o->gift_cards,
                      .pay_by_ms          = opt_or(o->pay_by, 0) };
    return q_order_put_exec(ctx->tx, &in, NULL, err);
}

/* --- the taxes of a line by rates --- */

/* "1:120 3:40"; empty when all of it is on the order's only tax; "0:0" when it pays none. */
static Str taxes_write(Arena *arena, const PricedLine *line, size_t tax_count)
{
    Buf buf = buf_make(arena, 16);
    if (line->taxes.count == 0) return tax_count ? STR("0:0") : STR("");
    if (tax_count <= 1) return STR("");
    for (size_t i = 0; i < line->taxes.count; i++)
        buf_format(&buf, "%s%lld:%lld", i ? " " : "", (long long)line->taxes.items[i].tax + 1,
                   (long long)line->taxes.items[i].amount);
    return buf.failed ? STR_NONE : buf_str(&buf);
}

bool orders_read_taxes(Arena *arena, Str text, LineTax **out, size_t *count)
{
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++) most += text.ptr[i] == ' ';
    *count = 0;
    *out   = arena_array(arena, LineTax, most);
    for (size_t at = 0; *out && at < text.len;) {
        size_t  end   = str_index(text, ' ', at);
        size_t  colon = str_index(text, ':', at);
        LineTax tax   = { 0, 0 };
        if (colon >= end || !str_to_i64(str_slice(text, at, colon), &tax.tax)
            || !str_to_i64(str_slice(text, colon + 1, end), &tax.amount))
            return false;
        (*out)[(*count)++] = tax;
        at                 = end + 1;
    }
    return *out != NULL;
}

/* --- writing --- */

static Str fees_write(Arena *arena, const CartLine *item, OrderLine *line, Error *err)
{
    OrderFees fees  = { { NULL, item->fees.count } };
    size_t    count = item->fees.count;
    if (count == 0) return STR("");
    fees.fees.items = arena_array(arena, OrderFee, count);
    if (!fees.fees.items) return STR_NONE;
    for (size_t k = 0; k < count; k++) {
        const CartFee *fee  = &item->fees.items[k];
        fees.fees.items[k].name = fee->name;
        if (!money_scale(fee->amount, item->quantity, QTY_ONE, ROUND_HALF_UP, &fees.fees.items[k].amount,
                         err))
            return STR_NONE;
    }
    line->fee_list.items = fees.fees.items;
    line->fee_list.count = count;
    return json_write_text(arena, &OrderFees_def, &fees);
}

static bool put_parts(Ctx *ctx, Id order, const PricedLine *priced, OrderLine *line, Error *err)
{
    if (priced->parts.count < 2) return true;
    line->parts.items = arena_array(ctx->arena, OrderPart, priced->parts.count);
    line->parts.count = priced->parts.count;
    if (!line->parts.items) return err_memory(err);
    for (size_t p = 0; p < priced->parts.count; p++) {
        const PricedPart *part = &priced->parts.items[p];
        OrderPartPutIn    in   = { ctx->who.merchant, order,     line->n,   (int64_t)p + 1, part->quantity,
                                   part->discount,    part->net, part->tax, part->total };
        line->parts.items[p]   = (OrderPart){ in.n, part->quantity, part->discount, part->net, part->tax,
                                              part->total, 0, 0 };
        if (!q_order_part_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

static bool put_manual(Ctx *ctx, Id order, int64_t line, const ManualDiscount *manual, Id approved_by,
                       OrderManual **out, Error *err)
{
    if (!manual) return true;
    OrderManualPutIn in = { ctx->who.merchant,
                            order,
                            line,
                            opt_or(manual->percent, 0),
                            opt_or(manual->amount, 0),
                            opt_or(manual->price, -1),
                            manual->reason,
                            ctx->who.api_key,
                            approved_by };
    *out = arena_new(ctx->arena, OrderManual);
    if (!*out) return err_memory(err);
    **out = (OrderManual){ manual->percent, manual->amount,   manual->price,
                           manual->reason,  ctx->who.api_key, approved_by };
    return q_order_manual_put_exec(ctx->tx, &in, NULL, err);
}

static bool put_line(Ctx *ctx, Id order, const CartLine *item, const PricedLine *priced, size_t tax_count,
                     OrderLine *line, Error *err)
{
    *line = (OrderLine){ .n = line->n, .sku = item->sku, .name = item->name, .quantity = item->quantity,
                         .unit_price = item->unit_price, .price_list = item->price_source,
                         .discount = priced->discount, .fees = priced->fees, .net = priced->net,
                         .tax = priced->tax, .total = priced->total };
    OrderLinePutIn in = { ctx->who.merchant, order, line->n, item->item, item->sku, item->name,
                          tax_class_there(item->tax_class), item->price_source, item->quantity,
                          item->unit_price,
                          priced->discount, priced->net, priced->tax, priced->total, priced->fees,
                          fees_write(ctx->arena, item, line, err), item->cost > 0 ? item->cost : 0,
                          item->reduced, taxes_write(ctx->arena, priced, tax_count) };
    if (!in.fee_list.ptr || !in.taxes.ptr) return err->def ? false : err_memory(err);
    return q_order_line_put_exec(ctx->tx, &in, NULL, err) && put_parts(ctx, order, priced, line, err);
}

static bool put_tax(Ctx *ctx, Id order, int64_t n, const PricedTax *tax, TaxLine *line, Error *err)
{
    OrderTaxPutIn in = { ctx->who.merchant, order, n, tax->name, tax->rate, tax->base, tax->amount,
                         text_or_empty(tax->mark), text_or_empty(tax->exempt) };
    *line            = (TaxLine){ tax->name, tax->rate, tax->base, tax->amount, tax->mark, tax->exempt };
    return q_order_tax_put_exec(ctx->tx, &in, NULL, err);
}

static bool put_shipping(Ctx *ctx, const CartInput *in, const Priced *priced, Order *order, Error *err)
{
    const PricedLine *made = priced->shipping;
    if (!made) return true;
    OrderShippingPutIn row = { ctx->who.merchant, order->id, tax_class_there(in->shipping->tax_class),
                               made->gross, made->discount, made->net, made->tax, made->total,
                               taxes_write(ctx->arena, made, priced->taxes.count) };
    order->shipping        = arena_new(ctx->arena, OrderShipping);
    if (!order->shipping || !row.taxes.ptr) return err_memory(err);
    *order->shipping = (OrderShipping){ made->gross, made->discount, made->net, made->tax, made->total, 0,
                                        tax_class_there(in->shipping->tax_class) };
    return q_order_shipping_put_exec(ctx->tx, &row, NULL, err);
}

static bool put_steps(Ctx *ctx, const Priced *priced, Id order, Error *err)
{
    OrderSteps           steps = { { priced->steps.items, priced->steps.count } };
    OrderExplanationPutIn in   = { ctx->who.merchant, order,
                                   json_write_text(ctx->arena, &OrderSteps_def, &steps) };
    return in.steps.ptr ? q_order_explanation_put_exec(ctx->tx, &in, NULL, err) : err_memory(err);
}

/* The marks of a line's taxes, with blanks between. */
static bool show_mark(Arena *arena, const TaxLine *taxes, size_t tax_count, const LineTax *of, size_t count,
                      OrderLine *line, Error *err)
{
    Buf buf = buf_make(arena, 8);
    for (size_t t = 0; t < tax_count; t++) {
        bool pays = tax_count == 1 && count == 0;
        for (size_t i = 0; i < count; i++) pays = pays || of[i].tax == (int64_t)t + 1;
        if (!pays || !taxes[t].mark.len || taxes[t].exempt.len) continue;
        if (buf_str(&buf).len) buf_byte(&buf, ' ');
        buf_add(&buf, taxes[t].mark);
    }
    line->mark = text_or_none(buf_str(&buf));
    return !buf.failed || err_memory(err);
}

static bool put_lines(Ctx *ctx, const CartInput *in, const Priced *priced, Id approved_by, Order *order,
                      Error *err)
{
    for (size_t i = 0; i < in->lines.count; i++) {
        OrderLine *line  = &order->lines.items[i];
        LineTax   *taxes = NULL;
        size_t     count = 0;
        line->n          = (int64_t)i + 1;
        if (!put_line(ctx, order->id, &in->lines.items[i], &priced->lines.items[i], priced->taxes.count,
                      line, err)
            || !put_manual(ctx, order->id, line->n, in->lines.items[i].manual, approved_by, &line->manual,
                           err))
            return false;
        Str text = taxes_write(ctx->arena, &priced->lines.items[i], priced->taxes.count);
        if (!text.ptr || !orders_read_taxes(ctx->arena, text, &taxes, &count)) return err_memory(err);
        if (!show_mark(ctx->arena, order->taxes.items, order->taxes.count, taxes, count, line, err))
            return false;
    }
    return true;
}

bool orders_put(Ctx *ctx, const CartInput *in, const Priced *priced, Id approved_by, Order *order, Error *err)
{
    int64_t kept = kept_of(in, priced);
    assert(priced->total == priced->net + priced->tax);
    order->lines.items = arena_array(ctx->arena, OrderLine, in->lines.count + 1);
    order->taxes.items = arena_array(ctx->arena, TaxLine, priced->taxes.count + 1);
    if (!order->lines.items || !order->taxes.items) return err_memory(err);
    order->lines.count    = in->lines.count;
    order->taxes.count    = priced->taxes.count;
    order->receipt_number = orders_receipt_number(ctx->arena, order->location, order->number);
    if (!put_head(ctx, order, kept, err)) return false;
    for (size_t i = 0; i < priced->taxes.count; i++)
        if (!put_tax(ctx, order->id, (int64_t)i + 1, &priced->taxes.items[i], &order->taxes.items[i], err))
            return false;
    return put_lines(ctx, in, priced, approved_by, order, err)
        && put_manual(ctx, order->id, 0, in->manual, approved_by, &order->manual, err)
        && put_shipping(ctx, in, priced, order, err)
        && (!(kept & KEPT_STEPS) || put_steps(ctx, priced, order->id, err));
}

/* --- reading --- */

static bool show_line(Ctx *ctx, const OrderLinesOfRow *r, const Order *order, OrderLine *out, Error *err)
{
    LineTax  *taxes = NULL;
    size_t    count = 0;
    OrderFees fees  = { { NULL, 0 } };
    *out = (OrderLine){ .n = r->n, .sku = r->sku, .name = r->name, .quantity = r->qty,
                        .unit_price = r->unit_price, .price_list = r->price_list, .discount = r->discount,
                        .fees = r->fees, .net = r->net, .tax = r->tax, .total = r->total,
                        .returned = r->returned, .refunded = r->refunded };
    if (r->fee_list.len && !json_read_stored(ctx->arena, &OrderFees_def, r->fee_list, &fees, err))
        return false;
    out->fee_list.items = fees.fees.items;
    out->fee_list.count = fees.fees.count;
    if (!orders_read_taxes(ctx->arena, r->taxes, &taxes, &count)) return err_memory(err);
    return show_mark(ctx->arena, order->taxes.items, order->taxes.count, taxes, count, out, err);
}

static bool get_lines(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderLinesOfRow *rows  = NULL;
    size_t           count = 0;
    OrderLinesOfIn   in    = { ctx->who.merchant, id };
    if (!q_order_lines_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->lines.items = arena_array(ctx->arena, OrderLine, count + 1);
    if (!out->lines.items) return err_memory(err);
    out->lines.count = count;
    for (size_t i = 0; i < count; i++)
        if (!show_line(ctx, &rows[i], out, &out->lines.items[i], err)) return false;
    return true;
}

static bool get_taxes(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderTaxesOfRow *rows  = NULL;
    size_t           count = 0;
    OrderTaxesOfIn   in    = { ctx->who.merchant, id };
    if (!q_order_taxes_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->taxes.items = arena_array(ctx->arena, TaxLine, count + 1);
    if (!out->taxes.items) return err_memory(err);
    out->taxes.count = count;
    for (size_t i = 0; i < count; i++)
        out->taxes.items[i] = (TaxLine){ rows[i].name,   rows[i].ppm, rows[i].base,
                                         rows[i].amount, text_or_none(rows[i].mark),
                                         text_or_none(rows[i].exempt) };
    return true;
}

static bool get_parts(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderPartsOfRow *rows  = NULL;
    size_t           count = 0;
    if (!q_order_parts_of_all(ctx->tx, ctx->arena, &(OrderPartsOfIn){ ctx->who.merchant, id }, &rows, &count,
                              err))
        return false;
    OrderPart *parts = arena_array(ctx->arena, OrderPart, count + 1);
    if (!parts) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const OrderPartsOfRow *r = &rows[i];
        assert(r->line > 0 && r->line <= (int64_t)out->lines.count);
        OrderLine *line = &out->lines.items[r->line - 1];
        parts[i]        = (OrderPart){ r->n,   r->qty,   r->discount, r->net,
                                       r->tax, r->total, r->returned, r->refunded };
        if (line->parts.count++ == 0) line->parts.items = &parts[i];
    }
    return true;
}

static bool get_manual(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderManualsOfRow *rows  = NULL;
    size_t             count = 0;
    if (!q_order_manuals_of_all(ctx->tx, ctx->arena, &(OrderManualsOfIn){ ctx->who.merchant, id }, &rows,
                                &count, err))
        return false;
    OrderManual *list = arena_array(ctx->arena, OrderManual, count + 1);
    if (!list) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const OrderManualsOfRow *r = &rows[i];
        list[i]                    = (OrderManual){ r->ppm ? r->ppm : OPT_NONE,
                                 r->amount ? r->amount : OPT_NONE,
                                 r->price >= 0 ? r->price : OPT_NONE,
                                 r->reason,
                                 r->given_by,
                                 r->approved_by };
        if (r->line == 0) out->manual = &list[i];
        else if (r->line <= (int64_t)out->lines.count) out->lines.items[r->line - 1].manual = &list[i];
    }
    return true;
}

static bool get_shipping(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderShippingOfRow r     = { 0 };
    bool               found = false;
    if (!q_order_shipping_of_one(ctx->tx, ctx->arena, &(OrderShippingOfIn){ ctx->who.merchant, id }, &r,
                                 &found, err))
        return false;
    if (!found) return true;
    out->shipping = arena_new(ctx->arena, OrderShipping);
    if (!out->shipping) return err_memory(err);
    *out->shipping = (OrderShipping){ r.amount, r.discount, r.net, r.tax, r.total, r.refunded, r.tax_class };
    return true;
}

static bool get_head(Ctx *ctx, Id id, Order *out, int64_t *kept, Error *err)
{
    OrderGetRow r;
    bool        found = false;
    if (!q_order_get_one(ctx->tx, ctx->arena, &(OrderGetIn){ ctx->who.merchant, id }, &r, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such order");
    *out                = (Order){ .id                 = id,
                                   .number             = r.number,
                                   .state              = r.state,
                                   .location           = r.location,
                                   .channel            = r.channel,
                                   .customer           = r.customer,
                                   .ref                = text_or_none(r.ref),
                                   .note               = text_or_none(r.note),
                                   .currency           = r.currency,
                                   .prices_include_tax = r.prices_include_tax,
                                   .tax_zone           = text_or_none(r.tax_zone),
                                   .tax_source         = r.tax_source,
                                   .gift_cards         = r.gift_cards,
                                   .pay_by             = r.pay_by_ms ? r.pay_by_ms : OPT_NONE,
                                   .subtotal           = r.subtotal,
                                   .discount           = r.discount,
                                   .fees               = r.fees,
                                   .net                = r.net,
                                   .tax                = r.tax,
                                   .total              = r.total,
                                   .cash_rounding      = r.cash_rounding,
                                   .made_at            = r.made_at_ms,
                                   .state_at           = r.state_at_ms };
    out->receipt_number = orders_receipt_number(ctx->arena, r.location, r.number);
    *kept               = r.extras;
    return true;
}

bool orders_get(Ctx *ctx, Id id, Order *out, Error *err)
{
    int64_t kept = 0;
    return get_head(ctx, id, out, &kept, err) && get_taxes(ctx, id, out, err)
        && get_lines(ctx, id, out, err) && (!(kept & KEPT_PARTS) || get_parts(ctx, id, out, err))
        && (!(kept & KEPT_MANUAL) || get_manual(ctx, id, out, err))
        && (!(kept & KEPT_SHIPPING) || get_shipping(ctx, id, out, err))
        && orders_show_goods(ctx, kept, out, err);
}

/* What is said of an order of which no steps are kept: prices, taxes, total. */
static bool plain_steps(Ctx *ctx, const Order *order, OrderSteps *out, Error *err)
{
    out->steps.items = arena_array(ctx->arena, PriceStep, order->lines.count * 2 + order->taxes.count + 2);
    if (!out->steps.items) return err_memory(err);
    for (size_t i = 0; i < order->lines.count; i++) {
        const OrderLine *line  = &order->lines.items[i];
        int64_t          gross = 0;
        Str              unit  = money_text(ctx->arena, line->unit_price, order->currency);
        Str              qty   = qty_text(ctx->arena, line->quantity);
        if (!money_scale(line->unit_price, line->quantity, QTY_ONE, ROUND_HALF_UP, &gross, err)) return false;
        PriceStep step = { .line = (int64_t)i, .quantity = line->quantity, .what = STR("price"),
                           .version = OPT_NONE, .amount = gross, .after = OPT_NONE,
                           .text = str_format(ctx->arena, "%.*s x %.*s (%.*s)", STR_FMT(qty), STR_FMT(unit),
                                              STR_FMT(line->price_list)) };
        out->steps.items[out->steps.count++] = step;
    }
    for (size_t i = 0; i < order->taxes.count; i++) {
        const TaxLine *tax  = &order->taxes.items[i];
        Str            base = money_text(ctx->arena, tax->base, order->currency);
        PriceStep      step = { .line = OPT_NONE, .quantity = OPT_NONE, .what = STR("tax"),
                                .version = OPT_NONE, .amount = tax->amount, .after = OPT_NONE,
                                .text = str_format(ctx->arena, "%.*s on %.*s", STR_FMT(tax->name),
                                                   STR_FMT(base)) };
        out->steps.items[out->steps.count++] = step;
    }
    out->steps.items[out->steps.count++] =
        (PriceStep){ .line = OPT_NONE, .quantity = OPT_NONE, .what = STR("total"), .version = OPT_NONE,
                     .amount = order->total, .after = OPT_NONE, .text = STR("To pay") };
    return true;
}

bool orders_steps(Ctx *ctx, const Order *order, OrderSteps *out, Error *err)
{
    OrderExplanationOfRow row   = { 0 };
    bool                  found = false;
    OrderExplanationOfIn  in    = { ctx->who.merchant, order->id };
    *out                        = (OrderSteps){ { NULL, 0 } };
    if (!q_order_explanation_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found) return json_read_stored(ctx->arena, &OrderSteps_def, row.steps, out, err);
    return plain_steps(ctx, order, out, err);
}

bool orders_any_of(Ctx *ctx, Id customer, bool *out, Error *err)
{
    OrderOfCustomerRow row;
    OrderOfCustomerIn  in = { ctx->who.merchant, customer };
    return q_order_of_customer_one(ctx->tx, ctx->arena, &in, &row, out, err);
}

bool orders_settle(Ctx *ctx, Id id, Str state, bool *changed, Error *err)
{
    int64_t rows = 0;
    if (!q_order_settle_exec(ctx->tx, &(OrderSettleIn){ ctx->who.merchant, id, state, ctx->now_ms }, &rows,
                             err))
        return false;
    *changed = rows == 1;
    return true;
}

/* --- for returns --- */

static bool sold_parts(Ctx *ctx, Id id, SoldLine *lines, size_t line_count, Error *err)
{
    OrderPartsOfRow *rows  = NULL;
    size_t           count = 0;
    if (!q_order_parts_of_all(ctx->tx, ctx->arena, &(OrderPartsOfIn){ ctx->who.merchant, id }, &rows, &count,
                              err))
        return false;
    SoldPart *parts = arena_array(ctx->arena, SoldPart, count + line_count + 1);
    if (!parts) return err_memory(err);
    for (size_t i = 0, at = 0; i < line_count; i++) {
        SoldLine *line = &lines[i];
        line->parts    = parts;
        for (; at < count && rows[at].line == line->n; at++)
            parts[line->part_count++] = (SoldPart){ rows[at].n, rows[at].qty, rows[at].returned, rows[at].tax,
                                                    rows[at].total, rows[at].refunded };
        if (line->part_count == 0)
            parts[line->part_count++] = (SoldPart){ 0, line->qty, line->returned, line->tax, line->total,
                                                    line->refunded };
        parts += line->part_count;
    }
    return true;
}

bool orders_sold_lines(Ctx *ctx, Id id, SoldLine **out, size_t *count, Error *err)
{
    OrderLinesOfRow *rows = NULL;
    OrderLinesOfIn   in   = { ctx->who.merchant, id };
    if (!q_order_lines_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, SoldLine, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderLinesOfRow *r = &rows[i];
        SoldLine              *l = &(*out)[i];
        *l = (SoldLine){ .item = r->item, .sku = r->sku, .tax_class = r->tax_class, .n = r->n, .qty = r->qty,
                         .returned = r->returned, .net = r->net, .tax = r->tax, .total = r->total,
                         .refunded = r->refunded };
        if (!orders_read_taxes(ctx->arena, r->taxes, &l->taxes, &l->tax_count)) return err_memory(err);
    }
    return sold_parts(ctx, id, *out, *count, err);
}

bool orders_sold_shipping(Ctx *ctx, Id id, SoldLine *out, bool *found, Error *err)
{
    OrderShippingOfRow r = { 0 };
    if (!q_order_shipping_of_one(ctx->tx, ctx->arena, &(OrderShippingOfIn){ ctx->who.merchant, id }, &r,
                                 found, err))
        return false;
    *out = (SoldLine){ .tax_class = r.tax_class, .net = r.net, .tax = r.tax, .total = r.total,
                       .refunded = r.refunded };
    return !*found || orders_read_taxes(ctx->arena, r.taxes, &out->taxes, &out->tax_count) || err_memory(err);
}

bool orders_give_back(Ctx *ctx, Id id, int64_t n, int64_t part, int64_t qty, int64_t amount, bool *ok,
                      Error *err)
{
    int64_t           rows = 0;
    OrderLineReturnIn in   = { ctx->who.merchant, id, n, qty, amount };
    OrderPartReturnIn of   = { ctx->who.merchant, id, n, part, qty, amount };
    if (!q_order_line_return_exec(ctx->tx, &in, &rows, err)) return false;
    *ok = rows == 1;
    if (!*ok || part == 0) return true;
    if (!q_order_part_return_exec(ctx->tx, &of, &rows, err)) return false;
    *ok = rows == 1;
    return true;
}

bool orders_give_back_shipping(Ctx *ctx, Id id, int64_t amount, bool *ok, Error *err)
{
    int64_t               rows = 0;
    OrderShippingReturnIn in   = { ctx->who.merchant, id, amount };
    if (!q_order_shipping_return_exec(ctx->tx, &in, &rows, err)) return false;
    *ok = rows == 1;
    return true;
}

bool orders_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err)
{
    OrderByRefRow row   = { 0 };
    bool          found = false;
    if (!q_order_by_ref_one(ctx->tx, ctx->arena, &(OrderByRefIn){ ctx->who.merchant, ref }, &row, &found,
                            err))
        return false;
    *id_or_none = found ? row.id : (Id){ { 0 } };
    return true;
}

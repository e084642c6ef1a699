/* orders.c — orders and receipt numbers. See orders.h. */
#include "shop/orders/orders.h"

#include "all_sql.h"

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

static bool put_head(Ctx *ctx, const Order *o, Error *err)
{
    OrderPutIn in = { .merchant = ctx->who.merchant, .id = o->id, .location = o->location,
                      .channel = o->channel, .number = o->number, .state = o->state,
                      .customer = o->customer, .ref = o->ref.ptr ? o->ref : STR(""),
                      .note = o->note.ptr ? o->note : STR(""), .currency = o->currency,
                      .prices_include_tax = o->prices_include_tax, .subtotal = o->subtotal,
                      .discount = o->discount, .net = o->net, .tax = o->tax, .total = o->total,
                      .cash_rounding = o->cash_rounding, .made_at_ms = o->made_at,
                      .state_at_ms = o->state_at };
    return q_order_put_exec(ctx->tx, &in, NULL, err);
}

static bool put_line(Ctx *ctx, Id order, const CartLine *item, const PricedLine *priced, OrderLine *line,
                     Error *err)
{
    *line = (OrderLine){ .n = line->n, .sku = item->sku, .name = item->name, .quantity = item->quantity,
                         .unit_price = item->unit_price, .price_list = item->price_source,
                         .discount = priced->discount, .net = priced->net, .tax = priced->tax,
                         .total = priced->total };
    OrderLinePutIn in = { ctx->who.merchant, order, line->n, item->item, item->sku, item->name,
                          item->tax_class, item->price_source, item->quantity, item->unit_price,
                          priced->discount, priced->net, priced->tax, priced->total };
    return q_order_line_put_exec(ctx->tx, &in, NULL, err);
}

static bool put_tax(Ctx *ctx, Id order, int64_t n, const PricedTax *tax, TaxLine *line, Error *err)
{
    OrderTaxPutIn in = { ctx->who.merchant, order, n, tax->name, tax->rate, tax->base, tax->amount };
    *line            = (TaxLine){ tax->name, tax->rate, tax->base, tax->amount };
    return q_order_tax_put_exec(ctx->tx, &in, NULL, err);
}

bool orders_put(Ctx *ctx, const CartInput *in, const Priced *priced, Order *order, Error *err)
{
    assert(priced->total == priced->net + priced->tax);
    order->lines.items = arena_array(ctx->arena, OrderLine, in->lines.count + 1);
    order->taxes.items = arena_array(ctx->arena, TaxLine, priced->taxes.count + 1);
    if (!order->lines.items || !order->taxes.items) return err_memory(err);
    order->lines.count    = in->lines.count;
    order->taxes.count    = priced->taxes.count;
    order->receipt_number = orders_receipt_number(ctx->arena, order->location, order->number);
    if (!put_head(ctx, order, err)) return false;
    for (size_t i = 0; i < in->lines.count; i++) {
        order->lines.items[i].n = (int64_t)i + 1;
        if (!put_line(ctx, order->id, &in->lines.items[i], &priced->lines.items[i], &order->lines.items[i],
                      err))
            return false;
    }
    for (size_t i = 0; i < priced->taxes.count; i++)
        if (!put_tax(ctx, order->id, (int64_t)i + 1, &priced->taxes.items[i], &order->taxes.items[i], err))
            return false;
    return true;
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
    for (size_t i = 0; i < count; i++) {
        const OrderLinesOfRow *r = &rows[i];
        out->lines.items[i]      = (OrderLine){ .n = r->n, .sku = r->sku, .name = r->name, .quantity = r->qty,
                                                .unit_price = r->unit_price, .price_list = r->price_list,
                                                .discount = r->discount, .net = r->net, .tax = r->tax,
                                                .total = r->total, .returned = r->returned };
    }
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
        out->taxes.items[i] = (TaxLine){ rows[i].name, rows[i].ppm, rows[i].base, rows[i].amount };
    return true;
}

bool orders_get(Ctx *ctx, Id id, Order *out, Error *err)
{
    OrderGetRow r;
    bool        found = false;
    if (!q_order_get_one(ctx->tx, ctx->arena, &(OrderGetIn){ ctx->who.merchant, id }, &r, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such order");
    *out = (Order){ .id = id, .number = r.number, .state = r.state, .location = r.location,
                    .channel = r.channel, .customer = r.customer, .ref = text_or_none(r.ref),
                    .note = text_or_none(r.note), .currency = r.currency,
                    .prices_include_tax = r.prices_include_tax, .subtotal = r.subtotal,
                    .discount = r.discount, .net = r.net, .tax = r.tax, .total = r.total,
                    .cash_rounding = r.cash_rounding, .made_at = r.made_at_ms, .state_at = r.state_at_ms };
    out->receipt_number = orders_receipt_number(ctx->arena, r.location, r.number);
    return get_lines(ctx, id, out, err) && get_taxes(ctx, id, out, err);
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

bool orders_sold_lines(Ctx *ctx, Id id, SoldLine **out, size_t *count, Error *err)
{
    OrderLinesOfRow *rows = NULL;
    OrderLinesOfIn   in   = { ctx->who.merchant, id };
    if (!q_order_lines_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, SoldLine, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderLinesOfRow *r = &rows[i];
        (*out)[i] = (SoldLine){ .item = r->item, .sku = r->sku, .tax_class = r->tax_class, .n = r->n,
                                .qty = r->qty, .returned = r->returned, .net = r->net, .tax = r->tax,
                                .total = r->total, .refunded = r->refunded };
    }
    return true;
}

bool orders_give_back(Ctx *ctx, Id id, int64_t n, int64_t qty, int64_t amount, bool *ok, Error *err)
{
    int64_t           rows = 0;
    OrderLineReturnIn in   = { ctx->who.merchant, id, n, qty, amount };
    if (!q_order_line_return_exec(ctx->tx, &in, &rows, err)) return false;
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

/* return_find.c — the sale of goods that come back: by receipt, order, gift receipt, serial number,
 * card or customer. */
#include "all_sql.h"
#include "flows/return_share.h"
#include "shop/audit/audit.h"
#include "shop/returns/returns.h"

#include <stdio.h>
#include <string.h>

enum { SALES_STANDARD = 20, SALES_MAX = 50 };

typedef struct {
    Ctx              *ctx;
    const ReturnFind *ask;
    Id                orders[SALES_MAX + 1];
    size_t            count, limit;
    Str               lines; /* of a gift receipt */
    bool              gift;
} Find;

static void add(Find *f, Id order)
{
    for (size_t i = 0; i < f->count; i++)
        if (id_eq(f->orders[i], order)) return;
    if (f->count <= f->limit && f->count < COUNT(f->orders)) f->orders[f->count++] = order;
}

/* "LON-000123" as location and number. */
static bool by_receipt(Find *f, Error *err)
{
    Str                    text  = f->ask->receipt;
    size_t                 dash  = text.len;
    int64_t                n     = 0;
    ReturnOrderByNumberRow row   = { .id = { { 0 } } };
    bool                   found = false;
    while (dash > 0 && text.ptr[dash - 1] != '-') dash--;
    for (size_t i = dash; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > INT64_MAX / 20)
            return err_set(err, &ERR_FIELD_INVALID, "receipt",
                           "is no number of a receipt, as LON-000123");
        n = n * 10 + (text.ptr[i] - '0');
    }
    if (dash < 2)
        return err_set(err, &ERR_FIELD_INVALID, "receipt",
                       "is no number of a receipt, as LON-000123");
    ReturnOrderByNumberIn in = { f->ctx->who.merchant, { text.ptr, dash - 1 }, n };
    if (!q_return_order_by_number_one(f->ctx->tx, f->ctx->arena, &in, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "receipt", "no sale has this number");
    add(f, row.id);
    return true;
}

static bool by_order(Find *f, Error *err)
{
    Id id = { { 0 } };
    if (!id_parse(f->ask->order, &id) && !orders_find_ref(f->ctx, f->ask->order, &id, err))
        return false;
    if (id_is_none(id)) return err_set(err, &ERR_NOT_FOUND, "order", "no order has this number");
    add(f, id);
    return true;
}

static bool by_serial(Find *f, Error *err)
{
    ReturnSerialSalesRow *rows  = NULL;
    size_t                count = 0;
    ReturnSerialSalesIn   in    = { f->ctx->who.merchant, f->ask->serial };
    if (!q_return_serial_sales_all(f->ctx->tx, f->ctx->arena, &in, &rows, &count, err)) return false;
    if (count == 0) return err_set(err, &ERR_NOT_FOUND, "serial", "was not sold here");
    for (size_t i = 0; i < count; i++) add(f, rows[i].order_id);
    return true;
}

static bool by_card(Find *f, Str before, Error *err)
{
    ReturnOrdersOfCardRow *rows  = NULL;
    size_t                 count = 0;
    ReturnOrdersOfCardIn in = { f->ctx->who.merchant, f->ask->card, before, (int64_t)f->limit + 1 };
    if (!q_return_orders_of_card_all(f->ctx->tx, f->ctx->arena, &in, &rows, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) add(f, rows[i].id);
    return true;
}

static bool by_customer(Find *f, Str before, Error *err)
{
    ReturnOrdersOfCustomerRow *rows  = NULL;
    size_t                     count = 0;
    ReturnOrdersOfCustomerIn   in    = { f->ctx->who.merchant, f->ask->customer, before,
                                         (int64_t)f->limit + 1 };
    if (!q_return_orders_of_customer_all(f->ctx->tx, f->ctx->arena, &in, &rows, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) add(f, rows[i].id);
    return true;
}

static bool find(Find *f, Error *err)
{
    const ReturnFind *ask = f->ask;
    Id                before, order = { { 0 } };
    int keys = (ask->receipt.len > 0) + (ask->order.len > 0) + (ask->gift_receipt.len > 0)
             + (ask->serial.len > 0) + (ask->card.len > 0) + !id_is_none(ask->customer);
    if (keys != 1)
        return err_set(err, &ERR_FIELD_INVALID, "receipt",
                       "say one of receipt, order, gift_receipt, serial, card and customer");
    if (!page_before(ask->cursor, &before, err)) return false;
    if (ask->receipt.len) return by_receipt(f, err);
    if (ask->order.len) return by_order(f, err);
    if (ask->serial.len) return by_serial(f, err);
    if (ask->card.len) return by_card(f, id_bytes(&before), err);
    if (!id_is_none(ask->customer)) return by_customer(f, id_bytes(&before), err);
    f->gift = true;
    if (!gift_receipts_find(f->ctx, ask->gift_receipt, &order, &f->lines, err)) return false;
    add(f, order);
    return true;
}

/* --- what is told of a sale --- */

static bool show_serials(Find *f, const SoldGoods *goods, size_t count, ReturnFoundLine *out,
                         Error *err)
{
    out->serials.items = arena_array(f->ctx->arena, Str, count + 1);
    if (!out->serials.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (goods[i].line == out->line && goods[i].serial.len && goods[i].gone
            && goods[i].returned == 0)
            out->serials.items[out->serials.count++] = goods[i].serial;
    return true;
}

static bool show(Find *f, Id id, ReturnFound *out, bool *any, Error *err)
{
    Order      order;
    SoldLine  *lines = NULL;
    SoldGoods *goods = NULL;
    size_t     count = 0, goods_count = 0;
    *any = false;
    if (!orders_get(f->ctx, id, &order, err) || !orders_sold_lines(f->ctx, id, &lines, &count, err)
        || !orders_goods_of(f->ctx, id, &goods, &goods_count, err))
        return false;
    if (!str_eq(order.state, STR("paid"))) return true;
    *out             = (ReturnFound){ .order          = id,
                                      .receipt_number = order.receipt_number,
                                      .location       = order.location,
                                      .channel        = order.channel,
                                      .customer       = f->gift ? (Id){ { 0 } } : order.customer,
                                      .currency       = order.currency,
                                      .made_at        = order.made_at };
    out->lines.items = arena_array(f->ctx->arena, ReturnFoundLine, count + 1);
    if (!out->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const SoldLine  *line = &lines[i];
        ReturnFoundLine *to   = &out->lines.items[out->lines.count];
        int64_t          left = line->qty - line->returned;
        if (!gift_receipt_has(f->lines, line->n)) continue;
        *to = (ReturnFoundLine){ .line     = line->n,
                                 .sku      = line->sku,
                                 .name     = order.lines.items[i].name,
                                 .quantity = line->qty,
                                 .left     = left,
                                 .paid     = f->gift ? OPT_NONE : line->total - line->refunded };
        if (!show_serials(f, goods, goods_count, to, err)) return false;
        out->lines.count++;
        *any = *any || !f->ask->sku.len || (str_eq(line->sku, f->ask->sku) && left > 0);
    }
    return true;
}

bool returns_find(Ctx *ctx, const ReturnFind *request, ReturnFoundList *reply, Error *err)
{
    Find f  = { .ctx = ctx, .ask = request, .lines = STR("") };
    f.limit = (size_t)opt_or(request->limit, SALES_STANDARD);
    if (!find(&f, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReturnFound, f.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < f.count && i < f.limit; i++) {
        bool any = false;
        if (!show(&f, f.orders[i], &reply->items.items[reply->items.count], &any, err)) return false;
        if (any) reply->items.count++;
    }
    if (f.count > f.limit) reply->next_cursor = id_text(ctx->arena, f.orders[f.limit - 1]);
    return true;
}

/* --- gift receipts --- */

bool gift_receipts_create(Ctx *ctx, const GiftReceiptInput *request, GiftReceipt *reply, Error *err)
{
    Order order;
    Buf   lines = buf_make(ctx->arena, 64);
    if (!orders_get(ctx, request->id, &order, err)) return false;
    if (!str_eq(order.state, STR("paid")))
        return err_set(err, &ERR_RETURN_NOT_PAID, "id", "the order is %.*s", STR_FMT(order.state));
    for (size_t i = 0; i < request->lines.count; i++) {
        int64_t line = request->lines.items[i].line;
        if (line > (int64_t)order.lines.count) {
            (void)err_set(err, &ERR_FIELD_INVALID, "line", "the order has no such line");
            return err_in_list(err, "lines", i);
        }
        buf_format(&lines, "%s%lld", i ? " " : "", (long long)line);
    }
    if (lines.failed) return err_memory(err);
    *reply = (GiftReceipt){ .order          = order.id,
                            .receipt_number = order.receipt_number,
                            .lines          = { request->lines.items, request->lines.count } };
    return gift_receipts_put(ctx, order.id, buf_str(&lines), &reply->code, err)
        && audit_append(ctx, STR("gift_receipt.make"), order.id, buf_str(&lines), err);
}

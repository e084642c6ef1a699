/* goods_show.c — what is asked across stock and orders: who has goods of a lot; and serial numbers that
 * are named after the sale, in both. */
#include "flows/goods.h"

/* A cursor "order-id n" apart. */
static bool sales_start(Str cursor, LotSaleFrom *from, Error *err)
{
    if (!cursor.len) return true;
    return (cursor.len > ID_TEXT_LEN && id_parse(str_slice(cursor, 0, ID_TEXT_LEN), &from->order)
            && str_to_i64(str_slice(cursor, ID_TEXT_LEN, cursor.len), &from->n))
        || err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool lots_sales(Ctx *ctx, const LotAsk *request, LotSaleList *reply, Error *err)
{
    LotSold    *sold  = NULL;
    size_t      count = 0, limit = (size_t)page_limit(request->limit);
    LotSaleFrom from = { .lot = request->lot, .limit = (int64_t)limit + 1 };
    Id          item;
    if (!inventory_item_id(ctx, request->sku, &item, err) || !sales_start(request->cursor, &from, err)
        || !orders_lot_sales(ctx, item, &from, &sold, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, LotSale, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = (LotSale){ .order          = sold[i].order,
                                                              .receipt_number = sold[i].receipt_number,
                                                              .line           = sold[i].line,
                                                              .customer       = sold[i].customer,
                                                              .serial   = text_or_none(sold[i].serial),
                                                              .quantity = sold[i].qty,
                                                              .returned = sold[i].returned,
                                                              .at       = sold[i].at_ms };
    if (count <= limit) return true;
    const LotSold *last = &sold[limit - 1];
    reply->next_cursor  = str_format(ctx->arena, "%.*s%lld", STR_FMT(id_text(ctx->arena, last->order)),
                                     (long long)last->n);
    return reply->next_cursor.ptr || err_memory(err);
}

bool serials_name(Ctx *ctx, const SerialsLate *request, SerialsDue *reply, Error *err)
{
    Id item;
    if (!inventory_item_id(ctx, request->sku, &item, err)
        || !inventory_name_serials(ctx, request, reply, err))
        return false;
    for (size_t i = 0; i < request->serials.count; i++)
        if (!orders_name_serial(ctx, request->document, item, request->serials.items[i], err))
            return false;
    return true;
}

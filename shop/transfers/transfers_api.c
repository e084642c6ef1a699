/* transfers_api.c — the tables of transfers, and the routes of what should stand on the floor. See api.def.
 */
#include "shop/transfers/transfers.h"

#include "all_sql.h"
#include "shop/audit/audit.h"

#define API_DEF "shop/transfers/api.def"
#define CAPABILITY transfers
#include "shop/api_define.h"

/* Where a page by items goes on; all zero: at the beginning. */
static bool page_item(Str cursor, Id *after, Error *err)
{
    *after = (Id){ { 0 } };
    return !cursor.len || id_parse(cursor, after)
           || err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool floor_minimums_list(Ctx *ctx, const FloorFind *request, FloorMinimumList *reply, Error *err)
{
    FloorMinPageRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    Id               after;
    if (!page_item(request->cursor, &after, err)
        || !transfers_location(ctx, request->location, "location", err))
        return false;
    FloorMinPageIn in = {
        ctx->who.merchant, request->location, id_bytes(&after), (int64_t)limit + 1
    };
    if (!q_floor_min_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, FloorMinimum, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            (FloorMinimum){ request->location, rows[i].sku, rows[i].low, rows[i].full_qty };
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].item);
    return true;
}

bool floor_minimums_change(Ctx *ctx, const FloorMinimum *request, FloorMinimum *reply, Error *err)
{
    TransferItem item;
    *reply      = *request;
    reply->full = opt_or(request->full, request->low);
    if (!transfers_location(ctx, request->location, "location", err)
        || !transfers_item(ctx, request->sku, "sku", &item, err))
        return false;
    if (reply->full < reply->low) return err_set(err, &ERR_FIELD_INVALID, "full", "is below `low`");
    FloorMinPutIn in = { ctx->who.merchant, request->location, item.id,
                         request->sku,      reply->low,        reply->full };
    Str detail = str_format(ctx->arena, "%.*s %lld", STR_FMT(request->location), (long long)reply->low);
    if (!detail.ptr) return err_memory(err);
    return q_floor_min_put_exec(ctx->tx, &in, NULL, err)
           && audit_append(ctx, STR("floor_minimum.put"), item.id, detail, err);
}

bool floor_minimums_remove(Ctx *ctx, const FloorMinimumAsk *request, FloorMinimumAsk *reply, Error *err)
{
    TransferItem item;
    int64_t      changed = 0;
    *reply               = *request;
    if (!transfers_item(ctx, request->sku, "sku", &item, err)) return false;
    FloorMinRemoveIn in = { ctx->who.merchant, request->location, item.id };
    if (!q_floor_min_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_NOT_FOUND, "sku", "it has no minimum there");
    return audit_append(ctx, STR("floor_minimum.remove"), item.id, request->location, err);
}

bool putaway_list(Ctx *ctx, const FloorFind *request, PutawayList *reply, Error *err)
{
    PutawayPageRow *rows  = NULL;
    size_t          count = 0, limit = (size_t)page_limit(request->limit);
    Id              after;
    if (!page_item(request->cursor, &after, err)
        || !transfers_location(ctx, request->location, "location", err))
        return false;
    PutawayPageIn in = {
        ctx->who.merchant, request->location, id_bytes(&after), (int64_t)limit + 1
    };
    if (!q_putaway_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, PutawayHint, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        int64_t room = rows[i].full_qty - rows[i].floor;
        reply->items.items[reply->items.count++] =
            (PutawayHint){ rows[i].sku, rows[i].name, rows[i].floor, rows[i].backroom,
                           room < rows[i].backroom ? room : rows[i].backroom };
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].item);
    return true;
}

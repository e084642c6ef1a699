/* inventory_feed.c — remembers which items have changed, for the channels that want to be told. See
 * inventory.h. A change and its note are of one transaction; notes are only ever added by those who change
 * stock, and taken away by the one who told of them, in the transaction that tells: none is lost, and
 * nobody waits for another. */
#include "shop/inventory/inventory_inner.h"

#include <stdlib.h>
#include <string.h>

bool feed_note(Ctx *ctx, Id item, Str location, Error *err)
{
    FeedNoteIn in = { ctx->who.merchant, ctx_new_id(ctx), item, location };
    return q_feed_note_exec(ctx->tx, &in, NULL, err);
}

bool inventory_feed_put(Ctx *ctx, Str channel, bool on, bool by_location, Error *err)
{
    db_touch(ctx->tx);
    if (!on) return q_feed_remove_exec(ctx->tx, &(FeedRemoveIn){ ctx->who.merchant, channel }, NULL, err);
    if (tx_engine(ctx->tx) == DB_PG && !db_exec(ctx->tx, &q_feed_settle, NULL, NULL, err)) return false;
    FeedPutIn in = { ctx->who.merchant, channel, by_location, STR("") };
    return q_feed_put_exec(ctx->tx, &in, NULL, err);
}

static StockFeed feed_of(Str channel, bool by_location, bool sweeping, Str after)
{
    StockFeed feed = { channel, by_location, sweeping, { { 0 } } };
    if (after.len == ID_BYTES) memcpy(feed.sweep_after.bytes, after.ptr, ID_BYTES);
    return feed;
}

bool inventory_feeds(Ctx *ctx, bool lock, StockFeed **out, size_t *count, Error *err)
{
    FeedAllRow  *rows   = NULL;
    FeedLockRow *locked = NULL;
    FeedAllIn    all    = { ctx->who.merchant };
    FeedLockIn   mine   = { ctx->who.merchant };
    if (lock && !q_feed_lock_all(ctx->tx, ctx->arena, &mine, &locked, count, err)) return false;
    if (!lock && !q_feed_all_all(ctx->tx, ctx->arena, &all, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, StockFeed, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = lock ? feed_of(locked[i].channel, locked[i].by_location, locked[i].sweeping,
                                   locked[i].sweep_after)
                         : feed_of(rows[i].channel, rows[i].by_location, rows[i].sweeping,
                                   rows[i].sweep_after);
    return true;
}

bool inventory_feeds_sweep(Ctx *ctx, Error *err)
{
    return q_feed_sweep_exec(ctx->tx, &(FeedSweepIn){ ctx->who.merchant, STR("") }, NULL, err);
}

static Str bytes_or_empty(const Id *id)
{
    return (Str){ (const char *)id->bytes, id_is_none(*id) ? 0 : ID_BYTES };
}

bool inventory_items_after(Ctx *ctx, Id after, int64_t limit, Id **out, size_t *count, Error *err)
{
    FeedItemsRow *rows = NULL;
    FeedItemsIn   in   = { ctx->who.merchant, bytes_or_empty(&after), limit };
    if (!q_feed_items_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Id, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].id;
    return true;
}

bool inventory_feed_swept(Ctx *ctx, Str channel, Id after, bool done, Error *err)
{
    FeedSweptIn in = { ctx->who.merchant, channel, bytes_or_empty(&after), !done };
    return q_feed_swept_exec(ctx->tx, &in, NULL, err);
}

static int by_id(const void *a, const void *b)
{
    return id_cmp(*(const Id *)a, *(const Id *)b);
}

bool inventory_changed(Ctx *ctx, int64_t limit, Id **items, size_t *count, bool *more, Error *err)
{
    FeedChangesRow *rows = NULL;
    size_t          n    = 0;
    FeedChangesIn   in   = { ctx->who.merchant, limit };
    *count               = 0;
    if (!q_feed_changes_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    *more  = (int64_t)n == limit;
    *items = arena_array(ctx->arena, Id, n);
    if (!*items) return err_memory(err);
    for (size_t i = 0; i < n; i++) {
        (*items)[i] = rows[i].item;
        if (!q_feed_forget_exec(ctx->tx, &(FeedForgetIn){ ctx->who.merchant, rows[i].id }, NULL, err))
            return false;
    }
    qsort(*items, n, sizeof **items, by_id);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !id_eq((*items)[i], (*items)[*count - 1])) (*items)[(*count)++] = (*items)[i];
    return true;
}

static int by_location(const void *a, const void *b)
{
    return str_cmp(((const StockAt *)a)->location, ((const StockAt *)b)->location);
}

bool inventory_levels(Ctx *ctx, Id item, StockAt **out, size_t *count, Error *err)
{
    StockOfItemRow *r  = NULL;
    StockOfItemIn   in = { ctx->who.merchant, item };
    if (!q_stock_of_item_all(ctx->tx, ctx->arena, &in, &r, count, err)) return false;
    *out = arena_array(ctx->arena, StockAt, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (StockAt){ r[i].location,
                               { r[i].floor, r[i].backroom, r[i].picked, r[i].in_transit, r[i].damaged,
                                 r[i].quarantine, r[i].held, r[i].committed, r[i].backordered,
                                 r[i].on_order, r[i].kept, r[i].safety } };
    qsort(*out, *count, sizeof **out, by_location);
    return true;
}

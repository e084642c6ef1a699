/* goods_show.c — what is asked across stock and orders: who has goods of a lot; and serial numbers that
 * are named after the sale, in both. */
#include "flows/goods.h"

#include "all_sql.h"

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

/* --- packs --- */

static bool in_packs(Ctx *ctx, Id item, Str location, const GoodsPacksRow *packs, size_t count,
                     StockInPacks *out, Error *err)
{
    AtpLevel level;
    if (!inventory_level(ctx, item, location, &level, err)) return false;
    *out             = (StockInPacks){ .location = location, .on_hand = level.floor + level.backroom };
    out->loose       = out->on_hand;
    out->packs.items = arena_array(ctx->arena, StockPack, count + 1);
    if (!out->packs.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        int64_t whole = out->loose > 0 ? out->loose / packs[i].qty : 0;
        if (whole == 0) continue;
        out->packs.items[out->packs.count++] = (StockPack){ packs[i].gtin, packs[i].qty, whole };
        out->loose -= whole * packs[i].qty;
    }
    return true;
}

bool stock_packs(Ctx *ctx, const StockOfItem *request, StockPackList *reply, Error *err)
{
    GoodsPacksRow *packs  = NULL;
    size_t         count  = 0;
    TextList       places = { NULL, 0 };
    Id             item;
    if (!inventory_item_id(ctx, request->sku, &item, err)
        || !q_goods_packs_all(ctx->tx, ctx->arena, &(GoodsPacksIn){ ctx->who.merchant, item }, &packs,
                              &count, err)
        || !inventory_places(ctx, item, &places, err))
        return false;
    reply->items.items = arena_array(ctx->arena, StockInPacks, places.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < places.count; i++)
        if (!in_packs(ctx, item, places.items[i], packs, count, &reply->items.items[reply->items.count++],
                      err))
            return false;
    return true;
}

/* --- the job --- */

typedef struct {
    Ctx ctx;
} Expiring;

static bool expire_some(Tx *tx, void *arg, Error *err)
{
    enum { MOST = 50 };
    Expiring *e     = arg;
    int64_t   count = 0;
    e->ctx.tx       = tx;
    return inventory_expire_lots(&e->ctx, MOST, &count, err);
}

bool goods_expire_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    enum { EVERY_MS = 60000, WITHIN_MS = 5000 };
    VerifyMerchantsRow *merchants = NULL;
    size_t              count     = 0;
    Tx                 *tx        = NULL;
    if (now_ms % EVERY_MS >= WITHIN_MS) return true;
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = q_verify_merchants_all(tx, arena, &(VerifyMerchantsIn){ 0 }, &merchants, &count, err);
    db_read_end(tx);
    for (size_t i = 0; ok && i < count; i++) {
        bool     some = false;
        size_t   mark = arena->used;
        Expiring e    = { { .arena  = arena,
                            .db     = db,
                            .env    = env,
                            .now_ms = now_ms,
                            .who    = { .merchant = merchants[i].merchant } } };
        if (!db_read_begin(db, &e.ctx.tx, err)) return false;
        ok = inventory_may_expire(&e.ctx, &some, err);
        db_read_end(e.ctx.tx);
        ok          = ok && (!some || db_write(db, expire_some, &e, err));
        arena->used = mark;
    }
    return ok;
}

/* availability_jobs.c — what availability does by itself: ends what has ended, serves those who wait, and
 * tells of changes. See availability.h. */
#include "flows/availability.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#include <assert.h>

enum { BATCH = 50, ROUNDS = 200, MERCHANTS = 100 };

typedef struct {
    Ctx        ctx;
    size_t     mark; /* arena in use before a transaction, which may be run again */
    bool       more; /* there may be more to do */
    bool       did;  /* something was told */
    StockPlace place;
    Id         one;
} Turn;

static void begin(Turn *turn, Tx *tx)
{
    turn->ctx.tx          = tx;
    turn->ctx.arena->used = turn->mark;
    turn->more = turn->did = false;
}

/* --- ends --- */

static bool end_holds(Tx *tx, void *arg, Error *err)
{
    Turn  *turn  = arg;
    Id    *due   = NULL;
    size_t count = 0;
    begin(turn, tx);
    if (!holds_due(&turn->ctx, BATCH, &due, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!holds_end(&turn->ctx, due[i], STR("expired"), (Id){ { 0 } }, err)
            || !inventory_claims_drop(&turn->ctx, due[i], err)
            || !audit_append(&turn->ctx, STR("hold.expire"), due[i], STR(""), err))
            return false;
    turn->more = count == BATCH;
    return true;
}

static bool end_claims(Tx *tx, void *arg, Error *err)
{
    Turn   *turn  = arg;
    int64_t count = 0;
    begin(turn, tx);
    if (!inventory_claims_expire(&turn->ctx, BATCH, &count, err)) return false;
    turn->more = count == BATCH;
    return true;
}

static bool end_shares(Tx *tx, void *arg, Error *err)
{
    Turn   *turn  = arg;
    int64_t count = 0;
    begin(turn, tx);
    if (!inventory_shares_end(&turn->ctx, BATCH, &count, err)) return false;
    turn->more = count == BATCH;
    return true;
}

static bool find_silent(Tx *tx, void *arg, Error *err)
{
    Turn  *turn    = arg;
    Str   *places  = NULL;
    size_t count   = 0;
    bool   changed = false;
    begin(turn, tx);
    if (!reach_due(&turn->ctx, BATCH, &places, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!reach_set(&turn->ctx, places[i], true, turn->ctx.now_ms, &changed, err)
            || (changed && !reach_tell(&turn->ctx, places[i], true, err)))
            return false;
    turn->more = count == BATCH;
    return true;
}

static bool serve_place(Tx *tx, void *arg, Error *err)
{
    Turn *turn = arg;
    begin(turn, tx);
    return availability_allocate(&turn->ctx, turn->place.item, turn->place.location, err);
}

/* Every place where somebody waits is looked at; the places are read in pages, outside the transactions. */
static bool serve_waiting(Turn *turn, Error *err)
{
    StockPlace after = { { { 0 } }, STR("") };
    bool       ok    = true;
    char       code[64];
    for (int page = 0; ok && page < ROUNDS; page++) {
        StockPlace *places    = NULL, kept[BATCH];
        size_t      count     = 0;
        turn->ctx.arena->used = turn->mark;
        if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
        ok = inventory_waited_for(&turn->ctx, after, BATCH, &places, &count, err);
        db_read_end(turn->ctx.tx);
        size_t mark = turn->mark;
        turn->mark  = turn->ctx.arena->used; /* the page stays */
        for (size_t i = 0; ok && i < count; i++) {
            kept[i]     = places[i];
            turn->place = kept[i];
            ok          = db_write(turn->ctx.db, serve_place, turn, err);
        }
        turn->mark = mark;
        if (!ok || count < BATCH) return ok;
        after = kept[BATCH - 1];
        if (after.location.len > sizeof code) return true;
        memcpy(code, after.location.ptr, after.location.len);
        after.location.ptr = code;
    }
    return ok;
}

static bool repeat(Turn *turn, bool (*step)(Tx *tx, void *arg, Error *err), Error *err)
{
    bool ok = true, any = false;
    turn->more = true;
    for (int i = 0; ok && turn->more && i < ROUNDS; i++) {
        ok  = db_write(turn->ctx.db, step, turn, err);
        any = any || turn->did;
    }
    turn->did = any;
    return ok;
}

/* Whether there is anything to end: looked up without a transaction that writes. */
static bool any_due(Turn *turn, bool *yes, Error *err)
{
    AvailabilityDueRow row   = { 0 };
    bool               found = false;
    AvailabilityDueIn  in    = { turn->ctx.who.merchant, turn->ctx.now_ms };
    turn->ctx.arena->used    = turn->mark;
    if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
    bool   ok     = q_availability_due_one(turn->ctx.tx, turn->ctx.arena, &in, &row, &found, err);
    Str   *silent = NULL;
    size_t count  = 0;
    ok            = ok && reach_due(&turn->ctx, 1, &silent, &count, err);
    db_read_end(turn->ctx.tx);
    *yes = ok && (row.due || count > 0);
    return ok;
}

static bool keep_merchant(Turn *turn, Error *err)
{
    bool due = false;
    if (!any_due(turn, &due, err)) return false;
    if (due
        && (!repeat(turn, end_holds, err) || !repeat(turn, end_claims, err)
            || !repeat(turn, end_shares, err) || !repeat(turn, find_silent, err)))
        return false;
    return serve_waiting(turn, err);
}

/* --- the merchants --- */

static bool next_merchants(Turn *turn, bool feeding, int64_t after, int64_t *out, size_t *count, Error *err)
{
    AvailabilityMerchantsRow *all   = NULL;
    AvailabilityFeedingRow   *fed   = NULL;
    Arena                    *arena = turn->ctx.arena;
    if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
    bool ok = feeding
                ? q_availability_feeding_all(turn->ctx.tx, arena,
                                             &(AvailabilityFeedingIn){ after, MERCHANTS }, &fed, count, err)
                : q_availability_merchants_all(
                    turn->ctx.tx, arena, &(AvailabilityMerchantsIn){ after, MERCHANTS }, &all, count, err);
    db_read_end(turn->ctx.tx);
    for (size_t i = 0; ok && i < *count; i++) out[i] = feeding ? fed[i].merchant : all[i].merchant;
    return ok;
}

static bool each_merchant(Turn *turn, bool feeding, bool (*work)(Turn *turn, Error *err), bool *did,
                          Error *err)
{
    int64_t after = 0, merchants[MERCHANTS];
    size_t  count = MERCHANTS;
    bool    ok    = true;
    while (ok && count == MERCHANTS) {
        turn->ctx.arena->used = turn->mark;
        ok                    = next_merchants(turn, feeding, after, merchants, &count, err);
        for (size_t i = 0; ok && i < count; i++) {
            turn->did              = false;
            turn->ctx.who.merchant = after = merchants[i];
            ok                             = work(turn, err);
            *did                           = *did || turn->did;
        }
    }
    turn->ctx.arena->used = turn->mark;
    return ok;
}

static Turn turn_of(Db *db, Env *env, Arena *arena, int64_t now_ms)
{
    return (Turn){ .ctx = { .arena = arena, .db = db, .env = env, .now_ms = now_ms }, .mark = arena->used };
}

bool availability_keep_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    bool did  = false;
    Turn turn = turn_of(db, env, arena, now_ms);
    return each_merchant(&turn, false, keep_merchant, &did, err);
}

/* --- the feed --- */

static void add_qty(Buf *buf, int64_t milli)
{
    Str text    = qty_text(buf->arena, milli);
    buf->failed = buf->failed || !text.ptr;
    buf_json_string(buf, text);
}

static bool was_told(const ToldRow *told, size_t count, Str location, int64_t *available)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(told[i].location, location)) continue;
        *available = told[i].available;
        return true;
    }
    return false;
}

/* Notes one figure; true when it is news. */
static bool figure(Ctx *ctx, const StockFeed *feed, Id item, const ToldRow *told, size_t count,
                   Str location, int64_t available, bool *news, Error *err)
{
    int64_t before = 0;
    ToldRow now    = { location, available };
    *news          = !was_told(told, count, location, &before) || before != available;
    return !*news || told_put(ctx, feed->channel, item, &now, err);
}

/* What a channel may promise of an item, as it is now; told when it is another figure than was told last.
 */
static bool tell_item(Turn *turn, const StockFeed *feed, const Availability *of, Id item, Str sku,
                      Error *err)
{
    Ctx            *ctx   = &turn->ctx;
    AvailabilityAsk ask   = { .item = item, .location = STR(""), .at = STR("") };
    ToldRow        *told  = NULL;
    size_t          count = 0;
    bool            news = false, some = false;
    AvailableNow    now;
    Buf             body = buf_make(ctx->arena, 256);
    if (!availability_now(ctx, of, &ask, &now, err)
        || !told_of(ctx, feed->channel, item, &told, &count, err))
        return false;
    if (!figure(ctx, feed, item, told, count, STR(""), now.available, &news, err)) return false;
    buf_add(&body, STR("{\"sku\":"));
    buf_json_string(&body, sku);
    buf_add(&body, STR(",\"channel\":"));
    buf_json_string(&body, feed->channel);
    buf_add(&body, STR(",\"available\":"));
    add_qty(&body, now.available);
    for (size_t i = 0; feed->by_location && i < now.count; i++) {
        bool    changed = false;
        int64_t before = 0, available = now.places[i].why.available;
        if (available == 0 && !was_told(told, count, now.places[i].location, &before)) continue;
        if (!figure(ctx, feed, item, told, count, now.places[i].location, available, &changed, err))
            return false;
        if (!changed) continue;
        buf_add(&body, some ? STR(",{\"location\":") : STR(",\"locations\":[{\"location\":"));
        buf_json_string(&body, now.places[i].location);
        buf_add(&body, STR(",\"available\":"));
        add_qty(&body, available);
        buf_byte(&body, '}');
        some = true;
    }
    buf_add(&body, some ? STR("]}") : STR("}"));
    if (body.failed) return err_memory(err);
    if (!news && !some) return true;
    turn->did = true;
    return events_put(ctx, &EVENT_AVAILABILITY_CHANGED, item, buf_str(&body), err);
}

static bool tell_items(Turn *turn, const StockFeed *feed, const Id *items, size_t count, Error *err)
{
    const Availability *of = NULL;
    if (count == 0) return true;
    if (!availability_open(&turn->ctx, feed->channel, &of, err)) return false;
    size_t mark = turn->ctx.arena->used;
    for (size_t i = 0; i < count; i++) {
        AvailableSkuRow sku   = { 0 };
        bool            found = false;
        AvailableSkuIn  in    = { turn->ctx.who.merchant, items[i] };
        turn->ctx.arena->used = mark;
        if (!q_available_sku_one(turn->ctx.tx, turn->ctx.arena, &in, &sku, &found, err)) return false;
        if (found && !tell_item(turn, feed, of, items[i], sku.sku, err)) return false;
    }
    return true;
}

static bool sweep(Turn *turn, const StockFeed *feed, Error *err)
{
    Id    *items = NULL;
    size_t count = 0;
    if (!feed->sweeping) return true;
    if (!inventory_items_after(&turn->ctx, feed->sweep_after, BATCH, &items, &count, err)) return false;
    if (!tell_items(turn, feed, items, count, err)) return false;
    bool done  = count < BATCH;
    Id   last  = count ? items[count - 1] : feed->sweep_after;
    turn->more = turn->more || !done;
    return inventory_feed_swept(&turn->ctx, feed->channel, last, done, err);
}

/* One round: what was noted, told and forgotten in one transaction. */
static bool feed_round(Tx *tx, void *arg, Error *err)
{
    Turn      *turn  = arg;
    StockFeed *feeds = NULL;
    Id        *items = NULL;
    size_t     count = 0, changed = 0;
    begin(turn, tx);
    if (!inventory_feeds(&turn->ctx, true, &feeds, &count, err)) return false;
    if (count == 0) return true; /* none, or somebody else is at it */
    if (!inventory_changed(&turn->ctx, BATCH * 4, &items, &changed, &turn->more, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!tell_items(turn, &feeds[i], items, changed, err) || !sweep(turn, &feeds[i], err)) return false;
    return true;
}

static bool feed_merchant(Turn *turn, Error *err)
{
    AvailabilityPendingRow row   = { 0 };
    bool                   found = false;
    AvailabilityPendingIn  in    = { turn->ctx.who.merchant };
    turn->ctx.arena->used        = turn->mark;
    if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
    bool ok = q_availability_pending_one(turn->ctx.tx, turn->ctx.arena, &in, &row, &found, err);
    db_read_end(turn->ctx.tx);
    turn->did = false;
    return ok && (!row.pending || repeat(turn, feed_round, err));
}

bool availability_feed_due(Db *db, Env *env, Arena *arena, int64_t now_ms, bool *did, Error *err)
{
    Turn turn = turn_of(db, env, arena, now_ms);
    *did      = false;
    return each_merchant(&turn, true, feed_merchant, did, err);
}

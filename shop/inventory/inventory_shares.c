/* inventory_shares.c — what is kept of an item at a location for one channel. See inventory.h; the formula
 * is in core/atp.h. Invariants: level.kept is the sum of what is left of the location's shares; what open
 * claims have out of a share is part of what is used of it. The level is locked before its shares. */
#include "shop/inventory/inventory_inner.h"

#include <assert.h>

static int64_t left_of(const StockShare *share)
{
    bool stays = str_eq(share->kind, STR("protected"));
    return stays ? share->granted : share->granted - share->used;
}

static bool has_ended(const StockShare *share, int64_t now_ms)
{
    return share->until_ms > 0 && share->until_ms <= now_ms;
}

/* Whether `one` gets its goods before `other` when there is less than both keep. */
static bool goes_ahead(const StockShare *one, const StockShare *other)
{
    if (one->priority != other->priority) return one->priority < other->priority;
    return str_cmp(one->channel, other->channel) < 0;
}

AtpShare inventory_share(const StockShare *shares, size_t count, Str channel, int64_t now_ms,
                         AtpLevel *level)
{
    const StockShare *own  = NULL;
    AtpShare          told = { 0 };
    for (size_t i = 0; i < count; i++) {
        if (has_ended(&shares[i], now_ms)) level->kept -= left_of(&shares[i]);
        else if (str_eq(shares[i].channel, channel)) own = &shares[i];
    }
    if (!own) return told;
    told.left    = left_of(own);
    told.is_hard = str_eq(own->kind, STR("hard"));
    for (size_t i = 0; i < count; i++)
        if (!has_ended(&shares[i], now_ms) && goes_ahead(&shares[i], own))
            told.ahead += left_of(&shares[i]);
    return told;
}

bool inventory_shares_of(Ctx *ctx, Id item, Str location, StockShare **out, size_t *count, Error *err)
{
    ShareFindRow *rows = NULL;
    ShareFindIn   in   = { ctx->who.merchant, item, location };
    if (!q_share_find_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, StockShare, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (StockShare){ item,         rows[i].location, rows[i].channel,
                                  rows[i].kind, rows[i].priority, rows[i].granted,
                                  rows[i].used, rows[i].until_ms };
    return true;
}

bool share_find(Ctx *ctx, Id item, Str location, const AtpTerms *terms, AtpLevel *level, AtpShare *share,
                Error *err)
{
    StockShare *shares = NULL;
    size_t      count  = 0;
    *share             = (AtpShare){ 0 };
    if (level->kept == 0 && !terms->hard) return true;
    if (!inventory_shares_of(ctx, item, location, &shares, &count, err)) return false;
    *share = inventory_share(shares, count, text_or_empty(terms->channel), ctx->now_ms, level);
    return true;
}

bool share_use(Ctx *ctx, const StockWant *want, const AtpShare *share, int64_t *used, LevelChange *change,
               Error *err)
{
    StockShare *shares = NULL;
    size_t      count  = 0;
    *used              = 0;
    if (share->left == 0) return true;
    if (!inventory_shares_of(ctx, want->item, want->location, &shares, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(shares[i].channel, want->terms.channel) && !str_eq(shares[i].kind, STR("protected")))
            *used = share->left < want->qty ? share->left : want->qty;
    if (*used == 0) return true;
    ShareUseIn in = { ctx->who.merchant, want->item, want->location, want->terms.channel, *used };
    change->kept -= *used;
    return q_share_use_exec(ctx->tx, &in, NULL, err);
}

bool share_give_back(Ctx *ctx, Id item, Str location, Str channel, int64_t qty, LevelChange *change,
                     Error *err)
{
    int64_t     changed = 0;
    ShareBackIn in      = { ctx->who.merchant, item, location, channel, qty };
    if (qty == 0) return true;
    if (!q_share_back_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) change->kept += qty;
    return true;
}

/* What is left of one share at a locked level; 0 when there is none. */
static bool left_now(Ctx *ctx, Id item, Str location, Str channel, int64_t *left, bool *found, Error *err)
{
    StockShare *shares = NULL;
    size_t      count  = 0;
    *left              = 0;
    *found             = false;
    if (!inventory_shares_of(ctx, item, location, &shares, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(shares[i].channel, channel)) continue;
        *left  = left_of(&shares[i]);
        *found = true;
    }
    return true;
}

/* Locks the level, making it when there is none. */
static bool lock_open(Ctx *ctx, Id item, Str location, Error *err)
{
    AtpLevel    level;
    StockOpenIn open = { ctx->who.merchant, item, location };
    return q_stock_open_exec(ctx->tx, &open, NULL, err) && level_lock(ctx, item, location, &level, err);
}

bool inventory_share_put(Ctx *ctx, const StockShare *share, Error *err)
{
    ShareClaimedRow claimed = { 0 };
    int64_t         before  = 0;
    bool            found   = false;
    bool            stays   = str_eq(share->kind, STR("protected"));
    ShareClaimedIn  ask     = { ctx->who.merchant, share->item, share->location, share->channel };
    LevelChange     change  = level_change_at(ctx, share->item, share->location);
    assert(share->granted > 0);
    if (!lock_open(ctx, share->item, share->location, err)
        || !left_now(ctx, share->item, share->location, share->channel, &before, &found, err)
        || !q_share_claimed_one(ctx->tx, ctx->arena, &ask, &claimed, &found, err))
        return false;
    int64_t    used = stays ? 0 : claimed.qty;
    SharePutIn put  = { ctx->who.merchant,     share->item, share->location,
                        share->channel,        share->kind, share->priority,
                        share->granted + used, used,        share->until_ms };
    change.kept     = share->granted - before;
    db_touch(ctx->tx); /* whether a channel has hard shares is kept in memory */
    return q_share_put_exec(ctx->tx, &put, NULL, err) && level_apply(ctx, &change, err)
        && feed_note(ctx, share->item, share->location, err);
}

bool inventory_share_drop(Ctx *ctx, Id item, Str location, Str channel, bool *found, Error *err)
{
    int64_t       before = 0;
    ShareRemoveIn in     = { ctx->who.merchant, item, location, channel };
    LevelChange   change = level_change_at(ctx, item, location);
    if (!lock_open(ctx, item, location, err)
        || !left_now(ctx, item, location, channel, &before, found, err))
        return false;
    if (!*found) return true;
    change.kept = -before;
    db_touch(ctx->tx);
    return q_share_remove_exec(ctx->tx, &in, NULL, err) && level_apply(ctx, &change, err)
        && feed_note(ctx, item, location, err);
}

bool inventory_shares_end(Ctx *ctx, int64_t limit, int64_t *count, Error *err)
{
    ShareEndedRow *rows = NULL;
    size_t         n    = 0;
    ShareEndedIn   in   = { ctx->who.merchant, ctx->now_ms, limit };
    if (!q_share_ended_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        if (!inventory_share_drop(ctx, rows[i].item, rows[i].location, rows[i].channel, &found, err))
            return false;
    }
    *count = (int64_t)n;
    return true;
}

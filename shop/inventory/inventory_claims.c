/* inventory_claims.c — claims: made, used, given back, expired. See inventory.h.
 * Each change locks the claim first, then its level; the promise of it is a row in the ledger. */
#include "shop/inventory/inventory_inner.h"

#include <assert.h>

bool claim_append(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want, Str state,
                  int64_t share, Error *err)
{
    StockDoc   doc = { owner->id, STR("claim"), 0 };
    ClaimPutIn in  = { ctx->who.merchant,
                       owner->id,
                       n,
                       owner->kind,
                       want->item,
                       want->location,
                       text_or_empty(want->terms.channel),
                       want->qty,
                       share,
                       state,
                       ctx->now_ms,
                       owner->expires_ms };
    return q_claim_put_exec(ctx->tx, &in, NULL, err)
        && ledger_promise(ctx, &doc, want->item, want->location, state, want->qty, err);
}

bool inventory_claim(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want, Error *err)
{
    AtpLevel     level;
    AtpShare     share   = { 0 };
    int64_t      changed = 0, used = 0;
    bool         cart    = str_eq(owner->kind, STR("cart"));
    Str          state   = cart ? STR("held") : STR("committed");
    StockClaimIn in      = { ctx->who.merchant,    want->item,           want->location,
                        cart ? want->qty : 0, cart ? 0 : want->qty, want->terms.keeps_safety,
                             want->terms.safety,   want->terms.buffer };
    assert(want->qty > 0);
    if (!want->terms.hard && !q_stock_claim_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) return claim_append(ctx, owner, n, want, state, 0, err);
    if (!level_lock(ctx, want->item, want->location, &level, err)
        || !share_find(ctx, want->item, want->location, &want->terms, &level, &share, err))
        return false;
    int64_t available = atp(&level, &want->terms, &share);
    if (available < want->qty) return stock_short(ctx, want, available, err);
    LevelChange change = level_change_at(ctx, want->item, want->location);
    *level_state(&change, state) += want->qty;
    return share_use(ctx, want, &share, &used, &change, err) && level_apply(ctx, &change, err)
        && claim_append(ctx, owner, n, want, state, used, err);
}

bool inventory_claims_of(Ctx *ctx, Id owner, Claim **out, size_t *count, Error *err)
{
    ClaimsOpenRow *rows = NULL;
    if (!q_claims_open_all(ctx->tx, ctx->arena, &(ClaimsOpenIn){ ctx->who.merchant, owner }, &rows, count,
                           err))
        return false;
    *out = arena_array(ctx->arena, Claim, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Claim){ rows[i].n,        rows[i].owner,        rows[i].item, rows[i].location,
                             rows[i].channel,  rows[i].state,        rows[i].qty,  rows[i].taken,
                             rows[i].released, rows[i].expires_at_ms };
    return true;
}

/* Locks a claim; its open quantity is 0 when it is closed or was never there. */
static bool lock_claim(Ctx *ctx, Id owner, int64_t n, ClaimLockRow *claim, int64_t *open, Error *err)
{
    bool found = false;
    *claim     = (ClaimLockRow){ 0 };
    if (!q_claim_lock_one(ctx->tx, ctx->arena, &(ClaimLockIn){ ctx->who.merchant, owner, n }, claim, &found,
                          err))
        return false;
    *open = found ? claim->qty - claim->taken - claim->released : 0;
    return true;
}

/* Ends part of a locked claim: in its row, in the ledger, and in `change` of its level. What is taken comes
 * out of the channel's share first; what is given back goes to it last, as the share was used first. */
static bool end_part(Ctx *ctx, Id owner, int64_t n, const ClaimLockRow *claim, int64_t taken,
                     int64_t released, LevelChange *change, Error *err)
{
    StockDoc   doc = { owner, STR("claim"), 0 };
    int64_t    qty = taken + released;
    int64_t    open  = claim->qty - claim->taken - claim->released;
    int64_t    after = claim->share < open - qty ? claim->share : open - qty; /* of a share, when released */
    int64_t    back  = released ? claim->share - after : 0;
    int64_t    spent = taken < claim->share ? taken : claim->share;
    ClaimUseIn in    = { ctx->who.merchant, owner, n, taken, released, released ? back : spent };
    assert(taken == 0 || released == 0);
    *level_state(change, claim->state) -= qty;
    return share_give_back(ctx, claim->item, claim->location, claim->channel, back, change, err)
        && q_claim_use_exec(ctx->tx, &in, NULL, err)
        && ledger_promise(ctx, &doc, claim->item, claim->location, claim->state, -qty, err);
}

/* Sells a locked claim: floor first, then backroom. */
static bool sell_claim(Ctx *ctx, StockDoc *doc, int64_t n, const ClaimLockRow *claim, int64_t open,
                       Error *err)
{
    AtpLevel    level;
    bool        tracked = false;
    LevelChange change = level_change_at(ctx, claim->item, claim->location);
    StockWant   want   = { .item     = claim->item,
                           .sku      = STR("item"),
                           .location = claim->location,
                           .qty      = open,
                           .line     = (size_t)n - 1 };
    if (!level_lock_tracked(ctx, claim->item, claim->location, &level, &tracked, err)) return false;
    if (level.floor + level.backroom < open)
        return stock_short(ctx, &want, level.floor + level.backroom, err);
    if (tracked)
        return end_part(ctx, doc->id, n, claim, open, 0, &change, err)
            && pieces_sell(ctx, doc, &want, &level, STR(""), STR("customer"), &change, err);
    int64_t from_floor = level.floor < open ? level.floor : open;
    change.floor       = -from_floor;
    change.backroom    = from_floor - open;
    return end_part(ctx, doc->id, n, claim, open, 0, &change, err) && level_apply(ctx, &change, err)
        && ledger_sale(ctx, doc, &want, STR("floor"), from_floor, err)
        && ledger_sale(ctx, doc, &want, STR("backroom"), open - from_floor, err);
}

bool inventory_claims_use(Ctx *ctx, Id owner, Error *err)
{
    ClaimsOpenRow *rows  = NULL;
    size_t         count = 0;
    StockDoc       doc   = { owner, STR("sale"), 0 };
    if (!q_claims_open_all(ctx->tx, ctx->arena, &(ClaimsOpenIn){ ctx->who.merchant, owner }, &rows, &count,
                           err))
        return false;
    for (size_t i = 0; i < count; i++) {
        ClaimLockRow claim;
        int64_t      open = 0;
        if (!lock_claim(ctx, owner, rows[i].n, &claim, &open, err)) return false;
        if (open > 0 && !sell_claim(ctx, &doc, rows[i].n, &claim, open, err)) return false;
    }
    return true;
}

/* Gives back so much of a claim; all that is open when qty is 0. */
static bool release(Ctx *ctx, Id owner, int64_t n, int64_t qty, Error *err)
{
    ClaimLockRow claim;
    int64_t      open = 0;
    if (!lock_claim(ctx, owner, n, &claim, &open, err)) return false;
    if (qty == 0 && open == 0) return true;
    if (qty > open)
        return err_set(err, &ERR_STOCK_SHORT, "", "less of the claim is open than should be given back");
    AtpLevel    level;
    LevelChange change = level_change_at(ctx, claim.item, claim.location);
    if (claim.share && !level_lock(ctx, claim.item, claim.location, &level, err)) return false;
    return end_part(ctx, owner, n, &claim, 0, qty ? qty : open, &change, err)
        && level_apply(ctx, &change, err);
}

bool inventory_claims_drop(Ctx *ctx, Id owner, Error *err)
{
    ClaimsOpenRow *rows  = NULL;
    size_t         count = 0;
    if (!q_claims_open_all(ctx->tx, ctx->arena, &(ClaimsOpenIn){ ctx->who.merchant, owner }, &rows, &count,
                           err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!release(ctx, owner, rows[i].n, 0, err)) return false;
    return true;
}

bool inventory_claim_release(Ctx *ctx, Id owner, int64_t n, int64_t qty, Error *err)
{
    assert(qty > 0);
    return release(ctx, owner, n, qty, err);
}

/* How much of what is taken leaves the floor; the rest leaves the backroom. */
static bool split_take(const ClaimTake *take, const ClaimLockRow *claim, const AtpLevel *level,
                       int64_t *floor, Error *err)
{
    bool any = str_eq(take->from_state, STR("sellable"));
    *floor   = any ? (level->floor < take->qty ? level->floor : take->qty)
             : str_eq(take->from_state, STR("floor")) ? take->qty
                                                      : 0;
    assert(any || *floor || str_eq(take->from_state, STR("backroom")));
    if (level->floor >= *floor && level->backroom >= take->qty - *floor) return true;
    return err_set(err, &ERR_STOCK_SHORT, "", "%.*s: less is in %.*s at %.*s than should be taken",
                   STR_FMT(take->sku), STR_FMT(take->from_state), STR_FMT(claim->location));
}

/* The levels of both ends, and the rest of the claim. */
static bool take_levels(Ctx *ctx, const ClaimTake *take, const ClaimLockRow *claim, bool tracked,
                        int64_t floor, Error *err)
{
    LevelChange change = level_change_at(ctx, claim->item, claim->location);
    LevelChange other  = level_change_at(ctx, claim->item, take->to_location);
    bool        within = str_eq(take->to_location, claim->location);
    other.tracked      = tracked;
    change.floor -= floor;
    change.backroom -= take->qty - floor;
    if (take->to_location.len) *level_state(within ? &change : &other, take->to_state) += take->qty;
    return end_part(ctx, take->owner, take->n, claim, take->qty, 0, &change, err)
        && level_apply(ctx, &change, err)
        && (within || !take->to_location.len || level_apply(ctx, &other, err));
}

static bool take_pieces(Ctx *ctx, StockDoc *doc, const ClaimTake *take, const ClaimLockRow *claim,
                        const AtpLevel *level, Error *err)
{
    Tracking  how;
    Pieces    pieces;
    PieceMove move = { .item          = claim->item,
                       .sku           = take->sku,
                       .from_location = claim->location,
                       .from_state    = take->from_state,
                       .to_location   = take->to_location,
                       .to_state      = take->to_state,
                       .qty           = take->qty,
                       .any_age       = str_eq(claim->owner, STR("transfer")),
                       .marks         = take->marks };
    return tracking_of(ctx, claim->item, &how, err) && pieces_plan(ctx, &how, &move, level, &pieces, err)
        && take_levels(ctx, take, claim, true, pieces_in(&pieces, STR("floor")), err)
        && pieces_apply(ctx, doc, &how, &move, &pieces, err);
}

bool inventory_claim_take(Ctx *ctx, StockDoc *doc, const ClaimTake *take, Error *err)
{
    ClaimLockRow claim;
    AtpLevel     level;
    bool         tracked = false;
    int64_t      open = 0, floor = 0;
    assert(take->qty > 0);
    if (!lock_claim(ctx, take->owner, take->n, &claim, &open, err)) return false;
    if (take->qty > open || str_eq(claim.state, STR("backordered")))
        return err_set(err, &ERR_STOCK_SHORT, "", "%.*s: less is claimed than should be taken",
                       STR_FMT(take->sku));
    if (!level_lock_tracked(ctx, claim.item, claim.location, &level, &tracked, err)) return false;
    if (!split_take(take, &claim, &level, &floor, err)) return false;
    if (tracked) return take_pieces(ctx, doc, take, &claim, &level, err);
    StockMove move = { .item          = claim.item,
                       .from_location = claim.location,
                       .from_state    = STR("floor"),
                       .to_location   = take->to_location,
                       .to_state      = take->to_state,
                       .qty           = floor };
    if (!take_levels(ctx, take, &claim, false, floor, err)) return false;
    if (floor > 0 && !ledger_append(ctx, doc, &move, err)) return false;
    move.from_state = STR("backroom");
    move.qty        = take->qty - floor;
    return move.qty == 0 || ledger_append(ctx, doc, &move, err);
}

bool inventory_claims_extend(Ctx *ctx, Id owner, int64_t expires_ms, Error *err)
{
    ClaimsExtendIn in = { ctx->who.merchant, owner, expires_ms };
    return q_claims_extend_exec(ctx->tx, &in, NULL, err);
}

bool inventory_claims_expire(Ctx *ctx, int64_t limit, int64_t *count, Error *err)
{
    ClaimsExpiredRow *rows = NULL;
    size_t            n    = 0;
    ClaimsExpiredIn   in   = { ctx->who.merchant, ctx->now_ms, limit };
    if (!q_claims_expired_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    for (size_t i = 0; i < n; i++)
        if (!release(ctx, rows[i].owner_id, rows[i].n, 0, err)) return false;
    *count = (int64_t)n;
    return true;
}

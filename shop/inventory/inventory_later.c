/* inventory_later.c — backorders: claims on goods that are to come. See inventory.h. First come, first
 * served: whoever serves them walks inventory_waiting in its order and stops at the first for whom there is
 * not enough. */
#include "shop/inventory/inventory_inner.h"

#include <assert.h>

bool inventory_claim_later(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want, Error *err)
{
    LevelChange change = level_change_at(ctx, want->item, want->location);
    assert(want->qty > 0 && !str_eq(owner->kind, STR("cart")));
    change.backordered = want->qty;
    return level_apply(ctx, &change, err) && claim_append(ctx, owner, n, want, STR("backordered"), 0, err);
}

bool inventory_waiting(Ctx *ctx, Id item, Str location, int64_t limit, WaitingClaim **out, size_t *count,
                       Error *err)
{
    ClaimsWaitingRow *rows = NULL;
    ClaimsWaitingIn   in   = { ctx->who.merchant, item, location, limit };
    if (!q_claims_waiting_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, WaitingClaim, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (WaitingClaim){ rows[i].owner_id, rows[i].n,    rows[i].owner,
                                    rows[i].channel,  rows[i].open, rows[i].made_at_ms };
    return true;
}

bool inventory_waited_for(Ctx *ctx, StockPlace after, int64_t limit, StockPlace **out, size_t *count,
                          Error *err)
{
    ClaimsWaitedForRow *rows  = NULL;
    Str                 bytes = { (const char *)after.item.bytes, id_is_none(after.item) ? 0 : ID_BYTES };
    ClaimsWaitedForIn   in    = { ctx->who.merchant, bytes, text_or_empty(after.location), limit };
    if (!q_claims_waited_for_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, StockPlace, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (StockPlace){ rows[i].item, rows[i].location };
    return true;
}

bool inventory_claim_serve(Ctx *ctx, Id owner, int64_t n, const AtpTerms *keep, bool *done, Error *err)
{
    ClaimLockRow claim = { 0 };
    AtpLevel     level;
    AtpShare     share = { 0 };
    int64_t      used  = 0;
    bool         found = false;
    StockDoc     doc   = { owner, STR("claim"), 0 };
    ClaimLockIn  lock  = { ctx->who.merchant, owner, n };
    *done              = false;
    if (!q_claim_lock_one(ctx->tx, ctx->arena, &lock, &claim, &found, err)) return false;
    if (!found || !str_eq(claim.state, STR("backordered"))) return true;
    int64_t open = claim.qty - claim.taken - claim.released;
    if (!level_lock(ctx, claim.item, claim.location, &level, err)) return false;
    level.backordered = 0; /* of those who wait it is this one's turn */
    if (!share_find(ctx, claim.item, claim.location, keep, &level, &share, err)) return false;
    if (atp(&level, keep, &share) < open) return true;
    LevelChange change = level_change_at(ctx, claim.item, claim.location);
    StockWant   want   = { .item = claim.item, .location = claim.location, .qty = open, .terms = *keep };
    change.backordered = -open;
    change.committed   = open;
    *done              = true;
    ClaimUseIn use     = { ctx->who.merchant, owner, n, 0, 0, 0 };
    if (!share_use(ctx, &want, &share, &used, &change, err)) return false;
    use.share = -used;
    return q_claim_serve_exec(ctx->tx, &(ClaimServeIn){ ctx->who.merchant, owner, n }, NULL, err)
        && (used == 0 || q_claim_use_exec(ctx->tx, &use, NULL, err)) && level_apply(ctx, &change, err)
        && ledger_promise(ctx, &doc, claim.item, claim.location, STR("backordered"), -open, err)
        && ledger_promise(ctx, &doc, claim.item, claim.location, STR("committed"), open, err);
}

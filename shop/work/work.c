/* work.c — claims of tasks. See work.h. */
#include "shop/work/work.h"

#include "all_sql.h"

enum { DAY_MS = 86400000 };

bool work_take(Ctx *ctx, Str kind, Id document, int64_t until_ms, Error *err)
{
    int64_t     taken = 0;
    WorkTakeIn  in    = { ctx->who.merchant, document, kind, ctx->who.api_key, ctx->now_ms, until_ms };
    WorkPruneIn old   = { ctx->who.merchant, ctx->now_ms - DAY_MS };
    if (!q_work_prune_exec(ctx->tx, &old, NULL, err) || !q_work_take_exec(ctx->tx, &in, &taken, err))
        return false;
    return taken == 1 || err_set(err, &ERR_WORK_CLAIMED, "document", "somebody else has taken it");
}

bool work_may_do(Ctx *ctx, Str kind, Id document, Error *err)
{
    WorkClaimOfRow row;
    bool           found = false;
    WorkClaimOfIn  in    = { ctx->who.merchant, document, kind, ctx->now_ms };
    if (!q_work_claim_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found || id_cmp(row.made_by, ctx->who.api_key) == 0) return true;
    return err_set(err, &ERR_WORK_CLAIMED, "", "somebody else has taken it: %.*s",
                   STR_FMT(id_text(ctx->arena, row.made_by)));
}

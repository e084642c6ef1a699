/* idempotency.c — one effect and one answer per key. See idempotency.h. */
#include "shop/idempotency/idempotency.h"

#include "all_sql.h"

bool idempotency_begin(Ctx *ctx, Str fingerprint, IdempotencyStored *out, Error *err)
{
    IdempotencyFindRow row;
    IdempotencyFindIn  in = { ctx->who.merchant, ctx->key };
    *out                  = (IdempotencyStored){ 0 };
    if (!q_idempotency_find_one(ctx->tx, ctx->arena, &in, &row, &out->found, err)) return false;
    if (!out->found) return true;
    out->same    = str_eq(row.fingerprint, fingerprint);
    out->pending = row.status == 0;
    out->status  = row.status;
    if (out->pending && !id_parse(row.body, &out->document)) out->document = (Id){ { 0 } };
    out->body    = row.body;
    return true;
}

bool idempotency_finish(Ctx *ctx, Str fingerprint, int64_t status, Str body_or_none, Error *err)
{
    bool             pending = body_or_none.ptr == NULL;
    IdempotencyPutIn in      = { ctx->who.merchant, ctx->key, fingerprint, pending ? 0 : status,
                                 pending ? id_text(ctx->arena, ctx->after_id) : body_or_none, ctx->now_ms };
    if (!in.body.ptr) return err_memory(err);
    if (q_idempotency_put_exec(ctx->tx, &in, NULL, err)) return true;
    if (err->def != &ERR_DB_CONFLICT) return false;
    return err_set(err, &ERR_KEY_IN_FLIGHT, "", "a request with this key is being answered");
}

bool idempotency_answer(Ctx *ctx, int64_t status, Str body, Error *err)
{
    IdempotencyAnswerIn in = { ctx->who.merchant, ctx->key, status, body };
    return q_idempotency_answer_exec(ctx->tx, &in, NULL, err);
}

bool idempotency_prune(Ctx *ctx, int64_t before_ms, bool *more, Error *err)
{
    enum { STEP = 500 };
    int64_t            dropped = 0;
    IdempotencyPruneIn in      = { ctx->who.merchant, before_ms, STEP };
    if (!q_idempotency_prune_exec(ctx->tx, &in, &dropped, err)) return false;
    *more = dropped == STEP;
    return true;
}

/* idempotency.h — the same write twice has one effect and one answer. Owns the keys callers send.
 * Invariant: the key's row is written in the transaction of its effect, so either both are there or
 * neither. Status 0 means that the effect's last step (a card) is still under way. */
#ifndef SHOP_IDEMPOTENCY_H
#define SHOP_IDEMPOTENCY_H

#include "shop/common.h"

#define API_DEF "shop/idempotency/api.def"
#include "shop/api_declare.h"

typedef struct {
    bool    found;   /* the key was used before */
    bool    pending; /* and is not answered yet */
    bool    same;    /* for the same request */
    Id      document; /* of a pending one: what it is about, or none */
    int64_t status;
    Str     body;
} IdempotencyStored;

/* Looks the key of ctx up. */
bool idempotency_begin(Ctx *ctx, Str fingerprint, IdempotencyStored *out, Error *err) MUST_USE;

/* Stores the answer; no body: pending,
    with ctx->after_id as its document. A twin that was faster: ERR_KEY_IN_FLIGHT. */
bool idempotency_finish(Ctx *ctx, Str fingerprint, int64_t status, Str body_or_none,
                        Error *err) MUST_USE;

/* Answers a pending key. */
bool idempotency_answer(Ctx *ctx, int64_t status, Str body, Error *err) MUST_USE;

/* Drops some hundreds of answered keys from before `before_ms`; *more tells whether there are more. */
bool idempotency_prune(Ctx *ctx, int64_t before_ms, bool *more, Error *err) MUST_USE;

#endif

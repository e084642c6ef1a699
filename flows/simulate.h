/* simulate.h — what a promotion would have done to past orders: each is priced again with the promotions that
 * were in force when it was made, once without and once with the one that is tried. */
#ifndef FLOWS_SIMULATE_H
#define FLOWS_SIMULATE_H

#include "core/cart.h"
#include "shop/promotions/promotions.h"

/* A promotion and the time in which it was in force. */
typedef struct {
    Promotion rule;
    int64_t   from_ms, until_ms;
} PastRule;

/* The promotions that were in force some time between the two, by code and version; in ctx->arena. */
bool simulate_rules(Ctx *ctx, int64_t from_ms, int64_t until_ms, PastRule **out, size_t *count,
                    Error *err) MUST_USE;

#endif

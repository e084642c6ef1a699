/* fixture.h — a small shop for tests: location LON and DC1, channels pos (prices with tax, cash to 5 pence)
 * and web (keeps the safety stock), items TEA 1.99, CAKE 3.50 (reduced tax), RICE 2.40 a kilogram and the
 * service WRAP 0.50, 100 of each counted item at LON. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "shop/ctx.h"

/* A KitStep; `arg` is not used. */
bool fixture_shop(Ctx *ctx, void *arg, Error *err);

/* A KitStep: `arg` is a promotion as JSON; it is put down and published. */
bool fixture_promotion(Ctx *ctx, void *arg, Error *err);

/* The service `psp` settles a payment, with a fee, a line that nobody knows and a chargeback that are settled
 * by hand: a file is brought in and read. */
void fixture_settle(Db *db, Env *env, Id payment, int64_t amount);

/* Runs a write handler as the HTTP layer does: in a transaction, then what it left for after the commit
 * (ctx->after). *pending gets whether the answer would be 202. */
typedef bool (*FixtureHandler)(Ctx *ctx, const void *request, void *reply, Error *err);
bool fixture_call(Db *db, Env *env, FixtureHandler handler, const void *request, void *reply,
                  size_t reply_size, bool *pending, Error *err);

/* Who calls a handler: the last byte of the API key, and what that may do. */
typedef struct {
    int      who; /* 0: the program itself */
    Perms perms;
} FixtureCaller;

/* Runs a write handler as somebody, in a transaction and nothing after it; *reply and *err are cleared first.
 * Texts of the reply live until the next call. */
bool fixture_as(Db *db, Env *env, FixtureCaller caller, FixtureHandler handler, const void *request,
                void *reply, size_t reply_size, Error *err);

/* NAME_any: a handler as a FixtureHandler. */
#define FIXTURE_ANY(name)                                                                                  \
    static bool name##_any(Ctx *ctx, const void *request, void *reply, Error *e)                           \
    {                                                                                                      \
        return name(ctx, request, reply, e);                                                               \
    }

#endif

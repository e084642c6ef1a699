/* rules.h — the merchant's published promotions, compiled, in memory for as long as no other set is
 * published. Which set holds is asked of the database (or the shelf) for each basket, by its number: a set
 * that is kept under a number is the one of that number, so that no basket is ever priced with rules that
 * do not hold any more. Used by many threads at once; bounded in bytes. Also keeps the time zones of
 * locations. */
#ifndef FLOWS_RULES_H
#define FLOWS_RULES_H

#include "core/cart.h"
#include "shop/ctx.h"
#include "sys/zone.h"

typedef struct RuleCache RuleCache;

enum { RULES_BYTES = 256 << 20 };

/* NULL when there is no memory. Destroy it when no request uses it any more. */
RuleCache *rule_cache_create(size_t bytes_max);
void       rule_cache_destroy(RuleCache *cache);
size_t     rule_cache_sets(RuleCache *cache);  /* how many are kept */
size_t     rule_cache_bytes(RuleCache *cache); /* of all of them */

/* Prices a basket with the set of this number (0: there is none), which the transaction of ctx sees; from
 * ctx->rules, or read and compiled for this basket alone. All of *out lives in ctx->arena and that of `in`.
 * Errors: as cart_price. */
bool rules_price(Ctx *ctx, int64_t version, const CartInput *in, bool explain, Priced *out,
                 Error *err) MUST_USE;

/* The date (year, month, day as digits) and the minute of the day on the clocks of an IANA zone. */
bool rules_local_time(Ctx *ctx, Str zone, int64_t at_ms, int64_t *date, int64_t *minute,
                      Error *err) MUST_USE;

/* The clock of an IANA zone, for local times of many places. *own is NULL when the clock is kept by
 * ctx->rules; else give it back with zone_free. */
bool rules_clock(Ctx *ctx, Str zone, const Zone **clock, Zone **own, Error *err) MUST_USE;

#endif

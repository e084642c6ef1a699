/* promo_bundle.h — how a bundle promotion groups the units it is given. Only core/promo*.c include it. */
#ifndef CORE_PROMO_BUNDLE_H
#define CORE_PROMO_BUNDLE_H

#include "core/promo_work.h"

/* Units of one place that cost the same; `place` is the caller's number for them. */
typedef struct {
    uint32_t place;
    int64_t  value, units;
} PoolItem;

/* What a part of the bundle may use, the dearest first. */
typedef struct {
    PoolItem *items;
    size_t    count;
} Pool;

typedef struct {
    Run   *runs; /* RunUnits.seg holds the place */
    size_t count, room;
} Runs;

/* Forms as many bundles as lower the price, in the way that lowers it most, from pools[part]; gives what
 * they take off. `out` NULL: only that, and an upper bound where the best way is not certain. *sure becomes
 * false when another grouping might take off more. The pools are used up. */
int64_t bundle_form(Work *w, uint16_t active, Pool *pools, Runs *out, bool *sure);

#endif

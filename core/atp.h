/* atp.h — available-to-promise: how much of what stands at a location a channel may promise. Pure. */
#ifndef CORE_ATP_H
#define CORE_ATP_H

#include "core/money.h"

#include <stdbool.h>
#include <stdint.h>

/* How an item stands at a location; all thousandths of its unit. */
typedef struct {
    int64_t floor, backroom, picked, in_transit, damaged, quarantine;
    int64_t held, committed, backordered, on_order;
    int64_t kept;   /* what the shares of all channels keep */
    int64_t safety; /* its own safety stock; -1: by the rules */
} AtpLevel;

/* On what terms a channel may have stock of a location. */
typedef struct {
    Str     channel;      /* whose shares hold; empty: nobody's */
    bool    keeps_safety; /* false: may sell the safety stock too */
    int64_t safety;       /* by the rules, where the level has none of its own */
    int64_t buffer;       /* kept back, as the location is out of reach */
} AtpTerms;

/* The channel's share of an item at a location; all zero: it has none. */
typedef struct {
    int64_t left;    /* of it, not sold or claimed yet */
    bool    is_hard; /* it may have no more than that */
} AtpShare;

/* What may still be promised: sellable less claims, safety stock, buffer and what shares keep for other
 * channels. May be below zero (after a count, or where a policy allows it). */
int64_t atp(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share);

#endif

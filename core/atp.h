/* atp.h — available-to-promise: how much of what stands at a location a channel may promise, why, and by
 * when more can be there. Pure. Words: free is sellable (floor and backroom) less claims, buffer, what
 * waiting backorders will get, and, for channels that keep it, the safety stock. */
#ifndef CORE_ATP_H
#define CORE_ATP_H

#include "core/money.h"

#include <stdbool.h>
#include <stddef.h>
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
    bool    hard; /* the channel has hard shares somewhere: its own counts also where nothing is kept */
} AtpTerms;

/* The channel's share of an item at a location; all zero: it has none. */
typedef struct {
    int64_t left;    /* of it, not sold or claimed yet */
    bool    is_hard; /* it may have no more than that */
    int64_t ahead;   /* what shares keep that go before this one when there is less than all of them keep */
} AtpShare;

/* What may still be promised. May be below zero (after a count, or where a policy allows it).
 *   free  = sellable - held - committed - buffer - waiting - safety
 *   own   = min(left, free - ahead)             what the channel's own share still has
 *   rest  = free - (kept - left)                what is left when all other shares are kept
 *   atp   = max(rest, own); of a hard share at most `left`
 * waiting = min(backordered, what is free above the safety stock): goods that have just come are for those
 * who wait for them, but whoever may sell the safety stock still may. Channels together never get more than
 * free. */
int64_t atp(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share);

/* The same with its parts; available = sellable - claimed - buffer - waiting - safety - kept, and no more
 * than `limit` where there is one. */
typedef struct {
    int64_t sellable, claimed, buffer, waiting, safety;
    int64_t kept;  /* for other channels */
    int64_t limit; /* the hard share, or -1 */
    int64_t available;
} AtpWhy;
void atp_explain(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share, AtpWhy *out);

/* What is expected, by time. */
typedef struct {
    int64_t at_ms, qty;
} AtpReceipt;

/* When so much can be there: at now_ms out of what may be promised, else when enough of what is expected
 * has come that nobody waits for; the receipts lie by time. False: never, as far as one knows. */
bool atp_when(int64_t available, int64_t waiting_more, const AtpReceipt *receipts, size_t count,
              int64_t qty, int64_t now_ms, int64_t *at_ms);

#endif

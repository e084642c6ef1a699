/* replenish.h — how much of an item a location should be sent: from what it sold while it had some, what is
 * there and on its way, and what its rule says. Pure.
 * Words: the position is what is there or comes, less what is promised; the trigger is the position at which
 * goods are asked for; the target is the position that they should bring. A day is 24 hours back from now. */
#ifndef CORE_REPLENISH_H
#define CORE_REPLENISH_H

#include "base/error.h"

enum { REPLENISH_DAYS_MAX = 366 };

/* What a location sold while it had some: told newest first. */
typedef struct {
    int64_t now_ms, days;
    int64_t level;      /* what stood there behind the movement that was told last */
    int64_t sold;       /* thousandths, within the window */
    int64_t edge_ms;    /* up to here the days are settled */
    bool    had[REPLENISH_DAYS_MAX]; /* day 0 is the last one */
} ReplenishSales;

/* Begins with what stands there now; 1 <= days <= REPLENISH_DAYS_MAX. */
void replenish_sales_begin(ReplenishSales *sales, int64_t now_ms, int64_t days, int64_t level);

/* A movement at that time changed the level, and `sold` of it went to customers. */
void replenish_sales_move(ReplenishSales *sales, int64_t at_ms, int64_t change, int64_t sold);

/* The days of the window on which something stood there at any time. */
int64_t replenish_sales_end(ReplenishSales *sales);

typedef struct {
    int64_t sold, days_had;                 /* in the window: thousandths; days with stock */
    int64_t floor, backroom, picked;        /* what stands there, thousandths as all below */
    int64_t in_transit, on_order;           /* what comes */
    int64_t promised;                       /* held, committed and backordered */
    int64_t safety;                         /* never to be sold */
    int64_t min, max;                       /* 0: none */
    int64_t floor_min;                      /* 0: none */
    int64_t lead_days, cover_days;          /* until goods come; for how long they should last */
    int64_t pack;                           /* goods come in multiples of this, > 0 */
} ReplenishInput;

typedef struct {
    int64_t rate;     /* a day, millionths of the unit */
    int64_t position, trigger, target;
    int64_t wanted;   /* to reach the target; 0: not yet needed */
    int64_t quantity; /* the same in whole packs */
    int64_t put_out;  /* from the backroom to the floor */
} ReplenishPlan;

/* Errors: AMOUNT_RANGE. */
bool replenish_plan(const ReplenishInput *in, ReplenishPlan *out, Error *err) MUST_USE;

#endif

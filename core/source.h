/* source.h — which locations give what of an order: the best plan, what it costs, when it arrives, and why.
 * Pure; docs/SOURCING.md has the definition. The values that come out are rows of source.def.
 *
 * Words: a place is a location that might give something; a parcel is what one place gives. Places come in
 * the order of their rank: where two are alike, the earlier one is taken.
 * Between plans decides, in this order: less value missing; then by objective
 *   cost      less money, then the earlier arrival, then fewer parcels
 *   time      the earlier arrival (of the last parcel), then less money, then fewer parcels
 *   balanced  less money and time (hour_value for each hour until the last parcel arrives), then the earlier
 *             arrival, then fewer parcels
 * Money is, in millionths of a minor unit and so without rounding: for each parcel base, per_kg by weight,
 * parcel_cost, unit_cost, risk, kept_cost and by how much its bonus is below the largest one of all places;
 * for each parcel but the first split_penalty.
 * A plan is listed only when it gets worse whichever parcel is left out. */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "core/money.h"

#include "base/form_declare.h"
#include "core/source.def"
#include "base/form_undef.h"

enum {
    SOURCE_PARCELS_MAX = 16,
    SOURCE_RUNNERS_MAX = 10,
    SOURCE_STEPS_MAX = 600000, /* lines looked at, all plans together; then the best so far is the answer */
};

typedef enum { SOURCE_COST, SOURCE_TIME, SOURCE_BALANCED } SourceObjective;

typedef struct {
    Str     sku;
    int64_t qty;    /* thousandths, > 0 */
    int64_t weight; /* grams of one whole unit; 0: not known */
    int64_t value;  /* minor units of one whole unit; below 1 counts as 1 */
    bool    whole;  /* from one place or not at all */
} SourceLine;

#define SOURCE_NEVER (-1)

/* What holds for an item at a place; shared by those that are alike. */
typedef struct {
    int64_t kept;      /* thousandths that should stay there, as the last pieces */
    int64_t kept_cost; /* minor units for each whole unit of these that is taken; SOURCE_NEVER: none is */
    int64_t risk;      /* minor units that each whole unit costs when it is taken here; may be below zero */
} SourceTerms;

typedef struct {
    int64_t            available; /* thousandths, a multiple of the line's step, as is `kept` */
    const SourceTerms *terms;     /* NULL: nothing is kept, no risk */
} SourceStock;

typedef struct {
    Str                code, zone, service;    /* service and zone: none where nobody carries */
    const char        *refused;                /* why it may give nothing; NULL: it may */
    int64_t            distance;               /* metres, or OPT_NONE */
    int64_t            base, per_kg;           /* what the carrier takes: for a parcel, for 1000 g */
    int64_t            parcel_cost, unit_cost; /* handling: for a parcel, for a whole unit */
    int64_t            bonus;                  /* of a place that is preferred; >= 0 */
    int64_t            ready_ms, arrive_ms;
    const SourceStock *stock; /* one for each line */
} SourcePlace;

typedef struct {
    const SourceLine  *lines;
    size_t             line_count;
    const SourcePlace *places;
    size_t             place_count;
    SourceObjective    objective;
    int64_t            now_ms;
    int64_t            hour_value;    /* balanced: minor units for an hour */
    int64_t            split_penalty; /* minor units; >= 0 */
    int64_t            parcels_max;   /* 1 to SOURCE_PARCELS_MAX */
    int64_t            runners_up;    /* 0 to SOURCE_RUNNERS_MAX */
    int64_t            steps_max;     /* 0: SOURCE_STEPS_MAX */
    bool               explain;
} SourceInput;

/* The best plan, also when it leaves something missing or everything. Errors: QUANTITY_RANGE, AMOUNT_RANGE.
 */
bool source_plan(Arena *arena, const SourceInput *in, SourcePlan *out, Error *err) MUST_USE;

#endif

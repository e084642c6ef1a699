/* sourcing.h — from where an order comes: loads the locations that serve the channel, what of the lines may
 * be promised there, and what the retailer set (shop/sourcing); finds the best plan (core/source.h). Changes
 * nothing and claims nothing: the caller claims the parts of the plan in the same transaction. */
#ifndef FLOWS_SOURCING_H
#define FLOWS_SOURCING_H

#include "core/geo.h"
#include "core/source.h"
#include "shop/common.h"

typedef struct {
    Id      item;
    Str     sku;    /* for messages */
    int64_t qty;    /* thousandths, > 0 */
    int64_t step;   /* thousandths: parts are multiples of it; 0: whole units */
    int64_t weight; /* grams of one whole unit; 0: not known */
    int64_t value;  /* minor units of one whole unit; 0: not known. Where not all is there, the most value
                     * is sourced */
    bool   whole;   /* from one location or not at all */
    size_t line;    /* index in the request, for the field of an error */
} SourcingLine;

/* Work that a location has already: fulfilments to be picked in the hour that begins at hour_ms (UTC). */
typedef struct {
    Str     location;
    int64_t hour_ms, count;
} SourcingLoad;

typedef struct {
    Str             channel;
    Str             method; /* ship, pickup, curbside, same_day, ship_to_store */
    Str             store;  /* pickup, curbside, ship_to_store: where it is handed over; others: none */
    Str             country, region; /* ISO 3166-1 and its second part (e.g. CA of US-CA); none: not known */
    Str             postal_code;     /* or none */
    const GeoPoint *point;           /* of the destination; NULL: not known */
    const SourcingLine *lines;
    size_t              line_count;
    TextList            exclude; /* codes of locations that must not give anything, e.g. one that refused */
    const SourcingLoad *load;    /* NULL: what open fulfilments say, where a location has a limit */
    size_t              load_count;
    bool                partial;    /* a plan that leaves something missing is fine too */
    Str                 objective;  /* cost, time, balanced; none: as set for the channel */
    int64_t             runners_up; /* so many at most; 0: none */
    bool                explain;    /* with steps */
} SourcingAsk;

/* The best plan at ctx->now_ms, in ctx->arena. plan->parts[].line is an index in ask->lines; a location has
 * one parcel, and the parts lie in the order of the parcels. Without `partial`, when not all can be
 * sourced: SOURCING_SHORT with the field lines[N].quantity. Errors: CHANNEL_UNKNOWN, LOCATION_UNKNOWN (the
 * store), FIELD_INVALID (method, objective), AMOUNT_RANGE. */
bool sourcing_plan(Ctx *ctx, const SourcingAsk *ask, SourcePlan *plan, Error *err) MUST_USE;

/* Where an address is on the map; false when it does not say. */
bool sourcing_point(const Address *address, GeoPoint *out);

#endif

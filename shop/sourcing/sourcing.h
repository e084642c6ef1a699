/* sourcing.h — what decides from which locations an order comes. Owns how locations take part (their place
 * on the map, hours, capacity, costs), shipping zones, the services of carriers with their rates, sourcing
 * rules and policies. Plans nothing: flows/sourcing.h does, by core/source.h. docs/SOURCING.md has the
 * definition. Words: a site is a location's part in sourcing; an area is a set of destinations, a zone a set
 * of areas. Invariants: an area is in one zone; a rate's zone is there; hours of a day do not overlap. */
#ifndef SHOP_SOURCING_H
#define SHOP_SOURCING_H

#include "core/source.h"
#include "core/source_time.h"
#include "shop/common.h"

#define API_DEF "shop/sourcing/api.def"
#include "shop/api_declare.h"

enum {
    SOURCING_HOUR_VALUE       = 100, /* minor units; what holds where a retailer has set nothing */
    SOURCING_SPLIT_PENALTY    = 500,
    SOURCING_MAX_SPLITS       = 4,
    SOURCING_SAME_DAY_MINUTES = 120,
    SOURCING_DELIVERS_UNTIL   = 1200, /* minute of the day */
};

/* One site. */
bool sourcing_find_site(Ctx *ctx, Str location, SourcingSite *out, bool *found, Error *err) MUST_USE;

/* Makes or changes a site. Errors: SOURCING_LOCATION, FIELD_INVALID. */
bool sourcing_put_site(Ctx *ctx, const SourcingSite *site, Error *err) MUST_USE;

/* Makes a zone or changes it whole. Errors: FIELD_INVALID, SOURCING_LOCATION, SHIPPING_AREA_TAKEN. */
bool shipping_put_zone(Ctx *ctx, const ShippingZone *zone, Error *err) MUST_USE;

/* Makes a service or changes it whole. Errors: FIELD_INVALID, SHIPPING_ZONE_UNKNOWN. */
bool shipping_put_service(Ctx *ctx, const ShippingService *service, Error *err) MUST_USE;

/* Makes or changes a rule. Errors: FIELD_INVALID, SOURCING_LOCATION, SOURCING_CHANNEL, SOURCING_SKU. */
bool sourcing_put_rule(Ctx *ctx, const SourcingRule *rule, Error *err) MUST_USE;

/* Makes or changes a policy. Errors: SOURCING_CHANNEL. */
bool sourcing_put_policy(Ctx *ctx, const SourcingPolicy *policy, Error *err) MUST_USE;

/* Whether a location of that kind (store, warehouse, popup) does the method, by the stored methods of its
 * site (empty: the standards). *cut_off: minute of the day, or -1. */
bool sourcing_does(Str methods, Str kind, Str method, int64_t *cut_off);

/* A postal code as areas know it: upper case, without blanks; STR_NONE: the arena is full. */
Str sourcing_postal(Arena *arena, Str text);

typedef struct {
    Str     kind, location, category; /* empty: all */
    Id      item;                     /* none: all */
    int64_t amount, qty;
} RuleThatHolds;

typedef struct {
    Str     service, zone; /* zone empty: wherever no other rate of the service holds */
    int64_t weekdays, until, base, per_kg, days, weight_max;
} RateThatHolds;

typedef struct {
    Str origin, zone; /* origin empty: all */
} AreaThatHolds;

/* What was set for orders of a channel by one method to one destination; in each list what says most is
 * first. */
typedef struct {
    SourcingPolicy policy; /* the standards, where none was set */
    RuleThatHolds *rules;
    RateThatHolds *rates;
    AreaThatHolds *areas;
    size_t         rule_count, rate_count, area_count;
} SourcingBook;

typedef struct {
    Str channel, method;
    Str country, region, postal_code; /* or none */
} SourcingBookAsk;

bool sourcing_load(Ctx *ctx, const SourcingBookAsk *ask, SourcingBook *out, Error *err) MUST_USE;

#endif

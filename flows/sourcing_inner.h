/* sourcing_inner.h — what the files of the flow share. See sourcing.h. */
#ifndef FLOWS_SOURCING_INNER_H
#define FLOWS_SOURCING_INNER_H

#include "flows/sourcing.h"

#include "all_sql.h"
#include "shop/availability/availability.h"
#include "shop/locations/locations.h"
#include "shop/sourcing/sourcing.h"

typedef struct {
    Id       id;
    int64_t  step;
    TextList categories; /* when a rule asks for them */
} SourcingItem;

typedef struct {
    Ctx                   *ctx;
    const SourcingAsk     *ask;
    Channel                channel;
    bool                   to_store, fetched, same_day, store_takes;
    Location               store; /* fetched, to_store: where it is handed over */
    SourcingSite           store_site;
    GeoPoint               store_point;
    const GeoPoint        *point; /* of the destination, or NULL */
    Str                    country, region, postal;
    SourcingBook           book;
    const Availability    *terms;
    size_t                *place_of; /* of each site: of availability_places, or SIZE_MAX */
    SourceLine            *lines;    /* one for each item */
    SourcingItem          *items;
    size_t                 line_count;
    size_t                *line_of; /* of each line of the ask */
    SourcingCandidatesRow *sites;
    SourcePlace           *places;
    SourceStock           *stock;
    size_t                 site_count;
    uint32_t              *slots; /* hash table of codes: index + 1 */
    size_t                 slot_mask;
    bool                   cut, no_rates;
} Sourcing;

SourceObjective sourcing_objective(Str name);

/* What each location costs, when it is ready and delivers, and why it may not. */
bool sourcing_resolve_sites(Sourcing *s, Error *err) MUST_USE;

#endif

/* availability.h — what channels may promise, brought together of rules (shop/availability) and stock
 * (shop/inventory): figures with their reasons, holds of carts, backorders, and the feed of changes. */
#ifndef FLOWS_AVAILABILITY_H
#define FLOWS_AVAILABILITY_H

#include "shop/availability/availability.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"

/* What may be promised of an item over the places of a channel. */
typedef struct {
    Str        location;
    int64_t    since_ms; /* out of reach since, or 0 */
    AtpLevel   level;
    AtpWhy     why;
    SellPolicy policy;
} AvailablePlace;

typedef struct {
    bool            offered; /* somewhere of these */
    int64_t         available;
    AvailablePlace *places; /* where it is offered */
    size_t          count;
} AvailableNow;

/* `ask->location` empty: all places of the channel; one scan of the item's levels. */
bool availability_now(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, AvailableNow *out,
                      Error *err) MUST_USE;

/* The same of a kit without stock of its own: as many as its parts suffice for. *counted is false when none
 * of them is counted. What is not there is not sold ahead. */
bool availability_kit(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, const SaleItem *kit,
                      AvailableNow *out, bool *counted, Error *err) MUST_USE;

/* A hold passes to an order, in the order's transaction: exactly once, before its time has passed. Its
 * claims are given back, so that the order takes the goods itself; nobody else gets between, as the levels
 * stay locked. Errors: HOLD_UNKNOWN, HOLD_OVER, FIELD_INVALID (of another channel). */
bool availability_hold_use(Ctx *ctx, Id hold, Str channel, Id order, Error *err) MUST_USE;

/* By when so much more may be there at a place, by its policy; *may is false when the policy does not allow
 * it, or not so much. *at_ms is 0 when no date is known. */
bool availability_later(Ctx *ctx, Id item, const AvailablePlace *place, int64_t qty, bool *may,
                        int64_t *at_ms, Error *err) MUST_USE;

/* Sells what is to come: a backordered claim of the owner with its promised date (0: none is known). */
bool availability_backorder(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want,
                            int64_t promised_ms, Error *err) MUST_USE;

/* Goods have come: those who wait for them get them, first come first served; tells of each. */
bool availability_allocate(Ctx *ctx, Id item, Str location, Error *err) MUST_USE;

/* Job steps. Holds and shares whose time has passed, locations that have gone silent, backorders whose
 * goods have come; in small transactions. */
bool availability_keep_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* The feed: tells of what has changed since it last looked; *did is whether it did. */
bool availability_feed_due(Db *db, Env *env, Arena *arena, int64_t now_ms, bool *did, Error *err) MUST_USE;

#endif

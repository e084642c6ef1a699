/* availability.h — on what terms channels may have stock. Owns the rules (safety stock, buffer of places
 * out of reach, what is offered where, what is sold before it is there), the reach of locations, the holds
 * of carts, the dates promised for what is to come, and what the feed has told last. Owns no stock and no
 * claims: flows/availability.h brings them together. The formula itself is core/atp.h; how rules are chosen
 * is core/scope.h. Invariants: of several rules that match, the most specific holds; a hold ends once:
 * used, released or expired. */
#ifndef SHOP_AVAILABILITY_H
#define SHOP_AVAILABILITY_H

#include "core/atp.h"
#include "core/scope.h"
#include "shop/common.h"

#define API_DEF "shop/availability/api.def"
#include "shop/api_declare.h"

/* What holds for one channel: its rules and the locations that serve it. */
typedef struct Availability Availability;

/* Once a request; from memory where it can be (SQLite), else read. Errors: CHANNEL_NOT_THERE. */
bool availability_open(Ctx *ctx, Str channel, const Availability **out, Error *err) MUST_USE;

/* A location that serves the channel. */
typedef struct {
    Str     code;
    int64_t priority; /* the lower the earlier */
    int64_t since_ms; /* out of reach since; 0: within reach */
} AvailabilityPlace;

/* The active ones by code; `channel` may be closed: then none. */
const AvailabilityPlace *availability_places(const Availability *of, size_t *count);
bool                     availability_serves(const Availability *of, Str location);
bool availability_has_hard(const Availability *of); /* the channel has hard shares somewhere */

typedef struct {
    Id              item;
    const TextList *categories; /* its own first, then those above it (SaleItem.categories); NULL: asked for
                                 * when a rule is for a category */
    Str location;
    Str at; /* where the till stands that sells, or empty: nowhere */
} AvailabilityAsk;

/* What may be sold before it is there. */
typedef enum { SELL_NONE, SELL_BACKORDER, SELL_PREORDER } SellMode;
typedef struct {
    SellMode mode;
    int64_t  most;       /* thousandths open at once at a location; 0: no limit */
    int64_t  lead_days;  /* when nothing is expected by a date */
    int64_t  release_ms; /* not before; 0: none */
} SellPolicy;

typedef struct {
    bool       offered; /* the location serves the channel, and no rule leaves the item out */
    AtpTerms   terms;   /* for StockWant.terms and atp() */
    SellPolicy policy;
} AvailabilityTerms;

/* For one item at one location. No query but, where there are very many rules for single items, one for the
 * rules of this item, and one for its categories when they are asked for. */
bool availability_terms(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask,
                        AvailabilityTerms *out, Error *err) MUST_USE;

/* The same for one item at all places of the channel (availability_places), where its rules are read once.
 */
bool availability_terms_of(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask,
                           AvailabilityTerms **out, Error *err) MUST_USE;

/* --- holds: their rows; the claims are inventory's --- */

typedef struct {
    Id  id;
    Str channel, location, state; /* location empty: of the network; state: open, used, released, expired */
    Id  order;                    /* that used it */
    int64_t made_ms, expires_ms;
} HoldRow;

bool holds_put(Ctx *ctx, const HoldRow *hold, Error *err) MUST_USE;

/* Errors: HOLD_UNKNOWN. */
bool holds_get(Ctx *ctx, Id id, HoldRow *out, Error *err) MUST_USE;

/* Errors: HOLD_OVER, also when its time has passed. */
bool holds_extend(Ctx *ctx, Id id, int64_t expires_ms, Error *err) MUST_USE;

/* Ends an open hold, exactly once: as used by an order (before its time has passed) or released.
 * Errors: HOLD_UNKNOWN, HOLD_OVER. */
bool holds_end(Ctx *ctx, Id id, Str state, Id order, Error *err) MUST_USE;

/* Open holds whose time has passed, the oldest first, `limit` at most. */
bool holds_due(Ctx *ctx, int64_t limit, Id **out, size_t *count, Error *err) MUST_USE;

/* --- promised dates of backordered claims --- */

typedef struct {
    Id      owner;
    int64_t n;
    Id      item;
    Str     location, channel;
    int64_t qty, promised_ms; /* promised_ms 0: no date */
} Promise;

bool promises_put(Ctx *ctx, const Promise *promise, Error *err) MUST_USE;
bool promises_end(Ctx *ctx, Id owner, int64_t n, Error *err) MUST_USE;
bool promises_move(Ctx *ctx, Id owner, int64_t n, int64_t promised_ms, Error *err) MUST_USE;

/* Those of an item at a location by the time they were made. */
bool promises_of(Ctx *ctx, Id item, Str location, Promise **out, size_t *count, Error *err) MUST_USE;

/* --- reach --- */

/* Locations that have told that they are there, and not for longer than the setting allows; `limit` at
 * most. */
bool reach_due(Ctx *ctx, int64_t limit, Str **out, size_t *count, Error *err) MUST_USE;

/* Says whether a location can be reached, from now on; *changed tells whether that is news. */
bool reach_set(Ctx *ctx, Str location, bool offline, int64_t since_ms, bool *changed, Error *err) MUST_USE;

/* The audit row and the event of such news. */
bool reach_tell(Ctx *ctx, Str location, bool offline, Error *err) MUST_USE;

/* --- what the feed of a channel told last of an item --- */

typedef struct {
    Str     location; /* or empty: the sum */
    int64_t available;
} ToldRow;

bool told_of(Ctx *ctx, Str channel, Id item, ToldRow **out, size_t *count, Error *err) MUST_USE;
bool told_put(Ctx *ctx, Str channel, Id item, const ToldRow *told, Error *err) MUST_USE;

#endif

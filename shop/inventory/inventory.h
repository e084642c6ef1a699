/* inventory.h — how many of each item stand where, and who has a claim on them. Owns the stock ledger,
 * the levels and the claims. Does not decide which location ships.
 * Words: a place is a location and a state. Sellable is floor and backroom. A claim is held (by a cart),
 * committed (to an order, a fulfilment, a transfer) or backordered (out of what is to come); it is open
 * until all of it is taken or released. Available-to-promise is in core/atp.h.
 * Invariants: a level is the sum of its moves, state by state; held, committed and backordered are sums of
 * the open claims; no state of a location goes below zero; moves are only ever appended; a claim ends once.
 * Goods may be told apart: by lots, whose sum is the level then, and by serial numbers, each in one place, on
 * a way without gaps. Where they are not named they are chosen, first expired first out (core/fefo.h).
 * Whoever changes several items in one transaction does so in the order of their ids. */
#ifndef SHOP_INVENTORY_H
#define SHOP_INVENTORY_H

#include "core/atp.h"
#include "shop/common.h"

#define API_DEF "shop/inventory/api.def"
#include "shop/api_declare.h"

/* The document that moves stock; `n` counts its moves. */
typedef struct {
    Id      id;
    Str     cause;
    int64_t n;
} StockDoc;

/* Some of one lot, or one piece with its number. */
typedef struct {
    Str     lot, serial; /* empty: has none */
    Str     state;       /* where it stood before */
    int64_t qty;
} StockPiece;

/* What goods are told apart by. What comes in from outside must name it; what leaves is chosen where it is
 * not named, but for serial numbers, which are named unless all that stand there leave.
 * Errors of all that move such goods: LOT_NEEDED, LOT_UNKNOWN, LOT_DATE, LOT_EXPIRED, LOT_RECALLED,
 * SERIALS_NEEDED, SERIAL_ELSEWHERE, SERIAL_TAKEN, PERMISSION_MISSING. */
typedef struct {
    Str         lot;            /* absent: chosen, or that of the serial numbers */
    int64_t     expires_day;    /* of a lot that comes in first; 0: as it is known, or it does not expire */
    TextList    serials;        /* one for each unit */
    Str         expired_reason; /* a person lets the lot go though it has expired; absent: it is refused */
    StockPiece *taken;          /* filled in: what moved; none of what is not told apart */
    size_t      taken_count;
} StockMarks;

typedef struct {
    Id       item;
    Str      sku; /* for messages */
    Str      location;
    int64_t  qty; /* thousandths, > 0 */
    AtpTerms terms;
    size_t   line; /* index in the request, for the field of an error */
    StockMarks *marks; /* or NULL: nothing is named */
} StockWant;

/* Sells at once: floor first, then backroom, to the customer. Errors: STOCK_SHORT with what is
 * available; nothing is changed then. */
bool inventory_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err) MUST_USE;

/* The same, but the goods stay, picked, until they are handed over or put back. */
bool inventory_pick(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err) MUST_USE;

typedef struct {
    Str     kind; /* cart, order, fulfilment, transfer */
    Id      id;
    int64_t expires_ms; /* 0: the claims end with their owner */
} ClaimOwner;

/* Claims: a cart's is held, others' are committed. `n` is new within the owner. Errors: STOCK_SHORT. */
bool inventory_claim(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want,
                     Error *err) MUST_USE;

typedef struct {
    int64_t n;
    Str     owner; /* its kind */
    Id      item;
    Str     location, channel, state;
    int64_t qty, taken, released; /* open is qty - taken - released */
    int64_t expires_ms;
} Claim;

/* The open claims of an owner, by item. */
bool inventory_claims_of(Ctx *ctx, Id owner, Claim **out, size_t *count, Error *err) MUST_USE;

/* Turns every open claim of the owner into a sale: the goods go to the customer. */
bool inventory_claims_use(Ctx *ctx, Id owner, Error *err) MUST_USE;

/* Gives every open claim of the owner back. */
bool inventory_claims_drop(Ctx *ctx, Id owner, Error *err) MUST_USE;

/* Part of a claim is taken into another place, mostly `picked` of the location; out of floor or backroom, or
 * `sellable`: the floor first, and of lots and pieces wherever they stand.
 * Errors: STOCK_SHORT (not so much there, or not so much open). */
typedef struct {
    Id      owner;
    int64_t n;
    Str     sku; /* for messages */
    Str     from_state, to_location, to_state;
    int64_t qty;
    StockMarks *marks; /* or NULL: nothing is named */
} ClaimTake;
bool inventory_claim_take(Ctx *ctx, StockDoc *doc, const ClaimTake *take, Error *err) MUST_USE;

/* Gives part of a claim back. Errors: STOCK_SHORT when not so much of it is open. */
bool inventory_claim_release(Ctx *ctx, Id owner, int64_t n, int64_t qty, Error *err) MUST_USE;

/* The held claims of an owner end then. */
bool inventory_claims_extend(Ctx *ctx, Id owner, int64_t expires_ms, Error *err) MUST_USE;

/* Claims of carts that ended before ctx->now_ms, released; at most `limit`. */
bool inventory_claims_expire(Ctx *ctx, int64_t limit, int64_t *count, Error *err) MUST_USE;

typedef struct {
    Id  item;
    Str sku; /* for messages */
    Str from_location, from_state;
    Str to_location,
        to_state;    /* outside (vendor, customer, adjustment, loss, production): location empty */
    int64_t qty;     /* thousandths, > 0 */
    bool    is_fact; /* it has happened already (count, theft, damage): claims may be left without goods */
    StockMarks *marks; /* or NULL: nothing is named */
} StockMove;

/* Moves stock. Errors: STOCK_SHORT when less is there than should leave, or claims would be left without
 * goods and it is no fact. */
bool inventory_move(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err) MUST_USE;

/* Names pieces that were sold without their numbers. */
bool inventory_name_serials(Ctx *ctx, const SerialsLate *request, SerialsDue *reply, Error *err) MUST_USE;

/* Whether a piece of the item has this number, wherever it is. */
bool inventory_knows_serial(Ctx *ctx, Id item, Str serial, bool *known, Error *err) MUST_USE;

/* The day that it is at a location, as core/fefo.h counts. */
bool inventory_today(Ctx *ctx, Str location, int64_t *day, Error *err) MUST_USE;

/* Whether something that can be sold somewhere has passed its last day, or may have. */
bool inventory_may_expire(Ctx *ctx, bool *some, Error *err) MUST_USE;

/* Puts what has expired out of floor and backroom into quarantine; at most `limit` lots. */
bool inventory_expire_lots(Ctx *ctx, int64_t limit, int64_t *count, Error *err) MUST_USE;

/* More (or, below zero, less) is on order for a location. */
bool inventory_expect(Ctx *ctx, StockDoc *doc, Id item, Str location, int64_t change, Error *err) MUST_USE;

/* The item of a SKU, also one that has no stock. Errors: NOT_FOUND at `sku`. */
bool inventory_item_id(Ctx *ctx, Str sku, Id *item, Error *err) MUST_USE;

/* The locations that have some of it on the floor or in the backroom, by code. */
bool inventory_places(Ctx *ctx, Id item, TextList *out, Error *err) MUST_USE;

/* A level as the routes show it. */
StockLevel inventory_shown(Str sku, Str location, const AtpLevel *level);

/* How it stands; all zero when nothing was ever there. */
bool inventory_level(Ctx *ctx, Id item, Str location, AtpLevel *out, Error *err) MUST_USE;

/* Whether the item is counted in stock at all (a service is not); also for items not sold any more. */
bool inventory_is_counted(Ctx *ctx, Id item, bool *yes, Error *err) MUST_USE;

/* --- shares: what is kept of an item at a location for one channel (inventory_shares.c) --- */

typedef struct {
    Id      item;
    Str     location, channel, kind; /* kind: hard, soft, protected */
    int64_t priority;                /* when there is less than all shares keep: the lower the earlier */
    int64_t granted, used;           /* thousandths; of a protected one nothing is ever used */
    int64_t until_ms;                /* given up from then on; 0: stays */
} StockShare;

/* Keeps `granted` from now on, whatever was kept before; what open claims have out of the share comes back
 * to it when they are released. */
bool inventory_share_put(Ctx *ctx, const StockShare *share, Error *err) MUST_USE;

/* Gives a share up; *found tells whether there was one. */
bool inventory_share_drop(Ctx *ctx, Id item, Str location, Str channel, bool *found, Error *err) MUST_USE;

/* The shares of an item by location and channel; of one location, or of all when it is empty. */
bool inventory_shares_of(Ctx *ctx, Id item, Str location, StockShare **out, size_t *count,
                         Error *err) MUST_USE;

/* Gives up the shares that ended before ctx->now_ms; at most `limit`. */
bool inventory_shares_end(Ctx *ctx, int64_t limit, int64_t *count, Error *err) MUST_USE;

/* The channel's share out of those of a location, for atp(); takes what ended already out of level->kept.
 */
AtpShare inventory_share(const StockShare *shares, size_t count, Str channel, int64_t now_ms,
                         AtpLevel *level);

/* --- backorders: claims on what is to come (inventory_later.c) --- */

/* A claim that is served when goods come; its state is backordered. No stock is asked for. */
bool inventory_claim_later(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want,
                           Error *err) MUST_USE;

typedef struct {
    Id      owner;
    int64_t n;
    Str     kind; /* of the owner */
    Str     channel;
    int64_t open, made_ms;
} WaitingClaim;

/* The backordered claims of an item at a location, first come first; at most `limit`. */
bool inventory_waiting(Ctx *ctx, Id item, Str location, int64_t limit, WaitingClaim **out, size_t *count,
                       Error *err) MUST_USE;

/* The next places behind (item, location) where somebody waits; at most `limit`. */
typedef struct {
    Id  item;
    Str location;
} StockPlace;
bool inventory_waited_for(Ctx *ctx, StockPlace after, int64_t limit, StockPlace **out, size_t *count,
                          Error *err) MUST_USE;

/* Goods are there for a backordered claim: it is committed now, all of it or nothing. `keep` is what must
 * stay free besides (safety stock, buffer). *done is false when there is not enough, or it does not wait
 * any more. */
bool inventory_claim_serve(Ctx *ctx, Id owner, int64_t n, const AtpTerms *keep, bool *done,
                           Error *err) MUST_USE;

/* --- for a channel's feed (inventory_feed.c) --- */

typedef struct {
    Str  channel;
    bool by_location;
    bool sweeping;    /* all items are being gone through */
    Id   sweep_after; /* none: from the first */
} StockFeed;

/* Switches a feed on, or off; a feed that is switched on goes through all items. */
bool inventory_feed_put(Ctx *ctx, Str channel, bool on, bool by_location, Error *err) MUST_USE;

/* The feeds that are on. With `lock`: nobody else has them until the transaction ends; *count is 0 when
 * somebody has. */
bool inventory_feeds(Ctx *ctx, bool lock, StockFeed **out, size_t *count, Error *err) MUST_USE;

/* Goes through all items anew for all feeds (what holds for many items has changed). */
bool inventory_feeds_sweep(Ctx *ctx, Error *err) MUST_USE;

/* The next items behind `after`, by id; at most `limit`. */
bool inventory_items_after(Ctx *ctx, Id after, int64_t limit, Id **out, size_t *count, Error *err) MUST_USE;

/* How far the sweep of a feed is; `done` ends it. */
bool inventory_feed_swept(Ctx *ctx, Str channel, Id after, bool done, Error *err) MUST_USE;

/* Takes what has changed, at most `limit` changes, each item once; it is forgotten with this transaction.
 */
bool inventory_changed(Ctx *ctx, int64_t limit, Id **items, size_t *count, bool *more, Error *err) MUST_USE;

/* How an item stands at its locations, by location (bytewise). */
typedef struct {
    Str      location;
    AtpLevel level;
} StockAt;
bool inventory_levels(Ctx *ctx, Id item, StockAt **out, size_t *count, Error *err) MUST_USE;

#endif

/* inventory_inner.h — what the files of inventory share: a change of one level, its rows in the ledger.
 */
#ifndef SHOP_INVENTORY_INNER_H
#define SHOP_INVENTORY_INNER_H

#include "shop/inventory/inventory.h"

#include "all_sql.h"

/* Changes of a level, state by state; `in.merchant`, item and location are set by level_change_at. */
typedef StockChangeIn LevelChange;

LevelChange level_change_at(Ctx *ctx, Id item, Str location);

/* The change of a state by its name, physical or promised. */
int64_t *level_state(LevelChange *change, Str state);

/* The level as it stands, and nobody else changes it until the transaction ends; all zero when there is
 * none. */
bool level_lock(Ctx *ctx, Id item, Str location, AtpLevel *out, Error *err) MUST_USE;

/* The same, and whether what stands there is told apart by lots or serial numbers. */
bool level_lock_tracked(Ctx *ctx, Id item, Str location, AtpLevel *out, bool *tracked,
                        Error *err) MUST_USE;

/* Applies a change, making the level when there is none. */
bool level_apply(Ctx *ctx, const LevelChange *change, Error *err) MUST_USE;

/* Appends one row to the ledger. */
bool ledger_append(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err) MUST_USE;
bool ledger_append_lot(Ctx *ctx, StockDoc *doc, const StockMove *move, Str lot, Error *err) MUST_USE;

/* How an item is told apart. */
typedef struct {
    bool    lots, serials;
    int64_t least_days; /* that a lot must keep when it is sold */
} Tracking;
bool tracking_of(Ctx *ctx, Id item, Tracking *out, Error *err) MUST_USE;

/* What leaves where and goes where, of goods that are told apart. */
typedef struct {
    Id          item;
    Str         sku;                       /* for messages */
    Str         from_location, from_state; /* sellable: floor, then backroom */
    Str         to_location, to_state;
    int64_t     qty;
    bool        any_age; /* also what has expired */
    StockMarks *marks;   /* or NULL */
} PieceMove;

typedef struct {
    StockPiece *items;
    size_t      count;
    bool        unnamed; /* pieces whose serial numbers are named later */
} Pieces;

/* Chooses; with the levels of both ends locked. Then moves: lots, serial numbers, rows of the ledger. */
bool pieces_plan(Ctx *ctx, const Tracking *how, const PieceMove *move, const AtpLevel *from, Pieces *out,
                 Error *err) MUST_USE;
bool pieces_apply(Ctx *ctx, StockDoc *doc, const Tracking *how, const PieceMove *move,
                  const Pieces *pieces, Error *err) MUST_USE;

/* How much of the pieces stood in a state. */
int64_t pieces_in(const Pieces *pieces, Str state);

/* The same in one, for what leaves one state, or comes in. */
bool pieces_move(Ctx *ctx, StockDoc *doc, const PieceMove *move, Error *err) MUST_USE;

/* Sells, or picks: out of floor, then backroom, with the level locked; `change` may hold what else
 * changes.
 */
bool pieces_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, const AtpLevel *level, Str to_location,
                 Str to_state, LevelChange *change, Error *err) MUST_USE;

/* Whether the serial number stands where it should leave, or may come in; *lot gets its lot
 * (inventory_serials.c). */
bool serial_check(Ctx *ctx, const PieceMove *move, Str serial, StockPiece *out, Error *err) MUST_USE;

/* Moves one piece with its number. */
bool serial_move(Ctx *ctx, const StockDoc *doc, const PieceMove *move, const StockPiece *piece,
                 Error *err) MUST_USE;

/* The pieces sold without numbers, to be named later. Errors: SERIALS_NEEDED when that is not allowed. */
bool serials_later(Ctx *ctx, const PieceMove *move, int64_t floor, Pieces *out, Error *err) MUST_USE;
bool serials_due_put(Ctx *ctx, const StockDoc *doc, const PieceMove *move, const Pieces *pieces,
                     Error *err) MUST_USE;

/* Appends a promise (held, committed, backordered, on_order) made, or, below zero, ended. */
bool ledger_promise(Ctx *ctx, StockDoc *doc, Id item, Str location, Str state, int64_t change,
                    Error *err) MUST_USE;

/* A new open claim in that state: its row, and its row in the ledger; the level is up to the caller.
 * `share`: so much of it is out of the channel's share. */
bool claim_append(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want, Str state,
                  int64_t share, Error *err) MUST_USE;

/* Appends what goes to the customer out of one state; nothing when qty is 0. */
bool ledger_sale(Ctx *ctx, StockDoc *doc, const StockWant *want, Str state, int64_t qty,
                 Error *err) MUST_USE;

/* STOCK_SHORT, with what is available. Always false. */
bool stock_short(Ctx *ctx, const StockWant *want, int64_t available, Error *err);

/* A level as replies show it. */
StockLevel stock_shown(Str sku, Str location, const AtpLevel *level);

/* The item of a SKU. Errors at `field`: NOT_FOUND, STOCK_PLACE (a service). */
bool stock_item(Ctx *ctx, Str sku, const char *field, Id *item, Error *err) MUST_USE;

/* The share of the channel that wants goods at a locked level: zero when it has none and nothing is kept.
 * Takes what ended already out of level->kept. */
bool share_find(Ctx *ctx, Id item, Str location, const AtpTerms *terms, AtpLevel *level, AtpShare *share,
                Error *err) MUST_USE;

/* So much goes out of a channel's share first: *used is what came out of it; level.kept follows in
 * `change`. */
bool share_use(Ctx *ctx, const StockWant *want, const AtpShare *share, int64_t *used, LevelChange *change,
               Error *err) MUST_USE;

/* What came out of a share goes back to it, if it is still there. The level is locked. */
bool share_give_back(Ctx *ctx, Id item, Str location, Str channel, int64_t qty, LevelChange *change,
                     Error *err) MUST_USE;

/* Remembers for the feeds, if there are any, that what may be promised of an item at a location has
 * changed. */
bool feed_note(Ctx *ctx, Id item, Str location, Error *err) MUST_USE;

#endif

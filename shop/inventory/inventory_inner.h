/* inventory_inner.h — what the files of inventory share: a change of one level, its rows in the ledger. */
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

/* Applies a change, making the level when there is none. */
bool level_apply(Ctx *ctx, const LevelChange *change, Error *err) MUST_USE;

/* Appends one row to the ledger. */
bool ledger_append(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err) MUST_USE;

/* Appends a promise (held, committed, backordered, on_order) made, or, below zero, ended. */
bool ledger_promise(Ctx *ctx, StockDoc *doc, Id item, Str location, Str state, int64_t change,
                    Error *err) MUST_USE;

/* Appends what goes to the customer out of one state; nothing when qty is 0. */
bool ledger_sale(Ctx *ctx, StockDoc *doc, const StockWant *want, Str state, int64_t qty,
                 Error *err) MUST_USE;

/* STOCK_SHORT, with what is available. Always false. */
bool stock_short(Ctx *ctx, const StockWant *want, int64_t available, Error *err);

#endif

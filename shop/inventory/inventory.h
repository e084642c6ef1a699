/* inventory.h — how many of each item stand where, and who has a claim on them. Owns the stock ledger,
 * the levels and the claims. Does not decide which location ships.
 * Words: a place is a location and a state; on hand is floor and backroom; available is on hand less
 * claims and, for channels that keep it, less the safety stock.
 * Invariants: a level is the sum of its moves; claimed is the sum of the held claims; no state of a
 * location goes below zero; moves are only ever appended. */
#ifndef SHOP_INVENTORY_H
#define SHOP_INVENTORY_H

#include "shop/common.h"

#define API_DEF "shop/inventory/api.def"
#include "shop/api_declare.h"

/* The document that moves stock; `n` counts its moves. */
typedef struct {
    Id      id;
    Str     cause;
    int64_t n;
} StockDoc;

typedef struct {
    Id      item;
    Str     sku; /* for messages */
    Str     location;
    int64_t qty; /* thousandths, > 0 */
    bool    keeps_safety;
    size_t  line; /* index in the request, for the field of an error */
} StockWant;

/* Sells at once: floor first, then backroom, to the customer. Errors: STOCK_SHORT with what is
 * available; nothing is changed then. */
bool inventory_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err) MUST_USE;

/* Claims for an order that is not paid yet; `n` is the order's line. Errors: STOCK_SHORT. */
bool inventory_claim(Ctx *ctx, Id order, int64_t n, const StockWant *want, Error *err) MUST_USE;

/* Turns every held claim of the order into a sale. */
bool inventory_claims_use(Ctx *ctx, Id order, Error *err) MUST_USE;

/* Gives every held claim of the order back. */
bool inventory_claims_drop(Ctx *ctx, Id order, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     sku; /* for messages */
    Str     from_location, from_state;
    Str     to_location, to_state; /* outside (vendor, customer, adjustment): location empty */
    int64_t qty;                   /* thousandths, > 0 */
} StockMove;

/* Moves stock. Errors: STOCK_SHORT when less is there than should leave or claims would be broken. */
bool inventory_move(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err) MUST_USE;

/* Whether the item is counted in stock at all (a service is not); also for items not sold any more. */
bool inventory_is_counted(Ctx *ctx, Id item, bool *yes, Error *err) MUST_USE;

#endif

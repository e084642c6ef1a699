/* goods.h — goods of any kind leave with a sale and come back: kits are taken apart, lots chosen, serial
 * numbers moved, in the order of item ids. What went is kept with the order, so that the same comes back.
 */
#ifndef FLOWS_GOODS_H
#define FLOWS_GOODS_H

#include "flows/give_back.h"
#include "shop/availability/availability.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/orders/orders.h"

/* A line that takes goods. */
typedef struct {
    const SaleItem *item;
    int64_t         qty;            /* thousandths */
    size_t          line;           /* index in the request; the order's line is one more */
    Str             lot;            /* as scanned, or none */
    Str             expired_reason; /* or none */
    TextList        serials;        /* also those of a kit's parts */
} GoodsLine;

/* What one line takes of one item. */
typedef struct {
    StockWant  want;
    StockMarks marks; /* with what was taken */
    int64_t    n;     /* unique within the sale */
    bool       tracked;
} GoodsWant;

typedef struct {
    Id               order;
    Str              location;
    AtpTerms         terms; /* of all of it, where there is no `availability` */
    const Availability *availability; /* of the channel: each item by its rules; or NULL */
    Str              at;    /* where the till stands that sells, or empty */
    const GoodsLine *lines;
    size_t           count;
    GoodsWant       *wants; /* filled in: by item */
    size_t           want_count;
} GoodsSale;

/* What the lines take of the stock, by item; nothing is changed. Errors: SERIAL_ELSEWHERE,
 * NOT_OFFERED. */
bool goods_wants(Ctx *ctx, GoodsSale *sale, Error *err) MUST_USE;

/* The goods leave at once. Errors: as inventory_sell, with the path of the line. */
bool goods_sell(Ctx *ctx, GoodsSale *sale, Error *err) MUST_USE;

/* The goods are held until goods_paid or goods_given_up: claimed, or, when they are told apart, picked.
 */
bool goods_hold(Ctx *ctx, GoodsSale *sale, Error *err) MUST_USE;

/* Keeps with the order, which is there by now, what its kits consisted of, and which lots and pieces
 * went; `gone`: with the customer. Shows it in *order. */
bool goods_keep(Ctx *ctx, const GoodsSale *sale, bool gone, Order *order, Error *err) MUST_USE;

/* What an order holds goes to the customer, or back to where it can be sold. */
bool goods_paid(Ctx *ctx, const Order *order, Error *err) MUST_USE;
bool goods_given_up(Ctx *ctx, const Order *order, Error *err) MUST_USE;

/* What a holder (an order or a fulfilment) has picked of lots and pieces, out of its location: to the
 * customer, or back. Goods that are not told apart are not among them. */
bool goods_hand_over(Ctx *ctx, StockDoc *doc, Id holder, Str location, Error *err) MUST_USE;
bool goods_put_back(Ctx *ctx, StockDoc *doc, Id holder, Str location, Str to_state, Error *err) MUST_USE;

/* Takes part of a claim of a fulfilment for a line of an order, and keeps which lots and pieces of `of`
 * (item, sku) it was. */
bool goods_pick(Ctx *ctx, StockDoc *doc, Id order, int64_t line, const StockWant *of,
                const ClaimTake *take, Error *err) MUST_USE;

/* The goods of a return come back, each part where it is told; doc->lines get what came. `asked` has an
 * entry for each line (or is NULL: without receipt). Errors: RETURN_SERIAL, RETURN_PART, and those of
 * inventory_move. */
bool goods_return(Ctx *ctx, Return *doc, const GiveBackLine *lines, Error *err) MUST_USE;

/* A step of the jobs, within the first seconds of each minute: what expired is put apart, so that it is
 * not promised. */
bool goods_expire_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* How many whole kits can be taken of the parts at a location, and the part that there is least of
 * (empty: none is counted). */
bool goods_kits_there(Ctx *ctx, const SaleItem *kit, Str location, const AtpTerms *terms, int64_t *qty,
                      Str *least, Error *err) MUST_USE;

#endif

/* past_sale.h — writes down what happened elsewhere and before: a finished sale with the prices it was
 * sold at, and goods given back without their receipt. Leaves the same rows as a sale made here: order,
 * stock, payment in cash of exactly the total, ledger, receipt number, audit row, event.
 * A sale that is given back with its receipt goes through flows/give_back.c. */
#ifndef FLOWS_PAST_SALE_H
#define FLOWS_PAST_SALE_H

#include "core/cart.h"
#include "shop/locations/locations.h"
#include "flows/give_back.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"

/* What holds for all sales of one location and channel. */
typedef struct {
    const Location *location;
    const Channel  *channel;
    const CartRate *rates; /* in force when it was sold */
    size_t          rate_count;
} PastPlace;

typedef struct {
    Id      item;
    Str     sku, name, tax_class, price_source;
    bool    stocked;
    int64_t qty_milli;  /* > 0 */
    int64_t unit_price; /* minor units, >= 0 */
} PastLine;

typedef struct {
    Id              customer; /* or none */
    Str             ref, note;
    int64_t         at_ms; /* when it was sold, UTC */
    const PastLine *lines;
    size_t          line_count; /* 1 to CART_LINES_MAX */
} PastSale;

/* Errors: STOCK_SHORT, TAX_UNRESOLVED, AMOUNT_RANGE. */
bool flow_record_sale(Ctx *ctx, const PastPlace *place, const PastSale *sale, Order *out,
                      Error *err) MUST_USE;

/* What goods given back without a receipt are worth at the prices of the lines, with their taxes:
 * *out with its lines, which are not written yet. */
bool past_return_price(Ctx *ctx, const PastPlace *place, const PastSale *back, Return *out,
                       GiveBackLine **with, Error *err) MUST_USE;

/* The same for goods given back without a receipt: to the floor, the money in cash. */
bool flow_record_return(Ctx *ctx, const PastPlace *place, const PastSale *back, Return *out,
                        Error *err) MUST_USE;

#endif

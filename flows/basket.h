/* basket.h — loads what pricing a basket needs: location, channel, items, prices, taxes. */
#ifndef FLOWS_BASKET_H
#define FLOWS_BASKET_H

#include "flows/reference.h"
#include "shop/orders/orders.h"

typedef struct {
    const Location        *location;
    const Channel         *channel;
    CartInput              in;    /* what core/cart.c takes */
    const SaleItem *const *items; /* one for each line */
} Basket;

typedef struct {
    Str               location, channel;
    Id                customer; /* or none */
    const BasketLine *lines;
    size_t            line_count;
} BasketAsk;

/* Errors: LOCATION_UNKNOWN, CHANNEL_UNKNOWN, LOCATION_NOT_SERVED, CUSTOMER_UNKNOWN, SKU_UNKNOWN,
 * PRICE_MISSING, QUANTITY_STEP, with the path of the line. */
bool basket_load(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err) MUST_USE;

#endif

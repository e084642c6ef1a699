/* basket.h — loads what pricing a basket needs: location, channel, items, prices, taxes, the customer,
 * coupons, budgets and limits; and prices it with the promotions in force. */
#ifndef FLOWS_BASKET_H
#define FLOWS_BASKET_H

#include "flows/reference.h"
#include "flows/taxes.h"
#include "shop/approvals/approvals.h"
#include "shop/orders/orders.h"

typedef struct {
    const Location        *location;
    const Channel         *channel;
    Str                    tax_zone;
    TaxSource              tax_source;
    TaxPlaces              places;  /* where else some lines are taxed */
    CartInput              in;      /* what core/cart.c takes */
    const SaleItem *const *items;   /* one for each line */
    int64_t                rules;   /* number of the set of promotions */
    bool                   by_hand; /* a person takes something off */
} Basket;

typedef struct {
    Str               location, channel;
    Id                customer; /* or none */
    const BasketLine *lines;
    size_t            line_count;
    TextList          coupons;
    CartShipping     *shipping; /* or NULL */
    const ShipTo     *ship_to;  /* or NULL: the goods are taken along */
    DeliveryList      deliveries; /* of lines that name one */
    ManualDiscount   *manual;   /* or NULL */
    Str               tender;   /* that pays all of it, or none */
} BasketAsk;

/* Asks the tax service about a basket, outside any transaction; see ctx->asking. What is wrong with the
 * basket is left to its run. */
void basket_ask_taxes(Ctx *ctx, const BasketAsk *ask);

/* Errors: LOCATION_UNKNOWN, CHANNEL_UNKNOWN, LOCATION_NOT_SERVED, CUSTOMER_UNKNOWN, SKU_UNKNOWN,
 * PRICE_MISSING, QUANTITY_STEP, FEE_CURRENCY, PERMISSION_MISSING, FIELD_INVALID, TAX_OUT_OF_REACH,
 * COUPON_…, with the path of the line. */
bool basket_load(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err) MUST_USE;

/* What it costs. `explain`: with steps and what is nearly reached; they are always made where promotions or
 * people may take something off. Errors: as cart_price. */
bool basket_price(Ctx *ctx, const Basket *basket, bool explain, Priced *out, Error *err) MUST_USE;

/* What a person takes off, of a basket priced with steps. */
int64_t basket_by_hand(const Priced *priced);

/* What another person approves: the SHA-256 of who buys what where with which discounts by hand, as hex. */
bool basket_subject(Ctx *ctx, const BasketAsk *ask, Str *out, Error *err) MUST_USE;

#endif

/* reference.h — the reference data of a sale: place, tax rates, items with their prices. From the shelf
 * (store/shelf.h) where it is open and has it, otherwise from the database, and then onto the shelf.
 * What is given lives until the end of the request and must not be changed. */
#ifndef FLOWS_REFERENCE_H
#define FLOWS_REFERENCE_H

#include "core/cart.h"
#include "shop/catalog/catalog.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"
#include "shop/pricing/pricing.h"
#include "shop/promotions/promotions.h"

typedef struct {
    Location location;
    Channel  channel; /* which the location serves */
} Place;

/* Errors: LOCATION_UNKNOWN, CHANNEL_UNKNOWN, LOCATION_NOT_SERVED. */
bool reference_place(Ctx *ctx, Str location, Str channel, const Place **out, Error *err) MUST_USE;

/* The tax rates that are in force in a zone now. */
bool reference_rates(Ctx *ctx, Str zone, const CartRate **rates, size_t *count, Error *err) MUST_USE;

/* Which promotions are in force, by the number of their set (0: none ever were), and the merchant's limits.
 */
typedef struct {
    int64_t           version;
    Str               currency;
    GuardrailSettings limits;
} RulesState;

bool reference_rules(Ctx *ctx, const RulesState **out, Error *err) MUST_USE;

/* The active item of a SKU. Errors: SKU_UNKNOWN. *prices is what it costs in the channel, for
 * reference_price. */
bool reference_item(Ctx *ctx, Str sku, const Channel *channel, const SaleItem **item,
                    const PriceSteps **prices, Error *err) MUST_USE;

/* The price of so much of it now. Errors: PRICE_MISSING. */
bool reference_price(Ctx *ctx, const SaleItem *item, const PriceSteps *prices, const Channel *channel,
                     int64_t qty_milli, PriceFound *out, Error *err) MUST_USE;

#endif

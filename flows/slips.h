/* slips.h — from documents to what is printed: loads orders, returns and deliveries as core/slip.h wants
 * them. */
#ifndef FLOWS_SLIPS_H
#define FLOWS_SLIPS_H

#include "core/slip.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"

/* Who sells at a location, and the location (its code for a name when it is gone). */
bool slips_shop(Ctx *ctx, Str location, SlipShop *shop, Location *place, Error *err) MUST_USE;

/* What the clock on the wall of a location shows at a time; OPT_NONE stays so. */
int64_t slips_wall(const Location *place, int64_t utc_ms);

/* An order, and a return of one. The texts live in the arena. Errors: MEMORY. */
bool slips_order(Ctx *ctx, const Order *order, SlipLanguage language, SlipSale *out, Error *err) MUST_USE;

bool slips_return(Ctx *ctx, const Return *doc, SlipLanguage language, SlipSale *out, Error *err) MUST_USE;

/* Goods that are fetched, and where that is; the customer's secret is not on it. */
bool slips_pickup(Ctx *ctx, const FulfilDoc *doc, SlipPickup *out, Location *place, Error *err) MUST_USE;

#endif

/* taxes.h — where a sale is taxed, how its tax is rounded there and whose rates hold: the shop's tables or
 * those that a tax service told beforehand (flows/tax_service.h). */
#ifndef FLOWS_TAXES_H
#define FLOWS_TAXES_H

#include "flows/tax_service.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"

/* The zone of a sale: of the location when the goods are taken along (to: NULL), else by the rules of the
 * location's zone. Without a zone of the shop's own it is the region's, where there are rates for that, or
 * the country's. Errors: FIELD_INVALID, TAX_OUT_OF_REACH. */
bool taxes_zone(Ctx *ctx, const Location *location, const ShipTo *to, Str *zone, Error *err) MUST_USE;

/* Zones other than the sale's own in which some of its lines are taxed. */
enum { TAX_PLACES_MAX = 9 };
typedef struct {
    Str    zones[TAX_PLACES_MAX];
    size_t count;
} TaxPlaces;

/* Lines that are delivered are taxed where they are handed over: sent ones as goods that the location sends
 * there (taxes_zone), fetched ones at their store; shipping where the first delivery is sent. The classes of
 * lines in another zone than `own` become "1/class", "2/class" …, by their place in `out`. Errors: as
 * taxes_zone, LOCATION_UNKNOWN, FIELD_INVALID (too many zones), with the path of the delivery. */
bool taxes_places(Ctx *ctx, const Location *location, Str own, const DeliveryList *deliveries,
                  const BasketLine *lines, CartInput *in, TaxPlaces *out, Error *err) MUST_USE;

/* How tax is rounded in the zone, as built in for it or for the nearest above; `per_document`: in any case
 * once for the whole. */
void taxes_rounding(Str zone, bool per_document, CartInput *in);

/* What the service told before the transaction (ctx->told): the answer and the zone it is about. */
typedef struct TaxTold {
    Str       zone;
    TaxAnswer answer;
} TaxTold;

/* Asks the service about the lines and the shipping of `in`, which go to `to`, if there is a service and
 * anything to be taxed, and leaves its answer in ctx->told. Blocks for as long as the service may take: never
 * in a transaction. Without an answer the tables will hold. */
void taxes_ask(Ctx *ctx, Str zone, const ShipTo *to, const CartInput *in);

/* Puts the rates of the zone into `in`, which has its lines and shipping: those that were told, when they are
 * about this zone and all of these classes, else those in the tables; and from the tables those of the other
 * places. Errors: as reference_rates. */
bool taxes_rates(Ctx *ctx, Str zone, const TaxPlaces *places, CartInput *in, TaxSource *source,
                 Error *err) MUST_USE;

#endif

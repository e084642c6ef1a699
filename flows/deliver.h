/* deliver.h — lines of an order that are not taken along: for each of its deliveries the locations are
 * found (flows/sourcing.h), and each gets its fulfilment with its claims (flows/fulfil.h). */
#ifndef FLOWS_DELIVER_H
#define FLOWS_DELIVER_H

#include "flows/basket.h"

/* Whether each line names a delivery that is there, and each delivery says what its method needs.
 * Errors: FIELD_INVALID. */
bool deliver_check(const BasketAsk *ask, Error *err) MUST_USE;

/* Makes the fulfilments of all deliveries of an order that has been written, in its transaction; they wait
 * when `waits` for the payment. Kits of these lines are kept with the order. Errors: SOURCING_SHORT,
 * STOCK_SHORT, LOCATION_UNKNOWN, with the path of the line. */
bool deliver_make(Ctx *ctx, const CheckoutRequest *request, const Basket *basket, Order *order, bool waits,
                  Error *err) MUST_USE;

#endif

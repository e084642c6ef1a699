/* purchase.h — what is on order follows the open lines of purchase orders. */
#ifndef FLOWS_PURCHASE_H
#define FLOWS_PURCHASE_H

#include "shop/inventory/inventory.h"
#include "shop/purchasing/purchasing.h"

/* Changes what is on order at the order's location, line by line (below zero: less), in the order of items.
 */
bool purchase_expect(Ctx *ctx, StockDoc *doc, const PurchaseDoc *order, const int64_t *changes,
                     Error *err) MUST_USE;

/* Part of what is open of a line will not come. */
void purchase_drop(PurchaseLine *line, int64_t qty, int64_t *change);

/* What is still to come, over all lines. */
int64_t purchase_open(const PurchaseDoc *order);

#endif

/* warranty.h — whose warranty: the sale of a piece or of a line, and what holds for it. */
#ifndef FLOWS_WARRANTY_H
#define FLOWS_WARRANTY_H

#include "shop/orders/orders.h"
#include "shop/rma/rma.h"

/* Goods that were sold. */
typedef struct {
    Order   order;
    int64_t line;
    Id      item;
    Str     sku, name, serial, lot; /* empty: none */
    int64_t out;                    /* thousandths that are with the customer */
    int64_t handed_ms;              /* when the customer had them */
} SoldThing;

/* By serial number, or by order and line (then `serial` must be one of it). Errors: NOT_FOUND,
 * FIELD_INVALID. */
bool warranty_locate(Ctx *ctx, const WarrantyFind *find, SoldThing *out, Error *err) MUST_USE;

/* What holds for it, in `country` (or where it was sold) at a time. */
bool warranty_of(Ctx *ctx, const SoldThing *thing, Str country, int64_t at_ms, WarrantyStatus *out,
                 Error *err) MUST_USE;

#endif

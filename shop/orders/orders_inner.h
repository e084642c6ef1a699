/* orders_inner.h — what the files of this capability share among themselves. */
#ifndef SHOP_ORDERS_INNER_H
#define SHOP_ORDERS_INNER_H

#include "shop/orders/orders.h"

/* What is kept of an order besides head, lines and taxes, so that only what is there is asked for. */
enum {
    KEPT_PARTS      = 1,
    KEPT_MANUAL     = 2,
    KEPT_SHIPPING   = 4,
    KEPT_STEPS      = 8,
    KEPT_PROMOTIONS = 16,
    KEPT_KITS       = 32, /* parts of kits */
    KEPT_GOODS      = 64, /* lots and serial numbers */
};

/* Puts kits, lots and serial numbers to the lines of an order. */
bool orders_show_goods(Ctx *ctx, int64_t kept, Order *order, Error *err) MUST_USE;

#endif

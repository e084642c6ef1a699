/* sourcing_inner.h — what the files of sourcing share. */
#ifndef SHOP_SOURCING_INNER_H
#define SHOP_SOURCING_INNER_H

#include "shop/sourcing/sourcing.h"

#include "all_sql.h"

/* One audit row and one event: something with a code was changed or removed. `what` is site, zone … */
bool sourcing_tell(Ctx *ctx, Str what, Str done, Str code, Error *err) MUST_USE;

/* Errors: SOURCING_LOCATION at `field`. */
bool sourcing_know_location(Ctx *ctx, Str code, const char *field, Error *err) MUST_USE;

/* The rows of the tables as they are shown. Errors: INTERNAL, MEMORY. */
bool sourcing_show_site(Ctx *ctx, const SourcingSiteFindRow *row, SourcingSite *out, Error *err) MUST_USE;
SourcingRule sourcing_show_rule(const SourcingRuleFindRow *row);
bool shipping_show_zone(Ctx *ctx, const ShippingZoneFindRow *row, ShippingZone *out, Error *err) MUST_USE;
bool shipping_show_service(Ctx *ctx, const ShippingServiceFindRow *row, ShippingService *out,
                           Error *err) MUST_USE;

/* "mon" … as bits from bit 0 on, and back. Errors: FIELD_INVALID at weekdays. */
bool weekdays_read(const TextList *days, int64_t *bits, Error *err) MUST_USE;
bool weekdays_write(Arena *arena, int64_t bits, TextList *out) MUST_USE;

/* 1 Monday … 7 Sunday of "mon" …; 0: no such day. And back. */
int64_t weekday_number(Str name);
Str     weekday_name(int64_t number);

#endif

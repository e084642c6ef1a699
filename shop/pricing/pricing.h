/* pricing.h — what one unit costs before promotions. Owns price lists (per channel, currency, period)
 * and prices. The rule: of the lists in force for the channel and currency the one with the highest
 * priority that has a price wins; in it the largest quantity step reached, then the latest start. */
#ifndef SHOP_PRICING_H
#define SHOP_PRICING_H

#include "shop/common.h"

#define API_DEF "shop/pricing/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id      item;
    Str     channel, currency;
    int64_t qty_milli, at_ms;
} PriceAsk;

/* The price of one whole unit and the code of its list. Errors: PRICE_MISSING (422). */
bool pricing_find(Ctx *ctx, const PriceAsk *ask, int64_t *amount, Str *list, Error *err) MUST_USE;

bool pricing_put_list(Ctx *ctx, const PriceList *list, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     list;
    int64_t min_qty, from_ms, until_ms, amount;
} PriceSet;

/* Makes or changes one price. Errors: PRICE_LIST_UNKNOWN. */
bool pricing_put(Ctx *ctx, const PriceSet *price, Error *err) MUST_USE;

#endif

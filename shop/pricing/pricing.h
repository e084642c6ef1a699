/* pricing.h — what one unit costs before promotions. Owns price lists (per channel, currency, period)
 * and prices. The rule: of the lists in force for the channel and currency the one with the highest
 * priority that has a price wins (among equals one for this channel only, then the first by code); in it
 * the largest quantity step reached, then the latest start. */
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

typedef struct {
    int64_t amount;  /* of one whole unit, minor units */
    Str     list;    /* the code of its list */
    bool    reduced; /* the list has reduced prices */
} PriceFound;

/* The price that is in force. Errors: PRICE_MISSING (422). */
bool pricing_find(Ctx *ctx, const PriceAsk *ask, PriceFound *out, Error *err) MUST_USE;

/* A price that holds or will hold, from a quantity and a time on. */
typedef struct {
    PriceFound price;
    int64_t    min_qty, from_ms, until_ms; /* of price and list together */
} PriceLater;

enum { PRICE_STEPS_MAX = 64 };

typedef struct {
    PriceLater *items; /* what is decisive first */
    size_t      count;
    bool        whole; /* false: there are more than PRICE_STEPS_MAX */
} PriceSteps;

/* All prices of ask->item for the channel and currency that hold at ask->at_ms or later. */
bool pricing_load_steps(Ctx *ctx, const PriceAsk *ask, PriceSteps *out, Error *err) MUST_USE;

/* Of these the one that pricing_find would find for the quantity and time, not before that of the load.
 * Errors: PRICE_MISSING. */
bool pricing_pick(const PriceSteps *steps, int64_t qty_milli, int64_t at_ms, PriceFound *out,
                  Error *err) MUST_USE;

bool pricing_copy_steps(Arena *arena, const PriceSteps *from, PriceSteps *to);

/* One price list. */
bool pricing_find_list(Ctx *ctx, Str code, PriceList *out, bool *found, Error *err) MUST_USE;

/* Makes or changes a list; its currency is for ever. Errors: FIELD_INVALID, CURRENCY_UNKNOWN. */
bool pricing_put_list(Ctx *ctx, const PriceList *list, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     list;
    int64_t min_qty, from_ms, until_ms, amount;
} PriceSet;

/* Makes or changes one price; a period is absent as 0 or OPT_NONE. Errors: PRICE_LIST_UNKNOWN,
 * FIELD_INVALID. */
bool pricing_put(Ctx *ctx, const PriceSet *price, Error *err) MUST_USE;

/* Makes `to` a list with the prices of `from` that hold now or later, each changed by change_ppm (at
 * most ±1,000,000) and rounded to multiples of `step`. Says how many. Errors: PRICE_LIST_UNKNOWN,
 * FIELD_INVALID. */
bool pricing_copy_list(Ctx *ctx, Str from, const PriceList *to, int64_t change_ppm, int64_t step,
                       int64_t *count, Error *err) MUST_USE;

#endif

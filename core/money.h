/* money.h — exact amounts: int64_t minor units of one currency (pence, yen), quantities in thousandths
 * of the selling unit (qty_milli), rates in parts per million (ppm). No floating point. */
#ifndef CORE_MONEY_H
#define CORE_MONEY_H

#include "base/error.h"

#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#include "core/errors.def"
#undef ERR

#define QTY_ONE 1000
#define QTY_MAX 1000000000  /* a million units */
#define PPM_ONE 1000000

typedef enum {
    ROUND_HALF_UP,   /* ties away from zero */
    ROUND_HALF_EVEN, /* ties to the even neighbour */
    ROUND_DOWN,      /* towards zero */
    ROUND_UP,        /* away from zero */
} Rounding;

/* value * times / per, rounded; per > 0. Errors: AMOUNT_RANGE. */
bool money_scale(int64_t value, int64_t times, int64_t per, Rounding how, int64_t *out, Error *err) MUST_USE;

/* a + b. Errors: AMOUNT_RANGE. */
bool money_add(int64_t a, int64_t b, int64_t *out, Error *err) MUST_USE;

/* Splits `total` over `count` parts by weight (>= 0), largest remainder first, ties by index: the parts
 * add up to `total` exactly. All weights zero: everything goes to the first part. */
void money_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts);

/* To the nearest multiple of `step`, ties away from zero; step 0 or 1: unchanged. */
int64_t money_cash_round(int64_t total, int64_t step);

/* The number of decimals of an ISO 4217 code; false when there is no such currency. */
bool currency_find(Str code, int *decimals);

/* "12.34", "-0.05", "1200" for a currency without decimals. */
Str money_text(Arena *arena, int64_t minor, Str currency);

/* "1", "1.25" of thousandths. */
Str qty_text(Arena *arena, int64_t qty_milli);

#endif

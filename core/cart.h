/* cart.h — what a basket costs, in the fixed order: price × quantity, line discounts, order discount,
 * tax, total, cash rounding. Pure: the same in the server and in the register.
 * Invariants: total = net + tax for each line and for the order; the lines add up to the order. */
#ifndef CORE_CART_H
#define CORE_CART_H

#include "base/id.h"
#include "core/tax.h"

enum { CART_LINES_MAX = 2000 };

typedef struct {
    Id      item;
    Str     sku, name, tax_class, price_source;
    int64_t qty_milli;
    int64_t unit_price; /* minor units for one whole unit */
    int64_t discount;   /* minor units off this line, >= 0 */
} CartLine;

typedef struct {
    Str             currency;
    bool            prices_include_tax;
    bool            tax_per_document; /* round the tax once per rate, not on every line */
    Rounding        rounding;
    int64_t         cash_step;      /* smallest coin; 0 or 1: no rounding */
    int64_t         order_discount; /* minor units off the order, >= 0 */
    const CartLine *lines;
    size_t          line_count;
    const CartRate *rates;
    size_t          rate_count;
} CartInput;

typedef struct {
    int64_t gross;       /* unit price × quantity */
    int64_t discount;    /* the line's own and its share of the order's */
    int64_t net, tax, total;
    int64_t rate_tax[LINE_RATES_MAX]; /* parts of `tax`, in the order of the rates of its class */
} PricedLine;

typedef struct {
    Str     name;
    int64_t ppm, base, amount;
} PricedTax;

typedef struct {
    int32_t line;   /* -1: the order */
    Str     what;   /* price, discount, order_discount, tax, total, cash_rounding */
    int64_t amount; /* the change it makes, or the result */
    Str     text;   /* for people */
} PriceStep;

typedef struct {
    PricedLine *lines; /* as many as the input has */
    PricedTax  *taxes;
    size_t      tax_count;
    int64_t     subtotal, discount, net, tax, total;
    int64_t     cash_total, cash_rounding; /* what cash would pay, and cash_total - total */
    PriceStep  *steps;
    size_t      step_count;
} Priced;

/* Prices the basket; the result lives in the arena. Steps are written when `explain`.
 * Errors: QUANTITY_RANGE, TAX_UNRESOLVED, DISCOUNT_RANGE, TOO_MANY_LINES, AMOUNT_RANGE. */
bool cart_price(Arena *arena, const CartInput *in, bool explain, Priced *out, Error *err) MUST_USE;

#endif

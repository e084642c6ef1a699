/* cart.h — what a basket costs, in the fixed order: list prices, promotions and manual discounts, tax,
 * total, cash rounding. Pure: the same in the server and, as WebAssembly, in the register.
 * Invariants: total = net + tax for each part, each line and the order; the parts add up to the line, the
 * lines and the shipping to the order; no line costs less than nothing. */
#ifndef CORE_CART_H
#define CORE_CART_H

#include "core/promo.h"

enum { CART_LINES_MAX = 2000 };

/* Prices the basket with a set of promotions (NULL: none); the result lives in the arena, its texts in that
 * of `in` and of the set too. Steps and `nearly` are made when `explain`.
 * Errors: QUANTITY_RANGE, TAX_UNRESOLVED, TAX_RULES, DISCOUNT_RANGE, TOO_MANY_LINES, AMOUNT_RANGE. */
bool cart_price(Arena *arena, const PromoSet *set, const CartInput *in, bool explain, Priced *out,
                Error *err) MUST_USE;

#endif

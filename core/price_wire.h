/* price_wire.h — pricing from bytes to bytes (core/wire.h): what core.wasm does, also natively, so that both
 * can be held against each other. */
#ifndef CORE_PRICE_WIRE_H
#define CORE_PRICE_WIRE_H

#include "core/cart.h"

#include "base/form_declare.h"
#include "core/price_wire.def"
#include "base/form_undef.h"

/* Makes the promotions of a RuleSet in bytes ready for baskets. The set lives in the arena and points into
 * the bytes. Errors: those of wire_decode and promo_set_make, FIELD_INVALID
 * for a promotion that promo_check refuses. */
bool price_wire_rules(Arena *arena, Str rules, PromoSet **out, Error *err) MUST_USE;

/* Prices a CartInput in bytes; the answer is a Priced in bytes. `set` may be NULL: no promotions.
 * Errors: those of wire_decode and cart_price. */
bool price_wire_basket(Arena *arena, const PromoSet *set, Str basket, bool explain, Str *out,
                       Error *err) MUST_USE;

/* An error as a Refusal in bytes; none when the arena is full. */
Str price_wire_refusal(Arena *arena, const Error *err);

/* Changes when any of the structs changes that go in and out. */
uint32_t price_wire_form(void);

#endif

/* engine.h — the engine as the tests of pricing ask it, and what every answer must obey. */
#ifndef TESTS_PRICE_ENGINE_H
#define TESTS_PRICE_ENGINE_H

#include "core/cart.h"
#include "tests/price/cases.h"

/* Prices a case; explained. */
bool engine_price(Arena *arena, const Case *it, Priced *out, Error *err) MUST_USE;

/* What is wrong with an answer by itself (sums, signs, rules of stacking), or NULL. */
const char *engine_unsound(const Case *it, const Priced *priced);

#endif

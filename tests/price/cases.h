/* cases.h — baskets and promotions by chance, for the judge and the engine: made from a seed, copied, made
 * smaller field by field along their tables, and written as a golden case. */
#ifndef TESTS_PRICE_CASES_H
#define TESTS_PRICE_CASES_H

#include "core/price.h"

typedef struct {
    CartInput  in;
    Promotion *promos;
    size_t     count;
} Case;

/* splitmix64 */
uint64_t chance(uint64_t *state);
int64_t  below(uint64_t *state, int64_t n); /* 0 … n-1 */
bool     odds(uint64_t *state, int percent);

/* A small basket with rules that get in each other's way. Lives in the arena. */
void case_make(Arena *arena, uint64_t seed, Case *out);

/* A basket of up to `lines` lines and many pieces, with discounts of every kind; for properties. */
void case_make_large(Arena *arena, uint64_t seed, int lines, Case *out);

/* A copy that shares nothing. */
void case_copy(Arena *arena, const Case *from, Case *to);

/* Makes the n-th simplification of a case; false when it has no more. */
bool case_simplify(Case *it, size_t n);

/* "basket": {…}, "promotions": […] */
void case_write(Buf *buf, const Case *it);

#endif

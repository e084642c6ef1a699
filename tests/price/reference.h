/* reference.h — the judge of pricing: docs/PROMOTIONS.md once more, slow and obvious, without a line of the
 * engine. It looks at every way to give units to promotions and at every set of promotions, and keeps all
 * answers that the definition allows. For small baskets only: beyond `budget` leaves it gives up.
 * Knows nothing of texts, steps or hints. Tax is in reference_tax.c. */
#ifndef TESTS_PRICE_REFERENCE_H
#define TESTS_PRICE_REFERENCE_H

#include "core/money.h"
#include "core/price.h"

enum { REF_LINES = 8, REF_UNITS = 16, REF_PROMOS = 8, REF_PARTS = 16, REF_OUTCOMES = 400 };

/* One answer that the definition allows. */
typedef struct {
    bool     refused;                  /* a manual discount is more than there is left: DISCOUNT_RANGE */
    bool     needs_approval;
    int      reservations;
    int64_t  line_off[REF_LINES];      /* taken off each line */
    int64_t  shipping_off;
    int64_t  promo_off[REF_PROMOS];    /* in the order of the promotions given */
    int64_t  sum;                      /* what goods and shipping cost */
} RefOutcome;

typedef struct {
    bool       too_big; /* the judge gave up: nothing is known */
    size_t     count;
    RefOutcome outcomes[REF_OUTCOMES];
} RefAnswer;

void judge_price(const CartInput *in, const Promotion *promos, size_t count, long budget, RefAnswer *out);

/* What a basket whose lines cost `line_cost` and whose shipping costs `shipping_cost` pays. */
typedef struct {
    int64_t net[REF_LINES], tax[REF_LINES], total[REF_LINES];
    int64_t shipping_net, shipping_tax, shipping_total;
    int64_t all_net, all_tax, all_total, cash_total;
} RefTaxed;

void judge_tax(const CartInput *in, const int64_t *line_cost, int64_t shipping_cost, RefTaxed *out);

/* value × times / per, rounded half up, for value >= 0. */
int64_t judge_half_up(int64_t value, int64_t times, int64_t per);

/* Splits total (>= 0) by weight, largest remainder first, ties by index. */
void judge_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts);

#endif

/* promo.h — which promotions a basket gets and what they take off, exactly as docs/PROMOTIONS.md says.
 * A set of promotions is made once and used for any number of baskets, also by several threads at a time.
 * Pure: no clock, no I/O, no memory but the arena's. */
#ifndef CORE_PROMO_H
#define CORE_PROMO_H

#include "core/money.h"
#include "core/price.h"

enum { PROMO_SET_MAX = 100000, PROMO_CHOICES_MAX = 4096, PROMO_RESERVED_MAX = 4 };

typedef struct PromoSet PromoSet;

/* Orders the promotions and makes the index by which a basket finds those that can matter to it. `list` and
 * its texts must live as long as the set. The promotions must have passed promo_check.
 * Errors: AMOUNT_RANGE when there are too many. */
bool promo_set_make(Arena *arena, const Promotion *list, size_t count, PromoSet **out, Error *err) MUST_USE;

/* What became of some units of a line that were treated alike. */
typedef struct {
    uint32_t line;
    int64_t  quantity; /* thousandths */
    int64_t  list;     /* list price of these units */
    int64_t  amount;   /* what they cost after all discounts */
} PromoPart;

typedef struct {
    PromoPart *parts; /* by line; within a line the dearest first */
    size_t     part_count;
    int64_t    shipping; /* what shipping costs then */
    bool       exact, needs_approval;
    PromotionUse *uses;
    size_t        use_count;
    PriceStep    *steps; /* promotions and manual discounts in the order of application, line by line */
    size_t        step_count;
    Nearly       *nearly;
    size_t        nearly_count;
} PromoResult;

/* Applies a set (NULL: none) and the manual discounts to a basket whose lines have passed the checks of
 * cart_price; gross[i] is the list price of line i. Steps and `nearly` are made when `explain`.
 * Errors: AMOUNT_RANGE, DISCOUNT_RANGE (a manual one that is more than the price, or on what is fixed). */
bool promo_apply(Arena *arena, const PromoSet *set, const CartInput *in, const int64_t *gross, bool explain,
                 PromoResult *out, Error *err) MUST_USE;

#endif

/* reference_inner.h — what the parts of the judge share; see reference.h. */
#ifndef TESTS_PRICE_REFERENCE_INNER_H
#define TESTS_PRICE_REFERENCE_INNER_H

#include "tests/price/reference.h"

#include <string.h>

__extension__ typedef __int128 RefWide;

enum { NO_BUNDLE = -1, MANUAL = -1, REF_NO_LIMIT_SHIFT = 60 };
#define NO_LIMIT ((int64_t)1 << REF_NO_LIMIT_SHIFT)

typedef enum { NOTHING, PERCENT, AMOUNT, PRICE } EffectKind;

typedef struct {
    EffectKind kind;
    int64_t    value;
} Effect;

/* Who has which unit. */
typedef struct {
    uint8_t items[REF_UNITS]; /* bit p: item promotion p */
    int8_t  bundle[REF_UNITS], instance[REF_UNITS], part[REF_UNITS];
} Claims;

/* Units of a line that are touched by the same promotions on goods. */
typedef struct {
    int     line, units;
    int     first; /* of the units that are like it for ever */
    uint8_t items;
    int     bundle;
    int64_t cost, floor;
    int64_t before_bundles; /* its cost after the item promotions */
} Part;

/* A basket while it is being priced. */
typedef struct {
    Part    parts[REF_PARTS];
    int     part_count;
    int     unit_part[REF_UNITS];
    int64_t line_left[REF_LINES], promo_left[REF_PROMOS], order_left;
    int64_t promo_off[REF_PROMOS];
    int64_t promo_line_off[REF_PROMOS][REF_LINES];
    uint32_t useless;              /* bit p: a bundle of promotion p was made that takes off nothing */
    uint32_t touched[REF_PROMOS];  /* order promotions: bit n: part n */
    int64_t shipping;
    bool    needs_approval, refused;
} Purse;

typedef struct {
    const CartInput *in;
    const Promotion *promos;
    int              promo_count, unit_count;
    int              rank[REF_PROMOS]; /* the promotions in the order priority, code */
    int              line_of[REF_UNITS];
    bool             open[REF_LINES];  /* may be discounted */
    bool             whole[REF_LINES];
    int64_t          list[REF_LINES];  /* of one unit */
    int64_t          gross[REF_LINES];
    int64_t          floor[REF_LINES]; /* of one unit */
    int64_t          subtotal;
    bool             live[REF_PROMOS]; /* all conditions but, for later phases, needs */
    bool             pick[REF_PROMOS][REF_LINES];
    bool             stack[REF_PROMOS][REF_PROMOS];
    bool             marked[REF_PROMOS][REF_UNITS]; /* may have this unit */
    Effect           effect[REF_PROMOS][REF_LINES]; /* goods */
    bool             reserved[REF_PROMOS];          /* later promotions that hold their units */
    long             budget;
    bool             too_big;
} Ref;

/* reference.c */
bool   ref_selects(const Selector *select, const CartLine *line);
bool   ref_is(const Ref *ref, int promo, const char *phase);
bool   ref_needs_met(const Ref *ref, int promo, const int64_t *line_cost);
Effect ref_effect(const Ref *ref, int promo, int line, const int64_t *line_cost);
int64_t ref_priority(const Ref *ref, int promo);

/* Whether the units are of one line and the same promotions with max_units may have them. */
bool ref_alike(const Ref *ref, int u, int v);

/* reference_goods.c: the shares are given part by part, as far as the limits allow; returns what was given.
 */
int64_t ref_give(Purse *purse, int promo, const int64_t *shares);
void    ref_evaluate(const Ref *ref, const Claims *claims, Purse *purse);
int64_t ref_goods_cost(const Ref *ref, const Purse *purse);

/* reference_search.c: all ways to give the goods' units that the definition allows; returns how many. */
size_t ref_goods_ways(Ref *ref, Claims *ways, size_t most);

/* reference_later.c: all that comes behind the goods; adds the outcomes. */
void ref_later(Ref *ref, const Purse *goods, RefAnswer *out, int reservations);

#endif

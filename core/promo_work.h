/* promo_work.h — one basket while its promotions are found and computed. Only core/promo*.c include it.
 * Words: an active promotion is one whose conditions hold for this basket; a seg is some units of a line
 * that are treated alike; a bundle run is a number of equal bundles. */
#ifndef CORE_PROMO_WORK_H
#define CORE_PROMO_WORK_H

#include "core/promo_set.h"

/* How much all searches of one basket may do together: a step is a look at a line, a place or a promotion. */
enum { STEPS_MAX = 1 << 21 };

enum { SEG_RULES_MAX = 40, GOODS_RULES_MAX = 24, ACTIVE_MAX = 60000, NO_BUNDLE = -1, MANUAL = -2 };

typedef struct {
    const Rule *rule;
    Str         coupon; /* that unlocked it */
    Effect      effect; /* with the tier that is reached */
    int64_t     left;   /* what it may take off */
    uint32_t   *lines;  /* those that select picks; not for bundles */
    size_t      line_count;
    int64_t    *units;   /* max_units: how many units of each of these lines it may have; or NULL */
    Effect     *effects; /* tiers of lines: the effect on each of these lines; or NULL */
    bool        met; /* its needs */
    int64_t     missing_quantity, missing_amount; /* to its needs, or to the next tier; OPT_NONE: nothing */
} Active;

typedef struct {
    LineNames names;
    int64_t   gross, units; /* list price; whole units, or 1 when the quantity is not whole */
    int64_t   floor;        /* lowest price of a unit by the margin */
    int64_t   left;         /* what may be taken off the line yet */
    bool      whole, open;  /* open: may be discounted */
} WorkLine;

typedef struct {
    uint32_t line;
    uint8_t  count;
    int32_t  bundle; /* the active promotion whose bundles took these units, or NO_BUNDLE */
    int64_t  first;  /* index of the first unit within the line */
    int64_t  units, list, amount;
    int64_t  base, used; /* amount before bundles; units passed while they are computed */
    uint16_t rules[SEG_RULES_MAX]; /* active promotions that touch it, in the order of application */
} Seg;

typedef struct {
    uint32_t seg;
    int64_t  units, got; /* per bundle; of them with the effect */
} RunUnits;

typedef struct {
    uint16_t  active;
    int64_t   times;
    RunUnits *items;
    size_t    count;
} Run;

/* Everything that a way of giving units to promotions decides. */
typedef struct {
    Seg   *segs; /* by line */
    size_t seg_count;
    Run   *runs; /* by active promotion */
    size_t run_count;
} Claims;

/* What discounts may take yet; one for every computation. */
typedef struct {
    int64_t  order;
    int64_t *rules; /* by active promotion */
    int64_t *lines;
} Left;

typedef struct {
    uint32_t line;
    int32_t  active; /* or MANUAL */
    int64_t  units, amount, after;
} LogRow;

typedef struct {
    LogRow *rows;
    size_t  count, room;
} Log;

typedef struct {
    const CartInput *in;
    const PromoSet  *set;
    Arena           *arena;
    Error           *err;
    WorkLine        *lines;
    size_t           line_count;
    uint32_t         channel, location, tender, tier;
    uint32_t         groups[64];
    size_t           group_count;
    int              weekday; /* 0: Monday; -1: unknown */
    int64_t          day;     /* days since 1970-01-01 at the location; INT64_MIN: unknown */
    Active          *active;  /* in the order of application */
    size_t           active_count, goods_count; /* the first goods_count are items and bundles */
    int64_t          order_left;
    size_t           max_rules;
    Claims           claims;
    Left             left;
    Log              log;
    int64_t          steps; /* that searches may still do */
    bool             exact;  /* so far the choice is certainly the cheapest */
    bool             memory; /* the arena is full */
    bool             cut;    /* limits have cut what the search took for given */
    bool             contested; /* promotions compete for units */
    bool            *banned; /* by active promotion and line: reserved for a later phase */
    Seg              ship; /* the shipping charge, as a line behind the last */
} Work;

/* Whether a search may do so many steps more; it has a limit of its own besides. */
static inline bool spend(Work *w, size_t steps)
{
    w->steps -= (int64_t)steps;
    return w->steps >= 0;
}

/* --- promo_live.c: which promotions matter --- */

bool live_prepare(Work *w, const int64_t *gross) MUST_USE;
bool live_collect(Work *w) MUST_USE;

/* What a need or tier measures: quantity (thousandths) and money. */
typedef struct {
    int64_t quantity, amount;
} Measure;

/* Of the lines that one selector picks and another (may be NULL) does not: what is paid now, or the list. */
Measure live_measure(const Work *w, const Pick *pick, const Pick *but_not, bool paid);
/* Whether the needs are met, which tier is reached, and what is missing to more, as things stand. */
void live_judge(const Work *w, Active *active, bool paid);

/* The effect on the i-th of its lines. */
static inline Effect active_effect(const Active *active, size_t i)
{
    return active->effects ? active->effects[i] : active->effect;
}

bool    live_banned(const Work *w, size_t active, uint32_t line);

/* --- promo_take.c: computing with claims --- */

int64_t half_up(int64_t value, int64_t ppm); /* of an amount that is not negative */
int64_t seg_floor(const Work *w, const Seg *seg);
bool    left_make(Work *w, Left *left) MUST_USE;
void    left_reset(const Work *w, Left *left);
bool    log_add(Work *w, LogRow row);

/* Takes up to `want` off a seg; gives what was taken. `log`: writes it down for the steps. */
int64_t take(Work *w, Left *left, Seg *seg, int32_t active, int64_t want, bool log);

/* Takes `want` off some segs in proportion to what they cost; gives what was taken. */
int64_t take_shared(Work *w, Left *left, Seg **segs, size_t count, int32_t active, int64_t want, bool log);

/* What an effect takes off units that cost `sum` together. */
int64_t effect_off(Effect effect, int64_t sum);

/* The effect of one item promotion on some units alone, without the order's limits: what they then cost. */
int64_t effect_on(const Work *w, const Active *active, const Seg *seg, int64_t amount);

/* Computes the goods from their list prices: items, then bundles. */
void claims_compute(Work *w, Claims *claims, Left *left, bool log);
int64_t segs_total(const Seg *segs, size_t count);

/* --- promo_goods.c, promo_bundle.c: who gets the unit --- */

/* Chooses, and computes what was chosen; `log`: writes it down for the steps. */
bool goods_choose(Work *w, bool log) MUST_USE;

/* --- promo_order.c: the later phases --- */

/* Applies the promotions of a phase to the goods, or of the phase shipping to the charge. */
bool order_phase(Work *w, Phase phase, bool log) MUST_USE;

/* What a promotion has taken off so far. */
int64_t rule_taken(const Work *w, size_t active);

/* --- promo_explain.c --- */

bool promo_explain(Work *w, PromoResult *out) MUST_USE;

#endif

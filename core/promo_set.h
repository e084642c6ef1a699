/* promo_set.h — a set of promotions as the engine reads it: texts as numbers, choices as enums, in the order
 * in which they are applied, with the index. Only core/promo*.c include it. */
#ifndef CORE_PROMO_SET_H
#define CORE_PROMO_SET_H

#include "core/promo.h"

/* Names are interned by kind; 0 is a name that no promotion knows. */
typedef enum { SYM_SKU, SYM_CATEGORY, SYM_BRAND, SYM_TAG, SYM_CODE, SYM_WORD } SymKind;

enum { PICK_KINDS = 4 };

typedef struct {
    uint32_t *ids;
    size_t    count;
} Syms;

typedef struct {
    Syms    in[PICK_KINDS], out[PICK_KINDS];
    int64_t from, until; /* unit price */
    bool    skip_reduced;
    bool    open; /* no list of what to take: an index cannot find it */
} Pick;

typedef enum { PHASE_ITEM, PHASE_BUNDLE, PHASE_ORDER, PHASE_SHIPPING, PHASE_TENDER } Phase;
typedef enum { EFFECT_NONE, EFFECT_PERCENT, EFFECT_AMOUNT, EFFECT_PRICE } EffectKind;

typedef struct {
    EffectKind kind;
    int64_t    value;
} Effect;

typedef struct {
    Pick    pick;
    int64_t quantity, get;
} RulePart;

typedef struct {
    Pick    pick;
    int64_t quantity, amount; /* 0: not asked */
} RuleNeed;

typedef struct {
    const Promotion *src;
    Phase            phase;
    int64_t          priority;
    uint32_t         group; /* 0: none */
    bool             alone, by_set, simple; /* simple: stacks with every other simple one */
    bool             dearest, per_line, tiers_line, list_needs;
    uint8_t          weekdays; /* bit 0: Monday; 0: all */
    Syms             sets, channels, locations, groups, loyalty, tenders;
    Pick             pick;
    RulePart        *parts;
    RuleNeed        *needs;
    Effect           effect;
    int64_t          max_units, max_repeats, max_discount; /* INT64_MAX: no limit */
} Rule;

typedef struct {
    uint64_t hash;
    Str      text;
    SymKind  kind;
    uint32_t id;
} SymSlot;

typedef struct {
    SymSlot *slots;
    size_t   mask; /* slots less one; their number is a power of two */
    uint32_t count;
} SymTable;

struct PromoSet {
    Rule     *rules; /* by phase, priority (highest first), code */
    uint32_t  count;
    SymTable  names;
    uint32_t *post_from; /* rules of symbol s: posts[post_from[s] … post_from[s + 1] - 1] */
    uint32_t *posts;
    uint32_t *always; /* rules that no index finds */
    size_t    always_count;
};

uint32_t sym_find(const SymTable *table, SymKind kind, Str text);
bool     syms_have(const Syms *syms, uint32_t id);

/* A line as selectors see it. */
typedef struct {
    uint32_t sku, brand;
    Syms     categories, tags;
    int64_t  unit_price;
    bool     reduced;
} LineNames;

bool pick_matches(const Pick *pick, const LineNames *line);

/* Whether two promotions may touch the same unit. */
bool rules_stack(const Rule *a, const Rule *b);

#endif

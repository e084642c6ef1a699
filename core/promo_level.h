/* promo_level.h — the choice within one priority: what promo_goods.c prepares and promo_search.c searches.
 * Words: a slot is a seg as it stands before this priority; a place is a slot in a part of a bundle; an
 * island is a group of lines that nothing connects with others, so that it is settled by itself. Only
 * core/promo*.c include it. */
#ifndef CORE_PROMO_LEVEL_H
#define CORE_PROMO_LEVEL_H

#include "core/promo_bundle.h"

enum { PARTS_MAX = 5, STACKS_MAX = 8, WITHOUT_MAX = 4 };

typedef struct {
    uint16_t rules[GOODS_RULES_MAX];
    uint8_t  count;
    bool     chosen; /* among several that do not stack: fewer units may have another */
    int64_t  amount; /* of all units of the slot */
    int64_t  bound;  /* however few of them there are: when all promotions stacked */
} Stack;

typedef struct {
    uint16_t *items; /* item promotions of this priority that it may have */
    size_t    item_count;
    Stack    *stacks; /* outside bundles: the best, then those that do without promotions which
                                   * have a limit of their own and keep others away */
    size_t    stack_count, use; /* how many; the one in use */
    uint32_t  first_place, place_count;
    int64_t   least; /* what it costs at least, bundles of this priority aside */
} Slot;

typedef struct {
    uint32_t slot;
    uint16_t bundle; /* index in Island.bundles */
    uint8_t  part;
    bool     free;   /* nothing else wants these units */
    int64_t  worth;  /* what the bundle can take off for one of its units at most, in thousandths */
    Stack    stack;  /* of units that are in this bundle */
    int64_t  count;  /* of its units that are given to the bundle */
    int64_t  used;   /* that it used */
    uint32_t seg;    /* where they then are */
} Place;

typedef struct {
    Work     *w;
    Claims    from; /* as it stands before */
    Slot     *slots;
    size_t    slot_count;
    uint16_t *bundles; /* active promotions */
    size_t    bundle_count;
    Place    *places; /* by slot, bundle, part */
    size_t    place_count;
    uint32_t *order;      /* places of each bundle and part, the dearest units first */
    size_t   *order_from; /* by bundle * PARTS_MAX + part */
    Pool      pools[PARTS_MAX];
    PoolItem *pool_items;
    Claims    best;
    int64_t   best_total;
    size_t    nodes;
    bool      idle; /* for now no bundle of this priority gets anything */
    bool      sure; /* the groupings of the best way are certainly the best */
} Island;

/* --- promo_stack.c --- */

bool stacks_with_seg(const Work *w, const Seg *seg, const Rule *rule);

/* The best of a slot's item promotions for a seg: of those that stack with the active promotion `bundle` (or
 * NO_BUNDLE) without the `without_count` given ones. */
void best_stack(Work *w, const Seg *seg, const Slot *slot, int32_t bundle, const uint16_t *without,
                size_t without_count, Stack *out);

/* Fills in the stacks of a slot. A promotion with a limit of its own that keeps others away may be worth more
 * elsewhere, so there are stacks without it too. */
void slot_stacks(Work *w, const Seg *seg, Slot *slot);

/* --- promo_search.c --- */

/* Whether a slot may be in a part of a bundle. */
bool slot_in_part(const Work *w, const Seg *seg, uint16_t bundle, const RulePart *part);

/* Appends the seg of a slot that is in no bundle. */
void put_loose(const Slot *slot, const Seg *seg, Claims *to);

/* Searches the best way to give the island's units; `best` gets it. False: the arena is full. */
bool island_settle(Island *island) MUST_USE;

#endif

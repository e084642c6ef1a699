/* promo_goods.c — who gets which unit: item and bundle promotions compete, priority by priority, for what is
 * cheapest for the customer. See docs/PROMOTIONS.md, "Who gets the unit".
 * A slot is a seg as it stands before a priority; a place is a slot in a part of a bundle. For each place is
 * searched how many of its units go there (branch and bound); which item promotions a unit then has follows
 * from whether it is in a bundle. */
#include "core/promo_bundle.h"

#include <assert.h>
#include <string.h>

enum { STACK_CANDIDATES_MAX = 64, ALTS_MAX = 12, WORK_MAX = 65536 };

typedef struct {
    uint16_t rules[SEG_RULES_MAX];
    uint8_t  count;
    int64_t  amount; /* of all units of the slot */
} Stack;

typedef struct {
    const uint16_t *items; /* item promotions of this priority that it may have */
    size_t          item_count;
    Stack           best, alt; /* outside bundles; without promotions whose own limit binds */
    bool            has_alt, use_alt;
    uint32_t        first_place, place_count;
} Slot;

typedef struct {
    uint32_t slot;
    uint16_t bundle; /* active promotion */
    uint8_t  part;
    bool     free;  /* nothing else wants these units */
    Stack    stack; /* of units that are in this bundle */
    int64_t  count; /* of its units that are given to the bundle */
    int64_t  used;  /* that it used */
    uint32_t seg;   /* where they then are */
} Place;

typedef struct {
    Work     *w;
    Claims    from;
    uint16_t  items, items_end, bundles, bundles_end; /* active promotions of this priority */
    Slot     *slots;
    size_t    slot_count;
    Place    *places;
    size_t    place_count;
    uint32_t *order;      /* places of each (bundle, part), the dearest units first */
    size_t   *order_from; /* by bundle and part */
    Pool     *pools;
    PoolItem *pool_items;
    Claims    best;
    int64_t   best_total;
    size_t    nodes;
    bool      sure; /* the groupings of the best way are certainly the best */
} Level;

/* --- which item promotions together --- */

static bool stacks_with_seg(const Work *w, const Seg *seg, const Rule *rule)
{
    for (size_t i = 0; i < seg->count; i++)
        if (!rules_stack(w->active[seg->rules[i]].rule, rule)) return false;
    return true;
}

typedef struct {
    const Work     *w;
    const Seg      *seg;
    const uint16_t *candidates;
    size_t          count, room;
} StackAsk;

/* What the seg costs at least when all candidates from `from` on were applied. */
static int64_t stack_bound(const StackAsk *ask, size_t from, int64_t amount)
{
    for (size_t i = from; i < ask->count; i++)
        amount = effect_on(ask->w, &ask->w->active[ask->candidates[i]], ask->seg, amount);
    return amount;
}

static bool fits(const StackAsk *ask, const bool *in, size_t chosen, size_t i)
{
    if (chosen == ask->room) return false;
    for (size_t k = 0; k < i; k++)
        if (in[k]
            && !rules_stack(ask->w->active[ask->candidates[k]].rule,
                            ask->w->active[ask->candidates[i]].rule))
            return false;
    return true;
}

static void stack_keep(const StackAsk *ask, const bool *in, int64_t amount, Stack *out)
{
    out->count  = 0;
    out->amount = amount;
    for (size_t i = 0; i < ask->count; i++)
        if (in[i]) out->rules[out->count++] = ask->candidates[i];
}

/* Branch and bound over the candidates in the order of application, with each before without. */
static bool stack_search(const StackAsk *ask, int64_t start, Stack *out)
{
    int64_t amount[STACK_CANDIDATES_MAX + 1];
    bool    in[STACK_CANDIDATES_MAX] = { 0 }, tried[STACK_CANDIDATES_MAX + 1] = { 0 };
    size_t  depth = 0, chosen = 0, nodes = 0;
    amount[0]   = start;
    out->count  = 0;
    out->amount = INT64_MAX;
    for (;;) {
        bool leaf = depth == ask->count, cut = stack_bound(ask, depth, amount[depth]) >= out->amount;
        if (leaf && !cut) stack_keep(ask, in, amount[depth], out);
        if (!leaf && !cut && nodes++ < PROMO_CHOICES_MAX) {
            int64_t with      = effect_on(ask->w, &ask->w->active[ask->candidates[depth]], ask->seg,
                                          amount[depth]);
            in[depth]         = with < amount[depth] && fits(ask, in, chosen, depth);
            tried[depth]      = !in[depth];
            amount[depth + 1] = in[depth] ? with : amount[depth];
            chosen += in[depth];
            depth++;
            continue;
        }
        while (depth > 0 && tried[depth - 1]) depth--;
        if (depth == 0) return nodes < PROMO_CHOICES_MAX;
        tried[depth - 1] = true;
        in[depth - 1]    = false;
        chosen--;
        amount[depth] = amount[depth - 1];
    }
}

/* The best item promotions of this priority for a slot, of those that `bundle` (or NO_BUNDLE) stacks with
 * and that are not `limited` ones. */
static void best_stack(Level *l, uint32_t slot, int32_t bundle, bool no_limited, Stack *out)
{
    Work       *w   = l->w;
    const Seg  *seg = &l->from.segs[slot];
    uint16_t    some[STACK_CANDIDATES_MAX];
    StackAsk    ask    = { w, seg, some, 0, 0 };
    int64_t     amount = seg->list;
    bool        clash  = false;
    const Rule *other  = bundle >= 0 ? w->active[bundle].rule : NULL;
    ask.room           = w->max_rules - seg->count - (bundle >= 0);
    for (size_t i = 0; i < seg->count; i++)
        if (w->active[seg->rules[i]].rule->phase == PHASE_ITEM)
            amount = effect_on(w, &w->active[seg->rules[i]], seg, amount);
    for (size_t i = 0; i < l->slots[slot].item_count; i++) {
        const Active *item = &w->active[l->slots[slot].items[i]];
        if (other && !rules_stack(item->rule, other)) continue;
        if (no_limited && item->left < INT64_MAX) continue;
        if (ask.count == STACK_CANDIDATES_MAX) {
            w->exact = false;
            break;
        }
        for (size_t k = 0; k < ask.count && !clash; k++)
            clash = !rules_stack(w->active[some[k]].rule, item->rule);
        some[ask.count++] = l->slots[slot].items[i];
    }
    if (clash || ask.count > ask.room) {
        if (!stack_search(&ask, amount, out)) w->exact = false;
        return;
    }
    out->count = 0;
    for (size_t i = 0; i < ask.count; i++) {
        int64_t with = effect_on(w, &w->active[some[i]], seg, amount);
        if (with < amount) out->rules[out->count++] = some[i];
        amount = with;
    }
    out->amount = amount;
}

/* Whether an item promotion with a limit of its own keeps others away from a slot: then it may be better to
 * spend the limit elsewhere. */
static bool limited_clash(const Level *l, const Slot *slot)
{
    const Work *w = l->w;
    for (size_t i = 0; i < slot->best.count; i++) {
        const Active *item = &w->active[slot->best.rules[i]];
        for (size_t k = 0; item->left < INT64_MAX && k < slot->item_count; k++)
            if (slot->items[k] != slot->best.rules[i]
                && !rules_stack(item->rule, w->active[slot->items[k]].rule))
                return true;
    }
    return false;
}

/* --- slots and places --- */

static bool covers(const Active *active, size_t index, const Seg *seg)
{
    return !active->units || seg->first < active->units[index];
}

/* Calls for each slot of the lines of an item promotion that it may touch. */
static size_t item_slots(Level *l, uint16_t item, const uint32_t *seg_of_line, uint32_t *out)
{
    const Work   *w      = l->w;
    const Active *active = &w->active[item];
    size_t        count  = 0;
    for (size_t i = 0; i < active->line_count; i++) {
        uint32_t line = active->lines[i];
        if (live_banned(w, item, line)) continue;
        for (uint32_t s = seg_of_line[line]; s < seg_of_line[line + 1]; s++) {
            const Seg *seg = &l->from.segs[s];
            if (covers(active, i, seg) && seg->count < w->max_rules
                && stacks_with_seg(w, seg, active->rule))
                out[count++] = s;
        }
    }
    return count;
}

static bool make_items(Level *l, const uint32_t *seg_of_line)
{
    Arena    *arena  = l->w->arena;
    uint32_t *found  = arena_array(arena, uint32_t, l->slot_count + 1);
    uint32_t *counts = arena_array(arena, uint32_t, l->slot_count + 2);
    size_t    total  = 0;
    if (!found || !counts) return false;
    for (uint16_t item = l->items; item < l->items_end; item++) {
        size_t count = l->w->active[item].met ? item_slots(l, item, seg_of_line, found) : 0;
        for (size_t i = 0; i < count; i++) counts[found[i]]++;
        total += count;
    }
    uint16_t *all = arena_array(arena, uint16_t, total + 1);
    if (!all) return false;
    for (size_t s = 0; s < l->slot_count; s++) {
        l->slots[s].items = all;
        all += counts[s];
    }
    for (uint16_t item = l->items; item < l->items_end; item++) {
        size_t count = l->w->active[item].met ? item_slots(l, item, seg_of_line, found) : 0;
        for (size_t i = 0; i < count; i++) {
            Slot *slot                                    = &l->slots[found[i]];
            ((uint16_t *)slot->items)[slot->item_count++] = item;
        }
    }
    return true;
}

static bool slot_in_part(const Level *l, uint32_t slot, uint16_t bundle, const RulePart *part)
{
    const Work     *w    = l->w;
    const Seg      *seg  = &l->from.segs[slot];
    const WorkLine *line = &w->lines[seg->line];
    return line->open && line->whole && seg->bundle == NO_BUNDLE && seg->count < w->max_rules
        && pick_matches(&part->pick, &line->names) && !live_banned(w, bundle, seg->line)
        && stacks_with_seg(w, seg, w->active[bundle].rule);
}

/* Whether each part of a bundle finds enough units. */
static bool bundle_possible(const Level *l, uint16_t bundle)
{
    const Active *active = &l->w->active[bundle];
    if (!active->met || active->effect.kind == EFFECT_NONE) return false;
    for (size_t j = 0; j < active->rule->src->parts.count; j++) {
        int64_t units = 0;
        for (uint32_t s = 0; s < l->slot_count && units < active->rule->parts[j].quantity; s++)
            if (slot_in_part(l, s, bundle, &active->rule->parts[j])) units += l->from.segs[s].units;
        if (units < active->rule->parts[j].quantity) return false;
    }
    return true;
}

/* Fills l->places when it is there; gives how many there are. */
static size_t list_places(Level *l, const bool *possible)
{
    size_t count = 0;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        size_t before = count;
        for (uint16_t b = l->bundles; b < l->bundles_end; b++) {
            const Rule *rule = l->w->active[b].rule;
            for (size_t j = 0; possible[b - l->bundles] && j < rule->src->parts.count; j++) {
                if (!slot_in_part(l, s, b, &rule->parts[j])) continue;
                if (l->places) l->places[count] = (Place){ .slot = s, .bundle = b, .part = (uint8_t)j };
                count++;
            }
        }
        l->slots[s].first_place = (uint32_t)before;
        l->slots[s].place_count = (uint32_t)(count - before);
    }
    return count;
}

static int64_t place_value(const Level *l, uint32_t place)
{
    const Place *p = &l->places[place];
    return p->stack.amount / l->from.segs[p->slot].units;
}

/* The places of each bundle and part, by value, the dearest first; equal ones by list price, then line. */
static bool order_places(Level *l)
{
    size_t groups = (size_t)(l->bundles_end - l->bundles) * 5, at = 0;
    l->order      = arena_array(l->w->arena, uint32_t, l->place_count + 1);
    l->order_from = arena_array(l->w->arena, size_t, groups + 1);
    if (!l->order || !l->order_from) return false;
    for (size_t g = 0; g < groups; g++) {
        l->order_from[g] = at;
        for (uint32_t p = 0; p < l->place_count; p++) {
            if ((size_t)(l->places[p].bundle - l->bundles) * 5 + l->places[p].part != g) continue;
            size_t  to    = at++;
            int64_t value = place_value(l, p);
            int64_t price = l->w->lines[l->from.segs[l->places[p].slot].line].names.unit_price;
            for (; to > l->order_from[g]; to--) {
                uint32_t q = l->order[to - 1];
                if (place_value(l, q) > value) break;
                if (place_value(l, q) == value
                    && l->w->lines[l->from.segs[l->places[q].slot].line].names.unit_price >= price)
                    break;
                l->order[to] = q;
            }
            l->order[to] = p;
        }
    }
    l->order_from[groups] = at;
    return true;
}

static void judge_place(Level *l, Place *place)
{
    const Slot *slot   = &l->slots[place->slot];
    const Seg  *seg    = &l->from.segs[place->slot];
    const Rule *bundle = l->w->active[place->bundle].rule;
    best_stack(l, place->slot, place->bundle, false, &place->stack);
    place->free = slot->place_count == 1 && seg->count + slot->item_count + 1 <= l->w->max_rules;
    for (size_t i = 0; i < slot->item_count && place->free; i++)
        place->free = rules_stack(l->w->active[slot->items[i]].rule, bundle);
}

static bool make_places(Level *l)
{
    size_t bundles  = (size_t)(l->bundles_end - l->bundles);
    bool  *possible = arena_array(l->w->arena, bool, bundles + 1);
    if (!possible) return false;
    for (size_t b = 0; b < bundles; b++) possible[b] = bundle_possible(l, (uint16_t)(l->bundles + b));
    size_t count = list_places(l, possible);
    l->places    = arena_array(l->w->arena, Place, count + 1);
    if (!l->places) return false;
    l->place_count = list_places(l, possible);
    for (size_t p = 0; p < l->place_count; p++) judge_place(l, &l->places[p]);
    l->pools      = arena_array(l->w->arena, Pool, 5);
    l->pool_items = arena_array(l->w->arena, PoolItem, 2 * l->place_count + 1);
    return l->pools && l->pool_items && order_places(l);
}

/* --- one way to give the units --- */

/* The pools of a bundle: the units that are given to it; of places not decided yet (from `open` on) all that
 * it could get. */
static void fill_pools(Level *l, uint16_t bundle, uint32_t open)
{
    PoolItem *item = l->pool_items;
    for (size_t j = 0; j < l->w->active[bundle].rule->src->parts.count; j++) {
        size_t g    = (size_t)(bundle - l->bundles) * 5 + j;
        l->pools[j] = (Pool){ item, 0 };
        for (size_t i = l->order_from[g]; i < l->order_from[g + 1]; i++) {
            uint32_t     p     = l->order[i];
            const Place *place = &l->places[p];
            int64_t      units = l->from.segs[place->slot].units;
            int64_t      count = place->free || p >= open ? units : place->count;
            int64_t      dear  = place->stack.amount % units;
            if (dear > count) dear = count;
            if (dear) *item++ = (PoolItem){ p, place->stack.amount / units + 1, dear };
            if (count > dear) *item++ = (PoolItem){ p, place->stack.amount / units, count - dear };
        }
        l->pools[j].count = (size_t)(item - l->pools[j].items);
    }
}

static void add_stack(Seg *seg, const Stack *stack, int32_t bundle)
{
    for (size_t i = 0; i < stack->count; i++) seg->rules[seg->count++] = stack->rules[i];
    if (bundle >= 0) seg->rules[seg->count++] = (uint16_t)bundle;
    if (bundle >= 0) seg->bundle = bundle;
}

/* The segs of a slot: what each bundle used of it, and the rest. */
static void split_slot(const Level *l, uint32_t s, Claims *to)
{
    const Slot *slot = &l->slots[s];
    const Seg  *seg  = &l->from.segs[s];
    int64_t     unit = seg->list / seg->units, left = seg->units;
    for (uint32_t p = slot->first_place; p < slot->first_place + slot->place_count; p++) {
        Place *place = &l->places[p];
        if (place->used == 0) continue;
        bool again = p > slot->first_place && to->seg_count && to->segs[to->seg_count - 1].line == seg->line
                  && to->segs[to->seg_count - 1].bundle == place->bundle && l->places[p - 1].used
                  && l->places[p - 1].bundle == place->bundle;
        if (!again) {
            to->segs[to->seg_count]       = *seg;
            to->segs[to->seg_count].units = 0;
            add_stack(&to->segs[to->seg_count++], &place->stack, place->bundle);
        }
        Seg *part  = &to->segs[to->seg_count - 1];
        place->seg = (uint32_t)to->seg_count - 1;
        part->units += place->used;
        part->list = part->units * unit;
        left -= place->used;
    }
    if (left == 0) return;
    Seg *rest   = &to->segs[to->seg_count++];
    *rest       = *seg;
    rest->units = left;
    rest->list  = left == seg->units ? seg->list : left * unit;
    add_stack(rest, slot->use_alt ? &slot->alt : &slot->best, NO_BUNDLE);
}

/* Makes the claims of the counts that stand in the places. */
static bool make_claims(Level *l, Claims *to)
{
    Work     *w     = l->w;
    size_t    extra = l->from.run_count + 2 * (2 * l->place_count + 2);
    uint32_t *moved = arena_array(w->arena, uint32_t, l->slot_count + 1);
    Runs      runs  = { arena_array(w->arena, Run, extra), 0 };
    *to = (Claims){ arena_array(w->arena, Seg, l->slot_count + l->place_count + 1), 0, runs.runs, 0 };
    if (!moved || !runs.runs || !to->segs) return false;
    for (size_t p = 0; p < l->place_count; p++) l->places[p].used = 0;
    if (l->from.run_count) memcpy(runs.runs, l->from.runs, l->from.run_count * sizeof *runs.runs);
    runs.count = l->from.run_count;
    for (uint16_t b = l->bundles; b < l->bundles_end; b++) {
        fill_pools(l, b, UINT32_MAX);
        (void)bundle_form(w, b, l->pools, &runs, &l->sure);
    }
    for (size_t r = l->from.run_count; r < runs.count; r++)
        for (size_t i = 0; i < runs.runs[r].count; i++)
            l->places[runs.runs[r].items[i].seg].used += runs.runs[r].items[i].units * runs.runs[r].times;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        moved[s] = (uint32_t)to->seg_count;
        split_slot(l, s, to);
    }
    for (size_t r = 0; r < runs.count; r++) {
        RunUnits *items = runs.runs[r].items;
        if (r < l->from.run_count) { /* the array is shared with claims that stay as they are */
            items = arena_array(w->arena, RunUnits, runs.runs[r].count);
            if (!items) return false;
            memcpy(items, runs.runs[r].items, runs.runs[r].count * sizeof *items);
            runs.runs[r].items = items;
        }
        for (size_t i = 0; i < runs.runs[r].count; i++)
            items[i].seg = r < l->from.run_count ? moved[items[i].seg] : l->places[items[i].seg].seg;
    }
    to->run_count = runs.count;
    return !w->memory;
}

/* Computes this way and keeps it when it is the cheapest so far. */
static bool try_claims(Level *l)
{
    Claims claims;
    size_t mark = l->w->arena->used;
    if (!make_claims(l, &claims)) return false;
    claims_compute(l->w, &claims, &l->w->left, false);
    int64_t total = claims_total(&claims);
    if (total < l->best_total) {
        l->best_total = total;
        l->best       = claims;
    } else {
        l->w->arena->used = mark;
    }
    return true;
}

/* --- the search --- */

/* What the goods cost at least, whatever is decided about the places from `open` on. */
static int64_t level_bound(Level *l, uint32_t open)
{
    int64_t bound = 0;
    bool    sure  = true;
    for (size_t s = 0; s < l->slot_count; s++)
        bound += l->slots[s].has_alt && l->slots[s].alt.amount < l->slots[s].best.amount
                   ? l->slots[s].alt.amount
                   : l->slots[s].best.amount;
    for (uint16_t b = l->bundles; b < l->bundles_end; b++) {
        fill_pools(l, b, open);
        bound -= bundle_form(l->w, b, l->pools, NULL, &sure);
    }
    return bound;
}

/* Units of a slot that places before `p` have not taken. */
static int64_t units_left(const Level *l, uint32_t p)
{
    const Slot *slot = &l->slots[l->places[p].slot];
    int64_t     left = l->from.segs[l->places[p].slot].units;
    for (uint32_t q = slot->first_place; q < p; q++) left -= l->places[q].count;
    return left;
}

/* Every bundle in order takes what the ones before it left. */
static bool greedy(Level *l)
{
    for (size_t p = 0; p < l->place_count; p++) l->places[p].count = 0;
    for (uint16_t b = l->bundles; b < l->bundles_end; b++) {
        size_t mark = l->w->arena->used;
        Runs   runs = { arena_array(l->w->arena, Run, 4 * l->place_count + 4), 0 };
        bool   sure = true;
        if (!runs.runs) return false;
        for (uint32_t p = 0; p < l->place_count; p++) {
            const Slot *slot = &l->slots[l->places[p].slot];
            int64_t     left = l->from.segs[l->places[p].slot].units;
            for (uint32_t q = slot->first_place; q < slot->first_place + slot->place_count; q++)
                left -= q == p ? 0 : l->places[q].count;
            if (l->places[p].bundle == b) l->places[p].count = left;
        }
        fill_pools(l, b, UINT32_MAX);
        (void)bundle_form(l->w, b, l->pools, &runs, &sure);
        for (size_t p = 0; p < l->place_count; p++)
            if (l->places[p].bundle == b) l->places[p].count = 0;
        for (size_t r = 0; r < runs.count; r++)
            for (size_t i = 0; i < runs.runs[r].count; i++)
                l->places[runs.runs[r].items[i].seg].count += runs.runs[r].items[i].units
                                                            * runs.runs[r].times;
        l->w->arena->used = mark;
    }
    return try_claims(l);
}

/* Branch and bound over how many units each place gets, the most first. */
static bool search_places(Level *l)
{
    for (uint32_t p = 0;;) {
        if (l->nodes++ > PROMO_CHOICES_MAX || l->nodes * l->place_count > WORK_MAX) {
            l->w->exact = false;
            return true;
        }
        bool cut = level_bound(l, p) >= l->best_total;
        if (!cut && p < l->place_count) {
            l->places[p].count = units_left(l, p);
            p++;
            continue;
        }
        if (!cut && !try_claims(l)) return false;
        while (p > 0 && (l->places[p - 1].free || l->places[p - 1].count == 0)) p--;
        if (p == 0) return true;
        l->places[p - 1].count--;
    }
}

/* Slots where a promotion with a limit of its own keeps others out: tries all ways to do without it. */
static bool search_alts(Level *l)
{
    uint32_t alts[ALTS_MAX];
    size_t   count = 0;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        if (!l->slots[s].has_alt) continue;
        if (count == ALTS_MAX) l->w->exact = false;
        else alts[count++] = s;
    }
    for (uint32_t mask = 1; mask < 1u << count; mask++) {
        for (size_t i = 0; i < count; i++) l->slots[alts[i]].use_alt = mask >> i & 1;
        if (l->place_count ? !greedy(l) || !search_places(l) : !try_claims(l)) return false;
    }
    return true;
}

/* --- priority by priority --- */

static bool prepare_level(Level *l)
{
    Work     *w           = l->w;
    uint32_t *seg_of_line = arena_array(w->arena, uint32_t, w->line_count + 2);
    l->from               = w->claims;
    l->slot_count         = w->claims.seg_count;
    l->best_total         = INT64_MAX;
    l->sure               = true;
    l->slots              = arena_array(w->arena, Slot, l->slot_count + 1);
    if (!seg_of_line || !l->slots) return false;
    for (size_t s = l->slot_count; s-- > 0;) seg_of_line[w->claims.segs[s].line] = (uint32_t)s;
    seg_of_line[w->line_count] = (uint32_t)l->slot_count;
    if (!make_items(l, seg_of_line)) return false;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        Slot *slot = &l->slots[s];
        best_stack(l, s, NO_BUNDLE, false, &slot->best);
        slot->has_alt = limited_clash(l, slot);
        if (slot->has_alt) best_stack(l, s, NO_BUNDLE, true, &slot->alt);
    }
    return make_places(l);
}

static bool choose_level(Level *l)
{
    bool contested = false;
    if (!prepare_level(l)) return false;
    for (size_t p = 0; p < l->place_count; p++) contested = contested || !l->places[p].free;
    if (contested ? !greedy(l) || !search_places(l) : !try_claims(l)) return false;
    if (!search_alts(l)) return false;
    l->w->claims = l->best;
    if (!l->sure) l->w->exact = false;
    return true;
}

/* Cuts the lines into segs where the units that a promotion may have end. */
static bool first_claims(Work *w)
{
    size_t most = w->line_count;
    for (size_t a = 0; a < w->goods_count; a++)
        if (w->active[a].units) most += w->active[a].line_count;
    w->claims = (Claims){ arena_array(w->arena, Seg, most + 1), 0, NULL, 0 };
    if (!w->claims.segs) return false;
    for (uint32_t i = 0; i < w->line_count; i++) {
        const WorkLine *line = &w->lines[i];
        for (int64_t at = 0; at < line->units;) {
            int64_t end = line->units;
            for (size_t a = 0; a < w->goods_count; a++)
                for (size_t k = 0; w->active[a].units && k < w->active[a].line_count; k++)
                    if (w->active[a].lines[k] == i && w->active[a].units[k] > at
                        && w->active[a].units[k] < end)
                        end = w->active[a].units[k];
            int64_t list = end - at == line->units ? line->gross : line->names.unit_price * (end - at);
            w->claims.segs[w->claims.seg_count++] = (Seg){
                .line = i, .bundle = NO_BUNDLE, .first = at, .units = end - at, .list = list
            };
            at = end;
        }
    }
    return true;
}

bool goods_choose(Work *w)
{
    uint16_t bundles = 0;
    if (!first_claims(w)) return false;
    while (bundles < w->goods_count && w->active[bundles].rule->phase == PHASE_ITEM) bundles++;
    for (uint16_t i = 0, b = bundles; i < bundles || b < w->goods_count;) {
        int64_t priority = INT64_MIN;
        if (i < bundles) priority = w->active[i].rule->priority;
        if (b < w->goods_count && w->active[b].rule->priority > priority)
            priority = w->active[b].rule->priority;
        Level level = { .w = w, .items = i, .bundles = b };
        while (i < bundles && w->active[i].rule->priority == priority) i++;
        while (b < w->goods_count && w->active[b].rule->priority == priority) b++;
        level.items_end   = i;
        level.bundles_end = b;
        if (!choose_level(&level)) return false;
    }
    claims_compute(w, &w->claims, &w->left, false);
    return true;
}

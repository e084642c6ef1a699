/* promo_search.c — the best way to give an island's units to the bundles that want them: branch and bound
 * over how many units of each place go there. Which item promotions a unit then has follows from whether it
 * is in a bundle. See promo_level.h. */
#include "core/promo_level.h"

#include <assert.h>
#include <string.h>

__extension__ typedef __int128 Wide;

bool slot_in_part(const Work *w, const Seg *seg, uint16_t bundle, const RulePart *part)
{
    const WorkLine *line = &w->lines[seg->line];
    return line->open && line->whole && seg->bundle == NO_BUNDLE && seg->count < w->max_rules
        && pick_matches(&part->pick, &line->names) && !live_banned(w, bundle, seg->line)
        && stacks_with_seg(w, seg, w->active[bundle].rule);
}

/* --- places --- */

/* Fills island->places when it is there; gives how many there are. */
static size_t list_places(Island *l)
{
    size_t count = 0;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        l->slots[s].first_place = (uint32_t)count;
        for (size_t b = 0; b < l->bundle_count; b++) {
            const Rule *rule = l->w->active[l->bundles[b]].rule;
            for (size_t j = 0; j < rule->src->parts.count; j++) {
                if (!slot_in_part(l->w, &l->from.segs[s], l->bundles[b], &rule->parts[j])) continue;
                if (l->places)
                    l->places[count] = (Place){ .slot = s, .bundle = (uint16_t)b, .part = (uint8_t)j };
                count++;
            }
        }
        l->slots[s].place_count = (uint32_t)count - l->slots[s].first_place;
    }
    return count;
}

static int64_t place_value(const Island *l, uint32_t place)
{
    const Place *p = &l->places[place];
    return p->stack.amount / l->from.segs[p->slot].units;
}

/* The places of each bundle and part, by value, the dearest first; equal ones by list price, then line. */
static bool order_places(Island *l)
{
    size_t groups = l->bundle_count * PARTS_MAX, at = 0;
    l->order      = arena_array(l->w->arena, uint32_t, l->place_count + 1);
    l->order_from = arena_array(l->w->arena, size_t, groups + 1);
    if (!l->order || !l->order_from) return false;
    for (size_t g = 0; g < groups; g++) {
        l->order_from[g] = at;
        for (uint32_t p = 0; p < l->place_count; p++) {
            if ((size_t)l->places[p].bundle * PARTS_MAX + l->places[p].part != g) continue;
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

/* What a bundle takes off for one unit at most, in thousandths: what all units of any bundle of this kind are
 * worth is never less than what it takes off. The cheapest of some units cost no more than they do on
 * average; a price or an amount is spread evenly. */
static int64_t unit_worth(const Active *active, const RulePart *part, int64_t value)
{
    int64_t units = 0, all = value * 1000;
    for (size_t j = 0; j < active->rule->src->parts.count; j++) units += active->rule->parts[j].quantity;
    if (active->effect.kind == EFFECT_AMOUNT) return active->effect.value * 1000 / units + 1;
    if (part->get == 0) return 0;
    if (active->effect.kind == EFFECT_PERCENT) {
        int64_t off = value * 1000;
        if (active->effect.value < PPM_ONE)
            off = half_up(off, active->effect.value) + 501; /* rounded per unit */
        return active->rule->dearest ? off : off * part->get / part->quantity + 1;
    }
    if (part->quantity != units || part->get != units) return all;
    all -= active->effect.value * 1000 / units;
    return all > 0 ? all : 0;
}

static void judge_place(Island *l, Place *place)
{
    const Slot   *slot   = &l->slots[place->slot];
    const Seg    *seg    = &l->from.segs[place->slot];
    const Active *bundle = &l->w->active[l->bundles[place->bundle]];
    best_stack(l->w, seg, slot, l->bundles[place->bundle], NULL, 0, &place->stack);
    place->worth = unit_worth(bundle, &bundle->rule->parts[place->part],
                              place->stack.amount / seg->units + (place->stack.amount % seg->units > 0));
    place->free  = slot->place_count == 1 && seg->count + slot->item_count + 1 <= l->w->max_rules;
    for (size_t i = 0; i < slot->item_count && place->free; i++)
        place->free = rules_stack(l->w->active[slot->items[i]].rule, bundle->rule);
}

static bool make_places(Island *l)
{
    l->places = arena_array(l->w->arena, Place, list_places(l) + 1);
    if (!l->places) return false;
    l->place_count = list_places(l);
    for (size_t p = 0; p < l->place_count; p++) judge_place(l, &l->places[p]);
    l->pool_items = arena_array(l->w->arena, PoolItem, 2 * l->place_count + 1);
    return l->pool_items && order_places(l);
}

/* --- one way to give the units --- */

/* The pools of a bundle: the units that are given to it; of places not decided yet (from `open` on) all that
 * it could get. */
static void fill_pools(Island *l, size_t bundle, uint32_t open)
{
    PoolItem *item = l->pool_items;
    for (size_t j = 0; j < l->w->active[l->bundles[bundle]].rule->src->parts.count; j++) {
        size_t g    = bundle * PARTS_MAX + j;
        l->pools[j] = (Pool){ item, 0 };
        for (size_t i = l->order_from[g]; i < l->order_from[g + 1]; i++) {
            uint32_t     p     = l->order[i];
            const Place *place = &l->places[p];
            int64_t      units = l->from.segs[place->slot].units;
            int64_t      count = l->idle ? 0 : place->free || p >= open ? units : place->count;
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

void put_loose(const Slot *slot, const Seg *seg, Claims *to)
{
    to->segs[to->seg_count] = *seg;
    add_stack(&to->segs[to->seg_count++], &slot->stacks[slot->use], NO_BUNDLE);
}

/* Appends some units of a slot, in a bundle or not. Where promotions that do not stack were chosen among,
 * fewer units may be better off with others than all of them. */
static void put_units(const Island *l, uint32_t s, int64_t units, const Stack *stack, int32_t bundle,
                      Claims *to)
{
    const Seg *whole = &l->from.segs[s];
    Seg       *seg   = &to->segs[to->seg_count++];
    Stack      other;
    *seg = *whole;
    if (units < whole->units) {
        seg->units = units;
        seg->list  = whole->list / whole->units * units;
        seg->base  = whole->base / whole->units * units;
        if (stack->chosen && l->slots[s].use == 0) {
            best_stack(l->w, seg, &l->slots[s], bundle, NULL, 0, &other);
            stack = &other;
        }
    }
    add_stack(seg, stack, bundle);
}

/* The segs of a slot: what each bundle used of it, and the rest. */
static void split_slot(Island *l, uint32_t s, Claims *to)
{
    const Slot *slot = &l->slots[s];
    int64_t     left = l->from.segs[s].units;
    uint32_t    end  = slot->first_place + slot->place_count;
    for (uint32_t p = slot->first_place; p < end;) {
        Place  *first = &l->places[p];
        int64_t units = 0;
        for (; p < end && l->places[p].bundle == first->bundle; p++) {
            units += l->places[p].used;
            l->places[p].seg = (uint32_t)to->seg_count;
        }
        if (units) put_units(l, s, units, &first->stack, l->bundles[first->bundle], to);
        left -= units;
    }
    if (left) put_units(l, s, left, &slot->stacks[slot->use], NO_BUNDLE, to);
}

/* Makes the claims of the counts that stand in the places. */
static bool make_claims(Island *l, Claims *to)
{
    Work     *w     = l->w;
    size_t    extra = l->from.run_count + 2 * (2 * l->place_count + 2);
    uint32_t *moved = arena_array(w->arena, uint32_t, l->slot_count + 1);
    Runs      runs  = { arena_array(w->arena, Run, extra), 0, extra };
    *to = (Claims){ arena_array(w->arena, Seg, l->slot_count + l->place_count + 1), 0, runs.runs, 0 };
    if (!moved || !runs.runs || !to->segs) return false;
    for (size_t p = 0; p < l->place_count; p++) l->places[p].used = 0;
    if (l->from.run_count) memcpy(runs.runs, l->from.runs, l->from.run_count * sizeof *runs.runs);
    runs.count = l->from.run_count;
    for (size_t b = 0; b < l->bundle_count; b++) {
        fill_pools(l, b, UINT32_MAX);
        (void)bundle_form(w, l->bundles[b], l->pools, &runs, &l->sure);
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
        size_t count = 0;
        for (size_t i = 0; i < runs.runs[r].count; i++) {
            RunUnits u = items[i];
            u.seg      = r < l->from.run_count ? moved[u.seg] : l->places[u.seg].seg;
            if (count > 0 && items[count - 1].seg == u.seg) { /* two parts of the bundle took of the same */
                items[count - 1].units += u.units;
                items[count - 1].got += u.got;
            } else {
                items[count++] = u;
            }
        }
        runs.runs[r].count = count;
    }
    to->run_count = runs.count;
    return !w->memory;
}

/* Computes this way and keeps it when it is the cheapest so far. */
static bool try_claims(Island *l)
{
    Claims claims;
    size_t mark = l->w->arena->used;
    if (!make_claims(l, &claims)) return false;
    claims_compute(l->w, &claims, &l->w->left, false);
    int64_t total = segs_total(claims.segs, claims.seg_count);
    if (total < l->best_total) {
        l->best_total = total;
        l->best       = claims;
    } else {
        l->w->arena->used = mark;
    }
    return true;
}

/* --- the search --- */

/* What bundles can take off a slot at most, when each unit goes where it is worth most. */
static Wide slot_worth(const Island *l, const Slot *slot, int64_t units, uint32_t open)
{
    Wide    sum  = 0;
    int64_t best = 0;
    for (uint32_t p = slot->first_place; p < slot->first_place + slot->place_count; p++) {
        const Place *place = &l->places[p];
        if (p < open && !place->free) {
            sum += (Wide)place->count * place->worth;
            units -= place->count;
        } else if (place->worth > best) {
            best = place->worth;
        }
    }
    return sum + (Wide)units * best;
}

/* Whether the goods cost at least as much as the best way known, whatever is decided about the places from
 * `open` on: bundles take off no more than their units are worth, nor than each could with all it may get. */
static bool hopeless(Island *l, uint32_t open)
{
    int64_t items = 0;
    Wide    worth = 0;
    bool    sure  = true;
    for (size_t s = 0; s < l->slot_count; s++) {
        const Slot *slot = &l->slots[s];
        items += slot->least;
        worth += slot_worth(l, slot, l->from.segs[s].units, open);
    }
    if (items - worth / 1000 >= l->best_total) return true;
    for (size_t b = 0; b < l->bundle_count; b++) {
        fill_pools(l, b, open);
        items -= bundle_form(l->w, l->bundles[b], l->pools, NULL, &sure);
        if (items < l->best_total) return false;
    }
    return true;
}

/* Units of a slot that places before `p` have not taken. */
static int64_t units_left(const Island *l, uint32_t p)
{
    const Slot *slot = &l->slots[l->places[p].slot];
    int64_t     left = l->from.segs[l->places[p].slot].units;
    for (uint32_t q = slot->first_place; q < p; q++) left -= l->places[q].count;
    return left;
}

/* The way without a bundle of this priority. What bundles of higher ones then leave of their units is what
 * these cost in every way, but for a unit of money by rounding. */
static bool no_bundles(Island *l)
{
    Claims claims;
    size_t mark = l->w->arena->used;
    l->idle     = true;
    bool ok     = make_claims(l, &claims);
    l->idle     = false;
    if (!ok) return false;
    claims_compute(l->w, &claims, &l->w->left, false);
    for (size_t s = 0; s < l->slot_count; s++) {
        bool bundled      = l->from.segs[s].bundle != NO_BUNDLE;
        l->slots[s].least = bundled ? claims.segs[s].amount - 1 : l->slots[s].stacks[0].bound;
    }
    l->w->arena->used = mark;
    return true;
}

/* Every bundle in order takes what the ones before it left. */
static bool greedy(Island *l)
{
    for (size_t p = 0; p < l->place_count; p++) l->places[p].count = 0;
    for (size_t b = 0; b < l->bundle_count; b++) {
        size_t mark = l->w->arena->used;
        size_t room = 4 * l->place_count + 4;
        Runs   runs = { arena_array(l->w->arena, Run, room), 0, room };
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
        (void)bundle_form(l->w, l->bundles[b], l->pools, &runs, &sure);
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

/* Whether all places of the bundle of place `last` are decided, and hold units that no bundle uses:
 * there is a way just as good that leaves them to others. */
static bool wasteful(const Island *l, uint32_t last)
{
    const Rule *rule  = l->w->active[l->bundles[l->places[last].bundle]].rule;
    int64_t     times = -1;
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        size_t  g     = (size_t)l->places[last].bundle * PARTS_MAX + j;
        int64_t units = 0;
        for (size_t i = l->order_from[g]; i < l->order_from[g + 1]; i++) {
            if (l->order[i] > last || l->places[l->order[i]].free) return false;
            units += l->places[l->order[i]].count;
        }
        if (units % rule->parts[j].quantity || units / rule->parts[j].quantity > rule->max_repeats)
            return true;
        if (times >= 0 && times != units / rule->parts[j].quantity) return true;
        times = units / rule->parts[j].quantity;
    }
    return false;
}

/* Branch and bound over how many units each place gets, the most first. */
static bool search_places(Island *l)
{
    for (uint32_t p = 0;;) {
        if (l->nodes++ > PROMO_CHOICES_MAX || !spend(l->w, l->slot_count + 2 * l->place_count)) {
            l->w->exact = false;
            return true;
        }
        bool cut = (p > 0 && wasteful(l, p - 1)) || hopeless(l, p);
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

/* Tries the other stacks of slots, where there are any: all ways to combine them. */
static bool search_stacks(Island *l)
{
    for (size_t tried = 1;; tried++) {
        size_t s = 0;
        for (; s < l->slot_count; s++) { /* the next number, each slot one digit */
            if (++l->slots[s].use < l->slots[s].stack_count) break;
            l->slots[s].use = 0;
        }
        if (s == l->slot_count) return true;
        if (tried > PROMO_CHOICES_MAX || !spend(l->w, 4 * l->slot_count)) {
            l->w->exact = false;
            return true;
        }
        if (l->place_count ? !no_bundles(l) || !greedy(l) || !search_places(l) : !try_claims(l))
            return false;
    }
}

/* Whether a limit on what a unit may cost can cut what the bundle takes off there: then others may be better
 * bundles than the search believes. A percentage takes no more of any unit than it is worth. */
static bool may_be_cut(const Island *l, const Place *place)
{
    const Seg      *seg    = &l->from.segs[place->slot];
    const WorkLine *line   = &l->w->lines[seg->line];
    const Active   *active = &l->w->active[l->bundles[place->bundle]];
    int64_t         low    = (line->gross - line->left) / line->units;
    int64_t         unit   = place->stack.amount / seg->units;
    if (line->floor > low) low = line->floor;
    if (active->effect.kind != EFFECT_PERCENT) return low > 0;
    return low > unit - place->worth / 1000;
}

bool island_settle(Island *l)
{
    bool contested = false;
    l->best_total  = INT64_MAX;
    l->sure        = true;
    if (!make_places(l)) return false;
    for (size_t p = 0; p < l->place_count; p++) contested = contested || !l->places[p].free;
    if (contested ? !no_bundles(l) || !greedy(l) || !search_places(l) : !try_claims(l)) return false;
    if (!search_stacks(l)) return false;
    for (size_t p = 0; p < l->place_count && l->sure; p++) l->sure = !may_be_cut(l, &l->places[p]);
    if (!l->sure) l->w->exact = false;
    return true;
}

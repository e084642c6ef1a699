/* reference_search.c — the judge of pricing: all ways to give units to the promotions on goods, priority by
 * priority, of which those are kept after which the goods cost least. See reference.h. */
#include "tests/price/reference_inner.h"

#include <assert.h>

enum { KEPT_MAX = 256 };

typedef struct {
    Ref    *ref;
    int64_t priority;
    int     items[REF_PROMOS], item_count;     /* of this priority */
    int     bundles[REF_PROMOS], bundle_count;
    int64_t best;
    bool    any; /* a way was found from this standing */
    Claims *kept;
    size_t  kept_count, kept_from; /* the best ways from one standing; before them those of others */
} Search;

/* --- which units are alike --- */

static int compare_units(const Claims *c, int u, int v)
{
    if (c->bundle[u] != c->bundle[v]) return c->bundle[u] < c->bundle[v] ? -1 : 1;
    if (c->instance[u] != c->instance[v]) return c->instance[u] < c->instance[v] ? -1 : 1;
    if (c->part[u] != c->part[v]) return c->part[u] < c->part[v] ? -1 : 1;
    return (int)c->items[u] - (int)c->items[v];
}

static bool alike_now(const Ref *ref, const Claims *c, int u, int v)
{
    return ref_alike(ref, u, v) && compare_units(c, u, v) == 0;
}

static void swap_units(Claims *c, int u, int v)
{
    Claims old     = *c;
    c->items[u]    = old.items[v];
    c->items[v]    = old.items[u];
    c->bundle[u]   = old.bundle[v];
    c->bundle[v]   = old.bundle[u];
    c->instance[u] = old.instance[v];
    c->instance[v] = old.instance[u];
    c->part[u]     = old.part[v];
    c->part[v]     = old.part[u];
}

/* Whether bundle x of a promotion has the dearer units, or the same of an earlier line, than bundle y. */
static bool bundle_comes_first(const Ref *ref, const Claims *c, int promo, int x, int y)
{
    int64_t dearest[2] = { -1, -1 };
    int     first[2]   = { REF_UNITS, REF_UNITS };
    for (int u = ref->unit_count - 1; u >= 0; u--) {
        int side = c->instance[u] == x ? 0 : 1;
        if (c->bundle[u] != promo || (c->instance[u] != x && c->instance[u] != y)) continue;
        first[side] = u;
        if (ref->list[ref->line_of[u]] > dearest[side]) dearest[side] = ref->list[ref->line_of[u]];
    }
    if (dearest[0] != dearest[1]) return dearest[0] > dearest[1];
    return first[0] < first[1];
}

/* The bundles of a promotion are numbered from the dearest on. */
static void number_bundles(const Ref *ref, Claims *c, int promo)
{
    Claims old                = *c;
    bool   there[REF_UNITS]   = { false };
    for (int u = 0; u < ref->unit_count; u++)
        if (old.bundle[u] == promo) there[old.instance[u]] = true;
    for (int u = 0; u < ref->unit_count; u++) {
        if (old.bundle[u] != promo) continue;
        c->instance[u] = 0;
        for (int other = 0; other < REF_UNITS; other++)
            if (there[other] && other != old.instance[u]
                && bundle_comes_first(ref, &old, promo, other, old.instance[u]))
                c->instance[u]++;
    }
}

/* Bundles are numbered, units that are alike are sorted. */
static void make_canonical(const Ref *ref, Claims *c)
{
    for (int round = 0; round < 3; round++) { /* sorting changes numbers; a few rounds settle it */
        for (int u = 0; u < ref->unit_count; u++)
            for (int v = u + 1; v < ref->unit_count; v++)
                if (ref_alike(ref, u, v) && compare_units(c, u, v) > 0) swap_units(c, u, v);
        for (int p = 0; p < ref->promo_count; p++) number_bundles(ref, c, p);
    }
}

/* --- what may be given --- */

static bool held_back(const Ref *ref, int promo, int line)
{
    for (int o = 0; o < ref->promo_count; o++)
        if (ref->reserved[o] && ref->pick[o][line] && !ref->stack[o][promo]
            && ref_priority(ref, promo) <= ref_priority(ref, o))
            return true;
    return false;
}

static bool room_for_one(const Ref *ref, const Claims *c, int u)
{
    const Guardrails *rails = ref->in->guardrails;
    if (!rails || rails->max_promotions == OPT_NONE) return true;
    int have = __builtin_popcount(c->items[u]) + (c->bundle[u] != NO_BUNDLE);
    return have < rails->max_promotions;
}

static bool stacks_with_unit(const Ref *ref, const Claims *c, int u, int promo)
{
    for (int p = 0; p < ref->promo_count; p++)
        if ((c->items[u] >> p & 1) && !ref->stack[promo][p]) return false;
    return c->bundle[u] == NO_BUNDLE || ref->stack[promo][c->bundle[u]];
}

static bool may_have(const Ref *ref, const Claims *c, int u, int promo)
{
    int line = ref->line_of[u];
    return ref->pick[promo][line] && !held_back(ref, promo, line) && room_for_one(ref, c, u)
           && stacks_with_unit(ref, c, u, promo);
}

/* --- the ways --- */

/* One with a limit of money of its own may do without a unit from which it would keep another away. */
static bool may_do_without(const Ref *ref, int u, int promo, const Purse *purse)
{
    int line = ref->line_of[u];
    if (purse->promo_left[promo] + purse->promo_off[promo] >= NO_LIMIT / 2) return false;
    for (int p = 0; p < ref->promo_count; p++) {
        bool goods = ref_is(ref, p, "item") || ref_is(ref, p, "bundle");
        if (goods && ref->live[p] && !ref->stack[promo][p] && p != promo && ref->pick[p][line]) return true;
    }
    return false;
}

/* Whether some units lack a promotion that they may have and that would then take off something on their
 * line: nothing is held back. `u` stands for all that have to be treated like it. */
static bool holds_back(const Search *s, const Claims *way, int u, int promo)
{
    const Ref *ref = s->ref;
    Claims     more = *way;
    Purse      purse;
    if ((way->items[u] >> promo & 1) || !ref->marked[promo][u] || !may_have(ref, way, u, promo)) return false;
    for (int v = 0; v < ref->unit_count; v++)
        if (ref_alike(ref, u, v) && way->bundle[u] == way->bundle[v])
            more.items[v] |= (uint8_t)(1U << promo);
    ref_evaluate(ref, &more, &purse);
    return purse.promo_line_off[promo][ref->line_of[u]] > 0 && !may_do_without(ref, u, promo, &purse);
}

static bool anything_held_back(const Search *s, const Claims *way)
{
    for (int k = 0; k < s->item_count; k++)
        for (int u = 0; u < s->ref->unit_count; u++)
            if (holds_back(s, way, u, s->items[k])) return true;
    return false;
}

static void look_at(Search *s, Claims way)
{
    Ref  *ref = s->ref;
    Purse purse;
    if (ref->budget-- <= 0) ref->too_big = true;
    if (ref->too_big) return;
    make_canonical(ref, &way);
    ref_evaluate(ref, &way, &purse);
    int64_t cost = ref_goods_cost(ref, &purse);
    if (s->any && cost > s->best) return;
    for (int u = 0; u < ref->unit_count; u++) { /* what takes off nothing is not applied */
        for (int k = 0; k < s->item_count; k++)
            if ((way.items[u] >> s->items[k] & 1) && purse.promo_off[s->items[k]] == 0) return;
        for (int k = 0; k < s->bundle_count; k++)
            if (way.bundle[u] == s->bundles[k]
                && (purse.promo_off[s->bundles[k]] == 0 || (purse.useless >> s->bundles[k] & 1)))
                return;
    }
    if (anything_held_back(s, &way)) return;
    if (!s->any || cost < s->best) s->kept_count = s->kept_from;
    s->any  = true;
    s->best = cost;
    for (size_t k = 0; k < s->kept_count; k++)
        if (memcmp(&s->kept[k], &way, sizeof way) == 0) return;
    if (s->kept_count == KEPT_MAX) ref->too_big = true;
    else s->kept[s->kept_count++] = way;
}

/* Gives each unit from `u` on any of the item promotions; units of a line that are in no
 * bundle, or in bundles of one promotion, have the same (but for max_units, which makes them unlike). */
static void give_items(Search *s, const Claims *before, Claims *way, const int *twin, int *option, int u)
{
    Ref *ref = s->ref;
    if (ref->too_big) return;
    if (u == ref->unit_count) {
        look_at(s, *way);
        return;
    }
    int first = twin[u] < 0 ? 0 : option[twin[u]], last = twin[u] < 0 ? (1 << s->item_count) - 1 : first;
    for (int set = first; set <= last; set++) {
        bool fits = true;
        for (int k = 0; k < s->item_count && fits; k++) {
            if (!(set >> k & 1)) continue;
            fits = ref->marked[s->items[k]][u] && may_have(ref, way, u, s->items[k]);
            way->items[u] |= (uint8_t)(1U << s->items[k]);
        }
        option[u] = set;
        if (fits) give_items(s, before, way, twin, option, u + 1);
        way->items[u] = before->items[u];
    }
}

static void bundles_done(Search *s, Claims *way)
{
    int    twin[REF_UNITS], option[REF_UNITS];
    Claims before = *way;
    for (int u = 0; u < s->ref->unit_count; u++) {
        twin[u] = -1;
        for (int v = 0; v < u; v++)
            if (ref_alike(s->ref, u, v) && way->bundle[u] == way->bundle[v]) twin[u] = v;
    }
    give_items(s, &before, way, twin, option, 0);
}

typedef struct {
    int which, instance, slot, left; /* the promotion's place in the search; units missing in this slot */
    int from;                        /* the next unit of this slot is this or a later one */
    int first;                       /* the first unit of the bundle before must be earlier */
} Place;

static void give_bundles(Search *s, Claims *way, Place at);

static void next_slot(Search *s, Claims *way, Place at)
{
    const Promotion *promo = &s->ref->promos[s->bundles[at.which]];
    int              first = at.first;
    for (int u = s->ref->unit_count - 1; u >= 0 && at.slot == 0; u--)
        if (way->bundle[u] == s->bundles[at.which] && way->instance[u] == at.instance) first = u;
    at.first = first;
    at.from  = 0;
    at.slot++;
    if (at.slot == (int)promo->parts.count) {
        at.slot = 0;
        at.instance++;
        at.from = at.first + 1;
    }
    at.left = (int)promo->parts.items[at.slot].quantity;
    give_bundles(s, way, at);
}

/* Makes one more bundle, unit by unit, or none. */
static void give_bundles(Search *s, Claims *way, Place at)
{
    Ref *ref = s->ref;
    if (ref->too_big) return;
    if (at.which == s->bundle_count) {
        bundles_done(s, way);
        return;
    }
    int              p     = s->bundles[at.which];
    const Promotion *promo = &ref->promos[p];
    if (at.slot == 0 && at.left == (int)promo->parts.items[0].quantity) { /* between two bundles */
        int next = at.which + 1;
        int left = next < s->bundle_count ? (int)ref->promos[s->bundles[next]].parts.items[0].quantity : 0;
        give_bundles(s, way, (Place){ .which = next, .left = left });
        if (promo->max_repeats != OPT_NONE && at.instance >= promo->max_repeats) return;
    }
    if (at.left == 0) {
        next_slot(s, way, at);
        return;
    }
    for (int u = at.from; u < ref->unit_count; u++) {
        int  line  = ref->line_of[u];
        bool first = true;
        if (way->bundle[u] != NO_BUNDLE || !ref->whole[line] || !may_have(ref, way, u, p)) continue;
        if (!ref_selects(promo->parts.items[at.slot].select, &ref->in->lines.items[line])) continue;
        for (int v = at.from; v < u; v++)
            if (alike_now(ref, way, u, v)) first = false;
        if (!first) continue;
        way->bundle[u]   = (int8_t)p;
        way->instance[u] = (int8_t)at.instance;
        way->part[u]     = (int8_t)at.slot;
        Place then       = at;
        then.left--;
        then.from = u + 1;
        give_bundles(s, way, then);
        way->bundle[u]   = NO_BUNDLE;
        way->instance[u] = way->part[u] = 0;
    }
}

static void search_level(Search *s, const Claims *standing)
{
    Claims way   = *standing;
    int    left  = s->bundle_count ? (int)s->ref->promos[s->bundles[0]].parts.items[0].quantity : 0;
    s->kept_from = s->kept_count;
    s->any       = false;
    give_bundles(s, &way, (Place){ .left = left });
}

/* Those of one priority; false when there are none below `above`. */
static bool next_level(Search *s, int64_t above)
{
    s->item_count = s->bundle_count = 0;
    for (int r = 0; r < s->ref->promo_count; r++) {
        int  p      = s->ref->rank[r];
        bool item   = ref_is(s->ref, p, "item");
        bool bundle = ref_is(s->ref, p, "bundle");
        if (!s->ref->live[p] || (!item && !bundle) || ref_priority(s->ref, p) >= above) continue;
        if (s->item_count + s->bundle_count > 0 && ref_priority(s->ref, p) != s->priority) break;
        s->priority = ref_priority(s->ref, p);
        if (item) s->items[s->item_count++] = p;
        else s->bundles[s->bundle_count++] = p;
    }
    return s->item_count + s->bundle_count > 0;
}

size_t ref_goods_ways(Ref *ref, Claims *ways, size_t most)
{
    static Claims standing[KEPT_MAX], kept[KEPT_MAX];
    size_t        count = 1;
    Search        s     = { .ref = ref, .kept = kept, .priority = INT64_MAX };
    memset(&standing[0], 0, sizeof standing[0]);
    memset(standing[0].bundle, NO_BUNDLE, sizeof standing[0].bundle);
    while (!ref->too_big && next_level(&s, s.priority)) {
        s.kept_count = 0;
        for (size_t k = 0; k < count && !ref->too_big; k++) search_level(&s, &standing[k]);
        count = s.kept_count;
        memcpy(standing, kept, count * sizeof standing[0]);
    }
    assert(ref->too_big || count > 0);
    if (count > most) ref->too_big = true;
    for (size_t k = 0; k < count && k < most; k++) ways[k] = standing[k];
    return count < most ? count : most;
}

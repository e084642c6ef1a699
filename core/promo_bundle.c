/* promo_bundle.c — how a bundle promotion groups the units it is given. See promo_bundle.h.
 * Why these groupings are best, for units sorted by cost: what the cheapest of each bundle bring, and what a
 * bundle costs over a fixed price, is most when neighbours go together (both grow with the spread between
 * bundles); the dearest of all receive an effect when every bundle has one of them, filled up from below;
 * money off a bundle is best when none costs less than it, so that the dear and the cheap go together. */
#include "core/promo_bundle.h"

#include <assert.h>
#include <string.h>

enum { TAKES_MAX = 10, ENTRIES_MAX = 512 };

/* One step in forming a bundle: so many units from one end of a pool. */
typedef struct {
    Pool   *pool;
    bool    from_top;
    int64_t units, got; /* the last `got` of them have the effect (all or the last ones) */
} Take;

typedef struct {
    const Active *active;
    Take          takes[TAKES_MAX];
    size_t        take_count;
    RunUnits      entries[ENTRIES_MAX];
    size_t        entry_count;
    int64_t       sum, off; /* of the units with the effect in the bundle being formed */
} Former;

static int64_t pool_units(const Pool *pool)
{
    int64_t units = 0;
    for (size_t i = 0; i < pool->count; i++) units += pool->items[i].units;
    return units;
}

/* Leaves the dearest `units`. */
static void pool_trim(Pool *pool, int64_t units)
{
    for (size_t i = 0; i < pool->count; i++) {
        if (pool->items[i].units > units) pool->items[i].units = units;
        units -= pool->items[i].units;
        if (units == 0) {
            pool->count = i + 1;
            return;
        }
    }
}

static void plan_takes(Former *f, Pool *pools)
{
    const Rule *rule = f->active->rule;
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        const RulePart *part = &rule->parts[j];
        int64_t         q = part->quantity, g = part->get;
        int64_t         top = q;
        if (g > 0 && rule->dearest) top = g;
        else if (g > 0 && f->active->effect.kind == EFFECT_AMOUNT && g == q) top = j % 2 ? 0 : (q + 1) / 2;
        int64_t got_top = rule->dearest || top < q ? (g < top ? g : top) : g;
        if (top > 0) f->takes[f->take_count++] = (Take){ &pools[j], true, top, got_top };
        if (top < q) f->takes[f->take_count++] = (Take){ &pools[j], false, q - top, g - got_top };
    }
    assert(f->take_count <= TAKES_MAX);
}

static PoolItem *end_of(const Take *take)
{
    Pool *pool = take->pool;
    while (pool->count && pool->items[0].units == 0) {
        pool->items++;
        pool->count--;
    }
    while (pool->count && pool->items[pool->count - 1].units == 0) pool->count--;
    assert(pool->count > 0);
    return take->from_top ? &pool->items[0] : &pool->items[pool->count - 1];
}

/* How many bundles can be formed from the same ends of the pools. */
static int64_t equal_bundles(const Former *f, int64_t most)
{
    for (size_t t = 0; t < f->take_count; t++) {
        const PoolItem *item  = end_of(&f->takes[t]);
        int64_t         units = 0;
        for (size_t k = 0; k < f->take_count; k++)
            if (f->takes[k].pool == f->takes[t].pool && end_of(&f->takes[k]) == item)
                units += f->takes[k].units;
        int64_t times = item->units / units;
        if (times < most) most = times;
    }
    return most > 1 ? most : 1;
}

static void add_entry(Former *f, const PoolItem *item, int64_t units, int64_t got)
{
    RunUnits *last = f->entry_count ? &f->entries[f->entry_count - 1] : NULL;
    f->sum += item->value * got;
    if (f->active->effect.kind == EFFECT_PERCENT)
        f->off += got * half_up(item->value, f->active->effect.value);
    if (last && last->seg == item->place) {
        last->units += units;
        last->got += got;
        return;
    }
    assert(f->entry_count < ENTRIES_MAX);
    f->entries[f->entry_count++] = (RunUnits){ item->place, units, got };
}

/* Takes the units of `times` equal bundles out of the pools; entries, sum and off are of one. */
static void form_one(Former *f, int64_t times)
{
    f->entry_count = 0;
    f->sum = f->off = 0;
    for (size_t t = 0; t < f->take_count; t++) {
        const Take *take = &f->takes[t];
        for (int64_t left = take->units; left > 0;) {
            PoolItem *item  = end_of(take);
            int64_t   units = item->units / times < left ? item->units / times : left;
            int64_t   plain = left - take->got; /* units before those with the effect */
            int64_t   got   = units - (plain > 0 ? plain : 0);
            if (take->got == take->units) got = units;
            else if (got < 0) got = 0;
            add_entry(f, item, units, got);
            item->units -= units * times;
            left -= units;
        }
    }
    if (f->active->effect.kind != EFFECT_PERCENT) f->off = effect_off(f->active->effect, f->sum);
}

static bool same_units(const RunUnits *a, const RunUnits *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].seg != b[i].seg || a[i].units != b[i].units || a[i].got != b[i].got) return false;
    return true;
}

/* Keeps the bundles formed; their units by place, so that ties of shares go to the earlier line. */
static bool keep_run(Work *w, const Former *f, uint16_t active, int64_t times, Runs *out)
{
    RunUnits *items = arena_array(w->arena, RunUnits, f->entry_count);
    if (!items) {
        w->memory = true;
        return false;
    }
    size_t count = 0;
    for (size_t e = 0; e < f->entry_count; e++) {
        size_t at = count;
        while (at > 0 && items[at - 1].seg > f->entries[e].seg) at--;
        if (at > 0 && items[at - 1].seg == f->entries[e].seg) {
            items[at - 1].units += f->entries[e].units;
            items[at - 1].got += f->entries[e].got;
            continue;
        }
        memmove(&items[at + 1], &items[at], (count - at) * sizeof *items);
        items[at] = f->entries[e];
        count++;
    }
    Run *last = out->count ? &out->runs[out->count - 1] : NULL;
    if (last && last->active == active && last->count == count && same_units(last->items, items, count)) {
        last->times += times;
        return true;
    }
    if (out->count == out->room) {
        w->exact = false;
        return false;
    }
    out->runs[out->count++] = (Run){ active, times, items, count };
    return true;
}

/* What bundles of this kind can take off at most: no grouping brings more. */
static int64_t amount_bound(const Active *active, const Pool *pools, int64_t bundles)
{
    int64_t sum = 0, most = 0;
    for (size_t j = 0; j < active->rule->src->parts.count; j++)
        for (size_t i = 0; i < pools[j].count && active->rule->parts[j].get; i++)
            sum += pools[j].items[i].value * pools[j].items[i].units;
    if (__builtin_mul_overflow(bundles, active->effect.value, &most)) return sum;
    return most < sum ? most : sum;
}

int64_t bundle_form(Work *w, uint16_t active, Pool *pools, Runs *out, bool *sure)
{
    Former      former;
    Former     *f       = &former;
    const Rule *rule    = w->active[active].rule;
    int64_t     bundles = rule->max_repeats, total = 0, bound = INT64_MAX, limit = w->active[active].left;
    f->active     = &w->active[active];
    f->take_count = 0;
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        int64_t times = pool_units(&pools[j]) / rule->parts[j].quantity;
        if (times < bundles) bundles = times;
    }
    if (bundles <= 0) return 0;
    for (size_t j = 0; j < rule->src->parts.count; j++)
        pool_trim(&pools[j], bundles * rule->parts[j].quantity);
    if (f->active->effect.kind == EFFECT_AMOUNT) bound = amount_bound(f->active, pools, bundles);
    plan_takes(f, pools);
    for (int64_t left = bundles; left > 0;) {
        int64_t times = equal_bundles(f, left);
        if (limit < INT64_MAX && times > 1) times = 1; /* its limit may end in any of them */
        form_one(f, times);
        if (f->off <= 0) break;
        if (out && !keep_run(w, f, active, times, out)) break;
        total += f->off * times;
        left -= times;
        if (total >= limit) break;
    }
    if (bound != INT64_MAX && total < bound && total < limit) {
        *sure = false;
        if (!out) total = bound;
    }
    return total < limit ? total : limit;
}

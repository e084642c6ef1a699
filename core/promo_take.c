/* promo_take.c — what promotions take off, once it is settled who gets which unit. See promo_work.h.
 * Every discount of the engine goes through take(), which keeps all limits. */
#include "core/promo_work.h"

#include <assert.h>
#include <string.h>

enum { SHARE_MAX = 512 };

/* value * ppm / 1e6 for 0 <= value, 0 <= ppm <= 1e6, half up; fast for what fits. */
int64_t half_up(int64_t value, int64_t ppm)
{
    int64_t out = 0;
    Error   err;
    assert(value >= 0 && ppm >= 0 && ppm <= PPM_ONE);
    if (value < INT64_MAX / (2 * PPM_ONE)) return (value * ppm + PPM_ONE / 2) / PPM_ONE;
    return money_scale(value, ppm, PPM_ONE, ROUND_HALF_UP, &out, &err) ? out : value;
}

/* An amount per whole unit, for the units of a seg. */
static int64_t per_units(const Work *w, const Seg *seg, int64_t value, Rounding how)
{
    const WorkLine *line = &w->lines[seg->line];
    int64_t         out  = 0;
    Error           err;
    int64_t         times = line->whole ? seg->units * QTY_ONE : w->in->lines.items[seg->line].quantity;
    return money_scale(value, times, QTY_ONE, how, &out, &err) ? out : INT64_MAX / 4;
}

int64_t seg_floor(const Work *w, const Seg *seg)
{
    const WorkLine *line = &w->lines[seg->line];
    if (line->floor == 0) return 0;
    int64_t floor = per_units(w, seg, line->floor, ROUND_UP);
    return floor < seg->list ? floor : seg->list;
}

bool left_make(Work *w, Left *left)
{
    left->rules = arena_array(w->arena, int64_t, w->active_count + 1);
    left->lines = arena_array(w->arena, int64_t, w->line_count + 1);
    return left->rules && left->lines;
}

void left_reset(const Work *w, Left *left)
{
    left->order = w->order_left;
    for (size_t i = 0; i < w->active_count; i++) left->rules[i] = w->active[i].left;
    for (size_t i = 0; i <= w->line_count; i++) left->lines[i] = w->lines[i].left;
}

bool log_add(Work *w, LogRow row)
{
    if (w->log.count == w->log.room) {
        size_t  room = w->log.room ? w->log.room * 2 : 64;
        LogRow *rows = arena_array(w->arena, LogRow, room);
        if (!rows) {
            w->memory = true;
            return false;
        }
        if (w->log.count) memcpy(rows, w->log.rows, w->log.count * sizeof *rows);
        w->log.rows = rows;
        w->log.room = room;
    }
    w->log.rows[w->log.count++] = row;
    return true;
}

int64_t take(Work *w, Left *left, Seg *seg, int32_t active, int64_t want, bool log)
{
    int64_t room  = seg->amount - seg_floor(w, seg);
    bool    goods = seg->line < w->line_count; /* the order's limit is about goods */
    int64_t most  = left->lines[seg->line];
    if (goods && left->order < most) most = left->order;
    if (room < most) most = room;
    if (active >= 0 && left->rules[active] < most) most = left->rules[active];
    if (want < most) most = want;
    if (most <= 0) return 0;
    seg->amount -= most;
    left->lines[seg->line] -= most;
    if (goods) left->order -= most;
    if (active >= 0) left->rules[active] -= most;
    if (log) (void)log_add(w, (LogRow){ seg->line, active, seg->units, most, seg->amount });
    return most;
}

int64_t take_shared(Work *w, Left *left, Seg **segs, size_t count, int32_t active, int64_t want, bool log)
{
    int64_t  some_weights[SHARE_MAX], some_parts[SHARE_MAX];
    size_t   mark    = w->arena->used;
    int64_t *weights = some_weights, *parts = some_parts, taken = 0;
    if (count == 0 || want <= 0) return 0;
    if (count == 1) return take(w, left, segs[0], active, want, log);
    if (count > SHARE_MAX) {
        weights = arena_array(w->arena, int64_t, count);
        parts   = arena_array(w->arena, int64_t, count);
        if (!weights || !parts) {
            w->memory = true;
            return 0;
        }
    }
    for (size_t i = 0; i < count; i++) weights[i] = segs[i]->amount;
    money_split(want, weights, count, parts);
    if (count > SHARE_MAX && !log) w->arena->used = mark;
    for (size_t i = 0; i < count; i++) taken += take(w, left, segs[i], active, parts[i], log);
    return taken;
}

static Effect effect_for(const Active *active, uint32_t line)
{
    if (!active->effects) return active->effect;
    for (size_t i = 0; i < active->line_count; i++)
        if (active->lines[i] == line) return active_effect(active, i);
    return (Effect){ EFFECT_NONE, 0 };
}

int64_t effect_off(Effect effect, int64_t sum)
{
    switch (effect.kind) {
    case EFFECT_NONE: return 0;
    case EFFECT_PERCENT: return half_up(sum, effect.value);
    case EFFECT_AMOUNT: return effect.value < sum ? effect.value : sum;
    case EFFECT_PRICE: return effect.value < sum ? sum - effect.value : 0;
    }
    UNREACHABLE();
}

/* What an item promotion wants off a seg that costs `amount`: amounts and prices are of one unit. */
static int64_t wanted(const Work *w, const Active *active, const Seg *seg, int64_t amount)
{
    Effect effect = effect_for(active, seg->line);
    bool   once   = effect.kind == EFFECT_AMOUNT && active->rule->per_line;
    if ((effect.kind == EFFECT_AMOUNT || effect.kind == EFFECT_PRICE) && !once)
        effect.value = per_units(w, seg, effect.value, ROUND_HALF_UP);
    return effect_off(effect, amount);
}

int64_t effect_on(const Work *w, const Active *active, const Seg *seg, int64_t amount)
{
    int64_t want = wanted(w, active, seg, amount);
    int64_t room = amount - seg_floor(w, seg);
    int64_t line = w->lines[seg->line].left - (seg->list - amount);
    if (line < room) room = line;
    if (active->left < room) room = active->left;
    return amount - (want < room ? want : room > 0 ? room : 0);
}

/* --- items --- */

static bool seg_has(const Seg *seg, uint16_t active)
{
    for (size_t i = 0; i < seg->count; i++)
        if (seg->rules[i] == active) return true;
    return false;
}

/* One item promotion on the segs of one line that have it. */
static void item_on_line(Work *w, Left *left, Seg *segs, size_t count, uint16_t active, bool log)
{
    const Active *rule   = &w->active[active];
    Effect        effect = effect_for(rule, segs[0].line);
    bool    whole = effect.kind == EFFECT_PERCENT || (effect.kind == EFFECT_AMOUNT && rule->rule->per_line);
    Seg    *some[SHARE_MAX];
    size_t  n   = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < count && n < SHARE_MAX; i++) {
        if (!seg_has(&segs[i], active)) continue;
        if (!whole) (void)take(w, left, &segs[i], active, wanted(w, rule, &segs[i], segs[i].amount), log);
        sum += segs[i].amount;
        some[n++] = &segs[i];
    }
    if (!whole) return;
    (void)take_shared(w, left, some, n, active, effect_off(effect, sum), log);
}

/* The next item promotion that some segs have after `last`; INT32_MAX: none. */
static int32_t next_item(const Work *w, const Seg *segs, size_t count, int32_t last)
{
    int32_t next = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < segs[i].count; k++)
            if (segs[i].rules[k] > last && segs[i].rules[k] < next
                && w->active[segs[i].rules[k]].rule->phase == PHASE_ITEM)
                next = segs[i].rules[k];
    return next;
}

/* The item promotions of one line from `from` on and before `until`. */
static void items_on_line(Work *w, Left *left, Seg *segs, size_t count, int32_t from, int32_t until,
                          bool log)
{
    for (int32_t next = next_item(w, segs, count, from - 1); next < until;
         next         = next_item(w, segs, count, next))
        item_on_line(w, left, segs, count, (uint16_t)next, log);
}

/* --- bundles --- */

/* How many bundles of a run, from here on, consist of units of equal costs. */
static int64_t equal_bundles(const Run *run, const Seg *segs, int64_t left)
{
    for (size_t i = 0; i < run->count; i++) {
        const RunUnits *u    = &run->items[i];
        const Seg      *seg  = &segs[u->seg];
        int64_t         dear = seg->base % seg->units - seg->used;
        int64_t         same = dear <= 0 ? left : dear >= u->units ? dear / u->units : 1;
        if (same < left) left = same;
    }
    return left;
}

/* What one bundle takes off. Of the units it takes of a seg those with the effect are the last ones, where
 * the dearest receive it the first. */
static int64_t bundle_off(const Active *active, const Run *run, const Seg *segs)
{
    Effect  effect = active->effect;
    int64_t sum = 0, off = 0;
    for (size_t i = 0; i < run->count; i++) {
        const RunUnits *u    = &run->items[i];
        const Seg      *seg  = &segs[u->seg];
        int64_t         low  = seg->base / seg->units;
        int64_t         skip = active->rule->dearest ? 0 : u->units - u->got;
        int64_t         dear = seg->base % seg->units - seg->used - skip;
        dear                 = dear < 0 ? 0 : dear < u->got ? dear : u->got;
        sum += low * u->got + dear;
        if (effect.kind == EFFECT_PERCENT)
            off += (u->got - dear) * half_up(low, effect.value)
                 + (dear ? dear * half_up(low + 1, effect.value) : 0);
    }
    return effect.kind == EFFECT_PERCENT ? off : effect_off(effect, sum);
}

static void run_compute(Work *w, Left *left, Run *run, Seg *segs, int64_t *shares, int64_t *weights)
{
    for (int64_t todo = run->times; todo > 0;) {
        int64_t same = equal_bundles(run, segs, todo);
        int64_t off  = bundle_off(&w->active[run->active], run, segs);
        int64_t most = left->order < left->rules[run->active] ? left->order : left->rules[run->active];
        if (off > 0 && same > most / off)
            same = most / off > 0 ? most / off : 1; /* the rest is cut one by one */
        for (size_t i = 0; i < run->count; i++) {
            const RunUnits *u = &run->items[i];
            weights[i]        = 0;
            int64_t dear      = segs[u->seg].base % segs[u->seg].units - segs[u->seg].used;
            dear              = dear < 0 ? 0 : dear < u->units ? dear : u->units;
            weights[i]        = segs[u->seg].base / segs[u->seg].units * u->units + dear;
        }
        money_split(off, weights, run->count, shares);
        for (size_t i = 0; i < run->count; i++) {
            Seg *seg = &segs[run->items[i].seg];
            if (take(w, left, seg, run->active, shares[i] * same, false) < shares[i] * same
                && left->rules[run->active] > 0)
                w->cut = true;
            seg->used += run->items[i].units * same;
        }
        todo -= same;
    }
}

static void bundles_compute(Work *w, Claims *claims, Left *left, bool log)
{
    int64_t shares[SHARE_MAX], weights[SHARE_MAX];
    for (size_t s = 0; s < claims->seg_count; s++) {
        claims->segs[s].base = claims->segs[s].amount;
        claims->segs[s].used = 0;
    }
    for (size_t r = 0; r < claims->run_count; r++) {
        assert(claims->runs[r].count <= SHARE_MAX);
        run_compute(w, left, &claims->runs[r], claims->segs, shares, weights);
    }
    for (size_t s = 0; log && s < claims->seg_count; s++) {
        const Seg *seg = &claims->segs[s];
        if (seg->bundle >= 0 && seg->base > seg->amount)
            (void)log_add(
                w, (LogRow){ seg->line, seg->bundle, seg->units, seg->base - seg->amount, seg->amount });
    }
}

void claims_compute(Work *w, Claims *claims, Left *left, bool log)
{
    left_reset(w, left);
    for (size_t s = 0; s < claims->seg_count; s++) claims->segs[s].amount = claims->segs[s].list;
    for (int32_t next = next_item(w, claims->segs, claims->seg_count, -1); next < INT32_MAX;) {
        /* The order's limit is used promotion by promotion; without one lines can be done with at once. */
        int32_t until = w->order_left < INT64_MAX ? next + 1 : INT32_MAX;
        for (size_t s = 0; s < claims->seg_count;) {
            size_t end = s + 1;
            while (end < claims->seg_count && claims->segs[end].line == claims->segs[s].line) end++;
            items_on_line(w, left, &claims->segs[s], end - s, next, until, log);
            s = end;
        }
        if (until == INT32_MAX) break;
        next = next_item(w, claims->segs, claims->seg_count, next);
    }
    bundles_compute(w, claims, left, log);
}

int64_t segs_total(const Seg *segs, size_t count)
{
    int64_t sum = 0;
    for (size_t s = 0; s < count; s++) sum += segs[s].amount;
    return sum;
}

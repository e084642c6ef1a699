/* promo_order.c — promotions on the order as a whole, on shipping, and by tender: each takes once off all
 * units it picks and may touch. Those of one phase that do not stack compete, priority by priority. */
#include "core/promo_work.h"

#include <string.h>

enum { CANDIDATES_MAX = 64 };

typedef struct {
    Work    *w;
    Seg     *segs;
    size_t   seg_count;
    uint16_t candidates[CANDIDATES_MAX];
    size_t   count;
    Seg    **base; /* scratch */
    bool     in[CANDIDATES_MAX], best[CANDIDATES_MAX];
    int64_t  best_total;
} Choice;

int64_t rule_taken(const Work *w, size_t active)
{
    return w->active[active].left - w->left.rules[active];
}

static bool may_touch(const Work *w, const Seg *seg, uint16_t active)
{
    for (size_t i = 0; i < seg->count; i++)
        if (rule_taken(w, seg->rules[i]) > 0
            && !rules_stack(w->active[seg->rules[i]].rule, w->active[active].rule))
            return false;
    return true;
}

static bool picks_line(const Active *active, uint32_t line)
{
    size_t low = 0, high = active->line_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (active->lines[middle] < line) low = middle + 1;
        else high = middle;
    }
    return low < active->line_count && active->lines[low] == line;
}

/* The units a promotion takes from, and what they cost together. */
static size_t find_base(Choice *c, uint16_t active, int64_t *sum)
{
    size_t count = 0;
    *sum         = 0;
    for (size_t s = 0; s < c->seg_count; s++) {
        Seg *seg = &c->segs[s];
        if (seg->line < c->w->line_count && !picks_line(&c->w->active[active], seg->line)) continue;
        if (seg->amount <= 0 || !may_touch(c->w, seg, active)) continue;
        c->base[count++] = seg;
        *sum += seg->amount;
    }
    return count;
}

static int64_t wanted(const Active *active, int64_t sum)
{
    Effect  effect = active->effect;
    int64_t each   = opt_or(active->rule->src->each_amount, 0);
    if (effect.kind == EFFECT_AMOUNT && each > 0
        && __builtin_mul_overflow(effect.value, sum / each, &effect.value))
        return sum;
    return effect_off(effect, sum);
}

static void apply(Choice *c, uint16_t active, bool log)
{
    int64_t sum   = 0;
    size_t  count = find_base(c, active, &sum);
    if (!take_shared(c->w, &c->w->left, c->base, count, active, wanted(&c->w->active[active], sum), log))
        return;
    for (size_t i = 0; i < count; i++) {
        if (c->base[i]->count == SEG_RULES_MAX) c->w->exact = false;
        else c->base[i]->rules[c->base[i]->count++] = active;
    }
}

/* What is left to pay at least, when all candidates from `from` on may still come. */
static int64_t bound(Choice *c, size_t from)
{
    int64_t low = segs_total(c->segs, c->seg_count), sum = 0;
    for (size_t i = from; i < c->count; i++) {
        (void)find_base(c, c->candidates[i], &sum);
        low -= wanted(&c->w->active[c->candidates[i]], sum);
    }
    return low;
}

static bool fits(const Choice *c, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (c->in[k]
            && !rules_stack(c->w->active[c->candidates[k]].rule, c->w->active[c->candidates[i]].rule))
            return false;
    return true;
}

/* Where the search stood before it decided about a candidate. */
typedef struct {
    Seg *segs;
    Left left;
    bool tried;
} Before;

static bool make_before(Choice *c, Before *before)
{
    before->segs = arena_array(c->w->arena, Seg, c->seg_count + 1);
    return before->segs && left_make(c->w, &before->left);
}

static void copy_left(const Work *w, Left *to, const Left *from)
{
    to->order = from->order;
    memcpy(to->rules, from->rules, w->active_count * sizeof *to->rules);
    memcpy(to->lines, from->lines, (w->line_count + 1) * sizeof *to->lines);
}

/* Branch and bound over the sets of candidates that stack, each with before without. */
static bool search(Choice *c)
{
    Before *before = arena_array(c->w->arena, Before, c->count + 1);
    size_t  depth = 0, nodes = 0;
    bool    enough = false;
    if (!before) return false;
    for (size_t i = 0; i <= c->count; i++)
        if (!make_before(c, &before[i])) return false;
    c->best_total = INT64_MAX;
    for (;;) {
        if (c->best_total < INT64_MAX && !enough)
            enough = nodes++ > PROMO_CHOICES_MAX || !spend(c->w, c->seg_count * (c->count - depth + 1));
        bool cut = enough || bound(c, depth) >= c->best_total;
        if (!cut && depth == c->count) {
            c->best_total = segs_total(c->segs, c->seg_count);
            memcpy(c->best, c->in, sizeof c->best);
        } else if (!cut) {
            memcpy(before[depth].segs, c->segs, c->seg_count * sizeof *c->segs);
            copy_left(c->w, &before[depth].left, &c->w->left);
            c->in[depth]        = fits(c, depth);
            before[depth].tried = !c->in[depth];
            if (c->in[depth]) apply(c, c->candidates[depth], false);
            depth++;
            continue;
        }
        while (depth > 0 && before[depth - 1].tried) depth--;
        if (depth == 0) break;
        before[depth - 1].tried = true;
        c->in[depth - 1]        = false;
        memcpy(c->segs, before[depth - 1].segs, c->seg_count * sizeof *c->segs);
        copy_left(c->w, &c->w->left, &before[depth - 1].left);
    }
    if (enough) c->w->exact = false;
    memcpy(c->segs, before[0].segs, c->seg_count * sizeof *c->segs);
    copy_left(c->w, &c->w->left, &before[0].left);
    return true;
}

static bool choose(Choice *c, bool log)
{
    bool clash = false;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < i && !clash; k++)
            clash = !rules_stack(c->w->active[c->candidates[i]].rule, c->w->active[c->candidates[k]].rule);
    for (size_t i = 0; i < c->count; i++) c->best[i] = true;
    if (clash && !search(c)) return false;
    for (size_t i = 0; i < c->count; i++)
        if (c->best[i]) apply(c, c->candidates[i], log);
    return true;
}

/* Whether it may be applied beside those of its phase that a higher priority has applied. */
static bool allowed(const Work *w, size_t first, size_t active)
{
    for (size_t i = first; i < active; i++)
        if (w->active[i].rule->priority > w->active[active].rule->priority && rule_taken(w, i) > 0
            && !rules_stack(w->active[i].rule, w->active[active].rule))
            return false;
    return true;
}

bool order_phase(Work *w, Phase phase, bool log)
{
    size_t first = w->goods_count, end;
    bool   ship  = phase == PHASE_SHIPPING;
    Choice c     = { .w         = w,
                     .segs      = ship ? &w->ship : w->claims.segs,
                     .seg_count = ship ? 1 : w->claims.seg_count };
    while (first < w->active_count && w->active[first].rule->phase != phase) first++;
    for (end = first; end < w->active_count && w->active[end].rule->phase == phase; end++) {
        live_judge(w, &w->active[end], !w->active[end].rule->list_needs);
    }
    if (first == end) return true;
    c.base = arena_array(w->arena, Seg *, c.seg_count + 1);
    if (!c.base) return false;
    for (size_t i = first; i < end;) {
        int64_t priority = w->active[i].rule->priority;
        c.count          = 0;
        for (; i < end && w->active[i].rule->priority == priority; i++) {
            if (!w->active[i].met || !allowed(w, first, i)) continue;
            if (c.count == CANDIDATES_MAX) w->exact = false;
            else c.candidates[c.count++] = (uint16_t)i;
        }
        if (!choose(&c, log)) return false;
    }
    return !w->memory;
}

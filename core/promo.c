/* promo.c — applies a set of promotions to a basket: the phases in their order, manual discounts between
 * them, and reservations (promotions of later phases that hold units free). See docs/PROMOTIONS.md. */
#include "core/promo_work.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- manual discounts --- */

static bool refuse(Error *err, const char *field, size_t line, const char *why)
{
    (void)err_set(err, &ERR_DISCOUNT_RANGE, field, "%s", why);
    if (line != SIZE_MAX) (void)snprintf(err->field, sizeof err->field, "lines[%zu].manual", line);
    return false;
}

/* What a manual discount wants off `sum`; quantity is that of the line. */
static bool manual_wanted(const ManualDiscount *manual, int64_t sum, int64_t quantity, int64_t *want,
                          Error *err)
{
    if (manual->percent != OPT_NONE) {
        *want = half_up(sum, manual->percent);
    } else if (manual->amount != OPT_NONE) {
        *want = manual->amount;
    } else {
        if (!money_scale(opt_or(manual->price, 0), quantity, QTY_ONE, ROUND_HALF_UP, want, err))
            return false;
        *want = sum - *want;
    }
    return true;
}

static void judge_approval(Work *w, PromoResult *out, int64_t taken, int64_t list)
{
    const Guardrails *rails = w->in->guardrails;
    int64_t           share = 0;
    Error             err;
    if (!rails || taken <= 0) return;
    if (rails->approval_amount != OPT_NONE && taken > rails->approval_amount) out->needs_approval = true;
    if (rails->approval_rate == OPT_NONE) return;
    if (!money_scale(list, rails->approval_rate, PPM_ONE, ROUND_DOWN, &share, &err) || taken > share)
        out->needs_approval = true;
}

static bool manual_line(Work *w, size_t i, Seg **segs, PromoResult *out, bool log)
{
    const CartLine *line  = &w->in->lines.items[i];
    size_t          count = 0;
    int64_t         sum = 0, want = 0;
    if (!w->lines[i].open) return refuse(w->err, "", i, "this line may not be discounted");
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        if (w->claims.segs[s].line != i) continue;
        segs[count++] = &w->claims.segs[s];
        sum += w->claims.segs[s].amount;
    }
    if (!manual_wanted(line->manual, sum, line->quantity, &want, w->err)) return false;
    if (want < 0) return refuse(w->err, "", i, "the price is above what the line costs");
    if (want > sum) return refuse(w->err, "", i, "is more than the line costs");
    judge_approval(w, out, take_shared(w, &w->left, segs, count, MANUAL, want, log), w->lines[i].gross);
    return true;
}

static bool manual_lines(Work *w, PromoResult *out, bool log)
{
    Seg **segs = NULL;
    for (size_t i = 0; i < w->line_count; i++) {
        if (!w->in->lines.items[i].manual) continue;
        if (!segs) segs = arena_array(w->arena, Seg *, w->claims.seg_count);
        if (!segs) return err_memory(w->err);
        if (!manual_line(w, i, segs, out, log)) return false;
    }
    return true;
}

static bool manual_order(Work *w, PromoResult *out, bool log)
{
    Seg   **segs;
    size_t  count = 0;
    int64_t sum = 0, want = 0, list = 0;
    if (!w->in->manual) return true;
    segs = arena_array(w->arena, Seg *, w->claims.seg_count);
    if (!segs) return err_memory(w->err);
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        if (!w->lines[w->claims.segs[s].line].open) continue;
        segs[count++] = &w->claims.segs[s];
        sum += w->claims.segs[s].amount;
    }
    for (size_t i = 0; i < w->line_count; i++) list += w->lines[i].gross;
    if (!manual_wanted(w->in->manual, sum, QTY_ONE, &want, w->err)) return false;
    if (want < 0 || want > sum) return refuse(w->err, "manual", SIZE_MAX, "is more than the goods cost");
    judge_approval(w, out, take_shared(w, &w->left, segs, count, MANUAL, want, log), list);
    return true;
}

/* --- the phases --- */

/* Everything once, with the reservations that stand in w->banned. */
static bool run(Work *w, PromoResult *out, bool log)
{
    w->log.count        = 0;
    out->needs_approval = false;
    w->ship             = (Seg){ .line = (uint32_t)w->line_count, .bundle = NO_BUNDLE, .units = 1 };
    w->ship.list = w->ship.amount = w->in->shipping ? w->in->shipping->amount : 0;
    if (!goods_choose(w, log) || w->memory) return err_memory(w->err);
    if (!manual_lines(w, out, log)) return false;
    if (!order_phase(w, PHASE_ORDER, log)) return err_memory(w->err);
    if (!manual_order(w, out, log)) return false;
    if (!order_phase(w, PHASE_SHIPPING, log) || !order_phase(w, PHASE_TENDER, log))
        return err_memory(w->err);
    return !w->memory || err_memory(w->err);
}

/* --- reservations --- */

typedef struct {
    uint16_t active[PROMO_RESERVED_MAX];
    bool     always[PROMO_RESERVED_MAX]; /* a higher priority than all it competes with */
    size_t   count;
} Reserved;

static bool goods_on_line(const Work *w, size_t goods, uint32_t line)
{
    const Rule   *rule   = w->active[goods].rule;
    const Active *active = &w->active[goods];
    for (size_t i = 0; i < active->line_count; i++)
        if (active->lines[i] == line) return active_effect(active, i).kind != EFFECT_NONE;
    if (!w->lines[line].whole) return false;
    for (size_t j = 0; j < rule->src->parts.count; j++)
        if (pick_matches(&rule->parts[j].pick, &w->lines[line].names)) return true;
    return false;
}

/* Whether each part of a bundle finds enough units. */
static bool can_be_formed(const Work *w, const Rule *rule)
{
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        int64_t units = 0;
        for (size_t i = 0; i < w->line_count; i++)
            if (w->lines[i].open && w->lines[i].whole
                && pick_matches(&rule->parts[j].pick, &w->lines[i].names))
                units += w->lines[i].units;
        if (units < rule->parts[j].quantity) return false;
    }
    return true;
}

static bool competes(const Work *w, const Active *later, size_t goods)
{
    const Active *active = &w->active[goods];
    if (!active->met || rules_stack(later->rule, active->rule)) return false;
    if (active->rule->phase == PHASE_BUNDLE && !can_be_formed(w, active->rule)) return false;
    for (size_t i = 0; i < later->line_count; i++)
        if (goods_on_line(w, goods, later->lines[i])) return true;
    return false;
}

static void find_reserved(Work *w, Reserved *out)
{
    for (size_t a = w->goods_count; a < w->active_count; a++) {
        const Active *later = &w->active[a];
        bool          may = false, always = true;
        if (later->rule->phase == PHASE_SHIPPING) continue;
        for (size_t g = 0; g < w->goods_count; g++) {
            if (!competes(w, later, g)) continue;
            may    = may || w->active[g].rule->priority <= later->rule->priority;
            always = always && w->active[g].rule->priority < later->rule->priority;
        }
        if (!may) continue;
        if (out->count == PROMO_RESERVED_MAX) {
            w->exact = false;
            return;
        }
        out->active[out->count] = (uint16_t)a;
        out->always[out->count] = always;
        out->count++;
    }
}

static void reserve(Work *w, const Reserved *reserved, uint32_t mask)
{
    memset(w->banned, 0, w->goods_count * w->line_count * sizeof *w->banned);
    for (size_t i = 0; i < reserved->count; i++) {
        if (!(mask >> i & 1)) continue;
        const Active *later = &w->active[reserved->active[i]];
        for (size_t g = 0; g < w->goods_count; g++) {
            const Rule *goods = w->active[g].rule;
            if (goods->priority > later->rule->priority || rules_stack(goods, later->rule)) continue;
            for (size_t k = 0; k < later->line_count; k++)
                w->banned[g * w->line_count + later->lines[k]] = true;
        }
    }
}

/* Runs every set of reservations and gives the best: the least sum, then the fewest. */
static bool best_reservation(Work *w, const Reserved *reserved, PromoResult *out, uint32_t *best)
{
    int64_t  totals[1 << PROMO_RESERVED_MAX];
    uint32_t took[1 << PROMO_RESERVED_MAX] = { 0 };
    bool     some                          = false;
    for (uint32_t mask = 0; mask < 1u << reserved->count; mask++) {
        size_t mark = w->arena->used;
        reserve(w, reserved, mask);
        if (!run(w, out, false)) {
            /* A manual discount that fits another way decides nothing; one that fits none is refused. */
            if (w->err->def != &ERR_DISCOUNT_RANGE) return false;
            totals[mask]   = INT64_MAX;
            w->arena->used = mark;
            continue;
        }
        totals[mask] = segs_total(w->claims.segs, w->claims.seg_count) + w->ship.amount;
        for (size_t i = 0; i < reserved->count; i++)
            if (rule_taken(w, reserved->active[i]) > 0) took[mask] |= 1u << i;
        w->arena->used = mark;
    }
    for (uint32_t mask = 0; mask < 1u << reserved->count; mask++) {
        bool valid = totals[mask] < INT64_MAX && (mask & ~took[mask]) == 0; /* held for something */
        for (size_t i = 0; i < reserved->count; i++)
            if (reserved->always[i] && !(mask >> i & 1) && took[mask | 1u << i] >> i & 1) valid = false;
        if (!valid) continue;
        if (some
            && (totals[mask] > totals[*best]
                || (totals[mask] == totals[*best]
                    && __builtin_popcount(mask) >= __builtin_popcount(*best))))
            continue;
        *best = mask;
        some  = true;
    }
    return true;
}

static bool run_best(Work *w, PromoResult *out)
{
    Reserved reserved = { 0 };
    uint32_t best     = 0;
    find_reserved(w, &reserved);
    if (reserved.count) {
        w->banned = arena_array(w->arena, bool, w->goods_count * w->line_count);
        if (!w->banned) return err_memory(w->err);
        if (!best_reservation(w, &reserved, out, &best)) return false;
        reserve(w, &reserved, best);
    }
    return run(w, out, true);
}

/* --- the answer --- */

static int64_t bundles_of(const Work *w, size_t active)
{
    int64_t times = 0;
    for (size_t r = 0; r < w->claims.run_count; r++)
        if (w->claims.runs[r].active == active) times += w->claims.runs[r].times;
    return times;
}

static bool tell_uses(Work *w, PromoResult *out)
{
    out->uses = arena_array(w->arena, PromotionUse, w->active_count + 1);
    if (!out->uses) return err_memory(w->err);
    for (size_t i = 0; i < w->active_count; i++) {
        const Active *active = &w->active[i];
        int64_t       amount = rule_taken(w, i);
        if (amount <= 0) continue;
        out->uses[out->use_count++] = (PromotionUse){
            active->rule->src->code, opt_or(active->rule->src->version, 1), active->coupon,
            active->rule->phase == PHASE_BUNDLE ? bundles_of(w, i) : 1, amount
        };
    }
    return true;
}

/* Whether a unit of one part costs more than a unit of the other. */
static bool costs_more(const PromoPart *one, const PromoPart *other)
{
    __extension__ typedef __int128 Wide;
    return (Wide)one->amount * other->quantity > (Wide)other->amount * one->quantity;
}

/* The parts of a line: what its segs became, those that cost most per unit first. */
static bool tell_parts(Work *w, PromoResult *out)
{
    out->parts = arena_array(w->arena, PromoPart, w->claims.seg_count + 1);
    if (!out->parts) return err_memory(w->err);
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        const Seg *seg  = &w->claims.segs[s];
        bool       unit = w->lines[seg->line].whole;
        int64_t    qty  = unit ? seg->units * QTY_ONE : w->in->lines.items[seg->line].quantity;
        PromoPart  part = { seg->line, qty, seg->list, seg->amount };
        size_t     to   = out->part_count++;
        for (; to > 0 && out->parts[to - 1].line == part.line && costs_more(&part, &out->parts[to - 1]);
             to--)
            out->parts[to] = out->parts[to - 1];
        out->parts[to] = part;
    }
    return true;
}

bool promo_apply(Arena *arena, const PromoSet *set, const CartInput *in, const int64_t *gross, bool explain,
                 PromoResult *out, Error *err)
{
    Work w = { .in = in, .set = set, .arena = arena, .err = err, .exact = true, .steps = STEPS_MAX };
    *out   = (PromoResult){ 0 };
    if (!live_prepare(&w, gross) || !live_collect(&w) || !left_make(&w, &w.left)) return err_memory(err);
    if (!run_best(&w, out) || !tell_uses(&w, out) || !tell_parts(&w, out)) return false;
    out->shipping = w.ship.amount;
    out->exact    = w.exact;
    return !explain || promo_explain(&w, out);
}

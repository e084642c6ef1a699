/* reference_later.c — the judge of pricing: what comes behind the goods: manual discounts, and the sets of
 * promotions of the phases order, shipping and tender. See reference.h. */
#include "tests/price/reference_inner.h"

#include <assert.h>

enum { STATES_MAX = 64 };

/* One set of promotions of a phase after the other is tried; those after which it costs least are kept. */
typedef struct {
    const Ref *ref;
    int        promos[REF_PROMOS], count; /* of this phase, live, in the order priority, code */
    Purse      start;                     /* as the phase began */
    uint32_t   chosen;                    /* those of higher priorities */
    bool       tender, shipping;
} Phase;

typedef struct {
    Purse    purse;
    uint32_t chosen;
} Choice;

static void line_costs(const Ref *ref, const Purse *purse, int64_t *cost)
{
    for (int i = 0; i < REF_LINES; i++) cost[i] = 0;
    for (int n = 0; n < purse->part_count; n++) cost[purse->parts[n].line] += purse->parts[n].cost;
    for (size_t i = 0; i < ref->in->lines.count; i++)
        if (!ref->open[i]) cost[i] = ref->gross[i];
}

/* Whether the promotion may touch this part, with those applied before it. */
static bool may_touch(const Ref *ref, const Purse *purse, int promo, int n)
{
    const Part *part = &purse->parts[n];
    if (!ref->pick[promo][part->line]) return false;
    for (int p = 0; p < ref->promo_count; p++) {
        bool touches = (part->items >> p & 1) || part->bundle == p || (purse->touched[p] >> n & 1);
        if (touches && purse->promo_off[p] > 0 && !ref->stack[promo][p]) return false;
    }
    return true;
}

static void apply_to_goods(const Ref *ref, const Purse *start, Purse *purse, int promo)
{
    int64_t  cost[REF_LINES], weights[REF_PARTS] = { 0 }, shares[REF_PARTS];
    int64_t  sum     = 0;
    uint32_t touched = 0;
    line_costs(ref, start, cost);
    Effect  effect = ref_effect(ref, promo, 0, cost);
    int64_t each   = ref->promos[promo].each_amount;
    for (int n = 0; n < purse->part_count; n++) {
        if (!may_touch(ref, purse, promo, n)) continue;
        weights[n] = purse->parts[n].cost;
        sum += weights[n];
        touched |= 1U << n;
    }
    int64_t off = effect.kind == PERCENT ? judge_half_up(sum, effect.value, PPM_ONE) : 0;
    if (effect.kind == AMOUNT) {
        RefWide all = (RefWide)effect.value * (each == OPT_NONE ? 1 : sum / each);
        off         = all < sum ? (int64_t)all : sum;
    }
    judge_split(off, weights, (size_t)purse->part_count, shares);
    if (ref_give(purse, promo, shares) > 0) purse->touched[promo] = touched;
}

static void apply_to_shipping(const Ref *ref, const Purse *start, Purse *purse, int promo)
{
    int64_t cost[REF_LINES];
    line_costs(ref, start, cost);
    Effect  effect = ref_effect(ref, promo, 0, cost);
    int64_t off    = 0;
    if (effect.kind == PERCENT) off = judge_half_up(purse->shipping, effect.value, PPM_ONE);
    if (effect.kind == AMOUNT) off = effect.value;
    if (effect.kind == PRICE) off = purse->shipping - effect.value;
    if (off > purse->shipping) off = purse->shipping;
    if (off > purse->promo_left[promo]) off = purse->promo_left[promo];
    if (off <= 0) return;
    purse->shipping -= off;
    purse->promo_left[promo] -= off;
    purse->promo_off[promo] += off;
}

/* Applies a set of the phase's promotions; false when one of them takes off nothing or two do not stack. */
static bool apply_set(const Phase *phase, uint32_t set, Purse *purse)
{
    const Ref *ref = phase->ref;
    *purse         = phase->start;
    for (int a = 0; a < phase->count; a++)
        for (int b = 0; b < a; b++)
            if ((set >> a & 1) && (set >> b & 1) && !ref->stack[phase->promos[a]][phase->promos[b]])
                return false;
    for (int a = 0; a < phase->count; a++) {
        if (!(set >> a & 1)) continue;
        if (phase->shipping) apply_to_shipping(ref, &phase->start, purse, phase->promos[a]);
        else apply_to_goods(ref, &phase->start, purse, phase->promos[a]);
        if (purse->promo_off[phase->promos[a]] == 0) return false;
    }
    return true;
}

static int64_t cost_of(const Ref *ref, const Purse *purse)
{
    return ref_goods_cost(ref, purse) + purse->shipping;
}

/* From one choice of the higher priorities all best ones with the next priority's promotions, mask `mine`. */
static size_t widen(const Phase *phase, uint32_t chosen, uint32_t mine, Choice *kept, size_t count,
                    size_t most)
{
    size_t  from = count;
    int64_t best = INT64_MAX;
    for (uint32_t set = mine;; set = (set - 1) & mine) {
        Choice choice = { .chosen = chosen | set };
        if (apply_set(phase, choice.chosen, &choice.purse)) {
            int64_t cost = cost_of(phase->ref, &choice.purse);
            if (cost < best) count = from;
            if (cost <= best && count < most) {
                kept[count++] = choice;
                best          = cost;
            }
        }
        if (set == 0) break;
    }
    return count;
}

static void find_live(const Ref *ref, Phase *phase, const char *name)
{
    int64_t cost[REF_LINES];
    line_costs(ref, &phase->start, cost);
    for (int r = 0; r < ref->promo_count; r++) {
        int p = ref->rank[r];
        if (ref->live[p] && ref_is(ref, p, name) && ref_needs_met(ref, p, cost))
            phase->promos[phase->count++] = p;
    }
}

/* All the best ways through one phase from one state. */
static size_t pass_phase(const Ref *ref, const Purse *start, const char *name, Purse *to, size_t most)
{
    static Choice now[STATES_MAX], next[STATES_MAX];
    Phase phase = { .ref = ref, .start = *start, .shipping = str_eq(str_from(name), STR("shipping")) };
    size_t        count = 1;
    find_live(ref, &phase, name);
    now[0] = (Choice){ .purse = *start };
    for (int a = 0; a < phase.count;) {
        uint32_t mine     = 0;
        int64_t  priority = ref_priority(ref, phase.promos[a]);
        for (; a < phase.count && ref_priority(ref, phase.promos[a]) == priority; a++) mine |= 1U << a;
        size_t found = 0;
        for (size_t k = 0; k < count; k++)
            found = widen(&phase, now[k].chosen, mine, next, found, STATES_MAX);
        count = found;
        memcpy(now, next, count * sizeof now[0]);
    }
    for (size_t k = 0; k < count && k < most; k++) to[k] = now[k].purse;
    return count < most ? count : most;
}

/* --- manual discounts --- */

static void approve(const Ref *ref, Purse *purse, int64_t taken, int64_t list)
{
    const Guardrails *rails = ref->in->guardrails;
    if (!rails) return;
    if (rails->approval_rate != OPT_NONE && (RefWide)taken * PPM_ONE > (RefWide)list * rails->approval_rate)
        purse->needs_approval = true;
    if (rails->approval_amount != OPT_NONE && taken > rails->approval_amount) purse->needs_approval = true;
}

/* What a person takes off the parts of one line, or (line < 0) of all. */
static void apply_manual(const Ref *ref, Purse *purse, const ManualDiscount *manual, int line)
{
    int64_t weights[REF_PARTS] = { 0 }, shares[REF_PARTS];
    int64_t sum = 0, off = 0;
    for (int n = 0; n < purse->part_count; n++) {
        if (line >= 0 && purse->parts[n].line != line) continue;
        weights[n] = purse->parts[n].cost;
        sum += weights[n];
    }
    if (manual->percent != OPT_NONE) off = judge_half_up(sum, manual->percent, PPM_ONE);
    if (manual->amount != OPT_NONE) off = manual->amount;
    if (manual->price != OPT_NONE && line >= 0)
        off = sum - judge_half_up(manual->price, ref->in->lines.items[line].quantity, QTY_ONE);
    if (off < 0 || off > sum || (line >= 0 && !ref->open[line])) {
        purse->refused = true;
        return;
    }
    judge_split(off, weights, (size_t)purse->part_count, shares);
    int64_t taken = ref_give(purse, MANUAL, shares);
    approve(ref, purse, taken, line >= 0 ? ref->gross[line] : ref->subtotal);
}

static void manual_lines(const Ref *ref, Purse *purse)
{
    for (size_t i = 0; i < ref->in->lines.count; i++)
        if (ref->in->lines.items[i].manual) apply_manual(ref, purse, ref->in->lines.items[i].manual, (int)i);
}

static void add_outcome(Ref *ref, const Purse *purse, RefAnswer *out, int reservations)
{
    RefOutcome outcome = { .refused        = purse->refused,
                           .needs_approval = purse->needs_approval,
                           .reservations   = reservations,
                           .sum            = cost_of(ref, purse) };
    int64_t    cost[REF_LINES];
    line_costs(ref, purse, cost);
    for (size_t i = 0; i < ref->in->lines.count; i++) outcome.line_off[i] = ref->gross[i] - cost[i];
    outcome.shipping_off = ref->in->shipping ? ref->in->shipping->amount - purse->shipping : 0;
    memcpy(outcome.promo_off, purse->promo_off, sizeof outcome.promo_off);
    for (size_t k = 0; k < out->count; k++)
        if (memcmp(&out->outcomes[k], &outcome, sizeof outcome) == 0) return;
    if (out->count == REF_OUTCOMES) ref->too_big = true;
    else out->outcomes[out->count++] = outcome;
}

void ref_later(Ref *ref, const Purse *goods, RefAnswer *out, int reservations)
{
    static Purse orders[STATES_MAX], shippings[STATES_MAX], tenders[STATES_MAX];
    Purse        start = *goods;
    manual_lines(ref, &start);
    size_t order_count = pass_phase(ref, &start, "order", orders, STATES_MAX);
    for (size_t o = 0; o < order_count; o++) {
        if (ref->in->manual) apply_manual(ref, &orders[o], ref->in->manual, -1);
        size_t shipping_count = pass_phase(ref, &orders[o], "shipping", shippings, STATES_MAX);
        for (size_t s = 0; s < shipping_count; s++) {
            size_t tender_count = pass_phase(ref, &shippings[s], "tender", tenders, STATES_MAX);
            for (size_t t = 0; t < tender_count; t++) add_outcome(ref, &tenders[t], out, reservations);
        }
    }
}

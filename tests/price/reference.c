/* reference.c — the judge of pricing: which promotions are live, what they pick, what they take; and the sets
 * of reservations over it all. See reference.h. */
#include "tests/price/reference_inner.h"

#include <assert.h>
#include <stdlib.h>

int64_t judge_half_up(int64_t value, int64_t times, int64_t per)
{
    assert(value >= 0 && times >= 0 && per > 0);
    return (int64_t)(((RefWide)value * times * 2 + per) / ((RefWide)per * 2));
}

void judge_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    RefWide sum  = 0;
    int64_t left = total;
    for (size_t i = 0; i < count; i++) sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        parts[i] = sum ? (int64_t)((RefWide)total * weights[i] / sum) : 0;
        left -= parts[i];
    }
    bool *had = calloc(count + 1, sizeof *had);
    assert(had);
    for (; left > 0 && sum; left--) {
        size_t best = count;
        for (size_t i = 0; i < count; i++)
            if (!had[i]
                && (best == count
                    || (RefWide)total * weights[i] % sum > (RefWide)total * weights[best] % sum))
                best = i;
        had[best] = true;
        parts[best]++;
    }
    free(had);
}

/* --- selectors --- */

static bool has(TextList list, Str text)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i], text)) return true;
    return false;
}

static bool share_one(TextList a, TextList b)
{
    for (size_t i = 0; i < a.count; i++)
        if (has(b, a.items[i])) return true;
    return false;
}

bool ref_selects(const Selector *select, const CartLine *line)
{
    if (!select) return true;
    if (select->skus.count && !has(select->skus, line->sku)) return false;
    if (select->brands.count && !has(select->brands, line->brand)) return false;
    if (select->categories.count && !share_one(select->categories, line->categories)) return false;
    if (select->tags.count && !share_one(select->tags, line->tags)) return false;
    if (has(select->except_skus, line->sku) || has(select->except_brands, line->brand)) return false;
    if (share_one(select->except_categories, line->categories)) return false;
    if (share_one(select->except_tags, line->tags)) return false;
    if (select->price_from != OPT_NONE && line->unit_price < select->price_from) return false;
    if (select->price_until != OPT_NONE && line->unit_price >= select->price_until) return false;
    return !(select->skip_reduced && line->reduced);
}

/* --- is it live? --- */

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1 January of the year 1, counted year by year. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t          days      = 0;
    for (int64_t y = 1; y < year; y++) days += leap(y) ? 366 : 365;
    for (int64_t m = 1; m < month; m++) days += lengths[m - 1] + (m == 2 && leap(year));
    return days + day - 1;
}

static bool weekday_fits(const Promotion *promo, const CartInput *in)
{
    static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    if (promo->weekdays.count == 0) return true;
    if (in->local_date == OPT_NONE || in->local_date == 0) return false;
    int64_t day = day_number(in->local_date / 10000, in->local_date / 100 % 100, in->local_date % 100);
    return has(promo->weekdays, str_from(names[day % 7])); /* 1 January of the year 1 was a Monday */
}

static bool hour_fits(const Promotion *promo, const CartInput *in)
{
    if (promo->hours.count == 0) return true;
    if (in->local_minute == OPT_NONE) return false;
    for (size_t i = 0; i < promo->hours.count; i++) {
        HourWindow window = promo->hours.items[i];
        for (int64_t minute = window.from; minute != window.until; minute = (minute + 1) % 1440) {
            if (minute == in->local_minute) return true;
            if (minute + 1 == window.until) break; /* also 1440 */
        }
    }
    return false;
}

static bool birthday_fits(const Promotion *promo, const CartInput *in)
{
    if (promo->birthday_days == OPT_NONE) return true;
    if (!in->customer || in->customer->birthday == OPT_NONE || in->local_date == OPT_NONE) return false;
    int64_t year  = in->local_date / 10000;
    int64_t month = in->customer->birthday / 100;
    int64_t day   = in->customer->birthday % 100;
    int64_t today = day_number(year, in->local_date / 100 % 100, in->local_date % 100);
    for (int64_t y = year - 1; y <= year + 1; y++) {
        bool    moved = month == 2 && day == 29 && !leap(y);
        int64_t then  = moved ? day_number(y, 3, 1) : day_number(y, month, day);
        if (llabs((long long)(then - today)) <= promo->birthday_days) return true;
    }
    return false;
}

static bool customer_fits(const Promotion *promo, const CartInput *in)
{
    const CartCustomer *who   = in->customer;
    bool                asked = promo->customer_groups.count || promo->tiers_of_loyalty.count
                 || promo->first_order || promo->personal;
    if (!birthday_fits(promo, in)) return false;
    if (!asked) return true;
    if (!who) return false;
    if (promo->customer_groups.count && !share_one(promo->customer_groups, who->groups)) return false;
    if (promo->tiers_of_loyalty.count && (!who->tier.ptr || !has(promo->tiers_of_loyalty, who->tier)))
        return false;
    if (promo->first_order && !who->first_order) return false;
    return !promo->personal || has(who->offers, promo->code);
}

static bool coupon_fits(const Promotion *promo, const CartInput *in)
{
    if (!promo->coupon) return true;
    for (size_t i = 0; i < in->coupons.count; i++)
        if (str_eq(in->coupons.items[i].promotion, promo->code)) return true;
    return false;
}

static bool budget_left(const Promotion *promo, const CartInput *in)
{
    for (size_t i = 0; i < in->allowances.count; i++) {
        const Allowance *left = &in->allowances.items[i];
        if (str_eq(left->promotion, promo->code) && (left->uses == 0 || left->amount == 0)) return false;
    }
    return true;
}

static bool conditions_hold(const Promotion *promo, const CartInput *in)
{
    if (promo->from != OPT_NONE && (in->at == OPT_NONE || in->at < promo->from)) return false;
    if (promo->until != OPT_NONE && (in->at == OPT_NONE || in->at >= promo->until)) return false;
    if (promo->channels.count && (!in->channel.ptr || !has(promo->channels, in->channel))) return false;
    if (promo->locations.count && (!in->location.ptr || !has(promo->locations, in->location))) return false;
    if (promo->tenders.count && (!in->tender.ptr || !has(promo->tenders, in->tender))) return false;
    return weekday_fits(promo, in) && hour_fits(promo, in) && customer_fits(promo, in)
           && coupon_fits(promo, in) && budget_left(promo, in);
}

/* --- what is measured --- */

bool ref_is(const Ref *ref, int promo, const char *phase)
{
    return str_eq(ref->promos[promo].phase, str_from(phase));
}

static bool ref_is_goods(const Ref *ref, int promo)
{
    return ref_is(ref, promo, "item") || ref_is(ref, promo, "bundle");
}

int64_t ref_priority(const Ref *ref, int promo)
{
    int64_t priority = ref->promos[promo].priority;
    return priority == OPT_NONE ? 0 : priority;
}

static const int64_t *measured_cost(const Ref *ref, int promo, const int64_t *line_cost)
{
    bool list = ref_is_goods(ref, promo) || str_eq(ref->promos[promo].needs_by, STR("list"));
    return list ? ref->gross : line_cost;
}

bool ref_needs_met(const Ref *ref, int promo, const int64_t *line_cost)
{
    const Promotion *p    = &ref->promos[promo];
    const int64_t   *cost = measured_cost(ref, promo, line_cost);
    for (size_t n = 0; n < p->needs.count; n++) {
        const Need *need     = &p->needs.items[n];
        int64_t     quantity = 0, amount = 0;
        for (size_t i = 0; i < ref->in->lines.count; i++) {
            const CartLine *line = &ref->in->lines.items[i];
            if (!ref->open[i] || !ref_selects(need->select, line)) continue;
            if (p->gift && ref_selects(p->select, line)) continue;
            quantity += line->quantity;
            amount += cost[i];
        }
        if (need->quantity != OPT_NONE && quantity < need->quantity) return false;
        if (need->amount != OPT_NONE && amount < need->amount) return false;
    }
    return true;
}

static Effect effect_of(int64_t percent, int64_t amount, int64_t price)
{
    if (percent != OPT_NONE) return (Effect){ PERCENT, percent };
    if (amount != OPT_NONE) return (Effect){ AMOUNT, amount };
    if (price != OPT_NONE) return (Effect){ PRICE, price };
    return (Effect){ NOTHING, 0 };
}

Effect ref_effect(const Ref *ref, int promo, int line, const int64_t *line_cost)
{
    const Promotion *p        = &ref->promos[promo];
    const int64_t   *cost     = measured_cost(ref, promo, line_cost);
    bool             by_line  = str_eq(p->tiers_by, STR("line"));
    int64_t          quantity = 0, amount = 0;
    Effect           effect = { NOTHING, 0 };
    if (p->tiers.count == 0) return effect_of(p->percent, p->amount, p->price);
    for (size_t i = 0; i < ref->in->lines.count; i++) {
        if (!ref->open[i] || !ref_selects(p->select, &ref->in->lines.items[i])) continue;
        if (by_line && (int)i != line) continue;
        quantity += ref->in->lines.items[i].quantity;
        amount += cost[i];
    }
    for (size_t t = 0; t < p->tiers.count; t++) { /* they rise: the last reached counts */
        const Tier *tier = &p->tiers.items[t];
        if (tier->from_quantity != OPT_NONE && quantity < tier->from_quantity) continue;
        if (tier->from_amount != OPT_NONE && amount < tier->from_amount) continue;
        effect = effect_of(tier->percent, tier->amount, tier->price);
    }
    return effect;
}

/* --- setting up --- */

static int64_t up(int64_t value, int64_t times, int64_t per)
{
    return (int64_t)(((RefWide)value * times + per - 1) / per);
}

/* What one unit of the line may not be sold below. */
static int64_t unit_floor(const Ref *ref, size_t i)
{
    const CartLine *line = &ref->in->lines.items[i];
    const Guardrails *rails = ref->in->guardrails;
    if (!rails || rails->margin_rate == OPT_NONE || line->cost == OPT_NONE) return 0;
    int64_t floor = up(line->cost, PPM_ONE + rails->margin_rate, PPM_ONE);
    if (ref->in->prices_include_tax) {
        int64_t sum = 0;
        for (size_t r = 0; r < ref->in->rates.count; r++)
            if (str_eq(ref->in->rates.items[r].tax_class, line->tax_class)) {
                int64_t rate = ref->in->rates.items[r].rate;
                if (ref->in->rates.items[r].compound) rate += judge_half_up(rate, sum, PPM_ONE);
                sum += rate;
            }
        floor = up(floor, PPM_ONE + sum, PPM_ONE);
    }
    if (!ref->whole[i]) floor = up(floor, line->quantity, QTY_ONE);
    return floor < ref->list[i] ? floor : ref->list[i];
}

static void set_up_lines(Ref *ref)
{
    for (size_t i = 0; i < ref->in->lines.count; i++) {
        const CartLine *line = &ref->in->lines.items[i];
        ref->whole[i]        = line->quantity % QTY_ONE == 0;
        ref->gross[i]        = judge_half_up(line->unit_price, line->quantity, QTY_ONE);
        ref->list[i]         = ref->whole[i] ? line->unit_price : ref->gross[i];
        ref->open[i]         = !line->fixed && line->unit_price > 0;
        ref->floor[i]        = unit_floor(ref, i);
        ref->subtotal += ref->gross[i];
        int64_t units = ref->whole[i] ? line->quantity / QTY_ONE : 1;
        if (ref->unit_count + units > REF_UNITS) {
            ref->too_big = true;
            return;
        }
        for (int64_t u = 0; u < units; u++) ref->line_of[ref->unit_count++] = (int)i;
    }
}

static bool they_stack(const Promotion *a, const Promotion *b)
{
    if (a->group.ptr && b->group.ptr && str_eq(a->group, b->group)) return false;
    if (str_eq(a->stacks, STR("none")) || str_eq(b->stacks, STR("none"))) return false;
    if (str_eq(a->stacks, STR("set")) && !share_one(a->sets, b->sets)) return false;
    return !(str_eq(b->stacks, STR("set")) && !share_one(a->sets, b->sets));
}

/* max_units: the dearest list prices, then by line, then the first of the line. */
static void mark_units(Ref *ref, int p)
{
    int64_t most = ref->promos[p].max_units == OPT_NONE ? REF_UNITS : ref->promos[p].max_units;
    for (int64_t n = 0; n < most; n++) {
        int best = -1;
        for (int u = 0; u < ref->unit_count; u++) {
            int line = ref->line_of[u];
            if (ref->marked[p][u] || !ref->pick[p][line] || ref->effect[p][line].kind == NOTHING) continue;
            if (best < 0 || ref->list[line] > ref->list[ref->line_of[best]]) best = u;
        }
        if (best < 0) return;
        ref->marked[p][best] = true;
    }
}

bool ref_alike(const Ref *ref, int u, int v)
{
    if (ref->line_of[u] != ref->line_of[v]) return false;
    for (int p = 0; p < ref->promo_count; p++)
        if (ref->marked[p][u] != ref->marked[p][v]) return false;
    return true;
}

static void set_up_promotion(Ref *ref, int p)
{
    const Promotion *promo = &ref->promos[p];
    ref->live[p]           = conditions_hold(promo, ref->in);
    if (ref_is_goods(ref, p) && !ref_needs_met(ref, p, ref->gross)) ref->live[p] = false;
    for (size_t i = 0; i < ref->in->lines.count; i++) {
        const CartLine *line = &ref->in->lines.items[i];
        ref->pick[p][i]      = ref->open[i] && ref_selects(promo->select, line);
        if (ref_is(ref, p, "bundle")) {
            ref->pick[p][i] = false;
            for (size_t k = 0; k < promo->parts.count; k++)
                if (ref->open[i] && ref->whole[i] && ref_selects(promo->parts.items[k].select, line))
                    ref->pick[p][i] = true;
        }
        if (ref_is_goods(ref, p)) ref->effect[p][i] = ref_effect(ref, p, (int)i, ref->gross);
    }
    for (int q = 0; q < ref->promo_count; q++) ref->stack[p][q] = they_stack(promo, &ref->promos[q]);
    if (ref->live[p] && ref_is(ref, p, "item")) mark_units(ref, p);
}

static bool comes_first(const Ref *ref, int a, int b)
{
    if (ref_priority(ref, a) != ref_priority(ref, b)) return ref_priority(ref, a) > ref_priority(ref, b);
    return str_cmp(ref->promos[a].code, ref->promos[b].code) < 0;
}

static void set_up_ranks(Ref *ref)
{
    for (int p = 0; p < ref->promo_count; p++) {
        int at = p;
        for (; at > 0 && comes_first(ref, p, ref->rank[at - 1]); at--) ref->rank[at] = ref->rank[at - 1];
        ref->rank[at] = p;
    }
}

/* --- reservations --- */

typedef struct {
    int  promo;
    bool always; /* its priority is higher than that of all it competes with */
} Holder;

/* Whether each part of a bundle finds enough whole units. */
static bool can_be_formed(const Ref *ref, int promo)
{
    for (size_t k = 0; k < ref->promos[promo].parts.count; k++) {
        const BundlePart *part  = &ref->promos[promo].parts.items[k];
        int64_t           units = 0;
        for (size_t i = 0; i < ref->in->lines.count; i++)
            if (ref->open[i] && ref->whole[i] && ref_selects(part->select, &ref->in->lines.items[i]))
                units += ref->in->lines.items[i].quantity / QTY_ONE;
        if (units < part->quantity) return false;
    }
    return true;
}

/* Whether the promotion on goods could have a unit that the later one picks too. */
static bool competes(const Ref *ref, int later, int goods)
{
    if (!ref->live[goods] || ref->stack[later][goods]) return false;
    if (ref_is(ref, goods, "bundle") && !can_be_formed(ref, goods)) return false;
    for (size_t i = 0; i < ref->in->lines.count; i++)
        if (ref->pick[later][i] && ref->pick[goods][i] && ref->effect[goods][i].kind != NOTHING) return true;
    return false;
}

static int find_holders(const Ref *ref, Holder *holders)
{
    int count = 0;
    for (int p = 0; p < ref->promo_count; p++) {
        bool any = false, always = true;
        if (!ref->live[p] || !(ref_is(ref, p, "order") || ref_is(ref, p, "tender"))) continue;
        for (int q = 0; q < ref->promo_count; q++) {
            if (!ref_is_goods(ref, q) || !competes(ref, p, q)) continue;
            if (ref_priority(ref, q) <= ref_priority(ref, p)) any = true;
            if (ref_priority(ref, q) >= ref_priority(ref, p)) always = false;
        }
        if (any) holders[count++] = (Holder){ p, always };
    }
    return count;
}

typedef struct {
    RefAnswer answer;
    int64_t   dearest;
    bool      possible, certain; /* whether it obeys those that always hold */
} Reserved;

static void price_reserved(Ref *ref, const Holder *holders, int count, int set, Reserved *out)
{
    enum { WAYS = 256 };
    static Claims ways[WAYS];
    int           made = 0;
    memset(ref->reserved, 0, sizeof ref->reserved);
    for (int h = 0; h < count; h++)
        if (set >> h & 1) {
            ref->reserved[holders[h].promo] = true;
            made++;
        }
    size_t found = ref_goods_ways(ref, ways, WAYS);
    for (size_t w = 0; w < found && !ref->too_big; w++) {
        Purse purse;
        ref_evaluate(ref, &ways[w], &purse);
        ref_later(ref, &purse, &out->answer, made);
    }
}

static bool for_nothing(const Holder *holders, int count, int set, const RefOutcome *outcome)
{
    for (int h = 0; h < count; h++)
        if ((set >> h & 1) && outcome->promo_off[holders[h].promo] == 0) return true;
    return false;
}

static bool all_refused(const RefAnswer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (!answer->outcomes[i].refused) return false;
    return true;
}

/* A reservation whose promotion then takes nothing, or after which a manual discount is refused, is no
 * alternative; when nothing else is left, the basket is refused. */
static void drop_no_alternatives(const Holder *holders, int count, Reserved *sets)
{
    bool any = false;
    for (int set = 1; set < 1 << count; set++) {
        RefAnswer *answer = &sets[set].answer;
        size_t     kept   = 0;
        for (size_t i = 0; i < answer->count; i++)
            if (!for_nothing(holders, count, set, &answer->outcomes[i]))
                answer->outcomes[kept++] = answer->outcomes[i];
        if (kept < answer->count) sets[set].certain = false;
        answer->count = kept;
    }
    for (int set = 0; set < 1 << count; set++) any |= sets[set].possible && !all_refused(&sets[set].answer);
    for (int set = 0; set < 1 << count; set++) {
        RefAnswer *answer = &sets[set].answer;
        if (any && all_refused(answer)) answer->count = 0;
        sets[set].dearest = -1;
        for (size_t i = 0; i < answer->count; i++) {
            if (answer->outcomes[i].refused) sets[set].certain = false;
            if (answer->outcomes[i].sum > sets[set].dearest) sets[set].dearest = answer->outcomes[i].sum;
        }
    }
}

/* A set without one that always holds stands only where that one would take nothing. */
static void judge_sets(const Holder *holders, int count, Reserved *sets)
{
    for (int set = 0; set < 1 << count; set++) {
        sets[set].possible = sets[set].certain = true;
        for (int h = 0; h < count; h++) {
            if (!holders[h].always || (set >> h & 1)) continue;
            const RefAnswer *with    = &sets[set | 1 << h].answer;
            bool             nothing = false, some = false;
            for (size_t i = 0; i < with->count; i++) {
                bool takes = !with->outcomes[i].refused
                             && with->outcomes[i].promo_off[holders[h].promo] > 0;
                some |= takes;
                nothing |= !takes;
            }
            if (!nothing) sets[set].possible = false;
            if (some) sets[set].certain = false;
        }
    }
}

static void choose_sets(const Reserved *sets, int count, RefAnswer *out)
{
    for (int set = 0; set < 1 << count; set++) {
        if (!sets[set].possible) continue;
        for (size_t i = 0; i < sets[set].answer.count; i++) {
            const RefOutcome *outcome = &sets[set].answer.outcomes[i];
            bool              beaten  = false;
            for (int other = 0; other < 1 << count; other++) {
                int64_t dearest = sets[other].dearest;
                bool    fewer   = __builtin_popcount((unsigned)other) < outcome->reservations;
                if (sets[other].certain && sets[other].answer.count > 0
                    && (dearest < outcome->sum || (fewer && dearest == outcome->sum)))
                    beaten = true;
            }
            if (beaten) continue;
            if (out->count == REF_OUTCOMES) out->too_big = true;
            else out->outcomes[out->count++] = *outcome;
        }
    }
}

void judge_price(const CartInput *in, const Promotion *promos, size_t count, long budget, RefAnswer *out)
{
    enum { HOLDERS = 4 };
    static Reserved sets[1 << HOLDERS];
    Holder          holders[REF_PROMOS];
    Ref ref = { .in = in, .promos = promos, .promo_count = (int)count, .budget = budget };
    out->count   = 0;
    out->too_big = in->lines.count > REF_LINES || count > REF_PROMOS;
    if (out->too_big) return;
    set_up_lines(&ref);
    for (int p = 0; p < ref.promo_count && !ref.too_big; p++) set_up_promotion(&ref, p);
    set_up_ranks(&ref);
    int held = ref.too_big ? 0 : find_holders(&ref, holders);
    if (held > HOLDERS) ref.too_big = true;
    for (int set = 0; set < 1 << held && !ref.too_big; set++) {
        sets[set].answer.count = 0;
        price_reserved(&ref, holders, held, set, &sets[set]);
        if (sets[set].answer.too_big) ref.too_big = true;
    }
    out->too_big = ref.too_big;
    if (out->too_big) return;
    judge_sets(holders, held, sets);
    drop_no_alternatives(holders, held, sets);
    choose_sets(sets, held, out);
}

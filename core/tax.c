/* tax.c — the taxes of a document. See tax.h.
 * Two ways lead from an amount to its taxes. In sequence: each rate on the amount, compound ones on top of
 * those before them, each rounded for itself; for prices without tax. By ratio: the sum of the rates at
 * once, rounded once and split by weight; for contained taxes (amount × sum / (1 + sum)) and `combined`.
 * Taxes per unit are known before either; out of a price with tax they are taken off first. */
#include "core/tax.h"

#include <assert.h>
#include <stdio.h>

#include "base/form_table.h"
#include "core/tax.def"
#include "base/form_undef.h"

#define RATIO_ONE 1000000000000 /* weights of rates: so fine that a compound rate is exact */

typedef struct {
    Str    name;
    size_t count, rate[LINE_RATES_MAX];
    size_t same; /* the first class with equal rates */
} Class;

typedef struct {
    const TaxRules *rules;
    const TaxItem  *items;
    size_t          count;
    Taxed          *out;
    Class          *classes; /* CART_RATES_MAX + 1 */
    size_t          class_count;
    uint8_t        *class_of; /* of each item */
    /* Scratch for a document: what was done already, who is in the group, its weights and parts. */
    uint32_t *left;
    size_t   *member;
    uint8_t  *place;
    int64_t  *weights, *parts;
} Work;

/* --- the rates --- */

static int64_t opt(int64_t number)
{
    return opt_or(number, 0);
}

static bool bad_rate(Error *err, size_t rate, const char *field, const char *why)
{
    err_set(err, &ERR_TAX_RULES, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "rates[%zu].%s", rate, field);
    return false;
}

static bool is_banded(const CartRate *rate)
{
    return !rate->unit_whole && (opt(rate->unit_from) > 0 || opt(rate->unit_to) > 0);
}

static bool check_rate(const TaxRules *rules, size_t r, Error *err)
{
    const CartRate *rate = &rules->rates[r];
    if (rate->tax_class.len == 0 || str_eq(rate->tax_class, TAX_UNTAXED))
        return bad_rate(err, r, "tax_class", "must name a class; \"untaxed\" has no rates");
    if (rate->rate < 0 || rate->rate > PPM_ONE) return bad_rate(err, r, "rate", "must be 0 to 1000000");
    if (opt(rate->per_unit) < 0 || opt(rate->per_unit) > INT64_MAX / 4 / QTY_ONE)
        return bad_rate(err, r, "per_unit", "must not be below 0");
    if (opt(rate->per_unit) > 0 && (rate->rate > 0 || rate->compound))
        return bad_rate(err, r, "per_unit", "a rate is either a part of the price or an amount a unit");
    if (opt(rate->unit_from) < 0) return bad_rate(err, r, "unit_from", "must not be below 0");
    if (opt(rate->unit_to) < 0 || (opt(rate->unit_to) > 0 && opt(rate->unit_to) <= opt(rate->unit_from)))
        return bad_rate(err, r, "unit_to", "must be above unit_from");
    if (rate->unit_whole && opt(rate->unit_from) == 0 && opt(rate->unit_to) == 0)
        return bad_rate(err, r, "unit_whole", "needs a limit");
    if (is_banded(rate) && rules->prices_include_tax)
        return bad_rate(err, r, "unit_from", "a tax on a part of the price cannot be contained in it");
    if (is_banded(rate) && (rate->compound || opt(rate->per_unit) > 0))
        return bad_rate(err, r, "unit_from", "a part of the price cannot be taxed by unit or on top");
    return true;
}

Str tax_class_there(Str tax_class)
{
    size_t slash = str_index(tax_class, '/', 0);
    return slash < tax_class.len ? str_slice(tax_class, slash + 1, tax_class.len) : tax_class;
}

size_t tax_class_rates(const CartRate *rates, size_t rate_count, Str tax_class, size_t index[LINE_RATES_MAX])
{
    size_t count = 0;
    for (size_t r = 0; r < rate_count && count < LINE_RATES_MAX; r++)
        if (str_eq(rates[r].tax_class, tax_class)) index[count++] = r;
    return count;
}

bool tax_check(const TaxRules *rules, Error *err)
{
    if (rules->rate_count > CART_RATES_MAX)
        return err_set(err, &ERR_TAX_RULES, "rates", "at most %d", CART_RATES_MAX);
    for (size_t r = 0; r < rules->rate_count; r++) {
        Str    tax_class = rules->rates[r].tax_class;
        size_t before    = 0;
        bool   banded    = false;
        if (!check_rate(rules, r, err)) return false;
        for (size_t b = 0; b < r; b++) {
            if (!str_eq(rules->rates[b].tax_class, tax_class)) continue;
            before++;
            banded = banded || is_banded(&rules->rates[b]);
        }
        if (before >= LINE_RATES_MAX) return bad_rate(err, r, "tax_class", "has more than 8 rates");
        if (banded && rules->rates[r].compound)
            return bad_rate(err, r, "compound", "cannot be on top of a tax on a part of the price");
    }
    return true;
}

/* The same tax, in whatever class. */
static bool same_rate(const CartRate *a, const CartRate *b)
{
    return a->rate == b->rate && opt(a->per_unit) == opt(b->per_unit) && a->compound == b->compound
        && opt(a->unit_from) == opt(b->unit_from) && opt(a->unit_to) == opt(b->unit_to)
        && a->unit_whole == b->unit_whole
        && str_eq(a->name, b->name) && str_eq(a->kind, b->kind);
}

static const CartRate *rate_of(const Work *w, const Class *class, size_t k)
{
    assert(k < class->count);
    return &w->rules->rates[class->rate[k]];
}

static bool same_rates(const Work *w, const Class *a, const Class *b)
{
    if (a->count != b->count) return false;
    for (size_t k = 0; k < a->count; k++)
        if (!same_rate(rate_of(w, a, k), rate_of(w, b, k))) return false;
    return true;
}

static size_t class_find(const Work *w, Str name)
{
    size_t c = 0;
    while (c < w->class_count && !str_eq(w->classes[c].name, name)) c++;
    return c;
}

/* The first class is the untaxed one. */
static void make_classes(Work *w)
{
    w->classes[w->class_count++] = (Class){ .name = TAX_UNTAXED };
    for (size_t r = 0; r < w->rules->rate_count; r++) {
        size_t c     = class_find(w, w->rules->rates[r].tax_class);
        Class *class = &w->classes[c];
        if (c == w->class_count) {
            *class = (Class){ .name = w->rules->rates[r].tax_class };
            w->class_count++;
        }
        class->rate[class->count++] = r;
    }
    for (size_t c = 0; c < w->class_count; c++)
        while (!same_rates(w, &w->classes[w->classes[c].same], &w->classes[c])) w->classes[c].same++;
}

/* --- one amount: which rates it pays, and on what --- */

static const TaxExemption *exemption_of(const TaxRules *rules, const CartRate *rate)
{
    for (size_t e = 0; e < rules->exemption_count; e++) {
        const TaxExemption *found = &rules->exemptions[e];
        if ((found->tax_class.len == 0 || str_eq(found->tax_class, rate->tax_class))
            && (found->kind.len == 0 || str_eq(found->kind, rate->kind)))
            return found;
    }
    return NULL;
}

/* A limit of one unit, for a quantity. */
static bool limit_of(int64_t unit_limit, int64_t qty_milli, int64_t *out, Error *err)
{
    return money_scale(unit_limit, qty_milli, QTY_ONE, ROUND_HALF_UP, out, err);
}

/* The rates that take something of such an amount, and which of them the customer need not pay. */
static bool choose_rates(const Work *w, const Class *class, const TaxItem *item, TaxedItem *to, Error *err)
{
    for (size_t k = 0; k < class->count; k++) {
        const CartRate *rate = rate_of(w, class, k);
        uint32_t        bit  = 1U << k;
        int64_t         from = 0, below = 0;
        if (!limit_of(opt(rate->unit_from), item->qty_milli, &from, err)
            || !limit_of(opt(rate->unit_to), item->qty_milli, &below, err))
            return false;
        bool outside = item->amount < from || (opt(rate->unit_to) > 0 && item->amount >= below);
        if (rate->unit_whole && outside) continue;
        if (item->exempt || exemption_of(w->rules, rate)) to->exempt |= bit;
        else to->charged |= bit;
    }
    return true;
}

static bool base_of(const CartRate *rate, size_t k, int64_t qty_milli, const TaxedItem *to, int64_t *out,
                    Error *err)
{
    int64_t base = to->net;
    if (rate->compound)
        for (size_t b = 0; b < k; b++)
            if (!money_add(base, to->rate_tax[b], &base, err)) return false;
    if (is_banded(rate)) {
        int64_t from = 0, end = 0;
        if (!limit_of(opt(rate->unit_from), qty_milli, &from, err)
            || !limit_of(opt(rate->unit_to), qty_milli, &end, err))
            return false;
        if (opt(rate->unit_to) > 0 && base > end) base = end;
        base = base > from ? base - from : 0;
    }
    *out = base;
    return true;
}

static bool by_ratio(const Work *w, const TaxedItem *to)
{
    return to->contained || w->rules->combined;
}

/* The taxes per unit; contained ones and those rates on top of them must find room in the amount. `found`:
 * what they came to before the amount lost the taxes that an exempt customer does not pay, or NULL. */
static bool take_fixed(const Work *w, const Class *class, int64_t qty_milli, const TaxedItem *found,
                       TaxedItem *to, Error *err)
{
    bool    ratio = by_ratio(w, to);
    int64_t sum = 0;
    for (size_t k = 0; k < class->count; k++) {
        const CartRate *rate  = rate_of(w, class, k);
        int64_t         fixed = 0;
        if (!(to->charged & 1U << k)) continue;
        if (opt(rate->per_unit) > 0
            && !money_scale(opt(rate->per_unit), qty_milli, QTY_ONE, w->rules->rounding, &fixed, err))
            return false;
        if (opt(rate->per_unit) > 0 && found) fixed = found->rate_tax[k];
        if (rate->compound && ratio
            && !money_scale(sum, rate->rate, PPM_ONE, w->rules->rounding, &fixed, err))
            return false;
        if (to->contained && fixed > to->net - sum) fixed = to->net - sum;
        to->rate_tax[k] = fixed;
        if (!money_add(sum, fixed, &sum, err)) return false;
    }
    return true;
}

/* What an amount holds of taxes so far: never more than the amount. */
static int64_t held(const TaxedItem *to)
{
    int64_t sum = 0;
    assert(to->contained);
    for (size_t k = 0; k < LINE_RATES_MAX; k++) sum += to->rate_tax[k];
    assert(sum <= to->net);
    return sum;
}

/* What each rate that is charged weighs on the net, of RATIO_ONE; those in sequence weigh nothing. */
static bool weigh(const Work *w, const Class *class, uint32_t charged, int64_t *weights, int64_t *sum,
                  Error *err)
{
    *sum = 0;
    for (size_t k = 0; k < class->count; k++) {
        const CartRate *rate = rate_of(w, class, k);
        int64_t         on   = RATIO_ONE + (rate->compound ? *sum : 0);
        weights[k]           = 0;
        if (!(charged & 1U << k) || is_banded(rate)) continue;
        if (!money_scale(on, rate->rate, PPM_ONE, ROUND_HALF_UP, &weights[k], err)) return false;
        *sum += weights[k];
    }
    return true;
}

/* The tax on what is left of an amount beside the taxes per unit, at once. */
static bool add_by_ratio(const Work *w, const Class *class, TaxedItem *to, Error *err)
{
    int64_t weights[LINE_RATES_MAX], parts[LINE_RATES_MAX], sum = 0, tax = 0;
    int64_t rest = to->contained ? to->net - held(to) : to->net;
    if (class->count == 0) return true;
    if (!weigh(w, class, to->charged, weights, &sum, err)
        || !money_scale(rest, sum, RATIO_ONE + (to->contained ? sum : 0), w->rules->rounding, &tax, err))
        return false;
    money_split(tax, weights, class->count, parts);
    for (size_t k = 0; k < class->count; k++) to->rate_tax[k] += parts[k];
    return true;
}

/* Whether the k-th rate is still to be taken in sequence. */
static bool in_sequence(const Work *w, const Class *class, const TaxedItem *to, size_t k)
{
    const CartRate *rate = rate_of(w, class, k);
    return (to->charged & 1U << k) && opt(rate->per_unit) == 0 && (is_banded(rate) || !by_ratio(w, to));
}

static bool add_in_sequence(const Work *w, const Class *class, int64_t qty_milli, TaxedItem *to, Error *err)
{
    for (size_t k = 0; k < class->count; k++) {
        const CartRate *rate = rate_of(w, class, k);
        int64_t         base = 0;
        if (!in_sequence(w, class, to, k)) continue;
        if (!base_of(rate, k, qty_milli, to, &base, err)
            || !money_scale(base, rate->rate, PPM_ONE, w->rules->rounding, &to->rate_tax[k], err))
            return false;
    }
    return true;
}

/* Begins an item: its rates, its taxes per unit; `net` is still the amount. A price with tax loses the tax
 * of an exempt customer; what is left is then a price without tax. */
static bool begin_item(const Work *w, const Class *class, const TaxItem *item, TaxedItem *to, Error *err)
{
    *to = (TaxedItem){ .net = item->amount, .contained = w->rules->prices_include_tax };
    if (!choose_rates(w, class, item, to, err)) return false;
    if (!to->contained || !to->exempt) return take_fixed(w, class, item->qty_milli, NULL, to, err);
    TaxedItem full = { .net = item->amount, .contained = true, .charged = to->charged | to->exempt };
    if (!take_fixed(w, class, item->qty_milli, NULL, &full, err) || !add_by_ratio(w, class, &full, err))
        return false;
    to->net -= held(&full);
    to->contained = false;
    return take_fixed(w, class, item->qty_milli, &full, to, err);
}

static bool end_item(const TaxItem *item, bool included, TaxedItem *to, Error *err)
{
    to->tax = 0;
    for (size_t k = 0; k < LINE_RATES_MAX; k++)
        if (!money_add(to->tax, to->rate_tax[k], &to->tax, err)) return false;
    if (to->contained) to->net -= to->tax;
    assert(to->net >= 0 && to->tax >= 0);
    if (!money_add(to->net, to->tax, &to->total, err)) return false;
    to->exempted = included ? item->amount - to->total : 0;
    return true;
}

/* --- rounded at once: a line, a unit --- */

static bool tax_line(const Work *w, const Class *class, const TaxItem *item, TaxedItem *to, Error *err)
{
    return begin_item(w, class, item, to, err)
        && (!by_ratio(w, to) || add_by_ratio(w, class, to, err))
        && add_in_sequence(w, class, item->qty_milli, to, err)
        && end_item(item, w->rules->prices_include_tax, to, err);
}

static bool add_times(int64_t value, int64_t times, int64_t *to, Error *err)
{
    int64_t product = 0;
    return money_scale(value, times, 1, ROUND_DOWN, &product, err) && money_add(*to, product, to, err);
}

static bool add_units(const TaxedItem *unit, int64_t times, TaxedItem *to, Error *err)
{
    for (size_t k = 0; k < LINE_RATES_MAX; k++)
        if (!add_times(unit->rate_tax[k], times, &to->rate_tax[k], err)) return false;
    to->charged |= unit->charged;
    to->exempt |= unit->exempt;
    to->contained = unit->contained;
    return add_times(unit->net, times, &to->net, err) && add_times(unit->tax, times, &to->tax, err)
        && add_times(unit->total, times, &to->total, err)
        && add_times(unit->exempted, times, &to->exempted, err);
}

/* The units cost the same but for one minor unit, which the first of them cost more. */
static bool tax_units(const Work *w, const Class *class, const TaxItem *item, TaxedItem *to, Error *err)
{
    int64_t   units = item->qty_milli / QTY_ONE;
    TaxItem   one   = *item;
    TaxedItem taxed;
    if (item->qty_milli % QTY_ONE != 0) return tax_line(w, class, item, to, err);
    int64_t dearer = item->amount % units;
    *to            = (TaxedItem){ 0 };
    one.qty_milli  = QTY_ONE;
    one.amount     = item->amount / units;
    if (!tax_line(w, class, &one, &taxed, err) || !add_units(&taxed, units - dearer, to, err)) return false;
    if (dearer == 0) return true;
    one.amount++;
    return tax_line(w, class, &one, &taxed, err) && add_units(&taxed, dearer, to, err);
}

/* --- rounded once for the document --- */

/* The next item of a group; the group's items and weights stand in the scratch. */
static void join(Work *w, size_t *members, size_t item, size_t place, int64_t weight)
{
    w->member[*members]  = item;
    w->place[*members]   = (uint8_t)place;
    w->weights[*members] = weight;
    (*members)++;
}

/* Spreads a tax over the items of a group (by what each holds) and over the rates (by weight) at once, so
 * that both add up: each cell its share rounded down, then what an item misses from the rates that miss
 * most. */
static bool spread(Work *w, size_t members, int64_t sum, int64_t tax, const int64_t *rate_weights,
                   size_t rate_count, Error *err)
{
    int64_t rates[LINE_RATES_MAX], missing[LINE_RATES_MAX];
    if (tax == 0) return true;
    money_split(tax, rate_weights, rate_count, rates);
    money_split(tax, w->weights, members, w->parts);
    for (size_t k = 0; k < rate_count; k++) missing[k] = rates[k];
    for (size_t m = 0; m < members; m++) {
        TaxedItem *to = &w->out->items[w->member[m]];
        for (size_t k = 0; k < rate_count; k++) {
            int64_t cell = 0;
            if (!money_scale(rates[k], w->weights[m], sum, ROUND_DOWN, &cell, err)) return false;
            to->rate_tax[k] += cell;
            missing[k] -= cell;
            w->parts[m] -= cell;
        }
        assert(w->parts[m] >= 0);
    }
    for (size_t m = 0; m < members; m++) {
        for (; w->parts[m] > 0; w->parts[m]--) { /* at most one for each rate, and one */
            size_t most = 0;
            for (size_t k = 1; k < rate_count; k++)
                if (missing[k] > missing[most]) most = k;
            assert(missing[most] > 0);
            missing[most]--;
            w->out->items[w->member[m]].rate_tax[most]++;
        }
    }
    return true;
}

/* The items whose tax is the same ratio of what they hold: one rounding. */
static bool tax_ratio_group(Work *w, size_t first, Error *err)
{
    const TaxedItem *like    = &w->out->items[first];
    const Class     *class   = &w->classes[w->class_of[first]];
    size_t           members = 0;
    int64_t          weights[LINE_RATES_MAX], ratio = 0, sum = 0, tax = 0;
    for (size_t i = first; i < w->count; i++) {
        const TaxedItem *to   = &w->out->items[i];
        int64_t          rest = to->contained ? to->net - held(to) : to->net;
        if (!w->left[i] || w->classes[w->class_of[i]].same != class->same || to->charged != like->charged
            || to->contained != like->contained)
            continue;
        w->left[i] = 0;
        join(w, &members, i, 0, rest);
        if (!money_add(sum, rest, &sum, err)) return false;
    }
    return weigh(w, class, like->charged, weights, &ratio, err)
        && money_scale(sum, ratio, RATIO_ONE + (like->contained ? ratio : 0), w->rules->rounding, &tax, err)
        && spread(w, members, sum, tax, weights, class->count, err);
}

/* One rate over all items that pay it: one rounding. Compound ones only where they stand at the same place,
 * since those before them must be done. */
static bool tax_rate_group(Work *w, size_t first, size_t at, Error *err)
{
    const CartRate *rate    = rate_of(w, &w->classes[w->class_of[first]], at);
    size_t          members = 0;
    int64_t         sum = 0, tax = 0;
    for (size_t i = 0; i < w->count; i++) {
        const Class *class = &w->classes[w->class_of[i]];
        for (size_t k = 0; k < class->count; k++) {
            int64_t base = 0;
            if (!(w->left[i] & 1U << k) || !same_rate(rate_of(w, class, k), rate)) continue;
            if (rate->compound && k != at) continue;
            if (!base_of(rate, k, w->items[i].qty_milli, &w->out->items[i], &base, err)
                || !money_add(sum, base, &sum, err))
                return false;
            w->left[i] &= ~(1U << k);
            join(w, &members, i, k, base);
            break;
        }
    }
    if (!money_scale(sum, rate->rate, PPM_ONE, w->rules->rounding, &tax, err)) return false;
    money_split(tax, w->weights, members, w->parts);
    for (size_t m = 0; m < members; m++) w->out->items[w->member[m]].rate_tax[w->place[m]] = w->parts[m];
    return true;
}

/* Rates on top of others come after all that are not, and then by their place in the class. */
static bool tax_rate_groups(Work *w, bool compound, Error *err)
{
    for (size_t k = 0; k < LINE_RATES_MAX; k++) {
        for (size_t i = 0; i < w->count; i++) {
            const Class *class = &w->classes[w->class_of[i]];
            if (!(w->left[i] & 1U << k) || rate_of(w, class, k)->compound != compound) continue;
            if (!tax_rate_group(w, i, k, err)) return false;
        }
    }
    return true;
}

static bool tax_document(Work *w, Error *err)
{
    for (size_t i = 0; i < w->count; i++) {
        w->out->at_item = i;
        if (!begin_item(w, &w->classes[w->class_of[i]], &w->items[i], &w->out->items[i], err)) return false;
        w->left[i] = by_ratio(w, &w->out->items[i]) && w->class_of[i] > 0;
    }
    for (size_t i = 0; i < w->count; i++)
        if (w->left[i] && !tax_ratio_group(w, i, err)) return false;
    for (size_t i = 0; i < w->count; i++) {
        const Class *class = &w->classes[w->class_of[i]];
        for (size_t k = 0; k < class->count; k++)
            if (in_sequence(w, class, &w->out->items[i], k)) w->left[i] |= 1U << k;
    }
    if (!tax_rate_groups(w, false, err) || !tax_rate_groups(w, true, err)) return false;
    for (size_t i = 0; i < w->count; i++)
        if (!end_item(&w->items[i], w->rules->prices_include_tax, &w->out->items[i], err)) return false;
    return true;
}

/* --- the sums --- */

static bool add_sum(Taxed *out, TaxSum like, int64_t base, int64_t amount, uint8_t *at, Error *err)
{
    size_t s = 0;
    for (; s < out->sum_count; s++) {
        const TaxSum *sum = &out->sums[s];
        if (sum->rate == like.rate && sum->per_unit == like.per_unit && sum->exempt == like.exempt
            && str_eq(sum->name, like.name) && str_eq(sum->kind, like.kind)
            && str_eq(sum->reason, like.reason))
            break;
    }
    if (s == out->sum_count) out->sums[out->sum_count++] = like;
    *at = (uint8_t)s;
    return money_add(out->sums[s].base, base, &out->sums[s].base, err)
        && money_add(out->sums[s].amount, amount, &out->sums[s].amount, err);
}

static bool sum_item(Work *w, size_t i, Error *err)
{
    const Class     *class = &w->classes[w->class_of[i]];
    TaxedItem       *to    = &w->out->items[i];
    to->rate_count         = class->count ? (uint8_t)class->count : 1;
    if (class->count == 0)
        return add_sum(w->out, (TaxSum){ .name = TAX_UNTAXED }, to->net, 0, &to->sum_of[0], err);
    for (size_t k = 0; k < class->count; k++) {
        const CartRate     *rate = rate_of(w, class, k);
        const TaxExemption *why  = exemption_of(w->rules, rate);
        bool                free = to->exempt & 1U << k;
        int64_t             base = 0;
        TaxSum like = { .name     = rate->name,
                        .kind     = rate->kind,
                        .mark     = rate->mark,
                        .rate     = rate->rate,
                        .per_unit = opt(rate->per_unit),
                        .exempt   = free,
                        .reason   = free && why ? why->name : STR("") };
        if (!tax_item_base(w->rules, &w->items[i], to, k, &base, err)
            || !add_sum(w->out, like, base, to->rate_tax[k], &to->sum_of[k], err))
            return false;
    }
    return true;
}

static bool sum_all(Work *w, Error *err)
{
    Taxed *out = w->out;
    for (size_t i = 0; i < w->count; i++) {
        const TaxedItem *to = &out->items[i];
        out->at_item        = i;
        assert(to->total == to->net + to->tax);
        if (!sum_item(w, i, err) || !money_add(out->net, to->net, &out->net, err)
            || !money_add(out->tax, to->tax, &out->tax, err)
            || !money_add(out->total, to->total, &out->total, err)
            || !money_add(out->exempted, to->exempted, &out->exempted, err))
            return false;
    }
    assert(out->total == out->net + out->tax);
    return true;
}

/* --- the whole --- */

static bool check_items(Work *w, Error *err)
{
    if (w->count > TAX_ITEMS_MAX)
        return err_set(err, &ERR_TOO_MANY_LINES, "", "more than %d amounts to be taxed", TAX_ITEMS_MAX);
    for (size_t i = 0; i < w->count; i++) {
        const TaxItem *item  = &w->items[i];
        size_t         class = class_find(w, item->tax_class);
        w->out->at_item      = i;
        if (class == w->class_count)
            return err_set(err, &ERR_TAX_UNRESOLVED, "", "no rate for tax class \"%.*s\"",
                           STR_FMT(tax_class_there(item->tax_class)));
        if (item->qty_milli <= 0 || item->qty_milli > QTY_MAX)
            return err_set(err, &ERR_QUANTITY_RANGE, "", "must be above 0 and at most %d",
                           QTY_MAX / QTY_ONE);
        if (item->amount < 0 || item->amount > INT64_MAX / 4)
            return err_set(err, &ERR_AMOUNT_RANGE, "", "what is taxed must not be below 0");
        w->class_of[i] = (uint8_t)class;
    }
    return true;
}

static bool make_room(Work *w, Arena *arena, Error *err)
{
    size_t room       = w->count + 1;
    bool   document   = w->rules->at == TAX_AT_DOCUMENT;
    size_t scratch    = document ? room : 1;
    w->out->items     = arena_array(arena, TaxedItem, room);
    w->out->sums      = arena_array(arena, TaxSum, 2 * w->rules->rate_count + 1);
    w->class_of       = arena_array(arena, uint8_t, room);
    w->left           = arena_array(arena, uint32_t, scratch);
    w->member         = arena_array(arena, size_t, scratch);
    w->place          = arena_array(arena, uint8_t, scratch);
    w->weights        = arena_array(arena, int64_t, scratch);
    w->parts          = arena_array(arena, int64_t, scratch);
    bool room_for_all = w->out->items && w->out->sums && w->class_of && w->left && w->member && w->place;
    return (room_for_all && w->weights && w->parts) || err_memory(err);
}

bool tax_compute(Arena *arena, const TaxRules *rules, const TaxItem *items, size_t count, Taxed *out,
                 Error *err)
{
    Class classes[CART_RATES_MAX + 1];
    Work  w = { .rules = rules, .items = items, .count = count, .out = out, .classes = classes };
    *out    = (Taxed){ 0 };
    if (!tax_check(rules, err)) return false;
    make_classes(&w);
    if (!make_room(&w, arena, err) || !check_items(&w, err)) return false;
    if (rules->at == TAX_AT_DOCUMENT) return tax_document(&w, err) && sum_all(&w, err);
    for (size_t i = 0; i < count; i++) {
        const Class *class = &w.classes[w.class_of[i]];
        out->at_item       = i;
        bool fine          = rules->at == TAX_AT_UNIT ? tax_units(&w, class, &items[i], &out->items[i], err)
                                                      : tax_line(&w, class, &items[i], &out->items[i], err);
        if (!fine) return false;
    }
    return sum_all(&w, err);
}

bool tax_item_base(const TaxRules *rules, const TaxItem *item, const TaxedItem *taxed, size_t k,
                   int64_t *base, Error *err)
{
    size_t index[LINE_RATES_MAX];
    size_t count = tax_class_rates(rules->rates, rules->rate_count, item->tax_class, index);
    assert(k < count);
    *base = 0;
    if (!((taxed->charged | taxed->exempt) & 1U << k)) return true;
    return base_of(&rules->rates[index[k]], k, item->qty_milli, taxed, base, err);
}

/* Thousandths of minor units: the shares of small taxes would be lost in whole ones. */
static bool weigh_shares(const Work *w, const Class *class, const TaxItem *item, const TaxedItem *taxed,
                         int64_t *weights, int64_t *sum, Error *err)
{
    enum { FINE = 1000 };
    *sum = 0;
    for (size_t k = 0; k < class->count; k++) {
        const CartRate *rate = rate_of(w, class, k);
        int64_t         base = 0;
        weights[k]           = 0;
        if (!(taxed->charged & 1U << k)) continue;
        if (!base_of(rate, k, item->qty_milli, taxed, &base, err)) return false;
        bool    whole = opt(rate->per_unit) > 0;
        int64_t value = whole ? taxed->rate_tax[k] : base;
        int64_t times = whole ? FINE : rate->rate, per = whole ? 1 : PPM_ONE / FINE;
        if (!money_scale(value, times, per, ROUND_DOWN, &weights[k], err)) return false;
        if (!money_add(*sum, weights[k], sum, err)) return false;
    }
    return true;
}

bool tax_shares(const TaxRules *rules, const TaxItem *net, int64_t tax, int64_t parts[LINE_RATES_MAX],
                Error *err)
{
    Class     classes[CART_RATES_MAX + 1];
    Work      w                       = { .rules = rules, .classes = classes };
    TaxedItem taxed                   = { 0 };
    int64_t   weights[LINE_RATES_MAX] = { 0 }, sum = 0;
    assert(!rules->prices_include_tax);
    for (size_t k = 0; k < LINE_RATES_MAX; k++) parts[k] = 0;
    if (!tax_check(rules, err)) return false;
    make_classes(&w);
    size_t c = class_find(&w, net->tax_class);
    if (c == w.class_count)
        return err_set(err, &ERR_TAX_UNRESOLVED, "", "no rate for tax class \"%.*s\"",
                       STR_FMT(tax_class_there(net->tax_class)));
    if (tax == 0) return true;
    if (!tax_line(&w, &w.classes[c], net, &taxed, err)
        || !weigh_shares(&w, &w.classes[c], net, &taxed, weights, &sum, err))
        return false;
    for (size_t k = 0; sum == 0 && k < w.classes[c].count; k++)
        weights[k] = rate_of(&w, &w.classes[c], k)->rate; /* rounded up from less than one unit */
    if (w.classes[c].count > 0) money_split(tax, weights, w.classes[c].count, parts);
    return true;
}

/* --- for people, and bundles --- */

Str tax_rate_text(Arena *arena, int64_t ppm)
{
    Buf     buf  = buf_make(arena, 16);
    int64_t rest = ppm % 10000;
    buf_i64(&buf, ppm / 10000);
    if (rest > 0) buf_byte(&buf, '.');
    for (int64_t place = 1000; rest > 0; place /= 10) {
        buf_byte(&buf, (char)('0' + rest / place));
        rest %= place;
    }
    buf_add(&buf, STR(" %"));
    return buf_str(&buf);
}

Str tax_sum_text(Arena *arena, const TaxSum *sum, const TaxRules *rules, Str currency)
{
    Str base = money_text(arena, sum->base, currency);
    Str rate = tax_rate_text(arena, sum->rate);
    if (sum->exempt)
        return str_format(arena, "%.*s, exempt%s%.*s, on %.*s", STR_FMT(sum->name),
                          sum->reason.len ? ": " : "", STR_FMT(sum->reason), STR_FMT(base));
    if (sum->per_unit > 0) {
        Str unit = money_text(arena, sum->per_unit, currency);
        return str_format(arena, "%.*s, %.*s a unit%s", STR_FMT(sum->name), STR_FMT(unit),
                          rules->prices_include_tax ? " contained" : "");
    }
    Str       on     = rules->prices_include_tax ? STR(" contained, on ") : STR(" on ");
    const Str text[] = { sum->name, STR(", "), rate, on, base };
    return str_join(arena, text, COUNT(text));
}

bool tax_split_bundle(int64_t price, const int64_t *values, size_t count, int64_t *parts, Error *err)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i] < 0)
            return err_set(err, &ERR_AMOUNT_RANGE, "", "a component's value must not be below 0");
        if (!money_add(sum, values[i], &sum, err)) return false;
    }
    if (sum == 0) return err_set(err, &ERR_TAX_RULES, "", "a bundle needs a component with a value");
    if (price < 0) return err_set(err, &ERR_AMOUNT_RANGE, "", "a bundle's price must not be below 0");
    money_split(price, values, count, parts);
    return true;
}

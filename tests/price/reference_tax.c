/* reference_tax.c — the judge of pricing: taxes by plain fractions, for rates that are a part of the price
 * (also on top of others). Each line, each fee of a line and the shipping is one amount. Knows no limits, no
 * taxes by the piece and no exemptions. See reference.h. */
#include "tests/price/reference_inner.h"

#include <assert.h>

enum { AMOUNTS = REF_LINES * 6 + 1, RATES = 8 };

#define FINE 1000000000000 /* the sum of rates, in this many parts */

typedef struct {
    Str     tax_class;
    int     line; /* -1: shipping */
    int64_t quantity, amount, tax;
    int64_t rate_tax[RATES];
} Amount;

typedef struct {
    const CartInput *in;
    Amount           amounts[AMOUNTS];
    int              count;
} Taxing;

/* value / per as the basket says, value >= 0 */
static int64_t rounded(const CartInput *in, RefWide value, RefWide per)
{
    RefWide whole = value / per, rest = value % per;
    if (str_eq(in->tax_rounding, STR("down"))) return (int64_t)whole;
    bool tie_up = !str_eq(in->tax_rounding, STR("half_even")) || whole % 2 == 1;
    return (int64_t)(whole + (rest * 2 > per || (rest * 2 == per && tie_up)));
}

static int rates_of(const CartInput *in, Str tax_class, const CartRate **rates)
{
    int count = 0;
    for (size_t r = 0; r < in->rates.count; r++)
        if (str_eq(in->rates.items[r].tax_class, tax_class)) rates[count++] = &in->rates.items[r];
    assert(count <= RATES);
    return count;
}

/* All rates of a class at once, of FINE. */
static RefWide ratio_of(const CartInput *in, Str tax_class)
{
    const CartRate *rates[RATES];
    int             count = rates_of(in, tax_class, rates);
    RefWide         sum   = 0;
    for (int k = 0; k < count; k++)
        sum += (rates[k]->compound ? FINE + sum : FINE) * rates[k]->rate / PPM_ONE;
    return sum;
}

/* The tax of one amount, rounded here. */
static int64_t tax_of(const CartInput *in, Str tax_class, int64_t amount)
{
    const CartRate *rates[RATES];
    int             count = rates_of(in, tax_class, rates);
    RefWide         ratio = ratio_of(in, tax_class);
    int64_t         tax   = 0;
    if (in->prices_include_tax) return rounded(in, amount * ratio, FINE + ratio);
    if (in->tax_combined) return rounded(in, amount * ratio, FINE);
    for (int k = 0; k < count; k++)
        tax += rounded(in, (RefWide)(amount + (rates[k]->compound ? tax : 0)) * rates[k]->rate, PPM_ONE);
    return tax;
}

static void tax_by_unit(const CartInput *in, Amount *it)
{
    int64_t units = it->quantity % QTY_ONE ? 1 : it->quantity / QTY_ONE;
    for (int64_t u = 0; u < units; u++)
        it->tax += tax_of(in, it->tax_class, it->amount / units + (u < it->amount % units));
}

static bool same_rate(const CartRate *a, const CartRate *b)
{
    return a->rate == b->rate && a->compound == b->compound && str_eq(a->name, b->name);
}

static bool same_rates(const CartInput *in, Str a, Str b)
{
    const CartRate *rates_a[RATES], *rates_b[RATES];
    int             count = rates_of(in, a, rates_a);
    if (rates_of(in, b, rates_b) != count) return false;
    for (int k = 0; k < count; k++)
        if (!same_rate(rates_a[k], rates_b[k])) return false;
    return true;
}

/* Contained (or combined) taxes: once for all amounts with the same rates. */
static void tax_document_at_once(Taxing *t)
{
    const CartInput *in            = t->in;
    bool             done[AMOUNTS] = { false };
    for (int first = 0; first < t->count; first++) {
        int64_t weights[AMOUNTS] = { 0 }, parts[AMOUNTS], sum = 0;
        if (done[first]) continue;
        for (int a = first; a < t->count; a++) {
            if (!same_rates(in, t->amounts[a].tax_class, t->amounts[first].tax_class)) continue;
            done[a]    = true;
            weights[a] = t->amounts[a].amount;
            sum += weights[a];
        }
        RefWide ratio = ratio_of(in, t->amounts[first].tax_class);
        int64_t tax   = rounded(in, sum * ratio, in->prices_include_tax ? FINE + ratio : FINE);
        judge_split(tax, weights, (size_t)t->count, parts);
        for (int a = 0; a < t->count; a++) t->amounts[a].tax += parts[a];
    }
}

static int64_t base_of(const Amount *it, bool compound, int k)
{
    int64_t base = it->amount;
    for (int b = 0; b < k && compound; b++) base += it->rate_tax[b];
    return base;
}

/* Taxes on top: once for each rate, those on top of others after those that are not. */
static void tax_document_by_rate(Taxing *t, bool compound)
{
    bool done[AMOUNTS][RATES] = { { false } };
    for (int k = 0; k < RATES; k++) {
        for (int first = 0; first < t->count; first++) {
            const CartRate *rates[RATES];
            int64_t         weights[AMOUNTS] = { 0 }, parts[AMOUNTS], sum = 0;
            int             place[AMOUNTS];
            if (k >= rates_of(t->in, t->amounts[first].tax_class, rates) || done[first][k]) continue;
            const CartRate *rate = rates[k];
            if (rate->compound != compound) continue;
            for (int a = 0; a < t->count; a++) {
                int count = rates_of(t->in, t->amounts[a].tax_class, rates);
                place[a]  = -1;
                for (int p = 0; p < count; p++)
                    if (place[a] < 0 && !done[a][p] && same_rate(rates[p], rate) && (!compound || p == k))
                        place[a] = p;
                if (place[a] < 0) continue;
                done[a][place[a]] = true;
                weights[a]        = base_of(&t->amounts[a], compound, place[a]);
                sum += weights[a];
            }
            judge_split(rounded(t->in, (RefWide)sum * rate->rate, PPM_ONE), weights, (size_t)t->count,
                            parts);
            for (int a = 0; a < t->count; a++)
                if (place[a] >= 0) t->amounts[a].rate_tax[place[a]] = parts[a];
        }
    }
}

static void tax_document(Taxing *t)
{
    if (t->in->prices_include_tax || t->in->tax_combined) {
        tax_document_at_once(t);
        return;
    }
    tax_document_by_rate(t, false);
    tax_document_by_rate(t, true);
    for (int a = 0; a < t->count; a++)
        for (int k = 0; k < RATES; k++) t->amounts[a].tax += t->amounts[a].rate_tax[k];
}

static void list_amounts(Taxing *t, const int64_t *line_cost, int64_t shipping_cost)
{
    for (size_t i = 0; i < t->in->lines.count; i++) {
        const CartLine *line   = &t->in->lines.items[i];
        t->amounts[t->count++] = (Amount){ line->tax_class, (int)i, line->quantity, line_cost[i], 0, { 0 } };
        for (size_t f = 0; f < line->fees.count; f++) {
            int64_t fee = judge_half_up(line->fees.items[f].amount, line->quantity, QTY_ONE);
            t->amounts[t->count++] =
                (Amount){ line->fees.items[f].tax_class, (int)i, line->quantity, fee, 0, { 0 } };
        }
    }
    if (t->in->shipping)
        t->amounts[t->count++] = (Amount){ t->in->shipping->tax_class, -1, QTY_ONE, shipping_cost, 0, { 0 } };
}

void judge_tax(const CartInput *in, const int64_t *line_cost, int64_t shipping_cost, RefTaxed *out)
{
    Taxing t = { .in = in };
    memset(out, 0, sizeof *out);
    list_amounts(&t, line_cost, shipping_cost);
    if (str_eq(in->tax_rounded_per, STR("document"))) tax_document(&t);
    for (int a = 0; a < t.count; a++) {
        Amount *it = &t.amounts[a];
        if (str_eq(in->tax_rounded_per, STR("unit"))) tax_by_unit(in, it);
        else if (!str_eq(in->tax_rounded_per, STR("document")))
            it->tax = tax_of(in, it->tax_class, it->amount);
        int64_t  net   = it->amount - (in->prices_include_tax ? it->tax : 0);
        int64_t *nets  = it->line < 0 ? &out->shipping_net : &out->net[it->line];
        int64_t *taxes = it->line < 0 ? &out->shipping_tax : &out->tax[it->line];
        *nets += net;
        *taxes += it->tax;
        out->all_net += net;
        out->all_tax += it->tax;
    }
    for (int i = 0; i < REF_LINES; i++) out->total[i] = out->net[i] + out->tax[i];
    out->shipping_total = out->shipping_net + out->shipping_tax;
    out->all_total      = out->all_net + out->all_tax;
    int64_t step        = in->cash_step == OPT_NONE || in->cash_step < 1 ? 1 : in->cash_step;
    out->cash_total     = (out->all_total * 2 + step) / (step * 2) * step;
}

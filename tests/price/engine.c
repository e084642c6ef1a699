/* engine.c — the engine as the tests of pricing ask it, and what every answer must obey. See engine.h. */
#include "tests/price/engine.h"

#include <assert.h>
#include <string.h>

bool engine_price(Arena *arena, const Case *it, Priced *out, Error *err)
{
    PromoSet *set = NULL;
    return promo_set_make(arena, it->promos, it->count, &set, err)
           && cart_price(arena, set, &it->in, true, out, err);
}

/* --- sums and signs --- */

static const char *line_unsound(const PricedLine *line, int64_t quantity)
{
    PricedPart sum = { 0 };
    for (size_t p = 0; p < line->parts.count; p++) {
        const PricedPart *part = &line->parts.items[p];
        if (part->quantity <= 0 || part->discount < 0 || part->net < 0 || part->tax < 0)
            return "a part with less than nothing";
        if (part->total != part->net + part->tax) return "a part's net and tax are not its total";
        sum.quantity += part->quantity;
        sum.discount += part->discount;
        sum.net += part->net;
        sum.tax += part->tax;
        sum.total += part->total;
    }
    if (sum.quantity != quantity) return "the parts have not the line's quantity";
    if (sum.discount != line->discount || sum.net != line->net || sum.tax != line->tax
        || sum.total != line->total)
        return "the parts do not add up to the line";
    if (line->discount < 0 || line->discount > line->gross || line->fees < 0)
        return "a discount of less than nothing or more than the price";
    return line->total == line->net + line->tax ? NULL : "a line's net and tax are not its total";
}

static const char *sums_unsound(const Case *it, const Priced *priced)
{
    int64_t     gross = 0, discount = 0, fees = 0, net = 0, tax = 0, total = 0;
    const char *wrong = NULL;
    if (priced->lines.count != it->in.lines.count) return "not all lines are in the answer";
    for (size_t i = 0; i < priced->lines.count && !wrong; i++) {
        const PricedLine *line = &priced->lines.items[i];
        wrong                  = line_unsound(line, it->in.lines.items[i].quantity);
        gross += line->gross;
        discount += line->discount;
        fees += line->fees;
        net += line->net;
        tax += line->tax;
        total += line->total;
        if (it->in.lines.items[i].fixed && line->discount) return "a fixed line has a discount";
    }
    if (wrong) return wrong;
    if (!priced->shipping != !it->in.shipping) return "the shipping is lost";
    if (priced->shipping) {
        wrong = line_unsound(priced->shipping, QTY_ONE);
        net += priced->shipping->net;
        tax += priced->shipping->tax;
        total += priced->shipping->total;
    }
    if (wrong) return wrong;
    if (gross != priced->subtotal || discount != priced->discount || fees != priced->fees
        || net != priced->net || tax != priced->tax || total != priced->total)
        return "the lines do not add up to the basket";
    int64_t taxes = 0;
    for (size_t t = 0; t < priced->taxes.count; t++) taxes += priced->taxes.items[t].amount;
    if (taxes != priced->tax) return "the taxes do not add up to the tax";
    return priced->cash_total == priced->total + priced->cash_rounding ? NULL : "the cash rounding is off";
}

/* --- promotions --- */

static int promo_of(const Case *it, Str code)
{
    for (size_t p = 0; p < it->count; p++)
        if (str_eq(it->promos[p].code, code)) return (int)p;
    return -1;
}

static bool in_sets(const Promotion *a, const Promotion *b)
{
    for (size_t i = 0; i < a->sets.count; i++)
        for (size_t k = 0; k < b->sets.count; k++)
            if (str_eq(a->sets.items[i], b->sets.items[k])) return true;
    return false;
}

static bool stack(const Promotion *a, const Promotion *b)
{
    bool set = str_eq(a->stacks, STR("set")) || str_eq(b->stacks, STR("set"));
    if (str_eq(a->stacks, STR("none")) || str_eq(b->stacks, STR("none"))) return false;
    if (a->group.ptr && b->group.ptr && str_eq(a->group, b->group)) return false;
    return !set || in_sets(a, b);
}

static bool may_meet(const Promotion *a, const Promotion *b)
{
    bool bundles = str_eq(a->phase, STR("bundle")) && str_eq(b->phase, STR("bundle"));
    return !bundles && stack(a, b);
}

/* How much of a line the steps say that a promotion touched. */
static int64_t touched(const Priced *priced, Str code, size_t line)
{
    int64_t sum = 0;
    for (size_t s = 0; s < priced->steps.count; s++) {
        const PriceStep *step = &priced->steps.items[s];
        if (step->line == (int64_t)line && str_eq(step->promotion, code) && step->quantity != OPT_NONE)
            sum += step->quantity;
    }
    return sum;
}

static const char *stacking_unsound(const Case *it, const Priced *priced)
{
    for (size_t a = 0; a < priced->uses.count; a++)
        for (size_t b = 0; b < a; b++) {
            int first = promo_of(it, priced->uses.items[a].promotion);
            int other = promo_of(it, priced->uses.items[b].promotion);
            if (first < 0 || other < 0 || first == other) return "a use of no or of the same promotion";
            const Promotion *p = &it->promos[first], *q = &it->promos[other];
            bool             later = !str_eq(p->phase, STR("item")) && !str_eq(p->phase, STR("bundle"));
            if (later && str_eq(p->phase, q->phase) && !stack(p, q))
                return "two of a phase that do not stack are both applied";
            if (may_meet(p, q)) continue;
            for (size_t i = 0; i < priced->lines.count; i++)
                if (touched(priced, p->code, i) + touched(priced, q->code, i)
                    > it->in.lines.items[i].quantity)
                    return "two that do not stack are on the same unit";
        }
    return NULL;
}

static const char *uses_unsound(const Case *it, const Priced *priced)
{
    int64_t used = 0, stepped = 0, given = priced->discount, manual = 0;
    if (priced->shipping) given += priced->shipping->discount;
    for (size_t u = 0; u < priced->uses.count; u++) {
        const PromotionUse *use = &priced->uses.items[u];
        int                 p   = promo_of(it, use->promotion);
        if (use->amount <= 0 || use->times < 1) return "a use of nothing";
        if (p >= 0 && it->promos[p].max_discount != OPT_NONE && use->amount > it->promos[p].max_discount)
            return "more than max_discount was taken off";
        used += use->amount;
    }
    for (size_t s = 0; s < priced->steps.count; s++) {
        const PriceStep *step = &priced->steps.items[s];
        if (str_eq(step->what, STR("promotion"))) stepped -= step->amount;
        if (str_eq(step->what, STR("manual"))) manual -= step->amount;
    }
    if (used != stepped) return "the steps of promotions are not what the uses say";
    return used + manual == given ? NULL : "the discounts are not what promotions and people took off";
}

const char *engine_unsound(const Case *it, const Priced *priced)
{
    const char *wrong = sums_unsound(it, priced);
    if (!wrong) wrong = uses_unsound(it, priced);
    return wrong ? wrong : stacking_unsound(it, priced);
}

/* differential_test.c — the engine against the judge (reference.h) on baskets by chance. Where the definition
 * leaves several answers equal, any of them will do. What differs is made smaller as long as it differs and
 * is printed as a golden case (tests/golden/README.md) with both answers.
 * Usage: differential_test [FIRST-SEED [COUNT]] — e.g. `differential_test 1000000 5000000` for a night. */
#include "tests/kit.h"
#include "tests/price/engine.h"
#include "tests/price/reference.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 4 << 20, CASE_BYTES = 1 << 20, LEAVES = 3000, SHRINKS = 20000, SHOWN_MAX = 5 };

typedef struct {
    long compared, too_big, inexact, refused, several, applied;
} Tally;

/* --- the comparison --- */

static const char *compare_tax(const Case *it, const Priced *priced)
{
    RefTaxed taxed;
    int64_t  cost[REF_LINES] = { 0 };
    for (size_t i = 0; i < priced->lines.count; i++)
        cost[i] = priced->lines.items[i].gross - priced->lines.items[i].discount;
    const PricedLine *shipping = priced->shipping;
    judge_tax(&it->in, cost, shipping ? shipping->gross - shipping->discount : 0, &taxed);
    for (size_t i = 0; i < priced->lines.count; i++) {
        const PricedLine *line = &priced->lines.items[i];
        if (line->net != taxed.net[i] || line->tax != taxed.tax[i]) return "a line's tax differs";
    }
    if (shipping && (shipping->net != taxed.shipping_net || shipping->tax != taxed.shipping_tax))
        return "the shipping's tax differs";
    if (priced->total != taxed.all_total || priced->tax != taxed.all_tax) return "the tax differs";
    return priced->cash_total == taxed.cash_total ? NULL : "the cash total differs";
}

static int64_t sum_of(const Priced *priced)
{
    int64_t shipping = priced->shipping ? priced->shipping->gross - priced->shipping->discount : 0;
    return priced->subtotal - priced->discount + shipping;
}

static bool same_lines(const Priced *priced, const RefOutcome *outcome)
{
    for (size_t i = 0; i < priced->lines.count; i++)
        if (priced->lines.items[i].discount != outcome->line_off[i]) return false;
    return (priced->shipping ? priced->shipping->discount : 0) == outcome->shipping_off;
}

static bool same_uses(const Case *it, const Priced *priced, const RefOutcome *outcome)
{
    for (size_t p = 0; p < it->count; p++) {
        int64_t used = 0;
        for (size_t u = 0; u < priced->uses.count; u++)
            if (str_eq(priced->uses.items[u].promotion, it->promos[p].code))
                used = priced->uses.items[u].amount;
        if (used != outcome->promo_off[p]) return false;
    }
    return true;
}

/* Limits of money over the basket: who used them up may differ where the sum is the same. */
static bool limited(const CartInput *in)
{
    const Guardrails *rails = in->guardrails;
    return rails && (rails->customer_left != OPT_NONE || rails->max_order_rate != OPT_NONE);
}

/* After an item promotion alike units may differ by a minor unit, which the search for bundles does not tell
 * apart: by how much the sum may then differ. */
static int64_t pence_of(const Case *it)
{
    bool    items = false, bundles = false;
    int64_t units = 0;
    for (size_t p = 0; p < it->count; p++) {
        items |= str_eq(it->promos[p].phase, STR("item"));
        bundles |= str_eq(it->promos[p].phase, STR("bundle"));
    }
    for (size_t i = 0; i < it->in.lines.count; i++) units += it->in.lines.items[i].quantity / QTY_ONE;
    return items && bundles ? units : 0;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* Where money is limited the search is allowed to be blind: it says that it is not exact. */
static bool may_be_blind(const Case *it)
{
    bool capped = it->in.allowances.count > 0;
    for (size_t p = 0; p < it->count; p++)
        capped |= it->promos[p].max_discount != OPT_NONE || str_eq(it->promos[p].per, STR("line"));
    return capped || it->in.guardrails;
}

/* How far an answer agrees with the one of the judge's that is nearest. */
static const char *compare_answers(const Case *it, const Priced *priced, const RefAnswer *judge)
{
    static const char *const differs[] = { "the sum differs", "the lines differ", "the uses differ",
                                           "the need for approval differs", NULL };
    size_t                   best      = 0;
    int64_t                  least = INT64_MAX, pence = pence_of(it);
    bool                     near  = false;
    for (size_t k = 0; k < judge->count; k++) {
        const RefOutcome *outcome = &judge->outcomes[k];
        size_t            level   = 0;
        if (outcome->refused) continue;
        if (outcome->sum < least) least = outcome->sum;
        near |= pence > 0 && distance(outcome->sum, sum_of(priced)) <= pence;
        if (outcome->sum == sum_of(priced)) level++;
        if (level == 1 && same_lines(priced, outcome)) level++;
        if (level == 2 && same_uses(it, priced, outcome)) level++;
        if (level == 3 && outcome->needs_approval == priced->needs_approval) level++;
        if (level > best) best = level;
    }
    if (!priced->exact && may_be_blind(it)) return NULL;
    if (near || (best > 0 && limited(&it->in))) return NULL;
    if (!priced->exact)
        return sum_of(priced) < least ? "an inexact answer is cheaper than the cheapest" : NULL;
    return differs[best];
}

static bool any_refused(const RefAnswer *judge, bool refused)
{
    for (size_t k = 0; k < judge->count; k++)
        if (judge->outcomes[k].refused == refused) return true;
    return false;
}

/* What differs, or NULL. */
static const char *compare(const Case *it, Arena *arena, Priced *priced, RefAnswer *judge, Tally *tally)
{
    Error err = { 0 };
    arena_reset(arena);
    *priced = (Priced){ 0 };
    if (it->in.lines.count == 0) return NULL;
    judge_price(&it->in, it->promos, it->count, LEAVES, judge);
    bool ok = engine_price(arena, it, priced, &err);
    if (ok) {
        const char *wrong = engine_unsound(it, priced);
        if (!wrong) wrong = compare_tax(it, priced);
        if (wrong) return wrong;
    }
    tally->too_big += judge->too_big;
    if (judge->too_big) return NULL;
    tally->compared++;
    tally->several += judge->count > 1;
    if (!ok) {
        tally->refused++;
        return err.def == &ERR_DISCOUNT_RANGE && any_refused(judge, true) ? NULL : "it was refused";
    }
    tally->inexact += !priced->exact && !may_be_blind(it);
    tally->applied += (long)priced->uses.count;
    if (!any_refused(judge, false)) return "it was not refused";
    return compare_answers(it, priced, judge);
}

/* --- what differs, as small as possible --- */

static const char *differs(const Case *it, Priced *priced, RefAnswer *judge)
{
    static uint8_t bytes[ARENA_BYTES];
    static Arena   arena;
    Tally          none = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    return compare(it, &arena, priced, judge, &none);
}

static bool has_rate(const CartInput *in, Str tax_class)
{
    for (size_t r = 0; r < in->rates.count; r++)
        if (str_eq(in->rates.items[r].tax_class, tax_class)) return true;
    return false;
}

static bool still_meant(const Case *it)
{
    for (size_t p = 0; p < it->count; p++) {
        const Promotion *promo  = &it->promos[p];
        int              kinds  = (promo->percent != OPT_NONE) + (promo->amount != OPT_NONE)
                    + (promo->price != OPT_NONE) + (promo->tiers.count > 0);
        bool bundle = str_eq(promo->phase, STR("bundle"));
        if (kinds != 1 || bundle != (promo->parts.count > 0)) return false;
        if (promo->each_amount != OPT_NONE && promo->amount == OPT_NONE) return false;
        for (size_t t = 0; t < promo->tiers.count; t++) {
            const Tier *tier = &promo->tiers.items[t];
            if ((tier->from_quantity == OPT_NONE) == (tier->from_amount == OPT_NONE)) return false;
            if ((tier->percent != OPT_NONE) + (tier->amount != OPT_NONE) + (tier->price != OPT_NONE) != 1)
                return false;
            if (t > 0 && (tier->from_amount < promo->tiers.items[t - 1].from_amount ||
                          tier->from_quantity < promo->tiers.items[t - 1].from_quantity))
                return false;
        }
        for (size_t k = 0; k < promo->parts.count; k++)
            if (promo->parts.items[k].get > promo->parts.items[k].quantity) return false;
    }
    for (size_t i = 0; i < it->in.lines.count; i++) {
        const CartLine       *line   = &it->in.lines.items[i];
        const ManualDiscount *manual = line->manual;
        if (!has_rate(&it->in, line->tax_class)) return false;
        for (size_t f = 0; f < line->fees.count; f++)
            if (!has_rate(&it->in, line->fees.items[f].tax_class)) return false;
        if (manual && manual->percent == OPT_NONE && manual->amount == OPT_NONE && manual->price == OPT_NONE)
            return false;
    }
    if (it->in.shipping && !has_rate(&it->in, it->in.shipping->tax_class)) return false;
    return !it->in.manual || it->in.manual->percent != OPT_NONE || it->in.manual->amount != OPT_NONE;
}

static void shrink(Case *it, const char *reason)
{
    static uint8_t   bytes[2][CASE_BYTES];
    static RefAnswer judge;
    Arena            arena;
    Priced           priced;
    int              side = 0;
    size_t           n    = 0;
    for (int tries = 0; tries < SHRINKS; tries++) {
        Case smaller;
        arena_init(&arena, bytes[side], CASE_BYTES);
        case_copy(&arena, it, &smaller);
        if (!case_simplify(&smaller, n)) return;
        const char *now = still_meant(&smaller) ? differs(&smaller, &priced, &judge) : NULL;
        if (now && strcmp(now, reason) == 0) {
            *it  = smaller;
            side = !side;
            if (n > 20) n -= 20;
            else n = 0;
        } else {
            n++;
        }
    }
}

static void print_judge(const Case *it, const RefAnswer *judge)
{
    for (size_t k = 0; k < judge->count && k < 8; k++) {
        const RefOutcome *outcome = &judge->outcomes[k];
        printf("# judge: sum %lld%s, off:", (long long)outcome->sum, outcome->refused ? " (refused)" : "");
        for (size_t i = 0; i < it->in.lines.count; i++) printf(" %lld", (long long)outcome->line_off[i]);
        printf(", shipping %lld, uses:", (long long)outcome->shipping_off);
        for (size_t p = 0; p < it->count; p++)
            if (outcome->promo_off[p])
                printf(" %.*s %lld", STR_FMT(it->promos[p].code), (long long)outcome->promo_off[p]);
        printf(", approval %d\n", outcome->needs_approval);
    }
}

static void print_engine(const Priced *priced)
{
    printf("# engine: sum %lld, off:", (long long)sum_of(priced));
    for (size_t i = 0; i < priced->lines.count; i++)
        printf(" %lld", (long long)priced->lines.items[i].discount);
    printf(", shipping %lld, uses:", (long long)(priced->shipping ? priced->shipping->discount : 0));
    for (size_t u = 0; u < priced->uses.count; u++)
        printf(" %.*s %lld", STR_FMT(priced->uses.items[u].promotion),
               (long long)priced->uses.items[u].amount);
    printf(", approval %d, exact %d, net %lld, tax %lld\n", priced->needs_approval, priced->exact,
           (long long)priced->net, (long long)priced->tax);
    for (size_t s = 0; s < priced->steps.count; s++) {
        const PriceStep *step = &priced->steps.items[s];
        printf("#   line %lld, %.*s %.*s %lld\n", (long long)(step->line == OPT_NONE ? -1 : step->line),
               STR_FMT(step->what), STR_FMT(step->promotion), (long long)step->amount);
    }
}

/* The golden case has what the judge says; it is the first of its answers. */
static void print_case(const Case *it, const RefAnswer *judge, const char *reason, long seed)
{
    static uint8_t bytes[CASE_BYTES];
    Arena          arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf buf = buf_make(&arena, 4096);
    case_write(&buf, it);
    printf("{ \"name\": \"seed %ld: %s\", \"why\": \"\",\n%.*s,\n", seed, reason, STR_FMT(buf_str(&buf)));
    if (judge->count == 0 || judge->too_big) return;
    const RefOutcome *first = &judge->outcomes[0];
    int64_t           off   = 0;
    printf("  \"expect\": { \"lines\": [");
    for (size_t i = 0; i < it->in.lines.count; i++) {
        printf("%s{ \"discount\": %lld }", i ? ", " : " ", (long long)first->line_off[i]);
        off += first->line_off[i];
    }
    printf(" ], \"discount\": %lld } }\n", (long long)off);
}

static void show(const Case *found, const char *reason, long seed)
{
    static RefAnswer judge;
    Case             it = *found;
    Priced           priced;
    shrink(&it, reason);
    const char *now = differs(&it, &priced, &judge);
    print_case(&it, &judge, now ? now : reason, seed);
    print_judge(&it, &judge);
    print_engine(&priced);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static uint8_t   case_bytes[CASE_BYTES], bytes[ARENA_BYTES];
    static RefAnswer judge;
    Arena            case_arena, arena;
    Priced           priced;
    Tally            tally = { 0 };
    int64_t          from = 0, count = 4000;
    int              shown = 0;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &from)) return 2;
    if (argc > 2 && !str_to_i64(str_from(argv[2]), &count)) return 2;
    if (argc == 2) count = 1;
    arena_init(&arena, bytes, sizeof bytes);
    for (int64_t seed = from; seed < from + count && shown < SHOWN_MAX; seed++) {
        Case it;
        arena_init(&case_arena, case_bytes, sizeof case_bytes);
        case_make(&case_arena, (uint64_t)seed, &it);
        const char *wrong = compare(&it, &arena, &priced, &judge, &tally);
        if (!wrong) continue;
        shown++;
        show(&it, wrong, (long)seed);
    }
    printf("%ld compared (%ld with several equal answers, %ld refused, %ld inexact, %ld promotions applied), "
           "%ld too big\n", tally.compared, tally.several, tally.refused, tally.inexact, tally.applied,
           tally.too_big);
    check(shown == 0, "the engine and the judge agree on baskets by chance");
    check(count < 1000 || tally.compared > count * 9 / 10, "the judge could look at nearly all of them");
    check(count < 1000 || tally.inexact < count / 100,
          "nearly all answers without limits of money are exact");
    return check_finish("differential_test");
}

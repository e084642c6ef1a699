/* metamorphic_test.c — what must stay the same, or change in a known way, when a basket is written otherwise.
 * Where rounding could hide it, the baskets are round: prices that every share divides, so that no rounding
 * happens, no caps, one priority, no promotions behind the goods.
 * Usage: metamorphic_test [FIRST-SEED [COUNT]]. */
#include "tests/kit.h"
#include "tests/price/engine.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 8 << 20, CASE_BYTES = 1 << 20 };

typedef struct {
    Arena   *cases, *answers;
    uint64_t state;
    Case     it;
    Priced   before;
} World;

/* --- round baskets --- */

static void round_money(int64_t *amount, int64_t step, int64_t most)
{
    if (*amount != OPT_NONE) *amount = (*amount % most + 1) * step;
}

static void round_effect(int64_t *percent, int64_t *amount, int64_t *price)
{
    if (*percent != OPT_NONE && *percent < PPM_ONE) *percent = (*percent / 100000 % 9 + 1) * 100000;
    round_money(amount, 10000, 7);
    round_money(price, 10000, 50);
}

static void round_selector(Selector *select)
{
    if (!select) return;
    round_money(&select->price_from, 100000, 9);
    round_money(&select->price_until, 100000, 9);
}

static void round_promotion(Promotion *promo)
{
    promo->priority = OPT_NONE;
    promo->max_discount = promo->max_units = OPT_NONE;
    promo->per = promo->tiers_by = STR_NONE;
    round_effect(&promo->percent, &promo->amount, &promo->price);
    round_selector(promo->select);
    for (size_t n = 0; n < promo->needs.count; n++) {
        round_selector(promo->needs.items[n].select);
        round_money(&promo->needs.items[n].amount, 50000, 20);
    }
    for (size_t k = 0; k < promo->parts.count; k++) round_selector(promo->parts.items[k].select);
    for (size_t t = 0; t < promo->tiers.count; t++) {
        Tier *tier = &promo->tiers.items[t];
        if (tier->from_amount != OPT_NONE) tier->from_amount = (int64_t)(t + 1) * 150000;
        round_effect(&tier->percent, &tier->amount, &tier->price);
    }
}

static void make_round(Case *it)
{
    size_t kept = 0;
    for (size_t p = 0; p < it->count; p++) {
        bool goods = str_eq(it->promos[p].phase, STR("item")) || str_eq(it->promos[p].phase, STR("bundle"));
        if (!goods) continue;
        it->promos[kept] = it->promos[p];
        round_promotion(&it->promos[kept++]);
    }
    it->count               = kept;
    it->in.guardrails       = NULL;
    it->in.manual           = NULL;
    it->in.allowances.count = 0;
    it->in.prices_include_tax = true; /* so that taxes round nothing */
    for (size_t i = 0; i < it->in.lines.count; i++) {
        CartLine *line   = &it->in.lines.items[i];
        line->quantity   = (line->quantity + QTY_ONE - 1) / QTY_ONE * QTY_ONE;
        line->unit_price = (line->unit_price % 9 + 1) * 100000;
        line->manual     = NULL;
        line->fees.count = 0;
    }
}

static bool price(World *w, const Case *it, Priced *out)
{
    Error err = { 0 };
    return engine_price(w->answers, it, out, &err);
}

static Promotion *one_more(World *w, Case *it, const char *code)
{
    Promotion *list = arena_array(w->cases, Promotion, it->count + 1);
    memcpy(list, it->promos, it->count * sizeof *list);
    it->promos = list;
    Promotion *added = &list[it->count++];
    *added           = list[0];
    added->code      = str_from(code);
    return added;
}

/* --- on any basket --- */

static bool same_answer(const Priced *a, const Priced *b)
{
    if (a->total != b->total || a->net != b->net || a->discount != b->discount || a->tax != b->tax
        || a->uses.count != b->uses.count || a->exact != b->exact || a->needs_approval != b->needs_approval)
        return false;
    for (size_t i = 0; i < a->lines.count; i++) {
        const PricedLine *x = &a->lines.items[i], *y = &b->lines.items[i];
        if (x->discount != y->discount || x->total != y->total || x->parts.count != y->parts.count)
            return false;
        for (size_t p = 0; p < x->parts.count; p++)
            if (memcmp(&x->parts.items[p], &y->parts.items[p], sizeof(PricedPart)) != 0) return false;
    }
    for (size_t u = 0; u < a->uses.count; u++) {
        const PromotionUse *x = &a->uses.items[u], *y = &b->uses.items[u];
        if (!str_eq(x->promotion, y->promotion) || x->amount != y->amount || x->times != y->times)
            return false;
    }
    return true;
}

static bool order_of_promotions(World *w)
{
    Case   turned = w->it;
    Priced after;
    turned.promos = arena_array(w->cases, Promotion, w->it.count + 1);
    for (size_t p = 0; p < w->it.count; p++) turned.promos[p] = w->it.promos[w->it.count - 1 - p];
    return price(w, &turned, &after) && same_answer(&w->before, &after);
}

static bool promotion_of_elsewhere(World *w)
{
    Case   more = w->it;
    Priced after;
    Str   *nowhere = arena_new(w->cases, Str);
    if (w->it.count == 0) return true;
    *nowhere          = STR("elsewhere");
    Promotion *added  = one_more(w, &more, "A0");
    added->channels   = (TextList){ nowhere, 1 };
    added->priority   = 900;
    return price(w, &more, &after) && same_answer(&w->before, &after);
}

static bool without_explanation(World *w)
{
    PromoSet *set = NULL;
    Priced    after;
    Error     err = { 0 };
    return promo_set_make(w->answers, w->it.promos, w->it.count, &set, &err)
           && cart_price(w->answers, set, &w->it.in, false, &after, &err) && same_answer(&w->before, &after);
}

/* --- on round baskets --- */

static bool order_of_lines(World *w)
{
    Case   turned = w->it;
    Priced after;
    size_t count          = w->it.in.lines.count;
    turned.in.lines.items = arena_array(w->cases, CartLine, count);
    for (size_t i = 0; i < count; i++) turned.in.lines.items[i] = w->it.in.lines.items[count - 1 - i];
    return price(w, &turned, &after) && (after.total == w->before.total || !after.exact || !w->before.exact);
}

static bool line_in_two(World *w)
{
    Case   split = w->it;
    Priced after;
    size_t count = w->it.in.lines.count, at = (size_t)below(&w->state, (int64_t)count);
    if (w->it.in.lines.items[at].quantity < 2 * QTY_ONE) return true;
    split.in.lines.items = arena_array(w->cases, CartLine, count + 1);
    split.in.lines.count = count + 1;
    memcpy(split.in.lines.items, w->it.in.lines.items, count * sizeof(CartLine));
    split.in.lines.items[count]          = split.in.lines.items[at];
    split.in.lines.items[count].quantity = QTY_ONE;
    split.in.lines.items[at].quantity -= QTY_ONE;
    if (!price(w, &split, &after) || after.subtotal != w->before.subtotal) return false;
    return after.total == w->before.total || !after.exact || !w->before.exact;
}

static void times(int64_t *amount, int64_t factor)
{
    if (*amount != OPT_NONE) *amount *= factor;
}

static void times_selector(Selector *select, int64_t factor)
{
    if (!select) return;
    times(&select->price_from, factor);
    times(&select->price_until, factor);
}

static void times_promotion(Promotion *promo, int64_t factor)
{
    times(&promo->amount, factor);
    times(&promo->price, factor);
    times_selector(promo->select, factor);
    for (size_t n = 0; n < promo->needs.count; n++) {
        times(&promo->needs.items[n].amount, factor);
        times_selector(promo->needs.items[n].select, factor);
    }
    for (size_t k = 0; k < promo->parts.count; k++) times_selector(promo->parts.items[k].select, factor);
    for (size_t t = 0; t < promo->tiers.count; t++) {
        times(&promo->tiers.items[t].from_amount, factor);
        times(&promo->tiers.items[t].amount, factor);
        times(&promo->tiers.items[t].price, factor);
    }
}

static bool all_money_times(World *w)
{
    Case    more;
    Priced  after;
    int64_t factor = 2 + below(&w->state, 9);
    case_copy(w->cases, &w->it, &more);
    for (size_t i = 0; i < more.in.lines.count; i++) times(&more.in.lines.items[i].unit_price, factor);
    if (more.in.shipping) times(&more.in.shipping->amount, factor);
    for (size_t p = 0; p < more.count; p++) times_promotion(&more.promos[p], factor);
    if (!price(w, &more, &after)) return false;
    if (!after.exact || !w->before.exact) return true;
    return after.discount == factor * w->before.discount && after.total == factor * w->before.total;
}

static bool one_promotion_more(World *w)
{
    Case   more = w->it;
    Priced after;
    if (w->it.count == 0 || !w->before.exact) return true;
    one_more(w, &more, "Z9")->priority = below(&w->state, 2) - 1;
    return price(w, &more, &after) && (!after.exact || after.total <= w->before.total);
}

static bool fixed_line_more(World *w)
{
    Case   more = w->it;
    Priced after;
    size_t count         = w->it.in.lines.count;
    more.in.lines.items  = arena_array(w->cases, CartLine, count + 1);
    more.in.lines.count  = count + 1;
    memcpy(more.in.lines.items, w->it.in.lines.items, count * sizeof(CartLine));
    more.in.lines.items[count]       = more.in.lines.items[0];
    more.in.lines.items[count].fixed = true;
    return price(w, &more, &after) && after.discount == w->before.discount
           && after.lines.items[count].discount == 0;
}

/* --- all of them --- */

typedef struct {
    bool (*holds)(World *w);
    bool        round;
    const char *name;
    long        wrong;
} Property;

static void look_at(World *w, uint64_t seed, bool round, Property *properties, size_t count)
{
    arena_reset(w->cases);
    w->state = seed;
    case_make(w->cases, seed, &w->it);
    if (round) make_round(&w->it);
    for (size_t n = 0; n < count; n++) {
        if (properties[n].round != round) continue;
        arena_reset(w->answers);
        if (!price(w, &w->it, &w->before)) return;
        if (properties[n].holds(w)) continue;
        if (properties[n].wrong++ > 2) continue;
        Buf buf = buf_make(w->cases, 4096);
        case_write(&buf, &w->it);
        printf("seed %llu: not so: %s\n{ %.*s }\n", (unsigned long long)seed, properties[n].name,
               STR_FMT(buf_str(&buf)));
    }
}

int main(int argc, char **argv)
{
    static uint8_t case_bytes[CASE_BYTES], bytes[ARENA_BYTES];
    Property       properties[] = {
        { order_of_promotions, false, "the order in which promotions are given changes nothing", 0 },
        { promotion_of_elsewhere, false, "a promotion of another channel changes nothing", 0 },
        { without_explanation, false, "the explanation changes nothing", 0 },
        { order_of_lines, true, "the order of lines does not change the total", 0 },
        { line_in_two, true, "a line in two of the same item costs the same", 0 },
        { all_money_times, true, "all money times n is the answer times n", 0 },
        { one_promotion_more, true, "one more promotion on goods makes nothing dearer", 0 },
        { fixed_line_more, true, "a line that is never discounted changes nothing for the others", 0 },
    };
    Arena   cases, answers;
    World   w    = { .cases = &cases, .answers = &answers };
    int64_t from = 0, count = 2000;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &from)) return 2;
    if (argc > 2 && !str_to_i64(str_from(argv[2]), &count)) return 2;
    if (argc == 2) count = 1;
    arena_init(&cases, case_bytes, sizeof case_bytes);
    arena_init(&answers, bytes, sizeof bytes);
    for (int64_t seed = from; seed < from + count; seed++) {
        look_at(&w, (uint64_t)seed, false, properties, COUNT(properties));
        look_at(&w, (uint64_t)seed, true, properties, COUNT(properties));
    }
    for (size_t n = 0; n < COUNT(properties); n++) {
        if (properties[n].wrong) printf("%ld times\n", properties[n].wrong);
        check(properties[n].wrong == 0, properties[n].name);
    }
    return check_finish("metamorphic_test");
}

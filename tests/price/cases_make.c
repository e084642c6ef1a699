/* cases_make.c — baskets and promotions by chance. See cases.h.
 * The chances are such that promotions meet: few brands and categories, few groups and sets, equal
 * priorities, bundles that want the same units, caps and floors that bite, prices that do not divide. */
#include "tests/price/cases.h"

#include <assert.h>
#include <string.h>

typedef struct {
    Arena   *arena;
    uint64_t state;
} Maker;

uint64_t chance(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15U;
    x          = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x          = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return x ^ x >> 31;
}

int64_t below(uint64_t *state, int64_t n)
{
    return (int64_t)(chance(state) % (uint64_t)n);
}

bool odds(uint64_t *state, int percent)
{
    return below(state, 100) < percent;
}

static int64_t pick(Maker *m, int64_t n)
{
    return below(&m->state, n);
}

static bool may(Maker *m, int percent)
{
    return odds(&m->state, percent);
}

static void *room(Maker *m, size_t size, size_t count)
{
    void *at = arena_alloc_array(m->arena, count, size);
    assert(at);
    return at;
}

/* An object with all that is optional absent. */
static void blank(const StructDef *def, void *object)
{
    memset(object, 0, def->size);
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        void           *at    = (char *)object + field->offset;
        bool            number = field->type == F_INT || field->type == F_MONEY || field->type == F_RATE
                      || field->type == F_QTY || field->type == F_TIME;
        if (number) *(int64_t *)at = OPT_NONE;
    }
}

static void *fresh(Maker *m, const StructDef *def)
{
    void *object = room(m, def->size, 1);
    blank(def, object);
    return object;
}

/* One or more of some texts. */
static TextList some(Maker *m, const char *const *from, int count, int percent)
{
    TextList list = { room(m, sizeof(Str), (size_t)count), 0 };
    for (int i = 0; i < count; i++)
        if (may(m, percent)) list.items[list.count++] = str_from(from[i]);
    return list;
}

static const char *const brands[] = { "ash", "birch" };
static const char *const categories[] = { "hot", "cold", "drinks" };
static const char *const tags[] = { "new", "bulk" };
static const char *const skus[] = { "a", "b", "c", "d", "e", "f" };
static const char *const classes[] = { "std", "low", "pst" };
static const char *const sets[] = { "s", "t" };

static int64_t price(Maker *m)
{
    static const int64_t prices[] = { 1,    2,    3,    5,    7,    10,   33,   50,  99,
                                      100,  101,  199,  250,  333,  400,  500,  995, 1000,
                                      1000, 1000, 1150, 1999, 2390, 3995, 10000 };
    return prices[pick(m, COUNT(prices))];
}

static int64_t rate(Maker *m)
{
    static const int64_t rates[] = { 100000, 100000, 200000,  250000, 333333, 500000, 500000,
                                     125000, 77777,  1000000, 900000, 1,      999999 };
    return rates[pick(m, COUNT(rates))];
}

/* --- the basket --- */

static ManualDiscount *manual(Maker *m, bool line)
{
    ManualDiscount *it   = fresh(m, &ManualDiscount_def);
    int64_t         kind = pick(m, line ? 5 : 4);
    it->reason           = STR("damaged");
    if (kind < 3) it->percent = rate(m);
    else if (kind == 3) it->amount = price(m) / 4 + 1;
    else it->price = price(m) / 3;
    return it;
}

static void make_line(Maker *m, CartLine *line, int n, int64_t pieces)
{
    blank(&CartLine_def, line);
    line->sku        = str_from(skus[may(m, 85) ? n % (int)COUNT(skus) : 0]);
    line->tax_class  = str_from(classes[may(m, 60) ? 0 : pick(m, COUNT(classes))]);
    line->quantity   = pieces * 1000;
    line->unit_price = may(m, 4) ? 0 : price(m);
    if (may(m, 10)) line->quantity = pick(m, 3) * 1000 + 1 + pick(m, 999);
    if (may(m, 80)) line->brand = str_from(brands[pick(m, COUNT(brands))]);
    line->categories = some(m, categories, COUNT(categories), 60);
    line->tags       = some(m, tags, COUNT(tags), 45);
    line->reduced    = may(m, 12);
    line->fixed      = may(m, 4);
    if (may(m, 30)) line->cost = line->unit_price * (40 + pick(m, 70)) / 100;
    if (may(m, 6)) line->manual = manual(m, true);
    if (may(m, 6)) {
        line->fees.items = fresh(m, &CartFee_def);
        line->fees.count = 1;
        *line->fees.items =
            (CartFee){ .name = STR("deposit"), .amount = 25, .tax_class = str_from(classes[pick(m, 2)]) };
    }
}

static void make_rates(Maker *m, CartInput *in)
{
    static const struct {
        const char *tax_class, *name;
        int64_t     rate;
        bool        compound;
    } known[] = { { "std", "VAT", 200000, false }, { "low", "VAT low", 50000, false },
                  { "pst", "GST", 50000, false }, { "pst", "PST", 99750, true } };
    in->rates.items = room(m, sizeof *in->rates.items, COUNT(known));
    in->rates.count = COUNT(known);
    for (size_t r = 0; r < COUNT(known); r++) {
        blank(&CartRate_def, &in->rates.items[r]);
        in->rates.items[r].tax_class = str_from(known[r].tax_class);
        in->rates.items[r].name      = str_from(known[r].name);
        in->rates.items[r].rate      = known[r].rate;
        in->rates.items[r].compound  = known[r].compound && may(m, 50);
    }
}

static void make_customer(Maker *m, CartInput *in)
{
    static const char *const groups[] = { "staff", "club" };
    static const char *const offers[] = { "P0", "P1", "P2" };
    in->customer                      = fresh(m, &CartCustomer_def);
    in->customer->groups              = some(m, groups, 2, 60);
    in->customer->offers              = some(m, offers, 3, 50);
    in->customer->first_order         = may(m, 50);
    if (may(m, 70)) in->customer->tier = STR("gold");
    if (may(m, 70)) in->customer->birthday = may(m, 30) ? 229 : 1231;
}

static void make_guardrails(Maker *m, CartInput *in)
{
    in->guardrails = fresh(m, &Guardrails_def);
    if (may(m, 30)) in->guardrails->max_line_rate = rate(m);
    if (may(m, 30)) in->guardrails->max_order_rate = rate(m);
    if (may(m, 30)) in->guardrails->customer_left = price(m);
    if (may(m, 40)) in->guardrails->margin_rate = may(m, 50) ? 0 : rate(m);
    if (may(m, 30)) in->guardrails->max_promotions = 1 + pick(m, 2);
    if (may(m, 20)) in->guardrails->approval_rate = rate(m);
    if (may(m, 20)) in->guardrails->approval_amount = price(m);
}

static void make_basket(Maker *m, CartInput *in)
{
    static const char *const currencies[] = { "GBP", "JPY", "KWD" };
    static const int64_t dates[] = { 20260228, 20260301, 20240229, 20261231, 20270101, 20261124 };
    static const char *const roundings[] = { "half_up", "half_even", "down" };
    static const char *const places[] = { "line", "unit", "document" };
    blank(&CartInput_def, in);
    in->currency           = str_from(currencies[pick(m, COUNT(currencies))]);
    in->prices_include_tax = may(m, 60);
    if (may(m, 40)) in->tax_rounding = str_from(roundings[pick(m, 3)]);
    if (may(m, 40)) in->tax_rounded_per = str_from(places[pick(m, 3)]);
    if (may(m, 20)) in->cash_step = may(m, 50) ? 5 : 10;
    in->channel      = may(m, 50) ? STR("till") : STR("web");
    in->location     = STR("London");
    in->at           = 1767225600000;
    in->local_date   = dates[pick(m, COUNT(dates))];
    in->local_minute = pick(m, 1440);
    if (may(m, 50)) in->tender = may(m, 70) ? STR("card") : STR("cash");
    if (may(m, 60)) make_customer(m, in);
    if (may(m, 35)) {
        in->shipping  = fresh(m, &CartShipping_def);
        *in->shipping = (CartShipping){ .amount = price(m), .tax_class = str_from(classes[pick(m, 2)]) };
    }
    if (may(m, 6)) in->manual = manual(m, false);
    if (may(m, 30)) make_guardrails(m, in);
    make_rates(m, in);
}

/* --- promotions --- */

static Selector *selector(Maker *m)
{
    Selector *it = fresh(m, &Selector_def);
    switch (pick(m, 8)) {
    case 0: it->skus = some(m, skus, 4, 70); break;
    case 1: it->categories = some(m, categories, 3, 60); break;
    case 2: it->brands = some(m, brands, 2, 60); break;
    case 3: it->tags = some(m, tags, 2, 60); break;
    case 4: it->except_skus = some(m, skus, 4, 30); break;
    case 5: it->except_categories = some(m, categories, 3, 30); break;
    case 6:
        if (may(m, 50)) it->price_from = price(m);
        else it->price_until = price(m) + 1;
        break;
    default: it->skip_reduced = may(m, 50); break;
    }
    if (may(m, 10)) it->except_brands = some(m, brands, 2, 40);
    if (may(m, 10)) it->except_tags = some(m, tags, 2, 40);
    return it;
}

/* One of percent, amount and (where there may be one) price. */
static void effect(Maker *m, bool with_price, int64_t *percent, int64_t *amount, int64_t *to_price)
{
    int64_t kind = pick(m, with_price ? 6 : 5);
    if (kind < 3) *percent = rate(m);
    else if (kind < 5) *amount = 1 + price(m) / (1 + pick(m, 4));
    else *to_price = price(m) / 2;
}

static void make_needs(Maker *m, Promotion *it)
{
    it->needs.items = fresh(m, &Need_def);
    it->needs.count = 1;
    if (may(m, 50)) it->needs.items->select = selector(m);
    if (may(m, 50)) it->needs.items->quantity = (1 + pick(m, 3)) * 1000;
    else it->needs.items->amount = price(m) + 1;
}

static void make_tiers(Maker *m, Promotion *it, bool with_price)
{
    int64_t count   = 1 + pick(m, 3), at = 0;
    bool    amounts = may(m, 50);
    int64_t kind    = pick(m, with_price ? 3 : 2);
    it->tiers.items = room(m, sizeof(Tier), (size_t)count);
    for (int64_t t = 0; t < count; t++) {
        Tier *tier = &it->tiers.items[it->tiers.count++];
        blank(&Tier_def, tier);
        at += 1 + pick(m, amounts ? 1000 : 2);
        if (amounts) tier->from_amount = at;
        else tier->from_quantity = at * 1000;
        if (kind == 0) tier->percent = 100000 * (t + 1) + pick(m, 50000);
        if (kind == 1) tier->amount = 30 * (t + 1) + pick(m, 25);
        if (kind == 2) tier->price = 600 - 150 * t - pick(m, 100);
    }
}

static void make_parts(Maker *m, Promotion *it)
{
    int64_t count   = may(m, 60) ? 1 : 2;
    bool    gets    = may(m, 60);
    it->parts.items = room(m, sizeof(BundlePart), (size_t)count);
    for (int64_t k = 0; k < count; k++) {
        BundlePart *part = &it->parts.items[it->parts.count++];
        blank(&BundlePart_def, part);
        if (may(m, 60)) part->select = selector(m);
        part->quantity = 1 + pick(m, count == 1 ? 3 : 2);
        if (gets && (k == count - 1 || may(m, 30))) part->get = 1 + pick(m, part->quantity);
    }
    if (may(m, 30)) it->pick = may(m, 50) ? STR("dearest") : STR("cheapest");
    if (may(m, 25)) it->max_repeats = 1 + pick(m, 2);
}

static void make_conditions(Maker *m, Promotion *it)
{
    static const char *const channels[] = { "till", "web" };
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    static const char *const who[] = { "staff", "club", "press" };
    static const char *const loyal[] = { "gold", "silver" };
    switch (pick(m, 10)) {
    case 0: it->channels = some(m, channels, 2, 60); break;
    case 1: it->weekdays = some(m, days, 7, 60); break;
    case 2:
        it->hours.items  = fresh(m, &HourWindow_def);
        it->hours.count  = 1;
        *it->hours.items = (HourWindow){ pick(m, 1440), 1 + pick(m, 1440) };
        if (it->hours.items->from == it->hours.items->until) it->hours.items->until = 1440;
        break;
    case 3: it->customer_groups = some(m, who, 3, 50); break;
    case 4: it->tiers_of_loyalty = some(m, loyal, 2, 60); break;
    case 5: it->first_order = true; break;
    case 6: it->birthday_days = pick(m, 61); break;
    case 7: it->personal = true; break;
    case 8: it->coupon = true; break;
    default:
        it->from  = 1767225600000 - pick(m, 3) + 1;
        it->until = 1767225600000 + 1 + pick(m, 2);
        break;
    }
}

static void make_item(Maker *m, Promotion *it)
{
    bool lines = may(m, 15);
    it->phase  = STR("item");
    if (may(m, 45)) it->select = selector(m);
    if (may(m, 15)) {
        make_tiers(m, it, !lines);
        if (may(m, 40)) it->tiers_by = STR("line");
    } else {
        effect(m, true, &it->percent, &it->amount, &it->price);
        if (it->amount != OPT_NONE && lines) it->per = STR("line");
    }
    if (may(m, 15)) it->max_units = 1 + pick(m, 3);
    if (it->needs.count && it->select && may(m, 30)) it->gift = true;
}

static void make_order(Maker *m, Promotion *it, bool tender)
{
    static const char *const tenders[] = { "card", "cash" };
    it->phase                          = tender ? STR("tender") : STR("order");
    if (may(m, 40)) it->select = selector(m);
    if (may(m, 20)) {
        make_tiers(m, it, false);
    } else {
        effect(m, false, &it->percent, &it->amount, &it->price);
        if (it->amount != OPT_NONE && may(m, 30)) it->each_amount = it->amount + price(m);
    }
    if (tender) it->tenders = some(m, tenders, 2, 60);
    if (tender && it->tenders.count == 0) it->tenders.items[it->tenders.count++] = STR("card");
    bool measures = it->needs.count || it->tiers.count;
    if (measures && may(m, 30)) it->needs_by = may(m, 50) ? STR("list") : STR("paid");
}

static void make_promotion(Maker *m, Promotion *it, int n)
{
    static const char *const codes[]      = { "P3", "P0", "P5", "P1", "P4", "P2" };
    static const int64_t     priorities[] = { 0, 0, 0, 1, 1, 2, -1 };
    int64_t                  phase        = pick(m, 100);
    blank(&Promotion_def, it);
    it->code    = str_from(codes[n]);
    it->name    = it->code;
    it->version = 1;
    if (may(m, 60)) it->priority = priorities[pick(m, COUNT(priorities))];
    if (may(m, 25)) it->group = may(m, 60) ? STR("g") : STR("h");
    if (may(m, 12)) it->stacks = STR("none");
    else if (may(m, 15)) it->stacks = STR("set");
    if (!str_eq(it->stacks, STR("none"))) it->sets = some(m, sets, 2, it->stacks.ptr ? 60 : 20);
    if (it->stacks.ptr && it->sets.count == 0) it->stacks = STR("none");
    if (may(m, 14)) make_needs(m, it);
    if (may(m, 10)) make_conditions(m, it);
    if (may(m, 15)) it->max_discount = price(m) / (1 + pick(m, 3)) + 1;
    if (phase < 42) {
        make_item(m, it);
    } else if (phase < 72) {
        it->phase = STR("bundle");
        make_parts(m, it);
        effect(m, true, &it->percent, &it->amount, &it->price);
    } else if (phase < 90) {
        make_order(m, it, phase >= 84);
    } else {
        it->phase = STR("shipping");
        it->group = STR_NONE;
        effect(m, true, &it->percent, &it->amount, &it->price);
    }
}

static void make_rest(Maker *m, Case *out)
{
    CartInput *in      = &out->in;
    in->coupons.items  = room(m, sizeof(CartCoupon), out->count);
    in->allowances.items = room(m, sizeof(Allowance), out->count);
    for (size_t p = 0; p < out->count; p++) {
        if (out->promos[p].coupon && may(m, 60))
            in->coupons.items[in->coupons.count++] = (CartCoupon){ STR("SAVE"), out->promos[p].code };
        if (!may(m, 8)) continue;
        Allowance *left = &in->allowances.items[in->allowances.count++];
        blank(&Allowance_def, left);
        left->promotion = out->promos[p].code;
        if (may(m, 50)) left->uses = pick(m, 3);
        else left->amount = may(m, 10) ? 0 : price(m);
    }
}

void case_make(Arena *arena, uint64_t seed, Case *out)
{
    Maker   m     = { arena, seed * 0xD1342543DE82EF95U + 1 };
    int64_t lines = 1 + pick(&m, 4), left = 2 + pick(&m, 7);
    make_basket(&m, &out->in);
    out->in.lines.items = room(&m, sizeof(CartLine), (size_t)lines);
    for (int64_t n = 0; n < lines && left > 0; n++) {
        int64_t pieces = 1 + pick(&m, left < 4 ? left : 4);
        make_line(&m, &out->in.lines.items[out->in.lines.count++], (int)n, pieces);
        left -= pieces;
    }
    out->count  = (size_t)(2 + pick(&m, may(&m, 30) ? 5 : 3));
    out->promos = room(&m, sizeof(Promotion), out->count);
    for (size_t p = 0; p < out->count; p++) make_promotion(&m, &out->promos[p], (int)p);
    make_rest(&m, out);
}

void case_make_large(Arena *arena, uint64_t seed, int lines, Case *out)
{
    Maker m = { arena, seed * 0xD1342543DE82EF95U + 77 };
    make_basket(&m, &out->in);
    out->in.lines.count = (size_t)(1 + pick(&m, lines));
    out->in.lines.items = room(&m, sizeof(CartLine), out->in.lines.count);
    for (size_t n = 0; n < out->in.lines.count; n++)
        make_line(&m, &out->in.lines.items[n], (int)n, 1 + pick(&m, may(&m, 20) ? 40 : 5));
    out->count  = (size_t)pick(&m, 6);
    out->promos = room(&m, sizeof(Promotion), out->count + 1);
    for (size_t p = 0; p < out->count; p++) make_promotion(&m, &out->promos[p], (int)p);
    make_rest(&m, out);
}

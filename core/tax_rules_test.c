/* tax_rules_test.c — taxes as the authorities' own examples have them, and what must hold for every basket:
 * random ones against an independent calculation, shrunk to the smallest that fails. */
#include "core/tax.h"

#include "tests/chance.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Arena arena;
static Error err;

/* --- examples that were published, or follow from a published rule by hand --- */

static const CartRate quebec_2012[] = {
    { .tax_class = STR("a"), .name = STR("GST"), .kind = STR("gst"), .rate = 50000 },
    { .tax_class = STR("a"), .name = STR("QST"), .kind = STR("qst"), .rate = 95000, .compound = true },
};
static const CartRate quebec[] = {
    { .tax_class = STR("a"), .name = STR("GST"), .kind = STR("gst"), .rate = 50000 },
    { .tax_class = STR("a"), .name = STR("QST"), .kind = STR("qst"), .rate = 99750 },
};
static const CartRate island_2012[] = {
    { .tax_class = STR("a"), .name = STR("GST"), .rate = 50000 },
    { .tax_class = STR("a"), .name = STR("PST"), .rate = 100000, .compound = true },
};
static const CartRate tennessee[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 70000 },
    { .tax_class = STR("a"), .name = STR("Local"), .rate = 22500, .unit_to = 160000 },
    { .tax_class = STR("a"), .name = STR("Single article"), .rate = 27500, .unit_from = 160000,
      .unit_to = 320000 },
};
static const CartRate florida[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 60000 },
    { .tax_class = STR("a"), .name = STR("County"), .rate = 10000, .unit_to = 500000 },
};
static const CartRate massachusetts[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 62500, .unit_from = 17500 },
};
static const CartRate new_york[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 40000, .unit_from = 11000, .unit_whole = true },
};
static const CartRate connecticut[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 63500, .unit_to = 100001, .unit_whole = true },
    { .tax_class = STR("a"), .name = STR("Luxury"), .rate = 77500, .unit_from = 100001, .unit_whole = true },
};
static const CartRate new_york_city[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 40000 },
    { .tax_class = STR("a"), .name = STR("City"), .rate = 45000 },
    { .tax_class = STR("a"), .name = STR("MCTD"), .rate = 3750 },
};
static const CartRate streamlined[] = { { .tax_class = STR("a"), .name = STR("State"), .rate = 62500 } };
static const CartRate japan[]       = {
    { .tax_class = STR("a"), .name = STR("10%"), .rate = 100000 },
    { .tax_class = STR("b"), .name = STR("8%"), .rate = 80000, .mark = STR("*") },
};
static const CartRate australia[]   = { { .tax_class = STR("a"), .name = STR("GST"), .rate = 100000 } };
static const CartRate new_zealand[] = { { .tax_class = STR("a"), .name = STR("GST"), .rate = 150000 } };
static const CartRate switzerland[] = { { .tax_class = STR("a"), .name = STR("VAT"), .rate = 81000 } };
static const CartRate britain[]     = {
    { .tax_class = STR("a"), .name = STR("VAT"), .rate = 200000 },
    { .tax_class = STR("b"), .name = STR("VAT"), .rate = 0 },
};
static const CartRate india[] = {
    { .tax_class = STR("a"), .name = STR("CGST"), .rate = 90000 },
    { .tax_class = STR("a"), .name = STR("SGST"), .rate = 90000 },
};
static const CartRate levy[] = {
    { .tax_class = STR("a"), .name = STR("Eco"), .per_unit = 100 },
    { .tax_class = STR("a"), .name = STR("VAT"), .rate = 190000, .compound = true },
};

static const CartRate places[] = {
    { .tax_class = STR("a"), .name = STR("State"), .rate = 50000 },
    { .tax_class = STR("a"), .name = STR("City"), .rate = 20000 },
    { .tax_class = STR("b"), .name = STR("City"), .rate = 20000 },
};
static const CartRate both_ways[] = {
    { .tax_class = STR("a"), .name = STR("GST"), .rate = 50000 },
    { .tax_class = STR("a"), .name = STR("QST"), .rate = 95000, .compound = true },
    { .tax_class = STR("b"), .name = STR("QST"), .rate = 95000 },
};

typedef struct {
    const char     *name;
    const CartRate *rates;
    size_t          rate_count;
    TaxAt           at;
    Rounding        rounding;
    bool            included, combined;
    int64_t         a[3], b; /* amounts of class a (up to the first 0), of class b */
    int64_t         units;   /* of each */
    int64_t         sums[3]; /* tax of each rate in the summary */
    int64_t         total;
} Example;

#define R(set) set, COUNT(set)
static const Example examples[] = {
    { "Quebec until 2012: QST on the price with GST (Revenu Quebec, 17 December 2012)", R(quebec_2012),
      .a = { 10000 }, .units = 1, .sums = { 500, 998 }, .total = 11498 },
    { "Quebec since 2013: both on the price (the same notice)", R(quebec), .a = { 10000 }, .units = 1,
      .sums = { 500, 998 }, .total = 11498 },
    { "Prince Edward Island until 2013: 10 % on the price with GST", R(island_2012), .a = { 10000 },
      .units = 1, .sums = { 500, 1050 }, .total = 11550 },
    { "Tennessee: a table of 4,000 (Department of Revenue, single article)", R(tennessee), .a = { 400000 },
      .units = 1, .sums = { 28000, 3600, 4400 }, .total = 436000 },
    { "Tennessee: two articles of 2,000 are two single articles", R(tennessee), .a = { 400000 }, .units = 2,
      .sums = { 28000, 7200, 2200 }, .total = 437400 },
    { "Florida: an item of 6,500 pays the surtax on 5,000 (form DR-15)", R(florida), .a = { 650000 },
      .units = 1, .sums = { 39000, 5000 }, .total = 694000 },
    { "Florida: three items of 1,000 at 1 % pay 30 (form DR-15EZ)", R(florida), .a = { 300000 }, .units = 3,
      .sums = { 18000, 3000 }, .total = 321000 },
    { "Massachusetts: a coat of 200 pays on 25 (TIR 04-14)", R(massachusetts), .a = { 20000 }, .units = 1,
      .sums = { 156 }, .total = 20156 },
    { "Massachusetts: a coat of 175 pays nothing", R(massachusetts), .a = { 17500 }, .units = 1,
      .sums = { 0 }, .total = 17500 },
    { "New York: a shirt of 109.99 is free", R(new_york), .a = { 10999 }, .units = 1, .sums = { 0 },
      .total = 10999 },
    { "New York: a shirt of 110 pays on all of it", R(new_york), .a = { 11000 }, .units = 1, .sums = { 440 },
      .total = 11440 },
    { "New York: two shirts of 100 are each below 110", R(new_york), .a = { 20000 }, .units = 2,
      .sums = { 0 }, .total = 20000 },
    { "Connecticut: 1,000 pays the usual rate", R(connecticut), .a = { 100000 }, .units = 1,
      .sums = { 6350, 0 }, .total = 106350 },
    { "Connecticut: more than 1,000 pays the luxury rate", R(connecticut), .a = { 100001 }, .units = 1,
      .sums = { 0, 7750 }, .total = 107751 },
    { "SST 324: a third decimal of 5 rounds up (19.76 at 6.25 % = 1.235)", R(streamlined), .a = { 1976 },
      .units = 1, .sums = { 124 }, .total = 2100 },
    { "SST 324: a third decimal of 4 does not (19.75 at 6.25 % = 1.234375)", R(streamlined), .a = { 1975 },
      .units = 1, .sums = { 123 }, .total = 2098 },
    { "SST 324: by item, 3 of 0.40 pay 0.03 each", R(streamlined), .a = { 40, 40, 40 }, .units = 1,
      .sums = { 9 }, .total = 129 },
    { "SST 324: by invoice, they pay 0.08", R(streamlined), TAX_AT_DOCUMENT, .a = { 40, 40, 40 },
      .units = 1, .sums = { 8 }, .total = 128 },
    { "New York City: 8.875 % of 100 as one rate is 8.88", R(new_york_city), .combined = true,
      .a = { 10000 }, .units = 1, .sums = { 400, 450, 38 }, .total = 10888 },
    { "New York City: 0.99 as one rate pays 0.09", R(new_york_city), .combined = true, .a = { 99 },
      .units = 1, .sums = { 4, 5, 0 }, .total = 108 },
    { "New York City: 0.99 with each rate rounded pays 0.08", R(new_york_city), .a = { 99 }, .units = 1,
      .sums = { 4, 4, 0 }, .total = 107 },
    { "Japan: 3 lines of 105 at 10 %, rounded down once: 31 (National Tax Agency, Q&A 57)", R(japan),
      TAX_AT_DOCUMENT, ROUND_DOWN, .a = { 105, 105, 105 }, .units = 1, .sums = { 31, 0 }, .total = 346 },
    { "Japan: rounded on each line they would be 30, which is refused there", R(japan), TAX_AT_LINE,
      ROUND_DOWN, .a = { 105, 105, 105 }, .units = 1, .sums = { 30, 0 }, .total = 345 },
    { "Japan: one rounding for each rate (109 at 10 %, 109 at 8 %)", R(japan), TAX_AT_DOCUMENT, ROUND_DOWN,
      .a = { 109 }, .b = 109, .units = 1, .sums = { 10, 8 }, .total = 236 },
    { "Australia: a price of 10 holds a 11th (GST Act 9-70)", R(australia), .included = true, .a = { 1000 },
      .units = 1, .sums = { 91 }, .total = 1000 },
    { "Australia: 3 of 1.05 by taxable supply hold 0.30 (9-90 (2)(b))", R(australia), .included = true,
      .a = { 105, 105, 105 }, .units = 1, .sums = { 30 }, .total = 315 },
    { "Australia: 3 of 1.05 by total invoice hold 0.29 (9-90 (2)(a))", R(australia), TAX_AT_DOCUMENT,
      .included = true, .a = { 105, 105, 105 }, .units = 1, .sums = { 29 }, .total = 315 },
    { "New Zealand: three 23rds of 115", R(new_zealand), .included = true, .a = { 11500 }, .units = 1,
      .sums = { 1500 }, .total = 11500 },
    { "Switzerland: 108.10 holds 8.10", R(switzerland), .included = true, .a = { 10810 }, .units = 1,
      .sums = { 810 }, .total = 10810 },
    { "Switzerland: 100 holds 7.49 (8.1 of 108.1)", R(switzerland), .included = true, .a = { 10000 },
      .units = 1, .sums = { 749 }, .total = 10000 },
    { "Britain: an invoice may round the total tax down (Notice 700, 17.5)", R(britain), TAX_AT_DOCUMENT,
      ROUND_DOWN, .a = { 1198 }, .units = 1, .sums = { 239, 0 }, .total = 1437 },
    { "Britain: a retailer must not, 2.396 is 2.40 (17.6)", R(britain), .a = { 1198 }, .units = 1,
      .sums = { 240, 0 }, .total = 1438 },
    { "Britain: a sixth of a price, and nothing of what is zero-rated", R(britain), .included = true,
      .a = { 1200 }, .b = 500, .units = 1, .sums = { 200, 0 }, .total = 1700 },
    { "3 pieces of 0.33 at 20 % by unit: 0.21", R(britain), TAX_AT_UNIT, .a = { 99 }, .units = 3,
      .sums = { 21, 0 }, .total = 120 },
    { "3 pieces of 0.33 at 20 % by line: 0.20", R(britain), .a = { 99 }, .units = 3, .sums = { 20, 0 },
      .total = 119 },
    { "by unit, 1.00 for 3 pieces is 0.34 + 0.33 + 0.33, each with 0.07", R(britain), TAX_AT_UNIT,
      .a = { 100 }, .units = 3, .sums = { 21, 0 }, .total = 121 },
    { "India: two halves, each rounded (99.50 at 9 %)", R(india), .a = { 9950 }, .units = 1,
      .sums = { 896, 896 }, .total = 11742 },
    { "half even goes to the even one (0.10 at 5 % twice)", R(quebec), .rounding = ROUND_HALF_EVEN,
      .a = { 10, 30 }, .units = 1, .sums = { 2, 4 }, .total = 46 },
    { "a levy of 1.00 stands in the base of the VAT: 119.00 = (99 + 1) + 19 %", R(levy), .included = true,
      .a = { 11900 }, .units = 1, .sums = { 100, 1900 }, .total = 11900 },
    { "the same on top of 99", R(levy), .a = { 9900 }, .units = 1, .sums = { 100, 1900 }, .total = 11900 },
    { "the levy is taken of each of two", R(levy), .a = { 19800 }, .units = 2, .sums = { 200, 3800 },
      .total = 23800 },
    { "a rate of two classes is one rounding, wherever it stands in them (2 % of 0.50)", R(places),
      TAX_AT_DOCUMENT, .a = { 25 }, .b = 25, .units = 1, .sums = { 1, 1 }, .total = 52 },
    { "on an invoice too, the tax on top comes after the one below it", R(quebec_2012), TAX_AT_DOCUMENT,
      .a = { 10000 }, .units = 1, .sums = { 500, 998 }, .total = 11498 },
    { "the same rate on top here and not there is not one", R(both_ways), TAX_AT_DOCUMENT, .a = { 10000 },
      .b = 10000, .units = 1, .sums = { 500, 1948 }, .total = 22448 },
    { "a price below its levy holds no more tax than itself", R(levy), .included = true, .a = { 60 },
      .units = 1, .sums = { 60, 0 }, .total = 60 },
};

static TaxItem item(Str tax_class, int64_t units, int64_t amount)
{
    return (TaxItem){ .tax_class = tax_class, .qty_milli = units * QTY_ONE, .amount = amount };
}

static void check_example(const Example *x)
{
    TaxItem  items[4];
    size_t   count = 0;
    Taxed    out   = { 0 };
    TaxRules rules = { .prices_include_tax = x->included, .combined = x->combined, .at = x->at,
                       .rounding = x->rounding, .rates = x->rates, .rate_count = x->rate_count };
    for (size_t i = 0; i < 3 && x->a[i]; i++)
        items[count++] = item(STR("a"), x->units, x->a[i]);
    if (x->b) items[count++] = item(STR("b"), 1, x->b);
    arena_reset(&arena);
    bool fine = tax_compute(&arena, &rules, items, count, &out, &err) && out.total == x->total;
    for (size_t s = 0; fine && s < out.sum_count; s++) fine = out.sums[s].amount == x->sums[s];
    check(fine, x->name);
    for (size_t s = 0; !fine && s < out.sum_count; s++)
        printf("  %.*s: %lld\n", STR_FMT(out.sums[s].name), (long long)out.sums[s].amount);
}

/* --- exemptions, gift cards, words --- */

static void check_exemptions(void)
{
    static const CartRate columbia[] = {
        { .tax_class = STR("a"), .name = STR("GST"), .kind = STR("gst"), .rate = 50000 },
        { .tax_class = STR("a"), .name = STR("PST"), .kind = STR("pst"), .rate = 70000 },
    };
    static const TaxExemption resale[] = { { .kind = STR("pst"), .name = STR("PST-1234") } };
    TaxItem  one    = item(STR("a"), 1, 10000);
    TaxRules rules  = { .rates = columbia, .rate_count = 2, .exemptions = resale, .exemption_count = 1 };
    Taxed    out;
    bool     fine = tax_compute(&arena, &rules, &one, 1, &out, &err);
    check(fine && out.tax == 500 && out.total == 10500, "a certificate forgives one kind of tax");
    check(out.sums[1].exempt && out.sums[1].base == 10000 && out.sums[1].amount == 0
              && str_eq(tax_sum_text(&arena, &out.sums[1], &rules, STR("CAD")),
                        STR("PST, exempt: PST-1234, on 100.00")),
          "and the summary says on what and why");
    rules.prices_include_tax = true;
    one.amount               = 11200;
    fine                     = tax_compute(&arena, &rules, &one, 1, &out, &err);
    check(fine && out.net == 10000 && out.tax == 500 && out.total == 10500 && out.exempted == 700,
          "out of a price with tax the forgiven tax is not paid");
    rules.exemption_count = 0;
    one.exempt            = true;
    fine                  = tax_compute(&arena, &rules, &one, 1, &out, &err);
    check(fine && out.net == 10000 && out.tax == 0 && out.exempted == 1200, "an item can be free of all");
}

static void check_untaxed(void)
{
    TaxItem  items[] = { item(TAX_UNTAXED, 1, 5000), item(STR("a"), 1, 1200) };
    TaxRules rules   = { .prices_include_tax = true, .rates = britain, .rate_count = COUNT(britain) };
    Taxed    out;
    for (int at = TAX_AT_LINE; at <= TAX_AT_DOCUMENT; at++) {
        rules.at  = (TaxAt)at;
        bool fine = tax_compute(&arena, &rules, items, 2, &out, &err);
        check(fine && out.tax == 200 && out.items[0].net == 5000 && out.sums[0].base == 5000
                  && str_eq(out.sums[0].name, TAX_UNTAXED),
              "a gift card is untaxed by its class, and told so");
    }
    items[0].tax_class = STR("books");
    check_refused(tax_compute(&arena, &rules, items, 2, &out, &err), &err, &ERR_TAX_UNRESOLVED,
                  "a class without a rate is no zero but an error");
    check(out.at_item == 0, "which says the item");
}

static void check_words(void)
{
    TaxRules rules = { 0 };
    TaxSum   sum   = { .name = STR("GST"), .rate = 88750, .base = 10000, .amount = 888 };
    check(str_eq(tax_sum_text(&arena, &sum, &rules, STR("USD")), STR("GST, 8.875 % on 100.00")),
          "a tax on top says its rate and base");
    rules.prices_include_tax = true;
    sum.rate                  = 200000;
    check(str_eq(tax_sum_text(&arena, &sum, &rules, STR("GBP")), STR("GST, 20 % contained, on 100.00")),
          "a contained one says that");
    sum.rate      = 0;
    sum.per_unit = 8;
    check(str_eq(tax_sum_text(&arena, &sum, &rules, STR("GBP")), STR("GST, 0.08 a unit contained")),
          "one per unit says how much");
    check(str_eq(tax_rate_text(&arena, 3750), STR("0.375 %"))
              && str_eq(tax_rate_text(&arena, 10), STR("0.001 %")),
          "small rates keep their zeros");
}

static void check_shares(void)
{
    static const struct {
        const char     *name;
        const CartRate *rates;
        size_t          rate_count;
        int64_t         net, tax, parts[3];
    } cases[] = {
        { "of a luxury only its own rate has the tax", R(connecticut), 150000, 11625, { 0, 11625 } },
        { "below that the other one", R(connecticut), 50000, 3175, { 3175, 0 } },
        { "a levy has its part and the VAT on it the rest", R(levy), 9900, 2000, { 100, 1900 } },
        { "of a small tax each rate has its share by weight", R(new_york_city), 9900, 879, { 396, 446, 37 } },
        { "also of a tax on nothing, rounded up", R(new_york_city), 0, 1, { 0, 1, 0 } },
        { "no tax has no shares", R(new_york_city), 5, 0, { 0 } },
    };
    int64_t  parts[LINE_RATES_MAX];
    TaxRules rules = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TaxItem one      = item(STR("a"), 1, cases[i].net);
        rules.rates      = cases[i].rates;
        rules.rate_count = cases[i].rate_count;
        bool fine        = tax_shares(&rules, &one, cases[i].tax, parts, &err);
        for (size_t k = 0; k < 3; k++) fine = fine && parts[k] == cases[i].parts[k];
        check(fine, cases[i].name);
    }
    TaxItem card = item(TAX_UNTAXED, 1, 5000), other = item(STR("x"), 1, 5000);
    check(tax_shares(&rules, &card, 0, parts, &err), "what is untaxed has none");
    check_refused(tax_shares(&rules, &other, 5, parts, &err), &err, &ERR_TAX_UNRESOLVED,
                  "an unknown class is refused");
}

static void check_bundles(void)
{
    static const int64_t values[] = { 600, 300, 100 }, none[] = { 0, 0 }, below[] = { 5, -1 };
    int64_t              parts[3];
    check(tax_split_bundle(799, values, 3, parts, &err) && parts[0] == 479 && parts[1] == 240
              && parts[2] == 80,
          "a bundle is split by the components' values");
    check_refused(tax_split_bundle(799, none, 2, parts, &err), &err, &ERR_TAX_RULES,
                  "a bundle without a value is refused");
    check_refused(tax_split_bundle(799, below, 2, parts, &err), &err, &ERR_AMOUNT_RANGE,
                  "a value below zero is refused");
}

/* --- what is refused --- */

static void check_bad_rates(void)
{
    static const struct {
        const char *name, *field;
        bool        included;
        CartRate    rate;
    } bad[] = {
        { "a rate below zero", "rates[0].rate", false, { .tax_class = STR("a"), .rate = -1 } },
        { "a rate above 100 %", "rates[0].rate", false, { .tax_class = STR("a"), .rate = 1000001 } },
        { "a rate of no class", "rates[0].tax_class", false, { .rate = 1 } },
        { "a rate of what is untaxed", "rates[0].tax_class", false, { .tax_class = STR("untaxed") } },
        { "a part and an amount at once", "rates[0].per_unit", false,
          { .tax_class = STR("a"), .rate = 1, .per_unit = 1 } },
        { "an amount a unit below zero", "rates[0].per_unit", false,
          { .tax_class = STR("a"), .per_unit = -1 } },
        { "an end before the beginning", "rates[0].unit_to", false,
          { .tax_class = STR("a"), .unit_from = 5, .unit_to = 5 } },
        { "a limit that is none", "rates[0].unit_whole", false,
          { .tax_class = STR("a"), .unit_whole = true } },
        { "a part of the price, contained in it", "rates[0].unit_from", true,
          { .tax_class = STR("a"), .rate = 1, .unit_to = 5 } },
        { "a part of the price, compound", "rates[0].unit_from", false,
          { .tax_class = STR("a"), .rate = 1, .unit_to = 5, .compound = true } },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        TaxRules rules = { .prices_include_tax = bad[i].included, .rates = &bad[i].rate, .rate_count = 1 };
        check_refused(tax_check(&rules, &err), &err, &ERR_TAX_RULES, bad[i].name);
        check(strcmp(err.field, bad[i].field) == 0, "with its path");
    }
    CartRate many[LINE_RATES_MAX + 1];
    for (size_t i = 0; i < COUNT(many); i++) many[i] = (CartRate){ .tax_class = STR("a"), .rate = 1 };
    TaxRules rules = { .rates = many, .rate_count = COUNT(many) };
    check_refused(tax_check(&rules, &err), &err, &ERR_TAX_RULES,
                  "more rates than a line has are not dropped");
}

static void check_bad_items(void)
{
    TaxRules rules = { .rates = britain, .rate_count = COUNT(britain) };
    Taxed    out;
    TaxItem  items[2] = { item(STR("a"), 1, 100), item(STR("a"), 1, -1) };
    check_refused(tax_compute(&arena, &rules, items, 2, &out, &err), &err, &ERR_AMOUNT_RANGE,
                  "an amount below zero is refused");
    check(out.at_item == 1, "with the item");
    items[1] = item(STR("a"), 0, 1);
    check_refused(tax_compute(&arena, &rules, items, 2, &out, &err), &err, &ERR_QUANTITY_RANGE,
                  "no quantity is refused");
    items[0].amount = items[1].amount = INT64_MAX / 4;
    items[1].qty_milli                = QTY_ONE;
    for (int at = TAX_AT_LINE; at <= TAX_AT_DOCUMENT; at++) {
        rules.at = (TaxAt)at;
        check_refused(tax_compute(&arena, &rules, items, 2, &out, &err), &err, &ERR_AMOUNT_RANGE,
                      "a sum that does not fit is an error, never a number");
    }
    items[0].amount = INT64_MAX;
    check_refused(tax_compute(&arena, &rules, items, 1, &out, &err), &err, &ERR_AMOUNT_RANGE,
                  "an amount that does not fit is refused");
    check(tax_compute(&arena, &rules, items, 0, &out, &err) && out.total == 0 && out.sum_count == 0,
          "nothing has no tax");
}

static void check_memory(void)
{
    TaxRules rules = { .rates = britain, .rate_count = COUNT(britain), .at = TAX_AT_DOCUMENT };
    TaxItem  one   = item(STR("a"), 1, 100);
    bool     fine = true, done = false;
    Taxed    out;
    for (long n = 1; n < 20 && fine && !done; n++) {
        arena_reset(&arena);
        arena.fail_in = n;
        done          = tax_compute(&arena, &rules, &one, 1, &out, &err);
        fine          = done || err.def == &ERR_MEMORY;
    }
    arena.fail_in = 0;
    check(fine && done, "memory that runs out at any place is an error");
}

/* --- what must hold for every basket --- */

enum { CASE_ITEMS = 9, CASE_RATES = 7 };

typedef struct {
    TaxRules     rules;
    CartRate     rates[CASE_RATES];
    TaxItem      items[CASE_ITEMS];
    size_t       count;
    TaxExemption exemption;
} Case;

static const Str classes[] = { STR("a"), STR("b"), STR("c") };
static const Str names[]   = { STR("GST"), STR("State"), STR("City") };

static CartRate random_rate(bool included)
{
    static const int64_t ppms[] = { 0, 50000, 99750, 200000, 3750, 270000, 1000000, 1 };
    CartRate rate = { .tax_class = classes[below(3)], .name = names[below(3)], .kind = names[below(3)],
                      .rate = below(3) ? ppms[below(8)] : below(400000) };
    int64_t  how  = below(8);
    if (how == 0) rate.rate = 0, rate.per_unit = below(300);
    else if (how < 3) rate.compound = true;
    else if (how == 3) {
        rate.unit_whole = included || below(2);
        rate.unit_from  = below(3000) + 1;
        rate.unit_to    = below(2) ? rate.unit_from + below(5000) + 1 : 0;
    }
    return rate;
}

static void random_case(Case *c)
{
    *c                          = (Case){ .count = (size_t)below(CASE_ITEMS) + 1 };
    c->rules.prices_include_tax = below(2);
    c->rules.combined           = below(3) == 0;
    c->rules.at                 = (TaxAt)below(3);
    c->rules.rounding           = (Rounding)below(3);
    c->rules.rate_count         = (size_t)below(CASE_RATES) + 1;
    c->rules.exemption_count    = below(5) == 0;
    c->exemption                = (TaxExemption){ .kind = below(2) ? names[below(3)] : STR("") };
    for (size_t r = 0; r < c->rules.rate_count; r++) c->rates[r] = random_rate(c->rules.prices_include_tax);
    for (size_t i = 0; i < c->count; i++) {
        Str some    = c->rates[below((int64_t)c->rules.rate_count)].tax_class;
        c->items[i] = (TaxItem){ .tax_class = below(9) ? some : TAX_UNTAXED,
                                 .qty_milli = below(4) ? (below(9) + 1) * QTY_ONE : below(9000) + 1,
                                 .amount    = below(4) ? below(30000) : below(4),
                                 .exempt    = below(12) == 0 };
    }
}

static bool items_add_up(const Case *c, const Taxed *out)
{
    int64_t net = 0, tax = 0, summed = 0;
    for (size_t i = 0; i < c->count; i++) {
        const TaxedItem *to    = &out->items[i];
        int64_t          parts = 0;
        for (size_t k = 0; k < LINE_RATES_MAX; k++) {
            if (to->rate_tax[k] < 0) return false;
            parts += to->rate_tax[k];
        }
        if (parts != to->tax || to->net < 0 || to->total != to->net + to->tax) return false;
        if (c->rules.prices_include_tax && to->total + to->exempted != c->items[i].amount) return false;
        if (!c->rules.prices_include_tax && to->net != c->items[i].amount) return false;
        if (c->items[i].exempt && to->tax != 0) return false;
        net += to->net;
        tax += to->tax;
    }
    for (size_t s = 0; s < out->sum_count; s++) summed += out->sums[s].amount;
    return net == out->net && tax == out->tax && tax == summed && out->total == net + tax;
}

/* The same on paper: exact fractions, a whole number of 10^-18 parts, for at most three rates a class. */
__extension__ typedef __int128 Wide;

static int64_t on_paper(Wide value, Wide times, Wide per, Rounding how)
{
    Wide whole = value * times / per, twice = value * times % per * 2;
    bool up = how == ROUND_HALF_UP ? twice >= per
            : how == ROUND_DOWN    ? false
                                   : twice > per || (twice == per && whole % 2);
    return (int64_t)(whole + up);
}

/* Classes of plain and compound rates only. */
static bool is_plain(const Case *c)
{
    size_t counts[3] = { 0 };
    for (size_t r = 0; r < c->rules.rate_count; r++) {
        if (c->rates[r].per_unit || c->rates[r].unit_from || c->rates[r].unit_to) return false;
        for (size_t k = 0; k < 3; k++) counts[k] += str_eq(c->rates[r].tax_class, classes[k]);
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].exempt) return false;
    return counts[0] <= 3 && counts[1] <= 3 && counts[2] <= 3 && c->rules.exemption_count == 0;
}

static int64_t line_on_paper(const Case *c, const TaxItem *line)
{
    bool    ratio = c->rules.prices_include_tax || c->rules.combined;
    Wide    one = 1, sum = 0;
    int64_t tax = 0;
    for (size_t r = 0; r < c->rules.rate_count; r++) {
        const CartRate *rate = &c->rates[r];
        if (!str_eq(rate->tax_class, line->tax_class)) continue;
        tax += on_paper(line->amount + (rate->compound ? tax : 0), rate->rate, PPM_ONE, c->rules.rounding);
        sum = sum * PPM_ONE + (rate->compound ? one + sum : one) * rate->rate;
        one *= PPM_ONE;
    }
    if (!ratio) return tax;
    return on_paper(line->amount, sum, c->rules.prices_include_tax ? one + sum : one, c->rules.rounding);
}

static bool lines_are_as_on_paper(const Case *c, const Taxed *out)
{
    if (!is_plain(c) || c->rules.at != TAX_AT_LINE) return true;
    for (size_t i = 0; i < c->count; i++)
        if (out->items[i].tax != line_on_paper(c, &c->items[i])) return false;
    return true;
}

/* For prices without tax: each rate of the summary is one rounding of its base. */
static bool rates_are_rounded_once(const Case *c, const Taxed *out)
{
    if (!is_plain(c) || c->rules.at != TAX_AT_DOCUMENT || c->rules.prices_include_tax || c->rules.combined)
        return true;
    for (size_t r = 0; r < c->rules.rate_count; r++) {
        if (c->rates[r].compound) return true;
        for (size_t b = 0; b < r; b++)
            if (str_eq(c->rates[b].tax_class, c->rates[r].tax_class)
                && str_eq(c->rates[b].name, c->rates[r].name))
                return true;
    }
    for (size_t s = 0; s < out->sum_count; s++) {
        const TaxSum *sum = &out->sums[s];
        if (sum->amount != on_paper(sum->base, sum->rate, PPM_ONE, c->rules.rounding)) return false;
    }
    return true;
}

static bool of_class(const Case *c, Str tax_class, int64_t *sum)
{
    *sum = 0;
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->items[i].tax_class, tax_class)) *sum += c->items[i].amount;
    return *sum > 0;
}

/* Of one class alone without compound rates: what each rate has of the tax is its share by weight. */
static bool rates_share(const Case *c, const Taxed *out)
{
    size_t  index[LINE_RATES_MAX];
    int64_t weights[LINE_RATES_MAX], parts[LINE_RATES_MAX];
    size_t  count = tax_class_rates(c->rates, c->rules.rate_count, c->items[0].tax_class, index);
    for (size_t k = 0; k < count; k++) {
        if (c->rates[index[k]].compound) return true;
        weights[k] = c->rates[index[k]].rate;
    }
    if (count > 0) money_split(out->tax, weights, count, parts);
    for (size_t k = 0; k < count; k++) {
        int64_t sum = 0;
        for (size_t i = 0; i < c->count; i++) sum += out->items[i].rate_tax[k];
        if (sum != parts[k]) return false;
    }
    return true;
}

/* With contained or combined taxes: one class alone is one rounding of its sum, and no item is further than
 * one unit from its exact share. */
static bool ratios_are_rounded_once(const Case *c, const Taxed *out)
{
    if (!is_plain(c) || c->rules.at != TAX_AT_DOCUMENT) return true;
    if (!c->rules.prices_include_tax && !c->rules.combined) return true;
    for (size_t i = 1; i < c->count; i++)
        if (!str_eq(c->items[i].tax_class, c->items[0].tax_class)) return true;
    int64_t all = 0;
    if (!of_class(c, c->items[0].tax_class, &all)) return out->tax == 0;
    TaxItem whole = { .tax_class = c->items[0].tax_class, .amount = all };
    if (out->tax != line_on_paper(c, &whole)) return false;
    if (!rates_share(c, out)) return false;
    for (size_t i = 0; i < c->count; i++) {
        int64_t share = on_paper(out->tax, c->items[i].amount, all, ROUND_DOWN);
        if (out->items[i].tax != share && out->items[i].tax != share + 1) return false;
    }
    return true;
}

static const char *broken(const Case *c)
{
    TaxRules rules = c->rules;
    Taxed    out, again;
    Case     free  = *c;
    rules.rates      = c->rates;
    rules.exemptions = &c->exemption;
    arena_reset(&arena);
    if (!tax_check(&rules, &err)) return NULL;
    for (size_t i = 0; i < c->count; i++) free.items[i].amount = 0;
    if (!tax_compute(&arena, &rules, c->items, c->count, &out, &err))
        return err.def == &ERR_TAX_UNRESOLVED ? NULL : "every basket has a price";
    if (!items_add_up(c, &out)) return "parts add up to the item, items to the document";
    if (!lines_are_as_on_paper(c, &out)) return "a line pays what exact fractions say";
    if (!rates_are_rounded_once(c, &out)) return "each rate is rounded once for the document";
    if (!ratios_are_rounded_once(c, &out)) return "contained taxes are rounded once for the document";
    if (!tax_compute(&arena, &rules, free.items, c->count, &again, &err) || !items_add_up(&free, &again))
        return "what costs nothing adds up too";
    if (c->rules.prices_include_tax && (again.total != 0 || again.tax != 0))
        return "with 100 % off and the tax contained nothing is left to pay";
    return NULL;
}

/* --- shrinking --- */

typedef const char *(*Property)(const Case *);

/* The n-th way to make a case smaller; false when there is none any more. */
static bool smaller(const Case *c, size_t n, Case *out)
{
    *out = *c;
    if (n < CASE_ITEMS) {
        if (c->count < 2 || n >= c->count) return true;
        for (size_t i = n; i + 1 < c->count; i++) out->items[i] = c->items[i + 1];
        out->count--;
        return true;
    }
    n -= CASE_ITEMS;
    if (n < CASE_RATES) {
        if (c->rules.rate_count < 2 || n >= c->rules.rate_count) return true;
        for (size_t r = n; r + 1 < c->rules.rate_count; r++) out->rates[r] = c->rates[r + 1];
        out->rules.rate_count--;
        return true;
    }
    n -= CASE_RATES;
    size_t at = n / 4;
    if (at >= CASE_ITEMS) return false;
    switch (n % 4) {
    case 0: out->items[at].amount /= 2; break;
    case 1: out->items[at].amount -= out->items[at].amount > 0; break;
    case 2: out->items[at].qty_milli = QTY_ONE; break;
    case 3: out->items[at].exempt = false; break;
    }
    return true;
}

static bool same_case(const Case *a, const Case *b)
{
    if (a->count != b->count || a->rules.rate_count != b->rules.rate_count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].amount != b->items[i].amount || a->items[i].qty_milli != b->items[i].qty_milli
            || a->items[i].exempt != b->items[i].exempt)
            return false;
    return true;
}

static void shrink(Case *c, Property property)
{
    enum { STEPS_MAX = 100000 };
    Case less;
    for (size_t n = 0, steps = 0; steps < STEPS_MAX && smaller(c, n, &less); steps++) {
        if (same_case(c, &less) || !property(&less)) {
            n++;
            continue;
        }
        *c = less;
        n  = 0;
    }
}

static void tell(const Case *c, uint64_t seed)
{
    printf("  seed %llu: included %d, combined %d, at %d, rounding %d, exemptions %d\n",
           (unsigned long long)seed, c->rules.prices_include_tax, c->rules.combined, (int)c->rules.at,
           (int)c->rules.rounding, (int)c->rules.exemption_count);
    for (size_t r = 0; r < c->rules.rate_count; r++)
        printf("  rate %.*s %.*s %lld ppm%s, %lld a unit, %lld to %lld%s\n", STR_FMT(c->rates[r].tax_class),
               STR_FMT(c->rates[r].name), (long long)c->rates[r].rate,
               c->rates[r].compound ? " compound" : "",
               (long long)c->rates[r].per_unit, (long long)c->rates[r].unit_from,
               (long long)c->rates[r].unit_to, c->rates[r].unit_whole ? " whole" : "");
    for (size_t i = 0; i < c->count; i++)
        printf("  item %.*s x %lld: %lld%s\n", STR_FMT(c->items[i].tax_class),
               (long long)c->items[i].qty_milli, (long long)c->items[i].amount,
               c->items[i].exempt ? " exempt" : "");
}

static const char *costs_too_much(const Case *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].amount > 1000) return "costs more than 1000";
    return NULL;
}

/* A number of the environment, to run other baskets or more of them. */
static int64_t number_of(const char *name, int64_t standard)
{
    int64_t     number = 0;
    const char *text   = getenv(name);
    return text && str_to_i64(str_from(text), &number) ? number : standard;
}

static void check_properties(void)
{
    int64_t     seed = number_of("ONETILL_SEED", 88172645463325252), runs = number_of("ONETILL_RUNS", 200000);
    const char *what = NULL;
    Case        c;
    for (int64_t i = 0; i < runs && !what; i++) {
        chance_state = (uint64_t)(seed + i) * 2654435761u + 1;
        (void)below(2);
        random_case(&c);
        what = broken(&c);
        if (!what) continue;
        shrink(&c, broken);
        tell(&c, (uint64_t)(seed + i));
    }
    check(!what, what ? what : "random baskets hold every property");
    do random_case(&c);
    while (!costs_too_much(&c));
    shrink(&c, costs_too_much);
    check(c.count == 1 && c.rules.rate_count == 1 && c.items[0].amount == 1001,
          "a basket that fails is shrunk to the smallest that does");
}

int main(void)
{
    enum { BYTES = 1 << 18 };
    void *bytes = malloc(BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, BYTES);
    for (size_t i = 0; i < COUNT(examples); i++) check_example(&examples[i]);
    check_exemptions();
    check_untaxed();
    check_words();
    check_bundles();
    check_shares();
    check_bad_rates();
    check_bad_items();
    check_memory();
    check_properties();
    free(bytes);
    return check_finish("tax rules");
}

/* tax.h — the taxes of a document: which rates an amount pays, what they come to, how they are rounded.
 * Pure: amounts after discounts in, net and tax out; knows no prices, no promotions and no dates.
 * Invariants: total = net + tax for each item and for the document; the parts of the rates add up to the
 * item's tax, the items to the document, in every mode; a contained tax never exceeds what holds it.
 * An unknown class has no tax but an error; what shall be untaxed says so with the class `untaxed`. */
#ifndef CORE_TAX_H
#define CORE_TAX_H

#include "core/money.h"

enum { CART_RATES_MAX = 64, LINE_RATES_MAX = 8, TAX_ITEMS_MAX = 8000 };

/* The class of what is no taxable sale, or none yet: gift cards, deposits of money, donations. No rate can
 * be given for it. */
#define TAX_UNTAXED STR("untaxed")

/* CartRate and TaxExemption. A rate is either `rate` of the price or `per_unit` of each whole unit. A limit
 * is a price of one unit (without tax; with tax where prices include it): with `unit_whole` a unit is taxed
 * in full when unit_from <= price < unit_to (clothing below 110 is free), without it only that part of its
 * price is taxed that lies between them (single articles: the part up to 1600). */
#include "base/form_declare.h"
#include "core/tax.def"
#include "base/form_undef.h"

typedef enum {
    TAX_AT_LINE,     /* once for each item and rate */
    TAX_AT_UNIT,     /* once for each unit; a quantity that is not whole is one unit */
    TAX_AT_DOCUMENT, /* once for each rate (contained taxes: for each set of rates), then spread */
} TaxAt;

typedef struct {
    bool                prices_include_tax;
    bool                combined; /* the rates of an amount are rounded as one, then split by weight */
    TaxAt               at;
    Rounding            rounding;
    const CartRate     *rates;    /* those in force at the place and time */
    size_t              rate_count;
    const TaxExemption *exemptions;
    size_t              exemption_count;
} TaxRules;

/* An amount of one class: a line, a fee or deposit of a line, the shipping. */
typedef struct {
    Str     tax_class;
    int64_t qty_milli;
    int64_t amount; /* after all discounts, >= 0; holds the tax when prices include it */
    bool    exempt; /* of every rate, whatever the rules say */
} TaxItem;

typedef struct {
    int64_t  net, tax, total;
    int64_t  exempted;                 /* contained tax that an exempt customer does not pay */
    int64_t  rate_tax[LINE_RATES_MAX]; /* parts of `tax`, in the order of the rates of its class */
    uint8_t  sum_of[LINE_RATES_MAX];   /* the document's sum to which each part belongs */
    uint8_t  rate_count;               /* of its class; 1 for what is untaxed */
    uint32_t charged, exempt;          /* bit k: the k-th rate of its class was taken; was forgiven */
    bool     contained;                /* the tax was taken out of the amount, not put on top */
} TaxedItem;

/* What a document pays on one rate. */
typedef struct {
    Str     name, kind, mark;
    int64_t rate, per_unit, base, amount;
    Str     reason; /* of an exemption */
    bool    exempt; /* taken by the rule, but not from this customer: amount is 0 */
} TaxSum;

typedef struct {
    TaxedItem *items; /* as many as were given */
    TaxSum    *sums;
    size_t     sum_count;
    int64_t    net, tax, total, exempted;
    size_t     at_item; /* after an error: the item that it is about */
} Taxed;

/* Whether a set of rates makes sense: ranges, no contradiction, at most LINE_RATES_MAX a class.
 * Errors: TAX_RULES with the path `rates[n].field`. */
bool tax_check(const TaxRules *rules, Error *err) MUST_USE;

/* Computes the taxes; the result lives in the arena. Errors: TAX_UNRESOLVED (no rate for a class),
 * TAX_RULES, QUANTITY_RANGE, AMOUNT_RANGE (also below 0), TOO_MANY_LINES. */
bool tax_compute(Arena *arena, const TaxRules *rules, const TaxItem *items, size_t count, Taxed *out,
                 Error *err) MUST_USE;

/* A class may be that of another place than the sale's own, "2/standard": what it is called there. */
Str tax_class_there(Str tax_class);

/* The rates of a class, in order, as indexes into the rules' rates; rate_tax[k] belongs to index[k]. */
size_t tax_class_rates(const CartRate *rates, size_t rate_count, Str tax_class,
                       size_t index[LINE_RATES_MAX]);

/* What the k-th rate of its class was taken on. */
bool tax_item_base(const TaxRules *rules, const TaxItem *item, const TaxedItem *taxed, size_t k,
                   int64_t *base, Error *err) MUST_USE;

/* What part of a tax each rate of the class has, when it was taken on `net` (prices without tax): for goods
 * that come back, whose tax is known only as one sum. The parts add up to it, unless the class is untaxed.
 * Errors: TAX_UNRESOLVED, TAX_RULES, AMOUNT_RANGE. */
bool tax_shares(const TaxRules *rules, const TaxItem *net, int64_t tax, int64_t parts[LINE_RATES_MAX],
                Error *err) MUST_USE;

/* "GST, 5 % on 100.00", "VAT, 20 % contained, on 10.00", "Sugar, 0.08 a unit", "VAT, exempt: CERT-1". */
Str tax_sum_text(Arena *arena, const TaxSum *sum, const TaxRules *rules, Str currency);

/* "8.875 %" of parts per million. */
Str tax_rate_text(Arena *arena, int64_t ppm);

/* Splits the price of a bundle over its components by their single values, so that each part is taxed with
 * its own class. Errors: TAX_RULES when no component has a value, AMOUNT_RANGE. */
bool tax_split_bundle(int64_t price, const int64_t *values, size_t count, int64_t *parts,
                      Error *err) MUST_USE;

#endif

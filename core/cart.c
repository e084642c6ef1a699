/* cart.c — what a basket costs. See cart.h. Which promotions it gets is core/promo.c's, taxes are
 * core/tax.c's; here their answers are put together so that everything adds up. */
#include "core/cart.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const CartInput *in;
    Priced          *out;
    Arena           *arena;
    Error           *err;
    int64_t         *gross; /* by line */
    PromoResult      promo;
    size_t          *first_part; /* of a line in promo.parts; one more at the end */
    TaxItem         *items;      /* each line, then its fees; at the end the shipping */
    size_t           item_count;
    Taxed            taxed;
    TaxRules         rules;
} Work;

static bool at_line(Work *w, size_t i, const char *field)
{
    (void)snprintf(w->err->field, sizeof w->err->field, "lines[%zu].%s", i, field);
    return false;
}

static bool at_fee(Work *w, size_t i, size_t fee, const char *field)
{
    (void)snprintf(w->err->field, sizeof w->err->field, "lines[%zu].fees[%zu].%s", i, fee, field);
    return false;
}

static bool price_lines(Work *w)
{
    for (size_t i = 0; i < w->in->lines.count; i++) {
        const CartLine *line = &w->in->lines.items[i];
        if (line->quantity <= 0 || line->quantity > QTY_MAX) {
            (void)err_set(w->err, &ERR_QUANTITY_RANGE, "", "must be above 0 and at most %d",
                          QTY_MAX / QTY_ONE);
            return at_line(w, i, "quantity");
        }
        if (line->unit_price < 0) {
            (void)err_set(w->err, &ERR_AMOUNT_RANGE, "", "must not be below 0");
            return at_line(w, i, "unit_price");
        }
        if (!money_scale(line->unit_price, line->quantity, QTY_ONE, ROUND_HALF_UP, &w->gross[i], w->err))
            return at_line(w, i, "quantity");
        if (!money_add(w->out->subtotal, w->gross[i], &w->out->subtotal, w->err))
            return at_line(w, i, "unit_price");
    }
    return true;
}

/* --- tax --- */

static Rounding rounding_of(Str name)
{
    if (str_eq(name, STR("half_even"))) return ROUND_HALF_EVEN;
    return str_eq(name, STR("down")) ? ROUND_DOWN : ROUND_HALF_UP;
}

static TaxRules rules_of(const CartInput *in)
{
    bool unit  = str_eq(in->tax_rounded_per, STR("unit")),
         whole = str_eq(in->tax_rounded_per, STR("document"));
    return (TaxRules){ .prices_include_tax = in->prices_include_tax,
                       .combined           = in->tax_combined,
                       .at                 = unit  ? TAX_AT_UNIT
                                           : whole ? TAX_AT_DOCUMENT
                                                   : TAX_AT_LINE,
                       .rounding           = rounding_of(in->tax_rounding),
                       .rates              = in->rates.items,
                       .rate_count         = in->rates.count,
                       .exemptions         = in->exemptions.items,
                       .exemption_count    = in->exemptions.count };
}

static bool list_items(Work *w)
{
    size_t most = w->in->lines.count + 1;
    for (size_t i = 0; i < w->in->lines.count; i++) most += w->in->lines.items[i].fees.count;
    w->items = arena_array(w->arena, TaxItem, most);
    if (!w->items) return err_memory(w->err);
    for (size_t i = 0; i < w->in->lines.count; i++) {
        const CartLine *line = &w->in->lines.items[i];
        int64_t         paid = 0;
        for (size_t p = w->first_part[i]; p < w->first_part[i + 1]; p++) paid += w->promo.parts[p].amount;
        w->items[w->item_count++] = (TaxItem){ line->tax_class, line->quantity, paid, false };
        for (size_t k = 0; k < line->fees.count; k++) {
            const CartFee *fee = &line->fees.items[k];
            int64_t        sum = 0;
            if (!money_scale(fee->amount, line->quantity, QTY_ONE, ROUND_HALF_UP, &sum, w->err))
                return at_fee(w, i, k, "amount");
            w->items[w->item_count++] = (TaxItem){ fee->tax_class, line->quantity, sum, false };
        }
    }
    if (w->in->shipping)
        w->items[w->item_count++] = (TaxItem){ w->in->shipping->tax_class, QTY_ONE, w->promo.shipping,
                                               false };
    return true;
}

/* Puts the path of the line, fee or shipping before a refusal about a tax item. */
static bool at_item(Work *w)
{
    size_t item = 0;
    for (size_t i = 0; i < w->in->lines.count; i++) {
        size_t fees = w->in->lines.items[i].fees.count;
        if (w->taxed.at_item == item) return at_line(w, i, "tax_class");
        if (w->taxed.at_item <= item + fees) return at_fee(w, i, w->taxed.at_item - item - 1, "tax_class");
        item += 1 + fees;
    }
    (void)snprintf(w->err->field, sizeof w->err->field, "shipping.tax_class");
    return false;
}

static bool tax_items(Work *w)
{
    if (!list_items(w)) return false;
    w->rules = rules_of(w->in);
    if (tax_compute(w->arena, &w->rules, w->items, w->item_count, &w->taxed, w->err)) return true;
    return w->err->field[0] || w->err->def == &ERR_MEMORY ? false : at_item(w);
}

/* --- lines --- */

/* Shares what a tax item came to over the parts of its line: by what they cost, or by quantity. */
typedef struct {
    const PromoPart *parts;
    size_t           count;
    int64_t         *weights, *shares;
} Sharing;

static void share_goods(const Sharing *s, const TaxedItem *taxed, int64_t paid, PricedPart *to)
{
    for (size_t p = 0; p < s->count; p++) s->weights[p] = paid ? s->parts[p].amount : s->parts[p].quantity;
    bool exact = taxed->contained ? taxed->total == paid : taxed->net == paid;
    money_split(taxed->contained ? taxed->total : taxed->net, s->weights, s->count, s->shares);
    for (size_t p = 0; p < s->count; p++) {
        int64_t share = exact ? s->parts[p].amount : s->shares[p];
        to[p].net     = share;
        to[p].total   = share;
    }
    money_split(taxed->tax, s->weights, s->count, s->shares);
    for (size_t p = 0; p < s->count; p++) {
        to[p].tax = s->shares[p];
        if (taxed->contained) to[p].net -= s->shares[p];
        else to[p].total += s->shares[p];
    }
}

static void share_fee(const Sharing *s, const TaxedItem *taxed, PricedPart *to)
{
    for (size_t p = 0; p < s->count; p++) s->weights[p] = s->parts[p].quantity;
    money_split(taxed->net, s->weights, s->count, s->shares);
    for (size_t p = 0; p < s->count; p++) {
        to[p].net += s->shares[p];
        to[p].total += s->shares[p];
    }
    money_split(taxed->tax, s->weights, s->count, s->shares);
    for (size_t p = 0; p < s->count; p++) {
        to[p].tax += s->shares[p];
        to[p].total += s->shares[p];
    }
}

/* What pays no tax is no tax. */
static bool is_untaxed(const TaxSum *sum)
{
    return str_eq(sum->name, TAX_UNTAXED) && !sum->exempt && sum->rate == 0 && sum->amount == 0;
}

/* Where a sum stands among the taxes that are told. */
static int64_t tax_index(const Work *w, size_t sum)
{
    int64_t index = 0;
    for (size_t s = 0; s < sum; s++) index += !is_untaxed(&w->taxed.sums[s]);
    return index;
}

static void add_line_tax(PricedLine *line, int64_t tax, int64_t amount)
{
    size_t at = 0;
    while (at < line->taxes.count && line->taxes.items[at].tax < tax) at++;
    if (at == line->taxes.count || line->taxes.items[at].tax != tax) {
        for (size_t j = line->taxes.count++; j > at; j--) line->taxes.items[j] = line->taxes.items[j - 1];
        line->taxes.items[at] = (LineTax){ tax, 0 };
    }
    line->taxes.items[at].amount += amount;
}

/* Adds up the taxes of a line: those of `count` tax items from `first` on. */
static bool put_line_taxes(Work *w, PricedLine *line, size_t first, size_t count)
{
    size_t most = 0;
    for (size_t i = first; i < first + count; i++) most += w->taxed.items[i].rate_count;
    line->taxes.items = arena_array(w->arena, LineTax, most);
    if (!line->taxes.items) return err_memory(w->err);
    for (size_t i = first; i < first + count; i++) {
        const TaxedItem *item = &w->taxed.items[i];
        for (size_t k = 0; k < item->rate_count; k++)
            if (!is_untaxed(&w->taxed.sums[item->sum_of[k]]))
                add_line_tax(line, tax_index(w, item->sum_of[k]), item->rate_tax[k]);
    }
    return true;
}

/* One line; `item` is its first tax item. */
static bool put_line(Work *w, size_t i, size_t item, const Sharing *sharing)
{
    PricedLine *line = &w->out->lines.items[i];
    Sharing     s    = *sharing;
    size_t      fees = w->in->lines.items[i].fees.count;
    s.parts          = &w->promo.parts[w->first_part[i]];
    s.count          = w->first_part[i + 1] - w->first_part[i];
    assert(s.count > 0);
    line->gross       = w->gross[i];
    line->discount    = w->gross[i] - w->items[item].amount;
    line->parts.items = arena_array(w->arena, PricedPart, s.count);
    line->parts.count = s.count;
    if (!line->parts.items) return err_memory(w->err);
    share_goods(&s, &w->taxed.items[item], w->items[item].amount, line->parts.items);
    for (size_t k = 1; k <= fees; k++) {
        line->fees += w->items[item + k].amount;
        share_fee(&s, &w->taxed.items[item + k], line->parts.items);
    }
    for (size_t p = 0; p < s.count; p++) {
        PricedPart *part = &line->parts.items[p];
        part->quantity   = s.parts[p].quantity;
        part->discount   = s.parts[p].list - s.parts[p].amount;
        line->net += part->net;
        line->tax += part->tax;
        line->total += part->total;
        assert(part->total == part->net + part->tax);
    }
    if (!put_line_taxes(w, line, item, 1 + fees)) return false;
    w->out->discount += line->discount;
    return money_add(w->out->fees, line->fees, &w->out->fees, w->err);
}

static bool put_shipping(Work *w)
{
    const TaxedItem *taxed = &w->taxed.items[w->item_count - 1];
    PricedLine      *to    = arena_new(w->arena, PricedLine);
    if (!to) return err_memory(w->err);
    to->parts.items = arena_new(w->arena, PricedPart);
    if (!to->parts.items) return err_memory(w->err);
    to->gross          = w->in->shipping->amount;
    to->discount       = to->gross - w->promo.shipping;
    to->net            = taxed->net;
    to->tax            = taxed->tax;
    to->total          = taxed->total;
    to->parts.count    = 1;
    to->parts.items[0] = (PricedPart){ QTY_ONE, to->discount, to->net, to->tax, to->total };
    w->out->shipping   = to;
    return put_line_taxes(w, to, w->item_count - 1, 1);
}

static bool put_taxes(Work *w)
{
    w->out->taxes.items = arena_array(w->arena, PricedTax, w->taxed.sum_count + 1);
    if (!w->out->taxes.items) return err_memory(w->err);
    for (size_t t = 0; t < w->taxed.sum_count; t++) {
        const TaxSum *sum = &w->taxed.sums[t];
        if (is_untaxed(sum)) continue;
        w->out->taxes.items[w->out->taxes.count++] =
            (PricedTax){ sum->name,   sum->rate, sum->base,
                         sum->amount, sum->exempt ? sum->reason : STR_NONE,
                         sum->mark.len ? sum->mark : STR_NONE };
    }
    return true;
}

static bool put_lines(Work *w)
{
    Sharing sharing     = { .weights = arena_array(w->arena, int64_t, w->promo.part_count + 1),
                            .shares  = arena_array(w->arena, int64_t, w->promo.part_count + 1) };
    w->out->lines.items = arena_array(w->arena, PricedLine, w->in->lines.count);
    if (!sharing.weights || !sharing.shares || !w->out->lines.items) return err_memory(w->err);
    w->out->lines.count = w->in->lines.count;
    for (size_t i = 0, item = 0; i < w->in->lines.count; item += 1 + w->in->lines.items[i].fees.count, i++)
        if (!put_line(w, i, item, &sharing)) return false;
    if (w->in->shipping && !put_shipping(w)) return false;
    w->out->net   = w->taxed.net;
    w->out->tax   = w->taxed.tax;
    w->out->total = w->taxed.total;
    return put_taxes(w);
}

/* --- the explanation --- */

static void step(Work *w, int64_t line, Str what, int64_t amount, Str text)
{
    w->out->steps.items[w->out->steps.count++] = (PriceStep){ .line     = line,
                                                              .quantity = OPT_NONE,
                                                              .what     = what,
                                                              .version  = OPT_NONE,
                                                              .amount   = amount,
                                                              .after    = OPT_NONE,
                                                              .text     = text };
}

/* The steps of the promotions of one line (or OPT_NONE: of shipping), which stand together. */
static void promo_steps(Work *w, size_t *at, int64_t line)
{
    for (; *at < w->promo.step_count && w->promo.steps[*at].line == line; (*at)++)
        w->out->steps.items[w->out->steps.count++] = w->promo.steps[*at];
}

static void explain_line(Work *w, size_t i, size_t *at, size_t item)
{
    const CartLine *line = &w->in->lines.items[i];
    Str             unit = money_text(w->arena, line->unit_price, w->in->currency);
    Str             qty  = qty_text(w->arena, line->quantity);
    const Str       how[] = { qty, STR(" x "), unit, STR(" ("), line->price_source, STR(")") };
    size_t          parts = line->price_source.len ? COUNT(how) : 3;
    step(w, (int64_t)i, STR("price"), w->gross[i], str_join(w->arena, how, parts));
    w->out->steps.items[w->out->steps.count - 1].quantity = line->quantity;
    promo_steps(w, at, (int64_t)i);
    for (size_t k = 0; k < line->fees.count; k++)
        step(w, (int64_t)i, STR("fee"), w->items[item + 1 + k].amount, line->fees.items[k].name);
}

static bool explain_all(Work *w)
{
    size_t most = w->item_count + w->promo.step_count + w->taxed.sum_count + 3, at = 0;
    w->out->steps.items = arena_array(w->arena, PriceStep, most);
    if (!w->out->steps.items) return err_memory(w->err);
    for (size_t i = 0, item = 0; i < w->in->lines.count; item += 1 + w->in->lines.items[i].fees.count, i++)
        explain_line(w, i, &at, item);
    if (w->in->shipping) step(w, OPT_NONE, STR("shipping"), w->in->shipping->amount, STR("Shipping"));
    promo_steps(w, &at, OPT_NONE);
    for (size_t t = 0; t < w->taxed.sum_count; t++)
        if (!is_untaxed(&w->taxed.sums[t]))
            step(w, OPT_NONE, STR("tax"), w->taxed.sums[t].amount,
                 tax_sum_text(w->arena, &w->taxed.sums[t], &w->rules, w->in->currency));
    step(w, OPT_NONE, STR("total"), w->out->total, STR("To pay"));
    if (w->out->cash_rounding)
        step(w, OPT_NONE, STR("cash_rounding"), w->out->cash_rounding, STR("Rounding when paid in cash"));
    assert(at == w->promo.step_count && w->out->steps.count <= most);
    w->out->nearly.items = w->promo.nearly;
    w->out->nearly.count = w->promo.nearly_count;
    return true;
}

/* Where the parts of each line begin. */
static bool find_parts(Work *w)
{
    w->first_part = arena_array(w->arena, size_t, w->in->lines.count + 1);
    if (!w->first_part) return err_memory(w->err);
    for (size_t p = 0; p < w->promo.part_count; p++) w->first_part[w->promo.parts[p].line + 1]++;
    for (size_t i = 0; i < w->in->lines.count; i++) w->first_part[i + 1] += w->first_part[i];
    return true;
}

bool cart_price(Arena *arena, const PromoSet *set, const CartInput *in, bool explain, Priced *out,
                Error *err)
{
    Work w = { .in = in, .out = out, .arena = arena, .err = err };
    *out   = (Priced){ 0 };
    if (in->lines.count > CART_LINES_MAX)
        return err_set(err, &ERR_TOO_MANY_LINES, "lines", "must be up to %d lines", CART_LINES_MAX);
    w.gross = arena_array(arena, int64_t, in->lines.count);
    if (!w.gross) return err_memory(err);
    if (!price_lines(&w) || !promo_apply(arena, set, in, w.gross, explain, &w.promo, err) || !find_parts(&w)
        || !tax_items(&w) || !put_lines(&w))
        return false;
    out->exact          = w.promo.exact;
    out->needs_approval = w.promo.needs_approval;
    out->uses.items     = w.promo.uses;
    out->uses.count     = w.promo.use_count;
    out->cash_total     = money_cash_round(out->total, opt_or(in->cash_step, 0));
    out->cash_rounding  = out->cash_total - out->total;
    return !explain || explain_all(&w);
}

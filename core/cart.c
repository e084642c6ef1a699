/* cart.c — what a basket costs. See cart.h. */
#include "core/cart.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const CartInput *in;
    Priced          *out;
    Arena           *arena;
    int64_t         *weights, *parts; /* scratch, one per line */
} Work;

static bool at_line(Error *err, size_t i, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "lines[%zu].%s", i, field);
    return false;
}

static bool price_lines(Work *w, Error *err)
{
    for (size_t i = 0; i < w->in->line_count; i++) {
        const CartLine *line = &w->in->lines[i];
        PricedLine     *to   = &w->out->lines[i];
        if (line->qty_milli <= 0 || line->qty_milli > QTY_MAX) {
            err_set(err, &ERR_QUANTITY_RANGE, "", "must be above 0 and at most %d", QTY_MAX / QTY_ONE);
            return at_line(err, i, "quantity");
        }
        if (!money_scale(line->unit_price, line->qty_milli, QTY_ONE, w->in->rounding, &to->gross, err))
            return at_line(err, i, "quantity");
        if (line->discount < 0 || line->discount > (to->gross > 0 ? to->gross : 0)) {
            err_set(err, &ERR_DISCOUNT_RANGE, "", "must be between 0 and what the line costs");
            return at_line(err, i, "discount");
        }
        to->discount = line->discount;
        if (!money_add(w->out->subtotal, to->gross, &w->out->subtotal, err)) return false;
        w->out->discount += line->discount;
    }
    return true;
}

/* The order's discount, over the lines by what each still costs. */
static bool share_discount(Work *w, Error *err)
{
    int64_t left = w->out->subtotal - w->out->discount;
    if (w->in->order_discount < 0 || (w->in->order_discount > 0 && w->in->order_discount > left))
        return err_set(err, &ERR_DISCOUNT_RANGE, "order_discount",
                       "must be between 0 and what is left to pay");
    if (w->in->order_discount == 0) return true;
    for (size_t i = 0; i < w->in->line_count; i++) {
        int64_t rest  = w->out->lines[i].gross - w->out->lines[i].discount;
        w->weights[i] = rest > 0 ? rest : 0;
    }
    money_split(w->in->order_discount, w->weights, w->in->line_count, w->parts);
    for (size_t i = 0; i < w->in->line_count; i++) w->out->lines[i].discount += w->parts[i];
    w->out->discount += w->in->order_discount;
    return true;
}

/* The rates of a tax class, and each one's weight on the net in ppm (compound ones on top). */
static size_t class_rates(const CartInput *in, Str tax_class, size_t *index, int64_t *weight)
{
    size_t  count = 0;
    int64_t sum   = 0;
    for (size_t r = 0; r < in->rate_count && count < LINE_RATES_MAX; r++) {
        if (!str_eq(in->rates[r].tax_class, tax_class)) continue;
        int64_t ppm = in->rates[r].rate;
        if (in->rates[r].compound) ppm += (ppm * sum + PPM_ONE / 2) / PPM_ONE;
        index[count]  = r;
        weight[count] = ppm;
        sum += ppm;
        count++;
    }
    return count;
}

static bool line_tax(Work *w, size_t i, Error *err)
{
    const CartLine *line = &w->in->lines[i];
    PricedLine     *to   = &w->out->lines[i];
    size_t          index[LINE_RATES_MAX];
    int64_t         weight[LINE_RATES_MAX];
    int64_t         sum   = 0;
    int64_t         paid  = to->gross - to->discount;
    size_t          count = class_rates(w->in, line->tax_class, index, weight);
    if (count == 0) {
        err_set(err, &ERR_TAX_UNRESOLVED, "", "no rate for tax class \"%.*s\"", STR_FMT(line->tax_class));
        return at_line(err, i, "sku");
    }
    for (size_t k = 0; k < count; k++) sum += weight[k];
    if (w->in->prices_include_tax) {
        if (!money_scale(paid, sum, PPM_ONE + sum, w->in->rounding, &to->tax, err)) return false;
        to->net = paid - to->tax;
        money_split(to->tax, weight, count, to->rate_tax);
    } else {
        to->net = paid;
        for (size_t k = 0; k < count; k++) {
            if (!money_scale(paid, weight[k], PPM_ONE, w->in->rounding, &to->rate_tax[k], err)) return false;
            to->tax += to->rate_tax[k];
        }
    }
    to->total = to->net + to->tax;
    return true;
}

/* Adds what a line pays on each of its rates to the order's taxes. */
static void sum_taxes(Work *w, size_t i)
{
    size_t  index[LINE_RATES_MAX];
    int64_t weight[LINE_RATES_MAX];
    size_t  count = class_rates(w->in, w->in->lines[i].tax_class, index, weight);
    for (size_t k = 0; k < count; k++) {
        const CartRate *rate = &w->in->rates[index[k]];
        size_t          t    = 0;
        while (t < w->out->tax_count
               && !(w->out->taxes[t].ppm == rate->rate && str_eq(w->out->taxes[t].name, rate->name)))
            t++;
        if (t == w->out->tax_count)
            w->out->taxes[w->out->tax_count++] = (PricedTax){ .name = rate->name, .ppm = rate->rate };
        w->out->taxes[t].base += w->out->lines[i].net;
        w->out->taxes[t].amount += w->out->lines[i].rate_tax[k];
    }
}

/* Rounds the tax of one class once, on the sum of its lines, and spreads it over them again. */
static bool class_tax_once(Work *w, Str tax_class, Error *err)
{
    size_t  index[LINE_RATES_MAX];
    int64_t weight[LINE_RATES_MAX], rate_tax[LINE_RATES_MAX] = { 0 };
    int64_t paid = 0, sum = 0, tax = 0;
    size_t  count = class_rates(w->in, tax_class, index, weight);
    for (size_t i = 0; i < w->in->line_count; i++) {
        bool ours     = str_eq(w->in->lines[i].tax_class, tax_class);
        int64_t rest  = w->out->lines[i].gross - w->out->lines[i].discount;
        w->weights[i] = ours && rest > 0 ? rest : 0;
        paid += ours ? rest : 0;
    }
    for (size_t k = 0; k < count; k++) sum += weight[k];
    if (w->in->prices_include_tax) {
        if (!money_scale(paid, sum, PPM_ONE + sum, w->in->rounding, &tax, err)) return false;
        money_split(tax, weight, count, rate_tax);
    }
    for (size_t k = 0; k < count; k++) {
        if (!w->in->prices_include_tax
            && !money_scale(paid, weight[k], PPM_ONE, w->in->rounding, &rate_tax[k], err))
            return false;
        money_split(rate_tax[k], w->weights, w->in->line_count, w->parts);
        for (size_t i = 0; i < w->in->line_count; i++)
            if (str_eq(w->in->lines[i].tax_class, tax_class)) w->out->lines[i].rate_tax[k] = w->parts[i];
    }
    return true;
}

static bool document_tax(Work *w, Error *err)
{
    for (size_t i = 0; i < w->in->line_count; i++) {
        Str    tax_class = w->in->lines[i].tax_class;
        size_t first     = 0;
        while (!str_eq(w->in->lines[first].tax_class, tax_class)) first++;
        if (first == i && !class_tax_once(w, tax_class, err)) return false;
    }
    for (size_t i = 0; i < w->in->line_count; i++) {
        PricedLine *to   = &w->out->lines[i];
        int64_t     paid = to->gross - to->discount;
        to->tax          = 0;
        for (size_t k = 0; k < LINE_RATES_MAX; k++) to->tax += to->rate_tax[k];
        to->net   = w->in->prices_include_tax ? paid - to->tax : paid;
        to->total = to->net + to->tax;
    }
    return true;
}

static bool tax_lines(Work *w, Error *err)
{
    for (size_t i = 0; i < w->in->line_count; i++)
        if (!line_tax(w, i, err)) return false;
    if (w->in->tax_per_document && !document_tax(w, err)) return false;
    for (size_t i = 0; i < w->in->line_count; i++) {
        const PricedLine *line = &w->out->lines[i];
        assert(line->total == line->net + line->tax);
        sum_taxes(w, i);
        w->out->net += line->net;
        w->out->tax += line->tax;
        if (!money_add(w->out->total, line->total, &w->out->total, err)) return false;
    }
    assert(w->out->total == w->out->net + w->out->tax);
    return true;
}

static void step(Work *w, int32_t line, Str what, int64_t amount, Str text)
{
    w->out->steps[w->out->step_count++] = (PriceStep){ line, what, amount, text };
}

static bool explain_all(Work *w, Error *err)
{
    size_t most   = w->in->line_count * 3 + w->out->tax_count + 4;
    Arena *arena  = w->arena;
    w->out->steps = arena_array(arena, PriceStep, most);
    if (!w->out->steps) return err_memory(err);
    for (size_t i = 0; i < w->in->line_count; i++) {
        const CartLine   *line = &w->in->lines[i];
        const PricedLine *to   = &w->out->lines[i];
        int32_t           n    = (int32_t)i;
        Str               unit = money_text(arena, line->unit_price, w->in->currency);
        Str               qty  = qty_text(arena, line->qty_milli);
        step(w, n, STR("price"), to->gross,
             str_format(arena, "%.*s x %.*s (%.*s)", STR_FMT(qty), STR_FMT(unit),
                         STR_FMT(line->price_source)));
        if (line->discount) step(w, n, STR("discount"), -line->discount, STR("Discount on this line"));
        if (to->discount > line->discount)
            step(w, n, STR("order_discount"), line->discount - to->discount,
                 STR("Share of the order's discount"));
    }
    for (size_t t = 0; t < w->out->tax_count; t++) {
        const PricedTax *tax  = &w->out->taxes[t];
        Str              base = money_text(arena, tax->base, w->in->currency);
        step(w, -1, STR("tax"), tax->amount,
             str_format(arena, "%.*s %s %.*s", STR_FMT(tax->name),
                        w->in->prices_include_tax ? "contained, on" : "on", STR_FMT(base)));
    }
    step(w, -1, STR("total"), w->out->total, STR("To pay"));
    if (w->out->cash_rounding)
        step(w, -1, STR("cash_rounding"), w->out->cash_rounding, STR("Rounding when paid in cash"));
    assert(w->out->step_count <= most);
    return true;
}

bool cart_price(Arena *arena, const CartInput *in, bool explain, Priced *out, Error *err)
{
    size_t room = in->line_count ? in->line_count : 1;
    Work   w    = { .in = in, .out = out, .arena = arena };
    *out        = (Priced){ 0 };
    if (in->line_count == 0 || in->line_count > CART_LINES_MAX)
        return err_set(err, &ERR_TOO_MANY_LINES, "lines", "must be 1 to %d lines", CART_LINES_MAX);
    out->lines = arena_array(arena, PricedLine, room);
    out->taxes = arena_array(arena, PricedTax, in->rate_count + 1);
    w.weights  = arena_array(arena, int64_t, room);
    w.parts    = arena_array(arena, int64_t, room);
    if (!out->lines || !out->taxes || !w.weights || !w.parts) return err_memory(err);
    if (!price_lines(&w, err) || !share_discount(&w, err) || !tax_lines(&w, err)) return false;
    out->cash_total    = money_cash_round(out->total, in->cash_step);
    out->cash_rounding = out->cash_total - out->total;
    return !explain || explain_all(&w, err);
}

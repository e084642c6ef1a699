/* promo_explain.c — tells what promotions did, in the order of application, and which are nearly reached. */
#include "core/promo_work.h"
#include "core/tax.h"

#include <string.h>

enum { NEARLY_MAX = 10 };

/* "10 % off", "2.00 off", "for 5.00". */
static Str effect_text(const Work *w, Effect effect)
{
    Str what = STR("");
    switch (effect.kind) {
    case EFFECT_NONE: return what;
    case EFFECT_PERCENT:
        if (effect.value == PPM_ONE) return STR("free");
        what = tax_rate_text(w->arena, effect.value);
        return str_format(w->arena, "%.*s off", STR_FMT(what));
    case EFFECT_AMOUNT:
        what = money_text(w->arena, effect.value, w->in->currency);
        return str_format(w->arena, "%.*s off", STR_FMT(what));
    case EFFECT_PRICE:
        what = money_text(w->arena, effect.value, w->in->currency);
        return str_format(w->arena, "for %.*s", STR_FMT(what));
    }
    UNREACHABLE();
}

/* "Name: 1 of 3 free", "Name: 10 % off". */
static Str promotion_text(const Work *w, const Active *active, uint32_t line)
{
    const Rule *rule   = active->rule;
    Effect      effect = active->effect;
    int64_t     get = 0, all = 0;
    for (size_t i = 0; active->effects && i < active->line_count; i++)
        if (active->lines[i] == line) effect = active->effects[i];
    Str how = effect_text(w, effect);
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        all += rule->parts[j].quantity;
        get += rule->parts[j].get;
    }
    if (rule->phase != PHASE_BUNDLE)
        return str_format(w->arena, "%.*s: %.*s", STR_FMT(rule->src->name), STR_FMT(how));
    if (get == all)
        return str_format(w->arena, "%.*s: %lld together %.*s", STR_FMT(rule->src->name), (long long)all,
                          STR_FMT(how));
    return str_format(w->arena, "%.*s: %lld of %lld %.*s", STR_FMT(rule->src->name), (long long)get,
                      (long long)all, STR_FMT(how));
}

static Str manual_text(const Work *w, const LogRow *row)
{
    const ManualDiscount *line = row->line < w->line_count ? w->in->lines.items[row->line].manual : NULL;
    return line ? line->reason : w->in->manual ? w->in->manual->reason : STR("");
}

static PriceStep step_of(const Work *w, const LogRow *row)
{
    const Active *active = row->active >= 0 ? &w->active[row->active] : NULL;
    bool          goods  = row->line < w->line_count;
    int64_t       units  = goods && w->lines[row->line].whole ? row->units * QTY_ONE
                         : goods                              ? w->in->lines.items[row->line].quantity
                                                              : OPT_NONE;
    return (PriceStep){ .line      = goods ? row->line : OPT_NONE,
                        .quantity  = units,
                        .what      = active ? STR("promotion") : STR("manual"),
                        .promotion = active ? active->rule->src->code : STR_NONE,
                        .version   = active ? opt_or(active->rule->src->version, 1) : OPT_NONE,
                        .amount    = -row->amount,
                        .after     = row->after,
                        .text      = active ? promotion_text(w, active, row->line) : manual_text(w, row) };
}

/* The rows of the log by line; those of one line stay in their order. */
static bool tell_steps(Work *w, PromoResult *out)
{
    uint32_t *next = arena_array(w->arena, uint32_t, w->line_count + 2);
    out->steps     = arena_array(w->arena, PriceStep, w->log.count + 1);
    if (!next || !out->steps) return false;
    for (size_t i = 0; i < w->log.count; i++) next[w->log.rows[i].line + 1]++;
    for (size_t i = 1; i < w->line_count + 2; i++) next[i] += next[i - 1];
    for (size_t i = 0; i < w->log.count; i++)
        out->steps[next[w->log.rows[i].line]++] = step_of(w, &w->log.rows[i]);
    out->step_count = w->log.count;
    return true;
}

/* --- nearly --- */

static void tell_nearly(Work *w, PromoResult *out, const Rule *rule, int64_t quantity, int64_t amount)
{
    Str qty  = quantity != OPT_NONE ? qty_text(w->arena, quantity) : STR("");
    Str sum  = amount != OPT_NONE ? money_text(w->arena, amount, w->in->currency) : STR("");
    Str more = quantity == OPT_NONE ? sum
             : amount == OPT_NONE   ? qty
                                    : str_format(w->arena, "%.*s and %.*s", STR_FMT(qty), STR_FMT(sum));
    out->nearly[out->nearly_count++] = (Nearly){ rule->src->code, rule->src->name, quantity, amount,
                                                 str_format(w->arena, "%.*s more for \"%.*s\"",
                                                            STR_FMT(more), STR_FMT(rule->src->name)) };
}

/* Units of a part that no bundle has. */
static int64_t loose_units(const Work *w, const RulePart *part)
{
    int64_t units = 0;
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        const Seg      *seg  = &w->claims.segs[s];
        const WorkLine *line = &w->lines[seg->line];
        if (line->open && line->whole && seg->bundle == NO_BUNDLE
            && pick_matches(&part->pick, &line->names))
            units += seg->units;
    }
    return units;
}

static void bundle_missing(Work *w, PromoResult *out, const Rule *rule)
{
    int64_t missing = 0, has = 0;
    for (size_t j = 0; j < rule->src->parts.count; j++) {
        int64_t loose = loose_units(w, &rule->parts[j]);
        has += loose;
        if (loose < rule->parts[j].quantity) missing += rule->parts[j].quantity - loose;
    }
    if (has > 0 && missing > 0) tell_nearly(w, out, rule, missing * QTY_ONE, OPT_NONE);
}

bool promo_explain(Work *w, PromoResult *out)
{
    out->nearly = arena_array(w->arena, Nearly, NEARLY_MAX);
    if (!out->nearly || !tell_steps(w, out)) return err_memory(w->err);
    for (size_t i = 0; i < w->active_count && out->nearly_count < NEARLY_MAX; i++) {
        const Active *active = &w->active[i];
        const Rule   *rule   = active->rule;
        if (active->missing_quantity != OPT_NONE || active->missing_amount != OPT_NONE)
            tell_nearly(w, out, rule, active->missing_quantity, active->missing_amount);
        else if (!active->met) continue;
        else if (rule->src->gift && active->line_count == 0) tell_nearly(w, out, rule, QTY_ONE, OPT_NONE);
        else if (rule->phase == PHASE_BUNDLE) bundle_missing(w, out, rule);
    }
    return true;
}

/* promo_check.c — whether a promotion can be meant. See promo_check.h.
 * Everything is told, not only the first: whoever writes a rule set wants to mend it in one go. */
#include "core/promo_check.h"

#include <stdio.h>
#include <string.h>

enum { ALL = 1000000, DAY_MS = 86400000, ZONE_MS = 14 * 3600000, PATH_MAX_LEN = 96, TIES_TOLD = 5 };

typedef struct {
    const Promotion  *p;
    const Guardrails *limits;
    PromoFaults      *out;
    bool              item, bundle, order, shipping, tender;
} Check;

static void note(PromoFaults *out, const Promotion *p, bool warning, const char *field, const char *reason)
{
    if (!warning) out->refused++;
    if (out->count == PROMO_FAULTS_MAX) return;
    PromoFault *fault = &out->items[out->count++];
    (void)snprintf(fault->code, sizeof fault->code, "%.*s", STR_FMT(p->code));
    (void)snprintf(fault->field, sizeof fault->field, "%s", field);
    (void)snprintf(fault->reason, sizeof fault->reason, "%s", reason);
    fault->warning = warning;
}

void promo_fault(PromoFaults *out, const Promotion *promotion, const char *field, const char *reason)
{
    note(out, promotion, false, field, reason);
}

void promo_warning(PromoFaults *out, const Promotion *promotion, const char *field, const char *reason)
{
    note(out, promotion, true, field, reason);
}

static void refuse(Check *c, const char *field, const char *reason)
{
    note(c->out, c->p, false, field, reason);
}

/* Refuses "base[index].field". */
static void refuse_at(Check *c, const char *base, size_t index, const char *field, const char *reason)
{
    char path[PATH_MAX_LEN];
    (void)snprintf(path, sizeof path, "%.48s[%zu]%s%.20s", base, index, *field ? "." : "", field);
    refuse(c, path, reason);
}

static bool has(int64_t value)
{
    return value != OPT_NONE;
}

static bool lists(const TextList *list, Str text)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], text)) return true;
    return false;
}

/* ---- selectors ---- */

static void check_named(Check *c, const char *path, const char *name, const TextList *in,
                        const TextList *out)
{
    char field[PATH_MAX_LEN];
    (void)snprintf(field, sizeof field, "%.48s.except_%.16s", path, name);
    for (size_t i = 0; i < out->count; i++)
        if (lists(in, out->items[i])) refuse_at(c, field, i, "", "is both named and left out");
}

static void check_selector(Check *c, const char *path, const Selector *s)
{
    char field[PATH_MAX_LEN];
    if (!s) return;
    check_named(c, path, "skus", &s->skus, &s->except_skus);
    check_named(c, path, "categories", &s->categories, &s->except_categories);
    check_named(c, path, "brands", &s->brands, &s->except_brands);
    check_named(c, path, "tags", &s->tags, &s->except_tags);
    (void)snprintf(field, sizeof field, "%.48s.price_until", path);
    if (!has(s->price_until)) return;
    if (s->price_until <= 1) refuse(c, field, "nothing costs less than this");
    else if (has(s->price_from) && s->price_from >= s->price_until)
        refuse(c, field, "nothing costs at least price_from and less than this");
}

static bool selector_is_empty(const Selector *s)
{
    return !s
        || (!s->skus.count && !s->categories.count && !s->brands.count && !s->tags.count
            && !s->except_skus.count && !s->except_categories.count && !s->except_brands.count
            && !s->except_tags.count && !has(s->price_from) && !has(s->price_until) && !s->skip_reduced);
}

/* ---- when it holds ---- */

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static int day_of(Str name)
{
    for (int i = 0; i < 7; i++)
        if (str_eq(name, str_from(day_names[i]))) return i;
    return -1;
}

/* Bit 0: Monday. Of all days that are somewhere on Earth between two times. */
static unsigned days_between(int64_t from_ms, int64_t until_ms)
{
    int64_t  first = (from_ms - ZONE_MS) / DAY_MS, last = (until_ms - 1 + ZONE_MS) / DAY_MS;
    unsigned days = 0;
    if (from_ms < ZONE_MS || last - first >= 6) return 0x7F;
    for (int64_t day = first; day <= last; day++)
        days |= 1U << ((day + 3) % 7); /* 1970-01-01: a Thursday */
    return days;
}

static void check_weekdays(Check *c)
{
    const Promotion *p    = c->p;
    unsigned         seen = 0;
    for (size_t i = 0; i < p->weekdays.count; i++) {
        int day = day_of(p->weekdays.items[i]);
        if (day < 0) refuse_at(c, "weekdays", i, "", "must be mon, tue, wed, thu, fri, sat or sun");
        else if (seen & 1U << day) refuse_at(c, "weekdays", i, "", "is there twice");
        else seen |= 1U << day;
    }
    if (seen && has(p->from) && has(p->until) && p->from < p->until
        && !(seen & days_between(p->from, p->until)))
        refuse(c, "weekdays", "none of these days is between from and until");
}

static void check_hours(Check *c)
{
    const Promotion *p = c->p;
    for (size_t i = 0; i < p->hours.count; i++)
        if (p->hours.items[i].from == p->hours.items[i].until)
            refuse_at(c, "hours", i, "until", "the window is empty");
}

static void check_when(Check *c)
{
    const Promotion *p = c->p;
    if (has(p->from) && has(p->until) && p->until <= p->from) refuse(c, "until", "must be after from");
    check_weekdays(c);
    check_hours(c);
    if (p->first_order && p->birthday_days != OPT_NONE && p->personal)
        note(c->out, p, true, "first_order",
             "a first order, on a birthday, by offer: few will ever have it");
    if (p->tenders.count && !c->tender) refuse(c, "tenders", "is asked in the phase tender only");
    if (c->tender && !p->tenders.count)
        refuse(c, "tenders", "the phase tender needs them; the phase order holds however it is paid");
}

/* ---- needs ---- */

static void check_needs(Check *c)
{
    const Promotion *p = c->p;
    char             path[PATH_MAX_LEN];
    for (size_t i = 0; i < p->needs.count; i++) {
        const Need *need = &p->needs.items[i];
        (void)snprintf(path, sizeof path, "needs[%zu].select", i);
        check_selector(c, path, need->select);
        if (!has(need->quantity) && !has(need->amount))
            refuse_at(c, "needs", i, "", "asks for nothing: a quantity or an amount");
    }
    if (str_eq(p->needs_by, STR("paid")) && (c->item || c->bundle))
        refuse(c, "needs_by", "in the phases item and bundle nothing is paid yet: the list price counts");
    if (p->needs_by.ptr && !p->needs.count && !p->tiers.count)
        refuse(c, "needs_by", "there are no needs and no tiers");
}

/* ---- the effect ---- */

static int effects_of(int64_t percent, int64_t amount, int64_t price)
{
    return (int)has(percent) + (int)has(amount) + (int)has(price);
}

/* Whether a new price is never below what the selector picks. */
static bool never_cheaper(const Selector *s, int64_t price)
{
    return s && has(s->price_until) && has(price) && price >= s->price_until - 1;
}

/* Whether tier b takes off more than a, where that can be told. */
static bool gives_more(const Tier *a, const Tier *b)
{
    if (has(a->percent) && has(b->percent)) return b->percent > a->percent;
    if (has(a->amount) && has(b->amount)) return b->amount > a->amount;
    if (has(a->price) && has(b->price)) return b->price < a->price;
    return true;
}

static void check_tier(Check *c, size_t i)
{
    const Tier *tier = &c->p->tiers.items[i];
    int         many = effects_of(tier->percent, tier->amount, tier->price);
    bool        by_q = has(tier->from_quantity), by_a = has(tier->from_amount);
    if (many == 0) refuse_at(c, "tiers", i, "", "has no effect: percent, amount or price");
    if (many > 1) refuse_at(c, "tiers", i, "", "has more than one effect");
    if (by_q == by_a)
        refuse_at(c, "tiers", i, "", "is reached from a quantity or from an amount, one of them");
    if (has(tier->price) && (c->order || c->tender))
        refuse_at(c, "tiers", i, "price", "an order has no new price: percent or amount");
    if (never_cheaper(c->p->select, tier->price))
        refuse_at(c, "tiers", i, "price", "nothing that select picks costs more than this");
    if (i == 0) return;
    const Tier *before = tier - 1;
    if (has(before->from_quantity) != by_q || has(before->from_amount) != by_a)
        refuse_at(c, "tiers", i, "", "is measured otherwise than the step before");
    else if ((by_q && tier->from_quantity <= before->from_quantity)
             || (by_a && tier->from_amount <= before->from_amount))
        refuse_at(c, "tiers", i, by_q ? "from_quantity" : "from_amount",
                  "must be above that of the step before");
    if (!gives_more(before, tier)) refuse_at(c, "tiers", i, "", "takes off no more than the step before");
}

static void check_effect(Check *c)
{
    const Promotion *p    = c->p;
    int              many = effects_of(p->percent, p->amount, p->price) + (p->tiers.count > 0);
    if (many == 0) refuse(c, "percent", "it has no effect: percent, amount, price or tiers");
    if (many > 1)
        refuse(c,
               p->tiers.count  ? "tiers"
               : has(p->price) ? "price"
                               : "amount",
               "it has more than one effect");
    if (has(p->price) && (c->order || c->tender))
        refuse(c, "price", "an order has no new price: percent or amount");
    if (never_cheaper(p->select, p->price))
        refuse(c, "price", "nothing that select picks costs more than this");
    for (size_t i = 0; i < p->tiers.count; i++) check_tier(c, i);
    if (p->tiers_by.ptr && !p->tiers.count) refuse(c, "tiers_by", "there are no tiers");
    else if (str_eq(p->tiers_by, STR("line")) && !c->item)
        refuse(c, "tiers_by", "lines are measured one by one in the phase item only");
}

static bool has_amounts(const Promotion *p)
{
    for (size_t i = 0; i < p->tiers.count; i++)
        if (has(p->tiers.items[i].amount)) return true;
    return has(p->amount);
}

/* ---- what belongs to one phase ---- */

static void check_part(Check *c, size_t i, int64_t *units, int64_t *got, bool *chosen)
{
    const BundlePart *part = &c->p->parts.items[i];
    char              path[PATH_MAX_LEN];
    (void)snprintf(path, sizeof path, "parts[%zu].select", i);
    check_selector(c, path, part->select);
    *units += part->quantity;
    if (!has(part->get)) return;
    *got += part->get;
    *chosen = *chosen || (part->get > 0 && part->get < part->quantity);
    if (part->get > part->quantity) refuse_at(c, "parts", i, "get", "is more than the part's quantity");
}

/* A bundle's price that is not below what the units that receive it can cost at most. */
static bool bundle_never_cheaper(const Promotion *p, bool some_get)
{
    int64_t most = 0;
    if (!has(p->price)) return false;
    for (size_t i = 0; i < p->parts.count; i++) {
        const BundlePart *part = &p->parts.items[i];
        int64_t           n    = !some_get ? part->quantity : has(part->get) ? part->get : 0;
        if (n == 0) continue;
        if (!part->select || !has(part->select->price_until)) return false;
        int64_t each = 0;
        if (__builtin_mul_overflow(n, part->select->price_until - 1, &each)
            || __builtin_add_overflow(most, each, &most))
            return false;
    }
    return p->price >= most;
}

static void check_bundle(Check *c)
{
    const Promotion *p     = c->p;
    int64_t          units = 0, got = 0;
    bool             chosen = false, some = false;
    if (!c->bundle) {
        if (p->parts.count) refuse(c, "parts", "belongs to the phase bundle");
        if (p->pick.ptr) refuse(c, "pick", "belongs to the phase bundle");
        if (has(p->max_repeats)) refuse(c, "max_repeats", "belongs to the phase bundle");
        return;
    }
    if (!p->parts.count) refuse(c, "parts", "a bundle needs them");
    if (p->select) refuse(c, "select", "is not for bundles: their parts say what they take");
    for (size_t i = 0; i < p->parts.count; i++) {
        check_part(c, i, &units, &got, &chosen);
        some = some || has(p->parts.items[i].get);
    }
    if (some && got == 0) refuse(c, "parts", "no unit of the bundle receives the effect: every get is 0");
    if (bundle_never_cheaper(p, got > 0)) refuse(c, "price", "no such bundle costs more than this");
    if (p->pick.ptr && !chosen && p->parts.count)
        note(c->out, p, true, "pick",
             "there is nothing to pick: no part gives away some of its units only");
}

static void check_gift(Check *c)
{
    const Promotion *p = c->p;
    if (!p->gift) return;
    if (!c->item) refuse(c, "gift", "belongs to the phase item");
    if (!p->needs.count) refuse(c, "needs", "a gift needs something that earns it");
    if (p->needs.count && selector_is_empty(p->select))
        refuse(c, "select", "the gift would be everything, and nothing is left for the needs");
}

static void check_phase(Check *c)
{
    const Promotion *p = c->p;
    if (p->per.ptr && (!c->item || !has_amounts(p)))
        refuse(c, "per", "belongs to an amount in the phase item");
    if (has(p->max_units) && !c->item) refuse(c, "max_units", "belongs to the phase item");
    if (has(p->each_amount)) {
        if (!(c->order || c->tender) || !has(p->amount))
            refuse(c, "each_amount", "belongs to an amount in the phases order and tender");
        else if (p->amount > p->each_amount)
            refuse(c, "each_amount", "the amount off is more than what it is given for");
    }
    if (c->shipping && p->select && !p->tiers.count)
        refuse(c, "select", "shipping is discounted as a whole; needs say for which baskets");
    check_selector(c, "select", p->select);
    check_bundle(c);
    check_gift(c);
}

/* ---- stacking ---- */

static void check_stacking(Check *c)
{
    const Promotion *p = c->p;
    if (str_eq(p->stacks, STR("set")) && !p->sets.count)
        refuse(c, "sets", "names no set that it stacks with");
    if (str_eq(p->stacks, STR("none")) && p->sets.count)
        refuse(c, "sets", "it stacks with nobody, so it is in no set");
    for (size_t i = 0; i < p->sets.count; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(p->sets.items[i], p->sets.items[j])) refuse_at(c, "sets", i, "", "is there twice");
    if (str_eq(p->stacks, STR("none")) && p->group.ptr)
        note(c->out, p, true, "group", "changes nothing: it stacks with nobody");
}

/* ---- guardrails ---- */

static bool gives_all(const Promotion *p)
{
    return p->percent == ALL || p->price == 0;
}

static void check_limits(Check *c)
{
    const Guardrails *g = c->limits;
    if (!g || c->shipping) return;
    if (g->max_line_rate == 0)
        refuse(c, "phase", "the guardrail max_line_rate lets nothing be taken off goods");
    if (g->max_order_rate == 0)
        refuse(c, "phase", "the guardrail max_order_rate lets nothing be taken off goods");
    if (c->p->gift && gives_all(c->p)
        && ((has(g->max_line_rate) && g->max_line_rate < ALL) || has(g->margin_rate))) {
        refuse(c, "gift", "the guardrails let nothing be given away: see max_line_rate and margin_rate");
        return;
    }
    if (has(c->p->percent) && has(g->max_line_rate) && c->p->percent > g->max_line_rate)
        note(c->out, c->p, true, "percent",
             "is more than the guardrail max_line_rate, and will be cut to it");
    else if (has(c->p->percent) && has(g->max_order_rate) && (c->order || c->tender)
             && c->p->percent > g->max_order_rate)
        note(c->out, c->p, true, "percent",
             "is more than the guardrail max_order_rate, and will be cut to it");
}

static bool code_is_plain(Str code)
{
    for (size_t i = 0; i < code.len; i++) {
        char b = code.ptr[i];
        if (!((b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '-'
              || b == '_' || b == '.'))
            return false;
    }
    return code.len > 0;
}

void promo_check(const Promotion *promotion, const Guardrails *limits, PromoFaults *out)
{
    Str   phase = promotion->phase;
    Check c     = { .p        = promotion,
                    .limits   = limits,
                    .out      = out,
                    .item     = str_eq(phase, STR("item")),
                    .bundle   = str_eq(phase, STR("bundle")),
                    .order    = str_eq(phase, STR("order")),
                    .shipping = str_eq(phase, STR("shipping")),
                    .tender   = str_eq(phase, STR("tender")) };
    if (!code_is_plain(promotion->code)) refuse(&c, "code", "takes letters, digits, '-', '_' and '.' only");
    check_when(&c);
    check_needs(&c);
    check_effect(&c);
    check_phase(&c);
    check_stacking(&c);
    check_limits(&c);
}

/* ---- beside others ---- */

static bool share(const TextList *a, const TextList *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (lists(b, a->items[i])) return true;
    return false;
}

static bool may_meet(const TextList *a, const TextList *b)
{
    return !a->count || !b->count || share(a, b);
}

static bool stack(const Promotion *a, const Promotion *b)
{
    if (a->group.ptr && b->group.ptr && str_eq(a->group, b->group)) return false;
    if (str_eq(a->stacks, STR("none")) || str_eq(b->stacks, STR("none"))) return false;
    if ((str_eq(a->stacks, STR("set")) || str_eq(b->stacks, STR("set"))) && !share(&a->sets, &b->sets))
        return false;
    return true;
}

/* Whether only the code decides between two: same phase and priority, not stacking, at the same time. */
static bool tie(const Promotion *a, const Promotion *b)
{
    int64_t end_a = has(a->until) ? a->until : INT64_MAX, end_b = has(b->until) ? b->until : INT64_MAX;
    return str_eq(a->phase, b->phase) && opt_or(a->priority, 0) == opt_or(b->priority, 0) && a->from < end_b
        && b->from < end_a && may_meet(&a->channels, &b->channels) && may_meet(&a->locations, &b->locations)
        && !stack(a, b);
}

void promo_beside_begin(PromoBeside *beside, const Promotion *promotion, PromoFaults *out)
{
    *beside = (PromoBeside){ .promotion = promotion, .out = out };
}

static void check_group(PromoBeside *beside, const Promotion *other)
{
    const Promotion *p = beside->promotion;
    char             reason[160];
    if (!p->group.ptr || !other->group.ptr || !str_eq(p->group, other->group)) return;
    if (str_eq(p->phase, STR("shipping")) == str_eq(other->phase, STR("shipping"))) return;
    (void)snprintf(reason, sizeof reason,
                   "\"%.*s\" is in it too, but shipping and goods never meet in a group",
                   STR_FMT(other->code));
    promo_fault(beside->out, p, "group", reason);
}

void promo_beside_other(PromoBeside *beside, const Promotion *other)
{
    const Promotion *p = beside->promotion;
    char             reason[160];
    if (str_eq(other->code, p->code)) {
        promo_fault(beside->out, p, "code", "is there twice");
        return;
    }
    for (size_t i = 0; i < p->sets.count && i < 32; i++)
        if (lists(&other->sets, p->sets.items[i])) beside->met |= 1U << i;
    check_group(beside, other);
    if (beside->ties >= TIES_TOLD || !tie(p, other)) return;
    (void)snprintf(
        reason, sizeof reason,
        "is that of \"%.*s\", with which it does not stack: where both take off the same, the code decides",
        STR_FMT(other->code));
    promo_warning(beside->out, p, "priority", reason);
    beside->ties++;
}

void promo_beside_end(PromoBeside *beside)
{
    const Promotion *p = beside->promotion;
    char             path[PATH_MAX_LEN];
    if (!str_eq(p->stacks, STR("set"))) return;
    for (size_t i = 0; i < p->sets.count && i < 32; i++) {
        if (beside->met & 1U << i) continue;
        (void)snprintf(path, sizeof path, "sets[%zu]", i);
        promo_fault(beside->out, p, path, "no other promotion is in this set");
    }
}

void promo_check_set(const Promotion *list, size_t count, const Guardrails *limits, PromoFaults *out)
{
    PromoBeside beside;
    for (size_t i = 0; i < count; i++) {
        promo_check(&list[i], limits, out);
        promo_beside_begin(&beside, &list[i], out);
        for (size_t j = 0; j < count; j++)
            if (j != i) promo_beside_other(&beside, &list[j]);
        promo_beside_end(&beside);
    }
}

/* ---- the worst case ---- */

/* part / whole in parts per million, rounded up, at most all. */
static int64_t share_of(int64_t part, int64_t whole)
{
    int64_t scaled = 0;
    if (whole <= 0 || part >= whole) return ALL;
    if (__builtin_mul_overflow(part, (int64_t)ALL, &scaled)) return part / (whole / ALL) + 1;
    return (scaled + whole - 1) / whole;
}

static int64_t worst_of(const Promotion *p, int64_t percent, int64_t amount, int64_t price,
                        int64_t for_amount)
{
    const Selector *s = p->select;
    if (has(percent)) return percent;
    if (has(amount)) return has(for_amount) ? share_of(amount, for_amount) : ALL;
    if (!has(price)) return 0;
    if (!s || !has(s->price_until) || s->price_until <= price) return ALL;
    return share_of(s->price_until - 1 - price, s->price_until - 1);
}

int64_t promo_worst_rate(const Promotion *p)
{
    bool    whole = str_eq(p->phase, STR("order")) || str_eq(p->phase, STR("tender"));
    int64_t worst = 0;
    if (str_eq(p->phase, STR("shipping"))) return 0;
    if (str_eq(p->phase, STR("bundle")) && (has(p->amount) || has(p->price))) return ALL;
    worst = worst_of(p, p->percent, p->amount, p->price, whole ? p->each_amount : OPT_NONE);
    for (size_t i = 0; i < p->tiers.count; i++) {
        const Tier *t    = &p->tiers.items[i];
        int64_t     each = worst_of(p, t->percent, t->amount, t->price, whole ? t->from_amount : OPT_NONE);
        if (each > worst) worst = each;
    }
    return worst;
}

int64_t promo_worst_amount(const Promotion *p)
{
    bool    item = str_eq(p->phase, STR("item")), bundle = str_eq(p->phase, STR("bundle"));
    int64_t most = opt_or(p->max_discount, INT64_MAX), amount = p->amount, times = 1;
    for (size_t i = 0; i < p->tiers.count; i++) {
        const Tier *t = &p->tiers.items[i];
        if (has(t->percent) || has(t->price)) return most;
        if (has(t->amount) && t->amount > amount) amount = t->amount;
    }
    if (!has(amount) || has(p->each_amount)) return most;
    if (item) times = str_eq(p->per, STR("line")) ? OPT_NONE : p->max_units;
    if (bundle) times = p->max_repeats;
    if (!has(times) || __builtin_mul_overflow(amount, times, &amount)) return most;
    return amount < most ? amount : most;
}

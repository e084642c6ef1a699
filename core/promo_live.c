/* promo_live.c — which promotions hold for a basket, which lines they pick, which tier they reach. */
#include "core/promo_work.h"
#include "core/tax.h"

#include <string.h>

/* Days since 1970-01-01 of a date in the Gregorian calendar, by Howard Hinnant's days_from_civil
 * (https://howardhinnant.github.io/date_algorithms.html). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void read_calendar(Work *w)
{
    int64_t date = opt_or(w->in->local_date, 0);
    w->weekday   = -1;
    w->day       = INT64_MIN;
    if (date < 101) return;
    w->day     = days_of(date / 10000, date / 100 % 100, date % 100);
    w->weekday = (int)((w->day % 7 + 10) % 7); /* 1970-01-01 was a Thursday */
}

static uint32_t word(const Work *w, Str text)
{
    return w->set ? sym_find(&w->set->names, SYM_WORD, text) : 0;
}

/* The symbols of some names, sorted; names that no promotion knows are left out. */
static bool find_names(Work *w, SymKind kind, TextList texts, Syms *out)
{
    out->ids = arena_array(w->arena, uint32_t, texts.count);
    if (!out->ids) return false;
    for (size_t i = 0; w->set && i < texts.count; i++) {
        uint32_t id = sym_find(&w->set->names, kind, texts.items[i]);
        size_t   at = out->count;
        if (id == 0) continue;
        for (; at > 0 && out->ids[at - 1] > id; at--) out->ids[at] = out->ids[at - 1];
        out->ids[at] = id;
        out->count++;
    }
    return true;
}

/* The lowest price of a unit: cost and margin, with the tax when prices have it; rounded up. */
static int64_t margin_floor(const Work *w, const CartLine *line)
{
    const Guardrails *rails = w->in->guardrails;
    int64_t           cost = opt_or(line->cost, 0), ppm = 0, floor = 0;
    size_t            index[LINE_RATES_MAX];
    Error             err;
    if (!rails || rails->margin_rate == OPT_NONE || cost <= 0) return 0;
    if (!money_scale(cost, PPM_ONE + rails->margin_rate, PPM_ONE, ROUND_UP, &floor, &err))
        return line->unit_price;
    size_t count = tax_class_rates(w->in->rates.items, w->in->rates.count, line->tax_class, index);
    for (size_t i = 0; w->in->prices_include_tax && i < count; i++) {
        const CartRate *rate = &w->in->rates.items[index[i]];
        int64_t         more = opt_or(rate->rate, 0);
        if (rate->compound && !money_scale(more, PPM_ONE + ppm, PPM_ONE, ROUND_UP, &more, &err))
            return line->unit_price;
        ppm += more;
    }
    if (!money_scale(floor, PPM_ONE + ppm, PPM_ONE, ROUND_UP, &floor, &err)) return line->unit_price;
    return floor < line->unit_price ? floor : line->unit_price;
}

static int64_t share_down(int64_t amount, int64_t ppm)
{
    int64_t out = 0;
    Error   err;
    return money_scale(amount, ppm, PPM_ONE, ROUND_DOWN, &out, &err) ? out : amount;
}

static bool read_line(Work *w, size_t i, int64_t gross)
{
    const CartLine   *line  = &w->in->lines.items[i];
    const Guardrails *rails = w->in->guardrails;
    WorkLine         *to    = &w->lines[i];
    to->gross               = gross;
    to->whole               = line->quantity % QTY_ONE == 0;
    to->units               = to->whole ? line->quantity / QTY_ONE : 1;
    to->open                = !line->fixed && line->unit_price > 0;
    to->floor               = margin_floor(w, line);
    to->left                = gross;
    if (rails && rails->max_line_rate != OPT_NONE) to->left = share_down(gross, rails->max_line_rate);
    to->names.unit_price = line->unit_price;
    to->names.reduced    = line->reduced;
    if (!w->set) return true;
    to->names.sku   = sym_find(&w->set->names, SYM_SKU, line->sku);
    to->names.brand = sym_find(&w->set->names, SYM_BRAND, line->brand);
    return find_names(w, SYM_CATEGORY, line->categories, &to->names.categories)
        && find_names(w, SYM_TAG, line->tags, &to->names.tags);
}

static void read_customer(Work *w)
{
    const CartCustomer *customer = w->in->customer;
    if (!customer) return;
    w->tier = word(w, customer->tier);
    for (size_t i = 0; i < customer->groups.count && w->group_count < COUNT(w->groups); i++) {
        uint32_t id = word(w, customer->groups.items[i]);
        if (id) w->groups[w->group_count++] = id;
    }
}

static void read_limits(Work *w)
{
    const Guardrails *rails = w->in->guardrails;
    int64_t           gross = 0;
    for (size_t i = 0; i < w->line_count; i++) gross += w->lines[i].gross;
    w->order_left = INT64_MAX;
    w->max_rules  = GOODS_RULES_MAX;
    if (!rails) return;
    if (rails->max_order_rate != OPT_NONE) w->order_left = share_down(gross, rails->max_order_rate);
    if (rails->customer_left != OPT_NONE && rails->customer_left < w->order_left)
        w->order_left = rails->customer_left;
    if (rails->max_promotions != OPT_NONE && rails->max_promotions < GOODS_RULES_MAX)
        w->max_rules = (size_t)rails->max_promotions;
}

bool live_prepare(Work *w, const int64_t *gross)
{
    w->line_count = w->in->lines.count;
    w->lines      = arena_array(w->arena, WorkLine, w->line_count + 1);
    if (!w->lines) return false;
    read_calendar(w);
    read_customer(w);
    w->channel  = word(w, w->in->channel);
    w->location = word(w, w->in->location);
    w->tender   = word(w, w->in->tender);
    for (size_t i = 0; i < w->line_count; i++)
        if (!read_line(w, i, gross[i])) return false;
    w->lines[w->line_count] = (WorkLine){ .units = 1, .left = INT64_MAX };
    read_limits(w);
    return true;
}

/* --- conditions --- */

static bool near_birthday(const Work *w, int64_t days)
{
    int64_t birthday = w->in->customer ? opt_or(w->in->customer->birthday, 0) : 0;
    int64_t year     = opt_or(w->in->local_date, 0) / 10000;
    if (birthday < 101 || w->day == INT64_MIN) return false;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t month = birthday / 100, day = birthday % 100;
        if (month == 2 && day == 29 && !leap(y)) {
            month = 3;
            day   = 1;
        }
        int64_t away = days_of(y, month, day) - w->day;
        if (away >= -days && away <= days) return true;
    }
    return false;
}

static bool in_hours(const Work *w, const Promotion *src)
{
    int64_t minute = w->in->local_minute;
    if (src->hours.count == 0) return true;
    for (size_t i = 0; minute != OPT_NONE && i < src->hours.count; i++) {
        const HourWindow *hours = &src->hours.items[i];
        bool              over  = hours->until < hours->from;
        if (over ? minute >= hours->from || minute < hours->until
                 : minute >= hours->from && minute < hours->until)
            return true;
    }
    return false;
}

static bool for_customer(const Work *w, const Rule *rule)
{
    const CartCustomer *customer = w->in->customer;
    const Promotion    *src      = rule->src;
    bool                in_group = rule->groups.count == 0;
    for (size_t i = 0; !in_group && i < w->group_count; i++)
        in_group = syms_have(&rule->groups, w->groups[i]);
    if (!in_group) return false;
    if (rule->loyalty.count && !syms_have(&rule->loyalty, w->tier)) return false;
    if (src->first_order && !(customer && customer->first_order)) return false;
    if (opt_or(src->birthday_days, -1) >= 0 && !near_birthday(w, src->birthday_days)) return false;
    bool offered = !src->personal;
    for (size_t i = 0; !offered && customer && i < customer->offers.count; i++)
        offered = str_eq(customer->offers.items[i], src->code);
    return offered;
}

static bool conditions_hold(const Work *w, const Rule *rule, Active *out)
{
    const Promotion *src = rule->src;
    int64_t          at  = opt_or(w->in->at, 0);
    if (src->from != OPT_NONE && at < src->from) return false;
    if (src->until != OPT_NONE && at >= src->until) return false;
    if (rule->channels.count && !syms_have(&rule->channels, w->channel)) return false;
    if (rule->locations.count && !syms_have(&rule->locations, w->location)) return false;
    if (rule->weekdays && (w->weekday < 0 || !(rule->weekdays >> w->weekday & 1))) return false;
    if (!in_hours(w, src) || !for_customer(w, rule)) return false;
    if (rule->tenders.count && !syms_have(&rule->tenders, w->tender)) return false;
    bool coupon = !src->coupon;
    for (size_t i = 0; !coupon && i < w->in->coupons.count; i++) {
        coupon      = str_eq(w->in->coupons.items[i].promotion, src->code);
        out->coupon = coupon ? w->in->coupons.items[i].code : STR_NONE;
    }
    return coupon;
}

/* What its budget leaves; false when nothing. */
static bool budget_left(const Work *w, const Rule *rule, int64_t *left)
{
    *left = rule->max_discount;
    for (size_t i = 0; i < w->in->allowances.count; i++) {
        const Allowance *allowance = &w->in->allowances.items[i];
        if (!str_eq(allowance->promotion, rule->src->code)) continue;
        if (allowance->uses != OPT_NONE && allowance->uses <= 0) return false;
        if (allowance->amount != OPT_NONE && allowance->amount < *left) *left = allowance->amount;
    }
    return *left > 0;
}

/* --- measures --- */

Measure live_measure(const Work *w, const Pick *pick, const Pick *but_not, bool paid)
{
    Measure sum = { 0 };
    for (size_t i = 0; i < w->line_count; i++) {
        const WorkLine *line = &w->lines[i];
        if (!line->open || !pick_matches(pick, &line->names)) continue;
        if (but_not && pick_matches(but_not, &line->names)) continue;
        sum.quantity += w->in->lines.items[i].quantity;
        if (!paid) sum.amount += line->gross;
    }
    for (size_t s = 0; paid && s < w->claims.seg_count; s++) {
        const Seg       *seg   = &w->claims.segs[s];
        const LineNames *names = &w->lines[seg->line].names;
        if (!w->lines[seg->line].open || !pick_matches(pick, names)) continue;
        if (!but_not || !pick_matches(but_not, names)) sum.amount += seg->amount;
    }
    return sum;
}

static int64_t missing(int64_t wanted, int64_t has)
{
    return wanted > has ? wanted - has : OPT_NONE;
}

/* Whether all needs are met; else what is missing to the first that is not, when there is any of it. */
static bool judge_needs(const Work *w, Active *active, bool paid)
{
    const Rule *rule = active->rule;
    for (size_t i = 0; i < rule->src->needs.count; i++) {
        const RuleNeed *need = &rule->needs[i];
        Measure         has  = live_measure(w, &need->pick, rule->src->gift ? &rule->pick : NULL, paid);
        if (has.quantity >= need->quantity && has.amount >= need->amount) continue;
        if (has.quantity == 0) return false;
        active->missing_quantity = missing(need->quantity, has.quantity);
        active->missing_amount   = missing(need->amount, has.amount);
        return false;
    }
    return true;
}

/* The effect of the highest tier reached. */
static Effect tier_reached(const Promotion *src, Measure has)
{
    Effect best = { EFFECT_NONE, 0 };
    for (size_t i = 0; i < src->tiers.count; i++) {
        const Tier *tier = &src->tiers.items[i];
        if (has.quantity < opt_or(tier->from_quantity, 0) || has.amount < opt_or(tier->from_amount, 0))
            continue;
        best = tier->percent != OPT_NONE ? (Effect){ EFFECT_PERCENT, tier->percent }
             : tier->amount != OPT_NONE  ? (Effect){ EFFECT_AMOUNT, tier->amount }
                                         : (Effect){ EFFECT_PRICE, opt_or(tier->price, 0) };
    }
    return best;
}

/* What is missing to the first tier that is not reached. */
static void next_tier(Active *active, Measure has)
{
    const Promotion *src = active->rule->src;
    for (size_t i = 0; has.quantity > 0 && i < src->tiers.count; i++) {
        active->missing_quantity = missing(opt_or(src->tiers.items[i].from_quantity, 0), has.quantity);
        active->missing_amount   = missing(opt_or(src->tiers.items[i].from_amount, 0), has.amount);
        if (active->missing_quantity != OPT_NONE || active->missing_amount != OPT_NONE) return;
    }
}

void live_judge(const Work *w, Active *active, bool paid)
{
    const Rule *rule         = active->rule;
    active->missing_quantity = active->missing_amount = OPT_NONE;
    active->met                                       = judge_needs(w, active, paid);
    if (rule->src->tiers.count == 0) return;
    if (!rule->tiers_line) {
        Measure has    = live_measure(w, &rule->pick, NULL, paid);
        active->effect = tier_reached(rule->src, has);
        if (active->met) next_tier(active, has);
        return;
    }
    for (size_t i = 0; i < active->line_count; i++) {
        uint32_t line      = active->lines[i];
        Measure  has       = { w->in->lines.items[line].quantity, w->lines[line].gross };
        active->effects[i] = tier_reached(rule->src, has);
    }
}

/* --- collecting --- */

static void mark_posts(const Work *w, uint64_t *wanted, uint32_t symbol)
{
    if (symbol == 0) return;
    for (uint32_t i = w->set->post_from[symbol]; i < w->set->post_from[symbol + 1]; i++)
        wanted[w->set->posts[i] / 64] |= (uint64_t)1 << w->set->posts[i] % 64;
}

static void mark_all(const Work *w, uint64_t *wanted)
{
    const CartCustomer *customer = w->in->customer;
    for (size_t i = 0; i < w->set->always_count; i++)
        wanted[w->set->always[i] / 64] |= (uint64_t)1 << w->set->always[i] % 64;
    for (size_t i = 0; i < w->in->coupons.count; i++)
        mark_posts(w, wanted, sym_find(&w->set->names, SYM_CODE, w->in->coupons.items[i].promotion));
    for (size_t i = 0; customer && i < customer->offers.count; i++)
        mark_posts(w, wanted, sym_find(&w->set->names, SYM_CODE, customer->offers.items[i]));
    for (size_t i = 0; i < w->line_count; i++) {
        const WorkLine *line = &w->lines[i];
        if (!line->open) continue;
        mark_posts(w, wanted, line->names.sku);
        mark_posts(w, wanted, line->names.brand);
        for (size_t k = 0; k < line->names.categories.count; k++)
            mark_posts(w, wanted, line->names.categories.ids[k]);
        for (size_t k = 0; k < line->names.tags.count; k++) mark_posts(w, wanted, line->names.tags.ids[k]);
    }
}

/* What one unit of a line costs by the list. */
static int64_t unit_list(const Work *w, uint32_t line)
{
    return w->lines[line].whole ? w->lines[line].names.unit_price : w->lines[line].gross;
}

/* max_units: the dearest list prices first, then by line. */
static bool give_units(Work *w, Active *active)
{
    int64_t left  = active->rule->max_units;
    active->units = arena_array(w->arena, int64_t, active->line_count);
    if (!active->units) return false;
    while (left > 0) {
        size_t best = active->line_count;
        for (size_t i = 0; i < active->line_count; i++)
            if (active->units[i] == 0 && active_effect(active, i).kind != EFFECT_NONE
                && (best == active->line_count
                    || unit_list(w, active->lines[i]) > unit_list(w, active->lines[best])))
                best = i;
        if (best == active->line_count) return true;
        int64_t has         = w->lines[active->lines[best]].units;
        active->units[best] = has < left ? has : left;
        left -= active->units[best];
    }
    return true;
}

static bool pick_lines(Work *w, Active *active)
{
    const Rule *rule = active->rule;
    active->lines    = arena_array(w->arena, uint32_t, w->line_count);
    if (!active->lines) return false;
    for (size_t i = 0; i < w->line_count; i++)
        if (w->lines[i].open && pick_matches(&rule->pick, &w->lines[i].names))
            active->lines[active->line_count++] = (uint32_t)i;
    w->arena->used -= (w->line_count - active->line_count) * sizeof *active->lines; /* the rest of it */
    if (rule->tiers_line) {
        active->effects = arena_array(w->arena, Effect, active->line_count);
        if (!active->effects) return false;
    }
    return true;
}

static bool add_active(Work *w, const Rule *rule)
{
    Active active = { .rule = rule, .effect = rule->effect };
    if (!conditions_hold(w, rule, &active) || !budget_left(w, rule, &active.left)) return true;
    if (w->active_count == ACTIVE_MAX) {
        w->exact = false;
        return true;
    }
    bool goods = rule->phase <= PHASE_BUNDLE;
    if (rule->phase != PHASE_BUNDLE && rule->phase != PHASE_SHIPPING) {
        if (!pick_lines(w, &active)) return false;
        if (active.line_count == 0 && !rule->src->gift) return true;
    }
    if (goods) {
        live_judge(w, &active, false);
        if (rule->phase == PHASE_ITEM && rule->max_units != INT64_MAX && !give_units(w, &active))
            return false;
    }
    if (goods) w->goods_count++;
    w->active[w->active_count++] = active;
    return true;
}

bool live_collect(Work *w)
{
    if (!w->set || w->set->count == 0) return true;
    size_t    words = w->set->count / 64 + 1, marked = 0;
    uint64_t *wanted = arena_array(w->arena, uint64_t, words);
    if (!wanted) return false;
    mark_all(w, wanted);
    for (size_t i = 0; i < words; i++) marked += (size_t)__builtin_popcountll(wanted[i]);
    w->active = arena_array(w->arena, Active, marked + 1);
    if (!w->active) return false;
    for (size_t i = 0; i < words; i++)
        for (uint64_t bits = wanted[i]; bits; bits &= bits - 1)
            if (!add_active(w, &w->set->rules[i * 64 + (size_t)__builtin_ctzll(bits)])) return false;
    return true;
}

bool live_banned(const Work *w, size_t active, uint32_t line)
{
    return w->banned && w->banned[active * w->line_count + line];
}

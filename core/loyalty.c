/* loyalty.c — what a sale earns, what points are worth, in which tier a customer is. See loyalty.h. */
#include "core/loyalty.h"

#include "core/goods_match.h"

#include <assert.h>
#include <string.h>

#include "base/form_table.h"
#include "core/loyalty.def"
#include "base/form_undef.h"

static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static bool by(const LoyaltyRule *rule, const char *what)
{
    return str_eq(rule->by, str_from(what));
}

int loyalty_weekday(int64_t date)
{
    /* Tomohiko Sakamoto's rule (comp.lang.c, 1993); it begins with Sunday. */
    static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
    int64_t          year = date / 10000, month = date / 100 % 100, day = date % 100;
    year -= month < 3;
    return (int)((year + year / 4 - year / 100 + year / 400 + shift[(month + 11) % 12] + day + 6) % 7);
}

static bool in_hours(const LoyaltyRule *rule, int64_t minute)
{
    int64_t from = opt_or(rule->from_minute, 0), until = opt_or(rule->until_minute, 1440);
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

bool loyalty_rule_holds(const LoyaltyRule *rule, const LoyaltySale *sale)
{
    TextList days = rule->weekdays, tiers = rule->tiers;
    Str      day      = sale->weekday >= 0 ? str_from(weekdays[sale->weekday]) : STR("");
    Str      currency = rule->currency.len ? rule->currency : sale->own_currency;
    if (rule->off || sale->at_ms < opt_or(rule->from, 0)) return false;
    if (rule->until != OPT_NONE && sale->at_ms >= rule->until) return false;
    if (by(rule, "money") && !str_eq(currency, sale->currency)) return false;
    if (rule->channels.count && !texts_have(rule->channels, sale->channel)) return false;
    if (rule->locations.count && !texts_have(rule->locations, sale->location)) return false;
    if (tiers.count && !texts_have(tiers, sale->tier)) return false;
    return (days.count == 0 || texts_have(days, day)) && in_hours(rule, sale->minute);
}

static bool selects(const LoyaltyRule *rule, const LoyaltyShare *share)
{
    GoodsMatch match = GOODS_OF(rule);
    GoodsFacts goods = { share->sku, share->brand, share->categories, share->tags };
    return goods_match(&match, &goods);
}

/* Divides `total` by weight and adds the parts to `points`. */
static void hand_out(int64_t total, const int64_t *weights, size_t count, int64_t *parts, int64_t *points)
{
    if (total <= 0) return;
    money_split(total, weights, count, parts);
    for (size_t i = 0; i < count; i++) points[i] += parts[i];
}

typedef struct {
    const LoyaltySale *sale;
    int64_t           *weights, *parts, *base;
} Earning;

/* Points for whole amounts of all that the rule selects. */
static bool earn_money(Earning *e, const LoyaltyRule *rule, Error *err)
{
    int64_t money = 0, whole = 0, total = 0;
    for (size_t i = 0; i < e->sale->count; i++) {
        const LoyaltyShare *share = &e->sale->shares[i];
        e->weights[i]             = selects(rule, share) && share->money > 0 ? share->money : 0;
        if (!money_add(money, e->weights[i], &money, err)) return false;
    }
    whole = money / opt_or(rule->per, 100);
    if (!money_scale(whole, opt_or(rule->points, 0), 1, ROUND_DOWN, &total, err)) return false;
    hand_out(total, e->weights, e->sale->count, e->parts, e->base);
    return true;
}

static bool earn_items(Earning *e, const LoyaltyRule *rule, Error *err)
{
    for (size_t i = 0; i < e->sale->count; i++) {
        const LoyaltyShare *share = &e->sale->shares[i];
        int64_t             more  = 0;
        if (!selects(rule, share)) continue;
        if (!money_scale(share->qty / opt_or(rule->per, QTY_ONE), opt_or(rule->points, 0), 1, ROUND_DOWN,
                         &more, err)
            || !money_add(e->base[i], more, &e->base[i], err))
            return false;
    }
    return true;
}

/* The bonus on what the selected shares have; not on other bonuses. */
static bool earn_bonus(Earning *e, const LoyaltyRule *rule, int64_t *points, Error *err)
{
    int64_t sum = 0, total = 0;
    for (size_t i = 0; i < e->sale->count; i++) {
        e->weights[i] = selects(rule, &e->sale->shares[i]) ? e->base[i] : 0;
        if (!money_add(sum, e->weights[i], &sum, err)) return false;
    }
    if (!money_scale(sum, opt_or(rule->times, PPM_ONE) - PPM_ONE, PPM_ONE, ROUND_DOWN, &total, err))
        return false;
    hand_out(total, e->weights, e->sale->count, e->parts, points);
    return true;
}

bool loyalty_earned(Arena *arena, const LoyaltyRule *rules, size_t rule_count, const LoyaltySale *sale,
                    int64_t *points, Error *err)
{
    Earning e = { sale, arena_array(arena, int64_t, sale->count + 1),
                  arena_array(arena, int64_t, sale->count + 1),
                  arena_array(arena, int64_t, sale->count + 1) };
    if (!e.weights || !e.parts || !e.base) return err_memory(err);
    if (sale->count == 0) return true;
    for (size_t i = 0; i < rule_count; i++) {
        if (!loyalty_rule_holds(&rules[i], sale)) continue;
        if (by(&rules[i], "money") && !earn_money(&e, &rules[i], err)) return false;
        if (by(&rules[i], "item") && !earn_items(&e, &rules[i], err)) return false;
    }
    memcpy(points, e.base, sale->count * sizeof *points);
    for (size_t i = 0; i < rule_count; i++)
        if (by(&rules[i], "multiply") && loyalty_rule_holds(&rules[i], sale)
            && !earn_bonus(&e, &rules[i], points, err))
            return false;
    return true;
}

int64_t loyalty_event_points(const LoyaltyRule *rules, size_t count, const LoyaltyEvent *event)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const LoyaltyRule *rule  = &rules[i];
        TextList           tiers = rule->tiers;
        if (rule->off || !str_eq(rule->by, event->by) || event->at_ms < opt_or(rule->from, 0)) continue;
        if (rule->until != OPT_NONE && event->at_ms >= rule->until) continue;
        bool done = event->before >= opt_or(rule->most, INT64_MAX);
        if (by(rule, "event") && (done || !str_eq(rule->event, event->name))) continue;
        if (tiers.count == 0 || texts_have(tiers, event->tier)) total += opt_or(rule->points, 0);
    }
    return total;
}

bool loyalty_rule_check(const LoyaltyRule *rule, Error *err)
{
    bool times = by(rule, "multiply"), event = by(rule, "join") || by(rule, "birthday");
    bool named = by(rule, "event");
    if (times && rule->points != OPT_NONE)
        return err_set(err, &ERR_LOYALTY_RULE, "points",
                       "a rule that multiplies gives no points of its own");
    if (!times && rule->points == OPT_NONE)
        return err_set(err, &ERR_LOYALTY_RULE, "points", "say how many points it gives");
    if (times && rule->times == OPT_NONE)
        return err_set(err, &ERR_LOYALTY_RULE, "times", "say by how much it multiplies, e.g. 2000000");
    if (!times && rule->times != OPT_NONE)
        return err_set(err, &ERR_LOYALTY_RULE, "times", "is only for rules by multiply");
    if (named && !rule->event.len)
        return err_set(err, &ERR_LOYALTY_RULE, "event", "say which event, e.g. review");
    if (!named && (rule->event.len || rule->most != OPT_NONE))
        return err_set(err, &ERR_LOYALTY_RULE, rule->event.len ? "event" : "most",
                       "is only for rules by event");
    if ((times || event || named) && rule->per != OPT_NONE)
        return err_set(err, &ERR_LOYALTY_RULE, "per", "is only for rules by money and item");
    if (!by(rule, "money") && rule->currency.len)
        return err_set(err, &ERR_LOYALTY_RULE, "currency", "is only for rules by money");
    bool goods = rule->skus.count || rule->categories.count || rule->brands.count || rule->tags.count
              || rule->channels.count || rule->locations.count;
    if ((event || named) && goods)
        return err_set(err, &ERR_LOYALTY_RULE, "by", "join, birthday and event have no goods and no place");
    for (size_t i = 0; i < rule->weekdays.count; i++) {
        bool known = false;
        for (size_t d = 0; d < COUNT(weekdays); d++)
            known = known || str_eq(rule->weekdays.items[i], str_from(weekdays[d]));
        if (!known)
            return err_set(err, &ERR_LOYALTY_RULE, "weekdays", "mon, tue, wed, thu, fri, sat, sun");
    }
    return true;
}

/* value * times / per of numbers that fit; what is out of range cannot be: they were earned. */
static int64_t scaled(int64_t value, int64_t times, int64_t per, Rounding how)
{
    int64_t out = 0;
    Error   err;
    bool    ok = money_scale(value, times, per, how, &out, &err);
    assert(ok);
    return ok ? out : 0;
}

int64_t loyalty_gone(int64_t points, int64_t qty, int64_t returned)
{
    if (returned >= qty) return points;
    return scaled(points, returned, qty, ROUND_HALF_UP);
}

int64_t loyalty_worth(LoyaltyRate rate, int64_t points)
{
    return scaled(points, rate.amount, rate.per, ROUND_DOWN);
}

int64_t loyalty_price(LoyaltyRate rate, int64_t amount)
{
    return scaled(amount, rate.per, rate.amount, ROUND_UP);
}

int64_t loyalty_unspent(int64_t points, int64_t amount, int64_t back)
{
    if (back >= amount) return points;
    return scaled(points, back, amount, ROUND_DOWN);
}

LoyaltyStanding loyalty_review(const int64_t *thresholds, size_t count, LoyaltyStanding before,
                               int64_t reached, int64_t now_ms, int64_t grace_ms)
{
    size_t tier = 0;
    while (tier < count && reached >= thresholds[tier]) tier++;
    if (tier >= before.tier) return (LoyaltyStanding){ tier, 0 };
    int64_t since = before.below_since_ms ? before.below_since_ms : now_ms;
    if (now_ms - since >= grace_ms) return (LoyaltyStanding){ tier, 0 };
    return (LoyaltyStanding){ before.tier, since };
}

/* --- numbers of members --- */

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A sign's place; I, L and O are read as 1, 1 and 0; -1: it is none. */
static int sign_of(char c)
{
    if (c >= 'a' && c <= 'z') c = (char)(c - 32);
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    const char *at = c ? strchr(signs, c) : NULL;
    return at ? (int)(at - signs) : -1;
}

/* Odd weights modulo 32: any single wrong sign is noticed, and nearly any two that changed places. */
static int check_of(const char *body, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) sum += sign_of(body[i]) * (int)(2 * i + 3);
    return sum % 32;
}

void loyalty_number(const unsigned char random[14], char out[LOYALTY_NUMBER_LEN])
{
    out[0] = 'M';
    for (size_t i = 0; i < 14; i++) out[1 + i] = signs[random[i] & 31];
    out[15] = signs[check_of(out + 1, 14)];
}

bool loyalty_number_read(Str typed, char out[LOYALTY_NUMBER_LEN])
{
    size_t len = 0;
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c == ' ' || c == '-') continue;
        if (len == LOYALTY_NUMBER_LEN) return false;
        if (len == 0 && c != 'M' && c != 'm') return false;
        int sign = sign_of(c);
        if (sign < 0) return false;
        out[len++] = signs[sign];
    }
    return len == LOYALTY_NUMBER_LEN && out[15] == signs[check_of(out + 1, 14)];
}

/* gift_rule.c — how long gift cards must hold. See gift_rule.h. */
#include "core/gift_rule.h"

#include <assert.h>

enum { DAY_MS = 86400000 };

static const GiftRule rules[] = {
#define GIFT_RULE(country, months, year_end, cash_out, source)                                            \
    { country, months, year_end, cash_out, source },
#include "core/gift_rule.def"
#undef GIFT_RULE
};

const GiftRule *gift_rule_find(Str country)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (str_eq(country, str_from(rules[i].country))) return &rules[i];
    return NULL;
}

/* Days since 1970 of a date, and back: the proleptic Gregorian calendar counted in eras of 400 years,
 * years beginning in March (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). For years from
 * 1970. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year, of_era = y % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t z = days + 719468, of_era = z % 146097;
    int64_t years   = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day            = of_year - (153 * shifted + 2) / 5 + 1;
    *month          = shifted < 10 ? shifted + 3 : shifted - 9;
    *year           = years + z / 146097 * 400 + (*month <= 2);
}

static int64_t add_months(int64_t now_ms, int64_t months, bool year_end)
{
    int64_t year, month, day;
    assert(now_ms >= 0 && months > 0);
    date_of(now_ms / DAY_MS, &year, &month, &day);
    int64_t count = year * 12 + month - 1 + months;
    year          = count / 12;
    month         = count % 12 + 1;
    if (year_end) return days_of(year + 1, 1, 1) * DAY_MS;
    int64_t next = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    int64_t at   = days_of(year, month, 1) + day - 1;
    return (at < next ? at + 1 : next) * DAY_MS; /* the whole of that day still holds */
}

int64_t gift_expiry(const GiftRule *rule, int64_t months, int64_t now_ms)
{
    if (months == 0 || (rule && rule->months == 0)) return 0;
    int64_t ours = add_months(now_ms, months, false);
    int64_t law  = rule ? add_months(now_ms, rule->months, rule->year_end) : 0;
    return ours > law ? ours : law;
}

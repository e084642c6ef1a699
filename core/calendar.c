/* calendar.c — dates as days. See calendar.h. The proleptic Gregorian calendar counted in eras of
 * 400 years, years beginning in March (Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms"). */
#include "core/calendar.h"

#include <assert.h>

int64_t calendar_day(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year, of_era = y % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void calendar_date(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t z = days + 719468, of_era = z % 146097;
    int64_t years   = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day            = of_year - (153 * shifted + 2) / 5 + 1;
    *month          = shifted < 10 ? shifted + 3 : shifted - 9;
    *year           = years + z / 146097 * 400 + (*month <= 2);
}

int64_t calendar_add_months(int64_t days, int64_t months)
{
    int64_t year = 0, month = 0, day = 0;
    assert(days >= 0 && months >= 0);
    calendar_date(days, &year, &month, &day);
    int64_t count = year * 12 + month - 1 + months;
    int64_t first = calendar_day(count / 12, count % 12 + 1, 1);
    int64_t next  = calendar_day((count + 1) / 12, (count + 1) % 12 + 1, 1);
    int64_t at    = first + day - 1;
    return at < next ? at : next - 1;
}

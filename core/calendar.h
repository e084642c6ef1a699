/* calendar.h — dates as days since 1970-01-01, and months added to them. Pure; for years from 1970.
 */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include <stdint.h>

int64_t calendar_day(int64_t year, int64_t month, int64_t day);
void    calendar_date(int64_t days, int64_t *year, int64_t *month, int64_t *day);

/* The same day of the month so many months later; of a shorter month its last day. */
int64_t calendar_add_months(int64_t days, int64_t months);

#endif

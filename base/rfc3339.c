/* rfc3339.c — UTC milliseconds as text and back. See rfc3339.h.
 * The proleptic Gregorian calendar, counted in eras of 400 years that begin in March. */
#include "base/rfc3339.h"

enum { MS_PER_DAY = 86400000, DAYS_PER_ERA = 146097, EPOCH_DAYS = 719468 };

static void digits(char *out, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
}

bool rfc3339_format(int64_t unix_ms, char out[RFC3339_LEN])
{
    int64_t ms   = unix_ms % MS_PER_DAY;
    int64_t days = unix_ms / MS_PER_DAY;
    if (ms < 0) {
        ms += MS_PER_DAY;
        days--;
    }
    days += EPOCH_DAYS;
    int64_t era  = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t day  = days - era * DAYS_PER_ERA;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t from_march = (5 * day + 2) / 153;
    int64_t month      = from_march < 10 ? from_march + 3 : from_march - 9;
    year += era * 400 + (month <= 2);
    if (year < 0 || year > 9999) return false;
    static const char form[RFC3339_LEN + 1] = "0000-00-00T00:00:00.000Z";
    for (int i = 0; i < RFC3339_LEN; i++) out[i] = form[i];
    digits(out, year, 4);
    digits(out + 5, month, 2);
    digits(out + 8, day - (153 * from_march + 2) / 5 + 1, 2);
    digits(out + 11, ms / 3600000, 2);
    digits(out + 14, ms / 60000 % 60, 2);
    digits(out + 17, ms / 1000 % 60, 2);
    digits(out + 20, ms % 1000, 3);
    return true;
}

/* Reads `count` digits at *at. */
static bool number(Str text, size_t *at, size_t count, int64_t low, int64_t high, int64_t *out)
{
    if (text.len - *at < count) return false;
    Str part = str_slice(text, *at, *at + count);
    if (part.ptr[0] == '-' || !str_to_i64(part, out)) return false;
    *at += count;
    return *out >= low && *out <= high;
}

static bool byte(Str text, size_t *at, char wanted)
{
    if (*at >= text.len || text.ptr[*at] != wanted) return false;
    (*at)++;
    return true;
}

static bool fraction(Str text, size_t *at, int64_t *ms)
{
    *ms = 0;
    if (*at >= text.len || text.ptr[*at] != '.') return true;
    size_t  from  = ++*at;
    int64_t scale = 100;
    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        *ms += (text.ptr[(*at)++] - '0') * scale;
        scale /= 10;
    }
    return *at > from && *at - from <= 9;
}

static bool offset(Str text, size_t *at, int64_t *minutes)
{
    int64_t h = 0;
    int64_t m = 0;
    *minutes  = 0;
    if (*at >= text.len) return false;
    char sign = text.ptr[(*at)++];
    if (sign == 'Z' || sign == 'z') return true;
    if (sign != '+' && sign != '-') return false;
    if (!number(text, at, 2, 0, 23, &h) || !byte(text, at, ':')) return false;
    if (!number(text, at, 2, 0, 59, &m)) return false;
    *minutes = (h * 60 + m) * (sign == '-' ? -1 : 1);
    return true;
}

static int64_t month_days(int64_t year, int64_t month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool             leap      = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

bool rfc3339_parse(Str text, int64_t *unix_ms)
{
    int64_t y, mo, d, h, mi, s, ms, minutes;
    char    formatted[RFC3339_LEN];
    size_t  at = 0;
    if (!number(text, &at, 4, 0, 9999, &y) || !byte(text, &at, '-')) return false;
    if (!number(text, &at, 2, 1, 12, &mo) || !byte(text, &at, '-')) return false;
    if (!number(text, &at, 2, 1, month_days(y, mo), &d) || (!byte(text, &at, 'T') && !byte(text, &at, 't')))
        return false;
    if (!number(text, &at, 2, 0, 23, &h) || !byte(text, &at, ':')) return false;
    if (!number(text, &at, 2, 0, 59, &mi) || !byte(text, &at, ':')) return false;
    if (!number(text, &at, 2, 0, 59, &s)) return false;
    if (!fraction(text, &at, &ms) || !offset(text, &at, &minutes) || at != text.len) return false;
    y -= mo <= 2;
    int64_t era  = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe  = y - era * 400;
    int64_t doy  = (153 * (mo > 2 ? mo - 3 : mo + 9) + 2) / 5 + d - 1;
    int64_t days = era * DAYS_PER_ERA + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH_DAYS;
    *unix_ms     = days * MS_PER_DAY + ((h * 60 + mi - minutes) * 60 + s) * 1000 + ms;
    return rfc3339_format(*unix_ms, formatted); /* an offset may lead out of the years */
}

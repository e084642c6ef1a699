/* common.c — checks of short texts and of periods. See shop/common.h. */
#include "shop/common.h"

#include "core/money.h"

#include <stdio.h>
#include <string.h>

int64_t page_limit(int64_t asked)
{
    return asked == OPT_NONE ? PAGE_STANDARD : asked;
}

Str text_or_empty(Str text)
{
    return text.ptr ? text : STR("");
}

Str text_or_none(Str text)
{
    return text.len ? text : STR_NONE;
}

int64_t period_from(int64_t asked_ms)
{
    return asked_ms > 0 ? asked_ms : 0; /* also OPT_NONE */
}

int64_t period_until(int64_t asked_ms)
{
    return asked_ms == OPT_NONE || asked_ms == 0 ? INT64_MAX : asked_ms;
}

int64_t period_from_shown(int64_t from_ms)
{
    return from_ms == 0 ? OPT_NONE : from_ms;
}

int64_t period_until_shown(int64_t until_ms)
{
    return until_ms == INT64_MAX ? OPT_NONE : until_ms;
}

bool period_check(int64_t from_ms, int64_t until_ms, const char *field, Error *err)
{
    if (period_until(until_ms) > period_from(from_ms)) return true;
    return err_set(err, &ERR_FIELD_INVALID, field, "must be later than the beginning");
}

bool code_check(Str code, const char *field, Error *err)
{
    bool fine = code.len > 0;
    for (size_t i = 0; i < code.len && fine; i++) {
        char c = code.ptr[i];
        fine   = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
            || c == '_' || c == '.';
    }
    return fine || err_set(err, &ERR_FIELD_INVALID, field, "letters, digits, '-', '_' and '.' only");
}

bool country_check(Str country, const char *field, Error *err)
{
    bool fine = country.len == 2;
    for (size_t i = 0; i < country.len && fine; i++) fine = country.ptr[i] >= 'A' && country.ptr[i] <= 'Z';
    return fine || err_set(err, &ERR_FIELD_INVALID, field, "must be two upper-case letters (ISO 3166-1)");
}

bool currency_check(Str currency, const char *field, Error *err)
{
    int decimals = 0;
    if (currency_find(currency, &decimals)) return true;
    return err_set(err, &ERR_CURRENCY_UNKNOWN, field, "must be a code of ISO 4217");
}

Str page_after(Str cursor)
{
    return text_or_empty(cursor);
}

bool err_in_list(Error *err, const char *list, size_t index)
{
    char field[sizeof err->field];
    memcpy(field, err->field, sizeof field);
    (void)snprintf(err->field, sizeof err->field, "%s[%zu]%s%.70s", list, index, field[0] ? "." : "", field);
    return false;
}

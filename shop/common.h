/* common.h — request and reply forms that several capabilities share, and the checks of short texts
 * that all of them make. Owns no table. */
#ifndef SHOP_COMMON_H
#define SHOP_COMMON_H

#define API_DEF "shop/common/api.def"
#include "shop/api_declare.h"

enum { PAGE_STANDARD = 50 };

/* The limit of a page request, or the standard one. */
int64_t page_limit(int64_t asked);

/* The text, or an empty one when it is absent: columns are NOT NULL. */
Str text_or_empty(Str text);

/* The text, or absent when it is empty: replies leave out what is not there. */
Str text_or_none(Str text);

/* Periods are stored with 0 for "always was" and INT64_MAX for "always"; requests and replies leave
 * these two out. Errors: FIELD_INVALID at `field` when the period ends before it begins. */
bool period_check(int64_t from_ms, int64_t until_ms, const char *field, Error *err) MUST_USE;
int64_t period_from(int64_t asked_ms);
int64_t period_until(int64_t asked_ms);
int64_t period_from_shown(int64_t from_ms);
int64_t period_until_shown(int64_t until_ms);

/* A code that is for ever: ASCII letters, digits, '-', '_' and '.'. Errors: FIELD_INVALID at `field`. */
bool code_check(Str code, const char *field, Error *err) MUST_USE;

/* Two upper-case letters. Errors: FIELD_INVALID at `field`. */
bool country_check(Str country, const char *field, Error *err) MUST_USE;

/* An ISO 4217 code of the program's table. Errors: CURRENCY_UNKNOWN at `field`. */
bool currency_check(Str currency, const char *field, Error *err) MUST_USE;

#endif

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
bool    period_check(int64_t from_ms, int64_t until_ms, const char *field, Error *err) MUST_USE;
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

/* The cursor of a page, or empty for the first. */
Str page_after(Str cursor);

/* Puts `list[index].` before the field of an error that is set; always false. */
bool err_in_list(Error *err, const char *list, size_t index);

/* Search by words: each word of a query must begin a word of the document. */
enum { SEARCH_WORDS_MAX = 4 };

typedef struct {
    Str low, high; /* words from `low` on and before `high`; both empty: no more words */
} Prefix;

/* The first SEARCH_WORDS_MAX words of a query as ranges; the rest of the list is empty. */
bool search_prefixes(Arena *arena, Str query, Prefix list[SEARCH_WORDS_MAX], size_t *count,
                     Error *err) MUST_USE;

/* A page of a search goes on behind a word and a document; the cursor is the id and the word. An empty
 * cursor is the beginning. Errors: FIELD_INVALID. */
bool search_cursor_parse(Arena *arena, Str cursor, Str *word, Str *id_bytes, Error *err) MUST_USE;
Str  search_cursor_text(Arena *arena, Str word, Id id);

/* Distinct words of texts as a JSON list, for the statement that stores them; STR_NONE: arena full. */
Str search_words_json(Arena *arena, const Str *texts, size_t count);

#endif

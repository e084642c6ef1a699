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

/* A list of texts as a JSON list, as columns keep it; an empty list as an empty text. STR_NONE and false: the
 * arena is full. */
Str  texts_write(Arena *arena, const TextList *list);
bool texts_read(Arena *arena, Str json, TextList *out) MUST_USE;

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

/* Whether the merchant has a location of that code, open or closed. */
bool location_there(Ctx *ctx, Str code, bool *there, Error *err) MUST_USE;

/* Whether who asks has a permission. */
bool ctx_may(const Ctx *ctx, const PermDef *perm);

/* The cursor of a page, or empty for the first. */
Str page_after(Str cursor);

/* The id before which a list that runs backwards goes on; for the first page one behind all ids.
 * Errors: FIELD_INVALID at `cursor`. */
bool page_before(Str cursor, Id *before, Error *err) MUST_USE;

/* Puts `list[index].` before the field of an error that is set; always false. */
bool err_in_list(Error *err, const char *list, size_t index);

/* Search by words: each word of a query must begin a word of the document. The rows of the rarest word
 * are walked in the order (word, document), those of the others looked up. */
enum { SEARCH_WORDS_MAX = 4, SEARCH_WALK_MAX = 10000 };

typedef struct {
    Str low, high; /* words from `low` on and before `high`; both empty: no more words */
} Prefix;

typedef struct {
    Prefix words[SEARCH_WORDS_MAX]; /* the rarest first */
    size_t count;                   /* 0: the query has no word, nothing is found */
    Str    after_word, after_id;    /* behind these */
    Str    until_word, until_id;    /* up to these */
    bool   cut;                     /* there is more behind `until` */
} SearchPlan;

/* What a search needs of the table of words: how many rows a range has (at most `most`), and the row that
 * many rows behind the beginning of the plan. */
typedef struct {
    bool (*count)(Ctx *ctx, Prefix range, int64_t most, int64_t *n, Error *err);
    bool (*edge)(Ctx *ctx, const SearchPlan *plan, int64_t skip, Str *word, Id *id, bool *found, Error *err);
} SearchTable;

/* Plans one page of a search. A query's first SEARCH_WORDS_MAX words count; a page walks at most
 * SEARCH_WALK_MAX rows when it has more to check than one word, so it may be short and yet not the last.
 * Errors: FIELD_INVALID at `cursor`. */
bool search_plan(Ctx *ctx, const SearchTable *table, Str query, Str cursor, bool filtered, SearchPlan *out,
                 Error *err) MUST_USE;

/* The cursor behind a row: its document and its word; and where a page that was cut goes on. */
Str search_cursor_text(Arena *arena, Str word, Id id);
Str search_cursor_cut(Arena *arena, const SearchPlan *plan);

/* Distinct words of texts as a JSON list, for the statement that stores them; STR_NONE: arena full. */
Str search_words_json(Arena *arena, const Str *texts, size_t count);

#endif

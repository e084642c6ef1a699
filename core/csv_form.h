/* csv_form.h — the form of a table written by somebody else's program: delimiter, encoding, decimal sign,
 * order of day and month, which column is what; found out from the data, then used to read its values.
 * Pure. Exact: numbers never pass through floating point. */
#ifndef CORE_CSV_FORM_H
#define CORE_CSV_FORM_H

#include "base/str.h"

typedef enum { CSV_UTF8, CSV_WINDOWS_1252 } CsvEncoding;
typedef enum { DATES_NONE, DATES_YMD, DATES_DMY, DATES_MDY } DateOrder;

/* How the order of day and month was found out. */
typedef enum {
    DATES_BY_YEAR,  /* the year stands first: no question */
    DATES_BY_DAY,   /* only one order makes every row a date */
    DATES_BY_ORDER, /* both orders would do; in this one the rows run forward in time (more often) */
    DATES_BY_SPAN,  /* both would do and run forward; in this one they lie closer together */
    DATES_BY_HABIT, /* nothing tells: day first, as most of the world writes */
    DATES_BY_USER,  /* the user said so */
} DateReason;

typedef enum {
    COLUMN_INVOICE,
    COLUMN_SKU,
    COLUMN_NAME,
    COLUMN_QTY,
    COLUMN_PRICE,
    COLUMN_DATE,
    COLUMN_CUSTOMER,
    COLUMN_COUNTRY,
    COLUMN_KINDS
} CsvColumn;

typedef struct {
    char        delimiter;
    CsvEncoding encoding;
    bool        bom;
    char        decimal;
    DateOrder   dates;
    DateReason  dates_why;
    int64_t     dates_span_days[2]; /* first to last date, read with the day first and the month first */
} CsvForm;

/* What was seen so far; starts zeroed. */
typedef struct {
    int64_t numbers[2];   /* texts in which only '.' (0) or only ',' (1) can be the decimal sign */
    int64_t thousands[2]; /* texts like 1.234 (0) or 1,234 (1), which may be either */
    int64_t not_utf8;
    int64_t year_first, dates;
    int64_t impossible[2]; /* not a date when read with the day first (0), the month first (1) */
    int64_t backward[2];   /* earlier than the row before, read so */
    int64_t last[2], first_ms[2], last_ms[2]; /* of each reading; first and last in time */
} CsvSeen;

void csv_see_text(CsvSeen *seen, Str text);
void csv_see_number(CsvSeen *seen, Str text);
void csv_see_date(CsvSeen *seen, Str text); /* in the order of the rows */

/* Fills decimal sign, encoding and date order of *form from what was seen. */
void csv_decide(const CsvSeen *seen, CsvForm *form);

/* What a column is by its name in the header; false for a name we do not know. */
bool csv_column_of(Str name, CsvColumn *out) MUST_USE;

/* The delimiter of a header line: the one by which most columns are known, then the one with most columns. */
char csv_delimiter_of(Str header);

const char *csv_column_name(CsvColumn column);

typedef enum {
    VALUE_OK,
    VALUE_EMPTY,
    VALUE_NOT_ONE, /* not a number, not a date */
    VALUE_FINER,   /* more decimals than can be kept */
    VALUE_LARGE,
} CsvValue;

/* A number in units of 10^-decimals: "2,55" with decimal ',' and 2 decimals is 255. Takes a sign, a
 * currency sign in front or behind, blanks around and thousands groups of three. */
CsvValue csv_number(const CsvForm *form, Str text, int decimals, int64_t *out);

/* A date with or without a time of day, as ms since 1970 of the clock on the wall. */
CsvValue csv_date(DateOrder order, Str text, int64_t *wall_ms);

/* Without blanks and no-break spaces at both ends. */
Str csv_trim(Str text);

/* The text as UTF-8 in the arena, without blanks at the ends; the same pointer when nothing changes. */
Str csv_text(Arena *arena, const CsvForm *form, Str text);

#endif

/* import_table.h — a file of invoice lines in memory: read once, split into cells, every different text
 * kept once, its form found out from all rows. Takes plain and gzipped files. Writes nothing.
 * Words: a Sym is the number of a text, 0 the empty one; a row is one record; a bad line could not be
 * split or read, and is told with its number and why. */
#ifndef FLOWS_IMPORT_TABLE_H
#define FLOWS_IMPORT_TABLE_H

#include "base/error.h"
#include "core/csv_form.h"

typedef uint32_t Sym;

typedef struct {
    uint32_t line; /* of the file, from 1 */
    Sym      cells[COLUMN_KINDS];
} ImportRow;

typedef struct {
    uint32_t    line;
    const char *why;
} ImportBad;

typedef struct {
    Arena      arena; /* of its own: everything here lives in it */
    Str        path;
    CsvForm    form;
    Str        names[COLUMN_KINDS]; /* of the columns in the header; ptr NULL: not there */
    Str       *texts;               /* by Sym; UTF-8 */
    uint32_t   text_count;
    ImportRow *rows;
    uint32_t   row_count;
    ImportBad *bad;
    uint32_t   bad_count;
    uint32_t   line_count; /* of the file, with the header */
    int64_t    bytes;      /* of text, unpacked */
} ImportTable;

/* Reads the whole file; `dates` other than DATES_NONE is taken as the user's word. Errors: IMPORT_FILE.
 * Give it back with import_table_free, also after an error. */
bool import_table_read(ImportTable *table, const char *path, DateOrder dates, Error *err) MUST_USE;
void import_table_free(ImportTable *table);

/* The same from bytes that the caller keeps until import_table_free. */
bool import_table_parse(ImportTable *table, Str text, DateOrder dates, Error *err) MUST_USE;

/* Appends a bad line. */
bool import_table_bad(ImportTable *table, uint32_t line, const char *why, Error *err) MUST_USE;

/* Doubles an array in the arena when it is full. */
bool import_grow(Arena *arena, void **items, uint32_t count, size_t size, Error *err) MUST_USE;

#endif

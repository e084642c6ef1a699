/* import_table.c — a file of invoice lines in memory. See import_table.h.
 * A quote that is never closed would swallow the lines behind it: a record that runs over several lines
 * and has not the header's number of cells, or whose next line is a whole record by itself, is broken in
 * its first line only; reading goes on at the next. */
#include "flows/import_table.h"

#include "shop/imports/imports.h"

#include <csv.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

enum {
    ROW_BYTES_MAX = 1 << 16, /* one record; anything longer is a quote left open */
    CELLS_MAX     = 256,
    FIRST_COUNT   = 1 << 10, /* arrays start with so many and double */
};
#define ARENA_BYTES ((size_t)1 << 31) /* of address space; memory is taken as it is used */
#define TEXT_BYTES_MAX ((size_t)1 << 29)

typedef struct {
    ImportTable *table;
    Str          text;
    size_t       at;    /* in text */
    uint32_t     line;  /* that begins at `at` */
    Sym         *slots; /* hash table of texts; 0: free */
    uint32_t     slot_count;
    int          columns[CELLS_MAX]; /* what each cell is; -1: nothing we know */
    size_t       cell_count;         /* of the header */
    /* The record being split. */
    Str    cells[CELLS_MAX];
    size_t cell;
    bool   done, failed;
    char   bytes[ROW_BYTES_MAX + CELLS_MAX];
    size_t used;
} Reader;

static bool refuse(const ImportTable *table, Error *err, const char *why)
{
    return err_set(err, &ERR_IMPORT_FILE, "file", "%.120s: %s", table->path.ptr ? table->path.ptr : "text",
                   why);
}

bool import_grow(Arena *arena, void **items, uint32_t count, size_t size, Error *err)
{
    bool full = count == 0 || (count >= FIRST_COUNT && (count & (count - 1)) == 0);
    if (!full) return true;
    void *more = arena_alloc_array(arena, count == 0 ? FIRST_COUNT : (size_t)count * 2, size);
    if (!more) return err_set(err, &ERR_IMPORT_FILE, "file", "too large to import at once: split it");
    if (count) memcpy(more, *items, count * size);
    *items = more;
    return true;
}

bool import_table_bad(ImportTable *table, uint32_t line, const char *why, Error *err)
{
    void *bad = table->bad;
    if (!import_grow(&table->arena, &bad, table->bad_count, sizeof *table->bad, err)) return false;
    table->bad                     = bad;
    table->bad[table->bad_count++] = (ImportBad){ line, why };
    return true;
}

static uint64_t hash_of(Str s)
{
    uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a */
    for (size_t i = 0; i < s.len; i++) hash = (hash ^ (unsigned char)s.ptr[i]) * 0x100000001b3ULL;
    return hash ^ hash >> 29;
}

/* The slot of a text, or the free one where it belongs. */
static uint32_t slot_of(const Reader *r, Str text)
{
    uint32_t at = (uint32_t)hash_of(text) & (r->slot_count - 1);
    while (r->slots[at] && !str_eq(r->table->texts[r->slots[at]], text))
        at = (at + 1) & (r->slot_count - 1);
    return at;
}

static bool grow_slots(Reader *r, Error *err)
{
    r->slot_count = r->slot_count ? r->slot_count * 2 : FIRST_COUNT * 4;
    r->slots      = arena_array(&r->table->arena, Sym, r->slot_count);
    if (!r->slots) return refuse(r->table, err, "too large to import at once: split it");
    for (Sym sym = 1; sym < r->table->text_count; sym++) r->slots[slot_of(r, r->table->texts[sym])] = sym;
    return true;
}

/* The number of a text; 0 for an empty one. */
static bool sym_of(Reader *r, Str text, Sym *out, Error *err)
{
    ImportTable *table = r->table;
    *out               = 0;
    if (text.len == 0) return true;
    if (table->text_count * 2 >= r->slot_count && !grow_slots(r, err)) return false;
    uint32_t slot = slot_of(r, text);
    if (r->slots[slot]) {
        *out = r->slots[slot];
        return true;
    }
    void *texts = table->texts;
    if (!import_grow(&table->arena, &texts, table->text_count, sizeof *table->texts, err)) return false;
    table->texts = texts;
    Str copy     = str_dup(&table->arena, text);
    if (!copy.ptr) return refuse(table, err, "too large to import at once: split it");
    *out                              = table->text_count;
    table->texts[table->text_count++] = copy;
    r->slots[slot]                    = *out;
    return true;
}

static void on_cell(void *bytes, size_t len, void *arg)
{
    Reader *r = arg;
    if (r->done || r->cell == CELLS_MAX || r->used + len > sizeof r->bytes) {
        r->failed = true;
        return;
    }
    if (len) memcpy(r->bytes + r->used, bytes, len);
    r->cells[r->cell++] = (Str){ r->bytes + r->used, len };
    r->used += len;
}

static void on_row(int end, void *arg)
{
    (void)end;
    ((Reader *)arg)->done = true;
}

/* Whether a line is a whole record by itself: it has the header's number of cells. */
static bool whole_record(const Reader *r, Str line)
{
    size_t cells  = 1;
    bool   quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '"') quoted = !quoted;
        else if (!quoted && line.ptr[i] == r->table->form.delimiter) cells++;
    }
    return !quoted && cells == r->cell_count && cells > 1;
}

static Str next_line(const Reader *r, size_t at)
{
    size_t end = str_index(r->text, '\n', at);
    return str_slice(r->text, at, end < r->text.len ? end + 1 : end);
}

/* Splits the next record into r->cells. *broken: its first line cannot be read (the reader then stands at
 * the second); r->cell is 0 for an empty line. */
static bool next_record(Reader *r, bool *broken, Error *err)
{
    struct csv_parser parser;
    size_t            start = r->at;
    uint32_t          line = r->line, lines = 0;
    *broken = false;
    r->cell = r->used = 0;
    r->done = r->failed = false;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0) return err_memory(err);
    csv_set_delim(&parser, (unsigned char)r->table->form.delimiter);
    while (r->at < r->text.len && !r->done && !*broken && r->at - start <= ROW_BYTES_MAX) {
        Str here = next_line(r, r->at);
        if (lines > 0 && r->cell_count && whole_record(r, here)) *broken = true;
        else if (csv_parse(&parser, here.ptr, here.len, on_cell, on_row, r) != here.len) *broken = true;
        r->at += here.len;
        lines++;
        if (lines == 1 && !r->done && r->cell == 0 && str_trim(here).len == 0) break; /* an empty line */
    }
    if (!r->done && !*broken) (void)csv_fini(&parser, on_cell, on_row, r);
    csv_free(&parser);
    *broken = *broken || r->failed || r->at - start > ROW_BYTES_MAX
           || (lines > 1 && r->cell_count && r->cell != r->cell_count);
    r->line += lines;
    if (!*broken) return true;
    r->at   = start + next_line(r, start).len;
    r->line = line + 1;
    return true;
}

static bool read_header(Reader *r, Error *err)
{
    ImportTable *table = r->table;
    Str          rest  = r->text;
    bool         broken;
    if (rest.len >= 2 && (memcmp(rest.ptr, "\xFF\xFE", 2) == 0 || memcmp(rest.ptr, "\xFE\xFF", 2) == 0))
        return refuse(table, err, "is UTF-16: save it as UTF-8");
    table->form.bom = rest.len >= 3 && memcmp(rest.ptr, "\xEF\xBB\xBF", 3) == 0;
    r->at           = table->form.bom ? 3 : 0;
    while (r->at < r->text.len && str_trim(next_line(r, r->at)).len == 0) {
        r->at += next_line(r, r->at).len;
        r->line++;
    }
    table->form.delimiter = csv_delimiter_of(next_line(r, r->at));
    if (!next_record(r, &broken, err)) return false;
    if (broken || r->cell == 0) return refuse(table, err, "has no header line that can be read");
    for (size_t i = 0; i < r->cell; i++) {
        CsvColumn column;
        r->columns[i] = -1;
        if (!csv_column_of(r->cells[i], &column) || table->names[column].ptr) continue;
        r->columns[i]        = (int)column;
        table->names[column] = str_dup(&table->arena, csv_trim(r->cells[i]));
        if (!table->names[column].ptr) return err_memory(err);
    }
    r->cell_count                   = r->cell;
    static const CsvColumn needed[] = { COLUMN_INVOICE, COLUMN_SKU, COLUMN_QTY, COLUMN_PRICE };
    for (size_t i = 0; i < COUNT(needed); i++)
        if (!table->names[needed[i]].ptr)
            return err_set(err, &ERR_IMPORT_FILE, "file", "%.100s: the header names no column for the %s",
                           table->path.ptr ? table->path.ptr : "text", csv_column_name(needed[i]));
    return true;
}

static bool keep_row(Reader *r, uint32_t line, Error *err)
{
    ImportTable *table = r->table;
    void        *rows  = table->rows;
    ImportRow    row   = { .line = line };
    if (r->cell != r->cell_count)
        return import_table_bad(table, line,
                                r->cell < r->cell_count ? "has fewer cells than the header"
                                                        : "has more cells than the header",
                                err);
    for (size_t i = 0; i < r->cell; i++)
        if (r->columns[i] >= 0 && !sym_of(r, csv_trim(r->cells[i]), &row.cells[r->columns[i]], err))
            return false;
    if (!import_grow(&table->arena, &rows, table->row_count, sizeof row, err)) return false;
    table->rows                     = rows;
    table->rows[table->row_count++] = row;
    return true;
}

/* Finds out the form from all rows and turns the texts into UTF-8. */
static bool find_form(ImportTable *table, DateOrder dates, Error *err)
{
    CsvSeen seen = { 0 };
    Sym     last = 0;
    for (uint32_t i = 0; i < table->row_count; i++) {
        const Sym *cells = table->rows[i].cells;
        if (cells[COLUMN_DATE] && cells[COLUMN_DATE] != last)
            csv_see_date(&seen, table->texts[cells[COLUMN_DATE]]);
        if (cells[COLUMN_DATE]) last = cells[COLUMN_DATE];
        csv_see_number(&seen, table->texts[cells[COLUMN_PRICE]]);
        csv_see_number(&seen, table->texts[cells[COLUMN_QTY]]);
    }
    for (Sym sym = 1; sym < table->text_count; sym++) csv_see_text(&seen, table->texts[sym]);
    csv_decide(&seen, &table->form);
    if (dates != DATES_NONE) {
        table->form.dates     = dates;
        table->form.dates_why = DATES_BY_USER;
    }
    for (Sym sym = 1; sym < table->text_count; sym++) {
        table->texts[sym] = csv_text(&table->arena, &table->form, table->texts[sym]);
        if (!table->texts[sym].ptr) return refuse(table, err, "too large to import at once: split it");
    }
    for (int i = 0; i < COLUMN_KINDS; i++)
        if (table->names[i].ptr) table->names[i] = csv_text(&table->arena, &table->form, table->names[i]);
    return true;
}

static bool parse(Reader *r, DateOrder dates, Error *err)
{
    ImportTable *table = r->table;
    Sym          empty = 0;
    void        *texts = NULL;
    if (!import_grow(&table->arena, &texts, 0, sizeof *table->texts, err) || !grow_slots(r, err))
        return false;
    table->texts      = texts;
    table->texts[0]   = STR("");
    table->text_count = 1;
    if (!sym_of(r, STR(""), &empty, err) || !read_header(r, err)) return false;
    while (r->at < r->text.len) {
        uint32_t line = r->line;
        bool     broken;
        if (!next_record(r, &broken, err)) return false;
        if (broken
            && !import_table_bad(table, line, "cannot be split into cells: a quote is left open", err))
            return false;
        if (!broken && r->cell > 0 && !keep_row(r, line, err)) return false;
    }
    table->line_count = r->line - 1;
    table->bytes      = (int64_t)r->text.len;
    return find_form(table, dates, err);
}

static bool make_arena(ImportTable *table, const char *path, Error *err)
{
    void *bytes = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *table      = (ImportTable){ .path = str_from(path) };
    if (bytes == MAP_FAILED) return err_memory(err);
    arena_init(&table->arena, bytes, ARENA_BYTES);
    return true;
}

static bool parse_text(ImportTable *table, Str text, DateOrder dates, Error *err)
{
    Reader *r = arena_new(&table->arena, Reader);
    if (!r) return err_memory(err);
    r->table = table;
    r->text  = text;
    r->line  = 1;
    return parse(r, dates, err);
}

bool import_table_parse(ImportTable *table, Str text, DateOrder dates, Error *err)
{
    return make_arena(table, NULL, err) && parse_text(table, text, dates, err);
}

/* The unpacked text of a file, in the arena. */
static bool read_all(ImportTable *table, gzFile file, Str *out, Error *err)
{
    enum { CHUNK = 1 << 20 };
    char  *start = NULL;
    size_t len   = 0;
    for (;;) {
        char *chunk = arena_alloc(&table->arena, CHUNK); /* follows the one before without a gap */
        if (!chunk || len > TEXT_BYTES_MAX)
            return refuse(table, err, "too large to import at once: split it");
        if (!start) start = chunk;
        int got = gzread(file, chunk, CHUNK);
        if (got < 0) return refuse(table, err, "cannot be unpacked");
        len += (size_t)got;
        if (got < CHUNK) break;
    }
    *out = (Str){ start, len };
    return true;
}

bool import_table_read(ImportTable *table, const char *path, DateOrder dates, Error *err)
{
    Str text = STR_NONE;
    if (!make_arena(table, path, err)) return false;
    gzFile file = gzopen(path, "rbe");
    if (!file) return refuse(table, err, errno ? strerror(errno) : "cannot be opened");
    bool ok = read_all(table, file, &text, err);
    if (gzclose(file) != Z_OK && ok) ok = refuse(table, err, "ends in the middle of its packed data");
    return ok && parse_text(table, text, dates, err);
}

void import_table_free(ImportTable *table)
{
    if (table->arena.bytes) munmap(table->arena.bytes, table->arena.size);
    *table = (ImportTable){ 0 };
}

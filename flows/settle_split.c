/* settle_split.c — the text of a settlement file as records. See settle.h.
 * A quote that is never closed would swallow what is behind it: a record that runs over several lines and
 * has not the header's number of cells, or is longer than any can be, is broken in its first line only;
 * splitting goes on at the next. */
#include "flows/settle.h"

#include <csv.h>

typedef struct {
    Str    cells[SETTLE_CELLS_MAX + 1];
    size_t count;
    char  *bytes;
    size_t used, room;
    bool   failed;
} Cells;

static void on_cell(void *bytes, size_t len, void *arg)
{
    Cells *to = arg;
    if (to->count > SETTLE_CELLS_MAX || to->used + len > to->room) {
        to->failed = true;
        return;
    }
    if (len) memcpy(to->bytes + to->used, bytes, len);
    to->cells[to->count++] = (Str){ to->bytes + to->used, len };
    to->used += len;
}

static void on_row(int end, void *arg)
{
    (void)end;
    (void)arg;
}

/* The end of the record that begins at `at`, behind its line end; *open: a quote is open there, or it is
 * too long. */
static size_t record_end(Str text, size_t at, bool *open)
{
    bool   quoted = false;
    size_t i      = at;
    for (; i < text.len && i - at <= SETTLE_RECORD_MAX; i++) {
        if (text.ptr[i] == '"') quoted = !quoted;
        if (text.ptr[i] != '\n' || quoted) continue;
        *open = false;
        return i + 1;
    }
    *open = quoted || i - at > SETTLE_RECORD_MAX;
    return i;
}

static int64_t lines_in(Str text)
{
    int64_t lines = 0;
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    return lines;
}

/* The cells of one record; none when it cannot be split. */
static bool split_one(SettleSplit *split, Cells *to, SettleRecord *out, Error *err)
{
    struct csv_parser parser;
    *to       = (Cells){ .room = out->bytes.len + 1 };
    to->bytes = arena_alloc(split->arena, to->room);
    if (!to->bytes || csv_init(&parser, CSV_APPEND_NULL) != 0) return err_memory(err);
    csv_set_delim(&parser, (unsigned char)split->delimiter);
    bool whole = csv_parse(&parser, out->bytes.ptr, out->bytes.len, on_cell, on_row, to) == out->bytes.len
              && csv_fini(&parser, on_cell, on_row, to) == 0;
    csv_free(&parser);
    out->cells = to->cells;
    out->count = whole && !to->failed ? to->count : 0;
    return true;
}

/* The first line of what begins at `at`. */
static Str first_line(Str text, size_t at)
{
    size_t end = str_index(text, '\n', at);
    return str_slice(text, at, end < text.len ? end + 1 : text.len);
}

/* Reads the record at `at`; *more: its end is not there yet. */
static bool take(SettleSplit *split, size_t at, Cells *cells, SettleRecord *out, bool *more, Error *err)
{
    bool   open = false;
    Str    text = split->text, line = first_line(text, at);
    size_t end   = record_end(text, at, &open);
    bool   ended = !open && text.ptr[end - 1] == '\n';
    bool   large = end - at > SETTLE_RECORD_MAX;
    *more        = !ended && !large && !split->last;
    if (*more) return true;
    *out = (SettleRecord){ .line = split->lines + 1, .bytes = open ? line : str_slice(text, at, end) };
    if (open || str_trim(out->bytes).len == 0) return true;
    if (!split_one(split, cells, out, err)) return false;
    bool broken = out->bytes.len > line.len && split->width && out->count != split->width;
    if (broken) *out = (SettleRecord){ .line = split->lines + 1, .bytes = line };
    return true;
}

bool settle_split(SettleSplit *split, Error *err)
{
    Cells *cells = arena_new(split->arena, Cells);
    size_t at    = 0;
    Str    text  = split->text;
    if (!cells) return err_memory(err);
    split->lines = 0;
    while (at < text.len) {
        SettleRecord record = { .count = 0 };
        bool         more   = false;
        size_t       mark   = split->arena->used;
        if (!take(split, at, cells, &record, &more, err)) return false;
        if (more) break;
        if (str_trim(record.bytes).len == 0) split->arena->used = mark;
        else if (!split->each(split, &record, err)) return false;
        at += record.bytes.len;
        split->lines += lines_in(record.bytes) + (at == text.len && text.ptr[at - 1] != '\n');
    }
    split->rest = str_slice(text, at, text.len);
    return true;
}

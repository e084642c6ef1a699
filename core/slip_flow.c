/* slip_flow.c — slips as lines of characters that are all as wide, and as plain text. See slip.h. */
#include "core/slip.h"

#include <assert.h>

enum { FIRST_LEAST = 8 }; /* columns that the first cell of a row must have, or it gets lines of its own */

/* --- characters --- */

uint32_t slip_character(Str text, size_t *at)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    assert(*at < text.len);
    unsigned char first = (unsigned char)text.ptr[(*at)++];
    int more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : -1;
    if (more <= 0) return more == 0 ? first : 0xFFFD;
    uint32_t code = first & (0x3Fu >> more);
    size_t   end  = *at;
    for (int i = 0; i < more; i++, end++) {
        if (end >= text.len || ((unsigned char)text.ptr[end] & 0xC0) != 0x80) return 0xFFFD;
        code = code << 6 | ((unsigned char)text.ptr[end] & 0x3F);
    }
    if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0xFFFD;
    *at = end;
    return code;
}

typedef struct {
    uint32_t from, to;
} Range;

static bool in_ranges(uint32_t code, const Range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].from && code <= ranges[i].to) return true;
    return false;
}

/* Unicode's East Asian wide letters, and marks that stand on the letter before them. */
static int width_of(uint32_t code)
{
    static const Range wide[] = { { 0x1100, 0x115F },   { 0x2E80, 0x303E },  { 0x3041, 0x33FF },
                                  { 0x3400, 0x4DBF },   { 0x4E00, 0x9FFF },  { 0xA000, 0xA4CF },
                                  { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },  { 0xFE30, 0xFE6F },
                                  { 0xFF00, 0xFF60 },   { 0xFFE0, 0xFFE6 },  { 0x1F300, 0x1F64F },
                                  { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD } };
    static const Range none[] = { { 0x0300, 0x036F }, { 0x0591, 0x05BD }, { 0x0610, 0x061A },
                                  { 0x064B, 0x065F }, { 0x0670, 0x0670 }, { 0x200B, 0x200F },
                                  { 0x2060, 0x2064 }, { 0x20D0, 0x20FF }, { 0x3099, 0x309A },
                                  { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF } };
    if (code < 0x300) return 1;
    if (in_ranges(code, none, COUNT(none))) return 0;
    return in_ranges(code, wide, COUNT(wide)) ? 2 : 1;
}

int slip_columns(Str text)
{
    int columns = 0;
    for (size_t at = 0; at < text.len;) columns += width_of(slip_character(text, &at));
    return columns;
}

/* --- breaking --- */

/* The part of a text for one line: up to a line break, or to the last blank that fits, or to the last
 * character that does; *next gets where the rest begins. At least one character. */
static Str line_of(Str text, int columns, size_t *next)
{
    size_t at = 0, blank = 0;
    int    used = 0;
    while (at < text.len) {
        size_t   before = at;
        uint32_t code   = slip_character(text, &at);
        if (code == '\n') {
            *next = at;
            return str_slice(text, 0, before);
        }
        used += width_of(code);
        if (code == ' ') blank = at;
        if (used <= columns || before == 0 || code == ' ') continue;
        size_t end = blank ? blank : before;
        *next      = end;
        return str_slice(text, 0, end);
    }
    *next = text.len;
    return text;
}

/* --- flowing --- */

typedef struct {
    Arena        *arena;
    SlipFlowLine *lines;
    size_t        count, room;
    int           columns;
    bool          sizes, failed;
} Flow;

static SlipFlowLine *add(Flow *flow, const SlipBlock *block)
{
    if (flow->count == flow->room) {
        size_t        room = flow->room * 2;
        SlipFlowLine *more = arena_array(flow->arena, SlipFlowLine, room);
        if (!more) {
            flow->failed = true;
            flow->count  = 0; /* what is written from now on is lost */
            return &flow->lines[0];
        }
        memcpy(more, flow->lines, flow->count * sizeof *more);
        flow->lines = more;
        flow->room  = room;
    }
    SlipFlowLine *line = &flow->lines[flow->count++];
    bool          big  = block->big && flow->sizes;
    *line              = (SlipFlowLine){ .block   = block,
                                         .big     = big,
                                         .columns = big ? flow->columns / 2 : flow->columns };
    return line;
}

static int trimmed_columns(Str *text)
{
    while (text->len && text->ptr[text->len - 1] == ' ') text->len--;
    return slip_columns(*text);
}

static void put(SlipFlowLine *line, int from, Str text)
{
    assert(line->count < SLIP_CELLS_MAX);
    line->from[line->count]    = from < 0 ? 0 : from;
    line->cells[line->count++] = text;
}

/* A text in lines of at most so many columns; the last line is returned. */
static SlipFlowLine *flow_text(Flow *flow, const SlipBlock *block, Str text, int columns)
{
    SlipFlowLine *line   = NULL;
    int           indent = block->indent;
    do {
        size_t next  = 0;
        Str    piece = line_of(text, columns, &next);
        int    used  = trimmed_columns(&piece);
        line         = add(flow, block);
        int blank    = columns - used;
        int from     = block->kind == SLIP_ROW || block->align == SLIP_START ? indent
                     : block->align == SLIP_CENTRE                           ? indent + blank / 2
                                                                             : indent + blank;
        put(line, from, piece);
        text = str_slice(text, next, text.len);
    } while (text.len && !flow->failed);
    return line;
}

static void flow_row(Flow *flow, const SlipBlock *block)
{
    bool big     = block->big && flow->sizes;
    int  columns = big ? flow->columns / 2 : flow->columns, rest = 0;
    int  widths[SLIP_CELLS_MAX] = { 0 };
    for (size_t i = 1; i < block->count; i++) {
        int own   = slip_columns(block->cells[i]);
        widths[i] = own > block->column ? own : block->column;
        rest += widths[i] + 1;
    }
    int           first = columns - block->indent - rest;
    bool          apart = first < FIRST_LEAST && slip_columns(block->cells[0]) > first;
    SlipFlowLine *line  = flow_text(flow, block, block->cells[0], apart ? columns - block->indent : first);
    if (block->count == 1) return;
    if (rest - 1 > columns) { /* nothing fits beside anything */
        for (size_t i = 1; i < block->count; i++)
            if (block->cells[i].len) {
                line = add(flow, block);
                put(line, columns - slip_columns(block->cells[i]), block->cells[i]);
            }
        return;
    }
    if (apart) line = add(flow, block);
    int end = columns;
    for (size_t i = block->count - 1; i > 0; i--) {
        int width = widths[i];
        widths[i] = end;
        end -= width + 1;
    }
    for (size_t i = 1; i < block->count; i++)
        put(line, widths[i] - slip_columns(block->cells[i]), block->cells[i]);
}

bool slip_flow(Arena *arena, const Slip *slip, int columns, bool sizes, SlipFlowLine **out, size_t *count,
               Error *err)
{
    Flow flow = { .arena = arena, .room = slip->count * 2 + 16, .columns = columns, .sizes = sizes };
    assert(columns >= SLIP_COLUMNS_LEAST && columns <= SLIP_COLUMNS_MOST);
    flow.lines = arena_array(arena, SlipFlowLine, flow.room);
    if (!flow.lines) return err_memory(err);
    for (size_t i = 0; i < slip->count && !flow.failed; i++) {
        const SlipBlock *block = &slip->blocks[i];
        int              wide  = block->big && sizes ? columns / 2 : columns;
        switch (block->kind) {
        case SLIP_TEXT: (void)flow_text(&flow, block, block->cells[0], wide - block->indent); break;
        case SLIP_ROW: flow_row(&flow, block); break;
        case SLIP_RULE:
        case SLIP_GAP:
        case SLIP_QR:
        case SLIP_BARCODE:
        case SLIP_LOGO:
        case SLIP_CUT:
        case SLIP_DRAWER: (void)add(&flow, block); break;
        }
    }
    if (flow.failed) return err_memory(err);
    *out   = flow.lines;
    *count = flow.count;
    return true;
}

/* --- plain text --- */

static void blanks(Buf *out, int count)
{
    for (; count > 0; count--) buf_byte(out, ' ');
}

static void write_cells(Buf *out, const SlipFlowLine *line)
{
    int at = 0;
    for (size_t i = 0; i < line->count; i++) {
        if (line->cells[i].len == 0) continue;
        blanks(out, line->from[i] - at);
        buf_add(out, line->cells[i]);
        at = line->from[i] + slip_columns(line->cells[i]);
    }
}

static void write_line(Buf *out, const SlipFlowLine *line, int columns)
{
    const SlipBlock *block = line->block;
    switch (block->kind) {
    case SLIP_TEXT:
    case SLIP_ROW: write_cells(out, line); break;
    case SLIP_RULE:
        for (int i = 0; i < columns; i++) buf_byte(out, '-');
        break;
    case SLIP_GAP: break;
    case SLIP_BARCODE: blanks(out, (columns - slip_columns(block->cells[0])) / 2); /* fall through */
    case SLIP_QR: buf_add(out, block->cells[0]); break; /* longer than a line, but it must stay whole */
    case SLIP_LOGO:
    case SLIP_CUT:
    case SLIP_DRAWER: return;
    }
    buf_byte(out, '\n');
}

bool slip_text(Arena *arena, const Slip *slip, int columns, Str *out, Error *err)
{
    SlipFlowLine *lines = NULL;
    size_t        count = 0;
    if (!slip_flow(arena, slip, columns, false, &lines, &count, err)) return false;
    Buf buf = buf_make(arena, count * (size_t)columns + 64);
    for (size_t i = 0; i < count; i++) write_line(&buf, &lines[i], columns);
    *out = buf_str(&buf);
    return !buf.failed || err_memory(err);
}

/* slip_escpos.c — slips as bytes for ESC/POS printers. See slip_escpos.h. */
#include "core/slip_escpos.h"

#include <assert.h>

enum { ESC = 0x1B, GS = 0x1D, FS = 0x1C, LF = 0x0A };
enum { CODE_WIDTH_MAX = 3, CODE_HEIGHT = 80, QUIET_DOTS = 20, BARCODE_MAX = 80 };

typedef struct {
    Arena             *arena;
    const Slip        *slip;
    const SlipPrinter *printer;
    Buf                out;
    int                dots;
    uint32_t           pages;
    SlipPage           page; /* what the printer has now */
    bool               bold, big;
    SlipAlign          align;
} Print;

static void bytes(Print *p, const uint8_t *data, size_t count)
{
    buf_add(&p->out, (Str){ (const char *)data, count });
}

#define SEND(p, ...) bytes(p, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static uint8_t page_number(SlipPage page)
{
    static const uint8_t numbers[] = {
#define X(name, code, number) number,
        SLIP_PAGES(X)
#undef X
    };
    return numbers[page];
}

static void set_page(Print *p, SlipPage page)
{
    if (p->page == page) return;
    p->page = page;
    SEND(p, ESC, 't', page_number(page));
}

static void set_look(Print *p, bool bold, bool big)
{
    if (p->bold != bold) SEND(p, ESC, 'E', bold);
    if (p->big != big) SEND(p, GS, '!', big ? 0x11 : 0);
    p->bold = bold;
    p->big  = big;
}

static void set_align(Print *p, SlipAlign align)
{
    if (p->align != align) SEND(p, ESC, 'a', (uint8_t)align);
    p->align = align;
}

/* --- letters --- */

/* What stands for a letter that no page has without saying anything else. */
static uint32_t plain_letter(uint32_t code)
{
    static const struct {
        uint32_t from, to;
        char     letter;
    } rows[] = { { 0x2018, 0x201B, '\'' }, { 0x201C, 0x201F, '"' }, { 0x2010, 0x2015, '-' },
                 { 0x2212, 0x2212, '-' },  { 0x2026, 0x2026, '.' }, { 0x00A0, 0x00A0, ' ' },
                 { 0x2000, 0x200A, ' ' },  { 0x202F, 0x202F, ' ' }, { 0x3000, 0x3000, ' ' },
                 { 0x2022, 0x2022, '*' },  { 0x00D7, 0x00D7, 'x' }, { 0x2032, 0x2032, '\'' },
                 { 0x2033, 0x2033, '"' },  { 0x00AD, 0x00AD, '-' } };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (code >= rows[i].from && code <= rows[i].to) return (uint32_t)rows[i].letter;
    return 0;
}

/* The page and byte of a letter: in the page that is set, else in the first that has it. */
static bool find_letter(const Print *p, uint32_t code, SlipPage *page, uint8_t *byte)
{
    *page = p->page;
    if (p->pages >> *page & 1 && slip_page_byte(*page, code, byte)) return true;
    for (int i = 0; i < SLIP_PAGE_COUNT; i++) {
        *page = (SlipPage)i;
        if (p->pages >> i & 1 && slip_page_byte(*page, code, byte)) return true;
    }
    *page = p->page;
    *byte = (uint8_t)plain_letter(code);
    return *byte != 0;
}

static bool can_write(const Print *p, const SlipFlowLine *line)
{
    SlipPage page = SLIP_PAGE_CP1252;
    uint8_t  byte = 0;
    for (size_t i = 0; i < line->count; i++)
        for (size_t at = 0; at < line->cells[i].len;)
            if (!find_letter(p, slip_character(line->cells[i], &at), &page, &byte)) return false;
    return true;
}

/* As many bytes as the text has columns: wide letters that no page has are "??". */
static void write_text(Print *p, Str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t   before = at;
        uint32_t code   = slip_character(text, &at);
        SlipPage page   = p->page;
        uint8_t  byte   = 0;
        int      room   = slip_columns(str_slice(text, before, at));
        if (room == 1 && find_letter(p, code, &page, &byte)) {
            set_page(p, page);
            buf_byte(&p->out, (char)byte);
            continue;
        }
        for (; room > 0; room--) buf_byte(&p->out, '?');
    }
}

static void write_line(Print *p, const SlipFlowLine *line)
{
    int at = 0;
    set_align(p, SLIP_START);
    set_look(p, line->block->bold, line->big);
    for (size_t i = 0; i < line->count; i++) {
        if (line->cells[i].len == 0) continue;
        for (; at < line->from[i]; at++) buf_byte(&p->out, ' ');
        write_text(p, line->cells[i]);
        at += slip_columns(line->cells[i]);
    }
    SEND(p, LF);
}

/* --- pictures --- */

static void write_picture(Print *p, const SlipPicture *picture, SlipAlign align)
{
    size_t across = ((size_t)picture->width + 7) / 8;
    assert(picture->width > 0 && picture->height > 0 && across < 256 && picture->height < 65536);
    set_align(p, align);
    SEND(p, GS, 'v', '0', 0, (uint8_t)across, 0, (uint8_t)(picture->height & 255),
         (uint8_t)(picture->height >> 8));
    bytes(p, picture->bits, across * (size_t)picture->height);
}

/* A logo that is wider than the paper is made as wide as that. */
static void write_logo(Print *p)
{
    SlipPicture logo = p->slip->logo;
    if (!logo.bits || logo.width <= 0 || logo.height <= 0) return;
    if (logo.width > p->dots) {
        int      height = logo.height * p->dots / logo.width;
        size_t   across = (size_t)p->dots / 8, was = ((size_t)logo.width + 7) / 8;
        uint8_t *bits = arena_array(p->arena, uint8_t, across * (size_t)(height + 1));
        if (!bits || height == 0) {
            p->out.failed = p->out.failed || !bits;
            return;
        }
        for (int y = 0; y < height; y++)
            for (int x = 0; x < p->dots; x++) {
                size_t from_x = (size_t)x * (size_t)logo.width / (size_t)p->dots;
                size_t from_y = (size_t)y * (size_t)logo.height / (size_t)height;
                if (logo.bits[from_y * was + from_x / 8] >> (7 - from_x % 8) & 1)
                    bits[(size_t)y * across + (size_t)x / 8] |= (uint8_t)(0x80 >> x % 8);
            }
        logo = (SlipPicture){ p->dots, height, bits, STR_NONE };
    }
    write_picture(p, &logo, SLIP_CENTRE);
}

/* --- codes --- */

/* Side of a QR code of level M that holds so many bytes, in modules. */
static int qr_side(size_t length)
{
    static const uint16_t most[] = {
        14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412
    };
    for (size_t i = 0; i < COUNT(most); i++)
        if (length <= most[i]) return 21 + 4 * (int)i;
    return 0;
}

static void write_qr(Print *p, Str text)
{
    int side = qr_side(text.len), size = side ? p->dots / 2 / side : 0;
    if (side == 0) return; /* longer than a receipt's code may be; the link is never so long */
    size         = size < 3 ? 3 : size > 6 ? 6 : size;
    size_t store = text.len + 3;
    set_align(p, SLIP_CENTRE);
    SEND(p, GS, '(', 'k', 4, 0, 49, 65, 50, 0);         /* model 2 */
    SEND(p, GS, '(', 'k', 3, 0, 49, 67, (uint8_t)size); /* dots of a module */
    SEND(p, GS, '(', 'k', 3, 0, 49, 69, 49);            /* level M */
    SEND(p, GS, '(', 'k', (uint8_t)(store & 255), (uint8_t)(store >> 8), 49, 80, 48);
    buf_add(&p->out, text);
    SEND(p, GS, '(', 'k', 3, 0, 49, 81, 48);
    SEND(p, LF);
}

/* Code 128, code set B. False: it cannot be one, or is wider than the paper. */
static bool write_barcode(Print *p, Str text)
{
    uint8_t data[2 * BARCODE_MAX];
    size_t  count = 0;
    if (text.len == 0 || text.len > BARCODE_MAX) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' || text.ptr[i] > '~') return false;
        if (text.ptr[i] == '{') data[count++] = '{';
        data[count++] = (uint8_t)text.ptr[i];
    }
    int modules = 35 + 11 * (int)text.len, width = CODE_WIDTH_MAX;
    while (width > 1 && modules * width > p->dots - QUIET_DOTS) width--;
    if (width < 2) return false;
    set_align(p, SLIP_CENTRE);
    SEND(p, GS, 'h', CODE_HEIGHT, GS, 'w', (uint8_t)width, GS, 'H', 2, GS, 'f', 0);
    SEND(p, GS, 'k', 73, (uint8_t)(count + 2), '{', 'B');
    bytes(p, data, count);
    SEND(p, LF);
    return true;
}

/* --- blocks --- */

static void write_plain(Print *p, Str text)
{
    SlipBlock    block = { .kind = SLIP_TEXT };
    int          from  = (p->printer->columns - slip_columns(text)) / 2;
    SlipFlowLine line  = {
         .block = &block, .cells = { text }, .from = { from > 0 ? from : 0 }, .count = 1
    };
    write_line(p, &line);
}

static bool write_block(Print *p, const SlipFlowLine *line, Error *err)
{
    const SlipBlock *block   = line->block;
    SlipPicture      picture = { .bits = NULL };
    switch (block->kind) {
    case SLIP_TEXT:
    case SLIP_ROW:
        if (!p->printer->draw || (can_write(p, line) && !slip_from_right(p->slip->language))) {
            write_line(p, line);
            return true;
        }
        if (!p->printer->draw(p->printer->draw_arg, p->arena, line, p->slip->language, p->dots, &picture,
                              err))
            return false;
        write_picture(p, &picture, SLIP_START);
        return true;
    case SLIP_RULE:
        set_align(p, SLIP_START);
        set_look(p, false, false);
        for (int i = 0; i < p->printer->columns; i++) buf_byte(&p->out, '-');
        SEND(p, LF);
        return true;
    case SLIP_GAP: SEND(p, LF); return true;
    case SLIP_QR: write_qr(p, block->cells[0]); return true;
    case SLIP_BARCODE:
        set_look(p, false, false);
        if (!write_barcode(p, block->cells[0])) write_plain(p, block->cells[0]);
        return true;
    case SLIP_LOGO: write_logo(p); return true;
    case SLIP_CUT: SEND(p, GS, 'V', 66, 0); return true;
    case SLIP_DRAWER: SEND(p, ESC, 'p', 0, 25, 250); return true;
    }
    UNREACHABLE();
}

bool slip_escpos(Arena *arena, const Slip *slip, const SlipPrinter *printer, Str *out, Error *err)
{
    SlipFlowLine *lines = NULL;
    size_t        count = 0;
    uint32_t      all   = (1u << SLIP_PAGE_COUNT) - 1;
    Print         p     = { .arena   = arena,
                            .slip    = slip,
                            .printer = printer,
                            .dots    = printer->columns * SLIP_DOTS_OF_COLUMN,
                            .pages   = printer->pages & all ? printer->pages & all : all };
    p.out               = buf_make(arena, 4096);
    if (!slip_flow(arena, slip, printer->columns, true, &lines, &count, err)) return false;
    while (!(p.pages >> p.page & 1)) p.page = (SlipPage)(p.page + 1);
    SEND(&p, ESC, '@', FS, '.', ESC, 'R', 0, ESC, 't', page_number(p.page));
    for (size_t i = 0; i < count; i++)
        if (!write_block(&p, &lines[i], err)) return false;
    *out = buf_str(&p.out);
    return !p.out.failed || err_memory(err);
}

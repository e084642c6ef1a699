/* slip_pdf.c — slips as PDF: laid out by the widths that the letters really have. See slip_pdf.h. */
#include "sys/slip_pdf.h"

#include "sys/paper.h"

/* Hundredths of a millimetre, as in core/sheet.h. */
enum {
    WIDTH       = 8000,
    MARGIN      = 500,
    INNER       = WIDTH - 2 * MARGIN,
    LETTERS     = 300,
    LETTERS_BIG = 430,
    STEP        = 60,  /* between blocks */
    BETWEEN     = 200, /* between the cells of a row */
    FIRST_LEAST = 1600,
    INDENT      = 150, /* of one column */
    QR_SIDE     = 2800,
    BAR_HEIGHT  = 900,
    DOT_TENTHS  = 125, /* of a logo: eight dots are a millimetre */
    LOGO_MOST   = 4800,
    PAGE_MOST   = 300000,
    WIDE        = 1000000,
    PAGES_MAX   = 64,
};

typedef struct {
    Arena      *arena;
    const Slip *slip;
    PaperRuler *ruler;
    SheetItem  *items;
    size_t      count, room;
    int         y;
    Sheet       sheets[PAGES_MAX];
    size_t      sheet_count;
    bool        failed;
} Layout;

static void put(Layout *l, SheetItem item)
{
    if (l->count == l->room) {
        size_t     room = l->room ? l->room * 2 : 64;
        SheetItem *more = arena_array(l->arena, SheetItem, room);
        if (!more) {
            l->failed = true;
            return;
        }
        if (l->count) memcpy(more, l->items, l->count * sizeof *more);
        l->items = more;
        l->room  = room;
    }
    if (slip_from_right(l->slip->language)) {
        item.x          = WIDTH - item.x - item.width;
        item.from_right = true;
        item.align      = item.align == SHEET_LEFT  ? SHEET_RIGHT
                        : item.align == SHEET_RIGHT ? SHEET_LEFT
                                                    : item.align;
    }
    l->items[l->count++] = item;
}

static void end_page(Layout *l)
{
    if (l->count == 0 || l->sheet_count == PAGES_MAX) return;
    l->sheets[l->sheet_count++] = (Sheet){ WIDTH, l->y + MARGIN, l->items, l->count };
    l->items                    = NULL;
    l->count = l->room = 0;
    l->y               = MARGIN;
}

static SheetItem text_item(const SlipBlock *block, Str text)
{
    static const SheetAlign aligned[] = { SHEET_LEFT, SHEET_CENTRE, SHEET_RIGHT };
    return (SheetItem){ .kind  = SHEET_TEXT,
                        .width = INNER,
                        .size  = block->big ? LETTERS_BIG : LETTERS,
                        .lines = 1000,
                        .bold  = block->bold,
                        .align = aligned[block->align],
                        .text  = text };
}

/* Puts a text at x, broken to `width`; the height it takes. */
static int put_text(Layout *l, const SlipBlock *block, Str text, int x, int width, SheetAlign align)
{
    SheetItem item = text_item(block, text);
    int       high = 0, wide = 0;
    item.x     = x;
    item.y     = l->y;
    item.width = width;
    item.align = align;
    paper_measure(l->ruler, &item, &wide, &high);
    if (text.len) put(l, item);
    return text.len ? high : 0;
}

static int width_of(Layout *l, const SlipBlock *block, Str text)
{
    SheetItem item = text_item(block, text);
    int       high = 0, wide = 0;
    item.width = WIDE;
    paper_measure(l->ruler, &item, &wide, &high);
    return wide + 20; /* so that rounding does not break it */
}

static void put_row(Layout *l, const SlipBlock *block)
{
    int x = MARGIN + block->indent * INDENT, end = MARGIN + INNER, high = 0;
    int widths[SLIP_CELLS_MAX] = { 0 }, rest = 0;
    for (size_t i = 1; i < block->count; i++) {
        widths[i] = width_of(l, block, block->cells[i]);
        if (widths[i] < block->column * INDENT) widths[i] = block->column * INDENT;
        rest += widths[i] + BETWEEN;
    }
    int  first = end - x - rest;
    bool apart = first < FIRST_LEAST && width_of(l, block, block->cells[0]) > first;
    if (apart) l->y += put_text(l, block, block->cells[0], x, end - x, SHEET_LEFT);
    else high = put_text(l, block, block->cells[0], x, first, SHEET_LEFT);
    for (size_t i = block->count - 1; i > 0; i--) {
        int room = rest > INNER ? INNER : widths[i];
        int own  = put_text(l, block, block->cells[i], end - room, room, SHEET_RIGHT);
        if (own > high) high = own;
        if (rest > INNER) l->y += own; /* nothing fits beside anything */
        else end -= widths[i] + BETWEEN;
    }
    if (block->count <= 1 || rest <= INNER) l->y += high;
}

static void put_code(Layout *l, const SlipBlock *block)
{
    bool qr   = block->kind == SLIP_QR;
    int  side = qr ? QR_SIDE : INNER - 800;
    if (block->cells[0].len == 0) return;
    l->y += 2 * STEP;
    put(l, (SheetItem){ .kind   = qr ? SHEET_QR : SHEET_CODE_128,
                        .x      = (WIDTH - side) / 2,
                        .y      = l->y,
                        .width  = side,
                        .height = qr ? QR_SIDE : BAR_HEIGHT,
                        .text   = block->cells[0] });
    l->y += (qr ? QR_SIDE : BAR_HEIGHT) + STEP;
    SlipBlock below = { .kind = SLIP_TEXT, .align = SLIP_CENTRE };
    if (!qr) l->y += put_text(l, &below, block->cells[0], MARGIN, INNER, SHEET_CENTRE);
}

static void put_logo(Layout *l)
{
    const SlipPicture *logo = &l->slip->logo;
    int                wide = logo->width * DOT_TENTHS / 10, high = logo->height * DOT_TENTHS / 10;
    if (!logo->bits || wide <= 0) return;
    if (wide > LOGO_MOST) {
        high = (int)((int64_t)high * LOGO_MOST / wide);
        wide = LOGO_MOST;
    }
    put(l, (SheetItem){ .kind   = SHEET_PICTURE,
                        .x      = (WIDTH - wide) / 2,
                        .y      = l->y,
                        .width  = wide,
                        .height = high,
                        .bits   = logo->bits,
                        .across = logo->width,
                        .down   = logo->height });
    l->y += high + 2 * STEP;
}

static void put_block(Layout *l, const SlipBlock *block)
{
    int x = MARGIN + block->indent * INDENT;
    switch (block->kind) {
    case SLIP_TEXT:
        l->y += put_text(l, block, block->cells[0], x, MARGIN + INNER - x,
                         text_item(block, STR("")).align);
        break;
    case SLIP_ROW: put_row(l, block); break;
    case SLIP_RULE:
        put(l, (SheetItem){
                   .kind = SHEET_LINE, .x = MARGIN, .y = l->y + STEP, .width = INNER, .height = 15 });
        l->y += 2 * STEP;
        break;
    case SLIP_GAP: l->y += LETTERS; break;
    case SLIP_QR:
    case SLIP_BARCODE: put_code(l, block); break;
    case SLIP_LOGO: put_logo(l); break;
    case SLIP_CUT:
    case SLIP_DRAWER: return;
    }
    l->y += STEP;
}

bool slip_pdf(Arena *arena, const Slip *slip, Str *pdf, Error *err)
{
    Layout *l = arena_new(arena, Layout);
    if (!l) return err_memory(err);
    *l = (Layout){ .arena = arena, .slip = slip, .y = MARGIN };
    if (!paper_ruler_make(&l->ruler, err)) return false;
    for (size_t i = 0; i < slip->count; i++) {
        put_block(l, &slip->blocks[i]);
        if (l->y > PAGE_MOST) end_page(l);
    }
    if (l->count == 0 && l->sheet_count == 0)
        put(l, (SheetItem){ .kind = SHEET_LINE, .width = 1, .height = 1 });
    end_page(l);
    paper_ruler_free(l->ruler);
    if (l->failed) return err_memory(err);
    return paper_pdf(arena, l->sheets, l->sheet_count, pdf, err);
}

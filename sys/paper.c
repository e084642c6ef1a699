/* paper.c — pages as PDF by cairo and Pango, bar codes by Zint. See paper.h. */
#include "sys/paper.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <zint.h>

/* A point is the 72nd part of an inch of 25.40 mm. */
#define POINTS(length) ((length)*72.0 / 2540)

/* What fontconfig has read stays for the life of the process; the leak check of the sanitizers asks here.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

typedef struct {
    Buf      bytes;
    cairo_t *cairo;
    Error   *err; /* of the first thing that could not be printed; then `failed` */
    bool     failed;
} Paper;

static cairo_status_t keep(void *arg, const unsigned char *data, unsigned length)
{
    Paper *paper = arg;
    buf_add(&paper->bytes, (Str){ (const char *)data, length });
    return paper->bytes.failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool paper_runs_from_right(Str text, bool otherwise)
{
    for (size_t at = 0; at < text.len;) {
        gunichar c = g_utf8_get_char_validated(text.ptr + at, (gssize)(text.len - at));
        at += c > 0x10FFFF ? 1 : (size_t)g_unichar_to_utf8(c, NULL);
        if (c > 0x10FFFF || !g_unichar_isalpha(c)) continue;
        return (c >= 0x590 && c < 0x900) || (c >= 0xFB1D && c < 0xFE00) || (c >= 0xFE70 && c < 0xFF00);
    }
    return otherwise;
}

/* The text as it will stand there. Its direction is that of its letters, "left" is left whatever that is.
 */
static PangoLayout *layout_of(cairo_t *cairo, const SheetItem *item)
{
    static const PangoAlignment aligned[] = { PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT };
    char        *valid  = g_utf8_make_valid(item->text.ptr ? item->text.ptr : "", (gssize)item->text.len);
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    PangoFontDescription *font  = pango_font_description_from_string("DejaVu Sans");
    bool                  right = paper_runs_from_right(item->text, item->from_right);
    pango_context_set_base_dir(pango_layout_get_context(layout),
                               right ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_font_description_set_absolute_size(font, 1.0 * item->size * PANGO_SCALE);
    if (item->bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, item->width * PANGO_SCALE);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, aligned[item->align]);
    pango_layout_set_height(layout, item->lines ? -item->lines : -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout, valid, -1);
    pango_font_description_free(font);
    g_free(valid);
    return layout;
}

static void put_text(cairo_t *cairo, const SheetItem *item)
{
    PangoLayout *layout = layout_of(cairo, item);
    cairo_move_to(cairo, item->x, item->y);
    pango_cairo_show_layout(cairo, layout);
    g_object_unref(layout);
}

/* Each run of black dots as a box. */
static void put_picture(cairo_t *cairo, const SheetItem *item)
{
    size_t across = ((size_t)item->across + 7) / 8;
    cairo_save(cairo);
    cairo_translate(cairo, item->x, item->y);
    cairo_scale(cairo, 1.0 * item->width / item->across, 1.0 * item->height / item->down);
    for (int y = 0; y < item->down; y++)
        for (int x = 0, run = 0; x<item->across; x += run> 0 ? run : 1) {
            for (run = 0;
                 x + run < item->across
                 && (item->bits[(size_t)y * across + (size_t)(x + run) / 8] >> (7 - (x + run) % 8) & 1);
                 run++)
                ;
            if (run > 0) cairo_rectangle(cairo, x, y, run, 1);
        }
    cairo_fill(cairo);
    cairo_restore(cairo);
}

/* The bars are drawn as they are, scaled to the box. */
static void put_code(Paper *paper, const SheetItem *item)
{
    struct zint_symbol *symbol = ZBarcode_Create();
    if (!symbol) {
        paper->failed = !err_memory(paper->err);
        return;
    }
    symbol->symbology  = item->kind == SHEET_QR ? BARCODE_QRCODE : BARCODE_CODE128;
    symbol->input_mode = UNICODE_MODE;
    symbol->show_hrt   = 0;
    symbol->output_options |= BARCODE_NO_QUIET_ZONES;
    int result = item->text.len == 0
                   ? ZINT_ERROR_INVALID_DATA
                   : ZBarcode_Encode_and_Buffer_Vector(symbol, (const unsigned char *)item->text.ptr,
                                                       (int)item->text.len, 0);
    if (result < ZINT_ERROR) {
        cairo_save(paper->cairo);
        cairo_translate(paper->cairo, item->x, item->y);
        cairo_scale(paper->cairo, 1.0 * item->width / symbol->vector->width,
                    1.0 * item->height / symbol->vector->height);
        for (const struct zint_vector_rect *bar = symbol->vector->rectangles; bar; bar = bar->next)
            cairo_rectangle(paper->cairo, bar->x, bar->y, bar->width, bar->height);
        cairo_fill(paper->cairo);
        cairo_restore(paper->cairo);
    } else if (!paper->failed) {
        paper->failed = !err_set(paper->err, &ERR_FIELD_INVALID, "", "no bar code can carry \"%.*s\"",
                                 STR_FMT(item->text));
    }
    ZBarcode_Delete(symbol);
}

static void put_item(Paper *paper, const SheetItem *item)
{
    switch (item->kind) {
    case SHEET_TEXT: put_text(paper->cairo, item); break;
    case SHEET_PICTURE: put_picture(paper->cairo, item); break;
    case SHEET_CODE_128:
    case SHEET_QR: put_code(paper, item); break;
    case SHEET_LINE:
        cairo_rectangle(paper->cairo, item->x, item->y, item->width, item->height);
        cairo_fill(paper->cairo);
        break;
    }
}

bool paper_pdf(Arena *arena, const Sheet *sheets, size_t count, Str *pdf, Error *err)
{
    Paper paper = { .bytes = buf_make(arena, 16384), .err = err };
    assert(count > 0);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, &paper, POINTS(sheets[0].width),
                                                                   POINTS(sheets[0].height));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    paper.cairo = cairo_create(surface);
    for (size_t s = 0; s < count; s++) {
        cairo_pdf_surface_set_size(surface, POINTS(sheets[s].width), POINTS(sheets[s].height));
        cairo_save(paper.cairo);
        cairo_scale(paper.cairo, POINTS(1), POINTS(1));
        for (size_t i = 0; i < sheets[s].count; i++) put_item(&paper, &sheets[s].items[i]);
        cairo_restore(paper.cairo);
        cairo_show_page(paper.cairo);
    }
    cairo_surface_finish(surface);
    bool ok = cairo_status(paper.cairo) == CAIRO_STATUS_SUCCESS
           && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(paper.cairo);
    cairo_surface_destroy(surface);
    *pdf = buf_str(&paper.bytes);
    if (paper.failed) return false;
    return (ok && !paper.bytes.failed) || err_memory(err);
}

/* --- measuring --- */

struct PaperRuler {
    cairo_surface_t *surface;
    cairo_t         *cairo;
};

bool paper_ruler_make(PaperRuler **out, Error *err)
{
    PaperRuler *ruler = g_new0(PaperRuler, 1);
    ruler->surface    = cairo_pdf_surface_create_for_stream(NULL, NULL, 1,
                                                            1); /* letters as wide as in the PDF */
    ruler->cairo      = cairo_create(ruler->surface);
    cairo_scale(ruler->cairo, POINTS(1), POINTS(1));
    *out = ruler;
    if (cairo_status(ruler->cairo) == CAIRO_STATUS_SUCCESS) return true;
    paper_ruler_free(ruler);
    return err_memory(err);
}

void paper_ruler_free(PaperRuler *ruler)
{
    cairo_destroy(ruler->cairo);
    cairo_surface_destroy(ruler->surface);
    g_free(ruler);
}

void paper_measure(PaperRuler *ruler, const SheetItem *item, int *width, int *height)
{
    PangoLayout   *layout = layout_of(ruler->cairo, item);
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    *width  = PANGO_PIXELS_CEIL(box.width);
    *height = PANGO_PIXELS_CEIL(box.height);
    g_object_unref(layout);
}

/* picture.c — pictures of one bit a dot, by cairo and Pango. See picture.h. */
#include "sys/picture.h"

#include "sys/paper.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pango/pangocairo.h>

/* --- logos --- */

typedef struct {
    Str    bytes;
    size_t at;
} Source;

static cairo_status_t read_source(void *arg, unsigned char *to, unsigned length)
{
    Source *source = arg;
    if (source->bytes.len - source->at < length) return CAIRO_STATUS_READ_ERROR;
    memcpy(to, source->bytes.ptr + source->at, length);
    source->at += length;
    return CAIRO_STATUS_SUCCESS;
}

static bool decode(Arena *arena, Str base64, Str *out)
{
    unsigned char *bytes = arena_alloc(arena, base64.len / 4 * 3 + 4);
    if (!bytes || base64.len % 4 || base64.len == 0 || base64.len > INT32_MAX) return false;
    int count = EVP_DecodeBlock(bytes, (const unsigned char *)base64.ptr, (int)base64.len);
    for (size_t i = base64.len; count > 0 && i > base64.len - 2 && base64.ptr[i - 1] == '='; i--) count--;
    *out = (Str){ (const char *)bytes, count > 0 ? (size_t)count : 0 };
    return count > 0;
}

/* Width and height as the file says them before anything of it is unpacked. */
static bool find_size(Str png, uint32_t *width, uint32_t *height)
{
    static const unsigned char begin[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n',
                                           0,    0,   0,   13,  'I',  'H',  'D',  'R' };
    if (png.len < 33 || memcmp(png.ptr, begin, sizeof begin) != 0) return false;
    const unsigned char *at = (const unsigned char *)png.ptr + sizeof begin;
    *width                  = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    *height                 = (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | at[7];
    return true;
}

/* Black where it is dark; what rounding loses goes to the neighbours (Floyd and Steinberg). */
static bool to_bits(Arena *arena, const unsigned char *dots, int stride, int width, int height,
                    uint8_t *bits)
{
    size_t across = ((size_t)width + 7) / 8;
    int   *rows   = arena_array(arena, int, 2 * ((size_t)width + 2));
    if (!rows) return false;
    int *here = rows + 1, *below = rows + width + 3;
    for (int y = 0; y < height; y++) {
        const uint32_t *line = (const uint32_t *)(const void *)(dots + (ptrdiff_t)y * stride);
        memset(below - 1, 0, ((size_t)width + 2) * sizeof *below);
        for (int x = 0; x < width; x++) {
            uint32_t c     = line[x];
            int      grey  = (int)((c >> 16 & 255) * 299 + (c >> 8 & 255) * 587 + (c & 255) * 114) / 1000;
            int      value = grey + here[x] / 16;
            bool     black = value < 128;
            int      error = value - (black ? 0 : 255);
            if (black) bits[(size_t)y * across + (size_t)x / 8] |= (uint8_t)(0x80 >> x % 8);
            here[x + 1] += error * 7;
            below[x - 1] += error * 3;
            below[x] += error * 5;
            below[x + 1] += error;
        }
        int *next = here;
        here      = below;
        below     = next;
    }
    return true;
}

static bool draw_png(Arena *arena, cairo_surface_t *png, SlipPicture *out, Error *err)
{
    int      width = cairo_image_surface_get_width(png), height = cairo_image_surface_get_height(png);
    uint8_t *bits          = arena_array(arena, uint8_t, ((size_t)width + 7) / 8 * (size_t)height);
    cairo_surface_t *white = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t         *cairo = cairo_create(white);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_set_source_surface(cairo, png, 0, 0);
    cairo_paint(cairo);
    cairo_surface_flush(white);
    bool ok = bits && cairo_status(cairo) == CAIRO_STATUS_SUCCESS
           && to_bits(arena, cairo_image_surface_get_data(white), cairo_image_surface_get_stride(white),
                      width, height, bits);
    cairo_destroy(cairo);
    cairo_surface_destroy(white);
    out->width  = width;
    out->height = height;
    out->bits   = bits;
    return ok || err_memory(err);
}

bool picture_of_png(Arena *arena, Str base64, const char *field, SlipPicture *out, Error *err)
{
    Source   source = { STR_NONE, 0 };
    uint32_t width = 0, height = 0;
    *out = (SlipPicture){ .png = base64 };
    if (!decode(arena, base64, &source.bytes))
        return err_set(err, &ERR_FIELD_INVALID, field, "is not base64");
    if (!find_size(source.bytes, &width, &height))
        return err_set(err, &ERR_FIELD_INVALID, field, "is not a PNG");
    if (width == 0 || width > SLIP_LOGO_WIDTH_MAX || height == 0 || height > SLIP_LOGO_HEIGHT_MAX)
        return err_set(err, &ERR_FIELD_INVALID, field, "is %u by %u dots; at most %d by %d can be printed",
                       width, height, SLIP_LOGO_WIDTH_MAX, SLIP_LOGO_HEIGHT_MAX);
    cairo_surface_t *png = cairo_image_surface_create_from_png_stream(read_source, &source);
    bool             ok  = cairo_surface_status(png) == CAIRO_STATUS_SUCCESS;
    ok                   = ok ? draw_png(arena, png, out, err)
                              : err_set(err, &ERR_FIELD_INVALID, field, "is a PNG that is damaged");
    cairo_surface_destroy(png);
    return ok;
}

/* --- lines --- */

enum { LETTERS = 22, LETTERS_LEAST = 10, HEIGHT = 30 }; /* dots, of letters that are not big */

typedef struct {
    cairo_t *cairo;
    bool     from_right, bold;
    int      scale; /* 2: big */
} Ink;

/* Draws between two dots, smaller where it would not fit. */
static void draw_text(const Ink *ink, Str text, int from, int until, SlipAlign align)
{
    PangoLayout          *layout  = pango_cairo_create_layout(ink->cairo);
    PangoContext         *context = pango_layout_get_context(layout);
    PangoFontDescription *font    = pango_font_description_from_string("DejaVu Sans");
    int                   width = 0, height = 0, size = LETTERS * ink->scale, room = until - from;
    bool                  right = paper_runs_from_right(text, ink->from_right);
    pango_context_set_base_dir(context, right ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text.ptr, (int)text.len);
    if (ink->bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    do {
        pango_font_description_set_absolute_size(font, 1.0 * size * PANGO_SCALE);
        pango_layout_set_font_description(layout, font);
        pango_layout_get_pixel_size(layout, &width, &height);
        size--;
    } while (width > room && size >= LETTERS_LEAST);
    int blank = room > width ? room - width : 0;
    int x = from + (align == SLIP_CENTRE ? blank / 2 : (align == SLIP_END) != ink->from_right ? blank : 0);
    cairo_move_to(ink->cairo, x, (HEIGHT * ink->scale - height) / 2);
    pango_cairo_show_layout(ink->cairo, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

static void draw_cells(const Ink *ink, const SlipFlowLine *line, int dots)
{
    int unit = dots / (line->columns > 0 ? line->columns : 1);
    for (size_t i = 0; i < line->count; i++) {
        Str text = line->cells[i];
        if (text.len == 0) continue;
        int  from = line->from[i] * unit, until = (line->from[i] + slip_columns(text)) * unit;
        bool first = i == 0, only = line->count == 1;
        if (first && only && line->block->kind == SLIP_TEXT) from = 0; /* aligned by its own width */
        if (first) until = only ? dots : line->from[1] * unit;
        if (!first) from = (line->from[i - 1] + slip_columns(line->cells[i - 1])) * unit;
        SlipAlign align = first ? (line->block->kind == SLIP_TEXT ? line->block->align : SLIP_START)
                                : SLIP_END;
        if (ink->from_right) draw_text(ink, text, dots - until, dots - from, align);
        else draw_text(ink, text, from, until, align);
    }
}

bool picture_of_line(void *arg, Arena *arena, const SlipFlowLine *line, SlipLanguage language, int dots,
                     SlipPicture *out, Error *err)
{
    Ink      ink    = { .from_right = slip_from_right(language),
                        .bold       = line->block->bold,
                        .scale      = line->big ? 2 : 1 };
    int      height = HEIGHT * ink.scale;
    size_t   across = ((size_t)dots + 7) / 8;
    uint8_t *bits   = arena_array(arena, uint8_t, across * (size_t)height);
    (void)arg;
    assert(dots > 0);
    if (!bits) return err_memory(err);
    cairo_surface_t *grey = cairo_image_surface_create(CAIRO_FORMAT_A8, dots, height);
    ink.cairo             = cairo_create(grey);
    draw_cells(&ink, line, dots);
    cairo_surface_flush(grey);
    bool                 ok     = cairo_status(ink.cairo) == CAIRO_STATUS_SUCCESS;
    const unsigned char *bytes  = cairo_image_surface_get_data(grey);
    int                  stride = cairo_image_surface_get_stride(grey);
    for (int y = 0; ok && y < height; y++)
        for (int x = 0; x < dots; x++)
            if (bytes[(ptrdiff_t)y * stride + x] > 110)
                bits[(size_t)y * across + (size_t)x / 8] |= (uint8_t)(0x80 >> x % 8);
    cairo_destroy(ink.cairo);
    cairo_surface_destroy(grey);
    *out = (SlipPicture){ dots, height, bits, STR_NONE };
    return ok || err_memory(err);
}

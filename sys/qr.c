/* qr.c — QR and bar codes as pictures for screens. See qr.h. */
#include "sys/qr.h"

#include <zint.h>

enum { QUIET = 4, QUIET_BARS = 10, BYTES_OF_A_DOT = 24 };

/* Runs of black modules, row by row; `rows` is 1 for bars. */
static void write_runs(Buf *out, const struct zint_symbol *symbol, int rows, int left, int top)
{
    int width = symbol->width;
    for (int y = 0; y < rows; y++)
        for (int x = 0, run = 0; x<width; x += run> 0 ? run : 1) {
            for (run = 0; x + run < width && (symbol->encoded_data[y][(x + run) / 8] >> (x + run) % 8 & 1);
                 run++)
                ;
            if (run > 0) buf_format(out, "M%d %dh%dv1h-%dz", x + left, y + top, run, run);
        }
}

static bool write_svg(Arena *arena, const struct zint_symbol *symbol, bool bars, Str *svg, Error *err)
{
    int rows = bars ? 1 : symbol->rows, left = bars ? QUIET_BARS : QUIET, top = bars ? 0 : QUIET;
    int wide = symbol->width + 2 * left, high = rows + 2 * top;
    Buf out = buf_make(arena,
                       (size_t)(symbol->width * rows / 2 + symbol->width) * BYTES_OF_A_DOT / 4 + 320);
    buf_format(&out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\"%s "
               "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path "
               "fill=\"#000\" d=\"",
               wide, high, bars ? " preserveAspectRatio=\"none\"" : "", wide, high);
    write_runs(&out, symbol, rows, left, top);
    buf_add(&out, STR("\"/></svg>"));
    *svg = buf_str(&out);
    return !out.failed || err_memory(err);
}

static bool code_svg(Arena *arena, Str text, bool bars, Str *svg, Error *err)
{
    struct zint_symbol *symbol = ZBarcode_Create();
    if (!symbol) return err_memory(err);
    symbol->symbology  = bars ? BARCODE_CODE128 : BARCODE_QRCODE;
    symbol->input_mode = UNICODE_MODE;
    bool ok            = text.len > 0
           && ZBarcode_Encode(symbol, (const unsigned char *)text.ptr, (int)text.len) < ZINT_ERROR;
    ok = ok ? write_svg(arena, symbol, bars, svg, err)
            : err_set(err, &ERR_FIELD_INVALID, "", "no %s code can carry this text", bars ? "bar" : "QR");
    ZBarcode_Delete(symbol);
    return ok;
}

bool qr_svg(Arena *arena, Str text, Str *svg, Error *err)
{
    return code_svg(arena, text, false, svg, err);
}

bool bars_svg(Arena *arena, Str text, Str *svg, Error *err)
{
    return code_svg(arena, text, true, svg, err);
}

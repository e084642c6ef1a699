/* qr.c — QR codes as pictures for screens. See qr.h. */
#include "sys/qr.h"

#include <zint.h>

enum { QUIET = 4, BYTES_OF_A_DOT = 24 };

static bool write_svg(Arena *arena, const struct zint_symbol *symbol, Str *svg, Error *err)
{
    int side = symbol->width, all = side + 2 * QUIET;
    Buf out = buf_make(arena, (size_t)(side * side / 2 + side) * BYTES_OF_A_DOT / 4 + 256);
    buf_format(&out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
               "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path "
               "fill=\"#000\" d=\"",
               all, all, all, all);
    for (int y = 0; y < symbol->rows; y++)
        for (int x = 0, run = 0; x<side; x += run> 0 ? run : 1) {
            for (run = 0; x + run < side && (symbol->encoded_data[y][(x + run) / 8] >> (x + run) % 8 & 1);
                 run++)
                ;
            if (run > 0) buf_format(&out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
        }
    buf_add(&out, STR("\"/></svg>"));
    *svg = buf_str(&out);
    return !out.failed || err_memory(err);
}

bool qr_svg(Arena *arena, Str text, Str *svg, Error *err)
{
    struct zint_symbol *symbol = ZBarcode_Create();
    if (!symbol) return err_memory(err);
    symbol->symbology  = BARCODE_QRCODE;
    symbol->input_mode = UNICODE_MODE;
    bool ok            = text.len > 0
           && ZBarcode_Encode(symbol, (const unsigned char *)text.ptr, (int)text.len) < ZINT_ERROR;
    ok = ok ? write_svg(arena, symbol, svg, err)
            : err_set(err, &ERR_FIELD_INVALID, "", "no QR code can carry this text");
    ZBarcode_Delete(symbol);
    return ok;
}

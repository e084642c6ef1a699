/* zpl.c — pages for label printers. See zpl.h. */
#include "core/zpl.h"

/* To dots, rounded. */
static int dots_of(int length, int dots)
{
    return (length * dots + 50) / 100;
}

/* Field data behind ^FH: command signs and what is no printable letter as _ and two hexadecimal digits.
 * `block`: within ^FB, where a backslash is doubled. */
static void put_data(Buf *buf, const char *before, Str text, bool block)
{
    static const char hex[] = "0123456789ABCDEF";
    buf_format(buf, "^FH^FD%s", before);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '^' || c == '~' || c == '_') {
            buf_byte(buf, '_');
            buf_byte(buf, hex[c >> 4]);
            buf_byte(buf, hex[c & 15]);
        } else if (c == '\\' && block) {
            buf_add(buf, STR("\\\\"));
        } else if (c == '\n' && block) {
            buf_add(buf, STR("\\&"));
        } else {
            buf_byte(buf, c < ' ' || c == 127 ? ' ' : (char)c);
        }
    }
    buf_add(buf, STR("^FS\n"));
}

static void put_text(Buf *buf, const SheetItem *item, int dots)
{
    static const char aligned[] = { 'L', 'C', 'R' };
    int               size      = dots_of(item->size, dots);
    buf_format(buf, "^A0N,%d,%d^FB%d,%d,%d,%c", size, item->bold ? size + size / 8 : size,
               dots_of(item->width, dots), item->lines ? item->lines : 1, size / 5, aligned[item->align]);
    put_data(buf, "", item->text, true);
}

/* The widest modules with which the code still fits: a code 128 has 11 for each letter and 35 more. */
static void put_code_128(Buf *buf, const SheetItem *item, int dots)
{
    int modules = 11 * (int)item->text.len + 35, module = dots_of(item->width, dots) / modules;
    buf_format(buf, "^BY%d^BCN,%d,N,N,N,A",
               module < 1    ? 1
               : module > 10 ? 10
                             : module,
               dots_of(item->height, dots));
    put_data(buf, "", item->text, false);
}

/* Error correction M, mode automatic: "MA," before the data. About 33 modules fill the height. */
static void put_qr(Buf *buf, const SheetItem *item, int dots)
{
    int module = dots_of(item->height, dots) / 33;
    buf_format(buf, "^BQN,2,%d", module < 1 ? 1 : module > 10 ? 10 : module);
    put_data(buf, "MA,", item->text, false);
}

/* A picture as hexadecimal digits, made as large as its box. */
static void put_picture(Buf *buf, const SheetItem *item, int wide, int high)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t            was = ((size_t)item->across + 7) / 8, bytes = ((size_t)wide + 7) / 8;
    buf_format(buf, "^GFA,%zu,%zu,%zu,", bytes * (size_t)high, bytes * (size_t)high, bytes);
    for (int y = 0; y < high; y++)
        for (size_t x = 0; x < bytes * 8; x += 4) {
            int digit = 0;
            for (size_t i = x; i < x + 4; i++) {
                size_t from_x = i * (size_t)item->across / (size_t)wide;
                size_t from_y = (size_t)y * (size_t)item->down / (size_t)high;
                bool   black  = i < (size_t)wide
                          && item->bits[from_y * was + from_x / 8] >> (7 - from_x % 8) & 1;
                digit = digit * 2 + black;
            }
            buf_byte(buf, hex[digit]);
        }
    buf_add(buf, STR("^FS\n"));
}

Str zpl_write(Arena *arena, const Sheet *sheets, size_t count, int dots)
{
    Buf buf = buf_make(arena, 1024);
    for (size_t s = 0; s < count; s++) {
        buf_format(&buf, "^XA^CI28^PW%d^LL%d^LH0,0\n", dots_of(sheets[s].width, dots),
                   dots_of(sheets[s].height, dots));
        for (size_t i = 0; i < sheets[s].count; i++) {
            const SheetItem *item = &sheets[s].items[i];
            int              wide = dots_of(item->width, dots), high = dots_of(item->height, dots);
            buf_format(&buf, "^FO%d,%d", dots_of(item->x, dots), dots_of(item->y, dots));
            switch (item->kind) {
            case SHEET_TEXT: put_text(&buf, item, dots); break;
            case SHEET_CODE_128: put_code_128(&buf, item, dots); break;
            case SHEET_QR: put_qr(&buf, item, dots); break;
            case SHEET_PICTURE: put_picture(&buf, item, wide, high); break;
            case SHEET_LINE:
                buf_format(&buf, "^GB%d,%d,%d^FS\n", wide, high, wide < high ? wide : high);
                break;
            }
        }
        buf_add(&buf, STR("^XZ\n"));
    }
    return buf.failed ? STR_NONE : buf_str(&buf);
}

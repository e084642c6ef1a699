/* slip_fuzz.c — any bytes as texts of a template and of a sale: a text is refused with a reason or
 * printed; no line is wider than the paper; what goes to a printer is read as a printer reads it, and has
 * no command but ours; a page has no tag but ours. Corpus: tests/fuzz/slip: language and paper, header,
 * then names, each behind a zero byte. */
#include "core/slip_escpos.h"
#include "core/slip_html.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { MEMORY = 8 << 20, NAMES = 8 };

static Str next(Str *rest)
{
    size_t end  = str_index(*rest, 0, 0);
    Str    text = str_slice(*rest, 0, end);
    *rest       = str_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
    return text;
}

static void look_at_text(Str text, int columns)
{
    for (size_t from = 0; from < text.len;) {
        size_t end  = str_index(text, '\n', from);
        Str    line = str_slice(text, from, end);

        must(slip_columns(line) <= columns, "a line that is wider than the paper");
        from = end + 1;
    }
}

/* How many bytes a command has behind its first, as printers count them; 0: it is none of ours. */
static size_t command(const uint8_t *at, size_t left)
{
    if (left < 2) return 0;
    uint8_t what = at[1];
    if (at[0] == 0x1C) return what == '.' ? 1 : 0;
    if (at[0] == 0x1B) return what == '@' ? 1 : what == 'p' ? 4 : what && strchr("REat", what) ? 2 : 0;
    if (what && strchr("!hwHf", what)) return 2;
    if (what == 'V') return 3;
    if (what == 'k') return left > 3 && at[2] == 73 ? 3 + at[3] : 0;
    if (what == '(') return left > 4 && at[2] == 'k' ? 4 + at[3] + 256u * at[4] : 0;
    if (what == 'v') return left > 7 ? 7 + (at[4] + 256u * at[5]) * (at[6] + 256u * at[7]) : 0;
    return 0;
}

static void look_at_bytes(Str bytes)
{
    const uint8_t *at   = (const uint8_t *)bytes.ptr;
    size_t         left = bytes.len;
    while (left > 0) {
        size_t length = 0;
        if (*at == 0x1B || *at == 0x1C || *at == 0x1D) {
            length = command(at, left);
            must(length > 0 && length < left + 1, "a command that is none of ours");
        } else {
            must(*at >= ' ' || *at == '\n', "a byte that is no letter");
        }
        at += length + 1;
        left -= length + 1;
    }
}

static void look_at_page(Str html)
{
    size_t open = 0, closed = 0;
    for (size_t i = 0; i < html.len; i++) {
        open += html.ptr[i] == '<';
        closed += html.ptr[i] == '>';
    }
    must(open == closed && !memmem(html.ptr, html.len, "<script", 7), "a tag that is none of ours");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[MEMORY];
    Arena          arena;
    Error          err  = { 0 };
    Str            rest = { (const char *)data, size }, out = STR_NONE;
    SlipLine       lines[NAMES];
    SlipStyle      style = { .link = STR("Link") };
    SlipSale       sale  = {
               .number = STR("LON-000001"), .currency = STR("GBP"), .lines = lines, .total = INT64_MIN
    };
    Slip slip;
    if (size < 4 || size > 4000) return 0;
    style.language = (SlipLanguage)(data[0] % SLIP_LANGUAGE_COUNT);
    sale.kind      = (SlipSaleKind)(data[1] % 3);
    int columns    = SLIP_COLUMNS_LEAST + data[2] % (SLIP_COLUMNS_MOST - SLIP_COLUMNS_LEAST + 1);
    rest           = str_slice(rest, 3, rest.len);
    arena_init(&arena, memory, sizeof memory);
    style.header = next(&rest);
    if (!slip_template_check(style.header, "header", &err)) {
        must(err.def == &ERR_FIELD_INVALID && err.message[0], "refused without a reason");
        style.header = STR_NONE;
    }
    sale.shop.merchant = next(&rest);
    for (; sale.line_count < NAMES && rest.len; sale.line_count++)
        lines[sale.line_count] = (SlipLine){ .name       = next(&rest),
                                             .qty_milli  = 1000 + (int64_t)rest.len,
                                             .unit_price = (int64_t)rest.len * 100,
                                             .total      = (int64_t)rest.len };
    err = (Error){ 0 };
    if (!slip_of_sale(&arena, &style, &sale, &slip, &err)) {
        must(err.def != NULL, "refused without a reason");
        return 0;
    }
    SlipPrinter printer = { .columns = columns, .pages = data[1] >> 4 };
    must(slip_text(&arena, &slip, columns, &out, &err), "no text");
    look_at_text(out, columns);
    must(slip_escpos(&arena, &slip, &printer, &out, &err), "no bytes");
    look_at_bytes(out);
    must(slip_html(&arena, &slip, NULL, NULL, &out, &err), "no page");
    look_at_page(out);
    return 0;
}

/* receipt.c — a receipt as text. See receipt.h. */
#include "core/receipt.h"

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

/* Characters, not bytes: what a column is. Wide characters count as one. */
static size_t columns(Str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        if (starts_character(text.ptr[i])) count++;
    return count;
}

/* The index behind the first `count` characters. */
static size_t cut(Str text, size_t count)
{
    size_t i = 0;
    while (i < text.len && (count > 0 || !starts_character(text.ptr[i]))) {
        if (starts_character(text.ptr[i])) count--;
        i++;
    }
    return i;
}

/* U+202A…202E and U+2066…2069 turn the direction of what follows. */
static bool is_override(Str text, size_t i)
{
    if (i + 3 > text.len || text.ptr[i] != '\xE2') return false;
    unsigned char second = (unsigned char)text.ptr[i + 1];
    unsigned char third  = (unsigned char)text.ptr[i + 2];
    return (second == 0x80 && third >= 0xAA && third <= 0xAE)
        || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

static void put(Buf *buf, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool turn = is_override(text, i);
        buf_byte(buf, turn || (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F ? '?' : text.ptr[i]);
        if (turn) i += 2;
    }
}

static void fill(Buf *buf, char byte, size_t count)
{
    while (count-- > 0) buf_byte(buf, byte);
}

static void centred(Buf *buf, Str text)
{
    Str    shown = str_slice(text, 0, cut(text, RECEIPT_COLUMNS));
    size_t room  = RECEIPT_COLUMNS - columns(shown);
    if (text.len == 0) return;
    fill(buf, ' ', room / 2);
    put(buf, shown);
    buf_byte(buf, '\n');
}

/* Left and right on one line; the left is cut when there is no room. */
static void pair(Buf *buf, Str left, Str right)
{
    size_t right_columns = columns(right);
    size_t most          = RECEIPT_COLUMNS > right_columns + 1 ? RECEIPT_COLUMNS - right_columns - 1 : 0;
    Str    shown         = str_slice(left, 0, cut(left, most));
    put(buf, shown);
    if (right_columns) fill(buf, ' ', RECEIPT_COLUMNS - columns(shown) - right_columns);
    put(buf, right);
    buf_byte(buf, '\n');
}

static void rule(Buf *buf)
{
    fill(buf, '-', RECEIPT_COLUMNS);
    buf_byte(buf, '\n');
}

static void sum(Buf *buf, Arena *arena, Str name, int64_t amount, Str currency)
{
    pair(buf, name, money_text(arena, amount, currency));
}

/* A note goes on as many lines as it needs: a serial number is not cut. */
static void note(Buf *buf, Str text)
{
    while (text.len) {
        size_t end = cut(text, RECEIPT_COLUMNS - 2);
        put(buf, STR("  "));
        put(buf, str_slice(text, 0, end));
        buf_byte(buf, '\n');
        text = str_slice(text, end, text.len);
    }
}

static void add_line(Buf *buf, Arena *arena, const ReceiptDoc *doc, const ReceiptLine *line, int64_t gross)
{
    Str name = line->name.len ? line->name : line->sku;
    if (line->mark.len) name = str_format(arena, "%.*s %.*s", STR_FMT(name), STR_FMT(line->mark));
    pair(buf, name, money_text(arena, gross, doc->currency));
    if (line->qty_milli != QTY_ONE) {
        Str qty  = qty_text(arena, line->qty_milli);
        Str unit = money_text(arena, line->unit_price, doc->currency);
        pair(buf, str_format(arena, "  %.*s x %.*s", STR_FMT(qty), STR_FMT(unit)), STR(""));
    }
    for (size_t i = 0; i < line->change_count; i++)
        sum(buf, arena, str_format(arena, "  %.*s", STR_FMT(line->changes[i].name)), line->changes[i].amount,
            doc->currency);
    if (line->discount != line->changed_off)
        sum(buf, arena, STR("  Discount"), line->changed_off - line->discount, doc->currency);
    for (size_t i = 0; i < line->note_count; i++) note(buf, line->notes[i]);
}

static bool add_lines(Buf *buf, Arena *arena, const ReceiptDoc *doc, Error *err)
{
    for (size_t i = 0; i < doc->line_count; i++) {
        const ReceiptLine *line  = &doc->lines[i];
        int64_t            gross = 0;
        if (!money_scale(line->unit_price, line->qty_milli, QTY_ONE, ROUND_HALF_UP, &gross, err))
            return false;
        add_line(buf, arena, doc, line, gross);
    }
    return true;
}

static void add_taxes(Buf *buf, Arena *arena, const ReceiptDoc *doc)
{
    for (size_t i = 0; i < doc->tax_count; i++) {
        const ReceiptSum *tax  = &doc->taxes[i];
        Str               base = money_text(arena, tax->base, doc->currency);
        Str               name = str_format(arena, "%s%.*s on %.*s", doc->prices_include_tax ? "incl. " : "",
                                            STR_FMT(tax->name), STR_FMT(base));
        if (tax->mark.len) name = str_format(arena, "%.*s %.*s", STR_FMT(tax->mark), STR_FMT(name));
        sum(buf, arena, name, tax->amount, doc->currency);
    }
}

bool receipt_text(Arena *arena, const ReceiptDoc *doc, Str *out, Error *err)
{
    Buf buf = buf_make(arena, 2048);
    centred(&buf, doc->merchant);
    centred(&buf, doc->location);
    centred(&buf, doc->address);
    if (doc->tax_number.len) centred(&buf, str_format(arena, "VAT %.*s", STR_FMT(doc->tax_number)));
    rule(&buf);
    pair(&buf, doc->number, doc->when);
    rule(&buf);
    if (!add_lines(&buf, arena, doc, err)) return false;
    for (size_t i = 0; i < doc->extra_count; i++)
        sum(&buf, arena, doc->extras[i].name, doc->extras[i].amount, doc->currency);
    rule(&buf);
    if (!doc->prices_include_tax) sum(&buf, arena, STR("Net"), doc->net, doc->currency);
    add_taxes(&buf, arena, doc);
    if (doc->cash_rounding) sum(&buf, arena, STR("Rounding"), doc->cash_rounding, doc->currency);
    sum(&buf, arena, str_format(arena, "TOTAL %.*s", STR_FMT(doc->currency)), doc->total + doc->cash_rounding,
        doc->currency);
    for (size_t i = 0; i < doc->tender_count; i++)
        sum(&buf, arena, doc->tenders[i].name, doc->tenders[i].amount, doc->currency);
    if (doc->change) sum(&buf, arena, STR("Change"), doc->change, doc->currency);
    if (doc->saved) sum(&buf, arena, STR("You saved"), doc->saved, doc->currency);
    if (buf.failed) return err_memory(err);
    *out = buf_str(&buf);
    return true;
}

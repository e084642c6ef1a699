/* slip_blocks.c — the blocks of slips, and the texts of templates. See slip.h, slip_inner.h. */
#include "core/slip_inner.h"

#include <assert.h>

/* --- texts --- */

/* Those of U+202A…202E and U+2066…2069 turn what follows; C0, DEL and C1 are commands of devices. */
static bool is_unfit(uint32_t code)
{
    return code < ' ' || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E)
        || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029 || code == 0xFFFD;
}

/* The text, or a copy with '?' for what is unfit; line breaks stay when they may. */
static Str clean(SlipMake *make, Str text, bool breaks)
{
    bool fit = true;
    for (size_t at = 0; at < text.len && fit;) {
        uint32_t code = slip_character(text, &at);
        fit           = !is_unfit(code) || (breaks && code == '\n');
    }
    if (fit) return text;
    Buf out = buf_make(make->arena, text.len + 1);
    for (size_t at = 0; at < text.len;) {
        size_t   before = at;
        uint32_t code   = slip_character(text, &at);
        if (is_unfit(code) && !(breaks && code == '\n')) buf_byte(&out, '?');
        else buf_add(&out, str_slice(text, before, at));
    }
    make->failed = make->failed || out.failed;
    return buf_str(&out);
}

Str slip_w(const SlipMake *make, SlipWord word)
{
    return slip_word(make->style->language, word);
}

Str slip_ws(SlipMake *make, SlipWord word, Str a, Str b)
{
    Str text     = slip_say(make->arena, make->style->language, word, a, b);
    make->failed = make->failed || !text.ptr;
    return text;
}

Str slip_amount(SlipMake *make, int64_t amount)
{
    Str text     = slip_money(make->arena, make->style->language, amount, make->currency);
    make->failed = make->failed || !text.ptr;
    return text;
}

bool slip_shows(const SlipMake *make, SlipPart part)
{
    return !(make->style->hidden >> part & 1);
}

/* --- blocks --- */

void slip_put(SlipMake *make, SlipBlock block)
{
    if (make->count == make->room) {
        size_t     room = make->room ? make->room * 2 : 64;
        SlipBlock *more = arena_array(make->arena, SlipBlock, room);
        if (!more) {
            make->failed = true;
            return;
        }
        if (make->count) memcpy(more, make->blocks, make->count * sizeof *more);
        make->blocks = more;
        make->room   = room;
    }
    for (size_t i = 0; i < block.count; i++)
        block.cells[i] = clean(make, block.cells[i], block.kind == SLIP_TEXT);
    make->blocks[make->count++] = block;
}

void slip_put_rule(SlipMake *make)
{
    bool twice = make->count && make->blocks[make->count - 1].kind == SLIP_RULE;
    if (!twice) slip_put(make, (SlipBlock){ .kind = SLIP_RULE });
}

void slip_put_text(SlipMake *make, SlipAlign align, bool bold, Str text)
{
    if (text.len == 0) return;
    slip_put(make, (SlipBlock){
                       .kind = SLIP_TEXT, .align = align, .bold = bold, .cells = { text }, .count = 1 });
}

void slip_put_pair(SlipMake *make, int indent, bool bold, Str left, Str right)
{
    slip_put(make, (SlipBlock){ .kind   = SLIP_ROW,
                                .bold   = bold,
                                .indent = indent,
                                .cells  = { left, right },
                                .count  = right.len ? 2 : 1 });
}

void slip_put_sum(SlipMake *make, int indent, Str name, int64_t amount)
{
    slip_put_pair(make, indent, false, name, slip_amount(make, amount));
}

void slip_put_heading(SlipMake *make, SlipWord word)
{
    slip_put_rule(make);
    slip_put_text(make, SLIP_START, true, slip_w(make, word));
}

/* --- templates --- */

enum { LINES_MAX = 20, LINE_BYTES_MAX = 200 };

static const char *const facts[] = { "merchant", "location", "address",  "tax_number",
                                     "number",   "date",     "register", "cashier" };

static Str fact(SlipMake *make, size_t which)
{
    const SlipShop *shop  = make->shop;
    Str             when  = slip_time(make->arena, make->style->language, make->wall_ms);
    const Str       all[] = { shop->merchant, shop->location, shop->address,       shop->tax_number,
                              make->number,   when,           shop->register_name, shop->cashier };
    static_assert(COUNT(all) == COUNT(facts), "a text for each fact");
    return all[which];
}

/* Which fact stands at a '{'; false: none, *end gets where the brace closes (or the end of the line). */
static bool find_fact(Str line, size_t at, size_t *which, size_t *end)
{
    *end     = str_index(line, '}', at);
    Str name = str_slice(line, at + 1, *end);
    for (*which = 0; *which < COUNT(facts); (*which)++)
        if (*end < line.len && str_eq(name, str_from(facts[*which]))) return true;
    return false;
}

static bool check_line(Str line, int n, const char *field, Error *err)
{
    if (line.len > LINE_BYTES_MAX)
        return err_set(err, &ERR_FIELD_INVALID, field, "line %d is longer than %d bytes", n,
                       LINE_BYTES_MAX);
    for (size_t at = 0; at < line.len;) {
        size_t   before = at, which = 0, end = 0;
        uint32_t code = slip_character(line, &at);
        if (is_unfit(code))
            return err_set(err, &ERR_FIELD_INVALID, field,
                           "line %d has a character that cannot be printed", n);
        if (code != '{') continue;
        if (at < line.len && line.ptr[at] == '{') {
            at++;
            continue;
        }
        if (find_fact(line, before, &which, &end)) {
            at = end + 1;
            continue;
        }
        if (end == line.len)
            return err_set(err, &ERR_FIELD_INVALID, field, "line %d: a { without }; {{ prints one", n);
        Str name = str_slice(line, before + 1, end < before + 31 ? end : before + 31);
        return err_set(err, &ERR_FIELD_INVALID, field,
                       "line %d: {%.*s} is not known; there are merchant, location, address, tax_number, "
                       "number, date, register and cashier",
                       n, STR_FMT(name));
    }
    return true;
}

bool slip_template_check(Str text, const char *field, Error *err)
{
    int n = 0;
    for (size_t from = 0; from < text.len;) {
        size_t end = str_index(text, '\n', from);
        if (++n > LINES_MAX)
            return err_set(err, &ERR_FIELD_INVALID, field, "has more than %d lines", LINES_MAX);
        if (!check_line(str_slice(text, from, end), n, field, err)) return false;
        from = end + 1;
    }
    return true;
}

/* The line with its facts; *empty: it had some, and none of them is known here. */
static Str filled(SlipMake *make, Str line, bool *empty)
{
    Buf  out = buf_make(make->arena, line.len * 2 + 16);
    bool had = false, known = false;
    for (size_t at = 0; at < line.len; at++) {
        size_t which = 0, end = 0;
        if (line.ptr[at] != '{') {
            buf_byte(&out, line.ptr[at]);
        } else if (at + 1 < line.len && line.ptr[at + 1] == '{') {
            buf_byte(&out, '{');
            at++;
        } else if (find_fact(line, at, &which, &end)) {
            Str value = fact(make, which);
            had       = true;
            known     = known || value.len;
            buf_add(&out, value);
            at = end;
        }
    }
    *empty       = had && !known;
    make->failed = make->failed || out.failed;
    return buf_str(&out);
}

static void put_line(SlipMake *make, Str line)
{
    SlipBlock block = { .kind = SLIP_TEXT, .align = SLIP_CENTRE, .count = 1 };
    char      mark  = line.len ? line.ptr[0] : 0;
    bool      empty = false;
    if (str_eq(line, STR("-"))) {
        slip_put_rule(make);
        return;
    }
    if (mark == '#') block.big = true;
    if (mark == '#' || mark == '*') block.bold = true;
    if (mark == '<') block.align = SLIP_START;
    if (mark == '>') block.align = SLIP_END;
    bool marked    = block.bold || block.align != SLIP_CENTRE || mark == '\\';
    Str  text      = filled(make, str_slice(line, marked ? 1 : 0, line.len), &empty);
    block.cells[0] = str_trim(text);
    if (empty) return;
    if (block.cells[0].len) slip_put(make, block);
    else slip_put(make, (SlipBlock){ .kind = SLIP_GAP });
}

void slip_put_template(SlipMake *make, Str text)
{
    for (size_t from = 0; from < text.len;) {
        size_t end = str_index(text, '\n', from);
        put_line(make, str_slice(text, from, end));
        from = end + 1;
    }
}

/* --- above and below --- */

void slip_put_head(SlipMake *make, Str title)
{
    const SlipShop *shop = make->shop;
    if (make->style->drawer) slip_put(make, (SlipBlock){ .kind = SLIP_DRAWER });
    if (make->style->logo.bits && slip_shows(make, SLIP_PART_LOGO))
        slip_put(make, (SlipBlock){ .kind = SLIP_LOGO, .align = SLIP_CENTRE });
    if (make->style->header.len) {
        slip_put_template(make, make->style->header);
    } else {
        slip_put_text(make, SLIP_CENTRE, true, shop->merchant);
        slip_put_text(make, SLIP_CENTRE, false, shop->location);
        if (slip_shows(make, SLIP_PART_ADDRESS)) slip_put_text(make, SLIP_CENTRE, false, shop->address);
    }
    if (shop->tax_number.len && slip_shows(make, SLIP_PART_TAX_NUMBER))
        slip_put_text(make, SLIP_CENTRE, false, slip_ws(make, SLIP_WORD_VAT, shop->tax_number, STR("")));
    if (make->style->copy) slip_put_text(make, SLIP_CENTRE, true, slip_w(make, SLIP_WORD_COPY));
    if (title.len)
        slip_put(make, (SlipBlock){ .kind  = SLIP_TEXT,
                                    .align = SLIP_CENTRE,
                                    .bold  = true,
                                    .big   = true,
                                    .cells = { title },
                                    .count = 1 });
    slip_put_rule(make);
}

void slip_put_qr(SlipMake *make, Str text, SlipWord caption)
{
    slip_put_text(make, SLIP_CENTRE, false, slip_w(make, caption));
    slip_put(make, (SlipBlock){ .kind = SLIP_QR, .align = SLIP_CENTRE, .cells = { text }, .count = 1 });
}

bool slip_put_foot(SlipMake *make, Str title, Slip *out, Error *err)
{
    const SlipStyle *style = make->style;
    if (style->legal.len || style->footer.len) slip_put(make, (SlipBlock){ .kind = SLIP_GAP });
    slip_put_template(make, style->legal);
    slip_put_template(make, style->footer);
    if (style->link.len && !make->linked && slip_shows(make, SLIP_PART_LINK))
        slip_put_qr(make, style->link, SLIP_WORD_SCAN_LINK);
    slip_put(make, (SlipBlock){ .kind = SLIP_CUT });
    *out = (Slip){ .language = style->language,
                   .title    = title,
                   .logo     = style->logo,
                   .blocks   = make->blocks,
                   .count    = make->count };
    return !make->failed || err_memory(err);
}

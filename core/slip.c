/* slip.c — the blocks of receipts: sales, returns, gifts. See slip.h. */
#include "core/slip_inner.h"

static Str number_title(const SlipMake *make, SlipSaleKind kind)
{
    switch (kind) {
    case SLIP_OF_SALE: return STR("");
    case SLIP_OF_RETURN: return slip_w(make, SLIP_WORD_RETURN);
    case SLIP_OF_GIFT: return slip_w(make, SLIP_WORD_GIFT_RECEIPT);
    }
    UNREACHABLE();
}

static void put_numbers(SlipMake *make, const SlipSale *sale)
{
    const SlipShop *shop = make->shop;
    Str             when = slip_time(make->arena, make->style->language, sale->wall_ms);
    slip_put_pair(make, 0, false, sale->number, when);
    if (sale->of_number.len)
        slip_put_text(make, SLIP_START, false, slip_ws(make, SLIP_WORD_OF_SALE, sale->of_number, STR("")));
    if (shop->register_name.len)
        slip_put_text(make, SLIP_START, false,
                      slip_ws(make, SLIP_WORD_REGISTER, shop->register_name, STR("")));
    if (shop->cashier.len)
        slip_put_text(make, SLIP_START, false, slip_ws(make, SLIP_WORD_SERVED_BY, shop->cashier, STR("")));
    slip_put_rule(make);
}

static Str named(SlipMake *make, const SlipLine *line)
{
    Str name = line->name.len ? line->name : line->sku;
    if (!line->mark.len) return name;
    name         = str_format(make->arena, "%.*s %.*s", STR_FMT(name), STR_FMT(line->mark));
    make->failed = make->failed || !name.ptr;
    return name;
}

static void put_notes(SlipMake *make, const SlipLine *line)
{
    if (line->sku.len && line->name.len && slip_shows(make, SLIP_PART_SKU))
        slip_put_pair(make, 2, false, line->sku, STR(""));
    if (!slip_shows(make, SLIP_PART_NOTES)) return;
    for (size_t i = 0; i < line->note_count; i++) slip_put_pair(make, 2, false, line->notes[i], STR(""));
}

static Str times(SlipMake *make, int64_t qty_milli, Str what)
{
    Str text     = str_format(make->arena, "%.*s x %.*s", STR_FMT(qty_text(make->arena, qty_milli)),
                              STR_FMT(what));
    make->failed = make->failed || !text.ptr;
    return text;
}

/* What was sold: for its price before anything was taken off. */
static bool put_sold(SlipMake *make, const SlipLine *line, Error *err)
{
    int64_t gross = 0;
    if (!money_scale(line->unit_price, line->qty_milli, QTY_ONE, ROUND_HALF_UP, &gross, err)) return false;
    slip_put_pair(make, 0, false, named(make, line), slip_amount(make, gross));
    if (line->qty_milli != QTY_ONE)
        slip_put_pair(make, 2, false, times(make, line->qty_milli, slip_amount(make, line->unit_price)),
                      STR(""));
    for (size_t i = 0; i < line->change_count; i++)
        slip_put_sum(make, 2, line->changes[i].name, line->changes[i].amount);
    if (line->discount != line->changed_off)
        slip_put_sum(make, 2, slip_w(make, SLIP_WORD_DISCOUNT), line->changed_off - line->discount);
    return true;
}

static bool put_lines(SlipMake *make, const SlipSale *sale, Error *err)
{
    for (size_t i = 0; i < sale->line_count; i++) {
        const SlipLine *line = &sale->lines[i];
        switch (sale->kind) {
        case SLIP_OF_SALE:
            if (!put_sold(make, line, err)) return false;
            break;
        case SLIP_OF_RETURN:
            slip_put_pair(make, 0, false,
                          line->qty_milli == QTY_ONE ? named(make, line)
                                                     : times(make, line->qty_milli, named(make, line)),
                          slip_amount(make, -line->total));
            break;
        case SLIP_OF_GIFT:
            slip_put_pair(make, 0, false,
                          times(make, line->qty_milli, line->name.len ? line->name : line->sku), STR(""));
            break;
        }
        put_notes(make, line);
    }
    for (size_t i = 0; i < sale->extra_count && sale->kind != SLIP_OF_GIFT; i++)
        slip_put_sum(make, 0, sale->extras[i].name, sale->extras[i].amount);
    return true;
}

static void put_taxes(SlipMake *make, const SlipSale *sale)
{
    SlipWord word = sale->prices_include_tax ? SLIP_WORD_TAX_IN : SLIP_WORD_TAX_ON;
    if (!sale->prices_include_tax) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_NET), sale->net);
    for (size_t i = 0; i < sale->tax_count; i++) {
        const SlipSum *tax  = &sale->taxes[i];
        Str            name = slip_ws(make, word, tax->name, slip_amount(make, tax->base));
        if (tax->mark.len) name = str_format(make->arena, "%.*s %.*s", STR_FMT(tax->mark), STR_FMT(name));
        make->failed = make->failed || !name.ptr;
        slip_put_sum(make, 0, name, tax->amount);
    }
}

/* "Card visa ...4242 contactless" */
static Str tender_text(SlipMake *make, const SlipTender *tender)
{
    Buf out = buf_make(make->arena, 64);
    buf_add(&out, slip_tender_name(make->style->language, tender->kind));
    if (tender->brand.len) buf_format(&out, " %.*s", STR_FMT(tender->brand));
    if (tender->last4.len) buf_format(&out, " ...%.*s", STR_FMT(tender->last4));
    if (tender->detail.len) buf_format(&out, " %.*s", STR_FMT(tender->detail));
    make->failed = make->failed || out.failed;
    return buf_str(&out);
}

/* What is paid beside the total, and then how much that is in all. */
static bool put_beside(SlipMake *make, const SlipSale *sale, int64_t total, Error *err)
{
    if (!sale->tip && !sale->beside_count) return true;
    for (size_t i = 0; i < sale->beside_count; i++) {
        slip_put_sum(make, 0, sale->beside[i].name, sale->beside[i].amount);
        if (!money_add(total, sale->beside[i].amount, &total, err)) return false;
    }
    if (sale->tip) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_TIP), sale->tip);
    if (!money_add(total, sale->tip, &total, err)) return false;
    slip_put_pair(make, 0, true, slip_ws(make, SLIP_WORD_IN_ALL, sale->currency, STR("")),
                  slip_amount(make, total));
    return true;
}

static bool put_money(SlipMake *make, const SlipSale *sale, Error *err)
{
    bool    back  = sale->kind == SLIP_OF_RETURN;
    int64_t total = 0;
    if (!money_add(sale->total, sale->cash_rounding, &total, err)) return false;
    slip_put_rule(make);
    put_taxes(make, sale);
    if (sale->cash_rounding) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_ROUNDING), sale->cash_rounding);
    Str name = slip_ws(make, back ? SLIP_WORD_REFUNDED : SLIP_WORD_TOTAL, sale->currency, STR(""));
    slip_put(make, (SlipBlock){ .kind  = SLIP_ROW,
                                .bold  = true,
                                .big   = true,
                                .cells = { name, slip_amount(make, total) },
                                .count = 2 });
    if (!put_beside(make, sale, total, err)) return false;
    for (size_t i = 0; i < sale->tender_count; i++)
        slip_put_sum(make, 0, tender_text(make, &sale->tenders[i]), sale->tenders[i].amount);
    if (sale->change) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_CHANGE), sale->change);
    if (sale->due) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_DUE), sale->due);
    if (sale->saved && slip_shows(make, SLIP_PART_SAVED))
        slip_put_sum(make, 0, slip_w(make, SLIP_WORD_SAVED), sale->saved);
    return true;
}

/* The code by which a gift is given back instead of prices: the link of the slip, for goods only. */
static void put_gift_code(SlipMake *make)
{
    slip_put_rule(make);
    make->linked = true;
    if (make->style->link.len) slip_put_qr(make, make->style->link, SLIP_WORD_GIFT_HINT);
}

bool slip_of_sale(Arena *arena, const SlipStyle *style, const SlipSale *sale, Slip *out, Error *err)
{
    SlipMake make  = { .arena    = arena,
                       .style    = style,
                       .shop     = &sale->shop,
                       .currency = sale->currency,
                       .number   = sale->number,
                       .wall_ms  = sale->wall_ms };
    bool     gift  = sale->kind == SLIP_OF_GIFT;
    Str      title = number_title(&make, sale->kind);
    slip_put_head(&make, title);
    put_numbers(&make, sale);
    if (!put_lines(&make, sale, err) || (!gift && !put_money(&make, sale, err))) return false;
    if (gift) put_gift_code(&make);
    if (sale->number.len && !gift && slip_shows(&make, SLIP_PART_BARCODE)) {
        slip_put(&make, (SlipBlock){ .kind = SLIP_GAP });
        slip_put(&make,
                 (SlipBlock){
                     .kind = SLIP_BARCODE, .align = SLIP_CENTRE, .cells = { sale->number }, .count = 1 });
    }
    if (!title.len) title = slip_w(&make, SLIP_WORD_RECEIPT);
    return slip_put_foot(&make, title, out, err);
}

/* slip_report.c — the blocks of X and Z reports, gift cards and pick-up slips. See slip.h. */
#include "core/slip_inner.h"

/* --- X and Z --- */

static Str number_text(SlipMake *make, int64_t number)
{
    Str text     = str_format(make->arena, "%lld", (long long)number);
    make->failed = make->failed || !text.ptr;
    return text;
}

/* "Sales   12   1,234.00" */
static void put_counted(SlipMake *make, Str name, int64_t count, int64_t amount)
{
    slip_put(make, (SlipBlock){ .kind   = SLIP_ROW,
                                .column = 4,
                                .cells  = { name, number_text(make, count), slip_amount(make, amount) },
                                .count  = 3 });
}

static void put_period(SlipMake *make, const SlipReport *report)
{
    SlipLanguage  language = make->style->language;
    SlipWord      until    = report->closes ? SLIP_WORD_CLOSED : SLIP_WORD_UNTIL;
    const Str     who[]    = { report->opened_by, report->closed_by };
    const Str     names[]  = { slip_w(make, SLIP_WORD_OPENED), slip_w(make, until) };
    const int64_t when[]   = { report->opened_ms, report->until_ms };
    if (report->till.len)
        slip_put_text(make, SLIP_START, false, slip_ws(make, SLIP_WORD_REGISTER, report->till, STR("")));
    for (size_t i = 0; i < COUNT(names); i++) {
        slip_put_pair(make, 0, false, names[i], slip_time(make->arena, language, when[i]));
        if (who[i].len) slip_put_pair(make, 2, false, who[i], STR(""));
    }
    if (!report->first_receipt.len) return;
    Str range    = str_format(make->arena, "%.*s - %.*s", STR_FMT(report->first_receipt),
                              STR_FMT(report->last_receipt));
    make->failed = make->failed || !range.ptr;
    slip_put_pair(make, 0, false, slip_w(make, SLIP_WORD_RECEIPTS), range);
}

static void put_turnover(SlipMake *make, const SlipReport *report)
{
    slip_put_rule(make);
    put_counted(make, slip_w(make, SLIP_WORD_SALES), report->sales, report->gross);
    slip_put_sum(make, 0, slip_w(make, SLIP_WORD_DISCOUNTS), -report->discounts);
    put_counted(make, slip_w(make, SLIP_WORD_RETURNS), report->returns, -report->refunds);
    slip_put_sum(make, 0, slip_w(make, SLIP_WORD_NET), report->net);
    for (size_t i = 0; i < report->tax_count; i++) {
        const SlipSum *tax = &report->taxes[i];
        slip_put_sum(make, 0, slip_ws(make, SLIP_WORD_TAX_ON, tax->name, slip_amount(make, tax->base)),
                     tax->amount);
    }
    slip_put_sum(make, 0, slip_w(make, SLIP_WORD_TAX), report->tax);
    if (report->tips) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_TIP), report->tips);
    if (report->rounding) slip_put_sum(make, 0, slip_w(make, SLIP_WORD_ROUNDING), report->rounding);
    if (report->voids)
        slip_put_pair(make, 0, false, slip_w(make, SLIP_WORD_VOIDS), number_text(make, report->voids));
    if (report->no_sales)
        slip_put_pair(make, 0, false, slip_w(make, SLIP_WORD_NO_SALES),
                      number_text(make, report->no_sales));
}

static void put_over_short(SlipMake *make, int64_t amount)
{
    slip_put_pair(make, 2, amount != 0, slip_w(make, SLIP_WORD_OVER_SHORT), slip_amount(make, amount));
}

static void put_tenders(SlipMake *make, const SlipReport *report)
{
    if (report->tender_count) slip_put_heading(make, SLIP_WORD_TENDERS);
    for (size_t i = 0; i < report->tender_count; i++) {
        const SlipTenderSum *tender = &report->tenders[i];
        put_counted(make, slip_tender_name(make->style->language, tender->kind), tender->count,
                    tender->taken);
        if (tender->given_back)
            slip_put_sum(make, 2, slip_w(make, SLIP_WORD_GIVEN_BACK), -tender->given_back);
        slip_put_sum(make, 2, slip_w(make, SLIP_WORD_EXPECTED), tender->expected);
        if (tender->counted == OPT_NONE) continue;
        slip_put_sum(make, 2, slip_w(make, SLIP_WORD_COUNTED), tender->counted);
        put_over_short(make, tender->counted - tender->expected);
    }
}

static Str move_name(const SlipMake *make, Str kind)
{
    if (str_eq(kind, STR("float"))) return slip_w(make, SLIP_WORD_FLOAT);
    if (str_eq(kind, STR("pay_in"))) return slip_w(make, SLIP_WORD_PAY_IN);
    if (str_eq(kind, STR("pay_out"))) return slip_w(make, SLIP_WORD_PAY_OUT);
    if (str_eq(kind, STR("drop"))) return slip_w(make, SLIP_WORD_DROP);
    return kind;
}

static void put_people(SlipMake *make, const SlipReport *report)
{
    if (report->move_count) slip_put_heading(make, SLIP_WORD_CASH_MOVES);
    for (size_t i = 0; i < report->move_count; i++)
        put_counted(make, move_name(make, report->moves[i].kind), report->moves[i].count,
                    report->moves[i].amount);
    if (report->cashier_count) slip_put_heading(make, SLIP_WORD_CASHIERS);
    for (size_t i = 0; i < report->cashier_count; i++) {
        const SlipCashierSum *cashier = &report->cashiers[i];
        put_counted(make, cashier->name, cashier->sales, cashier->amount);
        if (cashier->over_short != OPT_NONE) put_over_short(make, cashier->over_short);
    }
}

static bool put_coins(SlipMake *make, const SlipReport *report, Error *err)
{
    if (report->coin_count) slip_put_heading(make, SLIP_WORD_COINS);
    for (size_t i = 0; i < report->coin_count; i++) {
        const SlipCoins *coins = &report->coins[i];
        int64_t          sum   = 0;
        if (!money_scale(coins->value, coins->count, 1, ROUND_DOWN, &sum, err)) return false;
        put_counted(make, slip_amount(make, coins->value), coins->count, sum);
    }
    return true;
}

static void put_end(SlipMake *make, const SlipReport *report)
{
    if (report->grand_total != OPT_NONE) {
        slip_put_rule(make);
        slip_put_pair(make, 0, true, slip_w(make, SLIP_WORD_GRAND_TOTAL),
                      slip_amount(make, report->grand_total));
    }
    slip_put_text(make, SLIP_START, false, report->note);
    if (!report->closes) return;
    for (int i = 0; i < 3; i++) slip_put(make, (SlipBlock){ .kind = SLIP_GAP });
    slip_put_rule(make);
    slip_put_text(make, SLIP_START, false, slip_w(make, SLIP_WORD_SIGNATURE));
}

bool slip_of_report(Arena *arena, const SlipStyle *style, const SlipReport *report, Slip *out, Error *err)
{
    SlipMake make = { .arena    = arena,
                      .style    = style,
                      .shop     = &report->shop,
                      .currency = report->currency,
                      .wall_ms  = report->until_ms };
    make.number   = report->number ? number_text(&make, report->number) : STR("");
    Str title     = report->closes ? slip_ws(&make, SLIP_WORD_Z_REPORT, make.number, STR(""))
                                   : slip_w(&make, SLIP_WORD_X_REPORT);
    slip_put_head(&make, title);
    put_period(&make, report);
    put_turnover(&make, report);
    put_tenders(&make, report);
    put_people(&make, report);
    if (!put_coins(&make, report, err)) return false;
    put_end(&make, report);
    slip_put(&make, (SlipBlock){ .kind = SLIP_CUT });
    *out = (Slip){ .language = style->language,
                   .title    = title,
                   .logo     = style->logo,
                   .blocks   = make.blocks,
                   .count    = make.count };
    return !make.failed || err_memory(err);
}

/* --- gift cards --- */

bool slip_of_gift_card(Arena *arena, const SlipStyle *style, const SlipGiftCard *card, Slip *out,
                       Error *err)
{
    SlipMake make    = { .arena    = arena,
                         .style    = style,
                         .shop     = &card->shop,
                         .currency = card->currency,
                         .number   = card->number,
                         .wall_ms  = card->wall_ms };
    Str      title   = slip_w(&make, SLIP_WORD_GIFT_CARD_TITLE);
    Str      balance = slip_ws(&make, SLIP_WORD_BALANCE, card->currency, STR(""));
    slip_put_head(&make, title);
    slip_put_pair(&make, 0, false, card->number, slip_time(arena, style->language, card->wall_ms));
    slip_put_text(&make, SLIP_CENTRE, false, card->note);
    if (card->loaded) slip_put_sum(&make, 0, slip_w(&make, SLIP_WORD_LOADED), card->loaded);
    slip_put(&make, (SlipBlock){ .kind  = SLIP_ROW,
                                 .bold  = true,
                                 .big   = true,
                                 .cells = { balance, slip_amount(&make, card->balance) },
                                 .count = 2 });
    if (card->until_ms != OPT_NONE)
        slip_put_pair(&make, 0, false, slip_w(&make, SLIP_WORD_GOOD_UNTIL),
                      slip_time(arena, style->language, card->until_ms));
    slip_put_rule(&make);
    if (card->scan.len)
        slip_put(&make, (SlipBlock){
                            .kind = SLIP_QR, .align = SLIP_CENTRE, .cells = { card->scan }, .count = 1 });
    slip_put_text(&make, SLIP_CENTRE, true, card->code);
    if (card->pin.len) slip_put_pair(&make, 0, true, slip_w(&make, SLIP_WORD_PIN), card->pin);
    slip_put_text(&make, SLIP_CENTRE, false, slip_w(&make, SLIP_WORD_KEEP_SAFE));
    return slip_put_foot(&make, title, out, err);
}

/* --- pick-up --- */

static void put_fact(SlipMake *make, SlipWord word, Str text)
{
    if (text.len) slip_put_pair(make, 0, false, slip_w(make, word), text);
}

bool slip_of_pickup(Arena *arena, const SlipStyle *style, const SlipPickup *pickup, Slip *out, Error *err)
{
    SlipMake     make     = { .arena   = arena,
                              .style   = style,
                              .shop    = &pickup->shop,
                              .number  = pickup->number,
                              .wall_ms = pickup->ready_ms };
    SlipLanguage language = style->language;
    Str          title    = slip_w(&make, SLIP_WORD_PICKUP);
    slip_put_head(&make, title);
    if (pickup->contact.len)
        slip_put_text(&make, SLIP_START, true, slip_ws(&make, SLIP_WORD_FOR, pickup->contact, STR("")));
    put_fact(&make, SLIP_WORD_RECEIPT, pickup->number);
    put_fact(&make, SLIP_WORD_SHELF, pickup->shelf);
    put_fact(&make, SLIP_WORD_READY, slip_time(arena, language, pickup->ready_ms));
    put_fact(&make, SLIP_WORD_KEPT_UNTIL, slip_time(arena, language, pickup->until_ms));
    slip_put_rule(&make);
    for (size_t i = 0; i < pickup->line_count; i++) {
        const SlipLine *line = &pickup->lines[i];
        Str             name = line->name.len ? line->name : line->sku;
        Str             text = str_format(arena, "%.*s x %.*s", STR_FMT(qty_text(arena, line->qty_milli)),
                                          STR_FMT(name));
        make.failed          = make.failed || !text.ptr;
        slip_put_pair(&make, 0, false, text, STR(""));
        if (line->sku.len && line->name.len && slip_shows(&make, SLIP_PART_SKU))
            slip_put_pair(&make, 2, false, line->sku, STR(""));
    }
    slip_put_text(&make, SLIP_START, false, pickup->note);
    slip_put_rule(&make);
    if (pickup->scan.len)
        slip_put(
            &make,
            (SlipBlock){ .kind = SLIP_QR, .align = SLIP_CENTRE, .cells = { pickup->scan }, .count = 1 });
    if (pickup->code.len)
        slip_put(&make, (SlipBlock){ .kind  = SLIP_ROW,
                                     .bold  = true,
                                     .big   = true,
                                     .cells = { slip_w(&make, SLIP_WORD_CODE), pickup->code },
                                     .count = 2 });
    return slip_put_foot(&make, title, out, err);
}

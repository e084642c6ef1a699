/* slip_test.c — slips as text, as pages and for printers: what stands on them, in each language, on wide
 * and narrow paper, and that no text can be a command. */
#include "core/slip_escpos.h"
#include "core/slip_html.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>

static uint8_t memory[1 << 20];
static Arena   arena;

static const SlipSum  taxes[]   = { { STR("VAT 20%"), 448, 90, STR("A") } };
static const SlipSum  changes[] = { { STR("Spring sale"), 0, -100, STR_NONE } };
static const Str      notes[]   = { STR("S/N 0123456789012345678901234567890123456789") };
static const SlipLine lines[]   = {
      { .name         = STR("Tea pot"),
        .sku          = STR("TEA"),
        .mark         = STR("A"),
        .qty_milli    = 2000,
        .unit_price   = 199,
        .discount     = 100,
        .changes      = changes,
        .change_count = 1,
        .changed_off  = 100,
        .notes        = notes,
        .note_count   = 1,
        .total        = 298 },
      { .name       = STR("A cake whose name is by far too long for a narrow receipt"),
        .sku        = STR("CAKE"),
        .qty_milli  = 1000,
        .unit_price = 240,
        .total      = 240 },
};
static const SlipTender tenders[] = {
    { .kind   = STR("card"),
      .brand  = STR("visa"),
      .last4  = STR("4242"),
      .detail = STR("contactless"),
      .amount = 438 },
    { .kind = STR("cash"), .amount = 200 },
};

static SlipSale sale_of(SlipSaleKind kind)
{
    return (SlipSale){ .kind     = kind,
                       .shop     = { STR("Onetill Ltd"), STR("1 High Street"), STR("GB123"), STR("London"),
                                     STR("2"), STR("Ada") },
                       .number   = STR("LON-000123"),
                       .currency = STR("GBP"),
                       .wall_ms  = 1764078960000,
                       .of_number          = kind == SLIP_OF_RETURN ? STR("LON-000122") : STR_NONE,
                       .prices_include_tax = true,
                       .lines              = lines,
                       .line_count         = COUNT(lines),
                       .net                = 448,
                       .total              = 538,
                       .change             = 100,
                       .saved              = 100,
                       .taxes              = taxes,
                       .tax_count          = COUNT(taxes),
                       .tenders            = tenders,
                       .tender_count       = COUNT(tenders) };
}

static bool make(const SlipStyle *style, const SlipSale *sale, Slip *slip)
{
    Error err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    return slip_of_sale(&arena, style, sale, slip, &err);
}

static Str text_of(const Slip *slip, int columns)
{
    Str   out = STR_NONE;
    Error err = { 0 };
    return slip_text(&arena, slip, columns, &out, &err) ? out : STR_NONE;
}

static bool has(Str text, const char *part)
{
    return text.ptr && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static void check_text(void)
{
    static const char expected[] = "               Onetill Ltd\n"
                                   "                  London\n"
                                   "              1 High Street\n"
                                   "                VAT GB123\n"
                                   "------------------------------------------\n"
                                   "LON-000123                2025-11-25 13:56\n"
                                   "Register 2\n"
                                   "Served by Ada\n"
                                   "------------------------------------------\n"
                                   "Tea pot A                             3.98\n"
                                   "  2 x 1.99\n"
                                   "  Spring sale                        -1.00\n"
                                   "  TEA\n"
                                   "  S/N\n"
                                   "  0123456789012345678901234567890123456789\n"
                                   "A cake whose name is by far too long\n"
                                   "for a narrow receipt                  2.40\n"
                                   "  CAKE\n"
                                   "------------------------------------------\n"
                                   "A incl. VAT 20% on 4.48               0.90\n"
                                   "TOTAL GBP                             5.38\n"
                                   "Card visa ...4242 contactless         4.38\n"
                                   "Cash                                  2.00\n"
                                   "Change                                1.00\n"
                                   "You saved                             1.00\n"
                                   "\n"
                                   "                LON-000123\n";
    SlipStyle         style      = { .language = SLIP_EN };
    SlipSale          sale       = sale_of(SLIP_OF_SALE);
    Slip              slip;
    check(make(&style, &sale, &slip), "a receipt is made");
    Str text = text_of(&slip, 42);
    check(str_eq(text, str_from(expected)), "a receipt as text, 42 columns wide");
    if (!str_eq(text, str_from(expected))) printf("%.*s", STR_FMT(text));
    style.hidden = 1u << SLIP_PART_SKU | 1u << SLIP_PART_SAVED | 1u << SLIP_PART_NOTES
                 | 1u << SLIP_PART_BARCODE;
    check(make(&style, &sale, &slip), "a shorter one");
    text = text_of(&slip, 42);
    check(!has(text, "TEA\n") && !has(text, "S/N") && !has(text, "saved") && has(text, "TOTAL"),
          "what a template leaves out is not there, the sums are");
}

/* No line is wider than the paper but links, whatever the language and the width. */
static bool fits(Str text, int columns)
{
    for (size_t from = 0; from < text.len;) {
        size_t end = str_index(text, '\n', from);
        if (slip_columns(str_slice(text, from, end)) > columns) return false;
        from = end + 1;
    }
    return true;
}

static void check_widths(void)
{
    bool ok = true;
    for (int language = 0; language < SLIP_LANGUAGE_COUNT; language++)
        for (int kind = SLIP_OF_SALE; kind <= SLIP_OF_GIFT; kind++)
            for (int columns = SLIP_COLUMNS_LEAST; columns <= SLIP_COLUMNS_MOST; columns++) {
                SlipStyle style = { .language = (SlipLanguage)language };
                SlipSale  sale  = sale_of((SlipSaleKind)kind);
                Slip      slip;
                ok = make(&style, &sale, &slip) && fits(text_of(&slip, columns), columns) && ok;
            }
    check(ok, "in each language, on paper of each width, no line is wider than the paper");
}

static void check_kinds(void)
{
    SlipStyle style = { .language = SLIP_DE, .link = STR("https://shop.example/r/abc") };
    SlipSale  sale  = sale_of(SLIP_OF_GIFT);
    Slip      slip;
    check(make(&style, &sale, &slip), "a gift receipt is made");
    Str text = text_of(&slip, 42);
    check(has(text, "Geschenkbeleg") && has(text, "2 x Tea pot") && has(text, "/r/abc")
              && !has(text, "1,99") && !has(text, "5,38") && !has(text, "3,98"),
          "a gift receipt has goods and a code to give them back by, and no prices");
    sale = sale_of(SLIP_OF_RETURN);
    check(make(&style, &sale, &slip), "a return is made");
    text = text_of(&slip, 42);
    check(has(text, "Rückgabe") && has(text, "zu Beleg LON-000122") && has(text, "-2,98")
              && has(text, "ERSTATTET GBP"),
          "a return says of which receipt it is and what was given back");
}

static void check_beside(void)
{
    static const SlipSum beside[] = { { .name = STR("Gift card ...1234"), .amount = 5000 } };
    SlipStyle            style    = { .language = SLIP_EN };
    SlipSale             sale     = sale_of(SLIP_OF_SALE);
    Slip                 slip;
    sale.tip          = 100;
    sale.due          = 1000;
    sale.beside       = beside;
    sale.beside_count = 1;
    check(make(&style, &sale, &slip), "a sale with a gift card and a tip");
    Str text = text_of(&slip, 42);
    check(has(text, "TOTAL GBP                             5.38")
              && has(text, "Gift card ...1234                    50.00")
              && has(text, "In all GBP                           56.38")
              && has(text, "Still to pay                         10.00"),
          "says what is paid beside the total, what that is in all, and what is still to be paid");
}

static void check_report(void)
{
    SlipStyle            style    = { .language = SLIP_FR };
    const SlipTenderSum  sums[]   = { { STR("cash"), 12, 1234500, 2000, 1332500, 1332000 },
                                      { STR("card"), 3, 9000, 0, 9000, OPT_NONE } };
    const SlipCashMove   moves[]  = { { STR("float"), 1, 10000 }, { STR("Fleurs"), 1, -500 } };
    const SlipCashierSum people[] = { { STR("Ada"), 15, 1243500, -500 } };
    const SlipCoins      coins[]  = { { 5000, 20 } };
    SlipReport           report   = { .shop          = { .merchant = STR("Boutique") },
                                      .closes        = true,
                                      .number        = 7,
                                      .till          = STR("2"),
                                      .currency      = STR("EUR"),
                                      .opened_ms     = 1764050000000,
                                      .until_ms      = 1764078960000,
                                      .first_receipt = STR("PAR-000001"),
                                      .last_receipt  = STR("PAR-000015"),
                                      .sales         = 15,
                                      .gross         = 1243500,
                                      .grand_total   = 99999999,
                                      .tenders       = sums,
                                      .tender_count  = COUNT(sums),
                                      .moves         = moves,
                                      .move_count    = COUNT(moves),
                                      .cashiers      = people,
                                      .cashier_count = 1,
                                      .coins         = coins,
                                      .coin_count    = 1 };
    Slip                 slip;
    Error                err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check_ok(slip_of_report(&arena, &style, &report, &slip, &err), &err, "a Z report is made");
    Str text = text_of(&slip, 32);
    check(has(text, "RAPPORT Z 7")
              && has(text, "12\xC2\xA0"
                           "345,00")
              && has(text, "-5,00") && has(text, "Fleurs")
              && has(text, "999\xC2\xA0"
                           "999,99")
              && fits(text, 32),
          "it has number, tenders, differences, cashiers and the grand total, on narrow paper too");
    report.closes = false;
    check_ok(slip_of_report(&arena, &style, &report, &slip, &err), &err, "an X report is made");
    check(has(text_of(&slip, 48), "RAPPORT X") && !has(text_of(&slip, 48), "Signature"),
          "nobody signs an X report");
}

static void check_others(void)
{
    SlipStyle    style = { .language = SLIP_ES };
    SlipGiftCard card  = { .shop     = { .merchant = STR("Tienda") },
                           .code     = STR("GC-1234"),
                           .scan     = STR("GC-1234"),
                           .pin      = STR("0815"),
                           .currency = STR("EUR"),
                           .loaded   = 5000,
                           .balance  = 123456789,
                           .until_ms = OPT_NONE };
    SlipPickup   fetch = { .shop       = { .merchant = STR("Tienda") },
                           .number     = STR("MAD-1"),
                           .contact    = STR("Ana"),
                           .ready_ms   = OPT_NONE,
                           .until_ms   = 1764078960000,
                           .shelf      = STR("A-9"),
                           .code       = STR("4NC5TFRN"),
                           .lines      = lines,
                           .line_count = COUNT(lines) };
    Slip         slip;
    Error        err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check_ok(slip_of_gift_card(&arena, &style, &card, &slip, &err), &err, "a gift card's slip is made");
    check(has(text_of(&slip, 32), "1.234.567,89") && has(text_of(&slip, 32), "0815"),
          "it has balance and PIN");
    check_ok(slip_of_pickup(&arena, &style, &fetch, &slip, &err), &err, "a pick-up slip is made");
    Str text = text_of(&slip, 32);
    check(has(text, "Para Ana") && has(text, "A-9") && has(text, "4NC5TFRN")
              && has(text, "25/11/2025 13:56"),
          "it has who, where, until when and the code");
}

static void check_amounts(void)
{
    static const struct {
        SlipLanguage language;
        int64_t      minor;
        const char  *currency, *text;
    } rows[] = { { SLIP_EN, -123456789, "GBP", "-1,234,567.89" },
                 { SLIP_DE, 100000, "EUR", "1.000,00" },
                 { SLIP_ES, 123456, "EUR", "1234,56" },
                 { SLIP_ES, 1234567, "EUR", "12.345,67" },
                 { SLIP_JA, 1234567, "JPY", "1,234,567" },
                 { SLIP_AR, 1234567, "KWD", "1,234.567" },
                 { SLIP_FR, -5, "EUR", "-0,05" },
                 { SLIP_EN, INT64_MIN, "GBP", "-92,233,720,368,547,758.08" } };
    bool ok  = true;
    arena_init(&arena, memory, sizeof memory);
    for (size_t i = 0; i < COUNT(rows); i++) {
        Str text = slip_money(&arena, rows[i].language, rows[i].minor, str_from(rows[i].currency));
        if (!str_eq(text, str_from(rows[i].text))) printf("  %.*s, not %s\n", STR_FMT(text), rows[i].text);
        ok = ok && str_eq(text, str_from(rows[i].text));
    }
    check(ok, "amounts are written as each language does");
}

static void check_templates(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "# {merchant}\n*Bold\n<left\n>right\n-\n{{braces}} {location}\n", "" },
        { "one\n{adress}", "line 2: {adress} is not known" },
        { "one {merchant", "line 1: a { without }" },
        { "bell \x07", "line 1 has a character that cannot be printed" },
        { "\xE2\x80\xAE turned", "line 1 has a character that cannot be printed" },
        { "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21",
          "has more than 20 lines" },
    };
    bool ok = true;
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err  = { 0 };
        bool  good = slip_template_check(str_from(rows[i].text), "header", &err);
        ok         = ok && good == (rows[i].message[0] == 0)
          && (good || (has(str_from(err.message), rows[i].message) && !strcmp(err.field, "header")));
    }
    check(ok, "a bad template is refused with the line and what would do");
    SlipStyle style      = { .language = SLIP_EN,
                             .header   = STR("# {merchant}\n{{x}} {location}\n{tax_number}\n\\#1"),
                             .footer   = STR("Bye") };
    SlipSale  sale       = sale_of(SLIP_OF_SALE);
    sale.shop.tax_number = STR_NONE;
    Slip slip;
    check(make(&style, &sale, &slip), "a receipt by a template");
    Str text = text_of(&slip, 42);
    check(has(text, "Onetill Ltd\n") && has(text, "{x}} London") && has(text, "  #1\n")
              && has(text, "  Bye\n") && !has(text, "1 High"),
          "has its texts with the facts filled in; a line whose facts are not known is not there");
}

static void check_unfit(void)
{
    SlipStyle style = { .language = SLIP_EN };
    SlipSale  sale  = sale_of(SLIP_OF_SALE);
    SlipLine  evil  = { .name       = STR("\x1B@\x1Dk \xE2\x80\xAE"
                                                  "evil\xC2\x9B \xFF <b>&"),
                        .qty_milli  = 1000,
                        .unit_price = 1 };
    Slip      slip;
    Str       out   = STR_NONE;
    Error     err   = { 0 };
    sale.lines      = &evil;
    sale.line_count = 1;
    check(make(&style, &sale, &slip), "a receipt with a name that would be a command");
    check(has(text_of(&slip, 42), "?@?k ?evil? ? <b>&"), "shows commands and turns as question marks");
    check(slip_html(&arena, &slip, NULL, NULL, &out, &err) && has(out, "&lt;b&gt;&amp;")
              && !has(out, "<b>"),
          "and no markup on a page");
    SlipPrinter printer = { .columns = 48 };
    check(slip_escpos(&arena, &slip, &printer, &out, &err) && has(out, "?@?k ?evil? ? <b>&")
              && !has(out, "\x1B@\x1D"),
          "and no command at a printer");
}

static void check_pages(void)
{
    uint8_t byte = 0;
    check(slip_page_byte(SLIP_PAGE_CP1252, 0x20AC, &byte) && byte == 0x80,
          "the euro sign is 80 in page 1252");
    check(slip_page_byte(SLIP_PAGE_CP852, 0x142, &byte) && byte == 0x88, "ł is 88 in page 852");
    check(slip_page_byte(SLIP_PAGE_CP866, 0x416, &byte) && byte == 0x86, "Ж is 86 in page 866");
    check(slip_page_byte(SLIP_PAGE_CP737, 0x3A9, &byte) && byte == 0x97, "Ω is 97 in page 737");
    check(!slip_page_byte(SLIP_PAGE_CP1252, 0x6771, &byte)
              && !slip_page_byte(SLIP_PAGE_CP1252, 0x1B, &byte)
              && !slip_page_byte(SLIP_PAGE_CP1252, 0x9B, &byte),
          "no page has kanji or commands");
    SlipStyle style = { .language = SLIP_DE };
    SlipSale  sale  = sale_of(SLIP_OF_SALE);
    SlipLine names = { .name = STR("Ärger €5 Łódź Жук – 東京"), .qty_milli = 1000, .unit_price = 1 };
    Slip  slip;
    Str   out       = STR_NONE;
    Error err       = { 0 };
    sale.lines      = &names;
    sale.line_count = 1;
    SlipPrinter all = { .columns = 48 }, few = { .columns = 48, .pages = 1u << SLIP_PAGE_CP1252 };
    check(make(&style, &sale, &slip) && slip_escpos(&arena, &slip, &all, &out, &err)
              && has(out, "\xC4rger \x80"
                          "5 \x1Bt\x12\x9D\xA2"
                          "d\xAB \x1Bt\x11\x86\xE3\xAA ")
              && has(out, "????"),
          "a printer gets each letter in a page that has it, and question marks for what none has");
    check(slip_escpos(&arena, &slip, &few, &out, &err)
              && has(out, "\xC4rger \x80"
                          "5 ?\xF3"
                          "d? ??? \x96 ????"),
          "one with a single page gets question marks for the others");
}

static void check_printer(void)
{
    static const uint8_t bits[]  = { 0xFF, 0x81, 0x81, 0xFF };
    SlipStyle            style   = { .language = SLIP_EN,
                                     .link     = STR("https://shop.example/r/abc"),
                                     .drawer   = true,
                                     .logo     = { 8, 4, bits, STR("aGk=") } };
    SlipSale             sale    = sale_of(SLIP_OF_SALE);
    SlipPrinter          printer = { .columns = 32 };
    Slip                 slip;
    Str                  out = STR_NONE;
    Error                err = { 0 };
    check(make(&style, &sale, &slip) && slip_escpos(&arena, &slip, &printer, &out, &err), "for a printer");
    static const char begin[] = "\x1B@\x1C.\x1BR\0\x1Bt\x10\x1Bp\0\x19\xFA\x1B"
                                "a\1\x1Dv0\0\1\0\4\0\xFF\x81\x81\xFF";
    check(out.len > sizeof begin && !memcmp(out.ptr, begin, sizeof begin - 1),
          "it is set up, the drawer is opened, the logo is printed");
    check(has(out, "\x1D(k\x1D") && has(out, "1P0https://shop.example/r/abc"), "the link is a QR code");
    check(has(out, "\x1DkI\x0C{BLON-000123"), "the number is a bar code");
    check(out.len > 4 && !memcmp(out.ptr + out.len - 4, "\x1DVB", 4), "the paper is cut at the end");
    check(slip_html(&arena, &slip, NULL, NULL, &out, &err) && has(out, "base64,aGk=")
              && has(out, "lang=\"en\""),
          "as a page it has the logo");
}

static void check_memory(void)
{
    SlipStyle style = { .language = SLIP_AR,
                        .link     = STR("https://shop.example/r/abc"),
                        .header   = STR("# {merchant}") };
    SlipSale  sale  = sale_of(SLIP_OF_SALE);
    bool      ok = false, all = true;
    for (long n = 1; n < 3000 && !ok; n++) {
        SlipPrinter printer = { .columns = 48 };
        Slip        slip;
        Str         out = STR_NONE;
        Error       err = { 0 };
        arena_init(&arena, memory, sizeof memory);
        arena.fail_in = n;
        ok = slip_of_sale(&arena, &style, &sale, &slip, &err) && slip_text(&arena, &slip, 32, &out, &err)
          && slip_escpos(&arena, &slip, &printer, &out, &err)
          && slip_html(&arena, &slip, NULL, NULL, &out, &err);
        all = all && (ok || err.def == &ERR_MEMORY);
    }
    check(ok && all, "when memory ends it says so, wherever that is");
}

int main(void)
{
    check_text();
    check_widths();
    check_kinds();
    check_beside();
    check_report();
    check_others();
    check_amounts();
    check_templates();
    check_unfit();
    check_pages();
    check_printer();
    check_memory();
    return check_finish("slip");
}

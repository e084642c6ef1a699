/* slip_pdf_test.c — slips as PDF, and pictures for receipt printers: in each language, with a logo, and
 * what a damaged logo gives. tests/paper looks at what other programs make of them. */
#include "core/slip_escpos.h"
#include "sys/picture.h"
#include "sys/qr.h"
#include "sys/slip_pdf.h"
#include "tests/kit.h"

#include <stdlib.h>

static uint8_t memory[8 << 20];
static Arena   arena;

/* 2 by 2 dots, black and white. */
static const char logo[] = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNg"
                           "+M/wnwEABgAB/4/x/JoAAAAASUVORK5CYII=";

static const SlipLine lines[] = { { .name = STR("Łucja 東京 شاي"), .qty_milli = 2000, .unit_price = 199 },
                                  { .name = STR(
                                        "A cake whose name is by far too long for a narrow receipt"),
                                    .qty_milli  = 1000,
                                    .unit_price = 123456789 } };

static bool make(SlipLanguage language, Slip *slip)
{
    static const SlipSum taxes[] = { { STR("VAT 20%"), 448, 90, STR("A") } };
    Error                err     = { 0 };
    SlipStyle            style   = { .language = language,
                                     .link     = STR("https://shop.example/r/abc"),
                                     .header   = STR("# {merchant}") };
    SlipSale             sale    = { .shop       = { .merchant = STR("Onetill") },
                                     .number     = STR("LON-000123"),
                                     .currency   = STR("GBP"),
                                     .lines      = lines,
                                     .line_count = COUNT(lines),
                                     .total      = 538,
                                     .taxes      = taxes,
                                     .tax_count  = 1 };
    arena_init(&arena, memory, sizeof memory);
    return picture_of_png(&arena, str_from(logo), "logo", &style.logo, &err)
        && slip_of_sale(&arena, &style, &sale, slip, &err);
}

static void check_pdf(void)
{
    bool ok = true;
    for (int language = 0; language < SLIP_LANGUAGE_COUNT; language++) {
        Slip  slip;
        Str   pdf = STR_NONE, again = STR_NONE;
        Error err = { 0 };
        ok        = ok && make((SlipLanguage)language, &slip) && slip_pdf(&arena, &slip, &pdf, &err)
          && str_starts(pdf, STR("%PDF-")) && slip_pdf(&arena, &slip, &again, &err) && str_eq(pdf, again);
    }
    check(ok, "in each language a slip is a PDF, and the same one each time");
    SlipBlock *many = calloc(3000, sizeof *many);
    for (int i = 0; many && i < 3000; i++)
        many[i] = (SlipBlock){ .kind = SLIP_TEXT, .cells = { STR("one of many lines") }, .count = 1 };
    Slip  slip = { .blocks = many, .count = 3000 };
    Str   pdf  = STR_NONE;
    Error err  = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check_ok(many && slip_pdf(&arena, &slip, &pdf, &err), &err, "a very long one has several pages");
    free(many);
}

static void check_logo(void)
{
    SlipPicture picture;
    Error       err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check_ok(picture_of_png(&arena, str_from(logo), "logo", &picture, &err), &err, "a PNG is a logo");
    check(picture.width == 2 && picture.height == 2, "as large as it is");
    check_refused(picture_of_png(&arena, STR("aGVsbG8="), "logo", &picture, &err), &err,
                  &ERR_FIELD_INVALID, "what is no PNG is refused");
    check_refused(picture_of_png(&arena, STR("%%%"), "logo", &picture, &err), &err, &ERR_FIELD_INVALID,
                  "what is no base64 is refused");
    check_refused(picture_of_png(&arena, STR("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9"), "logo",
                                 &picture, &err),
                  &err, &ERR_FIELD_INVALID, "one that ends early is refused");
    check_refused(picture_of_png(&arena, STR("iVBORw0KGgoAAAANSUhEUgAAf/8AAH//CAAAAAA6mKC9"), "logo",
                                 &picture, &err),
                  &err, &ERR_FIELD_INVALID, "one that is too large is refused before it is unpacked");
}

static size_t black(const SlipPicture *picture, int from, int until)
{
    size_t across = ((size_t)picture->width + 7) / 8, count = 0;
    for (int y = 0; y < picture->height; y++)
        for (int x = from; x < until; x++)
            count += picture->bits[(size_t)y * across + (size_t)x / 8] >> (7 - x % 8) & 1;
    return count;
}

static void check_lines(void)
{
    SlipBlock     block = { .kind = SLIP_ROW, .cells = { STR("شاي"), STR("1.99") }, .count = 2 };
    Slip          slip  = { .language = SLIP_AR, .blocks = &block, .count = 1 };
    SlipFlowLine *line  = NULL;
    SlipPicture   picture;
    size_t        count = 0;
    Error         err   = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check(slip_flow(&arena, &slip, 48, true, &line, &count, &err) && count == 1
              && picture_of_line(NULL, &arena, line, SLIP_AR, 576, &picture, &err),
          "a line in Arabic is drawn");
    check(black(&picture, 0, 60) > 20 && black(&picture, 516, 576) > 20 && black(&picture, 100, 470) == 0,
          "the name at the right end, the amount at the left, nothing between");
    check(picture_of_line(NULL, &arena, line, SLIP_EN, 576, &picture, &err)
              && black(&picture, 100, 470) == 0 && black(&picture, 516, 576) > 20,
          "in a language that runs from the left the amount is at the right");
}

static void check_codes(void)
{
    Str   svg = STR_NONE;
    Error err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    check_ok(bars_svg(&arena, STR("LON-000123"), &svg, &err), &err, "a number is a bar code");
    check_refused(bars_svg(&arena, STR("東京"), &svg, &err), &err, &ERR_FIELD_INVALID, "kanji are none");
}

int main(void)
{
    check_pdf();
    check_logo();
    check_lines();
    check_codes();
    return check_finish("slip_pdf");
}

/* labels_test.c — labels of packages: as PDF (tests/labels reads one with a scanner), and for label printers,
 * where no text becomes a command. */
#include "core/zpl.h"
#include "sys/paper.h"
#include "tests/fulfil.h"

ANY(fulfil_label_pdf, LabelAsk, LabelPaper)
ANY(fulfil_label_zpl, LabelAsk, LabelPaper)

static uint8_t bytes[4 << 20];
static Arena   arena;

static bool holds(Str text, const char *what)
{
    return text.ptr && memmem(text.ptr, text.len, what, strlen(what)) != NULL;
}

static Str pdf_of(const SheetItem *items, size_t count)
{
    Str   pdf   = STR_NONE;
    Sheet sheet = { 10000, 10000, (SheetItem *)(uintptr_t)items, count };
    arena_init(&arena, bytes, sizeof bytes);
    err = (Error){ .def = NULL };
    if (!paper_pdf(&arena, &sheet, 1, &pdf, &err)) return STR_NONE;
    return pdf;
}

static Str zpl_of(Str text, SheetKind kind)
{
    SheetItem item = {
        .kind = kind, .x = 500, .y = 500, .width = 8000, .height = 2000, .size = 400, .text = text
    };
    Sheet sheet = { 10160, 15240, &item, 1 };
    arena_init(&arena, bytes, sizeof bytes);
    return zpl_write(&arena, &sheet, 1, ZPL_DOTS_203);
}

static void check_zpl(void)
{
    Str zpl = zpl_of(STR("Ada"), SHEET_TEXT);
    check(str_starts(zpl,
                     STR("^XA^CI28^PW813^LL1219^LH0,0\n^FO40,40^A0N,32,32^FB640,1,6,L^FH^FDAda^FS\n^XZ\n")),
          "a text at its place, in dots of an eighth of a millimetre");
    zpl = zpl_of(STR("x^XZ~JR_\\\n\x07"), SHEET_TEXT);
    check(holds(zpl, "^FDx_5EXZ_7EJR_5F\\\\\\& ^FS"), "signs of commands in a text are none");
    zpl = zpl_of(STR("JD0123456789"), SHEET_CODE_128);
    check(holds(zpl, "^BY3^BCN,160,N,N,N,A^FH^FDJD0123456789^FS"), "a code 128 as wide as there is room");
    zpl = zpl_of(STR("https://example.com"), SHEET_QR);
    check(holds(zpl, "^BQN,2,4^FH^FDMA,https://example.com^FS"), "a QR code");
    zpl = zpl_of(STR_NONE, SHEET_LINE);
    check(holds(zpl, "^FO40,40^GB640,160,160^FS"), "a line");
    uint8_t few[16];
    Sheet   sheet = { 10160, 15240, NULL, 0 };
    arena_init(&arena, few, sizeof few);
    check(!zpl_write(&arena, &sheet, 1, ZPL_DOTS_203).ptr, "without memory there is none");
}

static void check_pdf(void)
{
    SheetItem items[] = {
        { .kind  = SHEET_TEXT,
          .x     = 500,
          .y     = 500,
          .width = 9000,
          .size  = 400,
          .text  = STR("Łódź 東京 مرحبا \xff") },
        { .kind   = SHEET_CODE_128,
          .x      = 1000,
          .y      = 2000,
          .width  = 8000,
          .height = 2000,
          .text   = STR("JD014600003GB") },
        { .kind   = SHEET_QR,
          .x      = 3000,
          .y      = 5000,
          .width  = 4000,
          .height = 4000,
          .text   = STR("https://x.example/ü") },
    };
    Str pdf = pdf_of(items, COUNT(items));
    check_ok(pdf.ptr != NULL, &err, "a page of any script becomes a PDF");
    check(str_starts(pdf, STR("%PDF-1.")), "as its first bytes say");
    check(pdf_of(items, COUNT(items)).len == pdf.len, "the same page is the same PDF");
    items[1].text = STR("");
    check(!pdf_of(items, COUNT(items)).ptr && err.def == &ERR_FIELD_INVALID, "an empty code is refused");
    items[1].text = STR("€");
    check(!pdf_of(items, COUNT(items)).ptr && err.def == &ERR_FIELD_INVALID,
          "so is a letter that the code does not have");
}

static void check_label(void)
{
    LabelPaper paper;
    Id         id  = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 2000 }, NULL);
    LabelAsk   ask = { id, 1, OPT_NONE };
    pick_all(id);
    pack_all(id);
    check(!CALL(fulfil_label_pdf, &ask, &paper, &err) && err.def == &ERR_LABEL_MISSING,
          "without a carrier's number there is no label");
    in_state(STEP(fulfil_label,
                  (PackageLabel){ id, 1, STR("Post"), STR("24h"), STR("JD^014600003GB"), STR_NONE }),
             "labelled", "it gets one");
    err = (Error){ .def = NULL };
    check_ok(CALL(fulfil_label_pdf, &ask, &paper, &err), &err, "then it can be printed");
    check(str_starts(paper.text, STR("%PDF-1.")), "as PDF");
    ask.dpi = 300;
    check_ok(CALL(fulfil_label_zpl, &ask, &paper, &err), &err, "or sent to a label printer");
    check(holds(paper.text, "^FDJD_5E014600003GB^FS") && holds(paper.text, "Ada Byron")
              && holds(paper.text, "package 1 of 1") && holds(paper.text, "^PW1219"),
          "with its number, who gets it, and which package it is");
    ask.n = 2;
    check(!CALL(fulfil_label_pdf, &ask, &paper, &err) && err.def == &ERR_NOT_FOUND,
          "of a package that is there");
}

int main(void)
{
    open_shop();
    check_zpl();
    check_pdf();
    check_label();
    return close_shop("labels");
}

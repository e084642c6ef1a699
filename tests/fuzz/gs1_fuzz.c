/* gs1_fuzz.c — any bytes as a scanned code: read or refused with a reason; what is read lies in the code and
 * is within its limits; a number of a scale names an item whose barcode is right. Corpus: tests/fuzz/gs1. */
#include "core/gs1.h"
#include "core/gtin.h"
#include "tests/fuzz/fuzz.h"

static void look_at_text(Str code, Str text, size_t most)
{
    must(!text.ptr || (text.ptr >= code.ptr && text.ptr + text.len <= code.ptr + code.len),
         "text from elsewhere");
    must(text.len <= most, "a text too long");
}

static void look_at_date(Gs1Date date)
{
    must(date.year == 0 || (date.year > 1950 && date.year < 2100), "a date out of its century");
    must(date.year == 0 || (date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31),
         "no date");
}

static void look_at_layout(Str layout, Str gtin)
{
    Gs1Variable read = { "", 0, false };
    Error       err  = { 0 };
    bool        fits = false;
    if (!gs1_variable(gtin, layout, &read, &fits, &err)) must(err.def != NULL, "refused without a reason");
    else if (fits)
        must(gtin_valid((Str){ read.item, GS1_LAYOUT_LEN }) && read.value >= 0, "no barcode of an item");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Gs1Scan scan;
    Error   err  = { 0 };
    Str     code = { (const char *)data, size };
    if (gs1_layout_check(str_slice(code, 0, size < GS1_LAYOUT_LEN ? size : GS1_LAYOUT_LEN), &err))
        look_at_layout(str_slice(code, 0, GS1_LAYOUT_LEN), STR("2112345017501"));
    err = (Error){ 0 };
    if (!gs1_parse(code, 2026, &scan, &err)) {
        must(err.def == &ERR_BARCODE_FORM, "refused without a reason");
        return 0;
    }
    look_at_text(code, scan.gtin, 14);
    look_at_text(code, scan.contained, 14);
    look_at_text(code, scan.sscc, 18);
    look_at_text(code, scan.lot, 20);
    look_at_text(code, scan.serial, 20);
    look_at_date(scan.produced);
    look_at_date(scan.best_before);
    look_at_date(scan.expires);
    must(!scan.gtin.ptr || gtin_valid(scan.gtin), "a GTIN with a wrong check digit");
    must(scan.count >= -1 && scan.count != 0 && scan.count <= 99999999, "a count out of range");
    if (scan.gtin.ptr) look_at_layout(STR("21IIIIIWWWWWC"), scan.gtin);
    if (scan.gtin.ptr) look_at_layout(STR("02IIIIIVPPPPC"), scan.gtin);
    return 0;
}

/* csv_form_test.c — the form of somebody else's table is found out, and its values are read exactly. */
#include "core/csv_form.h"
#include "tests/kit.h"

#include <string.h>

static const CsvForm dot   = { .decimal = '.' };
static const CsvForm comma = { .decimal = ',' };

static void numbers(void)
{
    static const struct {
        const CsvForm *form;
        const char    *text;
        int            decimals;
        CsvValue       value;
        int64_t        out;
    } rows[] = {
        { &dot, "2.55", 2, VALUE_OK, 255 },
        { &dot, "2.5", 2, VALUE_OK, 250 },
        { &dot, "2", 2, VALUE_OK, 200 },
        { &dot, "-0.05", 2, VALUE_OK, -5 },
        { &dot, "+7", 0, VALUE_OK, 7 },
        { &dot, ".5", 2, VALUE_OK, 50 },
        { &dot, "5.", 2, VALUE_OK, 500 },
        { &dot, "1,234.50", 2, VALUE_OK, 123450 },
        { &dot, "12,345,678", 0, VALUE_OK, 12345678 },
        { &dot,
          "\xC2\xA3"
          "2.55",
          2, VALUE_OK, 255 },
        { &dot, " 2.55 \xC2\xA0", 2, VALUE_OK, 255 },
        { &dot, "-$1.00", 2, VALUE_OK, -100 },
        { &dot, "2.5500", 2, VALUE_OK, 255 },
        { &dot, "2.551", 2, VALUE_FINER, 0 },
        { &dot, "0.001", 2, VALUE_FINER, 0 },
        { &dot, "", 2, VALUE_EMPTY, 0 },
        { &dot, "   ", 2, VALUE_EMPTY, 0 },
        { &dot, ".", 2, VALUE_NOT_ONE, 0 },
        { &dot, "-", 2, VALUE_NOT_ONE, 0 },
        { &dot, "2,55", 2, VALUE_NOT_ONE, 0 },
        { &dot, "1,23,456", 0, VALUE_NOT_ONE, 0 },
        { &dot, ",123", 0, VALUE_NOT_ONE, 0 },
        { &dot, "1e3", 0, VALUE_NOT_ONE, 0 },
        { &dot, "0x10", 0, VALUE_NOT_ONE, 0 },
        { &dot, "1.2.3", 2, VALUE_NOT_ONE, 0 },
        { &dot, "--1", 0, VALUE_NOT_ONE, 0 },
        { &dot, "12 ", 0, VALUE_OK, 12 },
        { &dot, "1 2", 0, VALUE_NOT_ONE, 0 },
        { &dot, "999999999999999", 0, VALUE_OK, 999999999999999 },
        { &dot, "0000000000000000001", 0, VALUE_OK, 1 },
        { &dot, "1000000000000000", 0, VALUE_LARGE, 0 },
        { &dot, "99999999999999.99", 2, VALUE_LARGE, 0 },
        { &dot, "99999999999999999999999999999999", 2, VALUE_LARGE, 0 },
        { &comma, "2,55", 2, VALUE_OK, 255 },
        { &comma, "1.234,50", 2, VALUE_OK, 123450 },
        { &comma, "2.55", 2, VALUE_NOT_ONE, 0 },
        { &comma, "6", 3, VALUE_OK, 6000 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t  out   = 0;
        CsvValue value = csv_number(rows[i].form, str_from(rows[i].text), rows[i].decimals, &out);
        check(value == rows[i].value && (value != VALUE_OK || out == rows[i].out), rows[i].text);
    }
}

static void dates(void)
{
    static const struct {
        DateOrder   order;
        const char *text;
        CsvValue    value;
        int64_t     out;
    } rows[] = {
        { DATES_DMY, "1/12/2010 08:26", VALUE_OK, 1291191960000 },
        { DATES_MDY, "12/1/2010 8:26", VALUE_OK, 1291191960000 },
        { DATES_MDY, "12/1/10 8:26 AM", VALUE_OK, 1291191960000 },
        { DATES_YMD, "2010-12-01T08:26:00Z", VALUE_OK, 1291191960000 },
        { DATES_YMD, "2010-12-01 08:26:00.000", VALUE_OK, 1291191960000 },
        { DATES_DMY, "01.12.2010", VALUE_OK, 1291161600000 },
        { DATES_DMY, "29/2/2012", VALUE_OK, 1330473600000 },
        { DATES_DMY, "1/1/1970", VALUE_OK, 0 },
        { DATES_MDY, "12/1/2010 12:05 AM", VALUE_OK, 1291161900000 },
        { DATES_DMY, "29/2/2011", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "1/13/2010", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "2010-12-01", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "1/12/2010 24:00", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "1/12/2010 08:26 XM", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "1/12/201", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "yesterday", VALUE_NOT_ONE, 0 },
        { DATES_DMY, "", VALUE_EMPTY, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t  out   = -1;
        CsvValue value = csv_date(rows[i].order, str_from(rows[i].text), &out);
        check(value == rows[i].value && (value != VALUE_OK || out == rows[i].out), rows[i].text);
    }
}

static CsvForm form_of(const char *const *number, const char *const *date)
{
    CsvSeen seen = { 0 };
    CsvForm form = { 0 };
    for (; number && *number; number++) csv_see_number(&seen, str_from(*number));
    for (; date && *date; date++) csv_see_date(&seen, str_from(*date));
    csv_decide(&seen, &form);
    return form;
}
#define TEXTS(...)                                                                                         \
    (const char *const[])                                                                                  \
    {                                                                                                      \
        __VA_ARGS__, NULL                                                                                  \
    }

static void decisions(void)
{
    CsvForm form = form_of(TEXTS("2.55", "1", "0.4"), NULL);
    check(form.decimal == '.', "a point with two digits behind it is a decimal point");
    form = form_of(TEXTS("2,55", "7", "1.234"), NULL);
    check(form.decimal == ',', "a comma with two digits behind it is a decimal comma");
    form = form_of(TEXTS("1.234,5"), NULL);
    check(form.decimal == ',', "of both signs the last is the decimal one");
    form = form_of(TEXTS("1,234"), NULL);
    check(form.decimal == '.', "three digits behind a single comma are thousands");
    form = form_of(TEXTS("1.234"), NULL);
    check(form.decimal == ',', "three digits behind a single point are thousands");
    form = form_of(TEXTS("1.234.567"), NULL);
    check(form.decimal == ',', "a sign that occurs twice is not the decimal one");
    form = form_of(NULL, TEXTS("1/12/2010", "13/12/2010"));
    check(form.dates == DATES_DMY && form.dates_why == DATES_BY_DAY,
          "a day above 12 tells that it stands first");
    form = form_of(NULL, TEXTS("12/1/2010", "12/13/2010"));
    check(form.dates == DATES_MDY && form.dates_why == DATES_BY_DAY,
          "a day above 12 tells that it stands second");
    form = form_of(NULL, TEXTS("10/11/2010", "9/12/2010"));
    check(form.dates == DATES_DMY && form.dates_why == DATES_BY_ORDER, "rows run forward in time");
    form = form_of(NULL, TEXTS("1/12/2010 08:26", "2/12/2010", "5/12/2010"));
    check(form.dates == DATES_DMY && form.dates_why == DATES_BY_SPAN,
          "without a day above 12 the closer dates win");
    check(form.dates_span_days[0] == 4 && form.dates_span_days[1] == 120, "both spans are told");
    form = form_of(NULL, TEXTS("12/1/2010", "12/2/2010", "12/5/2010"));
    check(form.dates == DATES_MDY && form.dates_why == DATES_BY_SPAN, "the same with the month first");
    form = form_of(NULL, TEXTS("5/5/2010"));
    check(form.dates == DATES_DMY && form.dates_why == DATES_BY_HABIT,
          "when nothing tells, the day stands first");
    form = form_of(NULL, TEXTS("2010-12-01"));
    check(form.dates == DATES_YMD && form.dates_why == DATES_BY_YEAR, "a year in front leaves no question");
    form = form_of(NULL, NULL);
    check(form.dates == DATES_NONE, "no dates, no order");
}

static void headers(void)
{
    CsvColumn column;
    check(csv_delimiter_of(STR("InvoiceNo,StockCode,Description,Quantity")) == ',', "comma");
    check(csv_delimiter_of(STR("InvoiceNo;StockCode;Description, long;Quantity")) == ';', "semicolon");
    check(csv_delimiter_of(STR("invoice_no\tsku\tqty")) == '\t', "tabulator");
    check(csv_delimiter_of(STR("\"sku;qty\",\"qty\",price")) == ',', "delimiters in quotes do not count");
    check(csv_column_of(STR("Invoice_No"), &column) && column == COLUMN_INVOICE,
          "Invoice_No is the invoice");
    check(csv_column_of(STR("Unit Price"), &column) && column == COLUMN_PRICE, "Unit Price is the price");
    check(csv_column_of(STR("QTY"), &column) && column == COLUMN_QTY, "QTY is the quantity");
    check(!csv_column_of(STR("colour"), &column), "colour is nothing we know");
    check(!csv_column_of(STR(""), &column), "no name is nothing we know");
}

static void encodings(void)
{
    static unsigned char bytes[1 << 12];
    Arena                arena;
    CsvSeen              seen = { 0 };
    CsvForm              form = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    csv_see_text(&seen, STR("na\xC3\xAFve"));
    csv_decide(&seen, &form);
    check(form.encoding == CSV_UTF8, "well-formed UTF-8 is taken as such");
    check(str_eq(csv_text(&arena, &form, STR(" na\xC3\xAFve ")), STR("na\xC3\xAFve")),
          "UTF-8 stays as it is");
    csv_see_text(&seen, STR("VOUCHER \xA3"
                            "40.00"));
    csv_decide(&seen, &form);
    check(form.encoding == CSV_WINDOWS_1252, "anything else is Windows-1252");
    check(str_eq(csv_text(&arena, &form,
                          STR("\xA3"
                              "40 \x80 \x92")),
                 STR("\xC2\xA3"
                     "40 \xE2\x82\xAC \xE2\x80\x99")),
          "Windows-1252 becomes UTF-8");
    arena_init(&arena, bytes, 4);
    check(csv_text(&arena, &form, STR("\xA3\xA3\xA3\xA3\xA3\xA3")).ptr == NULL, "a full arena is told");
}

int main(void)
{
    numbers();
    dates();
    decisions();
    headers();
    encodings();
    return check_finish("csv_form");
}

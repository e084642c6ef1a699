/* import_test.c — what a retailer's file says is read to the last line: form, rows, plan. */
#include "flows/import_plan.h"
#include "shop/imports/imports.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

static ImportTable table;
static ImportPlan  plan;

static bool plan_of(const char *text)
{
    Error err = { 0 };
    import_table_free(&table);
    bool ok = import_table_parse(&table, str_from(text), DATES_NONE, &err)
           && import_plan_make(&table, 2, &plan, &err);
    if (!ok) printf("  %s: %s\n", err.def->name, err.message);
    return ok;
}

static bool refused(const char *text)
{
    Error err = { 0 };
    import_table_free(&table);
    return !import_table_parse(&table, str_from(text), DATES_NONE, &err) && err.def == &ERR_IMPORT_FILE;
}

#define HEAD "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country\n"

static bool bad_is(uint32_t n, uint32_t line, const char *why)
{
    if (n < table.bad_count && table.bad[n].line == line && strcmp(table.bad[n].why, why) == 0) return true;
    for (uint32_t i = 0; i < table.bad_count; i++)
        printf("  line %u: %s\n", table.bad[i].line, table.bad[i].why);
    return false;
}

static bool text_is(Sym sym, const char *text)
{
    return str_eq(table.texts[sym], str_from(text));
}

static void whole_file(void)
{
    Error err = { 0 };
    check_ok(import_table_read(&table, "data/demo/online-retail.csv.gz", DATES_NONE, &err), &err,
             "a packed file is read");
    check_ok(import_plan_make(&table, 2, &plan, &err), &err, "and planned");
    check(table.form.delimiter == ',' && table.form.decimal == '.' && !table.form.bom,
          "comma, decimal point");
    check(table.form.encoding == CSV_WINDOWS_1252, "a pound sign in one byte tells the encoding");
    check(table.form.dates == DATES_NONE, "it has no dates");
    check(table.row_count == 50062 && table.bad_count == 0 && plan.line_count == 50062,
          "every line is there");
    check(plan.invoice_count == 2342, "2,342 invoices");
    check(plan.kinds[IMPORT_SOLD] == 49054 && plan.kinds[IMPORT_RETURNED] == 923
              && plan.kinds[IMPORT_LOST] == 85,
          "49,054 lines sold, 923 given back, 85 written off");
    check(plan.item_count == 2879, "2,879 SKUs");
    check(plan.case_twins == 62, "62 of them differ in capital letters only");
    bool pound = false;
    for (uint32_t i = 0; i < plan.item_count; i++)
        pound = pound
             || text_is(plan.items[i].name, "Dotcomgiftshop Gift Voucher \xC2\xA3"
                                            "40.00");
    check(pound, "the pound sign is UTF-8 now");
    import_table_free(&table);
}

static void dated_file(void)
{
    Error err = { 0 };
    check_ok(import_table_read(&table, "data/demo/online-retail-dated.csv.gz", DATES_NONE, &err), &err,
             "the dated file is read");
    check_ok(import_plan_make(&table, 2, &plan, &err), &err, "and planned");
    check(table.form.delimiter == ';' && table.form.decimal == ',' && table.form.bom,
          "semicolon, comma, mark");
    check(table.form.dates == DATES_DMY && table.form.dates_why == DATES_BY_SPAN, "the day stands first");
    check(table.form.encoding == CSV_UTF8, "UTF-8");
    check(table.row_count == 10000 && table.bad_count == 0, "every line is there");
    check(plan.dated && plan.first_ms == 1291191960000, "the first invoice is of 1 December 2010, 8:26");
    check(plan.last_ms < 1291191960000 + 5LL * 86400000, "the last is of the same week");
    import_table_free(&table);
}

static void bad_lines(void)
{
    static const struct {
        const char *row, *why;
    } rows[] = {
        { "1,A1,x,1,2.555,,", "the price is finer than the smallest coin" },
        { "1,A1,x,1,abc,,", "the price is not a number" },
        { "1,A1,x,1,,,", "has no price" },
        { "1,A1,x,,1,,", "has no quantity" },
        { "1,A1,x,one,1,,", "the quantity is not a number" },
        { "1,A1,x,0,1,,", "the quantity is zero" },
        { "1,A1,x,0.0001,1,,", "the quantity is finer than a thousandth" },
        { "1,A1,x,1000001,1,,", "the quantity is too large" },
        { "1,A1,x,1,-1,,", "the price is negative" },
        { "1,A1,x,1,99999999999999999,,", "the price is too large" },
        { "1,A1,x,-1,1,,", "a negative quantity with a price, on an invoice that is not a credit" },
        { "C1,A1,x,1,1,,", "a credit with a positive quantity" },
        { "1,,x,1,1,,", "has no SKU" },
        { ",A1,x,1,1,,", "has no invoice number" },
        { "1,A1,x,1,1", "has fewer cells than the header" },
        { "1,A1,x,1,1,,,", "has more cells than the header" },
        { "1,A1,4111111111111111,1,1,,", "a text looks like the number of a payment card" },
        { "1,A1,\"a\tb\",1,1,,", "a text holds control characters" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[400];
        (void)snprintf(text, sizeof text, HEAD "1,A1,x,1,1.00,,\n%s\n1,A1,x,1,1.00,,\n", rows[i].row);
        check(plan_of(text) && plan.line_count == 2 && table.bad_count == 1 && bad_is(0, 3, rows[i].why),
              rows[i].why);
    }
}

static void open_quotes(void)
{
    check(plan_of(HEAD "1,A1,\"open,1,1.00,,\n1,A2,\"a, b\",1,1.00,,\n1,A3,\"c \"\"d\"\"\",1,1.00,,\n")
              && plan.line_count == 2 && bad_is(0, 2, "cannot be split into cells: a quote is left open"),
          "a quote left open costs its own line only");
    check(text_is(plan.lines[1].name, "c \"d\""), "doubled quotes are one");
    check(plan_of(HEAD "1,A1,x,1,1.00,,\"open\n1,A2,y,1,1.00,,\n") && plan.line_count == 1
              && plan.lines[0].line == 3,
          "also when it is in the last cell");
    check(plan_of(HEAD "1,A1,x,1,1.00,,\n1,A2,\"y,1,1.00,,") && plan.line_count == 1
              && table.bad_count == 1,
          "and in the last line");
    check(plan_of(HEAD "1,A1,\"two\nlines\",1,1.00,,\n1,A2,y,1,1.00,,\n") && table.bad_count == 1
              && bad_is(0, 2, "a text holds control characters") && plan.lines[0].line == 4,
          "a quoted line end is part of the cell, and lines are counted on");
}

static void plans(void)
{
    check(plan_of(HEAD "1,A1,x,2,1.00,7,France\n2,A1,y,1,2.00,,\n1,POST,Postage,1,5.00,7,France\n"
                       "C3,A1,y,-1,2.00,7,France\n4,A1,?,-5,0,,\n2,A1,y,1.5,2.00,8,\n")
              && plan.invoice_count == 4 && plan.line_count == 6,
          "invoices are grouped");
    check(plan.invoices[0].count == 2 && plan.lines[1].line == 4, "lines of an invoice stay together");
    check(text_is(plan.invoices[1].customer, "8"), "the customer comes from the first line that has one");
    check(plan.invoices[2].credit && plan.lines[plan.invoices[2].first].kind == IMPORT_RETURNED,
          "C… is a credit");
    check(plan.lines[plan.invoices[3].first].kind == IMPORT_LOST, "a loss has no price");
    check(text_is(plan.items[0].name, "y") && plan.items[0].unit_price == 200,
          "most frequent name and price");
    check(plan.items[0].qty_step == 500 && plan.items[1].qty_step == 1000,
          "the step divides every quantity");
    check(plan.items[1].service && !plan.items[0].service, "postage is a service");
    check(plan.customer_count == 2 && text_is(plan.customers[0].country, "France"),
          "customers with countries");
    check(plan.sold == 200 + 200 + 500 + 300 && plan.returned == 200, "sums");
    check(plan_of("sku;invoice;qty;price\nA;1;1;1,5\r\n\r\nB;1;2;3\r\n") && plan.line_count == 2
              && plan.lines[1].line == 4 && plan.lines[0].unit_price == 150,
          "columns are found by name");
    check(plan_of(HEAD) && plan.line_count == 0, "a header alone is no lines");
    check(refused("") && refused("a,b,c\n1,2,3\n") && refused("InvoiceNo,StockCode,Quantity\n1,A,1\n"),
          "a file without the columns one needs is refused");
    check(refused("\xFF\xFEI\0n\0"), "UTF-16 is refused");
}

static void not_files(void)
{
    Error err = { 0 };
    check_refused(import_table_read(&table, "data/demo/nothing.csv", DATES_NONE, &err), &err,
                  &ERR_IMPORT_FILE, "a file that is not there is refused");
    import_table_free(&table);
    check_refused(import_table_read(&table, "data/demo", DATES_NONE, &err), &err, &ERR_IMPORT_FILE,
                  "a folder is refused");
    import_table_free(&table);
}

int main(void)
{
    whole_file();
    dated_file();
    bad_lines();
    open_quotes();
    plans();
    not_files();
    import_table_free(&table);
    return check_finish("import");
}

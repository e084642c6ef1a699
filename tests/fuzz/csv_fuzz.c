/* csv_fuzz.c — any bytes as a file of invoice lines: they are read or refused, and no record is lost: each
 * becomes a line of the plan or a bad line that is told. Corpus: tests/fuzz/csv. */
#include "core/country.h"
#include "flows/import_plan.h"
#include "tests/fuzz/fuzz.h"

static void look_at_plan(const ImportTable *table, const ImportPlan *plan)
{
    uint32_t lines = 0;
    for (uint32_t i = 0; i < plan->invoice_count; i++) {
        must(plan->invoices[i].count > 0 && plan->invoices[i].first == lines, "an invoice without lines");
        lines += plan->invoices[i].count;
    }
    must(lines == plan->line_count, "a line without invoice");
    for (uint32_t i = 0; i < plan->line_count; i++) {
        const ImportLine *line = &plan->lines[i];
        must(line->qty_milli > 0 && line->unit_price >= 0 && line->item < plan->item_count, "a wrong line");
        must(line->line > 1 && line->line <= table->line_count, "a line with a wrong number");
        must(line->qty_milli % plan->items[line->item].qty_step == 0, "a quantity off the step");
    }
    for (uint32_t i = 0; i < plan->item_count; i++)
        must(str_is_utf8(table->texts[plan->items[i].name], NULL), "a name that is not UTF-8");
    for (uint32_t i = 0; i < plan->customer_count; i++)
        (void)country_code(table->texts[plan->customers[i].country]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ImportTable table;
    ImportPlan  plan;
    Error       err     = { 0 };
    uint32_t    records = 0;
    bool        ok      = import_table_parse(&table, (Str){ (const char *)data, size }, DATES_NONE, &err);
    if (ok) {
        records = table.row_count + table.bad_count;
        ok      = import_plan_make(&table, 2, &plan, &err);
    }
    must(ok || err.def != NULL, "refused without a reason");
    if (ok) {
        must(plan.line_count + table.bad_count == records, "a record was lost");
        look_at_plan(&table, &plan);
    }
    import_table_free(&table);
    return 0;
}

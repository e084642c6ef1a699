/* import_plan.c — what the rows of a table become. See import_plan.h. */
#include "flows/import_plan.h"

#include "core/money.h"
#include "core/pan.h"
#include "shop/imports/imports.h"

#include <stdlib.h>
#include <string.h>

#define UNIT_PRICE_MAX 1000000000000 /* minor units; with QTY_MAX the product stays in 63 bits */

enum {
    INVOICE_LEN_MAX  = 60,
    SKU_LEN_MAX      = 60,
    NAME_LEN_MAX     = 200,
    CUSTOMER_LEN_MAX = 60,
    COUNTRY_LEN_MAX  = 60
};

/* What a text is when read as a number, price or date; every text is read once. */
typedef struct {
    int64_t  qty, price, date;
    CsvValue qty_is, price_is, date_is;
    bool     qty_read, price_read, date_read;
    bool     foul, pan, checked;
    uint32_t item, invoice, customer; /* index + 1 */
} Reading;

typedef struct {
    ImportTable *table;
    ImportPlan  *plan;
    Reading     *readings; /* by Sym */
    int          decimals;
    uint32_t    *invoice_of; /* by line of the plan, before sorting */
} Maker;

typedef struct {
    uint32_t item, at; /* at: number of the line */
    int64_t  value;
} Vote;

static bool no_room(Error *err)
{
    return err_set(err, &ERR_IMPORT_FILE, "file", "too large to import at once: split it");
}

static Str text_of(const Maker *m, Sym sym)
{
    return m->table->texts[sym];
}

static Reading *read_text(Maker *m, Sym sym)
{
    Reading *reading = &m->readings[sym];
    Str      text    = text_of(m, sym);
    if (reading->checked) return reading;
    reading->checked = true;
    reading->pan     = pan_found(text, true);
    for (size_t i = 0; i < text.len; i++)
        reading->foul = reading->foul || (unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F;
    return reading;
}

static const char *number_fault(CsvValue value, bool price)
{
    switch (value) {
    case VALUE_OK: return NULL;
    case VALUE_EMPTY: return price ? "has no price" : "has no quantity";
    case VALUE_NOT_ONE: return price ? "the price is not a number" : "the quantity is not a number";
    case VALUE_FINER:
        return price ? "the price is finer than the smallest coin"
                     : "the quantity is finer than a thousandth";
    case VALUE_LARGE: return price ? "the price is too large" : "the quantity is too large";
    }
    UNREACHABLE();
}

static const char *text_fault(Maker *m, const ImportRow *row)
{
    static const struct {
        CsvColumn   column;
        size_t      most;
        const char *why;
    } limits[] = {
        { COLUMN_INVOICE, INVOICE_LEN_MAX, "the invoice number is too long" },
        { COLUMN_SKU, SKU_LEN_MAX, "the SKU is too long" },
        { COLUMN_NAME, NAME_LEN_MAX, "the description is too long" },
        { COLUMN_CUSTOMER, CUSTOMER_LEN_MAX, "the customer's number is too long" },
        { COLUMN_COUNTRY, COUNTRY_LEN_MAX, "the country is too long" },
    };
    for (size_t i = 0; i < COUNT(limits); i++) {
        Sym sym = row->cells[limits[i].column];
        if (text_of(m, sym).len > limits[i].most) return limits[i].why;
        if (read_text(m, sym)->foul) return "a text holds control characters";
        if (read_text(m, sym)->pan) return "a text looks like the number of a payment card";
    }
    if (!row->cells[COLUMN_INVOICE]) return "has no invoice number";
    if (!row->cells[COLUMN_SKU]) return "has no SKU";
    return NULL;
}

static Reading *read_qty(Maker *m, Sym sym)
{
    Reading *reading = &m->readings[sym];
    if (!reading->qty_read)
        reading->qty_is = csv_number(&m->table->form, text_of(m, sym), 3, &reading->qty);
    reading->qty_read = true;
    return reading;
}

static Reading *read_price(Maker *m, Sym sym)
{
    Reading *reading = &m->readings[sym];
    if (!reading->price_read)
        reading->price_is = csv_number(&m->table->form, text_of(m, sym), m->decimals, &reading->price);
    reading->price_read = true;
    return reading;
}

static Reading *read_date(Maker *m, Sym sym)
{
    Reading *reading = &m->readings[sym];
    if (!reading->date_read)
        reading->date_is = csv_date(m->table->form.dates, text_of(m, sym), &reading->date);
    reading->date_read = true;
    return reading;
}

static bool is_credit(Str invoice)
{
    return invoice.len > 1 && (invoice.ptr[0] == 'C' || invoice.ptr[0] == 'c') && invoice.ptr[1] >= '0'
        && invoice.ptr[1] <= '9';
}

static bool is_service(Str sku)
{
    if (str_eq(sku, STR("C2")) || (sku.len > 4 && str_eq_nocase(str_slice(sku, 0, 4), STR("gift"))))
        return true;
    for (size_t i = 0; i < sku.len; i++)
        if (sku.ptr[i] >= '0' && sku.ptr[i] <= '9') return false;
    return true;
}

/* Fills kind, quantity and price of a line, or says what is wrong with the row. */
static const char *read_row(Maker *m, const ImportRow *row, ImportLine *line)
{
    const char *fault  = text_fault(m, row);
    bool        credit = is_credit(text_of(m, row->cells[COLUMN_INVOICE]));
    if (fault) return fault;
    const Reading *qty   = read_qty(m, row->cells[COLUMN_QTY]);
    const Reading *price = read_price(m, row->cells[COLUMN_PRICE]);
    fault                = number_fault(qty->qty_is, false);
    if (!fault) fault = number_fault(price->price_is, true);
    if (fault) return fault;
    if (row->cells[COLUMN_DATE] && read_date(m, row->cells[COLUMN_DATE])->date_is != VALUE_OK)
        return "the date is not one";
    if (price->price < 0) return "the price is negative";
    if (price->price > UNIT_PRICE_MAX) return "the price is too large";
    if (qty->qty == 0) return "the quantity is zero";
    if (qty->qty > QTY_MAX || qty->qty < -QTY_MAX) return "the quantity is too large";
    if (credit && qty->qty > 0) return "a credit with a positive quantity";
    if (!credit && qty->qty < 0 && price->price > 0)
        return "a negative quantity with a price, on an invoice that is not a credit";
    line->line       = row->line;
    line->name       = row->cells[COLUMN_NAME];
    line->kind       = credit ? IMPORT_RETURNED : qty->qty < 0 ? IMPORT_LOST : IMPORT_SOLD;
    line->qty_milli  = qty->qty < 0 ? -qty->qty : qty->qty;
    line->unit_price = price->price;
    return NULL;
}

static bool item_of(Maker *m, Sym sku, uint32_t *out, Error *err)
{
    Reading *reading = &m->readings[sku];
    void    *items   = m->plan->items;
    if (!reading->item) {
        if (!import_grow(&m->table->arena, &items, m->plan->item_count, sizeof *m->plan->items, err))
            return false;
        m->plan->items   = items;
        ImportItem *item = &m->plan->items[m->plan->item_count++];
        *item            = (ImportItem){ .sku = sku, .name = sku, .qty_step = QTY_ONE };
        item->service    = is_service(text_of(m, sku));
        m->plan->service_count += item->service;
        reading->item = m->plan->item_count;
    }
    *out = reading->item - 1;
    return true;
}

static bool customer_of(Maker *m, Sym ref, Sym country, Error *err)
{
    Reading *reading   = &m->readings[ref];
    void    *customers = m->plan->customers;
    if (!ref) return true;
    if (reading->customer) {
        ImportCustomer *there = &m->plan->customers[reading->customer - 1];
        if (!there->country) there->country = country;
        return true;
    }
    if (!import_grow(&m->table->arena, &customers, m->plan->customer_count, sizeof *m->plan->customers,
                     err))
        return false;
    m->plan->customers                            = customers;
    m->plan->customers[m->plan->customer_count++] = (ImportCustomer){ ref, country };
    reading->customer                             = m->plan->customer_count;
    return true;
}

/* The invoice of a row, made when it is the first of it; customer, country and date come from the first
 * of its lines that has them. */
static bool invoice_of(Maker *m, const ImportRow *row, uint32_t *out, Error *err)
{
    Reading *reading  = &m->readings[row->cells[COLUMN_INVOICE]];
    void    *invoices = m->plan->invoices;
    if (!reading->invoice) {
        if (!import_grow(&m->table->arena, &invoices, m->plan->invoice_count, sizeof *m->plan->invoices,
                         err))
            return false;
        m->plan->invoices                           = invoices;
        Sym  number                                 = row->cells[COLUMN_INVOICE];
        bool credit                                 = is_credit(text_of(m, number));
        m->plan->invoices[m->plan->invoice_count++] = (ImportInvoice){ .number = number, .credit = credit };
        m->plan->credit_count += credit;
        reading->invoice = m->plan->invoice_count;
    }
    *out                   = reading->invoice - 1;
    ImportInvoice *invoice = &m->plan->invoices[*out];
    if (!invoice->customer) invoice->customer = row->cells[COLUMN_CUSTOMER];
    if (!invoice->country) invoice->country = row->cells[COLUMN_COUNTRY];
    if (!invoice->dated && row->cells[COLUMN_DATE]) {
        invoice->dated   = true;
        invoice->wall_ms = read_date(m, row->cells[COLUMN_DATE])->date;
    }
    invoice->count++;
    return true;
}

/* Adds up what the lines say; what does not fit into 63 bits is no invoice of a shop. */
static bool add_up(ImportPlan *plan, const ImportLine *line, Error *err)
{
    int64_t amount = 0;
    plan->kinds[line->kind]++;
    return money_scale(line->unit_price, line->qty_milli, QTY_ONE, ROUND_HALF_UP, &amount, err)
        && (line->kind != IMPORT_SOLD || money_add(plan->sold, amount, &plan->sold, err))
        && (line->kind != IMPORT_RETURNED || money_add(plan->returned, amount, &plan->returned, err));
}

static int64_t common_step(int64_t step, int64_t qty)
{
    while (qty % step != 0) { /* Euclid */
        int64_t rest = qty % step;
        qty          = step;
        step         = rest;
    }
    return step;
}

static bool take_row(Maker *m, const ImportRow *row, Error *err)
{
    ImportPlan *plan  = m->plan;
    ImportLine  line  = { 0 };
    const char *fault = read_row(m, row, &line);
    if (fault) return import_table_bad(m->table, row->line, fault, err);
    if (!item_of(m, row->cells[COLUMN_SKU], &line.item, err)
        || !customer_of(m, row->cells[COLUMN_CUSTOMER], row->cells[COLUMN_COUNTRY], err)
        || !invoice_of(m, row, &m->invoice_of[plan->line_count], err) || !add_up(plan, &line, err))
        return false;
    plan->items[line.item].qty_step = common_step(plan->items[line.item].qty_step, line.qty_milli);
    plan->lines[plan->line_count++] = line;
    return true;
}

/* Brings the lines of each invoice together, in the order of the file. */
static bool sort_lines(Maker *m, Error *err)
{
    ImportPlan *plan   = m->plan;
    ImportLine *sorted = arena_array(&m->table->arena, ImportLine, plan->line_count + 1);
    uint32_t    next   = 0;
    if (!sorted) return no_room(err);
    for (uint32_t i = 0; i < plan->invoice_count; i++) {
        plan->invoices[i].first = next;
        next += plan->invoices[i].count;
        plan->invoices[i].count = 0;
    }
    for (uint32_t i = 0; i < plan->line_count; i++) {
        ImportInvoice *invoice                    = &plan->invoices[m->invoice_of[i]];
        sorted[invoice->first + invoice->count++] = plan->lines[i];
    }
    plan->lines = sorted;
    return true;
}

static int vote_order(const void *a, const void *b)
{
    const Vote *one = a, *two = b;
    if (one->item != two->item) return one->item < two->item ? -1 : 1;
    if (one->value != two->value) return one->value < two->value ? -1 : 1;
    return one->at < two->at ? -1 : one->at > two->at;
}

/* Calls `won` for each item with its most frequent value; of equally frequent ones the first in the file. */
static void count_votes(Vote *votes, uint32_t count, ImportPlan *plan,
                        void (*won)(ImportItem *item, int64_t value))
{
    qsort(votes, count, sizeof *votes, vote_order);
    for (uint32_t from = 0; from < count;) {
        uint32_t item = votes[from].item, best = 0, best_at = 0;
        int64_t  value = 0;
        while (from < count && votes[from].item == item) {
            uint32_t end = from;
            while (end < count && votes[end].item == item && votes[end].value == votes[from].value) end++;
            if (end - from > best || (end - from == best && votes[from].at < best_at)) {
                best    = end - from;
                best_at = votes[from].at;
                value   = votes[from].value;
            }
            from = end;
        }
        won(&plan->items[item], value);
    }
}

static void name_won(ImportItem *item, int64_t value)
{
    item->name = (Sym)value;
}

static void price_won(ImportItem *item, int64_t value)
{
    item->unit_price = value;
    item->priced     = true;
}

static bool choose_names_and_prices(Maker *m, Error *err)
{
    ImportPlan *plan  = m->plan;
    Vote       *votes = arena_array(&m->table->arena, Vote, plan->line_count + 1);
    if (!votes) return no_room(err);
    for (int round = 0; round < 3; round++) { /* names on any line, then on lines with a price; prices */
        uint32_t count = 0;
        for (uint32_t i = 0; i < plan->line_count; i++) {
            const ImportLine *line = &plan->lines[i];
            if (round > 0 && line->unit_price == 0) continue;
            if (round < 2 && line->name == 0) continue;
            votes[count++] = (Vote){ line->item, line->line,
                                     round < 2 ? (int64_t)line->name : line->unit_price };
        }
        count_votes(votes, count, plan, round < 2 ? name_won : price_won);
    }
    return true;
}

typedef struct {
    Str sku;
} Twin;

static int twin_order(const void *a, const void *b)
{
    Str    one = ((const Twin *)a)->sku, two = ((const Twin *)b)->sku;
    size_t len = one.len < two.len ? one.len : two.len;
    int    way = strncasecmp(one.ptr, two.ptr, len);
    return way ? way : one.len < two.len ? -1 : one.len > two.len;
}

static bool count_twins(Maker *m, Error *err)
{
    Twin *twins = arena_array(&m->table->arena, Twin, m->plan->item_count + 1);
    if (!twins) return no_room(err);
    for (uint32_t i = 0; i < m->plan->item_count; i++) twins[i].sku = text_of(m, m->plan->items[i].sku);
    qsort(twins, m->plan->item_count, sizeof *twins, twin_order);
    for (uint32_t i = 1; i < m->plan->item_count; i++)
        m->plan->case_twins += str_eq_nocase(twins[i].sku, twins[i - 1].sku);
    return true;
}

static void find_period(ImportPlan *plan)
{
    for (uint32_t i = 0; i < plan->invoice_count; i++) {
        const ImportInvoice *invoice = &plan->invoices[i];
        if (!invoice->dated) continue;
        if (!plan->dated || invoice->wall_ms < plan->first_ms) plan->first_ms = invoice->wall_ms;
        if (!plan->dated || invoice->wall_ms > plan->last_ms) plan->last_ms = invoice->wall_ms;
        plan->dated = true;
    }
}

static int bad_order(const void *a, const void *b)
{
    const ImportBad *one = a, *two = b;
    return one->line < two->line ? -1 : one->line > two->line;
}

bool import_plan_make(ImportTable *table, int decimals, ImportPlan *out, Error *err)
{
    *out       = (ImportPlan){ 0 };
    Maker m    = { table, out, arena_array(&table->arena, Reading, table->text_count), decimals,
                   arena_array(&table->arena, uint32_t, table->row_count + 1) };
    out->lines = arena_array(&table->arena, ImportLine, table->row_count + 1);
    if (!m.readings || !m.invoice_of || !out->lines) return no_room(err);
    for (uint32_t i = 0; i < table->row_count; i++)
        if (!take_row(&m, &table->rows[i], err)) return false;
    if (!sort_lines(&m, err) || !choose_names_and_prices(&m, err) || !count_twins(&m, err)) return false;
    find_period(out);
    if (table->bad_count) qsort(table->bad, table->bad_count, sizeof *table->bad, bad_order);
    return true;
}

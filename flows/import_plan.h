/* import_plan.h — what the rows of a table become: items, customers, and invoices with the lines that are
 * sold, given back or written off. Pure: rows in, plan out. What cannot be read becomes a bad line of the
 * table; the other lines of its invoice stay.
 * Rules: an invoice number C… is a credit, its lines (negative quantities) are given back; a negative
 * quantity without a price on any other invoice is stock that was lost or written off; a code without a
 * digit, C2 and gift_… are services, never counted in stock. */
#ifndef FLOWS_IMPORT_PLAN_H
#define FLOWS_IMPORT_PLAN_H

#include "flows/import_table.h"

typedef enum { IMPORT_SOLD, IMPORT_RETURNED, IMPORT_LOST } ImportKind;

typedef struct {
    uint32_t   line; /* of the file */
    Sym        name;
    uint32_t   item; /* index in the plan */
    ImportKind kind;
    int64_t    qty_milli;  /* > 0 */
    int64_t    unit_price; /* minor units, >= 0 */
} ImportLine;

typedef struct {
    Sym      number, customer, country;
    bool     credit, dated;
    int64_t  wall_ms;      /* when dated: by the clock on the wall of the shop */
    uint32_t first, count; /* in the plan's lines */
} ImportInvoice;

typedef struct {
    Sym     sku, name;  /* name: the most frequent one on lines with a price, or any, or the SKU */
    int64_t unit_price; /* the most frequent positive one; 0: none */
    bool    priced, service;
    int64_t qty_step; /* 1000: whole units only */
} ImportItem;

typedef struct {
    Sym ref, country;
} ImportCustomer;

typedef struct {
    ImportLine     *lines;
    ImportInvoice  *invoices;
    ImportItem     *items;
    ImportCustomer *customers;
    uint32_t        line_count, invoice_count, item_count, customer_count;
    uint32_t        kinds[3];          /* lines by kind */
    uint32_t        credit_count;      /* invoices that are credits */
    uint32_t        service_count;     /* items */
    uint32_t        case_twins;        /* SKUs that differ from another one in capital letters only */
    int64_t         sold, returned;    /* minor units: unit price × quantity */
    int64_t         first_ms, last_ms; /* of the dated invoices, by the clock on the wall */
    bool            dated;
} ImportPlan;

/* Everything lives in the table's arena. `decimals` are those of the currency. Errors: IMPORT_FILE. */
bool import_plan_make(ImportTable *table, int decimals, ImportPlan *out, Error *err) MUST_USE;

#endif

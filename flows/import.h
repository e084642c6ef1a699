/* import.h — brings the invoices of another system in: makes the items, prices, customers and the opening
 * stock they need, then replays each invoice as sale, return or stock adjustment.
 * Can stop at any moment, also by a kill: done again it goes on where it was and ends in the same state.
 * Everything of an invoice is written in one transaction with its row in import_invoice; the opening stock
 * of an item is what the invoices still to come take, less what is there.
 * An invoice that is in already is passed over; when the file knows more lines of it (the other file ended
 * half-way) and the lines that are in say the same, only the others are brought in, as a further document
 * with the same number. */
#ifndef FLOWS_IMPORT_H
#define FLOWS_IMPORT_H

#include "flows/import_plan.h"
#include "shop/ctx.h"

typedef struct {
    Db     *db;
    Env    *env;
    int64_t merchant;
    Str     location, channel;
    void (*progress)(void *arg, uint32_t lines_done, uint32_t lines); /* or NULL */
    void *arg;
} ImportJob;

/* An invoice that could not be brought in, or differs from what is in. */
typedef struct {
    Sym         number;
    const char *why;
} ImportFailed;

typedef struct {
    int64_t items, customers, opened; /* made; items that got opening stock */
    int64_t orders, returns, matched; /* matched: lines given back to the order they came from */
    int64_t adjustments;              /* invoices that wrote stock off */
    int64_t invoices, lines;          /* brought in now */
    int64_t skipped, skipped_lines;   /* were in already */
    int64_t completed;                /* of the invoices brought in: only lines that were missing */
    int64_t sold, returned;           /* minor units */
} ImportCounts;

typedef struct {
    ImportCounts  counts;
    ImportFailed *failed; /* in the table's arena */
    uint32_t      failed_count;
} ImportReport;

/* The decimals of the channel's currency, for import_plan_make. Errors: CHANNEL_UNKNOWN, LOCATION_UNKNOWN,
 * TAX_UNRESOLVED when the location has no tax rates now. */
bool import_check(const ImportJob *job, int *decimals, Error *err) MUST_USE;

/* Errors: those of the database, and the first that holds for every invoice (no tax rates then …). An
 * invoice that cannot be brought in is told in the report; the others go on. */
bool import_run(const ImportJob *job, ImportTable *table, const ImportPlan *plan, ImportReport *out,
                Error *err) MUST_USE;

#endif

/* import_replay.h — one invoice of a plan becomes orders, returns and stock adjustments. Used by import.c. */
#ifndef FLOWS_IMPORT_REPLAY_H
#define FLOWS_IMPORT_REPLAY_H

#include "flows/import.h"
#include "flows/past_sale.h"
#include "sys/zone.h"

/* What the database calls an item or customer of the plan. */
typedef struct {
    Id   id;
    Str  tax_class;
    bool stocked, known;
} ImportedItem;

typedef struct {
    const ImportJob  *job;
    ImportTable      *table;
    const ImportPlan *plan;
    Arena            *arena; /* of one transaction */
    Zone             *zone;
    Location          location;
    Channel           channel;
    ImportedItem     *items;     /* by index in the plan */
    Id               *customers; /* by index of the invoice: who it is of */
    uint32_t         *from;      /* the first line of an invoice to be brought in; count: none */
    int64_t          *need;      /* thousandths of an item that the invoices to come take */
} Import;

/* When an invoice was made, in UTC; without a date: now. */
int64_t import_time(const Import *im, const ImportInvoice *invoice, int64_t now_ms);

/* SHA-256 of what the first `count` lines of an invoice say, in ctx->arena. */
bool import_digest(Ctx *ctx, const Import *im, const ImportInvoice *invoice, uint32_t count, Str *out,
                   Error *err) MUST_USE;

/* Brings one invoice in, from its line `from` on, with its row in import_invoice; adds to *counts. */
bool import_replay(Ctx *ctx, const Import *im, uint32_t invoice, ImportCounts *counts, Error *err) MUST_USE;

/* Tells of stock that was moved, as a document of its own: audit row and event. */
bool import_tell_stock(Ctx *ctx, Id document, Str cause, int64_t moves, Str note, Error *err) MUST_USE;

#endif

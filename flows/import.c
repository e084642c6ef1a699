/* import.c — brings the invoices of another system in. See import.h. */
#include "flows/import.h"

#include "all_sql.h"
#include "flows/import_replay.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/imports/imports.h"
#include "shop/inventory/inventory.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"
#include "core/country.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 << 20, /* of one transaction */
    CHUNK_LINES = 2000,     /* lines of invoices in one transaction: few commits, a short wait for others */
    CHUNK_ITEMS = 200,
};

typedef struct {
    Import *im;
    bool (*each)(Ctx *ctx, Import *im, uint32_t index, ImportCounts *counts, Error *err);
    uint32_t     first, count;
    ImportCounts counts;
} Chunk;

static Ctx ctx_of(const Import *im, Tx *tx)
{
    im->arena->used = 0;
    return (Ctx){ .arena  = im->arena,
                  .tx     = tx,
                  .db     = im->job->db,
                  .env    = im->job->env,
                  .now_ms = env_now_ms(im->job->env),
                  .who = { .merchant = im->job->merchant, .role = STR("operator"), .perms = PERMS_ALL } };
}

static bool run_chunk(Tx *tx, void *arg, Error *err)
{
    Chunk *chunk  = arg;
    chunk->counts = (ImportCounts){ 0 }; /* it may be the second try */
    for (uint32_t i = 0; i < chunk->count; i++) {
        Ctx ctx = ctx_of(chunk->im, tx);
        if (!chunk->each(&ctx, chunk->im, chunk->first + i, &chunk->counts, err)) return false;
    }
    return true;
}

static void add_counts(ImportCounts *to, const ImportCounts *more)
{
    to->items += more->items;
    to->customers += more->customers;
    to->opened += more->opened;
    to->orders += more->orders;
    to->returns += more->returns;
    to->matched += more->matched;
    to->adjustments += more->adjustments;
    to->invoices += more->invoices;
    to->lines += more->lines;
    to->completed += more->completed;
    to->sold += more->sold;
    to->returned += more->returned;
}

static bool write_chunk(Import *im, Chunk *chunk, ImportReport *report, Error *err)
{
    if (!db_write(im->job->db, run_chunk, chunk, err)) return false;
    add_counts(&report->counts, &chunk->counts);
    return true;
}

static bool fail_invoice(Import *im, ImportReport *report, Sym number, const char *why, Error *err)
{
    void *failed = report->failed;
    if (!import_grow(&im->table->arena, &failed, report->failed_count, sizeof *report->failed, err))
        return false;
    report->failed                         = failed;
    report->failed[report->failed_count++] = (ImportFailed){ number, why };
    return true;
}

/* --- what is there already --- */

static bool find_place(Ctx *ctx, const ImportJob *job, Location *location, Channel *channel, Error *err)
{
    CartRate *rates  = NULL;
    size_t    count  = 0;
    bool      served = false;
    if (!locations_get(ctx, job->location, location, err) || !channels_get(ctx, job->channel, channel, err)
        || !channels_served(ctx, job->channel, job->location, &served, err))
        return false;
    if (!served)
        return err_set(err, &ERR_LOCATION_NOT_SERVED, "location", "%.*s does not serve the channel %.*s",
                       STR_FMT(job->location), STR_FMT(job->channel));
    if (!tax_load(ctx, location->tax_zone, ctx->now_ms, &rates, &count, err)) return false;
    return count > 0
        || err_set(err, &ERR_TAX_UNRESOLVED, "location", "the tax zone %.*s has no rates",
                   STR_FMT(location->tax_zone));
}

bool import_check(const ImportJob *job, int *decimals, Error *err)
{
    Location location;
    Channel  channel;
    Arena    arena;
    void    *bytes = malloc(1 << 20);
    Import   im    = { .job = job, .arena = &arena };
    Tx      *tx    = NULL;
    if (!bytes) return err_memory(err);
    arena_init(&arena, bytes, 1 << 20);
    bool ok = db_read_begin(job->db, &tx, err);
    if (ok) {
        Ctx ctx = ctx_of(&im, tx);
        ok      = find_place(&ctx, job, &location, &channel, err);
        if (ok && !currency_find(channel.currency, decimals))
            ok = err_set(err, &ERR_CONFIG, "channel", "its currency is unknown");
        db_read_end(tx);
    }
    free(bytes);
    return ok;
}

/* Which lines of an invoice are still to be brought in, and what they take from the stock. */
static bool look_at_invoice(Ctx *ctx, Import *im, uint32_t n, ImportReport *report, Error *err)
{
    const ImportInvoice *invoice = &im->plan->invoices[n];
    int64_t              lines   = 0;
    Str                  before, now;
    if (!imports_find(ctx, im->table->texts[invoice->number], &lines, &before, err)) return false;
    im->from[n] = lines < invoice->count ? (uint32_t)lines : invoice->count;
    if (lines > 0) {
        bool same = true;
        if (lines <= invoice->count) {
            if (!import_digest(ctx, im, invoice, (uint32_t)lines, &now, err)) return false;
            same = str_eq(before, now);
        }
        if (!same) im->from[n] = invoice->count;
        if (!same && !fail_invoice(im, report, invoice->number, "is in already, with other lines", err))
            return false;
        report->counts.skipped += im->from[n] == invoice->count;
        report->counts.skipped_lines += im->from[n];
    }
    for (uint32_t i = im->from[n]; i < invoice->count; i++) {
        const ImportLine *line      = &im->plan->lines[invoice->first + i];
        im->items[line->item].known = true;
        if (line->kind != IMPORT_RETURNED
            && __builtin_add_overflow(im->need[line->item], line->qty_milli, &im->need[line->item]))
            return err_set(err, &ERR_AMOUNT_RANGE, "quantity", "too much is sold of one item");
    }
    return true;
}

static bool keep_place(Ctx *ctx, Import *im, Error *err)
{
    Location *at = &im->location;
    if (!find_place(ctx, im->job, at, &im->channel, err)) return false;
    at->code             = im->job->location;
    at->tax_zone         = str_dup(&im->table->arena, at->tax_zone);
    at->time_zone        = str_dup(&im->table->arena, at->time_zone);
    im->channel.code     = im->job->channel;
    im->channel.currency = str_dup(&im->table->arena, im->channel.currency);
    if (!at->tax_zone.ptr || !at->time_zone.ptr || !im->channel.currency.ptr) return err_memory(err);
    return zone_load(at->time_zone, &im->zone, err);
}

static bool look(Import *im, ImportReport *report, Error *err)
{
    Tx *tx = NULL;
    if (!db_read_begin(im->job->db, &tx, err)) return false;
    Ctx  ctx = ctx_of(im, tx);
    bool ok  = keep_place(&ctx, im, err);
    for (uint32_t i = 0; ok && i < im->plan->invoice_count; i++) {
        ctx = ctx_of(im, tx);
        ok  = look_at_invoice(&ctx, im, i, report, err);
    }
    db_read_end(tx);
    return ok;
}

/* --- items, prices, opening stock, customers --- */

static bool put_list(Ctx *ctx, Import *im, Error *err)
{
    PriceList there, list = { .code     = STR("import"),
                              .name     = STR("Imported prices"),
                              .currency = im->channel.currency,
                              .channel  = im->channel.code,
                              .priority = OPT_NONE,
                              .from     = OPT_NONE,
                              .until    = OPT_NONE };
    bool      found = false;
    if (!pricing_find_list(ctx, list.code, &there, &found, err)) return false;
    if (!found) return pricing_put_list(ctx, &list, err);
    return str_eq(there.currency, list.currency)
        || err_set(err, &ERR_CONFIG, "channel",
                   "the price list import is in another currency than the channel");
}

static bool make_item(Ctx *ctx, Import *im, uint32_t n, Id *id, Error *err)
{
    const ImportItem *item  = &im->plan->items[n];
    ItemInput         input = { .sku           = im->table->texts[item->sku],
                                .name          = im->table->texts[item->name],
                                .quantity_step = item->qty_step,
                                .service       = item->service };
    PriceSet          price = { .list     = STR("import"),
                                .min_qty  = OPT_NONE,
                                .from_ms  = OPT_NONE,
                                .until_ms = OPT_NONE,
                                .amount   = item->unit_price };
    if (!catalog_put(ctx, &input, id, err)) return false;
    price.item = *id;
    return !item->priced || pricing_put(ctx, &price, err);
}

/* So much stock that what is to come can be sold. */
static bool open_stock(Ctx *ctx, Import *im, uint32_t n, ImportCounts *counts, Error *err)
{
    ImportFreeStockRow row   = { 0 };
    bool               found = false;
    Id                 item  = im->items[n].id;
    Str                at    = im->job->location;
    ImportFreeStockIn  in    = { ctx->who.merchant, item, at };
    if (!im->items[n].stocked || im->need[n] == 0) return true;
    if (!q_import_free_stock_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    int64_t  qty = im->need[n] - (found && row.free > 0 ? row.free : 0);
    StockDoc doc = { ctx_new_id(ctx), STR("opening"), 0 };
    if (qty <= 0) return true;
    StockMove move = { .item          = item,
                       .sku           = im->table->texts[im->plan->items[n].sku],
                       .from_location = STR(""),
                       .from_state    = STR("adjustment"),
                       .to_location   = at,
                       .to_state      = STR("floor"),
                       .qty           = qty };
    int64_t   now  = ctx->now_ms;
    if (im->plan->dated) ctx->now_ms = zone_to_utc(im->zone, im->plan->first_ms) - 1;
    bool ok     = inventory_move(ctx, &doc, &move, err);
    ctx->now_ms = now;
    counts->opened++;
    return ok
        && import_tell_stock(ctx, doc.id, doc.cause, doc.n, STR("opening stock for imported sales"), err);
}

static bool each_item(Ctx *ctx, Import *im, uint32_t n, ImportCounts *counts, Error *err)
{
    ImportItemRow row   = { 0 };
    bool          found = false;
    Str           sku   = im->table->texts[im->plan->items[n].sku];
    ImportItemIn  in    = { ctx->who.merchant, sku };
    if (!im->items[n].known) return true; /* only in invoices that are in already */
    if (!q_import_item_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) {
        Id id;
        if (!put_list(ctx, im, err) || !make_item(ctx, im, n, &id, err)
            || !q_import_item_one(ctx->tx, ctx->arena, &in, &row, &found, err))
            return false;
        counts->items++;
    }
    im->items[n].id      = row.id;
    im->items[n].stocked = row.stocked;
    if (!im->items[n].tax_class.ptr) im->items[n].tax_class = str_dup(&im->table->arena, row.tax_class);
    if (!im->items[n].tax_class.ptr) return err_memory(err);
    return open_stock(ctx, im, n, counts, err);
}

static bool customer_id(Ctx *ctx, Import *im, Sym ref_sym, Sym country, Id *id, ImportCounts *counts,
                        Error *err)
{
    Str ref = im->table->texts[ref_sym];
    if (!customers_find_ref(ctx, ref, id, err)) return false;
    if (!id_is_none(*id)) return true;
    CustomerInput input = { .ref     = ref,
                            .name    = str_format(ctx->arena, "Customer %.*s", STR_FMT(ref)),
                            .country = country_code(im->table->texts[country]) };
    counts->customers++;
    return input.name.ptr ? customers_put(ctx, &input, id, err) : err_memory(err);
}

static bool each_customer(Ctx *ctx, Import *im, uint32_t n, ImportCounts *counts, Error *err)
{
    const ImportInvoice *invoice = &im->plan->invoices[n];
    if (!invoice->customer || im->from[n] == invoice->count) return true;
    return customer_id(ctx, im, invoice->customer, invoice->country, &im->customers[n], counts, err);
}

static bool in_chunks(Import *im, Chunk *chunk, uint32_t count, ImportReport *report, Error *err)
{
    for (uint32_t from = 0; from < count; from += CHUNK_ITEMS) {
        chunk->first = from;
        chunk->count = count - from < CHUNK_ITEMS ? count - from : CHUNK_ITEMS;
        if (!write_chunk(im, chunk, report, err)) return false;
    }
    return true;
}

/* --- the invoices --- */

static bool each_invoice(Ctx *ctx, Import *im, uint32_t n, ImportCounts *counts, Error *err)
{
    if (im->from[n] == im->plan->invoices[n].count) return true;
    return import_replay(ctx, im, n, counts, err);
}

/* After a refusal: each invoice of the chunk by itself, so that only those that are refused stay out. */
static bool one_by_one(Import *im, const Chunk *whole, ImportReport *report, Error *err)
{
    for (uint32_t i = 0; i < whole->count; i++) {
        Chunk chunk = { .im = im, .each = each_invoice, .first = whole->first + i, .count = 1 };
        if (write_chunk(im, &chunk, report, err)) continue;
        if (err->def->status >= 500) return false; /* the database, not the invoice */
        Str why = str_format(&im->table->arena, "%s %s", err->def->sentence, err->message);
        if (!why.ptr) return err_memory(err);
        if (!fail_invoice(im, report, im->plan->invoices[chunk.first].number, why.ptr, err)) return false;
    }
    return true;
}

static bool replay_all(Import *im, ImportReport *report, Error *err)
{
    uint32_t lines_done = 0, count = im->plan->invoice_count;
    for (uint32_t from = 0; from < count;) {
        Chunk    chunk = { .im = im, .each = each_invoice, .first = from };
        uint32_t lines = 0;
        while (from + chunk.count < count && lines < CHUNK_LINES)
            lines += im->plan->invoices[from + chunk.count++].count;
        if (!write_chunk(im, &chunk, report, err)) {
            if (err->def->status >= 500 || !one_by_one(im, &chunk, report, err)) return false;
        }
        from += chunk.count;
        lines_done += lines;
        if (im->job->progress) im->job->progress(im->job->arg, lines_done, im->plan->line_count);
    }
    return true;
}

bool import_run(const ImportJob *job, ImportTable *table, const ImportPlan *plan, ImportReport *out,
                Error *err)
{
    Arena  arena;
    Arena *keep  = &table->arena;
    void  *bytes = malloc(ARENA_BYTES);
    Import im    = { .job = job, .table = table, .plan = plan, .arena = &arena };
    *out         = (ImportReport){ 0 };
    if (!bytes) return err_memory(err);
    arena_init(&arena, bytes, ARENA_BYTES);
    im.items        = arena_array(keep, ImportedItem, plan->item_count + 1);
    im.customers    = arena_array(keep, Id, plan->invoice_count + 1);
    im.from         = arena_array(keep, uint32_t, plan->invoice_count + 1);
    im.need         = arena_array(keep, int64_t, plan->item_count + 1);
    Chunk items     = { .im = &im, .each = each_item };
    Chunk customers = { .im = &im, .each = each_customer };
    bool  ok        = im.items && im.customers && im.from && im.need;
    if (!ok) (void)err_memory(err);
    ok = ok && look(&im, out, err) && in_chunks(&im, &items, plan->item_count, out, err)
      && in_chunks(&im, &customers, plan->invoice_count, out, err) && replay_all(&im, out, err);
    zone_free(im.zone);
    free(bytes);
    return ok;
}

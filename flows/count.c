/* count.c — counting goods while they are sold: entries by hand or scan, and the approval that adjusts the
 * ledger. See shop/counts/counts.h for how a figure is compared. */
#include "core/money.h"
#include "flows/count.h"
#include "flows/goods_code.h"
#include "shop/audit/audit.h"
#include "shop/availability/availability.h"
#include "shop/catalog/catalog.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"

#include <stdio.h>

/* Items that are probably not there are found by their sales; the count is one of these items then. */
static bool find_phantoms(Ctx *ctx, const CountInput *request, CountInput *out, Error *err)
{
    PhantomFind ask   = { .location = request->location, .limit = 200 };
    PhantomList found = { .items = { NULL, 0 } };
    if (request->skus.count)
        return err_set(err, &ERR_FIELD_INVALID, "skus", "are needed with scope skus, and only there");
    if (!phantoms_list(ctx, &ask, &found, err)) return false;
    if (found.items.count == 0)
        return err_set(err, &ERR_COUNT_SCOPE, "scope", "nothing there seems to be missing");
    Str *skus = arena_array(ctx->arena, Str, found.items.count);
    if (!skus) return err_memory(err);
    for (size_t i = 0; i < found.items.count; i++) skus[i] = found.items.items[i].sku;
    *out            = *request;
    out->scope      = STR("skus");
    out->skus.items = skus;
    out->skus.count = found.items.count;
    return true;
}

bool counts_create(Ctx *ctx, const CountInput *request, Count *reply, Error *err)
{
    CountInput phantoms;
    if (!str_eq(request->scope, STR("phantom"))) return counts_make(ctx, request, reply, err);
    return find_phantoms(ctx, request, &phantoms, err) && counts_make(ctx, &phantoms, reply, err);
}

/* The numbers that were named, or the one that was scanned with the item. */
static bool read_serials(Ctx *ctx, const CountEntryInput *in, size_t i, CountPutEntry *out, Error *err)
{
    Scan    scan = { .quantity = OPT_NONE };
    ScanAsk ask  = { in->barcode };
    out->serials = (TextList){ in->serials.items, in->serials.count };
    if (in->serials.count || !in->barcode.len) return true;
    if (!scan_read(ctx, &ask, &scan, err)) return err_in_list(err, "entries", i);
    if (!scan.serial.len) return true;
    Str *one = arena_new(ctx->arena, Str);
    if (!one) return err_memory(err);
    *one         = scan.serial;
    out->serials = (TextList){ one, 1 };
    return true;
}

/* One entry of the request as what is kept. */
static bool read_entry(Ctx *ctx, const Count *count, const CountEntryInput *in, size_t i, CountPutEntry *out,
                       Error *err)
{
    CountItem item;
    int64_t   pack = QTY_ONE;
    Str       sku  = STR_NONE;
    char      field[48], at[48];
    (void)snprintf(field, sizeof field, "entries[%zu].%s", i, in->sku.ptr ? "sku" : "barcode");
    (void)snprintf(at, sizeof at, "entries[%zu].at", i);
    if (!goods_code_read(ctx, in->sku, in->barcode, field, &sku, &pack, err)
        || !counts_item(ctx, sku, field, &item, err))
        return false;
    *out = (CountPutEntry){ .item   = item.id,
                            .ref_ms = opt_or(in->at, ctx->now_ms),
                            .code   = text_or_empty(in->barcode),
                            .shelf  = text_or_empty(in->shelf) };
    if (!read_serials(ctx, in, i, out, err)) return false;
    int64_t named    = (int64_t)out->serials.count * QTY_ONE;
    int64_t quantity = opt_or(in->quantity, named ? named : QTY_ONE);
    if (named && quantity != named) {
        (void)snprintf(field, sizeof field, "entries[%zu].serials", i);
        return err_set(err, &ERR_FIELD_INVALID, field, "one for each piece that was counted");
    }
    if (!goods_code_quantity(quantity, pack, item.step, field, &out->qty, err)) return false;
    if (out->ref_ms > ctx->now_ms)
        return err_set(err, &ERR_FIELD_INVALID, at, "is in the future");
    if (out->ref_ms < count->started_at)
        return err_set(err, &ERR_FIELD_INVALID, at, "is before the count began");
    return true;
}

bool counts_enter(Ctx *ctx, const CountEntries *request, Count *reply, Error *err)
{
    if (!counts_lock(ctx, request->id, reply, err)) return false;
    if (!str_eq(reply->state, STR("counting")) && !str_eq(reply->state, STR("recount")))
        return err_set(err, &ERR_STATE_REFUSED, "id", "it is %.*s, so that nothing can be entered",
                       STR_FMT(reply->state));
    for (size_t i = 0; i < request->entries.count; i++) {
        CountPutEntry entry;
        char          field[48];
        (void)snprintf(field, sizeof field, "entries[%zu]", i);
        if (!read_entry(ctx, reply, &request->entries.items[i], i, &entry, err)
            || !counts_entry_put(ctx, reply, &entry, field, err))
            return false;
    }
    Str detail = str_format(ctx->arena, "%zu entries", request->entries.count);
    if (!detail.ptr) return err_memory(err);
    return audit_append(ctx, STR("count.entered"), reply->id, detail, err) && counts_reply(ctx, reply, err);
}

static bool is_among(const Id *items, size_t count, Id item)
{
    for (size_t i = 0; i < count; i++)
        if (id_eq(items[i], item)) return true;
    return false;
}

bool count_adjust(Ctx *ctx, Id count, int64_t *adjusted, Error *err)
{
    CountDiff *diffs = NULL;
    Id        *named = NULL;
    size_t     n = 0, named_count = 0;
    StockDoc   doc   = { count, STR("count"), 0 };
    if (!counts_settle(ctx, count, &diffs, &n, err)
        || !count_pieces(ctx, count, &doc, &named, &named_count, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const CountDiff *d    = &diffs[i];
        if (is_among(named, named_count, d->item)) continue;
        bool             more = d->diff > 0;
        StockMove        move = { .item          = d->item,
                                  .sku           = d->sku,
                                  .from_location = more ? STR("") : d->location,
                                  .from_state    = more ? STR("adjustment") : d->zone,
                                  .to_location   = more ? d->location : STR(""),
                                  .to_state      = more ? d->zone : STR("adjustment"),
                                  .qty           = more ? d->diff : -d->diff,
                                  .is_fact       = true };
        if (inventory_move(ctx, &doc, &move, err)) continue;
        if (err->def == &ERR_STOCK_SHORT)
            (void)err_set(err, &ERR_COUNT_IMPOSSIBLE, "id",
                          "%.*s in %.*s at %.*s: more has gone since than was counted", STR_FMT(d->sku),
                          STR_FMT(d->zone), STR_FMT(d->location));
        return false;
    }
    *adjusted = (int64_t)n;
    return counts_posted(ctx, count, err);
}

bool counts_approve(Ctx *ctx, const ById *request, Count *reply, Error *err)
{
    bool    own      = false;
    int64_t adjusted = 0;
    if (!counts_lock(ctx, request->id, reply, err)) return false;
    if (!str_eq(reply->state, STR("review"))) return counts_step(ctx, reply, STR("approve"), STR_NONE, err);
    if (!count_adjust(ctx, reply->id, &adjusted, err) || !counts_figure(ctx, reply, err)
        || !counts_is_own(ctx, reply, &own, err))
        return false;
    if (reply->needs_other && (own || !ctx_may(ctx, &PERM_STOCK_APPROVE)))
        return err_set(err, &ERR_FOUR_EYES, "id",
                       own ? "who counted does not approve a difference over the limit"
                           : "the difference is over the limit");
    Str note = str_format(ctx->arena, "%lld adjusted", (long long)adjusted);
    if (!note.ptr) return err_memory(err);
    return counts_step(ctx, reply, STR("approve"), note, err);
}

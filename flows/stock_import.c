/* stock_import.c — stock that another system tells of, with the time for which it holds: a count, or what
 * came and went. Never sets a figure: what was sold since then stays sold, and of two figures for one place
 * the one with the later time holds. */
#include "flows/count.h"
#include "shop/audit/audit.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    CountPut put;
    Str      sku;
    size_t   n; /* of the request, from 1 */
} Row;

typedef struct {
    Ctx               *ctx;
    const StockImport *request;
    StockImported     *reply;
    Row               *rows;
    size_t             count;
    Str                known; /* the location that was looked up last */
} Import;

/* Notes why a line is left out. */
static void fault(Import *im, size_t n, Str sku, Str why)
{
    im->reply->faults.items[im->reply->faults.count++] = (StockImportFault){ (int64_t)n, sku, why };
}

/* Whether a refusal concerns one line only. */
static bool is_fault(Import *im, size_t n, Str sku, Error *err)
{
    if (err->def != &ERR_NOT_FOUND && err->def != &ERR_COUNT_SCOPE && err->def != &ERR_FIELD_INVALID)
        return false;
    Str why = str_dup(im->ctx->arena, str_from(err->message));
    if (!why.ptr) return err_memory(err);
    fault(im, n, sku, why);
    *err = (Error){ 0 };
    return true;
}

static bool read_row(Import *im, const StockImportLine *in, Row *row, Error *err)
{
    const StockImport *all = im->request;
    CountItem          item;
    Str                place = in->location.ptr ? in->location : all->location;
    int64_t            now   = im->ctx->now_ms;
    int64_t            as_of = opt_or(in->as_of, opt_or(all->as_of, now));
    bool               count = str_eq(all->kind, STR("count"));
    if (!place.len) return err_set(err, &ERR_FIELD_INVALID, "location", "has no location");
    if (!str_eq(place, im->known) && !counts_location(im->ctx, place, "location", err)) return false;
    im->known = place;
    if (!counts_item(im->ctx, in->sku, "sku", &item, err)) return false;
    if (as_of > now) return err_set(err, &ERR_FIELD_INVALID, "as_of", "its time is in the future");
    if (count && in->quantity < 0) return err_set(err, &ERR_FIELD_INVALID, "quantity", "less than nothing");
    if (!count && in->quantity == 0) return err_set(err, &ERR_FIELD_INVALID, "quantity", "moves nothing");
    if (in->quantity % item.step)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "is not in steps of the item");
    row->sku = in->sku;
    row->put = (CountPut){ .item     = item.id,
                           .location = place,
                           .zone     = in->zone.ptr ? in->zone : STR("floor"),
                           .state    = STR("counted"),
                           .counted  = count ? in->quantity : -1,
                           .ref_ms   = as_of,
                           .diff     = count ? 0 : in->quantity };
    return true;
}

static int by_place(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    int        c = id_cmp(x->put.item, y->put.item);
    if (c == 0) c = str_cmp(x->put.location, y->put.location);
    if (c == 0) c = str_cmp(x->put.zone, y->put.zone);
    return c ? c : (x->n > y->n) - (x->n < y->n);
}

static bool same_place(const Row *a, const Row *b)
{
    return id_eq(a->put.item, b->put.item) && str_eq(a->put.location, b->put.location)
        && str_eq(a->put.zone, b->put.zone);
}

/* Lines of one place (of several shelves) become one; with different times they contradict each other. */
static void merge(Import *im)
{
    size_t kept = 0;
    for (size_t i = 0; i < im->count; i++) {
        Row *last = kept ? &im->rows[kept - 1] : NULL;
        if (!last || !same_place(last, &im->rows[i])) {
            im->rows[kept++] = im->rows[i];
        } else if (last->put.ref_ms != im->rows[i].put.ref_ms) {
            fault(im, im->rows[i].n, im->rows[i].sku, STR("another line has this place with another time"));
        } else if (last->put.counted >= 0) {
            last->put.counted += im->rows[i].put.counted;
        } else {
            last->put.diff += im->rows[i].put.diff;
        }
    }
    im->count = kept;
}

static bool read_rows(Import *im, Error *err)
{
    size_t n             = im->request->lines.count;
    im->rows             = arena_array(im->ctx->arena, Row, n);
    im->reply->faults.items = arena_array(im->ctx->arena, StockImportFault, 2 * n);
    if (!im->rows || !im->reply->faults.items) return err_memory(err);
    for (size_t i = 0; i < n; i++) {
        const StockImportLine *in = &im->request->lines.items[i];
        im->rows[im->count].n     = i + 1;
        if (read_row(im, in, &im->rows[im->count], err)) im->count++;
        else if (!is_fault(im, i + 1, in->sku, err)) return false;
    }
    qsort(im->rows, im->count, sizeof im->rows[0], by_place);
    merge(im);
    return true;
}

/* What came or went; unless a later count of the place has seen it already. */
static bool move_row(Import *im, StockDoc *doc, Row *row, Error *err)
{
    CountPut *put  = &row->put;
    bool      late = false, more = put->diff > 0;
    StockMove move = { .item          = put->item,
                       .sku           = row->sku,
                       .from_location = more ? STR("") : put->location,
                       .from_state    = more ? STR("adjustment") : put->zone,
                       .to_location   = more ? put->location : STR(""),
                       .to_state      = more ? put->zone : STR("adjustment"),
                       .qty           = more ? put->diff : -put->diff,
                       .is_fact       = true };
    if (!counts_later(im->ctx, put->item, put->location, put->zone, put->ref_ms, &late, err)) return false;
    put->state     = late ? STR("superseded") : STR("moved");
    put->posted_ms = late ? 0 : im->ctx->now_ms;
    if (late) {
        im->reply->superseded++;
    } else if (put->diff == 0) {
        put->state = STR("skipped");
    } else if (inventory_move(im->ctx, doc, &move, err)) {
        im->reply->adjusted++;
    } else {
        Str why = str_dup(im->ctx->arena, str_from(err->message));
        if (err->def != &ERR_STOCK_SHORT || !why.ptr) return false;
        fault(im, row->n, row->sku, why);
        *err = (Error){ 0 };
        return true;
    }
    im->reply->lines++;
    return counts_line_put(im->ctx, im->reply->id, put, err);
}

static bool move_rows(Import *im, Error *err)
{
    StockDoc doc = { im->reply->id, STR("stock_import"), 0 };
    for (size_t i = 0; i < im->count; i++)
        if (!move_row(im, &doc, &im->rows[i], err)) return false;
    return true;
}

/* Counted lines that less than nothing would be left of are left out: they are wrong, or sales were booked
 * that have not happened yet. */
static bool count_rows(Import *im, Error *err)
{
    for (size_t i = 0; i < im->count; i++)
        if (!counts_line_put(im->ctx, im->reply->id, &im->rows[i].put, err)) return false;
    CountImpossible *out = NULL;
    size_t           n   = 0;
    if (!counts_drop_impossible(im->ctx, im->reply->id, &out, &n, err)) return false;
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < im->count && !id_eq(im->rows[k].put.item, out[i].item)) k++;
        size_t line = k < im->count ? im->rows[k].n : 0;
        fault(im, line, out[i].sku, STR("more has gone since then than was counted"));
    }
    im->reply->lines      = (int64_t)(im->count - n);
    return count_adjust(im->ctx, im->reply->id, &im->reply->adjusted, err)
        && counts_superseded(im->ctx, im->reply->id, &im->reply->superseded, err);
}

static bool make_head(Import *im, Count *head, Error *err)
{
    const StockImport *in    = im->request;
    bool               count = str_eq(in->kind, STR("count"));
    *head = (Count){ .location     = in->location,
                     .zone         = STR_NONE,
                     .scope        = count ? STR("import") : STR("movement"),
                     .state        = STR("review"),
                     .pass         = 1,
                     .note         = in->note,
                     .reference    = in->reference,
                     .started_at   = OPT_NONE,
                     .submitted_at = im->ctx->now_ms,
                     .decided_at   = OPT_NONE };
    return counts_put(im->ctx, head, err);
}

bool stock_import(Ctx *ctx, const StockImport *request, StockImported *reply, Error *err)
{
    Import im = { .ctx = ctx, .request = request, .reply = reply, .known = STR_NONE };
    Count  head;
    bool   found = false;
    *reply       = (StockImported){ 0 };
    if (!counts_by_reference(ctx, request->reference, &reply->id, &found, err)) return false;
    reply->again = found;
    if (found) return true;
    if (!read_rows(&im, err) || !make_head(&im, &head, err)) return false;
    reply->id  = head.id;
    bool count = str_eq(request->kind, STR("count"));
    if (!(count ? count_rows(&im, err) : move_rows(&im, err))) return false;
    Str note = str_format(ctx->arena, "%lld lines, %zu left out", (long long)reply->lines,
                          reply->faults.count);
    if (!note.ptr) return err_memory(err);
    return counts_step(ctx, &head, STR("approve"), note, err);
}

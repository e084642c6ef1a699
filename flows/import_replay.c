/* import_replay.c — one invoice of a plan becomes orders, returns and stock adjustments. See
 * import_replay.h.
 * Goods of a credit go back to the order of the same customer they came from: the latest before it with
 * this item at this price and enough left; what has none is given back without a receipt. */
#include "flows/import_replay.h"

#include "all_sql.h"
#include "flows/give_back.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/imports/imports.h"
#include "shop/inventory/inventory.h"
#include "shop/tax/tax.h"

#include <openssl/sha.h>

/* The lines of one invoice that become the same kind of document. */
typedef struct {
    PastLine *lines;
    size_t    count;
} Lines;

typedef struct {
    Ctx                 *ctx;
    const Import        *im;
    const ImportInvoice *invoice;
    ImportCounts        *counts;
    PastPlace            place;
    PastSale             head;
    Lines                sold, lost, back;
} Replay;

/* A line given back, and the order line it came from. */
typedef struct {
    Id      order; /* none: without receipt */
    int64_t n, qty;
    bool    done;
} Match;

int64_t import_time(const Import *im, const ImportInvoice *invoice, int64_t now_ms)
{
    return invoice->dated ? zone_to_utc(im->zone, invoice->wall_ms) : now_ms;
}

static void hash_i64(SHA256_CTX *sha, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    SHA256_Update(sha, bytes, sizeof bytes);
}

bool import_digest(Ctx *ctx, const Import *im, const ImportInvoice *invoice, uint32_t count, Str *out,
                   Error *err)
{
    SHA256_CTX     sha;
    unsigned char *hash = arena_alloc(ctx->arena, SHA256_DIGEST_LENGTH);
    if (!hash) return err_memory(err);
    SHA256_Init(&sha);
    for (uint32_t i = 0; i < count; i++) {
        const ImportLine *line = &im->plan->lines[invoice->first + i];
        Str               sku  = im->table->texts[im->plan->items[line->item].sku];
        hash_i64(&sha, (int64_t)sku.len);
        SHA256_Update(&sha, sku.ptr, sku.len);
        hash_i64(&sha, line->kind);
        hash_i64(&sha, line->qty_milli);
        hash_i64(&sha, line->unit_price);
    }
    SHA256_Final(hash, &sha);
    *out = (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
    return true;
}

bool import_tell_stock(Ctx *ctx, Id document, Str cause, int64_t moves, Str note, Error *err)
{
    char id[ID_TEXT_LEN];
    id_format(document, id);
    Str body = str_format(ctx->arena, "{\"id\":\"%.*s\",\"cause\":\"%.*s\",\"moves\":%lld}", ID_TEXT_LEN,
                          id, STR_FMT(cause), (long long)moves);
    if (!body.ptr) return err_memory(err);
    return audit_append(ctx, STR("stock.move"), document, note, err)
        && events_put(ctx, &EVENT_STOCK_MOVED, document, body, err);
}

static bool sort_lines(Replay *r, uint32_t from, Error *err)
{
    const ImportPlan *plan = r->im->plan;
    Lines *kinds[] = { [IMPORT_SOLD] = &r->sold, [IMPORT_RETURNED] = &r->back, [IMPORT_LOST] = &r->lost };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        kinds[k]->lines = arena_array(r->ctx->arena, PastLine, r->invoice->count);
        if (!kinds[k]->lines) return err_memory(err);
    }
    for (uint32_t i = from; i < r->invoice->count; i++) {
        const ImportLine   *line = &plan->lines[r->invoice->first + i];
        const ImportItem   *item = &plan->items[line->item];
        const ImportedItem *here = &r->im->items[line->item];
        Lines              *to   = kinds[line->kind];
        Str                 name = r->im->table->texts[line->name ? line->name : item->name];
        to->lines[to->count++]   = (PastLine){ here->id,
                                               r->im->table->texts[item->sku],
                                               name,
                                               here->tax_class,
                                               STR("import"),
                                               here->stocked,
                                               line->qty_milli,
                                               line->unit_price };
    }
    return true;
}

static bool replay_sold(Replay *r, Error *err)
{
    for (size_t from = 0; from < r->sold.count; from += CART_LINES_MAX) {
        size_t   left = r->sold.count - from;
        PastSale sale = r->head;
        Order    order;
        sale.lines      = r->sold.lines + from;
        sale.line_count = left < CART_LINES_MAX ? left : CART_LINES_MAX;
        if (!flow_record_sale(r->ctx, &r->place, &sale, &order, err)) return false;
        r->counts->orders++;
        r->counts->sold += order.total;
    }
    return true;
}

static bool replay_lost(Replay *r, Error *err)
{
    Ctx     *ctx  = r->ctx;
    StockDoc doc  = { ctx_new_id(ctx), STR("adjustment"), 0 };
    int64_t  now  = ctx->now_ms;
    Str      note = STR("written off in another system");
    for (size_t i = 0; i < r->lost.count; i++) {
        const PastLine *line = &r->lost.lines[i];
        StockMove       move = { .item = line->item, .sku = line->sku, .from_location = r->im->location.code,
                                 .from_state = STR("floor"), .to_location = STR(""),
                                 .to_state = STR("adjustment"), .qty = line->qty_milli };
        if (!line->stocked) continue;
        if (!str_eq(line->name, line->sku)) note = line->name;
        ctx->now_ms = r->head.at_ms;
        bool ok     = inventory_move(ctx, &doc, &move, err);
        ctx->now_ms = now;
        if (!ok) return false;
    }
    if (doc.n == 0) return true;
    r->counts->adjustments++;
    Str detail = str_format(ctx->arena, "%.*s: %.*s", STR_FMT(r->head.ref), STR_FMT(note));
    return detail.ptr ? import_tell_stock(ctx, doc.id, doc.cause, doc.n, detail, err) : err_memory(err);
}

/* Finds the order line that the i-th line came from; what earlier lines took of it is not there any more. */
static bool find_match(Replay *r, Match *matches, size_t i, Error *err)
{
    const PastLine *line  = &r->back.lines[i];
    ImportMatchRow *rows  = NULL;
    size_t          count = 0;
    ImportMatchIn   in    = { r->ctx->who.merchant, r->head.customer, line->item,
                              line->unit_price,     line->qty_milli,  r->head.at_ms };
    if (id_is_none(r->head.customer)) return true;
    if (!q_import_match_all(r->ctx->tx, r->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t k = 0; k < count; k++) {
        int64_t left = rows[k].left_over;
        for (size_t j = 0; j < i; j++)
            if (id_eq(matches[j].order, rows[k].order_id) && matches[j].n == rows[k].n)
                left -= matches[j].qty;
        if (left < line->qty_milli) continue;
        matches[i] = (Match){ rows[k].order_id, rows[k].n, line->qty_milli, false };
        return true;
    }
    return true;
}

/* All lines that came from the order of the i-th, as one return. */
static bool return_to_order(Replay *r, Match *matches, size_t i, Error *err)
{
    Return           back;
    ReturnLineInput *lines   = arena_array(r->ctx->arena, ReturnLineInput, r->back.count);
    ReturnRequest    request = { .order    = matches[i].order,
                                 .shipping = OPT_NONE,
                                 .location = r->im->location.code,
                                 .ref      = r->head.ref,
                                 .reason   = STR("credit") };
    int64_t          now     = r->ctx->now_ms;
    if (!lines) return err_memory(err);
    request.lines.items = lines;
    for (size_t k = i; k < r->back.count; k++) {
        if (matches[k].done || !id_eq(matches[k].order, matches[i].order)) continue;
        matches[k].done              = true;
        lines[request.lines.count++] = (ReturnLineInput){ .line     = matches[k].n,
                                                          .part     = OPT_NONE,
                                                          .quantity = matches[k].qty };
    }
    r->ctx->now_ms = r->head.at_ms;
    bool ok        = give_back_create(r->ctx, &request, (GiveBackHow){ .judged = false }, &back, err);
    r->ctx->now_ms = now;
    r->ctx->after  = NULL; /* paid in cash: nothing to be sent to anybody */
    if (!ok) return false;
    r->counts->returns++;
    r->counts->matched += (int64_t)request.lines.count;
    r->counts->returned += back.total;
    return true;
}

static bool return_without_receipt(Replay *r, const Match *matches, Error *err)
{
    PastSale  back = r->head;
    Return    doc;
    PastLine *lines = arena_array(r->ctx->arena, PastLine, r->back.count);
    if (!lines) return err_memory(err);
    back.lines = lines;
    back.note  = STR("credit without receipt");
    for (size_t i = 0; i < r->back.count; i++)
        if (id_is_none(matches[i].order)) lines[back.line_count++] = r->back.lines[i];
    for (size_t left = back.line_count; left > 0; left -= back.line_count, back.lines += back.line_count) {
        back.line_count = left < CART_LINES_MAX ? left : CART_LINES_MAX;
        if (!flow_record_return(r->ctx, &r->place, &back, &doc, err)) return false;
        r->counts->returns++;
        r->counts->returned += doc.total;
    }
    return true;
}

static bool replay_back(Replay *r, Error *err)
{
    Match *matches = arena_array(r->ctx->arena, Match, r->back.count + 1);
    if (!matches) return err_memory(err);
    for (size_t i = 0; i < r->back.count; i++)
        if (!find_match(r, matches, i, err)) return false;
    for (size_t i = 0; i < r->back.count; i++)
        if (!matches[i].done && !id_is_none(matches[i].order) && !return_to_order(r, matches, i, err))
            return false;
    return return_without_receipt(r, matches, err);
}

bool import_replay(Ctx *ctx, const Import *im, uint32_t n, ImportCounts *counts, Error *err)
{
    const ImportInvoice *invoice = &im->plan->invoices[n];
    CartRate            *rates   = NULL;
    Str                  digest;
    Replay               r = { .ctx     = ctx,
                               .im      = im,
                               .invoice = invoice,
                               .counts  = counts,
                               .place   = { &im->location, &im->channel, NULL, 0 },
                               .head    = { .ref   = im->table->texts[invoice->number],
                                            .note  = im->table->texts[invoice->country],
                                            .at_ms = import_time(im, invoice, ctx->now_ms) } };
    if (invoice->customer) r.head.customer = im->customers[n];
    if (!tax_load(ctx, im->location.tax_zone, r.head.at_ms, &rates, &r.place.rate_count, err)) return false;
    r.place.rates = rates;
    if (!sort_lines(&r, im->from[n], err) || !import_digest(ctx, im, invoice, invoice->count, &digest, err))
        return false;
    if (!imports_put(ctx, r.head.ref, invoice->count, digest, err) || !replay_sold(&r, err)
        || !replay_lost(&r, err) || !replay_back(&r, err))
        return false;
    counts->invoices++;
    counts->completed += im->from[n] > 0;
    counts->lines += invoice->count - im->from[n];
    return true;
}

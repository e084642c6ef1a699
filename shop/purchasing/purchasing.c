/* purchasing.c — purchase orders. See purchasing.h. */
#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/purchasing/purchasing_inner.h"
#include "shop/settings/settings.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_MS (24 * 60 * 60 * (int64_t)1000)

bool purchasing_worth(int64_t qty, int64_t cost, int64_t *total, Error *err)
{
    return money_scale(cost, qty, QTY_ONE, ROUND_HALF_UP, total, err);
}

bool purchasing_number(Ctx *ctx, Str kind, int64_t *out, Error *err)
{
    PurchaseNumberNextRow row   = { 0 };
    bool                  found = false;
    PurchaseNumberNextIn  in    = { ctx->who.merchant, kind };
    if (!q_purchase_number_next_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = row.last;
    return true;
}

bool purchasing_note(Ctx *ctx, const EventDef *event, Str action, Id id, int64_t number, Str vendor,
                     Str state, Str why, Error *err)
{
    Buf body   = buf_make(ctx->arena, 256);
    Str detail = str_format(ctx->arena, "%lld %.*s%s%.*s", (long long)number, STR_FMT(vendor),
                            why.len ? ": " : "", STR_FMT(why));
    Str text   = id_text(ctx->arena, id);
    buf_format(&body, "{\"id\":\"%.*s\",\"number\":%lld,\"vendor\":", STR_FMT(text), (long long)number);
    buf_json_string(&body, text_or_empty(vendor));
    buf_add(&body, STR(",\"state\":"));
    buf_json_string(&body, state);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr || !text.ptr) return err_memory(err);
    return audit_append(ctx, action, id, detail, err)
           && (!event || events_put(ctx, event, id, buf_str(&body), err));
}

bool purchasing_tell(Ctx *ctx, const PurchaseDoc *order, const EventDef *event_or_null, Str action, Str why,
                     Error *err)
{
    return purchasing_note(ctx, event_or_null, action, order->doc.id, order->doc.number, order->doc.vendor,
                           order->doc.state, why, err);
}

/* --- reading --- */

static int64_t open_of(int64_t qty, int64_t received, int64_t cancelled)
{
    int64_t open = qty - received - cancelled;
    return open > 0 ? open : 0;
}

static bool read_lines(Ctx *ctx, PurchaseDoc *out, Error *err)
{
    PurchaseLinesOfRow *rows  = NULL;
    size_t              count = 0;
    PurchaseLinesOfIn   in    = { ctx->who.merchant, out->doc.id };
    if (!q_purchase_lines_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->doc.lines.items = arena_array(ctx->arena, PurchaseLine, count + 1);
    out->items           = arena_array(ctx->arena, Id, count + 1);
    if (!out->doc.lines.items || !out->items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const PurchaseLinesOfRow *r     = &rows[i];
        int64_t                   worth = 0;
        out->items[i]                   = r->item;
        out->doc.lines.items[i] =
            (PurchaseLine){ r->n,        r->sku,       r->qty,
                            r->pack_qty, r->cost,      r->received,
                            r->damaged,  r->cancelled, open_of(r->qty, r->received, r->cancelled) };
        if (!purchasing_worth(r->qty, r->cost, &worth, err)
            || !money_add(out->doc.total, worth, &out->doc.total, err))
            return false;
    }
    out->doc.lines.count = count;
    return true;
}

bool purchasing_get(Ctx *ctx, Id id, bool lock, const char *field, PurchaseDoc *out, Error *err)
{
    PurchaseGetRow r;
    bool           found = false;
    PurchaseLockIn held  = { ctx->who.merchant, id };
    PurchaseGetIn  in    = { ctx->who.merchant, id };
    if (lock && !q_purchase_lock_exec(ctx->tx, &held, NULL, err)) return false;
    if (!q_purchase_get_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, field, "there is no such purchase order");
    *out = (PurchaseDoc){ .doc = { .id          = id,
                                   .number      = r.number,
                                   .vendor      = r.vendor,
                                   .location    = r.location,
                                   .state       = r.state,
                                   .ref         = text_or_none(r.ref),
                                   .note        = text_or_none(r.note),
                                   .currency    = r.currency,
                                   .expected_at = time_shown(r.expected_at_ms),
                                   .made_at     = r.made_at_ms,
                                   .sent_at     = time_shown(r.sent_at_ms),
                                   .ended_at    = time_shown(r.ended_at_ms) } };
    return read_lines(ctx, out, err);
}

bool purchasing_is_under_way(const PurchaseDoc *order)
{
    return str_eq(order->doc.state, STR("sent")) || str_eq(order->doc.state, STR("receiving"));
}

bool purchasing_step(Ctx *ctx, PurchaseDoc *order, Str event, Error *err)
{
    Purchase *doc  = &order->doc;
    Str       next = STR_NONE;
    if (!machine_step(MACHINE_PURCHASE, doc->state, event, "id", &next, err)) return false;
    doc->state = next;
    if (str_eq(event, STR("send"))) doc->sent_at = ctx->now_ms;
    if (machine_ended(MACHINE_PURCHASE, next)) doc->ended_at = ctx->now_ms;
    bool           under_way = purchasing_is_under_way(order);
    PurchaseStepIn head      = { ctx->who.merchant, doc->id, next, opt_or(doc->sent_at, 0),
                                 opt_or(doc->ended_at, 0) };
    if (!q_purchase_step_exec(ctx->tx, &head, NULL, err)) return false;
    for (size_t i = 0; i < doc->lines.count; i++) {
        PurchaseLine        *line = &doc->lines.items[i];
        PurchaseLineChangeIn in   = {
              ctx->who.merchant,          doc->id, line->line, line->received, line->damaged, line->cancelled,
              under_way && line->open > 0
        };
        if (!q_purchase_line_change_exec(ctx->tx, &in, NULL, err)) return false;
    }
    AsnEndOfOrderIn asns = { ctx->who.merchant, doc->id }; /* of an ended order nothing more comes */
    return !machine_ended(MACHINE_PURCHASE, next) || q_asn_end_of_order_exec(ctx->tx, &asns, NULL, err);
}

bool purchases_show(Ctx *ctx, const ById *request, Purchase *reply, Error *err)
{
    PurchaseDoc order;
    if (!purchasing_get(ctx, request->id, false, "id", &order, err)) return false;
    *reply = order.doc;
    return true;
}

bool purchases_list(Ctx *ctx, const PurchaseFind *request, PurchaseList *reply, Error *err)
{
    PurchasePageRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    Id               before;
    if (!page_before(request->cursor, &before, err)) return false;
    PurchasePageIn in = { ctx->who.merchant,
                          text_or_empty(request->vendor),
                          text_or_empty(request->location),
                          text_or_empty(request->state),
                          id_bytes(&before),
                          (int64_t)limit + 1 };
    if (!q_purchase_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, PurchaseBrief, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            (PurchaseBrief){ rows[i].id,        rows[i].number, rows[i].vendor,
                             rows[i].location,  rows[i].state,  time_shown(rows[i].expected_at_ms),
                             rows[i].made_at_ms };
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool purchases_sheet(Ctx *ctx, const ById *request, ReceivingSheet *reply, Error *err)
{
    PurchaseDoc            order;
    PurchaseSheetLinesRow *rows  = NULL;
    size_t                 count = 0;
    int64_t                blind = 0;
    if (!purchasing_get(ctx, request->id, false, "id", &order, err)) return false;
    PurchaseSheetLinesIn in = { ctx->who.merchant, request->id, order.doc.vendor };
    if (!settings_get(ctx, &SETTING_RECEIVE_BLIND, &blind, err)
        || !q_purchase_sheet_lines_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    *reply             = (ReceivingSheet){ .id       = request->id,
                                           .number   = order.doc.number,
                                           .vendor   = order.doc.vendor,
                                           .location = order.doc.location,
                                           .blind    = blind != 0 };
    reply->lines.items = arena_array(ctx->arena, SheetLine, count + 1);
    if (!reply->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->lines.items[i] =
            (SheetLine){ rows[i].n, rows[i].sku, rows[i].name, text_or_none(rows[i].vendor_sku),
                         blind ? OPT_NONE : rows[i].open };
    reply->lines.count = count;
    return true;
}

/* --- writing --- */

/* On what terms the vendor has an item; by single units at our cost when it is not said. */
static bool terms_of(Ctx *ctx, const Vendor *vendor, const PurchaseItem *item, const char *field,
                     VendorItem *out, Error *err)
{
    VendorItemFindRow row;
    bool              found = false;
    VendorItemFindIn  in    = { ctx->who.merchant, item->id, vendor->code };
    if (!q_vendor_item_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = (VendorItem){ .pack = QTY_ONE, .minimum = 0, .cost = item->cost };
    if (!found) return true;
    if (!row.active) return err_set(err, &ERR_PURCHASE_ITEM, field, "the vendor does not have it any more");
    *out = (VendorItem){ .pack = row.pack_qty, .minimum = row.min_qty, .cost = row.cost };
    return true;
}

static bool put_line(Ctx *ctx, Id order, Str location, const Vendor *vendor, const PurchaseLineInput *line,
                     size_t i, Error *err)
{
    PurchaseItem item;
    VendorItem   terms;
    int64_t      qty = line->quantity;
    char         sku[40], quantity[40];
    (void)snprintf(sku, sizeof sku, "lines[%zu].sku", i);
    (void)snprintf(quantity, sizeof quantity, "lines[%zu].quantity", i);
    if (!purchasing_item(ctx, line->sku, sku, &item, err)
        || !terms_of(ctx, vendor, &item, sku, &terms, err))
        return false;
    if ((line->quantity == OPT_NONE) == (line->packs == OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, quantity, "one of quantity and packs must be there");
    if (line->packs != OPT_NONE && __builtin_mul_overflow(line->packs, terms.pack, &qty)) qty = INT64_MAX;
    if (qty > QTY_MAX) return err_set(err, &ERR_FIELD_INVALID, quantity, "is too much");
    if (qty % item.step != 0)
        return err_set(err, &ERR_FIELD_INVALID, quantity, "is not in steps of the item");
    if (terms.pack != QTY_ONE && qty % terms.pack != 0)
        return err_set(err, &ERR_PURCHASE_MINIMUM, quantity,
                       "the vendor delivers whole packs of %lld.%03lld", (long long)(terms.pack / QTY_ONE),
                       (long long)(terms.pack % QTY_ONE));
    if (qty < terms.minimum)
        return err_set(err, &ERR_PURCHASE_MINIMUM, quantity, "the vendor delivers %lld.%03lld or more",
                       (long long)(terms.minimum / QTY_ONE), (long long)(terms.minimum % QTY_ONE));
    PurchaseLinePutIn in = { ctx->who.merchant,
                             order,
                             (int64_t)i + 1,
                             item.id,
                             line->sku,
                             location,
                             qty,
                             terms.pack,
                             opt_or(line->cost, terms.cost) };
    return q_purchase_line_put_exec(ctx->tx, &in, NULL, err);
}

static bool reply_order(Ctx *ctx, Id id, Str action, Purchase *reply, Error *err)
{
    PurchaseDoc order;
    if (!purchasing_get(ctx, id, false, "id", &order, err)
        || !purchasing_tell(ctx, &order, NULL, action, STR(""), err))
        return false;
    *reply = order.doc;
    return true;
}

bool purchases_create(Ctx *ctx, const PurchaseInput *request, Purchase *reply, Error *err)
{
    Vendor  vendor;
    Id      id     = ctx_new_id(ctx);
    int64_t number = 0;
    if (!purchasing_vendor(ctx, request->vendor, true, "vendor", &vendor, err)
        || !purchasing_location(ctx, request->location, "location", err))
        return false;
    for (size_t i = 0; i < request->lines.count; i++)
        if (!put_line(ctx, id, request->location, &vendor, &request->lines.items[i], i, err)) return false;
    if (!purchasing_number(ctx, STR("purchase"), &number, err)) return false;
    int64_t       due = opt_or(request->expected_at, ctx->now_ms + vendor.lead_days * DAY_MS);
    PurchasePutIn in  = { ctx->who.merchant,
                          id,
                          number,
                          vendor.code,
                          request->location,
                          machine_first(MACHINE_PURCHASE),
                          text_or_empty(request->ref),
                          text_or_empty(request->note),
                          vendor.currency,
                          due,
                          ctx->now_ms,
                          ctx->who.api_key };
    return q_purchase_put_exec(ctx->tx, &in, NULL, err)
           && reply_order(ctx, id, STR("purchase.create"), reply, err);
}

bool purchases_change(Ctx *ctx, const PurchaseEdit *request, Purchase *reply, Error *err)
{
    PurchaseDoc order;
    Vendor      vendor;
    Str         next = STR_NONE;
    if (!purchasing_get(ctx, request->id, true, "id", &order, err)
        || !machine_step(MACHINE_PURCHASE, order.doc.state, STR("change"), "id", &next, err)
        || !purchasing_vendor(ctx, order.doc.vendor, true, "vendor", &vendor, err))
        return false;
    PurchaseLineClearIn clear = { ctx->who.merchant, request->id };
    if (!q_purchase_line_clear_exec(ctx->tx, &clear, NULL, err)) return false;
    for (size_t i = 0; i < request->lines.count; i++)
        if (!put_line(ctx, request->id, order.doc.location, &vendor, &request->lines.items[i], i, err))
            return false;
    int64_t        due = request->expected_at == OPT_NONE ? order.doc.expected_at : request->expected_at;
    PurchaseEditIn in  = { ctx->who.merchant, request->id, text_or_empty(request->ref),
                           text_or_empty(request->note), opt_or(due, 0) };
    return q_purchase_edit_exec(ctx->tx, &in, NULL, err)
           && reply_order(ctx, request->id, STR("purchase.change"), reply, err);
}

/* --- what is to come --- */

static int by_date(const void *a, const void *b)
{
    uint64_t x = (uint64_t)((const Expected *)a)->at_ms - 1, y = (uint64_t)((const Expected *)b)->at_ms - 1;
    return x < y ? -1 : x > y; /* 0, not known, is the largest now */
}

bool purchasing_expected(Ctx *ctx, Id item, Str location, Expected **out, size_t *count, Error *err)
{
    PurchaseExpectedRow *rows = NULL;
    size_t               n    = 0;
    PurchaseExpectedIn   in   = { ctx->who.merchant, item, location };
    if (!q_purchase_expected_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    Expected *list = arena_array(ctx->arena, Expected, n * 2 + 1);
    if (!list) return err_memory(err);
    *out   = list;
    *count = 0;
    for (size_t i = 0; i < n;) {
        size_t  first = i;
        int64_t left  = rows[i].open; /* one row for each notice of the line */
        for (; i < n && id_eq(rows[i].order_id, rows[first].order_id) && rows[i].n == rows[first].n; i++) {
            int64_t part = rows[i].asn_qty < left ? rows[i].asn_qty : left;
            int64_t at   = rows[i].asn_at_ms ? rows[i].asn_at_ms : rows[i].expected_at_ms;
            if (part > 0) list[(*count)++] = (Expected){ part, at };
            left -= part;
        }
        if (left > 0) list[(*count)++] = (Expected){ left, rows[first].expected_at_ms };
    }
    qsort(list, *count, sizeof list[0], by_date);
    return true;
}

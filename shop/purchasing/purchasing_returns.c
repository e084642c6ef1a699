/* purchasing_returns.c — the documents of goods that go back to vendors. See purchasing.h; what leaves the
 * stock is told in flows/vendor_return.c. */
#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/purchasing/purchasing_inner.h"

#include <stdio.h>

static VendorReturn shown(const VendorReturnGetRow *r)
{
    return (VendorReturn){ .id          = r->id,
                           .number      = r->number,
                           .vendor      = r->vendor,
                           .location    = r->location,
                           .state       = r->state,
                           .ref         = text_or_none(r->ref),
                           .reason      = text_or_none(r->reason),
                           .carrier     = text_or_none(r->carrier),
                           .tracking    = text_or_none(r->tracking),
                           .currency    = r->currency,
                           .claimed     = r->claimed,
                           .credited    = r->credited_at_ms ? r->credited : OPT_NONE,
                           .credit_ref  = text_or_none(r->credit_ref),
                           .made_at     = r->made_at_ms,
                           .shipped_at  = time_shown(r->shipped_at_ms),
                           .credited_at = time_shown(r->credited_at_ms) };
}

static bool read_lines(Ctx *ctx, VendorReturnDoc *out, Error *err)
{
    VendorReturnLinesOfRow *rows  = NULL;
    size_t                  count = 0;
    VendorReturnLinesOfIn   in    = { ctx->who.merchant, out->doc.id };
    if (!q_vendor_return_lines_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->doc.lines.items = arena_array(ctx->arena, VendorReturnLine, count + 1);
    out->items           = arena_array(ctx->arena, Id, count + 1);
    if (!out->doc.lines.items || !out->items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const VendorReturnLinesOfRow *r = &rows[i];
        VendorReturnLine             *l = &out->doc.lines.items[i];
        *l                              = (VendorReturnLine){ .n        = r->n,
                                                              .sku      = r->sku,
                                                              .quantity = r->qty,
                                                              .state    = r->state,
                                                              .cost     = r->cost,
                                                              .lot      = text_or_none(r->lot) };
        out->items[i]                   = r->item;
        if (!texts_read(ctx->arena, r->serials, &l->serials)) return err_memory(err);
    }
    out->doc.lines.count = count;
    return true;
}

bool vendor_returns_get(Ctx *ctx, Id id, bool lock, VendorReturnDoc *out, Error *err)
{
    VendorReturnGetRow row;
    bool               found = false;
    VendorReturnLockIn held  = { ctx->who.merchant, id };
    VendorReturnGetIn  in    = { ctx->who.merchant, id };
    if (lock && !q_vendor_return_lock_exec(ctx->tx, &held, NULL, err)) return false;
    if (!q_vendor_return_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such vendor return");
    *out = (VendorReturnDoc){ .doc = shown(&row) };
    return read_lines(ctx, out, err);
}

static const EventDef *event_of(Str event)
{
    if (str_eq(event, STR("ship"))) return &EVENT_VENDOR_RETURN_SHIPPED;
    return str_eq(event, STR("credit")) ? &EVENT_VENDOR_RETURN_CREDITED : NULL;
}

bool vendor_returns_step(Ctx *ctx, VendorReturnDoc *doc, Str event, Str why, Error *err)
{
    VendorReturn *d = &doc->doc;
    if (!machine_step(MACHINE_VENDOR_RETURN, d->state, event, "id", &d->state, err)) return false;
    if (str_eq(event, STR("ship"))) d->shipped_at = ctx->now_ms;
    if (str_eq(event, STR("credit"))) d->credited_at = ctx->now_ms;
    Str action = str_format(ctx->arena, "vendor_return.%.*s", STR_FMT(event));
    if (!action.ptr) return err_memory(err);
    VendorReturnStepIn in = { ctx->who.merchant,
                              d->id,
                              d->state,
                              text_or_empty(d->carrier),
                              text_or_empty(d->tracking),
                              opt_or(d->credited, 0),
                              text_or_empty(d->credit_ref),
                              opt_or(d->shipped_at, 0),
                              opt_or(d->credited_at, 0) };
    return q_vendor_return_step_exec(ctx->tx, &in, NULL, err)
           && purchasing_note(ctx, event_of(event), action, d->id, d->number, d->vendor, d->state, why,
                              err);
}

static bool put_line(Ctx *ctx, Id id, const Vendor *vendor, const VendorReturnLineInput *line, size_t i,
                     int64_t *claimed, Error *err)
{
    PurchaseItem      item;
    VendorItemFindRow terms = { .cost = 0 };
    bool              found = false;
    char              sku[40], field[40];
    int64_t           worth = 0;
    Str serials = texts_write(ctx->arena, &(TextList){ line->serials.items, line->serials.count });
    if (!serials.ptr) return err_memory(err);
    (void)snprintf(sku, sizeof sku, "lines[%zu].sku", i);
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", i);
    if (!purchasing_item(ctx, line->sku, sku, &item, err)) return false;
    if (line->quantity % item.step != 0)
        return err_set(err, &ERR_FIELD_INVALID, field, "is not in steps of the item");
    if (line->serials.count && (int64_t)line->serials.count * QTY_ONE != line->quantity)
        return err_set(err, &ERR_FIELD_INVALID, field, "there must be a serial number for each piece");
    VendorItemFindIn ask = { ctx->who.merchant, item.id, vendor->code };
    if (!q_vendor_item_find_one(ctx->tx, ctx->arena, &ask, &terms, &found, err)) return false;
    int64_t               cost = opt_or(line->cost, found ? terms.cost : item.cost);
    VendorReturnLinePutIn in   = { ctx->who.merchant,
                                   id,
                                   (int64_t)i + 1,
                                   item.id,
                                   line->sku,
                                   line->quantity,
                                 line->state.len ? line->state : STR("damaged"),
                                   cost,
                                   text_or_empty(line->lot),
                                   serials };
    return purchasing_worth(line->quantity, cost, &worth, err) && money_add(*claimed, worth, claimed, err)
           && q_vendor_return_line_put_exec(ctx->tx, &in, NULL, err);
}

bool vendor_returns_create(Ctx *ctx, const VendorReturnInput *request, VendorReturn *reply, Error *err)
{
    Vendor          vendor;
    VendorReturnDoc doc;
    Id              id      = ctx_new_id(ctx);
    int64_t         claimed = 0, number = 0;
    if (!purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !purchasing_location(ctx, request->location, "location", err))
        return false;
    for (size_t i = 0; i < request->lines.count; i++)
        if (!put_line(ctx, id, &vendor, &request->lines.items[i], i, &claimed, err)) return false;
    if (!purchasing_number(ctx, STR("vendor_return"), &number, err)) return false;
    VendorReturnPutIn in = { ctx->who.merchant,
                             id,
                             number,
                             vendor.code,
                             request->location,
                             machine_first(MACHINE_VENDOR_RETURN),
                             text_or_empty(request->ref),
                             text_or_empty(request->reason),
                             vendor.currency,
                             claimed,
                             ctx->now_ms };
    if (!q_vendor_return_put_exec(ctx->tx, &in, NULL, err)
        || !vendor_returns_get(ctx, id, false, &doc, err))
        return false;
    *reply = doc.doc;
    return purchasing_note(ctx, NULL, STR("vendor_return.create"), id, number, vendor.code, in.state,
                           in.reason, err);
}

bool vendor_returns_show(Ctx *ctx, const ById *request, VendorReturn *reply, Error *err)
{
    VendorReturnDoc doc;
    if (!vendor_returns_get(ctx, request->id, false, &doc, err)) return false;
    *reply = doc.doc;
    return true;
}

bool vendor_returns_list(Ctx *ctx, const VendorReturnFind *request, VendorReturnList *reply, Error *err)
{
    VendorReturnPageRow *rows  = NULL;
    size_t               count = 0, limit = (size_t)page_limit(request->limit);
    Id                   before;
    if (!page_before(request->cursor, &before, err)) return false;
    VendorReturnPageIn in = { ctx->who.merchant, text_or_empty(request->vendor),
                              text_or_empty(request->state), id_bytes(&before), (int64_t)limit + 1 };
    if (!q_vendor_return_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, VendorReturn, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const VendorReturnPageRow *r  = &rows[i];
        VendorReturnGetRow         as = { r->id,         r->number,     r->vendor,        r->location,
                                          r->state,      r->ref,        r->reason,        r->carrier,
                                          r->tracking,   r->currency,   r->claimed,       r->credited,
                                          r->credit_ref, r->made_at_ms, r->shipped_at_ms, r->credited_at_ms };
        reply->items.items[reply->items.count++] = shown(&as);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool vendor_returns_credit(Ctx *ctx, const VendorReturnCredit *request, VendorReturn *reply, Error *err)
{
    VendorReturnDoc doc;
    if (!vendor_returns_get(ctx, request->id, true, &doc, err)) return false;
    doc.doc.credited   = request->amount;
    doc.doc.credit_ref = text_or_none(request->credit_ref);
    if (!vendor_returns_step(ctx, &doc, STR("credit"), text_or_empty(request->credit_ref), err))
        return false;
    *reply = doc.doc;
    return true;
}

bool vendor_returns_cancel(Ctx *ctx, const PurchaseCancel *request, VendorReturn *reply, Error *err)
{
    VendorReturnDoc doc;
    if (!vendor_returns_get(ctx, request->id, true, &doc, err)
        || !vendor_returns_step(ctx, &doc, STR("cancel"), text_or_empty(request->reason), err))
        return false;
    *reply = doc.doc;
    return true;
}

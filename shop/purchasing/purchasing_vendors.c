/* purchasing_vendors.c — vendors, and on what terms they have items. See purchasing.h. */
#include "all_sql.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/purchasing/purchasing_inner.h"

bool purchasing_item(Ctx *ctx, Str sku, const char *field, PurchaseItem *out, Error *err)
{
    PurchaseItemOfRow row;
    bool              found = false;
    PurchaseItemOfIn  in    = { ctx->who.merchant, sku };
    if (!q_purchase_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_PURCHASE_ITEM, field, "there is no item %.*s", STR_FMT(sku));
    if (!row.stocked) return err_set(err, &ERR_PURCHASE_ITEM, field, "%.*s has no stock", STR_FMT(sku));
    *out = (PurchaseItem){ row.id, row.name, row.qty_step, row.cost };
    return true;
}

bool purchasing_location(Ctx *ctx, Str code, const char *field, Error *err)
{
    bool found = false;
    if (!location_there(ctx, code, &found, err)) return false;
    return found || err_set(err, &ERR_FIELD_INVALID, field, "there is no such location");
}

static bool find_vendor(Ctx *ctx, Str code, Vendor *out, bool *found, Error *err)
{
    VendorFindRow row;
    VendorFindIn  in = { ctx->who.merchant, code };
    if (!q_vendor_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (Vendor){ row.code,      row.name,     text_or_none(row.contact),
                         row.lead_days, row.currency, row.active };
    return true;
}

bool purchasing_vendor(Ctx *ctx, Str code, bool active, const char *field, Vendor *out, Error *err)
{
    bool found = false;
    if (!find_vendor(ctx, code, out, &found, err)) return false;
    if (found && (out->active || !active)) return true;
    return err_set(err, &ERR_VENDOR_UNKNOWN, field,
                   found ? "nothing is ordered there any more" : "there is no such vendor");
}

bool vendors_list(Ctx *ctx, const Page *request, VendorList *reply, Error *err)
{
    VendorPageRow *rows  = NULL;
    size_t         count = 0, limit = (size_t)page_limit(request->limit);
    VendorPageIn   in = { ctx->who.merchant, page_after(request->cursor), (int64_t)limit + 1 };
    if (!q_vendor_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Vendor, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            (Vendor){ rows[i].code,      rows[i].name,     text_or_none(rows[i].contact),
                      rows[i].lead_days, rows[i].currency, rows[i].active };
    if (count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool vendors_show(Ctx *ctx, const ByCode *request, Vendor *reply, Error *err)
{
    bool found = false;
    if (!find_vendor(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "there is no such vendor");
}

bool vendors_change(Ctx *ctx, const Vendor *request, Vendor *reply, Error *err)
{
    int64_t     changed = 0;
    VendorPutIn in      = { ctx->who.merchant,
                            request->code,
                            request->name,
                            text_or_empty(request->contact),
                            opt_or(request->lead_days, 0),
                            request->currency,
                            request->active };
    *reply              = *request;
    reply->lead_days    = in.lead_days;
    if (!code_check(request->code, "code", err) || !currency_check(request->currency, "currency", err))
        return false;
    if (!q_vendor_put_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed != 1)
        return err_set(err, &ERR_FIELD_INVALID, "currency", "a vendor keeps its currency for ever");
    return audit_append(ctx, STR("vendor.put"), audit_subject(STR("vendor"), in.code), in.code, err);
}

static VendorItem shown(Str vendor, Str sku, Str vendor_sku, int64_t pack, int64_t minimum, int64_t cost,
                        int64_t rank, bool active)
{
    return (VendorItem){ .vendor     = vendor,
                         .sku        = sku,
                         .vendor_sku = text_or_none(vendor_sku),
                         .pack       = pack,
                         .minimum    = minimum,
                         .cost       = cost,
                         .rank       = rank,
                         .active     = active };
}

bool vendor_items_list(Ctx *ctx, const VendorItemFind *request, VendorItemList *reply, Error *err)
{
    VendorItemPageRow *rows = NULL;
    Vendor             vendor;
    size_t             count = 0, limit = (size_t)page_limit(request->limit);
    VendorItemPageIn   in = { ctx->who.merchant, request->vendor, page_after(request->cursor),
                              (int64_t)limit + 1 };
    if (!purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !q_vendor_item_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, VendorItem, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            shown(vendor.code, rows[i].sku, rows[i].vendor_sku, rows[i].pack_qty, rows[i].min_qty,
                  rows[i].cost, rows[i].rank, rows[i].active);
    if (count > limit) reply->next_cursor = rows[limit - 1].sku;
    return true;
}

bool vendor_items_of(Ctx *ctx, const VendorsOfItem *request, VendorItemList *reply, Error *err)
{
    VendorItemOfRow *rows = NULL;
    PurchaseItem     item;
    size_t           count = 0;
    if (!purchasing_item(ctx, request->sku, "sku", &item, err)) return false;
    VendorItemOfIn in = { ctx->who.merchant, item.id };
    if (!q_vendor_item_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, VendorItem, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[i] = shown(rows[i].vendor, request->sku, rows[i].vendor_sku, rows[i].pack_qty,
                                      rows[i].min_qty, rows[i].cost, rows[i].rank, rows[i].active);
    reply->items.count = count;
    return true;
}

bool vendor_items_change(Ctx *ctx, const VendorItem *request, VendorItem *reply, Error *err)
{
    Vendor       vendor;
    PurchaseItem item;
    *reply            = *request;
    reply->vendor_sku = text_or_none(request->vendor_sku);
    reply->pack       = opt_or(request->pack, QTY_ONE);
    reply->minimum    = opt_or(request->minimum, 0);
    reply->rank       = opt_or(request->rank, 0);
    if (!purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !purchasing_item(ctx, request->sku, "sku", &item, err))
        return false;
    if (reply->pack % item.step != 0)
        return err_set(err, &ERR_FIELD_INVALID, "pack", "is not in steps of the item");
    VendorItemPutIn in = {
        ctx->who.merchant, item.id,        vendor.code,   request->sku, text_or_empty(request->vendor_sku),
        reply->pack,       reply->minimum, request->cost, reply->rank,  request->active
    };
    Str detail = str_format(ctx->arena, "%.*s %lld", STR_FMT(vendor.code), (long long)request->cost);
    if (!detail.ptr) return err_memory(err);
    return q_vendor_item_put_exec(ctx->tx, &in, NULL, err)
           && audit_append(ctx, STR("vendor.item"), item.id, detail, err);
}

bool purchasing_vendor_of(Ctx *ctx, Id item, VendorItem *out, int64_t *lead_days, bool *found, Error *err)
{
    VendorItemOfRow *rows  = NULL;
    size_t           count = 0;
    VendorItemOfIn   in    = { ctx->who.merchant, item };
    *found                 = false;
    if (!q_vendor_item_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count && !*found; i++) {
        *found     = rows[i].active && rows[i].vendor_active;
        *lead_days = rows[i].lead_days;
        *out = shown(rows[i].vendor, rows[i].sku, rows[i].vendor_sku, rows[i].pack_qty, rows[i].min_qty,
                     rows[i].cost, rows[i].rank, rows[i].active);
    }
    return true;
}

int64_t purchasing_round(const VendorItem *terms, int64_t want)
{
    int64_t pack = opt_or(terms->pack, QTY_ONE);
    if (want < opt_or(terms->minimum, 0)) want = terms->minimum;
    return (want + pack - 1) / pack * pack;
}

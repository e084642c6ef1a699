/* fulfil_list.c — pick lists, where items stand, and what substitutes them. */
#include "flows/fulfil_work.h"
#include "shop/catalog/catalog.h"
#include "shop/locations/locations.h"

#include "all_sql.h"

/* "0190…-3": fulfilment and line of the last row; where it stands is looked up. */
static bool read_cursor(Ctx *ctx, const PickAsk *ask, PickRowsIn *in, Id *after, Error *err)
{
    PickPlaceRow place = { .zone = STR_NONE };
    bool         found = false;
    if (!ask->cursor.len) return true;
    if (ask->cursor.len > ID_TEXT_LEN + 1 && id_parse(str_slice(ask->cursor, 0, ID_TEXT_LEN), after)
        && str_to_i64(str_slice(ask->cursor, ID_TEXT_LEN + 1, ask->cursor.len), &in->after_n)) {
        PickPlaceIn at = { ctx->who.merchant, ask->location, *after, in->after_n };
        if (!q_pick_place_one(ctx->tx, ctx->arena, &at, &place, &found, err)) return false;
    }
    in->after_zone = place.zone;
    in->after_bin  = place.bin;
    in->after_sku  = place.sku;
    return found || err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool pick_list(Ctx *ctx, const PickAsk *request, PickList *reply, Error *err)
{
    Id           after = { { 0 } };
    PickRowsRow *rows  = NULL;
    size_t       count = 0;
    int64_t      limit = page_limit(request->limit);
    PickRowsIn   in    = { .merchant   = ctx->who.merchant,
                           .location   = request->location,
                           .zone       = text_or_empty(request->zone),
                           .due_before = opt_or(request->due_before, INT64_MAX),
                           .only       = request->fulfilment,
                           .after_zone = STR(""),
                           .after_bin  = STR(""),
                           .after_sku  = STR(""),
                           .after_id   = id_bytes(&after),
                           .limit      = limit + 1 };
    if (!read_cursor(ctx, request, &in, &after, err)
        || !q_pick_rows_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, PickRow, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        const PickRowsRow *r = &rows[i];
        reply->items.items[reply->items.count++] =
            (PickRow){ r->fulfilment, r->n,       r->zone,   r->bin,       r->sku,
                       r->name,       r->to_pick, r->method, r->due_at_ms, r->substitutes };
    }
    if ((int64_t)count <= limit) return true;
    Str id             = id_text(ctx->arena, rows[limit - 1].fulfilment);
    reply->next_cursor = str_format(ctx->arena, "%.*s-%lld", STR_FMT(id), (long long)rows[limit - 1].n);
    return reply->next_cursor.ptr || err_memory(err);
}

/* ---- bins ---- */

bool bins_list(Ctx *ctx, const BinAsk *request, BinList *reply, Error *err)
{
    BinPageRow *rows  = NULL;
    size_t      count = 0;
    int64_t     limit = page_limit(request->limit);
    BinPageIn   in    = { ctx->who.merchant, request->location, page_after(request->cursor), limit + 1 };
    if (!q_bin_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, BinInput, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] =
            (BinInput){ request->location, rows[i].sku, text_or_none(rows[i].zone),
                        text_or_none(rows[i].bin) };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].sku;
    return true;
}

bool bins_change(Ctx *ctx, const BinInput *request, BinInput *reply, Error *err)
{
    SaleItem item;
    Location location;
    *reply = *request;
    return locations_get(ctx, request->location, &location, err)
        && catalog_sale_item(ctx, request->sku, &item, err)
        && bins_put(ctx, request->location, item.id, request->zone, request->bin, err);
}

/* ---- substitutes ---- */

bool substitutes_show(Ctx *ctx, const SubstituteAsk *request, Substitutes *reply, Error *err)
{
    SaleItem item;
    Id      *ids   = NULL;
    size_t   count = 0;
    if (!catalog_sale_item(ctx, request->sku, &item, err)
        || !substitutes_of(ctx, item.id, &ids, &count, err))
        return false;
    reply->sku           = item.sku;
    reply->instead.items = arena_array(ctx->arena, Str, count + 1);
    if (!reply->instead.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        SaleItem other;
        if (!catalog_item_now(ctx, ids[i], &other, err)) return false;
        reply->instead.items[reply->instead.count++] = other.sku;
    }
    return true;
}

bool substitutes_change(Ctx *ctx, const Substitutes *request, Substitutes *reply, Error *err)
{
    SaleItem item, other;
    Id      *ids = arena_array(ctx->arena, Id, request->instead.count + 1);
    if (!ids) return err_memory(err);
    if (!catalog_sale_item(ctx, request->sku, &item, err)) return false;
    for (size_t i = 0; i < request->instead.count; i++) {
        if (!catalog_sale_item(ctx, request->instead.items[i], &other, err)) return false;
        ids[i] = other.id;
        for (size_t k = 0; k < i; k++)
            if (id_eq(ids[k], ids[i]))
                return err_set(err, &ERR_FIELD_INVALID, "instead", "names an item twice");
        if (id_eq(ids[i], item.id))
            return err_set(err, &ERR_FIELD_INVALID, "instead", "an item does not substitute itself");
        if (!other.stocked) return err_set(err, &ERR_FIELD_INVALID, "instead", "only goods can be given");
    }
    *reply = *request;
    return substitutes_put(ctx, item.id, ids, request->instead.count, err);
}

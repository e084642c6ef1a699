/* inventory_api.c — the routes of inventory. See api.def. */
#include "shop/inventory/inventory_inner.h"

#include "all_sql.h"
#include "core/fefo.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#include <stdio.h>
#include <string.h>

#define API_DEF "shop/inventory/api.def"
#define CAPABILITY inventory
#include "shop/api_define.h"

bool inventory_places(Ctx *ctx, Id item, TextList *out, Error *err)
{
    StockPlacesOfRow *rows = NULL;
    StockPlacesOfIn   in   = { ctx->who.merchant, item };
    if (!q_stock_places_of_all(ctx->tx, ctx->arena, &in, &rows, &out->count, err)) return false;
    out->items = arena_array(ctx->arena, Str, out->count + 1);
    for (size_t i = 0; out->items && i < out->count; i++) out->items[i] = rows[i].location;
    return out->items || err_memory(err);
}

StockLevel inventory_shown(Str sku, Str location, const AtpLevel *level)
{
    return stock_shown(sku, location, level);
}

bool stock_item(Ctx *ctx, Str sku, const char *field, Id *item, Error *err)
{
    StockItemOfRow row;
    bool           found = false;
    if (!q_stock_item_of_one(ctx->tx, ctx->arena, &(StockItemOfIn){ ctx->who.merchant, sku }, &row, &found,
                             err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, field, "there is no such item");
    if (!row.stocked)
        return err_set(err, &ERR_STOCK_PLACE, field, "this item is a service: it has no stock");
    *item = row.id;
    return true;
}

static bool outside(Str state)
{
    return str_eq(state, STR("vendor")) || str_eq(state, STR("adjustment")) || str_eq(state, STR("loss"))
        || str_eq(state, STR("production"));
}

/* One end of a movement: outside states have no location, all others a known one. */
static bool check_place(Ctx *ctx, Str location, Str state, const char *field, Error *err)
{
    bool found = false;
    if (outside(state) != (location.len == 0))
        return err_set(err, &ERR_STOCK_PLACE, field,
                       "vendor, adjustment, loss and production have no location, all others have one");
    if (outside(state)) return true;
    if (!location_there(ctx, location, &found, err)) return false;
    return found || err_set(err, &ERR_STOCK_PLACE, field, "there is no such location");
}

/* What a line says of lot, day and serial numbers. */
static bool read_marks(const StockMoveLine *line, StockMarks *out, Error *err)
{
    *out = (StockMarks){ .lot = line->lot, .serials = { line->serials.items, line->serials.count } };
    return !line->expires.len || fefo_day(line->expires, &out->expires_day)
        || err_set(err, &ERR_FIELD_INVALID, "expires", "is no date");
}

static bool move_line(Ctx *ctx, StockDoc *doc, const StockMoveLine *line, size_t i, StockMove *move,
                      Error *err)
{
    char sku[64], from[64], to[64];
    StockMarks *marks = arena_new(ctx->arena, StockMarks);
    (void)snprintf(sku, sizeof sku, "lines[%zu].sku", i);
    (void)snprintf(from, sizeof from, "lines[%zu].from_location", i);
    (void)snprintf(to, sizeof to, "lines[%zu].to_location", i);
    *move = (StockMove){ .sku           = line->sku,
                         .qty           = line->quantity,
                         .from_state    = line->from_state,
                         .to_state      = line->to_state,
                         .from_location = line->from_location.ptr ? line->from_location : STR(""),
                         .to_location   = line->to_location.ptr ? line->to_location : STR("") };
    if (!stock_item(ctx, line->sku, sku, &move->item, err)
        || !check_place(ctx, move->from_location, move->from_state, from, err)
        || !check_place(ctx, move->to_location, move->to_state, to, err))
        return false;
    if (str_eq(move->from_location, move->to_location) && str_eq(move->from_state, move->to_state))
        return err_set(err, &ERR_STOCK_PLACE, to, "is where it came from");
    if (outside(move->from_state) && outside(move->to_state))
        return err_set(err, &ERR_STOCK_PLACE, to, "one end must be a location");
    move->marks = marks;
    if (!marks) return err_memory(err);
    if (read_marks(line, marks, err) && inventory_move(ctx, doc, move, err)) return true;
    return err->def == &ERR_DB_BUSY || !err->field[0] ? false : err_in_list(err, "lines", i);
}

static bool level_now(Ctx *ctx, Id item, Str sku, Str location, StockLevel *out, Error *err)
{
    AtpLevel now;
    if (!inventory_level(ctx, item, location, &now, err)) return false;
    *out = stock_shown(sku, location, &now);
    return true;
}

/* With its reason behind it, where it has one: adjustment.theft. */
static bool move_cause(Ctx *ctx, const StockMoves *request, Str *out, Error *err)
{
    bool needs = str_eq(request->cause, STR("adjustment")) || str_eq(request->cause, STR("damage"));
    *out       = request->cause;
    if (needs != (request->reason.len > 0))
        return err_set(err, &ERR_STOCK_REASON, "reason", needs ? "is needed" : "goes with adjustments only");
    if (needs)
        *out = str_format(ctx->arena, "%.*s.%.*s", STR_FMT(request->cause), STR_FMT(request->reason));
    return out->ptr || err_memory(err);
}

bool stock_move(Ctx *ctx, const StockMoves *request, StockMoved *reply, Error *err)
{
    size_t   count     = request->lines.count;
    StockDoc doc       = { ctx_new_id(ctx), STR_NONE, 0 };
    reply->id          = doc.id;
    reply->items.items = arena_array(ctx->arena, StockLevel, count * 2);
    if (!reply->items.items) return err_memory(err);
    if (!move_cause(ctx, request, &doc.cause, err)) return false;
    for (size_t i = 0; i < count; i++) {
        StockMove   move;
        StockLevel *to = reply->items.items;
        if (!move_line(ctx, &doc, &request->lines.items[i], i, &move, err)) return false;
        bool from_here = move.from_location.len > 0;
        bool to_here   = move.to_location.len > 0 && !str_eq(move.to_location, move.from_location);
        if (from_here
            && !level_now(ctx, move.item, move.sku, move.from_location, &to[reply->items.count++], err))
            return false;
        if (to_here
            && !level_now(ctx, move.item, move.sku, move.to_location, &to[reply->items.count++], err))
            return false;
    }
    Str body = str_format(ctx->arena, "{\"id\":\"%.*s\",\"cause\":\"%.*s\",\"lines\":%zu}",
                          STR_FMT(id_text(ctx->arena, doc.id)), STR_FMT(doc.cause), count);
    Str note = request->note.ptr ? request->note : doc.cause;
    if (!body.ptr) return err_memory(err);
    return audit_append(ctx, STR("stock.move"), doc.id, note, err)
        && events_put(ctx, &EVENT_STOCK_MOVED, doc.id, body, err);
}

bool stock_safety(Ctx *ctx, const SafetyStock *request, StockLevel *reply, Error *err)
{
    Id item;
    if (!stock_item(ctx, request->sku, "sku", &item, err)) return false;
    if (!check_place(ctx, request->location, STR("floor"), "location", err)) return false;
    StockOpenIn      open   = { ctx->who.merchant, item, request->location };
    StockSetSafetyIn in     = { ctx->who.merchant, item, request->location, request->quantity };
    Str              detail = str_format(ctx->arena, "%.*s %lld", STR_FMT(request->location),
                                         (long long)request->quantity);
    if (!detail.ptr) return err_memory(err);
    return q_stock_open_exec(ctx->tx, &open, NULL, err) && q_stock_set_safety_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("stock.safety"), item, detail, err)
        && level_now(ctx, item, request->sku, request->location, reply, err);
}

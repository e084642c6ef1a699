/* inventory_lots.c — lots: what day it is where they stand, what has expired or was called back, and how
 * they are shown. See inventory.h. */
#include "core/fefo.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/inventory/inventory_inner.h"
#include "sys/zone.h"

#include <string.h>

enum { DAY_MS = 86400000, DAYS_STANDARD = 14 };

bool inventory_today(Ctx *ctx, Str location, int64_t *day, Error *err)
{
    StockTimeZoneRow row   = { 0 };
    bool             found = false;
    Zone            *zone  = NULL;
    StockTimeZoneIn  in    = { ctx->who.merchant, location };
    if (!q_stock_time_zone_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *day = ctx->now_ms / DAY_MS;
    if (!found || !row.time_zone.len) return true;
    if (!zone_load(row.time_zone, &zone, err)) return false;
    *day = zone_to_wall(zone, ctx->now_ms) / DAY_MS;
    zone_free(zone);
    return true;
}

/* The day as text; none when it does not expire. */
static Str day_text(Arena *arena, int64_t day)
{
    char text[10];
    return fefo_day_text(day, text) ? str_dup(arena, (Str){ text, sizeof text }) : STR_NONE;
}

/* --- putting apart --- */

typedef struct {
    Id  item;
    Str sku, lot, location;
} LotAt;

/* All of a lot that stands in one state, into quarantine. */
static bool put_apart(Ctx *ctx, StockDoc *doc, const LotAt *at, Str state, int64_t qty, Error *err)
{
    StockMarks marks = { .lot = at->lot };
    StockMove  move  = { .item          = at->item,
                         .sku           = at->sku,
                         .from_location = at->location,
                         .from_state    = state,
                         .to_location   = at->location,
                         .to_state      = STR("quarantine"),
                         .qty           = qty,
                         .is_fact       = true,
                         .marks         = &marks };
    return qty == 0 || inventory_move(ctx, doc, &move, err);
}

static bool tell(Ctx *ctx, const EventDef *event, Str action, Id document, const LotAt *at, Str why,
                 Error *err)
{
    Buf body = buf_make(ctx->arena, 200);
    buf_add(&body, STR("{\"sku\":"));
    buf_json_string(&body, at->sku);
    buf_add(&body, STR(",\"lot\":"));
    buf_json_string(&body, at->lot);
    if (at->location.len) {
        buf_add(&body, STR(",\"location\":"));
        buf_json_string(&body, at->location);
    }
    buf_byte(&body, '}');
    Str detail = str_format(ctx->arena, "%.*s lot %.*s: %.*s", STR_FMT(at->sku), STR_FMT(at->lot),
                            STR_FMT(why));
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, document, detail, err)
        && events_put(ctx, event, document, buf_str(&body), err);
}

bool inventory_may_expire(Ctx *ctx, bool *some, Error *err)
{
    LotsExpiredRow *rows  = NULL;
    size_t          count = 0;
    LotsExpiredIn   in    = { ctx->who.merchant, ctx->now_ms / DAY_MS + 1, 1 };
    if (!q_lots_expired_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    *some = count > 0;
    return true;
}

bool inventory_expire_lots(Ctx *ctx, int64_t limit, int64_t *count, Error *err)
{
    LotsExpiredRow *rows = NULL;
    size_t          n    = 0;
    /* the clocks of the world are up to 14 hours ahead: nowhere is it later than tomorrow */
    LotsExpiredIn in = { ctx->who.merchant, ctx->now_ms / DAY_MS + 1, limit };
    *count           = 0;
    if (!q_lots_expired_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    for (size_t i = 0; i < n; i++) {
        const LotsExpiredRow *r   = &rows[i];
        StockDoc              doc = { ctx_new_id(ctx), STR("expired"), 0 };
        LotAt                 at  = { r->item, r->sku, r->lot, r->location };
        int64_t               day = 0;
        if (!inventory_today(ctx, r->location, &day, err)) return false;
        if (fefo_is_good(r->expires_day, day)) continue;
        if (!put_apart(ctx, &doc, &at, STR("floor"), r->floor, err)
            || !put_apart(ctx, &doc, &at, STR("backroom"), r->backroom, err)
            || !tell(ctx, &EVENT_LOT_EXPIRED, STR("lot.expired"), doc.id, &at, STR("expired"), err))
            return false;
        ++*count;
    }
    return true;
}

/* --- showing --- */

static bool show_places(Ctx *ctx, Id item, Lot *out, Error *err)
{
    LotPlacesRow *rows = NULL;
    LotPlacesIn   in   = { ctx->who.merchant, item, out->lot };
    if (!q_lot_places_all(ctx->tx, ctx->arena, &in, &rows, &out->places.count, err)) return false;
    out->places.items = arena_array(ctx->arena, LotPlace, out->places.count + 1);
    if (!out->places.items) return err_memory(err);
    for (size_t i = 0; i < out->places.count; i++) {
        const LotPlacesRow *r = &rows[i];
        out->places.items[i]  = (LotPlace){ r->location,   r->floor,   r->backroom,  r->picked,
                                            r->in_transit, r->damaged, r->quarantine };
    }
    return true;
}

static bool show(Ctx *ctx, Id item, Str sku, Str lot, Lot *out, Error *err)
{
    LotFindRow r;
    bool       found = false;
    LotFindIn  in    = { ctx->who.merchant, item, lot };
    if (!q_lot_find_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "lot", "there is no such lot");
    *out = (Lot){ .sku           = sku,
                  .lot           = lot,
                  .expires       = day_text(ctx->arena, r.expires_day),
                  .first_seen    = r.made_at_ms,
                  .recalled_at   = r.recalled_at_ms ? r.recalled_at_ms : OPT_NONE,
                  .recall_reason = text_or_none(r.recall_reason) };
    return show_places(ctx, item, out, err);
}

bool lots_show(Ctx *ctx, const LotAsk *request, Lot *reply, Error *err)
{
    Id item;
    return inventory_item_id(ctx, request->sku, &item, err)
        && show(ctx, item, request->sku, request->lot, reply, err);
}

bool lots_list(Ctx *ctx, const LotFind *request, LotList *reply, Error *err)
{
    LotsOfRow *rows  = NULL;
    size_t     count = 0, limit = (size_t)page_limit(request->limit);
    LotsOfIn   in = { .merchant = ctx->who.merchant,
                      .after    = page_after(request->cursor),
                      .limit    = (int64_t)limit + 1 };
    if (!inventory_item_id(ctx, request->sku, &in.item, err)) return false;
    if (!q_lots_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Lot, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        if (!show(ctx, in.item, request->sku, rows[i].lot, &reply->items.items[reply->items.count++],
                  err))
            return false;
    if (count > limit) reply->next_cursor = rows[limit - 1].lot;
    return true;
}

/* A cursor "day item-id location-length location lot" apart. */
static bool expiring_start(Arena *arena, Str cursor, LotsExpiringIn *in, Error *err)
{
    size_t one = str_index(cursor, ' ', 0), two = str_index(cursor, ' ', one + 1);
    size_t three = str_index(cursor, ' ', two + 1);
    Id     item;
    in->after_item = in->after_lot = in->after_location = STR("");
    if (!cursor.len) return true;
    if (three >= cursor.len || !str_to_i64(str_slice(cursor, 0, one), &in->after_day)
        || !id_parse(str_slice(cursor, one + 1, two), &item))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    in->after_item     = str_dup(arena, id_bytes(&item));
    in->after_location = str_slice(cursor, two + 1, three);
    in->after_lot      = str_slice(cursor, three + 1, cursor.len);
    return in->after_item.ptr || err_memory(err);
}

bool lots_expiring(Ctx *ctx, const LotExpiringFind *request, LotExpiringList *reply, Error *err)
{
    LotsExpiringRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    LotsExpiringIn   in = { .merchant  = ctx->who.merchant,
                            .until_day = ctx->now_ms / DAY_MS + opt_or(request->days, DAYS_STANDARD),
                            .location  = text_or_empty(request->location),
                            .limit     = (int64_t)limit + 1 };
    if (!expiring_start(ctx->arena, request->cursor, &in, err)) return false;
    if (!q_lots_expiring_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, LotExpiring, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const LotsExpiringRow *r                 = &rows[i];
        reply->items.items[reply->items.count++] = (LotExpiring){
            r->sku,      r->name,
            r->lot,      day_text(ctx->arena, r->expires_day),
            r->location, r->floor + r->backroom + r->picked
        };
    }
    if (count <= limit) return true;
    const LotsExpiringRow *last = &rows[limit - 1];
    reply->next_cursor = str_format(ctx->arena, "%lld %.*s %.*s %.*s", (long long)last->expires_day,
                                    STR_FMT(id_text(ctx->arena, last->item)), STR_FMT(last->location),
                                    STR_FMT(last->lot));
    return reply->next_cursor.ptr || err_memory(err);
}

/* A cursor "document-id time.n" apart. */
static bool moves_start(Str cursor, LotMovesIn *in, Id *before, Error *err)
{
    size_t dot = str_index(cursor, '.', ID_TEXT_LEN < cursor.len ? ID_TEXT_LEN : cursor.len);
    memset(before->bytes, 0xFF, ID_BYTES);
    in->before_document = id_bytes(before);
    if (!cursor.len) return true;
    if (dot < cursor.len && id_parse(str_slice(cursor, 0, ID_TEXT_LEN), before)
        && str_to_i64(str_slice(cursor, ID_TEXT_LEN, dot), &in->before_ms)
        && str_to_i64(str_slice(cursor, dot + 1, cursor.len), &in->before_n))
        return true;
    return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool lots_moves(Ctx *ctx, const LotAsk *request, StockMoveList *reply, Error *err)
{
    LotMovesRow *rows  = NULL;
    size_t       count = 0, limit = (size_t)page_limit(request->limit);
    Id           before;
    LotMovesIn   in = { .merchant  = ctx->who.merchant,
                        .lot       = request->lot,
                        .before_ms = INT64_MAX,
                        .limit     = (int64_t)limit + 1 };
    if (!inventory_item_id(ctx, request->sku, &in.item, err)
        || !moves_start(request->cursor, &in, &before, err)
        || !q_lot_moves_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, StockMoveRow, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = (StockMoveRow){
            .document      = rows[i].document_id,
            .n             = rows[i].n,
            .quantity      = rows[i].qty,
            .from_location = text_or_none(rows[i].from_location),
            .from_state    = rows[i].from_state,
            .to_location   = text_or_none(rows[i].to_location),
            .to_state      = rows[i].to_state,
            .lot           = request->lot,
            .cause         = rows[i].cause,
            .at            = rows[i].at_ms
        };
    if (count <= limit) return true;
    const LotMovesRow *last = &rows[limit - 1];
    reply->next_cursor      = str_format(ctx->arena, "%.*s%lld.%lld",
                                         STR_FMT(id_text(ctx->arena, last->document_id)),
                                         (long long)last->at_ms, (long long)last->n);
    return reply->next_cursor.ptr || err_memory(err);
}

bool lots_recall(Ctx *ctx, const LotRecall *request, Lot *reply, Error *err)
{
    Id       item;
    StockDoc doc = { ctx_new_id(ctx), STR("recall"), 0 };
    if (!inventory_item_id(ctx, request->sku, &item, err)
        || !show(ctx, item, request->sku, request->lot, reply, err))
        return false;
    LotRecallIn in = { ctx->who.merchant, item, request->lot, ctx->now_ms, request->reason };
    if (!q_lot_recall_exec(ctx->tx, &in, NULL, err)) return false;
    for (size_t i = 0; i < reply->places.count; i++) {
        const LotPlace *place = &reply->places.items[i];
        LotAt           at    = { item, request->sku, request->lot, place->location };
        if (!put_apart(ctx, &doc, &at, STR("floor"), place->floor, err)
            || !put_apart(ctx, &doc, &at, STR("backroom"), place->backroom, err))
            return false;
    }
    LotAt all = { item, request->sku, request->lot, STR("") };
    return tell(ctx, &EVENT_LOT_RECALLED, STR("lot.recalled"), doc.id, &all, request->reason, err)
        && show(ctx, item, request->sku, request->lot, reply, err);
}

/* inventory_serials.c — pieces with a number of their own: where each is, how it came there, and what was
 * sold without its number being named. See inventory.h. Invariants: a piece is in one place; each of its
 * moves begins where the one before ended. */
#include "shop/audit/audit.h"
#include "shop/inventory/inventory_inner.h"
#include "shop/settings/settings.h"

#include <assert.h>

enum { SERIAL_BYTES_MAX = 60, DUE_SHOWN_MAX = 200 };

static bool check_text(Str serial, Error *err)
{
    bool fits = serial.len > 0 && serial.len <= SERIAL_BYTES_MAX && str_eq(serial, str_trim(serial));
    for (size_t i = 0; i < serial.len; i++) fits = fits && (unsigned char)serial.ptr[i] >= ' ';
    return fits
        || err_set(err, &ERR_SERIALS_NEEDED, "serials",
                   "a serial number has 1 to %d bytes, no control characters and no blanks around",
                   SERIAL_BYTES_MAX);
}

static bool find(Ctx *ctx, Id item, Str serial, SerialFindRow *row, bool *found, Error *err)
{
    SerialFindIn in = { ctx->who.merchant, item, serial };
    *row            = (SerialFindRow){ .lot = STR("") };
    return q_serial_find_one(ctx->tx, ctx->arena, &in, row, found, err);
}

bool inventory_item_id(Ctx *ctx, Str sku, Id *item, Error *err)
{
    StockItemOfRow row   = { .stocked = 0 };
    bool           found = false;
    StockItemOfIn  in    = { ctx->who.merchant, sku };
    if (!q_stock_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *item = row.id;
    return found || err_set(err, &ERR_NOT_FOUND, "sku", "there is no such item");
}

bool inventory_knows_serial(Ctx *ctx, Id item, Str serial, bool *known, Error *err)
{
    SerialFindRow row;
    return find(ctx, item, serial, &row, known, err);
}

/* Where a piece is, for people. */
static bool elsewhere(const PieceMove *move, Str serial, const SerialFindRow *row, bool found, Error *err)
{
    if (!found)
        return err_set(err, &ERR_SERIAL_ELSEWHERE, "serials", "%.*s: there is no %.*s",
                       STR_FMT(move->sku), STR_FMT(serial));
    if (!row->location.len)
        return err_set(err, &ERR_SERIAL_ELSEWHERE, "serials",
                       "%.*s: %.*s is not here any more, but with: %.*s", STR_FMT(move->sku),
                       STR_FMT(serial), STR_FMT(row->state));
    return err_set(err, &ERR_SERIAL_ELSEWHERE, "serials", "%.*s: %.*s is in %.*s at %.*s",
                   STR_FMT(move->sku), STR_FMT(serial), STR_FMT(row->state), STR_FMT(row->location));
}

/* What comes in must be new, or come from where it went last; a count may find what was lost. */
static bool may_come(const PieceMove *move, Str serial, const SerialFindRow *row, bool found, Error *err)
{
    if (!found) return true;
    if (row->location.len)
        return err_set(err, &ERR_SERIAL_TAKEN, "serials", "%.*s: %.*s is in %.*s at %.*s already",
                       STR_FMT(move->sku), STR_FMT(serial), STR_FMT(row->state), STR_FMT(row->location));
    bool counted = str_eq(move->from_state, STR("adjustment"))
                && (str_eq(row->state, STR("loss")) || str_eq(row->state, STR("adjustment")));
    return counted || str_eq(row->state, move->from_state)
        || err_set(err, &ERR_SERIAL_TAKEN, "serials", "%.*s: %.*s is known, and went last to: %.*s",
                   STR_FMT(move->sku), STR_FMT(serial), STR_FMT(row->state));
}

bool serial_check(Ctx *ctx, const PieceMove *move, Str serial, StockPiece *out, Error *err)
{
    SerialFindRow row;
    bool          found = false;
    if (!check_text(serial, err) || !find(ctx, move->item, serial, &row, &found, err)) return false;
    *out = (StockPiece){ row.lot, serial, move->from_state, QTY_ONE };
    if (!move->from_location.len) return may_come(move, serial, &row, found, err);
    bool sells = str_eq(row.state, STR("floor")) || str_eq(row.state, STR("backroom"));
    bool fits  = str_eq(move->from_state, STR("sellable")) ? sells : str_eq(row.state, move->from_state);
    out->state = row.state;
    return (found && fits && str_eq(row.location, move->from_location))
        || elsewhere(move, serial, &row, found, err);
}

bool serial_move(Ctx *ctx, const StockDoc *doc, const PieceMove *move, const StockPiece *piece,
                 Error *err)
{
    SerialFindRow row;
    bool          found   = false;
    int64_t       changed = 0;
    if (!find(ctx, move->item, piece->serial, &row, &found, err)) return false;
    SerialPutIn     put  = { ctx->who.merchant, move->item, piece->serial, move->to_location,
                             move->to_state,    piece->lot, doc->id,       ctx->now_ms };
    SerialStepIn    step = { ctx->who.merchant, move->item, piece->serial, row.moves,  move->to_location,
                             move->to_state,    piece->lot, doc->id,       ctx->now_ms };
    SerialMovePutIn way  = { ctx->who.merchant,
                             move->item,
                             piece->serial,
                            found ? row.moves + 1 : 1,
                            found ? row.location : move->from_location,
                            found ? row.state : piece->state,
                             move->to_location,
                             move->to_state,
                             doc->id,
                             doc->cause,
                             ctx->now_ms };
    bool            ok   = found ? q_serial_step_exec(ctx->tx, &step, &changed, err)
                                 : q_serial_put_exec(ctx->tx, &put, &changed, err);
    if (!ok) return false;
    if (changed != 1)
        return err_set(err, &ERR_DB_BUSY, "", "%.*s moves elsewhere just now", STR_FMT(piece->serial));
    return q_serial_move_put_exec(ctx->tx, &way, NULL, err);
}

/* --- sold without a number --- */

bool serials_later(Ctx *ctx, const PieceMove *move, int64_t floor, Pieces *out, Error *err)
{
    int64_t  late = 0;
    Tracking how;
    if (!settings_get(ctx, &SETTING_SERIALS_LATE, &late, err) || !tracking_of(ctx, move->item, &how, err))
        return false;
    if (!late || how.lots || !str_eq(move->to_state, STR("customer")))
        return err_set(err, &ERR_SERIALS_NEEDED, "serials", "%.*s: scan the serial number of each piece",
                       STR_FMT(move->sku));
    int64_t from_floor = floor < move->qty ? floor : move->qty;
    out->items         = arena_array(ctx->arena, StockPiece, 2);
    out->unnamed       = true;
    if (!out->items) return err_memory(err);
    if (from_floor > 0)
        out->items[out->count++] = (StockPiece){ STR(""), STR(""), STR("floor"), from_floor };
    if (move->qty > from_floor)
        out->items[out->count++] = (StockPiece){ STR(""), STR(""), STR("backroom"),
                                                 move->qty - from_floor };
    return true;
}

bool serials_due_put(Ctx *ctx, const StockDoc *doc, const PieceMove *move, const Pieces *pieces,
                     Error *err)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const StockPiece *piece = &pieces->items[i];
        SerialDueAddIn    in    = { ctx->who.merchant, doc->id,    move->item, move->from_location,
                                    piece->state,      piece->qty, ctx->now_ms };
        if (!q_serial_due_add_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

/* Names one piece of what is due: it must still stand, by its number, where a nameless one left. */
static bool name_one(Ctx *ctx, const SerialsLate *request, Id item, const SerialDueOfRow *due,
                     size_t due_count, Str serial, Error *err)
{
    SerialFindRow row;
    bool          found = false;
    StockDoc      doc   = { request->document, STR("sale"), 0 };
    PieceMove     move  = {
             .item = item, .sku = request->sku, .to_location = STR(""), .to_state = STR("customer")
    };
    if (!check_text(serial, err) || !find(ctx, item, serial, &row, &found, err)) return false;
    for (size_t i = 0; found && i < due_count; i++) {
        SerialDueTakeIn take    = { ctx->who.merchant, request->document, item, due[i].location,
                                    due[i].state };
        int64_t         changed = 0;
        if (!str_eq(due[i].location, row.location) || !str_eq(due[i].state, row.state)) continue;
        if (!q_serial_due_take_exec(ctx->tx, &take, &changed, err)) return false;
        StockPiece piece = { row.lot, serial, row.state, QTY_ONE };
        if (changed == 1) return serial_move(ctx, &doc, &move, &piece, err);
    }
    return elsewhere(&move, serial, &row, found, err);
}

bool inventory_name_serials(Ctx *ctx, const SerialsLate *request, SerialsDue *reply, Error *err)
{
    SerialDueOfRow *due   = NULL;
    size_t          count = 0;
    Id              item;
    int64_t         left = 0;
    if (!inventory_item_id(ctx, request->sku, &item, err)) return false;
    SerialDueOfIn of = { ctx->who.merchant, request->document, item };
    if (!q_serial_due_of_all(ctx->tx, ctx->arena, &of, &due, &count, err)) return false;
    if (count == 0)
        return err_set(err, &ERR_NOT_FOUND, "document", "no serial number of this is still to be named");
    for (size_t i = 0; i < request->serials.count; i++)
        if (!name_one(ctx, request, item, due, count, request->serials.items[i], err)) return false;
    for (size_t i = 0; i < count; i++) left += due[i].qty;
    left -= (int64_t)request->serials.count * QTY_ONE;
    *reply     = (SerialsDue){ request->document, request->sku, due[0].location, left, ctx->now_ms };
    Str detail = str_format(ctx->arena, "%.*s: %zu named", STR_FMT(request->sku), request->serials.count);
    if (!detail.ptr) return err_memory(err);
    return audit_append(ctx, STR("serials.name"), request->document, detail, err);
}

bool serials_due_list(Ctx *ctx, const Nothing *request, SerialsDueList *reply, Error *err)
{
    SerialsDueRow *rows = NULL;
    SerialsDueIn   in   = { ctx->who.merchant, DUE_SHOWN_MAX };
    (void)request;
    if (!q_serials_due_all(ctx->tx, ctx->arena, &in, &rows, &reply->items.count, err)) return false;
    reply->items.items = arena_array(ctx->arena, SerialsDue, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++)
        reply->items.items[i] = (SerialsDue){ rows[i].document_id, rows[i].sku, rows[i].location,
                                              rows[i].qty, rows[i].at_ms };
    return true;
}

/* --- looking --- */

static bool history(Ctx *ctx, Id item, Str serial, SerialShown *out, Error *err)
{
    SerialHistoryRow *rows = NULL;
    SerialHistoryIn   in   = { ctx->who.merchant, item, serial };
    if (!q_serial_history_all(ctx->tx, ctx->arena, &in, &rows, &out->history.count, err)) return false;
    out->history.items = arena_array(ctx->arena, SerialStep, out->history.count + 1);
    if (!out->history.items) return err_memory(err);
    for (size_t i = 0; i < out->history.count; i++)
        out->history.items[i] = (SerialStep){ .n             = rows[i].n,
                                              .from_location = text_or_none(rows[i].from_location),
                                              .from_state    = rows[i].from_state,
                                              .to_location   = text_or_none(rows[i].to_location),
                                              .to_state      = rows[i].to_state,
                                              .document      = rows[i].document_id,
                                              .cause         = rows[i].cause,
                                              .at            = rows[i].at_ms };
    return true;
}

bool serials_show(Ctx *ctx, const SerialAsk *request, SerialList *reply, Error *err)
{
    SerialsNamedRow *rows = NULL;
    SerialsNamedIn   in   = { ctx->who.merchant, request->serial };
    if (!q_serials_named_all(ctx->tx, ctx->arena, &in, &rows, &reply->items.count, err)) return false;
    if (reply->items.count == 0)
        return err_set(err, &ERR_NOT_FOUND, "serial", "no piece has this number");
    reply->items.items = arena_array(ctx->arena, SerialShown, reply->items.count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++) {
        const SerialsNamedRow *r = &rows[i];
        reply->items.items[i]    = (SerialShown){ .serial   = request->serial,
                                                  .sku      = r->sku,
                                                  .name     = r->name,
                                                  .location = text_or_none(r->location),
                                                  .state    = r->state,
                                                  .lot      = text_or_none(r->lot),
                                                  .document = r->document_id,
                                                  .at       = r->updated_at_ms };
        if (!history(ctx, r->item, request->serial, &reply->items.items[i], err)) return false;
    }
    return true;
}

bool serials_list(Ctx *ctx, const SerialFind *request, SerialList *reply, Error *err)
{
    SerialsOfRow *rows  = NULL;
    size_t        count = 0, limit = (size_t)page_limit(request->limit);
    SerialsOfIn   in = { .merchant = ctx->who.merchant,
                         .location = text_or_empty(request->location),
                         .state    = text_or_empty(request->state),
                         .after    = page_after(request->cursor),
                         .limit    = (int64_t)limit + 1 };
    if (!inventory_item_id(ctx, request->sku, &in.item, err)) return false;
    if (!q_serials_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, SerialShown, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = (SerialShown){ .serial   = rows[i].serial,
                                                                  .sku      = request->sku,
                                                                  .location = text_or_none(
                                                                      rows[i].location),
                                                                  .state    = rows[i].state,
                                                                  .lot      = text_or_none(rows[i].lot),
                                                                  .document = rows[i].document_id,
                                                                  .at       = rows[i].updated_at_ms };
    if (count > limit) reply->next_cursor = rows[limit - 1].serial;
    return true;
}

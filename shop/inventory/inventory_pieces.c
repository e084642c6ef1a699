/* inventory_pieces.c — goods that are told apart by lots or serial numbers: which of them a move takes,
 * and the move of them. See inventory.h; serial numbers are in inventory_serials.c. The levels of both
 * ends are locked by whoever calls: no lot can change under a choice. */
#include "core/fefo.h"
#include "shop/audit/audit.h"
#include "shop/inventory/inventory_inner.h"

#include <assert.h>
#include <stdio.h>

enum { STATES_MAX = 2 };

bool tracking_of(Ctx *ctx, Id item, Tracking *out, Error *err)
{
    StockTrackingRow row   = { .tracking = STR("none") };
    bool             found = false;
    StockTrackingIn  in    = { ctx->who.merchant, item };
    if (!q_stock_tracking_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = (Tracking){ .lots    = str_starts(row.tracking, STR("lot")),
                       .serials = str_eq(row.tracking, STR("serial"))
                               || str_eq(row.tracking, STR("lot_serial")),
                       .least_days = row.least_days };
    return true;
}

static Str named_lot(const PieceMove *move)
{
    return move->marks ? text_or_empty(move->marks->lot) : STR("");
}

static bool sellable(const PieceMove *move)
{
    return str_eq(move->from_state, STR("sellable"));
}

/* Whether what moves will be a customer's: then it must be good. */
static bool is_sold(const PieceMove *move)
{
    return !move->any_age
        && (str_eq(move->to_state, STR("customer")) || str_eq(move->to_state, STR("picked")));
}

/* The first day on which what moves must not have expired; 0: its age does not matter. */
static bool first_day(Ctx *ctx, const Tracking *how, const PieceMove *move, int64_t *day, Error *err)
{
    *day = 0;
    if (!how->lots || !is_sold(move)) return true;
    if (!inventory_today(ctx, move->from_location, day, err)) return false;
    if (!str_eq(move->from_state, STR("picked")))
        *day += how->least_days; /* it was judged when it was picked */
    return true;
}

static bool may_let_go(Ctx *ctx, Error *err)
{
    return ctx_may(ctx, &PERM_STOCK_EXPIRED)
        || err_set(err, &ERR_PERMISSION_MISSING, "expired_reason", "needs the permission %s",
                   PERM_STOCK_EXPIRED.code);
}

/* Refuses a lot that must not be sold; one that has expired may be let go by a person. */
static bool check_lot(Ctx *ctx, const PieceMove *move, Str lot, int64_t expires_day,
                      int64_t recalled_at_ms, int64_t day, Error *err)
{
    char text[10] = "";
    if (day == 0) return true;
    if (recalled_at_ms > 0)
        return err_set(err, &ERR_LOT_RECALLED, "lot", "%.*s: the lot %.*s was called back",
                       STR_FMT(move->sku), STR_FMT(lot));
    if (fefo_is_good(expires_day, day)) return true;
    if (move->marks && move->marks->expired_reason.len) return may_let_go(ctx, err);
    bool known = fefo_day_text(expires_day, text);
    return err_set(err, &ERR_LOT_EXPIRED, "lot", "%.*s: the lot %.*s is good until %.*s only",
                   STR_FMT(move->sku), STR_FMT(lot), known ? 10 : 0, text);
}

/* --- choosing lots --- */

static int64_t lot_in(const StockLotsAtRow *row, Str state)
{
    if (str_eq(state, STR("floor"))) return row->floor;
    if (str_eq(state, STR("backroom"))) return row->backroom;
    if (str_eq(state, STR("picked"))) return row->picked;
    if (str_eq(state, STR("in_transit"))) return row->in_transit;
    if (str_eq(state, STR("damaged"))) return row->damaged;
    if (str_eq(state, STR("quarantine"))) return row->quarantine;
    UNREACHABLE();
}

static size_t states_of(const PieceMove *move, Str states[STATES_MAX])
{
    states[0] = sellable(move) ? STR("floor") : move->from_state;
    states[1] = STR("backroom");
    return sellable(move) ? 2 : 1;
}

/* What to say when less was found than wanted: expired, called back, or simply not there. */
static bool say_short(Ctx *ctx, const PieceMove *move, const StockLotsAtRow *rows, size_t count,
                      FefoPiece *pieces, size_t piece_count, int64_t day, Error *err)
{
    int64_t got = fefo_take(pieces, piece_count, move->qty, day);
    if (named_lot(move).len && count == 0)
        return err_set(err, &ERR_LOT_UNKNOWN, "lot", "%.*s: the lot %.*s is not at %.*s",
                       STR_FMT(move->sku), STR_FMT(named_lot(move)), STR_FMT(move->from_location));
    for (size_t i = 0; i < count && day > 0 && got == 0; i++)
        if (lot_in(&rows[i], sellable(move) ? STR("floor") : move->from_state)
                    + (sellable(move) ? rows[i].backroom : 0)
                > 0
            && !check_lot(ctx, move, rows[i].lot, rows[i].expires_day, rows[i].recalled_at_ms, day, err))
            return false;
    (void)err_set(err, &ERR_STOCK_SHORT, "quantity", "%.*s: %lld.%03lld of it at %.*s can be taken",
                  STR_FMT(move->sku), (long long)(got / QTY_ONE), (long long)(got % QTY_ONE),
                  STR_FMT(move->from_location));
    err->extra = str_format(ctx->arena, "\"available_milli\":%lld", (long long)got);
    return false;
}

static bool plan_lots(Ctx *ctx, const PieceMove *move, int64_t day, Pieces *out, Error *err)
{
    StockLotsAtRow *rows  = NULL;
    size_t          count = 0, n = 0;
    Str             states[STATES_MAX];
    size_t          state_count = states_of(move, states);
    StockLotsAtIn   in          = { ctx->who.merchant, move->item, move->from_location, named_lot(move) };
    if (!q_stock_lots_at_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    FefoPiece *pieces = arena_array(ctx->arena, FefoPiece, count * STATES_MAX + 1);
    out->items        = arena_array(ctx->arena, StockPiece, count * STATES_MAX + 1);
    if (!pieces || !out->items) return err_memory(err);
    bool let_go = in.lot.len && move->marks->expired_reason.len;
    for (size_t i = 0; i < count; i++)
        for (size_t s = 0; s < state_count; s++)
            if (day == 0 || rows[i].recalled_at_ms == 0)
                pieces[n++] = (FefoPiece){ rows[i].lot, rows[i].expires_day, (int64_t)s,
                                           lot_in(&rows[i], states[s]), 0 };
    if (let_go && day > 0 && !may_let_go(ctx, err)) return false;
    if (fefo_take(pieces, n, move->qty, let_go ? 0 : day) < move->qty)
        return say_short(ctx, move, rows, count, pieces, n, let_go ? 0 : day, err);
    for (size_t i = 0; i < n; i++)
        if (pieces[i].taken > 0)
            out->items[out->count++] = (StockPiece){ pieces[i].lot, STR(""), states[pieces[i].rank],
                                                     pieces[i].taken };
    return true;
}

/* --- serial numbers --- */

/* Whether each unit has one number, and none is there twice. */
static bool check_serials(const PieceMove *move, Error *err)
{
    const TextList *named = &move->marks->serials;
    if ((int64_t)named->count * QTY_ONE != move->qty)
        return err_set(err, &ERR_SERIALS_NEEDED, "serials",
                       "%.*s: name exactly one serial number for each piece", STR_FMT(move->sku));
    for (size_t i = 0; i < named->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(named->items[i], named->items[k]))
                return err_set(err, &ERR_SERIALS_NEEDED, "serials", "%.*s: %.*s is there twice",
                               STR_FMT(move->sku), STR_FMT(named->items[i]));
    return true;
}

/* All that stand there, when all of them leave. */
static bool plan_all_serials(Ctx *ctx, const PieceMove *move, int64_t floor, Pieces *out, Error *err)
{
    SerialsAtRow *rows  = NULL;
    size_t        count = 0;
    SerialsAtIn   in    = { ctx->who.merchant, move->item,      move->from_location,
                            move->from_state,  named_lot(move), move->qty / QTY_ONE + 1 };
    if (sellable(move)) return serials_later(ctx, move, floor, out, err);
    if (!q_serials_at_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if ((int64_t)count * QTY_ONE != move->qty)
        return err_set(err, &ERR_SERIALS_NEEDED, "serials", "%.*s: name the serial numbers of what moves",
                       STR_FMT(move->sku));
    out->items = arena_array(ctx->arena, StockPiece, count);
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        out->items[out->count++] = (StockPiece){ rows[i].lot, rows[i].serial, move->from_state, QTY_ONE };
    return true;
}

static bool plan_serials(Ctx *ctx, const Tracking *how, const PieceMove *move, int64_t floor, int64_t day,
                         Pieces *out, Error *err)
{
    LotFindRow lot   = { 0 };
    bool       found = false;
    Str        named = named_lot(move);
    if (!move->marks || move->marks->serials.count == 0) {
        if (!plan_all_serials(ctx, move, floor, out, err)) return false;
    } else {
        if (!check_serials(move, err)) return false;
        out->items = arena_array(ctx->arena, StockPiece, move->marks->serials.count);
        if (!out->items) return err_memory(err);
        for (size_t i = 0; i < move->marks->serials.count; i++)
            if (!serial_check(ctx, move, move->marks->serials.items[i], &out->items[out->count++], err))
                return false;
    }
    for (size_t i = 0; how->lots && i < out->count; i++) {
        const StockPiece *piece = &out->items[i];
        LotFindIn         in    = { ctx->who.merchant, move->item, piece->lot };
        if (named.len && !str_eq(named, piece->lot))
            return err_set(err, &ERR_LOT_UNKNOWN, "lot", "%.*s: %.*s is of the lot %.*s",
                           STR_FMT(move->sku), STR_FMT(piece->serial), STR_FMT(piece->lot));
        if (i > 0 && str_eq(out->items[i - 1].lot, piece->lot)) continue;
        if (!q_lot_find_one(ctx->tx, ctx->arena, &in, &lot, &found, err)
            || !check_lot(ctx, move, piece->lot, lot.expires_day, lot.recalled_at_ms, day, err))
            return false;
    }
    return true;
}

/* --- what comes in --- */

/* The lot is put down, or is as it was; what was called back does not come among what is sold. */
static bool take_lot_in(Ctx *ctx, const PieceMove *move, Str lot, Error *err)
{
    LotFindRow known   = { 0 };
    bool       found   = false;
    int64_t    expires = move->marks ? move->marks->expires_day : 0;
    LotFindIn  in      = { ctx->who.merchant, move->item, lot };
    if (lot.len > 40 || !str_eq(lot, str_trim(lot)))
        return err_set(err, &ERR_LOT_UNKNOWN, "lot", "must have at most 40 bytes and no blanks around");
    if (!q_lot_find_one(ctx->tx, ctx->arena, &in, &known, &found, err)) return false;
    bool sells = str_eq(move->to_state, STR("floor")) || str_eq(move->to_state, STR("backroom"));
    if (found && known.recalled_at_ms > 0 && sells)
        return err_set(err, &ERR_LOT_RECALLED, "lot", "%.*s: the lot %.*s was called back",
                       STR_FMT(move->sku), STR_FMT(lot));
    if (found && expires > 0 && known.expires_day > 0 && known.expires_day != expires)
        return err_set(err, &ERR_LOT_DATE, "expires", "%.*s: the lot %.*s came with another date before",
                       STR_FMT(move->sku), STR_FMT(lot));
    if (found && (expires == 0 || known.expires_day == expires)) return true;
    LotPutIn       put  = { ctx->who.merchant, move->item, lot, expires, ctx->now_ms };
    StockLotDateIn date = { ctx->who.merchant, move->item, lot, expires };
    return q_lot_put_exec(ctx->tx, &put, NULL, err)
        && (!found || q_stock_lot_date_exec(ctx->tx, &date, NULL, err));
}

/* A count that finds more and names no lot: most likely of the lot that there is most of. */
static bool likely_lot(Ctx *ctx, const PieceMove *move, Str *lot, Error *err)
{
    StockLotsAtRow *rows  = NULL;
    size_t          count = 0;
    int64_t         most  = 0;
    StockLotsAtIn   in    = { ctx->who.merchant, move->item, move->to_location, STR("") };
    if (!str_eq(move->from_state, STR("adjustment"))) return true;
    if (!q_stock_lots_at_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        int64_t here = rows[i].floor + rows[i].backroom;
        if (rows[i].recalled_at_ms > 0 || here <= most) continue;
        most = here;
        *lot = rows[i].lot;
    }
    return true;
}

static bool plan_incoming(Ctx *ctx, const Tracking *how, const PieceMove *move, Pieces *out, Error *err)
{
    Str    lot    = how->lots ? named_lot(move) : STR("");
    size_t pieces = how->serials && move->marks ? move->marks->serials.count : 1;
    out->items    = arena_array(ctx->arena, StockPiece, pieces + 1);
    if (!out->items) return err_memory(err);
    if (how->lots && !how->serials && !lot.len && !likely_lot(ctx, move, &lot, err)) return false;
    if (!how->serials)
        out->items[out->count++] = (StockPiece){ lot, STR(""), move->from_state, move->qty };
    if (how->serials && pieces == 0)
        return err_set(err, &ERR_SERIALS_NEEDED, "serials", "%.*s: name the serial numbers of what comes",
                       STR_FMT(move->sku));
    if (how->serials && (!move->marks || !check_serials(move, err)))
        return err->def ? false
                        : err_set(err, &ERR_SERIALS_NEEDED, "serials", "%.*s: name the serial numbers",
                                  STR_FMT(move->sku));
    for (size_t i = 0; how->serials && i < pieces; i++) {
        StockPiece *piece = &out->items[out->count++];
        if (!serial_check(ctx, move, move->marks->serials.items[i], piece, err)) return false;
        if (!how->lots) piece->lot = STR("");
        if (lot.len && piece->lot.len && !str_eq(lot, piece->lot))
            return err_set(err, &ERR_LOT_UNKNOWN, "lot", "%.*s: %.*s is of the lot %.*s",
                           STR_FMT(move->sku), STR_FMT(piece->serial), STR_FMT(piece->lot));
        if (!piece->lot.len) piece->lot = lot;
    }
    for (size_t i = 0; how->lots && i < out->count; i++) {
        Str of = out->items[i].lot;
        if (!of.len)
            return err_set(err, &ERR_LOT_NEEDED, "lot", "%.*s: name the lot of what comes",
                           STR_FMT(move->sku));
        if ((i == 0 || !str_eq(of, out->items[i - 1].lot)) && !take_lot_in(ctx, move, of, err))
            return false;
    }
    return true;
}

bool pieces_plan(Ctx *ctx, const Tracking *how, const PieceMove *move, const AtpLevel *from, Pieces *out,
                 Error *err)
{
    int64_t day = 0;
    *out        = (Pieces){ 0 };
    assert(how->lots || how->serials);
    if (!move->from_location.len) return plan_incoming(ctx, how, move, out, err);
    if (!first_day(ctx, how, move, &day, err)) return false;
    if (how->serials) return plan_serials(ctx, how, move, from ? from->floor : 0, day, out, err);
    return plan_lots(ctx, move, day, out, err);
}

/* --- moving --- */

static bool change_lot(Ctx *ctx, const PieceMove *move, Str lot, Str from_state, int64_t qty, Error *err)
{
    bool         within  = str_eq(move->from_location, move->to_location);
    LevelChange  from    = level_change_at(ctx, move->item, move->from_location);
    LevelChange  to      = level_change_at(ctx, move->item, move->to_location);
    LevelChange *other   = within ? &from : &to;
    int64_t      changed = 0;
    if (move->from_location.len) *level_state(&from, from_state) -= qty;
    if (move->to_location.len) *level_state(other, move->to_state) += qty;
    StockLotChangeIn out  = { ctx->who.merchant, move->item,     move->from_location, lot,
                              from.floor,        from.backroom,  from.picked,         from.in_transit,
                              from.damaged,      from.quarantine };
    StockLotChangeIn in   = { ctx->who.merchant, move->item, move->to_location, lot,        to.floor,
                              to.backroom,       to.picked,  to.in_transit,     to.damaged, to.quarantine };
    StockLotOpenIn   open = { ctx->who.merchant, move->item, move->to_location, lot };
    if (move->from_location.len
        && (!q_stock_lot_change_exec(ctx->tx, &out, &changed, err) || changed != 1))
        return err->def ? false : err_set(err, &ERR_LOT_UNKNOWN, "lot", "the lot is not there");
    if (!move->to_location.len || within) return true;
    return q_stock_lot_open_exec(ctx->tx, &open, NULL, err)
        && q_stock_lot_change_exec(ctx->tx, &in, NULL, err);
}

/* Writes down that a person let an expired lot go. */
static bool keep_override(Ctx *ctx, const StockDoc *doc, const PieceMove *move, Str lot, Error *err)
{
    LotFindRow row   = { 0 };
    bool       found = false;
    int64_t    day   = 0;
    LotFindIn  in    = { ctx->who.merchant, move->item, lot };
    if (!move->marks || !move->marks->expired_reason.len || !is_sold(move)) return true;
    if (!q_lot_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)
        || !inventory_today(ctx, move->from_location, &day, err))
        return false;
    if (fefo_is_good(row.expires_day, day)) return true;
    LotOverridePutIn put = { ctx->who.merchant, doc->id,
                             move->item,        lot,
                             row.expires_day,   move->marks->expired_reason,
                             ctx->who.api_key,  ctx->now_ms };
    Str detail           = str_format(ctx->arena, "%.*s lot %.*s: %.*s", STR_FMT(move->sku), STR_FMT(lot),
                                      STR_FMT(put.reason));
    if (!detail.ptr) return err_memory(err);
    return q_lot_override_put_exec(ctx->tx, &put, NULL, err)
        && audit_append(ctx, STR("stock.expired_sold"), doc->id, detail, err);
}

/* One row of the ledger for each lot and state that something left. */
static bool apply_group(Ctx *ctx, StockDoc *doc, const Tracking *how, const PieceMove *move,
                        const StockPiece *piece, int64_t qty, Error *err)
{
    StockMove row = { .item          = move->item,
                      .from_location = move->from_location,
                      .from_state    = piece->state,
                      .to_location   = move->to_location,
                      .to_state      = move->to_state,
                      .qty           = qty };
    if (how->lots
        && (!change_lot(ctx, move, piece->lot, piece->state, qty, err)
            || !keep_override(ctx, doc, move, piece->lot, err)))
        return false;
    return ledger_append_lot(ctx, doc, &row, piece->lot, err);
}

bool pieces_apply(Ctx *ctx, StockDoc *doc, const Tracking *how, const PieceMove *move,
                  const Pieces *pieces, Error *err)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const StockPiece *piece = &pieces->items[i];
        int64_t           qty   = 0;
        bool              later = false;
        for (size_t k = 0; k < pieces->count; k++) {
            const StockPiece *other = &pieces->items[k];
            bool              same = str_eq(other->lot, piece->lot) && str_eq(other->state, piece->state);
            later                  = later || (same && k < i);
            if (same) qty += other->qty;
        }
        if (!later && !apply_group(ctx, doc, how, move, piece, qty, err)) return false;
    }
    for (size_t i = 0; how->serials && i < pieces->count; i++)
        if (pieces->items[i].serial.len && !serial_move(ctx, doc, move, &pieces->items[i], err))
            return false;
    if (pieces->unnamed && !serials_due_put(ctx, doc, move, pieces, err)) return false;
    if (move->marks) {
        move->marks->taken       = pieces->items;
        move->marks->taken_count = pieces->count;
    }
    return true;
}

int64_t pieces_in(const Pieces *pieces, Str state)
{
    int64_t sum = 0;
    for (size_t i = 0; i < pieces->count; i++)
        if (str_eq(pieces->items[i].state, state)) sum += pieces->items[i].qty;
    return sum;
}

bool pieces_move(Ctx *ctx, StockDoc *doc, const PieceMove *move, Error *err)
{
    Tracking how;
    Pieces   pieces;
    return tracking_of(ctx, move->item, &how, err) && pieces_plan(ctx, &how, move, NULL, &pieces, err)
        && pieces_apply(ctx, doc, &how, move, &pieces, err);
}

/* Puts the line of a request before the field of a refusal. */
static bool at_line(size_t line, Error *err)
{
    char field[sizeof err->field];
    (void)snprintf(field, sizeof field, "lines[%zu].%.60s", line, err->field);
    if (err->def != &ERR_DB_BUSY && err->def != &ERR_MEMORY) memcpy(err->field, field, sizeof field);
    return false;
}

bool pieces_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, const AtpLevel *level, Str to_location,
                 Str to_state, LevelChange *change, Error *err)
{
    Tracking  how;
    Pieces    pieces;
    PieceMove move = { .item          = want->item,
                       .sku           = want->sku,
                       .from_location = want->location,
                       .from_state    = STR("sellable"),
                       .to_location   = to_location,
                       .to_state      = to_state,
                       .qty           = want->qty,
                       .marks         = want->marks };
    if (!tracking_of(ctx, want->item, &how, err)) return false;
    if (!pieces_plan(ctx, &how, &move, level, &pieces, err)) return at_line(want->line, err);
    change->floor -= pieces_in(&pieces, STR("floor"));
    change->backroom -= pieces_in(&pieces, STR("backroom"));
    if (to_location.len) *level_state(change, to_state) += want->qty;
    return level_apply(ctx, change, err) && pieces_apply(ctx, doc, &how, &move, &pieces, err);
}

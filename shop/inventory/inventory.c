/* inventory.c — the stock ledger and the levels. See inventory.h; claims are in inventory_claims.c.
 * A level is changed by one conditional UPDATE where that is enough; otherwise its row is locked, judged and
 * changed: two who want the last piece cannot both get it. */
#include "shop/inventory/inventory_inner.h"

#include <assert.h>
#include <stdio.h>

/* Whether a state counts in what may be promised. */
static bool counts_in_promise(Str state)
{
    return str_eq(state, STR("floor")) || str_eq(state, STR("backroom")) || str_eq(state, STR("held"))
        || str_eq(state, STR("committed")) || str_eq(state, STR("backordered"));
}

bool ledger_append_lot(Ctx *ctx, StockDoc *doc, const StockMove *move, Str lot, Error *err)
{
    StockMovePutIn in = {
        ctx->who.merchant, move->item,        ctx->now_ms,    doc->id,   0,   move->from_location,
        move->from_state,  move->to_location, move->to_state, move->qty, lot, doc->cause
    };
    for (int64_t put = 0; put == 0;) { /* a document may move at two times within one millisecond */
        in.n = ++doc->n;
        if (!q_stock_move_put_exec(ctx->tx, &in, &put, err)) return false;
    }
    bool from = counts_in_promise(move->from_state), to = counts_in_promise(move->to_state);
    return (!from || !move->from_location.len || feed_note(ctx, move->item, move->from_location, err))
        && (!to || !move->to_location.len || (from && str_eq(move->from_location, move->to_location))
            || feed_note(ctx, move->item, move->to_location, err));
}

bool ledger_append(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err)
{
    return ledger_append_lot(ctx, doc, move, STR(""), err);
}

bool ledger_promise(Ctx *ctx, StockDoc *doc, Id item, Str location, Str state, int64_t change, Error *err)
{
    StockMove move = { .item          = item,
                       .from_location = STR(""),
                       .from_state    = STR("promise"),
                       .to_location   = location,
                       .to_state      = state,
                       .qty           = change };
    if (change < 0)
        move = (StockMove){ .item          = item,
                            .from_location = location,
                            .from_state    = state,
                            .to_location   = STR(""),
                            .to_state      = STR("promise"),
                            .qty           = -change };
    return change == 0 || ledger_append(ctx, doc, &move, err);
}

bool ledger_sale(Ctx *ctx, StockDoc *doc, const StockWant *want, Str state, int64_t qty, Error *err)
{
    if (qty == 0) return true;
    StockMove move = { .item          = want->item,
                       .from_location = want->location,
                       .from_state    = state,
                       .to_location   = STR(""),
                       .to_state      = STR("customer"),
                       .qty           = qty };
    return ledger_append(ctx, doc, &move, err);
}

LevelChange level_change_at(Ctx *ctx, Id item, Str location)
{
    return (
        LevelChange){ .merchant = ctx->who.merchant, .item = item, .location = location, .tracked = -1 };
}

int64_t *level_state(LevelChange *change, Str state)
{
    if (str_eq(state, STR("floor"))) return &change->floor;
    if (str_eq(state, STR("backroom"))) return &change->backroom;
    if (str_eq(state, STR("picked"))) return &change->picked;
    if (str_eq(state, STR("in_transit"))) return &change->in_transit;
    if (str_eq(state, STR("damaged"))) return &change->damaged;
    if (str_eq(state, STR("quarantine"))) return &change->quarantine;
    if (str_eq(state, STR("held"))) return &change->held;
    if (str_eq(state, STR("committed"))) return &change->committed;
    if (str_eq(state, STR("backordered"))) return &change->backordered;
    if (str_eq(state, STR("on_order"))) return &change->on_order;
    UNREACHABLE();
}

bool level_lock_tracked(Ctx *ctx, Id item, Str location, AtpLevel *out, bool *tracked, Error *err)
{
    StockLockRow r     = { .safety = -1 };
    bool         found = false;
    StockLockIn  in    = { ctx->who.merchant, item, location };
    if (!q_stock_lock_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    *out = (AtpLevel){ r.floor, r.backroom,  r.picked,      r.in_transit, r.damaged, r.quarantine,
                       r.held,  r.committed, r.backordered, r.on_order,   r.kept,    r.safety };
    *tracked = r.tracked;
    return true;
}

bool level_lock(Ctx *ctx, Id item, Str location, AtpLevel *out, Error *err)
{
    bool tracked = false;
    return level_lock_tracked(ctx, item, location, out, &tracked, err);
}

bool level_apply(Ctx *ctx, const LevelChange *change, Error *err)
{
    StockOpenIn open    = { change->merchant, change->item, change->location };
    int64_t     changed = 0;
    if (!q_stock_change_exec(ctx->tx, change, &changed, err)) return false;
    if (changed == 1) return true;
    return q_stock_open_exec(ctx->tx, &open, NULL, err) && q_stock_change_exec(ctx->tx, change, NULL, err);
}

bool stock_short(Ctx *ctx, const StockWant *want, int64_t available, Error *err)
{
    char field[64];
    if (available < 0) available = 0;
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", want->line);
    (void)err_set(err, &ERR_STOCK_SHORT, field, "%.*s: %lld.%03lld available at %.*s", STR_FMT(want->sku),
                  (long long)(available / QTY_ONE), (long long)(available % QTY_ONE),
                  STR_FMT(want->location));
    err->extra = str_format(ctx->arena, "\"available_milli\":%lld", (long long)available);
    return false;
}

/* Out of floor and backroom, or out of a channel's share: with the level locked. */
static bool sell_locked(Ctx *ctx, StockDoc *doc, const StockWant *want, Str to_location, Str to_state,
                        Error *err)
{
    AtpLevel    level;
    bool        tracked = false;
    AtpShare    share  = { 0 };
    int64_t     used   = 0;
    LevelChange change = level_change_at(ctx, want->item, want->location);
    if (!level_lock_tracked(ctx, want->item, want->location, &level, &tracked, err)
        || !share_find(ctx, want->item, want->location, &want->terms, &level, &share, err))
        return false;
    int64_t available = atp(&level, &want->terms, &share);
    int64_t there     = level.floor + level.backroom;
    if (available > there) available = there;
    if (available < want->qty) return stock_short(ctx, want, available, err);
    if (!share_use(ctx, want, &share, &used, &change, err)) return false;
    if (tracked) return pieces_sell(ctx, doc, want, &level, to_location, to_state, &change, err);
    int64_t from_floor = level.floor < want->qty ? level.floor : want->qty;
    change.floor       = -from_floor;
    change.backroom    = from_floor - want->qty;
    if (to_location.len) *level_state(&change, to_state) += want->qty;
    StockMove move = { .item          = want->item,
                       .from_location = want->location,
                       .from_state    = STR("floor"),
                       .to_location   = to_location,
                       .to_state      = to_state,
                       .qty           = from_floor };
    if (!level_apply(ctx, &change, err) || (from_floor > 0 && !ledger_append(ctx, doc, &move, err)))
        return false;
    move.from_state = STR("backroom");
    move.qty        = want->qty - from_floor;
    return move.qty == 0 || ledger_append(ctx, doc, &move, err);
}

bool inventory_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err)
{
    int64_t     changed = 0;
    StockSellIn in      = { ctx->who.merchant,        want->item,         want->location,    want->qty,
                            want->terms.keeps_safety, want->terms.safety, want->terms.buffer };
    assert(want->qty > 0);
    if (want->terms.hard) return sell_locked(ctx, doc, want, STR(""), STR("customer"), err);
    if (!q_stock_sell_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) return ledger_sale(ctx, doc, want, STR("floor"), want->qty, err);
    return sell_locked(ctx, doc, want, STR(""), STR("customer"), err);
}

bool inventory_pick(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err)
{
    assert(want->qty > 0);
    return sell_locked(ctx, doc, want, want->location, STR("picked"), err);
}

/* Checks that a state has what should leave it, and that claims keep their goods. */
static bool may_leave(Ctx *ctx, const StockMove *move, Error *err)
{
    AtpLevel    level;
    LevelChange now   = { 0 };
    bool        sells = str_eq(move->from_state, STR("floor")) || str_eq(move->from_state, STR("backroom"));
    bool        stays = str_eq(move->to_location, move->from_location)
              && (str_eq(move->to_state, STR("floor")) || str_eq(move->to_state, STR("backroom")));
    if (!level_lock(ctx, move->item, move->from_location, &level, err)) return false;
    now         = (LevelChange){ .floor      = level.floor,
                                 .backroom   = level.backroom,
                                 .picked     = level.picked,
                                 .in_transit = level.in_transit,
                                 .damaged    = level.damaged,
                                 .quarantine = level.quarantine };
    bool enough = *level_state(&now, move->from_state) >= move->qty;
    bool claims = !sells || stays || move->is_fact
               || level.floor + level.backroom - move->qty >= level.held + level.committed;
    if (enough && claims) return true;
    return err_set(err, &ERR_STOCK_SHORT, "", "%.*s: less is free in %.*s at %.*s than should leave",
                   STR_FMT(move->sku), STR_FMT(move->from_state), STR_FMT(move->from_location));
}

bool inventory_move(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err)
{
    assert(move->qty > 0);
    bool        within = str_eq(move->from_location, move->to_location);
    LevelChange from   = level_change_at(ctx, move->item, move->from_location);
    Tracking    how;
    LevelChange to     = level_change_at(ctx, move->item, move->to_location);
    if (!tracking_of(ctx, move->item, &how, err)) return false;
    to.tracked = how.lots || how.serials;
    if (move->from_location.len) {
        if (!may_leave(ctx, move, err)) return false;
        *level_state(&from, move->from_state) -= move->qty;
        if (within) *level_state(&from, move->to_state) += move->qty;
        if (!level_apply(ctx, &from, err)) return false;
    }
    if (move->to_location.len && !within) {
        *level_state(&to, move->to_state) += move->qty;
        if (!level_apply(ctx, &to, err)) return false;
    }
    if (!how.lots && !how.serials) return ledger_append(ctx, doc, move, err);
    PieceMove pieces = { .item          = move->item,
                         .sku           = move->sku,
                         .from_location = move->from_location,
                         .from_state    = move->from_state,
                         .to_location   = move->to_location,
                         .to_state      = move->to_state,
                         .qty           = move->qty,
                         .any_age       = move->is_fact,
                         .marks         = move->marks };
    return pieces_move(ctx, doc, &pieces, err);
}

bool inventory_expect(Ctx *ctx, StockDoc *doc, Id item, Str location, int64_t change, Error *err)
{
    LevelChange by = level_change_at(ctx, item, location);
    by.on_order    = change;
    return level_apply(ctx, &by, err)
        && ledger_promise(ctx, doc, item, location, STR("on_order"), change, err);
}

bool inventory_level(Ctx *ctx, Id item, Str location, AtpLevel *out, Error *err)
{
    StockGetRow r     = { .safety = -1 };
    bool        found = false;
    StockGetIn  in    = { ctx->who.merchant, item, location };
    if (!q_stock_get_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    *out = (AtpLevel){ r.floor, r.backroom,  r.picked,      r.in_transit, r.damaged, r.quarantine,
                       r.held,  r.committed, r.backordered, r.on_order,   r.kept,    r.safety };
    return true;
}

bool inventory_is_counted(Ctx *ctx, Id item, bool *yes, Error *err)
{
    StockCountedRow row   = { 0 };
    bool            found = false;
    if (!q_stock_counted_one(ctx->tx, ctx->arena, &(StockCountedIn){ ctx->who.merchant, item }, &row,
                             &found, err))
        return false;
    *yes = found && row.stocked != 0;
    return true;
}

/* close_location.c — a location closes: it sells nothing more, carts lose what they hold there, deliveries
 * that nobody has begun come from elsewhere, its stock goes back by transfers, its cash is counted and taken
 * out, its keys are revoked. Each call does what can be done by then; when nothing is left it is closed. */
#include "flows/close_location.h"

#include "all_sql.h"
#include "core/machine.h"
#include "flows/fulfil.h"
#include "flows/sale.h"
#include "shop/availability/availability.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "shop/ledger/ledger.h"
#include "shop/locations/locations.h"
#include "shop/openings/openings.h"
#include "shop/tills/tills.h"
#include "shop/transfers/transfers.h"

enum { TRANSFER_LINES = 500, CLOSING_SHOWN = 200, DUE_MAX = 100, DUE_EVERY_MS = 60000, DUE_WITHIN_MS = 5000 };

static bool check_target(Ctx *ctx, Str closing, Str target, const char *field, Error *err)
{
    Location place;
    bool     found = false;
    if (!locations_find(ctx, target, &place, &found, err)) return false;
    if (found && place.active && !str_eq(target, closing)) return true;
    return err_set(err, &ERR_CLOSING_TARGET, field, "must be another location, one that is open");
}

/* The place and the channel of its own. */
static bool stop_selling(Ctx *ctx, const LocationLife *life, Error *err)
{
    Location place;
    Channel  channel;
    bool     found = false;
    if (!locations_find(ctx, life->code, &place, &found, err)) return false;
    if (found && place.active) {
        place.active = false;
        if (!locations_put(ctx, &place, err)) return false;
    }
    if (!life->channel.len) return true;
    if (!channels_find(ctx, life->channel, &channel, &found, err)) return false;
    if (!found || !channel.active) return true;
    channel.active = false;
    return channels_put(ctx, &channel, err);
}

static bool revoke_keys(Ctx *ctx, Str location, Error *err)
{
    ClosingKeysRow *rows  = NULL;
    size_t          count = 0;
    ClosingKeysIn   in    = { ctx->who.merchant, location };
    if (!q_closing_keys_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!identity_revoke_key(ctx, rows[i].id, err)) return false;
    return true;
}

static bool release_holds(Ctx *ctx, Str location, Error *err)
{
    ClosingHoldsRow *rows  = NULL;
    size_t           count = 0;
    ClosingHoldsIn   in    = { ctx->who.merchant, location };
    if (!q_closing_holds_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        ById by   = { rows[i].id };
        Hold gone = { .state = STR_NONE };
        if (!holds_release(ctx, &by, &gone, err)) return false;
    }
    return true;
}

/* What nobody has begun comes from elsewhere. */
static bool reject_deliveries(Ctx *ctx, Str location, Error *err)
{
    ClosingFulfilmentsRow *rows  = NULL;
    size_t                 count = 0;
    ClosingFulfilmentsIn   in    = { ctx->who.merchant, location };
    if (!q_closing_fulfilments_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        CallOff    off   = { .id = rows[i].id, .reason = STR("the location closes") };
        Fulfilment shown = { .state = STR_NONE };
        if (!fulfil_reject(ctx, &off, &shown, err)) return false;
    }
    return true;
}

static bool drop_shares(Ctx *ctx, Str location, Error *err)
{
    ClosingSharesRow *rows  = NULL;
    size_t            count = 0;
    bool              found = false;
    ClosingSharesIn   in    = { ctx->who.merchant, location };
    if (!q_closing_shares_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!inventory_share_drop(ctx, rows[i].item, location, rows[i].channel, &found, err)) return false;
    return true;
}

static bool send_some(Ctx *ctx, const LocationLife *life, const ClosingGoodsRow *goods, size_t count,
                      Error *err)
{
    TransferInput in   = { .from_location = life->code,
                           .to_location   = life->stock_to,
                           .reason        = STR("the location closes"),
                           .expected_at   = OPT_NONE };
    Transfer      made = { .state = STR_NONE }, asked = { .state = STR_NONE };
    in.lines.items     = arena_array(ctx->arena, TransferLineInput, count);
    in.lines.count     = count;
    if (!in.lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        in.lines.items[i] = (TransferLineInput){ .sku = goods[i].sku, .quantity = goods[i].free };
    if (!transfers_create(ctx, &in, &made, err)) return false;
    ById by = { made.id };
    return transfers_submit(ctx, &by, &asked, err);
}

/* All that is free goes back, but what transfers from here have asked for already. */
static bool send_stock(Ctx *ctx, const LocationLife *life, Error *err)
{
    ClosingGoodsRow *rows  = NULL;
    size_t           count = 0;
    ClosingGoodsIn   in    = { ctx->who.merchant, life->code };
    if (!q_closing_goods_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t at = 0; at < count; at += TRANSFER_LINES) {
        size_t some = count - at < TRANSFER_LINES ? count - at : TRANSFER_LINES;
        if (!send_some(ctx, life, rows + at, some, err)) return false;
    }
    return true;
}

/* --- the till --- */

static bool settle(Ctx *ctx, Str location, Str cash, TillSettlement *till, Error *err)
{
    LedgerDoc doc = { till->id, till->currency, 0, location };
    return ledger_post(ctx, &doc, cash, STR("cash_over_short"), till->over, STR("till_count"), err)
        && ledger_post(ctx, &doc, till->account, cash, till->counted, STR("till_close"), err)
        && openings_till_add(ctx, location, till, err);
}

static bool find_count(const LocationClose *ask, Str currency, int64_t *counted)
{
    for (size_t i = 0; i < ask->cash.count; i++) {
        if (!str_eq(ask->cash.items[i].currency, currency)) continue;
        *counted = ask->cash.items[i].counted;
        return true;
    }
    return false;
}

static bool settle_currency(Ctx *ctx, const LocationClose *ask, Str cash, Str currency, int64_t expected,
                            Error *err)
{
    TillSettlement till = { .id       = ctx_new_id(ctx),
                            .currency = currency,
                            .expected = expected,
                            .account  = STR("bank"),
                            .at       = ctx->now_ms };
    if (!find_count(ask, currency, &till.counted))
        return err_set(err, &ERR_TILL_UNCOUNTED, "cash", "%.*s must be counted", STR_FMT(currency));
    if (__builtin_sub_overflow(till.counted, expected, &till.over))
        return err_set(err, &ERR_FIELD_INVALID, "cash", "is too much");
    if (ask->cash_to.len) till.account = sale_cash_account(ctx->arena, ask->cash_to);
    if (!till.account.ptr) return err_memory(err);
    return settle(ctx, ask->code, cash, &till, err);
}

static bool settle_till(Ctx *ctx, const LocationClose *ask, Error *err)
{
    ClosingCashRow *rows  = NULL;
    size_t          count = 0;
    Str             cash  = sale_cash_account(ctx->arena, ask->code);
    if (!cash.ptr) return err_memory(err);
    ClosingCashIn in = { ctx->who.merchant, cash };
    if (!q_closing_cash_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!settle_currency(ctx, ask, cash, rows[i].currency, rows[i].balance, err)) return false;
    for (size_t i = 0; i < ask->cash.count; i++) { /* cash of which the ledger knows nothing */
        const TillCount *one   = &ask->cash.items[i];
        bool             known = one->counted == 0;
        for (size_t k = 0; k < count; k++) known = known || str_eq(rows[k].currency, one->currency);
        if (!known && !settle_currency(ctx, ask, cash, one->currency, 0, err)) return false;
    }
    return true;
}

static bool check_cash(const LocationClose *ask, Error *err)
{
    for (size_t i = 0; i < ask->cash.count; i++) {
        if (!currency_check(ask->cash.items[i].currency, "currency", err))
            return err_in_list(err, "cash", i);
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(ask->cash.items[k].currency, ask->cash.items[i].currency)) continue;
            (void)err_set(err, &ERR_FIELD_INVALID, "currency", "is there twice");
            return err_in_list(err, "cash", i);
        }
    }
    return true;
}

/* --- what is left --- */

static bool show_transfers(Ctx *ctx, Closing *reply, Error *err)
{
    ClosingTransfersRow *rows  = NULL;
    size_t               count = 0;
    ClosingTransfersIn   in    = { ctx->who.merchant, reply->code, CLOSING_SHOWN };
    if (!q_closing_transfers_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->transfers.items = arena_array(ctx->arena, ClosingTransfer, count + 1);
    if (!reply->transfers.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->transfers.items[i] =
            (ClosingTransfer){ rows[i].id,          rows[i].number, rows[i].state, rows[i].from_location,
                               rows[i].to_location, rows[i].units };
    reply->transfers.count = count;
    return true;
}

static bool show_deliveries(Ctx *ctx, Closing *reply, Error *err)
{
    ClosingDeliveriesRow *rows  = NULL;
    size_t                count = 0;
    ClosingDeliveriesIn   in    = { ctx->who.merchant, reply->code, CLOSING_SHOWN };
    if (!q_closing_deliveries_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->deliveries.items = arena_array(ctx->arena, ClosingDelivery, count + 1);
    if (!reply->deliveries.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->deliveries.items[i] = (ClosingDelivery){ rows[i].id, rows[i].order_id, rows[i].method,
                                                        rows[i].state, rows[i].location };
    reply->deliveries.count = count;
    return true;
}

static bool show(Ctx *ctx, const LocationLife *life, Closing *reply, Error *err)
{
    ClosingLeftRow left  = { 0 };
    bool           found = false;
    ClosingLeftIn  in    = { ctx->who.merchant, life->code };
    if (!q_closing_left_one(ctx->tx, ctx->arena, &in, &left, &found, err)) return false;
    *reply = (Closing){ .code            = life->code,
                        .state           = life->state,
                        .stock_to        = life->stock_to,
                        .note            = text_or_none(life->note),
                        .closing_at      = life->closing_ms,
                        .closed_at       = life->closed_ms ? life->closed_ms : OPT_NONE,
                        .items           = left.items,
                        .units           = left.units,
                        .on_order        = left.on_order,
                        .claimed         = left.claims,
                        .transfers_open  = left.transfers,
                        .deliveries_open = left.deliveries };
    return show_transfers(ctx, reply, err) && show_deliveries(ctx, reply, err)
        && openings_tills(ctx, life->code, reply, err);
}

static bool nothing_left(const Closing *c)
{
    return c->items == 0 && c->on_order == 0 && c->claimed == 0 && c->transfers_open == 0
        && c->deliveries_open == 0;
}

/* --- the routes --- */

bool locations_close(Ctx *ctx, const LocationClose *request, Closing *reply, Error *err)
{
    LocationLife life;
    Location     place;
    bool         found = false;
    if (!locations_find(ctx, request->code, &place, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such location");
    if (!check_cash(request, err) || !check_target(ctx, request->code, request->stock_to, "stock_to", err))
        return false;
    if (request->cash_to.len && !check_target(ctx, request->code, request->cash_to, "cash_to", err))
        return false;
    if (!openings_life(ctx, request->code, true, &life, &found, err)) return false;
    life.stock_to = request->stock_to;
    if (request->note.len) life.note = request->note;
    if (!openings_step(ctx, &life, STR("close"), err)) return false;
    if (!stop_selling(ctx, &life, err) || !revoke_keys(ctx, life.code, err)
        || !release_holds(ctx, life.code, err) || !reject_deliveries(ctx, life.code, err)
        || !drop_shares(ctx, life.code, err) || !send_stock(ctx, &life, err)
        || !tills_gather(ctx, life.code, err) || !settle_till(ctx, request, err)
        || !show(ctx, &life, reply, err))
        return false;
    if (!nothing_left(reply)) return true;
    return openings_step(ctx, &life, STR("finish"), err) && show(ctx, &life, reply, err);
}

bool locations_closing(Ctx *ctx, const ByCode *request, Closing *reply, Error *err)
{
    LocationLife life;
    bool         found = false;
    if (!openings_life(ctx, request->code, false, &life, &found, err)) return false;
    if (!found || str_eq(life.state, machine_first(MACHINE_LOCATION)))
        return err_set(err, &ERR_NOT_FOUND, "code", "this location does not close");
    return show(ctx, &life, reply, err);
}

/* --- the job --- */

typedef struct {
    Ctx    ctx;
    size_t mark; /* arena in use before the transaction, which may be run again */
    Str    code;
} GoingOn;

/* What became free meanwhile is sent; when nothing is left the location is closed. */
static bool go_on(Tx *tx, void *arg, Error *err)
{
    GoingOn     *g = arg;
    LocationLife life;
    Closing      closing;
    bool         found = false;
    g->ctx.tx          = tx;
    g->ctx.arena->used = g->mark;
    if (!openings_life(&g->ctx, g->code, false, &life, &found, err)) return false;
    if (!found || !str_eq(life.state, STR("closing"))) return true;
    return send_stock(&g->ctx, &life, err) && show(&g->ctx, &life, &closing, err)
        && (!nothing_left(&closing) || openings_step(&g->ctx, &life, STR("finish"), err));
}

bool locations_close_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    ClosingOpenRow *rows  = NULL;
    size_t          count = 0, start = arena->used;
    Tx             *tx    = NULL;
    if (now_ms % DUE_EVERY_MS >= DUE_WITHIN_MS) return true;
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = q_closing_open_all(tx, arena, &(ClosingOpenIn){ DUE_MAX }, &rows, &count, err);
    db_read_end(tx);
    for (size_t i = 0; i < count; i++) { /* one that cannot go on does not keep the others */
        Error   one = { .def = NULL };
        GoingOn g   = { .ctx  = { .arena = arena, .db = db, .env = env, .now_ms = now_ms },
                        .mark = arena->used,
                        .code = rows[i].code };
        g.ctx.who   = (Principal){ .merchant = rows[i].merchant, .perms = PERMS_ALL };
        if (db_write(db, go_on, &g, &one)) continue;
        *err = one;
        ok   = false;
    }
    arena->used = start;
    return ok;
}

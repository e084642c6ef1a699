/* inventory.c — the stock ledger, the levels and the claims. See inventory.h.
 * A level is changed by one conditional UPDATE, so that two who want the last piece cannot both get it. */
#include "shop/inventory/inventory.h"

#include "all_sql.h"

#include <assert.h>
#include <stdio.h>

static bool append(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err)
{
    StockMovePutIn in = { ctx->who.merchant, doc->id, ++doc->n, move->item, move->from_location,
                          move->from_state, move->to_location, move->to_state, move->qty, doc->cause,
                          ctx->now_ms };
    return q_stock_move_put_exec(ctx->tx, &in, NULL, err);
}

static bool append_sale(Ctx *ctx, StockDoc *doc, const StockWant *want, Str state, int64_t qty, Error *err)
{
    if (qty == 0) return true;
    StockMove move = { want->item, want->sku, want->location, state, STR(""), STR("customer"), qty };
    return append(ctx, doc, &move, err);
}

static bool level(Ctx *ctx, Id item, Str location, StockGetRow *row, Error *err)
{
    bool       found = false;
    StockGetIn in    = { ctx->who.merchant, item, location };
    *row             = (StockGetRow){ 0 };
    return q_stock_get_one(ctx->tx, ctx->arena, &in, row, &found, err);
}

static bool short_of(Ctx *ctx, const StockWant *want, int64_t available, Error *err)
{
    char field[64];
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", want->line);
    (void)err_set(err, &ERR_STOCK_SHORT, field, "%.*s: %lld.%03lld available at %.*s", STR_FMT(want->sku),
                  (long long)(available / 1000), (long long)(available % 1000), STR_FMT(want->location));
    err->extra = str_format(ctx->arena, "\"available_milli\":%lld", (long long)available);
    return false;
}

/* Takes from floor and backroom; `from_claimed` of it had been claimed before. *taken is false when
 * somebody else was faster since the level was read. */
static bool take_split(Ctx *ctx, const StockWant *want, int64_t from_claimed, int64_t *from_floor,
                       bool *taken, Error *err)
{
    StockGetRow now;
    int64_t     changed = 0;
    if (!level(ctx, want->item, want->location, &now, err)) return false;
    int64_t available = now.floor + now.backroom - now.claimed + from_claimed
                      - (want->keeps_safety ? now.safety : 0);
    if (available < want->qty) return short_of(ctx, want, available > 0 ? available : 0, err);
    *from_floor      = now.floor < want->qty ? now.floor : want->qty;
    StockTakeIn take = { ctx->who.merchant, want->item, want->location, *from_floor,
                         want->qty - *from_floor, from_claimed, want->keeps_safety };
    if (!q_stock_take_exec(ctx->tx, &take, &changed, err)) return false;
    *taken = changed == 1;
    return true;
}

static bool sell_split(Ctx *ctx, StockDoc *doc, const StockWant *want, int64_t from_claimed, Error *err)
{
    enum { TRIES = 4 }; /* PostgreSQL: levels move under us while we look */
    int64_t from_floor = 0;
    bool    taken      = false;
    for (int i = 0; i < TRIES && !taken; i++)
        if (!take_split(ctx, want, from_claimed, &from_floor, &taken, err)) return false;
    if (!taken) return err_set(err, &ERR_DB_BUSY, "", "%.*s is sold too fast", STR_FMT(want->sku));
    return append_sale(ctx, doc, want, STR("floor"), from_floor, err)
        && append_sale(ctx, doc, want, STR("backroom"), want->qty - from_floor, err);
}

bool inventory_sell(Ctx *ctx, StockDoc *doc, const StockWant *want, Error *err)
{
    int64_t     changed = 0;
    StockSellIn in = { ctx->who.merchant, want->item, want->location, want->qty, want->keeps_safety };
    assert(want->qty > 0);
    if (!q_stock_sell_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) return append_sale(ctx, doc, want, STR("floor"), want->qty, err);
    return sell_split(ctx, doc, want, 0, err);
}

bool inventory_claim(Ctx *ctx, Id order, int64_t n, const StockWant *want, Error *err)
{
    int64_t      changed = 0;
    StockGetRow  now;
    StockClaimIn in = { ctx->who.merchant, want->item, want->location, want->qty, want->keeps_safety };
    assert(want->qty > 0);
    if (!q_stock_claim_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) {
        ClaimPutIn claim = { ctx->who.merchant, order, n, want->item, want->location, want->qty,
                             ctx->now_ms };
        return q_claim_put_exec(ctx->tx, &claim, NULL, err);
    }
    if (!level(ctx, want->item, want->location, &now, err)) return false;
    int64_t available = now.floor + now.backroom - now.claimed - (want->keeps_safety ? now.safety : 0);
    return short_of(ctx, want, available > 0 ? available : 0, err);
}

static bool held_claims(Ctx *ctx, Id order, ClaimHeldRow **rows, size_t *count, Error *err)
{
    return q_claim_held_all(ctx->tx, ctx->arena, &(ClaimHeldIn){ ctx->who.merchant, order }, rows, count,
                            err);
}

static bool end_claim(Ctx *ctx, Id order, int64_t n, Str state, bool *ours, Error *err)
{
    int64_t    changed = 0;
    ClaimEndIn in      = { ctx->who.merchant, order, n, state };
    if (!q_claim_end_exec(ctx->tx, &in, &changed, err)) return false;
    *ours = changed == 1;
    return true;
}

bool inventory_claims_use(Ctx *ctx, Id order, Error *err)
{
    ClaimHeldRow *rows  = NULL;
    size_t        count = 0;
    StockDoc      doc   = { order, STR("sale"), 0 };
    if (!held_claims(ctx, order, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool      ours = false;
        StockWant want = { .item = rows[i].item, .sku = STR("item"), .location = rows[i].location,
                           .qty = rows[i].qty, .line = (size_t)rows[i].n - 1 };
        if (!end_claim(ctx, order, rows[i].n, STR("consumed"), &ours, err)) return false;
        if (ours && !sell_split(ctx, &doc, &want, want.qty, err)) return false;
    }
    return true;
}

bool inventory_claims_drop(Ctx *ctx, Id order, Error *err)
{
    ClaimHeldRow *rows  = NULL;
    size_t        count = 0;
    if (!held_claims(ctx, order, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool           ours = false;
        StockUnclaimIn in   = { ctx->who.merchant, rows[i].item, rows[i].location, rows[i].qty };
        if (!end_claim(ctx, order, rows[i].n, STR("released"), &ours, err)) return false;
        if (ours && !q_stock_unclaim_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

/* The quantity in the column of its state, all others zero. */
static StockAddIn by_state(Ctx *ctx, Id item, Str location, Str state, int64_t qty)
{
    StockAddIn in = { .merchant = ctx->who.merchant, .item = item, .location = location };
    if (str_eq(state, STR("floor"))) in.floor = qty;
    else if (str_eq(state, STR("backroom"))) in.backroom = qty;
    else if (str_eq(state, STR("in_transit"))) in.in_transit = qty;
    else if (str_eq(state, STR("damaged"))) in.damaged = qty;
    else if (str_eq(state, STR("quarantine"))) in.quarantine = qty;
    else UNREACHABLE();
    return in;
}

static bool leave_place(Ctx *ctx, const StockMove *move, Error *err)
{
    int64_t       changed = 0;
    StockAddIn    by      = by_state(ctx, move->item, move->from_location, move->from_state, move->qty);
    StockRemoveIn in      = { by.merchant, by.item, by.location, by.floor, by.backroom, by.in_transit,
                              by.damaged, by.quarantine };
    if (!q_stock_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) return true;
    return err_set(err, &ERR_STOCK_SHORT, "", "%.*s: less is free in %.*s at %.*s than should leave",
                   STR_FMT(move->sku), STR_FMT(move->from_state), STR_FMT(move->from_location));
}

bool inventory_move(Ctx *ctx, StockDoc *doc, const StockMove *move, Error *err)
{
    assert(move->qty > 0);
    if (move->from_location.len && !leave_place(ctx, move, err)) return false;
    if (move->to_location.len) {
        StockAddIn in = by_state(ctx, move->item, move->to_location, move->to_state, move->qty);
        if (!q_stock_add_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return append(ctx, doc, move, err);
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

/* loyalty_points.c — the ledger of points: lots that come, wait, are spent, expire, are taken back. See
 * loyalty.h. */
#include "all_sql.h"
#include "shop/events/events.h"
#include "shop/loyalty/loyalty.h"

#include <assert.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* `lot` none: owe, value. */
static bool put_move(Points *p, Id lot, Str kind, int64_t points, Id document, Error *err)
{
    LoyaltyMovePutIn in = {
        p->ctx->who.merchant, p->op, ++p->n, p->now.customer, lot, kind, points, document, p->ctx->now_ms
    };
    return q_loyalty_move_put_exec(p->ctx->tx, &in, NULL, err);
}

/* More (or less) of a lot, with its move. */
static bool change_lot(Points *p, Id lot, bool pending, Str kind, int64_t points, Id document, Error *err)
{
    int64_t         changed = 0;
    LoyaltyLotAddIn in      = { p->ctx->who.merchant, lot, points };
    if (!q_loyalty_lot_add_exec(p->ctx->tx, &in, &changed, err)) return false;
    if (changed != 1) return err_set(err, &ERR_DB_BUSY, "", "somebody else spends these points");
    *(pending ? &p->now.pending : &p->now.available) += points;
    return put_move(p, lot, kind, points, document, err);
}

/* --- what time does --- */

static bool settle_lot(Points *p, const LoyaltyLotsDueRow *lot, Error *err)
{
    LoyaltyLotReleaseIn release = { p->ctx->who.merchant, lot->id };
    LoyaltyLotExpireIn  expire  = { p->ctx->who.merchant, lot->id };
    if (str_eq(lot->state, STR("pending"))) {
        p->now.pending -= lot->rest;
        p->now.available += lot->rest;
        if (!q_loyalty_lot_release_exec(p->ctx->tx, &release, NULL, err)
            || !put_move(p, lot->id, STR("release"), 0, (Id){ { 0 } }, err))
            return false;
    }
    if (lot->expires_at_ms > p->ctx->now_ms) return true;
    p->now.available -= lot->rest;
    return q_loyalty_lot_expire_exec(p->ctx->tx, &expire, NULL, err)
        && put_move(p, lot->id, STR("expire"), -lot->rest, (Id){ { 0 } }, err);
}

static bool settle(Points *p, Error *err)
{
    LoyaltyLotsDueRow *rows  = NULL;
    size_t             count = 0;
    LoyaltyLotsDueIn   in    = { p->ctx->who.merchant, p->now.customer, p->ctx->now_ms };
    if (!q_loyalty_lots_due_all(p->ctx->tx, p->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!settle_lot(p, &rows[i], err)) return false;
    return true;
}

bool points_open(Ctx *ctx, Id customer, Points *points, bool *found, Error *err)
{
    LoyaltyAccountLockRow row   = { .number = STR_NONE };
    LoyaltyAccountLockIn  in    = { ctx->who.merchant, customer };
    bool                  there = false;
    *points                     = (Points){ .ctx = ctx, .op = ctx_new_id(ctx) };
    *found                      = false;
    if (id_is_none(customer)) return true;
    if (!q_loyalty_account_lock_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (!*found) return true;
    if (!loyalty_programme(ctx, &points->programme, &there, err)) return false;
    assert(there);
    points->now = (Member){ customer,         row.number,         row.available,    row.pending,
                            row.owed,         row.value,          row.worth_amount, row.worth_points,
                            row.tier,         row.below_since_ms, row.review_at_ms, row.birthday_year,
                            row.joined_at_ms, row.joined_how };
    points->was = points->now;
    return settle(points, err);
}

/* --- taking --- */

/* Takes of open lots in their order: available ones only, or pending ones too. *left is what was not
 * there. */
static bool take_open(Points *p, Str kind, Id document, bool pending_too, int64_t *left, Error *err)
{
    LoyaltyLotsOpenRow *rows  = NULL;
    size_t              count = 0;
    LoyaltyLotsOpenIn   in    = { p->ctx->who.merchant, p->now.customer };
    if (*left == 0) return true;
    if (!q_loyalty_lots_open_all(p->ctx->tx, p->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i<count && * left> 0; i++) {
        bool    pending = str_eq(rows[i].state, STR("pending"));
        int64_t part    = rows[i].rest < *left ? rows[i].rest : *left;
        if (pending && !pending_too) break;
        if (!change_lot(p, rows[i].id, pending, kind, -part, document, err)) return false;
        *left -= part;
    }
    return true;
}

bool points_take(Points *points, Str kind, Id document, int64_t count, Error *err)
{
    int64_t left = count;
    assert(count >= 0);
    if (count > points->now.available)
        return err_set(err, &ERR_POINTS_SHORT, "points", "%lld points can be spent, not %lld",
                       (long long)points->now.available, (long long)count);
    if (!take_open(points, kind, document, false, &left, err)) return false;
    return left == 0
        || err_set(err, &ERR_INTERNAL, "", "points of a customer are not the sum of their lots");
}

/* What is owed is paid with what is there. */
static bool pay_owed(Points *p, Id document, Error *err)
{
    int64_t all  = p->now.available + p->now.pending;
    int64_t part = p->now.owed < all ? p->now.owed : all;
    p->now.owed -= part;
    return take_open(p, STR("owed"), document, true, &part, err);
}

/* --- giving --- */

bool points_earn(Points *points, const PointsNew *earned, Id *lot, Error *err)
{
    Ctx            *ctx   = points->ctx;
    bool            waits = earned->days > 0;
    int64_t         when  = ctx->now_ms + earned->days * DAY_MS;
    int64_t         life  = opt_or(points->programme.expiry_days, 0);
    LoyaltyLotPutIn in    = { ctx->who.merchant,
                              ctx_new_id(ctx),
                              points->now.customer,
                              earned->kind,
                              earned->document,
                              earned->points,
                              earned->points,
                           waits ? STR("pending") : STR("available"),
                              when,
                           life ? when + life * DAY_MS : INT64_MAX,
                              ctx->now_ms };
    assert(earned->points > 0);
    if (lot) *lot = in.id;
    if (!q_loyalty_lot_put_exec(ctx->tx, &in, NULL, err)) return false;
    *(waits ? &points->now.pending : &points->now.available) += earned->points;
    return put_move(points, in.id, STR("earn"), earned->points, earned->document, err)
        && (points->now.owed == 0 || pay_owed(points, earned->document, err));
}

bool points_back(Points *points, Id document, int64_t count, Error *err)
{
    LoyaltySpentLotsRow *rows = NULL;
    size_t               lots = 0;
    int64_t              left = count;
    LoyaltySpentLotsIn   in   = { points->ctx->who.merchant, document };
    if (!q_loyalty_spent_lots_all(points->ctx->tx, points->ctx->arena, &in, &rows, &lots, err))
        return false;
    for (size_t i = 0; i < lots && left > 0; i++) {
        int64_t part = rows[i].points < left ? rows[i].points : left;
        if (!change_lot(points, rows[i].lot, false, STR("back"), part, document, err)) return false;
        left -= part;
    }
    if (left > 0) return err_set(err, &ERR_INTERNAL, "", "more points are given back than were taken");
    return settle(points, err) && (points->now.owed == 0 || pay_owed(points, document, err));
}

bool points_reverse(Points *points, Id lot, Id document, int64_t count, Error *err)
{
    LoyaltyLotFindRow row   = { 0 };
    LoyaltyLotFindIn  in    = { points->ctx->who.merchant, lot };
    bool              found = false;
    int64_t           left  = count;
    if (!q_loyalty_lot_find_one(points->ctx->tx, points->ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_INTERNAL, "", "points that an order earned are gone");
    int64_t own  = row.rest < left ? row.rest : left;
    int64_t gone = row.expired - row.forgiven;
    if (own > 0
        && !change_lot(points, lot, str_eq(row.state, STR("pending")), STR("reverse"), -own, document,
                       err))
        return false;
    left -= own;
    LoyaltyLotForgiveIn forgive = { points->ctx->who.merchant, lot, gone < left ? gone : left };
    if (forgive.points > 0 && !q_loyalty_lot_forgive_exec(points->ctx->tx, &forgive, NULL, err))
        return false;
    left -= forgive.points;
    if (!take_open(points, STR("reverse"), document, true, &left, err)) return false;
    points->now.owed += left;
    return left == 0 || put_move(points, (Id){ { 0 } }, STR("owe"), left, document, err);
}

/* --- the end --- */

static bool tell(Points *p, Error *err)
{
    Buf body = buf_make(p->ctx->arena, 128);
    buf_format(&body, "{\"available\":%lld,\"pending\":%lld,\"owed\":%lld}", (long long)p->now.available,
               (long long)p->now.pending, (long long)p->now.owed);
    if (body.failed) return err_memory(err);
    return events_put(p->ctx, &EVENT_POINTS_CHANGED, p->now.customer, buf_str(&body), err);
}

static bool write_sums(Points *p, Error *err)
{
    Member             *now = &p->now, *was = &p->was;
    int64_t             changed = 0;
    LoyaltyAccountSetIn in      = { p->ctx->who.merchant, now->customer,     was->available,
                                    was->pending,         was->owed,         was->value,
                                    now->available,       now->pending,      now->owed,
                                    now->value,           now->worth_amount, now->worth_points };
    if (!q_loyalty_account_set_exec(p->ctx->tx, &in, &changed, err)) return false;
    return changed == 1 || err_set(err, &ERR_DB_BUSY, "", "somebody else spends these points");
}

bool points_close(Points *points, Str location, int64_t elsewhere, Error *err)
{
    Member     *now  = &points->now;
    LoyaltyRate rate = { points->programme.worth_amount, points->programme.worth_points };
    LedgerDoc   doc  = { points->op, points->programme.currency, 0, location };
    now->value       = loyalty_worth(rate, now->available + now->pending);
    int64_t more     = now->value - points->was.value - elsewhere;
    bool    rated    = now->worth_amount != rate.amount || now->worth_points != rate.per;
    if (points->n == 0 && more == 0 && elsewhere == 0 && !rated) return true;
    now->worth_amount = rate.amount;
    now->worth_points = rate.per;
    if (points->n == 0 && !put_move(points, (Id){ { 0 } }, STR("value"), 0, (Id){ { 0 } }, err))
        return false;
    if (!ledger_move(points->ctx, &doc, (LedgerSide){ .account = STR("loyalty_cost") },
                     (LedgerSide){ STR("loyalty"), now->customer }, more, STR("points"), err)
        || !write_sums(points, err))
        return false;
    bool told = now->available != points->was.available || now->pending != points->was.pending
             || now->owed != points->was.owed;
    points->was = *now;
    return !told || tell(points, err);
}

/* --- two accounts become one --- */

static bool move_lots(Points *from, Points *into, Error *err)
{
    LoyaltyLotsOpenRow *rows  = NULL;
    size_t              count = 0;
    LoyaltyLotsOpenIn   in    = { from->ctx->who.merchant, from->now.customer };
    if (!q_loyalty_lots_open_all(from->ctx->tx, from->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool pending = str_eq(rows[i].state, STR("pending"));
        *(pending ? &from->now.pending : &from->now.available) -= rows[i].rest;
        *(pending ? &into->now.pending : &into->now.available) += rows[i].rest;
        if (!put_move(from, rows[i].id, STR("move_out"), -rows[i].rest, into->now.customer, err)
            || !put_move(into, rows[i].id, STR("move_in"), rows[i].rest, from->now.customer, err))
            return false;
    }
    return true;
}

/* What is kept under the customer's id besides. */
static bool move_rows(Ctx *ctx, Id from, Id into, Error *err)
{
    LoyaltyLotsMoveIn   lots   = { ctx->who.merchant, from, into };
    LoyaltyOrdersMoveIn orders = { ctx->who.merchant, from, into };
    LoyaltySpendsMoveIn spends = { ctx->who.merchant, from, into };
    LoyaltyJoinsMoveIn  joins  = { ctx->who.merchant, from, into };
    LoyaltyEventsTwiceIn twice  = { ctx->who.merchant, from, into };
    LoyaltyEventsMoveIn  events = { ctx->who.merchant, from, into };
    return q_loyalty_lots_move_exec(ctx->tx, &lots, NULL, err)
        && q_loyalty_orders_move_exec(ctx->tx, &orders, NULL, err)
        && q_loyalty_spends_move_exec(ctx->tx, &spends, NULL, err)
        && q_loyalty_joins_move_exec(ctx->tx, &joins, NULL, err)
        && q_loyalty_events_twice_exec(ctx->tx, &twice, NULL, err)
        && q_loyalty_events_move_exec(ctx->tx, &events, NULL, err);
}

bool points_merge(Points *from, Points *into, Error *err)
{
    int64_t   value = from->now.value, owed = from->now.owed;
    Id        none = { { 0 } };
    LedgerDoc doc  = { from->op, from->programme.currency, 0, STR("") };
    if (!move_lots(from, into, err) || !move_rows(from->ctx, from->now.customer, into->now.customer, err))
        return false;
    if (owed > 0
        && (!put_move(from, none, STR("owe"), -owed, into->now.customer, err)
            || !put_move(into, none, STR("owe"), owed, from->now.customer, err)))
        return false;
    from->now.owed = 0;
    into->now.owed += owed;
    if (into->now.owed > 0 && !pay_owed(into, from->now.customer, err)) return false;
    return ledger_move(from->ctx, &doc, (LedgerSide){ STR("loyalty"), from->now.customer },
                       (LedgerSide){ STR("loyalty"), into->now.customer }, value, STR("merge"), err)
        && points_close(from, STR(""), -value, err) && points_close(into, STR(""), value, err);
}

/* --- somebody leaves --- */

bool points_clear(Points *points, Error *err)
{
    LoyaltyLotsOpenRow *rows  = NULL;
    size_t              count = 0;
    LoyaltyLotsOpenIn   in    = { points->ctx->who.merchant, points->now.customer };
    if (!q_loyalty_lots_open_all(points->ctx->tx, points->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        LoyaltyLotExpireIn expire  = { points->ctx->who.merchant, rows[i].id };
        bool               pending = str_eq(rows[i].state, STR("pending"));
        *(pending ? &points->now.pending : &points->now.available) -= rows[i].rest;
        if (!q_loyalty_lot_expire_exec(points->ctx->tx, &expire, NULL, err)
            || !put_move(points, rows[i].id, STR("expire"), -rows[i].rest, (Id){ { 0 } }, err))
            return false;
    }
    return true;
}

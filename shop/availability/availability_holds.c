/* availability_holds.c — holds of carts, promised dates, and which locations can be reached. See
 * availability.h. */
#include "shop/availability/availability.h"

#include "all_sql.h"
#include "shop/settings/settings.h"

#include <assert.h>

bool holds_put(Ctx *ctx, const HoldRow *hold, Error *err)
{
    HoldPutIn in = { ctx->who.merchant, hold->id,      hold->channel,
                     hold->location,    hold->made_ms, hold->expires_ms };
    assert(hold->expires_ms > hold->made_ms);
    return q_hold_put_exec(ctx->tx, &in, NULL, err);
}

bool holds_get(Ctx *ctx, Id id, HoldRow *out, Error *err)
{
    HoldFindRow row   = { 0 };
    bool        found = false;
    if (!q_hold_find_one(ctx->tx, ctx->arena, &(HoldFindIn){ ctx->who.merchant, id }, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_HOLD_UNKNOWN, "id", "there is no such hold");
    *out = (HoldRow){ id,           row.channel,    row.location,     row.state,
                      row.order_id, row.made_at_ms, row.expires_at_ms };
    if (str_eq(out->state, STR("open")) && out->expires_ms <= ctx->now_ms) out->state = STR("expired");
    return true;
}

/* It could not be changed: says why. */
static bool refuse(Ctx *ctx, Id id, Error *err)
{
    HoldRow hold;
    if (!holds_get(ctx, id, &hold, err)) return false;
    return err_set(err, &ERR_HOLD_OVER, "id", "this hold is %.*s", STR_FMT(hold.state));
}

bool holds_extend(Ctx *ctx, Id id, int64_t expires_ms, Error *err)
{
    int64_t      changed = 0;
    HoldExtendIn in      = { ctx->who.merchant, id, expires_ms, ctx->now_ms };
    assert(expires_ms > ctx->now_ms);
    return q_hold_extend_exec(ctx->tx, &in, &changed, err) && (changed == 1 || refuse(ctx, id, err));
}

bool holds_end(Ctx *ctx, Id id, Str state, Id order, Error *err)
{
    int64_t   changed = 0;
    bool      used    = str_eq(state, STR("used"));
    HoldEndIn in      = { ctx->who.merchant, id, state, order, ctx->now_ms, used ? ctx->now_ms : 0 };
    assert(used == !id_is_none(order));
    return q_hold_end_exec(ctx->tx, &in, &changed, err) && (changed == 1 || refuse(ctx, id, err));
}

bool holds_due(Ctx *ctx, int64_t limit, Id **out, size_t *count, Error *err)
{
    HoldDueRow *rows = NULL;
    HoldDueIn   in   = { ctx->who.merchant, ctx->now_ms, limit };
    if (!q_hold_due_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Id, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].id;
    return true;
}

/* --- promised dates --- */

bool promises_put(Ctx *ctx, const Promise *p, Error *err)
{
    PromisePutIn in = { ctx->who.merchant, p->owner, p->n,           p->item,    p->location,
                        p->channel,        p->qty,   p->promised_ms, ctx->now_ms };
    return q_promise_put_exec(ctx->tx, &in, NULL, err);
}

bool promises_end(Ctx *ctx, Id owner, int64_t n, Error *err)
{
    return q_promise_end_exec(ctx->tx, &(PromiseEndIn){ ctx->who.merchant, owner, n }, NULL, err);
}

bool promises_move(Ctx *ctx, Id owner, int64_t n, int64_t promised_ms, Error *err)
{
    PromiseMoveIn in = { ctx->who.merchant, owner, n, promised_ms };
    return q_promise_move_exec(ctx->tx, &in, NULL, err);
}

bool promises_of(Ctx *ctx, Id item, Str location, Promise **out, size_t *count, Error *err)
{
    PromiseOfRow *rows = NULL;
    PromiseOfIn   in   = { ctx->who.merchant, item, location };
    if (!q_promise_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Promise, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Promise){ rows[i].owner_id, rows[i].n,          item, location, rows[i].channel,
                               rows[i].qty,      rows[i].promised_ms };
    return true;
}

/* --- reach --- */

bool reach_due(Ctx *ctx, int64_t limit, Str **out, size_t *count, Error *err)
{
    ReachSilentRow *rows    = NULL;
    int64_t         seconds = 0;
    if (!settings_get(ctx, &SETTING_REACH_SECONDS, &seconds, err)) return false;
    ReachSilentIn in = { ctx->who.merchant, ctx->now_ms - seconds * 1000, limit };
    if (!q_reach_silent_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Str, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].location;
    return true;
}

bool reach_set(Ctx *ctx, Str location, bool offline, int64_t since_ms, bool *changed, Error *err)
{
    ReachFindRow        row   = { 0 };
    bool                found = false;
    ReachFindIn         find  = { ctx->who.merchant, location };
    ReachPutIn          put   = { ctx->who.merchant, location, offline, since_ms };
    AvailabilitySweepIn sweep = { ctx->who.merchant, STR("") };
    if (!q_reach_find_one(ctx->tx, ctx->arena, &find, &row, &found, err)) return false;
    *changed = (found && row.offline) != offline;
    if (!*changed) return true;
    db_touch(ctx->tx); /* what channels may promise is kept in memory */
    return q_reach_put_exec(ctx->tx, &put, NULL, err)
        && q_availability_sweep_exec(ctx->tx, &sweep, NULL, err);
}

/* --- what the feed told last --- */

bool told_of(Ctx *ctx, Str channel, Id item, ToldRow **out, size_t *count, Error *err)
{
    ToldFindRow *rows = NULL;
    ToldFindIn   in   = { ctx->who.merchant, channel, item };
    if (!q_told_find_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, ToldRow, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (ToldRow){ rows[i].location, rows[i].available };
    return true;
}

bool told_put(Ctx *ctx, Str channel, Id item, const ToldRow *told, Error *err)
{
    ToldPutIn in = { ctx->who.merchant, channel, item, told->location, told->available };
    return q_told_put_exec(ctx->tx, &in, NULL, err);
}

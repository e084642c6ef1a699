/* openings_life.c — how a location comes to its end, and how its tills were settled. See openings.h. */
#include "shop/openings/openings.h"

#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

bool openings_life(Ctx *ctx, Str code, bool make, LocationLife *out, bool *found, Error *err)
{
    LocationOpeningGetRow row;
    LocationOpeningGetIn  in    = { ctx->who.merchant, code };
    Str                   first = machine_first(MACHINE_LOCATION);
    LocationOpeningPutIn  new   = { ctx->who.merchant, code, STR(""), first, STR(""), STR(""), 0 };
    *out                        = (LocationLife){ .code = code, .state = first };
    if (!q_location_opening_get_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (!*found) return !make || q_location_opening_put_exec(ctx->tx, &new, NULL, err);
    *out = (LocationLife){ code,     row.state,        row.channel,       row.stock_to,
                           row.note, row.opened_at_ms, row.closing_at_ms, row.closed_at_ms };
    return true;
}

static bool tell(Ctx *ctx, const LocationLife *life, bool over, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"code\":"));
    buf_json_string(&body, life->code);
    buf_add(&body, STR(",\"stock_to\":"));
    buf_json_string(&body, life->stock_to);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    Id subject = audit_subject(STR("location"), life->code);
    Str what   = over ? STR("location.closed") : STR("location.closing");
    return audit_append(ctx, what, subject, buf_str(&body), err)
        && events_put(ctx, over ? &EVENT_LOCATION_CLOSED : &EVENT_LOCATION_CLOSING, subject, buf_str(&body),
                      err);
}

bool openings_step(Ctx *ctx, LocationLife *life, Str event, Error *err)
{
    Str     next    = STR_NONE;
    int64_t changed = 0;
    if (!machine_step(MACHINE_LOCATION, life->state, event, "code", &next, err)) return false;
    bool over = machine_ended(MACHINE_LOCATION, next);
    if (life->closing_ms == 0) life->closing_ms = ctx->now_ms;
    if (over) life->closed_ms = ctx->now_ms;
    LocationOpeningStepIn in = { ctx->who.merchant,
                                 life->code,
                                 life->state,
                                 next,
                                 text_or_empty(life->stock_to),
                                 text_or_empty(life->note),
                                 life->closing_ms,
                                 life->closed_ms };
    if (!q_location_opening_step_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_STATE_REFUSED, "code", "somebody else has just led it on");
    life->state = next;
    return tell(ctx, life, over, err);
}

bool openings_till_add(Ctx *ctx, Str location, const TillSettlement *till, Error *err)
{
    TillSettlementPutIn in = { ctx->who.merchant, till->id,      location,      till->currency,
                               till->expected,    till->counted, till->account, till->at };
    Str detail = str_format(ctx->arena, "%.*s %lld of %lld %.*s to %.*s", STR_FMT(location),
                            (long long)till->counted, (long long)till->expected, STR_FMT(till->currency),
                            STR_FMT(till->account));
    if (!detail.ptr) return err_memory(err);
    return q_till_settlement_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("till.settle"), till->id, detail, err);
}

bool openings_tills(Ctx *ctx, Str location, Closing *reply, Error *err)
{
    TillSettlementListRow *rows  = NULL;
    size_t                 count = 0;
    TillSettlementListIn   in    = { ctx->who.merchant, location };
    if (!q_till_settlement_list_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->tills.items = arena_array(ctx->arena, TillSettlement, count + 1);
    if (!reply->tills.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->tills.items[i] = (TillSettlement){
            rows[i].id,      rows[i].currency,
            rows[i].expected, rows[i].counted,
            rows[i].counted - rows[i].expected,
            rows[i].account, rows[i].at_ms
        };
    reply->tills.count = count;
    return true;
}

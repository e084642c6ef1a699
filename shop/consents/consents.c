/* consents.c — what people allowed the shop to do. See consents.h. */
#include "shop/consents/consents.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

static bool tell(Ctx *ctx, const EventDef *event, Str action, Id customer, Str what, Str channel,
                 Error *err)
{
    Buf body   = buf_make(ctx->arena, 128);
    Str detail = str_format(ctx->arena, "%.*s by %.*s", STR_FMT(what), STR_FMT(channel));
    buf_add(&body, STR("{\"what\":"));
    buf_json_string(&body, what);
    buf_add(&body, STR(",\"channel\":"));
    buf_json_string(&body, channel);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, customer, detail, err)
        && events_put(ctx, event, customer, buf_str(&body), err);
}

bool consents_give(Ctx *ctx, const ConsentGiven *given, Error *err)
{
    ConsentInForceRow now   = { .wording = STR_NONE };
    ConsentInForceIn  ask   = { ctx->who.merchant, given->customer, given->what };
    ConsentPutIn      in    = { ctx->who.merchant, ctx_new_id(ctx), given->customer,
                                given->what,       given->wording,  text_or_empty(given->language),
                                given->channel,    given->document, ctx->now_ms };
    int64_t           made  = 0;
    bool              there = false, ended = false;
    if (!code_check(given->what, "what", err) || !code_check(given->channel, "channel", err)) return false;
    if (!q_consent_in_force_one(ctx->tx, ctx->arena, &ask, &now, &there, err)) return false;
    if (there && str_eq(now.wording, given->wording)) return true;
    if (there && !consents_withdraw(ctx, given->customer, given->what, given->channel, &ended, err))
        return false;
    if (!q_consent_put_exec(ctx->tx, &in, &made, err)) return false;
    return made == 0
        || tell(ctx, &EVENT_CONSENT_GIVEN, STR("consent.give"), given->customer, given->what,
                given->channel, err);
}

bool consents_withdraw(Ctx *ctx, Id customer, Str what, Str channel, bool *ended, Error *err)
{
    int64_t           changed = 0;
    ConsentWithdrawIn in      = { ctx->who.merchant, customer, what, channel, ctx->now_ms };
    if (!q_consent_withdraw_exec(ctx->tx, &in, &changed, err)) return false;
    *ended = changed > 0;
    return !*ended
        || tell(ctx, &EVENT_CONSENT_WITHDRAWN, STR("consent.withdraw"), customer, what, channel, err);
}

bool consents_holds(Ctx *ctx, Id customer, Str what, bool *holds, Error *err)
{
    ConsentInForceRow row;
    ConsentInForceIn  in = { ctx->who.merchant, customer, what };
    return q_consent_in_force_one(ctx->tx, ctx->arena, &in, &row, holds, err);
}

/* events.c — the outbox. See events.h. */
#include "shop/events/events.h"

#include "all_sql.h"

bool events_put(Ctx *ctx, const EventDef *event, Id subject, Str body, Error *err)
{
    EventPutIn in = { ctx->who.merchant, ctx_new_id(ctx), str_from(event->code), subject,
                      env_now_ms(ctx->env), body };
    return q_event_put_exec(ctx->tx, &in, NULL, err);
}

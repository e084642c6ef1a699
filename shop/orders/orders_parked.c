/* orders_parked.c — baskets that are put aside, to go on with them at any till. One who resumes it has it:
 * the state is led on by one conditional statement. What is past its time is over, whatever its row says.
 * See api.def. */
#include "all_sql.h"
#include "core/machine.h"
#include "shop/audit/audit.h"
#include "shop/orders/orders.h"
#include "shop/settings/settings.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

enum { MINUTE_MS = 60000 };

static ParkedBasket show(const Ctx *ctx, const BasketGetRow *r)
{
    bool over = str_eq(r->state, machine_first(MACHINE_PARKED_BASKET)) && r->expires_at_ms <= ctx->now_ms;
    return (ParkedBasket){ .id         = r->id,
                           .state      = over ? STR("expired") : r->state,
                           .location   = r->location,
                           .note       = text_or_none(r->note),
                           .customer   = r->customer,
                           .by         = r->parked_by,
                           .made_at    = r->made_at_ms,
                           .expires_at = r->expires_at_ms,
                           .ended_by   = r->ended_by,
                           .ended_at   = r->ended_at_ms ? r->ended_at_ms : OPT_NONE };
}

static bool get(Ctx *ctx, Id id, ParkedBasket *out, Error *err)
{
    BasketGetRow row;
    bool         found = false;
    if (!q_basket_get_one(ctx->tx, ctx->arena, &(BasketGetIn){ ctx->who.merchant, id }, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such basket");
    *out        = show(ctx, &row);
    out->basket = arena_new(ctx->arena, BasketPark);
    if (!out->basket) return err_memory(err);
    return json_read_stored(ctx->arena, &BasketPark_def, row.body, out->basket, err);
}

bool baskets_park(Ctx *ctx, const BasketPark *request, ParkedBasket *reply, Error *err)
{
    bool    there   = false;
    int64_t minutes = request->minutes;
    if (!location_there(ctx, request->location, &there, err)) return false;
    if (!there) return err_set(err, &ERR_NOT_FOUND, "location", "no such location");
    if (minutes == OPT_NONE && !settings_get(ctx, &SETTING_PARK_MINUTES, &minutes, err)) return false;
    BasketPutIn in = { ctx->who.merchant,
                       ctx_new_id(ctx),
                       request->location,
                       text_or_empty(request->note),
                       request->customer,
                       STR(""),
                       ctx->who.api_key,
                       ctx->now_ms,
                       ctx->now_ms + minutes * MINUTE_MS };
    in.body        = json_write_text(ctx->arena, &BasketPark_def, request);
    Str detail     = str_format(ctx->arena, "%.*s %zu lines", STR_FMT(request->location),
                                request->lines.count);
    if (!in.body.ptr || !detail.ptr) return err_memory(err);
    return q_basket_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("basket.park"), in.id, detail, err) && get(ctx, in.id, reply, err);
}

bool baskets_show(Ctx *ctx, const ById *request, ParkedBasket *reply, Error *err)
{
    return get(ctx, request->id, reply, err);
}

bool baskets_list(Ctx *ctx, const BasketFind *request, BasketList *reply, Error *err)
{
    BasketPageRow *rows  = NULL;
    size_t         count = 0, limit = (size_t)page_limit(request->limit);
    Id             before;
    if (!page_before(request->cursor, &before, err)) return false;
    BasketPageIn in = { ctx->who.merchant, request->location, id_bytes(&before),
                        request->all,      ctx->now_ms,       (int64_t)limit + 1 };
    if (!q_basket_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ParkedBasket, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const BasketPageRow *r = &rows[i];
        BasketGetRow row = { r->id,         r->location,  r->state,      r->note,          r->customer,
                             r->body,       r->parked_by, r->made_at_ms, r->expires_at_ms, r->ended_by,
                             r->ended_at_ms };
        reply->items.items[reply->items.count++] = show(ctx, &row);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

static bool end(Ctx *ctx, Id id, const char *event, Str action, ParkedBasket *reply, Error *err)
{
    Str     next = STR_NONE;
    int64_t rows = 0;
    if (!get(ctx, id, reply, err)) return false;
    if (str_eq(reply->state, STR("expired")))
        return err_set(err, &ERR_BASKET_EXPIRED, "id", "its time is over");
    if (!machine_next(MACHINE_PARKED_BASKET, reply->state, str_from(event), &next))
        return err_set(err, &ERR_BASKET_TAKEN, "id", "it is %.*s", STR_FMT(reply->state));
    BasketEndIn in = { ctx->who.merchant, id, next, ctx->who.api_key, ctx->now_ms };
    if (!q_basket_end_exec(ctx->tx, &in, &rows, err)) return false;
    if (rows != 1) return err_set(err, &ERR_BASKET_TAKEN, "id", "somebody else was faster");
    reply->state    = next;
    reply->ended_by = ctx->who.api_key;
    reply->ended_at = ctx->now_ms;
    return audit_append(ctx, action, id, reply->location, err);
}

bool baskets_resume(Ctx *ctx, const ById *request, ParkedBasket *reply, Error *err)
{
    return end(ctx, request->id, "resume", STR("basket.resume"), reply, err);
}

bool baskets_give_up(Ctx *ctx, const ById *request, ParkedBasket *reply, Error *err)
{
    return end(ctx, request->id, "give_up", STR("basket.give_up"), reply, err);
}

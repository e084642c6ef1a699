/* payment_services_api.c — the routes of payment services and terminals. See api.def. */
#include "shop/payment_services/payment_services.h"

#include "all_sql.h"

#define API_DEF "shop/payment_services/api.def"
#define CAPABILITY payment_services
#include "shop/api_define.h"

bool payment_services_list(Ctx *ctx, const Nothing *request, PaymentServiceList *reply, Error *err)
{
    PaymentServiceAllRow *rows  = NULL;
    bool                  found = true;
    if (!q_payment_service_all_all(ctx->tx, ctx->arena,
                                   &(PaymentServiceAllIn){ ctx->who.merchant, STR("") }, &rows,
                                   &reply->items.count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, PaymentServiceInput, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++)
        if (!payment_services_find(ctx, rows[i].code, &reply->items.items[i], &found, err)) return false;
    return true;
}

bool payment_services_show(Ctx *ctx, const ByCode *request, PaymentServiceInput *reply, Error *err)
{
    bool found = false;
    if (!payment_services_find(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such payment service");
}

bool payment_services_change(Ctx *ctx, const PaymentServiceInput *request, PaymentServiceInput *reply,
                             Error *err)
{
    bool found = false;
    return payment_services_put(ctx, request, err)
        && payment_services_find(ctx, request->code, reply, &found, err);
}

bool terminals_list(Ctx *ctx, const TerminalFind *request, TerminalList *reply, Error *err)
{
    TerminalPageRow *rows  = NULL;
    size_t           count = 0;
    int64_t          limit = page_limit(request->limit);
    TerminalPageIn in = { ctx->who.merchant, text_or_empty(request->location), page_after(request->cursor),
                          limit + 1 };
    if (!q_terminal_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Terminal, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Terminal){
            rows[i].code,   rows[i].location,          rows[i].service,
            rows[i].reader, text_or_none(rows[i].url), rows[i].active
        };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool terminals_change(Ctx *ctx, const Terminal *request, Terminal *reply, Error *err)
{
    *reply = *request;
    return terminals_put(ctx, request, err);
}

static bool show(Ctx *ctx, const PaymentRoute *route, PaymentFacts *out, Error *err)
{
    PaymentNotice *notices = NULL;
    size_t         count   = 0;
    if (!payment_notices_of(ctx, route->payment, &notices, &count, err)) return false;
    *out               = (PaymentFacts){ .id         = route->payment,
                                         .order      = route->order,
                                         .n          = route->n,
                                         .service    = route->service,
                                         .terminal   = text_or_none(route->terminal),
                                         .entry_mode = text_or_none(route->entry_mode),
                                         .wallet     = text_or_none(route->wallet),
                                         .card       = text_or_none(route->card) };
    out->notices.items = arena_array(ctx->arena, PaymentNoticeShown, count + 1);
    if (!out->notices.items) return err_memory(err);
    out->notices.count = count;
    for (size_t i = 0; i < count; i++)
        out->notices.items[i] = (PaymentNoticeShown){ notices[i].event, text_or_none(notices[i].reference),
                                                      notices[i].amount, text_or_none(notices[i].reason),
                                                      notices[i].at_ms };
    return true;
}

bool payment_facts_show(Ctx *ctx, const ById *request, PaymentFacts *reply, Error *err)
{
    PaymentRoute route;
    bool         found = false;
    if (!payment_routes_find(ctx, request->id, &route, &found, err)) return false;
    return found ? show(ctx, &route, reply, err)
                 : err_set(err, &ERR_NOT_FOUND, "id", "no such card payment");
}

bool payment_facts_list(Ctx *ctx, const PaymentsOfCard *request, PaymentFactsList *reply, Error *err)
{
    PaymentRoutePageRow *rows  = NULL;
    size_t               count = 0;
    int64_t              limit = page_limit(request->limit);
    Id                   before;
    if (!page_before(request->cursor, &before, err)) return false;
    PaymentRoutePageIn in = { ctx->who.merchant, request->card, id_bytes(&before), limit + 1 };
    if (!q_payment_route_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, PaymentFacts, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        PaymentRoute route = { rows[i].payment,  rows[i].order_id, rows[i].n,          rows[i].service,
                               rows[i].terminal, rows[i].card,     rows[i].entry_mode, rows[i].wallet };
        if (!show(ctx, &route, &reply->items.items[reply->items.count++], err)) return false;
    }
    if ((int64_t)count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].payment);
    return true;
}

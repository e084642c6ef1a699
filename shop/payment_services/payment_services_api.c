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

/* payment_webhook.c — POST /v1/payment-services/{code}/webhook: what a payment service tells by itself.
 * Only its signature is believed. What it tells is kept (payment_notice), and whatever we wait for is
 * asked now instead of later: so webhooks may come late, twice, in any order, or never. */
#include "core/pan.h"
#include "flows/payment_service.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#include "all_sql.h"

/* Whoever listens is told, once; `n`: of the payment, or 0. */
static bool tell(Ctx *ctx, const EventDef *event, Str action, const PaymentService *at,
                 const WebhookItem *item, Id order, int64_t n, Error *err)
{
    Buf body = buf_make(ctx->arena, 256);
    Str id   = id_text(ctx->arena, order);
    buf_format(&body, "{\"order\":\"%.*s\",\"payment\":%lld,\"amount\":%lld,\"service\":", STR_FMT(id),
               (long long)n, (long long)item->amount);
    buf_json_string(&body, at->code);
    buf_add(&body, STR(",\"reference\":"));
    buf_json_string(&body, item->reference);
    buf_add(&body, STR(",\"reason\":"));
    buf_json_string(&body, text_or_empty(item->reason));
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return audit_append(ctx, action, order, item->reference, err)
        && events_put(ctx, event, order, buf_str(&body), err);
}

/* The payment by what the service calls it; none: it is not of ours. */
static bool find_payment(Ctx *ctx, const PaymentService *at, const WebhookItem *item,
                         PaymentByServiceRow *out, bool *found, Error *err)
{
    PaymentByServiceIn in = { ctx->who.merchant, text_or_empty(item->of), at->code };
    *found                = false;
    return in.reference.len == 0 || q_payment_by_service_one(ctx->tx, ctx->arena, &in, out, found, err);
}

/* A capture or refund; what was done and failed afterwards is for a person. Or nothing of ours. */
static bool hear_part(Ctx *ctx, const PaymentService *at, const WebhookItem *item, Id about, bool fresh,
                      Error *err)
{
    PaymentPartDoneRow row;
    bool               done = false;
    PaymentPartDoneIn  in   = { ctx->who.merchant, about };
    bool failed = str_eq(item->event, STR("capture_failed")) || str_eq(item->event, STR("refund_failed"));
    if (!failed || !fresh) return true;
    if (!q_payment_part_done_one(ctx->tx, ctx->arena, &in, &row, &done, err)) return false;
    return !done
        || tell(ctx, &EVENT_PAYMENT_FAILED_LATE, STR("payment.failed_late"), at, item, row.order_id, 0,
                err);
}

static bool hear_item(Ctx *ctx, const PaymentService *at, const WebhookItem *item, Error *err)
{
    PaymentByServiceRow payment = { .n = 0 };
    PaymentRoute        route;
    bool                known = false, fresh = false, dispute = str_starts(item->event, STR("dispute"));
    Id                  about = item->about;
    if (pan_found(item->reference, false) || pan_found(item->reason, false))
        return true; /* kept by nobody */
    if (id_is_none(about)) {
        if (!find_payment(ctx, at, item, &payment, &known, err)) return false;
        if (!known) return true;
        about = payment.id;
    }
    PaymentNotice notice = { .about     = about,
                             .event     = item->event,
                             .service   = at->code,
                             .reference = item->reference,
                             .reason    = item->reason,
                             .amount    = item->amount };
    if (!payment_notices_put(ctx, &notice, &fresh, err) || !payments_hurry(ctx, about, err)) return false;
    if (!payment_routes_find(ctx, about, &route, &known, err)) return false;
    if (!known) return hear_part(ctx, at, item, about, fresh, err);
    return payments_hurry_hold(ctx, route.order, route.n, err)
        && (!dispute || !fresh
            || tell(ctx, &EVENT_PAYMENT_DISPUTED, STR("payment.disputed"), at, item, route.order, route.n,
                    err));
}

/* Of one merchant that has a service of this code; *heard: it is his. */
static bool hear(Ctx *ctx, Str code, bool *heard, Error *err)
{
    PaymentService at;
    WebhookNews   *news = arena_new(ctx->arena, WebhookNews);
    WebhookCall    call = { ctx->raw->body, ctx->raw->signature, ctx->now_ms };
    Error          why  = { .def = NULL };
    if (!news) return err_memory(err);
    if (!payment_service_open(ctx, code, &at, err)) return false;
    *heard = at.adapter && at.adapter->hear && at.adapter->hear(&at, ctx->arena, &call, news, &why);
    if (!*heard && why.def && why.def != &ERR_WEBHOOK_SIGNATURE) {
        *err = why;
        return false;
    }
    for (size_t i = 0; *heard && i < news->count; i++)
        if (!hear_item(ctx, &at, &news->items[i], err)) return false;
    return true;
}

bool payment_webhook(Ctx *ctx, const ByCode *request, WebhookHeard *reply, Error *err)
{
    int64_t *merchants = NULL;
    size_t   count     = 0;
    bool     heard     = false;
    if (!ctx->raw || !payment_services_merchants(ctx, request->code, &merchants, &count, err))
        return false;
    for (size_t i = 0; !heard && i < count; i++) {
        ctx->who.merchant = merchants[i];
        if (!hear(ctx, request->code, &heard, err)) return false;
    }
    reply->text = STR("[accepted]");
    return heard
        || err_set(err, &ERR_WEBHOOK_SIGNATURE, "", "no payment service of this code has signed this");
}

/* disputes.c — what the simulator tells by itself, and chargebacks: POST /v1/webhooks, POST
 * /v1/charges/{key}/chargeback. */
#include "psp/service_inner.h"

#include <stdio.h>

void service_tell(Service *service, const Charge *charge)
{
    char        reference[32] = "";
    bool        gone          = charge->state == CHARGE_REVERSED || charge->state == CHARGE_EXPIRED;
    const char *event = charge->state == CHARGE_DECLINED ? "charge_failed" : gone ? "cancel" : "charge";
    if (charge->number)
        (void)snprintf(reference, sizeof reference, "ch_%012lld", (long long)charge->number);
    if (charge->state != CHARGE_PENDING)
        hooks_tell(service->hooks, event, charge->key, reference, charge->amount, charge->reason);
}

void service_tell_part(Service *service, const Refund *part, const char *event)
{
    char reference[32];
    (void)snprintf(reference, sizeof reference, "%.2s_%012lld", event, (long long)part->number);
    hooks_tell(service->hooks, event, part->key, reference, part->amount, "");
}

/* {url, secret, times?, late_ms?, shuffle?}: who is told from now on, and how badly. */
Answer service_post_webhooks(Service *service, HttpExchange *exchange)
{
    HooksPlan   plan = { .times = 1 };
    const char *url = NULL, *secret = NULL;
    json_int_t  times = 1, late = 0;
    int         mixed = 0;
    json_t     *json  = service_body(exchange);
    bool        whole = json
              && json_unpack(json, "{s:s, s:s, s?I, s?I, s?b!}", "url", &url, "secret", &secret, "times",
                             &times, "late_ms", &late, "shuffle", &mixed)
                     == 0;
    bool fine = whole && strlen(url) < sizeof plan.url && strlen(secret) < sizeof plan.secret && times >= 1
             && times <= 10 && late >= 0 && late <= SLOW_MS_MAX;
    if (fine) {
        (void)snprintf(plan.url, sizeof plan.url, "%s", url);
        (void)snprintf(plan.secret, sizeof plan.secret, "%s", secret);
        plan.times   = times;
        plan.late_ms = late;
        plan.shuffle = mixed;
        hooks_plan(service->hooks, &plan);
    }
    json_decref(json);
    return fine ? (Answer){ 200, json_pack("{s:b}", "ok", 1) } : service_refusal(400, "body_invalid");
}

/* {amount, reason}: the cardholder's bank takes captured money back; a person answers later. */
Answer service_post_chargeback(Service *service, HttpExchange *exchange, Str key)
{
    json_int_t  amount = 0;
    const char *reason = NULL;
    char        reference[32];
    json_t     *json = service_body(exchange);
    bool whole       = json && json_unpack(json, "{s:I, s:s!}", "amount", &amount, "reason", &reason) == 0;
    pthread_mutex_lock(&service->lock);
    Charge *charge = book_find(service->book, key);
    bool    there  = charge && whole && amount > 0
              && amount <= charge->captured - charge->refunded - charge->disputed
              && service_is_key(str_from(reason));
    if (there) {
        charge->disputed += amount;
        (void)snprintf(reference, sizeof reference, "dp_%012lld_%lld", (long long)charge->number,
                       (long long)charge->disputed);
        hooks_tell(service->hooks, "dispute_taken", charge->key, reference, amount, reason);
    }
    pthread_mutex_unlock(&service->lock);
    json_decref(json);
    return there ? (Answer){ 201, json_pack("{s:s, s:s%, s:I}", "state", "disputed", "key", key.ptr,
                                            key.len, "amount", amount) }
                 : service_refusal(409, "nothing_to_dispute");
}

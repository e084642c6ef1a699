/* carrier.c — the adapter to a carrier's service. See carrier.h. */
#include "flows/carrier.h"

#include "flows/exchange.h"

#include <stdlib.h>

static const char labels[] = "/v1/labels/";

static void call_service(Exchange *x, Env *env, Str method, Str path, Id key, Str body)
{
    ExchangeCall call = { method, env->carrier_url, path, key, body, env->carrier_timeout_ms, REACH_ANY };
    exchange_call(x, &call);
}

/* The state of a label that was bought once, with all that goes with it. */
static bool keep_label(const Exchange *x, CarrierAnswer *out)
{
    static const char *const states[] = { "bought", "moving", "delivered", "failed" };
    (void)exchange_keep(x, "reason", out->reason, sizeof out->reason);
    for (size_t i = 0; i < COUNT(states); i++)
        if (exchange_state_is(x, str_from(states[i])))
            return exchange_keep(x, "state", out->state, sizeof out->state)
                && exchange_keep(x, "carrier", out->carrier, sizeof out->carrier)
                && exchange_keep(x, "tracking", out->tracking, sizeof out->tracking)
                && exchange_keep(x, "label", out->label, sizeof out->label);
    return false;
}

static bool keep_voided(const Exchange *x, CarrierAnswer *out)
{
    return exchange_state_is(x, STR("voided")) && exchange_keep(x, "state", out->state, sizeof out->state);
}

static bool is_refused(const Exchange *x, CarrierAnswer *out)
{
    return exchange_state_is(x, STR("refused"))
        && exchange_keep(x, "reason", out->reason, sizeof out->reason);
}

static CarrierOutcome finish(Exchange *x, CarrierOutcome outcome, CarrierAnswer *out)
{
    exchange_end(x);
    if (outcome == CARRIER_UNKNOWN || outcome == CARRIER_NOT_FOUND) *out = (CarrierAnswer){ .state = "" };
    return outcome;
}

static void put_text(json_t *json, const char *name, Str text)
{
    (void)json_object_set_new(json, name, json_stringn(text.ptr ? text.ptr : "", text.len));
}

static json_t *place_json(const CarrierPlace *place)
{
    json_t *json = json_object();
    put_text(json, "name", place->name);
    put_text(json, "street", place->street);
    put_text(json, "city", place->city);
    put_text(json, "region", place->region);
    put_text(json, "postal_code", place->postal_code);
    put_text(json, "country", place->country);
    return json;
}

CarrierOutcome carrier_buy(Env *env, const CarrierLabel *label, CarrierAnswer *out)
{
    Exchange       x;
    CarrierOutcome outcome = CARRIER_UNKNOWN;
    *out                   = (CarrierAnswer){ .state = "" };
    json_t *ask  = json_pack("{s:s%, s:I, s:o, s:o}", "service", label->service.ptr, label->service.len,
                             "weight", (json_int_t)label->weight, "from", place_json(&label->from), "to",
                             place_json(&label->to));
    char   *body = ask ? json_dumps(ask, JSON_COMPACT) : NULL;
    json_decref(ask);
    if (!body) return CARRIER_UNKNOWN; /* nothing was asked; asking by the key will show that */
    call_service(&x, env, STR("POST"), STR("/v1/labels"), label->key, str_from(body));
    free(body);
    if (x.json && x.status == 201 && keep_label(&x, out)) outcome = CARRIER_KNOWN;
    else if (x.json && x.status == 422 && is_refused(&x, out)) outcome = CARRIER_REFUSED;
    return finish(&x, outcome, out);
}

CarrierOutcome carrier_ask(Env *env, Id key, CarrierAnswer *out)
{
    Exchange       x;
    char           path[96];
    CarrierOutcome outcome = CARRIER_UNKNOWN;
    *out                   = (CarrierAnswer){ .state = "" };
    call_service(&x, env, STR("GET"), exchange_path(path, sizeof path, labels, key, ""), key, STR_NONE);
    if (x.json && x.status == 404) outcome = CARRIER_NOT_FOUND;
    else if (x.json && x.status == 200 && (keep_label(&x, out) || keep_voided(&x, out)))
        outcome = CARRIER_KNOWN;
    else if (x.json && x.status == 200 && is_refused(&x, out)) outcome = CARRIER_REFUSED;
    return finish(&x, outcome, out);
}

CarrierOutcome carrier_void(Env *env, Id key, CarrierAnswer *out)
{
    Exchange       x;
    char           path[96];
    CarrierOutcome outcome = CARRIER_UNKNOWN;
    *out                   = (CarrierAnswer){ .state = "" };
    call_service(&x, env, STR("POST"), exchange_path(path, sizeof path, labels, key, "/void"), key,
                 STR(""));
    if (x.json && x.status == 200 && keep_voided(&x, out)) outcome = CARRIER_KNOWN;
    else if (x.json && x.status == 409 && keep_label(&x, out)) outcome = CARRIER_KNOWN;
    return finish(&x, outcome, out);
}

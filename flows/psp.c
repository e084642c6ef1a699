/* psp.c — the adapter to the payment service. See psp.h.
 * Rule: only an answer that names our key (and, for money, our amount and currency) is believed. All else
 * is PSP_UNKNOWN, whatever its status says: the caller asks again by the same key. */
#include "flows/psp.h"

#include "sys/http_client.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { REPLY_MAX = 8192, ARENA_BYTES = 24 * 1024, CONNECT_MS = 3000, TIMEOUT_STANDARD = 10000 };

/* One call: what is asked, and the answer as far as it can be trusted. */
typedef struct {
    Env    *env;
    Arena   arena;
    uint8_t bytes[ARENA_BYTES];
    int     status; /* 0: no answer */
    json_t *json;   /* an object that names our key, or NULL */
} Exchange;

static void call_service(Exchange *x, Env *env, Str method, Str path, Id key, Str body)
{
    Error      err = { 0 };
    HttpAnswer answer;
    arena_init(&x->arena, x->bytes, sizeof x->bytes);
    x->env       = env;
    x->status    = 0;
    x->json      = NULL;
    int total_ms = env->psp_timeout_ms > 0 ? env->psp_timeout_ms : TIMEOUT_STANDARD;
    Str url      = str_format(&x->arena, "%.*s%.*s", STR_FMT(env->psp_url), STR_FMT(path));
    Str own      = id_text(&x->arena, key);
    if (!env->psp_url.len || !path.ptr || !url.ptr || !own.ptr) return;
    HttpCall call   = { .method     = method,
                        .url        = url,
                        .body       = body,
                        .reply_max  = REPLY_MAX,
                        .connect_ms = total_ms < CONNECT_MS ? total_ms : CONNECT_MS,
                        .total_ms   = total_ms };
    call.headers[0] = (HttpClientHeader){ STR("Idempotency-Key"), own };
    call.headers[1] = (HttpClientHeader){ STR("Accept"), STR("application/json") };
    if (body.len) call.headers[2] = (HttpClientHeader){ STR("Content-Type"), STR("application/json") };
    if (!http_client_call(&x->arena, &call, &answer, &err) || answer.truncated) return;
    x->status = answer.status;
    if (answer.status < 200 || answer.status >= 500) return;
    x->json              = json_loadb(answer.body.ptr, answer.body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *key_told = json_string_value(json_object_get(x->json, "key"));
    if (key_told && str_eq(str_from(key_told), own)) return;
    json_decref(x->json);
    x->json = NULL;
}

static Str text_of(const Exchange *x, const char *name)
{
    return str_from(json_string_value(json_object_get(x->json, name)));
}

static int64_t number_of(const Exchange *x, const char *name)
{
    return json_integer_value(json_object_get(x->json, name));
}

static bool number_is(const Exchange *x, const char *name, int64_t value)
{
    const json_t *number = json_object_get(x->json, name);
    return json_is_integer(number) && json_integer_value(number) == value;
}

static bool state_is(const Exchange *x, Str state)
{
    return str_eq(text_of(x, "state"), state);
}

/* Copies a text of the answer; false when it is absent, empty or too long. */
static bool keep(const Exchange *x, const char *name, char *out, size_t size)
{
    Str text = text_of(x, name);
    if (text.len == 0 || text.len >= size) return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = 0;
    return true;
}

static bool keep_card(const Exchange *x, PspAnswer *out)
{
    return keep(x, "id", out->reference, sizeof out->reference)
           && keep(x, "brand", out->brand, sizeof out->brand)
           && keep(x, "last4", out->last4, sizeof out->last4);
}

/* A definite no: the status and the body say so both, and the body gives a reason. */
static bool is_declined(const Exchange *x, PspAnswer *out)
{
    return state_is(x, STR("declined")) && keep(x, "reason", out->reason, sizeof out->reason);
}

/* Held, with the time it is held for. */
static bool keep_hold(const Exchange *x, PspAnswer *out)
{
    out->held          = state_is(x, STR("authorised"));
    out->expires_in_ms = number_of(x, "expires_in_ms");
    return !out->held || out->expires_in_ms > 0;
}

static PspOutcome finish(Exchange *x, PspOutcome outcome, PspAnswer *out)
{
    json_decref(x->json);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ 0 };
    return outcome;
}

static Str charge_path(char *buffer, size_t size, Id key, const char *tail)
{
    char text[ID_TEXT_LEN];
    id_format(key, text);
    int len = snprintf(buffer, size, "/v1/charges/%.*s%s", ID_TEXT_LEN, text, tail);
    return (Str){ buffer, (size_t)len };
}

PspOutcome psp_charge(Env *env, const PspCharge *charge, PspAnswer *out)
{
    Exchange   x;
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    json_t *ask        = json_pack("{s:I, s:s%, s:s%, s:b}", "amount", (json_int_t)charge->amount, "currency",
                                   charge->currency.ptr, charge->currency.len, "token", charge->token.ptr,
                                   charge->token.len, "capture", !charge->hold);
    char   *body       = ask ? json_dumps(ask, JSON_COMPACT) : NULL;
    json_decref(ask);
    if (!body) return PSP_UNKNOWN; /* nothing was asked; asking by the key will show that */
    call_service(&x, env, STR("POST"), STR("/v1/charges"), charge->key, str_from(body));
    free(body);
    if (x.json && x.status == 201 && state_is(&x, charge->hold ? STR("authorised") : STR("captured"))
        && number_is(&x, "amount", charge->amount) && str_eq(text_of(&x, "currency"), charge->currency)
        && keep_card(&x, out) && keep_hold(&x, out))
        outcome = PSP_APPROVED;
    else if (x.json && x.status == 402 && is_declined(&x, out)) outcome = PSP_DECLINED;
    return finish(&x, outcome, out);
}

PspOutcome psp_ask(Env *env, Id key, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, env, STR("GET"), charge_path(path, sizeof path, key, ""), key, STR_NONE);
    if (x.json && x.status == 404) outcome = PSP_NOT_FOUND;
    else if (x.json && x.status == 200 && (state_is(&x, STR("captured")) || state_is(&x, STR("authorised")))
             && keep_card(&x, out) && keep_hold(&x, out))
        outcome = PSP_APPROVED;
    else if (x.json && x.status == 200 && is_declined(&x, out)) outcome = PSP_DECLINED;
    else if (x.json && x.status == 200 && (state_is(&x, STR("reversed")) || state_is(&x, STR("expired")))) {
        (void)keep(&x, "state", out->reason, sizeof out->reason);
        outcome = PSP_DECLINED;
    }
    return finish(&x, outcome, out);
}

PspOutcome psp_reverse(Env *env, Id key, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, env, STR("POST"), charge_path(path, sizeof path, key, "/reverse"), key, STR(""));
    if (x.json && x.status == 200 && (state_is(&x, STR("reversed")) || state_is(&x, STR("declined")))) {
        (void)keep(&x, "id", out->reference, sizeof out->reference); /* a key never charged has none */
        outcome = PSP_APPROVED;
    }
    return finish(&x, outcome, out);
}

/* A part of a charge that is taken or given back; its own key may be sent again and again. */
static PspOutcome part(Env *env, Id key, Id charge_key, int64_t amount, const char *tail, Str done,
                       PspAnswer *out)
{
    Exchange   x;
    char       path[96], body[48], charge[ID_TEXT_LEN];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    id_format(charge_key, charge);
    (void)snprintf(body, sizeof body, "{\"amount\":%lld}", (long long)amount);
    call_service(&x, env, STR("POST"), charge_path(path, sizeof path, charge_key, tail), key, str_from(body));
    if (x.json && x.status == 201 && state_is(&x, done) && number_is(&x, "amount", amount)
        && str_eq(text_of(&x, "charge"), (Str){ charge, ID_TEXT_LEN })
        && keep(&x, "id", out->reference, sizeof out->reference))
        outcome = PSP_APPROVED;
    else if (x.json && (x.status == 402 || x.status == 404 || x.status == 409) && is_declined(&x, out))
        outcome = PSP_DECLINED;
    return finish(&x, outcome, out);
}

PspOutcome psp_refund(Env *env, Id key, Id charge_key, int64_t amount, PspAnswer *out)
{
    return part(env, key, charge_key, amount, "/refunds", STR("refunded"), out);
}

PspOutcome psp_capture(Env *env, Id key, Id charge_key, int64_t amount, PspAnswer *out)
{
    return part(env, key, charge_key, amount, "/captures", STR("captured"), out);
}

PspOutcome psp_void(Env *env, Id key, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, env, STR("POST"), charge_path(path, sizeof path, key, "/void"), key, STR(""));
    if (x.json && x.status == 200
        && (state_is(&x, STR("reversed")) || state_is(&x, STR("declined")) || state_is(&x, STR("expired"))
            || state_is(&x, STR("captured")))) {
        out->captured = number_of(&x, "captured");
        outcome       = PSP_APPROVED;
    }
    return finish(&x, outcome, out);
}

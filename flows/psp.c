/* psp.c — the adapter to the payment-service simulator. See psp.h and payment_service.h. */
#include "flows/psp.h"

#include "flows/exchange.h"
#include "flows/stripe.h"

#include <stdio.h>
#include <stdlib.h>

/* A call by a charge's or a part's own key. */
static void call_service(Exchange *x, const PaymentService *at, Str method, Str path, Id key, Str body)
{
    ExchangeCall call = { method, at->url, path, key, body, at->timeout_ms, at->reach };
    exchange_call(x, &call);
}

/* Entry mode, wallet and card are told of some cards only. */
static bool keep_card(const Exchange *x, PspAnswer *out)
{
    (void)exchange_keep(x, "entry_mode", out->entry_mode, sizeof out->entry_mode);
    (void)exchange_keep(x, "wallet", out->wallet, sizeof out->wallet);
    (void)exchange_keep(x, "card", out->card, sizeof out->card);
    return exchange_keep(x, "id", out->reference, sizeof out->reference)
        && exchange_keep(x, "brand", out->brand, sizeof out->brand)
        && exchange_keep(x, "last4", out->last4, sizeof out->last4);
}

/* A definite no: the status and the body say so both, and the body gives a reason. */
static bool is_declined(const Exchange *x, PspAnswer *out)
{
    return exchange_state_is(x, STR("declined"))
        && exchange_keep(x, "reason", out->reason, sizeof out->reason);
}

/* Held, with the time it is held for. */
static bool keep_hold(const Exchange *x, PspAnswer *out)
{
    out->held          = exchange_state_is(x, STR("authorised"));
    out->expires_in_ms = exchange_number(x, "expires_in_ms");
    return !out->held || out->expires_in_ms > 0;
}

static PspOutcome finish(Exchange *x, PspOutcome outcome, PspAnswer *out)
{
    exchange_end(x);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ 0 };
    return outcome;
}

static Str charge_path(char *buffer, size_t size, Id key, const char *tail)
{
    return exchange_path(buffer, size, "/v1/charges/", key, tail);
}

static PspOutcome reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out);

/* Less was approved than we asked for. */
static bool is_partial(const Exchange *x)
{
    return exchange_number(x, "requested") > exchange_number(x, "amount");
}

/* Then nothing is: it is undone, and the customer pays in another way. */
static PspOutcome undo_partial(Exchange *x, const PaymentService *at, const PspCharge *charge,
                               PspAnswer *out)
{
    exchange_end(x);
    if (reverse(at, charge, out) != PSP_APPROVED) return PSP_UNKNOWN;
    service_put(STR("partial_approval"), out->reason, sizeof out->reason);
    return PSP_DECLINED;
}

static PspOutcome charge_card(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Exchange   x;
    PspOutcome outcome = PSP_UNKNOWN;
    Str        token   = at->reader.len ? at->reader : charge->token; /* a reader reads one card */
    *out               = (PspAnswer){ 0 };
    json_t *ask  = json_pack("{s:I, s:s%, s:s%, s:b}", "amount", (json_int_t)charge->amount, "currency",
                             charge->currency.ptr, charge->currency.len, "token", token.ptr, token.len,
                             "capture", !charge->hold);
    char   *body = ask ? json_dumps(ask, JSON_COMPACT) : NULL;
    json_decref(ask);
    if (!body) return PSP_UNKNOWN; /* nothing was asked; asking by the key will show that */
    call_service(&x, at, STR("POST"), STR("/v1/charges"), charge->key, str_from(body));
    free(body);
    if (x.json && x.status == 201
        && exchange_state_is(&x, charge->hold ? STR("authorised") : STR("captured"))
        && exchange_number_is(&x, "amount", charge->amount)
        && str_eq(exchange_text(&x, "currency"), charge->currency) && keep_card(&x, out)
        && keep_hold(&x, out))
        outcome = PSP_APPROVED;
    else if (x.json && x.status == 402 && is_declined(&x, out)) outcome = PSP_DECLINED;
    if (x.json && x.status == 201 && is_partial(&x)) return undo_partial(&x, at, charge, out);
    return finish(&x, outcome, out);
}

static PspOutcome ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, at, STR("GET"), charge_path(path, sizeof path, charge->key, ""), charge->key,
                 STR_NONE);
    if (x.json && x.status == 404) outcome = PSP_NOT_FOUND;
    else if (x.json && x.status == 200
             && (exchange_state_is(&x, STR("captured")) || exchange_state_is(&x, STR("authorised")))
             && (charge->amount == 0 || exchange_number_is(&x, "amount", charge->amount) || is_partial(&x))
             && keep_card(&x, out) && keep_hold(&x, out))
        outcome = PSP_APPROVED;
    else if (x.json && x.status == 200 && is_declined(&x, out)) outcome = PSP_DECLINED;
    else if (x.json && x.status == 200
             && (exchange_state_is(&x, STR("reversed")) || exchange_state_is(&x, STR("expired")))) {
        (void)exchange_keep(&x, "state", out->reason, sizeof out->reason);
        outcome = PSP_DECLINED;
    }
    if (outcome == PSP_APPROVED && is_partial(&x)) return undo_partial(&x, at, charge, out);
    return finish(&x, outcome, out);
}

static PspOutcome reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, at, STR("POST"), charge_path(path, sizeof path, charge->key, "/reverse"), charge->key,
                 STR(""));
    if (x.json && x.status == 200
        && (exchange_state_is(&x, STR("reversed")) || exchange_state_is(&x, STR("declined")))) {
        (void)exchange_keep(&x, "id", out->reference,
                            sizeof out->reference); /* a key never charged has none */
        outcome = PSP_APPROVED;
    }
    return finish(&x, outcome, out);
}

/* A part of a charge that is taken or given back; its own key may be sent again and again. */
static PspOutcome part(const PaymentService *at, const PspCharge *whole, const PspPart *what,
                       const char *tail, Str done, PspAnswer *out)
{
    Exchange   x;
    char       path[96], body[48], charge[ID_TEXT_LEN];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    id_format(whole->key, charge);
    (void)snprintf(body, sizeof body, "{\"amount\":%lld}", (long long)what->amount);
    call_service(&x, at, STR("POST"), charge_path(path, sizeof path, whole->key, tail), what->key,
                 str_from(body));
    if (x.json && x.status == 201 && exchange_state_is(&x, done)
        && exchange_number_is(&x, "amount", what->amount)
        && str_eq(exchange_text(&x, "charge"), (Str){ charge, ID_TEXT_LEN })
        && exchange_keep(&x, "id", out->reference, sizeof out->reference))
        outcome = PSP_APPROVED;
    else if (x.json && (x.status == 402 || x.status == 404 || x.status == 409) && is_declined(&x, out))
        outcome = PSP_DECLINED;
    return finish(&x, outcome, out);
}

static PspOutcome refund(const PaymentService *at, const PspCharge *charge, const PspPart *what,
                         PspAnswer *out)
{
    return part(at, charge, what, "/refunds", STR("refunded"), out);
}

static PspOutcome capture(const PaymentService *at, const PspCharge *charge, const PspPart *what,
                          PspAnswer *out)
{
    return part(at, charge, what, "/captures", STR("captured"), out);
}

static PspOutcome give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Exchange   x;
    char       path[96];
    PspOutcome outcome = PSP_UNKNOWN;
    *out               = (PspAnswer){ 0 };
    call_service(&x, at, STR("POST"), charge_path(path, sizeof path, charge->key, "/void"), charge->key,
                 STR(""));
    if (x.json && x.status == 200
        && (exchange_state_is(&x, STR("reversed")) || exchange_state_is(&x, STR("declined"))
            || exchange_state_is(&x, STR("expired")) || exchange_state_is(&x, STR("captured")))) {
        out->captured = exchange_number(&x, "captured");
        outcome       = PSP_APPROVED;
    }
    return finish(&x, outcome, out);
}

/* {event, key, reference, amount, reason}, signed as Stripe does it. */
static bool hear(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                 Error *err)
{
    out->count = 0;
    if (!stripe_signed(at, arena, call, err)) return false;
    json_t     *json = json_loadb(call->body.ptr, call->body.len, JSON_REJECT_DUPLICATES, NULL);
    WebhookItem item = { .event     = str_dup(arena, service_text(json, "event")),
                         .reference = str_dup(arena, service_text(json, "reference")),
                         .reason    = str_dup(arena, service_text(json, "reason")),
                         .amount    = service_number(json, "amount") };
    if (item.event.len && id_parse(service_text(json, "key"), &item.about))
        out->items[out->count++] = item;
    json_decref(json);
    return true;
}

/* Its test cards last for ever. */
static PspOutcome keep(const PaymentService *at, const PspCharge *charge, Str shopper, PspAnswer *out)
{
    if (!str_starts(charge->token, STR("tok_")) || charge->token.len >= sizeof out->card) {
        service_put(STR("invalid_token"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    service_put(charge->token, out->card, sizeof out->card);
    return PSP_APPROVED;
}

const PaymentAdapter payment_simulator = {
    .kind    = "simulator",
    .charge  = charge_card,
    .ask     = ask,
    .reverse = reverse,
    .capture = capture,
    .give_up = give_up,
    .refund  = refund,
    .keep    = keep,
    .hear    = hear,
};

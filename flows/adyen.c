/* adyen.c — payments of a page by Adyen's Checkout: charged, asked, undone. See adyen.h. */
#include "flows/adyen.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 512, BODY_BYTES = 24 * 1024, GIVE_UP_MS = 10 * 60 * 1000 };

static const int64_t hold_ms = 7LL * 86400 * 1000;

const PaymentNotice *adyen_told(const PspTold *told, const char *event)
{
    for (size_t i = 0; i < told->count; i++)
        if (str_eq(told->items[i].event, str_from(event))) return &told->items[i];
    return NULL;
}

Str adyen_reference(const PspCharge *charge)
{
    const PaymentNotice *notice = adyen_told(&charge->told, "charge");
    Str    reference = charge->reference.len ? charge->reference : notice ? notice->reference : STR_NONE;
    size_t dot       = str_index(reference, '.', 0);
    Str    own       = dot < reference.len ? str_slice(reference, dot + 1, reference.len) : reference;
    for (size_t i = 0; i < own.len; i++) {
        char c = own.ptr[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) return STR_NONE;
    }
    return own;
}

void adyen_post(const PaymentService *at, Str path, Str body, Str twice, ServiceReply *out)
{
    char url[PATH_BYTES];
    Str  base = at->url.len ? at->url : STR("https://checkout-test.adyen.com/v72");
    int  len  = snprintf(url, sizeof url, "%.*s%.*s", STR_FMT(base), STR_FMT(path));
    *out      = (ServiceReply){ 0, NULL };
    if (len <= 0 || (size_t)len >= sizeof url || !body.ptr || at->secret.len > 400) return;
    HttpCall http = { .method  = STR("POST"),
                      .url     = (Str){ url, (size_t)len },
                      .body    = body,
                      .reach   = at->reach,
                      .headers = { { STR("X-API-Key"), at->secret },
                                   { STR("Content-Type"), STR("application/json") },
                                   { STR("Idempotency-Key"), twice } } };
    service_call(at, http, out);
}

/* --- a charge --- */

/* The card: what the page's component made of it (JSON), or "stored:SHOPPER:ID" of an earlier sale. */
static void add_card(Buf *body, Str token)
{
    Str prefix = STR("stored:");
    if (!str_starts(token, prefix)) {
        json_t *json = json_loadb(token.ptr, token.len, JSON_REJECT_DUPLICATES, NULL);
        char   *text = json_is_object(json) ? json_dumps(json, JSON_COMPACT) : NULL;
        buf_add(body, STR(",\"shopperInteraction\":\"Ecommerce\",\"paymentMethod\":"));
        if (text) buf_add(body, str_from(text));
        else buf_add(body, STR("{}"));
        free(text);
        json_decref(json);
        return;
    }
    Str    rest = str_slice(token, prefix.len, token.len);
    size_t mid  = str_index(rest, ':', 0);
    buf_add(body, STR(",\"shopperInteraction\":\"ContAuth\",\"recurringProcessingModel\":\"CardOnFile\","
                      "\"shopperReference\":"));
    buf_json_string(body, str_slice(rest, 0, mid));
    buf_add(body, STR(",\"paymentMethod\":{\"type\":\"scheme\",\"storedPaymentMethodId\":"));
    buf_json_string(body, mid < rest.len ? str_slice(rest, mid + 1, rest.len) : STR(""));
    buf_byte(body, '}');
}

static Str charge_body(Arena *arena, const PaymentService *at, const PspCharge *charge)
{
    char own[ID_TEXT_LEN + 1];
    Buf  body = buf_make(arena, 2048);
    (void)service_key(charge->key, own);
    buf_format(
        &body,
        "{\"amount\":{\"value\":%lld,\"currency\":\"%.*s\"},\"reference\":\"%s\",\"merchantAccount\":",
        (long long)charge->amount, STR_FMT(charge->currency), own);
    buf_json_string(&body, at->account);
    add_card(&body, charge->token);
    /* nobody is sent anywhere: who is to act is declined */
    buf_add(&body, STR(",\"returnUrl\":\"https://localhost/\",\"channel\":\"Web\""));
    if (charge->hold) buf_add(&body, STR(",\"additionalData\":{\"manualCapture\":\"true\"}}"));
    else buf_add(&body, STR(",\"captureDelayHours\":0}"));
    return body.failed ? STR_NONE : buf_str(&body);
}

static void keep_card(const json_t *json, PspAnswer *out)
{
    service_keep(json, "pspReference", out->reference, sizeof out->reference);
    service_keep(json, "paymentMethod.brand", out->brand, sizeof out->brand);
    service_keep(json, "additionalData.cardSummary", out->last4, 5);
    service_keep(json, "additionalData.alias", out->card, sizeof out->card);
    Str variant = service_text(json, "additionalData.paymentMethodVariant");
    if (memmem(variant.ptr ? variant.ptr : "", variant.len, "applepay", 8))
        service_put(STR("apple_pay"), out->wallet, sizeof out->wallet);
    if (memmem(variant.ptr ? variant.ptr : "", variant.len, "googlepay", 9))
        service_put(STR("google_pay"), out->wallet, sizeof out->wallet);
    service_put(STR("ecommerce"), out->entry_mode, sizeof out->entry_mode);
}

static PspOutcome judge(const json_t *json, const PspCharge *charge, PspAnswer *out)
{
    char own[ID_TEXT_LEN + 1];
    Str  result = service_text(json, "resultCode");
    if (!service_is(json, "merchantReference", service_key(charge->key, own))) return PSP_UNKNOWN;
    if (str_eq(result, STR("Authorised"))) {
        if (service_number(json, "amount.value") != charge->amount
            || !service_is(json, "amount.currency", charge->currency))
            return PSP_UNKNOWN;
        keep_card(json, out);
        out->held          = charge->hold;
        out->expires_in_ms = charge->hold ? hold_ms : 0;
        return PSP_APPROVED;
    }
    bool acts = str_eq(result, STR("RedirectShopper")) || str_eq(result, STR("ChallengeShopper"))
             || str_eq(result, STR("IdentifyShopper")) || str_eq(result, STR("PresentToShopper"));
    if (!acts && !str_eq(result, STR("Refused")) && !str_eq(result, STR("Cancelled"))) return PSP_UNKNOWN;
    service_keep(json, "pspReference", out->reference, sizeof out->reference);
    service_keep(json, "refusalReason", out->reason, sizeof out->reason);
    if (!out->reason[0])
        service_put(acts ? STR("authentication_required") : result, out->reason, sizeof out->reason);
    return PSP_DECLINED;
}

/* A request that Adyen did not take up at all. */
static bool is_refused(const ServiceReply *reply, PspAnswer *out)
{
    bool status = reply->status == 400 || reply->status == 401 || reply->status == 403
               || reply->status == 422;
    Str code = service_text(reply->json, "errorCode");
    if (!status || !service_text(reply->json, "errorType").len) return false;
    if (str_eq(code, STR("704"))) return false; /* the same request is under way */
    service_keep(reply->json, "errorCode", out->reason, sizeof out->reason);
    if (!out->reason[0]) service_keep(reply->json, "errorType", out->reason, sizeof out->reason);
    return true;
}

static PspOutcome done(ServiceReply *reply, PspOutcome outcome, PspAnswer *out)
{
    service_end(reply);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ .reference = "" };
    return outcome;
}

static PspOutcome charge_card(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    char         own[ID_TEXT_LEN + 1];
    ServiceReply reply;
    Arena        arena;
    if (at->reader.len) return adyen_terminal_charge(at, charge, out);
    void *bytes = malloc(BODY_BYTES);
    if (!bytes) return PSP_UNKNOWN;
    arena_init(&arena, bytes, BODY_BYTES);
    adyen_post(at, STR("/payments"), charge_body(&arena, at, charge), service_key(charge->key, own),
               &reply);
    free(bytes);
    PspOutcome outcome = reply.status == 200 ? judge(reply.json, charge, out) : PSP_UNKNOWN;
    if (outcome == PSP_UNKNOWN && is_refused(&reply, out)) outcome = PSP_DECLINED;
    return done(&reply, outcome, out);
}

/* What its webhooks said; of a key that none was about for long, it is said that it was not charged, so
 * that it is undone by our reference. */
static PspOutcome ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    const PaymentNotice *yes = adyen_told(&charge->told, "charge"),
                        *no  = adyen_told(&charge->told, "charge_failed");
    if (yes && yes->amount == charge->amount) {
        service_put(yes->reference, out->reference, sizeof out->reference);
        out->held          = charge->hold;
        out->expires_in_ms = charge->hold ? hold_ms : 0;
    }
    if (adyen_told(&charge->told, "cancel")) {
        service_put(STR("cancelled"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    if (at->reader.len) return adyen_terminal_ask(at, charge, out);
    if (yes) return yes->amount == charge->amount ? PSP_APPROVED : PSP_UNKNOWN;
    if (no) {
        service_put(no->reason.len ? no->reason : STR("Refused"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    return service_age_ms(at, charge->key) > GIVE_UP_MS ? PSP_NOT_FOUND : PSP_UNKNOWN;
}

static PspOutcome reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    bool taken = adyen_told(&charge->told, "charge") || charge->reference.len;
    if (adyen_told(&charge->told, "cancel")) return PSP_APPROVED;
    if (adyen_told(&charge->told, "charge_failed") && !taken) return PSP_APPROVED;
    if (adyen_told(&charge->told, "cancel_failed") && !taken)
        return PSP_APPROVED; /* there was nothing to cancel */
    return at->reader.len ? adyen_terminal_reverse(at, charge, out) : adyen_undo(at, charge, out);
}

/* Charges nothing, and stores the card: "stored:SHOPPER:ID". */
static PspOutcome keep(const PaymentService *at, const PspCharge *charge, Str shopper, PspAnswer *out)
{
    char         own[ID_TEXT_LEN + 1];
    ServiceReply reply;
    Arena        arena;
    void        *bytes = malloc(BODY_BYTES);
    if (!bytes) return PSP_UNKNOWN;
    arena_init(&arena, bytes, BODY_BYTES);
    Str body  = charge_body(&arena, at, charge);
    Buf whole = buf_make(&arena, body.len + 256);
    buf_add(&whole, str_slice(body, 0, body.len ? body.len - 1 : 0));
    buf_add(&whole, STR(",\"storePaymentMethod\":true,\"recurringProcessingModel\":\"CardOnFile\","
                        "\"shopperReference\":"));
    buf_json_string(&whole, shopper);
    buf_byte(&whole, '}');
    adyen_post(at, STR("/payments"), whole.failed || !body.ptr ? STR_NONE : buf_str(&whole),
               service_key(charge->key, own), &reply);
    free(bytes);
    PspOutcome outcome = reply.status == 200 ? judge(reply.json, charge, out) : PSP_UNKNOWN;
    if (outcome == PSP_UNKNOWN && is_refused(&reply, out)) outcome = PSP_DECLINED;
    const json_t *more = service_at(reply.json, "additionalData");
    Str id = str_from(json_string_value(json_object_get(more, "tokenization.storedPaymentMethodId")));
    if (outcome == PSP_APPROVED && !id.len)
        outcome = PSP_UNKNOWN; /* its webhook would tell; we keep no token */
    (void)snprintf(out->card, sizeof out->card, "stored:%.*s:%.*s", STR_FMT(shopper), STR_FMT(id));
    return done(&reply, outcome, out);
}

const PaymentAdapter payment_adyen = {
    .kind    = "adyen",
    .charge  = charge_card,
    .ask     = ask,
    .reverse = reverse,
    .capture = adyen_capture,
    .give_up = adyen_give_up,
    .refund  = adyen_refund,
    .keep    = keep,
    .hear    = adyen_hear,
};

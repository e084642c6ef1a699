/* adyen_terminal.c — payments at a terminal of Adyen: nexo messages (Payment, TransactionStatus, Reversal,
 * Abort), by Adyen's cloud, or protected and directly to the terminal in the shop's own network. See
 * adyen.h. */
#include "core/money.h"
#include "flows/adyen.h"
#include "flows/nexo_crypto.h"
#include "sys/secret.h"

#include "base/rfc3339.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA_BYTES = 96 * 1024,
    TERMINAL_MS = 120000, /* a customer looks for the card; Adyen ends the payment itself after that */
    STATUS_MS   = 10000,
    GIVE_UP_MS  = 180000, /* a terminal that does not know the payment then never will */
    SERVICE_ID  = 10,
};

static const int64_t hold_ms = 7LL * 86400 * 1000;

/* One message and its answer. */
typedef struct {
    Arena         arena;
    void         *bytes;
    ServiceReply  reply;
    json_t       *opened;   /* of a protected answer, owned */
    const json_t *response; /* SaleToPOIResponse, or NULL */
} Talk;

static void talk_end(Talk *t)
{
    json_decref(t->opened);
    service_end(&t->reply);
    free(t->bytes);
}

/* Ten letters and digits of our key, the same for the same key: what the terminal knows the message by. */
static void service_id(Id key, char kind, char out[SERVICE_ID + 1])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t          number   = str_hash((uint64_t)(unsigned char)kind, id_bytes(&key));
    for (int i = 0; i < SERVICE_ID; i++, number /= 36) out[i] = digits[number % 36];
    out[SERVICE_ID] = 0;
}

static void add_header(Buf *buf, const PaymentService *at, const char *category, const char *id)
{
    buf_add(buf, STR("{\"ProtocolVersion\":\"3.0\",\"MessageClass\":\"Service\","));
    buf_format(buf,
               "\"MessageCategory\":\"%s\",\"MessageType\":\"Request\",\"SaleID\":\"onetill\","
               "\"ServiceID\":\"%s\",\"POIID\":",
               category, id);
    buf_json_string(buf, at->reader);
    buf_byte(buf, '}');
}

/* Directly: {"SaleToPOIRequest":…} within a protected one; the answer is opened. */
static void talk_directly(Talk *t, const PaymentService *at, HttpCall http, Str header)
{
    NexoKey key  = { at->terminal_secret, at->terminal_key, at->terminal_key_version };
    Str     path = str_format(&t->arena, "%.*s", STR_FMT(at->reader_url));
    http.url     = path;
    http.body    = nexo_protect(&t->arena, at->env, &key, "SaleToPOIRequest", header, http.body);
    http.reach   = REACH_ANY; /* it stands in the shop's own network */
    http.ca      = at->terminal_ca;
    if (!key.passphrase.len || !path.ptr || !http.body.ptr) return;
    service_call(at, http, &t->reply);
    Str message = nexo_open(&t->arena, &key, service_at(t->reply.json, "SaleToPOIResponse"));
    if (t->reply.status == 200 && message.ptr) t->opened = json_loadb(message.ptr, message.len, 0, NULL);
    t->response = service_at(t->opened, "SaleToPOIResponse");
}

static void talk_by_cloud(Talk *t, const PaymentService *at, HttpCall http)
{
    Str base        = at->terminal_url.len ? at->terminal_url : STR("https://terminal-api-test.adyen.com");
    http.url        = str_format(&t->arena, "%.*s/sync", STR_FMT(base));
    http.reach      = at->reach;
    http.headers[1] = (HttpClientHeader){ STR("X-API-Key"), at->secret };
    if (!http.url.ptr || at->secret.len > 400) return;
    service_call(at, http, &t->reply);
    if (t->reply.status == 200) t->response = service_at(t->reply.json, "SaleToPOIResponse");
}

/* Sends one message: `category` Payment has a PaymentRequest, whose members are `request`. Ends with
 * talk_end. */
static void talk(Talk *t, const PaymentService *at, const char *category, const char *id, Str request,
                 int total_ms)
{
    *t = (Talk){ .bytes = malloc(ARENA_BYTES) };
    if (!t->bytes || !request.ptr) return;
    arena_init(&t->arena, t->bytes, ARENA_BYTES);
    Buf header = buf_make(&t->arena, 512), whole = buf_make(&t->arena, 4096);
    add_header(&header, at, category, id);
    buf_add(&whole, STR("{\"SaleToPOIRequest\":{\"MessageHeader\":"));
    buf_add(&whole, buf_str(&header));
    buf_format(&whole, ",\"%sRequest\":", category);
    buf_add(&whole, request);
    buf_add(&whole, STR("}}"));
    if (header.failed || whole.failed) return;
    HttpCall http = { .method   = STR("POST"),
                      .body     = buf_str(&whole),
                      .total_ms = at->timeout_ms > 0 ? at->timeout_ms : total_ms,
                      .headers  = { { STR("Content-Type"), STR("application/json") } } };
    if (at->reader_url.len) talk_directly(t, at, http, buf_str(&header));
    else talk_by_cloud(t, at, http);
    bool ours = service_is(t->response, "MessageHeader.ServiceID", str_from(id))
             && service_is(t->response, "MessageHeader.MessageType", STR("Response"));
    if (!ours) t->response = NULL;
}

/* --- what it says --- */

/* A decimal number of JSON in minor units. */
static bool minor_of(const json_t *number, Str currency, int64_t *out)
{
    int     decimals = 2, behind = -1;
    char   *text  = json_is_number(number) ? json_dumps(number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
                                           : NULL;
    bool    ok    = text && currency_find(currency, &decimals);
    int64_t value = 0;
    for (const char *c = text; ok && *c; c++) {
        if (*c == '.' && behind < 0) behind = 0;
        else if (*c < '0' || *c > '9' || value > INT64_MAX / 100) ok = false;
        else if (behind < decimals || behind < 0) value = value * 10 + (*c - '0'), behind += behind >= 0;
        else ok = *c == '0'; /* no parts of the smallest coin */
    }
    for (behind = behind < 0 ? 0 : behind; ok && behind < decimals; behind++) value *= 10;
    free(text);
    *out = value;
    return ok;
}

static void keep_entry(const json_t *card, PspAnswer *out)
{
    static const struct {
        const char *adyen, *ours;
    } modes[] = { { "ICC", "chip" },           { "Contactless", "contactless" },
                  { "Tapped", "contactless" }, { "Mobile", "contactless" },
                  { "MagStripe", "swipe" },    { "Keyed", "keyed" },
                  { "Manual", "keyed" } };
    Str mode  = service_text(card, "EntryMode.0");
    for (size_t i = 0; i < COUNT(modes); i++)
        if (str_eq(mode, str_from(modes[i].adyen)))
            service_put(str_from(modes[i].ours), out->entry_mode, sizeof out->entry_mode);
}

/* "a=b&paymentMethodVariant=visa_applepay&…" */
static void keep_wallet(Str additional, PspAnswer *out)
{
    static const char *const wallets[][2] = { { "applepay", "apple_pay" },
                                              { "googlepay", "google_pay" },
                                              { "samsungpay", "samsung_pay" } };
    Str                      name         = STR("paymentMethodVariant=");
    for (size_t from = 0; from < additional.len;) {
        size_t end  = str_index(additional, '&', from);
        Str    item = str_slice(additional, from, end);
        for (size_t i = 0; str_starts(item, name) && i < COUNT(wallets); i++)
            if (memmem(item.ptr, item.len, wallets[i][0], strlen(wallets[i][0])))
                service_put(str_from(wallets[i][1]), out->wallet, sizeof out->wallet);
        from = end + 1;
    }
}

static void keep_card(const json_t *payment, PspAnswer *out)
{
    const json_t *card   = service_at(payment, "PaymentResult.PaymentInstrumentData.CardData");
    Str           masked = service_text(card, "MaskedPan");
    service_keep(payment, "POIData.POITransactionID.TransactionID", out->reference, sizeof out->reference);
    service_keep(card, "PaymentBrand", out->brand, sizeof out->brand);
    service_keep(card, "PaymentToken.TokenValue", out->card, sizeof out->card);
    if (masked.len >= 4) service_put(str_slice(masked, masked.len - 4, masked.len), out->last4, 5);
    keep_entry(card, out);
    keep_wallet(service_text(payment, "Response.AdditionalResponse"), out);
}

/* A PaymentResponse, of the payment or repeated. */
static PspOutcome judge(const json_t *payment, const PspCharge *charge, PspAnswer *out)
{
    char    own[ID_TEXT_LEN + 1];
    int64_t amount = 0;
    Str     key    = service_key(charge->key, own);
    if (service_is(payment, "Response.Result", STR("Failure"))) {
        Str why = service_text(payment, "Response.ErrorCondition");
        if (str_eq(why, STR("InProgress"))) return PSP_UNKNOWN;
        service_put(why.len ? why : STR("Refusal"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    if (!service_is(payment, "Response.Result", STR("Success"))
        || !service_is(payment, "SaleData.SaleTransactionID.TransactionID", key)
        || !minor_of(service_at(payment, "PaymentResult.AmountsResp.AuthorizedAmount"), charge->currency,
                     &amount)
        || amount != charge->amount)
        return PSP_UNKNOWN;
    keep_card(payment, out);
    out->held          = charge->hold;
    out->expires_in_ms = charge->hold ? hold_ms : 0;
    return PSP_APPROVED;
}

static PspOutcome ended(Talk *t, PspOutcome outcome, PspAnswer *out)
{
    talk_end(t);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ .reference = "" };
    return outcome;
}

/* --- messages --- */

/* The time that is in our key, so that the same message is the same. */
static Str time_of(Arena *arena, Id key)
{
    char    text[RFC3339_LEN];
    int64_t made = 0;
    for (int i = 0; i < 6; i++) made = made << 8 | key.bytes[i];
    return rfc3339_format(made, text) ? str_dup(arena, (Str){ text, RFC3339_LEN }) : STR_NONE;
}

/* Base64 of {"additionalData":{"manualCapture":"true"}}: only authorised. */
#define MANUAL_CAPTURE "eyJhZGRpdGlvbmFsRGF0YSI6eyJtYW51YWxDYXB0dXJlIjoidHJ1ZSJ9fQ=="

static Str payment_request(Arena *arena, const PspCharge *charge)
{
    char own[ID_TEXT_LEN + 1];
    Buf  body   = buf_make(arena, 1024);
    Str  amount = money_text(arena, charge->amount, charge->currency), time = time_of(arena, charge->key);
    (void)service_key(charge->key, own);
    buf_format(&body,
               "{\"SaleData\":{\"SaleTransactionID\":{\"TransactionID\":\"%s\",\"TimeStamp\":\"%.*s\"}",
               own, STR_FMT(time));
    if (charge->hold) buf_add(&body, STR(",\"SaleToAcquirerData\":\"" MANUAL_CAPTURE "\""));
    buf_format(
        &body,
        "},\"PaymentTransaction\":{\"AmountsReq\":{\"Currency\":\"%.*s\",\"RequestedAmount\":%.*s}}}",
        STR_FMT(charge->currency), STR_FMT(amount));
    return body.failed || !amount.ptr || !time.ptr ? STR_NONE : buf_str(&body);
}

PspOutcome adyen_terminal_charge(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Talk  t;
    char  id[SERVICE_ID + 1], bytes[4096];
    Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    service_id(charge->key, 'P', id);
    talk(&t, at, "Payment", id, payment_request(&arena, charge), TERMINAL_MS);
    const json_t *payment = service_at(t.response, "PaymentResponse");
    return ended(&t, payment ? judge(payment, charge, out) : PSP_UNKNOWN, out);
}

/* Asks the terminal what became of the payment; *payment is its answer then, if it had one. */
static void ask_status(Talk *t, const PaymentService *at, const PspCharge *charge, const json_t **payment)
{
    char id[SERVICE_ID + 1], own[SERVICE_ID + 1], request[256];
    Id   fresh = env_new_id(at->env);
    service_id(charge->key, 'P', id);
    service_id(fresh, 'S', own);
    int len = snprintf(request, sizeof request,
                       "{\"MessageReference\":{\"MessageCategory\":\"Payment\",\"SaleID\":\"onetill\","
                       "\"ServiceID\":\"%s\"},"
                       "\"ReceiptReprintFlag\":false}",
                       id);
    talk(t, at, "TransactionStatus", own, (Str){ request, (size_t)len }, STATUS_MS);
    const json_t *answer   = service_at(t->response, "TransactionStatusResponse");
    const json_t *repeated = service_at(answer, "RepeatedMessageResponse");
    bool          same     = service_is(repeated, "MessageHeader.ServiceID", str_from(id));
    *payment = same ? service_at(repeated, "RepeatedResponseMessageBody.PaymentResponse") : NULL;
}

static bool is_not_found(const Talk *t)
{
    return service_is(t->response, "TransactionStatusResponse.Response.ErrorCondition", STR("NotFound"));
}

PspOutcome adyen_terminal_ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Talk                 t;
    const json_t        *payment = NULL;
    const PaymentNotice *yes     = adyen_told(&charge->told, "charge");
    ask_status(&t, at, charge, &payment);
    PspOutcome outcome = payment ? judge(payment, charge, out) : PSP_UNKNOWN;
    bool       gone    = is_not_found(&t) && service_age_ms(at, charge->key) > GIVE_UP_MS;
    if (outcome == PSP_UNKNOWN && yes
        && yes->amount == charge->amount) { /* the terminal is away; Adyen has it */
        service_put(yes->reference, out->reference, sizeof out->reference);
        talk_end(&t);
        return PSP_APPROVED;
    }
    return ended(&t, outcome == PSP_UNKNOWN && gone ? PSP_NOT_FOUND : outcome, out);
}

static void abort_payment(const PaymentService *at, const PspCharge *charge)
{
    Talk t;
    char id[SERVICE_ID + 1], own[SERVICE_ID + 1], request[256];
    Id   fresh = env_new_id(at->env);
    service_id(charge->key, 'P', id);
    service_id(fresh, 'A', own);
    int len = snprintf(
        request, sizeof request,
        "{\"AbortReason\":\"MerchantAbort\",\"MessageReference\":{\"MessageCategory\":\"Payment\","
        "\"SaleID\":\"onetill\",\"ServiceID\":\"%s\"}}",
        id);
    talk(&t, at, "Abort", own, (Str){ request, (size_t)len }, STATUS_MS);
    talk_end(&t); /* it has no answer; what became of it is asked */
}

/* The whole of a payment, by what the terminal called it. */
static PspOutcome send_reversal(const PaymentService *at, const PspCharge *charge, Str transaction,
                                Str time)
{
    Talk  t;
    char  id[SERVICE_ID + 1], own[ID_TEXT_LEN + 1], bytes[2048];
    Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf body = buf_make(&arena, 512);
    Str made = time_of(&arena, charge->key);
    (void)service_key(charge->key, own);
    service_id(charge->key, 'R', id);
    buf_add(&body, STR("{\"OriginalPOITransaction\":{\"POITransactionID\":{\"TransactionID\":"));
    buf_json_string(&body, transaction);
    buf_add(&body, STR(",\"TimeStamp\":"));
    buf_json_string(&body, time);
    buf_format(&body,
               "}},\"ReversalReason\":\"MerchantCancel\",\"SaleData\":{\"SaleTransactionID\":{"
               "\"TransactionID\":\"%s\",\"TimeStamp\":\"%.*s\"}}}",
               own, STR_FMT(made));
    talk(&t, at, "Reversal", id, body.failed || !made.ptr ? STR_NONE : buf_str(&body), STATUS_MS);
    bool ok = service_is(t.response, "ReversalResponse.Response.Result", STR("Success"));
    talk_end(&t);
    return ok ? PSP_APPROVED : PSP_UNKNOWN;
}

PspOutcome adyen_terminal_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Talk          t;
    const json_t *payment = NULL;
    ask_status(&t, at, charge, &payment);
    bool       gone    = is_not_found(&t) && service_age_ms(at, charge->key) > GIVE_UP_MS;
    bool       known   = charge->reference.len || adyen_told(&charge->told, "charge");
    PspOutcome outcome = payment ? judge(payment, charge, out) : PSP_UNKNOWN;
    if (outcome == PSP_APPROVED)
        outcome = send_reversal(at, charge,
                                service_text(payment, "POIData.POITransactionID.TransactionID"),
                                service_text(payment, "POIData.POITransactionID.TimeStamp"));
    else if (outcome == PSP_DECLINED || (gone && !known)) outcome = PSP_APPROVED; /* nothing was taken */
    else if (known) outcome = adyen_undo(at, charge, out);
    else abort_payment(at, charge);
    if (outcome == PSP_APPROVED) out->reason[0] = 0;
    return ended(&t, outcome, out);
}

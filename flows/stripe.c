/* stripe.c — charges by Stripe: made, confirmed, asked. See stripe.h. */
#include "flows/stripe.h"

#include <stdio.h>
#include <time.h>

enum { PATH_BYTES = 512, TERMINAL_WAIT_MS = 60000, TERMINAL_LAST_MS = 120000, POLL_MS = 500 };

static const int64_t hold_standard_ms = 5LL * 86400
                                      * 1000; /* card networks: five days or more, where none is said */

/* --- calls --- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
        || c == '.' || c == '_' || c == '~';
}

static void add_escaped(Buf *buf, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_plain(text.ptr[i])) buf_byte(buf, text.ptr[i]);
        else buf_format(buf, "%%%02X", (unsigned char)text.ptr[i]);
    }
}

void stripe_add(Buf *form, const char *name, Str value)
{
    if (form->len) buf_byte(form, '&');
    add_escaped(form, str_from(name));
    buf_byte(form, '=');
    add_escaped(form, value);
}

void stripe_add_number(Buf *form, const char *name, int64_t value)
{
    char text[24];
    int  len = snprintf(text, sizeof text, "%lld", (long long)value);
    stripe_add(form, name, (Str){ text, (size_t)len });
}

void stripe_call(const PaymentService *at, Str path, const Buf *form, Str twice, ServiceReply *out)
{
    char url[PATH_BYTES], bearer[420];
    Str  base = at->url.len ? at->url : STR("https://api.stripe.com");
    *out      = (ServiceReply){ 0, NULL };
    int len   = snprintf(url, sizeof url, "%.*s%.*s", STR_FMT(base), STR_FMT(path));
    int key   = snprintf(bearer, sizeof bearer, "Bearer %.*s", STR_FMT(at->secret));
    if (len <= 0 || (size_t)len >= sizeof url || (form && form->failed) || key > 400)
        return; /* no key of Stripe is as long */
    HttpCall http = { .method  = form ? STR("POST") : STR("GET"),
                      .url     = (Str){ url, (size_t)len },
                      .reach   = at->reach,
                      .headers = { { STR("Authorization"), (Str){ bearer, (size_t)key } },
                                   { STR("Stripe-Version"), STR("2026-10-28.endive") } } };
    size_t   n    = 2;
    if (form) http.body = buf_str(form);
    if (form)
        http.headers[n++] = (HttpClientHeader){ STR("Content-Type"),
                                                STR("application/x-www-form-urlencoded") };
    if (twice.len) http.headers[n++] = (HttpClientHeader){ STR("Idempotency-Key"), twice };
    if (at->account.len) http.headers[n++] = (HttpClientHeader){ STR("Stripe-Account"), at->account };
    service_call(at, http, out);
}

bool stripe_refused(const ServiceReply *reply, PspAnswer *out)
{
    Str type = service_text(reply->json, "error.type");
    if (reply->status < 400 || reply->status >= 500 || reply->status == 409 || reply->status == 429)
        return false;
    if (!str_eq(type, STR("invalid_request_error")) && !str_eq(type, STR("card_error"))) return false;
    service_keep(reply->json, "error.decline_code", out->reason, sizeof out->reason);
    if (!out->reason[0]) service_keep(reply->json, "error.code", out->reason, sizeof out->reason);
    if (!out->reason[0]) service_put(type, out->reason, sizeof out->reason);
    return true;
}

/* --- the PaymentIntent of a key --- */

/* It is ours, of this payment, for this money. */
static bool believed(const json_t *intent, const PspCharge *charge)
{
    char own[ID_TEXT_LEN + 1], currency[4] = "";
    for (size_t i = 0; i < 3 && charge->currency.len == 3; i++)
        currency[i] = (char)(charge->currency.ptr[i] | 0x20);
    return service_is(intent, "object", STR("payment_intent"))
        && service_is(intent, "metadata.onetill_key", service_key(charge->key, own))
        && service_number(intent, "amount") == charge->amount
        && service_is(intent, "currency", str_from(currency));
}

/* Makes it, or gives the one that was made by this key. */
static void make(const PaymentService *at, const PspCharge *charge, ServiceReply *out)
{
    char  own[ID_TEXT_LEN + 1], currency[4] = "";
    Arena arena;
    char  bytes[STRIPE_FORM_BYTES];
    Str   key = service_key(charge->key, own);
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 1024);
    for (size_t i = 0; i < 3 && charge->currency.len == 3; i++)
        currency[i] = (char)(charge->currency.ptr[i] | 0x20);
    stripe_add_number(&form, "amount", charge->amount);
    stripe_add(&form, "currency", str_from(currency));
    stripe_add(&form, "capture_method", charge->hold ? STR("manual") : STR("automatic"));
    stripe_add(&form, "allowed_payment_method_types[0]",
               at->reader.len ? STR("card_present") : STR("card"));
    if (charge->hold && !at->reader.len)
        stripe_add(&form, "payment_method_options[card][request_multicapture]", STR("if_available"));
    stripe_add(&form, "metadata[onetill_key]", key);
    stripe_call(at, STR("/v1/payment_intents"), &form, key, out);
}

static void get(const PaymentService *at, Str id, ServiceReply *out)
{
    char path[PATH_BYTES];
    int  len = snprintf(path, sizeof path, "/v1/payment_intents/%.*s?expand[]=latest_charge", STR_FMT(id));
    stripe_call(at, (Str){ path, (size_t)len }, NULL, STR_NONE, out);
}

/* By the metadata: the newest come minutes late, so only for those that are old. */
static PspOutcome search(const PaymentService *at, const PspCharge *charge, ServiceReply *out)
{
    char own[ID_TEXT_LEN + 1], path[PATH_BYTES], id[64];
    (void)service_key(charge->key, own);
    int len = snprintf(
        path, sizeof path,
        "/v1/payment_intents/search?query=metadata%%5B%%22onetill_key%%22%%5D%%3A%%22%s%%22", own);
    stripe_call(at, (Str){ path, (size_t)len }, NULL, STR_NONE, out);
    const json_t *found = service_at(out->json, "data");
    if (out->status != 200 || !json_is_array(found)) return PSP_UNKNOWN;
    if (json_array_size(found) == 0) return PSP_NOT_FOUND;
    service_keep(out->json, "data.0.id", id, sizeof id);
    service_end(out);
    get(at, str_from(id), out);
    return out->status == 200 && believed(out->json, charge) ? PSP_APPROVED : PSP_UNKNOWN;
}

static bool is_intent_id(Str text)
{
    if (!str_starts(text, STR("pi_")) || text.len > 60) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_plain(text.ptr[i])) return false;
    return true;
}

PspOutcome stripe_find(const PaymentService *at, const PspCharge *charge, ServiceReply *out)
{
    char id[64];
    bool known = is_intent_id(charge->reference);
    *out       = (ServiceReply){ 0, NULL };
    if (!known && service_age_ms(at, charge->key) > STRIPE_KEY_KEPT_MS) return search(at, charge, out);
    if (known) {
        service_put(charge->reference, id, sizeof id);
    } else {
        make(at, charge, out);
        bool ok = out->status == 200 && believed(out->json, charge);
        service_keep(out->json, "id", id, sizeof id);
        service_end(out);
        if (!ok || !is_intent_id(str_from(id))) return PSP_UNKNOWN;
    }
    get(at, str_from(id), out);
    return out->status == 200 && believed(out->json, charge) ? PSP_APPROVED : PSP_UNKNOWN;
}

/* --- what became of it --- */

static const char *entry_mode_of(Str read_method)
{
    static const struct {
        const char *stripe, *ours;
    } modes[] = { { "contact_emv", "chip" },
                  { "contactless_emv", "contactless" },
                  { "contactless_magstripe_mode", "contactless" },
                  { "magnetic_stripe_track2", "swipe" },
                  { "magnetic_stripe_fallback", "swipe" } };
    for (size_t i = 0; i < COUNT(modes); i++)
        if (str_eq(read_method, str_from(modes[i].stripe))) return modes[i].ours;
    return "";
}

/* Of the card, what may be kept. */
static void keep_card(const json_t *intent, PspAnswer *out)
{
    const json_t *way     = service_at(intent, "latest_charge.payment_method_details");
    const json_t *present = service_at(way, "card_present");
    const json_t *card    = present ? present : service_at(way, "card");
    service_keep(intent, "id", out->reference, sizeof out->reference);
    service_keep(card, "brand", out->brand, sizeof out->brand);
    service_keep(card, "last4", out->last4, sizeof out->last4);
    service_keep(card, "fingerprint", out->card, sizeof out->card);
    service_keep(card, "wallet.type", out->wallet, sizeof out->wallet);
    if (present)
        service_put(str_from(entry_mode_of(service_text(card, "read_method"))), out->entry_mode,
                    sizeof out->entry_mode);
    else if (card) service_put(STR("ecommerce"), out->entry_mode, sizeof out->entry_mode);
}

static void keep_hold(const PaymentService *at, const json_t *intent, PspAnswer *out)
{
    const json_t *way   = service_at(intent, "latest_charge.payment_method_details");
    const json_t *card  = service_at(way, "card_present");
    int64_t       until = service_number(card ? card : service_at(way, "card"), "capture_before");
    int64_t       left  = until * 1000 - env_now_ms(at->env);
    out->held           = true;
    out->expires_in_ms  = until > 0 && left > 0 ? left : hold_standard_ms;
}

static PspOutcome judge(const PaymentService *at, const json_t *intent, const PspCharge *charge,
                        PspAnswer *out)
{
    Str status = service_text(intent, "status");
    keep_card(intent, out);
    out->captured = service_number(intent, "amount_received");
    if (str_eq(status, STR("succeeded"))) {
        bool whole = charge->hold || out->captured == charge->amount;
        return whole ? PSP_APPROVED : PSP_UNKNOWN;
    }
    if (str_eq(status, STR("requires_capture")) && charge->hold) {
        keep_hold(at, intent, out);
        return PSP_APPROVED;
    }
    if (str_eq(status, STR("canceled"))) {
        service_keep(intent, "cancellation_reason", out->reason, sizeof out->reason);
        if (!out->reason[0]) service_put(STR("canceled"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    if (str_eq(status, STR("requires_payment_method"))
        && json_is_object(service_at(intent, "last_payment_error"))) {
        service_keep(intent, "last_payment_error.decline_code", out->reason, sizeof out->reason);
        if (!out->reason[0])
            service_keep(intent, "last_payment_error.code", out->reason, sizeof out->reason);
        if (!out->reason[0]) service_put(STR("declined"), out->reason, sizeof out->reason);
        return PSP_DECLINED;
    }
    bool untouched = str_eq(status, STR("requires_payment_method"))
                  || str_eq(status, STR("requires_confirmation"));
    return untouched ? PSP_NOT_FOUND : PSP_UNKNOWN;
}

static PspOutcome done(ServiceReply *reply, PspOutcome outcome, PspAnswer *out)
{
    service_end(reply);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ .reference = "" };
    return outcome;
}

/* Whether the reader still waits for the card of this PaymentIntent. */
static bool reader_waits(const PaymentService *at, Str intent)
{
    char         path[PATH_BYTES];
    ServiceReply reply;
    int          len = snprintf(path, sizeof path, "/v1/terminal/readers/%.*s", STR_FMT(at->reader));
    stripe_call(at, (Str){ path, (size_t)len }, NULL, STR_NONE, &reply);
    bool waits = reply.status != 200
              || (service_is(reply.json, "action.status", STR("in_progress"))
                  && service_is(reply.json, "action.process_payment_intent.payment_intent", intent));
    service_end(&reply);
    return waits;
}

static PspOutcome ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    ServiceReply reply;
    PspOutcome   outcome = stripe_find(at, charge, &reply);
    if (outcome != PSP_APPROVED) return done(&reply, outcome, out);
    outcome       = judge(at, reply.json, charge, out);
    bool may_wait = at->reader.len && service_age_ms(at, charge->key) < TERMINAL_LAST_MS;
    if (outcome == PSP_NOT_FOUND && may_wait && reader_waits(at, service_text(reply.json, "id")))
        outcome = PSP_UNKNOWN;
    return done(&reply, outcome, out);
}

/* --- charging --- */

/* The card of a page: a PaymentMethod, or a ConfirmationToken. */
static PspOutcome confirm(const PaymentService *at, const PspCharge *charge, Str id, PspAnswer *out)
{
    char         path[PATH_BYTES], own[ID_TEXT_LEN + 1], twice[ID_TEXT_LEN + 16], bytes[STRIPE_FORM_BYTES];
    ServiceReply reply;
    Arena        arena;
    PspOutcome   outcome = PSP_UNKNOWN;
    arena_init(&arena, bytes, sizeof bytes);
    Buf    form  = buf_make(&arena, 512);
    bool   once  = str_starts(charge->token, STR("ctoken_"));
    size_t slash = str_index(charge->token, '/', 0);
    bool   kept = slash < charge->token.len, refused = false;
    if (kept && !stripe_for_customer(at, id, str_slice(charge->token, 0, slash), out, &refused))
        return refused ? PSP_DECLINED : PSP_UNKNOWN;
    stripe_add(&form, once ? "confirmation_token" : "payment_method",
               kept ? str_slice(charge->token, slash + 1, charge->token.len) : charge->token);
    if (kept) stripe_add(&form, "off_session", STR("true"));
    stripe_add(&form, "error_on_requires_action", STR("true")); /* nobody is there to act */
    stripe_add(&form, "expand[0]", STR("latest_charge"));
    int len = snprintf(path, sizeof path, "/v1/payment_intents/%.*s/confirm", STR_FMT(id));
    (void)service_key(charge->key, own);
    int key = snprintf(twice, sizeof twice, "%s-confirm", own);
    stripe_call(at, (Str){ path, (size_t)len }, &form, (Str){ twice, (size_t)key }, &reply);
    const json_t *failed = service_at(reply.json, "error.payment_intent");
    if (reply.status == 200 && believed(reply.json, charge)) outcome = judge(at, reply.json, charge, out);
    else if (reply.status == 402 && believed(failed, charge)) outcome = judge(at, failed, charge, out);
    else if (reply.status != 402 && stripe_refused(&reply, out))
        outcome = PSP_DECLINED; /* never confirmed */
    if (outcome == PSP_NOT_FOUND) outcome = PSP_UNKNOWN;
    return done(&reply, outcome, out);
}

static void pause_ms(int ms)
{
    struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    (void)nanosleep(&wait, NULL);
}

/* A reader asks for the card; somebody is to hold it there. */
static PspOutcome at_reader(const PaymentService *at, const PspCharge *charge, Str id, PspAnswer *out)
{
    char         path[PATH_BYTES], own[ID_TEXT_LEN + 1], twice[ID_TEXT_LEN + 16], bytes[STRIPE_FORM_BYTES];
    ServiceReply reply;
    Arena        arena;
    int          wait = at->timeout_ms > 0 ? at->timeout_ms : TERMINAL_WAIT_MS;
    PspOutcome   outcome;
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 256);
    stripe_add(&form, "payment_intent", id);
    int len = snprintf(path, sizeof path, "/v1/terminal/readers/%.*s/process_payment_intent",
                       STR_FMT(at->reader));
    (void)service_key(charge->key, own);
    int key = snprintf(twice, sizeof twice, "%s-reader", own);
    stripe_call(at, (Str){ path, (size_t)len }, &form, (Str){ twice, (size_t)key }, &reply);
    bool refused = stripe_refused(&reply, out); /* busy, offline: nobody was asked for a card */
    if (refused || reply.status != 200) return done(&reply, refused ? PSP_DECLINED : PSP_UNKNOWN, out);
    service_end(&reply);
    for (outcome = PSP_UNKNOWN; outcome == PSP_UNKNOWN && wait > 0; wait -= POLL_MS) {
        pause_ms(POLL_MS);
        outcome = ask(at, charge, out);
    }
    return outcome == PSP_NOT_FOUND ? PSP_UNKNOWN : outcome;
}

static PspOutcome charge_card(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    ServiceReply reply;
    PspCharge    known = *charge;
    char         id[64];
    make(at, charge, &reply);
    if (stripe_refused(&reply, out)) return done(&reply, PSP_DECLINED, out); /* none was made */
    bool ok = reply.status == 200 && believed(reply.json, charge);
    service_keep(reply.json, "id", id, sizeof id);
    service_end(&reply);
    known.reference = str_from(id);
    if (!ok || !is_intent_id(known.reference)) return PSP_UNKNOWN;
    return at->reader.len ? at_reader(at, &known, known.reference, out)
                          : confirm(at, &known, known.reference, out);
}

const PaymentAdapter payment_stripe = {
    .kind    = "stripe",
    .charge  = charge_card,
    .ask     = ask,
    .reverse = stripe_reverse,
    .capture = stripe_capture,
    .give_up = stripe_give_up,
    .refund  = stripe_refund,
    .keep    = stripe_keep,
    .hear    = stripe_hear,
};

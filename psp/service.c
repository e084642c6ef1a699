/* service.c — the payment-service simulator over HTTP. See service.h.
 * A request takes effect in the book first and is answered (or not) afterwards, as the behaviour says. */
#include "psp/service_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BOOK_PAGE = 10000, NEVER_MS = 600000, HOLD_DAYS = 7 };

static const int64_t amount_max = 99999999999;

/* What is held: an answer made already, or a charge that takes effect when its time has come. */
typedef struct {
    Charge *charge;
    int     status;
    Str     body;
} Held;

static void send_text(HttpExchange *exchange, int status, Str body)
{
    HttpReply reply = { .status = status, .content_type = STR("application/json"), .body = body };
    http_reply(exchange, &reply);
}

/* The JSON as text in the exchange's arena; takes the JSON. */
static Str text_of(HttpExchange *exchange, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    Str   kept = text ? str_dup(http_arena(exchange), str_from(text)) : STR_NONE;
    free(text);
    json_decref(json);
    return kept;
}

void service_send(HttpExchange *exchange, Answer answer)
{
    Str body = text_of(exchange, answer.json);
    if (body.ptr) send_text(exchange, answer.status, body);
    else send_text(exchange, 500, STR("{\"error\":\"no_memory\"}"));
}

Answer service_refusal(int status, const char *code)
{
    return (Answer){ status, json_pack("{s:s}", "error", code) };
}

static Answer refusal_of_key(int status, const char *reason, Str key)
{
    return (Answer){ status, json_pack("{s:s, s:s%, s:s}", "state", "declined", "key", key.ptr, key.len,
                                       "reason", reason) };
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the book as JSON --- */

static json_t *charge_json(Charge *charge)
{
    book_age(charge, now_ms());
    json_t *json = json_pack("{s:s, s:s}", "key", charge->key, "state", charge_state_name(charge->state));
    if (!json || charge->number == 0) return json;
    (void)json_object_set_new(json, "id", json_sprintf("ch_%012lld", (long long)charge->number));
    (void)json_object_set_new(json, "amount", json_integer(charge->amount));
    (void)json_object_set_new(json, "currency", json_string(charge->currency));
    (void)json_object_set_new(json, "captured", json_integer(charge->captured));
    (void)json_object_set_new(json, "refunded", json_integer(charge->refunded));
    (void)json_object_set_new(json, "brand", json_string(charge->brand->brand));
    (void)json_object_set_new(json, "card", json_sprintf("card_%s", charge->brand->name));
    if (charge->brand->entry_mode[0])
        (void)json_object_set_new(json, "entry_mode", json_string(charge->brand->entry_mode));
    if (charge->brand->wallet[0])
        (void)json_object_set_new(json, "wallet", json_string(charge->brand->wallet));
    if (charge->requested > charge->amount)
        (void)json_object_set_new(json, "requested", json_integer(charge->requested));
    if (charge->disputed) (void)json_object_set_new(json, "disputed", json_integer(charge->disputed));
    (void)json_object_set_new(json, "last4", json_string(charge->brand->last4));
    if (charge->state == CHARGE_AUTHORISED)
        (void)json_object_set_new(json, "expires_in_ms", json_integer(charge->expires_ms - now_ms()));
    if (charge->reason[0]) (void)json_object_set_new(json, "reason", json_string(charge->reason));
    return json;
}

/* The answer to the call that made the charge. */
static Answer charge_answer(Charge *charge)
{
    json_t *json = charge_json(charge);
    switch (charge->state) {
    case CHARGE_AUTHORISED:
    case CHARGE_CAPTURED: return (Answer){ 201, json };
    case CHARGE_PENDING: return (Answer){ 409, json };
    case CHARGE_DECLINED: return (Answer){ 402, json };
    case CHARGE_REVERSED:
    case CHARGE_EXPIRED: break;
    }
    json_decref(json);
    return refusal_of_key(402, charge_state_name(charge->state), str_from(charge->key));
}

static Answer part_answer(const Refund *part, const char *prefix, const char *state)
{
    return (Answer){ 201, json_pack("{s:o, s:s, s:s, s:s, s:I, s:s}", "id",
                                    json_sprintf("%s_%012lld", prefix, (long long)part->number), "key",
                                    part->key, "charge", part->charge->key, "state", state, "amount",
                                    (json_int_t)part->amount, "currency", part->charge->currency) };
}

static Answer refund_answer(const Refund *refund)
{
    return part_answer(refund, "re", "refunded");
}

static Answer capture_answer(const Capture *capture)
{
    return part_answer(capture, "ca", "captured");
}

/* --- input --- */

bool service_is_key(Str text)
{
    if (text.len == 0 || text.len > KEY_MAX) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c    = text.ptr[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
                 || c == '_';
        if (!fine) return false;
    }
    return true;
}

static bool is_currency(Str text)
{
    if (text.len != 3) return false;
    for (size_t i = 0; i < 3; i++)
        if (text.ptr[i] < 'A' || text.ptr[i] > 'Z') return false;
    return true;
}

json_t *service_body(HttpExchange *exchange)
{
    Str body = http_request(exchange)->body;
    return json_loadb(body.len ? body.ptr : "", body.len, JSON_REJECT_DUPLICATES, NULL);
}

/* --- effects, with the lock held --- */

Behaviour service_next(Service *service, Behaviour otherwise)
{
    if (service->script_at == service->script_count) return otherwise;
    return service->script[service->script_at++];
}

typedef struct {
    Str     key, currency, token;
    int64_t amount;
    bool    held;
} ChargeAsk;

/* Refuses a body that is not exactly what a charge needs; the texts live as long as `json`. */
static const char *read_charge(HttpExchange *exchange, json_t *json, ChargeAsk *out)
{
    json_int_t amount  = 0;
    int        capture = 1;
    out->key           = http_header(exchange, STR("idempotency-key"));
    if (!service_is_key(out->key)) return "idempotency_key_required";
    if (!json
        || json_unpack(json, "{s:I, s:s%, s:s%, s?b!}", "amount", &amount, "currency", &out->currency.ptr,
                       &out->currency.len, "token", &out->token.ptr, &out->token.len, "capture", &capture)
               != 0)
        return "body_invalid";
    out->amount = amount;
    out->held   = !capture;
    if (amount < 1 || amount > amount_max) return "amount_invalid";
    if (!is_currency(out->currency)) return "currency_invalid";
    return service_is_key(out->token) ? NULL : "token_invalid";
}

static bool same_charge(const Charge *charge, const ChargeAsk *ask)
{
    return charge->requested == ask->amount && charge->held == ask->held
        && str_eq(ask->currency, str_from(charge->currency))
        && str_eq(ask->token, str_from(charge->token));
}

/* Makes the charge as the behaviour says; with ACT_SLOW it stays pending. */
static Answer make_charge(Service *service, const ChargeAsk *ask, const Behaviour *how, const Brand *brand,
                          Charge **out)
{
    Charge *charge = book_add(service->book, ask->key, ask->amount, ask->currency, ask->token, brand);
    *out           = charge;
    if (!charge) return service_refusal(500, "no_memory");
    charge->held = ask->held;
    if (how->act == ACT_PARTIAL && how->slow_ms < charge->amount) charge->amount = how->slow_ms;
    if (how->act == ACT_DECLINE) {
        charge->state = CHARGE_DECLINED;
        memcpy(charge->reason, how->reason, sizeof charge->reason);
    } else if (how->act != ACT_SLOW) {
        int64_t held_ms = how->act == ACT_EXPIRES ? how->slow_ms : HOLD_DAYS * 86400000LL;
        book_approve(charge, now_ms() + held_ms);
    }
    service_tell(service, charge);
    return charge_answer(charge);
}

bool service_is_lost(const Behaviour *how)
{
    return how->act == ACT_TIMEOUT_LOST || how->act == ACT_500_LOST;
}

static Answer do_charge(Service *service, const ChargeAsk *ask, Behaviour *how, Charge **pending)
{
    const Brand *brand  = NULL;
    Charge      *charge = book_find(service->book, ask->key);
    if (charge) {
        *how = service_next(service, (Behaviour){ .act = ACT_APPROVE });
        if (charge->number != 0 && !same_charge(charge, ask)) return service_refusal(422, "key_reused");
        return charge_answer(charge);
    }
    behaviour_of_token(ask->token, how, &brand);
    *how = service_next(service, *how);
    if (service_is_lost(how)) return service_refusal(500, "failed");
    Answer answer = make_charge(service, ask, how, brand, &charge);
    if (charge && charge->state == CHARGE_PENDING) *pending = charge;
    return answer;
}

static Answer do_ask(Service *service, Str key)
{
    Charge *charge = book_find(service->book, key);
    if (charge) return (Answer){ 200, charge_json(charge) };
    return (Answer){ 404, json_pack("{s:s, s:s%}", "error", "charge_unknown", "key", key.ptr, key.len) };
}

static Answer do_reverse(Service *service, Str key)
{
    Charge *charge = book_reverse(service->book, key);
    if (charge) service_tell(service, charge);
    return charge ? (Answer){ 200, charge_json(charge) } : service_refusal(500, "no_memory");
}

static Answer do_refund(Service *service, Str key, Str charge_key, int64_t amount, const Behaviour *how)
{
    Charge *charge = book_find(service->book, charge_key);
    Refund *refund = book_find_refund(service->book, key);
    if (refund && (refund->charge != charge || refund->amount != amount))
        return service_refusal(422, "key_reused");
    if (refund) return refund_answer(refund);
    if (!charge) return refusal_of_key(404, "charge_unknown", key);
    if (charge->state == CHARGE_PENDING) return service_refusal(409, "charge_pending");
    if (charge->captured == 0) return refusal_of_key(409, "charge_not_captured", key);
    if (amount > charge->captured - charge->refunded)
        return refusal_of_key(409, "more_than_captured", key);
    if (how->act == ACT_DECLINE) return refusal_of_key(402, how->reason, key);
    refund = book_refund(service->book, key, charge, amount);
    if (refund) service_tell_part(service, refund, "refund");
    return refund ? refund_answer(refund) : service_refusal(500, "no_memory");
}

static Answer do_capture(Service *service, Str key, Str charge_key, int64_t amount, const Behaviour *how)
{
    Charge  *charge  = book_find(service->book, charge_key);
    Capture *capture = book_find_capture(service->book, key);
    if (capture && (capture->charge != charge || capture->amount != amount))
        return service_refusal(422, "key_reused");
    if (capture) return capture_answer(capture);
    if (!charge) return refusal_of_key(404, "charge_unknown", key);
    book_age(charge, now_ms());
    if (charge->state == CHARGE_PENDING) return service_refusal(409, "charge_pending");
    if (charge->held && charge->state != CHARGE_AUTHORISED && charge->expires_ms <= now_ms())
        return refusal_of_key(409, "authorisation_expired", key);
    if (charge->state != CHARGE_AUTHORISED) return refusal_of_key(409, "not_authorised", key);
    if (amount > charge->amount - charge->captured)
        return refusal_of_key(409, "more_than_authorised", key);
    if (how->act == ACT_DECLINE) return refusal_of_key(402, how->reason, key);
    capture = book_capture(service->book, key, charge, amount);
    if (capture) service_tell_part(service, capture, "capture");
    return capture ? capture_answer(capture) : service_refusal(500, "no_memory");
}

static Answer do_void(Service *service, Str key)
{
    Charge *charge = book_void(service->book, key);
    if (charge) service_tell(service, charge);
    return charge ? (Answer){ 200, charge_json(charge) } : service_refusal(500, "no_memory");
}

/* --- answers, as the behaviour says --- */

static void hold(Service *service, HttpExchange *exchange, Charge *pending, Answer *answer,
                 int64_t after_ms)
{
    Held *held = arena_new(http_arena(exchange), Held);
    if (held) *held = (Held){ pending, answer ? answer->status : 504, STR_NONE };
    if (held && answer) held->body = text_of(exchange, answer->json);
    else if (answer) json_decref(answer->json);
    if (!held || !holds_add(service->holds, exchange, held, after_ms))
        service_send(exchange, service_refusal(503, "stopping"));
}

static void on_due(void *arg, HttpExchange *exchange, void *what, bool stopping)
{
    Service *service = arg;
    Held    *held    = what;
    if (held->charge && !stopping) {
        pthread_mutex_lock(&service->lock);
        if (held->charge->state == CHARGE_PENDING)
            book_approve(held->charge, now_ms() + HOLD_DAYS * 86400000LL);
        service_tell(service, held->charge);
        Answer answer = charge_answer(held->charge);
        pthread_mutex_unlock(&service->lock);
        service_send(exchange, answer);
    } else if (held->body.ptr && !stopping) {
        send_text(exchange, held->status, held->body);
    } else {
        service_send(exchange,
                     stopping ? service_refusal(503, "stopping") : service_refusal(504, "never"));
    }
}

void service_answer(Service *service, HttpExchange *exchange, const Behaviour *how, Charge *pending,
                    Answer answer)
{
    const json_t *amount = json_object_get(answer.json, "amount");
    switch (how->act) {
    case ACT_APPROVE:
    case ACT_EXPIRES:
    case ACT_PARTIAL:
    case ACT_DECLINE: service_send(exchange, answer); return;
    case ACT_SLOW: hold(service, exchange, pending, &answer, how->slow_ms); return;
    case ACT_WRONG_AMOUNT:
        if (amount)
            (void)json_object_set_new(answer.json, "amount", json_integer(json_integer_value(amount) + 1));
        service_send(exchange, answer);
        return;
    case ACT_GARBAGE:
        json_decref(answer.json);
        send_text(exchange, answer.status, STR("<html><body>It works!</body></html>"));
        return;
    case ACT_500:
    case ACT_500_LOST:
        json_decref(answer.json);
        service_send(exchange, service_refusal(500, "failed"));
        return;
    case ACT_TIMEOUT:
    case ACT_TIMEOUT_LOST:
        json_decref(answer.json);
        hold(service, exchange, NULL, NULL, NEVER_MS);
        return;
    }
    UNREACHABLE();
}

/* --- routes --- */

static void post_charge(Service *service, HttpExchange *exchange)
{
    ChargeAsk   ask     = { 0 };
    Behaviour   how     = { .act = ACT_APPROVE };
    Charge     *pending = NULL;
    Answer      answer;
    json_t     *json  = service_body(exchange);
    const char *fault = read_charge(exchange, json, &ask);
    if (fault) {
        answer = service_refusal(400, fault);
    } else {
        pthread_mutex_lock(&service->lock);
        answer = do_charge(service, &ask, &how, &pending);
        pthread_mutex_unlock(&service->lock);
    }
    json_decref(json);
    service_answer(service, exchange, &how, pending, answer);
}

/* `effect`: do_reverse or do_void. */
static void post_undo(Service *service, HttpExchange *exchange, Str key,
                      Answer (*effect)(Service *service, Str key))
{
    pthread_mutex_lock(&service->lock);
    Behaviour how    = service_next(service, (Behaviour){ .act = ACT_APPROVE });
    Answer    answer = service_is_lost(&how) ? service_refusal(500, "failed") : effect(service, key);
    pthread_mutex_unlock(&service->lock);
    service_answer(service, exchange, &how, NULL, answer);
}

static void get_charge(Service *service, HttpExchange *exchange, Str key)
{
    pthread_mutex_lock(&service->lock);
    Behaviour how    = service_next(service, (Behaviour){ .act = ACT_APPROVE });
    Answer    answer = do_ask(service, key);
    pthread_mutex_unlock(&service->lock);
    service_answer(service, exchange, &how, NULL, answer);
}

/* `effect`: do_refund or do_capture. */
static void post_part(Service *service, HttpExchange *exchange, Str charge_key,
                      Answer (*effect)(Service *service, Str key, Str charge_key, int64_t amount,
                                       const Behaviour *how))
{
    json_int_t  amount = 0;
    Str         key    = http_header(exchange, STR("idempotency-key"));
    json_t     *json   = service_body(exchange);
    const char *fault  = NULL;
    if (!service_is_key(key)) fault = "idempotency_key_required";
    else if (!json || json_unpack(json, "{s:I!}", "amount", &amount) != 0) fault = "body_invalid";
    else if (amount < 1 || amount > amount_max) fault = "amount_invalid";
    json_decref(json);
    if (fault) {
        service_send(exchange, service_refusal(400, fault));
        return;
    }
    pthread_mutex_lock(&service->lock);
    Behaviour how    = service_next(service, (Behaviour){ .act = ACT_APPROVE });
    Answer    answer = service_is_lost(&how) ? service_refusal(500, "failed")
                                             : effect(service, key, charge_key, amount, &how);
    pthread_mutex_unlock(&service->lock);
    service_answer(service, exchange, &how, NULL, answer);
}

/* GET /v1/book?after=NUMBER: the charges in the order they came, BOOK_PAGE at a time. */
static void get_book(Service *service, HttpExchange *exchange)
{
    int64_t after = 0, at = 0, count = 0;
    Str     query = http_request(exchange)->query;
    bool    paged = str_starts(query, STR("after="));
    if (query.len && (!paged || !str_to_i64(str_slice(query, 6, query.len), &after) || after < 0)) {
        service_send(exchange, service_refusal(400, "query_invalid"));
        return;
    }
    json_t *list = json_array();
    json_t *book = json_pack("{s:o}", "charges", list);
    pthread_mutex_lock(&service->lock);
    for (Charge *charge = book_first(service->book); charge && count < BOOK_PAGE; charge = charge->next) {
        if (at++ < after) continue;
        (void)json_array_append_new(list, charge_json(charge));
        count++;
        if (count == BOOK_PAGE && charge->next) (void)json_object_set_new(book, "next", json_integer(at));
    }
    pthread_mutex_unlock(&service->lock);
    service_send(exchange, (Answer){ 200, book });
}

/* POST /v1/behaviour {next: [words]}: replaces what the next calls do. */
static void post_behaviour(Service *service, HttpExchange *exchange)
{
    json_t *json = service_body(exchange);
    json_t *next = json_object_get(json, "next");
    bool fine = json_is_array(next) && json_object_size(json) == 1 && json_array_size(next) <= SCRIPT_MAX;
    Behaviour checked;
    for (size_t i = 0; fine && i < json_array_size(next); i++) {
        Str word = str_from(json_string_value(json_array_get(next, i)));
        fine     = word.ptr && behaviour_parse(word, &checked);
    }
    if (fine) {
        pthread_mutex_lock(&service->lock);
        service->script_at    = 0;
        service->script_count = json_array_size(next);
        for (size_t i = 0; i < service->script_count; i++)
            fine = behaviour_parse(str_from(json_string_value(json_array_get(next, i))),
                                   &service->script[i])
                && fine;
        pthread_mutex_unlock(&service->lock);
        assert(fine);
    }
    json_decref(json);
    if (fine) service_send(exchange, (Answer){ 200, json_pack("{s:b}", "ok", 1) });
    else service_send(exchange, service_refusal(400, "behaviour_invalid"));
}

/* /v1/charges/{key}, …/reverse, …/refunds, …/captures and …/void. */
static void on_charge(Service *service, HttpExchange *exchange, Str rest, bool get, bool post)
{
    size_t slash = str_index(rest, '/', 0);
    Str    key   = str_slice(rest, 0, slash);
    Str    tail  = str_slice(rest, slash, rest.len);
    bool   whole = tail.len == 0;
    bool   known = whole || str_eq(tail, STR("/reverse")) || str_eq(tail, STR("/refunds"))
              || str_eq(tail, STR("/captures")) || str_eq(tail, STR("/void"))
              || str_eq(tail, STR("/chargeback"));
    if (!service_is_key(key) || !known) service_send(exchange, service_refusal(404, "not_found"));
    else if (whole && get) get_charge(service, exchange, key);
    else if (str_eq(tail, STR("/reverse")) && post) post_undo(service, exchange, key, do_reverse);
    else if (str_eq(tail, STR("/void")) && post) post_undo(service, exchange, key, do_void);
    else if (str_eq(tail, STR("/chargeback")) && post)
        service_send(exchange, service_post_chargeback(service, exchange, key));
    else if (str_eq(tail, STR("/refunds")) && post) post_part(service, exchange, key, do_refund);
    else if (str_eq(tail, STR("/captures")) && post) post_part(service, exchange, key, do_capture);
    else service_send(exchange, service_refusal(405, "method_not_allowed"));
}

void service_on_request(void *arg, HttpExchange *exchange)
{
    Service           *service = arg;
    const HttpRequest *request = http_request(exchange);
    bool               get     = str_eq(request->method, STR("GET"));
    bool               post    = str_eq(request->method, STR("POST"));
    Str                path    = request->path;
    Str                charges = STR("/v1/charges/");
    bool               known   = str_eq(path, STR("/v1/charges")) || str_eq(path, STR("/v1/behaviour"))
              || str_eq(path, STR("/v1/webhooks")) || str_eq(path, STR("/v1/book"));
    if (parcels_on_request(service, exchange) || payouts_on_request(service, exchange)) return;
    if (str_starts(path, charges))
        on_charge(service, exchange, str_slice(path, charges.len, path.len), get, post);
    else if (post && str_eq(path, STR("/v1/charges"))) post_charge(service, exchange);
    else if (post && str_eq(path, STR("/v1/behaviour"))) post_behaviour(service, exchange);
    else if (post && str_eq(path, STR("/v1/webhooks")))
        service_send(exchange, service_post_webhooks(service, exchange));
    else if (get && str_eq(path, STR("/v1/book"))) get_book(service, exchange);
    else
        service_send(exchange, known ? service_refusal(405, "method_not_allowed")
                                     : service_refusal(404, "not_found"));
}

bool service_create(Service **out, Error *err)
{
    Service *service = calloc(1, sizeof *service);
    if (!service) return err_memory(err);
    service->book    = book_create();
    service->parcels = parcels_create();
    service->payouts = payouts_create();
    bool whole = service->book && service->parcels && service->payouts && hooks_create(&service->hooks, err);
    if (!whole || !holds_create(on_due, service, &service->holds, err)) {
        free(service->book);
        free(service->parcels);
        free(service->payouts);
        free(service);
        return whole || err->def ? false : err_memory(err);
    }
    pthread_mutex_init(&service->lock, NULL);
    *out = service;
    return true;
}

void service_stop(Service *service)
{
    holds_stop(service->holds);
}

void service_destroy(Service *service)
{
    hooks_destroy(service->hooks);
    holds_destroy(service->holds);
    parcels_destroy(service->parcels);
    payouts_destroy(service->payouts);
    book_destroy(service->book);
    pthread_mutex_destroy(&service->lock);
    free(service);
}

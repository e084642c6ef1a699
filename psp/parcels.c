/* parcels.c — a carrier that sells labels, by the caller's keys, and says where parcels are. In memory.
 * A label is bought for a service: "sim_" and a word of behaviour.h does what that says, any other is
 * sold. With a pace parcels move, and arrive, by themselves; POST /v1/labels/{key}/state moves them by
 * hand. Invariant: one label for each key; a key that was given up before never gets one. */
#include "psp/service_inner.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WEIGHT_MOST = 31500, SERVICE_MOST = 60 };

typedef enum {
    PARCEL_BOUGHT,
    PARCEL_MOVING,
    PARCEL_DELIVERED,
    PARCEL_FAILED,
    PARCEL_VOIDED,
    PARCEL_REFUSED
} ParcelState;

typedef struct Parcel Parcel;
struct Parcel {
    char        key[KEY_MAX + 1];
    int64_t     number; /* 1, 2 …; 0: given up before it was bought */
    ParcelState state;
    char        service[SERVICE_MOST + 1];
    char        reason[REASON_MAX];
    int64_t     bought_ms;
    Parcel     *next;
};

struct Parcels {
    Parcel *first;
    int64_t count;
    int64_t pace_ms; /* 0: nothing moves by itself */
};

static const char *const state_names[] = {
    "bought", "moving", "delivered", "failed", "voided", "refused"
};

Parcels *parcels_create(void)
{
    return calloc(1, sizeof(Parcels));
}

void parcels_destroy(Parcels *parcels)
{
    for (Parcel *next, *p = parcels->first; p; p = next) {
        next = p->next;
        free(p);
    }
    free(parcels);
}

void service_pace(Service *service, int64_t pace_ms)
{
    service->parcels->pace_ms = pace_ms;
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static Parcel *find(const Parcels *parcels, Str key)
{
    Parcel *p = parcels->first;
    while (p && !str_eq(key, str_from(p->key))) p = p->next;
    return p;
}

static Parcel *add(Parcels *parcels, Str key)
{
    Parcel *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    assert(key.len <= KEY_MAX);
    memcpy(p->key, key.ptr, key.len);
    p->next        = parcels->first;
    parcels->first = p;
    return p;
}

/* What time does, with a pace: half of them after one, all after two. */
static void age(const Parcels *parcels, Parcel *p)
{
    int64_t since = now_ms() - p->bought_ms;
    if (!parcels->pace_ms || (p->state != PARCEL_BOUGHT && p->state != PARCEL_MOVING)) return;
    if (since >= parcels->pace_ms) p->state = PARCEL_MOVING;
    if (since >= 2 * parcels->pace_ms) p->state = PARCEL_DELIVERED;
}

static json_t *parcel_json(const Parcels *parcels, Parcel *p)
{
    age(parcels, p);
    json_t *json = json_pack("{s:s, s:s}", "key", p->key, "state", state_names[p->state]);
    if (!json || (p->number == 0 && !p->reason[0])) return json;
    if (p->number) {
        (void)json_object_set_new(json, "label", json_sprintf("lb_%012lld", (long long)p->number));
        (void)json_object_set_new(json, "carrier", json_string("Simulated Parcel"));
        (void)json_object_set_new(json, "service", json_string(p->service));
        (void)json_object_set_new(json, "tracking", json_sprintf("SP%010lldGB", (long long)p->number));
    }
    if (p->reason[0]) (void)json_object_set_new(json, "reason", json_string(p->reason));
    return json;
}

/* --- effects, with the lock held --- */

typedef struct {
    Str     key, service;
    int64_t weight;
    Str     to_street, to_country;
} LabelWish;

/* Refuses a body that is not what a label needs; the texts live as long as `json`. */
static const char *read_wish(HttpExchange *exchange, json_t *json, LabelWish *out)
{
    json_int_t weight = 0;
    json_t    *from = NULL, *to = NULL;
    out->key = http_header(exchange, STR("idempotency-key"));
    if (!service_is_key(out->key)) return "idempotency_key_required";
    if (!json
        || json_unpack(json, "{s:s%, s:I, s:o, s:o!}", "service", &out->service.ptr, &out->service.len,
                       "weight", &weight, "from", &from, "to", &to)
               != 0)
        return "body_invalid";
    out->weight     = weight;
    out->to_street  = str_from(json_string_value(json_object_get(to, "street")));
    out->to_country = str_from(json_string_value(json_object_get(to, "country")));
    if (!out->service.len || out->service.len > SERVICE_MOST) return "service_invalid";
    return weight < 0 || !json_is_object(from) ? "body_invalid" : NULL;
}

/* Why it is not sold, or NULL. */
static const char *why_not(const LabelWish *wish, const Behaviour *how)
{
    if (how->act == ACT_DECLINE) return how->reason;
    if (wish->weight > WEIGHT_MOST) return "too_heavy";
    if (!wish->to_street.len) return "address_incomplete";
    return wish->to_country.len == 2 ? NULL : "country_not_served";
}

static Answer sell(Service *service, const LabelWish *wish, Behaviour *how)
{
    Parcel *p = find(service->parcels, wish->key);
    *how      = (Behaviour){ .act = ACT_APPROVE };
    if (!p && str_starts(wish->service, STR("sim_"))
        && !behaviour_parse(str_slice(wish->service, 4, wish->service.len), how))
        *how = (Behaviour){ .act = ACT_DECLINE, .reason = "service_unknown" };
    *how = service_next(service, *how);
    if (p && p->number && !str_eq(wish->service, str_from(p->service)))
        return service_refusal(422, "key_reused");
    if (!p && service_is_lost(how)) return service_refusal(500, "failed");
    if (!p) {
        const char *reason = why_not(wish, how);
        p                  = add(service->parcels, wish->key);
        if (!p) return service_refusal(500, "no_memory");
        p->state     = reason ? PARCEL_REFUSED : PARCEL_BOUGHT;
        p->number    = reason ? 0 : ++service->parcels->count;
        p->bought_ms = now_ms();
        memcpy(p->service, wish->service.ptr, wish->service.len);
        (void)snprintf(p->reason, sizeof p->reason, "%s", reason ? reason : "");
    }
    bool sold = p->state != PARCEL_REFUSED && p->state != PARCEL_VOIDED;
    if (p->state == PARCEL_VOIDED)
        return (Answer){ 422, json_pack("{s:s, s:s, s:s}", "key", p->key, "state", "refused", "reason",
                                        "voided") };
    return (Answer){ sold ? 201 : 422, parcel_json(service->parcels, p) };
}

static Answer show(Service *service, Str key)
{
    Parcel *p = find(service->parcels, key);
    if (p) return (Answer){ 200, parcel_json(service->parcels, p) };
    return (Answer){ 404, json_pack("{s:s, s:s%}", "error", "label_unknown", "key", key.ptr, key.len) };
}

static Answer give_up(Service *service, Str key)
{
    Parcel *p = find(service->parcels, key);
    if (!p) p = add(service->parcels, key);
    if (!p) return service_refusal(500, "no_memory");
    age(service->parcels, p);
    bool still = p->number == 0 || p->state == PARCEL_BOUGHT || p->state == PARCEL_VOIDED;
    if (still) p->state = PARCEL_VOIDED;
    return (Answer){ still ? 200 : 409, parcel_json(service->parcels, p) };
}

static Answer move(Service *service, Str key, Str state, Str reason)
{
    Parcel *p = find(service->parcels, key);
    if (!p || p->number == 0) return service_refusal(404, "label_unknown");
    for (size_t i = 0; i <= PARCEL_VOIDED; i++) {
        if (!str_eq(state, str_from(state_names[i]))) continue;
        p->state = (ParcelState)i;
        (void)snprintf(p->reason, sizeof p->reason, "%.*s", STR_FMT(reason));
        return (Answer){ 200, parcel_json(service->parcels, p) };
    }
    return service_refusal(400, "state_invalid");
}

/* --- routes --- */

static void post_label(Service *service, HttpExchange *exchange)
{
    LabelWish   wish = { .weight = 0 };
    Behaviour   how  = { .act = ACT_APPROVE };
    Answer      answer;
    json_t     *json  = service_body(exchange);
    const char *fault = read_wish(exchange, json, &wish);
    if (fault) {
        answer = service_refusal(400, fault);
    } else {
        pthread_mutex_lock(&service->lock);
        answer = sell(service, &wish, &how);
        pthread_mutex_unlock(&service->lock);
    }
    json_decref(json);
    service_answer(service, exchange, &how, NULL, answer);
}

/* `effect`: show or give_up. */
static void by_key(Service *service, HttpExchange *exchange, Str key,
                   Answer (*effect)(Service *service, Str key))
{
    pthread_mutex_lock(&service->lock);
    Behaviour how    = service_next(service, (Behaviour){ .act = ACT_APPROVE });
    Answer    answer = service_is_lost(&how) ? service_refusal(500, "failed") : effect(service, key);
    pthread_mutex_unlock(&service->lock);
    service_answer(service, exchange, &how, NULL, answer);
}

static void post_state(Service *service, HttpExchange *exchange, Str key)
{
    json_t *json   = service_body(exchange);
    Str     state  = str_from(json_string_value(json_object_get(json, "state")));
    Str     reason = str_from(json_string_value(json_object_get(json, "reason")));
    pthread_mutex_lock(&service->lock);
    Answer answer = move(service, key, state, reason);
    pthread_mutex_unlock(&service->lock);
    json_decref(json);
    service_send(exchange, answer);
}

static void list(Service *service, HttpExchange *exchange)
{
    json_t *all  = json_array();
    json_t *json = json_pack("{s:o}", "labels", all);
    pthread_mutex_lock(&service->lock);
    for (Parcel *p = service->parcels->first; p; p = p->next)
        (void)json_array_append_new(all, parcel_json(service->parcels, p));
    pthread_mutex_unlock(&service->lock);
    service_send(exchange, (Answer){ 200, json });
}

bool parcels_on_request(Service *service, HttpExchange *exchange)
{
    const HttpRequest *request = http_request(exchange);
    bool               get     = str_eq(request->method, STR("GET"));
    bool               post    = str_eq(request->method, STR("POST"));
    Str                below   = STR("/v1/labels/");
    if (str_eq(request->path, STR("/v1/labels")) && (get || post)) {
        if (post) post_label(service, exchange);
        else list(service, exchange);
        return true;
    }
    if (!str_starts(request->path, below)) return false;
    Str    rest  = str_slice(request->path, below.len, request->path.len);
    size_t slash = str_index(rest, '/', 0);
    Str    key = str_slice(rest, 0, slash), tail = str_slice(rest, slash, rest.len);
    if (!service_is_key(key)) return false;
    if (!tail.len && get) by_key(service, exchange, key, show);
    else if (str_eq(tail, STR("/void")) && post) by_key(service, exchange, key, give_up);
    else if (str_eq(tail, STR("/state")) && post) post_state(service, exchange, key);
    else return false;
    return true;
}

/* service_call.c — calls to payment services. See service_call.h. */
#include "flows/service_call.h"

#include <stdlib.h>

enum {
    ARENA_BYTES      = 160 * 1024,
    REPLY_MAX        = 128 * 1024,
    CONNECT_MS       = 3000,
    TIMEOUT_STANDARD = 10000,
    PATH_STEP        = 64
};

void service_call(const PaymentService *at, HttpCall http, ServiceReply *out)
{
    Arena      arena;
    Error      err    = { .def = NULL };
    HttpAnswer answer = { .status = 0 };
    void      *bytes  = malloc(ARENA_BYTES);
    *out              = (ServiceReply){ 0, NULL };
    if (!bytes) return;
    arena_init(&arena, bytes, ARENA_BYTES);
    if (http.total_ms == 0) http.total_ms = at->timeout_ms > 0 ? at->timeout_ms : TIMEOUT_STANDARD;
    http.connect_ms = http.total_ms < CONNECT_MS ? http.total_ms : CONNECT_MS;
    http.reply_max  = REPLY_MAX;
    if (http_client_call(&arena, &http, &answer, &err) && !answer.truncated) {
        out->status = answer.status;
        out->json   = json_loadb(answer.body.ptr, answer.body.len, 0, NULL);
    }
    free(bytes);
}

void service_end(ServiceReply *reply)
{
    json_decref(reply->json);
    *reply = (ServiceReply){ 0, NULL };
}

const json_t *service_at(const json_t *json, const char *path)
{
    while (json && *path) {
        char   step[PATH_STEP];
        size_t len = strcspn(path, ".");
        if (len >= sizeof step) return NULL;
        memcpy(step, path, len);
        step[len] = 0;
        json      = json_is_array(json) ? json_array_get(json, (size_t)(step[0] - '0'))
                                        : json_object_get(json, step);
        path += len + (path[len] == '.');
    }
    return json;
}

Str service_text(const json_t *json, const char *path)
{
    return str_from(json_string_value(service_at(json, path)));
}

int64_t service_number(const json_t *json, const char *path)
{
    return json_integer_value(service_at(json, path));
}

bool service_is(const json_t *json, const char *path, Str text)
{
    return str_eq(service_text(json, path), text);
}

void service_put(Str text, char *out, size_t size)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    if (len) memcpy(out, text.ptr, len);
    out[len] = 0;
}

void service_keep(const json_t *json, const char *path, char *out, size_t size)
{
    service_put(service_text(json, path), out, size);
}

Str service_key(Id key, char *buffer)
{
    id_format(key, buffer);
    buffer[ID_TEXT_LEN] = 0;
    return (Str){ buffer, ID_TEXT_LEN };
}

int64_t service_age_ms(const PaymentService *at, Id key)
{
    int64_t made = 0;
    for (int i = 0; i < 6; i++) made = made << 8 | key.bytes[i];
    return env_now_ms(at->env) - made;
}

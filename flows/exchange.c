/* exchange.c — calls to services outside. See exchange.h. */
#include "flows/exchange.h"

#include "sys/http_client.h"

#include <stdio.h>
#include <string.h>

enum { REPLY_MAX = 8192, CONNECT_MS = 3000, TIMEOUT_STANDARD = 10000 };

void exchange_call(Exchange *x, const ExchangeCall *call)
{
    Error      err = { 0 };
    HttpAnswer answer;
    arena_init(&x->arena, x->bytes, sizeof x->bytes);
    x->status    = 0;
    x->json      = NULL;
    int total_ms = call->timeout_ms > 0 ? call->timeout_ms : TIMEOUT_STANDARD;
    Str url      = str_format(&x->arena, "%.*s%.*s", STR_FMT(call->base), STR_FMT(call->path));
    Str own      = id_text(&x->arena, call->key);
    if (!call->base.len || !call->path.ptr || !url.ptr || !own.ptr) return;
    HttpCall http   = { .method     = call->method,
                        .url        = url,
                        .body       = call->body,
                        .reply_max  = REPLY_MAX,
                        .connect_ms = total_ms < CONNECT_MS ? total_ms : CONNECT_MS,
                        .total_ms   = total_ms,
                        .reach      = call->reach };
    http.headers[0] = (HttpClientHeader){ STR("Idempotency-Key"), own };
    http.headers[1] = (HttpClientHeader){ STR("Accept"), STR("application/json") };
    if (call->body.len)
        http.headers[2] = (HttpClientHeader){ STR("Content-Type"), STR("application/json") };
    if (!http_client_call(&x->arena, &http, &answer, &err) || answer.truncated) return;
    x->status = answer.status;
    if (answer.status < 200 || answer.status >= 500) return;
    x->json              = json_loadb(answer.body.ptr, answer.body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *key_told = json_string_value(json_object_get(x->json, "key"));
    if (key_told && str_eq(str_from(key_told), own)) return;
    json_decref(x->json);
    x->json = NULL;
}

void exchange_end(Exchange *x)
{
    json_decref(x->json);
    x->json = NULL;
}

Str exchange_text(const Exchange *x, const char *name)
{
    return str_from(json_string_value(json_object_get(x->json, name)));
}

int64_t exchange_number(const Exchange *x, const char *name)
{
    return json_integer_value(json_object_get(x->json, name));
}

bool exchange_number_is(const Exchange *x, const char *name, int64_t value)
{
    const json_t *number = json_object_get(x->json, name);
    return json_is_integer(number) && json_integer_value(number) == value;
}

bool exchange_state_is(const Exchange *x, Str state)
{
    return str_eq(exchange_text(x, "state"), state);
}

bool exchange_keep(const Exchange *x, const char *name, char *out, size_t size)
{
    Str text = exchange_text(x, name);
    if (text.len == 0 || text.len >= size) return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = 0;
    return true;
}

Str exchange_path(char *buffer, size_t size, const char *before, Id key, const char *tail)
{
    char text[ID_TEXT_LEN];
    id_format(key, text);
    int len = snprintf(buffer, size, "%s%.*s%s", before, ID_TEXT_LEN, text, tail);
    return (Str){ buffer, (size_t)len };
}

/* body.c — what a request may send as its body. See body.h. */
#include "http/body.h"

#include <openssl/sha.h>
#include <string.h>

bool body_is_json(Str type)
{
    size_t semi  = str_index(type, ';', 0);
    Str    param = semi < type.len ? str_trim(str_slice(type, semi + 1, type.len)) : STR("");
    if (!str_eq_nocase(str_trim(str_slice(type, 0, semi)), STR("application/json"))) return false;
    return param.len == 0 || str_eq_nocase(param, STR("charset=utf-8"))
        || str_eq_nocase(param, STR("charset=\"utf-8\""));
}

bool body_take_raw(Ctx *ctx, HttpExchange *exchange, Error *err)
{
    RawRequest *raw = arena_new(ctx->arena, RawRequest);
    if (!raw) return err_memory(err);
    raw->body      = http_request(exchange)->body;
    raw->signature = http_header(exchange, STR("stripe-signature"));
    if (!raw->signature.ptr)
        raw->signature = http_header(exchange, STR("psp-signature")); /* the simulator */
    if (!raw->body.ptr) raw->body = STR("");
    ctx->raw = raw;
    return true;
}

bool body_fingerprint(Arena *arena, const HttpRequest *in, Str *out, Error *err)
{
    Str            whole = str_format(arena, "%.*s %.*s?%.*s\n", STR_FMT(in->method), STR_FMT(in->path),
                                      STR_FMT(in->query));
    unsigned char *hash  = arena_alloc(arena, SHA256_DIGEST_LENGTH);
    if (!whole.ptr || !hash) return err_memory(err);
    unsigned char body[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)(in->body.len ? in->body.ptr : ""), in->body.len, body);
    char *both = arena_alloc(arena, whole.len + sizeof body);
    if (!both) return err_memory(err);
    memcpy(both, whole.ptr, whole.len);
    memcpy(both + whole.len, body, sizeof body);
    SHA256((const unsigned char *)both, whole.len + sizeof body, hash);
    *out = (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
    return true;
}

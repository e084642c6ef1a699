/* body.h — what a request may send as its body: JSON, or as it comes for routes of the flag RAW. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "http/server.h"
#include "shop/ctx.h"

/* "application/json", alone or with charset=utf-8, which is what JSON always is. */
bool body_is_json(Str type);

/* The body as it came and what it is signed by, in ctx->raw. */
bool body_take_raw(Ctx *ctx, HttpExchange *exchange, Error *err) MUST_USE;

/* SHA-256 over what makes two requests the same. Errors: MEMORY. */
bool body_fingerprint(Arena *arena, const HttpRequest *in, Str *out, Error *err) MUST_USE;

#endif

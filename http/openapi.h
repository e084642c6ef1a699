/* openapi.h — what the tables say, as an OpenAPI 3.1 document. */
#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "shop/api.h"

/* Describes every route of shop_all; false when the arena is too small (a few MiB are enough). */
bool openapi_write(Arena *arena, Str *out) MUST_USE;

/* The same in memory of its own, which the caller frees (out->ptr). */
bool openapi_make(Str *out, Error *err) MUST_USE;

#endif

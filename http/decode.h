/* decode.h — a request (path, query, body) as the C struct of its route, by the table of fields. What holds
 * for the body holds for all of it: see sys/json_read.h. */
#ifndef HTTP_DECODE_H
#define HTTP_DECODE_H

#include "http/router.h"
#include "sys/json_read.h"

/* Fills `request` (the route's request struct, zeroed by the caller).
 * Errors: JSON_SYNTAX, JSON_DEPTH, QUERY_UNKNOWN, MEMORY, FIELD_INVALID (see *faults). */
bool decode_request(Arena *arena, const RouteDef *route, PathParams params, Str query, Str body,
                    void *request, Faults *faults, Error *err) MUST_USE;

#endif

/* decode.h — a request (path, query, body) as the C struct of its route, by the table of fields.
 * Finds all faults of a body, not only the first. Unknown members are faults: nobody can set what a
 * table does not name. A JSON null counts as absent. */
#ifndef HTTP_DECODE_H
#define HTTP_DECODE_H

#include "http/router.h"

enum { FAULTS_MAX = 32, JSON_DEPTH_MAX = 32 };

typedef struct {
    char        field[96];   /* JSON path, "lines[2].sku" */
    const char *code;        /* public: "required", "too_long" … */
    char        detail[120]; /* for people; never repeats the value */
} Fault;

typedef struct {
    Fault  items[FAULTS_MAX];
    size_t count;
} Faults;

/* Fills `request` (the route's request struct, zeroed by the caller).
 * Errors: JSON_SYNTAX, JSON_DEPTH, QUERY_UNKNOWN, MEMORY, FIELD_INVALID (see *faults). */
bool decode_request(Arena *arena, const RouteDef *route, PathParams params, Str query, Str body,
                    void *request, Faults *faults, Error *err) MUST_USE;

/* Whether the name stands in the path as {name}. */
bool path_has_field(const char *path, const char *name);

#endif

/* call.h — commands made of the route tables: each asks the running server by HTTP. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include "cli/cli.h"
#include "shop/api.h"
#include "sys/http_client.h"

const char *call_method(const RouteDef *route);

/* The options of a route: its fields, then the common ones. Errors: MEMORY. */
bool call_options(Arena *arena, const RouteDef *route, Option **out, size_t *count, Error *err) MUST_USE;

/* The route behind the words of a command, or NULL. */
const RouteDef *call_route(const char *words);

/* Sends a body to a route without fields in its path, under a name of its own. Errors: PEER_UNREACHABLE. */
bool call_post(Cli *cli, Arena *arena, const RouteDef *route, Str body, HttpAnswer *out, Error *err) MUST_USE;

/* Asks a GET route: `value` for the field in its path, `query` with its question mark, or none of them.
 * Errors: PEER_UNREACHABLE. */
bool call_get(Cli *cli, Arena *arena, const RouteDef *route, Str value, Str query, HttpAnswer *out,
              Error *err) MUST_USE;

/* Asks and prints; the exit code. */
int call_run(Cli *cli, const RouteDef *route);

#endif

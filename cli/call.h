/* call.h — commands made of the route tables: each asks the running server by HTTP. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include "cli/cli.h"
#include "shop/api.h"

const char *call_method(const RouteDef *route);

/* The options of a route: its fields, then the common ones. Errors: MEMORY. */
bool call_options(Arena *arena, const RouteDef *route, Option **out, size_t *count, Error *err) MUST_USE;

/* Asks and prints; the exit code. */
int call_run(Cli *cli, const RouteDef *route);

#endif

/* router.h — from method and path to the route of the table. A tree of path segments, built once at
 * start; a fixed segment wins over a {field} at the same place. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "shop/api.h"

enum { PATH_PARAMS_MAX = 8, METHOD_COUNT = 5 };

typedef struct {
    Str name, value; /* the value is decoded */
} PathParam;

typedef struct {
    PathParam items[PATH_PARAMS_MAX];
    size_t    count;
} PathParams;

typedef struct {
    const RouteDef *def;
    int             perm; /* its bit in Principal.perms */
} Route;

typedef struct Router Router;

/* Errors: CONFIG (two routes for one address, too many fields, a permission without number). */
bool router_create(const Capability *const *capabilities, size_t count, Router **out,
                   Error *err) MUST_USE;
void router_destroy(Router *router);

/* Errors: NOT_FOUND (also for malformed escapes), METHOD_NOT_ALLOWED; with the latter *allow gets
 * the value of the Allow header. */
bool router_find(const Router *router, Arena *arena, Str method, Str path, const Route **route,
                 PathParams *params, Str *allow, Error *err) MUST_USE;

const char *method_name(Method method);

#endif

/* router.c — from method and path to the route. See router.h. */
#include "http/router.h"

#include "base/percent.h"
#include "shop/perms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct Node Node;
struct Node {
    Str          segment; /* points into the route's path; {field} has none */
    Node        *first, *next, *field;
    const Route *routes[METHOD_COUNT];
};

struct Router {
    Route *routes;
    Node  *nodes;
    size_t route_count, node_count;
};

const char *method_name(Method method)
{
    static const char *const names[METHOD_COUNT] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    return names[method];
}

/* Takes the segment behind the '/' at *at and moves on to the next '/'. */
static Str next_segment(Str path, size_t *at)
{
    size_t end  = str_index(path, '/', *at + 1);
    Str    part = str_slice(path, *at + 1, end);
    *at         = end;
    return part;
}

static Node *find_child(const Node *node, Str segment)
{
    Node *child = node->first;
    while (child && !str_eq(child->segment, segment)) child = child->next;
    return child;
}

static Node *add_child(Router *router, Node *node, Str segment)
{
    bool  is_field = segment.len > 0 && segment.ptr[0] == '{';
    Node *child    = is_field ? node->field : find_child(node, segment);
    if (child) return child;
    child = &router->nodes[router->node_count++];
    if (is_field) {
        node->field = child;
        return child;
    }
    child->segment = segment;
    child->next    = node->first;
    node->first    = child;
    return child;
}

static bool add_route(Router *router, const RouteDef *def, Error *err)
{
    Route *route  = &router->routes[router->route_count++];
    Node  *node   = &router->nodes[0];
    Str    path   = str_from(def->path);
    size_t fields = 0;
    assert(path.len > 0 && path.ptr[0] == '/');
    for (size_t at = 0; at < path.len;) {
        Str segment = next_segment(path, &at);
        fields += segment.len > 0 && segment.ptr[0] == '{';
        node = add_child(router, node, segment);
    }
    *route = (Route){ def, perm_bit(def->perm) };
    if (fields > PATH_PARAMS_MAX)
        return err_set(err, &ERR_CONFIG, "", "too many fields in %s", def->path);
    if (route->perm < 0 || route->perm >= PERMS_MAX)
        return err_set(err, &ERR_CONFIG, "", "the permission of %s has no bit", def->path);
    if (node->routes[def->method])
        return err_set(err, &ERR_CONFIG, "", "two routes for %s", def->path);
    node->routes[def->method] = route;
    return true;
}

bool router_create(const Capability *const *capabilities, size_t count, Router **out, Error *err)
{
    size_t routes = 0;
    size_t nodes  = 1;
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < capabilities[c]->route_count; i++, routes++)
            for (const char *p = capabilities[c]->routes[i].path; *p; p++) nodes += *p == '/';
    Router *router = calloc(1, sizeof *router);
    if (!router) return err_memory(err);
    router->routes     = calloc(routes + 1, sizeof *router->routes);
    router->nodes      = calloc(nodes, sizeof *router->nodes);
    router->node_count = 1;
    bool ok            = (router->routes && router->nodes) || err_memory(err);
    for (size_t c = 0; ok && c < count; c++)
        for (size_t i = 0; ok && i < capabilities[c]->route_count; i++)
            ok = add_route(router, &capabilities[c]->routes[i], err);
    if (!ok) {
        router_destroy(router);
        return false;
    }
    *out = router;
    return true;
}

void router_destroy(Router *router)
{
    if (!router) return;
    free(router->routes);
    free(router->nodes);
    free(router);
}

static Str allowed(Arena *arena, const Node *node)
{
    Buf buf = buf_make(arena, 40);
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (!node->routes[m]) continue;
        if (buf.len) buf_add(&buf, STR(", "));
        buf_add(&buf, str_from(method_name((Method)m)));
    }
    return buf_str(&buf);
}

static int method_number(Str method)
{
    for (int m = 0; m < METHOD_COUNT; m++)
        if (str_eq(method, str_from(method_name((Method)m)))) return m;
    return -1;
}

/* A value of a {field}: no separators and no dots that mean a folder. */
static bool decode_value(Arena *arena, Str raw, Str *out)
{
    if (!percent_decode(arena, raw, false, out) || out->len == 0) return false;
    if (str_eq(*out, STR(".")) || str_eq(*out, STR(".."))) return false;
    return str_index(*out, '/', 0) == out->len && str_index(*out, '\\', 0) == out->len;
}

/* Gives the values found on the way down the names that this route has for them. */
static void name_params(const RouteDef *def, PathParams *params)
{
    Str    path  = str_from(def->path);
    size_t found = 0;
    for (size_t at = 0; at < path.len && found < params->count;) {
        Str segment = next_segment(path, &at);
        if (segment.len < 2 || segment.ptr[0] != '{') continue;
        params->items[found++].name = str_slice(segment, 1, segment.len - 1);
    }
    assert(found == params->count);
}

bool router_find(const Router *router, Arena *arena, Str method, Str path, const Route **route,
                 PathParams *params, Str *allow, Error *err)
{
    const Node *node = &router->nodes[0];
    params->count    = 0;
    *allow           = STR_NONE;
    if (path.len == 0 || path.ptr[0] != '/')
        return err_set(err, &ERR_NOT_FOUND, "", "no such path");
    for (size_t at = 0; at < path.len;) {
        Str         segment = next_segment(path, &at);
        const Node *child   = find_child(node, segment);
        if (!child && node->field && params->count < PATH_PARAMS_MAX) {
            Str *value = &params->items[params->count++].value;
            if (decode_value(arena, segment, value)) child = node->field;
        }
        if (!child) return err_set(err, &ERR_NOT_FOUND, "", "no such path");
        node = child;
    }
    int number = method_number(method);
    if (number >= 0 && node->routes[number]) {
        *route = node->routes[number];
        name_params((*route)->def, params);
        return true;
    }
    *allow = allowed(arena, node);
    if (allow->len == 0) return err_set(err, &ERR_NOT_FOUND, "", "no such path");
    return err_set(err, &ERR_METHOD_NOT_ALLOWED, "", "allowed here: %.*s", STR_FMT(*allow));
}

/* url_fuzz.c — any bytes as method, path and query: a route is found or there is none, parameters are decoded
 * or refused. The first byte chooses the method. Corpus: tests/fuzz/url. */
#include "http/decode.h"
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20, REQUEST_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine, const char *what)
{
    if (fine) return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

static void try_query(Arena *arena, const Route *route, PathParams params, Str query)
{
    static _Alignas(16) char request[REQUEST_MAX];
    static Faults            faults;
    Error                    err = { 0 };
    must(route->def->request->size <= REQUEST_MAX, "a request that does not fit");
    memset(request, 0, route->def->request->size);
    bool ok = decode_request(arena, route->def, params, query, STR_NONE, request, &faults, &err);
    must(ok || err.def != NULL, "refused without a reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) char memory[ARENA_BYTES];
    static Router           *router;
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "", "get" };
    Arena                    arena;
    Error                    err    = { 0 };
    const Route             *route  = NULL;
    PathParams               params = { .count = 0 };
    Str                      allow  = STR_NONE, plain = STR_NONE;
    if (size == 0) return 0;
    if (!router) must(router_create(shop_all, shop_count, &router, &err), "no router");
    arena_init(&arena, memory, sizeof memory);
    Str    target = { (const char *)data + 1, size - 1 };
    size_t mark   = str_index(target, '?', 0);
    Str    path   = str_slice(target, 0, mark);
    Str    query  = mark < target.len ? str_slice(target, mark + 1, target.len) : STR("");
    Str    method = str_from(methods[data[0] % COUNT(methods)]);
    if (percent_decode(&arena, path, false, &plain)) must(str_is_utf8(plain, NULL), "it is not UTF-8");
    bool ok = router_find(router, &arena, method, path, &route, &params, &allow, &err);
    must(ok || err.def != NULL, "refused without a reason");
    must(!ok || (route && params.count <= PATH_PARAMS_MAX), "found without a route");
    if (ok) try_query(&arena, route, params, query);
    return 0;
}

/* json_fuzz.c — any bytes as the body of any route: they are decoded or refused, never more. What was decoded
 * of a route whose request is also a document (a location, a category …) goes out and comes in the same.
 * The first byte chooses the route. Corpus: tests/fuzz/json. */
#include "http/decode.h"
#include "http/encode.h"

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

/* The n-th route that takes a body. */
static const RouteDef *route_at(size_t n)
{
    size_t count = 0;
    for (int round = 0; round < 2; round++) {
        for (size_t c = 0; c < shop_count; c++)
            for (size_t r = 0; r < shop_all[c]->route_count; r++) {
                const RouteDef *route = &shop_all[c]->routes[r];
                if (route->method == GET || route->method == DELETE) continue;
                if (round == 0) count++;
                else if (n-- == 0) return route;
            }
        n %= count;
    }
    return NULL;
}

static bool decode(Arena *arena, const RouteDef *route, Str body, void *request)
{
    static Faults faults;
    Error         err  = { 0 };
    PathParams    none = { .count = 0 };
    memset(request, 0, route->request->size);
    bool ok = decode_request(arena, route, none, STR_NONE, body, request, &faults, &err);
    must(ok || err.def != NULL, "refused without a reason");
    must(faults.count <= FAULTS_MAX, "more faults than there is room for");
    for (size_t i = 0; i < faults.count; i++)
        must(faults.items[i].code && memchr(faults.items[i].field, 0, sizeof faults.items[i].field),
             "a fault without end");
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) char memory[ARENA_BYTES], request[REQUEST_MAX], again[REQUEST_MAX];
    Arena                    arena;
    if (size == 0) return 0;
    const RouteDef *route = route_at(data[0]);
    Str             body  = { (const char *)data + 1, size - 1 };
    must(route && route->request->size <= REQUEST_MAX, "a route that does not fit");
    arena_init(&arena, memory, sizeof memory);
    if (!decode(&arena, route, body, request)) return 0;
    Str out = encode_reply(&arena, route->request, request);
    if (!out.ptr || strchr(route->path, '{')) return 0;
    /* A reply has every list and every yes or no; apart from these it is what came in. */
    if (!decode(&arena, route, out, again)) return 0;
    Str twice = encode_reply(&arena, route->request, again);
    must(!twice.ptr || str_eq(out, twice), "what goes out is not what comes in");
    return 0;
}

/* url_fuzz.c — any bytes as method and address: they lead to a route whose fields hold what may stand in a
 * segment, or nowhere with a reason; escapes mean the same however they are written; a query is read or
 * refused. Form: METHOD SP PATH ['?' QUERY]. Corpus: tests/fuzz/url. */
#include "base/percent.h"
#include "http/decode.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { ARENA_BYTES = 256 * 1024 };

static void look_at_params(const RouteDef *def, const PathParams *params)
{
    size_t fields = 0;
    for (const char *at = def->path; *at; at++) fields += *at == '{';
    must(params->count == fields, "a field of the path has no value");
    for (size_t i = 0; i < params->count; i++) {
        Str value = params->items[i].value;
        must(params->items[i].name.len > 0 && value.len > 0, "an empty field");
        must(str_is_utf8(value, NULL), "a field that is not UTF-8");
        for (size_t n = 0; n < value.len; n++) {
            unsigned char c = (unsigned char)value.ptr[n];
            must(c >= 0x20 && c != 0x7F && c != '/' && c != '\\', "a field that could be two");
        }
        must(!str_eq(value, STR(".")) && !str_eq(value, STR("..")), "a field that means a folder");
    }
}

/* What was decoded is what comes of it with every byte escaped. */
static void look_at_escapes(Arena *arena, Str text, bool plus)
{
    Str out, again;
    if (!percent_decode(arena, text, plus, &out)) return;
    must(out.len <= text.len, "decoded text is longer");
    Buf escaped = buf_make(arena, 64);
    for (size_t i = 0; i < out.len; i++) buf_format(&escaped, "%%%02x", (unsigned)(unsigned char)out.ptr[i]);
    if (escaped.failed) return;
    must(percent_decode(arena, buf_str(&escaped), plus, &again), "escapes of a good text are refused");
    must(str_eq(out, again), "escapes are read as something else");
}

static void look_at_query(Arena *arena, const RouteDef *def, const PathParams *params, Str query)
{
    static Faults faults;
    Error         err     = { 0 };
    void         *request = arena_alloc(arena, def->request->size);
    if (!request) return;
    bool ok = decode_request(arena, def, *params, query, STR(""), request, &faults, &err);
    must(ok ? faults.count == 0 : err.def != NULL, "refused without a reason");
    must(faults.count <= FAULTS_MAX, "more faults than there is room for");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ARENA_BYTES];
    static Router *router;
    const Route   *route = NULL;
    PathParams     params;
    Arena          arena;
    Error          err = { 0 };
    Str            target, query, allow;
    Str            method = cut((Str){ (const char *)data, size }, ' ', &target);
    Str            path   = cut(target, '?', &query);
    arena_init(&arena, bytes, sizeof bytes);
    must(router || router_create(shop_all, shop_count, &router, &err), "the routes cannot be used");
    if (router_find(router, &arena, method, path, &route, &params, &allow, &err)) {
        look_at_params(route->def, &params);
        look_at_query(&arena, route->def, &params, query);
    } else {
        must(err.def == &ERR_NOT_FOUND || err.def == &ERR_METHOD_NOT_ALLOWED, "nowhere, without a reason");
        must((err.def == &ERR_METHOD_NOT_ALLOWED) == (allow.len > 0), "what is allowed is not told");
    }
    arena_reset(&arena);
    look_at_escapes(&arena, path, false);
    look_at_escapes(&arena, query, true);
    return 0;
}

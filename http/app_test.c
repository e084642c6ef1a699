/* app_test.c — decoding, encoding, routing and the flow of a request, without sockets or database.
 * Prints `ok NAME` or `not ok NAME: why` for each row and a count at the end. */
#include "http/app.h"
#include "base/rfc3339.h"
#include "http/decode.h"
#include "sys/json_write.h"
#include "http/openapi.h"
#include "http/typescript.h"
#include "tests/http/fakes.h"
#include "tests/http/sample.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int  passed, failed;
static _Alignas(16) char memory[1 << 20];

static void check(const char *name, bool ok, Str why)
{
    if (ok) printf("ok %s\n", name);
    else printf("not ok %s: %.*s\n", name, STR_FMT(why));
    *(ok ? &passed : &failed) += 1;
}

static const RouteDef *route_of(Method method, const char *path)
{
    for (size_t i = 0; i < shop_all[0]->route_count; i++) {
        const RouteDef *route = &shop_all[0]->routes[i];
        if (route->method == method && strcmp(route->path, path) == 0) return route;
    }
    abort();
}

/* `expect`: "ok", or the error's code, or "field:code" of each fault, separated by blanks. */
static const struct {
    const char *name, *body, *expect;
} bodies[] = {
    { "smallest", "{\"name\":\"a\"}", "ok" },
    { "null_is_absent", "{\"name\":\"a\",\"price\":null}", "ok" },
    { "empty_body", "", "json_syntax" },
    { "malformed", "{\"name\":", "json_syntax" },
    { "trailing", "{\"name\":\"a\"} x", "json_syntax" },
    { "not_an_object", "[1]", "json_syntax" },
    { "twice", "{\"name\":\"a\",\"name\":\"b\"}", "json_syntax" },
    { "nan", "{\"name\":\"a\",\"price\":NaN}", "json_syntax" },
    { "huge_real", "{\"name\":\"a\",\"price\":1e400}", "json_syntax" },
    { "huge_int", "{\"name\":\"a\",\"price\":9223372036854775808}", "json_syntax" },
    { "leading_zero", "{\"name\":\"a\",\"price\":01}", "json_syntax" },
    { "plus_sign", "{\"name\":\"a\",\"price\":+1}", "json_syntax" },
    { "hexadecimal", "{\"name\":\"a\",\"price\":0x10}", "json_syntax" },
    { "bad_utf8", "{\"name\":\"\xC0\xAF\"}", "json_syntax" },
    { "lone_surrogate", "{\"name\":\"\\ud800\"}", "json_syntax" },
    { "smallest_int", "{\"name\":\"a\",\"big\":-9223372036854775808}", "big:out_of_range" },
    { "fraction", "{\"name\":\"a\",\"price\":1.5}", "price:wrong_type" },
    { "exponent", "{\"name\":\"a\",\"price\":1e2}", "price:wrong_type" },
    { "missing", "{}", "name:required" },
    { "wrong_types", "{\"name\":1,\"price\":\"1\",\"on\":0,\"parts\":{},\"best\":[]}",
      "name:wrong_type price:wrong_type on:wrong_type parts:wrong_type best:wrong_type" },
    { "unknown", "{\"name\":\"a\",\"is_admin\":true}", "is_admin:unknown_field" },
    { "unknown_deep", "{\"name\":\"a\",\"parts\":[{\"sku\":\"1\"},{\"sku\":\"2\",\"x\":1}]}",
      "parts[1].x:unknown_field" },
    { "long", "{\"name\":\"12345678901\"}", "name:too_long" },
    { "short", "{\"name\":\"\"}", "name:too_short" },
    { "nul", "{\"name\":\"a\\u0000b\"}", "name:char_forbidden" },
    { "escape", "{\"name\":\"a\\u001bb\"}", "name:char_forbidden" },
    { "range", "{\"name\":\"a\",\"price\":1001}", "price:out_of_range" },
    { "choice", "{\"name\":\"a\",\"colour\":\"blue\"}", "colour:not_a_choice" },
    { "id", "{\"name\":\"a\",\"id\":\"x\"}", "id:invalid_id" },
    { "time", "{\"name\":\"a\",\"at\":\"2026-02-30T00:00:00Z\"}", "at:invalid_time" },
    { "list_short", "{\"name\":\"a\",\"parts\":[]}", "parts:too_short" },
    { "list_long", "{\"name\":\"a\",\"parts\":[{},{},{},{}]}", "parts:too_long" },
    { "texts", "{\"name\":\"a\",\"tags\":[\"x\",\"y\"]}", "ok" },
    { "texts_null", "{\"name\":\"a\",\"tags\":null}", "ok" },
    { "texts_short", "{\"name\":\"a\",\"tags\":[]}", "tags:too_short" },
    { "texts_long", "{\"name\":\"a\",\"tags\":[\"1\",\"2\",\"3\",\"4\"]}", "tags:too_long" },
    { "texts_type", "{\"name\":\"a\",\"tags\":\"x\"}", "tags:wrong_type" },
    { "text_of_texts", "{\"name\":\"a\",\"tags\":[\"x\",\"\",3]}", "tags[1]:too_short tags[2]:wrong_type" },
    { "text_of_texts_bad", "{\"name\":\"a\",\"tags\":[\"a\\u0000\",\"4111 1111 1111 1111\"]}",
      "tags[0]:char_forbidden tags[1]:card_number_refused" },
    { "texts_in_shared", "{\"name\":\"a\",\"shade\":{\"name\":\"b\",\"known_as\":[null]}}",
      "shade.known_as[0]:wrong_type" },
    { "item_type", "{\"name\":\"a\",\"parts\":[1]}", "parts[0]:wrong_type" },
    { "quantity", "{\"name\":\"a\",\"best\":{\"sku\":\"1\",\"quantity\":\"1.2345\"}}",
      "best.quantity:wrong_type" },
    { "quantity_real", "{\"name\":\"a\",\"best\":{\"sku\":\"1\",\"quantity\":1.5}}",
      "best.quantity:wrong_type" },
};

static Str decode_result(Arena *arena, Str body)
{
    static Faults faults;
    Thing         thing = { 0 };
    Error         err   = { 0 };
    PathParams    none  = { .count = 0 };
    if (decode_request(arena, route_of(POST, "/v1/things"), none, STR_NONE, body, &thing, &faults,
                       &err))
        return STR("ok");
    if (err.def != &ERR_FIELD_INVALID) return str_from(err.def->name);
    Buf buf = buf_make(arena, 200);
    for (size_t i = 0; i < faults.count; i++)
        buf_format(&buf, "%s%s:%s", i ? " " : "", faults.items[i].field, faults.items[i].code);
    return buf_str(&buf);
}

static void test_bodies(void)
{
    Arena arena;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        arena_init(&arena, memory, sizeof memory);
        Str got = decode_result(&arena, str_from(bodies[i].body));
        check(bodies[i].name, str_eq(got, str_from(bodies[i].expect)), got);
    }
    static char deep[1000000];
    memset(deep, '[', sizeof deep);
    arena_init(&arena, memory, sizeof memory);
    Str got = decode_result(&arena, (Str){ deep, sizeof deep });
    check("deep", str_eq(got, STR("json_depth")), got);
}

/* What came in goes out the same; and every n-th failing allocation is refused, not a crash. */
static void test_round_trip(void)
{
    Str body = STR("{\"id\":\"01020304-0506-7008-800a-0b0c0d0e0f10\",\"name\":\"a\\\"\\n\xC3\xA4\","
                   "\"price\":0,\"big\":-7,\"at\":\"2026-11-24T13:56:27.123Z\",\"on\":true,"
                   "\"colour\":\"green\",\"parts\":[{\"sku\":\"1\",\"quantity\":\"1.25\"},"
                   "{\"sku\":\"2\",\"quantity\":\"1\"}],\"best\":{\"sku\":\"3\","
                   "\"quantity\":\"0.005\"},\"tags\":[\"a\\\"b\",\"ä\"],"
                   "\"shade\":{\"name\":\"b\",\"known_as\":[]}}");
    Arena  arena;
    bool   ok = false;
    Str    out = STR_NONE;
    static Faults faults;
    for (long n = 1; n < 200 && !ok; n++) {
        Thing      thing = { 0 };
        Error      err   = { 0 };
        PathParams none  = { .count = 0 };
        arena_init(&arena, memory, sizeof memory);
        arena.fail_in = n;
        if (!decode_request(&arena, route_of(POST, "/v1/things"), none, STR_NONE, body, &thing,
                            &faults, &err)) {
            if (err.def != &ERR_MEMORY) break;
            continue;
        }
        out = json_write_text(&arena, &Thing_def, &thing);
        ok  = out.ptr != NULL;
    }
    check("round_trip", str_eq(out, body), out);
}

static void test_times(void)
{
    static const struct {
        const char *text;
        int64_t     ms;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2000-02-29T12:00:00+01:00", 951822000000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "0000-01-01T00:00:00Z", -62167219200000 },
    };
    char text[RFC3339_LEN];
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms   = 1;
        int64_t back = 2;
        bool    ok   = rfc3339_parse(str_from(rows[i].text), &ms) && ms == rows[i].ms &&
                  rfc3339_format(ms, text) &&
                  rfc3339_parse((Str){ text, sizeof text }, &back) && back == ms;
        check("time_there_and_back", ok, str_from(rows[i].text));
    }
    static const char *const refused[] = {
        "2026\r11\r24T00:00:00Z", "2026-11-24T00\03200\03200Z", "2026-11-24T00:00:00+01\03200",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:00-00:01", "2026-11-24 00:00:00Z",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        int64_t ms = 0;
        check("time_refused", !rfc3339_parse(str_from(refused[i]), &ms), str_from(refused[i]));
    }
}

static void test_router(void)
{
    static const struct {
        const char *method, *path, *expect;
    } rows[] = {
        { "GET", "/v1/things", "/v1/things" },
        { "GET", "/v1/things/best", "/v1/things/best" },
        { "POST", "/v1/things/a%20b", "/v1/things/{id}=a b" },
        { "DELETE", "/v1/things", "method_not_allowed GET, POST" },
        { "BREW", "/v1/things", "method_not_allowed GET, POST" },
        { "GET", "/v1/things/", "not_found " },
        { "GET", "/v1", "not_found " },
        { "GET", "v1", "not_found " },
        { "POST", "/v1/things/%2e%2e%2f", "not_found " },
        { "POST", "/v1/things/..", "not_found " },
        { "POST", "/v1/things/%00", "not_found " },
        { "POST", "/v1/things/%zz", "not_found " },
        { "POST", "/v1/things/a%5Cb", "not_found " },
        { "POST", "/v1/things/%c0%af", "not_found " },
    };
    Router *router = NULL;
    Error   err    = { 0 };
    if (!router_create(shop_all, shop_count, &router, &err)) abort();
    for (size_t i = 0; i < COUNT(rows); i++) {
        Arena        arena;
        const Route *route;
        PathParams   params;
        Str          allow;
        arena_init(&arena, memory, sizeof memory);
        bool found = router_find(router, &arena, str_from(rows[i].method), str_from(rows[i].path),
                                 &route, &params, &allow, &err);
        Str got = found ? str_format(&arena, "%s%s%.*s", route->def->path, params.count ? "=" : "",
                                     STR_FMT(params.count ? params.items[0].value : STR("")))
                        : str_format(&arena, "%s %.*s", err.def->name, STR_FMT(allow));
        check("route", str_eq(got, str_from(rows[i].expect)), got);
    }
    router_destroy(router);
}

static void test_documents(void)
{
    Arena        arena;
    Str          text = STR_NONE;
    json_error_t where;
    arena_init(&arena, memory, sizeof memory);
    bool    ok   = openapi_write(&arena, &text);
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &where);
    check("openapi_is_json", ok && json, str_from(where.text));
    const json_t *all   = json_object_get(json_object_get(json, "components"), "schemas");
    const json_t *shade = json_object_get(all, "Shade");
    check("openapi_has_shared_structs", json_is_object(shade), STR("Shade"));
    char *dump = json_dumps(json_object_get(json_object_get(shade, "properties"), "known_as"),
                            JSON_COMPACT | JSON_SORT_KEYS);
    check("openapi_texts", dump && strcmp(dump, "{\"description\":\"Other names.\",\"items\":{"
                                                "\"maxLength\":200,\"minLength\":1,\"type\":\"string\"},"
                                                "\"maxItems\":1000,\"type\":\"array\"}") == 0,
          str_from(dump));
    free(dump);
    json_decref(json);
    arena_reset(&arena);
    check("typescript", typescript_write(&arena, &text), STR("arena"));
    const char *types = str_dup(&arena, text).ptr;
    check("typescript_has_shared_structs", types && strstr(types, "export interface Shade {\n"),
          STR("Shade"));
    check("typescript_texts", types && strstr(types, "  known_as?: string[];\n"), STR("known_as"));
}

/* One request through app.c; `expect`: status and a part of the body. */
static const struct {
    const char *name, *method, *path, *query, *bearer, *key, *body;
    int         status;
    const char *part;
} calls[] = {
    { "no_key", "GET", "/v1/things", "", "", "", "", 401, "auth_required" },
    { "forged_key", "GET", "/v1/things", "", "x", "", "", 401, "auth_invalid" },
    { "read", "GET", "/v1/things", "q=a%20b&limit=3", "all", "", "", 200, "\"q\":\"a b\"" },
    { "read_cached", "GET", "/v1/things", "limit=3", "all", "", "", 200, "{\"limit\":3}" },
    { "query_unknown", "GET", "/v1/things", "qq=1", "all", "", "", 400, "query_unknown" },
    { "query_range", "GET", "/v1/things", "limit=0", "all", "", "", 422, "out_of_range" },
    { "public", "GET", "/v1/things/best", "", "", "", "", 200, "{}" },
    { "no_permission", "POST", "/v1/things", "", "reader", "k0", "{}", 403, "thing.write" },
    { "key_missing", "POST", "/v1/things", "", "all", "", "{\"name\":\"a\"}", 400,
      "idempotency_key_required" },
    { "faults", "POST", "/v1/things", "", "all", "k0", "{}", 422,
      "\"errors\":[{\"field\":\"name\"" },
    { "handler_refuses", "POST", "/v1/things", "", "all", "k1", "{\"name\":\"bad\"}", 409,
      "already_exists" },
    { "refused_leaves_no_key", "POST", "/v1/things", "", "all", "k1", "{\"name\":\"ok\"}", 201,
      "\"name\":\"ok\"" },
    { "replayed", "POST", "/v1/things", "", "all", "k1", "{\"name\":\"ok\"}", 201,
      "\"name\":\"ok\"" },
    { "key_reused", "POST", "/v1/things", "", "all", "k1", "{\"name\":\"no\"}", 422,
      "idempotency_key_reuse" },
    { "after", "POST", "/v1/things/7", "", "all", "k2", "", 200, "done after" },
    { "after_replayed", "POST", "/v1/things/7", "", "all", "k2", "", 200, "done after" },
    { "health", "GET", "/healthz", "", "", "", "", 200, "ok" },
    { "ready", "GET", "/readyz", "", "", "", "", 200, "ready" },
    { "index", "GET", "/", "", "", "", "", 200, "/openapi.json" },
    { "openapi", "GET", "/openapi.json", "", "", "", "", 200, "3.1.0" },
    { "metrics", "GET", "/metrics", "", "", "", "", 200, "onetill_replayed_total 2" },
    { "method", "PUT", "/healthz", "", "", "", "", 404, "not_found" },
};

static void add_header(HttpExchange *exchange, const char *name, Str value)
{
    exchange->headers[exchange->header_count++] = (HttpHeader){ str_from(name), value };
}

/* `fail_in`: the n-th allocation fails; 0: none. */
static void run_call(App *app, size_t i, long fail_in, HttpExchange *exchange)
{
    memset(exchange, 0, sizeof *exchange);
    arena_init(&exchange->arena, exchange->memory, sizeof exchange->memory);
    exchange->arena.fail_in = fail_in;
    exchange->request = (HttpRequest){ str_from(calls[i].method), str_from(calls[i].path),
                                       str_from(calls[i].query), str_from(calls[i].body) };
    char bearer[64];
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", calls[i].bearer);
    if (calls[i].bearer[0]) add_header(exchange, "authorization", str_from(bearer));
    if (calls[i].key[0]) add_header(exchange, "idempotency-key", str_from(calls[i].key));
    add_header(exchange, "content-type", STR("application/json; charset=utf-8"));
    app_on_request(app, exchange);
    for (int wait = 0; wait < 2000 && !atomic_load(&exchange->replied); wait++) usleep(1000);
}

static void test_calls(void)
{
    static HttpExchange exchange;
    Env                 env = { 0 };
    App                *app = NULL;
    Error               err = { 0 };
    if (!app_create(&(AppOptions){ .env = &env }, &app, &err)) abort();
    for (size_t i = 0; i < COUNT(calls); i++) {
        run_call(app, i, 0, &exchange);
        Str  body = exchange.reply.body;
        bool ok   = atomic_load(&exchange.replied) && exchange.reply.status == calls[i].status &&
                  body.ptr && memmem(body.ptr, body.len, calls[i].part, strlen(calls[i].part));
        check(calls[i].name, ok, body);
    }
    bool answered = true;
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (long n = 1; n < 40; n++) {
            run_call(app, i, n, &exchange);
            bool good = atomic_load(&exchange.replied) && exchange.reply.body.ptr;
            if (!good) printf("# %s, allocation %ld\n", calls[i].name, n);
            answered = answered && good;
        }
    }
    check("answers_without_memory", answered, STR("no reply"));
    app_destroy(app);
}

/* On PostgreSQL lookups of keys, reads and /readyz go through worker threads. */
static void test_workers(void)
{
    static HttpExchange exchange;
    Env                 env = { 0 };
    App                *app = NULL;
    Error               err = { 0 };
    fake_engine             = DB_PG;
    if (!app_create(&(AppOptions){ .env = &env, .threads = 2 }, &app, &err)) abort();
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (strcmp(calls[i].method, "GET") != 0 || strcmp(calls[i].path, "/metrics") == 0) continue;
        run_call(app, i, 0, &exchange);
        bool ok = atomic_load(&exchange.replied) && exchange.reply.status == calls[i].status;
        check("on_worker", ok, str_from(calls[i].name));
    }
    app_destroy(app);
    fake_engine = DB_SQLITE;
}

static void test_etag(void)
{
    static HttpExchange exchange;
    Env                 env = { 0 };
    App                *app = NULL;
    Error               err = { 0 };
    if (!app_create(&(AppOptions){ .env = &env }, &app, &err)) abort();
    run_call(app, 3, 0, &exchange);
    Str etag = exchange.reply.headers[0].value;
    char kept[32];
    (void)snprintf(kept, sizeof kept, "%.*s", STR_FMT(etag));
    exchange.replied    = false;
    exchange.arena.used = 0;
    exchange.headers[0].value = STR("bearer all");
    add_header(&exchange, "if-none-match", str_from(kept));
    app_on_request(app, &exchange);
    check("not_modified", exchange.reply.status == 304, exchange.reply.body);
    app_destroy(app);
}

int main(void)
{
    test_bodies();
    test_round_trip();
    test_times();
    test_router();
    test_documents();
    test_calls();
    test_etag();
    test_workers();
    printf("app: %d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}

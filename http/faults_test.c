/* faults_test.c — the whole program below its sockets, with a real database: bad requests as bytes, and what
 * is answered; kept replies; who may see them. The rows follow the list of faults that a shop must survive;
 * what is refused before a request is whole is in server_test.c. */
#include "http/app.h"
#include "http/server.h"
#include "shop/identity/identity.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, KEY_ROOM = 100, READERS = 2, ROUNDS = 200 };

static Env         env;
static Db         *db;
static App        *app;
static HttpServer *server;
static pthread_t   loop;
static char        manager[KEY_ROOM], nobody[KEY_ROOM];

/* --- the program --- */

static bool make_key(Ctx *ctx, Str role, char *out, Error *err)
{
    Id  id;
    Str secret;
    if (!identity_make_key(ctx, role, STR("test"), &id, &secret, err)) return false;
    (void)snprintf(out, KEY_ROOM, "%.*s", STR_FMT(secret));
    return true;
}

static bool make_shop(Ctx *ctx, void *arg, Error *err)
{
    return fixture_shop(ctx, arg, err) && identity_put_role(ctx, STR("guest"), STR("me.read"), err) &&
           make_key(ctx, STR("manager"), manager, err) && make_key(ctx, STR("guest"), nobody, err);
}

static void *run_loop(void *arg)
{
    http_server_run(arg);
    return NULL;
}

static void start(void)
{
    Error err               = { 0 };
    db                      = kit_open(&env);
    AppOptions  app_options = { .db = db, .env = &env };
    bool        ok = kit_write(db, &env, make_shop, NULL, &err) && app_create(&app_options, &app, &err);
    HttpOptions options = { .host = STR("127.0.0.1"), .on_request = app_on_request, .app = app };
    ok                  = ok && http_server_start(&options, &server, &err);
    if (!ok || pthread_create(&loop, NULL, run_loop, server) != 0) {
        fprintf(stderr, "cannot start: %s\n", err.message);
        exit(1);
    }
}

static void stop(void)
{
    http_server_stop(server);
    pthread_join(loop, NULL);
    app_destroy(app);
    http_server_destroy(server);
    kit_close(db);
}

/* --- a client --- */

/* Sends `bytes`, in which '@' stands for the header lines that every good request has, and gives all that
 * comes back. */
static Str ask_as(char *answer, const char *bytes, const char *key)
{
    struct timeval     patience = { .tv_sec = 20 };
    struct sockaddr_in address  = { .sin_family = AF_INET,
                                    .sin_port   = htons((uint16_t)http_server_port(server)) };
    int                fd       = socket(AF_INET, SOCK_STREAM, 0);
    char               head[300];
    size_t             len  = 0;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) exit(1);
    (void)snprintf(head, sizeof head, "Host: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n", key);
    const char *at = strchr(bytes, '@');
    (void)send(fd, bytes, at ? (size_t)(at - bytes) : strlen(bytes), MSG_NOSIGNAL | MSG_MORE);
    if (at) (void)send(fd, head, strlen(head), MSG_NOSIGNAL | MSG_MORE);
    if (at) (void)send(fd, at + 1, strlen(at + 1), MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    for (ssize_t got; (got = recv(fd, answer + len, ANSWER_MAX - len - 1, 0)) > 0;) len += (size_t)got;
    close(fd);
    answer[len] = '\0';
    return (Str){ answer, len };
}

static char shared_answer[ANSWER_MAX];

static Str ask(const char *bytes)
{
    return ask_as(shared_answer, bytes, manager);
}

static int key_number;

/* A request with a JSON body and a key of its own. */
static Str send_json(const char *method, const char *path, const char *body)
{
    char bytes[2000];
    (void)snprintf(bytes, sizeof bytes,
                   "%s %s HTTP/1.1\r\n@Idempotency-Key: k%d\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   method, path, ++key_number, strlen(body), body);
    return ask(bytes);
}

static bool has(Str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

#define JSON "Content-Type: application/json\r\n"
#define KEYED "@Idempotency-Key: x\r\n" JSON
#define CARD "4111111111111111"

static const struct {
    const char *name, *bytes;
    int         status;
    const char *part; /* must be in the answer */
} rows[] = {
    { "an item is shown", "GET /v1/items/TEA HTTP/1.1\r\n@\r\n", 200, "\"sku\":\"TEA\"" },
    { "HEAD of it has no body", "HEAD /v1/items/TEA HTTP/1.1\r\n@\r\n", 200, "ETag: " },
    { "an unknown one is not found", "GET /v1/items/NONE HTTP/1.1\r\n@\r\n", 404, "\"not_found\"" },
    { "no key, no item", "GET /v1/items/TEA HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 401,
      "auth_required" },
    { "a key that is none",
      "GET /v1/items/TEA HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
      "Authorization: Bearer ot_x\r\n\r\n",
      401, "auth_invalid" },
    { "another scheme",
      "GET /v1/items/TEA HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
      "Authorization: Basic YTpi\r\n\r\n",
      401, "WWW-Authenticate: Bearer" },
    /* addresses */
    { "a query parameter that is none", "GET /v1/items?limt=5 HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "a query where none belongs", "GET /v1/items/TEA?x=1 HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "a parameter twice", "GET /v1/items?limit=5&limit=6 HTTP/1.1\r\n@\r\n", 422, "is there twice" },
    { "a parameter out of range", "GET /v1/items?limit=100000 HTTP/1.1\r\n@\r\n", 422, "out_of_range" },
    { "a parameter that is no number", "GET /v1/items?limit=5x HTTP/1.1\r\n@\r\n", 422, "wrong_type" },
    { "a query with a broken escape", "GET /v1/items?q=%zz HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "a query with NUL", "GET /v1/items?q=a%00b HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "a query that is not UTF-8", "GET /v1/items?q=%C0%AF HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "a cursor that is none", "GET /v1/items?cursor=%FF HTTP/1.1\r\n@\r\n", 400, "query_unknown" },
    { "dots in the path", "GET /v1/../etc/passwd HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "escaped dots", "GET /v1/items/%2e%2e%2fkeys HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "dots escaped twice", "GET /v1/items/%252e%252e HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "NUL in the path", "GET /v1/items/a%00b HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "a backslash in the path", "GET /v1/items/a%5cb HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "a whole URL as the path", "GET http://a/v1/items/TEA HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "a star as the path", "OPTIONS * HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "a slash too many", "GET /v1/items/TEA/ HTTP/1.1\r\n@\r\n", 404, "not_found" },
    { "a method that the address does not take", "DELETE /v1/items/TEA HTTP/1.1\r\n@\r\n", 405,
      "Allow: GET, PUT" },
    { "OPTIONS tells what it takes", "OPTIONS /v1/items/TEA HTTP/1.1\r\n@\r\n", 405, "Allow: GET, PUT" },
    { "a method in a header is ignored",
      "GET /v1/items/TEA HTTP/1.1\r\n@X-HTTP-Method-Override: DELETE\r\n\r\n", 200, "\"sku\":\"TEA\"" },
    { "a peer in a header is ignored",
      "GET /v1/items/TEA HTTP/1.1\r\n@X-Forwarded-For: 10.0.0.1\r\n"
      "X-User-Id: 1\r\n\r\n",
      200, "\"sku\":\"TEA\"" },
    /* bodies */
    { "no body", "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 0\r\n\r\n", 400, "json_syntax" },
    { "broken JSON", "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 5\r\n\r\n{\"a\":", 400,
      "json_syntax" },
    { "a byte order mark", "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 5\r\n\r\n\xEF\xBB\xBF{}",
      400, "json_syntax" },
    { "another charset",
      "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: x\r\n"
      "Content-Type: application/json; charset=latin1\r\nContent-Length: 2\r\n\r\n{}",
      415, "media_type" },
    { "the right charset",
      "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: x\r\n"
      "Content-Type: application/json; charset=UTF-8\r\nContent-Length: 2\r\n\r\n{}",
      422, "field_invalid" },
    { "a form",
      "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: x\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b",
      415, "media_type" },
    { "no type", "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: x\r\nContent-Length: 2\r\n\r\n{}", 415,
      "media_type" },
    { "a compressed body",
      "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415,
      "media_type" },
    { "a body with GET", "GET /v1/items/TEA HTTP/1.1\r\n@" JSON "Content-Length: 2\r\n\r\n{}", 400,
      "json_syntax" },
    { "a field that is none",
      "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 15\r\n\r\n{\"is_admin\":1} ", 422,
      "unknown_field" },
    { "all faults at once",
      "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 13\r\n\r\n{\"name\":1   }", 422,
      "\"errors\":[{\"field\":\"name\"" },
    { "no key for a write", "PUT /v1/items/NEW HTTP/1.1\r\n@" JSON "Content-Length: 2\r\n\r\n{}", 400,
      "idempotency_key_required" },
    { "a key with a blank",
      "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: a b\r\n" JSON "Content-Length: 2\r\n\r\n{}", 400,
      "idempotency_key_required" },
    /* card numbers */
    { "a card number in the path", "GET /v1/items/" CARD " HTTP/1.1\r\n@\r\n", 422, "card_number_refused" },
    { "a card number in the query", "GET /v1/items?q=4111+1111+1111+1111 HTTP/1.1\r\n@\r\n", 422,
      "card_number_refused" },
    { "a card number as the key",
      "PUT /v1/items/NEW HTTP/1.1\r\n@Idempotency-Key: " CARD "\r\n" JSON "Content-Length: 2\r\n\r\n{}",
      422, "card_number_refused" },
    { "a card number as the name of a field",
      "PUT /v1/items/NEW HTTP/1.1\r\n" KEYED "Content-Length: 22\r\n\r\n{\"" CARD "\":1}", 422,
      "unknown_field" },
    { "a card number as the request id", "GET /v1/items/TEA HTTP/1.1\r\n@X-Request-Id: " CARD "\r\n\r\n",
      200, "X-Request-Id" },
    /* what a client may send along */
    { "a request id is given back", "GET /v1/items/TEA HTTP/1.1\r\n@X-Request-Id: till-7.42\r\n\r\n", 200,
      "X-Request-Id: till-7.42\r\n" },
    { "a strange request id is not", "GET /v1/items/TEA HTTP/1.1\r\n@X-Request-Id: \"}{\"a\":\"\r\n\r\n",
      200, "X-Request-Id: 0" },
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char status[30];
        (void)snprintf(status, sizeof status, "HTTP/1.1 %d ", rows[i].status);
        Str  got   = ask(rows[i].bytes);
        bool right = str_starts(got, str_from(status)) && has(got, rows[i].part) && !has(got, CARD);
        if (rows[i].status >= 400)
            right = right && has(got, "application/problem+json") && has(got, "\"effect\":\"none\"");
        check(right, rows[i].name);
        if (!right) printf("  %.*s\n", (int)(got.len < 500 ? got.len : 500), got.ptr);
    }
}

static void test_pages(void)
{
    static const char *const paths[] = { "/", "/healthz", "/readyz", "/metrics", "/openapi.json" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        char bytes[100];
        (void)snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                       paths[i]);
        check(str_starts(ask(bytes), STR("HTTP/1.1 200 OK")), paths[i]);
    }
}

static void test_etag(void)
{
    char        bytes[300], tag[30] = "";
    Str         got = ask("GET /v1/items/TEA HTTP/1.1\r\n@\r\n");
    const char *at  = memmem(got.ptr, got.len, "ETag: ", 6);
    if (at) memcpy(tag, at + 6, 18);
    (void)snprintf(bytes, sizeof bytes, "GET /v1/items/TEA HTTP/1.1\r\n@If-None-Match: \"x\", W/%s\r\n\r\n",
                   tag);
    got = ask(bytes);
    check(str_starts(got, STR("HTTP/1.1 304")) && has(got, tag) && !has(got, "\"sku\""),
          "who knows it gets 304");
    check(has(send_json("PUT", "/v1/items/TEA", "{\"name\":\"Other tea\"}"), "Other tea"), "it is changed");
    got = ask(bytes);
    check(str_starts(got, STR("HTTP/1.1 200")) && has(got, "Other tea") && !has(got, tag),
          "then 200 and another tag");
}

static void test_permissions(void)
{
    Str got = ask("GET /v1/items/TEA HTTP/1.1\r\n@\r\n");
    check(has(got, "200 OK"), "a reply is kept");
    got = ask_as(shared_answer, "GET /v1/items/TEA HTTP/1.1\r\n@\r\n", nobody);
    check(str_starts(got, STR("HTTP/1.1 403")) && has(got, "catalog.read"),
          "but not for who may not see it");
}

/* --- kept replies are never old --- */

static atomic_bool reading;

/* Asks all the time, so that replies are kept at every moment of a write. */
static void *read_on(void *arg)
{
    char *answer = malloc(ANSWER_MAX);
    while (reading) (void)ask_as(answer, "GET /v1/items/CAKE HTTP/1.1\r\n@\r\n", manager);
    free(answer);
    return arg;
}

static void test_never_old(void)
{
    pthread_t readers[READERS];
    bool      fresh = true;
    reading         = true;
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&readers[i], NULL, read_on, NULL) != 0) exit(1);
    for (int i = 0; i < ROUNDS && fresh; i++) {
        char body[60], name[40];
        (void)snprintf(name, sizeof name, "\"name\":\"Cake number %d\"", i);
        (void)snprintf(body, sizeof body, "{%s}", name);
        fresh = has(send_json("PUT", "/v1/items/CAKE", body), "200 OK");
        fresh = fresh && has(ask("GET /v1/items/CAKE HTTP/1.1\r\n@\r\n"), name);
    }
    reading = false;
    for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
    check(fresh, "who has changed an item never sees it as it was");
}

/* The largest basket that the tables allow, priced and sold. */
static void test_large(void)
{
    enum { LINES = 500, ROOM = 64 * 1024 };
    static char body[ROOM], bytes[ROOM + 1000];
    size_t      len = (size_t)snprintf(body, ROOM, "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[");
    for (int i = 0; i < LINES; i++)
        len += (size_t)snprintf(body + len, ROOM - len, "%s{\"sku\":\"RICE\",\"quantity\":\"0.1\"}",
                                i ? "," : "");
    static const char *const ends[]  = { "]}", "],\"tenders\":[{\"kind\":\"cash\"}]}" };
    static const char *const paths[] = { "/v1/quotes", "/v1/orders" };
    for (size_t i = 0; i < COUNT(ends); i++) {
        (void)snprintf(body + len, ROOM - len, "%s", ends[i]);
        (void)snprintf(bytes, sizeof bytes, "POST %s HTTP/1.1\r\n" KEYED "Content-Length: %zu\r\n\r\n%s",
                       paths[i], strlen(body), body);
        Str got = ask(bytes);
        check(str_starts(got, STR("HTTP/1.1 20")) && has(got, "\"total\":"), paths[i]);
        if (!str_starts(got, STR("HTTP/1.1 20")))
            printf("  %.*s\n", (int)(got.len < 500 ? got.len : 500), got.ptr);
    }
}

int main(void)
{
    start();
    test_rows();
    test_pages();
    test_etag();
    test_permissions();
    test_large();
    test_never_old();
    stop();
    return check_finish("faults_test");
}

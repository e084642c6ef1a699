/* asked_test.c — the program with a tax service: quotes and orders have the service's rates, it is asked
 * outside of any transaction (while it thinks, it writes into the shop), and without an answer the tables
 * hold. */
#include "shop/identity/identity.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Env    env;
static Server server;
static char   api_key[80];

/* --- the service: one connection at a time --- */

static struct {
    int         socket;
    char        url[64], heard[8192];
    atomic_bool well;   /* false: hangs up */
    atomic_int  asked, wrote;
} service;

static void hear(int peer)
{
    size_t heard = 0;
    while (heard + 1 < sizeof service.heard) {
        ssize_t n = recv(peer, service.heard + heard, sizeof service.heard - 1 - heard, 0);
        if (n <= 0) break;
        heard += (size_t)n;
        service.heard[heard] = 0;
        const char *body = strstr(service.heard, "\r\n\r\n");
        if (body && strchr(body, '{') && service.heard[heard - 1] == '}') break;
    }
}

/* 10 % on standard goods. */
static void say(int peer)
{
    char        body[512], head[200];
    const char *id = strstr(service.heard, "\"id\":\"");
    if (!id) return;
    int len = snprintf(body, sizeof body,
                       "{\"id\":\"%.*s\",\"rates\":[{\"tax_class\":\"standard\",\"name\":\"Told\","
                       "\"rate\":100000}]}",
                       ID_TEXT_LEN, id + 6);
    int top = snprintf(head, sizeof head,
                       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                       "Connection: close\r\n\r\n", len);
    if (send(peer, head, (size_t)top, MSG_NOSIGNAL) < 0) return;
    (void)!send(peer, body, (size_t)len, MSG_NOSIGNAL);
}

/* A write that would wait for one that waits for us. */
static void write_meanwhile(Client *client)
{
    char key[40];
    (void)snprintf(key, sizeof key, "meanwhile-%d", atomic_load(&service.asked));
    int status = client_call(client, "PUT", "/v1/channels/web/locations/LON", key, "{\"priority\":2}", NULL);
    if (status == 200) atomic_fetch_add(&service.wrote, 1);
    else printf("  meanwhile: %d\n", status);
}

static void *serve(void *arg)
{
    Client client = client_make(&server, api_key);
    for (int peer; (peer = accept(service.socket, NULL, NULL)) >= 0;) {
        hear(peer);
        atomic_fetch_add(&service.asked, 1);
        write_meanwhile(&client);
        if (service.well) say(peer);
        (void)close(peer);
    }
    free(client.arena.bytes);
    return NULL;
}

static void open_service(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t          length  = sizeof address;
    service.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    service.well   = true;
    bool up        = bind(service.socket, (struct sockaddr *)&address, length) == 0
           && listen(service.socket, 8) == 0
           && getsockname(service.socket, (struct sockaddr *)&address, &length) == 0;
    check(up, "a tax service stands ready");
    (void)snprintf(service.url, sizeof service.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

/* --- the shop --- */

static bool make(Ctx *ctx, void *arg, Error *err)
{
    Id  id;
    Str secret;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return fixture_shop(ctx, NULL, err);
}

/* What is asked of the shop, in this order; the service does well or not. */
static const struct {
    const char *name, *path, *key, *sku;
    bool        well;
    int         status;
    const char *source;
    int         tax; /* in 1.99 with tax */
    int         asked;
} calls[] = {
    { "a quote has the rates that the service tells", "/v1/quotes", NULL, "TEA", true, 200, "service", 18,
      1 },
    { "an order too, and says so", "/v1/orders", "one", "TEA", true, 201, "service", 18, 1 },
    { "sent again it is the same order", "/v1/orders", "one", "TEA", false, 201, "service", 18, 1 },
    { "a service that hangs up is as if there were none, and that is said", "/v1/orders", "two", "TEA",
      false, 201, "fallback", 33, 1 },
    { "also in a quote", "/v1/quotes", NULL, "TEA", false, 200, "fallback", 33, 1 },
    { "of a basket that cannot be sold nothing is asked", "/v1/orders", "three", "NONE", true, 422, NULL, 0,
      0 },
};

static void check_calls(void)
{
    Client client = client_make(&server, api_key);
    char   body[300];
    for (size_t i = 0; i < COUNT(calls); i++) {
        json_t *json   = NULL;
        int     before = service.asked;
        bool    order  = strcmp(calls[i].path, "/v1/orders") == 0;
        service.well   = calls[i].well;
        (void)snprintf(body, sizeof body,
                       "{\"location\":\"LON\",\"channel\":\"pos\","
                       "\"lines\":[{\"sku\":\"%s\",\"quantity\":1}]%s}",
                       calls[i].sku, order ? ",\"tenders\":[{\"kind\":\"cash\"}]" : "");
        int         status = client_call(&client, "POST", calls[i].path, calls[i].key, body, &json);
        const char *source = json_string_value(json_object_get(json, "tax_source"));
        bool        same   = calls[i].source ? source && strcmp(source, calls[i].source) == 0 : !source;
        check(status == calls[i].status && same
                  && json_integer_value(json_object_get(json, "tax")) == calls[i].tax
                  && service.asked - before == calls[i].asked,
              calls[i].name);
        json_decref(json);
    }
    free(client.arena.bytes);
}

int main(void)
{
    Error     err = { 0 };
    Db       *db  = kit_open(&env);
    pthread_t thread;
    check_ok(kit_write(db, &env, make, NULL, &err), &err, "a shop");
    db_close(db);
    open_service();
    (void)setenv("ONETILL_TAX", service.url, 1);
    server_start(&server, kit_url(), NULL);
    check(pthread_create(&thread, NULL, serve, NULL) == 0, "and the service listens");
    check_calls();
    check(service.wrote == service.asked, "while it was asked, others could write");
    check(server_stop(&server, SIGTERM) == 0, "the server ends");
    (void)shutdown(service.socket, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(service.socket);
    DbOptions options = { .url = kit_url(), .readers = 1 };
    check_ok(db_open(&options, false, &db, &err), &err, "the database is opened again");
    kit_close(db);
    return check_finish("asked");
}

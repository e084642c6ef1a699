/* stream_test.c — who follows the events hears of each as it happens, in order, and misses nothing when the
 * line breaks; against the program itself. */
#include "shop/identity/identity.h"
#include "sys/http_client.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEARD_MAX = 1 << 20, SALES = 20 };

static Env    env;
static Server server;
static char   api_key[80];

/* One who listens, on a thread of its own. */
typedef struct {
    pthread_t     thread;
    char          query[160], key[80];
    char         *text; /* what was heard */
    atomic_size_t len;
    atomic_bool   stop;
    atomic_int    ended;
} Ear;

static bool make_key(Ctx *ctx, void *arg, Error *err)
{
    Id  id;
    Str secret;
    (void)arg;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return true;
}

static bool hear(void *arg, Str part)
{
    Ear   *ear = arg;
    size_t len = ear->len;
    if (len + part.len >= HEARD_MAX) return false;
    memcpy(ear->text + len, part.ptr, part.len);
    ear->text[len + part.len] = 0;
    ear->len                  = len + part.len;
    return !ear->stop;
}

static void *listen_thread(void *arg)
{
    Ear       *ear = arg;
    Arena      arena;
    HttpAnswer answer;
    Error      err = { 0 };
    char       url[300], bearer[120];
    void      *bytes = malloc(1 << 16);
    if (!bytes) abort();
    arena_init(&arena, bytes, 1 << 16);
    (void)snprintf(url, sizeof url, "%s/v1/events/stream%s", server.url, ear->query);
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", ear->key);
    HttpCall call = { .method = STR("GET"), .url = str_from(url), .connect_ms = 5000, .total_ms = 5000,
                      .reply_max = 1024, .on_part = hear, .on_part_arg = ear,
                      .headers = { { STR("Authorization"), str_from(bearer) } } };
    ear->ended = http_client_call(&arena, &call, &answer, &err) ? 1 : 2; /* 2: broken off */
    free(bytes);
    return NULL;
}

static void ear_open(Ear *ear, const char *key, const char *query)
{
    *ear      = (Ear){ .text = calloc(1, HEARD_MAX) };
    if (!ear->text) abort();
    (void)snprintf(ear->query, sizeof ear->query, "%s", query);
    (void)snprintf(ear->key, sizeof ear->key, "%s", key);
    if (pthread_create(&ear->thread, NULL, listen_thread, ear) != 0) abort();
}

static int times(const Ear *ear, const char *word)
{
    int count = 0;
    for (const char *at = strstr(ear->text, word); at; at = strstr(at + 1, word)) count++;
    return count;
}

static void wait_for(const Ear *ear, const char *word, int count)
{
    for (int i = 0; i < 10000 && times(ear, word) < count && !ear->ended; i++) (void)usleep(1000);
}

static void sell(Client *client, int number)
{
    char key[40], body[300];
    (void)snprintf(key, sizeof key, "stream-%d", number);
    (void)snprintf(body, sizeof body,
                   "{\"location\":\"LON\",\"channel\":\"pos\",\"ref\":\"%s\",\"lines\":[{\"sku\":\"TEA\","
                   "\"quantity\":1}],\"tenders\":[{\"kind\":\"cash\"}]}", key);
    if (client_call(client, "POST", "/v1/orders", key, body, NULL) != 201) check(false, "tea is sold");
}

/* The cursor of the last event heard. */
static void last_cursor(const Ear *ear, char out[80])
{
    const char *last = NULL;
    for (const char *at = strstr(ear->text, "id: "); at; at = strstr(at + 1, "\nid: ")) last = at;
    (void)snprintf(out, 80, "%s", last ? strchr(last, ' ') + 1 : "");
    out[strcspn(out, "\n")] = 0;
}

/* A key that is revoked hears nothing more. */
static void test_revoked(Client *client)
{
    json_t *key = NULL;
    Ear     ear;
    char    path[100];
    int     status = client_call(client, "POST", "/v1/keys", "make",
                                 "{\"role\":\"manager\",\"label\":\"ear\"}", &key);
    check(status == 201, "another key is made");
    ear_open(&ear, json_string_value(json_object_get(key, "key")), "");
    for (int i = 0; i < 5000 && times(&ear, "order.paid") == 0 && !ear.ended; i++) {
        sell(client, 30000 + i);
        (void)usleep(20000);
    }
    check(times(&ear, "order.paid") > 0, "and listens");
    (void)snprintf(path, sizeof path, "/v1/keys/%s", json_string_value(json_object_get(key, "id")));
    check(client_call(client, "DELETE", path, "revoke", NULL, NULL) == 200, "it is revoked");
    for (int i = 0; i < 4000 && !ear.ended; i++) (void)usleep(1000);
    check(ear.ended == 1, "then its stream ends");
    ear.stop = true;
    pthread_join(ear.thread, NULL);
    free(ear.text);
    json_decref(key);
}

int main(void)
{
    Error  err = { 0 };
    Ear    first, second;
    char   cursor[80], query[160];
    Db    *db = kit_open(&env);
    kit_now_ms = 1764000000000;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make_key, NULL, &err), &err, "and a key");
    db_close(db);
    server_start(&server, kit_url(), NULL);
    Client client = client_make(&server, api_key);
    check(client_call(&client, "GET", "/v1/events/stream?after=nonsense", NULL, NULL, NULL) == 422,
          "a cursor that is none is refused");
    ear_open(&first, api_key, "");
    for (int i = 0; i < 5000 && times(&first, "order.paid") == 0; i++) {
        if (i == 0) (void)usleep(300000);
        sell(&client, i);
        (void)usleep(20000);
    }
    check(times(&first, "event: order.paid") >= 1, "a sale is heard of");
    int before = times(&first, "event: order.paid");
    for (int i = 0; i < SALES; i++) sell(&client, 10000 + i);
    wait_for(&first, "event: order.paid", before + SALES);
    check(times(&first, "event: order.paid") == before + SALES, "and each of many, once");
    last_cursor(&first, cursor);
    first.stop = true;
    for (int i = 0; i < SALES; i++) sell(&client, 20000 + i);
    pthread_join(first.thread, NULL);
    (void)snprintf(query, sizeof query, "?after=%s", cursor);
    ear_open(&second, api_key, query);
    wait_for(&second, "event: order.paid", SALES);
    check(times(&second, "event: order.paid") == SALES, "who comes back hears what it missed, once");
    test_revoked(&client);
    (void)server_stop(&server, SIGTERM);
    pthread_join(second.thread, NULL);
    check(second.ended != 0, "when the server ends so does the stream");
    free(client.arena.bytes);
    free(first.text);
    free(second.text);
    check_ok(db_open(&(DbOptions){ .url = kit_url() }, true, &db, &err), &err, "the database is free again");
    kit_close(db);
    return check_finish("stream");
}

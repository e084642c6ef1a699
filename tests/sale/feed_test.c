/* feed_test.c — from a sale at the till to the changed figure that a web shop hears, against the program
 * itself: each figure comes, how long that takes is printed, and after a kill in the midst of sales no
 * change is lost. */
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
#include <time.h>
#include <unistd.h>

enum { SALES = 60, CALLERS = 4, HEARD_MAX = 1 << 22 };

static Env    env;
static Server server;
static char   api_key[80];

static bool make_all(Ctx *ctx, void *arg, Error *err)
{
    Id  id;
    Str secret;
    (void)arg;
    if (!fixture_shop(ctx, NULL, err)) return false;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return true;
}

/* --- who listens --- */

typedef struct {
    pthread_t     thread;
    char         *text;
    atomic_size_t len;
    atomic_bool   stop;
    atomic_llong  heard_us; /* when the last piece came */
} Ear;

static long long now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool hear(void *arg, Str part)
{
    Ear   *ear = arg;
    size_t len = ear->len;
    if (len + part.len >= HEARD_MAX) return false;
    memcpy(ear->text + len, part.ptr, part.len);
    ear->text[len + part.len] = 0;
    ear->heard_us             = now_us();
    ear->len                  = len + part.len;
    return !ear->stop;
}

static void *listen_thread(void *arg)
{
    Ear       *ear = arg;
    Arena      arena;
    HttpAnswer answer;
    Error      err = { 0 };
    char       url[200], bearer[120];
    void      *bytes = malloc(1 << 16);
    if (!bytes) abort();
    arena_init(&arena, bytes, 1 << 16);
    (void)snprintf(url, sizeof url, "%s/v1/events/stream", server.url);
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", api_key);
    HttpCall call = { .method      = STR("GET"),
                      .url         = str_from(url),
                      .connect_ms  = 5000,
                      .total_ms    = 60000,
                      .reply_max   = 1024,
                      .on_part     = hear,
                      .on_part_arg = ear,
                      .headers     = { { STR("Authorization"), str_from(bearer) } } };
    (void)!http_client_call(&arena, &call, &answer, &err);
    free(bytes);
    return NULL;
}

/* --- sales --- */

static int sell(Client *client, const char *prefix, int number)
{
    char key[40];
    (void)snprintf(key, sizeof key, "%s-%d", prefix, number);
    return client_call(
        client, "POST", "/v1/orders", key,
        "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":1}],"
        "\"tenders\":[{\"kind\":\"cash\"}]}",
        NULL);
}

static int by_size(const void *a, const void *b)
{
    long long one = *(const long long *)a, two = *(const long long *)b;
    return (one > two) - (one < two);
}

static void test_latency(Client *client)
{
    static long long took[SALES];
    Ear              ear   = { .text = calloc(1, HEARD_MAX) };
    int              heard = 0;
    if (!ear.text || pthread_create(&ear.thread, NULL, listen_thread, &ear) != 0) abort();
    (void)usleep(300000);
    for (int i = 0; i < SALES; i++) {
        char word[60];
        (void)snprintf(word, sizeof word, "\"channel\":\"web\",\"available\":\"%d\"}", 100 - i - 1);
        long long begun = now_us();
        if (sell(client, "one", i) != 201) check(false, "tea is sold");
        for (int k = 0; k < 50000 && !strstr(ear.text, word); k++) (void)usleep(100);
        took[i] = ear.heard_us - begun;
        heard += strstr(ear.text, word) != NULL;
    }
    check(heard == SALES, "after each sale the web shop hears the new figure");
    qsort(took, SALES, sizeof took[0], by_size);
    printf("  availability_feed: p50 %.1f ms, p99 %.1f ms from the sale to the figure\n",
           (double)took[SALES / 2] / 1000, (double)took[SALES - 1] / 1000);
    ear.stop = true;
    (void)sell(client, "last", 0);
    pthread_join(ear.thread, NULL);
    free(ear.text);
}

/* --- a kill --- */

static atomic_bool ending;

static void *caller(void *arg)
{
    Client client = client_make(&server, api_key);
    for (int i = 0; !ending; i++) {
        char prefix[20];
        (void)snprintf(prefix, sizeof prefix, "crowd-%d", (int)(intptr_t)arg);
        (void)sell(&client, prefix, i);
    }
    free(client.arena.bytes);
    return NULL;
}

/* The last figure that was told of tea on the web, and what it is. */
static void figures(Client *client, double *told, double *is)
{
    json_t     *json = NULL;
    static char path[200];
    const char *after      = "";
    char        cursor[80] = "";
    *told = *is = -1;
    for (int pages = 0; pages < 100; pages++) {
        size_t  i;
        json_t *event;
        (void)snprintf(path, sizeof path, "/v1/events?limit=200%s%s", cursor[0] ? "&after=" : "", cursor);
        if (client_call(client, "GET", path, NULL, NULL, &json) != 200) break;
        json_array_foreach(json_object_get(json, "events"), i, event)
        {
            json_t *data = json_object_get(event, "data");
            if (strcmp(json_string_value(json_object_get(event, "kind")), "availability.changed") == 0
                && strcmp(json_string_value(json_object_get(data, "sku")), "TEA") == 0)
                *told = strtod(json_string_value(json_object_get(data, "available")), NULL);
        }
        bool more = json_array_size(json_object_get(json, "events")) == 200;
        after     = json_string_value(json_object_get(json, "cursor"));
        (void)snprintf(cursor, sizeof cursor, "%s", after ? after : "");
        json_decref(json);
        if (!more) break;
    }
    if (client_call(client, "GET", "/v1/availability/TEA?channel=web", NULL, NULL, &json) != 200) return;
    *is = strtod(json_string_value(json_object_get(json, "available")), NULL);
    json_decref(json);
}

static void test_kill(void)
{
    pthread_t threads[CALLERS];
    double    told = 0, is = 0;
    for (intptr_t i = 0; i < CALLERS; i++)
        if (pthread_create(&threads[i], NULL, caller, (void *)i) != 0) abort();
    (void)usleep(60000);
    check(server_stop(&server, SIGKILL) == -SIGKILL, "the program is killed in the midst of sales");
    ending = true;
    for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    server_start(&server, kit_url(), NULL);
    Client client = client_make(&server, api_key);
    for (int i = 0; i < 100; i++) {
        figures(&client, &told, &is);
        if (told == is) break;
        (void)usleep(50000);
    }
    check(is >= 0 && told == is, "what was told last is how it stands: no change is lost");
    if (told != is) printf("  told %f, is %f\n", told, is);
    free(client.arena.bytes);
}

int main(void)
{
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(kit_write(db, &env, make_all, NULL, &err), &err, "a small shop");
    db_close(db);
    server_start(&server, kit_url(), NULL);
    Client client = client_make(&server, api_key);
    int    status = client_call(&client, "PUT", "/v1/channels/web/feed", "feed", "{\"on\":true}", NULL);
    check(status == 200, "the web wants to be told");
    test_latency(&client);
    test_kill();
    check(server_stop(&server, SIGTERM) == 0, "the program ends in order");
    free(client.arena.bytes);
    DbOptions options = { .url = kit_url() };
    check_ok(db_open(&options, true, &db, &err), &err, "the database opens again");
    kit_close(db);
    return check_finish("feed");
}

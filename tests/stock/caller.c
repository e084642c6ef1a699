/* caller.c — calls to the program itself about stock. See caller.h. */
#include "tests/stock/caller.h"

#include "flows/verify.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS_MAX = 64 };

Server           caller_server;
static Simulator simulator;
static Env       env;
static char      api_key[80];

static bool make_shop(Ctx *ctx, void *arg, Error *err)
{
    Id       id;
    Str      secret;
    Location third = { .code      = STR("MAN"),
                       .name      = STR("Manchester"),
                       .kind      = STR("store"),
                       .country   = STR("GB"),
                       .time_zone = STR("Europe/London"),
                       .tax_zone  = STR("GB"),
                       .active    = true };
    (void)arg;
    bool ok = fixture_shop(ctx, NULL, err) && locations_put(ctx, &third, err)
           && channels_serve(ctx, STR("pos"), STR("MAN"), 2, err)
           && channels_serve(ctx, STR("pos"), STR("DC1"), 3, err)
           && channels_serve(ctx, STR("web"), STR("MAN"), 2, err)
           && channels_serve(ctx, STR("web"), STR("DC1"), 3, err)
           && identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err);
    if (ok) (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return ok;
}

void caller_up(void)
{
    server_start(&caller_server, kit_url(), simulator.url);
}

int caller_down(int signal)
{
    return server_stop(&caller_server, signal);
}

void caller_start(void)
{
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(kit_write(db, &env, make_shop, NULL, &err), &err, "the shop is made");
    db_close(db);
    simulator_start(&simulator);
    caller_up();
}

static bool verify(Ctx *ctx, void *arg, Error *err)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, err)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            printf("  broken: %s: %s\n", report.results[i].name, report.results[i].rows[0].what);
    *(int64_t *)arg = report.broken;
    return true;
}

void caller_finish(void)
{
    Error     err     = { 0 };
    Db       *db      = NULL;
    int64_t   broken  = -1;
    DbOptions options = { .url = kit_url() };
    check(caller_down(SIGTERM) == 0, "the program ends in order");
    simulator_stop(&simulator);
    check_ok(db_open(&options, true, &db, &err), &err, "the database opens again");
    check_ok(kit_read(db, &env, verify, &broken, &err), &err, "and can be verified");
    check(broken == 0, "and every invariant holds after all that");
    kit_close(db);
}

Client caller_client(void)
{
    return client_make(&caller_server, api_key);
}

void caller_client_free(Client *client)
{
    free(client->arena.bytes);
}

void caller_pause(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000L };
    (void)nanosleep(&time, NULL);
}

static bool code_is(const json_t *json, const char *code)
{
    const char *text = json_string_value(json_object_get(json, "code"));
    return text && strcmp(text, code) == 0;
}

int caller_post(Client *client, const char *key, const char *path, const char *body, json_t **json)
{
    enum { TRIES = 3000, PAUSE_MS = 10 };
    int     status = 0;
    json_t *answer = NULL;
    for (int i = 0; i < TRIES; i++) {
        json_decref(answer);
        status = client_call(client, "POST", path, key, body, &answer);
        if (status != 202 && status != 503 && !(status == 409 && code_is(answer, "idempotency_in_flight")))
            break;
        caller_pause(PAUSE_MS);
    }
    if (json)
        *json = answer;
    else
        json_decref(answer);
    return status;
}

/* Quantities come as whole numbers or decimal text. */
static int64_t thousandths(const json_t *value)
{
    if (json_is_integer(value)) return json_integer_value(value) * 1000;
    const char *text = json_string_value(value);
    if (!text) return 0;
    char   *end  = NULL;
    int64_t sign = text[0] == '-' ? -1 : 1, whole = strtoll(text, &end, 10) * 1000, scale = 100;
    for (end += *end == '.'; *end && scale; end++, scale /= 10) whole += sign * (*end - '0') * scale;
    return whole;
}

int64_t caller_stock(Client *client, const char *sku, const char *location, const char *field)
{
    char    path[100];
    json_t *json = NULL, *row;
    size_t  i;
    int64_t found = 0;
    (void)snprintf(path, sizeof path, "/v1/stock/%s", sku);
    if (client_call(client, "GET", path, NULL, NULL, &json) != 200) return -1;
    json_array_foreach(json_object_get(json, "items"), i, row)
    {
        const char *at = json_string_value(json_object_get(row, "location"));
        if (at && strcmp(at, location) == 0) found = thousandths(json_object_get(row, field));
    }
    json_decref(json);
    return found;
}

void caller_threads(int count, void *(*work)(void *arg))
{
    pthread_t threads[THREADS_MAX];
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i) != 0) abort();
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

/* budget_test.c — many clients at once never overrun the budget of a promotion nor a coupon, against the
 * program itself over HTTP. */
#include "flows/verify.h"
#include "shop/campaigns/campaigns.h"
#include "shop/identity/identity.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 16, TRIES = 240, USES = 40, MONEY = 1000 };

static Env    env;
static Server server;
static char   api_key[80];

static atomic_int tries, cheap, full, spent, odd;

static bool make_all(Ctx *ctx, void *arg, Error *err)
{
    Id           id;
    Str          secret;
    int64_t      batch  = 0;
    BudgetInput  uses   = { STR("USES"), USES, OPT_NONE, OPT_NONE };
    BudgetInput  money  = { STR("MONEY"), OPT_NONE, MONEY, OPT_NONE };
    CouponsInput coupon = { STR("ONCE"), STR("ONLYONCE"), OPT_NONE, STR_NONE, OPT_NONE,
                            1,           OPT_NONE,        OPT_NONE, OPT_NONE };
    (void)arg;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return fixture_shop(ctx, NULL, err)
           && fixture_promotion(ctx,
                                "{\"code\":\"USES\",\"name\":\"Few\",\"phase\":\"order\",\"amount\":20,"
                                "\"channels\":[\"web\"]}",
                                err)
           && fixture_promotion(ctx,
                                "{\"code\":\"MONEY\",\"name\":\"Dear\",\"phase\":\"order\",\"amount\":30,"
                                "\"channels\":[\"pos\"]}",
                                err)
           && fixture_promotion(ctx,
                                "{\"code\":\"ONCE\",\"name\":\"Once\",\"phase\":\"order\",\"amount\":10,"
                                "\"coupon\":true}",
                                err)
           && campaigns_put_budget(ctx, &uses, err) && campaigns_put_budget(ctx, &money, err)
           && campaigns_make_coupons(ctx, &coupon, &batch, err);
}

static const char *body_of_all;
static int         turn; /* how many times all have bought */
static int64_t     cheap_most; /* the discount of one sale */
static atomic_llong given;

static int code_is(const json_t *json, const char *code)
{
    const char *text = json_string_value(json_object_get(json, "code"));
    return text && strcmp(text, code) == 0;
}

static void *buy(void *arg)
{
    Client client = client_make(&server, api_key);
    (void)arg;
    for (int i; (i = atomic_fetch_add(&tries, 1)) < TRIES;) {
        char    key[60];
        json_t *json = NULL;
        (void)snprintf(key, sizeof key, "turn-%d-%d", turn, i);
        int     status   = client_call(&client, "POST", "/v1/orders", key, body_of_all, &json);
        int64_t discount = json_integer_value(json_object_get(json, "discount"));
        if (status == 201 && discount > 0) atomic_fetch_add(&cheap, 1);
        else if (status == 201) atomic_fetch_add(&full, 1);
        else if (status == 409 && (code_is(json, "budget_spent") || code_is(json, "coupon_used")))
            atomic_fetch_add(&spent, 1);
        else if (atomic_fetch_add(&odd, 1) == 0)
            printf("  %d %s\n", status, json_string_value(json_object_get(json, "detail")));
        if (status == 201) atomic_fetch_add(&given, discount);
        if (discount > cheap_most) atomic_fetch_add(&odd, 1);
        json_decref(json);
    }
    free(client.arena.bytes);
    return NULL;
}

static void all_buy(const char *body, int64_t most)
{
    pthread_t threads[CLIENTS];
    turn++;
    body_of_all = body;
    cheap_most  = most;
    atomic_store(&tries, 0);
    atomic_store(&cheap, 0);
    atomic_store(&full, 0);
    atomic_store(&spent, 0);
    atomic_store(&odd, 0);
    atomic_store(&given, 0);
    for (int i = 0; i < CLIENTS; i++)
        if (pthread_create(&threads[i], NULL, buy, NULL) != 0) abort();
    for (int i = 0; i < CLIENTS; i++) pthread_join(threads[i], NULL);
    printf("  %d with, %d without, %d told that it is over, %d odd\n", cheap, full, spent, odd);
}

static bool whole(Ctx *ctx, void *arg, Error *err)
{
    VerifyReport report;
    (void)arg;
    if (!verify_run(ctx, &report, err)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            printf("  %s: %s\n", report.results[i].name, report.results[i].rows[0].what);
    check(report.broken == 0, "and every invariant holds");
    return true;
}

int main(void)
{
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(kit_write(db, &env, make_all, NULL, &err), &err, "a shop with budgets");
    db_close(db);
    server_start(&server, kit_url(), NULL);
    all_buy("{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[{\"sku\":\"WRAP\",\"quantity\":1}],"
            "\"tenders\":[{\"kind\":\"cash\"}]}", 20);
    check(cheap == USES && given == USES * 20, "of a budget of 40 uses exactly 40 are given");
    check(odd == 0 && cheap + full + spent == TRIES, "others pay all or are told that it is over");
    all_buy("{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"WRAP\",\"quantity\":1}],"
            "\"tenders\":[{\"kind\":\"cash\"}]}", 30);
    check(given == MONEY && odd == 0, "of a budget of money exactly that is given");
    all_buy("{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[{\"sku\":\"WRAP\",\"quantity\":1}],"
            "\"coupons\":[\"ONLYONCE\"],\"tenders\":[{\"kind\":\"cash\"}]}", 10);
    check(cheap == 1 && spent == TRIES - 1 && odd == 0, "a coupon that is good once is used once");
    check(server_stop(&server, SIGTERM) == 0, "the server ends");
    DbOptions options = { .url = kit_url(), .readers = 1 };
    check_ok(db_open(&options, false, &db, &err), &err, "the database is opened again");
    check_ok(kit_read(db, &env, whole, NULL, &err), &err, "it is verified");
    kit_close(db);
    return check_finish("budget");
}

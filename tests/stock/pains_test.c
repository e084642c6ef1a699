/* pains_test.c — what shops suffer from elsewhere, tried against the program itself by many callers at
 * once. That two customers check out at once and stock goes below zero, each way it was reported: both
 * carts fit the stock alone but not together (magento/magento2#6363, opencart/opencart#4811,
 * nopSolutions/nopCommerce#4184); the last piece taken by reading, reckoning and writing back
 * (awesto/django-shop#888); looked at before the payment, allocated after it (vendurehq/vendure#1738).
 * That changes get lost between stock coming and going. That what was given back is given back twice.
 * That an import overwrites what is sold meanwhile. */
#include "tests/kit.h"
#include "tests/stock/caller.h"

#include "base/rfc3339.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CROWD = 64 };

/* What each of a crowd is to do, with a key of its own: the body's only %d is its number. */
typedef struct {
    const char *name, *path, *bodies[2]; /* the second for every other one, or NULL */
    bool        one_key;
    const char *refusal;    /* what others are told besides stock_short; NULL: nothing else */
    const char *other_path; /* of the second body, or NULL: the same */
} Rush;

static Rush       rush;
static atomic_int done, short_of, refused;
static char       id_of_last[40];

static void *take_part(void *arg)
{
    const Rush *what   = &rush;
    int         number = (int)(intptr_t)arg;
    Client      client = caller_client();
    bool        second = number % 2 && what->bodies[1];
    const char *body   = what->bodies[second],
               *path   = second && what->other_path ? what->other_path : what->path;
    char    key[80];
    json_t *json = NULL;
    (void)snprintf(key, sizeof key, "%s-%d", what->name, what->one_key ? 0 : number);
    int         status = caller_post(&client, key, path, body, &json);
    const char *code   = json_string_value(json_object_get(json, "code"));
    const char *id     = json_string_value(json_object_get(json, "id"));
    if (status == 200 || status == 201)
        atomic_fetch_add(&done, 1);
    else if (status == 409 && code && strcmp(code, "stock_short") == 0)
        atomic_fetch_add(&short_of, 1);
    else
        atomic_fetch_add(&refused, 1);
    if (number == 0 && status == 201 && id) (void)snprintf(id_of_last, sizeof id_of_last, "%s", id);
    if (status != 200 && status != 201
        && (!code || (strcmp(code, "stock_short") && strcmp(code, what->refusal))))
        printf("  %s: %d %s\n", key, status, code ? code : "?");
    json_decref(json);
    caller_client_free(&client);
    return NULL;
}

/* The whole crowd at once. */
static void run(const Rush *what)
{
    rush = *what;
    if (!rush.refusal) rush.refusal = "";
    done = short_of = refused = 0;
    caller_threads(CROWD, take_part);
}

#define LINE(sku, quantity) "\"lines\":[{\"sku\":\"" sku "\",\"quantity\":" quantity "}]"
#define ORDER(channel, sku, quantity, tender)                                                            \
    "{\"location\":\"LON\",\"channel\":\"" channel "\"," LINE(sku, quantity) ",\"tenders\":[" tender "]" \
                                                                             "}"
#define CASH "{\"kind\":\"cash\"}"
#define CARD "{\"kind\":\"card\",\"token\":\"tok_slow_150\"}"
#define CORRECTION "{\"cause\":\"adjustment\",\"reason\":\"correction\",\"lines\":[{\"sku\":\""
#define MOVE(sku, quantity, from, to)                                                                    \
    CORRECTION sku "\",\"quantity\":" quantity "," from "," to "}]}"
#define IN_LON "\"to_location\":\"LON\",\"to_state\":\"floor\""
#define OUT_OF_LON "\"from_location\":\"LON\",\"from_state\":\"floor\""
#define FROM_NOWHERE "\"from_state\":\"adjustment\""
#define TO_NOWHERE "\"to_state\":\"adjustment\""

/* Leaves so many pieces on London's floor. */
static void leave(Client *client, const char *sku, int pieces)
{
    static int number;
    char       key[40], body[300];
    int64_t    has = caller_stock(client, sku, "LON", "floor") / 1000;
    long long  by  = pieces - has;
    (void)snprintf(key, sizeof key, "leave-%d", number++);
    (void)snprintf(body, sizeof body,
                   CORRECTION "%s\",\"quantity\":%lld,%s,%s}]}", sku,
                   by < 0 ? -by : by, by < 0 ? OUT_OF_LON : FROM_NOWHERE, by < 0 ? TO_NOWHERE : IN_LON);
    check(by == 0 || caller_post(client, key, "/v1/stock/moves", body, NULL) == 201, "so many are left");
}

static bool nothing_left(Client *client, const char *sku)
{
    return caller_stock(client, sku, "LON", "floor") == 0
        && caller_stock(client, sku, "LON", "committed") == 0
        && caller_stock(client, sku, "LON", "held") == 0
        && caller_stock(client, sku, "LON", "available") == 0;
}

static void test_carts_that_fit_alone(Client *client)
{
    static const Rush both = {
        "alone", "/v1/orders", { ORDER("pos", "TEA", "60", CASH), NULL }, false, NULL, NULL
    };
    leave(client, "TEA", 100);
    run(&both);
    check(done == 1 && short_of == CROWD - 1,
          "of two carts of 60 out of 100 one is sold, however many try");
    check(caller_stock(client, "TEA", "LON", "floor") == 40000, "and 40 are left");
}

static void test_last_piece(Client *client)
{
    static const Rush last = {
        "last", "/v1/orders", { ORDER("pos", "TEA", "1", CASH), ORDER("web", "TEA", "1", CASH) },
        false,  NULL,         NULL
    };
    leave(client, "TEA", 1);
    run(&last);
    check(done == 1 && short_of == CROWD - 1,
          "the last piece is sold once, at the counter or on the web");
    check(nothing_left(client, "TEA"), "and then there is none");
}

static void test_each_piece_once(Client *client)
{
    static const Rush each = {
        "each", "/v1/orders", { ORDER("pos", "CAKE", "1", CASH), NULL }, false, NULL, NULL
    };
    leave(client, "CAKE", CROWD);
    run(&each);
    check(done == CROWD && nothing_left(client, "CAKE"),
          "as many as there are pieces get one each, at once");
}

static void test_card_is_slow(Client *client)
{
    static const Rush slow = {
        "slow", "/v1/orders", { ORDER("web", "TEA", "1", CARD), ORDER("pos", "TEA", "1", CASH) },
        false,  NULL,         NULL
    };
    leave(client, "TEA", 1);
    run(&slow);
    check(done == 1 && short_of == CROWD - 1,
          "who pays with a slow card has the last piece, or nobody is charged");
    check(nothing_left(client, "TEA"), "and then there is none");
}

static void test_cards_that_are_declined(Client *client)
{
    static const Rush declined = {
        "declined",
        "/v1/orders",
        { ORDER("web", "TEA", "1", "{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}"), NULL },
        false,
        "payment_declined",
        NULL
    };
    leave(client, "TEA", 3);
    run(&declined);
    check(done == 0 && caller_stock(client, "TEA", "LON", "available") == 3000,
          "what was claimed for cards that are declined is there again, once");
}

static void test_nothing_gets_lost(Client *client)
{
    static const Rush both = { "traffic",
                               "/v1/stock/moves",
                               { MOVE("CAKE", "3", FROM_NOWHERE, IN_LON),
                                 MOVE("CAKE", "2", OUT_OF_LON, TO_NOWHERE) },
                               false,
                               NULL,
                               NULL };
    leave(client, "CAKE", 1000);
    run(&both);
    check(done == CROWD && caller_stock(client, "CAKE", "LON", "floor") == (1000 + CROWD / 2) * 1000,
          "stock comes and goes at once and no change is lost");
}

static void test_given_back_once(Client *client)
{
    static const Rush one = {
        "one", "/v1/orders", { ORDER("pos", "CAKE", "1", CASH), NULL }, true, NULL, NULL
    };
    static char body[200];
    static Rush back = { "back", "/v1/returns", { body, NULL }, false, "return_exceeds_sold", NULL };
    leave(client, "CAKE", 10);
    run(&one);
    check(done == CROWD && caller_stock(client, "CAKE", "LON", "floor") == 9000,
          "the same key sells one piece");
    (void)snprintf(body, sizeof body,
                   "{\"order\":\"%s\",\"location\":\"LON\",\"lines\":[{\"line\":1,\"quantity\":1}]}",
                   id_of_last);
    run(&back);
    check(done == 1 && caller_stock(client, "CAKE", "LON", "floor") == 10000,
          "it comes back once, however many try");
}

/* An import tells what was there before the rush began: ten more than the ledger had. */
static void test_import_while_selling(Client *client)
{
    static char body[300];
    static Rush both                = { "import", "/v1/orders", { ORDER("pos", "CAKE", "1", CASH), body },
                                        false,    NULL,         "/v1/stock/import" };
    char        at[RFC3339_LEN + 1] = "";
    leave(client, "CAKE", 500);
    caller_pause(5);
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    bool timed = rfc3339_format((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, at);
    caller_pause(5);
    leave(client, "CAKE", 490); /* sold since: the import does not know of it */
    (void)snprintf(
        body, sizeof body,
        "{\"kind\":\"count\",\"as_of\":\"%s\",\"location\":\"LON\",\"lines\":[{\"sku\":\"CAKE\","
        "\"quantity\":510}]}",
        at);
    run(&both);
    check(timed && done == CROWD
              && caller_stock(client, "CAKE", "LON", "floor") == (500 - CROWD / 2) * 1000,
          "imports of what was there before a rush leave what was sold in it sold, however often they "
          "come");
}

int main(void)
{
    caller_start();
    Client client = caller_client();
    test_carts_that_fit_alone(&client);
    test_last_piece(&client);
    test_each_piece_once(&client);
    test_card_is_slow(&client);
    test_cards_that_are_declined(&client);
    test_nothing_gets_lost(&client);
    test_given_back_once(&client);
    test_import_while_selling(&client);
    caller_client_free(&client);
    caller_finish();
    return check_finish("pains");
}

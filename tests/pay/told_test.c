/* told_test.c — the program and the simulator as processes that tell each other: a card whose answer was
 * lost is settled by the simulator's own webhooks, which come late, several times and in another order;
 * chargebacks, partial approvals and terminals. The jobs would ask by themselves after an hour only. */
#include "shop/identity/identity.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/server.h"
#include "tests/simulator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 300, PAUSE_MS = 100 };

static Env       env;
static Server    server;
static Simulator simulator;
static Client    shop, psp;
static char      api_key[80];

static bool make_key(Ctx *ctx, void *arg, Error *err)
{
    Id  id;
    Str secret;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return true;
}

static const char *text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

typedef struct {
    int  status;
    char order[40], payment[40], state[20];
} Sale;

static Sale read_sale(json_t *json, int status)
{
    Sale    sale    = { .status = status };
    json_t *payment = json_array_get(json_object_get(json, "payments"), 0);
    (void)snprintf(sale.order, sizeof sale.order, "%s", text_of(json, "id"));
    (void)snprintf(sale.state, sizeof sale.state, "%s", text_of(json, "state"));
    (void)snprintf(sale.payment, sizeof sale.payment, "%s", text_of(payment, "id"));
    json_decref(json);
    return sale;
}

/* One TEA with a card; the key is the token. */
static Sale sell(const char *token)
{
    char    body[400];
    json_t *json = NULL;
    (void)snprintf(
        body, sizeof body,
        "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":1}],"
        "\"tenders\":[{\"kind\":\"card\",\"token\":\"%s\"}]}",
        token);
    int status = client_call(&shop, "POST", "/v1/orders", token, body, &json);
    return read_sale(json, status);
}

static bool becomes(Sale *sale, const char *state)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/v1/orders/%s", sale->order);
    for (int i = 0; i < TRIES && strcmp(sale->state, state) != 0; i++) {
        struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
        json_t         *json  = NULL;
        (void)nanosleep(&pause, NULL);
        int status = client_call(&shop, "GET", path, NULL, NULL, &json);
        *sale      = read_sale(json, status);
    }
    return strcmp(sale->state, state) == 0;
}

/* How many events of that kind there are; waits until there is one. */
static int events(const char *kind)
{
    int found = 0;
    for (int i = 0; i < TRIES && found == 0; i++) {
        struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
        char            path[120];
        size_t          n, count = 1;
        Str             after      = STR_NONE;
        char            cursor[80] = "";
        while (count > 0) {
            json_t *json = NULL, *event;
            (void)snprintf(path, sizeof path, "/v1/events?limit=100%s%s", *cursor ? "&after=" : "",
                           cursor);
            (void)client_call(&shop, "GET", path, NULL, NULL, &json);
            json_t *list = json_object_get(json, "events");
            count        = json_array_size(list);
            json_array_foreach(list, n, event) found += strcmp(text_of(event, "kind"), kind) == 0;
            after = str_from(text_of(json, "cursor"));
            (void)snprintf(cursor, sizeof cursor, "%.*s", STR_FMT(after));
            json_decref(json);
        }
        (void)nanosleep(&pause, NULL);
    }
    return found;
}

static void set_up(void)
{
    char body[400];
    check(client_call(&shop, "PUT", "/v1/settings/payment.ask_seconds", "s", "{\"value\":3600}", NULL)
              == 200,
          "the jobs ask after an hour");
    (void)snprintf(body, sizeof body,
                   "{\"kind\":\"simulator\",\"url\":\"%s\",\"webhook_secret\":\"told\",\"uses\":[{}],"
                   "\"active\":true}",
                   simulator.url);
    check(client_call(&shop, "PUT", "/v1/payment-services/sim", "p", body, NULL) == 200,
          "the simulator takes cards");
    check(client_call(
              &shop, "PUT", "/v1/terminals/LON-1", "t",
              "{\"location\":\"LON\",\"service\":\"sim\",\"reader\":\"tok_applepay\",\"active\":true}",
              NULL)
              == 200,
          "it has a terminal");
    (void)snprintf(
        body, sizeof body,
        "{\"url\":\"%s/v1/payment-services/sim/webhook\",\"secret\":\"a secret of both\",\"times\":3,"
        "\"late_ms\":300,\"shuffle\":true}",
        server.url);
    check(client_call(&psp, "POST", "/v1/webhooks", NULL, body, NULL) == 200,
          "it tells what happens, late and thrice");
}

static void test_told(void)
{
    static const char *const lost[] = { "tok_500_approved", "tok_garbage", "tok_wrong_amount" };
    SimulatorCharge          book;
    for (size_t i = 0; i < COUNT(lost); i++) {
        Sale sale = sell(lost[i]);
        check(sale.status == 202, "a card whose answer cannot be trusted is pending");
        check(becomes(&sale, "paid"), "until the service tells by itself");
        check(simulator_look(&simulator, sale.payment, &book) && book.captured > 0, "and it was charged");
    }
    Sale sale = sell("tok_slow_1500");
    check(becomes(&sale, "paid"), "a slow one");
    check(sell("tok_declined_stolen").status == 402, "a decline is a decline");
}

static void test_partial(void)
{
    int64_t charges, captured, refunded, before;
    check(simulator_sums(&simulator, &charges, &before, &refunded), "the book");
    before -= refunded;
    check(sell("tok_partial_100").status == 402, "a card with too little on it is declined");
    check(simulator_sums(&simulator, &charges, &captured, &refunded) && captured - refunded == before,
          "and what was approved is given back");
    check(sell("tok_partial_100000").status == 201, "one with enough pays");
}

static void test_terminal(void)
{
    char    path[80];
    json_t *json = NULL;
    Sale    sale = sell("terminal:LON-1");
    check(sale.status == 201, "a terminal takes a wallet");
    (void)snprintf(path, sizeof path, "/v1/payments/%s", sale.payment);
    check(client_call(&shop, "GET", path, NULL, NULL, &json) == 200
              && strcmp(text_of(json, "wallet"), "apple_pay") == 0
              && strcmp(text_of(json, "entry_mode"), "contactless") == 0
              && strcmp(text_of(json, "terminal"), "LON-1") == 0,
          "and it is known how");
    json_decref(json);
    json = NULL;
    check(client_call(&shop, "GET", "/v1/payments?card=card_applepay", NULL, NULL, &json) == 200
              && json_array_size(json_object_get(json, "items")) == 1,
          "a sale is found by its card");
    json_decref(json);
    check(sell("terminal:LON-2").status == 422, "one that is not there is refused");
}

static void test_kept(void)
{
    json_t *json = NULL;
    check(client_call(&shop, "POST", "/v1/payment-services/sim/cards", "kept",
                      "{\"token\":\"tok_visa\",\"customer\":\"0190a6b2-7c00-7000-8000-000000000001\"}",
                      &json)
                  == 201
              && strcmp(text_of(json, "token"), "tok_visa") == 0,
          "a card is kept");
    json_decref(json);
}

static void test_chargeback(void)
{
    char path[100];
    Sale sale = sell("tok_visa");
    check(sale.status == 201, "a sale");
    (void)snprintf(path, sizeof path, "/v1/charges/%s/chargeback", sale.payment);
    check(client_call(&psp, "POST", path, NULL, "{\"amount\":100,\"reason\":\"fraudulent\"}", NULL) == 201,
          "its cardholder disputes it");
    check(events("payment.disputed") == 1, "which is told once, though it came thrice");
    check(client_call(&psp, "POST", path, NULL, "{\"amount\":100000,\"reason\":\"fraudulent\"}", NULL)
              == 409,
          "no more can be disputed than was paid");
}

static void test_forged(void)
{
    const char *path = "/v1/payment-services/sim/webhook";
    check(client_call(&shop, "POST", path, NULL, "{\"event\":\"charge\"}", NULL) == 401,
          "an unsigned webhook is refused");
    check(client_call(&shop, "POST", "/v1/payment-services/nobody/webhook", NULL, "{}", NULL) == 401,
          "as one of nobody");
    check(client_call(&shop, "POST", path, NULL, "no JSON", NULL) == 401, "and what is none");
}

int main(void)
{
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make_key, NULL, &err), &err, "and a key");
    db_close(db);
    (void)setenv("ONETILL_SECRET_TOLD", "a secret of both", 1);
    simulator_start(&simulator);
    server_start(&server, kit_url(), NULL);
    shop             = client_make(&server, api_key);
    Server simulated = { .pid = 0 };
    (void)snprintf(simulated.url, sizeof simulated.url, "%s", simulator.url);
    psp = client_make(&simulated, api_key);
    set_up();
    test_told();
    test_partial();
    test_terminal();
    test_kept();
    test_chargeback();
    test_forged();
    check(server_stop(&server, SIGTERM) == 0, "the program ends in order");
    simulator_stop(&simulator);
    free(shop.arena.bytes);
    free(psp.arena.bytes);
    return check_finish("told");
}

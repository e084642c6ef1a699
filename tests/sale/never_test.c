/* never_test.c — what must never happen, tried against the program itself over HTTP: to sell more than
 * there is, to sell twice, to lose what was acknowledged when the process is killed, to charge a card for
 * nothing or to sell without charging. */
#include "flows/pay.h"
#include "flows/sale.h"
#include "flows/verify.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/server.h"
#include "tests/simulator.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OVERSELL_THREADS = 64, OVERSELL_TRIES = 5000, TWINS = 50, KILLS = 50, SELLERS = 8,
       ORDERS_KEPT = 200000 };

static Env       env;
static Server    server;
static Simulator simulator;
static char      api_key[80];

static const char *const BASKET =
    "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"%s\",\"quantity\":1}],\"ref\":\"%s\","
    "\"tenders\":[{\"kind\":\"%s\"%s}]}";

static void pause_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000L };
    (void)nanosleep(&time, NULL);
}

static bool make_key(Ctx *ctx, void *arg, Error *err)
{
    Id  id;
    Str secret;
    (void)arg;
    if (!identity_make_key(ctx, STR("manager"), STR("test"), &id, &secret, err)) return false;
    (void)snprintf(api_key, sizeof api_key, "%.*s", STR_FMT(secret));
    return true;
}

static int code_is(const json_t *json, const char *code)
{
    const char *text = json_string_value(json_object_get(json, "code"));
    return text && strcmp(text, code) == 0;
}

/* --- more than there is --- */

static atomic_int tries, sold, refused, odd;

static void *grab(void *arg)
{
    Client client = client_make(&server, api_key);
    (void)arg;
    for (int i; (i = atomic_fetch_add(&tries, 1)) < OVERSELL_TRIES;) {
        char    key[40], body[400];
        json_t *json = NULL;
        (void)snprintf(key, sizeof key, "grab-%d", i);
        (void)snprintf(body, sizeof body, BASKET, "TEA", key, "cash", "");
        int status = client_call(&client, "POST", "/v1/orders", key, body, &json);
        if (status == 201) atomic_fetch_add(&sold, 1);
        else if (status == 409 && code_is(json, "stock_short")) atomic_fetch_add(&refused, 1);
        else atomic_fetch_add(&odd, 1);
        json_decref(json);
    }
    free(client.arena.bytes);
    return NULL;
}

static void run_threads(int count, void *(*work)(void *arg))
{
    pthread_t threads[OVERSELL_THREADS];
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i) != 0) abort();
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static void test_oversell(void)
{
    run_threads(OVERSELL_THREADS, grab);
    check(sold == 100, "of 100 pieces exactly 100 are sold");
    check(refused == OVERSELL_TRIES - 100 && odd == 0, "everybody else is told that there are no more");
}

/* --- twice --- */

static char       twin_ids[TWINS][40];
static atomic_int twin_odd;

static void *twin(void *arg)
{
    Client client = client_make(&server, api_key);
    int    number = (int)(intptr_t)arg;
    char   body[400];
    (void)snprintf(body, sizeof body, BASKET, "CAKE", "twin", "cash", "");
    for (int i = 0; i < 100 && !twin_ids[number][0]; i++) {
        json_t *json   = NULL;
        int     status = client_call(&client, "POST", "/v1/orders", "the-same-key", body, &json);
        if (status == 201)
            (void)snprintf(twin_ids[number], sizeof twin_ids[number], "%s",
                           json_string_value(json_object_get(json, "id")));
        else if (status == 409 && code_is(json, "idempotency_in_flight")) pause_ms(5);
        else atomic_fetch_add(&twin_odd, 1);
        json_decref(json);
    }
    free(client.arena.bytes);
    return NULL;
}

static size_t orders_with_ref(Client *client, const char *ref)
{
    char    path[100];
    json_t *json = NULL;
    (void)snprintf(path, sizeof path, "/v1/orders?ref=%s", ref);
    if (client_call(client, "GET", path, NULL, NULL, &json) != 200) return 999;
    size_t count = json_array_size(json_object_get(json, "items"));
    json_decref(json);
    return count;
}

/* Sends a request and goes away without reading the answer. */
static void send_and_leave(const char *key, const char *body)
{
    char               request[1200];
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_port        = htons((uint16_t)strtol(strrchr(server.url, ':') + 1, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd  = socket(AF_INET, SOCK_STREAM, 0);
    int len = snprintf(request, sizeof request,
                       "POST /v1/orders HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer "
                       "%s\r\nIdempotency-Key: %s\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       api_key, key, strlen(body), body);
    bool sent = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0
             && send(fd, request, (size_t)len, 0) == len;
    check(sent, "a request goes out");
    if (fd >= 0) close(fd);
}

static void test_twice(void)
{
    Client client = client_make(&server, api_key);
    char   body[400];
    bool   same = true;
    run_threads(TWINS, twin);
    for (int i = 0; i < TWINS; i++) same = same && twin_ids[i][0] && strcmp(twin_ids[i], twin_ids[0]) == 0;
    check(same && twin_odd == 0, "fifty at once with the same key get the same order");
    check(orders_with_ref(&client, "twin") == 1, "and there is one");
    (void)snprintf(body, sizeof body, BASKET, "CAKE", "other", "cash", "");
    json_t *json = NULL;
    check(client_call(&client, "POST", "/v1/orders", "the-same-key", body, &json) == 422
              && code_is(json, "idempotency_key_reuse"),
          "the same key with another body is refused");
    json_decref(json);
    (void)snprintf(body, sizeof body, BASKET, "CAKE", "lost-reply", "cash", "");
    send_and_leave("lost-reply", body);
    pause_ms(300);
    check(client_call(&client, "POST", "/v1/orders", "lost-reply", body, NULL) == 201,
          "a reply that was lost is given again");
    check(orders_with_ref(&client, "lost-reply") == 1, "for the one order");
    free(client.arena.bytes);
}

/* --- loss --- */

static struct {
    char    id[40];
    int64_t total;
} kept[ORDERS_KEPT];
static atomic_int  kept_count, round_number;
static atomic_bool stop_selling;

/* Sells by cash and by card until told to stop; keeps what was acknowledged. */
static void *sell(void *arg)
{
    static const char *const tokens[] = { "tok_visa", "tok_slow_150", "tok_declined_stolen",
                                          "tok_500_approved" };
    Client client = client_make(&server, api_key);
    int    number = (int)(intptr_t)arg;
    for (int i = 0; !stop_selling; i++) {
        char    key[60], body[400], token[60] = "";
        json_t *json = NULL;
        bool    card = number < 2;
        (void)snprintf(key, sizeof key, "r%d-%d-%d", round_number, number, i);
        if (card) (void)snprintf(token, sizeof token, ",\"token\":\"%s\"", tokens[i % 4]);
        (void)snprintf(body, sizeof body, BASKET, "RICE", key, card ? "card" : "cash", token);
        int status = client_call(&client, "POST", "/v1/orders", key, body, &json);
        int at     = status == 201 ? atomic_fetch_add(&kept_count, 1) : ORDERS_KEPT;
        if (at < ORDERS_KEPT) {
            (void)snprintf(kept[at].id, sizeof kept[at].id, "%s",
                           json_string_value(json_object_get(json, "id")));
            kept[at].total = json_integer_value(json_object_get(json, "total"));
        }
        json_decref(json);
        if (status == 0) break;
    }
    free(client.arena.bytes);
    return NULL;
}

static void one_kill(unsigned *seed)
{
    pthread_t threads[SELLERS];
    stop_selling = false;
    for (int i = 0; i < SELLERS; i++)
        if (pthread_create(&threads[i], NULL, sell, (void *)(intptr_t)i) != 0) abort();
    pause_ms(20 + rand_r(seed) % 200);
    (void)server_stop(&server, SIGKILL);
    stop_selling = true;
    for (int i = 0; i < SELLERS; i++) pthread_join(threads[i], NULL);
    server_start(&server, kit_url(), simulator.url);
    atomic_fetch_add(&round_number, 1);
}

static bool order_is_whole(Client *client, int i)
{
    char    path[80];
    json_t *json = NULL;
    (void)snprintf(path, sizeof path, "/v1/orders/%s", kept[i].id);
    int         status = client_call(client, "GET", path, NULL, NULL, &json);
    const char *state  = json_string_value(json_object_get(json, "state"));
    bool ok = status == 200 && state && strcmp(state, "paid") == 0
           && json_integer_value(json_object_get(json, "total")) == kept[i].total
           && json_array_size(json_object_get(json, "lines")) == 1
           && json_array_size(json_object_get(json, "payments")) == 1;
    json_decref(json);
    return ok;
}

static void test_loss(void)
{
    unsigned seed   = (unsigned)time(NULL);
    int      whole  = 0;
    Client   client = client_make(&server, api_key);
    printf("seed %u\n", seed);
    for (int i = 0; i < KILLS; i++) one_kill(&seed);
    int count = kept_count < ORDERS_KEPT ? kept_count : ORDERS_KEPT;
    for (int i = 0; i < count; i++) whole += order_is_whole(&client, i);
    printf("%d sales acknowledged, %d whole\n", count, whole);
    check(count > KILLS && whole == count, "after fifty kills every acknowledged sale is there, whole");
    free(client.arena.bytes);
}

/* --- the payment service's book against ours --- */

typedef struct {
    int64_t placed, captured;
} Cards;

static bool count_cards(Ctx *ctx, void *arg, Error *err)
{
    Cards    *cards = arg;
    OrderFind find  = { .number = OPT_NONE, .limit = 200 };
    *cards          = (Cards){ 0 };
    for (bool more = true; more;) {
        OrderList list = { .next_cursor = STR_NONE };
        if (!orders_list(ctx, &find, &list, err)) return false;
        size_t mark = ctx->arena->used;
        for (size_t i = 0; i < list.items.count; i++) {
            Order order;
            ctx->arena->used = mark;
            if (!sale_get(ctx, list.items.items[i].id, &order, err)) return false;
            cards->placed += str_eq(order.state, STR("placed"));
            for (size_t p = 0; p < order.payments.count; p++) {
                const OrderPayment *payment = &order.payments.items[p];
                if (str_eq(payment->kind, STR("card")) && str_eq(payment->state, STR("captured")))
                    cards->captured += payment->amount;
            }
        }
        more = list.next_cursor.len > 0;
        if (more) find.cursor = list.next_cursor;
    }
    return true;
}

static void run_jobs(Db *db)
{
    enum { BYTES = 1 << 20 };
    Arena arena;
    Error err   = { 0 };
    void *bytes = malloc(BYTES);
    if (!bytes) abort();
    arena_init(&arena, bytes, BYTES);
    kit_now_ms += 3600 * 1000;
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run");
    free(bytes);
}

/* `arg`: gets how many rows break an invariant. */
static bool verify(Ctx *ctx, void *arg, Error *err)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, err)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken) printf("  broken: %s\n", report.results[i].name);
    *(int64_t *)arg = report.broken;
    return true;
}

static void test_cards(void)
{
    Error     err     = { 0 };
    Db       *db      = NULL;
    Cards     cards   = { 0 };
    int64_t   charges = 0, captured = 0, refunded = 0;
    DbOptions options = { .url = kit_url() };
    check_ok(db_open(&options, true, &db, &err), &err, "the database opens again");
    kit_now_ms  = (int64_t)time(NULL) * 1000;
    env.psp_url = str_from(simulator.url);
    for (int i = 0; i < 20; i++) run_jobs(db);
    check_ok(kit_read(db, &env, count_cards, &cards, &err), &err, "the orders can be read");
    check(cards.placed == 0, "no order is left waiting");
    check(simulator_sums(&simulator, &charges, &captured, &refunded), "the service's book can be read");
    printf("%lld charges, %lld captured there, %lld here\n", (long long)charges,
           (long long)(captured - refunded), (long long)cards.captured);
    check(captured - refunded == cards.captured, "the service has charged what our orders say, to the penny");
    check(charges > 0, "and it has charged something");
    int64_t broken = -1;
    check_ok(kit_read(db, &env, verify, &broken, &err), &err, "the database can be verified");
    check(broken == 0, "and every invariant holds after all that");
    kit_close(db);
}

int main(void)
{
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make_key, NULL, &err), &err, "and a key");
    db_close(db);
    simulator_start(&simulator);
    server_start(&server, kit_url(), simulator.url);
    test_oversell();
    test_twice();
    Client client = client_make(&server, api_key);
    check(client_call(&client, "POST", "/v1/stock/moves", "rice",
                      "{\"cause\":\"receipt\",\"lines\":[{\"sku\":\"RICE\",\"quantity\":1000000,"
                      "\"from_state\":\"vendor\",\"to_location\":\"LON\",\"to_state\":\"floor\"}]}",
                      NULL) == 201,
          "rice arrives");
    free(client.arena.bytes);
    test_loss();
    check(server_stop(&server, SIGTERM) == 0, "the server ends in order");
    test_cards();
    simulator_stop(&simulator);
    return check_finish("never");
}

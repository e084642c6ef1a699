/* crash_test.c — the program is killed under stock commands of every kind, and loses and doubles nothing:
 * every command is repeated with its own key until it is answered, so in the end each has happened once,
 * and the levels are what they come to, to the piece; and every invariant holds. First one command after
 * the other, killed at the n-th write of the process (before it, or half-way through it) for one n after
 * the other (crash_at.c is preloaded for that); then many callers at once, killed by chance.
 *
 * Usage: crash_test          a choice of writes, as in every test run
 *        crash_test storm [cards]    at every write, also those of payments by card
 */
#include "tests/chance.h"
#include "tests/kit.h"
#include "tests/stock/caller.h"

#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    EFFECTS      = 3,
    SKUS         = 2,
    PLACES       = 3,
    WRITES_MAX   = 5000,
    CHOSEN       = 24,
    CALLERS      = 8,
    KILLS        = 20,
    CARD_STEPS   = 2,
    CARD_CALLERS = 2
};

static const char *const skus[SKUS]     = { "TEA", "CAKE" };
static const char *const places[PLACES] = { "LON", "DC1", "MAN" };
static const char *const fields[]       = { "floor", "backroom", "in_transit", "damaged", "committed" };

typedef enum { F_FLOOR, F_BACKROOM, F_TRANSIT, F_DAMAGED, F_COMMITTED, FIELDS } Field;

/* What a command changes: so many units. */
typedef struct {
    int   sku, place;
    Field field;
    int   units;
} Effect;

typedef struct {
    const char *path, *body; /* %s: the id of the document before */
    int         status;
    int         document; /* 0: an order; 1: a transfer */
    bool        keeps;    /* makes one */
    Effect      effects[EFFECTS];
} Step;

#define MOVE(cause, sku, from, to)                                                                         \
    "{\"cause\":\"" cause "\",\"lines\":[{\"sku\":\"" sku "\",\"quantity\":1," from "," to "}]}"
#define FROM(place, state) "\"from_location\":\"" place "\",\"from_state\":\"" state "\""
#define TO(place, state) "\"to_location\":\"" place "\",\"to_state\":\"" state "\""
#define SALE(sku, tender)                                                                                  \
    "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"" sku                                 \
    "\",\"quantity\":2}],\"tenders\":[" tender "]}"

static const Step steps[] = {
    { "/v1/stock/moves",
      MOVE("receipt", "TEA", "\"from_state\":\"vendor\"", TO("LON", "backroom")),
      201,
      0,
      false,
      { { 0, 0, F_BACKROOM, 1 } } },
    { "/v1/stock/moves",
      MOVE("putaway", "TEA", FROM("LON", "floor"), TO("LON", "backroom")),
      201,
      0,
      false,
      { { 0, 0, F_FLOOR, -1 }, { 0, 0, F_BACKROOM, 1 } } },
    { "/v1/stock/moves",
      MOVE("transfer", "CAKE", FROM("LON", "floor"), TO("DC1", "in_transit")),
      201,
      0,
      false,
      { { 1, 0, F_FLOOR, -1 }, { 1, 1, F_TRANSIT, 1 } } },
    { "/v1/stock/moves",
      MOVE("damage\",\"reason\":\"damaged", "CAKE", FROM("LON", "floor"), TO("LON", "damaged")),
      201,
      0,
      false,
      { { 1, 0, F_FLOOR, -1 }, { 1, 0, F_DAMAGED, 1 } } },
    { "/v1/stock/moves",
      MOVE("adjustment\",\"reason\":\"found", "TEA", "\"from_state\":\"adjustment\"", TO("MAN", "floor")),
      201,
      0,
      false,
      { { 0, 2, F_FLOOR, 1 } } },
    { "/v1/orders", SALE("TEA", "{\"kind\":\"cash\"}"), 201, 0, true, { { 0, 0, F_FLOOR, -2 } } },
    { "/v1/returns",
      "{\"order\":\"%s\",\"location\":\"MAN\",\"lines\":[{\"line\":1,\"quantity\":1}]}",
      201,
      0,
      false,
      { { 0, 2, F_FLOOR, 1 } } },
    { "/v1/adjustments",
      "{\"location\":\"LON\",\"reason\":\"theft\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":1}]}",
      201,
      0,
      false,
      { { 0, 0, F_FLOOR, -1 } } },
    { "/v1/stock/import",
      "{\"kind\":\"movement\",\"location\":\"MAN\",\"lines\":[{\"sku\":\"CAKE\",\"quantity\":3}]}",
      200,
      0,
      false,
      { { 1, 2, F_FLOOR, 3 } } },
    { "/v1/transfers",
      "{\"from_location\":\"LON\",\"to_location\":\"MAN\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":2}]}",
      201,
      1,
      true,
      { { 0 } } },
    { "/v1/transfers/%s/submit", "{}", 200, 1, false, { { 0 } } },
    { "/v1/transfers/%s/pick", "{}", 200, 1, false, { { 0, 0, F_COMMITTED, 2 } } },
    { "/v1/transfers/%s/ship",
      "{\"lines\":[{\"line\":1,\"quantity\":2,\"from\":\"floor\"}]}",
      200,
      1,
      false,
      { { 0, 0, F_FLOOR, -2 }, { 0, 0, F_COMMITTED, -2 }, { 0, 2, F_TRANSIT, 2 } } },
    { "/v1/transfers/%s/receive",
      "{\"to\":\"floor\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":2}]}",
      200,
      1,
      false,
      { { 0, 2, F_TRANSIT, -2 }, { 0, 2, F_FLOOR, 2 } } },
    { "/v1/orders",
      SALE("CAKE", "{\"kind\":\"card\",\"token\":\"tok_visa\"}"),
      201,
      0,
      true,
      { { 1, 0, F_FLOOR, -2 } } },
    { "/v1/orders",
      SALE("CAKE", "{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}"),
      402,
      0,
      false,
      { { 0 } } },
};

static atomic_llong expected[SKUS][PLACES][FIELDS]; /* units */
static atomic_int   odd;

/* Puts the id where a %s is; by hand, as the format is no literal. */
static void fill_in(char *out, size_t size, const char *text, const char *id)
{
    const char *mark = strstr(text, "%s");
    int         head = mark ? (int)(mark - text) : (int)strlen(text);
    (void)snprintf(out, size, "%.*s%s%s", head, text, mark ? id : "", mark ? mark + 2 : "");
}

/* One command with its key. `ids` are those of the last order and transfer. False: no answer. */
static bool run_step(Client *client, const Step *step, const char *key, char ids[2][40])
{
    char    body[500], path[100];
    json_t *json = NULL;
    fill_in(body, sizeof body, step->body, ids[step->document]);
    fill_in(path, sizeof path, step->path, ids[step->document]);
    int         status = caller_post(client, key, path, body, &json);
    const char *id     = json_string_value(json_object_get(json, "id"));
    if (status == 201 && id && step->keeps) (void)snprintf(ids[step->document], 40, "%s", id);
    for (int i = 0; i < EFFECTS && status == step->status; i++) {
        const Effect *e = &step->effects[i];
        atomic_fetch_add(&expected[e->sku][e->place][e->field], e->units);
    }
    bool unpaid = status == 402
               && step->status == 201; /* killed before the card was charged: all is undone */
    if (status != 0 && status != step->status && !(unpaid && strstr(step->body, "card"))) {
        printf("  %s %s: %d %s\n", key, step->path, status,
               json_string_value(json_object_get(json, "detail")));
        atomic_fetch_add(&odd, 1);
    }
    json_decref(json);
    return status != 0;
}

/* Whether the levels are what all commands together come to. */
static bool levels_are_right(void)
{
    Client client = caller_client();
    bool   right  = true;
    for (int s = 0; s < SKUS; s++)
        for (int p = 0; p < PLACES; p++)
            for (int f = 0; f < FIELDS; f++) {
                int64_t want = expected[s][p][f] * 1000;
                int64_t has  = caller_stock(&client, skus[s], places[p], fields[f]);
                if (has == want) continue;
                printf("  %s of %s at %s: %lld, should be %lld\n", fields[f], skus[s], places[p],
                       (long long)has, (long long)want);
                right = false;
            }
    caller_client_free(&client);
    return right;
}

/* --- at the n-th write --- */

static void preload(int at, bool half_way)
{
    static char path[600];
    char        self[512], number[20];
    ssize_t     len         = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len < 0 ? 0 : len] = 0;
    (void)snprintf(path, sizeof path, "%s/libcrash_at.so", dirname(self));
    (void)snprintf(number, sizeof number, "%d", at);
    (void)setenv("LD_PRELOAD", path, 1);
    (void)setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    (void)setenv("CRASH_AT", number, 1);
    if (half_way) (void)setenv("CRASH_HALF", "1", 1);
    caller_up();
    (void)unsetenv("LD_PRELOAD");
    (void)unsetenv("ASAN_OPTIONS");
    (void)unsetenv("CRASH_AT");
    (void)unsetenv("CRASH_HALF");
}

/* All commands, one after the other, with a program that dies at its n-th write; true when it did. After
 * a death in the middle of a card it takes some twenty seconds until the service is asked, so only with
 * `cards`. */
static bool die_at(int n, bool half_way, bool cards)
{
    static int pass;
    char       key[40], ids[2][40] = { "", "" };
    bool       died   = false;
    Client     client = caller_client();
    (void)caller_down(SIGTERM);
    preload(n, half_way);
    pass++;
    (void)caller_stock(&client, "TEA", "LON", "floor"); /* the first reply: from here on it counts */
    for (size_t i = 0; i < COUNT(steps) - (cards ? 0 : CARD_STEPS); i++) {
        (void)snprintf(key, sizeof key, "write-%d-%zu", pass, i);
        while (!run_step(&client, &steps[i], key, ids)) {
            died = true;
            (void)caller_down(SIGKILL);
            caller_up();
        }
    }
    caller_client_free(&client);
    return died;
}

static void test_writes(bool all, bool cards)
{
    int  died = 0, last = 0;
    char name[100];
    while (last < WRITES_MAX && die_at(last + 1, false, cards)) last += all ? 1 : 1 + (int)below(60), died++;
    for (int i = 0; i < (all ? last : CHOSEN / 3); i++)
        died += die_at(all ? i + 1 : 1 + (int)below(last), true, cards);
    (void)caller_down(SIGKILL); /* the last one may still die of a write of its own while it is looked at */
    caller_up();
    (void)snprintf(name, sizeof name, "killed at %d of some %d writes, each command has happened once",
                   died, last);
    check(died > 3 && odd == 0 && levels_are_right(), name);
}

/* --- many at once, by chance --- */

typedef struct {
    int    number, count;
    bool   open; /* the last command was not answered */
    size_t step;
    char   ids[2][40];
} Caller;

static Caller      callers[CALLERS];
static atomic_bool stop;
static atomic_int  answered;

/* Commands in turn, so that a return has its order; what was not answered is repeated first. */
static void *call(void *arg)
{
    Caller *c      = &callers[(int)(intptr_t)arg];
    Client  client = caller_client();
    while (!stop || c->open) {
        char key[60];
        (void)snprintf(key, sizeof key, "caller-%d-%d", c->number, c->count);
        c->open = !run_step(&client, &steps[c->step], key, c->ids);
        if (c->open) break;
        c->step = (c->step + 1) % (COUNT(steps) - (c->number < CARD_CALLERS ? 0 : CARD_STEPS));
        c->count++;
        atomic_fetch_add(&answered, 1);
    }
    caller_client_free(&client);
    return NULL;
}

static void test_many(void)
{
    pthread_t threads[CALLERS];
    for (int i = 0; i < CALLERS; i++) callers[i].number = i;
    for (int k = 0; k <= KILLS; k++) {
        stop = k == KILLS; /* the last time only what is open */
        for (int i = 0; i < CALLERS; i++)
            if (pthread_create(&threads[i], NULL, call, (void *)(intptr_t)i) != 0) abort();
        if (!stop) {
            caller_pause(20 + below(200));
            (void)caller_down(SIGKILL);
        }
        for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
        if (!stop) caller_up();
    }
    printf("%d commands answered\n", answered);
    check(answered > KILLS && odd == 0 && levels_are_right(),
          "killed under many callers, each command has happened once");
}

int main(int argc, char **argv)
{
    chance_state = (uint64_t)time(NULL);
    printf("seed %llu\n", (unsigned long long)chance_state);
    caller_start();
    Client client = caller_client();
    for (int s = 0; s < SKUS; s++) {
        char body[300];
        (void)snprintf(body, sizeof body,
                       "{\"cause\":\"receipt\",\"lines\":[{\"sku\":\"%s\",\"quantity\":1000000,"
                       "\"from_state\":\"vendor\"," TO("LON", "floor") "}]}",
                       skus[s]);
        check(caller_post(&client, skus[s], "/v1/stock/moves", body, NULL) == 201, "goods arrive");
        expected[s][0][F_FLOOR] = 1000100; /* with the shop's own hundred */
    }
    caller_client_free(&client);
    test_writes(argc > 1 && strcmp(argv[1], "storm") == 0, argc > 2);
    test_many();
    caller_finish();
    return check_finish("crash");
}

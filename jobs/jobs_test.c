/* jobs_test.c — webhooks are told in order, at least once, signed, again after failures, and given up after
 * three days; what is old is dropped. The receiver is a real HTTP server of the test's. */
#include "jobs/jobs.h"

#include "http/server.h"
#include "jobs/prune.h"
#include "jobs/tell.h"
#include "shop/events/events.h"
#include "shop/idempotency/idempotency.h"
#include "tests/kit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEARD_MAX = 64, ARENA_BYTES = 1 << 20 };

static Env         env;
static Db         *db;
static HttpServer *receiver;
static atomic_int  answer_with = 200;
static char        secret[80];
static Id          webhook;

typedef struct {
    char id[40], time[24], signature[80], body[700];
} Heard;
static Heard      heard[HEARD_MAX];
static atomic_int heard_count;

static void keep(char *to, size_t size, Str text)
{
    (void)snprintf(to, size, "%.*s", STR_FMT(text));
}

static pid_t       child;        /* a process that tells, to be killed when it has said something */
static atomic_int  call_takes_ms; /* by the test's clock */
static HttpExchange *_Atomic held; /* a request on /slow that is not answered yet */

static void on_request(void *app, HttpExchange *exchange)
{
    (void)app;
    if (str_eq(http_request(exchange)->path, STR("/slow"))) {
        held = exchange;
        return;
    }
    int       at    = atomic_load(&heard_count);
    Heard    *to    = &heard[at % HEARD_MAX];
    HttpReply reply = { .status = answer_with, .content_type = STR("text/plain"), .body = STR("heard") };
    keep(to->id, sizeof to->id, http_header(exchange, STR("webhook-id")));
    keep(to->time, sizeof to->time, http_header(exchange, STR("webhook-timestamp")));
    keep(to->signature, sizeof to->signature, http_header(exchange, STR("webhook-signature")));
    keep(to->body, sizeof to->body, http_request(exchange)->body);
    kit_now_ms += call_takes_ms;
    if (child > 0) (void)kill(child, SIGKILL);
    atomic_store(&heard_count, at + 1);
    http_reply(exchange, &reply);
}

static void *serve(void *arg)
{
    http_server_run(arg);
    return NULL;
}

static bool add_webhook(Ctx *ctx, void *arg, Error *err)
{
    char       url[80];
    Webhook    made;
    NewWebhook ask = { .kinds = STR("stock.moved order.paid") };
    (void)arg;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/hook", http_server_port(receiver));
    ask.url = str_from(url);
    if (!webhooks_add(ctx, &ask, &made, err)) return false;
    keep(secret, sizeof secret, made.secret);
    webhook = made.id;
    return true;
}

static const EventDef moved = { "stock.moved", "" }, other = { "item.changed", "" };

/* `arg`: the number that the event bears. */
static bool put_event(Ctx *ctx, void *arg, Error *err)
{
    int number = *(int *)arg;
    Str body   = str_format(ctx->arena, "{\"number\":%d}", number);
    return events_put(ctx, &other, ctx_new_id(ctx), STR("{}"), err)
        && events_put(ctx, &moved, ctx_new_id(ctx), body, err);
}

static void happen(int number)
{
    Error err = { 0 };
    if (!kit_write(db, &env, put_event, &number, &err)) check_ok(false, &err, "something happens");
}

static bool tell(void)
{
    static char  bytes[ARENA_BYTES];
    static Arena arena;
    Error        err = { 0 };
    bool         did = false;
    arena_init(&arena, bytes, sizeof bytes);
    check_ok(tell_one(db, &env, &arena, &did, &err), &err, "the sender runs");
    return did;
}

static int number_in(const Heard *one)
{
    const char *at = strstr(one->body, "\"number\":");
    return at ? (int)strtol(at + 9, NULL, 10) : -1;
}

/* By the words of the standard, with OpenSSL: v1, and base64 of HMAC-SHA256 over "id.time.body". */
static bool signature_is_right(const Heard *one)
{
    unsigned char key[64], mac[EVP_MAX_MD_SIZE];
    char          text[1000], want[80] = "v1,";
    unsigned      mac_len = 0;
    const char   *coded   = secret + strlen("whsec_");
    int len = EVP_DecodeBlock(key, (const unsigned char *)coded, (int)strlen(coded));
    for (const char *end = coded + strlen(coded); end > coded && end[-1] == '='; end--) len--;
    int size = snprintf(text, sizeof text, "%s.%s.%s", one->id, one->time, one->body);
    if (len <= 0 || !HMAC(EVP_sha256(), key, len, (unsigned char *)text, (size_t)size, mac, &mac_len))
        return false;
    (void)EVP_EncodeBlock((unsigned char *)want + 3, mac, (int)mac_len);
    return strcmp(want, one->signature) == 0;
}

static void test_order(void)
{
    for (int i = 1; i <= 5; i++) happen(i);
    check(tell(), "a webhook that is behind is told");
    check(heard_count == 5, "of what it wants to hear, and of nothing else");
    bool in_order = true, signed_all = true;
    for (int i = 0; i < 5; i++) {
        in_order   = in_order && number_in(&heard[i]) == i + 1;
        signed_all = signed_all && signature_is_right(&heard[i]);
    }
    check(in_order, "in the order in which it happened");
    check(signed_all, "each signed with its secret");
    check(!tell() && heard_count == 5, "and nothing twice");
}

static void test_failures(void)
{
    char first[40];
    heard_count = 0;
    answer_with = 503;
    happen(6);
    happen(7);
    check(tell() && heard_count == 1, "a receiver that fails is tried once");
    keep(first, sizeof first, str_from(heard[0].id));
    check(!tell() && heard_count == 1, "and left alone for a while");
    kit_now_ms += 60000;
    check(tell() && heard_count == 2 && strcmp(heard[1].id, first) == 0,
          "then tried again, with the same id");
    answer_with = 200;
    kit_now_ms += 3600000;
    check(tell() && heard_count == 4, "when it is well it hears the rest");
    check(number_in(&heard[2]) == 6 && number_in(&heard[3]) == 7, "still in order");
}

static bool send_again(Ctx *ctx, void *arg, Error *err)
{
    return webhooks_send_again(ctx, webhook, arg, err);
}

static void test_parking(void)
{
    Error err = { 0 };
    heard_count = 0;
    answer_with = 500;
    happen(8);
    happen(9);
    for (int i = 0; i < 40 && heard_count < 30; i++) {
        (void)tell();
        kit_now_ms += 7 * 3600000;
        if (number_in(&heard[heard_count - 1]) == 9) break;
    }
    check(number_in(&heard[heard_count - 1]) == 9, "after three days an event is given up for the next one");
    answer_with = 200;
    heard_count = 0;
    kit_now_ms += 7 * 3600000;
    happen(10);
    check(tell() && number_in(&heard[heard_count - 1]) == 10,
          "when the receiver is well it hears what is new");
    int64_t again = 0;
    heard_count   = 0;
    check_ok(kit_write(db, &env, send_again, &again, &err), &err, "what was given up can be sent again");
    check(tell() && heard_count == again && number_in(&heard[0]) == 8, "and is told, the oldest first");
}

static void test_gone(void)
{
    heard_count = 0;
    answer_with = 410;
    happen(11);
    check(tell() && heard_count == 1, "a receiver may say that it is gone");
    kit_now_ms += 30LL * 86400000;
    happen(12);
    check(!tell() && heard_count == 1, "then it is told nothing more");
    answer_with = 200;
}

static bool remember(Ctx *ctx, void *arg, Error *err)
{
    ctx->key = str_from(arg);
    return idempotency_finish(ctx, STR("0123"), 201, STR("{}"), err);
}

static bool is_known(Ctx *ctx, void *arg, Error *err)
{
    IdempotencyStored stored;
    ctx->key = str_from(arg);
    if (!idempotency_begin(ctx, STR("0123"), &stored, err)) return false;
    return stored.found || err_set(err, &ERR_NOT_FOUND, "", "dropped");
}

static void test_pruning(void)
{
    static char  bytes[ARENA_BYTES];
    static Arena arena;
    Error        err = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    check_ok(kit_write(db, &env, remember, "old", &err), &err, "a key is used");
    kit_now_ms += 8LL * 86400000;
    check_ok(kit_write(db, &env, remember, "new", &err), &err, "and another one a week later");
    check_ok(prune(db, &env, &arena, kit_now_ms, &err), &err, "what is old is dropped");
    check(!kit_read(db, &env, is_known, "old", &err), "the old key is gone");
    check(kit_read(db, &env, is_known, "new", &err), "the new one is kept");
}

static bool happen_often(Ctx *ctx, void *arg, Error *err)
{
    static char filler[2000];
    memset(filler, 'x', sizeof filler - 1);
    for (int i = 0; i < *(int *)arg; i++) {
        Str body = str_format(ctx->arena, "{\"number\":%d,\"filler\":\"%s\"}", i, filler);
        if (!body.ptr || !events_put(ctx, &moved, ctx_new_id(ctx), body, err)) return false;
    }
    return true;
}

static void test_backlog(void)
{
    Error err   = { 0 };
    int   many  = 300;
    heard_count = 0;
    check_ok(kit_write(db, &env, happen_often, &many, &err), &err, "much happens at once");
    check(tell() && heard_count == many, "a long backlog is told in one go, however little memory there is");
    heard_count = 0;
    many        = 30;
    check_ok(kit_write(db, &env, happen_often, &many, &err), &err, "again something happens");
    call_takes_ms = 9000;
    check(tell() && heard_count == 3,
          "a slow receiver gives others a turn, long before its lease runs out");
    call_takes_ms = 0;
    while (tell()) continue;
    check(heard_count == many, "and hears the rest in its next turns");
}

static void test_redirect(void)
{
    heard_count = 0;
    answer_with = 302;
    happen(20);
    check(tell() && heard_count == 1, "a redirect is not followed");
    answer_with = 200;
    kit_now_ms += 60000;
    check(tell() && heard_count == 2 && strcmp(heard[0].id, heard[1].id) == 0, "it counts as a failure");
}

static void test_young_events(void)
{
    heard_count = 0;
    answer_with = 500;
    happen(30);
    check(tell() && heard_count == 1, "a receiver begins to fail");
    kit_now_ms += 73LL * 3600000;
    happen(31);
    check(tell(), "three days later it still fails");
    check(tell() && number_in(&heard[heard_count - 1]) == 31 && !tell(),
          "the old event is parked, the new one not");
    kit_now_ms += 71LL * 3600000;
    answer_with = 200;
    check(tell() && number_in(&heard[heard_count - 1]) == 31,
          "which is told when the receiver is well in time");
}

static void test_backoff(void)
{
    bool fits = true, grows = true;
    for (int64_t n = 0; n < 100; n++) {
        int64_t wait = tell_again_ms(&env, 0, n);
        fits         = fits && wait >= 10000 && wait <= 6LL * 3600000;
        grows        = grows && (n < 2 || n > 9 || wait > tell_again_ms(&env, 0, n - 2));
    }
    check(fits, "between two tries lie ten seconds to six hours");
    check(grows, "longer each time");
}

/* --- a process that dies between the receiver's answer and the commit --- */

static int64_t clock_of_child(Env *of)
{
    (void)of;
    return kit_now_ms;
}

/* `jobs_test --tell URL NOW_MS`: tells once. */
static int run_child(char **argv)
{
    Error     err = { 0 };
    DbOptions of  = { .url = str_from(argv[2]) };
    env_init_real(&env);
    env.now_ms               = clock_of_child;
    env.webhooks_to_loopback = true;
    if (!str_to_i64(str_from(argv[3]), &kit_now_ms) || !db_open(&of, false, &db, &err)) return 1;
    (void)tell();
    db_close(db);
    return 0;
}

static void start_child(void)
{
    char url[512], now[32];
    (void)snprintf(url, sizeof url, "%.*s", STR_FMT(kit_url()));
    (void)snprintf(now, sizeof now, "%lld", (long long)kit_now_ms);
    child = fork();
    if (child != 0) return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execl("/proc/self/exe", "jobs_test", "--tell", url, now, (char *)NULL);
    _exit(127);
}

static void test_kill(void)
{
    Error     err    = { 0 };
    int       status = 0;
    DbOptions of     = { .url = kit_url() };
    heard_count      = 0;
    happen(40);
    db_close(db); /* an SQLite database has one process that writes */
    start_child();
    check(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status),
          "a process is killed when the receiver has heard, before it could write that down");
    child = 0;
    check_ok(db_open(&of, false, &db, &err), &err, "another one opens the database");
    check(heard_count == 1 && !tell(), "as long as the dead one's lease lasts nobody tells");
    kit_now_ms += 120000;
    check(tell() && heard_count == 2 && strcmp(heard[0].id, heard[1].id) == 0,
          "then the event is told again, under the same id");
    check(!tell(), "and then no more");
}

static bool add_slow(Ctx *ctx, void *arg, Error *err)
{
    char       url[80];
    Webhook    made;
    NewWebhook ask = { .kinds = STR("*") };
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/slow", http_server_port(receiver));
    ask.url = str_from(url);
    if (!webhooks_add(ctx, &ask, &made, err)) return false;
    *(Id *)arg = made.id;
    return true;
}

static bool remove_slow(Ctx *ctx, void *arg, Error *err)
{
    return webhooks_remove(ctx, *(Id *)arg, err);
}

static void test_slow_one(void)
{
    Id          slow;
    Jobs       *jobs    = NULL;
    Error       err     = { 0 };
    JobsOptions options = { .db = db, .env = &env, .senders = 2 };
    HttpReply   reply   = { .status = 200, .body = STR("") };
    check_ok(kit_write(db, &env, add_slow, &slow, &err), &err, "a second webhook");
    heard_count = 0;
    happen(50);
    check_ok(jobs_start(&options, &jobs, &err), &err, "the jobs start");
    for (int i = 0; i < 5000 && (!held || heard_count < 1); i++) (void)usleep(1000);
    happen(51);
    jobs_wake(jobs);
    for (int i = 0; i < 5000 && heard_count < 2; i++) (void)usleep(1000);
    check(held && heard_count == 2, "while one receiver does not answer, the other hears all");
    http_reply(held, &reply);
    jobs_stop(jobs);
    check_ok(kit_write(db, &env, remove_slow, &slow, &err), &err, "the slow one is removed");
}

static atomic_int steps_taken;

static bool count_step(Db *of, Env *in, Arena *arena, int64_t now_ms, Error *err)
{
    (void)of, (void)in, (void)arena, (void)now_ms, (void)err;
    atomic_fetch_add(&steps_taken, 1);
    return true;
}

static void test_threads(void)
{
    static const JobStep steps[] = { count_step };
    JobsOptions          options = { .db = db, .env = &env, .steps = steps, .step_count = 1 };
    Jobs                *jobs    = NULL;
    Error                err     = { 0 };
    check_ok(jobs_start(&options, &jobs, &err), &err, "the jobs start");
    for (int i = 0; i < 2000 && steps_taken < 3; i++) {
        jobs_wake(jobs);
        (void)usleep(1000);
    }
    jobs_stop(jobs);
    check(steps_taken >= 3, "steps are taken whenever they are woken");
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--tell") == 0) return run_child(argv);
    pthread_t   thread;
    Error       err     = { 0 };
    HttpOptions options = { .host = STR("127.0.0.1"), .on_request = on_request };
    db                       = kit_open(&env);
    env.webhooks_to_loopback = true;
    check_ok(http_server_start(&options, &receiver, &err), &err, "a receiver listens");
    if (pthread_create(&thread, NULL, serve, receiver) != 0) abort();
    check_ok(kit_write(db, &env, add_webhook, NULL, &err), &err, "a webhook is added");
    test_order();
    test_failures();
    test_backlog();
    test_redirect();
    test_backoff();
    test_kill();
    test_slow_one();
    test_parking();
    test_young_events();
    test_gone();
    test_pruning();
    test_threads();
    http_server_stop(receiver);
    pthread_join(thread, NULL);
    http_server_destroy(receiver);
    kit_close(db);
    return check_finish("jobs");
}

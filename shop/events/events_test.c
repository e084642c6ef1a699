/* events_test.c — the outbox keeps its order and loses nothing; who may be told; what may be dropped. */
#include "shop/events/events.h"

#include "all_sql.h"
#include "shop/catalog/catalog.h"
#include "tests/kit.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

static Env env;
static Db *db;

/* --- events --- */

static bool put_some(Ctx *ctx, void *arg, Error *err)
{
    const int *count = arg;
    for (int i = 0; i < *count; i++) {
        Str body = str_format(ctx->arena, "{\"n\":%d}", i);
        if (!events_put(ctx, &EVENT_ITEM_CHANGED, ctx_new_id(ctx), body, err)) return false;
    }
    return true;
}

static bool put_and_fail(Ctx *ctx, void *arg, Error *err)
{
    int one = 1;
    (void)arg;
    return put_some(ctx, &one, err) && err_set(err, &ERR_NOT_FOUND, "", "undone");
}

static void put(int count)
{
    Error err = { 0 };
    check_ok(kit_write(db, &env, put_some, &count, &err), &err, "events are put");
}

typedef struct {
    EventCursor after;
    int64_t     limit;
    EventCursor last;
    size_t      count;
    bool        ordered, bodies;
} Look;

static bool look_step(Ctx *ctx, void *arg, Error *err)
{
    Look     *look = arg;
    EventRow *rows = NULL;
    if (!events_after(ctx, look->after, look->limit, &rows, &look->count, err)) return false;
    look->last    = look->after;
    look->ordered = look->bodies = true;
    for (size_t i = 0; i < look->count; i++) {
        bool after = rows[i].at.tx > look->last.tx
                     || (rows[i].at.tx == look->last.tx && id_cmp(rows[i].at.id, look->last.id) > 0);
        look->ordered = look->ordered && after;
        look->bodies =
            look->bodies && rows[i].body.ptr[0] == '{' && str_eq(rows[i].kind, STR("item.changed"));
        look->last = rows[i].at;
    }
    return true;
}

static Look look_after(EventCursor after, int64_t limit)
{
    Error err  = { 0 };
    Look  look = { .after = after, .limit = limit };
    check_ok(kit_read(db, &env, look_step, &look, &err), &err, "events are read");
    return look;
}

static bool head_step(Ctx *ctx, void *arg, Error *err)
{
    return events_head(ctx, arg, err);
}

static EventCursor head(void)
{
    Error       err = { 0 };
    EventCursor at  = { 0 };
    check_ok(kit_read(db, &env, head_step, &at, &err), &err, "the newest event is found");
    return at;
}

static void test_order(void)
{
    Error       err  = { 0 };
    EventCursor none = head();
    check(none.tx == 0 && id_is_none(none.id), "without events the newest is none");
    put(3);
    put(2);
    check(!kit_write(db, &env, put_and_fail, NULL, &err), "a command that fails after putting an event");
    put(1);
    Look all = look_after((EventCursor){ 0 }, 100);
    check(all.count == 6 && all.ordered && all.bodies,
          "every event of what was done is there once, in order");
    EventCursor newest = head();
    check(newest.tx == all.last.tx && id_eq(newest.id, all.last.id), "the newest is the last one");
    EventCursor at    = { 0 };
    size_t      total = 0;
    for (int i = 0; i < 4; i++) {
        Look page = look_after(at, 2);
        total += page.count;
        at = page.last;
    }
    check(total == 6 && at.tx == newest.tx, "page by page gives the same");
    check(look_after(newest, 10).count == 0, "behind the newest there is nothing");
}

static void test_cursor_text(void)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "1",
                                       "1-",
                                       "-1-01900000000070008000000000000001",
                                       "x-0190",
                                       "1-0190000000007000800000000000000g",
                                       "1-0190000000007000800000000000000",
                                       "1-019000000000700080000000000000011",
                                       "99999999999999999999-01900000000070008000000000000001" };
    uint8_t                  bytes[1024];
    Arena                    arena;
    EventCursor              at = { 12, { { 1, 0x90 } } }, back = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    Str text = events_cursor_text(&arena, at);
    check(str_eq(text, STR("12-01900000000000000000000000000000")), "a cursor has a form as text");
    check(events_cursor_parse(text, &back) && back.tx == 12 && id_eq(back.id, at.id),
          "and comes back from it");
    for (size_t i = 0; i < COUNT(bad); i++) check(!events_cursor_parse(str_from(bad[i]), &back), bad[i]);
}

/* PostgreSQL: a transaction that began earlier commits later. */
static sem_t has_put, may_end;

static bool slow_step(Ctx *ctx, void *arg, Error *err)
{
    int one = 1;
    (void)arg;
    if (!put_some(ctx, &one, err)) return false;
    sem_post(&has_put);
    sem_wait(&may_end);
    return true;
}

static void *slow_writer(void *arg)
{
    Error err = { 0 };
    (void)arg;
    check_ok(kit_write(db, &env, slow_step, NULL, &err), &err, "the slow command ends well");
    return NULL;
}

static void test_late_commit(void)
{
    pthread_t   writer;
    EventCursor before = head();
    if (db_engine(db) != DB_PG) return; /* one writer: nothing can commit out of order */
    sem_init(&has_put, 0, 0);
    sem_init(&may_end, 0, 0);
    check(pthread_create(&writer, NULL, slow_writer, NULL) == 0, "a second writer");
    sem_wait(&has_put);
    put(1);
    check(look_after(before, 10).count == 0,
          "an event is held back as long as an earlier one may still come");
    EventCursor between = head();
    check(between.tx == before.tx && id_eq(between.id, before.id), "and the newest is not beyond it");
    sem_post(&may_end);
    pthread_join(writer, NULL);
    Look both = look_after(before, 10);
    check(both.count == 2 && both.ordered, "then both are there");
}

/* --- webhooks --- */

typedef struct {
    NewWebhook ask;
    Webhook    out;
} Add;

static bool add_step(Ctx *ctx, void *arg, Error *err)
{
    static char secret[80];
    Add        *add = arg;
    add->out        = (Webhook){ 0 };
    if (!webhooks_create(ctx, &add->ask, &add->out, err)) return false;
    (void)snprintf(secret, sizeof secret, "%.*s", STR_FMT(add->out.secret));
    add->out.secret = str_from(secret);
    return true;
}

static Id add(const char *url, const char *kinds)
{
    Error err = { 0 };
    Add   one = { .ask = { str_from(url), str_from(kinds) } };
    check_ok(kit_write(db, &env, add_step, &one, &err), &err, "a webhook is made");
    check(str_starts(one.out.secret, STR("whsec_")) && one.out.secret.len == 50, "its secret is shown");
    return one.out.id;
}

static void test_add_refused(void)
{
    static const struct {
        const char   *url, *kinds;
        const ErrDef *def;
    } bad[] = {
        { "http://127.0.0.1/x", "*", &ERR_WEBHOOK_URL_FORBIDDEN },
        { "http://localhost/x", "*", &ERR_WEBHOOK_URL_FORBIDDEN },
        { "http://0x7f000001/", "*", &ERR_WEBHOOK_URL_FORBIDDEN },
        { "https://[::ffff:10.0.0.1]/", "*", &ERR_WEBHOOK_URL_FORBIDDEN },
        { "ftp://example.com/", "*", &ERR_WEBHOOK_URL_FORBIDDEN },
        { "https://example.com/", "order.exploded", &ERR_FIELD_INVALID },
        { "https://example.com/", "item.changed  price.changed", &ERR_FIELD_INVALID },
        { "https://example.com/", "item.changed ", &ERR_FIELD_INVALID },
        { "https://example.com/", "", &ERR_FIELD_INVALID },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        Error err = { 0 };
        Add   one = { .ask = { str_from(bad[i].url), str_from(bad[i].kinds) } };
        check_refused(kit_write(db, &env, add_step, &one, &err), &err, bad[i].def,
                      "such a webhook is refused");
    }
}

typedef struct {
    Id      id;
    size_t  count;
    Webhook found;
} Shown;

static bool show_step(Ctx *ctx, void *arg, Error *err)
{
    Shown      *shown = arg;
    Page        page  = { .limit = OPT_NONE };
    WebhookList list  = { 0 };
    if (!webhooks_list(ctx, &page, &list, err)) return false;
    shown->count = list.webhooks.count;
    for (size_t i = 0; i < list.webhooks.count; i++)
        if (id_eq(list.webhooks.items[i].id, shown->id)) shown->found = list.webhooks.items[i];
    return true;
}

static Webhook show(Id id, size_t *count)
{
    Error err   = { 0 };
    Shown shown = { .id = id };
    check_ok(kit_read(db, &env, show_step, &shown, &err), &err, "webhooks are listed");
    if (count) *count = shown.count;
    return shown.found;
}

typedef struct {
    Id             id;
    int64_t        until_ms;
    WebhookLease   lease;
    WebhookFailure failure;
    EventCursor    at;
    bool           got;
    size_t         count;
} Turn;

static bool due_step(Ctx *ctx, void *arg, Error *err)
{
    Turn       *turn = arg;
    WebhookRef *refs = NULL;
    return webhooks_due(ctx->tx, ctx->arena, ctx->now_ms, 10, &refs, &turn->count, err);
}

static bool take_step(Ctx *ctx, void *arg, Error *err)
{
    Turn *turn = arg;
    return webhooks_take(ctx, turn->id, turn->until_ms, &turn->lease, &turn->got, err);
}

static bool pass_step(Ctx *ctx, void *arg, Error *err)
{
    Turn *turn = arg;
    return webhooks_passed(ctx, &turn->lease, turn->at, &turn->got, err);
}

static bool fail_step(Ctx *ctx, void *arg, Error *err)
{
    Turn *turn = arg;
    return webhooks_failed(ctx, &turn->lease, &turn->failure, err);
}

static bool release_step(Ctx *ctx, void *arg, Error *err)
{
    return webhooks_release(ctx, &((Turn *)arg)->lease, err);
}

static void run(KitStep step, Turn *turn, const char *name)
{
    Error err = { 0 };
    check_ok(kit_write(db, &env, step, turn, &err), &err, name);
}

static size_t due(void)
{
    Turn turn = { 0 };
    run(due_step, &turn, "webhooks that are due are found");
    return turn.count;
}

static void test_lease(void)
{
    size_t count = 0;
    Id     id    = add("https://example.com/hook", "*");
    check(due() == 0, "with nothing to be told nobody is due");
    put(2);
    check(due() == 1 && show(id, &count).lag == 2 && count == 1, "two events to be told");
    EventCursor newest = head();
    Turn        mine   = { .id = id, .until_ms = kit_now_ms + 60000, .at = newest };
    Turn        other  = mine;
    run(take_step, &mine, "one takes it");
    check(mine.got && mine.lease.attempts == 0 && str_eq(mine.lease.kinds, STR("*")), "and has it");
    run(take_step, &other, "another tries");
    check(!other.got && due() == 0, "and does not get it");
    kit_now_ms += 60000;
    other.until_ms = kit_now_ms + 60000;
    run(take_step, &other, "but when the first has died, its time runs out");
    check(other.got, "and another gets it");
    run(pass_step, &mine, "the first was only slow and comes back");
    check(!mine.got && show(id, NULL).lag == 2, "it has no say any more");
    run(pass_step, &other, "the second is done with both");
    check(other.got && show(id, NULL).lag == 0, "that counts");
    run(release_step, &other, "and gives it back");
    check(due() == 0, "nothing is left");
}

typedef struct {
    Id      id;
    size_t  count;
    Str     why;
    bool    replaying;
    int64_t again;
} Parked;

static bool parked_step(Ctx *ctx, void *arg, Error *err)
{
    Parked    *parked = arg;
    ParkedAsk  ask    = { .id = parked->id, .limit = OPT_NONE };
    ParkedList list   = { 0 };
    if (!webhooks_parked(ctx, &ask, &list, err)) return false;
    parked->count     = list.parked.count;
    parked->replaying = list.parked.count && list.parked.items[0].replaying;
    return true;
}

static bool replay_step(Ctx *ctx, void *arg, Error *err)
{
    Parked  *parked  = arg;
    ById     request = { parked->id };
    Replayed reply   = { 0 };
    bool     ok      = webhooks_replay(ctx, &request, &reply, err);
    parked->again    = reply.replayed;
    return ok;
}

static void test_parking(void)
{
    Error  err    = { 0 };
    Id     id     = add("https://example.com/other", "item.changed price.changed");
    Parked parked = { .id = id };
    put(1);
    Turn turn = { .id = id, .until_ms = kit_now_ms + 60000, .at = head() };
    run(take_step, &turn, "it is taken");
    turn.failure =
        (WebhookFailure){ .why = STR("answered 500"), .next_ms = kit_now_ms + 10000, .event = turn.at };
    run(fail_step, &turn, "it fails once");
    Webhook shown = show(id, NULL);
    check(shown.attempts == 1 && shown.lag == 1 && shown.next_at == kit_now_ms + 10000
              && str_eq(shown.last_error, STR("answered 500")),
          "that can be seen");
    run(take_step, &turn, "too early");
    check(!turn.got, "it is left alone until its time");
    kit_now_ms += 10000;
    turn.until_ms = kit_now_ms + 60000;
    run(take_step, &turn, "in time");
    check(turn.got && turn.lease.attempts == 1 && turn.lease.first_ms == kit_now_ms - 10000,
          "it is tried again");
    turn.failure.park = turn.failure.gone = true;
    run(fail_step, &turn, "it is given up and switched off");
    shown = show(id, NULL);
    check(!shown.active && shown.lag == 0 && shown.parked == 1, "that can be seen too");
    put(1);
    check(kit_read(db, &env, parked_step, &parked, &err) && parked.count == 1 && !parked.replaying,
          "one is parked");
    kit_now_ms += 100;
    run(take_step, &turn, "one that is off");
    check(!turn.got, "is not told");
    check_ok(kit_write(db, &env, replay_step, &parked, &err), &err, "a person asks for it again");
    check(parked.again == 1 && show(id, NULL).active, "it is on again");
    check(kit_read(db, &env, parked_step, &parked, &err) && parked.replaying,
          "and the event is to be sent");
    parked.id = (Id){ { 7 } };
    check_refused(kit_write(db, &env, replay_step, &parked, &err), &err, &ERR_NOT_FOUND,
                  "no such webhook: replay");
    check_refused(kit_read(db, &env, parked_step, &parked, &err), &err, &ERR_NOT_FOUND,
                  "no such webhook: parked");
}

static bool delete_step(Ctx *ctx, void *arg, Error *err)
{
    ById request = { ((Turn *)arg)->id }, reply;
    return webhooks_delete(ctx, &request, &reply, err);
}

/* --- pruning --- */

static bool prune_step(Ctx *ctx, void *arg, Error *err)
{
    EventCursor at    = { 0 };
    bool        more  = true;
    int64_t     limit = *(int64_t *)arg;
    while (more)
        if (!events_prune(ctx, limit, &at, &more, err)) return false;
    return true;
}

static size_t left_after_prune(int64_t before_ms)
{
    Error err = { 0 };
    check_ok(kit_write(db, &env, prune_step, &before_ms, &err), &err, "events are pruned");
    return look_after((EventCursor){ 0 }, 5000).count;
}

static bool first_step(Ctx *ctx, void *arg, Error *err)
{
    Page        page = { .limit = 1 };
    WebhookList list = { 0 };
    if (!webhooks_list(ctx, &page, &list, err) || list.webhooks.count == 0) return false;
    ((Turn *)arg)->id = list.webhooks.items[0].id;
    return true;
}

static void test_prune(void)
{
    Error       err    = { 0 };
    int64_t     cut    = kit_now_ms + 1000;
    EventCursor newest = head();
    size_t      all    = look_after((EventCursor){ 0 }, 5000).count;
    Turn        turn   = { .until_ms = kit_now_ms + 60000 };
    check(left_after_prune(1) == all, "nothing is older than that");
    check(left_after_prune(cut) == 2, "what somebody has not been told, or has parked, stays");
    while (kit_read(db, &env, first_step, &turn, &err)) run(delete_step, &turn, "a webhook is removed");
    check_refused(kit_write(db, &env, delete_step, &turn, &err), &err, &ERR_NOT_FOUND, "twice is refused");
    kit_now_ms += 2000;
    put(1200);
    check(left_after_prune(cut) == 1200, "with nobody to be told, all that is old goes");
    kit_now_ms += 10;
    check(left_after_prune(kit_now_ms) > 0, "the newest stays");
    put(1);
    Look look = look_after(newest, 5000);
    check(look.count >= 1 && look.ordered && look.last.tx > newest.tx, "and new ones come behind it");
}

/* --- signatures --- */

static void test_sign(void)
{
    uint8_t bytes[4096];
    Arena   arena;
    arena_init(&arena, bytes, sizeof bytes);
    /* key: 32 bytes of 0x01; expected value by `openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…
     * -binary` */
    Str secret = STR("whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
    Str made   = webhooks_sign(&arena, secret, STR("msg_1"), STR("1764000000"), STR("{\"a\":1}"));
    check(str_eq(made, STR("v1,1Nz/NLEULYMuxNS/vXSxZkTKwg8CUePqlRny+1rPoB0=")),
          "a signature is what openssl computes");
    check(!webhooks_sign(&arena, STR("secret"), STR("a"), STR("1"), STR("")).ptr,
          "with another's key there is none");
    check(webhooks_wants(STR("*"), STR("order.paid"))
              && webhooks_wants(STR("a.b order.paid"), STR("order.paid"))
              && !webhooks_wants(STR("order.paidx a"), STR("order.paid"))
              && !webhooks_wants(STR("a.b"), STR("a")),
          "a kind is wanted when it is in the list");
}

int main(void)
{
    db = kit_open(&env);
    test_order();
    test_cursor_text();
    test_late_commit();
    test_add_refused();
    test_lease();
    test_parking();
    test_prune();
    test_sign();
    kit_close(db);
    return check_finish("events_test");
}

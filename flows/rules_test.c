/* rules_test.c — compiled promotions in memory: never an old rule, also while others are published;
 * bounded. */
#include "flows/rules.h"

#include "flows/basket.h"
#include "shop/promotions/promotions.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 4, CHANGES = 60, QUOTE_BYTES = 4 << 20 };

static Env        env;
static Db        *db;
static Error      err;
static Shelf     *shelf;
static RuleCache *rules;
static atomic_int published, wrong, quotes, stop;

/* `n` pence off each tea. */
static void publish(int n)
{
    char json[200];
    (void)snprintf(json, sizeof json,
                   "{\"code\":\"TEA\",\"name\":\"Tea\",\"phase\":\"item\",\"amount\":%d}", n);
    check_ok(kit_write(db, &env, fixture_promotion, json, &err), &err, "a promotion is published");
    atomic_store(&published, n);
}

/* A quote of one tea as a request has it; its total, or -1. */
static int64_t quoted(Arena *arena, RuleCache *cache, bool with_shelf)
{
    Error        e       = { 0 };
    BasketLine   line    = { .sku = STR("TEA"), .quantity = 1000 };
    QuoteRequest request = { .location = STR("LON"), .channel = STR("web"), .lines = { &line, 1 } };
    Quote        quote;
    Ctx          ctx = { .arena = arena, .db = db, .env = &env, .now_ms = kit_now_ms, .rules = cache };
    ctx.who          = (Principal){ .merchant = 1, .perms = PERMS_ALL };
    arena->used      = 0;
    if (with_shelf) shelf_enter(&ctx.shelf, shelf, db, NULL);
    bool ok = db_read_begin(db, &ctx.tx, &e);
    if (ok) {
        ok = quotes_create(&ctx, &request, &quote, &e);
        db_read_end(ctx.tx);
    }
    shelf_leave(&ctx.shelf);
    return ok ? quote.total : -1;
}

static void *read_all(void *arg)
{
    Arena arena;
    void *bytes = malloc(QUOTE_BYTES);
    (void)arg;
    if (!bytes) abort();
    arena_init(&arena, bytes, QUOTE_BYTES);
    while (!atomic_load(&stop)) {
        int     before = atomic_load(&published);
        int64_t total  = quoted(&arena, rules, true);
        int64_t off    = 199 - total;
        if (total < 0 || off < before || off > atomic_load(&published) + 1) atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&quotes, 1);
    }
    free(bytes);
    return NULL;
}

static void test_changes(void)
{
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&threads[i], NULL, read_all, NULL) != 0) abort();
    for (int i = 2; i <= CHANGES; i++) publish(i);
    atomic_store(&stop, 1);
    for (int i = 0; i < READERS; i++) pthread_join(threads[i], NULL);
    check(atomic_load(&wrong) == 0 && atomic_load(&quotes) > 0,
          "nobody is ever priced with a rule that is over");
    printf("  %d quotes beside %d changes\n", atomic_load(&quotes), CHANGES);
    check(rule_cache_sets(rules) <= 1, "of a merchant one set is kept");
}

typedef struct {
    int64_t date, minute;
    Str     zone;
    int64_t at;
} Wall;

static bool look_at_wall(Ctx *ctx, void *arg, Error *e)
{
    Wall *wall = arg;
    ctx->rules = rules;
    return rules_local_time(ctx, wall->zone, wall->at, &wall->date, &wall->minute, e);
}

static void test_walls(void)
{
    static const struct {
        const char *zone;
        int64_t     at, date, minute;
    } walls[] = {
        { "Europe/London", 1782853200000, 20260630, 22 * 60 },
        { "Europe/London", 1782860400000, 20260701, 0 },
        { "America/New_York", 1767225600000, 20251231, 19 * 60 },
        { "Asia/Kolkata", 1767225600000, 20260101, 5 * 60 + 30 },
        { "Europe/London", 1767225600000, 20260101, 0 },
    };
    for (size_t i = 0; i < COUNT(walls); i++) {
        Wall wall = { .zone = str_from(walls[i].zone), .at = walls[i].at };
        check_ok(kit_read(db, &env, look_at_wall, &wall, &err), &err, walls[i].zone);
        check(wall.date == walls[i].date && wall.minute == walls[i].minute, "the clock on the wall");
    }
    Wall nowhere = { .zone = STR("Moon/Base"), .at = 0 };
    check(!kit_read(db, &env, look_at_wall, &nowhere, &err), "an unknown zone has none");
}

int main(void)
{
    Arena arena;
    void *bytes = malloc(QUOTE_BYTES);
    db          = kit_open(&env);
    shelf       = db_engine(db) == DB_SQLITE ? shelf_create(SHELF_BYTES) : NULL;
    rules       = rule_cache_create(RULES_BYTES);
    if (!bytes || !rules) abort();
    arena_init(&arena, bytes, QUOTE_BYTES);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    check(quoted(&arena, rules, true) == 199 && rule_cache_sets(rules) == 0,
          "without promotions nothing is kept");
    publish(1);
    check(quoted(&arena, rules, true) == 198 && quoted(&arena, rules, true) == 198,
          "a promotion holds at once");
    check(rule_cache_sets(rules) == 1 && rule_cache_bytes(rules) > 0, "and is kept");
    RuleCache *small = rule_cache_create(1000);
    check(small && quoted(&arena, small, false) == 198 && rule_cache_sets(small) == 0,
          "a set that is too large is not kept, and holds all the same");
    check(quoted(&arena, NULL, false) == 198, "nor where nothing is kept");
    rule_cache_destroy(small);
    test_changes();
    test_walls();
    rule_cache_destroy(rules);
    if (shelf) shelf_destroy(shelf);
    free(bytes);
    kit_close(db);
    return check_finish("rules");
}

/* inventory_shares_test.c — shares of channels: thousands of commands by chance against a small and obvious
 * model that allots what is free share by share; then ends, many at once, and backorders. */
#include "flows/verify.h"
#include "shop/inventory/inventory.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include "all_sql.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHANNELS = 3, CLAIMS = 400, ROUNDS = 1500 };

static Env               env;
static Db               *db;
static Id                tea, cake;
static const char *const channels[CHANNELS] = { "app", "pos", "web" };

/* --- the model --- */

typedef enum { NO_SHARE, HARD, SOFT, PROTECTED } Kind;
static struct {
    int64_t stock;
    struct {
        Kind    kind;
        int64_t left, used, priority;
    } share[CHANNELS];
    struct {
        int     channel;
        Id      owner;
        int64_t open, share;
    } claim[CLAIMS];
    int claims;
} model;

static int64_t model_free(void)
{
    int64_t open = 0;
    for (int i = 0; i < model.claims; i++) open += model.claim[i].open;
    return model.stock - open;
}

/* Share by share in their order each gets what is there; what is left over is for all but hard shares. */
static int64_t model_available(int channel)
{
    int64_t rest = model_free(), got = 0;
    bool    done[CHANNELS] = { false };
    for (int turn = 0; turn < CHANNELS; turn++) {
        int next = -1;
        for (int c = 0; c < CHANNELS; c++)
            if (!done[c] && (next < 0 || model.share[c].priority < model.share[next].priority)) next = c;
        int64_t has = model.share[next].left < rest ? model.share[next].left : rest;
        if (has < 0) has = 0;
        if (next == channel) got = has;
        rest -= has;
        done[next] = true;
    }
    return model.share[channel].kind == HARD ? got : got + (rest > 0 ? rest : 0);
}

/* So much goes out; how much of it out of the share. */
static int64_t model_use(int channel, int64_t qty)
{
    if (model.share[channel].kind != HARD && model.share[channel].kind != SOFT) return 0;
    int64_t used = model.share[channel].left < qty ? model.share[channel].left : qty;
    model.share[channel].left -= used;
    model.share[channel].used += used;
    return used;
}

/* --- one command in both --- */

typedef struct {
    int     what, channel, claim;
    int64_t qty;
    Kind    kind;
    bool    refused;
} Command;

static StockWant want_of(const Command *c)
{
    bool hard = model.share[c->channel].kind == HARD;
    return (StockWant){ .item     = tea,
                        .sku      = STR("TEA"),
                        .location = STR("LON"),
                        .qty      = c->qty,
                        .terms    = { .channel = str_from(channels[c->channel]), .hard = hard } };
}

static bool run(Ctx *ctx, void *arg, Error *err)
{
    Command                 *c       = arg;
    StockWant                want    = want_of(c);
    StockDoc                 doc     = { ctx_new_id(ctx), STR("sale"), 0 };
    ClaimOwner               owner   = { STR("order"), doc.id, 0 };
    bool                     found   = false;
    static const char *const kinds[] = { "", "hard", "soft", "protected" };
    StockShare share = { tea, STR("LON"), want.terms.channel, str_from(kinds[c->kind]), c->claim, c->qty,
                         0,   0 };
    switch (c->what) {
    case 0:
    case 1: return inventory_sell(ctx, &doc, &want, err);
    case 2:
    case 3: model.claim[model.claims].owner = doc.id; return inventory_claim(ctx, &owner, 1, &want, err);
    case 4: return inventory_claim_release(ctx, model.claim[c->claim].owner, 1, c->qty, err);
    case 5: return inventory_claims_use(ctx, model.claim[c->claim].owner, err);
    case 6: return inventory_share_put(ctx, &share, err);
    case 7: return inventory_share_drop(ctx, tea, STR("LON"), want.terms.channel, &found, err);
    default: {
        StockMove in = { .item          = tea,
                         .from_state    = STR("vendor"),
                         .from_location = STR(""),
                         .to_location   = STR("LON"),
                         .to_state      = STR("floor"),
                         .qty           = c->qty };
        return inventory_move(ctx, &doc, &in, err);
    }
    }
}

static void model_claim_ends(int i, int64_t released, int64_t taken)
{
    int     channel = model.claim[i].channel;
    int64_t free    = model.claim[i].open - model.claim[i].share;
    int64_t back    = released > free ? released - free : 0;
    model.claim[i].open -= released + taken;
    if (taken) model.claim[i].share = 0;
    model.claim[i].share -= back;
    if (model.share[channel].kind == HARD || model.share[channel].kind == SOFT) {
        model.share[channel].left += back;
        model.share[channel].used -= back;
    }
    model.stock -= taken;
    if (model.claim[i].open == 0) model.claim[i] = model.claim[--model.claims];
}

static int64_t model_claimed(int channel)
{
    int64_t sum = 0;
    for (int i = 0; i < model.claims; i++)
        if (model.claim[i].channel == channel) sum += model.claim[i].share;
    return sum;
}

/* What the command does to the model; false: it must be refused. */
static bool model_run(const Command *c)
{
    switch (c->what) {
    case 0:
    case 1:
        if (model_available(c->channel) < c->qty) return false;
        model.stock -= c->qty;
        (void)model_use(c->channel, c->qty);
        return true;
    case 2:
    case 3:
        if (model_available(c->channel) < c->qty) return false;
        model.claim[model.claims].channel = c->channel;
        model.claim[model.claims].open    = c->qty;
        model.claim[model.claims].share   = model_use(c->channel, c->qty);
        model.claims++;
        return true;
    case 4: model_claim_ends(c->claim, c->qty, 0); return true;
    case 5: model_claim_ends(c->claim, 0, model.claim[c->claim].open); return true;
    case 6:
        model.share[c->channel].kind     = c->kind;
        model.share[c->channel].left     = c->qty;
        model.share[c->channel].used     = c->kind == PROTECTED ? 0 : model_claimed(c->channel);
        model.share[c->channel].priority = c->claim;
        return true;
    case 7:
        model.share[c->channel].kind = NO_SHARE;
        model.share[c->channel].left = model.share[c->channel].used = 0;
        return true;
    default: model.stock += c->qty; return true;
    }
}

static Command command_by_chance(void)
{
    Command c = { .what = (int)below(9), .channel = (int)below(CHANNELS), .qty = 1 + below(9) };
    if (c.what == 4 || c.what == 5) {
        if (model.claims == 0) return (Command){ .what = 8, .qty = c.qty };
        c.claim   = (int)below(model.claims);
        c.channel = model.claim[c.claim].channel;
        if (c.qty > model.claim[c.claim].open) c.qty = model.claim[c.claim].open;
    }
    c.kind = (Kind)(1 + below(3));
    if (c.what == 6) c.claim = (int)below(3) * CHANNELS + c.channel; /* no two alike */
    if (c.what < 4 && below(3) == 0) {                               /* just enough, or a little more */
        int64_t all = model_available(c.channel);
        if (all > 0) c.qty = all + below(2);
    }
    if (model.claims == CLAIMS - 1 && (c.what == 2 || c.what == 3)) c.what = 0;
    return c;
}

static bool look(Ctx *ctx, void *arg, Error *err)
{
    AtpLevel    level;
    StockShare *shares = NULL;
    size_t      count = 0, has = 0;
    int64_t     kept = 0;
    bool       *same = arg;
    if (!inventory_level(ctx, tea, STR("LON"), &level, err)
        || !inventory_shares_of(ctx, tea, STR("LON"), &shares, &count, err))
        return false;
    for (int c = 0; c < CHANNELS; c++) {
        kept += model.share[c].left;
        has += model.share[c].kind != NO_SHARE;
        AtpLevel copy  = level;
        AtpShare share = inventory_share(shares, count, str_from(channels[c]), ctx->now_ms, &copy);
        int64_t  told  = atp(&copy, &(AtpTerms){ .buffer = 0 }, &share);
        *same = *same && (told > 0 ? told : 0) == (model_available(c) > 0 ? model_available(c) : 0);
        for (size_t i = 0; i < count; i++)
            if (str_eq(shares[i].channel, str_from(channels[c])) && model.share[c].kind != PROTECTED)
                *same = *same && shares[i].used >= model_claimed(c);
    }
    *same = *same && level.kept == kept && count == has && level.floor + level.backroom == model.stock
         && level.floor + level.backroom - level.committed == model_free();
    return true;
}

static void test_by_chance(void)
{
    bool agree = true;
    int  round = 0, refused = 0;
    model.stock = 100000;
    for (int c = 0; c < CHANNELS; c++) model.share[c].priority = 100 + c;
    for (; round < ROUNDS && agree; round++) {
        Error   err = { 0 };
        Command c   = command_by_chance();
        if (round < 1) c = (Command){ .what = 0, .qty = 99950 };
        bool done = kit_write(db, &env, run, &c, &err);
        bool may  = model_run(&c);
        refused += !may;
        agree = done == may && (done || err.def == &ERR_STOCK_SHORT);
        agree = agree && kit_read(db, &env, look, &agree, &err) && agree;
        if (!agree)
            printf("  round %d: command %d of %s, %lld, share %d: %s, the model says %s; %s\n", round,
                   c.what, channels[c.channel], (long long)c.qty, (int)c.kind, done ? "done" : "refused",
                   may ? "done" : "refused", err.message);
    }
    check(agree, "engine and model agree after every command");
    check(refused > ROUNDS / 20, "many were refused");
}

static bool verify_all(Ctx *ctx, void *arg, Error *err)
{
    VerifyReport report;
    (void)arg;
    if (!verify_run(ctx, &report, err)) return false;
    for (size_t i = 0; i < report.count; i++) {
        /* sales and claims of this test have no order */
        if (strcmp(report.results[i].name, "S2_sold_goods_left") == 0
            || strcmp(report.results[i].name, "B2_no_orphans") == 0)
            continue;
        if (report.results[i].broken)
            printf("  %s: %s\n", report.results[i].name, report.results[i].rows[0].what);
        check(report.results[i].broken == 0, report.results[i].name);
    }
    return true;
}

/* --- ends --- */

static bool put_ending(Ctx *ctx, void *arg, Error *err)
{
    StockShare share = { tea, STR("LON"), STR("app"), STR("soft"), 0, 7, 0, ctx->now_ms + 1000 };
    (void)arg;
    return inventory_share_put(ctx, &share, err);
}

static bool end_shares(Ctx *ctx, void *arg, Error *err)
{
    return inventory_shares_end(ctx, 10, arg, err);
}

static bool kept_now(Ctx *ctx, void *arg, Error *err)
{
    AtpLevel level;
    if (!inventory_level(ctx, tea, STR("LON"), &level, err)) return false;
    *(int64_t *)arg = level.kept;
    return true;
}

static void test_end(void)
{
    Error   err   = { 0 };
    int64_t count = -1, before = 0, with = 0, after = 0;
    check_ok(kit_write(db, &env, put_ending, NULL, &err), &err, "a share until a date");
    check_ok(kit_read(db, &env, kept_now, &with, &err), &err, "the level is read");
    check(kit_write(db, &env, end_shares, &count, &err) && count == 0, "it does not end before its time");
    kit_now_ms += 1000;
    check(kit_write(db, &env, end_shares, &count, &err) && count == 1, "then it ends");
    check(kit_write(db, &env, end_shares, &count, &err) && count == 0, "once");
    check_ok(kit_read(db, &env, kept_now, &after, &err), &err, "the level is read");
    before = with - 7;
    check(after == before, "and nothing is kept for it any more");
}

/* --- many at once: the last pieces of a hard share --- */

enum { THREADS = 64, LAST = 10 };
static atomic_int sold, shorts, odd;

static bool sell_one(Ctx *ctx, void *arg, Error *err)
{
    StockDoc  doc  = { ctx_new_id(ctx), STR("sale"), 0 };
    StockWant want = { .item     = tea,
                       .sku      = STR("TEA"),
                       .location = STR("DC1"),
                       .qty      = 1,
                       .terms    = { .channel = STR("web"), .hard = true } };
    (void)arg;
    return inventory_sell(ctx, &doc, &want, err);
}

static bool sell_in_tx(Tx *tx, void *arg, Error *err)
{
    Ctx *ctx         = arg;
    ctx->tx          = tx;
    ctx->arena->used = 0;
    return sell_one(ctx, NULL, err);
}

static void *buyer(void *arg)
{
    Arena arena;
    void *bytes = malloc(1 << 16);
    (void)arg;
    if (!bytes) abort();
    arena_init(&arena, bytes, 1 << 16);
    Error err = { 0 };
    Ctx   ctx = { .arena = &arena, .db = db, .env = &env, .now_ms = kit_now_ms, .who = { .merchant = 1 } };
    bool  ok  = db_write(db, sell_in_tx, &ctx, &err);
    if (ok) atomic_fetch_add(&sold, 1);
    else if (err.def == &ERR_STOCK_SHORT) atomic_fetch_add(&shorts, 1);
    else if (atomic_fetch_add(&odd, 1) == 0) printf("  %s\n", err.message);
    free(bytes);
    return NULL;
}

static bool fill_depot(Ctx *ctx, void *arg, Error *err)
{
    StockDoc   doc   = { ctx_new_id(ctx), STR("receipt"), 0 };
    StockMove  in    = { .item          = tea,
                         .from_state    = STR("vendor"),
                         .from_location = STR(""),
                         .to_location   = STR("DC1"),
                         .to_state      = STR("floor"),
                         .qty           = 1000 };
    StockShare share = { tea, STR("DC1"), STR("web"), STR("hard"), 0, LAST, 0, 0 };
    (void)arg;
    return inventory_move(ctx, &doc, &in, err) && inventory_share_put(ctx, &share, err);
}

static void test_many(void)
{
    pthread_t threads[THREADS];
    Error     err = { 0 };
    check_ok(kit_write(db, &env, fill_depot, NULL, &err), &err, "a hard share of ten in a full depot");
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, buyer, NULL) != 0) abort();
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    check(sold == LAST && shorts == THREADS - LAST && odd == 0,
          "64 at once: ten get it, the others are told");
}

/* --- backorders --- */

static Id first_owner, second_owner;

static bool wait_two(Ctx *ctx, void *arg, Error *err)
{
    StockWant  want   = { .item = cake, .sku = STR("CAKE"), .location = STR("DC1"), .qty = 5 };
    ClaimOwner first  = { STR("transfer"), ctx_new_id(ctx), 0 };
    ClaimOwner second = { STR("transfer"), ctx_new_id(ctx), 0 };
    (void)arg;
    first_owner  = first.id;
    second_owner = second.id;
    if (!inventory_claim_later(ctx, &first, 1, &want, err)) return false;
    want.qty = 2;
    return inventory_claim_later(ctx, &second, 1, &want, err);
}

static bool goods_come(Ctx *ctx, void *arg, Error *err)
{
    StockDoc  doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    StockMove in  = { .item          = cake,
                      .from_state    = STR("vendor"),
                      .from_location = STR(""),
                      .to_location   = STR("DC1"),
                      .to_state      = STR("floor"),
                      .qty           = *(int64_t *)arg };
    return inventory_move(ctx, &doc, &in, err);
}

static bool serve_first(Ctx *ctx, void *arg, Error *err)
{
    return inventory_claim_serve(ctx, first_owner, 1, &(AtpTerms){ .buffer = 0 }, arg, err);
}

static bool level_new(Ctx *ctx, void *arg, Error *err)
{
    return inventory_level(ctx, cake, STR("DC1"), arg, err);
}

static bool waiting_order(Ctx *ctx, void *arg, Error *err)
{
    WaitingClaim *waiting = NULL;
    size_t        count   = 0;
    if (!inventory_waiting(ctx, cake, STR("DC1"), 10, &waiting, &count, err)) return false;
    *(bool *)arg = count == 2 && id_eq(waiting[0].owner, first_owner) && waiting[0].open == 5;
    return true;
}

static void test_later(void)
{
    Error    err  = { 0 };
    bool     done = true, first = false;
    int64_t  some = 4, more = 2;
    AtpLevel level;
    check_ok(kit_write(db, &env, wait_two, NULL, &err), &err, "two wait for what is to come");
    check(kit_read(db, &env, waiting_order, &first, &err) && first, "first come, first in turn");
    check_ok(kit_write(db, &env, goods_come, &some, &err), &err, "four of the five come");
    check(kit_write(db, &env, serve_first, &done, &err) && !done, "not enough for the first");
    check(kit_read(db, &env, level_new, &level, &err)
              && atp(&level, &(AtpTerms){ .buffer = 0 }, &(AtpShare){ 0 }) == 0,
          "nobody else gets them");
    check_ok(kit_write(db, &env, goods_come, &more, &err), &err, "two more come");
    check(kit_write(db, &env, serve_first, &done, &err) && done, "now the first has its goods");
    check(kit_write(db, &env, serve_first, &done, &err) && !done, "once");
    check(kit_read(db, &env, level_new, &level, &err) && level.committed == 5 && level.backordered == 2,
          "five are committed, two still waited for");
}

static bool find_items(Ctx *ctx, void *arg, Error *err)
{
    StockItemOfRow row   = { 0 };
    bool           found = false, also = false;
    (void)arg;
    if (!q_stock_item_of_one(ctx->tx, ctx->arena, &(StockItemOfIn){ 1, STR("TEA") }, &row, &found, err))
        return false;
    tea = row.id;
    if (!q_stock_item_of_one(ctx->tx, ctx->arena, &(StockItemOfIn){ 1, STR("CAKE") }, &row, &also, err))
        return false;
    cake = row.id;
    return found && also;
}

int main(void)
{
    Error err = { 0 };
    db        = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    check_ok(kit_read(db, &env, find_items, NULL, &err), &err, "its tea and cake");
    test_by_chance();
    test_end();
    test_many();
    test_later();
    check_ok(kit_read(db, &env, verify_all, NULL, &err), &err, "all of it is verified");
    kit_close(db);
    return check_finish("inventory_shares");
}

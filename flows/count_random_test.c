/* count_random_test.c — counts and imports by chance among sales, receipts, thefts and adjustments, in any
 * order, handed in and approved late, against a model that knows what really stands there; and counts while
 * others sell at the same time. Usage: count_random_test [SEED [COMMANDS]]. */
#include "flows/verify.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 2, OPEN_MAX = 6, HISTORY_MAX = 20000 };

static Env   env;
static Db   *db;
static Error err;
static Id    items[ITEMS];

static const char *const skus[ITEMS] = { "TEA", "CAKE" };

/* The model: what really stands on the floor, all that the ledger was told, and the count that holds. */
typedef struct {
    int64_t real;
    struct {
        int64_t at, change;
    } told[HISTORY_MAX]; /* movements that are no counts */
    size_t  told_count;
    int64_t held_at, held; /* of the approved count with the latest time; -1: none */
} Truth;
static Truth truths[ITEMS];

/* A count that goes on. */
typedef struct {
    Id      id;
    int     item;
    int64_t at, counted;
    bool    used, entered, submitted;
} Going;
static Going going[OPEN_MAX];

static void told(int item, int64_t at, int64_t change)
{
    Truth *t = &truths[item];
    if (t->told_count == HISTORY_MAX) exit(2);
    t->told[t->told_count].at       = at;
    t->told[t->told_count++].change = change;
}

/* What the ledger must have: what the count that holds found, and what it was told of later times. */
static int64_t due(int item)
{
    const Truth *t   = &truths[item];
    int64_t      sum = t->held_at >= 0 ? t->held : 0;
    for (size_t i = 0; i < t->told_count; i++)
        if (t->told[i].at > t->held_at) sum += t->told[i].change;
    return sum;
}

static void holds(int item, int64_t at, int64_t counted)
{
    Truth *t = &truths[item];
    if (at < t->held_at) return;
    t->held_at = at;
    t->held    = counted;
}

#define HANDLER(name, Request, Reply)                                                                      \
    FIXTURE_ANY(name)                                                                                      \
    static bool do_##name(const Request *request, Reply *reply)                                            \
    {                                                                                                      \
        FixtureCaller by = { 0, PERMS_ALL };                                                              \
        return fixture_as(db, &env, by, name##_any, request, reply, sizeof *reply, &err);                  \
    }
HANDLER(counts_create, CountInput, Count)
HANDLER(counts_enter, CountEntries, Count)
HANDLER(counts_submit, CountSubmit, Count)
HANDLER(counts_approve, ById, Count)
HANDLER(counts_cancel, CountCancel, Count)
HANDLER(adjustments_create, AdjustmentInput, Adjustment)
HANDLER(stock_import, StockImport, StockImported)

typedef struct {
    int     item;
    int64_t qty;
    bool    sale;
} Move;

static bool move_step(Ctx *ctx, void *arg, Error *e)
{
    const Move *m    = arg;
    StockDoc    doc  = { ctx_new_id(ctx), STR("test"), 0 };
    StockWant   want = {
          .item = items[m->item], .sku = str_from(skus[m->item]), .location = STR("LON"), .qty = m->qty
    };
    StockMove move     = { .item        = items[m->item],
                           .sku         = str_from(skus[m->item]),
                           .from_state  = STR("vendor"),
                           .to_location = STR("LON"),
                           .to_state    = STR("floor"),
                           .qty         = m->qty };
    move.from_location = STR("");
    return m->sale ? inventory_sell(ctx, &doc, &want, e) : inventory_move(ctx, &doc, &move, e);
}

/* Sold from the shelf, so it cannot be more than really stands there; the ledger may not know of all of it.
 */
static void sell_or_receive(void)
{
    Move m = { (int)below(ITEMS), 1000 * (1 + below(8)), below(3) > 0 };
    if (m.sale && m.qty > truths[m.item].real) return;
    if (!kit_write(db, &env, move_step, &m, &err)) return;
    truths[m.item].real += m.sale ? -m.qty : m.qty;
    told(m.item, kit_now_ms, m.sale ? -m.qty : m.qty);
}

static void steal(void)
{
    int     item = (int)below(ITEMS);
    int64_t qty  = 1000 * below(4);
    if (qty <= truths[item].real) truths[item].real -= qty;
}

static void adjust(void)
{
    int                 item  = (int)below(ITEMS);
    int64_t             qty   = 1000 * (1 + below(3));
    bool                found = below(2) == 0;
    AdjustmentLineInput line  = { .sku = str_from(skus[item]), .quantity = qty };
    AdjustmentInput     in = { STR("LON"), found ? STR("found") : STR("damaged"), { &line, 1 }, STR_NONE };
    Adjustment          reply;
    if (!found && qty > truths[item].real) return;
    if (!do_adjustments_create(&in, &reply)) return;
    truths[item].real += found ? qty : -qty;
    told(item, kit_now_ms, found ? qty : -qty);
}

static void begin(Going *g)
{
    Str        sku = str_from(skus[below(ITEMS)]);
    CountInput in  = { .location = STR("LON"), .scope = STR("skus"), .skus = { &sku, 1 }, .start = true };
    Count      count;
    check_ok(do_counts_create(&in, &count), &err, "a count begins");
    *g = (Going){ .id = count.id, .item = str_eq(sku, STR("CAKE")), .used = true };
}

static void enter(Going *g)
{
    CountEntryInput entry = { .sku      = str_from(skus[g->item]),
                              .quantity = truths[g->item].real,
                              .at       = OPT_NONE };
    CountEntries    in    = { g->id, { &entry, 1 } };
    Count           count;
    check_ok(do_counts_enter(&in, &count), &err, "what really stands there is entered");
    g->at      = kit_now_ms;
    g->counted = truths[g->item].real;
    g->entered = true;
}

static void submit(Going *g)
{
    CountSubmit in = { g->id, STR_NONE };
    Count       count;
    check_ok(do_counts_submit(&in, &count), &err, "it is handed in");
    if (str_eq(count.state, STR("review")))
        g->submitted = true;
    else
        g->entered = false; /* to be counted again */
}

static void approve(Going *g)
{
    Count       count;
    CountCancel cancel = { g->id, STR_NONE };
    g->used            = false;
    if (do_counts_approve(&(ById){ g->id }, &count))
        holds(g->item, g->at, g->counted);
    else if (err.def != &ERR_COUNT_IMPOSSIBLE || !do_counts_cancel(&cancel, &count))
        check_ok(false, &err, "a count is approved, or given up");
}

static void count_some(void)
{
    Going *g = &going[below(OPEN_MAX)];
    if (!g->used)
        begin(g);
    else if (!g->entered)
        enter(g);
    else if (!g->submitted)
        submit(g);
    else
        approve(g);
}

/* Another system saw the shelf some time ago, or tells late what came. */
static void import(void)
{
    static struct {
        int64_t at, real[ITEMS];
    } glimpse;
    int item = (int)below(ITEMS);
    if (below(2) == 0 || glimpse.at == 0) {
        glimpse.at = kit_now_ms;
        for (int i = 0; i < ITEMS; i++) glimpse.real[i] = truths[i].real;
        return;
    }
    StockImportLine line = { .sku      = str_from(skus[item]),
                             .quantity = glimpse.real[item],
                             .as_of    = glimpse.at };
    StockImport     in   = {
              .kind = STR("count"), .as_of = OPT_NONE, .location = STR("LON"), .lines = { &line, 1 }
    };
    StockImported done;
    check_ok(do_stock_import(&in, &done), &err, "a file is brought in");
    if (done.lines == 1) holds(item, glimpse.at, glimpse.real[item]);
}

static void import_movement(void)
{
    int             item = (int)below(ITEMS);
    int64_t         at   = kit_now_ms - below(30);
    StockImportLine line = { .sku = str_from(skus[item]), .quantity = 1000 * (1 + below(5)), .as_of = at };
    StockImport     in   = {
              .kind = STR("movement"), .as_of = OPT_NONE, .location = STR("LON"), .lines = { &line, 1 }
    };
    StockImported done;
    if (at != kit_now_ms) return import(); /* the model does not look back */
    check_ok(do_stock_import(&in, &done), &err, "what came is brought in");
    truths[item].real += line.quantity;
    told(item, at, line.quantity);
}

static bool levels_are(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    for (int i = 0; i < ITEMS; i++) {
        AtpLevel level;
        if (!inventory_level(ctx, items[i], STR("LON"), &level, e)) return false;
        if (level.floor != due(i))
            return err_set(e, &ERR_INTERNAL, "", "%s: %lld, the model has %lld", skus[i],
                           (long long)level.floor, (long long)due(i));
    }
    return true;
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    (void)arg;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            return err_set(e, &ERR_INTERNAL, "", "%s: %s", report.results[i].name,
                           report.results[i].rows[0].what);
    return true;
}

static bool find_items(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    for (int i = 0; i < ITEMS; i++) {
        CountItem item;
        if (!counts_item(ctx, str_from(skus[i]), "sku", &item, e)) return false;
        items[i]  = item.id;
        truths[i] = (Truth){ .real = 100000, .held_at = -1 };
        told(i, 0, 100000);
    }
    return true;
}

static void by_chance(uint64_t seed, int commands)
{
    chance_state = seed;
    for (int n = 0; n < commands; n++) {
        kit_now_ms += 1 + below(20);
        switch (below(10)) {
        case 0: steal(); break;
        case 1: adjust(); break;
        case 2: import(); break;
        case 3: import_movement(); break;
        case 4:
        case 5:
        case 6: count_some(); break;
        default: sell_or_receive(); break;
        }
        if (kit_read(db, &env, levels_are, NULL, &err)) continue;
        printf("  command %d of seed %llu\n", n, (unsigned long long)seed);
        check_ok(false, &err, "the ledger is what the model says after each command");
        return;
    }
    check(true, "the ledger is what the model says after each command");
}

/* --- at the same time --- */

enum { SELLERS = 4, SALES = 60 };

static _Atomic int64_t sold;
static _Atomic int64_t clock_ms;

/* Each with memory of its own: kit_write is for one thread. */
typedef struct {
    FixtureHandler handler;
    const void    *request;
    void          *reply;
    Arena          arena;
} Own;

static bool run_own(Tx *tx, void *arg, Error *e)
{
    Own *own        = arg;
    own->arena.used = 0;
    Ctx ctx         = { .arena  = &own->arena,
                        .tx     = tx,
                        .db     = db,
                        .env    = &env,
                        .now_ms = clock_ms++,
                        .who    = { .merchant = 1, .role = STR("manager"), .perms = PERMS_ALL } };
    return own->handler(&ctx, own->request, own->reply, e);
}

static bool sell_one(Ctx *ctx, const void *request, void *reply, Error *e)
{
    Move m = { 0, 1000, true };
    (void)request;
    (void)reply;
    return move_step(ctx, &m, e);
}

static void *seller(void *arg)
{
    static _Thread_local char bytes[1 << 20];
    Own                       own = { .handler = sell_one };
    Error                     e   = { 0 };
    (void)arg;
    arena_init(&own.arena, bytes, sizeof bytes);
    for (int i = 0; i < SALES; i++)
        if (db_write(db, run_own, &own, &e)) sold++;
    return NULL;
}

/* Five are missing all the time, whatever is sold: they were stolen before. */
static void count_while_sold(void)
{
    static char   bytes[4 << 20];
    pthread_t     threads[SELLERS];
    int64_t       start = 0, ended = 0;
    Move          more = { 0, 1000000, false };
    Own           own  = { 0 };
    StockImported done;
    check_ok(kit_write(db, &env, move_step, &more, &err), &err, "there is enough");
    start    = due(0) + 1000000;
    clock_ms = kit_now_ms + 1000;
    arena_init(&own.arena, bytes, sizeof bytes);
    for (int i = 0; i < SELLERS; i++)
        check(pthread_create(&threads[i], NULL, seller, NULL) == 0, "a till sells");
    StockImportLine line = { .sku = STR("TEA"), .quantity = start - 5000, .as_of = kit_now_ms + 500 };
    StockImport     in   = {
              .kind = STR("count"), .as_of = OPT_NONE, .location = STR("LON"), .lines = { &line, 1 }
    };
    int runs = 0;
    for (; runs < 20; runs++) { /* the same file again and again */
        Error e     = { 0 };
        own.handler = stock_import_any, own.request = &in, own.reply = &done;
        done = (StockImported){ 0 };
        if (!db_write(db, run_own, &own, &e))
            check_ok(false, &e, "the file is brought in while tills sell");
    }
    for (int i = 0; i < SELLERS; i++) (void)pthread_join(threads[i], NULL);
    kit_now_ms = clock_ms + 1;
    ended      = start - 5000 - sold * 1000;
    truths[0]  = (Truth){ .held_at = kit_now_ms, .held = ended };
    check(sold == SELLERS * SALES, "everything was sold");
    check_ok(kit_read(db, &env, levels_are, NULL, &err), &err,
             "five less than before, and less what was sold: nothing was overwritten");
}

int main(int argc, char **argv)
{
    uint64_t seed     = argc > 1 ? strtoull(argv[1], NULL, 10) : 7;
    int      commands = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 600;
    db                = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, find_items, NULL, &err),
             &err, "a shop");
    by_chance(seed, commands);
    count_while_sold();
    check_ok(kit_read(db, &env, verify, NULL, &err), &err, "the whole database is right");
    kit_close(db);
    return check_finish("count_random");
}

/* returns.c — how many returns a second: goods of sales come back by the rules, with stock, money,
 * refund, event and audit row, beside a bare SQLite loop that writes the same rows, 64 a commit.
 * Usage: bench-returns DB-FILE SECONDS Prints returns a second: the bare loop; 64 threads, each its
 * own sale. */
#include "flows/give_back.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/orders/orders.h"
#include "shop/pricing/pricing.h"
#include "shop/return_rules/return_rules.h"
#include "third_party/sqlite/sqlite3.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 64, ARENA_BYTES = 1 << 20, GROUP = 64, UNITS = 5000 };

static Env          env;
static Db          *db;
static Id           item;
static Id           orders[THREADS];
static double       deadline;
static atomic_llong done;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-returns: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct {
    Arena arena;
    int   n;
    int   taken; /* units that came back */
} Thread;

static Ctx ctx_of(Thread *thread, Tx *tx)
{
    thread->arena.used = 0;
    return (Ctx){ .arena  = &thread->arena,
                  .tx     = tx,
                  .db     = db,
                  .env    = &env,
                  .now_ms = env_now_ms(&env),
                  .who    = { .merchant = 1, .perms = PERMS_ALL } };
}

/* --- an item, its stock, a rule, and sales --- */

static bool make(Tx *tx, void *arg, Error *err)
{
    Ctx            ctx  = ctx_of(arg, tx);
    ItemInput      in   = { .sku           = STR("BENCH"),
                            .name          = STR("Bench"),
                            .minimum_days  = OPT_NONE,
                            .quantity_step = OPT_NONE };
    PriceList      list = { .code     = STR("bench"),
                            .name     = STR("Bench"),
                            .currency = STR("GBP"),
                            .channel  = STR("pos"),
                            .priority = 1000,
                            .from     = OPT_NONE,
                            .until    = OPT_NONE };
    ReturnRule     rule = { .code       = STR("bench"),
                            .name       = STR("Bench"),
                            .outcome    = STR("allow"),
                            .rank       = OPT_NONE,
                            .days       = 28,
                            .fee_rate   = OPT_NONE,
                            .fee        = OPT_NONE,
                            .price_days = OPT_NONE,
                            .most       = OPT_NONE,
                            .times      = OPT_NONE,
                            .limit_days = OPT_NONE,
                            .from       = OPT_NONE,
                            .until      = OPT_NONE };
    ReturnRuleList rules;
    if (!catalog_put(&ctx, &in, &item, err) || !pricing_put_list(&ctx, &list, err)) return false;
    PriceSet price = {
        .item = item, .list = STR("bench"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 499
    };
    StockDoc  doc  = { ctx_new_id(&ctx), STR("receipt"), 0 };
    StockMove move = { .item          = item,
                       .sku           = STR("BENCH"),
                       .from_location = STR(""),
                       .from_state    = STR("vendor"),
                       .to_location   = STR("LON"),
                       .to_state      = STR("floor"),
                       .qty           = (int64_t)THREADS * UNITS * QTY_ONE };
    return pricing_put(&ctx, &price, err) && inventory_move(&ctx, &doc, &move, err)
        && return_rules_change(&ctx, &rule, &rules, err);
}

static bool sell(Tx *tx, void *arg, Error *err)
{
    Thread     *thread = arg;
    Ctx         ctx    = ctx_of(thread, tx);
    BasketLine  line   = { .sku = STR("BENCH"), .quantity = (int64_t)UNITS * QTY_ONE };
    TenderInput tender = {
        .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE, .tip = OPT_NONE
    };
    CheckoutRequest in    = { .location       = STR("LON"),
                              .channel        = STR("pos"),
                              .expected_total = OPT_NONE,
                              .pay_by         = OPT_NONE,
                              .lines          = { &line, 1 },
                              .tenders        = { &tender, 1 } };
    Order           order = { .ref = STR_NONE };
    if (!orders_create(&ctx, &in, &order, err)) return false;
    orders[thread->n] = order.id;
    return true;
}

/* --- through the engine --- */

static bool give_back(Tx *tx, void *arg, Error *err)
{
    Thread         *thread = arg;
    Ctx             ctx    = ctx_of(thread, tx);
    ReturnLineInput line = { .line = 1, .part = OPT_NONE, .quantity = QTY_ONE, .grade = STR("new") };
    ReturnRequest   in   = { .order    = orders[thread->n],
                             .location = STR("LON"),
                             .shipping = OPT_NONE,
                             .lines    = { &line, 1 } };
    Return          back = { .ref = STR_NONE };
    return returns_create(&ctx, &in, &back, err);
}

static void *run(void *arg)
{
    Thread *thread = arg;
    while (now_s() < deadline && thread->taken < UNITS) {
        Error err = { 0 };
        if (!db_write(db, give_back, thread, &err)) die("a return", err.message);
        thread->taken++;
        atomic_fetch_add(&done, 1);
    }
    return NULL;
}

static double measure(Thread *threads, double seconds)
{
    pthread_t ids[THREADS];
    double    begun = now_s();
    atomic_store(&done, 0);
    deadline = begun + seconds;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&ids[i], NULL, run, &threads[i]) != 0) die("threads", "cannot be made");
    for (int i = 0; i < THREADS; i++) (void)pthread_join(ids[i], NULL);
    return (double)atomic_load(&done) / (now_s() - begun);
}

/* --- bare --- */

static sqlite3_stmt *prepare(sqlite3 *lite, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(lite, sql, -1, &stmt, NULL) != SQLITE_OK) die(sql, sqlite3_errmsg(lite));
    return stmt;
}

static void step(sqlite3_stmt *stmt, const Id *ids, int count, int64_t number)
{
    for (int i = 0; i < count; i++)
        (void)sqlite3_bind_blob(stmt, i + 1, ids[i].bytes, ID_BYTES, SQLITE_STATIC);
    (void)sqlite3_bind_int64(stmt, count + 1, number);
    if (sqlite3_step(stmt) != SQLITE_DONE) die("bare loop", sqlite3_errmsg(sqlite3_db_handle(stmt)));
    (void)sqlite3_reset(stmt);
}

static double bare(const char *path, double seconds)
{
    static const char *const sqls[] = {
        "UPDATE receipt_series SET last = last + 1 WHERE merchant = 1 AND location = 'LON' AND kind "
        "= 'return' AND ?1 <> ?2",
        "INSERT INTO sale_return (merchant, id, order_id, location, number, ref, reason, currency, "
        "shipping, shipping_tax, "
        "net, tax, total, cash_rounding, made_at_ms) VALUES (1, ?1, ?2, 'LON', ?4, '', '', 'GBP', "
        "0, 0, 416, 83, 499, 1, ?4)",
        "INSERT INTO return_line (merchant, return_id, n, order_line, item, sku, qty, net, tax, "
        "total, disposition) "
        "VALUES (1, ?1, 1, 1, ?3, 'BENCH', 1000, 416, 83, 499, 'floor')",
        "UPDATE order_line SET returned = returned + 0 * ?4 WHERE merchant = 1 AND order_id = ?2 "
        "AND n = 1",
        "UPDATE payment SET refunded = refunded + 0 * ?4 WHERE merchant = 1 AND order_id = ?2 AND n "
        "= 1",
        "UPDATE stock_level SET floor = floor + 0 * ?4 WHERE merchant = 1 AND item = ?3 AND "
        "location = 'LON'",
        "INSERT INTO stock_move (merchant, item, at_ms, document_id, n, from_location, from_state, "
        "to_location, to_state, "
        "qty, lot, cause) VALUES (1, ?3, ?4, ?1, 1, '', 'customer', 'LON', 'floor', 1000, '', "
        "'return')",
        "INSERT INTO refund (merchant, return_id, n, id, order_id, payment_n, kind, state, amount, "
        "at_ms, next_ask_ms, "
        "account, reason) VALUES (1, ?1, 1, ?1, ?2, 1, 'cash', 'done', 500, ?4, 0, 'cash:LON', '')",
        "INSERT INTO ledger_entry VALUES (1, ?1, 1, 'sales', 'receivable', 416, 'GBP', 'return', "
        "?4, 'LON', NULL, NULL)",
        "INSERT INTO ledger_entry VALUES (1, ?1, 2, 'tax:VAT', 'receivable', 83, 'GBP', 'return', "
        "?4, 'LON', NULL, NULL)",
        "INSERT INTO ledger_entry VALUES (1, ?1, 3, 'receivable', 'cash:LON', 500, 'GBP', 'refund', "
        "?4, 'LON', NULL, NULL)",
        "INSERT INTO event VALUES (1, ?4, ?1, 'order.returned', ?2, ?4, "
        "'{\"id\":\"\",\"total\":499,\"currency\":\"GBP\"}')",
        "INSERT INTO audit_log VALUES (1, 9, ?4, ?4, ?2, 'order.returned', ?1, 'LON-R000001 499 "
        "GBP', zeroblob(32))",
    };
    sqlite3      *lite = NULL;
    sqlite3_stmt *stmts[COUNT(sqls)];
    int64_t       n = 0, number = 1LL << 40;
    if (sqlite3_open(path, &lite) != SQLITE_OK) die(path, "cannot be opened");
    (void)sqlite3_exec(
        lite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536",
        NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT(sqls); i++) stmts[i] = prepare(lite, sqls[i]);
    double begun = now_s();
    while (now_s() < begun + seconds) {
        (void)sqlite3_exec(lite, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int k = 0; k < GROUP; k++, n++) {
            Id ids[] = { env_new_id(&env), orders[n % THREADS], item };
            for (size_t i = 0; i < COUNT(sqls); i++) step(stmts[i], ids, 3, number);
            number++;
        }
        if (sqlite3_exec(lite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            die("bare loop", sqlite3_errmsg(lite));
    }
    double rate = (double)n / (now_s() - begun);
    for (size_t i = 0; i < COUNT(sqls); i++) (void)sqlite3_finalize(stmts[i]);
    (void)sqlite3_close(lite);
    return rate;
}

static void open_db(const char *path)
{
    char  url[1024];
    Error err = { 0 };
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    DbOptions options = { .url = str_from(url) };
    if (!db_open(&options, true, &db, &err)) die("database", err.message);
}

int main(int argc, char **argv)
{
    static Thread threads[THREADS];
    Error         err = { 0 };
    if (argc != 3) die("usage", "bench-returns DB-FILE SECONDS");
    double seconds = strtod(argv[2], NULL);
    env_init_real(&env);
    open_db(argv[1]);
    for (int i = 0; i < THREADS; i++) {
        void *bytes = malloc(ARENA_BYTES);
        if (!bytes) die("memory", "none");
        arena_init(&threads[i].arena, bytes, ARENA_BYTES);
        threads[i].n = i;
    }
    if (!db_write(db, make, &threads[0], &err)) die("the item", err.message);
    for (int i = 0; i < THREADS; i++)
        if (!db_write(db, sell, &threads[i], &err)) die("sales", err.message);
    double engine = measure(threads, seconds);
    db_close(db);
    printf("%.0f %.0f\n", bare(argv[1], seconds), engine);
    for (int i = 0; i < THREADS; i++) free(threads[i].arena.bytes);
    return 0;
}

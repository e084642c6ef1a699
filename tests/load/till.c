/* till.c — how fast a drawer's day is summed up: the Z report of a shift with 20,000 sales (each with two
 * rates of tax, a tender, an entry of the money ledger), beside a bare walk over the same rows in SQLite.
 * Usage: bench-till DB-FILE
 * Prints sales a second: the bare walk, X reports (the best of five), the Z report. */
#include "shop/ledger/ledger.h"
#include "shop/locations/locations.h"
#include "shop/tills/tills.h"
#include "third_party/sqlite/sqlite3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SALES = 20000, GROUP = 500, ROUNDS = 5, ARENA_BYTES = 8 << 20 };

static Env     env;
static Db     *db;
static Arena   arena;
static Id      shift;
static int64_t number;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-till: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static Ctx ctx_of(Tx *tx)
{
    arena.used = 0;
    return (Ctx){ .arena  = &arena,
                  .tx     = tx,
                  .db     = db,
                  .env    = &env,
                  .now_ms = env_now_ms(&env),
                  .who    = { .merchant = 1, .perms = PERMS_ALL } };
}

static bool make(Tx *tx, void *arg, Error *err)
{
    (void)arg;
    Ctx      ctx   = ctx_of(tx);
    Location place = { .code      = STR("LON"),
                       .name      = STR("London"),
                       .kind      = STR("store"),
                       .country   = STR("GB"),
                       .time_zone = STR("Europe/London"),
                       .tax_zone  = STR("GB"),
                       .active    = true };
    Drawer   desk  = { .location = STR("LON"), .code = STR("1"), .name = STR("Front"), .active = true },
           shown;
    SafeMoveInput bank = { STR("LON"), STR("from_bank"), STR("GBP"), 10000, STR("change") };
    SafeMove      moved;
    FloatInput    begin = { .currency = STR("GBP"), .amount = 10000, .from_safe = OPT_NONE };
    ShiftOpen     open  = { .location = STR("LON"), .drawer = STR("1"), .floats = { &begin, 1 } };
    Shift         made;
    bool          ok = locations_put(&ctx, &place, err) && drawers_change(&ctx, &desk, &shown, err)
           && safes_move(&ctx, &bank, &moved, err) && shifts_open(&ctx, &open, &made, err);
    if (ok) shift = made.id;
    return ok;
}

/* What a sale leaves at its shift, as flows/till.c notes it. */
static bool sell(Ctx *ctx, const TillShift *at, Error *err)
{
    Id         order    = ctx_new_id(ctx);
    TillTax    taxes[2] = { { STR("VAT 20%"), 200000, 1000, 200 }, { STR("VAT 5%"), 50000, 400, 20 } };
    TillSale   sale     = { .document  = order,
                            .number    = ++number,
                            .currency  = STR("GBP"),
                            .gross     = 1700,
                            .discount  = 80,
                            .net       = 1400,
                            .tax       = 220,
                            .taxes     = taxes,
                            .tax_count = 2 };
    TillTender paid     = { .id       = ctx_new_id(ctx),
                            .document = order,
                            .kind     = number % 2 ? STR("cash") : STR("card"),
                            .currency = STR("GBP"),
                            .amount   = 1620,
                            .coin     = STR("") };
    LedgerDoc  doc      = { order, STR("GBP"), 0, STR("LON") };
    LedgerSide to       = { number % 2 ? STR("cash:LON") : STR("clearing:psp"),
                      number % 2 ? at->id : (Id){ { 0 } } };
    return ledger_move(ctx, &doc, to, (LedgerSide){ .account = STR("sales") }, 1620, STR("tender"), err)
        && tills_note_sale(ctx, at, &sale, err) && tills_note_tender(ctx, at, &paid, err);
}

static bool sell_some(Tx *tx, void *arg, Error *err)
{
    (void)arg;
    Ctx       ctx = ctx_of(tx);
    TillShift at  = { .location = STR_NONE };
    bool      ok  = tills_shift(&ctx, STR("LON"), shift, true, &at, err);
    for (int i = 0; ok && i < GROUP; i++) ok = sell(&ctx, &at, err);
    return ok;
}

static double x_report(void)
{
    Error       err = { 0 };
    Tx         *tx  = NULL;
    ShiftReport out;
    double      begun = now_s();
    if (!db_read_begin(db, &tx, &err)) die("X report", err.message);
    Ctx ctx = ctx_of(tx);
    if (!shifts_report(&ctx, &(ById){ shift }, &out, &err)) die("X report", err.message);
    db_read_end(tx);
    if (out.sums.items[0].sales != SALES) die("X report", "not all sales are in it");
    return now_s() - begun;
}

static bool count(Tx *tx, void *arg, Error *err)
{
    (void)arg;
    Ctx        ctx  = ctx_of(tx);
    Counted    cash = { .currency = STR("GBP"), .amount = 10000 + 1620 * (SALES / 2) };
    ShiftCount in   = { shift, { &cash, 1 } };
    Shift      made;
    return shifts_count(&ctx, &in, &made, err);
}

static bool close_it(Tx *tx, void *arg, Error *err)
{
    Ctx        ctx = ctx_of(tx);
    ShiftClose in  = { .id = shift };
    return shifts_close(&ctx, &in, arg, err);
}

static double z_report(void)
{
    Error       err = { 0 };
    ShiftReport out;
    if (!db_write(db, count, NULL, &err)) die("count", err.message);
    double begun = now_s();
    if (!db_write(db, close_it, &out, &err)) die("Z report", err.message);
    double took = now_s() - begun;
    if (out.cash.items[0].over != 0 || out.number != 1) die("Z report", "it is wrong");
    return took;
}

/* Every row of the shift, once, summed up by the loop. */
static double bare(const char *path)
{
    static const char *const sqls[] = {
        "SELECT net, tax, gross, discount, tax_base, tax_amount FROM shift_sale WHERE merchant = 1 AND "
        "shift = ?1",
        "SELECT amount FROM shift_tender WHERE merchant = 1 AND shift = ?1",
        "SELECT amount FROM ledger_entry WHERE merchant = 1 AND debit_of = ?1",
        "SELECT amount FROM ledger_entry WHERE merchant = 1 AND credit_of = ?1",
    };
    sqlite3 *lite = NULL;
    int64_t  sum  = 0;
    double   best = 1e9;
    if (sqlite3_open(path, &lite) != SQLITE_OK) die(path, "cannot be opened");
    (void)sqlite3_exec(lite, "PRAGMA cache_size = -65536", NULL, NULL, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        double begun = now_s();
        for (size_t i = 0; i < COUNT(sqls); i++) {
            sqlite3_stmt *stmt = NULL;
            if (sqlite3_prepare_v2(lite, sqls[i], -1, &stmt, NULL) != SQLITE_OK)
                die(sqls[i], sqlite3_errmsg(lite));
            (void)sqlite3_bind_blob(stmt, 1, shift.bytes, ID_BYTES, SQLITE_STATIC);
            while (sqlite3_step(stmt) == SQLITE_ROW)
                for (int c = 0; c < sqlite3_column_count(stmt); c++) sum += sqlite3_column_int64(stmt, c);
            (void)sqlite3_finalize(stmt);
        }
        double took = now_s() - begun;
        if (took < best) best = took;
    }
    (void)sqlite3_close(lite);
    if (sum == 0) die("bare walk", "there is nothing");
    return best;
}

int main(int argc, char **argv)
{
    char   url[1024];
    Error  err  = { 0 };
    double best = 1e9;
    if (argc != 2) die("usage", "bench-till DB-FILE");
    void *bytes = malloc(ARENA_BYTES);
    if (!bytes) die("memory", "none");
    arena_init(&arena, bytes, ARENA_BYTES);
    env_init_real(&env);
    (void)snprintf(url, sizeof url, "sqlite:%s", argv[1]);
    DbOptions options = { .url = str_from(url) };
    if (!db_open(&options, true, &db, &err)) die("database", err.message);
    if (!db_write(db, make, NULL, &err)) die("shop", err.message);
    for (int i = 0; i < SALES / GROUP; i++)
        if (!db_write(db, sell_some, NULL, &err)) die("sales", err.message);
    double walk = bare(argv[1]);
    for (int round = 0; round < ROUNDS; round++) {
        double took = x_report();
        if (took < best) best = took;
    }
    double z = z_report();
    printf("%.0f %.0f %.0f\n", SALES / walk, SALES / best, SALES / z);
    db_close(db);
    free(bytes);
    return 0;
}

/* loyalty.c — how many sales a second get their points: the ledger of points beside a bare SQLite loop
 * that writes the same rows (a lot, its move, an entry of the money ledger, an event, the sums of the
 * account), 64 a commit. Usage: bench-loyalty DB-FILE SECONDS Prints accruals a second: the bare loop,
 * 1,000 members by 64 threads, one member by 64 threads. */
#include "shop/customers/customers.h"
#include "shop/loyalty/loyalty.h"
#include "third_party/sqlite/sqlite3.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 64, MEMBERS = 1000, ARENA_BYTES = 1 << 18, GROUP = 64 };

static Env          env;
static Db          *db;
static Id           members[MEMBERS];
static int          member_count = MEMBERS;
static double       deadline;
static atomic_llong done;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-loyalty: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct {
    Arena    arena;
    unsigned seed;
    int      step; /* of what is made first */
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

/* --- a programme and its members --- */

static bool make(Tx *tx, void *arg, Error *err)
{
    Thread          *thread = arg;
    Ctx              ctx    = ctx_of(thread, tx);
    bool             fresh  = false;
    LoyaltyProgramme shown, club = { .name            = STR("Club"),
                                     .currency        = STR("GBP"),
                                     .worth_amount    = 1,
                                     .worth_points    = 10,
                                     .pending_days    = 14,
                                     .expiry_days     = 730,
                                     .tier_days       = OPT_NONE,
                                     .grace_days      = OPT_NONE,
                                     .join_offer_days = OPT_NONE,
                                     .terms           = STR("I join.") };
    if (thread->step < 0) return loyalty_programme_change(&ctx, &club, &shown, err);
    Id *id = &members[thread->step];
    return customers_put(&ctx, &(CustomerInput){ .name = STR("Member") }, id, err)
        && loyalty_make(&ctx, *id, STR("api"), &fresh, err);
}

/* --- through the engine --- */

static bool accrue(Tx *tx, void *arg, Error *err)
{
    Thread   *thread = arg;
    Ctx       ctx    = ctx_of(thread, tx);
    Points    points;
    bool      found = false;
    Id        who   = members[rand_r(&thread->seed) % member_count];
    PointsNew fresh = { STR("order"), ctx_new_id(&ctx), 37, 14 };
    return points_open(&ctx, who, &points, &found, err) && points_earn(&points, &fresh, NULL, err)
        && points_close(&points, STR("LON"), 0, err);
}

static void *run(void *arg)
{
    Thread *thread = arg;
    while (now_s() < deadline) {
        Error err = { 0 };
        if (!db_write(db, accrue, thread, &err)) die("an accrual", err.message);
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
        "INSERT INTO loyalty_lot VALUES (1, ?1, ?2, 'order', ?3, 37, 37, 0, 0, 'pending', ?4, ?4, ?4)",
        "INSERT INTO loyalty_move VALUES (1, ?1, 1, ?2, ?3, 'earn', 37, ?1, ?4)",
        "INSERT INTO ledger_entry VALUES (1, ?1, 1, 'loyalty_cost', 'loyalty', 3, 'GBP', 'points', ?4, "
        "'LON', "
        "NULL, ?2)",
        "INSERT INTO event VALUES (1, ?4, ?1, 'loyalty.points', ?2, ?4, "
        "'{\"available\":1,\"pending\":2,\"owed\":0}')",
        "UPDATE loyalty_account SET pending = pending + 0 * ?4 WHERE merchant = 1 AND customer = ?2 "
        "AND ?1 <> ?3",
    };
    sqlite3      *lite = NULL;
    sqlite3_stmt *stmts[COUNT(sqls)];
    unsigned      seed = 7;
    int64_t       n = 0, tx = 1LL << 40;
    if (sqlite3_open(path, &lite) != SQLITE_OK) die(path, "cannot be opened");
    (void)sqlite3_exec(lite,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536",
                       NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT(sqls); i++) stmts[i] = prepare(lite, sqls[i]);
    double begun = now_s();
    while (now_s() < begun + seconds) {
        (void)sqlite3_exec(lite, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int k = 0; k < GROUP; k++, n++) {
            Id ids[] = { env_new_id(&env), members[rand_r(&seed) % MEMBERS], env_new_id(&env) };
            for (size_t i = 0; i < COUNT(sqls); i++) step(stmts[i], ids, 3, tx);
            tx++;
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
    if (argc != 3) die("usage", "bench-loyalty DB-FILE SECONDS");
    double seconds = strtod(argv[2], NULL);
    env_init_real(&env);
    open_db(argv[1]);
    for (int i = 0; i < THREADS; i++) {
        void *bytes = malloc(ARENA_BYTES);
        if (!bytes) die("memory", "none");
        arena_init(&threads[i].arena, bytes, ARENA_BYTES);
        threads[i].seed = (unsigned)i + 1;
    }
    for (int i = -1; i < MEMBERS; i++) {
        threads[0].step = i;
        if (!db_write(db, make, &threads[0], &err)) die("members", err.message);
    }
    double many  = measure(threads, seconds);
    member_count = 1;
    double one   = measure(threads, seconds);
    db_close(db);
    printf("%.0f %.0f %.0f\n", bare(argv[1], seconds), many, one);
    for (int i = 0; i < THREADS; i++) free(threads[i].arena.bytes);
    return 0;
}

/* kit.c — what tests of the engine share. See kit.h. */
#include "tests/kit.h"

#include "shop/identity/identity.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 8 << 20 };

int64_t     kit_now_ms = 1764000000000, kit_merchant = 1;
static int  passed, failed;
static char folder[64], url[512];

void check(bool ok, const char *name)
{
    if (ok) passed++;
    else failed++;
    printf("%s %s\n", ok ? "ok" : "not ok", name);
}

void check_ok(bool ok, const Error *err, const char *name)
{
    check(ok, name);
    if (!ok) printf("  %s %s: %s\n", err->def ? err->def->name : "?", err->field, err->message);
}

void check_refused(bool ok, const Error *err, const ErrDef *def, const char *name)
{
    check(!ok && err->def == def, name);
    if (ok) printf("  was not refused\n");
    else if (err->def != def) printf("  %s %s: %s\n", err->def ? err->def->name : "?", err->field,
                                       err->message);
}

int check_finish(const char *name)
{
    printf("%s: %d passed, %d failed\n", name, passed, failed);
    return failed != 0;
}

static int64_t stepped_now(Env *env)
{
    (void)env;
    return kit_now_ms;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void empty_postgres(const char *address)
{
    PGconn   *pg     = PQconnectdb(address);
    PGresult *result = PQexec(pg, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    if (PQresultStatus(result) != PGRES_COMMAND_OK) die("cannot empty the test database", PQerrorMessage(pg));
    PQclear(result);
    PQfinish(pg);
}

static bool first_merchant(Ctx *ctx, void *arg, Error *err)
{
    (void)arg;
    Merchant merchant = { STR("Test Shop"), STR("GBP"), STR("1 High Street"), STR("GB123") };
    return identity_put_merchant(ctx, &merchant, err)
        && identity_put_role(ctx, STR("manager"), STR("*"), err);
}

Db *kit_open(Env *env)
{
    const char *postgres = getenv("ONETILL_TEST_DB");
    Db         *db       = NULL;
    Error       err      = { 0 };
    env_init_real(env);
    env->now_ms = stepped_now;
    if (postgres) {
        empty_postgres(postgres);
        (void)snprintf(url, sizeof url, "%s", postgres);
    } else {
        (void)snprintf(folder, sizeof folder, "/tmp/onetill-test-XXXXXX");
        if (!mkdtemp(folder)) die("cannot make", folder);
        (void)snprintf(url, sizeof url, "sqlite:%s/test.db", folder);
    }
    DbOptions options = { .url = kit_url() };
    if (!db_open(&options, true, &db, &err)) die("cannot open the test database", err.message);
    if (!kit_write(db, env, first_merchant, NULL, &err)) die("cannot make the first merchant", err.message);
    return db;
}

void kit_close(Db *db)
{
    static const char *const names[] = { "test.db", "test.db-wal", "test.db-shm", "test.db-lock" };
    char                     path[128];
    db_close(db);
    for (size_t i = 0; folder[0] && i < COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    if (folder[0]) (void)rmdir(folder);
}

Str kit_url(void)
{
    return str_from(url);
}

typedef struct {
    Db     *db;
    Env    *env;
    KitStep step;
    void   *arg;
} Step;

static bool run_step(Tx *tx, void *arg, Error *err)
{
    static Arena arena;
    static void *bytes;
    Step        *step = arg;
    if (!bytes) bytes = malloc(ARENA_BYTES);
    if (!bytes) return err_memory(err);
    arena_init(&arena, bytes, ARENA_BYTES);
    Ctx ctx = { .arena = &arena, .tx = tx, .db = step->db, .env = step->env, .now_ms = kit_now_ms,
                .who = { .merchant = kit_merchant, .role = STR("manager"), .perms = PERMS_ALL } };
    return step->step(&ctx, step->arg, err);
}

bool kit_write(Db *db, Env *env, KitStep step, void *arg, Error *err)
{
    Step what = { db, env, step, arg };
    return db_write(db, run_step, &what, err);
}

bool kit_read(Db *db, Env *env, KitStep step, void *arg, Error *err)
{
    Tx  *tx   = NULL;
    Step what = { db, env, step, arg };
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = run_step(tx, &what, err);
    db_read_end(tx);
    return ok;
}

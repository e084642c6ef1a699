/* pg.c — the scale-out engine: PostgreSQL over libpq. Each command has its own transaction on a
 * connection from a pool of writer threads; serialisation failures and deadlocks run it again.
 * All values travel in binary, statements are prepared once per connection, on first use. */
#include "store/engine.h"
#include "store/migrate.h"

#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRIES_MAX = 5, PARAMS_MAX = 64 };

typedef struct {
    Tx        tx;
    PGconn   *pg;
    bool     *prepared; /* by query number */
    PGresult *result;   /* of the running statement */
    int       row;
    bool      taken, retry;
} Conn;

typedef struct {
    Conn           *writers, *readers;
    pthread_t      *threads;
    int             thread_count;
    pthread_mutex_t lock;
    pthread_cond_t  freed;
} Pool;

static bool pg_error(Conn *conn, const PGresult *result, const char *what, Error *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text  = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!state) return err_set(err, &ERR_DB_FAILED, "", "%s: the database did not answer", what);
    conn->retry = strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0;
    if (conn->retry) return err_set(err, &ERR_DB_BUSY, "", "%s: try again", what);
    if (strcmp(state, "23505") == 0) return err_set(err, &ERR_DB_CONFLICT, "", "already there (%s)", what);
    if (strcmp(state, "53100") == 0) return err_set(err, &ERR_DB_FULL, "", "the disk is full");
    if (strncmp(state, "08", 2) == 0 || strncmp(state, "57", 2) == 0)
        return err_set(err, &ERR_DB_FAILED, "", "%s: %s", what, text ? text : state);
    return err_set(err, &ERR_INTERNAL, "", "%s: %s", what, text ? text : state);
}

static bool pg_run(Conn *conn, const char *sql, Error *err)
{
    PGresult *result = PQexec(conn->pg, sql);
    bool      ok     = PQresultStatus(result) == PGRES_COMMAND_OK
                  || PQresultStatus(result) == PGRES_TUPLES_OK;
    if (!ok) pg_error(conn, result, "statement", err);
    PQclear(result);
    return ok;
}

static void silent(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static bool conn_open(Db *db, Conn *conn, int stream, Error *err)
{
    conn->tx       = (Tx){ .db = db, .stream = stream, .conn = conn };
    conn->pg       = PQconnectdb(db->path);
    conn->prepared = calloc(query_count + 1, sizeof *conn->prepared);
    if (!conn->prepared) return err_memory(err);
    PQsetNoticeProcessor(conn->pg, silent, NULL);
    if (PQstatus(conn->pg) != CONNECTION_OK)
        return err_set(err, &ERR_DB_FAILED, "db", "cannot connect: %.120s", PQerrorMessage(conn->pg));
    return pg_run(conn, "SET client_min_messages = warning", err);
}

/* A lost connection is made anew before the next transaction; its statements are gone with it. */
static void conn_mend(Conn *conn)
{
    if (PQstatus(conn->pg) == CONNECTION_OK) return;
    PQreset(conn->pg);
    memset(conn->prepared, 0, query_count * sizeof *conn->prepared);
}

static void conn_close(Conn *conn)
{
    PQfinish(conn->pg);
    free(conn->prepared);
}

static void pause_ms(int ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000L };
    (void)nanosleep(&time, NULL);
}

/* One command in one transaction; again when the database asks for it. */
static bool run_command(Conn *conn, DbCommand *command, Error *err)
{
    for (int attempt = 0; attempt <= RETRIES_MAX; attempt++) {
        Error undo;
        if (attempt > 0) pause_ms((1 << attempt) + conn->tx.stream);
        conn_mend(conn);
        conn->retry = false;
        if (!pg_run(conn, "BEGIN", err)) continue;
        if (command->run(&conn->tx, command->arg, err)) {
            if (pg_run(conn, "COMMIT", err)) return true;
        } else {
            (void)pg_run(conn, "ROLLBACK", &undo);
        }
        if (!conn->retry) return false;
    }
    return false;
}

static void *writer_thread(void *arg)
{
    Conn      *conn = arg;
    DbCommand *command;
    while (queue_take(conn->tx.db, &command, 1) > 0) {
        Error err = { 0 };
        bool  ok  = run_command(conn, command, &err);
        command->done(command->arg, ok, &err);
    }
    return NULL;
}

static void pool_close(Db *db)
{
    Pool *pool = db->inside;
    if (!pool) return;
    for (int i = 0; i < pool->thread_count; i++) pthread_join(pool->threads[i], NULL);
    for (int i = 0; pool->writers && i < db->options.writers; i++) conn_close(&pool->writers[i]);
    for (int i = 0; pool->readers && i < db->options.readers; i++) conn_close(&pool->readers[i]);
    pthread_cond_destroy(&pool->freed);
    pthread_mutex_destroy(&pool->lock);
    free(pool->writers);
    free(pool->readers);
    free(pool->threads);
    free(pool);
    db->inside = NULL;
}

static bool pool_open(Db *db, Error *err)
{
    Pool *pool = calloc(1, sizeof *pool);
    if (!pool) return err_memory(err);
    db->inside    = pool;
    pool->writers = calloc((size_t)db->options.writers + 1, sizeof *pool->writers);
    pool->readers = calloc((size_t)db->options.readers, sizeof *pool->readers);
    pool->threads = calloc((size_t)db->options.writers + 1, sizeof *pool->threads);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->freed, NULL);
    bool ok = (pool->writers && pool->readers && pool->threads) || err_memory(err);
    for (int i = 0; ok && i < db->options.readers; i++) ok = conn_open(db, &pool->readers[i], 0, err);
    for (int i = 0; ok && i < db->options.writers; i++) {
        ok = conn_open(db, &pool->writers[i], i + 1, err);
        if (ok && pthread_create(&pool->threads[i], NULL, writer_thread, &pool->writers[i]) == 0)
            pool->thread_count++;
    }
    if (!ok) {
        pthread_mutex_lock(&db->lock);
        db->stopping = true;
        pthread_cond_broadcast(&db->wake);
        pthread_mutex_unlock(&db->lock);
        pool_close(db);
    }
    return ok;
}

static bool pg_read_begin(Db *db, Tx **out, Error *err)
{
    Pool *pool = db->inside;
    Conn *conn = NULL;
    pthread_mutex_lock(&pool->lock);
    while (!conn) {
        for (int i = 0; i < db->options.readers && !conn; i++)
            if (!pool->readers[i].taken) conn = &pool->readers[i];
        if (!conn) pthread_cond_wait(&pool->freed, &pool->lock);
    }
    conn->taken = true;
    pthread_mutex_unlock(&pool->lock);
    conn_mend(conn);
    *out = &conn->tx;
    if (pg_run(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err)) return true;
    db_read_end(&conn->tx);
    return false;
}

static void pg_read_end(Tx *tx)
{
    Pool *pool = tx->db->inside;
    Conn *conn = tx->conn;
    Error ignored;
    (void)pg_run(conn, "COMMIT", &ignored);
    pthread_mutex_lock(&pool->lock);
    conn->taken = false;
    pthread_cond_signal(&pool->freed);
    pthread_mutex_unlock(&pool->lock);
}

static Oid type_oid(ColType type)
{
    switch (type) {
    case COL_I64:
    case COL_BOOL: return 20; /* int8 */
    case COL_TEXT: return 25; /* text */
    case COL_BLOB:
    case COL_ID: return 17; /* bytea */
    }
    UNREACHABLE();
}

static bool pg_prepare(Tx *tx, const Query *query, Error *err)
{
    Conn *conn = tx->conn;
    Oid   types[PARAMS_MAX];
    assert(query->param_count <= PARAMS_MAX);
    if (!query->pg || conn->prepared[query->number]) return true;
    for (size_t i = 0; i < query->param_count; i++) types[i] = type_oid(query->params[i].type);
    PGresult *result = PQprepare(conn->pg, query->name, query->pg, (int)query->param_count, types);
    bool      ok     = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!ok) pg_error(conn, result, query->name, err);
    PQclear(result);
    conn->prepared[query->number] = ok;
    return ok;
}

static bool pg_start(Tx *tx, const Query *query, const void *params, Error *err)
{
    static const Id none = { { 0 } };
    Conn           *conn = tx->conn;
    const char     *values[PARAMS_MAX];
    int             lengths[PARAMS_MAX], formats[PARAMS_MAX];
    uint64_t        numbers[PARAMS_MAX];
    if (!pg_prepare(tx, query, err)) return false;
    for (size_t i = 0; i < query->param_count; i++) {
        const char *at = (const char *)params + query->params[i].offset;
        formats[i]     = 1;
        switch (query->params[i].type) {
        case COL_I64:
        case COL_BOOL:
            numbers[i] = htobe64(query->params[i].type == COL_BOOL ? *(const bool *)at
                                                                 : *(const uint64_t *)at);
            values[i]  = (const char *)&numbers[i];
            lengths[i] = 8;
            break;
        case COL_TEXT:
        case COL_BLOB:
            values[i]  = ((const Str *)at)->ptr;
            lengths[i] = (int)((const Str *)at)->len;
            break;
        case COL_ID:
            values[i]  = memcmp(at, &none, ID_BYTES) == 0 ? NULL : at;
            lengths[i] = ID_BYTES;
            break;
        }
    }
    conn->result = PQexecPrepared(conn->pg, query->name, (int)query->param_count, values, lengths,
                                  formats, 1);
    conn->row    = 0;
    ExecStatusType status = PQresultStatus(conn->result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return true;
    pg_error(conn, conn->result, query->name, err);
    PQclear(conn->result);
    conn->result = NULL;
    return false;
}

static bool read_column(const PGresult *result, int row, int at, ColType type, Arena *arena, void *out)
{
    const char *bytes = PQgetvalue(result, row, at);
    size_t      len   = (size_t)PQgetlength(result, row, at);
    bool        null  = PQgetisnull(result, row, at) != 0;
    uint64_t    number = 0;
    Str         text   = null ? STR_NONE : (Str){ bytes, len };
    switch (type) {
    case COL_I64:
    case COL_BOOL:
        if (len == sizeof number) memcpy(&number, bytes, len);
        if (type == COL_BOOL) *(bool *)out = number != 0;
        else *(int64_t *)out = (int64_t)be64toh(number);
        return true;
    case COL_TEXT:
    case COL_BLOB:
        *(Str *)out = arena && !null ? str_dup(arena, text) : text;
        return null || ((Str *)out)->ptr != NULL;
    case COL_ID:
        memset(out, 0, ID_BYTES);
        if (len == ID_BYTES) memcpy(out, bytes, ID_BYTES);
        return true;
    }
    UNREACHABLE();
}

static bool pg_next(Tx *tx, const Query *query, Arena *arena, void *row, bool *more, Error *err)
{
    Conn *conn = tx->conn;
    *more      = conn->row < PQntuples(conn->result);
    for (size_t i = 0; *more && i < query->column_count; i++) {
        void *out = (char *)row + query->columns[i].offset;
        if (!read_column(conn->result, conn->row, (int)i, query->columns[i].type, arena, out))
            return err_memory(err);
    }
    conn->row++;
    return true;
}

static void pg_finish(Tx *tx, const Query *query)
{
    Conn *conn = tx->conn;
    (void)query;
    PQclear(conn->result);
    conn->result = NULL;
}

static int64_t pg_changed(Tx *tx, const Query *query)
{
    int64_t changed = 0;
    (void)query;
    return str_to_i64(str_from(PQcmdTuples(((Conn *)tx->conn)->result)), &changed) ? changed : 0;
}

typedef struct {
    const char *sql, *name;
    int64_t     version;
} Script;

static bool script_run(Tx *tx, void *arg, Error *err)
{
    const Script *script = arg;
    char          note[256];
    (void)snprintf(note, sizeof note, "INSERT INTO schema_version VALUES (%lld, '%s')",
                   (long long)script->version, script->name);
    return pg_run(tx->conn, script->sql, err) && pg_run(tx->conn, note, err);
}

static bool pg_script(Db *db, const char *sql, int64_t version, const char *name, Error *err)
{
    Script script = { sql, name, version };
    return db_write(db, script_run, &script, err);
}

static bool version_run(Tx *tx, void *arg, Error *err)
{
    Conn *conn = tx->conn;
    if (!pg_run(conn, "SELECT pg_advisory_xact_lock(7251);"
                      "CREATE TABLE IF NOT EXISTS schema_version ("
                       "version BIGINT PRIMARY KEY, name TEXT)", err))
        return false;
    PGresult *result = PQexec(conn->pg, "SELECT coalesce(max(version), 0) FROM schema_version");
    bool      ok     = PQresultStatus(result) == PGRES_TUPLES_OK
           && str_to_i64(str_from(PQgetvalue(result, 0, 0)), arg);
    if (!ok) pg_error(conn, result, "schema_version", err);
    PQclear(result);
    return ok;
}

static bool pg_version(Db *db, int64_t *out, Error *err)
{
    return db_write(db, version_run, out, err);
}

const Engine engine_pg = {
    .open = pool_open, .close = pool_close, .read_begin = pg_read_begin, .read_end = pg_read_end,
    .start = pg_start, .next = pg_next, .finish = pg_finish, .changed = pg_changed,
    .script = pg_script, .version = pg_version, .prepare = pg_prepare,
};

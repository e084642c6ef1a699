/* sqlite.c — the embedded engine: one writer thread with group commit, readers of their own.
 * Each command runs in a savepoint; one COMMIT (one fsync) for all that waited; nobody is answered
 * before it. Checkpoints run on the writer's connection only: SQLite before 3.51.3 could corrupt a
 * WAL database when two connections wrote or checkpointed at once, and one owner is simpler anyway. */
#include "store/engine.h"
#include "store/migrate.h"
#include "third_party/sqlite/sqlite3.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* 10 MiB of log. A checkpoint stops the writer for as long as the disk takes: some 13 ms for so much, 40 ms
 * for 8,000 pages; with fewer than 2,000, pages that change again and again are written too often. */
enum { CHECKPOINT_PAGES = 2500 };

/* What is said around every transaction, prepared once. */
typedef enum { SAY_BEGIN, SAY_COMMIT, SAY_SAVEPOINT, SAY_RELEASE, SAYINGS } Saying;

static const char *const sayings[SAYINGS] = { "BEGIN", "COMMIT", "SAVEPOINT c", "RELEASE c" };

typedef struct {
    Tx             tx;
    sqlite3       *db;
    sqlite3_stmt **statements; /* by query number */
    sqlite3_stmt  *said[SAYINGS];
    bool           reads;
    bool           taken;
    bool           begun; /* a reader: its transaction has begun, with its first statement */
} Conn;

typedef struct {
    Conn            writer;
    Conn           *readers;
    pthread_mutex_t lock; /* guards `taken` of the readers */
    pthread_cond_t  freed;
    pthread_t       thread;
    bool            running;
    int             lock_file;
    int             log_pages;
} Lite;

static bool lite_error(sqlite3 *db, int code, const char *what, Error *err)
{
    switch (code & 0xFF) {
    case SQLITE_FULL: return err_set(err, &ERR_DB_FULL, "", "the disk is full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return err_set(err, &ERR_DB_BUSY, "", "the database is busy");
    case SQLITE_CONSTRAINT:
        code = sqlite3_extended_errcode(db);
        if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE)
            return err_set(err, &ERR_DB_CONFLICT, "", "already there (%s)", what);
        return err_set(err, &ERR_INTERNAL, "", "constraint in %s: %s", what, sqlite3_errmsg(db));
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE: return err_set(err, &ERR_INTERNAL, "", "%s: %s", what, sqlite3_errmsg(db));
    default: return err_set(err, &ERR_DB_FAILED, "", "%s: %s", what, sqlite3_errstr(code));
    }
}

static bool lite_run(sqlite3 *db, const char *sql, Error *err)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || lite_error(db, code, "statement", err);
}

static bool say(Conn *conn, Saying what, Error *err)
{
    sqlite3_stmt **statement = &conn->said[what];
    int            code      = SQLITE_OK;
    if (!*statement)
        code = sqlite3_prepare_v3(conn->db, sayings[what], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (code == SQLITE_OK) {
        (void)sqlite3_step(*statement);
        code = sqlite3_reset(*statement); /* says what the step said */
    }
    return code == SQLITE_OK || lite_error(conn->db, code, sayings[what], err);
}

static bool conn_open(Db *db, Conn *conn, bool writer, Error *err)
{
    int flags = db->options.read_only ? SQLITE_OPEN_READONLY
              : writer                ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                      : SQLITE_OPEN_READWRITE;
    conn->tx    = (Tx){ .db = db, .conn = conn };
    conn->reads = !writer;
    int code  = sqlite3_open_v2(db->path, &conn->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return lite_error(conn->db, code, "open", err);
    sqlite3_extended_result_codes(conn->db, 0);
    sqlite3_busy_timeout(conn->db, 5000);
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* Otherwise every statement with `LIMIT ?` would be prepared anew each time it is bound. */
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    conn->statements = calloc(query_count + 1, sizeof *conn->statements);
    if (!conn->statements) return err_memory(err);
    if (db->options.read_only) {
        sqlite3_db_config(conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* the server's work */
        return lite_run(conn->db, "PRAGMA query_only=ON; PRAGMA cell_size_check=ON;", err);
    }
    return lite_run(conn->db,
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA wal_autocheckpoint=0; PRAGMA cell_size_check=ON;",
                    err)
        && lite_run(conn->db, writer ? "PRAGMA cache_size=-16384"
                                     : "PRAGMA query_only=ON; PRAGMA cache_size=-4096", err);
}

static void conn_close(Conn *conn)
{
    for (size_t i = 0; conn->statements && i < query_count; i++) sqlite3_finalize(conn->statements[i]);
    for (size_t i = 0; i < SAYINGS; i++) sqlite3_finalize(conn->said[i]);
    free(conn->statements);
    sqlite3_close(conn->db);
}

static int wal_grown(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((Lite *)arg)->log_pages = pages;
    return SQLITE_OK;
}

/* Runs one command in its savepoint; *group_lost when SQLite undid the whole transaction by itself. */
static bool run_command(Conn *writer, DbCommand *command, Error *err, bool *group_lost)
{
    Error undo;
    if (!say(writer, SAY_SAVEPOINT, err)) {
        *group_lost = sqlite3_get_autocommit(writer->db) != 0;
        return false;
    }
    bool ok     = command->run(&writer->tx, command->arg, err);
    *group_lost = sqlite3_get_autocommit(writer->db) != 0;
    if (*group_lost) return false;
    if (ok) return say(writer, SAY_RELEASE, err);
    *group_lost = !lite_run(writer->db, "ROLLBACK TO c; RELEASE c", &undo);
    return false;
}

/* All that waited, in one commit. */
static void run_group(Lite *lite, DbCommand **group, int count)
{
    static _Thread_local Error errors[GROUP_STANDARD];
    bool  ok[GROUP_STANDARD] = { false };
    bool  lost               = false;
    Error why                = { 0 };
    Conn *writer             = &lite->writer;
    writer->tx.touched       = false;
    bool  begun              = lite_run(writer->db, "BEGIN IMMEDIATE", &why);
    for (int i = 0; i < count && begun && !lost; i++) {
        ok[i] = run_command(writer, group[i], &errors[i], &lost);
        if (lost) why = errors[i];
    }
    bool touched = writer->tx.touched;
    if (touched) atomic_fetch_add(&writer->tx.db->version, 1); /* now it is odd */
    bool kept = begun && !lost && lite_run(writer->db, "COMMIT", &why);
    if (!kept && sqlite3_get_autocommit(writer->db) == 0)
        (void)sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
    if (touched) atomic_fetch_add(&writer->tx.db->version, 1);
    if (!kept && !why.def) err_set(&why, &ERR_DB_FAILED, "", "the transaction was undone");
    for (int i = 0; i < count; i++) {
        bool refused = !ok[i] && errors[i].def != NULL;
        group[i]->done(group[i]->arg, kept && ok[i], kept || refused ? &errors[i] : &why);
        errors[i].def = NULL;
    }
    if (lite->log_pages > CHECKPOINT_PAGES)
        (void)sqlite3_wal_checkpoint_v2(writer->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
}

static void *writer_thread(void *arg)
{
    Db        *db   = arg;
    Lite      *lite = db->inside;
    DbCommand *group[GROUP_STANDARD];
    for (int count; (count = queue_take(db, group, db->options.group_max)) > 0;)
        run_group(lite, group, count);
    return NULL;
}

bool lite_lock(const char *path, int *file, Error *err)
{
    char name[sizeof ((Db *)NULL)->path + 8];
    (void)snprintf(name, sizeof name, "%s-lock", path);
    *file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*file < 0) return err_set(err, &ERR_DB_FAILED, "db", "cannot open %.100s", name);
    if (flock(*file, LOCK_EX | LOCK_NB) == 0) return true;
    return err_set(err, &ERR_DB_IN_USE, "db", "%.120s: stop the other, or name another database", path);
}

static void lite_close(Db *db)
{
    Lite *lite = db->inside;
    if (!lite) return;
    if (lite->running) pthread_join(lite->thread, NULL);
    for (int i = 0; lite->readers && i < db->options.readers; i++) conn_close(&lite->readers[i]);
    if (lite->writer.db)
        (void)sqlite3_wal_checkpoint_v2(lite->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    conn_close(&lite->writer);
    if (lite->lock_file >= 0) close(lite->lock_file);
    pthread_cond_destroy(&lite->freed);
    pthread_mutex_destroy(&lite->lock);
    free(lite->readers);
    free(lite);
    db->inside = NULL;
}

static bool lite_open(Db *db, Error *err)
{
    Lite *lite = calloc(1, sizeof *lite);
    if (!lite) return err_memory(err);
    db->inside      = lite;
    lite->lock_file = -1;
    lite->readers   = calloc((size_t)db->options.readers, sizeof *lite->readers);
    pthread_mutex_init(&lite->lock, NULL);
    pthread_cond_init(&lite->freed, NULL);
    bool writes = !db->options.read_only;
    bool ok     = lite->readers != NULL || err_memory(err);
    if (ok && writes) ok = lite_lock(db->path, &lite->lock_file, err)
        && conn_open(db, &lite->writer, true, err);
    for (int i = 0; ok && i < db->options.readers; i++) ok = conn_open(db, &lite->readers[i], false, err);
    if (ok && writes) {
        sqlite3_wal_hook(lite->writer.db, wal_grown, lite);
        ok = pthread_create(&lite->thread, NULL, writer_thread, db) == 0
          || err_set(err, &ERR_CONFIG, "", "cannot make a thread");
        lite->running = ok;
    }
    if (!ok) lite_close(db);
    return ok;
}

static bool lite_read_begin(Db *db, Tx **out, Error *err)
{
    Lite *lite = db->inside;
    Conn *conn = NULL;
    pthread_mutex_lock(&lite->lock);
    while (!conn) {
        for (int i = 0; i < db->options.readers && !conn; i++)
            if (!lite->readers[i].taken) conn = &lite->readers[i];
        if (!conn) pthread_cond_wait(&lite->freed, &lite->lock);
    }
    conn->taken = true;
    pthread_mutex_unlock(&lite->lock);
    *out = &conn->tx; /* SQLite takes the snapshot at the first statement anyway: see lite_start */
    return true;
}

static void lite_read_end(Tx *tx)
{
    Error ignored;
    Lite *lite = tx->db->inside;
    Conn *conn = tx->conn;
    if (conn->begun) (void)say(conn, SAY_COMMIT, &ignored);
    conn->begun = false;
    pthread_mutex_lock(&lite->lock);
    conn->taken = false;
    pthread_cond_signal(&lite->freed);
    pthread_mutex_unlock(&lite->lock);
}

static bool lite_prepare(Tx *tx, const Query *query, Error *err)
{
    Conn *conn = tx->conn;
    if (!query->sqlite || conn->statements[query->number]) return true;
    int code = sqlite3_prepare_v3(conn->db, query->sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                                  &conn->statements[query->number], NULL);
    if (code != SQLITE_OK) return lite_error(conn->db, code, query->name, err);
    int columns = sqlite3_column_count(conn->statements[query->number]);
    if (columns == (int)query->column_count) return true;
    return err_set(err, &ERR_INTERNAL, "", "%s returns %d columns", query->name, columns);
}

static int bind(sqlite3_stmt *statement, int at, ColType type, const void *value)
{
    static const Id none = { { 0 } };
    const Str      *text = value;
    switch (type) {
    case COL_I64: return sqlite3_bind_int64(statement, at, *(const int64_t *)value);
    case COL_BOOL: return sqlite3_bind_int(statement, at, *(const bool *)value);
    case COL_TEXT: return sqlite3_bind_text64(statement, at, text->ptr, text->len, SQLITE_STATIC,
                                               SQLITE_UTF8);
    case COL_BLOB: return sqlite3_bind_blob64(statement, at, text->ptr, text->len, SQLITE_STATIC);
    case COL_ID:
        if (memcmp(value, &none, ID_BYTES) == 0) return sqlite3_bind_null(statement, at);
        return sqlite3_bind_blob(statement, at, value, ID_BYTES, SQLITE_STATIC);
    }
    UNREACHABLE();
}

static bool lite_start(Tx *tx, const Query *query, const void *params, Error *err)
{
    Conn *conn = tx->conn;
    if (!lite_prepare(tx, query, err)) return false;
    if (conn->reads && !conn->begun && !(conn->begun = say(conn, SAY_BEGIN, err))) return false;
    sqlite3_stmt *statement = conn->statements[query->number];
    for (size_t i = 0; i < query->param_count; i++) {
        int code = bind(statement, (int)i + 1, query->params[i].type,
                        (const char *)params + query->params[i].offset);
        if (code != SQLITE_OK) return lite_error(conn->db, code, query->name, err);
    }
    return true;
}

static bool read_text(sqlite3_stmt *statement, int at, ColType type, Arena *arena, Str *out)
{
    const char *bytes = type == COL_TEXT ? (const char *)sqlite3_column_text(statement, at)
                                         : sqlite3_column_blob(statement, at);
    Str text = { bytes, (size_t)sqlite3_column_bytes(statement, at) };
    bool null = sqlite3_column_type(statement, at) == SQLITE_NULL;
    if (!null && !text.ptr) text = STR(""); /* an empty blob */
    *out = arena && !null ? str_dup(arena, text) : text;
    return null || out->ptr != NULL;
}

static bool read_column(sqlite3_stmt *statement, int at, ColType type, Arena *arena, void *out)
{
    switch (type) {
    case COL_I64: *(int64_t *)out = sqlite3_column_int64(statement, at); return true;
    case COL_BOOL: *(bool *)out = sqlite3_column_int(statement, at) != 0; return true;
    case COL_TEXT:
    case COL_BLOB: return read_text(statement, at, type, arena, out);
    case COL_ID:
        memset(out, 0, ID_BYTES);
        if (sqlite3_column_bytes(statement, at) == ID_BYTES)
            memcpy(out, sqlite3_column_blob(statement, at), ID_BYTES);
        return true;
    }
    UNREACHABLE();
}

static bool lite_next(Tx *tx, const Query *query, Arena *arena, void *row, bool *more, Error *err)
{
    Conn         *conn      = tx->conn;
    sqlite3_stmt *statement = conn->statements[query->number];
    int           code      = sqlite3_step(statement);
    *more                   = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE) return lite_error(conn->db, code, query->name, err);
    for (size_t i = 0; *more && i < query->column_count; i++) {
        void *out = (char *)row + query->columns[i].offset;
        if (!read_column(statement, (int)i, query->columns[i].type, arena, out)) return err_memory(err);
    }
    return true;
}

static void lite_finish(Tx *tx, const Query *query)
{
    sqlite3_stmt *statement = ((Conn *)tx->conn)->statements[query->number];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static int64_t lite_changed(Tx *tx, const Query *query)
{
    (void)query;
    return sqlite3_changes64(((Conn *)tx->conn)->db);
}

typedef struct {
    const char *sql, *name;
    int64_t     version;
} Script;

static bool script_run(Tx *tx, void *arg, Error *err)
{
    const Script *script = arg;
    sqlite3      *db     = ((Conn *)tx->conn)->db;
    char         *sql    = migrate_for_sqlite(script->sql);
    if (!sql) return err_memory(err);
    char *note = sqlite3_mprintf("INSERT INTO schema_version VALUES (%lld, %Q)", (long long)script->version,
                                 script->name);
    bool ok = note && lite_run(db, sql, err) && lite_run(db, note, err);
    sqlite3_free(note);
    free(sql);
    return ok;
}

static bool lite_script(Db *db, const char *sql, int64_t version, const char *name, Error *err)
{
    Script script = { sql, name, version };
    return db_write(db, script_run, &script, err);
}

static bool version_run(Tx *tx, void *arg, Error *err)
{
    sqlite3      *db        = ((Conn *)tx->conn)->db;
    sqlite3_stmt *statement = NULL;
    if (!lite_run(db, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
                      " name TEXT)", err))
        return false;
    int code = sqlite3_prepare_v2(db, "SELECT coalesce(max(version), 0) FROM schema_version",
                                  -1, &statement, NULL);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *(int64_t *)arg = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_OK || lite_error(db, code, "schema_version", err);
}

static bool lite_version(Db *db, int64_t *out, Error *err)
{
    return db_write(db, version_run, out, err);
}

const Engine engine_sqlite = {
    .open = lite_open, .close = lite_close, .read_begin = lite_read_begin, .read_end = lite_read_end,
    .start = lite_start, .next = lite_next, .finish = lite_finish, .changed = lite_changed,
    .script = lite_script, .version = lite_version, .prepare = lite_prepare,
};

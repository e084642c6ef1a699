/* db.c — opens the right engine, queues commands, reads rows. See db.h. */
#include "store/engine.h"
#include "store/migrate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool db_open(const DbOptions *options, bool do_migrate, Db **out, Error *err)
{
    Db *db = calloc(1, sizeof *db);
    if (!db) return err_memory(err);
    bool pg     = str_starts(options->url, STR("postgres:")) || str_starts(options->url, STR("postgresql:"));
    Str  path   = options->url;
    if (str_starts(path, STR("sqlite:"))) path = str_slice(path, 7, path.len);
    if (path.len == 0 || path.len >= sizeof db->path) {
        free(db);
        return err_set(err, &ERR_CONFIG, "db", "the database address is empty or too long");
    }
    memcpy(db->path, path.ptr, path.len);
    db->engine  = pg ? &engine_pg : &engine_sqlite;
    db->kind    = pg ? DB_PG : DB_SQLITE;
    db->options = *options;
    if (db->options.readers <= 0) db->options.readers = READERS_STANDARD;
    if (db->options.writers <= 0) db->options.writers = PG_WRITERS_STANDARD;
    if (db->options.read_only) db->options.writers = 0;
    if (db->options.group_max <= 0 || db->options.group_max > GROUP_STANDARD)
        db->options.group_max = GROUP_STANDARD;
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->wake, NULL);
    if (!db->engine->open(db, err)) {
        free(db);
        return false;
    }
    if (do_migrate && !options->read_only && !migrate(db, err)) {
        db_close(db);
        return false;
    }
    *out = db;
    return true;
}

void db_close(Db *db)
{
    pthread_mutex_lock(&db->lock);
    db->stopping = true;
    pthread_cond_broadcast(&db->wake);
    pthread_mutex_unlock(&db->lock);
    db->engine->close(db);
    pthread_cond_destroy(&db->wake);
    pthread_mutex_destroy(&db->lock);
    free(db);
}

DbEngine db_engine(const Db *db)
{
    return db->kind;
}

bool db_reads_only(const Db *db)
{
    return db->options.read_only;
}

bool db_submit(Db *db, DbCommand *command, Error *err)
{
    assert(command->run != NULL);
    assert(command->done != NULL);
    if (db->options.read_only) return err_set(err, &ERR_CONFIG, "db", "the database was opened to read only");
    command->next = NULL;
    pthread_mutex_lock(&db->lock);
    bool room = db->waiting < QUEUE_MAX && !db->stopping;
    if (room) {
        if (db->last) db->last->next = command;
        else db->first = command;
        db->last = command;
        if (db->waiting++ == 0 || db->kind == DB_PG) pthread_cond_signal(&db->wake);
    }
    pthread_mutex_unlock(&db->lock);
    return room || err_set(err, &ERR_OVERLOADED, "", "too many commands wait for the database");
}

int queue_take(Db *db, DbCommand **out, int max)
{
    int taken = 0;
    pthread_mutex_lock(&db->lock);
    while (!db->first && !db->stopping) pthread_cond_wait(&db->wake, &db->lock);
    while (db->first && taken < max) {
        out[taken++] = db->first;
        db->first    = db->first->next;
    }
    if (!db->first) db->last = NULL;
    db->waiting -= taken;
    pthread_mutex_unlock(&db->lock);
    return taken;
}

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t  wake;
    bool            finished, ok;
    Error          *err;
    bool (*run)(Tx *tx, void *arg, Error *err);
    void *arg;
} Waiter;

static bool waiter_run(Tx *tx, void *arg, Error *err)
{
    Waiter *waiter = arg;
    return waiter->run(tx, waiter->arg, err);
}

static void waiter_done(void *arg, bool ok, const Error *err)
{
    Waiter *waiter = arg;
    pthread_mutex_lock(&waiter->lock);
    waiter->finished = true;
    waiter->ok       = ok;
    if (!ok) *waiter->err = *err;
    pthread_cond_signal(&waiter->wake);
    pthread_mutex_unlock(&waiter->lock);
}

bool db_write(Db *db, bool (*run)(Tx *tx, void *arg, Error *err), void *arg, Error *err)
{
    Waiter    waiter  = { .run = run, .arg = arg, .err = err };
    DbCommand command = { .run = waiter_run, .done = waiter_done, .arg = &waiter };
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.wake, NULL);
    bool sent = db_submit(db, &command, err);
    if (sent) {
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.finished) pthread_cond_wait(&waiter.wake, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
    }
    pthread_cond_destroy(&waiter.wake);
    pthread_mutex_destroy(&waiter.lock);
    return sent && waiter.ok;
}

bool db_read_begin(Db *db, Tx **out, Error *err)
{
    return db->engine->read_begin(db, out, err);
}

void db_read_end(Tx *tx)
{
    tx->db->engine->read_end(tx);
}

DbEngine tx_engine(const Tx *tx)
{
    return tx->db->kind;
}

void db_touch(Tx *tx)
{
    tx->touched = true;
}

bool tx_touched(const Tx *tx)
{
    return tx->touched;
}

bool db_is_changing(uint64_t version)
{
    return version & 1;
}

uint64_t db_version(const Db *db)
{
    return atomic_load(&db->version);
}

int tx_stream(const Tx *tx)
{
    return tx->stream;
}

bool db_exec(Tx *tx, const Query *query, const void *params, int64_t *changed, Error *err)
{
    const Engine *engine = tx->db->engine;
    bool          more   = false;
    assert(query->column_count == 0);
    if (!engine->start(tx, query, params, err)) return false;
    bool ok = engine->next(tx, query, NULL, NULL, &more, err);
    if (ok && changed) *changed = engine->changed(tx, query);
    engine->finish(tx, query);
    return ok;
}

bool db_one(Tx *tx, Arena *arena, const Query *query, const void *params, void *row, bool *found, Error *err)
{
    const Engine *engine = tx->db->engine;
    assert(query->column_count > 0);
    if (!engine->start(tx, query, params, err)) return false;
    bool ok = engine->next(tx, query, arena, row, found, err);
    engine->finish(tx, query);
    return ok;
}

bool db_all(Tx *tx, Arena *arena, const Query *query, const void *params, void **rows,
            size_t *count, Error *err)
{
    const Engine *engine = tx->db->engine;
    size_t        room   = 8;
    char         *all    = arena_alloc_array(arena, room, query->row_size);
    bool          more   = true;
    *count               = 0;
    if (!all) return err_memory(err);
    if (!engine->start(tx, query, params, err)) return false;
    bool ok = true;
    while (ok) {
        if (*count == room) {
            char *bigger = arena_alloc_array(arena, room * 2, query->row_size);
            ok           = bigger != NULL || err_memory(err);
            if (!ok) break;
            memcpy(bigger, all, room * query->row_size);
            all = bigger;
            room *= 2;
        }
        ok = engine->next(tx, query, arena, all + *count * query->row_size, &more, err);
        if (!ok || !more) break;
        (*count)++;
    }
    engine->finish(tx, query);
    *rows = all;
    return ok;
}

bool db_each(Tx *tx, const Query *query, const void *params, bool (*each)(void *arg, const void *row),
             void *arg, Error *err)
{
    const Engine *engine = tx->db->engine;
    bool          more   = true;
    bool          ok     = engine->start(tx, query, params, err);
    void         *row    = ok ? calloc(1, query->row_size) : NULL;
    if (!ok) return false;
    ok = row != NULL || err_memory(err);
    while (ok) {
        ok = engine->next(tx, query, NULL, row, &more, err);
        if (!ok || !more || !each(arg, row)) break;
    }
    free(row);
    engine->finish(tx, query);
    return ok;
}

typedef struct {
    const Engine *engine;
} PrepareAll;

static bool prepare_all(Tx *tx, void *arg, Error *err)
{
    const PrepareAll *what = arg;
    for (size_t i = 0; i < query_count; i++)
        if (!what->engine->prepare(tx, query_all[i], err)) return false;
    return true;
}

bool db_prepare_all(Db *db, Error *err)
{
    PrepareAll what = { db->engine };
    return db_write(db, prepare_all, &what, err);
}

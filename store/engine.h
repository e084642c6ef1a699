/* engine.h — inside store/ only: what each of the two engines gives to db.c. */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "store/db.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    QUEUE_MAX          = 8192, /* commands that may wait; above: ERR_OVERLOADED */
    GROUP_STANDARD     = 256,  /* commands in one commit: past that, latency grows and speed does not */
    READERS_STANDARD   = 4,
    PG_WRITERS_STANDARD = 8,
};

/* Reads the next row of a running statement into `row`; *more is false behind the last one. */
typedef bool (*RowNext)(Tx *tx, const Query *query, Arena *arena, void *row, bool *more, Error *err);

typedef struct {
    /* Makes the connection's thread(s) and readers; false with *err set. */
    bool (*open)(Db *db, Error *err);
    void (*close)(Db *db);
    bool (*read_begin)(Db *db, Tx **out, Error *err);
    void (*read_end)(Tx *tx);
    bool (*start)(Tx *tx, const Query *query, const void *params, Error *err);
    RowNext next; /* text points into the statement when arena is NULL */
    void (*finish)(Tx *tx, const Query *query);
    int64_t (*changed)(Tx *tx, const Query *query);
    bool (*script)(Db *db, const char *sql, int64_t version, const char *name, Error *err);
    bool (*version)(Db *db, int64_t *out, Error *err);
    bool (*prepare)(Tx *tx, const Query *query, Error *err);
} Engine;

extern const Engine engine_sqlite;
extern const Engine engine_pg;

struct Tx {
    Db  *db;
    int  stream;
    bool touched; /* see db_touch; SQLite: by any command of the group */
    void *conn; /* the engine's own */
};

struct Db {
    const Engine *engine;
    DbEngine      kind;
    DbOptions     options;
    char          path[1024];
    void         *inside; /* the engine's own */
    pthread_mutex_t lock; /* guards the queue */
    pthread_cond_t  wake;
    DbCommand      *first, *last;
    int             waiting;
    bool            stopping;
    atomic_uint_fast64_t version; /* see db_version */
};

/* One process per SQLite file: a second one would wait for locks and break the writer's assumptions.
 * *file is the lock, held until it is closed; -1 when even its file could not be made. */
bool lite_lock(const char *path, int *file, Error *err) MUST_USE;

/* Takes up to `max` commands from the queue, waiting for the first; 0 when the database stops. */
int queue_take(Db *db, DbCommand **out, int max);

#endif

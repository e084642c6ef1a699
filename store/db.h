/* db.h — the one door to the database: SQLite (embedded) or PostgreSQL, same SQL, same calls.
 * Words: a Db is an open database; a Tx is one transaction on one connection; a Query is one
 * statement from a queries.sql, described by the generator (tools/sqlgen.c).
 * Rule: business code sees Tx only, never opens or ends one itself. It gives a function to db_write
 * or db_submit; that function may be run again from the start (serialisation failure), so it must
 * change nothing but the database and its own result. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/error.h"
#include "base/id.h"

typedef struct Db Db;
typedef struct Tx Tx;

typedef enum { DB_SQLITE, DB_PG } DbEngine;

typedef enum { COL_I64, COL_BOOL, COL_TEXT, COL_BLOB, COL_ID } ColType;
/* C types: int64_t, bool, Str, Str, Id. An absent Str (ptr NULL) and an all-zero Id are NULL. */

typedef struct {
    const char *name;
    ColType     type;
    size_t      offset; /* in the parameter or row struct */
} Col;

typedef struct {
    const char *name;
    const char *sqlite; /* with ?1 ?2 …; NULL: not for this engine */
    const char *pg;     /* with $1 $2 … */
    const Col  *params;
    size_t      param_count;
    const Col  *columns;
    size_t      column_count;
    size_t      row_size;
    int         number; /* unique in the program, dense from 0: index of the prepared statement */
} Query;

/* Every query of the program, filled by the generator, `query_count` of them. */
extern const Query *const query_all[];
extern const size_t       query_count;

typedef struct {
    Str url;             /* "sqlite:PATH", "sqlite::memory:" or "postgres://…" */
    int readers;         /* connections for reading (and, PostgreSQL, worker threads); 0: default */
    int writers;         /* PostgreSQL: write connections, each with its thread; 0: default */
    int group_max;       /* SQLite: commands in one commit at most; 0: default */
    bool read_only;      /* beside a running server: no lock, no writer, no migration; writes are refused */
} DbOptions;

/* Opens and, when `migrate`, brings the schema up to date. A newer schema: ERR_SCHEMA_NEWER. */
bool     db_open(const DbOptions *options, bool migrate, Db **out, Error *err) MUST_USE;
void     db_close(Db *db); /* waits for what was submitted */
DbEngine db_engine(const Db *db);
bool     db_reads_only(const Db *db);

/* One command that writes. `run` makes its changes in *tx and returns true, or false with *err set:
 * then they are undone. `done` is called once, after the commit is durable (ok) or after the undo
 * (not ok), on a thread of the database's; it must not block. Both get `arg`. */
typedef struct DbCommand DbCommand;
struct DbCommand {
    bool (*run)(Tx *tx, void *arg, Error *err);
    void (*done)(void *arg, bool ok, const Error *err);
    void      *arg;
    DbCommand *next; /* owned by the database while the command waits */
};

/* Queues the command; false (ERR_OVERLOADED) when too many wait. Owned by the caller until done. */
bool db_submit(Db *db, DbCommand *command, Error *err) MUST_USE;

/* The same, waiting: returns after the commit is durable. Not from within `run`. */
bool db_write(Db *db, bool (*run)(Tx *tx, void *arg, Error *err), void *arg, Error *err) MUST_USE;

/* A reading transaction (one consistent snapshot) on a connection of its own; blocks while all are
 * taken. Give it back with db_read_end. */
bool db_read_begin(Db *db, Tx **out, Error *err) MUST_USE;
void db_read_end(Tx *tx);

/* Runs a statement that returns nothing; *changed (may be NULL) gets the number of rows. */
bool db_exec(Tx *tx, const Query *query, const void *params, int64_t *changed, Error *err) MUST_USE;

/* Runs it and fills the first row; *found tells whether there was one. Text lives in `arena`. */
bool db_one(Tx *tx, Arena *arena, const Query *query, const void *params, void *row, bool *found,
            Error *err) MUST_USE;

/* All rows, as an array in `arena`. */
bool db_all(Tx *tx, Arena *arena, const Query *query, const void *params, void **rows,
            size_t *count, Error *err) MUST_USE;

/* Calls `each` for every row until it returns false; the row is valid during the call only. */
bool db_each(Tx *tx, const Query *query, const void *params, bool (*each)(void *arg, const void *row),
             void *arg, Error *err) MUST_USE;

DbEngine tx_engine(const Tx *tx);
/* The number of the connection (0: SQLite's writer), which names an audit chain. */
int tx_stream(const Tx *tx);

/* Says that this transaction changes what others read often and rarely write (items, prices, roles …). When
 * it is committed, db_version grows twice: before the commit begins, and after it before anybody is told of
 * it. So whoever has read something at one version may go on showing it while the version is the same; and
 * who read the version, then the data, then the same version again, has what belongs to that version alone,
 * unless it is one between the two (db_is_changing). SQLite only, where this process is the only one that
 * writes: on PostgreSQL nothing may be concluded from the version. */
void     db_touch(Tx *tx);
uint64_t db_version(const Db *db);
bool     db_is_changing(uint64_t version);
bool     tx_touched(const Tx *tx); /* SQLite: by any command of the same commit */

/* Prepares every query of the program on this engine; false with the first that fails. */
bool db_prepare_all(Db *db, Error *err) MUST_USE;

/* Copies the whole database to the new file `path` while others go on, checks the copy, and only then
 * gives it its name (SQLite only). Errors: DB_CONFLICT (the file is there), DB_FAILED. */
bool db_backup(Db *db, Str path, Error *err) MUST_USE;

/* Puts the backup `file` in the place of the database at `url` (SQLite only), which nobody may have open.
 * The backup is checked first. A database that is there already is refused, or with `replace` kept
 * beside as PATH.replaced. Errors: DB_BUSY (in use), DB_CONFLICT, DB_FAILED, SCHEMA_NEWER. */
bool db_restore(Str file, Str url, bool replace, Error *err) MUST_USE;

#endif

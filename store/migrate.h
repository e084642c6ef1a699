/* migrate.h — the versions of the schema, embedded in the program. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

typedef struct {
    int64_t     version;
    const char *name;
    const char *sql; /* in the types both engines share: BIGINT, TEXT, BYTEA */
} Migration;

extern const Migration migration_all[];
extern const size_t    migration_count;

/* Brings the schema up to date, each version in one transaction. Errors: SCHEMA_NEWER. */
bool migrate(Db *db, Error *err) MUST_USE;

/* The same SQL for SQLite: BIGINT becomes INTEGER, BYTEA becomes BLOB, tables become STRICT and
 * WITHOUT ROWID;
 * but for those with the comment `-- rowid` at their opening bracket: their rows are so long that they
 * would not fit into the nodes of a key's tree. The result is malloc'd; NULL when there is no memory. */
char *migrate_for_sqlite(const char *sql);

#endif

/* migrate.c — brings the schema up to date. See migrate.h. */
#include "store/migrate.h"

#include "store/engine.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool migrate(Db *db, Error *err)
{
    int64_t version = 0;
    if (!db->engine->version(db, &version, err)) return false;
    int64_t newest = migration_count ? migration_all[migration_count - 1].version : 0;
    if (version > newest)
        return err_set(err, &ERR_SCHEMA_NEWER, "",
                       "the database has schema %lld, this program knows up to %lld: use a newer program",
                       (long long)version, (long long)newest);
    for (size_t i = 0; i < migration_count; i++) {
        const Migration *step = &migration_all[i];
        if (step->version <= version) continue;
        if (!db->engine->script(db, step->sql, step->version, step->name, err)) return false;
    }
    return true;
}

static bool word_at(const char *sql, const char *at, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(at, word, len) != 0 || isalnum((unsigned char)at[len])) return false;
    return at == sql || !isalnum((unsigned char)at[-1]);
}

static char *put(char *to, const char *text)
{
    size_t len = strlen(text);
    memcpy(to, text, len);
    return to + len;
}

char *migrate_for_sqlite(const char *sql)
{
    size_t size = strlen(sql) * 2 + 64;
    char  *out  = malloc(size);
    char  *to   = out;
    bool   table = false, rowid = false;
    if (!out) return NULL;
    for (const char *at = sql; *at;) {
        if (at[0] == '-' && at[1] == '-') {
            if (strncmp(at, "-- rowid", 8) == 0) rowid = true;
            while (*at && *at != '\n') at++;
        } else if (word_at(sql, at, "BIGINT")) {
            to = put(to, "INTEGER");
            at += 6;
        } else if (word_at(sql, at, "BYTEA")) {
            to = put(to, "BLOB");
            at += 5;
        } else if (*at == ';') {
            to    = put(to, !table ? ";" : rowid ? " STRICT;" : " STRICT, WITHOUT ROWID;");
            table = rowid = false;
            at++;
        } else {
            if (word_at(sql, at, "CREATE TABLE")) table = true;
            *to++ = *at++;
        }
    }
    *to = 0;
    return out;
}

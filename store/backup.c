/* backup.c — copies of an SQLite database, and back. See db.h.
 * A copy gets its name only when it is whole, checked and on disk; a name is never without a database
 * for longer than one rename. */
#include "store/engine.h"
#include "store/migrate.h"
#include "third_party/sqlite/sqlite3.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 1100 };

static bool failed(Error *err, const char *what, const char *path, const char *why)
{
    return err_set(err, &ERR_DB_FAILED, "path", "%s %.100s: %.60s", what, path, why);
}

static bool path_add(char out[PATH_ROOM], Str path, const char *tail, Error *err)
{
    int length = snprintf(out, PATH_ROOM, "%.*s%s", STR_FMT(path), tail);
    if (path.len && length > 0 && length < PATH_ROOM - 16 && !memchr(path.ptr, 0, path.len)) return true;
    return err_set(err, &ERR_CONFIG, "path", "the path is empty or too long");
}

/* A new file that nobody else may read: backups hold customers. */
static bool make_private(const char *path, Error *err)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return failed(err, "cannot make", path, strerror(errno));
    (void)close(file);
    return true;
}

static bool sync_folder(const char *path, Error *err)
{
    char name[PATH_ROOM];
    (void)snprintf(name, sizeof name, "%s", path);
    int  folder = open(dirname(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok     = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) (void)close(folder);
    return ok || failed(err, "cannot make durable", path, strerror(errno));
}

static bool move(const char *from, const char *to, Error *err)
{
    return rename(from, to) == 0 || failed(err, "cannot rename", from, strerror(errno));
}

/* The first value of a query as a number; text counts as 1 when it is "ok". */
static bool ask(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    bool          ok        = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK
              && sqlite3_step(statement) == SQLITE_ROW;
    if (ok && sqlite3_column_type(statement, 0) == SQLITE_TEXT)
        *out = strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    else if (ok)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return ok;
}

/* Whether the file is a whole database of ours that this program understands. */
static bool check(sqlite3 *db, const char *path, Error *err)
{
    int64_t whole = 0, version = 0;
    if (!ask(db, "PRAGMA integrity_check(1)", &whole))
        return failed(err, "cannot read", path, sqlite3_errmsg(db));
    if (!whole) return failed(err, "not whole:", path, "the integrity check found damage");
    if (!ask(db, "SELECT coalesce(max(version), 0) FROM schema_version", &version) || version == 0)
        return failed(err, "not a database of onetill:", path, "no schema version");
    if (version > migration_all[migration_count - 1].version)
        return err_set(err, &ERR_SCHEMA_NEWER, "path", "%.120s has schema version %lld", path,
                       (long long)version);
    return true;
}

static bool copy_pages(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return false;
    int step = sqlite3_backup_step(backup, -1); /* one snapshot: the writer goes on meanwhile */
    return sqlite3_backup_finish(backup) == SQLITE_OK && step == SQLITE_DONE;
}

/* Copies and checks; the new file is removed when it is not right. */
static bool copy(const char *from_path, const char *to_path, Error *err)
{
    sqlite3 *from = NULL, *to = NULL;
    if (!make_private(to_path, err)) return false;
    bool ok = sqlite3_open_v2(from_path, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
           || failed(err, "cannot open", from_path, sqlite3_errmsg(from));
    if (ok) sqlite3_db_config(from, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (ok) sqlite3_busy_timeout(from, 5000);
    ok = ok && (sqlite3_open_v2(to_path, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
                || failed(err, "cannot open", to_path, sqlite3_errmsg(to)));
    ok = ok && (copy_pages(to, from) || failed(err, "cannot copy", from_path, sqlite3_errmsg(to)));
    ok = ok && check(to, to_path, err);
    /* One plain file: without this even reading it would leave a log beside it. */
    int64_t mode = 0;
    ok = ok
        && (ask(to, "PRAGMA journal_mode=DELETE", &mode)
            || failed(err, "cannot finish", to_path, sqlite3_errmsg(to)));
    sqlite3_close(from);
    sqlite3_close(to);
    if (!ok) (void)unlink(to_path);
    return ok;
}

bool db_backup(Db *db, Str path, Error *err)
{
    char name[PATH_ROOM], part[PATH_ROOM];
    if (db->kind != DB_SQLITE) return err_set(err, &ERR_CONFIG, "db", "use pg_dump for PostgreSQL");
    if (!path_add(name, path, "", err) || !path_add(part, path, ".part", err)) return false;
    if (access(name, F_OK) == 0) return err_set(err, &ERR_DB_CONFLICT, "path", "%.120s exists already", name);
    (void)unlink(part); /* of a backup that was broken off */
    return copy(db->path, part, err) && move(part, name, err) && sync_folder(name, err);
}

/* Moves the old database aside, with what its log still holds. */
static bool set_aside(const char *path, Error *err)
{
    char     aside[PATH_ROOM], log[PATH_ROOM];
    sqlite3 *old = NULL;
    if (!path_add(aside, str_from(path), ".replaced", err)) return false;
    if (sqlite3_open_v2(path, &old, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        (void)sqlite3_wal_checkpoint_v2(old, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(old); /* a damaged one is moved as it is */
    if (!move(path, aside, err) || !path_add(log, str_from(path), "-wal", err)
        || !path_add(aside, str_from(path), ".replaced-wal", err))
        return false;
    (void)unlink(aside);
    if (access(log, F_OK) == 0 && !move(log, aside, err)) return false;
    if (!path_add(log, str_from(path), "-shm", err)) return false;
    (void)unlink(log);
    return true;
}

bool db_restore(Str file, Str url, bool replace, Error *err)
{
    char from[PATH_ROOM], to[PATH_ROOM], part[PATH_ROOM];
    Str  path = str_starts(url, STR("sqlite:")) ? str_slice(url, 7, url.len) : url;
    int  lock = -1;
    if (str_starts(url, STR("postgres")))
        return err_set(err, &ERR_CONFIG, "db", "use pg_restore for PostgreSQL");
    if (!path_add(from, file, "", err) || !path_add(to, path, "", err)
        || !path_add(part, path, ".restoring", err))
        return false;
    if (access(from, R_OK) != 0) return failed(err, "cannot read", from, strerror(errno));
    bool ok    = lite_lock(to, &lock, err);
    bool there = access(to, F_OK) == 0;
    if (ok && there && !replace) ok = err_set(err, &ERR_DB_CONFLICT, "db", "%.120s exists already", to);
    if (ok) (void)unlink(part);
    ok = ok && copy(from, part, err) && (!there || set_aside(to, err)) && move(part, to, err)
      && sync_folder(to, err);
    if (lock >= 0) (void)close(lock);
    return ok;
}

/* backup_test.c — reading beside a server, backups while it writes, and putting one back. SQLite only. */
#include "shop/identity/identity.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Env  env;
static char folder[] = "/tmp/onetill-backup-XXXXXX";
static char path_text[4][160];

static Str place(int slot, const char *name)
{
    (void)snprintf(path_text[slot], sizeof path_text[slot], "%s/%s", folder, name);
    return str_from(path_text[slot]);
}

static bool add_role(Ctx *ctx, void *arg, Error *err)
{
    return identity_put_role(ctx, str_from(arg), STR("keys.manage"), err);
}

/* Makes a key for the role, which is there or not: a way to ask whether it is. */
static bool read_merchant(Ctx *ctx, void *arg, Error *err)
{
    return identity_merchant(ctx, arg, err);
}

static void write_file(Str path, const char *text)
{
    FILE *out = fopen(path.ptr, "w");
    if (!out || fputs(text, out) < 0) exit(1);
    (void)fclose(out);
}

static bool exists(Str path)
{
    return access(path.ptr, F_OK) == 0;
}

static void reading_beside(Db *writer)
{
    Error     err     = { 0 };
    Db       *reader  = NULL;
    Merchant  found   = { 0 };
    DbOptions options = { .url = kit_url(), .readers = 1, .read_only = true };
    bool      open    = db_open(&options, true, &reader, &err);
    check_ok(open, &err, "a database can be opened to read while another process serves it");
    if (!open) return;
    check(kit_read(reader, &env, read_merchant, &found, &err) && str_eq(found.name, STR("Test Shop")),
          "it shows what is committed");
    bool wrote = kit_write(reader, &env, add_role, "x", &err);
    check_refused(wrote, &err, &ERR_CONFIG, "a database opened to read refuses to write");
    db_close(reader);
    check_ok(kit_write(writer, &env, add_role, "y", &err), &err, "the writer goes on behind a reader's end");
}

static void backing_up(Db *db)
{
    Error       err = { 0 };
    struct stat about;
    Str         file = place(0, "a.backup");
    check_ok(db_backup(db, file, &err), &err, "a backup is made while the database is open");
    check(stat(file.ptr, &about) == 0 && (about.st_mode & 0777) == 0600, "nobody else may read it");
    check(!exists(place(1, "a.backup.part")), "no half of it is left");
    check_refused(db_backup(db, file, &err), &err, &ERR_DB_CONFLICT, "a backup never overwrites a file");
    check(!db_backup(db, place(1, "no/such/folder/b"), &err), "a backup into no folder is refused");
    check(!db_backup(db, STR(""), &err), "a backup without name is refused");
    write_file(place(1, "b.backup.part"), "left by one that was broken off");
    check_ok(db_backup(db, place(2, "b.backup"), &err), &err, "a broken backup does not stop the next");
}

static bool opens(Str path, Error *err)
{
    Db       *db  = NULL;
    Merchant  who = { 0 };
    Str       url = path;
    DbOptions options = { .url = url };
    if (!db_open(&options, true, &db, err)) return false;
    bool ok = kit_read(db, &env, read_merchant, &who, err) && str_eq(who.name, STR("Test Shop"));
    db_close(db);
    return ok;
}

static void restoring(void)
{
    Error err  = { 0 };
    Str   from = place(0, "a.backup"), to = place(1, "new.db");
    check_ok(db_restore(from, to, false, &err), &err, "a backup can be put in an empty place");
    check_ok(opens(to, &err), &err, "and is a database again");
    check_refused(db_restore(from, to, false, &err), &err, &ERR_DB_CONFLICT,
                  "it does not replace a database");
    check_ok(db_restore(from, to, true, &err), &err, "unless it is told to");
    check(exists(place(2, "new.db.replaced")), "and then the old one is kept");
    check_ok(opens(to, &err), &err, "the new one opens");

    write_file(place(2, "text"), "no database at all, but long enough to be looked at: ..............");
    check_refused(db_restore(place(2, "text"), to, true, &err), &err, &ERR_DB_FAILED, "a text is no backup");
    check_ok(opens(to, &err), &err, "and the database is as it was");
    check(!db_restore(place(2, "none"), to, true, &err), "a backup that is not there is refused");

    FILE *file = fopen(from.ptr, "r+b");
    if (!file || fseek(file, 4096, SEEK_SET) != 0) exit(1);
    for (int i = 0; i < 3 * 4096; i++) (void)fputc(0xA5, file);
    (void)fclose(file);
    check_refused(db_restore(from, to, true, &err), &err, &ERR_DB_FAILED, "a damaged backup is refused");
    check_ok(opens(to, &err), &err, "and the database is still as it was");
}

static void in_use(void)
{
    Error err = { 0 };
    check_refused(db_restore(place(0, "b.backup"), kit_url(), true, &err), &err, &ERR_DB_IN_USE,
                  "nothing is restored over a database that is being served");
}

int main(void)
{
    (void)unsetenv("ONETILL_TEST_DB");
    if (!mkdtemp(folder)) return 1;
    Db *db = kit_open(&env);
    reading_beside(db);
    backing_up(db);
    restoring();
    in_use();
    kit_close(db);
    static const char *const names[] = { "a.backup", "b.backup", "new.db", "new.db-lock",
                                         "new.db.replaced", "text" };
    for (size_t i = 0; i < COUNT(names); i++) (void)unlink(place(0, names[i]).ptr);
    check(rmdir(folder) == 0, "nothing else was left behind");
    return check_finish("backup_test");
}

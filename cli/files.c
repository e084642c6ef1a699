/* files.c — `onetill backup` and `onetill restore`: copies of an SQLite database. */
#include "cli/cli.h"

#include <stdio.h>

static void say(const Cli *cli, const char *what, Str path)
{
    Buf buf = buf_make(cli->arena, 256);
    buf_json_string(&buf, path);
    Str quoted = buf_str(&buf);
    if (cli->json) printf("{\"%s\":%.*s}\n", what, STR_FMT(quoted));
    else printf("%s: %.*s\n", what, STR_FMT(path));
}

static int backup(Cli *cli)
{
    Error     err     = { 0 };
    Db       *db      = NULL;
    DbOptions options = { .url = cli_database(cli), .readers = 1, .read_only = true };
    if (!db_open(&options, false, &db, &err)) return cli_fail(&err);
    bool ok = db_backup(db, cli->words[0], &err);
    db_close(db);
    if (!ok) return cli_fail(&err);
    say(cli, "backup", cli->words[0]);
    return CLI_OK;
}

static int restore(Cli *cli)
{
    Error err = { 0 };
    Str   url = cli_database(cli);
    if (!db_restore(cli->words[0], url, cli_flag(cli, "force"), &err)) return cli_fail(&err);
    say(cli, "restored", url);
    return CLI_OK;
}

const Command command_backup = {
    .words = "backup", .run = backup, .arguments = "FILE", .least = 1, .most = 1,
    .summary  = "Copy the database to a new file, also while it is being served.",
    .more     = "The copy is one moment of the shop, checked before it gets its name, readable by\n"
                "you only. An existing file is never overwritten. For PostgreSQL use pg_dump.",
    .examples = "  onetill backup /backup/shop-$(date +%F).db\n",
    .options  = { OPTION_DB },
};

const Command command_restore = {
    .words = "restore", .run = restore, .arguments = "FILE", .least = 1, .most = 1,
    .summary  = "Put a backup in the place of the database.",
    .more     = "Refused while a server uses the database. The backup is checked first and copied; it\n"
                "stays. With --force a database that is there is kept beside as PATH.replaced.",
    .examples = "  onetill restore /backup/shop-2026-11-24.db --force && onetill audit verify\n",
    .options  = { OPTION_DB, { "force", NULL, "replace the database that is there" } },
};

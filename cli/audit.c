/* audit.c — `onetill audit verify`: is the audit trail whole? */
#include "shop/audit/audit.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

static bool check(Ctx *ctx, void *arg, Error *err)
{
    return audit_verify(ctx, arg, err);
}

static int run(Cli *cli)
{
    Error      err     = { 0 };
    Db        *db      = NULL;
    AuditCheck found   = { 0 };
    DbOptions  options = { .url = cli_database(cli), .readers = 1, .read_only = true };
    if (!db_open(&options, false, &db, &err)) return cli_fail(&err);
    bool ok = cli_step(cli, db, check, &found, &err);
    db_close(db);
    if (!ok) return cli_fail(&err);
    if (cli->json)
        printf("{\"rows\":%" PRId64 ",\"whole\":%s,\"bad_stream\":%" PRId64 ",\"bad_seq\":%" PRId64 "}\n",
               found.rows,
               found.whole ? "true" : "false", found.bad_stream, found.bad_seq);
    else if (found.whole)
        printf("The audit trail is whole: %" PRId64 " rows.\n", found.rows);
    else
        printf("The audit trail was changed: row %" PRId64 " of stream %" PRId64
               " does not fit the one before it.\n",
               found.bad_seq, found.bad_stream);
    return found.whole ? CLI_OK : CLI_REFUSED;
}

const Command command_audit_verify = {
    .words = "audit verify", .run = run, .arguments = "",
    .summary  = "Check that no row of the audit trail was changed or removed.",
    .more     = "Works beside a running server. Exit code 1 when the chain is broken.",
    .examples = "  onetill audit verify\n  onetill audit verify --json | jq .whole\n",
    .options  = { OPTION_DB, OPTION_MERCHANT },
};

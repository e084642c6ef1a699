/* commands.c — the list of commands written by hand, and what they share. See cli.h. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMAND(name) extern const Command command_##name;
#include "cli/commands.def"
#undef COMMAND

#define COMMAND(name) &command_##name,
const Command *const command_all[] = {
#include "cli/commands.def"
};
#undef COMMAND
const size_t command_count = COUNT(command_all);

Str cli_option(const Cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->given_count; i++)
        if (str_eq(str_from(cli->given[i].name), str_from(name))) return cli->given[i].value;
    return STR_NONE;
}

bool cli_flag(const Cli *cli, const char *name)
{
    return str_eq(cli_option(cli, name), STR("true"));
}

Str cli_variable(const char *name)
{
    Str value = str_from(getenv(name));
    return value.len ? value : STR_NONE;
}

int cli_fail(const Error *err)
{
    const ErrDef *def = err->def ? err->def : &ERR_INTERNAL;
    (void)fprintf(stderr, "onetill: %s", def == &ERR_CONFIG ? "" : def->sentence);
    if (err->message[0]) (void)fprintf(stderr, "%s%s", def == &ERR_CONFIG ? "" : " ", err->message);
    (void)fputc('\n', stderr);
    if (def == &ERR_CONFIG) return CLI_USAGE;
    return def->status >= 500 ? CLI_FAILED : CLI_REFUSED;
}

Str cli_database(const Cli *cli)
{
    Str url = cli_option(cli, "db");
    if (!url.ptr) url = cli_variable("ONETILL_DB");
    return url.ptr ? url : STR("sqlite:data/onetill.db");
}

typedef struct {
    Cli *cli;
    Db  *db;
    bool (*step)(Ctx *ctx, void *arg, Error *err);
    void   *arg;
    int64_t merchant;
    size_t  mark;
} Step;

static bool run_step(Tx *tx, void *arg, Error *err)
{
    Step *step              = arg;
    step->cli->arena->used  = step->mark; /* it may be the second try */
    Ctx   ctx               = { .arena = step->cli->arena, .tx = tx, .db = step->db, .env = step->cli->env,
                                .now_ms = env_now_ms(step->cli->env) };
    ctx.who = (Principal){ .merchant = step->merchant, .role = STR("operator"), .perms = PERMS_ALL };
    return step->step(&ctx, step->arg, err);
}

bool cli_step(Cli *cli, Db *db, bool (*step)(Ctx *ctx, void *arg, Error *err), void *arg, Error *err)
{
    Step what   = { cli, db, step, arg, 1, cli->arena->used };
    Str  number = cli_option(cli, "merchant");
    Tx  *tx     = NULL;
    if (number.ptr && (!str_to_i64(number, &what.merchant) || what.merchant < 1))
        return err_set(err, &ERR_CONFIG, "", "--merchant is a number from 1 on");
    if (!db_reads_only(db)) return db_write(db, run_step, &what, err);
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = run_step(tx, &what, err);
    db_read_end(tx);
    return ok;
}

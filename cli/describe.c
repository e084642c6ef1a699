/* describe.c — `onetill openapi`, `types` and `version`: the program about itself. */
#include "cli/cli.h"
#include "http/openapi.h"
#include "http/typescript.h"

#include <stdio.h>

static int print(bool made, Str text)
{
    Error err = { 0 };
    if (!made) {
        (void)err_memory(&err);
        return cli_fail(&err);
    }
    (void)fwrite(text.ptr, 1, text.len, stdout);
    if (!text.len || text.ptr[text.len - 1] != '\n') putchar('\n');
    return CLI_OK;
}

static int openapi(Cli *cli)
{
    Str  text = STR_NONE;
    bool made = openapi_write(cli->arena, &text);
    return print(made, text);
}

static int types(Cli *cli)
{
    Str  text = STR_NONE;
    bool made = typescript_write(cli->arena, &text);
    return print(made, text);
}

static int version(Cli *cli)
{
    puts(cli->json ? "{\"version\":\"" ONETILL_VERSION "\"}" : "onetill " ONETILL_VERSION);
    return CLI_OK;
}

const Command command_openapi = {
    .words = "openapi", .run = openapi, .arguments = "", .summary = "Print the OpenAPI 3.1 description.",
    .examples = "  onetill openapi > openapi.json\n",
};

const Command command_types = {
    .words = "types", .run = types, .arguments = "", .summary = "Print the TypeScript types of the API.",
    .examples = "  onetill types > api.ts\n",
};

const Command command_version = {
    .words = "version", .run = version, .arguments = "", .summary = "Print the version.",
};

/* cli.h — what the commands of the program share: options, positional words, exit codes.
 * Two kinds of commands: those written by hand (a row in commands.def, and a Command named in it), which
 * work on the database or describe the program; and one for each row of the route tables (call.h), which
 * asks a running server. Both take --json for machines and --help. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "shop/ctx.h"

enum {
    CLI_OK          = 0,
    CLI_REFUSED     = 1, /* the answer is no: a rule, a permission, a check that found something */
    CLI_USAGE       = 2, /* the command line is not right */
    CLI_UNREACHABLE = 3, /* no whole answer from the server */
    CLI_FAILED      = 4, /* something broke: database, disk, server */
};

enum { OPTIONS_MAX = 64, WORDS_MAX = 32 };

typedef struct {
    const char *name;    /* without the dashes; NULL ends a list */
    const char *value;   /* what to write for it in the help; NULL: a flag */
    const char *meaning;
} Option;

typedef struct {
    const char *name;
    Str         value; /* of a flag: "true" or "false" */
} Given;

typedef struct {
    Arena *arena;
    Env   *env;
    Given  given[OPTIONS_MAX];
    size_t given_count;
    Str    words[WORDS_MAX]; /* positional arguments */
    size_t word_count;
    bool   json;
} Cli;

typedef struct {
    const char *words;    /* "audit verify" */
    int (*run)(Cli *cli);
    const char *arguments; /* "FILE", for the help */
    size_t      least, most; /* positional arguments */
    const char *summary, *more, *examples;
    Option      options[16];
} Command;

/* The commands written by hand, `command_count` of them. */
extern const Command *const command_all[];
extern const size_t         command_count;

/* What was given for an option, or none. */
Str  cli_option(const Cli *cli, const char *name);
bool cli_flag(const Cli *cli, const char *name);

/* The environment variable, or none when it is not set or empty. */
Str cli_variable(const char *name);

/* Prints the error as a sentence to stderr; the exit code that fits it. */
int cli_fail(const Error *err);

/* --db, $ONETILL_DB or the standard place. */
Str cli_database(const Cli *cli);

#define OPTION_DB \
    { "db", "URL", "sqlite:PATH or postgres://…; standard: $ONETILL_DB or sqlite:data/onetill.db" }
#define OPTION_MERCHANT { "merchant", "N", "the tenant; standard: 1" }

/* Runs `step` in a transaction with a context that may do everything, for commands on the database:
 * one that reads when the database was opened to read only, otherwise one that writes. */
bool cli_step(Cli *cli, Db *db, bool (*step)(Ctx *ctx, void *arg, Error *err), void *arg,
              Error *err) MUST_USE;

#endif

/* main.c — finds the command that the words name and runs it. */
#include "cli/args.h"
#include "cli/call.h"
#include "cli/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { ARENA_BYTES = 256 << 20, WORDS_IN_COMMAND = 4 }; /* memory that is not used is not taken */

static const Option everywhere[] = { { "json", NULL, "" }, { "help", NULL, "" } };

/* How many words of argv the command's words are, or 0 when they differ. */
static int match(const char *words, int argc, char **argv)
{
    Str all   = str_from(words);
    int count = 0;
    for (size_t at = 0; at < all.len; count++) {
        size_t end = str_index(all, ' ', at);
        if (count >= argc || !str_eq(str_slice(all, at, end), str_from(argv[count]))) return 0;
        at = end + 1;
    }
    return count;
}

typedef struct {
    const Command  *command;
    const RouteDef *route;
    int             words;
} Choice;

/* The command with the most words that fit. */
static Choice choose(int argc, char **argv)
{
    Choice best = { 0 };
    for (size_t i = 0; i < command_count; i++) {
        int words = match(command_all[i]->words, argc, argv);
        if (words > best.words) best = (Choice){ .command = command_all[i], .words = words };
    }
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->route_count; i++) {
            int words = match(shop_all[c]->routes[i].cli, argc, argv);
            if (words > best.words) best = (Choice){ .route = &shop_all[c]->routes[i], .words = words };
        }
    }
    return best;
}

static int run_command(Cli *cli, const Command *command, int argc, char **argv)
{
    Error  err = { 0 };
    Option options[COUNT(command->options) + COUNT(everywhere)];
    size_t count = 0;
    for (; count < COUNT(command->options) && command->options[count].name; count++)
        options[count] = command->options[count];
    for (size_t i = 0; i < COUNT(everywhere); i++) options[count++] = everywhere[i];
    if (!args_read(cli, options, count, argc, argv, &err)) return cli_fail(&err);
    cli->json = cli_flag(cli, "json");
    if (cli_flag(cli, "help")) {
        help_command(command);
        return CLI_OK;
    }
    if (cli->word_count >= command->least && cli->word_count <= command->most) return command->run(cli);
    (void)fprintf(stderr, "usage: onetill %s %s\n", command->words, command->arguments);
    return CLI_USAGE;
}

static int run_route(Cli *cli, const RouteDef *route, int argc, char **argv)
{
    Error   err = { 0 };
    Option *options;
    size_t  count;
    if (!call_options(cli->arena, route, &options, &count, &err)
        || !args_read(cli, options, count, argc, argv, &err))
        return cli_fail(&err);
    cli->json = cli_flag(cli, "json");
    if (!cli_flag(cli, "help")) return call_run(cli, route);
    help_route(cli->arena, route, options, count);
    return CLI_OK;
}

static Str joined(Arena *arena, int argc, char **argv)
{
    Buf buf = buf_make(arena, 64);
    for (int i = 0; i < argc && i < WORDS_IN_COMMAND && argv[i][0] != '-'; i++) {
        if (i) buf_byte(&buf, ' ');
        buf_add(&buf, str_from(argv[i]));
    }
    return buf_str(&buf);
}

/* No words, --help, or `help …`. */
static int help(Cli *cli, int argc, char **argv)
{
    Choice choice = choose(argc, argv);
    char   option[] = "--help";
    char  *ask[]    = { option };
    if (argc == 0 || argv[0][0] == '-') help_overview(cli->arena);
    else if (choice.command) return run_command(cli, choice.command, 1, ask);
    else if (choice.route) return run_route(cli, choice.route, 1, ask);
    else if (!help_group(cli->arena, joined(cli->arena, argc, argv))) {
        help_unknown(cli->arena, joined(cli->arena, argc, argv));
        return CLI_USAGE;
    }
    return CLI_OK;
}

static int run(Cli *cli, int argc, char **argv)
{
    char  word[]    = "version";
    char *version[] = { word };
    bool  asks      = argc == 0 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0;
    if (asks) return help(cli, 0, argv);
    if (strcmp(argv[0], "help") == 0) return help(cli, argc - 1, argv + 1);
    if (strcmp(argv[0], "--version") == 0) argc = 1, argv = version;
    Choice choice = choose(argc, argv);
    if (choice.command) return run_command(cli, choice.command, argc - choice.words, argv + choice.words);
    if (choice.route) return run_route(cli, choice.route, argc - choice.words, argv + choice.words);
    Str words = joined(cli->arena, argc, argv);
    if (words.ptr && help_group(cli->arena, words)) return CLI_USAGE;
    help_unknown(cli->arena, words);
    return CLI_USAGE;
}

/* A crash must not leave keys, customers or what was typed in a file. */
static void no_core_dumps(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#ifndef __SANITIZE_ADDRESS__ /* its leak check must attach to the process */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv)
{
    Env   env;
    Arena arena;
    void *bytes = malloc(ARENA_BYTES);
    Cli   cli   = { .arena = &arena, .env = &env };
    if (!bytes) {
        (void)fputs("onetill: not enough memory\n", stderr);
        return CLI_FAILED;
    }
    no_core_dumps();
    (void)umask(077); /* databases, backups and keys are nobody else's */
    env_init_real(&env);
    arena_init(&arena, bytes, ARENA_BYTES);
    int code = run(&cli, argc - 1, argv + 1);
    if (fflush(stdout) != 0 && code == CLI_OK) code = CLI_FAILED; /* a full disk, a closed pipe */
    free(bytes);
    return code;
}

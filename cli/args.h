/* args.h — the command line as options and words. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "base/form.h"
#include "cli/cli.h"

/* Reads `argv` by the options that a command knows (--name VALUE, --name=VALUE, --flag, --no-flag; `--`
 * ends them; '_' counts as '-'). Errors: CONFIG with a sentence that names the nearest option. */
bool args_read(Cli *cli, const Option *options, size_t count, int argc, char **argv, Error *err) MUST_USE;

/* "a, b" as two texts; a text that has a comma in it cannot be said like this. False: the arena is full. */
bool args_texts(Arena *arena, Str text, TextList *out) MUST_USE;

/* How many letters must change to make one word of the other, at most `limit` + 1. */
size_t edit_distance(Str a, Str b, size_t limit);

#endif

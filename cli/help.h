/* help.h — what the program says about its commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"
#include "shop/api.h"

/* All commands by group. */
void help_overview(Arena *arena);

void help_command(const Command *command);

/* `options`: those made of the route's fields (call.h). */
void help_route(Arena *arena, const RouteDef *route, const Option *options, size_t count);

/* The commands that begin with the words; false when there is none. */
bool help_group(Arena *arena, Str words);

/* "there is no command …; perhaps: …" to stderr. */
void help_unknown(Arena *arena, Str words);

#endif

/* show.h — answers for people: records and tables made of JSON by the table of fields. Control
 * characters of texts never reach the terminal. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "shop/api.h"

/* Prints a reply; false when it is not JSON of that form or too large. */
bool show_reply(Arena *arena, const StructDef *def, Str body) MUST_USE;

/* The same as a text. */
bool show_reply_text(Arena *arena, const StructDef *def, Str body, Str *out) MUST_USE;

/* Prints a refusal (RFC 9457) as sentences to stderr. */
void show_problem(Arena *arena, int status, Str body);

/* Prints a text as it is, but for control characters other than line ends. */
void show_text(Str text);

#endif

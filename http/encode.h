/* encode.h — a reply struct as JSON, by its table of fields. Absent text, zero ids, OPT_NONE and
 * NULL objects are left out; lists and booleans are always there. */
#ifndef HTTP_ENCODE_H
#define HTTP_ENCODE_H

#include "shop/api.h"

/* Writes the struct at `object`; buf->failed tells that the arena was too small. */
void encode_struct(Buf *buf, const StructDef *def, const void *object);

/* The same as a text in the arena, or STR_NONE when it is full. */
Str encode_reply(Arena *arena, const StructDef *def, const void *object);

#endif

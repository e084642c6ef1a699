/* typescript.h — the tables as TypeScript types, for clients. */
#ifndef HTTP_TYPESCRIPT_H
#define HTTP_TYPESCRIPT_H

#include "shop/api.h"

/* One interface for each struct and one, Routes, from "METHOD /path" to request and reply; false
 * when the arena is too small. */
bool typescript_write(Arena *arena, Str *out) MUST_USE;

/* One struct as an exported interface. */
void typescript_struct(Buf *buf, const StructDef *def);

#endif

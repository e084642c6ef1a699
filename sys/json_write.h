/* json_write.h — a described struct (base/form.h) as JSON. Absent text, zero ids, OPT_NONE and NULL objects
 * are left out; lists and booleans are always there. */
#ifndef SYS_JSON_WRITE_H
#define SYS_JSON_WRITE_H

#include "base/form.h"

/* Writes the struct at `object`; buf->failed tells that the arena was too small. */
void json_write(Buf *buf, const StructDef *def, const void *object);

/* The same as a text in the arena, or STR_NONE when it is full. */
Str json_write_text(Arena *arena, const StructDef *def, const void *object);

/* The same without optional lists that are empty and optional booleans that are false: on one line, to be
 * stored (see json_read_stored); STR_NONE when the arena is full. */
Str json_write_stored(Arena *arena, const StructDef *def, const void *object);

/* And indented by 2 × depth, for files that people read. */
void json_write_file(Buf *buf, const StructDef *def, const void *object, int depth);

#endif

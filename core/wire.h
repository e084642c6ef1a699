/* wire.h — the value of a described struct (base/form.h) as bytes, and back: how JavaScript hands baskets and
 * rules to core.wasm and gets priced ones. Not JSON, and not a protocol for others: both sides are made of
 * the same table, and wire_form tells them whether they are.
 *
 * A struct is a row of bits, one for each field, the first in the lowest bit of the first byte, filled up
 * with zeros to whole bytes (at least one); then the fields whose bit is set, in order:
 *   numbers   zigzag varint, seven bits a byte, the lowest first (absent: OPT_NONE)
 *   BOOL      nothing, the bit is the value
 *   ID        16 bytes (absent: the id of nothing)
 *   texts     length as varint, then the bytes (absent: NULL)
 *   TEXTS     count as varint, then the texts (absent: none)
 *   LIST      count as varint, then the structs (absent: none)
 *   OBJECT    the struct (absent: NULL)
 * One value has one form: the reader refuses longer varints, bits beyond the fields, zeros where absence is
 * meant, and bytes behind the end. It holds the limits of the table, as the reader of JSON does, except
 * that it takes any text of well-formed UTF-8. */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include "base/form.h"
#include "core/money.h"

enum { WIRE_DEPTH_MAX = 8 };

/* Writes the struct at `object`; buf->failed tells that the arena was too small. */
void wire_encode(Buf *buf, const StructDef *def, const void *object);

/* Reads one struct into `out` (all of it is written). Texts point into `bytes`, lists and objects lie in the
 * arena. Errors: WIRE_FORM (not such bytes), FIELD_INVALID (a value beyond its limits), MEMORY. */
bool wire_decode(Arena *arena, const StructDef *def, Str bytes, void *out, Error *err) MUST_USE;

/* A number that changes when the fields of the struct, or of one in it, change. */
uint32_t wire_form(const StructDef *def);

#endif

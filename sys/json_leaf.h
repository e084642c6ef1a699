/* json_leaf.h — single values: limits, ids, times, text. Used by json_read.c and http/decode.c. */
#ifndef SYS_JSON_LEAF_H
#define SYS_JSON_LEAF_H

#include "sys/json_read.h"

void leaf_number(Decoder *d, const FieldDef *field, int64_t value, int64_t *out);
void leaf_whole_qty(Decoder *d, const FieldDef *field, int64_t whole, int64_t *out);

/* TEXT, CHOICE, ID, TIME and QTY from a text; `out` points to the field. */
void leaf_text(Decoder *d, const FieldDef *field, Str text, void *out);

#endif

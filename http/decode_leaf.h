/* decode_leaf.h — single values of a request: limits, ids, times, text. Used by decode.c only. */
#ifndef HTTP_DECODE_LEAF_H
#define HTTP_DECODE_LEAF_H

#include "http/decode.h"

typedef struct {
    Arena      *arena;
    Faults     *faults;
    const char *route_path;
    char        path[96]; /* where we are in the body */
    size_t      path_len;
    bool        memory;   /* the arena was full */
} Decoder;

/* Notes a fault at the place where the decoder is; faults above FAULTS_MAX are dropped. */
void decoder_fault(Decoder *d, const char *code, const char *detail);

void leaf_number(Decoder *d, const FieldDef *field, int64_t value, int64_t *out);
void leaf_whole_qty(Decoder *d, const FieldDef *field, int64_t whole, int64_t *out);

/* TEXT, CHOICE, ID, TIME, QTY and one entry of TEXTS from a text; `out` points to the field or the entry. */
void leaf_text(Decoder *d, const FieldDef *field, Str text, void *out);

#endif

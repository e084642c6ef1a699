/* error.h — how a function refuses: it returns false and fills one Error.
 * The codes are rows: ERR(NAME, status, "code", retry, "sentence") in base/errors.def and in the
 * api.def of each capability; each row becomes a constant ErrDef named ERR_<NAME>. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/str.h"

typedef struct {
    const char *name;     /* public and for ever, e.g. "stock_short" */
    int         status;   /* HTTP status */
    bool        retry;    /* may the same request succeed later, unchanged? */
    const char *sentence; /* for people */
} ErrDef;

typedef struct {
    const ErrDef *def;          /* NULL: no error */
    char          field[96];    /* JSON path of the fault, e.g. "lines[2].sku"; may be empty */
    char          message[200]; /* what was wrong with it */
    Str           extra;        /* more members for the reply as JSON text `"a":1,"b":2`, or none */
} Error;

#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#include "base/errors.def"
#undef ERR

/* Fills *err and returns false, so that refusing is one line. */
bool err_set(Error *err, const ErrDef *def, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The arena is full. */
bool err_memory(Error *err);

#endif

/* error.c — filling an Error. See error.h. */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define ERR(NAME, status, code, retry, sentence) \
    const ErrDef ERR_##NAME = { code, status, retry, sentence };
#include "base/errors.def"
#undef ERR

bool err_set(Error *err, const ErrDef *def, const char *field, const char *format, ...)
{
    assert(err != NULL);
    assert(def != NULL);
    va_list args;
    err->def   = def;
    err->extra = STR_NONE;
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return false;
}

bool err_memory(Error *err)
{
    return err_set(err, &ERR_MEMORY, "", "the request does not fit into its memory");
}

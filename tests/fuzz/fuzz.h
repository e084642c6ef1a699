/* fuzz.h — what the fuzzers share: a promise that is looked at whatever the bytes were. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool fine, const char *what)
{
    if (fine) return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

/* What stands before `mark`; *rest gets what stands behind it, or nothing. */
static inline Str cut(Str text, char mark, Str *rest)
{
    size_t at = str_index(text, mark, 0);
    *rest     = at < text.len ? str_slice(text, at + 1, text.len) : STR("");
    return str_slice(text, 0, at);
}

#endif

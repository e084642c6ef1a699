/* ask.h — requests of tests, written as JSON as a client would. */
#ifndef TESTS_ASK_H
#define TESTS_ASK_H

#include "sys/json_read.h"
#include "tests/kit.h"

#include <string.h>

/* A request as its handler gets it, good until the next one is read; a check fails when it cannot be read.
 */
static inline void *read_as(const StructDef *def, size_t size, const char *json)
{
    static Arena arena;
    static char  bytes[1 << 20];
    Error        err = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    void *out = arena_alloc(&arena, size);
    memset(out, 0, size);
    if (!json_read_stored(&arena, def, str_from(json), out, &err)) check_ok(false, &err, json);
    return out;
}

#define READ_AS(Type, json) ((const Type *)read_as(&Type##_def, sizeof(Type), json))

#endif

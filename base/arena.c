/* arena.c — memory for one request. See arena.h. */
#include "base/arena.h"

#include <assert.h>
#include <string.h>

enum { ARENA_ALIGN = 16 };

void arena_init(Arena *arena, void *bytes, size_t size)
{
    assert(arena != NULL);
    assert(bytes != NULL);
    *arena = (Arena){ .bytes = bytes, .size = size };
}

void arena_reset(Arena *arena)
{
    assert(arena != NULL);
    arena->used    = 0;
    arena->fail_in = 0;
}

void *arena_alloc(Arena *arena, size_t size)
{
    if (arena->fail_in > 0 && --arena->fail_in == 0) return NULL;
    size_t start = (arena->used + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (start > arena->size || size > arena->size - start) return NULL;
    arena->used = start + size;
    memset(arena->bytes + start, 0, size);
    return arena->bytes + start;
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    return arena_alloc(arena, bytes);
}

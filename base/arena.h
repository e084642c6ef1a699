/* arena.h — memory for one request: handed down, never freed piecewise, given back whole.
 * A block of fixed size; when it is full, arena_alloc returns NULL and the request is refused. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNREACHABLE() __builtin_trap()

typedef struct {
    uint8_t *bytes;   /* owned by whoever made the arena */
    size_t   size;
    size_t   used;
    long     fail_in; /* tests: the n-th allocation from now fails; 0 = never */
} Arena;

/* Makes an arena over `size` bytes at `bytes`; the caller keeps the ownership of them. */
void arena_init(Arena *arena, void *bytes, size_t size);

/* Gives back everything at once. */
void arena_reset(Arena *arena);

/* `size` zeroed bytes aligned for any type, or NULL when the arena is full. */
void *arena_alloc(Arena *arena, size_t size) MUST_USE;

/* `count` zeroed elements of `size` bytes each, or NULL (full, or the product overflows). */
void *arena_alloc_array(Arena *arena, size_t count, size_t size) MUST_USE;

#define arena_new(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define arena_array(arena, Type, count) ((Type *)arena_alloc_array((arena), (count), sizeof(Type)))

#endif

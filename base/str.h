/* str.h — text and bytes as pointer and length, by value; and Buf, text that grows in an arena.
 * A Str is not terminated by NUL and may hold any byte. {NULL, 0} means "absent". */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"

#include <string.h>

typedef struct {
    const char *ptr;
    size_t      len;
} Str;

#define STR(literal) ((Str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((Str){ NULL, 0 })
#define STR_FMT(s) (int)(s).len, (s).ptr ? (s).ptr : "" /* for "%.*s" */

bool str_eq_nocase(Str a, Str b);   /* ASCII only */
int  str_cmp(Str a, Str b);         /* bytewise; <0, 0, >0 */
bool str_starts(Str s, Str prefix);
Str  str_from(const char *text);    /* of a NUL-terminated text; NULL gives STR_NONE */
Str  str_slice(Str s, size_t from, size_t to);
Str  str_trim(Str s);               /* without ASCII white space at both ends */

static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* A number for hash tables, eight bytes a step; not for adversaries: a collision must cost time only. */
uint64_t str_hash(uint64_t seed, Str s);

/* The index of `byte` in s at or after `from`, or s.len. */
size_t str_index(Str s, char byte, size_t from);

/* A copy in the arena (with a NUL behind it that does not count), or STR_NONE when it is full. */
Str str_dup(Arena *arena, Str s);

/* The texts one behind the other; STR_NONE when the arena is full. */
Str str_join(Arena *arena, const Str *parts, size_t count);

/* printf into the arena; STR_NONE when it is full. */
Str str_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Decimal digits with an optional minus, nothing else; false when not, or out of int64 range. */
bool str_to_i64(Str s, int64_t *out) MUST_USE;

/* True for well-formed UTF-8 (no overlong forms, no surrogates); *bad gets the offset if not. */
bool str_is_utf8(Str s, size_t *bad_or_null);

/* Text that grows in an arena; doubled when full. `failed` stays true after the arena was full. */
typedef struct {
    Arena *arena;
    char  *ptr;
    size_t len, cap;
    bool   failed;
} Buf;

Buf  buf_make(Arena *arena, size_t capacity);
bool buf_grow(Buf *buf, size_t more);  /* makes room for that many bytes more */

static inline bool buf_room(Buf *buf, size_t more)
{
    return more <= buf->cap - buf->len || buf_grow(buf, more);
}

static inline void buf_byte(Buf *buf, char byte)
{
    if (buf_room(buf, 1)) buf->ptr[buf->len++] = byte;
}

static inline void buf_add(Buf *buf, Str s)
{
    if (s.len == 0 || !buf_room(buf, s.len)) return;
    memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
}

void buf_i64(Buf *buf, int64_t value);
void buf_format(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_json_string(Buf *buf, Str s); /* quoted and escaped as RFC 8259 asks */
Str  buf_str(const Buf *buf);

#endif

/* str.c — text as pointer and length. See str.h. */
#include "base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t len   = a.len < b.len ? a.len : b.len;
    int    order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order != 0) return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

Str str_from(const char *text)
{
    return text ? (Str){ text, strlen(text) } : STR_NONE;
}

Str str_slice(Str s, size_t from, size_t to)
{
    assert(from <= to);
    assert(to <= s.len);
    return (Str){ s.ptr + from, to - from };
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    size_t from = 0;
    size_t to   = s.len;
    while (from < to && is_space(s.ptr[from])) from++;
    while (to > from && is_space(s.ptr[to - 1])) to--;
    return s.ptr ? str_slice(s, from, to) : s;
}

size_t str_index(Str s, char byte, size_t from)
{
    for (size_t i = from; i < s.len; i++)
        if (s.ptr[i] == byte) return i;
    return s.len;
}

uint64_t str_hash(uint64_t seed, Str s)
{
    uint64_t word = 0;
    size_t   at   = 0;
    for (; at + sizeof word <= s.len; at += sizeof word) {
        memcpy(&word, s.ptr + at, sizeof word);
        seed = (seed ^ word) * 0x9E3779B97F4A7C15U;
        seed ^= seed >> 32;
    }
    word = s.len;
    for (; at < s.len; at++) word = word << 8 | (unsigned char)s.ptr[at];
    seed = (seed ^ word) * 0x9E3779B97F4A7C15U;
    return seed ^ seed >> 32;
}

Str str_dup(Arena *arena, Str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (!copy) return STR_NONE;
    if (s.len) memcpy(copy, s.ptr, s.len);
    return (Str){ copy, s.len };
}

Str str_join(Arena *arena, const Str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) len += parts[i].len;
    char *text = arena_alloc(arena, len + 1);
    if (!text) return STR_NONE;
    char *to = text;
    for (size_t i = 0; i < count; to += parts[i++].len)
        if (parts[i].len) memcpy(to, parts[i].ptr, parts[i].len);
    return (Str){ text, len };
}

Str str_format(Arena *arena, const char *format, ...)
{
    char    small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len < 0) return STR_NONE;
    if ((size_t)len < sizeof small) return str_dup(arena, (Str){ small, (size_t)len });
    char *text = arena_alloc(arena, (size_t)len + 1);
    if (!text) return STR_NONE;
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (Str){ text, (size_t)len };
}

bool str_to_i64(Str s, int64_t *out)
{
    bool    minus = s.len > 0 && s.ptr[0] == '-';
    int64_t value = 0;
    if (s.len == (minus ? 1U : 0U)) return false;
    for (size_t i = minus ? 1 : 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c < '0' || c > '9') return false;
        int64_t digit = minus ? -(c - '0') : c - '0';
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        if (__builtin_add_overflow(value, digit, &value)) return false;
    }
    *out = value;
    return true;
}

/* The length of the well-formed sequence at s[i], or 0 (Unicode 15, table 3-7). */
static size_t utf8_step(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80) return 1;
    size_t need = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || left < need) return 0;
    unsigned char low  = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < low || s[1] > high) return 0;
    for (size_t i = 2; i < need; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    return need;
}

bool str_is_utf8(Str s, size_t *bad_or_null)
{
    const unsigned char *bytes = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        uint64_t eight = 0;
        if (i + sizeof eight <= s.len) {
            memcpy(&eight, bytes + i, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) { /* ASCII, eight at once */
                i += sizeof eight;
                continue;
            }
        }
        size_t step = utf8_step(bytes + i, s.len - i);
        if (step == 0) {
            if (bad_or_null) *bad_or_null = i;
            return false;
        }
        i += step;
    }
    return true;
}

Buf buf_make(Arena *arena, size_t capacity)
{
    Buf buf = { .arena = arena, .ptr = arena_alloc(arena, capacity), .cap = capacity };
    if (!buf.ptr) buf = (Buf){ .arena = arena, .failed = true };
    return buf;
}

bool buf_grow(Buf *buf, size_t more)
{
    if (buf->failed) return false;
    size_t cap = buf->cap * 2 > buf->len + more ? buf->cap * 2 : buf->len + more;
    char  *ptr = arena_alloc(buf->arena, cap);
    if (!ptr) {
        buf->failed = true;
        return false;
    }
    memcpy(ptr, buf->ptr, buf->len);
    buf->ptr = ptr;
    buf->cap = cap;
    return true;
}

void buf_i64(Buf *buf, int64_t value)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334"
                                "3536373839404142434445464748495051525354555657585960616263646566676869"
                                "707172737475767778798081828384858687888990919293949596979899";
    char     digits[20];
    size_t   at   = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (; rest >= 100; rest /= 100) {
        at -= 2;
        memcpy(digits + at, pairs + rest % 100 * 2, 2);
    }
    digits[--at] = pairs[rest * 2 + 1];
    if (rest >= 10) digits[--at] = pairs[rest * 2];
    if (value < 0) buf_byte(buf, '-');
    buf_add(buf, (Str){ digits + at, sizeof digits - at });
}

void buf_format(Buf *buf, const char *format, ...)
{
    char    small[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof small); /* long text goes through buf_add */
    buf_add(buf, (Str){ small, (size_t)len });
}

static void json_escape(Buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    switch (c) {
    case '"': buf_add(buf, STR("\\\"")); return;
    case '\\': buf_add(buf, STR("\\\\")); return;
    case '\n': buf_add(buf, STR("\\n")); return;
    case '\r': buf_add(buf, STR("\\r")); return;
    case '\t': buf_add(buf, STR("\\t")); return;
    default: break;
    }
    buf_add(buf, STR("\\u00"));
    buf_byte(buf, hex[c >> 4]);
    buf_byte(buf, hex[c & 15]);
}

/* Whether one of eight bytes must be escaped: below 0x20, '"' or '\\'. Bytes above 0x7F are not looked at
 * right (their neighbour may be taken for one): then a slower look follows. */
static bool may_need_escape(const char *at)
{
    const uint64_t ones = 0x0101010101010101U, tops = 0x8080808080808080U;
    uint64_t       word = 0;
    memcpy(&word, at, sizeof word);
    uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
    return ((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & tops;
}

void buf_json_string(Buf *buf, Str s)
{
    size_t from = 0;
    buf_byte(buf, '"');
    for (size_t i = 0; i < s.len; i++) {
        while (i + 8 <= s.len && !may_need_escape(s.ptr + i)) i += 8;
        if (i == s.len) break;
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(buf, str_slice(s, from, i));
        json_escape(buf, c);
        from = i + 1;
    }
    if (s.len > from) buf_add(buf, str_slice(s, from, s.len));
    buf_byte(buf, '"');
}

Str buf_str(const Buf *buf)
{
    return buf->failed ? STR_NONE : (Str){ buf->ptr, buf->len };
}

/* str_test.c — text: what is quick because it looks at eight bytes at once says what looking at each says. */
#include "base/str.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 1 << 20, RANDOM_ROUNDS = 20000 };

static Arena    arena;
static unsigned dice = 1;

static unsigned roll(void)
{
    dice = dice * 1664525 + 1013904223;
    return dice >> 8;
}

static void test_numbers(void)
{
    static const int64_t edges[] = { 0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 9999, 10000, INT64_MAX,
                                     INT64_MIN, -1, -9, -10, -99, -100, -12345 };
    int64_t              wrong = 0;
    char                 plain[32];
    for (size_t i = 0; i < COUNT(edges) + RANDOM_ROUNDS; i++) {
        int64_t random = (int64_t)((uint64_t)roll() << 40 ^ (uint64_t)roll() << 20 ^ roll()) >> roll() % 60;
        int64_t value  = i < COUNT(edges) ? edges[i] : random;
        arena_reset(&arena);
        Buf buf = buf_make(&arena, 4);
        buf_i64(&buf, value);
        (void)snprintf(plain, sizeof plain, "%lld", (long long)value);
        wrong += !str_eq(buf_str(&buf), str_from(plain));
    }
    check(wrong == 0, "numbers are written as printf writes them");
}

/* RFC 8259, byte by byte. */
static Str escaped(Str s)
{
    Buf buf = buf_make(&arena, 16);
    buf_byte(&buf, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"') buf_add(&buf, STR("\\\""));
        else if (c == '\\') buf_add(&buf, STR("\\\\"));
        else if (c == '\n') buf_add(&buf, STR("\\n"));
        else if (c == '\r') buf_add(&buf, STR("\\r"));
        else if (c == '\t') buf_add(&buf, STR("\\t"));
        else if (c < 0x20) buf_format(&buf, "\\u%04x", c);
        else buf_byte(&buf, (char)c);
    }
    buf_byte(&buf, '"');
    return buf_str(&buf);
}

/* Mostly plain, with some of what is special. */
static char some_byte(void)
{
    static const char special[] = "\"\\\n\r\t\x01\x1F\x20\x21\x7F\x80\xC3\xA9\xFF";
    return roll() % 12 ? (char)('a' + roll() % 26) : special[roll() % sizeof special];
}

static void test_escapes(void)
{
    int64_t wrong = 0;
    char    text[40];
    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        size_t len = roll() % sizeof text;
        for (size_t k = 0; k < len; k++) text[k] = some_byte();
        arena_reset(&arena);
        Buf buf = buf_make(&arena, 4);
        buf_json_string(&buf, (Str){ text, len });
        wrong += !str_eq(buf_str(&buf), escaped((Str){ text, len }));
    }
    check(wrong == 0, "texts are escaped where RFC 8259 asks, at every place of eight bytes");
}

static void test_utf8(void)
{
    static const struct {
        const char *text;
        bool        fine;
    } pieces[] = { { "a", true },        { "\xC3\xA9", true },         { "\xE2\x82\xAC", true },
                   { "\xC3", false },    { "\xF0\x9F\x99\x82", true }, { "\xED\xA0\x80", false },
                   { "\xC0\xAF", false }, { "\x80", false },           { "\xF4\x90\x80\x80", false } };
    int64_t wrong = 0;
    for (size_t before = 0; before < 20; before++) {
        for (size_t after = 0; after < 20; after++) {
            for (size_t p = 0; p < COUNT(pieces); p++) {
                char   text[64];
                Str    piece = str_from(pieces[p].text);
                size_t bad   = 99;
                memset(text, 'x', sizeof text);
                memcpy(text + before, piece.ptr, piece.len);
                bool fine = str_is_utf8((Str){ text, before + piece.len + after }, &bad);
                wrong += fine != pieces[p].fine || (!fine && bad != before);
            }
        }
    }
    check(wrong == 0, "what is no UTF-8 is found, and where, at every place of eight bytes");
}

static void test_format(void)
{
    int64_t wrong = 0;
    char    text[600];
    for (size_t len = 0; len < sizeof text; len++) {
        memset(text, 'y', sizeof text);
        text[len] = '\0';
        arena_reset(&arena);
        Str made = str_format(&arena, "%s", text);
        wrong += made.len != len || memcmp(made.ptr, text, len + 1) != 0;
    }
    check(wrong == 0, "a formatted text may have any length");
    Str parts[] = { STR("a"), STR_NONE, STR(""), STR("bc") };
    check(str_eq(str_join(&arena, parts, 4), STR("abc")) && str_eq(str_join(&arena, parts, 0), STR("")),
          "texts are joined");
    Arena tight;
    char  room[64];
    arena_init(&tight, room, sizeof room);
    check(!str_join(&tight, (Str[]){ str_from(text), STR("x") }, 2).ptr, "in a full arena nothing is joined");
    check(!str_format(&tight, "%s", text).ptr && !str_format(&tight, "%.100s", text).ptr,
          "in a full arena there is none");
}

static void test_growth(void)
{
    static char room[256];
    Arena       tight;
    Buf         buf;
    arena_init(&tight, room, sizeof room);
    buf = buf_make(&tight, 8);
    for (int i = 0; i < 60; i++) buf_byte(&buf, 'z');
    check(!buf.failed && buf_str(&buf).len == 60, "a text grows");
    for (int i = 0; i < 600; i++) buf_add(&buf, STR("zz"));
    check(buf.failed && !buf_str(&buf).ptr, "until the arena is full");
    buf_i64(&buf, 1);
    buf_json_string(&buf, STR("a"));
    check(buf.failed && !buf_str(&buf).ptr, "and stays failed");
}

static void test_hash(void)
{
    check(str_hash(1, STR("abcdefgh")) != str_hash(1, STR("abcdefgi"))
              && str_hash(1, STR("abc")) != str_hash(2, STR("abc"))
              && str_hash(1, STR("")) != str_hash(1, STR("a"))
              && str_hash(7, STR("abcdefghijk")) == str_hash(7, STR("abcdefghijk")),
          "a hash depends on every byte and on the seed");
}

int main(void)
{
    void *bytes = malloc(ARENA_BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, ARENA_BYTES);
    test_numbers();
    test_escapes();
    test_utf8();
    test_format();
    test_growth();
    test_hash();
    free(bytes);
    return check_finish("str");
}

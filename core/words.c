/* words.c — the words of a text. See words.h.
 * Folding is by ranges of Unicode 15 (CaseFolding.txt, statuses C and F) for the scripts with case. */
#include "core/words.h"

#include <assert.h>
#include <string.h>

/* U+00C0 … U+017F without case and accent; '*' is a separator, '2' a letter that becomes two. */
static const char latin[] = "aaaaaa2ceeeeiiiidnooooo*ouuuuy22aaaaaa2ceeeeiiiidnooooo*ouuuuy2y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii22jjkkk"
                            "llllllllllnnnnnnnnnoooooo22rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(sizeof latin == 0x180 - 0xC0 + 1, "one letter for each of U+00C0 … U+017F");

/* The code point at *at, which is moved behind it; what is not UTF-8 counts as a blank. */
static uint32_t next_code(Str text, size_t *at)
{
    unsigned char first = (unsigned char)text.ptr[(*at)++];
    if (first < 0x80) return first;
    size_t   more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    uint32_t code = first & (0x3FU >> more);
    if (more == 0 || text.len - *at < more) return ' ';
    for (size_t i = 0; i < more; i++) {
        unsigned char next = (unsigned char)text.ptr[*at];
        if ((next & 0xC0) != 0x80) return ' ';
        code = code << 6 | (next & 0x3F);
        (*at)++;
    }
    return code;
}

static uint32_t fold_greek(uint32_t c)
{
    static const uint32_t plain[] = { 0x3B1, 0x387, 0x3B5, 0x3B7, 0x3B9, 0, 0x3BF, 0, 0x3C5, 0x3C9 };
    if (c >= 0x386 && c <= 0x38F && c != 0x387) return plain[c - 0x386];
    if ((c >= 0x391 && c <= 0x3A9) || c == 0x3AA || c == 0x3AB) c += 0x20;
    switch (c) { /* without accents; the final sigma is a sigma */
    case 0x3AC: return 0x3B1;
    case 0x3AD: return 0x3B5;
    case 0x3AE: return 0x3B7;
    case 0x3AF:
    case 0x3CA:
    case 0x390: return 0x3B9;
    case 0x3CC: return 0x3BF;
    case 0x3CD:
    case 0x3CB:
    case 0x3B0: return 0x3C5;
    case 0x3CE: return 0x3C9;
    case 0x3C2: return 0x3C3;
    default: return c;
    }
}

static uint32_t fold(uint32_t c)
{
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0x386 && c <= 0x3CE) return fold_greek(c);
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    if (c >= 0x4C1 && c <= 0x4CE) return c + (c & 1);
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x52F)) return c == 0x4C0 ? 0x4CF : c | 1;
    if (c >= 0x531 && c <= 0x556) return c + 0x30;
    if ((c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF)) return c | 1;
    if (c >= 0xFF21 && c <= 0xFF3A) return c - 0xFF21 + 'a';
    if (c >= 0xFF41 && c <= 0xFF5A) return c - 0xFF41 + 'a';
    if (c >= 0xFF10 && c <= 0xFF19) return c - 0xFF10 + '0';
    return c;
}

static bool is_separator(uint32_t c)
{
    if (c < 0x80) return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    if (c < 0xC0) return c != 0xAA && c != 0xB5 && c != 0xBA;
    return (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x2E00 && c <= 0x2E7F) || (c >= 0x3000 && c <= 0x303F)
        || (c >= 0xFE10 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF65) || (c >= 0xE000 && c <= 0xF8FF)
        || (c >= 0x1F000 && c <= 0x1FAFF) || c == 0x387 || c == 0x37E;
}

/* Chinese and Japanese characters: each is a word. */
static bool stands_alone(uint32_t c)
{
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x20000 && c <= 0x3FFFF);
}

static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00U >> len & 0xFF) | c);
    return len;
}

/* The folded letter as UTF-8; 0 for a separator. */
static size_t letter(uint32_t c, char out[4])
{
    if (c == 0x1E9E) c = 0xDF;
    if (c >= 0xC0 && c <= 0x17F) {
        char plain = latin[c - 0xC0];
        out[0]     = plain;
        if (plain == '*') return 0;
        if (plain != '2') return 1;
        const char *two = c == 0xDF                ? "ss"
                        : c == 0xC6 || c == 0xE6   ? "ae"
                        : c == 0xDE || c == 0xFE   ? "th"
                        : c == 0x132 || c == 0x133 ? "ij"
                                                   : "oe";
        memcpy(out, two, 2);
        return 2;
    }
    c = fold(c);
    return is_separator(c) ? 0 : encode(c, out);
}

static bool word_put(Arena *arena, const char *bytes, size_t len, Words *words)
{
    Str word = { bytes, len };
    if (len == 0 || words->count == WORDS_MAX) return true;
    for (size_t i = 0; i < words->count; i++)
        if (str_eq(words->items[i], word)) return true;
    word = str_dup(arena, word);
    if (!word.ptr) return false;
    words->items[words->count++] = word;
    return true;
}

bool words_add(Arena *arena, Str text, Words *words)
{
    char   word[WORD_BYTES_MAX], utf8[4];
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = next_code(text, &at);
        if ((c >= 0x300 && c <= 0x36F) || c == 0xAD) continue; /* combining accents, soft hyphen */
        size_t more  = letter(c, utf8);
        bool   alone = stands_alone(c);
        if (more == 0 || alone) {
            if (!word_put(arena, word, len, words)) return false;
            len = 0;
        }
        if (len + more <= sizeof word) {
            memcpy(word + len, utf8, more);
            len += more;
        }
        if (alone) {
            if (!word_put(arena, word, len, words)) return false;
            len = 0;
        }
    }
    return word_put(arena, word, len, words);
}

/* pan.c — finds payment card numbers in text. See pan.h. */
#include "core/pan.h"

#include "core/gtin.h"

#include <string.h>

enum { PAN_MIN = 13, PAN_MAX = 19, UUID_LEN = 36, IBAN_MIN = 15, IBAN_MAX = 34, PHONE_MAX = 14 };

static bool luhn(const char *digits, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digits[len - 1 - i] - '0';
        if (i % 2) digit = digit * 2 - (digit > 4 ? 9 : 0);
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool issuer(const char *digits, size_t len)
{
    static const struct {
        int    low, high; /* of the first four digits */
        size_t least, most;
    } ranges[] = {
        { 4000, 4999, 13, 13 }, { 4000, 4999, 16, 16 }, { 4000, 4999, 18, 19 }, { 5100, 5599, 16, 16 },
        { 2221, 2720, 16, 16 }, { 3400, 3499, 15, 15 }, { 3700, 3799, 15, 15 }, { 6011, 6011, 16, 19 },
        { 6440, 6599, 16, 19 }, { 3528, 3589, 16, 19 }, { 3000, 3059, 14, 19 }, { 3600, 3699, 14, 19 },
        { 3800, 3999, 14, 19 }, { 6200, 6299, 16, 19 }, { 5000, 5099, 13, 19 }, { 5600, 5999, 13, 19 },
        { 6000, 6010, 13, 19 }, { 6012, 6199, 13, 19 }, { 6300, 6439, 13, 19 }, { 6600, 6999, 13, 19 },
    };
    int first = 0;
    for (int i = 0; i < 4; i++) first = first * 10 + (digits[i] - '0');
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (first >= ranges[i].low && first <= ranges[i].high && len >= ranges[i].least
            && len <= ranges[i].most)
            return true;
    return false;
}

/* --- signs --- */

static bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter_or_digit(char c)
{
    return ascii_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool begins(Str s, size_t i, Str bytes)
{
    return str_starts(str_slice(s, i, s.len), bytes);
}

/* The digit at s[i], or -1; *width is how many bytes it takes. */
static int digit_at(Str s, size_t i, size_t *width)
{
    static const struct {
        Str           lead; /* all bytes but the last */
        unsigned char zero; /* the last one of 0 */
    } scripts[] = {
        { STR("\xEF\xBC"), 0x90 }, /* full-width */
        { STR("\xD9"), 0xA0 },     /* Arabic */
        { STR("\xDB"), 0xB0 },     /* Persian, Urdu */
    };
    *width = 1;
    if ((unsigned char)s.ptr[i] < 0x80) return ascii_digit(s.ptr[i]) ? s.ptr[i] - '0' : -1;
    for (size_t k = 0; k < COUNT(scripts); k++) {
        size_t at = i + scripts[k].lead.len;
        if (at >= s.len || !begins(s, i, scripts[k].lead)) continue;
        int digit = (unsigned char)s.ptr[at] - scripts[k].zero;
        *width    = scripts[k].lead.len + 1;
        if (digit >= 0 && digit <= 9) return digit;
    }
    return -1;
}

/* The length of what may stand between the digits of a written card number at s[i], or 0. */
static size_t gap(Str s, size_t i)
{
    static const Str others[] = {
        STR("\xC2\xA0"),     STR("\xC2\xAD"),     STR("\xE2\x80\xAF"), STR("\xE2\x81\x9F"),
        STR("\xE2\x88\x92"), STR("\xE3\x80\x80"), STR("\xEF\xBC\x8D"), STR("\xEF\xBB\xBF"),
    };
    char c = s.ptr[i];
    if (c == ' ' || c == '-' || c == '.' || c == '\t') return 1;
    if ((unsigned char)c < 0x80) return 0;
    /* U+2000 to U+2015: blanks, joiners and marks without width, dashes */
    if (i + 2 < s.len && begins(s, i, STR("\xE2\x80")) && (unsigned char)s.ptr[i + 2] <= 0x95) return 3;
    for (size_t k = 0; k < COUNT(others); k++)
        if (begins(s, i, others[k])) return others[k].len;
    return 0;
}

/* --- what is none --- */

static bool track(Str s)
{
    for (size_t i = 0; i + PAN_MIN < s.len; i++) {
        bool   one = s.ptr[i] == '%' && (s.ptr[i + 1] == 'B' || s.ptr[i + 1] == 'b');
        size_t at  = i + (one ? 2 : 1);
        size_t n   = 0;
        if (!one && s.ptr[i] != ';') continue;
        while (at + n < s.len && n <= PAN_MAX && ascii_digit(s.ptr[at + n])) n++;
        if (n >= PAN_MIN && n <= PAN_MAX && at + n < s.len && s.ptr[at + n] == (one ? '^' : '='))
            return true;
    }
    return false;
}

/* The length of a UUID at s[i], or 0. */
static size_t uuid_at(Str s, size_t i)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (s.len - i < UUID_LEN || s.ptr[i + 8] != '-') return 0;
    if (s.len - i > UUID_LEN && letter_or_digit(s.ptr[i + UUID_LEN])) return 0;
    for (size_t n = 0; n < UUID_LEN; n++) {
        char c   = s.ptr[i + n];
        bool hex = ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (form[n] == '-' ? c != '-' : !hex) return 0;
    }
    return UUID_LEN;
}

/* The remainder by 97 of a number with an IBAN's sign behind it. */
static int mod97(int before, char sign)
{
    return ascii_digit(sign) ? (before * 10 + (sign - '0')) % 97 : (before * 100 + (sign - 'A' + 10)) % 97;
}

/* The length of an IBAN at s[i], also in groups, or 0. */
static size_t iban_at(Str s, size_t i)
{
    size_t found = 0, signs = 4;
    int    rest = 0;
    if (s.len - i < IBAN_MIN || !ascii_digit(s.ptr[i + 2]) || !ascii_digit(s.ptr[i + 3])) return 0;
    for (int n = 0; n < 2; n++)
        if (s.ptr[i + (size_t)n] < 'A' || s.ptr[i + (size_t)n] > 'Z') return 0;
    for (size_t at = i + 4; at < s.len && signs < IBAN_MAX; at++) {
        char c = s.ptr[at];
        if (c == ' ' && s.ptr[at - 1] != ' ') continue;
        if (!ascii_digit(c) && (c < 'A' || c > 'Z')) break;
        rest      = mod97(rest, c);
        int whole = rest;
        for (size_t n = 0; n < 4; n++) whole = mod97(whole, s.ptr[i + n]);
        bool ends = at + 1 == s.len || !letter_or_digit(s.ptr[at + 1]);
        if (++signs >= IBAN_MIN && ends && whole == 1) found = at + 1 - i;
    }
    return found;
}

static bool sscc(const char *digits, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++) sum += (digits[len - 1 - i] - '0') * (i % 2 ? 3 : 1);
    return len == 18 && sum % 10 == 0;
}

/* --- what is one --- */

typedef struct {
    Str    s;
    bool   goods_allowed;
    char   digits[PAN_MAX + 1];
    size_t count;
    size_t groups[PAN_MAX + 1]; /* how many digits each has */
    size_t group_count;
} Hunt;

/* Whether groups look like a card number that is written apart, should other numbers stand beside it. */
static bool layout(const Hunt *h)
{
    const size_t *g    = h->groups;
    size_t        last = h->group_count - 1;
    if (last == 0) return true;
    if (last == 1 && g[0] == 6 && g[1] >= 7) return true;              /* Maestro, UnionPay */
    if (last == 2 && g[0] == 4 && g[1] == 6 && g[2] >= 4) return true; /* American Express, Diners */
    for (size_t i = 0; i < last; i++)
        if (g[i] != g[0]) return false;
    return g[0] >= 4 && g[last] <= g[0];
}

static bool is_card(const Hunt *h, bool plus)
{
    Str digits = { h->digits, h->count };
    if (h->count < PAN_MIN || h->count > PAN_MAX) return false;
    if (plus && h->count <= PHONE_MAX && h->digits[0] == '4') return false;
    if (h->goods_allowed && (gtin_valid(digits) || sscc(h->digits, h->count))) return false;
    return issuer(h->digits, h->count) && luhn(h->digits, h->count);
}

/* Reads the group of digits at `at`; behind it. Digits that are too many are counted only. */
static size_t read_group(Hunt *h, size_t at)
{
    size_t width = 0, before = h->count;
    int    digit;
    while (at < h->s.len && (digit = digit_at(h->s, at, &width)) >= 0) {
        if (h->count <= PAN_MAX) h->digits[h->count++] = (char)('0' + digit);
        at += width;
    }
    h->groups[h->group_count++] = h->count - before;
    return at;
}

/* The next group of digits behind a gap at `at`; `at` itself when there is none. */
static size_t next_group(Str s, size_t at)
{
    size_t width = 0, to = at;
    while (to < s.len && (width = gap(s, to)) > 0) to += width;
    return to < s.len && digit_at(s, to, &width) >= 0 ? to : at;
}

/* Whether a card number begins with the group at `at`; `whole`: the first of its run of groups. */
static bool begins_card(Hunt *h, size_t at, bool whole, size_t *behind)
{
    bool plus      = at > 0 && h->s.ptr[at - 1] == '+';
    h->count       = 0;
    h->group_count = 0;
    *behind = at = read_group(h, at);
    for (;;) {
        size_t next = next_group(h->s, at);
        if ((layout(h) || (whole && next == at)) && is_card(h, plus)) return true;
        if (next == at || h->count > PAN_MAX) return false;
        at = read_group(h, next);
    }
}

bool pan_found(Str text, bool goods_allowed)
{
    Hunt   h     = { .s = text, .goods_allowed = goods_allowed };
    bool   whole = true; /* no digits stand before, or none that could belong to it */
    size_t skip  = 0;
    if (text.len < PAN_MIN) return false;
    if (track(text)) return true;
    for (size_t i = 0; i < text.len;) {
        size_t width = 0;
        bool   word  = i == 0 || !letter_or_digit(text.ptr[i - 1]);
        if (word && (skip = uuid_at(text, i)) == 0) skip = iban_at(text, i);
        if (word && skip) {
            i += skip;
            whole = true;
        } else if (digit_at(text, i, &width) >= 0) {
            if (begins_card(&h, i, whole, &i)) return true;
            whole = false;
        } else {
            size_t blank = gap(text, i);
            if (!blank) whole = true;
            i += blank ? blank : 1;
        }
    }
    return false;
}

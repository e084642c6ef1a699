/* pan.c — finds payment card numbers in text. See pan.h. */
#include "core/pan.h"

#include "core/gtin.h"

#include <string.h>

enum { PAN_MIN = 13, PAN_MAX = 19 };

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
        int low, high; /* of the first four digits */
        size_t least, most;
    } ranges[] = {
        { 4000, 4999, 13, 19 }, { 5100, 5599, 16, 16 }, { 2221, 2720, 16, 16 }, { 3400, 3499, 15, 15 },
        { 3700, 3799, 15, 15 }, { 6011, 6011, 16, 19 }, { 6440, 6599, 16, 19 }, { 3528, 3589, 16, 19 },
        { 3000, 3059, 14, 19 }, { 3600, 3699, 14, 19 }, { 3800, 3999, 14, 19 }, { 6200, 6299, 16, 19 },
        { 5000, 5099, 13, 19 }, { 5600, 5999, 13, 19 }, { 6000, 6010, 13, 19 }, { 6012, 6199, 13, 19 },
        { 6300, 6439, 13, 19 }, { 6600, 6999, 13, 19 },
    };
    int first = 0;
    for (int i = 0; i < 4; i++) first = first * 10 + (digits[i] - '0');
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (first >= ranges[i].low && first <= ranges[i].high
            && len >= ranges[i].least && len <= ranges[i].most)
            return true;
    return false;
}

/* The length of what may stand between the digits of a written card number at s[i], or 0. */
static size_t gap(Str s, size_t i)
{
    if (s.ptr[i] == ' ' || s.ptr[i] == '-' || s.ptr[i] == '.') return 1;
    return i + 1 < s.len && memcmp(s.ptr + i, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool track(Str s)
{
    for (size_t i = 0; i + PAN_MIN < s.len; i++) {
        bool   one = s.ptr[i] == '%' && (s.ptr[i + 1] == 'B' || s.ptr[i + 1] == 'b');
        size_t at  = i + (one ? 2 : 1);
        size_t n   = 0;
        if (!one && s.ptr[i] != ';') continue;
        while (at + n < s.len && n <= PAN_MAX && digit(s.ptr[at + n])) n++;
        if (n >= PAN_MIN && n <= PAN_MAX && at + n < s.len && s.ptr[at + n] == (one ? '^' : '=')) return true;
    }
    return false;
}

/* Collects the digits of the run that starts at s[from]; *end is behind it. */
static size_t run_of_digits(Str s, size_t from, char *digits, size_t *end)
{
    size_t count = 0;
    size_t i     = from;
    while (i < s.len) {
        if (digit(s.ptr[i])) {
            if (count < PAN_MAX + 1) digits[count] = s.ptr[i];
            count++;
            *end = ++i;
            continue;
        }
        size_t skip = gap(s, i);
        if (skip == 0) break;
        i += skip;
    }
    return count;
}

bool pan_found(Str text, bool gtin_allowed)
{
    char digits[PAN_MAX + 1];
    if (text.len < PAN_MIN) return false;
    if (track(text)) return true;
    for (size_t i = 0; i < text.len; i++) {
        if (!digit(text.ptr[i])) continue;
        size_t end   = i;
        size_t count = run_of_digits(text, i, digits, &end);
        bool   gtin  = gtin_allowed && gtin_valid((Str){ digits, count <= 14 ? count : 0 });
        if (count >= PAN_MIN && count <= PAN_MAX && !gtin && issuer(digits, count)
            && luhn(digits, count))
            return true;
        i = end;
    }
    return false;
}

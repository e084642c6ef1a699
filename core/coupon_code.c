/* coupon_code.c — the codes of coupons as text. See coupon_code.h.
 * The 32 signs are those of Crockford's base 32; the check character is Luhn's over 32 signs: it finds every
 * wrong sign and nearly every pair that was swapped. */
#include "core/coupon_code.h"

#include <string.h>

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The value of a sign, also of one that looks like it; -1: none. */
static int value_of(char c)
{
    if (c == 'O') return 0;
    if (c == 'I' || c == 'L') return 1;
    for (int i = 0; i < 32; i++)
        if (signs[i] == c) return i;
    return -1;
}

/* Luhn's sum over a number's signs, the last of which stands before the check character. */
static int check_of(uint64_t number, int length)
{
    int sum = 0, factor = 2;
    for (int i = 0; i < length; i++, factor = 3 - factor) {
        int part = (int)(number & 31) * factor;
        sum += part / 32 + part % 32;
        number >>= 5;
    }
    return (32 - sum % 32) % 32;
}

static void read_number(CouponCode *code)
{
    size_t dash  = code->text_len;
    size_t first = 0;
    while (dash > 0 && code->text[dash - 1] != '-') dash--;
    if (dash > 0) {
        first            = dash;
        code->prefix_len = dash - 1;
    }
    size_t count = code->text_len - first;
    if (count < COUPON_LENGTH_MIN + 1 || count > COUPON_LENGTH_MAX + 1) return;
    uint64_t number = 0;
    for (size_t i = first; i + 1 < code->text_len; i++) {
        int value = value_of(code->text[i]);
        if (value < 0) return;
        number = number << 5 | (uint64_t)value;
    }
    if (value_of(code->text[code->text_len - 1]) != check_of(number, (int)count - 1)) return;
    code->number = number;
    code->length = (int)count - 1;
}

CouponCode coupon_code_read(Str typed)
{
    CouponCode code = { .text_len = 0 };
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!plain || code.text_len == COUPON_TEXT_MAX) return (CouponCode){ .text_len = 0 };
        code.text[code.text_len++] = c;
    }
    read_number(&code);
    return code;
}

Str coupon_code_text(const CouponCode *code)
{
    return (Str){ code->text, code->text_len };
}

Str coupon_code_prefix(const CouponCode *code)
{
    return (Str){ code->text, code->prefix_len };
}

size_t coupon_code_write(Str prefix, uint64_t number, int length, char *out)
{
    size_t at = prefix.len;
    if (prefix.len) {
        memcpy(out, prefix.ptr, prefix.len);
        out[at++] = '-';
    }
    for (int i = length - 1; i >= 0; i--) out[at++] = signs[number >> (5 * i) & 31];
    out[at++] = signs[check_of(number, length)];
    return at;
}

/* coupon_code.h — the codes of coupons as text: PREFIX-XXXXXXXXC, where the Xs are a number in 32 signs and
 * C a check character, so that a mistyped code is noticed without asking anybody. People may write them in
 * any case, with blanks, and take O for 0 and I or L for 1. Which numbers are coupons is known to the shop
 * only (shop/campaigns): to all others they are random. */
#ifndef CORE_COUPON_CODE_H
#define CORE_COUPON_CODE_H

#include "base/error.h"

enum { COUPON_LENGTH_MIN = 8, COUPON_LENGTH_MAX = 12, COUPON_PREFIX_MAX = 20, COUPON_TEXT_MAX = 60 };

typedef struct {
    char     text[COUPON_TEXT_MAX]; /* in upper case, without blanks */
    size_t   text_len;              /* 0: it cannot be a coupon at all */
    size_t   prefix_len;            /* of the text; what stands before the last '-' */
    int      length; /* signs of the number, without the check character; 0: it has no such form */
    uint64_t number; /* below 32 to the power of length */
} CouponCode;

/* Reads what somebody typed; never refuses, but says less. */
CouponCode coupon_code_read(Str typed);

Str coupon_code_text(const CouponCode *code);
Str coupon_code_prefix(const CouponCode *code);

/* Writes a code to `out` (COUPON_PREFIX_MAX + 1 + length + 1 bytes at most, no NUL); how many bytes. */
size_t coupon_code_write(Str prefix, uint64_t number, int length, char *out);

#endif

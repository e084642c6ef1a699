/* returns_gifts.c — gift receipts: only a hash of what stands on one is kept. See returns.h. */
#include "shop/returns/returns.h"

#include "all_sql.h"
#include "core/coupon_code.h"
#include "sys/env.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

enum { SIGNS = 12 }; /* 60 random bits */

static void hash_of(Str code, unsigned char out[SHA256_DIGEST_LENGTH])
{
    SHA256((const unsigned char *)code.ptr, code.len, out);
}

bool gift_receipts_put(Ctx *ctx, Id order, Str lines, Str *code, Error *err)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    uint64_t      number = 0;
    char         *text   = arena_alloc(ctx->arena, COUPON_TEXT_MAX);
    if (!text) return err_memory(err);
    env_random(ctx->env, (unsigned char *)&number, sizeof number);
    *code = (Str){ text, coupon_code_write(STR("GR"), number >> 4, SIGNS, text) };
    hash_of(*code, hash);
    GiftReceiptPutIn in = {
        ctx->who.merchant, { (const char *)hash, sizeof hash }, order, lines, ctx->now_ms
    };
    return q_gift_receipt_put_exec(ctx->tx, &in, NULL, err);
}

bool gift_receipts_find(Ctx *ctx, Str typed, Id *order, Str *lines, Error *err)
{
    unsigned char      hash[SHA256_DIGEST_LENGTH];
    CouponCode         code  = coupon_code_read(typed);
    GiftReceiptFindRow row   = { .lines = STR_NONE };
    bool               found = false;
    hash_of(coupon_code_text(&code), hash);
    GiftReceiptFindIn in = { ctx->who.merchant, { (const char *)hash, sizeof hash } };
    if (!q_gift_receipt_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *order = row.order_id;
    *lines = row.lines;
    return found || err_set(err, &ERR_GIFT_RECEIPT, "gift_receipt", "there is no such gift receipt");
}

bool gift_receipt_has(Str lines, int64_t line)
{
    char   wanted[24];
    int    len = snprintf(wanted, sizeof wanted, "%lld", (long long)line);
    size_t at  = 0;
    if (lines.len == 0) return true;
    while (at < lines.len) {
        size_t end = at;
        while (end < lines.len && lines.ptr[end] != ' ') end++;
        if (end - at == (size_t)len && memcmp(lines.ptr + at, wanted, (size_t)len) == 0) return true;
        at = end + 1;
    }
    return false;
}

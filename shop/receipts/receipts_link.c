/* receipts_link.c — the links of receipts: a document's name, signed. See receipts.h.
 * Bytes of a token: key, kind, merchant (7 bits a byte, the lowest first), document, lines (2 bytes each),
 * the first 12 of HMAC-SHA256 over all of these; in base64url. */
#include "all_sql.h"
#include "shop/receipts/receipts.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { KEY_BYTES = 32, MAC_BYTES = 12, BYTES_MAX = 2 + 10 + ID_BYTES + 2 * RECEIPT_LINES_MAX + MAC_BYTES };

static const char *const kinds[] = { "sale", "gift", "return" };
static_assert(COUNT(kinds) == RECEIPT_KIND_COUNT, "a code for each kind");

Str receipt_kind_code(ReceiptKind kind)
{
    return str_from(kinds[kind]);
}

static bool sign(Str secret, const uint8_t *bytes, size_t count, uint8_t mac[MAC_BYTES])
{
    unsigned char whole[EVP_MAX_MD_SIZE];
    unsigned      length = 0;
    if (!HMAC(EVP_sha256(), secret.ptr, (int)secret.len, bytes, count, whole, &length)) return false;
    assert(length >= MAC_BYTES);
    memcpy(mac, whole, MAC_BYTES);
    return true;
}

/* --- base64url --- */

static Str to_text(Arena *arena, const uint8_t *bytes, size_t count)
{
    char *text = arena_alloc(arena, count * 4 / 3 + 8);
    if (!text) return STR_NONE;
    int length = EVP_EncodeBlock((unsigned char *)text, bytes, (int)count);
    while (length > 0 && text[length - 1] == '=') length--;
    for (int i = 0; i < length; i++) {
        if (text[i] == '+') text[i] = '-';
        if (text[i] == '/') text[i] = '_';
    }
    return (Str){ text, (size_t)length };
}

static size_t from_text(Str text, uint8_t *bytes)
{
    unsigned char padded[(BYTES_MAX + 2) / 3 * 4 + 4], room[sizeof padded];
    size_t        length = 0;
    if (text.len == 0 || text.len > (BYTES_MAX * 4 + 2) / 3 || text.len % 4 == 1) return 0;
    for (; length < text.len; length++) {
        char c         = text.ptr[length];
        padded[length] = (unsigned char)(c == '-' ? '+' : c == '_' ? '/' : c);
        if (c == '+' || c == '/' || c == '=') return 0;
    }
    while (length % 4) padded[length++] = '=';
    int count = EVP_DecodeBlock(room, padded, (int)length);
    if (count < 0) return 0;
    size_t real = text.len * 3 / 4;
    memcpy(bytes, room, real);
    return real;
}

/* --- tokens --- */

bool receipts_token(Ctx *ctx, const ReceiptRef *ref, Str *token_or_none, Error *err)
{
    ReceiptKeyLastRow key;
    ReceiptKeyLastIn  in    = { ctx->who.merchant };
    bool              found = false;
    uint8_t           bytes[BYTES_MAX];
    size_t            count = 0;
    *token_or_none          = STR_NONE;
    assert(ref->line_count <= RECEIPT_LINES_MAX);
    if (!q_receipt_key_last_one(ctx->tx, ctx->arena, &in, &key, &found, err)) return false;
    if (!found || key.n > UINT8_MAX) return true;
    bytes[count++] = (uint8_t)key.n;
    bytes[count++] = (uint8_t)ref->kind;
    uint64_t rest  = (uint64_t)ctx->who.merchant;
    for (; rest > 127; rest >>= 7) bytes[count++] = (uint8_t)(rest & 127) | 128;
    bytes[count++] = (uint8_t)rest;
    memcpy(bytes + count, ref->document.bytes, ID_BYTES);
    count += ID_BYTES;
    for (size_t i = 0; i < ref->line_count; i++) {
        bytes[count++] = (uint8_t)(ref->lines[i] >> 8);
        bytes[count++] = (uint8_t)(ref->lines[i] & 255);
    }
    if (!sign(key.secret, bytes, count, bytes + count)) return err_memory(err);
    *token_or_none = to_text(ctx->arena, bytes, count + MAC_BYTES);
    return token_or_none->ptr || err_memory(err);
}

/* Reads what stands in the bytes; false when they are none of ours. */
static bool parse(const uint8_t *bytes, size_t count, ReceiptRef *out)
{
    uint64_t merchant = 0;
    size_t   at       = 2;
    int      shift    = 0;
    *out              = (ReceiptRef){ .kind = (ReceiptKind)bytes[1] };
    if (bytes[1] >= RECEIPT_KIND_COUNT) return false;
    for (;; shift += 7) {
        if (at >= count || shift > 56) return false;
        merchant |= (uint64_t)(bytes[at] & 127) << shift;
        if (!(bytes[at++] & 128)) break;
    }
    size_t left = count - at;
    if (left < ID_BYTES || (left - ID_BYTES) % 2 || (left - ID_BYTES) / 2 > RECEIPT_LINES_MAX)
        return false;
    memcpy(out->document.bytes, bytes + at, ID_BYTES);
    for (at += ID_BYTES; at < count; at += 2)
        out->lines[out->line_count++] = (uint16_t)(bytes[at] << 8 | bytes[at + 1]);
    out->merchant = (int64_t)merchant;
    return true;
}

/* What is behind the last "/r/" of a link. */
static Str end_of_link(Str text)
{
    for (size_t i = text.len; i >= 3; i--)
        if (memcmp(text.ptr + i - 3, "/r/", 3) == 0) return str_slice(text, i, text.len);
    return text;
}

bool receipts_open(Ctx *ctx, Str token, ReceiptRef *out, Error *err)
{
    uint8_t           bytes[BYTES_MAX + 4], mac[MAC_BYTES];
    size_t            count = from_text(end_of_link(token), bytes);
    ReceiptKeyFindRow key   = { STR_NONE };
    bool              found = false;
    if (count < 2 + 1 + ID_BYTES + MAC_BYTES || !parse(bytes, count - MAC_BYTES, out))
        return err_set(err, &ERR_RECEIPT_LINK, "token", "it is none of ours");
    ReceiptKeyFindIn in = { out->merchant, bytes[0] };
    if (!q_receipt_key_find_one(ctx->tx, ctx->arena, &in, &key, &found, err)) return false;
    if (!found || !sign(key.secret, bytes, count - MAC_BYTES, mac)
        || CRYPTO_memcmp(mac, bytes + count - MAC_BYTES, MAC_BYTES) != 0)
        return err_set(err, &ERR_RECEIPT_LINK, "token", "it is none of ours");
    ctx->who.merchant = out->merchant;
    return true;
}

bool receipts_key_make(Ctx *ctx, Error *err)
{
    uint8_t           secret[KEY_BYTES];
    ReceiptKeyLastRow key;
    ReceiptKeyLastIn  in    = { ctx->who.merchant };
    bool              found = false;
    if (!q_receipt_key_last_one(ctx->tx, ctx->arena, &in, &key, &found, err)) return false;
    if (found) return true;
    env_random(ctx->env, secret, sizeof secret);
    ReceiptKeyPutIn put = { ctx->who.merchant, 1, { (const char *)secret, sizeof secret }, ctx->now_ms };
    return q_receipt_key_put_exec(ctx->tx, &put, NULL, err);
}

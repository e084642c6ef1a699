/* identity.c — merchants, roles and API keys. See identity.h. */
#include "shop/identity/identity.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/perms.h"

#include <openssl/sha.h>
#include <string.h>
#include <zlib.h>

#define KEY_PREFIX "ot_"
enum { KEY_CHECK_LEN = 6, KEY_LEN = sizeof KEY_PREFIX - 1 + 32 + KEY_CHECK_LEN };

static Str sha256(Arena *arena, Str text)
{
    unsigned char *hash = arena_alloc(arena, SHA256_DIGEST_LENGTH);
    if (!hash) return STR_NONE;
    SHA256((const unsigned char *)text.ptr, text.len, hash);
    return (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
}

/* Every key may see who it is. */
Perms identity_perms(Str codes)
{
    if (str_eq(codes, STR("*"))) return PERMS_ALL;
    Perms perms = { 0 };
    perms_add(&perms, perm_bit(&PERM_ME_READ));
    for (size_t from = 0; from < codes.len;) {
        size_t end = str_index(codes, ' ', from);
        for (int i = 0; perm_at(i); i++)
            if (str_eq(str_slice(codes, from, end), str_from(perm_at(i)->code))) perms_add(&perms, i);
        from = end + 1;
    }
    return perms;
}

bool identity_authenticate(Ctx *ctx, Str key, Principal *out, Error *err)
{
    ApiKeyFindRow row;
    bool          found = false;
    if (!identity_key_is_whole(key)) return err_set(err, &ERR_AUTH_INVALID, "", "unknown or revoked key");
    Str hash = sha256(ctx->arena, key);
    if (!hash.ptr) return err_memory(err);
    if (!q_api_key_find_one(ctx->tx, ctx->arena, &(ApiKeyFindIn){ hash }, &row, &found, err)) return false;
    if (!found || row.revoked_at_ms != 0)
        return err_set(err, &ERR_AUTH_INVALID, "", "unknown or revoked key");
    *out = (Principal){ row.merchant, row.id, row.role, identity_perms(row.perms) };
    return true;
}

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The last characters of a key: CRC-32 of those before, so that scanners for lost secrets know a key
 * when they see one, and a mistyped key costs no query. */
static void key_check(const char *text, size_t len, char out[KEY_CHECK_LEN])
{
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)len);
    for (size_t i = KEY_CHECK_LEN; i > 0; i--, crc /= 62) out[i - 1] = base62[crc % 62];
}

bool identity_key_is_whole(Str key)
{
    char check[KEY_CHECK_LEN];
    if (key.len != KEY_LEN || !str_starts(key, STR(KEY_PREFIX))) return false;
    key_check(key.ptr, KEY_LEN - KEY_CHECK_LEN, check);
    return memcmp(key.ptr + KEY_LEN - KEY_CHECK_LEN, check, KEY_CHECK_LEN) == 0;
}

/* 32 random characters, 190 bits. */
static Str make_secret(Ctx *ctx)
{
    enum { UNCHECKED = KEY_LEN - KEY_CHECK_LEN };
    unsigned char raw[64];
    char          text[KEY_LEN] = KEY_PREFIX;
    size_t        at            = sizeof KEY_PREFIX - 1;
    while (at < UNCHECKED) {
        env_random(ctx->env, raw, sizeof raw);
        for (size_t i = 0; i < sizeof raw && at < UNCHECKED; i++)
            if (raw[i] < 248) text[at++] = base62[raw[i] % 62]; /* 248 = 4 * 62: no bias */
    }
    key_check(text, UNCHECKED, text + UNCHECKED);
    return str_dup(ctx->arena, (Str){ text, sizeof text });
}

bool identity_find_role(Ctx *ctx, Str role, Str *perms, bool *found, Error *err)
{
    RoleFindRow row = { STR_NONE };
    RoleFindIn  in  = { ctx->who.merchant, role };
    if (!q_role_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *perms = row.perms;
    return true;
}

bool identity_make_key(Ctx *ctx, Str role, Str label, Id *id, Str *secret, Error *err)
{
    Str  perms;
    bool found = false;
    *id        = ctx_new_id(ctx);
    *secret    = make_secret(ctx);
    if (!identity_find_role(ctx, role, &perms, &found, err)) return false;
    if (!found) return err_set(err, &ERR_ROLE_UNKNOWN, "role", "no such role");
    Str hash   = secret->ptr ? sha256(ctx->arena, *secret) : STR_NONE;
    Str detail = str_format(ctx->arena, "%.*s: %.*s", STR_FMT(role), STR_FMT(label));
    if (!hash.ptr || !detail.ptr) return err_memory(err);
    ApiKeyPutIn in = { ctx->who.merchant, *id, hash, role, label, ctx->now_ms };
    return q_api_key_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("key.make"), *id, detail, err);
}

bool identity_put_merchant(Ctx *ctx, const Merchant *merchant, Error *err)
{
    MerchantPutIn in = { ctx->who.merchant, merchant->name, merchant->currency, merchant->address,
                         merchant->tax_number };
    return q_merchant_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("merchant.put"), audit_subject(STR("merchant"), STR("")), merchant->name,
                        err);
}

bool identity_put_role(Ctx *ctx, Str role, Str perms, Error *err)
{
    RolePutIn in = { ctx->who.merchant, role, perms };
    if (!code_check(role, "role", err)) return false;
    Str detail = str_format(ctx->arena, "%.*s: %.*s", STR_FMT(role), STR_FMT(perms));
    if (!detail.ptr) return err_memory(err);
    return q_role_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("role.put"), audit_subject(STR("role"), role), detail, err);
}

bool identity_merchant(Ctx *ctx, Merchant *out, Error *err)
{
    MerchantGetRow row;
    bool           found = false;
    MerchantGetIn  in    = { ctx->who.merchant };
    if (!q_merchant_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "", "no such merchant");
    *out = (Merchant){ row.name, row.currency, row.address, row.tax_number };
    return true;
}

bool identity_revoke_key(Ctx *ctx, Id id, Error *err)
{
    int64_t        changed = 0;
    ApiKeyRevokeIn in      = { ctx->who.merchant, id, ctx->now_ms };
    if (!q_api_key_revoke_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "id", "no such key in force");
    return audit_append(ctx, STR("key.revoke"), id, STR(""), err);
}

bool identity_merchants(Ctx *ctx, int64_t after, int64_t *out, size_t room, size_t *count, Error *err)
{
    MerchantAllRow *rows = NULL;
    MerchantAllIn   in   = { after, (int64_t)room };
    if (!q_merchant_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    for (size_t i = 0; i < *count; i++) out[i] = rows[i].merchant;
    return true;
}

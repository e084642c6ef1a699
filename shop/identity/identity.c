/* identity.c — merchants, roles and API keys. See identity.h. */
#include "shop/identity/identity.h"

#include "all_sql.h"
#include "shop/perms.h"

#include <openssl/sha.h>

static Str sha256(Arena *arena, Str text)
{
    unsigned char *hash = arena_alloc(arena, SHA256_DIGEST_LENGTH);
    if (!hash) return STR_NONE;
    SHA256((const unsigned char *)text.ptr, text.len, hash);
    return (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
}

/* The bits of a list of permission codes; "*" is all of them. */
static uint64_t perms_parse(Str codes)
{
    if (str_eq(codes, STR("*"))) return UINT64_MAX;
    uint64_t bits = 0;
    for (size_t from = 0; from < codes.len;) {
        size_t end = str_index(codes, ' ', from);
        for (int i = 0; perm_at(i); i++)
            if (str_eq(str_slice(codes, from, end), str_from(perm_at(i)->code))) bits |= 1ULL << i;
        from = end + 1;
    }
    return bits;
}

bool identity_authenticate(Ctx *ctx, Str key, Principal *out, Error *err)
{
    ApiKeyFindRow row;
    bool          found = false;
    Str           hash  = sha256(ctx->arena, key);
    if (!hash.ptr) return err_memory(err);
    if (!q_api_key_find_one(ctx->tx, ctx->arena, &(ApiKeyFindIn){ hash }, &row, &found, err))
        return false;
    if (!found || row.revoked_at_ms != 0)
        return err_set(err, &ERR_AUTH_INVALID, "", "unknown or revoked key");
    *out = (Principal){ row.merchant, row.id, row.role, perms_parse(row.perms) };
    return true;
}

static Str make_secret(Ctx *ctx)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    enum { SECRET_LEN = 32 };
    unsigned char raw[SECRET_LEN * 2];
    char          text[3 + SECRET_LEN] = "ot_";
    size_t        at                   = 3;
    while (at < sizeof text) {
        env_random(ctx->env, raw, sizeof raw);
        for (size_t i = 0; i < sizeof raw && at < sizeof text; i++)
            if (raw[i] < 248) text[at++] = digits[raw[i] % 62]; /* 248 = 4 * 62: no bias */
    }
    return str_dup(ctx->arena, (Str){ text, sizeof text });
}

bool identity_make_key(Ctx *ctx, Str role, Str label, Id *id, Str *secret, Error *err)
{
    *id     = ctx_new_id(ctx);
    *secret = make_secret(ctx);
    Str hash = secret->ptr ? sha256(ctx->arena, *secret) : STR_NONE;
    if (!hash.ptr) return err_memory(err);
    ApiKeyPutIn in = { ctx->who.merchant, *id, hash, role, label, ctx->now_ms };
    return q_api_key_put_exec(ctx->tx, &in, NULL, err);
}

bool identity_put_merchant(Ctx *ctx, const Merchant *merchant, Error *err)
{
    MerchantPutIn in = { ctx->who.merchant, merchant->name, merchant->currency, merchant->address,
                         merchant->tax_number };
    return q_merchant_put_exec(ctx->tx, &in, NULL, err);
}

bool identity_put_role(Ctx *ctx, Str role, Str perms, Error *err)
{
    return q_role_put_exec(ctx->tx, &(RolePutIn){ ctx->who.merchant, role, perms }, NULL, err);
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
    return true;
}

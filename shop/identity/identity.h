/* identity.h — who is asking and what may they do. Owns merchants, roles and API keys.
 * Invariant: only SHA-256 of a key is stored; a role is a set of permission codes. */
#ifndef SHOP_IDENTITY_H
#define SHOP_IDENTITY_H

#include "shop/common.h"

#define API_DEF "shop/identity/api.def"
#include "shop/api_declare.h"

typedef struct {
    Str name, currency, address, tax_number;
} Merchant;

/* Finds who holds the key. Errors: AUTH_INVALID. */
bool identity_authenticate(Ctx *ctx, Str key, Principal *out, Error *err) MUST_USE;

/* Whether a text has the form of a key: "ot_", 32 characters, 6 of a checksum. */
bool identity_key_is_whole(Str key);

/* The bits of permission codes with one blank between; "*" is all of them, those to come too. */
Perms identity_perms(Str codes);

/* The permission codes of a role. */
bool identity_find_role(Ctx *ctx, Str role, Str *perms, bool *found, Error *err) MUST_USE;

/* Makes a key for a role of ctx's merchant; *secret lives in the arena. Errors: ROLE_UNKNOWN. */
bool identity_make_key(Ctx *ctx, Str role, Str label, Id *id, Str *secret, Error *err) MUST_USE;

/* Errors: NOT_FOUND. */
bool identity_revoke_key(Ctx *ctx, Id id, Error *err) MUST_USE;

bool identity_put_merchant(Ctx *ctx, const Merchant *merchant, Error *err) MUST_USE;
/* `perms` are codes with one blank between, or "*". Errors: FIELD_INVALID. */
bool identity_put_role(Ctx *ctx, Str role, Str perms, Error *err) MUST_USE;
bool identity_merchant(Ctx *ctx, Merchant *out, Error *err) MUST_USE;

/* The numbers of merchants above `after`, `room` at most, in order: for the jobs. */
bool identity_merchants(Ctx *ctx, int64_t after, int64_t *out, size_t room, size_t *count,
                        Error *err) MUST_USE;

#endif

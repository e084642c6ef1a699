/* identity_test.c — keys are known by their hash, end when they are revoked, and never give more than the
 * one who made them may do. */
#include "shop/identity/identity.h"

#include "shop/perms.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;
static char  secret[64];
static Id    key;

static bool make_key(Ctx *ctx, void *arg, Error *e)
{
    NewKey ask   = { *(Str *)arg, STR("test") };
    ApiKey reply = { .key = STR_NONE };
    if (!keys_create(ctx, &ask, &reply, e)) return false;
    memcpy(secret, reply.key.ptr, reply.key.len);
    key = reply.id;
    return reply.key.len < sizeof secret;
}

static bool put_role(Ctx *ctx, void *arg, Error *e)
{
    Role reply = { .role = STR_NONE };
    return roles_change(ctx, arg, &reply, e);
}

/* The same as somebody who may do little. */
static bool put_role_as_clerk(Ctx *ctx, void *arg, Error *e)
{
    ctx->who.perms = identity_perms(STR("roles.manage keys.manage"));
    return put_role(ctx, arg, e);
}

static bool make_key_as_clerk(Ctx *ctx, void *arg, Error *e)
{
    ctx->who.perms = identity_perms(STR("roles.manage keys.manage"));
    return make_key(ctx, arg, e);
}

static bool authenticate(Ctx *ctx, void *arg, Error *e)
{
    Principal who;
    return identity_authenticate(ctx, str_from(arg), &who, e) && str_eq(who.role, STR("manager"));
}

static bool revoke(Ctx *ctx, void *arg, Error *e)
{
    ById   ask = { key };
    ApiKey reply;
    return keys_revoke(ctx, &ask, &reply, e);
}

static bool no_secret_is_listed(Ctx *ctx, void *arg, Error *e)
{
    Page    ask   = { .limit = OPT_NONE };
    KeyList reply = { .next_cursor = STR_NONE };
    return keys_list(ctx, &ask, &reply, e) && reply.items.count == 1
        && reply.items.items[0].revoked_at == OPT_NONE;
}

static bool show_me(Ctx *ctx, void *arg, Error *e)
{
    Nothing ask    = {};
    Me      reply  = { .merchant = STR_NONE };
    ctx->who.perms = identity_perms(STR("catalog.read"));
    return me_show(ctx, &ask, &reply, e) && reply.permissions.count == 2
        && str_eq(reply.merchant, STR("Test Shop"));
}

static void check_keys(void)
{
    Str  manager = STR("manager"), nobody = STR("nobody");
    char wrong[64];
    check_ok(kit_write(db, &env, make_key, &manager, &err), &err, "a key is made");
    check(identity_key_is_whole(str_from(secret)), "a key has a right checksum");
    check_ok(kit_read(db, &env, authenticate, secret, &err), &err, "its holder is known");
    memcpy(wrong, secret, sizeof wrong);
    wrong[10] = wrong[10] == 'a' ? 'b' : 'a';
    check(!identity_key_is_whole(str_from(wrong)), "a mistyped key has none");
    check_refused(kit_read(db, &env, authenticate, wrong, &err), &err, &ERR_AUTH_INVALID,
                  "a mistyped key is refused");
    check_refused(kit_read(db, &env, authenticate, "", &err), &err, &ERR_AUTH_INVALID,
                  "an empty key is refused");
    check_refused(kit_write(db, &env, make_key, &nobody, &err), &err, &ERR_ROLE_UNKNOWN,
                  "a role must be there");
    check_refused(kit_write(db, &env, make_key_as_clerk, &manager, &err), &err, &ERR_ROLE_EXCEEDS,
                  "nobody makes a key that may do more than they may");
    check(kit_read(db, &env, no_secret_is_listed, NULL, &err), "keys are listed");
    check_ok(kit_write(db, &env, revoke, NULL, &err), &err, "a key is revoked");
    check_refused(kit_write(db, &env, revoke, NULL, &err), &err, &ERR_NOT_FOUND, "only once");
    check_refused(kit_read(db, &env, authenticate, secret, &err), &err, &ERR_AUTH_INVALID,
                  "a revoked key is refused");
}

static void check_roles(void)
{
    Permission read[] = { { STR("catalog.read") }, { STR("catalog.read") } }, odd[] = { { STR("no.such") } };
    Permission all[] = { { STR("*") } }, keys[] = { { STR("keys.manage") } };
    Role       role = { STR("clerk"), { read, COUNT(read) } };
    check_ok(kit_write(db, &env, put_role, &role, &err), &err, "a role is made");
    role.permissions.items = odd;
    role.permissions.count = 1;
    check_refused(kit_write(db, &env, put_role, &role, &err), &err, &ERR_PERMISSION_UNKNOWN,
                  "an unknown permission");
    check(str_eq(str_from(err.field), STR("permissions[0].code")), "the refusal names its place");
    role.permissions.items = all;
    check_refused(kit_write(db, &env, put_role_as_clerk, &role, &err), &err, &ERR_ROLE_EXCEEDS,
                  "nobody gives a role more than they may do");
    role.permissions.items = keys;
    check_ok(kit_write(db, &env, put_role_as_clerk, &role, &err), &err, "what one may do, one may give");
    role.role = STR("a b");
    check_refused(kit_write(db, &env, put_role, &role, &err), &err, &ERR_FIELD_INVALID,
                  "a role's name is a code");
}

int main(void)
{
    db = kit_open(&env);
    check_keys();
    check_roles();
    check(kit_read(db, &env, show_me, NULL, &err), "everybody sees who they are and what they may do");
    check(perm_at(PERMS_MAX) == NULL, "the program has no more permissions than a key has bits");
    kit_close(db);
    return check_finish("identity");
}

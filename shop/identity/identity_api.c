/* identity_api.c — the routes of identity. See api.def.
 * Invariant: nobody gives a key or a role more than they may do themselves. */
#include "shop/identity/identity.h"

#include "all_sql.h"
#include "shop/perms.h"

#define API_DEF "shop/identity/api.def"
#define CAPABILITY identity
#include "shop/api_define.h"

/* The permissions that are set, one by one. */
static bool list_perms(Arena *arena, const Perms *perms, Permission **items, size_t *count)
{
    *items = arena_array(arena, Permission, PERMS_MAX);
    *count = 0;
    if (!*items) return false;
    for (int i = 0; i < PERMS_MAX && perm_at(i); i++)
        if (perms_have(perms, i)) (*items)[(*count)++].code = str_from(perm_at(i)->code);
    return true;
}

bool me_show(Ctx *ctx, const Nothing *request, Me *reply, Error *err)
{
    Merchant merchant;
    if (!identity_merchant(ctx, &merchant, err)) return false;
    *reply = (Me){ .merchant = merchant.name,
                   .currency = merchant.currency,
                   .key      = ctx->who.api_key,
                   .role     = ctx->who.role };
    return list_perms(ctx->arena, &ctx->who.perms, &reply->permissions.items, &reply->permissions.count)
        || err_memory(err);
}

bool keys_list(Ctx *ctx, const Page *request, KeyList *reply, Error *err)
{
    ApiKeyPageRow *rows  = NULL;
    size_t         count = 0;
    Id             after = { { 0 } };
    int64_t        limit = page_limit(request->limit);
    ApiKeyPageIn   in    = { ctx->who.merchant, id_bytes(&after), limit + 1 };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_api_key_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, KeyInfo, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] =
            (KeyInfo){ rows[i].id, rows[i].role, rows[i].label, rows[i].made_at_ms,
                       rows[i].revoked_at_ms ? rows[i].revoked_at_ms : OPT_NONE };
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return reply->next_cursor.ptr || err_memory(err);
}

bool keys_create(Ctx *ctx, const NewKey *request, ApiKey *reply, Error *err)
{
    Str  codes;
    bool found  = false;
    reply->role = request->role;
    if (!identity_find_role(ctx, request->role, &codes, &found, err)) return false;
    Perms perms = found ? identity_perms(codes) : (Perms){ 0 };
    if (!perms_within(&perms, &ctx->who.perms))
        return err_set(err, &ERR_ROLE_EXCEEDS, "role", "this role may do more than yours");
    return identity_make_key(ctx, request->role, request->label, &reply->id, &reply->key, err);
}

bool keys_revoke(Ctx *ctx, const ById *request, ApiKey *reply, Error *err)
{
    reply->id = request->id;
    return identity_revoke_key(ctx, request->id, err);
}

/* The codes of a role as it is stored; "*" stays what it is. */
static bool role_shown(Arena *arena, Str role, Str codes, Role *out)
{
    Perms perms = identity_perms(codes);
    out->role   = role;
    if (!str_eq(codes, STR("*")))
        return list_perms(arena, &perms, &out->permissions.items, &out->permissions.count);
    out->permissions.items = arena_new(arena, Permission);
    if (!out->permissions.items) return false;
    out->permissions.items[0].code = STR("*");
    out->permissions.count         = 1;
    return true;
}

bool roles_list(Ctx *ctx, const Page *request, RoleList *reply, Error *err)
{
    RolePageRow *rows  = NULL;
    size_t       count = 0;
    int64_t      limit = page_limit(request->limit);
    RolePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_role_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Role, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!role_shown(ctx->arena, rows[i].role, rows[i].perms, &reply->items.items[reply->items.count++]))
            return err_memory(err);
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].role;
    return true;
}

bool roles_show(Ctx *ctx, const RoleAsk *request, Role *reply, Error *err)
{
    Str  perms;
    bool found = false;
    if (!identity_find_role(ctx, request->role, &perms, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "role", "no such role");
    return role_shown(ctx->arena, request->role, perms, reply) || err_memory(err);
}

static const PermDef *perm_named(Str code)
{
    for (int i = 0; perm_at(i); i++)
        if (str_eq(code, str_from(perm_at(i)->code))) return perm_at(i);
    return NULL;
}

/* The codes as they are stored, each once and known to the program. */
static bool role_codes(Arena *arena, const Role *role, Str *out, Error *err)
{
    Buf   codes = buf_make(arena, 256);
    Perms seen  = { 0 };
    for (size_t i = 0; i < role->permissions.count; i++) {
        Str            code = role->permissions.items[i].code;
        const PermDef *perm = perm_named(code);
        if (str_eq(code, STR("*"))) {
            *out = STR("*");
            return true;
        }
        if (!perm) {
            (void)err_set(err, &ERR_PERMISSION_UNKNOWN, "code", "no such permission");
            return err_in_list(err, "permissions", i);
        }
        if (perms_have(&seen, perm_bit(perm))) continue;
        perms_add(&seen, perm_bit(perm));
        if (codes.len) buf_byte(&codes, ' ');
        buf_add(&codes, code);
    }
    *out = buf_str(&codes);
    return !codes.failed || err_memory(err);
}

bool roles_change(Ctx *ctx, const Role *request, Role *reply, Error *err)
{
    Str codes;
    if (!role_codes(ctx->arena, request, &codes, err)) return false;
    Perms perms = identity_perms(codes);
    if (!perms_within(&perms, &ctx->who.perms))
        return err_set(err, &ERR_ROLE_EXCEEDS, "permissions", "this is more than your role may do");
    return identity_put_role(ctx, request->role, codes, err)
        && (role_shown(ctx->arena, request->role, codes, reply) || err_memory(err));
}

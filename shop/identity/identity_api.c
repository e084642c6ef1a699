/* identity_api.c — the routes of identity. See api.def. */
#include "shop/identity/identity.h"

#define API_DEF "shop/identity/api.def"
#define CAPABILITY identity
#include "shop/api_define.h"

bool keys_create(Ctx *ctx, const NewKey *request, ApiKey *reply, Error *err)
{
    reply->role = request->role;
    return identity_make_key(ctx, request->role, request->label, &reply->id, &reply->key, err);
}

bool keys_revoke(Ctx *ctx, const ById *request, ApiKey *reply, Error *err)
{
    reply->id = request->id;
    return identity_revoke_key(ctx, request->id, err);
}

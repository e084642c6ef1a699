/* ctx.c — see ctx.h. */
#include "shop/ctx.h"

Id ctx_new_id(Ctx *ctx)
{
    return env_new_id(ctx->env);
}

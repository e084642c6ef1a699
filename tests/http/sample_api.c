/* sample_api.c — tables and handlers of the sample capability, and the list of capabilities. */
#include "tests/http/sample.h"

#include "base/form_table.h"
#include "tests/http/shared.def"
#include "base/form_undef.h"

#define API_DEF "tests/http/api.def"
#define CAPABILITY sample
#include "shop/api_define.h"

const Capability *const shop_all[] = { &sample_capability };
const size_t            shop_count = 1;

bool things_find(Ctx *ctx, const ThingFind *request, ThingFind *reply, Error *err)
{
    (void)ctx;
    (void)err;
    *reply = *request;
    return true;
}

bool things_make(Ctx *ctx, const Thing *request, Thing *reply, Error *err)
{
    if (str_eq(request->name, STR("bad")))
        return err_set(err, &ERR_DB_CONFLICT, "name", "is there");
    *reply    = *request;
    reply->id = ctx_new_id(ctx);
    return true;
}

bool things_best(Ctx *ctx, const Empty *request, Empty *reply, Error *err)
{
    (void)ctx;
    (void)request;
    (void)reply;
    (void)err;
    return true;
}

static bool note_after(Ctx *ctx, void *reply, Error *err)
{
    ThingPart *part = reply;
    if (ctx->tx) return err_set(err, &ERR_INTERNAL, "", "still in a transaction");
    part->note = STR("done after");
    return true;
}

bool things_note(Ctx *ctx, const ThingPart *request, ThingPart *reply, Error *err)
{
    (void)err;
    *reply     = *request;
    ctx->after = note_after;
    return true;
}

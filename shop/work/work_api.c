/* work_api.c — the routes of work that need nothing but the claims; the others are in flows/work.c. */
#include "shop/work/work.h"

#include "all_sql.h"

#define API_DEF "shop/work/api.def"
#define CAPABILITY work
#include "shop/api_define.h"

bool work_give_back(Ctx *ctx, const WorkTake *request, WorkTaken *reply, Error *err)
{
    int64_t        gone = 0;
    WorkGiveBackIn in   = { ctx->who.merchant, request->document, request->kind, ctx->who.api_key };
    *reply = (WorkTaken){ .kind = request->kind, .document = request->document, .taken_until = OPT_NONE };
    if (!q_work_give_back_exec(ctx->tx, &in, &gone, err)) return false;
    return gone == 1 || err_set(err, &ERR_WORK_NOT_THERE, "document", "you have no such task");
}

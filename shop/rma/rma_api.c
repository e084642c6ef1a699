/* rma_api.c — the routes of warranty and RMA that need nothing else. See api.def; the others are in
 * flows/. */
#include "shop/rma/rma.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "sys/json_write.h"

#define API_DEF "shop/rma/api.def"
#define CAPABILITY rma
#include "shop/api_define.h"

bool warranty_plans_list(Ctx *ctx, const Nothing *request, WarrantyPlanList *reply, Error *err)
{
    return warranty_plans(ctx, &reply->items.items, &reply->items.count, err);
}

bool warranty_plans_change(Ctx *ctx, const WarrantyPlan *request, WarrantyPlanList *reply,
                           Error *err)
{
    WarrantyPlanPutIn in = { ctx->who.merchant, request->code,
                             json_write_text(ctx->arena, &WarrantyPlan_def, request), ctx->now_ms };
    if (!in.plan.ptr) return err_memory(err);
    if (!code_check(request->code, "code", err) || !warranty_plan_check(request, err)) return false;
    return q_warranty_plan_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("warranty_plan.put"),
                        audit_subject(STR("warranty-plan"), request->code), in.plan, err)
        && warranty_plans_list(ctx, NULL, reply, err);
}

bool rmas_list(Ctx *ctx, const RmaFind *request, RmaList *reply, Error *err)
{
    RmaPageRow *rows  = NULL;
    size_t      count = 0, limit = (size_t)page_limit(request->limit);
    Id          before;
    if (!page_before(request->cursor, &before, err)) return false;
    Str       order = id_is_none(request->order) ? STR("") : id_bytes(&request->order);
    RmaPageIn in    = { ctx->who.merchant,
                        opt_or(request->number, 0),
                        text_or_empty(request->state),
                        text_or_empty(request->serial),
                        order,
                        id_bytes(&before),
                        (int64_t)limit + 1 };
    if (!q_rma_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Rma, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        RmaDoc doc;
        if (!rmas_get(ctx, rows[i].id, false, &doc, err)) return false;
        reply->items.items[reply->items.count++] = doc.doc;
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

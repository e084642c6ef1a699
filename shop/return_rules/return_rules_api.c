/* return_rules_api.c — the routes of the rules for goods that come back. See api.def. */
#include "shop/return_rules/return_rules.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "sys/json_write.h"

#define API_DEF "shop/return_rules/api.def"
#define CAPABILITY return_rules
#include "shop/api_define.h"

bool return_rules_list(Ctx *ctx, const Nothing *request, ReturnRuleList *reply, Error *err)
{
    return return_rules(ctx, &reply->items.items, &reply->items.count, err);
}

bool return_rules_change(Ctx *ctx, const ReturnRule *request, ReturnRuleList *reply, Error *err)
{
    ReturnRulePutIn in = { ctx->who.merchant, request->code,
                           json_write_text(ctx->arena, &ReturnRule_def, request), ctx->now_ms };
    if (!in.rule.ptr) return err_memory(err);
    if (!code_check(request->code, "code", err) || !return_rule_check(request, err)) return false;
    if (request->currency.len && !currency_check(request->currency, "currency", err)) return false;
    return q_return_rule_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("return_rule.put"),
                        audit_subject(STR("return-rule"), request->code), in.rule, err)
        && return_rules_list(ctx, NULL, reply, err);
}

bool return_rules_remove(Ctx *ctx, const ByCode *request, ReturnRuleList *reply, Error *err)
{
    ReturnRuleDropIn in      = { ctx->who.merchant, request->code };
    int64_t          changed = 0;
    if (!q_return_rule_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such rule");
    return audit_append(ctx, STR("return_rule.remove"),
                        audit_subject(STR("return-rule"), request->code), request->code, err)
        && return_rules_list(ctx, NULL, reply, err);
}

bool disposition_rules_list(Ctx *ctx, const Nothing *request, DispositionRuleList *reply, Error *err)
{
    return disposition_rules(ctx, &reply->items.items, &reply->items.count, err);
}

bool disposition_rules_change(Ctx *ctx, const DispositionRule *request, DispositionRuleList *reply,
                              Error *err)
{
    DispositionRulePutIn in      = { ctx->who.merchant, request->code,
                                     json_write_text(ctx->arena, &DispositionRule_def, request),
                                     ctx->now_ms };
    Id                   subject = audit_subject(STR("disposition-rule"), request->code);
    if (!in.rule.ptr) return err_memory(err);
    if (!code_check(request->code, "code", err) || !disposition_rule_check(request, err))
        return false;
    return q_disposition_rule_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("disposition_rule.put"), subject, in.rule, err)
        && disposition_rules_list(ctx, NULL, reply, err);
}

bool disposition_rules_remove(Ctx *ctx, const ByCode *request, DispositionRuleList *reply,
                              Error *err)
{
    DispositionRuleDropIn in      = { ctx->who.merchant, request->code };
    Id                    subject = audit_subject(STR("disposition-rule"), request->code);
    int64_t               changed = 0;
    if (!q_disposition_rule_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such rule");
    return audit_append(ctx, STR("disposition_rule.remove"), subject, request->code, err)
        && disposition_rules_list(ctx, NULL, reply, err);
}

bool return_staff_list(Ctx *ctx, const Nothing *request, ReturnStaffList *reply, Error *err)
{
    ReturnStaffAllRow *rows  = NULL;
    size_t             count = 0;
    ReturnStaffAllIn   in    = { ctx->who.merchant };
    if (!q_return_staff_all_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReturnStaff, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[reply->items.count++] = (ReturnStaff){ rows[i].api_key,
                                                                  rows[i].customer };
    return true;
}

bool return_staff_add(Ctx *ctx, const ReturnStaff *request, ReturnStaffList *reply, Error *err)
{
    ReturnStaffPutIn in = { ctx->who.merchant, request->api_key, request->customer };
    return q_return_staff_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("return_staff.add"), request->customer,
                        id_text(ctx->arena, request->api_key), err)
        && return_staff_list(ctx, NULL, reply, err);
}

bool return_staff_remove(Ctx *ctx, const ReturnStaff *request, ReturnStaffList *reply, Error *err)
{
    ReturnStaffDropIn in      = { ctx->who.merchant, request->api_key, request->customer };
    int64_t           changed = 0;
    if (!q_return_staff_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0)
        return err_set(err, &ERR_NOT_FOUND, "customer", "that was not said of this key");
    return audit_append(ctx, STR("return_staff.remove"), request->customer,
                        id_text(ctx->arena, request->api_key), err)
        && return_staff_list(ctx, NULL, reply, err);
}

/* approvals_api.c — the routes of approvals. See api.def. Every key may ask; what it may approve depends
 * on the kind, so that is looked up here and not by the row of the route. */
#include "shop/approvals/approvals.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/perms.h"
#include "shop/settings/settings.h"

extern const PermDef PERM_ME_READ; /* of identity; every key has it */

#define API_DEF "shop/approvals/api.def"
#define CAPABILITY approvals
#include "shop/api_define.h"

static bool check_may(const Ctx *ctx, const ApprovalRow *row, Error *err)
{
    const PermDef *perm = NULL;
    for (int bit = 0; (perm = perm_at(bit)) != NULL; bit++)
        if (str_eq(str_from(perm->code), str_from(row->perm)) && perms_have(&ctx->who.perms, bit))
            return true;
    return err_set(err, &ERR_PERMISSION_MISSING, "kind", "takes the permission %s", row->perm);
}

static bool check_subject(Str subject, Error *err)
{
    for (size_t i = 0; i < subject.len; i++) {
        char c = subject.ptr[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return err_set(err, &ERR_FIELD_INVALID, "subject",
                           "must be approval_subject of a quote or subject of approval_needed");
    }
    return true;
}

bool approvals_create(Ctx *ctx, const ApprovalInput *request, Approval *reply, Error *err)
{
    const ApprovalRow *row     = approval_find(request->kind.len ? request->kind : STR("discount"));
    int64_t            minutes = 0;
    if (!row) return err_set(err, &ERR_FIELD_INVALID, "kind", "is none that can be approved");
    if (!check_may(ctx, row, err) || !check_subject(request->subject, err)) return false;
    if (!settings_get(ctx, &SETTING_APPROVAL_MINUTES, &minutes, err)) return false;
    *reply               = (Approval){ .id         = ctx_new_id(ctx),
                                       .kind       = str_from(row->kind),
                                       .subject    = request->subject,
                                       .amount     = request->amount,
                                       .reason     = request->reason,
                                       .approver   = ctx->who.api_key,
                                       .made_at    = ctx->now_ms,
                                       .expires_at = ctx->now_ms + minutes * 60000 };
    ApprovalPutIn in     = { ctx->who.merchant, reply->id,     reply->kind,
                             reply->subject,    reply->amount, text_or_empty(request->reason),
                             ctx->who.api_key,  ctx->now_ms,   reply->expires_at };
    Str           detail = str_format(ctx->arena, "%s up to %lld of %.*s %.*s", row->kind,
                                      (long long)request->amount, STR_FMT(request->subject),
                                      STR_FMT(in.reason));
    if (!detail.ptr) return err_memory(err);
    return q_approval_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("approval.give"), reply->id, detail, err);
}

bool approvals_show(Ctx *ctx, const ById *request, Approval *reply, Error *err)
{
    ApprovalGetRow row;
    bool           found = false;
    if (!q_approval_get_one(ctx->tx, ctx->arena, &(ApprovalGetIn){ ctx->who.merchant, request->id }, &row,
                            &found, err))
        return false;
    const ApprovalRow *kind = found ? approval_find(row.kind) : NULL;
    if (!kind) return err_set(err, &ERR_NOT_FOUND, "id", "no such approval");
    *reply = (Approval){
        request->id,  row.kind,       row.subject,       row.amount,  text_or_none(row.reason),
        row.approver, row.made_at_ms, row.expires_at_ms, row.used_for
    };
    return check_may(ctx, kind, err);
}

/* approvals.c — four eyes. See approvals.h. */
#include "shop/approvals/approvals.h"

#include "all_sql.h"
#include "shop/audit/audit.h"

#include <openssl/sha.h>
#include <stdio.h>

bool approvals_subject(Ctx *ctx, ApprovalKind kind, const Str *parts, size_t count, Str *out, Error *err)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    Buf           buf = buf_make(ctx->arena, 256);
    buf_json_string(&buf, str_from(approval_row(kind)->kind));
    for (size_t i = 0; i < count; i++) buf_json_string(&buf, parts[i]);
    char *hex = arena_alloc(ctx->arena, 2 * sizeof hash + 1);
    if (buf.failed || !hex) return err_memory(err);
    SHA256((const unsigned char *)buf_str(&buf).ptr, buf_str(&buf).len, hash);
    for (size_t i = 0; i < sizeof hash; i++) (void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    *out = (Str){ hex, 2 * sizeof hash };
    return true;
}

static bool ask_for(Ctx *ctx, const ApprovalUse *use, Error *err)
{
    const ApprovalRow *row = approval_row(use->kind);
    (void)err_set(err, &ERR_APPROVAL_NEEDED, "approval",
                  "another person must approve it: give the kind and the subject to who has %s",
                  row->perm);
    err->extra = str_format(ctx->arena, "\"kind\":\"%s\",\"subject\":\"%.*s\",\"amount\":%lld", row->kind,
                            STR_FMT(use->subject), (long long)use->amount);
    return false;
}

bool approvals_use(Ctx *ctx, const ApprovalUse *use, Id *approver, Error *err)
{
    ApprovalGetRow row   = { 0 };
    bool           found = false;
    int64_t        rows  = 0;
    const char    *why   = NULL;
    ApprovalUseIn  take  = { ctx->who.merchant, use->id, use->used_for };
    if (id_is_none(use->id)) return ask_for(ctx, use, err);
    if (!q_approval_get_one(ctx->tx, ctx->arena, &(ApprovalGetIn){ ctx->who.merchant, use->id }, &row,
                            &found, err))
        return false;
    if (!found) why = "there is no such approval";
    else if (!id_is_none(row.used_for)) why = "was used already";
    else if (row.expires_at_ms <= ctx->now_ms) why = "is too old";
    else if (id_eq(row.approver, ctx->who.api_key)) why = "comes from the same person";
    else if (!str_eq(row.kind, str_from(approval_row(use->kind)->kind)))
        why = "is for something of another kind";
    else if (!str_eq(row.subject, use->subject)) why = "is for something else";
    else if (row.amount < use->amount) why = "is for a smaller amount";
    if (why) return err_set(err, &ERR_APPROVAL_INVALID, "approval", "%s", why);
    if (!q_approval_use_exec(ctx->tx, &take, &rows, err)) return false;
    if (rows != 1) return err_set(err, &ERR_APPROVAL_INVALID, "approval", "was used already");
    *approver  = row.approver;
    Str detail = str_format(ctx->arena, "%.*s %lld of %.*s", STR_FMT(row.kind), (long long)use->amount,
                            STR_FMT(use->subject));
    return detail.ptr ? audit_append(ctx, STR("approval.use"), use->id, detail, err) : err_memory(err);
}

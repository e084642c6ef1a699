/* reconciliation.c — what differs, and what was agreed with services. See reconciliation.h. */
#include "shop/reconciliation/reconciliation.h"

#include "all_sql.h"

Str recon_clearing(Arena *arena, Str service)
{
    return str_format(arena, "clearing:%.*s", STR_FMT(service));
}

Str recon_disputes(Arena *arena, Str service)
{
    return str_format(arena, "disputes:%.*s", STR_FMT(service));
}

Str recon_fees(Arena *arena, Str service)
{
    return str_format(arena, "fees:%.*s", STR_FMT(service));
}

Str recon_account(Arena *arena, SettleCause cause, Str service)
{
    switch (settle_cause(cause)->off) {
    case SETTLE_OFF_NOTHING: return STR("");
    case SETTLE_OFF_CLEARING: return recon_clearing(arena, service);
    case SETTLE_OFF_DISPUTES: return recon_disputes(arena, service);
    case SETTLE_OFF_BANK: return STR("bank");
    }
    UNREACHABLE();
}

bool recon_differ(Ctx *ctx, const ReconFound *found, Error *err)
{
    ReconDifferencePutIn in = { .merchant   = ctx->who.merchant,
                                .id         = ctx_new_id(ctx),
                                .file       = found->file,
                                .n          = found->n,
                                .service    = found->service,
                                .cause      = str_from(settle_cause(found->what.cause)->code),
                                .subject    = found->subject,
                                .order_id   = found->order,
                                .reference  = text_or_empty(found->reference),
                                .text       = text_or_empty(found->text),
                                .expected   = found->what.expected,
                                .found      = found->what.found,
                                .off        = found->what.open,
                                .currency   = text_or_empty(found->currency),
                                .account    = recon_account(ctx->arena, found->what.cause, found->service),
                                .made_at_ms = ctx->now_ms };
    if (!in.account.ptr) return err_memory(err);
    return q_recon_difference_put_exec(ctx->tx, &in, NULL, err);
}

bool recon_end(Ctx *ctx, Id subject, SettleCause cause, Str reason, Error *err)
{
    ReconDifferenceEndIn in = { ctx->who.merchant, subject, str_from(settle_cause(cause)->code), reason,
                                ctx->now_ms };
    return q_recon_difference_end_exec(ctx->tx, &in, NULL, err);
}

bool recon_told(Ctx *ctx, Id subject, SettleCause cause, bool *told, Error *err)
{
    ReconDifferenceAboutIn  in = { ctx->who.merchant, subject, str_from(settle_cause(cause)->code) };
    ReconDifferenceAboutRow row;
    return q_recon_difference_about_one(ctx->tx, ctx->arena, &in, &row, told, err);
}

bool recon_rate(Ctx *ctx, Str service, SettleRate *out, Error *err)
{
    ReconTermsAllIn  in    = { ctx->who.merchant, service };
    ReconTermsAllRow row   = { 0 };
    bool             found = false;
    if (!q_recon_terms_all_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = (SettleRate){ found && row.agreed, row.ppm, row.fixed, row.tolerance };
    return true;
}

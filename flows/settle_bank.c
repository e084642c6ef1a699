/* settle_bank.c — the lines of a bank statement beside what was sent to the bank: payouts of services, and
 * cash from drawers and safes. See settle.h. What came as it was sent is booked already, when it left. */
#include "flows/settle_inner.h"

#include "shop/audit/audit.h"

enum { SENT_MAX = 1000 };
#define DAYS_MS(days) ((int64_t)(days)*SETTLE_DAY_MS)

typedef struct {
    SettleSent *sent;
    Id         *documents; /* of deposits; none: a payout */
    int64_t    *numbers;
    Str        *services;
    size_t      count;
} Sent;

Id settle_payout_subject(Ctx *ctx, Str service, Str reference, Str currency)
{
    Str name = str_format(ctx->arena, "%.*s/%.*s/%.*s", STR_FMT(service), STR_FMT(reference),
                          STR_FMT(currency));
    return audit_subject(STR("payout"), text_or_empty(name));
}

Id settle_deposit_subject(Ctx *ctx, Id document, int64_t n)
{
    Str name = str_format(ctx->arena, "%.*s/%lld", STR_FMT(id_text(ctx->arena, document)), (long long)n);
    return audit_subject(STR("deposit"), text_or_empty(name));
}

/* The days of the statement, with those around in which its money may have been sent. */
static bool days_of(const SettleChunk *chunk, int64_t *from, int64_t *until)
{
    *from  = INT64_MAX;
    *until = 0;
    for (size_t i = 0; i < chunk->count; i++) {
        int64_t at = chunk->items[i].line.at_ms;
        if (at < *from) *from = at;
        if (at > *until) *until = at;
    }
    if (chunk->count == 0) return false;
    *from -= DAYS_MS(SETTLE_LATE_DAYS);
    *until += DAYS_MS(SETTLE_EARLY_DAYS + 1);
    return true;
}

static bool sent_to_bank(SettleChunk *chunk, int64_t from, int64_t until, Sent *out, Error *err)
{
    Ctx                 *ctx     = chunk->ctx;
    ReconPayoutWaitsIn   waits   = { ctx->who.merchant, from, until, SENT_MAX };
    SettleDepositsIn     brought = { ctx->who.merchant, from, until, SENT_MAX };
    ReconPayoutWaitsRow *payouts = NULL;
    SettleDepositsRow   *cash    = NULL;
    size_t               count = 0, more = 0;
    if (!q_recon_payout_waits_all(ctx->tx, ctx->arena, &waits, &payouts, &count, err)
        || !q_settle_deposits_all(ctx->tx, ctx->arena, &brought, &cash, &more, err))
        return false;
    out->sent      = arena_array(ctx->arena, SettleSent, count + more + 1);
    out->documents = arena_array(ctx->arena, Id, count + more + 1);
    out->numbers   = arena_array(ctx->arena, int64_t, count + more + 1);
    out->services  = arena_array(ctx->arena, Str, count + more + 1);
    if (!out->sent || !out->documents || !out->numbers || !out->services) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        out->services[out->count] = payouts[i].service;
        out->sent[out->count++]   = (SettleSent){ payouts[i].booked, payouts[i].currency,
                                                  payouts[i].reference, payouts[i].at_ms, false };
    }
    for (size_t i = 0; i < more; i++) {
        out->documents[out->count] = cash[i].document_id;
        out->numbers[out->count]   = cash[i].n;
        out->sent[out->count++] = (SettleSent){ cash[i].amount, cash[i].currency, STR(""), cash[i].at_ms,
                                                false };
    }
    return true;
}

/* The line is this payout or deposit. */
static bool arrived(SettleChunk *chunk, SettleItem *item, const Sent *all, size_t which, Error *err)
{
    Ctx              *ctx     = chunk->ctx;
    const SettleSent *sent    = &all->sent[which];
    bool              deposit = !id_is_none(all->documents[which]);
    Id                subject;
    if (deposit) {
        ReconDepositPutIn in = { ctx->who.merchant, all->documents[which], all->numbers[which],
                                 chunk->head.id, item->n };
        subject              = settle_deposit_subject(ctx, in.document, in.n);
        if (!q_recon_deposit_put_exec(ctx->tx, &in, NULL, err)) return false;
    } else {
        ReconPayoutBankedIn in = { ctx->who.merchant, all->services[which], sent->reference,
                                   sent->currency, chunk->head.id };
        subject                = settle_payout_subject(ctx, in.service, in.reference, in.currency);
        if (!q_recon_payout_banked_exec(ctx->tx, &in, NULL, err)) return false;
    }
    item->payment = subject;
    if (sent->amount != item->line.amount)
        item->result = (SettleResult){ .differs    = true,
                                       .difference = { CAUSE_BANK_AMOUNT, sent->amount, item->line.amount,
                                                       item->line.amount - sent->amount } };
    return recon_end(ctx, subject, deposit ? CAUSE_DEPOSIT_MISSING : CAUSE_PAYOUT_MISSING,
                     STR("It came to the bank after all."), err);
}

bool settle_bank_lines(SettleChunk *chunk, Error *err)
{
    Sent    all = { 0 };
    int64_t from, until;
    if (!days_of(chunk, &from, &until)) return true;
    if (!sent_to_bank(chunk, from, until, &all, err)) return false;
    for (size_t i = 0; i < chunk->count; i++) {
        SettleItem *item = &chunk->items[i];
        if (item->again || item->twice) continue;
        int64_t which = settle_bank_find(&item->line, all.sent, all.count);
        if (which == SETTLE_NONE) {
            item->result = (SettleResult){ .differs    = true,
                                           .difference = { CAUSE_BANK_UNKNOWN, 0, item->line.amount,
                                                           item->line.amount } };
            continue;
        }
        all.sent[which].taken = true;
        if (!arrived(chunk, item, &all, (size_t)which, err)) return false;
    }
    return true;
}

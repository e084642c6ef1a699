/* settle_finish.c — what is done when a file is read, and by the hour: payouts are booked and held against
 * their lines, what came right meanwhile ends, what is in no file is told. See settle.h. */
#include "flows/settle_inner.h"

#include "shop/ledger/ledger.h"

enum { PAYOUTS_AT_ONCE = 200, LATE_AT_ONCE = 200 };
#define DAYS_MS(days) ((int64_t)(days)*SETTLE_DAY_MS)

/* --- payouts --- */

static bool compare(Ctx *ctx, Id file, const ReconPayoutDueRow *p, Error *err)
{
    bool differs = false;
    Id   subject = settle_payout_subject(ctx, p->service, p->reference, p->currency);
    if (!p->seen || p->count == 0) return true;
    ReconFound found = { .file      = file,
                         .service   = p->service,
                         .what      = settle_payout(p->lines, p->said, &differs),
                         .subject   = subject,
                         .reference = p->reference,
                         .currency  = p->currency };
    return recon_end(ctx, subject, CAUSE_PAYOUT_SUM, STR("It was compared again."), err)
        && (!differs || recon_differ(ctx, &found, err));
}

static bool book_payout(Ctx *ctx, const ReconPayoutDueRow *p, LedgerDoc *doc, Error *err)
{
    int64_t           target   = p->seen ? p->said : p->implied ? p->lines : p->booked;
    int64_t           at       = p->at_ms || !target ? p->at_ms : ctx->now_ms;
    ReconPayoutDoneIn in       = { ctx->who.merchant, p->service, p->reference, p->currency, target, at };
    Str               clearing = recon_clearing(ctx->arena, p->service);
    if (!clearing.ptr) return err_memory(err);
    doc->currency = p->currency;
    return ledger_post(ctx, doc, STR("bank"), clearing, target - p->booked, STR("payout"), err)
        && q_recon_payout_done_exec(ctx->tx, &in, NULL, err);
}

static bool payouts(Ctx *ctx, const ReconFindRow *head, bool *more, Error *err)
{
    ReconPayoutDueRow *rows  = NULL;
    size_t             count = 0;
    ReconPayoutDueIn   in    = { ctx->who.merchant, head->id, PAYOUTS_AT_ONCE };
    LedgerDoc          doc   = { head->id, STR_NONE, head->entries, STR_NONE };
    if (!q_recon_payout_due_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!book_payout(ctx, &rows[i], &doc, err) || !compare(ctx, head->id, &rows[i], err)) return false;
    ReconBookedIn booked = { ctx->who.merchant, head->id, head->entries, doc.n };
    *more                = count == PAYOUTS_AT_ONCE;
    return count == 0 || q_recon_booked_exec(ctx->tx, &booked, NULL, err);
}

/* --- what came right --- */

static bool settle_known(Ctx *ctx, SettleItem *item, const SettleLateRow *row, Str service, Error *err)
{
    bool              fine     = !item->result.differs;
    int64_t           changed  = 0;
    Str               clearing = recon_clearing(ctx->arena, service);
    LedgerDoc         doc      = { row->file, item->known.currency, row->entries, STR_NONE };
    SettleLineKnownIn line     = {
            ctx->who.merchant, row->file,         row->n, fine ? STR("matched") : STR("difference"),
            item->payment,     item->result.books
    };
    ReconDifferenceSettleIn end = { ctx->who.merchant, row->id, STR(""), STR("The payment came later."),
                                    ctx->now_ms };
    if (!clearing.ptr) return err_memory(err);
    if (item->result.books && !str_eq(item->known.currency, item->line.settled)) {
        if (!ledger_post(ctx, &doc, STR("exchange"), clearing, item->result.books, STR("exchange"), err))
            return false;
        doc.currency = item->line.settled;
        if (!ledger_post(ctx, &doc, clearing, STR("exchange"), item->line.gross, STR("exchange"), err))
            return false;
    }
    SettleHeadKnownIn head = { ctx->who.merchant, row->file, row->entries, doc.n, fine };
    if (!q_settle_line_known_exec(ctx->tx, &line, NULL, err)
        || !q_recon_difference_settle_exec(ctx->tx, &end, NULL, err)
        || !q_settle_head_known_exec(ctx->tx, &head, &changed, err))
        return false;
    if (!changed) return err_set(err, &ERR_DB_CONFLICT, "", "somebody else books for this file");
    if (fine) return true;
    ReconFound found = { row->file,
                         row->n,
                         service,
                         item->result.difference,
                         item->payment,
                         item->order,
                         item->line.reference,
                         STR_NONE,
                         item->line.currency };
    return recon_differ(ctx, &found, err);
}

/* Lines whose payment nobody knew: tills that were offline have told of it meanwhile. One at a time: of
 * one file there may be several. */
static bool late(Ctx *ctx, Str service, bool *more, Error *err)
{
    SettleLateRow *rows  = NULL;
    size_t         count = 0;
    SettleLateIn   in    = { ctx->who.merchant, service, 1 };
    *more                = false;
    for (int round = 0; round < LATE_AT_ONCE; round++) {
        if (!q_settle_late_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
        if (count == 0) return true;
        SettleItem  item   = { .n    = rows[0].n,
                               .line = { .kind      = SETTLE_CHARGE,
                                         .reference = rows[0].reference,
                                         .amount    = rows[0].amount,
                                         .currency  = rows[0].currency,
                                         .gross     = rows[0].gross,
                                         .fee       = rows[0].fee,
                                         .net       = rows[0].net,
                                         .settled   = rows[0].settled } };
        SettleChunk chunk  = { .ctx = ctx, .items = &item, .count = 1 };
        chunk.head.service = service;
        if (!id_is_none(rows[0].subject)) item.line.key = id_text(ctx->arena, rows[0].subject);
        if (!settle_again(&chunk, err) || !settle_known(ctx, &item, &rows[0], service, err)) return false;
    }
    *more = true;
    return true;
}

static bool came_right(Ctx *ctx, Str service, bool *more, Error *err)
{
    SettlePaidUpIn    paid = { ctx->who.merchant, service, STR("It is settled as it was taken."),
                               ctx->now_ms };
    SettleRefundsInIn back = { ctx->who.merchant, service, STR("It came after all."), ctx->now_ms };
    return late(ctx, service, more, err) && q_settle_paid_up_exec(ctx->tx, &paid, NULL, err)
        && q_settle_refunds_in_exec(ctx->tx, &back, NULL, err);
}

bool settle_finish(Ctx *ctx, const ReconFindRow *head, bool *more, Error *err)
{
    SettleFirstRow first = { 0 };
    SettleFirstIn  in    = { ctx->who.merchant, head->id };
    bool           found = false;
    if (!payouts(ctx, head, more, err)) return false;
    if (*more) return true;
    if (!q_settle_first_one(ctx->tx, ctx->arena, &in, &first, &found, err)) return false;
    /* What was on the first day may be in a file before. */
    int64_t           since = first.at_ms ? first.at_ms + DAYS_MS(1) : ctx->now_ms;
    bool              bank  = str_eq(head->format, STR("bank"));
    ReconTermsBeginIn begin = { ctx->who.merchant, head->service, bank, RECON_DAYS,
                                since < ctx->now_ms ? since : ctx->now_ms };
    return q_recon_terms_begin_exec(ctx->tx, &begin, NULL, err)
        && (bank || came_right(ctx, head->service, more, err));
}

/* --- what misses --- */

/* The first id that is made at a time. */
static Id id_at(int64_t ms)
{
    Id id = { { 0 } };
    for (int i = 0; i < 6; i++) id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    return id;
}

static bool tell_short(Ctx *ctx, Str service, const SettleMissingPaymentsRow *row, Error *err)
{
    ReconFound found = { .service   = service,
                         .subject   = row->payment,
                         .order     = row->order_id,
                         .reference = row->reference,
                         .currency  = row->currency };
    bool       told  = false;
    if (!settle_short(row->taken, row->settled, &found.what)) return true;
    return recon_told(ctx, row->payment, found.what.cause, &told, err)
        && (told || recon_differ(ctx, &found, err));
}

static bool look_for_payments(Ctx *ctx, Str service, int64_t from, int64_t until, Error *err)
{
    SettleMissingPaymentsRow *rows  = NULL;
    SettleMissingCapturesRow *held  = NULL;
    size_t                    count = 0, more = 0;
    SettleMissingPaymentsIn   in   = { ctx->who.merchant, service, id_at(from), id_at(until) };
    SettleMissingCapturesIn   part = { ctx->who.merchant, service, from, until };
    if (!q_settle_missing_payments_all(ctx->tx, ctx->arena, &in, &rows, &count, err)
        || !q_settle_missing_captures_all(ctx->tx, ctx->arena, &part, &held, &more, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!tell_short(ctx, service, &rows[i], err)) return false;
    for (size_t i = 0; i < more; i++) {
        SettleMissingPaymentsRow row = { held[i].payment,  held[i].order_id, held[i].reference,
                                         held[i].currency, held[i].taken,    held[i].settled };
        if (!tell_short(ctx, service, &row, err)) return false;
    }
    return true;
}

static bool look_for_refunds(Ctx *ctx, Str service, int64_t from, int64_t until, Error *err)
{
    SettleMissingRefundsRow *rows  = NULL;
    size_t                   count = 0;
    SettleMissingRefundsIn   in    = { ctx->who.merchant, service, id_at(from), id_at(until) };
    if (!q_settle_missing_refunds_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        ReconFound found = { .service  = service,
                             .subject  = rows[i].refund,
                             .order    = rows[i].order_id,
                             .currency = rows[i].currency };
        (void)settle_short(-rows[i].amount, 0, &found.what);
        if (!recon_differ(ctx, &found, err)) return false;
    }
    return true;
}

static bool look_at_bank(Ctx *ctx, Str account, int64_t from, int64_t until, Error *err)
{
    enum { ROWS_MAX = 10000 };
    ReconPayoutWaitsIn   waits   = { ctx->who.merchant, from, until, ROWS_MAX };
    SettleDepositsIn     brought = { ctx->who.merchant, from, until, ROWS_MAX };
    ReconPayoutWaitsRow *rows    = NULL;
    SettleDepositsRow   *cash    = NULL;
    size_t               count = 0, more = 0;
    if (!q_recon_payout_waits_all(ctx->tx, ctx->arena, &waits, &rows, &count, err)
        || !q_settle_deposits_all(ctx->tx, ctx->arena, &brought, &cash, &more, err))
        return false;
    for (size_t i = 0; i < count + more; i++) {
        bool                       payout = i < count;
        const ReconPayoutWaitsRow *p      = &rows[payout ? i : 0];
        const SettleDepositsRow   *d      = &cash[payout ? 0 : i - count];
        int64_t                    amount = payout ? p->booked : d->amount;
        SettleCause                cause  = payout ? CAUSE_PAYOUT_MISSING : CAUSE_DEPOSIT_MISSING;
        ReconFound                 found  = { .service = account, .what = { cause, amount, 0, -amount } };
        if (payout) found.subject = settle_payout_subject(ctx, p->service, p->reference, p->currency);
        else found.subject = settle_deposit_subject(ctx, d->document_id, d->n);
        found.reference = payout ? p->reference : STR_NONE;
        found.text      = payout ? p->service : d->credit;
        found.currency  = payout ? p->currency : d->currency;
        bool told       = false;
        if (!recon_told(ctx, found.subject, found.what.cause, &told, err)
            || (!told && !recon_differ(ctx, &found, err)))
            return false;
    }
    return true;
}

bool settle_look(Ctx *ctx, const ReconTermsDueRow *terms, Error *err)
{
    int64_t from = terms->checked_ms, until = from + SETTLE_WINDOW_MS, changed = 0;
    int64_t limit = ctx->now_ms - DAYS_MS(terms->days);
    while (until + SETTLE_WINDOW_MS <= limit && until - from < DAYS_MS(1)) until += SETTLE_WINDOW_MS;
    ReconTermsCheckedIn in   = { ctx->who.merchant, terms->service, from, until };
    bool                more = false;
    if (!q_recon_terms_checked_exec(ctx->tx, &in, &changed, err)) return false;
    if (!changed) return true; /* somebody else has looked */
    if (terms->bank) return look_at_bank(ctx, terms->service, from, until, err);
    return look_for_payments(ctx, terms->service, from, until, err)
        && look_for_refunds(ctx, terms->service, from, until, err)
        && came_right(ctx, terms->service, &more, err);
}

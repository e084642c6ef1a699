/* give_back_exchange.c — goods that come back pay for others. See give_back_exchange.h. */
#include "flows/give_back_exchange.h"

#include "all_sql.h"
#include "core/tender.h"
#include "shop/audit/audit.h"
#include "shop/ledger/ledger.h"

#include <stdio.h>

enum { UNDO_FROM = 10 }; /* entries of a refund's document: 1 when it is given, 11 when it is taken back */

static bool fill(Ctx *ctx, const CheckoutRequest *request, ReturnRequest *out, Error *err)
{
    const ExchangeInput *in    = request->exchange;
    ReturnLineInput     *lines = arena_array(ctx->arena, ReturnLineInput, in->lines.count + 1);
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < in->lines.count; i++) {
        const ExchangeLine *line = &in->lines.items[i];
        lines[i]                 = (ReturnLineInput){ .line        = line->line,
                                                      .part        = OPT_NONE,
                                                      .quantity    = line->quantity,
                                                      .disposition = line->disposition,
                                                      .reason_code = line->reason_code,
                                                      .grade       = line->grade,
                                                      .scanned     = line->scanned,
                                                      .lot         = line->lot,
                                                      .serials     = line->serials };
    }
    *out = (ReturnRequest){ .order        = in->order,
                            .location     = request->location,
                            .reason       = in->reason,
                            .gift_receipt = in->gift_receipt,
                            .refund_to    = in->refund_to,
                            .gift_card    = in->gift_card,
                            .customer     = request->customer,
                            .approval     = in->approval,
                            .shipping     = OPT_NONE,
                            .shift        = request->shift,
                            .lines        = { lines, in->lines.count } };
    return true;
}

/* Puts `exchange.` before the field of an error. */
static bool within(Error *err)
{
    char field[sizeof err->field];
    (void)snprintf(field, sizeof field, "exchange.%.80s", err->field);
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    return false;
}

bool give_back_exchange(Ctx *ctx, const CheckoutRequest *request, Str currency, int64_t total,
                        Return *back, int64_t *amount, Error *err)
{
    ReturnRequest in;
    *amount = 0;
    if (!fill(ctx, request, &in, err)) return false;
    if (!give_back_create(ctx, &in, (GiveBackHow){ .judged = true, .exchange = total }, back, err))
        return within(err);
    ctx->after    = NULL; /* what goes back to cards besides is sent by the jobs */
    ctx->after_id = (Id){ { 0 } };
    if (!str_eq(back->currency, currency))
        return err_set(err, &ERR_EXCHANGE_CURRENCY, "exchange.order", "was sold in %.*s",
                       STR_FMT(back->currency));
    for (size_t i = 0; i < back->refunds.count; i++)
        if (tender_is(back->refunds.items[i].kind, TENDER_EXCHANGE))
            *amount += back->refunds.items[i].amount;
    return true;
}

static bool undo_one(Ctx *ctx, const Return *back, const Refund *refund, Error *err)
{
    ExchangeRefundUndoneIn undo    = { ctx->who.merchant, refund->return_id, refund->n };
    LedgerDoc              doc     = { refund->id, back->currency, UNDO_FROM, back->location };
    int64_t                changed = 0;
    if (!q_exchange_refund_undone_exec(ctx->tx, &undo, &changed, err)) return false;
    return changed == 0
        || ledger_move(ctx, &doc, (LedgerSide){ .account = STR("receivable") },
                       (LedgerSide){ .account = STR("exchanged") }, -refund->amount, STR("refund"), err);
}

bool give_back_exchange_undo(Ctx *ctx, Id order, Error *err)
{
    Return  back;
    Refund *refunds = NULL;
    size_t  count   = 0;
    Id      id      = { { 0 } };
    if (!returns_exchange_for(ctx, order, &id, err)) return false;
    if (id_is_none(id)) return true;
    if (!returns_lock(ctx, id, err) || !returns_get(ctx, id, &back, err)
        || !refunds_of(ctx, id, &refunds, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (tender_is(refunds[i].kind, TENDER_EXCHANGE) && !undo_one(ctx, &back, &refunds[i], err))
            return false;
    return audit_append(ctx, STR("refund.refused"), id, STR("the sale that it paid for was given up"),
                        err);
}

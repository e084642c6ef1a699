/* payments.c — tenders and refunds. See payments.h. */
#include "shop/payments/payments.h"

#include "all_sql.h"

bool payments_put(Ctx *ctx, const Payment *p, Error *err)
{
    PaymentPutIn in = { ctx->who.merchant,
                        p->order,
                        p->n,
                        p->id,
                        p->kind,
                        p->state,
                        p->amount,
                        p->tendered,
                        p->change,
                        text_or_empty(p->reference),
                        text_or_empty(p->brand),
                        text_or_empty(p->last4),
                        text_or_empty(p->reason),
                        ctx->now_ms,
                        p->next_ask_ms,
                        p->account,
                        p->account_of,
                        p->deposited,
                        p->rounding,
                        p->tip,
                        p->surcharge,
                        text_or_empty(p->coin),
                        p->coins,
                        text_or_empty(p->service) };
    return q_payment_put_exec(ctx->tx, &in, NULL, err)
        && (!p->on_shipment
            || q_payment_hold_put_exec(
                ctx->tx, &(PaymentHoldPutIn){ ctx->who.merchant, p->order, p->n, p->amount }, NULL, err));
}

bool payments_of(Ctx *ctx, Id order, Payment **out, size_t *count, Error *err)
{
    PaymentOfRow *rows = NULL;
    PaymentOfIn   in   = { ctx->who.merchant, order };
    if (!q_payment_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Payment, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const PaymentOfRow *r = &rows[i];
        (*out)[i]             = (Payment){ .order         = order,
                                           .id            = r->id,
                                           .n             = r->n,
                                           .kind          = r->kind,
                                           .state         = r->state,
                                           .amount        = r->amount,
                                           .tendered      = r->tendered,
                                           .change        = r->change,
                                           .refunded      = r->refunded,
                                           .reference     = r->reference,
                                           .brand         = r->brand,
                                           .last4         = r->last4,
                                           .reason        = r->reason,
                                           .next_ask_ms   = r->next_ask_ms,
                                           .on_shipment   = r->hold_state.len > 0,
                                           .hold_state    = r->hold_state,
                                           .captured      = r->captured,
                                           .released      = r->released,
                                           .failed        = r->failed,
                                           .forgiven      = r->forgiven,
                                           .expires_at_ms = r->expires_at_ms,
                                           .at_ms         = r->at_ms,
                                           .account       = r->account,
                                           .account_of    = r->account_of,
                                           .deposited     = r->deposited != 0,
                                           .rounding      = r->rounding,
                                           .tip           = r->tip,
                                           .surcharge     = r->surcharge,
                                           .coin          = r->coin,
                                           .coins         = r->coins,
                                           .service       = r->service };
    }
    return true;
}

bool payments_step(Ctx *ctx, const Payment *now, Str from, Str to, bool *changed, Error *err)
{
    int64_t       rows = 0;
    PaymentStepIn in   = { ctx->who.merchant,
                           now->order,
                           now->n,
                           from,
                           to,
                           now->reference,
                           now->brand,
                           now->last4,
                           now->reason,
                           now->next_ask_ms,
                           now->deposited,
                           now->account,
                           text_or_empty(now->service) };
    if (!q_payment_step_exec(ctx->tx, &in, &rows, err)) return false;
    *changed = rows == 1;
    return true;
}

bool payments_ask_at(Ctx *ctx, Id order, int64_t n, int64_t at_ms, Error *err)
{
    return q_payment_ask_at_exec(ctx->tx, &(PaymentAskAtIn){ ctx->who.merchant, order, n, at_ms }, NULL, err);
}

bool payments_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err)
{
    PaymentDueRow *rows = NULL;
    PaymentDueIn   in   = { ctx->now_ms, limit };
    if (!q_payment_due_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, PaymentDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (PaymentDue){ rows[i].merchant, rows[i].order_id };
    return true;
}

static bool of_hold(Ctx *ctx, const Refund *r, Error *err)
{
    int64_t              changed = 1;
    PaymentHoldReleaseIn release = { ctx->who.merchant, r->order, r->payment_n, r->amount };
    PaymentHoldForgiveIn forgive = { ctx->who.merchant, r->order, r->payment_n, r->amount };
    if (str_eq(r->account, STR("card_held"))
        && !q_payment_hold_release_exec(ctx->tx, &release, &changed, err))
        return false;
    if (str_eq(r->account, STR("customer_owes"))
        && !q_payment_hold_forgive_exec(ctx->tx, &forgive, &changed, err))
        return false;
    return changed == 1 || err_set(err, &ERR_REFUND_EXCEEDS, "", "another return was faster");
}

bool refunds_put(Ctx *ctx, const Refund *r, Error *err)
{
    int64_t         changed = 0;
    PaymentRefundIn back    = { ctx->who.merchant, r->order, r->payment_n, r->amount };
    RefundPutIn     in      = { ctx->who.merchant, r->return_id, r->n,         r->id,     r->order,
                                r->payment_n,      r->kind,      r->state,     r->amount, ctx->now_ms,
                                r->next_ask_ms,    r->account,   r->account_of };
    if (r->payment_n > 0) {
        if (!q_payment_refund_exec(ctx->tx, &back, &changed, err)) return false;
        if (changed == 0) return err_set(err, &ERR_REFUND_EXCEEDS, "", "another return was faster");
        if (!of_hold(ctx, r, err)) return false;
    }
    return q_refund_put_exec(ctx->tx, &in, NULL, err);
}

bool refunds_of(Ctx *ctx, Id return_id, Refund **out, size_t *count, Error *err)
{
    RefundOfRow *rows = NULL;
    RefundOfIn   in   = { ctx->who.merchant, return_id };
    if (!q_refund_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Refund, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const RefundOfRow *r = &rows[i];
        (*out)[i]            = (Refund){ .return_id   = return_id,
                                           .id          = r->id,
                                           .n           = r->n,
                                           .order       = r->order_id,
                                           .payment_n   = r->payment_n,
                                           .kind        = r->kind,
                                           .state       = r->state,
                                           .amount      = r->amount,
                                           .next_ask_ms = r->next_ask_ms,
                                           .account     = r->account,
                                           .account_of  = r->account_of,
                                           .reason      = r->reason };
    }
    return true;
}

bool refunds_end(Ctx *ctx, const Refund *r, bool refused, Str reason, bool *changed, Error *err)
{
    int64_t     rows = 0;
    RefundEndIn end  = { ctx->who.merchant, r->return_id, r->n, refused ? STR("refused") : STR("done"),
                         text_or_empty(reason) };
    if (!q_refund_end_exec(ctx->tx, &end, &rows, err)) return false;
    *changed = rows == 1;
    return true;
}

bool refunds_replaced(Ctx *ctx, const Refund *r, Error *err)
{
    int64_t          rows = 0;
    RefundReplacedIn in   = { ctx->who.merchant, r->return_id, r->n };
    PaymentUnrefundIn back = { ctx->who.merchant, r->order, r->payment_n, r->amount };
    if (!q_refund_replaced_exec(ctx->tx, &in, &rows, err)) return false;
    if (rows == 1) return q_payment_unrefund_exec(ctx->tx, &back, NULL, err);
    return err_set(err, &ERR_REFUND_TO, "n", "it went back another way already");
}

bool refunds_ask_at(Ctx *ctx, Id return_id, int64_t n, int64_t at_ms, Error *err)
{
    return q_refund_ask_at_exec(ctx->tx, &(RefundAskAtIn){ ctx->who.merchant, return_id, n, at_ms }, NULL,
                                err);
}

bool refunds_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err)
{
    RefundDueRow *rows = NULL;
    RefundDueIn   in   = { ctx->now_ms, limit };
    if (!q_refund_due_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, PaymentDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (PaymentDue){ rows[i].merchant, rows[i].return_id };
    return true;
}

bool payments_hurry(Ctx *ctx, Id key, Error *err)
{
    int64_t               merchant = ctx->who.merchant, now = ctx->now_ms;
    PaymentHurryIn        payment  = { merchant, key, now };
    PaymentCaptureHurryIn capture  = { merchant, key, now };
    RefundHurryIn         refund   = { merchant, key, now };
    return q_payment_hurry_exec(ctx->tx, &payment, NULL, err)
        && q_payment_capture_hurry_exec(ctx->tx, &capture, NULL, err)
        && q_refund_hurry_exec(ctx->tx, &refund, NULL, err);
}

bool payments_hurry_hold(Ctx *ctx, Id order, int64_t n, Error *err)
{
    PaymentHoldHurryIn in = { ctx->who.merchant, order, n, ctx->now_ms };
    return q_payment_hold_hurry_exec(ctx->tx, &in, NULL, err);
}

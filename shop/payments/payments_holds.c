/* payments_holds.c — cards that are only authorised at the sale, and what is captured. See payments.h. */
#include "shop/payments/payments.h"

#include "all_sql.h"

bool payments_hold_open(Ctx *ctx, Id order, int64_t n, int64_t expires_at_ms, Error *err)
{
    PaymentHoldOpenIn in = { ctx->who.merchant, order, n, expires_at_ms };
    return q_payment_hold_open_exec(ctx->tx, &in, NULL, err);
}

bool payments_hold_capture(Ctx *ctx, Id order, int64_t n, int64_t amount, bool *ok, Error *err)
{
    int64_t              rows = 0;
    PaymentHoldCaptureIn in   = { ctx->who.merchant, order, n, amount };
    PaymentCapturePutIn  put  = { ctx->who.merchant, order, n, ctx_new_id(ctx), amount, ctx->now_ms };
    if (!q_payment_hold_capture_exec(ctx->tx, &in, &rows, err)) return false;
    *ok = rows == 1;
    return !*ok || q_payment_capture_put_exec(ctx->tx, &put, NULL, err);
}

bool payments_hold_lock(Ctx *ctx, Id order, bool *any, Error *err)
{
    int64_t           rows = 0;
    PaymentHoldLockIn in   = { ctx->who.merchant, order };
    if (!q_payment_hold_lock_exec(ctx->tx, &in, &rows, err)) return false;
    *any = rows > 0;
    return true;
}

bool payments_hold_step(Ctx *ctx, Id order, int64_t n, Str from, Str to, int64_t next_ask_ms, Error *err)
{
    int64_t           rows = 0;
    PaymentHoldStepIn in   = { ctx->who.merchant, order, n, to, from, next_ask_ms };
    if (!q_payment_hold_step_exec(ctx->tx, &in, &rows, err)) return false;
    return rows == 1 || err_set(err, &ERR_DB_BUSY, "", "another process changes this hold");
}

bool payments_hold_drop(Ctx *ctx, Id order, Error *err)
{
    return q_payment_hold_drop_exec(ctx->tx, &(PaymentHoldDropIn){ ctx->who.merchant, order }, NULL, err);
}

bool payments_captures_pending(Ctx *ctx, Id order, int64_t n, int64_t *out, Error *err)
{
    bool                     found = false;
    PaymentCapturePendingIn  in    = { ctx->who.merchant, order, n };
    PaymentCapturePendingRow row   = { 0 };
    if (!q_payment_capture_pending_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = row.number;
    return true;
}

bool payments_captures_due(Ctx *ctx, int64_t limit, Capture **out, size_t *count, Error *err)
{
    PaymentCaptureDueRow *rows = NULL;
    PaymentCaptureDueIn   in   = { ctx->now_ms, limit };
    if (!q_payment_capture_due_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Capture, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Capture){ .merchant = rows[i].merchant,
                               .order    = rows[i].order_id,
                               .id       = rows[i].id,
                               .n        = rows[i].payment_n,
                               .amount   = rows[i].amount,
                               .at_ms    = rows[i].at_ms };
    return true;
}

bool payments_holds_due(Ctx *ctx, int64_t limit, HoldDue **out, size_t *count, Error *err)
{
    PaymentHoldDueRow *rows = NULL;
    PaymentHoldDueIn   in   = { ctx->now_ms, limit };
    if (!q_payment_hold_due_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, HoldDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (HoldDue){ .merchant = rows[i].merchant,
                               .order    = rows[i].order_id,
                               .n        = rows[i].n,
                               .held     = rows[i].held,
                               .captured = rows[i].captured,
                               .state    = rows[i].state };
    return true;
}

bool payments_capture_end(Ctx *ctx, const Capture *capture, bool declined, Str reason, bool *changed,
                          Error *err)
{
    int64_t             rows = 0;
    PaymentCaptureEndIn in   = { ctx->who.merchant,
                                 capture->order,
                                 capture->n,
                                 capture->id,
                               declined ? STR("declined") : STR("done"),
                                 reason };
    PaymentHoldFailIn   fail = { ctx->who.merchant, capture->order, capture->n, capture->amount };
    if (!q_payment_capture_end_exec(ctx->tx, &in, &rows, err)) return false;
    *changed = rows == 1;
    return !*changed || !declined || q_payment_hold_fail_exec(ctx->tx, &fail, NULL, err);
}

bool payments_capture_ask_at(Ctx *ctx, const Capture *capture, int64_t at_ms, Error *err)
{
    PaymentCaptureAskAtIn in = { ctx->who.merchant, capture->order, capture->n, capture->id, at_ms };
    return q_payment_capture_ask_at_exec(ctx->tx, &in, NULL, err);
}

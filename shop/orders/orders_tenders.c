/* orders_tenders.c — orders that are paid little by little. See orders.h. */
#include "shop/orders/orders.h"

#include "all_sql.h"

bool orders_lock(Ctx *ctx, Id id, Error *err)
{
    return q_order_lock_exec(ctx->tx, &(OrderLockIn){ ctx->who.merchant, id }, NULL, err);
}

bool orders_tenders(Ctx *ctx, Id id, int64_t cash_rounding, int64_t pay_by, Error *err)
{
    OrderTendersIn in = { ctx->who.merchant, id, cash_rounding, opt_or(pay_by, 0) };
    return q_order_tenders_exec(ctx->tx, &in, NULL, err);
}

bool orders_unpaid(Ctx *ctx, int64_t limit, OrderDue **out, size_t *count, Error *err)
{
    OrderUnpaidRow *rows = NULL;
    OrderUnpaidIn   in   = { ctx->now_ms, limit };
    if (!q_order_unpaid_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, OrderDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (OrderDue){ rows[i].merchant, rows[i].id };
    return true;
}

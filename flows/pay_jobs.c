/* pay_jobs.c — money that goes back to cards, and the step of the jobs that settles what is due. See
 * pay.h. */
#include "flows/pay.h"

#include "flows/charge.h"
#include "flows/gift.h"
#include "flows/payment_service.h"
#include "flows/sale.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/orders/orders.h"

#include <assert.h>
#include <string.h>

enum {
    DUE_MAX      = 50,          /* documents of one job step */
    ASK_LEAST_MS = 5000,        /* between two questions about the same refund; grows with its age … */
    ASK_MOST_MS  = 3600 * 1000, /* … up to this */
};

typedef struct {
    Ctx        ctx;
    size_t     mark;
    Refund     refund;
    Return     document;
    PspOutcome outcome;
    PspAnswer  answer;
} Refunding;

static bool tell_refused(Refunding *r, Error *err)
{
    Ctx          *ctx    = &r->ctx;
    const Refund *refund = &r->refund;
    Buf           body   = buf_make(ctx->arena, 256);
    Str           id     = id_text(ctx->arena, refund->return_id);
    Str           reason = str_from(r->answer.reason);
    Str           detail = str_format(ctx->arena, "refund %lld: %lld %.*s: %.*s", (long long)refund->n,
                                      (long long)refund->amount, STR_FMT(r->document.currency),
                                      STR_FMT(reason));
    buf_format(&body,
               "{\"return\":\"%.*s\",\"refund\":%lld,\"amount\":%lld,\"currency\":"
               "\"%.*s\",\"reason\":",
        STR_FMT(id), (long long)refund->n, (long long)refund->amount, STR_FMT(r->document.currency));
    buf_json_string(&body, reason);
    buf_add(&body, STR("}"));
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, STR("refund.refused"), refund->return_id, detail, err)
        && events_put(ctx, &EVENT_REFUND_REFUSED, refund->order, buf_str(&body), err);
}

/* A definite no is told: the money is still owed, and goes back another way (POST …/refunds/{n}/instead).
 */
static bool refund_apply(Tx *tx, void *arg, Error *err)
{
    Refunding *r       = arg;
    bool       changed = false, no = r->outcome == PSP_DECLINED;
    r->ctx.tx          = tx;
    r->ctx.arena->used = r->mark;
    if (!no && r->outcome != PSP_APPROVED)
        return refunds_ask_at(&r->ctx, r->refund.return_id, r->refund.n, r->ctx.now_ms + ASK_LEAST_MS * 6,
                              err);
    if (!refunds_end(&r->ctx, &r->refund, no, str_from(r->answer.reason), &changed, err)) return false;
    if (!changed) return true;
    return no ? tell_refused(r, err) : sale_post_refund(&r->ctx, &r->refund, &r->document, err);
}

static bool refund_one(Ctx *ctx, const Refund *refund, Error *err)
{
    Refunding      r        = { .ctx = *ctx, .refund = *refund };
    Payment       *payments = NULL;
    size_t         count    = 0;
    PspPart        part     = { .key = refund->id, .amount = refund->amount };
    PspCharge      charge;
    PaymentService at;
    if (!db_read_begin(ctx->db, &r.ctx.tx, err)) return false;
    bool ok = returns_get(&r.ctx, refund->return_id, &r.document, err)
           && payments_of(&r.ctx, refund->order, &payments, &count, err);
    assert(!ok || (refund->payment_n > 0 && refund->payment_n <= (int64_t)count));
    ok = ok
      && payment_service_of(&r.ctx, &payments[refund->payment_n - 1], r.document.currency, &at, &charge,
                            err)
      && payment_service_told(&r.ctx, refund->id, &part.told, err);
    db_read_end(r.ctx.tx);
    if (!ok) return false;
    r.outcome = payment_refund(&at, &charge, &part, &r.answer);
    r.mark    = ctx->arena->used;
    return db_write(ctx->db, refund_apply, &r, err);
}

bool pay_refund(Ctx *ctx, Id return_id, Error *err)
{
    Refund *refunds = NULL;
    size_t  count   = 0;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = refunds_of(ctx, return_id, &refunds, &count, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    for (size_t i = 0; ok && i < count; i++)
        if (str_eq(refunds[i].state, STR("pending"))) ok = refund_one(ctx, &refunds[i], err);
    return ok;
}

/* --- the job --- */

static Ctx job_ctx(Db *db, Env *env, Arena *arena, int64_t now_ms, int64_t merchant)
{
    return (
        Ctx){ .arena = arena, .db = db, .env = env, .now_ms = now_ms, .who = { .merchant = merchant } };
}

/* What is due: of one step, and of all merchants. */
typedef struct {
    PaymentDue orders[DUE_MAX], returns[DUE_MAX];
    OrderDue   unpaid[DUE_MAX];
    size_t     order_count, return_count, unpaid_count;
} DueNow;

static bool find_due(Ctx *ctx, DueNow *due, Error *err)
{
    PaymentDue *found  = NULL;
    OrderDue   *unpaid = NULL;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = payments_due(ctx, DUE_MAX, &found, &due->order_count, err);
    if (ok) memcpy(due->orders, found, due->order_count * sizeof *found);
    ok = ok && refunds_due(ctx, DUE_MAX, &found, &due->return_count, err);
    if (ok) memcpy(due->returns, found, due->return_count * sizeof *found);
    ok = ok && orders_unpaid(ctx, DUE_MAX, &unpaid, &due->unpaid_count, err);
    if (ok) memcpy(due->unpaid, unpaid, due->unpaid_count * sizeof *unpaid);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

bool pay_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    DueNow due   = { .order_count = 0 };
    size_t start = arena->used;
    Ctx    ctx   = job_ctx(db, env, arena, now_ms, 0);
    bool   ok    = find_due(&ctx, &due, err);
    for (size_t i = 0; ok && i < due.unpaid_count; i++) {
        arena->used = start;
        Ctx own     = job_ctx(db, env, arena, now_ms, due.unpaid[i].merchant);
        ok          = pay_lapse(&own, due.unpaid[i].order, err);
    }
    for (size_t i = 0; ok && i < due.order_count; i++) {
        arena->used = start;
        Ctx own     = job_ctx(db, env, arena, now_ms, due.orders[i].merchant);
        ok          = pay_settle(&own, due.orders[i].order, err);
    }
    for (size_t i = 0; ok && i < due.return_count; i++) {
        arena->used = start;
        Ctx own     = job_ctx(db, env, arena, now_ms, due.returns[i].merchant);
        ok          = pay_refund(&own, due.returns[i].order, err);
    }
    arena->used = start;
    return ok && charge_settle_due(db, env, arena, now_ms, err);
}

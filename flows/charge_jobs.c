/* charge_jobs.c — captures are sent to the payment service and holds are ended, outside of transactions and
 * by our own keys; what came of it is written in one. See charge.h. */
#include "flows/charge.h"

#include "flows/payment_service.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/ledger/ledger.h"
#include "shop/orders/orders.h"

#include <assert.h>
#include <string.h>

enum { DUE_MAX = 50, AGAIN_LEAST_MS = 5000, AGAIN_MOST_MS = 3600 * 1000 };

/* One capture or hold, and what the service says of it. */
typedef struct {
    Ctx        ctx;
    size_t     mark; /* arena in use before a transaction, which may be run again */
    Capture    capture;
    HoldDue    hold;
    PspOutcome outcome;
    PspAnswer  answer;
    PaymentService at; /* who holds the money */
    PspCharge      charge;
    PspPart        part;
    Str            account; /* where it is booked */
    int64_t    pending; /* captures of the hold that are not settled */
} Step;

static bool tell(Ctx *ctx, const EventDef *event, Str action, const Order *order, int64_t n, int64_t amount,
                 Str reason, Error *err)
{
    Buf body   = buf_make(ctx->arena, 256);
    Str id     = id_text(ctx->arena, order->id);
    Str detail = str_format(ctx->arena, "payment %lld: %lld %.*s", (long long)n, (long long)amount,
                            STR_FMT(order->currency));
    buf_format(&body,
               "{\"order\":\"%.*s\",\"payment\":%lld,\"amount\":%lld,\"currency\":\"%.*s\",\"reason\":",
               STR_FMT(id), (long long)n, (long long)amount, STR_FMT(order->currency));
    buf_json_string(&body, reason);
    buf_add(&body, STR("}"));
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, order->id, detail, err)
        && events_put(ctx, event, order->id, buf_str(&body), err);
}

static int64_t again(const Step *s)
{
    int64_t wait = (s->ctx.now_ms - s->capture.at_ms) / 4;
    if (wait < AGAIN_LEAST_MS) wait = AGAIN_LEAST_MS;
    if (wait > AGAIN_MOST_MS) wait = AGAIN_MOST_MS;
    return s->ctx.now_ms + wait;
}

static bool capture_apply(Tx *tx, void *arg, Error *err)
{
    Step *s       = arg;
    bool  changed = false, no = s->outcome == PSP_DECLINED;
    Order order;
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    LedgerDoc doc      = { .document = s->capture.id };
    Str       to       = no ? STR("customer_owes") : s->account;
    if (!no && s->outcome != PSP_APPROVED)
        return payments_capture_ask_at(&s->ctx, &s->capture, again(s), err);
    if (!payments_capture_end(&s->ctx, &s->capture, no, str_from(s->answer.reason), &changed, err))
        return false;
    if (!changed) return true;
    if (!orders_get(&s->ctx, s->capture.order, &order, err)) return false;
    doc.currency = order.currency;
    doc.location = order.location;
    return ledger_post(&s->ctx, &doc, to, STR("card_held"), s->capture.amount, STR("capture"), err)
        && tell(&s->ctx, no ? &EVENT_PAYMENT_OWED : &EVENT_PAYMENT_CAPTURED,
                no ? STR("payment.owed") : STR("payment.captured"), &order, s->capture.n, s->capture.amount,
                str_from(s->answer.reason), err);
}

/* The payment's key at the service, and how many of its captures are not settled. */
static bool look(Step *s, Id order, int64_t n, Error *err)
{
    Payment *payments = NULL;
    size_t   count    = 0;
    Order    head;
    if (!db_read_begin(s->ctx.db, &s->ctx.tx, err)) return false;
    bool ok = orders_get(&s->ctx, order, &head, err) && payments_of(&s->ctx, order, &payments, &count, err)
           && payments_captures_pending(&s->ctx, order, n, &s->pending, err);
    assert(!ok || (n > 0 && n <= (int64_t)count));
    if (ok) s->account = payments[n - 1].account;
    ok = ok && payment_service_of(&s->ctx, &payments[n - 1], head.currency, &s->at, &s->charge, err)
      && (id_is_none(s->part.key) || payment_service_told(&s->ctx, s->part.key, &s->part.told, err));
    db_read_end(s->ctx.tx);
    s->ctx.tx = NULL;
    return ok;
}

static bool capture_one(Step *s, Error *err)
{
    s->part = (PspPart){ .key = s->capture.id, .amount = s->capture.amount };
    if (!look(s, s->capture.order, s->capture.n, err)) return false;
    s->outcome = payment_capture(&s->at, &s->charge, &s->part, &s->answer);
    s->mark    = s->ctx.arena->used;
    return db_write(s->ctx.db, capture_apply, s, err);
}

static bool hold_apply(Tx *tx, void *arg, Error *err)
{
    Step *s = arg;
    Order order;
    bool  open         = str_eq(s->hold.state, STR("open"));
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    if (open)
        return orders_get(&s->ctx, s->hold.order, &order, err)
            && payments_hold_step(&s->ctx, s->hold.order, s->hold.n, STR("open"), STR("expired"), 0, err)
            && tell(&s->ctx, &EVENT_PAYMENT_EXPIRED, STR("payment.expired"), &order, s->hold.n,
                    s->hold.held - s->hold.captured, STR("expired"), err);
    bool done = s->pending == 0 && s->outcome == PSP_APPROVED && s->answer.captured == s->hold.captured;
    return payments_hold_step(&s->ctx, s->hold.order, s->hold.n, STR("closing"),
                              done ? STR("closed") : STR("closing"),
                              done ? 0 : s->ctx.now_ms + AGAIN_LEAST_MS, err);
}

/* A hold that another process has moved on meanwhile is left to that. */
static bool hold_one(Step *s, Error *err)
{
    if (!look(s, s->hold.order, s->hold.n, err)) return false;
    if (str_eq(s->hold.state, STR("closing")) && s->pending == 0)
        s->outcome = payment_give_up(&s->at, &s->charge, &s->answer);
    s->mark = s->ctx.arena->used;
    if (db_write(s->ctx.db, hold_apply, s, err)) return true;
    if (err->def != &ERR_DB_BUSY) return false;
    *err = (Error){ .def = NULL };
    return true;
}

static bool find_due(Ctx *ctx, bool holds, void *out, size_t *count, Error *err)
{
    Capture *captures = NULL;
    HoldDue *due      = NULL;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = holds ? payments_holds_due(ctx, DUE_MAX, &due, count, err)
                    : payments_captures_due(ctx, DUE_MAX, &captures, count, err);
    if (ok && holds) memcpy(out, due, *count * sizeof *due);
    if (ok && !holds) memcpy(out, captures, *count * sizeof *captures);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

/* A state is a word of ours: the row's own text does not outlive the transaction. */
static Str own_state(Str state)
{
    return str_eq(state, STR("open")) ? STR("open") : STR("closing");
}

static bool settle(Ctx *ctx, bool holds, Error *err)
{
    Capture captures[DUE_MAX];
    HoldDue due[DUE_MAX];
    size_t  count = 0, start = ctx->arena->used;
    if (!find_due(ctx, holds, holds ? (void *)due : (void *)captures, &count, err)) return false;
    for (size_t i = 0; holds && i < count; i++) due[i].state = own_state(due[i].state);
    for (size_t i = 0; i < count; i++) {
        ctx->arena->used = start;
        Step s           = { .ctx = *ctx, .outcome = PSP_UNKNOWN };
        if (holds) s.hold = due[i];
        if (!holds) s.capture = captures[i];
        s.ctx.who.merchant = holds ? due[i].merchant : captures[i].merchant;
        if (!(holds ? hold_one(&s, err) : capture_one(&s, err))) return false;
    }
    ctx->arena->used = start;
    return true;
}

bool charge_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    Ctx ctx = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    return settle(&ctx, false, err) && settle(&ctx, true, err);
}

/* pay.c — charging cards and settling what became of them. See pay.h. */
#include "flows/pay.h"

#include "flows/charge.h"
#include "flows/fulfil.h"
#include "flows/goods.h"
#include "flows/payment_service.h"
#include "flows/sale.h"
#include "flows/tenders.h"
#include "shop/campaigns/campaigns.h"
#include "shop/settings/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    ROUNDS_MAX   = 3,    /* charge or ask, reverse, look again */
    DUE_MAX      = 50,   /* documents of one job step */
    ASK_LEAST_MS = 5000, /* between two questions about the same payment; grows with its age … */
    ASK_MOST_MS  = 3600 * 1000, /* … up to this */
};

/* One order on its way from placed to paid or cancelled. */
typedef struct {
    Ctx        ctx; /* a copy: its transaction is ours */
    size_t     mark; /* arena in use before a transaction, which may be run again */
    Id         id;
    const Str *tokens; /* first round of a checkout: charge; NULL: ask */
    Payment    seen[TENDERS_MAX];
    size_t     count;
    PaymentService *at; /* of each of `seen`; in the arena, as the next */
    PspCharge      *charges;
    PspOutcome outcomes[TENDERS_MAX];
    PspAnswer  answers[TENDERS_MAX];
    Order      order; /* as the last transaction left it */
} Settle;

static bool is(const Payment *payment, const char *state)
{
    return str_eq(payment->state, str_from(state));
}

static bool is_card(const Payment *payment)
{
    return str_eq(payment->kind, STR("card"));
}

/* --- outside of transactions: what the payment service says --- */

/* Who is to be asked about each open card. */
static bool open_services(Settle *s, const Payment *all, Error *err)
{
    s->at      = arena_array(s->ctx.arena, PaymentService, s->count + 1);
    s->charges = arena_array(s->ctx.arena, PspCharge, s->count + 1);
    if (!s->at || !s->charges) return err_memory(err);
    for (size_t i = 0; i < s->count; i++)
        if (is_card(&all[i]) && (is(&all[i], "pending") || is(&all[i], "reversing"))
            && !payment_service_of(&s->ctx, &all[i], s->order.currency, &s->at[i], &s->charges[i], err))
            return false;
    return true;
}

static bool look(Settle *s, Error *err)
{
    Payment *all = NULL;
    if (!db_read_begin(s->ctx.db, &s->ctx.tx, err)) return false;
    bool ok = orders_get(&s->ctx, s->id, &s->order, err) && payments_of(&s->ctx, s->id, &all, &s->count, err)
           && open_services(s, all, err);
    db_read_end(s->ctx.tx);
    s->ctx.tx = NULL;
    if (!ok) return false;
    assert(s->count <= TENDERS_MAX);
    memcpy(s->seen, all, s->count * sizeof *all);
    return true;
}

static PspOutcome charge_or_ask(Settle *s, size_t i)
{
    if (s->tokens) {
        s->charges[i].token = s->tokens[i];
        return payment_charge_it(&s->at[i], &s->charges[i], &s->answers[i]);
    }
    PspOutcome outcome = payment_ask(&s->at[i], &s->charges[i], &s->answers[i]);
    if (outcome != PSP_NOT_FOUND) return outcome;
    /* Our charge never arrived. It may still be under way, so its key is closed before we say no. */
    if (payment_reverse(&s->at[i], &s->charges[i], &s->answers[i]) != PSP_APPROVED) return PSP_UNKNOWN;
    (void)snprintf(s->answers[i].reason, sizeof s->answers[i].reason, "not_charged");
    return PSP_DECLINED;
}

/* Asks about every open card, one after the other; a refusal makes further charges pointless. */
static void ask_all(Settle *s)
{
    bool refused = false;
    for (size_t i = 0; i < s->count; i++) {
        s->outcomes[i] = PSP_UNKNOWN;
        memset(&s->answers[i], 0, sizeof s->answers[i]);
        if (!is_card(&s->seen[i])) continue;
        if (is(&s->seen[i], "reversing"))
            s->outcomes[i] = payment_reverse(&s->at[i], &s->charges[i], &s->answers[i]);
        if (!is(&s->seen[i], "pending") || refused) continue;
        s->outcomes[i] = charge_or_ask(s, i);
        refused        = s->tokens && s->outcomes[i] != PSP_APPROVED;
    }
}

/* --- in one transaction: what follows from it --- */

static int64_t ask_again(const Settle *s)
{
    int64_t wait = (s->ctx.now_ms - s->order.made_at) / 4;
    if (wait < ASK_LEAST_MS) wait = ASK_LEAST_MS;
    if (wait > ASK_MOST_MS) wait = ASK_MOST_MS;
    return s->ctx.now_ms + wait;
}

/* What else the service said of the card. */
static bool keep_facts(Settle *s, const Payment *payment, const PspAnswer *answer, Error *err)
{
    PaymentRoute facts = { .payment    = payment->id,
                           .card       = str_from(answer->card),
                           .entry_mode = str_from(answer->entry_mode),
                           .wallet     = str_from(answer->wallet) };
    return payment_routes_told(&s->ctx, &facts, err);
}

static bool step(Settle *s, Payment *payment, const PspAnswer *answer, const char *to, int64_t next_ask_ms,
                 Error *err)
{
    bool    changed = false;
    Payment now     = *payment;
    now.next_ask_ms = next_ask_ms;
    if (answer && answer->reference[0]) now.reference = str_from(answer->reference);
    if (answer && answer->brand[0]) now.brand = str_from(answer->brand);
    if (answer && answer->last4[0]) now.last4 = str_from(answer->last4);
    if (answer && answer->reason[0]) now.reason = str_from(answer->reason);
    if (!payments_step(&s->ctx, &now, payment->state, str_from(to), &changed, err)) return false;
    if (answer && answer->brand[0] && !keep_facts(s, payment, answer, err)) return false;
    if (!changed) return err_set(err, &ERR_DB_BUSY, "", "another process settles this order");
    now.state = str_from(to);
    *payment  = now;
    return true;
}

/* Takes the service's answer to what was asked, when the payment still is as it was then. */
static bool take_answer(Settle *s, size_t i, Payment *payment, Error *err)
{
    const PspAnswer *answer = &s->answers[i];
    if (!is_card(payment) || !str_eq(payment->state, s->seen[i].state)) return true;
    if (is(payment, "pending") && s->outcomes[i] == PSP_APPROVED)
        return step(s, payment, answer, "captured", 0, err)
            && (!payment->on_shipment
                || payments_hold_open(&s->ctx, s->id, payment->n, s->ctx.now_ms + answer->expires_in_ms,
                                      err));
    if (is(payment, "pending") && s->outcomes[i] == PSP_DECLINED)
        return step(s, payment, answer, "declined", 0, err);
    if (is(payment, "reversing") && s->outcomes[i] == PSP_APPROVED)
        return step(s, payment, NULL, "reversed", 0, err);
    if (!is(payment, "pending") && !is(payment, "reversing")) return true;
    return payments_ask_at(&s->ctx, s->id, payment->n, ask_again(s), err);
}

static bool doomed(const Payment *payments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is(&payments[i], "declined") || is(&payments[i], "reversing")
            || is(&payments[i], "reversed"))
            return true;
    return false;
}

/* Undoes the tenders of a doomed order: cards are reversed, cash is handed back by the cashier. */
static bool undo_tenders(Settle *s, Payment *payments, size_t count, bool *ended, Error *err)
{
    *ended = true;
    for (size_t i = 0; i < count; i++) {
        Payment *payment = &payments[i];
        bool     open    = is(payment, "pending") || is(payment, "captured");
        if (open && is_card(payment) && !step(s, payment, NULL, "reversing", s->ctx.now_ms, err))
            return false;
        if (open && !is_card(payment) && !step(s, payment, NULL, "declined", 0, err)) return false;
        *ended = *ended && !is(payment, "reversing");
    }
    return true;
}

static bool cancel(Settle *s, Error *err)
{
    bool changed = false;
    if (!orders_settle(&s->ctx, s->id, STR("cancelled"), &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_DB_BUSY, "", "another process settles this order");
    s->order.state = STR("cancelled");
    return payments_hold_drop(&s->ctx, s->id, err) && goods_given_up(&s->ctx, &s->order, err)
        && fulfil_cancel_order(&s->ctx, s->id, err)
        && campaigns_unuse(&s->ctx, s->id, err)
        && sale_tell(&s->ctx, &EVENT_ORDER_CANCELLED, STR("order.cancelled"), &s->order, err);
}

static bool any_held(const Payment *payments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (payments[i].on_shipment) return true;
    return false;
}

static bool complete(Settle *s, Payment *payments, size_t count, Error *err)
{
    bool changed = false;
    for (size_t i = 0; i < count; i++)
        if (is(&payments[i], "pending") && !step(s, &payments[i], NULL, "captured", 0, err)) return false;
    if (!orders_settle(&s->ctx, s->id, STR("paid"), &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_DB_BUSY, "", "another process settles this order");
    s->order.state = STR("paid");
    return goods_paid(&s->ctx, &s->order, err) && fulfil_open_order(&s->ctx, s->id, err)
        && sale_show_payments(s->ctx.arena, payments, count, &s->order, err)
        && sale_post(&s->ctx, &s->order, err)
        && (!any_held(payments, count) || charge_follow(&s->ctx, s->id, err))
        && sale_tell(&s->ctx, &EVENT_ORDER_PAID, STR("order.paid"), &s->order, err);
}

static bool decide(Settle *s, Payment *payments, size_t count, Error *err)
{
    bool cards_captured = true;
    bool ended          = false;
    for (size_t i = 0; i < count; i++)
        cards_captured = cards_captured && (!is_card(&payments[i]) || is(&payments[i], "captured"));
    if (doomed(payments, count))
        return undo_tenders(s, payments, count, &ended, err) && (!ended || cancel(s, err));
    return !cards_captured || complete(s, payments, count, err);
}

static bool settle_apply(Tx *tx, void *arg, Error *err)
{
    Settle  *s        = arg;
    Payment *payments = NULL;
    size_t   count    = 0;
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    if (!orders_get(&s->ctx, s->id, &s->order, err) || !payments_of(&s->ctx, s->id, &payments, &count, err))
        return false;
    if (str_eq(s->order.state, STR("placed"))) {
        for (size_t i = 0; i < count; i++)
            if (!take_answer(s, i, &payments[i], err)) return false;
        if (!decide(s, payments, count, err)) return false;
    }
    return sale_show_payments(s->ctx.arena, payments, count, &s->order, err)
        && sale_show_deliveries(&s->ctx, &s->order, err);
}

/* Rounds of asking and applying until the order is settled or nothing more can be known now. */
static bool settle(Settle *s, Error *err)
{
    size_t start = s->ctx.arena->used;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        s->ctx.arena->used = start;
        if (!look(s, err)) return false;
        if (!str_eq(s->order.state, STR("placed")) && round > 0) break;
        ask_all(s);
        s->mark       = s->ctx.arena->used;
        s->ctx.now_ms = env_now_ms(s->ctx.env);
        if (!db_write(s->ctx.db, settle_apply, s, err)) return false;
        s->tokens      = NULL;
        bool reversing = false;
        for (size_t i = 0; i < s->order.payments.count; i++)
            reversing = reversing || str_eq(s->order.payments.items[i].state, STR("reversing"));
        if (!reversing || !str_eq(s->order.state, STR("placed"))) break;
    }
    s->ctx.tx = NULL;
    return true;
}

bool pay_refuse(Ctx *ctx, const Order *order, Error *err)
{
    Str reason = STR("cancelled");
    for (size_t i = 0; i < order->payments.count; i++)
        if (order->payments.items[i].reason.len) reason = order->payments.items[i].reason;
    (void)err_set(err, &ERR_PAYMENT_DECLINED, "tenders", "the card was declined: %.*s", STR_FMT(reason));
    Str id = id_text(ctx->arena, order->id);
    Buf extra = buf_make(ctx->arena, 128);
    buf_format(&extra, "\"order\":\"%.*s\",\"reason\":", STR_FMT(id));
    buf_json_string(&extra, reason);
    if (!extra.failed) err->extra = buf_str(&extra);
    return false;
}

static bool settle_after(Ctx *ctx, void *reply, Error *err)
{
    Settle s = { .ctx = *ctx, .id = ctx->after_id, .tokens = ctx->after_arg };
    if (!settle(&s, err)) return false;
    *(Order *)reply = s.order;
    ctx->pending    = str_eq(s.order.state, STR("placed"));
    return !str_eq(s.order.state, STR("cancelled")) || pay_refuse(ctx, reply, err);
}

bool pay_first_ask(Ctx *ctx, int64_t *at_ms, Error *err)
{
    int64_t seconds = 0;
    if (!settings_get(ctx, &SETTING_PAYMENT_ASK_SECONDS, &seconds, err)) return false;
    *at_ms = ctx->now_ms + seconds * 1000;
    return true;
}

bool pay_later(Ctx *ctx, Id order, const Str *tokens, size_t count, Error *err)
{
    Str *kept = arena_array(ctx->arena, Str, TENDERS_MAX);
    if (!kept) return err_memory(err);
    memcpy(kept, tokens, count * sizeof *tokens);
    ctx->after     = settle_after;
    ctx->after_id  = order;
    ctx->after_arg = kept;
    return true;
}

static bool cancel_after(Ctx *ctx, void *reply, Error *err)
{
    Settle s = { .ctx = *ctx, .id = ctx->after_id };
    if (!settle(&s, err)) return false;
    *(Order *)reply = s.order;
    ctx->pending    = str_eq(s.order.state, STR("placed"));
    return true;
}

/* POST /v1/orders/{id}/cancel: dooms the order; its cards are reversed after the commit. */
bool orders_cancel(Ctx *ctx, const ById *request, Order *reply, Error *err)
{
    Settle   s        = { .ctx = *ctx, .id = ctx->resume ? ctx->after_id : request->id };
    Payment *payments = NULL;
    size_t   count    = 0;
    bool     ended    = false;
    if (!sale_get(ctx, s.id, reply, err)) return false;
    ctx->pending = ctx->resume && str_eq(reply->state, STR("placed"));
    if (ctx->resume) return true;
    if (!str_eq(reply->state, STR("placed")))
        return err_set(err, &ERR_ORDER_NOT_OPEN, "id", "the order is %.*s", STR_FMT(reply->state));
    if (!payments_of(ctx, s.id, &payments, &count, err) || !undo_tenders(&s, payments, count, &ended, err))
        return false;
    ctx->after    = cancel_after;
    ctx->after_id = s.id;
    return true;
}

/* --- refunds --- */

typedef struct {
    Ctx    ctx;
    size_t mark;
    Refund refund;
    Return document;
    bool   approved;
} Refunding;

static bool refund_apply(Tx *tx, void *arg, Error *err)
{
    Refunding *r       = arg;
    bool       changed = false;
    r->ctx.tx          = tx;
    r->ctx.arena->used = r->mark;
    if (!r->approved)
        return refunds_ask_at(&r->ctx, r->refund.return_id, r->refund.n, r->ctx.now_ms + ASK_LEAST_MS * 6,
                              err);
    if (!refunds_done(&r->ctx, r->refund.return_id, r->refund.n, &changed, err)) return false;
    return !changed || sale_post_refund(&r->ctx, &r->refund, STR("card"), &r->document, err);
}

static bool refund_one(Ctx *ctx, const Refund *refund, Error *err)
{
    Refunding  r        = { .ctx = *ctx, .refund = *refund };
    Payment   *payments = NULL;
    size_t     count  = 0;
    PspAnswer  answer = { .reason = "" };
    PspPart    part   = { .key = refund->id, .amount = refund->amount };
    PspCharge  charge;
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
    r.approved = payment_refund(&at, &charge, &part, &answer) == PSP_APPROVED;
    r.mark     = ctx->arena->used;
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
    return (Ctx){ .arena = arena, .db = db, .env = env, .now_ms = now_ms, .who = { .merchant = merchant } };
}

static bool find_due(Ctx *ctx, PaymentDue *orders, size_t *order_count, PaymentDue *returns,
                     size_t *return_count, Error *err)
{
    PaymentDue *found = NULL;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = payments_due(ctx, DUE_MAX, &found, order_count, err);
    if (ok) memcpy(orders, found, *order_count * sizeof *found);
    ok = ok && refunds_due(ctx, DUE_MAX, &found, return_count, err);
    if (ok) memcpy(returns, found, *return_count * sizeof *found);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

bool pay_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    PaymentDue orders[DUE_MAX], returns[DUE_MAX];
    size_t     order_count = 0, return_count = 0, start = arena->used;
    Ctx        ctx = job_ctx(db, env, arena, now_ms, 0);
    bool       ok  = find_due(&ctx, orders, &order_count, returns, &return_count, err);
    for (size_t i = 0; ok && i < order_count; i++) {
        arena->used = start;
        Settle s    = { .ctx = job_ctx(db, env, arena, now_ms, orders[i].merchant), .id = orders[i].order };
        ok          = settle(&s, err);
    }
    for (size_t i = 0; ok && i < return_count; i++) {
        arena->used = start;
        Ctx own     = job_ctx(db, env, arena, now_ms, returns[i].merchant);
        ok          = pay_refund(&own, returns[i].order, err);
    }
    arena->used = start;
    return ok && charge_settle_due(db, env, arena, now_ms, err);
}

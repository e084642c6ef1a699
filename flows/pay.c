/* pay.c — charging cards and settling what became of them. See pay.h. */
#include "flows/pay.h"

#include "flows/charge.h"
#include "flows/fulfil.h"
#include "flows/goods.h"
#include "flows/payment_service.h"
#include "flows/sale.h"
#include "flows/tender_take.h"
#include "shop/audit/audit.h"
#include "shop/campaigns/campaigns.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    ROUNDS_MAX   = 3,    /* charge or ask, reverse, look again */
    ASK_LEAST_MS = 5000, /* between two questions about the same payment; grows with its age … */
    ASK_MOST_MS  = 3600 * 1000, /* … up to this */
};

/* One order on its way from placed to paid or cancelled. */
typedef struct {
    Ctx        ctx; /* a copy: its transaction is ours */
    size_t     mark; /* arena in use before a transaction, which may be run again */
    Id         id;
    const Str      *tokens; /* by payment: first round of a checkout, charge; NULL: ask */
    Payment         seen[PAYMENTS_MAX];
    size_t     count;
    PaymentService *at; /* of each of `seen`; in the arena, as the next */
    PspCharge      *charges;
    PspOutcome      outcomes[PAYMENTS_MAX];
    PspAnswer       answers[PAYMENTS_MAX];
    Order      order; /* as the last transaction left it */
} Settle;

static bool is(const Payment *payment, const char *state)
{
    return str_eq(payment->state, str_from(state));
}

static bool is_card(const Payment *payment)
{
    return tender_is(payment->kind, TENDER_CARD);
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
    assert(s->count <= PAYMENTS_MAX);
    memcpy(s->seen, all, s->count * sizeof *all);
    return true;
}

static PspOutcome charge_or_ask(Settle *s, size_t i)
{
    if (s->tokens && s->tokens[i].len) {
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
        refused        = s->tokens && s->tokens[i].len && s->outcomes[i] != PSP_APPROVED;
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
    bool             open   = s->order.pay_by != OPT_NONE;
    if (!is_card(payment) || !str_eq(payment->state, s->seen[i].state)) return true;
    if (is(payment, "pending") && s->outcomes[i] == PSP_APPROVED)
        return (!open || tender_deposit(&s->ctx, &s->order, payment, err))
            && step(s, payment, answer, "captured", 0, err)
            && (!payment->on_shipment
                || payments_hold_open(&s->ctx, s->id, payment->n, s->ctx.now_ms + answer->expires_in_ms,
                                      err));
    if (is(payment, "pending") && s->outcomes[i] == PSP_DECLINED)
        return step(s, payment, answer, "declined", 0, err);
    if (is(payment, "reversing") && s->outcomes[i] == PSP_APPROVED)
        return (!payment->deposited || tender_undeposit(&s->ctx, &s->order, payment, err))
            && step(s, payment, NULL, "reversed", 0, err);
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

/* Undoes one tender: a card is reversed, cash is handed back by the cashier, balances are filled again. */
static bool undo_one(Settle *s, Payment *payment, Error *err)
{
    bool taken = is(payment, "captured");
    if (!taken && !is(payment, "pending")) return true;
    if (is_card(payment)) return step(s, payment, NULL, "reversing", s->ctx.now_ms, err);
    if (taken && !tender_give_back(&s->ctx, &s->order, payment, payment_charge(payment), err))
        return false;
    if (payment->deposited && !tender_undeposit(&s->ctx, &s->order, payment, err)) return false;
    return step(s, payment, NULL, taken ? "reversed" : "declined", 0, err);
}

static bool undo_tenders(Settle *s, Payment *payments, size_t count, bool *ended, Error *err)
{
    *ended = true;
    for (size_t i = 0; i < count; i++) {
        if (!undo_one(s, &payments[i], err)) return false;
        *ended = *ended && !is(&payments[i], "reversing");
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
    s->order.state  = STR("paid");
    s->order.pay_by = OPT_NONE;
    return goods_paid(&s->ctx, &s->order, err) && fulfil_open_order(&s->ctx, s->id, err)
        && sale_show_payments(s->ctx.arena, payments, count, &s->order, err)
        && sale_post(&s->ctx, &s->order, payments, count, err)
        && (!any_held(payments, count) || charge_follow(&s->ctx, s->id, err))
        && sale_tell(&s->ctx, &EVENT_ORDER_PAID, STR("order.paid"), &s->order, err);
}

/* Whether all that is asked for is there: cash of an order that is paid at once counts when the rest has
 * come. */
static bool all_paid(const Settle *s, const Payment *payments, size_t count)
{
    int64_t paid = 0;
    for (size_t i = 0; i < count; i++) {
        bool later = tender_find(payments[i].kind)->when != TENDER_AT_ONCE;
        if (is(&payments[i], "pending") && later) return false;
        if (is(&payments[i], "pending") || is(&payments[i], "captured")) paid += payments[i].amount;
    }
    return paid == s->order.total + s->order.gift_cards + s->order.cash_rounding;
}

static bool decide(Settle *s, Payment *payments, size_t count, Error *err)
{
    bool ended = false;
    if (s->order.pay_by == OPT_NONE && doomed(payments, count))
        return undo_tenders(s, payments, count, &ended, err) && (!ended || cancel(s, err));
    return !all_paid(s, payments, count) || complete(s, payments, count, err);
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
    for (size_t i = 0; i < count;
         i++) /* a card that was taken off is reversed after the order was paid, too */
        if (!take_answer(s, i, &payments[i], err)) return false;
    if (str_eq(s->order.state, STR("placed")) && !decide(s, payments, count, err)) return false;
    return sale_show_payments(s->ctx.arena, payments, count, &s->order, err)
        && sale_show_deliveries(&s->ctx, &s->order, err) && sale_show_rest(&s->ctx, &s->order, err);
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

/* The card that this request charged was declined, and the order takes tenders still: the others stand. */
static bool refuse_tender(Ctx *ctx, const Order *order, const Str *tokens, Error *err)
{
    for (size_t i = 0; i < order->payments.count; i++) {
        const OrderPayment *p = &order->payments.items[i];
        if (!tokens[i].len || !str_eq(p->state, STR("declined"))) continue;
        (void)err_set(err, &ERR_PAYMENT_DECLINED, "tenders",
                      "the card was declined: %.*s; the other tenders stand", STR_FMT(p->reason));
        Buf extra = buf_make(ctx->arena, 128);
        Str id    = id_text(ctx->arena, order->id);
        buf_format(&extra, "\"order\":\"%.*s\",\"payment\":%lld,\"to_pay\":%lld,\"reason\":", STR_FMT(id),
                   (long long)p->n, (long long)order->to_pay);
        buf_json_string(&extra, p->reason);
        if (!extra.failed) err->extra = buf_str(&extra);
        return false;
    }
    return true;
}

/* Whether a service is still to say what became of something. */
static bool is_asked(const Order *order)
{
    for (size_t i = 0; i < order->payments.count; i++) {
        const OrderPayment *p    = &order->payments.items[i];
        bool                card = tender_is(p->kind, TENDER_CARD);
        if (str_eq(p->state, STR("reversing")) || (card && str_eq(p->state, STR("pending")))) return true;
    }
    return false;
}

static bool settle_after(Ctx *ctx, void *reply, Error *err)
{
    Settle s = { .ctx = *ctx, .id = ctx->after_id, .tokens = ctx->after_arg };
    if (!settle(&s, err)) return false;
    *(Order *)reply = s.order;
    ctx->pending    = str_eq(s.order.state, STR("placed")) && is_asked(&s.order);
    if (str_eq(s.order.state, STR("cancelled"))) return pay_refuse(ctx, reply, err);
    return s.order.pay_by == OPT_NONE || refuse_tender(ctx, &s.order, ctx->after_arg, err);
}

bool pay_settle(Ctx *ctx, Id order, Error *err)
{
    Settle s = { .ctx = *ctx, .id = order };
    return settle(&s, err);
}

bool pay_first_ask(Ctx *ctx, int64_t *at_ms, Error *err)
{
    int64_t seconds = 0;
    if (!settings_get(ctx, &SETTING_PAYMENT_ASK_SECONDS, &seconds, err)) return false;
    *at_ms = ctx->now_ms + seconds * 1000;
    return true;
}

bool pay_later(Ctx *ctx, Id order, const TenderPlan *plan, Error *err)
{
    Str *kept = arena_array(ctx->arena, Str, PAYMENTS_MAX);
    if (!kept) return err_memory(err);
    memset(kept, 0, PAYMENTS_MAX * sizeof *kept);
    for (size_t i = 0; i < plan->count; i++) kept[plan->items[i].n - 1] = plan->inputs[i]->token;
    ctx->after     = settle_after;
    ctx->after_id  = order;
    ctx->after_arg = kept;
    return true;
}

/* --- giving an order up --- */

static bool cancel_after(Ctx *ctx, void *reply, Error *err)
{
    Settle s = { .ctx = *ctx, .id = ctx->after_id };
    if (!settle(&s, err)) return false;
    *(Order *)reply = s.order;
    ctx->pending    = str_eq(s.order.state, STR("placed"));
    return true;
}

/* Takes no more tenders and undoes those that are there; *ended: no card is to be asked, and it is
 * cancelled. */
static bool give_up(Settle *s, bool *ended, Error *err)
{
    Payment *payments = NULL;
    size_t   count    = 0;
    if (!payments_of(&s->ctx, s->id, &payments, &count, err)
        || !orders_tenders(&s->ctx, s->id, s->order.cash_rounding, OPT_NONE, err)
        || !undo_tenders(s, payments, count, ended, err))
        return false;
    s->order.pay_by = OPT_NONE;
    return (!*ended || cancel(s, err))
        && sale_show_payments(s->ctx.arena, payments, count, &s->order, err);
}

/* POST /v1/orders/{id}/cancel: dooms the order; its cards are reversed after the commit. */
bool orders_cancel(Ctx *ctx, const ById *request, Order *reply, Error *err)
{
    Settle s     = { .ctx = *ctx, .id = ctx->resume ? ctx->after_id : request->id };
    bool   ended = false;
    if (!orders_lock(ctx, s.id, err) || !sale_get(ctx, s.id, reply, err)) return false;
    ctx->pending = ctx->resume && str_eq(reply->state, STR("placed"));
    if (ctx->resume) return true;
    if (!str_eq(reply->state, STR("placed")))
        return err_set(err, &ERR_ORDER_NOT_OPEN, "id", "the order is %.*s", STR_FMT(reply->state));
    s.order = *reply;
    if (!give_up(&s, &ended, err)) return false;
    *reply        = s.order;
    ctx->after    = ended ? NULL : cancel_after;
    ctx->after_id = s.id;
    return true;
}

/* An order whose time to be paid is over. */
static bool lapse(Tx *tx, void *arg, Error *err)
{
    Settle *s          = arg;
    bool    ended      = false;
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    if (!orders_lock(&s->ctx, s->id, err) || !orders_get(&s->ctx, s->id, &s->order, err)) return false;
    bool due = str_eq(s->order.state, STR("placed")) && s->order.pay_by != OPT_NONE
            && s->order.pay_by <= s->ctx.now_ms;
    return !due || give_up(s, &ended, err);
}

bool pay_lapse(Ctx *ctx, Id order, Error *err)
{
    Settle s = { .ctx = *ctx, .id = order, .mark = ctx->arena->used };
    return db_write(ctx->db, lapse, &s, err);
}

/* --- one tender after the other --- */

/* The order of a request about its tenders, locked. */
static bool load_open(Settle *s, Payment **payments, size_t *count, Error *err)
{
    if (!orders_lock(&s->ctx, s->id, err) || !orders_get(&s->ctx, s->id, &s->order, err)) return false;
    if (!str_eq(s->order.state, STR("placed")) || s->order.pay_by == OPT_NONE)
        return err_set(err, &ERR_ORDER_CLOSED_TENDERS, "id", "the order is %.*s%s",
                       STR_FMT(s->order.state),
                       s->order.pay_by == OPT_NONE ? " and takes no more tenders" : "");
    return payments_of(&s->ctx, s->id, payments, count, err);
}

static bool tell_tender(Settle *s, Str what, int64_t n, int64_t amount, Error *err)
{
    Ctx *ctx    = &s->ctx;
    Buf  body   = buf_make(ctx->arena, 160);
    Str  id     = id_text(ctx->arena, s->id);
    Str  detail = str_format(ctx->arena, "payment %lld: %lld %.*s", (long long)n, (long long)amount,
                             STR_FMT(s->order.currency));
    Str  action = str_format(ctx->arena, "tender.%.*s", STR_FMT(what));
    buf_format(&body, "{\"order\":\"%.*s\",\"what\":\"%.*s\",\"payment\":%lld,\"amount\":%lld}",
               STR_FMT(id), STR_FMT(what), (long long)n, (long long)amount);
    if (body.failed || !detail.ptr || !action.ptr) return err_memory(err);
    return audit_append(ctx, action, s->id, detail, err)
        && events_put(ctx, &EVENT_ORDER_TENDER, s->id, buf_str(&body), err);
}

/* After a tender came or went: what the tenders add up to, and whether all is paid now. */
static bool carry_on(Settle *s, Order *reply, Error *err)
{
    Payment *payments = NULL;
    size_t   count    = 0;
    int64_t  rounding = 0;
    if (!payments_of(&s->ctx, s->id, &payments, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (is(&payments[i], "captured") || is(&payments[i], "pending")) rounding += payments[i].rounding;
    s->order.cash_rounding = rounding;
    if (!orders_tenders(&s->ctx, s->id, rounding, s->order.pay_by, err) || !decide(s, payments, count, err)
        || !sale_show_payments(s->ctx.arena, payments, count, &s->order, err)
        || !sale_show_deliveries(&s->ctx, &s->order, err) || !sale_show_rest(&s->ctx, &s->order, err))
        return false;
    *reply = s->order;
    return true;
}

/* POST /v1/orders/{id}/tenders */
bool orders_tender_add(Ctx *ctx, const TendersAdd *request, Order *reply, Error *err)
{
    Settle     s        = { .ctx = *ctx, .id = ctx->resume ? ctx->after_id : request->id };
    Payment   *payments = NULL;
    size_t     count    = 0;
    TenderPlan plan;
    if (ctx->asking) return pay_hear_pins(ctx, request->tenders.items, request->tenders.count, err);
    if (ctx->resume) return sale_get(ctx, s.id, reply, err);
    if (!load_open(&s, &payments, &count, err)
        || !sale_show_payments(ctx->arena, payments, count, &s.order, err))
        return false;
    if (s.order.pay_by <= ctx->now_ms)
        return err_set(err, &ERR_ORDER_CLOSED_TENDERS, "id", "its time to be paid is over");
    if (count + request->tenders.count > PAYMENTS_MAX)
        return err_set(err, &ERR_TENDER_INVALID, "tenders", "the order has too many tenders");
    TenderAsk ask = { .total   = s.order.to_pay,
                      .first   = (int64_t)count + 1,
                      .partly  = true,
                      .tenders = request->tenders.items,
                      .count   = request->tenders.count };
    if (!pay_plan(ctx, &s.order, &ask, &plan, err)
        || !pay_take(ctx, &s.order, request->shift, &plan, false, err))
        return false;
    for (size_t i = 0; i < plan.count; i++)
        if (!tell_tender(&s, STR("added"), plan.items[i].n, payment_charge(&plan.items[i]), err))
            return false;
    return carry_on(&s, reply, err) && (!is_asked(reply) || pay_later(ctx, s.id, &plan, err));
}

/* DELETE /v1/orders/{id}/tenders/{n} */
bool orders_tender_remove(Ctx *ctx, const TenderRef *request, Order *reply, Error *err)
{
    Settle   s        = { .ctx = *ctx, .id = ctx->resume ? ctx->after_id : request->id };
    Payment *payments = NULL;
    size_t   count    = 0;
    if (ctx->resume) return sale_get(ctx, s.id, reply, err);
    if (!load_open(&s, &payments, &count, err)) return false;
    if (request->n > (int64_t)count)
        return err_set(err, &ERR_NOT_FOUND, "n", "the order has no such payment");
    Payment *p = &payments[request->n - 1];
    if (!is(p, "captured") && !is(p, "pending"))
        return err_set(err, &ERR_TENDER_INVALID, "n", "the payment is %.*s", STR_FMT(p->state));
    p->reason = request->reason.len ? request->reason : p->reason;
    if (!undo_one(&s, p, err) || !tell_tender(&s, STR("removed"), p->n, payment_charge(p), err)
        || !carry_on(&s, reply, err))
        return false;
    ctx->after    = is_asked(reply) ? cancel_after : NULL;
    ctx->after_id = s.id;
    return true;
}

/* POST /v1/orders/{id}/tenders/{n}/transfer */
bool orders_transfer(Ctx *ctx, const TransferIn *request, Order *reply, Error *err)
{
    Settle   s        = { .ctx = *ctx, .id = request->id };
    Payment *payments = NULL;
    size_t   count    = 0;
    bool     came     = str_eq(request->outcome, STR("arrived"));
    if (!orders_lock(ctx, s.id, err) || !orders_get(ctx, s.id, &s.order, err)
        || !payments_of(ctx, s.id, &payments, &count, err))
        return false;
    if (request->n > (int64_t)count)
        return err_set(err, &ERR_NOT_FOUND, "n", "the order has no such payment");
    Payment *p = &payments[request->n - 1];
    if (!tender_is(p->kind, TENDER_BANK_TRANSFER) || !is(p, "pending"))
        return err_set(err, &ERR_TENDER_INVALID, "n", "is no bank transfer that is to come");
    p->reference = request->reference.len ? request->reference : p->reference;
    if (!came) p->reason = STR("not_received");
    if ((came && s.order.pay_by != OPT_NONE && !tender_deposit(ctx, &s.order, p, err))
        || !step(&s, p, NULL, came ? "captured" : "declined", 0, err)
        || !tell_tender(&s, came ? STR("arrived") : STR("failed"), p->n, p->amount, err)
        || !carry_on(&s, reply, err))
        return false;
    ctx->after    = is_asked(reply) ? cancel_after : NULL;
    ctx->after_id = s.id;
    return true;
}

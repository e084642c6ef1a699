/* give_back_money.c — the money of a return. See give_back_money.h. */
#include "flows/give_back_money.h"

#include "core/money.h"
#include "core/tender.h"
#include "flows/charge.h"
#include "flows/sale.h"
#include "flows/tender_take.h"
#include "shop/audit/audit.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"

#include <assert.h>
#include <stdio.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- where it goes --- */

static bool to_original(const Refunding *r)
{
    return !r->to.len || str_eq(r->to, STR("original"));
}

/* To a gift card or to the customer's credit instead, or in cash where the card does not exist any
 * more.
 */
static bool elsewhere(Ctx *ctx, const Refunding *r, const Return *doc, Refund *out, Error *err)
{
    GiftCard card;
    out->kind  = r->to;
    out->state = STR("done");
    if (str_eq(r->to, STR("cash"))) {
        out->account    = sale_cash_account(ctx->arena, doc->location);
        out->account_of = r->till.id;
        return out->account.ptr || err_memory(err);
    }
    if (str_eq(r->to, STR("exchange"))) {
        out->account    = STR("exchanged");
        out->account_of = (Id){ { 0 } };
        return true;
    }
    if (str_eq(r->to, STR("store_credit"))) {
        if (id_is_none(r->customer))
            return err_set(err, &ERR_REFUND_TO, "customer", "store credit needs a customer");
        out->account    = STR("store_credit");
        out->account_of = r->customer;
        return true;
    }
    if (!r->gift_card.len)
        return err_set(err, &ERR_REFUND_TO, "gift_card", "is needed: the code of the card");
    if (!giftcards_by_code(ctx, r->gift_card, &card, err)) return false;
    if (!str_eq(card.currency, doc->currency))
        return err_set(err, &ERR_REFUND_TO, "gift_card", "the card is in %.*s",
                       STR_FMT(card.currency));
    if (str_eq(card.state, STR("blocked")))
        return err_set(err, &ERR_REFUND_TO, "gift_card", "the card is blocked");
    out->account    = GIFT_CARDS_ACCOUNT;
    out->account_of = card.id;
    return true;
}

/* A customer's part goes to who that customer is now. */
static bool whose(Ctx *ctx, const Payment *p, Id *out, Error *err)
{
    *out = p->account_of;
    return !str_eq(str_from(tender_find(p->kind)->part), STR("customer"))
        || customers_now(ctx, p->account_of, out, err);
}

/* `account`: of what was never captured (card_held) or is owed (customer_owes); empty: money that was
 * paid. */
static bool add(Ctx *ctx, Refunding *r, const Return *doc, Payment *p, Str account, int64_t amount,
                Error *err)
{
    bool paid = !account.len;
    if (amount <= 0) return true;
    if (r->count == COUNT(r->refunds))
        return err_set(err, &ERR_REFUND_EXCEEDS, "", "the order has too many tenders");
    Refund *out = &r->refunds[r->count];
    *out        = (Refund){ .return_id  = doc->id,
                            .id         = ctx_new_id(ctx),
                            .n          = (int64_t)r->count + 1,
                            .order      = r->order->id,
                            .payment_n  = p->n,
                            .kind       = p->kind,
                            .state      = STR("done"),
                            .amount     = amount,
                            .account    = paid ? p->account : account,
                            .account_of = paid ? p->account_of : (Id){ { 0 } },
                            .shift       = r->till.id,
                            .shift_known = true };
    r->count++;
    p->refunded += amount;
    if (!paid) return true;
    if (!whose(ctx, p, &out->account_of, err)) return false;
    if (!to_original(r)) return elsewhere(ctx, r, doc, out, err);
    if (tender_is(p->kind, TENDER_EXCHANGE))
        return err_set(err, &ERR_REFUND_TO, "refund_to",
                       "was paid with goods that came back: say store_credit or gift_card");
    if (tender_is(p->kind, TENDER_CARD)) {
        out->state       = STR("pending");
        out->next_ask_ms = ctx->now_ms;
    }
    if (!tender_is(p->kind, TENDER_CASH)) return true;
    out->account    = sale_cash_account(ctx->arena, doc->location); /* of where it is given back */
    out->account_of = r->till.id;
    return out->account.ptr || err_memory(err);
}

/* --- what cards hold --- */

static int64_t held_room(const Payment *p)
{
    return p->on_shipment ? p->amount - p->captured - p->released - p->failed : 0;
}

/* What cards only hold is released first, but for what the goods that are still to leave cost: that
 * will be taken, or released when they are given up. */
static bool release(Ctx *ctx, Refunding *r, const Return *doc, int64_t *left, Error *err)
{
    int64_t to_come = 0, spare = 0;
    for (size_t i = 0; i < r->payment_count; i++) spare += held_room(&r->payments[i]);
    if (spare == 0) return true;
    if (!charge_to_come(ctx, r->order->id, &to_come, err)) return false;
    spare -= to_come;
    for (size_t i = 0; i < r->payment_count; i++) {
        Payment *p    = &r->payments[i];
        int64_t  part = least(least(*left, spare), held_room(p));
        if (part <= 0) continue;
        if (!add(ctx, r, doc, p, STR("card_held"), part, err)) return false;
        p->released += part;
        spare -= part;
        *left -= part;
    }
    return true;
}

/* To a card that was held: what it declined is not owed any more; the rest goes back. */
static bool add_held(Ctx *ctx, Refunding *r, const Return *doc, Payment *p, int64_t part, Error *err)
{
    int64_t pending = 0;
    int64_t forgive = least(part, p->failed - p->forgiven);
    int64_t taken   = p->captured - (p->refunded - p->released - p->forgiven);
    int64_t rest    = least(part - forgive, taken);
    if (rest > 0 && !payments_captures_pending(ctx, r->order->id, p->n, &pending, err)) return false;
    if (pending > 0) return err_set(err, &ERR_CAPTURE_PENDING, "lines", "the card is being charged");
    return add(ctx, r, doc, p, STR("customer_owes"), forgive, err)
        && add(ctx, r, doc, p, STR(""), rest, err)
        && add(ctx, r, doc, p, STR("card_held"), part - forgive - rest, err);
}

/* --- in proportion --- */

static bool is_cash(const Payment *p)
{
    return tender_is(p->kind, TENDER_CASH);
}

/* Cash is; and goods that came back, when what was paid for them was. */
static bool is_rounded(const Payment *p)
{
    return is_cash(p) || tender_is(p->kind, TENDER_EXCHANGE);
}

static int64_t room_of(const Payment *p)
{
    return str_eq(p->state, STR("captured")) ? p->amount - p->refunded : 0;
}

/* The cash of all tenders is one: it is rounded once, and taken from them one after the other. */
static bool share_cash(const Refunding *r, int64_t *parts, int64_t *rounding)
{
    int64_t cash = 0, room = 0;
    for (size_t i = 0; i < r->payment_count; i++) {
        if (!is_cash(&r->payments[i])) continue;
        cash += parts[i];
        room += room_of(&r->payments[i]);
    }
    bool    rounds = to_original(r) || str_eq(r->to, STR("cash"));
    int64_t left = rounds && cash < room ? least(money_cash_round(cash, r->cash_step), room) : cash;
    *rounding += left - cash;
    for (size_t i = 0; i < r->payment_count; i++) {
        if (!is_cash(&r->payments[i])) continue;
        parts[i] = least(left, room_of(&r->payments[i]));
        left -= parts[i];
    }
    return left == 0;
}

static bool share(Ctx *ctx, Refunding *r, Return *doc, int64_t left, Error *err)
{
    int64_t *rooms = arena_array(ctx->arena, int64_t, r->payment_count + 1);
    int64_t *parts = arena_array(ctx->arena, int64_t, r->payment_count + 1);
    int64_t  total = 0, wanted = left;
    bool     cash = false;
    if (!rooms || !parts) return err_memory(err);
    for (size_t i = 0; i < r->payment_count; i++) {
        rooms[i] = room_of(&r->payments[i]);
        cash     = cash || (is_rounded(&r->payments[i]) && str_eq(r->payments[i].state, STR("captured")));
        total += rooms[i];
    }
    int64_t most = total - r->order->gift_cards;
    /* what roundings of cash gave more before is not there any more */
    if (cash && (r->all || wanted > most)) wanted = most;
    if (wanted > total || wanted < 0)
        return err_set(err, &ERR_REFUND_EXCEEDS, "lines", "more would be given back than was paid");
    doc->cash_rounding = wanted - left;
    if (wanted == 0) return true;
    money_split(wanted, rooms, r->payment_count, parts);
    if (!share_cash(r, parts, &doc->cash_rounding))
        return err_set(err, &ERR_REFUND_EXCEEDS, "lines", "more would be given back than was paid");
    for (size_t i = 0; i < r->payment_count; i++) {
        Payment *p = &r->payments[i];
        if (!(p->on_shipment ? add_held(ctx, r, doc, p, parts[i], err)
                             : add(ctx, r, doc, p, STR(""), parts[i], err)))
            return false;
    }
    return true;
}

/* So much of it pays for other goods; the rest goes back. */
static bool share_exchange(Ctx *ctx, Refunding *r, Return *doc, int64_t *left, Error *err)
{
    Str     to   = r->to;
    bool    all  = r->all;
    int64_t some = least(*left, r->exchange);
    int64_t room = 0;
    if (some <= 0) return true;
    for (size_t i = 0; i < r->payment_count; i++) room += room_of(&r->payments[i]);
    r->to  = STR("exchange");
    r->all = all && some == *left
          && room <= r->exchange; /* what cash was rounded by goes with the last */
    if (!share(ctx, r, doc, some, err)) return false;
    r->to  = to;
    r->all = all && some < *left;
    *left -= some;
    return true;
}

bool refunds_plan(Ctx *ctx, Refunding *r, Return *doc, int64_t left, Error *err)
{
    if (!release(ctx, r, doc, &left, err)) return false;
    bool pays = r->exchange > 0 && left > 0;
    if (!share_exchange(ctx, r, doc, &left, err)) return false;
    return (pays && left == 0) || share(ctx, r, doc, left, err);
}

/* --- doing it --- */

static bool fill(Ctx *ctx, const Refunding *r, const Refund *refund, Error *err)
{
    const Payment *p = &r->payments[refund->payment_n - 1];
    GiftCard       card;
    if (str_eq(refund->account, STR("card_held")) || str_eq(refund->account, STR("customer_owes")))
        return true;
    Payment back    = *p;
    back.account_of = refund->account_of;
    if (to_original(r)) return tender_give_back(ctx, r->order, &back, refund->amount, err);
    if (str_eq(r->to, STR("store_credit")))
        return credit_add(ctx, refund->account_of, r->order->currency, refund->amount, err);
    return str_eq(r->to, STR("cash"))
        || (giftcards_get(ctx, refund->account_of, &card, err)
            && giftcards_add(ctx, card.id, refund->amount, opt_or(card.expires_at, 0), err));
}

bool refunds_write(Ctx *ctx, Refunding *r, const Return *doc, Error *err)
{
    for (size_t i = 0; i < r->count; i++) {
        const Refund *refund = &r->refunds[i];
        if (!refunds_put(ctx, refund, err)) return false;
        bool waits = str_eq(refund->state, STR("pending"));
        if (waits && !id_is_none(refund->shift)
            && !tills_remember(ctx, refund->id, refund->shift, err))
            return false;
        if (waits) continue;
        if (!fill(ctx, r, refund, err) || !sale_post_refund(ctx, refund, doc, err)) return false;
    }
    return true;
}

bool refunds_show(Ctx *ctx, Return *doc, bool *pending, Error *err)
{
    Refund *refunds = NULL;
    size_t  count   = 0;
    *pending        = false;
    if (!refunds_of(ctx, doc->id, &refunds, &count, err)) return false;
    doc->refunds.items = arena_array(ctx->arena, ReturnRefund, count + 1);
    if (!doc->refunds.items) return err_memory(err);
    doc->refunds.count = count;
    for (size_t i = 0; i < count; i++) {
        const Refund *r       = &refunds[i];
        doc->refunds.items[i] = (ReturnRefund){ .n       = r->n,
                                                .kind    = r->kind,
                                                .state   = r->state,
                                                .amount  = r->amount,
                                                .payment = r->payment_n ? r->payment_n : OPT_NONE,
                                                .reason  = text_or_none(r->reason) };
        *pending              = *pending || str_eq(r->state, STR("pending"));
    }
    return true;
}

/* POST /v1/returns/{id}/refunds/{n}/instead */
bool returns_instead(Ctx *ctx, const RefundInstead *request, Return *reply, Error *err)
{
    Refund   *refunds = NULL;
    size_t    count   = 0;
    Order     order;
    bool      pending = false;
    Refunding r       = { .to = request->kind, .gift_card = request->gift_card, .order = &order };
    if (!returns_lock(ctx, request->id, err) || !returns_get(ctx, request->id, reply, err)
        || !refunds_of(ctx, request->id, &refunds, &count, err))
        return false;
    if (request->n > (int64_t)count)
        return err_set(err, &ERR_NOT_FOUND, "n", "the return has no such refund");
    const Refund *refused = &refunds[request->n - 1];
    if (!str_eq(refused->state, STR("refused")))
        return err_set(err, &ERR_REFUND_TO, "n", "the refund is %.*s", STR_FMT(refused->state));
    if (!orders_get(ctx, refused->order, &order, err)
        || !payments_of(ctx, order.id, &r.payments, &r.payment_count, err))
        return false;
    r.customer = id_is_none(request->customer) ? reply->customer : request->customer;
    r.count    = count;
    Payment *p = &r.payments[refused->payment_n - 1];
    bool cash = str_eq(request->kind, STR("cash"));
    if (!tills_shift(ctx, reply->location, (Id){ { 0 } }, cash, &r.till, err))
        return false;
    if (!add(ctx, &r, reply, p, STR(""), refused->amount, err)) return false;
    r.refunds[0] = r.refunds[count];
    r.count      = 1;
    return refunds_replaced(ctx, refused, err) && refunds_write(ctx, &r, reply, err)
        && audit_append(ctx, STR("refund.instead"), reply->id, request->kind, err)
        && refunds_show(ctx, reply, &pending, err);
}

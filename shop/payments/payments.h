/* payments.h — the tenders of orders and what was given back of them. Owns payments, their holds,
 * captures and refunds.
 * Knows no payment service: see flows/pay.c. Never holds a card number.
 * Invariants: refunded <= amount; of a hold captured + released + failed <= held;
 * a state only goes along pending -> captured | declined | reversing, captured -> reversing,
 * reversing -> reversed. */
#ifndef SHOP_PAYMENTS_H
#define SHOP_PAYMENTS_H

#include "shop/common.h"

#define API_DEF "shop/payments/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id      order, id; /* id: our key at the payment service */
    int64_t n, at_ms;
    Str     kind, state; /* kind: see core/tender.h; state: see the invariants */
    int64_t amount, tendered, change, refunded;
    Str     reference, brand, last4, reason;
    int64_t next_ask_ms; /* 0: nothing to be asked */
    bool    on_shipment; /* only held at first; the rest is of its hold, see payment_hold in schema.sql */
    Str     hold_state;  /* wanted -> open -> expired; these -> closing -> closed */
    int64_t captured, released, failed, forgiven, expires_at_ms;
    Str     account;        /* of the ledger, where its money is */
    Id      account_of;     /* whose part of that; or none */
    bool    deposited;      /* booked when it came, before the order was paid */
    int64_t rounding;       /* of `amount`: of cash, to the coin */
    int64_t tip, surcharge; /* on top of `amount`, taken with it */
    Str     coin;           /* of foreign cash */
    int64_t coins;          /* how much of that */
    Str     service;        /* code of the payment service; or empty */
    Id      shift;          /* of the till that takes it now, or none; kept by flows/till.h */
    bool    shift_known;    /* it is taken in this transaction */
} Payment;

/* What is taken with a tender: what counts towards the order, and what comes on top. */
static inline int64_t payment_charge(const Payment *p)
{
    return p->amount + p->tip + p->surcharge;
}

bool payments_put(Ctx *ctx, const Payment *payment, Error *err) MUST_USE;

/* All payments of an order by n. */
bool payments_of(Ctx *ctx, Id order, Payment **out, size_t *count, Error *err) MUST_USE;

/* Changes the state when it still is `from`; *changed tells. Takes what the service said
 * of it, where it is booked and next_ask_ms from `now`. */
bool payments_step(Ctx *ctx, const Payment *now, Str from, Str to, bool *changed, Error *err) MUST_USE;

/* Asks again later. */
bool payments_ask_at(Ctx *ctx, Id order, int64_t n, int64_t at_ms, Error *err) MUST_USE;

/* What is held of a card is captured, released or failed once, in one conditional step each; *ok is false
 * when so much is not left. A capture is sent by the jobs, by its own key. */
bool payments_hold_open(Ctx *ctx, Id order, int64_t n, int64_t expires_at_ms, Error *err) MUST_USE;
bool payments_hold_capture(Ctx *ctx, Id order, int64_t n, int64_t amount, bool *ok, Error *err) MUST_USE;

/* Locks the holds of an order until the transaction ends; *any tells whether there are some. */
bool payments_hold_lock(Ctx *ctx, Id order, bool *any, Error *err) MUST_USE;

bool payments_hold_step(Ctx *ctx, Id order, int64_t n, Str from, Str to, int64_t next_ask_ms,
                        Error *err) MUST_USE;

/* The order was given up before it was paid: its cards were declined or reversed. */
bool payments_hold_drop(Ctx *ctx, Id order, Error *err) MUST_USE;

bool payments_captures_pending(Ctx *ctx, Id order, int64_t n, int64_t *out, Error *err) MUST_USE;

/* A capture, or (with `state`) a hold, of any merchant, with which something is to be done by now. */
typedef struct {
    int64_t merchant;
    Id      order, id;
    int64_t n, amount, at_ms; /* n: of the payment */
} Capture;
typedef struct {
    int64_t merchant;
    Id      order;
    int64_t n, held, captured;
    Str     state;
} HoldDue;
bool payments_captures_due(Ctx *ctx, int64_t limit, Capture **out, size_t *count, Error *err) MUST_USE;
bool payments_holds_due(Ctx *ctx, int64_t limit, HoldDue **out, size_t *count, Error *err) MUST_USE;

/* What became of a capture; what was declined is not held any more, and fails. *changed is false when that
 * was known. */
bool payments_capture_end(Ctx *ctx, const Capture *capture, bool declined, Str reason, bool *changed,
                          Error *err) MUST_USE;
bool payments_capture_ask_at(Ctx *ctx, const Capture *capture, int64_t at_ms, Error *err) MUST_USE;

typedef struct {
    int64_t merchant;
    Id      order;
} PaymentDue;

/* Orders (of all merchants) with a payment to be asked about by now. */
bool payments_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err) MUST_USE;

/* What a key is about (a payment, a capture, a refund) is asked now, when it is to be asked later. */
bool payments_hurry(Ctx *ctx, Id key, Error *err) MUST_USE;
bool payments_hurry_hold(Ctx *ctx, Id order, int64_t n, Error *err) MUST_USE;

/* What foreign cash is taken for, and what paying costs on top. */
bool exchange_rates_of(Ctx *ctx, Str currency, ExchangeRateList *out, Error *err) MUST_USE;
bool surcharges_of(Ctx *ctx, SurchargeList *out, Error *err) MUST_USE;

/* Money going back. For a card the service is asked after the commit; done is final. */
typedef struct {
    Id      return_id, id; /* id: the refund's own key at the payment service */
    int64_t n;
    Id      order;
    int64_t payment_n;   /* 0: no payment of ours (a return without receipt) */
    Str     kind, state; /* kind: where it goes; pending, done, refused or replaced */
    int64_t amount, next_ask_ms;
    Str     account; /* from which it is taken: of what was never captured card_held, of what is owed
                        customer_owes */
    Id  account_of;
    Str reason; /* why the service refused it */
    Id   shift;  /* of the till that gives it now, or none; as in Payment */
    bool shift_known;
} Refund;

/* Writes the refund and adds it to the payment's `refunded`. Errors: REFUND_EXCEEDS when that would
 * be more than was captured. */
bool refunds_put(Ctx *ctx, const Refund *refund, Error *err) MUST_USE;
bool refunds_of(Ctx *ctx, Id return_id, Refund **out, size_t *count, Error *err) MUST_USE;
/* What the service said of a pending one. What it refused counts as given back still: it is owed, and goes
 * back another way. *changed is false when that was known. */
bool refunds_end(Ctx *ctx, const Refund *refund, bool refused, Str reason, bool *changed,
                 Error *err) MUST_USE;
/* What the service refused goes back another way: now it does not count as given back. Errors: REFUND_TO
 * when it does already. */
bool refunds_replaced(Ctx *ctx, const Refund *refund, Error *err) MUST_USE;
bool refunds_ask_at(Ctx *ctx, Id return_id, int64_t n, int64_t at_ms, Error *err) MUST_USE;

/* Returns (of all merchants; `order` holds the return's id) with a refund to be sent again by now. */
bool refunds_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err) MUST_USE;

#endif

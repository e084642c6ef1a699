/* payments.h — the tenders of orders and what was given back of them. Owns payments and refunds.
 * Knows no payment service: see flows/pay.c. Never holds a card number.
 * Invariants: refunded <= amount; a state only goes along pending -> captured | declined | reversing,
 * captured -> reversing, reversing -> reversed. */
#ifndef SHOP_PAYMENTS_H
#define SHOP_PAYMENTS_H

#include "shop/common.h"

#define API_DEF "shop/payments/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id      order, id; /* id: our key at the payment service */
    int64_t n;
    Str     kind, state; /* cash or card; see the invariants */
    int64_t amount, tendered, change, refunded;
    Str     reference, brand, last4, reason;
    int64_t next_ask_ms; /* 0: nothing to be asked */
} Payment;

bool payments_put(Ctx *ctx, const Payment *payment, Error *err) MUST_USE;

/* All payments of an order by n. */
bool payments_of(Ctx *ctx, Id order, Payment **out, size_t *count, Error *err) MUST_USE;

/* Changes the state when it still is `from`; *changed tells. Takes reference, brand, last4, reason and
 * next_ask_ms from `now`. */
bool payments_step(Ctx *ctx, const Payment *now, Str from, Str to, bool *changed, Error *err) MUST_USE;

/* Asks again later. */
bool payments_ask_at(Ctx *ctx, Id order, int64_t n, int64_t at_ms, Error *err) MUST_USE;

typedef struct {
    int64_t merchant;
    Id      order;
} PaymentDue;

/* Orders (of all merchants) with a payment to be asked about by now. */
bool payments_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err) MUST_USE;

/* Money going back. For a card the service is asked after the commit; done is final. */
typedef struct {
    Id      return_id, id; /* id: the refund's own key at the payment service */
    int64_t n;
    Id      order;
    int64_t payment_n; /* 0: no payment of ours (a return without receipt) */
    Str     kind, state; /* cash or card; pending or done */
    int64_t amount, next_ask_ms;
} Refund;

/* Writes the refund and adds it to the payment's `refunded`. Errors: REFUND_EXCEEDS when that would
 * be more than was captured. */
bool refunds_put(Ctx *ctx, const Refund *refund, Error *err) MUST_USE;
bool refunds_of(Ctx *ctx, Id return_id, Refund **out, size_t *count, Error *err) MUST_USE;
bool refunds_done(Ctx *ctx, Id return_id, int64_t n, bool *changed, Error *err) MUST_USE;
bool refunds_ask_at(Ctx *ctx, Id return_id, int64_t n, int64_t at_ms, Error *err) MUST_USE;

/* Returns (of all merchants; `order` holds the return's id) with a refund to be sent again by now. */
bool refunds_due(Ctx *ctx, int64_t limit, PaymentDue **out, size_t *count, Error *err) MUST_USE;

#endif

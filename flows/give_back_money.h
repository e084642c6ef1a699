/* give_back_money.h — the money of a return: from which tenders it comes and where it goes. */
#ifndef FLOWS_GIVE_BACK_MONEY_H
#define FLOWS_GIVE_BACK_MONEY_H

#include "shop/orders/orders.h"
#include "shop/payments/payments.h"
#include "shop/returns/returns.h"
#include "shop/tills/tills.h"

enum { REFUNDS_MAX = 130 }; /* of one return: two of each payment, and some */

typedef struct {
    const Order *order;
    Payment     *payments; /* of the order; `refunded` and `released` grow by what is planned */
    size_t       payment_count;
    int64_t      cash_step;
    bool         all;       /* nothing of the order is left to give back afterwards */
    Str          to;        /* original, store_credit, gift_card or cash; absent: original */
    Str          gift_card; /* code of the card */
    int64_t      exchange;  /* at most so much pays for other goods; 0: none */
    Id           customer;  /* who gives it back; or none */
    TillShift    till;      /* at which it is given back */
    Refund       refunds[REFUNDS_MAX];
    size_t       count;
} Refunding;

/* Shares `left` among the tenders: first what cards only hold is released, the rest goes back from
 * each in proportion to what is left of it, the cash of all of them rounded to the coin. The last
 * return of an order gives back whatever is left, so that the roundings add up to nothing. Sets
 * doc->cash_rounding. Errors: REFUND_EXCEEDS, REFUND_TO, CAPTURE_PENDING. */
bool refunds_plan(Ctx *ctx, Refunding *r, Return *doc, int64_t left, Error *err) MUST_USE;

/* Writes them; what does not wait for a payment service is given back and booked. */
bool refunds_write(Ctx *ctx, Refunding *r, const Return *doc, Error *err) MUST_USE;

/* Fills doc->refunds; *pending: a service is to be asked. */
bool refunds_show(Ctx *ctx, Return *doc, bool *pending, Error *err) MUST_USE;

#endif

/* loyalty.h — points where they meet sales, returns, tenders, offers and the profile of a customer.
 * Who books what: points that come or go are booked here, from `loyalty_cost` to the customer's part of
 * `loyalty`; of points that pay, the amount is booked by the payment (from the customer's part of
 * `loyalty` to `receivable`), and only what rounding leaves of their worth is booked here. */
#ifndef FLOWS_LOYALTY_H
#define FLOWS_LOYALTY_H

#include "shop/loyalty/loyalty.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"

/* --- for the tender `points`, in the transaction of its payment --- */

typedef struct {
    Id      customer, payment;
    int64_t amount; /* minor units */
    Str     currency, location;
} PointsTender;

/* Takes the fewest points that are worth the amount; *points gets how many. The caller books the amount.
 * Errors: LOYALTY_NOT_MEMBER, LOYALTY_CURRENCY, POINTS_SHORT. */
bool loyalty_spend(Ctx *ctx, const PointsTender *tender, int64_t *points, Error *err) MUST_USE;

/* Gives `amount` of a payment back: to the same lots, with their old expiry; all points when all of it is
 * given back, over any number of calls. *points gets how many. The caller books the amount. Errors:
 * INTERNAL. */
bool loyalty_unspend(Ctx *ctx, Id payment, int64_t amount, Str location, int64_t *points,
                     Error *err) MUST_USE;

/* --- for sales and returns --- */

/* Gives the customer of an order that was just paid its points; nothing when there is none, no
 * programme, or no consent to it. A second call for an order does nothing. Needs order->payments. */
bool loyalty_earn_order(Ctx *ctx, const Order *order, Error *err) MUST_USE;

/* Takes back the points of what has come back of a return's order, exactly as earned by these lines and
 * units: looks at how much of each line came back so far, so that a second call does nothing. */
bool loyalty_return(Ctx *ctx, const Return *document, Error *err) MUST_USE;

/* --- members --- */

/* The customer joins: account, consent to the terms (and marketing), points for joining, the offer of the
 * programme. *fresh is false when the customer was a member before; then only consent is recorded.
 * Errors: LOYALTY_NONE. */
typedef struct {
    Id   customer, document; /* the join, or none */
    bool marketing;
    Str  channel, language;
} JoinTerms;
bool loyalty_enter(Ctx *ctx, const JoinTerms *terms, bool *fresh, Error *err) MUST_USE;

/* As it is shown, with the name. Errors: NOT_FOUND. */
bool loyalty_account_show(Ctx *ctx, Id customer, LoyaltyAccount *out, Error *err) MUST_USE;

/* Looks at the tier and tells the profile of it. */
bool loyalty_tier_of(Ctx *ctx, Id customer, Error *err) MUST_USE;

/* --- jobs --- */

/* One round over what is due by time: points that can be spent now or expire, tiers, birthdays, points
 * that are valued at a former rate; some hundred customers at most. A JobStep. */
bool loyalty_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif

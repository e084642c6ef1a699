/* give_back_exchange.h — goods that come back pay for others, in one document: the return is made in
 * the transaction of the sale, its money is a tender of the sale as far as that costs so much, and
 * the rest goes back. When a card that pays the rest is declined, and the sale is given up, the
 * goods have come back all the same: what they were to pay is owed, as a refund that was refused,
 * and goes back another way. */
#ifndef FLOWS_GIVE_BACK_EXCHANGE_H
#define FLOWS_GIVE_BACK_EXCHANGE_H

#include "flows/give_back.h"
#include "shop/orders/orders.h"
#include "shop/payments/payments.h"

/* Takes back what request->exchange says, for the order that is being made; of `total` at most so
 * much as *amount is paid with it. Errors: as POST /v1/returns, under exchange.…, and
 * EXCHANGE_CURRENCY. */
bool give_back_exchange(Ctx *ctx, const CheckoutRequest *request, Str currency, int64_t total,
                   Return *back, int64_t *amount, Error *err) MUST_USE;

/* The sale was given up: what was to pay for it is owed. */
bool give_back_exchange_undo(Ctx *ctx, Id order, Error *err) MUST_USE;

#endif

/* pay.h — charging cards, and settling orders whose cards were charged or not: always outside of any
 * transaction while the payment service is asked, always by our own key.
 *
 *   payment: pending -> captured | declined | reversing;  captured -> reversing;  reversing -> reversed
 *   order:   placed  -> paid (every tender captured) | cancelled (every tender declined or reversed)
 *
 * One tender that is declined dooms the order: what was charged for it is reversed. A time-out is not a
 * refusal: the order stays placed and its stock claimed until the service says what happened. */
#ifndef FLOWS_PAY_H
#define FLOWS_PAY_H

#include "shop/orders/orders.h"

/* When the jobs may ask about a card that is charged now. */
bool pay_first_ask(Ctx *ctx, int64_t *at_ms, Error *err) MUST_USE;

/* Charges the pending cards of the order after the commit (ctx->after); tokens[i] is of tender i + 1. */
bool pay_later(Ctx *ctx, Id order, const Str *tokens, size_t count, Error *err) MUST_USE;

/* Refuses a cancelled order with the reason of its declined payment; always false. */
bool pay_refuse(Ctx *ctx, const Order *order, Error *err);

/* Job step: asks about every order and refund that is due, and completes or undoes it. */
bool pay_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* Sends the pending card refunds of a return; what gets no answer is left to the jobs. */
bool pay_refund(Ctx *ctx, Id return_id, Error *err) MUST_USE;

#endif

/* charge.h — cards that are only authorised at the sale (capture on_shipment): their money is taken as goods
 * leave. The sale is booked when it is authorised, against `card_held`; captures and what is given up are
 * booked out of that.
 *
 * What is due of a line is its total less what the dearest of its units cost that came back, were given up,
 * or are still to leave; so all captures and all that is released of an order, in any order, add up to
 * it, and nothing is ever taken ahead of its goods. Shipping falls due with the first goods. */
#ifndef FLOWS_CHARGE_H
#define FLOWS_CHARGE_H

#include "shop/payments/payments.h"

/* Whether goods of the order may leave now: what was authorised still holds, and nothing is owed.
 * Errors: AUTHORISATION_EXPIRED, ORDER_OWED. */
bool charge_may_leave(Ctx *ctx, Id order, Error *err) MUST_USE;

/* What the goods of the order that are still to leave cost: kept of what is held for them. */
bool charge_to_come(Ctx *ctx, Id order, int64_t *out, Error *err) MUST_USE;

/* After goods of an order left, or were given up, in the same transaction: what has become due is captured
 * by the jobs; what is not needed any more is given up. Nothing for other orders; may be called again. */
bool charge_follow(Ctx *ctx, Id order, Error *err) MUST_USE;

/* Job step: sends captures, ends holds whose time is over, gives up those that are not needed. */
bool charge_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif

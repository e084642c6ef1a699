/* charge.h — the part of an order's money that falls to goods which leave later than the sale: booked as sold
 * when they leave, captured then where the card was only authorised, given back when they never leave.
 * The part of the first n units of a line is a function of n alone: what leaves is counted from the dearest
 * unit on, what is given up from the cheapest, so that all parts of an order, in any order, add up to it. */
#ifndef FLOWS_CHARGE_H
#define FLOWS_CHARGE_H

#include "shop/orders/orders.h"

/* So much of a line of the order (n, from 1); one entry for each line. */
typedef struct {
    int64_t line;
    int64_t qty; /* thousandths, > 0 */
} ChargeLine;

/* Whether goods of the order may leave now: it is paid, or what was authorised still holds.
 * Errors: NOT_FOUND, ORDER_NOT_OPEN, AUTHORISATION_EXPIRED, ORDER_OWED. */
bool charge_may_leave(Ctx *ctx, Id order, Error *err) MUST_USE;

/* In the transaction in which goods of a fulfilment leave (shipped, handed over): their part is sold; where
 * the card was only authorised, the job captures it at once after the commit. Errors: as charge_may_leave,
 * and CHARGE_EXCEEDS when so much of a line has left or was given up already. */
bool charge_left(Ctx *ctx, Id order, Id fulfilment, const ChargeLine *lines, size_t count,
                 Error *err) MUST_USE;

/* In the transaction in which goods of a fulfilment are given up before they left (the caller releases their
 * claims): their part is not captured any more or, where it was paid, goes back as it came. The order is
 * cancelled with its last goods when nothing of it was ever sold. Errors: as charge_left. */
bool charge_dropped(Ctx *ctx, Id order, Id fulfilment, const ChargeLine *lines, size_t count,
                    Error *err) MUST_USE;

#endif

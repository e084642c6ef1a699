/* loyalty_inner.h — what the files of loyalty share among themselves. */
#ifndef FLOWS_LOYALTY_INNER_H
#define FLOWS_LOYALTY_INNER_H

#include "flows/loyalty.h"

/* How many days the points of an order wait that is paid now. */
bool loyalty_wait(Ctx *ctx, const LoyaltyProgramme *programme, const Order *order, const SoldLine *lines,
                  size_t count, int64_t *days, Error *err) MUST_USE;

/* Points for a birthday, once a year. */
bool loyalty_birthday(Ctx *ctx, Id customer, int64_t year, Error *err) MUST_USE;

#endif

/* loyalty_inner.h — what the files of loyalty share among themselves. */
#ifndef FLOWS_LOYALTY_INNER_H
#define FLOWS_LOYALTY_INNER_H

#include "flows/loyalty.h"

/* Points for a birthday, once a year. */
bool loyalty_birthday(Ctx *ctx, Id customer, int64_t year, Error *err) MUST_USE;

#endif

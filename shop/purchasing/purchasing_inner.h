/* purchasing_inner.h — what the parts of purchasing share. */
#ifndef SHOP_PURCHASING_INNER_H
#define SHOP_PURCHASING_INNER_H

#include "shop/purchasing/purchasing.h"

/* 0 is not known or not yet in columns; absent in replies. */
static inline int64_t time_shown(int64_t at_ms)
{
    return at_ms ? at_ms : OPT_NONE;
}

/* qty of a cost for one whole unit. Errors: AMOUNT_RANGE. */
bool purchasing_worth(int64_t qty, int64_t cost, int64_t *total, Error *err) MUST_USE;

/* Event (unless NULL) and audit row of a document with a number. */
bool purchasing_note(Ctx *ctx, const EventDef *event, Str action, Id id, int64_t number, Str vendor,
                     Str state, Str why, Error *err) MUST_USE;

#endif

/* events.h — the outbox: what happened, for those who listen. Written in the transaction of the fact
 * itself, so a fact has its event or neither is there. */
#ifndef SHOP_EVENTS_H
#define SHOP_EVENTS_H

#include "shop/api.h"

/* Appends one event about `subject`; `body` is a JSON object. */
bool events_put(Ctx *ctx, const EventDef *event, Id subject, Str body, Error *err) MUST_USE;

#endif

/* replenishment.h — how much a location should have of an item, and what should be sent there. Owns the
 * rules; proposals are worked out when they are asked for (core/replenish.h) and kept nowhere.
 * Of a location's rules the nearest holds, whole: that of the item, of its categories upwards, of all. */
#ifndef SHOP_REPLENISHMENT_H
#define SHOP_REPLENISHMENT_H

#include "core/replenish.h"
#include "shop/common.h"

#define API_DEF "shop/replenishment/api.def"
#include "shop/api_declare.h"

/* What is proposed for these items at a location; `days` OPT_NONE: by setting. Errors: NOT_FOUND. */
bool replenishment_propose(Ctx *ctx, Str location, int64_t days, const TextList *skus,
                           ReplenishProposals *out, Error *err) MUST_USE;

#endif

/* openings.h — templates of locations, and what was opened from them. Owns templates, how far a location is
 * in its life, and registers. What opening one does to channels, prices, rules and keys is told in
 * flows/open_location.c. Invariant: a register has an API key; only the id of that is kept here. */
#ifndef SHOP_OPENINGS_H
#define SHOP_OPENINGS_H

#include "shop/common.h"

#define API_DEF "shop/openings/api.def"
#include "shop/api_declare.h"

/* Errors: TEMPLATE_UNKNOWN at `template`. */
bool openings_template(Ctx *ctx, Str code, LocationTemplate *out, Error *err) MUST_USE;

/* Keeps a new opening with its registers, tells of it. Its keys are not kept. */
bool openings_add(Ctx *ctx, const Opening *opening, Error *err) MUST_USE;

#endif

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


/* How far a location is. */
typedef struct {
    Str     code, state;
    Str     channel; /* of its own, or empty */
    Str     stock_to, note;
    int64_t opened_ms, closing_ms, closed_ms; /* opened_ms 0: it was not opened from a template */
} LocationLife;

/* `make`: one that was not opened from a template gets a row too, as an open one. */
bool openings_life(Ctx *ctx, Str code, bool make, LocationLife *out, bool *found, Error *err) MUST_USE;

/* Leads it on by an event of its machine, keeps and tells it. Errors: STATE_REFUSED at `code`. */
bool openings_step(Ctx *ctx, LocationLife *life, Str event, Error *err) MUST_USE;

/* Keeps a settlement of its till; its entries are the ledger's. */
bool openings_till_add(Ctx *ctx, Str location, const TillSettlement *till, Error *err) MUST_USE;

/* Fills in reply->tills. */
bool openings_tills(Ctx *ctx, Str location, Closing *reply, Error *err) MUST_USE;

#endif

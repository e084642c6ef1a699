/* rma.h — warranty plans, and goods that come back to be repaired, swapped, claimed from their
 * vendor, or given back by mail. Owns the plans and the documents; what moves with a step is told in
 * flows/rma.c. Invariants: numbers have no gap; a document goes by its machine (core/rma.h); one
 * piece is in one open document at most. */
#ifndef SHOP_RMA_H
#define SHOP_RMA_H

#include "core/return_policy.h"
#include "core/rma.h"
#include "core/warranty.h"
#include "shop/common.h"

#define API_DEF "shop/rma/api.def"
#include "shop/api_declare.h"

bool warranty_plans(Ctx *ctx, WarrantyPlan **out, size_t *count, Error *err) MUST_USE;

/* What a step needs besides what is shown. */
typedef struct {
    Rma doc;
    Id  item;
} RmaDoc;

/* Gives doc->number and writes it; doc has all but number and next. */
bool rmas_put(Ctx *ctx, RmaDoc *doc, Error *err) MUST_USE;

/* Errors: NOT_FOUND. `lock`: nobody else changes it until the transaction ends. */
bool rmas_get(Ctx *ctx, Id id, bool lock, RmaDoc *out, Error *err) MUST_USE;

/* Moves it on, with what doc says by now. Errors: STATE_REFUSED, RMA_EVENT_UNKNOWN,
 * PERMISSION_MISSING. */
bool rmas_go(Ctx *ctx, RmaDoc *doc, Str event, Str why, Error *err) MUST_USE;

/* Whether something is open for a piece, or for a line of an order: *id is that. */
bool rmas_open_for(Ctx *ctx, Id order, int64_t line, Str serial, Id *id_or_none,
                   Error *err) MUST_USE;

/* "RMA-000123". */
Str rmas_number_text(Arena *arena, int64_t number);

/* Those of all merchants whose goods should be here; at most `limit`. */
typedef struct {
    int64_t merchant;
    Id      id;
} RmaDue;
bool rmas_due(Ctx *ctx, int64_t limit, RmaDue **out, size_t *count, Error *err) MUST_USE;

#endif

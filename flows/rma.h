/* rma.h — steps of goods that come back, and the jobs that wait for them. */
#ifndef FLOWS_RMA_H
#define FLOWS_RMA_H

#include "shop/rma/rma.h"
#include "store/db.h"
#include "sys/env.h"

/* A step, whoever asks for it; moves what it moves. Errors: as rmas_go, RMA_PIECE, FIELD_INVALID,
 * STOCK_SHORT. */
bool rma_go(Ctx *ctx, RmaDoc *doc, const RmaStep *step, Error *err) MUST_USE;

/* One round over the goods of all merchants that are awaited and did not come in time; a JobStep. */
bool rmas_pass_over_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif

/* work.h — who of the staff does what: claims of tasks. A task is a document in a state in which somebody
 * has to do something with it (flows/work.c finds them); here is only who has taken it, and until when.
 * Invariants: one person at a time has a task; a claim ends by itself, or when it is given back. */
#ifndef SHOP_WORK_H
#define SHOP_WORK_H

#include "shop/common.h"

#define API_DEF "shop/work/api.def"
#include "shop/api_declare.h"

/* Takes a task until then, or keeps it longer. Errors: WORK_CLAIMED (somebody else has it). */
bool work_take(Ctx *ctx, Str kind, Id document, int64_t until_ms, Error *err) MUST_USE;

/* For those who are about to do a task. Errors: WORK_CLAIMED when somebody else has taken it. */
bool work_may_do(Ctx *ctx, Str kind, Id document, Error *err) MUST_USE;

#endif

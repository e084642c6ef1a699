/* count.h — what approves a count: shared by people's counts and imports. */
#ifndef FLOWS_COUNT_H
#define FLOWS_COUNT_H

#include "shop/ctx.h"

/* Adjusts the ledger by the differences of a count's lines; *adjusted gets how many there were.
 * Errors: COUNT_IMPOSSIBLE. */
bool count_adjust(Ctx *ctx, Id count, int64_t *adjusted, Error *err) MUST_USE;

#endif

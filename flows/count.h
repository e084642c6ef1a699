/* count.h — what approves a count: shared by people's counts and imports. */
#ifndef FLOWS_COUNT_H
#define FLOWS_COUNT_H

#include "shop/inventory/inventory.h"

/* Adjusts the ledger by the differences of a count's lines; *adjusted gets how many there were.
 * Errors: COUNT_IMPOSSIBLE. */
bool count_adjust(Ctx *ctx, Id count, int64_t *adjusted, Error *err) MUST_USE;

/* The pieces whose numbers a count names: what is not there any more leaves, what is there comes, number
 * by number; what came or went after it was looked at is left alone. *items are those that were settled
 * so. Errors: SERIALS_NEEDED (not all numbers of a line are named, or one twice), SERIAL_TAKEN (the ledger
 * has it elsewhere). */
bool count_pieces(Ctx *ctx, Id count, StockDoc *doc, Id **items, size_t *item_count, Error *err) MUST_USE;

#endif

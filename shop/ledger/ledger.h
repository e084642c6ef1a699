/* ledger.h — money moved from one account to another: double entry, append-only.
 * Invariant: a balance is the sum of its entries; all balances of a currency sum to zero. */
#ifndef SHOP_LEDGER_H
#define SHOP_LEDGER_H

#include "shop/api.h"

typedef struct {
    Id  document;
    Str currency;
    int64_t n; /* the number of the last entry; starts at 0 */
} LedgerDoc;

/* Moves `amount` from `credit` to `debit`; a negative amount the other way round, zero not at all. */
bool ledger_post(Ctx *ctx, LedgerDoc *doc, Str debit, Str credit, int64_t amount, Str code,
                 Error *err) MUST_USE;

#endif

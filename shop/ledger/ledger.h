/* ledger.h — money moved from one account to another: double entry, append-only. Owns the entries, and what
 * the accounts (core/account.h) are called in the merchant's own books.
 * Of some accounts a part is kept apart for a gift card, a drawer, a customer: a side of an entry may name
 * whose part it is (`of`).
 * Invariant: a balance is the sum of its entries; all balances of a currency sum to zero. */
#ifndef SHOP_LEDGER_H
#define SHOP_LEDGER_H

#include "shop/common.h"

#define API_DEF "shop/ledger/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id      document;
    Str     currency;
    int64_t n;        /* the number of the last entry; starts at 0 */
    Str     location; /* whose books; absent: none's */
} LedgerDoc;

typedef struct {
    Str account;
    Id  of; /* whose part of it; none: not kept apart */
} LedgerSide;

/* Moves `amount` from `credit` to `debit`; a negative amount the other way round, zero not at all. */
bool ledger_move(Ctx *ctx, LedgerDoc *doc, LedgerSide debit, LedgerSide credit, int64_t amount, Str code,
                 Error *err) MUST_USE;

/* The same where nothing is kept apart. */
bool ledger_post(Ctx *ctx, LedgerDoc *doc, Str debit, Str credit, int64_t amount, Str code,
                 Error *err) MUST_USE;

/* What is kept apart for `of` on an account: debits less credits, minor units. */
bool ledger_part(Ctx *ctx, Str account, Id of, Str currency, int64_t *balance, Error *err) MUST_USE;

/* The accounts that the merchant calls something else. */
typedef struct {
    AccountMapping *items;
    size_t          count;
} LedgerNames;
bool ledger_names(Ctx *ctx, LedgerNames *out, Error *err) MUST_USE;

/* What an account is called in the merchant's books: as its own row says, or that of its kind, or as here. */
AccountMapping ledger_name(const LedgerNames *names, Str account);

#endif

/* account.h — the chart of accounts: which accounts the money ledger has. Pure.
 * The accounts are rows in core/accounts.def: ACCOUNT(kind, TYPE, "one for each", "parts kept apart for",
 * "meaning"). Where there is one account for each of something its name is "kind:which", e.g. "tax:GB20". */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "base/str.h"

typedef enum { ACCOUNT_ASSET, ACCOUNT_LIABILITY, ACCOUNT_INCOME, ACCOUNT_EXPENSE } AccountType;

typedef struct {
    const char *kind;
    AccountType type;
    const char *per;  /* what there is one account for each of; empty: there is one account */
    const char *part; /* what parts of it are kept apart for; empty: nothing */
    const char *meaning;
} AccountRow;

/* The kind of an account: what stands before the colon. */
Str account_kind(Str account);

/* "cash:LON": the account of a kind of which there is one for each of something. STR_NONE: arena full. */
Str account_name(Arena *arena, const char *kind, Str which);

/* The row of an account, or NULL when there is no such account. */
const AccountRow *account_find(Str account);

/* "asset", "liability", "income" or "expense". */
const char *account_type_name(AccountType type);

/* All rows, in the order of accounts.def. */
const AccountRow *account_rows(size_t *count);

#endif

/* account.c — the chart of accounts. See account.h. */
#include "core/account.h"

#include <assert.h>

static const AccountRow rows[] = {
#define ACCOUNT(kind, type, per, part, meaning) { kind, ACCOUNT_##type, per, part, meaning },
#include "core/accounts.def"
#undef ACCOUNT
};

Str account_kind(Str account)
{
    return str_slice(account, 0, str_index(account, ':', 0));
}

Str account_name(Arena *arena, const char *kind, Str which)
{
    return str_format(arena, "%s:%.*s", kind, STR_FMT(which));
}

const AccountRow *account_find(Str account)
{
    Str  kind = account_kind(account);
    bool many = kind.len + 1 < account.len;
    if (account.len == kind.len + 1) return NULL; /* nothing behind the colon */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eq(kind, str_from(rows[i].kind))) return (*rows[i].per != '\0') == many ? &rows[i] : NULL;
    return NULL;
}

const char *account_type_name(AccountType type)
{
    static const char *const names[] = { "asset", "liability", "income", "expense" };
    assert((size_t)type < sizeof names / sizeof *names);
    return names[type];
}

const AccountRow *account_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

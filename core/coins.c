/* coins.c — the coins and notes of a currency. See coins.h. */
#include "core/coins.h"

#define COIN(currency, value) { #currency, value, false },
#define NOTE(currency, value) { #currency, value, true },
static const CoinRow rows[] = {
#include "core/coins.def"
};
#undef COIN
#undef NOTE

const CoinRow *coin_rows(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}

bool coins_known(Str currency)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eq(currency, str_from(rows[i].currency))) return true;
    return false;
}

bool coin_there(Str currency, int64_t value)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].value == value && str_eq(currency, str_from(rows[i].currency))) return true;
    return false;
}

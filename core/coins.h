/* coins.h — the coins and notes of a currency, for counting a drawer. The facts are rows in
 * core/coins.def. Pure. */
#ifndef CORE_COINS_H
#define CORE_COINS_H

#include "base/str.h"

typedef struct {
    const char *currency; /* ISO 4217 */
    int64_t     value;    /* minor units */
    bool        note;
} CoinRow;

/* All rows: currencies one after the other, each from the smallest coin to the largest note. */
const CoinRow *coin_rows(size_t *count);

/* Whether the coins of the currency are known. */
bool coins_known(Str currency);

/* Whether there is a coin or note of that value. */
bool coin_there(Str currency, int64_t value);

#endif

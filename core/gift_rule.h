/* gift_rule.h — how long gift cards must hold by the law of a country. Pure; the rules are rows in
 * core/gift_rule.def. */
#ifndef CORE_GIFT_RULE_H
#define CORE_GIFT_RULE_H

#include "base/str.h"

typedef struct {
    const char *country;  /* ISO 3166-1 alpha-2 */
    int64_t     months;   /* at least, from the last load; 0: it may never expire */
    bool        year_end; /* and until the end of that year */
    int64_t     cash_out; /* what must be paid out in cash on demand, minor units */
    const char *source;
} GiftRule;

/* NULL: the country is not known to have a rule. */
const GiftRule *gift_rule_find(Str country);

/* When a card that is loaded now (UTC ms) expires, when the merchant says `months` (0: never): as the
 * merchant says, or as the law wants it, whichever is later; 0: never. Days end as UTC's do; a day of a
 * shorter month is its last. */
int64_t gift_expiry(const GiftRule *rule_or_null, int64_t months, int64_t now_ms);

#endif

/* disposition.h — where goods go that come back: rules by grade, reason and item. Pure.
 * Words: a disposition is floor, backroom, damaged (stock states, nothing more to be done), or
 * refurbish, vendor, destroy, quarantine: the goods stand apart until somebody has done that.
 * `none`: nothing comes back. */
#ifndef CORE_DISPOSITION_H
#define CORE_DISPOSITION_H

#include "core/return_policy.h"

typedef struct {
    GoodsFacts goods;
    Str        reason, grade, location;
    int64_t    cost; /* of one unit to the merchant; 0: not known */
} DispositionAsk;

typedef struct {
    const char *name;
    const char *state; /* of the stock, where the goods stand at first */
    const char *work;  /* what is still to be done with them, or NULL */
} Disposition;

/* NULL: there is none of that name. */
const Disposition *disposition_find(Str name);

/* The first rule by rank and code that holds; else what the grade says; else the floor. */
const Disposition *disposition_for(const DispositionRule *rules, size_t count,
                                   const DispositionAsk *ask, const DispositionRule **rule_or_null);

void disposition_rules_sort(DispositionRule *rules, size_t count);

/* Errors: RETURN_RULE with the field. */
bool disposition_rule_check(const DispositionRule *rule, Error *err) MUST_USE;

#endif

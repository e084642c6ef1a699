/* scope.h — for what a rule holds: one item or all of a category, one location, one channel; and which of
 * several rules is the most specific. Pure. Order: a rule for the item before one for its category, a
 * nearer category before one further up, any of them before one for all items; among these one for the
 * location before one for all; then one for the channel. */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

#include "base/id.h"

/* All empty: for everything. */
typedef struct {
    Id  item;
    Str category, location, channel;
} Scope;

typedef struct {
    Id         item;
    const Str *categories; /* the item's own first, then those above it */
    size_t     category_count;
    Str        location, channel;
} ScopeAsk;

/* How specific the scope is for what is asked; SCOPE_NOT: it does not hold for it. */
enum { SCOPE_NOT = -1, SCOPE_ITEM = 1 << 20 };
int64_t scope_rank(const Scope *scope, const ScopeAsk *ask);

#endif

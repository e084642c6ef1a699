/* scope.c — for what a rule holds. See scope.h. */
#include "core/scope.h"

#include <assert.h>

/* 0: for all items; more: the more specific. */
static int64_t subject_rank(const Scope *scope, const ScopeAsk *ask)
{
    if (!id_is_none(scope->item)) return id_eq(scope->item, ask->item) ? SCOPE_ITEM : SCOPE_NOT;
    if (!scope->category.len) return 0;
    assert(ask->category_count < SCOPE_ITEM);
    for (size_t i = 0; i < ask->category_count; i++)
        if (str_eq(scope->category, ask->categories[i])) return (int64_t)(ask->category_count - i);
    return SCOPE_NOT;
}

int64_t scope_rank(const Scope *scope, const ScopeAsk *ask)
{
    int64_t subject = subject_rank(scope, ask);
    if (subject == SCOPE_NOT) return SCOPE_NOT;
    if (scope->location.len && !str_eq(scope->location, ask->location)) return SCOPE_NOT;
    if (scope->channel.len && !str_eq(scope->channel, ask->channel)) return SCOPE_NOT;
    return subject * 4 + (scope->location.len ? 2 : 0) + (scope->channel.len ? 1 : 0);
}

/* tender.c — the kinds of tenders. See tender.h. */
#include "core/tender.h"

#include <assert.h>

static const TenderRow rows[TENDER_COUNT] = {
#define TENDER(NAME, kind, needs, when, account, part, label, meaning)                                    \
    { kind, needs, TENDER_##when, account, part, label, meaning },
#include "core/tender.def"
#undef TENDER
};

const TenderRow *tender_find(Str kind)
{
    for (size_t i = 0; i < TENDER_COUNT; i++)
        if (str_eq(kind, str_from(rows[i].kind))) return &rows[i];
    return NULL;
}

const TenderRow *tender_row(TenderKind kind)
{
    assert((size_t)kind < TENDER_COUNT);
    return &rows[kind];
}

bool tender_is(Str kind, TenderKind which)
{
    return str_eq(kind, str_from(tender_row(which)->kind));
}

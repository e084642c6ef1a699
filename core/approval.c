/* approval.c — what a second person can approve. See approval.h. */
#include "core/approval.h"

#define APPROVAL(NAME, kind, perm, meaning) { kind, perm, meaning },
static const ApprovalRow rows[] = {
#include "core/approval.def"
};
#undef APPROVAL

const ApprovalRow *approval_row(ApprovalKind kind)
{
    return &rows[kind];
}

const ApprovalRow *approval_find(Str kind)
{
    for (int i = 0; i < APPROVAL_COUNT; i++)
        if (str_eq(kind, str_from(rows[i].kind))) return &rows[i];
    return NULL;
}

/* approval.h — what a second person can approve, as rows in core/approval.def. Pure. */
#ifndef CORE_APPROVAL_H
#define CORE_APPROVAL_H

#include "base/str.h"

typedef enum {
#define APPROVAL(NAME, kind, perm, meaning) APPROVAL_##NAME,
#include "core/approval.def"
#undef APPROVAL
    APPROVAL_COUNT
} ApprovalKind;

typedef struct {
    const char *kind;
    const char *perm; /* code of the permission that giving it takes */
    const char *meaning;
} ApprovalRow;

const ApprovalRow *approval_row(ApprovalKind kind);

/* The row of a kind, or NULL when there is none. */
const ApprovalRow *approval_find(Str kind);

#endif

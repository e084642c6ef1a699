/* approvals.h — a second person agrees, with own credentials (an API key), to what another is about to do.
 * Owns the approvals. What they are for is a kind (core/approval.def) and a subject, the SHA-256 of what
 * exactly is to be done, so that an approval holds for that and nothing else. Invariants: an approval is
 * used once at most; never by who gave it; not after its time; not for more than its amount. */
#ifndef SHOP_APPROVALS_H
#define SHOP_APPROVALS_H

#include "core/approval.h"
#include "shop/common.h"

#define API_DEF "shop/approvals/api.def"
#include "shop/api_declare.h"

/* The subject of what is to be done: 64 hexadecimal digits. */
bool approvals_subject(Ctx *ctx, ApprovalKind kind, const Str *parts, size_t count, Str *out,
                       Error *err) MUST_USE;

typedef struct {
    ApprovalKind kind;
    Id           id; /* as the request names it, or none */
    Str          subject;
    int64_t      amount;
    Id           used_for; /* the document that needs it */
} ApprovalUse;

/* Uses it up. Errors: APPROVAL_NEEDED at `approval` (none is named; err->extra tells kind, subject and
 * amount), APPROVAL_INVALID at `approval`. */
bool approvals_use(Ctx *ctx, const ApprovalUse *use, Id *approver, Error *err) MUST_USE;

#endif

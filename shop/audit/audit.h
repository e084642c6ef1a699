/* audit.h — who did what and when, as a hash chain per stream. Append-only.
 * Invariant: hash(n) = SHA-256(hash(n-1) ‖ merchant ‖ stream ‖ seq ‖ at_ms ‖ actor ‖ subject ‖
 * length-prefixed action ‖ length-prefixed detail); numbers have no gap. */
#ifndef SHOP_AUDIT_H
#define SHOP_AUDIT_H

#include "shop/common.h"

#define API_DEF "shop/audit/api.def"
#include "shop/api_declare.h"

/* Appends one row; `subject` is the id of the document it is about. Its time is that of the clock, also when
 * the document bears an earlier one (an imported sale). */
bool audit_append(Ctx *ctx, Str action, Id subject, Str detail, Error *err) MUST_USE;

/* The id under which audit rows and events name something that has a code and no id (a location, a price
 * list): version 8 of RFC 9562, made of SHA-256 of "kind/code". */
Id audit_subject(Str kind, Str code);

typedef struct {
    int64_t rows;
    bool    whole;
    int64_t bad_stream, bad_seq; /* the first row that does not fit, when not whole */
} AuditCheck;

/* Walks every chain of ctx's merchant. */
bool audit_verify(Ctx *ctx, AuditCheck *out, Error *err) MUST_USE;

#endif

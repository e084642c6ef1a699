/* reconciliation.h — files of payment services and banks: what they settled, what of it is not as the
 * books say, and how that was settled. Owns files, their lines, differences, payouts, and what was agreed
 * with services. How a line is matched to payments and refunds is told in flows/settle.h; what differs is
 * decided in core/settle.h. Invariants: a file is taken once (by its SHA-256); a line is booked once,
 * however many files have it; a file's lines are matched, a difference, or settled by hand. */
#ifndef SHOP_RECONCILIATION_H
#define SHOP_RECONCILIATION_H

#include "core/settle.h"
#include "shop/common.h"

#define API_DEF "shop/reconciliation/api.def"
#include "shop/api_declare.h"

enum { RECON_PART_MAX = 524288, RECON_DAYS = 7 };

/* The accounts of a payment service: what it owes, what chargebacks took, what it kept. STR_NONE: the
 * arena is full. */
Str recon_clearing(Arena *arena, Str service);
Str recon_disputes(Arena *arena, Str service);
Str recon_fees(Arena *arena, Str service);

/* The account that is off by a difference with that cause; empty: none is. */
Str recon_account(Arena *arena, SettleCause cause, Str service);

/* What differs. */
typedef struct {
    Id               file; /* the file; none: something is in none */
    int64_t          n;    /* line of it, or 0 */
    Str              service;
    SettleDifference what;
    Id               subject, order;            /* or none */
    Str              reference, text, currency; /* or none */
} ReconFound;

bool recon_differ(Ctx *ctx, const ReconFound *found, Error *err) MUST_USE;

/* Ends what is open about `subject` for that cause: it came right by itself. */
bool recon_end(Ctx *ctx, Id subject, SettleCause cause, Str reason, Error *err) MUST_USE;

/* Whether there is, or was, a difference about `subject` with that cause. */
bool recon_told(Ctx *ctx, Id subject, SettleCause cause, bool *told, Error *err) MUST_USE;

/* What was agreed with a service; not agreed, and the standard days, when nothing was said. */
bool recon_rate(Ctx *ctx, Str service, SettleRate *out, Error *err) MUST_USE;

#endif

/* return_terms.h — on what terms an order's goods are taken back: the merchant's rules for each
 * line, what looks suspicious about all of it, where the goods go. Reads, decides in the core,
 * changes nothing. What follows from it happens in flows/give_back.c. */
#ifndef FLOWS_RETURN_TERMS_H
#define FLOWS_RETURN_TERMS_H

#include "flows/return_share.h"
#include "shop/return_rules/return_rules.h"
#include "shop/returns/returns.h"

typedef struct {
    const ReturnLineInput *asked;
    const SoldLine        *sold; /* NULL: without receipt */
    Str                    sku;
    int64_t                paid; /* goes back but for the fee, with tax */
    Str                    reason, grade;
    ReturnVerdict          verdict;
    const Disposition     *to; /* NULL: nothing comes back */
    const DispositionRule *to_rule;
} TermsLine;

typedef struct {
    const ReturnRequest *request;
    const Order         *order; /* NULL: without receipt */
    Str                  currency;
    TermsLine           *lines;
    size_t               count;
    bool                 used_up; /* a line gives back more than is left */
    ReturnFlag           flags[RETURN_FLAG_COUNT];
    size_t               flag_count;
    ReturnOutcome        outcome;
    int                  refund_to, refund_first; /* REFUND_…, what all lines allow */
    bool                 shipping;                /* all lines let it go back */
    int64_t              paid, fee;
    int64_t              at_ms;   /* as of then: now, or when a return by mail was asked for */
    Str                  subject; /* what an approval of it must name */
} Terms;

/* `paid[i]` is what line i of the request gives back. Errors: NOT_FOUND (location), FIELD_INVALID.
 */
bool return_terms_find(Ctx *ctx, const ReturnRequest *request, const Order *order,
                       const SoldLine *sold, size_t sold_count, const int64_t *paid, bool taken,
                       Terms *out, Error *err) MUST_USE;

/* As a preview tells it. */
bool return_preview_show(Ctx *ctx, const Terms *terms, ReturnPreview *out, Error *err) MUST_USE;

/* What holds for all lines together: fees, where the money may go, the hardest verdict. */
bool return_terms_sum(Terms *out, Error *err) MUST_USE;

/* What another person approves: `what` is all of it as text. */
bool return_terms_subject(Ctx *ctx, Str what, Str *out, Error *err) MUST_USE;

#endif

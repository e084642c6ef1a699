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
    const SoldLine        *sold;
    int64_t                paid; /* goes back but for the fee, with tax */
    Str                    reason, grade;
    ReturnVerdict          verdict;
    const Disposition     *to; /* NULL: nothing comes back */
    const DispositionRule *to_rule;
} TermsLine;

typedef struct {
    const ReturnRequest *request;
    const Order         *order;
    TermsLine           *lines;
    size_t               count;
    bool                 used_up; /* a line gives back more than is left */
    ReturnFlag           flags[RETURN_FLAG_COUNT];
    size_t               flag_count;
    ReturnOutcome        outcome;
    int                  refund_to, refund_first; /* REFUND_…, what all lines allow */
    bool                 shipping;                /* all lines let it go back */
    int64_t              paid, fee;
    Str                  subject; /* what an approval of it must name */
} Terms;

/* `paid[i]` is what line i of the request gives back. Errors: NOT_FOUND (location), FIELD_INVALID.
 */
bool return_terms_find(Ctx *ctx, const ReturnRequest *request, const Order *order,
                       const SoldLine *sold, size_t sold_count, const int64_t *paid, Terms *out,
                       Error *err) MUST_USE;

#endif

/* give_back_terms.h — what the merchant's terms do to a return that is being made: it is refused or
 * approved, fees and the value of missing parts are kept, the money goes where the rules let it. */
#ifndef FLOWS_GIVE_BACK_TERMS_H
#define FLOWS_GIVE_BACK_TERMS_H

#include "flows/give_back.h"
#include "flows/return_terms.h"

/* Fills doc->whys and approved_by, the fees of the lines, and where goods go that the request does
 * not say; *to gets where the money goes. The lines are taken already. Errors: RETURN_REFUSED,
 * APPROVAL_NEEDED, APPROVAL_INVALID, REFUND_TO, GIFT_RECEIPT. */
bool give_back_judge(Ctx *ctx, const ReturnRequest *request, const Order *order,
                     const SoldLine *sold, size_t sold_count, Return *doc, Terms *terms, Str *to,
                     Error *err) MUST_USE;

/* The same for terms that are known: refuses, uses the approval, and fills in what the document
 * shows of it. */
bool give_back_settle(Ctx *ctx, const Terms *terms, Id approval, Str refund_to, Return *doc, Str *to,
                      Error *err) MUST_USE;

/* Keeps the value of parts that are missing, where the request says so. */
bool give_back_withhold(Ctx *ctx, const ReturnRequest *request, Return *doc, Error *err) MUST_USE;

/* The tax in the fees of a line; it stays with the rates it came from. */
bool give_back_fee_tax(Ctx *ctx, ReturnLine *line, GiveBackLine *with, Error *err) MUST_USE;

#endif

/* tender_take.h — tenders that are taken at once: what they are taken from, and giving them back.
 * An order that is not paid in the same transaction has its tenders on deposit: booked when they come,
 * from their account to `deposits` of the order, in a document of their own (the payment); when the order
 * is paid the deposit is used, when it is given up it goes back where it came from. */
#ifndef FLOWS_TENDER_TAKE_H
#define FLOWS_TENDER_TAKE_H

#include "flows/tenders.h"
#include "shop/ledger/ledger.h"

/* Says where a payment is booked, and takes it there: off the gift card, the customer's credit or account,
 * the points. A card or a transfer is only prepared. Sets account, account_of, service. Errors: of the
 * tender's kind, at tenders[i].…; PAYMENT_DECLINED. */
bool tender_take(Ctx *ctx, const Order *order, const TenderInput *in, size_t i, Payment *p,
                 Error *err) MUST_USE;

/* Gives back what tender_take took; a card is not asked here. */
bool tender_give_back(Ctx *ctx, const Order *order, const Payment *p, int64_t amount, Error *err) MUST_USE;

/* Books a payment on deposit, or takes it off again. Sets or clears p->deposited. */
bool tender_deposit(Ctx *ctx, const Order *order, Payment *p, Error *err) MUST_USE;
bool tender_undeposit(Ctx *ctx, const Order *order, Payment *p, Error *err) MUST_USE;

/* Books the tender of an order that is paid: what is on deposit from there, all else from its account. */
bool tender_post(Ctx *ctx, const Order *order, const Payment *p, LedgerDoc *doc, Error *err) MUST_USE;

#endif

/* label_mail.h — labels with which customers send goods back: bought, followed and printed like
 * those of packages, but from the customer to the location, and of an RMA (they are of package 0).
 */
#ifndef FLOWS_LABEL_MAIL_H
#define FLOWS_LABEL_MAIL_H

#include "flows/carrier.h"
#include "shop/ctx.h"

/* From whom to whom. Errors: NOT_FOUND. */
bool label_mail_places(Ctx *ctx, Id rma, CarrierLabel *parcel, Error *err) MUST_USE;

/* The carrier has the parcel: the RMA is `sent`, where that can be. */
bool label_mail_sent(Ctx *ctx, Id rma, Error *err) MUST_USE;

/* Asks the service about a label, outside of any transaction (flows/label_buy.c). */
bool label_settle(Ctx *ctx, Id label, bool first, Error *err) MUST_USE;

#endif

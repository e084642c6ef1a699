/* till.h — what is sold and given back at tills: to which shift it belongs, and what that is told of it.
 */
#ifndef FLOWS_TILL_H
#define FLOWS_TILL_H

#include "core/cart.h"
#include "flows/tenders.h"
#include "shop/returns/returns.h"
#include "shop/tills/tills.h"

/* Finds the shift of tenders that are about to be taken: the one that is named, or that of the key that
 * asks. Errors: as tills_shift. */
bool till_of_plan(Ctx *ctx, Str location, Id named_or_none, const TenderPlan *plan, TillShift *out,
                  Error *err) MUST_USE;

/* Sets the shift of a payment that is taken; of cash also whose part it is. `settled`: it is booked in
 * this transaction. */
bool till_take(Ctx *ctx, const TillShift *shift, Payment *p, bool settled, Error *err) MUST_USE;

/* A payment was booked (sign 1), or taken off again (-1). */
bool till_note_payment(Ctx *ctx, const Order *order, const Payment *p, int64_t sign, Error *err) MUST_USE;

/* An order is paid: it belongs to the shift that took its last tender. */
bool till_note_sale(Ctx *ctx, const Order *order, const Payment *payments, size_t count,
                    Error *err) MUST_USE;

/* What goes back of taxes, by rate. */
typedef struct {
    TillTax items[CART_RATES_MAX];
    size_t  count;
} TillTaxes;
void till_tax_add(TillTaxes *taxes, Str name, int64_t base, int64_t amount);

/* Goods came back at a shift; `sold`: the rates of the order. */
bool till_note_return(Ctx *ctx, const TillShift *shift, const Return *doc, const Order *sold,
                      TillTaxes *taxes, Error *err) MUST_USE;

/* Money that goes back; later, when a payment service has said so. */
bool till_note_refund(Ctx *ctx, const Refund *refund, const Return *doc, Error *err) MUST_USE;

#endif

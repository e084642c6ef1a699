/* pay.h — charging cards, and settling orders whose cards were charged or not: always outside of any
 * transaction while the payment service is asked, always by our own key.
 *
 *   payment: pending -> captured | declined | reversing;  captured -> reversing;  reversing -> reversed
 *   order:   placed  -> paid (every tender captured) | cancelled (every tender declined or reversed)
 *
 * One tender that is declined dooms an order that is paid at once: what was charged for it is reversed. An
 * order that is paid little by little (pay_by) is not doomed by it: its other tenders stand, until it is
 * paid, cancelled, or its time is over. A time-out is not a refusal: the order stays placed and its stock
 * claimed until the service says what happened. */
#ifndef FLOWS_PAY_H
#define FLOWS_PAY_H

#include "flows/tenders.h"

/* When the jobs may ask about a card that is charged now. */
bool pay_first_ask(Ctx *ctx, int64_t *at_ms, Error *err) MUST_USE;

/* Plans tenders of an order: fills in what tenders_plan needs of it, with foreign cash and surcharges. */
bool pay_plan(Ctx *ctx, const Order *order, TenderAsk *ask, TenderPlan *plan, Error *err) MUST_USE;

/* Takes what is taken at once and writes the payments; `settled`: the order is paid with them, all of them
 * are captured and none is put on deposit; `shift`: at which, or none to look for it. */
bool pay_take(Ctx *ctx, const Order *order, Id shift, TenderPlan *plan, bool settled,
              Error *err) MUST_USE;

/* Before the transaction: wrong PINs of gift cards are counted, also where the sale will be refused. */
bool pay_hear_pins(Ctx *ctx, const TenderInput *tenders, size_t count, Error *err) MUST_USE;

/* Charges the cards of the plan after the commit (ctx->after). */
bool pay_later(Ctx *ctx, Id order, const TenderPlan *plan, Error *err) MUST_USE;

/* Asks the service what became of the order's cards, and completes or undoes it. */
bool pay_settle(Ctx *ctx, Id order, Error *err) MUST_USE;

/* Gives an order up whose time to be paid is over. */
bool pay_lapse(Ctx *ctx, Id order, Error *err) MUST_USE;

/* Refuses a cancelled order with the reason of its declined payment; always false. */
bool pay_refuse(Ctx *ctx, const Order *order, Error *err);

/* Job step: asks about every order and refund that is due, and completes or undoes it; gives up orders
 * whose time to be paid is over. */
bool pay_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* Sends the pending card refunds of a return; what gets no answer is left to the jobs. */
bool pay_refund(Ctx *ctx, Id return_id, Error *err) MUST_USE;

#endif

/* sale.h — what every sale ends with, however it was paid: the money ledger, the event, the audit row. */
#ifndef FLOWS_SALE_H
#define FLOWS_SALE_H

#include "shop/orders/orders.h"
#include "shop/payments/payments.h"
#include "shop/returns/returns.h"

/* Posts an order that has just been paid: net to `sales`, each tax to `tax:NAME`, what goes on gift cards
 * to them, each captured tender from `receivable` to where it is (flows/tender_take.h). Needs order->taxes
 * and gift_cards. */
bool sale_post(Ctx *ctx, const Order *order, const Payment *payments, size_t count, Error *err) MUST_USE;

/* Appends the audit row and the event of an order's new state. */
bool sale_tell(Ctx *ctx, const EventDef *event, Str action, const Order *order, Error *err) MUST_USE;

/* Fills order->payments and order->change and to_pay from the payments. */
bool sale_show_payments(Arena *arena, const Payment *payments, size_t count, Order *order,
                        Error *err) MUST_USE;

/* Fills order->fulfilments from its deliveries as they stand. */
bool sale_show_deliveries(Ctx *ctx, Order *order, Error *err) MUST_USE;

/* Fills order->loads, the gift cards that it puts something on, and order->exchange, when goods that came
 * back pay for it. Needs order->payments. */
bool sale_show_rest(Ctx *ctx, Order *order, Error *err) MUST_USE;

/* The whole order: head, lines, taxes, payments, deliveries, gift cards. Errors: NOT_FOUND. */
bool sale_get(Ctx *ctx, Id id, Order *out, Error *err) MUST_USE;

/* Posts money given back: to `receivable` from where it is taken; the refund is a document of its own. */
bool sale_post_refund(Ctx *ctx, const Refund *refund, const Return *doc, Error *err) MUST_USE;

/* "cash:LON": the account of a till's cash. */
Str sale_cash_account(Arena *arena, Str location);

#endif

/* tenders.h — from what a customer wants to pay with to the payments of an order. Pure. */
#ifndef FLOWS_TENDERS_H
#define FLOWS_TENDERS_H

#include "core/cart.h"
#include "shop/orders/orders.h"
#include "shop/payments/payments.h"

enum { TENDERS_MAX = 10 };

typedef struct {
    Payment items[TENDERS_MAX]; /* kind, amount, tendered, change; n from 1 */
    Str     tokens[TENDERS_MAX];
    size_t  count;
    bool    has_card;
    int64_t cash_rounding;
} TenderPlan;

/* Shares the total among the tenders: an absent amount is the rest (only on the last), the cash part is
 * rounded to the smallest coin, change is given on cash only.
 * Errors: TENDER_SUM, TENDER_INVALID, with the path of the tender. */
bool tenders_plan(int64_t total, int64_t cash_step, const TenderInput *tenders, size_t count, TenderPlan *out,
                  Error *err) MUST_USE;

#endif

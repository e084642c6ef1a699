/* tenders.h — from what a customer wants to pay with to the payments of an order. Pure. */
#ifndef FLOWS_TENDERS_H
#define FLOWS_TENDERS_H

#include "core/cart.h"
#include "core/tender.h"
#include "shop/orders/orders.h"
#include "shop/payments/payments.h"

enum {
    TENDERS_MAX  = 10, /* of one request */
    PAYMENTS_MAX = 60, /* of an order that is paid little by little, with those that were given back */
};

typedef struct {
    int64_t                 total;     /* what is left to pay */
    int64_t                 cash_step; /* the smallest coin */
    Str                     currency, location, channel;
    const TenderInput      *tenders;
    size_t                  count;
    int64_t                 first;  /* n of the first payment */
    bool                    partly; /* they may be less than the total */
    bool                    has_customer;
    const ExchangeRateList *rates; /* for cash of other currencies */
    const SurchargeList    *surcharges;
} TenderAsk;

typedef struct {
    Payment items[TENDERS_MAX]; /* kind, amount, tendered, change, tip, surcharge, coins; n from `first` */
    const TenderInput *inputs[TENDERS_MAX];
    size_t  count;
    bool               waits; /* some are not paid at once */
    int64_t            paid;  /* of the total, before cash was rounded */
    int64_t cash_rounding;
} TenderPlan;

/* Shares the total among the tenders: an absent amount is the rest (only on the last), the cash part is
 * rounded to the smallest coin, change is given on cash only, foreign cash counts as its rate says.
 * Errors: TENDER_SUM, TENDER_INVALID, NO_EXCHANGE_RATE, with the path of the tender. */
bool tenders_plan(const TenderAsk *ask, TenderPlan *out, Error *err) MUST_USE;

#endif

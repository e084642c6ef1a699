/* tender.h — tenders of tests: cash, or a card. */
#ifndef TESTS_TENDER_H
#define TESTS_TENDER_H

#include "shop/orders/orders.h"

/* The rest of the total: in cash (NULL), or by the card of a token. */
static inline TenderInput tender_of(const char *token)
{
    return (TenderInput){ .kind     = token ? STR("card") : STR("cash"),
                          .amount   = OPT_NONE,
                          .tendered = OPT_NONE,
                          .tip      = OPT_NONE,
                          .token    = token ? str_from(token) : STR_NONE };
}

/* The same, taken when goods leave. */
static inline TenderInput tender_held(const char *token)
{
    TenderInput tender = tender_of(token);
    tender.capture     = STR("on_shipment");
    return tender;
}

#endif

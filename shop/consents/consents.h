/* consents.h — what people allowed the shop to do with what it knows of them. Owns the records.
 * Words: what: the purpose, a short code; wording: exactly the text that was read when it was given.
 * Invariants: a record is never changed but for its end; one at most is in force for a customer and
 * purpose. */
#ifndef SHOP_CONSENTS_H
#define SHOP_CONSENTS_H

#include "shop/common.h"

#define API_DEF "shop/consents/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id  customer;
    Str what, wording;
    Str language; /* or none */
    Str channel;  /* pos, web, join_page, receipt … */
    Id  document; /* or none */
} ConsentGiven;

/* Records it. The same in the same words is not recorded twice; other words end the former record and
 * begin a new one. The customer is there. Errors: FIELD_INVALID. */
bool consents_give(Ctx *ctx, const ConsentGiven *given, Error *err) MUST_USE;

/* Ends it; *ended is false when there was none in force. */
bool consents_withdraw(Ctx *ctx, Id customer, Str what, Str channel, bool *ended, Error *err) MUST_USE;

/* Whether the customer consents to it now. */
bool consents_holds(Ctx *ctx, Id customer, Str what, bool *holds, Error *err) MUST_USE;

#endif

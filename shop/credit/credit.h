/* credit.h — what we owe customers (store credit) and what they owe us (on account). Owns their balances
 * and what happened to them beside sales and returns. Invariants: no balance is below zero; store credit
 * is what the ledger keeps apart for the customer on store_credit, what is owed the same on invoiced;
 * nobody owes more than their limit allows when it is taken. */
#ifndef SHOP_CREDIT_H
#define SHOP_CREDIT_H

#include "shop/common.h"
#include "shop/ledger/ledger.h"

#define API_DEF "shop/credit/api.def"
#include "shop/api_declare.h"

/* Takes store credit, once and only when so much is there. Errors: CREDIT_SHORT. The ledger is the
 * caller's, in all four. */
bool credit_take(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err) MUST_USE;
bool credit_add(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err) MUST_USE;

/* Lets a customer owe more, or less: what comes back of goods that were not paid for yet, or is paid.
 * Errors: INVOICE_LIMIT; *owed is false when so much is not owed. */
bool credit_owe(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err) MUST_USE;
bool credit_owe_less(Ctx *ctx, Id customer, Str currency, int64_t amount, bool *owed, Error *err) MUST_USE;

/* One customer becomes another: balances and what happened go over, of two limits the higher holds. Booked
 * as `document`. */
bool credit_merge(Ctx *ctx, Id from, Id into, Id document, Error *err) MUST_USE;

/* What happened to the accounts of a customer beside sales and returns, as JSON objects that follow each
 * other with commas between them. */
bool credit_events_write(Ctx *ctx, Id customer, Buf *out, Error *err) MUST_USE;

/* Forgets the words that were written to accounts of a customer. */
bool credit_blank(Ctx *ctx, Id customer, Error *err) MUST_USE;

#endif

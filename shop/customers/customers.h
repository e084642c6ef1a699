/* customers.h — who buys. Owns the profiles. */
#ifndef SHOP_CUSTOMERS_H
#define SHOP_CUSTOMERS_H

#include "core/price.h"
#include "shop/common.h"

#define API_DEF "shop/customers/api.def"
#include "shop/api_declare.h"

/* Errors: CUSTOMER_UNKNOWN (422). */
bool customers_must_exist(Ctx *ctx, Id id, Error *err) MUST_USE;

/* What promotions ask about a customer: groups, tier, birthday. Errors: CUSTOMER_UNKNOWN (422). */
bool customers_cart(Ctx *ctx, Id id, CartCustomer *out, Error *err) MUST_USE;

/* Makes the customer of input->ref (an absent ref: a new customer), or changes it when it is there.
 * Errors: FIELD_INVALID. */
bool customers_put(Ctx *ctx, const CustomerInput *input, Id *id, Error *err) MUST_USE;

/* The id of a ref; none (all zero) when there is no such customer. */
bool customers_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err) MUST_USE;

/* An e-mail address and a phone number as they are stored and looked up: in lower case; digits with an
 * optional + before them. Errors: FIELD_INVALID. */
bool customers_email(Arena *arena, Str text, Str *out, Error *err) MUST_USE;
bool customers_phone(Arena *arena, Str text, Str *out, Error *err) MUST_USE;

/* The loyalty tier that the customer came into; empty: none. */
bool customers_set_tier(Ctx *ctx, Id id, Str tier, Error *err) MUST_USE;

/* By what a phone number is found, however it was written: its last nine digits. */
Str customers_phone_key(Str phone);

/* Who a customer is now: the same, or whom that one became. Errors: NOT_FOUND. */
bool customers_now(Ctx *ctx, Id id, Id *now, Error *err) MUST_USE;

/* A profile that is neither merged nor erased. Errors: NOT_FOUND, CUSTOMER_GONE. */
bool customers_living(Ctx *ctx, Id id, Customer *out, Error *err) MUST_USE;

/* One profile becomes another: what that has not is filled in, this is found by nobody any more. What else
 * was of the customer is the caller's to move (flows/customer_merge.c). *merge is the record of it. */
bool customers_become(Ctx *ctx, const Customer *gone, const Customer *remains, Str reason, Id *merge,
                      Error *err) MUST_USE;

/* Empties a profile and all that became one with it; *all are their ids. */
bool customers_blank(Ctx *ctx, Id id, Id **all, size_t *count, Error *err) MUST_USE;

/* The words by which a customer is found, made anew. */
bool customers_put_words(Ctx *ctx, Id id, Error *err) MUST_USE;

/* One profile. Errors: NOT_FOUND. */
bool customers_get(Ctx *ctx, Id id, Customer *out, Error *err) MUST_USE;

#endif

/* imports.h — which invoices of other systems are in. Owns that list and nothing else: what an invoice
 * becomes is made by flows/import.c out of orders, returns and stock.
 * Invariant: lines of an invoice are listed if and only if their effects are there (one transaction). */
#ifndef SHOP_IMPORTS_H
#define SHOP_IMPORTS_H

#include "shop/common.h"

#define API_DEF "shop/imports/api.def"
#include "shop/api_declare.h"

/* Lists the first `lines` lines of an invoice as imported; more than before. Errors: DB_CONFLICT when so
 * many are listed already. */
bool imports_put(Ctx *ctx, Str number, int64_t lines, Str digest, Error *err) MUST_USE;

/* How many of its first lines are in and their digest; 0 when it is not listed. */
bool imports_find(Ctx *ctx, Str number, int64_t *lines, Str *digest, Error *err) MUST_USE;

#endif

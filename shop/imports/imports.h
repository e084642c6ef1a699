/* imports.h — which invoices of other systems are in. Owns that list and nothing else: what an invoice
 * becomes is made by flows/import.c out of orders, returns and stock.
 * Invariant: an invoice is listed if and only if its effects are there (one transaction). */
#ifndef SHOP_IMPORTS_H
#define SHOP_IMPORTS_H

#include "shop/common.h"

#define API_DEF "shop/imports/api.def"
#include "shop/api_declare.h"

/* Lists an invoice as imported. Errors: DB_CONFLICT when it is listed already. */
bool imports_put(Ctx *ctx, Str number, int64_t lines, Error *err) MUST_USE;

/* How many of its lines were imported; -1 when it is not listed. */
bool imports_find(Ctx *ctx, Str number, int64_t *lines, Error *err) MUST_USE;

#endif

/* tax.h — the tax rates of each zone, by class of goods and period. Owns the rates; computing with them
 * is core/cart.c's. */
#ifndef SHOP_TAX_H
#define SHOP_TAX_H

#include "core/cart.h"
#include "shop/common.h"

#define API_DEF "shop/tax/api.def"
#include "shop/api_declare.h"

/* All rates in force in a zone at a time, in the order in which they compound; in the arena. Where the
 * periods of one rate overlap, the one that began last holds. */
bool tax_load(Ctx *ctx, Str zone, int64_t at_ms, CartRate **rates, size_t *count, Error *err) MUST_USE;

/* When the rates of a zone change next after at_ms: what tax_load gave for at_ms holds until then. */
bool tax_next_change(Ctx *ctx, Str zone, int64_t at_ms, int64_t *next_ms, Error *err) MUST_USE;

/* Makes or changes one rate. Errors: FIELD_INVALID, TAX_RATES_TOO_MANY. */
bool tax_put(Ctx *ctx, const TaxRate *rate, Error *err) MUST_USE;

#endif

/* tax.h — the tax rates of each zone, by class of goods and period, and the certificates of customers who do
 * not pay some of them. Owns both; computing with them is core/tax.c's, the built-in rates are
 * core/tax_zone.c's. */
#ifndef SHOP_TAX_H
#define SHOP_TAX_H

#include "core/cart.h"
#include "shop/common.h"

#define API_DEF "shop/tax/api.def"
#include "shop/api_declare.h"

enum { CERTIFICATES_MAX = 20 }; /* of a customer, that have not ended */

/* All rates in force in a zone at a time, in the order in which they compound; in the arena. Where the
 * periods of one rate overlap, the one that began last holds: so a tax holiday is a row of its own, and
 * behind its end the usual one holds again. */
bool tax_load(Ctx *ctx, Str zone, int64_t at_ms, CartRate **rates, size_t *count, Error *err) MUST_USE;

/* When the rates of a zone change next after at_ms: what tax_load gave for at_ms holds until then. */
bool tax_next_change(Ctx *ctx, Str zone, int64_t at_ms, int64_t *next_ms, Error *err) MUST_USE;

/* Makes or changes one rate. Errors: FIELD_INVALID, TAX_RATES_TOO_MANY, TAX_RULES (it contradicts itself or
 * those of its class), TAX_OUT_OF_REACH. */
bool tax_put(Ctx *ctx, const TaxRate *rate, Error *err) MUST_USE;

/* Puts a certificate down; the customer must exist. Errors: FIELD_INVALID, CERTIFICATES_TOO_MANY. */
bool tax_certificate_put(Ctx *ctx, const CertificateInput *input, Certificate *out, Error *err) MUST_USE;

/* What a customer need not pay in a zone at a time, for core/tax.h; none for nobody. In the arena. */
bool tax_exemptions(Ctx *ctx, Id customer_or_none, Str zone, int64_t at_ms, TaxExemption **list,
                    size_t *count, Error *err) MUST_USE;

/* Keeps with an order what it was taxed with, once; and gives it back for what comes of the order later. */
bool tax_keep_exemptions(Ctx *ctx, Id order, const TaxExemption *list, size_t count, Error *err) MUST_USE;
bool tax_kept_exemptions(Ctx *ctx, Id order, TaxExemption **list, size_t *count, Error *err) MUST_USE;

#endif

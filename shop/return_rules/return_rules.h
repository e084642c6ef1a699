/* return_rules.h — on what terms goods are taken back. Owns the rules (core/return_policy.h), where
 * goods go (core/disposition.h), who of the staff is which customer, and what is held to be
 * suspicious (core/return_flags.h). What follows for a return is told in flows/return_terms.c. */
#ifndef SHOP_RETURN_RULES_H
#define SHOP_RETURN_RULES_H

#include "core/disposition.h"
#include "core/return_flags.h"
#include "shop/common.h"

#define API_DEF "shop/return_rules/api.def"
#include "shop/api_declare.h"

/* In the order in which they are asked. */
bool return_rules(Ctx *ctx, ReturnRule **out, size_t *count, Error *err) MUST_USE;
bool disposition_rules(Ctx *ctx, DispositionRule **out, size_t *count, Error *err) MUST_USE;

/* What the merchant holds to be suspicious. */
bool return_terms(Ctx *ctx, ReturnTerms *out, Error *err) MUST_USE;

/* Whether who asks is that customer. */
bool return_staff_is(Ctx *ctx, Id customer, bool *yes, Error *err) MUST_USE;

#endif

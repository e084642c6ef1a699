/* campaigns.h — who may have a promotion how often: budgets, coupons, personal offers, and which order used
 * what. Words: a use is an order that was given a promotion; a batch is coupons that were made together.
 * Invariants: no budget and no coupon is ever used more often than it says, also by many checkouts at a
 * time; what an order used is given back once, when it is cancelled. What a promotion says: shop/promotions.
 */
#ifndef SHOP_CAMPAIGNS_H
#define SHOP_CAMPAIGNS_H

#include "core/price.h"
#include "shop/common.h"

#define API_DEF "shop/campaigns/api.def"
#include "shop/api_declare.h"

/* --- for pricing --- */

/* What is left of each promotion with a budget, for this customer (or none: then those with a limit per
 * customer have no uses left). In ctx->arena. */
bool campaigns_allowances(Ctx *ctx, Id customer_or_none, Allowance **out, size_t *count,
                          Error *err) MUST_USE;

/* The codes of the promotions that are offered to the customer now. */
bool campaigns_offers(Ctx *ctx, Id customer_or_none, TextList *out, Error *err) MUST_USE;

/* The coupons behind codes as customers give them; out[i] is that of codes[i]. Errors, with field
 * "coupons[i]": COUPON_UNKNOWN, COUPON_USED, COUPON_NOT_NOW, COUPON_CUSTOMER, FIELD_INVALID (there twice).
 */
bool campaigns_coupons(Ctx *ctx, const TextList *codes, Id customer_or_none, CartCoupon *out,
                       Error *err) MUST_USE;

/* --- for the sale, in its transaction --- */

/* Counts what an order was given, once: a second call for the same order changes nothing. Uses are locked in
 * the order of their promotions' codes. Errors: BUDGET_SPENT, COUPON_… as above, with field "promotions[i]".
 */
bool campaigns_use(Ctx *ctx, Id order, Id customer_or_none, const PromotionUse *uses, size_t count,
                   Error *err) MUST_USE;

/* Gives back what an order used: it was cancelled. Nothing when that was done before. */
bool campaigns_unuse(Ctx *ctx, Id order, Error *err) MUST_USE;

/* What an order was given, by code; also what was given back since. */
bool campaigns_used(Ctx *ctx, Id order, PromotionUse **out, size_t *count, Error *err) MUST_USE;

/* --- for the routes --- */

/* Errors: NOT_FOUND. */
bool campaigns_put_budget(Ctx *ctx, const BudgetInput *budget, Error *err) MUST_USE;
bool campaigns_budget(Ctx *ctx, Str code, Budget *out, Error *err) MUST_USE;

/* Errors: NOT_FOUND, CAMPAIGN_NO_COUPONS, COUPON_TAKEN, COUPON_GUESSABLE, FIELD_INVALID. */
bool campaigns_make_coupons(Ctx *ctx, const CouponsInput *ask, int64_t *batch, Error *err) MUST_USE;

/* Codes of a batch as CSV. Errors: NOT_FOUND. */
bool campaigns_codes(Ctx *ctx, const CouponCodesAsk *ask, Str *csv, Error *err) MUST_USE;

/* Errors: NOT_FOUND. */
bool campaigns_coupon(Ctx *ctx, Str typed, CouponState *out, Error *err) MUST_USE;
bool campaigns_block(Ctx *ctx, Str typed, Error *err) MUST_USE;

/* Errors: NOT_FOUND, OFFER_NOT_PERSONAL, CAMPAIGN_CUSTOMER, FIELD_INVALID. */
bool campaigns_offer(Ctx *ctx, const OffersInput *ask, Error *err) MUST_USE;
bool campaigns_take_offer(Ctx *ctx, Str code, Id customer, int64_t *count, Error *err) MUST_USE;

#endif

/* promotions.h — the merchant's promotions: what they say, in versions, and how far they are. Owns
 * promotions, their versions, the number of the set, and the guardrails. What they mean: docs/PROMOTIONS.md;
 * who may have one how often (coupons, budgets, offers): shop/campaigns. Invariants: a version is never
 * changed and its number never given twice; at most one draft and at most one version that is not ended per
 * promotion; the number of the set grows with whatever changes prices. */
#ifndef SHOP_PROMOTIONS_H
#define SHOP_PROMOTIONS_H

#include "core/promo_check.h"
#include "shop/common.h"

#define API_DEF "shop/promotions/api.def"
#include "shop/api_declare.h"

typedef struct {
    const Promotion *items; /* by code; all that are published and not over: also those that begin later */
    size_t           count;
    int64_t          version; /* the number of the set */
} PromotionSet;

/* The number of the set: while it is the same, promotions_load gives the same (but for those that end). */
bool promotions_set_version(Ctx *ctx, int64_t *version, Error *err) MUST_USE;

/* All promotions that are published and end after at_ms, into `arena` (they may be kept), not ctx->arena. */
bool promotions_load(Ctx *ctx, Arena *arena, int64_t at_ms, PromotionSet *out, Error *err) MUST_USE;

/* What a version says; OPT_NONE: the newest. Errors: NOT_FOUND. */
bool promotions_get(Ctx *ctx, Str code, int64_t version, Promotion *out, Error *err) MUST_USE;

/* The same with its state; `rule` is set. Errors: NOT_FOUND. */
bool promotions_info(Ctx *ctx, Str code, int64_t version, PromotionInfo *out, Error *err) MUST_USE;

/* Writes a draft; when it says what is there already, nothing. rule->version must be absent or the newest.
 * Errors: PROMOTION_INVALID, PROMOTION_VERSION. */
bool promotions_put(Ctx *ctx, const Promotion *rule, int64_t *version, PromoFaults *faults,
                    Error *err) MUST_USE;

typedef enum {
    PROMOTION_APPROVE,
    PROMOTION_PUBLISH,
    PROMOTION_PAUSE,
    PROMOTION_RESUME,
    PROMOTION_END,
    PROMOTION_REPLACE,
    PROMOTION_DROP,
    PROMOTION_EVENTS
} PromotionEvent;

/* What an event makes of a state as it is shown (draft, scheduled, live, paused, ended): the stored state,
 * "" when the row goes, or none when it cannot be done. */
Str promotions_next(Str state, PromotionEvent event);

/* The state as it is shown, of the stored one and the time. */
Str promotions_state(Str stored, int64_t from_ms, int64_t until_ms, int64_t now_ms);

/* Does it with the version that it is meant for: the draft, or what was published last. `version`: refused
 * when it is another; OPT_NONE: whichever it is. *version_done gets it. Errors: NOT_FOUND, PROMOTION_STATE,
 * PROMOTION_VERSION, PROMOTION_INVALID, PROMOTION_APPROVAL. */
bool promotions_do(Ctx *ctx, Str code, int64_t version, PromotionEvent event, int64_t *version_done,
                   PromoFaults *faults, Error *err) MUST_USE;

/* What was set last, version 0 when nothing was. */
bool promotions_guardrails(Ctx *ctx, GuardrailVersion *out, Error *err) MUST_USE;

/* Errors: FIELD_INVALID. */
bool promotions_put_guardrails(Ctx *ctx, const GuardrailSettings *settings, Error *err) MUST_USE;

/* The limits of a basket that is priced now, with what is left for this customer (or none). */
bool promotions_limits(Ctx *ctx, Id customer_or_none, Guardrails *out, Error *err) MUST_USE;

/* Errors: PROMOTION_INVALID with all faults, PERMISSION_MISSING, PROMOTION_APPROVAL. */
bool promotions_take_over(Ctx *ctx, const RuleFile *set, RuleFileReport *out, Error *err) MUST_USE;

/* Faults (or warnings) as a list of a reply. */
bool promotions_faults(Arena *arena, const PromoFaults *faults, bool warnings, PromotionFault **items,
                       size_t *count) MUST_USE;

#endif

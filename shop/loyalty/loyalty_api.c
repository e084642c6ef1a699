/* loyalty_api.c — the routes of loyalty that need nothing but loyalty. See api.def; the others are in
 * flows/. */
#include "shop/loyalty/loyalty.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "sys/json_write.h"

#define API_DEF "shop/loyalty/api.def"
#define CAPABILITY loyalty
#include "shop/api_define.h"

enum { TIERS_MOST = 50, TIER_DAYS = 365, OFFER_DAYS = 30, REWARD_DAYS = 90 };

/* --- the programme --- */

bool loyalty_programme_show(Ctx *ctx, const Nothing *request, LoyaltyProgramme *reply, Error *err)
{
    bool found = false;
    if (!loyalty_programme(ctx, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "", "there is no loyalty programme yet");
}

/* The currency stays when there are members: their points are booked in it. */
static bool currency_may_be(Ctx *ctx, Str currency, Error *err)
{
    LoyaltyProgramme        before;
    LoyaltyProgrammeUsedRow row;
    LoyaltyProgrammeUsedIn  in    = { ctx->who.merchant };
    bool                    found = false, used = false;
    if (!currency_check(currency, "currency", err) || !loyalty_programme(ctx, &before, &found, err))
        return false;
    if (!found || str_eq(before.currency, currency)) return true;
    if (!q_loyalty_programme_used_one(ctx->tx, ctx->arena, &in, &row, &used, err)) return false;
    return !used
        || err_set(err, &ERR_LOYALTY_CURRENCY_FIXED, "currency", "is %.*s", STR_FMT(before.currency));
}

bool loyalty_programme_change(Ctx *ctx, const LoyaltyProgramme *request, LoyaltyProgramme *reply,
                              Error *err)
{
    LoyaltyProgrammePutIn in  = { .merchant       = ctx->who.merchant,
                                  .name           = request->name,
                                  .currency       = request->currency,
                                  .worth_amount   = request->worth_amount,
                                  .worth_points   = request->worth_points,
                                  .pending_by = request->pending_by.len ? request->pending_by : STR("days"),
                                  .pending_days   = opt_or(request->pending_days, 0),
                                  .expiry_days    = opt_or(request->expiry_days, 0),
                                  .earn_on_points = request->earn_on_points,
                                  .tier_by        = request->tier_by.len ? request->tier_by : STR("points"),
                                  .tier_days      = opt_or(request->tier_days, TIER_DAYS),
                                  .grace_days     = opt_or(request->grace_days, 0),
                                  .join_offer     = text_or_empty(request->join_offer),
                                  .join_offer_days = opt_or(request->join_offer_days, OFFER_DAYS),
                                  .terms           = request->terms,
                                  .marketing       = text_or_empty(request->marketing),
                                  .active          = !request->off,
                                  .now_ms          = ctx->now_ms };
    LoyaltyReviewAllIn    all = { ctx->who.merchant };
    if (!currency_may_be(ctx, request->currency, err)) return false;
    Str detail = str_format(ctx->arena, "%lld points are worth %lld %.*s", (long long)in.worth_points,
                            (long long)in.worth_amount, STR_FMT(in.currency));
    if (!detail.ptr) return err_memory(err);
    return q_loyalty_programme_put_exec(ctx->tx, &in, NULL, err)
        && q_loyalty_review_all_exec(ctx->tx, &all, NULL, err)
        && audit_append(ctx, STR("loyalty.programme"), audit_subject(STR("loyalty"), STR("programme")),
                        detail, err)
        && loyalty_programme_show(ctx, NULL, reply, err);
}

/* --- rules --- */

bool loyalty_rules_list(Ctx *ctx, const Nothing *request, LoyaltyRuleList *reply, Error *err)
{
    return loyalty_rules(ctx, &reply->items.items, &reply->items.count, err);
}

bool loyalty_rules_change(Ctx *ctx, const LoyaltyRule *request, LoyaltyRuleList *reply, Error *err)
{
    LoyaltyRulePutIn in = { ctx->who.merchant, request->code,
                            json_write_text(ctx->arena, &LoyaltyRule_def, request), ctx->now_ms };
    if (!in.rule.ptr) return err_memory(err);
    if (!code_check(request->code, "code", err) || !loyalty_rule_check(request, err)) return false;
    if (request->currency.len && !currency_check(request->currency, "currency", err)) return false;
    return q_loyalty_rule_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("loyalty.rule"), audit_subject(STR("loyalty-rule"), request->code),
                        in.rule, err)
        && loyalty_rules_list(ctx, NULL, reply, err);
}

/* --- tiers --- */

bool loyalty_tiers_list(Ctx *ctx, const Nothing *request, LoyaltyTierList *reply, Error *err)
{
    return loyalty_tiers(ctx, &reply->items.items, &reply->items.count, err);
}

static bool tiers_changed(Ctx *ctx, Str code, Str detail, LoyaltyTierList *reply, Error *err)
{
    LoyaltyReviewAllIn all = { ctx->who.merchant };
    return q_loyalty_review_all_exec(ctx->tx, &all, NULL, err)
        && audit_append(ctx, STR("loyalty.tier"), audit_subject(STR("loyalty-tier"), code), detail, err)
        && loyalty_tiers_list(ctx, NULL, reply, err);
}

bool loyalty_tiers_change(Ctx *ctx, const LoyaltyTier *request, LoyaltyTierList *reply, Error *err)
{
    LoyaltyTierPutIn in    = { ctx->who.merchant, request->code, request->name, request->threshold };
    LoyaltyTierAtIn  at    = { ctx->who.merchant, request->threshold };
    LoyaltyTierAtRow other = { .code = STR_NONE };
    LoyaltyTier     *tiers = NULL;
    size_t           count = 0;
    bool             there = false;
    if (!code_check(request->code, "code", err) || !loyalty_tiers(ctx, &tiers, &count, err)
        || !q_loyalty_tier_at_one(ctx->tx, ctx->arena, &at, &other, &there, err))
        return false;
    if (there && !str_eq(other.code, request->code))
        return err_set(err, &ERR_LOYALTY_TIER_TWICE, "threshold", "is that of %.*s", STR_FMT(other.code));
    if (count == TIERS_MOST)
        return err_set(err, &ERR_FIELD_INVALID, "code", "there are %d tiers already", TIERS_MOST);
    Str detail = str_format(ctx->arena, "from %lld", (long long)request->threshold);
    if (!detail.ptr) return err_memory(err);
    return q_loyalty_tier_put_exec(ctx->tx, &in, NULL, err)
        && tiers_changed(ctx, request->code, detail, reply, err);
}

bool loyalty_tiers_remove(Ctx *ctx, const ByCode *request, LoyaltyTierList *reply, Error *err)
{
    LoyaltyTierDropIn in      = { ctx->who.merchant, request->code };
    int64_t           changed = 0;
    if (!q_loyalty_tier_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such tier");
    return tiers_changed(ctx, request->code, STR("removed"), reply, err);
}

/* --- rewards --- */

bool loyalty_rewards_list(Ctx *ctx, const Nothing *request, LoyaltyRewardList *reply, Error *err)
{
    LoyaltyRewardsAllRow *rows = NULL;
    LoyaltyRewardsAllIn   in   = { ctx->who.merchant };
    if (!q_loyalty_rewards_all_all(ctx->tx, ctx->arena, &in, &rows, &reply->items.count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, LoyaltyReward, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++)
        reply->items.items[i] = (LoyaltyReward){ rows[i].code,      rows[i].name, rows[i].points,
                                                 rows[i].promotion, rows[i].days, !rows[i].active };
    return true;
}

bool loyalty_rewards_change(Ctx *ctx, const LoyaltyReward *request, LoyaltyRewardList *reply, Error *err)
{
    LoyaltyRewardPutIn in     = { ctx->who.merchant, request->code,      request->name,
                                  request->points,   request->promotion, opt_or(request->days, REWARD_DAYS),
                                  !request->off };
    Str                detail = str_format(ctx->arena, "%lld points for %.*s", (long long)request->points,
                                           STR_FMT(request->promotion));
    if (!detail.ptr) return err_memory(err);
    return code_check(request->code, "code", err) && q_loyalty_reward_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("loyalty.reward"), audit_subject(STR("loyalty-reward"), request->code),
                        detail, err)
        && loyalty_rewards_list(ctx, NULL, reply, err);
}

/* --- moves --- */

/* "ms~op~n" of the last row of a page. */
static bool read_cursor(Ctx *ctx, Str cursor, LoyaltyMovesPageIn *in, Error *err)
{
    size_t one = str_index(cursor, '~', 0), two = str_index(cursor, '~', one + 1);
    if (!cursor.len) return true;
    if (two < cursor.len && str_to_i64(str_slice(cursor, 0, one), &in->before_ms)
        && id_parse(str_slice(cursor, one + 1, two), &in->before_op)
        && str_to_i64(str_slice(cursor, two + 1, cursor.len), &in->before_n))
        return true;
    return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

bool points_list(Ctx *ctx, const PointsMovesAsk *request, PointsMoveList *reply, Error *err)
{
    LoyaltyMovesPageRow *rows  = NULL;
    size_t               count = 0, limit = (size_t)page_limit(request->limit);
    LoyaltyMovesPageIn   in = {
          ctx->who.merchant, request->id, INT64_MAX, request->id, 0, (int64_t)limit + 1
    };
    if (!read_cursor(ctx, text_or_empty(request->cursor), &in, err)
        || !q_loyalty_moves_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, PointsMove, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = (PointsMove){ rows[i].op,       rows[i].n,
                                                                 rows[i].kind,     rows[i].points,
                                                                 rows[i].document, rows[i].at_ms };
    if (count <= limit) return true;
    const LoyaltyMovesPageRow *last = &rows[limit - 1];
    Str                        op   = id_text(ctx->arena, last->op);
    reply->next_cursor = str_format(ctx->arena, "%lld~%.*s~%lld", (long long)last->at_ms, STR_FMT(op),
                                    (long long)last->n);
    return reply->next_cursor.ptr || err_memory(err);
}

/* --- what customers did --- */

bool loyalty_events_list(Ctx *ctx, const LoyaltyEventsAsk *request, LoyaltyEventList *reply, Error *err)
{
    Id                    after = { { 0 } };
    LoyaltyEventsPageRow *rows  = NULL;
    size_t                count = 0, limit = (size_t)page_limit(request->limit);
    LoyaltyEventsPageIn   in = { ctx->who.merchant, request->id, id_bytes(&after), (int64_t)limit + 1 };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_loyalty_events_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, LoyaltyEventTold, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            (LoyaltyEventTold){ rows[i].event, rows[i].reference, rows[i].points, rows[i].at_ms, false };
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return count <= limit || reply->next_cursor.ptr || err_memory(err);
}

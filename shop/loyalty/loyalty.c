/* loyalty.c — the programme, its rules, tiers and rewards, members and their tiers. See loyalty.h. */
#include "shop/loyalty/loyalty.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/json_read.h"

enum { NUMBER_BYTES = 14, TIER_DAYS = 365, OFFER_DAYS = 30, REWARD_DAYS = 90 };
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* --- programme --- */

bool loyalty_programme(Ctx *ctx, LoyaltyProgramme *out, bool *found, Error *err)
{
    LoyaltyProgrammeFindRow row = { .name = STR_NONE };
    LoyaltyProgrammeFindIn  in  = { ctx->who.merchant };
    if (!q_loyalty_programme_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *out = (LoyaltyProgramme){ .name            = row.name,
                               .currency        = row.currency,
                               .worth_amount    = row.worth_amount,
                               .worth_points    = row.worth_points,
                               .pending_by      = row.pending_by,
                               .pending_days    = row.pending_days,
                               .expiry_days     = row.expiry_days,
                               .earn_on_points  = row.earn_on_points,
                               .tier_by         = row.tier_by,
                               .tier_days       = row.tier_days,
                               .grace_days      = row.grace_days,
                               .join_offer      = text_or_none(row.join_offer),
                               .join_offer_days = row.join_offer_days,
                               .terms           = row.terms,
                               .marketing       = text_or_none(row.marketing),
                               .off             = !row.active };
    return true;
}

bool loyalty_rules(Ctx *ctx, LoyaltyRule **out, size_t *count, Error *err)
{
    LoyaltyRulesAllRow *rows = NULL;
    LoyaltyRulesAllIn   in   = { ctx->who.merchant };
    if (!q_loyalty_rules_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, LoyaltyRule, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        if (!json_read_stored(ctx->arena, &LoyaltyRule_def, rows[i].rule, &(*out)[i], err)) return false;
    return true;
}

bool loyalty_tiers(Ctx *ctx, LoyaltyTier **out, size_t *count, Error *err)
{
    LoyaltyTiersAllRow *rows = NULL;
    LoyaltyTiersAllIn   in   = { ctx->who.merchant };
    if (!q_loyalty_tiers_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, LoyaltyTier, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (LoyaltyTier){ rows[i].code, rows[i].name, rows[i].threshold };
    return true;
}

bool loyalty_reward(Ctx *ctx, Str code, LoyaltyReward *out, Error *err)
{
    LoyaltyRewardFindRow row   = { .active = false };
    LoyaltyRewardFindIn  in    = { ctx->who.merchant, code };
    bool                 found = false;
    if (!q_loyalty_reward_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found || !row.active)
        return err_set(err, &ERR_REWARD_UNKNOWN, "reward", "there is no such reward");
    *out = (LoyaltyReward){ row.code, row.name, row.points, row.promotion, row.days, false };
    return true;
}

/* --- members --- */

static Member member_of(Id customer, const LoyaltyAccountFindRow *row)
{
    return (Member){ customer,          row->number,         row->available,    row->pending,
                     row->owed,         row->value,          row->worth_amount, row->worth_points,
                     row->tier,         row->below_since_ms, row->review_at_ms, row->birthday_year,
                     row->joined_at_ms, row->joined_how };
}

bool loyalty_find(Ctx *ctx, Id customer, Member *out, bool *found, Error *err)
{
    LoyaltyAccountFindRow row = { .number = STR_NONE };
    LoyaltyAccountFindIn  in  = { ctx->who.merchant, customer };
    *found                    = false;
    if (id_is_none(customer)) return true;
    if (!q_loyalty_account_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *out = member_of(customer, &row);
    return true;
}

bool loyalty_find_number(Ctx *ctx, Str typed, Id *customer, Error *err)
{
    char                      number[LOYALTY_NUMBER_LEN];
    LoyaltyAccountByNumberRow row   = { .customer = { { 0 } } };
    bool                      found = false;
    if (!loyalty_number_read(typed, number))
        return err_set(err, &ERR_NOT_FOUND, "number", "this is no number of a member: read it again");
    LoyaltyAccountByNumberIn in = { ctx->who.merchant, { number, sizeof number } };
    if (!q_loyalty_account_by_number_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *customer = row.customer;
    return found || err_set(err, &ERR_NOT_FOUND, "number", "no member has this number");
}

bool loyalty_make(Ctx *ctx, Id customer, Str how, bool *fresh, Error *err)
{
    LoyaltyProgramme programme;
    unsigned char    random[NUMBER_BYTES];
    char             number[LOYALTY_NUMBER_LEN];
    bool             found = false;
    int64_t          made  = 0;
    if (!loyalty_programme(ctx, &programme, &found, err)) return false;
    if (!found || programme.off)
        return err_set(err, &ERR_LOYALTY_NONE, "", "make one: PUT /v1/loyalty/programme");
    env_random(ctx->env, random, sizeof random);
    loyalty_number(random, number);
    LoyaltyAccountPutIn in = { ctx->who.merchant,
                               customer,
                               { number, sizeof number },
                               programme.worth_amount,
                               programme.worth_points,
                               ctx->now_ms,
                               how };
    if (!q_loyalty_account_put_exec(ctx->tx, &in, &made, err)) return false;
    *fresh = made > 0;
    return !*fresh
        || (audit_append(ctx, STR("loyalty.join"), customer, how, err)
            && events_put(ctx, &EVENT_LOYALTY_JOINED, customer, STR("{}"), err));
}

static bool reached_of(Ctx *ctx, const LoyaltyProgramme *programme, Id customer, int64_t *reached,
                       int64_t *first_ms, Error *err)
{
    LoyaltyReachedRow row   = { 0 };
    LoyaltyReachedIn  in    = { ctx->who.merchant, customer, ctx->now_ms - programme->tier_days * DAY_MS };
    bool              found = false;
    if (!q_loyalty_reached_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *reached  = str_eq(programme->tier_by, STR("spend")) ? row.money : row.points;
    *first_ms = row.first_ms;
    return true;
}

bool loyalty_show(Ctx *ctx, Id customer, LoyaltyAccount *out, Error *err)
{
    LoyaltyProgramme     programme;
    Member               member;
    LoyaltyNextExpiryRow next  = { 0 };
    LoyaltyNextExpiryIn  in    = { ctx->who.merchant, customer };
    bool                 found = false, expires = false;
    int64_t              reached = 0, first = 0;
    if (!loyalty_find(ctx, customer, &member, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "the customer is no member");
    if (!loyalty_programme(ctx, &programme, &found, err)
        || !reached_of(ctx, &programme, customer, &reached, &first, err)
        || !q_loyalty_next_expiry_one(ctx->tx, ctx->arena, &in, &next, &expires, err))
        return false;
    if (next.at_ms == INT64_MAX) expires = false;
    int64_t     since = member.below_since_ms;
    LoyaltyRate rate  = { programme.worth_amount, programme.worth_points };
    *out              = (LoyaltyAccount){ .customer    = customer,
                                          .number      = member.number,
                                          .available   = member.available,
                                          .pending     = member.pending,
                                          .owed        = member.owed,
                                          .currency    = programme.currency,
                                          .worth       = loyalty_worth(rate, member.available),
                                          .tier        = text_or_none(member.tier),
                                          .reached     = reached,
                                          .below_since = since ? since : OPT_NONE,
                                          .expires_at  = expires ? next.at_ms : OPT_NONE,
                                          .expiring    = expires ? next.points : OPT_NONE,
                                          .joined_at   = member.joined_at_ms,
                                          .joined_how  = member.joined_how };
    return true;
}

/* --- tiers --- */

/* When the standing may change by time alone: an order leaves the period, or the grace is over. */
static int64_t next_review(const LoyaltyProgramme *programme, LoyaltyStanding now, int64_t first_ms)
{
    int64_t grace = now.below_since_ms ? now.below_since_ms + programme->grace_days * DAY_MS : 0;
    int64_t leave = first_ms ? first_ms + programme->tier_days * DAY_MS : 0;
    if (now.tier == 0) return 0;
    if (grace && (!leave || grace < leave)) return grace;
    return leave;
}

bool loyalty_stand(Ctx *ctx, Id customer, Str *tier, bool *changed, Error *err)
{
    LoyaltyProgramme programme;
    Member           member;
    LoyaltyTier     *tiers = NULL;
    size_t           count = 0;
    bool             found = false, there = false;
    int64_t          reached = 0, first = 0, thresholds[50];
    *changed = false;
    if (!loyalty_find(ctx, customer, &member, &found, err)
        || !loyalty_programme(ctx, &programme, &there, err) || !loyalty_tiers(ctx, &tiers, &count, err))
        return false;
    if (!found || !there || (count == 0 && !member.tier.len && !member.review_at_ms)) return true;
    if (!reached_of(ctx, &programme, customer, &reached, &first, err)) return false;
    LoyaltyStanding before = { 0, member.below_since_ms };
    for (size_t i = 0; i < count; i++) {
        thresholds[i] = tiers[i].threshold;
        if (str_eq(tiers[i].code, member.tier)) before.tier = i + 1;
    }
    LoyaltyStanding now     = loyalty_review(thresholds, count, before, reached, ctx->now_ms,
                                             programme.grace_days * DAY_MS);
    *tier                   = now.tier ? tiers[now.tier - 1].code : STR("");
    *changed                = !str_eq(*tier, member.tier);
    LoyaltyStandingSetIn in = { ctx->who.merchant, customer, *tier, now.below_since_ms,
                                next_review(&programme, now, first) };
    if (!*changed && in.below_since_ms == member.below_since_ms && in.review_at_ms == member.review_at_ms)
        return true;
    if (!q_loyalty_standing_set_exec(ctx->tx, &in, NULL, err)) return false;
    if (!*changed) return true;
    Buf body = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"tier\":"));
    buf_json_string(&body, *tier);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return events_put(ctx, &EVENT_TIER_CHANGED, customer, buf_str(&body), err);
}

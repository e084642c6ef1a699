/* loyalty_members.c — who joins, what members have, rewards. See loyalty.h. */
#include "all_sql.h"
#include "flows/loyalty_inner.h"
#include "shop/audit/audit.h"
#include "shop/campaigns/campaigns.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

bool loyalty_account_show(Ctx *ctx, Id customer, LoyaltyAccount *out, Error *err)
{
    Customer who;
    if (!customers_get(ctx, customer, &who, err) || !loyalty_show(ctx, customer, out, err)) return false;
    out->name = who.name;
    return true;
}

bool loyalty_tier_of(Ctx *ctx, Id customer, Error *err)
{
    Str  tier    = STR("");
    bool changed = false;
    return loyalty_stand(ctx, customer, &tier, &changed, err)
        && (!changed || customers_set_tier(ctx, customer, tier, err));
}

bool loyalty_members_show(Ctx *ctx, const ById *request, LoyaltyAccount *reply, Error *err)
{
    return loyalty_account_show(ctx, request->id, reply, err);
}

bool loyalty_members_find(Ctx *ctx, const LoyaltyMemberAsk *request, LoyaltyAccount *reply, Error *err)
{
    Id customer;
    return loyalty_find_number(ctx, request->number, &customer, err)
        && loyalty_account_show(ctx, customer, reply, err);
}

/* --- joining --- */

/* Points that a rule gives once, with nothing to wait for; none without consent. */
static bool give_points(Ctx *ctx, Id customer, Str why, Id document, Error *err)
{
    LoyaltyRule *rules  = NULL;
    size_t       count  = 0;
    bool         member = false, consents = false;
    Points       p;
    if (!loyalty_rules(ctx, &rules, &count, err) || !points_open(ctx, customer, &p, &member, err)
        || !consents_holds(ctx, customer, STR("loyalty"), &consents, err))
        return false;
    PointsNew    fresh = { why, document, 0, 0 };
    LoyaltyEvent event = { why, STR(""), p.now.tier, ctx->now_ms, 0 };
    if (member && consents) fresh.points = loyalty_event_points(rules, count, &event);
    return fresh.points == 0 || (points_earn(&p, &fresh, NULL, err) && points_close(&p, STR(""), 0, err));
}

/* The promotion for who joins, from now on. */
static bool give_offer(Ctx *ctx, Id customer, const LoyaltyProgramme *programme, Error *err)
{
    Str         id    = id_text(ctx->arena, customer);
    OffersInput offer = { .code  = programme->join_offer,
                          .from  = ctx->now_ms,
                          .until = ctx->now_ms + programme->join_offer_days * DAY_MS };
    if (!programme->join_offer.len) return true;
    if (!id.ptr) return err_memory(err);
    offer.customers.items = &id;
    offer.customers.count = 1;
    if (campaigns_offer(ctx, &offer, err)) return true;
    if (err->def != &ERR_NOT_FOUND && err->def != &ERR_OFFER_NOT_PERSONAL) return false;
    *err = (Error){ 0 }; /* nobody is kept from joining by an offer that is not there any more */
    return audit_append(ctx, STR("loyalty.no_offer"), customer, programme->join_offer, err);
}

bool loyalty_enter(Ctx *ctx, const JoinTerms *terms, bool *fresh, Error *err)
{
    LoyaltyProgramme programme;
    bool             found = false;
    if (!customers_must_exist(ctx, terms->customer, err)
        || !loyalty_programme(ctx, &programme, &found, err)
        || !loyalty_make(ctx, terms->customer, terms->channel, fresh, err))
        return false;
    ConsentGiven given = { terms->customer, STR("loyalty"), programme.terms,
                           terms->language, terms->channel, terms->document };
    if (!consents_give(ctx, &given, err)) return false;
    given.what    = STR("email_marketing");
    given.wording = text_or_empty(programme.marketing);
    if (terms->marketing && given.wording.len && !consents_give(ctx, &given, err)) return false;
    return !*fresh
        || (give_points(ctx, terms->customer, STR("join"), terms->customer, err)
            && give_offer(ctx, terms->customer, &programme, err));
}

bool loyalty_members_join(Ctx *ctx, const LoyaltyMemberInput *request, LoyaltyAccount *reply, Error *err)
{
    bool      fresh = false;
    JoinTerms terms = { .customer  = request->id,
                        .marketing = request->marketing,
                        .channel   = request->channel.len ? request->channel : STR("api"),
                        .language  = request->language };
    if (!request->consent)
        return err_set(err, &ERR_LOYALTY_CONSENT, "consent", "must be given: nobody joins without it");
    return loyalty_enter(ctx, &terms, &fresh, err) && loyalty_account_show(ctx, request->id, reply, err);
}

/* --- by hand --- */

bool points_give(Ctx *ctx, const PointsInput *request, LoyaltyAccount *reply, Error *err)
{
    Points p;
    bool   member = false;
    if (request->points == 0) return err_set(err, &ERR_FIELD_INVALID, "points", "must not be zero");
    if (!points_open(ctx, request->id, &p, &member, err)) return false;
    if (!member)
        return err_set(err, &ERR_LOYALTY_NOT_MEMBER, "id", "has not joined the loyalty programme");
    PointsNew fresh  = { STR("given"), p.op, request->points, 0 };
    Str       detail = str_format(ctx->arena, "%lld: %.*s", (long long)request->points,
                                  STR_FMT(request->reason));
    if (!detail.ptr) return err_memory(err);
    bool ok = request->points > 0 ? points_earn(&p, &fresh, NULL, err)
                                  : points_take(&p, STR("take"), p.op, -request->points, err);
    return ok && points_close(&p, STR(""), 0, err)
        && audit_append(ctx, STR("loyalty.points"), request->id, detail, err)
        && loyalty_account_show(ctx, request->id, reply, err);
}

/* --- what customers did --- */

/* Whether a rule asks for events of a name at all, now or another time. */
static bool is_asked_for(const LoyaltyRule *rules, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rules[i].by, STR("event")) && str_eq(rules[i].event, name)) return true;
    return false;
}

/* What the rules give for it now. */
static bool points_for(Points *p, Str name, int64_t *points, Error *err)
{
    Ctx                 *ctx   = p->ctx;
    LoyaltyRule         *rules = NULL;
    size_t               count = 0;
    bool                 consents = false, found = false;
    LoyaltyEventCountRow before = { 0 };
    LoyaltyEventCountIn  in     = { ctx->who.merchant, p->now.customer, name };
    if (!loyalty_rules(ctx, &rules, &count, err)
        || !consents_holds(ctx, p->now.customer, STR("loyalty"), &consents, err)
        || !q_loyalty_event_count_one(ctx->tx, ctx->arena, &in, &before, &found, err))
        return false;
    if (!is_asked_for(rules, count, name))
        return err_set(err, &ERR_LOYALTY_EVENT_UNKNOWN, "event", "make a rule for it: by event");
    LoyaltyEvent event = { STR("event"), name, p->now.tier, ctx->now_ms, before.count };
    *points            = consents && !p->programme.off ? loyalty_event_points(rules, count, &event) : 0;
    return true;
}

bool loyalty_events_tell(Ctx *ctx, const LoyaltyEventInput *request, LoyaltyEventTold *reply, Error *err)
{
    Points              p;
    LoyaltyEventFindRow row    = { 0 };
    LoyaltyEventFindIn  in     = { ctx->who.merchant, request->id, request->event, request->reference };
    bool                member = false, told = false;
    if (!points_open(ctx, request->id, &p, &member, err)) return false;
    if (!member)
        return err_set(err, &ERR_LOYALTY_NOT_MEMBER, "id", "has not joined the loyalty programme");
    if (!q_loyalty_event_find_one(ctx->tx, ctx->arena, &in, &row, &told, err)) return false;
    *reply = (LoyaltyEventTold){ request->event, request->reference, row.points, row.at_ms, false };
    if (told) return points_close(&p, STR(""), 0, err);
    PointsNew fresh = { STR("given"), p.op, 0, 0 };
    if (!points_for(&p, request->event, &fresh.points, err)) return false;
    LoyaltyEventPutIn put = { ctx->who.merchant,  p.op,         request->id, request->event,
                              request->reference, fresh.points, ctx->now_ms };
    *reply = (LoyaltyEventTold){ request->event, request->reference, fresh.points, ctx->now_ms, true };
    return (fresh.points == 0 || points_earn(&p, &fresh, NULL, err))
        && q_loyalty_event_put_exec(ctx->tx, &put, NULL, err) && points_close(&p, STR(""), 0, err)
        && audit_append(ctx, STR("loyalty.event"), request->id, request->event, err);
}

/* --- rewards --- */

/* A coupon of its own, good once. */
static bool make_coupon(Ctx *ctx, const LoyaltyReward *reward, int64_t until, int64_t *batch, Str *code,
                        Error *err)
{
    Str          csv = STR_NONE;
    CouponsInput ask = { .code          = reward->promotion,
                         .count         = 1,
                         .length        = OPT_NONE,
                         .max_uses      = 1,
                         .customer_uses = OPT_NONE,
                         .from          = ctx->now_ms,
                         .until         = until };
    if (!campaigns_make_coupons(ctx, &ask, batch, err)) return false;
    CouponCodesAsk codes = { reward->promotion, *batch, 0, 1 };
    if (!campaigns_codes(ctx, &codes, &csv, err)) return false;
    size_t begin = str_index(csv, '\n', 0) + 1, end = str_index(csv, ',', begin);
    *code = str_slice(csv, begin, end);
    return true;
}

bool rewards_take(Ctx *ctx, const RewardInput *request, RewardTaken *reply, Error *err)
{
    LoyaltyReward reward;
    Points        p;
    bool          member = false;
    int64_t       batch  = 0;
    Str           code   = STR_NONE;
    if (!loyalty_reward(ctx, request->reward, &reward, err)
        || !points_open(ctx, request->id, &p, &member, err))
        return false;
    if (!member)
        return err_set(err, &ERR_LOYALTY_NOT_MEMBER, "id", "has not joined the loyalty programme");
    int64_t until = ctx->now_ms + reward.days * DAY_MS;
    Id      id    = p.op;
    if (!points_take(&p, STR("reward"), id, reward.points, err)
        || !make_coupon(ctx, &reward, until, &batch, &code, err))
        return false;
    LoyaltySpendPutIn in = { ctx->who.merchant, id,         request->id, reward.code, batch, 0,
                             reward.points,     ctx->now_ms };
    *reply               = (RewardTaken){ id, reward.code, reward.points, code, until, p.now.available };
    return q_loyalty_spend_put_exec(ctx->tx, &in, NULL, err) && points_close(&p, STR(""), 0, err)
        && audit_append(ctx, STR("loyalty.reward.take"), request->id, reward.code, err);
}

/* --- for the jobs --- */

/* Points for a birthday, once a year. */
bool loyalty_birthday(Ctx *ctx, Id customer, int64_t year, Error *err)
{
    int64_t              changed = 0;
    LoyaltyBirthdaySetIn in      = { ctx->who.merchant, customer, year };
    if (!q_loyalty_birthday_set_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 0 || give_points(ctx, customer, STR("birthday"), customer, err);
}

/* loyalty_test.c — points of real sales and returns: earned, pending, spent, given back, expired; tiers,
 * birthdays, rewards; and the books behind them. */
#include "flows/loyalty.h"

#include "flows/verify.h"
#include "shop/campaigns/campaigns.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"
#include "shop/ledger/ledger.h"
#include "shop/return_rules/return_rules.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

static Env   env;
static Db   *db;
static Error err;
static Id    ann;
static char  number[LOYALTY_NUMBER_LEN];

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

FIXTURE_ANY(loyalty_programme_change)
FIXTURE_ANY(loyalty_rules_change)
FIXTURE_ANY(loyalty_tiers_change)
FIXTURE_ANY(loyalty_rewards_change)
FIXTURE_ANY(loyalty_members_join)
FIXTURE_ANY(points_give)
FIXTURE_ANY(rewards_take)
FIXTURE_ANY(return_rules_change)
FIXTURE_ANY(loyalty_events_tell)
FIXTURE_ANY(loyalty_events_list)
FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(consents_create)
FIXTURE_ANY(consents_end)

static const FixtureCaller me = { 0, PERMS_ALL };

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

/* --- the programme --- */

static LoyaltyProgramme programme;

static void describe(void)
{
    programme = (LoyaltyProgramme){ .name            = STR("Club"),
                                    .currency        = STR("GBP"),
                                    .worth_amount    = 1,
                                    .worth_points    = 3,
                                    .pending_days    = 14,
                                    .expiry_days     = 100,
                                    .tier_by         = STR("points"),
                                    .tier_days       = 365,
                                    .grace_days      = 30,
                                    .join_offer_days = 30,
                                    .terms           = STR("I join the club.") };
}

static bool put_rule(const char *code, const char *by, int64_t points, int64_t per, int64_t times)
{
    LoyaltyRuleList list;
    LoyaltyRule     rule = { .code         = str_from(code),
                             .name         = str_from(code),
                             .by           = str_from(by),
                             .points       = points,
                             .per          = per,
                             .times        = times,
                             .from         = OPT_NONE,
                             .until        = OPT_NONE,
                             .from_minute  = OPT_NONE,
                             .until_minute = OPT_NONE,
                             .most         = OPT_NONE };
    return call(loyalty_rules_change_any, &rule, &list, sizeof list);
}

static bool make_ann(Ctx *ctx, void *arg, Error *e)
{
    CustomerInput in = { .name = STR("Ann"), .ref = STR("A-1"), .birthday = STR("02-29") };
    return customers_put(ctx, &in, &ann, e);
}

static LoyaltyAccount account;

static bool read_account(Ctx *ctx, void *arg, Error *e)
{
    return loyalty_account_show(ctx, ann, &account, e);
}

static bool has(int64_t available, int64_t pending, int64_t owed)
{
    bool read = kit_read(db, &env, read_account, NULL, &err);
    bool same = read && account.available == available && account.pending == pending
             && account.owed == owed;
    if (!same)
        printf("# %lld available, %lld pending, %lld owed\n", (long long)account.available,
               (long long)account.pending, (long long)account.owed);
    return same;
}

static bool due(void)
{
    static char memory[1 << 20];
    Arena       arena;
    arena_init(&arena, memory, sizeof memory);
    return loyalty_due(db, &env, &arena, kit_now_ms, &err);
}

static int64_t broken;

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    broken = 0;
    for (size_t i = 0; i < report.count; i++) {
        /* the entries of tenders are written by this test itself, without a payment */
        if (strcmp(report.results[i].name, "M7_documents") == 0) continue;
        broken += report.results[i].broken;
        if (report.results[i].broken)
            printf("# %s: %s, %lld not %lld\n", report.results[i].name, report.results[i].rows[0].what,
                   (long long)report.results[i].rows[0].found,
                   (long long)report.results[i].rows[0].expected);
    }
    return true;
}

static void whole(const char *name)
{
    check(kit_read(db, &env, verify, NULL, &err) && broken == 0, name);
}

/* --- sales and returns --- */

static Order order;

static bool sell(const char *sku, int64_t qty)
{
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     tender  = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .customer       = ann,
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    return call(orders_create_any, &request, &order, sizeof order);
}

static bool give_back(int64_t qty)
{
    Return          reply;
    ReturnLineInput line    = { .line = 1, .quantity = qty, .part = OPT_NONE };
    ReturnRequest   request = {
          .order = order.id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    return call(returns_create_any, &request, &reply, sizeof reply);
}

static void joining(void)
{
    LoyaltyMemberInput join = { .id = ann, .consent = false };
    check_refused(call(loyalty_members_join_any, &join, &account, sizeof account), &err,
                  &ERR_LOYALTY_CONSENT, "nobody joins without consent");
    join.consent = true;
    check_refused(call(loyalty_members_join_any, &join, &account, sizeof account), &err, &ERR_LOYALTY_NONE,
                  "nor where there is no programme");
    LoyaltyProgramme shown;
    check_ok(call(loyalty_programme_change_any, &programme, &shown, sizeof shown), &err,
             "a programme is made");
    check_ok(put_rule("spend", "money", 1, 1, OPT_NONE), &err, "a point for each penny");
    check_ok(put_rule("welcome", "join", 50, OPT_NONE, OPT_NONE), &err, "and some for joining");
    check_ok(call(loyalty_members_join_any, &join, &account, sizeof account), &err, "a customer joins");
    if (account.number.len == sizeof number) memcpy(number, account.number.ptr, sizeof number);
    check(account.available == 50 && str_eq(account.name, STR("Ann")) && account.worth == 16,
          "and has the points for it at once, worth a third of a penny each");
    check(call(loyalty_members_join_any, &join, &account, sizeof account) && account.available == 50,
          "joining twice gives them once");
}

static bool by_number(Ctx *ctx, void *arg, Error *e)
{
    Id found = { { 0 } };
    return loyalty_find_number(ctx, (Str){ number, sizeof number }, &found, e) && id_eq(found, ann);
}

static void earning(void)
{
    check(kit_read(db, &env, by_number, NULL, &err), "the member is found by the number");
    check_ok(sell("TEA", 3000), &err, "three teas are sold to the member");
    check(has(50, 597, 0), "whose points wait until they can no longer be returned");
    check_ok(give_back(1000), &err, "one of them comes back");
    check(has(50, 398, 0), "with its points");
    kit_now_ms += 14 * DAY_MS;
    check(due() && has(448, 0, 0), "the others can be spent when the time is over");
    whole("the books are whole");
}

/* --- paying, as the tender does --- */

typedef struct {
    Id      payment;
    int64_t amount, points;
    bool    back;
} Pay;

static bool pay(Ctx *ctx, void *arg, Error *e)
{
    Pay         *p      = arg;
    PointsTender tender = { ann, p->payment, p->amount, STR("GBP"), STR("LON") };
    LedgerDoc    doc    = { ctx_new_id(ctx), STR("GBP"), 0, STR("LON") };
    bool         ok     = p->back ? loyalty_unspend(ctx, p->payment, p->amount, STR("LON"), &p->points, e)
                                  : loyalty_spend(ctx, &tender, &p->points, e);
    return ok
        && ledger_move(ctx, &doc, (LedgerSide){ STR("loyalty"), ann },
                       (LedgerSide){ .account = STR("receivable") }, p->back ? -p->amount : p->amount,
                       STR("tender"), e);
}

static bool part_is_value(Ctx *ctx, void *arg, Error *e)
{
    int64_t part = 0;
    Member  member;
    bool    found = false;
    return ledger_part(ctx, STR("loyalty"), ann, STR("GBP"), &part, e)
        && loyalty_find(ctx, ann, &member, &found, e) && found && -part == member.value
        && member.value == (member.available + member.pending) / 3;
}

static void spending(void)
{
    Pay p = { .payment = env_new_id(&env), .amount = 150 };
    check_refused(kit_write(db, &env, pay, &p, &err), &err, &ERR_POINTS_SHORT,
                  "more than is there cannot be spent");
    p.amount = 100;
    check(kit_write(db, &env, pay, &p, &err) && p.points == 300 && has(148, 0, 0),
          "a pound takes 300 points");
    check(kit_read(db, &env, part_is_value, NULL, &err), "the books say what is left is worth");
    p.back   = true;
    p.amount = 33;
    check(kit_write(db, &env, pay, &p, &err) && p.points == 99 && has(247, 0, 0),
          "a part gives back its part");
    check(kit_read(db, &env, part_is_value, NULL, &err), "also in the books");
    p.amount = 67;
    check(kit_write(db, &env, pay, &p, &err) && p.points == 201 && has(448, 0, 0),
          "the rest gives back the rest");
    check(!kit_write(db, &env, pay, &p, &err), "nothing more comes back");
}

static void owing(void)
{
    Pay p = { .payment = env_new_id(&env), .amount = 149 };
    check(kit_write(db, &env, pay, &p, &err) && has(1, 0, 0), "nearly all is spent");
    check(give_back(2000) && has(0, 0, 397), "what comes back then was spent: it is owed");
    check_ok(sell("TEA", 1000), &err, "what is earned next");
    check(has(0, 0, 198), "pays for it first");
    p.back = true;
    check(kit_write(db, &env, pay, &p, &err) && has(249, 0, 0), "also what is given back");
    check(kit_read(db, &env, part_is_value, NULL, &err), "the books know it");
}

static void expiring(void)
{
    PointsInput in = { ann, 0, STR("sorry") };
    in.points      = -249;
    check_ok(call(points_give_any, &in, &account, sizeof account), &err, "a person takes points away");
    in.points = 30;
    check(call(points_give_any, &in, &account, sizeof account) && account.expiring == 30, "or gives some");
    kit_now_ms += 10 * DAY_MS;
    in.points = 12;
    check(call(points_give_any, &in, &account, sizeof account) && account.available == 42
              && account.expiring == 30,
          "those that came first expire first");
    kit_now_ms += 95 * DAY_MS;
    check(due() && has(12, 0, 0), "when their time is over");
    check(due() && has(12, 0, 0), "once");
    kit_now_ms += 95 * DAY_MS;
    check(due() && has(0, 0, 0), "the others later");
    whole("the books are whole then too");
}

static void tiers(void)
{
    LoyaltyTierList list;
    LoyaltyTier gold = { STR("gold"), STR("Gold"), 1000 }, silver = { STR("silver"), STR("Silver"), 300 };
    LoyaltyTier twin = { STR("twin"), STR("Twin"), 300 };
    check(call(loyalty_tiers_change_any, &gold, &list, sizeof list)
              && call(loyalty_tiers_change_any, &silver, &list, sizeof list) && list.items.count == 2
              && str_eq(list.items.items[0].code, STR("silver")),
          "there are two tiers");
    check_refused(call(loyalty_tiers_change_any, &twin, &list, sizeof list), &err, &ERR_LOYALTY_TIER_TWICE,
                  "never two at one threshold");
    kit_now_ms += 400 * DAY_MS;
    check(due() && has(0, 0, 0) && !account.tier.len, "nobody is in one by what is long ago");
    check(sell("CAKE", 3000) && has(0, 1050, 0) && str_eq(account.tier, STR("gold")),
          "a large sale leads into gold");
    check(give_back(2000) && has(0, 350, 0) && str_eq(account.tier, STR("gold"))
              && account.below_since != OPT_NONE,
          "which is kept for a while when most of it comes back");
    kit_now_ms += 31 * DAY_MS;
    check(due() && has(350, 0, 0) && str_eq(account.tier, STR("silver")), "then it is silver");
    kit_now_ms += 340 * DAY_MS;
    check(due() && has(0, 0, 0) && str_eq(account.tier, STR("silver")) && account.below_since != OPT_NONE,
          "after a year what was bought does not count any more");
    kit_now_ms += 31 * DAY_MS;
    check(due() && has(0, 0, 0) && !account.tier.len, "and after the grace there is no tier");
}

static void without_consent(void)
{
    ConsentList  list;
    ConsentEnd   end  = { .id = ann, .what = STR("loyalty"), .channel = STR("web") };
    ConsentInput give = {
        .id = ann, .what = STR("loyalty"), .wording = STR("Again."), .channel = STR("web")
    };
    check_ok(call(consents_end_any, &end, &list, sizeof list), &err, "a member withdraws consent");
    check(sell("TEA", 1000) && has(0, 0, 0), "and earns nothing any more");
    check(call(consents_create_any, &give, &list, sizeof list) && sell("TEA", 1000) && has(0, 199, 0),
          "until it is given again");
    check(give_back(1000) && has(0, 0, 0), "what comes back takes what it gave");
    whole("the books are whole with both");
}

static void birthdays(void)
{
    check_ok(put_rule("cake", "birthday", 77, OPT_NONE, OPT_NONE), &err, "a birthday is worth something");
    kit_now_ms = 1866974400000; /* 2029-02-28, noon */
    check(due() && has(77, 0, 0), "who was born on February 29 has it a day before in other years");
    kit_now_ms += DAY_MS;
    check(due() && has(77, 0, 0), "once a year");
}

static LoyaltyEventTold told;

static bool tell(const char *event, const char *reference)
{
    LoyaltyEventInput in = { ann, str_from(event), str_from(reference) };
    return call(loyalty_events_tell_any, &in, &told, sizeof told);
}

/* Points wait as long as the rules let the goods be given back. */
static void by_return_rules(void)
{
    LoyaltyProgramme shown;
    ReturnRuleList   list;
    Str              cake = STR("CAKE");
    ReturnRule       month = { .code         = STR("month"),
                               .name         = STR("A month"),
                               .rank         = OPT_NONE,
                               .outcome      = STR("allow"),
                               .days         = 30,
                               .except_skus  = { &cake, 1 },
                               .fee_rate     = OPT_NONE,
                               .fee          = OPT_NONE,
                               .price_days   = OPT_NONE,
                               .most         = OPT_NONE,
                               .times        = OPT_NONE,
                               .limit_days   = OPT_NONE,
                               .from         = OPT_NONE,
                               .until        = OPT_NONE };
    ReturnRule       fresh = month;
    fresh.code             = STR("fresh");
    fresh.outcome          = STR("refuse");
    fresh.days             = OPT_NONE;
    fresh.except_skus.count = 0;
    fresh.skus.items        = &cake;
    fresh.skus.count        = 1;
    programme.pending_by    = STR("returns");
    check_ok(call(return_rules_change_any, &month, &list, sizeof list)
                 && call(return_rules_change_any, &fresh, &list, sizeof list)
                 && call(loyalty_programme_change_any, &programme, &shown, sizeof shown),
             &err, "teas can be given back for a month, cakes never");
    check(sell("CAKE", 1000) && has(427, 0, 0), "points of cakes can be spent at once");
    check(sell("TEA", 1000) && has(427, 199, 0), "those of teas wait");
    kit_now_ms += 30 * DAY_MS;
    check(due() && has(427, 199, 0), "for the whole month");
    kit_now_ms += DAY_MS;
    check(due() && has(626, 0, 0), "and no longer");
    programme.pending_by = STR("days");
    PointsInput less     = { ann, -549, STR("test") };
    check(call(loyalty_programme_change_any, &programme, &shown, sizeof shown)
              && call(points_give_any, &less, &account, sizeof account),
          "back to what it was");
}

static void events(void)
{
    LoyaltyRuleList list;
    LoyaltyRule     rule = { .code         = STR("review"),
                             .name         = STR("For a review"),
                             .by           = STR("event"),
                             .points       = 20,
                             .per          = OPT_NONE,
                             .times        = OPT_NONE,
                             .most         = 2,
                             .from         = OPT_NONE,
                             .until        = OPT_NONE,
                             .from_minute  = OPT_NONE,
                             .until_minute = OPT_NONE };
    check_refused(tell("review", "R-1"), &err, &ERR_LOYALTY_EVENT_UNKNOWN, "an event that no rule asks for");
    check_refused(call(loyalty_rules_change_any, &rule, &list, sizeof list), &err, &ERR_LOYALTY_RULE,
                  "a rule by event says which");
    rule.event = STR("review");
    check_ok(call(loyalty_rules_change_any, &rule, &list, sizeof list), &err,
             "a rule gives points for reviews");
    check(tell("review", "R-1") && told.points == 20 && told.fresh && has(97, 0, 0), "a review gives them");
    check(tell("review", "R-1") && told.points == 20 && !told.fresh && has(97, 0, 0), "once");
    check(tell("review", "R-2") && has(117, 0, 0) && tell("review", "R-3") && told.points == 0
              && has(117, 0, 0),
          "as often as the rule says");
    LoyaltyEventList all = { .next_cursor = STR_NONE };
    LoyaltyEventsAsk ask = { ann, STR_NONE, 2 };
    check(call(loyalty_events_list_any, &ask, &all, sizeof all) && all.items.count == 2 && all.next_cursor.len
              && str_eq(all.items.items[1].reference, STR("R-2")),
          "they can be seen");
    whole("and the books are whole");
    PointsInput less = { ann, -40, STR("test") };
    check(call(points_give_any, &less, &account, sizeof account), "back to what it was");
}

static bool promote(Ctx *ctx, void *arg, Error *e)
{
    static char json[] = "{\"code\":\"tea_gift\",\"name\":\"Free tea\",\"phase\":\"order\",\"amount\":100,"
                         "\"coupon\":true}";
    return fixture_promotion(ctx, json, e);
}

static void rewards(void)
{
    LoyaltyRewardList list;
    RewardTaken       taken;
    LoyaltyReward     tea = { STR("tea"), STR("A pound off"), 70, STR("tea_gift"), 10, false };
    RewardInput       in  = { ann, STR("tea") };
    check_ok(kit_write(db, &env, promote, NULL, &err), &err, "there is a promotion with coupons");
    check_ok(call(loyalty_rewards_change_any, &tea, &list, sizeof list), &err, "it is a reward");
    check_ok(call(rewards_take_any, &in, &taken, sizeof taken), &err, "a member takes it");
    char coupon[64] = { 0 };
    memcpy(coupon, taken.coupon.ptr, taken.coupon.len < 63 ? taken.coupon.len : 63);
    check(taken.points == 70 && taken.available == 7 && taken.coupon.len >= 12,
          "for points, and has a coupon");
    check_refused(call(rewards_take_any, &in, &taken, sizeof taken), &err, &ERR_POINTS_SHORT,
                  "not for points that are not there");
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 1000 };
    Str             code    = str_from(coupon);
    TenderInput     tender  = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 },
                                .coupons        = { &code, 1 } };
    check(call(orders_create_any, &request, &order, sizeof order) && order.total == 99,
          "the coupon pays a pound");
    check_refused(call(orders_create_any, &request, &order, sizeof order), &err, &ERR_COUPON_USED, "once");
}

static void another_rate(void)
{
    LoyaltyProgramme shown;
    programme.worth_amount = 2;
    check(call(loyalty_programme_change_any, &programme, &shown, sizeof shown) && due(),
          "points become worth more");
    whole("and the books know it");
    programme.currency = STR("EUR");
    check_refused(call(loyalty_programme_change_any, &programme, &shown, sizeof shown), &err,
                  &ERR_LOYALTY_CURRENCY_FIXED, "but not in another currency");
}

int main(void)
{
    db         = kit_open(&env);
    kit_now_ms = 1764000000000;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, make_ann, NULL, &err),
             &err, "there is a shop and a customer");
    describe();
    joining();
    earning();
    spending();
    owing();
    expiring();
    tiers();
    without_consent();
    birthdays();
    by_return_rules();
    events();
    rewards();
    another_rate();
    kit_close(db);
    return check_finish("loyalty");
}

/* return_terms_test.c — on what terms goods of real sales are taken back: rules, time, fees, flags,
 * and the preview that tells all of it. */
#include "flows/return_terms.h"

#include "shop/customers/customers.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

#include <stdio.h>
#include <string.h>

static Env           env;
static Db           *db;
static Error         err;
static Id            ann, key;
static Order         order;
static ReturnPreview told;

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

FIXTURE_ANY(return_rules_change)
FIXTURE_ANY(return_rules_remove)
FIXTURE_ANY(disposition_rules_change)
FIXTURE_ANY(return_staff_add)
FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(returns_preview)

static const FixtureCaller me = { 7, PERMS_ALL };

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

static bool make_ann(Ctx *ctx, void *arg, Error *e)
{
    Str            vip[] = { STR("vip") };
    Customer       shown;
    CustomerInput  in     = { .name = STR("Ann"), .ref = STR("A-1") };
    CustomerGroups groups = { .groups = { vip, 1 } };
    if (!customers_put(ctx, &in, &ann, e)) return false;
    groups.id = ann;
    return customers_put_groups(ctx, &groups, &shown, e);
}

static ReturnRule rule_of(const char *code, const char *outcome)
{
    return (ReturnRule){ .code       = str_from(code),
                         .name       = str_from(code),
                         .outcome    = str_from(outcome),
                         .rank       = OPT_NONE,
                         .days       = OPT_NONE,
                         .fee_rate   = OPT_NONE,
                         .fee        = OPT_NONE,
                         .price_days = OPT_NONE,
                         .most       = OPT_NONE,
                         .times      = OPT_NONE,
                         .limit_days = OPT_NONE,
                         .from       = OPT_NONE,
                         .until      = OPT_NONE };
}

static bool put(const ReturnRule *rule)
{
    ReturnRuleList list;
    return call(return_rules_change_any, rule, &list, sizeof list);
}

static bool sell(const char *sku, int64_t qty)
{
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     tender  = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .customer       = ann,
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    return call(orders_create_any, &request, &order, sizeof order);
}

static ReturnLineInput line;

static bool preview(int64_t qty, const char *reason, const char *grade)
{
    line.line             = 1;
    line.part             = OPT_NONE;
    line.quantity         = qty;
    line.grade            = grade ? str_from(grade) : STR_NONE;
    ReturnRequest request = { .order       = order.id,
                              .location    = STR("LON"),
                              .shipping    = OPT_NONE,
                              .reason_code = reason ? str_from(reason) : STR_NONE,
                              .lines       = { &line, 1 } };
    return call(returns_preview_any, &request, &told, sizeof told);
}

static bool is(const char *outcome)
{
    return str_eq(told.outcome, str_from(outcome));
}

static bool flagged(const char *code)
{
    for (size_t i = 0; i < told.flags.count; i++)
        if (str_eq(told.flags.items[i].code, str_from(code))) return true;
    return false;
}

static bool give_back(int64_t qty)
{
    Return          reply;
    ReturnLineInput some    = { .line = 1, .quantity = qty, .part = OPT_NONE };
    ReturnRequest   request = {
          .order = order.id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &some, 1 }
    };
    return call(returns_create_any, &request, &reply, sizeof reply);
}

static void rules(void)
{
    check_ok(sell("TEA", 3000), &err, "three teas are sold");
    check(preview(2000, NULL, NULL) && is("allow") && told.refund == 398 && told.fee == 0,
          "with no rule they are taken back as they were paid");
    check(told.refund_to.count == 3 && str_eq(told.refund_to.items[0], STR("original")),
          "to where the money came from");
    ReturnRule rule = rule_of("all", "allow");
    rule.days       = 14;
    rule.fee_rate   = 100000;
    check_ok(put(&rule), &err, "a rule is made");
    check(preview(2000, NULL, NULL) && is("allow") && told.fee == 40 && told.refund == 358
              && str_eq(told.lines.items[0].rule, STR("all"))
              && told.lines.items[0].last_day.len == 10,
          "it keeps a share, and says until when");
    kit_now_ms += 14 * DAY_MS;
    check(preview(2000, NULL, NULL) && is("allow"), "on the last day it still holds");
    kit_now_ms += DAY_MS;
    check(preview(2000, NULL, NULL) && is("refuse")
              && str_eq(told.lines.items[0].whys.items[0].code, STR("late")),
          "a day later not any more");
    Str        vip[] = { STR("vip") }, why[] = { STR("defective") };
    ReturnRule more = rule_of("vip", "allow");
    more.rank       = 1;
    more.groups     = (TextList){ vip, 1 };
    more.reasons    = (TextList){ why, 1 };
    check_ok(put(&more), &err, "another one is for some customers and reasons");
    check(preview(2000, "defective", NULL) && is("allow") && told.fee == 0, "and comes first");
    check(preview(2000, "gift", NULL) && is("refuse"), "where it holds");
    ReturnRuleList list;
    ByCode         code = { STR("nothing") };
    check_refused(call(return_rules_remove_any, &code, &list, sizeof list), &err, &ERR_NOT_FOUND,
                  "what is not there cannot be taken away");
    code.code = STR("all");
    check(call(return_rules_remove_any, &code, &list, sizeof list) && list.items.count == 1,
          "a rule can");
    check(preview(2000, "gift", NULL) && is("allow"), "and decides nothing then");
}

static void places(void)
{
    Str                 faulty[] = { STR("faulty") };
    DispositionRuleList list;
    DispositionRule     rule = { .code       = STR("mend"),
                                 .name       = STR("Mend it"),
                                 .rank       = OPT_NONE,
                                 .cost_from  = OPT_NONE,
                                 .cost_below = OPT_NONE,
                                 .grades     = { faulty, 1 },
                                 .to         = STR("refurbish") };
    check(preview(1000, NULL, "used") && str_eq(told.lines.items[0].disposition, STR("quarantine")),
          "used goods are looked at first");
    check_ok(call(disposition_rules_change_any, &rule, &list, sizeof list), &err,
             "a rule says where faulty ones go");
    check(preview(1000, NULL, "faulty") && str_eq(told.lines.items[0].disposition, STR("refurbish"))
              && str_eq(told.lines.items[0].disposition_rule, STR("mend")),
          "and they do");
}

static void suspicious(void)
{
    check(preview(4000, NULL, NULL) && is("refuse") && flagged("used_up"),
          "more than was sold is refused");
    line.scanned = STR("CAKE");
    check(preview(1000, NULL, NULL) && is("manager") && flagged("swapped")
              && told.approval_subject.len == 64,
          "another item than was sold asks for another person");
    line.scanned = STR("TEA");
    check(preview(1000, NULL, NULL) && is("allow") && told.flags.count == 0,
          "the right one does not");
    line.scanned = STR_NONE;
    for (int i = 0; i < 9; i++) {
        check(sell("TEA", 1000) && give_back(1000), "goods are sold and come back");
    }
    check(sell("TEA", 1000) && preview(1000, NULL, NULL) && flagged("velocity"),
          "again and again, which is told");
    kit_now_ms += 31 * DAY_MS;
    check(preview(1000, NULL, NULL) && !flagged("velocity"), "until it is long ago");
    ReturnStaffList list;
    key.bytes[15]     = 7;
    ReturnStaff staff = { key, ann };
    check_ok(call(return_staff_add_any, &staff, &list, sizeof list), &err,
             "who takes it back is a customer, too");
    check(preview(1000, NULL, NULL) && is("manager") && flagged("own"),
          "and cannot take back what is his own");
}

static void odd(void)
{
    line.line             = 2;
    ReturnRequest request = {
        .order = ann, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    check_refused(call(returns_preview_any, &request, &told, sizeof told), &err, &ERR_NOT_FOUND,
                  "no order is no order");
    request.order = order.id;
    check_refused(call(returns_preview_any, &request, &told, sizeof told), &err, &ERR_RETURN_EXCEEDS,
                  "and a line that is not there is none");
    check(strcmp(err.field, "lines[0].line") == 0, "the error names it");
}

int main(void)
{
    db         = kit_open(&env);
    kit_now_ms = 1764000000000;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err)
                 && kit_write(db, &env, make_ann, NULL, &err),
             &err, "there is a shop and a customer");
    rules();
    places();
    suspicious();
    odd();
    kit_close(db);
    return check_finish("return_terms");
}

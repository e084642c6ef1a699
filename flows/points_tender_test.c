/* points_tender_test.c — points as a tender of real sales: with others, little by little, taken off again,
 * given back in proportion, declined beside a card, wanted by several tills at once, and after their
 * customer became another one. After each test the whole database is verified. */
#include "base/rfc3339.h"
#include "flows/loyalty.h"
#include "flows/pay.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/inventory/inventory.h"
#include "tests/ask.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static Env       env;
static Db       *db;
static Error     err;
static Simulator simulator;
static Id        ann, bob;

FIXTURE_ANY(orders_create)
FIXTURE_ANY(orders_tender_add)
FIXTURE_ANY(orders_tender_remove)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(loyalty_programme_change)
FIXTURE_ANY(loyalty_rules_change)
FIXTURE_ANY(loyalty_members_join)
FIXTURE_ANY(points_give)
FIXTURE_ANY(customers_merge)

/* DO(Order, orders_create, CheckoutRequest, json, &order) */
#define DO(handler, Type, json, out)                                                                      \
    (err = (Error){ .def = NULL }, fixture_call(db, &env, handler##_any, READ_AS(Type, json), out,        \
                                                sizeof *(out), &(bool){ false }, &err))

/* Text with places for what follows, good until the third next. */
__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...)
{
    static char texts[4][1000];
    static int  next;
    va_list     list;
    char       *out = texts[next = (next + 1) % 4];
    va_start(list, format);
    (void)vsnprintf(out, sizeof texts[0], format, list);
    va_end(list);
    return out;
}

static const char *id_of(Id id)
{
    char out[ID_TEXT_LEN];
    id_format(id, out);
    return text("%.*s", ID_TEXT_LEN, out);
}

/* Cakes at 3.50. */
static const char *basket(Id who, int cakes, const char *tenders, const char *rest)
{
    return text(
        "{\"location\":\"LON\",\"channel\":\"web\",\"customer\":\"%s\",\"lines\":[{\"sku\":\"CAKE\","
        "\"quantity\":%d}],\"tenders\":[%s]%s}",
        id_of(who), cakes, tenders, rest);
}

static bool sell(Id who, int cakes, const char *tenders, const char *rest, Order *out)
{
    return DO(orders_create, CheckoutRequest, basket(who, cakes, tenders, rest), out);
}

static bool bring_back(Id order, int cakes, Return *out)
{
    return DO(returns_create, ReturnRequest,
              text("{\"order\":\"%s\",\"location\":\"LON\",\"lines\":[{\"line\":1,\"quantity\":%d}]}",
                   id_of(order), cakes),
              out);
}

#define POINTS(amount) "{\"kind\":\"points\",\"amount\":" #amount "}"
#define ALL_POINTS "{\"kind\":\"points\"}"
#define CASH "{\"kind\":\"cash\"}"

/* --- looking --- */

typedef struct {
    Id     who;
    Member member;
} Look;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    Look *l     = arg;
    bool  found = false;
    return loyalty_find(ctx, l->who, &l->member, &found, e) && found;
}

static bool has(Id who, int64_t available)
{
    Look  l  = { .who = who };
    Error e  = { 0 };
    bool  ok = kit_read(db, &env, look, &l, &e) && l.member.available == available;
    if (!ok) printf("# has %lld\n", (long long)l.member.available);
    return ok;
}

static bool verify_step(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport *report = arg;
    if (!verify_run(ctx, report, e)) return false;
    for (size_t i = 0; i < report->count; i++)
        if (report->results[i].broken)
            printf("# %s: %s: %lld, found %lld\n", report->results[i].name,
                   report->results[i].rows[0].what, (long long)report->results[i].rows[0].expected,
                   (long long)report->results[i].rows[0].found);
    return true;
}

static void all_true(const char *name)
{
    VerifyReport report = { .broken = -1 };
    Error        e      = { 0 };
    check(kit_read(db, &env, verify_step, &report, &e) && report.broken == 0, name);
}

static bool payment_is(const Order *order, size_t i, const char *state, int64_t amount)
{
    const OrderPayment *p = &order->payments.items[i];
    return i < order->payments.count && str_eq(p->state, str_from(state)) && p->amount == amount;
}

static int64_t refund_of(const Return *doc, const char *kind)
{
    int64_t sum = 0;
    for (size_t i = 0; i < doc->refunds.count; i++)
        if (str_eq(doc->refunds.items[i].kind, str_from(kind))) sum += doc->refunds.items[i].amount;
    return sum;
}

static void give(Id who, int64_t points)
{
    LoyaltyAccount out;
    check_ok(DO(points_give, PointsInput,
                text("{\"id\":\"%s\",\"points\":%lld,\"reason\":\"test\"}", id_of(who), (long long)points),
                &out),
             &err, "points are given");
}

/* --- at once --- */

static void test_parts(void)
{
    Order  order;
    Return doc;
    check_refused(sell(bob, 1, ALL_POINTS, "", &order), &err, &ERR_LOYALTY_NOT_MEMBER,
                  "who is no member has no points");
    check_refused(sell(ann, 1, ALL_POINTS, "", &order), &err, &ERR_POINTS_SHORT, "nor who has none yet");
    check(strcmp(err.field, "tenders[0].kind") == 0, "with its path");
    give(ann, 1000);
    check_ok(sell(ann, 2, POINTS(300) "," CASH, "", &order), &err, "points pay a part, cash the rest");
    Id id = order.id;
    check(payment_is(&order, 0, "captured", 300) && payment_is(&order, 1, "captured", 400), "so");
    check(has(ann, 1000 - 600 + 40), "two points a penny are gone, and those for the cash have come");
    all_true("all is true");
    check_ok(bring_back(id, 1, &doc), &err, "one of two cakes comes back");
    check(refund_of(&doc, "points") == 150 && refund_of(&doc, "cash") == 200, "to both in proportion");
    check(has(ann, 1000 - 300 + 20), "its points are back, those it gave are gone");
    check_ok(bring_back(id, 1, &doc), &err, "the other, too");
    check(has(ann, 1000), "and all is as it was");
    all_true("all is true when it came back");
}

static void test_declined(void)
{
    Order order;
    check_refused(
        sell(ann, 2, POINTS(300) ",{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}", "", &order),
        &err, &ERR_PAYMENT_DECLINED, "a card beside them is declined");
    check(payment_is(&order, 0, "reversed", 300) && has(ann, 1000), "they are given back");
    check_ok(sell(ann, 1, POINTS(100) ",{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err,
             "one that is not takes the rest");
    check(has(ann, 1000 - 200 + 25), "which earns its part");
    give(ann, 175);
    all_true("all is true beside cards");
}

/* --- little by little --- */

static void run_jobs(int64_t later_ms)
{
    static char  bytes[1 << 20];
    static Arena arena;
    Error        e = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    kit_now_ms += later_ms;
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &e), &e, "the jobs run");
}

static bool take_off(Id order, int n, Order *out)
{
    return DO(orders_tender_remove, TenderRef,
              text("{\"id\":\"%s\",\"n\":%d,\"reason\":\"another card\"}", id_of(order), n), out);
}

static bool pay(Id order, const char *tenders, Order *out)
{
    return DO(orders_tender_add, TendersAdd,
              text("{\"id\":\"%s\",\"tenders\":[%s]}", id_of(order), tenders), out);
}

static void test_deposit(void)
{
    Order order;
    char  day[RFC3339_LEN + 1] = "", by[64];
    check(rfc3339_format(kit_now_ms + 20LL * 86400000, day), "in twenty days");
    (void)snprintf(by, sizeof by, ",\"pay_by\":\"%.*s\"", RFC3339_LEN, day);
    check_ok(sell(ann, 2, POINTS(200), by, &order), &err, "an order is begun with points");
    Id id = order.id;
    check(order.to_pay == 500 && has(ann, 600), "they are taken at once");
    all_true("all is true meanwhile");
    check_ok(take_off(id, 1, &order), &err, "they are taken off");
    check(order.to_pay == 700 && has(ann, 1000), "and there again");
    check_refused(take_off(id, 1, &order), &err, &ERR_TENDER_INVALID, "once");
    check_ok(pay(id, POINTS(100), &order), &err, "other points pay");
    check_ok(pay(id, CASH, &order), &err, "and cash the rest");
    check(str_eq(order.state, STR("paid")) && has(ann, 1000 - 200 + 60), "then it earns what cash paid");
    all_true("all is true when it is paid");
    give(ann, 140);
    check_ok(sell(ann, 2, POINTS(200), by, &order), &err, "another one");
    run_jobs(21LL * 86400000);
    check(has(ann, 1000), "lapses: they are given back");
    all_true("all is true then, too");
}

/* --- at several tills --- */

typedef struct {
    const char *json;
    bool        ok, refused;
} Till;

static bool till_step(Tx *tx, void *arg, Error *e)
{
    Till                     *till    = arg;
    CheckoutRequest           request = { .location = STR_NONE };
    Order                     order   = { .state = STR_NONE };
    static _Thread_local char bytes[1 << 18];
    Arena                     arena;
    arena_init(&arena, bytes, sizeof bytes);
    Ctx ctx = { .arena  = &arena,
                .tx     = tx,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = 1, .perms = PERMS_ALL } };
    return json_read_stored(&arena, &CheckoutRequest_def, str_from(till->json), &request, e)
        && orders_create(&ctx, &request, &order, e);
}

static void *till_run(void *arg)
{
    Till *till    = arg;
    Error e       = { 0 };
    till->ok      = db_write(db, till_step, till, &e);
    till->refused = e.def == &ERR_POINTS_SHORT;
    if (!till->ok && !till->refused) printf("# %s: %s\n", e.def ? e.def->name : "?", e.message);
    return NULL;
}

static void test_last_points(void)
{
    const char *json = basket(ann, 1, ALL_POINTS, ""); /* 700 of 1000 points */
    Till        tills[4];
    pthread_t   threads[COUNT(tills)];
    size_t      paid = 0, refused = 0;
    for (size_t i = 0; i < COUNT(tills); i++) {
        tills[i] = (Till){ .json = json };
        if (pthread_create(&threads[i], NULL, till_run, &tills[i]) != 0) abort();
    }
    for (size_t i = 0; i < COUNT(tills); i++) {
        (void)pthread_join(threads[i], NULL);
        paid += tills[i].ok;
        refused += tills[i].refused;
    }
    check(paid == 1 && refused == COUNT(tills) - 1,
          "four tills want the same points at once: one gets them");
    check(has(ann, 300), "and they are gone once");
    all_true("all is true after that");
}

/* --- and after their customer became another one --- */

static void test_merged(void)
{
    Order    order;
    Return   doc;
    Customer who;
    check_ok(sell(ann, 2, POINTS(100) "," CASH, "", &order), &err, "she pays with some");
    Id id = order.id;
    check(has(ann, 300 - 200 + 60), "of them");
    check_ok(DO(customers_merge, CustomerMergeInput,
                text("{\"id\":\"%s\",\"other\":\"%s\",\"reason\":\"told us\"}", id_of(bob), id_of(ann)),
                &who),
             &err, "her profile becomes another one");
    check(has(bob, 160) && has(ann, 0), "which has her points");
    check_ok(bring_back(id, 2, &doc), &err, "what she bought comes back");
    check(refund_of(&doc, "points") == 100 && has(bob, 300) && has(ann, 0), "to who she is now");
    all_true("all is true when one became another");
}

/* --- the shop --- */

static bool more(Ctx *ctx, void *arg, Error *e)
{
    StockDoc doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    SaleItem cake;
    if (!customers_put(ctx, &(CustomerInput){ .name = STR("Ann") }, &ann, e)
        || !customers_put(ctx, &(CustomerInput){ .name = STR("Bob") }, &bob, e)
        || !catalog_sale_item(ctx, STR("CAKE"), &cake, e))
        return false;
    StockMove move = { .item          = cake.id,
                       .sku           = cake.sku,
                       .from_location = STR(""),
                       .from_state    = STR("vendor"),
                       .to_location   = STR("LON"),
                       .to_state      = STR("floor"),
                       .qty           = 1000000 };
    return inventory_move(ctx, &doc, &move, e);
}

static void make_programme(void)
{
    LoyaltyProgramme club;
    LoyaltyRuleList  rules;
    LoyaltyAccount   account;
    check_ok(DO(loyalty_programme_change, LoyaltyProgramme,
                "{\"name\":\"Club\",\"currency\":\"GBP\",\"worth_amount\":1,\"worth_points\":2,"
                "\"terms\":\"I join.\"}",
                &club),
             &err, "two points are worth a penny");
    check_ok(DO(loyalty_rules_change, LoyaltyRule,
                "{\"code\":\"spend\",\"name\":\"Spend\",\"by\":\"money\",\"points\":1,\"per\":10}",
                &rules),
             &err, "ten pence give one");
    check_ok(DO(loyalty_members_join, LoyaltyMemberInput,
                text("{\"id\":\"%s\",\"consent\":true}", id_of(ann)), &account),
             &err, "a member joins");
}

int main(void)
{
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url = str_from(simulator.url);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, more, NULL, &err), &err,
             "the shop is made");
    make_programme();
    test_parts();
    test_declined();
    test_deposit();
    test_last_points();
    test_merged();
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("points_tender");
}

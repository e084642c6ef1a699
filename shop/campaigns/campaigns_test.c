/* campaigns_test.c — a budget of a hundred uses is a hundred uses however many check out at a time, a coupon
 * is redeemed exactly once, and what a cancelled order used is given back once. */
#include "shop/campaigns/campaigns.h"

#include "core/coupon_code.h"
#include "shop/customers/customers.h"
#include "shop/promotions/promotions.h"
#include "sys/json_read.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENTS = 64, TRIES = 4, ARENA_BYTES = 1 << 20 };

static Env   env;
static Db   *db;
static Error err;
static Id    ann, bob;

/* ---- steps ---- */

static bool publish(Ctx *ctx, void *arg, Error *e)
{
    Promotion   rule   = { .code = STR_NONE };
    PromoFaults faults = { .count = 0 };
    int64_t     version;
    return json_read_stored(ctx->arena, &Promotion_def, str_from(arg), &rule, e)
           && promotions_put(ctx, &rule, &version, &faults, e)
           && promotions_do(ctx, rule.code, OPT_NONE, PROMOTION_PUBLISH, &version, &faults, e);
}

static void rule(const char *json)
{
    check_ok(kit_write(db, &env, publish, (void *)(uintptr_t)json, &err), &err, json);
}

static bool customers(Ctx *ctx, void *arg, Error *e)
{
    CustomerInput a = { .name = STR("Ann") }, b = { .name = STR("Bob") };
    (void)arg;
    return customers_put(ctx, &a, &ann, e) && customers_put(ctx, &b, &bob, e);
}

static bool budget(Ctx *ctx, void *arg, Error *e)
{
    Budget reply;
    return budgets_change(ctx, arg, &reply, e);
}

static bool set_budget(const char *code, int64_t uses, int64_t amount, int64_t customer_uses)
{
    BudgetInput in = { str_from(code), uses, amount, customer_uses };
    return kit_write(db, &env, budget, &in, &err);
}

typedef struct {
    Id           order, customer;
    PromotionUse uses[3];
    size_t       count;
} Sold;

static bool use(Ctx *ctx, void *arg, Error *e)
{
    const Sold *sold = arg;
    return campaigns_use(ctx, sold->order, sold->customer, sold->uses, sold->count, e);
}

static bool unuse(Ctx *ctx, void *arg, Error *e)
{
    return campaigns_unuse(ctx, *(Id *)arg, e);
}

static Sold sale(const char *code, const char *coupon, Id customer, int64_t amount)
{
    return (Sold){ env_new_id(&env), customer, { { str_from(code), 1, str_from(coupon), 1, amount } }, 1 };
}

static Budget left;

static bool see_budget(Ctx *ctx, void *arg, Error *e)
{
    return campaigns_budget(ctx, str_from(arg), &left, e);
}

static int64_t used(const char *code)
{
    check_ok(kit_read(db, &env, see_budget, (void *)(uintptr_t)code, &err), &err, "a budget is shown");
    return left.uses_so_far;
}

/* ---- budgets ---- */

typedef struct {
    Id      customer;
    int64_t uses, amount;
    size_t  count;
} Allowed;

static bool see_allowed(Ctx *ctx, void *arg, Error *e)
{
    Allowed   *a    = arg;
    Allowance *list = NULL;
    if (!campaigns_allowances(ctx, a->customer, &list, &a->count, e)) return false;
    for (size_t i = 0; i < a->count; i++)
        if (str_eq(list[i].promotion, STR("TEN"))) {
            a->uses   = list[i].uses;
            a->amount = list[i].amount;
        }
    return true;
}

static bool allowed(Id customer, int64_t uses, int64_t amount)
{
    Allowed a = { .customer = customer };
    return kit_read(db, &env, see_allowed, &a, &err) && a.count > 0 && a.uses == uses && a.amount == amount;
}

static void test_budgets(void)
{
    Id nobody = { { 0 } };
    rule("{\"code\":\"TEN\",\"name\":\"N\",\"phase\":\"order\",\"percent\":100000}");
    Sold free = sale("TEN", NULL, nobody, 700);
    check_ok(kit_write(db, &env, use, &free, &err), &err, "without a budget all may use it");
    check_ok(set_budget("TEN", 3, 1000, 2), &err, "a budget is set");
    check(allowed(ann, 2, 1000) && allowed(nobody, 0, 1000), "and told, per customer");
    Sold one = sale("TEN", NULL, ann, 400), two = sale("TEN", NULL, ann, 100),
         three = sale("TEN", NULL, ann, 100);
    check_ok(kit_write(db, &env, use, &one, &err), &err, "it is used");
    check_ok(kit_write(db, &env, use, &one, &err), &err, "the same order again");
    check(used("TEN") == 1 && left.amount_so_far == 400, "counts once");
    check_ok(kit_write(db, &env, use, &two, &err), &err, "a second time");
    check(allowed(ann, 0, 500) && allowed(bob, 1, 500), "what is left is told");
    check_refused(kit_write(db, &env, use, &three, &err), &err, &ERR_BUDGET_SPENT,
                  "more than a customer may");
    check(used("TEN") == 2 && left.amount_so_far == 500, "changes nothing");
    Sold dear = sale("TEN", NULL, bob, 501), anon = sale("TEN", NULL, nobody, 1),
         last = sale("TEN", NULL, bob, 500);
    check_refused(kit_write(db, &env, use, &dear, &err), &err, &ERR_BUDGET_SPENT,
                  "more money than there is");
    check_refused(kit_write(db, &env, use, &anon, &err), &err, &ERR_BUDGET_SPENT,
                  "a limit per customer needs one");
    check_ok(kit_write(db, &env, use, &last, &err), &err, "the last of the money");
    check(used("TEN") == 3 && left.amount_so_far == 1000, "all is used");
    check_refused(set_budget("TEN", 2, OPT_NONE, OPT_NONE), &err, &ERR_FIELD_INVALID, "less than was used");
    check_ok(kit_write(db, &env, unuse, &one.order, &err), &err, "an order is cancelled");
    check_ok(kit_write(db, &env, unuse, &one.order, &err), &err, "twice");
    check(used("TEN") == 2 && left.amount_so_far == 600 && allowed(ann, 1, 400), "and gives back once");
    check_ok(kit_write(db, &env, unuse, &free.order, &err), &err, "one from before the budget is cancelled");
    check(used("TEN") == 2 && left.amount_so_far == 600, "and gives nothing back");
    check_ok(kit_write(db, &env, use, &one, &err), &err, "a cancelled order is used again");
    check(used("TEN") == 2, "which does not count any more");
    check(!set_budget("NONE", 1, 1, 1) && err.def == &ERR_NOT_FOUND, "a promotion must be there");
}

/* ---- many at a time ---- */

typedef struct {
    const char *code, *coupon;
    int         bad, good;
} Client;

typedef struct {
    Sold  sold;
    void *bytes;
} Try;

static bool run_try(Tx *tx, void *arg, Error *e)
{
    Try  *one = arg;
    Arena arena;
    arena_init(&arena, one->bytes, ARENA_BYTES);
    Ctx ctx = { .arena  = &arena,
                .tx     = tx,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = 1, .role = STR("manager"), .perms = PERMS_ALL } };
    return campaigns_use(&ctx, one->sold.order, one->sold.customer, one->sold.uses, one->sold.count, e);
}

static void *client(void *arg)
{
    Client *me    = arg;
    void   *bytes = malloc(ARENA_BYTES);
    for (int i = 0; bytes && i < TRIES; i++) {
        Error e   = { 0 };
        Try   one = { sale(me->code, me->coupon, (Id){ { 0 } }, 10), bytes };
        if (db_write(db, run_try, &one, &e)) me->good++;
        else if (e.def != &ERR_BUDGET_SPENT && e.def != &ERR_COUPON_USED) me->bad++;
    }
    free(bytes);
    return NULL;
}

/* How many of CLIENTS × TRIES orders got it. */
static int race(const char *code, const char *coupon)
{
    pthread_t threads[CLIENTS];
    Client    clients[CLIENTS];
    int       good = 0, bad = 0, made = 0;
    for (; made < CLIENTS; made++) {
        clients[made] = (Client){ code, coupon, 0, 0 };
        if (pthread_create(&threads[made], NULL, client, &clients[made]) != 0) break;
    }
    for (int i = 0; i < made; i++) {
        pthread_join(threads[i], NULL);
        good += clients[i].good;
        bad += clients[i].bad;
    }
    check(made == CLIENTS && bad == 0, "64 check out at a time, and nobody meets another error");
    return good;
}

static bool make(Ctx *ctx, void *arg, Error *e)
{
    CouponBatch reply = { .batch = 0 };
    return coupons_make(ctx, arg, &reply, e);
}

static bool make_coupons(CouponsInput in)
{
    return kit_write(db, &env, make, &in, &err);
}

static CouponsInput by_hand(const char *code, const char *coupon, int64_t uses)
{
    return (CouponsInput){ str_from(code), str_from(coupon), OPT_NONE, STR_NONE, OPT_NONE,
                           uses,           OPT_NONE,         OPT_NONE, OPT_NONE };
}

static void test_races(void)
{
    rule("{\"code\":\"RACE\",\"name\":\"N\",\"phase\":\"order\",\"percent\":100000}");
    check_ok(set_budget("RACE", 100, OPT_NONE, OPT_NONE), &err, "a budget of 100 uses");
    check(race("RACE", NULL) == 100 && used("RACE") == 100 && left.amount_so_far == 1000,
          "is exactly 100 uses");
    rule("{\"code\":\"CRACE\",\"name\":\"N\",\"phase\":\"order\",\"percent\":100000,\"coupon\":true}");
    check_ok(make_coupons(by_hand("CRACE", "ONLYONE", OPT_NONE)), &err, "a coupon that is good once");
    check(race("CRACE", "OnlyOne") == 1, "is redeemed exactly once");
    check_ok(make_coupons(by_hand("CRACE", "SEVEN", 7)), &err, "a coupon that is good seven times");
    check(race("CRACE", "SEVEN") == 7, "is redeemed exactly seven times");
}

/* ---- coupons ---- */

static char page[4 << 20];

static bool codes(Ctx *ctx, void *arg, Error *e)
{
    CouponCodes reply = { STR_NONE };
    if (!coupons_export(ctx, arg, &reply, e)) return false;
    return snprintf(page, sizeof page, "%.*s", STR_FMT(reply.text)) < (int)sizeof page;
}

static bool export(const char *code, int64_t batch, int64_t first, int64_t limit)
{
    CouponCodesAsk ask = { str_from(code), batch, first, limit };
    return kit_read(db, &env, codes, &ask, &err);
}

/* The code on line n (from 1) of the page. */
static const char *line_code(int n)
{
    static char out[64];
    const char *at = page;
    for (int i = 0; i < n && at; i++) at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    const char *end = at ? strchr(at, ',') : NULL;
    if (!end) return "";
    (void)snprintf(out, sizeof out, "%.*s", (int)(end - at), at);
    return out;
}

static char state[24], of_promotion[24];

static bool see_coupon(Ctx *ctx, void *arg, Error *e)
{
    CouponAsk   ask   = { str_from(arg) };
    CouponState reply = { .coupon = STR_NONE };
    if (!coupons_show(ctx, &ask, &reply, e)) return false;
    (void)snprintf(state, sizeof state, "%.*s", STR_FMT(reply.state));
    (void)snprintf(of_promotion, sizeof of_promotion, "%.*s", STR_FMT(reply.promotion));
    return true;
}

static bool coupon_is(const char *coupon, const char *want)
{
    return kit_read(db, &env, see_coupon, (void *)(uintptr_t)coupon, &err) && strcmp(state, want) == 0;
}

static bool block(Ctx *ctx, void *arg, Error *e)
{
    CouponAsk   ask   = { str_from(arg) };
    CouponState reply = { .coupon = STR_NONE };
    return coupons_block(ctx, &ask, &reply, e);
}

typedef struct {
    const char *codes[3];
    size_t      count;
    Id          customer;
} Given;

static bool resolve(Ctx *ctx, void *arg, Error *e)
{
    const Given *given    = arg;
    Str          texts[3] = { STR_NONE };
    CartCoupon   out[3];
    for (size_t i = 0; i < given->count; i++) texts[i] = str_from(given->codes[i]);
    TextList list = { texts, given->count };
    return campaigns_coupons(ctx, &list, given->customer, out, e) && str_eq(out[0].promotion, STR("CPN"));
}

static void test_coupons(void)
{
    Id           nobody = { { 0 } };
    CouponsInput many   = { STR("CPN"), STR_NONE, 1000,     STR("spring"), 8,
                            OPT_NONE,   OPT_NONE, OPT_NONE, OPT_NONE };
    rule("{\"code\":\"CPN\",\"name\":\"N\",\"phase\":\"order\",\"percent\":100000,\"coupon\":true}");
    check_refused(make_coupons(by_hand("TEN", "TENNER", 1)), &err, &ERR_CAMPAIGN_NO_COUPONS,
                  "a promotion that asks for none has none");
    check_ok(make_coupons(by_hand("CPN", "summer25", 2)), &err, "a coupon by hand");
    check_refused(make_coupons(by_hand("CPN", "SUMMER25", 2)), &err, &ERR_COUPON_TAKEN, "its code is taken");
    check_refused(make_coupons(by_hand("CPN", "a b\xC3\xA9", 2)), &err, &ERR_FIELD_INVALID, "other signs");
    check_ok(make_coupons(many), &err, "a thousand random ones");
    check_refused(make_coupons(many), &err, &ERR_COUPON_GUESSABLE, "more of that length could be guessed");
    many.count  = 1000;
    many.coupon = STR("BOTH");
    check_refused(make_coupons(many), &err, &ERR_FIELD_INVALID, "by hand and random at once");
    many.coupon = STR_NONE;
    many.prefix = STR("A-B");
    check_refused(make_coupons(many), &err, &ERR_FIELD_INVALID, "a prefix with a dash");
    check_ok(export("CPN", 4, 0, 1000), &err, "the codes are read");
    char first[64], last[64];
    (void)snprintf(first, sizeof first, "%s", line_code(1));
    (void)snprintf(last, sizeof last, "%s", line_code(1000));
    check(strncmp(first, "SPRING-", 7) == 0 && strlen(first) == 16 && last[0] && !line_code(1001)[0],
          "all of them");
    check(coupon_is(first, "good") && strcmp(of_promotion, "CPN") == 0 && coupon_is(last, "good"),
          "they are good");
    last[15] = last[15] == '2' ? '3' : '2';
    check(!coupon_is(last, "good") && err.def == &ERR_NOT_FOUND, "a mistyped one is none");
    check(!coupon_is("SPRING-000000000", "good") && err.def == &ERR_NOT_FOUND, "nor is a guess");
    Given given = { { first, "Summer 25" }, 2, nobody };
    check_ok(kit_read(db, &env, resolve, &given, &err), &err, "coupons are found for a basket");
    given.codes[1] = first;
    check_refused(kit_read(db, &env, resolve, &given, &err), &err, &ERR_FIELD_INVALID, "not one twice");
    given.codes[1] = "NONE";
    check_refused(kit_read(db, &env, resolve, &given, &err), &err, &ERR_COUPON_UNKNOWN, "an unknown one");
    check(strcmp(err.field, "coupons[1]") == 0, "is named by its place");
    Sold one = sale("CPN", first, nobody, 5), two = sale("CPN", first, nobody, 5);
    check_ok(kit_write(db, &env, use, &one, &err), &err, "it is redeemed");
    check_refused(kit_write(db, &env, use, &two, &err), &err, &ERR_COUPON_USED, "once");
    check(coupon_is(first, "used"), "and says so");
    given.count = 1;
    check_refused(kit_read(db, &env, resolve, &given, &err), &err, &ERR_COUPON_USED,
                  "it is refused in a basket");
    check_ok(kit_write(db, &env, unuse, &one.order, &err), &err, "the order is cancelled");
    check(coupon_is(first, "good"), "then it is good again");
    check_ok(kit_write(db, &env, use, &two, &err), &err, "for another order");
    check_ok(kit_write(db, &env, unuse, &one.order, &err), &err, "the cancelled one is cancelled again");
    check(coupon_is(first, "used"), "and gives nothing back");
    Sold wrong = sale("TEN", "SUMMER25", ann, 5);
    check_refused(kit_write(db, &env, use, &wrong, &err), &err, &ERR_COUPON_UNKNOWN,
                  "a coupon of another promotion");
    check_ok(kit_write(db, &env, block, (void *)(uintptr_t) "SUMMER25", &err), &err, "a coupon is blocked");
    check(coupon_is("SUMMER25", "blocked"), "and says so");
    Sold blocked = sale("CPN", "SUMMER25", nobody, 5);
    check_refused(kit_write(db, &env, use, &blocked, &err), &err, &ERR_COUPON_NOT_NOW, "it is not redeemed");
    check(export("CPN", 4, 0, 2) && strstr(page, ",1,0\n"), "the file says which were used");
}

static void test_coupon_limits(void)
{
    Id           nobody = { { 0 } };
    CouponsInput some   = {
          STR("CPN"), STR("PERHEAD"), OPT_NONE, STR_NONE, OPT_NONE, 10, 1, OPT_NONE, OPT_NONE
    };
    check_ok(make_coupons(some), &err, "a coupon for each customer once");
    Sold one = sale("CPN", "PERHEAD", ann, 5), two = sale("CPN", "PERHEAD", ann, 5);
    Sold anon = sale("CPN", "PERHEAD", nobody, 5), other = sale("CPN", "PERHEAD", bob, 5);
    check_ok(kit_write(db, &env, use, &one, &err), &err, "a customer redeems it");
    check_refused(kit_write(db, &env, use, &two, &err), &err, &ERR_COUPON_USED, "once");
    check_refused(kit_write(db, &env, use, &anon, &err), &err, &ERR_COUPON_CUSTOMER,
                  "nobody without saying who");
    check_ok(kit_write(db, &env, use, &other, &err), &err, "another customer too");
    check_ok(kit_write(db, &env, unuse, &one.order, &err), &err, "the first order is cancelled");
    check_ok(kit_write(db, &env, use, &two, &err), &err, "then the customer may again");
    CouponsInput later = by_hand("CPN", "LATER", 1);
    later.from         = kit_now_ms + 1000;
    later.until        = kit_now_ms + 2000;
    check_ok(make_coupons(later), &err, "a coupon for later");
    check(coupon_is("LATER", "not_yet"), "is not good yet");
    kit_now_ms += 1500;
    check(coupon_is("LATER", "good"), "then it is");
    kit_now_ms += 500;
    check(coupon_is("LATER", "over"), "then no more");
    later.coupon = STR("NEVER");
    later.until  = later.from;
    check_refused(make_coupons(later), &err, &ERR_FIELD_INVALID, "a period that ends before it begins");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A million codes: all different, all found; told is how long it takes and how large they are. */
static void test_million(void)
{
    enum { MILLION = 1000000, PAGE = 50000 };
    CouponsInput    many = { STR("CPN"), STR_NONE, MILLION,  STR("M"), OPT_NONE,
                             OPT_NONE,   OPT_NONE, OPT_NONE, OPT_NONE };
    struct timespec from, until;
    char          **all = calloc(MILLION, sizeof *all), *text = malloc(MILLION * 16);
    size_t          count = 0, bytes = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    check_ok(all && text && make_coupons(many), &err, "a million coupons are made");
    for (int64_t first = 0; first < MILLION; first += PAGE) {
        if (!export("CPN", 7, first, PAGE)) break;
        bytes += strlen(page);
        for (char *at = strchr(page, '\n') + 1, *end; (end = strchr(at, ',')) != NULL;
             at       = strchr(end, '\n') + 1) {
            all[count] = text + count * 16;
            (void)snprintf(all[count++], 16, "%.*s", (int)(end - at), at);
        }
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    check(count == MILLION, "and read");
    qsort(all, count, sizeof *all, by_text);
    bool different = true;
    for (size_t i = 1; i < count; i++) different = different && strcmp(all[i - 1], all[i]) != 0;
    check(different, "all are different");
    check(coupon_is(all[0], "good") && coupon_is(all[count / 2], "good"), "and good");
    printf("# a million codes: %lld ms to make and read, %zu bytes as CSV\n",
           (long long)((until.tv_sec - from.tv_sec) * 1000 + (until.tv_nsec - from.tv_nsec) / 1000000),
           bytes);
    free(all);
    free(text);
}

/* ---- offers ---- */

static bool give(Ctx *ctx, void *arg, Error *e)
{
    OffersGiven reply = { .count = 0 };
    return offers_give(ctx, arg, &reply, e);
}

static bool take(Ctx *ctx, void *arg, Error *e)
{
    OfferRef    ask   = { STR("OWN"), *(Id *)arg };
    OffersGiven reply = { .count = 0 };
    return offers_take_away(ctx, &ask, &reply, e) && reply.count == 1;
}

static bool has_offer(Ctx *ctx, void *arg, Error *e)
{
    TextList offers;
    return campaigns_offers(ctx, *(Id *)arg, &offers, e) && offers.count == 1
           && str_eq(offers.items[0], STR("OWN"));
}

static bool see_offers(Ctx *ctx, void *arg, Error *e)
{
    OffersAsk         ask  = { STR("OWN"), STR_NONE, 1 };
    CustomerOffersAsk of   = { ann, STR_NONE, OPT_NONE };
    OfferList         list = { .next_cursor = STR_NONE };
    (void)arg;
    if (!offers_list(ctx, &ask, &list, e) || list.items.count != 1 || !list.next_cursor.ptr) return false;
    ask.cursor = list.next_cursor;
    list       = (OfferList){ .next_cursor = STR_NONE };
    if (!offers_list(ctx, &ask, &list, e) || list.items.count != 1 || list.next_cursor.ptr) return false;
    list = (OfferList){ .next_cursor = STR_NONE };
    return offers_of_customer(ctx, &of, &list, e) && list.items.count == 1;
}

static void test_offers(void)
{
    char        a[40] = { 0 }, b[40] = { 0 };
    OffersInput in = { .code = STR("OWN"), .from = OPT_NONE, .until = kit_now_ms + 1000 };
    Str         who[3];
    id_format(ann, a);
    id_format(bob, b);
    who[0]       = str_from(a);
    who[1]       = str_from(b);
    who[2]       = STR("0198c4f6-7c00-7000-8000-000000000001");
    in.customers = (TextList){ who, 2 };
    rule("{\"code\":\"OWN\",\"name\":\"N\",\"phase\":\"order\",\"percent\":100000,\"personal\":true}");
    check_ok(kit_write(db, &env, give, &in, &err), &err, "a promotion is offered to two");
    check(kit_read(db, &env, has_offer, &ann, &err) && kit_read(db, &env, has_offer, &bob, &err),
          "who have it");
    check_ok(kit_read(db, &env, see_offers, NULL, &err), &err, "offers are listed");
    in.customers.count = 3;
    check_refused(kit_write(db, &env, give, &in, &err), &err, &ERR_CAMPAIGN_CUSTOMER, "an unknown customer");
    check(strcmp(err.field, "customers[2]") == 0, "is named by its place");
    in.code = STR("TEN");
    check_refused(kit_write(db, &env, give, &in, &err), &err, &ERR_OFFER_NOT_PERSONAL, "what is for all");
    check_ok(kit_write(db, &env, take, &ann, &err), &err, "an offer is taken away");
    check(!kit_read(db, &env, has_offer, &ann, &err), "then it is gone");
    kit_now_ms += 1000;
    check(!kit_read(db, &env, has_offer, &bob, &err), "an offer ends by itself");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop");
    check_ok(kit_write(db, &env, customers, NULL, &err), &err, "two customers");
    test_budgets();
    test_races();
    test_coupons();
    test_coupon_limits();
    test_million();
    test_offers();
    kit_close(db);
    return check_finish("campaigns");
}

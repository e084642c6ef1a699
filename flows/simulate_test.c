/* simulate_test.c — a promotion tried on past orders tells what it would have done, with the rules of their
 * time, and changes nothing. */
#include "flows/simulate.h"

#include "shop/catalog/catalog.h"
#include "shop/orders/orders.h"
#include "sys/json_read.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;

static bool create(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_create(ctx, request, reply, e);
}

static bool simulate(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return promotions_simulate(ctx, request, reply, e);
}

static void sell(const char *sku, int64_t qty)
{
    Order           order;
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     tender  = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    check_ok(fixture_call(db, &env, create, &request, &order, sizeof order, NULL, &err), &err,
             "it is sold");
    kit_now_ms += 1000;
}

static bool draft(Ctx *ctx, void *arg, Error *e)
{
    Promotion    rule    = { .code = STR_NONE };
    PromoFaults *faults  = arena_new(ctx->arena, PromoFaults);
    int64_t      version = 0;
    return json_read_stored(ctx->arena, &Promotion_def, str_from(arg), &rule, e)
           && promotions_put(ctx, &rule, &version, faults, e);
}

static bool set_cost(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku           = STR("TEA"),
                       .name          = STR("TEA"),
                       .tax_class     = STR("standard"),
                       .cost          = 100,
                       .quantity_step = 1000 };
    Id        id;
    (void)arg;
    return catalog_put(ctx, &item, &id, e);
}

static bool end_it(Ctx *ctx, void *arg, Error *e)
{
    PromoFaults *faults  = arena_new(ctx->arena, PromoFaults);
    int64_t      version = 0;
    return promotions_do(ctx, str_from(arg), OPT_NONE, PROMOTION_END, &version, faults, e);
}

static TrialReport tried(Trial trial, const char *name)
{
    static TrialReport report;
    check_ok(fixture_call(db, &env, simulate, &trial, &report, sizeof report, NULL, &err), &err, name);
    return report;
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    check_ok(kit_write(db, &env, set_cost, NULL, &err), &err, "tea has a cost");
    int64_t from = kit_now_ms;
    sell("TEA", 3000);
    sell("CAKE", 2000);
    check_ok(kit_write(db, &env, fixture_promotion,
                       "{\"code\":\"THEN\",\"name\":\"Then\",\"phase\":\"item\","
                       "\"amount\":9,\"select\":{\"skus\":[\"TEA\"]}}",
                       &err),
             &err, "a promotion begins");
    int64_t middle = kit_now_ms;
    sell("TEA", 1000);
    kit_now_ms += 1000;
    check_ok(kit_write(db, &env, end_it, "THEN", &err), &err, "and ends");
    kit_now_ms += 1000;
    int64_t after = kit_now_ms;
    sell("TEA", 2000);
    check_ok(kit_write(db, &env, draft,
                       "{\"code\":\"TRY\",\"name\":\"Try\",\"phase\":\"item\",\"amount\":50,"
                       "\"select\":{\"skus\":[\"TEA\"]},\"from\":\"2030-01-01T00:00:00Z\"}",
                       &err),
             &err, "a draft for years to come");
    Trial       trial = { STR("TRY"), OPT_NONE, from, OPT_NONE, false, OPT_NONE };
    TrialReport r     = tried(trial, "it is tried on all orders");
    check(r.orders == 4 && r.touched == 3 && r.whole && r.skipped == 0, "of which three had tea");
    check(r.given == 300, "six teas with 0.50 off each");
    check(r.discount_before == 9 && r.discount_after == 309, "beside what was taken off then");
    check(r.revenue_before > r.revenue_after && r.revenue_before - r.revenue_after == 250,
          "the revenue falls by the discount without its tax");
    check(r.margin_before - r.margin_after == r.revenue_before - r.revenue_after
              && r.lines_without_cost == 1,
          "and so does the margin of what has a cost");
    check(r.top_items.count == 1 && str_eq(r.top_items.items[0].sku, STR("TEA"))
              && r.top_items.items[0].quantity == 6000 && r.top_items.items[0].discount == 300,
          "tea is what it costs money with");
    trial.from  = middle;
    trial.until = after;
    r           = tried(trial, "on a part of the time");
    check(r.orders == 1 && r.given == 50 && r.discount_before == 9, "only the orders of it");
    trial = (Trial){ STR("TRY"), OPT_NONE, from, OPT_NONE, false, 2 };
    r     = tried(trial, "on two orders");
    check(r.orders == 2 && !r.whole, "it says that there are more");
    trial = (Trial){ STR("THEN"), OPT_NONE, from, OPT_NONE, false, OPT_NONE };
    r     = tried(trial, "what has ended can be tried again");
    check(r.touched == 3 && r.given == 54 && r.discount_before == 9 && r.discount_after == 54,
          "and stands in the place of itself");
    check_ok(kit_write(db, &env, draft,
                       "{\"code\":\"CODE\",\"name\":\"Coupon\",\"phase\":\"order\",\"amount\":10,"
                       "\"coupon\":true}",
                       &err),
             &err, "a draft with a coupon");
    trial = (Trial){ STR("CODE"), OPT_NONE, from, OPT_NONE, false, OPT_NONE };
    r     = tried(trial, "is tried");
    check(r.touched == 0, "nobody had one");
    trial.with_coupon = true;
    r                 = tried(trial, "as if everybody had one");
    check(r.touched == 4 && r.given == 40, "all use it");
    trial.from  = kit_now_ms;
    trial.until = from;
    TrialReport none;
    check_refused(fixture_call(db, &env, simulate, &trial, &none, sizeof none, NULL, &err), &err,
                  &ERR_FIELD_INVALID, "a time that ends before it begins is refused");
    trial = (Trial){ STR("NONE"), OPT_NONE, from, OPT_NONE, false, OPT_NONE };
    check_refused(fixture_call(db, &env, simulate, &trial, &none, sizeof none, NULL, &err), &err,
                  &ERR_NOT_FOUND, "what is not there cannot be tried");
    kit_close(db);
    return check_finish("simulate");
}

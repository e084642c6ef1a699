/* replenish_test.c — how much a location should be sent: cases worked out by hand. */
#include "core/replenish.h"
#include "tests/kit.h"

#include <stdio.h>

enum { DAY = 86400000 };

static const struct {
    const char    *name;
    ReplenishInput in;
    ReplenishPlan  due;
} cases[] = {
    { "nothing is known: nothing is asked for", { .pack = 1000 }, { 0 } },
    { "at the minimum it is filled up to the maximum",
      { .floor = 2000, .min = 2000, .max = 10000, .pack = 1000 },
      { .position = 2000, .trigger = 2000, .target = 10000, .wanted = 8000, .quantity = 8000 } },
    { "above the minimum nothing is asked for",
      { .floor = 3000, .min = 2000, .max = 10000, .pack = 1000 },
      { .position = 3000, .trigger = 2000, .target = 10000 } },
    { "what comes counts as there",
      { .floor = 1000, .in_transit = 1000, .on_order = 1000, .min = 2000, .max = 10000, .pack = 1000 },
      { .position = 3000, .trigger = 2000, .target = 10000 } },
    { "what is promised does not",
      { .floor = 3000, .picked = 1000, .promised = 2000, .min = 2000, .max = 10000, .pack = 1000 },
      { .position = 2000, .trigger = 2000, .target = 10000, .wanted = 8000, .quantity = 8000 } },
    { "more can be promised than is there",
      { .promised = 5000, .min = 2000, .max = 10000, .pack = 1000 },
      { .position = -5000, .trigger = 2000, .target = 10000, .wanted = 15000, .quantity = 15000 } },
    { "packs of 12: rounded up",
      { .floor      = 2000,
        .min        = 2000,
        .max        = 0,
        .cover_days = 10,
        .sold       = 28000,
        .days_had   = 28,
        .pack       = 12000 },
      { .rate     = 1000000,
        .position = 2000,
        .trigger  = 2000,
        .target   = 10000,
        .wanted   = 8000,
        .quantity = 12000 } },
    { "but not above the most that should be there",
      { .floor = 2000, .min = 2000, .max = 30000, .pack = 12000 },
      { .position = 2000, .trigger = 2000, .target = 30000, .wanted = 28000, .quantity = 24000 } },
    { "two a day on the days that had some: 3 days until it comes, 7 to last, 5 in reserve",
      { .floor      = 11000,
        .sold       = 28000,
        .days_had   = 14,
        .safety     = 5000,
        .lead_days  = 3,
        .cover_days = 7,
        .pack       = 1000 },
      { .rate     = 2000000,
        .position = 11000,
        .trigger  = 11000,
        .target   = 25000,
        .wanted   = 14000,
        .quantity = 14000 } },
    { "one more, and it can wait",
      { .floor      = 12000,
        .sold       = 28000,
        .days_had   = 14,
        .safety     = 5000,
        .lead_days  = 3,
        .cover_days = 7,
        .pack       = 1000 },
      { .rate = 2000000, .position = 12000, .trigger = 11000, .target = 25000 } },
    { "a part of a unit a day is rounded up over the days",
      { .sold = 1000, .days_had = 3, .lead_days = 1, .cover_days = 1, .pack = 1000 },
      { .rate = 333333, .trigger = 334, .target = 667, .wanted = 667, .quantity = 1000 } },
    { "the shelf is filled from the backroom",
      { .floor = 1000, .backroom = 3000, .floor_min = 6000, .pack = 1000 },
      { .position = 4000, .put_out = 3000 } },
    { "only as far as it must be",
      { .floor = 5000, .backroom = 30000, .floor_min = 6000, .pack = 1000 },
      { .position = 35000, .put_out = 1000 } },
};

static void check_cases(void)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        ReplenishPlan        is;
        Error                err = { 0 };
        const ReplenishPlan *due = &cases[i].due;
        bool                 ok  = replenish_plan(&cases[i].in, &is, &err);
        ok = ok && is.rate == due->rate && is.position == due->position && is.trigger == due->trigger
             && is.target == due->target && is.wanted == due->wanted && is.quantity == due->quantity
             && is.put_out == due->put_out;
        if (!ok)
            printf("  rate %lld position %lld trigger %lld target %lld wanted %lld quantity %lld\n",
                   (long long)is.rate, (long long)is.position, (long long)is.trigger, (long long)is.target,
                   (long long)is.wanted, (long long)is.quantity);
        check(ok, cases[i].name);
    }
    ReplenishPlan  is;
    Error          err  = { 0 };
    ReplenishInput huge = { .sold = INT64_MAX / 2, .days_had = 1, .cover_days = 10, .pack = 1 };
    check_refused(replenish_plan(&huge, &is, &err), &err, &ERR_AMOUNT_RANGE, "too much is refused");
}

static void check_sales(void)
{
    ReplenishSales sales;
    int64_t        now = 1000LL * DAY;
    replenish_sales_begin(&sales, now, 10, 0);
    check(replenish_sales_end(&sales) == 0 && sales.sold == 0, "what was never there was never sold");
    replenish_sales_begin(&sales, now, 10, 5000);
    check(replenish_sales_end(&sales) == 10, "what has stood there all the time had ten days");
    replenish_sales_begin(&sales, now, 10, 5000);
    replenish_sales_move(&sales, now - 3 * DAY - 1, 5000, 0);
    check(replenish_sales_end(&sales) == 4, "what came three days and a moment ago had four");
    replenish_sales_begin(&sales, now, 10, 0);
    replenish_sales_move(&sales, now - 2 * DAY - 5, -3000, 3000);
    replenish_sales_move(&sales, now - 4 * DAY - 5, -2000, 2000);
    check(replenish_sales_end(&sales) == 8 && sales.sold == 5000,
          "sold out two days ago: eight days had some, and sold five");
    replenish_sales_begin(&sales, now, 10, 0);
    replenish_sales_move(&sales, now - 5 * DAY - 1, -1000, 1000);
    replenish_sales_move(&sales, now - 5 * DAY - 2, 1000, 0);
    check(replenish_sales_end(&sales) == 1 && sales.sold == 1000,
          "what came and was sold at once had a day");
    replenish_sales_begin(&sales, now, 10, 0);
    replenish_sales_move(&sales, now - 20 * DAY, -1000, 1000);
    check(replenish_sales_end(&sales) == 0 && sales.sold == 0,
          "what was sold before the window does not count");
}

int main(void)
{
    check_cases();
    check_sales();
    return check_finish("replenish");
}

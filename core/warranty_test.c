/* warranty_test.c — dates, and whether goods are under warranty. */
#include "core/warranty.h"

#include "tests/kit.h"

static void calendar(void)
{
    int64_t year = 0, month = 0, day = 0;
    bool    same = true;
    for (int64_t days = 0; days < 60000; days += 17) {
        calendar_date(days, &year, &month, &day);
        same = same && calendar_day(year, month, day) == days;
    }
    check(same, "dates become days and back");
    check(calendar_day(2000, 2, 29) == 11016, "the leap day of 2000 is one");
    check(calendar_add_months(calendar_day(2026, 1, 31), 1) == calendar_day(2026, 2, 28),
          "a month after the last of January is the last of February");
    check(calendar_add_months(calendar_day(2024, 2, 29), 24) == calendar_day(2026, 2, 28),
          "two years after a leap day, too");
    check(calendar_add_months(calendar_day(2026, 11, 25), 14) == calendar_day(2028, 1, 25),
          "over the turn of years");
}

static void plans(void)
{
    Str          gb[] = { STR("GB") }, extra[] = { STR("PLUS"), STR("TV") };
    int64_t      last = 0;
    Error        err  = { .def = NULL };
    WarrantyPlan plan = { .code   = STR("law"),
                          .name   = STR("By law"),
                          .kind   = STR("statutory"),
                          .months = 24,
                          .from   = OPT_NONE,
                          .until  = OPT_NONE };
    WarrantyAsk  ask  = { .goods      = { .sku = STR("TV") },
                          .country    = STR("GB"),
                          .sold_ms    = 5,
                          .handed_day = calendar_day(2026, 3, 1) };
    check(warranty_holds(&plan, &ask, &last) && last == calendar_day(2028, 3, 1),
          "a plan holds for its months");
    plan.countries = (TextList){ gb, 1 };
    ask.country    = STR("FR");
    check(!warranty_holds(&plan, &ask, &last), "but not in another country");
    ask.country = STR("GB");
    plan.until  = 5;
    check(!warranty_holds(&plan, &ask, &last), "nor for what was sold when it was over");
    plan.until = OPT_NONE;
    plan.kind  = STR("extended");
    check_refused(warranty_plan_check(&plan, &err), &err, &ERR_WARRANTY_PLAN,
                  "an extended one must be bought");
    plan.bought_as = STR("PLUS");
    check(warranty_plan_check(&plan, &err) && !warranty_holds(&plan, &ask, &last),
          "and holds only for who did");
    ask.bought = (TextList){ extra, 2 };
    check(warranty_holds(&plan, &ask, &last), "with the goods");
}

int main(void)
{
    calendar();
    plans();
    return check_finish("warranty");
}

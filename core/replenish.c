/* replenish.c — how much of an item a location should be sent. See replenish.h. */
#include "core/replenish.h"

#include "core/money.h"

#include <assert.h>

enum { DAY_MS = 86400000 };

void replenish_sales_begin(ReplenishSales *sales, int64_t now_ms, int64_t days, int64_t level)
{
    assert(days >= 1 && days <= REPLENISH_DAYS_MAX);
    *sales = (ReplenishSales){ .now_ms = now_ms, .days = days, .level = level, .edge_ms = now_ms };
}

/* The level stood from `since_ms` up to the edge: every day that this touches had some. */
static void settle(ReplenishSales *sales, int64_t since_ms)
{
    int64_t start = sales->now_ms - sales->days * DAY_MS;
    if (since_ms < start) since_ms = start;
    if (sales->level > 0 && since_ms <= sales->edge_ms) {
        int64_t first = (sales->now_ms - sales->edge_ms) / DAY_MS;
        int64_t last  = (sales->now_ms - since_ms) / DAY_MS;
        for (int64_t day = first; day <= last && day < sales->days; day++) sales->had[day] = true;
    }
    if (since_ms < sales->edge_ms) sales->edge_ms = since_ms;
}

void replenish_sales_move(ReplenishSales *sales, int64_t at_ms, int64_t change, int64_t sold)
{
    settle(sales, at_ms);
    sales->level -= change;
    if (at_ms > sales->now_ms - sales->days * DAY_MS) sales->sold += sold;
    if (sold > 0 && at_ms <= sales->now_ms) { /* what was sold was there */
        int64_t day = (sales->now_ms - at_ms) / DAY_MS;
        if (day < sales->days) sales->had[day] = true;
    }
}

int64_t replenish_sales_end(ReplenishSales *sales)
{
    int64_t count = 0;
    settle(sales, INT64_MIN + sales->days * DAY_MS);
    for (int64_t day = 0; day < sales->days; day++) count += sales->had[day];
    return count;
}

/* What is sold in so many days, thousandths, rounded up. */
static bool over_days(const ReplenishInput *in, int64_t days, int64_t *out, Error *err)
{
    int64_t sold = 0;
    *out         = 0;
    if (in->days_had == 0 || days == 0) return true;
    if (__builtin_mul_overflow(in->sold, days, &sold))
        return err_set(err, &ERR_AMOUNT_RANGE, "", "the quantity sold is too large");
    *out = sold / in->days_had + (sold % in->days_had != 0);
    return true;
}

/* Up to whole packs; down instead where up would be more than the most that should be there. */
static int64_t in_packs(const ReplenishInput *in, int64_t position, int64_t wanted)
{
    int64_t packs = wanted / in->pack + (wanted % in->pack != 0);
    bool    over  = in->max > 0 && position + packs * in->pack > in->max;
    if (over && wanted % in->pack != 0) packs--;
    return packs * in->pack;
}

bool replenish_plan(const ReplenishInput *in, ReplenishPlan *out, Error *err)
{
    int64_t lead = 0, both = 0, per_day = 0;
    assert(in->pack > 0);
    *out = (ReplenishPlan){ 0 };
    if (!over_days(in, in->lead_days, &lead, err)
        || !over_days(in, in->lead_days + in->cover_days, &both, err))
        return false;
    if (in->days_had > 0) {
        if (__builtin_mul_overflow(in->sold, QTY_ONE, &per_day))
            return err_set(err, &ERR_AMOUNT_RANGE, "", "the quantity sold is too large");
        out->rate = per_day / in->days_had;
    }
    int64_t safety = in->safety > 0 ? in->safety : 0;
    out->position  = in->floor + in->backroom + in->picked + in->in_transit + in->on_order - in->promised;
    out->trigger   = in->min > safety + lead ? in->min : safety + lead;
    out->target    = in->cover_days > 0 ? safety + both : in->max;
    if (out->target < in->min) out->target = in->min;
    if (in->max > 0 && out->target > in->max) out->target = in->max;
    if (out->position <= out->trigger && out->position < out->target) {
        out->wanted   = out->target - out->position;
        out->quantity = in_packs(in, out->position, out->wanted);
    }
    if (in->floor < in->floor_min && in->backroom > 0) {
        int64_t room = in->floor_min - in->floor;
        out->put_out = room < in->backroom ? room : in->backroom;
    }
    return true;
}

/* phantoms.c — stock that is probably not there: an item that was sold every few days and now has not been
 * for so long that, were it on the shelf, this would hardly happen by chance. An opening day is one on
 * which the location sold anything. Sales come one by one at a rate (sales per opening day, up to the last
 * one); the chance of none in n opening days is e^(-rate n) (Poisson), so -ln p = rate n. A run begins
 * behind the last sale, or later when goods came or were counted since. */
#include "shop/availability/availability.h"

#include "all_sql.h"
#include "shop/settings/settings.h"

#include <stdlib.h>

static const int64_t DAY_MS = 86400000;

typedef struct {
    const PhantomDaysRow *days;
    size_t                count;
} Days;

/* Opening days from `from` on and before `until`, both days since 1970. */
static int64_t days_between(const Days *days, int64_t from, int64_t until)
{
    int64_t n = 0;
    for (size_t i = 0; i < days->count; i++) n += days->days[i].day >= from && days->days[i].day < until;
    return n;
}

static int by_value(const void *a, const void *b)
{
    const Phantom *one = a, *two = b;
    if (one->value != two->value) return one->value > two->value ? -1 : 1;
    return str_cmp(one->sku, two->sku);
}

/* Whether the item is one; `from_ms` is where the sales that were looked at begin. */
static bool judge(Ctx *ctx, const PhantomFind *request, const PhantomSalesRow *sold, const Days *days,
                  int64_t from_ms, int64_t sure, Phantom *out, bool *is_one, Error *err)
{
    PhantomCameRow came  = { 0 };
    bool           found = false;
    PhantomCameIn  in    = { ctx->who.merchant, sold->item, request->location, sold->last_ms };
    int64_t        seen  = days_between(days, from_ms / DAY_MS, sold->last_ms / DAY_MS + 1);
    int64_t        run   = days_between(days, sold->last_ms / DAY_MS + 1, ctx->now_ms / DAY_MS);
    *is_one              = false;
    if (seen == 0 || sold->sales * run * 1000 / seen < sure) return true;
    if (!q_phantom_came_one(ctx->tx, ctx->arena, &in, &came, &found, err)) return false;
    if (came.at_ms > sold->last_ms) run = days_between(days, came.at_ms / DAY_MS + 1, ctx->now_ms / DAY_MS);
    *out    = (Phantom){ .sku         = sold->sku,
                         .on_hand     = sold->on_hand,
                         .sales       = sold->sales,
                         .days        = seen,
                         .silent_days = run,
                         .unlikely    = sold->sales * run * 1000 / seen,
                         .last_sale   = sold->last_ms,
                         .value       = sold->net / seen };
    *is_one = out->unlikely >= sure;
    return true;
}

bool phantoms_list(Ctx *ctx, const PhantomFind *request, PhantomList *reply, Error *err)
{
    PhantomDaysRow  *day  = NULL;
    PhantomSalesRow *sold = NULL;
    size_t           days = 0, count = 0, most = (size_t)page_limit(request->limit);
    int64_t          back = 0, sure = 0;
    if (!settings_get(ctx, &SETTING_PHANTOM_DAYS, &back, err)
        || !settings_get(ctx, &SETTING_PHANTOM_SURE, &sure, err))
        return false;
    int64_t        from = ctx->now_ms - back * DAY_MS;
    PhantomDaysIn  when = { ctx->who.merchant, request->location, from, ctx->now_ms };
    PhantomSalesIn what = { ctx->who.merchant, request->location, from, ctx->now_ms };
    if (!q_phantom_days_all(ctx->tx, ctx->arena, &when, &day, &days, err)
        || !q_phantom_sales_all(ctx->tx, ctx->arena, &what, &sold, &count, err))
        return false;
    Days opening       = { day, days };
    reply->items.items = arena_array(ctx->arena, Phantom, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        bool     is_one = false;
        Phantom *next   = &reply->items.items[reply->items.count];
        if (!judge(ctx, request, &sold[i], &opening, from, sure, next, &is_one, err)) return false;
        reply->items.count += is_one;
    }
    qsort(reply->items.items, reply->items.count, sizeof *reply->items.items, by_value);
    if (reply->items.count > most) reply->items.count = most;
    return true;
}

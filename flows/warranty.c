/* warranty.c — whether goods are under warranty: where they were sold is found, what holds is
 * decided in the core. */
#include "flows/warranty.h"

#include "all_sql.h"
#include "core/fefo.h"
#include "flows/rules.h"
#include "shop/catalog/catalog.h"
#include "shop/locations/locations.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* --- the sale --- */

static bool handed_over(Ctx *ctx, SoldThing *thing, Error *err)
{
    ReturnHandedOverRow *rows  = NULL;
    size_t               count = 0;
    ReturnHandedOverIn   in    = { ctx->who.merchant, thing->order.id };
    thing->handed_ms           = thing->order.made_at;
    if (!q_return_handed_over_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (rows[i].line == thing->line) thing->handed_ms = rows[i].at_ms;
    return true;
}

/* The newest sale of a piece; where several items have its number it must be said which. */
static bool by_serial(Ctx *ctx, const WarrantyFind *find, SoldThing *out, Error *err)
{
    ReturnSerialSalesRow *rows = NULL, *best = NULL;
    size_t                count = 0;
    ReturnSerialSalesIn   in    = { ctx->who.merchant, find->serial };
    if (!q_return_serial_sales_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        ReturnSerialSalesRow *row = &rows[i];
        if (find->sku.len && !str_eq(row->sku, find->sku)) continue;
        if (best && !id_eq(best->item, row->item))
            return err_set(err, &ERR_FIELD_INVALID, "sku",
                           "several items have this number: say which");
        if (!best || (best->returned > 0 && row->returned == 0)) best = row;
    }
    if (!best) return err_set(err, &ERR_NOT_FOUND, "serial", "no sale of this number is known");
    if (!orders_get(ctx, best->order_id, &out->order, err)) return false;
    out->line   = best->line;
    out->item   = best->item;
    out->sku    = best->sku;
    out->name   = out->order.lines.items[best->line - 1].name;
    out->serial = find->serial;
    out->out    = best->returned == 0 && str_eq(best->state, STR("gone")) ? QTY_ONE : 0;
    return true;
}

static bool by_line(Ctx *ctx, const WarrantyFind *find, SoldThing *out, Error *err)
{
    SoldLine *lines = NULL;
    size_t    count = 0;
    if (find->line == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "line", "say which line of the order");
    if (!orders_get(ctx, find->order, &out->order, err)
        || !orders_sold_lines(ctx, find->order, &lines, &count, err))
        return false;
    if (find->line < 1 || find->line > (int64_t)count)
        return err_set(err, &ERR_NOT_FOUND, "line", "the order has no such line");
    const SoldLine *line = &lines[find->line - 1];
    out->line            = line->n;
    out->item            = line->item;
    out->sku             = line->sku;
    out->name            = out->order.lines.items[line->n - 1].name;
    out->out             = line->qty - line->returned;
    return true;
}

bool warranty_locate(Ctx *ctx, const WarrantyFind *find, SoldThing *out, Error *err)
{
    bool sold = !id_is_none(find->order);
    *out      = (SoldThing){ .serial = STR("") };
    if (!find->serial.len && !sold)
        return err_set(err, &ERR_FIELD_INVALID, "serial", "say which piece, or which order");
    if (find->serial.len ? !by_serial(ctx, find, out, err) : !by_line(ctx, find, out, err))
        return false;
    if (sold && !id_eq(find->order, out->order.id))
        return err_set(err, &ERR_NOT_FOUND, "serial", "was not sold with this order");
    if (sold && find->line != OPT_NONE && find->line != out->line)
        return err_set(err, &ERR_NOT_FOUND, "serial", "was not sold on this line");
    return handed_over(ctx, out, err);
}

/* --- what holds --- */

typedef struct {
    Ctx        *ctx;
    const Zone *clock;
    WarrantyAsk ask;
    int64_t     today;
} Work;

static bool show_plan(Work *w, const WarrantyPlan *plan, int64_t last_day, WarrantyStatus *out,
                      Error *err)
{
    char  *day = arena_alloc(w->ctx->arena, 10);
    size_t at  = out->plans.count++;
    if (!day) return err_memory(err);
    if (!fefo_day_text(last_day, day))
        return err_set(err, &ERR_FIELD_INVALID, "at", "is out of range");
    WarrantyHeld held = { plan->code,       plan->name,
                          plan->kind,       text_or_none(plan->vendor),
                          (Str){ day, 10 }, w->today <= last_day };
    for (; at > 0 && str_cmp(out->plans.items[at - 1].last_day, held.last_day) < 0; at--)
        out->plans.items[at] = out->plans.items[at - 1];
    out->plans.items[at] = held;
    out->covered         = out->covered || (held.covered && !out->returned);
    return true;
}

static bool show_plans(Work *w, WarrantyStatus *out, Error *err)
{
    WarrantyPlan *plans = NULL;
    size_t        count = 0;
    if (!warranty_plans(w->ctx, &plans, &count, err)) return false;
    out->plans.items = arena_array(w->ctx->arena, WarrantyHeld, count + 1);
    if (!out->plans.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        int64_t last_day = 0;
        if (warranty_holds(&plans[i], &w->ask, &last_day)
            && !show_plan(w, &plans[i], last_day, out, err))
            return false;
    }
    return true;
}

static bool load_ask(Work *w, const SoldThing *thing, const Location *sold_at, Str country,
                     Error *err)
{
    SaleItem item;
    size_t   count = thing->order.lines.count;
    Str     *skus  = arena_array(w->ctx->arena, Str, count + 1);
    if (!skus) return err_memory(err);
    for (size_t i = 0; i < count; i++) skus[i] = thing->order.lines.items[i].sku;
    if (!catalog_item_now(w->ctx, thing->item, &item, err)) return false;
    w->ask = (WarrantyAsk){ .goods   = { thing->sku, text_or_empty(item.brand), item.categories,
                                         item.tags },
                            .country = country.len ? country : text_or_empty(sold_at->country),
                            .bought  = { skus, count },
                            .sold_ms = thing->order.made_at };
    return true;
}

bool warranty_of(Ctx *ctx, const SoldThing *thing, Str country, int64_t at_ms, WarrantyStatus *out,
                 Error *err)
{
    Work     w     = { .ctx = ctx };
    Location place = { .country = STR("") };
    Zone    *own   = NULL;
    bool     found = false;
    if (!locations_find(ctx, thing->order.location, &place, &found, err)
        || !load_ask(&w, thing, &place, country, err)
        || !rules_clock(ctx, found ? place.time_zone : STR("UTC"), &w.clock, &own, err))
        return false;
    w.ask.handed_day = zone_to_wall(w.clock, thing->handed_ms) / DAY_MS;
    w.today          = zone_to_wall(w.clock, at_ms) / DAY_MS;
    zone_free(own);
    *out = (WarrantyStatus){ .order          = thing->order.id,
                             .receipt_number = thing->order.receipt_number,
                             .line           = thing->line,
                             .sku            = thing->sku,
                             .name           = thing->name,
                             .serial         = text_or_none(thing->serial),
                             .customer       = thing->order.customer,
                             .handed_over_at = thing->handed_ms,
                             .returned       = thing->out == 0,
                             .country        = w.ask.country };
    return show_plans(&w, out, err);
}

bool warranty_show(Ctx *ctx, const WarrantyFind *request, WarrantyStatus *reply, Error *err)
{
    SoldThing thing;
    return warranty_locate(ctx, request, &thing, err)
        && warranty_of(ctx, &thing, text_or_empty(request->country),
                       opt_or(request->at, ctx->now_ms), reply, err);
}

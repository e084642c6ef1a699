/* sourcing_plan.c — the route that only plans: POST /v1/sourcing/plans. */
#include "flows/sourcing.h"

#include "shop/catalog/catalog.h"
#include "shop/sourcing/sourcing.h"

enum { RUNNERS_STANDARD = 3, PARTS_MOST = 2000 };

typedef struct {
    SourcingLine *items;
    size_t        count, most;
} Lines;

static bool add(Lines *lines, SourcingLine line, Error *err)
{
    if (lines->count == lines->most)
        return err_set(err, &ERR_TOO_MANY_LINES, "lines", "the kits of this basket have too many parts");
    lines->items[lines->count++] = line;
    return true;
}

/* A line as its goods: services have none, a kit that is not stocked itself has those of its parts. */
static bool add_goods(Ctx *ctx, Lines *lines, const SourcingPlanLine *ask, size_t n, Error *err)
{
    SaleItem item;
    if (!catalog_sale_item(ctx, ask->sku, &item, err)) return err_in_list(err, "lines", n);
    SourcingLine line = { .item   = item.id,
                          .sku    = item.sku,
                          .qty    = ask->quantity,
                          .step   = item.qty_step,
                          .weight = item.weight,
                          .value  = item.cost,
                          .whole  = ask->whole,
                          .line   = n };
    if (ask->quantity % item.qty_step) {
        (void)err_set(err, &ERR_FIELD_INVALID, "quantity",
                      "must be a multiple of the item's smallest quantity");
        return err_in_list(err, "lines", n);
    }
    if (item.stocked) return add(lines, line, err);
    for (size_t i = 0; str_eq(item.kit, STR("virtual")) && i < item.part_count; i++) {
        const SalePart *part = &item.parts[i];
        SaleItem        goods;
        if (!part->stocked) continue;
        if (!catalog_item_now(ctx, part->id, &goods, err)) return err_in_list(err, "lines", n);
        line.item   = goods.id;
        line.sku    = goods.sku;
        line.step   = goods.qty_step;
        line.weight = goods.weight;
        line.value  = goods.cost;
        if (!money_scale(part->qty, ask->quantity, QTY_ONE, ROUND_UP, &line.qty, err)) return false;
        if (!add(lines, line, err)) return false;
    }
    return true;
}

bool sourcing_plans_create(Ctx *ctx, const SourcingPlanRequest *request, SourcePlan *reply, Error *err)
{
    GeoPoint    point = { request->latitude, request->longitude };
    Lines       lines = { arena_array(ctx->arena, SourcingLine, PARTS_MOST), 0, PARTS_MOST };
    SourcingAsk ask   = { .channel     = request->channel,
                          .method      = request->method,
                          .store       = request->store,
                          .country     = request->country,
                          .region      = request->region,
                          .postal_code = request->postal_code,
                          .exclude     = request->exclude,
                          .partial     = true,
                          .objective   = request->objective,
                          .runners_up  = opt_or(request->runners_up, RUNNERS_STANDARD),
                          .explain     = true };
    if (!lines.items) return err_memory(err);
    if ((point.latitude == OPT_NONE) != (point.longitude == OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, point.latitude == OPT_NONE ? "latitude" : "longitude",
                       "a place on the map has both");
    if (point.latitude != OPT_NONE) ask.point = &point;
    for (size_t i = 0; i < request->lines.count; i++)
        if (!add_goods(ctx, &lines, &request->lines.items[i], i, err)) return false;
    ask.lines      = lines.items;
    ask.line_count = lines.count;
    return sourcing_plan(ctx, &ask, reply, err);
}

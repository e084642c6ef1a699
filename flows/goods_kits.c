/* goods_kits.c — boxed kits are built of their parts and taken apart; what the parts at a location
 * suffice for. See goods.h. */
#include "core/fefo.h"
#include "flows/goods.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/locations/locations.h"

#include <stdio.h>
#include <stdlib.h>

/* --- what there is --- */

bool goods_kits_there(Ctx *ctx, const SaleItem *kit, Str location, const AtpTerms *terms, int64_t *qty,
                      Str *least, Error *err)
{
    bool counted = false;
    *least       = STR("");
    *qty         = 0;
    for (size_t i = 0; i < kit->part_count; i++) {
        const SalePart *part = &kit->parts[i];
        AtpLevel        level;
        AtpShare        share = { 0 };
        if (!part->stocked) continue;
        if (!inventory_level(ctx, part->id, location, &level, err)) return false;
        int64_t free = atp(&level, terms, &share);
        int64_t kits = free > 0 ? free / part->qty * QTY_ONE : 0;
        if (!counted || kits < *qty) {
            *qty   = kits;
            *least = part->sku;
        }
        counted = true;
    }
    return true;
}

static bool kit_of(Ctx *ctx, Str sku, SaleItem *out, Error *err)
{
    return catalog_sale_item(ctx, sku, out, err)
        && (out->part_count || err_set(err, &ERR_NOT_FOUND, "sku", "this is no kit"));
}

bool kits_stock(Ctx *ctx, const StockOfItem *request, KitPlaceList *reply, Error *err)
{
    SaleItem kit;
    TextList places = { NULL, 0 };
    AtpTerms terms  = { .keeps_safety = true };
    size_t   first  = 0;
    if (!kit_of(ctx, request->sku, &kit, err)) return false;
    while (first < kit.part_count && !kit.parts[first].stocked) first++;
    if (first < kit.part_count && !inventory_places(ctx, kit.parts[first].id, &places, err)) return false;
    reply->items.items = arena_array(ctx->arena, KitPlace, places.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < places.count; i++) {
        KitPlace place = { .location = places.items[i] };
        if (!goods_kits_there(ctx, &kit, place.location, &terms, &place.available, &place.least, err))
            return false;
        if (place.available > 0) reply->items.items[reply->items.count++] = place;
    }
    return true;
}

/* --- building and taking apart --- */

typedef struct {
    StockMove  move;
    StockMarks marks;
    Str        list; /* "" or "parts", for the field of a refusal */
    size_t     index;
} Step;

static int by_item(const void *a, const void *b)
{
    return id_cmp(((const Step *)a)->move.item, ((const Step *)b)->move.item);
}

static bool day_of(Str text, int64_t *day, Error *err)
{
    return !text.len || fefo_day(text, day) || err_set(err, &ERR_FIELD_INVALID, "expires", "is no date");
}

/* Into production or out of it. */
static void set_way(const KitBuild *build, bool in, Step *step)
{
    Str from                 = build->from_state.len ? build->from_state : STR("backroom");
    Str to                   = build->to_state.len ? build->to_state : STR("backroom");
    step->move.from_location = in ? build->location : STR("");
    step->move.from_state    = in ? from : STR("production");
    step->move.to_location   = in ? STR("") : build->location;
    step->move.to_state      = in ? STR("production") : to;
    step->move.marks         = &step->marks;
}

static bool part_step(const KitBuild *build, const SalePart *part, bool apart, Step *out, Error *err)
{
    int64_t qty = 0;
    if (__builtin_mul_overflow(part->qty, build->quantity / QTY_ONE, &qty))
        return err_set(err, &ERR_QUANTITY_RANGE, "quantity", "is too much");
    *out = (Step){ .move = { .item = part->id, .sku = part->sku, .qty = qty }, .list = STR("parts") };
    for (size_t i = 0; i < build->parts.count; i++) {
        const KitBuildPart *said = &build->parts.items[i];
        if (!str_eq(said->sku, part->sku)) continue;
        out->index = i;
        out->marks = (StockMarks){ .lot     = said->lot,
                                   .serials = { said->serials.items, said->serials.count } };
        if (!day_of(said->expires, &out->marks.expires_day, err)) return err_in_list(err, "parts", i);
    }
    set_way(build, !apart, out);
    return true;
}

static bool check_build(Ctx *ctx, const KitBuild *build, SaleItem *kit, Error *err)
{
    Location here;
    if (!locations_get(ctx, build->location, &here, err) || !kit_of(ctx, build->sku, kit, err))
        return false;
    if (!str_eq(kit->kit, STR("boxed")))
        return err_set(err, &ERR_FIELD_INVALID, "sku", "a virtual kit has no stock: it is not built");
    if (build->quantity % QTY_ONE != 0)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "kits are built whole");
    for (size_t i = 0; i < build->parts.count; i++) {
        bool known = false;
        for (size_t p = 0; p < kit->part_count; p++)
            known = known || str_eq(kit->parts[p].sku, build->parts.items[i].sku);
        if (known) continue;
        (void)err_set(err, &ERR_FIELD_INVALID, "sku", "is no part of %.*s", STR_FMT(build->sku));
        return err_in_list(err, "parts", i);
    }
    return true;
}

static bool do_steps(Ctx *ctx, StockDoc *doc, Step *steps, size_t count, StockMoved *reply, Error *err)
{
    qsort(steps, count, sizeof *steps, by_item);
    reply->items.items = arena_array(ctx->arena, StockLevel, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        StockMove *move = &steps[i].move;
        Str        at   = move->from_location.len ? move->from_location : move->to_location;
        AtpLevel   level;
        move->marks = &steps[i].marks;
        if (!inventory_move(ctx, doc, move, err))
            return steps[i].list.len && err->field[0] ? err_in_list(err, "parts", steps[i].index) : false;
        if (!inventory_level(ctx, move->item, at, &level, err)) return false;
        reply->items.items[reply->items.count++] = inventory_shown(move->sku, at, &level);
    }
    return true;
}

static bool build_kits(Ctx *ctx, const KitBuild *build, bool apart, StockMoved *reply, Error *err)
{
    SaleItem kit;
    size_t   count = 0;
    StockDoc doc   = { ctx_new_id(ctx), apart ? STR("disassembly") : STR("assembly"), 0 };
    if (!check_build(ctx, build, &kit, err)) return false;
    Step *steps = arena_array(ctx->arena, Step, kit.part_count + 1);
    if (!steps) return err_memory(err);
    Step *whole = &steps[count++];
    *whole      = (Step){ .move  = { .item = kit.id, .sku = kit.sku, .qty = build->quantity },
                          .marks = { .lot     = build->lot,
                                     .serials = { build->serials.items, build->serials.count } },
                          .list  = STR("") };
    set_way(build, apart, whole);
    if (!day_of(build->expires, &whole->marks.expires_day, err)) return false;
    for (size_t i = 0; i < kit.part_count; i++)
        if (kit.parts[i].stocked && !part_step(build, &kit.parts[i], apart, &steps[count++], err))
            return false;
    reply->id = doc.id;
    if (!do_steps(ctx, &doc, steps, count, reply, err)) return false;
    Str body = str_format(ctx->arena, "{\"id\":\"%.*s\",\"cause\":\"%.*s\",\"lines\":%zu}",
                          STR_FMT(id_text(ctx->arena, doc.id)), STR_FMT(doc.cause), count);
    Str note = build->note.len ? build->note : doc.cause;
    if (!body.ptr) return err_memory(err);
    return audit_append(ctx, apart ? STR("stock.disassemble") : STR("stock.assemble"), doc.id, note, err)
        && events_put(ctx, &EVENT_STOCK_MOVED, doc.id, body, err);
}

bool stock_assemble(Ctx *ctx, const KitBuild *request, StockMoved *reply, Error *err)
{
    return build_kits(ctx, request, false, reply, err);
}

bool stock_disassemble(Ctx *ctx, const KitBuild *request, StockMoved *reply, Error *err)
{
    return build_kits(ctx, request, true, reply, err);
}

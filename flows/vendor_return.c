/* vendor_return.c — goods go back to their vendor: out of where they stand, all of them or none. */
#include "core/machine.h"
#include "flows/turns.h"
#include "shop/inventory/inventory.h"
#include "shop/purchasing/purchasing.h"

static bool move_out(Ctx *ctx, StockDoc *doc, const VendorReturn *from, const Turn *turn, Error *err)
{
    const VendorReturnLine *l     = &from->lines.items[turn->line];
    StockMarks              marks = { .lot = l->lot, .serials = { l->serials.items, l->serials.count } };
    StockMove               move  = { .item          = turn->item,
                                      .sku           = l->sku,
                                      .from_location = from->location,
                                      .from_state    = l->state,
                                      .to_location   = STR(""),
                                      .to_state      = STR("vendor"),
                                      .qty           = l->quantity,
                                      .marks         = &marks };
    return inventory_move(ctx, doc, &move, err) || err_in_list(err, "lines", turn->line);
}

bool vendor_returns_ship(Ctx *ctx, const VendorReturnShip *request, VendorReturn *reply, Error *err)
{
    VendorReturnDoc doc;
    Str             next = STR_NONE;
    if (!vendor_returns_get(ctx, request->id, true, &doc, err)
        || !machine_step(MACHINE_VENDOR_RETURN, doc.doc.state, STR("ship"), "id", &next, err))
        return false;
    size_t   count = doc.doc.lines.count;
    StockDoc stock = { doc.doc.id, STR("vendor_return"), 0 };
    Turn    *turns = arena_array(ctx->arena, Turn, count + 1);
    if (!turns) return err_memory(err);
    for (size_t i = 0; i < count; i++) turns[i] = (Turn){ doc.items[i], i };
    turns_sort(turns, count);
    for (size_t i = 0; i < count; i++)
        if (!move_out(ctx, &stock, &doc.doc, &turns[i], err)) return false;
    doc.doc.carrier  = text_or_none(request->carrier);
    doc.doc.tracking = text_or_none(request->tracking);
    if (!vendor_returns_step(ctx, &doc, STR("ship"), text_or_empty(request->tracking), err)) return false;
    *reply = doc.doc;
    return true;
}

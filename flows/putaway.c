/* putaway.c — goods are moved between the backroom and the floor of one location. */
#include "core/money.h"
#include "flows/goods_code.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/inventory/inventory.h"
#include "shop/transfers/transfers.h"

#include <stdlib.h>

typedef struct {
    Id         item;
    Str        sku, name;
    int64_t    qty;
    size_t     asked;
    StockMarks marks;
} Put;

static int by_item(const void *a, const void *b)
{
    const Put *x = a, *y = b;
    int        c = id_cmp(x->item, y->item);
    return c ? c : (x->asked > y->asked) - (x->asked < y->asked);
}

static bool read_line(Ctx *ctx, const PutawayLine *in, size_t i, Put *out, Error *err)
{
    int64_t      pack = QTY_ONE;
    TransferItem item;
    *out = (Put){ .asked = i,
                  .marks = { .lot = in->lot, .serials = { in->serials.items, in->serials.count } } };
    if (!goods_code_read(ctx, in->sku, in->barcode, in->sku.len ? "sku" : "barcode", &out->sku, &pack, err)
        || !transfers_item(ctx, out->sku, "sku", &item, err))
        return false;
    if (in->sku.len && in->quantity == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "must be there with a SKU");
    out->item = item.id;
    out->name = item.name;
    return goods_code_quantity(opt_or(in->quantity, QTY_ONE), pack, item.step, "quantity", &out->qty, err);
}

static bool put(Ctx *ctx, StockDoc *doc, Str location, Str from, Str to, Put *p, PutawayHint *shown,
                Error *err)
{
    AtpLevel  level;
    StockMove move = { .item          = p->item,
                       .sku           = p->sku,
                       .from_location = location,
                       .from_state    = from,
                       .to_location   = location,
                       .to_state      = to,
                       .qty           = p->qty,
                       .marks         = &p->marks };
    if (!inventory_move(ctx, doc, &move, err) || !inventory_level(ctx, p->item, location, &level, err))
        return false;
    *shown = (PutawayHint){ p->sku, p->name, level.floor, level.backroom, p->qty };
    return true;
}

bool putaway_create(Ctx *ctx, const PutawayInput *request, Putaway *reply, Error *err)
{
    size_t count = request->lines.count;
    Str    from  = request->from.len ? request->from : STR("backroom");
    Str    to = request->to.len ? request->to : str_eq(from, STR("floor")) ? STR("backroom") : STR("floor");
    StockDoc doc  = { ctx_new_id(ctx), STR("putaway"), 0 };
    Put     *list = arena_array(ctx->arena, Put, count + 1);
    *reply = (Putaway){ .id = doc.id, .items = { arena_array(ctx->arena, PutawayHint, count + 1), count } };
    if (!list || !reply->items.items) return err_memory(err);
    if (str_eq(from, to)) return err_set(err, &ERR_FIELD_INVALID, "to", "is where it stands");
    if (!transfers_location(ctx, request->location, "location", err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!read_line(ctx, &request->lines.items[i], i, &list[i], err))
            return err_in_list(err, "lines", i);
    qsort(list, count, sizeof list[0], by_item);
    for (size_t i = 0; i < count; i++)
        if (!put(ctx, &doc, request->location, from, to, &list[i], &reply->items.items[list[i].asked], err))
            return err_in_list(err, "lines", list[i].asked);
    Str body = str_format(ctx->arena, "{\"id\":\"%.*s\",\"cause\":\"putaway\",\"lines\":%zu}",
                          STR_FMT(id_text(ctx->arena, doc.id)), count);
    Str detail =
        str_format(ctx->arena, "%.*s: %zu lines to %.*s", STR_FMT(request->location), count, STR_FMT(to));
    if (!body.ptr || !detail.ptr) return err_memory(err);
    return audit_append(ctx, STR("stock.putaway"), doc.id, detail, err)
           && events_put(ctx, &EVENT_STOCK_MOVED, doc.id, body, err);
}

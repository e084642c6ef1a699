/* purchase.c — a purchase order is sent, cut short or called off: what is on order follows it. */
#include "flows/purchase.h"

#include "core/machine.h"
#include "core/money.h"
#include "shop/inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    Id      item;
    int64_t change;
} Change;

static int by_item(const void *a, const void *b)
{
    return id_cmp(((const Change *)a)->item, ((const Change *)b)->item);
}

bool purchase_expect(Ctx *ctx, StockDoc *doc, const PurchaseDoc *order, const int64_t *changes, Error *err)
{
    size_t  count = order->doc.lines.count;
    Change *list  = arena_array(ctx->arena, Change, count + 1);
    if (!list) return err_memory(err);
    for (size_t i = 0; i < count; i++) list[i] = (Change){ order->items[i], changes[i] };
    qsort(list, count, sizeof list[0], by_item);
    for (size_t i = 0; i < count; i++)
        if (list[i].change != 0
            && !inventory_expect(ctx, doc, list[i].item, order->doc.location, list[i].change, err))
            return false;
    return true;
}

static bool expect(Ctx *ctx, PurchaseDoc *order, const int64_t *changes, Error *err)
{
    StockDoc doc = { order->doc.id, STR("purchase"), 0 };
    return purchase_expect(ctx, &doc, order, changes, err);
}

static int64_t *changes_of(Ctx *ctx, const PurchaseDoc *order, Error *err)
{
    int64_t *changes = arena_array(ctx->arena, int64_t, order->doc.lines.count + 1);
    if (!changes) (void)err_memory(err);
    return changes;
}

bool purchases_send(Ctx *ctx, const ById *request, Purchase *reply, Error *err)
{
    PurchaseDoc order;
    Vendor      vendor;
    if (!purchasing_get(ctx, request->id, true, "id", &order, err)) return false;
    int64_t *changes = changes_of(ctx, &order, err);
    if (!changes) return false;
    for (size_t i = 0; i < order.doc.lines.count; i++) changes[i] = order.doc.lines.items[i].open;
    if (!machine_next(MACHINE_PURCHASE, order.doc.state, STR("send"), &(Str){ 0 }))
        return purchasing_step(ctx, &order, STR("send"), err); /* refused */
    if (!purchasing_vendor(ctx, order.doc.vendor, true, "vendor", &vendor, err)
        || !expect(ctx, &order, changes, err) || !purchasing_step(ctx, &order, STR("send"), err))
        return false;
    *reply = order.doc;
    return purchasing_tell(ctx, &order, &EVENT_PURCHASE_SENT, STR("purchase.send"), STR(""), err);
}

void purchase_drop(PurchaseLine *line, int64_t qty, int64_t *change)
{
    line->cancelled += qty;
    line->open -= qty;
    *change -= qty;
}

static bool drop_some(PurchaseDoc *order, const PurchaseClose *request, int64_t *changes, Error *err)
{
    for (size_t i = 0; i < request->lines.count; i++) {
        const PurchaseCloseLine *asked = &request->lines.items[i];
        char                     field[40];
        (void)snprintf(field, sizeof field, "lines[%zu].quantity", i);
        if (asked->line > (int64_t)order->doc.lines.count)
            return err_set(err, &ERR_PURCHASE_ITEM, field, "the purchase order has no such line");
        PurchaseLine *line = &order->doc.lines.items[asked->line - 1];
        int64_t       qty  = opt_or(asked->quantity, line->open);
        if (qty > line->open) return err_set(err, &ERR_FIELD_INVALID, field, "less is open");
        purchase_drop(line, qty, &changes[asked->line - 1]);
    }
    return true;
}

int64_t purchase_open(const PurchaseDoc *order)
{
    int64_t open = 0;
    for (size_t i = 0; i < order->doc.lines.count; i++) open += order->doc.lines.items[i].open;
    return open;
}

static bool drop(Ctx *ctx, const PurchaseClose *request, PurchaseDoc *order, Error *err)
{
    int64_t *changes = changes_of(ctx, order, err);
    if (!changes || !drop_some(order, request, changes, err)) return false;
    for (size_t i = 0; request->lines.count == 0 && i < order->doc.lines.count; i++)
        purchase_drop(&order->doc.lines.items[i], order->doc.lines.items[i].open, &changes[i]);
    return expect(ctx, order, changes, err);
}

bool purchases_close(Ctx *ctx, const PurchaseClose *request, Purchase *reply, Error *err)
{
    PurchaseDoc order;
    if (!purchasing_get(ctx, request->id, true, "id", &order, err)) return false;
    if (!purchasing_is_under_way(&order))
        return purchasing_step(ctx, &order, STR("close"), err); /* refused */
    if (!drop(ctx, request, &order, err)) return false;
    bool            ended = purchase_open(&order) == 0;
    const EventDef *event = ended ? &EVENT_PURCHASE_ENDED : NULL;
    if (!purchasing_step(ctx, &order, ended ? STR("close") : STR("reduce"), err)) return false;
    *reply = order.doc;
    return purchasing_tell(ctx, &order, event, STR("purchase.close"), text_or_empty(request->reason), err);
}

bool purchases_cancel(Ctx *ctx, const PurchaseCancel *request, Purchase *reply, Error *err)
{
    PurchaseDoc   order;
    PurchaseClose all = { .id = request->id };
    if (!purchasing_get(ctx, request->id, true, "id", &order, err)) return false;
    if (str_eq(order.doc.state, STR("sent")) && !drop(ctx, &all, &order, err)) return false;
    if (!purchasing_step(ctx, &order, STR("cancel"), err)) return false;
    *reply = order.doc;
    return purchasing_tell(ctx, &order, &EVENT_PURCHASE_ENDED, STR("purchase.cancel"),
                           text_or_empty(request->reason), err);
}

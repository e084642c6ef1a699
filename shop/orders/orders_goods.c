/* orders_goods.c — what of the stock went with an order's lines: the parts of kits as they were when
 * sold, lots, and pieces with their serial numbers. See orders.h. */
#include "shop/orders/orders_inner.h"

#include "all_sql.h"

#include <assert.h>

static bool keep(Ctx *ctx, Id order, int64_t extras, Error *err)
{
    return q_order_keeps_exec(ctx->tx, &(OrderKeepsIn){ ctx->who.merchant, order, extras }, NULL, err);
}

bool orders_put_kit_parts(Ctx *ctx, Id order, int64_t line, const SoldKitPart *parts, size_t count,
                          Error *err)
{
    for (size_t i = 0; i < count; i++) {
        const SoldKitPart *p = &parts[i];
        OrderKitPartPutIn in = { ctx->who.merchant, order,  line,         (int64_t)i + 1, p->item, p->sku,
                                 p->name,           p->qty, p->value_ppm, p->returnable,  p->moved };
        if (!q_order_kit_part_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return count == 0 || keep(ctx, order, KEPT_KITS, err);
}

bool orders_put_goods(Ctx *ctx, Id order, const SoldGoods *goods, Error *err)
{
    OrderGoodsPutIn in = { ctx->who.merchant,
                           order,
                           goods->line,
                           goods->item,
                           goods->sku,
                           text_or_empty(goods->lot),
                           text_or_empty(goods->serial),
                           goods->qty,
                           goods->holder,
                           goods->gone ? STR("gone") : STR("picked") };
    assert(goods->qty > 0);
    return q_order_goods_put_exec(ctx->tx, &in, NULL, err) && keep(ctx, order, KEPT_GOODS, err);
}

bool orders_goods_of(Ctx *ctx, Id order, SoldGoods **out, size_t *count, Error *err)
{
    OrderGoodsOfRow *rows = NULL;
    OrderGoodsOfIn   in   = { ctx->who.merchant, order };
    if (!q_order_goods_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, SoldGoods, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderGoodsOfRow *r = &rows[i];
        (*out)[i]                = (SoldGoods){ order,
                                                r->line,
                                                r->n,
                                                r->item,
                                                r->sku,
                                                r->lot,
                                                r->serial,
                                                r->qty,
                                                r->returned,
                                                r->holder,
                                                str_eq(r->state, STR("gone")) };
    }
    return true;
}

bool orders_goods_held(Ctx *ctx, Id holder, SoldGoods **out, size_t *count, Error *err)
{
    OrderGoodsHeldRow *rows = NULL;
    OrderGoodsHeldIn   in   = { ctx->who.merchant, holder };
    if (!q_order_goods_held_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, SoldGoods, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderGoodsHeldRow *r = &rows[i];
        (*out)[i]                  = (SoldGoods){ r->order_id, r->line, r->n, r->item, r->sku, r->lot,
                                                  r->serial,   r->qty,  0,    holder,  false };
    }
    return true;
}

bool orders_goods_end(Ctx *ctx, const SoldGoods *goods, bool gone, Error *err)
{
    int64_t          changed = 0;
    OrderGoodsGoIn   go      = { ctx->who.merchant, goods->order, goods->n };
    OrderGoodsDropIn drop    = { ctx->who.merchant, goods->order, goods->n };
    bool             ok      = gone ? q_order_goods_go_exec(ctx->tx, &go, &changed, err)
                                    : q_order_goods_drop_exec(ctx->tx, &drop, &changed, err);
    return ok && (changed == 1 || err_set(err, &ERR_DB_BUSY, "", "these goods are handed over just now"));
}

bool orders_goods_return(Ctx *ctx, const SoldGoods *goods, int64_t qty, bool *ok, Error *err)
{
    int64_t            changed = 0;
    OrderGoodsReturnIn in      = { ctx->who.merchant, goods->order, goods->n, qty };
    if (!q_order_goods_return_exec(ctx->tx, &in, &changed, err)) return false;
    *ok = changed == 1;
    return true;
}

bool orders_kit_parts_of(Ctx *ctx, Id order, SoldKitPart **out, size_t *count, Error *err)
{
    OrderKitPartsOfRow *rows = NULL;
    OrderKitPartsOfIn   in   = { ctx->who.merchant, order };
    if (!q_order_kit_parts_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, SoldKitPart, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderKitPartsOfRow *r = &rows[i];
        (*out)[i] = (SoldKitPart){ r->line, r->n,         r->part,       r->sku,   r->name,
                                   r->qty,  r->value_ppm, r->returnable, r->moved, r->returned };
    }
    return true;
}

bool orders_kit_part_return(Ctx *ctx, Id order, const SoldKitPart *part, int64_t qty, bool *ok,
                            Error *err)
{
    int64_t              changed = 0;
    OrderKitPartReturnIn in      = { ctx->who.merchant, order, part->line, part->n, qty };
    if (!q_order_kit_part_return_exec(ctx->tx, &in, &changed, err)) return false;
    *ok = changed == 1;
    return true;
}

bool orders_lot_sales(Ctx *ctx, Id item, const LotSaleFrom *from, LotSold **out, size_t *count,
                      Error *err)
{
    OrderGoodsOfLotRow *rows = NULL;
    OrderGoodsOfLotIn   in   = { ctx->who.merchant, item,
                                 from->lot,         id_bytes(&from->order),
                                 from->n,           from->limit };
    if (!q_order_goods_of_lot_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, LotSold, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const OrderGoodsOfLotRow *r = &rows[i];
        Str number = orders_receipt_number(ctx->arena, r->location, r->number);
        (*out)[i]  = (LotSold){ r->order_id, r->customer, number,      r->serial,    r->n,
                                r->line,     r->qty,      r->returned, r->made_at_ms };
    }
    return true;
}

bool orders_name_serial(Ctx *ctx, Id order, Id item, Str serial, Error *err)
{
    OrderLineUnnamedRow *rows  = NULL;
    size_t               count = 0;
    OrderLineUnnamedIn   in    = { ctx->who.merchant, order, item };
    if (!q_order_line_unnamed_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        SoldGoods goods = { .line   = rows[i].line,
                            .item   = item,
                            .sku    = rows[i].sku,
                            .serial = serial,
                            .qty    = QTY_ONE,
                            .holder = order,
                            .gone   = true };
        if (rows[i].missing >= QTY_ONE) return orders_put_goods(ctx, order, &goods, err);
    }
    return err_set(err, &ERR_NOT_FOUND, "document", "all pieces of this order are named");
}

/* --- as people see it --- */

static bool show_kits(Ctx *ctx, Order *order, Error *err)
{
    SoldKitPart *parts = NULL;
    size_t       count = 0;
    if (!orders_kit_parts_of(ctx, order->id, &parts, &count, err)) return false;
    OrderKitPart *shown = arena_array(ctx->arena, OrderKitPart, count + 1);
    if (!shown) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const SoldKitPart *p = &parts[i];
        assert(p->line > 0 && p->line <= (int64_t)order->lines.count);
        OrderLine *line = &order->lines.items[p->line - 1];
        shown[i] = (OrderKitPart){ p->sku,      p->name,        p->qty * (line->quantity / QTY_ONE),
                                   p->returned, !p->returnable, p->value_ppm ? p->value_ppm : OPT_NONE };
        if (line->kit.count++ == 0) line->kit.items = &shown[i];
    }
    return true;
}

static bool show_goods(Ctx *ctx, Order *order, Error *err)
{
    SoldGoods *goods = NULL;
    size_t     count = 0;
    if (!orders_goods_of(ctx, order->id, &goods, &count, err)) return false;
    OrderGoods *shown = arena_array(ctx->arena, OrderGoods, count + 1);
    if (!shown) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const SoldGoods *g = &goods[i];
        assert(g->line > 0 && g->line <= (int64_t)order->lines.count);
        OrderLine *line = &order->lines.items[g->line - 1];
        shown[i]        = (OrderGoods){ g->sku, text_or_none(g->lot), text_or_none(g->serial),
                                        g->qty, g->returned,          !g->gone };
        if (line->goods.count++ == 0) line->goods.items = &shown[i];
    }
    return true;
}

bool orders_show_goods(Ctx *ctx, int64_t kept, Order *order, Error *err)
{
    return (!(kept & KEPT_KITS) || show_kits(ctx, order, err))
        && (!(kept & KEPT_GOODS) || show_goods(ctx, order, err));
}

bool orders_fill_goods(Ctx *ctx, Order *order, Error *err)
{
    return orders_show_goods(ctx, KEPT_KITS | KEPT_GOODS, order, err);
}

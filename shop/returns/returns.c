/* returns.c — the documents of returns. See returns.h. */
#include "shop/returns/returns.h"

#include "all_sql.h"

#include <assert.h>

Str returns_receipt_number(Arena *arena, Str location, int64_t number)
{
    return str_format(arena, "%.*s-R%06lld", STR_FMT(location), (long long)number);
}

bool returns_put(Ctx *ctx, const Return *doc, const Id *items, int64_t shipping_tax, Error *err)
{
    int64_t     fee_tax = 0;
    for (size_t i = 0; i < doc->lines.count; i++) fee_tax += doc->lines.items[i].fee_tax;
    ReturnPutIn head = { ctx->who.merchant, doc->id, doc->order, doc->location, doc->number, doc->customer,
                         text_or_empty(doc->ref), text_or_empty(doc->reason), doc->currency,
                         doc->shipping, shipping_tax, doc->net,
                         doc->tax, doc->total, doc->cash_rounding, doc->made_at, opt_or(doc->fee, 0),
                         fee_tax, doc->approved_by };
    assert(doc->total == doc->net + doc->tax);
    if (!q_return_put_exec(ctx->tx, &head, NULL, err)) return false;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *line = &doc->lines.items[i];
        ReturnLinePutIn   in   = { ctx->who.merchant,
                                   doc->id,
                                   line->n,
                                   opt_or(line->line, 0),
                                   items[i],
                                   line->sku,
                                   line->quantity,
                                   line->net,
                                   line->tax,
                                   line->total,
                                   line->disposition,
                                   text_or_empty(line->reason_code),
                                   text_or_empty(line->grade),
                                   line->fee,
                                   line->fee_tax };
        if (!q_return_line_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

bool returns_put_goods(Ctx *ctx, Id id, int64_t line, int64_t n, Id item, const ReturnGoods *goods,
                       Error *err)
{
    ReturnGoodsPutIn in = { ctx->who.merchant,
                            id,
                            line,
                            n,
                            item,
                            goods->sku,
                            goods->quantity,
                            text_or_empty(goods->lot),
                            text_or_empty(goods->serial),
                            goods->disposition };
    return q_return_goods_put_exec(ctx->tx, &in, NULL, err);
}

static bool show_goods(Ctx *ctx, Id id, Return *out, Error *err)
{
    ReturnGoodsOfRow *rows  = NULL;
    size_t            count = 0;
    ReturnGoodsOfIn   in    = { ctx->who.merchant, id };
    if (!q_return_goods_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    ReturnGoods *goods = arena_array(ctx->arena, ReturnGoods, count + 1);
    if (!goods) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        goods[i] = (ReturnGoods){ rows[i].sku, rows[i].qty, text_or_none(rows[i].lot),
                                  text_or_none(rows[i].serial), rows[i].disposition };
        for (size_t k = 0; k < out->lines.count; k++) {
            ReturnLine *line = &out->lines.items[k];
            if (line->n == rows[i].line && line->goods.count++ == 0) line->goods.items = &goods[i];
        }
    }
    return true;
}

bool returns_lock(Ctx *ctx, Id id, Error *err)
{
    return q_return_lock_exec(ctx->tx, &(ReturnLockIn){ ctx->who.merchant, id }, NULL, err);
}

static bool show_whys(Ctx *ctx, Id id, Return *out, Error *err)
{
    ReturnFlagsOfRow *rows = NULL;
    ReturnFlagsOfIn   in   = { ctx->who.merchant, id };
    size_t            count = 0;
    if (!q_return_flags_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->whys.items = arena_array(ctx->arena, ReturnWhyShown, count + 1);
    if (!out->whys.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        out->whys.items[out->whys.count++] = (ReturnWhyShown){ rows[i].outcome, rows[i].flag, rows[i].why };
    ReturnExchangeOfRow paid;
    ReturnExchangeOfIn  of    = { ctx->who.merchant, id };
    bool                found = false;
    if (!q_return_exchange_of_one(ctx->tx, ctx->arena, &of, &paid, &found, err)) return false;
    if (found) out->exchange_order = paid.order_id;
    return true;
}

bool returns_get(Ctx *ctx, Id id, Return *out, Error *err)
{
    ReturnGetRow      r;
    ReturnLinesOfRow *lines = NULL;
    bool              found = false;
    if (!q_return_get_one(ctx->tx, ctx->arena, &(ReturnGetIn){ ctx->who.merchant, id }, &r, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such return");
    *out                = (Return){ .id            = id,
                                    .number        = r.number,
                                    .order         = r.order_id,
                                    .location      = r.location,
                                    .customer      = r.customer,
                                    .ref           = text_or_none(r.ref),
                                    .reason        = text_or_none(r.reason),
                                    .currency      = r.currency,
                                    .shipping      = r.shipping,
                                    .net           = r.net,
                                    .tax           = r.tax,
                                    .total         = r.total,
                                    .cash_rounding = r.cash_rounding,
                                .fee           = r.fee,
                                .approved_by   = r.approved_by,
                                    .made_at       = r.made_at_ms };
    out->receipt_number = returns_receipt_number(ctx->arena, r.location, r.number);
    if (!q_return_lines_of_all(ctx->tx, ctx->arena, &(ReturnLinesOfIn){ ctx->who.merchant, id }, &lines,
                               &out->lines.count, err))
        return false;
    out->lines.items = arena_array(ctx->arena, ReturnLine, out->lines.count + 1);
    if (!out->lines.items) return err_memory(err);
    for (size_t i = 0; i < out->lines.count; i++) {
        const ReturnLinesOfRow *l = &lines[i];
        out->lines.items[i]       = (ReturnLine){ .n           = l->n,
                                                  .line        = l->order_line ? l->order_line : OPT_NONE,
                                                  .sku         = l->sku,
                                                  .quantity    = l->qty,
                                                  .net         = l->net,
                                                  .tax         = l->tax,
                                                  .total       = l->total,
                                                  .fee         = l->fee,
                                                  .fee_tax     = l->fee_tax,
                                                  .disposition = l->disposition,
                                                  .reason_code = text_or_none(l->reason),
                                                  .grade       = text_or_none(l->grade) };
    }
    return show_goods(ctx, id, out, err) && show_whys(ctx, id, out, err);
}

bool returns_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err)
{
    ReturnByRefRow row   = { 0 };
    bool           found = false;
    if (!q_return_by_ref_one(ctx->tx, ctx->arena, &(ReturnByRefIn){ ctx->who.merchant, ref }, &row, &found,
                             err))
        return false;
    *id_or_none = found ? row.id : (Id){ { 0 } };
    return true;
}

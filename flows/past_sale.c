/* past_sale.c — writes down what happened elsewhere and before. See past_sale.h. */
#include "flows/past_sale.h"

#include "flows/goods.h"
#include "flows/sale.h"
#include "flows/taxes.h"

#include <assert.h>

static bool price_it(Ctx *ctx, const PastPlace *place, const PastSale *sale, CartInput *in, Priced *priced,
                     Error *err)
{
    CartLine *lines = arena_array(ctx->arena, CartLine, sale->line_count);
    assert(sale->line_count > 0);
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < sale->line_count; i++) {
        const PastLine *line = &sale->lines[i];
        lines[i]             = (CartLine){ .item         = line->item,
                                           .sku          = line->sku,
                                           .name         = line->name,
                                           .tax_class    = line->tax_class,
                                           .price_source = line->price_source,
                                           .quantity     = line->qty_milli,
                                           .unit_price   = line->unit_price,
                                             .cost         = OPT_NONE };
    }
    *in = (CartInput){ .currency           = place->channel->currency,
                       .prices_include_tax = place->channel->prices_include_tax,
                       .lines              = { lines, sale->line_count },
                       .rates              = { (CartRate *)place->rates, place->rate_count } };
    taxes_rounding(place->location->tax_zone, place->channel->tax_per_document, in);
    return cart_price(ctx->arena, NULL, in, false, priced, err);
}

/* What the goods of a line are; a virtual kit is not stocked, so that it is looked for among what is not. */
static bool item_of(Ctx *ctx, const PastLine *line, const SaleItem **out, Error *err)
{
    SaleItem *item = arena_new(ctx->arena, SaleItem);
    *out           = item;
    if (!item) return err_memory(err);
    if (!line->stocked) return catalog_item_now(ctx, line->item, item, err);
    *item = (SaleItem){
        .id = line->item, .sku = line->sku, .stocked = true, .kit = STR(""), .tracking = STR("")
    };
    return true;
}

static bool take_goods(Ctx *ctx, const PastPlace *place, const PastSale *sale, Id order, GoodsSale *goods,
                       Error *err)
{
    GoodsLine *lines = arena_array(ctx->arena, GoodsLine, sale->line_count);
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < sale->line_count; i++) {
        lines[i] = (GoodsLine){ .qty = sale->lines[i].qty_milli, .line = i };
        if (!item_of(ctx, &sale->lines[i], &lines[i].item, err)) return false;
    }
    *goods = (GoodsSale){
        .order = order, .location = place->location->code, .terms = { .channel = place->channel->code },
        .lines = lines, .count = sale->line_count
    };
    return goods_sell(ctx, goods, err);
}

static bool put_payment(Ctx *ctx, Order *order, Payment *out, Error *err)
{
    Payment payment = { .order    = order->id,
                        .id       = ctx_new_id(ctx),
                        .n        = 1,
                        .kind     = STR("cash"),
                        .state    = STR("captured"),
                        .amount   = order->total,
                        .tendered = order->total,
                        .account  = sale_cash_account(ctx->arena, order->location) };
    if (!payment.account.ptr) return err_memory(err);
    *out = payment;
    return payments_put(ctx, &payment, err) && sale_show_payments(ctx->arena, &payment, 1, order, err);
}

bool flow_record_sale(Ctx *ctx, const PastPlace *place, const PastSale *sale, Order *out, Error *err)
{
    CartInput in;
    Priced    priced;
    GoodsSale goods;
    Payment   payment;
    int64_t   now = ctx->now_ms;
    if (!price_it(ctx, place, sale, &in, &priced, err)) return false;
    *out        = (Order){ .id                 = ctx_new_id(ctx),
                           .state              = STR("paid"),
                           .location           = place->location->code,
                           .channel            = place->channel->code,
                           .customer           = sale->customer,
                           .ref                = sale->ref,
                           .note               = sale->note,
                           .currency           = in.currency,
                           .prices_include_tax = in.prices_include_tax,
                           .tax_zone           = place->location->tax_zone,
                           .tax_source         = tax_source_name(TAX_FROM_TABLE),
                           .subtotal           = priced.subtotal,
                           .discount           = priced.discount,
                           .net                = priced.net,
                           .tax                = priced.tax,
                           .total              = priced.total,
                           .pay_by             = OPT_NONE,
                           .made_at            = sale->at_ms,
                           .state_at           = sale->at_ms };
    ctx->now_ms = sale->at_ms; /* stock, payment and ledger bear the time of the sale */
    bool ok     = take_goods(ctx, place, sale, out->id, &goods, err)
           && orders_next_number(ctx, out->location, STR("sale"), &out->number, err)
           && orders_put(ctx, &in, &priced, (Id){ { 0 } }, out, err)
           && goods_keep(ctx, &goods, true, out, err) && put_payment(ctx, out, &payment, err)
           && sale_post(ctx, out, &payment, 1, err)
           && sale_tell(ctx, &EVENT_ORDER_PAID, STR("order.paid"), out, err);
    ctx->now_ms = now;
    return ok;
}

static bool put_refund(Ctx *ctx, const Return *doc, Error *err)
{
    Refund refund = { .return_id = doc->id,
                      .id        = ctx_new_id(ctx),
                      .n         = 1,
                      .kind      = STR("cash"),
                      .state     = STR("done"),
                      .amount    = doc->total,
                      .account   = sale_cash_account(ctx->arena, doc->location) };
    if (!refund.account.ptr) return err_memory(err);
    if (doc->total == 0) return true;
    return refunds_put(ctx, &refund, err) && sale_post_refund(ctx, &refund, doc, err);
}

bool past_return_price(Ctx *ctx, const PastPlace *place, const PastSale *back, Return *out,
                       GiveBackLine **with, Error *err)
{
    CartInput     in;
    Priced        priced;
    GiveBackLine *lines = arena_array(ctx->arena, GiveBackLine, back->line_count);
    ReturnLine   *shown = arena_array(ctx->arena, ReturnLine, back->line_count);
    if (!lines || !shown) return err_memory(err);
    if (!price_it(ctx, place, back, &in, &priced, err)) return false;
    for (size_t i = 0; i < back->line_count; i++) {
        const PastLine *line = &back->lines[i];
        lines[i] =
            (GiveBackLine){ .item = line->item, .tax_class = line->tax_class, .stocked = line->stocked };
        shown[i]             = (ReturnLine){ .n           = (int64_t)i + 1,
                                             .line        = OPT_NONE,
                                             .sku         = line->sku,
                                             .quantity    = line->qty_milli,
                                             .net         = priced.lines.items[i].net,
                                             .tax         = priced.lines.items[i].tax,
                                             .total       = priced.lines.items[i].total,
                                             .disposition = line->stocked ? STR("floor") : STR("none") };
    }
    *out             = (Return){ .id       = ctx_new_id(ctx),
                                 .location = place->location->code,
                                 .customer = back->customer,
                                 .ref      = back->ref,
                                 .reason   = back->note,
                                 .currency = in.currency,
                                 .made_at  = back->at_ms };
    out->lines.items = shown;
    out->lines.count = back->line_count;
    *with            = lines;
    return true;
}

bool flow_record_return(Ctx *ctx, const PastPlace *place, const PastSale *back, Return *out, Error *err)
{
    GiveBackLine *lines = NULL;
    int64_t       now   = ctx->now_ms;
    if (!past_return_price(ctx, place, back, out, &lines, err)) return false;
    ctx->now_ms      = back->at_ms;
    TillTaxes taxes = { .count = 0 };
    bool ok          = give_back_put(ctx, out, lines, 0, place->location->tax_zone, back->at_ms, &taxes, err)
           && put_refund(ctx, out, err);
    ctx->now_ms = now;
    return ok;
}

/* past_sale.c — writes down what happened elsewhere and before. See past_sale.h. */
#include "flows/past_sale.h"

#include "flows/give_back.h"
#include "flows/sale.h"
#include "flows/taxes.h"
#include "shop/inventory/inventory.h"

#include <assert.h>
#include <stdlib.h>

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

typedef struct {
    Id     item;
    size_t line;
} Turn;

static int by_item(const void *a, const void *b)
{
    const Turn *one = a, *two = b;
    int         way = id_cmp(one->item, two->item);
    return way ? way : one->line < two->line ? -1 : one->line > two->line;
}

/* In the order of item ids, so that two sales never wait for each other. */
static bool take_stock(Ctx *ctx, const PastPlace *place, const PastSale *sale, Id order, Error *err)
{
    StockDoc doc   = { order, STR("sale"), 0 };
    Turn    *turns = arena_array(ctx->arena, Turn, sale->line_count);
    if (!turns) return err_memory(err);
    for (size_t i = 0; i < sale->line_count; i++) turns[i] = (Turn){ sale->lines[i].item, i };
    qsort(turns, sale->line_count, sizeof *turns, by_item);
    for (size_t i = 0; i < sale->line_count; i++) {
        const PastLine *line = &sale->lines[turns[i].line];
        StockWant want = { .item = line->item, .sku = line->sku, .location = place->location->code,
                           .qty = line->qty_milli, .line = turns[i].line };
        if (line->stocked && !inventory_sell(ctx, &doc, &want, err)) return false;
    }
    return true;
}

static bool put_payment(Ctx *ctx, Order *order, Error *err)
{
    Payment payment = { .order     = order->id,
                        .id        = ctx_new_id(ctx),
                        .n         = 1,
                        .kind      = STR("cash"),
                        .state     = STR("captured"),
                        .amount    = order->total,
                        .tendered  = order->total,
                        .reference = STR(""),
                        .brand     = STR(""),
                        .last4     = STR(""),
                        .reason    = STR("") };
    return payments_put(ctx, &payment, err) && sale_show_payments(ctx->arena, &payment, 1, order, err);
}

bool flow_record_sale(Ctx *ctx, const PastPlace *place, const PastSale *sale, Order *out, Error *err)
{
    CartInput in;
    Priced    priced;
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
                           .made_at            = sale->at_ms,
                           .state_at           = sale->at_ms };
    ctx->now_ms = sale->at_ms; /* stock, payment and ledger bear the time of the sale */
    bool ok     = take_stock(ctx, place, sale, out->id, err)
           && orders_next_number(ctx, out->location, STR("sale"), &out->number, err)
           && orders_put(ctx, &in, &priced, (Id){ { 0 } }, out, err) && put_payment(ctx, out, err)
           && sale_post(ctx, out, err) && sale_tell(ctx, &EVENT_ORDER_PAID, STR("order.paid"), out, err);
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
                      .amount    = doc->total };
    Str    cash   = sale_cash_account(ctx->arena, doc->location);
    if (!cash.ptr) return err_memory(err);
    if (doc->total == 0) return true;
    return refunds_put(ctx, &refund, err) && sale_post_refund(ctx, &refund, cash, doc->currency, err);
}

bool flow_record_return(Ctx *ctx, const PastPlace *place, const PastSale *back, Return *out, Error *err)
{
    CartInput     in;
    Priced        priced;
    int64_t       now   = ctx->now_ms;
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
    ctx->now_ms      = back->at_ms;
    bool ok          = give_back_put(ctx, out, lines, 0, place->location->tax_zone, back->at_ms, err)
           && put_refund(ctx, out, err);
    ctx->now_ms = now;
    return ok;
}

/* quote.c — the routes that only price and explain: POST /v1/quotes, GET /v1/orders/{id}/explanation. */
#include "flows/basket.h"
#include "flows/deliver.h"
#include "flows/sale.h"
#include "shop/campaigns/campaigns.h"

static bool show_lines(Ctx *ctx, const Basket *basket, const Priced *priced, Quote *reply, Error *err)
{
    size_t count       = basket->in.lines.count;
    reply->lines.items = arena_array(ctx->arena, QuoteLine, count + 1);
    if (!reply->lines.items) return err_memory(err);
    reply->lines.count = count;
    for (size_t i = 0; i < count; i++) {
        const CartLine   *line = &basket->in.lines.items[i];
        const PricedLine *made = &priced->lines.items[i];
        reply->lines.items[i]  = (QuoteLine){ .sku         = line->sku,
                                              .name        = line->name,
                                              .quantity    = line->quantity,
                                              .unit_price  = line->unit_price,
                                              .price_list  = line->price_source,
                                              .discount    = made->discount,
                                              .fees        = made->fees,
                                              .net         = made->net,
                                              .tax         = made->tax,
                                              .total       = made->total,
                                              .parts.items = made->parts.items,
                                              .parts.count = made->parts.count > 1 ? made->parts.count : 0 };
    }
    return true;
}

static bool show_taxes(Ctx *ctx, const Priced *priced, Quote *reply, Error *err)
{
    reply->taxes.items = arena_array(ctx->arena, TaxLine, priced->taxes.count + 1);
    if (!reply->taxes.items) return err_memory(err);
    reply->taxes.count = priced->taxes.count;
    for (size_t i = 0; i < priced->taxes.count; i++) {
        const PricedTax *tax  = &priced->taxes.items[i];
        reply->taxes.items[i] = (TaxLine){ tax->name,   tax->rate, tax->base,
                                           tax->amount, tax->mark, tax->exempt };
    }
    return true;
}

static void show_sums(const Basket *basket, const Priced *priced, Quote *reply)
{
    *reply = (Quote){ .currency           = basket->in.currency,
                      .prices_include_tax = basket->in.prices_include_tax,
                      .tax_zone           = basket->tax_zone,
                      .tax_source         = tax_source_name(basket->tax_source),
                      .subtotal           = priced->subtotal,
                      .discount           = priced->discount,
                      .fees               = priced->fees,
                      .net                = priced->net,
                      .tax                = priced->tax,
                      .total              = priced->total,
                      .cash_total         = priced->cash_total,
                      .cash_rounding      = priced->cash_rounding,
                      .exact              = priced->exact,
                      .needs_approval     = priced->needs_approval,
                      .manual_discount    = basket_by_hand(priced),
                      .shipping           = priced->shipping,
                      .uses.items         = priced->uses.items,
                      .uses.count         = priced->uses.count,
                      .nearly.items       = priced->nearly.items,
                      .nearly.count       = priced->nearly.count,
                      .steps.items        = priced->steps.items,
                      .steps.count        = priced->steps.count };
}

bool quotes_create(Ctx *ctx, const QuoteRequest *request, Quote *reply, Error *err)
{
    BasketAsk ask = { .location   = request->location,
                      .channel    = request->channel,
                      .customer   = request->customer,
                      .lines      = request->lines.items,
                      .line_count = request->lines.count,
                      .coupons    = request->coupons,
                      .shipping   = request->shipping,
                      .ship_to    = request->ship_to,
                      .deliveries = { request->deliveries.items, request->deliveries.count },
                      .manual     = request->manual,
                      .tender     = request->tender };
    Basket    basket;
    Priced    priced;
    if (ctx->asking) {
        basket_ask_taxes(ctx, &ask);
        return true;
    }
    if (!deliver_check(&ask, err) || !basket_load(ctx, &ask, &basket, err)
        || !basket_price(ctx, &basket, true, &priced, err))
        return false;
    show_sums(&basket, &priced, reply);
    if (priced.needs_approval && !basket_subject(ctx, &ask, &reply->approval_subject, err)) return false;
    return show_lines(ctx, &basket, &priced, reply, err) && show_taxes(ctx, &priced, reply, err);
}

bool orders_explanation(Ctx *ctx, const ById *request, OrderExplanation *reply, Error *err)
{
    Order         order;
    OrderSteps    steps;
    PromotionUse *uses  = NULL;
    size_t        count = 0;
    if (!orders_get(ctx, request->id, &order, err) || !orders_steps(ctx, &order, &steps, err)
        || !campaigns_used(ctx, request->id, &uses, &count, err))
        return false;
    *reply = (OrderExplanation){ .id               = order.id,
                                 .receipt_number   = order.receipt_number,
                                 .currency         = order.currency,
                                 .made_at          = order.made_at,
                                 .steps.items      = steps.steps.items,
                                 .steps.count      = steps.steps.count,
                                 .promotions.items = uses,
                                 .promotions.count = count };
    return true;
}

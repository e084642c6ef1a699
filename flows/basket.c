/* basket.c — from the lines a client sends to the values that core/cart.c prices. See basket.h.
 * Also the route that only prices: POST /v1/quotes. */
#include "flows/basket.h"

#include "shop/customers/customers.h"

#include <stdio.h>

/* Puts the path of a line before a refusal about it. */
static bool at_line(Error *err, size_t i, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "lines[%zu].%s", i, field);
    return false;
}

static bool load_line(Ctx *ctx, const BasketAsk *ask, const Channel *channel, size_t i, const SaleItem **out,
                      CartLine *to, Error *err)
{
    const BasketLine *line = &ask->lines[i];
    const SaleItem   *item;
    const PriceSteps *prices;
    PriceFound        price;
    if (!reference_item(ctx, line->sku, channel, &item, &prices, err)) return at_line(err, i, "sku");
    if (line->quantity % item->qty_step != 0) {
        Str step = qty_text(ctx->arena, item->qty_step);
        (void)err_set(err, &ERR_QUANTITY_STEP, "", "must be a multiple of %.*s %.*s", STR_FMT(step),
                      STR_FMT(item->unit));
        return at_line(err, i, "quantity");
    }
    if (!reference_price(ctx, item, prices, channel, line->quantity, &price, err))
        return at_line(err, i, "sku");
    *to = (CartLine){ .item         = item->id,
                      .sku          = item->sku,
                      .name         = item->name,
                      .tax_class    = item->tax_class,
                      .price_source = price.list,
                      .quantity     = line->quantity,
                      .unit_price   = price.amount };
    *out = item;
    return true;
}

static bool load_lines(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err)
{
    CartLine        *lines = arena_array(ctx->arena, CartLine, ask->line_count + 1);
    const SaleItem **items = arena_array(ctx->arena, const SaleItem *, ask->line_count + 1);
    if (!lines || !items) return err_memory(err);
    for (size_t i = 0; i < ask->line_count; i++)
        if (!load_line(ctx, ask, out->channel, i, &items[i], &lines[i], err)) return false;
    out->items         = items;
    out->in.lines.items = lines;
    out->in.lines.count = ask->line_count;
    return true;
}

static bool load_rates(Ctx *ctx, Str zone, CartInput *in, Error *err)
{
    const CartRate *rates;
    if (!reference_rates(ctx, zone, &rates, &in->rates.count, err)) return false;
    in->rates.items = (CartRate *)rates; /* pricing only reads them */
    return true;
}

static bool load_reference(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err)
{
    const Place *place;
    *out = (Basket){ 0 };
    if (!reference_place(ctx, ask->location, ask->channel, &place, err)) return false;
    out->location              = &place->location;
    out->channel               = &place->channel;
    out->in.currency           = place->channel.currency;
    out->in.prices_include_tax = place->channel.prices_include_tax;
    out->in.tax_rounded_per    = place->channel.tax_per_document ? STR("document") : STR("line");
    out->in.cash_step          = place->channel.cash_step;
    return load_rates(ctx, place->location.tax_zone, &out->in, err)
        && load_lines(ctx, ask, out, err);
}

bool basket_load(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err)
{
    bool ok = load_reference(ctx, ask, out, err);
    if (shelf_torn(&ctx->shelf)) {
        shelf_leave(&ctx->shelf);
        ok = load_reference(ctx, ask, out, err);
    }
    return ok && (id_is_none(ask->customer) || customers_must_exist(ctx, ask->customer, err));
}

static bool show_lines(Ctx *ctx, const Basket *basket, const Priced *priced, Quote *reply, Error *err)
{
    size_t count        = basket->in.lines.count;
    reply->lines.items  = arena_array(ctx->arena, QuoteLine, count + 1);
    if (!reply->lines.items) return err_memory(err);
    reply->lines.count = count;
    for (size_t i = 0; i < count; i++) {
        const CartLine   *line = &basket->in.lines.items[i];
        const PricedLine *made = &priced->lines.items[i];
        reply->lines.items[i]  = (QuoteLine){ line->sku, line->name, line->quantity, line->unit_price,
                                              line->price_source, made->discount, made->net, made->tax,
                                              made->total };
    }
    return true;
}

static bool show_rest(Ctx *ctx, const Priced *priced, Quote *reply, Error *err)
{
    reply->taxes.items = arena_array(ctx->arena, TaxLine, priced->taxes.count + 1);
    reply->steps.items = arena_array(ctx->arena, QuoteStep, priced->steps.count + 1);
    if (!reply->taxes.items || !reply->steps.items) return err_memory(err);
    reply->taxes.count = priced->taxes.count;
    reply->steps.count = priced->steps.count;
    for (size_t i = 0; i < priced->taxes.count; i++) {
        const PricedTax *tax  = &priced->taxes.items[i];
        reply->taxes.items[i] = (TaxLine){ tax->name, tax->rate, tax->base, tax->amount };
    }
    for (size_t i = 0; i < priced->steps.count; i++) {
        const PriceStep *step = &priced->steps.items[i];
        reply->steps.items[i] = (QuoteStep){ step->line, step->what, step->amount,
                                             step->text };
    }
    return true;
}

bool quotes_create(Ctx *ctx, const QuoteRequest *request, Quote *reply, Error *err)
{
    BasketAsk ask = { request->location, request->channel, request->customer, request->lines.items,
                      request->lines.count };
    Basket    basket;
    Priced    priced;
    if (!basket_load(ctx, &ask, &basket, err)) return false;
    if (!cart_price(ctx->arena, NULL, &basket.in, true, &priced, err)) return false;
    reply->currency           = basket.in.currency;
    reply->prices_include_tax = basket.in.prices_include_tax;
    reply->subtotal           = priced.subtotal;
    reply->discount           = priced.discount;
    reply->net                = priced.net;
    reply->tax                = priced.tax;
    reply->total              = priced.total;
    reply->cash_total         = priced.cash_total;
    reply->cash_rounding      = priced.cash_rounding;
    return show_lines(ctx, &basket, &priced, reply, err) && show_rest(ctx, &priced, reply, err);
}

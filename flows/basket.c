/* basket.c — from the lines a client sends to the values that core/cart.c prices. See basket.h. */
#include "flows/basket.h"

#include "flows/rules.h"
#include "shop/campaigns/campaigns.h"
#include "shop/customers/customers.h"
#include "shop/tax/tax.h"

#include <stdio.h>
#include <stdlib.h>

/* Puts the path of a line before a refusal about it. */
static bool at_line(Error *err, size_t i, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "lines[%zu].%s", i, field);
    return false;
}

/* --- what people take off --- */

static bool check_manual(Ctx *ctx, const ManualDiscount *manual, bool line, Error *err)
{
    if (!ctx_may(ctx, &PERM_ORDERS_DISCOUNT))
        return err_set(err, &ERR_PERMISSION_MISSING, "manual", "needs the permission %s",
                       PERM_ORDERS_DISCOUNT.code);
    int ways = (manual->percent != OPT_NONE) + (manual->amount != OPT_NONE) + (manual->price != OPT_NONE);
    if (ways != 1)
        return err_set(err, &ERR_FIELD_INVALID, "manual", "must have one of percent, amount and price");
    if (!line && manual->price != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "manual.price", "is for lines only");
    return str_trim(manual->reason).len
           || err_set(err, &ERR_FIELD_INVALID, "manual.reason", "must not be empty");
}

/* --- lines --- */

static bool load_fees(bool own_currency, const SaleItem *item, CartLine *to, Error *err)
{
    if (item->fees.fees.count == 0) return true;
    if (!own_currency)
        return err_set(err, &ERR_FEE_CURRENCY, "", "its fees are in another currency than the channel");
    to->fees.items = item->fees.fees.items; /* pricing only reads them */
    to->fees.count = item->fees.fees.count;
    return true;
}

/* Gift cards and money that is given back one day are not goods that get cheaper. */
static bool is_fixed(const SaleItem *item)
{
    return !item->discountable || str_eq(item->kind, STR("gift_card")) || str_eq(item->kind, STR("deposit"))
           || str_eq(item->kind, STR("fee"));
}

static bool load_line(Ctx *ctx, const BasketAsk *ask, const Place *place, bool own_currency, size_t i,
                      const SaleItem **out, CartLine *to, Error *err)
{
    const BasketLine *line = &ask->lines[i];
    const SaleItem   *item;
    const PriceSteps *prices;
    PriceFound        price;
    if (!reference_item(ctx, line->sku, &place->channel, &item, &prices, err))
        return at_line(err, i, "sku");
    if (line->quantity % item->qty_step != 0) {
        Str step = qty_text(ctx->arena, item->qty_step);
        (void)err_set(err, &ERR_QUANTITY_STEP, "", "must be a multiple of %.*s %.*s", STR_FMT(step),
                      STR_FMT(item->unit));
        return at_line(err, i, "quantity");
    }
    if (!reference_price(ctx, item, prices, &place->channel, line->quantity, &price, err))
        return at_line(err, i, "sku");
    *to  = (CartLine){ .item         = item->id,
                       .sku          = item->sku,
                       .name         = item->name,
                       .tax_class    = item->tax_class,
                       .price_source = price.list,
                       .quantity     = line->quantity,
                       .unit_price   = price.amount,
                       .cost         = item->cost > 0 && own_currency ? item->cost : OPT_NONE,
                       .brand        = text_or_none(item->brand),
                       .categories   = item->categories,
                       .tags         = item->tags,
                       .reduced      = price.reduced,
                       .fixed        = is_fixed(item),
                       .manual       = line->manual };
    *out = item;
    if (line->manual && !check_manual(ctx, line->manual, true, err)) {
        Str field = str_dup(ctx->arena, str_from(err->field));
        (void)snprintf(err->field, sizeof err->field, "lines[%zu].%.*s", i, STR_FMT(field));
        return false;
    }
    return load_fees(own_currency, item, to, err) || at_line(err, i, "sku");
}

static bool load_lines(Ctx *ctx, const BasketAsk *ask, const Place *place, bool own_currency, Basket *out,
                       Error *err)
{
    CartLine        *lines = arena_array(ctx->arena, CartLine, ask->line_count + 1);
    const SaleItem **items = arena_array(ctx->arena, const SaleItem *, ask->line_count + 1);
    if (!lines || !items) return err_memory(err);
    for (size_t i = 0; i < ask->line_count; i++) {
        if (!load_line(ctx, ask, place, own_currency, i, &items[i], &lines[i], err)) return false;
        out->by_hand = out->by_hand || lines[i].manual;
    }
    out->items          = items;
    out->in.lines.items = lines;
    out->in.lines.count = ask->line_count;
    return true;
}

/* --- places, rates, rules --- */

/* All but the tax rates. */
static bool load_goods(Ctx *ctx, const BasketAsk *ask, Basket *out, const RulesState **rules, Error *err)
{
    const Place *place;
    *out = (Basket){ .by_hand = ask->manual != NULL };
    if (!reference_place(ctx, ask->location, ask->channel, &place, err)) return false;
    out->location = &place->location;
    out->channel  = &place->channel;
    out->in       = (CartInput){ .currency           = place->channel.currency,
                                 .prices_include_tax = place->channel.prices_include_tax,
                                 .cash_step          = place->channel.cash_step,
                                 .channel            = place->channel.code,
                                 .location           = place->location.code,
                                 .at                 = ctx->now_ms,
                                 .tender             = ask->tender,
                                 .shipping           = ask->shipping,
                                 .manual             = ask->manual };
    if (!reference_rules(ctx, rules, err)) return false;
    bool own_currency = str_eq((*rules)->currency, place->channel.currency);
    if (!taxes_zone(ctx, out->location, ask->ship_to, &out->tax_zone, err)) return false;
    taxes_rounding(out->tax_zone, place->channel.tax_per_document, &out->in);
    return load_lines(ctx, ask, place, own_currency, out, err)
        && taxes_places(ctx, out->location, out->tax_zone, &ask->deliveries, ask->lines, &out->in,
                        &out->places, err);
}

static bool load_reference(Ctx *ctx, const BasketAsk *ask, Basket *out, const RulesState **rules,
                           Error *err)
{
    return load_goods(ctx, ask, out, rules, err)
           && taxes_rates(ctx, out->tax_zone, &out->places, &out->in, &out->tax_source, err);
}

void basket_ask_taxes(Ctx *ctx, const BasketAsk *ask)
{
    enum { BYTES = 4 << 20 };
    const RulesState *rules = NULL;
    Error             err   = { 0 };
    Basket            basket;
    Arena             arena; /* only what was told stays in that of the request */
    Ctx               look  = *ctx;
    void             *bytes = malloc(BYTES);
    if (!bytes) return;
    arena_init(&arena, bytes, BYTES);
    look.arena = &arena;
    look.shelf = (ShelfUse){ 0 };
    if (db_read_begin(look.db, &look.tx, &err)) {
        bool ok = load_goods(&look, ask, &basket, &rules, &err);
        db_read_end(look.tx);
        if (ok) {
            ShipTo here = { .country = basket.location->country };
            taxes_ask(ctx, basket.tax_zone, ask->ship_to ? ask->ship_to : &here, &basket.in);
        }
    }
    free(bytes);
}

/* --- customer, coupons, budgets --- */

static bool load_customer(Ctx *ctx, Id id, bool promotions, Basket *out, Error *err)
{
    CartCustomer *customer = arena_new(ctx->arena, CartCustomer);
    bool          ordered  = false;
    size_t        count    = 0;
    TaxExemption *list     = NULL;
    if (id_is_none(id)) return true;
    if (!customer) return err_memory(err);
    if (!customers_cart(ctx, id, customer, err)
        || !tax_exemptions(ctx, id, out->tax_zone, ctx->now_ms, &list, &count, err))
        return false;
    out->in.customer         = customer;
    out->in.exemptions.items = list;
    out->in.exemptions.count = count;
    if (!promotions) return true;
    if (!orders_any_of(ctx, id, &ordered, err) || !campaigns_offers(ctx, id, &customer->offers, err))
        return false;
    customer->first_order = !ordered;
    return true;
}

static bool load_coupons(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err)
{
    size_t count = ask->coupons.count;
    if (count == 0) return true;
    out->in.coupons.items = arena_array(ctx->arena, CartCoupon, count);
    out->in.coupons.count = count;
    if (!out->in.coupons.items) return err_memory(err);
    return campaigns_coupons(ctx, &ask->coupons, ask->customer, out->in.coupons.items, err);
}

static bool load_promotions(Ctx *ctx, const BasketAsk *ask, const RulesState *rules, Basket *out,
                            Error *err)
{
    CartInput *in = &out->in;
    out->rules    = rules->version;
    if (!load_coupons(ctx, ask, out, err)) return false;
    if (rules->version == 0) return true;
    if (rules->limits.limits) in->guardrails = rules->limits.limits; /* pricing only reads them */
    if (rules->limits.customer_amount != OPT_NONE && !id_is_none(ask->customer)) {
        in->guardrails = arena_new(ctx->arena, Guardrails);
        if (!in->guardrails) return err_memory(err);
        if (!promotions_limits(ctx, ask->customer, in->guardrails, err)) return false;
    }
    return campaigns_allowances(ctx, ask->customer, &in->allowances.items, &in->allowances.count, err)
           && rules_local_time(ctx, out->location->time_zone, ctx->now_ms, &in->local_date,
                               &in->local_minute, err);
}

bool basket_load(Ctx *ctx, const BasketAsk *ask, Basket *out, Error *err)
{
    const RulesState *rules = NULL;
    bool              ok    = load_reference(ctx, ask, out, &rules, err);
    if (shelf_torn(&ctx->shelf)) {
        shelf_leave(&ctx->shelf);
        ok = load_reference(ctx, ask, out, &rules, err);
    }
    return ok && (!ask->manual || check_manual(ctx, ask->manual, false, err))
           && load_customer(ctx, ask->customer, rules->version > 0, out, err)
           && load_promotions(ctx, ask, rules, out, err);
}

bool basket_price(Ctx *ctx, const Basket *basket, bool explain, Priced *out, Error *err)
{
    bool made = explain || basket->rules > 0 || basket->by_hand || basket->in.shipping;
    for (size_t i = 0; !made && i < basket->in.lines.count; i++)
        made = basket->in.lines.items[i].fees.count > 0;
    return rules_price(ctx, basket->rules, &basket->in, made, out, err);
}

/* --- four eyes --- */

int64_t basket_by_hand(const Priced *priced)
{
    int64_t sum = 0;
    for (size_t i = 0; i < priced->steps.count; i++)
        if (str_eq(priced->steps.items[i].what, STR("manual"))) sum -= priced->steps.items[i].amount;
    return sum;
}

static void add_manual(Buf *buf, const ManualDiscount *manual)
{
    if (!manual) return;
    buf_format(buf, " %lld %lld %lld ", (long long)manual->percent, (long long)manual->amount,
               (long long)manual->price);
    buf_json_string(buf, manual->reason);
}

bool basket_subject(Ctx *ctx, const BasketAsk *ask, Str *out, Error *err)
{
    Buf  buf = buf_make(ctx->arena, 1024);
    char id[ID_TEXT_LEN];
    id_format(ask->customer, id);
    buf_json_string(&buf, ask->location);
    buf_json_string(&buf, ask->channel);
    buf_format(&buf, "%.*s", ID_TEXT_LEN, id);
    add_manual(&buf, ask->manual);
    for (size_t i = 0; i < ask->line_count; i++) {
        buf_byte(&buf, '\n');
        buf_json_string(&buf, ask->lines[i].sku);
        buf_format(&buf, "%lld", (long long)ask->lines[i].quantity);
        add_manual(&buf, ask->lines[i].manual);
    }
    if (buf.failed) return err_memory(err);
    Str text = buf_str(&buf);
    return approvals_subject(ctx, APPROVAL_DISCOUNT, &text, 1, out, err);
}

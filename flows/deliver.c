/* deliver.c — lines of an order that are not taken along become fulfilments. See deliver.h. */
#include "flows/deliver.h"

#include "flows/fulfil.h"
#include "flows/goods.h"
#include "flows/sourcing.h"
#include "shop/availability/availability.h"
#include "shop/locations/locations.h"

#include <stdio.h>

static bool is_fetched(const DeliveryInput *d)
{
    return str_eq(d->method, STR("pickup")) || str_eq(d->method, STR("curbside"))
        || str_eq(d->method, STR("ship_to_store"));
}

static bool refuse(Error *err, const char *list, size_t i, const char *field, const char *why)
{
    (void)err_set(err, &ERR_FIELD_INVALID, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "%s[%zu].%s", list, i, field);
    return false;
}

static bool check_delivery(const CheckoutRequest *request, size_t i, Error *err)
{
    const DeliveryInput *d = &request->deliveries.items[i];
    for (size_t k = 0; k < i; k++)
        if (str_eq(request->deliveries.items[k].label, d->label))
            return refuse(err, "deliveries", i, "label", "another delivery has this label");
    if (is_fetched(d) && !d->store.len)
        return refuse(err, "deliveries", i, "store", "where it is fetched must be said");
    if (!is_fetched(d) && !d->address)
        return refuse(err, "deliveries", i, "address", "where it is sent must be said");
    if (d->window_from != OPT_NONE && d->window_until != OPT_NONE && d->window_until <= d->window_from)
        return refuse(err, "deliveries", i, "window_until", "the window ends before it begins");
    return true;
}

bool deliver_check(const CheckoutRequest *request, Error *err)
{
    for (size_t i = 0; i < request->deliveries.count; i++)
        if (!check_delivery(request, i, err)) return false;
    for (size_t i = 0; i < request->lines.count; i++) {
        const BasketLine *line  = &request->lines.items[i];
        bool              known = !line->delivery.len;
        for (size_t k = 0; k < request->deliveries.count; k++)
            known = known || str_eq(request->deliveries.items[k].label, line->delivery);
        if (!known) return refuse(err, "lines", i, "delivery", "there is no delivery with this label");
        if (line->delivery.len && (line->lot.len || line->serials.count))
            return refuse(err, "lines", i, "delivery",
                          "lots and serial numbers are chosen when it is picked");
    }
    return true;
}

/* One delivery on its way to its fulfilments. */
typedef struct {
    const CheckoutRequest *request;
    const DeliveryInput   *delivery;
    const Basket          *basket;
    const Order           *order;
    bool                   waits;
    GoodsSale              goods; /* its lines, and what these take of the stock */
    SourcePlan             plan;
} Delivery;

/* The lines of the delivery, kits taken apart. */
static bool find_wants(Ctx *ctx, Delivery *d, Error *err)
{
    size_t     count = d->request->lines.count;
    GoodsLine *lines = arena_array(ctx->arena, GoodsLine, count + 1);
    if (!lines) return err_memory(err);
    d->goods = (GoodsSale){
        .order = d->order->id, .location = d->basket->location->code, .lines = lines
    };
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(d->request->lines.items[i].delivery, d->delivery->label)) continue;
        lines[d->goods.count++] = (GoodsLine){ .item = d->basket->items[i],
                                               .qty  = d->basket->in.lines.items[i].quantity,
                                               .line = i };
    }
    return goods_wants(ctx, &d->goods, err);
}

/* A kit is not sold from where it is not offered, whatever may be done with its parts. */
static bool find_excluded(Ctx *ctx, const Delivery *d, SourcingAsk *ask, Error *err)
{
    size_t                   count = 0;
    const Availability      *of    = NULL;
    const AvailabilityPlace *places;
    if (!availability_open(ctx, ask->channel, &of, err)) return false;
    places   = availability_places(of, &count);
    Str *out = arena_array(ctx->arena, Str, count + 1);
    if (!out) return err_memory(err);
    ask->exclude.items = out;
    for (size_t i = 0; i < d->goods.count; i++) {
        const SaleItem    *item  = d->goods.lines[i].item;
        AvailabilityAsk    of_it = { item->id, &item->categories, STR(""), STR("") };
        AvailabilityTerms *terms = NULL;
        if (!item->part_count) continue;
        if (!availability_terms_of(ctx, of, &of_it, &terms, err)) return false;
        for (size_t k = 0; k < count; k++) {
            bool again = terms[k].offered;
            for (size_t e = 0; !again && e < ask->exclude.count; e++)
                again = str_eq(out[e], places[k].code);
            if (!again) out[ask->exclude.count++] = places[k].code;
        }
    }
    return true;
}

/* The best plan, all of it or nothing. */
static bool find_plan(Ctx *ctx, Delivery *d, Error *err)
{
    size_t         count = d->goods.want_count;
    const Address *to    = d->delivery->address;
    SourcingLine  *lines = arena_array(ctx->arena, SourcingLine, count + 1);
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const StockWant *want = &d->goods.wants[i].want;
        const SaleItem  *item = d->basket->items[want->line];
        bool             own  = id_eq(item->id, want->item);
        lines[i]              = (SourcingLine){ .item = want->item,
                                                .sku  = want->sku,
                                                .qty  = want->qty,
                                                .step = own ? item->qty_step : 0,
                                                .line = want->line };
    }
    SourcingAsk ask = { .channel     = d->basket->channel->code,
                        .method      = d->delivery->method,
                        .store       = d->delivery->store,
                        .country     = to ? to->country : STR_NONE,
                        .region      = to ? to->region : STR_NONE,
                        .postal_code = to ? to->postal_code : STR_NONE,
                        .lines       = lines,
                        .line_count  = count };
    return find_excluded(ctx, d, &ask, err) && sourcing_plan(ctx, &ask, &d->plan, err);
}

static Str method_at(const DeliveryInput *delivery, Str location)
{
    bool here = str_eq(delivery->method, STR("ship_to_store")) && str_eq(location, delivery->store);
    return here ? STR("pickup") : delivery->method;
}

static bool make_parcel(Ctx *ctx, const Delivery *d, const SourceParcel *parcel, Error *err)
{
    const DeliveryInput *in    = d->delivery;
    NewFulfilmentLine   *lines = arena_array(ctx->arena, NewFulfilmentLine, d->plan.parts.count + 1);
    NewFulfilment new          = { .id              = ctx_new_id(ctx),
                                   .order           = d->order->id,
                                   .delivery        = in->label,
                                   .method          = method_at(in, parcel->location),
                                   .location        = parcel->location,
                                   .channel         = d->basket->channel->code,
                                   .store           = is_fetched(in) ? in->store : STR_NONE,
                                   .customer        = d->order->customer,
                                   .is_waiting      = d->waits,
                                   .substitutes     = in->substitutes,
                                   .promised_at_ms  = parcel->promised_at,
                                   .due_at_ms       = parcel->ready_at,
                                   .window_from_ms  = opt_or(in->window_from, 0),
                                   .window_until_ms = opt_or(in->window_until, 0),
                                   .contact         = in->contact,
                                   .address         = is_fetched(in) ? NULL : in->address,
                                   .note            = in->note,
                                   .lines           = lines };
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < d->plan.parts.count; i++) {
        const SourcePart *part = &d->plan.parts.items[i];
        const StockWant  *want = &d->goods.wants[part->line].want;
        const SaleItem   *item = d->basket->items[want->line];
        if (!str_eq(part->location, parcel->location)) continue;
        lines[new.line_count++] =
            (NewFulfilmentLine){ (int64_t)want->line + 1, want->item, want->sku,
                                 id_eq(item->id, want->item) ? item->name : want->sku, part->quantity };
    }
    return fulfil_make(ctx, &new, NULL, err);
}

bool deliver_make(Ctx *ctx, const CheckoutRequest *request, const Basket *basket, Order *order, bool waits,
                  Error *err)
{
    for (size_t i = 0; i < request->deliveries.count; i++) {
        Delivery d = { .request  = request,
                       .delivery = &request->deliveries.items[i],
                       .basket   = basket,
                       .order    = order,
                       .waits    = waits };
        if (!find_wants(ctx, &d, err)) return false;
        if (d.goods.want_count == 0) continue; /* nothing that is counted in stock */
        if (!find_plan(ctx, &d, err)) return false;
        for (size_t k = 0; k < d.plan.parcels.count; k++)
            if (!make_parcel(ctx, &d, &d.plan.parcels.items[k], err)) return false;
        if (!goods_keep(ctx, &d.goods, false, order, err)) return false;
    }
    return true;
}

/* deliver.c — lines of an order that are not taken along become fulfilments. See deliver.h. */
#include "flows/deliver.h"

#include "flows/availability.h"
#include "flows/fulfil.h"
#include "flows/goods.h"
#include "flows/sourcing.h"
#include "shop/locations/locations.h"
#include "shop/sourcing/sourcing.h"

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

static bool check_delivery(const BasketAsk *ask, size_t i, Error *err)
{
    const DeliveryInput *d = &ask->deliveries.items[i];
    GeoPoint             point;
    for (size_t k = 0; k < i; k++)
        if (str_eq(ask->deliveries.items[k].label, d->label))
            return refuse(err, "deliveries", i, "label", "another delivery has this label");
    if (is_fetched(d) && !d->store.len)
        return refuse(err, "deliveries", i, "store", "where it is fetched must be said");
    if (!is_fetched(d) && !d->address)
        return refuse(err, "deliveries", i, "address", "where it is sent must be said");
    if (str_eq(d->method, STR("same_day")) && !sourcing_point(d->address, &point))
        return refuse(err, "deliveries", i, "address.latitude",
                      "latitude and longitude say how far the courier has to go");
    if (d->window_from != OPT_NONE && d->window_until != OPT_NONE && d->window_until <= d->window_from)
        return refuse(err, "deliveries", i, "window_until", "the window ends before it begins");
    return true;
}

bool deliver_check(const BasketAsk *ask, Error *err)
{
    for (size_t i = 0; i < ask->deliveries.count; i++)
        if (!check_delivery(ask, i, err)) return false;
    for (size_t i = 0; i < ask->line_count; i++) {
        const BasketLine *line  = &ask->lines[i];
        bool              known = !line->delivery.len;
        for (size_t k = 0; k < ask->deliveries.count; k++)
            known = known || str_eq(ask->deliveries.items[k].label, line->delivery);
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

/* The best plan: all of it or nothing, or, `partial`, as much as there is. */
static bool find_plan(Ctx *ctx, Delivery *d, bool partial, Error *err)
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
    GeoPoint    point;
    bool        mapped = sourcing_point(to, &point);
    SourcingAsk ask = { .channel     = d->basket->channel->code,
                        .method      = d->delivery->method,
                        .store       = d->delivery->store,
                        .country     = to ? to->country : STR_NONE,
                        .region      = to ? to->region : STR_NONE,
                        .postal_code = to ? to->postal_code : STR_NONE,
                        .point       = mapped ? &point : NULL,
                        .lines       = lines,
                        .line_count  = count,
                        .partial     = partial };
    return find_excluded(ctx, d, &ask, err) && sourcing_plan(ctx, &ask, &d->plan, err);
}

static Str method_at(const DeliveryInput *delivery, Str location)
{
    bool here = str_eq(delivery->method, STR("ship_to_store")) && str_eq(location, delivery->store);
    return here ? STR("pickup") : delivery->method;
}

/* A fulfilment of the delivery at a location, without lines yet. */
static NewFulfilment fulfilment_at(Ctx *ctx, const Delivery *d, Str location)
{
    const DeliveryInput *in = d->delivery;
    return (NewFulfilment){ .id              = ctx_new_id(ctx),
                            .order           = d->order->id,
                            .delivery        = in->label,
                            .method          = method_at(in, location),
                            .location        = location,
                            .channel         = d->basket->channel->code,
                            .store           = is_fetched(in) ? in->store : STR_NONE,
                            .customer        = d->order->customer,
                            .is_waiting      = d->waits,
                            .substitutes     = in->substitutes,
                            .window_from_ms  = opt_or(in->window_from, 0),
                            .window_until_ms = opt_or(in->window_until, 0),
                            .contact         = in->contact,
                            .address         = is_fetched(in) ? NULL : in->address,
                            .note            = in->note };
}

static NewFulfilmentLine line_of(const Delivery *d, size_t want, int64_t qty)
{
    const StockWant *of   = &d->goods.wants[want].want;
    const SaleItem  *item = d->basket->items[of->line];
    bool             own  = id_eq(item->id, of->item);
    return (NewFulfilmentLine){ (int64_t)of->line + 1, of->item, of->sku, own ? item->name : of->sku, qty };
}

static bool make_parcel(Ctx *ctx, const Delivery *d, const SourceParcel *parcel, Error *err)
{
    NewFulfilmentLine *lines = arena_array(ctx->arena, NewFulfilmentLine, d->plan.parts.count + 1);
    NewFulfilment      new   = fulfilment_at(ctx, d, parcel->location);
    new.promised_at_ms       = parcel->promised_at;
    new.due_at_ms            = parcel->ready_at;
    new.lines                = lines;
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < d->plan.parts.count; i++) {
        const SourcePart *part = &d->plan.parts.items[i];
        if (str_eq(part->location, parcel->location))
            lines[new.line_count++] = line_of(d, (size_t)part->line, part->quantity);
    }
    return fulfil_make(ctx, &new, NULL, err);
}

/* --- what is not there yet --- */

typedef struct {
    Str     location;
    int64_t at_ms; /* 0: nobody knows */
} Later;

/* Whether the goods can be handed out there as it is asked, once they have come. */
static bool does_it(Ctx *ctx, const Delivery *d, Str location, bool *yes, Error *err)
{
    Location     here;
    SourcingSite site;
    int64_t      cut_off = 0;
    bool         found   = false;
    Str          method  = method_at(d->delivery, location);
    if (!locations_get(ctx, location, &here, err) || !sourcing_find_site(ctx, location, &site, &found, err))
        return false;
    *yes = (!found || site.methods.count == 0) && sourcing_does(STR(""), here.kind, method, &cut_off);
    for (size_t i = 0; found && i < site.methods.count; i++)
        *yes = *yes || str_eq(site.methods.items[i].method, method);
    return true;
}

/* Where so much of it is there first; no location: nowhere that one may sell it ahead. Parts of kits are not
 * sold before they are there. */
static bool find_later(Ctx *ctx, const Delivery *d, size_t want, int64_t qty, Later *out, Error *err)
{
    const StockWant    *of   = &d->goods.wants[want].want;
    const SaleItem     *item = d->basket->items[of->line];
    const Availability *open = NULL;
    AvailabilityAsk     ask  = { .item       = item->id,
                                 .categories = &item->categories,
                                 .location   = is_fetched(d->delivery) ? d->delivery->store : STR(""),
                                 .at         = STR("") };
    AvailableNow        now;
    *out = (Later){ STR(""), 0 };
    if (!id_eq(item->id, of->item) || str_eq(d->delivery->method, STR("same_day"))) return true;
    if (!availability_open(ctx, d->basket->channel->code, &open, err)
        || !availability_now(ctx, open, &ask, &now, err))
        return false;
    for (size_t i = 0; i < now.count; i++) {
        bool    may = false;
        int64_t at  = 0;
        if (!availability_later(ctx, item->id, &now.places[i], qty, &may, &at, err)) return false;
        bool better = !out->location.len || (at && (!out->at_ms || at < out->at_ms));
        if (!may || !better) continue;
        if (!does_it(ctx, d, now.places[i].location, &may, err)) return false;
        if (may) *out = (Later){ now.places[i].location, at };
    }
    return true;
}

/* One fulfilment for each location where something is waited for. */
static bool make_later(Ctx *ctx, const Delivery *d, const Later *later, Error *err)
{
    size_t             count = d->plan.missing.count;
    NewFulfilmentLine *lines = arena_array(ctx->arena, NewFulfilmentLine, count);
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        NewFulfilment new     = fulfilment_at(ctx, d, later[i].location);
        bool          unknown = false, done = false;
        new.lines    = lines;
        new.is_later = true;
        for (size_t k = 0; k < i; k++) done = done || str_eq(later[k].location, later[i].location);
        if (done) continue;
        for (size_t k = i; k < count; k++) {
            const SourceMissing *missing = &d->plan.missing.items[k];
            if (!str_eq(later[k].location, later[i].location)) continue;
            lines[new.line_count++] = line_of(d, (size_t)missing->line, missing->quantity);
            unknown                 = unknown || !later[k].at_ms;
            if (later[k].at_ms > new.promised_at_ms) new.promised_at_ms = later[k].at_ms;
        }
        if (unknown) new.promised_at_ms = 0;
        if (!fulfil_make_later(ctx, &new, err)) return false;
    }
    return true;
}

/* What is missing in the plan is sold before it is there, where that is allowed; else `short_of` stands. */
static bool sell_later(Ctx *ctx, const Delivery *d, const Error *short_of, Error *err)
{
    size_t count = d->plan.missing.count;
    Later *later = arena_array(ctx->arena, Later, count + 1);
    if (!later) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const SourceMissing *missing = &d->plan.missing.items[i];
        if (!find_later(ctx, d, (size_t)missing->line, missing->quantity, &later[i], err)) return false;
        if (later[i].location.len) continue;
        *err = *short_of;
        return false;
    }
    return make_later(ctx, d, later, err);
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
        Error short_of = { .def = NULL };
        if (!find_plan(ctx, &d, false, &short_of) && short_of.def != &ERR_SOURCING_SHORT) {
            *err = short_of;
            return false;
        }
        if (short_of.def && !find_plan(ctx, &d, true, err)) return false;
        for (size_t k = 0; k < d.plan.parcels.count; k++)
            if (!make_parcel(ctx, &d, &d.plan.parcels.items[k], err)) return false;
        if (short_of.def && !sell_later(ctx, &d, &short_of, err)) return false;
        if (!goods_keep(ctx, &d.goods, false, order, err)) return false;
    }
    return true;
}

/* sourcing_shipping.c — shipping zones, and the services of carriers with their rates. See sourcing.h. */
#include "shop/sourcing/sourcing_inner.h"

enum { MONDAY_TO_FRIDAY = 31 };

/* --- zones --- */

bool shipping_show_zone(Ctx *ctx, const ShippingZoneFindRow *row, ShippingZone *out, Error *err)
{
    ShippingAreasOfRow *rows  = NULL;
    size_t              count = 0;
    ShippingAreasOfIn   in    = { ctx->who.merchant, row->code };
    *out                      = (ShippingZone){ .code = row->code, .name = row->name };
    if (!q_shipping_areas_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->areas.items = arena_array(ctx->arena, ShippingArea, count + 1);
    if (!out->areas.items) return err_memory(err);
    for (; out->areas.count < count; out->areas.count++)
        out->areas.items[out->areas.count] = (ShippingArea){ text_or_none(rows[out->areas.count].country),
                                                             text_or_none(rows[out->areas.count].region),
                                                             text_or_none(rows[out->areas.count].postal),
                                                             text_or_none(rows[out->areas.count].origin) };
    return true;
}

static bool put_area(Ctx *ctx, Str zone, const ShippingArea *area, Error *err)
{
    int64_t           put = 0;
    ShippingAreaPutIn in  = { .merchant = ctx->who.merchant,
                              .country  = text_or_empty(area->country),
                              .region   = text_or_empty(area->region),
                              .postal   = sourcing_postal(ctx->arena, area->postal_prefix),
                              .origin   = text_or_empty(area->origin),
                              .zone     = zone };
    if (!in.postal.ptr) return err_memory(err);
    if (area->country.len && !country_check(area->country, "country", err)) return false;
    if (!area->country.len && (area->region.len || in.postal.len))
        return err_set(err, &ERR_FIELD_INVALID, "country",
                       "regions and postal codes are those of a country");
    if (area->origin.len && !sourcing_know_location(ctx, area->origin, "origin", err)) return false;
    if (!q_shipping_area_put_exec(ctx->tx, &in, &put, err)) return false;
    return put == 1 || err_set(err, &ERR_SHIPPING_AREA_TAKEN, "country", "this area is named already");
}

bool shipping_put_zone(Ctx *ctx, const ShippingZone *zone, Error *err)
{
    ShippingZonePutIn    in  = { ctx->who.merchant, zone->code, zone->name };
    ShippingAreasClearIn old = { ctx->who.merchant, zone->code };
    if (!code_check(zone->code, "code", err)) return false;
    if (!q_shipping_zone_put_exec(ctx->tx, &in, NULL, err)
        || !q_shipping_areas_clear_exec(ctx->tx, &old, NULL, err))
        return false;
    for (size_t i = 0; i < zone->areas.count; i++)
        if (!put_area(ctx, zone->code, &zone->areas.items[i], err)) return err_in_list(err, "areas", i);
    return sourcing_tell(ctx, STR("zone"), STR("put"), zone->code, err);
}

/* --- services --- */

bool shipping_show_service(Ctx *ctx, const ShippingServiceFindRow *row, ShippingService *out, Error *err)
{
    ShippingRatesOfRow *rows  = NULL;
    size_t              count = 0;
    ShippingRatesOfIn   in    = { ctx->who.merchant, row->code };
    *out                      = (ShippingService){ .code           = row->code,
                                                   .name           = row->name,
                                                   .carrier        = row->carrier,
                                                   .method         = row->method,
                                                   .delivers_until = row->until,
                                                   .inactive       = !row->active };
    if (!q_shipping_rates_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->rates.items = arena_array(ctx->arena, ShippingRate, count + 1);
    if (!out->rates.items || !weekdays_write(ctx->arena, row->weekdays, &out->weekdays))
        return err_memory(err);
    for (; out->rates.count < count; out->rates.count++) {
        const ShippingRatesOfRow *rate = &rows[out->rates.count];
        out->rates.items[out->rates.count] =
            (ShippingRate){ text_or_none(rate->zone), rate->base, rate->per_kg, rate->days,
                            rate->weight_max ? rate->weight_max : OPT_NONE };
    }
    return true;
}

static bool put_rate(Ctx *ctx, Str service, const ShippingRate *rate, Error *err)
{
    ShippingZoneFindRow zone;
    bool                found = false;
    int64_t             put   = 0;
    ShippingZoneFindIn  ask   = { ctx->who.merchant, rate->zone };
    ShippingRatePutIn   in    = { .merchant   = ctx->who.merchant,
                                  .service    = service,
                                  .zone       = text_or_empty(rate->zone),
                                  .base       = rate->base,
                                  .per_kg     = opt_or(rate->per_kg, 0),
                                  .days       = opt_or(rate->transit_days, 0),
                                  .weight_max = opt_or(rate->weight_max, 0) };
    if (rate->zone.len) {
        if (!q_shipping_zone_find_one(ctx->tx, ctx->arena, &ask, &zone, &found, err)) return false;
        if (!found) return err_set(err, &ERR_SHIPPING_ZONE_UNKNOWN, "zone", "no such shipping zone");
    }
    if (!q_shipping_rate_put_exec(ctx->tx, &in, &put, err)) return false;
    return put == 1 || err_set(err, &ERR_FIELD_INVALID, "zone", "has two rates");
}

bool shipping_put_service(Ctx *ctx, const ShippingService *service, Error *err)
{
    ShippingServicePutIn in  = { .merchant = ctx->who.merchant,
                                 .code     = service->code,
                                 .name     = service->name,
                                 .carrier  = service->carrier,
                                 .method   = service->method,
                                 .weekdays = MONDAY_TO_FRIDAY,
                                 .until    = opt_or(service->delivers_until, SOURCING_DELIVERS_UNTIL),
                                 .active   = !service->inactive };
    ShippingRatesClearIn old = { ctx->who.merchant, service->code };
    if (!code_check(service->code, "code", err)) return false;
    if (service->weekdays.count && !weekdays_read(&service->weekdays, &in.weekdays, err)) return false;
    if (!q_shipping_service_put_exec(ctx->tx, &in, NULL, err)
        || !q_shipping_rates_clear_exec(ctx->tx, &old, NULL, err))
        return false;
    for (size_t i = 0; i < service->rates.count; i++)
        if (!put_rate(ctx, service->code, &service->rates.items[i], err))
            return err_in_list(err, "rates", i);
    return sourcing_tell(ctx, STR("service"), STR("put"), service->code, err);
}

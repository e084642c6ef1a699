/* locations.c — where and through what is sold. See locations.h. */
#include "shop/locations/locations.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

/* One audit row and one event about something with a code. */
static bool tell(Ctx *ctx, const EventDef *event, Str action, Str kind, Str code, Error *err)
{
    Buf body = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"code\":"));
    buf_json_string(&body, code);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    Id subject = audit_subject(kind, code);
    return audit_append(ctx, action, subject, code, err)
        && events_put(ctx, event, subject, buf_str(&body), err);
}

bool locations_find(Ctx *ctx, Str code, Location *out, bool *found, Error *err)
{
    LocationFindRow row;
    LocationFindIn  in = { ctx->who.merchant, code };
    if (!q_location_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (Location){ row.code,     row.name,      row.kind,
                           row.country,  row.time_zone, text_or_none(row.address),
                           row.tax_zone, text_or_none(row.region), row.active };
    return true;
}

bool locations_get(Ctx *ctx, Str code, Location *out, Error *err)
{
    bool found = false;
    if (!locations_find(ctx, code, out, &found, err)) return false;
    if (found && out->active) return true;
    return err_set(err, &ERR_LOCATION_UNKNOWN, "location",
                   found ? "this location is closed" : "no such location");
}

/* The form of an IANA name: words of letters, digits, '_', '-' and '+' with single '/' between. */
static bool zone_check(Str zone, Error *err)
{
    bool fine = zone.len > 0;
    char last = '/';
    for (size_t i = 0; i < zone.len && fine; last = zone.ptr[i++]) {
        char c = zone.ptr[i];
        fine   = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (last != '/' && ((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/'));
    }
    if (fine && last != '/') return true;
    return err_set(err, &ERR_FIELD_INVALID, "time_zone", "must be an IANA name, e.g. Europe/London");
}

bool locations_put(Ctx *ctx, const Location *in, Error *err)
{
    LocationPutIn row = {
        ctx->who.merchant,          in->code,     in->name,  in->kind, in->country, in->time_zone,
        text_or_empty(in->address), in->tax_zone, text_or_empty(in->region), in->active
    };
    if (!code_check(in->code, "code", err) || !country_check(in->country, "country", err)) return false;
    if (!zone_check(in->time_zone, err) || !code_check(in->tax_zone, "tax_zone", err)) return false;
    return q_location_put_exec(ctx->tx, &row, NULL, err)
        && tell(ctx, &EVENT_LOCATION_CHANGED, STR("location.put"), STR("location"), in->code, err);
}

bool channels_find(Ctx *ctx, Str code, Channel *out, bool *found, Error *err)
{
    ChannelFindRow row;
    ChannelFindIn  in = { ctx->who.merchant, code };
    if (!q_channel_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (Channel){ row.code,
                          row.name,
                          row.kind,
                          row.currency,
                          row.prices_include_tax,
                          row.tax_per_document,
                          row.cash_step,
                          row.keeps_safety,
                          row.active };
    return true;
}

bool channels_get(Ctx *ctx, Str code, Channel *out, Error *err)
{
    bool found = false;
    if (!channels_find(ctx, code, out, &found, err)) return false;
    if (found && out->active) return true;
    return err_set(err, &ERR_CHANNEL_UNKNOWN, "channel",
                   found ? "this channel is closed" : "no such channel");
}

bool channels_put(Ctx *ctx, const Channel *in, Error *err)
{
    int64_t      step = opt_or(in->cash_step, 0);
    ChannelPutIn row  = {
         ctx->who.merchant,    in->code, in->name,         in->kind,  in->currency, in->prices_include_tax,
         in->tax_per_document, step,     in->keeps_safety, in->active
    };
    if (!code_check(in->code, "code", err) || !currency_check(in->currency, "currency", err)) return false;
    return q_channel_put_exec(ctx->tx, &row, NULL, err)
        && tell(ctx, &EVENT_CHANNEL_CHANGED, STR("channel.put"), STR("channel"), in->code, err);
}

bool channels_serve(Ctx *ctx, Str channel, Str location, int64_t priority, Error *err)
{
    Channel        known;
    Location       place;
    bool           found = false;
    ChannelServeIn in    = { ctx->who.merchant, channel, location, opt_or(priority, 0) };
    if (!channels_find(ctx, channel, &known, &found, err)) return false;
    if (!found) return err_set(err, &ERR_CHANNEL_UNKNOWN, "channel", "no such channel");
    if (!locations_find(ctx, location, &place, &found, err)) return false;
    if (!found) return err_set(err, &ERR_LOCATION_UNKNOWN, "location", "no such location");
    return q_channel_serve_exec(ctx->tx, &in, NULL, err)
        && tell(ctx, &EVENT_CHANNEL_CHANGED, STR("channel.serve"), STR("channel"), channel, err);
}

bool channels_served(Ctx *ctx, Str channel, Str location, bool *yes, Error *err)
{
    ChannelServedRow row;
    ChannelServedIn  in = { ctx->who.merchant, channel, location };
    return q_channel_served_one(ctx->tx, ctx->arena, &in, &row, yes, err);
}

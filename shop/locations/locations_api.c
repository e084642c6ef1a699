/* locations_api.c — the routes of locations. See api.def. */
#include "shop/locations/locations.h"

#include "all_sql.h"

#define API_DEF "shop/locations/api.def"
#define CAPABILITY locations
#include "shop/api_define.h"

bool locations_list(Ctx *ctx, const Page *request, LocationList *reply, Error *err)
{
    LocationPageRow *rows  = NULL;
    size_t           count = 0;
    int64_t          limit = page_limit(request->limit);
    LocationPageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_location_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Location, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] =
            (Location){ rows[i].code,     rows[i].name,      rows[i].kind,
                        rows[i].country,  rows[i].time_zone, text_or_none(rows[i].address),
                        rows[i].tax_zone, text_or_none(rows[i].region), rows[i].active };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool locations_show(Ctx *ctx, const ByCode *request, Location *reply, Error *err)
{
    bool found = false;
    if (!locations_find(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such location");
}

bool locations_change(Ctx *ctx, const Location *request, Location *reply, Error *err)
{
    *reply = *request;
    return locations_put(ctx, request, err);
}

bool channels_list(Ctx *ctx, const Page *request, ChannelList *reply, Error *err)
{
    ChannelPageRow *rows  = NULL;
    size_t          count = 0;
    int64_t         limit = page_limit(request->limit);
    ChannelPageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_channel_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Channel, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Channel){ rows[i].code,
                                                              rows[i].name,
                                                              rows[i].kind,
                                                              rows[i].currency,
                                                              rows[i].prices_include_tax,
                                                              rows[i].tax_per_document,
                                                              rows[i].cash_step,
                                                              rows[i].keeps_safety,
                                                              rows[i].active };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool channels_show(Ctx *ctx, const ByCode *request, Channel *reply, Error *err)
{
    bool found = false;
    if (!channels_find(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such channel");
}

bool channels_change(Ctx *ctx, const Channel *request, Channel *reply, Error *err)
{
    bool found = false;
    return channels_put(ctx, request, err) && channels_find(ctx, request->code, reply, &found, err);
}

bool channels_locations(Ctx *ctx, const ChannelAsk *request, ChannelServeList *reply, Error *err)
{
    ChannelLocationsRow *rows  = NULL;
    size_t               count = 0;
    bool                 found = false;
    Channel              channel;
    ChannelLocationsIn   in = { ctx->who.merchant, request->channel };
    if (!channels_find(ctx, request->channel, &channel, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "channel", "no such channel");
    if (!q_channel_locations_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ChannelServe, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[i] = (ChannelServe){ request->channel, rows[i].location, rows[i].priority };
    reply->items.count = count;
    return true;
}

bool channels_assign(Ctx *ctx, const ChannelServe *request, ChannelServe *reply, Error *err)
{
    *reply = (ChannelServe){ request->channel, request->location,
                             opt_or(request->priority, 0) };
    return channels_serve(ctx, reply->channel, reply->location, reply->priority, err);
}

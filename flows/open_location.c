/* open_location.c — a location is opened from a template, in one transaction: the place itself, a channel and
 * prices of its own, the channels it serves, safety stock, its part in sourcing, and registers with keys. */
#include "shop/availability/availability.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/openings/openings.h"
#include "shop/pricing/pricing.h"
#include "shop/sourcing/sourcing.h"

typedef struct {
    const LocationOpen *ask;
    LocationTemplate    from;
    Opening            *reply;
    Str                 sells; /* the channel of its registers, or none */
} Open;

static Str either(Str asked, Str standard)
{
    return asked.len ? asked : standard;
}

static bool make_place(Ctx *ctx, const Open *open, Error *err)
{
    const LocationOpen     *ask  = open->ask;
    const LocationTemplate *from = &open->from;
    bool                    found = false;
    Location                place;
    if (!locations_find(ctx, ask->code, &place, &found, err)) return false;
    if (found) return err_set(err, &ERR_OPENING_TAKEN, "code", "a location has this code");
    place = (Location){ .code      = ask->code,
                        .name      = ask->name,
                        .kind      = from->kind,
                        .country   = either(ask->country, from->country),
                        .time_zone = either(ask->time_zone, from->time_zone),
                        .address   = ask->address,
                        .tax_zone  = either(ask->tax_zone, from->tax_zone),
                        .region    = either(ask->region, from->region),
                        .active    = true };
    return locations_put(ctx, &place, err);
}

/* The price list of its own channel. */
static bool make_list(Ctx *ctx, const Open *open, const Channel *channel, Error *err)
{
    const TemplateOwnChannel *own = open->from.own_channel;
    PriceList                 list;
    bool                      found = false;
    if (!pricing_find_list(ctx, open->ask->code, &list, &found, err)) return false;
    if (found) return err_set(err, &ERR_OPENING_TAKEN, "code", "a price list has this code");
    if (!pricing_find_list(ctx, own->price_list, &list, &found, err)) return false;
    if (!found) return err_set(err, &ERR_OPENING_COPY, "template", "the price list it copies is not there");
    if (!str_eq(list.currency, channel->currency))
        return err_set(err, &ERR_OPENING_COPY, "template", "its channel and its prices differ in currency");
    list.code               = open->ask->code;
    list.name               = open->ask->name;
    list.channel            = channel->code;
    open->reply->price_list = list.code;
    return pricing_copy_list(ctx, own->price_list, &list, opt_or(own->change, 0), opt_or(own->round_to, 1),
                             &open->reply->prices, err);
}

static bool make_channel(Ctx *ctx, Open *open, Error *err)
{
    const TemplateOwnChannel *own = open->from.own_channel;
    Channel                   channel;
    bool                      found = false;
    if (!own) return true;
    if (!channels_find(ctx, open->ask->code, &channel, &found, err)) return false;
    if (found) return err_set(err, &ERR_OPENING_TAKEN, "code", "a channel has this code");
    if (!channels_find(ctx, own->like, &channel, &found, err)) return false;
    if (!found) return err_set(err, &ERR_OPENING_COPY, "template", "the channel it copies is not there");
    channel.code         = open->ask->code;
    channel.name         = open->ask->name;
    channel.active       = true;
    open->sells          = channel.code;
    open->reply->channel = channel.code;
    return channels_put(ctx, &channel, err) && channels_serve(ctx, channel.code, channel.code, 0, err)
        && (!own->price_list.len || make_list(ctx, open, &channel, err));
}

static bool serve_channels(Ctx *ctx, Open *open, Error *err)
{
    for (size_t i = 0; i < open->from.channels.count; i++) {
        const TemplateChannel *one = &open->from.channels.items[i];
        if (!channels_serve(ctx, one->channel, open->ask->code, one->priority, err)) return false;
        if (!open->sells.len) open->sells = one->channel;
    }
    return true;
}

static bool set_safety(Ctx *ctx, const Open *open, Error *err)
{
    int64_t          quantity = opt_or(open->ask->safety, open->from.safety);
    AvailabilityRule reply, rule = { .kind      = STR("safety"),
                                     .location  = open->ask->code,
                                     .quantity  = quantity,
                                     .lead_days = OPT_NONE,
                                     .release   = OPT_NONE };
    return quantity == OPT_NONE || availability_rule_set(ctx, &rule, &reply, err);
}

/* What the template says of sourcing, as far as it does. */
static bool fill_site(Ctx *ctx, const TemplateSite *from, SourcingSite *site, Error *err)
{
    site->methods.items = arena_array(ctx->arena, SourcingMethod, from->methods.count + 1);
    site->hours.items   = arena_array(ctx->arena, OpenHours, from->hours.count + 1);
    if (!site->methods.items || !site->hours.items) return err_memory(err);
    for (size_t i = 0; i < from->methods.count; i++)
        site->methods.items[site->methods.count++] =
            (SourcingMethod){ from->methods.items[i].method, from->methods.items[i].cut_off };
    for (size_t i = 0; i < from->hours.count; i++)
        site->hours.items[site->hours.count++] =
            (OpenHours){ from->hours.items[i].day, from->hours.items[i].from, from->hours.items[i].until };
    site->preparation      = from->preparation;
    site->capacity         = from->capacity;
    site->parcel_cost      = from->parcel_cost;
    site->unit_cost        = from->unit_cost;
    site->same_day_radius  = from->same_day_radius;
    site->same_day_minutes = from->same_day_minutes;
    return true;
}

static bool put_site(Ctx *ctx, const Open *open, Error *err)
{
    const LocationOpen *ask  = open->ask;
    SourcingSite        site = { .location         = ask->code,
                                 .latitude         = ask->latitude,
                                 .longitude        = ask->longitude,
                                 .postal_code      = ask->postal_code,
                                 .preparation      = OPT_NONE,
                                 .capacity         = OPT_NONE,
                                 .parcel_cost      = OPT_NONE,
                                 .unit_cost        = OPT_NONE,
                                 .same_day_radius  = OPT_NONE,
                                 .same_day_minutes = OPT_NONE };
    bool told = ask->latitude != OPT_NONE || ask->longitude != OPT_NONE || ask->postal_code.len;
    if (!open->from.site && !told) return true;
    if (open->from.site && !fill_site(ctx, open->from.site, &site, err)) return false;
    return sourcing_put_site(ctx, &site, err);
}

/* Nobody gives a register more than they may do themselves: keys_create sees to that. */
static bool make_registers(Ctx *ctx, const Open *open, Error *err)
{
    Opening *reply = open->reply;
    int64_t  count = opt_or(open->ask->registers, opt_or(open->from.registers, 0));
    if (count > 0 && (!open->from.register_role.len || !open->sells.len))
        return err_set(err, &ERR_FIELD_INVALID, "registers", "the template has no role or channel for them");
    reply->registers.items = arena_array(ctx->arena, Register, (size_t)count + 1);
    if (!reply->registers.items) return err_memory(err);
    for (int64_t i = 0; i < count; i++) {
        Register *device = &reply->registers.items[reply->registers.count++];
        ApiKey    made   = { .key = STR_NONE };
        device->code     = str_format(ctx->arena, "%.*s-%d", (int)open->ask->code.len, open->ask->code.ptr,
                                      (int)(i + 1));
        if (!device->code.ptr) return err_memory(err);
        NewKey key = { open->from.register_role, device->code };
        if (!keys_create(ctx, &key, &made, err)) return false;
        device->channel = open->sells;
        device->key_id  = made.id;
        device->key     = made.key;
        device->role    = key.role;
    }
    return true;
}

bool locations_open(Ctx *ctx, const LocationOpen *request, Opening *reply, Error *err)
{
    Open open = { .ask = request, .reply = reply };
    if (!openings_template(ctx, request->template, &open.from, err)) return false;
    *reply = (Opening){ .code      = request->code,
                        .template  = request->template,
                        .state     = STR("open"),
                        .prices    = OPT_NONE,
                        .opened_at = ctx->now_ms };
    return make_place(ctx, &open, err) && make_channel(ctx, &open, err) && serve_channels(ctx, &open, err)
        && set_safety(ctx, &open, err) && put_site(ctx, &open, err) && make_registers(ctx, &open, err)
        && openings_add(ctx, reply, err);
}

/* locations_test.c — places and ways to sell: what is refused, what is found. */
#include "shop/locations/locations.h"

#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;

static bool put(Ctx *ctx, void *arg, Error *e)
{
    return locations_put(ctx, arg, e);
}

static bool put_channel(Ctx *ctx, void *arg, Error *e)
{
    return channels_put(ctx, arg, e);
}

static bool get(Ctx *ctx, void *arg, Error *e)
{
    Location out;
    return locations_get(ctx, *(Str *)arg, &out, e);
}

static bool serve(Ctx *ctx, void *arg, Error *e)
{
    const ChannelServe *in = arg;
    return channels_serve(ctx, in->channel, in->location, in->priority, e);
}

static bool served(Ctx *ctx, void *arg, Error *e)
{
    const ChannelServe *in  = arg;
    bool                yes = false;
    return channels_served(ctx, in->channel, in->location, &yes, e) && yes;
}

static Location london(void)
{
    return (Location){ .code      = STR("LON"),
                       .name      = STR("London"),
                       .kind      = STR("store"),
                       .country   = STR("GB"),
                       .time_zone = STR("Europe/London"),
                       .tax_zone  = STR("GB"),
                       .active    = true };
}

static void check_locations(void)
{
    static const struct {
        const char *zone;
        bool        fine;
    } zones[]      = { { "UTC", true },       { "America/Argentina/Buenos_Aires", true },
                       { "Etc/GMT+5", true }, { "Europe/", false },
                       { "/Europe", false },  { "Europe//London", false },
                       { "../etc", false },   { "Europe London", false } };
    Location place = london();
    Str      code = STR("LON"), none = STR("NONE");
    check_ok(kit_write(db, &env, put, &place, &err), &err, "a location is made");
    check_ok(kit_read(db, &env, get, &code, &err), &err, "a location is found");
    check_refused(kit_read(db, &env, get, &none, &err), &err, &ERR_LOCATION_UNKNOWN,
                  "an unknown location is refused");
    place.active = false;
    check_ok(kit_write(db, &env, put, &place, &err), &err, "a location is closed");
    check_refused(kit_read(db, &env, get, &code, &err), &err, &ERR_LOCATION_UNKNOWN,
                  "a closed location is refused");
    place         = london();
    place.country = STR("gb");
    check_refused(kit_write(db, &env, put, &place, &err), &err, &ERR_FIELD_INVALID,
                  "a country is in upper case");
    place = london();
    for (size_t i = 0; i < COUNT(zones); i++) {
        place.time_zone = str_from(zones[i].zone);
        bool ok         = kit_write(db, &env, put, &place, &err);
        check(ok == zones[i].fine, zones[i].zone);
    }
}

static void check_channels(void)
{
    Channel      web  = { .code      = STR("web"),
                          .name      = STR("Web"),
                          .kind      = STR("web"),
                          .currency  = STR("GBP"),
                          .cash_step = OPT_NONE,
                          .active    = true };
    ChannelServe pair = { STR("web"), STR("LON"), 1 }, wrong = { STR("web"), STR("NONE"), 1 };
    check_refused(kit_write(db, &env, serve, &pair, &err), &err, &ERR_CHANNEL_UNKNOWN,
                  "a channel must be there");
    check_ok(kit_write(db, &env, put_channel, &web, &err), &err, "a channel is made");
    check(!kit_read(db, &env, served, &pair, &err), "a location serves no channel by itself");
    check_ok(kit_write(db, &env, serve, &pair, &err), &err, "a location is let serve a channel");
    check_ok(kit_write(db, &env, serve, &pair, &err), &err, "the same again changes nothing");
    check(kit_read(db, &env, served, &pair, &err), "then it serves the channel");
    check_refused(kit_write(db, &env, serve, &wrong, &err), &err, &ERR_LOCATION_UNKNOWN,
                  "a location must be there");
    web.currency = STR("XXY");
    check_refused(kit_write(db, &env, put_channel, &web, &err), &err, &ERR_CURRENCY_UNKNOWN,
                  "a currency must be known");
}

static bool pages(Ctx *ctx, void *arg, Error *e)
{
    Page         page = { .limit = 2 };
    size_t       seen = 0;
    LocationList list = { .next_cursor = STR_NONE };
    for (int i = 0; i < 4; i++) {
        list = (LocationList){ .next_cursor = STR_NONE };
        if (!locations_list(ctx, &page, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        page.cursor = list.next_cursor;
    }
    return seen == 5 && list.items.count == 1;
}

static void check_pages(void)
{
    static const char *const codes[] = { "A", "B", "C", "D" };
    Location                 place   = london();
    for (size_t i = 0; i < COUNT(codes); i++) {
        place.code = str_from(codes[i]);
        check_ok(kit_write(db, &env, put, &place, &err), &err, "another location is made");
    }
    check(kit_read(db, &env, pages, NULL, &err), "pages show every location once");
}

int main(void)
{
    db = kit_open(&env);
    check_locations();
    check_channels();
    check_pages();
    kit_close(db);
    return check_finish("locations");
}

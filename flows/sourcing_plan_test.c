/* sourcing_plan_test.c — from where an order comes: a warehouse and three stores, with hours, carriers,
 * rules and what stands where; the clock is a Wednesday noon in London. */
#include "flows/sourcing.h"

#include "shop/availability/availability.h"
#include "shop/catalog/catalog.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/sourcing/sourcing.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>

enum { HOUR = 3600000, DAY = 24 * HOUR };

static const int64_t noon = 1795608000000; /* 2026-11-25T12:00:00Z */

static Env   env;
static Db   *db;
static Error err;
static Id    tea, cake, lamp;

/* --- the shop --- */

static bool add_store(Ctx *ctx, const char *code, int64_t priority, Error *e)
{
    Location place = { .code      = str_from(code),
                       .name      = str_from(code),
                       .kind      = STR("store"),
                       .country   = STR("GB"),
                       .time_zone = STR("Europe/London"),
                       .tax_zone  = STR("GB"),
                       .active    = true };
    return locations_put(ctx, &place, e) && channels_serve(ctx, STR("web"), place.code, priority, e);
}

static bool stock(Ctx *ctx, Id item, const char *location, int64_t units, Error *e)
{
    StockDoc  doc  = { ctx_new_id(ctx), STR("receipt"), 0 };
    StockMove move = { .item          = item,
                       .sku           = STR("SKU"),
                       .from_location = STR(""),
                       .from_state    = STR("vendor"),
                       .to_location   = str_from(location),
                       .to_state      = STR("floor"),
                       .qty           = units * 1000 };
    return inventory_move(ctx, &doc, &move, e);
}

static bool item_of(Ctx *ctx, const char *sku, Id *out, Error *e)
{
    SaleItem item;
    if (!catalog_sale_item(ctx, str_from(sku), &item, e)) return false;
    *out = item.id;
    return true;
}

/* Tea everywhere, cake only in London and Leeds, lamps (5 kg) in York and the depot. */
static bool make_shop(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku           = STR("LAMP"),
                       .name          = STR("Lamp"),
                       .quantity_step = 1000,
                       .weight        = 5000,
                       .cost          = 2000,
                       .category      = STR("home") };
    Category  home = { STR("home"), STR("Home"), STR_NONE };
    return fixture_shop(ctx, NULL, e) && catalog_put_category(ctx, &home, e)
           && catalog_put(ctx, &item, &lamp, e) && add_store(ctx, "LEE", 2, e) && add_store(ctx, "YRK", 3, e)
           && channels_serve(ctx, STR("web"), STR("DC1"), 0, e) && item_of(ctx, "TEA", &tea, e)
           && item_of(ctx, "CAKE", &cake, e) && stock(ctx, tea, "DC1", 50, e) && stock(ctx, tea, "LEE", 5, e)
           && stock(ctx, tea, "YRK", 5, e) && stock(ctx, cake, "LEE", 4, e) && stock(ctx, lamp, "YRK", 2, e)
           && stock(ctx, lamp, "DC1", 1, e);
}

/* --- asking --- */

typedef struct {
    SourcingAsk  ask;
    SourcingLine lines[4];
    SourcePlan   plan;
} Try;

static bool run(Ctx *ctx, void *arg, Error *e)
{
    Try *t       = arg;
    t->ask.lines = t->lines;
    return sourcing_plan(ctx, &t->ask, &t->plan, e);
}

static bool plan(Try *t)
{
    return kit_read(db, &env, run, t, &err);
}

static Try ship(Id item, const char *sku, int64_t units)
{
    return (Try){ .ask   = { .channel    = STR("web"),
                             .method     = STR("ship"),
                             .country    = STR("GB"),
                             .line_count = 1,
                             .runners_up = 3,
                             .explain    = true },
                  .lines = { { .item   = item,
                               .sku    = str_from(sku),
                               .qty    = units * 1000,
                               .weight = id_eq(item, lamp) ? 5000 : 0 } } };
}

static bool comes_from(const Try *t, size_t n, const char *location)
{
    return n < t->plan.parcels.count && str_eq(t->plan.parcels.items[n].location, str_from(location));
}

/* What became of a location, by the explanation; "" when it is not in it. */
static Str told(const Try *t, const char *location, Str *text)
{
    for (size_t i = 0; i < t->plan.steps.count; i++) {
        const SourceStep *step = &t->plan.steps.items[i];
        if (!str_eq(step->location, str_from(location))) continue;
        *text = step->text;
        return step->what;
    }
    return STR("");
}

static bool refused(const Try *t, const char *location, const char *why)
{
    Str text = STR("");
    return str_eq(told(t, location, &text), STR("refused")) && str_eq(text, str_from(why));
}

/* --- standards --- */

static void check_standards(void)
{
    Try t = ship(tea, "TEA", 3);
    check_ok(plan(&t), &err, "a shop that has set nothing sources all the same");
    check(t.plan.complete && t.plan.exact && comes_from(&t, 0, "DC1") && t.plan.parts.count == 1
              && t.plan.parts.items[0].quantity == 3000 && t.plan.cost == 0,
          "from the location that stands first, at no cost");
    check(t.plan.runners_up.count == 3, "with runners-up");
    bool noted = false;
    for (size_t i = 0; i < t.plan.steps.count; i++)
        noted = noted || str_eq(t.plan.steps.items[i].what, STR("note"));
    check(noted && t.plan.promised_at == noon + 3600000,
          "and it says that shipping counts as nothing, and picking takes an hour");
    t                = ship(tea, "TEA", 3);
    t.ask.line_count = 3;
    t.lines[1]       = (SourcingLine){ .item = cake, .sku = STR("CAKE"), .qty = 2000, .line = 1 };
    t.lines[2]       = (SourcingLine){ .item = lamp, .sku = STR("LAMP"), .qty = 1000, .line = 2 };
    check_ok(plan(&t), &err, "three lines that no location has alone");
    check(t.plan.complete && t.plan.parcels.count == 2 && t.plan.score == SOURCING_SPLIT_PENALTY,
          "come from two");
    t = ship(lamp, "LAMP", 4);
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "more than there is");
    check(str_eq(str_from(err.field), STR("lines[0].quantity")) && err.extra.len > 0,
          "names the line and what is missing");
    t.ask.partial = true;
    check_ok(plan(&t), &err, "unless a part will do");
    check(!t.plan.complete && t.plan.missing.count == 1 && t.plan.missing.items[0].quantity == 1000
              && t.plan.parts.count == 2,
          "then all that is there comes, from both");
    t             = ship(tea, "TEA", 3);
    Str out[]     = { STR("DC1"), STR("LON") };
    t.ask.exclude = (TextList){ out, 2 };
    check(plan(&t) && comes_from(&t, 0, "LEE") && refused(&t, "DC1", "is left out of this plan"),
          "locations that refused are left out");
    t             = ship(tea, "TEA", 3);
    t.ask.channel = STR("pos");
    check(plan(&t) && comes_from(&t, 0, "LON") && t.plan.steps.count == 2,
          "a channel has its own locations");
}

static void check_same_item_twice(void)
{
    Try t            = ship(lamp, "LAMP", 2);
    t.ask.line_count = 3;
    t.lines[1]       = (SourcingLine){ .item = tea, .sku = STR("TEA"), .qty = 1000, .line = 1 };
    t.lines[2]       = (SourcingLine){ .item = lamp, .sku = STR("LAMP"), .qty = 1000, .line = 2 };
    check_ok(plan(&t), &err, "two lines of one item share its stock");
    int64_t given[3] = { 0 };
    for (size_t i = 0; i < t.plan.parts.count; i++)
        given[t.plan.parts.items[i].line] += t.plan.parts.items[i].quantity;
    check(t.plan.complete && given[0] == 2000 && given[1] == 1000 && given[2] == 1000,
          "and each gets its parts back");
    t.lines[2].qty = 2000;
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "together they are too much");
    check(str_eq(str_from(err.field), STR("lines[2].quantity")), "which the later line says");
}

/* --- settings --- */

static bool put_site(Ctx *ctx, void *arg, Error *e)
{
    return sourcing_put_site(ctx, arg, e);
}

static bool put_zone(Ctx *ctx, void *arg, Error *e)
{
    return shipping_put_zone(ctx, arg, e);
}

static bool put_service(Ctx *ctx, void *arg, Error *e)
{
    return shipping_put_service(ctx, arg, e);
}

static bool put_rule(Ctx *ctx, void *arg, Error *e)
{
    return sourcing_put_rule(ctx, arg, e);
}

static bool put_policy(Ctx *ctx, void *arg, Error *e)
{
    return sourcing_put_policy(ctx, arg, e);
}

static void set(KitStep step, const void *what, const char *name)
{
    check_ok(kit_write(db, &env, step, (void *)(uintptr_t)what, &err), &err, name);
}

static bool remove_rules(Ctx *ctx, void *arg, Error *e)
{
    const char *const codes[] = { "clear", "keep", "lee", "lon", "never" };
    for (size_t i = 0; i < COUNT(codes); i++) {
        ByCode code = { str_from(codes[i]) }, reply;
        if (!sourcing_rules_delete(ctx, &code, &reply, e)) return false;
    }
    return true;
}

static SourcingSite site(const char *location)
{
    return (SourcingSite){ .location         = str_from(location),
                           .latitude         = OPT_NONE,
                           .longitude        = OPT_NONE,
                           .preparation      = OPT_NONE,
                           .capacity         = OPT_NONE,
                           .parcel_cost      = OPT_NONE,
                           .unit_cost        = OPT_NONE,
                           .same_day_radius  = OPT_NONE,
                           .same_day_minutes = OPT_NONE };
}

/* --- rules --- */

static void check_rules(void)
{
    SourcingRule lon   = { .code     = STR("lon"),
                           .kind     = STR("prefer"),
                           .location = STR("LON"),
                           .amount   = 300,
                           .quantity = OPT_NONE };
    SourcingRule lee   = { .code     = STR("lee"),
                           .kind     = STR("prefer"),
                           .location = STR("LEE"),
                           .amount   = 200,
                           .quantity = OPT_NONE };
    SourcingRule never = { .code     = STR("never"),
                           .kind     = STR("never"),
                           .location = STR("LON"),
                           .method   = STR("same_day"),
                           .amount   = OPT_NONE,
                           .quantity = OPT_NONE };
    SourcingRule keep  = { .code = STR("keep"), .kind = STR("keep"), .amount = OPT_NONE, .quantity = 3000 };
    SourcingRule clear = { .code     = STR("clear"),
                           .kind     = STR("risk"),
                           .location = STR("YRK"),
                           .category = STR("home"),
                           .amount   = -150,
                           .quantity = OPT_NONE };
    Try          t     = ship(tea, "TEA", 3);
    set(put_rule, &lon, "London is preferred");
    set(put_rule, &lee, "Leeds a little less");
    check(plan(&t) && comes_from(&t, 0, "LON") && t.plan.parcels.items[0].preference == 0
              && t.plan.runners_up.items[0].parcels.items[0].preference == 100,
          "what is preferred most comes first, and the others pay the difference");
    set(put_rule, &never, "never from London on the same day");
    t = ship(tea, "TEA", 3);
    check(plan(&t) && comes_from(&t, 0, "LON"), "which does not hold for shipping");
    never.method = STR_NONE;
    set(put_rule, &never, "never from London at all");
    t = ship(tea, "TEA", 3);
    check(plan(&t) && comes_from(&t, 0, "LEE") && refused(&t, "LON", "a rule says: never from here"),
          "which does");
    set(put_rule, &keep, "stores keep three");
    t = ship(tea, "TEA", 3);
    check(plan(&t) && comes_from(&t, 0, "DC1") && t.plan.parcels.count == 1,
          "Leeds has five and keeps three: all of it comes from the warehouse, which keeps none");
    t             = ship(cake, "CAKE", 2);
    t.ask.partial = true;
    check(plan(&t) && !t.plan.complete && t.plan.missing.items[0].quantity == 1000
              && str_eq(t.plan.missing.items[0].text, STR("what is left are last pieces, which are kept")),
          "last pieces stay though nobody else has any");
    never.location = STR_NONE;
    never.sku      = STR("TEA");
    set(put_rule, &never, "never tea");
    t             = ship(tea, "TEA", 1);
    t.ask.partial = true;
    check(plan(&t) && t.plan.parts.count == 0 && t.plan.missing.count == 1,
          "then there is none of it to be had");
    keep.amount = 50;
    set(put_rule, &keep, "kept pieces may be had for a price");
    t = ship(cake, "CAKE", 2);
    check(plan(&t) && t.plan.complete && comes_from(&t, 0, "LON"), "then all is sourced");
    t             = ship(cake, "CAKE", 2);
    Str lon_out[] = { STR("LON") };
    t.ask.exclude = (TextList){ lon_out, 1 };
    check(plan(&t) && comes_from(&t, 0, "LEE") && t.plan.parcels.items[0].keeping == 50, "at that price");
    set(put_rule, &clear, "York wants to get rid of its lamps");
    t = ship(lamp, "LAMP", 1);
    check(plan(&t) && comes_from(&t, 0, "YRK") && t.plan.parcels.items[0].risk == -150
              && t.plan.parcels.items[0].keeping == 50 && t.plan.score == -100,
          "which counts for more than that they are its last ones, and no bonus");
    set(remove_rules, NULL, "the rules are taken back");
}

/* --- carriers --- */

static const GeoPoint westminster = { 51499400, -124800 };

static void set_up_carriers(void)
{
    ShippingArea    south[] = { { STR("GB"), STR_NONE, STR("SW"), STR_NONE },
                                { STR("GB"), STR_NONE, STR("LS"), STR("LEE") } };
    ShippingArea    rest[]  = { { STR("GB"), STR_NONE, STR_NONE, STR_NONE } };
    ShippingZone    near    = { STR("near"), STR("Near"), { south, 2 } };
    ShippingZone    far     = { STR("far"), STR("Far"), { rest, 1 } };
    ShippingRate    slow[]  = { { STR("near"), 300, 50, 1, 10000 }, { STR("far"), 450, 100, 2, OPT_NONE } };
    ShippingRate    fast[]  = { { STR_NONE, 1500, OPT_NONE, OPT_NONE, OPT_NONE } };
    ShippingService post    = { .code           = STR("post"),
                                .name           = STR("Post"),
                                .carrier        = STR("Post"),
                                .method         = STR("ship"),
                                .delivers_until = 1080,
                                .rates          = { slow, 2 } };
    ShippingService courier = { .code           = STR("courier"),
                                .name           = STR("Courier"),
                                .carrier        = STR("Wheels"),
                                .method         = STR("ship"),
                                .delivers_until = 1200,
                                .rates          = { fast, 1 } };
    SourcingSite    london = site("LON"), leeds = site("LEE"), york = site("YRK");
    SourcingMethod  does[]  = { { STR("ship"), 660 },
                                { STR("pickup"), 1020 },
                                { STR("same_day"), 960 },
                                { STR("ship_to_store"), OPT_NONE } };
    SourcingMethod  sends[] = { { STR("ship"), OPT_NONE } };
    OpenHours       hours[] = { { STR("mon"), 540, 1080 },
                                { STR("tue"), 540, 1080 },
                                { STR("wed"), 540, 1080 },
                                { STR("thu"), 540, 1080 },
                                { STR("fri"), 540, 1080 } };
    set(put_zone, &near, "a near zone");
    set(put_zone, &far, "a far zone");
    set(put_service, &post, "a slow carrier");
    set(put_service, &courier, "a fast carrier");
    london.methods.items    = does;
    london.methods.count    = 4;
    london.hours.items      = hours;
    london.hours.count      = 5;
    london.preparation      = 60;
    london.capacity         = 2;
    london.parcel_cost      = 80;
    london.unit_cost        = 10;
    london.same_day_radius  = 5000;
    london.same_day_minutes = 90;
    london.latitude         = 51507351;
    london.longitude        = -127758;
    london.postal_code      = STR("SW1A 1AA");
    leeds.methods.items     = sends;
    leeds.methods.count     = 1;
    york.latitude           = 53959965;
    york.longitude          = -1087298;
    set(put_site, &london, "London has hours, cut-offs and costs");
    set(put_site, &leeds, "Leeds only ships");
    set(put_site, &york, "York is on the map");
}

static void check_carriers(void)
{
    Try t             = ship(tea, "TEA", 3);
    t.ask.postal_code = STR("sw1a 2aa");
    check_ok(plan(&t), &err, "with carriers");
    const SourceParcel *parcel = &t.plan.parcels.items[0];
    check(comes_from(&t, 0, "DC1") && str_eq(parcel->zone, STR("near"))
              && str_eq(parcel->service, STR("post")) && parcel->shipping == 300 && t.plan.cost == 300
              && parcel->promised_at == noon + DAY + 6 * HOUR,
          "the cheapest service is taken, to the zone of the postal code, by its day");
    t.ask.objective = STR("time");
    check(plan(&t) && str_eq(t.plan.parcels.items[0].service, STR("courier"))
              && t.plan.parcels.items[0].promised_at == noon + 8 * HOUR && t.plan.cost == 1500,
          "when time counts, the fastest");
    t                 = ship(lamp, "LAMP", 3);
    t.ask.postal_code = STR("SW1A 2AA");
    check(plan(&t) && t.plan.complete && t.plan.parcels.count == 2
              && str_eq(t.plan.parcels.items[0].service, STR("courier")),
          "what is too heavy for the cheap one goes with the other");
    t                 = ship(lamp, "LAMP", 1);
    t.ask.postal_code = STR("M1 1AA");
    check(plan(&t) && t.plan.parcels.items[0].weight == 5000 && t.plan.cost == 450 + 500
              && str_eq(t.plan.parcels.items[0].zone, STR("far")),
          "weight costs");
    t                 = ship(tea, "TEA", 1);
    t.ask.postal_code = STR("LS1 1AA");
    check(plan(&t) && comes_from(&t, 0, "LEE") && t.plan.cost == 300, "a zone may hold for one sender only");
    t             = ship(tea, "TEA", 1);
    t.ask.country = STR("FR");
    check(plan(&t) && str_eq(t.plan.parcels.items[0].service, STR("courier"))
              && !t.plan.parcels.items[0].zone.ptr,
          "abroad only who goes everywhere");
    t                 = ship(cake, "CAKE", 2);
    t.ask.postal_code = STR("SW1A 2AA");
    Str out[]         = { STR("LEE") };
    t.ask.exclude     = (TextList){ out, 1 };
    check(plan(&t) && comes_from(&t, 0, "LON") && t.plan.parcels.items[0].handling == 100
              && t.plan.parcels.items[0].ready_at == noon + 22 * HOUR,
          "behind its cut-off London begins the next morning, and handling costs");
}

/* --- fetched, same day, to the store --- */

static void check_pickup(void)
{
    Try t        = ship(tea, "TEA", 2);
    t.ask.method = STR("pickup");
    t.ask.store  = STR("LON");
    check(plan(&t) && comes_from(&t, 0, "LON") && t.plan.promised_at == noon + HOUR
              && t.plan.runners_up.count == 0 && refused(&t, "DC1", "is not where it is fetched"),
          "what is fetched comes from there, an hour later");
    SourcingLoad full[] = { { STR("LON"), noon + HOUR, 2 }, { STR("LON"), noon + 2 * HOUR, 3 } };
    t.ask.load          = full;
    t.ask.load_count    = 2;
    check(plan(&t) && t.plan.promised_at == noon + 3 * HOUR, "when these hours are full, in the next one");
    t.ask.load_count = 0;
    t.ask.store      = STR("LEE");
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "Leeds hands nothing over");
    t.ask.store = STR("NONE");
    check_refused(plan(&t), &err, &ERR_LOCATION_UNKNOWN, "a store is there");
    t.ask.store = STR_NONE;
    check_refused(plan(&t), &err, &ERR_FIELD_INVALID, "a store is named");
    t.ask.method = STR("pigeon");
    check_refused(plan(&t), &err, &ERR_FIELD_INVALID, "a method is one of five");
    t             = ship(tea, "TEA", 2);
    t.ask.channel = STR("none");
    check_refused(plan(&t), &err, &ERR_CHANNEL_UNKNOWN, "a channel is there");
    t.ask.channel   = STR("web");
    t.ask.objective = STR("luck");
    check_refused(plan(&t), &err, &ERR_FIELD_INVALID, "an objective is one of three");
}

static void check_same_day(void)
{
    Try t        = ship(tea, "TEA", 2);
    t.ask.method = STR("same_day");
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "same day needs a place on the map");
    t.ask.point = &westminster;
    check(plan(&t) && comes_from(&t, 0, "LON") && t.plan.promised_at == noon + HOUR + 90 * 60000
              && t.plan.parcels.items[0].distance > 800 && t.plan.parcels.items[0].distance < 1000,
          "from London, two and a half hours later");
    GeoPoint york = { 53959965, -1087298 };
    t.ask.point   = &york;
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "York is too far away");
    t.ask.partial = true;
    check(plan(&t) && refused(&t, "LON", "is too far away for the same day")
              && refused(&t, "DC1", "does not do this"),
          "and it says so");
    t.ask.point = &westminster;
    kit_now_ms  = noon + 5 * HOUR;
    check(plan(&t) && t.plan.parts.count == 0 && refused(&t, "LON", "cannot have it ready on the same day"),
          "behind the cut-off it is not the same day any more");
    kit_now_ms = noon;
}

static void check_to_store(void)
{
    Try t        = ship(lamp, "LAMP", 1);
    t.ask.method = STR("ship_to_store");
    t.ask.store  = STR("LON");
    check(plan(&t) && comes_from(&t, 0, "DC1") && t.plan.complete,
          "what London does not have is sent there");
    t            = ship(tea, "TEA", 1);
    t.ask.method = STR("ship_to_store");
    t.ask.store  = STR("LON");
    check(plan(&t) && t.plan.complete, "what it has may be its own");
    t.ask.store   = STR("LEE");
    t.ask.partial = true;
    check(plan(&t) && t.plan.parts.count == 0
              && refused(&t, "DC1", "the store takes no parcels for customers"),
          "Leeds takes no parcels");
}

/* --- stock --- */

static bool hold(Ctx *ctx, void *arg, Error *e)
{
    ClaimOwner owner = { STR("cart"), ctx_new_id(ctx), noon + HOUR };
    StockWant  want  = { .item     = tea,
                         .sku      = STR("TEA"),
                         .location = STR("DC1"),
                         .qty      = 48000,
                         .terms    = { .channel = STR("web"), .keeps_safety = true } };
    return inventory_claim(ctx, &owner, 1, &want, e);
}

static void check_stock(void)
{
    Try t = ship(tea, "TEA", 3);
    check_ok(kit_write(db, &env, hold, NULL, &err), &err, "carts hold 48 of 50");
    t.ask.postal_code = STR("SW1A 2AA");
    check(plan(&t) && !comes_from(&t, 0, "DC1"), "then three come from elsewhere");
    t.lines[0].qty = 2000;
    check(plan(&t) && comes_from(&t, 0, "DC1"), "and two are still there");
    t.lines[0].qty   = 112000;
    t.lines[0].whole = true;
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "so much is nowhere whole");
    t.lines[0].whole = false;
    check(plan(&t) && t.plan.parcels.count == 4 && t.plan.parts.count == 4, "but in four parts");
    SourcingPolicy one = { STR("web"), STR("cost"), OPT_NONE, OPT_NONE, 2 };
    set(put_policy, &one, "at most three parcels");
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "then it is too much");
    t.ask.partial = true;
    check(plan(&t) && t.plan.parcels.count == 3, "and three parcels give what they can");
}

/* --- on what terms the channel may have it --- */

static bool put_terms(Ctx *ctx, void *arg, Error *e)
{
    AvailabilityRule reply;
    return availability_rule_set(ctx, arg, &reply, e);
}

static bool share_out(Ctx *ctx, void *arg, Error *e)
{
    StockShare share = {
        .item = lamp, .location = STR("YRK"), .channel = STR("pos"), .kind = STR("soft"), .granted = 1000
    };
    return inventory_share_put(ctx, &share, e);
}

static bool share_back(Ctx *ctx, void *arg, Error *e)
{
    bool found = false;
    return inventory_share_drop(ctx, lamp, STR("YRK"), STR("pos"), &found, e) && found;
}

static void check_terms(void)
{
    AvailabilityRule safety = { .kind      = STR("safety"),
                                .sku       = STR("LAMP"),
                                .location  = STR("DC1"),
                                .quantity  = 1000,
                                .lead_days = OPT_NONE,
                                .release   = OPT_NONE };
    AvailabilityRule offer  = { .kind      = STR("offer"),
                                .sku       = STR("LAMP"),
                                .location  = STR("YRK"),
                                .mode      = STR("no"),
                                .quantity  = OPT_NONE,
                                .lead_days = OPT_NONE,
                                .release   = OPT_NONE };
    Try              t      = ship(lamp, "LAMP", 1);
    check(plan(&t) && comes_from(&t, 0, "DC1"), "a lamp comes from the depot");
    set(put_terms, &safety, "the depot keeps a lamp for safety");
    check(plan(&t) && comes_from(&t, 0, "YRK"), "then it comes from York");
    check_ok(kit_write(db, &env, share_out, NULL, &err), &err, "York keeps one of two for its counter");
    check(plan(&t) && comes_from(&t, 0, "YRK") && t.plan.complete, "one is left");
    t.lines[0].qty = 2000;
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "but not two");
    t.lines[0].qty = 1000;
    set(put_terms, &offer, "York does not offer lamps to the web");
    check_refused(plan(&t), &err, &ERR_SOURCING_SHORT, "then there is none");
    offer.mode      = STR("yes");
    safety.quantity = 0;
    set(put_terms, &offer, "York does again");
    set(put_terms, &safety, "the depot keeps none");
    check_ok(kit_write(db, &env, share_back, NULL, &err), &err, "and York gives its lamp back");
    t.lines[0].qty = 3000;
    check(plan(&t) && t.plan.complete, "then all three may be had");
}

/* --- work --- */

/* An order that London is to have ready at a time. */
static bool make_work(Ctx *ctx, void *arg, Error *e)
{
    NewFulfilmentLine line = {
        .order_line = 1, .item = tea, .sku = STR("TEA"), .name = STR("Tea"), .qty = 1000
    };
    NewFulfilment work = { .id             = ctx_new_id(ctx),
                           .order          = ctx_new_id(ctx),
                           .delivery       = STR("fetched"),
                           .method         = STR("pickup"),
                           .location       = STR("LON"),
                           .channel        = STR("web"),
                           .store          = STR("LON"),
                           .promised_at_ms = *(int64_t *)arg,
                           .lines          = &line,
                           .line_count     = 1 };
    return fulfilments_put(ctx, &work, e);
}

static void check_work(void)
{
    int64_t one = noon + HOUR, other = noon + HOUR + HOUR / 2;
    Try     t    = ship(tea, "TEA", 2);
    t.ask.method = STR("pickup");
    t.ask.store  = STR("LON");
    check_ok(kit_write(db, &env, make_work, &one, &err), &err, "London has an order for one o'clock");
    check(plan(&t) && t.plan.promised_at == noon + HOUR, "it can do two in an hour");
    check_ok(kit_write(db, &env, make_work, &other, &err), &err, "London has another for half past one");
    check(plan(&t) && t.plan.promised_at == noon + 2 * HOUR, "the third waits until two");
}

/* --- many lines --- */

enum { MANY = 150 };

static bool make_many(Ctx *ctx, void *arg, Error *e)
{
    Id *ids = arg;
    for (size_t i = 0; i < MANY; i++) {
        Str       sku  = str_format(ctx->arena, "MANY%zu", i);
        ItemInput item = { .sku = sku, .name = sku, .quantity_step = 1000, .weight = 100 };
        if (!catalog_put(ctx, &item, &ids[i], e)) return false;
        if (!stock(ctx, ids[i], i % 3 ? "LEE" : "YRK", 5, e)) return false;
    }
    return true;
}

static bool plan_many(Ctx *ctx, void *arg, Error *e)
{
    const Id    *ids = arg;
    SourcingLine line[MANY];
    SourcePlan   out;
    for (size_t i = 0; i < MANY; i++)
        line[i] =
            (SourcingLine){ .item = ids[i], .sku = STR("MANY"), .qty = 2000, .weight = 100, .line = i };
    SourcingAsk ask = {
        .channel = STR("web"), .method = STR("ship"), .country = STR("GB"), .lines = line, .line_count = MANY
    };
    if (!sourcing_plan(ctx, &ask, &out, e)) return false;
    check(out.complete && out.exact && out.parcels.count == 2 && out.parts.count == MANY
              && out.parcels.items[0].weight + out.parcels.items[1].weight == 200 * MANY,
          "many lines come from where they are");
    return true;
}

static void check_many(void)
{
    static Id ids[MANY];
    check_ok(kit_write(db, &env, make_many, ids, &err), &err, "a hundred and fifty items in two stores");
    check_ok(kit_read(db, &env, plan_many, ids, &err), &err, "are planned");
}

/* --- the route --- */

static bool ask_route(Ctx *ctx, void *arg, Error *e)
{
    SourcingPlanLine    lines[] = { { STR("TEA"), 2000, false },
                                    { STR("WRAP"), 1000, false },
                                    { STR("LAMP"), 1000, true } };
    SourcingPlanRequest request = { .channel    = STR("web"),
                                    .method     = STR("ship"),
                                    .country    = STR("GB"),
                                    .latitude   = OPT_NONE,
                                    .longitude  = OPT_NONE,
                                    .runners_up = OPT_NONE,
                                    .lines      = { lines, 3 } };
    SourcePlan          reply;
    if (!sourcing_plans_create(ctx, &request, &reply, e)) return false;
    check(reply.complete && reply.steps.count >= 4 && reply.runners_up.count > 0 && reply.parts.count == 2,
          "the route plans goods, and leaves services alone");
    request.latitude = 1;
    check_refused(sourcing_plans_create(ctx, &request, &reply, e), e, &ERR_FIELD_INVALID,
                  "half a place is none");
    request.latitude  = OPT_NONE;
    lines[0].quantity = 1500;
    check_refused(sourcing_plans_create(ctx, &request, &reply, e), e, &ERR_FIELD_INVALID,
                  "half a tea is none");
    lines[0].sku = STR("NONE");
    check_refused(sourcing_plans_create(ctx, &request, &reply, e), e, &ERR_SKU_UNKNOWN, "an item is there");
    check(str_eq(str_from(e->field), STR("lines[0].sku")), "and the path says which");
    *e = (Error){ 0 };
    return true;
}

int main(void)
{
    db         = kit_open(&env);
    kit_now_ms = noon;
    check_ok(kit_write(db, &env, make_shop, NULL, &err), &err, "the shop is there");
    check_standards();
    check_same_item_twice();
    check_terms();
    check_rules();
    set_up_carriers();
    check_carriers();
    check_pickup();
    check_same_day();
    check_to_store();
    check_stock();
    check_work();
    check_many();
    check_ok(kit_read(db, &env, ask_route, NULL, &err), &err, "the route answers");
    kit_close(db);
    return check_finish("sourcing_plan");
}

/* sourcing_test.c — what a retailer sets about sourcing: it comes back as it was set, and what cannot hold
 * is refused with its place. */
#include "shop/sourcing/sourcing.h"

#include "tests/fixture.h"
#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;

/* --- sites --- */

static bool put_site(Ctx *ctx, void *arg, Error *e)
{
    SourcingSite reply;
    return sourcing_sites_change(ctx, arg, &reply, e);
}

static SourcingSite blank(void)
{
    return (SourcingSite){ .location         = STR("LON"),
                           .latitude         = OPT_NONE,
                           .longitude        = OPT_NONE,
                           .preparation      = OPT_NONE,
                           .capacity         = OPT_NONE,
                           .parcel_cost      = OPT_NONE,
                           .unit_cost        = OPT_NONE,
                           .same_day_radius  = OPT_NONE,
                           .same_day_minutes = OPT_NONE };
}

static bool look_at_site(Ctx *ctx, void *arg, Error *e)
{
    SourcingSite    site;
    SourcingSiteAsk ask = { STR("LON") };
    if (!sourcing_sites_show(ctx, &ask, &site, e)) return false;
    check(site.latitude == 51507351 && site.longitude == -127758 && str_eq(site.postal_code, STR("SW1A 1AA"))
              && site.preparation == 45 && site.capacity == 12 && site.parcel_cost == 150
              && site.unit_cost == 20 && site.same_day_radius == 8000 && site.same_day_minutes == 120,
          "numbers come back");
    check(site.methods.count == 2 && str_eq(site.methods.items[0].method, STR("ship"))
              && site.methods.items[0].cut_off == 900 && str_eq(site.methods.items[1].method, STR("pickup"))
              && site.methods.items[1].cut_off == OPT_NONE,
          "methods and cut-offs come back");
    check(site.hours.count == 3 && str_eq(site.hours.items[0].day, STR("mon"))
              && site.hours.items[0].from == 540 && site.hours.items[1].from == 780
              && str_eq(site.hours.items[2].day, STR("sat")),
          "hours come back, by day");
    check(site.dates.count == 2 && str_eq(site.dates.items[0].date, STR("2026-12-24"))
              && site.dates.items[0].until == 720 && str_eq(site.dates.items[1].date, STR("2026-12-25"))
              && site.dates.items[1].from == OPT_NONE,
          "dates come back, and one on which it is closed");
    return true;
}

static bool list_sites(Ctx *ctx, void *arg, Error *e)
{
    Page             page = { STR_NONE, 1 };
    SourcingSiteList list = { .next_cursor = STR_NONE };
    if (!sourcing_sites_list(ctx, &page, &list, e)) return false;
    check(list.items.count == 1 && str_eq(list.items.items[0].location, STR("DC1"))
              && str_eq(list.next_cursor, STR("DC1")),
          "the first page of sites");
    page.cursor = list.next_cursor;
    list        = (SourcingSiteList){ .next_cursor = STR_NONE };
    if (!sourcing_sites_list(ctx, &page, &list, e)) return false;
    check(list.items.count == 1 && str_eq(list.items.items[0].location, STR("LON")) && !list.next_cursor.ptr,
          "the last page of sites");
    return true;
}

static bool remove_site(Ctx *ctx, void *arg, Error *e)
{
    SourcingSiteAsk ask = { STR("DC1") }, reply;
    return sourcing_sites_delete(ctx, &ask, &reply, e);
}

static void check_sites(void)
{
    SourcingMethod methods[] = { { STR("ship"), 900 }, { STR("pickup"), OPT_NONE } };
    OpenHours    hours[] = { { STR("sat"), 600, 840 }, { STR("mon"), 780, 1080 }, { STR("mon"), 540, 720 } };
    OpenDate     dates[] = { { STR("2026-12-25"), OPT_NONE, OPT_NONE }, { STR("2026-12-24"), 540, 720 } };
    SourcingSite site    = blank();
    site.latitude        = 51507351;
    site.longitude       = -127758;
    site.postal_code     = STR("SW1A 1AA");
    site.preparation     = 45;
    site.capacity        = 12;
    site.parcel_cost     = 150;
    site.unit_cost       = 20;
    site.same_day_radius = 8000;
    site.methods.items   = methods;
    site.methods.count   = 2;
    site.hours.items     = hours;
    site.hours.count     = 3;
    site.dates.items     = dates;
    site.dates.count     = 2;
    check_ok(kit_write(db, &env, put_site, &site, &err), &err, "a site is set");
    check_ok(kit_write(db, &env, put_site, &site, &err), &err, "and again");
    check_ok(kit_read(db, &env, look_at_site, NULL, &err), &err, "it is shown");
    SourcingSite depot = blank();
    depot.location     = STR("DC1");
    check_ok(kit_write(db, &env, put_site, &depot, &err), &err, "another one, with nothing");
    check_ok(kit_read(db, &env, list_sites, NULL, &err), &err, "they are listed");
    check_ok(kit_write(db, &env, remove_site, NULL, &err), &err, "it is taken back");
    check_refused(kit_write(db, &env, remove_site, NULL, &err), &err, &ERR_NOT_FOUND, "only once");
}

static bool refused_at(SourcingSite *site, const ErrDef *def, const char *field)
{
    bool ok = kit_write(db, &env, put_site, site, &err);
    return !ok && err.def == def && str_eq(str_from(err.field), str_from(field));
}

static void check_site_refusals(void)
{
    SourcingSite   site      = blank();
    SourcingMethod methods[] = { { STR("ship"), OPT_NONE }, { STR("ship"), 900 } };
    OpenHours      hours[]   = { { STR("mon"), 540, 720 }, { STR("mon"), 719, 800 } };
    OpenDate       dates[] = { { STR("2026-02-30"), OPT_NONE, OPT_NONE }, { STR("2026-02-28"), 600, 700 } };
    site.location          = STR("NOWHERE");
    check(refused_at(&site, &ERR_SOURCING_LOCATION, "location"), "a location must be there");
    site          = blank();
    site.latitude = 1;
    check(refused_at(&site, &ERR_FIELD_INVALID, "longitude"), "half a place on the map is none");
    site               = blank();
    site.methods.items = methods;
    site.methods.count = 2;
    check(refused_at(&site, &ERR_FIELD_INVALID, "methods[1].method"), "a method is named once");
    site             = blank();
    site.hours.items = hours;
    site.hours.count = 2;
    check(refused_at(&site, &ERR_FIELD_INVALID, "hours[1].from"), "hours do not overlap");
    hours[1].from = 720;
    check_ok(kit_write(db, &env, put_site, &site, &err), &err, "but may follow each other");
    hours[1].until = 720;
    check(refused_at(&site, &ERR_FIELD_INVALID, "hours[1].until"), "hours have a length");
    site             = blank();
    site.dates.items = dates;
    site.dates.count = 1;
    check(refused_at(&site, &ERR_FIELD_INVALID, "dates[0].date"), "there is no thirtieth of February");
    dates[0]         = (OpenDate){ STR("2026-02-28"), OPT_NONE, OPT_NONE };
    site.dates.count = 2;
    check(refused_at(&site, &ERR_FIELD_INVALID, "dates[1].from"), "a day is open or closed");
}

/* --- zones and services --- */

static bool put_zone(Ctx *ctx, void *arg, Error *e)
{
    ShippingZone reply;
    return shipping_zones_change(ctx, arg, &reply, e);
}

static bool put_service(Ctx *ctx, void *arg, Error *e)
{
    ShippingService reply;
    return shipping_services_change(ctx, arg, &reply, e);
}

static bool remove_zone(Ctx *ctx, void *arg, Error *e)
{
    ByCode reply;
    return shipping_zones_delete(ctx, arg, &reply, e);
}

static bool remove_service(Ctx *ctx, void *arg, Error *e)
{
    ByCode reply;
    return shipping_services_delete(ctx, arg, &reply, e);
}

static bool look_at_shipping(Ctx *ctx, void *arg, Error *e)
{
    ByCode              zone_ask = { STR("near") }, service_ask = { STR("parcel") };
    Page                page = { STR_NONE, OPT_NONE };
    ShippingZone        zone;
    ShippingService     service;
    ShippingZoneList    zones    = { .next_cursor = STR_NONE };
    ShippingServiceList services = { .next_cursor = STR_NONE };
    if (!shipping_zones_show(ctx, &zone_ask, &zone, e)
        || !shipping_services_show(ctx, &service_ask, &service, e)
        || !shipping_zones_list(ctx, &page, &zones, e) || !shipping_services_list(ctx, &page, &services, e))
        return false;
    check(zone.areas.count == 2 && str_eq(zone.areas.items[0].postal_prefix, STR("N1"))
              && str_eq(zone.areas.items[1].postal_prefix, STR("SW1A")),
          "a zone has its areas, with postal codes as they are compared");
    check(service.rates.count == 2 && !service.rates.items[0].zone.ptr && service.rates.items[0].base == 900
              && str_eq(service.rates.items[1].zone, STR("near"))
              && service.rates.items[1].weight_max == 20000 && service.weekdays.count == 6
              && service.delivers_until == 1200 && !service.inactive,
          "a service has its rates and days");
    check(zones.items.count == 2 && services.items.count == 1, "both are listed");
    return true;
}

static bool book_is(Ctx *ctx, void *arg, Error *e)
{
    SourcingBook    book;
    SourcingBookAsk ask = { STR("web"), STR("ship"), STR("GB"), STR_NONE, STR("sw1a 2aa") };
    if (!sourcing_load(ctx, &ask, &book, e)) return false;
    check(book.area_count == 2 && str_eq(book.areas[0].zone, STR("near")) && book.rate_count == 2
              && str_eq(book.rates[0].zone, STR("near")),
          "the area that says most comes first, and its rate before that for all");
    check(str_eq(book.policy.objective, STR("cost")) && book.policy.split_penalty == SOURCING_SPLIT_PENALTY,
          "without a policy the standards hold");
    ask.postal_code = STR("M1 1AA");
    if (!sourcing_load(ctx, &ask, &book, e)) return false;
    check(book.area_count == 1 && str_eq(book.areas[0].zone, STR("far")), "another postal code is far");
    ask.country = STR("FR");
    if (!sourcing_load(ctx, &ask, &book, e)) return false;
    check(book.area_count == 0, "abroad is nowhere");
    return true;
}

static void check_shipping(void)
{
    ShippingArea near[]  = { { STR("GB"), STR_NONE, STR("sw1a"), STR_NONE },
                             { STR("GB"), STR_NONE, STR("N1"), STR_NONE } };
    ShippingArea far[]   = { { STR("GB"), STR_NONE, STR_NONE, STR_NONE } };
    ShippingRate rates[] = { { STR("near"), 300, 50, 1, 20000 }, { STR_NONE, 900, OPT_NONE, 3, OPT_NONE } };
    Str          days[]  = { STR("mon"), STR("tue"), STR("wed"), STR("thu"), STR("fri"), STR("sat") };
    ShippingZone zone    = { STR("near"), STR("Near"), { near, 2 } };
    ShippingZone rest    = { STR("far"), STR("Far"), { far, 1 } };
    ShippingService service   = { .code           = STR("parcel"),
                                  .name           = STR("Parcel"),
                                  .carrier        = STR("Post"),
                                  .method         = STR("ship"),
                                  .weekdays       = { days, 6 },
                                  .delivers_until = OPT_NONE,
                                  .rates          = { rates, 2 } };
    ByCode          near_code = { STR("near") }, service_code = { STR("parcel") };
    check_refused(kit_write(db, &env, put_service, &service, &err), &err, &ERR_SHIPPING_ZONE_UNKNOWN,
                  "a rate needs its zone");
    check(str_eq(str_from(err.field), STR("rates[0].zone")), "and says which");
    check_ok(kit_write(db, &env, put_zone, &zone, &err), &err, "a zone is set");
    check_ok(kit_write(db, &env, put_zone, &rest, &err), &err, "and the rest of the country");
    check_ok(kit_write(db, &env, put_zone, &zone, &err), &err, "again, whole");
    check_ok(kit_write(db, &env, put_service, &service, &err), &err, "a service is set");
    check_ok(kit_write(db, &env, put_service, &service, &err), &err, "again, whole");
    check_ok(kit_read(db, &env, look_at_shipping, NULL, &err), &err, "they are shown");
    check_ok(kit_read(db, &env, book_is, NULL, &err), &err, "they hold for orders");
    far[0] = near[0];
    check_refused(kit_write(db, &env, put_zone, &rest, &err), &err, &ERR_SHIPPING_AREA_TAKEN,
                  "an area is in one zone only");
    far[0] = (ShippingArea){ STR_NONE, STR_NONE, STR("1"), STR_NONE };
    check_refused(kit_write(db, &env, put_zone, &rest, &err), &err, &ERR_FIELD_INVALID,
                  "a postal code belongs to a country");
    far[0] = (ShippingArea){ STR("gb"), STR_NONE, STR_NONE, STR_NONE };
    check_refused(kit_write(db, &env, put_zone, &rest, &err), &err, &ERR_FIELD_INVALID,
                  "a country is two letters");
    far[0] = (ShippingArea){ STR("GB"), STR_NONE, STR_NONE, STR("NOWHERE") };
    check_refused(kit_write(db, &env, put_zone, &rest, &err), &err, &ERR_SOURCING_LOCATION,
                  "an origin is there");
    days[0] = STR("someday");
    check_refused(kit_write(db, &env, put_service, &service, &err), &err, &ERR_FIELD_INVALID,
                  "a day is a day");
    service.weekdays.count = 0;
    rates[1].zone          = STR("near");
    check_refused(kit_write(db, &env, put_service, &service, &err), &err, &ERR_FIELD_INVALID,
                  "a zone has one rate of a service");
    check_refused(kit_write(db, &env, remove_zone, &near_code, &err), &err, &ERR_SHIPPING_ZONE_USED,
                  "a zone with a rate stays");
    check_ok(kit_write(db, &env, remove_service, &service_code, &err), &err, "a service is taken back");
    check_ok(kit_write(db, &env, remove_zone, &near_code, &err), &err, "then its zone");
    check_refused(kit_write(db, &env, remove_zone, &near_code, &err), &err, &ERR_NOT_FOUND, "only once");
}

/* --- rules and policies --- */

static bool put_rule(Ctx *ctx, void *arg, Error *e)
{
    SourcingRule reply;
    return sourcing_rules_change(ctx, arg, &reply, e);
}

static bool remove_rule(Ctx *ctx, void *arg, Error *e)
{
    ByCode reply;
    return sourcing_rules_delete(ctx, arg, &reply, e);
}

static SourcingRule rule(const char *code, const char *kind)
{
    return (SourcingRule){
        .code = str_from(code), .kind = str_from(kind), .amount = OPT_NONE, .quantity = OPT_NONE
    };
}

static bool look_at_rules(Ctx *ctx, void *arg, Error *e)
{
    Page             page = { STR_NONE, OPT_NONE };
    SourcingRuleList list = { .next_cursor = STR_NONE };
    SourcingBook     book;
    SourcingBookAsk  ask = { STR("web"), STR("ship"), STR("GB"), STR_NONE, STR_NONE };
    if (!sourcing_rules_list(ctx, &page, &list, e) || !sourcing_load(ctx, &ask, &book, e)) return false;
    check(list.items.count == 4 && list.items.items[0].quantity == 1000
              && list.items.items[0].amount == OPT_NONE && list.items.items[1].amount == 50,
          "rules come back as they were set, with the standards");
    check(book.rule_count == 4 && book.rules[0].amount == 50 && !id_is_none(book.rules[0].item),
          "one for an item says more than one for all");
    ask.channel = STR("pos");
    if (!sourcing_load(ctx, &ask, &book, e)) return false;
    check(book.rule_count == 3, "one of another channel does not hold");
    return true;
}

static void check_rules(void)
{
    SourcingRule keep = rule("a-keep", "keep"), tea = rule("b-tea", "keep"), near = rule("c-near", "prefer");
    SourcingRule clear  = rule("d-clear", "risk");
    tea.sku             = STR("TEA");
    tea.amount          = 50;
    tea.quantity        = 2000;
    near.location       = STR("LON");
    near.amount         = 100;
    near.channel        = STR("web");
    clear.amount        = -30;
    SourcingRule *all[] = { &keep, &tea, &near, &clear };
    for (size_t i = 0; i < COUNT(all); i++)
        check_ok(kit_write(db, &env, put_rule, all[i], &err), &err, "a rule is set");
    check_ok(kit_read(db, &env, look_at_rules, NULL, &err), &err, "rules hold");
    ByCode code = { STR("d-clear") };
    check_ok(kit_write(db, &env, remove_rule, &code, &err), &err, "a rule is taken back");
    check_refused(kit_write(db, &env, remove_rule, &code, &err), &err, &ERR_NOT_FOUND, "only once");
}

static void check_rule_refusals(void)
{
    struct {
        const char  *name, *field;
        SourcingRule rule;
    } bad[] = {
        { "a code has a form", "code", rule("a b", "keep") },
        { "who is preferred is said", "location", rule("x", "prefer") },
        { "not everything is forbidden everywhere", "location", rule("x", "never") },
        { "a bonus is an amount", "amount", rule("x", "prefer") },
        { "risk is an amount", "amount", rule("x", "risk") },
        { "never has no price", "amount", rule("x", "never") },
        { "a bonus is not below zero", "amount", rule("x", "prefer") },
        { "an item or a category", "category", rule("x", "keep") },
        { "a quantity only to keep", "quantity", rule("x", "never") },
        { "not for an item", "sku", rule("x", "prefer") },
        { "a channel is there", "channel", rule("x", "keep") },
        { "an item is there", "sku", rule("x", "keep") },
        { "a location is there", "location", rule("x", "never") },
    };
    bad[3].rule.location = bad[5].rule.location = bad[6].rule.location = STR("LON");
    bad[8].rule.location = bad[9].rule.location = STR("LON");
    bad[5].rule.amount                          = 1;
    bad[6].rule.amount                          = -1;
    bad[7].rule.sku = bad[9].rule.sku = STR("TEA");
    bad[7].rule.category              = STR("food");
    bad[8].rule.quantity              = 1000;
    bad[9].rule.amount                = 1;
    bad[10].rule.channel              = STR("none");
    bad[11].rule.sku                  = STR("NONE");
    bad[12].rule.location             = STR("NOWHERE");
    for (size_t i = 0; i < COUNT(bad); i++) {
        bool ok = kit_write(db, &env, put_rule, &bad[i].rule, &err);
        check(!ok && str_eq(str_from(err.field), str_from(bad[i].field)), bad[i].name);
    }
}

static bool put_policy(Ctx *ctx, void *arg, Error *e)
{
    SourcingPolicy reply;
    return sourcing_policies_change(ctx, arg, &reply, e);
}

static bool remove_policy(Ctx *ctx, void *arg, Error *e)
{
    SourcingChannelAsk reply;
    return sourcing_policies_delete(ctx, arg, &reply, e);
}

static bool policy_is(Ctx *ctx, void *arg, Error *e)
{
    SourcingBook       book;
    SourcingBookAsk    ask  = { STR("web"), STR("ship"), STR("GB"), STR_NONE, STR_NONE };
    Page               page = { STR_NONE, OPT_NONE };
    SourcingPolicyList list = { .next_cursor = STR_NONE };
    SourcingPolicy     own;
    SourcingChannelAsk web = { STR("web") };
    if (!sourcing_load(ctx, &ask, &book, e) || !sourcing_policies_list(ctx, &page, &list, e)) return false;
    check(str_eq(book.policy.objective, STR("time")) && book.policy.max_splits == 1,
          "a channel's own policy holds");
    ask.channel = STR("pos");
    if (!sourcing_load(ctx, &ask, &book, e) || !sourcing_policies_show(ctx, &web, &own, e)) return false;
    check(str_eq(book.policy.objective, STR("balanced")) && book.policy.hour_value == 250
              && list.items.count == 2 && own.hour_value == SOURCING_HOUR_VALUE,
          "for others that for all");
    return true;
}

static void check_policies(void)
{
    SourcingPolicy     all  = { STR("*"), STR("balanced"), 250, OPT_NONE, OPT_NONE };
    SourcingPolicy     web  = { STR("web"), STR("time"), OPT_NONE, OPT_NONE, 1 };
    SourcingPolicy     none = { STR("none"), STR("time"), OPT_NONE, OPT_NONE, 1 };
    SourcingChannelAsk code = { STR("*") };
    check_ok(kit_write(db, &env, put_policy, &all, &err), &err, "a policy for all channels");
    check_ok(kit_write(db, &env, put_policy, &web, &err), &err, "a policy for one");
    check_ok(kit_read(db, &env, policy_is, NULL, &err), &err, "they hold");
    check_refused(kit_write(db, &env, put_policy, &none, &err), &err, &ERR_SOURCING_CHANNEL,
                  "a channel is there");
    check_ok(kit_write(db, &env, remove_policy, &code, &err), &err, "it is taken back");
    check_refused(kit_write(db, &env, remove_policy, &code, &err), &err, &ERR_NOT_FOUND, "only once");
}

/* --- standards --- */

static const struct {
    const char *methods, *kind, *method;
    bool        does;
    int64_t     cut_off;
} does[] = {
    { "", "store", "ship", true, -1 },
    { "", "store", "pickup", true, -1 },
    { "", "popup", "ship_to_store", true, -1 },
    { "", "store", "same_day", false, -1 },
    { "", "warehouse", "ship", true, -1 },
    { "", "warehouse", "pickup", false, -1 },
    { "ship:900 pickup", "store", "ship", true, 900 },
    { "ship:900 pickup", "store", "pickup", true, -1 },
    { "ship:900 pickup", "store", "curbside", false, -1 },
    { "ship_to_store:60", "store", "ship", false, -1 },
};

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop is there");
    check_sites();
    check_site_refusals();
    check_shipping();
    check_rules();
    check_rule_refusals();
    check_policies();
    for (size_t i = 0; i < COUNT(does); i++) {
        int64_t cut_off = 0;
        bool yes = sourcing_does(str_from(does[i].methods), str_from(does[i].kind), str_from(does[i].method),
                                 &cut_off);
        check(yes == does[i].does && cut_off == does[i].cut_off, "what a location does");
    }
    kit_close(db);
    return check_finish("sourcing");
}

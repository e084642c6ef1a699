/* open_location_test.c — a location is opened from a template and sells at once; what goes wrong leaves
 * nothing behind. */
#include "shop/availability/availability.h"
#include "shop/catalog/catalog.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/openings/openings.h"
#include "shop/orders/orders.h"
#include "shop/pricing/pricing.h"
#include "shop/sourcing/sourcing.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;

static TemplateChannel    channels[] = { { STR("web"), 5 } };
static TemplateOwnChannel own        = { STR("pos"), STR("list"), 100000, 5 };
static TemplateMethod     methods[]  = { { STR("pickup"), 1020 } };
static TemplateHours      hours[]    = { { STR("mon"), 540, 1080 } };
static TemplateSite       site       = { .methods          = { methods, 1 },
                                         .hours            = { hours, 1 },
                                         .preparation      = 30,
                                         .capacity         = OPT_NONE,
                                         .parcel_cost      = OPT_NONE,
                                         .unit_cost        = OPT_NONE,
                                         .same_day_radius  = OPT_NONE,
                                         .same_day_minutes = OPT_NONE };

static LocationTemplate popup(void)
{
    return (LocationTemplate){ .code          = STR("POPUP"),
                               .name          = STR("Pop-up"),
                               .kind          = STR("popup"),
                               .country       = STR("GB"),
                               .time_zone     = STR("Europe/London"),
                               .tax_zone      = STR("GB"),
                               .channels      = { channels, 1 },
                               .own_channel   = &own,
                               .safety        = 2000,
                               .site          = &site,
                               .registers     = 2,
                               .register_role = STR("manager") };
}

static LocationOpen ask_for(const char *code)
{
    return (LocationOpen){ .template  = STR("POPUP"),
                           .code      = str_from(code),
                           .name      = STR("Fair"),
                           .address   = STR("Hall 3"),
                           .safety    = OPT_NONE,
                           .registers = OPT_NONE,
                           .latitude  = OPT_NONE,
                           .longitude = OPT_NONE };
}

#define ANY(name, Request, Reply)                                                                          \
    static bool any_##name(Ctx *ctx, const void *request, void *reply, Error *e)                           \
    {                                                                                                      \
        return name(ctx, (const Request *)request, (Reply *)reply, e);                                     \
    }
ANY(location_templates_change, LocationTemplate, LocationTemplate)
ANY(location_templates_show, ByCode, LocationTemplate)
ANY(location_templates_remove, ByCode, ByCode)
ANY(location_templates_list, Page, LocationTemplateList)
ANY(locations_open, LocationOpen, Opening)
ANY(locations_opening, ByCode, Opening)
ANY(locations_close, LocationClose, Closing)
ANY(sourcing_sites_show, SourcingSiteAsk, SourcingSite)
ANY(orders_create, CheckoutRequest, Order)

#define CALL(name, request, reply)                                                                         \
    (err = (Error){ .def = NULL },                                                                         \
     fixture_call(db, &env, any_##name, request, reply, sizeof *(reply), &(bool){ false }, &err))

static bool put_template(LocationTemplate one)
{
    LocationTemplate reply;
    return CALL(location_templates_change, &one, &reply);
}

static bool open_at(LocationOpen ask, Opening *reply)
{
    return CALL(locations_open, &ask, reply);
}

static bool deliver_tea(Ctx *ctx, void *arg, Error *e)
{
    PriceAsk   ask = {
        .channel = STR("FAIR"), .currency = STR("GBP"), .qty_milli = 1000, .at_ms = ctx->now_ms
    };
    PriceFound price;
    SaleItem   item;
    StockDoc   doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    if (!catalog_sale_item(ctx, STR("TEA"), &item, e)) return false;
    ask.item       = item.id;
    StockMove move = { .item = item.id, .sku = STR("TEA"), .from_location = STR(""),
                       .from_state = STR("vendor"),
                       .to_location = STR("FAIR"), .to_state = STR("floor"), .qty = 10000 };
    if (!inventory_move(ctx, &doc, &move, e) || !pricing_find(ctx, &ask, &price, e)) return false;
    *(int64_t *)arg = price.amount;
    return true;
}

static void test_templates(void)
{
    ByCode               by = { STR("POPUP") };
    LocationTemplate     shown, bad = popup();
    LocationTemplateList list;
    Page                 page = { .limit = OPT_NONE };
    check(!CALL(location_templates_show, &by, &shown), "a template that was not made is not there");
    bad.register_role = STR_NONE;
    check_refused(put_template(bad), &err, &ERR_FIELD_INVALID, "registers need a role");
    bad             = popup();
    bad.own_channel = NULL;
    bad.channels.count = 0;
    check_refused(put_template(bad), &err, &ERR_FIELD_INVALID, "registers need a channel");
    check_ok(put_template(popup()) && put_template(popup()), &err, "a template is made, also twice");
    check_ok(CALL(location_templates_show, &by, &shown), &err, "it is shown");
    check(shown.own_channel && shown.own_channel->change == 100000 && shown.site
              && shown.site->hours.count == 1 && shown.registers == 2,
          "with all that it says");
    check(CALL(location_templates_list, &page, &list) && list.items.count == 1, "it is listed");
}

typedef struct {
    Str  key;
    bool known;
} Knock;

static bool knock(Ctx *ctx, void *arg, Error *e)
{
    Knock    *k = arg;
    Principal who;
    Error     no = { .def = NULL };
    (void)e;
    k->known = identity_authenticate(ctx, k->key, &who, &no);
    return true;
}

/* Its registers fall silent, and its own channel sells nothing more. */
static void test_close(Str key)
{
    TillCount     cash    = { STR("GBP"), 440 };
    LocationClose ask     = { .code = STR("FAIR"), .stock_to = STR("DC1"), .cash = { &cash, 1 } };
    Knock         at      = { key, false };
    Closing       closing = { .state = STR_NONE };
    check(kit_read(db, &env, knock, &at, &err) && at.known, "a register's key is good");
    check_ok(CALL(locations_close, &ask, &closing), &err, "the location closes again");
    check(closing.tills.count == 1 && closing.tills.items[0].over == 0 && closing.transfers_open == 1,
          "its till is right, its stock is to go back");
    check(kit_read(db, &env, knock, &at, &err) && !at.known, "the register's key is revoked");
}

static void test_open(void)
{
    Opening opening = { .code = STR_NONE }, again;
    ByCode  by      = { STR("FAIR") };
    int64_t price   = 0;
    char    key[64] = { 0 };
    check_ok(open_at(ask_for("FAIR"), &opening), &err, "a location is opened from a template");
    check(str_eq(opening.channel, STR("FAIR")) && opening.prices == 4,
          "with a channel and prices of its own");
    check(opening.registers.count == 2 && str_eq(opening.registers.items[1].code, STR("FAIR-2"))
              && identity_key_is_whole(opening.registers.items[1].key),
          "with two registers and their keys");
    memcpy(key, opening.registers.items[1].key.ptr, opening.registers.items[1].key.len);
    check_ok(CALL(locations_opening, &by, &again), &err, "how it was opened is shown");
    check(again.registers.count == 2 && !again.registers.items[0].key.len, "the keys are not shown again");
    SourcingSiteAsk where = { STR("FAIR") };
    SourcingSite    place;
    check(CALL(sourcing_sites_show, &where, &place) && place.methods.count == 1 && place.preparation == 30,
          "it takes part in sourcing as the template says");
    check_ok(kit_write(db, &env, deliver_tea, &price, &err), &err, "goods come");
    check(price == 220, "its price is that of the copied list, 10% up, in steps of 5");
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 2000 };
    TenderInput     tender  = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = STR("FAIR"),
                                .channel        = STR("FAIR"),
                                .expected_total = 440,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order order;
    check_ok(CALL(orders_create, &request, &order), &err, "and it sells at once");
    check_refused(open_at(ask_for("FAIR"), &again), &err, &ERR_OPENING_TAKEN, "a code is used once");
    test_close(str_from(key));
}

static bool is_there(Ctx *ctx, void *arg, Error *e)
{
    Location place;
    Channel  channel;
    bool     found = false, also = false;
    if (!locations_find(ctx, STR("BAD"), &place, &found, e)
        || !channels_find(ctx, STR("BAD"), &channel, &also, e))
        return false;
    *(bool *)arg = found || also;
    return true;
}

static void test_refused(void)
{
    LocationTemplate bad = popup();
    LocationOpen     ask = ask_for("BAD");
    Opening          reply;
    bool             there = true;
    ask.template           = STR("NONE");
    check_refused(open_at(ask, &reply), &err, &ERR_TEMPLATE_UNKNOWN, "an unknown template opens nothing");
    ask               = ask_for("BAD");
    bad.register_role = STR("nobody");
    check(put_template(bad), "a template may name a role that comes later");
    check_refused(open_at(ask, &reply), &err, &ERR_ROLE_UNKNOWN, "but without the role nothing is opened");
    check(kit_read(db, &env, is_there, &there, &err) && !there, "neither its place nor its channel is left");
    TemplateOwnChannel lost = { STR("pos"), STR("gone"), OPT_NONE, OPT_NONE };
    bad                     = popup();
    bad.own_channel         = &lost;
    check(put_template(bad), "a template may name a price list that comes later");
    check_refused(open_at(ask, &reply), &err, &ERR_OPENING_COPY, "but without it nothing is opened");
    ask      = ask_for("POS2");
    ask.code = STR("web");
    check(put_template(popup()), "the template is as before");
    check_refused(open_at(ask, &reply), &err, &ERR_OPENING_TAKEN, "a channel's code is not taken over");
    ask           = ask_for("BARE");
    ask.registers = 0;
    check_ok(open_at(ask, &reply), &err, "a location may be opened without registers");
    check(reply.registers.count == 0, "and has none");
    ByCode by = { STR("POPUP") }, gone;
    check_ok(CALL(location_templates_remove, &by, &gone), &err, "a template is removed");
    check(!CALL(location_templates_remove, &by, &gone), "once");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop is made");
    test_templates();
    test_open();
    test_refused();
    kit_close(db);
    return check_finish("open_location_test");
}

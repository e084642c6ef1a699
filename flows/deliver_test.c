/* deliver_test.c — orders with lines that are sent or fetched: who gets what to do, what it claims, and
 * what becomes of it when the card is refused. */
#include "flows/availability.h"

#include "shop/availability/availability.h"
#include "shop/pricing/pricing.h"
#include "shop/sourcing/sourcing.h"
#include "tests/fulfil.h"
#include "tests/tender.h"

static const int64_t DAY_MS = 86400000;

ANY(asns_create, AsnInput, Asn)


/* Two teas taken along, three to be sent home, a cake to be fetched at LON. */
static bool order_mixed(const char *token, Order *order, bool *pending)
{
    Address         home     = { STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"),
                                 OPT_NONE, OPT_NONE };
    Contact         ada      = { STR("Ada Byron"), STR("ada@example.com"), STR_NONE };
    DeliveryInput   ways[2]  = { { .label        = STR("home"),
                                   .method       = STR("ship"),
                                   .address      = &home,
                                   .contact      = &ada,
                                   .window_from  = OPT_NONE,
                                   .window_until = OPT_NONE },
                                 { .label        = STR("shop"),
                                   .method       = STR("pickup"),
                                   .store        = STR("LON"),
                                   .window_from  = OPT_NONE,
                                   .window_until = OPT_NONE } };
    BasketLine      lines[3] = { { .sku = STR("TEA"), .quantity = 2000 },
                                 { .sku = STR("TEA"), .quantity = 3000, .delivery = STR("home") },
                                 { .sku = STR("CAKE"), .quantity = 1000, .delivery = STR("shop") } };
    TenderInput     tender   = tender_of(token);
    CheckoutRequest request  = { .location       = STR("LON"),
                                 .channel        = STR("web"),
                                 .expected_total = OPT_NONE,
                                 .pay_by         = OPT_NONE,
                                 .deliveries     = { ways, 2 },
                                 .lines          = { lines, 3 },
                                 .tenders        = { &tender, 1 } };
    err                      = (Error){ .def = NULL };
    return fixture_call(db, &env, any_orders_create, &request, order, sizeof *order, pending, &err);
}

static void test_mixed(void)
{
    Order    order = { .state = STR_NONE };
    AtpLevel tea = level("TEA", "LON"), cake = level("CAKE", "LON"), depot = level("TEA", "DC1");
    check_ok(order_mixed(NULL, &order, NULL), &err, "goods are taken along, sent and fetched in one order");
    check(order.fulfilments.count == 2 && str_eq(order.fulfilments.items[0].delivery, STR("home"))
              && str_eq(order.fulfilments.items[0].state, STR("open")),
          "the answer says who delivers what");
    Id       id  = order.id;
    AtpLevel is  = level("TEA", "LON");
    int64_t  far = level("TEA", "DC1").committed - depot.committed;
    check(is.floor == tea.floor - 2000, "what is taken along leaves at once");
    check(is.committed - tea.committed + far == 3000, "what is sent is claimed");
    check(level("CAKE", "LON").committed == cake.committed + 1000,
          "so is what is fetched, where it is fetched");
    OrderFulfilments all = of_order(id);
    check(all.items.count == 2, "there are two fulfilments");
    if (all.items.count != 2) return;
    const Fulfilment *home = &all.items.items[0], *shop = &all.items.items[1];
    check(str_eq(home->delivery, STR("home")) && str_eq(home->state, STR("open")) && home->address
              && str_eq(home->address->city, STR("Leeds")) && home->lines.items[0].line == 2,
          "one is sent home");
    check(str_eq(shop->method, STR("pickup")) && str_eq(shop->store, STR("LON"))
              && shop->lines.items[0].line == 3,
          "one is fetched");
    Id to_home = home->id, to_shop = shop->id;
    all_true("all is true when nothing is sent yet");
    ReturnLineInput line = { .line = 2, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor") };
    ReturnRequest   ask  = {
           .order = id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    Return back;
    err = (Error){ .def = NULL };
    check_refused(CALL(returns_create, &ask, &back, &err), &err, &ERR_RETURN_EXCEEDS,
                  "what is not delivered cannot be brought back");
    pick_all(to_home);
    pack_all(to_home);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = to_home }), "shipped", "it is sent");
    err = (Error){ .def = NULL };
    check_ok(CALL(returns_create, &ask, &back, &err), &err, "what was sent can be brought back");
    pick_all(to_shop);
    in_state(STEP(fulfil_stage, (StageInput){ to_shop, STR("A-1") }), "staged",
             "the other waits at a shelf");
    in_state(
        STEP(fulfil_hand_over, (HandOverInput){ .id = to_shop, .id_checked = true, .name = STR("Ada") }),
        "handed_over", "and is fetched");
    all_true("all is true when all is delivered");
}

static void test_cards(void)
{
    Order    order   = { .state = STR_NONE };
    bool     pending = false;
    AtpLevel tea     = level("TEA", "LON");
    check_ok(order_mixed("tok_approve", &order, &pending), &err, "it is paid by card");
    check(order.fulfilments.count == 2 && str_eq(order.fulfilments.items[0].state, STR("open")),
          "the answer has its deliveries");
    OrderFulfilments all = of_order(order.id);
    check(all.items.count == 2 && str_eq(all.items.items[0].state, STR("open")), "and may be picked then");
    tea      = level("TEA", "LON");
    bool was = order_mixed("tok_declined_insufficient_funds", &order, &pending);
    check(!was && err.def == &ERR_PAYMENT_DECLINED, "the card of another is refused");
    AtpLevel is = level("TEA", "LON");
    check(is.floor == tea.floor && is.committed == tea.committed, "nothing of it is claimed");
    all_true("all is true after a refused card");
    env.psp_timeout_ms = 500;
    check_ok(order_mixed("tok_timeout_approved", &order, &pending), &err, "a card is not answered");
    all = of_order(order.id);
    check(pending && all.items.count == 2 && str_eq(all.items.items[0].state, STR("waiting")),
          "its deliveries wait");
    check_refused(STEP(fulfil_start, (FulfilNote){ all.items.items[0].id, STR_NONE }), &err,
                  &ERR_STATE_REFUSED, "and are not picked");
    all_true("all is true while a card is not answered");
}

static void test_refusals(void)
{
    DeliveryInput way = {
        .label = STR("home"), .method = STR("ship"), .window_from = OPT_NONE, .window_until = OPT_NONE
    };
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 1000, .delivery = STR("home") };
    TenderInput     tender  = tender_of(NULL);
    Address         home    = { STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"),
                                 OPT_NONE, OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .deliveries     = { &way, 1 },
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order           order;
    err = (Error){ .def = NULL };
    check_refused(CALL(orders_create, &request, &order, &err), &err, &ERR_FIELD_INVALID,
                  "a parcel needs an address");
    way.address   = &home;
    line.delivery = STR("office");
    err           = (Error){ .def = NULL };
    check_refused(CALL(orders_create, &request, &order, &err), &err, &ERR_FIELD_INVALID,
                  "a line names a delivery");
    way.method    = STR("pickup");
    line.delivery = STR("home");
    err           = (Error){ .def = NULL };
    check_refused(CALL(orders_create, &request, &order, &err), &err, &ERR_FIELD_INVALID,
                  "a pick-up needs a store");
    way.method    = STR("ship");
    line.quantity = 900000;
    AtpLevel was  = level("TEA", "LON");
    err           = (Error){ .def = NULL };
    check(!CALL(orders_create, &request, &order, &err) && err.def && err.def->status == 409,
          "what is nowhere is not sold");
    check(level("TEA", "LON").committed == was.committed, "and nothing of it is claimed");
    all_true("all is true after refusals");
}

static bool make_kit(Ctx *ctx, void *arg, Error *e)
{
    KitPartInput parts[2] = { { .sku = STR("TEA"), .quantity = 2000, .value = OPT_NONE },
                              { .sku = STR("CAKE"), .quantity = 1000, .value = OPT_NONE } };
    ItemInput    item     = { .sku           = STR("SET"),
                              .name          = STR("Set"),
                              .tax_class     = STR("standard"),
                              .quantity_step = 1000,
                              .kit           = STR("virtual"),
                              .parts         = { parts, 2 } };
    Id           id;
    (void)arg;
    db_touch(ctx->tx);
    item.cost = item.if_version = item.shelf_life_days = item.minimum_days = item.weight = OPT_NONE;
    if (!catalog_put(ctx, &item, &id, e)) return false;
    PriceSet set = { .item = id, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 1000 };
    return pricing_put(ctx, &set, e);
}

static void test_kits(void)
{
    DeliveryInput   way     = { .label        = STR("shop"),
                                .method       = STR("pickup"),
                                .store        = STR("LON"),
                                .window_from  = OPT_NONE,
                                .window_until = OPT_NONE };
    BasketLine      line    = { .sku = STR("SET"), .quantity = 2000, .delivery = STR("shop") };
    TenderInput     tender  = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .deliveries     = { &way, 1 },
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order           order;
    check_ok(kit_write(db, &env, make_kit, NULL, &err), &err, "two teas and a cake are a set");
    err = (Error){ .def = NULL };
    check_ok(CALL(orders_create, &request, &order, &err), &err, "two sets are to be fetched");
    OrderFulfilments all = of_order(order.id);
    check(all.items.count == 1 && all.items.items[0].lines.count == 2, "their parts are picked");
    all_true("all is true with the parts of sets");
    Id id = all.items.count ? all.items.items[0].id : (Id){ { 0 } };
    pick_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-9") }), "staged", "they wait at a shelf");
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = id, .id_checked = true, .name = STR("Ada") }),
             "handed_over", "and are fetched");
    all_true("all is true when sets were fetched");
}

typedef struct {
    AvailabilityRule rule;
    StockShare       share;
    const char      *reach;
    bool             give_up;
} Terms;

static bool set_terms(Ctx *ctx, void *arg, Error *e)
{
    Terms           *t = arg;
    AvailabilityRule reply;
    SaleItem         tea;
    bool             changed = false;
    db_touch(ctx->tx);
    if (t->rule.kind.len && !availability_rule_set(ctx, &t->rule, &reply, e)) return false;
    if (t->reach && !reach_set(ctx, STR("LON"), *t->reach == 'f', ctx->now_ms, &changed, e)) return false;
    if (!catalog_sale_item(ctx, STR("TEA"), &tea, e)) return false;
    t->share.item = tea.id;
    if (t->give_up) return inventory_share_drop(ctx, tea.id, STR("LON"), STR("web"), &changed, e);
    return t->share.granted == 0 || inventory_share_put(ctx, &t->share, e);
}

static void terms(Terms t, const char *name)
{
    t.rule.lead_days = t.rule.release = OPT_NONE;
    if (!t.rule.sku.len) t.rule.sku = STR("TEA");
    err = (Error){ .def = NULL };
    check_ok(kit_write(db, &env, set_terms, &t, &err), &err, name);
}

static Id          last_order;
static const char *fetch_token; /* NULL: cash */

static bool fetch(const char *sku, int64_t qty)
{
    DeliveryInput   way     = { .label        = STR("shop"),
                                .method       = STR("pickup"),
                                .store        = STR("LON"),
                                .window_from  = OPT_NONE,
                                .window_until = OPT_NONE };
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty, .delivery = STR("shop") };
    TenderInput     tender  = tender_of(fetch_token);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .deliveries     = { &way, 1 },
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order           order   = { .number = 0 };
    err                     = (Error){ .def = NULL };
    bool ok                 = CALL(orders_create, &request, &order, &err);
    last_order              = order.id;
    return ok;
}

static void test_terms(void)
{
    AtpLevel tea  = level("TEA", "LON");
    int64_t  free = tea.floor + tea.backroom - tea.held - tea.committed;
    terms((Terms){ .share = { .location = STR("LON"),
                              .channel  = STR("web"),
                              .kind     = STR("hard"),
                              .granted  = 2000 } },
          "the channel has a hard share of two");
    check_refused(fetch("TEA", 3000), &err, &ERR_SOURCING_SHORT, "no three of it are fetched");
    check_ok(fetch("TEA", 1000), &err, "one is");
    check_refused(fetch("TEA", 2000), &err, &ERR_SOURCING_SHORT, "then only one is left of the share");
    terms((Terms){ .give_up = true }, "the share is given up");
    free -= 1000;
    terms((Terms){ .rule  = { .kind = STR("buffer"), .location = STR("LON"), .quantity = free - 1000 },
                   .reach = "f" },
          "the store is out of reach and keeps all but one back");
    check_refused(fetch("TEA", 2000), &err, &ERR_SOURCING_SHORT, "the buffer is not fetched");
    terms((Terms){ .reach = "n" }, "the store is within reach again");
    check_ok(fetch("TEA", 2000), &err, "now it is");
    terms((Terms){ .rule = { .kind = STR("offer"), .sku = STR("SET"), .mode = STR("no"),
                             .quantity = OPT_NONE } },
          "sets are not offered");
    check_refused(fetch("SET", 1000), &err, &ERR_SOURCING_SHORT, "no set is fetched");
    check_ok(fetch("CAKE", 1000), &err, "what is in it can be");
    terms((Terms){ .rule = { .kind = STR("offer"), .location = STR("LON"), .mode = STR("no"),
                             .quantity = OPT_NONE } },
          "tea is not offered here");
    check_refused(fetch("TEA", 1000), &err, &ERR_SOURCING_SHORT, "no tea is fetched");
    all_true("all is true with shares, buffers and what is not offered");
}

/* --- the courier --- */

static bool put_site(Ctx *ctx, void *arg, Error *e)
{
    SourcingSite reply;
    db_touch(ctx->tx);
    return sourcing_sites_change(ctx, arg, &reply, e);
}

static bool order_today(const char *sku, int64_t latitude, int64_t longitude, Order *order)
{
    Address home = { STR("10 Downing Street"), STR("London"), STR_NONE, STR("SW1A 2AA"), STR("GB"),
                     latitude, longitude };
    DeliveryInput today = { .label        = STR("today"),
                            .method       = STR("same_day"),
                            .address      = &home,
                            .window_from  = kit_now_ms + 3600000,
                            .window_until = kit_now_ms + 2 * 3600000 };
    BasketLine    line  = { .sku = str_from(sku), .quantity = 1000, .delivery = STR("today") };
    TenderInput     cash    = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .deliveries     = { &today, 1 },
                                .lines          = { &line, 1 },
                                .tenders        = { &cash, 1 } };
    err                     = (Error){ .def = NULL };
    return CALL(orders_create, &request, order, &err);
}

static void test_same_day(void)
{
    SourcingMethod ways[2] = { { STR("same_day"), OPT_NONE }, { STR("pickup"), OPT_NONE } };
    SourcingSite site    = { .location         = STR("LON"),
                             .latitude         = 51513600,
                             .longitude        = -133600,
                             .methods          = { ways, 2 },
                             .preparation      = 30,
                             .capacity         = OPT_NONE,
                             .parcel_cost      = OPT_NONE,
                             .unit_cost        = OPT_NONE,
                             .same_day_radius  = 5000,
                             .same_day_minutes = 60 };
    Order        order   = { .state = STR_NONE };
    check_ok(kit_write(db, &env, put_site, &site, &err), &err, "the store has a courier");
    check_ok(order_today("CAKE", 51503396, -127640, &order), &err, "who brings a cake to a mile away, today");
    check(order.fulfilments.count == 1 && str_eq(order.fulfilments.items[0].method, STR("same_day")),
          "it is a delivery of its own");
    Id id = of_order(order.id).items.items[0].id;
    check(STEP(fulfilments_show, (ById){ id }) && now.window_from != OPT_NONE
              && now.address->latitude == 51503396,
          "with the courier's window and where it goes");
    check_refused(order_today("CAKE", 53482000, -2242600, &order), &err, &ERR_SOURCING_SHORT,
                  "not to another city");
    check_refused(order_today("CAKE", OPT_NONE, OPT_NONE, &order), &err, &ERR_FIELD_INVALID,
                  "nor to nobody knows where");
    check(strcmp(err.field, "deliveries[0].address.latitude") == 0, "which is said");
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "with_courier", "the courier has it");
    in_state(STEP(fulfil_deliver, (DeliverInput){ .id = id }), "delivered", "and brings it");
    all_true("all is true after the courier");
}

/* --- sold before it is there --- */

static bool buy(int64_t qty, Id *order)
{
    Vendor            vendor, acme = { STR("ACME"), STR("Acme"), STR("sales"), 3, STR("GBP"), true };
    PurchaseLineInput line = { STR("CAKE"), qty, OPT_NONE, OPT_NONE };
    PurchaseInput     in   = { .vendor      = STR("ACME"),
                               .location    = STR("LON"),
                               .expected_at = kit_now_ms + 4 * DAY_MS,
                               .lines       = { &line, 1 } };
    Purchase          made;
    err     = (Error){ .def = NULL };
    bool ok = CALL(vendors_change, &acme, &vendor, &err) && CALL(purchases_create, &in, &made, &err);
    *order  = made.id;
    return ok && CALL(purchases_send, &(ById){ *order }, &made, &err);
}

/* An advance ship notice of all ten, for that time; then the jobs look. */
static bool put_off(Id order, int64_t at_ms)
{
    static unsigned char bytes[1 << 20];
    Arena                arena;
    Asn                  asn;
    AsnLineInput         line = { .line = 1, .quantity = 10000 };
    AsnInput in = { .order = order, .ref = STR("ASN-1"), .expected_at = at_ms, .lines = { &line, 1 } };
    arena_init(&arena, bytes, sizeof bytes);
    err = (Error){ .def = NULL };
    return CALL(asns_create, &in, &asn, &err) && availability_keep_due(db, &env, &arena, kit_now_ms, &err);
}

static bool receive(Id order, int64_t qty)
{
    ReceiveLine    line = { .sku = STR("CAKE"), .line = OPT_NONE, .quantity = qty, .damaged = OPT_NONE };
    ReceiveRequest in   = { .order = order, .lines = { &line, 1 } };
    GoodsReceipt   got;
    err = (Error){ .def = NULL };
    return CALL(receipts_create, &in, &got, &err);
}

/* The one of the last order that waits for its goods, or comes first. */
static Fulfilment part_of(const char *state)
{
    OrderFulfilments all = of_order(last_order);
    for (size_t i = 0; i < all.items.count; i++)
        if (str_eq(all.items.items[i].state, str_from(state))) return all.items.items[i];
    return (Fulfilment){ .state = STR_NONE, .promised_at = OPT_NONE };
}

static int64_t cakes_free(void)
{
    AtpLevel cake = level("CAKE", "LON");
    return cake.floor + cake.backroom - cake.held - cake.committed;
}

static void test_preorder(void)
{
    int64_t free = cakes_free();
    Id      order;
    check_refused(fetch("CAKE", free + 2000), &err, &ERR_SOURCING_SHORT,
                  "more than is there is not sold when no policy says so");
    terms((Terms){ .rule = { .kind     = STR("policy"),
                             .sku      = STR("CAKE"),
                             .mode     = STR("preorder"),
                             .quantity = 5000 } },
          "five cakes may be sold before they are there");
    check_refused(fetch("CAKE", free + 6000), &err, &ERR_SOURCING_SHORT, "no more than that");
    check_ok(buy(10000, &order), &err, "ten cakes are ordered from a vendor");
    int64_t comes_ms = kit_now_ms + 4 * DAY_MS;
    check_ok(fetch("CAKE", free + 2000), &err, "two more than there are can be fetched later");
    Fulfilment later = part_of("backordered");
    Id         id    = later.id;
    check(part_of("open").lines.count == 1, "what is there may be picked");
    check(later.promised_at == comes_ms && later.lines.count == 1 && later.lines.items[0].quantity == 2000,
          "the rest is promised for when it comes");
    check(level("CAKE", "LON").backordered == 2000, "and waited for");
    check_refused(STEP(fulfil_start, (FulfilNote){ id, STR_NONE }), &err, &ERR_STATE_REFUSED,
                  "what is not there is not picked");
    check_refused(fetch("CAKE", 4000), &err, &ERR_SOURCING_SHORT, "only three are left of the five");
    check_ok(fetch("CAKE", 3000), &err, "which can be had");
    Id second = part_of("backordered").id;
    all_true("all is true while goods are waited for");
    check_ok(put_off(order, comes_ms + 5 * DAY_MS), &err, "the vendor says that it takes five days more");
    check(STEP(fulfilments_show, (ById){ id }) && now.promised_at == comes_ms + 5 * DAY_MS,
          "the delivery is promised for then");
    check(told("order.promise_changed", id) == 1, "and the channel is told");
    all_true("all is true when a promise has moved");
    check_ok(receive(order, 1000), &err, "one comes");
    in_state(STEP(fulfilments_show, (ById){ id }), "backordered", "which is not enough");
    check_ok(receive(order, 1000), &err, "another");
    in_state(STEP(fulfilments_show, (ById){ id }), "open", "who waited first may have them");
    in_state(STEP(fulfilments_show, (ById){ second }), "backordered", "the other still waits");
    check(told("backorder.ready", id) == 1 && cakes_free() == 0, "nobody else gets them");
    pick_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-3") }), "staged", "they are picked and staged");
    in_state(STEP(fulfil_cancel, (CallOff){ .id = second }), "cancelled", "the other does not wait longer");
    check(level("CAKE", "LON").backordered == 0, "and nothing is kept for it");
    check_ok(receive(order, 3000), &err, "the rest comes");
    check(cakes_free() == 3000, "and is for anybody");
    all_true("all is true when goods came");
}

static void test_preorder_by_card(void)
{
    int64_t free = cakes_free();
    check(free > 0, "there are cakes");
    fetch_token = "tok_approve";
    check_ok(fetch("CAKE", free + 1000), &err, "a card pays for more cakes than there are");
    check(part_of("open").lines.count == 1 && part_of("backordered").lines.count == 1,
          "one part is picked, the other waits for its goods");
    fetch_token = "tok_declined_insufficient_funds";
    check(!fetch("CAKE", 1000) && err.def == &ERR_PAYMENT_DECLINED, "another card is refused");
    check(level("CAKE", "LON").backordered == 1000, "nothing is waited for by an order that was not paid");
    all_true("all is true after cards");
}

int main(void)
{
    open_shop();
    test_mixed();
    test_cards();
    test_refusals();
    test_kits();
    test_same_day();
    test_terms();
    test_preorder();
    test_preorder_by_card();
    return close_shop("deliver");
}

/* fulfil_pick_test.c — picking: scans, goods that are not there and come from elsewhere or are paid back,
 * substitutes, pick lists. */
#include "shop/pricing/pricing.h"
#include "tests/fulfil.h"
#include "tests/tender.h"

/* ---- picking ---- */

static void test_scans(void)
{
    Id   id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 14000, .cake = 1000 }, NULL);
    bool ok = pick(id, "4006381333931", OPT_NONE, OPT_NONE);
    check_refused(ok, &err, &ERR_BARCODE_UNKNOWN, "a code that nobody knows picks nothing");
    in_state(pick(id, "5012345678900", OPT_NONE, OPT_NONE), "picking", "a scan picks");
    check(now.lines.items[0].picked == 1000, "one unit");
    ok = pick(id, "5012345678900", 2, OPT_NONE);
    check_refused(ok, &err, &ERR_SCAN_MISMATCH, "the scanned item must be that of the line");
    ok = pick(id, "5012345678900", OPT_NONE, 14000);
    check_refused(ok, &err, &ERR_PICK_EXCEEDS, "no more than is to be picked");
    in_state(pick(id, "15012345678907", OPT_NONE, OPT_NONE), "picking", "a box is scanned");
    check(now.lines.items[0].picked == 13000, "and counts as twelve");
    ok = pick(id, "15012345678907", OPT_NONE, OPT_NONE);
    check_refused(ok, &err, &ERR_PICK_EXCEEDS, "another box is too much");
    ok = pick(id, NULL, 3, OPT_NONE);
    check_refused(ok, &err, &ERR_FIELD_INVALID, "there is no third line");
    ok = pick(id, NULL, OPT_NONE, OPT_NONE);
    check_refused(ok, &err, &ERR_FIELD_INVALID, "something must be named");
    ok = STEP(fulfil_pick,
              (PickInput){ .id = id, .line = 2, .quantity = OPT_NONE, .from = STR("backroom") });
    check_refused(ok, &err, &ERR_STOCK_SHORT, "nothing is picked where nothing is");
    pick_all(id);
    ok = pick(id, "5012345678900", OPT_NONE, OPT_NONE);
    check_refused(ok, &err, &ERR_STATE_REFUSED, "what is picked is picked");
    in_state(STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR("floor") }), "cancelled", "it is called off");
    all_true("all is true after scans");
}

/* ---- lots and serial numbers ---- */

/* Two phones with numbers and milk of two lots at LON. */
static bool receive_marked(Ctx *ctx, void *arg, Error *e)
{
    Str       numbers[2] = { STR("S1"), STR("S2") };
    StockDoc  doc        = { ctx_new_id(ctx), STR("receipt"), 0 };
    ItemInput items[2]   = {
          { .sku           = STR("PHONE"),
            .name          = STR("Phone"),
            .tax_class     = STR("standard"),
            .quantity_step = 1000,
            .tracking      = STR("serial") },
          { .sku           = STR("MILK"),
            .name          = STR("Milk"),
            .tax_class     = STR("reduced"),
            .quantity_step = 1000,
            .tracking      = STR("lot") },
    };
    StockMarks marks[3] = { { .serials = { numbers, 2 } },
                            { .lot = STR("OLD"), .expires_day = 40000 },
                            { .lot = STR("NEW"), .expires_day = 41000 } };
    (void)arg;
    db_touch(ctx->tx);
    for (int i = 0; i < 3; i++) {
        Id         id;
        ItemInput *item = &items[i > 0];
        item->cost = item->if_version = item->shelf_life_days = item->minimum_days = OPT_NONE;
        if (!catalog_put(ctx, item, &id, e)) return false;
        StockMove move = { .item          = id,
                           .sku           = item->sku,
                           .from_location = STR(""),
                           .from_state    = STR("vendor"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = i ? 5000 : 2000,
                           .marks         = &marks[i] };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
    }
    return true;
}

typedef struct {
    Id order, id;
} Marked;

/* A delivery of a phone and three cartons of milk for a line of teas of an order. */
static bool deliver_marked(Ctx *ctx, void *arg, Error *e)
{
    Marked  *m     = arg;
    AtpTerms terms = { .channel = STR("web") };
    SaleItem phone, milk;
    if (!catalog_sale_item(ctx, STR("PHONE"), &phone, e) || !catalog_sale_item(ctx, STR("MILK"), &milk, e))
        return false;
    NewFulfilmentLine lines[2] = { { 1, phone.id, phone.sku, phone.name, 1000 },
                                   { 1, milk.id, milk.sku, milk.name, 3000 } };
    NewFulfilment new          = { .id         = ctx_new_id(ctx),
                                   .order      = m->order,
                                   .delivery   = STR("second"),
                                   .method     = STR("ship"),
                                   .location   = STR("LON"),
                                   .channel    = STR("web"),
                                   .lines      = lines,
                                   .line_count = 2 };
    m->id                      = new.id;
    return fulfil_make(ctx, &new, &terms, e);
}

static void test_marked(void)
{
    Str    number = STR("S2");
    Marked m      = { .order = { { 0 } } };
    check_ok(kit_write(db, &env, receive_marked, NULL, &err), &err, "there are phones and milk");
    (void)make_one((Wanted){ .method = "ship", .location = "LON", .tea = 9000, .cash = true }, &m.order);
    check_ok(kit_write(db, &env, deliver_marked, &m, &err), &err, "some are to be sent");
    check_refused(pick(m.id, NULL, 1, OPT_NONE), &err, &ERR_SERIALS_NEEDED,
                  "a phone is picked with its number");
    PickInput phone = { .id = m.id, .line = 1, .quantity = OPT_NONE, .serials = { &number, 1 } };
    in_state(STEP(fulfil_pick, phone), "picking", "which is scanned");
    in_state(pick(m.id, NULL, 2, OPT_NONE), "picked", "milk is taken as it expires");
    check(level("PHONE", "LON").picked == 1000 && level("MILK", "LON").picked == 3000, "both are picked");
    in_state(STEP(fulfil_cancel, (CallOff){ m.id, STR_NONE, STR("floor") }), "cancelled",
             "it is called off");
    check(level("PHONE", "LON").floor == 2000 && level("MILK", "LON").floor == 10000, "all of it is back");
    check_ok(kit_write(db, &env, deliver_marked, &m, &err), &err, "the same again");
    phone.id = m.id;
    in_state(STEP(fulfil_pick, phone), "picking", "the same phone is scanned");
    in_state(pick(m.id, NULL, 2, OPT_NONE), "picked", "milk is taken");
    pack_all(m.id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = m.id }), "shipped", "it is sent");
    check(level("PHONE", "LON").floor == 1000 && level("PHONE", "LON").picked == 0, "the phone left");
    in_state(STEP(fulfil_fail, (FulfilNote){ m.id, STR_NONE }), "failed", "it cannot be delivered");
    in_state(STEP(fulfil_restock, (RestockInput){ m.id, STR("quarantine") }), "returned_to_stock",
             "and comes back");
    check(level("PHONE", "LON").quarantine == 1000 && level("MILK", "LON").quarantine == 3000,
          "with its numbers");
}

/* ---- parts of kits ---- */

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

static bool deliver_kit(Ctx *ctx, void *arg, Error *e)
{
    static const char *const skus[] = { "TEA", "CAKE" };
    Marked                  *m      = arg;
    StockDoc                 doc    = { m->order, STR("sale"), 0 };
    AtpTerms                 terms  = { .channel = STR("web") };
    NewFulfilmentLine        lines[2];
    for (int i = 0; i < 2; i++) {
        SaleItem item;
        if (!catalog_sale_item(ctx, str_from(skus[i]), &item, e)) return false;
        StockMove move = { .item          = item.id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("customer"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = i ? 1000 : 2000 };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
        lines[i] = (NewFulfilmentLine){ 1, item.id, str_dup(ctx->arena, item.sku),
                                        str_dup(ctx->arena, item.name), move.qty };
    }
    NewFulfilment new = { .id         = ctx_new_id(ctx),
                          .order      = m->order,
                          .delivery   = STR("home"),
                          .method     = STR("ship"),
                          .location   = STR("LON"),
                          .channel    = STR("web"),
                          .lines      = lines,
                          .line_count = 2 };
    m->id             = new.id;
    return fulfil_make(ctx, &new, &terms, e);
}

static void test_kits(void)
{
    Marked          m       = { .order = { { 0 } } };
    Order           order   = { .state = STR_NONE };
    BasketLine      line    = { .sku = STR("SET"), .quantity = 1000 };
    TenderInput     tender  = tender_of("tok_approve");
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    check_ok(kit_write(db, &env, make_kit, NULL, &err), &err, "two teas and a cake are a set");
    err = (Error){ .def = NULL };
    check_ok(CALL(orders_create, &request, &order, &err), &err, "a set is sold");
    m.order = order.id;
    check_ok(kit_write(db, &env, deliver_kit, &m, &err), &err, "its parts are to be sent");
    (void)pick(m.id, NULL, 1, OPT_NONE);
    in_state(STEP(fulfil_cancel, (CallOff){ m.id, STR_NONE, STR("floor") }), "cancelled",
             "it is called off");
    OwedList owed;
    err = (Error){ .def = NULL };
    check_ok(CALL(owed_list, &((OwedAsk){ .order = m.order, .limit = OPT_NONE }), &owed, &err), &err,
             "what is owed can be seen");
    int64_t sum = 0;
    for (size_t i = 0; i < owed.items.count; i++) sum += owed.items.items[i].amount;
    check(owed.items.count == 2 && sum == 1000, "the shares of the parts are the price of the set");
}

/* ---- what is not there ---- */

static void test_resource(void)
{
    Id       order = { { 0 } };
    AtpLevel was = level("TEA", "LON"), there = level("TEA", "DC1");
    Id   id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 3000, .cake = 1000 }, &order);
    bool ok = STEP(fulfil_short, (ShortInput){ id, 1, 4000, STR_NONE, STR_NONE });
    check_refused(ok, &err, &ERR_PICK_EXCEEDS, "no more can be short than was to be picked");
    in_state(STEP(fulfil_short, (ShortInput){ id, 1, 2000, STR_NONE, STR("shelf empty") }), "picking",
             "two of three are not there");
    check(now.lines.items[0].moved_on == 2000 && now.lines.items[0].to_pick == 1000,
          "one is still to be picked");
    AtpLevel is = level("TEA", "LON");
    check(is.quarantine == was.quarantine + 2000 && is.committed == was.committed + 1000,
          "what is missing is set aside, its claim given back");
    check(level("TEA", "DC1").committed == there.committed + 2000, "and claimed elsewhere");
    check(told("fulfilment.resourced", id) == 1, "the channel is told");
    all_true("all is true when goods come from elsewhere");
    pick_all(id);
    OrderFulfilments all = of_order(order);
    check(all.items.count == 2 && str_eq(all.items.items[1].location, STR("DC1"))
              && str_eq(all.items.items[1].method, STR("ship")) && all.items.items[1].number == 2,
          "there is a second fulfilment");
    Id other = all.items.count == 2 ? all.items.items[1].id : id;
    in_state(STEP(fulfil_short, (ShortInput){ other, 1, OPT_NONE, STR("there"), STR_NONE }), "rejected",
             "which cannot do it either");
    check(now.lines.items[0].dropped == 2000, "and nobody else can");
    check(told("fulfilment.dropped", other) == 1 && told("order.returned", order) == 1,
          "the channel is told and the money goes back");
    check(level("TEA", "DC1").committed == there.committed, "no claim is left");
    all_true("all is true when goods are nowhere");
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "the rest is sent");
    all_true("all is true when the rest is sent");
}

static void test_reject(void)
{
    Id       order = { { 0 } };
    AtpLevel was   = level("TEA", "LON");
    Id       id =
        make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 2000 }, &order);
    (void)pick(id, NULL, 1, 1000);
    in_state(STEP(fulfil_reject, (CallOff){ id, STR("no staff"), STR("floor") }), "rejected",
             "the store cannot do it");
    AtpLevel is = level("TEA", "LON");
    check(is.floor == was.floor && is.committed == was.committed && is.picked == was.picked,
          "goods and claims are as before");
    OrderFulfilments all = of_order(order);
    check(all.items.count == 2 && str_eq(all.items.items[1].method, STR("ship_to_store"))
              && str_eq(all.items.items[1].store, STR("LON"))
              && str_eq(all.items.items[1].location, STR("DC1")),
          "another place sends it to the store");
    Id   other = all.items.count == 2 ? all.items.items[1].id : id;
    bool ok    = STEP(fulfil_reject, (CallOff){ id, STR_NONE, STR_NONE });
    check_refused(ok, &err, &ERR_STATE_REFUSED, "it is rejected once");
    in_state(STEP(fulfil_cancel, (CallOff){ other, STR_NONE, STR_NONE }), "cancelled",
             "the other is called off");
    all_true("all is true when a store could not do it");
}

static void test_substitute(void)
{
    Str         cake = STR("CAKE"), tea = STR("TEA");
    Substitutes list = { STR("TEA"), { &cake, 1 } }, shown;
    Id          no   = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000 }, NULL);
    Id          yes =
        make_one((Wanted){ .method = "ship", .location = "LON", .tea = 2000, .substitutes = true }, NULL);
    bool ok = STEP(fulfil_substitute, (SubstituteInput){ yes, 1, cake, OPT_NONE });
    check_refused(ok, &err, &ERR_SUBSTITUTE_REFUSED, "only what is set for the item may be given");
    err = (Error){ .def = NULL };
    check_ok(CALL(substitutes_change, &list, &shown, &err), &err, "a substitute is set");
    err = (Error){ .def = NULL };
    check(CALL(substitutes_show, &((SubstituteAsk){ tea }), &shown, &err) && shown.instead.count == 1,
          "and shown");
    list.instead.items = &tea;
    err                = (Error){ .def = NULL };
    check_refused(CALL(substitutes_change, &list, &shown, &err), &err, &ERR_FIELD_INVALID,
                  "an item does not substitute itself");
    ok = STEP(fulfil_substitute, (SubstituteInput){ no, 1, cake, OPT_NONE });
    check_refused(ok, &err, &ERR_SUBSTITUTE_REFUSED, "who takes no substitutes gets none");
    in_state(STEP(fulfil_substitute, (SubstituteInput){ yes, 1, cake, 1000 }), "picking",
             "a cake is given for a tea");
    check(now.lines.count == 2 && now.lines.items[1].instead_of == 1 && now.lines.items[1].to_pick == 1000
              && now.lines.items[0].substituted == 1000,
          "as a line of its own");
    check(told("fulfilment.substituted", yes) == 1, "the channel is told");
    all_true("all is true with a substitute");
    pick_all(yes);
    pack_all(yes);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = yes }), "shipped", "both are sent");
    all_true("all is true when a substitute is sent");
    Id sold = { { 0 } };
    Id all =
        make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000, .substitutes = true }, &sold);
    (void)STEP(fulfil_substitute, (SubstituteInput){ all, 1, cake, OPT_NONE });
    pick_all(all);
    pack_all(all);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = all }), "shipped", "a cake is sent for the only tea");
    ReturnLineInput line = { .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor") };
    ReturnRequest   ask  = {
           .order = sold, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    Return  back;
    int64_t cakes = level("CAKE", "LON").floor, teas = level("TEA", "LON").floor;
    err = (Error){ .def = NULL };
    check_ok(CALL(returns_create, &ask, &back, &err), &err, "the customer brings it back");
    check(level("CAKE", "LON").floor == cakes + 1000 && level("TEA", "LON").floor == teas,
          "and it is a cake");
    all_true("all is true when a substitute came back");
    Id short_too =
        make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000, .substitutes = true }, NULL);
    (void)STEP(fulfil_substitute, (SubstituteInput){ short_too, 1, cake, OPT_NONE });
    in_state(STEP(fulfil_short, (ShortInput){ short_too, 2, OPT_NONE, STR("there"), STR_NONE }), "rejected",
             "a substitute is not there either");
    check(now.lines.items[0].moved_on == 1000 && now.lines.items[0].substituted == 0,
          "what was ordered comes from elsewhere");
    in_state(STEP(fulfil_cancel, (CallOff){ no, STR_NONE, STR_NONE }), "cancelled",
             "the first is called off");
    all_true("all is true when a substitute is not there");
}

static void test_lists(void)
{
    BinInput       bin = { STR("LON"), STR("CAKE"), STR("cold"), STR("A-1") }, kept;
    PickList       list;
    BinList        bins;
    FulfilmentList found;
    Id id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000, .cake = 2000 }, NULL);
    err   = (Error){ .def = NULL };
    check_ok(CALL(bins_change, &bin, &kept, &err), &err, "it is said where cakes stand");
    check(CALL(bins_list, &((BinAsk){ STR("LON"), STR_NONE, OPT_NONE }), &bins, &err)
              && bins.items.count == 1 && str_eq(bins.items.items[0].zone, STR("cold")),
          "and shown");
    PickAsk ask = { .location = STR("LON"), .due_before = OPT_NONE, .limit = 1 };
    size_t  n = 0, cold = 0;
    char    cursor[80];
    for (bool more = true; more && n < 50; n++) {
        if (!CALL(pick_list, &ask, &list, &err)) break;
        cold += list.items.count == 1 && str_eq(list.items.items[0].zone, STR("cold"));
        more = list.next_cursor.len > 0;
        if (!more) continue;
        memcpy(cursor, list.next_cursor.ptr, list.next_cursor.len);
        ask.cursor = (Str){ cursor, list.next_cursor.len };
    }
    check(n > 1 && cold >= 1, "a pick list has pages");
    ask = (PickAsk){ .location   = STR("LON"),
                     .zone       = STR("cold"),
                     .due_before = OPT_NONE,
                     .fulfilment = id,
                     .limit      = OPT_NONE };
    check(CALL(pick_list, &ask, &list, &err) && list.items.count == 1
              && str_eq(list.items.items[0].sku, STR("CAKE")) && list.items.items[0].to_pick == 2000
              && str_eq(list.items.items[0].bin, STR("A-1")),
          "of a zone, it has what stands there");
    for (int i = 0; i < 3; i++)
        (void)make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 1000 },
                       NULL);
    FulfilmentFind find = {
        .location = STR("LON"), .state = STR("open"), .due_before = OPT_NONE, .limit = 1
    };
    check(CALL(fulfilments_list, &find, &found, &err) && found.items.count == 1, "fulfilments are listed");
    find = (FulfilmentFind){ .store = STR("LON"), .due_before = OPT_NONE, .limit = 2 };
    check(CALL(fulfilments_list, &find, &found, &err) && found.items.count == 2 && found.next_cursor.len,
          "those of a store by pages");
    if (!found.next_cursor.len) return;
    memcpy(cursor, found.next_cursor.ptr, found.next_cursor.len);
    find.cursor = (Str){ cursor, found.next_cursor.len };
    check(CALL(fulfilments_list, &find, &found, &err) && found.items.count > 0, "the next one follows");
    find.cursor = STR("nonsense");
    check_refused(CALL(fulfilments_list, &find, &found, &err), &err, &ERR_FIELD_INVALID,
                  "a cursor is checked");
    in_state(STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR("floor") }), "cancelled", "it is called off");
}

int main(void)
{
    open_shop();
    test_scans();
    test_resource();
    test_reject();
    test_substitute();
    test_lists();
    test_kits();
    test_marked();
    return close_shop("fulfil_pick");
}

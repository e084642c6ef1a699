/* transfer_test.c — goods go from one location to another: approved, picked, sent, received, or not; and
 * from the backroom to the floor. */
#include "core/machine.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/settings/settings.h"
#include "shop/transfers/transfers.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;

enum { ANNA = 1, BEN = 2 }; /* two people */

static int who = ANNA;

#define HANDLER(name, Request, Reply)                                                                      \
    FIXTURE_ANY(name)                                                                                      \
    static bool do_##name(Request request, Reply *reply)                                                   \
    {                                                                                                      \
        kit_now_ms += 10;                                                                                  \
        FixtureCaller by = { who, PERMS_ALL };                                                            \
        return fixture_as(db, &env, by, name##_any, &request, reply, sizeof *reply, &err);                 \
    }
HANDLER(transfers_create, TransferInput, Transfer)
HANDLER(transfers_change, TransferEdit, Transfer)
HANDLER(transfers_submit, ById, Transfer)
HANDLER(transfers_approve, ById, Transfer)
HANDLER(transfers_pick, TransferPick, Transfer)
HANDLER(transfers_ship, TransferShip, Transfer)
HANDLER(transfers_receive, TransferReceive, Transfer)
HANDLER(transfers_resolve, TransferResolve, Transfer)
HANDLER(transfers_cancel, TransferCancel, Transfer)
HANDLER(transfers_show, ById, Transfer)
HANDLER(transfers_list, TransferFind, TransferList)
HANDLER(floor_minimums_change, FloorMinimum, FloorMinimum)
HANDLER(floor_minimums_list, FloorFind, FloorMinimumList)
HANDLER(floor_minimums_remove, FloorMinimumAsk, FloorMinimumAsk)
HANDLER(putaway_list, FloorFind, PutawayList)
HANDLER(putaway_create, PutawayInput, Putaway)
HANDLER(stock_move, StockMoves, StockMoved)

static bool set_item(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku           = str_from(arg),
                       .name          = str_from(arg),
                       .tax_class     = STR("standard"),
                       .quantity_step = 1000,
                       .cost          = 100 };
    Id        id;
    if (strcmp(arg, "MILK") == 0) item.tracking = STR("lot");
    if (strcmp(arg, "RADIO") == 0) item.tracking = STR("serial");
    return catalog_put(ctx, &item, &id, e);
}

typedef struct {
    const char *sku, *location;
    AtpLevel    level;
    int64_t     expected;
} Look;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    Look             *l     = arg;
    Id                item  = { { 0 } };
    TransferExpected *list  = NULL;
    size_t            count = 0;
    if (!inventory_item_id(ctx, str_from(l->sku), &item, e)
        || !inventory_level(ctx, item, str_from(l->location), &l->level, e)
        || !transfers_expected(ctx, item, str_from(l->location), &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) l->expected += list[i].qty;
    return true;
}

static Look see(const char *sku, const char *location)
{
    Look  l = { .sku = sku, .location = location };
    Error e = { 0 };
    check_ok(kit_read(db, &env, look, &l, &e), &e, "the stock is read");
    return l;
}

static bool set_limit(Ctx *ctx, void *arg, Error *e)
{
    return settings_put(ctx, &SETTING_TRANSFER_APPROVE_VALUE, *(int64_t *)arg, e);
}

static bool is(Str text, const char *want)
{
    return str_eq(text, str_from(want));
}

static bool make(const char *sku, int64_t qty, Transfer *out)
{
    TransferLineInput line = { str_from(sku), qty };
    TransferInput     in   = { .from_location = STR("LON"),
                               .to_location   = STR("DC1"),
                               .expected_at   = kit_now_ms + 5000,
                               .lines         = { &line, 1 } };
    return do_transfers_create(in, out);
}

/* Made, passed and picked. */
static Id picked(const char *sku, int64_t qty)
{
    Transfer t;
    check_ok(make(sku, qty, &t), &err, "a transfer is made");
    Id id = t.id;
    check_ok(do_transfers_submit((ById){ id }, &t), &err, "asked for");
    check_ok(do_transfers_pick((TransferPick){ .id = id }, &t), &err, "and picked");
    return id;
}

static Id shipped(const char *sku, int64_t qty)
{
    Transfer t;
    Id       id = picked(sku, qty);
    check_ok(do_transfers_ship((TransferShip){ .id = id, .expected_at = OPT_NONE }, &t), &err, "it leaves");
    return id;
}

static TransferReceiveLine came(const char *sku, int64_t qty)
{
    return (TransferReceiveLine){
        .line = OPT_NONE, .sku = str_from(sku), .quantity = qty, .damaged = OPT_NONE
    };
}

static bool receive(Id id, TransferReceiveLine line, bool over, Transfer *out)
{
    TransferReceive in = { .id = id, .accept_over = over, .lines = { &line, 1 } };
    return do_transfers_receive(in, out);
}

static bool resolve(Id id, int64_t qty, const char *as, Transfer *out)
{
    TransferResolveLine line = { 1, qty, str_from(as) };
    TransferResolve     in   = { .id = id, .lines = { &line, 1 } };
    return do_transfers_resolve(in, out);
}

static void check_bad_input(void)
{
    Transfer          t;
    TransferLineInput line = { STR("TEA"), 1000 };
    TransferInput     in   = { .from_location = STR("LON"),
                               .to_location   = STR("LON"),
                               .expected_at   = OPT_NONE,
                               .lines         = { &line, 1 } };
    check_refused(do_transfers_create(in, &t), &err, &ERR_FIELD_INVALID, "goods go to another location");
    in.to_location = STR("MARS");
    check_refused(do_transfers_create(in, &t), &err, &ERR_FIELD_INVALID, "which is there");
    in.to_location = STR("DC1");
    line.sku       = STR("WRAP");
    check_refused(do_transfers_create(in, &t), &err, &ERR_TRANSFER_LINE, "a service does not travel");
    line.sku      = STR("TEA");
    line.quantity = 1500;
    check_refused(do_transfers_create(in, &t), &err, &ERR_FIELD_INVALID, "nor half a tea");
    check_refused(do_transfers_show((ById){ { { 9 } } }, &t), &err, &ERR_NOT_FOUND, "others are not there");
}

static void check_straight(void)
{
    Transfer     t;
    TransferList list;
    AtpLevel     was = see("TEA", "LON").level;
    check_ok(make("TEA", 10000, &t), &err, "ten teas are to go");
    Id id = t.id;
    check(is(t.state, "draft") && t.number == 1 && t.units == 10000 && t.worth == 1000, "a draft");
    TransferLineInput line = { STR("TEA"), 12000 };
    TransferEdit      edit = { .id = id, .expected_at = OPT_NONE, .lines = { &line, 1 } };
    check(do_transfers_change(edit, &t) && t.units == 12000 && t.lines.count == 1, "it is changed");
    check_refused(do_transfers_pick((TransferPick){ .id = id }, &t), &err, &ERR_STATE_REFUSED,
                  "a draft is not picked");
    check(do_transfers_submit((ById){ id }, &t) && is(t.state, "approved"), "within the limits it may go");
    check_refused(do_transfers_change(edit, &t), &err, &ERR_STATE_REFUSED, "it is not changed any more");
    check(do_transfers_pick((TransferPick){ .id = id }, &t) && is(t.state, "picking"), "it is picked");
    check(see("TEA", "LON").level.committed == was.committed + 12000, "its goods are claimed");
    TransferShipLine some = { .line = 1, .quantity = 11000 };
    TransferShip ship = { .id = id, .carrier = STR("DHL"), .expected_at = OPT_NONE, .lines = { &some, 1 } };
    check_ok(do_transfers_ship(ship, &t), &err, "eleven were found and leave");
    check(t.lines.items[0].shipped == 11000 && t.lines.items[0].on_way == 11000, "and are on the way");
    AtpLevel now = see("TEA", "LON").level;
    Look     to  = see("TEA", "DC1");
    check(now.committed == was.committed && now.floor + now.backroom == was.floor + was.backroom - 11000,
          "nothing stays claimed");
    check(to.level.in_transit == 11000 && to.expected == 11000 && to.level.backroom == 0,
          "they are in transit there");
    check_refused(do_transfers_cancel((TransferCancel){ id, STR_NONE }, &t), &err, &ERR_STATE_REFUSED,
                  "what has left is not called off");
    check(receive(id, came("TEA", 6000), false, &t) && is(t.state, "receiving"), "six arrive");
    check_refused(receive(id, came("TEA", 6000), false, &t), &err, &ERR_TRANSFER_OVER,
                  "a second person does not receive them again");
    check(receive(id, came("TEA", 5000), false, &t) && is(t.state, "received"), "then the others");
    to = see("TEA", "DC1");
    check(to.level.backroom == 11000 && to.level.in_transit == 0 && to.expected == 0, "all is there");
    check_refused(receive(id, came("TEA", 1000), true, &t), &err, &ERR_STATE_REFUSED, "it is over");
    check(do_transfers_list((TransferFind){ .state = STR("received"), .limit = OPT_NONE }, &list)
              && list.items.count == 1,
          "transfers are listed by state");
}

static void check_discrepancies(void)
{
    Transfer            t;
    AtpLevel            was = see("TEA", "DC1").level, home = see("TEA", "LON").level;
    Id                  id   = shipped("TEA", 20000);
    TransferReceiveLine line = came("TEA", 12000);
    line.damaged             = 2000;
    line.to                  = STR("floor");
    check_refused(receive(id, came("CAKE", 1000), true, &t), &err, &ERR_TRANSFER_LINE,
                  "cakes are no part of it");
    check(is(str_from(err.field), "lines[0].sku"), "the refusal says where");
    check(receive(id, line, false, &t) && t.lines.items[0].damaged == 2000
              && t.lines.items[0].on_way == 8000,
          "twelve arrive, two of them damaged");
    AtpLevel now = see("TEA", "DC1").level;
    check(now.floor == was.floor + 10000 && now.damaged == 2000 && now.in_transit == 8000,
          "eight are missing");
    check(resolve(id, 3000, "lost", &t) && is(t.state, "receiving"), "three are lost");
    check(resolve(id, 1000, "found", &t), "one turns up");
    check_refused(resolve(id, 5000, "lost", &t), &err, &ERR_TRANSFER_OVER, "no more than is missing");
    check(resolve(id, OPT_NONE, "sent_back", &t) && is(t.state, "closed"), "four never left");
    now = see("TEA", "DC1").level;
    check(now.in_transit == 0 && now.backroom == was.backroom + 1000, "nothing is on the way");
    AtpLevel back = see("TEA", "LON").level;
    check(back.floor + back.backroom == home.floor + home.backroom - 16000, "four are back");
    id = shipped("TEA", 5000);
    check_refused(receive(id, came("TEA", 6000), false, &t), &err, &ERR_TRANSFER_OVER, "six of five");
    check(receive(id, came("TEA", 6000), true, &t) && is(t.state, "closed") && t.lines.items[0].over == 1000
              && t.lines.items[0].received == 5000,
          "are accepted when it is said");
    id = shipped("TEA", 5000);
    check(resolve(id, OPT_NONE, "lost", &t) && is(t.state, "closed"), "a whole delivery is lost");
}

static void check_four_eyes(void)
{
    Transfer t;
    int64_t  limit = 500;
    check_ok(kit_write(db, &env, set_limit, &limit, &err), &err, "more than 5.00 needs another person");
    check_ok(make("TEA", 6000, &t), &err, "6.00 is to go");
    Id id = t.id;
    check(do_transfers_submit((ById){ id }, &t) && is(t.state, "requested"), "it waits");
    check_refused(do_transfers_approve((ById){ id }, &t), &err, &ERR_TRANSFER_OWN, "not for oneself");
    check_refused(do_transfers_pick((TransferPick){ .id = id }, &t), &err, &ERR_STATE_REFUSED,
                  "not picked");
    who = BEN;
    check(do_transfers_approve((ById){ id }, &t) && is(t.state, "approved")
              && t.approved_by.bytes[15] == BEN,
          "somebody else approves");
    who = ANNA;
    check(do_transfers_cancel((TransferCancel){ id, STR("no") }, &t) && is(t.state, "cancelled"),
          "it is off");
    limit = 500000;
    check_ok(kit_write(db, &env, set_limit, &limit, &err), &err, "the limit is back");
}

static void check_cancel(void)
{
    Transfer t;
    AtpLevel was = see("CAKE", "LON").level;
    Id       id  = picked("CAKE", 30000);
    check(see("CAKE", "LON").level.committed == was.committed + 30000, "30 are claimed");
    check_ok(do_transfers_cancel((TransferCancel){ id, STR_NONE }, &t), &err, "it is called off");
    check(see("CAKE", "LON").level.committed == was.committed, "and given back");
    check_refused(do_transfers_cancel((TransferCancel){ id, STR_NONE }, &t), &err, &ERR_STATE_REFUSED,
                  "once");
    check_ok(make("CAKE", 900000, &t), &err, "more than there is can be asked for");
    id = t.id;
    check_ok(do_transfers_submit((ById){ id }, &t), &err, "and passed");
    check_refused(do_transfers_pick((TransferPick){ .id = id }, &t), &err, &ERR_STOCK_SHORT,
                  "but not picked");
    TransferPickLine line = { 1, 40000 };
    TransferPick     pick = { .id = id, .lines = { &line, 1 } };
    check(do_transfers_pick(pick, &t) && t.lines.items[0].claimed == 40000, "what is there is");
    TransferShipLine some = { .line = 1, .quantity = 50000 };
    check_refused(
        do_transfers_ship((TransferShip){ .id = id, .expected_at = OPT_NONE, .lines = { &some, 1 } }, &t),
        &err, &ERR_TRANSFER_LINE, "no more leaves than was picked");
    check_ok(do_transfers_cancel((TransferCancel){ id, STR_NONE }, &t), &err, "it is called off");
}

static void bring(const char *sku, const char *state, int64_t qty, const char *lot, Str *serials,
                  size_t count)
{
    StockMoved    moved;
    StockMoveLine line = { .sku         = str_from(sku),
                           .quantity    = qty,
                           .from_state  = STR("vendor"),
                           .to_location = STR("LON"),
                           .to_state    = str_from(state),
                           .lot         = str_from(lot),
                           .serials     = { serials, count } };
    check_ok(do_stock_move((StockMoves){ STR("receipt"), STR_NONE, { &line, 1 }, STR_NONE }, &moved), &err,
             "goods come");
}

static void check_told_apart(void)
{
    Transfer t;
    Str      all[3] = { STR("R1"), STR("R2"), STR("R3") }, two[2] = { STR("R1"), STR("R3") };
    bring("MILK", "backroom", 4000, "L1", NULL, 0);
    bring("MILK", "floor", 3000, "L2", NULL, 0);
    bring("RADIO", "backroom", 3000, NULL, all, 3);
    Id first = shipped("MILK", 5000), second = shipped("MILK", 2000);
    check(see("MILK", "DC1").level.in_transit == 7000, "milk of two lots is on the way");
    check(receive(second, came("MILK", 2000), false, &t) && is(t.state, "received"),
          "the second comes first");
    TransferReceiveLine wrong = came("MILK", 2000);
    wrong.lot                 = STR("L9");
    check_refused(receive(first, wrong, false, &t), &err, &ERR_TRANSFER_OVER,
                  "no lot comes that did not leave");
    check(receive(first, came("MILK", 5000), false, &t) && is(t.state, "received"), "then the first");
    Id               id   = picked("RADIO", 2000);
    TransferShipLine some = { .line = 1, .quantity = 2000, .serials = { two, 2 } };
    check_ok(
        do_transfers_ship((TransferShip){ .id = id, .expected_at = OPT_NONE, .lines = { &some, 1 } }, &t),
        &err, "two pieces with numbers leave");
    TransferReceiveLine one = came("RADIO", 1000);
    one.serials.items       = all + 1;
    one.serials.count       = 1;
    check_refused(receive(id, one, false, &t), &err, &ERR_TRANSFER_OVER, "another piece does not arrive");
    one.serials.items = two + 1;
    check_ok(receive(id, one, false, &t), &err, "one of them does");
    check(resolve(id, OPT_NONE, "lost", &t) && is(t.state, "closed"), "the other one is lost");
}

static void check_putaway(void)
{
    FloorMinimum     low;
    FloorMinimumList lows;
    PutawayList      hints;
    Putaway          done;
    FloorFind        at = { STR("LON"), STR_NONE, OPT_NONE };
    AtpLevel         was;
    bring("CAKE", "backroom", 50000, NULL, NULL, 0);
    was = see("CAKE", "LON").level;
    check_refused(do_floor_minimums_change((FloorMinimum){ STR("LON"), STR("CAKE"), 10000, 5000 }, &low),
                  &err, &ERR_FIELD_INVALID, "full is not below low");
    check_ok(do_floor_minimums_change(
                 (FloorMinimum){ STR("LON"), STR("CAKE"), was.floor + 1000, was.floor + 20000 }, &low),
             &err, "cakes have a minimum on the floor");
    check(do_putaway_list(at, &hints) && hints.items.count == 1 && hints.items.items[0].quantity == 20000,
          "20 should be brought to the floor");
    PutawayLine  line = { .sku = STR("CAKE"), .quantity = 20000 };
    PutawayInput in   = { .location = STR("LON"), .lines = { &line, 1 } };
    check(do_putaway_create(in, &done) && done.items.items[0].floor == was.floor + 20000, "they are");
    check(do_putaway_list(at, &hints) && hints.items.count == 0, "then nothing is missing");
    in.from = STR("floor");
    check(do_putaway_create(in, &done) && done.items.items[0].floor == was.floor, "and back");
    in.to = STR("floor");
    check_refused(do_putaway_create(in, &done), &err, &ERR_FIELD_INVALID, "not to where it stands");
    in.to         = STR_NONE;
    line.quantity = 900000000;
    check_refused(do_putaway_create(in, &done), &err, &ERR_STOCK_SHORT, "nor more than there is");
    check(is(str_from(err.field), "lines[0]"), "the refusal says where");
    check(do_floor_minimums_list(at, &lows) && lows.items.count == 1, "minimums are listed");
    FloorMinimumAsk ask = { STR("LON"), STR("CAKE") };
    check_ok(do_floor_minimums_remove(ask, &ask), &err, "and removed");
    ask = (FloorMinimumAsk){ STR("LON"), STR("CAKE") };
    check_refused(do_floor_minimums_remove(ask, &ask), &err, &ERR_NOT_FOUND, "once");
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            return err_set(e, &ERR_INTERNAL, "", "%s: %s", report.results[i].name,
                           report.results[i].rows[0].what);
    return true;
}

int main(void)
{
    static const char *const skus[] = { "TEA", "CAKE", "MILK", "RADIO" };
    db                              = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    for (size_t i = 0; i < COUNT(skus); i++)
        check_ok(kit_write(db, &env, set_item, (void *)skus[i], &err), &err, skus[i]);
    check_bad_input();
    check_straight();
    check_discrepancies();
    check_four_eyes();
    check_cancel();
    check_told_apart();
    check_putaway();
    check_ok(kit_read(db, &env, verify, NULL, &err), &err, "the whole database is right");
    kit_close(db);
    return check_finish("transfer");
}

/* fulfil_test.c — orders are sent, fetched, brought to cars and to stores, fail and are called off:
 * stock, claims, money and states after each step, and all that is refused. */
#include "tests/fulfil.h"

#include <pthread.h>

/* ---- payment pending ---- */

static bool open_order(Ctx *ctx, void *arg, Error *e)
{
    return fulfil_open_order(ctx, *(Id *)arg, e);
}

static bool cancel_order(Ctx *ctx, void *arg, Error *e)
{
    return fulfil_cancel_order(ctx, *(Id *)arg, e);
}

static void test_waiting(void)
{
    Id       order  = { { 0 } };
    AtpLevel was    = level("TEA", "LON");
    Wanted   wanted = { .method = "ship", .location = "LON", .tea = 1000, .waiting = true };
    Id       id     = make_one(wanted, &order);
    refused_here(id, "ship", "waiting");
    check_ok(kit_write(db, &env, open_order, &order, &err), &err, "the payment is there");
    check_ok(kit_write(db, &env, open_order, &order, &err), &err, "which may be said twice");
    in_state(STEP(fulfilments_show, (ById){ id }), "open", "it may be picked");
    in_state(STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR_NONE }), "cancelled", "it is called off");
    id = make_one(wanted, &order);
    check_ok(kit_write(db, &env, cancel_order, &order, &err), &err, "the payment is refused");
    check_ok(kit_write(db, &env, cancel_order, &order, &err), &err, "which may be said twice");
    in_state(STEP(fulfilments_show, (ById){ id }), "cancelled", "it is not delivered");
    check(level("TEA", "LON").committed == was.committed, "and nothing is claimed");
}

/* ---- by carrier ---- */

static void test_ship(void)
{
    Id       order = { { 0 } };
    AtpLevel was   = level("TEA", "LON");
    Id id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 3000, .cake = 1000 }, &order);
    AtpLevel is = level("TEA", "LON");
    check(is.floor == was.floor && is.committed == was.committed + 3000, "what is to be sent is claimed");
    refused_here(id, "ship", "open");
    in_state(STEP(fulfil_start, (FulfilNote){ id, STR_NONE }), "picking", "it is begun");
    refused_here(id, "ship", "picking");
    all_true("all is true while it is picked");
    pick_all(id);
    is = level("TEA", "LON");
    check(is.floor == was.floor - 3000 && is.picked == was.picked + 3000 && is.committed == was.committed,
          "what was picked is no longer on the floor, and its claim is used");
    refused_here(id, "ship", "picked");
    PackInputPackage two[2] = { { .weight = 500 }, { .weight = OPT_NONE } };
    PackageLine      first = { 1, 2000 }, rest[2] = { { 1, 1000 }, { 2, 500 } };
    two[0].lines.items = &first;
    two[0].lines.count = 1;
    two[1].lines.items = rest;
    two[1].lines.count = 2;
    bool packed        = STEP(fulfil_pack, (PackInput){ id, { two, 2 } });
    check_refused(packed, &err, &ERR_PACK_MISMATCH, "packages must hold all that was picked");
    rest[1].quantity = 1000;
    in_state(STEP(fulfil_pack, (PackInput){ id, { two, 2 } }), "packed", "two packages hold all");
    check(now.packages.count == 2 && now.packages.items[1].lines.count == 2,
          "and are shown with what is in them");
    refused_here(id, "ship", "packed");
    in_state(STEP(fulfil_label, (PackageLabel){ id, 1, STR("Post"), STR("24h"), STR("T1"), STR_NONE }),
             "packed", "one label is not all");
    in_state(STEP(fulfil_label, (PackageLabel){ id, 2, STR("Post"), STR("24h"), STR("T2"), STR_NONE }),
             "labelled", "with all labels it may go");
    refused_here(id, "ship", "labelled");
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "it goes");
    is = level("TEA", "LON");
    check(is.picked == was.picked && is.floor == was.floor - 3000, "the goods left the location");
    check(told("fulfilment.shipped", id) == 1, "the channel is told once that it was shipped");
    refused_here(id, "ship", "shipped");
    all_true("all is true when it is shipped");
    in_state(STEP(fulfil_deliver,
                  (DeliverInput){ .id = id, .name = STR("Ada"), .signature = STR("M 1 2 L3,4") }),
             "delivered", "it arrives");
    check(now.is_signed && str_eq(now.handed_to, STR("Ada")), "who took it is kept");
    refused_here(id, "ship", "delivered");
    all_true("all is true when it is delivered");
    OrderFulfilments all = of_order(order);
    check(all.items.count == 1 && all.items.items[0].lines.items[0].gone == 3000,
          "the order knows its deliveries");
}

static void test_fail(void)
{
    Id       order = { { 0 } };
    AtpLevel was   = level("TEA", "LON");
    Id       id    = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 2000 }, &order);
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id, .carrier = STR("Post"), .tracking = STR("T3") }),
             "shipped", "it goes with a label of the carrier's own");
    in_state(STEP(fulfil_fail, (FulfilNote){ id, STR("nobody at home") }), "failed",
             "it cannot be delivered");
    refused_here(id, "ship", "failed");
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "the carrier tries again");
    check(level("TEA", "LON").picked == was.picked, "without goods leaving twice");
    in_state(STEP(fulfil_fail, (FulfilNote){ id, STR("moved") }), "failed", "and fails again");
    in_state(STEP(fulfil_restock, (RestockInput){ id, STR("floor") }), "returned_to_stock",
             "it comes back");
    check(level("TEA", "LON").floor == was.floor, "the goods are on the floor again");
    check(told("order.returned", order) == 1, "the money goes back to the card");
    refused_here(id, "ship", "returned_to_stock");
    all_true("all is true when it came back");
}

static void test_cancel(void)
{
    Id       order = { { 0 } };
    AtpLevel was   = level("TEA", "LON");
    Id id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 2000, .cash = true }, &order);
    (void)pick(id, NULL, 1, 1000);
    in_state(STEP(fulfil_cancel, (CallOff){ id, STR("changed her mind"), STR("floor") }), "cancelled",
             "it is called off while it is picked");
    AtpLevel is = level("TEA", "LON");
    check(is.floor == was.floor && is.committed == was.committed && is.picked == was.picked,
          "goods and claims are as before");
    OwedList owed;
    err = (Error){ .def = NULL };
    check_ok(CALL(owed_list, &((OwedAsk){ .order = order, .state = STR("open"), .limit = OPT_NONE }), &owed,
                  &err),
             &err, "what is owed can be seen");
    check(owed.items.count == 1 && owed.items.items[0].amount == 398, "cash that was paid is owed");
    Id              debt = owed.items.count ? owed.items.items[0].id : (Id){ { 0 } };
    Return          back;
    ReturnLineInput line = { .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor") };
    ReturnRequest   ask  = {
           .order = order, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    err = (Error){ .def = NULL };
    check_refused(CALL(returns_create, &ask, &back, &err), &err, &ERR_RETURN_EXCEEDS,
                  "what was never delivered cannot be brought back");
    Owed settled;
    err = (Error){ .def = NULL };
    check_ok(CALL(owed_settle, &((OwedSettle){ debt, STR("LON"), STR("at the counter") }), &settled, &err),
             &err, "what is owed is given back at a counter");
    err = (Error){ .def = NULL };
    check_refused(CALL(owed_settle, &((OwedSettle){ debt, STR("LON"), STR_NONE }), &settled, &err), &err,
                  &ERR_OWED_SETTLED, "and not twice");
    refused_here(id, "ship", "cancelled");
    all_true("all is true when it was called off");
}

/* ---- fetched ---- */

static Str code_of(Id id, char *room, bool qr)
{
    PickupCode code = { .code = STR_NONE };
    err             = (Error){ .def = NULL };
    check_ok(CALL(fulfilments_code, &((ById){ id }), &code, &err), &err, "the customer's code can be told");
    Str from = qr ? code.qr : code.code;
    memcpy(room, from.ptr, from.len);
    return (Str){ room, from.len };
}

static bool run_due(int64_t later_ms)
{
    enum { BYTES = 1 << 20 };
    static char bytes[BYTES];
    Arena       arena;
    arena_init(&arena, bytes, BYTES);
    kit_now_ms += later_ms;
    err = (Error){ .def = NULL };
    return fulfil_due(db, &env, &arena, kit_now_ms, &err);
}

static void test_pickup(void)
{
    char room[80];
    Id id = make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 1000 }, NULL);
    refused_here(id, "pickup", "open");
    pick_all(id);
    refused_here(id, "pickup", "picked");
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-1") }), "staged", "it waits at a shelf");
    check(str_eq(now.shelf, STR("A-1")) && now.expires_at == kit_now_ms + 7LL * 24 * 3600 * 1000,
          "which is known, and until when");
    check(told("fulfilment.ready", id) == 1, "the customer is told");
    int64_t expires = now.expires_at;
    kit_now_ms += 1000;
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("B-2") }), "staged", "it is put to another shelf");
    check(now.expires_at == expires && str_eq(now.shelf, STR("B-2")), "while the clock goes on");
    refused_here(id, "pickup", "staged");
    Str  code = code_of(id, room, false);
    bool done = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .name = STR("Eve") });
    check_refused(done, &err, &ERR_PICKUP_UNCHECKED, "a name alone opens nothing");
    done = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = STR("XXXXXXXX") });
    check_refused(done, &err, &ERR_PICKUP_CODE_WRONG, "a wrong code opens nothing");
    check(str_eq(err.extra, STR("\"tries_left\":4")), "and is counted");
    done = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = code, .signature = STR("<script>") });
    check_refused(done, &err, &ERR_FIELD_INVALID, "a signature is path data");
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = code, .name = STR("Ada") }),
             "handed_over", "the code opens it");
    check(str_eq(now.checked, STR("code")) && now.lines.items[0].gone == 1000,
          "and the goods are the customer's");
    refused_here(id, "pickup", "handed_over");
    all_true("all is true when it was handed over");
}

static void test_codes(void)
{
    char room[80];
    Id   other =
        make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 1000 }, NULL);
    Str qr = code_of(other, room, true);
    Id  id = make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 1000 }, NULL);
    pick_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-1") }), "staged", "it waits at a shelf");
    for (int i = 0; i < 4; i++) {
        bool done = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = STR("0") });
        check_refused(done, &err, &ERR_PICKUP_CODE_WRONG, "a wrong code opens nothing");
    }
    bool done = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = qr });
    check_refused(done, &err, &ERR_PICKUP_CODE_WRONG, "the QR code of another delivery opens nothing");
    Str code = code_of(id, room, false);
    done     = STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = code });
    check_refused(done, &err, &ERR_PICKUP_CODE_LOCKED,
                  "after five wrong codes the right one opens nothing");
    in_state(
        STEP(fulfil_hand_over, (HandOverInput){ .id = id, .id_checked = true, .name = STR("Ada Byron") }),
        "handed_over", "a document does");
    check(str_eq(now.checked, STR("id")), "which is kept, not its number");
    pick_all(other);
    in_state(STEP(fulfil_stage, (StageInput){ other, STR("A-2") }), "staged", "the other one waits");
    qr = code_of(other, room, true);
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = other, .code = qr }), "handed_over",
             "a QR code opens it");
    all_true("all is true after wrong codes");
}

static void test_no_show(void)
{
    enum { HOUR = 3600 * 1000 };
    Id       order = { { 0 } };
    AtpLevel was   = level("TEA", "LON");
    Id       id =
        make_one((Wanted){ .method = "pickup", .location = "LON", .store = "LON", .tea = 2000 }, &order);
    pick_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-1") }), "staged", "it waits at a shelf");
    check_ok(run_due(24LL * HOUR), &err, "the jobs run");
    check(told("fulfilment.reminder", id) == 0, "nobody is reminded too early");
    check_ok(run_due(6 * 24LL * HOUR - HOUR), &err, "the jobs run a day before the end");
    check_ok(run_due(0), &err, "and again");
    check(told("fulfilment.reminder", id) == 1, "the customer is reminded once");
    check_ok(run_due(24LL * HOUR + HOUR), &err, "the jobs run after the end");
    check_ok(run_due(0), &err, "and again");
    in_state(STEP(fulfilments_show, (ById){ id }), "no_show", "nobody came");
    check(told("fulfilment.no_show", id) == 1, "which is told once");
    AtpLevel is = level("TEA", "LON");
    check(is.backroom == was.backroom + 2000 && is.picked == was.picked && is.floor == was.floor - 2000,
          "the goods are in the backroom");
    check(told("order.returned", order) == 1, "the money goes back");
    refused_here(id, "pickup", "no_show");
    all_true("all is true when nobody came");
}

static void test_curbside(void)
{
    char room[80];
    Id   id =
        make_one((Wanted){ .method = "curbside", .location = "LON", .store = "LON", .tea = 1000 }, NULL);
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("C-1") }), "staged", "it waits at a shelf");
    refused_here(id, "curbside", "staged");
    in_state(STEP(fulfil_arrive, (ArriveInput){ id, STR("3"), STR("red Mini") }), "arrived",
             "the customer is at bay 3");
    check(told("fulfilment.arrived", id) == 1, "the staff are told");
    refused_here(id, "curbside", "arrived");
    check_ok(run_due(200 * 1000), &err, "the jobs run within the target");
    check(told("fulfilment.waits", id) == 0, "there is no alert yet");
    in_state(STEP(fulfil_arrive, (ArriveInput){ id, STR("4"), STR_NONE }), "arrived",
             "the customer moves to bay 4");
    check(str_eq(now.bay, STR("4")) && now.waited_seconds == 200, "and the clock goes on");
    check_ok(run_due(100 * 1000), &err, "the jobs run after the target");
    check_ok(run_due(0), &err, "and again");
    check(told("fulfilment.waits", id) == 1, "the alert comes once");
    in_state(STEP(fulfil_leave, (FulfilNote){ id, STR_NONE }), "staged", "the customer drives off");
    check(now.expires_at > kit_now_ms && now.arrived_at == OPT_NONE, "and it waits on");
    in_state(STEP(fulfil_arrive, (ArriveInput){ id, STR("1"), STR_NONE }), "arrived", "and comes again");
    kit_now_ms += 60 * 1000;
    Str code = code_of(id, room, false);
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = code }), "handed_over",
             "it is handed over");
    check(now.waited_seconds == 60, "how long the customer waited is kept");
    check_ok(run_due(600 * 1000), &err, "the jobs run later");
    check(told("fulfilment.waits", id) == 1, "and alert nobody");
    all_true("all is true at the curb");
}

static void test_same_day(void)
{
    Id id = make_one((Wanted){ .method = "same_day", .location = "LON", .tea = 1000 }, NULL);
    pick_all(id);
    pack_all(id);
    refused_here(id, "same_day", "packed");
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id, .carrier = STR("Bike") }), "with_courier",
             "the courier has it");
    refused_here(id, "same_day", "with_courier");
    in_state(STEP(fulfil_deliver, (DeliverInput){ .id = id, .name = STR("Ada") }), "delivered",
             "and brings it");
    all_true("all is true on the same day");
}

static void test_ship_to_store(void)
{
    char     room[80];
    AtpLevel was = level("TEA", "LON"), there = level("TEA", "DC1");
    Id id = make_one((Wanted){ .method = "ship_to_store", .location = "DC1", .store = "LON", .tea = 2000 },
                     NULL);
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "it is sent to the store");
    AtpLevel is = level("TEA", "LON");
    check(is.in_transit == was.in_transit + 2000 && level("TEA", "DC1").picked == there.picked,
          "and is on the way to there");
    refused_here(id, "ship_to_store", "shipped");
    all_true("all is true on the way to the store");
    in_state(STEP(fulfil_receive, (FulfilNote){ id, STR_NONE }), "received", "it arrives");
    check(level("TEA", "LON").picked == was.picked + 2000,
          "and stands at the store, for the customer alone");
    refused_here(id, "ship_to_store", "received");
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("S-1") }), "staged", "it waits at a shelf");
    Str code = code_of(id, room, false);
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = id, .code = code }), "handed_over",
             "it is handed over");
    check(level("TEA", "LON").picked == was.picked, "and leaves the store");
    id = make_one((Wanted){ .method = "ship_to_store", .location = "DC1", .store = "LON", .tea = 1000 },
                  NULL);
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "another is sent to the store");
    in_state(STEP(fulfil_fail, (FulfilNote){ id, STR("damaged") }), "failed", "and does not arrive");
    in_state(STEP(fulfil_restock, (RestockInput){ id, STR("damaged") }), "returned_to_stock",
             "but comes back");
    check(level("TEA", "DC1").damaged == there.damaged + 1000, "damaged");
    all_true("all is true with goods sent to a store");
}

/* ---- many at once ---- */

enum { RACERS = 8, PICKS = 5 };

typedef struct {
    FixtureHandler handler;
    const void    *request;
    int            times, done, odd; /* odd: neither done nor refused as one that came too late */
} Racer;

typedef struct {
    Ctx    ctx;
    Racer *racer;
} Racing;

static bool race_step(Tx *tx, void *arg, Error *e)
{
    Racing    *r = arg;
    Fulfilment reply;
    r->ctx.tx          = tx;
    r->ctx.arena->used = 0;
    memset(&reply, 0, sizeof reply);
    return r->racer->handler(&r->ctx, r->racer->request, &reply, e);
}

static void *race_run(void *arg)
{
    enum { BYTES = 1 << 20 };
    Racer *racer = arg;
    Arena  arena;
    void  *bytes = malloc(BYTES);
    if (!bytes) return NULL;
    arena_init(&arena, bytes, BYTES);
    for (int i = 0; i < racer->times; i++) {
        Error  e  = { .def = NULL };
        Racing r  = { { .arena  = &arena,
                        .db     = db,
                        .env    = &env,
                        .now_ms = kit_now_ms,
                        .who    = { .merchant = 1, .perms = PERMS_ALL } },
                      racer };
        bool   ok = db_write(db, race_step, &r, &e);
        racer->done += ok;
        racer->odd += !ok && e.def != &ERR_PICK_EXCEEDS && e.def != &ERR_STATE_REFUSED;
        if (!ok && e.def != &ERR_PICK_EXCEEDS && e.def != &ERR_STATE_REFUSED)
            printf("  %s: %s\n", e.def ? e.def->name : "?", e.message);
    }
    free(bytes);
    return NULL;
}

/* How many of all tries were done. */
static int race(FixtureHandler handler, const void *request, int times)
{
    pthread_t threads[RACERS];
    Racer     racers[RACERS];
    int       done = 0, odd = 0;
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (Racer){ handler, request, times, 0, 0 };
        if (pthread_create(&threads[i], NULL, race_run, &racers[i]) != 0) return -1;
    }
    for (int i = 0; i < RACERS; i++) {
        (void)pthread_join(threads[i], NULL);
        done += racers[i].done;
        odd += racers[i].odd;
    }
    check(odd == 0, "who comes too late is told so");
    return done;
}

static void test_races(void)
{
    AtpLevel         was   = level("TEA", "LON");
    Id               id    = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 20000 }, NULL);
    PickInput        one   = { .id = id, .line = 1, .quantity = 1000 };
    PackInputPackage whole = { .weight = OPT_NONE };
    PackInput        pack  = { id, { &whole, 1 } };
    ShipInput        ship  = { .id = id };
    DeliverInput     there = { .id = id };
    check(race(any_fulfil_pick, &one, PICKS) == 20, "eight people pick twenty teas, not one more");
    check(level("TEA", "LON").picked == was.picked + 20000, "and twenty are picked");
    check(race(any_fulfil_pack, &pack, 1) == 1, "it is packed once");
    check(race(any_fulfil_ship, &ship, 2) == 1, "and shipped once");
    check(race(any_fulfil_deliver, &there, 2) == 1, "and delivered once");
    check(level("TEA", "LON").picked == was.picked, "and leaves once");
    Id         other = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 3000 }, NULL);
    CallOff    off   = { other, STR_NONE, STR("floor") };
    ShortInput gone  = { other, 1, OPT_NONE, STR("there"), STR_NONE };
    was              = level("TEA", "LON");
    check(race(any_fulfil_reject, &off, 1) == 1, "it is rejected once");
    check(race(any_fulfil_short, &gone, 1) == 0, "and nothing of it is short then");
    check(level("TEA", "LON").committed == was.committed - 3000, "its claim is given back once");
    all_true("all is true after races");
}

int main(void)
{
    open_shop();
    test_waiting();
    test_ship();
    test_fail();
    test_cancel();
    test_pickup();
    test_codes();
    test_no_show();
    test_curbside();
    test_same_day();
    test_ship_to_store();
    test_races();
    return close_shop("fulfil");
}

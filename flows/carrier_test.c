/* carrier_test.c — labels bought from the simulator's carrier: answers that are no, late, lost or
 * nonsense, labels that are given up, and parcels that move. Never two labels for one package. */
#include "tests/fulfil.h"

ANY(fulfil_label_buy, LabelBuy, Fulfilment)
ANY(fulfil_label_void, LabelAsk, Fulfilment)
ANY(fulfil_label_look, ById, Fulfilment)
ANY(fulfil_labels, ById, LabelList)

static unsigned char bytes[1 << 20];
static bool          pending;
static int64_t       sold; /* by the service, so far */

static Id packed(const char *method, const char *store)
{
    Id id = make_one((Wanted){ .method = method, .location = "LON", .store = store, .tea = 2000 }, NULL);
    pick_all(id);
    pack_all(id);
    return id;
}

static bool buy(Id id, const char *service)
{
    LabelBuy request = { id, 1, str_from(service) };
    err              = (Error){ .def = NULL };
    return fixture_call(db, &env, any_fulfil_label_buy, &request, &now, sizeof now, &pending, &err);
}

static bool give_up(Id id)
{
    LabelAsk request = { id, 1, OPT_NONE };
    err              = (Error){ .def = NULL };
    return fixture_call(db, &env, any_fulfil_label_void, &request, &now, sizeof now, &pending, &err);
}

static LabelList labels_now(Id id)
{
    LabelList list = { { NULL, 0 } };
    Error     e    = { .def = NULL };
    check_ok(CALL(fulfil_labels, &((ById){ id }), &list, &e), &e, "its labels are shown");
    return list;
}

/* The state of its newest label. */
static bool newest_is(Id id, const char *state)
{
    LabelList list = labels_now(id);
    bool same = list.items.count && str_eq(list.items.items[list.items.count - 1].state, str_from(state));
    if (!same && list.items.count)
        printf("  it is %.*s\n", STR_FMT(list.items.items[list.items.count - 1].state));
    return same;
}

static void run_jobs(void)
{
    Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    for (int i = 0; i < 3; i++) {
        kit_now_ms += 3600000;
        err = (Error){ .def = NULL };
        check_ok(labels_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run");
    }
}

static bool shown(Id id, const char *state)
{
    bool same = STEP(fulfilments_show, (ById){ id }) && str_eq(now.state, str_from(state));
    if (!same) printf("  it is %.*s\n", STR_FMT(now.state));
    return same;
}

/* Says where the parcel of the newest label is, and lets it be looked at. */
static bool parcel(Id id, const char *state, const char *reason)
{
    char      key[ID_TEXT_LEN + 1] = "";
    LabelList list                 = labels_now(id);
    ById      label                = { list.items.items[list.items.count - 1].id };
    id_format(label.id, key);
    if (!simulator_parcel(&simulator, key, state, reason)) check(false, "the simulator moves a parcel");
    err = (Error){ .def = NULL };
    return fixture_call(db, &env, any_fulfil_label_look, &label, &now, sizeof now, &pending, &err);
}

static void test_buy(void)
{
    Id id = packed("ship", NULL);
    in_state(buy(id, "express"), "labelled", "a label is bought");
    const Package *package = &now.packages.items[0];
    check(!pending && package->tracking.len > 0 && str_eq(package->carrier, STR("Simulated Parcel"))
              && str_eq(package->service, STR("express")),
          "the package has the carrier's number");
    check(simulator_labels(&simulator) == ++sold, "the carrier sold one");
    check_refused(buy(id, "express"), &err, &ERR_LABEL_THERE, "a package has one label");
    check(simulator_labels(&simulator) == sold, "and no second one is bought");
    all_true("all is true with a bought label");
    in_state(give_up(id), "packed", "it is given up");
    check(!pending && newest_is(id, "voided") && simulator_labels(&simulator) == --sold,
          "the carrier takes it back");
    check(!give_up(id) && err.def == &ERR_NOT_FOUND, "once");
    in_state(buy(id, "economy"), "labelled", "then it can have another");
    check(simulator_labels(&simulator) == ++sold, "which the carrier sold");
    in_state(STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR_NONE }), "cancelled", "it is called off");
    check(newest_is(id, "voiding"), "its label is not wanted any more");
    run_jobs();
    check(newest_is(id, "voided") && simulator_labels(&simulator) == --sold, "the jobs give it back");
    all_true("all is true without it");
}

static void test_no(void)
{
    Id id = packed("ship", NULL);
    check_refused(buy(id, "sim_declined_no_such_route"), &err, &ERR_LABEL_REFUSED,
                  "a definite no is told");
    check(strstr(err.message, "no_such_route") != NULL, "with what the carrier says");
    check(shown(id, "packed") && newest_is(id, "refused"), "the package has none");
    in_state(buy(id, "express"), "labelled", "another service sells one");
    sold++;
    id              = packed("ship", NULL);
    Str url         = env.carrier_url;
    env.carrier_url = STR_NONE;
    check_refused(buy(id, "express"), &err, &ERR_CARRIER_NONE,
                  "without a carrier's service none is bought");
    env.carrier_url = url;
    LabelBuy other  = { id, 7, STR("express") };
    check(!STEP(fulfil_label_buy, other) && err.def == &ERR_NOT_FOUND,
          "nor for a package that is not there");
    id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000 }, NULL);
    check_refused(buy(id, "express"), &err, &ERR_STATE_REFUSED, "nor before it is packed");
    id = packed("pickup", "LON");
    check_refused(buy(id, "express"), &err, &ERR_STATE_REFUSED, "nor for what is fetched");
}

/* What the service does, and whether it sold one. */
static void test_no_answer(void)
{
    static const struct {
        const char *words;
        bool        arrived;
    } trials[] = {
        { "\"timeout_approved\"", true },
        { "\"timeout_lost\"", false },
        { "\"500_approved\"", true },
        { "\"500_lost\"", false },
        { "\"garbage\"", true },
        { "\"timeout_lost\",\"500_lost\"", false },
        { "\"garbage\",\"garbage\"", true },
    };
    env.carrier_timeout_ms = 200;
    for (size_t i = 0; i < COUNT(trials); i++) {
        Id id = packed("ship", NULL);
        check(simulator_script(&simulator, trials[i].words), "the carrier does not answer");
        check_ok(buy(id, "express"), &err, trials[i].words);
        check(pending && newest_is(id, "asked") && shown(id, "packed"),
              "nothing is said before it is known");
        check(simulator_labels(&simulator) == sold + trials[i].arrived, "the carrier may have sold one");
        check_refused(buy(id, "express"), &err, &ERR_LABEL_THERE, "no other is asked for meanwhile");
        run_jobs();
        check(shown(id, "labelled") && newest_is(id, "bought"), "the jobs find out");
        check(simulator_labels(&simulator) == ++sold, "and the carrier sold one, not two");
    }
    Id id = packed("ship", NULL);
    check(simulator_script(&simulator, "\"timeout_approved\",\"timeout_approved\""),
          "the carrier is silent");
    check_ok(buy(id, "express"), &err, "a label is asked for");
    check_ok(give_up(id), &err, "and given up before it was told");
    check(pending && newest_is(id, "voiding"), "the carrier does not answer that, either");
    run_jobs();
    check(newest_is(id, "voided") && simulator_labels(&simulator) == sold, "the jobs give it back");
    all_true("all is true after all that");
    env.carrier_timeout_ms = 0;
}

/* The program ended between the commit and the question: nobody has asked the carrier. */
static bool only_asked(Ctx *ctx, void *arg, Error *e)
{
    Fulfilment reply;
    ctx->env = &env;
    return fulfil_label_buy(ctx, arg, &reply, e);
}

static void test_crash(void)
{
    Id       id      = packed("ship", NULL);
    LabelBuy request = { id, 1, STR("express") };
    check_ok(kit_write(db, &env, only_asked, &request, &err), &err, "a label is asked for, then a crash");
    check(newest_is(id, "asked") && simulator_labels(&simulator) == sold,
          "the carrier knows nothing of it");
    run_jobs();
    check(newest_is(id, "bought") && simulator_labels(&simulator) == ++sold, "the jobs buy it");
    id         = packed("ship", NULL);
    request.id = id;
    check_ok(kit_write(db, &env, only_asked, &request, &err), &err, "another one is asked for");
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id, .carrier = STR("Post"), .tracking = STR("T9") }),
             "shipped", "the package leaves with another carrier meanwhile");
    run_jobs();
    check(newest_is(id, "voided") && simulator_labels(&simulator) == sold, "then the label is given back");
    check(shown(id, "shipped") && str_eq(now.packages.items[0].tracking, STR("T9")),
          "and the package is as it left");
    all_true("all is true after that");
}

static void test_moves(void)
{
    Id       id  = packed("ship", NULL);
    AtpLevel was = level("TEA", "LON");
    in_state(buy(id, "express"), "labelled", "a label is bought");
    sold++;
    check_ok(parcel(id, "moving", ""), &err, "the carrier has the parcel");
    check(shown(id, "shipped") && level("TEA", "LON").picked == was.picked - 2000,
          "so it is shipped, though nobody said so");
    check(told("fulfilment.shipped", id) == 1, "the channel is told");
    check_ok(parcel(id, "moving", ""), &err, "told twice");
    check(told("fulfilment.shipped", id) == 1, "is told once");
    check_refused(give_up(id), &err, &ERR_NOT_FOUND, "what moves keeps its label");
    check_ok(parcel(id, "failed", "nobody home"), &err, "it could not be delivered");
    check(shown(id, "failed") && str_eq(now.reason, STR("nobody home")), "with the reason");
    check_ok(parcel(id, "moving", ""), &err, "the carrier tries again");
    check(shown(id, "shipped"), "it is on its way again");
    check_ok(parcel(id, "delivered", ""), &err, "and arrives");
    check(shown(id, "delivered") && str_eq(now.packages.items[0].state, STR("delivered")),
          "the customer has it");
    check_ok(parcel(id, "moving", ""), &err, "late news");
    check(shown(id, "delivered") && newest_is(id, "delivered"), "change nothing");
    id = packed("ship_to_store", "DC1");
    in_state(buy(id, "express"), "labelled", "what goes to a store has a label, too");
    sold++;
    check_ok(parcel(id, "delivered", ""), &err, "it arrives before anybody said that it left");
    check(shown(id, "shipped"), "the store takes it in itself");
    id = packed("ship", NULL);
    in_state(buy(id, "express"), "labelled", "one more");
    sold++;
    check_ok(STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR_NONE }), &err, "is called off");
    check_ok(parcel(id, "moving", ""), &err, "too late");
    check(newest_is(id, "moving") && shown(id, "cancelled"), "the label says so, the stock is back");
    all_true("all is true where parcels are");
}

/* Two packages: the fulfilment is where both are. */
static void test_two(void)
{
    Id id = make_one((Wanted){ .method = "ship", .location = "LON", .tea = 2000, .cake = 1000 }, NULL);
    PackageLine      tea = { 1, 2000 }, cake = { 2, 1000 };
    PackInputPackage two[2] = { { .weight = 500 }, { .weight = 300 } };
    two[0].lines.items      = &tea;
    two[1].lines.items      = &cake;
    two[0].lines.count = two[1].lines.count = 1;
    pick_all(id);
    in_state(STEP(fulfil_pack, (PackInput){ id, { two, 2 } }), "packed", "two packages");
    in_state(buy(id, "express"), "packed", "one label is not all");
    LabelBuy other = { id, 2, STR("express") };
    bool     ok = fixture_call(db, &env, any_fulfil_label_buy, &other, &now, sizeof now, &pending, &err);
    in_state(ok, "labelled", "two are");
    sold += 2;
    check_ok(parcel(id, "moving", ""), &err, "one parcel moves");
    check(shown(id, "labelled"), "the other is still here");
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "a person says that both left");
    check_ok(parcel(id, "delivered", ""), &err, "one arrives");
    check(shown(id, "shipped") && str_eq(now.packages.items[1].state, STR("delivered")),
          "the other is on its way");
    all_true("all is true in between");
}

/* A parcel needs an address. */
static bool put_address(Ctx *ctx, void *arg, Error *e)
{
    Location depot;
    bool     found = false;
    if (!locations_find(ctx, STR("DC1"), &depot, &found, e)) return false;
    depot.address = STR("2 Dock Road, Hull");
    return locations_put(ctx, &depot, e);
}

int main(void)
{
    open_shop();
    check_ok(kit_write(db, &env, put_address, NULL, &err), &err, "the depot has an address");
    env.carrier_url = str_from(simulator.url);
    test_buy();
    test_no();
    test_no_answer();
    test_crash();
    test_moves();
    test_two();
    return close_shop("carrier");
}

/* close_location_test.c — a location closes: its stock goes back, what it should deliver comes from
 * elsewhere, its till is settled, its registers fall silent; and all is true at each step. */
#include "flows/close_location.h"

#include "shop/identity/identity.h"
#include "shop/ledger/ledger.h"
#include "shop/openings/openings.h"
#include "shop/transfers/transfers.h"
#include "tests/fulfil.h"

ANY(locations_close, LocationClose, Closing)
ANY(locations_closing, ByCode, Closing)
ANY(transfers_pick, TransferPick, Transfer)
ANY(transfers_ship, TransferShip, Transfer)
ANY(transfers_receive, TransferReceive, Transfer)

static Closing closing;

static bool close_it(Str stock_to, int64_t counted)
{
    TillCount     cash = { STR("GBP"), counted };
    LocationClose ask  = { .code = STR("LON"), .stock_to = stock_to, .note = STR("The lease ends") };
    if (counted >= 0) ask.cash.items = &cash, ask.cash.count = 1;
    err = (Error){ .def = NULL };
    return CALL(locations_close, &ask, &closing, &err);
}

static bool sell(Order *order)
{
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 2000 };
    TenderInput     tender  = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    err                     = (Error){ .def = NULL };
    return fixture_call(db, &env, any_orders_create, &request, order, sizeof *order, &(bool){ false }, &err);
}

/* The transfer of the closing goes its way. */
static void bring(void)
{
    Transfer     shown;
    Id           id   = closing.transfers.items[0].id;
    TransferPick pick = { .id = id };
    TransferShip ship = { .id = id, .expected_at = OPT_NONE };
    err               = (Error){ .def = NULL };
    check_ok(CALL(transfers_pick, &pick, &shown, &err), &err, "the goods of a closing place are fetched");
    check_ok(CALL(transfers_ship, &ship, &shown, &err), &err, "and sent");
    static char         skus[4][16];
    TransferReceiveLine lines[4] = { { .line = 0 } };
    TransferReceive     in       = { .id = id, .lines = { lines, shown.lines.count } };
    for (size_t i = 0; i < shown.lines.count && i < 4; i++) {
        Str sku = { skus[i], shown.lines.items[i].sku.len };
        memcpy(skus[i], shown.lines.items[i].sku.ptr, sku.len);
        lines[i] = (TransferReceiveLine){ .line     = shown.lines.items[i].line,
                                          .sku      = sku,
                                          .quantity = shown.lines.items[i].shipped,
                                          .damaged  = OPT_NONE,
                                          .to       = STR_NONE };
    }
    check_ok(CALL(transfers_receive, &in, &shown, &err), &err, "and arrive");
    check(str_eq(shown.state, STR("received")), "all of them");
}

static void test_refused(void)
{
    LocationClose ask = { .code = STR("NONE"), .stock_to = STR("DC1") };
    err               = (Error){ .def = NULL };
    check_refused(CALL(locations_close, &ask, &closing, &err), &err, &ERR_NOT_FOUND,
                  "what is not there cannot be closed");
    check_refused(close_it(STR("LON"), 0), &err, &ERR_CLOSING_TARGET,
                  "stock does not go to the place itself");
    check_refused(close_it(STR("NONE"), 0), &err, &ERR_CLOSING_TARGET, "nor to a place that is not there");
    check_refused(close_it(STR("DC1"), -1), &err, &ERR_TILL_UNCOUNTED, "cash must be counted");
    Order order;
    check_ok(sell(&order), &err, "what was refused changed nothing: it still sells");
}

static void run_job(void)
{
    static unsigned char bytes[1 << 20];
    Arena                arena;
    arena_init(&arena, bytes, sizeof bytes);
    err = (Error){ .def = NULL };
    check_ok(locations_close_due(db, &env, &arena, kit_now_ms, &err), &err, "the job runs");
}

static void test_close(Id waiting)
{
    Order  order;
    ByCode by = { STR("LON") };
    check_ok(close_it(STR("DC1"), 700), &err, "a location closes");
    check(str_eq(closing.state, STR("closing")), "it is closing as long as goods stand there");
    check(closing.tills.count == 1 && closing.tills.items[0].expected == 800
              && closing.tills.items[0].over == -100,
          "its till was a pound short");
    check(closing.transfers_open == 1, "its stock is to go back");
    check_refused(sell(&order), &err, &ERR_LOCATION_UNKNOWN, "it sells nothing more");
    OrderFulfilments all = of_order(waiting);
    check(all.items.count == 2 && str_eq(all.items.items[0].state, STR("rejected"))
              && str_eq(all.items.items[1].location, STR("DC1")),
          "what nobody had begun comes from elsewhere");
    all_true("all is true while it closes");
    check_ok(close_it(STR("DC1"), -1), &err, "it may be closed again");
    check(closing.transfers_open == 1 && closing.tills.count == 1, "which sends and settles nothing twice");
    bring();
    all_true("all is true when its goods have arrived");
    err = (Error){ .def = NULL };
    check_ok(CALL(locations_closing, &by, &closing, &err) && closing.items == 0, &err,
             "nothing is left there");
    kit_now_ms += 60000 - kit_now_ms % 60000 + 30000;
    run_job();
    check(CALL(locations_closing, &by, &closing, &err) && str_eq(closing.state, STR("closing")),
          "the job looks once a minute");
    kit_now_ms += 30000;
    run_job();
    check_ok(CALL(locations_closing, &by, &closing, &err), &err, "and then");
    check(str_eq(closing.state, STR("closed")) && closing.closed_at == kit_now_ms, "closes it for ever");
    check_refused(close_it(STR("DC1"), -1), &err, &ERR_STATE_REFUSED, "once");
    all_true("all is true when it is closed");
}

int main(void)
{
    Id    order = { { 0 } };
    Order sold;
    open_shop();
    make_one((Wanted){ .method = "ship", .location = "LON", .tea = 1000 }, &order);
    check_ok(sell(&sold), &err, "it sells for cash");
    test_refused();
    test_close(order);
    return close_shop("close_location");
}

/* checkout_test.c — selling and giving back, with a payment service of our own: money, stock and states. */
#include "flows/basket.h"
#include "flows/pay.h"
#include "flows/sale.h"
#include "shop/inventory/inventory.h"
#include "shop/returns/returns.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"
#include "tests/tender.h"

#include <stdlib.h>
#include <string.h>

static Env       env;
static Db       *db;
static Simulator simulator;

static bool create(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return orders_create(ctx, request, reply, err);
}

static bool cancel(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return orders_cancel(ctx, request, reply, err);
}

static bool give_back(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return returns_create(ctx, request, reply, err);
}

/* A sale of one or two lines; `tenders` as they are. */
static bool sell(const char *sku, int64_t qty, const TenderInput *tenders, size_t count, Order *order,
                 bool *pending, Error *err)
{
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     kept[4] = { 0 };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { kept, count } };
    memcpy(kept, tenders, count * sizeof *tenders);
    return fixture_call(db, &env, create, &request, order, sizeof *order, pending, err);
}

static TenderInput cash(int64_t tendered)
{
    TenderInput tender = tender_of(NULL);
    tender.tendered    = tendered;
    return tender;
}

static TenderInput card(const char *token, int64_t amount)
{
    TenderInput tender = tender_of(token);
    tender.amount      = amount;
    return tender;
}

typedef struct {
    const char *sku;
    StockLevel  level;
} Look;

static bool look_at(Ctx *ctx, void *arg, Error *err)
{
    Look       *look = arg;
    StockView   list = { .network = NULL };
    StockOfItem ask  = { str_from(look->sku) };
    if (!stock_show(ctx, &ask, &list, err)) return false;
    if (list.items.count) look->level = list.items.items[0];
    return true;
}

static StockLevel stock(const char *sku)
{
    Look  look = { .sku = sku };
    Error err  = { 0 };
    if (!kit_read(db, &env, look_at, &look, &err)) check_ok(false, &err, "stock can be read");
    return look.level;
}

static bool state_is(const Order *order, const char *state)
{
    return str_eq(order->state, str_from(state));
}

static void test_cash(void)
{
    Order       order;
    Error       err  = { 0 };
    TenderInput paid = cash(500);
    check_ok(sell("TEA", 2000, &paid, 1, &order, NULL, &err), &err, "tea is sold for cash");
    check(order.total == 398 && order.tax == 66 && order.net == 332, "with its tax contained");
    check(order.cash_rounding == 2 && order.change == 100, "cash is rounded to the coin and change is given");
    check(state_is(&order, "paid") && order.number == 1, "it is paid and has the first number");
    check(stock("TEA").floor == 98000, "and the tea is gone from the floor");
    paid = cash(300);
    check_refused(sell("TEA", 2000, &paid, 1, &order, NULL, &err), &err, &ERR_TENDER_SUM,
                  "too little cash is refused");
    check(stock("TEA").floor == 98000, "and then nothing is sold");
    paid = cash(OPT_NONE);
    check_refused(sell("TEA", 98001, &paid, 1, &order, NULL, &err), &err, &ERR_QUANTITY_STEP,
                  "half a tea is refused");
    check_refused(sell("TEA", 99000, &paid, 1, &order, NULL, &err), &err, &ERR_STOCK_SHORT,
                  "more than there is is refused");
    check_refused(sell("NONE", 1000, &paid, 1, &order, NULL, &err), &err, &ERR_SKU_UNKNOWN,
                  "an unknown SKU is refused");
    check(strcmp(err.field, "lines[0].sku") == 0, "with its path");
    check_ok(sell("RICE", 1255, &paid, 1, &order, NULL, &err), &err, "weighed goods are sold");
    check(order.total == 301 && order.cash_rounding == -1 && order.number == 2,
          "to the gram; no number was lost");
    check_ok(sell("WRAP", 1000, &paid, 1, &order, NULL, &err), &err, "a service needs no stock");
}

static void test_cards(void)
{
    Order       order;
    Error       err     = { 0 };
    bool        pending = false;
    TenderInput good    = card("tok_visa", OPT_NONE);
    TenderInput bad     = card("tok_declined_insufficient_funds", OPT_NONE);
    StockLevel  before  = stock("CAKE");
    check_ok(sell("CAKE", 1000, &good, 1, &order, &pending, &err), &err, "a good card pays");
    check(state_is(&order, "paid") && !pending && str_eq(order.payments.items[0].last4, STR("4242")),
          "at once");
    check(stock("CAKE").floor == before.floor - 1000 && stock("CAKE").committed == 0,
          "the claim became a sale");
    check_refused(sell("CAKE", 1000, &bad, 1, &order, &pending, &err), &err, &ERR_PAYMENT_DECLINED,
                  "a declined card refuses the sale");
    check(state_is(&order, "cancelled"), "its order is cancelled");
    check(stock("CAKE").floor == before.floor - 1000 && stock("CAKE").committed == 0,
          "and the claim given back");
    TenderInput split[3] = { card("tok_visa", 100), card("tok_mastercard", 100), cash(OPT_NONE) };
    check_ok(sell("CAKE", 1000, split, 3, &order, &pending, &err), &err, "two cards and cash share a total");
    check(order.payments.count == 3 && order.payments.items[2].amount == 150, "cash pays the rest");
    TenderInput half[2] = { card("tok_visa", 100), card("tok_declined_stolen", OPT_NONE) };
    int64_t charges = 0, captured = 0, refunded = 0, captured_before = 0, refunded_before = 0;
    check(simulator_sums(&simulator, &charges, &captured_before, &refunded_before), "the book is read");
    check_refused(sell("CAKE", 1000, half, 2, &order, &pending, &err), &err, &ERR_PAYMENT_DECLINED,
                  "a second card that is declined undoes the first");
    check(str_eq(order.payments.items[0].state, STR("reversed")), "the first is reversed");
    check(simulator_sums(&simulator, &charges, &captured, &refunded)
              && captured - refunded == captured_before - refunded_before,
          "and the service has nothing of it");
}

static Order order_now(Id id)
{
    static Order order;
    Error        err = { 0 };
    Tx          *tx  = NULL;
    static char  bytes[1 << 16];
    static Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    if (!db_read_begin(db, &tx, &err)) abort();
    Ctx ctx = { .arena = &arena, .tx = tx, .db = db, .env = &env, .now_ms = kit_now_ms,
                .who = { .merchant = 1 } };
    check_ok(sale_get(&ctx, id, &order, &err), &err, "the order is there");
    db_read_end(tx);
    return order;
}

static void run_jobs(int64_t later_ms)
{
    static char  bytes[1 << 20];
    static Arena arena;
    Error        err = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    kit_now_ms += later_ms;
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the job runs");
}

/* The service charged but its answer was lost, or it never heard of us: never charged twice, never lost. */
static void test_unknown(void)
{
    static const struct {
        const char *token, *end;
        int64_t     charged;
    } cases[] = { { "tok_timeout_approved", "paid", 350 }, { "tok_500_approved", "paid", 350 },
                  { "tok_garbage", "paid", 350 }, { "tok_timeout_lost", "cancelled", 0 } };
    env.psp_timeout_ms = 700;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Order       order;
        Error       err     = { 0 };
        bool        pending = false;
        TenderInput tender  = card(cases[i].token, OPT_NONE);
        StockLevel  before  = stock("CAKE");
        check_ok(sell("CAKE", 1000, &tender, 1, &order, &pending, &err), &err, "no answer is no refusal");
        check(pending && state_is(&order, "placed"), "the order waits");
        check(stock("CAKE").committed == before.committed + 1000, "its stock is claimed");
        run_jobs(1000);
        check(str_eq(order_now(order.id).state, STR("placed")), "it is not asked before its time");
        run_jobs(60000);
        check(str_eq(order_now(order.id).state, str_from(cases[i].end)), "then it is settled by our key");
        SimulatorCharge truth;
        char            key[ID_TEXT_LEN + 1] = "";
        id_format(order_now(order.id).payments.items[0].id, key);
        check(simulator_look(&simulator, key, &truth) && truth.captured - truth.refunded == cases[i].charged,
              "the service charged what the order says");
        check(stock("CAKE").committed == before.committed, "no claim is left");
        run_jobs(7200000);
        check(str_eq(order_now(order.id).state, str_from(cases[i].end)), "and it stays so");
    }
}

static void test_cancel(void)
{
    Order       order, after;
    Error       err     = { 0 };
    bool        pending = false;
    TenderInput tender  = card("tok_timeout_approved", OPT_NONE);
    check_ok(sell("CAKE", 1000, &tender, 1, &order, &pending, &err), &err, "a card gives no answer");
    Id id = order.id;
    check_ok(fixture_call(db, &env, cancel, &(ById){ id }, &after, sizeof after, &pending, &err), &err,
             "the cashier gives the order up");
    check(state_is(&after, "cancelled") && str_eq(after.payments.items[0].state, STR("reversed")),
          "it is cancelled and what was charged is reversed");
    check_refused(fixture_call(db, &env, cancel, &(ById){ id }, &after, sizeof after, &pending, &err), &err,
                  &ERR_ORDER_NOT_OPEN, "twice is refused");
}

static bool back(Id order, int64_t line, int64_t qty, Return *out, Error *err)
{
    ReturnLineInput input   = { .line = line, .quantity = qty };
    ReturnRequest   request = { .order = order, .location = STR("LON"), .lines = { &input, 1 } };
    return fixture_call(db, &env, give_back, &request, out, sizeof *out, NULL, err);
}

static void test_returns(void)
{
    Order       order;
    Return      doc;
    Error       err  = { 0 };
    TenderInput paid = cash(OPT_NONE);
    StockLevel  was  = stock("TEA");
    check_ok(sell("TEA", 3000, &paid, 1, &order, NULL, &err), &err, "three teas are sold");
    Id      id   = order.id;
    int64_t got  = order.total + order.cash_rounding, tax = order.tax, given = 0, tax_back = 0;
    for (int i = 0; i < 3; i++) {
        check_ok(back(id, 1, 1000, &doc, &err), &err, "one tea is given back");
        tax_back += doc.tax;
        for (size_t k = 0; k < doc.refunds.count; k++) given += doc.refunds.items[k].amount;
    }
    check(given == got && tax_back == tax, "what three returns give back is what was paid");
    check(stock("TEA").floor == was.floor, "the tea is back on the floor");
    check_refused(back(id, 1, 1000, &doc, &err), &err, &ERR_RETURN_EXCEEDS, "a fourth is refused");
    check_refused(back(id, 2, 1000, &doc, &err), &err, &ERR_RETURN_EXCEEDS, "so is a line that is not there");
    TenderInput visa = card("tok_visa", OPT_NONE);
    check_ok(sell("TEA", 2000, &visa, 1, &order, NULL, &err), &err, "two teas are sold by card");
    id = order.id;
    check_ok(back(id, 1, 2000, &doc, &err), &err, "and given back");
    check(doc.refunds.count == 1 && str_eq(doc.refunds.items[0].kind, STR("card"))
              && str_eq(doc.refunds.items[0].state, STR("done")) && doc.refunds.items[0].amount == 398,
          "to the card, all of it");
}

int main(void)
{
    Error err = { 0 };
    db        = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url = str_from(simulator.url);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    test_cash();
    test_cards();
    test_unknown();
    test_cancel();
    test_returns();
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("checkout");
}

/* charge_test.c — cards that are only authorised at the sale: what is taken when goods leave, what never is
 * when they do not, and what an answer that is late, lost or no does. */
#include "flows/charge.h"
#include "flows/sale.h"
#include "tests/fulfil.h"
#include "tests/tender.h"

#include <unistd.h>

static unsigned char bytes[1 << 20];

/* What our books and the service's say of the only payment of an order. */
typedef struct {
    Id      order;
    Payment payment;
    int64_t total;
    char    state[16];
} Seen;

static bool see(Ctx *ctx, void *arg, Error *e)
{
    Seen    *seen     = arg;
    Payment *payments = NULL;
    size_t   count    = 0;
    Order    order;
    if (!sale_get(ctx, seen->order, &order, e) || !payments_of(ctx, seen->order, &payments, &count, e))
        return false;
    seen->payment = payments[0];
    seen->total   = order.total;
    (void)snprintf(seen->state, sizeof seen->state, "%.*s", STR_FMT(order.payments.items[0].state));
    return true;
}

static Seen look_now(Id order)
{
    Seen  seen = { .order = order };
    Error e    = { 0 };
    if (!kit_read(db, &env, see, &seen, &e)) check_ok(false, &e, "the payment can be read");
    return seen;
}

static SimulatorCharge at_service(const Seen *seen)
{
    SimulatorCharge charge;
    char            key[ID_TEXT_LEN + 1] = "";
    id_format(seen->payment.id, key);
    if (!simulator_look(&simulator, key, &charge)) check(false, "the service's book can be read");
    return charge;
}

static void run_jobs(void)
{
    Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    kit_now_ms += 60000;
    err = (Error){ .def = NULL };
    for (int i = 0; i < 3; i++)
        check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run");
}

/* Our books and the service's agree: so much is taken, so much given back. */
static bool is_taken(Id order, int64_t captured, int64_t refunded)
{
    Seen            seen = look_now(order);
    SimulatorCharge book = at_service(&seen);
    bool same = seen.payment.captured == captured && book.captured == captured && book.refunded == refunded;
    if (!same)
        printf("  taken %lld, at the service %lld less %lld\n", (long long)seen.payment.captured,
               (long long)book.captured, (long long)book.refunded);
    return same;
}

/* A tea along, three to be sent home, a cake to be fetched, and shipping; or, without `mixed`, three teas
 * sent. */
static Id order_held(const char *token, bool mixed, Id *home, Id *shop)
{
    Address         address  = { STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"),
                                    OPT_NONE, OPT_NONE };
    DeliveryInput   ways[2]  = { { .label = STR("home"), .method = STR("ship"), .address = &address },
                                 { .label = STR("shop"), .method = STR("pickup"), .store = STR("LON") } };
    BasketLine      lines[3] = { { .sku = STR("TEA"), .quantity = 3000, .delivery = STR("home") },
                                 { .sku = STR("TEA"), .quantity = 1000 },
                                 { .sku = STR("CAKE"), .quantity = 1000, .delivery = STR("shop") } };
    TenderInput     tender   = tender_held(token);
    CartShipping    shipping = { .amount = 499, .tax_class = STR("standard") };
    CheckoutRequest request  = { .location       = STR("LON"),
                                 .channel        = STR("web"),
                                 .expected_total = OPT_NONE,
                                 .pay_by         = OPT_NONE,
                                 .deliveries     = { ways, mixed ? 2 : 1 },
                                 .lines          = { lines, mixed ? 3 : 1 },
                                 .tenders        = { &tender, 1 },
                                 .shipping       = &shipping };
    Order           order    = { .state = STR_NONE };
    for (int i = 0; i < 2; i++) ways[i].window_from = ways[i].window_until = OPT_NONE;
    err = (Error){ .def = NULL };
    check_ok(CALL(orders_create, &request, &order, &err), &err,
             "an order is made, its card only authorised");
    Id               id  = order.id;
    OrderFulfilments all = of_order(id);
    for (size_t i = 0; i < all.items.count; i++) {
        if (str_eq(all.items.items[i].method, STR("pickup"))) *shop = all.items.items[i].id;
        else *home = all.items.items[i].id;
    }
    return id;
}

static void send(Id id)
{
    pick_all(id);
    pack_all(id);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = id }), "shipped", "it is sent");
}

static void fetch(Id id)
{
    pick_all(id);
    in_state(STEP(fulfil_stage, (StageInput){ id, STR("A-1") }), "staged", "it waits at a shelf");
    in_state(STEP(fulfil_hand_over, (HandOverInput){ .id = id, .id_checked = true, .name = STR("Ada") }),
             "handed_over", "it is fetched");
}

static void test_parts(void)
{
    Id      home = { { 0 } }, shop = { { 0 } }, id = order_held("tok_visa", true, &home, &shop);
    Seen    seen  = look_now(id);
    int64_t first = seen.payment.captured;
    check(strcmp(seen.state, "held") == 0 && first > 499 && first < seen.total,
          "what is taken along is due at once");
    check(is_taken(id, first, 0) == false, "and not taken before the jobs ran");
    run_jobs();
    check(is_taken(id, first, 0), "but by them");
    all_true("all is true when a part is taken");
    send(home);
    int64_t second = look_now(id).payment.captured;
    check(second > first && second < seen.total, "what was sent is due");
    run_jobs();
    check(is_taken(id, second, 0), "and taken once");
    fetch(shop);
    run_jobs();
    check(is_taken(id, seen.total, 0), "with the last goods all is taken, to the penny");
    check(strcmp(look_now(id).state, "captured") == 0
              && str_eq(look_now(id).payment.hold_state, STR("closed")),
          "and nothing is held any more");
    check(told("payment.captured", id) == 3, "the channel was told of each part");
    all_true("all is true when all is taken");
    ReturnLineInput line = { .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor") };
    ReturnRequest ask = { .order = id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 } };
    Return        back;
    err = (Error){ .def = NULL };
    check_ok(CALL(returns_create, &ask, &back, &err), &err, "one is brought back");
    run_jobs();
    check(is_taken(id, seen.total, (second - first) / 3), "and its money goes back");
    all_true("all is true after a return");
}

static void test_dropped(void)
{
    Id home = { { 0 } }, shop = { { 0 } }, id = order_held("tok_visa", false, &home, &shop);
    check(look_now(id).payment.captured == 0, "nothing is due of what has not left, nor its shipping");
    in_state(STEP(fulfil_cancel, (CallOff){ home, STR_NONE, STR_NONE }), "cancelled", "it is called off");
    Seen seen = look_now(id);
    check(seen.payment.released == seen.total, "all of it is released, with the shipping");
    run_jobs();
    seen = look_now(id);
    check(is_taken(id, 0, 0) && strcmp(at_service(&seen).state, "reversed") == 0,
          "the card was never charged");
    all_true("all is true when nothing was delivered");
    id = order_held("tok_visa", true, &home, &shop);
    in_state(STEP(fulfil_cancel, (CallOff){ shop, STR_NONE, STR_NONE }), "cancelled",
             "a part is called off");
    send(home);
    run_jobs();
    seen = look_now(id);
    check(seen.payment.released > 0 && seen.payment.captured + seen.payment.released == seen.total,
          "what was taken and what was released is the total");
    check(is_taken(id, seen.payment.captured, 0) && strcmp(at_service(&seen).state, "captured") == 0,
          "and the service holds nothing any more");
    all_true("all is true when a part was delivered");
}

static void test_unknown(void)
{
    static const char *const words[] = { "\"timeout_approved\"", "\"500_lost\"", "\"garbage\"",
                                         "\"wrong_amount\"" };
    env.psp_timeout_ms               = 500;
    for (size_t i = 0; i < COUNT(words); i++) {
        Id   home = { { 0 } }, shop = { { 0 } }, id = order_held("tok_visa", false, &home, &shop);
        Seen seen = look_now(id);
        send(home);
        ReturnLineInput line = {
            .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor")
        };
        ReturnRequest ask = {
            .order = id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
        };
        Return back;
        err = (Error){ .def = NULL };
        check_refused(CALL(returns_create, &ask, &back, &err), &err, &ERR_CAPTURE_PENDING,
                      "nothing can go back before it is known what was taken");
        check(simulator_script(&simulator, words[i]), words[i]);
        run_jobs();
        run_jobs();
        check(is_taken(id, seen.total, 0), "it is asked until it is known, and taken once");
        all_true("all is true after it");
    }
    env.psp_timeout_ms = 0;
}

static void test_declined(void)
{
    Id   home = { { 0 } }, shop = { { 0 } }, id = order_held("tok_expires_400", true, &home, &shop);
    Seen seen = look_now(id);
    run_jobs();
    int64_t first = look_now(id).payment.captured;
    kit_now_ms -= 60000; /* for us it still holds */
    send(home);
    (void)usleep(600 * 1000);
    run_jobs();
    seen = look_now(id);
    check(seen.payment.captured == first && seen.payment.failed > 0,
          "a capture that comes too late is owed");
    check(told("payment.owed", id) == 1, "and the channel is told");
    pick_all(shop);
    in_state(STEP(fulfil_stage, (StageInput){ shop, STR("A-1") }), "staged", "the rest waits");
    check_refused(
        STEP(fulfil_hand_over, (HandOverInput){ .id = shop, .id_checked = true, .name = STR("Ada") }), &err,
        &ERR_ORDER_OWED, "nothing more leaves");
    all_true("all is true when the customer owes");
    in_state(STEP(fulfil_fail, (FulfilNote){ home, STR_NONE }), "failed", "the parcel comes back");
    in_state(STEP(fulfil_restock, (RestockInput){ home, STR("floor") }), "returned_to_stock",
             "into the stock");
    seen = look_now(id);
    check(seen.payment.forgiven + seen.payment.released > 0, "and is not owed any more");
    in_state(STEP(fulfil_cancel, (CallOff){ shop, STR_NONE, STR_NONE }), "cancelled",
             "the rest is called off");
    run_jobs();
    all_true("all is true in the end");
}

static void test_expired(void)
{
    Id home = { { 0 } }, shop = { { 0 } }, id = order_held("tok_expires_5000", false, &home, &shop);
    pick_all(home);
    pack_all(home);
    run_jobs();
    check(strcmp(look_now(id).state, "expired") == 0 && told("payment.expired", id) == 1,
          "what was held for too long is told");
    check_refused(STEP(fulfil_ship, (ShipInput){ .id = home }), &err, &ERR_AUTHORISATION_EXPIRED,
                  "and does not leave");
    in_state(STEP(fulfil_cancel, (CallOff){ home, STR_NONE, STR_NONE }), "cancelled", "it is called off");
    run_jobs();
    check(str_eq(look_now(id).payment.hold_state, STR("closed")), "and given up");
    all_true("all is true after it expired");
}

static void test_refusals(void)
{
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 1000 };
    TenderInput     tender  = tender_held(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order           order;
    err = (Error){ .def = NULL };
    check_refused(CALL(orders_create, &request, &order, &err), &err, &ERR_TENDER_INVALID,
                  "cash is not held");
    tender = tender_held("tok_declined_stolen");
    err    = (Error){ .def = NULL };
    check_refused(CALL(orders_create, &request, &order, &err), &err, &ERR_PAYMENT_DECLINED,
                  "a card is declined");
    all_true("and holds nothing");
}

int main(void)
{
    open_shop();
    test_refusals();
    test_parts();
    test_dropped();
    test_unknown();
    test_declined();
    test_expired();
    return close_shop("charge");
}

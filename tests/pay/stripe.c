/* stripe.c — sales through the adapter to Stripe, against the small Stripe of stripe.mjs: what both books
 * say after approvals, declines, lost answers, captures in parts, refunds, readers and webhooks. Run by
 * services_test.sh. */
#include "tests/pay/pay.h"

static void test_cards(void)
{
    Id   order;
    bool pending = false;
    check_ok(sell("pm_card_visa", &order, &pending) && !pending, &err, "a card of a page is charged");
    Seen seen = look(order);
    check(strcmp(seen.state, "paid") == 0 && str_eq(seen.payment.brand, STR("visa"))
              && str_eq(seen.payment.last4, STR("4242")) && str_starts(seen.payment.reference, STR("pi_")),
          "the order is paid, with what Stripe said of the card");
    check(at_service(seen.payment.id).captured == seen.payment.amount, "and the money is taken");
    check(facts_are(seen.payment.id, "fp_visa", "ecommerce", ""), "and the card is known again");
    check_ok(sell("pm_apple_pay", &order, &pending), &err, "a wallet is charged");
    check_refused(sell("pm_declined_insufficient_funds", &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "a declined card is refused");
    check(strstr(err.message, "insufficient_funds") != NULL, "with Stripe's reason");
    check_refused(sell("pm_nobody", &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "an unknown card is refused");
    all_true("the books are true after it");
}

/* Whatever of the calls of a charge is lost, the money is taken once or not at all, and both sides agree.
 */
static void test_lost(void)
{
    static const struct {
        const char *verb, *count, *name;
    } faults[] = { { "lose", "1", "the first answer is lost" },
                   { "lose", "2", "two answers are lost" },
                   { "lose", "3", "three answers are lost" },
                   { "drop", "1", "the first call is lost" },
                   { "drop", "2", "two calls are lost" },
                   { "skip", "1", "the answer of the card is lost" },
                   { "skipdrop", "1", "the call with the card is lost" } };
    for (size_t i = 0; i < COUNT(faults); i++) {
        Id   order;
        bool pending       = false;
        env.psp_timeout_ms = 300;
        tell(faults[i].verb, faults[i].count);
        bool ok            = sell("pm_card_visa", &order, &pending);
        env.psp_timeout_ms = 0;
        check(ok && pending, faults[i].name);
        run_jobs(4);
        Seen      seen = look(order);
        AtService book = at_service(seen.payment.id);
        bool      paid = strcmp(seen.state, "paid") == 0;
        if (paid) check(book.count == 1 && book.captured == seen.payment.amount, "and it was paid, once");
        else
            check(strcmp(seen.state, "cancelled") == 0 && book.captured - book.refunded == 0,
                  "and nothing was taken, of an order that is cancelled");
        bool confirmed = strcmp(faults[i].verb, "skip") == 0;
        check(paid == confirmed, "a card that was charged pays, one that was not does not");
        all_true("the books are true after it");
    }
}

static void test_parts(void)
{
    Id      home, order = order_held("pm_card_visa", &home);
    Seen    seen  = look(order);
    int64_t whole = seen.payment.amount;
    check(strcmp(at_service(seen.payment.id).status, "requires_capture") == 0,
          "the card is only authorised");
    run_jobs(2);
    int64_t first = at_service(seen.payment.id).captured;
    check(first > 0 && first < whole && first == look(order).payment.captured,
          "what is taken along is captured");
    send_home(home);
    env.psp_timeout_ms = 300;
    tell("skip", "1"); /* the capture itself takes effect and is not answered */
    run_jobs(1);
    env.psp_timeout_ms = 0;
    run_jobs(2);
    seen = look(order);
    check(at_service(seen.payment.id).captured == whole && seen.payment.captured == whole,
          "the rest once, with the goods");
    check(strcmp(at_service(seen.payment.id).status, "succeeded") == 0, "then nothing is held");
    bring_back(order);
    run_jobs(2);
    check(at_service(look(order).payment.id).refunded > 0
              && at_service(look(order).payment.id).refunded == look(order).payment.refunded,
          "what comes back is given back");
    all_true("the books are true after it");
}

static void test_given_up(void)
{
    Id home, order = order_held("pm_card_visa", &home);
    run_jobs(2);
    in_state(STEP(fulfil_cancel, (CallOff){ home, STR_NONE, STR_NONE }), "cancelled",
             "the rest is called off");
    run_jobs(3);
    Seen      seen = look(order);
    AtService book = at_service(seen.payment.id);
    check(book.captured == seen.payment.captured && book.captured < book.amount
              && strcmp(book.status, "succeeded") == 0,
          "the rest is let go");
    order = order_held("pm_card_no_multicapture", &home);
    run_jobs(2);
    send_home(home);
    run_jobs(2);
    seen = look(order);
    check(seen.payment.failed > 0 && told("payment.owed", order) == 1,
          "a card that is captured but once: what came later is owed, and said");
    all_true("the books are true after it");
}

static void test_readers(void)
{
    Id   order;
    bool pending = false;
    put_terminal("LON-1", "stripe", "tmr_visa", NULL);
    put_terminal("LON-2", "stripe", "tmr_busy", NULL);
    put_terminal("LON-3", "stripe", "tmr_wait", NULL);
    put_terminal("LON-4", "stripe", "tmr_declined", NULL);
    check_ok(sell("terminal:LON-1", &order, &pending) && !pending, &err, "a reader asks for the card");
    Seen seen = look(order);
    check(str_eq(seen.payment.last4, STR("1111")), "and reads it");
    check(facts_are(seen.payment.id, "fp_present", "contactless", "google_pay"),
          "with how, and of which wallet");
    check_refused(sell("terminal:LON-2", &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "a reader that is busy");
    check_refused(sell("terminal:LON-4", &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "a card that is declined");
    check_refused(sell("terminal:LON-9", &order, &pending), &err, &ERR_TERMINAL_UNKNOWN,
                  "a reader that is not there");
    env.psp_timeout_ms = 1000;
    check_ok(sell("terminal:LON-3", &order, &pending) && pending, &err,
             "a customer who looks for the card");
    env.psp_timeout_ms = 0;
    run_jobs(1);
    check(strcmp(look(order).state, "placed") == 0, "is waited for");
    tell("present", "tmr_wait");
    check(event_comes("stripe", "payment_intent.succeeded", 0), "Stripe tells that it was read");
    Arena arena;
    arena_init(&arena, job_bytes, sizeof job_bytes);
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run at once");
    seen = look(order);
    check(strcmp(seen.state, "paid") == 0 && str_eq(seen.payment.brand, STR("amex")),
          "and the order is paid");
    env.psp_timeout_ms = 1000;
    check_ok(sell("terminal:LON-3", &order, &pending), &err, "one who goes away");
    env.psp_timeout_ms = 0;
    run_jobs(4);
    seen = look(order);
    check(strcmp(seen.state, "cancelled") == 0
              && strcmp(at_service(seen.payment.id).status, "canceled") == 0,
          "is waited for two minutes");
    all_true("the books are true after it");
}

static void test_webhooks(void)
{
    Id   order;
    bool pending = false;
    check_ok(sell("pm_card_visa", &order, &pending), &err, "a sale");
    check(event_comes("stripe", "payment_intent.succeeded", 0), "its event is accepted");
    check(event_comes("stripe", "payment_intent.succeeded", 0), "and once more");
    check(event_comes("stripe", "payment_intent.payment_failed", 0)
              && strcmp(look(order).state, "paid") == 0,
          "one that is not true changes nothing: it is only a hint");
    check(!event_comes("stripe", "payment_intent.succeeded", 301) && err.def == &ERR_WEBHOOK_SIGNATURE,
          "one that was signed long ago is refused");
    check(!event_comes("stripe", "payment_intent.succeeded", -301) && err.def == &ERR_WEBHOOK_SIGNATURE,
          "as one from the future");
    check(event_comes("stripe", "charge.dispute.created", 0)
              && event_comes("stripe", "charge.dispute.created", 0)
              && told("payment.disputed", order) == 2,
          "each dispute is told once");
    Hearing forged = { .code = "stripe" };
    forged.raw     = (RawRequest){ STR("{}"), STR("t=1764000000,v1=00") };
    err            = (Error){ .def = NULL };
    check_refused(kit_write(db, &env, hear, &forged, &err), &err, &ERR_WEBHOOK_SIGNATURE,
                  "a forged one is refused");
    forged.code = "nobody";
    err         = (Error){ .def = NULL };
    check_refused(kit_write(db, &env, hear, &forged, &err), &err, &ERR_WEBHOOK_SIGNATURE,
                  "no such service");
}

int main(void)
{
    open_services();
    put_service((PaymentServiceInput){ .code                 = STR("stripe"),
                                       .kind                 = STR("stripe"),
                                       .secret               = STR("stripe_key"),
                                       .webhook_secret       = STR("stripe_hooks"),
                                       .terminal_key_version = OPT_NONE });
    test_cards();
    test_lost();
    test_parts();
    test_given_up();
    test_readers();
    test_webhooks();
    keep_and_pay("stripe", "pm_card_visa", "cus_");
    return close_shop("stripe");
}

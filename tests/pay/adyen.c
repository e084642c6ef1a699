/* adyen.c — sales through the adapter to Adyen, against the small Adyen of adyen.mjs, whose terminals
 * speak through Adyen's own NexoCrypto and whose notifications are signed by Adyen's library. Run by
 * services_test.sh. */
#include "tests/pay/pay.h"

#include "flows/nexo_crypto.h"

#define CARD "{\"type\":\"scheme\",\"encryptedCardNumber\":\"adyenjs_0_1_25$good\"}"
#define REFUSED "{\"type\":\"scheme\",\"encryptedCardNumber\":\"adyenjs_0_1_25$refused\"}"
#define SECURE "{\"type\":\"scheme\",\"encryptedCardNumber\":\"adyenjs_0_1_25$3ds\"}"

static char adyen_url[80], nexo_url[80];

/* What waits at Adyen is told; then the jobs run. */
static void tell_all(const char *order)
{
    Arena arena;
    check(event_comes("adyen", order, 0), "a notification is accepted");
    arena_init(&arena, job_bytes, sizeof job_bytes);
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run at once");
}

static bool paid(Id order)
{
    Seen      seen = look(order);
    AtService book = at_service(seen.payment.id);
    return strcmp(seen.state, "paid") == 0 && book.count == 1 && book.captured == seen.payment.amount;
}

static bool nothing_taken(Id order)
{
    Seen      seen = look(order);
    AtService book = at_service(seen.payment.id);
    return strcmp(seen.state, "cancelled") == 0 && book.captured == book.refunded;
}

static void test_cards(void)
{
    Id   order;
    bool pending = false;
    check_ok(sell(CARD, &order, &pending) && !pending, &err, "a card of a page is charged");
    Seen seen = look(order);
    check(paid(order) && str_eq(seen.payment.brand, STR("visa")) && str_eq(seen.payment.last4, STR("1111"))
              && str_starts(seen.payment.reference, STR("PSP")),
          "the order is paid, with what Adyen said of the card");
    check(facts_are(seen.payment.id, "H167852639363479", "ecommerce", "apple_pay"),
          "and the card is known again");
    check_ok(sell("stored:shopper-1:8415718415172204", &order, &pending) && paid(order), &err,
             "a card that was stored");
    check_refused(sell(REFUSED, &order, &pending), &err, &ERR_PAYMENT_DECLINED, "a bad card is declined");
    check(strstr(err.message, "Not enough balance") != NULL, "with Adyen's reason");
    check_refused(sell(SECURE, &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "a card whose holder is to act");
    check_refused(sell("{}", &order, &pending), &err, &ERR_PAYMENT_DECLINED, "no card at all");
    check_refused(sell("nonsense", &order, &pending), &err, &ERR_PAYMENT_DECLINED, "nonsense");
    tell_all("ordered");
    all_true("the books are true after it");
}

/* Nobody can ask Adyen about a payment of a page: its webhooks tell, in whatever order. */
static void test_lost(void)
{
    static const char *const orders[] = { "ordered", "twice", "reversed" };
    for (size_t i = 0; i < COUNT(orders); i++) {
        Id   order;
        bool pending       = false;
        env.psp_timeout_ms = 300;
        tell("lose", "1");
        bool ok            = sell(CARD, &order, &pending);
        env.psp_timeout_ms = 0;
        check(ok && pending, "the answer is lost");
        run_jobs(1);
        check(strcmp(look(order).state, "placed") == 0, "it is not known");
        tell_all(orders[i]);
        check(paid(order), "until a webhook tells: it is paid, once");
    }
    Id   order;
    bool pending       = false;
    env.psp_timeout_ms = 300;
    tell("drop", "1");
    bool ok            = sell(CARD, &order, &pending);
    env.psp_timeout_ms = 0;
    check(ok && pending, "the call is lost");
    run_jobs(12);
    check(strcmp(look(order).state, "placed") == 0, "after long it is cancelled by our reference");
    tell_all("ordered");
    run_jobs(2);
    check(nothing_taken(order), "and when Adyen has told so, the order is");
    env.psp_timeout_ms = 300;
    tell("lose", "1");
    ok                 = sell(CARD, &order, &pending);
    env.psp_timeout_ms = 0;
    check(ok && pending && event_comes("adyen", "lost", 0) == false,
          "the answer and the webhook are lost");
    run_jobs(12);
    tell_all("ordered");
    run_jobs(2);
    check(nothing_taken(order), "what was charged is undone");
    all_true("the books are true after it");
}

static void test_parts(void)
{
    Id      home, order = order_held(CARD, &home);
    int64_t whole = look(order).payment.amount;
    run_jobs(1);
    int64_t first = look(order).payment.captured;
    check(first > 0 && first < whole && at_service(look(order).payment.id).captured == first,
          "a part is captured");
    check(told("payment.captured", order) == 0, "but not told before Adyen says so");
    tell_all("reversed");
    check(told("payment.captured", order) == 1, "then it is");
    check(event_comes("adyen", "ordered CAPTURE_FAILED capture", 0)
              && told("payment.failed_late", order) == 1,
          "a capture that fails days later is told");
    send_home(home);
    run_jobs(3); /* asks again and again: by the same key */
    check(at_service(look(order).payment.id).captured == whole, "the rest once");
    tell_all("twice");
    check(told("payment.captured", order) == 2, "and told once");
    bring_back(order);
    run_jobs(2);
    tell_all("ordered");
    run_jobs(1);
    Seen seen = look(order);
    check(seen.payment.refunded > 0 && at_service(seen.payment.id).refunded == seen.payment.refunded,
          "what comes back");
    order = order_held(CARD, &home);
    in_state(STEP(fulfil_cancel, (CallOff){ home, STR_NONE, STR_NONE }), "cancelled",
             "the rest is called off");
    run_jobs(1);
    tell_all("ordered");
    run_jobs(2);
    tell_all("ordered");
    run_jobs(1);
    seen = look(order);
    check(strcmp(at_service(seen.payment.id).status, "part") == 0
              && str_eq(seen.payment.hold_state, STR("closed")),
          "is given up");
    all_true("the books are true after it");
}

/* By the cloud, or directly. */
static void test_terminals(const char *prefix, const char *url)
{
    static const char *const readers[] = { "T-visa", "T-refused", "T-busy", "T-slow", "T-wait", "T-dead" };
    Id                       order;
    bool                     pending = false;
    char                     token[40];
    for (size_t i = 0; i < COUNT(readers); i++) {
        (void)snprintf(token, sizeof token, "%s-%zu", prefix, i);
        put_terminal(token, "adyen", readers[i], url);
    }
#define AT(i) ((void)snprintf(token, sizeof token, "terminal:%s-%d", prefix, i), token)
    check_ok(sell(AT(0), &order, &pending) && !pending, &err, "a terminal asks for the card");
    Seen seen = look(order);
    check(paid(order) && str_eq(seen.payment.last4, STR("9999")) && str_eq(seen.payment.brand, STR("mc")),
          "and reads it");
    check(facts_are(seen.payment.id, "M469509594859802", "contactless", "google_pay"),
          "with how, and of which wallet");
    check_refused(sell(AT(1), &order, &pending), &err, &ERR_PAYMENT_DECLINED, "a card that is refused");
    check_refused(sell(AT(2), &order, &pending), &err, &ERR_PAYMENT_DECLINED, "a terminal that is busy");
    env.psp_timeout_ms = 300;
    check_ok(sell(AT(3), &order, &pending) && pending, &err, "a terminal whose answer is lost");
    run_jobs(1);
    check(paid(order), "is asked, and has it");
    check_ok(sell(AT(4), &order, &pending) && pending, &err, "a customer who looks for the card");
    run_jobs(1);
    check(strcmp(look(order).state, "placed") == 0, "is waited for");
    tell("present", readers[4]);
    run_jobs(1);
    check(paid(order), "until the card is there");
    check_ok(sell(AT(5), &order, &pending) && pending, &err, "a terminal that was told nothing");
    run_jobs(5);
    check(strcmp(look(order).state, "cancelled") == 0, "after three minutes it never will be");
    check_ok(sell(AT(3), &order, &pending) && pending, &err, "a customer who goes away from a terminal");
    Order cancelled;
    err = (Error){ .def = NULL };
    check_ok(CALL(orders_cancel, &((ById){ order }), &cancelled, &err), &err, "the cashier cancels");
    run_jobs(2);
    check(nothing_taken(order), "what was taken is reversed at it");
    env.psp_timeout_ms = 0;
    tell_all("ordered");
    all_true("the books are true after it");
}

static void test_webhooks(void)
{
    Id   order;
    bool pending = false;
    check_ok(sell(CARD, &order, &pending), &err, "a sale");
    check(!event_comes("adyen", "forged", 0) && err.def == &ERR_WEBHOOK_SIGNATURE,
          "an amount that was changed");
    check(event_comes("adyen", "ordered CHARGEBACK", 0) && told("payment.disputed", order) == 1,
          "a chargeback is told");
    check(event_comes("adyen", "ordered AUTHORISATION", 0)
              && event_comes("adyen", "ordered CAPTURE_FAILED", 0) && paid(order),
          "what comes late changes nothing");
    Hearing forged = { .code = "adyen" };
    forged.raw     = (RawRequest){ STR("{\"notificationItems\":[]}"), STR("") };
    err            = (Error){ .def = NULL };
    check_refused(kit_write(db, &env, hear, &forged, &err), &err, &ERR_WEBHOOK_SIGNATURE,
                  "none at all is refused");
}

/* What the library protected the library opens; ours is opened by it in test_terminals. */
static void test_crypto(void)
{
    Arena   arena;
    NexoKey key = { STR("a passphrase for tests"), STR("onetill-tests"), 2 }, other = key;
    Str     text = STR("{\"SaleToPOIResponse\":{}}");
    arena_init(&arena, job_bytes, sizeof job_bytes);
    Str     sealed = nexo_protect(&arena, &env, &key, "SaleToPOIRequest", STR("{}"), text);
    Str     again  = nexo_protect(&arena, &env, &key, "SaleToPOIRequest", STR("{}"), text);
    json_t *json   = json_loadb(sealed.ptr, sealed.len, 0, NULL);
    json_t *inner  = json_object_get(json, "SaleToPOIRequest");
    check(str_eq(nexo_open(&arena, &key, inner), text), "what is protected can be opened");
    check(!str_eq(sealed, again), "twice it is not the same");
    other.passphrase = STR("another");
    check(nexo_open(&arena, &other, inner).ptr == NULL, "not with another passphrase");
    (void)json_object_set_new(json_object_get(inner, "SecurityTrailer"), "Hmac",
                              json_string("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    check(nexo_open(&arena, &key, inner).ptr == NULL, "nor when it was changed");
    check(nexo_open(&arena, &key, NULL).ptr == NULL, "nor when there is none");
    json_decref(json);
}

int main(void)
{
    open_services();
    (void)snprintf(adyen_url, sizeof adyen_url, "%s/adyen", services);
    (void)snprintf(nexo_url, sizeof nexo_url, "%s/adyen/nexo", services);
    put_service((PaymentServiceInput){ .code                 = STR("adyen"),
                                       .kind                 = STR("adyen"),
                                       .url                  = str_from(adyen_url),
                                       .terminal_url         = str_from(adyen_url),
                                       .account              = STR("OnetillTests"),
                                       .secret               = STR("adyen_key"),
                                       .webhook_secret       = STR("adyen_hooks"),
                                       .terminal_secret      = STR("adyen_terminals"),
                                       .terminal_key         = STR("onetill-tests"),
                                       .terminal_key_version = 2 });
    test_crypto();
    test_cards();
    test_lost();
    test_parts();
    test_terminals("CLOUD", NULL);
    test_terminals("LOCAL", nexo_url);
    test_webhooks();
    keep_and_pay("adyen", CARD, "stored:");
    return close_shop("adyen");
}

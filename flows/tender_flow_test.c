/* tender_flow_test.c — all ways to pay, together and one after the other: gift cards, credit, on account,
 * foreign cash, tips, surcharges, deposits; what is taken off is undone for real, what is refused leaves
 * the rest as it was; money goes back as it came. After each test the whole database is verified. */
#include "base/rfc3339.h"
#include "flows/gift.h"
#include "flows/pay.h"
#include "flows/sale.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"
#include "shop/inventory/inventory.h"
#include "shop/returns/returns.h"
#include "shop/settings/settings.h"
#include "tests/ask.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static Env       env;
static Db       *db;
static Error     err;
static Simulator simulator;
static Id        ann;

FIXTURE_ANY(orders_create)
FIXTURE_ANY(orders_tender_add)
FIXTURE_ANY(orders_tender_remove)
FIXTURE_ANY(orders_transfer)
FIXTURE_ANY(orders_show)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(returns_show)
FIXTURE_ANY(returns_instead)
FIXTURE_ANY(gift_cards_create)
FIXTURE_ANY(gift_cards_show)
FIXTURE_ANY(gift_cards_block)
FIXTURE_ANY(gift_cards_transfer)
FIXTURE_ANY(gift_cards_cash_out)
FIXTURE_ANY(credit_give)
FIXTURE_ANY(credit_limit)
FIXTURE_ANY(credit_paid)
FIXTURE_ANY(exchange_rates_change)
FIXTURE_ANY(surcharges_change)
FIXTURE_ANY(settings_change)

/* DO(Order, orders_create, CheckoutRequest, json, &order) */
#define DO(handler, Type, json, out)                                                                      \
    (err = (Error){ .def = NULL }, fixture_call(db, &env, handler##_any, READ_AS(Type, json), out,        \
                                                sizeof *(out), &(bool){ false }, &err))

/* --- asking --- */

/* Text with places for what follows, good until the third next. */
__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...)
{
    static char texts[4][4000];
    static int  next;
    va_list     list;
    char       *out = texts[next = (next + 1) % 4];
    va_start(list, format);
    (void)vsnprintf(out, sizeof texts[0], format, list);
    va_end(list);
    return out;
}

static const char *id_of(Id id)
{
    char out[ID_TEXT_LEN];
    id_format(id, out);
    return text("%.*s", ID_TEXT_LEN, out);
}

/* A tea is 199, a cake 350; `rest` are members of the request behind the lines. */
static bool sell(const char *lines, const char *tenders, const char *rest, Order *out)
{
    const char *json = text("{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[%s],\"tenders\":[%s]%s}",
                            lines, tenders, rest);
    return DO(orders_create, CheckoutRequest, json, out);
}

#define CAKE(n) "{\"sku\":\"CAKE\",\"quantity\":" #n "}"
#define CASH "{\"kind\":\"cash\"}"

static Order order_now(Id id)
{
    Order out = { .state = STR_NONE };
    check_ok(DO(orders_show, ById, text("{\"id\":\"%s\"}", id_of(id)), &out), &err, "the order is there");
    return out;
}

static GiftCard card_now(Id id)
{
    GiftCard out = { .balance = -1 };
    check_ok(DO(gift_cards_show, ById, text("{\"id\":\"%s\"}", id_of(id)), &out), &err,
             "the card is there");
    return out;
}

static int64_t credit_now(const char *kind)
{
    CustomerAccounts out = { .customer = ann };
    Error            e   = { 0 };
    static Arena     arena;
    static char      bytes[1 << 16];
    Tx              *tx = NULL;
    arena_init(&arena, bytes, sizeof bytes);
    if (!db_read_begin(db, &tx, &e)) return -1;
    Ctx ctx = {
        .arena = &arena, .tx = tx, .db = db, .env = &env, .now_ms = kit_now_ms, .who = { .merchant = 1 }
    };
    bool ok = credit_show(&ctx, &(ById){ ann }, &out, &e);
    db_read_end(tx);
    for (size_t i = 0; ok && i < out.items.count; i++)
        if (str_eq(out.items.items[i].kind, str_from(kind))) return out.items.items[i].balance;
    return 0;
}

static bool verify_step(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport *report = arg;
    if (!verify_run(ctx, report, e)) return false;
    for (size_t i = 0; i < report->count; i++)
        if (report->results[i].broken)
            printf("  %s: %s: %lld, found %lld\n", report->results[i].name,
                   report->results[i].rows[0].what, (long long)report->results[i].rows[0].expected,
                   (long long)report->results[i].rows[0].found);
    return true;
}

static void all_true(const char *name)
{
    VerifyReport report = { .broken = -1 };
    Error        e      = { 0 };
    check_ok(kit_read(db, &env, verify_step, &report, &e), &e, "it can be verified");
    check(report.broken == 0, name);
}

static void run_jobs(int64_t later_ms)
{
    static char  bytes[1 << 20];
    static Arena arena;
    Error        e = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    kit_now_ms += later_ms;
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &e)
                 && gift_expire_due(db, &env, &arena, kit_now_ms, &e),
             &e, "the jobs run");
}

static bool is(Str a, const char *b)
{
    return str_eq(a, str_from(b));
}

static const OrderPayment *one(const Order *order, size_t i)
{
    static const OrderPayment none = { .kind = { "none", 4 }, .state = { "none", 4 } };
    return i < order->payments.count ? &order->payments.items[i] : &none;
}

static bool payment_is(const Order *order, size_t i, const char *kind, const char *state, int64_t amount)
{
    const OrderPayment *p  = one(order, i);
    bool                ok = is(p->kind, kind) && is(p->state, state) && p->amount == amount;
    if (!ok) printf("  %.*s %.*s %lld\n", STR_FMT(p->kind), STR_FMT(p->state), (long long)p->amount);
    return ok;
}

/* --- gift cards --- */

/* A card with `amount` on it; its code is kept. */
static GiftCard card_with(int64_t amount, const char *pin, char code[64])
{
    GiftCard    card = { .balance = 0 };
    const char *json = text("{\"location\":\"LON\",\"amount\":%lld,\"reason\":\"test\"%s%s%s}",
                            (long long)amount, pin ? ",\"pin\":\"" : "", pin ? pin : "", pin ? "\"" : "");
    check_ok(DO(gift_cards_create, GiftCardInput, json, &card), &err, "a gift card is made");
    (void)snprintf(code, 64, "%.*s", STR_FMT(card.code));
    return card;
}

static const char *by_card(const char *code, const char *more)
{
    return text("{\"kind\":\"gift_card\",\"code\":\"%s\"%s}", code, more);
}

static void test_gift_card_sold(void)
{
    Order    order;
    GiftCard card, other;
    char     code[64];
    check_ok(DO(gift_cards_create, GiftCardInput, "{\"location\":\"LON\"}", &card), &err,
             "an empty card is made");
    (void)snprintf(code, sizeof code, "%.*s", STR_FMT(card.code));
    check(is(card.state, "inactive") && card.balance == 0, "it is inactive and empty");
    check_refused(sell(CAKE(1), by_card(code, ""), "", &order), &err, &ERR_GIFT_CARD_STATE,
                  "it cannot pay yet");
    check_ok(sell(CAKE(1), "{\"kind\":\"cash\",\"tendered\":6000}",
                  text(",\"gift_cards\":[{\"code\":\"%s\",\"amount\":5000}]", code), &order),
             &err, "it is sold with a cake");
    check(order.total == 350 && order.gift_cards == 5000 && order.change == 650,
          "and paid beside the total");
    check(order.loads.count == 1 && order.loads.items[0].amount == 5000, "the order says so");
    check(card_now(card.id).balance == 5000 && is(card_now(card.id).state, "active"),
          "now there is something on it");
    check_ok(sell(CAKE(1), by_card(code, ",\"amount\":300},{\"kind\":\"cash\""), "", &order), &err,
             "it pays a part, cash the rest");
    check(payment_is(&order, 0, "gift_card", "captured", 300)
              && payment_is(&order, 1, "cash", "captured", 50),
          "so");
    check(card_now(card.id).balance == 4700, "which is taken off it");
    check_refused(sell(CAKE(20), by_card(code, ""), "", &order), &err, &ERR_GIFT_CARD_SHORT,
                  "it pays no more than is on it");
    check(strcmp(err.field, "tenders[0].code") == 0, "with its path");
    check_ok(sell("", CASH, text(",\"gift_cards\":[{\"code\":\"%s\",\"amount\":300}]", code), &order),
             &err, "it is loaded alone");
    check(order.total == 0 && card_now(card.id).balance == 5000, "without anything else");
    check_refused(sell(CAKE(1), by_card("0000-0000-0000-0000", ""), "", &order), &err,
                  &ERR_GIFT_CARD_UNKNOWN, "an unknown code pays nothing");
    check_ok(DO(gift_cards_create, GiftCardInput, "{\"location\":\"LON\"}", &other), &err, "another card");
    Id other_id = other.id;
    check_ok(DO(gift_cards_transfer, GiftCardTransfer,
                text("{\"id\":\"%s\",\"to\":\"%s\",\"reason\":\"lost\"}", id_of(card.id), id_of(other_id)),
                &other),
             &err, "what is on it moves to the other");
    check(card_now(card.id).balance == 0 && card_now(other_id).balance == 5000, "all of it");
    check_ok(DO(gift_cards_block, GiftCardReason,
                text("{\"id\":\"%s\",\"reason\":\"stolen\"}", id_of(other_id)), &other),
             &err, "it is blocked");
    all_true("all is true with gift cards");
}

static void test_pins(void)
{
    Order    order;
    char     code[64];
    GiftCard card = card_with(2000, "4711", code);
    check_refused(sell(CAKE(1), by_card(code, ""), "", &order), &err, &ERR_GIFT_CARD_UNKNOWN,
                  "a card with a PIN needs it");
    check_ok(sell(CAKE(1), by_card(code, ",\"pin\":\"4711\""), "", &order), &err, "with it, it pays");
    for (int i = 0; i < 5; i++)
        check(!sell(CAKE(1), by_card(code, ",\"pin\":\"0000\""), "", &order), "a wrong PIN is refused");
    check_refused(sell(CAKE(1), by_card(code, ",\"pin\":\"4711\""), "", &order), &err,
                  &ERR_GIFT_CARD_LOCKED, "after too many the right one is not heard either");
    kit_now_ms += 31 * 60 * 1000;
    check_ok(sell(CAKE(1), by_card(code, ",\"pin\":\"4711\""), "", &order), &err,
             "until some time is over");
    check(card_now(card.id).balance == 1300, "it paid twice");
    all_true("all is true with PINs");
}

typedef struct {
    const char *json;
    bool        ok, short_;
} Till;

static bool till_step(Tx *tx, void *arg, Error *e)
{
    Till                     *till    = arg;
    CheckoutRequest           request = { .location = STR_NONE };
    Order                     order   = { .state = STR_NONE };
    static _Thread_local char bytes[1 << 18];
    Arena                     arena;
    arena_init(&arena, bytes, sizeof bytes);
    Ctx ctx = { .arena  = &arena,
                .tx     = tx,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = 1, .perms = PERMS_ALL } };
    return json_read_stored(&arena, &CheckoutRequest_def, str_from(till->json), &request, e)
        && orders_create(&ctx, &request, &order, e);
}

static void *till_run(void *arg)
{
    Till *till   = arg;
    Error e      = { 0 };
    till->ok     = db_write(db, till_step, till, &e);
    till->short_ = e.def == &ERR_GIFT_CARD_SHORT;
    if (!till->ok && !till->short_) printf("  %s: %s\n", e.def ? e.def->name : "?", e.message);
    return NULL;
}

static void test_last_money(void)
{
    char        code[64];
    GiftCard    card = card_with(350, NULL, code);
    const char *json = text(
        "{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[" CAKE(1) "],\"tenders\":[%s]}",
        by_card(code, ""));
    Till      tills[4];
    pthread_t threads[COUNT(tills)];
    int       paid = 0, short_ = 0;
    for (size_t i = 0; i < COUNT(tills); i++) {
        tills[i] = (Till){ .json = json };
        if (pthread_create(&threads[i], NULL, till_run, &tills[i]) != 0) abort();
    }
    for (size_t i = 0; i < COUNT(tills); i++) {
        (void)pthread_join(threads[i], NULL);
        paid += tills[i].ok;
        short_ += tills[i].short_;
    }
    check(paid == 1 && short_ == COUNT(tills) - 1,
          "four tills want the last of a card at once: one gets it");
    check(card_now(card.id).balance == 0, "and nothing is left");
    all_true("all is true after that");
}

static void set(const char *name, int64_t value)
{
    Setting     out;
    const char *json = text("{\"name\":\"%s\",\"value\":%lld}", name, (long long)value);
    check_ok(DO(settings_change, SettingInput, json, &out), &err, name);
}

static void test_ends_of_cards(void)
{
    GiftCard card, out;
    Order    order;
    char     code[64];
    card = card_with(900, NULL, code);
    check(card_now(card.id).expires_at == OPT_NONE, "a card does not expire when nobody says so");
    const char *cash_out = text("{\"id\":\"%s\",\"location\":\"LON\"}", id_of(card.id));
    check_refused(DO(gift_cards_cash_out, GiftCardCashOut, cash_out, &out), &err, &ERR_GIFT_CARD_CASH_OUT,
                  "nor is it paid out");
    set("giftcards.cash_out", 900);
    check_ok(DO(gift_cards_cash_out, GiftCardCashOut, cash_out, &out), &err, "until that is allowed");
    check(card_now(card.id).balance == 0, "then nothing is left on it");
    set("giftcards.months", 24);
    card = card_with(700, NULL, code);
    check(card_now(card.id).expires_at > kit_now_ms, "a card has an end when the merchant says so");
    kit_now_ms += 26LL * 31 * 86400000;
    check_refused(sell(CAKE(1), by_card(code, ""), "", &order), &err, &ERR_GIFT_CARD_STATE,
                  "after it, it pays nothing");
    run_jobs(1000);
    check(is(card_now(card.id).state, "expired") && card_now(card.id).balance == 0,
          "what was on it is income");
    set("giftcards.months", 0);
    all_true("all is true after the ends of cards");
}

/* --- customers' accounts --- */

static const char *for_ann(const char *more)
{
    return text(",\"customer\":\"%s\"%s", id_of(ann), more);
}

static void test_credit(void)
{
    CustomerAccounts out;
    Order            order;
    const char      *pay = "{\"kind\":\"store_credit\"}", *owe = "{\"kind\":\"invoice\"}";
    check_refused(sell(CAKE(1), pay, "", &order), &err, &ERR_TENDER_INVALID, "credit is somebody's");
    check_refused(sell(CAKE(1), pay, for_ann(""), &order), &err, &ERR_CREDIT_SHORT,
                  "who has none pays with none");
    check_ok(DO(credit_give, StoreCreditInput,
                text("{\"id\":\"%s\",\"location\":\"LON\",\"currency\":\"GBP\",\"amount\":500,\"reason\":"
                     "\"sorry\"}",
                     id_of(ann)),
                &out),
             &err, "she is given some");
    check_ok(sell(CAKE(1), pay, for_ann(""), &order), &err, "and pays with it");
    check(credit_now("store_credit") == 150, "the rest is hers");
    check_refused(sell(CAKE(1), owe, for_ann(""), &order), &err, &ERR_INVOICE_LIMIT,
                  "nobody owes without a limit");
    check_ok(DO(credit_limit, InvoiceLimit,
                text("{\"id\":\"%s\",\"currency\":\"GBP\",\"most\":800}", id_of(ann)), &out),
             &err, "she may owe 8.00");
    check_ok(sell(CAKE(2), owe, for_ann(""), &order), &err, "two cakes go on her account");
    check(credit_now("invoice") == 700, "she owes them");
    check_refused(sell(CAKE(1), owe, for_ann(""), &order), &err, &ERR_INVOICE_LIMIT, "and no more");
    check_ok(
        DO(credit_paid, InvoicePayment,
           text("{\"id\":\"%s\",\"location\":\"LON\",\"currency\":\"GBP\",\"amount\":300,\"by\":\"bank\"}",
                id_of(ann)),
           &out),
        &err, "a part is paid");
    check(credit_now("invoice") == 400, "the rest is owed");
    all_true("all is true with accounts of customers");
}

/* --- other tenders --- */

static void test_others(void)
{
    Order        order;
    ExchangeRate rate;
    Surcharge    cost;
    check_refused(sell(CAKE(1), "{\"kind\":\"voucher\"}", "", &order), &err, &ERR_TENDER_INVALID,
                  "a voucher has a number");
    check_ok(sell(CAKE(1),
                  "{\"kind\":\"voucher\",\"reference\":\"V-1\",\"amount\":200},"
                  "{\"kind\":\"manual_card\",\"reference\":\"SLIP 7\",\"last4\":\"4242\"}",
                  "", &order),
             &err, "a voucher and a slip of a terminal pay");
    check(payment_is(&order, 0, "voucher", "captured", 200)
              && payment_is(&order, 1, "manual_card", "captured", 150),
          "each its part");
    check_refused(sell(CAKE(1), "{\"kind\":\"cash\",\"currency\":\"EUR\",\"tendered\":500}", "", &order),
                  &err, &ERR_NO_EXCHANGE_RATE, "foreign cash needs a rate");
    check_ok(DO(exchange_rates_change, ExchangeRate,
                "{\"currency\":\"GBP\",\"coin\":\"EUR\",\"coins\":120,\"worth\":100}", &rate),
             &err, "1.20 EUR are taken for 1.00");
    check_ok(sell(CAKE(1), "{\"kind\":\"cash\",\"currency\":\"EUR\",\"tendered\":500}", "", &order), &err,
             "5.00 EUR pay a cake");
    check(one(&order, 0)->coins == 500 && order.change == 66, "they are worth 4.16; 0.66 are change");
    check_ok(sell(CAKE(1), "{\"kind\":\"card\",\"token\":\"tok_visa\",\"tip\":50}", "", &order), &err,
             "a card pays a tip");
    check(payment_is(&order, 0, "card", "captured", 350) && one(&order, 0)->tip == 50, "on top");
    SimulatorCharge truth;
    check(simulator_look(&simulator, id_of(one(&order, 0)->id), &truth) && truth.captured == 400,
          "the service took both");
    check_ok(DO(surcharges_change, Surcharge,
                "{\"code\":\"AMEX\",\"kind\":\"card\",\"rate\":20000,\"amount\":5}", &cost),
             &err, "cards cost two percent and 0.05");
    check_ok(sell(CAKE(1), "{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err,
             "a card pays that");
    check(one(&order, 0)->surcharge == 12 && order.total == 350, "beside the total");
    check_ok(DO(surcharges_change, Surcharge, "{\"code\":\"AMEX\",\"kind\":\"card\",\"rate\":0}", &cost),
             &err, "no more");
    all_true("all is true with other tenders");
}

/* A card that is declined after gift card, credit and cash were taken: they are as they were. */
static void test_declined_last(void)
{
    Order    order;
    char     code[64];
    GiftCard card   = card_with(1000, NULL, code);
    int64_t  credit = credit_now("store_credit");
    check_refused(
        sell(CAKE(2),
             text("%s,{\"kind\":\"store_credit\",\"amount\":50},{\"kind\":\"cash\",\"amount\":50},"
                  "{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}",
                  by_card(code, ",\"amount\":100")),
             for_ann(""), &order),
        &err, &ERR_PAYMENT_DECLINED, "the fourth tender is declined");
    check(is(order.state, "cancelled"), "the order is given up");
    check(payment_is(&order, 0, "gift_card", "reversed", 100)
              && payment_is(&order, 1, "store_credit", "reversed", 50)
              && payment_is(&order, 2, "cash", "declined", 50)
              && payment_is(&order, 3, "card", "declined", 500),
          "each tender says what became of it");
    check(card_now(card.id).balance == 1000 && credit_now("store_credit") == credit,
          "what was taken is back");
    all_true("all is true after a declined tender");
    env.psp_timeout_ms = 500;
    check_ok(sell(CAKE(1),
                  text("%s,{\"kind\":\"card\",\"token\":\"tok_timeout_lost\"}",
                       by_card(code, ",\"amount\":100")),
                  "", &order),
             &err, "a card is not answered");
    Id id = order.id;
    check(card_now(card.id).balance == 900 && is(order.state, "placed"),
          "the gift card is taken meanwhile");
    all_true("all is true meanwhile");
    run_jobs(120000);
    run_jobs(120000);
    check(is(order_now(id).state, "cancelled") && card_now(card.id).balance == 1000,
          "and filled when it was not");
    all_true("all is true after that");
}

/* --- little by little --- */

static const char *pay(Id order, const char *tenders)
{
    return text("{\"id\":\"%s\",\"tenders\":[%s]}", id_of(order), tenders);
}

static bool take_off(Id order, int n, Order *out)
{
    return DO(orders_tender_remove, TenderRef,
              text("{\"id\":\"%s\",\"n\":%d,\"reason\":\"wrong card\"}", id_of(order), n), out);
}

static void test_layaway(void)
{
    Order    order;
    char     code[64];
    GiftCard card = card_with(1000, NULL, code);
    char     by[40];
    (void)snprintf(by, sizeof by, ",\"pay_by\":\"2999-01-01T00:00:00Z\"");
    check_refused(sell(CAKE(3), "", by, &order), &err, &ERR_FIELD_INVALID, "not for ever");
    char day[RFC3339_LEN + 1] = "";
    check(rfc3339_format(kit_now_ms + 20LL * 86400000, day), "in twenty days");
    (void)snprintf(by, sizeof by, ",\"pay_by\":\"%.*s\"", RFC3339_LEN, day);
    set("orders.layaway_deposit", 100000);
    check_refused(sell(CAKE(3), "", by, &order), &err, &ERR_DEPOSIT_SHORT, "a tenth is paid at once");
    check_ok(sell(CAKE(3), "{\"kind\":\"cash\",\"amount\":105}", by, &order), &err, "and the rest later");
    Id id = order.id;
    check(is(order.state, "placed") && order.to_pay == 945
              && payment_is(&order, 0, "cash", "captured", 105),
          "so");
    all_true("all is true with a deposit");
    check_ok(DO(orders_tender_add, TendersAdd, pay(id, by_card(code, ",\"amount\":400")), &order), &err,
             "a gift card pays some more");
    check(order.to_pay == 545 && card_now(card.id).balance == 600, "it is taken");
    check_refused(DO(orders_tender_add, TendersAdd,
                     pay(id, "{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}"), &order),
                  &err, &ERR_PAYMENT_DECLINED, "a card is declined");
    order = order_now(id);
    check(is(order.state, "placed") && order.to_pay == 545
              && payment_is(&order, 1, "gift_card", "captured", 400)
              && payment_is(&order, 2, "card", "declined", 545),
          "the other tenders stand");
    check_ok(take_off(id, 2, &order), &err, "the gift card is taken off");
    check(order.to_pay == 945 && card_now(card.id).balance == 1000, "and is filled again");
    check_refused(take_off(id, 2, &order), &err, &ERR_TENDER_INVALID, "not twice");
    check_ok(DO(orders_tender_add, TendersAdd,
                pay(id, "{\"kind\":\"card\",\"token\":\"tok_visa\",\"amount\":500,\"tip\":20}"), &order),
             &err, "another card pays some");
    check(order.to_pay == 445, "less is left");
    all_true("all is true in between");
    check_ok(take_off(id, 4, &order), &err, "it is taken off, too");
    SimulatorCharge truth;
    check(payment_is(&order, 3, "card", "reversed", 500)
              && simulator_look(&simulator, id_of(one(&order, 3)->id), &truth)
              && truth.captured == truth.refunded,
          "and reversed for real");
    check_ok(
        DO(orders_tender_add, TendersAdd,
           pay(id,
               "{\"kind\":\"card\",\"token\":\"tok_visa\",\"amount\":900},{\"kind\":\"bank_transfer\"}"),
           &order),
        &err, "a card and a transfer pay the rest");
    check(is(order.state, "placed") && order.to_pay == 0
              && payment_is(&order, 5, "bank_transfer", "pending", 45),
          "which is to come");
    check_ok(DO(orders_transfer, TransferIn,
                text("{\"id\":\"%s\",\"n\":6,\"outcome\":\"arrived\",\"reference\":\"RF18\"}", id_of(id)),
                &order),
             &err, "it arrives");
    check(is(order.state, "paid") && order.to_pay == 0, "and the order is paid");
    all_true("all is true when it is paid");
    check_refused(take_off(id, 1, &order), &err, &ERR_ORDER_CLOSED_TENDERS, "then nothing is taken off");
    check_ok(sell(CAKE(1), by_card(code, ",\"amount\":100"), by, &order), &err, "another is begun");
    id = order.id;
    run_jobs(21LL * 86400000);
    run_jobs(1000);
    check(is(order_now(id).state, "cancelled") && card_now(card.id).balance == 1000,
          "and lapses: all is given back");
    set("orders.layaway_deposit", 0);
    all_true("all is true when it has lapsed");
}

/* --- money goes back --- */

static bool bring_back(Id order, int quantity, const char *more, Return *out)
{
    return DO(returns_create, ReturnRequest,
              text("{\"order\":\"%s\",\"location\":\"LON\",\"lines\":[{\"line\":1,\"quantity\":%d}]%s}",
                   id_of(order), quantity, more),
              out);
}

static int64_t refund_of(const Return *doc, const char *kind)
{
    int64_t sum = 0;
    for (size_t i = 0; i < doc->refunds.count; i++)
        if (is(doc->refunds.items[i].kind, kind)) sum += doc->refunds.items[i].amount;
    return sum;
}

static void test_back(void)
{
    Order    order;
    Return   doc;
    char     code[64];
    GiftCard card = card_with(1000, NULL, code);
    check_ok(sell(CAKE(2),
                  text("%s,{\"kind\":\"card\",\"token\":\"tok_visa\",\"amount\":210},{\"kind\":\"cash\"}",
                       by_card(code, ",\"amount\":350")),
                  "", &order),
             &err, "half by gift card, three tenths by card, the rest in cash");
    Id id = order.id;
    check_ok(bring_back(id, 1, "", &doc), &err, "one comes back");
    check(refund_of(&doc, "gift_card") == 175 && refund_of(&doc, "card") == 105
              && refund_of(&doc, "cash") == 70,
          "to each in proportion");
    check(card_now(card.id).balance == 825, "the gift card is filled");
    check_ok(bring_back(id, 1, "", &doc), &err, "the other comes back");
    check(refund_of(&doc, "gift_card") == 175 && refund_of(&doc, "card") == 105
              && refund_of(&doc, "cash") == 70,
          "the rest of each");
    check_refused(bring_back(id, 1, "", &doc), &err, &ERR_RETURN_EXCEEDS, "no more");
    check_ok(sell(CAKE(1), CASH, "", &order), &err, "a cake is sold for cash");
    check_refused(bring_back(order.id, 1, ",\"refund_to\":\"store_credit\"", &doc), &err, &ERR_REFUND_TO,
                  "credit is somebody's");
    int64_t credit = credit_now("store_credit");
    check_ok(bring_back(order.id, 1, text(",\"refund_to\":\"store_credit\"%s", for_ann("")), &doc), &err,
             "it comes back for credit");
    check(refund_of(&doc, "store_credit") == 350 && credit_now("store_credit") == credit + 350, "to her");
    check_ok(sell(CAKE(1), "{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err, "one by card");
    check_ok(
        bring_back(order.id, 1, text(",\"refund_to\":\"gift_card\",\"gift_card\":\"%s\"", code), &doc),
        &err, "it comes back to a gift card");
    check(card_now(card.id).balance == 1350, "which is filled");
    check_ok(sell(CAKE(1), "{\"kind\":\"invoice\"}", for_ann(""), &order), &err, "one on account");
    int64_t owed = credit_now("invoice");
    check_ok(bring_back(order.id, 1, "", &doc), &err, "comes back");
    check(credit_now("invoice") == owed - 350, "and is not owed any more");
    all_true("all is true when money went back");
}

static void test_refused_refund(void)
{
    Order  order;
    Return doc;
    check_ok(sell(CAKE(1), "{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err,
             "a cake by card");
    Id id = order.id;
    check(simulator_script(&simulator, "\"declined_account_closed\""), "the account is closed meanwhile");
    check_ok(bring_back(id, 1, "", &doc), &err, "it comes back all the same");
    Id back = doc.id;
    check(doc.refunds.count == 1 && is(doc.refunds.items[0].state, "refused")
              && is(doc.refunds.items[0].reason, "account_closed"),
          "the service refuses, and says why");
    check((order = order_now(id), one(&order, 0)->refunded) == 350,
          "it is still owed, and cannot be given back twice");
    all_true("all is true when a refund is refused");
    const char *instead = text("{\"id\":\"%s\",\"n\":1,\"kind\":\"cash\"}", id_of(back));
    check_ok(DO(returns_instead, RefundInstead, instead, &doc), &err, "it is given in cash instead");
    check(doc.refunds.count == 2 && is(doc.refunds.items[0].state, "replaced")
              && refund_of(&doc, "cash") == 350,
          "so");
    check_refused(DO(returns_instead, RefundInstead, instead, &doc), &err, &ERR_REFUND_TO, "once");
    all_true("all is true after that");
}

/* --- goods that pay for others --- */

static const char *for_goods(Id order, int quantity)
{
    return text(",\"exchange\":{\"order\":\"%s\",\"lines\":[{\"line\":1,\"quantity\":%d}]}", id_of(order),
                quantity);
}

static Return return_now(Id id)
{
    Return out = { .total = 0 };
    check_ok(DO(returns_show, ById, text("{\"id\":\"%s\"}", id_of(id)), &out), &err,
             "the return is there");
    return out;
}

static void test_exchange(void)
{
    Order  order;
    Return back;
    check_ok(sell(CAKE(3), CASH, "", &order), &err, "three cakes are sold");
    Id first = order.id;
    check_ok(sell(CAKE(1), "", for_goods(first, 1), &order), &err, "one is exchanged for another");
    check(is(order.state, "paid") && payment_is(&order, 0, "exchange", "captured", 350),
          "nothing is to be paid");
    all_true("all is true after an even exchange");
    check_refused(sell(CAKE(3), CASH, for_goods(first, 3), &order), &err, &ERR_RETURN_EXCEEDS,
                  "no more than was sold pays");
    check_ok(sell(CAKE(2), CASH, for_goods(first, 1), &order), &err, "one for two");
    check(payment_is(&order, 0, "exchange", "captured", 350)
              && payment_is(&order, 1, "cash", "captured", 350),
          "the rest is paid");
    all_true("all is true after an uneven one");
    check_refused(sell(CAKE(2), "{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}",
                       for_goods(first, 1), &order),
                  &err, &ERR_PAYMENT_DECLINED, "the card that pays the rest is declined");
    Id given = order.exchange;
    check(is(order.state, "cancelled") && payment_is(&order, 0, "exchange", "reversed", 350),
          "nothing is sold");
    back = return_now(given);
    check(back.refunds.count == 1 && is(back.refunds.items[0].state, "refused"),
          "but the goods are back, and owed");
    all_true("all is true when an exchange is given up");
    check_ok(DO(returns_instead, RefundInstead,
                text("{\"id\":\"%s\",\"n\":1,\"kind\":\"cash\"}", id_of(given)), &back),
             &err, "they are paid in cash");
    all_true("all is true after that");
    check_refused(bring_back(first, 1, "", &back), &err, &ERR_RETURN_EXCEEDS,
                  "nothing of it can come back again");
    check_ok(sell(CAKE(2), "{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err, "two by card");
    first = order.id;
    check_ok(sell(CAKE(1), "", for_goods(first, 2), &order), &err, "two for one");
    given = order.exchange;
    run_jobs(60000);
    back = return_now(given);
    check(refund_of(&back, "exchange") == 350 && refund_of(&back, "card") == 350,
          "the rest goes back to the card");
    all_true("all is true after two for one");
}

/* Ann, and shelves full of cake. */
static bool more(Ctx *ctx, void *arg, Error *e)
{
    CustomerInput who = { .name = STR("Ann") };
    StockDoc      doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    SaleItem      cake;
    (void)arg;
    if (!customers_put(ctx, &who, &ann, e) || !catalog_sale_item(ctx, STR("CAKE"), &cake, e)) return false;
    StockMove move = { .item          = cake.id,
                       .sku           = cake.sku,
                       .from_location = STR(""),
                       .from_state    = STR("vendor"),
                       .to_location   = STR("LON"),
                       .to_state      = STR("floor"),
                       .qty           = 1000000 };
    return inventory_move(ctx, &doc, &move, e);
}

int main(void)
{
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url = str_from(simulator.url);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, more, NULL, &err), &err,
             "the shop is made");
    test_gift_card_sold();
    test_pins();
    test_last_money();
    test_ends_of_cards();
    test_credit();
    test_others();
    test_declined_last();
    test_layaway();
    test_back();
    test_refused_refund();
    test_exchange();
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("tender_flow");
}

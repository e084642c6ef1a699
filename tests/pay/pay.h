/* pay.h — what the tests of payment services share: the services of services.mjs (its address is in
 * $PAY_SERVICES), sales with a card, and what both sides say of it. Included once in a program. */
#ifndef TESTS_PAY_H
#define TESTS_PAY_H

#include "flows/charge.h"
#include "flows/payment_service.h"
#include "flows/sale.h"
#include "tests/fulfil.h"

#include <jansson.h>

ANY(payment_services_change, PaymentServiceInput, PaymentServiceInput)
ANY(terminals_change, Terminal, Terminal)
ANY(orders_cancel, ById, Order)
ANY(payment_card_save, CardSave, SavedCard)

static unsigned char job_bytes[1 << 20];
static char          services[64]; /* "http://127.0.0.1:PORT" */

/* --- the other side --- */

/* POST /control/VERB with a text; the answer is the caller's. */
static inline json_t *control(const char *verb, const char *text)
{
    static unsigned char bytes[1 << 20];
    Arena                arena;
    Error                e = { .def = NULL };
    char                 url[128];
    HttpAnswer           answer;
    arena_init(&arena, bytes, sizeof bytes);
    (void)snprintf(url, sizeof url, "%s/control/%s", services, verb);
    HttpCall what = { .method     = STR("POST"),
                      .url        = str_from(url),
                      .body       = str_from(text),
                      .connect_ms = 5000,
                      .total_ms   = 5000,
                      .reply_max  = 1 << 19 };
    if (!http_client_call(&arena, &what, &answer, &e)) check_ok(false, &e, verb);
    return json_loadb(answer.body.ptr, answer.body.len, 0, NULL);
}

static inline void tell(const char *verb, const char *text)
{
    json_decref(control(verb, text));
}

typedef struct {
    char    status[32];
    int64_t amount, captured, refunded;
    size_t  count; /* charges with this key: one, or none */
} AtService;

static inline AtService at_service(Id key)
{
    AtService seen                  = { .status = "" };
    char      text[ID_TEXT_LEN + 1] = "";
    size_t    i;
    json_t   *book = control("book", ""), *one;
    id_format(key, text);
    json_array_foreach(json_object_get(book, "charges"), i, one)
    {
        const char *own = json_string_value(json_object_get(one, "key"));
        if (!own || strcmp(own, text) != 0) continue;
        (void)snprintf(seen.status, sizeof seen.status, "%s",
                       json_string_value(json_object_get(one, "status")));
        seen.amount   = json_integer_value(json_object_get(one, "amount"));
        seen.captured = json_integer_value(json_object_get(one, "captured"));
        seen.refunded = json_integer_value(json_object_get(one, "refunded"));
        seen.count++;
    }
    json_decref(book);
    return seen;
}

/* --- our side --- */

typedef struct {
    Id      order;
    Payment payment;
    Order   shown;
    char    state[16];
} Seen;

static inline bool see(Ctx *ctx, void *arg, Error *e)
{
    Seen    *seen     = arg;
    Payment *payments = NULL;
    size_t   count    = 0;
    if (!sale_get(ctx, seen->order, &seen->shown, e)
        || !payments_of(ctx, seen->order, &payments, &count, e))
        return false;
    seen->payment = payments[0];
    (void)snprintf(seen->state, sizeof seen->state, "%.*s", STR_FMT(seen->shown.state));
    return true;
}

/* Texts of it live until the next look. */
static inline Seen look(Id order)
{
    Seen  seen = { .order = order };
    Error e    = { .def = NULL };
    if (!kit_read(db, &env, see, &seen, &e)) check_ok(false, &e, "the order can be read");
    return seen;
}

static inline void run_jobs(int times)
{
    Arena arena;
    for (int i = 0; i < times; i++) {
        arena_init(&arena, job_bytes, sizeof job_bytes);
        kit_now_ms += 60000;
        err = (Error){ .def = NULL };
        check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the jobs run");
    }
}

/* One TEA at LON by the web with a card; *pending: nobody knows yet. */
static inline bool sell(const char *token, Id *order, bool *pending)
{
    Order       reply  = { .state = STR_NONE };
    BasketLine  line   = { .sku = STR("TEA"), .quantity = 1000 };
    TenderInput tender = {
        .kind = STR("card"), .amount = OPT_NONE, .tendered = OPT_NONE, .token = str_from(token)
    };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    err                     = (Error){ .def = NULL };
    bool ok = fixture_call(db, &env, any_orders_create, &request, &reply, sizeof reply, pending, &err);
    *order  = reply.id;
    return ok;
}

/* Three TEA that are sent home in a delivery, the card only authorised; *home gets the delivery. */
static inline Id order_held(const char *token, Id *home)
{
    Address address = {
        STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"), OPT_NONE, OPT_NONE
    };
    DeliveryInput   way     = { .label = STR("home"), .method = STR("ship"), .address = &address };
    BasketLine      lines[] = { { .sku = STR("TEA"), .quantity = 3000, .delivery = STR("home") },
                                { .sku = STR("TEA"), .quantity = 1000 } };
    TenderInput     tender  = { .kind     = STR("card"),
                                .amount   = OPT_NONE,
                                .tendered = OPT_NONE,
                                .token    = str_from(token),
                                .capture  = STR("on_shipment") };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .deliveries     = { &way, 1 },
                                .lines          = { lines, 2 },
                                .tenders        = { &tender, 1 } };
    Order           order   = { .state = STR_NONE };
    way.window_from = way.window_until = OPT_NONE;
    err                                = (Error){ .def = NULL };
    check_ok(CALL(orders_create, &request, &order, &err), &err,
             "an order is made, its card only authorised");
    *home = of_order(order.id).items.items[0].id;
    return order.id;
}

static inline void send_home(Id home)
{
    pick_all(home);
    pack_all(home);
    in_state(STEP(fulfil_ship, (ShipInput){ .id = home }), "shipped", "it is sent");
}

/* Brings one TEA back. */
static inline void bring_back(Id order)
{
    ReturnLineInput line = { .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = STR("floor") };
    ReturnRequest   ask  = {
           .order = order, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    Return back;
    err = (Error){ .def = NULL };
    check_ok(CALL(returns_create, &ask, &back, &err), &err, "one is brought back");
}

typedef struct {
    Id          payment;
    const char *card, *entry_mode, *wallet;
    bool        same;
} Facts;

static inline bool read_facts(Ctx *ctx, void *arg, Error *e)
{
    Facts       *facts = arg;
    PaymentRoute route;
    bool         found = false;
    if (!payment_routes_find(ctx, facts->payment, &route, &found, e)) return false;
    facts->same = found && str_eq(route.card, str_from(facts->card))
               && str_eq(route.wallet, str_from(facts->wallet))
               && str_eq(route.entry_mode, str_from(facts->entry_mode));
    return true;
}

/* What is recorded of the card of a payment. */
static inline bool facts_are(Id payment, const char *card, const char *entry_mode, const char *wallet)
{
    Facts facts = { payment, card, entry_mode, wallet, false };
    Error e     = { .def = NULL };
    return kit_read(db, &env, read_facts, &facts, &e) && facts.same;
}

/* Lets the service keep a card, and pays with it. */
static inline void keep_and_pay(const char *service, const char *token, const char *starts)
{
    Id        order;
    bool      pending  = false;
    char      kept[80] = "";
    SavedCard card;
    CardSave  save = { str_from(service), str_from(token), env_new_id(&env), STR_NONE };
    err            = (Error){ .def = NULL };
    check_ok(CALL(payment_card_save, &save, &card, &err), &err, "the service keeps a card");
    (void)snprintf(kept, sizeof kept, "%.*s", STR_FMT(card.token));
    check(strncmp(kept, starts, strlen(starts)) == 0, "and gives a token for it");
    check_ok(sell(kept, &order, &pending) && strcmp(look(order).state, "paid") == 0, &err,
             "which pays later");
    save.token = STR("nonsense");
    err        = (Error){ .def = NULL };
    check_refused(CALL(payment_card_save, &save, &card, &err), &err, &ERR_CARD_NOT_KEPT,
                  "no card is not kept");
    save.code = STR("nobody");
    err       = (Error){ .def = NULL };
    check_refused(CALL(payment_card_save, &save, &card, &err), &err, &ERR_CARD_NOT_KEPT, "nor by nobody");
}

/* --- webhooks --- */

typedef struct {
    const char  *code;
    RawRequest   raw;
    WebhookHeard heard;
} Hearing;

static inline bool hear(Ctx *ctx, void *arg, Error *e)
{
    Hearing *h        = arg;
    ctx->raw          = &h->raw;
    ctx->who.merchant = 0;
    return payment_webhook(ctx, &(ByCode){ str_from(h->code) }, &h->heard, e);
}

/* The event comes as the service would send it now, made `age` seconds ago. */
static inline bool event_comes(const char *service, const char *type, int64_t age)
{
    char text[200];
    (void)snprintf(text, sizeof text, "{\"service\":\"%s\",\"type\":\"%s\",\"at\":%lld}", service, type,
                   (long long)(kit_now_ms / 1000 - age));
    json_t *event = control("event", text);
    Hearing h     = { .code = service };
    h.raw         = (RawRequest){ str_from(json_string_value(json_object_get(event, "payload"))),
                                  str_from(json_string_value(json_object_get(event, "signature"))) };
    err           = (Error){ .def = NULL };
    bool ok       = kit_write(db, &env, hear, &h, &err);
    json_decref(event);
    return ok && str_eq(h.heard.text, STR("[accepted]"));
}

static inline void put_service(PaymentServiceInput service)
{
    static ServiceUse   any[1] = { { STR_NONE, STR_NONE } };
    PaymentServiceInput reply;
    if (!service.url.len) service.url = str_from(services);
    service.active     = true;
    service.uses.items = any;
    service.uses.count = 1;
    err                = (Error){ .def = NULL };
    check_ok(CALL(payment_services_change, &service, &reply, &err), &err, "a payment service is set up");
}

static inline void put_terminal(const char *code, const char *service, const char *reader, const char *url)
{
    Terminal terminal = { str_from(code),   STR("LON"),    str_from(service),
                          str_from(reader), str_from(url), true };
    Terminal reply;
    err = (Error){ .def = NULL };
    check_ok(CALL(terminals_change, &terminal, &reply, &err), &err, "a terminal is set up");
}

static inline void open_services(void)
{
    const char *url = getenv("PAY_SERVICES");
    (void)snprintf(services, sizeof services, "%s", url ? url : "");
    open_shop();
    env.psp_url              = STR_NONE;
    env.webhooks_to_loopback = true;
}

#endif

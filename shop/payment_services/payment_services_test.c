/* payment_services_test.c — which service takes a card: what is set up, what is refused, and who is
 * chosen. */
#include "shop/payment_services/payment_services.h"

#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>

static Env   env;
static Db   *db;
static Error err;

FIXTURE_ANY(payment_services_change)
FIXTURE_ANY(payment_services_list)
FIXTURE_ANY(terminals_change)
FIXTURE_ANY(terminals_list)

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    return fixture_as(db, &env, (FixtureCaller){ 0, PERMS_ALL }, handler, request, reply, size, &err);
}

static bool put(PaymentServiceInput service)
{
    PaymentServiceInput reply;
    service.active = true;
    return call(payment_services_change_any, &service, &reply, sizeof reply)
        && str_eq(reply.code, service.code) && reply.uses.count == service.uses.count;
}

static PaymentServiceInput simulator(const char *code, ServiceUse *uses, size_t count)
{
    return (PaymentServiceInput){ .code                 = str_from(code),
                                  .kind                 = STR("simulator"),
                                  .url                  = STR("https://psp.example.com"),
                                  .terminal_key_version = OPT_NONE,
                                  .uses                 = { uses, count } };
}

static bool put_terminal(Terminal terminal)
{
    Terminal reply;
    terminal.active = true;
    return call(terminals_change_any, &terminal, &reply, sizeof reply);
}

typedef struct {
    const char *location, *channel, *terminal;
    char        service[24];
} Choice;

static bool choose(Ctx *ctx, void *arg, Error *e)
{
    Choice *c       = arg;
    Str     service = STR_NONE;
    if (!payment_services_choose(ctx, str_from(c->location), str_from(c->channel), str_from(c->terminal),
                                 &service, e))
        return false;
    (void)snprintf(c->service, sizeof c->service, "%.*s", STR_FMT(service));
    return true;
}

static bool chosen(const char *location, const char *channel, const char *terminal, const char *service)
{
    Choice choice = { .location = location, .channel = channel, .terminal = terminal };
    err           = (Error){ .def = NULL };
    return kit_read(db, &env, choose, &choice, &err) && strcmp(choice.service, service) == 0;
}

static void test_setup(void)
{
    PaymentServiceInput one = simulator("one", NULL, 0);
    check(chosen("LON", "pos", NULL, "psp"), "without any service the standard one takes cards");
    check_ok(put(one), &err, "a service is set up");
    check(!chosen("LON", "pos", NULL, "") && err.def == &ERR_PAYMENT_SERVICE_MISSING,
          "a service that takes no cards of the sale is not asked, and the standard one is not either");
    one.secret = STR("stripe_live");
    check_ok(put(one), &err, "a secret has a name");
    one.secret = STR("sk-live-51H0");
    check_refused(put(one), &err, &ERR_FIELD_INVALID, "what looks like a secret itself is refused");
    one     = simulator("one", NULL, 0);
    one.url = STR("http://169.254.169.254/latest");
    check_refused(put(one), &err, &ERR_FIELD_INVALID, "an address inside is refused");
    one.url = STR_NONE;
    check_refused(put(one), &err, &ERR_FIELD_INVALID, "a simulator needs an address");
    PaymentServiceList list;
    check(call(payment_services_list_any, &(Nothing){}, &list, sizeof list) && list.items.count == 1
              && str_eq(list.items.items[0].secret, STR("stripe_live")),
          "the list shows it");
}

static void test_choice(void)
{
    ServiceUse          any[1]     = { { STR_NONE, STR_NONE } };
    ServiceUse          web[1]     = { { STR_NONE, STR("web") } };
    ServiceUse          shop[1]    = { { STR("LON"), STR_NONE } };
    ServiceUse          both[1]    = { { STR("LON"), STR("web") } };
    PaymentServiceInput services[] = { simulator("any", any, 1), simulator("web", web, 1),
                                       simulator("shop", shop, 1), simulator("both", both, 1) };
    for (size_t i = 0; i < COUNT(services); i++)
        check_ok(put(services[i]), &err, "a service for some sales");
    check(chosen("DC1", "pos", NULL, "any"), "one takes all that no other does");
    check(chosen("DC1", "web", NULL, "web"), "a channel counts before anything");
    check(chosen("LON", "pos", NULL, "shop"), "a location before a channel");
    check(chosen("LON", "web", NULL, "both"), "both before each");
    check_ok(put(simulator("any2", any, 1)), &err, "the same sales can be given to another");
    check(chosen("DC1", "pos", NULL, "any2"), "then that one takes them");
}

static void test_terminals(void)
{
    Terminal one = { STR("LON-1"), STR("LON"), STR("nobody"), STR("tmr_1"), STR_NONE, true };
    check_refused(put_terminal(one), &err, &ERR_PAYMENT_SERVICE_UNKNOWN,
                  "a terminal belongs to a service");
    one.service  = STR("shop");
    one.location = STR("PAR");
    check_refused(put_terminal(one), &err, &ERR_FIELD_INVALID, "a terminal stands somewhere");
    one.location = STR("LON");
    one.url      = STR("https://10.0.0.5:8443/nexo");
    check_refused(put_terminal(one), &err, &ERR_FIELD_INVALID, "only some are called directly");
    one.url = STR_NONE;
    check_ok(put_terminal(one), &err, "a terminal is set up");
    check(chosen("LON", "web", "LON-1", "shop"),
          "its service takes what is paid at it, whatever the channel");
    check(!chosen("DC1", "web", "LON-1", "") && err.def == &ERR_TERMINAL_UNKNOWN,
          "it serves no other location");
    check(!chosen("LON", "web", "LON-9", "") && err.def == &ERR_TERMINAL_UNKNOWN,
          "one that is not there takes nothing");
    TerminalList list;
    TerminalFind find = { .location = STR("LON"), .limit = OPT_NONE };
    check(call(terminals_list_any, &find, &list, sizeof list) && list.items.count == 1
              && str_eq(list.items.items[0].reader, STR("tmr_1")),
          "the list shows it");
    find.location = STR("DC1");
    check(call(terminals_list_any, &find, &list, sizeof list) && list.items.count == 0, "by location");
}

typedef struct {
    Id     about;
    bool   fresh;
    size_t count;
} Notice;

static bool hear(Ctx *ctx, void *arg, Error *e)
{
    Notice        *n    = arg;
    PaymentNotice  told = { .about     = n->about,
                            .event     = STR("capture"),
                            .service   = STR("any"),
                            .reference = STR("X"),
                            .amount    = 5 };
    PaymentNotice *all  = NULL;
    return payment_notices_put(ctx, &told, &n->fresh, e)
        && payment_notices_of(ctx, n->about, &all, &n->count, e);
}

static void test_notices(void)
{
    Notice n = { .about = env_new_id(&env) };
    check(kit_write(db, &env, hear, &n, &err) && n.fresh && n.count == 1, "what a service says is kept");
    check(kit_write(db, &env, hear, &n, &err) && !n.fresh && n.count == 1, "twice the same is one");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop");
    test_setup();
    test_choice();
    test_terminals();
    test_notices();
    kit_close(db);
    return check_finish("payment_services");
}

/* till_test.c — what is really sold and given back at a shift is in its drawer and in its report: cash,
 * cards that are settled when the drawer is closed already, returns, foreign cash; and the whole database
 * is right after it. */
#include "flows/till.h"

#include "flows/pay.h"
#include "flows/verify.h"
#include "shop/ledger/ledger.h"
#include "shop/returns/returns.h"
#include "tests/ask.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BYTES = 4 << 20 };

static Env       env;
static Db       *db;
static Error     err;
static Simulator simulator;
static int       who = 1; /* the last byte of the key that asks */

FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(till_policy_change)
FIXTURE_ANY(shifts_open)
FIXTURE_ANY(shifts_count)
FIXTURE_ANY(shifts_close)
FIXTURE_ANY(shifts_report)
FIXTURE_ANY(paper_report_text)
FIXTURE_ANY(paper_report_escpos)
FIXTURE_ANY(exchange_rates_change)
FIXTURE_ANY(baskets_park)
FIXTURE_ANY(baskets_list)
FIXTURE_ANY(baskets_show)
FIXTURE_ANY(baskets_resume)
FIXTURE_ANY(baskets_give_up)

typedef struct {
    Ctx            ctx;
    FixtureHandler handler;
    const void    *request;
    void          *reply;
} Asking;

static bool ask_step(Tx *tx, void *arg, Error *e)
{
    Asking *a = arg;
    a->ctx.tx = tx;
    return a->handler(&a->ctx, a->request, a->reply, e);
}

/* Asks as `who`, and does what is left for after the commit. */
static bool ask(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    static Arena arena;
    static void *bytes;
    if (!bytes) bytes = malloc(BYTES);
    if (!bytes) return false;
    arena_init(&arena, bytes, BYTES);
    memset(reply, 0, size);
    Asking a = { { .arena  = &arena,
                   .db     = db,
                   .env    = &env,
                   .now_ms = kit_now_ms,
                   .who = { .merchant = 1, .perms = PERMS_ALL, .api_key = { { [15] = (uint8_t)who } } } },
                 handler,
                 request,
                 reply };
    err      = (Error){ .def = NULL };
    bool ok  = db_write(db, ask_step, &a, &err);
    a.ctx.tx = NULL;
    return ok && (!a.ctx.after || a.ctx.after(&a.ctx, reply, &err));
}

#define DO(handler, Type, json, out) ask(handler##_any, READ_AS(Type, json), out, sizeof *(out))

/* Text with places for what follows, good until the third next. */
__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...)
{
    static char texts[4][2000];
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

static bool sell(const char *tenders, const char *rest, Order *out)
{
    return DO(
        orders_create, CheckoutRequest,
        text("{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":2}],"
             "\"tenders\":[%s]%s}",
             tenders, rest),
        out);
}

static bool give_back(Id order, Return *out)
{
    return DO(returns_create, ReturnRequest,
              text("{\"order\":\"%s\",\"location\":\"LON\",\"lines\":[{\"line\":1,\"quantity\":1}]}",
                   id_of(order)),
              out);
}

typedef struct {
    Id      of;
    Str     currency;
    int64_t balance;
} Part;

static bool part_step(Ctx *ctx, void *arg, Error *e)
{
    Part *p = arg;
    return ledger_part(ctx, STR("cash:LON"), p->of, p->currency, &p->balance, e);
}

static int64_t in_drawer(Id of, const char *currency)
{
    Part p = { of, str_from(currency), -1 };
    check_ok(kit_read(db, &env, part_step, &p, &err), &err, "the ledger is asked");
    return p.balance;
}

static bool verify_step(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        for (int64_t k = 0; k < report.results[i].broken && k < VERIFY_SHOWN_MAX; k++)
            printf("  %s: %s, %lld not %lld\n", report.results[i].name, report.results[i].rows[k].what,
                   (long long)report.results[i].rows[k].found,
                   (long long)report.results[i].rows[k].expected);
    return report.broken == 0;
}

static void all_true(const char *when)
{
    check(kit_read(db, &env, verify_step, NULL, &err), when);
}

static Id open_shift(const char *drawer)
{
    Shift shift;
    check_ok(DO(shifts_open, ShiftOpen,
                text("{\"location\":\"LON\",\"drawer\":\"%s\",\"floats\":[{\"currency\":\"GBP\","
                     "\"amount\":5000}]}",
                     drawer),
                &shift),
             &err, "a shift is opened");
    return shift.id;
}

static void close_shift(Id id, int64_t pounds, int64_t euros, ShiftReport *report)
{
    Shift       shift;
    const char *more = euros < 0 ? "" : text(",{\"currency\":\"EUR\",\"amount\":%lld}", (long long)euros);
    check_ok(DO(shifts_count, ShiftCount,
                text("{\"id\":\"%s\",\"counts\":[{\"currency\":\"GBP\",\"amount\":%lld}%s]}", id_of(id),
                     (long long)pounds, more),
                &shift),
             &err, "its drawer is counted");
    check_ok(DO(shifts_close, ShiftClose, text("{\"id\":\"%s\"}", id_of(id)), report), &err, "and closed");
}

static void test_cash(void)
{
    Order       order, both;
    Return      back;
    ShiftReport report;
    Id          id = open_shift("1");
    check_ok(sell("{\"kind\":\"cash\",\"tendered\":1000}", "", &order), &err, "two teas for cash");
    check(order.total == 398 && in_drawer(id, "GBP") == 5400,
          "four pounds, to the coin, are in the drawer");
    Id first = order.id;
    check_ok(
        sell("{\"kind\":\"card\",\"token\":\"tok_visa\",\"amount\":200},{\"kind\":\"cash\"}", "", &both),
        &err, "two teas by card and cash");
    check(in_drawer(id, "GBP") == 5600, "the cash of it");
    check_ok(give_back(first, &back), &err, "one comes back");
    check(in_drawer(id, "GBP") == 5400, "its money out of the drawer");
    check_ok(DO(shifts_report, ById, text("{\"id\":\"%s\"}", id_of(id)), &report), &err, "an X report");
    const ReportSums *s = &report.sums.items[0];
    check(report.sums.count == 1 && s->sales == 2 && s->total == 796 && s->returns == 1
              && s->returned == 199 && s->taxes.count == 1 && s->taxes.items[0].amount == 99
              && s->taxes.items[0].rate == 200000 && s->taxes.items[0].base == 498,
          "says all of it, with the tax by rate");
    check(report.tenders.count == 2 && str_eq(report.tenders.items[0].kind, STR("card"))
              && report.tenders.items[0].in == 200 && report.tenders.items[1].in == 600
              && report.tenders.items[1].out == 200 && report.cash.items[0].traded == 400,
          "and how it was paid");
    check_ok(sell("{\"kind\":\"cash\",\"currency\":\"EUR\",\"tendered\":1000}", "", &order), &err,
             "foreign cash");
    check(in_drawer(id, "EUR") == 1000 && in_drawer(id, "GBP") == 5400 - order.change,
          "and change in pounds");
    all_true("all is true with an open drawer");
    close_shift(id, 5400 - order.change, 1000, &report);
    check(report.cash.count == 2 && report.cash.items[0].over == 0 && report.cash.items[1].over == 0
              && report.number == 1 && report.first_sale == 1 && report.last_sale == 3
              && report.first_return == 1,
          "nothing is over or short, in both currencies");
    PaperReply paper;
    check_ok(DO(paper_report_text, ShiftReportAsk, text("{\"id\":\"%s\"}", id_of(id)), &paper), &err,
             "it is printed");
    check(strstr(paper.text.ptr, "LON-000001 - LON-000003") && strstr(paper.text.ptr, "VAT 20%"),
          "with numbers and taxes");
    check_ok(DO(paper_report_escpos, ShiftReportAsk,
                text("{\"id\":\"%s\",\"language\":\"de\"}", id_of(id)), &paper),
             &err, "for a receipt printer, in German");
    check(memmem(paper.text.ptr, paper.text.len, "Z-BERICHT 1", 11) != NULL, "as well");
    check(in_drawer(id, "EUR") == 0, "and nothing left");
    all_true("all is true when it is closed");
}

static bool settle_step(Id order)
{
    static char bytes[1 << 20];
    Arena       arena;
    arena_init(&arena, bytes, sizeof bytes);
    Ctx ctx = { .arena  = &arena,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = 1, .perms = PERMS_ALL } };
    err     = (Error){ .def = NULL };
    return pay_settle(&ctx, order, &err);
}

static void test_late(void)
{
    Order       order;
    ShiftReport report;
    Id          id = open_shift("1");
    check_ok(
        sell("{\"kind\":\"card\",\"token\":\"tok_timeout_approved\",\"amount\":300},{\"kind\":\"cash\"}",
             "", &order),
        &err, "a card does not answer");
    check(str_eq(order.state, STR("placed")) && in_drawer(id, "GBP") == 5000,
          "its cash lies on the counter");
    Id slow = order.id;
    close_shift(id, 5100, -1, &report);
    check(report.cash.items[0].over == 100 && report.sums.count == 0,
          "so it is over when the drawer is closed");
    kit_now_ms += 60000;
    check_ok(settle_step(slow), &err, "later the card has paid");
    check(in_drawer(id, "GBP") == 0, "its cash is what was over");
    all_true("all is true when it came late");
    id = open_shift("1");
    close_shift(id, 5000, -1, &report);
    check(report.late.count == 1 && report.late.items[0].sales == 1 && report.late.items[0].net == 332,
          "the next report tells of it");
}

typedef struct {
    Id   id;
    bool ok;
} Racer;

static bool race_step(Tx *tx, void *arg, Error *e)
{
    Racer *racer = arg;
    char  *bytes = malloc(1 << 18);
    Arena  arena;
    if (!bytes) return err_memory(e);
    arena_init(&arena, bytes, 1 << 18);
    Ctx          ctx = { .arena  = &arena,
                         .tx     = tx,
                         .db     = db,
                         .env    = &env,
                         .now_ms = kit_now_ms,
                         .who    = { .merchant = 1, .perms = PERMS_ALL } };
    ParkedBasket shown;
    bool         ok = baskets_resume(&ctx, &(ById){ racer->id }, &shown, e);
    e->extra        = STR_NONE;
    free(bytes);
    return ok;
}

static void *race_run(void *arg)
{
    Racer *racer = arg;
    Error  e     = { .def = NULL };
    racer->ok    = db_write(db, race_step, racer, &e);
    return NULL;
}

static bool park(const char *rest, ParkedBasket *out)
{
    return DO(baskets_park, BasketPark,
              text("{\"location\":\"LON\",\"channel\":\"pos\",\"note\":\"red "
                   "coat\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":2,"
                   "\"manual\":{\"percent\":100000,\"reason\":\"nice\"}}]%s}",
                   rest),
              out);
}

static void test_parked(void)
{
    enum { RACERS = 6 };
    ParkedBasket basket;
    BasketList   list;
    pthread_t    threads[RACERS];
    Racer        racers[RACERS];
    int          won = 0, started = 0;
    check_ok(park("", &basket), &err, "a basket is put aside");
    Id id = basket.id;
    check_ok(park(",\"minutes\":5", &basket), &err, "and another, for five minutes");
    Id brief = basket.id;
    who      = 2;
    check(DO(baskets_list, BasketFind, "{\"location\":\"LON\"}", &list) && list.items.count == 2,
          "both are listed");
    check(DO(baskets_show, ById, text("{\"id\":\"%s\"}", id_of(id)), &basket)
              && basket.basket->lines.count == 1
              && basket.basket->lines.items[0].manual->percent == 100000,
          "and can be looked into");
    kit_now_ms += 300000;
    check_refused(DO(baskets_resume, ById, text("{\"id\":\"%s\"}", id_of(brief)), &basket), &err,
                  &ERR_BASKET_EXPIRED, "one is over by now");
    for (; started < RACERS; started++) {
        racers[started] = (Racer){ .id = id };
        if (pthread_create(&threads[started], NULL, race_run, &racers[started]) != 0) break;
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        won += racers[i].ok;
    }
    check(won == 1, "of six tills that go on with the other, one does");
    check_refused(DO(baskets_give_up, ById, text("{\"id\":\"%s\"}", id_of(id)), &basket), &err,
                  &ERR_BASKET_TAKEN, "and nobody else gives it up");
    check(park("", &basket), "a third one");
    id = basket.id;
    check_ok(DO(baskets_give_up, ById, text("{\"id\":\"%s\"}", id_of(id)), &basket), &err, "is given up");
    check(str_eq(basket.state, STR("given_up"))
              && DO(baskets_list, BasketFind, "{\"location\":\"LON\"}", &list) && list.items.count == 0
              && DO(baskets_list, BasketFind, "{\"location\":\"LON\",\"all\":true}", &list)
              && list.items.count == 3 && str_eq(list.items.items[1].state, STR("expired")),
          "none is left, all are known");
    who = 1;
}

static void test_policy(void)
{
    TillPolicy  policy;
    Order       order;
    Return      back;
    ShiftReport report;
    check_ok(sell("{\"kind\":\"cash\"}", "", &order), &err, "without a shift cash is nobody's");
    Id sold = order.id;
    check_ok(DO(till_policy_change, TillPolicy, "{\"location\":\"LON\",\"shift_needed\":true}", &policy),
             &err, "a policy");
    check_refused(sell("{\"kind\":\"cash\"}", "", &order), &err, &ERR_SHIFT_NEEDED, "asks for one");
    check_ok(sell("{\"kind\":\"card\",\"token\":\"tok_visa\"}", "", &order), &err, "not for cards");
    check_refused(give_back(sold, &back), &err, &ERR_SHIFT_NEEDED, "but for what is given back in cash");
    Id id = open_shift("2");
    who   = 2;
    check_refused(sell("{\"kind\":\"cash\"}", "", &order), &err, &ERR_SHIFT_NEEDED, "of one's own");
    check_ok(sell("{\"kind\":\"cash\"}", text(",\"shift\":\"%s\"", id_of(id)), &order), &err,
             "or one that is named");
    who = 1;
    check_ok(give_back(sold, &back), &err, "then it is given back");
    check(in_drawer(id, "GBP") == 5200, "out of that drawer");
    close_shift(id, 5200, -1, &report);
    all_true("all is true in the end");
}

static bool make_keys(Ctx *ctx, void *arg, Error *e)
{
    Drawer d = { .location = STR("LON"), .code = STR("1"), .name = STR("Front"), .active = true }, shown;
    SafeMoveInput in = { STR("LON"), STR("from_bank"), STR("GBP"), 50000, STR("change") };
    SafeMove      moved;
    bool          ok = drawers_change(ctx, &d, &shown, e);
    d.code           = STR("2");
    return ok && drawers_change(ctx, &d, &shown, e) && safes_move(ctx, &in, &moved, e);
}

int main(void)
{
    ExchangeRate rate;
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url        = str_from(simulator.url);
    env.psp_timeout_ms = 300;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, make_keys, NULL, &err),
             &err, "a shop with drawers");
    check_ok(DO(exchange_rates_change, ExchangeRate,
                "{\"currency\":\"GBP\",\"coin\":\"EUR\",\"coins\":120,\"worth\":100}", &rate),
             &err, "euros are taken");
    test_cash();
    test_late();
    test_policy();
    test_parked();
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("till");
}

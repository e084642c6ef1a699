/* money_random_test.c — sales with every tender in any mix, orders paid little by little, tenders taken
 * off, cards that are declined, not answered, or left alone by a crash after the commit, webhooks that
 * come early and twice, returns to the tenders or elsewhere, refunds that are refused: in random order
 * against a slow model of who has how much. After every step all balances are the model's and the trial
 * balance is zero; every now and then, and in the end, the whole database is verified and the payment
 * service's book is compared. A seed and a number of steps may be given: money_random_test SEED STEPS. */
#include "flows/pay.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"
#include "shop/inventory/inventory.h"
#include "shop/ledger/ledger.h"
#include "shop/returns/returns.h"
#include "tests/ask.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CARDS        = 5,
    PEOPLE       = 3,
    ORDERS_MAX   = 4000,
    PARTS_MAX    = 40,
    STEP         = 5,
    STEPS        = 500,
    VERIFY_EVERY = 50
};

static Env       env;
static Db       *db;
static Error     err;
static Simulator simulator;

FIXTURE_ANY(orders_create)
FIXTURE_ANY(orders_cancel)
FIXTURE_ANY(orders_show)
FIXTURE_ANY(orders_tender_add)
FIXTURE_ANY(orders_tender_remove)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(returns_instead)

#define DO(handler, Type, json, out)                                                                      \
    (err = (Error){ .def = NULL }, fixture_call(db, &env, handler##_any, READ_AS(Type, json), out,        \
                                                sizeof *(out), &(bool){ false }, &err))

/* --- the model: who has how much --- */

typedef enum { CASH, CARD, GIFT, CREDIT, INVOICE, VOUCHER, KINDS } Kind;
static const char *const kind_names[KINDS] = { "cash",         "card",    "gift_card",
                                               "store_credit", "invoice", "voucher" };

typedef enum { PENDING, TAKEN, UNDONE } PartState;
typedef enum { OPEN, PAID, DEAD } OrderState;

typedef struct {
    Kind      kind;
    PartState state;
    int       of; /* which card or person */
    int64_t   amount, rounding, back;
    bool      approves; /* a pending card: what the service will say when it is asked */
} Part;

typedef struct {
    Id         id;
    OrderState state;
    bool       slowly; /* paid little by little */
    int        who;
    int64_t    left[2], total, gift; /* left: pieces that did not come back */
    Part       parts[PARTS_MAX];
    int        count;
} Sold;

static struct {
    Id      card[CARDS], person[PEOPLE];
    char    code[CARDS][64];
    int64_t on_card[CARDS], credit[PEOPLE], owed[PEOPLE];
    int64_t cash, psp, vouchers, deposits;
} is;

static Sold          orders[ORDERS_MAX];
static int           order_count;
static const int64_t prices[2]     = { 199, 350 }; /* tea, cake */
static int64_t       limit_of_debt = 4000;

/* Takes a part where it is, or gives it back (sign -1). */
static void move_part(const Part *p, int64_t sign)
{
    int64_t amount = sign * p->amount;
    if (p->kind == CASH) is.cash += amount;
    if (p->kind == CARD) is.psp += amount;
    if (p->kind == GIFT) is.on_card[p->of] -= amount;
    if (p->kind == CREDIT) is.credit[p->of] -= amount;
    if (p->kind == INVOICE) is.owed[p->of] += amount;
    if (p->kind == VOUCHER) is.vouchers += amount;
}

/* What is on deposit of it now: of an open order, what was taken. */
static int64_t deposit_of(const Sold *o)
{
    int64_t sum = 0;
    for (int i = 0; i < o->count && o->state == OPEN; i++)
        sum += o->parts[i].state == TAKEN ? o->parts[i].amount : 0;
    return sum;
}

static int64_t paid_of(const Sold *o)
{
    int64_t sum = 0;
    for (int i = 0; i < o->count; i++)
        if (o->parts[i].state != UNDONE) sum += o->parts[i].amount - o->parts[i].rounding;
    return sum;
}

static bool waits(const Sold *o)
{
    for (int i = 0; i < o->count; i++)
        if (o->parts[i].state == PENDING && o->parts[i].kind == CARD) return true;
    return false;
}

static void take(Part *p)
{
    p->state = TAKEN;
    move_part(p, 1);
}

static void undo(Part *p)
{
    if (p->state == TAKEN) move_part(p, -1);
    p->state = UNDONE;
}

static void give_up(Sold *o)
{
    for (int i = 0; i < o->count; i++) undo(&o->parts[i]);
    o->state = DEAD;
}

/* What follows when no card of it waits any more. */
static void conclude(Sold *o, int load)
{
    if (o->state != OPEN || waits(o) || paid_of(o) != o->total + o->gift) return;
    for (int i = 0; i < o->count; i++)
        if (o->parts[i].state == PENDING) take(&o->parts[i]);
    o->state = PAID;
    if (o->gift) is.on_card[load] += o->gift;
}

/* What the service says of a card. */
static void answer(Sold *o, Part *p)
{
    if (p->approves) take(p);
    else if (o->slowly) p->state = UNDONE;
    else give_up(o);
}

/* --- asking --- */

__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...)
{
    static char texts[32][4000];
    static int  next;
    va_list     list;
    char       *out = texts[next = (next + 1) % 32];
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

static const char *tender_json(const Part *p, const char *token)
{
    int64_t     amount = p->amount - p->rounding;
    const char *kind   = kind_names[p->kind];
    if (p->kind == CARD)
        return text("{\"kind\":\"%s\",\"amount\":%lld,\"token\":\"%s\"}", kind, (long long)amount, token);
    if (p->kind == GIFT)
        return text("{\"kind\":\"%s\",\"amount\":%lld,\"code\":\"%s\"}", kind, (long long)amount,
                    is.code[p->of]);
    if (p->kind == VOUCHER)
        return text("{\"kind\":\"%s\",\"amount\":%lld,\"reference\":\"V\"}", kind, (long long)amount);
    return text("{\"kind\":\"%s\",\"amount\":%lld}", kind, (long long)amount);
}

static void run_jobs(int64_t later_ms)
{
    static char  bytes[1 << 20];
    static Arena arena;
    Error        e = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    kit_now_ms += later_ms;
    if (!pay_settle_due(db, &env, &arena, kit_now_ms, &e)) check_ok(false, &e, "the jobs run");
}

/* --- what can happen --- */

/* Up to `most` parts of `sum`, one card at most; *token says what the card does. What there is not enough
 * of is not taken; false: nothing fits. */
static int plan(Sold *o, int64_t sum, int most, const char **token, int *card)
{
    static const char *const tokens[] = {
        "tok_visa",        "tok_visa", "tok_visa", "tok_declined_stolen", "tok_timeout_approved",
        "tok_timeout_lost"
    };
    int first = o->count;
    *card     = -1;
    *token    = "";
    for (int tries = 0; sum > 0 && tries < 12 && o->count - first < most && o->count < PARTS_MAX;
         tries++) {
        bool    last = o->count - first + 1 == most;
        Part    p    = { .kind = last ? (Kind)below(2) : (Kind)below(KINDS), .of = (int)below(CARDS) };
        int64_t want = last || below(3) == 0 ? sum : 1 + below(sum);
        if (p.kind == CARD && *card >= 0) p.kind = CASH;
        if (p.kind == CREDIT || p.kind == INVOICE) p.of = o->who;
        int64_t most_of = p.kind == GIFT    ? is.on_card[p.of]
                        : p.kind == CREDIT  ? is.credit[p.of]
                        : p.kind == INVOICE ? limit_of_debt - is.owed[p.of]
                                            : want;
        for (int i = first; i < o->count; i++) /* of the same purse, in the same request */
            if (o->parts[i].kind == p.kind && o->parts[i].of == p.of) most_of -= o->parts[i].amount;
        p.amount = want < most_of || p.kind == CASH || p.kind == CARD || p.kind == VOUCHER ? want
                                                                                           : most_of;
        if (p.amount <= 0) continue;
        sum -= p.amount;
        if (p.kind == CASH) {
            int64_t round = money_cash_round(p.amount, STEP);
            p.rounding    = round - p.amount;
            p.amount      = round;
        }
        if (p.kind == CARD) {
            *card      = o->count;
            *token     = tokens[below(COUNT(tokens))];
            p.approves = strcmp(*token, "tok_visa") == 0 || strcmp(*token, "tok_timeout_approved") == 0;
        }
        o->parts[o->count++] = p;
    }
    return sum == 0 ? o->count - first : -1;
}

static const char *tenders_json(const Sold *o, int first, const char *token)
{
    const char *out = "";
    for (int i = first; i < o->count; i++)
        out = text("%s%s%s", out, i > first ? "," : "", tender_json(&o->parts[i], token));
    return out;
}

static bool known_at_once(const char *token)
{
    return strncmp(token, "tok_timeout", 11) != 0;
}

/* After a request that took the parts from `first` on: in the model, too. `crashed`: nobody asked the
 * card. */
static void follow(Sold *o, int first, int card, const char *token, bool crashed, int load)
{
    bool at_once = !o->slowly && card < 0;
    for (int i = first; i < o->count; i++) {
        Part *p = &o->parts[i];
        if (p->kind == CARD || (p->kind == CASH && !o->slowly && !at_once)) p->state = PENDING;
        else take(p);
    }
    if (crashed && card >= 0) o->parts[card].approves = false;
    if (card >= 0 && !crashed && known_at_once(token)) answer(o, &o->parts[card]);
    conclude(o, load);
}

static void sell(bool slowly)
{
    Sold       *o      = &orders[order_count];
    int64_t     qty[2] = { below(3), below(3) };
    int         load = (int)below(CARDS), card = -1;
    const char *token = "", *more = "";
    Order       reply;
    *o = (Sold){ .slowly = slowly, .who = (int)below(PEOPLE), .left = { qty[0], qty[1] } };
    if (qty[0] + qty[1] == 0 || order_count == ORDERS_MAX) return;
    o->total = qty[0] * prices[0] + qty[1] * prices[1];
    if (!slowly && below(6) == 0) {
        o->gift = 100 + below(2000);
        more    = text(",\"gift_cards\":[{\"card\":\"%s\",\"amount\":%lld}]", id_of(is.card[load]),
                       (long long)o->gift);
    }
    int64_t sum = o->total + o->gift;
    int count   = slowly ? plan(o, 1 + below(sum - 1), 2, &token, &card) : plan(o, sum, 4, &token, &card);
    if (count < 0) return;
    if (slowly) more = ",\"pay_by\":\"2026-12-01T00:00:00Z\"";
    bool    crashed = card >= 0 && below(12) == 0;
    char    basket[200];
    int64_t a = qty[0] ? qty[0] : qty[1];
    (void)snprintf(basket, sizeof basket, "{\"sku\":\"%s\",\"quantity\":%lld}", qty[0] ? "TEA" : "CAKE",
                   (long long)a);
    if (qty[0] && qty[1])
        (void)snprintf(basket, sizeof basket,
                       "{\"sku\":\"TEA\",\"quantity\":%lld},{\"sku\":\"CAKE\",\"quantity\":%lld}",
                       (long long)qty[0], (long long)qty[1]);
    const CheckoutRequest *request = READ_AS(
        CheckoutRequest,
        text("{\"location\":\"LON\",\"channel\":\"pos\",\"customer\":\"%s\",\"lines\":[%s],"
             "\"tenders\":[%s]%s}",
             id_of(is.person[o->who]), basket, tenders_json(o, 0, token), more));
    bool ok = crashed
                ? fixture_as(db, &env, (FixtureCaller){ 0, PERMS_ALL }, orders_create_any, request, &reply,
                             sizeof reply, &err)
                : (err = (Error){ .def = NULL }, fixture_call(db, &env, orders_create_any, request, &reply,
                                                              sizeof reply, &(bool){ false }, &err));
    o->id   = reply.id;
    follow(o, 0, card, token, crashed, load);
    if (o->gift) o->parts[PARTS_MAX - 1].of = load; /* kept for a card that answers later */
    bool expected = ok || (err.def == &ERR_PAYMENT_DECLINED && card >= 0 && !o->parts[card].approves);
    check_ok(expected, &err, "a sale");
    order_count++;
}

static Sold *some_order(OrderState state, bool slowly, bool waiting)
{
    for (int tries = 0; tries < 30 && order_count; tries++) {
        Sold *o = &orders[below(order_count)];
        if (o->state == state && (!slowly || o->slowly) && waits(o) == waiting) return o;
    }
    return NULL;
}

static void pay_more(void)
{
    Sold       *o = some_order(OPEN, true, false);
    Order       reply;
    const char *token = "";
    int         card = -1, first = o ? o->count : 0;
    if (!o || o->count > PARTS_MAX - 6) return;
    int64_t left  = o->total - paid_of(o);
    int     count = plan(o, below(2) ? left : 1 + below(left), 2, &token, &card);
    if (count <= 0) {
        o->count = first;
        return;
    }
    bool ok = DO(orders_tender_add, TendersAdd,
                 text("{\"id\":\"%s\",\"tenders\":[%s]}", id_of(o->id), tenders_json(o, first, token)),
                 &reply);
    follow(o, first, card, token, false, 0);
    check_ok(ok || (err.def == &ERR_PAYMENT_DECLINED && card >= 0 && !o->parts[card].approves), &err,
             "some more is paid");
}

static void take_off(void)
{
    Sold *o = some_order(OPEN, true, false);
    Order reply;
    if (!o || !o->count) return;
    int  i  = (int)below(o->count);
    bool ok = DO(orders_tender_remove, TenderRef, text("{\"id\":\"%s\",\"n\":%d}", id_of(o->id), i + 1),
                 &reply);
    if (o->parts[i].state == UNDONE) {
        check(!ok && err.def == &ERR_TENDER_INVALID, "what is undone is not taken off again");
        return;
    }
    check_ok(ok, &err, "a tender is taken off");
    undo(&o->parts[i]);
}

static void cancel(void)
{
    Sold *o = some_order(OPEN, false, false);
    Order reply;
    if (!o) return;
    check_ok(DO(orders_cancel, ById, text("{\"id\":\"%s\"}", id_of(o->id)), &reply), &err,
             "an order is given up");
    give_up(o);
}

/* Shares as the largest remainders do, found one by one. */
static void shares(int64_t sum, const int64_t *rooms, int count, int64_t *out)
{
    int64_t total = 0, given = 0;
    for (int i = 0; i < count; i++) total += rooms[i];
    for (int i = 0; i < count; i++) {
        out[i] = total ? (int64_t)((__int128)sum * rooms[i] / total) : 0;
        given += out[i];
    }
    bool done[PARTS_MAX] = { false };
    for (; given < sum; given++) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            __int128 rest = (__int128)sum * rooms[i] % total;
            if (!done[i] && rest > 0 && (best < 0 || rest > (__int128)sum * rooms[best] % total)) best = i;
        }
        done[best] = true;
        out[best]++;
    }
}

/* What goes back of each part. */
static void share_back(const Sold *o, int64_t left, bool all, bool original, int64_t *out)
{
    int64_t rooms[PARTS_MAX] = { 0 }, sum = 0, cash = 0, cash_room = 0;
    bool    rounded = false;
    for (int i = 0; i < o->count; i++) {
        rooms[i] = o->parts[i].state == TAKEN ? o->parts[i].amount - o->parts[i].back : 0;
        sum += rooms[i];
        if (o->parts[i].kind == CASH) cash_room += rooms[i];
        rounded = rounded || (o->parts[i].kind == CASH && o->parts[i].state == TAKEN);
    }
    int64_t most = sum - o->gift;
    if (rounded) left = all || most < left ? most : left;
    shares(left, rooms, o->count, out);
    for (int i = 0; i < o->count; i++) cash += o->parts[i].kind == CASH ? out[i] : 0;
    if (original && cash < cash_room) {
        cash = money_cash_round(cash, STEP);
        cash = cash < cash_room ? cash : cash_room;
    }
    for (int i = 0; i < o->count; i++) {
        if (o->parts[i].kind != CASH) continue;
        out[i] = cash < rooms[i] ? cash : rooms[i];
        cash -= out[i];
    }
}

static void back_to(Part *p, int64_t amount, Kind kind, int of)
{
    Part to = { .kind = kind, .of = of, .amount = amount };
    p->back += amount;
    move_part(&to, -1);
}

static void bring_back(void)
{
    Sold       *o = some_order(PAID, false, false);
    Return      doc;
    int64_t     qty[2], parts[PARTS_MAX] = { 0 }, sum = 0;
    int         line  = 0;
    const char *lines = "", *to = "";
    if (!o || o->left[0] + o->left[1] == 0) return;
    int  card = (int)below(CARDS), way = (int)below(5); /* 0: credit, 1: gift card, else as it came */
    bool refuse  = way > 1 && below(6) == 0;
    bool had_tea = o->total % 350 != 0;
    for (int i = 0; i < 2; i++) {
        qty[i] = below(o->left[i] + 1);
        sum += qty[i] * prices[i];
        bool sold = i == 0 ? had_tea : true;
        line += sold;
        if (qty[i])
            lines = text("%s%s{\"line\":%d,\"quantity\":%lld}", lines, lines[0] ? "," : "", line,
                         (long long)qty[i]);
    }
    if (sum == 0) return;
    bool all = qty[0] == o->left[0] && qty[1] == o->left[1];
    share_back(o, sum, all, way > 1, parts);
    for (int i = 0; i < o->count; i++) refuse = refuse && !(o->parts[i].kind != CARD && parts[i] > 0);
    if (way == 0) to = ",\"refund_to\":\"store_credit\"";
    if (way == 1) to = text(",\"refund_to\":\"gift_card\",\"gift_card\":\"%s\"", is.code[card]);
    if (refuse) refuse = simulator_script(&simulator, "\"declined_account_closed\"");
    bool ok = DO(returns_create, ReturnRequest,
                 text("{\"order\":\"%s\",\"location\":\"LON\",\"lines\":[%s]%s}", id_of(o->id), lines, to),
                 &doc);
    check_ok(ok, &err, "goods come back");
    for (int i = 0; i < 2; i++) o->left[i] -= qty[i];
    for (int i = 0; i < o->count; i++) {
        Part *p = &o->parts[i];
        if (parts[i] == 0) continue;
        if (way == 0) back_to(p, parts[i], CREDIT, o->who);
        else if (way == 1) back_to(p, parts[i], GIFT, card);
        else if (!refuse) back_to(p, parts[i], p->kind, p->of);
    }
    if (!refuse) return;
    check(doc.refunds.count && str_eq(doc.refunds.items[0].state, STR("refused")), "a refund is refused");
    Id id = doc.id;
    check_ok(DO(returns_instead, RefundInstead,
                text("{\"id\":\"%s\",\"n\":1,\"kind\":\"cash\"}", id_of(id)), &doc),
             &err, "and given in cash");
    for (int i = 0; i < o->count; i++)
        if (parts[i]) back_to(&o->parts[i], parts[i], CASH, 0);
}

typedef struct {
    Id key;
} Hurry;

static bool hurry(Ctx *ctx, void *arg, Error *e)
{
    return payments_hurry(ctx, ((Hurry *)arg)->key, e);
}

/* A webhook tells of a payment, twice; then the jobs ask. Or only time passes. */
static void time_passes(void)
{
    Sold *o = some_order(OPEN, false, true);
    Order now;
    Error e = { 0 };
    if (o && below(2)) {
        check_ok(DO(orders_show, ById, text("{\"id\":\"%s\"}", id_of(o->id)), &now), &err,
                 "an order waits");
        for (size_t i = 0; i < now.payments.count; i++) {
            Hurry h = { now.payments.items[i].id };
            check_ok(kit_write(db, &env, hurry, &h, &e) && kit_write(db, &env, hurry, &h, &e), &e,
                     "a webhook comes twice");
        }
    }
    for (int i = 0; i < 3; i++) run_jobs(7200000);
    for (int i = 0; i < order_count; i++) {
        Sold *w = &orders[i];
        if (w->state != OPEN || !waits(w)) continue;
        for (int k = 0; k < w->count && w->state == OPEN; k++)
            if (w->parts[k].state == PENDING && w->parts[k].kind == CARD) answer(w, &w->parts[k]);
        conclude(w, w->parts[PARTS_MAX - 1].of);
    }
}

/* --- looking --- */

static int64_t balance_of(const TrialBalance *books, const char *account)
{
    for (size_t i = 0; i < books->items.count; i++)
        if (str_eq(books->items.items[i].account, str_from(account))) return books->items.items[i].balance;
    return 0;
}

static bool same(const char *what, int64_t model, int64_t found)
{
    if (model != found) printf("  %s: %lld, found %lld\n", what, (long long)model, (long long)found);
    return model == found;
}

static bool look(Ctx *ctx, void *arg, Error *e)
{
    bool        *ok    = arg;
    TrialBalance books = { .at = 0 };
    BalanceAsk   ask   = { .at = OPT_NONE };
    if (!ledger_trial_balance(ctx, &ask, &books, e)) return false;
    int64_t cards = 0, credit = 0, owed = 0, deposits = 0, debits = 0;
    for (int i = 0; i < order_count; i++) deposits += deposit_of(&orders[i]);
    for (int i = 0; i < CARDS; i++) {
        GiftCard card;
        if (!gift_cards_show(ctx, &(ById){ is.card[i] }, &card, e)) return false;
        *ok = same("a gift card", is.on_card[i], card.balance) && *ok;
        cards += card.balance;
    }
    for (int i = 0; i < PEOPLE; i++) {
        CustomerAccounts all;
        int64_t          found[2] = { 0 };
        if (!credit_show(ctx, &(ById){ is.person[i] }, &all, e)) return false;
        for (size_t k = 0; k < all.items.count; k++)
            found[str_eq(all.items.items[k].kind, STR("invoice"))] = all.items.items[k].balance;
        *ok = same("credit", is.credit[i], found[0]) && same("owed", is.owed[i], found[1]) && *ok;
        credit += found[0];
        owed += found[1];
    }
    for (size_t i = 0; i < books.items.count; i++)
        debits += books.items.items[i].debits - books.items.items[i].credits;
    *ok = same("the trial balance", 0, debits) && same("cash", is.cash, balance_of(&books, "cash:LON"))
       && same("clearing", is.psp, balance_of(&books, "clearing:psp"))
       && same("vouchers", is.vouchers, balance_of(&books, "vouchers"))
       && same("gift cards", cards, -balance_of(&books, "gift_cards"))
       && same("store credit", credit, -balance_of(&books, "store_credit"))
       && same("invoiced", owed, balance_of(&books, "invoiced"))
       && same("deposits", deposits, -balance_of(&books, "deposits"))
       && same("receivable", 0, balance_of(&books, "receivable")) && *ok;
    return true;
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

static bool all_true(void)
{
    VerifyReport report = { .broken = -1 };
    Error        e      = { 0 };
    return kit_read(db, &env, verify_step, &report, &e) && report.broken == 0;
}

static void one_step(void)
{
    int64_t dice = below(100);
    if (dice < 40) sell(false);
    else if (dice < 50) sell(true);
    else if (dice < 62) pay_more();
    else if (dice < 67) take_off();
    else if (dice < 70) cancel();
    else if (dice < 94) bring_back();
    else time_passes();
}

static bool begin(Ctx *ctx, void *arg, Error *e)
{
    static const char *const skus[] = { "TEA", "CAKE" };
    StockDoc                 doc    = { ctx_new_id(ctx), STR("receipt"), 0 };
    (void)arg;
    for (size_t i = 0; i < COUNT(skus); i++) {
        SaleItem item;
        if (!catalog_sale_item(ctx, str_from(skus[i]), &item, e)) return false;
        StockMove move = { .item          = item.id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("vendor"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = 100000000 };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
    }
    for (int i = 0; i < CARDS; i++) {
        GiftCardInput in = { .location = STR("LON"), .amount = 20000, .reason = STR("test") };
        GiftCard      card;
        if (!gift_cards_create(ctx, &in, &card, e)) return false;
        is.card[i]    = card.id;
        is.on_card[i] = 20000;
        (void)snprintf(is.code[i], sizeof is.code[i], "%.*s", STR_FMT(card.code));
    }
    for (int i = 0; i < PEOPLE; i++) {
        CustomerInput    who = { .name = STR("Somebody") };
        CustomerAccounts all;
        if (!customers_put(ctx, &who, &is.person[i], e)) return false;
        StoreCreditInput give = { is.person[i], STR("LON"), STR("GBP"), 5000, STR("test") };
        InvoiceLimit     most = { is.person[i], STR("GBP"), limit_of_debt };
        if (!credit_give(ctx, &give, &all, e) || !credit_limit(ctx, &most, &all, e)) return false;
        is.credit[i] = 5000;
    }
    return true;
}

int main(int argc, char **argv)
{
    int     steps   = argc > 2 ? (int)strtol(argv[2], NULL, 10) : STEPS;
    int64_t charges = 0, captured = 0, refunded = 0;
    bool    right = true;
    if (argc > 1) chance_state = strtoull(argv[1], NULL, 10);
    kit_now_ms = 1790000000000; /* before the orders of the test have to be paid */
    db         = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url        = str_from(simulator.url);
    env.psp_timeout_ms = 150;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, begin, NULL, &err), &err,
             "the shop is made");
    for (int i = 0; i < steps && right; i++) {
        Error e = { 0 };
        one_step();
        if (!kit_read(db, &env, look, &right, &e)) check_ok(false, &e, "the books can be read");
        if (i % VERIFY_EVERY == VERIFY_EVERY - 1)
            check(right = right && all_true(), "all is true in between");
        if (!right) printf("  at step %d\n", i);
    }
    check(right, "after every step everybody has what the model says");
    time_passes();
    check(simulator_sums(&simulator, &charges, &captured, &refunded)
              && same("the service", is.psp, captured - refunded),
          "the payment service has what the books say");
    check(all_true(), "all is true in the end");
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("money_random");
}

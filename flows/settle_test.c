/* settle_test.c — settlement files and bank statements are read once, matched, booked so that nothing is
 * left on the clearing account, and what differs is told with its cause; hostile files do no harm. */
#include "flows/settle.h"

#include "all_sql.h"
#include "core/money.h"
#include "flows/pay.h"
#include "shop/ledger/ledger.h"
#include "shop/orders/orders.h"
#include "shop/payments/payments.h"
#include "shop/reconciliation/reconciliation.h"
#include "shop/returns/returns.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static Env   env;
static Db   *db;
static Arena kept; /* of texts that outlive a call */

FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(recon_begin)
FIXTURE_ANY(recon_part)
FIXTURE_ANY(recon_settle)
FIXTURE_ANY(recon_terms_change)

typedef struct {
    Id      order, key;
    char    key_text[40], reference[70];
    int64_t amount;
} Paid;

static bool read_payment(Ctx *ctx, void *arg, Error *err)
{
    Paid    *paid  = arg;
    Payment *rows  = NULL;
    size_t   count = 0;
    if (!payments_of(ctx, paid->order, &rows, &count, err)) return false;
    (void)snprintf(paid->reference, sizeof paid->reference, "%.*s", STR_FMT(rows[0].reference));
    return true;
}

/* Three teas by a card. */
static Paid sell_with(const char *token, int64_t tip)
{
    Error           err = { 0 };
    Order           order;
    Paid            paid    = { 0 };
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 3000 };
    TenderInput     tender  = { .kind     = STR("card"),
                                .amount   = OPT_NONE,
                                .tendered = OPT_NONE,
                                .tip      = tip,
                                .token    = str_from(token) };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    check_ok(fixture_call(db, &env, orders_create_any, &request, &order, sizeof order, NULL, &err), &err,
             token);
    if (order.payments.count == 0) return paid;
    OrderPayment *p = &order.payments.items[0];
    paid.order      = order.id;
    paid.key        = p->id;
    paid.amount     = p->amount;
    id_format(p->id, paid.key_text);
    check_ok(kit_read(db, &env, read_payment, &paid, &err), &err, "its payment is there");
    return paid;
}

static Paid sell(const char *token)
{
    return sell_with(token, OPT_NONE);
}

typedef struct {
    Id      of;
    Refund *rows;
    size_t  count;
    char    key[40];
    int64_t amount;
} Refunds;

static bool read_refund(Ctx *ctx, void *arg, Error *err)
{
    Refunds *it = arg;
    if (!refunds_of(ctx, it->of, &it->rows, &it->count, err)) return false;
    for (size_t i = 0; i < it->count; i++) {
        id_format(it->rows[i].id, it->key);
        it->amount = it->rows[i].amount;
    }
    return true;
}

/* One of the teas comes back. */
static Refunds back(Id order)
{
    Return          doc;
    Error           err     = { 0 };
    ReturnLineInput line    = { .line = 1, .quantity = 1000, .disposition = STR("damaged") };
    ReturnRequest   request = { .order = order, .location = STR("LON"), .lines = { &line, 1 } };
    Refunds         it      = { 0 };
    check_ok(fixture_call(db, &env, returns_create_any, &request, &doc, sizeof doc, NULL, &err), &err,
             "a tea is given back");
    it.of = doc.id;
    check_ok(kit_read(db, &env, read_refund, &it, &err), &err, "its refund is there");
    return it;
}

/* --- bringing files in --- */

static bool show_file(Ctx *ctx, void *arg, Error *err)
{
    ReconFile *file = arg;
    ById       ask  = { file->id };
    if (!recon_show(ctx, &ask, file, err)) return false;
    file->reason = file->reason.ptr ? str_dup(&kept, file->reason) : STR("");
    file->state  = str_dup(&kept, file->state);
    file->format = file->format.ptr ? str_dup(&kept, file->format) : STR("");
    return true;
}

static void work(void)
{
    static uint8_t memory[1 << 20];
    Arena          arena;
    Error          err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    if (!settle_due(db, &env, &arena, kit_now_ms, &err)) check_ok(false, &err, "the job goes on");
}

static char *hex_of(Str text, char *out)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)text.ptr, text.len, digest);
    for (size_t i = 0; i < sizeof digest; i++) (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return out;
}

static bool send(ReconFile *file, Str text, size_t part)
{
    static char data[SETTLE_RECORD_MAX * 4];
    Error       err = { 0 };
    bool        ok  = true;
    int64_t     n   = 1;
    for (size_t at = 0; ok && at < text.len; at += part, n++) {
        Str piece = str_slice(text, at, at + part < text.len ? at + part : text.len);
        int len = EVP_EncodeBlock((unsigned char *)data, (const unsigned char *)piece.ptr, (int)piece.len);
        ReconPart in = { file->id, n, { data, (size_t)len } };
        Id        id = file->id;
        ok           = fixture_call(db, &env, recon_part_any, &in, file, sizeof *file, NULL, &err);
        file->id     = id;
    }
    if (!ok) check_ok(false, &err, "a part is taken");
    return ok;
}

static ReconFile begin_as(const char *service, const char *format, Str text, const char *digest)
{
    Error          err = { 0 };
    ReconFile      file;
    ReconFileInput input = { .service  = str_from(service),
                             .format   = format ? str_from(format) : STR_NONE,
                             .name     = STR("file.csv"),
                             .digest   = str_from(digest),
                             .bytes    = (int64_t)text.len,
                             .currency = STR("GBP") };
    check_ok(fixture_call(db, &env, recon_begin_any, &input, &file, sizeof file, NULL, &err), &err,
             "a file begins to come in");
    return file;
}

/* A file in parts of so many bytes. */
static ReconFile bring(const char *service, const char *format, Str text, size_t part)
{
    char      digest[65];
    Error     err  = { 0 };
    ReconFile file = begin_as(service, format, text, hex_of(text, digest));
    if (file.again || !send(&file, text, part)) return file;
    work();
    if (!kit_read(db, &env, show_file, &file, &err)) check_ok(false, &err, "the file can be seen");
    return file;
}

static char   text[1 << 20];
static size_t used;

static void head(const char *line)
{
    used = (size_t)snprintf(text, sizeof text, "%s\n", line);
}

__attribute__((format(printf, 1, 2))) static void add(const char *form, ...)
{
    va_list args;
    va_start(args, form);
    used += (size_t)vsnprintf(text + used, sizeof text - used, form, args);
    va_end(args);
}

static ReconFile load(const char *service)
{
    return bring(service, NULL, (Str){ text, used }, 100000);
}

static Str money(int64_t minor)
{
    return money_text(&kept, minor, STR("GBP"));
}
#define M(minor) STR_FMT(money(minor))

/* --- looking --- */

typedef struct {
    const char *account, *currency;
    int64_t     balance;
} Balance;

static bool read_balance(Ctx *ctx, void *arg, Error *err)
{
    Balance           *it    = arg;
    LedgerBalancesRow *rows  = NULL;
    size_t             count = 0;
    LedgerBalancesIn   in    = { ctx->who.merchant, STR(""), INT64_MAX };
    it->balance              = 0;
    if (!q_ledger_balances_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    Str account = str_from(it->account);
    if (str_eq(account, STR("clearing"))) account = recon_clearing(ctx->arena, STR("psp"));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].account, account) && str_eq(rows[i].currency, str_from(it->currency)))
            it->balance += rows[i].debits - rows[i].credits;
    return true;
}

static int64_t balance(const char *account, const char *currency)
{
    Error   err = { 0 };
    Balance it  = { account, currency, 0 };
    if (!kit_read(db, &env, read_balance, &it, &err)) check_ok(false, &err, account);
    return it.balance;
}

typedef struct {
    ReconDifferencesAsk ask;
    ReconDifferenceList list;
    size_t              count;
    ReconDifference     first;
} Differences;

static bool read_differences(Ctx *ctx, void *arg, Error *err)
{
    Differences *it = arg;
    it->ask.limit   = 200;
    if (!recon_differences(ctx, &it->ask, &it->list, err)) return false;
    it->count = it->list.items.count;
    it->first = (ReconDifference){ .off = 0 };
    if (it->count) it->first = it->list.items.items[0];
    it->first.account = str_dup(&kept, text_or_empty(it->first.account));
    return true;
}

/* The open differences of a cause, of one file or of all. */
static Differences open_of(const char *cause, Id file)
{
    Error       err = { 0 };
    Differences it  = { .ask = { .file = file, .cause = cause ? str_from(cause) : STR_NONE } };
    if (!kit_read(db, &env, read_differences, &it, &err))
        check_ok(false, &err, "differences can be listed");
    return it;
}

static bool settle(Id id, const char *account)
{
    Error           err = { 0 };
    ReconDifference shown;
    ReconSettle     input = { id, STR("as agreed by telephone"), account ? str_from(account) : STR_NONE };
    return fixture_call(db, &env, recon_settle_any, &input, &shown, sizeof shown, NULL, &err);
}

static const Id no_id = { { 0 } };

#define PLAIN "id,type,key,refund_key,reference,payout,amount,currency,fee,date,text"

/* --- the tests --- */

static Paid first, second;

static void test_all_is_well(void)
{
    first         = sell("tok_visa");
    second        = sell("tok_visa");
    Refunds tea   = back(second.order);
    int64_t clear = balance("clearing", "GBP"), fees = 33;
    check(clear == first.amount + second.amount - tea.amount, "the service owes what was taken");
    head(PLAIN);
    add("t1,charge,%s,,,P1,%.*s,GBP,0.20,2026-11-25,\n", first.key_text, M(first.amount));
    add("t2,charge,,,%s,P1,%.*s,GBP,0.13,2026-11-25,\"a \"\"quoted\"\", text\nof two lines\"\n",
        second.reference, M(second.amount));
    add("t3,refund,%s,%s,,P1,-%.*s,GBP,0,2026-11-25,\n", second.key_text, tea.key, M(tea.amount));
    add("t4,payout,,,,P1,-%.*s,GBP,0,2026-11-26,\n", M(clear - fees));
    ReconFile file = load("psp");
    check(str_eq(file.state, STR("done")) && str_eq(file.format, STR("plain")), "a plain file is read");
    check(file.lines == 4 && file.matched == 4 && file.differences == 0 && file.unreadable == 0,
          "all of it is as the books say");
    check(balance("clearing", "GBP") == 0, "nothing is left on the clearing account");
    check(balance("fees:psp", "GBP") == fees && balance("bank", "GBP") == clear - fees,
          "the service kept its fees, the bank has the rest");
    ReconFile again = load("psp");
    check(again.again && id_eq(again.id, file.id), "the same file again is told, and nothing is done");
    add("t5,fee,,,,P2,-1.00,GBP,0,2026-11-26,terminals\n");
    again = load("psp");
    check(again.in_before == 4 && again.matched == 1 && again.differences == 0,
          "lines that another file brought are not booked twice");
    check(balance("fees:psp", "GBP") == fees + 100 && balance("clearing", "GBP") == -100,
          "the others are");
    head(PLAIN);
    add("t6,payout,,,,P2,1.00,GBP,0,2026-11-27,\n");
    (void)load("psp");
    check(balance("clearing", "GBP") == 0, "what the service is owed it takes from the bank");
}

static void test_differences(void)
{
    Paid    third = sell("tok_visa"), fourth = sell("tok_visa");
    int64_t much = third.amount + 50;
    head(PLAIN);
    add("d1,charge,,,ch_nobody,P3,7.00,GBP,0,,\n");
    add("d2,charge,%s,,,P3,%.*s,GBP,0,,\n", third.key_text, M(much));
    add("d3,charge,%s,,,P3,%.*s,GBP,0,,\n", first.key_text, M(first.amount));
    add("d4,chargeback,%s,,,P3,-%.*s,GBP,15.00,,fraudulent\n", fourth.key_text, M(fourth.amount));
    add("d5,charge,%s,,,P3,%.*s,GBP,0,,\n", fourth.key_text, M(fourth.amount));
    add("d5,charge,%s,,,P3,%.*s,GBP,0,,\n", fourth.key_text, M(fourth.amount));
    add("d6,refund,%s,,,P3,-1.00,GBP,0,,\n", first.key_text);
    add("d7,other,,,,P3,-2.00,GBP,0,,reserve\n");
    add("d8,charge,%s,,,P3,x,GBP,0,,\n", fourth.key_text);
    int64_t paid = 700 + much + first.amount - 1500 - 100 - 200;
    add("d9,payout,,,,P3,-%.*s,GBP,0,,\n", M(paid - 5));
    ReconFile file = load("psp");
    check(file.matched == 2 && file.differences == 7 && file.unreadable == 1 && file.open == 9,
          "what differs is told");
    static const char *const causes[] = { "unknown_reference", "amount_differs",  "settled_twice",
                                          "chargeback",        "line_twice",      "refund_unknown",
                                          "other_line",        "unreadable_line", "payout_differs" };
    for (size_t i = 0; i < COUNT(causes); i++) check(open_of(causes[i], file.id).count == 1, causes[i]);
    int64_t off = 0;
    for (size_t i = 0; i < COUNT(causes); i++) {
        Differences it = open_of(causes[i], file.id);
        if (it.first.account.len && !str_eq(it.first.account, STR("disputes:psp"))) off += it.first.off;
    }
    check(balance("clearing", "GBP") == -off, "the clearing account is off by what they say");
    check(balance("disputes:psp", "GBP") == fourth.amount, "what a chargeback took waits for its end");
    Id unknown = open_of("unknown_reference", file.id).first.id;
    check(!settle(unknown, "nowhere") && !settle(unknown, "loyalty"),
          "not to an account that there is not");
    check(settle(unknown, "sales") && !settle(unknown, "sales"), "by hand, once");
    check(!settle(open_of("line_twice", file.id).first.id, "sales"),
          "where nothing is off nothing is booked");
    check(settle(open_of("line_twice", file.id).first.id, NULL), "but it can be settled");
    for (size_t i = 1; i < COUNT(causes); i++) {
        Differences it = open_of(causes[i], file.id);
        if (it.count && i != 3) check(settle(it.first.id, it.first.off ? "written_off" : NULL), causes[i]);
    }
    check(balance("clearing", "GBP") == 0, "then nothing is left on the clearing account");
    head(PLAIN);
    add("d10,chargeback_back,%s,,,P4,%.*s,GBP,0,,\n", fourth.key_text, M(fourth.amount));
    add("d11,payout,,,,P4,-%.*s,GBP,0,,\n", M(fourth.amount));
    file = load("psp");
    check(file.differences == 0 && open_of("chargeback", no_id).count == 0,
          "a dispute that was won ends by itself");
    check(balance("disputes:psp", "GBP") == 0 && balance("clearing", "GBP") == 0, "and its money is back");
}

static void test_formats(void)
{
    Paid    a = sell("tok_visa"), b = sell("tok_visa");
    int64_t bank = balance("bank", "GBP"), fees = balance("fees:psp", "GBP");
    head(
        "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,automatic_payout_id,"
        "automatic_payout_effective_at_utc,payment_metadata[onetill_key]");
    add("txn_1,2026-11-25 10:00:00,gbp,%.*s,0.10,%.*s,charge,po_1,2026-11-27,%s\r\n", M(a.amount),
        M(a.amount - 10), a.key_text);
    ReconFile file = load("psp");
    check(str_eq(file.format, STR("stripe")) && file.matched == 1,
          "Stripe's report is known by its header");
    check(balance("bank", "GBP") == bank + a.amount - 10, "its payout is the sum of its lines");
    head("Psp Reference,Merchant Reference,Creation Date,Type,Gross Currency,Gross Debit (GC),Gross "
         "Credit (GC),"
         "Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Batch Number");
    add("8825,%s,2026-11-25 10:00:00,Settled,GBP,,%.*s,EUR,,6.50,0.20,0.05,7\n", b.key_text, M(b.amount));
    add(",,2026-11-26 10:00:00,Fee,,,,EUR,1.00,,,,7\n,,2026-11-26 "
        "10:00:00,MerchantPayout,,,,EUR,5.50,,,,7\n");
    file = load("psp");
    check(str_eq(file.format, STR("adyen")) && file.matched == 3, "Adyen's too");
    check(balance("clearing", "GBP") == 0 && balance("clearing", "EUR") == 0,
          "what was sold in one currency and settled in another leaves nothing");
    check(balance("bank", "EUR") == 550 && balance("fees:psp", "EUR") == 125
              && balance("exchange", "GBP") == b.amount && balance("exchange", "EUR") == -675,
          "it was exchanged");
    check(balance("fees:psp", "GBP") == fees + 10, "fees are of their currency");
}

static void test_parts(void)
{
    Paid a = sell("tok_visa"), b = sell("tok_visa");
    head("\xEF\xBB\xBFtype;reference;amount;currency;text;key\r");
    add("charge;;%.*s;gbp;\"one\r\ntwo; \"\"three\"\"\";%s\r\n\r\n", M(a.amount), a.key_text);
    add("charge;;%.*s;GBP;caf\xE9;%s", M(b.amount), b.key_text);
    ReconFile file = bring("psp", "plain", (Str){ text, used }, 13);
    check(file.matched == 2 && file.unreadable == 0 && file.lines == 2,
          "a file in parts of thirteen bytes, with a mark, quotes and other letters");
    head(PLAIN);
    add("c1,payout,,,,,-%.*s,GBP,0,,\n", M(a.amount + b.amount));
    (void)load("psp");
    check(balance("clearing", "GBP") == 0, "is booked like any other");
}

static void *race(void *arg)
{
    static _Thread_local uint8_t memory[1 << 16];
    Arena                        arena;
    Error                        err = { 0 };
    (void)arg;
    arena_init(&arena, memory, sizeof memory);
    for (int i = 0; i < 3; i++)
        if (!settle_due(db, &env, &arena, kit_now_ms, &err)) err = (Error){ 0 };
    return NULL;
}

/* Two processes at one file. */
static void test_race(void)
{
    pthread_t others[2];
    char      digest[65];
    Error     err  = { 0 };
    int64_t   fees = balance("fees:psp", "GBP");
    head(PLAIN);
    for (int i = 0; i < 400; i++) add("r%d,fee,,,,P5,-0.01,GBP,0,,\n", i);
    ReconFile file = begin_as("psp", NULL, (Str){ text, used }, hex_of((Str){ text, used }, digest));
    (void)send(&file, (Str){ text, used }, 3000);
    for (int i = 0; i < 2; i++) (void)pthread_create(&others[i], NULL, race, NULL);
    for (int i = 0; i < 2; i++) (void)pthread_join(others[i], NULL);
    work();
    (void)kit_read(db, &env, show_file, &file, &err);
    check(str_eq(file.state, STR("done")) && file.matched == 400
              && balance("fees:psp", "GBP") == fees + 400,
          "two at one file read it once");
    head(PLAIN);
    add("r_out,payout,,,,P5,4.00,GBP,0,,\n");
    (void)load("psp");
    check(balance("clearing", "GBP") == 0, "and the fees are taken from the bank");
}

static void test_hostile(void)
{
    static const struct {
        const char *name, *text, *why; /* why: in the reason of a file that cannot be read; NULL: it can */
        int64_t     unreadable;
    } rows[] = {
        { "no header we know", "hello\n", "no file we know", 0 },
        { "nothing but line ends", "\n\n\n", "missing", 0 },
        { "UTF-16", "\xFF\xFEt\0y\0", "UTF-16", 0 },
        { "a quote open in the header", "\"type,amount,currency\n", "cannot be split", 0 },
        { "a header and no line", "type,amount,currency\n", NULL, 0 },
        { "a line cut off", "type,amount,currency\ncharge,1.00", NULL, 1 },
        { "cells too many or too few",
          "type,amount,currency\nfee,-1.00,GBP,more\nfee,\"-1.00,GBP\nfee,,GBP\nfee,--1,GBP\n,1,GBP", NULL,
          5 },
        { "amounts too large or too fine",
          "type,amount,currency\nfee,99999999999999999999999999,GBP\nfee,1.001,GBP\nfee,1,JPYX", NULL, 3 },
        { "what is no amount",
          "type,amount,currency\nfee,NaN,GBP\nfee,1e9,GBP\nfee,0x1,GBP\nfee,\xFF\xFE,GBP\n", NULL, 4 },
        { "quotes of quotes", "type,amount,currency\n\"\"\"\"\"\"\"\"\n\"\"\"\n\"\"\"\"\"\n", NULL, 3 },
    };
    int64_t bank = balance("bank", "GBP"), clear = balance("clearing", "GBP");
    for (size_t i = 0; i < COUNT(rows); i++) {
        Str       all  = i == 2 ? (Str){ "\xFF\xFEt\0y\0", 6 } : str_from(rows[i].text);
        ReconFile file = bring("hostile", i == 3 ? "plain" : NULL, all, 17);
        bool fine = rows[i].why ? str_eq(file.state, STR("failed")) && strstr(file.reason.ptr, rows[i].why)
                                : str_eq(file.state, STR("done")) && file.unreadable == rows[i].unreadable;
        if (!fine)
            printf("  %.*s: %.*s, %lld unreadable\n", STR_FMT(file.state), STR_FMT(file.reason),
                   (long long)file.unreadable);
        check(fine, rows[i].name);
    }
    head("type,amount,currency,text");
    add("fee,0,GBP,\"");
    memset(text + used, 'x', 300000);
    used += 300000;
    add("\nfee,0,GBP,fine\n");
    ReconFile file = bring("hostile", NULL, (Str){ text, used }, 40000);
    check(str_eq(file.state, STR("done")) && file.matched == 1 && file.unreadable >= 1,
          "a quote that is left open, and a field of 300,000 letters, swallow nothing else");
    file = begin_as("hostile", NULL, STR("type,amount,currency\nfee,-1,GBP\n"),
                    "0000000000000000000000000000000000000000000000000000000000000000");
    (void)send(&file, STR("type,amount,currency\nfee,-1,GBP\n"), 100);
    work();
    Error err = { 0 };
    (void)kit_read(db, &env, show_file, &file, &err);
    check(str_eq(file.state, STR("failed")) && strstr(file.reason.ptr, "SHA-256"),
          "bytes that are not those that were meant are not read");
    file           = begin_as("hostile", NULL, STR("1234567890"),
                              "0000000000000000000000000000000000000000000000000000000000000000");
    ReconPart part = { file.id, 2, STR("MTIz") };
    Id        id   = file.id;
    check_refused(fixture_call(db, &env, recon_part_any, &part, &file, sizeof file, NULL, &err), &err,
                  &ERR_RECON_PART, "a part out of turn is refused");
    part = (ReconPart){ id, 1, STR("M*Iz") };
    check_refused(fixture_call(db, &env, recon_part_any, &part, &file, sizeof file, NULL, &err), &err,
                  &ERR_FIELD_INVALID, "what is not base64 is refused");
    part = (ReconPart){ id, 1, STR("MTIzNDU2Nzg5MDEyMzQ1Ng==") };
    check_refused(fixture_call(db, &env, recon_part_any, &part, &file, sizeof file, NULL, &err), &err,
                  &ERR_FIELD_INVALID, "more bytes than were said are refused");
    check(balance("bank", "GBP") == bank && balance("clearing", "GBP") == clear, "none of it moved money");
}

static bool bring_cash(Ctx *ctx, void *arg, Error *err)
{
    LedgerDoc doc = { *(Id *)arg, STR("GBP"), 0, STR("LON") };
    return ledger_post(ctx, &doc, STR("bank"), STR("cash:LON"), 12345, STR("deposit"), err);
}

static void test_bank(void)
{
    Error err     = { 0 };
    Id    deposit = first.order;
    deposit.bytes[15] ^= 1;
    Paid a = sell("tok_visa");
    head(PLAIN);
    add("b1,charge,%s,,,PAYOUT-77,%.*s,GBP,0,2026-11-25,\n", a.key_text, M(a.amount));
    add("b2,payout,,,,PAYOUT-77,-%.*s,GBP,0,2026-11-26,\n", M(a.amount));
    (void)load("psp");
    check_ok(kit_write(db, &env, bring_cash, &deposit, &err), &err, "cash is brought to the bank");
    int64_t bank = balance("bank", "GBP");
    head("Date,Description,Amount");
    add("2026-11-27,PSP payout-77 ref,%.*s\n2026-11-27,RENT,-500.00\n2026-11-27,LODGEMENT,123.40\n",
        M(a.amount));
    add("2026-11-27,CUSTOMER X,10.00\n");
    ReconFile file = load("main-account");
    check(str_eq(file.format, STR("bank")) && file.ignored == 1 && file.matched == 1
              && file.differences == 2,
          "a bank statement is held against what was sent to the bank");
    check(open_of("bank_unknown", file.id).count == 2, "an amount that nobody sent is unknown");
    check(balance("bank", "GBP") == bank, "what was on its way is booked already");
    head("Date,Description,Amount");
    add("2026-11-28,LODGEMENT,123.45\n");
    file = load("main-account");
    check(file.matched == 1, "a deposit is known by its amount");
}

static void test_missing(void)
{
    kit_now_ms += 3 * (int64_t)SETTLE_DAY_MS;
    Paid    a = sell("tok_visa"), b = sell("tok_visa");
    Refunds tea = back(b.order);
    work();
    check(open_of("never_settled", no_id).count == 0, "what was taken today is not missing");
    for (int day = 0; day < 9; day++) {
        kit_now_ms += SETTLE_DAY_MS;
        work();
    }
    Differences it = open_of("never_settled", no_id);
    check(it.count >= 2 && open_of("refund_missing", no_id).count >= 1, "after a week it is told");
    head(PLAIN);
    add("m1,charge,%s,,,P9,%.*s,GBP,0,,\nm2,charge,%s,,,P9,%.*s,GBP,0,,\n", a.key_text, M(a.amount),
        b.key_text, M(b.amount));
    add("m3,refund,,,%s,P9,-%.*s,GBP,0,,\n", b.reference, M(tea.amount));
    ReconFile file = load("psp");
    check(file.differences == 0 && open_of("never_settled", no_id).count == it.count - 2,
          "when it comes after all, that ends by itself");
    check(open_of("refund_missing", no_id).count == 0, "refunds too, also by the payment and the amount");
}

/* A payment whose answer is lost is settled before we know of it. */
static void test_late(void)
{
    static uint8_t memory[1 << 20];
    Arena          arena;
    Error          err = { 0 };
    Paid           a   = sell("tok_timeout_approved");
    head(PLAIN);
    add("l1,charge,%s,,,P10,%.*s,GBP,0,,\n", a.key_text, M(a.amount));
    ReconFile file = load("psp");
    check(file.differences == 1 && open_of("not_taken_here", file.id).count == 1,
          "what is open here and settled there is told");
    kit_now_ms += 3600000;
    arena_init(&arena, memory, sizeof memory);
    check_ok(pay_settle_due(db, &env, &arena, kit_now_ms, &err), &err, "the service is asked");
    kit_now_ms += 8 * (int64_t)SETTLE_DAY_MS;
    work();
    check(open_of("not_taken_here", file.id).count == 0,
          "and when the answer is there, that ends by itself");
    (void)kit_read(db, &env, show_file, &file, &err);
    check(file.matched == 1 && file.differences == 0, "the line is matched then");
}

static void test_terms(void)
{
    Error      err = { 0 };
    ReconTerms shown, terms = { STR("psp"), 14000, 20, 1, OPT_NONE };
    check_ok(fixture_call(db, &env, recon_terms_change_any, &terms, &shown, sizeof shown, NULL, &err),
             &err, "fees are agreed");
    Paid a = sell("tok_visa"), b = sell("tok_visa");
    head(PLAIN);
    add("f1,charge,%s,,,P11,%.*s,GBP,0.28,,\nf2,charge,%s,,,P11,%.*s,GBP,0.50,,\n", a.key_text,
        M(a.amount), b.key_text, M(b.amount));
    ReconFile   file = load("psp");
    Differences it   = open_of("fee_differs", file.id);
    check(file.matched == 1 && it.count == 1 && it.first.found == 50 && it.first.expected == 28,
          "a fee that is not as agreed is told");
}

/* What the simulator of a payment service settles of all that it took here. */
static void test_simulator(const Simulator *simulator)
{
    (void)sell_with("tok_visa", 50);
    Refunds tea  = back(sell("tok_chip").order);
    used         = 0;
    ReconFile file;
    check(simulator_pay_out(simulator, text, sizeof text) && tea.amount > 0, "the service pays out");
    used = strlen(text);
    file = load("psp");
    check(str_eq(file.state, STR("done")) && file.lines > 15 && file.unreadable == 0, "its file is read");
    check(open_of("unknown_reference", file.id).count == 0 && open_of("refund_unknown", file.id).count == 0,
          "it knows nothing that we do not know");
    check(open_of("payout_differs", file.id).count == 0, "its payout is the sum of its lines");
    check(open_of("amount_differs", file.id).count == 0, "a tip is part of what was taken");
    (void)sell("tok_visa");
    check(simulator_pay_out(simulator, text, sizeof text), "and again");
    used = strlen(text);
    file = load("psp");
    check(file.lines == 2 && file.matched == 2 && open_of("fee_differs", file.id).count == 0,
          "what came since, with the fees that were agreed");
}

int main(void)
{
    static uint8_t memory[1 << 20];
    Simulator      simulator;
    Error          err = { 0 };
    arena_init(&kept, memory, sizeof memory);
    db         = kit_open(&env);
    kit_now_ms = 1795600800000; /* 2026-11-25 10:00 */
    simulator_start(&simulator);
    env.psp_url        = str_from(simulator.url);
    env.psp_timeout_ms = 300;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    test_all_is_well();
    test_differences();
    test_formats();
    test_parts();
    test_race();
    test_hostile();
    test_bank();
    test_missing();
    test_late();
    test_terms();
    test_simulator(&simulator);
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("settle files");
}

/* tills_test.c — a drawer's day: floats, sales, pay-outs, blind counts, Z reports without gap or twin,
 * also when two close at once, when one breaks off in the middle, and when a register was offline. */
#include "core/account.h"
#include "core/coins.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/approvals/approvals.h"
#include "shop/ledger/ledger.h"
#include "shop/perms.h"
#include "shop/tills/tills.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include "all_sql.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

FIXTURE_ANY(drawers_change)
FIXTURE_ANY(drawers_list)
FIXTURE_ANY(till_policy_change)
FIXTURE_ANY(shifts_open)
FIXTURE_ANY(shifts_show)
FIXTURE_ANY(shifts_list)
FIXTURE_ANY(shifts_join)
FIXTURE_ANY(shifts_leave)
FIXTURE_ANY(shifts_cash)
FIXTURE_ANY(shifts_no_sale)
FIXTURE_ANY(shifts_void)
FIXTURE_ANY(shifts_count)
FIXTURE_ANY(shifts_resume)
FIXTURE_ANY(shifts_close)
FIXTURE_ANY(shifts_handover)
FIXTURE_ANY(shifts_offline)
FIXTURE_ANY(shifts_report)
FIXTURE_ANY(shifts_actions)
FIXTURE_ANY(z_reports_show)
FIXTURE_ANY(z_reports_list)
FIXTURE_ANY(z_reports_csv)
FIXTURE_ANY(till_differences)
FIXTURE_ANY(safes_move)
FIXTURE_ANY(safes_show)
FIXTURE_ANY(bank_bags_add)
FIXTURE_ANY(bank_bags_credit)
FIXTURE_ANY(bank_bags_list)
FIXTURE_ANY(approvals_create)

#define AS(who, name, request, reply)                                                                     \
    fixture_as(db, &env, (FixtureCaller){ who, PERMS_ALL }, name##_any, request, reply, sizeof *(reply),  \
               &err)

enum { ANN = 1, BOB = 2, BOSS = 9, RACERS = 6 };

static Env         env;
static Db         *db;
static Error       err;
static Shift       shift;
static ShiftAction action;
static ShiftReport report;

static Id key_of(int who)
{
    return (Id){ { [15] = (uint8_t)who } };
}

static Perms without(const PermDef *one, const PermDef *two)
{
    Perms perms = { { 0 } };
    for (int bit = 0; perm_at(bit) != NULL; bit++)
        if (perm_at(bit) != one && perm_at(bit) != two) perms_add(&perms, bit);
    return perms;
}

static bool make_keys(Ctx *ctx, void *arg, Error *e)
{
    for (int who = 1; who < 10; who++) {
        char        hash[32] = { (char)who };
        ApiKeyPutIn in       = { ctx->who.merchant, key_of(who), { hash, sizeof hash },
                                 STR("manager"),    STR("test"), 0 };
        if (!q_api_key_put_exec(ctx->tx, &in, NULL, e)) return false;
    }
    return true;
}

/* --- what the flows do, in short --- */

typedef struct {
    int     who;
    bool    simple; /* a cashier, nothing more */
    Id      shift;  /* named, or none */
    int64_t total;  /* below zero: a return */
    Str     tender;
    int64_t number;
} Sale;

static bool sell_step(Ctx *ctx, void *arg, Error *e)
{
    const Sale *s   = arg;
    TillShift   at  = { .location = STR_NONE };
    Id          doc = ctx_new_id(ctx), pay = ctx_new_id(ctx);
    int64_t     tax = s->total / 6, net = s->total - s->total / 6;
    bool        cash = str_eq(s->tender, STR("cash")), back = s->total < 0;
    LedgerDoc   book = { doc, STR("GBP"), 0, STR("LON") };
    ctx->who.api_key = key_of(s->who);
    if (s->simple) ctx->who.perms = (Perms){ { 0 } };
    if (!tills_shift(ctx, STR("LON"), s->shift, cash, &at, e)) return false;
    TillTax    vat  = { STR("VAT 20%"), 200000, back ? -net : net, back ? -tax : tax };
    TillSale   sale = { .document  = doc,
                        .is_return = back,
                        .number    = s->number,
                        .currency  = STR("GBP"),
                        .gross     = back ? -s->total : s->total,
                        .net       = vat.base,
                        .tax       = vat.amount,
                        .taxes     = &vat,
                        .tax_count = 1 };
    TillTender pays = {
        .id = pay, .document = doc, .kind = s->tender, .currency = STR("GBP"), .amount = s->total
    };
    LedgerSide side = { cash ? STR("cash:LON") : STR("bank"), cash ? at.id : (Id){ { 0 } } };
    return ledger_move(ctx, &book, side, (LedgerSide){ .account = STR("sales") }, s->total, STR("tender"),
                       e)
        && tills_note_sale(ctx, &at, &sale, e) && tills_note_tender(ctx, &at, &pays, e);
}

static bool sell(int who, int64_t total, const char *tender, int64_t number)
{
    Sale s = { .who = who, .total = total, .tender = str_from(tender), .number = number };
    err    = (Error){ .def = NULL };
    return kit_write(db, &env, sell_step, &s, &err);
}

static bool sell_at(Id at, int64_t total, int64_t number)
{
    Sale s = { .who = 0, .shift = at, .total = total, .tender = STR("cash"), .number = number };
    err    = (Error){ .def = NULL };
    return kit_write(db, &env, sell_step, &s, &err);
}

typedef struct {
    Str     account;
    Id      of;
    int64_t balance;
} Part;

static bool part_step(Ctx *ctx, void *arg, Error *e)
{
    Part *p = arg;
    return ledger_part(ctx, p->account, p->of, STR("GBP"), &p->balance, e);
}

static int64_t in_drawer(Id of)
{
    Part p = { STR("cash:LON"), of, -1 };
    check_ok(kit_read(db, &env, part_step, &p, &err), &err, "the ledger tells what is in a drawer");
    return p.balance;
}

typedef struct {
    int64_t reports, number;
    bool    whole;
} Chain;

static bool chain_step(Ctx *ctx, void *arg, Error *e)
{
    Chain *c   = arg;
    Str    bad = STR_NONE;
    if (!tills_verify_chain(ctx, &c->reports, &bad, &c->number, e)) return false;
    c->whole = !bad.ptr;
    return true;
}

static Chain chain(void)
{
    Chain c = { 0 };
    check_ok(kit_read(db, &env, chain_step, &c, &err), &err, "the chain of Z reports is walked");
    return c;
}

/* --- the steps of a day --- */

static bool put_drawer(const char *code)
{
    Drawer d = { STR("LON"), str_from(code), STR("Front"), true, { { 0 } }, STR_NONE }, shown;
    return AS(BOSS, drawers_change, &d, &shown);
}

static bool open_shift(int who, const char *drawer, int64_t amount)
{
    FloatInput begin = { .currency = STR("GBP"), .amount = amount, .from_safe = OPT_NONE };
    ShiftOpen  in    = { .location = STR("LON"),
                         .drawer   = str_from(drawer),
                         .till     = STR("LON-1"),
                         .cashier  = who == ANN ? STR("Ann") : STR("Bob"),
                         .floats   = { &begin, 1 } };
    return AS(who, shifts_open, &in, &shift);
}

static bool count_cash(int who, Id id, int64_t amount)
{
    Counted    cash = { .currency = STR("GBP"), .amount = amount };
    ShiftCount in   = { id, { &cash, 1 } };
    return AS(who, shifts_count, &in, &shift);
}

static bool close_shift(int who, Id id, int64_t keep, Id approval)
{
    ShiftKeep  stays = { STR("GBP"), keep };
    ShiftClose in = { .id = id, .keep = { &stays, 1 }, .reason = STR("who knows"), .approval = approval };
    return AS(who, shifts_close, &in, &report);
}

static bool move_safe(const char *kind, int64_t amount, SafeMove *out)
{
    SafeMoveInput in = { STR("LON"), str_from(kind), STR("GBP"), amount, STR("change") };
    return AS(BOSS, safes_move, &in, out);
}

static bool approve(const char *kind, Str extra, Approval *out)
{
    static const char field[] = "\"subject\":\"", after[] = "\"amount\":";
    char              text[300] = { 0 };
    if (!extra.ptr) return false;
    memcpy(text, extra.ptr, extra.len < sizeof text ? extra.len : sizeof text - 1);
    const char   *at = strstr(text, field), *most = strstr(text, after);
    ApprovalInput in = { .kind = str_from(kind), .reason = STR("seen") };
    if (!at || !most) return false;
    in.subject = (Str){ at + sizeof field - 1, 64 };
    in.amount  = strtoll(most + sizeof after - 1, NULL, 10);
    return AS(BOSS, approvals_create, &in, out);
}

/* --- the tests --- */

static void test_opening(void)
{
    SafeMove moved;
    check_ok(put_drawer("1"), &err, "a drawer is set up");
    check(put_drawer("2") && put_drawer("3"), "and two more");
    check_refused(open_shift(ANN, "9", 5000), &err, &ERR_DRAWER_UNKNOWN,
                  "a shift is at a drawer that is there");
    check_refused(open_shift(ANN, "1", 5000), &err, &ERR_SAFE_SHORT,
                  "a float comes from a safe that has it");
    check_ok(move_safe("from_bank", 100000, &moved), &err, "change comes from the bank");
    Coins      coins[2] = { { 1000, 4 }, { 200, 5 } };
    FloatInput begin    = {
           .currency = STR("GBP"), .amount = 5100, .coins = { coins, 2 }, .from_safe = OPT_NONE
    };
    ShiftOpen in = {
        .location = STR("LON"), .drawer = STR("1"), .cashier = STR("Ann"), .floats = { &begin, 1 }
    };
    check_refused(AS(ANN, shifts_open, &in, &shift), &err, &ERR_COUNT_SUM, "coins add up to the amount");
    coins[1].value = 300;
    check_refused(AS(ANN, shifts_open, &in, &shift), &err, &ERR_COIN_UNKNOWN,
                  "there are no coins of three pounds");
    coins[1].value = 200, begin.amount = OPT_NONE;
    check_ok(AS(ANN, shifts_open, &in, &shift), &err, "a shift is opened");
    check(in_drawer(shift.id) == 5000 && str_eq(shift.state, STR("open")) && shift.keys.count == 1,
          "its float is in the drawer");
    Id id = shift.id;
    check_refused(open_shift(BOB, "1", 0), &err, &ERR_DRAWER_BUSY, "a drawer has one shift at a time");
    check_refused(open_shift(ANN, "2", 0), &err, &ERR_KEY_BUSY, "and a key one at a location");
    ShiftFind find = { .location = STR("LON"), .state = STR("open"), .limit = OPT_NONE };
    ShiftList list;
    check(AS(ANN, shifts_list, &find, &list) && list.items.count == 1 && id_eq(list.items.items[0].id, id),
          "what was refused is not there");
    shift.id = id;
}

static void test_actions(Id id)
{
    ShiftCash  out   = { .id = id, .kind = STR("pay_out"), .currency = STR("GBP"), .amount = 300 };
    TillPolicy tight = { .location         = STR("LON"),
                         .pay_in_over      = OPT_NONE,
                         .pay_out_over     = 200,
                         .drop_over        = OPT_NONE,
                         .void_line_over   = OPT_NONE,
                         .void_sale_over   = 0,
                         .difference_over  = 50,
                         .no_sale_approval = true },
               shown;
    Approval      given;
    FixtureCaller bob = { BOB, without(&PERM_TILLS_MANAGE, NULL) };
    check_refused(AS(ANN, shifts_cash, &out, &action), &err, &ERR_FIELD_INVALID,
                  "money goes out for a reason");
    out.reason = STR("window cleaner");
    check_refused(fixture_as(db, &env, bob, shifts_cash_any, &out, &action, sizeof action, &err), &err,
                  &ERR_SHIFT_NOT_YOURS, "not out of somebody else's drawer");
    check_ok(AS(BOSS, till_policy_change, &tight, &shown), &err, "the location has a policy");
    check_refused(AS(ANN, shifts_cash, &out, &action), &err, &ERR_APPROVAL_NEEDED,
                  "which asks for a second person");
    check_ok(approve("pay_out", err.extra, &given), &err, "who approves it");
    out.approval = given.id, out.amount = 400;
    check_refused(AS(ANN, shifts_cash, &out, &action), &err, &ERR_APPROVAL_INVALID, "not a larger one");
    out.amount = 300;
    check_ok(AS(ANN, shifts_cash, &out, &action), &err, "then it is paid");
    check(id_eq(action.approved_by, key_of(BOSS)) && in_drawer(id) == 4700, "out of the drawer");
    check_refused(AS(ANN, shifts_cash, &out, &action), &err, &ERR_APPROVAL_INVALID, "once");
    ShiftNoSale no = { .id = id, .reason = STR("change for a customer") };
    check_refused(AS(ANN, shifts_no_sale, &no, &action), &err, &ERR_APPROVAL_NEEDED,
                  "a drawer is not just opened");
    check(approve("no_sale", err.extra, &given), "but when approved");
    no.approval = given.id;
    check_ok(AS(ANN, shifts_no_sale, &no, &action), &err, "it is");
    ShiftVoid line = { .id        = id,
                       .kind      = STR("void_line"),
                       .currency  = STR("GBP"),
                       .amount    = 199,
                       .reference = STR("TEA"),
                       .reason    = STR("scanned twice") };
    check_ok(AS(ANN, shifts_void, &line, &action), &err, "a line is taken out of a basket");
    line.kind = STR("void_sale");
    check_refused(AS(ANN, shifts_void, &line, &action), &err, &ERR_APPROVAL_NEEDED,
                  "a basket is not just given up");
    ShiftCash in = { .id        = id,
                     .kind      = STR("pay_in"),
                     .currency  = STR("GBP"),
                     .amount    = 1000,
                     .from_safe = true,
                     .reason    = STR("coins") };
    check_ok(AS(ANN, shifts_cash, &in, &action), &err, "change comes from the safe");
    ShiftCash drop = { .id = id, .kind = STR("drop"), .currency = STR("GBP"), .amount = 700 };
    check_ok(AS(ANN, shifts_cash, &drop, &action), &err, "notes go to the safe");
    check(in_drawer(id) == 5000, "and the ledger knows");
    ShiftAsk     ask = { .id = id, .limit = OPT_NONE };
    ShiftActions all;
    check(AS(ANN, shifts_actions, &ask, &all) && all.items.count == 6, "all of it is listed");
}

static void test_sales(Id id)
{
    ShiftJoin     join = { id, key_of(BOB) };
    ById          by   = { id };
    FixtureCaller ann  = { ANN, without(&PERM_TILLS_EXPECTED, &PERM_TILLS_MANAGE) };
    check(sell(ANN, 1200, "cash", 1) && sell(ANN, 600, "card", 2), "Ann sells");
    check_ok(AS(ANN, shifts_join, &join, &shift), &err, "Bob works at her drawer too");
    check(shift.keys.count == 2 && sell(BOB, 2400, "cash", 3) && sell(BOB, -600, "cash", 1),
          "and sells and gives back");
    check(in_drawer(id) == 8000, "all cash of both is in the drawer");
    check_ok(AS(ANN, shifts_leave, &join, &shift), &err, "Bob goes");
    Sale theft = {
        .who = BOB, .simple = true, .shift = id, .total = 100, .tender = STR("cash"), .number = 4
    };
    check_refused(kit_write(db, &env, sell_step, &theft, &err), &err, &ERR_SHIFT_NOT_YOURS,
                  "and cannot name her shift for what he sells");
    check(sell(BOB, 100, "cash", 4) && in_drawer(id) == 8000, "what he sells then is nobody's");
    check_ok(fixture_as(db, &env, ann, shifts_report_any, &by, &report, sizeof report, &err), &err,
             "an X report");
    check(report.cash.count == 1 && report.cash.items[0].expected == OPT_NONE
              && report.cash.items[0].traded == OPT_NONE && report.tenders.items[1].in == OPT_NONE,
          "does not tell what should be in the drawer");
    check(report.sums.count == 1 && report.sums.items[0].sales == 3 && report.sums.items[0].total == 4200
              && report.sums.items[0].returned == 600 && report.sums.items[0].taxes.items[0].amount == 600
              && report.first_sale == 1 && report.last_sale == 3 && report.no_sales == 1
              && report.sums.items[0].void_lines == 1,
          "but all else");
    check(AS(BOSS, shifts_report, &by, &report) && report.cash.items[0].expected == 8000
              && report.cash.items[0].traded == 3000 && str_eq(report.kind, STR("x")),
          "who may see it, sees it");
}

static void test_closing(Id id)
{
    Approval given;
    ZAsk     ask = { STR("LON"), 1 };
    ZReport  z;
    ZText    csv;
    ById     by = { id };
    check_refused(close_shift(ANN, id, 0, (Id){ { 0 } }), &err, &ERR_STATE_REFUSED, "it is counted first");
    check_ok(count_cash(ANN, id, 7000), &err, "it is counted");
    check_refused(sell(ANN, 100, "cash", 9), &err, &ERR_SHIFT_COUNTING, "meanwhile nothing is sold at it");
    check_ok(AS(ANN, shifts_resume, &by, &shift), &err, "it goes on");
    check_ok(sell(ANN, 600, "card", 5), &err, "and sells");
    Counted    both[2] = { { .currency = STR("GBP"), .amount = 7900 },
                           { .tender = STR("card"), .currency = STR("GBP"), .amount = 600 } };
    ShiftCount twice   = { id, { both, 2 } };
    check_ok(AS(ANN, shifts_count, &twice, &shift), &err, "it is counted again, with the slips");
    check_refused(close_shift(ANN, id, 8000, (Id){ { 0 } }), &err, &ERR_FIELD_INVALID,
                  "what is not there cannot stay");
    check_refused(close_shift(ANN, id, 2000, (Id){ { 0 } }), &err, &ERR_APPROVAL_NEEDED,
                  "a pound short is looked at");
    check_ok(approve("difference", err.extra, &given), &err, "by somebody else");
    check_ok(close_shift(ANN, id, 2000, given.id), &err, "then it is closed");
    check(str_eq(report.kind, STR("z")) && report.number == 1 && report.cash.items[0].over == -100
              && report.cash.items[0].counted == 7900 && report.cash.items[0].kept == 2000
              && report.counts == 2,
          "its Z report says how it went");
    check(report.tenders.items[0].over == -600, "also of the slips");
    check(in_drawer(id) == 0, "nothing is left in the shift");
    check_refused(close_shift(ANN, id, 0, (Id){ { 0 } }), &err, &ERR_STATE_REFUSED, "once");
    check_ok(AS(ANN, z_reports_show, &ask, &z), &err, "the report is kept");
    check(z.report->cash.items[0].over == -100 && z.hash.len == 64 && id_eq(z.shift, id), "as it was");
    check(AS(ANN, shifts_report, &by, &report) && report.number == 1,
          "and is the report of the shift for ever");
    check(AS(ANN, z_reports_csv, &ask, &csv)
              && strstr(csv.text.ptr, "\"cash\",\"over\",\"GBP\",,-100") != NULL,
          "also as CSV");
}

static void test_next_day(void)
{
    check_ok(open_shift(ANN, "1", 1950), &err, "the next day begins with what was left");
    check(in_drawer(shift.id) == 1950, "as it was counted: fifty pence were missing");
    Id id = shift.id;
    check_ok(sell(ANN, 600, "cash", 6), &err, "something is sold");
    check_ok(count_cash(ANN, id, 2550), &err, "counted");
    ShiftHandover over = { .id = id, .worker = key_of(BOB), .cashier = STR("Bob") };
    check_ok(AS(ANN, shifts_handover, &over, &shift), &err, "and passed on");
    check(in_drawer(id) == 0 && in_drawer(shift.id) == 2550 && !id_eq(shift.id, id)
              && str_eq(shift.cashier, STR("Bob")),
          "with all that is in it");
    check_ok(sell(BOB, 100, "cash", 7), &err, "Bob goes on at it");
    check(in_drawer(shift.id) == 2650, "on his own account");
    id = shift.id;
    check(count_cash(BOB, id, 2650) && close_shift(BOB, id, 0, (Id){ { 0 } }) && report.number == 3,
          "and closes with the next number");
}

static bool close_and_break(Ctx *ctx, void *arg, Error *e)
{
    ShiftClose  in = { .id = *(Id *)arg };
    ShiftReport made;
    if (!shifts_close(ctx, &in, &made, e)) return false;
    return err_set(e, &ERR_DB_FAILED, "", "the lights go out");
}

static void test_lists(void)
{
    ZFind       find = { .location = STR("LON"), .limit = 2 };
    ZList       list;
    LocationAsk ask = { STR("LON") };
    DrawerList  drawers;
    check(AS(ANN, z_reports_list, &find, &list) && list.items.count == 2 && list.items.items[0].number == 3
              && list.next_cursor.len,
          "Z reports are listed, newest first");
    find.cursor = STR("2");
    check(AS(ANN, z_reports_list, &find, &list) && list.items.count == 1 && !list.next_cursor.ptr,
          "page by page");
    check(AS(ANN, drawers_list, &ask, &drawers) && drawers.items.count == 3
              && id_is_none(drawers.items.items[0].shift),
          "drawers too");
}

static void test_crash(void)
{
    check_ok(open_shift(ANN, "1", 0), &err, "a shift");
    Id id = shift.id;
    check_ok(count_cash(ANN, id, 0), &err, "is counted");
    ById by = { id };
    check(AS(BOB, shifts_show, &by, &shift) && str_eq(shift.state, STR("counting")), "which all may see");
    check(!kit_write(db, &env, close_and_break, &id, &err),
          "and its closing breaks off behind the last row");
    check(chain().reports == 3, "no number was given");
    check(close_shift(ANN, id, 0, (Id){ { 0 } }) && report.number == 4, "so the next one gets it");
}

static bool close_and_die(Ctx *ctx, void *arg, Error *e)
{
    ShiftClose  in = { .id = *(Id *)arg };
    ShiftReport made;
    if (shifts_close(ctx, &in, &made, e)) (void)kill(getpid(), SIGKILL);
    return false;
}

static void open_again(void)
{
    DbOptions options = { .url = kit_url() };
    db                = NULL;
    check_ok(db_open(&options, false, &db, &err), &err, "the database is opened again");
}

/* The process is killed between the last row of a closing and its commit. */
static void test_killed(void)
{
    check_ok(open_shift(ANN, "1", 0), &err, "a shift");
    Id id = shift.id;
    check_ok(count_cash(ANN, id, 0), &err, "is counted");
    db_close(db);
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        open_again();
        (void)kit_write(db, &env, close_and_die, &id, &err);
        _exit(1);
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
          "the process that closes it is killed");
    open_again();
    ById by = { id };
    check(AS(ANN, shifts_show, &by, &shift) && str_eq(shift.state, STR("counting")), "it is as it was");
    check(chain().whole && close_shift(ANN, id, 0, (Id){ { 0 } }) && report.number == 5,
          "the next number is not lost");
}

/* --- two at once --- */

typedef struct {
    Id      shift;
    int64_t number;
    bool    ok;
} Racer;

static bool race_step(Tx *tx, void *arg, Error *e)
{
    enum { BYTES = 1 << 20 };
    Racer *racer = arg;
    void  *bytes = malloc(BYTES);
    Arena  arena;
    if (!bytes) return err_memory(e);
    arena_init(&arena, bytes, BYTES);
    Ctx         ctx = { .arena  = &arena,
                        .tx     = tx,
                        .db     = db,
                        .env    = &env,
                        .now_ms = kit_now_ms,
                        .who    = { .merchant = 1, .perms = PERMS_ALL } };
    ShiftClose  in  = { .id = racer->shift };
    ShiftReport made;
    bool        ok = shifts_close(&ctx, &in, &made, e);
    racer->number  = ok ? made.number : 0;
    e->extra       = STR_NONE;
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

static int race(Racer racers[RACERS])
{
    pthread_t threads[RACERS];
    int       started = 0, won = 0;
    for (; started < RACERS; started++)
        if (pthread_create(&threads[started], NULL, race_run, &racers[started]) != 0) break;
    for (int i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        won += racers[i].ok;
    }
    return won;
}

static void test_race(void)
{
    Racer   racers[RACERS] = { { .number = 0 } };
    int64_t seen           = 0;
    for (int i = 0; i < RACERS; i++) {
        char code[8] = { 'r', (char)('0' + i) };
        check(put_drawer(code) && open_shift(i + 1, code, 0), "each has a shift");
        racers[i].shift = shift.id;
        check_ok(count_cash(i + 1, shift.id, 0), &err, "and counts it");
    }
    check(race(racers) == RACERS, "all close at the same moment");
    for (int i = 0; i < RACERS; i++) seen |= INT64_C(1) << racers[i].number;
    check(seen == INT64_C(63) << 6, "the numbers are 6 to 11, without gap or twin");
    check(open_shift(ANN, "1", 0) && count_cash(ANN, shift.id, 0), "one more shift");
    for (int i = 0; i < RACERS; i++) racers[i] = (Racer){ .shift = shift.id };
    check(race(racers) == 1, "that six want to close is closed once");
    check(chain().whole && chain().reports == 12, "and all is chained");
}

/* --- offline --- */

static void test_offline(void)
{
    Id            id = { { 1, 2, 3 } }, act = { { 4, 5, 6 } };
    FloatInput    begin = { .currency = STR("GBP"), .amount = 2000, .from_safe = 2000 };
    OfflineAction paid  = {
         act, STR("pay_out"), STR("GBP"), 150, STR("stamps"), STR_NONE, { { 0 } }, 5000
    };
    Counted      counted = { .currency = STR("GBP"), .amount = 3050 };
    ShiftKeep    stays   = { STR("GBP"), 0 };
    ShiftOffline in      = { .id        = id,
                             .location  = STR("LON"),
                             .drawer    = STR("2"),
                             .till      = STR("LON-2"),
                             .number    = 7,
                             .opened_at = 1000,
                             .closed_at = 9000,
                             .documents = 2,
                             .floats    = { &begin, 1 },
                             .actions   = { &paid, 1 },
                             .counts    = { &counted, 1 },
                             .keep      = { &stays, 1 } };
    check_ok(AS(BOSS, shifts_offline, &in, &shift), &err, "a register tells of a shift that it closed");
    check(str_eq(shift.state, STR("counting")) && shift.missing == 2, "it waits for the sales of it");
    check(AS(BOSS, shifts_offline, &in, &shift) && shift.missing == 2, "telling it again changes nothing");
    check(sell_at(id, 600, 20) && in_drawer(id) == 2450, "they come, in any order");
    check(AS(BOSS, shifts_offline, &in, &shift) && shift.missing == 1, "one by one");
    check_ok(sell_at(id, 600, 19), &err, "the last one comes");
    check_ok(AS(BOSS, shifts_offline, &in, &shift), &err, "and the shift");
    check(str_eq(shift.state, STR("closed")) && shift.z_number == 13 && shift.closed_at == 9000,
          "is closed with the next number here, by its own clock");
    check(AS(BOSS, shifts_offline, &in, &shift) && shift.z_number == 13 && chain().reports == 13, "once");
    ById by = { id };
    check(AS(BOSS, shifts_report, &by, &report) && report.cash.items[0].over == 0
              && report.register_number == 7 && report.cash.items[0].pay_out == 150,
          "nothing was missing");
    in.id = (Id){ { 9 } };
    check_refused(AS(BOSS, shifts_offline, &in, &shift), &err, &ERR_SHIFT_TWIN,
                  "a register has no number twice");
    check_ok(sell_at(id, 240, 21), &err, "a sale that comes even later is not refused");
    check(in_drawer(id) == 0, "what it brought was counted as over: that is put right");
    check_refused(sell_at((Id){ { 99 } }, 240, 22), &err, &ERR_NOT_FOUND,
                  "a shift that is not there is not sold at");
    check(open_shift(ANN, "1", 0) && count_cash(ANN, shift.id, 0)
              && close_shift(ANN, shift.id, 0, (Id){ { 0 } }) && report.late.count == 1
              && report.late.items[0].sales == 1 && report.late.items[0].net == 200,
          "it is in the next report of the location");
    check(open_shift(ANN, "1", 0) && count_cash(ANN, shift.id, 0)
              && close_shift(ANN, shift.id, 0, (Id){ { 0 } }) && report.late.count == 0,
          "and in no other");
    DifferenceAsk  ask = { .from = OPT_NONE, .until = OPT_NONE };
    DifferenceList all;
    check_ok(AS(BOSS, till_differences, &ask, &all), &err, "over and short by cashier and tender");
    bool ann = false, late = false;
    for (size_t i = 0; i < all.items.count; i++) {
        const Difference *d = &all.items.items[i];
        ann                 = ann
           || (str_eq(d->cashier, STR("Ann")) && str_eq(d->tender, STR("cash")) && d->short_sum == 100);
        late = late || (!d->cashier.ptr && d->short_sum == 240);
    }
    check(ann && late, "with what came late");
}

static void test_bags(void)
{
    SafeBalances all;
    SafeMove     moved;
    BankBagInput in = { STR("LON"), STR("B-1"), STR("GBP"), 9000 };
    BankBag      bag;
    BankBagFind  find = { .location = STR("LON"), .limit = OPT_NONE };
    BankBagList  list;
    LocationAsk  ask = { STR("LON") };
    check(AS(BOSS, safes_show, &ask, &all) && all.items.count == 1, "the safe is looked into");
    int64_t safe = all.items.items[0].safe, loose = all.items.items[0].tills;
    check_refused(move_safe("from_till", loose + 1, &moved), &err, &ERR_FIELD_INVALID,
                  "no more than that was taken without a shift");
    check(move_safe("from_till", 100, &moved) && moved.balance == safe + 100, "goes to the safe");
    check(move_safe("count", safe + 90, &moved) && moved.amount == -10, "a safe is counted too");
    in.amount = safe + 91;
    check_refused(AS(BOSS, bank_bags_add, &in, &bag), &err, &ERR_SAFE_SHORT,
                  "a bag is filled from the safe");
    in.amount = 9000;
    check_ok(AS(BOSS, bank_bags_add, &in, &bag), &err, "and goes to the bank");
    BankBagCredit credit = { bag.id, 8990, STR("ST 44") };
    check_refused(AS(BOSS, bank_bags_add, &in, &bag), &err, &ERR_BAG_TWIN, "with a number of its own");
    check_ok(AS(BOSS, bank_bags_credit, &credit, &bag), &err, "which counts it");
    check(bag.difference == -10 && str_eq(bag.state, STR("credited")), "ten less");
    check_refused(AS(BOSS, bank_bags_credit, &credit, &bag), &err, &ERR_STATE_REFUSED, "once");
    check(AS(BOSS, bank_bags_list, &find, &list) && list.items.count == 1, "bags are listed");
}

static bool tamper(Ctx *ctx, void *arg, Error *e)
{
    ZSeriesSetIn in = { ctx->who.merchant, STR("LON"), *(int64_t *)arg, STR("x") };
    return q_z_series_set_exec(ctx->tx, &in, NULL, e);
}

static bool gather(Ctx *ctx, void *arg, Error *e)
{
    return tills_gather(ctx, STR("LON"), e);
}

int main(void)
{
    int64_t wrong = 14;
    db            = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, make_keys, NULL, &err),
             &err, "a shop");
    check(coins_known(STR("EUR")) && coin_there(STR("JPY"), 500) && !coin_there(STR("USD"), 20),
          "coins are known");
    test_opening();
    Id id = shift.id;
    test_actions(id);
    test_sales(id);
    test_closing(id);
    TillPolicy loose = { STR("LON"), true,     OPT_NONE, OPT_NONE, OPT_NONE,
                         OPT_NONE,   OPT_NONE, OPT_NONE, false },
               shown;
    check_ok(AS(BOSS, till_policy_change, &loose, &shown), &err, "the policy is another one");
    check_refused(sell(BOB, 100, "cash", 8), &err, &ERR_SHIFT_NEEDED, "no cash is taken without a shift");
    check_ok(sell(BOB, 100, "card", 8), &err, "other tenders are");
    test_next_day();
    test_lists();
    test_crash();
    test_killed();
    test_race();
    test_offline();
    test_bags();
    check(chain().whole, "all Z reports are one chain");
    check_ok(kit_write(db, &env, gather, NULL, &err), &err,
             "when the location closes, its cash is brought together");
    check(kit_write(db, &env, tamper, &wrong, &err) && !chain().whole, "a report that is gone is noticed");
    kit_close(db);
    return check_finish("tills");
}

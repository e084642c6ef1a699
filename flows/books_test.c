/* books_test.c — the books: balances now and then, entries of a document, the journal of a day by the
 * clock of its location, what accounts are called in the merchant's own books. */
#include "core/account.h"
#include "shop/ledger/ledger.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;
static Id    order_id;

FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(ledger_account_map)
FIXTURE_ANY(ledger_account_unmap)

#define READER(name, Request, Reply)                                                                       \
    static Reply name##_got;                                                                               \
    static bool  name##_step(Ctx *ctx, void *arg, Error *e)                                                \
    {                                                                                                      \
        memset(&name##_got, 0, sizeof name##_got);                                                         \
        return name(ctx, arg, &name##_got, e);                                                             \
    }                                                                                                      \
    static bool read_##name(Request request)                                                               \
    {                                                                                                      \
        memset(&err, 0, sizeof err);                                                                       \
        return kit_read(db, &env, name##_step, &request, &err);                                            \
    }
READER(ledger_trial_balance, BalanceAsk, TrialBalance)
READER(ledger_entry_list, EntryAsk, EntryList)
READER(ledger_journal_show, JournalAsk, Journal)
READER(ledger_journal_csv, JournalAsk, JournalText)
READER(ledger_accounts, Nothing, AccountList)

static bool holds(Str text, const char *what)
{
    return memmem(text.ptr, text.len, what, strlen(what)) != NULL;
}

static bool sell(int64_t quantity, const char *location)
{
    Order           order;
    bool            pending = false;
    BasketLine      tea     = { .sku = STR("TEA"), .quantity = quantity };
    TenderInput     cash    = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = str_from(location),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &tea, 1 },
                                .tenders        = { &cash, 1 } };
    memset(&err, 0, sizeof err);
    bool ok  = fixture_call(db, &env, orders_create_any, &request, &order, sizeof order, &pending, &err);
    order_id = order.id;
    return ok;
}

static bool give_back_one(void)
{
    Return          doc;
    bool            pending = false;
    ReturnLineInput line = { .line = 1, .quantity = 1000, .part = OPT_NONE, .disposition = STR("floor") };
    ReturnRequest   request = {
          .order = order_id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    return fixture_call(db, &env, returns_create_any, &request, &doc, sizeof doc, &pending, &err);
}

static int64_t balance_of(const char *account)
{
    for (size_t i = 0; i < ledger_trial_balance_got.items.count; i++)
        if (str_eq(ledger_trial_balance_got.items.items[i].account, str_from(account)))
            return ledger_trial_balance_got.items.items[i].balance;
    return 0;
}

static void check_balances(void)
{
    int64_t before = kit_now_ms;
    check_ok(sell(2000, "LON"), &err, "two teas are sold");
    kit_now_ms += 1000;
    check_ok(give_back_one(), &err, "one comes back");
    check_ok(read_ledger_trial_balance((BalanceAsk){ .at = OPT_NONE }), &err, "there is a trial balance");
    const TrialBalance *now = &ledger_trial_balance_got;
    check(now->totals.count == 1 && now->totals.items[0].debits == now->totals.items[0].credits
              && now->totals.items[0].debits > 0,
          "debits and credits are equal");
    check(balance_of("cash:LON") == 200, "the drawer has what one tea costs in coins");
    check(balance_of("receivable") == 0, "nobody owes anything");
    check(read_ledger_trial_balance((BalanceAsk){ .at = before + 1 }) && balance_of("cash:LON") == 400,
          "before the return it had both");
    check(read_ledger_trial_balance((BalanceAsk){ .at = before }) && now->items.count == 0,
          "before the sale it had nothing");
    check(read_ledger_trial_balance((BalanceAsk){ .at = OPT_NONE, .location = STR("DC1") })
              && now->items.count == 0,
          "the books of another location have nothing");
}

static void check_entries(void)
{
    EntryAsk ask = { .from = OPT_NONE, .until = OPT_NONE, .limit = OPT_NONE };
    check(!read_ledger_entry_list(ask) && err.def == &ERR_FIELD_INVALID, "one must say which entries");
    ask.document = order_id;
    check_ok(read_ledger_entry_list(ask), &err, "an order opens into its entries");
    size_t count = ledger_entry_list_got.items.count;
    check(count >= 3 && str_eq(ledger_entry_list_got.items.items[0].code, STR("sale")),
          "the first one is the sale");
    check(str_eq(ledger_entry_list_got.items.items[0].location, STR("LON")),
          "they are in the books of LON");
    ask = (EntryAsk){
        .location = STR("LON"), .account = STR("cash:LON"), .from = OPT_NONE, .until = OPT_NONE, .limit = 1
    };
    check(read_ledger_entry_list(ask) && ledger_entry_list_got.items.count == 1
              && str_eq(ledger_entry_list_got.items.items[0].code, STR("refund"))
              && ledger_entry_list_got.next_cursor.len > 0,
          "an account opens into its entries, the newest first");
    char cursor[100];
    memcpy(cursor, ledger_entry_list_got.next_cursor.ptr, ledger_entry_list_got.next_cursor.len);
    ask.cursor = (Str){ cursor, ledger_entry_list_got.next_cursor.len };
    check(read_ledger_entry_list(ask) && ledger_entry_list_got.items.count == 1
              && str_eq(ledger_entry_list_got.items.items[0].code, STR("tender"))
              && !ledger_entry_list_got.next_cursor.len,
          "and the next page has the rest");
    ask.cursor = STR("1~2");
    check(!read_ledger_entry_list(ask) && err.def == &ERR_FIELD_INVALID, "another cursor is refused");
}

/* 2026-07-01 00:30 in London is 30 June 23:30 UTC. */
static void check_journal(void)
{
    kit_now_ms = 1782862200000;
    check_ok(sell(1000, "LON"), &err, "a tea is sold half an hour after midnight in summer");
    check_ok(read_ledger_journal_show((JournalAsk){ .from = STR("2026-07-01") }), &err,
             "a day has a journal");
    check(ledger_journal_show_got.items.count >= 3, "with sale, tax and tender");
    check(read_ledger_journal_show((JournalAsk){ .from = STR("2026-06-30"), .location = STR("LON") })
              && ledger_journal_show_got.items.count == 0,
          "and the day before, by UTC the same, has nothing");
    check(!read_ledger_journal_show((JournalAsk){ .from = STR("2026-13-01") })
              && err.def == &ERR_FIELD_INVALID,
          "a day that is none is refused");
    check(!read_ledger_journal_show((JournalAsk){ .from = STR("2026-07-01"), .until = STR("2026-08-01") }),
          "so is more than 31 days");
    check(!read_ledger_journal_show((JournalAsk){ .from = STR("2026-07-01"), .location = STR("XX") })
              && err.def == &ERR_LOCATION_UNKNOWN,
          "and a location that is not there");
    check_ok(read_ledger_journal_csv((JournalAsk){ .from = STR("2026-07-01"), .location = STR("LON") }),
             &err, "it can be had as CSV");
    Str csv = ledger_journal_csv_got.text;
    check(str_starts(csv, STR("date,location,debit_account")), "with a head");
    check(holds(csv, "\r\n2026-07-01,LON,cash:LON,receivable,2.00,GBP,tender,cash:LON,receivable,1\r\n"),
          "and the money that came into the drawer");
}

static void check_names(void)
{
    AccountMapping reply, name = { .account = STR("cash"), .code = STR("1000"), .name = STR("Kasse, bar") };
    AccountKey     gone, key   = { STR("cash") };
    FixtureCaller  who = { 0 };
    check_ok(fixture_as(db, &env, who, ledger_account_map_any, &name, &reply, sizeof reply, &err), &err,
             "an account gets a number of the merchant's books");
    check(read_ledger_journal_csv((JournalAsk){ .from = STR("2026-07-01"), .location = STR("LON") })
              && holds(ledger_journal_csv_got.text, ",1000,receivable,2.00,GBP,tender,cash:LON,"),
          "the export calls it so");
    name = (AccountMapping){ .account = STR("cash:LON"), .code = STR("10,01") };
    check_ok(fixture_as(db, &env, who, ledger_account_map_any, &name, &reply, sizeof reply, &err), &err,
             "one account of a kind gets its own");
    check(read_ledger_journal_csv((JournalAsk){ .from = STR("2026-07-01"), .location = STR("LON") })
              && holds(ledger_journal_csv_got.text, ",\"10,01\",receivable,"),
          "which goes before that of its kind, quoted");
    check(read_ledger_accounts((Nothing){}) && ledger_accounts_got.items.count >= 10,
          "the chart has all accounts");
    name.account = STR("petty cash");
    check(!fixture_as(db, &env, who, ledger_account_map_any, &name, &reply, sizeof reply, &err)
              && err.def == &ERR_ACCOUNT_UNKNOWN,
          "an account that is not in the chart is refused");
    check_ok(fixture_as(db, &env, who, ledger_account_unmap_any, &key, &gone, sizeof gone, &err), &err,
             "a name can be taken away");
    check(!fixture_as(db, &env, who, ledger_account_unmap_any, &key, &gone, sizeof gone, &err)
              && err.def == &ERR_NOT_FOUND,
          "once");
}

static void check_chart(void)
{
    check(account_find(STR("sales")) && !account_find(STR("sales:LON")), "there is one account of sales");
    check(account_find(STR("tax:GB20")) && !account_find(STR("tax")) && !account_find(STR("tax:")),
          "taxes have one for each rate");
    check(!account_find(STR("")) && !account_find(STR("salesx")), "what is not in the chart is not found");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop");
    check_chart();
    check_balances();
    check_entries();
    check_journal();
    check_names();
    kit_close(db);
    return check_finish("books");
}

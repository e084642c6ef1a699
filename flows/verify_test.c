/* verify_test.c — a shop in which everything has happened passes; whatever is changed behind the program's
 * back is found by the invariant it breaks. */
#include "flows/verify.h"

#include "flows/fulfil.h"
#include "flows/loyalty.h"
#include "flows/past_sale.h"
#include "flows/pay.h"
#include "shop/approvals/approvals.h"
#include "shop/campaigns/campaigns.h"
#include "shop/promotions/promotions.h"
#include "shop/returns/returns.h"
#include "shop/catalog/catalog.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"
#include "shop/tax/tax.h"
#include "shop/tills/tills.h"
#include "sys/json_read.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"
#include "tests/tender.h"
#include "third_party/sqlite/sqlite3.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static Env      env;
static Db      *db;
static sqlite3 *lite;
static PGconn  *pg;

static bool create(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return orders_create(ctx, request, reply, err);
}

static bool give_back(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return returns_create(ctx, request, reply, err);
}

/* Three teas and a cake, paid by cash, or by what the token stands for. */
static Order sell(const char *token, const char *state)
{
    Order           order    = { .state = STR_NONE };
    Error           err      = { 0 };
    BasketLine      lines[2] = { { .sku = STR("TEA"), .quantity = 3000 },
                                 { .sku = STR("CAKE"), .quantity = 1000 } };
    TenderInput     tender   = tender_of(token);
    CheckoutRequest request  = { .location       = STR("LON"),
                                 .channel        = STR("pos"),
                                 .expected_total = OPT_NONE,
                                 .pay_by         = OPT_NONE,
                                 .lines          = { lines, 2 },
                                 .tenders        = { &tender, 1 } };
    bool            pending  = false;
    bool            ok = fixture_call(db, &env, create, &request, &order, sizeof order, &pending, &err);
    check_ok(ok || strcmp(state, "cancelled") == 0, &err, state);
    return order;
}

/* A tea of an order, taken along, comes back to be sent. */
static bool deliver(Ctx *ctx, void *arg, Error *err)
{
    Id       order = *(Id *)arg;
    StockDoc doc   = { order, STR("sale"), 0 };
    AtpTerms terms = { .channel = STR("pos") };
    SaleItem tea;
    if (!catalog_sale_item(ctx, STR("TEA"), &tea, err)) return false;
    StockMove         move = { .item = tea.id, .sku = tea.sku, .from_location = STR(""),
                               .from_state = STR("customer"), .to_location = STR("LON"),
                               .to_state = STR("floor"), .qty = 1000 };
    NewFulfilmentLine line = { 1, tea.id, tea.sku, tea.name, 1000 };
    NewFulfilment     new  = { .id = ctx_new_id(ctx), .order = order, .delivery = STR("home"),
                               .method = STR("ship"), .location = STR("LON"), .channel = STR("pos"),
                               .lines = &line, .line_count = 1 };
    return inventory_move(ctx, &doc, &move, err) && fulfil_make(ctx, &new, &terms, err);
}

static void back(Id order, int64_t qty)
{
    Return          doc;
    Error           err     = { 0 };
    ReturnLineInput line    = { .line = 1, .quantity = qty, .disposition = STR("damaged") };
    ReturnRequest   request = { .order = order, .location = STR("LON"), .lines = { &line, 1 } };
    check_ok(fixture_call(db, &env, give_back, &request, &doc, sizeof doc, NULL, &err), &err,
             "goods are given back");
}

static bool record_past(Ctx *ctx, void *arg, Error *err)
{
    Location  location;
    Channel   channel;
    CartRate *rates = NULL;
    SaleItem  item;
    Order     order;
    Return    doc;
    size_t    count = 0;
    int64_t   now   = ctx->now_ms;
    (void)arg;
    if (!locations_get(ctx, STR("LON"), &location, err) || !channels_get(ctx, STR("pos"), &channel, err)
        || !tax_load(ctx, STR("GB"), 1291191960000, &rates, &count, err)
        || !catalog_sale_item(ctx, STR("TEA"), &item, err))
        return false;
    PastPlace place = { &location, &channel, rates, count };
    PastLine  line  = { item.id, item.sku, item.name, item.tax_class, STR("old"), true, 2000, 211 };
    PastSale  sale  = { { { 0 } }, STR("X1"), STR("long ago"), 1291191960000, &line, 1 };
    if (!flow_record_sale(ctx, &place, &sale, &order, err)) return false;
    check(order.total == 422 && order.cash_rounding == 0, "a past sale keeps its price and is not rounded");
    check(order.made_at == 1291191960000 && ctx->now_ms == now, "and its time");
    if (!flow_record_return(ctx, &place, &sale, &doc, err)) return false;
    check(doc.total == 422 && id_is_none(doc.order), "goods come back without a receipt");
    line.unit_price = 0;
    return flow_record_sale(ctx, &place, &sale, &order, err)
        && flow_record_return(ctx, &place, &sale, &doc, err);
}

/* Promotion SAVE has a budget and a coupon, per customer; *arg gets that customer. One tea is half price,
 * cakes have a deposit, and whoever gives a discount by hand needs another person. */
static bool promote(Ctx *ctx, void *arg, Error *err)
{
    BudgetInput       budget  = { STR("SAVE"), 10, 1000, 1 };
    CouponsInput      coupons = { STR("SAVE"), STR("SAVENOW"), OPT_NONE, STR_NONE, OPT_NONE,
                                  5,           1,              OPT_NONE, OPT_NONE };
    CustomerInput     who     = { .name = STR("Ann") };
    CartFee           deposit = { STR("Deposit"), 25, STR("standard") };
    ItemInput         cake    = { .sku = STR("CAKE"), .name = STR("CAKE"), .tax_class = STR("reduced"),
                                  .quantity_step = 1000, .fees = { &deposit, 1 } };
    GiftCardInput     gift    = { .location = STR("LON"), .amount = 2500, .reason = STR("birthday") };
    StoreCreditInput  credit  = {
          .location = STR("LON"), .currency = STR("GBP"), .amount = 700, .reason = STR("sorry")
    };
    GiftCard          made;
    CustomerAccounts  accounts;
    Guardrails        limits   = { .max_line_rate   = OPT_NONE,
                                   .max_order_rate  = OPT_NONE,
                                   .customer_left   = OPT_NONE,
                                   .margin_rate     = OPT_NONE,
                                   .max_promotions  = OPT_NONE,
                                   .approval_rate   = OPT_NONE,
                                   .approval_amount = 1 };
    GuardrailSettings settings = { &limits, OPT_NONE, OPT_NONE, OPT_NONE, OPT_NONE };
    int64_t           batch    = 0;
    Id                item;
    return fixture_promotion(ctx,
                             "{\"code\":\"SAVE\",\"name\":\"Save\",\"phase\":\"order\","
                             "\"amount\":50,\"coupon\":true}",
                             err)
        && fixture_promotion(ctx,
                             "{\"code\":\"HALF\",\"name\":\"One tea half\",\"phase\":\"item\","
                             "\"percent\":500000,\"select\":{\"skus\":[\"TEA\"]},\"max_units\":1}",
                             err)
        && campaigns_put_budget(ctx, &budget, err) && campaigns_make_coupons(ctx, &coupons, &batch, err)
        && customers_put(ctx, &who, arg, err)
        && (credit.id = *(Id *)arg, credit_give(ctx, &credit, &accounts, err))
        && gift_cards_create(ctx, &gift, &made, err) && catalog_put(ctx, &cake, &item, err)
        && promotions_put_guardrails(ctx, &settings, err);
}

static bool quote(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return quotes_create(ctx, request, reply, err);
}

static bool approve(Ctx *ctx, void *arg, Error *err)
{
    Approval     *made  = arg;
    ApprovalInput input = { .subject = made->subject, .amount = made->amount,
                            .reason = STR("good customer") };
    ctx->who.api_key    = (Id){ { 7 } };
    return approvals_create(ctx, &input, made, err);
}

/* A drawer's day: a float from the safe, a small expense, a count that is short, the Z report, a bag. */
static bool run_till(Ctx *ctx, void *arg, Error *err)
{
    Drawer drawer = { .location = STR("LON"), .code = STR("1"), .name = STR("Front"), .active = true };
    SafeMoveInput change = { STR("LON"), STR("from_bank"), STR("GBP"), 9000, STR("change") };
    FloatInput    begin  = { .currency = STR("GBP"), .amount = 5000, .from_safe = OPT_NONE };
    ShiftOpen     open   = {
              .location = STR("LON"), .drawer = STR("1"), .cashier = STR("Ann"), .floats = { &begin, 1 }
    };
    Counted      cash  = { .currency = STR("GBP"), .amount = 4700 };
    ShiftKeep    stays = { STR("GBP"), 2000 };
    BankBagInput full  = { STR("LON"), STR("B-1"), STR("GBP"), 3000 };
    SafeMove     moved;
    Shift        shift;
    ShiftAction  action;
    ShiftReport  report;
    BankBag      bag;
    if (!drawers_change(ctx, &drawer, &drawer, err) || !safes_move(ctx, &change, &moved, err)
        || !shifts_open(ctx, &open, &shift, err))
        return false;
    ShiftCash  out   = { .id       = shift.id,
                         .kind     = STR("pay_out"),
                         .currency = STR("GBP"),
                         .amount   = 200,
                         .reason   = STR("tape") };
    ShiftCount count = { shift.id, { &cash, 1 } };
    ShiftClose end   = { .id = shift.id, .keep = { &stays, 1 } };
    if (!shifts_cash(ctx, &out, &action, err) || !shifts_count(ctx, &count, &shift, err)
        || !shifts_close(ctx, &end, &report, err) || !bank_bags_add(ctx, &full, &bag, err))
        return false;
    BankBagCredit credit = { bag.id, 2990, STR("ST 1") };
    return bank_bags_credit(ctx, &credit, &bag, err);
}

/* A sale in which there is everything: promotions, a coupon, a discount by hand that is approved, a
 * deposit, shipping; some of it is given back. */
static void sell_rich(Id customer)
{
    Error           err = { 0 };
    Order           order;
    Quote           priced;
    Return          doc;
    Str             coupon  = STR("SAVENOW");
    ManualDiscount  manual  = { 100000, OPT_NONE, OPT_NONE, STR("dented") };
    CartShipping    ship    = { 495, STR("standard") };
    BasketLine      lines[] = { { .sku = STR("TEA"), .quantity = 3000 },
                                { .sku = STR("CAKE"), .quantity = 2000, .manual = &manual } };
    TenderInput     tender  = tender_of(NULL);
    QuoteRequest    ask     = { .location = STR("LON"), .channel = STR("pos"), .customer = customer,
                                .coupons = { &coupon, 1 }, .shipping = &ship, .lines = { lines, 2 } };
    ReturnLineInput back1   = { .line = 1, .quantity = 2000 };
    check_ok(fixture_call(db, &env, quote, &ask, &priced, sizeof priced, NULL, &err), &err,
             "a rich basket is quoted");
    Approval approval = { .subject = STR_NONE, .amount = priced.manual_discount };
    char     subject[64];
    check(priced.needs_approval && priced.approval_subject.len == 64 && priced.manual_discount == 70,
          "it needs another person");
    memcpy(subject, priced.approval_subject.ptr, sizeof subject);
    approval.subject = (Str){ subject, sizeof subject };
    check_ok(kit_write(db, &env, approve, &approval, &err), &err, "who approves it");
    CheckoutRequest request = { .location       = ask.location,
                                .channel        = ask.channel,
                                .customer       = customer,
                                .coupons        = ask.coupons,
                                .shipping       = &ship,
                                .approval       = approval.id,
                                .expected_total = priced.total,
                                .pay_by         = OPT_NONE,
                                .lines          = { lines, 2 },
                                .tenders        = { &tender, 1 } };
    check_ok(fixture_call(db, &env, create, &request, &order, sizeof order, NULL, &err), &err,
             "it is sold");
    ReturnRequest back = {
        .order = order.id, .location = STR("LON"), .shipping = 95, .lines = { &back1, 1 }
    };
    check_ok(fixture_call(db, &env, give_back, &back, &doc, sizeof doc, NULL, &err), &err,
             "some of it comes back");
}

/* The customer is a member of a programme, and was given points. */
static bool make_member(Ctx *ctx, void *arg, Error *err)
{
    LoyaltyProgramme   shown, club = { .name            = STR("Club"),
                                       .currency        = STR("GBP"),
                                       .worth_amount    = 1,
                                       .worth_points    = 2,
                                       .pending_days    = OPT_NONE,
                                       .expiry_days     = OPT_NONE,
                                       .tier_days       = OPT_NONE,
                                       .grace_days      = OPT_NONE,
                                       .join_offer_days = OPT_NONE,
                                       .terms           = STR("I join.") };
    LoyaltyRule        rule = { .code         = STR("spend"),
                                .name         = STR("Spend"),
                                .by           = STR("money"),
                                .points       = 3,
                                .per          = OPT_NONE,
                                .times        = OPT_NONE,
                                .from         = OPT_NONE,
                                .until        = OPT_NONE,
                                .from_minute  = OPT_NONE,
                                .until_minute = OPT_NONE,
                                .most         = OPT_NONE };
    LoyaltyMemberInput join = { .id = *(Id *)arg, .consent = true };
    PointsInput        gift = { *(Id *)arg, 25, STR("welcome") };
    LoyaltyRuleList    rules;
    LoyaltyAccount     account;
    return loyalty_programme_change(ctx, &club, &shown, err) && loyalty_rules_change(ctx, &rule, &rules, err)
        && loyalty_members_join(ctx, &join, &account, err) && points_give(ctx, &gift, &account, err);
}

typedef struct {
    VerifyReport report;
    const char  *name;
    int64_t      broken; /* rows of the invariant `name` */
} Look;

static bool look(Ctx *ctx, void *arg, Error *err)
{
    Look *it   = arg;
    it->broken = 0;
    if (!verify_run(ctx, &it->report, err)) return false;
    for (size_t i = 0; i < it->report.count; i++) {
        const VerifyResult *r = &it->report.results[i];
        if (it->name && strcmp(r->name, it->name) == 0) it->broken = r->broken;
        if (!it->name && r->broken)
            printf("  %s: %s: %lld expected, %lld found\n", r->name, r->rows[0].what,
                   (long long)r->rows[0].expected, (long long)r->rows[0].found);
    }
    return true;
}

static Look looked(const char *name)
{
    Look  it  = { .name = name };
    Error err = { 0 };
    if (kit_read(db, &env, look, &it, &err)) return it;
    check_ok(false, &err, "it can be verified");
    it.report.broken = -1;
    return it;
}

/* Runs a statement behind the program's back. */
static bool raw(const char *sql)
{
    char *why = NULL;
    if (lite) {
        if (sqlite3_exec(lite, sql, NULL, NULL, &why) != SQLITE_OK) printf("  %s: %s\n", sql, why);
        bool changed = !why && sqlite3_changes(lite) > 0;
        sqlite3_free(why);
        return changed;
    }
    PGresult *result = PQexec(pg, sql);
    bool      ok     = PQresultStatus(result) == PGRES_COMMAND_OK && strcmp(PQcmdTuples(result), "0") != 0;
    if (!ok) printf("  %s: %s\n", sql, PQerrorMessage(pg));
    PQclear(result);
    return ok;
}

static void open_raw(void)
{
    static char path[512];
    Str         url = kit_url();
    (void)snprintf(path, sizeof path, "%.*s", STR_FMT(url));
    if (str_starts(url, STR("sqlite:"))) {
        check(sqlite3_open(path + 7, &lite) == SQLITE_OK, "the file is opened from beside");
        sqlite3_busy_timeout(lite, 5000);
        (void)sqlite3_exec(lite, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
        return;
    }
    pg = PQconnectdb(path);
    check(raw("DO $$ DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname FROM "
              "pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP "
              "EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$"),
          "the tables check nothing any more");
}

#define FIRST                                                                                              \
    "(SELECT id FROM sale_order WHERE merchant = 1 AND location = 'LON' AND ref = '' AND number IN (1, "   \
    "1001))"
#define RICH "(SELECT order_id FROM order_shipping WHERE merchant = 1)"
#define BACK "(SELECT id FROM sale_return WHERE merchant = 1 AND number = 1)"
#define TEA "(SELECT id FROM item WHERE sku = 'TEA')"
#define CAKE "(SELECT id FROM item WHERE sku = 'CAKE')"

static const struct {
    const char *name, *harm, *mend;
} harms[] = {
    { "S1_stock_is_sum_of_moves", "UPDATE stock_level SET floor = floor + 1 WHERE item = " TEA,
      "UPDATE stock_level SET floor = floor - 1 WHERE item = " TEA },
    { "S2_sold_goods_left",
      "UPDATE stock_move SET qty = qty + 1 WHERE item = " TEA " AND document_id = " FIRST,
      "UPDATE stock_move SET qty = qty - 1 WHERE item = " TEA " AND document_id = " FIRST },
    { "S2_returned_goods_came", "UPDATE stock_move SET qty = qty + 1 WHERE document_id = " BACK,
      "UPDATE stock_move SET qty = qty - 1 WHERE document_id = " BACK },
    { "S3_places", "UPDATE stock_move SET to_state = 'moon' WHERE document_id = " FIRST,
      "UPDATE stock_move SET to_state = 'customer' WHERE document_id = " FIRST },
    { "S4_claims", "UPDATE stock_level SET held = held + 1 WHERE item = " TEA,
      "UPDATE stock_level SET held = held - 1 WHERE item = " TEA },
    { "S4_claim_states",
      "UPDATE claim SET state = 'closed', taken = qty WHERE state = 'committed' AND owner = 'order'",
      "UPDATE claim SET state = 'committed', taken = 0 WHERE owner_id IN (SELECT id FROM sale_order WHERE "
      "state = 'placed')" },
    { "S4_claims_end", "UPDATE claim SET share = qty + 1 WHERE state = 'committed'",
      "UPDATE claim SET share = 0 WHERE state = 'committed'" },
    { "S5_nothing_below_zero", "UPDATE stock_level SET damaged = damaged - 1000000 WHERE item = " TEA,
      "UPDATE stock_level SET damaged = damaged + 1000000 WHERE item = " TEA },
    { "S5_nothing_below_zero", "UPDATE stock_level SET committed = committed + 1000000 WHERE item = " TEA,
      "UPDATE stock_level SET committed = committed - 1000000 WHERE item = " TEA },
    { "S6_fulfilment_claims", "UPDATE fulfilment_line SET dropped = 1000 WHERE n = 1",
      "UPDATE fulfilment_line SET dropped = 0 WHERE n = 1" },
    { "S6_fulfilment_goods", "UPDATE fulfilment_line SET picked = 1000 WHERE n = 1",
      "UPDATE fulfilment_line SET picked = 0 WHERE n = 1" },
    { "S6_fulfilment_lines", "UPDATE fulfilment SET state = 'picked'",
      "UPDATE fulfilment SET state = 'open'" },
    { "D9_fulfilment_states", "UPDATE fulfilment SET state = 'arrived'",
      "UPDATE fulfilment SET state = 'open'" },
    { "D9_fulfilment_states", "UPDATE fulfilment SET state = 'waiting'",
      "UPDATE fulfilment SET state = 'open'" },
    { "D9_fulfilment_later", "UPDATE fulfilment SET state = 'backordered'",
      "UPDATE fulfilment SET state = 'open'" },
    { "D11_labels",
      "INSERT INTO package_label (merchant, id, fulfilment_id, package, state, service, weight, carrier, "
      "tracking, label, reason, at_ms, next_ask_ms) SELECT 1, id, id, 9, 'asked', 'x', 0, '', '', '', '', "
      "0, 0 FROM fulfilment",
      "DELETE FROM package_label" },
    { "D9_packages",
      "INSERT INTO package (merchant, fulfilment_id, n, state, weight, carrier, service, tracking, label) "
      "SELECT 1, id, 1, 'packed', 0, '', '', '', '' FROM fulfilment; INSERT INTO package_line (merchant, "
      "fulfilment_id, package, line, qty) SELECT 1, id, 1, 1, 500 FROM fulfilment",
      "DELETE FROM package; DELETE FROM package_line" },
    { "S12_counts",
      "INSERT INTO stock_count_line (merchant, count_id, item, location, zone, state, counted, first_ms, "
      "ref_ms, moved, ledger, diff, cost, posted_ms) VALUES (1, " TEA ", " TEA ", 'LON', 'floor', "
      "'approved', 5000, 1, 1, 0, 5000, 1000, 0, 1)",
      "DELETE FROM stock_count_line" },
    { "S12_counts",
      "INSERT INTO stock_count_line (merchant, count_id, item, location, zone, state, counted, first_ms, "
      "ref_ms, moved, ledger, diff, cost, posted_ms) VALUES (1, " TEA ", " TEA ", 'LON', 'floor', "
      "'moved', -1, 1, 1, 0, 0, 1000, 0, 1)",
      "DELETE FROM stock_count_line" },
    { "S12_adjustments",
      "INSERT INTO stock_adjustment (merchant, id, location, reason, state, value, note, made_by, "
      "made_at_ms, decided_by, decided_at_ms) VALUES (1, " TEA ", 'LON', 'lost', 'posted', 0, '', " TEA
      ", 0, " TEA ", 1)",
      "DELETE FROM stock_adjustment" },
    { "S8_transfers",
      "INSERT INTO transfer_line (merchant, transfer_id, n, item, sku, location, qty, claimed, shipped, "
      "received, damaged, lost, sent_back, over_qty, is_open) "
      "VALUES (1, " TEA ", 1, " TEA ", 'lost', 'LON', 2, 2, 2, 1, 0, 0, 0, 0, 1)",
      "DELETE FROM transfer_line WHERE sku = 'lost'" },
    { "S13_on_order",
      "INSERT INTO purchase_order (merchant, id, number, vendor, location, state, ref, note, currency, "
      "expected_at_ms, made_at_ms, sent_at_ms, ended_at_ms) "
      "VALUES (1, " TEA ", 1, 'V', 'LON', 'sent', 'lost', '', 'GBP', 0, 0, 0, 0); "
      "INSERT INTO purchase_line (merchant, order_id, n, item, sku, location, qty, pack_qty, cost, "
      "received, damaged, cancelled, is_open) "
      "VALUES (1, " TEA ", 1, " TEA ", 'lost', 'LON', 2, 1000, 0, 0, 0, 0, 1)",
      "DELETE FROM purchase_line WHERE sku = 'lost'; DELETE FROM purchase_order WHERE ref = 'lost'" },
    { "S13_receipts",
      "INSERT INTO receipt_line (merchant, receipt_id, n, order_line, asn_line, item, sku, expected, qty, "
      "damaged, state, reason, lot, expires, serials) "
      "VALUES (1, " TEA ", 1, 0, 0, " TEA ", 'lost', 1, 1, 0, 'floor', '', '', '', '')",
      "DELETE FROM receipt_line WHERE sku = 'lost'" },
    { "S13_vendor_returns",
      "INSERT INTO vendor_return (merchant, id, number, vendor, location, state, ref, reason, carrier, "
      "tracking, currency, claimed, credited, credit_ref, made_at_ms, shipped_at_ms, credited_at_ms) "
      "VALUES (1, " TEA ", 1, 'V', 'LON', 'shipped', 'lost', '', '', '', 'GBP', 0, 0, '', 0, 0, 0); "
      "INSERT INTO vendor_return_line (merchant, return_id, n, item, sku, qty, state, cost, lot, serials) "
      "VALUES (1, " TEA ", 1, " TEA ", 'lost', 1, 'floor', 0, '', '')",
      "DELETE FROM vendor_return_line WHERE sku = 'lost'; DELETE FROM vendor_return WHERE ref = 'lost'" },
    { "S13_consignment",
      "INSERT INTO consignment (merchant, item, since_ms, vendor, sku, until_ms, cost, settles, settled) "
      "VALUES (1, " TEA ", 1, 'V', 'lost', 2, 0, 'sold', 1)",
      "DELETE FROM consignment WHERE sku = 'lost'" },
    { "D1_purchase_numbers", "INSERT INTO purchase_series (merchant, kind, last) VALUES (1, 'receipt', 1)",
      "DELETE FROM purchase_series" },
    { "B2_purchase_rows",
      "INSERT INTO vendor_item (merchant, item, vendor, sku, vendor_sku, pack_qty, min_qty, cost, rank, "
      "active) VALUES (1, " FIRST ", 'V', 'lost', '', 1, 0, 0, 0, 1)",
      "DELETE FROM vendor_item WHERE sku = 'lost'" },
    { "S9_serial_paths",
      "INSERT INTO serial (merchant, item, serial, location, state, lot, moves, document_id, "
      "updated_at_ms) "
      "VALUES (1, " TEA ", 'lost', '', 'customer', '', 1, " TEA ", 0)",
      "DELETE FROM serial WHERE serial = 'lost'" },
    { "S9_serial_paths",
      "INSERT INTO serial_move (merchant, item, serial, n, from_location, from_state, to_location, "
      "to_state, document_id, cause, at_ms) "
      "VALUES (1, " TEA ", 'lost', 2, '', 'vendor', '', 'customer', " TEA ", 'x', 0)",
      "DELETE FROM serial_move WHERE serial = 'lost'" },
    { "S9_serial_levels",
      "INSERT INTO serial (merchant, item, serial, location, state, lot, moves, document_id, "
      "updated_at_ms) "
      "VALUES (1, " TEA ", 'lost', 'LON', 'floor', '', 1, " TEA ", 0)",
      "DELETE FROM serial WHERE serial = 'lost'" },
    { "S10_lots",
      "INSERT INTO stock_lot (merchant, item, location, lot, floor, backroom, picked, in_transit, "
      "damaged, "
      "quarantine) VALUES (1, " TEA ", 'LON', 'lost', 0, 0, 0, 0, 0, 1)",
      "DELETE FROM stock_lot WHERE lot = 'lost'" },
    { "S10_lot_moves", "UPDATE stock_move SET lot = 'lost' WHERE item = " TEA " AND document_id = " FIRST,
      "UPDATE stock_move SET lot = '' WHERE lot = 'lost'" },
    { "S10_expired",
      "INSERT INTO lot (merchant, item, lot, expires_day, made_at_ms, recalled_at_ms, recall_reason) "
      "VALUES (1, " TEA ", 'lost', 1, 0, 0, ''); "
      "UPDATE stock_move SET lot = 'lost' WHERE item = " TEA " AND document_id = " FIRST,
      "UPDATE stock_move SET lot = '' WHERE lot = 'lost'; DELETE FROM lot WHERE lot = 'lost'" },
    { "S11_kits",
      "INSERT INTO order_goods (merchant, order_id, line, n, item, sku, lot, serial, qty, returned, "
      "holder, "
      "state) SELECT 1, id, 1, 1, " CAKE ", 'CAKE', 'lost', '', 1, 0, id, 'gone' FROM sale_order "
      "WHERE id = " FIRST,
      "DELETE FROM order_goods WHERE lot = 'lost'" },
    { "S11_kits",
      "INSERT INTO order_kit_part (merchant, order_id, line, n, part, sku, name, qty, value_ppm, "
      "returnable, "
      "moved, returned) SELECT 1, id, 1, 1, " CAKE ", 'CAKE', 'lost', 1, 0, 1, 0, 1000000 "
      "FROM sale_order WHERE id = " FIRST,
      "DELETE FROM order_kit_part WHERE name = 'lost'" },
    { "M1_line_arithmetic",
      "UPDATE order_line SET unit_price = unit_price + 1 WHERE n = 1 AND order_id = " FIRST,
      "UPDATE order_line SET unit_price = unit_price - 1 WHERE n = 1 AND order_id = " FIRST },
    { "M1_line_arithmetic", "UPDATE order_line SET tax = tax + 1 WHERE n = 1 AND order_id = " FIRST,
      "UPDATE order_line SET tax = tax - 1 WHERE n = 1 AND order_id = " FIRST },
    { "M1_order_arithmetic", "UPDATE sale_order SET total = total + 1, net = net + 1 WHERE id = " FIRST,
      "UPDATE sale_order SET total = total - 1, net = net - 1 WHERE id = " FIRST },
    { "M1_order_arithmetic", "UPDATE order_line SET n = 9 WHERE n = 2 AND order_id = " FIRST,
      "UPDATE order_line SET n = 2 WHERE n = 9 AND order_id = " FIRST },
    { "M6_taxes", "UPDATE order_tax SET amount = amount + 1 WHERE n = 1 AND order_id = " FIRST,
      "UPDATE order_tax SET amount = amount - 1 WHERE n = 1 AND order_id = " FIRST },
    { "M2_tenders_pay",
      "UPDATE payment SET amount = amount + 1, tendered = tendered + 1 WHERE order_id = " FIRST,
      "UPDATE payment SET amount = amount - 1, tendered = tendered - 1 WHERE order_id = " FIRST },
    { "M3_tender_states", "UPDATE payment SET state = 'declined' WHERE order_id = " FIRST,
      "UPDATE payment SET state = 'captured' WHERE order_id = " FIRST },
    { "M3_tender_states", "UPDATE payment SET tendered = tendered + 1 WHERE order_id = " FIRST,
      "UPDATE payment SET tendered = tendered - 1 WHERE order_id = " FIRST },
    { "M3_payment_routes", "UPDATE payment_route SET n = n + 50", "UPDATE payment_route SET n = n - 50" },
    { "M3_payment_routes", "UPDATE payment_route SET service = 'nobody'",
      "UPDATE payment_route SET service = 'psp'" },
    { "M3_holds",
      "INSERT INTO payment_hold (merchant, order_id, n, state, held, captured, released, failed, "
      "forgiven, "
      "expires_at_ms, next_ask_ms) SELECT 1, id, 1, 'open', 5, 0, 0, 0, 0, 0, 0 FROM sale_order "
      "WHERE id = " FIRST,
      "DELETE FROM payment_hold" },
    { "M7_captures_booked",
      "INSERT INTO payment_capture (merchant, order_id, payment_n, id, state, amount, reason, at_ms, "
      "next_ask_ms) SELECT 1, id, 1, id, 'done', 5, '', 0, 0 FROM sale_order WHERE id = " FIRST,
      "DELETE FROM payment_capture" },
    { "M4_given_back", "UPDATE order_line SET returned = returned + 1 WHERE n = 1 AND order_id = " FIRST,
      "UPDATE order_line SET returned = returned - 1 WHERE n = 1 AND order_id = " FIRST },
    { "M4_given_back", "UPDATE order_line SET refunded = refunded + 1 WHERE n = 1 AND order_id = " FIRST,
      "UPDATE order_line SET refunded = refunded - 1 WHERE n = 1 AND order_id = " FIRST },
    { "M4_return_arithmetic", "UPDATE sale_return SET net = net + 1, tax = tax - 1 WHERE number = 1",
      "UPDATE sale_return SET net = net - 1, tax = tax + 1 WHERE number = 1" },
    { "M4_refunds_pay", "UPDATE refund SET amount = amount + 1 WHERE return_id = " BACK,
      "UPDATE refund SET amount = amount - 1 WHERE return_id = " BACK },
    { "M4_refund_caps", "UPDATE payment SET refunded = refunded + 1 WHERE order_id = " FIRST,
      "UPDATE payment SET refunded = refunded - 1 WHERE order_id = " FIRST },
    { "M14_settlements", "UPDATE recon_file SET matched = matched + 1",
      "UPDATE recon_file SET matched = matched - 1" },
    { "M14_payouts", "UPDATE recon_payout SET booked = booked + 1",
      "UPDATE recon_payout SET booked = booked - 1" },
    { "M14_settled", "UPDATE recon_line SET books = books + 5000 WHERE books > 0",
      "UPDATE recon_line SET books = books - 5000 WHERE books > 0" },
    { "M7_entries", "UPDATE ledger_entry SET amount = -amount WHERE n = 1 AND document_id = " FIRST,
      "UPDATE ledger_entry SET amount = -amount WHERE n = 1 AND document_id = " FIRST },
    { "M7_orders_booked",
      "UPDATE ledger_entry SET amount = amount + 1 WHERE n = 1 AND document_id = " FIRST,
      "UPDATE ledger_entry SET amount = amount - 1 WHERE n = 1 AND document_id = " FIRST },
    { "M7_orders_booked",
      "UPDATE ledger_entry SET debit = 'bank' WHERE debit = 'cash:LON' AND document_id = " FIRST,
      "UPDATE ledger_entry SET debit = 'cash:LON' WHERE debit = 'bank' AND document_id = " FIRST },
    { "M7_returns_booked",
      "UPDATE ledger_entry SET amount = amount + 1 WHERE n = 1 AND document_id = " BACK,
      "UPDATE ledger_entry SET amount = amount - 1 WHERE n = 1 AND document_id = " BACK },
    { "M8_gift_cards", "UPDATE gift_card SET balance = balance + 1",
      "UPDATE gift_card SET balance = balance - 1" },
    { "M8_gift_cards", "UPDATE ledger_entry SET amount = amount - 1 WHERE credit = 'gift_cards'",
      "UPDATE ledger_entry SET amount = amount + 1 WHERE credit = 'gift_cards'" },
    { "M9_credit", "UPDATE customer_account SET balance = balance + 1",
      "UPDATE customer_account SET balance = balance - 1" },
    { "M7_accounts", "UPDATE ledger_entry SET debit = 'petty cash' WHERE n = 1 AND document_id = " FIRST,
      "UPDATE ledger_entry SET debit = 'receivable' WHERE n = 1 AND document_id = " FIRST },
    { "M7_documents",
      "INSERT INTO ledger_entry (merchant, document_id, n, debit, credit, amount, currency, code, at_ms) "
      "VALUES (1, " TEA ", 1, 'a', 'b', 1, 'GBP', 'x', 0)",
      "DELETE FROM ledger_entry WHERE debit = 'a'" },
    { "D1_receipt_numbers", "UPDATE receipt_series SET last = last + 1 WHERE kind = 'sale'",
      "UPDATE receipt_series SET last = last - 1 WHERE kind = 'sale'" },
    { "D1_receipt_numbers", "UPDATE sale_order SET number = number + 1000 WHERE number = 1",
      "UPDATE sale_order SET number = number - 1000 WHERE number = 1001" },
    { "D1_receipt_numbers", "UPDATE receipt_series SET last = last - 1 WHERE kind = 'return'",
      "UPDATE receipt_series SET last = last + 1 WHERE kind = 'return'" },
    { "P1_versions", "UPDATE promotion SET in_force = 0 WHERE code = 'SAVE'",
      "UPDATE promotion SET in_force = 1 WHERE code = 'SAVE'" },
    { "P1_versions", "UPDATE promotion_version SET state = 'draft' WHERE code = 'SAVE'",
      "UPDATE promotion_version SET state = 'published' WHERE code = 'SAVE'" },
    { "P2_uses", "UPDATE promotion_use SET version = 2", "UPDATE promotion_use SET version = 1" },
    { "P2_uses", "UPDATE promotion_use SET order_id = " TEA " WHERE promotion = 'SAVE'",
      "UPDATE promotion_use SET order_id = " RICH " WHERE promotion = 'SAVE'" },
    { "P3_budgets", "UPDATE promotion_budget SET uses = 0", "UPDATE promotion_budget SET uses = 1" },
    { "P3_budgets", "UPDATE promotion_budget SET amount = 51", "UPDATE promotion_budget SET amount = 50" },
    { "P3_budgets", "UPDATE promotion_budget SET max_uses = 0",
      "UPDATE promotion_budget SET max_uses = 10" },
    { "P3_budgets", "UPDATE promotion_budget SET max_amount = 49",
      "UPDATE promotion_budget SET max_amount = 1000" },
    { "P3_budgets", "UPDATE promotion_customer SET uses = 2", "UPDATE promotion_customer SET uses = 1" },
    { "M6_taxes_of_lines", "UPDATE order_line SET taxes = '1:1 2:1' WHERE n = 1 AND order_id = " RICH,
      "UPDATE order_line SET taxes = '1:' || tax WHERE n = 1 AND order_id = " RICH },
    { "M6_taxes_of_lines", "UPDATE order_line SET taxes = '2:' || tax WHERE n = 1 AND order_id = " RICH,
      "UPDATE order_line SET taxes = '1:' || tax WHERE n = 1 AND order_id = " RICH },
    { "M1_parts", "UPDATE order_part SET total = total + 1, net = net + 1 WHERE n = 1",
      "UPDATE order_part SET total = total - 1, net = net - 1 WHERE n = 1" },
    { "M1_parts", "UPDATE order_part SET refunded = refunded + 1 WHERE n = 1",
      "UPDATE order_part SET refunded = refunded - 1 WHERE n = 1" },
    { "M4_shipping_given_back", "UPDATE order_shipping SET refunded = refunded + 1",
      "UPDATE order_shipping SET refunded = refunded - 1" },
    { "P5_discounts", "UPDATE promotion_use SET amount = amount + 1000 WHERE promotion = 'HALF'",
      "UPDATE promotion_use SET amount = amount - 1000 WHERE promotion = 'HALF'" },
    { "A2_four_eyes", "UPDATE order_manual SET given_by = approved_by",
      "UPDATE order_manual SET given_by = NULL" },
    { "A2_four_eyes", "UPDATE approval SET used_for = " TEA, "UPDATE approval SET used_for = " RICH },
    { "P4_coupons", "UPDATE coupon SET uses = 2", "UPDATE coupon SET uses = 1" },
    { "P4_coupons", "UPDATE coupon_batch SET max_uses = 0", "UPDATE coupon_batch SET max_uses = 5" },
    { "P4_coupons", "UPDATE coupon_customer SET uses = 0", "UPDATE coupon_customer SET uses = 1" },
    { "P4_coupons", "UPDATE coupon_batch SET customer_uses = 0",
      "UPDATE coupon_batch SET customer_uses = 1" },
    { "D8_told", "UPDATE event SET kind = 'order.lost' WHERE kind = 'order.paid' AND subject = " FIRST,
      "UPDATE event SET kind = 'order.paid' WHERE kind = 'order.lost'" },
    { "D8_told", "UPDATE event SET kind = 'order.lost' WHERE kind = 'order.returned' AND subject = " FIRST,
      "UPDATE event SET kind = 'order.returned' WHERE kind = 'order.lost'" },
    { "D8_told",
      "UPDATE audit_log SET action = 'order.lost' WHERE action = 'order.paid' AND subject = " FIRST,
      "UPDATE audit_log SET action = 'order.paid' WHERE action = 'order.lost'" },
    { "D10_openings",
      "INSERT INTO location_opening (merchant, code, template, state, channel, price_list, opened_at_ms) "
      "VALUES (1, 'LOST', 'T', 'open', '', '', 0)",
      "DELETE FROM location_opening WHERE code = 'LOST'" },
    { "D10_openings",
      "INSERT INTO register (merchant, location, code, channel, api_key, role, made_at_ms) "
      "VALUES (1, 'LON', 'LON-1', 'pos', " TEA ", 'manager', 0)",
      "DELETE FROM register" },
    { "D12_receipt_mails", "INSERT INTO receipt_mail SELECT 1, id, 'sale', id, NULL, 'a', 'en', 'sent', 1, "
      "0, '', 0, 0 FROM sale_order", "DELETE FROM receipt_mail" },
    { "D10_closings",
      "INSERT INTO location_opening (merchant, code, template, state, channel, price_list, opened_at_ms) "
      "VALUES (1, 'LON', '', 'closed', '', '', 0)",
      "DELETE FROM location_opening WHERE code = 'LON'" },
    { "M7_tills",
      "INSERT INTO till_settlement (merchant, id, location, currency, expected, counted, account, at_ms) "
      "VALUES (1, " TEA ", 'LON', 'GBP', 100, 90, 'bank', 0)",
      "DELETE FROM till_settlement" },
    { "T1_z_reports", "UPDATE z_report SET body = body || ' '", "UPDATE z_report SET body = rtrim(body)" },
    { "T1_z_reports", "UPDATE z_series SET last = 2", "UPDATE z_series SET last = 1" },
    { "T2_shift_cash", "UPDATE ledger_entry SET amount = amount + 1 WHERE code = 'till_keep'",
      "UPDATE ledger_entry SET amount = amount - 1 WHERE code = 'till_keep'" },
    { "T3_shifts_booked", "UPDATE shift_action SET amount = amount + 1 WHERE kind = 'pay_out'",
      "UPDATE shift_action SET amount = amount - 1 WHERE kind = 'pay_out'" },
    { "T3_shifts_booked", "UPDATE shift_total SET counted = counted - 1, kept = kept - 1",
      "UPDATE shift_total SET counted = counted + 1, kept = kept + 1" },
    { "T4_shift_states", "UPDATE shift SET z_number = 2", "UPDATE shift SET z_number = 1" },
    { "T5_safes", "UPDATE bank_bag SET credited = credited + 1",
      "UPDATE bank_bag SET credited = credited - 1" },
    { "T6_notes",
      "INSERT INTO shift_sale (merchant, shift, document, n, location, kind, number, currency, gross, "
      "discount, net, tax, rounding, gift_cards, overrides, tax_name, tax_ppm, tax_base, tax_amount, at_ms, "
      "z) "
      "SELECT 1, id, " TEA ", 1, 'LON', 'sale', 1, 'GBP', 1, 0, 1, 0, 0, 0, 0, '', 0, 0, 0, 0, 0 FROM shift",
      "DELETE FROM shift_sale" },
    { "D11_keys",
      "INSERT INTO idempotency_key (merchant, name, fingerprint, status, body, made_at_ms) "
      "VALUES (1, 'lost', " TEA ", 0, '00000000-0000-7000-8000-000000000000', 0)",
      "DELETE FROM idempotency_key WHERE name = 'lost'" },
    { "A1_audit_chain", "UPDATE audit_log SET detail = detail || 'x' WHERE seq = 3",
      "UPDATE audit_log SET detail = substr(detail, 1, length(detail) - 1) WHERE seq = 3" },
    { "B2_no_orphans",
      "INSERT INTO order_tax (merchant, order_id, n, name, ppm, base, amount, mark, exempt) "
      "VALUES (1, " TEA ", 1, 'orphan', 0, 0, 0, '', '')",
      "DELETE FROM order_tax WHERE name = 'orphan'" },
    { "B2_no_orphans",
      "INSERT INTO barcode (merchant, gtin, item, printed) VALUES (1, '1', " FIRST ", '1')",
      "DELETE FROM barcode WHERE gtin = '1'" },
    { "B2_no_unknown_codes", "UPDATE sale_order SET channel = 'moon' WHERE id = " FIRST,
      "UPDATE sale_order SET channel = 'pos' WHERE id = " FIRST },
    { "B2_no_unknown_codes", "UPDATE sale_order SET customer = " TEA " WHERE id = " FIRST,
      "UPDATE sale_order SET customer = NULL WHERE id = " FIRST },
    { "B2_sourcing",
      "INSERT INTO shipping_rate (merchant, service, zone, base, per_kg, days, weight_max) "
      "VALUES (1, 'lost', '', 0, 0, 0, 0)",
      "DELETE FROM shipping_rate" },
    { "B2_sourcing",
      "INSERT INTO sourcing_rule (merchant, code, kind, channel, method, location, category, amount, qty) "
      "VALUES (1, 'lost', 'never', '', '', 'moon', '', 0, 0)",
      "DELETE FROM sourcing_rule" },
    { "B2_search_words",
      "INSERT INTO item_word (merchant, word, item) SELECT 1, word, " CAKE
      " FROM item_word WHERE item = " TEA,
      "DELETE FROM item_word WHERE item = " CAKE
      " AND word IN (SELECT word FROM item_word WHERE item = " TEA ")" },
    { "A4_no_card_numbers",
      "UPDATE sale_order SET note = 'paid with 4111 1111 1111 1111' WHERE id = " FIRST,
      "UPDATE sale_order SET note = '' WHERE id = " FIRST },
    { "S5_shares", "UPDATE stock_level SET kept = kept + 1 WHERE item = " TEA,
      "UPDATE stock_level SET kept = kept - 1 WHERE item = " TEA },
    { "S5_shares_claimed",
      "INSERT INTO channel_share (merchant, item, location, channel, kind, priority, granted, used, "
      "until_ms) "
      "SELECT DISTINCT merchant, item, location, channel, 'soft', 0, 10, 0, 0 FROM claim "
      "WHERE state = 'committed'; "
      "UPDATE claim SET share = 1 WHERE state = 'committed'",
      "DELETE FROM channel_share; UPDATE claim SET share = 0 WHERE share = 1" },
    { "S4_holds",
      "INSERT INTO stock_hold (merchant, id, channel, location, state, made_at_ms, expires_at_ms, "
      "ended_at_ms) "
      "SELECT DISTINCT merchant, owner_id, channel, location, 'used', 0, 0, 0 FROM claim "
      "WHERE state = 'committed'",
      "DELETE FROM stock_hold" },
    { "S4_promises",
      "INSERT INTO promise (merchant, owner_id, n, item, location, channel, qty, promised_ms, made_at_ms) "
      "VALUES (1, " TEA ", 1, " TEA ", 'LON', 'web', 1, 0, 0)",
      "DELETE FROM promise" },
    { "L1_points", "UPDATE loyalty_account SET available = available + 2",
      "UPDATE loyalty_account SET available = available - 2" },
    { "L1_points", "UPDATE loyalty_account SET owed = 1", "UPDATE loyalty_account SET owed = 0" },
    { "L2_worth", "UPDATE loyalty_account SET value = value + 1",
      "UPDATE loyalty_account SET value = value - 1" },
    { "L3_earned", "UPDATE loyalty_share SET points = points + 1 WHERE line = 1",
      "UPDATE loyalty_share SET points = points - 1 WHERE line = 1" },
    { "L3_earned",
      "UPDATE order_line SET returned = returned + 1 WHERE n = 2 "
      "AND order_id = (SELECT order_id FROM loyalty_order)",
      "UPDATE order_line SET returned = returned - 1 WHERE n = 2 "
      "AND order_id = (SELECT order_id FROM loyalty_order)" },
    { "L3_earned",
      "INSERT INTO loyalty_event (merchant, id, customer, event, reference, points, at_ms) "
      "SELECT merchant, customer, customer, 'review', '1', 5, 0 FROM loyalty_account",
      "DELETE FROM loyalty_event" },
    { "L4_spent",
      "INSERT INTO loyalty_spend (merchant, id, customer, reward, batch, amount, amount_back, points, "
      "points_back, at_ms) "
      "SELECT merchant, customer, customer, '', 0, 5, 0, 10, 0, 0 FROM loyalty_account",
      "DELETE FROM loyalty_spend" },
    { "L5_members", "UPDATE consent SET customer = " TEA,
      "UPDATE consent SET customer = (SELECT customer FROM loyalty_account)" },
    { "M4_exchanges", "INSERT INTO return_exchange SELECT 1, id, id, 5 FROM sale_return",
      "DELETE FROM return_exchange" },
    { "S14_return_work", "INSERT INTO return_flag VALUES (1, " TEA
      ", 1, 'late', 'warn', 'x')", "DELETE FROM return_flag" },
    { "D12_rmas", "INSERT INTO rma_series VALUES (1, 3)", "DELETE FROM rma_series" },
    { "A3_no_strangers",
      "INSERT INTO stock_level (merchant, item, location, floor, backroom, in_transit, damaged, "
      "quarantine, "
      "picked, held, committed, backordered, on_order, kept, safety) VALUES (77, " TEA ", 'LON', 0, 0, 0, "
      "0, 0, 0, 0, 0, 0, 0, 0, -1)",
      "DELETE FROM stock_level WHERE merchant = 77" },
};

static void test_harms(void)
{
    for (size_t i = 0; i < COUNT(harms); i++) {
        bool done   = raw(harms[i].harm);
        Look hurt   = looked(harms[i].name);
        bool undone = raw(harms[i].mend);
        check(done && undone && hurt.broken > 0 && hurt.report.broken >= hurt.broken, harms[i].name);
        Look after = looked(NULL);
        check(after.report.broken == 0, "and nothing is found when it is put right");
    }
    if (!lite) return;
    bool done = raw("UPDATE payment SET refunded = -1 WHERE order_id = " FIRST);
    check(done && looked("B1_storage").broken > 0, "B1_storage");
}

/* Every invariant must have been broken once: one that cannot fail proves nothing. */
static void test_all_were_broken(const VerifyReport *report)
{
    for (size_t i = 0; i < report->count; i++) {
        bool seen = strcmp(report->results[i].name, "B1_storage") == 0;
        for (size_t k = 0; k < COUNT(harms); k++)
            seen = seen || strcmp(harms[k].name, report->results[i].name) == 0;
        if (!seen) check(false, report->results[i].name);
    }
}

int main(void)
{
    Simulator simulator;
    Error     err = { 0 };
    Id        ann = { { 0 } };
    db            = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url        = str_from(simulator.url);
    env.psp_timeout_ms = 500;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    Id first  = sell(NULL, "paid").id;
    Order card = sell("tok_visa", "paid");
    fixture_settle(db, &env, card.payments.items[0].id, card.payments.items[0].amount);
    Id second = card.id;
    Id third  = sell(NULL, "paid").id;
    (void)sell("tok_declined_insufficient_funds", "cancelled");
    (void)sell("tok_timeout_approved", "placed");
    back(first, 1000);
    back(second, 1000);
    back(first, 2000);
    check_ok(kit_write(db, &env, deliver, &third, &err), &err, "a tea is to be sent");
    check_ok(kit_write(db, &env, record_past, NULL, &err), &err, "what happened before is written down");
    check_ok(kit_write(db, &env, promote, &ann, &err), &err, "there are promotions");
    check_ok(kit_write(db, &env, make_member, &ann, &err), &err, "the customer joins");
    check_ok(kit_write(db, &env, run_till, NULL, &err), &err, "a drawer is opened, counted and closed");
    sell_rich(ann);
    Look clean = looked(NULL);
    check(clean.report.count >= 30 && clean.report.broken == 0,
          "a shop in which everything has happened is right");
    test_all_were_broken(&clean.report);
    open_raw();
    test_harms();
    sqlite3_close(lite);
    if (pg) PQfinish(pg);
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("verify");
}

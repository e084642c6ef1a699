/* rma_test.c — goods that come back are found, their warranty is known, they are repaired, swapped,
 * claimed from their vendor and sent by mail; and the stock says what happened. */
#include "flows/rma.h"

#include "flows/fulfil_due.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/inventory/inventory.h"
#include "shop/orders/orders.h"
#include "shop/pricing/pricing.h"
#include "shop/purchasing/purchasing.h"
#include "shop/returns/returns.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"
#include "tests/tender.h"

#include <stdio.h>
#include <string.h>

static Env             env;
static Db             *db;
static Error           err;
static Id              ann;
static Order           order;
static Rma             rma;
static Id              id; /* of the RMA at hand */
static ReturnFoundList found;
static WarrantyStatus  held;

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_find)
FIXTURE_ANY(gift_receipts_create)
FIXTURE_ANY(warranty_plans_change)
FIXTURE_ANY(warranty_show)
FIXTURE_ANY(rmas_create)
FIXTURE_ANY(rmas_step)
FIXTURE_ANY(rmas_list)
FIXTURE_ANY(rmas_show)
FIXTURE_ANY(rmas_label)
FIXTURE_ANY(rmas_label_pdf)
FIXTURE_ANY(stock_move)
FIXTURE_ANY(vendors_change)

static const FixtureCaller me = { 7, PERMS_ALL };

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

static bool make(Ctx *ctx, void *arg, Error *e)
{
    Id            phone;
    CustomerInput in   = { .name = STR("Ann"), .ref = STR("A-1") };
    ItemInput     item = { .sku           = STR("PHONE"),
                           .name          = STR("Phone"),
                           .tracking      = STR("serial"),
                           .minimum_days  = OPT_NONE,
                           .quantity_step = OPT_NONE };
    if (!customers_put(ctx, &in, &ann, e) || !catalog_put(ctx, &item, &phone, e)) return false;
    PriceSet set = {
        .item = phone, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 50000
    };
    return pricing_put(ctx, &set, e);
}

static bool move(const char *sku, int64_t qty, Str *serials, const char *to)
{
    StockMoved    moved;
    StockMoveLine line = { .sku         = str_from(sku),
                           .quantity    = qty,
                           .from_state  = STR("vendor"),
                           .to_state    = str_from(to),
                           .to_location = STR("LON"),
                           .serials     = { serials, serials ? (size_t)(qty / 1000) : 0 } };
    StockMoves    in   = { .cause = STR("receipt"), .lines = { &line, 1 } };
    return call(stock_move_any, &in, &moved, sizeof moved);
}

static bool sell(const char *sku, Str *serials, size_t count)
{
    BasketLine      line    = { .sku      = str_from(sku),
                                .quantity = count ? (int64_t)count * 1000 : 2000,
                                .serials  = { serials, count } };
    TenderInput     tender  = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .customer       = ann,
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    return call(orders_create_any, &request, &order, sizeof order);
}

static int64_t broken;

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    broken = 0;
    for (size_t i = 0; i < report.count; i++) {
        broken += report.results[i].broken;
        if (report.results[i].broken)
            printf("# %s: %s, %lld not %lld\n", report.results[i].name,
                   report.results[i].rows[0].what, (long long)report.results[i].rows[0].found,
                   (long long)report.results[i].rows[0].expected);
    }
    return true;
}

static void whole(const char *name)
{
    check(kit_read(db, &env, verify, NULL, &err) && broken == 0, name);
}

static AtpLevel level;

static bool read_level(Ctx *ctx, void *arg, Error *e)
{
    Id item;
    return inventory_item_id(ctx, str_from(arg), &item, e)
        && inventory_level(ctx, item, STR("LON"), &level, e);
}

static bool stands(const char *sku)
{
    return kit_read(db, &env, read_level, (void *)(uintptr_t)sku, &err);
}

/* --- finding --- */

static bool find(ReturnFind ask)
{
    ask.limit = ask.limit ? ask.limit : OPT_NONE;
    return call(returns_find_any, &ask, &found, sizeof found);
}

static void finding(void)
{
    Str         pieces[] = { STR("P-1"), STR("P-2"), STR("P-3"), STR("P-4") };
    GiftReceipt gift;
    check_ok(move("PHONE", 4000, pieces, "floor"), &err, "four phones come");
    check_ok(sell("PHONE", pieces, 2), &err, "two are sold");
    char number[40] = { 0 }, code[80] = { 0 };
    memcpy(number, order.receipt_number.ptr, order.receipt_number.len);
    Id of = order.id;
    check(find((ReturnFind){ .receipt = str_from(number) }) && found.items.count == 1
              && id_eq(found.items.items[0].order, of)
              && found.items.items[0].lines.items[0].left == 2000
              && found.items.items[0].lines.items[0].serials.count == 2,
          "the sale is found by its receipt, with what is left and the pieces");
    check_refused(find((ReturnFind){ .receipt = STR("LON-000999") }), &err, &ERR_NOT_FOUND,
                  "another number is none");
    check_refused(find((ReturnFind){ .receipt = STR("LON") }), &err, &ERR_FIELD_INVALID,
                  "half a number is none");
    check_refused(find((ReturnFind){ .serial = STR("P-1"), .customer = ann }), &err,
                  &ERR_FIELD_INVALID, "one way at a time");
    check(find((ReturnFind){ .serial = STR("P-2") }) && found.items.count == 1,
          "it is found by a piece");
    check_refused(find((ReturnFind){ .serial = STR("P-3") }), &err, &ERR_NOT_FOUND,
                  "but not by one that is here");
    check(sell("TEA", NULL, 0) && find((ReturnFind){ .customer = ann }) && found.items.count == 2
              && str_eq(found.items.items[0].lines.items[0].sku, STR("TEA")),
          "by the customer, the newest first");
    check(find((ReturnFind){ .customer = ann, .sku = STR("PHONE") }) && found.items.count == 1,
          "or of one item");
    check(find((ReturnFind){ .customer = ann, .limit = 1 }) && found.items.count == 1
              && found.next_cursor.len,
          "page by page");
    GiftReceiptLine  line = { 1 };
    GiftReceiptInput in   = { of, { &line, 1 } };
    check_ok(call(gift_receipts_create_any, &in, &gift, sizeof gift), &err,
             "a gift receipt is made");
    memcpy(code, gift.code.ptr, gift.code.len < 79 ? gift.code.len : 79);
    check(find((ReturnFind){ .gift_receipt = str_from(code) }) && found.items.count == 1
              && found.items.items[0].lines.items[0].paid == OPT_NONE
              && id_is_none(found.items.items[0].customer),
          "by which the sale is found, and neither price nor buyer told");
    check_refused(find((ReturnFind){ .gift_receipt = STR("GR-000000000000") }), &err,
                  &ERR_GIFT_RECEIPT, "and nobody guesses one");
    line.line = 2;
    check_refused(call(gift_receipts_create_any, &in, &gift, sizeof gift), &err, &ERR_FIELD_INVALID,
                  "a line that is not there is not given");
}

/* --- warranty --- */

static bool plan(const char *code, int64_t months, const char *country)
{
    WarrantyPlanList list;
    Str              one = country ? str_from(country) : STR_NONE;
    WarrantyPlan     in  = { .code      = str_from(code),
                             .name      = str_from(code),
                             .kind      = STR("manufacturer"),
                             .months    = months,
                             .countries = { &one, country ? 1 : 0 },
                             .from      = OPT_NONE,
                             .until     = OPT_NONE };
    return call(warranty_plans_change_any, &in, &list, sizeof list);
}

static bool ask(const char *serial, const char *country, int64_t at)
{
    WarrantyFind in = { .serial = str_from(serial), .line = OPT_NONE, .at = at };
    if (country) in.country = str_from(country);
    return call(warranty_show_any, &in, &held, sizeof held);
}

static void warranty(void)
{
    check(ask("P-1", NULL, OPT_NONE) && !held.covered && held.plans.count == 0,
          "with no plan nothing is warranted");
    check(plan("maker", 24, NULL) && plan("france", 36, "FR"), "plans are made");
    check(ask("P-1", NULL, OPT_NONE) && held.covered && held.plans.count == 1
              && str_eq(held.country, STR("GB")),
          "the one for everywhere holds where it was sold");
    check(ask("P-1", "FR", OPT_NONE) && held.plans.count == 2
              && str_eq(held.plans.items[0].plan, STR("france")),
          "in another country both, the longer one first");
    check(ask("P-1", "FR", kit_now_ms + 800 * DAY_MS) && held.covered
              && !held.plans.items[1].covered,
          "later only that");
    check(ask("P-1", NULL, kit_now_ms + 800 * DAY_MS) && !held.covered, "and none here");
    check_refused(ask("P-3", NULL, OPT_NONE), &err, &ERR_NOT_FOUND,
                  "what was not sold has no warranty");
}

/* --- RMA --- */

static RmaInput input(const char *kind, const char *serial)
{
    RmaInput in = {
        .kind = str_from(kind), .location = STR("LON"), .line = OPT_NONE, .quantity = OPT_NONE
    };
    if (serial) in.serial = str_from(serial);
    return in;
}

static bool open_for(const char *kind, const char *serial)
{
    RmaInput in = input(kind, serial);
    bool     ok = call(rmas_create_any, &in, &rma, sizeof rma);
    if (ok) id = rma.id;
    return ok;
}

static bool step(const char *event, const char *new_serial)
{
    RmaStep in = { .id = id, .event = str_from(event), .cost = OPT_NONE };
    if (new_serial) in.new_serial = str_from(new_serial);
    return call(rmas_step_any, &in, &rma, sizeof rma);
}

static bool in_state(const char *state)
{
    return str_eq(rma.state, str_from(state));
}

static void repairing(void)
{
    check_refused(open_for("repair", "P-9"), &err, &ERR_NOT_FOUND,
                  "what was not sold here is not repaired");
    check_ok(open_for("repair", "P-1"), &err, "a phone is to be repaired");
    check(rma.number == 1 && str_eq(rma.rma_number, STR("RMA-000001"))
              && str_eq(rma.plan, STR("maker")) && in_state("open"),
          "under warranty, with a number");
    check_refused(open_for("swap", "P-1"), &err, &ERR_RMA_PIECE,
                  "nothing else is done with it meanwhile");
    check_refused(step("finish", NULL), &err, &ERR_STATE_REFUSED,
                  "what is not here cannot be finished");
    RmaStep other = { .id = id, .event = STR("receive"), .serial = STR("P-2"), .cost = OPT_NONE };
    check_refused(call(rmas_step_any, &other, &rma, sizeof rma), &err, &ERR_RMA_PIECE,
                  "nor another phone taken for it");
    check(step("receive", NULL) && step("repair", NULL) && step("finish", NULL)
              && step("hand_over", NULL) && in_state("closed") && rma.next.count == 0,
          "it is repaired and handed over");
    check_refused(step("dance", NULL), &err, &ERR_RMA_EVENT_UNKNOWN, "what is no step is none");
    whole("a repair moves no stock");
}

static void swapping(void)
{
    check(open_for("swap", "P-1") && rma.number == 2, "another day it is to be swapped");
    check_refused(step("swap", "P-3"), &err, &ERR_STATE_REFUSED, "not before somebody approves");
    check(step("approve", NULL), "who does");
    check_refused(step("swap", NULL), &err, &ERR_FIELD_INVALID, "with a number of the new one");
    check_ok(step("swap", "P-3"), &err, "it is swapped");
    check(in_state("swapped") && stands("PHONE") && level.quarantine == 1000 && level.floor == 1000,
          "the old one is put apart, the new one gone");
    check_refused(ask("P-1", NULL, OPT_NONE), &err, &ERR_NOT_FOUND,
                  "the old one is nobody's any more");
    check(ask("P-3", NULL, OPT_NONE) && held.covered, "the new one has its warranty");
    whole("and the books are whole");
}

static void advancing(void)
{
    static char memory[1 << 20];
    Arena       arena;
    check(open_for("advance", "P-2") && step("approve", NULL) && step("send", "P-4"),
          "a new one is sent first");
    check(in_state("sent") && stands("PHONE") && level.floor == 0, "and is gone");
    kit_now_ms += 31 * DAY_MS;
    arena_init(&arena, memory, sizeof memory);
    check_ok(rmas_pass_over_due(db, &env, &arena, kit_now_ms, &err), &err,
             "the old one does not come in time");
    check(step("receive", NULL) && in_state("received") && stands("PHONE")
              && level.quarantine == 2000,
          "but after all");
    whole("the books are whole");
}

static void claiming(void)
{
    Vendor vendor, in_vendor = { .code = STR("ACME"), .name = STR("Acme"), .currency = STR("GBP") };
    RmaInput in = input("claim", "P-1");
    in.sku      = STR("PHONE");
    check_refused(call(rmas_create_any, &in, &rma, sizeof rma), &err, &ERR_FIELD_INVALID,
                  "a claim needs its vendor");
    check_ok(call(vendors_change_any, &in_vendor, &vendor, sizeof vendor), &err, "there is one");
    in.vendor = STR("ACME");
    check_ok(call(rmas_create_any, &in, &rma, sizeof rma), &err, "the old phone is claimed");
    id = rma.id;
    check(step("send", NULL) && stands("PHONE") && level.quarantine == 1000,
          "and sent to the vendor");
    check(step("replace", "P-5") && in_state("replaced") && stands("PHONE")
              && level.backroom == 1000,
          "who sends another one");
    in.serial = STR("P-2");
    check(call(rmas_create_any, &in, &rma, sizeof rma), "so is the other");
    id             = rma.id;
    RmaStep credit = { .id = id, .event = STR("credit"), .cost = 30000, .currency = STR("GBP") };
    check(step("send", NULL) && call(rmas_step_any, &credit, &rma, sizeof rma) && rma.cost == 30000,
          "for which there is money");
    whole("the books are whole");
}

static void by_mail(void)
{
    RmaList  list;
    RmaFind  ask_for = { .number = OPT_NONE, .limit = OPT_NONE, .state = STR("approved") };
    RmaInput in      = input("mail", NULL);
    check(sell("TEA", NULL, 0), "teas are sold");
    in.order    = order.id;
    in.line     = 1;
    in.quantity = 3000;
    check_refused(call(rmas_create_any, &in, &rma, sizeof rma), &err, &ERR_RMA_PIECE,
                  "no more than were sold");
    in.quantity = 1000;
    check(call(rmas_create_any, &in, &rma, sizeof rma) && in_state("asked"),
          "one is to come back by mail");
    id = rma.id;
    check_refused(step("settle", NULL), &err, &ERR_FIELD_INVALID,
                  "which a return settles, not a step");
    check(step("approve", NULL) && call(rmas_list_any, &ask_for, &list, sizeof list)
              && list.items.count == 1,
          "it is awaited");
    static char memory[1 << 20];
    Arena       arena;
    kit_now_ms += 31 * DAY_MS;
    arena_init(&arena, memory, sizeof memory);
    check_ok(rmas_pass_over_due(db, &env, &arena, kit_now_ms, &err), &err,
             "and given up when it does not come");
    ask_for.state = STR("expired");
    check(call(rmas_list_any, &ask_for, &list, sizeof list) && list.items.count == 1,
          "then nobody waits");
    check(step("receive", NULL) && in_state("received") && step("reject", NULL)
              && step("send_back", NULL),
          "though it comes, is not what was agreed, and goes back");
    const FixtureCaller clerk   = { 8, { { 0 } } };
    RmaStep             in_step = { .id = id, .event = STR("approve"), .cost = OPT_NONE };
    check_refused(fixture_as(db, &env, clerk, rmas_step_any, &in_step, &rma, sizeof rma, &err), &err,
                  &ERR_PERMISSION_MISSING, "not everybody approves");
}

/* --- a label for the way back --- */

static bool bought_label(void)
{
    RmaLabel in      = { .id = id, .service = STR("24h"), .weight = 500 };
    bool     pending = false;
    kit_now_ms += 1000;
    err = (Error){ .def = NULL };
    return fixture_call(db, &env, rmas_label_any, &in, &rma, sizeof rma, &pending, &err) && !pending;
}

static bool settled(void)
{
    static char memory[1 << 20];
    Arena       arena;
    arena_init(&arena, memory, sizeof memory);
    kit_now_ms += 3 * 3600 * 1000;
    return labels_settle_due(db, &env, &arena, kit_now_ms, &err);
}

static bool read_labels(Ctx *ctx, void *arg, Error *e)
{
    BoughtLabel *labels = NULL;
    size_t       count  = 0;
    if (!labels_of(ctx, id, &labels, &count, e) || count != 1) return false;
    id_format(labels[0].id, arg);
    return true;
}

static void labelled(void)
{
    static Simulator simulator;
    char             key[ID_TEXT_LEN + 1] = { 0 };
    RmaPaper         paper;
    Address          home   = { .street      = STR("1 High St"),
                                .city        = STR("Bath"),
                                .postal_code = STR("BA1 1AA"),
                                .country     = STR("GB"),
                                .latitude    = OPT_NONE,
                                .longitude   = OPT_NONE };
    Contact          ann_is = { .name = STR("Ann") };
    RmaInput         in     = input("mail", NULL);
    simulator_start(&simulator);
    check(sell("TEA", NULL, 0), "teas are sold");
    in.order = order.id;
    in.line  = 1;
    check(call(rmas_create_any, &in, &rma, sizeof rma), "one is to come back by mail");
    id = rma.id;
    check(step("approve", NULL), "and may");
    check_refused(bought_label(), &err, &ERR_CARRIER_NONE, "without a carrier there is no label");
    env.carrier_url = str_from(simulator.url);
    check_refused(bought_label(), &err, &ERR_FIELD_INVALID, "nor without an address");
    in.contact     = &ann_is;
    in.address     = &home;
    RmaStep cancel = { .id = id, .event = STR("cancel"), .cost = OPT_NONE };
    check(call(rmas_step_any, &cancel, &rma, sizeof rma)
              && call(rmas_create_any, &in, &rma, sizeof rma),
          "so it is said");
    id = rma.id;
    check(step("approve", NULL), "and approved anew");
    check_ok(bought_label(), &err, "then a label is bought");
    check(str_eq(rma.label_state, STR("bought")) && rma.tracking.len, "with a carrier's number");
    check_refused(bought_label(), &err, &ERR_LABEL_THERE, "once");
    ById by = { id };
    check(call(rmas_label_pdf_any, &by, &paper, sizeof paper) && str_starts(paper.text, STR("%PDF")),
          "it is printed");
    check(kit_read(db, &env, read_labels, key, &err)
              && simulator_parcel(&simulator, key, "moving", "") && settled()
              && call(rmas_show_any, &by, &rma, sizeof rma) && in_state("sent"),
          "when the carrier has it, it is sent");
    check(simulator_parcel(&simulator, key, "delivered", "") && settled()
              && call(rmas_show_any, &by, &rma, sizeof rma) && in_state("sent")
              && str_eq(rma.label_state, STR("delivered")),
          "that it arrived somebody says who has it");
    check(step("receive", NULL), "who does");
    env.carrier_url = STR_NONE;
    simulator_stop(&simulator);
    whole("the books are whole");
}

int main(void)
{
    db         = kit_open(&env);
    kit_now_ms = 1764000000000;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, make, NULL, &err),
             &err, "there is a shop");
    finding();
    warranty();
    repairing();
    swapping();
    advancing();
    claiming();
    by_mail();
    labelled();
    kit_close(db);
    return check_finish("rma");
}

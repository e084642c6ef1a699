/* receive_test.c — goods are ordered, announced, received, sent back and settled; the stock is right
 * afterwards, and what is on order is what is still to come. */
#include "core/machine.h"
#include "flows/availability.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/orders/orders.h"
#include "shop/purchasing/purchasing.h"
#include "shop/returns/returns.h"
#include "shop/settings/settings.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static Env      env;
static Db      *db;
static Error    err;
static Perms    perms;

#define HANDLER(name, Request, Reply)                                                                      \
    FIXTURE_ANY(name)                                                                                      \
    static bool do_##name(Request request, Reply *reply)                                                   \
    {                                                                                                      \
        kit_now_ms += 10;                                                                                  \
        FixtureCaller by = { 0, perms };                                                                   \
        return fixture_as(db, &env, by, name##_any, &request, reply, sizeof *reply, &err);                 \
    }
HANDLER(vendors_change, Vendor, Vendor)
HANDLER(vendors_list, Page, VendorList)
HANDLER(vendor_items_change, VendorItem, VendorItem)
HANDLER(vendor_items_of, VendorsOfItem, VendorItemList)
HANDLER(purchases_create, PurchaseInput, Purchase)
HANDLER(purchases_change, PurchaseEdit, Purchase)
HANDLER(purchases_send, ById, Purchase)
HANDLER(purchases_show, ById, Purchase)
HANDLER(purchases_list, PurchaseFind, PurchaseList)
HANDLER(purchases_close, PurchaseClose, Purchase)
HANDLER(purchases_cancel, PurchaseCancel, Purchase)
HANDLER(purchases_sheet, ById, ReceivingSheet)
HANDLER(asns_create, AsnInput, Asn)
HANDLER(asns_show, ById, Asn)
HANDLER(asns_parcel, BySscc, Asn)
HANDLER(asns_cancel, PurchaseCancel, Asn)
HANDLER(asns_list, AsnFind, AsnList)
HANDLER(receipts_create, ReceiveRequest, GoodsReceipt)
HANDLER(receipts_list, ReceiptFind, GoodsReceiptList)
HANDLER(receipts_differences, ById, DiscrepancyList)
HANDLER(vendor_returns_create, VendorReturnInput, VendorReturn)
HANDLER(vendor_returns_ship, VendorReturnShip, VendorReturn)
HANDLER(vendor_returns_credit, VendorReturnCredit, VendorReturn)
HANDLER(vendor_returns_cancel, PurchaseCancel, VendorReturn)
HANDLER(vendor_returns_list, VendorReturnFind, VendorReturnList)
HANDLER(consignments_change, ConsignmentInput, Consignment)
HANDLER(consignments_end, VendorsOfItem, Consignment)
HANDLER(consignments_list, VendorItemFind, ConsignmentList)
HANDLER(consignments_statement, StatementAsk, Statement)
HANDLER(settlements_create, SettlementInput, Statement)
HANDLER(settlements_show, ById, Statement)
HANDLER(settlements_list, SettlementFind, SettlementList)
HANDLER(orders_create, CheckoutRequest, Order)
HANDLER(returns_create, ReturnRequest, Return)

/* --- a shop with a vendor --- */

static bool set_item(Ctx *ctx, void *arg, Error *e)
{
    ItemInput   item = { .sku           = str_from(arg),
                         .name          = str_from(arg),
                         .tax_class     = STR("standard"),
                         .quantity_step = 1000,
                         .cost          = 100 };
    ItemBarcode pack = { STR("4006381333931"), 12000 };
    Id          id;
    if (strcmp(arg, "TEA") == 0) item.barcodes.items = &pack;
    if (strcmp(arg, "TEA") == 0) item.barcodes.count = 1;
    if (strcmp(arg, "MILK") == 0) item.tracking = STR("lot");
    if (strcmp(arg, "RADIO") == 0) item.tracking = STR("serial");
    return catalog_put(ctx, &item, &id, e);
}

typedef struct {
    const char *sku;
    AtpLevel    level;
    Expected    expected[8];
    size_t      count;
} Look;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    Look     *l    = arg;
    Id        item = { { 0 } };
    Expected *list = NULL;
    if (!inventory_item_id(ctx, str_from(l->sku), &item, e)
        || !inventory_level(ctx, item, STR("LON"), &l->level, e)
        || !purchasing_expected(ctx, item, STR("LON"), &list, &l->count, e))
        return false;
    for (size_t i = 0; i < l->count && i < COUNT(l->expected); i++) l->expected[i] = list[i];
    return true;
}

static Look see(const char *sku)
{
    Look  l = { .sku = sku };
    Error e = { 0 };
    check_ok(kit_read(db, &env, look, &l, &e), &e, "the stock is read");
    return l;
}

static bool set_number(Ctx *ctx, void *arg, Error *e)
{
    const int64_t    *value = arg;
    const SettingDef *def   = value[0] ? &SETTING_RECEIVE_BLIND : &SETTING_RECEIVE_OVER_PERCENT;
    return settings_put(ctx, def, value[1], e);
}

static void set_blind(int64_t to)
{
    check_ok(kit_write(db, &env, set_number, (int64_t[]){ 1, to }, &err), &err, "blind receiving is set");
}

static void set_tolerance(int64_t percent)
{
    check_ok(kit_write(db, &env, set_number, (int64_t[]){ 0, percent }, &err), &err, "a tolerance is set");
}

static bool is(Str text, const char *want)
{
    return str_eq(text, str_from(want));
}

static void make_vendor(void)
{
    Vendor     vendor, acme = { STR("ACME"), STR("Acme"), STR("sales"), 3, STR("GBP"), true };
    Vendor     other = { STR("OTHER"), STR("Other"), STR_NONE, OPT_NONE, STR("EUR"), true };
    VendorItem item, tea = { STR("ACME"), STR("TEA"), STR("T-1"), 6000, 12000, 80, OPT_NONE, true };
    VendorList list;
    check_ok(do_vendors_change(acme, &vendor), &err, "a vendor is made");
    check_ok(do_vendors_change(other, &vendor), &err, "and another one");
    acme.currency = STR("EUR");
    check_refused(do_vendors_change(acme, &vendor), &err, &ERR_FIELD_INVALID,
                  "a vendor keeps its currency");
    other.code = STR("NEW ONE");
    check_refused(do_vendors_change(other, &vendor), &err, &ERR_FIELD_INVALID, "a code has no blanks");
    check(do_vendors_list((Page){ STR_NONE, 1 }, &list) && list.items.count == 1
              && is(list.next_cursor, "ACME"),
          "vendors are listed in pages");
    check_ok(do_vendor_items_change(tea, &item), &err, "the vendor has tea in packs of 6, at least 12");
    tea.sku = STR("WRAP");
    check_refused(do_vendor_items_change(tea, &item), &err, &ERR_PURCHASE_ITEM, "a service is not bought");
    tea.sku    = STR("TEA");
    tea.vendor = STR("NOBODY");
    check_refused(do_vendor_items_change(tea, &item), &err, &ERR_VENDOR_UNKNOWN,
                  "the vendor must be there");
    VendorItemList of;
    check(do_vendor_items_of((VendorsOfItem){ STR("TEA") }, &of) && of.items.count == 1
              && of.items.items[0].pack == 6000 && of.items.items[0].cost == 80,
          "it is known who has tea");
}

/* --- purchase orders --- */

static PurchaseLineInput units(const char *sku, int64_t qty)
{
    return (PurchaseLineInput){ str_from(sku), qty, OPT_NONE, OPT_NONE };
}

static bool order(const PurchaseLineInput *lines, size_t count, Purchase *out)
{
    PurchaseInput in = { .vendor = STR("ACME"), .location = STR("LON"), .expected_at = OPT_NONE };
    in.lines.items   = (PurchaseLineInput *)lines;
    in.lines.count   = count;
    return do_purchases_create(in, out);
}

/* 24 tea, 10 cakes; sent. */
static Id order_sent(void)
{
    PurchaseLineInput lines[2] = { { STR("TEA"), OPT_NONE, 4, OPT_NONE }, units("CAKE", 10000) };
    Purchase          made;
    check_ok(order(lines, 2, &made), &err, "tea and cakes are ordered");
    Id id = made.id;
    check_ok(do_purchases_send((ById){ id }, &made), &err, "and the order is sent");
    return id;
}

static void check_orders(void)
{
    Purchase          made;
    PurchaseList      list;
    PurchaseLineInput line = units("TEA", 13000), packs = { STR("TEA"), OPT_NONE, 4, OPT_NONE };
    check_refused(order(&line, 1, &made), &err, &ERR_PURCHASE_MINIMUM, "only whole packs are delivered");
    line = units("TEA", 6000);
    check_refused(order(&line, 1, &made), &err, &ERR_PURCHASE_MINIMUM,
                  "no less than the minimum is delivered");
    line = (PurchaseLineInput){ STR("TEA"), 12000, 2, OPT_NONE };
    check_refused(order(&line, 1, &made), &err, &ERR_FIELD_INVALID, "units or packs, not both");
    line = units("NONE", 1000);
    check_refused(order(&line, 1, &made), &err, &ERR_PURCHASE_ITEM, "the item must be there");
    check(is(str_from(err.field), "lines[0].sku"), "the refusal says where");
    check_ok(order(&packs, 1, &made), &err, "four packs are ordered");
    Id id = made.id;
    check(is(made.state, "draft") && made.number == 1 && made.lines.items[0].quantity == 24000
              && made.lines.items[0].cost == 80 && made.total == 1920
              && made.expected_at == kit_now_ms + 3 * 86400000LL,
          "as 24 pieces at the vendor's price, due after its lead days");
    check(see("TEA").level.on_order == 0, "a draft is not on order");
    PurchaseEdit edit = { .id = id, .expected_at = OPT_NONE };
    line              = units("TEA", 36000);
    edit.lines.items  = &line;
    edit.lines.count  = 1;
    check(do_purchases_change(edit, &made) && made.lines.items[0].quantity == 36000, "a draft is changed");
    check_ok(do_purchases_send((ById){ id }, &made), &err, "it is sent");
    Look tea = see("TEA");
    check(tea.level.on_order == 36000 && tea.count == 1 && tea.expected[0].qty == 36000,
          "now it is on order");
    check_refused(do_purchases_send((ById){ id }, &made), &err, &ERR_STATE_REFUSED, "it is sent once");
    check_refused(do_purchases_change(edit, &made), &err, &ERR_STATE_REFUSED, "and not changed any more");
    PurchaseCloseLine some  = { 1, 6000 };
    PurchaseClose     close = { .id = id, .lines = { &some, 1 } };
    check(do_purchases_close(close, &made) && is(made.state, "sent") && see("TEA").level.on_order == 30000,
          "part of it will not come");
    some.quantity = 31000;
    check_refused(do_purchases_close(close, &made), &err, &ERR_FIELD_INVALID, "no more than is open");
    check(do_purchases_cancel((PurchaseCancel){ id, STR("late") }, &made) && is(made.state, "cancelled")
              && see("TEA").level.on_order == 0,
          "it is cancelled, nothing is on order");
    check_refused(do_purchases_cancel((PurchaseCancel){ id, STR_NONE }, &made), &err, &ERR_STATE_REFUSED,
                  "once");
    check_refused(do_purchases_show((ById){ { { 7 } } }, &made), &err, &ERR_NOT_FOUND,
                  "others are not there");
    PurchaseFind find = { .state = STR("cancelled"), .limit = OPT_NONE };
    check(do_purchases_list(find, &list) && list.items.count == 1, "orders are listed by state");
}

/* --- receiving --- */

static ReceiveLine came(const char *sku, int64_t qty)
{
    return (ReceiveLine){ .sku = str_from(sku), .line = OPT_NONE, .quantity = qty, .damaged = OPT_NONE };
}

static bool receive(Id order_id, ReceiveLine line, GoodsReceipt *out)
{
    ReceiveRequest in = { .order = order_id, .lines = { &line, 1 } };
    return do_receipts_create(in, out);
}

static void check_receiving(void)
{
    GoodsReceipt    got;
    DiscrepancyList list;
    Purchase        shown;
    Id              id   = order_sent();
    AtpLevel        was  = see("TEA").level;
    ReceiveLine     line = {
            .barcode = STR("4006381333931"), .line = OPT_NONE, .quantity = OPT_NONE, .damaged = OPT_NONE
    };
    check_ok(receive(id, line, &got), &err, "a scanned pack comes");
    check(is(got.order_state, "receiving") && got.lines.items[0].quantity == 12000 && got.missing == 12000,
          "it counts its units, the rest is missing");
    AtpLevel now = see("TEA").level;
    check(now.backroom == was.backroom + 12000 && now.on_order == 12000,
          "12 are in the backroom, 12 to come");
    line         = came("TEA", 12000);
    line.damaged = 2000;
    check_refused(receive(id, line, &got), &err, &ERR_FIELD_INVALID, "damage has a reason");
    line.reason = STR("wet");
    line.to     = STR("floor");
    check_ok(receive(id, line, &got), &err, "twelve more come, two of them wet");
    Id receipt = got.id;
    check(do_receipts_differences((ById){ receipt }, &list) && list.items.count == 1
              && list.items.items[0].damaged == 2000 && list.items.items[0].missing == 0
              && is(list.items.items[0].reason, "wet"),
          "the differences tell the damage");
    now = see("TEA").level;
    check(now.floor == was.floor + 10000 && now.damaged == was.damaged + 2000 && now.on_order == 0,
          "ten are on the floor, two are damaged, nothing is on order");
    check_refused(receive(id, came("TEA", 1000), &got), &err, &ERR_RECEIVE_OVER,
                  "nothing more may come of it");
    check_refused(receive(id, came("RICE", 1000), &got), &err, &ERR_RECEIVE_UNORDERED,
                  "nor what was not ordered");
    check_refused(receive(id, came("CAKE", 500), &got), &err, &ERR_FIELD_INVALID, "nor half a cake");
    check_ok(receive(id, came("CAKE", 10000), &got), &err, "all cakes come");
    check(is(got.order_state, "received") && got.missing == 0 && got.over == 0,
          "then the order is received");
    check_refused(receive(id, came("CAKE", 10000), &got), &err, &ERR_STATE_REFUSED,
                  "a second person does not receive the same");
    check(do_purchases_show((ById){ id }, &shown) && shown.lines.items[0].damaged == 2000
              && shown.lines.items[0].received == 24000 && shown.ended_at != OPT_NONE,
          "the order knows what came");
}

static void check_over(void)
{
    GoodsReceipt    got;
    DiscrepancyList list;
    Id              id = order_sent();
    set_tolerance(10);
    check_refused(receive(id, came("TEA", 26500), &got), &err, &ERR_FIELD_INVALID, "no half of a piece");
    check_refused(receive(id, came("TEA", 27000), &got), &err, &ERR_RECEIVE_OVER, "27 of 24 are too many");
    check_ok(receive(id, came("TEA", 26000), &got), &err, "26 are within ten percent");
    check(got.over == 2000 && see("TEA").level.on_order == 0, "two are over, none is on order");
    ReceiveLine    cakes = came("CAKE", 12000);
    ReceiveRequest in    = { .order = id, .accept_over = true, .lines = { &cakes, 1 } };
    perms                = (Perms){ 0 };
    check_refused(do_receipts_create(in, &got), &err, &ERR_PERMISSION_MISSING,
                  "not everybody accepts more");
    perms = PERMS_ALL;
    check_ok(do_receipts_create(in, &got), &err, "12 cakes of 10 are accepted");
    check(do_receipts_differences((ById){ got.id }, &list) && list.items.count == 1
              && list.items.items[0].over == 2000,
          "two cakes are over");
    set_tolerance(0);
    id       = order_sent();
    cakes    = came("RICE", 1000);
    in.order = id;
    check(do_receipts_create(in, &got) && got.lines.items[0].line == OPT_NONE && got.over == 1000,
          "what was not ordered can be accepted");
    cakes          = came("CAKE", 4000);
    in.close_short = true;
    check_ok(do_receipts_create(in, &got), &err, "four cakes come and nothing more will");
    check(is(got.order_state, "closed") && got.missing == 30000, "six cakes and all tea are missing");
    check(see("CAKE").level.on_order == 0 && see("TEA").level.on_order == 0, "the order is closed short");
}

static void check_blind(void)
{
    GoodsReceipt   got;
    ReceivingSheet sheet;
    Id             id = order_sent();
    check(do_purchases_sheet((ById){ id }, &sheet) && sheet.lines.items[0].expected == 24000
              && is(sheet.lines.items[0].vendor_sku, "T-1"),
          "the sheet tells what to expect");
    set_blind(1);
    check(do_purchases_sheet((ById){ id }, &sheet) && sheet.blind
              && sheet.lines.items[0].expected == OPT_NONE,
          "blind, it does not");
    check_ok(receive(id, came("TEA", 20000), &got), &err, "20 come");
    check(got.blind && got.lines.items[0].expected == OPT_NONE && got.over == OPT_NONE
              && got.missing == OPT_NONE,
          "the answer does not tell how many should have");
    DiscrepancyList list;
    check(do_receipts_differences((ById){ got.id }, &list) && list.items.items[0].missing == 4000,
          "the office sees that four are missing");
    set_blind(0);
    Purchase closed;
    check(do_purchases_close((PurchaseClose){ .id = id }, &closed) && is(closed.state, "closed")
              && see("TEA").level.on_order == 0,
          "the rest is closed");
}

static void check_without_order(void)
{
    GoodsReceipt     got;
    GoodsReceiptList list;
    ReceiveLine      line = came("CAKE", 3000);
    ReceiveRequest   in   = { .lines = { &line, 1 } };
    check_refused(do_receipts_create(in, &got), &err, &ERR_FIELD_INVALID, "the location must be said");
    in.location = STR("MARS");
    check_refused(do_receipts_create(in, &got), &err, &ERR_FIELD_INVALID, "and be there");
    in.location = STR("LON");
    in.vendor   = STR("NOBODY");
    check_refused(do_receipts_create(in, &got), &err, &ERR_VENDOR_UNKNOWN, "the vendor too");
    in.vendor = STR("ACME");
    in.to     = STR("quarantine");
    check_ok(do_receipts_create(in, &got), &err, "goods come without an order");
    check(got.over == 0 && got.missing == 0 && see("CAKE").level.quarantine == 3000, "into quarantine");
    ReceiptFind find = { .differs = true, .limit = 2 };
    check(do_receipts_list(find, &list) && list.items.count == 2 && list.next_cursor.len > 0,
          "receipts that differ are listed");
}

static void check_notice(void)
{
    Asn          asn;
    GoodsReceipt got;
    AsnList      list;
    Id           id       = order_sent();
    Str          parcel   = STR("340123450000000000");
    AsnLineInput lines[2] = { { .sku = STR("TEA"), .line = OPT_NONE, .quantity = 12000, .sscc = parcel },
                              { .sku = STR("CAKE"), .line = OPT_NONE, .quantity = 10000 } };
    AsnInput     in       = {
                  .order = id, .ref = STR("D-1"), .expected_at = kit_now_ms + 1000, .lines = { lines, 2 }
    };
    check_ok(do_asns_create(in, &asn), &err, "the vendor says what is on its way");
    Id   notice = asn.id;
    Look tea    = see("TEA");
    check(tea.count == 2 && tea.expected[0].qty == 12000 && tea.expected[0].at_ms == in.expected_at
              && tea.expected[1].qty == 12000,
          "half of the tea comes sooner");
    check_refused(do_asns_create(in, &asn), &err, &ERR_ASN_TAKEN, "it says so once");
    in.ref = STR("D-2");
    check_refused(do_asns_create(in, &asn), &err, &ERR_ASN_TAKEN, "a parcel is in one notice");
    lines[0].sscc = STR("340123450000000001");
    check_refused(do_asns_create(in, &asn), &err, &ERR_FIELD_INVALID, "and has a check digit");
    check(do_asns_parcel((BySscc){ STR("(00)340123450000000000") }, &asn) && id_eq(asn.id, notice)
              && asn.parcels.count == 1,
          "a scanned parcel leads to its notice");
    ReceiveLine    line = came("TEA", 11000);
    ReceiveRequest with = { .asn = notice, .lines = { &line, 1 } };
    check_ok(do_receipts_create(with, &got), &err, "goods of the notice come");
    check(got.missing == 11000 && got.lines.count == 2, "a tea and all cakes of it are missing");
    check(do_asns_show((ById){ notice }, &asn) && is(asn.state, "arriving")
              && asn.lines.items[0].received == 11000,
          "the notice knows what came");
    line = came("CAKE", 10000);
    check_ok(do_receipts_create(with, &got), &err, "the cakes come later");
    line = came("TEA", 1000);
    check_ok(do_receipts_create(with, &got), &err, "and the tea");
    check(do_asns_show((ById){ notice }, &asn) && is(asn.state, "received"), "then it is received");
    check_refused(do_receipts_create(with, &got), &err, &ERR_STATE_REFUSED, "once");
    lines[0].sscc = STR_NONE;
    in.ref        = STR("D-3");
    check_ok(do_asns_create(in, &asn), &err, "there is another notice");
    check(do_asns_cancel((PurchaseCancel){ asn.id, STR_NONE }, &asn) && is(asn.state, "cancelled"),
          "which is called off");
    check(do_asns_list((AsnFind){ id }, &list) && list.items.count == 2, "an order has its notices");
    Purchase closed;
    check_ok(do_purchases_close((PurchaseClose){ .id = id }, &closed), &err, "the order is closed");
}

static void check_lots_and_serials(void)
{
    GoodsReceipt   got;
    Str            numbers[2] = { STR("R1"), STR("R2") };
    ReceiveLine    lines[2]   = { came("MILK", 6000), came("RADIO", 2000) };
    ReceiveRequest in         = { .location = STR("LON"), .lines = { lines, 2 } };
    check(!do_receipts_create(in, &got), "goods kept by lots need their lot");
    lines[0].lot     = STR("L1");
    lines[0].expires = STR("2030-02-30");
    check_refused(do_receipts_create(in, &got), &err, &ERR_FIELD_INVALID, "a last day is a day");
    lines[0].expires = STR("2030-02-28");
    check(!do_receipts_create(in, &got), "pieces with numbers need their numbers");
    lines[1].serials.items = numbers;
    lines[1].serials.count = 2;
    check_ok(do_receipts_create(in, &got), &err, "goods come with lot, last day and numbers");
    check(got.lines.items[1].serials.count == 2 && is(got.lines.items[0].lot, "L1"),
          "which the receipt keeps");
    check(!do_receipts_create(in, &got), "a number comes once");
    VendorReturnLineInput back = {
        STR("RADIO"), 1000, STR("backroom"), OPT_NONE, STR_NONE, { numbers, 1 }
    };
    VendorReturnInput input = { .vendor = STR("ACME"), .location = STR("LON"), .lines = { &back, 1 } };
    VendorReturn      gone;
    check_ok(do_vendor_returns_create(input, &gone), &err, "a piece is to go back");
    check_ok(do_vendor_returns_ship((VendorReturnShip){ .id = gone.id }, &gone), &err, "and goes");
    check(see("RADIO").level.backroom == 1000, "the other one stays");
}

static void check_notice_of_lots(void)
{
    Purchase          made;
    Asn               asn;
    GoodsReceipt      got;
    Str               numbers[2] = { STR("R8"), STR("R9") };
    PurchaseLineInput lines[2]   = { units("MILK", 4000), units("RADIO", 2000) };
    AsnLineInput      sent[2]    = {
                { .sku      = STR("MILK"),
                  .line     = OPT_NONE,
                  .quantity = 4000,
                  .lot      = STR("L7"),
                  .expires  = STR("2030-01-31") },
                { .sku = STR("RADIO"), .line = OPT_NONE, .quantity = 2000, .serials = { numbers, 2 } }
    };
    check_ok(order(lines, 2, &made), &err, "milk and radios are ordered");
    Id id = made.id;
    check_ok(do_purchases_send((ById){ id }, &made), &err, "and sent for");
    AsnInput in = { .order = id, .ref = STR("D-9"), .expected_at = OPT_NONE, .lines = { sent, 2 } };
    check_ok(do_asns_create(in, &asn), &err, "the vendor names lot and numbers");
    ReceiveLine    both[2] = { came("MILK", 4000), came("RADIO", 2000) };
    ReceiveRequest with    = { .asn = asn.id, .lines = { both, 2 } };
    check(do_receipts_create(with, &got) && is(got.lines.items[0].lot, "L7")
              && is(got.lines.items[0].expires, "2030-01-31") && got.lines.items[1].serials.count == 2,
          "who receives need not name them again");
    check(got.missing == 0 && is(got.order_state, "received"), "all of it came");
}

/* --- many at once --- */

enum { RACERS = 6, RACE_BYTES = 4 << 20 };

typedef struct {
    Id   order;
    bool ok;
} Racer;

static bool race_step(Tx *tx, void *arg, Error *e)
{
    Racer         *racer = arg;
    Arena          arena;
    GoodsReceipt   got;
    ReceiveLine    line  = came("CAKE", 10000);
    ReceiveRequest in    = { .order = racer->order, .lines = { &line, 1 } };
    void          *bytes = malloc(RACE_BYTES);
    if (!bytes) return err_memory(e);
    arena_init(&arena, bytes, RACE_BYTES);
    Ctx  ctx = { .arena  = &arena,
                 .tx     = tx,
                 .db     = db,
                 .env    = &env,
                 .now_ms = kit_now_ms,
                 .who    = { .merchant = 1, .perms = PERMS_ALL } };
    bool ok  = receipts_create(&ctx, &in, &got, e);
    e->extra = STR_NONE;
    free(bytes);
    return ok;
}

static void *race_run(void *arg)
{
    Racer *racer = arg;
    Error  e     = { 0 };
    racer->ok    = db_write(db, race_step, racer, &e);
    return NULL;
}

static void check_race(void)
{
    pthread_t threads[RACERS];
    Racer     racers[RACERS];
    int       won = 0, started = 0;
    Id        id  = order_sent();
    int64_t   was = see("CAKE").level.backroom;
    for (; started < RACERS; started++) {
        racers[started] = (Racer){ .order = id };
        if (pthread_create(&threads[started], NULL, race_run, &racers[started]) != 0) break;
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        won += racers[i].ok;
    }
    check(started == RACERS && won == 1, "of six who receive the same cakes one does");
    check(see("CAKE").level.backroom == was + 10000, "and they are there once");
    Purchase closed;
    check_ok(do_purchases_close((PurchaseClose){ .id = id }, &closed), &err, "the order is closed");
}

/* --- going back --- */

static void check_vendor_returns(void)
{
    VendorReturnLineInput lines[2] = {
        { .sku = STR("TEA"), .quantity = 2000, .cost = OPT_NONE },
        { .sku = STR("CAKE"), .quantity = 3000, .state = STR("quarantine"), .cost = 50 }
    };
    VendorReturnInput in = { .vendor = STR("ACME"), .location = STR("LON"), .lines = { lines, 2 } };
    VendorReturn      doc;
    VendorReturnList  list;
    AtpLevel          was = see("TEA").level;
    check_ok(do_vendor_returns_create(in, &doc), &err, "wet tea is to go back");
    Id id = doc.id;
    check(is(doc.state, "draft") && doc.claimed == 310 && see("TEA").level.damaged == was.damaged,
          "its price is asked back, it has not left");
    check_refused(do_vendor_returns_credit((VendorReturnCredit){ id, 310, STR_NONE }, &doc), &err,
                  &ERR_STATE_REFUSED, "no money before it has left");
    check_ok(do_vendor_returns_ship((VendorReturnShip){ id, STR("DHL"), STR("1") }, &doc), &err,
             "it leaves");
    check(see("TEA").level.damaged == was.damaged - 2000 && see("CAKE").level.quarantine == 0,
          "it is gone");
    check_refused(do_vendor_returns_ship((VendorReturnShip){ .id = id }, &doc), &err, &ERR_STATE_REFUSED,
                  "once");
    check(do_vendor_returns_credit((VendorReturnCredit){ id, 300, STR("C-1") }, &doc)
              && is(doc.state, "credited") && doc.credited == 300,
          "the vendor gives money back");
    lines[0].quantity = 900000;
    check_ok(do_vendor_returns_create(in, &doc), &err, "more than there is can be put down");
    id = doc.id;
    check_refused(do_vendor_returns_ship((VendorReturnShip){ .id = id }, &doc), &err, &ERR_STOCK_SHORT,
                  "but does not leave");
    check(strncmp(err.field, "lines[", 6) == 0, "the refusal says where");
    check(do_vendor_returns_cancel((PurchaseCancel){ id, STR_NONE }, &doc) && is(doc.state, "cancelled"),
          "so it is called off");
    check(do_vendor_returns_list((VendorReturnFind){ .limit = OPT_NONE }, &list) && list.items.count >= 2,
          "vendor returns are listed");
}

/* --- consignment --- */

static Id sell(const char *sku, int64_t qty)
{
    Order           sold;
    BasketLine      line    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     tender  = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    check_ok(do_orders_create(request, &sold), &err, "it is sold");
    return sold.id;
}

static void give_back(Id sold, int64_t qty)
{
    Return          doc;
    ReturnLineInput line = { .line = 1, .quantity = qty, .part = OPT_NONE };
    ReturnRequest   in   = {
            .order = sold, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    check_ok(do_returns_create(in, &doc), &err, "it comes back");
}

static void check_consignment(void)
{
    Consignment      agreed;
    ConsignmentList  all;
    Statement        owed;
    SettlementList   list;
    ConsignmentInput in    = { STR("CAKE"), STR("ACME"), 200, STR_NONE };
    StatementAsk     ask   = { STR("ACME"), OPT_NONE };
    SettlementInput  fix   = { STR("ACME"), OPT_NONE, STR("I-1"), OPT_NONE };
    Id               early = sell("CAKE", 1000);
    check_ok(do_consignments_change(in, &agreed), &err, "from now on cakes are Acme's");
    in.vendor = STR("OTHER");
    check_refused(do_consignments_change(in, &agreed), &err, &ERR_CONSIGNMENT_OTHER, "and nobody else's");
    in.vendor = STR("ACME");
    check(do_consignments_statement(ask, &owed) && owed.lines.count == 0 && owed.total == 0,
          "what was sold before is not owed");
    Id sold = sell("CAKE", 5000);
    give_back(sold, 2000);
    check(do_consignments_statement(ask, &owed) && owed.lines.count == 1 && owed.lines.items[0].sold == 5000
              && owed.lines.items[0].returned == 2000 && owed.total == 600,
          "sold less returned is owed");
    fix.expected_total = 500;
    check_refused(do_settlements_create(fix, &owed), &err, &ERR_SETTLEMENT_STALE, "a stale sum is refused");
    fix.expected_total = 600;
    check_ok(do_settlements_create(fix, &owed), &err, "it is settled");
    Id first           = owed.id;
    fix.expected_total = OPT_NONE;
    check(do_consignments_statement(ask, &owed) && owed.lines.count == 0, "no sale is settled twice");
    fix.until = kit_now_ms - 1000;
    check_refused(do_settlements_create(fix, &owed), &err, &ERR_FIELD_INVALID, "nor a period");
    fix.until = kit_now_ms + 1000000;
    check_refused(do_settlements_create(fix, &owed), &err, &ERR_FIELD_INVALID, "nor what is to come");
    fix.until = OPT_NONE;
    give_back(sold, 1000);
    give_back(early, 1000);
    check(do_settlements_create(fix, &owed) && owed.total == -400, "what comes back later is owed to us");
    in.cost = 250;
    check_ok(do_consignments_change(in, &agreed), &err, "the price changes");
    (void)sell("CAKE", 1000);
    check(do_consignments_statement(ask, &owed) && owed.total == 250, "for what is sold from then on");
    check_ok(do_consignments_end((VendorsOfItem){ STR("CAKE") }, &agreed), &err, "cakes are our own again");
    (void)sell("CAKE", 1000);
    check(do_settlements_create(fix, &owed) && owed.total == 250, "later sales are not owed");
    check(do_settlements_show((ById){ first }, &owed) && owed.total == 600 && owed.lines.count == 1
              && is(owed.ref, "I-1"),
          "a settlement stays what it was");
    check(do_settlements_list((SettlementFind){ .limit = OPT_NONE }, &list) && list.items.count == 3,
          "settlements are listed");
    check(do_consignments_list((VendorItemFind){ STR("ACME"), STR_NONE, OPT_NONE }, &all)
              && all.items.count == 2 && all.items.items[0].settled == 1000,
          "each price has its agreement, and how much was settled");
    check_refused(do_consignments_end((VendorsOfItem){ STR("CAKE") }, &agreed), &err, &ERR_NOT_FOUND,
                  "once");
}

/* --- who waits --- */

static bool wait_for(Ctx *ctx, void *arg, Error *e)
{
    ClaimOwner owner = { STR("transfer"), ctx_new_id(ctx), 0 };
    StockWant  want  = { .sku = STR("CAKE"), .location = STR("LON"), .qty = *(int64_t *)arg };
    return inventory_item_id(ctx, want.sku, &want.item, e)
        && availability_backorder(ctx, &owner, 1, &want, 0, e);
}

static void check_waiting(void)
{
    GoodsReceipt got;
    Look         was  = see("CAKE");
    ReceiveLine  line = came("CAKE", 3000);
    int64_t      free = was.level.floor + was.level.backroom - was.level.held - was.level.committed;
    int64_t      need = free + 3000;
    err          = (Error){ 0 };
    check_ok(kit_write(db, &env, wait_for, &need, &err), &err, "more is sold than is there");
    check(see("CAKE").level.backordered == was.level.backordered + need, "somebody waits");
    ReceiveRequest in = { .location = STR("LON"), .vendor = STR("ACME"), .lines = { &line, 1 } };
    line.quantity     = 2000;
    check_ok(do_receipts_create(in, &got), &err, "some come");
    check(see("CAKE").level.backordered == was.level.backordered + need, "not enough");
    line.quantity = 1000;
    check_ok(do_receipts_create(in, &got), &err, "the rest comes");
    Look is_now = see("CAKE");
    check(is_now.level.backordered == was.level.backordered
              && is_now.level.committed == was.level.committed + need,
          "who waited has them with the receipt");
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            return err_set(e, &ERR_INTERNAL, "", "%s: %s", report.results[i].name,
                           report.results[i].rows[0].what);
    return true;
}

int main(void)
{
    static const char *const skus[] = { "TEA", "CAKE", "MILK", "RADIO" };
    perms                           = PERMS_ALL;
    db                              = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    for (size_t i = 0; i < COUNT(skus); i++)
        check_ok(kit_write(db, &env, set_item, (void *)skus[i], &err), &err, skus[i]);
    make_vendor();
    check_orders();
    check_receiving();
    check_over();
    check_blind();
    check_without_order();
    check_notice();
    check_vendor_returns();
    check_lots_and_serials();
    check_notice_of_lots();
    check_race();
    check_consignment();
    check_waiting();
    check_ok(kit_read(db, &env, verify, NULL, &err), &err, "the whole database is right");
    kit_close(db);
    return check_finish("receive");
}

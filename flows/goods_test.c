/* goods_test.c — goods of any kind are sold and come back: lots, serial numbers, kits, packs; and
 * whatever happens, the whole database is right afterwards. */
#include "flows/goods.h"

#include "flows/verify.h"
#include "shop/counts/counts.h"
#include "shop/pricing/pricing.h"
#include "shop/returns/returns.h"
#include "shop/settings/settings.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"
#include "tests/tender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Env       env;
static Db       *db;
static Simulator simulator;
static Error     err;

/* --- the shop --- */

typedef struct {
    const char *sku, *tracking, *kit;
    int64_t     price, step, least_days;
    const char *parts[3];
    int64_t     quantities[3];
    int64_t     values[3];
    int         fixed; /* this part is not taken back alone, from 1 */
} Made;

static const Made goods_made[] = {
    { .sku = "MILK", .tracking = "lot", .price = 120 },
    { .sku = "YOG", .tracking = "lot", .price = 80, .least_days = 3 },
    { .sku = "PHONE", .tracking = "serial", .price = 50000 },
    { .sku = "DRUG", .tracking = "lot_serial", .price = 900 },
    { .sku = "BODY", .tracking = "serial", .price = 30000 },
    { .sku = "STRAP", .price = 500 },
    { .sku = "CASE", .price = 700 },
    { .sku        = "BASKET",
      .kit        = "virtual",
      .price      = 500,
      .parts      = { "TEA", "MILK" },
      .quantities = { 2000, 1000 } },
    { .sku        = "CAMSET",
      .kit        = "virtual",
      .price      = 31000,
      .parts      = { "BODY", "STRAP", "CASE" },
      .quantities = { 1000, 2000, 1000 },
      .values     = { 900000, 50000, 50000 },
      .fixed      = 3 },
    { .sku        = "BOXED",
      .kit        = "boxed",
      .price      = 1500,
      .parts      = { "STRAP", "CASE" },
      .quantities = { 1000, 1000 } },
};

static bool make(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    for (size_t i = 0; i < COUNT(goods_made); i++) {
        const Made  *m = &goods_made[i];
        KitPartInput parts[3];
        ItemInput    item = { .sku           = str_from(m->sku),
                              .name          = str_from(m->sku),
                              .tracking      = str_from(m->tracking),
                              .kit           = str_from(m->kit),
                              .minimum_days  = m->least_days,
                              .quantity_step = OPT_NONE };
        Id           id;
        for (; item.parts.count < 3 && m->parts[item.parts.count]; item.parts.count++) {
            size_t p = item.parts.count;
            parts[p] = (KitPartInput){ str_from(m->parts[p]), m->quantities[p], m->fixed == (int)p + 1,
                                       m->values[p] };
        }
        item.parts.items = parts;
        if (!catalog_put(ctx, &item, &id, e)) return false;
        PriceSet set = {
            .item = id, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = m->price
        };
        if (!pricing_put(ctx, &set, e)) return false;
    }
    return true;
}

/* --- doing --- */

#define TEXT_LIST(...)                                                                                      \
    {                                                                                                       \
        (Str[]){ __VA_ARGS__ }, sizeof((Str[]){ __VA_ARGS__ }) / sizeof(Str)                                \
    }

static bool do_move(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return stock_move(ctx, request, reply, e);
}

static bool move(StockMoveLine line)
{
    StockMoved moved;
    StockMoves request = { .cause = STR("receipt"), .lines = { &line, 1 } };
    err                = (Error){ 0 };
    return fixture_call(db, &env, do_move, &request, &moved, sizeof moved, NULL, &err);
}

static StockMoveLine receipt(const char *sku, int64_t qty)
{
    return (StockMoveLine){ .sku         = str_from(sku),
                            .quantity    = qty,
                            .from_state  = STR("vendor"),
                            .to_state    = STR("floor"),
                            .to_location = STR("LON") };
}

static bool receive_lot(const char *sku, int64_t qty, const char *lot, const char *expires,
                        const char *state)
{
    StockMoveLine line = receipt(sku, qty);
    line.lot           = str_from(lot);
    line.expires       = str_from(expires);
    line.to_state      = str_from(state);
    return move(line);
}

static bool receive_serials(const char *sku, Str *serials, size_t count)
{
    StockMoveLine line = receipt(sku, (int64_t)count * 1000);
    line.serials.items = serials;
    line.serials.count = count;
    return move(line);
}

static bool do_sell(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_create(ctx, request, reply, e);
}

static bool sell_by(BasketLine *lines, size_t count, const char *token, Order *order, bool *pending)
{
    TenderInput     tender  = tender_of(token);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { lines, count },
                                .tenders        = { &tender, 1 } };
    err                     = (Error){ 0 };
    return fixture_call(db, &env, do_sell, &request, order, sizeof *order, pending, &err);
}

static bool sell(BasketLine line, Order *order)
{
    return sell_by(&line, 1, NULL, order, NULL);
}

static bool do_return(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return returns_create(ctx, request, reply, e);
}

static bool give_back(Id order, ReturnLineInput line, Return *doc)
{
    ReturnRequest request = {
        .order = order, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    err = (Error){ 0 };
    return fixture_call(db, &env, do_return, &request, doc, sizeof *doc, NULL, &err);
}

/* --- looking --- */

typedef struct {
    const char *text; /* SKU or serial number */
    StockLevel  level;
    SerialList  serials;
    LotList     lots;
    int64_t     broken;
    char        first[160];
} Look;

static bool see_level(Ctx *ctx, void *arg, Error *e)
{
    Look       *look = arg;
    StockView   view = { .network = NULL };
    StockOfItem ask  = { .sku = str_from(look->text) };
    if (!stock_show(ctx, &ask, &view, e)) return false;
    if (view.items.count) look->level = view.items.items[0];
    return true;
}

static StockLevel level(const char *sku)
{
    Look look = { .text = sku };
    check_ok(kit_read(db, &env, see_level, &look, &err), &err, "stock can be read");
    return look.level;
}

static bool see_serial(Ctx *ctx, void *arg, Error *e)
{
    Look *look = arg;
    return serials_show(ctx, &(SerialAsk){ str_from(look->text) }, &look->serials, e);
}

/* Where a piece is, as "LOCATION state", and how many steps it went. */
static bool serial_is(const char *serial, const char *place, size_t steps)
{
    Look look = { .text = serial };
    char text[64];
    if (!kit_read(db, &env, see_serial, &look, &err) || look.serials.items.count != 1) return false;
    const SerialShown *s = look.serials.items.items;
    (void)snprintf(text, sizeof text, "%.*s %.*s", STR_FMT(s->location), STR_FMT(s->state));
    return strcmp(text, place) == 0 && s->history.count == steps;
}

static bool see_lots(Ctx *ctx, void *arg, Error *e)
{
    Look   *look = arg;
    LotFind ask  = { .sku = str_from(look->text), .limit = OPT_NONE };
    return lots_list(ctx, &ask, &look->lots, e);
}

/* How much of a lot stands at LON, in all states together. */
static int64_t lot_floor(const char *sku, const char *lot)
{
    Look look = { .text = sku };
    check_ok(kit_read(db, &env, see_lots, &look, &err), &err, "lots can be listed");
    for (size_t i = 0; i < look.lots.items.count; i++) {
        const Lot *l = &look.lots.items.items[i];
        if (str_eq(l->lot, str_from(lot))) return l->places.count ? l->places.items[0].floor : 0;
    }
    return -1;
}

static bool see_verify(Ctx *ctx, void *arg, Error *e)
{
    Look        *look = arg;
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    look->broken = report.broken;
    for (size_t i = 0; i < report.count && !look->first[0]; i++)
        if (report.results[i].broken)
            (void)snprintf(look->first, sizeof look->first, "%s: %s", report.results[i].name,
                           report.results[i].rows[0].what);
    return true;
}

static void all_is_right(const char *after)
{
    Look look = { .broken = 0 };
    char name[120];
    err = (Error){ 0 };
    check_ok(kit_read(db, &env, see_verify, &look, &err), &err, "the database can be checked");
    (void)snprintf(name, sizeof name, "the whole database is right after %s", after);
    if (look.broken) printf("  %s\n", look.first);
    check(look.broken == 0, name);
}

/* --- lots --- */

static void test_lots(void)
{
    Order order;
    check_refused(move(receipt("MILK", 5000)), &err, &ERR_LOT_NEEDED, "milk does not come without its lot");
    check(strcmp(err.field, "lines[0].lot") == 0, "the refusal names the field");
    check_ok(receive_lot("MILK", 5000, "B", "2025-12-01", "floor"), &err, "a lot comes in");
    check_ok(receive_lot("MILK", 3000, "A", "2025-11-26", "floor"), &err, "one that ends earlier, later");
    check_ok(receive_lot("MILK", 4000, "C", "2025-11-25", "backroom"), &err, "one that ends first, behind");
    check_ok(receive_lot("MILK", 2000, "OLD", "2025-11-23", "floor"), &err,
             "and one that has ended already");
    check_refused(receive_lot("MILK", 1000, "A", "2025-11-27", "floor"), &err, &ERR_LOT_DATE,
                  "a lot has one last day");
    check_ok(sell((BasketLine){ .sku = STR("MILK"), .quantity = 4000 }, &order), &err, "four are sold");
    check(lot_floor("MILK", "A") == 0 && lot_floor("MILK", "B") == 4000 && lot_floor("MILK", "OLD") == 2000,
          "of the floor what ends first, and nothing that has ended");
    check(order.lines.items[0].goods.count == 2 && str_eq(order.lines.items[0].goods.items[0].lot, STR("A")),
          "the order shows its lots");
    check_ok(sell((BasketLine){ .sku = STR("MILK"), .quantity = 1000, .lot = STR("C") }, &order), &err,
             "a lot that was scanned is taken, wherever it stands");
    check_refused(sell((BasketLine){ .sku = STR("MILK"), .quantity = 1000, .lot = STR("OLD") }, &order),
                  &err, &ERR_LOT_EXPIRED, "an expired one is refused");
    check(strcmp(err.field, "lines[0].lot") == 0, "with its path");
    check_refused(sell((BasketLine){ .sku = STR("MILK"), .quantity = 1000, .lot = STR("X") }, &order), &err,
                  &ERR_LOT_UNKNOWN, "an unknown one too");
    check_ok(sell((BasketLine){ .sku            = STR("MILK"),
                                .quantity       = 1000,
                                .lot            = STR("OLD"),
                                .expired_reason = STR("half price, told the customer") },
                  &order),
             &err, "unless a person says why");
    check_refused(sell((BasketLine){ .sku = STR("MILK"), .quantity = 8000 }, &order), &err, &ERR_STOCK_SHORT,
                  "what has ended is not sold when the rest is short");
    check_ok(receive_lot("YOG", 1000, "Y1", "2025-11-26", "floor"), &err, "yoghurt that ends in two days");
    check_refused(sell((BasketLine){ .sku = STR("YOG"), .quantity = 1000 }, &order), &err, &ERR_LOT_EXPIRED,
                  "is not sold where it must keep three more");
    all_is_right("sales of lots");
}

static bool expire(Ctx *ctx, void *arg, Error *e)
{
    return inventory_expire_lots(ctx, 100, arg, e);
}

static bool do_recall(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return lots_recall(ctx, request, reply, e);
}

static bool see_sales(Ctx *ctx, void *arg, Error *e)
{
    LotSaleList list = { .next_cursor = STR_NONE };
    LotAsk      ask  = { .sku = STR("MILK"), .lot = STR("A"), .limit = OPT_NONE };
    if (!lots_sales(ctx, &ask, &list, e)) return false;
    *(int64_t *)arg     = list.items.count ? list.items.items[0].quantity : 0;
    ask.limit           = 1;
    StockMoveList moves = { .next_cursor = STR_NONE };
    return lots_moves(ctx, &ask, &moves, e) && moves.items.count == 1 && moves.next_cursor.len
        && (ask.cursor = moves.next_cursor, moves = (StockMoveList){ .next_cursor = STR_NONE },
            lots_moves(ctx, &ask, &moves, e))
        && moves.items.count == 1 && str_eq(moves.items.items[0].from_state, STR("vendor"));
}

static bool see_expiring(Ctx *ctx, void *arg, Error *e)
{
    LotExpiringFind ask  = { .days = 30, .limit = 1 };
    LotExpiringList list = { .next_cursor = STR_NONE };
    int64_t        *seen = arg;
    do {
        list = (LotExpiringList){ .next_cursor = STR_NONE };
        if (!lots_expiring(ctx, &ask, &list, e)) return false;
        *seen += (int64_t)list.items.count;
        ask.cursor = list.next_cursor;
    } while (list.next_cursor.len);
    return true;
}

static void test_lots_end(void)
{
    int64_t   count = 0, sold = 0, seen = 0;
    Order     order;
    Lot       lot;
    LotRecall recall = { STR("MILK"), STR("B"), STR("glass in it") };
    check(kit_read(db, &env, see_expiring, &seen, &err) && seen == 4,
          "what ends soon is listed, page by page");
    check_ok(kit_write(db, &env, expire, &count, &err), &err, "what expired is put apart");
    check(count == 1 && level("MILK").quarantine == 1000, "only that");
    check_ok(kit_write(db, &env, expire, &count, &err), &err, "and again");
    check(count == 0, "once");
    kit_now_ms += 2LL * 86400000;
    check_ok(kit_write(db, &env, expire, &count, &err), &err, "two days later");
    check(count == 1 && level("MILK").quarantine == 4000, "more of it, out of the backroom too");
    check(kit_read(db, &env, see_sales, &sold, &err) && sold == 3000,
          "who has a lot, and where it came from");
    check_ok(fixture_call(db, &env, do_recall, &recall, &lot, sizeof lot, NULL, &err), &err,
             "a lot is called back");
    check(lot.places.count == 1 && lot.places.items[0].floor == 0 && lot.places.items[0].quarantine == 4000,
          "what stands of it is put apart");
    check_refused(sell((BasketLine){ .sku = STR("MILK"), .quantity = 1000 }, &order), &err, &ERR_STOCK_SHORT,
                  "nothing of it is sold");
    check_refused(receive_lot("MILK", 1000, "B", NULL, "floor"), &err, &ERR_LOT_RECALLED,
                  "nothing more comes in");
    check_ok(receive_lot("MILK", 50000, "D", "2026-06-01", "floor"), &err, "fresh milk comes");
    all_is_right("the end of lots");
}

/* --- serial numbers --- */

static void test_serials(void)
{
    Order  order;
    Return doc;
    Str    two[] = { STR("P-1"), STR("P-2") }, twice[] = { STR("P-3"), STR("P-3") }, bad[] = { STR(" P") };
    check_refused(move(receipt("PHONE", 2000)), &err, &ERR_SERIALS_NEEDED,
                  "phones do not come without numbers");
    check_ok(receive_serials("PHONE", two, 2), &err, "two phones come in");
    check_refused(receive_serials("PHONE", two, 2), &err, &ERR_SERIAL_TAKEN, "the same do not come again");
    check_refused(receive_serials("PHONE", twice, 2), &err, &ERR_SERIALS_NEEDED, "none is there twice");
    check_refused(receive_serials("PHONE", bad, 1), &err, &ERR_SERIALS_NEEDED,
                  "a number has no blanks around");
    check_refused(sell((BasketLine){ .sku = STR("PHONE"), .quantity = 1000 }, &order), &err,
                  &ERR_SERIALS_NEEDED, "a phone is not sold without its number");
    check(strcmp(err.field, "lines[0].serials") == 0, "the refusal names the field");
    BasketLine one = { .sku = STR("PHONE"), .quantity = 1000, .serials = TEXT_LIST(STR("P-1")) };
    check_ok(sell(one, &order), &err, "with its number it is");
    Id first = order.id;
    check(order.lines.items[0].goods.count == 1
              && str_eq(order.lines.items[0].goods.items[0].serial, STR("P-1")),
          "the order shows it");
    check(serial_is("P-1", " customer", 2) && serial_is("P-2", "LON floor", 1), "each is where it is");
    check_refused(sell(one, &order), &err, &ERR_SERIAL_ELSEWHERE, "it is not sold twice");
    one.serials.items[0] = STR("P-9");
    check_refused(sell(one, &order), &err, &ERR_SERIAL_ELSEWHERE, "nor one that is not there");
    ReturnLineInput back = {
        .line = 1, .part = OPT_NONE, .quantity = 1000, .serials = TEXT_LIST(STR("P-2"))
    };
    check_refused(give_back(first, back, &doc), &err, &ERR_RETURN_SERIAL,
                  "another phone does not come back");
    back.serials.items[0] = STR("P-1");
    check_ok(give_back(first, back, &doc), &err, "the one that was sold does");
    check(doc.lines.items[0].goods.count == 1 && serial_is("P-1", "LON floor", 3),
          "and stands on the floor again");
    check_refused(give_back(first, back, &doc), &err, &ERR_RETURN_EXCEEDS, "once");
    one.serials.items[0] = STR("P-1");
    check_ok(sell(one, &order), &err, "then it can be sold again");
    all_is_right("sales of serial numbers");
    StockMoveLine there = { .sku           = STR("PHONE"),
                            .quantity      = 1000,
                            .from_location = STR("LON"),
                            .from_state    = STR("floor"),
                            .to_location   = STR("DC1"),
                            .to_state      = STR("in_transit") };
    check_ok(move(there), &err, "when all that stand there leave, none need be named");
    check(serial_is("P-2", "DC1 in_transit", 2), "it is on its way");
    there = (StockMoveLine){ .sku           = STR("PHONE"),
                             .quantity      = 1000,
                             .from_location = STR("DC1"),
                             .to_location   = STR("DC1"),
                             .from_state    = STR("in_transit"),
                             .to_state      = STR("backroom"),
                             .serials       = TEXT_LIST(STR("P-2")) };
    check_ok(move(there), &err, "and arrives");
    all_is_right("a transfer");
}

static bool set_late(Ctx *ctx, void *arg, Error *e)
{
    SettingInput in = { STR("stock.serials_late"), (int64_t)(intptr_t)arg };
    Setting      out;
    return settings_change(ctx, &in, &out, e);
}

static bool do_name(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return serials_name(ctx, request, reply, e);
}

static void test_late(void)
{
    Order      order;
    SerialsDue due;
    Str        more[] = { STR("P-10"), STR("P-11") };
    check_ok(receive_serials("PHONE", more, 2), &err, "two more phones come");
    check_ok(kit_write(db, &env, set_late, (void *)1, &err), &err, "numbers may be named later");
    check_ok(sell((BasketLine){ .sku = STR("PHONE"), .quantity = 1000 }, &order), &err,
             "one is sold without");
    all_is_right("a sale without its number");
    SerialsLate late = { order.id, STR("PHONE"), TEXT_LIST(STR("P-99")) };
    check_refused(fixture_call(db, &env, do_name, &late, &due, sizeof due, NULL, &err), &err,
                  &ERR_SERIAL_ELSEWHERE, "a number that never was is refused");
    late.serials.items[0] = STR("P-11");
    check_ok(fixture_call(db, &env, do_name, &late, &due, sizeof due, NULL, &err), &err,
             "its number is named");
    check(due.quantity == 0 && serial_is("P-11", " customer", 2), "nothing is left to be named");
    check_refused(fixture_call(db, &env, do_name, &late, &due, sizeof due, NULL, &err), &err, &ERR_NOT_FOUND,
                  "once");
    check_ok(kit_write(db, &env, set_late, (void *)0, &err), &err, "numbers are named at once again");
    all_is_right("naming it");
}

static void test_lots_of_serials(void)
{
    Order         order;
    StockMoveLine in = receipt("DRUG", 2000);
    in.serials       = (TextList)TEXT_LIST(STR("D1"), STR("D2"));
    check_refused(move(in), &err, &ERR_LOT_NEEDED, "a drug needs its lot too");
    in.lot     = STR("L1");
    in.expires = STR("2026-01-01");
    check_ok(move(in), &err, "with it, it comes in");
    BasketLine one = {
        .sku = STR("DRUG"), .quantity = 1000, .lot = STR("L2"), .serials = TEXT_LIST(STR("D1"))
    };
    check_refused(sell(one, &order), &err, &ERR_LOT_UNKNOWN,
                  "a number of another lot than was scanned is refused");
    one.lot = STR_NONE;
    check_ok(sell(one, &order), &err, "its number tells its lot");
    check(str_eq(order.lines.items[0].goods.items[0].lot, STR("L1")), "which the order keeps");
    all_is_right("sales of both");
}

/* --- cards --- */

static void test_cards(void)
{
    Order      order;
    bool       pending = false;
    Str        more[]  = { STR("P-20"), STR("P-21") };
    BasketLine lines[] = { { .sku = STR("PHONE"), .quantity = 1000, .serials = TEXT_LIST(STR("P-20")) },
                           { .sku = STR("MILK"), .quantity = 1000 },
                           { .sku = STR("TEA"), .quantity = 1000 } };
    check_ok(receive_serials("PHONE", more, 2), &err, "two more phones come");
    StockLevel milk = level("MILK");
    check_ok(sell_by(lines, 3, "tok_visa", &order, &pending), &err, "phone, milk and tea are paid by card");
    check(serial_is("P-20", " customer", 3), "the phone was picked, then went");
    check(level("MILK").floor == milk.floor - 1000 && level("MILK").picked == 0, "the milk too");
    all_is_right("a card that pays");
    lines[0].serials.items[0] = STR("P-21");
    check_refused(sell_by(lines, 3, "tok_declined_stolen", &order, &pending), &err, &ERR_PAYMENT_DECLINED,
                  "another card is declined");
    check(serial_is("P-21", "LON floor", 3), "the phone is back");
    check(level("MILK").floor == milk.floor - 1000 && level("MILK").picked == 0, "and the milk");
    all_is_right("a card that is declined");
}

/* --- kits --- */

static void test_kits(void)
{
    Order      order;
    Return     doc;
    StockLevel tea = level("TEA"), milk = level("MILK");
    check_ok(sell((BasketLine){ .sku = STR("BASKET"), .quantity = 3000 }, &order), &err,
             "three baskets are sold");
    check(level("TEA").floor == tea.floor - 6000 && level("MILK").floor == milk.floor - 3000,
          "they take what is in them");
    check(order.lines.items[0].kit.count == 2 && order.lines.items[0].goods.count == 1,
          "the order keeps the parts, and the lot of the milk");
    ReturnLineInput two = { .line = 1, .part = OPT_NONE, .quantity = 2000 };
    check_ok(give_back(order.id, two, &doc), &err, "two come back whole");
    check(level("TEA").floor == tea.floor - 2000 && level("MILK").floor == milk.floor - 1000,
          "with all in them");
    ReturnPartInput only[] = { { .sku = STR("TEA"), .quantity = 1000, .disposition = STR("damaged") } };
    ReturnLineInput one    = { .line = 1, .part = OPT_NONE, .quantity = 1000, .parts = { only, 1 } };
    check_ok(give_back(order.id, one, &doc), &err, "one comes back in parts");
    check(level("TEA").damaged == 1000 && level("MILK").floor == milk.floor - 1000,
          "only what came back came");
    check(doc.lines.items[0].goods.count == 3, "the return says what came and what is missing");
    check_refused(sell((BasketLine){ .sku = STR("BASKET"), .quantity = 1000000 }, &order), &err,
                  &ERR_STOCK_SHORT, "a kit is short when a part is");
    check(strstr(err.message, "TEA") || strstr(err.message, "MILK"), "which is named");
    all_is_right("baskets");
}

static void test_kits_of_serials(void)
{
    Order         order;
    Return        doc;
    Str           bodies[] = { STR("B-1"), STR("B-2") };
    StockMoveLine straps = receipt("STRAP", 10000), cases = receipt("CASE", 10000);
    check_ok(receive_serials("BODY", bodies, 2), &err, "bodies come");
    check(move(straps) && move(cases), "straps and cases come");
    BasketLine set = { .sku = STR("CAMSET"), .quantity = 1000 };
    check_refused(sell(set, &order), &err, &ERR_SERIALS_NEEDED, "a set needs the number of the body in it");
    set.serials = (__typeof__(set.serials))TEXT_LIST(STR("B-1"), STR("B-7"));
    check_refused(sell(set, &order), &err, &ERR_SERIAL_ELSEWHERE, "and none that is of no part");
    set.serials.count = 1;
    check_ok(sell(set, &order), &err, "with it, it is sold");
    check(level("STRAP").floor == 8000 && serial_is("B-1", " customer", 2), "with both straps");
    ReturnPartInput some[] = { { .sku = STR("CASE"), .quantity = 1000 } };
    ReturnLineInput back   = { .line = 1, .part = OPT_NONE, .quantity = 1000, .parts = { some, 1 } };
    check_refused(give_back(order.id, back, &doc), &err, &ERR_RETURN_PART, "a case is not taken back alone");
    some[0] = (ReturnPartInput){ .sku = STR("TEA"), .quantity = 1000 };
    check_refused(give_back(order.id, back, &doc), &err, &ERR_RETURN_PART, "nor what was not in it");
    some[0] = (ReturnPartInput){ .sku = STR("STRAP"), .quantity = 3000 };
    check_refused(give_back(order.id, back, &doc), &err, &ERR_RETURN_PART, "nor more than was in it");
    some[0] = (ReturnPartInput){ .sku         = STR("BODY"),
                                 .quantity    = 1000,
                                 .disposition = STR("quarantine"),
                                 .serials     = TEXT_LIST(STR("B-1")) };
    check_ok(give_back(order.id, back, &doc), &err, "the body alone comes back");
    check(serial_is("B-1", "LON quarantine", 3) && level("STRAP").floor == 8000,
          "to be looked at; the rest is missing");
    all_is_right("a set of parts with numbers");
    check_ok(move(receipt("BOXED", 5000)), &err, "boxes come");
    check_ok(sell((BasketLine){ .sku = STR("BOXED"), .quantity = 2000 }, &order), &err,
             "two are sold as they are");
    check(level("BOXED").floor == 3000 && level("CASE").floor == 9000,
          "nothing is taken of what is in them");
    back = (ReturnLineInput){ .line = 1, .part = OPT_NONE, .quantity = 1000 };
    check_ok(give_back(order.id, back, &doc), &err, "one comes back as it was");
    check(level("BOXED").floor == 4000, "as a box");
    some[0] = (ReturnPartInput){ .sku = STR("STRAP"), .quantity = 1000 };
    back    = (ReturnLineInput){ .line = 1, .part = OPT_NONE, .quantity = 1000, .parts = { some, 1 } };
    check_ok(give_back(order.id, back, &doc), &err, "one comes back open");
    check(level("BOXED").floor == 4000 && level("STRAP").floor == 9000, "with its strap only");
    all_is_right("boxes");
}

/* --- building and taking apart --- */

static bool do_assemble(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return stock_assemble(ctx, request, reply, e);
}

static bool do_disassemble(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return stock_disassemble(ctx, request, reply, e);
}

static bool build(KitBuild kit, bool apart)
{
    StockMoved moved;
    kit.sku      = STR("BOXED");
    kit.location = STR("LON");
    err          = (Error){ 0 };
    return fixture_call(db, &env, apart ? do_disassemble : do_assemble, &kit, &moved, sizeof moved, NULL,
                        &err);
}

static bool see_kits(Ctx *ctx, void *arg, Error *e)
{
    KitPlaceList list = { .items = { NULL, 0 } };
    if (!kits_stock(ctx, &(StockOfItem){ .sku = STR("CAMSET") }, &list, e) || list.items.count != 1)
        return false;
    *(KitPlace *)arg = list.items.items[0];
    return true;
}

static void test_building(void)
{
    StockLevel strap = level("STRAP"), boxed = level("BOXED");
    KitPlace   place = { .available = 0 };
    check_ok(build((KitBuild){ .quantity = 2000, .from_state = STR("floor") }, false), &err,
             "two boxes are built");
    check(level("STRAP").floor == strap.floor - 2000 && level("BOXED").backroom == boxed.backroom + 2000,
          "of what is in them");
    check_refused(build((KitBuild){ .quantity = 100000, .from_state = STR("floor") }, false), &err,
                  &ERR_STOCK_SHORT, "not of what is not there");
    check_ok(build((KitBuild){ .quantity = 1000, .to_state = STR("floor") }, true), &err,
             "one is taken apart");
    check(level("STRAP").floor == strap.floor - 1000 && level("BOXED").backroom == boxed.backroom + 1000,
          "its parts are there again");
    check_refused(build((KitBuild){ .quantity = 1500 }, true), &err, &ERR_FIELD_INVALID,
                  "half a box is none");
    check(kit_read(db, &env, see_kits, &place, &err) && place.available == 1000
              && str_eq(place.least, STR("BODY")),
          "of a kit there is the least over its parts");
    all_is_right("building kits");
}

/* --- the job, receipts --- */

static bool see_receipt(Ctx *ctx, void *arg, Error *e)
{
    PaperReply         text = { .text = STR_NONE };
    OrderPaperAsk ask = { .id = *(Id *)arg, .columns = OPT_NONE };
    if (!paper_order_text(ctx, &ask, &text, e)) return false;
    char *copy = arena_alloc(ctx->arena, text.text.len + 1);
    if (copy) memcpy(copy, text.text.ptr, text.text.len);
    return copy && strstr(copy, "  2 x TEA\n") && strstr(copy, "  1 x MILK\n") && strstr(copy, "  Lot D\n")
        && strstr(copy, "  S/N P-21\n");
}

static void test_job_and_receipt(void)
{
    static char  bytes[1 << 20];
    static Arena arena;
    Order        order;
    Id           id;
    BasketLine   lines[] = { { .sku = STR("BASKET"), .quantity = 1000 },
                             { .sku = STR("PHONE"), .quantity = 1000, .serials = TEXT_LIST(STR("P-21")) } };
    check_ok(sell_by(lines, 2, NULL, &order, NULL), &err, "a basket and a phone are sold");
    id = order.id;
    check(kit_read(db, &env, see_receipt, &id, &err), "the receipt prints parts, lot and serial number");
    int64_t quarantine = level("MILK").quarantine;
    check_ok(receive_lot("MILK", 7000, "SHORT", "2025-11-27", "floor"), &err,
             "milk comes that ends tomorrow");
    arena_init(&arena, bytes, sizeof bytes);
    int64_t minute = (kit_now_ms + 3LL * 86400000) / 60000 * 60000;
    kit_now_ms     = minute + 30000;
    check_ok(goods_expire_due(db, &env, &arena, kit_now_ms, &err), &err, "the job runs within a minute");
    check(level("MILK").quarantine == quarantine, "and does nothing");
    kit_now_ms = minute;
    check_ok(goods_expire_due(db, &env, &arena, kit_now_ms, &err), &err, "it runs at the full minute");
    check(level("MILK").quarantine == quarantine + 7000, "and puts apart what expired");
    all_is_right("the job");
}

/* --- packs and weights --- */

static bool scan(Ctx *ctx, void *arg, Error *e)
{
    Look *look = arg;
    Scan  out  = { .quantity = OPT_NONE };
    if (!scan_read(ctx, &(ScanAsk){ str_from(look->text) }, &out, e)) return false;
    look->broken = out.quantity;
    (void)snprintf(look->first, sizeof look->first, "%.*s %.*s %.*s %.*s", STR_FMT(out.item->sku),
                   STR_FMT(out.lot), STR_FMT(out.serial), STR_FMT(out.expires));
    return true;
}

static Look scanned(const char *code)
{
    Look look = { .text = code, .broken = 0 };
    check_ok(kit_read(db, &env, scan, &look, &err), &err, "a code is scanned");
    return look;
}

static bool name_barcodes(Ctx *ctx, void *arg, Error *e)
{
    ItemBarcode one[] = { { STR("4006381333931"), OPT_NONE }, { STR("14006381333938"), 12000 } };
    ItemBarcode ham   = { STR("2112345000008"), OPT_NONE };
    ScanPattern scale = { STR("21"), STR("21IIIIIWWWWWC"), 3 }, kept;
    ItemInput   cola  = {
           .sku = STR("COLA"), .name = STR("COLA"), .tracking = STR("lot"), .barcodes = { one, 2 }
    };
    ItemInput meat = {
        .sku = STR("HAM"), .name = STR("HAM"), .unit = STR("kg"), .quantity_step = 1, .barcodes = { &ham, 1 }
    };
    PriceSet set = { .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 1000 };
    (void)arg;
    return catalog_put(ctx, &cola, &set.item, e) && pricing_put(ctx, &set, e)
        && catalog_put(ctx, &meat, &set.item, e) && pricing_put(ctx, &set, e)
        && scan_patterns_change(ctx, &scale, &kept, e);
}

static bool see_packs(Ctx *ctx, void *arg, Error *e)
{
    StockPackList list = { .items = { NULL, 0 } };
    (void)arg;
    if (!stock_packs(ctx, &(StockOfItem){ .sku = STR("COLA") }, &list, e) || list.items.count != 1)
        return false;
    const StockInPacks *at = list.items.items;
    return at->on_hand == 24000 && at->packs.count == 1 && at->packs.items[0].packs == 2 && at->loose == 0;
}

static bool do_adjust(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return adjustments_create(ctx, request, reply, e);
}

static void test_adjusting(void)
{
    Adjustment          done;
    AdjustmentLineInput line  = { .sku = STR("DRUG"), .quantity = 1000, .serials = TEXT_LIST(STR("D2")) };
    AdjustmentInput     theft = { .location = STR("LON"), .reason = STR("theft"), .lines = { &line, 1 } };
    check_ok(fixture_call(db, &env, do_adjust, &theft, &done, sizeof done, NULL, &err), &err,
             "a drug is stolen");
    check(serial_is("D2", " loss", 2), "that one");
    all_is_right("theft");
}

static void test_packs(void)
{
    Order order;
    check_ok(kit_write(db, &env, name_barcodes, NULL, &err), &err, "boxes and scales have barcodes");
    Look box = scanned("(01)14006381333938(17)260501(10)COLA7");
    check(box.broken == 12000 && strcmp(box.first, "COLA COLA7  2026-05-01") == 0,
          "a box of 12 says its lot and its last day");
    check_ok(receive_lot("COLA", box.broken * 2, "COLA7", "2026-05-01", "floor"), &err, "two boxes come in");
    check(level("COLA").floor == 24000, "as 24 pieces");
    check(kit_read(db, &env, see_packs, NULL, &err), "or, counted in packs, two of 12");
    check_ok(sell((BasketLine){ .sku = STR("COLA"), .quantity = box.broken, .lot = STR("COLA7") }, &order),
             &err, "a box is sold by its barcode");
    check(order.lines.items[0].total == 12000 && level("COLA").floor == 12000, "as 12 pieces");
    StockMoveLine counted = { .sku           = STR("COLA"),
                              .quantity      = 2000,
                              .from_location = STR("LON"),
                              .from_state    = STR("floor"),
                              .to_state      = STR("adjustment"),
                              .lot           = STR("COLA7") };
    check_ok(move(counted), &err, "a count finds two pieces less");
    check(lot_floor("COLA", "COLA7") == 10000, "of the lot that was counted");
    counted = (StockMoveLine){ .sku         = STR("COLA"),
                               .quantity    = 1000,
                               .from_state  = STR("adjustment"),
                               .to_location = STR("LON"),
                               .to_state    = STR("floor") };
    check_ok(move(counted), &err, "another finds one more, of no lot that is named");
    check(lot_floor("COLA", "COLA7") == 11000, "it is of the lot that there is most of");
    Look slice = scanned("2112345012506");
    check(slice.broken == 1250, "a scale prints 1.250 kg");
    check_ok(move(receipt("HAM", 5000)), &err, "five kilograms of ham come in");
    check_ok(sell((BasketLine){ .sku = STR("HAM"), .quantity = slice.broken }, &order), &err,
             "and are sold by weight");
    check(level("HAM").floor == 3750 && order.lines.items[0].total == 1250, "to the gram");
    all_is_right("packs and weights");
}

int main(void)
{
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url = str_from(simulator.url);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make, NULL, &err), &err, "goods of all kinds are made");
    test_lots();
    test_lots_end();
    test_serials();
    test_late();
    test_lots_of_serials();
    test_cards();
    test_kits();
    test_kits_of_serials();
    test_building();
    test_job_and_receipt();
    test_packs();
    test_adjusting();
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("goods");
}

/* goods_model_test.c — lots and serial numbers by chance: hundreds of receipts, sales, returns, moves,
 * transfers, losses and ends of days, against a model that is slow and obvious. A seed replays a run:
 * goods_model_test SEED. */
#include "core/fefo.h"
#include "flows/goods.h"
#include "flows/verify.h"
#include "shop/pricing/pricing.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOTS = 8, PIECES = 24, SALES = 64, PLACES = 8, STEPS = 250, DAY_MS = 86400000 };

static Env   env;
static Db   *db;
static Error err;
static Id    milk, phone;

/* --- the model --- */

static const struct {
    const char *location, *state;
} places[PLACES] = { { "LON", "floor" },   { "LON", "backroom" },   { "LON", "quarantine" },
                     { "LON", "damaged" }, { "DC1", "in_transit" }, { "DC1", "backroom" },
                     { "", "customer" },   { "", "loss" } };
enum { FLOOR, BACK, QUARANTINE, DAMAGED, TRANSIT, DEPOT, CUSTOMER, LOSS };

/* A sale: how much of which lots, or which piece. */
typedef struct {
    Id      order;
    int64_t lots[LOTS], back[LOTS];
    int     piece; /* or -1 */
} Sold;

static struct {
    int64_t milk[LOTS][PLACES]; /* whole units */
    int64_t day[LOTS];
    int     phone[PIECES]; /* its place; -1: never seen */
    Sold    sold[SALES];
    size_t  sold_count;
} m;

static const char *const lot_names[LOTS] = { "A", "B", "C", "D", "E", "F", "G", "H" };

static Str lot_name(int lot)
{
    return str_from(lot_names[lot]);
}

static Str piece_name(int piece)
{
    static char names[PIECES][16];
    (void)snprintf(names[piece], sizeof names[piece], "N-%d", piece);
    return str_from(names[piece]);
}

static int64_t today(void)
{
    return kit_now_ms / DAY_MS; /* London, in winter */
}

/* The best lot in a place: the obvious way. */
static int best_lot(int place, bool good)
{
    int best = -1;
    for (int i = 0; i < LOTS; i++) {
        if (m.milk[i][place] == 0 || (good && m.day[i] && m.day[i] < today())) continue;
        int64_t a = m.day[i] ? m.day[i] : INT64_MAX,
                b = best >= 0 && m.day[best] ? m.day[best] : INT64_MAX;
        if (best < 0 || a < b) best = i;
    }
    return best;
}

static int64_t in_place(int place, bool good)
{
    int64_t sum = 0;
    for (int i = 0; i < LOTS; i++)
        if (!good || !m.day[i] || m.day[i] >= today()) sum += m.milk[i][place];
    return sum;
}

static int64_t any_of(int place)
{
    int64_t sum = 0;
    for (int i = 0; i < PIECES; i++) sum += m.phone[i] == place;
    return sum;
}

/* One of the pieces in a place, or -1. */
static int some_piece(int place)
{
    int64_t count = any_of(place), at = count ? below(count) : -1;
    for (int i = 0; i < PIECES && at >= 0; i++)
        if (m.phone[i] == place && at-- == 0) return i;
    return -1;
}

/* --- the shop --- */

static bool make_goods(Ctx *ctx, void *arg, Error *e)
{
    static const char *const skus[]  = { "MILK", "PHONE" };
    static const char *const kinds[] = { "lot", "serial" };
    Id *const                ids[]   = { &milk, &phone };
    (void)arg;
    for (size_t i = 0; i < 2; i++) {
        ItemInput item = { .sku      = str_from(skus[i]),
                           .name     = str_from(skus[i]),
                           .tracking = str_from(kinds[i]) };
        PriceSet  set  = { .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 100 };
        if (!catalog_put(ctx, &item, ids[i], e)) return false;
        set.item = *ids[i];
        if (!pricing_put(ctx, &set, e)) return false;
    }
    return true;
}

typedef struct {
    Id          item;
    int         from, to; /* from -1: the vendor */
    int64_t     units;
    StockMarks *marks;
    Str         cause;
} Want;

static bool do_move(Ctx *ctx, void *arg, Error *e)
{
    const Want *w    = arg;
    StockDoc    doc  = { ctx_new_id(ctx), w->cause, 0 };
    StockMove   move = { .item          = w->item,
                         .sku           = id_eq(w->item, milk) ? STR("MILK") : STR("PHONE"),
                         .from_location = w->from < 0 ? STR("") : str_from(places[w->from].location),
                         .from_state    = w->from < 0 ? STR("vendor") : str_from(places[w->from].state),
                         .to_location   = str_from(places[w->to].location),
                         .to_state      = str_from(places[w->to].state),
                         .qty           = w->units * 1000,
                         .marks         = w->marks };
    return inventory_move(ctx, &doc, &move, e);
}

static bool move(Want want)
{
    want.cause = want.cause.len ? want.cause : STR("adjustment");
    err        = (Error){ 0 };
    return kit_write(db, &env, do_move, &want, &err);
}

/* --- commands; each says whether model and shop agree on whether it may be done --- */

static bool receive_milk(void)
{
    int        lot = (int)below(LOTS), to = below(2) ? FLOOR : BACK;
    int64_t    units = below(6) + 1;
    StockMarks marks = { .lot = lot_name(lot), .expires_day = m.day[lot] };
    m.milk[lot][to] += units;
    return move((Want){ milk, -1, to, units, &marks, STR("receipt") });
}

static bool receive_phone(void)
{
    int        piece = (int)below(PIECES), to = below(2) ? FLOOR : BACK;
    Str        name  = piece_name(piece);
    StockMarks marks = { .serials = { &name, 1 } };
    bool       fresh = m.phone[piece] < 0;
    bool       done  = move((Want){ phone, -1, to, 1, &marks, STR("receipt") });
    if (fresh) m.phone[piece] = to;
    return done == fresh;
}

static bool do_sell(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_create(ctx, request, reply, e);
}

static bool sell(BasketLine line, Id *order)
{
    Order           out;
    TenderInput     cash    = tender_of(NULL);
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &cash, 1 } };
    err                     = (Error){ 0 };
    bool ok                 = fixture_call(db, &env, do_sell, &request, &out, sizeof out, NULL, &err);
    *order                  = out.id;
    return ok;
}

static bool sell_milk(void)
{
    int64_t units = below(8) + 1, left = units;
    bool    there = in_place(FLOOR, true) + in_place(BACK, true) >= units && m.sold_count < SALES;
    Sold    sold  = { .piece = -1 };
    if (m.sold_count == SALES) return true;
    bool done = sell((BasketLine){ .sku = STR("MILK"), .quantity = units * 1000 }, &sold.order);
    for (int place = FLOOR; done && there && left > 0 && place <= BACK;) {
        int lot = best_lot(place, true);
        if (lot < 0) {
            place++;
            continue;
        }
        m.milk[lot][place]--;
        m.milk[lot][CUSTOMER]++;
        sold.lots[lot]++;
        left--;
    }
    if (done) m.sold[m.sold_count++] = sold;
    return done == there;
}

static bool sell_phone(void)
{
    int  piece = (int)below(PIECES);
    Str  name  = piece_name(piece);
    Sold sold  = { .piece = piece };
    if (m.sold_count == SALES) return true;
    bool there = m.phone[piece] == FLOOR || m.phone[piece] == BACK;
    bool done  = sell((BasketLine){ .sku = STR("PHONE"), .quantity = 1000, .serials = { &name, 1 } },
                      &sold.order);
    if (done) m.sold[m.sold_count++] = sold;
    if (there) m.phone[piece] = CUSTOMER;
    return done == there;
}

static bool do_return(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return returns_create(ctx, request, reply, e);
}

static bool give_back(void)
{
    static const char *const to_state[] = { "floor", "backroom", "quarantine" };
    Return                   doc;
    int                      to = (int)below(3);
    if (m.sold_count == 0) return true;
    Sold *sold = &m.sold[below((int64_t)m.sold_count)];
    Str name = sold->piece >= 0 ? piece_name((int)below(4) ? sold->piece : (int)below(PIECES)) : STR_NONE;
    ReturnLineInput line = {
        .line = 1, .part = OPT_NONE, .quantity = 1000, .disposition = str_from(to_state[to])
    };
    ReturnRequest back = {
        .order = sold->order, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    int  lot = 0;
    bool may = false;
    if (sold->piece >= 0) {
        line.serials.items = &name;
        line.serials.count = 1;
        may                = str_eq(name, piece_name(sold->piece)) && sold->back[0] == 0;
    } else {
        while (lot < LOTS && sold->lots[lot] == sold->back[lot]) lot++;
        may = lot < LOTS;
        /* what went first comes first: in the order in which the lots went, that is by day */
        for (int i = 0; i < LOTS; i++)
            if (may && sold->lots[i] > sold->back[i] && below(2)) lot = i;
        if (may) line.lot = lot_name(lot);
    }
    err       = (Error){ 0 };
    bool done = fixture_call(db, &env, do_return, &back, &doc, sizeof doc, NULL, &err);
    if (done && may) {
        sold->back[lot]++;
        if (sold->piece >= 0) m.phone[sold->piece] = to;
        else {
            m.milk[lot][CUSTOMER]--;
            m.milk[lot][to]++;
        }
    }
    return done == may;
}

/* From one place to another; a lot may be named. */
static bool shift_milk(int from, int to)
{
    int64_t    units = below(4) + 1, left = units;
    int        lot   = below(2) ? (int)below(LOTS) : -1;
    StockMarks marks = { .lot = lot >= 0 ? lot_name(lot) : STR_NONE };
    bool       may   = lot >= 0 ? m.milk[lot][from] >= units : in_place(from, false) >= units;
    bool       done  = move((Want){ milk, from, to, units, &marks, STR("") });
    for (; may && left > 0; left--) {
        int one = lot >= 0 ? lot : best_lot(from, false);
        m.milk[one][from]--;
        m.milk[one][to]++;
    }
    return done == may;
}

static bool shift_phone(int from, int to)
{
    int        piece = some_piece(from);
    bool       named = below(3) > 0;
    Str        name  = piece >= 0 ? piece_name(piece) : STR("N-0");
    StockMarks marks = { .serials = { &name, named ? 1 : 0 } };
    bool       may   = piece >= 0 && (named || any_of(from) == 1);
    bool       done  = move((Want){ phone, from, to, 1, &marks, STR("") });
    if (may) m.phone[piece] = to;
    return done == may;
}

static bool shift(void)
{
    static const struct {
        int from, to;
    } ways[]   = { { FLOOR, BACK },    { BACK, FLOOR },   { FLOOR, QUARANTINE }, { QUARANTINE, FLOOR },
                   { FLOOR, DAMAGED }, { BACK, TRANSIT }, { TRANSIT, DEPOT },    { DEPOT, TRANSIT },
                   { DAMAGED, LOSS },  { FLOOR, LOSS } };
    size_t way = (size_t)below((int64_t)COUNT(ways));
    if (ways[way].from == DEPOT) return true; /* a transfer goes one way */
    return below(2) ? shift_milk(ways[way].from, ways[way].to)
                    : shift_phone(ways[way].from, ways[way].to);
}

static bool expire(Ctx *ctx, void *arg, Error *e)
{
    return inventory_expire_lots(ctx, 1000, arg, e);
}

/* A day ends: what has expired at either location is put apart. */
static bool end_day(void)
{
    int64_t count = 0;
    kit_now_ms += DAY_MS;
    for (int i = 0; i < LOTS; i++) {
        if (!m.day[i] || m.day[i] >= today()) continue;
        m.milk[i][QUARANTINE] += m.milk[i][FLOOR] + m.milk[i][BACK];
        m.milk[i][FLOOR] = m.milk[i][BACK] = 0;
    }
    err = (Error){ 0 };
    return kit_write(db, &env, expire, &count, &err);
}

/* --- comparing --- */

static bool same_lot(Ctx *ctx, int lot, Error *e)
{
    Lot     out;
    LotAsk  ask          = { .sku = STR("MILK"), .lot = lot_name(lot), .limit = OPT_NONE };
    int64_t have[PLACES] = { 0 };
    int64_t depot_gone   = 0;
    if (!lots_show(ctx, &ask, &out, e)) {
        for (int p = 0; p < PLACES; p++)
            if (m.milk[lot][p]) return false;
        *e = (Error){ 0 };
        return true;
    }
    for (size_t i = 0; i < out.places.count; i++) {
        const LotPlace *p = &out.places.items[i];
        if (str_eq(p->location, STR("LON"))) {
            have[FLOOR]      = p->floor / 1000;
            have[BACK]       = p->backroom / 1000;
            have[QUARANTINE] = p->quarantine / 1000;
            have[DAMAGED]    = p->damaged / 1000;
        } else {
            have[TRANSIT] = p->in_transit / 1000;
            have[DEPOT]   = (p->backroom + p->quarantine)
                        / 1000; /* the depot's end of days is not modelled */
            depot_gone = p->quarantine;
        }
    }
    (void)depot_gone;
    for (int p = 0; p <= DEPOT; p++)
        if (have[p] != m.milk[lot][p]) return false;
    return true;
}

static bool same_piece(Ctx *ctx, int piece, Error *e)
{
    SerialList list = { .next_cursor = STR_NONE };
    if (!serials_show(ctx, &(SerialAsk){ piece_name(piece) }, &list, e)) {
        *e = (Error){ 0 };
        return m.phone[piece] < 0;
    }
    const SerialShown *s = list.items.items;
    return m.phone[piece] >= 0
        && str_eq(text_or_empty(s->location), str_from(places[m.phone[piece]].location))
        && str_eq(s->state, str_from(places[m.phone[piece]].state));
}

static bool same(Ctx *ctx, void *arg, Error *e)
{
    bool *yes = arg;
    *yes      = true;
    for (int i = 0; i < LOTS && *yes; i++) *yes = same_lot(ctx, i, e);
    for (int i = 0; i < PIECES && *yes; i++) *yes = same_piece(ctx, i, e);
    return true;
}

static bool is_right(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            printf("  %s: %s\n", report.results[i].name, report.results[i].rows[0].what);
    *(bool *)arg = report.broken == 0;
    return true;
}

static bool (*const commands[])(void) = { receive_milk, receive_phone, sell_milk, sell_milk,
                                          sell_phone,   sell_phone,    give_back, give_back,
                                          shift,        shift,         shift,     end_day };
static const char *const names[]      = { "receive milk", "receive phone", "sell milk", "sell milk",
                                          "sell phone",   "sell phone",    "give back", "give back",
                                          "shift",        "shift",         "shift",     "end day" };

static void run(uint64_t seed)
{
    bool agree = true, alike = true, right = false;
    int  step = 0;
    char name[80];
    chance_state = seed;
    for (int i = 0; i < LOTS; i++) m.day[i] = i == 0 ? 0 : today() + 1 + below(12);
    for (int i = 0; i < PIECES; i++) m.phone[i] = -1;
    for (; step < STEPS && agree && alike; step++) {
        size_t command = (size_t)below((int64_t)COUNT(commands));
        agree          = commands[command]();
        alike          = agree && kit_read(db, &env, same, &alike, &err) && alike;
        if (!agree || !alike)
            printf("  seed %llu, step %d, %s: %s (%s)\n", (unsigned long long)seed, step, names[command],
                   agree ? "another stock than the model" : "another answer than the model", err.message);
    }
    (void)snprintf(name, sizeof name, "%d commands by chance are as the model says, seed %llu", step,
                   (unsigned long long)seed);
    check(agree && alike, name);
    check(kit_read(db, &env, is_right, &right, &err) && right, "and the whole database is right");
}

int main(int argc, char **argv)
{
    static const uint64_t seeds[] = { 1, 20261125, 777 };
    int64_t               start = kit_now_ms, wanted = 0;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &wanted)) return 2;
    for (size_t i = 0; i < COUNT(seeds); i++) {
        if (wanted && i > 0) break;
        memset(&m, 0, sizeof m);
        kit_now_ms = start;
        db         = kit_open(&env);
        check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
        check_ok(kit_write(db, &env, make_goods, NULL, &err), &err,
                 "with milk in lots and phones with numbers");
        run(wanted ? (uint64_t)wanted : seeds[i]);
        kit_close(db);
    }
    return check_finish("goods_model");
}

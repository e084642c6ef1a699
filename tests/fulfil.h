/* fulfil.h — what tests of fulfilments share: a shop with a depot, orders with a delivery, each step as a
 * call, and what is looked at after it. Included once in a program. */
#ifndef TESTS_FULFIL_H
#define TESTS_FULFIL_H

#include "flows/fulfil.h"

#include "flows/fulfil_due.h"
#include "flows/pay.h"
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/events/events.h"
#include "shop/locations/locations.h"
#include "shop/purchasing/purchasing.h"
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

/* ---- handlers with untyped parameters ---- */

#define ANY(name, Request, Reply)                                                                          \
    static inline bool any_##name(Ctx *ctx, const void *request, void *reply, Error *e)                    \
    {                                                                                                      \
        return name(ctx, (const Request *)request, (Reply *)reply, e);                                     \
    }
ANY(orders_create, CheckoutRequest, Order)
ANY(returns_create, ReturnRequest, Return)
ANY(fulfil_start, FulfilNote, Fulfilment)
ANY(fulfil_pick, PickInput, Fulfilment)
ANY(fulfil_short, ShortInput, Fulfilment)
ANY(fulfil_substitute, SubstituteInput, Fulfilment)
ANY(fulfil_reject, CallOff, Fulfilment)
ANY(fulfil_cancel, CallOff, Fulfilment)
ANY(fulfil_pack, PackInput, Fulfilment)
ANY(fulfil_label, PackageLabel, Fulfilment)
ANY(fulfil_ship, ShipInput, Fulfilment)
ANY(fulfil_deliver, DeliverInput, Fulfilment)
ANY(fulfil_fail, FulfilNote, Fulfilment)
ANY(fulfil_restock, RestockInput, Fulfilment)
ANY(fulfil_receive, FulfilNote, Fulfilment)
ANY(fulfil_stage, StageInput, Fulfilment)
ANY(fulfil_arrive, ArriveInput, Fulfilment)
ANY(fulfil_leave, FulfilNote, Fulfilment)
ANY(fulfil_hand_over, HandOverInput, Fulfilment)
ANY(fulfilments_show, ById, Fulfilment)
ANY(fulfilments_code, ById, PickupCode)
ANY(fulfilments_of_order, ById, OrderFulfilments)
ANY(fulfilments_list, FulfilmentFind, FulfilmentList)
ANY(pick_list, PickAsk, PickList)
ANY(bins_change, BinInput, BinInput)
ANY(bins_list, BinAsk, BinList)
ANY(substitutes_change, Substitutes, Substitutes)
ANY(substitutes_show, SubstituteAsk, Substitutes)
ANY(owed_list, OwedAsk, OwedList)
ANY(owed_settle, OwedSettle, Owed)
ANY(vendors_change, Vendor, Vendor)
ANY(purchases_create, PurchaseInput, Purchase)
ANY(purchases_send, ById, Purchase)
ANY(receipts_create, ReceiveRequest, GoodsReceipt)

#define CALL(name, request, reply, err)                                                                    \
    fixture_call(db, &env, any_##name, request, reply, sizeof *(reply), NULL, err)

static Fulfilment now; /* what the last step showed */
static Error      err;

#define STEP(name, ...) (err = (Error){ .def = NULL }, CALL(name, (&(__VA_ARGS__)), &now, &err))

static inline bool pick(Id id, const char *barcode, int64_t line, int64_t qty)
{
    return STEP(fulfil_pick,
                (PickInput){ .id = id, .barcode = str_from(barcode), .line = line, .quantity = qty });
}

static inline bool in_state(bool ok, const char *state, const char *name)
{
    check_ok(ok, &err, name);
    bool same = ok && str_eq(now.state, str_from(state));
    if (ok && !same) printf("  it is %.*s\n", STR_FMT(now.state));
    check(same, state);
    return same;
}

/* ---- orders with fulfilments ---- */

typedef struct {
    const char *method, *location, *store;
    int64_t     tea, cake; /* thousandths */
    bool        waiting, substitutes, cash;
} Wanted;

typedef struct {
    Wanted wanted;
    Order  order;
    Id     id;
} Making;

/* The goods of a sale that were taken along come back, and are fulfilled instead. */
static inline bool make(Ctx *ctx, void *arg, Error *e)
{
    Making           *m        = arg;
    StockDoc          doc      = { m->order.id, STR("sale"), 0 };
    AtpTerms          terms    = { .channel = STR("web") };
    NewFulfilmentLine lines[2] = { 0 };
    size_t            count    = 0;
    Address           address = { STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"),
                                    OPT_NONE, OPT_NONE };
    Contact           contact = { STR("Ada Byron"), STR("ada@example.com"), STR_NONE };
    const char       *skus[2] = { "TEA", "CAKE" };
    int64_t           qtys[2] = { m->wanted.tea, m->wanted.cake };
    for (int i = 0; i < 2; i++) {
        SaleItem item;
        if (qtys[i] == 0) continue;
        if (!catalog_sale_item(ctx, str_from(skus[i]), &item, e)) return false;
        StockMove back = { .item          = item.id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("customer"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = qtys[i] };
        if (!inventory_move(ctx, &doc, &back, e)) return false;
        lines[count] = (NewFulfilmentLine){ (int64_t)count + 1, item.id, str_dup(ctx->arena, item.sku),
                                            str_dup(ctx->arena, item.name), qtys[i] };
        count++;
    }
    NewFulfilment new = { .id          = ctx_new_id(ctx),
                          .order       = m->order.id,
                          .delivery    = STR("home"),
                          .method      = str_from(m->wanted.method),
                          .location    = str_from(m->wanted.location),
                          .channel     = STR("web"),
                          .store       = str_from(m->wanted.store),
                          .is_waiting  = m->wanted.waiting,
                          .substitutes = m->wanted.substitutes,
                          .contact     = &contact,
                          .address     = m->wanted.store ? NULL : &address,
                          .lines       = lines,
                          .line_count  = count };
    m->id             = new.id;
    return fulfil_make(ctx, &new, &terms, e);
}

static inline Id make_one(Wanted wanted, Id *order_or_null)
{
    Making          m        = { .wanted = wanted };
    BasketLine      lines[2] = { { .sku = STR_NONE } };
    size_t          count    = 0;
    TenderInput     tender   = tender_of(wanted.cash ? NULL : "tok_approve");
    CheckoutRequest request  = { .location       = STR("LON"),
                                 .channel        = STR("web"),
                                 .expected_total = OPT_NONE,
                                 .pay_by         = OPT_NONE,
                                 .tenders        = { &tender, 1 } };
    if (wanted.tea) lines[count++] = (BasketLine){ .sku = STR("TEA"), .quantity = wanted.tea };
    if (wanted.cake) lines[count++] = (BasketLine){ .sku = STR("CAKE"), .quantity = wanted.cake };
    request.lines.items = lines;
    request.lines.count = count;
    err                 = (Error){ .def = NULL };
    bool ok = CALL(orders_create, &request, &m.order, &err) && str_eq(m.order.state, STR("paid"));
    if (!ok || !kit_write(db, &env, make, &m, &err))
        check_ok(false, &err, "an order with a delivery is made");
    if (order_or_null) *order_or_null = m.order.id;
    return m.id;
}

/* ---- what is looked at ---- */

typedef struct {
    const char *sku, *location;
    AtpLevel    level;
} Look;

static inline bool look_at(Ctx *ctx, void *arg, Error *e)
{
    Look    *look = arg;
    SaleItem item;
    return catalog_sale_item(ctx, str_from(look->sku), &item, e)
        && inventory_level(ctx, item.id, str_from(look->location), &look->level, e);
}

static inline AtpLevel level(const char *sku, const char *location)
{
    Look  look = { .sku = sku, .location = location };
    Error e    = { 0 };
    if (!kit_read(db, &env, look_at, &look, &e)) check_ok(false, &e, "stock can be read");
    return look.level;
}

typedef struct {
    const char *kind;
    Id          subject;
    size_t      count;
} Told;

static inline bool count_told(Ctx *ctx, void *arg, Error *e)
{
    Told       *told = arg;
    EventCursor at   = { 0 };
    EventRow   *rows = NULL;
    size_t      n    = 0;
    for (told->count = 0;;) {
        if (!events_after(ctx, at, 100, &rows, &n, e)) return false;
        if (n == 0) return true;
        for (size_t i = 0; i < n; i++)
            told->count +=
                str_eq(rows[i].kind, str_from(told->kind)) && id_eq(rows[i].subject, told->subject);
        at = rows[n - 1].at;
    }
}

static inline size_t told(const char *kind, Id subject)
{
    Told  t = { kind, subject, 0 };
    Error e = { 0 };
    if (!kit_read(db, &env, count_told, &t, &e)) check_ok(false, &e, "events can be read");
    return t.count;
}

static inline bool verify_step(Ctx *ctx, void *arg, Error *e)
{
    return verify_run(ctx, arg, e);
}

static inline void all_true(const char *when)
{
    VerifyReport report = { 0 };
    Error        e      = { 0 };
    bool         ok     = kit_read(db, &env, verify_step, &report, &e);
    for (size_t i = 0; ok && i < report.count; i++)
        for (int64_t k = 0; k < report.results[i].broken && k < 3; k++)
            printf("  %s: %s: %lld, found %lld\n", report.results[i].name, report.results[i].rows[k].what,
                   (long long)report.results[i].rows[k].expected,
                   (long long)report.results[i].rows[k].found);
    check(ok && report.broken == 0, when);
}

static inline OrderFulfilments of_order(Id order)
{
    OrderFulfilments all = { { NULL, 0 } };
    err                  = (Error){ .def = NULL };
    check_ok(CALL(fulfilments_of_order, &((ById){ order }), &all, &err), &err,
             "the fulfilments of an order are shown");
    return all;
}

/* Picks all of both lines. */
static inline void pick_all(Id id)
{
    bool ok = STEP(fulfilments_show, (ById){ id });
    for (int64_t n = 1; ok && n <= (int64_t)now.lines.count; n++) {
        if (now.lines.items[n - 1].to_pick == 0) continue;
        ok = pick(id, NULL, n, OPT_NONE);
    }
    in_state(ok, "picked", "all is picked");
}

static inline void pack_all(Id id)
{
    PackInputPackage one = { .weight = 850 };
    in_state(STEP(fulfil_pack, (PackInput){ id, { &one, 1 } }), "packed", "all is packed in one package");
}

/* ---- what is not possible ---- */

typedef struct {
    const char    *event;
    FixtureHandler handler;
    const void    *request;
} Trial;

/* Every event that the machine does not know in this state is refused, and changes nothing. */
static inline void refused_here(Id id, const char *method, const char *state)
{
    PackInputPackage one       = { .weight = OPT_NONE };
    FulfilNote       note      = { id, STR_NONE };
    CallOff          off       = { id, STR_NONE, STR_NONE };
    PickInput        pick      = { .id = id, .line = 1, .quantity = OPT_NONE };
    ShortInput       missing   = { id, 1, OPT_NONE, STR_NONE, STR_NONE };
    PackInput        pack      = { id, { &one, 1 } };
    PackageLabel     label     = { id, 1, STR("Post"), STR_NONE, STR("T1"), STR_NONE };
    ShipInput        ship      = { .id = id };
    DeliverInput     deliver   = { .id = id };
    RestockInput     restock   = { id, STR_NONE };
    StageInput       stage     = { id, STR("A1") };
    ArriveInput      arrive    = { .id = id };
    HandOverInput    hand_over = { .id = id, .id_checked = true, .name = STR("Ada") };
    const Trial      trials[]  = {
              { "start", any_fulfil_start, &note },        { "finish", any_fulfil_pick, &pick },
              { "finish", any_fulfil_short, &missing },    { "reject", any_fulfil_reject, &off },
              { "cancel", any_fulfil_cancel, &off },       { "pack", any_fulfil_pack, &pack },
              { "label", any_fulfil_label, &label },       { "ship", any_fulfil_ship, &ship },
              { "deliver", any_fulfil_deliver, &deliver }, { "fail", any_fulfil_fail, &note },
              { "restock", any_fulfil_restock, &restock }, { "receive", any_fulfil_receive, &note },
              { "stage", any_fulfil_stage, &stage },       { "arrive", any_fulfil_arrive, &arrive },
              { "leave", any_fulfil_leave, &note },        { "hand_over", any_fulfil_hand_over, &hand_over },
    };
    Machine machine = fulfil_machine(str_from(method));
    bool    all     = true;
    for (size_t i = 0; i < COUNT(trials); i++) {
        Str        next  = STR_NONE;
        bool       first = strcmp(state, "open") == 0 && strcmp(trials[i].event, "finish") == 0;
        bool       again = strcmp(state, "labelled") == 0 && strcmp(trials[i].event, "label") == 0;
        Error      e     = { .def = NULL };
        Fulfilment reply;
        if (first || again || machine_next(machine, str_from(state), str_from(trials[i].event), &next))
            continue;
        bool done =
            fixture_call(db, &env, trials[i].handler, trials[i].request, &reply, sizeof reply, NULL, &e);
        if (!done && e.def == &ERR_STATE_REFUSED) continue;
        printf("  %s when %s %s: %s\n", trials[i].event, method, state, done ? "done" : e.message);
        all = false;
    }
    check(all, "what the machine does not know is refused");
    bool same = STEP(fulfilments_show, (ById){ id }) && str_eq(now.state, str_from(state));
    check(same, "and changes nothing");
}

static inline bool more_shop(Ctx *ctx, void *arg, Error *e)
{
    static const char *const skus[] = { "TEA", "CAKE" };
    StockDoc                 doc    = { ctx_new_id(ctx), STR("receipt"), 0 };
    (void)arg;
    db_touch(ctx->tx);
    for (size_t i = 0; i < COUNT(skus); i++) {
        ItemBarcode codes[2] = { { i ? STR("4006381333931") : STR("5012345678900"), OPT_NONE },
                                 { STR("15012345678907"), 12000 } };
        ItemInput   item     = { .sku           = str_from(skus[i]),
                                 .name          = str_from(skus[i]),
                                 .tax_class     = i ? STR("reduced") : STR("standard"),
                                 .quantity_step = 1000,
                                 .cost          = OPT_NONE,
                                 .if_version    = OPT_NONE };
        Id          id;
        item.barcodes.items = codes;
        item.barcodes.count = i ? 0 : 2;
        if (!catalog_put(ctx, &item, &id, e)) return false;
        StockMove move = { .item          = id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("vendor"),
                           .to_location   = STR("DC1"),
                           .to_state      = STR("backroom"),
                           .qty           = i ? 5000 : 20000 };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
    }
    return channels_serve(ctx, STR("web"), STR("DC1"), 2, e);
}

static inline void open_shop(void)
{
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url = str_from(simulator.url);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    check_ok(kit_write(db, &env, more_shop, NULL, &err), &err, "with a depot");
}

static inline int close_shop(const char *name)
{
    kit_close(db);
    simulator_stop(&simulator);
    return check_finish(name);
}

#endif

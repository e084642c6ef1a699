/* charge_random_test.c — orders whose card is only authorised, delivered and called off in parts, in any
 * order and by several people at once, while the payment service answers badly: what was taken and what was
 * released is always the total, and never more. A seed may be given: charge_random_test SEED. */
#include "flows/charge.h"
#include "tests/chance.h"
#include "tests/fulfil.h"
#include "tests/tender.h"

#include <assert.h>
#include <pthread.h>

enum { ORDERS = 25, PARCELS = 4, STEPS_MAX = 200, BYTES = 1 << 20 };

/* ---- orders ---- */

/* Sets *total to what a card holds of it. Up to four parcels to be fetched, sometimes something taken along,
 * sometimes with shipping. */
static Id order_held(size_t parcels, int64_t *total)
{
    static const char *const labels[PARCELS] = { "a", "b", "c", "d" };
    DeliveryInput            ways[PARCELS];
    BasketLine               lines[PARCELS + 1];
    TenderInput              tenders[2] = { tender_of("tok_amex"), tender_held("tok_visa") };
    size_t                   cards      = below(4) ? 1 : 2;
    CartShipping             shipping   = { .amount = 1 + below(500), .tax_class = STR("standard") };
    CheckoutRequest          request    = { .location       = STR("LON"),
                                            .channel        = STR("web"),
                                            .expected_total = OPT_NONE,
                                            .pay_by         = OPT_NONE,
                                            .deliveries     = { ways, parcels },
                                            .lines          = { lines, parcels },
                                            .tenders        = { tenders + 2 - cards, cards } };
    Order                    order      = { .state = STR_NONE };
    tenders[0].amount                   = 50;
    tenders[0].capture                  = STR("now");
    for (size_t i = 0; i < parcels; i++) {
        ways[i]  = (DeliveryInput){ .label        = str_from(labels[i]),
                                    .method       = STR("pickup"),
                                    .store        = STR("LON"),
                                    .window_from  = OPT_NONE,
                                    .window_until = OPT_NONE };
        lines[i] = (BasketLine){ .sku      = below(2) ? STR("TEA") : STR("CAKE"),
                                 .quantity = (1 + below(3)) * 1000,
                                 .delivery = ways[i].label };
    }
    if (below(3) == 0)
        lines[request.lines.count++] = (BasketLine){ .sku = STR("TEA"), .quantity = (1 + below(3)) * 1000 };
    if (below(2)) request.shipping = &shipping;
    err = (Error){ .def = NULL };
    check_ok(CALL(orders_create, &request, &order, &err), &err,
             "an order is made, its card only authorised");
    check(order.discount == 100, "units of a line cost differently");
    *total = order.total - (cards == 2 ? 50 : 0);
    return order.id;
}

/* ---- the payment, here and at the service ---- */

typedef struct {
    Id      order;
    Payment payment;
    bool    closed;
} Seen;

static bool see(Ctx *ctx, void *arg, Error *e)
{
    Seen    *seen     = arg;
    Payment *payments = NULL;
    size_t   count    = 0;
    if (!payments_of(ctx, seen->order, &payments, &count, e)) return false;
    assert(payments[count - 1].on_shipment);
    seen->payment = payments[count - 1];
    seen->closed  = str_eq(seen->payment.hold_state, STR("closed"));
    return true;
}

static bool run_jobs(int64_t now_ms)
{
    Arena arena;
    Error e     = { .def = NULL };
    void *bytes = malloc(BYTES);
    if (!bytes) return false;
    arena_init(&arena, bytes, BYTES);
    bool ok = pay_settle_due(db, &env, &arena, now_ms, &e);
    if (!ok) printf("  the jobs: %s: %s\n", e.def ? e.def->name : "?", e.message);
    free(bytes);
    return ok;
}

/* When nothing is left to do: all is taken or released, and the service's book says the same. */
static void all_settled(Id order, int64_t total)
{
    Seen            seen                 = { .order = order };
    Error           e                    = { .def = NULL };
    SimulatorCharge book                 = { .state = "" };
    char            key[ID_TEXT_LEN + 1] = "";
    bool            ok                   = true;
    for (int i = 0; i < 4; i++) ok = run_jobs(kit_now_ms += 7200000) && ok;
    check(ok, "the jobs run");
    check_ok(kit_read(db, &env, see, &seen, &e), &e, "the payment can be read");
    id_format(seen.payment.id, key);
    const Payment *p    = &seen.payment;
    bool           same = simulator_look(&simulator, key, &book) && book.captured == p->captured
             && book.refunded == p->refunded - p->released;
    if (!same || !seen.closed || p->captured + p->released != total)
        printf("  of %lld taken %lld (%lld at the service), released %lld\n", (long long)total,
               (long long)p->captured, (long long)book.captured, (long long)p->released);
    check(seen.closed && p->failed == 0, "nothing is held any more");
    check(p->captured + p->released == total, "what was taken and what was released is the total");
    check(same, "and the service says the same");
}

/* ---- one step of one parcel ---- */

static bool at(const Fulfilment *f, const char *state)
{
    return str_eq(f->state, str_from(state));
}

static bool is_over(const Fulfilment *f)
{
    return at(f, "handed_over") || at(f, "cancelled") || at(f, "rejected") || at(f, "no_show");
}

static bool hand_over(Id id)
{
    return STEP(fulfil_hand_over, (HandOverInput){ .id = id, .id_checked = true, .name = STR("Ada") });
}

static bool pick_next(const Fulfilment *f)
{
    for (size_t i = 0; i < f->lines.count; i++)
        if (f->lines.items[i].to_pick > 0) return pick(f->id, NULL, (int64_t)i + 1, OPT_NONE);
    return true;
}

/* A customer brings something back, perhaps more than there is, perhaps before it is known what was taken.
 */
static bool bring_back(Id order)
{
    ReturnLineInput line = { .line        = 1 + below(PARCELS),
                             .part        = OPT_NONE,
                             .quantity    = (1 + below(2)) * 1000,
                             .disposition = STR("floor") };
    ReturnRequest   ask  = {
           .order = order, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    Return back;
    err = (Error){ .def = NULL };
    return CALL(returns_create, &ask, &back, &err) || err.def == &ERR_RETURN_EXCEEDS
        || err.def == &ERR_CAPTURE_PENDING;
}

static bool step(const Fulfilment *f)
{
    Id      id     = f->id;
    int64_t chance = below(12);
    bool    early  = at(f, "open") || at(f, "picking");
    if (chance == 0 || !str_eq(f->method, STR("pickup")))
        return STEP(fulfil_cancel, (CallOff){ id, STR_NONE, STR("floor") });
    if (early && chance == 1 && f->lines.items[0].to_pick >= 1000)
        return STEP(fulfil_short, (ShortInput){ id, 1, 1000, STR("there"), STR_NONE });
    if (early) return pick_next(f);
    if (at(f, "picked")) return STEP(fulfil_stage, (StageInput){ id, STR("A-1") });
    return hand_over(id);
}

static void bad_weather(void)
{
    static const char *const words[] = { "\"500_approved\"", "\"500_lost\"", "\"garbage\"",
                                         "\"wrong_amount\"", "\"500_lost\",\"500_approved\"" };
    if (below(4) == 0) check(simulator_script(&simulator, words[below(COUNT(words))]), "the service errs");
    if (below(3) == 0) check(run_jobs(kit_now_ms += 60000), "the jobs run");
}

static void test_any_order(void)
{
    for (int round = 0; round < ORDERS; round++) {
        int64_t total = 0;
        Id      order = order_held((size_t)(1 + below(PARCELS)), &total);
        for (int n = 0; n < STEPS_MAX; n++) {
            OrderFulfilments all  = of_order(order);
            size_t           open = 0, which[64];
            for (size_t i = 0; i < all.items.count && open < COUNT(which); i++)
                if (!is_over(&all.items.items[i])) which[open++] = i;
            if (open == 0) break;
            Fulfilment one = all.items.items[which[below((int64_t)open)]];
            check_ok(step(&one), &err, "a step is done");
            if (below(6) == 0) check_ok(bring_back(order), &err, "something is brought back, or refused");
            bad_weather();
        }
        check(simulator_script(&simulator, ""), "the service answers well again");
        all_settled(order, total);
        if (round % 5 == 0) all_true("all is true");
    }
    all_true("all is true after all of it");
}

/* ---- at once ---- */

typedef struct {
    Id   id; /* or none: the jobs */
    bool ok;
} Racer;

typedef struct {
    Ctx    ctx;
    size_t mark;
    Racer *racer;
} Racing;

static bool race_step(Tx *tx, void *arg, Error *e)
{
    Racing       *r     = arg;
    Fulfilment    reply = { .state = STR_NONE };
    HandOverInput ask   = { .id = r->racer->id, .id_checked = true, .name = STR("Ada") };
    r->ctx.tx           = tx;
    r->ctx.arena->used  = r->mark;
    return fulfil_hand_over(&r->ctx, &ask, &reply, e);
}

static void *race_run(void *arg)
{
    Racer *racer = arg;
    Arena  arena;
    Error  e = { .def = NULL };
    if (id_is_none(racer->id)) {
        racer->ok = run_jobs(kit_now_ms) && run_jobs(kit_now_ms) && run_jobs(kit_now_ms);
        return NULL;
    }
    void *bytes = malloc(BYTES);
    if (!bytes) return NULL;
    arena_init(&arena, bytes, BYTES);
    Racing r  = { .ctx   = { .arena  = &arena,
                             .db     = db,
                             .env    = &env,
                             .now_ms = kit_now_ms,
                             .who    = { .merchant = 1, .perms = PERMS_ALL } },
                  .racer = racer };
    racer->ok = db_write(db, race_step, &r, &e);
    if (!racer->ok) printf("  %s: %s\n", e.def ? e.def->name : "?", e.message);
    free(bytes);
    return NULL;
}

static void test_at_once(void)
{
    for (int round = 0; round < 5; round++) {
        int64_t          total               = 0;
        Id               order               = order_held(PARCELS, &total);
        OrderFulfilments all                 = of_order(order);
        Racer            racers[PARCELS + 2] = { 0 };
        pthread_t        threads[COUNT(racers)];
        check(all.items.count == PARCELS, "there are four parcels");
        for (size_t i = 0; i < PARCELS && i < all.items.count; i++) racers[i].id = all.items.items[i].id;
        for (size_t i = 0; i < PARCELS; i++) {
            pick_all(racers[i].id);
            in_state(STEP(fulfil_stage, (StageInput){ racers[i].id, STR("A-1") }), "staged", "it waits");
        }
        for (size_t i = 0; i < COUNT(racers); i++)
            if (pthread_create(&threads[i], NULL, race_run, &racers[i]) != 0) abort();
        bool ok = true;
        for (size_t i = 0; i < COUNT(racers); i++) {
            (void)pthread_join(threads[i], NULL);
            ok = ok && racers[i].ok;
        }
        check(ok, "four parcels are handed over at once, while two jobs run");
        all_settled(order, total);
    }
    all_true("all is true after races");
}

static bool fill_shelves(Ctx *ctx, void *arg, Error *e)
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
                           .qty           = 1000000 };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char off[] = "{\"code\":\"OFF\",\"name\":\"Off\",\"phase\":\"order\",\"amount\":100}";
    open_shop();
    if (argc > 1) chance_state = strtoull(argv[1], NULL, 10);
    printf("seed %llu\n", (unsigned long long)chance_state);
    check_ok(kit_write(db, &env, fixture_promotion, off, &err), &err,
             "a pound off the order, so that units of a line cost differently");
    check_ok(kit_write(db, &env, fill_shelves, NULL, &err), &err, "the shelves are full");
    test_any_order();
    test_at_once();
    return close_shop("charge_random");
}

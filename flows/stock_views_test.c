/* stock_views_test.c — stock as it is and as it was: every view is the sum of its rows, every figure of
 * every past moment is the one that was seen then, and the movements lead to it. */
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

enum { STEPS = 120, ITEMS = 3, PLACES = 2 };

static Env   env;
static Db   *db;
static Error err;

static const char *const skus[ITEMS]       = { "TEA", "CAKE", "RICE" };
static const char *const locations[PLACES] = { "DC1", "LON" };
static const char *const states[]          = {
             "floor", "backroom", "picked", "in_transit", "damaged", "quarantine"
};

/* What was seen behind each step. */
static struct {
    int64_t  at;
    AtpLevel levels[ITEMS][PLACES];
} seen[STEPS];

static Id items[ITEMS];

static bool find_items(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    SaleItem item;
    for (int i = 0; i < ITEMS; i++) {
        if (!catalog_sale_item(ctx, str_from(skus[i]), &item, e)) return false;
        items[i] = item.id;
    }
    return true;
}

static bool set_region(Ctx *ctx, void *arg, Error *e)
{
    Location place;
    bool     found = false;
    (void)arg;
    if (!locations_find(ctx, STR("LON"), &place, &found, e)) return false;
    place.region = STR("south");
    return locations_put(ctx, &place, e);
}

/* Something moves; that too little was there for it is no fault. */
static bool step(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    int       i   = (int)below(ITEMS);
    Str       loc = str_from(locations[below(PLACES)]), other = str_from(locations[below(PLACES)]);
    Str       state = str_from(states[below(COUNT(states))]), next = str_from(states[below(COUNT(states))]);
    int64_t   qty  = 5 * (1 + below(3000));
    StockDoc  doc  = { ctx_new_id(ctx), STR("test"), 0 };
    StockMove move = { items[i], str_from(skus[i]), loc, state, other, next, qty, .is_fact = true };
    StockWant want = { .item = items[i], .sku = str_from(skus[i]), .location = loc, .qty = qty };
    switch (below(6)) {
    case 0: move.from_location = STR(""), move.from_state = STR("vendor"); break;
    case 1: move.to_location = STR(""), move.to_state = STR("loss"); break;
    case 2: return inventory_sell(ctx, &doc, &want, e);
    case 3: return inventory_claim(ctx, &(ClaimOwner){ STR("order"), doc.id, 0 }, 1, &want, e);
    case 4: return inventory_expect(ctx, &doc, items[i], loc, qty, e);
    default: break;
    }
    if (str_eq(move.from_location, move.to_location) && str_eq(move.from_state, move.to_state)) return true;
    return inventory_move(ctx, &doc, &move, e);
}

static bool look(Ctx *ctx, void *arg, Error *e)
{
    int k      = *(int *)arg;
    seen[k].at = kit_now_ms;
    for (int i = 0; i < ITEMS; i++)
        for (int p = 0; p < PLACES; p++)
            if (!inventory_level(ctx, items[i], str_from(locations[p]), &seen[k].levels[i][p], e))
                return false;
    return true;
}

static void make_history(void)
{
    for (int k = 0; k < STEPS; k++) {
        kit_now_ms += 1 + below(50);
        Error e  = { 0 };
        bool  ok = kit_write(db, &env, step, NULL, &e);
        if (!ok && e.def != &ERR_STOCK_SHORT) check_ok(ok, &e, "something moves");
        check_ok(kit_read(db, &env, look, &k, &e), &e, "the levels are seen");
    }
    kit_now_ms += 10;
}

static bool same(const StockLevel *shown, const AtpLevel *was)
{
    return shown->floor == was->floor && shown->backroom == was->backroom && shown->picked == was->picked
           && shown->in_transit == was->in_transit && shown->damaged == was->damaged
           && shown->quarantine == was->quarantine && shown->held == was->held
           && shown->committed == was->committed && shown->backordered == was->backordered
           && shown->on_order == was->on_order && shown->on_hand == was->floor + was->backroom;
}

static int index_of(const char *const *names, int count, Str name)
{
    for (int i = 0; i < count; i++)
        if (str_eq(name, str_from(names[i]))) return i;
    return -1;
}

/* Every row of a list against what was seen at that time. */
static bool list_is(Ctx *ctx, const StockFind *find, int k, size_t *rows, Error *e)
{
    StockFind request = *find;
    *rows             = 0;
    for (;;) {
        StockList list = { .next_cursor = STR_NONE };
        if (!stock_list(ctx, &request, &list, e)) return false;
        for (size_t n = 0; n < list.items.count; n++) {
            const StockLevel *l = &list.items.items[n];
            int i = index_of(skus, ITEMS, l->sku), p = index_of(locations, PLACES, l->location);
            if (i < 0 || p < 0 || !same(l, &seen[k].levels[i][p]))
                return err_set(e, &ERR_INTERNAL, "", "step %d: %.*s at %.*s", k, STR_FMT(l->sku),
                               STR_FMT(l->location));
        }
        *rows += list.items.count;
        if (!list.next_cursor.len) return true;
        request.cursor = list.next_cursor;
    }
}

static bool sums_are(Ctx *ctx, int k, Error *e)
{
    StockSumFind request = { .as_of = seen[k].at, .limit = 2 };
    size_t       rows    = 0;
    for (;;) {
        StockSumList list = { .next_cursor = STR_NONE };
        if (!stock_sums(ctx, &request, &list, e)) return false;
        for (size_t n = 0; n < list.items.count; n++, rows++) {
            const StockSum *s   = &list.items.items[n];
            int             i   = index_of(skus, ITEMS, s->sku);
            AtpLevel        sum = { 0 };
            for (int p = 0; i >= 0 && p < PLACES; p++) {
                sum.floor += seen[k].levels[i][p].floor;
                sum.in_transit += seen[k].levels[i][p].in_transit;
                sum.committed += seen[k].levels[i][p].committed;
                sum.on_order += seen[k].levels[i][p].on_order;
            }
            if (i < 0 || s->floor != sum.floor || s->in_transit != sum.in_transit
                || s->committed != sum.committed || s->on_order != sum.on_order)
                return err_set(e, &ERR_INTERNAL, "", "step %d: the sum of %.*s", k, STR_FMT(s->sku));
        }
        if (!list.next_cursor.len) break;
        request.cursor = list.next_cursor;
    }
    return rows == ITEMS || err_set(e, &ERR_INTERNAL, "", "%zu sums", rows);
}

static bool as_of(Ctx *ctx, void *arg, Error *e)
{
    int       k   = *(int *)arg;
    size_t    all = 0, at = 0, south = 0, tea = 0;
    StockFind every  = { .as_of = seen[k].at, .limit = 2 };
    StockFind london = { .as_of = seen[k].at, .limit = 2, .location = STR("LON") };
    StockFind region = { .as_of = seen[k].at, .limit = OPT_NONE, .region = STR("south") };
    StockFind item   = { .as_of = seen[k].at, .limit = OPT_NONE, .sku = STR("TEA") };
    if (!list_is(ctx, &every, k, &all, e) || !list_is(ctx, &london, k, &at, e)
        || !list_is(ctx, &region, k, &south, e) || !list_is(ctx, &item, k, &tea, e) || !sums_are(ctx, k, e))
        return false;
    if (at == ITEMS && south == at && all >= at && tea >= 1) return true;
    return err_set(e, &ERR_INTERNAL, "", "rows: %zu, %zu, %zu, %zu", all, at, south, tea);
}

/* Going back through the movements of a figure, its balance is what the figure was, down to nothing. */
static bool walk(Ctx *ctx, const char *sku, const char *location, const char *region, const char *state,
                 Error *e)
{
    StockMoveFind request = { .sku      = str_from(sku),
                              .location = str_from(location),
                              .region   = str_from(region),
                              .state    = str_from(state),
                              .from     = OPT_NONE,
                              .to       = OPT_NONE,
                              .limit    = 7 };
    StockFind     now     = {
                .sku = str_from(sku), .location = str_from(location), .region = str_from(region),
                .as_of = OPT_NONE, .limit = OPT_NONE
    };
    StockList levels = { .next_cursor = STR_NONE };
    int64_t   due    = 0;
    if (!stock_list(ctx, &now, &levels, e)) return false;
    for (size_t i = 0; i < levels.items.count; i++) {
        const StockLevel *l = &levels.items.items[i];
        due += !state ? l->floor + l->backroom + l->picked + l->in_transit + l->damaged + l->quarantine
               : strcmp(state, "floor") == 0     ? l->floor
               : strcmp(state, "committed") == 0 ? l->committed
                                                 : l->on_order;
    }
    for (;;) {
        StockMoveList list = { .next_cursor = STR_NONE };
        if (!stock_moves(ctx, &request, &list, e)) return false;
        for (size_t i = 0; i < list.items.count; i++) {
            if (list.items.items[i].balance != due)
                return err_set(e, &ERR_INTERNAL, "", "a balance of %s", sku);
            due -= list.items.items[i].change;
        }
        if (!list.next_cursor.len) break;
        request.cursor = list.next_cursor;
    }
    return due == 0 || err_set(e, &ERR_INTERNAL, "", "%lld of %s came from nowhere", (long long)due, sku);
}

static bool walks(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    for (int i = 0; i < ITEMS; i++)
        if (!walk(ctx, skus[i], NULL, NULL, NULL, e) || !walk(ctx, skus[i], "LON", NULL, NULL, e)
            || !walk(ctx, skus[i], "LON", NULL, "floor", e) || !walk(ctx, skus[i], NULL, NULL, "committed", e)
            || !walk(ctx, skus[i], "DC1", NULL, "on_order", e) || !walk(ctx, skus[i], NULL, "south", NULL, e)
            || !walk(ctx, skus[i], NULL, "south", "floor", e))
            return false;
    return true;
}

static bool filters(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    StockMoveFind request = { .sku = STR("TEA"), .from = seen[10].at, .to = seen[60].at, .limit = 200 };
    StockMoveList list = { .next_cursor = STR_NONE }, one = { .next_cursor = STR_NONE };
    if (!stock_moves(ctx, &request, &list, e)) return false;
    for (size_t i = 0; i < list.items.count; i++)
        if (list.items.items[i].at < seen[10].at || list.items.items[i].at > seen[60].at)
            return err_set(e, &ERR_INTERNAL, "", "a move of another time");
    int64_t there = 0;
    for (int p = 0; p < PLACES; p++) {
        const AtpLevel *l = &seen[60].levels[0][p];
        there += l->floor + l->backroom + l->picked + l->in_transit + l->damaged + l->quarantine;
    }
    if (list.items.count == 0 || list.items.items[0].balance != there)
        return err_set(e, &ERR_INTERNAL, "", "the balance of a past moment");
    request = (StockMoveFind){ .sku      = STR("TEA"),
                               .from     = OPT_NONE,
                               .to       = OPT_NONE,
                               .limit    = OPT_NONE,
                               .document = list.items.items[0].document,
                               .cause    = list.items.items[0].cause };
    if (!stock_moves(ctx, &request, &one, e)) return false;
    for (size_t i = 0; i < one.items.count; i++)
        if (!id_eq(one.items.items[i].document, request.document) || one.items.items[i].balance != OPT_NONE)
            return err_set(e, &ERR_INTERNAL, "", "a move of another document");
    return one.items.count > 0 || err_set(e, &ERR_INTERNAL, "", "a document without moves");
}

static bool view(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    for (int i = 0; i < ITEMS; i++) {
        StockOfItem request = { str_from(skus[i]) };
        StockView   shown   = { .network = NULL };
        int64_t     floors = 0, availables = 0, by_region = 0;
        if (!stock_show(ctx, &request, &shown, e)) return false;
        for (size_t n = 0; n < shown.items.count; n++) {
            floors += shown.items.items[n].floor;
            availables += shown.items.items[n].available;
        }
        for (size_t n = 0; n < shown.regions.count; n++) by_region += shown.regions.items[n].floor;
        if (floors != shown.network->floor || availables != shown.network->available || by_region != floors)
            return err_set(e, &ERR_INTERNAL, "", "the view of %s", skus[i]);
    }
    return true;
}

static bool cost(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku           = STR("TEA"),
                       .name          = STR("TEA"),
                       .tax_class     = STR("standard"),
                       .quantity_step = 1000,
                       .cost          = 130 };
    Id        id;
    (void)arg;
    return catalog_put(ctx, &item, &id, e);
}

static bool values(Ctx *ctx, void *arg, Error *e)
{
    int         k     = *(int *)arg;
    StockValues shown = { .network = NULL };
    int64_t     sum = 0, regions = 0;
    if (!stock_value(ctx, &(StockValueFind){ .as_of = seen[k].at }, &shown, e)) return false;
    for (size_t i = 0; i < shown.locations.count; i++) {
        const StockValue *v = &shown.locations.items[i];
        const AtpLevel   *l = &seen[k].levels[0][index_of(locations, PLACES, v->location)];
        sum += v->total;
        if (v->sellable != (l->floor + l->backroom) * 130 / 1000 || v->damaged != l->damaged * 130 / 1000)
            return err_set(e, &ERR_INTERNAL, "", "the value at step %d", k);
    }
    for (size_t i = 0; i < shown.regions.count; i++) regions += shown.regions.items[i].total;
    return (sum == shown.network->total && regions == sum)
           || err_set(e, &ERR_INTERNAL, "", "the sum of values at step %d", k);
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    check_ok(kit_write(db, &env, find_items, NULL, &err) && kit_write(db, &env, set_region, NULL, &err),
             &err, "with three items, and a region");
    make_history();
    for (int k = 0; k < STEPS; k++)
        check_ok(kit_read(db, &env, as_of, &k, &err), &err,
                 "every list shows what was there at any moment");
    check_ok(kit_read(db, &env, walks, NULL, &err), &err, "the movements of a figure lead to it");
    check_ok(kit_read(db, &env, filters, NULL, &err), &err,
             "movements are found by time, document and cause");
    check_ok(kit_read(db, &env, view, NULL, &err), &err, "the view of an item is the sum of its rows");
    check_ok(kit_write(db, &env, cost, NULL, &err), &err, "TEA costs 1.30");
    for (int k = 0; k < STEPS; k += 7)
        check_ok(kit_read(db, &env, values, &k, &err), &err, "the value is that of the rows, now and then");
    kit_close(db);
    return check_finish("stock_views");
}

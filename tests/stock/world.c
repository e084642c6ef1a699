/* world.c — the engine's shop and the model side by side. See world.h. */
#include "tests/stock/world.h"

#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/api.h"
#include "sys/json_read.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const place_codes[PLACES]     = { "LON", "DC1", "MAN" };
const char *const channel_codes[CHANNELS] = { "pos", "web" };
const char *const kind_names[KINDS]       = { "cart", "order", "fulfilment", "transfer" };
const char *const item_skus[ITEMS]        = { "TEA", "CAKE", "RICE" };
const char *const state_names[STATES]     = {
        "floor",      "backroom", "picked",    "in_transit",  "damaged",
        "quarantine", "held",     "committed", "backordered", "on_order"
};

void world_blame(World *w, const char *format, ...)
{
    va_list args;
    if (w->why[0]) return; /* the first is the one to look at */
    va_start(args, format);
    (void)vsnprintf(w->why, sizeof w->why, format, args);
    va_end(args);
}

Outcome world_do(World *w, WorldStep step, void *arg)
{
    Error     err       = { 0 };
    long long available = -1;
    w->idle             = false;
    if (kit_write(w->db, w->env, step, arg, &err)) return (Outcome){ true, -1 };
    const char *told = err.def == &ERR_STOCK_SHORT && err.extra.len ? strchr(err.extra.ptr, ':') : NULL;
    if (told) available = strtoll(told + 1, NULL, 10);
    if (err.def != &ERR_STOCK_SHORT)
        world_blame(w, "the engine refused it: %s %s: %s", err.def ? err.def->name : "?", err.field,
                    err.message);
    return (Outcome){ false, available };
}

bool world_call(World *w, const char *words, const char *json, const char *refusals, void **reply,
                Str *code)
{
    enum { BYTES = 1 << 20 };
    static char     bytes[BYTES], refused[80];
    static uint64_t replies[4096];
    const RouteDef *route = NULL;
    Arena           arena;
    Error           err = { 0 };
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++)
            if (strcmp(shop_all[c]->routes[i].cli, words) == 0) route = &shop_all[c]->routes[i];
    if (!route || route->reply->size > sizeof replies) {
        world_blame(w, "there is no route %s", words);
        return false;
    }
    arena_init(&arena, bytes, sizeof bytes);
    Faults  faults  = { .count = 0 };
    Decoder d       = { .arena = &arena, .faults = &faults, .route_path = "" };
    void   *request = arena_alloc(&arena, route->request->size);
    if (!request || !json_read(&d, route->request, str_from(json), request, &err) || faults.count) {
        world_blame(w, "%s: %s is no request: %s %s", words, json, faults.items[0].field,
                    faults.items[0].detail);
        return false;
    }
    w->idle = false;
    *reply  = replies;
    if (fixture_call(w->db, w->env, route->handler, request, replies, route->reply->size, NULL, &err))
        return true;
    (void)snprintf(refused, sizeof refused, " %s ", err.def ? err.def->name : "?");
    *code = str_trim(str_from(refused));
    if (!strstr(refusals, refused)) world_blame(w, "%s: %s %s: %s", words, refused, err.field, err.message);
    return false;
}

static bool make_shop(Ctx *ctx, void *arg, Error *err)
{
    World   *w        = arg;
    Merchant merchant = { STR("Model"), STR("GBP"), STR("1 High Street"), STR("GB123") };
    Location third    = { STR("MAN"), STR("Manchester"), STR("store"), STR("GB"), STR("Europe/London"),
                          STR_NONE,   STR("GB"),         STR_NONE,     true };
    if (!identity_put_merchant(ctx, &merchant, err)
        || !identity_put_role(ctx, STR("manager"), STR("*"), err) || !fixture_shop(ctx, NULL, err)
        || !locations_put(ctx, &third, err))
        return false;
    for (int p = 0; p < PLACES; p++)
        for (int c = 0; c < CHANNELS; c++)
            if (!channels_serve(ctx, str_from(channel_codes[c]), str_from(place_codes[p]), p + 1, err))
                return false;
    for (int i = 0; i < ITEMS; i++) {
        SaleItem item;
        if (!catalog_sale_item(ctx, str_from(item_skus[i]), &item, err)) return false;
        w->items[i] = item.id;
    }
    return true;
}

/* The safety stock of every item everywhere, which the web keeps. */
static void keep_safety(World *w)
{
    for (int i = 0; i < ITEMS; i++)
        for (int p = 0; p < PLACES; p++) {
            char  body[200];
            void *reply = NULL;
            Str   code  = STR_NONE;
            (void)snprintf(body, sizeof body, "{\"sku\":\"%s\",\"location\":\"%s\",\"quantity\":%d}",
                           item_skus[i], place_codes[p], SAFETY / 1000);
            (void)world_call(w, "stock safety", body, "", &reply, &code);
        }
}

void world_start(World *w)
{
    Model *m       = w->model;
    Error  err     = { 0 };
    m->claim_count = m->past_count = m->sale_count = m->fact_count = 0;
    m->order_count                                                 = 0;
    m->delivery_count                                              = 0;
    m->transfer_count                                              = 0;
    m->purchase_count                                              = 0;
    w->owner_count                                                 = 0;
    w->done = w->refused = 0;
    w->why[0]            = 0;
    memset(m->level, 0, sizeof m->level);
    kit_merchant++;
    if (!kit_write(w->db, w->env, make_shop, w, &err)) {
        fprintf(stderr, "the shop cannot be made: %s %s\n", err.field, err.message);
        exit(1);
    }
    keep_safety(w);
    for (int i = 0; i < ITEMS; i++) {
        m->level[i][0].qty[FLOOR] = 100000; /* what fixture_shop gives London */
        for (int p = 0; p < PLACES; p++) m->level[i][p].safety = SAFETY;
    }
    m->now_ms = kit_now_ms;
    model_remember(m);
}

static void compare_level(World *w, int item, int place, const AtpLevel *e)
{
    const Level   *l           = &w->model->level[item][place];
    const int64_t  has[STATES] = { e->floor,      e->backroom, e->picked,    e->in_transit,  e->damaged,
                                   e->quarantine, e->held,     e->committed, e->backordered, e->on_order };
    const AtpShare none        = { 0 };
    for (int s = 0; s < STATES; s++)
        if (has[s] != l->qty[s])
            world_blame(w, "%s of %s at %s: the engine has %lld, the model %lld", state_names[s],
                        item_skus[item], place_codes[place], (long long)has[s], (long long)l->qty[s]);
    for (int c = 0; c < CHANNELS; c++) {
        AtpTerms terms = { .channel      = str_from(channel_codes[c]),
                           .keeps_safety = c == 1,
                           .safety       = SAFETY };
        int64_t  told = atp(e, &terms, &none), want = model_available(w->model, item, place, c);
        if (told != want)
            world_blame(w, "%s at %s for %s: available %lld, by the model %lld", item_skus[item],
                        place_codes[place], channel_codes[c], (long long)told, (long long)want);
    }
}

static bool compare_levels(Ctx *ctx, World *w, Error *err)
{
    for (int i = 0; i < ITEMS; i++)
        for (int p = 0; p < PLACES; p++) {
            AtpLevel level;
            if (!inventory_level(ctx, w->items[i], str_from(place_codes[p]), &level, err)) return false;
            compare_level(w, i, p, &level);
        }
    return true;
}

static const ModelClaim *claim_of(const Model *m, int owner, int64_t n)
{
    for (size_t i = 0; i < m->claim_count; i++)
        if (m->claims[i].owner == owner && m->claims[i].n == n) return &m->claims[i];
    return NULL;
}

static bool same_claim(const World *w, const Claim *e, const ModelClaim *c)
{
    return c && id_eq(e->item, w->items[c->item]) && str_eq(e->location, str_from(place_codes[c->place]))
        && str_eq(e->owner, str_from(kind_names[c->kind]))
        && str_eq(e->state, str_from(state_names[c->state])) && e->qty == c->qty && e->taken == c->taken
        && e->released == c->released && e->expires_ms == c->expires_ms;
}

static bool compare_claims(Ctx *ctx, World *w, Error *err)
{
    static size_t open[OWNERS_MAX];
    const Model  *m = w->model;
    memset(open, 0, (size_t)w->owner_count * sizeof open[0]);
    for (size_t i = 0; i < m->claim_count; i++) open[m->claims[i].owner] += model_open(&m->claims[i]) > 0;
    for (int owner = 0; owner < w->owner_count; owner++) {
        Claim *claims = NULL;
        size_t count  = 0;
        if (open[owner] == 0 && owner < w->owner_count - 20)
            continue; /* the last ones: also that all are closed */
        if (!inventory_claims_of(ctx, w->owners[owner], &claims, &count, err)) return false;
        if (count != open[owner])
            world_blame(w, "owner %d has %zu open claims, by the model %zu", owner, count, open[owner]);
        for (size_t i = 0; i < count; i++)
            if (!same_claim(w, &claims[i], claim_of(m, owner, claims[i].n)))
                world_blame(w, "claim %lld of owner %d is not as the model has it", (long long)claims[i].n,
                            owner);
    }
    return true;
}

static int index_of(const char *const *names, int count, Str name)
{
    for (int i = 0; i < count; i++)
        if (str_eq(name, str_from(names[i]))) return i;
    return -1;
}

static void add_move(int64_t sums[PLACES][STATES], Str location, Str state, int64_t qty)
{
    int place = index_of(place_codes, PLACES, location);
    if (place >= 0) sums[place][index_of(state_names, STATES, state)] += qty;
}

typedef int64_t Sums[PLACES][STATES];

static void compare_sums(World *w, int item, const Moment *then, Sums sums)
{
    for (int p = 0; p < PLACES; p++)
        for (int s = 0; s < STATES; s++)
            if (sums[p][s] != then->level[item][p].qty[s])
                world_blame(w, "%s of %s at %s as of %lld: the ledger adds up to %lld, the model had %lld",
                            state_names[s], item_skus[item], place_codes[p], (long long)then->at_ms,
                            (long long)sums[p][s], (long long)then->level[item][p].qty[s]);
}

/* An item as it stands, and as it stood at a past moment: the sums of the movements that the ledger tells. */
static bool compare_past(Ctx *ctx, World *w, int item, int64_t step, Error *err)
{
    const Model  *m    = w->model;
    const Moment *then = model_at(m, m->past[(size_t)(step * 7919) % m->past_count].at_ms);
    Sums          was = { { 0 } }, is = { { 0 } };
    StockMoveFind find = {
        .sku = str_from(item_skus[item]), .from = OPT_NONE, .to = OPT_NONE, .limit = 200
    };
    for (bool more = true; more;) {
        StockMoveList page = { .next_cursor = STR_NONE };
        if (!stock_moves(ctx, &find, &page, err)) return false;
        for (size_t i = 0; i < page.items.count; i++) {
            const StockMoveRow *r = &page.items.items[i];
            for (int old = 0; old <= (r->at <= then->at_ms); old++) {
                add_move(old ? was : is, r->from_location, r->from_state, -r->quantity);
                add_move(old ? was : is, r->to_location, r->to_state, r->quantity);
            }
        }
        find.cursor = page.next_cursor;
        more        = page.next_cursor.len > 0;
    }
    compare_sums(w, item, &m->past[m->past_count - 1], is);
    compare_sums(w, item, then, was);
    return true;
}

static void compare_row(World *w, int item, const StockLevel *r, const Moment *then)
{
    int           place       = index_of(place_codes, PLACES, r->location);
    const int64_t has[STATES] = { r->floor,      r->backroom, r->picked,    r->in_transit,  r->damaged,
                                  r->quarantine, r->held,     r->committed, r->backordered, r->on_order };
    if (place < 0) world_blame(w, "a view tells of stock at %.*s", STR_FMT(r->location));
    for (int s = 0; s < STATES && place >= 0; s++)
        if (has[s] != then->level[item][place].qty[s])
            world_blame(w, "%s of %s at %s as of %lld: a view tells %lld, the model had %lld",
                        state_names[s], item_skus[item], place_codes[place], (long long)then->at_ms,
                        (long long)has[s], (long long)then->level[item][place].qty[s]);
}

/* The view of a past moment: every row is the model's, and none is missing that had something. */
static bool compare_as_of(Ctx *ctx, World *w, int item, int64_t step, Error *err)
{
    const Model  *m    = w->model;
    const Moment *then = &m->past[(size_t)(step * 104729) % m->past_count];
    StockFind     find = { .sku = str_from(item_skus[item]), .as_of = then->at_ms, .limit = OPT_NONE };
    StockList     list = { .next_cursor = STR_NONE };
    int64_t       left = 0;
    if (!stock_list(ctx, &find, &list, err)) return false;
    for (int p = 0; p < PLACES; p++)
        for (int s = 0; s < STATES; s++) left += then->level[item][p].qty[s];
    for (size_t i = 0; i < list.items.count; i++) {
        const StockLevel *r = &list.items.items[i];
        compare_row(w, item, r, then);
        left -= r->floor + r->backroom + r->picked + r->in_transit + r->damaged + r->quarantine + r->held
              + r->committed + r->backordered + r->on_order;
    }
    if (left != 0)
        world_blame(w, "%s as of %lld: the view lacks rows", item_skus[item], (long long)then->at_ms);
    return true;
}

/* The sums of all places. */
static bool compare_sum(Ctx *ctx, World *w, int item, Error *err)
{
    StockOfItem find         = { .sku = str_from(item_skus[item]) };
    StockView   view         = { .network = NULL };
    int64_t     want[STATES] = { 0 };
    if (!stock_show(ctx, &find, &view, err)) return false;
    for (int p = 0; p < PLACES; p++)
        for (int s = 0; s < STATES; s++) want[s] += w->model->level[item][p].qty[s];
    const StockSum *n           = view.network;
    const int64_t   has[STATES] = { n->floor,      n->backroom, n->picked,    n->in_transit,  n->damaged,
                                    n->quarantine, n->held,     n->committed, n->backordered, n->on_order };
    for (int s = 0; s < STATES; s++)
        if (has[s] != want[s])
            world_blame(w, "%s of %s in all: the view tells %lld, the model %lld", state_names[s],
                        item_skus[item], (long long)has[s], (long long)want[s]);
    return true;
}

typedef struct {
    World  *w;
    int64_t step;
} Comparing;

static bool compare(Ctx *ctx, void *arg, Error *err)
{
    Comparing *c = arg;
    for (int item = 0; item < ITEMS; item++)
        if (!compare_past(ctx, c->w, item, c->step, err) || !compare_as_of(ctx, c->w, item, c->step, err)
            || !compare_sum(ctx, c->w, item, err))
            return false;
    return compare_levels(ctx, c->w, err) && compare_claims(ctx, c->w, err);
}

bool world_step(World *w, const Command *command, int64_t step)
{
    Error       err = { 0 };
    const char *own = NULL;
    kit_now_ms += step % 3; /* also several commands within one millisecond */
    w->model->now_ms = kit_now_ms;
    w->want = w->got = (Outcome){ true, -1 };
    w->idle          = true;
    op_all[command->op].run(w, command->a);
    if (!w->idle && w->got.ok) w->done++;
    if (!w->idle && !w->got.ok) w->refused++;
    w->model->now_ms = kit_now_ms;
    model_remember(w->model);
    own = model_check(w->model);
    if (own) world_blame(w, "%s", own);
    if (w->want.ok != w->got.ok)
        world_blame(w, "the engine %s it, the model %s it", w->got.ok ? "did" : "refused",
                    w->want.ok ? "did" : "refused");
    if (w->want.available != w->got.available)
        world_blame(w, "told that %lld are available, by the model %lld", (long long)w->got.available,
                    (long long)w->want.available);
    Comparing comparing = { w, step };
    if (!w->why[0] && !kit_read(w->db, w->env, compare, &comparing, &err))
        world_blame(w, "a view cannot be read: %s", err.message);
    return w->why[0] == 0;
}

/* The invariants of the ledger itself; what belongs to documents is others' to mind. All merchants are
 * checked, also those of plays that failed: only what is broken since the last time counts. */
static bool verify(Ctx *ctx, void *arg, Error *err)
{
    enum { CHECKS_MAX = 100 };
    static int64_t known[CHECKS_MAX];
    World         *w = arg;
    VerifyReport   report;
    if (!verify_run(ctx, &report, err)) return false;
    for (size_t i = 0; i < report.count && i < CHECKS_MAX; i++) {
        const VerifyResult *r   = &report.results[i];
        bool                own = strncmp(r->name, "S1", 2) == 0 || strncmp(r->name, "S3", 2) == 0
                || strncmp(r->name, "S4_claims", 9) == 0;
        if (own && r->broken > known[i]) world_blame(w, "verify: %s is broken: %s", r->name, r->meaning);
        known[i] = r->broken;
    }
    return true;
}

bool world_verify(World *w)
{
    Error err = { 0 };
    if (!kit_read(w->db, w->env, verify, w, &err)) world_blame(w, "cannot verify: %s", err.message);
    return w->why[0] == 0;
}

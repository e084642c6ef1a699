/* reference_test.c — quotes through the shelf cost exactly what the database says: after every change at
 * once, while others quote; at the edges of every period; for every quantity. */
#include "flows/reference.h"

#include "shop/tax/tax.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 1 << 20, ROUNDS = 300, READERS = 3 };

static Env    env;
static Db    *db;
static Shelf *shelf;
static Error  err;

/* What a quote said. */
typedef struct {
    int64_t price, total, tax;
    char    name[64], currency[8];
} Said;

/* As the HTTP layer does it: the shelf first, then the transaction; `on` false: without the shelf. */
static bool quote(Arena *arena, const char *sku, int64_t qty, int64_t at_ms, bool on, Said *out, Error *e)
{
    BasketLine   line    = { .sku = str_from(sku), .quantity = qty };
    QuoteRequest request = { .location = STR("LON"), .channel = STR("pos"), .lines = { &line, 1 } };
    Quote        reply   = { 0 };
    Ctx ctx = { .arena = arena, .db = db, .env = &env, .now_ms = at_ms, .who = { .merchant = 1 } };
    arena_reset(arena);
    *out = (Said){ 0 };
    *e   = (Error){ 0 };
    if (on) shelf_enter(&ctx.shelf, shelf, db, NULL);
    if (!db_read_begin(db, &ctx.tx, e)) return false;
    bool ok = quotes_create(&ctx, &request, &reply, e);
    db_read_end(ctx.tx);
    if (ok) {
        *out = (Said){ .price = reply.lines.items[0].unit_price, .total = reply.total, .tax = reply.tax };
        (void)snprintf(out->name, sizeof out->name, "%.*s", STR_FMT(reply.lines.items[0].name));
        (void)snprintf(out->currency, sizeof out->currency, "%.*s", STR_FMT(reply.currency));
    }
    shelf_leave(&ctx.shelf);
    return ok;
}

/* A change with the touch that the HTTP layer gives to writes. */
typedef struct {
    KitStep step;
    void   *arg;
} Change;

static bool run_change(Ctx *ctx, void *arg, Error *e)
{
    Change *change = arg;
    if (!change->step(ctx, change->arg, e)) return false;
    db_touch(ctx->tx);
    return true;
}

static bool change(KitStep step, void *arg)
{
    Change what = { step, arg };
    return kit_write(db, &env, run_change, &what, &err);
}

static Arena *arena_make(void)
{
    Arena *arena = malloc(sizeof *arena + BYTES);
    if (!arena) abort();
    arena_init(arena, arena + 1, BYTES);
    return arena;
}

typedef struct {
    const char *sku;
    Id          id;
} Find;

static bool find_id(Ctx *ctx, void *arg, Error *e)
{
    Find    *find = arg;
    SaleItem item;
    if (!catalog_sale_item(ctx, str_from(find->sku), &item, e)) return false;
    find->id = item.id;
    return true;
}

static Id item_id(const char *sku)
{
    Find find = { .sku = sku };
    check_ok(kit_read(db, &env, find_id, &find, &err), &err, "the item is there");
    return find.id;
}

static bool put_price(Ctx *ctx, void *arg, Error *e)
{
    return pricing_put(ctx, arg, e);
}

static bool put_list(Ctx *ctx, void *arg, Error *e)
{
    return pricing_put_list(ctx, arg, e);
}

static bool put_item(Ctx *ctx, void *arg, Error *e)
{
    Id id;
    return catalog_put(ctx, arg, &id, e);
}

static bool put_tax(Ctx *ctx, void *arg, Error *e)
{
    return tax_put(ctx, arg, e);
}

static bool put_channel(Ctx *ctx, void *arg, Error *e)
{
    return channels_put(ctx, arg, e);
}

static bool put_location(Ctx *ctx, void *arg, Error *e)
{
    return locations_put(ctx, arg, e);
}

/* --- every kind of reference data, changed and asked for at once --- */

static void check_each_kind(Arena *arena)
{
    Said      said;
    Channel   channel  = { STR("pos"), STR("Counter"), STR("pos"), STR("GBP"), false, false, 5, false, true };
    Location  location = { STR("LON"), STR("London"), STR("store"), STR("GB"), STR("Europe/London"),
                           STR("1 Strand"), STR("GB"), STR_NONE, false };
    TaxRate   rate = { .zone = STR("GB"), .tax_class = STR("standard"), .n = 1, .name = STR("VAT 10%"),
                       .rate = 100000, .from = OPT_NONE, .until = OPT_NONE };
    ItemInput tea  = { .sku = STR("TEA"), .name = STR("Green tea"), .tax_class = STR("standard"),
                       .quantity_step = 1000 };
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err) && said.total == 199 && said.tax == 33,
             &err, "a quote");
    check_ok(change(put_tax, &rate), &err, "the tax is changed");
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err) && said.tax == 18, &err,
             "the next quote has it");
    check_ok(change(put_item, &tea), &err, "the name is changed");
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err) && strcmp(said.name, "Green tea") == 0,
             &err, "the next quote has it");
    check_ok(change(put_channel, &channel), &err, "prices are without tax from now on");
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err) && said.total == 219, &err,
             "the next quote has it");
    check_ok(change(put_location, &location), &err, "the location is closed");
    check_refused(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err), &err, &ERR_LOCATION_UNKNOWN,
                  "the next quote is refused");
    location.active = true;
    check_ok(change(put_location, &location), &err, "the location is opened");
    tea.inactive = true;
    check_ok(change(put_item, &tea), &err, "the item is taken off sale");
    check_refused(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err), &err, &ERR_SKU_UNKNOWN,
                  "the next quote is refused");
    tea.inactive = false;
    check_ok(change(put_item, &tea), &err, "the item is sold again");
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err), &err, "the next quote is given");
}

/* A transaction that changes a price and quotes sees its own price; undone, nobody sees it. */
static bool change_and_quote(Ctx *ctx, void *arg, Error *e)
{
    const SaleItem   *item;
    const PriceSteps *prices;
    const Place      *place;
    PriceFound        found;
    PriceSet         *price = arg;
    if (!pricing_put(ctx, price, e)) return false;
    db_touch(ctx->tx);
    shelf_enter(&ctx->shelf, shelf, ctx->db, ctx->tx);
    if (!reference_place(ctx, STR("LON"), STR("pos"), &place, e)) return false;
    if (!reference_item(ctx, STR("TEA"), &place->channel, &item, &prices, e)) return false;
    if (!reference_price(ctx, item, prices, &place->channel, 1000, &found, e)) return false;
    shelf_leave(&ctx->shelf);
    check(found.amount == price->amount, "a transaction sees the price that it has set itself");
    return err_set(e, &ERR_INTERNAL, "", "undo");
}

static void check_undone(Arena *arena)
{
    Said     said;
    PriceSet price = { .item = item_id("TEA"), .list = STR("list"), .until_ms = INT64_MAX, .amount = 777 };
    check_refused(kit_write(db, &env, change_and_quote, &price, &err), &err, &ERR_INTERNAL, "it is undone");
    check_ok(quote(arena, "TEA", 1000, kit_now_ms, true, &said, &err) && said.price == 199, &err,
             "the next quote knows nothing of it");
}

/* --- while others quote --- */

static atomic_llong announced; /* the last price whose change was acknowledged */
static atomic_bool  stop;

typedef struct {
    int64_t quotes, stale, early;
    bool    failed;
} Reader;

static void *read_on(void *arg)
{
    Reader *me    = arg;
    Arena  *arena = arena_make();
    Error   mine;
    Said    said;
    while (!atomic_load(&stop)) {
        int64_t before = atomic_load(&announced);
        if (!quote(arena, "CAKE", 1000, kit_now_ms, true, &said, &mine)) me->failed = true;
        int64_t after = atomic_load(&announced);
        me->quotes++;
        me->stale += said.price < before;
        me->early += said.price > after + 1;
    }
    free(arena);
    return NULL;
}

static void check_under_load(Arena *arena)
{
    pthread_t threads[READERS];
    Reader    readers[READERS] = { 0 };
    PriceSet  price = { .item = item_id("CAKE"), .list = STR("list"), .until_ms = INT64_MAX, .amount = 1000 };
    int64_t   stale = 0, refused = 0, quotes = 0;
    Said      said;
    check_ok(change(put_price, &price), &err, "a first price is set");
    atomic_store(&announced, price.amount);
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&threads[i], NULL, read_on, &readers[i]) != 0) abort();
    for (int round = 0; round < ROUNDS; round++) {
        price.amount++;
        refused += !change(put_price, &price);
        atomic_store(&announced, price.amount);
        if (!quote(arena, "CAKE", 1000, kit_now_ms, true, &said, &err)) refused++;
        stale += said.price != price.amount;
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        (void)pthread_join(threads[i], NULL);
        quotes += readers[i].quotes;
        stale += readers[i].stale + readers[i].early;
        refused += readers[i].failed;
    }
    check(refused == 0, "no change and no quote is refused under load");
    check(stale == 0, "no quote has an older price than the last acknowledged one, or one of the future");
    printf("  %lld quotes beside %d changes\n", (long long)quotes, (int)ROUNDS);
}

/* --- two items change together: nobody sees one without the other --- */

typedef struct {
    Id      items[2];
    int64_t amount;
} Pair;

static bool put_pair(Ctx *ctx, void *arg, Error *e)
{
    Pair *pair = arg;
    for (int i = 0; i < 2; i++) {
        PriceSet price = { .item = pair->items[i], .list = STR("list"), .until_ms = INT64_MAX,
                           .amount = pair->amount };
        if (!pricing_put(ctx, &price, e)) return false;
    }
    return true;
}

static void *read_pairs(void *arg)
{
    Reader      *me    = arg;
    Arena       *arena = arena_make();
    BasketLine   lines[2] = { { .sku = STR("TEA"), .quantity = 1000 },
                              { .sku = STR("WRAP"), .quantity = 1000 } };
    QuoteRequest request  = { .location = STR("LON"), .channel = STR("pos"), .lines = { lines, 2 } };
    while (!atomic_load(&stop)) {
        Error mine  = { 0 };
        Quote reply = { 0 };
        Ctx   ctx   = { .arena = arena, .db = db, .env = &env, .now_ms = kit_now_ms };
        ctx.who.merchant = 1;
        arena_reset(arena);
        shelf_enter(&ctx.shelf, shelf, db, NULL);
        if (!db_read_begin(db, &ctx.tx, &mine)) abort();
        if (quotes_create(&ctx, &request, &reply, &mine))
            me->stale += reply.lines.items[0].unit_price != reply.lines.items[1].unit_price;
        else me->failed = true;
        db_read_end(ctx.tx);
        shelf_leave(&ctx.shelf);
        me->quotes++;
    }
    free(arena);
    return NULL;
}

static void check_together(void)
{
    pthread_t threads[READERS];
    Reader    readers[READERS] = { 0 };
    Pair      pair = { { item_id("TEA"), item_id("WRAP") }, 500 };
    int64_t   torn = 0, refused = 0;
    check_ok(change(put_pair, &pair), &err, "two prices are set together");
    atomic_store(&stop, false);
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&threads[i], NULL, read_pairs, &readers[i]) != 0) abort();
    for (int round = 0; round < ROUNDS; round++) {
        pair.amount++;
        refused += !change(put_pair, &pair);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        (void)pthread_join(threads[i], NULL);
        torn += readers[i].stale;
        refused += readers[i].failed;
    }
    check(torn == 0 && refused == 0, "of two prices changed together no quote has one alone");
}

/* --- periods and quantities: with the shelf as without --- */

static void make_prices(Arena *arena)
{
    static const struct {
        const char *list;
        int64_t     min_qty, from, until, amount;
    } rows[] = {
        { "list", 0, 0, INT64_MAX, 240 },      { "list", 5000, 0, INT64_MAX, 230 },
        { "list", 0, 2000, 3000, 200 },        { "list", 0, 2500, 2700, 190 },
        { "list", 5000, 2600, 4000, 180 },     { "till", 0, 0, INT64_MAX, 235 },
        { "sale", 0, 0, INT64_MAX, 100 },      { "sale", 10000, 4500, 5500, 90 },
        { "end", 0, 0, 9000, 1 },
    };
    PriceList lists[] = {
        { STR("till"), STR("Till"), STR("GBP"), STR("pos"), 0, 6000, 7000, false },
        { STR("sale"), STR("Sale"), STR("GBP"), STR_NONE, 9, 4000, 5000, true },
        { STR("end"), STR("End"), STR("GBP"), STR_NONE, 99, 8000, OPT_NONE, false },
    };
    Id      id = item_id("RICE");
    TaxRate rates[] = {
        { .zone = STR("GB"), .tax_class = STR("reduced"), .n = 1, .name = STR("Holiday"), .rate = 0,
          .from = 3500, .until = 4200 },
        { .zone = STR("GB"), .tax_class = STR("reduced"), .n = 1, .name = STR("New"), .rate = 70000,
          .from = 7500, .until = OPT_NONE },
    };
    (void)arena;
    for (size_t i = 0; i < COUNT(lists); i++) check_ok(change(put_list, &lists[i]), &err, "a list is made");
    for (size_t i = 0; i < COUNT(rates); i++) check_ok(change(put_tax, &rates[i]), &err, "a rate is made");
    for (size_t i = 0; i < COUNT(rows); i++) {
        PriceSet price = { id, str_from(rows[i].list), rows[i].min_qty, rows[i].from, rows[i].until,
                           rows[i].amount };
        check_ok(change(put_price, &price), &err, "a price is set");
    }
}

/* `count` questions at times before, at and behind every edge, forwards and back, each with and without. */
static int64_t differences(Arena *arena, unsigned dice, int count)
{
    static const int64_t quantities[] = { 5, 1000, 4995, 5000, 9995, 10000, 20000 };
    int64_t              different    = 0;
    for (int i = 0; i < count; i++) {
        Said  with, without;
        Error one, two;
        dice          = dice * 1664525 + 1013904223;
        int64_t at    = (int64_t)(dice >> 8) % 100 * 100 + (int64_t)(dice >> 4) % 3 - 1;
        int64_t qty   = quantities[(dice >> 16) % COUNT(quantities)];
        bool    given = quote(arena, "RICE", qty, at, true, &with, &one);
        bool    right = quote(arena, "RICE", qty, at, false, &without, &two);
        different += given != right || memcmp(&with, &without, sizeof with) != 0 || one.def != two.def;
    }
    return different;
}

static void check_periods(Arena *arena)
{
    make_prices(arena);
    check(differences(arena, 1, 3000) == 0,
          "at every time and quantity the shelf says what the database says");
    Id id = item_id("RICE");
    for (int i = 0; i < PRICE_STEPS_MAX; i++) {
        PriceSet price = { id, STR("list"), 20000 + i * 1000, OPT_NONE, OPT_NONE, 150 - i };
        if (!change(put_price, &price)) check_ok(false, &err, "one more price");
    }
    check(differences(arena, 2, 500) == 0, "also with more prices than are kept for an item");
}

int main(void)
{
    db           = kit_open(&env);
    Arena *arena = arena_make();
    shelf        = shelf_create(SHELF_BYTES);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop is made");
    check_each_kind(arena);
    check_undone(arena);
    check_under_load(arena);
    check_together();
    check_periods(arena);
    check((db_engine(db) == DB_SQLITE) == (shelf_count(shelf) > 0),
          "the shelf was used on SQLite, and only there");
    shelf_destroy(shelf);
    free(arena);
    kit_close(db);
    return check_finish("reference");
}

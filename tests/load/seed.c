/* seed.c — makes the shop that ./bench measures, as many items as asked for with a price. Either one location
 * and channel with far more stock than can be sold; or, when LOCATIONS are given, so many of them, which
 * serve the counter and the web, with stock as stock.h spreads it. Prints the key; on stderr how far it is.
 * Usage: seed DB-URL ITEMS [LOCATIONS] */
#include "shop/catalog/catalog.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"
#include "tests/load/stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ARENA_BYTES = 4 << 20, ITEMS_PER_COMMIT = 500, STORES_PER_WAREHOUSE = 20 };

typedef struct {
    Db     *db;
    Env    *env;
    Arena  *arena;
    int64_t from, count, items, locations; /* locations 0: the one, LON */
    Id     *ids;
    Str     key;
} Seed;

static Ctx seed_ctx(Seed *seed, Tx *tx)
{
    arena_reset(seed->arena);
    return (Ctx){ .arena  = seed->arena,
                  .tx     = tx,
                  .db     = seed->db,
                  .env    = seed->env,
                  .now_ms = env_now_ms(seed->env),
                  .who    = { .merchant = 1 } };
}

static bool put_location(Ctx *ctx, Str code, Str kind, int64_t priority, Error *err)
{
    Location location = { code, code, kind, STR("GB"), STR("Europe/London"), STR_NONE, STR("GB"),
                          STR_NONE, true };
    return locations_put(ctx, &location, err) && channels_serve(ctx, STR("pos"), code, priority, err)
        && channels_serve(ctx, STR("web"), code, priority, err);
}

static bool put_locations(Ctx *ctx, int64_t count, Error *err)
{
    if (count == 0) return put_location(ctx, STR("LON"), STR("store"), 1, err);
    for (int64_t i = 1; i <= count; i++) {
        Str code = str_format(ctx->arena, "L%03lld", (long long)i);
        Str kind = i % STORES_PER_WAREHOUSE ? STR("store") : STR("warehouse");
        if (!put_location(ctx, code, kind, i, err)) return false;
    }
    return true;
}

static bool make_shop(Tx *tx, void *arg, Error *err)
{
    Seed     *seed = arg;
    Ctx       ctx  = seed_ctx(seed, tx);
    Id        id;
    Merchant  merchant = { STR("Bench"), STR("GBP"), STR("1 Loop Road"), STR("GB1") };
    Channel   pos  = { STR("pos"), STR("Counter"), STR("pos"), STR("GBP"), true, false, 0, false, true };
    Channel   web  = { STR("web"), STR("Web"), STR("web"), STR("GBP"), true, false, 0, true, true };
    TaxRate   rate = { .zone      = STR("GB"),
                       .tax_class = STR("standard"),
                       .n         = 1,
                       .name      = STR("VAT 20%"),
                       .rate      = 200000,
                       .from      = OPT_NONE,
                       .until     = OPT_NONE };
    PriceList list = { STR("list"), STR("List"), STR("GBP"), STR_NONE, 0, OPT_NONE, OPT_NONE, false };
    return identity_put_merchant(&ctx, &merchant, err)
        && identity_put_role(&ctx, STR("manager"), STR("*"), err)
        && identity_make_key(&ctx, STR("manager"), STR("bench"), &id, &seed->key, err)
        && channels_put(&ctx, &pos, err) && channels_put(&ctx, &web, err)
        && put_locations(&ctx, seed->locations, err) && tax_put(&ctx, &rate, err)
        && pricing_put_list(&ctx, &list, err);
}

static bool make_items(Tx *tx, void *arg, Error *err)
{
    Seed    *seed = arg;
    Ctx      ctx  = seed_ctx(seed, tx);
    StockDoc doc  = { ctx_new_id(&ctx), STR("opening"), 0 };
    size_t   mark = ctx.arena->used;
    for (int64_t i = seed->from; i < seed->from + seed->count; i++) {
        ctx.arena->used = mark;
        Id       *id    = &seed->ids[i];
        ItemInput item  = { .sku           = str_format(ctx.arena, "SKU%06lld", (long long)i),
                            .quantity_step = 1000,
                            .name = str_format(ctx.arena, "Article number %lld of the bench", (long long)i),
                            .tax_class = STR("standard") };
        PriceSet  price = { .list = STR("list"), .until_ms = INT64_MAX, .amount = 100 + i % 900 };
        if (!catalog_put(&ctx, &item, id, err)) return false;
        price.item     = *id;
        StockMove move = { .item          = *id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("vendor"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = 1000000000000 };
        if (!pricing_put(&ctx, &price, err)) return false;
        if (seed->locations == 0 && !inventory_move(&ctx, &doc, &move, err)) return false;
    }
    return true;
}

static bool make_all_items(Seed *seed, Error *err)
{
    for (seed->count = ITEMS_PER_COMMIT; seed->from < seed->items; seed->from += seed->count) {
        if (seed->count > seed->items - seed->from) seed->count = seed->items - seed->from;
        if (!db_write(seed->db, make_items, seed, err)) return false;
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "\r%lld of %lld items ", (long long)(seed->from + seed->count),
                    (long long)seed->items);
    }
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\n");
    return true;
}

static bool fill(Seed *seed, const char *url, Error *err)
{
    DbOptions options = { .url = str_from(url) };
    seed->ids         = calloc((size_t)seed->items + 1, sizeof *seed->ids);
    if (!seed->ids) return err_memory(err);
    bool ok = db_open(&options, true, &seed->db, err) && db_write(seed->db, make_shop, seed, err);
    if (ok) printf("%.*s\n", STR_FMT(seed->key));
    ok = ok && make_all_items(seed, err);
    if (seed->db) db_close(seed->db);
    StockLoad stock = { url, seed->ids, seed->items, seed->locations, env_now_ms(seed->env) };
    int64_t   rows  = 0;
    if (ok && seed->locations > 0) {
        ok = stock_load(&stock, &rows, err);
        fprintf(stderr, "%lld rows of stock\n", (long long)rows);
    }
    free(seed->ids);
    return ok;
}

int main(int argc, char **argv)
{
    static char  bytes[ARENA_BYTES];
    static Arena arena;
    static Env   env;
    Error        err  = { 0 };
    Seed         seed = { .env = &env, .arena = &arena };
    if ((argc != 3 && argc != 4) || !str_to_i64(str_from(argv[2]), &seed.items)
        || (argc == 4 && !str_to_i64(str_from(argv[3]), &seed.locations)) || seed.items < 0
        || seed.locations < 0 || seed.locations > STOCK_LOCATIONS_MAX
        || (seed.locations > 0 && seed.locations % 11 == 0)) {
        fprintf(stderr, "usage: seed DB-URL ITEMS [LOCATIONS, at most %d, no multiple of 11]\n",
                STOCK_LOCATIONS_MAX);
        return 2;
    }
    arena_init(&arena, bytes, sizeof bytes);
    env_init_real(&env);
    bool ok = fill(&seed, argv[1], &err);
    if (!ok) fprintf(stderr, "%s: %s\n", err.def ? err.def->name : "usage", err.message);
    return ok ? 0 : 1;
}

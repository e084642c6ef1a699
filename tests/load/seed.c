/* seed.c — makes the shop that ./bench measures: one location and channel, as many items as asked for with
 * a price and far more stock than can be sold. Prints the key. Usage: seed DB-URL ITEMS */
#include "shop/catalog/catalog.h"
#include "shop/identity/identity.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 4 << 20, ITEMS_PER_COMMIT = 500 };

typedef struct {
    Db      *db;
    Env     *env;
    Arena   *arena;
    int64_t  from, count;
    Str      key;
} Seed;

static Ctx seed_ctx(Seed *seed, Tx *tx)
{
    arena_reset(seed->arena);
    return (Ctx){ .arena = seed->arena, .tx = tx, .db = seed->db, .env = seed->env,
                  .now_ms = env_now_ms(seed->env), .who = { .merchant = 1 } };
}

static bool make_shop(Tx *tx, void *arg, Error *err)
{
    Seed     *seed     = arg;
    Ctx       ctx      = seed_ctx(seed, tx);
    Id        id;
    Merchant  merchant = { STR("Bench"), STR("GBP"), STR("1 Loop Road"), STR("GB1") };
    Location  location = { STR("LON"), STR("London"), STR("store"), STR("GB"), STR("Europe/London"), STR_NONE,
                           STR("GB"), true };
    Channel   channel  = { STR("pos"), STR("Counter"), STR("pos"), STR("GBP"), true, false, 0, false, true };
    TaxRate   rate     = { .zone = STR("GB"), .tax_class = STR("standard"), .n = 1, .name = STR("VAT 20%"),
                           .rate = 200000, .from = OPT_NONE, .until = OPT_NONE };
    PriceList list     = { STR("list"), STR("List"), STR("GBP"), STR_NONE, 0, OPT_NONE, OPT_NONE, false };
    return identity_put_merchant(&ctx, &merchant, err)
        && identity_put_role(&ctx, STR("manager"), STR("*"), err)
        && identity_make_key(&ctx, STR("manager"), STR("bench"), &id, &seed->key, err)
        && locations_put(&ctx, &location, err) && channels_put(&ctx, &channel, err)
        && channels_serve(&ctx, STR("pos"), STR("LON"), 1, err) && tax_put(&ctx, &rate, err)
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
        Id        id;
        ItemInput item = { .sku = str_format(ctx.arena, "SKU%06lld", (long long)i), .quantity_step = 1000,
                           .name = str_format(ctx.arena, "Article number %lld of the bench", (long long)i),
                           .tax_class = STR("standard") };
        PriceSet  price = { .list = STR("list"), .until_ms = INT64_MAX, .amount = 100 + i % 900 };
        if (!catalog_put(&ctx, &item, &id, err)) return false;
        price.item     = id;
        StockMove move = { .item = id, .sku = item.sku, .from_location = STR(""), .from_state = STR("vendor"),
                       .to_location = STR("LON"), .to_state = STR("floor"), .qty = 1000000000000 };
        if (!pricing_put(&ctx, &price, err) || !inventory_move(&ctx, &doc, &move, err)) return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char   bytes[ARENA_BYTES];
    static Arena  arena;
    static Env    env;
    Error         err  = { 0 };
    Seed          seed = { .env = &env, .arena = &arena };
    if (argc != 3) {
        fprintf(stderr, "usage: seed DB-URL ITEMS\n");
        return 2;
    }
    int64_t items = 0;
    arena_init(&arena, bytes, sizeof bytes);
    env_init_real(&env);
    DbOptions options = { .url = str_from(argv[1]) };
    bool      ok      = str_to_i64(str_from(argv[2]), &items) && db_open(&options, true, &seed.db, &err)
           && db_write(seed.db, make_shop, &seed, &err);
    if (ok) printf("%.*s\n", STR_FMT(seed.key));
    for (seed.count = ITEMS_PER_COMMIT; ok && seed.from < items; seed.from += seed.count) {
        if (seed.count > items - seed.from) seed.count = items - seed.from;
        ok = db_write(seed.db, make_items, &seed, &err);
    }
    if (!ok) fprintf(stderr, "%s: %s\n", err.def ? err.def->name : "usage", err.message);
    if (seed.db) db_close(seed.db);
    return ok ? 0 : 1;
}

/* fixture.c — a small shop for tests. See fixture.h. */
#include "tests/fixture.h"

#include "flows/settle.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/pricing/pricing.h"
#include "shop/promotions/promotions.h"
#include "shop/reconciliation/reconciliation.h"
#include "shop/tax/tax.h"
#include "sys/json_read.h"
#include "tests/kit.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_places(Ctx *ctx, Error *err)
{
    Location london = { STR("LON"), STR("London"), STR("store"), STR("GB"), STR("Europe/London"),
                        STR("1 Strand"), STR("GB"), STR_NONE, true };
    Location depot  = { STR("DC1"), STR("Depot"), STR("warehouse"), STR("GB"), STR("Europe/London"), STR_NONE,
                        STR("GB"), STR_NONE, true };
    Channel pos = { STR("pos"), STR("Counter"), STR("pos"), STR("GBP"), true, false, 5, false, true };
    Channel web = { STR("web"), STR("Web"), STR("web"), STR("GBP"), true, false, 0, true, true };
    TaxRate standard = { .zone = STR("GB"), .tax_class = STR("standard"), .n = 1, .name = STR("VAT 20%"),
                         .rate = 200000, .from = OPT_NONE, .until = OPT_NONE };
    TaxRate reduced  = { .zone = STR("GB"), .tax_class = STR("reduced"), .n = 1, .name = STR("VAT 5%"),
                         .rate = 50000, .from = OPT_NONE, .until = OPT_NONE };
    PriceList list   = { STR("list"), STR("List"), STR("GBP"), STR_NONE, 0, OPT_NONE, OPT_NONE, false };
    return locations_put(ctx, &london, err) && locations_put(ctx, &depot, err) && channels_put(ctx, &pos, err)
        && channels_put(ctx, &web, err) && channels_serve(ctx, STR("pos"), STR("LON"), 1, err)
        && channels_serve(ctx, STR("web"), STR("LON"), 1, err) && tax_put(ctx, &standard, err)
        && tax_put(ctx, &reduced, err) && pricing_put_list(ctx, &list, err);
}

static bool make_item(Ctx *ctx, const char *sku, int64_t price, int64_t step, const char *tax, bool service,
                      StockDoc *doc, Error *err)
{
    ItemInput item = { .sku = str_from(sku), .name = str_from(sku), .tax_class = str_from(tax),
                       .quantity_step = step, .service = service };
    Id        id;
    if (!catalog_put(ctx, &item, &id, err)) return false;
    PriceSet set = { .item = id, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = price };
    if (!pricing_put(ctx, &set, err)) return false;
    StockMove move = { .item = id, .sku = item.sku, .from_location = STR(""), .from_state = STR("vendor"),
                       .to_location = STR("LON"), .to_state = STR("floor"), .qty = 100000 };
    return service || inventory_move(ctx, doc, &move, err);
}

bool fixture_shop(Ctx *ctx, void *arg, Error *err)
{
    (void)arg;
    StockDoc doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    return make_places(ctx, err) && make_item(ctx, "TEA", 199, 1000, "standard", false, &doc, err)
        && make_item(ctx, "CAKE", 350, 1000, "reduced", false, &doc, err)
        && make_item(ctx, "RICE", 240, 5, "reduced", false, &doc, err)
        && make_item(ctx, "WRAP", 50, 1000, "standard", true, &doc, err);
}

bool fixture_promotion(Ctx *ctx, void *arg, Error *err)
{
    Promotion    rule    = { .code = STR_NONE };
    PromoFaults *faults  = arena_new(ctx->arena, PromoFaults);
    int64_t      version = 0;
    if (!faults) return err_memory(err);
    db_touch(ctx->tx);
    return json_read_stored(ctx->arena, &Promotion_def, str_from(arg), &rule, err)
        && promotions_put(ctx, &rule, &version, faults, err)
        && promotions_do(ctx, rule.code, OPT_NONE, PROMOTION_PUBLISH, &version, faults, err);
}

typedef struct {
    Ctx            ctx;
    FixtureHandler handler;
    const void    *request;
    void          *reply;
} Handling;

static bool run_handler(Tx *tx, void *arg, Error *err)
{
    Handling *h = arg;
    h->ctx.tx   = tx;
    return h->handler(&h->ctx, h->request, h->reply, err);
}

bool fixture_call(Db *db, Env *env, FixtureHandler handler, const void *request, void *reply,
                  size_t reply_size, bool *pending, Error *err)
{
    enum { BYTES = 4 << 20 };
    static Arena arena;
    static void *bytes;
    if (!bytes) bytes = malloc(BYTES);
    if (!bytes) return err_memory(err);
    arena_init(&arena, bytes, BYTES);
    memset(reply, 0, reply_size);
    Handling h  = { { .arena  = &arena,
                      .db     = db,
                      .env    = env,
                      .now_ms = kit_now_ms,
                      .who    = { .merchant = kit_merchant, .perms = PERMS_ALL } },
                    handler,
                    request,
                    reply };
    bool     ok = db_write(db, run_handler, &h, err);
    if (!ok && h.ctx.ask_first) {
        h.ctx.tx     = NULL;
        h.ctx.asking = true;
        (void)handler(&h.ctx, request, reply, &(Error){ .def = NULL });
        h.ctx.asking = h.ctx.ask_first = false;
        h.ctx.asked                    = true;
        *err                           = (Error){ .def = NULL };
        ok                             = db_write(db, run_handler, &h, err);
    }
    h.ctx.tx    = NULL;
    if (ok && h.ctx.after) ok = h.ctx.after(&h.ctx, reply, err);
    if (pending) *pending = h.ctx.pending;
    return ok;
}

typedef struct {
    FixtureCaller  caller;
    FixtureHandler handler;
    const void    *request;
    void          *reply;
} CallAs;

static bool run_as(Ctx *ctx, void *arg, Error *err)
{
    CallAs *call               = arg;
    ctx->who.api_key           = (Id){ { 0 } };
    ctx->who.api_key.bytes[15] = (uint8_t)call->caller.who;
    ctx->who.perms             = call->caller.perms;
    return call->handler(ctx, call->request, call->reply, err);
}

bool fixture_as(Db *db, Env *env, FixtureCaller caller, FixtureHandler handler, const void *request,
                void *reply, size_t reply_size, Error *err)
{
    CallAs call = { caller, handler, request, reply };
    memset(reply, 0, reply_size);
    *err = (Error){ .def = NULL };
    return kit_write(db, env, run_as, &call, err);
}

static bool fixture_settlement(Ctx *ctx, void *arg, Error *err)
{
    Str           text = str_from(arg);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char          hex[2 * SHA256_DIGEST_LENGTH + 1];
    char         *data = arena_alloc(ctx->arena, text.len * 2 + 8);
    ReconFile     file;
    if (!data) return err_memory(err);
    SHA256((const unsigned char *)text.ptr, text.len, digest);
    for (size_t i = 0; i < sizeof digest; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    ReconFileInput input = { .service = STR("psp"), .digest = str_from(hex), .bytes = (int64_t)text.len };
    if (!recon_begin(ctx, &input, &file, err)) return false;
    int       len  = EVP_EncodeBlock((unsigned char *)data, (const unsigned char *)text.ptr, (int)text.len);
    ReconPart part = { file.id, 1, { data, (size_t)len } };
    return recon_part(ctx, &part, &file, err);
}

static bool settle_by_hand(Ctx *ctx, void *arg, Error *err)
{
    ReconDifferencesAsk ask  = { .limit = OPT_NONE };
    ReconDifferenceList list = { .next_cursor = STR_NONE };
    ReconDifference     shown;
    (void)arg;
    if (!recon_differences(ctx, &ask, &list, err)) return false;
    check(list.items.count == 2, "what differs is told");
    for (size_t i = 0; i < list.items.count; i++) {
        ReconSettle input = { list.items.items[i].id, STR("written off"), STR("written_off") };
        if (!recon_settle(ctx, &input, &shown, err)) return false;
    }
    return true;
}

void fixture_settle(Db *db, Env *env, Id payment, int64_t amount)
{
    static uint8_t memory[1 << 20];
    static char    text[1000];
    char           key[ID_TEXT_LEN + 1] = { 0 };
    Arena          arena;
    Error          err  = { 0 };
    long long      paid = (long long)amount, out = paid + 5000 - 1730;
    id_format(payment, key);
    (void)snprintf(text, sizeof text,
                   "id,type,key,reference,payout,amount,currency,fee\n1,charge,%s,,P,%lld.%02lld,GBP,0.30\n"
                   "2,charge,,nobody,P,50.00,GBP,0\n3,chargeback,%s,,P,-2.00,GBP,15.00\n"
                   "4,payout,,,P,-%lld.%02lld,GBP,0\n",
                   key, paid / 100, paid % 100, key, out / 100, out % 100);
    arena_init(&arena, memory, sizeof memory);
    check_ok(kit_write(db, env, fixture_settlement, text, &err), &err, "a settlement file comes");
    check_ok(settle_due(db, env, &arena, kit_now_ms, &err), &err, "it is read");
    check_ok(kit_write(db, env, settle_by_hand, NULL, &err), &err, "what differs is settled");
}

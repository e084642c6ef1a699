/* replenishing_test.c — rules of replenishment, and what they propose from what was really sold. */
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/replenishment/replenishment.h"
#include "shop/transfers/transfers.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

enum { DAY = 86400000 };

static Env                env;
static Db                *db;
static Error              err;
static ReplenishProposals got;
static ReplenishFind      find = { .location = STR("LON"), .days = 10, .limit = OPT_NONE };

static bool put_step(Ctx *ctx, void *arg, Error *e)
{
    ReplenishRule reply;
    return replenish_rules_put(ctx, arg, &reply, e);
}

static bool put(ReplenishRule rule)
{
    return kit_write(db, &env, put_step, &rule, &err);
}

static ReplenishRule rule(const char *scope, const char *code)
{
    return (ReplenishRule){ .location   = STR("LON"),
                            .scope      = str_from(scope),
                            .code       = str_from(code),
                            .min        = OPT_NONE,
                            .max        = OPT_NONE,
                            .floor_min  = OPT_NONE,
                            .lead_days  = OPT_NONE,
                            .cover_days = OPT_NONE,
                            .pack       = OPT_NONE };
}

static bool drop_step(Ctx *ctx, void *arg, Error *e)
{
    ReplenishRuleKey reply;
    return replenish_rules_drop(ctx, arg, &reply, e);
}

typedef struct {
    const char *sku, *from, *to;
    int64_t     qty;
} Move;

static bool item_of(Ctx *ctx, const char *sku, Id *id, Error *e)
{
    SaleItem item;
    if (!catalog_sale_item(ctx, str_from(sku), &item, e)) return false;
    *id = item.id;
    return true;
}

static bool move_step(Ctx *ctx, void *arg, Error *e)
{
    const Move *m    = arg;
    StockDoc    doc  = { ctx_new_id(ctx), STR("test"), 0 };
    StockMove   move = { .sku           = str_from(m->sku),
                         .qty           = m->qty,
                         .from_location = STR("LON"),
                         .from_state    = STR("floor"),
                         .to_location   = STR(""),
                         .to_state      = str_from(m->to),
                         .is_fact       = true };
    if (strcmp(m->from, "vendor") == 0) {
        move.from_location = STR("");
        move.from_state    = STR("vendor");
        move.to_location   = strcmp(m->to, "DC1") == 0 ? STR("DC1") : STR("LON");
        move.to_state      = strcmp(m->to, "DC1") == 0 ? STR("floor") : str_from(m->to);
    }
    return item_of(ctx, m->sku, &move.item, e) && inventory_move(ctx, &doc, &move, e);
}

static void go(int64_t ms, const char *sku, int64_t qty, const char *from, const char *to)
{
    Move m = { sku, from, to, qty };
    kit_now_ms += ms;
    check_ok(kit_write(db, &env, move_step, &m, &err), &err, "goods move");
}

/* Copies what is looked at: the arena lives until the next step. */
static bool ask_step(Ctx *ctx, void *arg, Error *e)
{
    static char text[8][512];
    (void)arg;
    got = (ReplenishProposals){ .next_cursor = STR_NONE };
    if (!replenish_proposals(ctx, &find, &got, e)) return false;
    static ReplenishProposal kept[8];
    for (size_t i = 0; i < got.items.count && i < 8; i++) {
        kept[i] = got.items.items[i];
        memcpy(text[i], kept[i].why.ptr, kept[i].why.len);
        kept[i].why  = (Str){ text[i], kept[i].why.len };
        kept[i].kind = str_eq(kept[i].kind, STR("transfer"))  ? STR("transfer")
                       : str_eq(kept[i].kind, STR("putaway")) ? STR("putaway")
                                                              : STR("purchase");
    }
    got.items.items = kept;
    return true;
}

static const ReplenishProposal *proposed(size_t count)
{
    check_ok(kit_read(db, &env, ask_step, NULL, &err), &err, "it is proposed");
    check(got.items.count == count, "as many proposals as there must be");
    return got.items.count ? got.items.items : NULL;
}

static bool set_items(Ctx *ctx, void *arg, Error *e)
{
    Category  drinks = { .code = STR("drinks"), .name = STR("Drinks") };
    Category  hot    = { .code = STR("hot"), .name = STR("Hot drinks"), .parent = STR("drinks") };
    ItemInput tea    = { .sku           = STR("TEA"),
                         .name          = STR("Tea"),
                         .tax_class     = STR("standard"),
                         .quantity_step = 1000,
                         .cost          = 100,
                         .category      = STR("hot") };
    Id        id;
    (void)arg;
    return catalog_put_category(ctx, &drinks, e) && catalog_put_category(ctx, &hot, e)
           && catalog_put(ctx, &tea, &id, e);
}

static void check_rules(void)
{
    ReplenishRule good = rule("item", "TEA"), bad[6];
    for (int i = 0; i < 6; i++) bad[i] = good;
    bad[0].location = STR("XXX");
    bad[1].code     = STR("NONE");
    bad[2].code     = STR("WRAP");
    bad[3].min = 5000, bad[3].max = 4000;
    bad[4].source = STR("location");
    bad[5].source = STR("location"), bad[5].source_code = STR("LON");
    for (int i = 0; i < 6; i++)
        check_refused(put(bad[i]), &err, &ERR_REPLENISH_RULE,
                      "a rule that does not fit together is refused");
    check(!put(rule("category", "NONE")) && !put(rule("item", NULL)) && !put(rule("all", "x")),
          "nor do these");
    check_ok(put(rule("all", NULL)), &err, "a rule for all");
    ReplenishRuleKey key = { STR("LON"), STR("all"), STR("*") };
    check_ok(kit_write(db, &env, drop_step, &key, &err), &err, "is dropped");
    check_refused(kit_write(db, &env, drop_step, &key, &err), &err, &ERR_NOT_FOUND, "once");
}

static void check_min_max(void)
{
    ReplenishRule r = rule("all", NULL);
    r.min = 20000, r.max = 50000, r.pack = 12000, r.source = STR("vendor"), r.source_code = STR("ACME");
    check_ok(put(r), &err, "fill up to 50 when 20 are left");
    proposed(0);
    go(DAY, "TEA", 85000, "floor", "loss");
    const ReplenishProposal *p = proposed(1);
    check(p && p->quantity == 24000 && p->position == 15000 && p->target == 50000
              && str_eq(p->kind, STR("purchase")) && p->value == 2400,
          "15 are left: 35 short, two packs of 12 as three would be too many");
    check(p && str_starts(p->why, STR("0 sold in 10 days, ")), "it says why");
    r     = rule("category", "drinks");
    r.min = 10000, r.max = 40000, r.floor_min = 17000;
    check_ok(put(r), &err, "drinks have a rule of their own, without a source");
    go(10, "TEA", 5000, "vendor", "backroom");
    p = proposed(1);
    check(p && str_eq(p->kind, STR("putaway")) && p->quantity == 2000, "so only the floor is filled");
}

static void check_cover(void)
{
    ReplenishRule r = rule("item", "TEA");
    r.lead_days = 3, r.cover_days = 10, r.pack = 1000, r.source = STR("location"),
    r.source_code = STR("DC1");
    go(DAY, "TEA", 5000, "vendor", "floor");
    go(8 * DAY, "TEA", 10000, "floor", "customer");
    go(DAY, "TEA", 10000, "floor", "customer");
    go(10, "TEA", 5000, "vendor", "damaged");
    kit_now_ms += DAY;
    check_ok(put(r), &err, "to last ten days, from the depot");
    proposed(0); /* the depot has none */
    go(10, "TEA", 200000, "vendor", "DC1");
    const ReplenishProposal *p = proposed(1);
    check(p && p->days_with_stock == 10 && p->sold == 20000 && p->rate == 2000,
          "20 sold in ten days: two a day");
    check(p && p->position == 5000 && p->target == 26000 && p->quantity == 21000
              && str_eq(p->kind, STR("transfer")),
          "three days until it comes and ten more");
    go(5 * DAY, "TEA", 1000, "vendor", "damaged");
    p = proposed(1);
    check(p && p->sold == 20000, "both sales are still among the last ten days");
    go(5 * DAY, "TEA", 1000, "vendor", "damaged");
    proposed(0); /* nothing was sold in ten days */
}

static bool draft_step(Ctx *ctx, void *arg, Error *e)
{
    ReplenishDrafts reply = { .items = { NULL, 0 } };
    Str             skus[] = { STR("TEA"), STR("CAKE"), STR("TEA") };
    ReplenishOrder  order  = { .location = STR("LON"), .skus = { skus, 3 }, .days = 20 };
    if (!replenish_draft(ctx, &order, &reply, e)) return false;
    if (reply.items.count != 1 || !str_eq(reply.items.items[0].kind, STR("transfer"))
        || !str_eq(reply.items.items[0].source, STR("DC1")) || reply.items.items[0].lines != 1)
        return err_set(e, &ERR_INTERNAL, "", "%zu drafts", reply.items.count);
    *(Id *)arg = reply.items.items[0].id;
    return true;
}

static bool see_step(Ctx *ctx, void *arg, Error *e)
{
    TransferDoc doc;
    if (!transfers_get(ctx, *(Id *)arg, false, &doc, e)) return false;
    return (str_eq(doc.doc.state, STR("draft")) && doc.doc.lines.count == 1
            && str_eq(doc.doc.lines.items[0].sku, STR("TEA")))
        || err_set(e, &ERR_INTERNAL, "", "not that draft");
}

/* What is proposed becomes a draft of a transfer. */
static void check_drafts(void)
{
    Id            id = { { 0 } };
    ReplenishRule r  = rule("item", "TEA");
    r.min = 10000, r.max = 20000, r.source = STR("location"), r.source_code = STR("DC1");
    check_ok(put(r), &err, "ten at least");
    check_ok(kit_write(db, &env, draft_step, &id, &err), &err, "TEA is drafted, CAKE needs nothing");
    check_ok(kit_read(db, &env, see_step, &id, &err), &err, "it is a transfer that can be asked for");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, set_items, NULL, &err),
             &err, "a shop");
    check_rules();
    check_min_max();
    check_cover();
    check_drafts();
    kit_close(db);
    return check_finish("replenishing");
}

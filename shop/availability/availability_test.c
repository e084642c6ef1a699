/* availability_test.c — which rule holds where, what is refused, and when a location is out of reach. */
#include "shop/availability/availability.h"

#include "all_sql.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env env;
static Db *db;

typedef struct {
    const char *kind, *sku, *category, *location, *channel, *mode;
    int64_t     quantity, lead_days, release;
} RuleCase;

static bool set_rule(Ctx *ctx, void *arg, Error *err)
{
    const RuleCase  *c    = arg;
    AvailabilityRule rule = { str_from(c->kind),     str_from(c->sku),     str_from(c->category),
                              str_from(c->location), str_from(c->channel), str_from(c->mode),
                              c->quantity,           c->lead_days,         c->release };
    AvailabilityRule reply;
    return availability_rule_set(ctx, &rule, &reply, err);
}

static bool put(RuleCase c, Error *err)
{
    *err = (Error){ 0 };
    return kit_write(db, &env, set_rule, &c, err);
}

typedef struct {
    const char       *sku, *channel, *location, *at;
    AvailabilityTerms terms;
} Asked;

static bool ask_terms(Ctx *ctx, void *arg, Error *err)
{
    Asked                *a     = arg;
    const Availability   *of    = NULL;
    AvailabilityTerms    *all   = NULL;
    size_t                count = 0;
    AvailabilityItemOfRow item;
    bool                  found = false, same = false;
    AvailabilityItemOfIn  in = { 1, str_from(a->sku) };
    if (!availability_open(ctx, str_from(a->channel), &of, err)) return false;
    if (!q_availability_item_of_one(ctx->tx, ctx->arena, &in, &item, &found, err)) return false;
    AvailabilityAsk ask = { item.id, NULL, str_from(a->location), a->at ? str_from(a->at) : STR("") };
    if (!availability_terms(ctx, of, &ask, &a->terms, err)) return false;
    if (!availability_terms_of(ctx, of, &ask, &all, err)) return false;
    const AvailabilityPlace *places = availability_places(of, &count);
    for (size_t i = 0; i < count; i++)
        if (str_eq(places[i].code, ask.location))
            same = all[i].terms.safety == a->terms.terms.safety
                && all[i].terms.buffer == a->terms.terms.buffer && all[i].offered == a->terms.offered;
    if (availability_serves(of, ask.location)) check(same, "one place and all places say the same");
    return true;
}

static AvailabilityTerms terms(const char *sku, const char *channel, const char *location, const char *at)
{
    Asked a   = { sku, channel, location, at, { .offered = false } };
    Error err = { 0 };
    check_ok(kit_read(db, &env, ask_terms, &a, &err), &err, "the terms are found");
    return a.terms;
}

static int64_t safety(const char *sku, const char *channel)
{
    return terms(sku, channel, "LON", NULL).terms.safety;
}

static bool add_category(Ctx *ctx, void *arg, Error *err)
{
    CategoryPutIn drinks = { 1, STR("drinks"), STR("Drinks"), STR("") },
                  hot    = { 1, STR("hot"), STR("Hot"), STR("drinks") };
    (void)arg;
    return q_category_put_exec(ctx->tx, &drinks, NULL, err)
        && q_category_put_exec(ctx->tx, &hot, NULL, err);
}

static void test_safety(void)
{
    Error err;
    check(safety("TEA", "web") == 0, "without a rule there is no safety stock");
    check_ok(put((RuleCase){ "safety", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE }, &err),
             &err, "one for all");
    check(safety("TEA", "web") == 1, "it holds");
    check_ok(put((RuleCase){ "safety", .location = "LON", .quantity = 2, .lead_days = OPT_NONE,
                             .release = OPT_NONE },
                 &err),
             &err, "another for the location");
    check(safety("TEA", "web") == 2, "which holds there");
    check_ok(
        put((RuleCase){ "safety", .sku = "TEA", .quantity = 0, .lead_days = OPT_NONE, .release = OPT_NONE },
            &err),
        &err, "none for tea");
    check(safety("TEA", "web") == 0 && safety("CAKE", "web") == 2, "the item goes before the location");
    check_ok(put((RuleCase){ "safety", .sku = "TEA", .channel = "web", .quantity = 4, .lead_days = OPT_NONE,
                             .release = OPT_NONE },
                 &err),
             &err, "but some for tea on the web");
    check(safety("TEA", "web") == 4 && safety("TEA", "pos") == 0, "only there");
}

static void test_refused(void)
{
    static const struct {
        RuleCase    rule;
        const char *field, *name;
    } cases[] = {
        { { "safety", .quantity = OPT_NONE, .lead_days = OPT_NONE, .release = OPT_NONE },
          "quantity",
          "a safety stock without quantity" },
        { { "safety", .mode = "no", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "mode",
          "a safety stock with a mode" },
        { { "offer", .mode = "backorder", .quantity = OPT_NONE, .lead_days = OPT_NONE,
            .release = OPT_NONE },
          "mode",
          "an offer that is a policy" },
        { { "policy", .mode = "yes", .quantity = OPT_NONE, .lead_days = OPT_NONE, .release = OPT_NONE },
          "mode",
          "a policy that is an offer" },
        { { "offer", .mode = "no", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "quantity",
          "an offer with a quantity" },
        { { "buffer", .quantity = 1, .lead_days = 3, .release = OPT_NONE },
          "lead_days",
          "a buffer with days" },
        { { "policy", .mode = "backorder", .quantity = 1, .lead_days = 3, .release = 1 },
          "release",
          "a backorder with a release" },
        { { "safety", .sku = "TEA", .category = "hot", .quantity = 1, .lead_days = OPT_NONE,
            .release = OPT_NONE },
          "category",
          "a rule for an item and a category" },
        { { "safety", .sku = "MOON", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "sku",
          "an item that is not there" },
        { { "safety", .category = "MOON", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "category",
          "a category that is not there" },
        { { "safety", .location = "MOON", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "location",
          "a location that is not there" },
        { { "safety", .channel = "MOON", .quantity = 1, .lead_days = OPT_NONE, .release = OPT_NONE },
          "channel",
          "a channel that is not there" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err;
        check(!put(cases[i].rule, &err) && strcmp(err.field, cases[i].field) == 0, cases[i].name);
    }
}

static void test_offer_and_policy(void)
{
    Error err;
    check(terms("CAKE", "web", "LON", NULL).offered, "what no rule leaves out is offered");
    check(!terms("CAKE", "web", "DC1", NULL).offered, "not where the location does not serve the channel");
    check_ok(put((RuleCase){ "offer", .channel = "web", .mode = "no", .quantity = OPT_NONE,
                             .lead_days = OPT_NONE, .release = OPT_NONE },
                 &err),
             &err, "nothing on the web");
    check_ok(put((RuleCase){ "offer", .sku = "TEA", .channel = "web", .mode = "yes", .quantity = OPT_NONE,
                             .lead_days = OPT_NONE, .release = OPT_NONE },
                 &err),
             &err, "but tea");
    check(!terms("CAKE", "web", "LON", NULL).offered && terms("TEA", "web", "LON", NULL).offered
              && terms("CAKE", "pos", "LON", NULL).offered,
          "only tea is offered there");
    check_ok(put((RuleCase){ "policy", .mode = "backorder", .quantity = 9000, .lead_days = 7,
                             .release = OPT_NONE },
                 &err),
             &err, "everything may be backordered");
    check_ok(put((RuleCase){ "policy", .sku = "TEA", .mode = "none", .quantity = OPT_NONE,
                             .lead_days = OPT_NONE, .release = OPT_NONE },
                 &err),
             &err, "but tea");
    SellPolicy cake = terms("CAKE", "pos", "LON", NULL).policy;
    check(cake.mode == SELL_BACKORDER && cake.most == 9000 && cake.lead_days == 7,
          "cake may, within its limit");
    check(terms("TEA", "pos", "LON", NULL).policy.mode == SELL_NONE, "tea may not");
}

static bool offline(Ctx *ctx, void *arg, Error *err)
{
    Reach reply, request = { STR("LON"), arg ? STR("offline") : STR("online"), OPT_NONE, OPT_NONE };
    return reach_change(ctx, &request, &reply, err) && str_eq(reply.state, request.state);
}

static bool beat(Ctx *ctx, void *arg, Error *err)
{
    Reach reply;
    (void)arg;
    return reach_heartbeat(ctx, &(ByCode){ STR("LON") }, &reply, err) && str_eq(reply.state, STR("online"));
}

static bool silent(Ctx *ctx, void *arg, Error *err)
{
    Str   *places = NULL;
    size_t count  = 0;
    if (!reach_due(ctx, 10, &places, &count, err)) return false;
    *(size_t *)arg = count;
    return true;
}

static void test_reach(void)
{
    Error  err   = { 0 };
    size_t count = 9;
    int    yes   = 1;
    check(terms("CAKE", "web", "LON", NULL).terms.buffer == 0, "nothing is kept back while it is in reach");
    check_ok(kit_write(db, &env, offline, &yes, &err), &err, "the location is out of reach");
    check(terms("CAKE", "web", "LON", NULL).terms.buffer == 1000,
          "the standard buffer is kept from the web");
    check(terms("CAKE", "pos", "LON", "LON").terms.buffer == 0, "not from its own till");
    check(terms("CAKE", "pos", "LON", NULL).terms.buffer == 1000, "but from tills elsewhere");
    check_ok(put((RuleCase){ "buffer", .sku = "CAKE", .quantity = 3000, .lead_days = OPT_NONE,
                             .release = OPT_NONE },
                 &err),
             &err, "more of cake");
    check(terms("CAKE", "web", "LON", NULL).terms.buffer == 3000, "that is kept");
    check_ok(kit_write(db, &env, beat, NULL, &err), &err, "it tells that it is there");
    check(terms("CAKE", "web", "LON", NULL).terms.buffer == 0, "and is in reach again");
    check(kit_read(db, &env, silent, &count, &err) && count == 0, "it is not silent");
    kit_now_ms += 121000;
    check(kit_read(db, &env, silent, &count, &err) && count == 1, "after two minutes it is");
}

static bool many_rules(Ctx *ctx, void *arg, Error *err)
{
    (void)arg;
    for (int i = 0; i < 300; i++) {
        Id                    item = ctx_new_id(ctx);
        AvailabilityRulePutIn in   = { 1,       id_bytes(&item),
                                       STR(""), STR("safety"),
                                       STR(""), STR(""),
                                       STR(""), 1,
                                       0,       0 };
        if (!q_availability_rule_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

static bool drop_rule(Ctx *ctx, void *arg, Error *err)
{
    AvailabilityRuleRef ref = { STR("safety"), STR("TEA"), STR_NONE, STR_NONE, STR("web") }, reply;
    (void)arg;
    return availability_rule_drop(ctx, &ref, &reply, err);
}

static bool walk(Ctx *ctx, void *arg, Error *err)
{
    AvailabilityRuleList page = { .next_cursor = STR_NONE };
    size_t              *seen = arg;
    for (int pages = 0; pages < 20; pages++) {
        Page ask = { page.next_cursor, 50 };
        page     = (AvailabilityRuleList){ .next_cursor = STR_NONE };
        if (!availability_rules(ctx, &ask, &page, err)) return false;
        *seen += page.items.count;
        if (!page.next_cursor.ptr) return true;
    }
    return false;
}

int main(void)
{
    Error  err  = { 0 };
    size_t seen = 0;
    db          = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    check_ok(kit_write(db, &env, add_category, NULL, &err), &err, "with categories");
    test_safety();
    test_refused();
    test_offer_and_policy();
    test_reach();
    check_ok(kit_write(db, &env, many_rules, NULL, &err), &err, "hundreds of rules for single items");
    check(safety("TEA", "web") == 4 && safety("CAKE", "web") == 2, "are read by item");
    check(kit_read(db, &env, walk, &seen, &err) && seen == 309, "all of them are listed, page by page");
    check_ok(kit_write(db, &env, drop_rule, NULL, &err), &err, "a rule is removed");
    check(safety("TEA", "web") == 0, "and holds no more");
    err = (Error){ 0 };
    check_refused(kit_write(db, &env, drop_rule, NULL, &err), &err, &ERR_RULE_UNKNOWN, "twice is refused");
    kit_close(db);
    return check_finish("availability");
}

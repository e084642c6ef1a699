/* pricing_test.c — which price holds: list by priority, then quantity step, then the latest start. */
#include "shop/pricing/pricing.h"

#include "tests/kit.h"

#define T(text)                                                                                              \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    } /* as STR, where only constants may stand */

static Env      env;
static Db      *db;
static Error    err;
static const Id shirt = { { 1 } };

static bool put_list(Ctx *ctx, void *arg, Error *e)
{
    return pricing_put_list(ctx, arg, e);
}

static bool put_price(Ctx *ctx, void *arg, Error *e)
{
    return pricing_put(ctx, arg, e);
}

static const PriceList lists[] = {
    { T("base"), T("Base"), T("GBP"), { NULL, 0 }, 0, OPT_NONE, OPT_NONE, false },
    { T("web"), T("Web"), T("GBP"), T("web"), 0, OPT_NONE, OPT_NONE, false },
    { T("sale"), T("Sale"), T("GBP"), { NULL, 0 }, 10, 5000, 6000, true },
    { T("euro"), T("Euro"), T("EUR"), { NULL, 0 }, 0, OPT_NONE, OPT_NONE, false },
};
static const PriceSet prices[] = {
    { { { 1 } }, T("base"), 0, 0, 0, 1000 },      { { { 1 } }, T("base"), 10000, 0, 0, 900 },
    { { { 1 } }, T("base"), 0, 2000, 3000, 950 }, { { { 1 } }, T("web"), 0, 0, 0, 980 },
    { { { 1 } }, T("sale"), 0, 0, 0, 500 },
};

static const struct {
    const char *name, *channel, *currency;
    int64_t     qty, at, amount; /* amount below 0: none */
} asks[] = {
    { "the list for all channels", "pos", "GBP", 1000, 1000, 1000 },
    { "the channel's own list before one for all", "web", "GBP", 1000, 1000, 980 },
    { "a quantity step is reached", "pos", "GBP", 10000, 1000, 900 },
    { "a quantity just below the step", "pos", "GBP", 9999, 1000, 1000 },
    { "the later of two periods", "pos", "GBP", 1000, 2500, 950 },
    { "a period's end is outside", "pos", "GBP", 1000, 3000, 1000 },
    { "a list in its period wins by priority", "web", "GBP", 1000, 5000, 500 },
    { "a list behind its period does not", "web", "GBP", 1000, 6000, 980 },
    { "a list without this price is no price", "pos", "EUR", 1000, 1000, -1 },
};

static bool find(Ctx *ctx, void *arg, Error *e)
{
    size_t   i   = *(size_t *)arg;
    PriceAsk ask = { shirt, str_from(asks[i].channel), str_from(asks[i].currency), asks[i].qty, asks[i].at };
    PriceFound found;
    bool       ok = pricing_find(ctx, &ask, &found, e);
    if (asks[i].amount < 0) check_refused(ok, e, &ERR_PRICE_MISSING, asks[i].name);
    else check(ok && found.amount == asks[i].amount
                   && found.reduced == str_eq(found.list, STR("sale")),
               asks[i].name);
    return true;
}

static bool set_unknown(Ctx *ctx, void *arg, Error *e)
{
    PriceInput  one   = { STR("NONE"), 100, OPT_NONE, OPT_NONE, OPT_NONE };
    PricesInput ask   = { STR("base"), { &one, 1 } };
    PricesSet   reply = { .code = STR_NONE };
    return prices_set(ctx, &ask, &reply, e);
}

static void check_refusals(void)
{
    check_refused(kit_write(db, &env, set_unknown, NULL, &err), &err, &ERR_PRICE_ITEM_UNKNOWN,
                  "an item must be there");
    check(str_eq(str_from(err.field), STR("prices[0].sku")), "the refusal names the place of the SKU");
    PriceList list  = lists[0];
    PriceSet  price = prices[0];
    price.list      = STR("none");
    check_refused(kit_write(db, &env, put_price, &price, &err), &err, &ERR_PRICE_LIST_UNKNOWN,
                  "a list must be there");
    price        = prices[0];
    price.amount = -1;
    check_refused(kit_write(db, &env, put_price, &price, &err), &err, &ERR_FIELD_INVALID,
                  "no price is below zero");
    price          = prices[0];
    price.from_ms  = 10;
    price.until_ms = 10;
    check_refused(kit_write(db, &env, put_price, &price, &err), &err, &ERR_FIELD_INVALID,
                  "a period has a length");
    list.currency = STR("XYZ");
    check_refused(kit_write(db, &env, put_list, &list, &err), &err, &ERR_CURRENCY_UNKNOWN,
                  "a currency must be known");
    list.currency = STR("EUR");
    check_refused(kit_write(db, &env, put_list, &list, &err), &err, &ERR_FIELD_INVALID,
                  "a list keeps its currency");
}

int main(void)
{
    db = kit_open(&env);
    for (size_t i = 0; i < COUNT(lists); i++)
        check_ok(kit_write(db, &env, put_list, (void *)(uintptr_t)&lists[i], &err), &err, "a list is made");
    for (size_t i = 0; i < COUNT(prices); i++)
        check_ok(kit_write(db, &env, put_price, (void *)(uintptr_t)&prices[i], &err), &err, "a price is set");
    for (size_t i = 0; i < COUNT(asks); i++) (void)kit_read(db, &env, find, &i, &err);
    check_refusals();
    kit_close(db);
    return check_finish("pricing");
}

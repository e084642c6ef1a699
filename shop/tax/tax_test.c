/* tax_test.c — which rates are in force. */
#include "shop/tax/tax.h"

#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;

static bool put(Ctx *ctx, void *arg, Error *e)
{
    return tax_put(ctx, arg, e);
}

static TaxRate rate(Str tax_class, int64_t n, int64_t ppm, int64_t from, int64_t until)
{
    return (TaxRate){ STR("GB"), tax_class, n, STR("VAT"), ppm, false, from, until };
}

static const struct {
    const char *name, *zone;
    int64_t     at, count, first_ppm;
} asks[] = {
    { "before the change the old rate holds", "GB", 999, 3, 50000 },
    { "of two periods the later beginning holds", "GB", 1000, 3, 60000 },
    { "behind the end of the later one the old one holds again", "GB", 2000, 3, 50000 },
    { "another zone has no rate", "FR", 1000, 0, 0 },
};

static bool load(Ctx *ctx, void *arg, Error *e)
{
    size_t    i = *(size_t *)arg, count = 0;
    CartRate *rates = NULL;
    if (!tax_load(ctx, str_from(asks[i].zone), asks[i].at, &rates, &count, e)) return false;
    check((int64_t)count == asks[i].count && (count == 0 || rates[0].rate == asks[i].first_ppm),
          asks[i].name);
    return true;
}

static bool pages(Ctx *ctx, void *arg, Error *e)
{
    TaxAsk      ask  = { .zone = STR("GB"), .limit = 1 };
    TaxRateList list = { .next_cursor = STR_NONE };
    size_t      seen = 0;
    for (int i = 0; i < 9; i++) {
        list = (TaxRateList){ .next_cursor = STR_NONE };
        if (!tax_list(ctx, &ask, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        ask.cursor = list.next_cursor;
    }
    return seen == 4;
}

static bool bad_cursor(Ctx *ctx, void *arg, Error *e)
{
    TaxAsk      ask  = { .cursor = STR("GB~x~0~a"), .limit = OPT_NONE };
    TaxRateList list = { .next_cursor = STR_NONE };
    return tax_list(ctx, &ask, &list, e);
}

static void check_refusals(void)
{
    TaxRate bad = rate(STR("standard"), 1, 200000, 10, 10);
    check_refused(kit_write(db, &env, put, &bad, &err), &err, &ERR_FIELD_INVALID, "a period has a length");
    bad      = rate(STR("standard"), 1, 200000, OPT_NONE, OPT_NONE);
    bad.zone = STR("G B");
    check_refused(kit_write(db, &env, put, &bad, &err), &err, &ERR_FIELD_INVALID, "a zone is a code");
    check_refused(kit_read(db, &env, bad_cursor, NULL, &err), &err, &ERR_FIELD_INVALID,
                  "a wrong cursor is refused");
}

static void check_limit(void)
{
    char    name[8] = "k00";
    TaxRate more    = rate((Str){ name, 3 }, 1, 1, OPT_NONE, OPT_NONE);
    bool    ok      = true;
    for (int i = 0; ok && i < CART_RATES_MAX; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        ok      = kit_write(db, &env, put, &more, &err);
    }
    check_refused(ok, &err, &ERR_TAX_RATES_TOO_MANY, "a zone has no more rates than a sale takes");
}

int main(void)
{
    db              = kit_open(&env);
    TaxRate rates[] = { rate(STR("reduced"), OPT_NONE, 50000, OPT_NONE, OPT_NONE),
                        rate(STR("reduced"), 1, 60000, 1000, 2000),
                        rate(STR("standard"), 1, 200000, OPT_NONE, OPT_NONE),
                        rate(STR("standard"), 2, 10000, OPT_NONE, OPT_NONE) };
    for (size_t i = 0; i < COUNT(rates); i++)
        check_ok(kit_write(db, &env, put, &rates[i], &err), &err, "a rate is set");
    check_ok(kit_write(db, &env, put, &rates[0], &err), &err, "the same rate again is no second one");
    for (size_t i = 0; i < COUNT(asks); i++) (void)kit_read(db, &env, load, &i, &err);
    check(kit_read(db, &env, pages, NULL, &err), "pages show every rate once");
    check_refusals();
    check_limit();
    kit_close(db);
    return check_finish("tax");
}

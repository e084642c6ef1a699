/* tax_return_test.c — goods of every kind of tax are sold and given back: afterwards no account of a tax has
 * anything left. */
#include "flows/give_back.h"

#include "all_sql.h"
#include "shop/catalog/catalog.h"
#include "shop/orders/orders.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

static Env env;
static Db *db;

/* A levy of 0.10 on each, and VAT on it; a tax that only dear things pay; what is untaxed. */
static const TaxRate rates[] = {
    { .tax_class = STR("can"), .n = 1, .name = STR("Levy"), .per_unit = 10 },
    { .tax_class = STR("can"), .n = 2, .name = STR("VAT on top"), .rate = 200000, .compound = true },
    { .tax_class = STR("coat"), .n = 1, .name = STR("Plain"), .rate = 63500, .unit_to = 10001,
      .unit_whole = true },
    { .tax_class = STR("coat"), .n = 2, .name = STR("Luxury"), .rate = 77500, .unit_from = 10001,
      .unit_whole = true },
};

static const struct {
    const char *sku, *tax_class;
    int64_t     price, quantity;
    const char *fee_class; /* of a deposit of 0.25, or NULL */
} goods[] = { { "CAN", "can", 120, 3000, NULL },
              { "COAT", "coat", 9900, 2000, NULL },
              { "FUR", "coat", 99900, 1000, NULL },
              { "CARD", "untaxed", 5000, 1000, NULL },
              { "BOTTLE", "reduced", 199, 3000, "standard" },
              { "CRATE", "can", 120, 2000, "untaxed" } };

static bool make(Ctx *ctx, void *arg, Error *err)
{
    for (size_t i = 0; i < COUNT(rates); i++) {
        TaxRate rate = rates[i];
        rate.zone    = STR("GB");
        rate.from = rate.until = OPT_NONE;
        if (!tax_put(ctx, &rate, err)) return false;
    }
    for (size_t i = 0; i < COUNT(goods); i++) {
        ItemInput item = { .sku = str_from(goods[i].sku), .name = str_from(goods[i].sku),
                           .tax_class = str_from(goods[i].tax_class), .quantity_step = 1000,
                           .service = true };
        CartFee   fee  = { STR("Deposit"), 25, str_from(goods[i].fee_class) };
        if (goods[i].fee_class) item.fees.items = &fee;
        item.fees.count = goods[i].fee_class ? 1 : 0;
        PriceSet  set  = { .list = STR("list"), .until_ms = INT64_MAX, .amount = goods[i].price };
        if (!catalog_put(ctx, &item, &set.item, err) || !pricing_put(ctx, &set, err)) return false;
    }
    return true;
}

static bool sell(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return orders_create(ctx, request, reply, err);
}

static bool give_back(Ctx *ctx, const void *request, void *reply, Error *err)
{
    return returns_create(ctx, request, reply, err);
}

/* How many accounts of taxes there are, and how many of them have something. */
typedef struct {
    int accounts, open;
} Taxes;

static bool count_taxes(Ctx *ctx, void *arg, Error *err)
{
    LedgerBalancesRow *rows  = NULL;
    size_t             count = 0;
    Taxes             *taxes = arg;
    LedgerBalancesIn   in    = { ctx->who.merchant, STR(""), INT64_MAX };
    *taxes                   = (Taxes){ 0 };
    if (!q_ledger_balances_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_starts(rows[i].account, STR("tax:"))) continue;
        taxes->accounts++;
        taxes->open += rows[i].debits != rows[i].credits;
    }
    return true;
}

static void check_goods(size_t i)
{
    Error           err   = { 0 };
    Order           order;
    Return          doc;
    BasketLine      line  = { .sku = str_from(goods[i].sku), .quantity = goods[i].quantity };
    TenderInput     cash  = tender_of(NULL);
    CheckoutRequest sale  = { .location       = STR("LON"),
                              .channel        = STR("pos"),
                              .expected_total = OPT_NONE,
                              .pay_by         = OPT_NONE,
                              .lines          = { &line, 1 },
                              .tenders        = { &cash, 1 } };
    check_ok(fixture_call(db, &env, sell, &sale, &order, sizeof order, NULL, &err), &err, goods[i].sku);
    Id      id   = order.id;
    int64_t left = order.tax;
    for (int64_t given = 0; given < goods[i].quantity; given += 1000) {
        ReturnLineInput one  = { .line = 1, .quantity = 1000 };
        ReturnRequest   back = { .order = id, .location = STR("LON"), .lines = { &one, 1 } };
        check_ok(fixture_call(db, &env, give_back, &back, &doc, sizeof doc, NULL, &err), &err,
                 "is given back one by one");
        left -= doc.tax;
    }
    check(left == 0, "with all of its tax");
}

int main(void)
{
    Error err   = { 0 };
    Taxes taxes = { 0 };
    db          = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make, NULL, &err), &err, "with goods of every kind of tax");
    for (size_t i = 0; i < COUNT(goods); i++) check_goods(i);
    check_ok(kit_read(db, &env, count_taxes, &taxes, &err), &err, "the ledger is read");
    check(taxes.accounts == 6 && taxes.open == 0, "no account of a tax has anything left");
    kit_close(db);
    return check_finish("tax returns");
}

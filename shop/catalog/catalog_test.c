/* catalog_test.c — items are made whole or refused with the place of the fault. */
#include "shop/catalog/catalog.h"

#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;

static bool put(Ctx *ctx, void *arg, Error *e)
{
    Id id;
    return catalog_put(ctx, arg, &id, e);
}

static bool put_category(Ctx *ctx, void *arg, Error *e)
{
    return catalog_put_category(ctx, arg, e);
}

static ItemInput item(Str sku)
{
    return (ItemInput){ .sku = sku, .name = STR("Red T-shirt"), .quantity_step = OPT_NONE };
}

static void check_items(void)
{
    ItemBarcode code = { STR("4006381333931") }, upc = { STR("036000291452") },
                ean   = { STR("0036000291452") };
    ItemBarcode wrong = { STR("4006381333932") };
    ItemInput   shirt = item(STR("TSH")), small = item(STR("TSH-S")), other = item(STR("OTH"));
    shirt.barcodes.items = &code;
    shirt.barcodes.count = 1;
    check_ok(kit_write(db, &env, put, &shirt, &err), &err, "an item is made");
    check_ok(kit_write(db, &env, put, &shirt, &err), &err, "the same item again is a change of it");
    small.parent = STR("TSH");
    check_ok(kit_write(db, &env, put, &small, &err), &err, "a variant is made");
    other.barcodes = shirt.barcodes;
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_BARCODE_TAKEN, "a barcode has one item");
    check(str_eq(str_from(err.field), STR("barcodes[0].gtin")), "the refusal names the place of the barcode");
    other.barcodes.items = &wrong;
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_GTIN_INVALID,
                  "a check digit must be right");
    other.barcodes.items = &upc;
    check_ok(kit_write(db, &env, put, &other, &err), &err, "a UPC is a barcode");
    shirt.barcodes.items = &ean;
    check_refused(kit_write(db, &env, put, &shirt, &err), &err, &ERR_BARCODE_TAKEN,
                  "a UPC and the same number as EAN-13 are one barcode");
    other        = item(STR("OTH"));
    other.parent = STR("TSH-S");
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_PARENT_IS_VARIANT,
                  "a variant has no variants");
    other.parent = STR("nope");
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_PARENT_UNKNOWN,
                  "a parent must be there");
    shirt.parent = STR("OTH");
    check_refused(kit_write(db, &env, put, &shirt, &err), &err, &ERR_PARENT_IS_VARIANT,
                  "what has variants is no variant");
    other = item(STR(" X"));
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_FIELD_INVALID,
                  "a SKU has no blanks around");
    other          = item(STR("X"));
    other.category = STR("none");
    check_refused(kit_write(db, &env, put, &other, &err), &err, &ERR_CATEGORY_UNKNOWN,
                  "a category must be there");
}

static bool find_sale(Ctx *ctx, void *arg, Error *e)
{
    SaleItem sale;
    (void)arg;
    if (!catalog_sale_item(ctx, STR("TSH"), &sale, e)) return false;
    check(str_eq(sale.tax_class, STR("standard")) && sale.qty_step == 1000 && sale.stocked,
          "absent fields are standard");
    return true;
}

static bool find_gone(Ctx *ctx, void *arg, Error *e)
{
    SaleItem sale;
    return catalog_sale_item(ctx, *(Str *)arg, &sale, e);
}

static bool find_sku(Ctx *ctx, void *arg, Error *e)
{
    Str sku;
    return catalog_sku_of(ctx, *(Str *)arg, &sku, e) && str_eq(sku, STR("OTH"));
}

static void check_finding(void)
{
    ItemInput gone = item(STR("GONE"));
    Str none = STR("NONE"), sold_out = STR("GONE"), ean = STR("0036000291452"), free = STR("4006381333948");
    gone.inactive = true;
    check_ok(kit_read(db, &env, find_sale, NULL, &err), &err, "an item is found for a sale");
    check_refused(kit_read(db, &env, find_gone, &none, &err), &err, &ERR_SKU_UNKNOWN,
                  "an unknown SKU is refused");
    check_ok(kit_write(db, &env, put, &gone, &err), &err, "an item is taken off sale");
    check_refused(kit_read(db, &env, find_gone, &sold_out, &err), &err, &ERR_SKU_UNKNOWN,
                  "an item off sale is not sold");
    check_ok(kit_read(db, &env, find_sku, &ean, &err), &err, "a UPC is found by its EAN-13");
    check_refused(kit_read(db, &env, find_sku, &free, &err), &err, &ERR_BARCODE_UNKNOWN,
                  "an unknown barcode");
}

static void check_categories(void)
{
    Category men    = { STR("men"), STR("Men"), STR_NONE },
             shirts = { STR("shirts"), STR("Shirts"), STR("men") };
    check_ok(kit_write(db, &env, put_category, &men, &err), &err, "a category is made");
    check_ok(kit_write(db, &env, put_category, &shirts, &err), &err, "a category below another is made");
    men.parent = STR("shirts");
    check_refused(kit_write(db, &env, put_category, &men, &err), &err, &ERR_CATEGORY_CYCLE,
                  "no category is above itself");
    men.parent = STR("men");
    check_refused(kit_write(db, &env, put_category, &men, &err), &err, &ERR_CATEGORY_CYCLE,
                  "no category is straight above itself");
    men.parent = STR("gone");
    check_refused(kit_write(db, &env, put_category, &men, &err), &err, &ERR_CATEGORY_UNKNOWN,
                  "the category above must be there");
    men.code = STR("a b");
    check_refused(kit_write(db, &env, put_category, &men, &err), &err, &ERR_FIELD_INVALID,
                  "a code has no blanks");
}

int main(void)
{
    db = kit_open(&env);
    check_items();
    check_finding();
    check_categories();
    kit_close(db);
    return check_finish("catalog");
}

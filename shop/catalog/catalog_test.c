/* catalog_test.c — items are made whole or refused with the place of the fault. */
#include "shop/catalog/catalog.h"

#include "tests/kit.h"

#include <stdio.h>

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
    ItemBarcode code = { .gtin = STR("4006381333931") }, upc = { .gtin = STR("036000291452") },
                ean  = { .gtin = STR("0036000291452") };
    ItemBarcode wrong = { .gtin = STR("4006381333932") };
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

static bool sold_as(Ctx *ctx, void *arg, Error *e)
{
    SaleItem sale;
    ItemSku  ask  = { STR("FULL") };
    ItemCost cost = { .cost = 0 };
    if (!catalog_sale_item(ctx, ask.sku, &sale, e) || !items_cost(ctx, &ask, &cost, e)) return false;
    check(str_eq(sale.brand, STR("Acme")) && str_eq(sale.kind, STR("deposit")) && !sale.stocked
              && !sale.discountable && sale.cost == *(int64_t *)arg && cost.cost == sale.cost,
          "a sale knows brand, kind, cost and whether there may be a discount");
    check(sale.categories.count == 3 && str_eq(sale.categories.items[0], STR("tees"))
              && str_eq(sale.categories.items[1], STR("shirts"))
              && str_eq(sale.categories.items[2], STR("men")),
          "and the category with those above it, nearest first");
    check(sale.tags.count == 2 && str_eq(sale.tags.items[0], STR("new"))
              && str_eq(sale.tags.items[1], STR("summer \"26\"")),
          "and the tags");
    return true;
}

static bool sold_plain(Ctx *ctx, void *arg, Error *e)
{
    SaleItem sale;
    ItemSku  ask  = { STR("TSH") };
    ItemCost cost = { .cost = 0 };
    (void)arg;
    return catalog_sale_item(ctx, ask.sku, &sale, e) && items_cost(ctx, &ask, &cost, e)
        && cost.cost == OPT_NONE && sale.cost == 0 && sale.discountable && sale.brand.len == 0
        && str_eq(sale.kind, STR("goods")) && sale.categories.count == 0 && sale.tags.count == 0;
}

/* What pricing asks of an item; after check_categories. */
static void check_pricing_facts(void)
{
    int64_t   cost = 420;
    Str       tags[] = { STR("new"), STR("summer \"26\""), STR(" x") };
    Category  tees = { STR("tees"), STR("T-shirts"), STR("shirts") };
    ItemInput full = item(STR("FULL"));
    full.brand       = STR("Acme");
    full.tags        = (TextList){ tags, 2 };
    full.kind        = STR("deposit");
    full.category    = STR("tees");
    full.no_discount = true;
    full.cost        = cost;
    check_ok(kit_write(db, &env, put_category, &tees, &err), &err, "a third level of categories is made");
    check_ok(kit_write(db, &env, put, &full, &err), &err, "an item with all of it is made");
    check_ok(kit_read(db, &env, sold_as, &cost, &err), &err, "it is found for a sale");
    full.cost = OPT_NONE;
    check_ok(kit_write(db, &env, put, &full, &err), &err, "it is changed without naming its cost");
    check_ok(kit_read(db, &env, sold_as, &cost, &err), &err, "which stays as it was");
    check(kit_read(db, &env, sold_plain, NULL, &err), "an item with nothing of it is plain goods");
    full.kind    = STR("goods");
    full.service = true;
    check_refused(kit_write(db, &env, put, &full, &err), &err, &ERR_FIELD_INVALID,
                  "goods that are a service contradict each other");
    full.service = false;
    full.tags.count = 3;
    check_refused(kit_write(db, &env, put, &full, &err), &err, &ERR_FIELD_INVALID,
                  "a tag has no blanks around");
    full.tags.count = 2;
    check_ok(kit_write(db, &env, put, &full, &err), &err, "it becomes goods again");
}

static void check_deep_categories(void)
{
    char     codes[2][20][8];
    Category category;
    for (int tree = 0; tree < 2; tree++) {
        for (int level = 0; level < 10; level++) {
            (void)snprintf(codes[tree][level], sizeof codes[tree][level], "t%d-%d", tree, level);
            category = (Category){ str_from(codes[tree][level]), STR("Level"),
                                   level ? str_from(codes[tree][level - 1]) : STR_NONE };
            if (!kit_write(db, &env, put_category, &category, &err)) check_ok(false, &err, "a level is made");
        }
    }
    category = (Category){ str_from(codes[1][0]), STR("Level"), str_from(codes[0][9]) };
    check_refused(kit_write(db, &env, put_category, &category, &err), &err, &ERR_FIELD_INVALID,
                  "ten levels below ten are too many");
    category.parent = str_from(codes[0][5]);
    check_ok(kit_write(db, &env, put_category, &category, &err), &err, "ten levels below six are not");
    category = (Category){ str_from(codes[0][0]), STR("Level"), str_from(codes[1][9]) };
    check_refused(kit_write(db, &env, put_category, &category, &err), &err, &ERR_CATEGORY_CYCLE,
                  "a circle of sixteen levels is one");
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

static const struct {
    const char *name, *q, *category, *parent;
    size_t      count;
    const char *first; /* SKU, or NULL */
} searches[] = {
    { "by the beginning of a word, each item once", "wash", NULL, NULL, 2, NULL },
    { "without accents and in any case", "CAFE", NULL, NULL, 1, "S-2" },
    { "by two words", "mug caf", NULL, NULL, 1, "S-2" },
    { "by the brand", "acm", NULL, NULL, 1, "FULL" },
    { "by a tag", "summ", NULL, NULL, 1, "FULL" },
    { "by the value of an option", "turquoise", NULL, NULL, 1, "S-3" },
    { "by a word of the description", "washable", NULL, NULL, 2, NULL },
    { "not when a word is missing", "mug shirt", NULL, NULL, 0, NULL },
    { "by the beginning of a barcode", "54490", NULL, NULL, 1, "S-1" },
    { "a whole barcode comes first, with zeros in front too", "05449000000996", NULL, NULL, 1, "S-1" },
    { "a whole SKU comes first and once", "S-3", NULL, NULL, 1, "S-3" },
    { "a word and a category", "washable", "men", NULL, 1, "S-1" },
    { "a category alone", NULL, "men", NULL, 1, "S-1" },
    { "the variants of an item", NULL, NULL, "TSH", 1, "TSH-S" },
    { "no words, nothing", "--", NULL, NULL, 0, NULL },
};

static bool find_list(Ctx *ctx, void *arg, Error *e)
{
    size_t   i    = *(size_t *)arg;
    ItemAsk  ask  = { str_from(searches[i].q), str_from(searches[i].category), str_from(searches[i].parent),
                      STR_NONE, OPT_NONE };
    ItemList list = { .next_cursor = STR_NONE };
    if (!items_list(ctx, &ask, &list, e)) return false;
    bool first = !searches[i].first
              || (list.items.count && str_eq(list.items.items[0].sku, str_from(searches[i].first)));
    check(first && list.items.count == searches[i].count, searches[i].name);
    return true;
}

static bool show(Ctx *ctx, void *arg, Error *e)
{
    ItemSku ask = { STR("S-3") };
    Item    out = { .sku = STR_NONE };
    return items_show(ctx, &ask, &out, e) && out.options.count == 1 && out.media.count == 1
        && out.version == 2 && str_eq(out.options.items[0].value, STR("Turquoise \"T\""))
        && !out.media.items[0].alt.ptr;
}

static bool create(Ctx *ctx, void *arg, Error *e)
{
    Item out = { .sku = STR_NONE };
    return items_create(ctx, arg, &out, e);
}

static bool batch(Ctx *ctx, void *arg, Error *e)
{
    ItemInput     two[] = { item(STR("BAT-1")), item(STR("BAT-2")) };
    ItemBatch     ask   = { { two, COUNT(two) } };
    ItemBatchMade out   = { { NULL, 0 } };
    if (arg) two[1].category = STR("nowhere");
    return items_batch(ctx, &ask, &out, e) && out.items.count == 2;
}

/* Every item once, by pages of two; a query's pages too. */
static bool pages(Ctx *ctx, void *arg, Error *e)
{
    ItemAsk  ask  = { .q = str_from(arg), .limit = 2 };
    ItemList list = { .next_cursor = STR_NONE };
    size_t   seen = 0;
    for (int i = 0; i < 20; i++) {
        list = (ItemList){ .next_cursor = STR_NONE };
        if (!items_list(ctx, &ask, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        ask.cursor = list.next_cursor;
    }
    return seen == (arg ? 8 : 10);
}

static void check_search(void)
{
    ItemBarcode code   = { .gtin = STR("5449000000996") };
    ItemOption  colour = { STR("colour"), STR("Turquoise \"T\"") };
    ItemMedia   film   = { STR("https://example.org/a.png"), STR_NONE };
    ItemInput   one = item(STR("S-1")), two = item(STR("S-2")), three = item(STR("S-3"));
    one.name            = STR("Shirt");
    one.description     = STR("Washable");
    one.category        = STR("men");
    one.barcodes.items  = &code;
    one.barcodes.count  = 1;
    two.name            = STR("Café mug");
    two.description     = STR("washable, washed");
    three.options.items = &colour;
    three.options.count = 1;
    three.media.items   = &film;
    three.media.count   = 1;
    check_ok(kit_write(db, &env, put, &one, &err), &err, "an item with a barcode is made");
    check_ok(kit_write(db, &env, put, &two, &err), &err, "an item with a description is made");
    check_ok(kit_write(db, &env, put, &three, &err), &err, "an item with an option and a picture is made");
    for (size_t i = 0; i < COUNT(searches); i++) (void)kit_read(db, &env, find_list, &i, &err);
    three.if_version = 2;
    check_refused(kit_write(db, &env, put, &three, &err), &err, &ERR_VERSION_CONFLICT,
                  "a change of an old version");
    three.if_version = 1;
    check_ok(kit_write(db, &env, put, &three, &err), &err, "a change of the version that is there");
    check(kit_read(db, &env, show, NULL, &err), "an item is shown with all that belongs to it");
    check_refused(kit_write(db, &env, create, &three, &err), &err, &ERR_DB_CONFLICT, "an item is made once");
    check_refused(kit_write(db, &env, batch, "", &err), &err, &ERR_CATEGORY_UNKNOWN,
                  "a batch with a fault is refused");
    check(str_eq(str_from(err.field), STR("items[1].category")), "the refusal names the place in the batch");
    check_ok(kit_write(db, &env, batch, NULL, &err), &err, "a batch is made");
    check(kit_read(db, &env, pages, NULL, &err), "pages show every item once");
    check(kit_read(db, &env, pages, "t", &err), "pages of a search show every item once");
}

static const struct {
    const char *name, *barcode, *sku, *gtin;
    int64_t     quantity, price;
    const char *lot, *serial, *expires;
} scans[] = {
    { "one unit", "5010000000011", "COLA", "5010000000011", 1000, OPT_NONE, NULL, NULL, NULL },
    { "a box of 12", "15010000000018", "COLA", "15010000000018", 12000, OPT_NONE, NULL, NULL, NULL },
    { "three boxes", "(01)15010000000018(30)3", "COLA", "15010000000018", 36000, OPT_NONE, NULL, NULL,
      NULL },
    { "a pallet of 40 boxes", "(00)340123450000000000(02)15010000000018(37)40", "COLA", "15010000000018",
      480000, OPT_NONE, NULL, NULL, NULL },
    { "lot, expiry and serial as scanned",
      "]d20105010000000011"
      "10L-7\x1D"
      "17270200"
      "21S1",
      "COLA", "05010000000011", 1000, OPT_NONE, "L-7", "S1", "2027-02-28" },
    { "a weight does not count what is sold by each", "(01)05010000000011(3103)000330", "COLA",
      "05010000000011", 1000, OPT_NONE, NULL, NULL, NULL },
    { "kilograms", "(01)90012345678908(3103)001750", "HAM", "90012345678908", 1750, OPT_NONE, NULL, NULL,
      NULL },
    { "kilograms of five decimals, half up", "(01)90012345678908(3105)123450", "HAM", "90012345678908",
      1235, OPT_NONE, NULL, NULL, NULL },
    { "weight and price", "(01)90012345678908(3103)001750(3922)2875", "HAM", "90012345678908", 1750, 2875,
      NULL, NULL, NULL },
    { "a price alone tells no weight", "(01)90012345678908(3922)2875", "HAM", "90012345678908", OPT_NONE,
      2875, NULL, NULL, NULL },
    { "a weight of a scale", "2112345017501", "HAM", "2112345000008", 1750, OPT_NONE, NULL, NULL, NULL },
    { "a weight of a scale with a zero in front", "02112345017501", "HAM", "2112345000008", 1750, OPT_NONE,
      NULL, NULL, NULL },
    { "a price of a scale, as UPC", "201234105992", "HAM", "0201234000006", OPT_NONE, 599, NULL, NULL,
      NULL },
    { "grams", "2154321002507", "SAFFRON", "2154321000008", 250000, OPT_NONE, NULL, NULL, NULL },
};

static const struct {
    const char   *name, *barcode;
    const ErrDef *def;
} bad_scans[] = {
    { "an item that is not there", "5010000000028", &ERR_BARCODE_UNKNOWN },
    { "a wrong check digit", "5010000000013", &ERR_BARCODE_FORM },
    { "no item in the code", "(10)L-7", &ERR_BARCODE_UNKNOWN },
    { "an unknown AI", "(01)05010000000011(05)1", &ERR_BARCODE_FORM },
    { "a price of a scale misread", "201234205999", &ERR_BARCODE_FORM },
    { "a weight of nothing", "2112345000008", &ERR_QUANTITY_RANGE },
    { "more than can be sold", "(02)15010000000018(37)99999999", &ERR_QUANTITY_RANGE },
    { "a weight printed on what is sold by each", "2100001017507", &ERR_BARCODE_FORM },
};

static bool same(Str text, const char *want)
{
    return want ? str_eq(text, str_from(want)) : !text.ptr;
}

static bool scan_one(Ctx *ctx, void *arg, Error *e)
{
    size_t  i   = *(size_t *)arg;
    ScanAsk ask = { str_from(scans[i].barcode) };
    Scan    out = { .item = NULL };
    if (!scan_read(ctx, &ask, &out, e)) return false;
    return str_eq(out.item->sku, str_from(scans[i].sku)) && str_eq(out.gtin, str_from(scans[i].gtin))
        && out.quantity == scans[i].quantity && out.price == scans[i].price && same(out.lot, scans[i].lot)
        && same(out.serial, scans[i].serial) && same(out.expires, scans[i].expires) && !out.produced.ptr;
}

static bool scan_text(Ctx *ctx, void *arg, Error *e)
{
    ScanAsk ask = { str_from(arg) };
    Scan    out = { .item = NULL };
    return scan_read(ctx, &ask, &out, e);
}

static bool put_pattern(Ctx *ctx, void *arg, Error *e)
{
    ScanPattern out = { .decimals = OPT_NONE };
    return scan_patterns_change(ctx, arg, &out, e);
}

static bool patterns_are(Ctx *ctx, void *arg, Error *e)
{
    Nothing         ask;
    ScanPatternList list = { { NULL, 0 } };
    (void)arg;
    return scan_patterns_list(ctx, &ask, &list, e) && list.items.count == 2
           && list.items.items[0].decimals == 2 && list.items.items[1].decimals == 3
           && str_eq(list.items.items[1].prefix, STR("21"));
}

static bool drop_pattern(Ctx *ctx, void *arg, Error *e)
{
    ScanPrefix ask = { STR("21") }, out = { STR_NONE };
    (void)arg;
    return scan_patterns_remove(ctx, &ask, &out, e);
}

static bool shows_pack(Ctx *ctx, void *arg, Error *e)
{
    ItemSku ask = { STR("COLA") };
    Item    out = { .sku = STR_NONE };
    (void)arg;
    return items_show(ctx, &ask, &out, e) && out.barcodes.count == 3
           && out.barcodes.items[0].quantity == OPT_NONE && out.barcodes.items[2].quantity == 12000;
}

static void check_scans(void)
{
    ItemBarcode cola[]  = { { STR("5010000000011"), OPT_NONE }, { STR("15010000000018"), 12000 },
                            { STR("2100001000004"), OPT_NONE } };
    ItemBarcode ham[]   = { { STR("90012345678908"), OPT_NONE }, { STR("2112345000008"), OPT_NONE },
                            { STR("0201234000006"), OPT_NONE } };
    ItemBarcode spice   = { STR("2154321000008"), OPT_NONE };
    ItemInput   items[] = { item(STR("COLA")), item(STR("HAM")), item(STR("SAFFRON")) };
    ScanPattern weight  = { STR("21"), STR("21IIIIIWWWWWC"), OPT_NONE };
    ScanPattern price   = { STR("02"), STR("02IIIIIVPPPPC"), OPT_NONE };
    kit_now_ms             = 1790000000000;
    items[0].barcodes.items = cola;
    items[0].barcodes.count = COUNT(cola);
    items[1].barcodes.items = ham;
    items[1].barcodes.count = COUNT(ham);
    items[1].unit           = STR("kg");
    items[1].quantity_step  = 5;
    items[2].barcodes.items = &spice;
    items[2].barcodes.count = 1;
    items[2].unit           = STR("g");
    for (size_t i = 0; i < COUNT(items); i++)
        check_ok(kit_write(db, &env, put, &items[i], &err), &err, "an item to be scanned is made");
    check_ok(kit_write(db, &env, put_pattern, &weight, &err), &err, "a pattern of weights is set");
    check_ok(kit_write(db, &env, put_pattern, &weight, &err), &err, "and set again");
    check_ok(kit_write(db, &env, put_pattern, &price, &err), &err, "a pattern of prices is set");
    check(kit_read(db, &env, patterns_are, NULL, &err), "both are listed with their decimals");
    check(kit_read(db, &env, shows_pack, NULL, &err), "an item shows what its barcodes stand for");
    for (size_t i = 0; i < COUNT(scans); i++)
        check_ok(kit_read(db, &env, scan_one, &i, &err), &err, scans[i].name);
    for (size_t i = 0; i < COUNT(bad_scans); i++)
        check_refused(kit_read(db, &env, scan_text, (void *)(uintptr_t)bad_scans[i].barcode, &err), &err,
                      bad_scans[i].def, bad_scans[i].name);
    weight.prefix = STR("22");
    check_refused(kit_write(db, &env, put_pattern, &weight, &err), &err, &ERR_BARCODE_FORM,
                  "a pattern begins with its prefix");
    weight.layout = STR("22IIIIIWWWWWW");
    check_refused(kit_write(db, &env, put_pattern, &weight, &err), &err, &ERR_BARCODE_FORM,
                  "a pattern ends in the check digit");
    check_ok(kit_write(db, &env, drop_pattern, NULL, &err), &err, "a pattern is removed");
    check_refused(kit_write(db, &env, drop_pattern, NULL, &err), &err, &ERR_NOT_FOUND, "once");
    check_refused(kit_read(db, &env, scan_text, "2112345017501", &err), &err, &ERR_BARCODE_UNKNOWN,
                  "its numbers are plain ones again");
}

/* --- tracking and kits --- */

static const ItemInput *kit_of(Str sku, Str kind, KitPartInput *parts, size_t count)
{
    static ItemInput kit;
    kit             = item(sku);
    kit.kit         = kind;
    kit.parts.items = parts;
    kit.parts.count = count;
    return &kit;
}

static bool kit_leaves(Ctx *ctx, void *arg, Error *e)
{
    SaleItem kit, copy;
    (void)arg;
    if (!catalog_sale_item(ctx, STR("DESK"), &kit, e)) return false;
    check(!kit.stocked && kit.part_count == 3, "a kit in a kit is taken apart to what is in stock");
    int64_t screws = 0, value = 0;
    for (size_t i = 0; i < kit.part_count; i++) {
        value += kit.parts[i].value_ppm;
        if (str_eq(kit.parts[i].sku, STR("SCREW"))) screws = kit.parts[i].qty;
        check(i == 0 || id_cmp(kit.parts[i - 1].id, kit.parts[i].id) < 0, "by item");
    }
    check(screws == 20000, "what is in several of its parts is added up");
    check(value == 1000000, "the shares of the price add up exactly");
    check(catalog_copy_sale_item(ctx->arena, &kit, &copy) && copy.part_count == 3
              && copy.parts[0].sku.ptr != kit.parts[0].sku.ptr
              && str_eq(copy.parts[2].sku, kit.parts[2].sku),
          "a copy has its own parts");
    return catalog_sale_item(ctx, STR("CAM"), &kit, e) && kit.stocked && kit.part_count == 2;
}

static bool kit_shown(Ctx *ctx, void *arg, Error *e)
{
    Item    out;
    ItemSku ask = { STR("DESK") };
    (void)arg;
    return items_show(ctx, &ask, &out, e) && str_eq(out.kit, STR("virtual")) && out.parts.count == 2
        && str_eq(out.parts.items[0].sku, STR("LEGS")) && out.parts.items[0].value == 400000 && !out.service
        && out.parts.items[1].not_returnable && str_eq(out.tracking, STR("none"));
}

static void make_parts(void)
{
    static const char *const skus[] = { "TOP", "LEG", "SCREW", "BODY", "STRAP" };
    for (size_t i = 0; i < COUNT(skus); i++) {
        ItemInput part = item(str_from(skus[i]));
        part.tracking  = i == 3 ? STR("serial") : STR_NONE;
        check_ok(kit_write(db, &env, put, &part, &err), &err, "a part is made");
    }
}

static void check_kits(void)
{
    KitPartInput legs[]  = { { STR("LEG"), 4000, false, OPT_NONE },
                             { STR("SCREW"), 16000, false, OPT_NONE } };
    KitPartInput desk[]  = { { STR("LEGS"), 1000, false, 400000 }, { STR("PLATE"), 1000, true, 600000 } };
    KitPartInput plate[] = { { STR("TOP"), 1000, false, 900000 }, { STR("SCREW"), 4000, false, 100000 } };
    KitPartInput box[]   = { { STR("BODY"), 1000, false, OPT_NONE },
                             { STR("STRAP"), 2000, false, OPT_NONE } };
    KitPartInput loop[]  = { { STR("DESK"), 1000, false, OPT_NONE } };
    make_parts();
    legs[0].value = 500000;
    check_refused(kit_write(db, &env, put, (void *)kit_of(STR("LEGS"), STR("virtual"), legs, 2), &err),
                  &err, &ERR_FIELD_INVALID, "shares that do not add up are refused");
    legs[1].value = 500000;
    check_ok(kit_write(db, &env, put, (void *)kit_of(STR("LEGS"), STR("virtual"), legs, 2), &err), &err,
             "a virtual kit is made");
    check_ok(kit_write(db, &env, put, (void *)kit_of(STR("PLATE"), STR("virtual"), plate, 2), &err), &err,
             "another");
    check_ok(kit_write(db, &env, put, (void *)kit_of(STR("DESK"), STR("virtual"), desk, 2), &err), &err,
             "and one of both");
    check_ok(kit_write(db, &env, put, (void *)kit_of(STR("CAM"), STR("boxed"), box, 2), &err), &err,
             "a boxed kit is made");
    check_ok(kit_read(db, &env, kit_leaves, NULL, &err), &err, "sales see what it takes");
    check(kit_read(db, &env, kit_shown, NULL, &err), "people see it as it was put down");
    check_refused(kit_write(db, &env, put, (void *)kit_of(STR("LEGS"), STR("virtual"), loop, 1), &err),
                  &err, &ERR_KIT_NESTED, "a kit cannot come to be in itself");
    loop[0].sku = STR("LEGS");
    check_refused(kit_write(db, &env, put, (void *)kit_of(STR("LEGS"), STR("virtual"), loop, 1), &err),
                  &err, &ERR_KIT_NESTED, "nor be its own part");
    Str names[] = { STR("K1"), STR("K2"), STR("K3") };
    loop[0].sku = STR("DESK");
    check_ok(kit_write(db, &env, put, (void *)kit_of(names[0], STR("boxed"), loop, 1), &err), &err,
             "three deep");
    loop[0].sku = names[0];
    check_ok(kit_write(db, &env, put, (void *)kit_of(names[1], STR("boxed"), loop, 1), &err), &err,
             "four deep");
    loop[0].sku = names[1];
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR("boxed"), loop, 1), &err), &err,
                  &ERR_KIT_NESTED, "five deep is too deep");
    loop[0].sku = STR("NOWHERE");
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR("boxed"), loop, 1), &err), &err,
                  &ERR_KIT_PART_UNKNOWN, "a part must be there");
    check(str_eq(str_from(err.field), STR("parts[0].sku")), "the refusal names it");
    loop[0] = (KitPartInput){ STR("LEG"), 1500, false, OPT_NONE };
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR("boxed"), loop, 1), &err), &err,
                  &ERR_FIELD_INVALID, "half a leg is no part");
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR("boxed"), NULL, 0), &err), &err,
                  &ERR_FIELD_INVALID, "a kit has parts");
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR_NONE, legs, 2), &err), &err,
                  &ERR_FIELD_INVALID, "what has parts is a kit");
    legs[1] = legs[0];
    check_refused(kit_write(db, &env, put, (void *)kit_of(names[2], STR("boxed"), legs, 2), &err), &err,
                  &ERR_FIELD_INVALID, "a part stands there once");
}

static void check_tracking(void)
{
    ItemInput milk = item(STR("MILK")), work = item(STR("WORK"));
    milk.tracking = STR("lot");
    check_ok(kit_write(db, &env, put, &milk, &err), &err, "goods are tracked by lots");
    milk.tracking = STR("serial");
    check_ok(kit_write(db, &env, put, &milk, &err), &err,
             "or by serial numbers, as there is no stock of it");
    milk.quantity_step = 500;
    check_refused(kit_write(db, &env, put, &milk, &err), &err, &ERR_FIELD_INVALID,
                  "half a piece has no serial number");
    work.tracking = STR("lot");
    work.service  = true;
    check_refused(kit_write(db, &env, put, &work, &err), &err, &ERR_FIELD_INVALID, "a service has no lots");
    KitPartInput part = { STR("MILK"), 1000, false, OPT_NONE };
    work              = *kit_of(STR("WORK"), STR("virtual"), &part, 1);
    work.tracking     = STR("lot");
    check_refused(kit_write(db, &env, put, &work, &err), &err, &ERR_FIELD_INVALID,
                  "a kit without stock has no lots");
}

int main(void)
{
    db = kit_open(&env);
    check_items();
    check_finding();
    check_categories();
    check_pricing_facts();
    check_deep_categories();
    check_search();
    check_scans();
    check_kits();
    check_tracking();
    kit_close(db);
    return check_finish("catalog");
}

/* catalog.h — what can be sold. owns items (with variants, barcodes, media), categories and the words
 * by which items are found. Owns no prices and no stock.
 * Words: a SKU is the merchant's own number of an item, unique; a GTIN is the number on its barcode. */
#ifndef SHOP_CATALOG_H
#define SHOP_CATALOG_H

#include "core/price.h"
#include "shop/common.h"

#define API_DEF "shop/catalog/api.def"
#include "shop/api_declare.h"

/* What of one kit is in stock: its parts, those of virtual kits among them taken apart. */
typedef struct {
    Id      id;
    Str     sku, name, tracking;
    int64_t qty;       /* thousandths in one kit */
    int64_t value_ppm; /* its share of the price; 0 for all: not said */
    bool    returnable, stocked;
} SalePart;

/* What a sale needs to know of an item. */
typedef struct {
    Id        id;
    Str       sku, name, tax_class, unit;
    int64_t   qty_step; /* thousandths */
    bool      stocked, discountable;
    Str       brand;      /* empty: none */
    Str       kind;       /* goods, service, gift_card, deposit or fee */
    int64_t   cost;       /* of one whole unit, minor units of the merchant's own currency; 0: not known */
    TextList  tags;
    TextList  categories; /* codes: its own first, then those above it */
    ItemFees  fees;       /* on top of the price, for each whole unit, minor units of the own currency */
    Str       tracking;   /* none, lot, serial or lot_serial */
    int64_t   least_days; /* that a lot must still keep when it is sold */
    int64_t   weight;     /* grams of one whole unit; 0: not known */
    Str       kit;        /* virtual, boxed, or empty */
    SalePart *parts;      /* of a kit */
    size_t    part_count;
} SaleItem;

/* The active item of a SKU. Errors: SKU_UNKNOWN (422), also for an item not sold any more. */
bool catalog_sale_item(Ctx *ctx, Str sku, SaleItem *out, Error *err) MUST_USE;

/* The same by id, also for an item not sold any more, as it is now. Errors: SKU_UNKNOWN. */
bool catalog_item_now(Ctx *ctx, Id id, SaleItem *out, Error *err) MUST_USE;

/* A copy with all its texts; false when the arena is full. */
bool catalog_copy_sale_item(Arena *arena, const SaleItem *from, SaleItem *to);

/* The SKU behind a barcode. Errors: BARCODE_UNKNOWN (404). */
bool catalog_sku_of(Ctx *ctx, Str gtin, Str *sku, Error *err) MUST_USE;

/* The same; *found tells whether an item has it. */
bool catalog_find_sku_of(Ctx *ctx, Str gtin, Str *sku, bool *found, Error *err) MUST_USE;

/* The same with the thousandths of the selling unit that the barcode stands for. */
bool catalog_find_barcode(Ctx *ctx, Str gtin, Str *sku, int64_t *qty, bool *found, Error *err) MUST_USE;

/* Makes the item of item->sku, or changes it whole when it is there; *id is the item's id.
 * Errors: FIELD_INVALID, GTIN_INVALID, BARCODE_TAKEN, CATEGORY_UNKNOWN, PARENT_UNKNOWN, PARENT_IS_VARIANT,
 * VERSION_CONFLICT, KIT_PART_UNKNOWN, KIT_NESTED, ITEM_HAS_STOCK. */
bool catalog_put(Ctx *ctx, const ItemInput *item, Id *id, Error *err) MUST_USE;

/* Makes or changes a category. Errors: CATEGORY_UNKNOWN, CATEGORY_CYCLE. */
bool catalog_put_category(Ctx *ctx, const Category *category, Error *err) MUST_USE;

#endif

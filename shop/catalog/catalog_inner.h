/* catalog_inner.h — what the files of this capability share among themselves: kits (catalog_kits.c). */
#ifndef SHOP_CATALOG_INNER_H
#define SHOP_CATALOG_INNER_H

#include "shop/catalog/catalog.h"

/* What can be said of tracking, kit and parts without looking at other items. Errors: FIELD_INVALID. */
bool catalog_kit_check(const ItemInput *item, Error *err) MUST_USE;

/* Whether the item of a SKU may come to be tracked so, and be such a kit. Errors: ITEM_HAS_STOCK. */
bool catalog_kit_stock_check(Ctx *ctx, Str sku, Str tracking, Str kit, Error *err) MUST_USE;

/* Writes the parts of an item. Errors: KIT_PART_UNKNOWN, KIT_NESTED, FIELD_INVALID. */
bool catalog_kit_put(Ctx *ctx, const ItemInput *item, Id id, bool fresh, Error *err) MUST_USE;

/* The parts as they were put down, for the item as it is shown. */
bool catalog_kit_show(Ctx *ctx, Id id, Item *out, Error *err) MUST_USE;

/* What a kit takes of the stock: its parts, by id, those of virtual kits among them taken apart. */
bool catalog_kit_parts(Ctx *ctx, Id id, SalePart **out, size_t *count, Error *err) MUST_USE;

#endif

/* goods_code.h — goods named by SKU or by what a scanner gave, with the units of a pack. */
#ifndef FLOWS_GOODS_CODE_H
#define FLOWS_GOODS_CODE_H

#include "shop/ctx.h"

/* The SKU, and how many selling units one of what was scanned has (thousandths). One of `sku` and `barcode`
 * is there. Errors at `field`: FIELD_INVALID, BARCODE_UNKNOWN, BARCODE_FORM. */
bool goods_code_read(Ctx *ctx, Str sku, Str barcode, const char *field, Str *out, int64_t *pack,
                     Error *err) MUST_USE;

/* quantity times pack. Errors at `field`: FIELD_INVALID when it is not in steps of the item. */
bool goods_code_quantity(int64_t quantity, int64_t pack, int64_t step, const char *field, int64_t *out,
                         Error *err) MUST_USE;

#endif

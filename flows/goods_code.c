/* goods_code.c — goods named by SKU or by what a scanner gave. See goods_code.h. */
#include "flows/goods_code.h"

#include "core/money.h"
#include "shop/catalog/catalog.h"

#include <stdio.h>

bool goods_code_read(Ctx *ctx, Str sku, Str barcode, const char *field, Str *out, int64_t *pack, Error *err)
{
    ScanAsk ask  = { barcode };
    Scan    scan = { .quantity = OPT_NONE };
    *pack        = QTY_ONE;
    *out         = sku;
    if ((sku.len > 0) == (barcode.len > 0))
        return err_set(err, &ERR_FIELD_INVALID, field, "one of sku and barcode must be there");
    if (sku.len) return true;
    if (!scan_read(ctx, &ask, &scan, err)) {
        (void)snprintf(err->field, sizeof err->field, "%s", field);
        return false;
    }
    if (scan.quantity == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, field, "this code tells a price, not how much it is");
    *out  = scan.item->sku;
    *pack = scan.quantity;
    return true;
}

bool goods_code_quantity(int64_t quantity, int64_t pack, int64_t step, const char *field, int64_t *out,
                         Error *err)
{
    int64_t product = 0;
    if (__builtin_mul_overflow(quantity, pack, &product) || product % QTY_ONE != 0)
        return err_set(err, &ERR_FIELD_INVALID, field, "this quantity of these packs cannot be counted");
    *out = product / QTY_ONE;
    return *out % step == 0
        || err_set(err, &ERR_FIELD_INVALID, field, "the quantity is not in steps of %lld.%03lld",
                   (long long)(step / QTY_ONE), (long long)(step % QTY_ONE));
}

/* return_share.c — what a part of a line gives back. See return_share.h. */
#include "flows/return_share.h"

bool return_tax_within(int64_t tax, int64_t total, int64_t refunded, int64_t *out, Error *err)
{
    *out = 0;
    return total == 0 || money_scale(tax, refunded, total, ROUND_HALF_UP, out, err);
}

/* What has been given back of a part after `qty` more. */
static bool share(SoldPart *part, int64_t qty, int64_t *total, int64_t *tax, Error *err)
{
    int64_t after = 0, tax_before = 0, tax_after = 0;
    if (!money_scale(part->total, part->returned + qty, part->qty, ROUND_HALF_UP, &after, err)
        || !return_tax_within(part->tax, part->total, part->refunded, &tax_before, err)
        || !return_tax_within(part->tax, part->total, after, &tax_after, err))
        return false;
    *total = after - part->refunded;
    *tax   = tax_after - tax_before;
    part->returned += qty;
    part->refunded = after;
    return true;
}

bool return_share(SoldLine *sold, int64_t part, int64_t qty, ReturnShare *out, size_t *count,
                  int64_t *left, Error *err)
{
    *count = 0;
    *left  = qty;
    for (size_t p = 0; p<sold->part_count && * left> 0; p++) {
        SoldPart *from = &sold->parts[p];
        int64_t   some = from->qty - from->returned < *left ? from->qty - from->returned : *left;
        if (some == 0 || (part > 0 && part != (int64_t)p + 1)) continue;
        ReturnShare *one = &out[(*count)++];
        *one             = (ReturnShare){ .part = from, .qty = some };
        if (!share(from, some, &one->total, &one->tax, err)) return false;
        *left -= some;
    }
    return true;
}

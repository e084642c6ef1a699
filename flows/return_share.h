/* return_share.h — what a part of a line gives back: its exact share of what was paid, so that all
 * parts, in any order, give back exactly that. Pure. */
#ifndef FLOWS_RETURN_SHARE_H
#define FLOWS_RETURN_SHARE_H

#include "shop/orders/orders.h"

/* So much of one part of a line. */
typedef struct {
    SoldPart *part;
    int64_t   qty, total, tax;
} ReturnShare;

/* The tax in the first `refunded` of a part's total. Grows with it, and never faster: so every piece
 * that is given back has a tax and a net that are not below 0, and all of them add up. */
bool return_tax_within(int64_t tax, int64_t total, int64_t refunded, int64_t *out,
                       Error *err) MUST_USE;

/* Takes `qty` units of a line from its parts, the dearest first, or from part `part` (0: any), and
 * counts them in the parts as given back. Shares go to `out` (room for sold->part_count); *left is
 * what is not there. */
bool return_share(SoldLine *sold, int64_t part, int64_t qty, ReturnShare *out, size_t *count,
                  int64_t *left, Error *err) MUST_USE;

#endif

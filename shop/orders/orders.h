/* orders.h — what was sold: heads, lines and taxes of orders, and the receipt numbers.
 * Words: placed: waits for its payment; paid: sold; cancelled: given up before it was paid.
 * Invariants: total = net + tax, for each line and for the order; the lines add up to the order; an
 * order only goes placed -> paid | cancelled; the numbers of a location and kind have no gap.
 * How a basket becomes an order is told in flows/checkout.c; payments are shop/payments'. */
#ifndef SHOP_ORDERS_H
#define SHOP_ORDERS_H

#include "core/cart.h"
#include "shop/common.h"

#define API_DEF "shop/orders/api.def"
#include "shop/api_declare.h"

/* The next receipt number of a location; `kind` is sale or return. Its row stays locked until the
 * transaction ends, so that no number is lost: take it late. */
bool orders_next_number(Ctx *ctx, Str location, Str kind, int64_t *out, Error *err) MUST_USE;

/* Writes head, lines and taxes of a new order; order->lines, taxes and payments are filled in from the
 * values, what is above them in the struct comes from the caller. */
bool orders_put(Ctx *ctx, const CartInput *in, const Priced *priced, Order *order, Error *err) MUST_USE;

/* Head, lines and taxes (not payments). Errors: NOT_FOUND. */
bool orders_get(Ctx *ctx, Id id, Order *out, Error *err) MUST_USE;

/* Moves a placed order on; *changed is false when it is not placed any more. */
bool orders_settle(Ctx *ctx, Id id, Str state, bool *changed, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     sku, tax_class;
    int64_t n, qty, returned; /* thousandths */
    int64_t net, tax, total, refunded;
} SoldLine;

/* The lines of an order as a return needs them. */
bool orders_sold_lines(Ctx *ctx, Id id, SoldLine **out, size_t *count, Error *err) MUST_USE;

/* Counts `qty` of a line as given back for `amount`; *ok is false when so much is not left. */
bool orders_give_back(Ctx *ctx, Id id, int64_t n, int64_t qty, int64_t amount, bool *ok, Error *err) MUST_USE;

/* The order of a caller's number; none when there is none. */
bool orders_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err) MUST_USE;

/* "LON-000123". */
Str orders_receipt_number(Arena *arena, Str location, int64_t number);

#endif

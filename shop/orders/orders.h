/* orders.h — what was sold: heads, lines and taxes of orders, and the receipt numbers.
 * Words: placed: waits for its payment; paid: sold, its cards charged or (capture on_shipment) authorised;
 * cancelled: given up before it was paid.
 * Invariants: total = net + tax, for each line and for the order; the lines add up to the order; an
 * order only goes placed -> paid | cancelled; the numbers of a location and kind have no gap.
 * How a basket becomes an order is told in flows/checkout.c; payments are shop/payments'. */
#ifndef SHOP_ORDERS_H
#define SHOP_ORDERS_H

#include "core/cart.h"
#include "core/return_policy.h"
#include "shop/common.h"

#define API_DEF "shop/orders/api.def"
#include "shop/api_declare.h"

/* Deliveries as a request lists them. */
typedef struct {
    const DeliveryInput *items;
    size_t               count;
} DeliveryList;

/* The next receipt number of a location; `kind` is sale or return. Its row stays locked until the
 * transaction ends, so that no number is lost: take it late. */
bool orders_next_number(Ctx *ctx, Str location, Str kind, int64_t *out, Error *err) MUST_USE;

/* Writes a new order with all that is kept of how its price was made; order->lines, taxes, shipping and
 * manual are filled in from the values, what is above them in the struct comes from the caller.
 * `approved_by` (or none) is who approved the discounts by hand. */
bool orders_put(Ctx *ctx, const CartInput *in, const Priced *priced, Id approved_by, Order *order,
                Error *err) MUST_USE;

/* All but the payments. Errors: NOT_FOUND. */
bool orders_get(Ctx *ctx, Id id, Order *out, Error *err) MUST_USE;

/* Moves a placed order on; *changed is false when it is not placed any more. */
bool orders_settle(Ctx *ctx, Id id, Str state, bool *changed, Error *err) MUST_USE;

/* Of an order that is paid little by little: locks it until the transaction ends; what its tenders add up
 * to, and until when (OPT_NONE: no more are taken). */
bool orders_lock(Ctx *ctx, Id id, Error *err) MUST_USE;
bool orders_tenders(Ctx *ctx, Id id, int64_t cash_rounding, int64_t pay_by, Error *err) MUST_USE;

/* Orders (of all merchants) whose time to be paid is over. */
typedef struct {
    int64_t merchant;
    Id      order;
} OrderDue;
bool orders_unpaid(Ctx *ctx, int64_t limit, OrderDue **out, size_t *count, Error *err) MUST_USE;

/* How the price of an order was made, as it was told when it was sold. */
bool orders_steps(Ctx *ctx, const Order *order, OrderSteps *out, Error *err) MUST_USE;

/* Whether the customer has an order that was not cancelled. */
bool orders_any_of(Ctx *ctx, Id customer, bool *out, Error *err) MUST_USE;

/* Units of a line that were treated alike. */
typedef struct {
    int64_t n; /* 0: the line as a whole */
    int64_t qty, returned; /* thousandths */
    int64_t tax, total, refunded;
} SoldPart;

typedef struct {
    Id        item;
    Str       sku, tax_class;
    int64_t   n, qty, returned; /* thousandths */
    int64_t   net, tax, total, refunded;
    SoldPart *parts; /* at least one; the dearest first */
    size_t    part_count;
    LineTax  *taxes; /* its tax by rates, `tax` being n of the order's taxes; none: it has only one … */
    size_t    tax_count; /* … or is from before this was kept */
} SoldLine;

/* The lines of an order as a return needs them; its shipping (tax_class, net, tax, total, refunded, taxes).
 */
bool orders_sold_lines(Ctx *ctx, Id id, SoldLine **out, size_t *count, Error *err) MUST_USE;
bool orders_sold_shipping(Ctx *ctx, Id id, SoldLine *out, bool *found, Error *err) MUST_USE;

/* Counts `qty` of a part (0: the line has only one) as given back for `amount`, or an amount of the shipping;
 * *ok is false when so much is not left. */
bool orders_give_back(Ctx *ctx, Id id, int64_t n, int64_t part, int64_t qty, int64_t amount, bool *ok,
                      Error *err) MUST_USE;
bool orders_give_back_shipping(Ctx *ctx, Id id, int64_t amount, bool *ok, Error *err) MUST_USE;

/* "1:120 3:40" of a column as rates; false when the arena is full or the text is none. */
bool orders_read_taxes(Arena *arena, Str text, LineTax **out, size_t *count) MUST_USE;

/* What a kit consisted of when it was sold. */
typedef struct {
    int64_t line, n;
    Id      item;
    Str     sku, name;
    int64_t qty; /* thousandths in one kit */
    int64_t value_ppm;
    bool    returnable, moved; /* moved: the sale took it out of the stock */
    int64_t returned;          /* thousandths, of all kits of the line */
} SoldKitPart;

/* Goods of a lot, or a piece with its number, that went with a line. */
typedef struct {
    Id      order;
    int64_t line, n;
    Id      item;
    Str     sku, lot, serial;
    int64_t qty, returned; /* thousandths */
    Id      holder;        /* the order, or the fulfilment that took them out of the stock */
    bool    gone;          /* false: picked */
} SoldGoods;

/* Keep them with the order, which is there already; `line`, and of parts `n`, are given. */
bool orders_put_kit_parts(Ctx *ctx, Id order, int64_t line, const SoldKitPart *parts, size_t count,
                          Error *err) MUST_USE;
bool orders_put_goods(Ctx *ctx, Id order, const SoldGoods *goods, Error *err) MUST_USE;

/* All of an order, by line. */
bool orders_kit_parts_of(Ctx *ctx, Id order, SoldKitPart **out, size_t *count, Error *err) MUST_USE;
bool orders_goods_of(Ctx *ctx, Id order, SoldGoods **out, size_t *count, Error *err) MUST_USE;

/* What a holder has picked, by item; and the end of that: the customer has it, or it was put back. */
bool orders_goods_held(Ctx *ctx, Id holder, SoldGoods **out, size_t *count, Error *err) MUST_USE;
bool orders_goods_end(Ctx *ctx, const SoldGoods *goods, bool gone, Error *err) MUST_USE;

/* Counts as come back; *ok is false when so much is not left. */
bool orders_goods_return(Ctx *ctx, const SoldGoods *goods, int64_t qty, bool *ok, Error *err) MUST_USE;
bool orders_kit_part_return(Ctx *ctx, Id order, const SoldKitPart *part, int64_t qty, bool *ok,
                            Error *err) MUST_USE;

/* Keeps the number of a piece that was sold without it. Errors: NOT_FOUND when all of them are named. */
bool orders_name_serial(Ctx *ctx, Id order, Id item, Str serial, Error *err) MUST_USE;

/* Puts kits, lots and serial numbers to the lines of an order that is at hand. */
bool orders_fill_goods(Ctx *ctx, Order *order, Error *err) MUST_USE;

/* Who has goods of a lot, by order, behind one. */
typedef struct {
    Str     lot;
    Id      order;
    int64_t n, limit;
} LotSaleFrom;
typedef struct {
    Id      order, customer;
    Str     receipt_number, serial;
    int64_t n, line, qty, returned, at_ms;
} LotSold;
bool orders_lot_sales(Ctx *ctx, Id item, const LotSaleFrom *from, LotSold **out, size_t *count,
                      Error *err) MUST_USE;

/* The order of a caller's number; none when there is none. */
bool orders_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err) MUST_USE;

/* "LON-000123". */
Str orders_receipt_number(Arena *arena, Str location, int64_t number);

#endif

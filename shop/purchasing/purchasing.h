/* purchasing.h — goods from vendors: who has what on which terms, what was ordered, announced, received,
 * sent back, and what stands here on consignment. Owns these documents; what they do to the stock is told
 * in flows/purchase.c, flows/receive.c and flows/vendor_return.c. Words: open of a line is what is still to
 * come: ordered less received and cancelled, not below zero. Invariants: while an order is sent or
 * receiving, its open lines are on order at its location, nothing else is; numbers have no gap; what a
 * settlement counted no other counts. */
#ifndef SHOP_PURCHASING_H
#define SHOP_PURCHASING_H

#include "shop/common.h"

#define API_DEF "shop/purchasing/api.def"
#include "shop/api_declare.h"

/* What is promised to come of an item. */
typedef struct {
    int64_t qty;   /* thousandths */
    int64_t at_ms; /* when; 0: not known */
} Expected;

/* What open purchase orders bring to a location: announced parts with the date of their notice, the rest
 * with that of the order; the earliest first, those without a date last. */
bool purchasing_expected(Ctx *ctx, Id item, Str location, Expected **out, size_t *count,
                         Error *err) MUST_USE;

/* Who is asked first for an item, in its packs and at its cost; *found is false when nobody has it. */
bool purchasing_vendor_of(Ctx *ctx, Id item, VendorItem *out, int64_t *lead_days, bool *found,
                          Error *err) MUST_USE;

/* The least quantity of whole packs that is not below `want` and the minimum. */
int64_t purchasing_round(const VendorItem *terms, int64_t want);

typedef struct {
    Id      id;
    Str     name;
    int64_t step, cost; /* cost: in the merchant's own currency; 0: not known */
} PurchaseItem;

/* The item of a SKU that has stock. Errors at `field`: PURCHASE_ITEM. */
bool purchasing_item(Ctx *ctx, Str sku, const char *field, PurchaseItem *out, Error *err) MUST_USE;

/* Errors at `field`: FIELD_INVALID when there is no such location. */
bool purchasing_location(Ctx *ctx, Str code, const char *field, Error *err) MUST_USE;

/* Errors at `field`: VENDOR_UNKNOWN, also for one that is not active when `active`. */
bool purchasing_vendor(Ctx *ctx, Str code, bool active, const char *field, Vendor *out,
                       Error *err) MUST_USE;

/* The next number of receipt, vendor_return, settlement or purchase: its row stays locked, take it late. */
bool purchasing_number(Ctx *ctx, Str kind, int64_t *out, Error *err) MUST_USE;

/* A purchase order with what its reply does not show. */
typedef struct {
    Purchase doc;
    Id      *items; /* of doc.lines */
} PurchaseDoc;

/* `lock`: nobody else changes it until the transaction ends. Errors: NOT_FOUND at `field`. */
bool purchasing_get(Ctx *ctx, Id id, bool lock, const char *field, PurchaseDoc *out, Error *err) MUST_USE;

/* Whether its open lines are on order. */
bool purchasing_is_under_way(const PurchaseDoc *order);

/* Leads it on by an event of its machine, and keeps it with its lines. Errors: STATE_REFUSED. */
bool purchasing_step(Ctx *ctx, PurchaseDoc *order, Str event, Error *err) MUST_USE;

/* Event and audit row `purchase.…`. */
bool purchasing_tell(Ctx *ctx, const PurchaseDoc *order, const EventDef *event_or_null, Str action, Str why,
                     Error *err) MUST_USE;

typedef struct {
    Asn doc;
    Id *items; /* of doc.lines */
} AsnDoc;
bool asns_get(Ctx *ctx, Id id, const char *field, AsnDoc *out, Error *err) MUST_USE;

/* Keeps what came of its lines, and its state. */
bool asns_received(Ctx *ctx, AsnDoc *asn, Error *err) MUST_USE;

/* A line of a receipt with what its reply does not show. */
typedef struct {
    Id      item;
    int64_t order_line, asn_line; /* 0: none */
    int64_t expected;
} ReceiptLinePut;

/* Writes it with number, sums of differences, event and audit row; lines[i] belongs to doc->lines.items[i].
 */
bool receipts_put(Ctx *ctx, GoodsReceipt *doc, const ReceiptLinePut *lines, Error *err) MUST_USE;

typedef struct {
    VendorReturn doc;
    Id          *items; /* of doc.lines */
} VendorReturnDoc;
bool vendor_returns_get(Ctx *ctx, Id id, bool lock, VendorReturnDoc *out, Error *err) MUST_USE;

/* Leads it on, and keeps it, with event and audit row. Errors: STATE_REFUSED. */
bool vendor_returns_step(Ctx *ctx, VendorReturnDoc *doc, Str event, Str why, Error *err) MUST_USE;

#endif

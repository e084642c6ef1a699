/* transfers.h — goods that go from one location to another, and what should stand on the floor. Owns these
 * documents; what they do to the stock is told in flows/transfer.c and flows/putaway.c.
 * Words: on the way is what was shipped and is not received, damaged, lost or sent back.
 * Invariants: line by line shipped is received, damaged, lost, sent back and on the way; nothing of a
 * transfer that is over is on the way; what is on the way stands in transit at the location it goes to. */
#ifndef SHOP_TRANSFERS_H
#define SHOP_TRANSFERS_H

#include "shop/common.h"

#define API_DEF "shop/transfers/api.def"
#include "shop/api_declare.h"

typedef struct {
    Id      id;
    Str     name;
    int64_t step, cost;
} TransferItem;

/* The item of a SKU that has stock. Errors at `field`: TRANSFER_LINE. */
bool transfers_item(Ctx *ctx, Str sku, const char *field, TransferItem *out, Error *err) MUST_USE;

/* Errors at `field`: FIELD_INVALID when there is no such location. */
bool transfers_location(Ctx *ctx, Str code, const char *field, Error *err) MUST_USE;

/* A transfer with what its reply does not show. */
typedef struct {
    Transfer doc;
    Id      *items; /* of doc.lines */
} TransferDoc;

/* `lock`: nobody else changes it until the transaction ends. Errors: NOT_FOUND at `id`. */
bool transfers_get(Ctx *ctx, Id id, bool lock, TransferDoc *out, Error *err) MUST_USE;

/* Leads it on by an event of its machine, and keeps it with its lines, event and audit row. Errors:
 * STATE_REFUSED. */
bool transfers_step(Ctx *ctx, TransferDoc *transfer, Str event, Str why, Error *err) MUST_USE;

/* Of a line's goods that are told apart: some of one lot, or one piece with its number. */
typedef struct {
    int64_t n;
    Str     lot, serial;
    int64_t qty, on_way;
} TransferPiece;
bool transfers_piece_put(Ctx *ctx, Id transfer, int64_t line, const TransferPiece *piece,
                         Error *err) MUST_USE;
bool transfers_pieces(Ctx *ctx, Id transfer, int64_t line, TransferPiece **out, size_t *count,
                      Error *err) MUST_USE;

/* Some of it is not on the way any more. */
bool transfers_piece_take(Ctx *ctx, Id transfer, int64_t line, int64_t n, int64_t qty, Error *err) MUST_USE;

/* What is on the way to a location. */
typedef struct {
    int64_t qty, at_ms; /* at_ms 0: not known */
} TransferExpected;
bool transfers_expected(Ctx *ctx, Id item, Str location, TransferExpected **out, size_t *count,
                        Error *err) MUST_USE;

#endif

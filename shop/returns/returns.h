/* returns.h — goods given back. Owns the documents; what a return does to stock, orders and money is told
 * in flows/give_back.c.
 * Invariants: total = net + tax, for each line and for the return, whose sums are those of the lines and
 * the shipping less the fees that are kept; numbers of a location have no gap. */
#ifndef SHOP_RETURNS_H
#define SHOP_RETURNS_H

#include "core/return_policy.h"
#include "shop/common.h"

#define API_DEF "shop/returns/api.def"
#include "shop/api_declare.h"

/* Writes head and lines; items[i] is the item of line i, `shipping_tax` the tax in doc->shipping. */
bool returns_put(Ctx *ctx, const Return *doc, const Id *items, int64_t shipping_tax, Error *err) MUST_USE;

/* Keeps what came back of a line, or is missing; `n` counts within the return. */
bool returns_put_goods(Ctx *ctx, Id id, int64_t line, int64_t n, Id item, const ReturnGoods *goods,
                       Error *err) MUST_USE;

/* Head and lines (not refunds). Errors: NOT_FOUND. */
bool returns_get(Ctx *ctx, Id id, Return *out, Error *err) MUST_USE;

/* Locks it until the transaction ends. */
bool returns_lock(Ctx *ctx, Id id, Error *err) MUST_USE;

/* The return of a caller's number; none when there is none. */
bool returns_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err) MUST_USE;

/* Keeps doc->whys. */
bool returns_put_whys(Ctx *ctx, const Return *doc, Error *err) MUST_USE;

/* What was kept of an order by its returns so far. */
bool returns_fees(Ctx *ctx, Id order, int64_t *fee, Error *err) MUST_USE;

/* Keeps that a return paid for an order, and tells which did. */
bool returns_exchange_put(Ctx *ctx, Id return_id, Id order, int64_t amount, Error *err) MUST_USE;
bool returns_exchange_for(Ctx *ctx, Id order, Id *return_or_none, Error *err) MUST_USE;

/* Work with goods that came back: made (id, state and made_at are filled in), read, brought a step further.
 * Errors: NOT_FOUND, STATE_REFUSED. */
bool return_work_put(Ctx *ctx, ReturnWork *work, Id item, Error *err) MUST_USE;
bool return_work_get(Ctx *ctx, Id id, bool lock, ReturnWork *out, Id *item, Error *err) MUST_USE;
bool return_work_go(Ctx *ctx, ReturnWork *work, Str event, Error *err) MUST_USE;

/* Makes a gift receipt for an order and lines ("1 3", empty: all); *code is told once. Finds one by
 * what was scanned or typed. Errors: GIFT_RECEIPT. */
bool gift_receipts_put(Ctx *ctx, Id order, Str lines, Str *code, Error *err) MUST_USE;
bool gift_receipts_find(Ctx *ctx, Str typed, Id *order, Str *lines, Error *err) MUST_USE;

/* Whether such lines have this one. */
bool gift_receipt_has(Str lines, int64_t line);

/* "LON-R000123". */
Str returns_receipt_number(Arena *arena, Str location, int64_t number);

#endif

/* purchasing_receipts.c — the documents of goods that came. See purchasing.h; what a receipt does to the
 * stock is told in flows/receive.c. */
#include "all_sql.h"
#include "shop/purchasing/purchasing_inner.h"

static int64_t above(int64_t a, int64_t b)
{
    return a > b ? a - b : 0;
}

static bool put_lines(Ctx *ctx, const GoodsReceipt *doc, const ReceiptLinePut *lines, Error *err)
{
    for (size_t i = 0; i < doc->lines.count; i++) {
        const GoodsReceiptLine *l = &doc->lines.items[i];
        Str serials = texts_write(ctx->arena, &(TextList){ l->serials.items, l->serials.count });
        if (!serials.ptr) return err_memory(err);
        GoodsReceiptLinePutIn in = { ctx->who.merchant,
                                     doc->id,
                                     l->n,
                                     lines[i].order_line,
                                     lines[i].asn_line,
                                     lines[i].item,
                                     l->sku,
                                     lines[i].expected,
                                     l->quantity,
                                     l->damaged,
                                     l->state,
                                     text_or_empty(l->reason),
                                     text_or_empty(l->lot),
                                     text_or_empty(l->expires),
                                     serials };
        if (!q_goods_receipt_line_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

bool receipts_put(Ctx *ctx, GoodsReceipt *doc, const ReceiptLinePut *lines, Error *err)
{
    doc->over = doc->missing = doc->damaged = 0;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const GoodsReceiptLine *l = &doc->lines.items[i];
        doc->over += above(l->quantity, lines[i].expected);
        doc->missing += above(lines[i].expected, l->quantity);
        doc->damaged += l->damaged;
    }
    doc->made_at = ctx->now_ms;
    doc->made_by = ctx->who.api_key;
    if (!put_lines(ctx, doc, lines, err) || !purchasing_number(ctx, STR("receipt"), &doc->number, err))
        return false;
    GoodsReceiptPutIn in = { ctx->who.merchant,
                             doc->id,
                             doc->number,
                             doc->order,
                             doc->asn,
                             text_or_empty(doc->vendor),
                             doc->location,
                             text_or_empty(doc->ref),
                             text_or_empty(doc->note),
                             doc->blind,
                             doc->over,
                             doc->missing,
                             doc->damaged,
                             doc->made_at,
                             doc->made_by };
    return q_goods_receipt_put_exec(ctx->tx, &in, NULL, err)
           && purchasing_note(ctx, &EVENT_GOODS_RECEIVED, STR("goods.received"), doc->id, doc->number,
                              text_or_empty(doc->vendor), STR("received"), doc->location, err);
}

static GoodsReceipt shown(const GoodsReceiptGetRow *r)
{
    return (GoodsReceipt){ .id          = r->id,
                           .number      = r->number,
                           .order       = r->order_id,
                           .order_state = text_or_none(r->order_state),
                           .asn         = r->asn_id,
                           .vendor      = text_or_none(r->vendor),
                           .location    = r->location,
                           .ref         = text_or_none(r->ref),
                           .note        = text_or_none(r->note),
                           .blind       = r->blind,
                           .over        = r->over_qty,
                           .missing     = r->short_qty,
                           .damaged     = r->damaged,
                           .made_by     = r->made_by,
                           .made_at     = r->made_at_ms };
}

static bool lines_of(Ctx *ctx, Id id, GoodsReceiptLinesOfRow **rows, size_t *count, Error *err)
{
    GoodsReceiptLinesOfIn in = { ctx->who.merchant, id };
    return q_goods_receipt_lines_of_all(ctx->tx, ctx->arena, &in, rows, count, err);
}

static bool head_of(Ctx *ctx, Id id, GoodsReceipt *out, Error *err)
{
    GoodsReceiptGetRow row;
    bool               found = false;
    GoodsReceiptGetIn  in    = { ctx->who.merchant, id };
    if (!q_goods_receipt_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such receipt");
    *out = shown(&row);
    return true;
}

bool receipts_show(Ctx *ctx, const ById *request, GoodsReceipt *reply, Error *err)
{
    GoodsReceiptLinesOfRow *rows  = NULL;
    size_t                  count = 0;
    if (!head_of(ctx, request->id, reply, err) || !lines_of(ctx, request->id, &rows, &count, err))
        return false;
    reply->lines.items = arena_array(ctx->arena, GoodsReceiptLine, count + 1);
    if (!reply->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const GoodsReceiptLinesOfRow *r = &rows[i];
        GoodsReceiptLine             *l = &reply->lines.items[i];
        *l = (GoodsReceiptLine){ .n        = r->n,
                                      .line     = r->order_line ? r->order_line : OPT_NONE,
                                      .sku      = r->sku,
                                      .expected = r->expected,
                                      .quantity = r->qty,
                                      .damaged  = r->damaged,
                                      .state    = r->state,
                                      .reason   = text_or_none(r->reason),
                                      .lot      = text_or_none(r->lot),
                                      .expires  = text_or_none(r->expires) };
        if (!texts_read(ctx->arena, r->serials, &l->serials)) return err_memory(err);
    }
    reply->lines.count = count;
    return true;
}

bool receipts_list(Ctx *ctx, const ReceiptFind *request, GoodsReceiptList *reply, Error *err)
{
    GoodsReceiptPageRow *rows  = NULL;
    size_t               count = 0, limit = (size_t)page_limit(request->limit);
    Id                   before;
    if (!page_before(request->cursor, &before, err)) return false;
    GoodsReceiptPageIn in = { ctx->who.merchant,
                              request->order,
                              text_or_empty(request->vendor),
                              text_or_empty(request->location),
                              request->differs,
                              id_bytes(&before),
                              (int64_t)limit + 1 };
    if (!q_goods_receipt_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, GoodsReceipt, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const GoodsReceiptPageRow *r  = &rows[i];
        GoodsReceiptGetRow         as = { r->id,        r->number,  r->order_id,   r->asn_id,  r->vendor,
                                r->location,  r->ref,     r->note,       r->blind,   r->over_qty,
                                r->short_qty, r->damaged, r->made_at_ms, r->made_by, r->order_state };
        reply->items.items[reply->items.count++] = shown(&as);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool receipts_differences(Ctx *ctx, const ById *request, DiscrepancyList *reply, Error *err)
{
    GoodsReceipt            head;
    GoodsReceiptLinesOfRow *rows  = NULL;
    size_t                  count = 0;
    if (!head_of(ctx, request->id, &head, err) || !lines_of(ctx, request->id, &rows, &count, err))
        return false;
    *reply             = (DiscrepancyList){ .id = head.id, .number = head.number };
    reply->items.items = arena_array(ctx->arena, Discrepancy, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const GoodsReceiptLinesOfRow *r = &rows[i];
        if (r->qty == r->expected && r->damaged == 0) continue;
        reply->items.items[reply->items.count++] =
            (Discrepancy){ .line     = r->order_line ? r->order_line : OPT_NONE,
                           .sku      = r->sku,
                           .expected = r->expected,
                           .quantity = r->qty,
                           .over     = above(r->qty, r->expected),
                           .missing  = above(r->expected, r->qty),
                           .damaged  = r->damaged,
                           .reason   = text_or_none(r->reason) };
    }
    return true;
}

/* transfers.c — the documents of goods on their way between locations. See transfers.h. */
#include "shop/transfers/transfers.h"

#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

#include <stdio.h>

bool transfers_item(Ctx *ctx, Str sku, const char *field, TransferItem *out, Error *err)
{
    TransferItemOfRow row;
    bool              found = false;
    TransferItemOfIn  in    = { ctx->who.merchant, sku };
    if (!q_transfer_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_TRANSFER_LINE, field, "there is no item %.*s", STR_FMT(sku));
    if (!row.stocked) return err_set(err, &ERR_TRANSFER_LINE, field, "%.*s has no stock", STR_FMT(sku));
    *out = (TransferItem){ row.id, row.name, row.qty_step, row.cost };
    return true;
}

bool transfers_location(Ctx *ctx, Str code, const char *field, Error *err)
{
    bool found = false;
    if (!location_there(ctx, code, &found, err)) return false;
    return found || err_set(err, &ERR_FIELD_INVALID, field, "there is no such location");
}

/* --- reading --- */

static int64_t shown_time(int64_t at_ms)
{
    return at_ms ? at_ms : OPT_NONE;
}

static Transfer shown(const TransferGetRow *r)
{
    return (Transfer){ .id            = r->id,
                       .number        = r->number,
                       .from_location = r->from_location,
                       .to_location   = r->to_location,
                       .state         = r->state,
                       .ref           = text_or_none(r->ref),
                       .reason        = text_or_none(r->reason),
                       .carrier       = text_or_none(r->carrier),
                       .tracking      = text_or_none(r->tracking),
                       .expected_at   = shown_time(r->expected_at_ms),
                       .units         = r->units,
                       .worth         = r->worth,
                       .made_at       = r->made_at_ms,
                       .shipped_at    = shown_time(r->shipped_at_ms),
                       .ended_at      = shown_time(r->ended_at_ms),
                       .made_by       = r->made_by,
                       .approved_by   = r->approved_by };
}

static bool read_lines(Ctx *ctx, TransferDoc *out, Error *err)
{
    TransferLinesOfRow *rows  = NULL;
    size_t              count = 0;
    TransferLinesOfIn   in    = { ctx->who.merchant, out->doc.id };
    if (!q_transfer_lines_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->doc.lines.items = arena_array(ctx->arena, TransferLine, count + 1);
    out->items           = arena_array(ctx->arena, Id, count + 1);
    if (!out->doc.lines.items || !out->items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const TransferLinesOfRow *r = &rows[i];
        out->items[i]               = r->item;
        out->doc.lines.items[i] =
            (TransferLine){ .line      = r->n,
                            .sku       = r->sku,
                            .quantity  = r->qty,
                            .claimed   = r->claimed,
                            .shipped   = r->shipped,
                            .received  = r->received,
                            .damaged   = r->damaged,
                            .lost      = r->lost,
                            .sent_back = r->sent_back,
                            .over      = r->over_qty,
                            .on_way    = r->shipped - r->received - r->damaged - r->lost - r->sent_back };
    }
    out->doc.lines.count = count;
    return true;
}

bool transfers_get(Ctx *ctx, Id id, bool lock, TransferDoc *out, Error *err)
{
    TransferGetRow row;
    bool           found = false;
    TransferLockIn held  = { ctx->who.merchant, id };
    TransferGetIn  in    = { ctx->who.merchant, id };
    if (lock && !q_transfer_lock_exec(ctx->tx, &held, NULL, err)) return false;
    if (!q_transfer_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such transfer");
    *out = (TransferDoc){ .doc = shown(&row) };
    return read_lines(ctx, out, err);
}

bool transfers_show(Ctx *ctx, const ById *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    if (!transfers_get(ctx, request->id, false, &transfer, err)) return false;
    *reply = transfer.doc;
    return true;
}

bool transfers_list(Ctx *ctx, const TransferFind *request, TransferList *reply, Error *err)
{
    TransferPageRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    Id               before;
    if (!page_before(request->cursor, &before, err)) return false;
    TransferPageIn in = { ctx->who.merchant,
                          text_or_empty(request->from_location),
                          text_or_empty(request->to_location),
                          text_or_empty(request->state),
                          id_bytes(&before),
                          (int64_t)limit + 1 };
    if (!q_transfer_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Transfer, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const TransferPageRow *r  = &rows[i];
        TransferGetRow         as = {
            r->id,         r->number,        r->from_location, r->to_location,    r->state,      r->ref,
            r->reason,     r->carrier,       r->tracking,      r->expected_at_ms, r->units,      r->worth,
            r->made_at_ms, r->shipped_at_ms, r->ended_at_ms,   r->made_by,        r->approved_by
        };
        reply->items.items[reply->items.count++] = shown(&as);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool transfers_expected(Ctx *ctx, Id item, Str location, TransferExpected **out, size_t *count, Error *err)
{
    TransferExpectedRow *rows = NULL;
    TransferExpectedIn   in   = { ctx->who.merchant, item, location };
    if (!q_transfer_expected_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, TransferExpected, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (TransferExpected){ rows[i].qty, rows[i].expected_at_ms };
    return true;
}

/* --- writing --- */

static bool keep(Ctx *ctx, const TransferDoc *transfer, Error *err)
{
    const Transfer *doc  = &transfer->doc;
    TransferKeepIn  head = { ctx->who.merchant,
                             doc->id,
                             doc->state,
                             text_or_empty(doc->ref),
                             text_or_empty(doc->reason),
                             text_or_empty(doc->carrier),
                             text_or_empty(doc->tracking),
                             opt_or(doc->expected_at, 0),
                             doc->units,
                             doc->worth,
                             opt_or(doc->shipped_at, 0),
                             opt_or(doc->ended_at, 0),
                             doc->approved_by };
    if (!q_transfer_keep_exec(ctx->tx, &head, NULL, err)) return false;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const TransferLine *l  = &doc->lines.items[i];
        TransferLineKeepIn  in = { ctx->who.merchant, doc->id,     l->line,      l->claimed,
                                   l->shipped,        l->received, l->damaged,   l->lost,
                                   l->sent_back,      l->over,     l->on_way > 0 };
        if (!q_transfer_line_keep_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

static bool tell(Ctx *ctx, const Transfer *doc, const EventDef *event, Str action, Str why, Error *err)
{
    Buf body   = buf_make(ctx->arena, 256);
    Str detail = str_format(ctx->arena, "%lld %.*s to %.*s%s%.*s", (long long)doc->number,
                            STR_FMT(doc->from_location), STR_FMT(doc->to_location), why.len ? ": " : "",
                            STR_FMT(why));
    Str id     = id_text(ctx->arena, doc->id);
    Str name   = str_format(ctx->arena, "transfer.%.*s", STR_FMT(action));
    buf_format(&body, "{\"id\":\"%.*s\",\"number\":%lld,\"state\":\"%.*s\",\"from_location\":", STR_FMT(id),
               (long long)doc->number, STR_FMT(doc->state));
    buf_json_string(&body, doc->from_location);
    buf_add(&body, STR(",\"to_location\":"));
    buf_json_string(&body, doc->to_location);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr || !id.ptr || !name.ptr) return err_memory(err);
    return audit_append(ctx, name, doc->id, detail, err)
           && (!event || events_put(ctx, event, doc->id, buf_str(&body), err));
}

static const EventDef *event_of(const Transfer *doc, Str event)
{
    if (machine_ended(MACHINE_STOCK_TRANSFER, doc->state)) return &EVENT_TRANSFER_ENDED;
    if (str_eq(event, STR("ship"))) return &EVENT_TRANSFER_SHIPPED;
    if (str_eq(event, STR("receive"))) return &EVENT_TRANSFER_ARRIVED;
    return str_eq(doc->state, STR("requested")) || str_eq(doc->state, STR("approved"))
               ? &EVENT_TRANSFER_REQUESTED
               : NULL;
}

bool transfers_step(Ctx *ctx, TransferDoc *transfer, Str event, Str why, Error *err)
{
    Transfer *doc = &transfer->doc;
    if (!machine_step(MACHINE_STOCK_TRANSFER, doc->state, event, "id", &doc->state, err)) return false;
    if (str_eq(event, STR("ship"))) doc->shipped_at = ctx->now_ms;
    if (machine_ended(MACHINE_STOCK_TRANSFER, doc->state)) doc->ended_at = ctx->now_ms;
    return keep(ctx, transfer, err) && tell(ctx, doc, event_of(doc, event), event, why, err);
}

/* Writes the lines and adds up what they are and are worth. */
static bool put_lines(Ctx *ctx, Transfer *doc, const TransferLineInput *lines, size_t count, Error *err)
{
    doc->units = doc->worth = 0;
    for (size_t i = 0; i < count; i++) {
        TransferItem item;
        int64_t      worth = 0;
        char         field[40];
        (void)snprintf(field, sizeof field, "lines[%zu].sku", i);
        if (!transfers_item(ctx, lines[i].sku, field, &item, err)) return false;
        (void)snprintf(field, sizeof field, "lines[%zu].quantity", i);
        if (lines[i].quantity % item.step != 0)
            return err_set(err, &ERR_FIELD_INVALID, field, "is not in steps of the item");
        TransferLinePutIn in = { ctx->who.merchant, doc->id,          (int64_t)i + 1,   item.id,
                                 lines[i].sku,      doc->to_location, lines[i].quantity };
        if (!money_scale(item.cost, lines[i].quantity, QTY_ONE, ROUND_HALF_UP, &worth, err)
            || !money_add(doc->worth, worth, &doc->worth, err)
            || !q_transfer_line_put_exec(ctx->tx, &in, NULL, err))
            return false;
        doc->units += lines[i].quantity;
    }
    return true;
}

bool transfers_create(Ctx *ctx, const TransferInput *request, Transfer *reply, Error *err)
{
    TransferDoc           transfer;
    TransferNumberNextRow next  = { 0 };
    bool                  found = false;
    Transfer              doc   = { .id = ctx_new_id(ctx), .to_location = request->to_location };
    if (!transfers_location(ctx, request->from_location, "from_location", err)
        || !transfers_location(ctx, request->to_location, "to_location", err))
        return false;
    if (str_eq(request->from_location, request->to_location))
        return err_set(err, &ERR_FIELD_INVALID, "to_location",
                       "is where it comes from: put it away instead");
    TransferNumberNextIn ask = { ctx->who.merchant };
    if (!put_lines(ctx, &doc, request->lines.items, request->lines.count, err)
        || !q_transfer_number_next_one(ctx->tx, ctx->arena, &ask, &next, &found, err))
        return false;
    TransferPutIn in = { ctx->who.merchant,
                         doc.id,
                         next.last,
                         request->from_location,
                         request->to_location,
                         machine_first(MACHINE_STOCK_TRANSFER),
                         text_or_empty(request->ref),
                         text_or_empty(request->reason),
                         opt_or(request->expected_at, 0),
                         doc.units,
                         doc.worth,
                         ctx->now_ms,
                         ctx->who.api_key };
    if (!q_transfer_put_exec(ctx->tx, &in, NULL, err) || !transfers_get(ctx, doc.id, false, &transfer, err))
        return false;
    *reply = transfer.doc;
    return tell(ctx, reply, NULL, STR("create"), in.reason, err);
}

bool transfers_change(Ctx *ctx, const TransferEdit *request, Transfer *reply, Error *err)
{
    TransferDoc         transfer;
    Str                 next  = STR_NONE;
    TransferLineClearIn clear = { ctx->who.merchant, request->id };
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !machine_step(MACHINE_STOCK_TRANSFER, transfer.doc.state, STR("change"), "id", &next, err)
        || !q_transfer_line_clear_exec(ctx->tx, &clear, NULL, err)
        || !put_lines(ctx, &transfer.doc, request->lines.items, request->lines.count, err)
        || !read_lines(ctx, &transfer, err))
        return false;
    transfer.doc.ref    = text_or_none(request->ref);
    transfer.doc.reason = text_or_none(request->reason);
    if (request->expected_at != OPT_NONE) transfer.doc.expected_at = request->expected_at;
    if (!transfers_step(ctx, &transfer, STR("change"), STR(""), err)) return false;
    *reply = transfer.doc;
    return true;
}

bool transfers_submit(Ctx *ctx, const ById *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    int64_t     value = 0, quantity = 0;
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !settings_get(ctx, &SETTING_TRANSFER_APPROVE_VALUE, &value, err)
        || !settings_get(ctx, &SETTING_TRANSFER_APPROVE_QUANTITY, &quantity, err))
        return false;
    bool over = transfer.doc.worth > value || transfer.doc.units > quantity;
    if (!transfers_step(ctx, &transfer, over ? STR("request") : STR("pass"), STR(""), err)) return false;
    *reply = transfer.doc;
    return true;
}

bool transfers_approve(Ctx *ctx, const ById *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    if (!transfers_get(ctx, request->id, true, &transfer, err)) return false;
    if (id_eq(transfer.doc.made_by, ctx->who.api_key))
        return err_set(err, &ERR_TRANSFER_OWN, "id", "who made a transfer does not approve it");
    transfer.doc.approved_by = ctx->who.api_key;
    if (!transfers_step(ctx, &transfer, STR("approve"), STR(""), err)) return false;
    *reply = transfer.doc;
    return true;
}

/* --- goods that are told apart --- */

bool transfers_piece_put(Ctx *ctx, Id transfer, int64_t line, const TransferPiece *piece, Error *err)
{
    TransferPiecePutIn in = { ctx->who.merchant,
                              transfer,
                              line,
                              piece->n,
                              text_or_empty(piece->lot),
                              text_or_empty(piece->serial),
                              piece->qty };
    return q_transfer_piece_put_exec(ctx->tx, &in, NULL, err);
}

bool transfers_pieces(Ctx *ctx, Id transfer, int64_t line, TransferPiece **out, size_t *count, Error *err)
{
    TransferPiecesOfRow *rows = NULL;
    TransferPiecesOfIn   in   = { ctx->who.merchant, transfer, line };
    if (!q_transfer_pieces_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, TransferPiece, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (TransferPiece){ rows[i].n, rows[i].lot, rows[i].serial, rows[i].qty, rows[i].on_way };
    return true;
}

bool transfers_piece_take(Ctx *ctx, Id transfer, int64_t line, int64_t n, int64_t qty, Error *err)
{
    TransferPieceTakeIn in = { ctx->who.merchant, transfer, line, n, qty };
    return q_transfer_piece_take_exec(ctx->tx, &in, NULL, err);
}

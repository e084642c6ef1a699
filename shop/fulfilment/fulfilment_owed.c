/* fulfilment_owed.c — money that customers are to get back for what was not delivered as ordered.
 * See fulfilment.h. */
#include "shop/fulfilment/fulfilment_inner.h"

#include <assert.h>

bool owed_put(Ctx *ctx, const NewOwed *owed, Error *err)
{
    OwedPutIn in    = { ctx->who.merchant,
                        owed->id,
                        owed->order,
                        owed->fulfilment,
                        owed->order_line,
                        owed->qty,
                        owed->amount,
                        owed->currency,
                        owed->reason,
                        ctx->now_ms,
                        text_or_empty(owed->note) };
    Str       id    = id_text(ctx->arena, owed->id);
    Str       order = id_text(ctx->arena, owed->order);
    Str       body  = str_format(ctx->arena,
                                 "{\"id\":\"%.*s\",\"order\":\"%.*s\",\"line\":%lld,\"amount\":%lld,"
                                        "\"currency\":\"%.*s\",\"reason\":\"%.*s\"}",
                                 STR_FMT(id), STR_FMT(order), (long long)owed->order_line,
                                 (long long)owed->amount, STR_FMT(owed->currency), STR_FMT(owed->reason));
    Str detail = str_format(ctx->arena, "%lld %.*s %.*s", (long long)owed->amount, STR_FMT(owed->currency),
                            STR_FMT(owed->reason));
    if (!id.ptr || !order.ptr || !body.ptr || !detail.ptr) return err_memory(err);
    return q_owed_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("owed.put"), owed->id, detail, err)
        && events_put(ctx, &EVENT_ORDER_OWED, owed->order, body, err);
}

static_assert(sizeof(OwedPageRow) == sizeof(OwedGetRow), "one form");
static_assert(sizeof(OwedPageRow) == sizeof(OwedPageOfRow), "one form");

static Owed shown(const OwedPageRow *r)
{
    return (Owed){ r->id,
                   r->order_id,
                   r->fulfilment_id,
                   r->order_line,
                   r->qty,
                   r->amount,
                   r->currency,
                   r->reason,
                   r->state,
                   r->made_at_ms,
                   r->settled_at_ms ? r->settled_at_ms : OPT_NONE,
                   text_or_none(r->note) };
}

bool owed_close(Ctx *ctx, Id id, Str note, Owed *out, Error *err)
{
    OwedPageRow row     = { 0 };
    OwedCloseIn in      = { ctx->who.merchant, id, ctx->now_ms, text_or_empty(note) };
    OwedGetIn   get     = { ctx->who.merchant, id };
    int64_t     changed = 0;
    bool        found   = false;
    if (!q_owed_close_exec(ctx->tx, &in, &changed, err)
        || !db_one(ctx->tx, ctx->arena, &q_owed_get, &get, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "nothing like that is owed");
    if (changed == 0) return err_set(err, &ERR_OWED_SETTLED, "id", "it has been given back");
    *out = shown(&row);
    return audit_append(ctx, STR("owed.settle"), id, text_or_empty(note), err);
}

bool owed_open(Ctx *ctx, Id order, int64_t order_line, int64_t *qty, Error *err)
{
    OwedOpenOfRow row   = { 0 };
    OwedOpenOfIn  in    = { ctx->who.merchant, order, order_line };
    bool          found = false;
    if (!q_owed_open_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *qty = row.qty;
    return true;
}

bool owed_list(Ctx *ctx, const OwedAsk *request, OwedList *reply, Error *err)
{
    int64_t limit = page_limit(request->limit);
    void   *all   = NULL;
    size_t  count = 0;
    Id      before;
    if (!page_before(request->cursor, &before, err)) return false;
    Str          last  = id_bytes(&before);
    Str          state = text_or_empty(request->state);
    OwedPageIn   in    = { ctx->who.merchant, state, last, limit + 1 };
    OwedPageOfIn of    = { ctx->who.merchant, state, last, limit + 1, request->order };
    bool         ok    = id_is_none(request->order)
                           ? db_all(ctx->tx, ctx->arena, &q_owed_page, &in, &all, &count, err)
                           : db_all(ctx->tx, ctx->arena, &q_owed_page_of, &of, &all, &count, err);
    if (!ok) return false;
    const OwedPageRow *rows = all;
    reply->items.items      = arena_array(ctx->arena, Owed, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = shown(&rows[i]);
    if ((int64_t)count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

/* returns_work.c — what was said of returns, and what is to be done with goods that came back. See
 * returns.h; what moves in the stock is told in flows/return_work.c. */
#include "shop/returns/returns.h"

#include "all_sql.h"
#include "core/machine.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

bool returns_put_whys(Ctx *ctx, const Return *doc, Error *err)
{
    for (size_t i = 0; i < doc->whys.count; i++) {
        const ReturnWhyShown *why = &doc->whys.items[i];
        ReturnFlagPutIn       in  = { ctx->who.merchant, doc->id,      (int64_t)i + 1,
                                      why->code,         why->outcome, why->why };
        if (!q_return_flag_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

bool returns_fees(Ctx *ctx, Id order, int64_t *fee, Error *err)
{
    ReturnFeesOfOrderRow row   = { 0 };
    bool                 found = false;
    ReturnFeesOfOrderIn  in    = { ctx->who.merchant, order };
    if (!q_return_fees_of_order_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *fee = row.fee;
    return true;
}

static bool tell(Ctx *ctx, const ReturnWork *work, Str action, Error *err)
{
    char id[ID_TEXT_LEN];
    Buf  body   = buf_make(ctx->arena, 128);
    Str  detail = str_format(ctx->arena, "%.*s %.*s %.*s %.*s", STR_FMT(work->work),
                             STR_FMT(work->sku), STR_FMT(work->state), STR_FMT(work->went));
    id_format(work->id, id);
    buf_format(&body, "{\"id\":\"%.*s\",\"work\":", ID_TEXT_LEN, id);
    buf_json_string(&body, work->work);
    buf_add(&body, STR(",\"sku\":"));
    buf_json_string(&body, work->sku);
    buf_add(&body, STR(",\"location\":"));
    buf_json_string(&body, work->location);
    buf_add(&body, STR(",\"state\":"));
    buf_json_string(&body, work->state);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, work->id, detail, err)
        && events_put(ctx, &EVENT_RETURN_WORK, work->return_id, buf_str(&body), err);
}

bool return_work_put(Ctx *ctx, ReturnWork *work, Id item, Error *err)
{
    work->id           = ctx_new_id(ctx);
    work->state        = machine_first(MACHINE_RETURN_WORK);
    work->made_at      = ctx->now_ms;
    ReturnWorkPutIn in = { ctx->who.merchant,
                           work->id,
                           work->return_id,
                           work->line,
                           item,
                           work->sku,
                           work->quantity,
                           text_or_empty(work->lot),
                           text_or_empty(work->serial),
                           work->location,
                           work->work,
                           text_or_empty(work->stands),
                           work->state,
                           work->document,
                           ctx->now_ms };
    return q_return_work_put_exec(ctx->tx, &in, NULL, err)
        && tell(ctx, work, STR("return_work.make"), err);
}

bool return_work_get(Ctx *ctx, Id id, bool lock, ReturnWork *out, Id *item, Error *err)
{
    ReturnWorkGetRow r;
    bool             found = false;
    ReturnWorkLockIn held  = { ctx->who.merchant, id };
    ReturnWorkGetIn  in    = { ctx->who.merchant, id };
    if (lock && !q_return_work_lock_exec(ctx->tx, &held, NULL, err)) return false;
    if (!q_return_work_get_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such work");
    *item = r.item;
    *out  = (ReturnWork){ .id        = r.id,
                          .return_id = r.return_id,
                          .line      = r.line,
                          .sku       = r.sku,
                          .quantity  = r.qty,
                          .lot       = text_or_none(r.lot),
                          .serial    = text_or_none(r.serial),
                          .location  = r.location,
                          .work      = r.work,
                          .stands    = r.stands,
                          .state     = r.state,
                          .went      = text_or_none(r.went),
                          .document  = r.document,
                          .note      = text_or_none(r.note),
                          .made_at   = r.made_at_ms,
                          .done_at   = r.done_at_ms ? r.done_at_ms : OPT_NONE };
    return true;
}

bool return_work_go(Ctx *ctx, ReturnWork *work, Str event, Error *err)
{
    int64_t changed = 0;
    Str     action  = str_format(ctx->arena, "return_work.%.*s", STR_FMT(event));
    if (!action.ptr) return err_memory(err);
    if (!machine_step(MACHINE_RETURN_WORK, work->state, event, "id", &work->state, err))
        return false;
    if (machine_ended(MACHINE_RETURN_WORK, work->state)) work->done_at = ctx->now_ms;
    ReturnWorkStepIn in = { ctx->who.merchant,
                            work->id,
                            work->work,
                            work->stands,
                            work->state,
                            text_or_empty(work->went),
                            work->document,
                            text_or_empty(work->note),
                            opt_or(work->done_at, 0) };
    if (!q_return_work_step_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed != 1) return err_set(err, &ERR_DB_BUSY, "", "somebody else works at it just now");
    return tell(ctx, work, action, err);
}

bool return_work_list(Ctx *ctx, const ReturnWorkFind *request, ReturnWorkList *reply, Error *err)
{
    ReturnWorkPageRow *rows  = NULL;
    size_t             count = 0, limit = (size_t)page_limit(request->limit);
    Id                 before, item;
    if (!page_before(request->cursor, &before, err)) return false;
    ReturnWorkPageIn in = { ctx->who.merchant,
                            text_or_empty(request->location),
                            text_or_empty(request->work),
                            request->state.len ? request->state : STR("open"),
                            id_bytes(&before),
                            (int64_t)limit + 1 };
    if (!q_return_work_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReturnWork, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        if (!return_work_get(ctx, rows[i].id, false, &reply->items.items[reply->items.count++],
                             &item, err))
            return false;
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool returns_exchange_put(Ctx *ctx, Id return_id, Id order, int64_t amount, Error *err)
{
    ReturnExchangePutIn in = { ctx->who.merchant, return_id, order, amount };
    return q_return_exchange_put_exec(ctx->tx, &in, NULL, err);
}

bool returns_exchange_for(Ctx *ctx, Id order, Id *return_or_none, Error *err)
{
    ReturnExchangeForRow row   = { .return_id = { { 0 } } };
    ReturnExchangeForIn  in    = { ctx->who.merchant, order };
    bool                 found = false;
    if (!q_return_exchange_for_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *return_or_none = found ? row.return_id : (Id){ { 0 } };
    return true;
}

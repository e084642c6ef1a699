/* counts_adjust.c — stock that is adjusted with a reason, and waits for another person when it is over the
 * limits. See counts.h. */
#include "shop/counts/counts.h"

#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

/* Whether goods stay what they were worth: put apart, looked at, released. */
static bool keeps_value(const AdjustmentPut *line)
{
    bool from_apart = str_eq(line->from_state, STR("quarantine"));
    bool to_apart   = str_eq(line->to_state, STR("quarantine"));
    return to_apart
        || (from_apart && (str_eq(line->to_state, STR("floor")) || str_eq(line->to_state, STR("backroom"))));
}

static bool add_line(const AdjustmentPut *line, int64_t *value, int64_t *quantity, Error *err)
{
    int64_t worth = 0;
    if (keeps_value(line)) return true;
    if (!__builtin_mul_overflow(line->qty, line->cost, &worth)
        && !__builtin_add_overflow(*value, worth / QTY_ONE, value)
        && !__builtin_add_overflow(*quantity, line->qty, quantity))
        return true;
    return err_set(err, &ERR_AMOUNT_RANGE, "lines", "the value is too large");
}

static bool put_lines(Ctx *ctx, Id id, const AdjustmentPut *lines, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++) {
        const AdjustmentPut *l  = &lines[i];
        AdjustmentLinePutIn  in = { ctx->who.merchant,
                                    id,
                                    (int64_t)i + 1,
                                    l->item,
                                    l->from_state,
                                    l->to_state,
                                    l->qty,
                                    l->cost,
                                    text_or_empty(l->lot),
                                    l->expires_day,
                                    texts_write(ctx->arena, &l->serials) };
        if (!in.serials.ptr) return err_memory(err);
        if (!q_adjustment_line_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

bool adjustments_put(Ctx *ctx, Adjustment *adjustment, const AdjustmentPut *lines, size_t count, Error *err)
{
    int64_t value = 0, quantity = 0, value_max = 0, quantity_max = 0;
    for (size_t i = 0; i < count; i++)
        if (!add_line(&lines[i], &value, &quantity, err)) return false;
    if (!settings_get(ctx, &SETTING_ADJUST_APPROVE_VALUE, &value_max, err)
        || !settings_get(ctx, &SETTING_ADJUST_APPROVE_QUANTITY, &quantity_max, err))
        return false;
    adjustment->id         = ctx_new_id(ctx);
    adjustment->value      = value;
    adjustment->state      = value > value_max || quantity > quantity_max ? STR("pending") : STR("posted");
    adjustment->made_by    = ctx->who.api_key;
    adjustment->made_at    = ctx->now_ms;
    adjustment->decided_at = OPT_NONE;
    AdjustmentPutIn in     = { ctx->who.merchant,
                               adjustment->id,
                               adjustment->location,
                               adjustment->reason,
                               adjustment->state,
                               value,
                               text_or_empty(adjustment->note),
                               adjustment->made_by,
                               adjustment->made_at };
    return q_adjustment_put_exec(ctx->tx, &in, NULL, err)
        && put_lines(ctx, adjustment->id, lines, count, err);
}

bool adjustments_get(Ctx *ctx, Id id, Adjustment *out, AdjustmentPut **lines, Error *err)
{
    AdjustmentGetRow    r     = { 0 };
    AdjustmentLinesRow *rows  = NULL;
    size_t              count = 0;
    bool                found = false;
    AdjustmentLinesIn   in    = { ctx->who.merchant, id };
    if (!q_adjustment_get_one(ctx->tx, ctx->arena, &(AdjustmentGetIn){ ctx->who.merchant, id }, &r, &found,
                              err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such adjustment");
    if (!q_adjustment_lines_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    *out = (Adjustment){ .id         = r.id,
                         .location   = r.location,
                         .reason     = r.reason,
                         .state      = r.state,
                         .value      = r.value,
                         .note       = text_or_none(r.note),
                         .made_by    = r.made_by,
                         .made_at    = r.made_at_ms,
                         .decided_by = r.decided_by,
                         .decided_at = r.decided_at_ms ? r.decided_at_ms : OPT_NONE };
    *lines           = arena_array(ctx->arena, AdjustmentPut, count + 1);
    out->lines.items = arena_array(ctx->arena, AdjustmentLine, count + 1);
    out->lines.count = count;
    if (!*lines || !out->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const AdjustmentLinesRow *l = &rows[i];
        (*lines)[i]                 = (AdjustmentPut){ .item        = l->item,
                                                       .sku         = l->sku,
                                                       .from_state  = l->from_state,
                                                       .to_state    = l->to_state,
                                                       .qty         = l->qty,
                                                       .cost        = l->cost,
                                                       .lot         = text_or_none(l->lot),
                                                       .expires_day = l->expires_day };
        if (!texts_read(ctx->arena, l->serials, &(*lines)[i].serials)) return err_memory(err);
        out->lines.items[i] =
            (AdjustmentLine){ l->sku, l->qty, l->from_state, l->to_state, l->qty * l->cost / QTY_ONE };
    }
    return true;
}

bool adjustments_step(Ctx *ctx, Adjustment *adjustment, Str event, Error *err)
{
    Str     next    = STR_NONE;
    int64_t changed = 0;
    bool    own     = id_eq(adjustment->made_by, ctx->who.api_key);
    if (!machine_step(MACHINE_STOCK_ADJUSTMENT, adjustment->state, event, "id", &next, err)) return false;
    if (str_eq(event, STR("approve")) && own)
        return err_set(err, &ERR_FOUR_EYES, "id", "who made an adjustment does not approve it");
    if (str_eq(event, STR("refuse")) && !own && !ctx_may(ctx, &PERM_STOCK_APPROVE))
        return err_set(err, &ERR_FOUR_EYES, "id", "it is not yours");
    AdjustmentDecideIn in = { ctx->who.merchant, adjustment->id, next, ctx->who.api_key, ctx->now_ms };
    if (!q_adjustment_decide_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed != 1) return err_set(err, &ERR_DB_BUSY, "id", "somebody else decided it just now");
    adjustment->state      = next;
    adjustment->decided_by = ctx->who.api_key;
    adjustment->decided_at = ctx->now_ms;
    return adjustments_tell(ctx, adjustment, err);
}

bool adjustments_tell(Ctx *ctx, const Adjustment *adjustment, Error *err)
{
    const EventDef *event = &EVENT_STOCK_ADJUSTED;
    if (!str_eq(adjustment->state, STR("posted"))) event = &EVENT_ADJUSTMENT_PENDING;
    Str id     = id_text(ctx->arena, adjustment->id);
    Str action = str_format(ctx->arena, "adjustment.%.*s", STR_FMT(adjustment->state));
    Str detail = str_format(ctx->arena, "%.*s %.*s %lld %.*s", STR_FMT(adjustment->location),
                            STR_FMT(adjustment->reason), (long long)adjustment->value,
                            STR_FMT(adjustment->note));
    Str body   = str_format(ctx->arena,
                            "{\"id\":\"%.*s\",\"location\":\"%.*s\",\"reason\":\"%.*s\",\"state\":\"%.*s\","
                            "\"value\":%lld}",
                            STR_FMT(id), STR_FMT(adjustment->location), STR_FMT(adjustment->reason),
                            STR_FMT(adjustment->state), (long long)adjustment->value);
    if (!action.ptr || !detail.ptr || !body.ptr) return err_memory(err);
    return audit_append(ctx, action, adjustment->id, detail, err)
        && events_put(ctx, event, adjustment->id, body, err);
}

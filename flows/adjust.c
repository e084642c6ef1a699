/* adjust.c — stock that is adjusted with a reason: each reason says where goods go or come from. */
#include "core/money.h"
#include "core/fefo.h"
#include "flows/goods_code.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>

/* to NULL: as the line says. Facts have happened already, the others wait for goods that nobody claims. */
static const struct {
    const char *reason, *from, *to;
    bool        fact;
} reasons[] = {
    { "damaged", NULL, "damaged", true },        /* out of damaged: thrown away */
    { "theft", NULL, "loss", true },
    { "lost", NULL, "loss", true },
    { "expired", NULL, "loss", true },
    { "found", "adjustment", NULL, true },
    { "sample", NULL, "loss", false },
    { "own_use", NULL, "loss", false },
    { "donation", NULL, "loss", false },
    { "correction", NULL, "adjustment", true },  /* above zero: the other way round */
    { "quarantine", NULL, "quarantine", false },
    { "release", "quarantine", NULL, true },
};

static size_t reason_of(Str reason)
{
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (str_eq(reason, str_from(reasons[i].reason))) return i;
    UNREACHABLE();
}

static bool is_outside(Str state)
{
    return str_eq(state, STR("adjustment")) || str_eq(state, STR("loss")) || str_eq(state, STR("vendor"));
}

/* Where the goods of a line come from and go to. */
static bool line_places(Str reason, const AdjustmentLineInput *in, const char *field, AdjustmentPut *out,
                        Error *err)
{
    size_t r       = reason_of(reason);
    Str    state   = in->state.ptr ? in->state : STR("floor");
    bool   release = str_eq(reason, STR("release")), correction = str_eq(reason, STR("correction"));
    if (release != (in->to.ptr != NULL))
        return err_set(err, &ERR_REASON_PLACE, field, "`to` is needed with reason release, and only there");
    if (in->quantity == 0 || (in->quantity < 0 && !correction))
        return err_set(err, &ERR_FIELD_INVALID, field, "the quantity must be above 0");
    out->from_state = reasons[r].from ? str_from(reasons[r].from) : state;
    out->to_state   = reasons[r].to ? str_from(reasons[r].to) : release ? in->to : state;
    if (correction && in->quantity > 0) {
        out->from_state = STR("adjustment");
        out->to_state   = state;
    }
    if (str_eq(reason, STR("damaged")) && str_eq(state, STR("damaged"))) out->to_state = STR("loss");
    if (str_eq(out->from_state, out->to_state))
        return err_set(err, &ERR_REASON_PLACE, field, "it stands there already");
    return true;
}

static bool read_line(Ctx *ctx, const AdjustmentInput *request, size_t i, AdjustmentPut *out, Error *err)
{
    const AdjustmentLineInput *in = &request->lines.items[i];
    CountItem                  item;
    int64_t                    pack = QTY_ONE;
    char                       field[48];
    (void)snprintf(field, sizeof field, "lines[%zu].%s", i, in->sku.ptr ? "sku" : "barcode");
    *out = (AdjustmentPut){ 0 };
    if (!goods_code_read(ctx, in->sku, in->barcode, field, &out->sku, &pack, err)
        || !counts_item(ctx, out->sku, field, &item, err))
        return false;
    (void)snprintf(field, sizeof field, "lines[%zu]", i);
    if (!line_places(request->reason, in, field, out, err)
        || !goods_code_quantity(in->quantity < 0 ? -in->quantity : in->quantity, pack, item.step, field,
                                &out->qty, err))
        return false;
    if (in->expires.len && !fefo_day(in->expires, &out->expires_day)) {
        (void)err_set(err, &ERR_FIELD_INVALID, "expires", "is no date");
        return err_in_list(err, "lines", i);
    }
    out->lot     = in->lot;
    out->serials = (TextList){ in->serials.items, in->serials.count };
    out->item = item.id;
    out->cost = item.cost;
    return true;
}

static int by_item(const void *a, const void *b)
{
    return id_cmp(((const AdjustmentPut *)a)->item, ((const AdjustmentPut *)b)->item);
}

/* Into the ledger, in the order of items. */
static bool post(Ctx *ctx, const Adjustment *adjustment, AdjustmentPut *lines, size_t count, Error *err)
{
    Str      why  = str_format(ctx->arena, "adjust.%.*s", STR_FMT(adjustment->reason));
    StockDoc doc  = { adjustment->id, why, 0 };
    bool     fact = reasons[reason_of(adjustment->reason)].fact;
    if (!why.ptr) return err_memory(err);
    qsort(lines, count, sizeof lines[0], by_item);
    for (size_t i = 0; i < count; i++) {
        StockMarks marks = { .lot         = lines[i].lot,
                             .expires_day = lines[i].expires_day,
                             .serials     = lines[i].serials };
        StockMove  move  = { .item          = lines[i].item,
                             .sku           = lines[i].sku,
                             .from_location = is_outside(lines[i].from_state) ? STR("")
                                                                              : adjustment->location,
                             .from_state    = lines[i].from_state,
                             .to_location   = is_outside(lines[i].to_state) ? STR("") : adjustment->location,
                             .to_state      = lines[i].to_state,
                             .qty           = lines[i].qty,
                             .is_fact       = fact,
                             .marks         = &marks };
        if (!inventory_move(ctx, &doc, &move, err)) return false;
    }
    return true;
}

static bool show_lines(Ctx *ctx, const AdjustmentPut *lines, size_t count, Adjustment *reply, Error *err)
{
    reply->lines.items = arena_array(ctx->arena, AdjustmentLine, count);
    if (!reply->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->lines.items[i] = (AdjustmentLine){ lines[i].sku, lines[i].qty, lines[i].from_state,
                                                  lines[i].to_state, lines[i].qty * lines[i].cost / QTY_ONE };
    reply->lines.count = count;
    return true;
}

bool adjustments_create(Ctx *ctx, const AdjustmentInput *request, Adjustment *reply, Error *err)
{
    size_t         count = request->lines.count;
    AdjustmentPut *lines = arena_array(ctx->arena, AdjustmentPut, count);
    if (!lines) return err_memory(err);
    if (!counts_location(ctx, request->location, "location", err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!read_line(ctx, request, i, &lines[i], err)) return false;
    *reply = (Adjustment){ .location = request->location, .reason = request->reason, .note = request->note };
    if (!adjustments_put(ctx, reply, lines, count, err) || !show_lines(ctx, lines, count, reply, err))
        return false;
    if (str_eq(reply->state, STR("posted")) && !post(ctx, reply, lines, count, err)) return false;
    return adjustments_tell(ctx, reply, err);
}

bool adjustments_approve(Ctx *ctx, const ById *request, Adjustment *reply, Error *err)
{
    AdjustmentPut *lines = NULL;
    return adjustments_get(ctx, request->id, reply, &lines, err)
        && adjustments_step(ctx, reply, STR("approve"), err)
        && post(ctx, reply, lines, reply->lines.count, err);
}

bool adjustments_refuse(Ctx *ctx, const ById *request, Adjustment *reply, Error *err)
{
    AdjustmentPut *lines = NULL;
    return adjustments_get(ctx, request->id, reply, &lines, err)
        && adjustments_step(ctx, reply, STR("refuse"), err);
}

/* fulfilment_labels.c — labels that are bought from a carrier's service. See fulfilment.h. */
#include "shop/fulfilment/fulfilment_inner.h"

static BoughtLabel label_of(const LabelGetRow *row)
{
    return (BoughtLabel){ row->id,      row->fulfilment_id, row->package, row->state,
                          row->service, row->weight,        row->carrier, row->tracking,
                          row->label,   row->reason,        row->at_ms };
}

bool labels_put(Ctx *ctx, const BoughtLabel *label, int64_t next_ask_ms, Error *err)
{
    LabelPutIn in     = { ctx->who.merchant, label->id,     label->fulfilment, label->package, label->state,
                          label->service,    label->weight, label->at_ms,      next_ask_ms };
    Str        detail = str_format(ctx->arena, "package %lld %.*s", (long long)label->package,
                                   STR_FMT(label->service));
    if (!detail.ptr) return err_memory(err);
    return q_label_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("label.asked"), label->fulfilment, detail, err);
}

bool labels_get(Ctx *ctx, Id id, BoughtLabel *out, Error *err)
{
    LabelGetRow row   = { .package = 0 };
    bool        found = false;
    if (!q_label_get_one(ctx->tx, ctx->arena, &(LabelGetIn){ ctx->who.merchant, id }, &row, &found, err))
        return false;
    *out = label_of(&row);
    return found || err_set(err, &ERR_NOT_FOUND, "id", "there is no such label");
}

bool labels_of(Ctx *ctx, Id fulfilment, BoughtLabel **out, size_t *count, Error *err)
{
    LabelsOfRow *rows = NULL;
    LabelsOfIn   in   = { ctx->who.merchant, fulfilment };
    if (!q_labels_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, BoughtLabel, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const LabelsOfRow *r = &rows[i];
        LabelGetRow same     = { r->id,      r->fulfilment_id, r->package, r->state,  r->service, r->weight,
                                 r->carrier, r->tracking,      r->label,   r->reason, r->at_ms };
        (*out)[i]            = label_of(&same);
    }
    return true;
}

bool labels_step(Ctx *ctx, BoughtLabel *label, Str event, int64_t next_ask_ms, Error *err)
{
    Str     was = label->state, next = STR_NONE;
    int64_t changed = 0;
    if (!machine_step(MACHINE_LABEL, was, event, "id", &next, err)) return false;
    LabelStepIn in     = { ctx->who.merchant, label->id,    was,           next,       label->carrier,
                           label->tracking,   label->label, label->reason, next_ask_ms };
    Str         detail = str_format(ctx->arena, "package %lld %.*s %.*s", (long long)label->package,
                                    STR_FMT(label->tracking), STR_FMT(label->reason));
    Str         action = str_format(ctx->arena, "label.%.*s", STR_FMT(next));
    if (!detail.ptr || !action.ptr) return err_memory(err);
    if (!q_label_step_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_DB_BUSY, "", "another process settles this label");
    label->state = next;
    return audit_append(ctx, action, label->fulfilment, detail, err);
}

bool labels_ask_at(Ctx *ctx, Id id, int64_t at_ms, Error *err)
{
    return q_label_ask_at_exec(ctx->tx, &(LabelAskAtIn){ ctx->who.merchant, id, at_ms }, NULL, err);
}

bool labels_give_up(Ctx *ctx, Id fulfilment, int64_t package, bool *any, Error *err)
{
    BoughtLabel *labels = NULL;
    size_t       count  = 0;
    *any                = false;
    if (!labels_of(ctx, fulfilment, &labels, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool live = str_eq(labels[i].state, STR("asked")) || str_eq(labels[i].state, STR("bought"));
        if (!live || (package && labels[i].package != package)) continue;
        *any = true;
        if (!labels_step(ctx, &labels[i], STR("give_up"), ctx->now_ms, err)) return false;
    }
    return true;
}

bool labels_due(Ctx *ctx, int64_t limit, LabelDue **out, size_t *count, Error *err)
{
    LabelsDueRow *rows = NULL;
    if (!q_labels_due_all(ctx->tx, ctx->arena, &(LabelsDueIn){ ctx->now_ms, limit }, &rows, count, err))
        return false;
    *out = arena_array(ctx->arena, LabelDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (LabelDue){ rows[i].merchant, rows[i].id };
    return true;
}

bool packages_set(Ctx *ctx, Id fulfilment, int64_t n, Str state, Error *err)
{
    return q_package_step_exec(ctx->tx, &(PackageStepIn){ ctx->who.merchant, fulfilment, n, state }, NULL,
                               err);
}

bool packages_unlabel(Ctx *ctx, Id fulfilment, int64_t n, Error *err)
{
    return q_package_unlabel_exec(ctx->tx, &(PackageUnlabelIn){ ctx->who.merchant, fulfilment, n }, NULL,
                                  err);
}

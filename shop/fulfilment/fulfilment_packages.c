/* fulfilment_packages.c — what is sent as one piece. See fulfilment.h. */
#include "shop/fulfilment/fulfilment_inner.h"

bool packages_put(Ctx *ctx, Id fulfilment, const Package *package, Error *err)
{
    PackagePutIn in = { ctx->who.merchant,
                        fulfilment,
                        package->n,
                        package->state,
                        opt_or(package->weight, 0),
                        text_or_empty(package->carrier),
                        text_or_empty(package->service),
                        text_or_empty(package->tracking),
                        text_or_empty(package->label) };
    if (!q_package_put_exec(ctx->tx, &in, NULL, err)) return false;
    for (size_t i = 0; i < package->lines.count; i++) {
        const PackageLine *line = &package->lines.items[i];
        PackageLinePutIn   row  = { ctx->who.merchant, fulfilment, package->n, line->line, line->quantity };
        if (!q_package_line_put_exec(ctx->tx, &row, NULL, err)) return false;
    }
    return true;
}

bool packages_of(Ctx *ctx, Id fulfilment, Package **out, size_t *count, Error *err)
{
    PackagesOfRow     *rows  = NULL;
    PackageLinesOfRow *lines = NULL;
    size_t             n     = 0;
    PackageLinesOfIn   in    = { ctx->who.merchant, fulfilment };
    if (!q_packages_of_all(ctx->tx, ctx->arena, &(PackagesOfIn){ ctx->who.merchant, fulfilment }, &rows,
                           count, err)
        || !q_package_lines_of_all(ctx->tx, ctx->arena, &in, &lines, &n, err))
        return false;
    *out              = arena_array(ctx->arena, Package, *count + 1);
    PackageLine *kept = arena_array(ctx->arena, PackageLine, n + 1);
    if (!*out || !kept) return err_memory(err);
    for (size_t i = 0, at = 0; i < *count; i++) {
        const PackagesOfRow *r = &rows[i];
        (*out)[i]              = (Package){ .n        = r->n,
                                            .state    = r->state,
                                            .weight   = r->weight ? r->weight : OPT_NONE,
                                            .carrier  = text_or_none(r->carrier),
                                            .service  = text_or_none(r->service),
                                            .tracking = text_or_none(r->tracking),
                                            .label    = text_or_none(r->label) };
        (*out)[i].lines.items  = &kept[at];
        for (; at < n && lines[at].package == r->n; at++) {
            kept[at] = (PackageLine){ lines[at].line, lines[at].qty };
            (*out)[i].lines.count++;
        }
    }
    return true;
}

bool packages_step(Ctx *ctx, Id fulfilment, Str from, Str to, Error *err)
{
    return q_packages_step_exec(ctx->tx, &(PackagesStepIn){ ctx->who.merchant, fulfilment, from, to }, NULL,
                                err);
}

bool packages_label(Ctx *ctx, Id fulfilment, const PackageLabel *label, Error *err)
{
    int64_t        changed = 0;
    PackageLabelIn in      = { ctx->who.merchant,
                               fulfilment,
                               label->n,
                               label->carrier,
                               text_or_empty(label->service),
                               label->tracking,
                               text_or_empty(label->label) };
    if (!q_package_label_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0)
        return err_set(err, &ERR_NOT_FOUND, "n", "there is no such package that is still here");
    Str detail = str_format(ctx->arena, "package %lld %.*s %.*s", (long long)label->n,
                            STR_FMT(label->carrier), STR_FMT(label->tracking));
    return detail.ptr ? audit_append(ctx, STR("package.label"), fulfilment, detail, err) : err_memory(err);
}

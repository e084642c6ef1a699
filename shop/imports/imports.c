/* imports.c — which invoices of other systems are in. See imports.h. */
#include "shop/imports/imports.h"

#include "all_sql.h"

bool imports_put(Ctx *ctx, Str number, int64_t lines, Error *err)
{
    ImportInvoicePutIn in = { ctx->who.merchant, number, lines, env_now_ms(ctx->env) };
    return q_import_invoice_put_exec(ctx->tx, &in, NULL, err);
}

bool imports_find(Ctx *ctx, Str number, int64_t *lines, Error *err)
{
    ImportInvoiceFindRow row   = { 0 };
    bool                 found = false;
    ImportInvoiceFindIn  in    = { ctx->who.merchant, number };
    if (!q_import_invoice_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *lines = found ? row.lines : -1;
    return true;
}

/* imports.c — which invoices of other systems are in. See imports.h. */
#include "shop/imports/imports.h"

#include "all_sql.h"

bool imports_put(Ctx *ctx, Str number, int64_t lines, Str digest, Error *err)
{
    int64_t            changed = 0;
    ImportInvoicePutIn in      = { ctx->who.merchant, number, lines, digest, env_now_ms(ctx->env) };
    if (!q_import_invoice_put_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1 || err_set(err, &ERR_DB_CONFLICT, "number", "this invoice was imported already");
}

bool imports_find(Ctx *ctx, Str number, int64_t *lines, Str *digest, Error *err)
{
    ImportInvoiceFindRow row   = { 0 };
    bool                 found = false;
    ImportInvoiceFindIn  in    = { ctx->who.merchant, number };
    if (!q_import_invoice_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *lines  = found ? row.lines : 0;
    *digest = found ? row.digest : STR_NONE;
    return true;
}

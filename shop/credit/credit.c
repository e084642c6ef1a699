/* credit.c — accounts of customers. See credit.h. */
#include "shop/credit/credit.h"

#include "all_sql.h"

bool credit_take(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err)
{
    int64_t               taken = 0;
    CustomerAccountTakeIn in    = { ctx->who.merchant, customer, STR("store_credit"), currency, amount };
    if (!q_customer_account_take_exec(ctx->tx, &in, &taken, err)) return false;
    return taken == 1 || err_set(err, &ERR_CREDIT_SHORT, "customer", "there is less store credit");
}

bool credit_add(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err)
{
    CustomerAccountAddIn in = { ctx->who.merchant, customer, STR("store_credit"), currency, amount };
    return q_customer_account_add_exec(ctx->tx, &in, NULL, err);
}

bool credit_owe(Ctx *ctx, Id customer, Str currency, int64_t amount, Error *err)
{
    int64_t              changed = 0;
    CustomerAccountOweIn in      = { ctx->who.merchant, customer, currency, amount };
    if (!q_customer_account_owe_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1
        || err_set(err, &ERR_INVOICE_LIMIT, "customer", "the customer may not owe so much");
}

bool credit_owe_less(Ctx *ctx, Id customer, Str currency, int64_t amount, bool *owed, Error *err)
{
    int64_t               taken = 0;
    CustomerAccountTakeIn in    = { ctx->who.merchant, customer, STR("invoice"), currency, amount };
    if (!q_customer_account_take_exec(ctx->tx, &in, &taken, err)) return false;
    *owed = taken == 1;
    return true;
}

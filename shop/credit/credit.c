/* credit.c — accounts of customers. See credit.h. */
#include "shop/credit/credit.h"

#include "all_sql.h"
#include "base/rfc3339.h"

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

/* --- one customer becomes another, or is forgotten --- */

bool credit_merge(Ctx *ctx, Id from, Id into, Id document, Error *err)
{
    CustomerAccountsOfRow *rows  = NULL;
    size_t                 count = 0;
    LedgerDoc              doc   = { document, STR(""), 0, STR("") };
    CustomerAccountsOfIn   in    = { ctx->who.merchant, from };
    CustomerAccountsJoinIn join  = { ctx->who.merchant, from, into };
    CustomerAccountsEndIn  end   = { ctx->who.merchant, from };
    AccountEventsMoveIn    said  = { ctx->who.merchant, from, into };
    if (!q_customer_accounts_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool       owed = str_eq(rows[i].kind, STR("invoice"));
        Str        at   = owed ? STR("invoiced") : STR("store_credit");
        LedgerSide was = { at, from }, is = { at, into };
        doc.currency = rows[i].currency;
        if (!ledger_move(ctx, &doc, owed ? is : was, owed ? was : is, rows[i].balance, STR("merge"), err))
            return false;
    }
    return q_customer_accounts_join_exec(ctx->tx, &join, NULL, err)
        && q_customer_accounts_end_exec(ctx->tx, &end, NULL, err)
        && q_account_events_move_exec(ctx->tx, &said, NULL, err);
}

bool credit_events_write(Ctx *ctx, Id customer, Buf *out, Error *err)
{
    AccountEventsOfRow *rows  = NULL;
    size_t              count = 0;
    AccountEventsOfIn   in    = { ctx->who.merchant, customer };
    if (!q_account_events_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        char at[RFC3339_LEN];
        Str  id = id_text(ctx->arena, rows[i].id);
        if (!rfc3339_format(rows[i].at_ms, at)) return err_set(err, &ERR_INTERNAL, "", "a time is none");
        buf_format(out,
                   "%s{\"id\":\"%.*s\",\"kind\":\"%.*s\",\"currency\":\"%.*s\",\"amount\":%lld,"
                   "\"reason\":",
                   i ? "," : "", STR_FMT(id), STR_FMT(rows[i].kind), STR_FMT(rows[i].currency),
                   (long long)rows[i].amount);
        buf_json_string(out, rows[i].reason);
        buf_format(out, ",\"at\":\"%.*s\"}", RFC3339_LEN, at);
    }
    return !out->failed || err_memory(err);
}

bool credit_blank(Ctx *ctx, Id customer, Error *err)
{
    AccountEventsBlankIn in = { ctx->who.merchant, customer };
    return q_account_events_blank_exec(ctx->tx, &in, NULL, err);
}

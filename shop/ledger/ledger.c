/* ledger.c — double entry. See ledger.h. */
#include "shop/ledger/ledger.h"

#include "all_sql.h"

bool ledger_post(Ctx *ctx, LedgerDoc *doc, Str debit, Str credit, int64_t amount, Str code,
                 Error *err)
{
    if (amount == 0) return true;
    if (amount == INT64_MIN) return err_set(err, &ERR_AMOUNT_RANGE, "", "amount out of range");
    bool        turned = amount < 0;
    LedgerPutIn in     = { ctx->who.merchant, doc->document, ++doc->n, turned ? credit : debit,
                           turned ? debit : credit, turned ? -amount : amount, doc->currency, code,
                           ctx->now_ms };
    return q_ledger_put_exec(ctx->tx, &in, NULL, err);
}

/* ledger.c — double entry. See ledger.h. */
#include "shop/ledger/ledger.h"

#include "all_sql.h"
#include "core/account.h"

bool ledger_move(Ctx *ctx, LedgerDoc *doc, LedgerSide debit, LedgerSide credit, int64_t amount, Str code,
                 Error *err)
{
    if (amount == 0) return true;
    if (amount == INT64_MIN) return err_set(err, &ERR_AMOUNT_RANGE, "", "amount out of range");
    LedgerSide  to   = amount < 0 ? credit : debit;
    LedgerSide  from = amount < 0 ? debit : credit;
    LedgerPutIn in   = { ctx->who.merchant,
                         doc->document,
                         ++doc->n,
                         to.account,
                         from.account,
                       amount < 0 ? -amount : amount,
                         doc->currency,
                         code,
                         ctx->now_ms,
                         text_or_empty(doc->location),
                         to.of,
                         from.of };
    return q_ledger_put_exec(ctx->tx, &in, NULL, err);
}

bool ledger_post(Ctx *ctx, LedgerDoc *doc, Str debit, Str credit, int64_t amount, Str code, Error *err)
{
    return ledger_move(ctx, doc, (LedgerSide){ .account = debit }, (LedgerSide){ .account = credit },
                       amount, code, err);
}

bool ledger_part(Ctx *ctx, Str account, Id of, Str currency, int64_t *balance, Error *err)
{
    LedgerPartIn  in    = { ctx->who.merchant, account, of, currency };
    LedgerPartRow row   = { 0 };
    bool          found = false;
    if (!q_ledger_part_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *balance = found ? row.balance : 0;
    return true;
}

bool ledger_names(Ctx *ctx, LedgerNames *out, Error *err)
{
    LedgerMappingsRow *rows = NULL;
    LedgerMappingsIn   in   = { ctx->who.merchant };
    if (!q_ledger_mappings_all(ctx->tx, ctx->arena, &in, &rows, &out->count, err)) return false;
    out->items = arena_array(ctx->arena, AccountMapping, out->count);
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = (AccountMapping){ rows[i].account, rows[i].code, text_or_none(rows[i].name) };
    return true;
}

AccountMapping ledger_name(const LedgerNames *names, Str account)
{
    AccountMapping found = { .account = account, .code = account };
    Str            kind  = account_kind(account);
    for (size_t i = 0; i < names->count; i++) {
        bool own = str_eq(names->items[i].account, account);
        if (!own && !str_eq(names->items[i].account, kind)) continue;
        found.code = names->items[i].code;
        found.name = names->items[i].name;
        if (own) return found;
    }
    return found;
}

/* credit_api.c — the routes of credit. See api.def. */
#include "shop/credit/credit.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#define API_DEF "shop/credit/api.def"
#define CAPABILITY credit
#include "shop/api_define.h"

bool credit_show(Ctx *ctx, const ById *request, CustomerAccounts *reply, Error *err)
{
    CustomerAccountsOfRow *rows = NULL;
    CustomerAccountsOfIn   in   = { ctx->who.merchant, request->id };
    reply->customer             = request->id;
    if (!q_customer_accounts_of_all(ctx->tx, ctx->arena, &in, &rows, &reply->items.count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, CustomerAccount, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++) {
        bool invoice          = str_eq(rows[i].kind, STR("invoice"));
        reply->items.items[i] = (CustomerAccount){ rows[i].kind, rows[i].currency, rows[i].balance,
                                                   invoice ? rows[i].most : OPT_NONE };
    }
    return true;
}

/* --- what happens beside sales --- */

static bool tell(Ctx *ctx, const AccountEventPutIn *in, Error *err)
{
    Buf body   = buf_make(ctx->arena, 192);
    Str id     = id_text(ctx->arena, in->customer);
    Str action = str_format(ctx->arena, "credit.%.*s", STR_FMT(in->kind));
    /* why, says the event: that can be forgotten */
    Str detail = str_format(ctx->arena, "%lld %.*s", (long long)in->amount, STR_FMT(in->currency));
    buf_format(&body, "{\"customer\":\"%.*s\",\"kind\":\"%.*s\",\"amount\":%lld,\"currency\":\"%.*s\"}",
               STR_FMT(id), STR_FMT(in->kind), (long long)in->amount, STR_FMT(in->currency));
    if (body.failed || !detail.ptr || !action.ptr) return err_memory(err);
    return audit_append(ctx, action, in->customer, detail, err)
        && events_put(ctx, &EVENT_CREDIT_CHANGED, in->customer, buf_str(&body), err);
}

static bool check_there(Ctx *ctx, Str location, Error *err)
{
    bool there = false;
    if (!location_there(ctx, location, &there, err)) return false;
    return there || err_set(err, &ERR_FIELD_INVALID, "location", "there is no such location");
}

bool credit_give(Ctx *ctx, const StoreCreditInput *request, CustomerAccounts *reply, Error *err)
{
    AccountEventPutIn in  = { ctx->who.merchant, ctx_new_id(ctx), request->id,         STR("store_credit"),
                              request->currency, request->amount, STR("credit_given"), request->reason,
                              ctx->who.api_key,  ctx->now_ms };
    LedgerDoc         doc = { in.id, request->currency, 0, request->location };
    LedgerSide        credit = { STR("store_credit"), request->id };
    if (!check_there(ctx, request->location, err) || !currency_check(request->currency, "currency", err))
        return false;
    if (request->amount == 0) return err_set(err, &ERR_FIELD_INVALID, "amount", "must not be zero");
    if (!(request->amount > 0 ? credit_add(ctx, request->id, request->currency, request->amount, err)
                              : credit_take(ctx, request->id, request->currency, -request->amount, err)))
        return false;
    return q_account_event_put_exec(ctx->tx, &in, NULL, err)
        && ledger_move(ctx, &doc, (LedgerSide){ .account = STR("credit_given") }, credit, request->amount,
                       STR("store_credit"), err)
        && tell(ctx, &in, err) && credit_show(ctx, &(ById){ request->id }, reply, err);
}

bool credit_limit(Ctx *ctx, const InvoiceLimit *request, CustomerAccounts *reply, Error *err)
{
    CustomerAccountLimitIn in = { ctx->who.merchant, request->id, request->currency, request->most };
    Str detail = str_format(ctx->arena, "%lld %.*s", (long long)request->most, STR_FMT(request->currency));
    if (!detail.ptr) return err_memory(err);
    return currency_check(request->currency, "currency", err)
        && q_customer_account_limit_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("credit.limit"), request->id, detail, err)
        && credit_show(ctx, &(ById){ request->id }, reply, err);
}

bool credit_paid(Ctx *ctx, const InvoicePayment *request, CustomerAccounts *reply, Error *err)
{
    bool cash = str_eq(request->by, STR("cash")), owed = false;
    Str  account = cash ? str_format(ctx->arena, "cash:%.*s", STR_FMT(request->location)) : STR("bank");
    AccountEventPutIn in   = { ctx->who.merchant, ctx_new_id(ctx),
                               request->id,       STR("invoice"),
                               request->currency, request->amount,
                               account,           text_or_empty(request->reference),
                               ctx->who.api_key,  ctx->now_ms };
    LedgerDoc         doc  = { in.id, request->currency, 0, request->location };
    LedgerSide        debt = { STR("invoiced"), request->id };
    if (!account.ptr) return err_memory(err);
    if (!check_there(ctx, request->location, err)
        || !credit_owe_less(ctx, request->id, request->currency, request->amount, &owed, err))
        return false;
    if (!owed) return err_set(err, &ERR_INVOICE_OVERPAID, "amount", "is more than what is owed");
    return q_account_event_put_exec(ctx->tx, &in, NULL, err)
        && ledger_move(ctx, &doc, (LedgerSide){ .account = account }, debt, request->amount,
                       STR("invoice_paid"), err)
        && tell(ctx, &in, err) && credit_show(ctx, &(ById){ request->id }, reply, err);
}

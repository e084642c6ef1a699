/* tender_take.c — tenders that are taken at once, and giving them back. See tender_take.h. */
#include "flows/tender_take.h"

#include "flows/give_back_exchange.h"
#include "flows/loyalty.h"
#include "flows/payment_service.h"
#include "flows/sale.h"
#include "flows/till.h"
#include "shop/credit/credit.h"
#include "shop/giftcards/giftcards.h"

#include <assert.h>
#include <stdio.h>

enum { UNDO_FROM = 10 }; /* entries of a payment's document: 1 … when it comes, 11 … when it goes back */

static bool at(Error *err, size_t i, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "tenders[%zu].%s", i, field);
    return false;
}

static bool take_gift_card(Ctx *ctx, const Order *order, const TenderInput *in, Payment *p, Error *err)
{
    GiftCard card;
    if (!giftcards_find(ctx, in->code, in->pin, &card, err)
        || !giftcards_take(ctx, &card, payment_charge(p), order->currency, err))
        return false;
    p->account_of = card.id;
    p->last4      = card.last4;
    return true;
}

static bool take_points(Ctx *ctx, const Order *order, Payment *p, Error *err)
{
    int64_t      points = 0;
    PointsTender tender = { order->customer, p->id, payment_charge(p), order->currency, order->location };
    p->account_of       = order->customer;
    return loyalty_spend(ctx, &tender, &points, err);
}

/* What the balances of customers and cards lose. */
static bool take_from(Ctx *ctx, const Order *order, const TenderInput *in, TenderKind kind, Payment *p,
                      Error *err)
{
    switch (kind) {
    case TENDER_GIFT_CARD: return take_gift_card(ctx, order, in, p, err);
    case TENDER_STORE_CREDIT:
        p->account_of = order->customer;
        return credit_take(ctx, order->customer, order->currency, payment_charge(p), err);
    case TENDER_INVOICE:
        p->account_of = order->customer;
        return credit_owe(ctx, order->customer, order->currency, payment_charge(p), err);
    case TENDER_POINTS: return take_points(ctx, order, p, err);
    case TENDER_CASH:
    case TENDER_CARD:
    case TENDER_VOUCHER:
    case TENDER_BANK_TRANSFER:
    case TENDER_MANUAL_CARD:
    case TENDER_EXCHANGE:
    case TENDER_COUNT: return true;
    }
    return true;
}

static TenderKind kind_of(Str kind)
{
    int n = 0;
    while (n < TENDER_COUNT && !tender_is(kind, (TenderKind)n)) n++;
    assert(n < TENDER_COUNT);
    return (TenderKind)n;
}

bool tender_take(Ctx *ctx, const Order *order, const TenderInput *in, size_t i, Payment *p, Error *err)
{
    TenderKind       kind = kind_of(p->kind);
    const TenderRow *row  = tender_row(kind);
    p->order              = order->id;
    p->id                 = ctx_new_id(ctx);
    if (kind == TENDER_CARD && !payment_service_route(ctx, order, p, in->token, &p->service, err))
        return at(err, i, "token");
    if (kind == TENDER_MANUAL_CARD) p->service = STR("manual");
    p->account = kind == TENDER_CASH ? sale_cash_account(ctx->arena, order->location)
               : p->service.len      ? str_format(ctx->arena, "%s:%.*s", row->account, STR_FMT(p->service))
                                     : str_from(row->account);
    if (!p->account.ptr) return err_memory(err);
    if (take_from(ctx, order, in, kind, p, err)) return true;
    return at(err, i, row->needs == NEEDS_CODE ? "code" : "kind");
}

bool tender_give_back(Ctx *ctx, const Order *order, const Payment *p, int64_t amount, Error *err)
{
    bool     owed   = false;
    int64_t  points = 0;
    GiftCard card;
    switch (kind_of(p->kind)) {
    case TENDER_GIFT_CARD: /* its time does not grow by it */
        return giftcards_get(ctx, p->account_of, &card, err)
            && giftcards_add(ctx, p->account_of, amount, opt_or(card.expires_at, 0), err);
    case TENDER_STORE_CREDIT: return credit_add(ctx, p->account_of, order->currency, amount, err);
    case TENDER_INVOICE:
        if (!credit_owe_less(ctx, p->account_of, order->currency, amount, &owed, err)) return false;
        return owed
            || err_set(err, &ERR_REFUND_TO, "refund_to", "the invoice is paid: say where the money goes");
    case TENDER_POINTS: return loyalty_unspend(ctx, p->id, amount, order->location, &points, err);
    case TENDER_EXCHANGE: return give_back_exchange_undo(ctx, order->id, err);
    case TENDER_CASH:
    case TENDER_CARD:
    case TENDER_VOUCHER:
    case TENDER_BANK_TRANSFER:
    case TENDER_MANUAL_CARD:
    case TENDER_COUNT: return true;
    }
    return true;
}

/* --- the books --- */

/* From its account to `to`: the amount; and what came on top. Foreign cash goes through `exchange`: it is
 * worth what it was taken for, and change is ours. */
static bool book(Ctx *ctx, const Order *order, const Payment *p, LedgerDoc *doc, LedgerSide to,
                 int64_t sign, Error *err)
{
    LedgerSide from = { p->account, p->account_of };
    LedgerDoc  own  = *doc;
    if (p->on_shipment) from = (LedgerSide){ .account = STR("card_held") };
    if (p->coin.len) {
        LedgerSide exchange = { .account = STR("exchange") };
        own.currency        = p->coin;
        if (!ledger_move(ctx, &own, from, exchange, sign * p->coins, STR("foreign_cash"), err))
            return false;
        doc->n = own.n;
        if (!ledger_move(ctx, doc, exchange, from, sign * p->change, STR("change"), err)) return false;
        from = exchange;
    }
    return ledger_move(ctx, doc, from, to, sign * p->amount, STR("tender"), err)
        && ledger_move(ctx, doc, from, (LedgerSide){ .account = STR("tips") }, sign * p->tip, STR("tip"),
                       err)
        && ledger_move(ctx, doc, from, (LedgerSide){ .account = STR("surcharge") }, sign * p->surcharge,
                       STR("surcharge"), err)
        && till_note_payment(ctx, order, p, sign, err);
}

bool tender_deposit(Ctx *ctx, const Order *order, Payment *p, Error *err)
{
    LedgerDoc doc = { p->id, order->currency, 0, order->location };
    assert(!p->deposited);
    p->deposited = true;
    return book(ctx, order, p, &doc, (LedgerSide){ STR("deposits"), order->id }, 1, err);
}

bool tender_undeposit(Ctx *ctx, const Order *order, Payment *p, Error *err)
{
    LedgerDoc doc = { p->id, order->currency, UNDO_FROM, order->location };
    assert(p->deposited);
    p->deposited = false;
    return book(ctx, order, p, &doc, (LedgerSide){ STR("deposits"), order->id }, -1, err);
}

bool tender_post(Ctx *ctx, const Order *order, const Payment *p, LedgerDoc *doc, Error *err)
{
    LedgerSide receivable = { .account = STR("receivable") };
    if (p->deposited)
        return ledger_move(ctx, doc, (LedgerSide){ STR("deposits"), order->id }, receivable, p->amount,
                           STR("tender"), err);
    return book(ctx, order, p, doc, receivable, 1, err);
}

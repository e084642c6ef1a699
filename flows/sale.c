/* sale.c — what every sale ends with. See sale.h. */
#include "flows/sale.h"

#include "all_sql.h"
#include "core/tender.h"
#include "core/account.h"
#include "flows/loyalty.h"
#include "flows/gift.h"
#include "flows/tender_take.h"
#include "flows/till.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/ledger/ledger.h"

Str sale_cash_account(Arena *arena, Str location)
{
    return account_name(arena, "cash", location);
}

static bool post_taxes(Ctx *ctx, LedgerDoc *doc, const Order *order, Error *err)
{
    for (size_t i = 0; i < order->taxes.count; i++) {
        const TaxLine *tax     = &order->taxes.items[i];
        Str            account = str_format(ctx->arena, "tax:%.*s", STR_FMT(tax->name));
        if (!account.ptr) return err_memory(err);
        if (!ledger_post(ctx, doc, STR("receivable"), account, tax->amount, STR("tax"), err)) return false;
    }
    return true;
}

bool sale_post(Ctx *ctx, const Order *order, const Payment *payments, size_t count, Error *err)
{
    LedgerDoc doc = { order->id, order->currency, 0, order->location };
    if (!ledger_post(ctx, &doc, STR("receivable"), STR("sales"), order->net, STR("sale"), err)) return false;
    if (!post_taxes(ctx, &doc, order, err)) return false;
    if (!ledger_post(ctx, &doc, STR("receivable"), STR("cash_rounding"), order->cash_rounding,
                     STR("rounding"), err))
        return false;
    if (!gift_fill(ctx, order, &doc, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(payments[i].state, STR("captured"))
            && !tender_post(ctx, order, &payments[i], &doc, err))
            return false;
    return till_note_sale(ctx, order, payments, count, err) && loyalty_earn_order(ctx, order, err);
}

bool sale_tell(Ctx *ctx, const EventDef *event, Str action, const Order *order, Error *err)
{
    Buf body = buf_make(ctx->arena, 256);
    Str id   = id_text(ctx->arena, order->id);
    buf_format(&body, "{\"id\":\"%.*s\",\"receipt_number\":", STR_FMT(id));
    buf_json_string(&body, order->receipt_number);
    buf_add(&body, STR(",\"location\":"));
    buf_json_string(&body, order->location);
    buf_add(&body, STR(",\"channel\":"));
    buf_json_string(&body, order->channel);
    buf_format(&body, ",\"state\":\"%.*s\",\"currency\":\"%.*s\",\"total\":%lld}", STR_FMT(order->state),
               STR_FMT(order->currency), (long long)order->total);
    Str detail = str_format(ctx->arena, "%.*s %lld %.*s", STR_FMT(order->receipt_number),
                            (long long)order->total, STR_FMT(order->currency));
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, order->id, detail, err)
        && events_put(ctx, event, order->id, buf_str(&body), err);
}

bool sale_post_refund(Ctx *ctx, const Refund *refund, const Return *doc, Error *err)
{
    LedgerDoc  ledger = { refund->id, doc->currency, 0, doc->location };
    LedgerSide from   = { refund->account, refund->account_of };
    return ledger_move(ctx, &ledger, (LedgerSide){ .account = STR("receivable") }, from, refund->amount,
                       STR("refund"), err)
        && till_note_refund(ctx, refund, doc, err);
}

/* Of a card that is only authorised: what the service holds of it is not ours yet. */
static Str shown_state(const Payment *p)
{
    if (!p->on_shipment || !str_eq(p->state, STR("captured"))) return p->state;
    if (str_eq(p->hold_state, STR("expired"))) return p->hold_state;
    bool held = str_eq(p->hold_state, STR("open")) || str_eq(p->hold_state, STR("wanted"));
    return held ? STR("held") : p->state;
}

bool sale_show_payments(Arena *arena, const Payment *payments, size_t count, Order *order, Error *err)
{
    order->payments.items = arena_array(arena, OrderPayment, count + 1);
    if (!order->payments.items) return err_memory(err);
    order->payments.count = count;
    order->change         = 0;
    int64_t paid          = 0;
    for (size_t i = 0; i < count; i++) {
        const Payment *p    = &payments[i];
        bool           cash = str_eq(p->kind, STR("cash"));
        bool           given = str_eq(p->state, STR("declined")) || str_eq(p->state, STR("reversed"))
                  || str_eq(p->state, STR("reversing"));
        order->change += given ? 0 : p->change;
        paid += given ? 0 : p->amount;
        order->payments.items[i] = (OrderPayment){
            .n          = p->n,
            .id         = p->id,
            .kind       = p->kind,
            .state      = shown_state(p),
            .amount     = p->amount,
            .tendered   = cash ? p->tendered : OPT_NONE,
            .change     = cash ? p->change : OPT_NONE,
            .refunded   = p->refunded,
            .reference  = text_or_none(p->reference),
            .brand      = text_or_none(p->brand),
            .last4      = text_or_none(p->last4),
            .reason     = text_or_none(p->reason),
            .tip        = p->tip ? p->tip : OPT_NONE,
            .surcharge  = p->surcharge ? p->surcharge : OPT_NONE,
            .currency   = text_or_none(p->coin),
            .coins      = p->coin.len ? p->coins : OPT_NONE,
            .service    = text_or_none(p->service),
            .captured   = p->on_shipment ? p->captured : OPT_NONE,
            .released   = p->on_shipment ? p->released : OPT_NONE,
            .owed       = p->on_shipment ? p->failed - p->forgiven : OPT_NONE,
            .held_until = p->on_shipment && p->expires_at_ms ? p->expires_at_ms : OPT_NONE
        };
    }
    bool waits    = str_eq(order->state, STR("placed")) && order->pay_by != OPT_NONE;
    order->to_pay = waits ? order->total + order->gift_cards + order->cash_rounding - paid : 0;
    return true;
}

bool sale_show_deliveries(Ctx *ctx, Order *order, Error *err)
{
    FulfilmentsBriefRow *rows  = NULL;
    size_t               count = 0;
    FulfilmentsBriefIn   in    = { ctx->who.merchant, order->id };
    if (!q_fulfilments_brief_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    order->fulfilments.items = arena_array(ctx->arena, OrderFulfilment, count + 1);
    if (!order->fulfilments.items) return err_memory(err);
    order->fulfilments.count = count;
    for (size_t i = 0; i < count; i++)
        order->fulfilments.items[i] = (OrderFulfilment){ .id          = rows[i].id,
                                                         .delivery    = rows[i].delivery,
                                                         .method      = rows[i].method,
                                                         .location    = rows[i].location,
                                                         .store       = text_or_none(rows[i].store),
                                                         .state       = rows[i].state,
                                                         .promised_at = rows[i].promised_at_ms
                                                                          ? rows[i].promised_at_ms
                                                                          : OPT_NONE };
    return true;
}

static bool show_loads(Ctx *ctx, Order *order, Error *err)
{
    GiftCardLoad *loads = NULL;
    size_t        count = 0;
    if (order->gift_cards == 0) return true;
    if (!giftcards_order_of(ctx, order->id, &loads, &count, err)) return false;
    order->loads.items = arena_array(ctx->arena, OrderGiftCard, count + 1);
    if (!order->loads.items) return err_memory(err);
    order->loads.count = count;
    for (size_t i = 0; i < count; i++)
        order->loads.items[i] = (OrderGiftCard){ loads[i].card, loads[i].last4, loads[i].amount };
    return true;
}

bool sale_show_rest(Ctx *ctx, Order *order, Error *err)
{
    bool exchange = id_is_none(order->exchange) && order->payments.count > 0
                 && tender_is(order->payments.items[0].kind, TENDER_EXCHANGE);
    return show_loads(ctx, order, err)
        && (!exchange || returns_exchange_for(ctx, order->id, &order->exchange, err));
}

bool sale_get(Ctx *ctx, Id id, Order *out, Error *err)
{
    Payment *payments = NULL;
    size_t   count    = 0;
    return orders_get(ctx, id, out, err) && payments_of(ctx, id, &payments, &count, err)
        && sale_show_payments(ctx->arena, payments, count, out, err) && sale_show_deliveries(ctx, out, err)
        && sale_show_rest(ctx, out, err);
}

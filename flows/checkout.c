/* checkout.c — turns a basket into an order: price it, take or claim the stock, take the money.
 * Cash: one transaction; the order is paid with its stock sold, or nothing happened.
 * Card: the same transaction leaves the order placed, its stock claimed and its payments pending; the
 * card is charged after it (flows/pay.c). After a crash at any line the jobs finish the sale or undo it. */
#include "flows/availability.h"
#include "flows/basket.h"
#include "flows/deliver.h"
#include "flows/gift.h"
#include "flows/give_back_exchange.h"
#include "flows/goods.h"
#include "flows/pay.h"
#include "flows/sale.h"
#include "flows/tenders.h"
#include "shop/campaigns/campaigns.h"
#include "shop/settings/settings.h"
#include "shop/tax/tax.h"

enum { DAY_MS = 86400000 };

typedef struct {
    const CheckoutRequest *request;
    Order                 *order;
    BasketAsk              ask;
    Basket                 basket;
    Priced                 priced;
    TenderPlan             tenders;
    GiftCardLoad          *loads;
    bool                   waits; /* it is not paid in this transaction */
    GoodsSale              goods;
    Id                     approved_by; /* or none */
    Return                 back;        /* of goods that pay for these … */
    int64_t                exchanged;   /* … so much */
} Sale;

static BasketAsk ask_of(const CheckoutRequest *request)
{
    const TenderInput *only = request->tenders.count == 1 ? request->tenders.items : NULL;
    return (BasketAsk){ .location   = request->location,
                        .channel    = request->channel,
                        .customer   = request->customer,
                        .lines      = request->lines.items,
                        .line_count = request->lines.count,
                        .coupons    = request->coupons,
                        .shipping   = request->shipping,
                        .ship_to    = request->ship_to,
                        .deliveries = { request->deliveries.items, request->deliveries.count },
                        .manual     = request->manual,
                        .tender     = only ? only->kind : STR_NONE };
}

/* What goods that came back pay is the first tender. */
static bool put_exchanged(Sale *sale, Error *err)
{
    static const TenderInput exchange = { .amount = OPT_NONE, .tendered = OPT_NONE, .tip = OPT_NONE };
    TenderPlan              *plan     = &sale->tenders;
    if (plan->count == TENDERS_MAX)
        return err_set(err, &ERR_TENDER_INVALID, "tenders", "with an exchange %d are the most",
                       TENDERS_MAX - 1);
    for (size_t i = plan->count; i > 0; i--) {
        plan->items[i]  = plan->items[i - 1];
        plan->inputs[i] = plan->inputs[i - 1];
    }
    plan->items[0]  = (Payment){ .n         = 1,
                                 .kind      = STR("exchange"),
                                 .amount    = sale->exchanged,
                                 .rounding  = plan->count == 0 ? plan->cash_rounding : 0,
                                 .reference = sale->back.receipt_number };
    plan->inputs[0] = &exchange;
    plan->count++;
    plan->paid += sale->exchanged;
    return true;
}

/* Goods that come back first: they are judged, taken and counted like any others. */
static bool take_exchange(Ctx *ctx, Sale *sale, Error *err)
{
    const CheckoutRequest *request = sale->request;
    int64_t                total   = sale->priced.total + sale->order->gift_cards;
    if (!request->exchange) return true;
    if (request->pay_by != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "pay_by",
                       "what is paid little by little takes no exchange");
    if (!give_back_exchange(ctx, request, sale->basket.in.currency, total, &sale->back, &sale->exchanged,
                            err))
        return false;
    sale->order->exchange = sale->back.id;
    return true;
}

/* What may be paid of it now, and how. */
static bool plan_tenders(Ctx *ctx, Sale *sale, Error *err)
{
    const CheckoutRequest *request = sale->request;
    Order                 *order   = sale->order;
    int64_t                least = 0, days = 0;
    bool                   open  = request->pay_by != OPT_NONE;
    order->location = sale->basket.location->code;
    order->channel  = sale->basket.channel->code;
    order->currency = sale->basket.in.currency;
    order->customer = request->customer;
    order->pay_by   = request->pay_by;
    TenderAsk ask   = { .total = sale->priced.total + order->gift_cards - sale->exchanged,
                        .first = sale->exchanged > 0 ? 2 : 1, .partly = open,
                        .tenders = request->tenders.items, .count = request->tenders.count };
    if (open && (!settings_get(ctx, &SETTING_LAYAWAY_DEPOSIT, &least, err)
                 || !settings_get(ctx, &SETTING_LAYAWAY_DAYS, &days, err)))
        return false;
    if (open && (request->pay_by <= ctx->now_ms || request->pay_by > ctx->now_ms + days * DAY_MS))
        return err_set(err, &ERR_FIELD_INVALID, "pay_by", "must be in the next %lld days", (long long)days);
    if (sale->exchanged > 0 && ask.count == 0
        && money_cash_round(ask.total, sale->basket.channel->cash_step) == 0) { /* an even exchange */
        sale->tenders.cash_rounding = -ask.total;
        return put_exchanged(sale, err);
    }
    if (!pay_plan(ctx, order, &ask, &sale->tenders, err)) return false;
    sale->waits = sale->tenders.waits || sale->tenders.paid < ask.total;
    for (size_t i = 0; open && i < sale->tenders.count; i++)
        if (sale->tenders.items[i].on_shipment)
            return err_set(err, &ERR_TENDER_INVALID, "tenders",
                           "what is paid little by little is taken at once");
    if (!money_scale(ask.total, least, PPM_ONE, ROUND_HALF_UP, &least, err)) return false;
    if (open && sale->tenders.paid < least)
        return err_set(err, &ERR_DEPOSIT_SHORT, "tenders", "at least %lld are to be paid at once",
                       (long long)least);
    return sale->exchanged == 0 || put_exchanged(sale, err);
}

static bool price_it(Ctx *ctx, Sale *sale, Error *err)
{
    const CheckoutRequest *request = sale->request;
    if (!basket_load(ctx, &sale->ask, &sale->basket, err)) return false;
    if (!basket_price(ctx, &sale->basket, false, &sale->priced, err)
        || !gift_plan(ctx, request, sale->basket.in.currency, &sale->loads, &sale->order->gift_cards, err))
        return false;
    int64_t total = sale->priced.total + sale->order->gift_cards;
    if (request->expected_total == OPT_NONE || request->expected_total == total) return true;
    (void)err_set(err, &ERR_TOTAL_MISMATCH, "expected_total", "the total is %lld", (long long)total);
    err->extra = str_format(ctx->arena, "\"total\":%lld", (long long)total);
    return false;
}

/* What the cart holds is free for its own order, and for nobody else: the levels stay locked. */
static bool use_hold(Ctx *ctx, const CheckoutRequest *request, Id order, Error *err)
{
    return id_is_none(request->hold)
        || availability_hold_use(ctx, request->hold, request->channel, order, err);
}

/* The goods of the lines that are taken along leave, or are held until the card is charged. */
static bool take_goods(Ctx *ctx, Sale *sale, Id order, Error *err)
{
    const Basket *basket = &sale->basket;
    size_t        count  = basket->in.lines.count, along = 0;
    GoodsLine    *lines  = arena_array(ctx->arena, GoodsLine, count);
    const Availability *of = NULL;
    if (!lines) return err_memory(err);
    if (!availability_open(ctx, basket->channel->code, &of, err)) return false;
    for (size_t i = 0; i < count; i++) {
        const BasketLine *line = &sale->request->lines.items[i];
        if (line->delivery.len) continue;
        lines[along++] = (GoodsLine){ .item = basket->items[i], .qty = basket->in.lines.items[i].quantity,
                                .line = i, .lot = line->lot, .expired_reason = line->expired_reason,
                                .serials = { line->serials.items, line->serials.count } };
    }
    sale->goods = (GoodsSale){ .order    = order,
                               .location = basket->location->code,
                               .availability = of,
                               .at       = basket->location->code,
                               .lines    = lines,
                               .count    = along };
    return sale->waits ? goods_hold(ctx, &sale->goods, err) : goods_sell(ctx, &sale->goods, err);
}

/* What the discounts need besides the basket: another person's approval, and room in budgets and coupons. */
static bool use_discounts(Ctx *ctx, Sale *sale, Order *order, Error *err)
{
    const Priced *priced  = &sale->priced;
    CartInput    *in      = &sale->basket.in;
    Str           subject = STR_NONE;
    if (priced->needs_approval
        && (!basket_subject(ctx, &sale->ask, &subject, err)
            || !approvals_use(ctx,
                              &(ApprovalUse){ APPROVAL_DISCOUNT, sale->request->approval, subject,
                                              basket_by_hand(priced), order->id },
                              &sale->approved_by, err)))
        return false;
    order->promotions.items = priced->uses.items;
    order->promotions.count = priced->uses.count;
    return campaigns_use(ctx, order->id, sale->ask.customer, priced->uses.items, priced->uses.count, err)
        && tax_keep_exemptions(ctx, order->id, in->exemptions.items, in->exemptions.count, err);
}

static bool put_order(Ctx *ctx, const Sale *sale, Order *order, Error *err)
{
    const CheckoutRequest *request = sale->request;
    order->location           = sale->basket.location->code;
    order->channel            = sale->basket.channel->code;
    order->customer           = request->customer;
    order->ref                = request->ref;
    order->note               = request->note;
    order->currency           = sale->basket.in.currency;
    order->prices_include_tax = sale->basket.in.prices_include_tax;
    order->tax_zone           = sale->basket.tax_zone;
    order->tax_source         = tax_source_name(sale->basket.tax_source);
    order->subtotal           = sale->priced.subtotal;
    order->discount           = sale->priced.discount;
    order->fees               = sale->priced.fees;
    order->net                = sale->priced.net;
    order->tax                = sale->priced.tax;
    order->total              = sale->priced.total;
    order->cash_rounding      = sale->tenders.cash_rounding;
    order->pay_by                  = sale->waits ? request->pay_by : OPT_NONE;
    order->made_at            = ctx->now_ms;
    order->state_at           = ctx->now_ms;
    return orders_next_number(ctx, order->location, STR("sale"), &order->number, err)
        && orders_put(ctx, &sale->basket.in, &sale->priced, sale->approved_by, order, err);
}

/* The key was used before and its card was still being charged: tells what became of it. */
static bool tell_settled(Ctx *ctx, Order *reply, Error *err)
{
    if (!sale_get(ctx, ctx->after_id, reply, err)) return false;
    ctx->pending = str_eq(reply->state, STR("placed"));
    return !str_eq(reply->state, STR("cancelled")) || pay_refuse(ctx, reply, err);
}

/* Everything is known: the order, with what it takes and how it is paid. */
static bool put_all(Ctx *ctx, Sale *sale, Order *order, Error *err)
{
    const CheckoutRequest *request = sale->request;
    bool                   waits   = sale->waits;
    return use_hold(ctx, request, order->id, err) && take_goods(ctx, sale, order->id, err)
        && use_discounts(ctx, sale, order, err) && put_order(ctx, sale, order, err)
        && gift_keep(ctx, order->id, sale->loads, request->gift_cards.count, err)
        && goods_keep(ctx, &sale->goods, !waits, order, err)
        && deliver_make(ctx, request, &sale->basket, order, waits, err)
        && (!request->deliveries.count || sale_show_deliveries(ctx, order, err))
        && pay_take(ctx, order, request->shift, &sale->tenders, !waits, err)
        && sale_show_payments(ctx->arena, sale->tenders.items, sale->tenders.count, order, err)
        && sale_show_rest(ctx, order, err);
}

static bool any_card(const TenderPlan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (tender_is(plan->items[i].kind, TENDER_CARD)) return true;
    return false;
}

bool orders_create(Ctx *ctx, const CheckoutRequest *request, Order *reply, Error *err)
{
    Sale sale = { .request = request, .order = reply, .ask = ask_of(request) };
    if (ctx->asking) {
        basket_ask_taxes(ctx, &sale.ask);
        return pay_hear_pins(ctx, request->tenders.items, request->tenders.count, err);
    }
    if (ctx->resume) return tell_settled(ctx, reply, err);
    if (request->lines.count == 0 && request->gift_cards.count == 0)
        return err_set(err, &ERR_FIELD_INVALID, "lines", "something must be sold");
    if (!deliver_check(&sale.ask, err) || !price_it(ctx, &sale, err) || !take_exchange(ctx, &sale, err)
        || !plan_tenders(ctx, &sale, err))
        return false;
    reply->id    = ctx_new_id(ctx);
    reply->state = sale.waits ? STR("placed") : STR("paid");
    if (!put_all(ctx, &sale, reply, err)) return false;
    if (request->exchange && !returns_exchange_put(ctx, sale.back.id, reply->id, sale.exchanged, err))
        return false;
    if (sale.waits)
        return sale_tell(ctx, &EVENT_ORDER_PLACED, STR("order.placed"), reply, err)
            && (!any_card(&sale.tenders) || pay_later(ctx, reply->id, &sale.tenders, err));
    return sale_post(ctx, reply, sale.tenders.items, sale.tenders.count, err)
        && sale_tell(ctx, &EVENT_ORDER_PAID, STR("order.paid"), reply, err);
}

/* pay_plan.c — the tenders of an order: planned, taken, written. See pay.h. */
#include "flows/pay.h"

#include "flows/tender_take.h"
#include "flows/till.h"
#include "shop/giftcards/giftcards.h"
#include "shop/locations/locations.h"

static bool any_foreign(const TenderAsk *ask)
{
    for (size_t i = 0; i < ask->count; i++)
        if (ask->tenders[i].currency.len && !str_eq(ask->tenders[i].currency, ask->currency)) return true;
    return false;
}

/* Cash, gift cards, credit and points cost nothing on top. */
static bool any_charged(const TenderAsk *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        Str kind = ask->tenders[i].kind;
        if (tender_is(kind, TENDER_CARD) || tender_is(kind, TENDER_MANUAL_CARD)
            || tender_is(kind, TENDER_INVOICE) || tender_is(kind, TENDER_BANK_TRANSFER))
            return true;
    }
    return false;
}

bool pay_plan(Ctx *ctx, const Order *order, TenderAsk *ask, TenderPlan *plan, Error *err)
{
    ExchangeRateList rates = { { NULL, 0 } };
    SurchargeList    costs = { { NULL, 0 } };
    Channel          channel;
    bool             found = false;
    if (!channels_find(ctx, order->channel, &channel, &found, err)) return false;
    ask->cash_step    = found ? channel.cash_step : 0;
    ask->currency     = order->currency;
    ask->location     = order->location;
    ask->channel      = order->channel;
    ask->has_customer = !id_is_none(order->customer);
    ask->rates        = &rates;
    ask->surcharges   = &costs;
    if (any_foreign(ask) && !exchange_rates_of(ctx, ask->currency, &rates, err)) return false;
    if (any_charged(ask) && !surcharges_of(ctx, &costs, err)) return false;
    return tenders_plan(ask, plan, err);
}

bool pay_take(Ctx *ctx, const Order *order, Id shift, TenderPlan *plan, bool settled, Error *err)
{
    TillShift at;
    int64_t ask_after = 0;
    bool    open      = order->pay_by != OPT_NONE;
    if (!till_of_plan(ctx, order->location, shift, plan, &at, err)) return false;
    if (plan->waits && !pay_first_ask(ctx, &ask_after, err)) return false;
    for (size_t i = 0; i < plan->count; i++) {
        Payment         *p   = &plan->items[i];
        const TenderRow *row = tender_find(p->kind);
        if (!tender_take(ctx, order, plan->inputs[i], i, p, err) || !till_take(ctx, &at, p, settled, err))
            return false;
        /* cash of an order that is paid at once lies on the counter until the card has paid */
        bool there = row->when == TENDER_AT_ONCE && (settled || open || !tender_is(p->kind, TENDER_CASH));
        p->state   = there ? STR("captured") : STR("pending");
        p->next_ask_ms = row->when == TENDER_BY_SERVICE ? ask_after : 0;
        if (there && !settled && !tender_deposit(ctx, order, p, err)) return false;
        if (!payments_put(ctx, p, err)) return false;
    }
    return true;
}

bool pay_hear_pins(Ctx *ctx, const TenderInput *tenders, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++)
        if (tenders[i].code.len && !giftcards_hear(ctx, tenders[i].code, tenders[i].pin, err))
            return false;
    return true;
}

/* tenders.c — how a total is shared among tenders. See tenders.h. */
#include "flows/tenders.h"

#include <assert.h>
#include <stdio.h>

/* One tender on its way. */
typedef struct {
    const TenderAsk   *ask;
    const TenderInput *in;
    const TenderRow   *row;
    size_t             i;
    int64_t            amount; /* of the total, before cash is rounded */
    TenderPlan        *plan;
    Payment           *payment;
} One;

static bool refuse(Error *err, const One *one, const ErrDef *def, const char *field, const char *why)
{
    (void)err_set(err, def, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "tenders[%zu].%s", one->i, field);
    return false;
}

/* What comes with a tender must belong to its kind. */
static bool check_fields(const One *one, Error *err)
{
    const TenderInput *in   = one->in;
    bool               cash = tender_is(in->kind, TENDER_CASH), card = tender_is(in->kind, TENDER_CARD);
    const ErrDef      *no   = &ERR_TENDER_INVALID;
    TenderNeeds        need = one->row->needs;
    if (need == NEEDS_INSIDE) return refuse(err, one, no, "kind", "is made by the program only");
    if (!cash && in->tendered != OPT_NONE)
        return refuse(err, one, no, "tendered", "is for cash only: nothing else gives change");
    if (!cash && in->currency.len) return refuse(err, one, no, "currency", "is for cash only");
    if (!card && in->capture.len)
        return refuse(err, one, no, "capture", "is for cards only: the rest is taken at once");
    if (!card && in->token.len) return refuse(err, one, no, "token", "is for cards only");
    if (need == NEEDS_TOKEN && !in->token.len)
        return refuse(err, one, no, "token", "a card needs the token of the terminal");
    if (need != NEEDS_CODE && (in->code.len || in->pin.len))
        return refuse(err, one, no, "code", "is for gift cards only");
    if (need == NEEDS_CODE && !in->code.len)
        return refuse(err, one, no, "code", "a gift card needs its code");
    if (need == NEEDS_CUSTOMER && !one->ask->has_customer)
        return refuse(err, one, no, "kind", "needs the customer of the order");
    if (need == NEEDS_REFERENCE && !in->reference.len)
        return refuse(err, one, no, "reference", "is needed: the number on the slip or voucher");
    if (in->capture.len && str_eq(in->capture, STR("on_shipment")) && opt_or(in->tip, 0) > 0)
        return refuse(err, one, no, "tip", "a card that is charged on shipment takes none");
    return true;
}

/* What the tender pays of the total. */
static bool share(One *one, int64_t left, Error *err)
{
    const TenderAsk *ask  = one->ask;
    bool             last = one->i + 1 == ask->count;
    if (one->in->amount == OPT_NONE && !last)
        return refuse(err, one, &ERR_TENDER_INVALID, "amount",
                      "only the last tender may leave its amount open");
    one->amount = opt_or(one->in->amount, left);
    if (one->amount > left)
        return refuse(err, one, &ERR_TENDER_SUM, "amount", "is more than what is left to pay");
    if (last && !ask->partly && one->amount != left)
        return refuse(err, one, &ERR_TENDER_SUM, "amount", "the tenders add up to less than the total");
    return true;
}

static const ExchangeRate *rate_of(const ExchangeRateList *rates, Str currency, Str coin)
{
    for (size_t i = 0; rates && i < rates->items.count; i++)
        if (str_eq(rates->items.items[i].currency, currency) && str_eq(rates->items.items[i].coin, coin))
            return &rates->items.items[i];
    return NULL;
}

/* Foreign cash: what it is worth, down to our smallest coin; absent: as much as is needed. */
static bool foreign(One *one, int64_t due, Error *err)
{
    const ExchangeRate *rate = rate_of(one->ask->rates, one->ask->currency, one->in->currency);
    Payment            *p    = one->payment;
    int64_t             step = one->ask->cash_step > 0 ? one->ask->cash_step : 1;
    if (!rate)
        return refuse(err, one, &ERR_NO_EXCHANGE_RATE, "currency", "there is no exchange rate for it");
    p->coin  = one->in->currency;
    p->coins = one->in->tendered;
    if (p->coins == OPT_NONE && !money_scale(due, rate->coins, rate->worth, ROUND_UP, &p->coins, err))
        return false;
    if (!money_scale(p->coins, rate->worth, rate->coins, ROUND_DOWN, &p->tendered, err)) return false;
    if (one->in->tendered == OPT_NONE) p->tendered = due; /* exactly */
    else p->tendered -= p->tendered % step;
    return true;
}

static bool plan_cash(One *one, Error *err)
{
    Payment *p  = one->payment;
    p->amount   = money_cash_round(one->amount, one->ask->cash_step);
    p->rounding = p->amount - one->amount;
    one->plan->cash_rounding += p->rounding;
    int64_t due = p->amount + p->tip;
    if (one->in->currency.len && !str_eq(one->in->currency, one->ask->currency)) {
        if (!foreign(one, due, err)) return false;
    } else {
        p->tendered = opt_or(one->in->tendered, due);
    }
    p->change = p->tendered - due;
    return p->change >= 0 || refuse(err, one, &ERR_TENDER_SUM, "tendered", "is less than the amount");
}

/* How narrow a surcharge is, or -1 when it is not for this tender. */
static int narrow(const One *one, const Surcharge *s)
{
    const TenderAsk *ask = one->ask;
    if (!str_eq(s->kind, one->in->kind) || (s->brand.len && !str_eq(s->brand, one->in->brand))
        || (s->location.len && !str_eq(s->location, ask->location))
        || (s->channel.len && !str_eq(s->channel, ask->channel)))
        return -1;
    return (s->brand.len > 0) * 4 + (s->location.len > 0) * 2 + (s->channel.len > 0);
}

static bool surcharge(One *one, int64_t *out, Error *err)
{
    const SurchargeList *all  = one->ask->surcharges;
    const Surcharge     *best = NULL;
    *out                      = 0;
    for (size_t i = 0; all && i < all->items.count; i++)
        if (narrow(one, &all->items.items[i]) > (best ? narrow(one, best) : -1))
            best = &all->items.items[i];
    if (!best) return true;
    if (!money_scale(one->amount, best->rate, 1000000, ROUND_HALF_UP, out, err)) return false;
    *out += best->amount;
    if (best->most != OPT_NONE && *out > best->most) *out = best->most;
    return true;
}

static bool plan_other(One *one, Error *err)
{
    Payment *p = one->payment;
    if (one->amount <= 0)
        return refuse(err, one, &ERR_TENDER_INVALID, "amount", "must pay more than nothing");
    p->amount      = one->amount;
    p->reference   = text_or_empty(one->in->reference);
    p->brand       = text_or_empty(one->in->brand);
    p->last4       = text_or_empty(one->in->last4);
    p->on_shipment = str_eq(one->in->capture, STR("on_shipment"));
    p->hold_state  = p->on_shipment ? STR("wanted") : STR("");
    return p->on_shipment || surcharge(one, &p->surcharge, err);
}

static bool plan_one(One *one, int64_t left, Error *err)
{
    one->row = tender_find(one->in->kind);
    if (!one->row) return refuse(err, one, &ERR_TENDER_INVALID, "kind", "there is no such tender");
    if (!check_fields(one, err) || !share(one, left, err)) return false;
    *one->payment    = (Payment){ .n    = one->ask->first + (int64_t)one->i,
                                  .kind = one->in->kind,
                                  .tip  = opt_or(one->in->tip, 0) };
    one->plan->waits = one->plan->waits || one->row->when != TENDER_AT_ONCE;
    return tender_is(one->in->kind, TENDER_CASH) ? plan_cash(one, err) : plan_other(one, err);
}

bool tenders_plan(const TenderAsk *ask, TenderPlan *out, Error *err)
{
    int64_t left = ask->total;
    *out         = (TenderPlan){ .count = ask->count };
    assert(ask->count <= TENDERS_MAX && ask->first >= 1);
    if (ask->count == 0 && !ask->partly)
        return err_set(err, &ERR_TENDER_SUM, "tenders", "are needed: how it is paid");
    for (size_t i = 0; i < ask->count; i++) {
        One one = { .ask = ask, .in = &ask->tenders[i], .i = i, .plan = out, .payment = &out->items[i] };
        if (!plan_one(&one, left, err)) return false;
        out->inputs[i] = one.in;
        left -= one.amount;
        out->paid += one.amount;
    }
    assert(left >= 0 && (ask->partly || left == 0));
    return true;
}

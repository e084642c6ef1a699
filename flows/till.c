/* till.c — what is sold and given back at tills. See till.h. */
#include "flows/till.h"

/* Tenders that lie in a drawer. */
static bool lies_there(Str kind)
{
    return tender_is(kind, TENDER_CASH) || tender_is(kind, TENDER_VOUCHER)
        || tender_is(kind, TENDER_MANUAL_CARD);
}

bool till_of_plan(Ctx *ctx, Str location, Id named, const TenderPlan *plan, TillShift *out, Error *err)
{
    bool there = false;
    for (size_t i = 0; i < plan->count; i++) there = there || lies_there(plan->items[i].kind);
    return tills_shift(ctx, location, named, there, out, err);
}

bool till_take(Ctx *ctx, const TillShift *shift, Payment *p, bool settled, Error *err)
{
    p->shift       = shift->id;
    p->shift_known = true;
    if (id_is_none(shift->id)) return true;
    if (tender_is(p->kind, TENDER_CASH)) p->account_of = shift->id;
    return settled || tills_remember(ctx, p->id, shift->id, err);
}

/* The shift of a payment; what was taken in this transaction knows it. */
static bool shift_of(Ctx *ctx, const Payment *p, Str location, TillShift *out, Error *err)
{
    if (!p->shift_known) return tills_remembered(ctx, p->id, out, err);
    *out = (TillShift){ p->shift, location, false };
    return true;
}

bool till_note_payment(Ctx *ctx, const Order *order, const Payment *p, int64_t sign, Error *err)
{
    TillShift  at     = { .location = STR_NONE };
    TillTender tender = { .id       = p->id,
                          .document = order->id,
                          .kind     = p->kind,
                          .currency = order->currency,
                          .amount   = sign * payment_charge(p),
                          .tip      = sign * p->tip,
                          .undone   = sign < 0,
                          .coin     = text_or_empty(p->coin),
                          .coins    = sign * p->coins,
                          .change   = sign * p->change };
    return shift_of(ctx, p, order->location, &at, err) && tills_note_tender(ctx, &at, &tender, err);
}

static int64_t by_hand(const Order *order)
{
    int64_t count = order->manual ? 1 : 0;
    for (size_t i = 0; i < order->lines.count; i++) count += order->lines.items[i].manual != NULL;
    return count;
}

bool till_note_sale(Ctx *ctx, const Order *order, const Payment *payments, size_t count, Error *err)
{
    TillShift at    = { .location = STR_NONE };
    TillTax  *taxes = NULL;
    for (size_t i = count; i > 0 && id_is_none(at.id); i--)
        if (str_eq(payments[i - 1].state, STR("captured"))
            && !shift_of(ctx, &payments[i - 1], order->location, &at, err))
            return false;
    if (id_is_none(at.id)) return true;
    taxes = arena_array(ctx->arena, TillTax, order->taxes.count + 1);
    if (!taxes) return err_memory(err);
    for (size_t i = 0; i < order->taxes.count; i++) {
        const TaxLine *t = &order->taxes.items[i];
        taxes[i]         = (TillTax){ t->name, t->rate, t->base, t->amount };
    }
    TillSale sale = { .document = order->id,
                      .number   = order->number,
                      .currency = order->currency,
                      .gross = (order->prices_include_tax ? order->total : order->net) + order->discount,
                      .discount   = order->discount,
                      .net        = order->net,
                      .tax        = order->tax,
                      .rounding   = order->cash_rounding,
                      .gift_cards = order->gift_cards,
                      .overrides  = by_hand(order),
                      .taxes      = taxes,
                      .tax_count  = order->taxes.count };
    return tills_note_sale(ctx, &at, &sale, err);
}

/* --- what comes back --- */

void till_tax_add(TillTaxes *taxes, Str name, int64_t base, int64_t amount)
{
    size_t i = 0;
    while (i < taxes->count && !str_eq(taxes->items[i].name, name)) i++;
    if (i == CART_RATES_MAX) return;
    if (i == taxes->count) taxes->items[taxes->count++] = (TillTax){ .name = name };
    taxes->items[i].base += base;
    taxes->items[i].amount += amount;
}

bool till_note_return(Ctx *ctx, const TillShift *shift, const Return *doc, const Order *sold,
                      TillTaxes *taxes, Error *err)
{
    for (size_t i = 0; i < taxes->count; i++)
        for (size_t k = 0; k < sold->taxes.count; k++)
            if (str_eq(sold->taxes.items[k].name, taxes->items[i].name))
                taxes->items[i].ppm = sold->taxes.items[k].rate;
    TillSale back = { .document  = doc->id,
                      .is_return = true,
                      .number    = doc->number,
                      .currency  = doc->currency,
                      .gross     = doc->total,
                      .net       = doc->net,
                      .tax       = doc->tax,
                      .rounding  = doc->cash_rounding,
                      .taxes     = taxes->items,
                      .tax_count = taxes->count };
    return tills_note_sale(ctx, shift, &back, err);
}

bool till_note_refund(Ctx *ctx, const Refund *refund, const Return *doc, Error *err)
{
    TillShift  at   = { refund->shift, doc->location, false };
    TillTender gone = { .id       = refund->id,
                        .document = doc->id,
                        .kind     = refund->kind,
                        .currency = doc->currency,
                        .amount   = -refund->amount,
                        .coin     = STR("") };
    if (str_eq(refund->account, STR("card_held")) || str_eq(refund->account, STR("customer_owes")))
        return true;
    if (!refund->shift_known && !tills_remembered(ctx, refund->id, &at, err)) return false;
    return tills_note_tender(ctx, &at, &gone, err);
}

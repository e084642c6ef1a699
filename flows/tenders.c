/* tenders.c — how a total is shared among tenders. See tenders.h. */
#include "flows/tenders.h"

#include <assert.h>
#include <stdio.h>

static bool at_tender(Error *err, const ErrDef *def, size_t i, const char *field, const char *why)
{
    (void)err_set(err, def, "", "%s", why);
    (void)snprintf(err->field, sizeof err->field, "tenders[%zu].%s", i, field);
    return false;
}

/* What the tender pays of the total, before cash is rounded. */
static bool share(int64_t left, const TenderInput *tender, size_t i, bool last, int64_t *amount, Error *err)
{
    if (tender->amount == OPT_NONE && !last)
        return at_tender(err, &ERR_TENDER_INVALID, i, "amount",
                         "only the last tender may leave its amount open");
    *amount = opt_or(tender->amount, left);
    if (*amount > left)
        return at_tender(err, &ERR_TENDER_SUM, i, "amount", "is more than what is left to pay");
    if (last && *amount != left)
        return at_tender(err, &ERR_TENDER_SUM, i, "amount", "the tenders add up to less than the total");
    return true;
}

static bool plan_cash(const TenderInput *tender, size_t i, int64_t amount, int64_t step, TenderPlan *plan,
                      Payment *payment, Error *err)
{
    if (tender->capture.len)
        return at_tender(err, &ERR_TENDER_INVALID, i, "capture", "is for cards only: cash is taken at once");
    if (tender->token.ptr) return at_tender(err, &ERR_TENDER_INVALID, i, "token", "cash has none");
    payment->amount     = money_cash_round(amount, step);
    plan->cash_rounding = payment->amount - amount;
    payment->tendered   = opt_or(tender->tendered, payment->amount);
    payment->change     = payment->tendered - payment->amount;
    if (payment->change >= 0) return true;
    return at_tender(err, &ERR_TENDER_SUM, i, "tendered", "is less than the amount");
}

static bool plan_card(const TenderInput *tender, size_t i, int64_t amount, Payment *payment, Error *err)
{
    if (tender->tendered != OPT_NONE)
        return at_tender(err, &ERR_TENDER_INVALID, i, "tendered", "is for cash only: a card gives no change");
    if (!tender->token.len)
        return at_tender(err, &ERR_TENDER_INVALID, i, "token", "a card needs the token of the terminal");
    if (amount <= 0)
        return at_tender(err, &ERR_TENDER_INVALID, i, "amount", "a card is charged more than nothing");
    payment->amount      = amount;
    payment->on_shipment = str_eq(tender->capture, STR("on_shipment"));
    payment->hold_state  = payment->on_shipment ? STR("wanted") : STR("");
    return true;
}

bool tenders_plan(int64_t total, int64_t cash_step, const TenderInput *tenders, size_t count, TenderPlan *out,
                  Error *err)
{
    int64_t left     = total;
    bool    has_cash = false;
    *out             = (TenderPlan){ .count = count };
    assert(count > 0 && count <= TENDERS_MAX);
    for (size_t i = 0; i < count; i++) {
        bool     cash    = str_eq(tenders[i].kind, STR("cash"));
        int64_t  amount  = 0;
        Payment *payment = &out->items[i];
        *payment = (Payment){ .n = (int64_t)i + 1, .kind = tenders[i].kind, .reference = STR(""),
                              .brand = STR(""), .last4 = STR(""), .reason = STR("") };
        if (cash && has_cash) return at_tender(err, &ERR_TENDER_INVALID, i, "kind", "cash is there twice");
        if (!share(left, &tenders[i], i, i + 1 == count, &amount, err)) return false;
        if (cash ? !plan_cash(&tenders[i], i, amount, cash_step, out, payment, err)
                 : !plan_card(&tenders[i], i, amount, payment, err))
            return false;
        has_cash       = has_cash || cash;
        out->has_card  = out->has_card || !cash;
        out->tokens[i] = tenders[i].token;
        left -= amount;
    }
    assert(left == 0);
    return true;
}

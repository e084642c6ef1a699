/* give_back.h — what every return ends with, also one without receipt: number, document, stock,
 * ledger, event and audit row. */
#ifndef FLOWS_GIVE_BACK_H
#define FLOWS_GIVE_BACK_H

#include "flows/till.h"
#include "shop/returns/returns.h"

/* What goes back of one tax. */
typedef struct {
    Str     name;
    int64_t amount;
} RateTax;

/* What a line of a return needs besides what it shows. */
typedef struct {
    Id             item;
    Str            tax_class; /* its tax goes back to the rates of this class … */
    const RateTax *taxes;     /* … or exactly to these, when the order knows them */
    size_t         tax_count;
    bool           stocked; /* false: nothing comes back to the stock */
    const ReturnLineInput
        *asked; /* what was said of lots, serial numbers and parts; NULL: nothing */
} GiveBackLine;

/* `doc` comes with id, order, location, customer, ref, reason, currency, shipping, cash_rounding, made_at
 * and lines (n, line, sku, quantity, net, tax, total, disposition); number and sums are filled in. `lines`
 * has one more behind the last when doc->shipping is not 0, with `shipping_tax` in it. `tax_zone` and
 * `taxed_at_ms` say which rates the tax goes back to where the order does not. Refunds are the caller's.
 * `taxes` gets what goes back of each rate. */
bool give_back_put(Ctx *ctx, Return *doc, const GiveBackLine *lines, int64_t shipping_tax, Str tax_zone,
                   int64_t taxed_at_ms, TillTaxes *taxes, Error *err) MUST_USE;

/* How a return is made: `judged` by the merchant's rules (what was never delivered, or happened
 * elsewhere, is not); at most `exchange` of its money pays for other goods. */
typedef struct {
    bool    judged;
    int64_t exchange;
} GiveBackHow;

bool give_back_create(Ctx *ctx, const ReturnRequest *request, GiveBackHow how, Return *reply,
                      Error *err) MUST_USE;

#endif

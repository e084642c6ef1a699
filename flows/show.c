/* show.c — an order and its receipt, from all capabilities that know a part of it. */
#include "base/rfc3339.h"
#include "core/receipt.h"
#include "flows/sale.h"
#include "shop/campaigns/campaigns.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"

bool orders_show(Ctx *ctx, const ById *request, Order *reply, Error *err)
{
    return sale_get(ctx, request->id, reply, err)
        && campaigns_used(ctx, request->id, &reply->promotions.items, &reply->promotions.count, err);
}

bool orders_receipt(Ctx *ctx, const ById *request, Receipt *reply, Error *err)
{
    Merchant merchant;
    Location location = { 0 };
    bool     found    = false;
    reply->order      = arena_new(ctx->arena, Order);
    if (!reply->order) return err_memory(err);
    if (!orders_show(ctx, request, reply->order, err) || !identity_merchant(ctx, &merchant, err))
        return false;
    if (!locations_find(ctx, reply->order->location, &location, &found, err)) return false;
    reply->merchant      = merchant.name;
    reply->tax_number    = merchant.tax_number;
    reply->location_name = location.name.len ? location.name : reply->order->location;
    reply->address       = location.address.len ? location.address : merchant.address;
    return true;
}

/* "2026-11-24 13:56" of a time in UTC. */
static Str minute_text(Arena *arena, int64_t unix_ms)
{
    char text[RFC3339_LEN];
    if (!rfc3339_format(unix_ms, text)) return STR("");
    text[10] = ' ';
    return str_dup(arena, (Str){ text, 16 });
}

/* What was taken off a line (OPT_NONE: off the shipping), by what it is called. */
static size_t taken_off(const OrderSteps *steps, int64_t line, ReceiptSum *out)
{
    size_t count = 0;
    for (size_t s = 0; s < steps->steps.count; s++) {
        const PriceStep *step = &steps->steps.items[s];
        bool             off  = str_eq(step->what, STR("promotion")) || str_eq(step->what, STR("manual"));
        if (!off || step->line != line || step->amount == 0) continue;
        size_t at = 0;
        while (at < count && !str_eq(out[at].name, step->text)) at++;
        if (at == count) out[count++] = (ReceiptSum){ .name = step->text };
        out[at].amount += step->amount;
    }
    return count;
}

/* What the kit consists of, serial numbers, lots: what a customer may have to show. */
static bool receipt_notes(Arena *arena, const OrderLine *l, ReceiptLine *out)
{
    Str *notes = arena_array(arena, Str, l->kit.count + l->goods.count + 1);
    if (!notes) return false;
    for (size_t i = 0; i < l->kit.count; i++) {
        const OrderKitPart *p    = &l->kit.items[i];
        notes[out->note_count++] = str_format(arena, "%.*s x %.*s", STR_FMT(qty_text(arena, p->quantity)),
                                              STR_FMT(p->name));
    }
    for (size_t i = 0; i < l->goods.count; i++) {
        const OrderGoods *g      = &l->goods.items[i];
        notes[out->note_count++] = g->serial.len ? str_format(arena, "S/N %.*s", STR_FMT(g->serial))
                                                 : str_format(arena, "Lot %.*s", STR_FMT(g->lot));
    }
    for (size_t i = 0; i < out->note_count; i++)
        if (!notes[i].ptr) return false;
    out->notes = notes;
    return true;
}

static bool receipt_line(Arena *arena, const OrderLine *l, const OrderSteps *steps, ReceiptLine *out,
                         Error *err)
{
    ReceiptSum *changes = arena_array(arena, ReceiptSum, steps->steps.count + l->fee_list.count + 1);
    size_t      count   = 0;
    if (!changes) return err_memory(err);
    *out = (ReceiptLine){ .name       = l->name,
                          .sku        = l->sku,
                          .mark       = l->mark,
                          .qty_milli  = l->quantity,
                          .unit_price = l->unit_price,
                          .discount   = l->discount,
                          .changes    = changes };
    if (!receipt_notes(arena, l, out)) return err_memory(err);
    count = taken_off(steps, l->n - 1, changes);
    for (size_t i = 0; i < count; i++) out->changed_off -= changes[i].amount;
    for (size_t i = 0; i < l->fee_list.count; i++)
        changes[count++] = (ReceiptSum){ .name   = l->fee_list.items[i].name,
                                         .amount = l->fee_list.items[i].amount };
    out->change_count = count;
    return true;
}

static bool receipt_shipping(Arena *arena, const Order *order, const OrderSteps *steps, ReceiptDoc *doc,
                             Error *err)
{
    ReceiptSum *extras = arena_array(arena, ReceiptSum, steps->steps.count + 1);
    doc->extras        = extras;
    doc->saved         = order->discount;
    if (!extras) return err_memory(err);
    if (!order->shipping) return true;
    extras[0]        = (ReceiptSum){ .name = STR("Shipping"), .amount = order->shipping->amount };
    doc->extra_count = 1 + taken_off(steps, OPT_NONE, extras + 1);
    doc->saved += order->shipping->discount;
    return true;
}

static bool receipt_sums(Arena *arena, const Order *order, const OrderSteps *steps, ReceiptDoc *doc,
                         Error *err)
{
    ReceiptLine *lines   = arena_array(arena, ReceiptLine, order->lines.count + 1);
    ReceiptSum  *taxes   = arena_array(arena, ReceiptSum, order->taxes.count + 1);
    ReceiptSum  *tenders = arena_array(arena, ReceiptSum, order->payments.count + 1);
    if (!lines || !taxes || !tenders) return err_memory(err);
    for (size_t i = 0; i < order->lines.count; i++)
        if (!receipt_line(arena, &order->lines.items[i], steps, &lines[i], err)) return false;
    for (size_t i = 0; i < order->taxes.count; i++)
        taxes[i] = (ReceiptSum){ order->taxes.items[i].name, order->taxes.items[i].base,
                                 order->taxes.items[i].amount, order->taxes.items[i].mark };
    for (size_t i = 0; i < order->payments.count; i++) {
        const OrderPayment *p = &order->payments.items[i];
        Str name = p->last4.len ? str_format(arena, "Card %.*s ...%.*s", STR_FMT(p->brand), STR_FMT(p->last4))
                                : str_eq(p->kind, STR("cash")) ? STR("Cash") : STR("Card");
        bool    cash = p->tendered != OPT_NONE;
        tenders[i]   = (ReceiptSum){ .name = name, .amount = cash ? p->tendered : p->amount };
    }
    doc->lines   = lines;
    doc->taxes   = taxes;
    doc->tenders = tenders;
    return receipt_shipping(arena, order, steps, doc, err);
}

bool orders_receipt_text(Ctx *ctx, const ById *request, ReceiptText *reply, Error *err)
{
    Receipt    receipt = { .order = NULL };
    OrderSteps steps   = { { NULL, 0 } };
    if (!orders_receipt(ctx, request, &receipt, err)) return false;
    if ((receipt.order->discount || receipt.order->shipping)
        && !orders_steps(ctx, receipt.order, &steps, err))
        return false;
    const Order *o   = receipt.order;
    ReceiptDoc   doc = { .merchant = receipt.merchant, .address = receipt.address,
                         .tax_number = receipt.tax_number, .location = receipt.location_name,
                         .number = o->receipt_number, .when = minute_text(ctx->arena, o->made_at),
                         .currency = o->currency, .prices_include_tax = o->prices_include_tax,
                         .line_count = o->lines.count, .subtotal = o->subtotal, .discount = o->discount,
                         .net = o->net, .tax = o->tax, .total = o->total, .cash_rounding = o->cash_rounding,
                         .change = o->change, .tax_count = o->taxes.count,
                         .tender_count = o->payments.count };
    return receipt_sums(ctx->arena, o, &steps, &doc, err)
           && receipt_text(ctx->arena, &doc, &reply->text, err);
}

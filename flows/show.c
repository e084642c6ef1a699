/* show.c — an order and its receipt, from all capabilities that know a part of it. */
#include "base/rfc3339.h"
#include "core/receipt.h"
#include "flows/sale.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"

bool orders_show(Ctx *ctx, const ById *request, Order *reply, Error *err)
{
    return sale_get(ctx, request->id, reply, err);
}

bool orders_receipt(Ctx *ctx, const ById *request, Receipt *reply, Error *err)
{
    Merchant merchant;
    Location location = { 0 };
    bool     found    = false;
    reply->order      = arena_new(ctx->arena, Order);
    if (!reply->order) return err_memory(err);
    if (!sale_get(ctx, request->id, reply->order, err) || !identity_merchant(ctx, &merchant, err))
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

static bool receipt_sums(Arena *arena, const Order *order, ReceiptDoc *doc, Error *err)
{
    ReceiptLine *lines   = arena_array(arena, ReceiptLine, order->lines.count + 1);
    ReceiptSum  *taxes   = arena_array(arena, ReceiptSum, order->taxes.count + 1);
    ReceiptSum  *tenders = arena_array(arena, ReceiptSum, order->payments.count + 1);
    if (!lines || !taxes || !tenders) return err_memory(err);
    for (size_t i = 0; i < order->lines.count; i++) {
        const OrderLine *l = &order->lines.items[i];
        lines[i] = (ReceiptLine){ l->name, l->sku, l->quantity, l->unit_price, l->discount };
    }
    for (size_t i = 0; i < order->taxes.count; i++)
        taxes[i] = (ReceiptSum){ order->taxes.items[i].name, order->taxes.items[i].base,
                                 order->taxes.items[i].amount };
    for (size_t i = 0; i < order->payments.count; i++) {
        const OrderPayment *p = &order->payments.items[i];
        Str name = p->last4.len ? str_format(arena, "Card %.*s ...%.*s", STR_FMT(p->brand), STR_FMT(p->last4))
                                : str_eq(p->kind, STR("cash")) ? STR("Cash") : STR("Card");
        bool    cash = p->tendered != OPT_NONE;
        tenders[i]   = (ReceiptSum){ name, 0, cash ? p->tendered : p->amount };
    }
    doc->lines   = lines;
    doc->taxes   = taxes;
    doc->tenders = tenders;
    return true;
}

bool orders_receipt_text(Ctx *ctx, const ById *request, ReceiptText *reply, Error *err)
{
    Receipt receipt = { .order = NULL };
    if (!orders_receipt(ctx, request, &receipt, err)) return false;
    const Order *o   = receipt.order;
    ReceiptDoc   doc = { .merchant = receipt.merchant, .address = receipt.address,
                         .tax_number = receipt.tax_number, .location = receipt.location_name,
                         .number = o->receipt_number, .when = minute_text(ctx->arena, o->made_at),
                         .currency = o->currency, .prices_include_tax = o->prices_include_tax,
                         .line_count = o->lines.count, .subtotal = o->subtotal, .discount = o->discount,
                         .net = o->net, .tax = o->tax, .total = o->total, .cash_rounding = o->cash_rounding,
                         .change = o->change, .tax_count = o->taxes.count,
                         .tender_count = o->payments.count };
    return receipt_sums(ctx->arena, o, &doc, err) && receipt_text(ctx->arena, &doc, &reply->text, err);
}

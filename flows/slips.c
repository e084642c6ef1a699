/* slips.c — from documents to what is printed. See slips.h. */
#include "flows/slips.h"

#include "shop/identity/identity.h"
#include "sys/zone.h"

bool slips_shop(Ctx *ctx, Str location, SlipShop *shop, Location *place, Error *err)
{
    Merchant merchant;
    bool     found = false;
    *place         = (Location){ .code = location };
    if (!identity_merchant(ctx, &merchant, err) || !locations_find(ctx, location, place, &found, err))
        return false;
    shop->merchant   = merchant.name;
    shop->tax_number = merchant.tax_number;
    shop->location   = place->name.len ? place->name : location;
    shop->address    = place->address.len ? place->address : merchant.address;
    return true;
}

int64_t slips_wall(const Location *place, int64_t utc_ms)
{
    Zone *zone = NULL;
    Error err  = { 0 };
    if (utc_ms == OPT_NONE || !place->time_zone.len || !zone_load(place->time_zone, &zone, &err))
        return utc_ms;
    int64_t wall = zone_to_wall(zone, utc_ms);
    zone_free(zone);
    return wall;
}

/* What was taken off a line (OPT_NONE: off the shipping), by what it is called. */
static size_t taken_off(const OrderSteps *steps, int64_t line, SlipSum *out)
{
    size_t count = 0;
    for (size_t s = 0; s < steps->steps.count; s++) {
        const PriceStep *step = &steps->steps.items[s];
        bool             off  = str_eq(step->what, STR("promotion")) || str_eq(step->what, STR("manual"));
        if (!off || step->line != line || step->amount == 0) continue;
        size_t at = 0;
        while (at < count && !str_eq(out[at].name, step->text)) at++;
        if (at == count) out[count++] = (SlipSum){ .name = step->text };
        out[at].amount += step->amount;
    }
    return count;
}

/* What the kit consists of, serial numbers, lots: what a customer may have to show. */
static bool notes_of(Arena *arena, const OrderLine *l, SlipLine *out)
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

static bool line_of(Arena *arena, const OrderLine *l, const OrderSteps *steps, SlipLine *out, Error *err)
{
    SlipSum *changes = arena_array(arena, SlipSum, steps->steps.count + l->fee_list.count + 1);
    size_t   count   = 0;
    if (!changes) return err_memory(err);
    *out = (SlipLine){ .name       = l->name,
                       .sku        = l->sku,
                       .mark       = l->mark,
                       .qty_milli  = l->quantity,
                       .unit_price = l->unit_price,
                       .discount   = l->discount,
                       .total      = l->total,
                       .changes    = changes };
    if (!notes_of(arena, l, out)) return err_memory(err);
    count = taken_off(steps, l->n - 1, changes);
    for (size_t i = 0; i < count; i++) out->changed_off -= changes[i].amount;
    for (size_t i = 0; i < l->fee_list.count; i++)
        changes[count++] = (SlipSum){ .name   = l->fee_list.items[i].name,
                                      .amount = l->fee_list.items[i].amount };
    out->change_count = count;
    return true;
}

static bool shipping_of(Ctx *ctx, const Order *order, const OrderSteps *steps, SlipLanguage language,
                        SlipSale *out, Error *err)
{
    SlipSum *extras = arena_array(ctx->arena, SlipSum, steps->steps.count + 1);
    out->extras     = extras;
    out->saved      = order->discount;
    if (!extras) return err_memory(err);
    if (!order->shipping) return true;
    extras[0]        = (SlipSum){ .name   = slip_word(language, SLIP_WORD_SHIPPING),
                                  .amount = order->shipping->amount };
    out->extra_count = 1 + taken_off(steps, OPT_NONE, extras + 1);
    return money_add(out->saved, order->shipping->discount, &out->saved, err);
}

/* "20.00 USD" of foreign cash. */
static Str foreign(Arena *arena, const OrderPayment *p)
{
    if (!p->currency.len || p->coins == OPT_NONE) return STR("");
    Str text = str_format(arena, "%.*s %.*s", STR_FMT(money_text(arena, p->coins, p->currency)),
                          STR_FMT(p->currency));
    return text.ptr ? text : STR("");
}

/* What is paid beside the total: tips, surcharges, what is put on gift cards. */
static bool beside_of(Ctx *ctx, const Order *order, SlipLanguage language, SlipSale *out, Error *err)
{
    SlipSum *sums      = arena_array(ctx->arena, SlipSum, order->loads.count + 1);
    int64_t  surcharge = 0;
    if (!sums) return err_memory(err);
    for (size_t i = 0; i < order->loads.count; i++) {
        const OrderGiftCard *load = &order->loads.items[i];
        Str card = slip_word(language, SLIP_WORD_GIFT_CARD);
        Str name = str_format(ctx->arena, "%.*s ...%.*s", STR_FMT(card), STR_FMT(load->last4));
        if (!name.ptr) return err_memory(err);
        sums[out->beside_count++] = (SlipSum){ .name = name, .amount = load->amount };
    }
    for (size_t i = 0; i < out->tender_count; i++) {
        if (!money_add(out->tip, out->tenders[i].tip, &out->tip, err)
            || !money_add(surcharge, out->tenders[i].surcharge, &surcharge, err))
            return false;
    }
    if (surcharge)
        sums[out->beside_count++] = (SlipSum){ .name   = slip_word(language, SLIP_WORD_SURCHARGE),
                                               .amount = surcharge };
    out->beside = sums;
    return true;
}

static bool sums_of(Ctx *ctx, const Order *order, SlipSale *out, Error *err)
{
    SlipSum    *taxes   = arena_array(ctx->arena, SlipSum, order->taxes.count + 1);
    SlipTender *tenders = arena_array(ctx->arena, SlipTender, order->payments.count + 1);
    if (!taxes || !tenders) return err_memory(err);
    for (size_t i = 0; i < order->taxes.count; i++) {
        const TaxLine *t = &order->taxes.items[i];
        taxes[i]         = (SlipSum){ t->name, t->base, t->amount, t->mark };
    }
    for (size_t i = 0; i < order->payments.count; i++) {
        const OrderPayment *p = &order->payments.items[i];
        if (str_eq(p->state, STR("declined")) || str_eq(p->state, STR("reversed"))) continue;
        int64_t tip = opt_or(p->tip, 0), surcharge = opt_or(p->surcharge, 0);
        tenders[out->tender_count++] = (SlipTender){
            .kind      = p->kind,
            .brand     = p->brand,
            .last4     = p->last4,
            .detail    = foreign(ctx->arena, p),
            .tip       = tip,
            .surcharge = surcharge,
            .amount    = p->tendered != OPT_NONE ? p->tendered : p->amount + tip + surcharge,
        };
    }
    out->taxes     = taxes;
    out->tax_count = order->taxes.count;
    out->tenders   = tenders;
    return true;
}

bool slips_order(Ctx *ctx, const Order *order, SlipLanguage language, SlipSale *out, Error *err)
{
    OrderSteps steps = { { NULL, 0 } };
    SlipLine  *lines = arena_array(ctx->arena, SlipLine, order->lines.count + 1);
    Location   place;
    *out = (SlipSale){ .kind               = SLIP_OF_SALE,
                       .number             = order->receipt_number,
                       .currency           = order->currency,
                       .prices_include_tax = order->prices_include_tax,
                       .lines              = lines,
                       .line_count         = order->lines.count,
                       .net                = order->net,
                       .total              = order->total,
                       .cash_rounding      = order->cash_rounding,
                       .change             = order->change,
                       .due                = order->to_pay };
    if (!lines) return err_memory(err);
    if (!slips_shop(ctx, order->location, &out->shop, &place, err)) return false;
    out->wall_ms = slips_wall(&place, order->made_at);
    if ((order->discount || order->shipping) && !orders_steps(ctx, order, &steps, err)) return false;
    for (size_t i = 0; i < order->lines.count; i++)
        if (!line_of(ctx->arena, &order->lines.items[i], &steps, &lines[i], err)) return false;
    return shipping_of(ctx, order, &steps, language, out, err) && sums_of(ctx, order, out, err)
        && beside_of(ctx, order, language, out, err);
}

/* --- returns --- */

/* What a line was called on the receipt of the sale; none without receipt. */
static Str name_of(const Order *order, int64_t line)
{
    for (size_t i = 0; i < order->lines.count; i++)
        if (order->lines.items[i].n == line) return order->lines.items[i].name;
    return STR_NONE;
}

static bool goods_of(Arena *arena, const ReturnLine *l, SlipLine *out)
{
    Str *notes = arena_array(arena, Str, l->goods.count + 1);
    if (!notes) return false;
    for (size_t i = 0; i < l->goods.count; i++) {
        const ReturnGoods *g = &l->goods.items[i];
        if (!g->serial.len && !g->lot.len) continue;
        notes[out->note_count] = g->serial.len ? str_format(arena, "S/N %.*s", STR_FMT(g->serial))
                                               : str_format(arena, "Lot %.*s", STR_FMT(g->lot));
        if (!notes[out->note_count++].ptr) return false;
    }
    out->notes = notes;
    return true;
}

static bool refunds_of(Ctx *ctx, const Return *doc, SlipLanguage language, SlipSale *out, Error *err)
{
    SlipTender *tenders = arena_array(ctx->arena, SlipTender, doc->refunds.count + 1);
    SlipSum    *taxes   = arena_array(ctx->arena, SlipSum, 2);
    if (!tenders || !taxes) return err_memory(err);
    for (size_t i = 0; i < doc->refunds.count; i++)
        tenders[i] = (SlipTender){ .kind   = doc->refunds.items[i].kind,
                                   .amount = doc->refunds.items[i].amount };
    if (doc->tax)
        taxes[out->tax_count++] = (SlipSum){ slip_word(language, SLIP_WORD_TAX), doc->net, doc->tax,
                                             STR("") };
    if (doc->shipping) {
        SlipSum *extra = arena_array(ctx->arena, SlipSum, 1);
        if (!extra) return err_memory(err);
        extra[0] = (SlipSum){ .name = slip_word(language, SLIP_WORD_SHIPPING), .amount = -doc->shipping };
        out->extras      = extra;
        out->extra_count = 1;
    }
    out->taxes        = taxes;
    out->tenders      = tenders;
    out->tender_count = doc->refunds.count;
    return true;
}

bool slips_return(Ctx *ctx, const Return *doc, SlipLanguage language, SlipSale *out, Error *err)
{
    Order     order = { .lines = { NULL, 0 } };
    SlipLine *lines = arena_array(ctx->arena, SlipLine, doc->lines.count + 1);
    Location  place;
    *out = (SlipSale){ .kind               = SLIP_OF_RETURN,
                       .number             = doc->receipt_number,
                       .currency           = doc->currency,
                       .prices_include_tax = true, /* totals are what was given back */
                       .lines              = lines,
                       .line_count         = doc->lines.count,
                       .net                = doc->net,
                       .total              = doc->total,
                       .cash_rounding      = doc->cash_rounding };
    if (!lines) return err_memory(err);
    if (!slips_shop(ctx, doc->location, &out->shop, &place, err)) return false;
    if (!id_is_none(doc->order) && !orders_get(ctx, doc->order, &order, err)) return false;
    out->of_number = order.receipt_number;
    out->wall_ms   = slips_wall(&place, doc->made_at);
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *l = &doc->lines.items[i];
        lines[i] = (SlipLine){ .name      = l->line == OPT_NONE ? STR_NONE : name_of(&order, l->line),
                               .sku       = l->sku,
                               .qty_milli = l->quantity,
                               .total     = l->total };
        if (!goods_of(ctx->arena, l, &lines[i])) return err_memory(err);
    }
    return refunds_of(ctx, doc, language, out, err);
}

/* --- goods that are fetched --- */

bool slips_pickup(Ctx *ctx, const FulfilDoc *doc, SlipPickup *out, Location *place, Error *err)
{
    SlipLine *lines = arena_array(ctx->arena, SlipLine, doc->line_count + 1);
    Str       where = doc->store.len ? doc->store : doc->location;
    Order     order;
    *out = (SlipPickup){ .contact = doc->contact.name,
                         .shelf   = doc->shelf,
                         .scan    = id_text(ctx->arena, doc->id),
                         .note    = doc->note,
                         .lines   = lines };
    if (!lines || !out->scan.ptr) return err_memory(err);
    if (!slips_shop(ctx, where, &out->shop, place, err) || !orders_get(ctx, doc->order, &order, err))
        return false;
    out->number   = order.receipt_number;
    out->ready_ms = slips_wall(place, doc->promised_at_ms ? doc->promised_at_ms : OPT_NONE);
    out->until_ms = slips_wall(place, doc->expires_at_ms ? doc->expires_at_ms : OPT_NONE);
    for (size_t i = 0; i < doc->line_count; i++) {
        const FulfilLine *l   = &doc->lines[i];
        int64_t           qty = l->qty - l->moved_on - l->dropped - l->substituted;
        if (qty > 0)
            lines[out->line_count++] = (SlipLine){ .name = l->name, .sku = l->sku, .qty_milli = qty };
    }
    return true;
}

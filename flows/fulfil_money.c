/* fulfil_money.c — the money of what is not delivered as ordered. A sale that was paid by cards, gift
 * cards and the like is given back by a return without goods; where cash was paid, or not all is captured,
 * it is owed and somebody settles it. See fulfil_work.h. */
#include "core/tender.h"
#include "flows/basket.h"
#include "flows/charge.h"
#include "flows/fulfil_work.h"
#include "flows/give_back.h"
#include "flows/sale.h"
#include "shop/locations/locations.h"
#include "shop/returns/returns.h"

/* The order that a fulfilment is of. */
typedef struct {
    const FulfilDoc *doc;
    Order            order;
    SoldLine        *sold;
    size_t           sold_count;
    SoldKitPart     *parts; /* of its kits */
    size_t           part_count;
} Sold;

static bool load(Ctx *ctx, const FulfilDoc *doc, Sold *out, Error *err)
{
    *out = (Sold){ .doc = doc };
    return sale_get(ctx, doc->order, &out->order, err)
        && orders_sold_lines(ctx, doc->order, &out->sold, &out->sold_count, err)
        && orders_kit_parts_of(ctx, doc->order, &out->parts, &out->part_count, err);
}

static const SoldLine *sold_line(const Sold *sold, int64_t n)
{
    for (size_t i = 0; i < sold->sold_count; i++)
        if (sold->sold[i].n == n) return &sold->sold[i];
    return NULL;
}

/* The part of a kit that a line of a fulfilment is; NULL: it is what was ordered. */
static const SoldKitPart *kit_part(const Sold *sold, const FulfilLine *line)
{
    if (line->instead_of) line = &sold->doc->lines[line->instead_of - 1];
    for (size_t i = 0; i < sold->part_count; i++)
        if (sold->parts[i].line == line->order_line && id_eq(sold->parts[i].item, line->item))
            return &sold->parts[i];
    return NULL;
}

/* What so much of a line costs, behind what has been given back of it. */
static bool amount_of(const SoldLine *line, int64_t qty, int64_t *out, Error *err)
{
    int64_t after = 0, left = line->qty - line->returned;
    if (qty > left) qty = left;
    if (!money_scale(line->total, line->returned + qty, line->qty, ROUND_HALF_UP, &after, err))
        return false;
    *out = after > line->refunded ? after - line->refunded : 0;
    return true;
}

static bool owe(Ctx *ctx, const Sold *sold, int64_t line, int64_t qty, int64_t amount, Str reason, Str note,
                Error *err)
{
    NewOwed owed = { .id         = ctx_new_id(ctx),
                     .order      = sold->doc->order,
                     .fulfilment = sold->doc->id,
                     .order_line = line,
                     .qty        = qty,
                     .amount     = amount,
                     .currency   = sold->order.currency,
                     .reason     = reason,
                     .note       = note };
    return amount <= 0 || owed_put(ctx, &owed, err);
}

/* ---- what leaves ---- */

/* What a substitute costs here and now; unchanged when it has no price. */
static bool price_now(Ctx *ctx, const FulfilDoc *doc, const FulfilLine *line, int64_t qty, int64_t *amount,
                      Error *err)
{
    Address       to     = doc->address;
    BasketLine    wanted = { .sku = line->sku, .quantity = qty, .delivery = doc->delivery };
    DeliveryInput way    = { .label   = doc->delivery,
                             .method  = doc->method,
                             .store   = doc->store,
                             .address = to.street.len ? &to : NULL };
    BasketAsk     ask    = { .location   = doc->location,
                             .channel    = doc->channel,
                             .lines      = &wanted,
                             .line_count = 1,
                             .deliveries = { &way, 1 } };
    Basket basket;
    Priced priced;
    ask.customer = doc->customer;
    if (basket_load(ctx, &ask, &basket, err) && basket_price(ctx, &basket, false, &priced, err)) {
        *amount = priced.total;
        return true;
    }
    if (err->def == &ERR_DB_BUSY || err->def == &ERR_DB_FAILED || err->def == &ERR_MEMORY) return false;
    *err = (Error){ .def = NULL };
    return true;
}

/* The customer pays the lower of both prices; what was paid above it is owed. */
static bool charge_lower(Ctx *ctx, const Sold *sold, const FulfilLine *line, Error *err)
{
    int64_t         qty = fulfil_line_here(line), paid = 0, now = 0;
    const SoldLine *first = sold_line(sold, line->order_line);
    if (qty == 0 || !first || kit_part(sold, line)) return true;
    if (!amount_of(first, qty, &paid, err)) return false;
    now = paid;
    return price_now(ctx, sold->doc, line, qty, &now, err)
        && owe(ctx, sold, line->order_line, qty, paid - now, STR("cheaper"), line->sku, err);
}

bool fulfil_leaves(Ctx *ctx, const FulfilDoc *doc, Error *err)
{
    Sold sold;
    if (!charge_may_leave(ctx, doc->order, err) || !load(ctx, doc, &sold, err)) return false;
    if (str_eq(sold.order.state, STR("cancelled")))
        return err_set(err, &ERR_ORDER_NOT_OPEN, "id", "the order is cancelled");
    for (size_t i = 0; i < doc->line_count; i++)
        if (doc->lines[i].instead_of && !charge_lower(ctx, &sold, &doc->lines[i], err)) return false;
    return true;
}

/* ---- what does not ---- */

/* What goes back without anybody's hands. */
static bool by_itself(Str kind)
{
    return tender_is(kind, TENDER_CARD) || tender_is(kind, TENDER_GIFT_CARD)
        || tender_is(kind, TENDER_STORE_CREDIT) || tender_is(kind, TENDER_POINTS)
        || tender_is(kind, TENDER_INVOICE);
}

static bool is_gone(Str state)
{
    return str_eq(state, STR("declined")) || str_eq(state, STR("reversed"));
}

/* Whether all of it was paid by what goes back by itself, whose money is there, and a return can be made
 * here. */
static bool goes_back(Ctx *ctx, const Sold *sold, bool *yes, Error *err)
{
    Location here;
    if (!locations_find(ctx, sold->doc->location, &here, yes, err)) return false;
    *yes = *yes && here.active && sold->order.payments.count > 0;
    for (size_t i = 0; i < sold->order.payments.count; i++) {
        const OrderPayment *p = &sold->order.payments.items[i];
        *yes                  = *yes
            && (is_gone(p->state)
                || (by_itself(p->kind) && (str_eq(p->state, STR("captured")) || p->captured != OPT_NONE)));
    }
    return true;
}

/* The return of goods that are not with the customer; the jobs send the money to the card. */
static bool give_back(Ctx *ctx, Id order, Str location, ReturnLineInput *lines, size_t count, Str reason,
                      Error *err)
{
    Return        back    = { .ref = STR_NONE };
    ReturnRequest request = { .order    = order,
                              .location = location,
                              .reason   = reason,
                              .shipping = OPT_NONE,
                              .lines    = { lines, count } };
    if (!give_back_create(ctx, &request, (GiveBackHow){ .judged = false }, &back, err)) return false;
    ctx->after    = NULL;
    ctx->after_id = (Id){ { 0 } };
    return true;
}

/* A part's share of the price of a line's kits: by value, or where none is said, all alike. What the parts
 * before it have is counted too, so that all shares add up to the price. */
static bool price_of_part(const Sold *sold, const SoldLine *line, const SoldKitPart *part, int64_t *out,
                          Error *err)
{
    int64_t values = 0, count = 0, before = 0, own = 0, from = 0, to = 0;
    for (size_t i = 0; i < sold->part_count; i++) {
        if (sold->parts[i].line != line->n) continue;
        values += sold->parts[i].value_ppm;
        count++;
    }
    for (const SoldKitPart *p = sold->parts; p <= part; p++) {
        if (p->line != line->n) continue;
        before += own;
        own = values ? p->value_ppm : 1;
    }
    int64_t all = values ? values : count;
    *out        = 0;
    if (!money_scale(line->total, before, all, ROUND_HALF_UP, &from, err)
        || !money_scale(line->total, before + own, all, ROUND_HALF_UP, &to, err))
        return false;
    *out = to - from;
    return true;
}

/* A part of a kit that is not delivered. What it is worth alone nobody was promised, so that no return is
 * made of it. */
static bool owe_part(Ctx *ctx, const Sold *sold, const SoldLine *line, const SoldKitPart *part, int64_t qty,
                     Str reason, Error *err)
{
    int64_t of_part = 0, amount = 0, all = part->qty * (line->qty / QTY_ONE);
    int64_t kits = (qty + part->qty - 1) / part->qty * QTY_ONE;
    return price_of_part(sold, line, part, &of_part, err)
        && money_scale(of_part, qty < all ? qty : all, all, ROUND_HALF_UP, &amount, err)
        && owe(ctx, sold, line->n, kits, amount, reason, part->sku, err);
}

/* What has come back already, or is owed already, is not owed again: it would come back twice. */
static bool owe_goods(Ctx *ctx, const Sold *sold, const SoldLine *line, int64_t qty, Str reason, Error *err)
{
    int64_t amount = 0, owed = 0;
    if (!owed_open(ctx, sold->doc->order, line->n, &owed, err)) return false;
    if (qty > line->qty - line->returned - owed)
        return err_set(err, &ERR_RETURN_EXCEEDS, "id", "some of %.*s has come back already",
                       STR_FMT(line->sku));
    return amount_of(line, qty, &amount, err)
        && owe(ctx, sold, line->n, qty, amount, reason, STR_NONE, err);
}

bool fulfil_pay_back(Ctx *ctx, const FulfilDoc *doc, const FulfilPart *parts, size_t count, Str reason,
                     Error *err)
{
    Sold             sold;
    bool             cards = false;
    size_t           lines = 0;
    ReturnLineInput *back  = arena_array(ctx->arena, ReturnLineInput, count + 1);
    if (!back) return err_memory(err);
    if (!load(ctx, doc, &sold, err) || !goes_back(ctx, &sold, &cards, err)) return false;
    if (!str_eq(sold.order.state, STR("paid"))) return true; /* nothing was taken for it */
    for (size_t i = 0; i < count; i++) {
        const SoldLine *line = sold_line(&sold, parts[i].line->order_line);
        int64_t         qty  = parts[i].qty;
        if (!line || qty == 0) continue;
        const SoldKitPart *part = kit_part(&sold, parts[i].line);
        if (part) {
            if (!owe_part(ctx, &sold, line, part, qty, reason, err)) return false;
            continue;
        }
        if (!cards && !owe_goods(ctx, &sold, line, qty, reason, err)) return false;
        if (cards)
            back[lines++] = (ReturnLineInput){
                .line = line->n, .part = OPT_NONE, .quantity = qty, .disposition = STR("none")
            };
    }
    return lines == 0 || give_back(ctx, doc->order, doc->location, back, lines, reason, err);
}

/* ---- what is owed ---- */

bool owed_settle(Ctx *ctx, const OwedSettle *request, Owed *reply, Error *err)
{
    if (!owed_close(ctx, request->id, request->note, reply, err)) return false;
    ReturnLineInput line = {
        .line = reply->line, .part = OPT_NONE, .quantity = reply->quantity, .disposition = STR("none")
    };
    if (!request->location.len) return charge_follow(ctx, reply->order, err);
    if (str_eq(reply->reason, STR("cheaper")))
        return err_set(err, &ERR_FIELD_INVALID, "location",
                       "a difference in price is no return: give it back, then settle");
    return give_back(ctx, reply->order, request->location, &line, 1, reply->reason, err);
}

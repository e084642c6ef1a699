/* charge.c — what is due of an order whose card is only authorised. See charge.h. */
#include "flows/charge.h"
#include "flows/give_back.h"

#include "core/money.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"

/* An order with what is due of it now. */
typedef struct {
    Order     order;
    Payment  *payments;
    size_t    payment_count;
    SoldLine *sold;
    size_t    sold_count;
    SoldLine  shipping;
    bool      has_shipping;
    int64_t   kept;        /* what was not given back */
    int64_t   due;         /* in the end to be ours */
    bool      outstanding; /* goods are still to leave, or somebody is to settle what did not */
    bool      left;        /* some are with the customer */
    bool      back;        /* all of it has come back, or was given up */
} Due;

/* What was not captured, released or lost yet. */
static int64_t room(const Payment *p)
{
    return p->amount - p->captured - p->released - p->failed;
}

/* What is ours of a payment, or is owed to us. */
static int64_t taken(const Payment *p)
{
    int64_t gone = p->released + p->forgiven;
    if (!p->on_shipment) return p->amount - p->refunded;
    return p->captured + p->failed - p->forgiven - (p->refunded - gone);
}

static bool is_live(const Payment *p)
{
    return p->on_shipment && (str_eq(p->hold_state, STR("open")) || str_eq(p->hold_state, STR("expired")));
}

/* What a line costs without the dearest of its units, `later` of those that did not come back. */
static bool line_due(const SoldLine *line, int64_t later, int64_t *out, Error *err)
{
    *out = 0;
    for (size_t i = 0; i < line->part_count; i++) {
        const SoldPart *part  = &line->parts[i];
        int64_t         off   = part->qty - part->returned < later ? part->qty - part->returned : later;
        int64_t         after = 0;
        if (!money_scale(part->total, part->returned + off, part->qty, ROUND_HALF_UP, &after, err))
            return false;
        *out += part->total - after;
        later -= off;
    }
    return true;
}

static bool add_line(Ctx *ctx, Due *d, const SoldLine *line, Error *err)
{
    int64_t to_come = 0, owed = 0, due = 0, here = line->qty - line->returned;
    if (!fulfilments_undelivered(ctx, d->order.id, line->n, &to_come, err)
        || !owed_open(ctx, d->order.id, line->n, &owed, err))
        return false;
    int64_t later = to_come + owed < here ? to_come + owed : here;
    if (!line_due(line, later, &due, err)) return false;
    d->outstanding = d->outstanding || later > 0;
    d->left        = d->left || later < here;
    d->back        = d->back && here == 0;
    d->due += due;
    d->kept += line->total - line->refunded;
    return true;
}

static bool load(Ctx *ctx, Id order, Due *d, Error *err)
{
    *d = (Due){ .back = true };
    if (!orders_get(ctx, order, &d->order, err)
        || !payments_of(ctx, order, &d->payments, &d->payment_count, err)
        || !orders_sold_lines(ctx, order, &d->sold, &d->sold_count, err))
        return false;
    d->due = d->kept = d->order.gift_cards; /* is there at once */
    for (size_t i = 0; i < d->sold_count; i++)
        if (!add_line(ctx, d, &d->sold[i], err)) return false;
    if (!d->order.shipping) return true;
    if (!orders_sold_shipping(ctx, order, &d->shipping, &d->has_shipping, err)) return false;
    if (d->has_shipping && (d->left || !d->outstanding)) d->due += d->shipping.total - d->shipping.refunded;
    if (d->has_shipping) d->kept += d->shipping.total - d->shipping.refunded;
    return true;
}

bool charge_to_come(Ctx *ctx, Id order, int64_t *out, Error *err)
{
    Due d;
    if (!load(ctx, order, &d, err)) return false;
    *out = d.kept - d.due;
    return true;
}

/* Nothing was ever delivered: nobody pays for its shipping. */
static bool drop_shipping(Ctx *ctx, Due *d, bool *dropped, Error *err)
{
    int64_t       left = d->has_shipping ? d->shipping.total - d->shipping.refunded : 0;
    Return        back = { .ref = STR_NONE };
    ReturnRequest ask  = { .order    = d->order.id,
                           .location = d->order.location,
                           .reason   = STR("nothing was delivered"),
                           .shipping = left };
    *dropped           = left > 0 && d->back;
    for (size_t i = 0; i < d->payment_count; i++)
        *dropped = *dropped && d->payments[i].on_shipment
                && d->payments[i].captured + d->payments[i].failed == 0;
    return !*dropped || give_back_create(ctx, &ask, (GiveBackHow){ .judged = false }, &back, err);
}

static bool capture_due(Ctx *ctx, const Due *d, Error *err)
{
    int64_t wanted = d->due;
    for (size_t i = 0; i < d->payment_count; i++) wanted -= taken(&d->payments[i]);
    for (size_t i = 0; i < d->payment_count; i++) {
        Payment *p      = &d->payments[i];
        bool     ok     = false;
        int64_t  amount = wanted < room(p) && d->outstanding ? wanted : room(p);
        if (!is_live(p) || amount <= 0) continue;
        if (!payments_hold_capture(ctx, d->order.id, p->n, amount, &ok, err)) return false;
        if (!ok) return err_set(err, &ERR_DB_BUSY, "", "another process captures this payment");
        wanted -= amount;
    }
    return true;
}

static bool follow(Ctx *ctx, Id order, Error *err)
{
    Due  d;
    bool dropped = false;
    if (!load(ctx, order, &d, err)) return false;
    if (!str_eq(d.order.state, STR("paid"))) return true;
    if (!d.outstanding && !drop_shipping(ctx, &d, &dropped, err)) return false;
    if (dropped) return true; /* its return has followed */
    if (!capture_due(ctx, &d, err)) return false;
    for (size_t i = 0; i < d.payment_count && !d.outstanding; i++)
        if (is_live(&d.payments[i])
            && !payments_hold_step(ctx, order, d.payments[i].n, d.payments[i].hold_state, STR("closing"),
                                   ctx->now_ms, err))
            return false;
    return true;
}

bool charge_follow(Ctx *ctx, Id order, Error *err)
{
    bool any                              = false;
    bool (*after)(Ctx *, void *, Error *) = ctx->after;
    Id    after_id                        = ctx->after_id;
    void *after_arg                       = ctx->after_arg;
    if (!payments_hold_lock(ctx, order, &any, err)) return false;
    if (any && !follow(ctx, order, err)) return false;
    ctx->after     = after;
    ctx->after_id  = after_id;
    ctx->after_arg = after_arg;
    return true;
}

bool charge_may_leave(Ctx *ctx, Id order, Error *err)
{
    Payment *payments = NULL;
    size_t   count    = 0;
    if (!payments_of(ctx, order, &payments, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        const Payment *p = &payments[i];
        if (!p->on_shipment) continue;
        if (p->failed > p->forgiven)
            return err_set(err, &ERR_ORDER_OWED, "id", "%lld are owed",
                           (long long)(p->failed - p->forgiven));
        if (is_live(p) && room(p) > 0 && p->expires_at_ms <= ctx->now_ms)
            return err_set(err, &ERR_AUTHORISATION_EXPIRED, "id", "the card held it for too short a time");
    }
    return true;
}

/* model_delivery.c — the model of deliveries: what is claimed is picked, packed, sent, and may come back. */
#include "tests/stock/model.h"

#include <assert.h>

static const Outcome done = { true, -1 }, refused = { false, -1 };

static ModelClaim *claim_of(Model *m, size_t delivery)
{
    return &m->claims[m->deliveries[delivery].claim];
}

static Level *place_of(Model *m, size_t delivery)
{
    const ModelClaim *c = claim_of(m, delivery);
    return &m->level[c->item][c->place];
}

void model_deliver(Model *m, int place, int owner)
{
    ModelSale *s = &m->sales[m->sale_count - 1];
    ModelClaim c = { .owner       = owner,
                     .n           = 1,
                     .kind        = FULFILMENT,
                     .item        = s->item,
                     .place       = place,
                     .qty         = s->qty,
                     .of_delivery = true };
    s->sent      = true;
    m->level[s->item][place].qty[FLOOR] += s->qty;
    Outcome claimed = model_claim(m, c, 0);
    assert(claimed.ok && m->delivery_count < SALES_MAX);
    m->deliveries[m->delivery_count++] = (ModelDelivery){ .sale  = m->sale_count - 1,
                                                          .claim = m->claim_count - 1,
                                                          .state = OPEN };
}

static Outcome go(Model *m, size_t delivery, DeliveryState from, DeliveryState to)
{
    ModelDelivery *d = &m->deliveries[delivery];
    if (d->state != from) return refused;
    d->state = to;
    return done;
}

Outcome model_start(Model *m, size_t delivery)
{
    return go(m, delivery, OPEN, PICKING);
}

Outcome model_pick(Model *m, size_t delivery, State from, int64_t qty)
{
    ModelDelivery *d = &m->deliveries[delivery];
    if (d->state != OPEN && d->state != PICKING) return refused;
    Outcome taken = model_take(m, d->claim, from, PICKED, qty);
    if (!taken.ok) return refused;
    d->picked += qty;
    d->state = model_open(claim_of(m, delivery)) > 0 ? PICKING : PICKED_ALL;
    return done;
}

Outcome model_call_off(Model *m, size_t delivery, State to)
{
    ModelDelivery *d = &m->deliveries[delivery];
    Level         *l = place_of(m, delivery);
    if (d->state > PACKED || l->qty[PICKED] < d->picked) return refused;
    l->qty[PICKED] -= d->picked;
    l->qty[to] += d->picked;
    (void)model_release(m, d->claim, model_open(claim_of(m, delivery)));
    d->state = CANCELLED;
    return done;
}

Outcome model_pack(Model *m, size_t delivery)
{
    return go(m, delivery, PICKED_ALL, PACKED);
}

Outcome model_ship(Model *m, size_t delivery)
{
    ModelDelivery *d = &m->deliveries[delivery];
    Level         *l = place_of(m, delivery);
    if (d->state == FAILED) return go(m, delivery, FAILED, SHIPPED); /* the goods are gone already */
    if (d->state != PACKED || l->qty[PICKED] < d->picked) return refused;
    l->qty[PICKED] -= d->picked;
    m->sales[d->sale].gone = d->picked;
    d->state               = SHIPPED;
    return done;
}

Outcome model_fail(Model *m, size_t delivery)
{
    return go(m, delivery, SHIPPED, FAILED);
}

Outcome model_restock(Model *m, size_t delivery, State to)
{
    ModelDelivery *d = &m->deliveries[delivery];
    if (d->state != FAILED) return refused;
    if (m->sales[d->sale].returned > 0) return refused; /* it would come back twice */
    place_of(m, delivery)->qty[to] += m->sales[d->sale].gone;
    m->sales[d->sale].gone = 0;
    d->state               = RESTOCKED;
    return done;
}

/* model_transfer.c — the model of transfers: claimed where they stand, in transit where they go to,
 * received in parts, and what does not arrive is explained at last. */
#include "tests/stock/model.h"

#include <assert.h>

static const Outcome done = { true, -1 }, refused = { false, -1 };

void model_transfer(Model *m, ModelTransfer transfer)
{
    assert(m->transfer_count < SALES_MAX);
    m->transfers[m->transfer_count++] = transfer;
}

Outcome model_transfer_pick(Model *m, size_t transfer)
{
    ModelTransfer *t     = &m->transfers[transfer];
    ModelClaim     claim = { .owner       = t->owner,
                             .n           = 1,
                             .kind        = TRANSFER,
                             .item        = t->item,
                             .place       = t->from,
                             .qty         = t->qty,
                             .of_delivery = true };
    if (t->state != TO_BE_PICKED) return refused;
    Outcome claimed = model_claim(m, claim, 0);
    if (!claimed.ok) return claimed;
    t->claim = m->claim_count - 1;
    t->state = BEING_PICKED;
    return done;
}

Outcome model_transfer_ship(Model *m, size_t transfer)
{
    ModelTransfer *t    = &m->transfers[transfer];
    Level         *l    = &m->level[t->item][t->from];
    ModelClaim    *c    = &m->claims[t->claim];
    int64_t        back = l->qty[BACKROOM] < t->qty ? l->qty[BACKROOM] : t->qty;
    if (t->state != BEING_PICKED || l->qty[FLOOR] < t->qty - back) return refused;
    l->qty[BACKROOM] -= back;
    l->qty[FLOOR] -= t->qty - back;
    l->qty[COMMITTED] -= t->qty;
    c->taken = t->qty;
    m->level[t->item][t->to].qty[IN_TRANSIT] += t->qty;
    t->under_way = t->qty;
    t->state     = UNDER_WAY;
    return done;
}

/* So much is not under way any more. */
static bool leaves(Model *m, ModelTransfer *t, int64_t qty)
{
    Level *l = &m->level[t->item][t->to];
    if (t->state != UNDER_WAY || qty > t->under_way || l->qty[IN_TRANSIT] < qty) return false;
    l->qty[IN_TRANSIT] -= qty;
    t->under_way -= qty;
    if (t->under_way == 0) t->state = ARRIVED;
    return true;
}

Outcome model_transfer_receive(Model *m, size_t transfer, State to, int64_t qty, int64_t bad)
{
    ModelTransfer *t = &m->transfers[transfer];
    if (!leaves(m, t, qty)) return refused;
    m->level[t->item][t->to].qty[to] += qty - bad;
    m->level[t->item][t->to].qty[DAMAGED] += bad;
    return done;
}

Outcome model_transfer_resolve(Model *m, size_t transfer, Whereabouts what, int64_t qty)
{
    ModelTransfer *t = &m->transfers[transfer];
    if (!leaves(m, t, qty)) return refused;
    if (what == FOUND) m->level[t->item][t->to].qty[BACKROOM] += qty;
    if (what == SENT_BACK) m->level[t->item][t->from].qty[BACKROOM] += qty;
    return done;
}

Outcome model_transfer_cancel(Model *m, size_t transfer)
{
    ModelTransfer *t = &m->transfers[transfer];
    if (t->state != TO_BE_PICKED && t->state != BEING_PICKED) return refused;
    if (t->state == BEING_PICKED) (void)model_release(m, t->claim, t->qty);
    t->state = GIVEN_UP;
    return done;
}

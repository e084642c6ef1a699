/* model_purchase.c — the model of purchase orders: what is open is on order, what comes is there or
 * damaged. */
#include "tests/stock/model.h"

#include <assert.h>

static const Outcome done = { true, -1 }, refused = { false, -1 };

void model_purchase(Model *m, ModelPurchase purchase)
{
    assert(m->purchase_count < SALES_MAX);
    m->purchases[m->purchase_count++] = purchase;
    m->level[purchase.item][purchase.place].qty[ON_ORDER] += purchase.open;
}

static void not_to_come(Model *m, ModelPurchase *p, int64_t qty)
{
    m->level[p->item][p->place].qty[ON_ORDER] -= qty;
    p->open -= qty;
    p->over = p->open == 0;
}

Outcome model_purchase_receive(Model *m, size_t purchase, State to, int64_t qty, int64_t bad, bool last)
{
    ModelPurchase *p = &m->purchases[purchase];
    Level         *l = &m->level[p->item][p->place];
    if (p->over || bad > qty) return refused;
    l->qty[to] += qty - bad;
    l->qty[DAMAGED] += bad;
    not_to_come(m, p, last || qty > p->open ? p->open : qty);
    return done;
}

Outcome model_purchase_close(Model *m, size_t purchase)
{
    ModelPurchase *p = &m->purchases[purchase];
    if (p->over) return refused;
    not_to_come(m, p, p->open);
    return done;
}

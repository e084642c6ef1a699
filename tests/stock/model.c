/* model.c — the slow and obvious model of the stock. See model.h. */
#include "tests/stock/model.h"

#include <assert.h>
#include <string.h>

static const Outcome done = { true, -1 }, refused = { false, -1 };

static Level *at(Model *m, int item, int place)
{
    assert(item >= 0 && item < ITEMS && place >= 0 && place < PLACES);
    return &m->level[item][place];
}

static int64_t sellable(const Level *l)
{
    return l->qty[FLOOR] + l->qty[BACKROOM];
}

int64_t model_available(const Model *m, int item, int place, int channel)
{
    const Level *l = &m->level[item][place];
    int64_t      n = sellable(l) - l->qty[HELD] - l->qty[COMMITTED];
    return channel == 1 ? n - l->safety : n;
}

int64_t model_open(const ModelClaim *claim)
{
    return claim->qty - claim->taken - claim->released;
}

static Outcome short_of(int64_t available)
{
    return (Outcome){ false, available > 0 ? available : 0 };
}

/* Floor first, then backroom. */
static void take_sellable(Level *l, int64_t qty)
{
    int64_t floor = l->qty[FLOOR] < qty ? l->qty[FLOOR] : qty;
    l->qty[FLOOR] -= floor;
    l->qty[BACKROOM] -= qty - floor;
}

Outcome model_sell(Model *m, int item, int place, int channel, int64_t qty)
{
    int64_t available = model_available(m, item, place, channel);
    if (available < qty) return short_of(available);
    take_sellable(at(m, item, place), qty);
    return done;
}

Outcome model_order(Model *m, const int64_t qty[ITEMS], int place, int channel)
{
    for (int item = 0; item < ITEMS; item++)
        if (qty[item] > 0 && model_available(m, item, place, channel) < qty[item])
            return short_of(model_available(m, item, place, channel));
    for (int item = 0, line = 0; item < ITEMS; item++) {
        if (qty[item] == 0) continue;
        take_sellable(at(m, item, place), qty[item]);
        assert(m->sale_count < SALES_MAX);
        m->sales[m->sale_count++] = (ModelSale){
            .order = m->order_count, .line = ++line, .item = item, .qty = qty[item]
        };
    }
    m->order_count++;
    return done;
}

Outcome model_return(Model *m, size_t sale, int place, State state, int64_t qty)
{
    ModelSale *s = &m->sales[sale];
    if (qty > (s->sent ? s->gone : s->qty) - s->returned) return refused;
    s->returned += qty;
    at(m, s->item, place)->qty[state] += qty;
    return done;
}

/* What should have stood there at a past time, as is known now. */
static int64_t known_of(const Model *m, const ModelFact *fact)
{
    int64_t n = model_at(m, fact->ref_ms)->level[fact->item][fact->place].qty[fact->state];
    for (size_t i = 0; i < m->fact_count; i++) {
        const ModelFact *f = &m->facts[i];
        if (f->item == fact->item && f->place == fact->place && f->state == fact->state
            && f->posted_ms > fact->ref_ms && f->ref_ms <= fact->ref_ms)
            n += f->change;
    }
    return n;
}

FactEnd model_fact(Model *m, ModelFact fact, int64_t counted)
{
    int64_t *now = &at(m, fact.item, fact.place)->qty[fact.state];
    for (size_t i = 0; i < m->fact_count; i++) {
        const ModelFact *f = &m->facts[i];
        if (f->is_count && f->item == fact.item && f->place == fact.place && f->state == fact.state
            && f->ref_ms > fact.ref_ms)
            return FACT_SUPERSEDED;
    }
    if (fact.is_count) fact.change = counted - known_of(m, &fact);
    if (*now + fact.change < 0) return FACT_IMPOSSIBLE;
    *now += fact.change;
    fact.posted_ms = m->now_ms;
    assert(m->fact_count < FACTS_MAX);
    m->facts[m->fact_count++] = fact;
    return FACT_DONE;
}

Outcome model_claim(Model *m, ModelClaim claim, int channel)
{
    int64_t available = model_available(m, claim.item, claim.place, channel);
    if (available < claim.qty) return short_of(available);
    assert(m->claim_count < CLAIMS_MAX);
    claim.state = claim.kind == CART ? HELD : COMMITTED;
    at(m, claim.item, claim.place)->qty[claim.state] += claim.qty;
    m->claims[m->claim_count++] = claim;
    return done;
}

Outcome model_take(Model *m, size_t claim, State from, State to, int64_t qty)
{
    ModelClaim *c = &m->claims[claim];
    Level      *l = at(m, c->item, c->place);
    if (model_open(c) < qty || l->qty[from] < qty) return refused;
    l->qty[from] -= qty;
    l->qty[to] += qty;
    l->qty[c->state] -= qty;
    c->taken += qty;
    return done;
}

Outcome model_release(Model *m, size_t claim, int64_t qty)
{
    ModelClaim *c = &m->claims[claim];
    if (model_open(c) < qty) return refused;
    at(m, c->item, c->place)->qty[c->state] -= qty;
    c->released += qty;
    return done;
}

Outcome model_drop(Model *m, int owner)
{
    for (size_t i = 0; i < m->claim_count; i++)
        if (m->claims[i].owner == owner) (void)model_release(m, i, model_open(&m->claims[i]));
    return done;
}

Outcome model_use(Model *m, int owner)
{
    int64_t wanted[ITEMS][PLACES] = { { 0 } };
    for (size_t i = 0; i < m->claim_count; i++)
        if (m->claims[i].owner == owner)
            wanted[m->claims[i].item][m->claims[i].place] += model_open(&m->claims[i]);
    for (int item = 0; item < ITEMS; item++)
        for (int place = 0; place < PLACES; place++)
            if (wanted[item][place] > sellable(at(m, item, place))) return refused;
    for (size_t i = 0; i < m->claim_count; i++) {
        ModelClaim *c    = &m->claims[i];
        int64_t     open = c->owner == owner ? model_open(c) : 0;
        Level      *l    = at(m, c->item, c->place);
        take_sellable(l, open);
        l->qty[c->state] -= open;
        c->taken += open;
    }
    return done;
}

Outcome model_expire(Model *m, int64_t *count)
{
    *count = 0;
    for (size_t i = 0; i < m->claim_count; i++) {
        ModelClaim *c = &m->claims[i];
        if (c->state != HELD || c->expires_ms == 0 || c->expires_ms > m->now_ms || model_open(c) == 0)
            continue;
        (void)model_release(m, i, model_open(c));
        *count += 1;
    }
    return done;
}

static bool sells(int place, State state)
{
    return place >= 0 && (state == FLOOR || state == BACKROOM);
}

Outcome model_move(Model *m, const ModelMove *v)
{
    if (v->from_place >= 0) {
        Level *l = at(m, v->item, v->from_place);
        if (l->qty[v->from] < v->qty) return refused;
        bool leaves = sells(v->from_place, v->from)
                   && !(v->to_place == v->from_place && sells(v->to_place, v->to));
        if (leaves && !v->fact && sellable(l) - v->qty < l->qty[HELD] + l->qty[COMMITTED]) return refused;
        l->qty[v->from] -= v->qty;
    }
    if (v->to_place >= 0) at(m, v->item, v->to_place)->qty[v->to] += v->qty;
    return done;
}

void model_remember(Model *m)
{
    if (m->past_count == 0 || m->past[m->past_count - 1].at_ms != m->now_ms) m->past_count++;
    assert(m->past_count <= PAST_MAX);
    Moment *moment = &m->past[m->past_count - 1];
    moment->at_ms  = m->now_ms;
    memcpy(moment->level, m->level, sizeof moment->level);
}

const Moment *model_at(const Model *m, int64_t at_ms)
{
    const Moment *found = &m->past[0];
    for (size_t i = 0; i < m->past_count && m->past[i].at_ms <= at_ms; i++) found = &m->past[i];
    return found;
}

const char *model_check(const Model *m)
{
    int64_t sums[ITEMS][PLACES][STATES] = { { { 0 } } };
    for (size_t i = 0; i < m->claim_count; i++) {
        const ModelClaim *c = &m->claims[i];
        if (model_open(c) < 0) return "more of a claim is gone than it had";
        sums[c->item][c->place][c->state] += model_open(c);
    }
    for (int item = 0; item < ITEMS; item++)
        for (int place = 0; place < PLACES; place++)
            for (int s = 0; s < STATES; s++) {
                int64_t qty = m->level[item][place].qty[s];
                if (qty < 0) return "the model has less than nothing";
                if (s >= HELD && s <= BACKORDERED && qty != sums[item][place][s])
                    return "the model's promises are not its claims";
            }
    return NULL;
}

/* ops_routes.c — commands of model_test through routes: what tills, staff and other systems do with stock. */
#include "tests/stock/ops.h"

#include "base/rfc3339.h"
#include "shop/counts/counts.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

enum { BODY = 600, ONE_REFUSED = 1000 };

/* A call that is done or refused with STOCK_SHORT (or what `refusals` names). */
static void *call(World *w, const char *route, const char *body, const char *refusals)
{
    void *reply      = NULL;
    Str   code       = STR_NONE;
    w->got.ok        = world_call(w, route, body, refusals, &reply, &code);
    w->got.available = w->want.available; /* which of several lines is told is not the model's to say */
    return w->got.ok ? reply : NULL;
}

/* Sold at the counter or on the web and paid in cash: one item, or two. */
void op_order(World *w, const int64_t *a)
{
    char    body[BODY], lines[BODY / 2] = "";
    int64_t qty[ITEMS] = { 0 };
    qty[a[0]] += a[3] * 1000;
    if (a[4] % 2) qty[(a[0] + 1) % ITEMS] += (1 + a[4] % 5) * 1000;
    for (int i = 0; i < ITEMS; i++) {
        size_t len = strlen(lines);
        if (qty[i])
            (void)snprintf(lines + len, sizeof lines - len, "%s{\"sku\":\"%s\",\"quantity\":%lld}",
                           len ? "," : "", item_skus[i], (long long)(qty[i] / 1000));
    }
    (void)snprintf(
        body, sizeof body,
        "{\"location\":\"%s\",\"channel\":\"%s\",\"lines\":[%s],\"tenders\":[{\"kind\":\"cash\"}]}",
        place_codes[a[1]], channel_codes[a[2]], lines);
    int number  = w->model->order_count;
    w->want     = model_order(w->model, qty, (int)a[1], (int)a[2]);
    Order *sold = call(w, "order create", body, " stock_short ");
    if (sold) w->orders[number] = sold->id;
}

/* One of the sales; every other time one whose goods were sent. */
static size_t some_sale(const Model *m, int64_t ref)
{
    size_t at = (size_t)ref % m->sale_count;
    for (size_t i = 0; ref % 2 && i < m->sale_count; i++) {
        size_t next = (at + i) % m->sale_count;
        if (m->sales[next].gone > 0) return next;
    }
    return at;
}

void op_return(World *w, const int64_t *a)
{
    static const State states[] = { FLOOR, BACKROOM, DAMAGED, QUARANTINE };
    char               body[BODY], id[ID_TEXT_LEN + 1] = "";
    if (w->model->sale_count == 0) return;
    size_t           at   = some_sale(w->model, a[0]);
    const ModelSale *sale = &w->model->sales[at];
    State            to   = states[a[2] % 4];
    id_format(w->orders[sale->order], id);
    (void)snprintf(body, sizeof body,
                   "{\"order\":\"%s\",\"location\":\"%s\",\"lines\":[{\"line\":%d,\"quantity\":%lld,"
                   "\"disposition\":\"%s\"}]}",
                   id, place_codes[a[1]], sale->line, (long long)a[3], state_names[to]);
    w->want = model_return(w->model, at, (int)a[1], to, a[3] * 1000);
    (void)call(w, "return create", body, " return_exceeds_sold ");
}

/* Stock is adjusted with a reason. */
void op_adjust(World *w, const int64_t *a)
{
    enum { MOST = 50 }; /* of more another person must approve */
    static const struct {
        const char *reason;
        int         from, to; /* -1: outside; -2: where the command says */
        bool        fact;
    } reasons[]                 = { { "theft", -2, -1, true },
                                    { "found", -1, -2, true },
                                    { "damaged", -2, DAMAGED, true },
                                    { "own_use", -2, -1, false },
                                    { "quarantine", -2, QUARANTINE, false } };
    static const State states[] = { FLOOR, BACKROOM, DAMAGED };
    char               body[BODY];
    size_t             r     = (size_t)a[4] % COUNT(reasons);
    State              state = states[a[2] % 3];
    if (a[3] > MOST || (state == DAMAGED && reasons[r].to == DAMAGED)) return;
    ModelMove v = { .item       = (int)a[0],
                    .from_place = reasons[r].from == -1 ? -1 : (int)a[1],
                    .to_place   = reasons[r].to == -1 ? -1 : (int)a[1],
                    .from       = state,
                    .to         = reasons[r].to >= 0 ? (State)reasons[r].to : state,
                    .qty        = a[3] * 1000,
                    .fact       = reasons[r].fact };
    (void)snprintf(body, sizeof body,
                   "{\"location\":\"%s\",\"reason\":\"%s\",\"lines\":[{\"sku\":\"%s\",\"quantity\":%lld,"
                   "\"state\":\"%s\"}]}",
                   place_codes[a[1]], reasons[r].reason, item_skus[a[0]], (long long)a[3],
                   state_names[state]);
    w->want = model_move(w->model, &v);
    (void)call(w, "adjustment new", body, " stock_short ");
}

/* Another system tells what was counted, or came and went, at a past moment. */
static void bring_in(World *w, const int64_t *a, bool count)
{
    static const State states[] = { FLOOR, BACKROOM, DAMAGED, QUARANTINE };
    char               body[BODY], at[RFC3339_LEN + 1] = "";
    const Model       *m    = w->model;
    ModelFact          fact = { .item     = (int)a[0],
                                .place    = (int)a[1],
                                .state    = states[a[2] % 4],
                                .is_count = count,
                                .ref_ms   = m->past[(size_t)a[4] % m->past_count].at_ms };
    int64_t            qty  = count || a[3] % 2 ? a[3] : -a[3];
    if (a[4] % 3) fact.ref_ms = m->past[m->past_count - 1 - (size_t)(a[4] % 20) % m->past_count].at_ms;
    if (fact.ref_ms >= m->now_ms || !rfc3339_format(fact.ref_ms, at)) return; /* more may come within it */
    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].ref_ms == fact.ref_ms) return; /* which of two counts is the later one? */
    fact.change = qty * 1000;
    (void)snprintf(body, sizeof body,
                   "{\"kind\":\"%s\",\"as_of\":\"%s\",\"location\":\"%s\",\"lines\":[{\"sku\":\"%s\","
                   "\"zone\":\"%s\",\"quantity\":%lld}]}",
                   count ? "count" : "movement", at, place_codes[a[1]], item_skus[a[0]],
                   state_names[fact.state], (long long)qty);
    FactEnd              end   = model_fact(w->model, fact, qty * 1000);
    const StockImported *reply = call(w, "stock bring-in", body, " ");
    if (!reply) return;
    if ((reply->superseded == 1) != (end == FACT_SUPERSEDED))
        world_blame(w, "the engine has %lld overtaken, the model %d", (long long)reply->superseded,
                    end == FACT_SUPERSEDED);
    if ((reply->faults.count == 1) != (end == FACT_IMPOSSIBLE))
        world_blame(w, "the engine left %zu out, the model %d", reply->faults.count,
                    end == FACT_IMPOSSIBLE);
}

void op_counted(World *w, const int64_t *a)
{
    bring_in(w, a, true);
}

void op_tell(World *w, const int64_t *a)
{
    bring_in(w, a, false);
}

/* ops_fulfil.c — commands of model_test on deliveries: what is bought is not taken along but sent. */
#include "tests/stock/ops.h"

#include "flows/fulfil.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

enum { BODY = 400 };

static const char *const REFUSALS = " stock_short state_refused pick_exceeds return_exceeds_sold ";

typedef struct {
    World  *w;
    Id      order, fulfilment;
    int     item;
    Str     place;
    int64_t qty;
} Sending;

/* The goods of the sale come back, and are to be sent from there. */
static bool send_instead(Ctx *ctx, void *arg, Error *err)
{
    Sending          *s       = arg;
    StockDoc          doc     = { s->order, STR("sale"), 0 };
    AtpTerms          terms   = { .channel = STR("pos") };
    Address           address = { STR("1 High Street"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"),
                                    OPT_NONE, OPT_NONE };
    Contact           contact = { STR("Ada Byron"), STR("ada@example.com"), STR_NONE };
    Str               sku     = str_from(item_skus[s->item]);
    NewFulfilmentLine line    = { 1, s->w->items[s->item], sku, sku, s->qty };
    NewFulfilment new         = { .id         = s->fulfilment,
                                  .order      = s->order,
                                  .delivery   = STR("home"),
                                  .method     = STR("ship"),
                                  .location   = s->place,
                                  .channel    = STR("pos"),
                                  .contact    = &contact,
                                  .address    = &address,
                                  .lines      = &line,
                                  .line_count = 1 };
    StockMove back            = { .item          = line.item,
                                  .sku           = sku,
                                  .from_location = STR(""),
                                  .from_state    = STR("customer"),
                                  .to_location   = s->place,
                                  .to_state      = STR("floor"),
                                  .qty           = s->qty };
    return inventory_move(ctx, &doc, &back, err) && fulfil_make(ctx, &new, &terms, err);
}

void op_deliver(World *w, const int64_t *a)
{
    int     before   = w->model->order_count;
    int64_t order[6] = { a[0], a[1], 0, a[2], 0 };
    op_order(w, order);
    if (w->model->order_count == before || !w->got.ok) return;
    int owner        = w->owner_count++;
    w->owners[owner] = env_new_id(w->env);
    w->kinds[owner]  = KINDS; /* nobody else claims for it */
    Sending s        = { w,         w->orders[before],           w->owners[owner],
                         (int)a[0], str_from(place_codes[a[1]]), a[2] * 1000 };
    model_deliver(w->model, (int)a[1], owner);
    w->got = world_do(w, send_instead, &s);
}

/* A step of one of the deliveries, mostly of one that is not over; `more` are JSON members behind the id. */
static bool some_delivery(const World *w, int64_t ref, size_t *out)
{
    const Model *m    = w->model;
    size_t       open = 0;
    if (m->delivery_count == 0) return false;
    for (size_t i = 0; i < m->delivery_count; i++) open += m->deliveries[i].state < RESTOCKED;
    *out = (size_t)ref % m->delivery_count;
    if (open == 0 || ref % 10 == 9) return true;
    for (size_t i = 0, nth = (size_t)ref % open; i < m->delivery_count; i++)
        if (m->deliveries[i].state < RESTOCKED && nth-- == 0) *out = i;
    return true;
}

static void step(World *w, const char *route, size_t delivery, const char *more)
{
    char  body[BODY], id[ID_TEXT_LEN + 1] = "";
    void *reply = NULL;
    Str   code  = STR_NONE;
    id_format(w->owners[w->model->claims[w->model->deliveries[delivery].claim].owner], id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    w->got.ok        = world_call(w, route, body, REFUSALS, &reply, &code);
    w->got.available = w->want.available;
}

void op_start(World *w, const int64_t *a)
{
    size_t at;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_start(w->model, at);
    step(w, "fulfilment start", at, "");
}

void op_pick(World *w, const int64_t *a)
{
    size_t at;
    char   more[BODY / 2];
    State  from = a[1] % 3 ? FLOOR : BACKROOM;
    if (!some_delivery(w, a[0], &at)) return;
    (void)snprintf(more, sizeof more, ",\"line\":1,\"quantity\":%lld,\"from\":\"%s\"", (long long)a[2],
                   state_names[from]);
    w->want = model_pick(w->model, at, from, a[2] * 1000);
    step(w, "fulfilment pick", at, more);
}

void op_call_off(World *w, const int64_t *a)
{
    size_t at;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_call_off(w->model, at, a[1] % 2 ? FLOOR : BACKROOM);
    step(w, "fulfilment cancel", at, a[1] % 2 ? ",\"to\":\"floor\"" : "");
}

void op_pack(World *w, const int64_t *a)
{
    size_t at;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_pack(w->model, at);
    step(w, "fulfilment pack", at, ",\"packages\":[{}]");
}

void op_send(World *w, const int64_t *a)
{
    size_t at;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_ship(w->model, at);
    step(w, "fulfilment ship", at, ",\"carrier\":\"Post\",\"tracking\":\"T1\"");
}

void op_fail(World *w, const int64_t *a)
{
    size_t at;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_fail(w->model, at);
    step(w, "fulfilment fail", at, "");
}

void op_restock(World *w, const int64_t *a)
{
    size_t at;
    State  to = a[1] % 2 ? QUARANTINE : BACKROOM;
    if (!some_delivery(w, a[0], &at)) return;
    w->want = model_restock(w->model, at, to);
    step(w, "fulfilment restock", at, to == QUARANTINE ? "" : ",\"disposition\":\"backroom\"");
}

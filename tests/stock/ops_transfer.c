/* ops_transfer.c — commands of model_test on transfers between places. */
#include "tests/stock/ops.h"

#include "shop/transfers/transfers.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

enum { BODY = 400 };

static const char *const REFUSALS = " stock_short state_refused transfer_over ";

/* Made and asked for; within the limits nobody else needs to agree. */
void op_transfer(World *w, const int64_t *a)
{
    char  body[BODY], id[ID_TEXT_LEN + 1] = "";
    void *reply = NULL;
    Str   code  = STR_NONE;
    if (a[1] == a[2]) return;
    (void)snprintf(
        body, sizeof body,
        "{\"from_location\":\"%s\",\"to_location\":\"%s\",\"lines\":[{\"sku\":\"%s\",\"quantity\":%lld}]}",
        place_codes[a[1]], place_codes[a[2]], item_skus[a[0]], (long long)a[3]);
    if (!world_call(w, "transfer create", body, "", &reply, &code)) return;
    int owner        = w->owner_count++;
    w->owners[owner] = ((const Transfer *)reply)->id;
    w->kinds[owner]  = KINDS; /* nobody else claims for it */
    model_transfer(
        w->model,
        (ModelTransfer){
            .item = (int)a[0], .from = (int)a[1], .to = (int)a[2], .owner = owner, .qty = a[3] * 1000 });
    id_format(w->owners[owner], id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"}", id);
    w->got.ok = world_call(w, "transfer submit", body, "", &reply, &code);
}

/* One of the transfers, mostly one that is not over. */
static bool some_transfer(const World *w, int64_t ref, size_t *out)
{
    const Model *m    = w->model;
    size_t       open = 0;
    if (m->transfer_count == 0) return false;
    for (size_t i = 0; i < m->transfer_count; i++) open += m->transfers[i].state < ARRIVED;
    *out = (size_t)ref % m->transfer_count;
    if (open == 0 || ref % 10 == 9) return true;
    for (size_t i = 0, nth = (size_t)ref % open; i < m->transfer_count; i++)
        if (m->transfers[i].state < ARRIVED && nth-- == 0) *out = i;
    return true;
}

static void step(World *w, const char *route, size_t transfer, const char *more)
{
    char  body[BODY], id[ID_TEXT_LEN + 1] = "";
    void *reply = NULL;
    Str   code  = STR_NONE;
    id_format(w->owners[w->model->transfers[transfer].owner], id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    w->got.ok        = world_call(w, route, body, REFUSALS, &reply, &code);
    w->got.available = w->want.available;
}

void op_transfer_pick(World *w, const int64_t *a)
{
    size_t at;
    if (!some_transfer(w, a[0], &at)) return;
    w->want = model_transfer_pick(w->model, at);
    step(w, "transfer pick", at, "");
}

void op_transfer_ship(World *w, const int64_t *a)
{
    size_t at;
    if (!some_transfer(w, a[0], &at)) return;
    w->want = model_transfer_ship(w->model, at);
    step(w, "transfer ship", at, "");
}

void op_transfer_receive(World *w, const int64_t *a)
{
    static const State states[] = { FLOOR, BACKROOM, QUARANTINE };
    size_t             at;
    char               more[BODY / 2], damaged[40] = "";
    State              to  = states[a[1] % 3];
    int64_t            bad = a[3] % 4 ? 0 : 1;
    if (!some_transfer(w, a[0], &at)) return;
    if (bad) (void)snprintf(damaged, sizeof damaged, ",\"damaged\":%lld", (long long)bad);
    (void)snprintf(more, sizeof more, ",\"to\":\"%s\",\"lines\":[{\"sku\":\"%s\",\"quantity\":%lld%s}]",
                   state_names[to], item_skus[w->model->transfers[at].item], (long long)a[2], damaged);
    w->want = model_transfer_receive(w->model, at, to, a[2] * 1000, bad * 1000);
    step(w, "transfer receive", at, more);
}

void op_transfer_resolve(World *w, const int64_t *a)
{
    static const char *const words[] = { [LOST] = "lost", [FOUND] = "found", [SENT_BACK] = "sent_back" };
    size_t                   at;
    char                     more[BODY / 2];
    Whereabouts              what = (Whereabouts)(a[1] % 3);
    if (!some_transfer(w, a[0], &at)) return;
    (void)snprintf(more, sizeof more, ",\"lines\":[{\"line\":1,\"quantity\":%lld,\"as\":\"%s\"}]",
                   (long long)a[2], words[what]);
    w->want = model_transfer_resolve(w->model, at, what, a[2] * 1000);
    step(w, "transfer resolve", at, more);
}

void op_transfer_cancel(World *w, const int64_t *a)
{
    size_t at;
    if (!some_transfer(w, a[0], &at)) return;
    w->want = model_transfer_cancel(w->model, at);
    step(w, "transfer cancel", at, "");
}

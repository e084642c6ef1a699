/* ops_purchase.c — commands of model_test on goods that are ordered from a vendor. */
#include "tests/stock/ops.h"

#include "shop/purchasing/purchasing.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

enum { BODY = 400 };

/* Made and sent: its goods are on order. */
void op_purchase(World *w, const int64_t *a)
{
    char  body[BODY], id[ID_TEXT_LEN + 1] = "";
    void *reply = NULL;
    Str   code  = STR_NONE;
    if (!world_call(w, "vendor put",
                    "{\"code\":\"ACME\",\"name\":\"Acme\",\"currency\":\"GBP\",\"active\":true}", "",
                    &reply, &code))
        return;
    (void)snprintf(body, sizeof body,
                   "{\"vendor\":\"ACME\",\"location\":\"%s\",\"lines\":[{\"sku\":\"%s\",\"quantity\":%lld,"
                   "\"cost\":100}]}",
                   place_codes[a[1]], item_skus[a[0]], (long long)a[2]);
    if (!world_call(w, "purchase create", body, "", &reply, &code)) return;
    int owner        = w->owner_count++;
    w->owners[owner] = ((const Purchase *)reply)->id;
    w->kinds[owner]  = KINDS; /* nobody claims for it */
    id_format(w->owners[owner], id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"}", id);
    w->got.ok = world_call(w, "purchase send", body, "", &reply, &code);
    model_purchase(
        w->model,
        (ModelPurchase){ .item = (int)a[0], .place = (int)a[1], .owner = owner, .open = a[2] * 1000 });
}

/* One of the orders, mostly one that is not over. */
static bool some_purchase(const World *w, int64_t ref, size_t *out)
{
    const Model *m    = w->model;
    size_t       open = 0;
    if (m->purchase_count == 0) return false;
    for (size_t i = 0; i < m->purchase_count; i++) open += !m->purchases[i].over;
    *out = (size_t)ref % m->purchase_count;
    if (open == 0 || ref % 10 == 9) return true;
    for (size_t i = 0, nth = (size_t)ref % open; i < m->purchase_count; i++)
        if (!m->purchases[i].over && nth-- == 0) *out = i;
    return true;
}

static void step(World *w, const char *route, const char *key, size_t purchase, const char *more)
{
    char  body[BODY], id[ID_TEXT_LEN + 1] = "";
    void *reply = NULL;
    Str   code  = STR_NONE;
    id_format(w->owners[w->model->purchases[purchase].owner], id);
    (void)snprintf(body, sizeof body, "{\"%s\":\"%s\"%s}", key, id, more);
    w->got.ok = world_call(w, route, body, " state_refused field_invalid receive_damaged ", &reply, &code);
    w->got.available = w->want.available;
}

void op_purchase_receive(World *w, const int64_t *a)
{
    static const State states[] = { FLOOR, BACKROOM, QUARANTINE };
    size_t             at;
    char               more[BODY / 2], damaged[60] = "";
    State              to   = states[a[1] % 3];
    int64_t            bad  = a[3] % 4 ? 0 : 1;
    bool               last = a[3] % 7 == 0;
    if (!some_purchase(w, a[0], &at)) return;
    if (bad)
        (void)snprintf(damaged, sizeof damaged, ",\"damaged\":%lld,\"reason\":\"broken\"", (long long)bad);
    (void)snprintf(more, sizeof more,
                   ",\"to\":\"%s\",\"accept_over\":true,\"close_short\":%s,\"lines\":[{\"sku\":\"%s\","
                   "\"quantity\":%lld%s}]",
                   state_names[to], last ? "true" : "false", item_skus[w->model->purchases[at].item],
                   (long long)a[2], damaged);
    w->want = model_purchase_receive(w->model, at, to, a[2] * 1000, bad * 1000, last);
    step(w, "purchase receive", "order", at, more);
}

void op_purchase_close(World *w, const int64_t *a)
{
    size_t at;
    if (!some_purchase(w, a[0], &at)) return;
    w->want = model_purchase_close(w->model, at);
    step(w, "purchase close", "id", at, "");
}

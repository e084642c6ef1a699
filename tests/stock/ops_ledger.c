/* ops_ledger.c — commands of model_test on the stock ledger itself: its C interface, which all flows use. */
#include "tests/stock/ops.h"

#include "shop/inventory/inventory.h"
#include "tests/kit.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

typedef struct {
    World     *w;
    StockWant  want;
    StockMove  move;
    ClaimOwner owner;
    ClaimTake  take;
    int64_t    n, qty, count;
    Id         id;
    Str        cause;
} Step;

/* A quantity in thousandths; `all` is what ALL stands for. */
static int64_t thousandths(int64_t qty, int64_t all)
{
    return qty == ALL ? all : qty == MORE ? all + 1 : qty * 1000;
}

static int64_t wanted(const World *w, const int64_t *a)
{
    return thousandths(a[3], model_available(w->model, (int)a[0], (int)a[1], (int)a[2]));
}

static AtpTerms terms(int64_t channel)
{
    return (AtpTerms){ .channel      = str_from(channel_codes[channel]),
                       .keeps_safety = channel == 1,
                       .safety       = SAFETY };
}

static StockWant want_of(const World *w, int64_t item, int64_t place, int64_t channel, int64_t qty)
{
    return (StockWant){ .item     = w->items[item],
                        .sku      = str_from(item_skus[item]),
                        .qty      = qty,
                        .location = str_from(place_codes[place]),
                        .terms    = terms(channel) };
}

static bool do_sell(Ctx *ctx, void *arg, Error *err)
{
    Step    *s   = arg;
    StockDoc doc = { ctx_new_id(ctx), STR("test"), 0 };
    return inventory_sell(ctx, &doc, &s->want, err);
}

void op_sell(World *w, const int64_t *a)
{
    int64_t qty = wanted(w, a);
    Step    s   = { .want = want_of(w, a[0], a[1], a[2], qty) };
    if (qty <= 0) return;
    w->want = model_sell(w->model, (int)a[0], (int)a[1], (int)a[2], qty);
    w->got  = world_do(w, do_sell, &s);
}

static bool do_claim(Ctx *ctx, void *arg, Error *err)
{
    Step *s = arg;
    return inventory_claim(ctx, &s->owner, s->n, &s->want, err);
}

/* An owner of the kind: mostly a new one, or one of those that are there. */
static int owner_for(World *w, OwnerKind kind, int64_t ref)
{
    for (int tried = 0; ref % 3 && tried < w->owner_count; tried++) {
        int owner = (int)((ref + tried) % w->owner_count);
        if (w->kinds[owner] == kind) return owner;
    }
    w->owners[w->owner_count] = env_new_id(w->env);
    w->kinds[w->owner_count]  = kind;
    return w->owner_count++;
}

static int next_n(const World *w, int owner)
{
    int n = 1;
    for (size_t i = 0; i < w->model->claim_count; i++) n += w->model->claims[i].owner == owner;
    return n;
}

static void claim(World *w, const int64_t *a, OwnerKind kind, int64_t expires_ms, int64_t ref)
{
    if (wanted(w, a) <= 0) return;
    int        owner = owner_for(w, kind, ref);
    ModelClaim c     = { .owner      = owner,
                         .n          = next_n(w, owner),
                         .kind       = kind,
                         .item       = (int)a[0],
                         .place      = (int)a[1],
                         .qty        = wanted(w, a),
                         .expires_ms = expires_ms };
    Step       s     = { .owner = { str_from(kind_names[kind]), w->owners[owner], expires_ms },
                         .n     = c.n,
                         .want  = want_of(w, a[0], a[1], a[2], c.qty) };
    w->want          = model_claim(w->model, c, (int)a[2]);
    w->got           = world_do(w, do_claim, &s);
}

void op_hold(World *w, const int64_t *a)
{
    claim(w, a, CART, w->model->now_ms + (a[4] + 1) * MINUTE_MS, a[5]);
}

void op_commit(World *w, const int64_t *a)
{
    claim(w, a, ORDER + (OwnerKind)(a[4] % 3), 0, a[5]);
}

static bool is_free(const ModelClaim *c)
{
    return model_open(c) > 0 && !c->of_delivery;
}

/* One of the open claims, or of all of them when none is open; false when there is none at all. */
static bool some_claim(const World *w, int64_t ref, size_t *out)
{
    const Model *m    = w->model;
    size_t       open = 0;
    if (m->claim_count == 0) return false;
    for (size_t i = 0; i < m->claim_count; i++) open += is_free(&m->claims[i]);
    *out = (size_t)ref % m->claim_count;
    if (open == 0 || ref % 10 == 9)
        return !m->claims[*out].of_delivery; /* also closed ones, which must be refused */
    for (size_t i = 0, nth = (size_t)ref % open; i < m->claim_count; i++)
        if (is_free(&m->claims[i]) && nth-- == 0) *out = i;
    return true;
}

static bool do_take(Ctx *ctx, void *arg, Error *err)
{
    Step    *s   = arg;
    StockDoc doc = { s->take.owner, STR("pick"), 0 };
    return inventory_claim_take(ctx, &doc, &s->take, err);
}

void op_take(World *w, const int64_t *a)
{
    size_t at;
    State  from = a[1] % 2 ? BACKROOM : FLOOR;
    if (!some_claim(w, a[0], &at)) return;
    const ModelClaim *c   = &w->model->claims[at];
    int64_t           qty = thousandths(a[2], model_open(c));
    if (qty == 0) return;
    Step s  = { .take = { .owner       = w->owners[c->owner],
                          .n           = c->n,
                          .sku         = str_from(item_skus[c->item]),
                          .from_state  = str_from(state_names[from]),
                          .to_location = str_from(place_codes[c->place]),
                          .to_state    = STR("picked"),
                          .qty         = qty } };
    w->want = model_take(w->model, at, from, PICKED, qty);
    w->got  = world_do(w, do_take, &s);
}

static bool do_release(Ctx *ctx, void *arg, Error *err)
{
    Step *s = arg;
    return inventory_claim_release(ctx, s->id, s->n, s->qty, err);
}

void op_release(World *w, const int64_t *a)
{
    size_t at;
    if (!some_claim(w, a[0], &at)) return;
    const ModelClaim *c   = &w->model->claims[at];
    int64_t           qty = thousandths(a[1], model_open(c));
    if (qty == 0) return;
    Step s  = { .id = w->owners[c->owner], .n = c->n, .qty = qty };
    w->want = model_release(w->model, at, qty);
    w->got  = world_do(w, do_release, &s);
}

static bool do_drop(Ctx *ctx, void *arg, Error *err)
{
    return inventory_claims_drop(ctx, ((Step *)arg)->id, err);
}

void op_drop(World *w, const int64_t *a)
{
    size_t at;
    if (!some_claim(w, a[0], &at)) return;
    int  owner = w->model->claims[at].owner;
    Step s     = { .id = w->owners[owner] };
    w->want    = model_drop(w->model, owner);
    w->got     = world_do(w, do_drop, &s);
}

static bool do_use(Ctx *ctx, void *arg, Error *err)
{
    return inventory_claims_use(ctx, ((Step *)arg)->id, err);
}

void op_use(World *w, const int64_t *a)
{
    size_t at;
    if (!some_claim(w, a[0], &at)) return;
    int  owner       = w->model->claims[at].owner;
    Step s           = { .id = w->owners[owner] };
    w->want          = model_use(w->model, owner);
    w->got           = world_do(w, do_use, &s);
    w->got.available = w->want.available; /* which of its items was short is not the model's to say */
}

/* Waits until a claim ends to the millisecond, or the one before. */
static void wait_for_end(World *w, int64_t ref, int64_t before)
{
    size_t at;
    if (!some_claim(w, ref, &at)) return;
    int64_t until = w->model->claims[at].expires_ms - before;
    if (until > kit_now_ms) kit_now_ms = w->model->now_ms = until;
}

static bool do_expire(Ctx *ctx, void *arg, Error *err)
{
    return inventory_claims_expire(ctx, CLAIMS_MAX, &((Step *)arg)->count, err);
}

void op_expire(World *w, const int64_t *a)
{
    Step    s     = { .w = w };
    int64_t count = 0;
    if (a[1] % 3) wait_for_end(w, a[0], a[1] % 3 - 1);
    w->want = model_expire(w->model, &count);
    w->got  = world_do(w, do_expire, &s);
    if (s.count != count)
        world_blame(w, "%lld claims expired, by the model %lld", (long long)s.count, (long long)count);
}

void op_wait(World *w, const int64_t *a)
{
    (void)w;
    kit_now_ms += a[0] * MINUTE_MS;
}

static bool do_move(Ctx *ctx, void *arg, Error *err)
{
    Step    *s   = arg;
    StockDoc doc = { ctx_new_id(ctx), s->cause, 0 };
    return inventory_move(ctx, &doc, &s->move, err);
}

/* How much of the item stands where it is to be moved from. */
static int64_t standing(const World *w, const ModelMove *v)
{
    return w->model->level[v->item][v->from_place].qty[v->from];
}

/* Outside places have no location; `outside` is the state of such an end. */
static void move(World *w, const ModelMove *v, const char *outside, const char *cause)
{
    if (v->qty == 0) return;
    Step s = { .cause = str_from(cause) };
    s.move = (StockMove){
        .item          = w->items[v->item],
        .sku           = str_from(item_skus[v->item]),
        .qty           = v->qty,
        .is_fact       = v->fact,
        .from_location = v->from_place < 0 ? STR("") : str_from(place_codes[v->from_place]),
        .from_state    = v->from_place < 0 ? str_from(outside) : str_from(state_names[v->from]),
        .to_location   = v->to_place < 0 ? STR("") : str_from(place_codes[v->to_place]),
        .to_state      = v->to_place < 0 ? str_from(outside) : str_from(state_names[v->to]),
    };
    w->want = model_move(w->model, v);
    w->got  = world_do(w, do_move, &s);
}

void op_receive(World *w, const int64_t *a)
{
    ModelMove v = {
        .item = (int)a[0], .from_place = -1, .to_place = (int)a[1], .to = (State)a[2], .qty = a[3] * 1000
    };
    move(w, &v, "vendor", "receipt");
}

void op_move(World *w, const int64_t *a)
{
    ModelMove v = { .item       = (int)a[0],
                    .from_place = (int)a[1],
                    .from       = (State)a[2],
                    .to_place   = (int)a[3],
                    .to         = (State)a[4] };
    v.qty       = thousandths(a[5], standing(w, &v));
    if (v.from_place == v.to_place && v.from == v.to) return;
    move(w, &v, "", "transfer");
}

void op_lose(World *w, const int64_t *a)
{
    ModelMove v = {
        .item = (int)a[0], .from_place = (int)a[1], .from = (State)a[2], .to_place = -1, .fact = true
    };
    v.qty = thousandths(a[3], standing(w, &v));
    move(w, &v, "loss", "theft");
}

/* What was picked leaves; nothing else goes to customers but sales. */
void op_ship(World *w, const int64_t *a)
{
    ModelMove v = { .item = (int)a[0], .from_place = (int)a[1], .from = PICKED, .to_place = -1 };
    v.qty       = thousandths(a[2], standing(w, &v));
    move(w, &v, "customer", "ship");
}

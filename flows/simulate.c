/* simulate.c — POST /v1/promotions/{code}/simulate. See simulate.h.
 * List prices, quantities, discounts by hand, coupons, shipping, tender, place and time are those of the
 * order; brand, categories and tags of its items and the groups of its customer are those of today.
 * Deposits are left out: no promotion touches them. */
#include "flows/simulate.h"

#include "all_sql.h"
#include "flows/rules.h"
#include "flows/taxes.h"
#include "shop/campaigns/campaigns.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"
#include "shop/tax/tax.h"
#include "sys/json_read.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES     = 128 << 20,
    PAGE            = 100,
    ORDERS_STANDARD = 10000,
    BUCKETS         = 1 << 14,
    TOP             = 20,
    PLACES_MAX      = 64
};

typedef struct ItemSeen ItemSeen;
struct ItemSeen {
    Id        id;
    SaleItem  item; /* as it is now */
    Str       name; /* when it was sold */
    int64_t   quantity, given;
    ItemSeen *next;
};

typedef struct {
    Str       code, time_zone, tax_zone;
    CartRate *rates;
    size_t    rate_count;
    int64_t   rates_from, rates_until;
} PlaceSeen;

typedef struct {
    Ctx          ctx;  /* a copy with an arena of its own, of one order */
    Ctx          keep; /* the same with one for what stays: rules, items, places */
    const Trial *trial;
    TrialReport *out;
    Error       *err;
    Promotion    rule;
    PastRule    *rules;
    size_t       rule_count;
    Guardrails   limits;
    Str          currency;
    Arena        set_arena; /* of the two sets that hold until sets_until */
    PromoSet    *without, *with;
    int64_t      sets_from, sets_until;
    ItemSeen    *items[BUCKETS];
    PlaceSeen    places[PLACES_MAX];
    size_t       place_count;
} Sim;

/* --- the rules of a time --- */

bool simulate_rules(Ctx *ctx, int64_t from_ms, int64_t until_ms, PastRule **out, size_t *count, Error *err)
{
    SimulateVersionsRow *rows = NULL;
    SimulateVersionsIn   in   = { ctx->who.merchant, from_ms, until_ms };
    if (!q_simulate_versions_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, PastRule, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        PastRule *rule = &(*out)[i];
        if (!json_read_stored(ctx->arena, &Promotion_def, rows[i].body, &rule->rule, err)) return false;
        rule->rule.version = rows[i].version;
        rule->from_ms      = rows[i].published_at_ms;
        rule->until_ms     = rows[i].over_at_ms;
    }
    return true;
}

static bool compile(Sim *sim, Promotion *list, size_t count, PromoSet **out)
{
    *out = NULL;
    return count == 0 || promo_set_make(&sim->set_arena, list, count, out, sim->err);
}

/* Makes the two sets of a time; the one that is tried stands in the place of the same code. */
static bool make_sets(Sim *sim, int64_t at_ms)
{
    size_t count    = 0;
    sim->sets_from  = INT64_MIN;
    sim->sets_until = INT64_MAX;
    sim->set_arena.used = 0;
    Promotion *was  = arena_array(&sim->set_arena, Promotion, sim->rule_count + 1);
    Promotion *is   = arena_array(&sim->set_arena, Promotion, sim->rule_count + 2);
    if (!was || !is) return err_memory(sim->err);
    for (size_t i = 0; i < sim->rule_count; i++) {
        const PastRule *rule     = &sim->rules[i];
        int64_t         edges[2] = { rule->from_ms, rule->until_ms };
        for (size_t k = 0; k < 2; k++) {
            if (edges[k] <= at_ms && edges[k] > sim->sets_from) sim->sets_from = edges[k];
            if (edges[k] > at_ms && edges[k] < sim->sets_until) sim->sets_until = edges[k];
        }
        if (rule->from_ms <= at_ms && at_ms < rule->until_ms) was[count++] = rule->rule;
    }
    size_t with = 0;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(was[i].code, sim->rule.code)) is[with++] = was[i];
    is[with++] = sim->rule;
    return compile(sim, was, count, &sim->without) && compile(sim, is, with, &sim->with);
}

/* --- what an order is made of --- */

static ItemSeen *item_of(Sim *sim, const SimulateLinesRow *line)
{
    size_t    bucket = ((size_t)line->item.bytes[15] << 8 | line->item.bytes[14]) % BUCKETS;
    ItemSeen *seen   = sim->items[bucket];
    while (seen && !id_eq(seen->id, line->item)) seen = seen->next;
    if (seen) return seen;
    seen = arena_new(sim->keep.arena, ItemSeen);
    if (!seen) {
        (void)err_memory(sim->err);
        return NULL;
    }
    seen->id   = line->item;
    seen->name = str_dup(sim->keep.arena, line->name);
    if (!catalog_item_now(&sim->keep, line->item, &seen->item, sim->err)) return NULL;
    seen->next          = sim->items[bucket];
    sim->items[bucket] = seen;
    return seen;
}

/* The location of an order with the zone that the order was taxed in. */
static PlaceSeen *place_of(Sim *sim, const Order *order)
{
    Location location;
    Str      code = order->location;
    for (size_t i = 0; i < sim->place_count; i++)
        if (str_eq(sim->places[i].code, code)
            && (!order->tax_zone.len || str_eq(sim->places[i].tax_zone, order->tax_zone)))
            return &sim->places[i];
    if (!locations_get(&sim->keep, code, &location, sim->err)) return NULL;
    Str zone = order->tax_zone.len ? str_dup(sim->keep.arena, order->tax_zone) : location.tax_zone;
    PlaceSeen *place = &sim->places[sim->place_count < PLACES_MAX ? sim->place_count++ : 0];
    *place           = (PlaceSeen){ .code      = str_dup(sim->keep.arena, code),
                                    .time_zone = location.time_zone,
                                    .tax_zone  = zone };
    return place->code.ptr && zone.ptr ? place : NULL;
}

static bool rates_of(Sim *sim, PlaceSeen *place, int64_t at_ms)
{
    if (place->rates && place->rates_from <= at_ms && at_ms < place->rates_until) return true;
    place->rates_from = at_ms;
    return tax_load(&sim->keep, place->tax_zone, at_ms, &place->rates, &place->rate_count, sim->err)
           && tax_next_change(&sim->ctx, place->tax_zone, at_ms, &place->rates_until, sim->err);
}

static ManualDiscount *manual_of(Sim *sim, const OrderManual *given)
{
    ManualDiscount *manual = given ? arena_new(sim->ctx.arena, ManualDiscount) : NULL;
    if (manual) *manual = (ManualDiscount){ given->percent, given->amount, given->price, given->reason };
    return manual;
}

static bool load_lines(Sim *sim, const Order *order, CartInput *in, ItemSeen ***seen)
{
    SimulateLinesRow *rows  = NULL;
    size_t            count = 0;
    SimulateLinesIn   ask   = { sim->ctx.who.merchant, order->id };
    if (!q_simulate_lines_all(sim->ctx.tx, sim->ctx.arena, &ask, &rows, &count, sim->err)) return false;
    in->lines.items = arena_array(sim->ctx.arena, CartLine, count + 1);
    in->lines.count = count;
    *seen           = arena_array(sim->ctx.arena, ItemSeen *, count + 1);
    if (!in->lines.items || !*seen) return err_memory(sim->err);
    for (size_t i = 0; i < count; i++) {
        const SimulateLinesRow *r = &rows[i];
        (*seen)[i]                = item_of(sim, r);
        if (!(*seen)[i]) return false;
        const SaleItem *item = &(*seen)[i]->item;
        int64_t         cost = r->cost > 0 ? r->cost : item->cost;
        in->lines.items[i]   = (CartLine){ .item         = r->item,
                                           .sku          = r->sku,
                                           .name         = r->name,
                                           .tax_class    = r->tax_class,
                                           .price_source = r->price_list,
                                           .quantity     = r->qty,
                                           .unit_price   = r->unit_price,
                                           .cost         = cost > 0 ? cost : OPT_NONE,
                                           .brand        = text_or_none(item->brand),
                                           .categories   = item->categories,
                                           .tags         = item->tags,
                                           .reduced      = r->reduced,
                                           .fixed        = !item->discountable
                                                    || str_eq(item->kind, STR("gift_card")),
                                           .manual = manual_of(sim, order->lines.items[i].manual) };
    }
    return true;
}

static bool load_customer(Sim *sim, const Order *order, CartInput *in)
{
    SimulateEarlierRow row;
    bool               earlier = false;
    SimulateEarlierIn  ask     = { sim->ctx.who.merchant, order->customer, order->made_at };
    if (id_is_none(order->customer)) return true;
    in->customer = arena_new(sim->ctx.arena, CartCustomer);
    if (!in->customer) return err_memory(sim->err);
    if (!customers_cart(&sim->ctx, order->customer, in->customer, sim->err)
        || !q_simulate_earlier_one(sim->ctx.tx, sim->ctx.arena, &ask, &row, &earlier, sim->err))
        return false;
    in->customer->first_order = !earlier;
    return true;
}

static bool load_coupons(Sim *sim, const Order *order, CartInput *in)
{
    PromotionUse *uses  = NULL;
    size_t        count = 0;
    if (!campaigns_used(&sim->ctx, order->id, &uses, &count, sim->err)) return false;
    in->coupons.items = arena_array(sim->ctx.arena, CartCoupon, count + 1);
    if (!in->coupons.items) return err_memory(sim->err);
    for (size_t i = 0; i < count; i++)
        if (uses[i].coupon.len)
            in->coupons.items[in->coupons.count++] = (CartCoupon){ uses[i].coupon, uses[i].promotion };
    return true;
}

static bool load(Sim *sim, const Order *order, Str tender, CartInput *in, ItemSeen ***seen)
{
    PlaceSeen *place = place_of(sim, order);
    if (!place || !rates_of(sim, place, order->made_at)) return false;
    *in = (CartInput){ .currency           = order->currency,
                       .prices_include_tax = order->prices_include_tax,
                       .channel            = order->channel,
                       .location           = order->location,
                       .at                 = order->made_at,
                       .tender             = text_or_none(tender),
                       .manual             = manual_of(sim, order->manual),
                       .guardrails         = &sim->limits,
                       .rates              = { place->rates, place->rate_count } };
    taxes_rounding(place->tax_zone, false, in);
    if (order->shipping) {
        in->shipping = arena_new(sim->ctx.arena, CartShipping);
        if (!in->shipping) return err_memory(sim->err);
        *in->shipping = (CartShipping){ order->shipping->amount, order->shipping->tax_class };
    }
    return rules_local_time(&sim->ctx, place->time_zone, order->made_at, &in->local_date, &in->local_minute,
                            sim->err)
           && load_lines(sim, order, in, seen) && load_customer(sim, order, in)
           && load_coupons(sim, order, in);
}

/* --- one order --- */

/* Net less cost over the lines whose cost is known. */
static int64_t margin_of(Sim *sim, const CartInput *in, const Priced *priced, int64_t *unknown)
{
    int64_t margin = 0;
    *unknown       = 0;
    for (size_t i = 0; i < in->lines.count; i++) {
        const CartLine *line = &in->lines.items[i];
        int64_t         cost = 0;
        if (line->cost == OPT_NONE
            || !money_scale(line->cost, line->quantity, QTY_ONE, ROUND_HALF_UP, &cost, sim->err))
            (*unknown)++;
        else margin += priced->lines.items[i].net - cost;
    }
    return margin;
}

static int64_t all_off(const Priced *priced)
{
    return priced->discount + (priced->shipping ? priced->shipping->discount : 0);
}

static void count_order(Sim *sim, const CartInput *in, const Priced *was, const Priced *is,
                        ItemSeen *const *seen)
{
    TrialReport *out     = sim->out;
    int64_t      unknown = 0;
    bool         touched = false;
    for (size_t i = 0; i < is->uses.count; i++) {
        if (!str_eq(is->uses.items[i].promotion, sim->rule.code)) continue;
        touched = true;
        out->given += is->uses.items[i].amount;
    }
    out->touched += touched;
    out->inexact += !is->exact;
    out->discount_before += all_off(was);
    out->discount_after += all_off(is);
    out->revenue_before += was->net;
    out->revenue_after += is->net;
    out->margin_before += margin_of(sim, in, was, &unknown);
    out->margin_after += margin_of(sim, in, is, &unknown);
    out->lines_without_cost += unknown;
    for (size_t i = 0; i < in->lines.count; i++) {
        int64_t more = is->lines.items[i].discount - was->lines.items[i].discount;
        if (more == 0) continue;
        seen[i]->quantity += in->lines.items[i].quantity;
        seen[i]->given += more;
    }
}

/* Refusals that say that this order cannot be priced (a rate or place that is gone) are counted, not told. */
static bool skip(Sim *sim)
{
    if (sim->err->def->status >= 500) return false;
    *sim->err = (Error){ 0 };
    sim->out->skipped++;
    return true;
}

static bool try_order(Sim *sim, const SimulateOrdersRow *row)
{
    Order      order;
    CartInput  in;
    Priced     was, is;
    ItemSeen **seen = NULL;
    sim->out->orders++;
    if (row->made_at_ms < sim->sets_from || row->made_at_ms >= sim->sets_until)
        if (!make_sets(sim, row->made_at_ms)) return false;
    if (!str_eq(row->currency, sim->currency)) {
        sim->out->skipped++;
        return true;
    }
    if (!orders_get(&sim->ctx, row->id, &order, sim->err) || !load(sim, &order, row->tender, &in, &seen)
        || !cart_price(sim->ctx.arena, sim->without, &in, false, &was, sim->err))
        return skip(sim);
    if (sim->rule.coupon && sim->trial->with_coupon) /* load_coupons left room for it */
        in.coupons.items[in.coupons.count++] = (CartCoupon){ STR("TRIAL"), sim->rule.code };
    if (!cart_price(sim->ctx.arena, sim->with, &in, false, &is, sim->err)) return skip(sim);
    count_order(sim, &in, &was, &is, seen);
    return true;
}

/* --- all of them --- */

static bool try_page(Sim *sim, SimulateOrdersIn *in, size_t *count)
{
    SimulateOrdersRow *rows = NULL;
    Id                 last;
    sim->ctx.arena->used = 0;
    if (!q_simulate_orders_all(sim->ctx.tx, sim->ctx.arena, in, &rows, count, sim->err)) return false;
    size_t mark = sim->ctx.arena->used;
    for (size_t i = 0; i < *count; i++) {
        sim->ctx.arena->used = mark;
        if (!try_order(sim, &rows[i])) return false;
    }
    if (*count == 0) return true;
    last          = rows[*count - 1].id;
    in->after_ms  = rows[*count - 1].made_at_ms;
    memcpy((char *)(uintptr_t)in->after.ptr, last.bytes, ID_BYTES);
    return true;
}

static bool try_all(Sim *sim)
{
    const Trial     *trial = sim->trial;
    int64_t          left  = opt_or(trial->limit, ORDERS_STANDARD);
    Id               after = { { 0 } };
    SimulateOrdersIn in    = { sim->ctx.who.merchant,
                               trial->from - 1,
                               id_bytes(&after),
                            opt_or(trial->until, sim->ctx.now_ms),
                               PAGE };
    size_t           count = PAGE;
    memset(after.bytes, 0xFF, ID_BYTES);
    while (left > 0 && count == (size_t)in.count) {
        in.count = left < PAGE ? left : PAGE;
        if (!try_page(sim, &in, &count)) return false;
        left -= (int64_t)count;
    }
    sim->out->whole = left > 0;
    return true;
}

static bool by_given(const ItemSeen *a, const ItemSeen *b)
{
    return a->given != b->given ? a->given > b->given : str_cmp(a->item.sku, b->item.sku) < 0;
}

static bool show_items(Sim *sim, Arena *arena)
{
    ItemSeen *top[TOP + 1];
    size_t    count = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        for (ItemSeen *seen = sim->items[b]; seen; seen = seen->next) {
            size_t at = count < TOP ? count++ : TOP;
            if (seen->given == 0) {
                count -= at < TOP;
                continue;
            }
            for (; at > 0 && by_given(seen, top[at - 1]); at--) top[at] = top[at - 1];
            top[at] = seen;
        }
    }
    sim->out->top_items.items = arena_array(arena, TrialItem, count + 1);
    if (!sim->out->top_items.items) return err_memory(sim->err);
    sim->out->top_items.count = count;
    for (size_t i = 0; i < count; i++) {
        TrialItem *to = &sim->out->top_items.items[i];
        *to = (TrialItem){ str_dup(arena, top[i]->item.sku), str_dup(arena, top[i]->name), top[i]->quantity,
                           top[i]->given };
        if (!to->sku.ptr || !to->name.ptr) return err_memory(sim->err);
    }
    return true;
}

static bool run(Sim *sim, Arena *arena)
{
    const Trial *trial = sim->trial;
    int64_t      until = opt_or(trial->until, sim->ctx.now_ms);
    Merchant     merchant;
    if (!promotions_get(&sim->keep, trial->code, trial->version, &sim->rule, sim->err)) return false;
    sim->rule.from = sim->rule.until = OPT_NONE; /* it is tried on a time before it begins */
    if (!identity_merchant(&sim->keep, &merchant, sim->err)
        || !promotions_limits(&sim->keep, (Id){ { 0 } }, &sim->limits, sim->err)
        || !simulate_rules(&sim->keep, trial->from, until, &sim->rules, &sim->rule_count, sim->err))
        return false;
    sim->currency  = merchant.currency;
    sim->sets_from = INT64_MAX; /* none yet */
    *sim->out      = (TrialReport){ .code     = str_dup(arena, sim->rule.code),
                                    .version  = sim->rule.version,
                                    .currency = str_dup(arena, merchant.currency) };
    return try_all(sim) && show_items(sim, arena);
}

bool promotions_simulate(Ctx *ctx, const Trial *request, TrialReport *reply, Error *err)
{
    int64_t until = opt_or(request->until, ctx->now_ms);
    if (until <= request->from)
        return err_set(err, &ERR_FIELD_INVALID, "until", "must be later than the beginning");
    Sim  *sim   = calloc(1, sizeof *sim);
    void *bytes = malloc(3 * (size_t)ARENA_BYTES); /* only what is used is ever taken */
    Arena order, stays;
    bool  ok = sim && bytes;
    if (!ok) (void)err_memory(err);
    if (ok) {
        arena_init(&order, bytes, ARENA_BYTES);
        arena_init(&stays, (char *)bytes + ARENA_BYTES, ARENA_BYTES);
        arena_init(&sim->set_arena, (char *)bytes + 2 * (size_t)ARENA_BYTES, ARENA_BYTES);
        sim->ctx = sim->keep = *ctx;
        sim->ctx.arena       = &order;
        sim->keep.arena      = &stays;
        sim->trial     = request;
        sim->out       = reply;
        sim->err       = err;
        ok             = run(sim, ctx->arena);
    }
    if (ok && !ctx_may(ctx, &PERM_COSTS_READ)) reply->margin_before = reply->margin_after = OPT_NONE;
    free(sim);
    free(bytes);
    return ok;
}

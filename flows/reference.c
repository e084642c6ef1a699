/* reference.c — reference data of a sale, from memory or from the database. See reference.h. */
#include "flows/reference.h"

#include "all_sql.h"
#include "shop/tax/tax.h"
#include "sys/json_read.h"

typedef enum { ON_SHELF_PLACE = 1, ON_SHELF_RATES, ON_SHELF_ITEM, ON_SHELF_RULES } OnShelf;

typedef struct {
    const CartRate *items;
    size_t          count;
} Rates;

typedef struct {
    SaleItem   item;
    PriceSteps prices;
} Priceable;

static ShelfKey key_of(const Ctx *ctx, OnShelf kind, Str one, Str two)
{
    return (ShelfKey){ (int)kind, ctx->who.merchant, one, two };
}

static bool copy_place(Arena *arena, const void *from, void *to)
{
    const Place *place = from;
    Place       *copy  = to;
    return form_copy(arena, &Location_def, &place->location, &copy->location)
        && form_copy(arena, &Channel_def, &place->channel, &copy->channel);
}

bool reference_place(Ctx *ctx, Str location, Str channel, const Place **out, Error *err)
{
    ShelfKey key    = key_of(ctx, ON_SHELF_PLACE, location, channel);
    bool     served = false;
    *out            = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    if (*out) return true;
    Place *place = arena_new(ctx->arena, Place);
    if (!place) return err_memory(err);
    if (!locations_get(ctx, location, &place->location, err)) return false;
    if (!channels_get(ctx, channel, &place->channel, err)) return false;
    if (!channels_served(ctx, channel, location, &served, err)) return false;
    if (!served) return err_set(err, &ERR_LOCATION_NOT_SERVED, "location", "does not serve this channel");
    shelf_put(&ctx->shelf, ctx->arena, &key, place, sizeof *place, copy_place, INT64_MIN, INT64_MAX);
    *out = place;
    return true;
}

static bool copy_rates(Arena *arena, const void *from, void *to)
{
    const Rates *rates = from;
    CartRate    *items = arena_array(arena, CartRate, rates->count);
    for (size_t i = 0; items && i < rates->count; i++)
        if (!form_copy(arena, &CartRate_def, &rates->items[i], &items[i])) return false;
    *(Rates *)to = (Rates){ items, rates->count };
    return items != NULL;
}

bool reference_rates(Ctx *ctx, Str zone, const CartRate **rates, size_t *count, Error *err)
{
    ShelfKey     key   = key_of(ctx, ON_SHELF_RATES, zone, STR(""));
    const Rates *known = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    CartRate    *items = NULL;
    int64_t      until = 0;
    if (known) {
        *rates = known->items;
        *count = known->count;
        return true;
    }
    if (!tax_load(ctx, zone, ctx->now_ms, &items, count, err)) return false;
    *rates = items;
    if (!ctx->shelf.shelf) return true;
    if (!tax_next_change(ctx, zone, ctx->now_ms, &until, err)) return false;
    Rates loaded = { items, *count };
    shelf_put(&ctx->shelf, ctx->arena, &key, &loaded, sizeof loaded, copy_rates, ctx->now_ms, until);
    return true;
}

static bool copy_rules(Arena *arena, const void *from, void *to)
{
    const RulesState *state = from;
    RulesState       *copy  = to;
    copy->version           = state->version;
    copy->currency          = str_dup(arena, state->currency);
    return copy->currency.ptr && form_copy(arena, &GuardrailSettings_def, &state->limits, &copy->limits);
}

bool reference_rules(Ctx *ctx, const RulesState **out, Error *err)
{
    ShelfKey         key = key_of(ctx, ON_SHELF_RULES, STR(""), STR(""));
    RulesStateRow    row = { 0 };
    bool             found = false;
    *out                 = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    if (*out) return true;
    RulesState *state = arena_new(ctx->arena, RulesState);
    if (!state) return err_memory(err);
    if (!q_rules_state_one(ctx->tx, ctx->arena, &(RulesStateIn){ ctx->who.merchant }, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_INTERNAL, "", "there is no such merchant");
    state->version  = row.version;
    state->currency = row.currency;
    if (!json_read_stored(ctx->arena, &GuardrailSettings_def, row.limits.len ? row.limits : STR("{}"),
                          &state->limits, err))
        return false;
    shelf_put(&ctx->shelf, ctx->arena, &key, state, sizeof *state, copy_rules, INT64_MIN, INT64_MAX);
    *out = state;
    return true;
}

static bool copy_priceable(Arena *arena, const void *from, void *to)
{
    const Priceable *item = from;
    Priceable       *copy = to;
    return catalog_copy_sale_item(arena, &item->item, &copy->item)
        && pricing_copy_steps(arena, &item->prices, &copy->prices);
}

bool reference_item(Ctx *ctx, Str sku, const Channel *channel, const SaleItem **item,
                    const PriceSteps **prices, Error *err)
{
    ShelfKey         key   = key_of(ctx, ON_SHELF_ITEM, sku, channel->code);
    const Priceable *known = shelf_find(&ctx->shelf, ctx->arena, &key, ctx->now_ms);
    if (!known) {
        Priceable *loaded = arena_new(ctx->arena, Priceable);
        if (!loaded) return err_memory(err);
        if (!catalog_sale_item(ctx, sku, &loaded->item, err)) return false;
        PriceAsk ask = { loaded->item.id, channel->code, channel->currency, 0, ctx->now_ms };
        if (ctx->shelf.shelf && !pricing_load_steps(ctx, &ask, &loaded->prices, err)) return false;
        shelf_put(&ctx->shelf, ctx->arena, &key, loaded, sizeof *loaded, copy_priceable, ctx->now_ms,
                  INT64_MAX);
        known = loaded;
    }
    *item   = &known->item;
    *prices = &known->prices;
    return true;
}

bool reference_price(Ctx *ctx, const SaleItem *item, const PriceSteps *prices, const Channel *channel,
                     int64_t qty_milli, PriceFound *out, Error *err)
{
    PriceAsk ask = { item->id, channel->code, channel->currency, qty_milli, ctx->now_ms };
    if (prices->whole) return pricing_pick(prices, qty_milli, ctx->now_ms, out, err);
    return pricing_find(ctx, &ask, out, err);
}

/* taxes.c — the place, the rounding and the rates of a sale's taxes. See taxes.h. */
#include "flows/taxes.h"

#include "core/tax_zone.h"
#include "flows/reference.h"
#include "shop/tax/tax.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_BYTES = 1 << 20, CLASSES_MAX = 64 };

/* --- where --- */

static bool has_rates(Ctx *ctx, Str zone, bool *yes, Error *err)
{
    const CartRate *rates;
    size_t          count = 0;
    if (!reference_rates(ctx, zone, &rates, &count, err)) return false;
    *yes = count > 0;
    return true;
}

/* Of a region that has no rates of its own the country's hold, if it has some. */
static bool or_country(Ctx *ctx, Str country, Str *zone, Error *err)
{
    bool region = false, whole = false;
    if (!has_rates(ctx, *zone, &region, err)) return false;
    if (region) return true;
    if (!has_rates(ctx, country, &whole, err)) return false;
    if (whole) *zone = country;
    return true;
}

bool taxes_zone(Ctx *ctx, const Location *location, const ShipTo *to, Str *zone, Error *err)
{
    const TaxZoneInfo *info = tax_zone_above(location->tax_zone);
    *zone                   = location->tax_zone;
    if (!to) return true;
    if (!country_check(to->country, "ship_to.country", err)) return false;
    if (to->region.len && !code_check(to->region, "ship_to.region", err)) return false;
    if (to->zone.len && !code_check(to->zone, "ship_to.zone", err)) return false;
    const char *why  = tax_zone_refused(to->country);
    Str         goal = to->zone.len     ? to->zone
                       : to->region.len ? str_format(ctx->arena, "%.*s-%.*s", STR_FMT(to->country),
                                                     STR_FMT(to->region))
                                        : to->country;
    if (why) return err_set(err, &ERR_TAX_OUT_OF_REACH, "ship_to.country", "%s", why);
    if (!goal.ptr) return err_memory(err);
    *zone = tax_zone_of_sale(ctx->arena, location->tax_zone, goal,
                             info ? str_from(info->sourcing) : STR("destination"));
    if (!zone->ptr) return err_memory(err);
    if (to->zone.len || !to->region.len || !str_eq(*zone, goal)) return true;
    return or_country(ctx, to->country, zone, err);
}

/* --- lines that are delivered --- */

/* Where a delivery is handed over, as far as taxes go. */
static bool zone_of(Ctx *ctx, const Location *location, const DeliveryInput *delivery, Str *zone, Error *err)
{
    Location store = { .code = STR("") };
    if (delivery->store.len)
        return locations_get(ctx, delivery->store, &store, err) && taxes_zone(ctx, &store, NULL, zone, err);
    const Address *to = delivery->address;
    if (!to) return true; /* said to be wrong elsewhere */
    ShipTo ship = { .country     = to->country,
                    .region      = to->region,
                    .city        = to->city,
                    .postal_code = to->postal_code,
                    .zone        = delivery->tax_zone };
    return taxes_zone(ctx, location, &ship, zone, err);
}

/* The number of the place, from 1; 0: the sale's own. */
static bool place_number(TaxPlaces *places, Str own, Str zone, size_t *out, Error *err)
{
    *out = 0;
    if (str_eq(zone, own)) return true;
    while (*out < places->count && !str_eq(places->zones[*out], zone)) ++*out;
    if (*out == TAX_PLACES_MAX)
        return err_set(err, &ERR_FIELD_INVALID, "", "too many tax zones in one order");
    if (*out == places->count) places->zones[places->count++] = zone;
    ++*out;
    return true;
}

static bool move_class(Ctx *ctx, size_t place, Str *tax_class, Error *err)
{
    if (place == 0 || str_eq(*tax_class, TAX_UNTAXED)) return true;
    *tax_class = str_format(ctx->arena, "%zu/%.*s", place, STR_FMT(*tax_class));
    return tax_class->ptr || err_memory(err);
}

static bool move_line(Ctx *ctx, size_t place, CartLine *line, Error *err)
{
    CartFee *fees = arena_array(ctx->arena, CartFee, line->fees.count);
    if (!fees) return err_memory(err);
    for (size_t f = 0; f < line->fees.count; f++) {
        fees[f] = line->fees.items[f];
        if (!move_class(ctx, place, &fees[f].tax_class, err)) return false;
    }
    line->fees.items = fees;
    return move_class(ctx, place, &line->tax_class, err);
}

static bool move_shipping(Ctx *ctx, size_t place, CartInput *in, Error *err)
{
    CartShipping *own = arena_new(ctx->arena, CartShipping);
    if (!own) return err_memory(err);
    *own         = *in->shipping;
    in->shipping = own;
    return move_class(ctx, place, &own->tax_class, err);
}

bool taxes_places(Ctx *ctx, const Location *location, Str own, const DeliveryList *deliveries,
                  const BasketLine *lines, CartInput *in, TaxPlaces *out, Error *err)
{
    bool shipped = false;
    out->count   = 0;
    for (size_t d = 0; d < deliveries->count; d++) {
        const DeliveryInput *delivery = &deliveries->items[d];
        size_t               place    = 0;
        Str                  zone     = own;
        if (!zone_of(ctx, location, delivery, &zone, err) || !place_number(out, own, zone, &place, err))
            return err_in_list(err, "deliveries", d);
        for (size_t i = 0; place && i < in->lines.count; i++)
            if (str_eq(lines[i].delivery, delivery->label)
                && !move_line(ctx, place, &in->lines.items[i], err))
                return false;
        if (shipped || !in->shipping || delivery->store.len) continue;
        shipped = true;
        if (!move_shipping(ctx, place, in, err)) return false;
    }
    return true;
}

static bool has_class(const CartInput *in, Str tax_class)
{
    bool there = in->shipping && str_eq(in->shipping->tax_class, tax_class);
    for (size_t i = 0; !there && i < in->lines.count; i++) {
        const CartLine *line = &in->lines.items[i];
        there                = str_eq(line->tax_class, tax_class);
        for (size_t f = 0; f < line->fees.count; f++)
            there = there || str_eq(line->fees.items[f].tax_class, tax_class);
    }
    return there;
}

/* Adds the rates of the other places, under the classes that their lines have. */
static bool add_places(Ctx *ctx, const TaxPlaces *places, CartInput *in, Error *err)
{
    for (size_t p = 0; p < places->count; p++) {
        const CartRate *rates = NULL;
        size_t          count = 0;
        if (!reference_rates(ctx, places->zones[p], &rates, &count, err)) return false;
        CartRate *all = arena_array(ctx->arena, CartRate, in->rates.count + count);
        if (!all) return err_memory(err);
        if (in->rates.count) memcpy(all, in->rates.items, in->rates.count * sizeof *all);
        in->rates.items = all;
        for (size_t r = 0; r < count; r++) {
            CartRate *to = &all[in->rates.count];
            *to          = rates[r];
            if (!move_class(ctx, p + 1, &to->tax_class, err)) return false;
            in->rates.count += has_class(in, to->tax_class);
        }
    }
    return true;
}

/* --- how --- */

void taxes_rounding(Str zone, bool per_document, CartInput *in)
{
    const TaxZoneInfo *info = tax_zone_above(zone);
    in->tax_rounded_per     = info ? str_from(info->rounded_per) : STR("line");
    in->tax_rounding        = info ? str_from(info->rounding) : STR("half_up");
    in->tax_combined        = info && info->combined;
    if (per_document) in->tax_rounded_per = STR("document");
}

/* --- the service --- */

/* The taxed classes of a basket; `many`: more than can be asked for. */
typedef struct {
    Str    items[CLASSES_MAX];
    size_t count;
    bool   many;
} Classes;

static void add_class(Classes *classes, Str tax_class)
{
    if (str_eq(tax_class, TAX_UNTAXED) || tax_class_there(tax_class).ptr != tax_class.ptr) return;
    for (size_t i = 0; i < classes->count; i++)
        if (str_eq(classes->items[i], tax_class)) return;
    classes->many = classes->many || classes->count == CLASSES_MAX;
    if (!classes->many) classes->items[classes->count++] = tax_class;
}

static void find_classes(const CartInput *in, Classes *out)
{
    out->count = 0;
    out->many  = false;
    for (size_t i = 0; i < in->lines.count; i++) {
        const CartLine *line = &in->lines.items[i];
        add_class(out, line->tax_class);
        for (size_t f = 0; f < line->fees.count; f++) add_class(out, line->fees.items[f].tax_class);
    }
    if (in->shipping) add_class(out, in->shipping->tax_class);
}

/* Takes the answer out of the memory of the question. */
static void keep_told(Ctx *ctx, Str zone, const TaxAnswer *answer)
{
    TaxTold  *told  = arena_new(ctx->arena, TaxTold);
    CartRate *rates = arena_array(ctx->arena, CartRate, answer->count + 1);
    if (!told || !rates) return;
    for (size_t i = 0; i < answer->count; i++)
        if (!form_copy(ctx->arena, &CartRate_def, &answer->rates[i], &rates[i])) return;
    *told = (TaxTold){ str_dup(ctx->arena, zone), { answer->source, rates, answer->count } };
    if (told->zone.ptr) ctx->told = told;
}

void taxes_ask(Ctx *ctx, Str zone, const ShipTo *to, const CartInput *in)
{
    const TaxService *service = tax_service_of(ctx->env);
    void             *bytes   = service ? malloc(ASK_BYTES) : NULL;
    Classes           classes;
    Arena             arena;
    TaxAnswer         answer;
    find_classes(in, &classes);
    if (bytes && classes.count > 0 && !classes.many) {
        TaxQuestion question = { .id                 = env_new_id(ctx->env),
                                 .zone               = zone,
                                 .country            = to->country,
                                 .region             = to->region,
                                 .city               = to->city,
                                 .postal_code        = to->postal_code,
                                 .currency           = in->currency,
                                 .at                 = ctx->now_ms,
                                 .prices_include_tax = in->prices_include_tax,
                                 .classes            = { classes.items, classes.count } };
        arena_init(&arena, bytes, ASK_BYTES);
        tax_service_ask(service, ctx->env, &arena, &question, &answer);
        if (answer.source == TAX_FROM_SERVICE) keep_told(ctx, zone, &answer);
    }
    free(bytes);
}

/* Between question and transaction an item may have come into another class. */
static bool fits(const TaxTold *told, Str zone, const Classes *classes)
{
    size_t index[LINE_RATES_MAX];
    if (!told || !str_eq(told->zone, zone) || classes->many) return false;
    for (size_t i = 0; i < classes->count; i++)
        if (tax_class_rates(told->answer.rates, told->answer.count, classes->items[i], index) == 0)
            return false;
    return true;
}

bool taxes_rates(Ctx *ctx, Str zone, const TaxPlaces *places, CartInput *in, TaxSource *source, Error *err)
{
    const CartRate *rates = NULL;
    Classes         classes;
    *source = TAX_FROM_TABLE;
    if (tax_service_of(ctx->env)) {
        find_classes(in, &classes);
        if (classes.count > 0) *source = TAX_FROM_FALLBACK;
        if (classes.count > 0 && fits(ctx->told, zone, &classes)) *source = TAX_FROM_SERVICE;
    }
    if (*source == TAX_FROM_SERVICE) {
        rates           = ctx->told->answer.rates;
        in->rates.count = ctx->told->answer.count;
    } else if (!reference_rates(ctx, zone, &rates, &in->rates.count, err)) {
        return false;
    }
    in->rates.items = (CartRate *)rates; /* pricing only reads them */
    return add_places(ctx, places, in, err);
}

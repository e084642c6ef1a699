/* taxes.c — the place, the rounding and the rates of a sale's taxes. See taxes.h. */
#include "flows/taxes.h"

#include "core/tax_zone.h"
#include "flows/reference.h"
#include "shop/tax/tax.h"

#include <stdlib.h>

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
    if (str_eq(tax_class, TAX_UNTAXED)) return;
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

bool taxes_rates(Ctx *ctx, Str zone, CartInput *in, TaxSource *source, Error *err)
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
    return true;
}

/* sourcing.c — from where an order comes: loads what core/source.h takes, and gives its answer. See
 * sourcing.h. What a location costs and when it delivers is in sourcing_sites.c. */
#include "flows/sourcing_inner.h"

#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/settings/settings.h"

#include <assert.h>
#include <stdio.h>

enum {
    ENTRIES_MAX   = 131072,  /* lines times locations: 2 MiB of a request's memory */
    SCRATCH_BYTES = 1 << 17, /* for rules and shares of one item */
};

/* --- lines --- */

/* Lines of one item share its stock: they are planned as one. */
static bool merge_lines(Sourcing *s, Error *err)
{
    const SourcingAsk *ask = s->ask;
    s->lines               = arena_array(s->ctx->arena, SourceLine, ask->line_count + 1);
    s->items               = arena_array(s->ctx->arena, SourcingItem, ask->line_count + 1);
    s->line_of             = arena_array(s->ctx->arena, size_t, ask->line_count + 1);
    if (!s->lines || !s->items || !s->line_of) return err_memory(err);
    for (size_t i = 0; i < ask->line_count; i++) {
        const SourcingLine *line = &ask->lines[i];
        size_t              at   = 0;
        assert(line->qty > 0);
        while (at < s->line_count && !id_eq(s->items[at].id, line->item)) at++;
        s->line_of[i] = at;
        if (at < s->line_count) {
            s->lines[at].qty += line->qty;
            s->lines[at].whole = s->lines[at].whole && line->whole;
            continue;
        }
        s->items[s->line_count] =
            (SourcingItem){ .id = line->item, .step = line->step > 0 ? line->step : QTY_ONE };
        s->lines[s->line_count++] = (SourceLine){ .sku    = line->sku,
                                                  .qty    = line->qty,
                                                  .weight = line->weight > 0 ? line->weight : 0,
                                                  .value  = line->value,
                                                  .whole  = line->whole };
    }
    return true;
}

/* Categories, when a rule asks for them. */
static bool load_categories(Sourcing *s, Error *err)
{
    bool asked = false;
    for (size_t i = 0; i < s->book.rule_count; i++) asked = asked || s->book.rules[i].category.len > 0;
    for (size_t i = 0; asked && i < s->line_count; i++) {
        SaleItem item;
        if (!catalog_item_now(s->ctx, s->items[i].id, &item, err)) return false;
        s->items[i].categories = item.categories;
    }
    return true;
}

/* --- stock --- */

/* The index of a location, or count. */
static size_t site_of(const Sourcing *s, Str code)
{
    for (size_t at = str_hash(0, code) & s->slot_mask; s->slots[at]; at = (at + 1) & s->slot_mask)
        if (str_eq(s->sites[s->slots[at] - 1].code, code)) return s->slots[at] - 1;
    return s->site_count;
}

static bool make_slots(Sourcing *s, Error *err)
{
    size_t size = 16;
    while (size < 2 * s->site_count) size *= 2;
    s->slot_mask = size - 1;
    s->slots     = arena_array(s->ctx->arena, uint32_t, size);
    if (!s->slots) return err_memory(err);
    for (size_t i = 0; i < s->site_count; i++) {
        size_t at = str_hash(0, s->sites[i].code) & s->slot_mask;
        while (s->slots[at]) at = (at + 1) & s->slot_mask;
        s->slots[at] = (uint32_t)i + 1;
    }
    return true;
}

typedef struct {
    Sourcing                *s;
    size_t                   line;
    const AvailabilityTerms *terms; /* by place of the channel */
    const StockShare        *shares;
    size_t                   share_count;
} Levels;

/* The shares of the item at the location: they lie by location. */
static AtpShare share_at(const Levels *levels, Str location, AtpLevel *level)
{
    size_t from = 0, until;
    while (from < levels->share_count && !str_eq(levels->shares[from].location, location)) from++;
    for (until = from; until < levels->share_count && str_eq(levels->shares[until].location, location);)
        until++;
    return inventory_share(levels->shares + from, until - from, levels->s->ask->channel,
                           levels->s->ctx->now_ms, level);
}

/* Row by row: the levels of many lines at many locations would fill the request's memory. */
static bool take_level(void *arg, const void *found)
{
    Levels                  *levels = arg;
    Sourcing                *s      = levels->s;
    const SourcingLevelsRow *row    = found;
    size_t                   site   = site_of(s, row->location);
    if (site == s->site_count || s->place_of[site] == SIZE_MAX) return true;
    const AvailabilityTerms *terms = &levels->terms[s->place_of[site]];
    AtpLevel                 level = { .floor     = row->floor,
                                       .backroom  = row->backroom,
                                       .held      = row->held,
                                       .committed = row->committed,
                                       .kept      = row->kept,
                                       .safety    = row->safety };
    AtpShare                 share = share_at(levels, row->location, &level);
    int64_t                  free  = terms->offered ? atp(&level, &terms->terms, &share) : 0;
    int64_t                  there = row->floor + row->backroom;
    if (free > there) free = there;
    if (free > 0)
        s->stock[site * s->line_count + levels->line].available = free - free % s->items[levels->line].step;
    return true;
}

/* Which place of the channel each site is. */
static bool find_places(Sourcing *s, Error *err)
{
    size_t                   count = 0;
    const AvailabilityPlace *places;
    if (!availability_open(s->ctx, s->ask->channel, &s->terms, err)) return false;
    places      = availability_places(s->terms, &count);
    s->place_of = arena_array(s->ctx->arena, size_t, s->site_count + 1);
    if (!s->place_of) return err_memory(err);
    for (size_t i = 0; i < s->site_count; i++) s->place_of[i] = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t site = site_of(s, places[i].code);
        if (site < s->site_count) s->place_of[site] = i;
    }
    return true;
}

/* The terms of one item after the other, each in the same memory. */
static bool load_stock(Sourcing *s, Error *err)
{
    Ctx    own   = *s->ctx;
    size_t bytes = s->site_count * 2 * sizeof(AvailabilityTerms) + SCRATCH_BYTES;
    void  *block = arena_alloc(s->ctx->arena, bytes);
    Arena  scratch;
    if (!block || !find_places(s, err)) return block ? false : err_memory(err);
    own.arena = &scratch;
    own.shelf = (ShelfUse){ .shelf = NULL };
    for (size_t line = 0; line < s->line_count; line++) {
        SourcingLevelsIn   in     = { s->ctx->who.merchant, s->items[line].id };
        Levels             levels = { .s = s, .line = line };
        AvailabilityTerms *terms  = NULL;
        StockShare        *shares = NULL;
        AvailabilityAsk    ask    = { .item = in.item, .location = STR(""), .at = STR("") };
        arena_init(&scratch, block, bytes);
        if (!availability_terms_of(&own, s->terms, &ask, &terms, err)
            || !inventory_shares_of(&own, in.item, STR(""), &shares, &levels.share_count, err))
            return false;
        levels.terms  = terms;
        levels.shares = shares;
        if (!q_sourcing_levels_each(s->ctx->tx, &in, take_level, &levels, err)) return false;
    }
    return true;
}

/* --- rules --- */

static bool rule_is_of(const RuleThatHolds *rule, const SourcingItem *item)
{
    if (!id_is_none(rule->item)) return id_eq(rule->item, item->id);
    if (!rule->category.len) return true;
    for (size_t i = 0; i < item->categories.count; i++)
        if (str_eq(item->categories.items[i], rule->category)) return true;
    return false;
}

/* A rule to keep last pieces that names no location is for stores: a warehouse shows nothing. */
static bool rule_is_at(const RuleThatHolds *rule, const SourcingCandidatesRow *site)
{
    if (rule->location.len) return str_eq(rule->location, site->code);
    return !str_eq(rule->kind, STR("keep")) || !str_eq(site->kind, STR("warehouse"));
}

/* The first rule of a kind for an item at a location, or NULL. */
static const RuleThatHolds *rule_for(const Sourcing *s, Str kind, size_t line, size_t site)
{
    for (size_t i = 0; i < s->book.rule_count; i++) {
        const RuleThatHolds *rule = &s->book.rules[i];
        if (str_eq(rule->kind, kind) && rule_is_of(rule, &s->items[line])
            && rule_is_at(rule, &s->sites[site]))
            return rule;
    }
    return NULL;
}

/* What rules say about each item at each location; those that are alike next to each other share it. */
static bool apply_item_rules(Sourcing *s, Error *err)
{
    for (size_t line = 0; s->book.rule_count && line < s->line_count; line++) {
        const RuleThatHolds *kept_last = NULL, *risk_last = NULL;
        const SourceTerms   *last = NULL;
        for (size_t site = 0; site < s->site_count; site++) {
            SourceStock *stock = &s->stock[site * s->line_count + line];
            if (stock->available == 0) continue;
            const RuleThatHolds *never = rule_for(s, STR("never"), line, site);
            const RuleThatHolds *keep  = rule_for(s, STR("keep"), line, site);
            const RuleThatHolds *risk  = rule_for(s, STR("risk"), line, site);
            if (never) stock->available = 0;
            if (never || (!keep && !risk)) continue;
            if (keep != kept_last || risk != risk_last || !last) {
                SourceTerms *terms = arena_new(s->ctx->arena, SourceTerms);
                int64_t      step  = s->items[line].step;
                if (!terms) return err_memory(err);
                *terms = (SourceTerms){ .kept      = keep ? (keep->qty + step - 1) / step * step : 0,
                                        .kept_cost = keep ? keep->amount : 0,
                                        .risk      = risk ? risk->amount : 0 };
                last   = terms;
            }
            stock->terms = last;
            kept_last    = keep;
            risk_last    = risk;
        }
    }
    return true;
}

static bool is_excluded(const SourcingAsk *ask, Str code)
{
    for (size_t i = 0; i < ask->exclude.count; i++)
        if (str_eq(ask->exclude.items[i], code)) return true;
    return false;
}

static void apply_site_rules(Sourcing *s)
{
    for (size_t site = 0; site < s->site_count; site++) {
        SourcePlace *place     = &s->places[site];
        bool         preferred = false;
        if (is_excluded(s->ask, place->code)) place->refused = "is left out of this plan";
        for (size_t i = 0; i < s->book.rule_count; i++) {
            const RuleThatHolds *rule = &s->book.rules[i];
            if (!str_eq(rule->location, place->code)) continue;
            bool all = id_is_none(rule->item) && !rule->category.len;
            if (str_eq(rule->kind, STR("never")) && all && !place->refused)
                place->refused = "a rule says: never from here";
            if (!str_eq(rule->kind, STR("prefer")) || preferred) continue;
            place->bonus = rule->amount;
            preferred    = true;
        }
    }
}

/* --- all that a plan takes --- */

/* Whether parcels for customers may be sent to the store: by its methods, or by the standards. */
static bool takes_parcels(const Location *store, const SourcingSite *site)
{
    for (size_t i = 0; i < site->methods.count; i++)
        if (str_eq(site->methods.items[i].method, STR("ship_to_store"))) return true;
    return site->methods.count == 0 && !str_eq(store->kind, STR("warehouse"));
}

static bool check_ask(Sourcing *s, Error *err)
{
    static const char *const methods = "ship|pickup|curbside|same_day|ship_to_store";
    const SourcingAsk       *ask     = s->ask;
    bool                     found   = false;
    if (!form_has_choice(methods, ask->method))
        return err_set(err, &ERR_FIELD_INVALID, "method", "must be one of %s", methods);
    if (ask->objective.len && !form_has_choice("cost|time|balanced", ask->objective))
        return err_set(err, &ERR_FIELD_INVALID, "objective", "must be cost, time or balanced");
    if (!channels_get(s->ctx, ask->channel, &s->channel, err)) return false;
    s->to_store = str_eq(ask->method, STR("ship_to_store"));
    s->fetched  = str_eq(ask->method, STR("pickup")) || str_eq(ask->method, STR("curbside"));
    s->same_day = str_eq(ask->method, STR("same_day"));
    s->point    = ask->point;
    s->country  = ask->country;
    s->region   = ask->region;
    s->postal   = ask->postal_code;
    if (!s->to_store && !s->fetched) return true;
    if (!ask->store.len)
        return err_set(err, &ERR_FIELD_INVALID, "store", "must say where it is handed over");
    if (!locations_get(s->ctx, ask->store, &s->store, err)) return false;
    if (!sourcing_find_site(s->ctx, ask->store, &s->store_site, &found, err)) return false;
    s->store_takes = takes_parcels(&s->store, &s->store_site);
    s->country     = s->store.country;
    s->region      = STR_NONE;
    s->postal      = found ? s->store_site.postal_code : STR_NONE;
    if (!found || s->store_site.latitude == OPT_NONE) {
        s->point = NULL;
        return true;
    }
    s->store_point = (GeoPoint){ s->store_site.latitude, s->store_site.longitude };
    s->point       = &s->store_point;
    return true;
}

static bool load_sites(Sourcing *s, Error *err)
{
    int64_t              standard = 0;
    size_t               most = ENTRIES_MAX / (s->line_count + 1);
    SourcingCandidatesIn in   = { s->ctx->who.merchant, s->ask->channel, (int64_t)most + 1 };
    if (!q_sourcing_candidates_all(s->ctx->tx, s->ctx->arena, &in, &s->sites, &s->site_count, err))
        return false;
    s->cut = s->site_count > most;
    if (s->cut) s->site_count = most;
    if (!settings_get(s->ctx, &SETTING_SOURCING_PREPARATION, &standard, err)) return false;
    for (size_t i = 0; i < s->site_count; i++)
        if (s->sites[i].preparation < 0) s->sites[i].preparation = standard;
    s->places = arena_array(s->ctx->arena, SourcePlace, s->site_count + 1);
    s->stock  = arena_array(s->ctx->arena, SourceStock, s->site_count * s->line_count + 1);
    if (!s->places || !s->stock) return err_memory(err);
    for (size_t i = 0; i < s->site_count; i++)
        s->places[i] = (SourcePlace){ .code        = s->sites[i].code,
                                      .distance    = OPT_NONE,
                                      .parcel_cost = s->sites[i].parcel_cost,
                                      .unit_cost   = s->sites[i].unit_cost,
                                      .ready_ms    = s->ctx->now_ms,
                                      .arrive_ms   = s->ctx->now_ms,
                                      .stock       = s->stock + i * s->line_count };
    return make_slots(s, err);
}

static bool load(Sourcing *s, Error *err)
{
    if (!check_ask(s, err) || !merge_lines(s, err)) return false;
    SourcingBookAsk ask = { s->ask->channel, s->ask->method, s->country, s->region, s->postal };
    if (!sourcing_load(s->ctx, &ask, &s->book, err) || !load_categories(s, err) || !load_sites(s, err))
        return false;
    if (!load_stock(s, err)) return false;
    apply_site_rules(s);
    return apply_item_rules(s, err) && sourcing_resolve_sites(s, err);
}

/* --- the answer --- */

/* Gives parts of a line that stands for several back to these, in their order. */
static bool part_lines(Sourcing *s, const SourcePart *parts, size_t count, SourcePart **out, size_t *made,
                       Error *err)
{
    const SourcingAsk *ask  = s->ask;
    int64_t           *left = arena_array(s->ctx->arena, int64_t, ask->line_count + 1);
    *out                    = arena_array(s->ctx->arena, SourcePart, count + ask->line_count + 1);
    *made                   = 0;
    if (!left || !*out) return err_memory(err);
    for (size_t i = 0; i < ask->line_count; i++) left[i] = ask->lines[i].qty;
    for (size_t p = 0; p < count; p++) {
        int64_t qty = parts[p].quantity;
        for (size_t i = 0; qty > 0 && i < ask->line_count; i++) {
            int64_t take = left[i] < qty ? left[i] : qty;
            if (s->line_of[i] != (size_t)parts[p].line || take == 0) continue;
            (*out)[(*made)++] = (SourcePart){ (int64_t)i, parts[p].sku, parts[p].location, take };
            left[i] -= take;
            qty -= take;
        }
        assert(qty == 0);
    }
    return true;
}

static bool miss_lines(Sourcing *s, SourcePlan *plan, Error *err)
{
    const SourcingAsk *ask  = s->ask;
    SourceMissing     *made = arena_array(s->ctx->arena, SourceMissing, ask->line_count + 1);
    size_t             n    = 0;
    if (!made) return err_memory(err);
    for (size_t i = 0; i < ask->line_count; i++) {
        int64_t given = 0;
        for (size_t p = 0; p < plan->parts.count; p++)
            if (plan->parts.items[p].line == (int64_t)i) given += plan->parts.items[p].quantity;
        if (given == ask->lines[i].qty) continue;
        Str text = STR("");
        for (size_t m = 0; m < plan->missing.count; m++)
            if ((size_t)plan->missing.items[m].line == s->line_of[i]) text = plan->missing.items[m].text;
        made[n++] = (SourceMissing){ (int64_t)i, ask->lines[i].sku, ask->lines[i].qty - given, text };
    }
    plan->missing.items = made;
    plan->missing.count = n;
    return true;
}

static bool tell_lines(Sourcing *s, SourcePlan *plan, Error *err)
{
    SourcePart *made = NULL;
    size_t      n    = 0;
    if (s->line_count == s->ask->line_count) return true;
    if (!part_lines(s, plan->parts.items, plan->parts.count, &made, &n, err)) return false;
    plan->parts.items = made;
    plan->parts.count = n;
    for (size_t i = 0; i < plan->runners_up.count; i++) {
        SourceRunner *other = &plan->runners_up.items[i];
        if (!part_lines(s, other->parts.items, other->parts.count, &made, &n, err)) return false;
        other->parts.items = made;
        other->parts.count = n;
    }
    return miss_lines(s, plan, err);
}

/* What is to be known about the whole plan. */
static bool tell_notes(Sourcing *s, SourcePlan *plan, Error *err)
{
    SourceStep *steps = arena_array(s->ctx->arena, SourceStep, plan->steps.count + 4);
    size_t      n     = plan->steps.count;
    if (!steps) return err_memory(err);
    if (n) memcpy(steps, plan->steps.items, n * sizeof *steps);
    if (s->no_rates)
        steps[n++] = (SourceStep){
            STR_NONE, STR("note"), OPT_NONE,
            STR("no carrier has rates for this method: shipping counts as 0 and takes no time")
        };
    if (s->cut)
        steps[n++] =
            (SourceStep){ STR_NONE, STR("note"), OPT_NONE,
                          STR("too many locations for so many lines: only the first were looked at") };
    if (s->site_count == 0)
        steps[n++] = (SourceStep){ STR_NONE, STR("note"), OPT_NONE, STR("no location serves this channel") };
    plan->steps.items = steps;
    plan->steps.count = n;
    return true;
}

static bool refuse_short(Sourcing *s, const SourcePlan *plan, Error *err)
{
    const SourceMissing *missing = &plan->missing.items[0];
    const SourcingLine  *line    = &s->ask->lines[missing->line];
    Str                  qty     = qty_text(s->ctx->arena, missing->quantity);
    char                 field[64];
    Buf                  extra = buf_make(s->ctx->arena, 64);
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", line->line);
    (void)err_set(err, &ERR_SOURCING_SHORT, field, "%.*s: %.*s cannot be sourced: %.*s", STR_FMT(line->sku),
                  STR_FMT(qty), STR_FMT(missing->text));
    buf_add(&extra, STR("\"missing\":["));
    for (size_t i = 0; i < plan->missing.count; i++) {
        if (i) buf_byte(&extra, ',');
        buf_add(&extra, STR("{\"sku\":"));
        buf_json_string(&extra, plan->missing.items[i].sku);
        buf_format(&extra, ",\"quantity_milli\":%lld}", (long long)plan->missing.items[i].quantity);
    }
    buf_byte(&extra, ']');
    if (!extra.failed) err->extra = buf_str(&extra);
    return false;
}

bool sourcing_plan(Ctx *ctx, const SourcingAsk *ask, SourcePlan *plan, Error *err)
{
    Sourcing s = { .ctx = ctx, .ask = ask };
    if (!load(&s, err)) return false;
    Str         objective = ask->objective.len ? ask->objective : s.book.policy.objective;
    int64_t     runners   = ask->runners_up < SOURCE_RUNNERS_MAX ? ask->runners_up : SOURCE_RUNNERS_MAX;
    SourceInput in        = { .lines         = s.lines,
                              .line_count    = s.line_count,
                              .places        = s.places,
                              .place_count   = s.site_count,
                              .objective     = sourcing_objective(objective),
                              .now_ms        = ctx->now_ms,
                              .hour_value    = s.book.policy.hour_value,
                              .split_penalty = s.book.policy.split_penalty,
                              .parcels_max   = s.book.policy.max_splits + 1,
                              .runners_up    = runners > 0 ? runners : 0,
                              .explain       = ask->explain };
    if (!source_plan(ctx->arena, &in, plan, err) || !tell_lines(&s, plan, err)) return false;
    plan->exact = plan->exact && !s.cut;
    if (ask->explain && !tell_notes(&s, plan, err)) return false;
    return plan->complete || ask->partial || refuse_short(&s, plan, err);
}

bool sourcing_point(const Address *address, GeoPoint *out)
{
    if (!address || address->latitude == OPT_NONE || address->longitude == OPT_NONE) return false;
    *out = (GeoPoint){ address->latitude, address->longitude };
    return out->latitude != 0 || out->longitude != 0;
}

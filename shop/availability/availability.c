/* availability.c — chooses the rules for an item at a place. See availability.h. */
#include "shop/availability/availability_inner.h"

#include "all_sql.h"

#include <assert.h>

enum { CATEGORY_LEVELS = 32 };

bool availability_open(Ctx *ctx, Str channel, const Availability **out, Error *err)
{
    Availability *of = arena_new(ctx->arena, Availability);
    if (!of) return err_memory(err);
    *out = of;
    return channel_book_load(ctx, channel, &of->channel, err) && rule_book_load(ctx, &of->rules, err);
}

const AvailabilityPlace *availability_places(const Availability *of, size_t *count)
{
    *count = of->channel->place_count;
    return of->channel->places;
}

static const AvailabilityPlace *place_of(const Availability *of, Str location)
{
    size_t low = 0, high = of->channel->place_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order  = str_cmp(of->channel->places[middle].code, location);
        if (order == 0) return &of->channel->places[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

bool availability_serves(const Availability *of, Str location)
{
    return place_of(of, location) != NULL;
}

/* --- which rules may hold for the item in the channel, wherever it is --- */

typedef struct {
    const AvailabilityRuleKept **rules;
    int64_t                     *ranks; /* with their location, if they have one */
    size_t                       count;
} Candidates;

static void collect(Candidates *to, const AvailabilityRuleKept *rules, size_t count, const ScopeAsk *ask)
{
    for (size_t i = 0; i < count; i++) {
        ScopeAsk there = *ask;
        there.location = rules[i].scope.location;
        int64_t rank   = scope_rank(&rules[i].scope, &there);
        if (rank == SCOPE_NOT) continue;
        to->rules[to->count]   = &rules[i];
        to->ranks[to->count++] = rank;
    }
}

/* The item's rules within all rules of items, which lie by item. */
static const AvailabilityRuleKept *kept_of_item(const RuleBook *book, Id item, size_t *count)
{
    size_t low = 0, high = book->of_items_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (id_cmp(book->of_items[middle].scope.item, item) < 0) low = middle + 1;
        else high = middle;
    }
    *count = 0;
    while (low + *count < book->of_items_count && id_eq(book->of_items[low + *count].scope.item, item))
        ++*count;
    return book->of_items + low;
}

static bool categories_of(Ctx *ctx, const AvailabilityAsk *ask, ScopeAsk *scope, Error *err)
{
    AvailabilityCategoriesRow *rows  = NULL;
    size_t                     count = 0;
    AvailabilityCategoriesIn   in    = { ctx->who.merchant, ask->item, CATEGORY_LEVELS };
    if (ask->categories) {
        scope->categories     = ask->categories->items;
        scope->category_count = ask->categories->count;
        return true;
    }
    if (!q_availability_categories_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    Str *codes = arena_array(ctx->arena, Str, count);
    if (!codes) return err_memory(err);
    for (size_t i = 0; i < count; i++) codes[i] = rows[i].code;
    scope->categories     = codes;
    scope->category_count = count;
    return true;
}

static bool candidates_of(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, Candidates *out,
                          Error *err)
{
    const RuleBook             *book  = of->rules;
    size_t                      count = 0;
    ScopeAsk                    scope = { .item = ask->item, .channel = of->channel->code };
    const AvailabilityRuleKept *own   = kept_of_item(book, ask->item, &count);
    AvailabilityRuleKept       *read  = NULL;
    if (!book->all_items) {
        if (!rule_book_item(ctx, ask->item, &read, &count, err)) return false;
        own = read;
    }
    if (book->has_categories && !categories_of(ctx, ask, &scope, err)) return false;
    size_t room = book->general_count + count;
    out->count  = 0;
    if (room == 0) return true;
    out->rules = arena_array(ctx->arena, const AvailabilityRuleKept *, room);
    out->ranks = arena_array(ctx->arena, int64_t, room);
    if (!out->rules || !out->ranks) return err_memory(err);
    collect(out, own, count, &scope);
    collect(out, book->general, book->general_count, &scope);
    return true;
}

/* --- what they say at one place --- */

static void choose(const Candidates *from, Str location, const AvailabilityRuleKept *best[RULE_KINDS])
{
    int64_t ranks[RULE_KINDS];
    for (int kind = 0; kind < RULE_KINDS; kind++) {
        best[kind]  = NULL;
        ranks[kind] = SCOPE_NOT;
    }
    for (size_t i = 0; i < from->count; i++) {
        const AvailabilityRuleKept *rule = from->rules[i];
        if (from->ranks[i] <= ranks[rule->kind]) continue;
        if (rule->scope.location.len && !str_eq(rule->scope.location, location)) continue;
        best[rule->kind]  = rule;
        ranks[rule->kind] = from->ranks[i];
    }
}

static SellPolicy policy_of(const AvailabilityRuleKept *rule)
{
    SellMode mode = SELL_NONE;
    if (rule && rule->mode == MODE_BACKORDER) mode = SELL_BACKORDER;
    if (rule && rule->mode == MODE_PREORDER) mode = SELL_PREORDER;
    if (mode == SELL_NONE) return (SellPolicy){ .mode = SELL_NONE };
    return (SellPolicy){ mode, rule->quantity, rule->lead_days,
                         mode == SELL_PREORDER ? rule->release_ms : 0 };
}

/* A till sells what stands around it whether the network reaches it or not: for it nothing is kept back
 * there. */
static int64_t buffer_of(const Availability *of, const AvailabilityPlace *place, Str at,
                         const AvailabilityRuleKept *rule)
{
    bool own_till = str_eq(of->channel->kind, STR("pos")) && str_eq(at, place->code);
    if (!place->since_ms || own_till) return 0;
    return rule ? rule->quantity : of->channel->buffer;
}

static AvailabilityTerms at_place(const Availability *of, const Candidates *from,
                                  const AvailabilityPlace *place, Str at)
{
    const AvailabilityRuleKept *best[RULE_KINDS];
    choose(from, place->code, best);
    return (AvailabilityTerms){ .offered = !best[RULE_OFFER] || best[RULE_OFFER]->mode != MODE_NO,
                                .terms   = { .channel      = of->channel->code,
                                             .keeps_safety = of->channel->keeps_safety,
                                             .safety = best[RULE_SAFETY] ? best[RULE_SAFETY]->quantity : 0,
                                             .buffer = buffer_of(of, place, at, best[RULE_BUFFER]),
                                             .hard   = of->channel->hard },
                                .policy  = policy_of(best[RULE_POLICY]) };
}

bool availability_terms(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask,
                        AvailabilityTerms *out, Error *err)
{
    Candidates               from  = { 0 };
    const AvailabilityPlace *place = place_of(of, ask->location);
    *out            = (AvailabilityTerms){ .offered = false };
    out->terms      = (AtpTerms){ .channel = of->channel->code, .keeps_safety = of->channel->keeps_safety };
    out->terms.hard = of->channel->hard;
    if (!place) return true;
    if (!candidates_of(ctx, of, ask, &from, err)) return false;
    *out = at_place(of, &from, place, ask->at);
    return true;
}

bool availability_terms_of(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask,
                           AvailabilityTerms **out, Error *err)
{
    Candidates from  = { 0 };
    size_t     count = of->channel->place_count;
    *out             = arena_array(ctx->arena, AvailabilityTerms, count);
    if (!*out) return err_memory(err);
    if (!candidates_of(ctx, of, ask, &from, err)) return false;
    for (size_t i = 0; i < count; i++) (*out)[i] = at_place(of, &from, &of->channel->places[i], ask->at);
    return true;
}

bool availability_has_hard(const Availability *of)
{
    return of->channel->hard;
}

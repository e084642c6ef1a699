/* fulfil.c — fulfilments made, opened and called off, with their claims. See fulfil.h. */
#include "flows/fulfil.h"
#include "flows/availability.h"
#include "flows/turns.h"
#include "shop/sourcing/sourcing.h"

bool fulfil_terms(Ctx *ctx, Str channel, Id item, Str location, AtpTerms *out, Error *err)
{
    const Availability *of = NULL;
    AvailabilityTerms   terms;
    AvailabilityAsk     ask = { .item = item, .location = location, .at = STR("") };
    if (!availability_open(ctx, channel, &of, err) || !availability_terms(ctx, of, &ask, &terms, err))
        return false;
    *out = terms.terms;
    return true;
}

/* The lines in the order of their items. */
static bool by_items(Ctx *ctx, const NewFulfilment *new, Turn **out, Error *err)
{
    *out = arena_array(ctx->arena, Turn, new->line_count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < new->line_count; i++) (*out)[i] = (Turn){ new->lines[i].item, i };
    turns_sort(*out, new->line_count);
    return true;
}

bool fulfil_make(Ctx *ctx, const NewFulfilment *new, const AtpTerms *terms, Error *err)
{
    ClaimOwner owner = { STR("fulfilment"), new->id, 0 };
    Turn      *turns = NULL;
    if (!by_items(ctx, new, &turns, err)) return false;
    for (size_t i = 0; i < new->line_count; i++) {
        const NewFulfilmentLine *line = &new->lines[turns[i].line];
        StockWant                want = { .item     = line->item,
                                          .sku      = line->sku,
                                          .location = new->location,
                                          .qty      = line->qty,
                                          .line     = turns[i].line };
        if (terms)
            want.terms = *terms;
        else if (!fulfil_terms(ctx, new->channel, line->item, new->location, &want.terms, err))
            return false;
        if (!inventory_claim(ctx, &owner, (int64_t)turns[i].line + 1, &want, err)) return false;
    }
    return fulfilments_put(ctx, new, err);
}

/* One line waits for its goods. The level is locked by then, so that its limit holds. */
static bool wait_for(Ctx *ctx, const NewFulfilment *new, size_t i, Error *err)
{
    ClaimOwner               owner = { STR("fulfilment"), new->id, 0 };
    const NewFulfilmentLine *line  = &new->lines[i];
    const Availability      *of    = NULL;
    AvailabilityTerms        terms;
    AvailabilityAsk          ask   = { .item = line->item, .location = new->location, .at = STR("") };
    AtpLevel                 level;
    if (!availability_open(ctx, new->channel, &of, err) || !availability_terms(ctx, of, &ask, &terms, err))
        return false;
    StockWant want = { .item     = line->item,
                       .sku      = line->sku,
                       .location = new->location,
                       .qty      = line->qty,
                       .terms    = terms.terms,
                       .line     = i };
    if (!availability_backorder(ctx, &owner, (int64_t)i + 1, &want, new->promised_at_ms, err)
        || !inventory_level(ctx, line->item, new->location, &level, err))
        return false;
    if (terms.policy.mode != SELL_NONE && (!terms.policy.most || level.backordered <= terms.policy.most))
        return true;
    return err_set(err, &ERR_SOURCING_SHORT, "", "%.*s: no more of it is sold before it is there",
                   STR_FMT(line->sku));
}

bool fulfil_make_later(Ctx *ctx, const NewFulfilment *new, Error *err)
{
    Turn *turns = NULL;
    if (!by_items(ctx, new, &turns, err)) return false;
    for (size_t i = 0; i < new->line_count; i++)
        if (!wait_for(ctx, new, turns[i].line, err)) return false;
    return fulfilments_put(ctx, new, err);
}

/* Whether some of what it claims is still to come. */
static bool waits_for_goods(Ctx *ctx, Id id, bool *yes, Error *err)
{
    Claim *claims = NULL;
    size_t count  = 0;
    *yes          = false;
    if (!inventory_claims_of(ctx, id, &claims, &count, err)) return false;
    for (size_t i = 0; i < count; i++) *yes = *yes || str_eq(claims[i].state, STR("backordered"));
    return true;
}

bool fulfil_goods_came(Ctx *ctx, Id id, Error *err)
{
    FulfilDoc doc;
    bool      waits = false;
    if (!fulfilments_load(ctx, id, true, &doc, err)) return false;
    if (!str_eq(doc.state, STR("backordered"))) return true;
    return waits_for_goods(ctx, id, &waits, err)
        && (waits || fulfilments_step(ctx, &doc, STR("ready"), err));
}

/* The event for each fulfilment of an order that waits for the payment. */
static bool step_waiting(Ctx *ctx, Id order, Str event, bool drop, Error *err)
{
    Id    *ids   = NULL;
    size_t count = 0;
    if (!fulfilments_of(ctx, order, &ids, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        FulfilDoc doc;
        if (!fulfilments_load(ctx, ids[i], true, &doc, err)) return false;
        if (!str_eq(doc.state, STR("waiting"))) continue;
        bool later = false;
        if (drop && !fulfil_drop_open(ctx, &doc, err)) return false;
        if (!drop && !waits_for_goods(ctx, doc.id, &later, err)) return false;
        if (!fulfilments_step(ctx, &doc, later ? STR("wait") : event, err)) return false;
    }
    return true;
}

/* No date is promised any more for what it waited for. */
static bool drop_promises(Ctx *ctx, Id id, Error *err)
{
    Claim *claims = NULL;
    size_t count  = 0;
    if (!inventory_claims_of(ctx, id, &claims, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(claims[i].state, STR("backordered")) && !promises_end(ctx, id, claims[i].n, err))
            return false;
    return true;
}

bool fulfil_drop_open(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    if (!drop_promises(ctx, doc->id, err) || !inventory_claims_drop(ctx, doc->id, err)) return false;
    for (size_t i = 0; i < doc->line_count; i++) {
        FulfilLine *line = &doc->lines[i];
        int64_t     open = fulfil_line_open(line);
        if (open == 0) continue;
        line->dropped += open;
        if (!fulfilments_line_put(ctx, doc->id, line, err)) return false;
    }
    return true;
}

bool fulfil_open_order(Ctx *ctx, Id order, Error *err)
{
    return step_waiting(ctx, order, STR("release"), false, err);
}

bool fulfil_cancel_order(Ctx *ctx, Id order, Error *err)
{
    return step_waiting(ctx, order, STR("cancel"), true, err);
}

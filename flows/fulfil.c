/* fulfil.c — fulfilments made, opened and called off, with their claims. See fulfil.h. */
#include "flows/fulfil.h"
#include "flows/turns.h"
#include "shop/availability/availability.h"

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

bool fulfil_make(Ctx *ctx, const NewFulfilment *new, const AtpTerms *terms, Error *err)
{
    ClaimOwner owner = { STR("fulfilment"), new->id, 0 };
    Turn      *turns = arena_array(ctx->arena, Turn, new->line_count);
    if (!turns) return err_memory(err);
    for (size_t i = 0; i < new->line_count; i++) turns[i] = (Turn){ new->lines[i].item, i };
    turns_sort(turns, new->line_count);
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
        if (drop && !fulfil_drop_open(ctx, &doc, err)) return false;
        if (!fulfilments_step(ctx, &doc, event, err)) return false;
    }
    return true;
}

bool fulfil_drop_open(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    if (!inventory_claims_drop(ctx, doc->id, err)) return false;
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

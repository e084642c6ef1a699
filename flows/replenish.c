/* replenish.c — proposals of replenishment become drafts: a transfer for each location that sends, a
 * purchase order for each vendor. A draft promises nothing yet: it counts as on its way when it is asked for
 * or sent. */
#include "shop/purchasing/purchasing.h"
#include "shop/replenishment/replenishment.h"
#include "shop/transfers/transfers.h"

#include <stdio.h>
#include <stdlib.h>

static int by_source(const void *a, const void *b)
{
    const ReplenishProposal *x = a, *y = b;
    int                      c = str_cmp(x->kind, y->kind);
    if (c == 0) c = str_cmp(text_or_empty(x->source), text_or_empty(y->source));
    return c ? c : str_cmp(x->sku, y->sku);
}

static bool same_source(const ReplenishProposal *a, const ReplenishProposal *b)
{
    return str_eq(a->kind, b->kind) && str_eq(a->source, b->source);
}

/* One transfer of `count` proposals with one source. */
static bool draft_transfer(Ctx *ctx, const ReplenishProposal *p, size_t count, Id *id, Error *err)
{
    TransferInput in = { .from_location = p->source,
                         .to_location   = p->location,
                         .reason        = STR("replenishment"),
                         .expected_at   = OPT_NONE };
    Transfer      made = { .state = STR_NONE };
    in.lines.items     = arena_array(ctx->arena, TransferLineInput, count);
    in.lines.count     = count;
    if (!in.lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        in.lines.items[i] = (TransferLineInput){ .sku = p[i].sku, .quantity = p[i].quantity };
    if (!transfers_create(ctx, &in, &made, err)) return false;
    *id = made.id;
    return true;
}

static bool draft_purchase(Ctx *ctx, const ReplenishProposal *p, size_t count, Id *id, Error *err)
{
    PurchaseInput in = { .vendor      = p->source,
                         .location    = p->location,
                         .note        = STR("replenishment"),
                         .expected_at = OPT_NONE };
    Purchase      made = { .state = STR_NONE };
    in.lines.items     = arena_array(ctx->arena, PurchaseLineInput, count);
    in.lines.count     = count;
    if (!in.lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        in.lines.items[i] = (PurchaseLineInput){
            .sku = p[i].sku, .quantity = p[i].quantity, .packs = OPT_NONE, .cost = OPT_NONE
        };
    if (!purchases_create(ctx, &in, &made, err)) return false;
    *id = made.id;
    return true;
}

bool replenish_draft(Ctx *ctx, const ReplenishOrder *request, ReplenishDrafts *reply, Error *err)
{
    ReplenishProposals found = { .next_cursor = STR_NONE };
    const TextList    *skus  = (const TextList *)&request->skus;
    if (!replenishment_propose(ctx, request->location, request->days, skus, &found, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReplenishDraft, found.items.count + 1);
    if (!reply->items.items) return err_memory(err);
    qsort(found.items.items, found.items.count, sizeof found.items.items[0], by_source);
    for (size_t from = 0, to = 0; from < found.items.count; from = to) {
        const ReplenishProposal *p    = &found.items.items[from];
        ReplenishDraft           made = { .kind = p->kind, .source = p->source };
        while (to < found.items.count && same_source(p, &found.items.items[to])) to++;
        made.lines = (int64_t)(to - from);
        if (str_eq(p->kind, STR("putaway"))) continue; /* nothing to draft: somebody does it */
        bool ok = str_eq(p->kind, STR("transfer")) ? draft_transfer(ctx, p, to - from, &made.id, err)
                                                   : draft_purchase(ctx, p, to - from, &made.id, err);
        if (!ok) return false;
        reply->items.items[reply->items.count++] = made;
    }
    return true;
}

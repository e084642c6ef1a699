/* giftcards_api.c — the routes of giftcards that need nobody else. See api.def; the others are in
 * flows/gift.c. */
#include "shop/giftcards/giftcards.h"

#include "all_sql.h"

#define API_DEF "shop/giftcards/api.def"
#define CAPABILITY giftcards
#include "shop/api_define.h"

bool gift_cards_show(Ctx *ctx, const ById *request, GiftCard *reply, Error *err)
{
    return giftcards_get(ctx, request->id, reply, err);
}

bool gift_cards_list(Ctx *ctx, const GiftCardFind *request, GiftCardList *reply, Error *err)
{
    GiftCardListRow *rows  = NULL;
    size_t           count = 0;
    int64_t          limit = page_limit(request->limit);
    GiftCardListIn   in    = { .merchant = ctx->who.merchant,
                               .last4    = text_or_empty(request->last4),
                               .customer = request->customer,
                               .limit    = limit + 1 };
    if (!page_before(request->cursor, &in.before, err)
        || !q_gift_card_list_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, GiftCard, count + 1);
    if (!reply->items.items) return err_memory(err);
    reply->items.count = count > (size_t)limit ? (size_t)limit : count;
    for (size_t i = 0; i < reply->items.count; i++) {
        const GiftCardListRow *r = &rows[i];
        reply->items.items[i]    = (GiftCard){ .id         = r->id,
                                               .last4      = r->last4,
                                               .state      = r->state,
                                               .currency   = r->currency,
                                               .balance    = r->balance,
                                               .location   = r->location,
                                               .customer   = r->customer,
                                               .note       = text_or_none(r->note),
                                               .made_at    = r->made_at_ms,
                                               .active_at  = r->active_at_ms ? r->active_at_ms : OPT_NONE,
                                               .expires_at = r->expires_at_ms ? r->expires_at_ms : OPT_NONE };
    }
    if (count > (size_t)limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool gift_cards_events(Ctx *ctx, const GiftCardEventAsk *request, GiftCardEventList *reply, Error *err)
{
    GiftCardEventsOfRow *rows  = NULL;
    size_t               count = 0;
    int64_t              limit = page_limit(request->limit);
    GiftCardEventsOfIn   in = { .merchant = ctx->who.merchant, .card = request->id, .limit = limit + 1 };
    if (!page_before(request->cursor, &in.before, err)
        || !q_gift_card_events_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, GiftCardEvent, count + 1);
    if (!reply->items.items) return err_memory(err);
    reply->items.count = count > (size_t)limit ? (size_t)limit : count;
    for (size_t i = 0; i < reply->items.count; i++)
        reply->items.items[i] = (GiftCardEvent){
            rows[i].id,      rows[i].kind, rows[i].amount, rows[i].other, text_or_none(rows[i].reason),
            rows[i].made_by, rows[i].at_ms
        };
    if (count > (size_t)limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool gift_cards_check(Ctx *ctx, const GiftCardAsk *request, GiftCard *reply, Error *err)
{
    if (ctx->asking) return giftcards_hear(ctx, request->code, request->pin, err);
    return giftcards_find(ctx, request->code, request->pin, reply, err);
}

static bool turn(Ctx *ctx, const GiftCardReason *request, const char *from, const char *to,
                 const char *kind, GiftCard *reply, Error *err)
{
    int64_t         changed = 0;
    GiftCardStateIn in      = { ctx->who.merchant, request->id, str_from(from), str_from(to) };
    if (!giftcards_get(ctx, request->id, reply, err)) return false;
    GiftCardMove move = { .card = reply, .kind = str_from(kind), .reason = request->reason };
    if (!q_gift_card_state_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0)
        return err_set(err, &ERR_GIFT_CARD_STATE, "id", "it is %.*s, not %s", STR_FMT(reply->state), from);
    return giftcards_note(ctx, &move, err) && giftcards_get(ctx, request->id, reply, err);
}

bool gift_cards_block(Ctx *ctx, const GiftCardReason *request, GiftCard *reply, Error *err)
{
    return turn(ctx, request, "active", "blocked", "block", reply, err);
}

bool gift_cards_unblock(Ctx *ctx, const GiftCardReason *request, GiftCard *reply, Error *err)
{
    return turn(ctx, request, "blocked", "active", "unblock", reply, err);
}

/* paper_gift.c — the slip of a gift card. Codes are not kept: whoever was told it when the card was made
 * gives it for printing; without it the slip has the last four signs only. */
#include "flows/paper.h"
#include "flows/slips.h"
#include "shop/giftcards/giftcards.h"

static bool code_of(Ctx *ctx, const GiftCard *card, Str asked, Str *shown, Error *err)
{
    GiftCard same;
    if (!asked.len) {
        *shown = str_format(ctx->arena, "...%.*s", STR_FMT(card->last4));
        return shown->ptr || err_memory(err);
    }
    *shown = asked;
    return giftcards_by_code(ctx, asked, &same, err)
        && (id_eq(same.id, card->id)
            || err_set(err, &ERR_FIELD_INVALID, "code", "is that of another card"));
}

static bool gift_paper(Ctx *ctx, const GiftCardPaperAsk *ask, PaperForm form, PaperReply *reply,
                       Error *err)
{
    PaperWish    wish = { .language = ask->language, .columns = ask->columns };
    GiftCard     card;
    SlipGiftCard slip;
    Location     place;
    PaperDoc     doc;
    Str          code = STR_NONE;
    if (!giftcards_get(ctx, ask->id, &card, err) || !code_of(ctx, &card, ask->code, &code, err))
        return false;
    slip = (SlipGiftCard){ .number   = text_or_empty(ask->number),
                           .code     = code,
                           .scan     = ask->code,
                           .currency = card.currency,
                           .loaded   = opt_or(ask->loaded, 0),
                           .balance  = card.balance,
                           .note     = text_or_empty(card.note) };
    if (!slips_shop(ctx, card.location, &slip.shop, &place, err)
        || !paper_begin(ctx, &place, &wish, &doc, err))
        return false;
    slip.wall_ms  = slips_wall(&place, ctx->now_ms);
    slip.until_ms = slips_wall(&place, card.expires_at);
    return slip_of_gift_card(ctx->arena, &doc.look.style, &slip, &doc.slip, err)
        && paper_write(ctx, &doc, &wish, form, &reply->text, err);
}

PAPER_ROUTES(gift, GiftCardPaperAsk)

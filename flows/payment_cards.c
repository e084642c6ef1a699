/* payment_cards.c — POST /v1/payment-services/{code}/cards: a payment service keeps a card of a customer, and
 * gives a token for it. We keep the token in the answer to this request only: whoever asked keeps it. The
 * service is asked after the commit. */
#include "flows/payment_service.h"
#include "shop/audit/audit.h"

typedef struct {
    PaymentService at;
    PspCharge      charge;
    Str            shopper;
} Keeping;

static bool keep_after(Ctx *ctx, void *reply, Error *err)
{
    Keeping   *keeping = ctx->after_arg;
    SavedCard *card    = reply;
    PspAnswer  answer;
    PspOutcome outcome = payment_keep_card(&keeping->at, &keeping->charge, keeping->shopper, &answer);
    *card              = (SavedCard){ .token = STR_NONE };
    ctx->pending       = outcome == PSP_UNKNOWN; /* to be asked again with the same key of the caller's */
    if (ctx->pending) return true;
    if (outcome != PSP_APPROVED)
        return err_set(err, &ERR_CARD_NOT_KEPT, "token", "%s",
                       answer.reason[0] ? answer.reason : "refused");
    *card = (SavedCard){ str_dup(ctx->arena, str_from(answer.card)),
                         str_dup(ctx->arena, str_from(answer.brand)),
                         str_dup(ctx->arena, str_from(answer.last4)) };
    return true;
}

bool payment_card_save(Ctx *ctx, const CardSave *request, SavedCard *reply, Error *err)
{
    Keeping *keeping = arena_new(ctx->arena, Keeping);
    if (!keeping) return err_memory(err);
    if (!payment_service_open(ctx, request->code, &keeping->at, err)) return false;
    if (!keeping->at.adapter || !keeping->at.adapter->keep)
        return err_set(err, &ERR_CARD_NOT_KEPT, "code", "no payment service of this code keeps cards now");
    ctx->pending     = ctx->resume;
    keeping->charge  = (PspCharge){ .key      = ctx->resume ? ctx->after_id : ctx_new_id(ctx),
                                    .currency = request->currency.len ? request->currency : STR("EUR"),
                                    .token    = request->token };
    keeping->shopper = id_text(ctx->arena, request->customer);
    if (!keeping->shopper.ptr) return err_memory(err);
    if (ctx->resume) return true;
    ctx->after     = keep_after;
    ctx->after_id  = keeping->charge.key;
    ctx->after_arg = keeping;
    return audit_append(ctx, STR("payment_card.keep"), request->customer, request->code, err);
}

/* gift.c — gift cards where they meet sales, locations and cash. See gift.h. */
#include "flows/gift.h"

#include "core/gift_rule.h"
#include "flows/sale.h"
#include "shop/tills/tills.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/settings/settings.h"

#include <stdio.h>

enum { DUE_MAX = 100, BATCH_PIN_DIGITS = 4 };

/* --- by law and by the merchant's word --- */

static bool rule_of(Ctx *ctx, Str location, const GiftRule **rule, Error *err)
{
    Location place;
    bool     found = false;
    if (!locations_find(ctx, location, &place, &found, err)) return false;
    *rule = found ? gift_rule_find(place.country) : NULL;
    return true;
}

bool gift_expires(Ctx *ctx, Str location, int64_t *at_ms, Error *err)
{
    const GiftRule *rule   = NULL;
    int64_t         months = 0;
    if (!rule_of(ctx, location, &rule, err) || !settings_get(ctx, &SETTING_GIFT_CARD_MONTHS, &months, err))
        return false;
    *at_ms = gift_expiry(rule, months, ctx->now_ms);
    return true;
}

/* --- making them --- */

static bool currency_of(Ctx *ctx, Str asked, Str *out, Error *err)
{
    Merchant merchant;
    *out = asked;
    if (asked.len) return currency_check(asked, "currency", err);
    if (!identity_merchant(ctx, &merchant, err)) return false;
    *out = merchant.currency;
    return true;
}

bool gift_cards_create(Ctx *ctx, const GiftCardInput *request, GiftCard *reply, Error *err)
{
    Location    place;
    int64_t     amount = opt_or(request->amount, 0), expires = 0;
    GiftCardNew card = { .code     = request->code,
                         .pin      = request->pin,
                         .location = request->location,
                         .customer = request->customer,
                         .note     = request->reason };
    if (!locations_get(ctx, request->location, &place, err)
        || !currency_of(ctx, request->currency, &card.currency, err))
        return false;
    if (amount > 0 && !request->reason.len)
        return err_set(err, &ERR_FIELD_INVALID, "reason", "is needed: why it is given");
    if (!giftcards_make(ctx, &card, reply, err)) return false;
    if (amount == 0) return true;
    Str          code = reply->code, pin = reply->pin;
    GiftCardMove move = { .card    = reply,
                          .kind    = STR("issue"),
                          .account = STR("gift_given"),
                          .reason  = request->reason,
                          .amount  = amount,
                          .to_card = true };
    if (!gift_expires(ctx, request->location, &expires, err)
        || !giftcards_add(ctx, reply->id, amount, expires, err) || !giftcards_note(ctx, &move, err)
        || !giftcards_get(ctx, reply->id, reply, err))
        return false;
    reply->code = code;
    reply->pin  = pin;
    return true;
}

static Str chance_pin(Ctx *ctx)
{
    uint32_t number = 0;
    env_random(ctx->env, &number, sizeof number);
    return str_format(ctx->arena, "%0*u", BATCH_PIN_DIGITS, (unsigned)(number % 10000));
}

bool gift_cards_batch(Ctx *ctx, const GiftCardBatch *request, GiftCardList *reply, Error *err)
{
    Location    place;
    GiftCardNew card   = { .location = request->location };
    reply->items.items = arena_array(ctx->arena, GiftCard, (size_t)request->count);
    if (!reply->items.items) return err_memory(err);
    if (!locations_get(ctx, request->location, &place, err)
        || !currency_of(ctx, request->currency, &card.currency, err))
        return false;
    for (; reply->items.count < (size_t)request->count; reply->items.count++) {
        card.pin = request->pins ? chance_pin(ctx) : STR_NONE;
        if (request->pins && !card.pin.ptr) return err_memory(err);
        if (!giftcards_make(ctx, &card, &reply->items.items[reply->items.count], err)) return false;
    }
    return true;
}

/* --- moving what is on them --- */

bool gift_cards_transfer(Ctx *ctx, const GiftCardTransfer *request, GiftCard *reply, Error *err)
{
    GiftCard from, to;
    int64_t  expires = 0;
    if (!giftcards_get(ctx, request->id, &from, err)) return false;
    if (!giftcards_get(ctx, request->to, &to, err)) {
        if (err->def == &ERR_NOT_FOUND) (void)snprintf(err->field, sizeof err->field, "to");
        return false;
    }
    if (id_eq(from.id, to.id)) return err_set(err, &ERR_FIELD_INVALID, "to", "must be another card");
    if (!str_eq(from.currency, to.currency))
        return err_set(err, &ERR_GIFT_CARD_CURRENCY, "to", "it is of %.*s", STR_FMT(to.currency));
    if (!str_eq(to.state, STR("active")) && !str_eq(to.state, STR("inactive")))
        return err_set(err, &ERR_GIFT_CARD_STATE, "to", "it is %.*s", STR_FMT(to.state));
    if (from.balance == 0) return err_set(err, &ERR_GIFT_CARD_SHORT, "id", "there is nothing on it");
    GiftCardMove move = { .card    = &from,
                          .kind    = STR("transfer"),
                          .account = GIFT_CARDS_ACCOUNT,
                          .reason  = request->reason,
                          .other   = to.id,
                          .of      = to.id,
                          .amount  = from.balance };
    expires           = opt_or(from.expires_at, 0); /* the time of the money does not grow by moving it */
    return giftcards_take(ctx, &from, from.balance, from.currency, err)
        && giftcards_add(ctx, to.id, from.balance, expires, err) && giftcards_note(ctx, &move, err)
        && giftcards_get(ctx, to.id, reply, err);
}

bool gift_cards_cash_out(Ctx *ctx, const GiftCardCashOut *request, GiftCard *reply, Error *err)
{
    GiftCard        card;
    Location        place;
    int64_t         most = 0;
    const GiftRule *rule = NULL;
    Str             cash = sale_cash_account(ctx->arena, request->location);
    if (!cash.ptr) return err_memory(err);
    if (!giftcards_get(ctx, request->id, &card, err) || !locations_get(ctx, request->location, &place, err)
        || !rule_of(ctx, request->location, &rule, err)
        || !settings_get(ctx, &SETTING_GIFT_CARD_CASH_OUT_MOST, &most, err))
        return false;
    if (rule && rule->cash_out > most) most = rule->cash_out;
    if (card.balance == 0 || card.balance > most)
        return err_set(err, &ERR_GIFT_CARD_CASH_OUT, "id", "up to %lld are paid out, there is %lld on it",
                       (long long)most, (long long)card.balance);
    GiftCardMove move = { .card    = &card,
                          .kind    = STR("cash_out"),
                          .account = cash,
                          .reason  = STR("paid in cash"),
                          .amount  = card.balance };
    TillShift    at   = { .location = STR_NONE };
    TillTender   paid = { .id       = ctx_new_id(ctx),
                          .document = card.id,
                          .kind     = STR("cash"),
                          .currency = card.currency,
                          .amount   = -card.balance,
                          .coin     = STR("") };
    if (!tills_shift(ctx, request->location, request->shift, true, &at, err)) return false;
    move.of = at.id;
    return giftcards_take(ctx, &card, card.balance, card.currency, err) && giftcards_note(ctx, &move, err)
        && tills_note_tender(ctx, &at, &paid, err)
        && giftcards_get(ctx, card.id, reply, err);
}

/* --- what sales put on them --- */

static bool at_load(Error *err, size_t i, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "gift_cards[%zu].%s", i, field);
    return false;
}

static bool plan_load(Ctx *ctx, const GiftCardSale *sale, Str currency, GiftCardLoad *out, size_t i,
                      Error *err)
{
    GiftCard card;
    bool     by_code = sale->code.len > 0;
    if (by_code == !id_is_none(sale->card)) {
        (void)err_set(err, &ERR_FIELD_INVALID, "", "name the card by its code or by its id");
        return at_load(err, i, "code");
    }
    if (!(by_code ? giftcards_by_code(ctx, sale->code, &card, err)
                  : giftcards_get(ctx, sale->card, &card, err)))
        return at_load(err, i, by_code ? "code" : "card");
    if (str_eq(card.state, STR("blocked"))) {
        (void)err_set(err, &ERR_GIFT_CARD_STATE, "", "it is blocked");
        return at_load(err, i, "code");
    }
    if (!str_eq(card.currency, currency)) {
        (void)err_set(err, &ERR_GIFT_CARD_CURRENCY, "", "it is of %.*s", STR_FMT(card.currency));
        return at_load(err, i, "code");
    }
    *out = (GiftCardLoad){ card.id, sale->amount, card.last4 };
    return true;
}

bool gift_plan(Ctx *ctx, const CheckoutRequest *request, Str currency, GiftCardLoad **loads, int64_t *sum,
               Error *err)
{
    size_t count = request->gift_cards.count;
    *sum         = 0;
    *loads       = arena_array(ctx->arena, GiftCardLoad, count + 1);
    if (!*loads) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (!plan_load(ctx, &request->gift_cards.items[i], currency, &(*loads)[i], i, err)) return false;
        *sum += request->gift_cards.items[i].amount;
    }
    return true;
}

bool gift_keep(Ctx *ctx, Id order, const GiftCardLoad *loads, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!giftcards_order_put(ctx, order, (int64_t)i + 1, loads[i].card, loads[i].amount, err))
            return false;
    return true;
}

bool gift_fill(Ctx *ctx, const Order *order, LedgerDoc *doc, Error *err)
{
    GiftCardLoad *loads   = NULL;
    size_t        count   = 0;
    int64_t       expires = 0;
    if (order->gift_cards == 0) return true;
    if (!giftcards_order_of(ctx, order->id, &loads, &count, err)
        || !gift_expires(ctx, order->location, &expires, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        LedgerSide card = { GIFT_CARDS_ACCOUNT, loads[i].card };
        if (!giftcards_add(ctx, loads[i].card, loads[i].amount, expires, err)
            || !ledger_move(ctx, doc, (LedgerSide){ .account = STR("receivable") }, card, loads[i].amount,
                            STR("gift_card"), err))
            return false;
    }
    return true;
}

/* --- the end of them --- */

typedef struct {
    Ctx    ctx;
    size_t mark;
    Id     card;
} Expiring;

static bool expire_one(Tx *tx, void *arg, Error *err)
{
    Expiring *e        = arg;
    e->ctx.tx          = tx;
    e->ctx.arena->used = e->mark;
    return giftcards_expire(&e->ctx, e->card, err);
}

bool gift_expire_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    GiftCardDue *found = NULL, due[DUE_MAX];
    size_t       count = 0, start = arena->used;
    Ctx          ctx = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    if (!db_read_begin(db, &ctx.tx, err)) return false;
    bool ok = giftcards_expired(&ctx, DUE_MAX, &found, &count, err);
    for (size_t i = 0; ok && i < count; i++) due[i] = found[i];
    db_read_end(ctx.tx);
    for (size_t i = 0; ok && i < count; i++) {
        arena->used        = start;
        Expiring e         = { .ctx = ctx, .mark = start, .card = due[i].card };
        e.ctx.who.merchant = due[i].merchant;
        ok                 = db_write(db, expire_one, &e, err);
    }
    arena->used = start;
    return ok;
}

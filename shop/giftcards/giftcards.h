/* giftcards.h — cards that pay with what was put on them. Owns the cards, their balances, and what
 * happened to them beside sales. Codes and PINs are never kept, only their hashes. Invariants: a balance
 * is never below zero, and is what the ledger keeps apart for the card on gift_cards; only an active card
 * that has not expired pays; a wrong PIN is counted also where the sale is refused. How long they hold by
 * law: core/gift_rule.h. What a sale puts on them: flows/gift.c. */
#ifndef SHOP_GIFTCARDS_H
#define SHOP_GIFTCARDS_H

#include "shop/common.h"
#include "shop/ledger/ledger.h"

#define API_DEF "shop/giftcards/api.def"
#include "shop/api_declare.h"

/* A new card, inactive and empty. */
typedef struct {
    Str code; /* absent: one is made */
    Str pin;  /* absent: none */
    Str currency, location, note;
    Id  customer; /* or none */
} GiftCardNew;

/* Makes a card; the reply has its code and PIN. Errors: GIFT_CARD_TAKEN, FIELD_INVALID. */
bool giftcards_make(Ctx *ctx, const GiftCardNew *card, GiftCard *out, Error *err) MUST_USE;

/* Errors: NOT_FOUND. */
bool giftcards_get(Ctx *ctx, Id id, GiftCard *out, Error *err) MUST_USE;

/* The card of a code whose PIN is right. Errors: GIFT_CARD_UNKNOWN (also for a wrong PIN),
 * GIFT_CARD_LOCKED. */
bool giftcards_find(Ctx *ctx, Str code, Str pin, GiftCard *out, Error *err) MUST_USE;

/* The card of a code, whoever asks: to put something on it. Errors: GIFT_CARD_UNKNOWN. */
bool giftcards_by_code(Ctx *ctx, Str code, GiftCard *out, Error *err) MUST_USE;

/* Outside of any transaction: counts a PIN that is wrong, and forgets those before one that is right. */
bool giftcards_hear(Ctx *ctx, Str code, Str pin, Error *err) MUST_USE;

/* Takes `amount` off a card, once and only when so much is there; two at once: one gets it.
 * Errors: GIFT_CARD_STATE, GIFT_CARD_CURRENCY, GIFT_CARD_SHORT. The ledger is the caller's. */
bool giftcards_take(Ctx *ctx, const GiftCard *card, int64_t amount, Str currency, Error *err) MUST_USE;

/* Puts `amount` on a card; an inactive or expired one becomes active. `expires_ms` as gift_expiry says.
 * The ledger is the caller's. */
bool giftcards_add(Ctx *ctx, Id card, int64_t amount, int64_t expires_ms, Error *err) MUST_USE;

/* Keeps an event and books it: `amount` moves between the card and `account` (of `other` when that is a
 * card): to the card when `to_card`. Tells of it. */
typedef struct {
    const GiftCard *card;
    Str             kind, account, reason;
    Id              other; /* or none */
    int64_t         amount;
    bool            to_card;
    Id              of; /* whose part of `account` */
} GiftCardMove;
bool giftcards_note(Ctx *ctx, const GiftCardMove *move, Error *err) MUST_USE;

/* What an order puts on cards when it is paid. */
typedef struct {
    Id      card;
    int64_t amount;
    Str     last4;
} GiftCardLoad;
bool giftcards_order_put(Ctx *ctx, Id order, int64_t n, Id card, int64_t amount, Error *err) MUST_USE;
bool giftcards_order_of(Ctx *ctx, Id order, GiftCardLoad **out, size_t *count, Error *err) MUST_USE;

/* Job step: active cards (of all merchants) that have expired; and the end of one. */
typedef struct {
    int64_t merchant;
    Id      card;
} GiftCardDue;
bool giftcards_expired(Ctx *ctx, int64_t limit, GiftCardDue **out, size_t *count, Error *err) MUST_USE;
bool giftcards_expire(Ctx *ctx, Id card, Error *err) MUST_USE;

/* The account of the ledger. */
#define GIFT_CARDS_ACCOUNT STR("gift_cards")

#endif

/* gift.h — gift cards where they meet sales, locations and cash. */
#ifndef FLOWS_GIFT_H
#define FLOWS_GIFT_H

#include "shop/giftcards/giftcards.h"
#include "shop/orders/orders.h"

/* What a basket puts on gift cards: checks the cards and adds up; *sum goes to order->gift_cards.
 * `cards[i]` is of loads[i]. Errors: GIFT_CARD_UNKNOWN, GIFT_CARD_STATE, GIFT_CARD_CURRENCY at
 * gift_cards[i]. */
bool gift_plan(Ctx *ctx, const CheckoutRequest *request, Str currency, GiftCardLoad **loads, int64_t *sum,
               Error *err) MUST_USE;

/* Keeps them with the order. */
bool gift_keep(Ctx *ctx, Id order, const GiftCardLoad *loads, size_t count, Error *err) MUST_USE;

/* The order is paid: the cards are filled, booked as part of the order's own entries. */
bool gift_fill(Ctx *ctx, const Order *order, LedgerDoc *doc, Error *err) MUST_USE;

/* Job step: expires cards whose time is over. */
bool gift_expire_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* When a card of that location that is loaded now expires; 0: never. */
bool gift_expires(Ctx *ctx, Str location, int64_t *at_ms, Error *err) MUST_USE;

#endif

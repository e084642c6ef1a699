/* loyalty.h — points of members: programme, rules, tiers, rewards, and the ledger of points.
 * Words: a lot is points that came together; pending until the goods they are for can no longer be
 * returned, then available until they expire; owed: points that a return takes and that are spent already.
 * Invariants: available and pending are the sums of what is left of lots, which are the sums of their
 * moves; nothing is below zero; what the ledger has on `loyalty` of a customer is what both are worth at
 * the account's rate. What is owed is paid by the next points that come in. Decided: points are a
 * liability from when they are earned, pending or not: the sale that they are for is booked then too. What
 * is owed is none: it never counts below zero. What earns and spends them is told in flows/loyalty.h. */
#ifndef SHOP_LOYALTY_H
#define SHOP_LOYALTY_H

#include "core/loyalty.h"
#include "shop/ledger/ledger.h"

#define API_DEF "shop/loyalty/api.def"
#include "shop/api_declare.h"

/* --- programme --- */

/* *found is false when there is none. */
bool loyalty_programme(Ctx *ctx, LoyaltyProgramme *out, bool *found, Error *err) MUST_USE;

bool loyalty_rules(Ctx *ctx, LoyaltyRule **out, size_t *count, Error *err) MUST_USE;
bool loyalty_tiers(Ctx *ctx, LoyaltyTier **out, size_t *count, Error *err) MUST_USE;

/* Errors: REWARD_UNKNOWN. */
bool loyalty_reward(Ctx *ctx, Str code, LoyaltyReward *out, Error *err) MUST_USE;

/* --- members --- */

typedef struct {
    Id      customer;
    Str     number;
    int64_t available, pending, owed, value;
    int64_t worth_amount, worth_points;
    Str     tier; /* or empty */
    int64_t below_since_ms, review_at_ms, birthday_year, joined_at_ms;
    Str     joined_how;
} Member;

bool loyalty_find(Ctx *ctx, Id customer, Member *out, bool *found, Error *err) MUST_USE;

/* By what was scanned or typed. Errors: NOT_FOUND. */
bool loyalty_find_number(Ctx *ctx, Str typed, Id *customer, Error *err) MUST_USE;

/* Makes an account; *fresh is false when there is one. Errors: LOYALTY_NONE. */
bool loyalty_make(Ctx *ctx, Id customer, Str how, bool *fresh, Error *err) MUST_USE;

/* As it is shown. Errors: NOT_FOUND. */
bool loyalty_show(Ctx *ctx, Id customer, LoyaltyAccount *out, Error *err) MUST_USE;

/* --- points: open, change, close --- */

/* What happens to the points of one customer at once. Nobody else changes them until the transaction ends.
 */
typedef struct {
    Ctx             *ctx;
    LoyaltyProgramme programme;
    Member           now, was;
    Id               op; /* the document in the ledger */
    int64_t          n;  /* moves so far */
} Points;

/* Locks the account and does what is due by time: points that can be spent now, points that expire.
 * *found is false when the customer is no member. */
bool points_open(Ctx *ctx, Id customer, Points *points, bool *found, Error *err) MUST_USE;

/* New points; `days` until they can be spent. What is owed is paid first. *lot may be NULL. */
typedef struct {
    Str     kind; /* order, join, birthday, given */
    Id      document;
    int64_t points, days;
} PointsNew;
bool points_earn(Points *points, const PointsNew *earned, Id *lot, Error *err) MUST_USE;

/* Takes available points, first those that expire first. kind: spend, reward, take. Errors: POINTS_SHORT.
 */
bool points_take(Points *points, Str kind, Id document, int64_t count, Error *err) MUST_USE;

/* Gives back to the lots from which `document` took them, with their old expiry. */
bool points_back(Points *points, Id document, int64_t count, Error *err) MUST_USE;

/* Takes points of a lot that were earned for nothing: what is left of it, what expired of it, then any
 * others, then they are owed. */
bool points_reverse(Points *points, Id lot, Id document, int64_t count, Error *err) MUST_USE;

/* Moves everything of another account here: its lots become this one's, what both owe is added. */
bool points_merge(Points *from, Points *into, Error *err) MUST_USE;

/* All points expire at once: the member leaves. */
bool points_clear(Points *points, Error *err) MUST_USE;

/* Writes the sums and books what the points are worth now in the books of `location` (or none);
 * `elsewhere` of that is booked by the caller on the customer's part of `loyalty` (below zero: by a
 * payment). */
bool points_close(Points *points, Str location, int64_t elsewhere, Error *err) MUST_USE;

/* --- tiers --- */

/* Looks where the customer stands; *changed tells whether that is another tier than before. */
bool loyalty_stand(Ctx *ctx, Id customer, Str *tier, bool *changed, Error *err) MUST_USE;

#endif

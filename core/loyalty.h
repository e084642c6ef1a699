/* loyalty.h — points: what a sale earns, what points are worth, in which tier a customer is. Pure, whole
 * numbers. Words: a share is what one line, or one part of it whose units were treated alike, earns of a
 * sale. Rounding: rules by money give points for whole amounts of all lines they hold for together, rules
 * by item for whole units of each share; bonuses of multipliers are rounded down. What a rule gives is
 * divided among the shares by largest remainder (money_split), so that shares always add up to it exactly.
 */
#ifndef CORE_LOYALTY_H
#define CORE_LOYALTY_H

#include "core/money.h"

#include "base/form_declare.h"
#include "core/loyalty.def"
#include "base/form_undef.h"

/* A share of a sale: goods, and what was paid for them. */
typedef struct {
    Str      sku, brand;
    TextList categories; /* its own first, then those above it */
    TextList tags;
    int64_t  qty;   /* thousandths */
    int64_t  money; /* minor units that count */
} LoyaltyShare;

typedef struct {
    Str                 currency, channel, location, tier;
    Str                 own_currency; /* of the programme */
    int64_t             at_ms;
    int                 weekday; /* 0: Monday; -1: not known */
    int64_t             minute;  /* of the day, where it was sold */
    const LoyaltyShare *shares;
    size_t              count;
} LoyaltySale;

/* Points of each share, to `points` (of sale->count). Errors: AMOUNT_RANGE. */
bool loyalty_earned(Arena *arena, const LoyaltyRule *rules, size_t rule_count, const LoyaltySale *sale,
                    int64_t *points, Error *err) MUST_USE;

/* The day of the week of a date (year, month, day as digits); 0: Monday. */
int loyalty_weekday(int64_t date);

/* Whether a rule holds for a sale, whatever its goods are. */
bool loyalty_rule_holds(const LoyaltyRule *rule, const LoyaltySale *sale);

/* Something that happened besides a sale. */
typedef struct {
    Str     by;   /* join, birthday, event */
    Str     name; /* of an event; or empty */
    Str     tier; /* of the customer, or empty */
    int64_t at_ms;
    int64_t before; /* how many of this name gave something to this customer so far */
} LoyaltyEvent;

/* What rules give for it. */
int64_t loyalty_event_points(const LoyaltyRule *rules, size_t count, const LoyaltyEvent *event);

/* Errors: FIELD_INVALID with the field, when a rule says what cannot be meant. */
bool loyalty_rule_check(const LoyaltyRule *rule, Error *err) MUST_USE;

/* Of the points of a share: how many are gone when `returned` of its `qty` came back; all when all did. So
 * the difference of two returns is what the second takes. */
int64_t loyalty_gone(int64_t points, int64_t qty, int64_t returned);

/* What points are worth: `amount` minor units for each `per` points. */
typedef struct {
    int64_t amount, per;
} LoyaltyRate;

/* Rounded down; all points of one customer together. */
int64_t loyalty_worth(LoyaltyRate rate, int64_t points);

/* The fewest points that are worth at least `amount`. */
int64_t loyalty_price(LoyaltyRate rate, int64_t amount);

/* How many of the points that a payment took come back when `back` of its `amount` does; all when all
 * does. */
int64_t loyalty_unspent(int64_t points, int64_t amount, int64_t back);

/* --- tiers --- */

typedef struct {
    size_t  tier;           /* 1 …: of the thresholds; 0: none */
    int64_t below_since_ms; /* since when less than its threshold is reached; 0: it is */
} LoyaltyStanding;

/* Where a customer stands who reached `reached` and stood at `before`. Rises at once; falls when it was
 * below the threshold for `grace_ms`. `thresholds` rise. */
LoyaltyStanding loyalty_review(const int64_t *thresholds, size_t count, LoyaltyStanding before,
                               int64_t reached, int64_t now_ms, int64_t grace_ms);

/* --- numbers of members --- */

enum { LOYALTY_NUMBER_LEN = 16 };

/* "M" and 14 signs of 70 random bits, and a check sign: no digit alone, so that none looks like a card
 * number. */
void loyalty_number(const unsigned char random[14], char out[LOYALTY_NUMBER_LEN]);

/* Reads it as it was scanned or typed (any case, blanks and '-', O for 0, I and L for 1); false: it is
 * none. */
bool loyalty_number_read(Str typed, char out[LOYALTY_NUMBER_LEN]);

#endif

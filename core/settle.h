/* settle.h — is a line of a settlement what the books say? Pure: the line and what is known of it go in,
 * what is different comes out, each with a probable cause and an action (settle_causes.def).
 * Amounts are minor units from the merchant's side: above zero is money for us. */
#ifndef CORE_SETTLE_H
#define CORE_SETTLE_H

#include "base/error.h"

typedef enum {
    SETTLE_CHARGE, /* below zero: part of one taken back (a capture in part) */
    SETTLE_REFUND,
    SETTLE_REFUND_FAILED,
    SETTLE_CHARGEBACK,
    SETTLE_CHARGEBACK_BACK, /* the dispute was won */
    SETTLE_FEE,             /* of no payment: monthly, of terminals … */
    SETTLE_PAYOUT,          /* to the bank: below zero */
    SETTLE_PAYOUT_FAILED,
    SETTLE_CARRY, /* from one batch to the next: nothing happens */
    SETTLE_OTHER,
    SETTLE_BANK, /* a line of a bank statement */
    SETTLE_KINDS
} SettleKind;

const char *settle_kind_name(SettleKind kind);
bool        settle_kind_of(Str name, SettleKind *out) MUST_USE;

typedef enum {
#define CAUSE(name, code, off, sentence, action) CAUSE_##name,
#include "core/settle_causes.def"
#undef CAUSE
    CAUSE_COUNT
} SettleCause;

/* The account that is off by a difference. */
typedef enum { SETTLE_OFF_NOTHING, SETTLE_OFF_CLEARING, SETTLE_OFF_DISPUTES, SETTLE_OFF_BANK } SettleOff;

typedef struct {
    const char *code, *sentence, *action;
    SettleOff   off;
} SettleCauseRow;

const SettleCauseRow *settle_cause(SettleCause cause);
bool                  settle_cause_of(Str code, SettleCause *out) MUST_USE;

typedef struct {
    SettleKind kind;
    Str        id;         /* the service's own of this line, the same in overlapping files; or none */
    Str        key;        /* our key of the payment, or none */
    Str        refund_key; /* our key of the refund, or none */
    Str        reference;  /* the service's of the payment, or none */
    Str        payout;     /* which payout it is part of, or none */
    Str        text;       /* what the service or the bank calls it, or none */
    int64_t    amount;     /* as the customer paid or got it back */
    Str        currency;   /* of `amount` */
    int64_t    gross, fee, net;     /* in the currency of the settlement; gross - fee = net */
    Str        settled;             /* that currency */
    int64_t    at_ms, payout_at_ms; /* 0: not said */
} SettleLine;

/* What the books have of the payment or the refund of a line. */
typedef struct {
    bool    found;   /* the payment */
    bool    taken;   /* it is captured, not declined, reversed or still open */
    int64_t amount;  /* that was captured of it, > 0 */
    int64_t settled; /* of that in lines before this one */
    int64_t over;    /* more than that in lines before this one */
    Str     currency;
    bool    refund;        /* the refund of a refund line was found */
    bool    refund_before; /* the only ones that there are have been settled before */
    int64_t refunded;      /* its amount, > 0 */
    bool    disputed;      /* a chargeback of the payment is open */
} SettleKnown;

/* What was agreed with the service. */
typedef struct {
    bool    agreed;
    int64_t ppm, fixed; /* of the gross, and for each charge in minor units */
    int64_t tolerance;  /* minor units */
} SettleRate;

typedef struct {
    SettleCause cause;
    int64_t     expected, found; /* minor units */
    int64_t     open;            /* by which the account of the cause is off: to be debited to it */
} SettleDifference;

typedef struct {
    bool             differs;
    SettleDifference difference;
    bool             fee_differs;
    int64_t          fee_expected;
    int64_t books; /* of what the books have of it, in the currency of the sale, this line settles */
} SettleResult;

/* A line that is about a payment, a refund or a dispute; and one that is about none of them. */
SettleResult settle_judge(const SettleLine *line, const SettleKnown *known, const SettleRate *rate);

/* A payment, or a refund (below zero), of which `settled` is in after all that time; false: all is well.
 */
bool settle_short(int64_t taken, int64_t settled, SettleDifference *out);

/* What was sent to the bank, beside a line of its statement. */
typedef struct {
    int64_t amount;
    Str     currency, reference;
    int64_t at_ms;
    bool    taken; /* by a line before */
} SettleSent;

enum { SETTLE_NONE = -1, SETTLE_DAY_MS = 86400000, SETTLE_EARLY_DAYS = 3, SETTLE_LATE_DAYS = 21 };

/* Which of them the line is: one that it names by its reference, whatever the amount; else the oldest of
 * the same amount in the days around. SETTLE_NONE: none. */
int64_t settle_bank_find(const SettleLine *line, const SettleSent *sent, size_t count);

/* What a payout's sum, of its lines, and what the service said of it make. *differs is false when equal.
 */
SettleDifference settle_payout(int64_t sum, int64_t said, bool *differs);

#endif

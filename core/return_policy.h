/* return_policy.h — on what terms goods are taken back. Pure: rules and facts in, a verdict with its
 * reasons out. Words: a verdict is allow, warn (said to whoever takes it), manager (another person
 * must approve) or refuse; of several the hardest holds. With no rule that holds, goods with their
 * receipt are taken back as they were paid, and goods without it are refused. Days are those of the
 * clock where it is given back. Invariants: a fee is never more than what was paid; the first rule
 * by rank and code decides alone. */
#ifndef CORE_RETURN_POLICY_H
#define CORE_RETURN_POLICY_H

#include "core/goods_match.h"
#include "core/money.h"

#include "base/form_declare.h"
#include "core/return_rule.def"
#include "base/form_undef.h"

typedef enum { RETURN_ALLOW, RETURN_WARN, RETURN_MANAGER, RETURN_REFUSE } ReturnOutcome;

typedef struct {
    const char *code;
    bool        our_fault;
    const char *meaning;
} ReturnReason;

typedef struct {
    const char *code, *disposition, *meaning;
} ReturnGrade;

/* NULL: there is none of that code. */
const ReturnReason *return_reason(Str code);
const ReturnGrade  *return_grade(Str code);

/* The words for a CHOICE. */
#define RETURN_REASONS                                                                              \
    "changed_mind|wrong_size|gift|bought_twice|cheaper_elsewhere|defective|damaged|wrong_item|"     \
    "not_as_described|late|recall|undelivered|other"
#define RETURN_GRADES "new|opened|used|incomplete|damaged|faulty"
#define RETURN_OUTCOMES "allow|warn|manager|refuse"
#define RETURN_DISPOSITIONS "floor|backroom|damaged|quarantine|refurbish|vendor|destroy|none"

enum { REFUND_ORIGINAL = 1, REFUND_STORE_CREDIT = 2, REFUND_GIFT_CARD = 4, REFUND_ANY = 7 };

/* What is asked about one line. */
typedef struct {
    GoodsFacts goods;
    Str        channel, location; /* where it was sold; where it is given back */
    Str        tier, reason, grade, currency;
    TextList   groups;
    bool    receipt, gift; /* gift: by a gift receipt, which never gives money back as it was paid */
    int64_t sold_ms;       /* without receipt: now */
    int64_t sold_day, today; /* days since 1970; sold_day: when it was handed over */
    int64_t qty, paid;       /* thousandths; minor units, of all of it */
    int64_t before_paid,
        before_times; /* without receipt: what this customer gave back so before, see limit_days */
} ReturnAsk;

/* Why it is not simply allowed. */
typedef struct {
    ReturnOutcome outcome;
    const char   *code; /* rule, no_rule, late, grade, limit, gift */
    Str           why;
} ReturnWhy;

enum { RETURN_WHYS_MAX = 6 };

typedef struct {
    ReturnOutcome     outcome;
    const ReturnRule *rule;            /* NULL: none holds */
    int64_t           last_day;        /* on which it is in time; 0: always */
    int64_t           fee;             /* of all of it */
    bool              shipping;        /* goes back as well */
    int       refund_to, refund_first; /* REFUND_…: which may be, which when nothing is said */
    ReturnWhy why[RETURN_WHYS_MAX];
    size_t    why_count;
} ReturnVerdict;

/* The rule that decides, or NULL. `rules` come by rank and code (return_rules_sort). */
const ReturnRule *return_rule_for(const ReturnRule *rules, size_t count, const ReturnAsk *ask);

/* Errors: AMOUNT_RANGE, MEMORY. */
bool return_judge(Arena *arena, const ReturnRule *rules, size_t count, const ReturnAsk *ask,
                  ReturnVerdict *out, Error *err) MUST_USE;

void return_rules_sort(ReturnRule *rules, size_t count);

/* Errors: RETURN_RULE with the field, when a rule says what cannot be meant. */
bool return_rule_check(const ReturnRule *rule, Error *err) MUST_USE;

/* The word of an outcome and back; an absent or empty word is `standard`. */
const char   *return_outcome_name(ReturnOutcome outcome);
ReturnOutcome return_outcome(Str name, ReturnOutcome standard);

/* "original", "store_credit", "gift_card" as REFUND_…; 0: none of them. */
int return_refund_to(Str name);

#endif

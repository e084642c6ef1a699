/* return_flags.h — what makes a return suspicious, with its reasons. Pure: facts and terms in, flags
 * out. What follows from each flag the merchant sets: nothing, a warning, another person's approval,
 * or a refusal. */
#ifndef CORE_RETURN_FLAGS_H
#define CORE_RETURN_FLAGS_H

#include "core/return_policy.h"

typedef enum {
#define RETURN_FLAG(NAME, code, standard, meaning) RETURN_FLAG_##NAME,
#include "core/return_flag.def"
#undef RETURN_FLAG
    RETURN_FLAG_COUNT
} ReturnFlagKind;

typedef struct {
    const char   *code;
    ReturnOutcome standard;
    const char   *meaning;
} ReturnFlagRow;

extern const ReturnFlagRow return_flag_rows[RETURN_FLAG_COUNT];

/* What is known; empty texts and zeros raise nothing. */
typedef struct {
    Str     serial;            /* one that does not belong here */
    Str     used_up;           /* the SKU of which less is left */
    int64_t returns, returned; /* of this customer or card within the terms' days, without this one;
                                  minor units */
    int64_t amount;            /* of this one */
    Str     scanned, sold;     /* what was scanned instead of what was sold */
    Str     priced_by_hand;    /* the SKU whose price was */
    bool    used;              /* this one is used */
    int64_t used_before;       /* used goods this customer gave back within the terms' days */
    int64_t days_left;         /* until its time is over; -1: it has no end */
    bool    own_purchase, own_sale; /* the customer is who takes it back; the same key sold it */
} ReturnFacts;

typedef struct {
    ReturnOutcome policy[RETURN_FLAG_COUNT];
    int64_t velocity_count, velocity_amount, velocity_days; /* from so many, so much on; 0: any */
    int64_t wardrobing_count, wardrobing_days;
    bool    own_sales; /* that the same key sold it is told as well */
} ReturnTerms;

typedef struct {
    ReturnFlagKind kind;
    ReturnOutcome  outcome;
    Str            why;
} ReturnFlag;

/* At most one of each kind, to `out` (room for RETURN_FLAG_COUNT). Errors: MEMORY. */
bool return_flags(Arena *arena, const ReturnFacts *facts, const ReturnTerms *terms, ReturnFlag *out,
                  size_t *count, Error *err) MUST_USE;

#endif

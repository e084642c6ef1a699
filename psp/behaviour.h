/* behaviour.h — what the simulator does instead of simply answering, by the word for it:
 *   approve             nothing special
 *   declined_REASON     a definite no (charges only)
 *   slow_MS             takes effect and answers after so many milliseconds
 *   timeout_approved    takes effect, never answers      timeout_lost   no effect, never answers
 *   500_approved        takes effect, answers 500        500_lost       no effect, answers 500
 *   expires_MS          answers; what is only authorised is held for so many milliseconds
 *   partial_AMOUNT      approves so many minor units at most (charges only)
 *   garbage             takes effect, answers nonsense   wrong_amount   answers with another amount
 * A test card is "tok_" and such a word, or "tok_" and a brand, or chip, contactless,
 * swipe, applepay, googlepay. */
#ifndef PSP_BEHAVIOUR_H
#define PSP_BEHAVIOUR_H

#include "base/str.h"

typedef enum {
    ACT_APPROVE, ACT_DECLINE, ACT_SLOW, ACT_TIMEOUT, ACT_TIMEOUT_LOST, ACT_500, ACT_500_LOST, ACT_GARBAGE,
    ACT_WRONG_AMOUNT, ACT_EXPIRES, ACT_PARTIAL
} Act;

enum { REASON_MAX = 48, SLOW_MS_MAX = 120000 };

typedef struct {
    Act     act;
    int64_t slow_ms; /* of ACT_SLOW; ACT_EXPIRES: how long it is held; ACT_PARTIAL: how much is approved */
    char    reason[REASON_MAX]; /* of ACT_DECLINE */
} Behaviour;

typedef struct {
    const char *name, *brand, *last4;
    const char *entry_mode, *wallet; /* how it was read; or empty */
} Brand;

/* False when the word is not one of the above. */
bool behaviour_parse(Str word, Behaviour *out) MUST_USE;

/* What a card does; an unknown token is declined as invalid_token. */
void behaviour_of_token(Str token, Behaviour *out, const Brand **brand);

#endif

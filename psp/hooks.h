/* hooks.h — the simulator tells by itself what happened: signed, and if so wanted late, twice, or in
 * another order. A thread of its own calls the receiver; one that does not answer with 2xx is told again a
 * few times. */
#ifndef PSP_HOOKS_H
#define PSP_HOOKS_H

#include "base/error.h"

typedef struct Hooks Hooks;

typedef struct {
    char    url[256], secret[100];
    int64_t times;   /* each event is sent so often */
    int64_t late_ms; /* so much later */
    bool    shuffle; /* and up to half a second later than that, each another time */
} HooksPlan;

bool hooks_create(Hooks **out, Error *err) MUST_USE;

/* Who is told from now on; an empty url: nobody. */
void hooks_plan(Hooks *hooks, const HooksPlan *plan);

/* Something happened to a key: charge, charge_failed, cancel, capture, refund, dispute_taken … From any
 * thread. */
void hooks_tell(Hooks *hooks, const char *event, const char *key, const char *reference, int64_t amount,
                const char *reason);

/* Ends the thread; what is still to be told is not. */
void hooks_destroy(Hooks *hooks);

#endif

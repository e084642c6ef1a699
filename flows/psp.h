/* psp.h — the adapter to the payment service: each call carries our own key, so that it may be repeated.
 * Blocking network calls with time limits: never inside a transaction. */
#ifndef FLOWS_PSP_H
#define FLOWS_PSP_H

#include "sys/env.h"

typedef enum {
    PSP_APPROVED,  /* the money is ours (or, after a reversal or refund: given back) */
    PSP_DECLINED,  /* a definite no; nothing was charged */
    PSP_UNKNOWN,   /* no answer, or one we cannot trust: ask again by our key */
    PSP_NOT_FOUND, /* psp_ask: the service has never seen our key */
} PspOutcome;

typedef struct {
    char reference[64];
    char brand[24], last4[8];
    char reason[64]; /* of a decline: insufficient_funds … */
    bool    held;          /* authorised only: nothing is captured yet, or not all */
    int64_t expires_in_ms; /* of what is held */
    int64_t captured;      /* psp_void: what was captured in the end */
} PspAnswer;

typedef struct {
    Id      key;
    int64_t amount; /* minor units, > 0 */
    Str     currency;
    Str     token;  /* what the terminal or the service's page gave for the card */
    bool    hold;   /* authorise only; psp_capture takes it in parts */
} PspCharge;

/* Authorises, and captures in the same step unless `hold`. */
PspOutcome psp_charge(Env *env, const PspCharge *charge, PspAnswer *out);

/* What became of a charge; one that is held, or was captured in part, is approved. A hold whose time was
 * over is declined. */
PspOutcome psp_ask(Env *env, Id key, PspAnswer *out);

/* Undoes a charge, whatever became of it: afterwards the key can never charge any more. */
PspOutcome psp_reverse(Env *env, Id key, PspAnswer *out);

/* Takes part of what is held; `key` is the capture's own, and asks again what became of it. A definite no:
 * nothing was taken by this key. */
PspOutcome psp_capture(Env *env, Id key, Id charge_key, int64_t amount, PspAnswer *out);

/* Gives up what is held and not captured; afterwards nothing more can be captured. */
PspOutcome psp_void(Env *env, Id key, PspAnswer *out);

/* Gives part of a captured charge back; `key` is the refund's own. */
PspOutcome psp_refund(Env *env, Id key, Id charge_key, int64_t amount, PspAnswer *out);

#endif

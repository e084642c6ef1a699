/* carrier.h — the adapter to a carrier's service: labels are bought, given up and followed, each by our
 * own key, so that any call may be repeated and never buys twice. Blocking network calls with time limits:
 * never inside a transaction. */
#ifndef FLOWS_CARRIER_H
#define FLOWS_CARRIER_H

#include "sys/env.h"

typedef enum {
    CARRIER_KNOWN,     /* the service told the state of the label */
    CARRIER_REFUSED,   /* a definite no; nothing was bought */
    CARRIER_UNKNOWN,   /* no answer, or one we cannot trust: ask again by our key */
    CARRIER_NOT_FOUND, /* carrier_ask: the service has never seen our key */
} CarrierOutcome;

typedef struct {
    char state[12];    /* of CARRIER_KNOWN: bought, moving, delivered, failed or voided */
    char carrier[41];  /* who brings it */
    char tracking[81]; /* the carrier's number */
    char label[81];    /* the carrier's own name of the label */
    char reason[64];   /* of a refusal or a failure */
} CarrierAnswer;

typedef struct {
    Str name; /* a person or a location */
    Str street, city, region, postal_code, country;
} CarrierPlace;

typedef struct {
    Id           key;     /* of the label: the same again for each repetition */
    Str          service; /* of the carrier */
    int64_t      weight;  /* grams; 0: not weighed */
    CarrierPlace from, to;
} CarrierLabel;

/* Buys a label. */
CarrierOutcome carrier_buy(Env *env, const CarrierLabel *label, CarrierAnswer *out);

/* What became of a label, and where its parcel is. */
CarrierOutcome carrier_ask(Env *env, Id key, CarrierAnswer *out);

/* Gives a label up, whatever became of it: afterwards the key can never buy one. What moves already keeps
 * its label: then the answer tells that state. */
CarrierOutcome carrier_void(Env *env, Id key, CarrierAnswer *out);

#endif

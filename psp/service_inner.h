/* service_inner.h — what the files of the simulator share: its state, answers, and what it does instead of
 * simply answering. Effects are made with the lock held. */
#ifndef PSP_SERVICE_INNER_H
#define PSP_SERVICE_INNER_H

#include "psp/behaviour.h"
#include "psp/book.h"
#include "psp/holds.h"
#include "psp/hooks.h"
#include "psp/service.h"

#include <jansson.h>
#include <pthread.h>

enum { SCRIPT_MAX = 1000, PAYOUTS_MAX = 1000 };

typedef struct Parcels Parcels;
typedef struct Payouts Payouts;

struct Service {
    pthread_mutex_t lock; /* guards the book, the parcels and the script */
    Book           *book;
    Parcels        *parcels;
    Payouts        *payouts;
    Holds          *holds;
    Hooks          *hooks;
    Behaviour       script[SCRIPT_MAX]; /* what the next calls do */
    size_t          script_at, script_count;
};

typedef struct {
    int     status;
    json_t *json; /* owned; NULL: no memory */
} Answer;

Answer    service_refusal(int status, const char *code);
bool      service_is_key(Str text);
json_t   *service_body(HttpExchange *exchange);
Behaviour service_next(Service *service, Behaviour otherwise);
bool      service_is_lost(const Behaviour *how);
void      service_send(HttpExchange *exchange, Answer answer);

/* Answers, or does not, as the behaviour says. `pending`: takes effect when its time has come, or NULL. */
void service_answer(Service *service, HttpExchange *exchange, const Behaviour *how, Charge *pending,
                    Answer answer);

/* What happened to a charge, or to a part of one (capture, refund), is told to whoever wants to know. */
void service_tell(Service *service, const Charge *charge);
void service_tell_part(Service *service, const Refund *part, const char *event);

/* disputes.c */
Answer service_post_webhooks(Service *service, HttpExchange *exchange);
Answer service_post_chargeback(Service *service, HttpExchange *exchange, Str key);

/* The labels of a carrier: /v1/labels and what is below it. False: not one of its paths. */
bool parcels_on_request(Service *service, HttpExchange *exchange);

Parcels *parcels_create(void); /* NULL: no memory */
void     parcels_destroy(Parcels *parcels);


/* payouts.c: /v1/payouts and what is below it. False: not one of its paths. */
bool payouts_on_request(Service *service, HttpExchange *exchange);

Payouts *payouts_create(void); /* NULL: no memory */
void     payouts_destroy(Payouts *payouts);

#endif

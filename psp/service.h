/* service.h — the payment-service simulator over HTTP: charges, reversals and refunds by the caller's
 * keys, and labels of a carrier, with the faults of behaviour.h. A separate process, so that its truth
 * survives the shop's crashes. */
#ifndef PSP_SERVICE_H
#define PSP_SERVICE_H

#include "http/server.h"

typedef struct Service Service;

bool service_create(Service **out, Error *err) MUST_USE;

/* How long a parcel takes to leave, and again to arrive; 0, the standard: it does not by itself. */
void service_pace(Service *service, int64_t pace_ms);

/* HttpOptions.on_request. */
void service_on_request(void *service, HttpExchange *exchange);

/* Answers what is held, so that the server can end. */
void service_stop(Service *service);

/* After the server has stopped. */
void service_destroy(Service *service);

#endif

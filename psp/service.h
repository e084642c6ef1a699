/* service.h — the payment-service simulator over HTTP: charges, reversals and refunds by the caller's keys,
 * with the faults of behaviour.h. A separate process, so that its truth survives the shop's crashes. */
#ifndef PSP_SERVICE_H
#define PSP_SERVICE_H

#include "http/server.h"

typedef struct Service Service;

bool service_create(Service **out, Error *err) MUST_USE;

/* HttpOptions.on_request. */
void service_on_request(void *service, HttpExchange *exchange);

/* Answers what is held, so that the server can end. */
void service_stop(Service *service);

/* After the server has stopped. */
void service_destroy(Service *service);

#endif

/* service_call.h — one call to a payment service over HTTP, and its JSON answer with paths into it.
 * Blocking, with time limits: never inside a transaction. Judges nothing: see the adapters. */
#ifndef FLOWS_SERVICE_CALL_H
#define FLOWS_SERVICE_CALL_H

#include "flows/payment_service.h"

#include <jansson.h>

typedef struct {
    int     status; /* HTTP; 0: no answer that could be read */
    json_t *json;   /* an object or a list, owned; NULL: none */
} ServiceReply;

/* Calls with the service's limits (`total_ms` of `http`, when it is there, instead); ends with
 * service_end. */
void service_call(const PaymentService *at, HttpCall http, ServiceReply *out);
void service_end(ServiceReply *reply);

/* "a.b.c" of a JSON object; "0" steps into a list. NULL, none or zero when it is not there. */
const json_t *service_at(const json_t *json, const char *path);
Str           service_text(const json_t *json, const char *path);
int64_t       service_number(const json_t *json, const char *path);
bool          service_is(const json_t *json, const char *path, Str text);

/* Copies what fits, else as much as fits; empty when it is not there. */
void service_keep(const json_t *json, const char *path, char *out, size_t size);
void service_put(Str text, char *out, size_t size);

/* Our key as text, in a buffer of ID_TEXT_LEN + 1. */
Str service_key(Id key, char *buffer);

/* How long ago we made the key, by its own time. */
int64_t service_age_ms(const PaymentService *at, Id key);

#endif

/* exchange.h — one call to a service outside, by a key of ours, and the answer as far as it can be
 * trusted. Only an answer that names our key is believed, whatever its status says. Blocking, with time
 * limits: never inside a transaction. */
#ifndef FLOWS_EXCHANGE_H
#define FLOWS_EXCHANGE_H

#include "sys/env.h"
#include "sys/http_client.h"

#include <jansson.h>

enum { EXCHANGE_ARENA_BYTES = 24 * 1024 };

typedef struct {
    Arena   arena;
    uint8_t bytes[EXCHANGE_ARENA_BYTES];
    int     status; /* 0: no answer */
    json_t *json;   /* an object that names our key, or NULL */
} Exchange;

typedef struct {
    Str method, base, path;
    Id  key;
    Str body;       /* JSON, or none */
    int timeout_ms; /* 0: ten seconds */
    HttpReach reach;
} ExchangeCall;

/* Calls; ends with exchange_end whatever came of it. */
void exchange_call(Exchange *x, const ExchangeCall *call);
void exchange_end(Exchange *x);

/* Members of the answer; none, or zero, when they are not there. They live until exchange_end. */
Str     exchange_text(const Exchange *x, const char *name);
int64_t exchange_number(const Exchange *x, const char *name);
bool    exchange_number_is(const Exchange *x, const char *name, int64_t value);
bool    exchange_state_is(const Exchange *x, Str state);

/* Copies a text of the answer; false when it is absent, empty or too long. */
bool exchange_keep(const Exchange *x, const char *name, char *out, size_t size);

/* "/v1/charges/" and the key, and a tail, in `buffer`. */
Str exchange_path(char *buffer, size_t size, const char *before, Id key, const char *tail);

#endif

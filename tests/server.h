/* server.h — the program itself, `onetill serve`, as a process of the test's own, and calls to it. */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include "base/error.h"

#include <jansson.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    char  url[64]; /* "http://127.0.0.1:PORT" */
} Server;

/* Starts build/onetill on a free port with this database; `psp` is the payment service's address or NULL.
 * Ends the test when it does not come up. */
void server_start(Server *out, Str db_url, const char *psp);

/* Ends it with a signal and waits; returns the exit code, or -signal. */
int server_stop(Server *server, int signal);

typedef struct {
    const Server *server;
    const char   *api_key;
    Arena         arena; /* of its own; given back by the next call */
} Client;

/* A client for one thread; its memory, client.arena.bytes, is the caller's to free. */
Client client_make(const Server *server, const char *api_key);

/* One call. `key` is the Idempotency-Key or NULL, `body` JSON or NULL. Returns the status, 0 when there
 * was no answer; *json (may be NULL) gets the body, to be given back with json_decref. */
int client_call(Client *client, const char *method, const char *path, const char *key, const char *body,
                json_t **json);

#endif

/* caller.h — for tests that call the program itself over HTTP about stock: a shop with London, a depot
 * and Manchester, all serving counter and web, and calls that go on when the program is killed and comes
 * again. */
#ifndef TESTS_STOCK_CALLER_H
#define TESTS_STOCK_CALLER_H

#include "tests/server.h"

#include <stdbool.h>

extern Server caller_server;

/* Makes the shop in kit_open's database, and starts program and payment service. */
void caller_start(void);
/* Stops all; the ledger must be whole, as `onetill verify` says. */
void caller_finish(void);

void caller_up(void);         /* starts the program (again) */
int  caller_down(int signal); /* stops it; as server_stop */

Client caller_client(void);
void   caller_client_free(Client *client);

/* One command, with the same key again while it is not done yet (202, "in flight"). 0: no answer. */
int caller_post(Client *client, const char *key, const char *path, const char *body, json_t **json);

/* What stands there, in thousandths: a field of GET /v1/stock/{sku}; 0 when nothing ever did, -1: no
 * answer. */
int64_t caller_stock(Client *client, const char *sku, const char *location, const char *field);

/* Runs a function on so many threads at once; each gets its number. */
void caller_threads(int count, void *(*work)(void *arg));

void caller_pause(long ms);

#endif

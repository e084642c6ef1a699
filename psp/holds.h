/* holds.h — answers that are given later, or never: a thread of its own waits, nobody else does. */
#ifndef PSP_HOLDS_H
#define PSP_HOLDS_H

#include "http/server.h"

typedef struct Holds Holds;

/* Called on the holds' thread when the time has come, with what was given to holds_add; must reply.
 * `stopping`: the program ends before that time. */
typedef void (*HoldDue)(void *arg, HttpExchange *exchange, void *what, bool stopping);

bool holds_create(HoldDue due, void *arg, Holds **out, Error *err) MUST_USE;

/* Keeps the exchange unanswered for so long. False: no memory, or the program ends. */
bool holds_add(Holds *holds, HttpExchange *exchange, void *what, int64_t after_ms) MUST_USE;

/* Lets everything go that is held and ends the thread; nothing can be added any more. */
void holds_stop(Holds *holds);

/* After holds_stop, when nobody can call holds_add. */
void holds_destroy(Holds *holds);

#endif

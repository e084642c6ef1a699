/* workers.h — a few threads for work that may block: PostgreSQL reads and what goes on after a
 * commit. Knows nothing of what it runs. */
#ifndef HTTP_WORKERS_H
#define HTTP_WORKERS_H

#include "base/error.h"

enum { WORKERS_STANDARD = 8, WORKERS_WAITING_MAX = 10000 };

typedef struct Work Work;
struct Work {
    void (*run)(void *arg);
    void *arg;
    Work *next; /* owned by the pool while the work waits */
};

typedef struct Workers Workers;

bool workers_create(int threads, Workers **out, Error *err) MUST_USE;

/* Queues the work, owned by the caller until run; false (OVERLOADED) when too much waits. */
bool workers_push(Workers *workers, Work *work, Error *err) MUST_USE;

/* Runs what waits to its end, then stops the threads. */
void workers_destroy(Workers *workers);

#endif

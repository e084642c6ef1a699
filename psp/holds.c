/* holds.c — answers that are given later. See holds.h. */
#include "psp/holds.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct Hold Hold;
struct Hold {
    HttpExchange *exchange;
    void         *what;
    int64_t       due_ms;
    Hold         *next;
};

struct Holds {
    pthread_mutex_t lock;
    pthread_cond_t  wake;
    pthread_t       thread;
    HoldDue         due;
    void           *arg;
    Hold           *first; /* by due_ms */
    bool            stopping;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next one whose time has come, or NULL when the program ends and none is left. */
static Hold *take(Holds *holds)
{
    pthread_mutex_lock(&holds->lock);
    while (!holds->stopping && (!holds->first || holds->first->due_ms > monotonic_ms())) {
        if (!holds->first) {
            pthread_cond_wait(&holds->wake, &holds->lock);
            continue;
        }
        struct timespec until = { .tv_sec  = holds->first->due_ms / 1000,
                                  .tv_nsec = holds->first->due_ms % 1000 * 1000000 };
        pthread_cond_timedwait(&holds->wake, &holds->lock, &until);
    }
    Hold *hold = holds->first;
    if (hold) holds->first = hold->next;
    pthread_mutex_unlock(&holds->lock);
    return hold;
}

static void *serve(void *arg)
{
    Holds *holds = arg;
    for (Hold *hold = take(holds); hold; hold = take(holds)) {
        bool early = hold->due_ms > monotonic_ms();
        holds->due(holds->arg, hold->exchange, hold->what, early);
        free(hold);
    }
    return NULL;
}

bool holds_create(HoldDue due, void *arg, Holds **out, Error *err)
{
    pthread_condattr_t attr;
    Holds             *holds = calloc(1, sizeof *holds);
    if (!holds) return err_memory(err);
    holds->due = due;
    holds->arg = arg;
    pthread_mutex_init(&holds->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&holds->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&holds->thread, NULL, serve, holds) != 0) {
        free(holds);
        return err_set(err, &ERR_INTERNAL, "", "no thread could be started");
    }
    *out = holds;
    return true;
}

bool holds_add(Holds *holds, HttpExchange *exchange, void *what, int64_t after_ms)
{
    Hold *hold = malloc(sizeof *hold);
    if (!hold) return false;
    *hold = (Hold){ exchange, what, monotonic_ms() + after_ms, NULL };
    pthread_mutex_lock(&holds->lock);
    bool   open = !holds->stopping;
    Hold **at   = &holds->first;
    while (*at && (*at)->due_ms <= hold->due_ms) at = &(*at)->next;
    hold->next = *at;
    if (open) *at = hold;
    pthread_cond_signal(&holds->wake);
    pthread_mutex_unlock(&holds->lock);
    if (!open) free(hold);
    return open;
}

void holds_stop(Holds *holds)
{
    pthread_mutex_lock(&holds->lock);
    holds->stopping = true;
    pthread_cond_signal(&holds->wake);
    pthread_mutex_unlock(&holds->lock);
    pthread_join(holds->thread, NULL);
}

void holds_destroy(Holds *holds)
{
    pthread_cond_destroy(&holds->wake);
    pthread_mutex_destroy(&holds->lock);
    free(holds);
}

/* workers.c — a few threads and one queue. See workers.h. */
#include "http/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct Workers {
    pthread_mutex_t lock;
    pthread_cond_t  wake;
    Work           *first, *last;
    int             waiting, threads;
    bool            stopping;
    pthread_t       ids[]; /* `threads` of them run */
};

/* The next work, or NULL when the pool stops and nothing waits. */
static Work *take(Workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    while (!workers->first && !workers->stopping) pthread_cond_wait(&workers->wake, &workers->lock);
    Work *work = workers->first;
    if (work) {
        workers->first = work->next;
        workers->waiting--;
    }
    pthread_mutex_unlock(&workers->lock);
    return work;
}

static void *serve(void *arg)
{
    Workers *workers = arg;
    for (Work *work = take(workers); work; work = take(workers)) work->run(work->arg);
    return NULL;
}

bool workers_create(int threads, Workers **out, Error *err)
{
    Workers *workers = calloc(1, sizeof *workers + (size_t)threads * sizeof workers->ids[0]);
    if (!workers) return err_memory(err);
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    for (int i = 0; i < threads; i++, workers->threads++) {
        if (pthread_create(&workers->ids[i], NULL, serve, workers) == 0) continue;
        workers_destroy(workers);
        return err_set(err, &ERR_INTERNAL, "", "no thread could be started");
    }
    *out = workers;
    return true;
}

bool workers_push(Workers *workers, Work *work, Error *err)
{
    work->next = NULL;
    pthread_mutex_lock(&workers->lock);
    bool room = workers->waiting < WORKERS_WAITING_MAX && !workers->stopping;
    if (room) {
        if (workers->first) workers->last->next = work;
        else workers->first = work;
        workers->last = work;
        workers->waiting++;
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->lock);
    return room || err_set(err, &ERR_OVERLOADED, "", "too much work waits");
}

void workers_destroy(Workers *workers)
{
    if (!workers) return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (int i = 0; i < workers->threads; i++) pthread_join(workers->ids[i], NULL);
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

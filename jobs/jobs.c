/* jobs.c — what the shop does by itself. See jobs.h. One thread takes the steps and drops what is old, a few
 * more tell webhooks: a slow receiver keeps one of them busy, never the steps. */
#include "jobs/jobs.h"

#include "jobs/prune.h"
#include "jobs/tell.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    SENDERS_STANDARD = 4,
    SENDERS_MAX      = 64,
    ARENA_BYTES      = 1 << 20, /* of each thread: some dozens of events with their bodies */
    PAUSE_MS         = 1000,
    GAP_MS           = 2, /* between two rounds of quick work: under load each takes many commits */
    PRUNE_EVERY_MS   = 60000,
};

struct Jobs {
    JobsOptions     options;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t  wake, hurry;
    uint64_t        calls, hurries; /* how often somebody woke us */
    bool            stopping;
    pthread_t       threads[SENDERS_MAX + 2];
    int             thread_count;
};

static void complain(const Jobs *jobs, const char *what, const Error *err)
{
    char line[400];
    int  len = snprintf(line, sizeof line,
                        "{\"level\":\"error\",\"job\":\"%s\",\"code\":\"%s\",\"message\":\"", what,
                        err->def ? err->def->name : "internal");
    for (const char *at = err->message; *at && len < (int)sizeof line - 4; at++)
        line[len++] = *at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? '\'' : *at;
    line[len++] = '"';
    line[len++] = '}';
    line[len++] = '\n';
    if (!jobs->options.log || write(STDERR_FILENO, line, (size_t)len) < 0) return;
}

/* Waits until `calls`, told by `signal`, is not `seen` any more, or for a second; false: the end has come. */
static bool wait_for(Jobs *jobs, pthread_cond_t *signal, const uint64_t *calls, uint64_t *seen)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PAUSE_MS / 1000;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping && *calls == *seen)
        if (pthread_cond_timedwait(signal, &jobs->lock, &until) == ETIMEDOUT) break;
    *seen   = *calls;
    bool go = !jobs->stopping;
    pthread_mutex_unlock(&jobs->lock);
    return go;
}

static bool stopping(Jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    bool yes = jobs->stopping;
    pthread_mutex_unlock(&jobs->lock);
    return yes;
}

static void *keeper(void *arg)
{
    Jobs    *jobs   = arg;
    Env     *env    = jobs->options.env;
    Arena    arena;
    void    *bytes  = malloc(ARENA_BYTES);
    uint64_t seen   = 0;
    int64_t  pruned = 0;
    if (!bytes) return NULL;
    arena_init(&arena, bytes, ARENA_BYTES);
    do {
        int64_t now = env_now_ms(env);
        for (size_t i = 0; i < jobs->options.step_count; i++) {
            Error err = { 0 };
            arena_reset(&arena);
            JobStep step = jobs->options.steps[i];
            if (!step(jobs->options.db, env, &arena, now, &err)) complain(jobs, "step", &err);
        }
        if (now - pruned >= PRUNE_EVERY_MS) {
            Error err = { 0 };
            arena_reset(&arena);
            if (!prune(jobs->options.db, env, &arena, now, &err)) complain(jobs, "prune", &err);
            pruned = now;
        }
    } while (wait_for(jobs, &jobs->wake, &jobs->calls, &seen));
    free(bytes);
    return NULL;
}

static void *sender(void *arg)
{
    Jobs    *jobs  = arg;
    Arena    arena;
    void    *bytes = malloc(ARENA_BYTES);
    uint64_t seen  = 0;
    if (!bytes) return NULL;
    arena_init(&arena, bytes, ARENA_BYTES);
    do {
        bool did = true;
        while (did && !stopping(jobs)) {
            Error err = { 0 };
            arena_reset(&arena);
            if (tell_one(jobs->options.db, jobs->options.env, &arena, &did, &err)) continue;
            complain(jobs, "webhook", &err);
            break;
        }
    } while (wait_for(jobs, &jobs->wake, &jobs->calls, &seen));
    free(bytes);
    return NULL;
}

/* The same for those who are hurried; a moment later, so that a rush is one turn. */
static bool wait_hurry(Jobs *jobs, uint64_t *seen)
{
    struct timespec gap = { .tv_nsec = GAP_MS * 1000000L };
    (void)nanosleep(&gap, NULL);
    return wait_for(jobs, &jobs->hurry, &jobs->hurries, seen);
}

static void *follower(void *arg)
{
    Jobs    *jobs  = arg;
    Arena    arena;
    void    *bytes = malloc(ARENA_BYTES);
    uint64_t seen  = 0;
    if (!bytes) return NULL;
    arena_init(&arena, bytes, ARENA_BYTES);
    do {
        Error err = { 0 };
        bool  did = false;
        arena_reset(&arena);
        int64_t now = env_now_ms(jobs->options.env);
        if (!jobs->options.quick(jobs->options.db, jobs->options.env, &arena, now, &did, &err))
            complain(jobs, "quick", &err);
        if (did && jobs->options.told) jobs->options.told(jobs->options.told_arg);
    } while (wait_hurry(jobs, &seen));
    free(bytes);
    return NULL;
}

static bool start_threads(Jobs *jobs, int senders)
{
    if (jobs->options.quick) {
        if (pthread_create(&jobs->threads[jobs->thread_count], NULL, follower, jobs) != 0) return false;
        jobs->thread_count++;
    }
    for (int i = 0; i <= senders; i++) {
        if (pthread_create(&jobs->threads[jobs->thread_count], NULL, i == 0 ? keeper : sender, jobs) != 0)
            return false;
        jobs->thread_count++;
    }
    return true;
}

bool jobs_start(const JobsOptions *options, Jobs **out, Error *err)
{
    pthread_condattr_t clock;
    Jobs              *jobs    = calloc(1, sizeof *jobs);
    int                senders = options->senders > 0 ? options->senders : SENDERS_STANDARD;
    if (!jobs) return err_memory(err);
    jobs->options = *options;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&jobs->lock, NULL);
    (void)pthread_cond_init(&jobs->wake, &clock);
    (void)pthread_cond_init(&jobs->hurry, &clock);
    (void)pthread_condattr_destroy(&clock);
    if (!start_threads(jobs, senders < SENDERS_MAX ? senders : SENDERS_MAX)) {
        jobs_stop(jobs);
        return err_set(err, &ERR_INTERNAL, "", "cannot make a thread");
    }
    *out = jobs;
    return true;
}

void jobs_stop(Jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_cond_broadcast(&jobs->hurry);
    pthread_mutex_unlock(&jobs->lock);
    for (int i = 0; i < jobs->thread_count; i++) pthread_join(jobs->threads[i], NULL);
    (void)pthread_cond_destroy(&jobs->wake);
    (void)pthread_cond_destroy(&jobs->hurry);
    (void)pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}

void jobs_wake(Jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->calls++;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_hurry(Jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->hurries++;
    pthread_cond_signal(&jobs->hurry);
    pthread_mutex_unlock(&jobs->lock);
}

/* jobs.h — what the shop does by itself: tells webhooks of events, drops what is old, and goes on with what
 * a command left open (a card not answered, a claim that expired). Owns threads, no table. */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include "store/db.h"
#include "sys/env.h"

typedef struct Jobs Jobs;

/* One piece of work that `flows` provides, called about every second on a thread of the jobs', never by
 * two at once in one process. Opens its own transactions; several processes may run it on one database.
 * False with *err: logged, and called again the next time. */
typedef bool (*JobStep)(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err);

/* Work that is to follow what was committed within milliseconds, on a thread of its own: called after
 * jobs_hurry and about every second. *did tells whether it has told of anything. */
typedef bool (*JobQuick)(Db *db, Env *env, Arena *arena, int64_t now_ms, bool *did, Error *err);

typedef struct {
    Db            *db;
    Env           *env;
    const JobStep *steps;
    size_t         step_count;
    JobQuick       quick;      /* or NULL */
    void         (*told)(void *arg); /* called when `quick` has told of something; or NULL */
    void          *told_arg;
    int            senders;    /* threads that call webhooks; 0: standard */
    bool           log;        /* one line per failure to stderr */
} JobsOptions;

/* Errors: MEMORY, INTERNAL. */
bool jobs_start(const JobsOptions *options, Jobs **out, Error *err) MUST_USE;

/* Ends what is under way (a call of a webhook may take its 10 s) and the threads. */
void jobs_stop(Jobs *jobs);

/* There may be something to do at once. From any thread. */
void jobs_wake(Jobs *jobs);

/* The same for the quick work alone, after each commit: cheap. */
void jobs_hurry(Jobs *jobs);

#endif

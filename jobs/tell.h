/* tell.h — telling one webhook what happened: in the order of the events, at least once each. */
#ifndef JOBS_TELL_H
#define JOBS_TELL_H

#include "store/db.h"
#include "sys/env.h"

/* Takes the next webhook that is due and that nobody else tells, and tells it what it has not heard, for
 * some seconds at most; *did is false when there was none. `arena` is used up. */
bool tell_one(Db *db, Env *env, Arena *arena, bool *did, Error *err) MUST_USE;

/* When a webhook that failed `attempts` times is tried again: 10 s, doubled each time, at most 6 hours, a
 * quarter more or less by chance so that many do not come back at once. */
int64_t tell_again_ms(Env *env, int64_t now_ms, int64_t attempts);

#endif

/* prune.h — dropping what is old: idempotency keys and events, by each merchant's settings. */
#ifndef JOBS_PRUNE_H
#define JOBS_PRUNE_H

#include "store/db.h"
#include "sys/env.h"

/* One round over all merchants, in steps of some hundreds of rows. */
bool prune(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif

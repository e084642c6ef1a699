/* close_location.h — what happens to locations that close by itself. */
#ifndef FLOWS_CLOSE_LOCATION_H
#define FLOWS_CLOSE_LOCATION_H

#include "store/db.h"
#include "sys/env.h"

/* Once a minute, over all merchants; a JobStep. What became free at a location that closes is sent away, and
 * a location where nothing is left is closed. */
bool locations_close_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif

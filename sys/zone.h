/* zone.h — the clocks on the walls of the world: local time and UTC, by the system's zone files. */
#ifndef SYS_ZONE_H
#define SYS_ZONE_H

#include "base/error.h"

typedef struct Zone Zone;

/* Reads an IANA zone, e.g. Europe/London. Give it back with zone_free. Errors: CONFIG. */
bool zone_load(Str name, Zone **out, Error *err) MUST_USE;
void zone_free(Zone *zone);

/* UTC ms of a wall clock's ms since 1970. An hour that is there twice (clocks go back) is taken as the
 * second one, an hour that is not there (clocks go forward) as the same number of minutes before or
 * after the gap. */
int64_t zone_to_utc(const Zone *zone, int64_t wall_ms);

/* What the wall clock shows at a time, in ms since 1970 as if it were UTC. */
int64_t zone_to_wall(const Zone *zone, int64_t utc_ms);

#endif

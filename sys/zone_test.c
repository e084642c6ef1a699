/* zone_test.c — wall clocks are turned into UTC, in summer and in winter. */
#include "sys/zone.h"
#include "tests/kit.h"

enum { HOUR = 3600000 };

static void zone_of(const char *name, int64_t wall_ms, int64_t hours, const char *what)
{
    Zone *zone = NULL;
    Error err  = { 0 };
    bool  ok   = zone_load(str_from(name), &zone, &err);
    check_ok(ok && zone_to_utc(zone, wall_ms) == wall_ms - hours * HOUR, &err, what);
    zone_free(zone);
}

int main(void)
{
    Error err  = { 0 };
    Zone *zone = NULL;
    zone_of("Europe/London", 1291191960000, 0, "London in December is UTC");
    zone_of("Europe/London", 1309423560000, 1, "London in June is an hour ahead");
    zone_of("America/New_York", 1291191960000, -5, "New York in December is five hours behind");
    zone_of("Asia/Tokyo", 1291191960000, 9, "Tokyo is nine hours ahead");
    zone_of("Asia/Tokyo", -1 - 2000LL * HOUR, 9, "also before 1970");
    zone_of("Europe/Berlin", 1301194800000, 2, "the first hour of summer");
    zone_of("Europe/Berlin", 1301184000000, 1, "the last hour of winter");
    zone_of("UTC", 1291191960000, 0, "UTC has no changes");
    check_refused(zone_load(STR("Europe/Atlantis"), &zone, &err), &err, &ERR_CONFIG,
                  "an unknown zone is refused");
    check_refused(zone_load(STR("../../../etc/passwd"), &zone, &err), &err, &ERR_CONFIG,
                  "a path is refused");
    check_refused(zone_load(STR(""), &zone, &err), &err, &ERR_CONFIG, "no name is refused");
    check_refused(zone_load(STR("tzdata.zi"), &zone, &err), &err, &ERR_CONFIG, "another file is refused");
    return check_finish("zone");
}

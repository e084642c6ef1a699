/* zone.c — reads zone files (RFC 9636, version 2 and later; 64-bit part). See zone.h.
 * After the last change listed in the file its last offset holds. */
#include "sys/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 17, HEAD = 44, CHANGES_MAX = 2000 };

struct Zone {
    size_t  count;
    int64_t first;                                /* offset in seconds before the first change */
    int64_t at[CHANGES_MAX], offset[CHANGES_MAX]; /* UTC seconds, offset from then on */
};

static int64_t big(const unsigned char *bytes, int count)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < count; i++) value = value << 8 | bytes[i];
    return (int64_t)value;
}

typedef struct {
    size_t isut, isstd, leap, time, type, chars;
} Counts;

/* The counts of a part whose header begins at `at`; false when it is none. */
static bool counts_of(const unsigned char *bytes, size_t size, size_t at, Counts *out)
{
    if (at + HEAD > size || memcmp(bytes + at, "TZif", 4) != 0) return false;
    size_t *fields[] = { &out->isut, &out->isstd, &out->leap, &out->time, &out->type, &out->chars };
    for (size_t i = 0; i < COUNT(fields); i++) {
        int64_t count = big(bytes + at + 20 + 4 * i, 4);
        if (count < 0 || count > FILE_MAX) return false;
        *fields[i] = (size_t)count;
    }
    return true;
}

static size_t part_size(const Counts *c, size_t width)
{
    return HEAD + c->time * (width + 1) + c->type * 6 + c->chars + c->leap * (width + 4) + c->isstd
         + c->isut;
}

static bool parse(const unsigned char *bytes, size_t size, Zone *zone)
{
    Counts c;
    if (!counts_of(bytes, size, 0, &c)) return false;
    size_t at = part_size(&c, 4);
    if (bytes[4] < '2' || !counts_of(bytes, size, at, &c) || at + part_size(&c, 8) > size) return false;
    if (c.type == 0 || c.time > CHANGES_MAX) return false;
    const unsigned char *times = bytes + at + HEAD;
    const unsigned char *kinds = times + c.time * 8;
    const unsigned char *types = kinds + c.time;
    zone->count                = c.time;
    zone->first                = big(types, 4);
    for (size_t i = 0; i < c.time; i++) {
        if (kinds[i] >= c.type) return false;
        zone->at[i]     = big(times + 8 * i, 8);
        zone->offset[i] = big(types + 6 * (size_t)kinds[i], 4);
    }
    return true;
}

/* A name of the zone database: no way out of its folder. */
static bool name_ok(Str name)
{
    if (name.len == 0 || name.len > 60 || name.ptr[0] == '/' || name.ptr[0] == '.') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c    = name.ptr[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!fine && !memchr("/_+-", c, 4)) return false;
    }
    return true;
}

bool zone_load(Str name, Zone **out, Error *err)
{
    char path[128];
    *out = NULL;
    if (!name_ok(name))
        return err_set(err, &ERR_CONFIG, "time_zone", "%.*s is no time zone", STR_FMT(name));
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", STR_FMT(name));
    FILE          *file  = fopen(path, "rbe");
    unsigned char *bytes = malloc(FILE_MAX);
    Zone          *zone  = calloc(1, sizeof *zone);
    bool           ok    = file && bytes && zone;
    if (ok) ok = parse(bytes, fread(bytes, 1, FILE_MAX, file), zone);
    if (file) (void)fclose(file);
    free(bytes);
    if (ok) {
        *out = zone;
        return true;
    }
    free(zone);
    return err_set(err, &ERR_CONFIG, "time_zone", "%s is not there or no zone file (package tzdata)", path);
}

void zone_free(Zone *zone)
{
    free(zone);
}

/* The offset in force at a UTC second. */
static int64_t offset_at(const Zone *zone, int64_t utc)
{
    size_t low = 0, high = zone->count; /* the number of changes at or before utc */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->at[middle] <= utc) low = middle + 1;
        else high = middle;
    }
    return low ? zone->offset[low - 1] : zone->first;
}

int64_t zone_to_utc(const Zone *zone, int64_t wall_ms)
{
    int64_t wall  = wall_ms / 1000 - (wall_ms % 1000 < 0);
    int64_t guess = wall - offset_at(zone, wall);
    int64_t utc   = wall - offset_at(zone, guess);
    return wall_ms + (utc - wall) * 1000;
}

int64_t zone_to_wall(const Zone *zone, int64_t utc_ms)
{
    int64_t utc = utc_ms / 1000 - (utc_ms % 1000 < 0);
    return utc_ms + offset_at(zone, utc) * 1000;
}

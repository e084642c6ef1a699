/* source_time.h — when a location has an order ready, and when a carrier delivers it: hours by weekday with
 * exceptions by date, cut-off, preparation, capacity per hour, days of transit. Pure; by the location's wall
 * clock: times are ms since 1970 as that clock shows them. */
#ifndef CORE_SOURCE_TIME_H
#define CORE_SOURCE_TIME_H

#include "base/error.h"

enum {
    WORK_DAYS_AHEAD = 60, /* what is not ready by then never is */
    MINUTES_A_DAY   = 1440,
};

/* Open from `from` to before `until`, minutes of the day; from = until: closed. */
typedef struct {
    int64_t day; /* 1 Monday … 7 Sunday, or a date: 20261225 */
    int64_t from, until;
} WorkWindow;

/* By day, then by `from`. A date that has a window has none of its weekday's. No window of a weekday: always
 * open but for the dates. */
typedef struct {
    WorkWindow *items;
    size_t      count;
} WorkHours;

/* As one text, "1:540-1080 20261225:0-0", and back. STR_NONE: the arena is full. Errors of reading:
 * INTERNAL. */
Str  work_hours_write(Arena *arena, const WorkHours *hours);
bool work_hours_read(Arena *arena, Str text, WorkHours *out, Error *err) MUST_USE;

/* Orders that are to be ready in the hour that begins then. */
typedef struct {
    int64_t hour_ms, count;
} WorkLoad;

typedef struct {
    WorkHours hours;
    int64_t cut_off; /* minute of the day: what comes from then on is begun on the next open day; -1: none */
    int64_t preparation; /* minutes of open time */
    int64_t capacity;    /* orders that become ready in an hour; 0: no limit */
    const WorkLoad *load;
    size_t          load_count;
} Workplace;

/* The earliest time at which an order that comes now is ready: it is begun in open time, takes `preparation`
 * minutes of it, and falls in an hour that has room. False: not within WORK_DAYS_AHEAD days. */
bool work_ready(const Workplace *place, int64_t now_ms, int64_t *ready_ms);

/* When a carrier that leaves at ready_ms delivers: `days` of its weekdays later (bit 0 Monday … bit 6
 * Sunday; none: all), on a day on which it carries, by minute `until`, but not before ready_ms. */
int64_t work_delivered(int64_t ready_ms, int64_t days, int64_t weekdays, int64_t until);

#endif

/* source_time_test.c — when an order is ready and delivered: hours, cut-off, capacity, days of transit. */
#include "core/source_time.h"

#include "base/rfc3339.h"
#include "tests/kit.h"

#include <stdio.h>

static uint8_t memory[1 << 16];
static Arena   arena;

static int64_t at(const char *text)
{
    int64_t ms = 0;
    char    full[32];
    (void)snprintf(full, sizeof full, "%s:00Z", text);
    if (!rfc3339_parse(str_from(full), &ms)) check(false, text);
    return ms;
}

/* Weekdays nine to six, Saturday ten to two; closed at Christmas, Christmas Eve till noon. */
#define SHOP "1:540-1080 2:540-1080 3:540-1080 4:540-1080 5:540-1080 6:600-840 20261224:540-720 20261225:0-0"

static const struct {
    const char *name, *hours;
    int64_t     cut_off, preparation;
    const char *now, *ready;
} cases[] = {
    { "always open", "", -1, 0, "2026-11-25T03:00", "2026-11-25T03:00" },
    { "always open, with an hour of work", "", -1, 60, "2026-11-25T23:30", "2026-11-26T00:30" },
    { "in the middle of a day", SHOP, -1, 60, "2026-11-25T11:00", "2026-11-25T12:00" },
    { "before it opens", SHOP, -1, 60, "2026-11-25T03:00", "2026-11-25T10:00" },
    { "ready when it closes", SHOP, -1, 60, "2026-11-25T17:00", "2026-11-25T18:00" },
    { "work goes on the next morning", SHOP, -1, 60, "2026-11-25T17:30", "2026-11-26T09:30" },
    { "before the cut-off", SHOP, 900, 60, "2026-11-25T14:59", "2026-11-25T15:59" },
    { "at the cut-off", SHOP, 900, 60, "2026-11-25T15:00", "2026-11-26T10:00" },
    { "behind the cut-off of a Friday", SHOP, 900, 60, "2026-11-27T16:00", "2026-11-28T11:00" },
    { "on a Saturday afternoon", SHOP, -1, 60, "2026-11-28T14:00", "2026-11-30T10:00" },
    { "work of more than a day", SHOP, -1, 600, "2026-11-25T09:00", "2026-11-26T10:00" },
    { "Christmas Eve at noon, to the Saturday behind", SHOP, -1, 60, "2026-12-24T12:00",
      "2026-12-26T11:00" },
    { "a date alone: else always open", "20261225:0-0", -1, 60, "2026-12-24T23:30", "2026-12-26T00:30" },
    { "never open", "1:0-0", -1, 0, "2026-11-25T12:00", NULL },
    { "the year ends on a Thursday", SHOP, -1, 60, "2026-12-31T18:00", "2027-01-01T10:00" },
};

static void check_ready(void)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        Workplace place = { .cut_off = cases[i].cut_off, .preparation = cases[i].preparation };
        Error     err   = { 0 };
        int64_t   ready = 0;
        check_ok(work_hours_read(&arena, str_from(cases[i].hours), &place.hours, &err), &err,
                 "hours are read");
        bool ok = work_ready(&place, at(cases[i].now), &ready);
        check(cases[i].ready ? ok && ready == at(cases[i].ready) : !ok, cases[i].name);
    }
}

static void check_capacity(void)
{
    Error     err    = { 0 };
    Workplace place  = { .cut_off = -1, .preparation = 30, .capacity = 5 };
    WorkLoad  load[] = { { at("2026-11-25T11:00"), 5 },
                         { at("2026-11-25T12:00"), 7 },
                         { at("2026-11-25T13:00"), 4 } };
    int64_t   ready  = 0;
    place.load       = load;
    place.load_count = COUNT(load);
    check_ok(work_hours_read(&arena, STR(SHOP), &place.hours, &err), &err, "hours are read");
    check(work_ready(&place, at("2026-11-25T10:00"), &ready) && ready == at("2026-11-25T10:30"),
          "an hour with room takes it");
    check(work_ready(&place, at("2026-11-25T10:40"), &ready) && ready == at("2026-11-25T13:00"),
          "full hours pass it on to the next with room");
    WorkLoad evening[] = { { at("2026-11-25T17:00"), 5 },
                           { at("2026-11-25T18:00"), 5 },
                           { at("2026-11-26T09:00"), 6 } };
    place.load         = evening;
    check(work_ready(&place, at("2026-11-25T16:50"), &ready) && ready == at("2026-11-26T10:00"),
          "and on to the next day");
}

static const struct {
    const char *name, *ready;
    int64_t     days, weekdays, until;
    const char *delivered;
} carried[] = {
    { "the same day", "2026-11-25T12:00", 0, 31, 1200, "2026-11-25T20:00" },
    { "not before it leaves", "2026-11-25T21:00", 0, 31, 1200, "2026-11-25T21:00" },
    { "two days", "2026-11-25T12:00", 2, 31, 1200, "2026-11-27T20:00" },
    { "over the weekend", "2026-11-27T12:00", 1, 31, 1200, "2026-11-30T20:00" },
    { "over the weekend by one who works on Saturdays", "2026-11-27T12:00", 1, 63, 1200,
      "2026-11-28T20:00" },
    { "ready on a Sunday", "2026-11-29T12:00", 0, 31, 600, "2026-11-30T10:00" },
    { "every day when none is named", "2026-11-28T12:00", 1, 0, 600, "2026-11-29T10:00" },
};

int main(void)
{
    Error     err = { 0 };
    WorkHours hours;
    arena_init(&arena, memory, sizeof memory);
    check_ready();
    check_capacity();
    for (size_t i = 0; i < COUNT(carried); i++)
        check(work_delivered(at(carried[i].ready), carried[i].days, carried[i].weekdays, carried[i].until)
                  == at(carried[i].delivered),
              carried[i].name);
    check(work_hours_read(&arena, STR(SHOP), &hours, &err)
              && str_eq(work_hours_write(&arena, &hours), STR(SHOP)),
          "hours are written as they were read");
    check_refused(work_hours_read(&arena, STR("1:540"), &hours, &err), &err, &ERR_INTERNAL, "half an hour");
    check_refused(work_hours_read(&arena, STR("1:5-x"), &hours, &err), &err, &ERR_INTERNAL, "no number");
    return check_finish("source_time");
}

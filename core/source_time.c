/* source_time.c — when an order is ready and delivered. See source_time.h. */
#include "core/source_time.h"

#include "base/rfc3339.h"

enum { MINUTE = 60000, HOUR = 3600000, DAY = 86400000, THURSDAY = 3, WEEK = 7 };

static int64_t day_of(int64_t ms)
{
    return ms / DAY - (ms % DAY < 0);
}

/* 0 Monday … 6 Sunday; 1970 began on a Thursday. */
static int64_t weekday_of(int64_t day)
{
    int64_t weekday = (day + THURSDAY) % WEEK;
    return weekday < 0 ? weekday + WEEK : weekday;
}

/* As 20261225; 0 beyond the calendar. */
static int64_t date_of(int64_t day)
{
    char    text[RFC3339_LEN];
    int64_t date = 0;
    if (!rfc3339_format(day * DAY, text)) return 0;
    for (int i = 0; i < 10; i++)
        if (text[i] != '-') date = date * 10 + (text[i] - '0');
    return date;
}

Str work_hours_write(Arena *arena, const WorkHours *hours)
{
    Buf buf = buf_make(arena, 16 * hours->count + 1);
    for (size_t i = 0; i < hours->count; i++) {
        const WorkWindow *window = &hours->items[i];
        if (i) buf_byte(&buf, ' ');
        buf_i64(&buf, window->day);
        buf_byte(&buf, ':');
        buf_i64(&buf, window->from);
        buf_byte(&buf, '-');
        buf_i64(&buf, window->until);
    }
    return buf.failed ? STR_NONE : hours->count ? buf_str(&buf) : STR("");
}

bool work_hours_read(Arena *arena, Str text, WorkHours *out, Error *err)
{
    size_t count = text.len > 0;
    for (size_t i = 0; i < text.len; i++) count += text.ptr[i] == ' ';
    *out = (WorkHours){ arena_array(arena, WorkWindow, count + 1), 0 };
    if (!out->items) return err_memory(err);
    for (size_t at = 0; at < text.len;) {
        size_t      end    = str_index(text, ' ', at);
        size_t      colon  = str_index(text, ':', at);
        size_t      dash   = str_index(text, '-', at);
        WorkWindow *window = &out->items[out->count++];
        if (dash >= end || colon >= dash || !str_to_i64(str_slice(text, at, colon), &window->day)
            || !str_to_i64(str_slice(text, colon + 1, dash), &window->from)
            || !str_to_i64(str_slice(text, dash + 1, end), &window->until))
            return err_set(err, &ERR_INTERNAL, "hours", "stored hours are not as they must be");
        at = end + 1;
    }
    return true;
}

/* Which windows hold on a day: those of its date, or of its weekday. */
static int64_t key_of(const WorkHours *hours, int64_t day, bool *always)
{
    int64_t weekday = weekday_of(day) + 1, date = 0;
    bool    dates = false;
    *always       = true;
    for (size_t i = 0; i < hours->count; i++) {
        dates   = dates || hours->items[i].day > WEEK;
        *always = *always && hours->items[i].day > WEEK;
    }
    if (dates) date = date_of(day);
    for (size_t i = 0; dates && i < hours->count; i++)
        if (hours->items[i].day == date) {
            *always = false;
            return date;
        }
    return weekday;
}

static bool has_room(const Workplace *place, int64_t at_ms)
{
    int64_t hour = at_ms - at_ms % HOUR;
    for (size_t i = 0; place->capacity > 0 && i < place->load_count; i++)
        if (place->load[i].hour_ms == hour) return place->load[i].count < place->capacity;
    return true;
}

/* Works in one window, from..until in ms; true when the order is ready in it. */
static bool work_in(const Workplace *place, int64_t from, int64_t until, int64_t *left, int64_t *ready_ms)
{
    if (from >= until) return false;
    if (until - from < *left) {
        *left -= until - from;
        return false;
    }
    int64_t at = from + *left;
    *left      = 0;
    while (at <= until && !has_room(place, at)) at += HOUR - at % HOUR;
    *ready_ms = at;
    return at <= until;
}

bool work_ready(const Workplace *place, int64_t now_ms, int64_t *ready_ms)
{
    const WorkHours *hours = &place->hours;
    int64_t          today = day_of(now_ms), left = place->preparation * MINUTE;
    for (int64_t day = today; day < today + WORK_DAYS_AHEAD; day++) {
        bool    always = false;
        int64_t key = key_of(hours, day, &always), begin = day * DAY;
        int64_t from = now_ms > begin ? now_ms : begin;
        if (day == today && place->cut_off >= 0 && now_ms - begin >= place->cut_off * MINUTE) continue;
        if (always && work_in(place, from, begin + DAY, &left, ready_ms)) return true;
        for (size_t i = 0; !always && i < hours->count; i++) {
            const WorkWindow *window = &hours->items[i];
            int64_t           opens  = begin + window->from * MINUTE;
            if (window->day != key) continue;
            if (work_in(place, from > opens ? from : opens, begin + window->until * MINUTE, &left, ready_ms))
                return true;
        }
    }
    return false;
}

int64_t work_delivered(int64_t ready_ms, int64_t days, int64_t weekdays, int64_t until)
{
    int64_t day = day_of(ready_ms), all = weekdays & 127 ? weekdays & 127 : 127;
    while (days > 0) days -= all >> weekday_of(++day) & 1;
    while (!(all >> weekday_of(day) & 1)) day++;
    int64_t at = day * DAY + until * MINUTE;
    return at > ready_ms ? at : ready_ms;
}

/* fefo.c — first expired, first out. See fefo.h. */
#include "core/fefo.h"

#include "base/rfc3339.h"

#include <assert.h>

enum { DAY_MS = 86400000, DATE_LEN = 10 };

bool fefo_is_good(int64_t expires_day, int64_t first_day)
{
    return expires_day == 0 || expires_day >= first_day;
}

/* Whether `a` is taken before `b`. */
static bool goes_first(const FefoPiece *a, const FefoPiece *b)
{
    int64_t last_a = a->expires_day ? a->expires_day : INT64_MAX;
    int64_t last_b = b->expires_day ? b->expires_day : INT64_MAX;
    if (a->rank != b->rank) return a->rank < b->rank;
    if (last_a != last_b) return last_a < last_b;
    return str_cmp(a->lot, b->lot) < 0;
}

int64_t fefo_take(FefoPiece *pieces, size_t count, int64_t want, int64_t first_day)
{
    int64_t left = want;
    assert(want >= 0);
    for (size_t i = 0; i < count; i++) pieces[i].taken = 0;
    for (size_t turn = 0; turn < count && left > 0; turn++) {
        FefoPiece *best = NULL;
        for (size_t i = 0; i < count; i++) {
            FefoPiece *piece = &pieces[i];
            if (piece->taken > 0 || piece->qty <= 0 || !fefo_is_good(piece->expires_day, first_day))
                continue;
            if (!best || goes_first(piece, best)) best = piece;
        }
        if (!best) break;
        best->taken = best->qty < left ? best->qty : left;
        left -= best->taken;
    }
    return want - left;
}

bool fefo_day(Str text, int64_t *day)
{
    char    at[DATE_LEN + 10] = "";
    int64_t ms                = 0;
    if (text.len != DATE_LEN) return false;
    memcpy(at, text.ptr, DATE_LEN);
    memcpy(at + DATE_LEN, "T00:00:00Z", 10);
    if (!rfc3339_parse((Str){ at, sizeof at }, &ms) || ms < DAY_MS) return false;
    *day = ms / DAY_MS;
    return true;
}

bool fefo_day_text(int64_t day, char out[10])
{
    char text[RFC3339_LEN];
    if (day <= 0 || day > INT64_MAX / DAY_MS || !rfc3339_format(day * DAY_MS, text)) return false;
    memcpy(out, text, DATE_LEN);
    return true;
}

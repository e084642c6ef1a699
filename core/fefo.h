/* fefo.h — which lots goods are taken from: first expired, first out. Pure.
 * Words: a day is the number of days since 1970-01-01; 0 as a lot's last day: it does not expire. */
#ifndef CORE_FEFO_H
#define CORE_FEFO_H

#include "base/str.h"

#include <stdint.h>

/* How much of a lot stands in one place. */
typedef struct {
    Str     lot;
    int64_t expires_day; /* last day on which it may be sold; 0: always */
    int64_t rank;        /* places with a low rank are emptied first */
    int64_t qty;         /* thousandths */
    int64_t taken;       /* of it: the answer */
} FefoPiece;

/* Takes `want` out of the pieces, by rank, then by last day (those without one last), then by lot. Pieces
 * whose last day is before `first_day` are left alone; 0: their age does not matter. The answer is how much
 * was taken: less than `want` when there is not so much. */
int64_t fefo_take(FefoPiece *pieces, size_t count, int64_t want, int64_t first_day);

/* Whether a lot with this last day may still be sold on `first_day`. */
bool fefo_is_good(int64_t expires_day, int64_t first_day);

/* "YYYY-MM-DD" as a day, and back (10 characters, no NUL). False for what is no date from 1970-01-02 to
 * 9999-12-31. */
bool fefo_day(Str text, int64_t *day) MUST_USE;
bool fefo_day_text(int64_t day, char out[10]) MUST_USE;

#endif

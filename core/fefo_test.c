/* fefo_test.c — first expired, first out: by hand, and by chance against an obvious way to do it. */
#include "core/fefo.h"

#include "tests/chance.h"
#include "tests/kit.h"

#include <stdlib.h>

static FefoPiece piece(const char *lot, int64_t expires_day, int64_t rank, int64_t qty)
{
    return (FefoPiece){ .lot = str_from(lot), .expires_day = expires_day, .rank = rank, .qty = qty };
}

static void test_order(void)
{
    FefoPiece pieces[] = { piece("C", 0, 0, 1000), piece("B", 120, 0, 2000), piece("A", 110, 0, 3000),
                           piece("OLD", 99, 0, 5000), piece("BACK", 105, 1, 9000) };
    check(fefo_take(pieces, 5, 4000, 100) == 4000, "there is enough");
    check(pieces[2].taken == 3000 && pieces[1].taken == 1000, "what expires first goes first");
    check(pieces[0].taken == 0 && pieces[4].taken == 0 && pieces[3].taken == 0,
          "nothing else is touched, least of all what has expired");
    check(fefo_take(pieces, 5, 6500, 100) == 6500 && pieces[0].taken == 1000 && pieces[4].taken == 500,
          "what never expires goes last of its place, and the next place after it");
    check(fefo_take(pieces, 5, 99000, 100) == 15000 && pieces[3].taken == 0,
          "short is told, without expired");
    check(fefo_take(pieces, 5, 1000, 0) == 1000 && pieces[3].taken == 1000,
          "where age does not matter, the oldest goes first");
    check(fefo_take(pieces, 5, 1000, 110) == 1000 && pieces[2].taken == 1000,
          "the last day itself is good");
    check(fefo_take(pieces, 5, 1000, 111) == 1000 && pieces[2].taken == 0, "the day after is not");
    check(fefo_take(NULL, 0, 1000, 0) == 0, "nothing is taken out of nothing");
    check(fefo_take(pieces, 5, 0, 0) == 0, "nothing is taken when nothing is wanted");
    FefoPiece same[] = { piece("B", 5, 0, 1000), piece("A", 5, 0, 1000) };
    check(fefo_take(same, 2, 500, 0) == 500 && same[1].taken == 500, "of two alike the lot decides");
}

/* The obvious way: one thousandth after the other from the best piece. */
static void slow(FefoPiece *pieces, size_t count, int64_t want, int64_t first_day)
{
    for (size_t i = 0; i < count; i++) pieces[i].taken = 0;
    for (; want > 0; want--) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            const FefoPiece *a = &pieces[i], *b = best < count ? &pieces[best] : NULL;
            if (a->taken == a->qty || (a->expires_day && a->expires_day < first_day)) continue;
            int64_t day = a->expires_day ? a->expires_day : 999999;
            int64_t of  = b && b->expires_day ? b->expires_day : 999999;
            if (!b || a->rank < b->rank || (a->rank == b->rank && day < of)
                || (a->rank == b->rank && day == of && str_cmp(a->lot, b->lot) < 0))
                best = i;
        }
        if (best == count) return;
        pieces[best].taken++;
    }
}

static void test_by_chance(void)
{
    static const char *const lots[] = { "A", "B", "C", "D", "E", "F", "G", "H" };
    bool                     ok     = true;
    for (int round = 0; round < 5000 && ok; round++) {
        FefoPiece fast[8], obvious[8];
        size_t    count = (size_t)below(8) + 1;
        int64_t   want = below(40), first = below(12), taken = 0;
        for (size_t i = 0; i < count; i++)
            obvious[i] = fast[i] = piece(lots[i], below(4) ? below(12) + 1 : 0, below(2), below(10));
        slow(obvious, count, want, first);
        int64_t got = fefo_take(fast, count, want, first);
        for (size_t i = 0; i < count; i++) {
            ok = ok && fast[i].taken == obvious[i].taken;
            taken += obvious[i].taken;
        }
        ok = ok && got == taken;
    }
    check(ok, "5000 choices by chance are as the obvious way makes them");
}

static void test_days(void)
{
    int64_t day = 0;
    char    text[10];
    check(fefo_day(STR("1970-01-02"), &day) && day == 1, "the second day is 1");
    check(fefo_day(STR("2028-02-29"), &day) && fefo_day_text(day, text)
              && str_eq((Str){ text, 10 }, STR("2028-02-29")),
          "a day goes there and back");
    check(!fefo_day(STR("2027-02-29"), &day), "a day that is not there is none");
    check(!fefo_day(STR("1970-01-01"), &day) && !fefo_day(STR("2027-2-2"), &day)
              && !fefo_day(STR(""), &day),
          "neither is another form");
    check(!fefo_day_text(0, text) && !fefo_day_text(INT64_MAX, text), "no text for what is no day");
}

int main(void)
{
    test_order();
    test_by_chance();
    test_days();
    return check_finish("fefo");
}

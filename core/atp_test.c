/* atp_test.c — what may be promised, against sums written out by hand; and which rule is the most specific.
 */
#include "core/atp.h"
#include "core/scope.h"
#include "tests/chance.h"
#include "tests/kit.h"

static const struct {
    const char *name;
    AtpLevel    level;
    AtpTerms    terms;
    AtpShare    share;
    int64_t     available;
} cases[] = {
    { "all that stands there", { .floor = 3, .backroom = 4, .safety = -1 }, { .buffer = 0 }, { 0 }, 7 },
    { "what is damaged, picked or on its way does not count",
      { .floor      = 3,
        .picked     = 5,
        .in_transit = 5,
        .damaged    = 5,
        .quarantine = 5,
        .on_order   = 5,
        .safety     = -1 },
      { .buffer = 0 },
      { 0 },
      3 },
    { "less what is claimed",
      { .floor = 9, .held = 2, .committed = 3, .safety = -1 },
      { .buffer = 0 },
      { 0 },
      4 },
    { "less safety stock by the rules",
      { .floor = 9, .safety = -1 },
      { .keeps_safety = true, .safety = 2 },
      { 0 },
      7 },
    { "its own safety stock goes before the rules",
      { .floor = 9, .safety = 0 },
      { .keeps_safety = true, .safety = 2 },
      { 0 },
      9 },
    { "who may sell the safety stock does", { .floor = 9, .safety = 5 }, { .buffer = 0 }, { 0 }, 9 },
    { "less the buffer of a place out of reach", { .floor = 9, .safety = -1 }, { .buffer = 4 }, { 0 }, 5 },
    { "below zero after a count",
      { .floor = 1, .committed = 3, .safety = -1 },
      { .buffer = 0 },
      { 0 },
      -2 },
    { "what has come goes first to those who wait",
      { .floor = 9, .backordered = 4, .safety = -1 },
      { .buffer = 0 },
      { 0 },
      5 },
    { "who wait for goods to come take no safety stock",
      { .floor = 5, .backordered = 4, .safety = 5 },
      { .buffer = 0 },
      { 0 },
      5 },
    { "nothing below zero for those who wait",
      { .floor = 2, .backordered = 9, .safety = -1 },
      { .buffer = 0 },
      { 0 },
      0 },
    { "shares are kept from the others",
      { .floor = 9, .kept = 6, .safety = -1 },
      { .buffer = 0 },
      { 0 },
      3 },
    { "a soft share and what is free",
      { .floor = 9, .kept = 6, .safety = -1 },
      { .buffer = 0 },
      { .left = 4 },
      7 },
    { "a hard share and no more",
      { .floor = 9, .kept = 6, .safety = -1 },
      { .buffer = 0 },
      { .left = 4, .is_hard = true },
      4 },
    { "a hard share that is used up",
      { .floor = 9, .safety = -1 },
      { .buffer = 0 },
      { .is_hard = true },
      0 },
    { "the first of two shares when there is less than both keep",
      { .floor = 15, .kept = 20, .safety = -1 },
      { .buffer = 0 },
      { .left = 10 },
      10 },
    { "the second has the rest",
      { .floor = 15, .kept = 20, .safety = -1 },
      { .buffer = 0 },
      { .left = 10, .ahead = 10 },
      5 },
};

static void test_formula(void)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        check(atp(&cases[i].level, &cases[i].terms, &cases[i].share) == cases[i].available, cases[i].name);
}

/* However shares and stock fall: all channels one after the other never get more than is free, and no
 * channel gets what a share before it keeps. */
static void test_shares_by_chance(void)
{
    enum { ROUNDS = 20000, CHANNELS = 4 };
    bool fits = true, all = true, hard = true;
    for (int round = 0; round < ROUNDS; round++) {
        AtpLevel level = { .floor = below(30), .held = below(10), .safety = -1 };
        int64_t  left[CHANNELS], sold = 0, free = level.floor - level.held;
        bool     is_hard[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            left[c]    = below(3) ? below(12) : 0;
            is_hard[c] = left[c] && below(2);
            level.kept += left[c];
        }
        for (int k = 0; k < CHANNELS * 2; k++) {
            int      c     = (int)below(CHANNELS);
            AtpShare share = { .left = left[c], .is_hard = is_hard[c] };
            for (int before = 0; before < c; before++) share.ahead += left[before];
            int64_t had = left[c], take = atp(&level, &(AtpTerms){ .buffer = 0 }, &share);
            if (is_hard[c]) hard = hard && take <= had;
            if (c == 0 && had > 0 && free - sold > 0)
                all = all && take >= (had < free - sold ? had : free - sold);
            if (take <= 0) continue;
            int64_t out = had < take ? had : take;
            left[c] -= out;
            level.kept -= out;
            level.floor -= take;
            sold += take;
        }
        fits = fits && (sold <= free || sold == 0);
    }
    check(fits, "all channels together never get more than is free");
    check(all, "the first share always has what it keeps");
    check(hard, "a hard share never gives more than it has");
}

static void test_when(void)
{
    static const AtpReceipt comes[] = { { 100, 5 }, { 200, 5 }, { 300, 10 } };
    int64_t                 at      = 0;
    check(atp_when(7, 0, comes, 3, 7, 50, &at) && at == 50, "what is there is there now");
    check(atp_when(0, 0, comes, 3, 5, 50, &at) && at == 100, "the first receipt brings it");
    check(atp_when(2, 0, comes, 3, 8, 50, &at) && at == 200, "with what is there already");
    check(atp_when(0, 6, comes, 3, 5, 50, &at) && at == 300, "those who waited before get theirs first");
    check(atp_when(-4, 0, comes, 3, 5, 50, &at) && at == 100, "less than nothing is nothing");
    check(!atp_when(0, 0, comes, 3, 21, 50, &at), "more than is expected has no date");
    check(atp_when(0, 0, comes, 3, 5, 150, &at) && at == 150, "what is late is expected now");
}

static void test_scope(void)
{
    static const Str categories[] = { { "shoes", 5 }, { "wear", 4 } };
    Id               item = { { 1 } }, other = { { 2 } };
    ScopeAsk         ask       = { item, categories, 2, STR("LON"), STR("web") };
    const Scope      by_rank[] = { { .category = STR("") },
                                   { .channel = STR("web") },
                                   { .location = STR("LON") },
                                   { .location = STR("LON"), .channel = STR("web") },
                                   { .category = STR("wear") },
                                   { .category = STR("wear"), .location = STR("LON") },
                                   { .category = STR("shoes") },
                                   { .category = STR("shoes"), .channel = STR("web") },
                                   { .item = item },
                                   { .item = item, .channel = STR("web") },
                                   { .item = item, .location = STR("LON") },
                                   { .item = item, .location = STR("LON"), .channel = STR("web") } };
    const Scope      not_for[] = { { .item = other },
                                   { .category = STR("hats") },
                                   { .location = STR("DC1") },
                                   { .item = item, .channel = STR("pos") } };
    bool             rises     = scope_rank(&by_rank[0], &ask) == 0;
    for (size_t i = 1; i < COUNT(by_rank); i++)
        rises = rises && scope_rank(&by_rank[i], &ask) > scope_rank(&by_rank[i - 1], &ask);
    check(rises, "item before nearer category before further one; then location, then channel");
    for (size_t i = 0; i < COUNT(not_for); i++)
        check(scope_rank(&not_for[i], &ask) == SCOPE_NOT, "a rule for another one does not hold");
}

int main(void)
{
    test_formula();
    test_shares_by_chance();
    test_when();
    test_scope();
    return check_finish("atp");
}

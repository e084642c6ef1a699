/* points_test.c — what sales earn, what returns take of it, what points are worth, who stands where. */
#include "core/loyalty.h"

#include "tests/kit.h"

#include <stdlib.h>
#include <string.h>

static Arena arena;

#define NO_TEXTS                                                                                           \
    .from = OPT_NONE, .until = OPT_NONE, .from_minute = OPT_NONE, .until_minute = OPT_NONE, .most = OPT_NONE

static LoyaltyRule rule(const char *by, int64_t points, int64_t per, int64_t times)
{
    return (LoyaltyRule){ .code   = STR("r"),
                          .name   = STR("r"),
                          .by     = str_from(by),
                          .points = points,
                          .per    = per,
                          .times  = times,
                          NO_TEXTS };
}

static LoyaltySale sale_of(const LoyaltyShare *shares, size_t count)
{
    return (LoyaltySale){ .currency     = STR("GBP"),
                          .own_currency = STR("GBP"),
                          .channel      = STR("pos"),
                          .location     = STR("LON"),
                          .tier         = STR("gold"),
                          .weekday      = 5,
                          .minute       = 600,
                          .at_ms        = 1000,
                          .shares       = shares,
                          .count        = count };
}

static int64_t total(const LoyaltyRule *rules, size_t rule_count, const LoyaltySale *sale, int64_t *points)
{
    Error   err = { 0 };
    int64_t sum = 0;
    arena.used  = 0;
    if (!loyalty_earned(&arena, rules, rule_count, sale, points, &err)) return -1;
    for (size_t i = 0; i < sale->count; i++) sum += points[i];
    return sum;
}

static void earning(void)
{
    LoyaltyShare shares[]  = { { .sku = STR("TEA"), .qty = 3000, .money = 50 },
                               { .sku = STR("CAKE"), .qty = 1000, .money = 50 },
                               { .sku = STR("RICE"), .qty = 1500, .money = 1099 } };
    LoyaltySale  sale      = sale_of(shares, 3);
    int64_t      points[3] = { 0 };
    LoyaltyRule  money     = rule("money", 1, 100, OPT_NONE);
    check(total(&money, 1, &sale, points) == 11, "only whole amounts count, but of all lines together");
    check(points[0] == 1 && points[1] == 0 && points[2] == 10,
          "and the points are divided by what was paid");
    sale.currency = STR("EUR");
    check(total(&money, 1, &sale, points) == 0, "money of another currency earns nothing");
    sale.currency    = STR("GBP");
    LoyaltyRule item = rule("item", 5, OPT_NONE, OPT_NONE);
    check(total(&item, 1, &sale, points) == 25 && points[2] == 5, "only whole units count");
    Str tea         = STR("TEA");
    item.skus.items = &tea;
    item.skus.count = 1;
    check(total(&item, 1, &sale, points) == 15 && points[1] == 0, "of the goods that the rule names");
    LoyaltyRule rules[] = { money, rule("multiply", OPT_NONE, OPT_NONE, 2000000),
                            rule("multiply", OPT_NONE, OPT_NONE, 1500000) };
    check(total(rules, 3, &sale, points) == 27, "bonuses are of what was earned, not of each other");
    rules[1].except_skus.items = &tea;
    rules[1].except_skus.count = 1;
    check(total(rules, 3, &sale, points) == 26, "and of the goods they name");
}

static void conditions(void)
{
    LoyaltyShare share     = { .sku = STR("TEA"), .qty = 1000, .money = 1000 };
    LoyaltySale  sale      = sale_of(&share, 1);
    int64_t      points[1] = { 0 };
    LoyaltyRule  money     = rule("money", 1, 100, OPT_NONE);
    Str          silver = STR("silver"), sat = STR("sat"), drinks = STR("drinks");
    money.tiers.items = &silver, money.tiers.count = 1;
    check(total(&money, 1, &sale, points) == 0, "a rule for another tier gives nothing");
    sale.tier            = STR("silver");
    money.weekdays.items = &sat, money.weekdays.count = 1;
    check(total(&money, 1, &sale, points) == 10, "of its tier, on its day it does");
    money.from_minute = 1320, money.until_minute = 120;
    check(total(&money, 1, &sale, points) == 0, "but not outside its hours");
    sale.minute = 60;
    check(total(&money, 1, &sale, points) == 10, "which may go over midnight");
    money.categories.items = &drinks, money.categories.count = 1;
    check(total(&money, 1, &sale, points) == 0, "goods of no category are not of one");
    share.categories.items = &drinks, share.categories.count = 1;
    check(total(&money, 1, &sale, points) == 10, "goods of the category are");
    money.until = 1000;
    check(total(&money, 1, &sale, points) == 0, "nor after its end");
    check(loyalty_weekday(20261125) == 2 && loyalty_weekday(20240229) == 3
              && loyalty_weekday(20000101) == 5,
          "days of the week are as calendars have them");
    LoyaltyRule join = rule("join", 50, OPT_NONE, OPT_NONE);
    LoyaltyEvent now  = { STR("join"), STR(""), STR(""), 5, 0 };
    LoyaltyEvent then = { STR("birthday"), STR(""), STR(""), 5, 0 };
    check(loyalty_event_points(&join, 1, &now) == 50 && loyalty_event_points(&join, 1, &then) == 0,
          "an event gives what rules for it say");
    LoyaltyRule  review = rule("event", 20, OPT_NONE, OPT_NONE);
    LoyaltyEvent done   = { STR("event"), STR("review"), STR(""), 5, 1 };
    review.event        = STR("review");
    review.most         = 2;
    check(loyalty_event_points(&review, 1, &done) == 20, "also of a name");
    done.before = 2;
    check(loyalty_event_points(&review, 1, &done) == 0, "as often as they say");
    done = (LoyaltyEvent){ STR("event"), STR("survey"), STR(""), 5, 0 };
    check(loyalty_event_points(&review, 1, &done) == 0, "not of another name");
}

static void checks(void)
{
    static const struct {
        const char *by, *name;
        int64_t     points, per, times;
        bool        fine;
    } rows[] = {
        { "money", "a rule by money needs points", OPT_NONE, 100, OPT_NONE, false },
        { "money", "and takes no multiplier", 1, 100, 2000000, false },
        { "multiply", "a multiplier needs times", OPT_NONE, OPT_NONE, OPT_NONE, false },
        { "multiply", "and has no points", 1, OPT_NONE, 2000000, false },
        { "join", "an event counts no units", 1, 100, OPT_NONE, false },
        { "join", "an event gives points", 1, OPT_NONE, OPT_NONE, true },
        { "multiply", "a multiplier is fine", OPT_NONE, OPT_NONE, 2000000, true },
    };
    Error err = { 0 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        LoyaltyRule one = rule(rows[i].by, rows[i].points, rows[i].per, rows[i].times);
        check(loyalty_rule_check(&one, &err) == rows[i].fine, rows[i].name);
    }
}

/* In any order and any portions, returns take what was earned, and no more. */
static void returns(void)
{
    bool exact = true, rising = true;
    for (int64_t points = 0; points < 60; points++)
        for (int64_t qty = 1; qty < 14; qty++) {
            int64_t before = 0;
            for (int64_t back = 0; back <= qty; back++) {
                int64_t gone = loyalty_gone(points, qty, back);
                rising       = rising && gone >= before && gone <= points;
                before       = gone;
            }
            exact = exact && before == points;
        }
    check(exact, "when all units came back all points are gone");
    check(rising, "each unit takes its share, none gives any back");
}

static void worth(void)
{
    bool        enough = true, least = true;
    LoyaltyRate rates[] = { { 1, 1 }, { 1, 3 }, { 100, 250 }, { 7, 5 }, { 500, 1 } };
    for (size_t r = 0; r < COUNT(rates); r++)
        for (int64_t amount = 1; amount < 700; amount++) {
            int64_t points = loyalty_price(rates[r], amount);
            enough         = enough && points * rates[r].amount >= amount * rates[r].per;
            least          = least && (points - 1) * rates[r].amount < amount * rates[r].per;
        }
    check(enough && least, "an amount takes the fewest points that are worth it");
    check(loyalty_worth((LoyaltyRate){ 1, 3 }, 8) == 2, "worth is rounded down");
    check(loyalty_unspent(10, 99, 50) == 5 && loyalty_unspent(10, 99, 99) == 10,
          "a part gives back its part of the points, all gives back all");
}

static void tiers(void)
{
    const int64_t   at[] = { 100, 500 };
    LoyaltyStanding now  = loyalty_review(at, 2, (LoyaltyStanding){ 0, 0 }, 500, 10, 50);
    check(now.tier == 2, "who reaches the threshold is in the tier at once");
    now = loyalty_review(at, 2, now, 120, 20, 50);
    check(now.tier == 2 && now.below_since_ms == 20, "who falls below keeps it");
    LoyaltyStanding back = loyalty_review(at, 2, now, 501, 60, 50);
    check(back.tier == 2 && back.below_since_ms == 0, "for good when it is reached again in time");
    now = loyalty_review(at, 2, now, 120, 69, 50);
    check(now.tier == 2 && now.below_since_ms == 20, "until the grace is over");
    now = loyalty_review(at, 2, now, 120, 70, 50);
    check(now.tier == 1 && now.below_since_ms == 0, "then comes the tier that is reached");
    check(loyalty_review(at, 2, (LoyaltyStanding){ 1, 0 }, 0, 5, 0).tier == 0, "without grace at once");
}

static void numbers(void)
{
    unsigned char random[14];
    char          number[LOYALTY_NUMBER_LEN], read[LOYALTY_NUMBER_LEN];
    bool          same = true, noticed = true;
    srand(1);
    for (int i = 0; i < 300; i++) {
        for (size_t k = 0; k < sizeof random; k++) random[k] = (unsigned char)(rand() & 255);
        loyalty_number(random, number);
        same = same && loyalty_number_read((Str){ number, sizeof number }, read)
            && memcmp(number, read, sizeof read) == 0;
        size_t at  = 1 + (size_t)rand() % 15;
        char   was = number[at];
        number[at] = was == '7' ? '8' : '7';
        noticed    = noticed && !loyalty_number_read((Str){ number, sizeof number }, read);
    }
    check(same, "a number is read as it was made");
    check(noticed, "one wrong sign is noticed");
    loyalty_number((const unsigned char[14]){ 0 }, number);
    check(loyalty_number_read(STR("m-ooo0 0000 0000 00 0"), read)
              && memcmp(number, read, sizeof read) == 0,
          "it may be typed with blanks, in any case, with O for 0");
    check(!loyalty_number_read(STR("M000"), read) && !loyalty_number_read(STR(""), read),
          "and is never shorter");
}

int main(void)
{
    static char memory[1 << 16];
    arena_init(&arena, memory, sizeof memory);
    earning();
    conditions();
    checks();
    returns();
    worth();
    tiers();
    numbers();
    return check_finish("points");
}

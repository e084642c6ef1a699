/* source_test.c — sourcing held against a brute force that goes through all ways to share the lines out:
 * thousands of small orders by chance; one that differs is made smaller until nothing can be left out, and
 * printed. Then the cases that people think of. */
#include "core/source.h"

#include "tests/chance.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>

enum { PLACES = 5, LINES = 3, SETS = 1 << PLACES, CASES = 6000, SHARES_MAX = 1500, HOUR = 3600000 };

static uint8_t memory[8 << 20];

/* --- a small order: whole units, whole kilograms, whole hours, so that nothing is rounded --- */

typedef struct {
    int64_t base, per_kg, parcel, unit, bonus, hours;
    bool    refused;
    int64_t there[LINES], kept[LINES], kept_cost[LINES], risk[LINES]; /* units */
} CasePlace;

typedef struct {
    int64_t qty, kilograms, value;
    bool    whole;
} CaseLine;

typedef struct {
    int64_t   places, lines, objective, hour_value, split, parcels_max, runners;
    CasePlace place[PLACES];
    CaseLine  line[LINES];
} Case;

typedef struct {
    int64_t missing, money, hours, parcels;
} Worth;

static int compare(const Case *c, const Worth *a, const Worth *b)
{
    int64_t am = a->money, bm = b->money, ah = a->hours, bh = b->hours;
    if (c->objective == 2) am += ah * c->hour_value, bm += bh * c->hour_value;
    int64_t keys[][2] = { { a->missing, b->missing },
                          { c->objective == 1 ? ah : am, c->objective == 1 ? bh : bm },
                          { c->objective == 1 ? am : ah, c->objective == 1 ? bm : bh },
                          { a->parcels, b->parcels } };
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i][0] != keys[i][1]) return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* --- the brute force --- */

/* What taking `units` of a line at a place costs, or -1: it does not give so many. */
static bool price(const Case *c, int64_t p, int64_t l, int64_t units, int64_t *money)
{
    const CasePlace *at   = &c->place[p];
    int64_t          free = at->there[l] > at->kept[l] ? at->there[l] - at->kept[l] : 0;
    int64_t          over = units > free ? units - free : 0;
    if (at->refused || units > at->there[l] || (over && at->kept_cost[l] < 0)) return units == 0;
    *money += units * (at->per_kg * c->line[l].kilograms + at->unit + at->risk[l]);
    if (over) *money += over * at->kept_cost[l];
    return true;
}

/* The next way to share a line out; false behind the last. */
static bool next_share(int64_t *share, int64_t places, int64_t qty)
{
    for (int64_t p = 0; p < places; p++) {
        if (++share[p] <= qty) return true;
        share[p] = 0;
    }
    return false;
}

typedef struct {
    Worth of[SETS];   /* parcels < 0: nothing */
    bool  need[SETS]; /* every parcel is needed */
} Brute;

/* The least money for one line within a set, for each number of units that are missing: lines do not depend
 * on each other. */
static void share_line(const Case *c, int64_t l, int set, int64_t *missing, int64_t *money)
{
    int64_t share[PLACES] = { 0 };
    *missing              = c->line[l].qty + 1;
    do {
        int64_t sum = 0, cost = 0;
        bool    fine = true, split = false;
        for (int64_t p = 0; p < c->places; p++) {
            sum += share[p];
            fine  = fine && (share[p] == 0 || (set >> p & 1)) && price(c, p, l, share[p], &cost);
            split = split || (share[p] > 0 && share[p] < c->line[l].qty);
        }
        int64_t lack = c->line[l].qty - sum;
        if (!fine || lack < 0 || (c->line[l].whole && split)) continue;
        if (lack > *missing || (lack == *missing && cost >= *money)) continue;
        *missing = lack;
        *money   = cost;
    } while (next_share(share, c->places, c->line[l].qty));
}

static void brute(const Case *c, Brute *out)
{
    int64_t bonus         = 0;
    bool    gives[PLACES] = { false };
    for (int64_t p = 0; p < c->places; p++) {
        for (int64_t l = 0; l < c->lines; l++) {
            int64_t money = 0;
            for (int64_t n = c->line[l].whole ? c->line[l].qty : 1; n <= c->line[l].qty; n++)
                gives[p] = gives[p] || (!c->place[p].refused && price(c, p, l, n, &money));
        }
        if (gives[p] && c->place[p].bonus > bonus) bonus = c->place[p].bonus;
    }
    for (int set = 0; set < 1 << c->places; set++) {
        Worth *w = &out->of[set];
        *w       = (Worth){ 0 };
        for (int64_t p = 0; p < c->places; p++) {
            const CasePlace *at = &c->place[p];
            if (!(set >> p & 1)) continue;
            w->money += at->base + at->parcel + bonus - at->bonus + (w->parcels ? c->split : 0);
            w->hours = at->hours > w->hours ? at->hours : w->hours;
            w->parcels++;
            if (!gives[p]) w->parcels = 1000;
        }
        for (int64_t l = 0; l < c->lines; l++) {
            int64_t missing = 0, money = 0;
            share_line(c, l, set, &missing, &money);
            w->missing += missing * (c->line[l].value > 1 ? c->line[l].value : 1);
            w->money += money;
        }
    }
    for (int set = 0; set < 1 << c->places; set++) {
        out->need[set] = set != 0 && out->of[set].parcels <= c->parcels_max;
        for (int64_t p = 0; p < c->places; p++)
            if (set >> p & 1)
                out->need[set] = out->need[set] && compare(c, &out->of[set], &out->of[set & ~(1 << p)]) < 0;
    }
}

/* --- the same order for source_plan --- */

typedef struct {
    SourceLine  lines[LINES];
    SourcePlace places[PLACES];
    SourceStock stock[PLACES][LINES];
    SourceTerms terms[PLACES][LINES];
    SourceInput in;
} Order;

static const Str codes[PLACES] = { { "A", 1 }, { "B", 1 }, { "C", 1 }, { "D", 1 }, { "E", 1 } };

static void make_order(const Case *c, Order *o)
{
    for (int64_t l = 0; l < c->lines; l++)
        o->lines[l] = (SourceLine){ .sku    = codes[l],
                                    .qty    = c->line[l].qty * 1000,
                                    .weight = c->line[l].kilograms * 1000,
                                    .value  = c->line[l].value,
                                    .whole  = c->line[l].whole };
    for (int64_t p = 0; p < c->places; p++) {
        const CasePlace *at = &c->place[p];
        o->places[p]        = (SourcePlace){ .code        = codes[p],
                                             .refused     = at->refused ? "not this one" : NULL,
                                             .distance    = OPT_NONE,
                                             .base        = at->base,
                                             .per_kg      = at->per_kg,
                                             .parcel_cost = at->parcel,
                                             .unit_cost   = at->unit,
                                             .bonus       = at->bonus,
                                             .arrive_ms   = at->hours * HOUR,
                                             .stock       = o->stock[p] };
        for (int64_t l = 0; l < c->lines; l++) {
            o->terms[p][l] = (SourceTerms){ at->kept[l] * 1000, at->kept_cost[l], at->risk[l] };
            o->stock[p][l] = (SourceStock){ at->there[l] * 1000, &o->terms[p][l] };
        }
    }
    o->in = (SourceInput){ .lines         = o->lines,
                           .line_count    = (size_t)c->lines,
                           .places        = o->places,
                           .place_count   = (size_t)c->places,
                           .objective     = (SourceObjective)c->objective,
                           .hour_value    = c->hour_value,
                           .split_penalty = c->split,
                           .parcels_max   = c->parcels_max,
                           .runners_up    = c->runners,
                           .explain       = true };
}

/* What parts and parcels say, as a worth; false when they do not fit the order. */
static bool worth_of(const Case *c, const SourcePart *parts, size_t part_count, const SourceParcel *parcels,
                     size_t parcel_count, Worth *out)
{
    int64_t given[PLACES][LINES] = { { 0 } };
    *out                         = (Worth){ .parcels = (int64_t)parcel_count };
    for (size_t i = 0; i < parcel_count; i++) {
        const SourceParcel *parcel = &parcels[i];
        out->money += parcel->shipping + parcel->handling + parcel->risk + parcel->keeping
                      + parcel->preference + (i ? c->split : 0);
        if (parcel->promised_at / HOUR > out->hours) out->hours = parcel->promised_at / HOUR;
    }
    for (size_t i = 0; i < part_count; i++) {
        int64_t p = parts[i].location.ptr[0] - 'A';
        if (parts[i].quantity <= 0 || parts[i].quantity % 1000) return false;
        given[p][parts[i].line] += parts[i].quantity / 1000;
    }
    for (int64_t l = 0; l < c->lines; l++) {
        int64_t sum = 0, money = 0;
        for (int64_t p = 0; p < c->places; p++) {
            sum += given[p][l];
            if (given[p][l] && !price(c, p, l, given[p][l], &money)) return false;
        }
        if (sum > c->line[l].qty || (c->line[l].whole && sum && sum < c->line[l].qty)) return false;
        out->missing += (c->line[l].qty - sum) * (c->line[l].value > 1 ? c->line[l].value : 1);
    }
    return true;
}

static const char *differs_at(const Case *c, const Brute *b, const SourceRunner *got, bool *used)
{
    Worth worth, best = { .parcels = -1 };
    int   set = 0, at = -1;
    for (size_t i = 0; i < got->parcels.count; i++)
        set |= 1 << (got->parcels.items[i].location.ptr[0] - 'A');
    if (!worth_of(c, got->parts.items, got->parts.count, got->parcels.items, got->parcels.count, &worth))
        return "the parts do not fit the order";
    if (compare(c, &worth, &b->of[set]) != 0) return "the parcels do not cost what they must";
    if (used[set] || !b->need[set]) return "a plan is listed twice, or has a parcel too much";
    for (int s = 1; s < 1 << c->places; s++)
        if (b->need[s] && !used[s] && (at < 0 || compare(c, &b->of[s], &best) < 0)) best = b->of[s], at = s;
    used[set] = true;
    return at < 0 || compare(c, &worth, &best) != 0 ? "there is a better plan" : NULL;
}

/* NULL when all is as the brute force has it. */
static const char *differs(const Case *c)
{
    static Order order;
    static Brute all;
    bool         used[SETS] = { false };
    Error        err        = { 0 };
    SourcePlan   plan;
    Arena        arena;
    arena_init(&arena, memory, sizeof memory);
    make_order(c, &order);
    brute(c, &all);
    if (!source_plan(&arena, &order.in, &plan, &err)) return "refused";
    if (!plan.exact) return "not exact";
    size_t fits = 0;
    int    best = -1;
    for (int s = 1; s < 1 << c->places; s++)
        if (all.need[s] && (best < 0 || compare(c, &all.of[s], &all.of[best]) < 0)) best = s;
    for (int s = 1; best >= 0 && s < 1 << c->places; s++)
        fits += all.need[s] && all.of[s].missing == all.of[best].missing;
    if ((best >= 0) != (plan.parcels.count > 0)) return "a plan, or none";
    if (best < 0) return plan.complete ? "complete without a plan" : NULL;
    SourceRunner first = { .parts.items   = plan.parts.items,
                           .parts.count   = plan.parts.count,
                           .parcels.items = plan.parcels.items,
                           .parcels.count = plan.parcels.count };
    const char  *why   = differs_at(c, &all, &first, used);
    for (size_t i = 0; !why && i < plan.runners_up.count; i++)
        why = differs_at(c, &all, &plan.runners_up.items[i], used);
    if (!why && plan.complete != (all.of[best].missing == 0)) why = "complete, or not";
    size_t want = fits - 1 < (size_t)c->runners ? fits - 1 : (size_t)c->runners;
    if (!why && plan.runners_up.count != want) why = "another number of runners-up";
    if (!why && plan.steps.count != (size_t)c->places) why = "a location without a reason";
    return why;
}

/* --- cases by chance --- */

static bool is_small(const Case *c)
{
    for (int64_t l = 0; l < c->lines; l++) {
        int64_t shares = 1;
        for (int64_t p = 0; p < c->places; p++) shares *= c->line[l].qty + 1;
        if (shares > SHARES_MAX) return false;
    }
    return true;
}

static Case make_case(void)
{
    Case c;
    do {
        c = (Case){ .places      = 1 + below(PLACES),
                    .lines       = 1 + below(LINES),
                    .objective   = below(3),
                    .hour_value  = below(4),
                    .split       = below(3) ? below(5) : 0,
                    .parcels_max = 1 + below(PLACES),
                    .runners     = below(5) };
        for (int64_t l = 0; l < c.lines; l++)
            c.line[l] = (CaseLine){ 1 + below(4), below(3), below(4), below(4) == 0 };
        for (int64_t p = 0; p < c.places; p++) {
            CasePlace *at = &c.place[p];
            *at           = (CasePlace){ .base    = below(6),
                                         .per_kg  = below(3),
                                         .parcel  = below(2),
                                         .unit    = below(3),
                                         .bonus   = below(3) ? 0 : below(4),
                                         .hours   = below(6),
                                         .refused = below(10) == 0 };
            for (int64_t l = 0; l < c.lines; l++) {
                at->there[l]     = below(3) ? below(5) : 0;
                at->kept[l]      = below(3) ? 0 : below(3);
                at->kept_cost[l] = below(4) - 1;
                at->risk[l]      = below(3) ? 0 : below(7) - 3;
            }
        }
    } while (!is_small(&c));
    return c;
}

static Case without_place(const Case *c, int64_t out)
{
    Case less = *c;
    for (int64_t p = out; p + 1 < c->places; p++) less.place[p] = c->place[p + 1];
    less.places--;
    return less;
}

static Case without_line(const Case *c, int64_t out)
{
    Case less = *c;
    for (int64_t l = out; l + 1 < c->lines; l++) less.line[l] = c->line[l + 1];
    for (int64_t p = 0; p < c->places; p++)
        for (int64_t l = out; l + 1 < c->lines; l++) {
            less.place[p].there[l]     = c->place[p].there[l + 1];
            less.place[p].kept[l]      = c->place[p].kept[l + 1];
            less.place[p].kept_cost[l] = c->place[p].kept_cost[l + 1];
            less.place[p].risk[l]      = c->place[p].risk[l + 1];
        }
    less.lines--;
    return less;
}

/* Leaves out what the difference does not need: places, lines, numbers. */
static Case shrink(Case c)
{
    for (bool again = true; again;) {
        again = false;
        for (int64_t p = 0; !again && c.places > 1 && p < c.places; p++) {
            Case less = without_place(&c, p);
            if (differs(&less)) c = less, again = true;
        }
        for (int64_t l = 0; !again && c.lines > 1 && l < c.lines; l++) {
            Case less = without_line(&c, l);
            if (differs(&less)) c = less, again = true;
        }
        for (int64_t p = 0; !again && p < c.places; p++) {
            int64_t *numbers[] = { &c.place[p].base,    &c.place[p].per_kg,  &c.place[p].parcel,
                                   &c.place[p].unit,    &c.place[p].bonus,   &c.place[p].hours,
                                   &c.place[p].kept[0], &c.place[p].kept[1], &c.place[p].kept[2],
                                   &c.place[p].risk[0], &c.place[p].risk[1], &c.place[p].risk[2] };
            for (size_t i = 0; !again && i < COUNT(numbers); i++) {
                int64_t was = *numbers[i];
                *numbers[i] = 0;
                if (was && differs(&c)) again = true;
                else *numbers[i] = was;
            }
        }
    }
    return c;
}

static void print_case(const Case *c, const char *why)
{
    printf("# %s: objective %lld, hour %lld, split %lld, at most %lld parcels, %lld runners-up\n", why,
           (long long)c->objective, (long long)c->hour_value, (long long)c->split, (long long)c->parcels_max,
           (long long)c->runners);
    for (int64_t l = 0; l < c->lines; l++)
        printf("# line %lld: %lld units of %lld kg, value %lld%s\n", (long long)l, (long long)c->line[l].qty,
               (long long)c->line[l].kilograms, (long long)c->line[l].value,
               c->line[l].whole ? ", whole" : "");
    for (int64_t p = 0; p < c->places; p++) {
        const CasePlace *at = &c->place[p];
        printf("# %c%s: base %lld, kg %lld, parcel %lld, unit %lld, bonus %lld, hours %lld;", 'A' + (int)p,
               at->refused ? " (refused)" : "", (long long)at->base, (long long)at->per_kg,
               (long long)at->parcel, (long long)at->unit, (long long)at->bonus, (long long)at->hours);
        for (int64_t l = 0; l < c->lines; l++)
            printf(" %lld there, %lld kept at %lld, risk %lld;", (long long)at->there[l],
                   (long long)at->kept[l], (long long)at->kept_cost[l], (long long)at->risk[l]);
        printf("\n");
    }
}

static void check_brute_force(void)
{
    uint64_t    seed = 20261125;
    const char *why  = NULL;
    for (int i = 0; !why && i < CASES; i++, seed++) {
        chance_state = seed * 0x9E3779B97F4A7C15ULL;
        Case c       = make_case();
        why          = differs(&c);
        if (!why) continue;
        printf("# seed %llu: %s\n", (unsigned long long)seed, why);
        c = shrink(c);
        print_case(&c, differs(&c));
    }
    check(!why, "6,000 small orders are sourced as a brute force does it, with their runners-up");
}

/* --- large ones --- */

enum { MANY = 200, WIDE = 120 };

static bool plan_large(size_t lines, size_t places, int64_t parcels, int64_t steps, SourcePlan *out,
                       Error *err)
{
    static Arena arena;
    arena_init(&arena, memory, sizeof memory);
    SourceLine  *line  = arena_array(&arena, SourceLine, lines);
    SourcePlace *place = arena_array(&arena, SourcePlace, places);
    chance_state       = 7;
    if (!line || !place) abort();
    for (size_t l = 0; l < lines; l++)
        line[l] = (SourceLine){ .sku = STR("S"), .qty = 1000 * (1 + below(3)), .weight = 100 * below(30) };
    for (size_t p = 0; p < places; p++) {
        SourceStock *stock = arena_array(&arena, SourceStock, lines);
        if (!stock) abort();
        for (size_t l = 0; l < lines; l++) stock[l].available = below(4) ? 0 : 1000 * below(5);
        place[p] = (SourcePlace){ .code      = str_format(&arena, "L%zu", p),
                                  .distance  = OPT_NONE,
                                  .base      = 300 + 50 * below(8),
                                  .per_kg    = 20 + 10 * below(5),
                                  .unit_cost = below(20),
                                  .arrive_ms = below(96) * HOUR,
                                  .stock     = stock };
    }
    SourceInput in = { .lines         = line,
                       .line_count    = lines,
                       .places        = place,
                       .place_count   = places,
                       .split_penalty = 200,
                       .parcels_max   = parcels,
                       .runners_up    = 3,
                       .steps_max     = steps };
    return source_plan(&arena, &in, out, err);
}

static void check_large(void)
{
    SourcePlan plan, again;
    Error      err = { 0 };
    check_ok(plan_large(3, MANY, 5, 0, &plan, &err), &err, "three lines over 200 locations");
    check(plan.exact && plan.complete && plan.runners_up.count == 3, "are sourced exactly, with runners-up");
    int64_t score = plan.score;
    check(plan_large(3, MANY, 5, 0, &again, &err) && again.score == score, "and the same way again");
    check(plan_large(3, MANY, 5, 500, &again, &err) && !again.exact && again.complete
              && again.score >= score,
          "with few steps a plan comes out all the same, and says that there may be a better one");
    check_ok(plan_large(WIDE, MANY, 16, 0, &plan, &err), &err, "a hundred and twenty lines");
    check(plan.complete && plan.parcels.count <= 16 && !plan.exact,
          "are sourced too, from few locations, without claiming that there is no better plan");
    check(plan_large(WIDE, MANY, 1, 0, &plan, &err) && !plan.complete && plan.parcels.count == 1
              && plan.missing.count > 0
              && str_eq(plan.missing.items[0].text, STR("would take more parcels than are allowed")),
          "from one location only a part of them, and it says why");
}

/* --- what people think of --- */

static Case two_places(void)
{
    return (Case){ .places      = 2,
                   .lines       = 1,
                   .parcels_max = 5,
                   .split       = 2,
                   .runners     = 3,
                   .place       = { { .base = 5, .hours = 1, .there = { 3 } },
                                    { .base = 3, .hours = 9, .there = { 3 } } },
                   .line        = { { .qty = 2, .kilograms = 1 } } };
}

static Str first_location(const Case *c, SourcePlan *plan)
{
    static Order order;
    static Arena arena;
    Error        err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    make_order(c, &order);
    if (!source_plan(&arena, &order.in, plan, &err)) return STR("refused");
    return plan->parcels.count ? plan->parcels.items[0].location : STR("");
}

static bool is_step(const SourcePlan *plan, const char *location, const char *what)
{
    for (size_t i = 0; i < plan->steps.count; i++)
        if (str_eq(plan->steps.items[i].location, str_from(location)))
            return str_eq(plan->steps.items[i].what, str_from(what));
    return false;
}

static void check_people(void)
{
    SourcePlan plan;
    Case       c = two_places();
    check(str_eq(first_location(&c, &plan), STR("B")) && is_step(&plan, "A", "dearer") && plan.cost == 3
              && plan.runners_up.count == 1 && plan.runners_up.items[0].cost == 5,
          "by cost the cheaper one, and the other is said to be dearer");
    c.objective = SOURCE_TIME;
    check(str_eq(first_location(&c, &plan), STR("A")) && is_step(&plan, "B", "later"),
          "by time the earlier one");
    c.objective  = SOURCE_BALANCED;
    c.hour_value = 1;
    check(str_eq(first_location(&c, &plan), STR("A")) && plan.score == 6,
          "balanced, eight hours are worth two");
    c                = two_places();
    c.place[0].bonus = 3;
    check(str_eq(first_location(&c, &plan), STR("A")), "a preferred one may cost a little more");
    c                  = two_places();
    c.place[1].refused = true;
    check(str_eq(first_location(&c, &plan), STR("A")) && is_step(&plan, "B", "refused"), "never from there");
    c                       = two_places();
    c.place[1].kept[0]      = 2;
    c.place[1].kept_cost[0] = -1;
    check(str_eq(first_location(&c, &plan), STR("A")), "the last pieces stay");
    c.place[0].there[0] = 0;
    check(str_eq(first_location(&c, &plan), STR("B")) && !plan.complete
              && plan.missing.items[0].quantity == 1000
              && str_eq(plan.missing.items[0].text, STR("what is left are last pieces, which are kept")),
          "also when nobody else has any, and then it says so");
    c.place[1].kept_cost[0] = 4;
    check(str_eq(first_location(&c, &plan), STR("B")) && plan.complete && plan.parcels.items[0].keeping == 4,
          "unless they may be had for a price");
    c                  = two_places();
    c.place[0].risk[0] = -2;
    check(str_eq(first_location(&c, &plan), STR("A")) && plan.parcels.items[0].risk == -4,
          "goods to get rid of go first");
    c             = two_places();
    c.line[0].qty = 4;
    check(str_eq(first_location(&c, &plan), STR("B")) && plan.parcels.count == 2 && plan.parts.count == 2
              && plan.score == 10,
          "what one does not have comes from two, and a parcel more has its price");
    c.line[0].whole = true;
    check(first_location(&c, &plan).len == 0 && !plan.complete
              && str_eq(plan.missing.items[0].text, STR("no location has all of it")),
          "unless it must come whole");
}

static void check_refusals(void)
{
    static Order order;
    static Arena arena;
    SourcePlan   plan;
    Error        err = { 0 };
    Case         c   = two_places();
    arena_init(&arena, memory, sizeof memory);
    make_order(&c, &order);
    order.lines[0].qty = 0;
    check_refused(source_plan(&arena, &order.in, &plan, &err), &err, &ERR_QUANTITY_RANGE, "no quantity");
    make_order(&c, &order);
    order.places[0].base = INT64_MAX;
    check_refused(source_plan(&arena, &order.in, &plan, &err), &err, &ERR_AMOUNT_RANGE,
                  "a parcel beyond price");
    make_order(&c, &order);
    order.lines[0].weight  = 10000000;
    order.lines[0].qty     = QTY_MAX;
    order.places[0].per_kg = 1000000000;
    check_refused(source_plan(&arena, &order.in, &plan, &err), &err, &ERR_AMOUNT_RANGE,
                  "weights beyond price");
    make_order(&c, &order);
    size_t used = 0;
    for (long n = 1; n < 100; n++) {
        arena_init(&arena, memory, sizeof memory);
        arena.fail_in = n;
        if (source_plan(&arena, &order.in, &plan, &err)) break;
        used += err.def == &ERR_MEMORY;
        check(err.def == &ERR_MEMORY, "without memory it is refused");
    }
    check(used > 5, "at each place where it takes memory");
}

int main(void)
{
    check_people();
    check_refusals();
    check_brute_force();
    check_large();
    return check_finish("source");
}

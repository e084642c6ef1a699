/* sourcing.c — how long one core takes to plan from where an order comes, without server, database or JSON.
 * Usage: bench-sourcing LINES LOCATIONS
 * Prints microseconds per plan with three runners-up, the median of 15 rounds. Each line is at one location
 * in three; zones, weights, times and markdown risks differ, as between a warehouse and many stores. */
#include "core/source.h"

#include "tests/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15, ORDERS = 100, ARENA_BYTES = 64 << 20, HOUR = 3600000 };

static void *need(void *memory)
{
    if (!memory) abort();
    return memory;
}

static SourceInput make_order(Arena *arena, int64_t lines, int64_t places)
{
    static const SourceTerms terms[] = {
        { 0, 0, 0 }, { 1000, SOURCE_NEVER, 0 }, { 1000, 300, 0 }, { 0, 0, -150 }
    };
    SourceLine  *line  = need(arena_array(arena, SourceLine, (size_t)lines));
    SourcePlace *place = need(arena_array(arena, SourcePlace, (size_t)places));
    for (int64_t l = 0; l < lines; l++)
        line[l] = (SourceLine){ .sku    = STR("S"),
                                .qty    = 1000 * (1 + below(3)),
                                .weight = 100 * below(40),
                                .value  = 100 * below(100) };
    for (int64_t p = 0; p < places; p++) {
        int64_t      zone  = below(5);
        SourceStock *stock = need(arena_array(arena, SourceStock, (size_t)lines));
        for (int64_t l = 0; l < lines; l++)
            stock[l] = (SourceStock){ below(3) ? 0 : 1000 * (1 + below(8)), &terms[below(4)] };
        place[p] = (SourcePlace){ .code        = STR("L"),
                                  .distance    = OPT_NONE,
                                  .base        = 350 + 120 * zone,
                                  .per_kg      = 20 + 15 * zone,
                                  .parcel_cost = p ? 80 : 40,
                                  .unit_cost   = p ? 25 : 10,
                                  .bonus       = p ? 0 : 100,
                                  .arrive_ms   = (24 * (1 + zone / 2) + below(10)) * HOUR,
                                  .stock       = stock };
    }
    return (SourceInput){ .lines         = line,
                          .line_count    = (size_t)lines,
                          .places        = place,
                          .place_count   = (size_t)places,
                          .objective     = (SourceObjective)below(3),
                          .hour_value    = 20,
                          .split_penalty = 150,
                          .parcels_max   = 4,
                          .runners_up    = 3 };
}

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double measure(Arena *scratch, const SourceInput *orders)
{
    double begun = now_us();
    for (size_t i = 0; i < ORDERS; i++) {
        SourcePlan plan;
        Error      err = { 0 };
        arena_reset(scratch);
        if (!source_plan(scratch, &orders[i], &plan, &err)) {
            (void)fprintf(stderr, "%s: %s\n", err.field, err.message);
            exit(1);
        }
    }
    return (now_us() - begun) / ORDERS;
}

int main(int argc, char **argv)
{
    int64_t lines = 3, places = 200;
    if ((argc > 1 && !str_to_i64(str_from(argv[1]), &lines))
        || (argc > 2 && !str_to_i64(str_from(argv[2]), &places)))
        return 2;
    Arena arena, scratch;
    arena_init(&arena, need(malloc(ARENA_BYTES)), ARENA_BYTES);
    arena_init(&scratch, need(malloc(ARENA_BYTES)), ARENA_BYTES);
    SourceInput *orders = need(arena_array(&arena, SourceInput, ORDERS));
    double       rounds[ROUNDS];
    for (size_t i = 0; i < ORDERS; i++) orders[i] = make_order(&arena, lines, places);
    for (int r = 0; r < ROUNDS; r++) rounds[r] = measure(&scratch, orders);
    qsort(rounds, ROUNDS, sizeof *rounds, by_value);
    printf("%.2f\n", rounds[ROUNDS / 2]);
    free(arena.bytes);
    free(scratch.bytes);
    return 0;
}

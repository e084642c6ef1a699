/* sourcing_sites.c — what a location costs an order, when it has it ready and delivers it, and why it may
 * not. See sourcing.h. */
#include "flows/sourcing_inner.h"

#include "flows/rules.h"
#include "sys/zone.h"

enum { HOUR_MS = 3600000, MINUTE_MS = 60000, DAY_MS = 86400000, CLOCKS = 24 };

/* --- clocks --- */

typedef struct {
    Str         name;
    const Zone *clock;
    Zone       *own; /* to be given back, or NULL */
} Clock;

typedef struct {
    Clock  items[CLOCKS];
    size_t count;
} Clocks;

/* A clock that holds until the next call. */
static bool clock_of(Sourcing *s, Clocks *clocks, Str name, const Zone **out, Error *err)
{
    for (size_t i = 0; i < clocks->count; i++)
        if (str_eq(clocks->items[i].name, name)) {
            *out = clocks->items[i].clock;
            return true;
        }
    if (clocks->count == CLOCKS) zone_free(clocks->items[--clocks->count].own);
    Clock *one = &clocks->items[clocks->count];
    one->name  = name;
    if (!rules_clock(s->ctx, name, &one->clock, &one->own, err)) return false;
    clocks->count++;
    *out = one->clock;
    return true;
}

/* --- work that is there already --- */

static bool load_work(Sourcing *s, const SourcingLoad **load, size_t *count, Error *err)
{
    SourcingLoadRow *rows    = NULL;
    bool             limited = false;
    SourcingLoadIn   in      = { s->ctx->who.merchant, s->ask->channel, s->ctx->now_ms - HOUR_MS,
                                 s->ctx->now_ms + (int64_t)WORK_DAYS_AHEAD * DAY_MS };
    *load                    = s->ask->load;
    *count                   = s->ask->load ? s->ask->load_count : 0;
    for (size_t i = 0; i < s->site_count; i++) limited = limited || s->sites[i].capacity > 0;
    if (*load || !limited) return true;
    if (!q_sourcing_load_all(s->ctx->tx, s->ctx->arena, &in, &rows, count, err)) return false;
    SourcingLoad *found = arena_array(s->ctx->arena, SourcingLoad, *count + 1);
    if (!found) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        found[i] = (SourcingLoad){ rows[i].location, rows[i].hour_ms, rows[i].orders };
    *load = found;
    return true;
}

/* --- ready --- */

/* When the order is ready at a location; *wall is the same by its clock. False with place->refused set: not
 * soon. */
static bool get_ready(Sourcing *s, size_t site, const Zone *clock, int64_t cut_off, const SourcingLoad *load,
                      size_t load_count, int64_t *wall, Error *err)
{
    const SourcingCandidatesRow *row = &s->sites[site];
    Workplace place = { .cut_off = cut_off, .preparation = row->preparation, .capacity = row->capacity };
    if (!work_hours_read(s->ctx->arena, row->hours, &place.hours, err)) return false;
    if (place.capacity > 0) {
        WorkLoad *own = arena_array(s->ctx->arena, WorkLoad, load_count + 1);
        if (!own) return err_memory(err);
        for (size_t i = 0; i < load_count; i++) {
            if (!str_eq(load[i].location, row->code)) continue;
            int64_t hour            = zone_to_wall(clock, load[i].hour_ms);
            own[place.load_count++] = (WorkLoad){ hour - hour % HOUR_MS, load[i].count };
        }
        place.load = own;
    }
    if (!work_ready(&place, zone_to_wall(clock, s->ctx->now_ms), wall))
        s->places[site].refused = "is not open, or full, for weeks to come";
    int64_t ready            = zone_to_utc(clock, *wall); /* an hour that is there twice: not in the past */
    s->places[site].ready_ms = ready > s->ctx->now_ms ? ready : s->ctx->now_ms;
    return true;
}

/* --- carriers --- */

static Str zone_from(const Sourcing *s, Str location)
{
    for (size_t i = 0; i < s->book.area_count; i++)
        if (!s->book.areas[i].origin.len || str_eq(s->book.areas[i].origin, location))
            return s->book.areas[i].zone;
    return STR_NONE;
}

/* Grams of the whole order. */
static int64_t weight_of(const Sourcing *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->line_count; i++) {
        int64_t grams = 0;
        if (__builtin_mul_overflow(s->lines[i].weight, s->lines[i].qty, &grams)
            || __builtin_add_overflow(sum, grams, &sum))
            return INT64_MAX / 1000;
    }
    return sum / 1000 + (sum % 1000 > 0);
}

typedef struct {
    const RateThatHolds *rate;
    int64_t              cost, arrive_ms, score;
} Carried;

/* The service that is best for the objective, for a parcel with the whole order. */
static bool carry(Sourcing *s, size_t site, const Zone *clock, int64_t wall, Error *err)
{
    SourceObjective objective =
        sourcing_objective(s->ask->objective.len ? s->ask->objective : s->book.policy.objective);
    SourcePlace *place = &s->places[site];
    Str          zone = zone_from(s, place->code), done = STR_NONE;
    int64_t      weight = weight_of(s), hour = s->book.policy.hour_value;
    bool         heavy = false;
    Carried      best  = { .rate = NULL };
    for (size_t i = 0; i < s->book.rate_count; i++) {
        const RateThatHolds *rate = &s->book.rates[i];
        Carried              one  = { .rate = rate };
        bool                 here = !rate->zone.len || (zone.len && str_eq(rate->zone, zone));
        if (!here || str_eq(rate->service, done)) continue; /* the rate of its zone, else that for all */
        done = rate->service;
        if (rate->weight_max && weight > rate->weight_max) {
            heavy = true;
            continue;
        }
        if (!money_scale(rate->per_kg, weight, 1000, ROUND_UP, &one.cost, err)) return false;
        one.cost += rate->base;
        one.arrive_ms =
            s->same_day ? place->ready_ms + s->sites[site].same_day_minutes * MINUTE_MS
                        : zone_to_utc(clock, work_delivered(wall, rate->days, rate->weekdays, rate->until));
        if (one.arrive_ms < place->ready_ms) one.arrive_ms = place->ready_ms;
        one.score = objective == SOURCE_COST ? one.cost
                    : objective == SOURCE_TIME
                        ? one.arrive_ms
                        : one.cost + (one.arrive_ms - s->ctx->now_ms) / MINUTE_MS * hour / 60;
        if (best.rate
            && (one.score > best.score || (one.score == best.score && one.arrive_ms >= best.arrive_ms)))
            continue;
        best = one;
    }
    place->zone = text_or_none(zone);
    if (!best.rate) {
        place->refused =
            heavy ? "the order is too heavy for every service" : "no service carries from here to there";
        return true;
    }
    place->service   = best.rate->service;
    place->base      = best.rate->base;
    place->per_kg    = best.rate->per_kg;
    place->arrive_ms = best.arrive_ms;
    return true;
}

/* --- what a location does --- */

static const char *same_day_refusal(const Sourcing *s, size_t site)
{
    if (!s->sites[site].same_day_radius) return "no radius for same day is set";
    if (!s->point) return "where the destination lies on the map is not known";
    if (s->places[site].distance == OPT_NONE) return "where it lies on the map is not known";
    return s->places[site].distance > s->sites[site].same_day_radius ? "is too far away for the same day"
                                                                     : NULL;
}

/* Whether it does what is asked, as long as nothing else refuses it. */
static const char *method_refusal(const Sourcing *s, size_t site, int64_t *cut_off)
{
    const SourcingCandidatesRow *row   = &s->sites[site];
    bool                         is_it = str_eq(row->code, s->ask->store);
    *cut_off                           = -1;
    if (s->fetched && !is_it) return "is not where it is fetched";
    if (s->to_store && !s->store_takes) return "the store takes no parcels for customers";
    if (s->to_store && !is_it)
        return sourcing_does(row->methods, row->kind, STR("ship"), cut_off) ? NULL : "does not ship";
    if (!sourcing_does(row->methods, row->kind, s->ask->method, cut_off)) return "does not do this";
    return s->same_day ? same_day_refusal(s, site) : NULL;
}

static bool resolve(Sourcing *s, size_t site, Clocks *clocks, const SourcingLoad *load, size_t load_count,
                    Error *err)
{
    SourcePlace                 *place   = &s->places[site];
    const SourcingCandidatesRow *row     = &s->sites[site];
    const Zone                  *clock   = NULL;
    int64_t                      cut_off = -1, wall = 0;
    bool                         stays = s->fetched || (s->to_store && str_eq(row->code, s->ask->store));
    if (row->has_point && s->point)
        place->distance = geo_distance((GeoPoint){ row->latitude, row->longitude }, *s->point);
    if (place->refused) return true;
    place->refused = method_refusal(s, site, &cut_off);
    if (place->refused) return true;
    if (!clock_of(s, clocks, row->time_zone, &clock, err)
        || !get_ready(s, site, clock, cut_off, load, load_count, &wall, err))
        return false;
    place->arrive_ms = place->ready_ms;
    if (place->refused || stays) return true;
    if (s->same_day && wall / DAY_MS != zone_to_wall(clock, s->ctx->now_ms) / DAY_MS) {
        place->refused = "cannot have it ready on the same day";
        return true;
    }
    if (s->same_day) place->arrive_ms += row->same_day_minutes * MINUTE_MS;
    s->no_rates = s->book.rate_count == 0;
    return s->no_rates || carry(s, site, clock, wall, err);
}

SourceObjective sourcing_objective(Str name)
{
    return str_eq(name, STR("time"))       ? SOURCE_TIME
           : str_eq(name, STR("balanced")) ? SOURCE_BALANCED
                                           : SOURCE_COST;
}

bool sourcing_resolve_sites(Sourcing *s, Error *err)
{
    Clocks              clocks = { .count = 0 };
    const SourcingLoad *load   = NULL;
    size_t              count  = 0;
    if (!load_work(s, &load, &count, err)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < s->site_count; i++) ok = resolve(s, i, &clocks, load, count, err);
    for (size_t i = 0; i < clocks.count; i++) zone_free(clocks.items[i].own);
    return ok;
}

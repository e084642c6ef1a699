/* source.c — how good a set of places is: what each gives of each line, what that costs, when it arrives.
 * See source.h. */
#include "core/source_work.h"

#include "base/form_table.h"
#include "core/source.def"
#include "base/form_undef.h"

#include <assert.h>

#define MICRO 1000000
#define MINOR_MAX 10000000000         /* one amount: a hundred million in most currencies */
#define MONEY_MAX 1000000000000000000 /* all amounts of a plan, in millionths */
#define VALUE_MAX 1000000000000000    /* value of one line, in thousandths */
#define AHEAD_MAX 100000000000        /* ms: three years; what arrives later arrives then */
#define HOUR_MAX 10000000

int64_t source_value(const SourceLine *line)
{
    int64_t most  = VALUE_MAX / line->qty;
    int64_t value = line->value > 1 ? line->value : 1;
    return value < most ? value : most;
}

SourceOffer source_offer(const SourceCandidate *candidate, const SourceLine *line, size_t i)
{
    const SourcePlace *place = candidate->place;
    const SourceStock *stock = &place->stock[i];
    const SourceTerms *terms = stock->terms;
    SourceOffer        offer = { .cost = place->per_kg * line->weight + place->unit_cost * 1000,
                                 .free = stock->available > 0 ? stock->available : 0 };
    if (!terms) return offer;
    offer.cost += terms->risk * 1000;
    int64_t kept    = terms->kept < offer.free ? terms->kept : offer.free;
    offer.kept_cost = terms->kept_cost * 1000;
    offer.kept      = terms->kept_cost < 0 ? 0 : kept;
    offer.free -= kept;
    return offer;
}

/* A line that must come from one place. */
static int64_t share_whole(const SourceWork *work, size_t i, const uint16_t *at, size_t count,
                           SourceGives *gives, int64_t *missing)
{
    const SourceLine *line = &work->in->lines[i];
    int64_t           best = 0;
    size_t            from = count;
    for (size_t n = 0; n < count; n++) {
        SourceOffer offer = source_offer(&work->candidates[at[n]], line, i);
        int64_t     free  = offer.free < line->qty ? offer.free : line->qty;
        int64_t     rest  = line->qty - free;
        int64_t     money = offer.cost * line->qty + offer.kept_cost * rest;
        if (rest > offer.kept || (from < count && money >= best)) continue;
        if (gives && from < count) gives[from] = (SourceGives){ 0, 0 };
        if (gives) gives[n] = (SourceGives){ free, rest };
        best = money;
        from = n;
    }
    *missing = from < count ? 0 : line->qty;
    return best;
}

/* The next cheapest offer: its index, or count when none has anything. */
static size_t cheapest(const SourceOffer *offers, size_t count)
{
    size_t  from = count;
    int64_t best = 0;
    for (size_t n = 0; n < count; n++) {
        int64_t cost = offers[n].cost + (offers[n].free > 0 ? 0 : offers[n].kept_cost);
        if (offers[n].free + offers[n].kept <= 0 || (from < count && cost >= best)) continue;
        best = cost;
        from = n;
    }
    return from;
}

int64_t source_share(const SourceWork *work, size_t i, const uint16_t *at, size_t count, SourceGives *gives,
                     int64_t *missing)
{
    SourceOffer       offers[SOURCE_PARCELS_MAX];
    const SourceLine *line = &work->in->lines[i];
    int64_t           need = line->qty, money = 0;
    assert(count <= SOURCE_PARCELS_MAX);
    if (gives) memset(gives, 0, count * sizeof *gives);
    if (line->whole) return share_whole(work, i, at, count, gives, missing);
    for (size_t n = 0; n < count; n++) offers[n] = source_offer(&work->candidates[at[n]], line, i);
    for (size_t n; need > 0 && (n = cheapest(offers, count)) < count;) { /* each takes all that one has */
        int64_t *left = offers[n].free > 0 ? &offers[n].free : &offers[n].kept;
        int64_t  cost = offers[n].cost + (left == &offers[n].free ? 0 : offers[n].kept_cost);
        int64_t  take = need < *left ? need : *left;
        if (gives && left == &offers[n].free) gives[n].free += take;
        else if (gives) gives[n].kept += take;
        money += cost * take;
        *left -= take;
        need -= take;
    }
    *missing = need;
    return money;
}

SourceWorth source_worth(SourceWork *work, const uint16_t *at, size_t count)
{
    SourceWorth worth = { .arrive_ms = work->in->now_ms, .parcels = (int64_t)count };
    for (size_t n = 0; n < count; n++) {
        const SourceCandidate *candidate = &work->candidates[at[n]];
        worth.money += candidate->fixed + (n ? work->split : 0);
        if (candidate->place->arrive_ms > worth.arrive_ms) worth.arrive_ms = candidate->place->arrive_ms;
    }
    for (size_t i = 0; i < work->in->line_count; i++) {
        int64_t missing = 0;
        worth.money += source_share(work, i, at, count, NULL, &missing);
        worth.missing += missing * source_value(&work->in->lines[i]);
    }
    work->steps += (int64_t)(work->in->line_count * (count + 1));
    return worth;
}

/* The worth of time, in millionths of a minor unit. */
static int64_t time_money(const SourceWork *work, int64_t arrive_ms)
{
    int64_t ahead = arrive_ms - work->in->now_ms;
    if (ahead > AHEAD_MAX) ahead = AHEAD_MAX;
    return work->in->hour_value * ahead * 5 / 18;
}

/* -1, 0 or 1: a is better, alike, worse. */
static int order(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

bool source_better(const SourceWork *work, const SourceWorth *a, const SourceWorth *b)
{
    int first = order(a->missing, b->missing), money = order(a->money, b->money);
    int time = order(a->arrive_ms, b->arrive_ms);
    if (first) return first < 0;
    switch (work->in->objective) {
    case SOURCE_COST: first = money ? money : time; break;
    case SOURCE_TIME: first = time ? time : money; break;
    case SOURCE_BALANCED:
        first = order(a->money + time_money(work, a->arrive_ms), b->money + time_money(work, b->arrive_ms));
        if (!first) first = time;
        break;
    }
    return first ? first < 0 : a->parcels < b->parcels;
}

int64_t source_score(const SourceWork *work, const SourceWorth *worth)
{
    int64_t score = worth->money;
    if (work->in->objective == SOURCE_BALANCED) score += time_money(work, worth->arrive_ms);
    return score / MICRO + (score % MICRO > 0);
}

/* --- from the input to candidates --- */

static bool amounts_fine(const SourcePlace *place)
{
    const int64_t all[] = { place->base, place->per_kg, place->parcel_cost, place->unit_cost, place->bonus };
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i] < 0 || all[i] > MINOR_MAX) return false;
    return true;
}

/* The most that a line costs at a place, in millionths; false when that cannot be counted. */
static bool line_range(const SourcePlace *place, const SourceLine *line, const SourceTerms *terms,
                       int64_t *most)
{
    int64_t cost = 0, rest = place->unit_cost;
    if (terms) {
        int64_t risk = terms->risk < 0 ? -terms->risk : terms->risk;
        if (risk > MINOR_MAX || terms->kept < 0 || terms->kept_cost > MINOR_MAX) return false;
        rest += risk + (terms->kept_cost > 0 ? terms->kept_cost : 0);
    }
    return !__builtin_mul_overflow(place->per_kg, line->weight, &cost)
           && !__builtin_add_overflow(cost, rest * 1000, &cost)
           && !__builtin_mul_overflow(cost, line->qty, most) && *most <= MONEY_MAX;
}

/* Checks that no sum can overflow: the dearest parcels and lines together stay below MONEY_MAX * 4. */
static bool check_range(const SourceInput *in, Error *err)
{
    int64_t sum  = 0;
    bool    fine = in->split_penalty >= 0 && in->split_penalty <= MINOR_MAX && in->hour_value >= 0
                && in->hour_value <= HOUR_MAX;
    for (size_t i = 0; fine && i < in->line_count; i++) {
        int64_t worst = 0, most = 0;
        for (size_t p = 0; fine && p < in->place_count; p++) {
            const SourceStock *stock = &in->places[p].stock[i];
            if (in->places[p].refused || stock->available <= 0) continue;
            fine = amounts_fine(&in->places[p])
                   && line_range(&in->places[p], &in->lines[i], stock->terms, &most);
            if (most > worst) worst = most;
        }
        sum += worst;
        fine = fine && sum <= MONEY_MAX;
    }
    return fine || err_set(err, &ERR_AMOUNT_RANGE, "", "the costs of this order are too large to compute");
}

/* What stands first is tried first, and wins where two sets are alike. */
static bool comes_first(const SourceWork *work, const SourceCandidate *a, const SourceCandidate *b)
{
    int64_t by_time = work->in->objective == SOURCE_BALANCED ? 1 : 0;
    int64_t a_money = a->fixed + by_time * time_money(work, a->place->arrive_ms);
    int64_t b_money = b->fixed + by_time * time_money(work, b->place->arrive_ms);
    int     money = order(a_money, b_money), time = order(a->place->arrive_ms, b->place->arrive_ms);
    int     first = work->in->objective == SOURCE_TIME ? (time ? time : money) : (money ? money : time);
    return first ? first < 0 : a->rank < b->rank;
}

/* Sorts by merging ever longer runs. */
static bool sort(SourceWork *work, Error *err)
{
    SourceCandidate *from = work->candidates;
    SourceCandidate *to   = arena_array(work->arena, SourceCandidate, work->count);
    if (!to) return err_memory(err);
    for (size_t run = 1; run < work->count; run *= 2) {
        for (size_t at = 0; at < work->count; at += 2 * run) {
            size_t middle = at + run < work->count ? at + run : work->count;
            size_t end    = middle + run < work->count ? middle + run : work->count;
            size_t a = at, b = middle;
            for (size_t i = at; i < end; i++) {
                bool left = a < middle && (b == end || !comes_first(work, &from[b], &from[a]));
                to[i]     = left ? from[a++] : from[b++];
            }
        }
        SourceCandidate *sorted = to;
        to                      = from;
        from                    = sorted;
    }
    work->candidates = from;
    return true;
}

/* Whether a place can give anything of any line. */
static bool gives_anything(const SourceInput *in, const SourcePlace *place)
{
    SourceCandidate candidate = { .place = place };
    for (size_t i = 0; i < in->line_count; i++) {
        SourceOffer offer = source_offer(&candidate, &in->lines[i], i);
        int64_t     least = in->lines[i].whole ? in->lines[i].qty : 1;
        if (offer.free + offer.kept >= least) return true;
    }
    return false;
}

static bool gather(SourceWork *work, Error *err)
{
    const SourceInput *in = work->in;
    work->candidates      = arena_array(work->arena, SourceCandidate, in->place_count + 1);
    if (!work->candidates) return err_memory(err);
    for (size_t p = 0; p < in->place_count; p++) {
        const SourcePlace *place = &in->places[p];
        if (place->refused || !gives_anything(in, place)) continue;
        work->candidates[work->count++] = (SourceCandidate){ .place = place, .rank = p };
        if (place->bonus > work->best_bonus) work->best_bonus = place->bonus;
    }
    for (size_t c = 0; c < work->count; c++) {
        const SourcePlace *place = work->candidates[c].place;
        work->candidates[c].fixed =
            (place->base + place->parcel_cost + work->best_bonus - place->bonus) * MICRO;
    }
    return sort(work, err);
}

bool source_plan(Arena *arena, const SourceInput *in, SourcePlan *out, Error *err)
{
    SourceWork work = { .arena     = arena,
                        .in        = in,
                        .found_max = (size_t)in->runners_up + 1,
                        .steps_max = in->steps_max ? in->steps_max : SOURCE_STEPS_MAX,
                        .exact     = true };
    assert(in->runners_up >= 0 && in->runners_up <= SOURCE_RUNNERS_MAX);
    assert(in->parcels_max >= 1 && in->parcels_max <= SOURCE_PARCELS_MAX && in->place_count < UINT16_MAX);
    for (size_t i = 0; i < in->line_count; i++)
        if (in->lines[i].qty <= 0 || in->lines[i].qty > QTY_MAX || in->lines[i].weight < 0)
            return err_set(err, &ERR_QUANTITY_RANGE, "lines", "a quantity must be above zero");
    if (!check_range(in, err)) return false;
    work.split = in->split_penalty * MICRO;
    return gather(&work, err) && source_search(&work, err) && source_tell(&work, out, err);
}

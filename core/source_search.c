/* source_search.c — finds the best sets of places: first a good one step by step, then all sizes by branch
 * and bound. What makes it exact: adding a place to a larger set never gains more than adding it to a
 * smaller one (the places compete for the same lines), so where a parcel is not worth its cost, it is not
 * worth it in any larger set either, and that branch ends. See source.h. */
#include "core/source_work.h"

enum { SUFFIX_MAX = 16384 }; /* entries for bounds by suffix; beyond that one bound serves for all */

/* What all candidates from an index on can give at most. */
typedef struct {
    int64_t least_fixed, least_arrive_ms;
} Rest;

typedef struct {
    int64_t sum, most; /* thousandths: all together, one of them at most */
    int64_t cost;      /* the least for a thousandth of a unit */
} LineRest;

/* What the chosen ones have of a line. */
typedef struct {
    int64_t have, cost;
} LineHave;

typedef struct {
    SourceWork *work;
    Rest       *rest;  /* by index; count + 1 of them */
    LineRest   *lines; /* line_count for each row */
    size_t      rows;  /* count + 1, or 1: only for all */
    LineHave   *have;  /* line_count for each number of chosen ones */
    int64_t     fixed[SOURCE_PARCELS_MAX + 1], arrive_ms[SOURCE_PARCELS_MAX + 1];
} Search;

#define FAR INT64_MAX

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What a candidate can give of a line, and the least that a thousandth of it costs (FAR: it has none). */
static LineHave has(const SourceWork *work, size_t c, size_t i)
{
    const SourceLine *line  = &work->in->lines[i];
    SourceOffer       offer = source_offer(&work->candidates[c], line, i);
    int64_t           all   = least(offer.free + offer.kept, line->qty);
    if (all <= 0 || (line->whole && all < line->qty)) return (LineHave){ 0, FAR };
    return (LineHave){ all, offer.cost + (offer.free > 0 ? 0 : offer.kept_cost) };
}

/* --- the list of the best --- */

static bool is_listed(const SourceWork *work, const uint16_t *at, size_t count)
{
    for (size_t i = 0; i < work->found_count; i++)
        if (work->found[i].count == count && memcmp(work->found[i].at, at, count * sizeof *at) == 0)
            return true;
    return false;
}

/* Whether something of this worth would come onto the list. */
static bool would_list(const SourceWork *work, const SourceWorth *worth)
{
    return work->found_count < work->found_max
           || source_better(work, worth, &work->found[work->found_count - 1].worth);
}

static void list(SourceWork *work, const uint16_t *at, size_t count, const SourceWorth *worth)
{
    if (!would_list(work, worth) || is_listed(work, at, count)) return;
    if (work->found_count < work->found_max) work->found_count++;
    size_t i = work->found_count - 1;
    for (; i > 0 && source_better(work, worth, &work->found[i - 1].worth); i--)
        work->found[i] = work->found[i - 1];
    work->found[i] = (SourceSet){ .worth = *worth, .count = count };
    memcpy(work->found[i].at, at, count * sizeof *at);
}

/* Whether each of them is needed: without it the set is worse. In money alone (which larger sets share, see
 * above), or with the time of arrival too. */
static bool is_needed(SourceWork *work, const uint16_t *at, size_t count, const SourceWorth *worth,
                      bool with_time)
{
    uint16_t fewer[SOURCE_PARCELS_MAX];
    for (size_t out = count; out-- > 0;) { /* the last one first: it is new */
        memcpy(fewer, at, out * sizeof *at);
        memcpy(fewer + out, at + out + 1, (count - out - 1) * sizeof *at);
        SourceWorth less   = source_worth(work, fewer, count - 1);
        bool        needed = with_time ? source_better(work, worth, &less)
                                       : worth->missing < less.missing
                                      || (worth->missing == less.missing && worth->money < less.money);
        if (!needed) return false;
    }
    return true;
}

/* --- a good set to begin with --- */

static bool is_among(const uint16_t *at, size_t count, size_t c)
{
    for (size_t n = 0; n < count; n++)
        if (at[n] == c) return true;
    return false;
}

/* What is worth most together with what was chosen before: its index, or work->count. `need` is what lines
 * lack. */
static size_t best_next(SourceWork *work, const uint16_t *at, size_t count, const int64_t *need,
                        SourceWorth *worth)
{
    SourceWorth best = *worth;
    size_t      from = work->count;
    for (size_t c = 0; c < work->count; c++) {
        SourceWorth with = *worth;
        if (is_among(at, count, c)) continue;
        with.money += work->candidates[c].fixed + (with.parcels ? work->split : 0);
        with.arrive_ms = greatest(with.arrive_ms, work->candidates[c].place->arrive_ms);
        with.parcels++;
        for (size_t i = 0; i < work->in->line_count; i++) {
            LineHave one  = need[i] ? has(work, c, i) : (LineHave){ 0, FAR };
            int64_t  take = least(one.have, need[i]);
            if (take == 0) continue;
            with.money += take * one.cost;
            with.missing -= take * source_value(&work->in->lines[i]);
        }
        if (with.missing >= worth->missing || (from < work->count && !source_better(work, &with, &best)))
            continue;
        best = with;
        from = c;
    }
    *worth = best;
    return from;
}

static void insert(uint16_t *at, size_t count, size_t c)
{
    size_t i = count;
    for (; i > 0 && at[i - 1] > c; i--) at[i] = at[i - 1];
    at[i] = (uint16_t)c;
}

static size_t take_out(uint16_t *at, size_t count, size_t out)
{
    for (size_t i = out; i + 1 < count; i++) at[i] = at[i + 1];
    return count - 1;
}

/* Puts another in the place of one of them, or nothing, where that is better; false when there is nothing to
 * gain, or no time. */
static bool exchange(SourceWork *work, uint16_t *at, size_t *count, size_t out, SourceWorth *best)
{
    uint16_t kept[SOURCE_PARCELS_MAX], with[SOURCE_PARCELS_MAX];
    memcpy(kept, at, sizeof kept);
    size_t      fewer = take_out(kept, *count, out);
    SourceWorth worth = source_worth(work, kept, fewer);
    if (source_better(work, &worth, best)) {
        memcpy(at, kept, sizeof kept);
        *best  = worth;
        *count = fewer;
        return true;
    }
    for (size_t c = 0; *count > 1 && c < work->count && work->steps < work->steps_max / 2; c++) {
        if (is_among(at, *count, c)) continue;
        memcpy(with, kept, sizeof with);
        insert(with, fewer, c);
        worth = source_worth(work, with, *count);
        if (!source_better(work, &worth, best)) continue;
        memcpy(at, with, sizeof with);
        *best = worth;
        return true;
    }
    return false;
}

static size_t improve(SourceWork *work, uint16_t *at, size_t count)
{
    SourceWorth best = source_worth(work, at, count);
    for (size_t out = 0; out < count && work->steps < work->steps_max / 2;)
        out = exchange(work, at, &count, out, &best) ? 0 : out + 1;
    return count;
}

static bool begin_well(SourceWork *work, Error *err)
{
    uint16_t    at[SOURCE_PARCELS_MAX] = { 0 };
    size_t      count                  = 0;
    SourceWorth worth                  = source_worth(work, at, 0);
    int64_t    *need                   = arena_array(work->arena, int64_t, work->in->line_count + 1);
    if (!need) return err_memory(err);
    for (size_t i = 0; i < work->in->line_count; i++) need[i] = work->in->lines[i].qty;
    while (count < (size_t)work->in->parcels_max) {
        size_t c = best_next(work, at, count, need, &worth);
        if (c == work->count) break;
        insert(at, count++, c);
        for (size_t i = 0; i < work->in->line_count; i++) need[i] -= least(need[i], has(work, c, i).have);
    }
    if (count == 0) return true;
    count = improve(work, at, count);
    worth = source_worth(work, at, count);
    if (is_needed(work, at, count, &worth, true)) list(work, at, count, &worth);
    return true;
}

/* --- all sets --- */

static bool make_rest(Search *s, Error *err)
{
    SourceWork *work  = s->work;
    size_t      lines = work->in->line_count;
    s->rows           = (work->count + 1) * lines <= SUFFIX_MAX ? work->count + 1 : 1;
    s->rest           = arena_array(work->arena, Rest, work->count + 1);
    s->lines          = arena_array(work->arena, LineRest, s->rows * lines + 1);
    s->have           = arena_array(work->arena, LineHave, (SOURCE_PARCELS_MAX + 1) * lines + 1);
    if (!s->rest || !s->lines || !s->have) return err_memory(err);
    s->rest[work->count] = (Rest){ 0, INT64_MIN };
    for (size_t i = 0; i < lines; i++) {
        s->lines[(s->rows - 1) * lines + i].cost = FAR;
        s->have[i]                               = (LineHave){ 0, FAR };
    }
    for (size_t c = work->count; c-- > 0;) {
        const SourceCandidate *one   = &work->candidates[c];
        bool                   first = c + 1 == work->count;
        s->rest[c].least_fixed       = first ? one->fixed : least(one->fixed, s->rest[c + 1].least_fixed);
        s->rest[c].least_arrive_ms =
            first ? one->place->arrive_ms : least(one->place->arrive_ms, s->rest[c + 1].least_arrive_ms);
        for (size_t i = 0; i < lines; i++) {
            LineHave  had = has(work, c, i);
            LineRest *to  = &s->lines[(s->rows == 1 ? 0 : c) * lines + i];
            if (s->rows > 1) *to = s->lines[(c + 1) * lines + i];
            to->sum += had.have;
            to->most = greatest(to->most, had.have);
            to->cost = least(to->cost, had.cost);
        }
    }
    return true;
}

/* What the first `count` chosen have, the last of them being `c`. */
static void choose(Search *s, size_t count, size_t c)
{
    const SourceWork      *work  = s->work;
    const SourceCandidate *one   = &work->candidates[c];
    size_t                 lines = work->in->line_count;
    const LineHave        *from  = &s->have[(count - 1) * lines];
    LineHave              *to    = &s->have[count * lines];
    s->fixed[count]              = s->fixed[count - 1] + one->fixed;
    s->arrive_ms[count]          = greatest(s->arrive_ms[count - 1], one->place->arrive_ms);
    for (size_t i = 0; i < lines; i++) {
        LineHave had = has(work, c, i);
        to[i]        = (LineHave){ least(from[i].have + had.have, work->in->lines[i].qty),
                                   least(from[i].cost, had.cost) };
    }
}

/* No set of `count` chosen ones and `more` others from `next` on is better than this. */
static SourceWorth bound(Search *s, size_t count, size_t next, size_t more)
{
    SourceWork     *work  = s->work;
    size_t          lines = work->in->line_count;
    SourceWorth     worth = { .money = s->fixed[count] + work->split * (int64_t)(count + more - 1)
                                       + s->rest[next].least_fixed * (int64_t)more,
                              .arrive_ms = greatest(s->arrive_ms[count],
                                                more ? s->rest[next].least_arrive_ms : INT64_MIN),
                              .parcels   = (int64_t)(count + more) };
    const LineHave *have  = &s->have[count * lines];
    const LineRest *rest  = &s->lines[(s->rows == 1 ? 0 : next) * lines];
    for (size_t i = 0; i < lines; i++) {
        const SourceLine *line = &work->in->lines[i];
        int64_t come = more == 0 ? 0 : least(rest[i].sum, rest[i].most * (int64_t)(line->whole ? 1 : more));
        int64_t got  = least(have[i].have + come, line->qty);
        int64_t cost = more == 0 ? have[i].cost : least(have[i].cost, rest[i].cost);
        if (got > 0) worth.money += got * cost;
        worth.missing += (line->qty - got) * source_value(line);
    }
    work->steps += (int64_t)lines;
    return worth;
}

/* All sets of `size` that are not worse than those found; false when the steps are used up. */
static bool search_size(Search *s, size_t size)
{
    SourceWork *work = s->work;
    uint16_t    at[SOURCE_PARCELS_MAX];
    size_t      next[SOURCE_PARCELS_MAX] = { 0 };
    size_t      depth                    = 0;
    SourceWorth all                      = bound(s, 0, 0, size);
    if (!would_list(work, &all)) return true;
    for (;;) {
        if (next[depth] + (size - depth) > work->count) {
            if (depth-- == 0) return true;
            continue;
        }
        if (work->steps >= work->steps_max) return false;
        size_t c     = next[depth]++;
        size_t count = depth + 1;
        at[depth]    = (uint16_t)c;
        choose(s, count, c);
        SourceWorth hope = bound(s, count, c + 1, size - count);
        if (!would_list(work, &hope)) continue;
        SourceWorth worth = source_worth(work, at, count);
        if (count == size && !would_list(work, &worth)) continue;
        if (!is_needed(work, at, count, &worth, count == size)) continue;
        if (count == size) list(work, at, count, &worth);
        else next[++depth] = c + 1;
    }
}

bool source_search(SourceWork *work, Error *err)
{
    Search search = { .work = work };
    size_t most = (size_t)work->in->parcels_max < work->count ? (size_t)work->in->parcels_max : work->count;
    if (work->count == 0) return true;
    if (!begin_well(work, err) || !make_rest(&search, err)) return false;
    search.arrive_ms[0] = work->in->now_ms;
    for (size_t size = 1; size <= most && work->exact; size++) work->exact = search_size(&search, size);
    return true;
}

/* source_tell.c — writes down what was found: parcels with their costs, what is missing, and why. See
 * source.h. */
#include "core/source_work.h"

enum { MICRO = 1000000 };

/* Rounded up. */
static int64_t upwards(int64_t value, int64_t per)
{
    return value / per + (value % per > 0);
}

/* --- parcels --- */

/* What was summed up of a parcel; thousandths of units. */
typedef struct {
    int64_t qty, weight, carried, risk,
        keeping; /* weight: milligrams; carried, risk, keeping: see make_parcel */
} Content;

static SourceParcel make_parcel(const SourceWork *work, const SourcePlace *place, const Content *content)
{
    return (SourceParcel){ .location   = place->code,
                           .zone       = place->zone,
                           .service    = place->service,
                           .distance   = place->distance,
                           .weight     = upwards(content->weight, 1000),
                           .shipping   = place->base + upwards(content->carried, MICRO),
                           .handling   = place->parcel_cost + upwards(place->unit_cost * content->qty, 1000),
                           .risk       = upwards(content->risk, 1000),
                           .keeping    = upwards(content->keeping, 1000),
                           .preference = work->best_bonus - place->bonus,
                           .ready_at   = place->ready_ms,
                           .promised_at = place->arrive_ms };
}

static void add(Content *content, const SourceLine *line, const SourcePlace *place, size_t i,
                SourceGives gives)
{
    const SourceTerms *terms = place->stock[i].terms;
    int64_t            qty   = gives.free + gives.kept;
    content->qty += qty;
    content->weight += line->weight * qty;
    content->carried += place->per_kg * line->weight * qty;
    if (terms) content->risk += terms->risk * qty;
    if (terms && gives.kept > 0) content->keeping += terms->kept_cost * gives.kept;
}

static bool tell_set(SourceWork *work, const SourceSet *set, SourceRunner *out, Error *err)
{
    const SourceInput *in    = work->in;
    SourceGives       *gives = arena_array(work->arena, SourceGives, in->line_count * set->count + 1);
    out->parcels.items       = arena_array(work->arena, SourceParcel, set->count + 1);
    out->parts.items         = arena_array(work->arena, SourcePart, in->line_count * set->count + 1);
    if (!gives || !out->parcels.items || !out->parts.items) return err_memory(err);
    out->score       = source_score(work, &set->worth);
    out->promised_at = set->worth.arrive_ms;
    for (size_t i = 0; i < in->line_count; i++) {
        int64_t missing = 0;
        (void)source_share(work, i, set->at, set->count, gives + i * set->count, &missing);
    }
    for (size_t n = 0; n < set->count; n++) {
        const SourcePlace *place   = work->candidates[set->at[n]].place;
        Content            content = { 0 };
        for (size_t i = 0; i < in->line_count; i++) {
            SourceGives one = gives[i * set->count + n];
            if (one.free + one.kept == 0) continue;
            add(&content, &in->lines[i], place, i, one);
            out->parts.items[out->parts.count++] =
                (SourcePart){ (int64_t)i, in->lines[i].sku, place->code, one.free + one.kept };
        }
        SourceParcel parcel                      = make_parcel(work, place, &content);
        out->parcels.items[out->parcels.count++] = parcel;
        out->cost += parcel.shipping + parcel.handling;
    }
    return true;
}

/* --- what is missing --- */

static const char *why_missing(const SourceWork *work, size_t i)
{
    const SourceInput *in    = work->in;
    const SourceLine  *line  = &in->lines[i];
    int64_t            there = 0, kept = 0, refused = 0, most = 0;
    for (size_t p = 0; p < in->place_count; p++) {
        SourceCandidate candidate = { .place = &in->places[p] };
        SourceOffer     offer     = source_offer(&candidate, line, i);
        if (in->places[p].refused) {
            refused += offer.free + offer.kept;
            continue;
        }
        there += offer.free + offer.kept;
        kept += in->places[p].stock[i].available > 0
                    ? in->places[p].stock[i].available - offer.free - offer.kept
                    : 0;
        if (offer.free + offer.kept > most) most = offer.free + offer.kept;
    }
    if (line->whole && most < line->qty && there >= line->qty) return "no location has all of it";
    if (there >= line->qty) return "would take more parcels than are allowed";
    if (kept > 0) return "what is left are last pieces, which are kept";
    if (refused > 0) return "only locations that may not give it have more of it";
    return there > 0 ? "there is not so much of it" : "there is none of it";
}

static bool tell_missing(SourceWork *work, SourcePlan *out, Error *err)
{
    const SourceInput *in  = work->in;
    const SourceSet   *set = work->found_count ? &work->found[0] : NULL;
    out->missing.items     = arena_array(work->arena, SourceMissing, in->line_count + 1);
    if (!out->missing.items) return err_memory(err);
    for (size_t i = 0; i < in->line_count; i++) {
        int64_t missing = in->lines[i].qty;
        if (set) (void)source_share(work, i, set->at, set->count, NULL, &missing);
        if (missing == 0) continue;
        out->missing.items[out->missing.count++] =
            (SourceMissing){ (int64_t)i, in->lines[i].sku, missing, str_from(why_missing(work, i)) };
    }
    return true;
}

/* --- why --- */

/* How many lines a place can give whole, and how many at least in part. */
static void count_lines(const SourceWork *work, const SourcePlace *place, size_t *whole, size_t *part)
{
    SourceCandidate candidate = { .place = place };
    *whole = *part = 0;
    for (size_t i = 0; i < work->in->line_count; i++) {
        SourceOffer offer = source_offer(&candidate, &work->in->lines[i], i);
        *whole += offer.free + offer.kept >= work->in->lines[i].qty;
        *part += offer.free + offer.kept > 0;
    }
}

static SourceStep step_short(SourceWork *work, const SourcePlace *place, size_t whole, size_t part)
{
    Str text = STR("has nothing that is asked for");
    for (size_t i = 0; part == 0 && i < work->in->line_count; i++)
        if (place->stock[i].available > 0) text = STR("has only last pieces, which it keeps");
    if (part > 0)
        text = str_format(work->arena, "has %zu of %zu lines whole, %zu in part; no plan with it is better",
                          whole, work->in->line_count, part - whole);
    return (SourceStep){ place->code, STR("short"), OPT_NONE, text };
}

/* Why a place is not in the plan that could give something. */
static SourceStep step_worse(SourceWork *work, size_t c, const SourceWorth *best)
{
    const SourcePlace *place = work->candidates[c].place;
    uint16_t           at    = (uint16_t)c;
    SourceWorth        alone = source_worth(work, &at, 1);
    int64_t            more  = source_score(work, &alone) - source_score(work, best);
    int64_t            late  = alone.arrive_ms - best->arrive_ms;
    size_t             whole, part;
    if (alone.missing > best->missing) {
        count_lines(work, place, &whole, &part);
        return step_short(work, place, whole, part);
    }
    bool        later = late > 0 && (work->in->objective == SOURCE_TIME || more <= 0);
    const char *what  = later ? "later" : more > 0 ? "dearer" : "worse";
    Str         text  = STR("would do as well, but stands later in the order");
    if (later)
        text =
            str_format(work->arena, "could give it all, but %lld minutes later", (long long)(late / 60000));
    else if (more > 0) text = STR("could give it all, but scores worse by this amount");
    else if (work->in->parcels_max < best->parcels) text = STR("would take more parcels");
    return (SourceStep){ place->code, str_from(what), more, text };
}

static SourceStep step_chosen(SourceWork *work, const SourcePlan *plan, size_t n)
{
    const SourceParcel *parcel = &plan->parcels.items[n];
    size_t              lines  = 0;
    for (size_t i = 0; i < plan->parts.count; i++)
        lines += str_eq(plan->parts.items[i].location, parcel->location);
    Str text = str_format(work->arena, "gives %zu of %zu lines; the amount is its shipping and handling",
                          lines, work->in->line_count);
    return (SourceStep){ parcel->location, STR("chosen"), parcel->shipping + parcel->handling, text };
}

static bool tell_steps(SourceWork *work, SourcePlan *out, Error *err)
{
    const SourceInput *in    = work->in;
    const SourceSet   *set   = work->found_count ? &work->found[0] : NULL;
    SourceStep        *steps = arena_array(work->arena, SourceStep, in->place_count + 1);
    bool              *done  = arena_array(work->arena, bool, in->place_count + 1);
    if (!steps || !done) return err_memory(err);
    out->steps.items = steps;
    for (size_t n = 0; set && n < set->count; n++) {
        done[work->candidates[set->at[n]].rank] = true;
        steps[out->steps.count++]               = step_chosen(work, out, n);
    }
    for (size_t c = 0; c < work->count; c++) {
        if (done[work->candidates[c].rank]) continue;
        done[work->candidates[c].rank] = true;
        SourceWorth none               = source_worth(work, NULL, 0);
        steps[out->steps.count++]      = step_worse(work, c, set ? &set->worth : &none);
    }
    for (size_t p = 0; p < in->place_count; p++) {
        if (done[p]) continue;
        const char *refused = in->places[p].refused;
        steps[out->steps.count++] =
            refused ? (SourceStep){ in->places[p].code, STR("refused"), OPT_NONE, str_from(refused) }
                    : step_short(work, &in->places[p], 0, 0);
    }
    for (size_t i = 0; i < out->steps.count; i++)
        if (!steps[i].text.ptr) return err_memory(err);
    return true;
}

bool source_tell(SourceWork *work, SourcePlan *out, Error *err)
{
    static const char *const names[] = { "cost", "time", "balanced" };
    SourceRunner             best    = { .promised_at = OPT_NONE };
    size_t                   others  = work->found_count > 1 ? work->found_count - 1 : 0;
    if (work->found_count && !tell_set(work, &work->found[0], &best, err)) return false;
    *out = (SourcePlan){ .exact         = work->exact,
                         .objective     = str_from(names[work->in->objective]),
                         .cost          = best.cost,
                         .score         = best.score,
                         .promised_at   = best.promised_at,
                         .parts.items   = best.parts.items,
                         .parts.count   = best.parts.count,
                         .parcels.items = best.parcels.items,
                         .parcels.count = best.parcels.count };
    if (!tell_missing(work, out, err)) return false;
    out->complete         = out->missing.count == 0;
    out->runners_up.items = arena_array(work->arena, SourceRunner, others + 1);
    if (!out->runners_up.items) return err_memory(err);
    for (; out->runners_up.count < others; out->runners_up.count++) {
        const SourceSet *set = &work->found[out->runners_up.count + 1];
        if (set->worth.missing > work->found[0].worth.missing) break;
        if (!tell_set(work, set, &out->runners_up.items[out->runners_up.count], err)) return false;
    }
    return !work->in->explain || tell_steps(work, out, err);
}

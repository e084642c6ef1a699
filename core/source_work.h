/* source_work.h — what the parts of sourcing share; nobody else includes it. See source.h. */
#ifndef CORE_SOURCE_WORK_H
#define CORE_SOURCE_WORK_H

#include "core/source.h"

/* How good a set of places is; see better() in source.c. */
typedef struct {
    int64_t missing; /* value, in thousandths of a minor unit */
    int64_t money;   /* millionths of a minor unit */
    int64_t arrive_ms;
    int64_t parcels;
} SourceWorth;

typedef struct {
    SourceWorth worth;
    uint16_t    at[SOURCE_PARCELS_MAX]; /* indices of candidates, rising */
    size_t      count;
} SourceSet;

/* A place that may give something. */
typedef struct {
    const SourcePlace *place;
    size_t             rank;
    int64_t            fixed; /* of its parcel, whatever is in it: millionths of a minor unit */
} SourceCandidate;

typedef struct {
    Arena             *arena;
    const SourceInput *in;
    SourceCandidate   *candidates; /* what is good by itself first */
    size_t             count;
    int64_t            best_bonus, split; /* split penalty in millionths */
    SourceSet          found[SOURCE_RUNNERS_MAX + 1];
    size_t             found_count, found_max;
    int64_t            steps, steps_max;
    bool               exact;
} SourceWork;

/* How much of a line one place gives, of two kinds. */
typedef struct {
    int64_t free, kept; /* thousandths */
} SourceGives;

/* What a thousandth of a unit of a line costs at a candidate, and how much it has, first of what it gives
 * freely, then of what it should keep (kept_cost < 0: none). */
typedef struct {
    int64_t cost, kept_cost;
    int64_t free, kept;
} SourceOffer;

SourceOffer source_offer(const SourceCandidate *candidate, const SourceLine *line, size_t i);

/* The value of a thousandth of a unit that is missing, in thousandths of a minor unit. */
int64_t source_value(const SourceLine *line);

/* The cheapest way to have a line from these candidates (rising): gives[n] is what the n-th gives; its
 * money; what is missing, in thousandths of a unit. */
int64_t source_share(const SourceWork *work, size_t i, const uint16_t *at, size_t count, SourceGives *gives,
                     int64_t *missing);

/* How good these candidates are together. */
SourceWorth source_worth(SourceWork *work, const uint16_t *at, size_t count);

/* Whether a is better than b for the objective. */
bool source_better(const SourceWork *work, const SourceWorth *a, const SourceWorth *b);

/* What is compared first, as money: rounded up to minor units. */
int64_t source_score(const SourceWork *work, const SourceWorth *worth);

/* Finds the best sets: work->found. */
bool source_search(SourceWork *work, Error *err) MUST_USE;

/* Writes the answer down. */
bool source_tell(SourceWork *work, SourcePlan *out, Error *err) MUST_USE;

#endif

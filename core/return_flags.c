/* return_flags.c — what makes a return suspicious. See return_flags.h. */
#include "core/return_flags.h"

#include <assert.h>

const ReturnFlagRow return_flag_rows[RETURN_FLAG_COUNT] = {
#define RETURN_FLAG(NAME, code, standard, meaning) { code, standard, meaning },
#include "core/return_flag.def"
#undef RETURN_FLAG
};

typedef struct {
    Arena             *arena;
    const ReturnFacts *facts;
    const ReturnTerms *terms;
    ReturnFlag        *out;
    size_t             count;
    bool               full;
} Work;

static void raise(Work *w, ReturnFlagKind kind, Str why)
{
    assert(w->count < RETURN_FLAG_COUNT);
    w->full = w->full || !why.ptr;
    if (w->terms->policy[kind] != RETURN_ALLOW)
        w->out[w->count++] = (ReturnFlag){ kind, w->terms->policy[kind], why };
}

static void look_goods(Work *w)
{
    const ReturnFacts *f = w->facts;
    if (f->serial.len)
        raise(w, RETURN_FLAG_SERIAL,
              str_format(w->arena, "%.*s was not sold on this line, or came back already",
                         STR_FMT(f->serial)));
    if (f->used_up.len)
        raise(w, RETURN_FLAG_USED_UP,
              str_format(w->arena, "%.*s: less is left on this receipt", STR_FMT(f->used_up)));
    if (f->scanned.len)
        raise(w, RETURN_FLAG_SWAPPED,
              str_format(w->arena, "%.*s was scanned, %.*s was sold", STR_FMT(f->scanned),
                         STR_FMT(f->sold)));
    else if (f->priced_by_hand.len)
        raise(w, RETURN_FLAG_SWAPPED,
              str_format(w->arena, "%.*s: its price was set by hand", STR_FMT(f->priced_by_hand)));
}

static void look_velocity(Work *w)
{
    const ReturnFacts *f     = w->facts;
    const ReturnTerms *t     = w->terms;
    bool               often = t->velocity_count > 0 && f->returns + 1 >= t->velocity_count;
    bool much = t->velocity_amount > 0 && f->returned + f->amount >= t->velocity_amount;
    if (often)
        raise(w, RETURN_FLAG_VELOCITY,
              str_format(w->arena, "%lld returns in %lld days", (long long)(f->returns + 1),
                         (long long)t->velocity_days));
    else if (much)
        raise(w, RETURN_FLAG_VELOCITY,
              str_format(w->arena, "%lld given back in %lld days",
                         (long long)(f->returned + f->amount), (long long)t->velocity_days));
}

static void look_wardrobing(Work *w)
{
    const ReturnFacts *f = w->facts;
    const ReturnTerms *t = w->terms;
    if (!f->used || t->wardrobing_count == 0 || f->used_before + 1 < t->wardrobing_count) return;
    Str late = f->days_left >= 0 && f->days_left <= 3 ? STR(", shortly before its time is over")
                                                      : STR("");
    raise(w, RETURN_FLAG_WARDROBING,
          str_format(w->arena, "used goods for the %lldth time in %lld days%.*s",
                     (long long)(f->used_before + 1), (long long)t->wardrobing_days, STR_FMT(late)));
}

bool return_flags(Arena *arena, const ReturnFacts *facts, const ReturnTerms *terms, ReturnFlag *out,
                  size_t *count, Error *err)
{
    Work w = { .arena = arena, .facts = facts, .terms = terms, .out = out };
    look_goods(&w);
    look_velocity(&w);
    look_wardrobing(&w);
    if (facts->own_purchase) raise(&w, RETURN_FLAG_OWN, STR("who takes it back is the customer"));
    else if (facts->own_sale && terms->own_sales)
        raise(&w, RETURN_FLAG_OWN, STR("who takes it back made the sale"));
    *count = w.count;
    return !w.full || err_memory(err);
}

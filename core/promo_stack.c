/* promo_stack.c — which item promotions a unit gets together: the cheapest set that stacks. */
#include "core/promo_level.h"

enum { STACK_CANDIDATES_MAX = 64 };

bool stacks_with_seg(const Work *w, const Seg *seg, const Rule *rule)
{
    for (size_t i = 0; i < seg->count; i++)
        if (!rules_stack(w->active[seg->rules[i]].rule, rule)) return false;
    return true;
}

typedef struct {
    Work           *w;
    const Seg      *seg;
    const uint16_t *candidates;
    size_t          count, room;
} StackAsk;

/* What the seg costs at least when all candidates from `from` on were applied. */
static int64_t stack_bound(const StackAsk *ask, size_t from, int64_t amount)
{
    for (size_t i = from; i < ask->count; i++)
        amount = effect_on(ask->w, &ask->w->active[ask->candidates[i]], ask->seg, amount);
    return amount;
}

static bool fits(const StackAsk *ask, const bool *in, size_t chosen, size_t i)
{
    if (chosen == ask->room) return false;
    for (size_t k = 0; k < i; k++)
        if (in[k]
            && !rules_stack(ask->w->active[ask->candidates[k]].rule,
                            ask->w->active[ask->candidates[i]].rule))
            return false;
    return true;
}

static void stack_keep(const StackAsk *ask, const bool *in, int64_t amount, Stack *out)
{
    out->count  = 0;
    out->amount = amount;
    for (size_t i = 0; i < ask->count; i++)
        if (in[i]) out->rules[out->count++] = ask->candidates[i];
}

/* Branch and bound over the candidates in the order of application, with each before without. */
static bool stack_search(const StackAsk *ask, int64_t start, Stack *out)
{
    int64_t amount[STACK_CANDIDATES_MAX + 1];
    bool    in[STACK_CANDIDATES_MAX] = { 0 }, tried[STACK_CANDIDATES_MAX + 1] = { 0 };
    size_t  depth = 0, chosen = 0, nodes = 0;
    bool    enough = false;
    amount[0]      = start;
    out->count     = 0;
    out->amount    = INT64_MAX;
    for (;;) {
        bool leaf = depth == ask->count, cut = stack_bound(ask, depth, amount[depth]) >= out->amount;
        if (leaf && !cut) stack_keep(ask, in, amount[depth], out);
        if (out->amount < INT64_MAX && !enough)
            enough = nodes++ > PROMO_CHOICES_MAX || !spend(ask->w, ask->count - depth + 1);
        if (!leaf && !cut && !enough) {
            int64_t with      = effect_on(ask->w, &ask->w->active[ask->candidates[depth]], ask->seg,
                                          amount[depth]);
            in[depth]         = with < amount[depth] && fits(ask, in, chosen, depth);
            tried[depth]      = !in[depth];
            amount[depth + 1] = in[depth] ? with : amount[depth];
            chosen += in[depth];
            depth++;
            continue;
        }
        while (depth > 0 && tried[depth - 1]) depth--;
        if (depth == 0) return !enough;
        tried[depth - 1] = true;
        in[depth - 1]    = false;
        chosen--;
        amount[depth] = amount[depth - 1];
    }
}

static bool among(const uint16_t *list, size_t count, uint16_t active)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == active) return true;
    return false;
}

void best_stack(Work *w, const Seg *seg, const Slot *slot, int32_t bundle, const uint16_t *without,
                size_t without_count, Stack *out)
{
    uint16_t    some[STACK_CANDIDATES_MAX];
    StackAsk    ask    = { w, seg, some, 0, 0 };
    int64_t     amount = seg->base;
    bool        clash  = false;
    const Rule *other  = bundle >= 0 ? w->active[bundle].rule : NULL;
    ask.room           = w->max_rules - seg->count - (bundle >= 0);
    for (size_t i = 0; i < slot->item_count; i++) {
        const Active *item = &w->active[slot->items[i]];
        if (other && !rules_stack(item->rule, other)) continue;
        if (among(without, without_count, slot->items[i])) continue;
        if (ask.count == STACK_CANDIDATES_MAX) {
            w->exact = false;
            break;
        }
        for (size_t k = 0; k < ask.count && !clash; k++)
            clash = !rules_stack(w->active[some[k]].rule, item->rule);
        some[ask.count++] = slot->items[i];
    }
    out->chosen = clash || ask.count > ask.room;
    if (out->chosen) {
        for (size_t i = 0; i < ask.count && seg->units < w->lines[seg->line].units; i++)
            if (w->active[some[i]].rule->per_line) w->exact = false; /* once off the line, wherever on it */
        out->bound = stack_bound(&ask, 0, amount);
        if (!stack_search(&ask, amount, out)) w->exact = false;
        return;
    }
    out->count = 0;
    for (size_t i = 0; i < ask.count; i++) {
        out->rules[out->count++] = some[i];
        amount                   = effect_on(w, &w->active[some[i]], seg, amount);
    }
    out->amount = out->bound = amount;
}

/* Whether a promotion with a limit of its own keeps others away from a slot. */
static bool limited_clash(const Work *w, const Slot *slot, uint16_t active)
{
    for (size_t k = 0; w->active[active].left < INT64_MAX && k < slot->item_count; k++)
        if (slot->items[k] != active
            && !rules_stack(w->active[active].rule, w->active[slot->items[k]].rule))
            return true;
    return false;
}

typedef struct {
    uint16_t rules[WITHOUT_MAX]; /* ascending */
    size_t   count;
} Without;

/* The set with one more; false when it is full or one of `known` already. */
static bool without_more(const Without *from, uint16_t rule, const Without *known, size_t known_count,
                         Without *to)
{
    *to       = *from;
    size_t at = to->count;
    if (at == WITHOUT_MAX) return false;
    for (; at > 0 && to->rules[at - 1] > rule; at--) to->rules[at] = to->rules[at - 1];
    to->rules[at] = rule;
    to->count++;
    for (size_t i = 0; i < known_count; i++) {
        size_t same = 0;
        while (known[i].count == to->count && same < to->count && known[i].rules[same] == to->rules[same])
            same++;
        if (same == to->count) return false;
    }
    return true;
}

static bool room_for_more(Work *w, Slot *slot)
{
    Stack *stacks = arena_array(w->arena, Stack, STACKS_MAX);
    if (!stacks) {
        w->memory = true;
        return false;
    }
    stacks[0]    = slot->stacks[0];
    slot->stacks = stacks;
    return true;
}

void slot_stacks(Work *w, const Seg *seg, Slot *slot)
{
    Without without[STACKS_MAX] = { 0 };
    slot->stack_count           = 1;
    slot->stacks                = arena_new(w->arena, Stack);
    if (!slot->stacks) {
        w->memory = true;
        return;
    }
    best_stack(w, seg, slot, NO_BUNDLE, NULL, 0, &slot->stacks[0]);
    for (size_t s = 0; s < slot->stack_count; s++) {
        for (size_t i = 0; i < slot->stacks[s].count; i++) {
            Without more;
            if (!limited_clash(w, slot, slot->stacks[s].rules[i])) continue;
            if (!without_more(&without[s], slot->stacks[s].rules[i], without, slot->stack_count, &more))
                continue;
            if (slot->stack_count == STACKS_MAX) {
                w->exact = false;
                return;
            }
            if (slot->stack_count == 1 && !room_for_more(w, slot)) return;
            without[slot->stack_count] = more;
            best_stack(w, seg, slot, NO_BUNDLE, more.rules, more.count, &slot->stacks[slot->stack_count++]);
        }
    }
}

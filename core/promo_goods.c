/* promo_goods.c — who gets which unit: item and bundle promotions compete, priority by priority, for what is
 * cheapest for the customer. See docs/PROMOTIONS.md, "Who gets the unit". Within a priority the lines fall
 * into islands that have nothing to do with each other; each is searched by itself (promo_search.c). */
#include "core/promo_level.h"

#include <string.h>

typedef struct {
    Work     *w;
    uint16_t  items, items_end, bundles, bundles_end; /* active promotions of this priority */
    Slot     *slots;                                  /* one for each seg of w->claims */
    uint32_t *seg_of_line;                            /* the first; one more at the end */
    uint32_t *leader;                                 /* by line: another line of its island, or itself */
    uint32_t *bundle_line; /* by bundle: a line of it; UINT32_MAX: a part of it finds too few units */
    uint32_t *moved;       /* by seg: where it is within its island */
    bool     *busy;        /* by line, of leaders: there is something to choose besides bundles */
    Claims    to;
    uint32_t *cursor;  /* by line, of leaders: the next seg of the island's answer */
    Claims   *answers; /* by line, of leaders */
} Level;

/* --- item promotions of the slots --- */

static bool covers(const Active *active, size_t index, const Seg *seg)
{
    return !active->units || seg->first < active->units[index];
}

/* The slots that an item promotion may touch. */
static size_t item_slots(const Level *l, uint16_t item, uint32_t *out)
{
    const Work   *w      = l->w;
    const Active *active = &w->active[item];
    size_t        count  = 0;
    for (size_t i = 0; active->met && i < active->line_count; i++) {
        uint32_t line = active->lines[i];
        if (live_banned(w, item, line) || active_effect(active, i).kind == EFFECT_NONE) continue;
        for (uint32_t s = l->seg_of_line[line]; s < l->seg_of_line[line + 1]; s++) {
            const Seg *seg = &w->claims.segs[s];
            if (covers(active, i, seg) && seg->count < w->max_rules
                && stacks_with_seg(w, seg, active->rule))
                out[count++] = s;
        }
    }
    return count;
}

static bool make_slots(Level *l)
{
    Work     *w     = l->w;
    uint32_t *found = arena_array(w->arena, uint32_t, w->claims.seg_count + 1);
    size_t    total = 0;
    l->slots        = arena_array(w->arena, Slot, w->claims.seg_count + 1);
    if (!found || !l->slots) return false;
    for (uint16_t item = l->items; item < l->items_end; item++) {
        size_t count = item_slots(l, item, found);
        for (size_t i = 0; i < count; i++) l->slots[found[i]].item_count++;
        total += count;
    }
    uint16_t *all = arena_array(w->arena, uint16_t, total + 1);
    if (!all) return false;
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        l->slots[s].items = all;
        all += l->slots[s].item_count;
        l->slots[s].item_count = 0;
    }
    for (uint16_t item = l->items; item < l->items_end; item++) {
        size_t count = item_slots(l, item, found);
        for (size_t i = 0; i < count; i++) l->slots[found[i]].items[l->slots[found[i]].item_count++] = item;
    }
    for (size_t s = 0; s < w->claims.seg_count; s++) slot_stacks(w, &w->claims.segs[s], &l->slots[s]);
    return true;
}

/* --- islands --- */

static uint32_t leader_of(const Level *l, uint32_t line)
{
    while (l->leader[line] != line) line = l->leader[line];
    return line;
}

/* Connects two lines; UINT32_MAX is none yet. The smaller number leads. */
static uint32_t connect(Level *l, uint32_t one, uint32_t other)
{
    uint32_t a = leader_of(l, other), b = one == UINT32_MAX ? a : leader_of(l, one);
    uint32_t least = a < b ? a : b;
    l->leader[a] = l->leader[b] = least;
    return least;
}

/* Connects the lines of a bundle, when each of its parts finds enough units. */
static void connect_bundle(Level *l, uint16_t bundle)
{
    const Work   *w      = l->w;
    const Active *active = &w->active[bundle];
    uint32_t      line   = UINT32_MAX;
    bool          enough = active->met && active->effect.kind != EFFECT_NONE;
    for (size_t j = 0; enough && j < active->rule->src->parts.count; j++) {
        int64_t units = 0;
        for (uint32_t s = 0; s < w->claims.seg_count && units < active->rule->parts[j].quantity; s++)
            if (slot_in_part(w, &w->claims.segs[s], bundle, &active->rule->parts[j]))
                units += w->claims.segs[s].units;
        enough = units >= active->rule->parts[j].quantity;
    }
    for (size_t j = 0; enough && j < active->rule->src->parts.count; j++)
        for (uint32_t s = 0; s < w->claims.seg_count; s++)
            if (slot_in_part(w, &w->claims.segs[s], bundle, &active->rule->parts[j]))
                line = connect(l, line, w->claims.segs[s].line);
    l->bundle_line[bundle - l->bundles] = line;
}

static bool make_islands(Level *l)
{
    Work *w        = l->w;
    l->leader      = arena_array(w->arena, uint32_t, w->line_count + 1);
    l->busy        = arena_array(w->arena, bool, w->line_count + 1);
    l->bundle_line = arena_array(w->arena, uint32_t, (size_t)(l->bundles_end - l->bundles) + 1);
    if (!l->leader || !l->busy || !l->bundle_line) return false;
    for (uint32_t i = 0; i < w->line_count; i++) l->leader[i] = i;
    for (uint16_t b = l->bundles; b < l->bundles_end; b++) connect_bundle(l, b);
    for (uint16_t item = l->items; item < l->items_end; item++) { /* its limit is one for all its lines */
        const Active *active = &w->active[item];
        uint32_t      line   = UINT32_MAX;
        for (size_t i = 0; active->met && active->left < INT64_MAX && i < active->line_count; i++)
            line = connect(l, line, active->lines[i]);
    }
    for (size_t r = 0; r < w->claims.run_count; r++) {
        uint32_t line = UINT32_MAX;
        for (size_t i = 0; i < w->claims.runs[r].count; i++)
            line = connect(l, line, w->claims.segs[w->claims.runs[r].items[i].seg].line);
    }
    for (uint32_t i = 0; i < w->line_count; i++) l->leader[i] = leader_of(l, i);
    for (size_t s = 0; s < w->claims.seg_count; s++)
        if (l->slots[s].stack_count > 1 || w->claims.segs[s].bundle != NO_BUNDLE)
            l->busy[l->leader[w->claims.segs[s].line]] = true;
    return true;
}

/* The bundles that want units of an island; `out` may be NULL, to count them. */
static size_t island_bundles(const Level *l, uint32_t leader, uint16_t *out)
{
    size_t count = 0;
    for (uint16_t b = l->bundles; b < l->bundles_end; b++) {
        uint32_t line = l->bundle_line[b - l->bundles];
        if (line == UINT32_MAX || l->leader[line] != leader) continue;
        if (out) out[count] = b;
        count++;
    }
    return count;
}

static uint32_t run_leader(const Level *l, size_t run)
{
    return l->leader[l->w->claims.segs[l->w->claims.runs[run].items[0].seg].line];
}

/* Takes the slots of an island, and the runs that higher priorities made of them, out of the whole. */
static bool cut_island(const Level *l, uint32_t leader, Island *out)
{
    Work  *w    = l->w;
    size_t segs = 0, runs = 0;
    for (size_t s = 0; s < w->claims.seg_count; s++) segs += l->leader[w->claims.segs[s].line] == leader;
    for (size_t r = 0; r < w->claims.run_count; r++) runs += run_leader(l, r) == leader;
    out->from.segs = arena_array(w->arena, Seg, segs);
    out->from.runs = arena_array(w->arena, Run, runs);
    out->slots     = arena_array(w->arena, Slot, segs);
    if (!out->from.segs || !out->from.runs || !out->slots) return false;
    for (uint32_t s = 0; s < w->claims.seg_count; s++) {
        if (l->leader[w->claims.segs[s].line] != leader) continue;
        l->moved[s]                       = (uint32_t)out->slot_count;
        out->slots[out->slot_count]       = l->slots[s];
        out->from.segs[out->slot_count++] = w->claims.segs[s];
    }
    out->from.seg_count = out->slot_count;
    for (size_t r = 0; r < w->claims.run_count; r++) {
        if (run_leader(l, r) != leader) continue;
        const Run *run = &w->claims.runs[r];
        Run       *to  = &out->from.runs[out->from.run_count++];
        *to            = *run;
        to->items      = arena_array(w->arena, RunUnits, run->count);
        if (!to->items) return false;
        for (size_t i = 0; i < run->count; i++) {
            to->items[i]     = run->items[i];
            to->items[i].seg = l->moved[run->items[i].seg];
        }
    }
    return true;
}

/* Settles the island that a line leads; one without bundles or alternatives needs no search. */
static bool settle(Level *l, uint32_t leader)
{
    Island island = { .w = l->w, .bundle_count = island_bundles(l, leader, NULL) };
    if (island.bundle_count == 0 && !l->busy[leader]) return true;
    l->w->contested = true;
    island.bundles = arena_array(l->w->arena, uint16_t, island.bundle_count);
    if (!island.bundles) return false;
    (void)island_bundles(l, leader, island.bundles);
    if (!cut_island(l, leader, &island) || !island_settle(&island)) return false;
    l->answers[leader] = island.best;
    return true;
}

/* Puts the islands' answers together again, by line; runs by active promotion. */
static bool join(Level *l)
{
    Work  *w    = l->w;
    size_t segs = w->claims.seg_count, runs = 0;
    for (size_t i = 0; i < w->line_count; i++) {
        segs += l->answers[i].seg_count;
        runs += l->answers[i].run_count;
    }
    l->to = (Claims){ arena_array(w->arena, Seg, segs + 1), 0, arena_array(w->arena, Run, runs + 1), 0 };
    l->cursor       = arena_array(w->arena, uint32_t, w->line_count + 1);
    uint32_t *moved = arena_array(w->arena, uint32_t, segs + 1);
    uint32_t *from  = arena_array(w->arena, uint32_t, w->line_count + 1);
    if (!l->to.segs || !l->to.runs || !l->cursor || !moved || !from) return false;
    for (size_t i = 0, at = 0; i < w->line_count; at += l->answers[i].seg_count, i++)
        from[i] = (uint32_t)at;
    for (uint32_t i = 0; i < w->line_count; i++) {
        uint32_t      leader = l->leader[i];
        const Claims *answer = &l->answers[leader];
        for (uint32_t s = l->seg_of_line[i]; !answer->segs && s < l->seg_of_line[i + 1]; s++)
            put_loose(&l->slots[s], &w->claims.segs[s], &l->to);
        for (; answer->segs && l->cursor[leader] < answer->seg_count
               && answer->segs[l->cursor[leader]].line == i;
             l->cursor[leader]++) {
            moved[from[leader] + l->cursor[leader]] = (uint32_t)l->to.seg_count;
            l->to.segs[l->to.seg_count++]           = answer->segs[l->cursor[leader]];
        }
    }
    for (size_t i = 0; i < w->line_count; i++) {
        for (size_t r = 0; r < l->answers[i].run_count; r++) {
            Run    run = l->answers[i].runs[r];
            size_t at  = l->to.run_count++;
            for (size_t k = 0; k < run.count; k++) run.items[k].seg = moved[from[i] + run.items[k].seg];
            for (; at > 0 && l->to.runs[at - 1].active > run.active; at--)
                l->to.runs[at] = l->to.runs[at - 1];
            l->to.runs[at] = run;
        }
    }
    return true;
}

/* Computes the claims as they are and takes those off that take off nothing: they block nobody. */
static void settle_claims(Work *w, bool log)
{
    claims_compute(w, &w->claims, &w->left, log);
    for (size_t s = 0; s < w->claims.seg_count; s++) {
        Seg   *seg  = &w->claims.segs[s];
        size_t kept = 0;
        for (size_t i = 0; i < seg->count; i++)
            if (rule_taken(w, seg->rules[i]) > 0 || seg->rules[i] == seg->bundle)
                seg->rules[kept++] = seg->rules[i];
        seg->count = (uint8_t)kept;
    }
}

static bool choose_level(Level *l)
{
    Work *w        = l->w;
    l->seg_of_line = arena_array(w->arena, uint32_t, w->line_count + 2);
    l->answers     = arena_array(w->arena, Claims, w->line_count + 1);
    l->moved       = arena_array(w->arena, uint32_t, w->claims.seg_count + 1);
    if (!l->seg_of_line || !l->answers || !l->moved) return false;
    settle_claims(w, false);
    for (size_t s = w->claims.seg_count; s-- > 0;) l->seg_of_line[w->claims.segs[s].line] = (uint32_t)s;
    l->seg_of_line[w->line_count] = (uint32_t)w->claims.seg_count;
    if (!make_slots(l) || w->memory || !make_islands(l)) return false;
    for (uint32_t i = 0; i < w->line_count; i++)
        if (l->leader[i] == i && !settle(l, i)) return false;
    if (!join(l)) return false;
    w->claims = l->to;
    return true;
}

/* Cuts the lines into segs where the units that a promotion may have end. */
static bool first_claims(Work *w)
{
    size_t most = w->line_count;
    for (size_t a = 0; a < w->goods_count; a++)
        if (w->active[a].units) most += w->active[a].line_count;
    w->claims = (Claims){ arena_array(w->arena, Seg, most + 1), 0, NULL, 0 };
    if (!w->claims.segs) return false;
    for (uint32_t i = 0; i < w->line_count; i++) {
        const WorkLine *line = &w->lines[i];
        for (int64_t at = 0; at < line->units;) {
            int64_t end = line->units;
            for (size_t a = 0; a < w->goods_count; a++)
                for (size_t k = 0; w->active[a].units && k < w->active[a].line_count; k++)
                    if (w->active[a].lines[k] == i && w->active[a].units[k] > at
                        && w->active[a].units[k] < end)
                        end = w->active[a].units[k];
            int64_t list = end - at == line->units ? line->gross : line->names.unit_price * (end - at);
            w->claims.segs[w->claims.seg_count++] = (Seg){
                .line = i, .bundle = NO_BUNDLE, .first = at, .units = end - at, .list = list
            };
            at = end;
        }
    }
    return true;
}

bool goods_choose(Work *w, bool log)
{
    uint16_t bundles = 0;
    if (!first_claims(w)) return false;
    while (bundles < w->goods_count && w->active[bundles].rule->phase == PHASE_ITEM) bundles++;
    for (uint16_t i = 0, b = bundles; i < bundles || b < w->goods_count;) {
        int64_t priority = INT64_MIN;
        if (i < bundles) priority = w->active[i].rule->priority;
        if (b < w->goods_count && w->active[b].rule->priority > priority)
            priority = w->active[b].rule->priority;
        Level level = { .w = w, .items = i, .bundles = b };
        while (i < bundles && w->active[i].rule->priority == priority) i++;
        while (b < w->goods_count && w->active[b].rule->priority == priority) b++;
        level.items_end   = i;
        level.bundles_end = b;
        if (!choose_level(&level)) return false;
    }
    w->cut = false; /* what was cut on the way to the best is nothing */
    settle_claims(w, log);
    for (size_t a = 0; a < w->goods_count && w->contested; a++)
        if (w->active[a].left < INT64_MAX && w->left.rules[a] == 0) w->cut = true;
    if (w->cut) w->exact = false;
    return true;
}

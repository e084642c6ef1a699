/* promo_set.c — from promotions as people write them to what the engine reads. See promo_set.h.
 * The index: every promotion stands under the names that a basket must have for it to matter (coupon,
 * offer, or the narrowest list of a selector); only those without any are looked at for every basket. */
#include "core/promo_set.h"

#include <assert.h>
#include <string.h>

static uint64_t hash_of(SymKind kind, Str text)
{
    uint64_t hash = 1469598103934665603u + (uint64_t)kind; /* FNV-1a */
    for (size_t i = 0; i < text.len; i++) hash = (hash ^ (uint8_t)text.ptr[i]) * 1099511628211u;
    return hash ^ hash >> 29;
}

static SymSlot *slot_of(const SymTable *table, uint64_t hash, SymKind kind, Str text)
{
    size_t at = (size_t)hash & table->mask;
    while (table->slots[at].id
           && !(table->slots[at].hash == hash && table->slots[at].kind == kind
                && str_eq(table->slots[at].text, text)))
        at = (at + 1) & table->mask;
    return &table->slots[at];
}

uint32_t sym_find(const SymTable *table, SymKind kind, Str text)
{
    if (text.len == 0) return 0;
    return slot_of(table, hash_of(kind, text), kind, text)->id;
}

static uint32_t sym_add(SymTable *table, SymKind kind, Str text)
{
    uint64_t hash = hash_of(kind, text);
    SymSlot *slot = slot_of(table, hash, kind, text);
    if (!slot->id) *slot = (SymSlot){ hash, text, kind, ++table->count };
    assert(table->count <= table->mask);
    return slot->id;
}

bool syms_have(const Syms *syms, uint32_t id)
{
    size_t low = 0, high = syms->count;
    if (id == 0) return false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (syms->ids[middle] < id) low = middle + 1;
        else high = middle;
    }
    return low < syms->count && syms->ids[low] == id;
}

static bool syms_meet(const Syms *a, const Syms *b)
{
    size_t i = 0, k = 0;
    while (i < a->count && k < b->count) {
        if (a->ids[i] == b->ids[k]) return true;
        if (a->ids[i] < b->ids[k]) i++;
        else k++;
    }
    return false;
}

static bool syms_make(Arena *arena, SymTable *table, SymKind kind, TextList texts, Syms *out)
{
    out->ids   = arena_array(arena, uint32_t, texts.count);
    out->count = 0;
    if (!out->ids) return false;
    for (size_t i = 0; i < texts.count; i++) {
        uint32_t id = sym_add(table, kind, texts.items[i]);
        size_t   at = out->count;
        if (syms_have(out, id)) continue;
        while (at > 0 && out->ids[at - 1] > id) {
            out->ids[at] = out->ids[at - 1];
            at--;
        }
        out->ids[at] = id;
        out->count++;
    }
    return true;
}

bool pick_matches(const Pick *pick, const LineNames *line)
{
    if (line->unit_price < pick->from || line->unit_price >= pick->until) return false;
    if (pick->skip_reduced && line->reduced) return false;
    if (pick->in[SYM_SKU].count && !syms_have(&pick->in[SYM_SKU], line->sku)) return false;
    if (pick->in[SYM_BRAND].count && !syms_have(&pick->in[SYM_BRAND], line->brand)) return false;
    if (pick->in[SYM_CATEGORY].count && !syms_meet(&pick->in[SYM_CATEGORY], &line->categories))
        return false;
    if (pick->in[SYM_TAG].count && !syms_meet(&pick->in[SYM_TAG], &line->tags)) return false;
    return !syms_have(&pick->out[SYM_SKU], line->sku) && !syms_have(&pick->out[SYM_BRAND], line->brand)
        && !syms_meet(&pick->out[SYM_CATEGORY], &line->categories)
        && !syms_meet(&pick->out[SYM_TAG], &line->tags);
}

bool rules_stack(const Rule *a, const Rule *b)
{
    if (a->simple && b->simple) return true;
    if (a->alone || b->alone) return false;
    if (a->group && a->group == b->group) return false;
    return (!a->by_set && !b->by_set) || syms_meet(&a->sets, &b->sets);
}

/* --- compiling --- */

typedef struct {
    Arena    *arena;
    SymTable *names;
} Maker;

static bool make_pick(Maker *m, const Selector *from, Pick *to)
{
    static const Selector everything = { .price_from = OPT_NONE, .price_until = OPT_NONE };
    if (!from) from = &everything;
    to->from         = opt_or(from->price_from, 0);
    to->until        = opt_or(from->price_until, INT64_MAX);
    to->skip_reduced = from->skip_reduced;
    TextList in[]    = { from->skus, from->categories, from->brands, from->tags };
    TextList out[] = { from->except_skus, from->except_categories, from->except_brands, from->except_tags };
    to->open       = true;
    for (size_t kind = 0; kind < PICK_KINDS; kind++) {
        if (in[kind].count) to->open = false;
        if (!syms_make(m->arena, m->names, (SymKind)kind, in[kind], &to->in[kind])
            || !syms_make(m->arena, m->names, (SymKind)kind, out[kind], &to->out[kind]))
            return false;
    }
    return true;
}

static Effect effect_of(int64_t percent, int64_t amount, int64_t price)
{
    if (percent != OPT_NONE) return (Effect){ EFFECT_PERCENT, percent };
    if (amount != OPT_NONE) return (Effect){ EFFECT_AMOUNT, amount };
    if (price != OPT_NONE) return (Effect){ EFFECT_PRICE, price };
    return (Effect){ EFFECT_NONE, 0 };
}

static Phase phase_of(Str phase)
{
    static const char *const names[] = { "item", "bundle", "order", "shipping", "tender" };
    size_t                   i       = 0;
    while (i + 1 < COUNT(names) && !str_eq(phase, str_from(names[i]))) i++;
    return (Phase)i;
}

static uint8_t weekdays_of(TextList days)
{
    static const char names[] = "montuewedthufrisatsun";
    uint8_t           mask    = 0;
    for (size_t i = 0; i < days.count; i++)
        for (size_t d = 0; d < 7; d++)
            if (str_eq(days.items[i], (Str){ names + 3 * d, 3 })) mask = (uint8_t)(mask | 1u << d);
    return mask;
}

static bool make_words(Maker *m, const Promotion *src, Rule *rule)
{
    Syms group = { 0 };
    if (src->group.len) {
        if (!syms_make(m->arena, m->names, SYM_WORD, (TextList){ (Str *)&src->group, 1 }, &group))
            return false;
        rule->group = group.ids[0];
    }
    return syms_make(m->arena, m->names, SYM_WORD, src->sets, &rule->sets)
        && syms_make(m->arena, m->names, SYM_WORD, src->channels, &rule->channels)
        && syms_make(m->arena, m->names, SYM_WORD, src->locations, &rule->locations)
        && syms_make(m->arena, m->names, SYM_WORD, src->customer_groups, &rule->groups)
        && syms_make(m->arena, m->names, SYM_WORD, src->tiers_of_loyalty, &rule->loyalty)
        && syms_make(m->arena, m->names, SYM_WORD, src->tenders, &rule->tenders);
}

static bool make_parts(Maker *m, const Promotion *src, Rule *rule)
{
    bool gets   = false;
    rule->parts = arena_array(m->arena, RulePart, src->parts.count);
    rule->needs = arena_array(m->arena, RuleNeed, src->needs.count);
    if (!rule->parts || !rule->needs) return false;
    for (size_t i = 0; i < src->parts.count; i++) gets = gets || opt_or(src->parts.items[i].get, 0) > 0;
    for (size_t i = 0; i < src->parts.count; i++) {
        const BundlePart *part  = &src->parts.items[i];
        rule->parts[i].quantity = part->quantity;
        rule->parts[i].get      = gets ? opt_or(part->get, 0) : part->quantity;
        if (!make_pick(m, part->select, &rule->parts[i].pick)) return false;
    }
    for (size_t i = 0; i < src->needs.count; i++) {
        rule->needs[i].quantity = opt_or(src->needs.items[i].quantity, 0);
        rule->needs[i].amount   = opt_or(src->needs.items[i].amount, 0);
        if (!make_pick(m, src->needs.items[i].select, &rule->needs[i].pick)) return false;
    }
    return true;
}

static bool make_rule(Maker *m, const Promotion *src, Rule *rule)
{
    rule->src          = src;
    rule->phase        = phase_of(src->phase);
    rule->priority     = opt_or(src->priority, 0);
    rule->alone        = str_eq(src->stacks, STR("none"));
    rule->by_set       = str_eq(src->stacks, STR("set"));
    rule->simple       = !rule->alone && !rule->by_set && src->group.len == 0;
    rule->dearest      = str_eq(src->pick, STR("dearest"));
    rule->per_line     = str_eq(src->per, STR("line"));
    rule->tiers_line   = str_eq(src->tiers_by, STR("line"));
    rule->list_needs   = rule->phase <= PHASE_BUNDLE || str_eq(src->needs_by, STR("list"));
    rule->weekdays     = weekdays_of(src->weekdays);
    rule->effect       = effect_of(src->percent, src->amount, src->price);
    rule->max_units    = opt_or(src->max_units, INT64_MAX);
    rule->max_repeats  = opt_or(src->max_repeats, INT64_MAX);
    rule->max_discount = opt_or(src->max_discount, INT64_MAX);
    return make_words(m, src, rule) && make_parts(m, src, rule) && make_pick(m, src->select, &rule->pick);
}

/* --- order --- */

static bool rule_before(const Rule *a, const Rule *b)
{
    if (a->phase != b->phase) return a->phase < b->phase;
    if (a->priority != b->priority) return a->priority > b->priority;
    return str_cmp(a->src->code, b->src->code) < 0;
}

/* Sorts an order of rules: merges runs of 1, 2, 4 … */
static bool sort_rules(Arena *arena, Rule *rules, size_t count)
{
    Rule *from = rules;
    Rule *to   = arena_array(arena, Rule, count);
    if (!to) return false;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end    = start + 2 * run < count ? start + 2 * run : count;
            size_t a = start, b = middle;
            for (size_t k = start; k < end; k++) {
                bool left = a < middle && (b == end || !rule_before(&from[b], &from[a]));
                to[k]     = left ? from[a++] : from[b++];
            }
        }
        Rule *swap = from;
        from       = to;
        to         = swap;
    }
    if (from != rules && count) memcpy(rules, from, count * sizeof *rules);
    return true;
}

/* --- index --- */

/* The narrowest list of a selector: the one with the fewest names, SKUs first among equals. */
static const Syms *narrowest(const Pick *pick)
{
    const Syms *best = NULL;
    for (size_t kind = 0; kind < PICK_KINDS; kind++) {
        static const size_t order[PICK_KINDS] = { SYM_SKU, SYM_TAG, SYM_BRAND, SYM_CATEGORY };
        const Syms         *syms              = &pick->in[order[kind]];
        if (syms->count && !best) best = syms;
    }
    return best;
}

/* The names under which a rule stands; NULL: none, so it is looked at always. */
static const Syms *anchor_of(Maker *m, const Rule *rule, Syms *one)
{
    if (rule->src->coupon || rule->src->personal) {
        TextList code = { (Str *)&rule->src->code, 1 };
        return syms_make(m->arena, m->names, SYM_CODE, code, one) ? one : NULL;
    }
    for (size_t i = 0; rule->phase == PHASE_BUNDLE && i < rule->src->parts.count; i++)
        if (!rule->parts[i].pick.open) return narrowest(&rule->parts[i].pick);
    for (size_t i = 0; i < rule->src->needs.count; i++)
        if (!rule->needs[i].pick.open) return narrowest(&rule->needs[i].pick);
    return rule->phase != PHASE_BUNDLE && rule->phase != PHASE_SHIPPING && !rule->src->gift
                && !rule->pick.open
             ? narrowest(&rule->pick)
             : NULL;
}

static bool make_index(Maker *m, PromoSet *set)
{
    const Syms **anchors = arena_array(m->arena, const Syms *, set->count + 1);
    Syms        *ones    = arena_array(m->arena, Syms, set->count + 1);
    if (!anchors || !ones) return false;
    for (uint32_t r = 0; r < set->count; r++) anchors[r] = anchor_of(m, &set->rules[r], &ones[r]);
    size_t total   = 0;
    set->post_from = arena_array(m->arena, uint32_t, (size_t)set->names.count + 2);
    set->always    = arena_array(m->arena, uint32_t, (size_t)set->count + 1);
    if (!set->post_from || !set->always) return false;
    for (uint32_t r = 0; r < set->count; r++) {
        if (!anchors[r]) set->always[set->always_count++] = r;
        for (size_t i = 0; anchors[r] && i < anchors[r]->count; i++, total++)
            set->post_from[anchors[r]->ids[i] + 1]++;
    }
    for (size_t s = 1; s <= (size_t)set->names.count + 1; s++) set->post_from[s] += set->post_from[s - 1];
    uint32_t *next = arena_array(m->arena, uint32_t, (size_t)set->names.count + 2);
    set->posts     = arena_array(m->arena, uint32_t, total + 1);
    if (!next || !set->posts) return false;
    memcpy(next, set->post_from, ((size_t)set->names.count + 2) * sizeof *next);
    for (uint32_t r = 0; r < set->count; r++)
        for (size_t i = 0; anchors[r] && i < anchors[r]->count; i++)
            set->posts[next[anchors[r]->ids[i]]++] = r;
    return true;
}

static size_t names_in_selector(const Selector *s)
{
    if (!s) return 0;
    return s->skus.count + s->categories.count + s->brands.count + s->tags.count + s->except_skus.count
         + s->except_categories.count + s->except_brands.count + s->except_tags.count;
}

static size_t names_in(const Promotion *p)
{
    size_t count = 2 + p->sets.count + p->channels.count + p->locations.count + p->customer_groups.count
                 + p->tiers_of_loyalty.count + p->tenders.count + names_in_selector(p->select);
    for (size_t i = 0; i < p->parts.count; i++) count += names_in_selector(p->parts.items[i].select);
    for (size_t i = 0; i < p->needs.count; i++) count += names_in_selector(p->needs.items[i].select);
    return count;
}

bool promo_set_make(Arena *arena, const Promotion *list, size_t count, PromoSet **out, Error *err)
{
    size_t    names = 1, slots = 16;
    PromoSet *set   = arena_new(arena, PromoSet);
    Maker     maker = { arena, set ? &set->names : NULL };
    if (count > PROMO_SET_MAX)
        return err_set(err, &ERR_AMOUNT_RANGE, "promotions", "must be at most %d", PROMO_SET_MAX);
    for (size_t i = 0; i < count; i++) names += names_in(&list[i]);
    while (slots < 2 * names) slots *= 2;
    if (!set) return err_memory(err);
    set->names.slots = arena_array(arena, SymSlot, slots);
    set->names.mask  = slots - 1;
    set->count       = (uint32_t)count;
    set->rules       = arena_array(arena, Rule, count + 1);
    if (!set->names.slots || !set->rules) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!make_rule(&maker, &list[i], &set->rules[i])) return err_memory(err);
    if (!sort_rules(arena, set->rules, count) || !make_index(&maker, set)) return err_memory(err);
    *out = set;
    return true;
}

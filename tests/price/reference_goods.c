/* reference_goods.c — the judge of pricing: what the goods cost when it is known who has which unit.
 * See reference.h. */
#include "tests/price/reference_inner.h"

#include <assert.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t ref_give(Purse *purse, int promo, const int64_t *shares)
{
    int64_t given = 0;
    for (int n = 0; n < purse->part_count; n++) {
        Part   *part = &purse->parts[n];
        int64_t take = least(shares[n], part->cost - part->floor);
        take         = least(take, purse->line_left[part->line]);
        take         = least(take, purse->order_left);
        if (promo != MANUAL) take = least(take, purse->promo_left[promo]);
        if (take <= 0) continue;
        part->cost -= take;
        purse->line_left[part->line] -= take;
        purse->order_left -= take;
        if (promo != MANUAL) {
            purse->promo_left[promo] -= take;
            purse->promo_off[promo] += take;
            purse->promo_line_off[promo][part->line] += take;
        }
        given += take;
    }
    return given;
}

int64_t ref_goods_cost(const Ref *ref, const Purse *purse)
{
    int64_t sum = ref->subtotal;
    for (size_t i = 0; i < ref->in->lines.count; i++)
        if (ref->open[i]) sum -= ref->gross[i];
    for (int n = 0; n < purse->part_count; n++) sum += purse->parts[n].cost;
    return sum;
}

/* --- parts --- */

static int rank_of(const Ref *ref, int promo)
{
    for (int r = 0; r < ref->promo_count; r++)
        if (ref->rank[r] == promo) return r;
    return REF_PROMOS;
}

/* Earlier line; max_units: earlier units; those in bundles by the bundle's promotion, then the rest. */
static bool part_comes_first(const Ref *ref, const Part *a, const Part *b)
{
    if (a->line != b->line) return a->line < b->line;
    int rank_a = a->bundle == NO_BUNDLE ? REF_PROMOS : rank_of(ref, a->bundle);
    int rank_b = b->bundle == NO_BUNDLE ? REF_PROMOS : rank_of(ref, b->bundle);
    if (a->first != b->first) return a->first < b->first;
    if (rank_a != rank_b) return rank_a < rank_b;
    for (int r = 0; r < ref->promo_count; r++) {
        bool in_a = a->items >> ref->rank[r] & 1;
        bool in_b = b->items >> ref->rank[r] & 1;
        if (in_a != in_b) return in_a;
    }
    return false;
}

/* The first unit that is like this one for ever. */
static int first_alike(const Ref *ref, int u)
{
    int v = 0;
    while (!ref_alike(ref, u, v)) v++;
    return v;
}

static void make_parts(const Ref *ref, const Claims *claims, Purse *purse)
{
    for (int u = 0; u < ref->unit_count; u++) {
        int  line = ref->line_of[u];
        Part mine = { .line = line, .items = claims->items[u], .bundle = claims->bundle[u] };
        int  at   = 0;
        if (!ref->open[line]) continue;
        mine.first = first_alike(ref, u);
        while (at < purse->part_count && part_comes_first(ref, &purse->parts[at], &mine)) at++;
        bool same = at < purse->part_count && !part_comes_first(ref, &mine, &purse->parts[at]);
        if (!same) {
            for (int n = purse->part_count++; n > at; n--) purse->parts[n] = purse->parts[n - 1];
            purse->parts[at] = mine;
        }
        purse->parts[at].units++;
        purse->parts[at].cost += ref->list[line];
        purse->parts[at].floor += ref->floor[line];
    }
    for (int u = 0; u < ref->unit_count; u++)
        for (int n = 0; n < purse->part_count; n++)
            if (purse->parts[n].line == ref->line_of[u] && purse->parts[n].items == claims->items[u]
                && purse->parts[n].bundle == claims->bundle[u]
                && purse->parts[n].first == first_alike(ref, u))
                purse->unit_part[u] = n;
}

static void open_purse(const Ref *ref, const Claims *claims, Purse *purse)
{
    const CartInput  *in    = ref->in;
    const Guardrails *rails = in->guardrails;
    memset(purse, 0, sizeof *purse);
    purse->order_left = NO_LIMIT;
    purse->shipping   = in->shipping ? in->shipping->amount : 0;
    for (size_t i = 0; i < in->lines.count; i++) {
        purse->line_left[i] = NO_LIMIT;
        if (rails && rails->max_line_rate != OPT_NONE)
            purse->line_left[i] = (int64_t)((RefWide)ref->gross[i] * rails->max_line_rate / PPM_ONE);
    }
    if (rails && rails->max_order_rate != OPT_NONE)
        purse->order_left = (int64_t)((RefWide)ref->subtotal * rails->max_order_rate / PPM_ONE);
    if (rails && rails->customer_left != OPT_NONE)
        purse->order_left = least(purse->order_left, rails->customer_left);
    for (int p = 0; p < ref->promo_count; p++) {
        int64_t most         = ref->promos[p].max_discount;
        purse->promo_left[p] = most == OPT_NONE ? NO_LIMIT : most;
        for (size_t a = 0; a < in->allowances.count; a++) {
            const Allowance *left = &in->allowances.items[a];
            if (str_eq(left->promotion, ref->promos[p].code) && left->amount != OPT_NONE)
                purse->promo_left[p] = least(purse->promo_left[p], left->amount);
        }
    }
    make_parts(ref, claims, purse);
}

/* --- item --- */

static void apply_item_line(const Ref *ref, Purse *purse, int promo, int line, int64_t *shares)
{
    Effect  effect              = ref->effect[promo][line];
    bool    once                = str_eq(ref->promos[promo].per, STR("line")) && effect.kind == AMOUNT;
    int64_t each                = effect.value; /* off, or for, one unit */
    int64_t weights[REF_PARTS]  = { 0 }, split[REF_PARTS] = { 0 };
    int64_t sum = 0;
    if (!ref->whole[line] && !once)
        each = judge_half_up(each, ref->in->lines.items[line].quantity, QTY_ONE);
    for (int n = 0; n < purse->part_count; n++) {
        const Part *part = &purse->parts[n];
        if (part->line != line || !(part->items >> promo & 1)) continue;
        int64_t price = each * part->units;
        weights[n]    = part->cost;
        sum += part->cost;
        if (effect.kind == AMOUNT) shares[n] = least(price, part->cost);
        if (effect.kind == PRICE) shares[n] = part->cost > price ? part->cost - price : 0;
    }
    if (effect.kind != PERCENT && !once) return;
    int64_t off = once ? least(effect.value, sum) : judge_half_up(sum, effect.value, PPM_ONE);
    judge_split(off, weights, (size_t)purse->part_count, split);
    for (int n = 0; n < purse->part_count; n++)
        if (purse->parts[n].line == line) shares[n] = split[n];
}

static void apply_item(const Ref *ref, Purse *purse, int promo)
{
    int64_t shares[REF_PARTS] = { 0 };
    for (size_t i = 0; i < ref->in->lines.count; i++)
        if (ref->pick[promo][i] && ref->effect[promo][i].kind != NOTHING)
            apply_item_line(ref, purse, promo, (int)i, shares);
    (void)ref_give(purse, promo, shares);
}

/* --- bundle --- */

typedef struct {
    int     slot, part; /* which part of the bundle, which part of the line */
    int64_t cost;
    int64_t key, list;  /* what it cost when bundles of this priority were made; its list price */
    bool    gets;
} Member;

/* What bundles are made of: the basket after its item promotions. */
typedef struct {
    const Claims *claims;
    Claims        known_claims; /* with the item promotions of the bundle's own and higher priorities only */
    Purse         known;
    int           used[REF_PARTS], known_used[REF_PARTS];
} Stock;

static int64_t next_cost(const Purse *purse, int n, int *used)
{
    const Part *part  = &purse->parts[n];
    int         index = used[n]++;
    return part->before_bundles / part->units + (index < part->before_bundles % part->units ? 1 : 0);
}

/* The units of one bundle, each with what it costs; a part's units go from its first (dearest) on. */
static int collect_members(const Ref *ref, Stock *stock, const Purse *purse, int promo, int instance,
                           Member *members)
{
    const Claims *claims = stock->claims;
    int           count  = 0;
    for (int slot = 0; slot < (int)ref->promos[promo].parts.count; slot++)
        for (int u = 0; u < ref->unit_count; u++) {
            if (claims->bundle[u] != promo || claims->instance[u] != instance || claims->part[u] != slot)
                continue;
            int n            = purse->unit_part[u];
            members[count++] = (Member){ .slot = slot,
                                         .part = n,
                                         .cost = next_cost(purse, n, stock->used),
                                         .key  = next_cost(&stock->known, stock->known.unit_part[u],
                                                           stock->known_used),
                                         .list = ref->list[ref->line_of[u]] };
        }
    return count;
}

static bool goes_first(const Member *a, const Member *b, bool dearest)
{
    if (a->key != b->key) return dearest ? a->key > b->key : a->key < b->key;
    if (a->list != b->list) return dearest ? a->list > b->list : a->list < b->list;
    return !dearest; /* of equal ones the first is the dearest, the last the cheapest */
}

static void choose_getters(const Promotion *promo, Member *members, int count)
{
    bool all = true, dearest = str_eq(promo->pick, STR("dearest"));
    for (size_t k = 0; k < promo->parts.count; k++)
        if (promo->parts.items[k].get != OPT_NONE && promo->parts.items[k].get > 0) all = false;
    for (int m = 0; m < count && all; m++) members[m].gets = true;
    for (int slot = 0; slot < (int)promo->parts.count && !all; slot++) {
        int64_t get = promo->parts.items[slot].get;
        for (int64_t g = 0; g < (get == OPT_NONE ? 0 : get); g++) {
            int best = -1;
            for (int m = 0; m < count; m++) {
                if (members[m].slot != slot || members[m].gets) continue;
                bool better = best < 0 || goes_first(&members[m], &members[best], dearest);
                if (better) best = m;
            }
            if (best >= 0) members[best].gets = true;
        }
    }
}

static int64_t bundle_off(Effect effect, const Member *members, int count)
{
    int64_t sum = 0, off = 0;
    for (int m = 0; m < count; m++) {
        if (!members[m].gets) continue;
        sum += members[m].cost;
        if (effect.kind == PERCENT) off += judge_half_up(members[m].cost, effect.value, PPM_ONE);
    }
    if (effect.kind == AMOUNT) off = least(effect.value, sum);
    if (effect.kind == PRICE) off = sum > effect.value ? sum - effect.value : 0;
    return off;
}

static void apply_items(const Ref *ref, int64_t from_priority, Purse *purse)
{
    for (int r = 0; r < ref->promo_count; r++) {
        int p = ref->rank[r];
        if (ref->live[p] && ref_is(ref, p, "item") && ref_priority(ref, p) >= from_priority)
            apply_item(ref, purse, p);
    }
    for (int n = 0; n < purse->part_count; n++) purse->parts[n].before_bundles = purse->parts[n].cost;
}

static void fill_stock(const Ref *ref, const Claims *claims, int promo, Stock *stock)
{
    memset(stock, 0, sizeof *stock);
    stock->claims       = claims;
    stock->known_claims = *claims;
    for (int p = 0; p < ref->promo_count; p++)
        for (int u = 0; u < ref->unit_count && ref_priority(ref, p) < ref_priority(ref, promo); u++)
            stock->known_claims.items[u] &= (uint8_t) ~(1U << p);
    open_purse(ref, &stock->known_claims, &stock->known);
    apply_items(ref, ref_priority(ref, promo), &stock->known);
}

static void apply_bundle(const Ref *ref, const Claims *claims, Purse *purse, int promo)
{
    Effect effect = ref->effect[promo][0];
    Stock  stock;
    fill_stock(ref, claims, promo, &stock);
    for (int instance = 0; instance < REF_UNITS; instance++) {
        Member  members[REF_UNITS];
        int64_t weights[REF_PARTS] = { 0 }, shares[REF_PARTS];
        int     count              = collect_members(ref, &stock, purse, promo, instance, members);
        if (count == 0) break;
        choose_getters(&ref->promos[promo], members, count);
        int64_t off = bundle_off(effect, members, count);
        for (int m = 0; m < count; m++) weights[members[m].part] += members[m].cost;
        judge_split(off, weights, (size_t)purse->part_count, shares);
        if (ref_give(purse, promo, shares) == 0) purse->useless |= 1U << promo;
    }
}

static bool in_a_bundle(const Ref *ref, const Claims *claims, int promo)
{
    for (int u = 0; u < ref->unit_count; u++)
        if (claims->bundle[u] == promo) return true;
    return false;
}

void ref_evaluate(const Ref *ref, const Claims *claims, Purse *purse)
{
    open_purse(ref, claims, purse);
    apply_items(ref, INT64_MIN, purse);
    for (int r = 0; r < ref->promo_count; r++)
        if (in_a_bundle(ref, claims, ref->rank[r])) apply_bundle(ref, claims, purse, ref->rank[r]);
}

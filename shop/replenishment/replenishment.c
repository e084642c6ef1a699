/* replenishment.c — what should be sent to a location. See replenishment.h. */
#include "shop/replenishment/replenishment.h"

#include "all_sql.h"
#include "core/money.h"
#include "shop/settings/settings.h"

enum { DAY_MS = 86400000, CATEGORIES_DEEP = 32 };

typedef ReplenishRuleGetRow Rule;
typedef ReplenishItemsRow   Goods;

typedef struct {
    Ctx                *ctx;
    Str                 location;
    int64_t             days;
    Str                 category; /* the rule of it and all above was looked up last */
    Rule                rule;
    bool                found;
    ReplenishProposals *reply;
} Proposing;

static bool rule_get(Proposing *p, Str scope, Str code, Rule *out, bool *found, Error *err)
{
    ReplenishRuleGetIn in = { p->ctx->who.merchant, p->location, scope, code };
    return q_replenish_rule_get_one(p->ctx->tx, p->ctx->arena, &in, out, found, err);
}

/* The rule of a category, of one above it, or of all. */
static bool rule_above(Proposing *p, Str category, Error *err)
{
    Str code = category;
    p->found = false;
    for (int deep = 0; deep < CATEGORIES_DEEP && code.len && !p->found; deep++) {
        ReplenishCategoryRow row   = { 0 };
        ReplenishCategoryIn  in    = { p->ctx->who.merchant, code };
        bool                 found = false;
        if (!rule_get(p, STR("category"), code, &p->rule, &p->found, err)
            || !q_replenish_category_one(p->ctx->tx, p->ctx->arena, &in, &row, &found, err))
            return false;
        code = found ? row.parent : STR("");
    }
    if (!p->found && !rule_get(p, STR("all"), STR("*"), &p->rule, &p->found, err)) return false;
    p->category = category;
    return true;
}

static bool rule_of(Proposing *p, const Goods *goods, Rule *out, bool *found, Error *err)
{
    if (!rule_get(p, STR("item"), goods->sku, out, found, err)) return false;
    if (*found) return true;
    if ((!p->category.ptr || !str_eq(p->category, goods->category)) && !rule_above(p, goods->category, err))
        return false;
    *found = p->found;
    *out   = p->rule;
    return true;
}

static bool each_move(void *arg, const void *any)
{
    const ReplenishMovesRow *row = any;
    replenish_sales_move(arg, row->at_ms, row->change, row->sold);
    return true;
}

static bool sales_of(Proposing *p, const Goods *goods, ReplenishInput *in, Error *err)
{
    ReplenishSales  *sales = arena_new(p->ctx->arena, ReplenishSales);
    int64_t          now   = p->ctx->now_ms;
    ReplenishMovesIn ask   = { p->ctx->who.merchant, goods->item, p->location, now - p->days * DAY_MS };
    if (!sales) return err_memory(err);
    replenish_sales_begin(sales, now, p->days, goods->floor + goods->backroom);
    if (!q_replenish_moves_each(p->ctx->tx, &ask, each_move, sales, err)) return false;
    in->days_had = replenish_sales_end(sales);
    in->sold     = sales->sold > 0 ? sales->sold : 0;
    return true;
}

/* Of the source's goods no more than it can give. */
static bool limit_to_source(Proposing *p, const Goods *goods, const Rule *rule, int64_t *quantity,
                            bool *limited, Error *err)
{
    ReplenishFreeRow row   = { 0 };
    bool             found = false;
    ReplenishFreeIn  in    = { p->ctx->who.merchant, goods->item, rule->source_code };
    *limited               = false;
    if (!str_eq(rule->source, STR("location"))) return true;
    if (!q_replenish_free_one(p->ctx->tx, p->ctx->arena, &in, &row, &found, err)) return false;
    int64_t most = found && row.free > 0 ? row.free / rule->pack * rule->pack : 0;
    *limited     = most < *quantity;
    if (*limited) *quantity = most;
    return true;
}

static void add_qty(Buf *buf, int64_t milli)
{
    int64_t whole = milli / QTY_ONE, part = milli % QTY_ONE;
    if (milli < 0) buf_byte(buf, '-');
    buf_format(buf, "%lld", (long long)(whole < 0 ? -whole : whole));
    if (part) buf_format(buf, ".%03lld", (long long)(part < 0 ? -part : part));
}

/* How the plan came about, in one sentence a person can follow. */
static Str why(Proposing *p, const Rule *rule, const ReplenishInput *in, const ReplenishPlan *plan,
               bool limited)
{
    Buf b = buf_make(p->ctx->arena, 256);
    add_qty(&b, in->sold);
    buf_format(&b, " sold in %lld days, %lld of them with stock: ", (long long)p->days,
               (long long)in->days_had);
    add_qty(&b, plan->rate / QTY_ONE);
    buf_format(&b, " a day. Wanted when %s ",
               rule->min > 0 && plan->trigger == rule->min ? "at the minimum of" : "down to");
    add_qty(&b, plan->trigger);
    buf_format(&b, " (%lld days until it comes", (long long)rule->lead_days);
    if (in->safety > 0) buf_add(&b, STR(", safety ")), add_qty(&b, in->safety);
    buf_add(&b, STR("), up to "));
    add_qty(&b, plan->target);
    if (rule->cover_days > 0) buf_format(&b, " (to last %lld days more)", (long long)rule->cover_days);
    buf_add(&b, STR("; now "));
    add_qty(&b, plan->position);
    buf_add(&b, STR(": there "));
    add_qty(&b, in->floor + in->backroom + in->picked);
    buf_add(&b, STR(", on its way "));
    add_qty(&b, in->in_transit);
    buf_add(&b, STR(", on order "));
    add_qty(&b, in->on_order);
    buf_add(&b, STR(", promised "));
    add_qty(&b, in->promised);
    buf_add(&b, STR(". Short of "));
    add_qty(&b, plan->wanted);
    buf_add(&b, STR(", in packs of "));
    add_qty(&b, in->pack);
    if (limited) buf_format(&b, "; no more is free at %.*s", STR_FMT(rule->source_code));
    return b.failed ? STR_NONE : buf_str(&b);
}

static bool add(Proposing *p, const Goods *goods, Str kind, Str source, int64_t quantity,
                const ReplenishInput *in, const ReplenishPlan *plan, Str reason, Error *err)
{
    int64_t value = 0;
    if (!reason.ptr) return err_memory(err);
    if (__builtin_mul_overflow(quantity, goods->cost, &value)) value = 0;
    p->reply->items.items[p->reply->items.count++] = (ReplenishProposal){ .sku      = goods->sku,
                                                                          .name     = goods->name,
                                                                          .location = p->location,
                                                                          .kind     = kind,
                                                                          .source   = text_or_none(source),
                                                                          .quantity = quantity,
                                                                          .value    = value / QTY_ONE,
                                                                          .position = plan->position,
                                                                          .target   = plan->target,
                                                                          .sold     = in->sold,
                                                                          .days_with_stock = in->days_had,
                                                                          .rate = plan->rate / QTY_ONE,
                                                                          .why  = reason };
    return true;
}

static bool propose(Proposing *p, const Goods *goods, Error *err)
{
    Rule               rule;
    ReplenishPlan      plan;
    ReplenishIsSoldRow sold;
    bool               found = false, limited = false;
    ReplenishIsSoldIn  ask = { p->ctx->who.merchant, goods->item };
    if (!q_replenish_is_sold_one(p->ctx->tx, p->ctx->arena, &ask, &sold, &found, err)) return false;
    if (!found || !sold.stocked || !sold.active) return true;
    if (!rule_of(p, goods, &rule, &found, err)) return false;
    if (!found) return true;
    ReplenishInput in = { .floor      = goods->floor,
                          .backroom   = goods->backroom,
                          .picked     = goods->picked,
                          .in_transit = goods->in_transit,
                          .on_order   = goods->on_order,
                          .promised   = goods->held + goods->committed + goods->backordered,
                          .safety     = goods->safety > 0 ? goods->safety : 0,
                          .min        = rule.min,
                          .max        = rule.max,
                          .floor_min  = rule.floor_min,
                          .lead_days  = rule.lead_days,
                          .cover_days = rule.cover_days,
                          .pack       = rule.pack };
    if (!sales_of(p, goods, &in, err) || !replenish_plan(&in, &plan, err)) return false;
    bool    from     = !str_eq(rule.source, STR("none"));
    int64_t quantity = from ? plan.quantity : 0;
    if (quantity > 0 && !limit_to_source(p, goods, &rule, &quantity, &limited, err)) return false;
    Str kind = str_eq(rule.source, STR("vendor")) ? STR("purchase") : STR("transfer");
    if (quantity > 0
        && !add(p, goods, kind, rule.source_code, quantity, &in, &plan, why(p, &rule, &in, &plan, limited),
                err))
        return false;
    if (plan.put_out == 0) return true;
    Buf b = buf_make(p->ctx->arena, 128);
    buf_add(&b, STR("On the floor "));
    add_qty(&b, in.floor);
    buf_add(&b, STR(" of at least "));
    add_qty(&b, in.floor_min);
    buf_add(&b, STR(", in the backroom "));
    add_qty(&b, in.backroom);
    return add(p, goods, STR("putaway"), p->location, plan.put_out, &in, &plan,
               b.failed ? STR_NONE : buf_str(&b), err);
}

/* Who it is for, and over how many days. */
static bool begin(Ctx *ctx, Str location, int64_t days, Proposing *p, Error *err)
{
    bool found = false;
    if (!location_there(ctx, location, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "location", "there is no such location");
    if (!settings_get(ctx, &SETTING_REPLENISH_DAYS, &p->days, err)) return false;
    p->days = opt_or(days, p->days);
    return true;
}

bool replenishment_propose(Ctx *ctx, Str location, int64_t days, const TextList *skus,
                           ReplenishProposals *out, Error *err)
{
    Proposing p = { .ctx = ctx, .location = location, .reply = out };
    if (!begin(ctx, location, days, &p, err)) return false;
    out->items.items = arena_array(ctx->arena, ReplenishProposal, 2 * skus->count + 1);
    if (!out->items.items) return err_memory(err);
    for (size_t i = 0; i < skus->count; i++) {
        ReplenishItemAtRow r     = { .cost = 0 };
        bool               found = false, twice = false;
        ReplenishItemAtIn  in    = { ctx->who.merchant, location, skus->items[i] };
        for (size_t k = 0; k < i; k++) twice = twice || str_eq(skus->items[k], skus->items[i]);
        if (twice) continue;
        if (!q_replenish_item_at_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
        if (!found) return err_set(err, &ERR_NOT_FOUND, "skus", "there is no item %.*s", STR_FMT(in.sku));
        Goods goods = { r.item,     r.sku,    r.name,       r.category, r.cost, r.floor,
                        r.backroom, r.picked, r.in_transit, r.on_order, r.held, r.committed,
                        r.backordered, r.safety };
        if (!propose(&p, &goods, err)) return false;
    }
    return true;
}

bool replenish_proposals(Ctx *ctx, const ReplenishFind *request, ReplenishProposals *reply, Error *err)
{
    Proposing                 p     = { .ctx = ctx, .location = request->location, .reply = reply };
    Goods                    *goods = NULL;
    Id                        after = { { 0 } };
    size_t                    count = 0, limit = (size_t)page_limit(request->limit);
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!begin(ctx, request->location, request->days, &p, err)) return false;
    ReplenishItemsIn in = {
        ctx->who.merchant, request->location, id_bytes(&after), (int64_t)limit + 1
    };
    if (!q_replenish_items_all(ctx->tx, ctx->arena, &in, &goods, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReplenishProposal, 2 * count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        if (!propose(&p, &goods[i], err)) return false;
    if (count > limit) reply->next_cursor = id_text(ctx->arena, goods[limit - 1].item);
    return true;
}

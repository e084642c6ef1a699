/* loyalty.c — what sales earn, returns take back, payments spend. See loyalty.h. */
#include "flows/loyalty_inner.h"

#include "all_sql.h"
#include "flows/rules.h"
#include "shop/catalog/catalog.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"
#include "shop/locations/locations.h"

/* --- paying --- */

bool loyalty_spend(Ctx *ctx, const PointsTender *tender, int64_t *points, Error *err)
{
    Points p;
    bool   member = false;
    if (!points_open(ctx, tender->customer, &p, &member, err)) return false;
    if (!member)
        return err_set(err, &ERR_LOYALTY_NOT_MEMBER, "customer", "has not joined the loyalty programme");
    if (!str_eq(p.programme.currency, tender->currency))
        return err_set(err, &ERR_LOYALTY_CURRENCY, "kind", "points are worth something in %.*s only",
                       STR_FMT(p.programme.currency));
    LoyaltyRate rate = { p.programme.worth_amount, p.programme.worth_points };
    *points          = loyalty_price(rate, tender->amount);
    if (*points == 0) return true;
    LoyaltySpendPutIn in = { ctx->who.merchant, tender->payment, tender->customer, STR(""), 0,
                             tender->amount,    *points,         ctx->now_ms };
    return points_take(&p, STR("spend"), tender->payment, *points, err)
        && q_loyalty_spend_put_exec(ctx->tx, &in, NULL, err)
        && points_close(&p, tender->location, -tender->amount, err);
}

bool loyalty_unspend(Ctx *ctx, Id payment, int64_t amount, Str location, int64_t *points, Error *err)
{
    LoyaltySpendFindRow row   = { .amount = 0 };
    LoyaltySpendFindIn  in    = { ctx->who.merchant, payment };
    bool                found = false, member = false;
    int64_t             changed = 0;
    Points              p;
    *points = 0;
    if (amount == 0) return true;
    if (!q_loyalty_spend_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_INTERNAL, "", "no points were spent for this payment");
    if (!points_open(ctx, row.customer, &p, &member, err)) return false;
    if (!member) return err_set(err, &ERR_INTERNAL, "", "the customer who paid with points is gone");
    /* again, now that nobody else can change it */
    if (!q_loyalty_spend_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *points = loyalty_unspent(row.points, row.amount, row.amount_back + amount) - row.points_back;
    LoyaltySpendBackIn back = { ctx->who.merchant, payment, amount, *points };
    if (!q_loyalty_spend_back_exec(ctx->tx, &back, &changed, err)) return false;
    if (changed != 1)
        return err_set(err, &ERR_INTERNAL, "", "more is given back than was paid with points");
    return points_back(&p, payment, *points, err) && points_close(&p, location, amount, err);
}

/* --- earning --- */

typedef struct {
    Ctx          *ctx;
    const Order  *order;
    Points        points;
    LoyaltyRule  *rules;
    size_t        rule_count;
    SoldLine     *lines;
    size_t        line_count;
    LoyaltyShare *shares; /* one for each part of each line */
    int64_t      *got;
    size_t        count;
} Earn;

static int64_t paid_with_points(const Earn *e)
{
    int64_t sum = 0;
    for (size_t i = 0; i < e->order->payments.count; i++) {
        const OrderPayment *p = &e->order->payments.items[i];
        if (str_eq(p->kind, STR("points")) && str_eq(p->state, STR("captured"))) sum += p->amount;
    }
    return e->points.programme.earn_on_points ? 0 : sum;
}

/* Whether a rule looks at more of an item than its number. */
static bool asks_goods(const Earn *e)
{
    for (size_t i = 0; i < e->rule_count; i++) {
        const LoyaltyRule *rule = &e->rules[i];
        if (rule->categories.count || rule->except_categories.count || rule->brands.count
            || rule->tags.count)
            return true;
    }
    return false;
}

static bool read_goods(Earn *e, const SoldLine *line, LoyaltyShare *share, Error *err)
{
    SaleItem item;
    if (!catalog_item_now(e->ctx, line->item, &item, err)) return false;
    share->brand      = item.brand;
    share->categories = item.categories;
    share->tags       = item.tags;
    return true;
}

/* What each part of each line cost, less its share of what was paid with points. */
static bool read_shares(Earn *e, Error *err)
{
    bool goods = asks_goods(e);
    for (size_t i = 0; i < e->line_count; i++) e->count += e->lines[i].part_count;
    e->shares        = arena_array(e->ctx->arena, LoyaltyShare, e->count + 1);
    e->got           = arena_array(e->ctx->arena, int64_t, e->count + 1);
    int64_t *weights = arena_array(e->ctx->arena, int64_t, e->count + 1);
    int64_t *off     = arena_array(e->ctx->arena, int64_t, e->count + 1);
    int64_t  sum = 0, with_points = paid_with_points(e);
    if (!e->shares || !e->got || !weights || !off) return err_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < e->line_count; i++) {
        LoyaltyShare share = { .sku = e->lines[i].sku };
        if (goods && !read_goods(e, &e->lines[i], &share, err)) return false;
        for (size_t k = 0; k < e->lines[i].part_count; k++, n++) {
            share.qty    = e->lines[i].parts[k].qty;
            share.money  = e->lines[i].parts[k].total;
            e->shares[n] = share;
            weights[n]   = share.money > 0 ? share.money : 0;
            sum += weights[n];
        }
    }
    if (with_points == 0 || n == 0) return true;
    money_split(with_points < sum ? with_points : sum, weights, n, off);
    for (size_t i = 0; i < n; i++) e->shares[i].money -= off[i];
    return true;
}

/* Day and minute on the clock of the location, when a rule asks for them. */
static bool read_clock(Earn *e, LoyaltySale *sale, Error *err)
{
    Location place;
    int64_t  date = 0;
    bool     asks = false;
    for (size_t i = 0; i < e->rule_count; i++)
        asks = asks || e->rules[i].weekdays.count || e->rules[i].from_minute != OPT_NONE
            || e->rules[i].until_minute != OPT_NONE;
    sale->weekday = -1;
    if (!asks) return true;
    if (!locations_get(e->ctx, e->order->location, &place, err)
        || !rules_local_time(e->ctx, place.time_zone, sale->at_ms, &date, &sale->minute, err))
        return false;
    sale->weekday = loyalty_weekday(date);
    return true;
}

static bool put_shares(Earn *e, Id lot, int64_t points, Error *err)
{
    int64_t money = 0;
    size_t  n     = 0;
    for (size_t i = 0; i < e->count; i++) money += e->shares[i].money > 0 ? e->shares[i].money : 0;
    LoyaltyOrderPutIn head = { e->ctx->who.merchant, e->order->id, e->order->customer, lot, points, money,
                               e->ctx->now_ms };
    if (!q_loyalty_order_put_exec(e->ctx->tx, &head, NULL, err)) return false;
    for (size_t i = 0; i < e->line_count; i++)
        for (size_t k = 0; k < e->lines[i].part_count; k++, n++) {
            const SoldPart   *part = &e->lines[i].parts[k];
            LoyaltySharePutIn in   = { e->ctx->who.merchant,
                                       e->order->id,
                                       e->lines[i].n,
                                       part->n,
                                       part->qty,
                                       e->got[n],
                                     e->shares[n].money > 0 ? e->shares[n].money : 0 };
            if ((in.points > 0 || in.money > 0) && !q_loyalty_share_put_exec(e->ctx->tx, &in, NULL, err))
                return false;
        }
    return true;
}

static bool earn(Earn *e, Error *err)
{
    Ctx        *ctx    = e->ctx;
    int64_t     points = 0, days = 0;
    Id          lot    = { { 0 } };
    LoyaltySale sale   = { .currency     = e->order->currency,
                           .channel      = e->order->channel,
                           .location     = e->order->location,
                           .tier         = e->points.now.tier,
                           .own_currency = e->points.programme.currency,
                           .at_ms        = ctx->now_ms };
    if (!loyalty_rules(ctx, &e->rules, &e->rule_count, err)
        || !orders_sold_lines(ctx, e->order->id, &e->lines, &e->line_count, err) || !read_shares(e, err)
        || !read_clock(e, &sale, err))
        return false;
    sale.shares = e->shares;
    sale.count  = e->count;
    if (!loyalty_earned(ctx->arena, e->rules, e->rule_count, &sale, e->got, err)) return false;
    for (size_t i = 0; i < e->count; i++) points += e->got[i];
    if (!loyalty_wait(ctx, &e->points.programme, e->order, e->lines, e->line_count, &days, err)) return false;
    PointsNew fresh = { STR("order"), e->order->id, points, days };
    return (points == 0 || points_earn(&e->points, &fresh, &lot, err)) && put_shares(e, lot, points, err)
        && points_close(&e->points, e->order->location, 0, err)
        && loyalty_tier_of(ctx, e->order->customer, err);
}

bool loyalty_earn_order(Ctx *ctx, const Order *order, Error *err)
{
    Earn                e      = { .ctx = ctx, .order = order };
    LoyaltyOrderFindRow row    = { .points = 0 };
    LoyaltyOrderFindIn  in     = { ctx->who.merchant, order->id };
    bool                member = false, done = false, consents = false;
    if (!points_open(ctx, order->customer, &e.points, &member, err)) return false;
    if (!member || e.points.programme.off || order->made_at < e.points.now.joined_at_ms) return true;
    if (!q_loyalty_order_find_one(ctx->tx, ctx->arena, &in, &row, &done, err)) return false;
    if (done || !consents_holds(ctx, order->customer, STR("loyalty"), &consents, err)) return done;
    return !consents || earn(&e, err);
}

/* --- taking back --- */

/* How much of a share's goods has come back by now. */
static int64_t back_of(const SoldLine *lines, size_t count, const LoyaltySharesOfRow *share)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; lines[i].n == share->line && k < lines[i].part_count; k++)
            if (lines[i].parts[k].n == share->part) return lines[i].parts[k].returned;
    return share->back;
}

static bool take_back(Points *p, const LoyaltyOrderFindRow *earned, Id order, Id document, Error *err)
{
    Ctx                *ctx    = p->ctx;
    LoyaltySharesOfRow *shares = NULL;
    SoldLine           *lines  = NULL;
    size_t              count = 0, line_count = 0;
    LoyaltySharesOfIn   in   = { ctx->who.merchant, order };
    LoyaltyOrderBackIn  back = { ctx->who.merchant, order, 0, 0 };
    if (!q_loyalty_shares_of_all(ctx->tx, ctx->arena, &in, &shares, &count, err)
        || !orders_sold_lines(ctx, order, &lines, &line_count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const LoyaltySharesOfRow *s   = &shares[i];
        LoyaltyShareBackIn        put = { ctx->who.merchant, order, s->line, s->part,
                                          back_of(lines, line_count, s) };
        if (put.back <= s->back) continue;
        back.points += loyalty_gone(s->points, s->qty, put.back)
                     - loyalty_gone(s->points, s->qty, s->back);
        back.money += loyalty_gone(s->money, s->qty, put.back) - loyalty_gone(s->money, s->qty, s->back);
        if (!q_loyalty_share_back_exec(ctx->tx, &put, NULL, err)) return false;
    }
    if (back.points == 0 && back.money == 0) return true;
    return q_loyalty_order_back_exec(ctx->tx, &back, NULL, err)
        && (back.points == 0 || points_reverse(p, earned->lot, document, back.points, err));
}

bool loyalty_return(Ctx *ctx, const Return *document, Error *err)
{
    LoyaltyOrderFindRow earned = { .points = 0 };
    LoyaltyOrderFindIn  in     = { ctx->who.merchant, document->order };
    bool                found = false, member = false;
    Points              p;
    if (id_is_none(document->order)) return true;
    if (!q_loyalty_order_find_one(ctx->tx, ctx->arena, &in, &earned, &found, err)) return false;
    if (!found) return true;
    if (!points_open(ctx, earned.customer, &p, &member, err)) return false;
    return !member
        || (take_back(&p, &earned, document->order, document->id, err)
            && points_close(&p, document->location, 0, err) && loyalty_tier_of(ctx, earned.customer, err));
}

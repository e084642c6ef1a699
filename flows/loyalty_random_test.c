/* loyalty_random_test.c — sales, returns, payments, refunds, expiry, tiers and merged accounts in random
 * order, against a slow model in which every single point is a thing of its own that lies somewhere; and
 * two tills that spend the same points at once. A seed may be given: loyalty_random_test SEED. */
#include "flows/loyalty.h"

#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/inventory/inventory.h"
#include "tests/chance.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMBERS    = 4,
    POINTS_MAX = 200000,
    LOTS_MAX   = 4000,
    ORDERS_MAX = 2000,
    PAYS_MAX   = 2000,
    STEPS      = 450,
    RACES      = 40,
};
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static Env   env;
static Db   *db;
static Error err;

FIXTURE_ANY(loyalty_programme_change)
FIXTURE_ANY(loyalty_rules_change)
FIXTURE_ANY(loyalty_tiers_change)
FIXTURE_ANY(loyalty_members_join)
FIXTURE_ANY(customers_create)
FIXTURE_ANY(customers_merge)
FIXTURE_ANY(points_give)
FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)

static const FixtureCaller me = { 0, PERMS_ALL };

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

/* --- the model --- */

typedef enum { HERE, SPENT, EXPIRED, GONE } Where;

typedef struct {
    size_t lot, pay;
    Where  where;
} Point;

typedef struct {
    int     owner;
    bool    pending;
    int64_t available_at, expires_at, forgiven;
} ModelLot;

typedef struct {
    Id      id;
    size_t  lot, pay; /* pay: which of the payments, from 1; 0: none with points */
    int     owner;
    int64_t qty[2], points[2], back[2], at;
} Sold;

typedef struct {
    Id      id;
    int     owner;
    int64_t amount, back, points, points_back;
    bool    of_order; /* goes back by returns only */
} Paid;

static struct {
    Id      id[MEMBERS];
    int64_t owed[MEMBERS], below_since[MEMBERS];
    int     tier[MEMBERS];
    Point   points[POINTS_MAX];
    ModelLot     lots[LOTS_MAX];
    Sold    sold[ORDERS_MAX];
    Paid    paid[PAYS_MAX];
    size_t  point_count, lot_count, sold_count, paid_count;
} m;

static const int64_t thresholds[] = { 60, 200 };
enum {
    WORTH_AMOUNT = 3,
    WORTH_POINTS = 2,
    PENDING_DAYS = 7,
    EXPIRY_DAYS  = 40,
    TIER_DAYS    = 60,
    GRACE_DAYS   = 10
};

static int64_t left_in(size_t lot, Where where)
{
    int64_t n = 0;
    for (size_t i = 0; i < m.point_count; i++) n += m.points[i].lot == lot && m.points[i].where == where;
    return n;
}

static int64_t has(int who, bool pending)
{
    int64_t n = 0;
    for (size_t i = 0; i < m.point_count; i++) {
        const ModelLot *lot = &m.lots[m.points[i].lot];
        n += m.points[i].where == HERE && lot->owner == who && lot->pending == pending;
    }
    return n;
}

/* Puts up to `most` points of a lot from one place to another; how many there were. */
static int64_t put(size_t lot, Where from, size_t pay, Where to, size_t to_pay, int64_t most)
{
    int64_t n = 0;
    for (size_t i = 0; i < m.point_count && n < most; i++) {
        Point *p = &m.points[i];
        if (p->lot != lot || p->where != from || (from == SPENT && p->pay != pay)) continue;
        p->where = to;
        p->pay   = to_pay;
        n++;
    }
    return n;
}

static void settle(int who)
{
    for (size_t i = 0; i < m.lot_count; i++) {
        ModelLot *lot = &m.lots[i];
        if (lot->owner != who) continue;
        if (lot->pending && lot->available_at <= kit_now_ms) lot->pending = false;
        if (!lot->pending && lot->expires_at <= kit_now_ms) (void)put(i, HERE, 0, EXPIRED, 0, INT64_MAX);
    }
}

/* The lot from which is taken next: what can be spent first, of that what expires first. */
static size_t next_lot(int who, bool pending_too)
{
    size_t best = LOTS_MAX;
    for (size_t i = 0; i < m.lot_count; i++) {
        const ModelLot *lot = &m.lots[i];
        if (lot->owner != who || (lot->pending && !pending_too) || left_in(i, HERE) == 0) continue;
        if (best == LOTS_MAX || (!lot->pending && m.lots[best].pending)
            || (lot->pending == m.lots[best].pending && lot->expires_at < m.lots[best].expires_at))
            best = i;
    }
    return best;
}

static int64_t take(int who, int64_t count, bool pending_too, Where to, size_t pay)
{
    for (size_t lot; count > 0 && (lot = next_lot(who, pending_too)) < LOTS_MAX;)
        count -= put(lot, HERE, 0, to, pay, count);
    return count;
}

static void pay_owed(int who)
{
    m.owed[who] = take(who, m.owed[who], true, GONE, 0);
}

static size_t new_lot(int who, int64_t points, int64_t days)
{
    m.lots[m.lot_count] = (ModelLot){ who, days > 0, kit_now_ms + days * DAY_MS,
                                 kit_now_ms + (days + EXPIRY_DAYS) * DAY_MS, 0 };
    for (int64_t i = 0; i < points; i++) m.points[m.point_count++] = (Point){ m.lot_count, 0, HERE };
    m.lot_count++;
    pay_owed(who);
    return m.lot_count - 1;
}

static void review(int who)
{
    int64_t reached = 0;
    int     tier    = 0;
    for (size_t i = 0; i < m.sold_count; i++) {
        const Sold *s = &m.sold[i];
        for (int k = 0; k < 2 && s->owner == who && s->at > kit_now_ms - TIER_DAYS * DAY_MS; k++)
            if (s->qty[k] > 0)
                reached += s->points[k] - (2 * s->points[k] * s->back[k] + s->qty[k]) / (2 * s->qty[k]);
    }
    while (tier < 2 && reached >= thresholds[tier]) tier++;
    if (tier >= m.tier[who]) {
        m.tier[who]        = tier;
        m.below_since[who] = 0;
        return;
    }
    if (m.below_since[who] == 0) m.below_since[who] = kit_now_ms;
    if (kit_now_ms - m.below_since[who] < GRACE_DAYS * DAY_MS) return;
    m.tier[who]        = tier;
    m.below_since[who] = 0;
}

/* --- what is done, here and there --- */

static int anybody(void)
{
    return (int)below(MEMBERS);
}

/* `total` by weight of the two, the larger remainder first, the first of two alike. */
static void split(int64_t total, const int64_t *weights, int64_t *parts)
{
    int64_t sum = weights[0] + weights[1];
    for (int k = 0; k < 2; k++) parts[k] = sum ? total * weights[k] / sum : 0;
    if (sum && parts[0] + parts[1] < total)
        parts[total * weights[0] % sum < total * weights[1] % sum ? 1 : 0]++;
}

/* A point for each half pound of both lines together that was not paid with points, three for each tea. */
static void model_sale(int who, const Order *order, const int64_t *qty, const int64_t *total,
                       int64_t with_points)
{
    Sold   *s = &m.sold[m.sold_count];
    int64_t off[2], money[2];
    split(with_points, total, off);
    for (int k = 0; k < 2; k++) money[k] = total[k] - off[k];
    *s = (Sold){ .id = order->id, .owner = who, .qty = { qty[0], qty[1] }, .at = kit_now_ms };
    if (with_points) s->pay = m.paid_count; /* the last one, from 1 */
    split((money[0] + money[1]) / 50, money, s->points);
    s->points[0] += 3 * (qty[0] / 1000);
    int64_t all = s->points[0] + s->points[1];
    if (all > 0) s->lot = new_lot(who, all, PENDING_DAYS);
    m.sold_count++;
    review(who);
}

static int64_t price_of(int64_t amount)
{
    return (amount * WORTH_POINTS + WORTH_AMOUNT - 1) / WORTH_AMOUNT;
}

/* Whether as many points were there as a payment took. */
static bool model_spend(int who, Id payment, int64_t amount, bool of_order)
{
    int64_t points = price_of(amount);
    if (has(who, false) < points) return false;
    m.paid[m.paid_count] = (Paid){ payment, who, amount, 0, points, 0, of_order };
    (void)take(who, points, false, SPENT, m.paid_count);
    m.paid_count++;
    return true;
}

/* Half of the sales are paid in part with points, as far as there are some. */
static bool sell(void)
{
    int             who = anybody();
    Order           order;
    int64_t         qty[2] = { (1 + below(4)) * 1000, (1 + below(900)) * 5 }, total[2];
    int64_t         amount = m.paid_count < PAYS_MAX && below(2) ? 1 + below(120) : 0;
    BasketLine      lines[2]   = { { .sku = STR("TEA"), .quantity = qty[0] },
                                   { .sku = STR("RICE"), .quantity = qty[1] } };
    TenderInput     points     = {
                .kind = STR("points"), .amount = amount, .tendered = OPT_NONE, .tip = OPT_NONE
    };
    TenderInput cash = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE, .tip = OPT_NONE };
    TenderInput tenders[2] = { points, cash };
    CheckoutRequest request    = { .location       = STR("LON"),
                                   .channel        = STR("pos"),
                                   .customer       = m.id[who],
                                   .expected_total = OPT_NONE,
                                   .pay_by         = OPT_NONE,
                                   .lines          = { lines, 2 },
                                   .tenders        = { amount ? tenders : tenders + 1, amount ? 2 : 1 } };
    if (m.sold_count == ORDERS_MAX) return false;
    if (!call(orders_create_any, &request, &order, sizeof order))
        return amount > 0 && err.def == &ERR_POINTS_SHORT;
    total[0] = order.lines.items[0].total;
    total[1] = order.lines.items[1].total;
    settle(who);
    if (amount && !model_spend(who, order.payments.items[0].id, amount, true)) return false;
    model_sale(who, &order, qty, total, amount);
    return true;
}

static void model_return(Sold *s, int k, int64_t qty)
{
    int64_t before = (2 * s->points[k] * s->back[k] + s->qty[k]) / (2 * s->qty[k]);
    s->back[k] += qty;
    int64_t left = (2 * s->points[k] * s->back[k] + s->qty[k]) / (2 * s->qty[k]) - before;
    settle(s->owner);
    left -= left > 0 ? put(s->lot, HERE, 0, GONE, 0, left) : 0;
    int64_t gone    = left_in(s->lot, EXPIRED) - m.lots[s->lot].forgiven;
    int64_t forgive = left > 0 && gone > 0 ? (gone < left ? gone : left) : 0;
    m.lots[s->lot].forgiven += forgive;
    m.owed[s->owner] += take(s->owner, left - forgive, true, GONE, 0);
    review(s->owner);
}

/* The lot of a payment that gets points back next: what expires last. */
static size_t last_lot(size_t pay_index)
{
    size_t best = LOTS_MAX;
    for (size_t i = 0; i < m.point_count; i++) {
        const Point *p = &m.points[i];
        if (p->where != SPENT || p->pay != pay_index) continue;
        if (best == LOTS_MAX || m.lots[p->lot].expires_at > m.lots[best].expires_at
            || (m.lots[p->lot].expires_at == m.lots[best].expires_at && p->lot > best))
            best = p->lot;
    }
    return best;
}

static bool model_unspend(size_t index, int64_t amount)
{
    Paid *paid = &m.paid[index];
    settle(paid->owner);
    paid->back += amount;
    int64_t back = paid->back == paid->amount ? paid->points : paid->points * paid->back / paid->amount;
    int64_t more = back - paid->points_back;
    paid->points_back = back;
    for (size_t lot; more > 0 && (lot = last_lot(index)) < LOTS_MAX;)
        more -= put(lot, SPENT, index, HERE, 0, more);
    settle(paid->owner);
    pay_owed(paid->owner);
    return more == 0;
}

static bool give_back(void)
{
    if (m.sold_count == 0) return true;
    Sold   *s    = &m.sold[below((int64_t)m.sold_count)];
    int     k    = (int)below(2);
    int64_t step = k == 0 ? 1000 : 5, left = (s->qty[k] - s->back[k]) / step, back = 0;
    if (left == 0) return true;
    Return          reply;
    int64_t         qty     = (1 + below(left)) * step;
    ReturnLineInput line    = { .line = k + 1, .quantity = qty, .part = OPT_NONE };
    ReturnRequest   request = {
          .order = s->id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    if (!call(returns_create_any, &request, &reply, sizeof reply)) return false;
    for (size_t i = 0; i < reply.refunds.count; i++)
        if (str_eq(reply.refunds.items[i].kind, STR("points"))) back += reply.refunds.items[i].amount;
    model_return(s, k, qty);
    return back == 0 || (s->pay > 0 && model_unspend(s->pay - 1, back));
}

typedef struct {
    Id      customer, payment;
    int64_t amount, points;
    bool    back;
} Pay;

/* As the tender does it. */
static bool pay(Ctx *ctx, void *arg, Error *e)
{
    Pay         *p      = arg;
    PointsTender tender = { p->customer, p->payment, p->amount, STR("GBP"), STR("LON") };
    LedgerDoc    doc    = { ctx_new_id(ctx), STR("GBP"), 0, STR("LON") };
    bool         ok     = p->back ? loyalty_unspend(ctx, p->payment, p->amount, STR("LON"), &p->points, e)
                                  : loyalty_spend(ctx, &tender, &p->points, e);
    return ok
        && ledger_move(ctx, &doc, (LedgerSide){ STR("loyalty"), p->customer },
                       (LedgerSide){ .account = STR("receivable") }, p->back ? -p->amount : p->amount,
                       STR("tender"), e);
}

static bool spend(void)
{
    int  who  = anybody();
    Pay  p    = { .customer = m.id[who], .payment = env_new_id(&env), .amount = 1 + below(120) };
    bool done = kit_write(db, &env, pay, &p, &err);
    if (m.paid_count == PAYS_MAX) return true;
    if (!done) return err.def == &ERR_POINTS_SHORT; /* what is refused leaves everything as it was */
    settle(who);
    return p.points == price_of(p.amount) && model_spend(who, p.payment, p.amount, false);
}

static bool unspend(void)
{
    if (m.paid_count == 0) return true;
    size_t  index = (size_t)below((int64_t)m.paid_count);
    Paid   *paid  = &m.paid[index];
    int64_t left  = paid->amount - paid->back;
    if (left == 0 || paid->of_order) return true;
    Pay p = {
        .customer = m.id[paid->owner], .payment = paid->id, .amount = 1 + below(left), .back = true
    };
    return kit_write(db, &env, pay, &p, &err) && model_unspend(index, p.amount);
}

static bool gift(void)
{
    LoyaltyAccount account;
    int            who = anybody();
    PointsInput    in  = { m.id[who], 1 + below(40), STR("gift") };
    if (!call(points_give_any, &in, &account, sizeof account)) return false;
    settle(who);
    (void)new_lot(who, in.points, 0);
    return true;
}

/* Somebody new in the place of who is gone. */
static bool replace(int who)
{
    Customer           fresh;
    LoyaltyAccount     account;
    CustomerInput      in = { .name = STR("Member") };
    LoyaltyMemberInput join;
    if (!call(customers_create_any, &in, &fresh, sizeof fresh)) return false;
    m.id[who]          = fresh.id;
    m.tier[who]        = 0;
    m.below_since[who] = 0;
    join               = (LoyaltyMemberInput){ .id = fresh.id, .consent = true };
    return call(loyalty_members_join_any, &join, &account, sizeof account);
}

static bool merge(void)
{
    int                who[2] = { anybody(), anybody() };
    Customer           one;
    CustomerMergeInput in = { m.id[who[1]], m.id[who[0]], STR("told us") };
    if (who[0] == who[1]) return true;
    if (!call(customers_merge_any, &in, &one, sizeof one)) return false;
    settle(who[0]);
    settle(who[1]);
    for (size_t i = 0; i < m.lot_count; i++)
        if (m.lots[i].owner == who[0]) m.lots[i].owner = who[1];
    for (size_t i = 0; i < m.sold_count; i++)
        if (m.sold[i].owner == who[0]) m.sold[i].owner = who[1];
    for (size_t i = 0; i < m.paid_count; i++)
        if (m.paid[i].owner == who[0]) m.paid[i].owner = who[1];
    m.owed[who[1]] += m.owed[who[0]];
    m.owed[who[0]] = 0;
    pay_owed(who[1]);
    review(who[1]);
    return replace(who[0]);
}

static bool tier_step(Ctx *ctx, void *arg, Error *e)
{
    for (int i = 0; i < MEMBERS; i++)
        if (!loyalty_tier_of(ctx, m.id[i], e)) return false;
    return true;
}

static bool wait_days(void)
{
    static char memory[1 << 20];
    Arena       arena;
    arena_init(&arena, memory, sizeof memory);
    kit_now_ms += (1 + below(6)) * DAY_MS;
    if (!loyalty_due(db, &env, &arena, kit_now_ms, &err)) return false;
    for (int i = 0; i < MEMBERS; i++) {
        settle(i);
        review(i);
    }
    return true;
}

/* --- are they alike? --- */

static bool same = true;

static bool compare(Ctx *ctx, void *arg, Error *e)
{
    for (int i = 0; i < MEMBERS; i++) {
        Member member;
        bool   found = false;
        if (!loyalty_find(ctx, m.id[i], &member, &found, e) || !found) return false;
        int tier = str_eq(member.tier, STR("gold")) ? 2 : str_eq(member.tier, STR("silver")) ? 1 : 0;
        if (member.available == has(i, false) && member.pending == has(i, true) && member.owed == m.owed[i]
            && tier == m.tier[i] && member.below_since_ms == m.below_since[i])
            continue;
        printf("# member %d has %lld, %lld pending, owes %lld, tier %d since %lld; "
               "model: %lld, %lld, %lld, %d, %lld\n",
               i, (long long)member.available, (long long)member.pending, (long long)member.owed, tier,
               (long long)member.below_since_ms, (long long)has(i, false), (long long)has(i, true),
               (long long)m.owed[i], m.tier[i], (long long)m.below_since[i]);
        same = false;
    }
    return true;
}

static bool verified(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++) {
        const VerifyResult *r = &report.results[i];
        /* the entries of tenders are written by this test itself, without a payment */
        if (r->broken == 0 || strcmp(r->name, "M7_documents") == 0) continue;
        printf("# %s: %s, %lld not %lld\n", r->name, r->rows[0].what, (long long)r->rows[0].found,
               (long long)r->rows[0].expected);
        same = false;
    }
    return true;
}

/* --- the shop --- */

static bool make_members(Ctx *ctx, void *arg, Error *e)
{
    for (int i = 0; i < MEMBERS; i++)
        if (!customers_put(ctx, &(CustomerInput){ .name = STR("Member") }, &m.id[i], e)) return false;
    return true;
}

static bool put_rule(const char *code, const char *by, int64_t points, int64_t per, Str sku)
{
    LoyaltyRuleList list;
    LoyaltyRule     rule = { .code         = str_from(code),
                             .name         = STR("r"),
                             .by           = str_from(by),
                             .points       = points,
                             .per          = per,
                             .times        = OPT_NONE,
                             .from         = OPT_NONE,
                             .until        = OPT_NONE,
                             .from_minute  = OPT_NONE,
                             .until_minute = OPT_NONE,
                             .most         = OPT_NONE,
                             .skus         = { &sku, sku.len ? 1 : 0 } };
    return call(loyalty_rules_change_any, &rule, &list, sizeof list);
}

static bool make_shop(void)
{
    LoyaltyProgramme shown, club = { .name            = STR("Club"),
                                     .currency        = STR("GBP"),
                                     .worth_amount    = WORTH_AMOUNT,
                                     .worth_points    = WORTH_POINTS,
                                     .pending_days    = PENDING_DAYS,
                                     .expiry_days     = EXPIRY_DAYS,
                                     .tier_days       = TIER_DAYS,
                                     .grace_days      = GRACE_DAYS,
                                     .join_offer_days = OPT_NONE,
                                     .terms           = STR("I join.") };
    LoyaltyTierList  list;
    LoyaltyTier      silver = { STR("silver"), STR("Silver"), thresholds[0] };
    LoyaltyTier      gold   = { STR("gold"), STR("Gold"), thresholds[1] };
    bool             ok     = kit_write(db, &env, fixture_shop, NULL, &err)
           && kit_write(db, &env, make_members, NULL, &err)
           && call(loyalty_programme_change_any, &club, &shown, sizeof shown)
           && put_rule("money", "money", 1, 50, STR_NONE) && put_rule("tea", "item", 3, 1000, STR("TEA"))
           && call(loyalty_tiers_change_any, &silver, &list, sizeof list)
           && call(loyalty_tiers_change_any, &gold, &list, sizeof list);
    for (int i = 0; ok && i < MEMBERS; i++) {
        LoyaltyAccount     account;
        LoyaltyMemberInput join = { .id = m.id[i], .consent = true };
        ok                      = call(loyalty_members_join_any, &join, &account, sizeof account);
    }
    return ok;
}

static bool more_stock(Ctx *ctx, void *arg, Error *e)
{
    StockDoc    doc    = { ctx_new_id(ctx), STR("receipt"), 0 };
    const char *skus[] = { "TEA", "RICE" };
    for (int i = 0; i < 2; i++) {
        SaleItem item;
        if (!catalog_sale_item(ctx, str_from(skus[i]), &item, e)) return false;
        StockMove move = { .item          = item.id,
                           .sku           = item.sku,
                           .from_location = STR(""),
                           .from_state    = STR("vendor"),
                           .to_location   = STR("LON"),
                           .to_state      = STR("floor"),
                           .qty           = 200000 };
        if (!inventory_move(ctx, &doc, &move, e)) return false;
    }
    return true;
}

/* --- two tills at once --- */

typedef struct {
    Pay  pay;
    bool done;
    _Alignas(16) char bytes[1 << 20];
} Till;

static bool till_step(Tx *tx, void *arg, Error *e)
{
    Till *till = arg;
    Arena arena;
    arena_init(&arena, till->bytes, sizeof till->bytes);
    Ctx ctx = { .arena  = &arena,
                .tx     = tx,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = kit_merchant, .role = STR("manager"), .perms = PERMS_ALL } };
    return pay(&ctx, &till->pay, e);
}

static void *till_run(void *arg)
{
    Till *till = arg;
    Error e    = { 0 };
    till->done = db_write(db, till_step, till, &e);
    return NULL;
}

static void race(void)
{
    static Till tills[2];
    bool        once = true;
    for (int i = 0; once && i < RACES; i++) {
        LoyaltyAccount account;
        pthread_t      threads[2];
        PointsInput    in = { m.id[0], 100 - has(0, false), STR("so that there are 100") };
        if (in.points != 0 && !call(points_give_any, &in, &account, sizeof account)) break;
        if (account.available != 100 && in.points != 0) break;
        for (int k = 0; k < 2; k++) {
            tills[k].pay = (Pay){ .customer = m.id[0],
                                  .payment  = env_new_id(&env),
                                  .amount   = 90 }; /* 60 points */
            (void)pthread_create(&threads[k], NULL, till_run, &tills[k]);
        }
        for (int k = 0; k < 2; k++) (void)pthread_join(threads[k], NULL);
        once = tills[0].done != tills[1].done;
        /* the model of it: what is left is given to nobody */
        in.points = -40;
        once      = once && call(points_give_any, &in, &account, sizeof account) && account.available == 0;
    }
    check(once, "of two tills that spend the same points at once one gets them");
}

static const struct {
    bool (*run)(void);
    const char *name;
    int         weight;
} ops[] = {
    { sell, "sell", 6 },       { give_back, "give back", 5 }, { spend, "spend", 6 },
    { unspend, "unspend", 4 }, { gift, "give", 1 },           { merge, "merge", 1 },
    { wait_days, "wait", 4 },
};

static bool play(void)
{
    int all = 0;
    for (size_t i = 0; i < COUNT(ops); i++) all += ops[i].weight;
    for (int step = 0; step < STEPS && same; step++) {
        int    pick = (int)below(all);
        size_t op   = 0;
        while (pick >= ops[op].weight) pick -= ops[op++].weight;
        kit_now_ms += 1000;
        if (step % 20 == 0 && !kit_write(db, &env, more_stock, NULL, &err)) return false;
        if (!ops[op].run()) {
            printf("# step %d, %s: %s\n", step, ops[op].name, err.message);
            return false;
        }
        /* a merge changes no tier by itself */
        if (ops[op].run == merge) {
            if (!kit_write(db, &env, tier_step, NULL, &err)) return false;
            for (int i = 0; i < MEMBERS; i++) review(i);
        }
        if (!kit_read(db, &env, compare, NULL, &err)) return false;
        if (step % 100 == 99 && !kit_read(db, &env, verified, NULL, &err)) return false;
        if (!same) printf("# after step %d, %s\n", step, ops[op].name);
    }
    return same;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261125;
    printf("# seed %llu\n", (unsigned long long)seed);
    chance_state = seed;
    db           = kit_open(&env);
    kit_now_ms   = 1764000000000;
    check_ok(make_shop(), &err, "there is a shop with members");
    check(play(), "after each step members have what the model says");
    check(kit_read(db, &env, verified, NULL, &err) && same, "and the books are whole");
    kit_now_ms += 200 * DAY_MS;
    check(wait_days(), "everything expires in the end");
    race();
    check(kit_read(db, &env, verified, NULL, &err) && same, "the books are whole then, too");
    kit_close(db);
    return check_finish("loyalty_random");
}

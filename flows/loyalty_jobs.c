/* loyalty_jobs.c — what time does to points, tiers and birthdays. See loyalty.h. Each customer is a
 * transaction of its own that does what is due then, so that a round may end anywhere and be run by
 * several at once. */
#include "all_sql.h"
#include "flows/loyalty_inner.h"
#include "flows/rules.h"

enum { DUE_MAX = 100, BIRTHDAYS_BACK = 7 };
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

typedef enum { DUE_TIME, DUE_TIER, DUE_BIRTHDAY } DueKind;

typedef struct {
    Ctx     ctx;
    size_t  mark;
    Id      customer;
    DueKind kind;
    int64_t year;
} Due;

static bool settle_points(Ctx *ctx, Id customer, Error *err)
{
    Points p;
    bool   member = false;
    return points_open(ctx, customer, &p, &member, err) && (!member || points_close(&p, STR(""), 0, err));
}

static bool due_apply(Tx *tx, void *arg, Error *err)
{
    Due *due             = arg;
    due->ctx.tx          = tx;
    due->ctx.arena->used = due->mark;
    switch (due->kind) {
    case DUE_TIME: return settle_points(&due->ctx, due->customer, err);
    case DUE_TIER: return loyalty_tier_of(&due->ctx, due->customer, err);
    case DUE_BIRTHDAY: return loyalty_birthday(&due->ctx, due->customer, due->year, err);
    }
    UNREACHABLE();
}

static bool one(Ctx *ctx, int64_t merchant, Id customer, DueKind kind, int64_t year, Error *err)
{
    Due due              = { *ctx, ctx->arena->used, customer, kind, year };
    due.ctx.who.merchant = merchant;
    due.ctx.tx           = NULL;
    bool ok              = db_write(ctx->db, due_apply, &due, err);
    ctx->arena->used     = due.mark;
    return ok;
}

static bool points_and_tiers(Ctx *ctx, Error *err)
{
    LoyaltyDueCustomersRow *points = NULL;
    LoyaltyDueReviewsRow   *tiers  = NULL;
    LoyaltyDueCustomersIn   in     = { ctx->now_ms, DUE_MAX };
    LoyaltyDueReviewsIn     ask    = { ctx->now_ms, DUE_MAX };
    size_t                  count = 0, tier_count = 0;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = q_loyalty_due_customers_all(ctx->tx, ctx->arena, &in, &points, &count, err)
           && q_loyalty_due_reviews_all(ctx->tx, ctx->arena, &ask, &tiers, &tier_count, err);
    db_read_end(ctx->tx);
    for (size_t i = 0; ok && i < count; i++)
        ok = one(ctx, points[i].merchant, points[i].customer, DUE_TIME, 0, err);
    for (size_t i = 0; ok && i < tier_count; i++)
        ok = one(ctx, tiers[i].merchant, tiers[i].customer, DUE_TIER, 0, err);
    return ok;
}

/* --- of one merchant --- */

typedef struct {
    Id    *items;
    size_t count;
} Ids;

/* Members whose birthday is one day (of February 29 in other years: the day before) and who got nothing
 * yet. */
static bool birthdays(Ctx *ctx, int64_t date, Ids *out, Error *err)
{
    LoyaltyBirthdaysRow *rows = NULL;
    int64_t              year = date / 10000, day = date % 10000;
    bool                 leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    LoyaltyBirthdaysIn   in   = { ctx->who.merchant, day, day == 228 && !leap ? 229 : day, year, DUE_MAX };
    if (!q_loyalty_birthdays_all(ctx->tx, ctx->arena, &in, &rows, &out->count, err)) return false;
    out->items = arena_array(ctx->arena, Id, out->count + 1);
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < out->count; i++) out->items[i] = rows[i].customer;
    return true;
}

/* Whether birthdays give anything. */
static bool rules_ask(Ctx *ctx, bool *asks, Error *err)
{
    LoyaltyRule *rules = NULL;
    size_t       count = 0;
    *asks              = false;
    if (!loyalty_rules(ctx, &rules, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        *asks = *asks || (!rules[i].off && str_eq(rules[i].by, STR("birthday")));
    return true;
}

/* Also those of the days before, should nobody have worked then. */
static bool each_birthday(Ctx *ctx, Error *err)
{
    bool   asks = false;
    size_t mark = ctx->arena->used;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = rules_ask(ctx, &asks, err);
    db_read_end(ctx->tx);
    for (int64_t back = 0; ok && asks && back < BIRTHDAYS_BACK; back++) {
        int64_t date = 0, minute = 0;
        Ids     who = { NULL, 0 };
        if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
        ok = rules_local_time(ctx, STR("UTC"), ctx->now_ms - back * DAY_MS, &date, &minute, err)
          && birthdays(ctx, date, &who, err);
        db_read_end(ctx->tx);
        for (size_t i = 0; ok && i < who.count; i++)
            ok = one(ctx, ctx->who.merchant, who.items[i], DUE_BIRTHDAY, date / 10000, err);
    }
    ctx->arena->used = mark;
    return ok;
}

static bool revalued(Tx *tx, void *arg, Error *err)
{
    Ctx *ctx = arg;
    return q_loyalty_revalued_exec(tx, &(LoyaltyRevaluedIn){ ctx->who.merchant }, NULL, err);
}

static bool revalue(Ctx *ctx, Error *err)
{
    LoyaltyToRevalueRow *rows  = NULL;
    size_t               count = 0, mark = ctx->arena->used;
    LoyaltyToRevalueIn   in = { ctx->who.merchant, DUE_MAX };
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = q_loyalty_to_revalue_all(ctx->tx, ctx->arena, &in, &rows, &count, err);
    db_read_end(ctx->tx);
    for (size_t i = 0; ok && i < count; i++)
        ok = one(ctx, ctx->who.merchant, rows[i].customer, DUE_TIME, 0, err);
    if (ok && count < DUE_MAX) ok = db_write(ctx->db, revalued, ctx, err);
    ctx->arena->used = mark;
    return ok;
}

bool loyalty_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    Ctx                     ctx   = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    LoyaltyDueMerchantsRow *rows  = NULL;
    LoyaltyDueMerchantsIn   in    = { now_ms };
    size_t                  count = 0;
    if (!points_and_tiers(&ctx, err) || !db_read_begin(db, &ctx.tx, err)) return false;
    bool ok = q_loyalty_due_merchants_all(ctx.tx, arena, &in, &rows, &count, err);
    db_read_end(ctx.tx);
    for (size_t i = 0; ok && i < count; i++) {
        ctx.who.merchant = rows[i].merchant;
        ok               = each_birthday(&ctx, err) && (!rows[i].revalue || revalue(&ctx, err));
    }
    return ok;
}

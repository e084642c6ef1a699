/* customer_merge.c — POST /v1/customers/{id}/merge: two profiles are one person. All that was of the one
 * becomes the other's in one transaction; what changed hands is noted (customer_merge,
 * customer_merge_row), so that a person can part them again. Money moves by postings from one customer's
 * part of an account to the other's. */
#include "all_sql.h"
#include "flows/loyalty.h"
#include "shop/audit/audit.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/events/events.h"

#include <stdio.h>

typedef struct {
    Ctx     *ctx;
    Customer gone, remains;
} Merge;

/* Documents, in the order in which their statements look at each other. */
static bool move_documents(const Merge *m, Error *err)
{
    Ctx                 *ctx = m->ctx;
    int64_t              who = ctx->who.merchant;
    Id                   a = m->gone.id, b = m->remains.id;
    MergeOrdersIn        orders = { who, a, b };
    MergeFulfilmentsIn   goods  = { who, a, b };
    MergeReturnsIn       back   = { who, a, b };
    MergeCertificatesIn  papers = { who, a, b };
    MergeRmasIn          rmas   = { who, a, b };
    MergeExternalsIn     names  = { who, a, b };
    MergeConsentsTwiceIn twice  = { who, a, b, ctx->now_ms };
    MergeConsentsIn      said   = { who, a, b };
    MergeBasketsIn       aside  = { who, a, b };
    LoyaltyJoinsKnownMoveIn links = { who, a, b };
    return q_loyalty_joins_known_move_exec(ctx->tx, &links, NULL, err)
        && q_merge_orders_exec(ctx->tx, &orders, NULL, err)
        && q_merge_fulfilments_exec(ctx->tx, &goods, NULL, err)
        && q_merge_returns_exec(ctx->tx, &back, NULL, err)
        && q_merge_certificates_exec(ctx->tx, &papers, NULL, err)
        && q_merge_rmas_exec(ctx->tx, &rmas, NULL, err)
        && q_merge_externals_exec(ctx->tx, &names, NULL, err)
        && q_merge_consents_twice_exec(ctx->tx, &twice, NULL, err)
        && q_merge_consents_exec(ctx->tx, &said, NULL, err)
        && q_merge_baskets_exec(ctx->tx, &aside, NULL, err);
}

/* Gift cards, what the customer has to their credit, and what they owe. */
static bool move_money(const Merge *m, Id merge, Error *err)
{
    MergeGiftCardsIn cards = { m->ctx->who.merchant, m->gone.id, m->remains.id };
    return q_merge_gift_cards_exec(m->ctx->tx, &cards, NULL, err)
        && credit_merge(m->ctx, m->gone.id, m->remains.id, merge, err);
}

static bool nothing_open(const Merge *m, Error *err)
{
    MergeOpenRow row   = { 0 };
    MergeOpenIn  in    = { m->ctx->who.merchant, m->gone.id };
    bool         found = false;
    if (!q_merge_open_one(m->ctx->tx, m->ctx->arena, &in, &row, &found, err)) return false;
    return row.orders == 0
        || err_set(err, &ERR_CUSTOMER_BUSY, "other",
                   "%lld orders are being paid with their points, credit or account",
                   (long long)row.orders);
}

/* How often promotions and coupons were used, and what is offered. */
static bool move_uses(const Merge *m, Error *err)
{
    Ctx                      *ctx = m->ctx;
    int64_t                   who = ctx->who.merchant;
    Id                        a = m->gone.id, b = m->remains.id;
    MergePromotionUsesIn      uses      = { who, a, b };
    MergePromotionCountsIn    counts    = { who, a, b };
    MergePromotionCountsEndIn no_counts = { who, a };
    MergeCouponCountsIn       coupons   = { who, a, b };
    MergeCouponCountsEndIn    no_more   = { who, a };
    MergeOffersIn             offers    = { who, a, b };
    MergeOffersEndIn          none      = { who, a };
    return q_merge_promotion_uses_exec(ctx->tx, &uses, NULL, err)
        && q_merge_promotion_counts_exec(ctx->tx, &counts, NULL, err)
        && q_merge_promotion_counts_end_exec(ctx->tx, &no_counts, NULL, err)
        && q_merge_coupon_counts_exec(ctx->tx, &coupons, NULL, err)
        && q_merge_coupon_counts_end_exec(ctx->tx, &no_more, NULL, err)
        && q_merge_offers_exec(ctx->tx, &offers, NULL, err)
        && q_merge_offers_end_exec(ctx->tx, &none, NULL, err);
}

/* Points, and what they are worth. Accounts are locked in the order of their ids. */
static bool move_points(const Merge *m, Error *err)
{
    Ctx   *ctx = m->ctx;
    Points from, into;
    bool   member = false, other = false, fresh = false;
    Member before;
    if (!loyalty_find(ctx, m->gone.id, &before, &member, err)) return false;
    if (!member) return true;
    if (!loyalty_find(ctx, m->remains.id, &before, &other, err)
        || (!other && !loyalty_make(ctx, m->remains.id, STR("merge"), &fresh, err)))
        return false;
    bool first = id_cmp(m->gone.id, m->remains.id) < 0;
    bool ok    = first ? points_open(ctx, m->gone.id, &from, &member, err)
                          && points_open(ctx, m->remains.id, &into, &other, err)
                       : points_open(ctx, m->remains.id, &into, &other, err)
                          && points_open(ctx, m->gone.id, &from, &member, err);
    return ok && points_merge(&from, &into, err) && loyalty_tier_of(ctx, m->remains.id, err);
}

static bool tell(const Merge *m, Id merge, Error *err)
{
    Ctx *ctx  = m->ctx;
    Str  into = id_text(ctx->arena, m->remains.id), id = id_text(ctx->arena, merge);
    Str  detail = str_format(ctx->arena, "into %.*s by %.*s", STR_FMT(into), STR_FMT(id));
    Str  body   = str_format(ctx->arena, "{\"into\":\"%.*s\",\"merge\":\"%.*s\"}", STR_FMT(into),
                             STR_FMT(id));
    if (!into.ptr || !id.ptr || !detail.ptr || !body.ptr) return err_memory(err);
    return audit_append(ctx, STR("customer.merge"), m->gone.id, detail, err)
        && events_put(ctx, &EVENT_CUSTOMER_MERGED, m->gone.id, body, err);
}

bool customers_merge(Ctx *ctx, const CustomerMergeInput *request, Customer *reply, Error *err)
{
    Merge m     = { .ctx = ctx };
    Id    merge = { { 0 } };
    if (id_eq(request->id, request->other))
        return err_set(err, &ERR_FIELD_INVALID, "other", "must be another customer");
    if (!customers_living(ctx, request->id, &m.remains, err)) return false;
    if (!customers_living(ctx, request->other, &m.gone, err)) {
        (void)snprintf(err->field, sizeof err->field, "other");
        return false;
    }
    if (!nothing_open(&m, err)) return false;
    if (!customers_become(ctx, &m.gone, &m.remains, request->reason, &merge, err)) return false;
    MergeNoteIn note = { ctx->who.merchant, merge, m.gone.id };
    return q_merge_note_exec(ctx->tx, &note, NULL, err) && move_documents(&m, err) && move_uses(&m, err)
        && move_money(&m, merge, err) && move_points(&m, err) && tell(&m, merge, err)
        && customers_get(ctx, request->id, reply, err);
}

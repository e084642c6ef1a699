/* campaigns_api.c — the routes of campaigns. See api.def. */
#include "shop/campaigns/campaigns.h"

#include "all_sql.h"

#define API_DEF "shop/campaigns/api.def"
#define CAPABILITY campaigns
#include "shop/api_define.h"

bool budgets_show(Ctx *ctx, const ByCode *request, Budget *reply, Error *err)
{
    return campaigns_budget(ctx, request->code, reply, err);
}

bool budgets_change(Ctx *ctx, const BudgetInput *request, Budget *reply, Error *err)
{
    return campaigns_put_budget(ctx, request, err) && campaigns_budget(ctx, request->code, reply, err);
}

static CouponBatch batch_shown(const CouponBatchPageRow *row)
{
    bool by_hand = row->length == 0;
    return (CouponBatch){ .batch         = row->id,
                          .coupon        = by_hand ? row->prefix : STR_NONE,
                          .count         = row->coupons,
                          .prefix        = by_hand ? STR_NONE : text_or_none(row->prefix),
                          .length        = by_hand ? OPT_NONE : row->length,
                          .max_uses      = row->max_uses,
                          .customer_uses = row->customer_uses == INT64_MAX ? OPT_NONE : row->customer_uses,
                          .from          = period_from_shown(row->from_ms),
                          .until         = period_until_shown(row->until_ms),
                          .made_at       = row->made_at_ms,
                          .used          = row->used };
}

bool coupons_list(Ctx *ctx, const CouponBatchesAsk *request, CouponBatches *reply, Error *err)
{
    CouponBatchPageRow *rows  = NULL;
    size_t              count = 0;
    int64_t             limit = page_limit(request->limit);
    CouponBatchPageIn   in    = { ctx->who.merchant, request->code, 0, limit + 1 };
    if (request->cursor.len && !str_to_i64(request->cursor, &in.after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_coupon_batch_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, CouponBatch, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = batch_shown(&rows[i]);
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = str_format(ctx->arena, "%lld", (long long)rows[limit - 1].id);
    return reply->next_cursor.ptr || err_memory(err);
}

bool coupons_make(Ctx *ctx, const CouponsInput *request, CouponBatch *reply, Error *err)
{
    CouponBatchPageRow row   = { 0 };
    bool               found = false;
    int64_t            batch = 0;
    if (!campaigns_make_coupons(ctx, request, &batch, err)) return false;
    CouponBatchPageIn in = { ctx->who.merchant, request->code, batch - 1, 1 };
    if (!q_coupon_batch_page_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *reply = batch_shown(&row);
    return true;
}

bool coupons_export(Ctx *ctx, const CouponCodesAsk *request, CouponCodes *reply, Error *err)
{
    return campaigns_codes(ctx, request, &reply->text, err);
}

bool coupons_show(Ctx *ctx, const CouponAsk *request, CouponState *reply, Error *err)
{
    return campaigns_coupon(ctx, request->coupon, reply, err);
}

bool coupons_block(Ctx *ctx, const CouponAsk *request, CouponState *reply, Error *err)
{
    return campaigns_block(ctx, request->coupon, err) && campaigns_coupon(ctx, request->coupon, reply, err);
}

bool offers_list(Ctx *ctx, const OffersAsk *request, OfferList *reply, Error *err)
{
    OfferPageRow *rows  = NULL;
    size_t        count = 0;
    Id            after = { { 0 } };
    int64_t       limit = page_limit(request->limit);
    OfferPageIn   in    = {
             ctx->who.merchant, request->code, id_bytes(&after), limit + 1
    };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_offer_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Offer, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Offer){ request->code, rows[i].customer,
                                                            period_from_shown(rows[i].from_ms),
                                                            period_until_shown(rows[i].until_ms),
                                                            rows[i].made_at_ms };
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = id_text(ctx->arena, rows[limit - 1].customer);
    return reply->next_cursor.ptr || err_memory(err);
}

bool offers_give(Ctx *ctx, const OffersInput *request, OffersGiven *reply, Error *err)
{
    *reply = (OffersGiven){ request->code, (int64_t)request->customers.count };
    return campaigns_offer(ctx, request, err);
}

bool offers_take_away(Ctx *ctx, const OfferRef *request, OffersGiven *reply, Error *err)
{
    reply->code = request->code;
    return campaigns_take_offer(ctx, request->code, request->customer, &reply->count, err);
}

bool offers_of_customer(Ctx *ctx, const CustomerOffersAsk *request, OfferList *reply, Error *err)
{
    OfferPageOfRow *rows  = NULL;
    size_t          count = 0;
    int64_t         limit = page_limit(request->limit);
    OfferPageOfIn   in    = { ctx->who.merchant, request->id, page_after(request->cursor), limit + 1 };
    if (!q_offer_page_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Offer, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Offer){ rows[i].promotion, request->id,
                                                            period_from_shown(rows[i].from_ms),
                                                            period_until_shown(rows[i].until_ms),
                                                            rows[i].made_at_ms };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].promotion;
    return true;
}

/* payments_setup.c — what foreign cash is taken for, and what paying costs on top. See payments.h. */
#include "shop/payments/payments.h"

#include "all_sql.h"
#include "shop/audit/audit.h"

bool exchange_rates_of(Ctx *ctx, Str currency, ExchangeRateList *out, Error *err)
{
    ExchangeRatesOfRow *rows = NULL;
    ExchangeRatesOfIn   in   = { ctx->who.merchant, currency };
    if (!q_exchange_rates_of_all(ctx->tx, ctx->arena, &in, &rows, &out->items.count, err)) return false;
    out->items.items = arena_array(ctx->arena, ExchangeRate, out->items.count + 1);
    if (!out->items.items) return err_memory(err);
    for (size_t i = 0; i < out->items.count; i++)
        out->items.items[i] = (ExchangeRate){ rows[i].currency, rows[i].coin, rows[i].coins, rows[i].worth,
                                              rows[i].updated_at_ms };
    return true;
}

bool exchange_rates_list(Ctx *ctx, const Nothing *request, ExchangeRateList *reply, Error *err)
{
    return exchange_rates_of(ctx, STR(""), reply, err);
}

bool exchange_rates_change(Ctx *ctx, const ExchangeRate *request, ExchangeRate *reply, Error *err)
{
    ExchangeRatePutIn in = { ctx->who.merchant, request->currency, request->coin,
                             request->coins,    request->worth,    ctx->now_ms };
    if (!currency_check(request->currency, "currency", err) || !currency_check(request->coin, "coin", err))
        return false;
    if (str_eq(request->currency, request->coin))
        return err_set(err, &ERR_FIELD_INVALID, "coin", "must be another currency");
    *reply            = *request;
    reply->updated_at = ctx->now_ms;
    Str detail = str_format(ctx->arena, "%lld %.*s = %lld %.*s", (long long)in.coins, STR_FMT(in.coin),
                            (long long)in.worth, STR_FMT(in.currency));
    if (!detail.ptr) return err_memory(err);
    return q_exchange_rate_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("exchange_rate.put"), audit_subject(STR("exchange_rate"), request->coin),
                        detail, err);
}

bool exchange_rates_remove(Ctx *ctx, const ExchangeRateRef *request, ExchangeRateRef *reply, Error *err)
{
    int64_t              gone = 0;
    ExchangeRateRemoveIn in   = { ctx->who.merchant, request->currency, request->coin };
    *reply                    = *request;
    if (!q_exchange_rate_remove_exec(ctx->tx, &in, &gone, err)) return false;
    if (gone == 0) return err_set(err, &ERR_NOT_FOUND, "coin", "there is no such rate");
    return audit_append(ctx, STR("exchange_rate.remove"),
                        audit_subject(STR("exchange_rate"), request->coin), request->coin, err);
}

bool surcharges_of(Ctx *ctx, SurchargeList *out, Error *err)
{
    SurchargesOfRow *rows = NULL;
    SurchargesOfIn   in   = { ctx->who.merchant };
    if (!q_surcharges_of_all(ctx->tx, ctx->arena, &in, &rows, &out->items.count, err)) return false;
    out->items.items = arena_array(ctx->arena, Surcharge, out->items.count + 1);
    if (!out->items.items) return err_memory(err);
    for (size_t i = 0; i < out->items.count; i++)
        out->items.items[i] = (Surcharge){ .code     = rows[i].code,
                                           .kind     = rows[i].kind,
                                           .brand    = text_or_none(rows[i].brand),
                                           .location = text_or_none(rows[i].location),
                                           .channel  = text_or_none(rows[i].channel),
                                           .rate     = rows[i].ppm,
                                           .amount   = rows[i].amount,
                                           .most     = rows[i].most ? rows[i].most : OPT_NONE };
    return true;
}

bool surcharges_list(Ctx *ctx, const Nothing *request, SurchargeList *reply, Error *err)
{
    return surcharges_of(ctx, reply, err);
}

bool surcharges_change(Ctx *ctx, const Surcharge *request, Surcharge *reply, Error *err)
{
    SurchargePutIn in    = { ctx->who.merchant,
                             request->code,
                             request->kind,
                             text_or_empty(request->brand),
                             text_or_empty(request->location),
                             text_or_empty(request->channel),
                             opt_or(request->rate, 0),
                             opt_or(request->amount, 0),
                             opt_or(request->most, 0) };
    bool           there = true;
    if (!code_check(request->code, "code", err)) return false;
    if (request->location.len && !location_there(ctx, request->location, &there, err)) return false;
    if (!there) return err_set(err, &ERR_FIELD_INVALID, "location", "there is no such location");
    *reply        = *request;
    reply->rate   = in.ppm;
    reply->amount = in.amount;
    return q_surcharge_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("surcharge.put"), audit_subject(STR("surcharge"), request->code),
                        request->code, err);
}

bool surcharges_remove(Ctx *ctx, const ByCode *request, ByCode *reply, Error *err)
{
    int64_t           gone = 0;
    SurchargeRemoveIn in   = { ctx->who.merchant, request->code };
    *reply                 = *request;
    if (!q_surcharge_remove_exec(ctx->tx, &in, &gone, err)) return false;
    if (gone == 0) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such surcharge");
    return audit_append(ctx, STR("surcharge.remove"), audit_subject(STR("surcharge"), request->code),
                        request->code, err);
}

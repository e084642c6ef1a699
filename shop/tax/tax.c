/* tax.c — the tax rates of each zone. See tax.h. */
#include "shop/tax/tax.h"

#include "all_sql.h"
#include "shop/audit/audit.h"

bool tax_load(Ctx *ctx, Str zone, int64_t at_ms, CartRate **rates, size_t *count, Error *err)
{
    TaxInForceRow *rows = NULL;
    size_t         n    = 0;
    TaxInForceIn   in   = { ctx->who.merchant, zone, at_ms };
    if (!q_tax_in_force_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    *rates = arena_array(ctx->arena, CartRate, n);
    *count = 0;
    if (!*rates) return err_memory(err);
    for (size_t i = 0; i < n; i++) {
        /* Of the periods that overlap, the one that began last stands first and holds. */
        if (i > 0 && rows[i].n == rows[i - 1].n && str_eq(rows[i].tax_class, rows[i - 1].tax_class)) continue;
        (*rates)[(*count)++] = (CartRate){ .tax_class = rows[i].tax_class,
                                              .name      = rows[i].name,
                                              .rate      = rows[i].ppm,
                                              .compound  = rows[i].compound };
    }
    return true;
}

bool tax_next_change(Ctx *ctx, Str zone, int64_t at_ms, int64_t *next_ms, Error *err)
{
    TaxNextRow row   = { 0 };
    TaxNextIn  in    = { ctx->who.merchant, zone, at_ms };
    bool       found = false;
    if (!q_tax_next_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *next_ms = row.at_ms;
    return true;
}

/* A sale takes CART_RATES_MAX rates; a zone must not get more at the time this one begins. */
static bool check_count(Ctx *ctx, const TaxPutIn *in, Error *err)
{
    CartRate *rates = NULL;
    size_t    count = 0;
    int64_t   at_ms = in->from_ms > ctx->now_ms ? in->from_ms : ctx->now_ms;
    if (!tax_load(ctx, in->zone, at_ms, &rates, &count, err)) return false;
    if (count <= CART_RATES_MAX) return true;
    return err_set(err, &ERR_TAX_RATES_TOO_MANY, "tax_class", "at most %d", CART_RATES_MAX);
}

bool tax_put(Ctx *ctx, const TaxRate *rate, Error *err)
{
    TaxPutIn in = { ctx->who.merchant,
                    rate->zone,
                    rate->tax_class,
                    rate->n > 0 ? rate->n : 1,
                    period_from(rate->from),
                    period_until(rate->until),
                    rate->name,
                    rate->rate,
                    rate->compound };
    if (!code_check(rate->zone, "zone", err) || !code_check(rate->tax_class, "tax_class", err)) return false;
    if (!period_check(rate->from, rate->until, "until", err)) return false;
    Str what = str_format(ctx->arena, "%.*s/%.*s/%d", STR_FMT(in.zone), STR_FMT(in.tax_class), (int)in.n);
    Str now  = str_format(ctx->arena, "%.*s: %d ppm from %lld", STR_FMT(what), (int)in.ppm,
                          (long long)in.from_ms);
    if (!what.ptr || !now.ptr) return err_memory(err);
    return q_tax_put_exec(ctx->tx, &in, NULL, err) && check_count(ctx, &in, err)
        && audit_append(ctx, STR("tax.put"), audit_subject(STR("tax"), what), now, err);
}

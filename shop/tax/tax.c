/* tax.c — the tax rates of each zone, and certificates. See tax.h. */
#include "shop/tax/tax.h"

#include "all_sql.h"
#include "core/tax_zone.h"
#include "shop/audit/audit.h"
#include "sys/zone.h"

/* --- rates --- */

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
        (*rates)[(*count)++] = (CartRate){ .tax_class  = rows[i].tax_class,
                                           .name       = rows[i].name,
                                           .rate       = rows[i].ppm,
                                           .compound   = rows[i].compound,
                                           .kind       = rows[i].kind,
                                           .mark       = rows[i].mark,
                                           .per_unit   = rows[i].per_unit,
                                           .unit_from  = rows[i].unit_from,
                                           .unit_to    = rows[i].unit_to,
                                           .unit_whole = rows[i].unit_whole };
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

/* A sale takes CART_RATES_MAX rates that do not contradict each other; a zone must not get others at the time
 * this one begins. */
static bool check_zone(Ctx *ctx, const TaxPutIn *in, Error *err)
{
    CartRate *rates = NULL;
    size_t    count = 0;
    int64_t   at_ms = in->from_ms > ctx->now_ms ? in->from_ms : ctx->now_ms;
    if (!tax_load(ctx, in->zone, at_ms, &rates, &count, err)) return false;
    if (count > CART_RATES_MAX)
        return err_set(err, &ERR_TAX_RATES_TOO_MANY, "tax_class", "at most %d", CART_RATES_MAX);
    TaxRules rules = { .rates = rates, .rate_count = count };
    return tax_check(&rules, err);
}

/* The same for one rate, which need not be in force now; the fault is the field's. */
static bool check_rate(const TaxPutIn *in, Error *err)
{
    CartRate rate = { .tax_class  = in->tax_class,
                      .name       = in->name,
                      .rate       = in->ppm,
                      .compound   = in->compound,
                      .per_unit   = in->per_unit,
                      .unit_from  = in->unit_from,
                      .unit_to    = in->unit_to,
                      .unit_whole = in->unit_whole };
    TaxRules rules = { .rates = &rate, .rate_count = 1 };
    if (tax_check(&rules, err)) return true;
    Str field = str_from(err->field);
    Str own   = str_slice(field, str_index(field, '.', 0) + 1, field.len);
    for (size_t i = 0; i <= own.len; i++) err->field[i] = i < own.len ? own.ptr[i] : 0;
    return false;
}

static bool check_reach(Str zone, Error *err)
{
    const char *why = tax_zone_refused(zone);
    return !why || err_set(err, &ERR_TAX_OUT_OF_REACH, "zone", "%s", why);
}

static bool put_rate(Ctx *ctx, const TaxPutIn *in, Error *err)
{
    return check_rate(in, err) && q_tax_put_exec(ctx->tx, in, NULL, err) && check_zone(ctx, in, err);
}

bool tax_put(Ctx *ctx, const TaxRate *rate, Error *err)
{
    TaxPutIn in = { .merchant   = ctx->who.merchant,
                    .zone       = rate->zone,
                    .tax_class  = rate->tax_class,
                    .n          = rate->n > 0 ? rate->n : 1,
                    .from_ms    = period_from(rate->from),
                    .until_ms   = period_until(rate->until),
                    .name       = rate->name,
                    .ppm        = rate->rate,
                    .compound   = rate->compound,
                    .kind       = text_or_empty(rate->kind),
                    .mark       = text_or_empty(rate->mark),
                    .per_unit   = opt_or(rate->per_unit, 0),
                    .unit_from  = opt_or(rate->unit_from, 0),
                    .unit_to    = opt_or(rate->unit_to, 0),
                    .unit_whole = rate->unit_whole,
                    .source     = text_or_empty(rate->source) };
    if (!code_check(rate->zone, "zone", err) || !code_check(rate->tax_class, "tax_class", err)) return false;
    if (!check_reach(rate->zone, err) || !period_check(rate->from, rate->until, "until", err)) return false;
    Str what = str_format(ctx->arena, "%.*s/%.*s/%d", STR_FMT(in.zone), STR_FMT(in.tax_class), (int)in.n);
    Str now  = str_format(ctx->arena, "%.*s: %d ppm from %lld", STR_FMT(what), (int)in.ppm,
                          (long long)in.from_ms);
    if (!what.ptr || !now.ptr) return err_memory(err);
    return put_rate(ctx, &in, err)
        && audit_append(ctx, STR("tax.put"), audit_subject(STR("tax"), what), now, err);
}

/* --- built-in rates --- */

/* UTC ms at which a local day begins; `absent` for no day. */
static int64_t day_begins(const Zone *zone, int32_t digits, int64_t absent)
{
    return digits == 0 ? absent : zone_to_utc(zone, tax_day(digits) * 86400000);
}

static bool put_row(Ctx *ctx, Str into, const Zone *clock, const TaxRow *row, Error *err)
{
    Str rate = tax_rate_text(ctx->arena, row->rate);
    Str name = str_format(ctx->arena, "%s %.*s", row->name, STR_FMT(rate));
    if (!rate.ptr || !name.ptr) return err_memory(err);
    TaxPutIn in = { .merchant   = ctx->who.merchant,
                    .zone       = into,
                    .tax_class  = str_from(row->tax_class),
                    .n          = row->n,
                    .from_ms    = day_begins(clock, row->from, 0),
                    .until_ms   = day_begins(clock, row->until, INT64_MAX),
                    .name       = name,
                    .ppm        = row->rate,
                    .compound   = row->compound,
                    .kind       = str_from(row->kind),
                    .mark       = str_from(row->mark),
                    .per_unit   = 0,
                    .unit_from  = row->unit_from,
                    .unit_to    = row->unit_to,
                    .unit_whole = row->unit_whole,
                    .source     = str_from(row->source) };
    return put_rate(ctx, &in, err);
}

static bool put_rows(Ctx *ctx, const TaxZoneInfo *zone, const Zone *clock, TaxLoaded *reply, Error *err)
{
    TaxRow row;
    size_t unchecked       = tax_zone_unchecked(zone);
    reply->unchecked.items = arena_array(ctx->arena, TaxNote, unchecked + 1);
    if (!reply->unchecked.items) return err_memory(err);
    reply->rates = 0;
    for (size_t n = 0; tax_zone_row(zone, n, &row); n++) {
        if (!put_row(ctx, reply->zone, clock, &row, err)) return false;
        reply->rates++;
        if (tax_row_unchecked(&row))
            reply->unchecked.items[reply->unchecked.count++] =
                (TaxNote){ str_from(row.tax_class), str_from(row.name), str_from(row.note) };
    }
    return true;
}

bool tax_load_builtin(Ctx *ctx, const TaxLoad *request, TaxLoaded *reply, Error *err)
{
    Zone              *clock = NULL;
    const TaxZoneInfo *zone  = tax_zone_find(request->zone);
    reply->zone              = request->into.len ? request->into : request->zone;
    if (!check_reach(request->zone, err) || !check_reach(reply->zone, err)) return false;
    if (!code_check(reply->zone, "into", err)) return false;
    if (!zone) {
        const TaxZoneInfo *above = tax_zone_above(request->zone);
        return err_set(err, &ERR_TAX_ZONE_UNKNOWN, "zone", "no built-in rates%s%s",
                       above ? "; there are those of " : "", above ? above->code : "");
    }
    if (!zone_load(str_from(zone->time_zone), &clock, err)) return false;
    bool fine = put_rows(ctx, zone, clock, reply, err);
    zone_free(clock);
    if (!fine) return false;
    Str now = str_format(ctx->arena, "%.*s: %d rates of %s", STR_FMT(reply->zone), (int)reply->rates,
                         zone->code);
    return now.ptr ? audit_append(ctx, STR("tax.load"), audit_subject(STR("tax"), reply->zone), now, err)
                   : err_memory(err);
}

/* --- certificates --- */

/* A zone is below another when it is that one, or goes on behind it with '-'. */
static bool zone_below(Str zone, Str other)
{
    return str_starts(zone, other) && (zone.len == other.len || zone.ptr[other.len] == '-');
}

bool tax_certificate_put(Ctx *ctx, const CertificateInput *input, Certificate *out, Error *err)
{
    CertificatesOfRow *rows  = NULL;
    size_t             count = 0;
    CertificatesOfIn   of    = { ctx->who.merchant, input->customer, ctx->now_ms, CERTIFICATES_MAX };
    CertificatePutIn   in    = { .merchant   = ctx->who.merchant,
                                 .id         = ctx_new_id(ctx),
                                 .customer   = input->customer,
                                 .number     = input->number,
                                 .zone       = input->zone,
                                 .tax_class  = text_or_empty(input->tax_class),
                                 .kind       = text_or_empty(input->kind),
                                 .reason     = text_or_empty(input->reason),
                                 .from_ms    = period_from(input->from),
                                 .until_ms   = period_until(input->until),
                                 .made_at_ms = ctx->now_ms };
    if (!code_check(input->zone, "zone", err) || !period_check(input->from, input->until, "until", err))
        return false;
    if (input->tax_class.len && !code_check(input->tax_class, "tax_class", err)) return false;
    if (!q_certificates_of_all(ctx->tx, ctx->arena, &of, &rows, &count, err)) return false;
    if (count >= CERTIFICATES_MAX)
        return err_set(err, &ERR_CERTIFICATES_TOO_MANY, "customer", "at most %d", CERTIFICATES_MAX);
    *out = (Certificate){ in.id,
                          input->customer,
                          input->number,
                          input->zone,
                          text_or_none(input->tax_class),
                          text_or_none(input->kind),
                          text_or_none(input->reason),
                          period_from_shown(in.from_ms),
                          period_until_shown(in.until_ms),
                          in.made_at_ms };
    return q_certificate_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("certificate.put"), in.id, input->number, err);
}

bool tax_exemptions(Ctx *ctx, Id customer_or_none, Str zone, int64_t at_ms, TaxExemption **list,
                    size_t *count, Error *err)
{
    CertificatesOfRow *rows = NULL;
    size_t             n    = 0;
    CertificatesOfIn   in   = { ctx->who.merchant, customer_or_none, at_ms, CERTIFICATES_MAX };
    *count                  = 0;
    *list                   = NULL;
    if (id_is_none(customer_or_none)) return true;
    if (!q_certificates_of_all(ctx->tx, ctx->arena, &in, &rows, &n, err)) return false;
    *list = arena_array(ctx->arena, TaxExemption, n + 1);
    if (!*list) return err_memory(err);
    for (size_t i = 0; i < n; i++)
        if (rows[i].from_ms <= at_ms && zone_below(zone, rows[i].zone))
            (*list)[(*count)++] = (TaxExemption){ rows[i].tax_class, rows[i].kind, rows[i].number };
    return true;
}

bool tax_keep_exemptions(Ctx *ctx, Id order, const TaxExemption *list, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++) {
        OrderExemptionPutIn in = { ctx->who.merchant,
                                   order,
                                   (int64_t)i + 1,
                                   text_or_empty(list[i].name),
                                   text_or_empty(list[i].tax_class),
                                   text_or_empty(list[i].kind) };
        if (!q_order_exemption_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

bool tax_kept_exemptions(Ctx *ctx, Id order, TaxExemption **list, size_t *count, Error *err)
{
    OrderExemptionsRow *rows = NULL;
    OrderExemptionsIn   in   = { ctx->who.merchant, order };
    if (!q_order_exemptions_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *list = arena_array(ctx->arena, TaxExemption, *count + 1);
    if (!*list) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*list)[i] = (TaxExemption){ rows[i].tax_class, rows[i].kind, rows[i].number };
    return true;
}

/* tax_api.c — the routes of tax. See api.def. */
#include "shop/tax/tax.h"

#include "all_sql.h"
#include "core/tax_zone.h"
#include "shop/audit/audit.h"

#define API_DEF "shop/tax/api.def"
#define CAPABILITY tax
#include "shop/api_define.h"

/* A cursor is "zone~n~from_ms~class"; codes have no '~'. */
static bool cursor_parse(Str cursor, TaxPageIn *in)
{
    size_t one = str_index(cursor, '~', 0), two = str_index(cursor, '~', one + 1);
    size_t end = str_index(cursor, '~', two + 1);
    if (end >= cursor.len) return false;
    in->after_zone  = str_slice(cursor, 0, one);
    in->after_class = str_slice(cursor, end + 1, cursor.len);
    return str_to_i64(str_slice(cursor, one + 1, two), &in->after_n)
        && str_to_i64(str_slice(cursor, two + 1, end), &in->after_from_ms);
}

static Str cursor_text(Arena *arena, const TaxPageRow *row)
{
    return str_format(arena, "%.*s~%lld~%lld~%.*s", STR_FMT(row->zone), (long long)row->n,
                      (long long)row->from_ms, STR_FMT(row->tax_class));
}

static TaxRate show_rate(const TaxPageRow *row)
{
    return (TaxRate){ .zone       = row->zone,
                      .tax_class  = row->tax_class,
                      .n          = row->n,
                      .name       = row->name,
                      .rate       = row->ppm,
                      .compound   = row->compound,
                      .from       = period_from_shown(row->from_ms),
                      .until      = period_until_shown(row->until_ms),
                      .kind       = text_or_none(row->kind),
                      .mark       = text_or_none(row->mark),
                      .per_unit   = row->per_unit ? row->per_unit : OPT_NONE,
                      .unit_from  = row->unit_from ? row->unit_from : OPT_NONE,
                      .unit_to    = row->unit_to ? row->unit_to : OPT_NONE,
                      .unit_whole = row->unit_whole,
                      .source     = text_or_none(row->source) };
}

bool tax_list(Ctx *ctx, const TaxAsk *request, TaxRateList *reply, Error *err)
{
    TaxPageRow *rows  = NULL;
    size_t      count = 0;
    int64_t     limit = page_limit(request->limit);
    TaxPageIn   in = { ctx->who.merchant, text_or_empty(request->zone), STR(""), STR(""), 0, 0, limit + 1 };
    if (request->cursor.len && !cursor_parse(request->cursor, &in))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_tax_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, TaxRate, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = show_rate(&rows[i]);
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = cursor_text(ctx->arena, &rows[limit - 1]);
    return reply->next_cursor.ptr || err_memory(err);
}

bool tax_change(Ctx *ctx, const TaxRate *request, TaxRate *reply, Error *err)
{
    *reply = *request;
    if (reply->n == OPT_NONE) reply->n = 1;
    return tax_put(ctx, reply, err);
}

/* --- built-in zones --- */

static TaxZone show_zone(const TaxZoneInfo *zone)
{
    TaxRow  row;
    int64_t rates = 0;
    while (tax_zone_row(zone, (size_t)rates, &row)) rates++;
    return (TaxZone){ .code        = str_from(zone->code),
                      .name        = str_from(zone->name),
                      .time_zone   = str_from(zone->time_zone),
                      .rounded_per = str_from(zone->rounded_per),
                      .rounding    = str_from(zone->rounding),
                      .combined    = zone->combined,
                      .sourcing    = str_from(zone->sourcing),
                      .rates       = rates,
                      .unchecked   = (int64_t)tax_zone_unchecked(zone) };
}

/* The cursor is the number of the zone to go on with. */
bool tax_zones_list(Ctx *ctx, const TaxZoneAsk *request, TaxZoneList *reply, Error *err)
{
    int64_t            limit = page_limit(request->limit), at = 0;
    const TaxZoneInfo *zone  = NULL;
    reply->items.items       = arena_array(ctx->arena, TaxZone, (size_t)limit);
    if (!reply->items.items) return err_memory(err);
    if (request->cursor.len && (!str_to_i64(request->cursor, &at) || at < 0))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    for (; (zone = tax_zone_at((size_t)at)) != NULL; at++) {
        Str code    = str_from(zone->code);
        Str country = str_slice(code, 0, str_index(code, '-', 0));
        if (request->country.len && !str_eq(country, request->country)) continue;
        if ((int64_t)reply->items.count == limit) {
            reply->next_cursor = str_format(ctx->arena, "%lld", (long long)at);
            return reply->next_cursor.ptr || err_memory(err);
        }
        reply->items.items[reply->items.count++] = show_zone(zone);
    }
    return true;
}

/* --- certificates --- */

static Certificate show_certificate(const CertificatesPageRow *row)
{
    return (Certificate){ row->id,
                          row->customer,
                          row->number,
                          row->zone,
                          text_or_none(row->tax_class),
                          text_or_none(row->kind),
                          text_or_none(row->reason),
                          period_from_shown(row->from_ms),
                          period_until_shown(row->until_ms),
                          row->made_at_ms };
}

bool certificates_list(Ctx *ctx, const CertificateAsk *request, CertificateList *reply, Error *err)
{
    CertificatesPageRow *rows  = NULL;
    size_t               count = 0;
    Id                   after = { { 0 } };
    int64_t              limit = page_limit(request->limit);
    CertificatesPageIn   in    = { .merchant = ctx->who.merchant,
                                   .any      = id_is_none(request->customer),
                                   .customer = id_bytes(&request->customer),
                                   .only     = id_bytes(&after),
                                   .after    = id_bytes(&after),
                                   .count    = limit + 1 };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_certificates_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Certificate, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = show_certificate(&rows[i]);
    if ((int64_t)count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return (int64_t)count <= limit || reply->next_cursor.ptr || err_memory(err);
}

bool certificates_end(Ctx *ctx, const ById *request, Certificate *reply, Error *err)
{
    CertificatesPageRow *rows  = NULL;
    size_t               count = 0;
    CertificateEndIn     end   = { ctx->who.merchant, request->id, ctx->now_ms };
    Id                   none  = { { 0 } };
    CertificatesPageIn   in    = { .merchant = ctx->who.merchant,
                                   .any      = true,
                                   .customer = id_bytes(&none),
                                   .one      = true,
                                   .only     = id_bytes(&request->id),
                                   .after    = id_bytes(&none),
                                   .count    = 1 };
    if (!q_certificate_end_exec(ctx->tx, &end, NULL, err)) return false;
    if (!q_certificates_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if (count == 0) return err_set(err, &ERR_NOT_FOUND, "id", "no such certificate");
    *reply = show_certificate(&rows[0]);
    return audit_append(ctx, STR("certificate.end"), rows[0].id, rows[0].number, err);
}

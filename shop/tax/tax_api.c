/* tax_api.c — the routes of tax. See api.def. */
#include "shop/tax/tax.h"

#include "all_sql.h"

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
        reply->items.items[reply->items.count++] = (TaxRate){ rows[i].zone,
                                                              rows[i].tax_class,
                                                              rows[i].n,
                                                              rows[i].name,
                                                              rows[i].ppm,
                                                              rows[i].compound,
                                                              period_from_shown(rows[i].from_ms),
                                                              period_until_shown(rows[i].until_ms) };
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

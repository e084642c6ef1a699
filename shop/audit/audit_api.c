/* audit_api.c — the routes of audit. See api.def. */
#include "shop/audit/audit.h"

#include "all_sql.h"

#define API_DEF "shop/audit/api.def"
#define CAPABILITY audit
#include "shop/api_define.h"

/* A cursor is "at_ms~stream~seq". */
static bool cursor_parse(Str cursor, AuditPageIn *in)
{
    size_t one = str_index(cursor, '~', 0), two = str_index(cursor, '~', one + 1);
    return two < cursor.len && str_to_i64(str_slice(cursor, 0, one), &in->before_ms)
        && str_to_i64(str_slice(cursor, one + 1, two), &in->before_stream)
        && str_to_i64(str_slice(cursor, two + 1, cursor.len), &in->before_seq);
}

/* The newest rows, or those about one document. */
static bool load(Ctx *ctx, Id subject, const AuditPageIn *in, AuditPageRow **rows, size_t *count, Error *err)
{
    AuditOfRow *of   = NULL;
    AuditOfIn   such = { in->merchant, subject, in->before_ms, in->before_stream, in->before_seq, in->count };
    if (id_is_none(subject)) return q_audit_page_all(ctx->tx, ctx->arena, in, rows, count, err);
    if (!q_audit_of_all(ctx->tx, ctx->arena, &such, &of, count, err)) return false;
    *rows = arena_array(ctx->arena, AuditPageRow, *count);
    if (!*rows) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = (AuditPageRow){ of[i].stream, of[i].seq,     of[i].at_ms, of[i].actor,
                                     of[i].action, of[i].subject, of[i].detail };
    return true;
}

bool audit_list(Ctx *ctx, const AuditAsk *request, AuditList *reply, Error *err)
{
    AuditPageRow *rows  = NULL;
    size_t        count = 0;
    int64_t       limit = page_limit(request->limit);
    AuditPageIn   in    = { ctx->who.merchant, INT64_MAX, 0, 0, limit + 1 };
    if (request->cursor.len && !cursor_parse(request->cursor, &in))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!load(ctx, request->subject, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, AuditRow, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (AuditRow){
            rows[i].at_ms,  rows[i].actor, rows[i].action, rows[i].subject, text_or_none(rows[i].detail),
            rows[i].stream, rows[i].seq
        };
    if ((int64_t)count <= limit) return true;
    const AuditPageRow *last = &rows[limit - 1];
    reply->next_cursor       = str_format(ctx->arena, "%lld~%lld~%lld", (long long)last->at_ms,
                                          (long long)last->stream, (long long)last->seq);
    return reply->next_cursor.ptr || err_memory(err);
}

bool audit_check(Ctx *ctx, const Nothing *request, AuditReport *reply, Error *err)
{
    AuditCheck found;
    if (!audit_verify(ctx, &found, err)) return false;
    *reply = (AuditReport){ found.rows, found.whole, found.whole ? OPT_NONE : found.bad_stream,
                            found.whole ? OPT_NONE : found.bad_seq };
    return true;
}

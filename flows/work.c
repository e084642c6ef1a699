/* work.c — what the staff of a location has to do next: made of the states of deliveries, transfers, purchase
 * orders and counts each time it is asked, so that it is never out of date; who does what is in shop/work. */
#include "shop/settings/settings.h"
#include "shop/work/work.h"

#include "all_sql.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

static bool until(Ctx *ctx, int64_t minutes, int64_t *out, Error *err)
{
    if (minutes == OPT_NONE && !settings_get(ctx, &SETTING_WORK_MINUTES, &minutes, err)) return false;
    *out = ctx->now_ms + minutes * MINUTE_MS;
    return true;
}

/* A cursor "document due" apart. */
static bool page_start(Str cursor, WorkTasksIn *in, Id *after, Error *err)
{
    in->after_due      = -1;
    in->after_document = STR("");
    if (!cursor.len) return true;
    if (cursor.len <= ID_TEXT_LEN || !id_parse(str_slice(cursor, 0, ID_TEXT_LEN), after)
        || !str_to_i64(str_slice(cursor, ID_TEXT_LEN, cursor.len), &in->after_due))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    in->after_document = id_bytes(after);
    return true;
}

static WorkTask shown(Ctx *ctx, Str location, const WorkTasksRow *row)
{
    bool     timed = row->due_ms != INT64_MAX;
    bool     taken = row->made_by.len == ID_BYTES;
    WorkTask task  = { .kind        = row->kind,
                       .document    = row->document_id,
                       .of          = row->source,
                       .state       = row->state,
                       .location    = location,
                       .about       = text_or_none(str_trim(row->about)),
                       .due_at      = timed ? row->due_ms : OPT_NONE,
                       .is_late     = timed && row->due_ms < ctx->now_ms,
                       .taken_until = taken ? row->expires_at_ms : OPT_NONE };
    if (taken) memcpy(task.by.bytes, row->made_by.ptr, ID_BYTES);
    return task;
}

bool work_list(Ctx *ctx, const WorkFind *request, WorkList *reply, Error *err)
{
    WorkTasksRow *rows  = NULL;
    size_t        count = 0;
    Id            after = { { 0 } };
    size_t        limit = (size_t)page_limit(request->limit);
    WorkTasksIn   in    = { .merchant = ctx->who.merchant,
                            .location = request->location,
                            .kind     = text_or_empty(request->kind),
                            .who      = ctx->who.api_key,
                            .free     = str_eq(text_or_empty(request->who), STR("free")),
                            .mine     = str_eq(text_or_empty(request->who), STR("mine")),
                            .now_ms   = ctx->now_ms,
                            .limit    = (int64_t)limit + 1 };
    if (!page_start(request->cursor, &in, &after, err)) return false;
    if (!q_work_tasks_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, WorkTask, count + 1);
    if (!reply->items.items) return err_memory(err);
    reply->items.count = count < limit ? count : limit;
    for (size_t i = 0; i < reply->items.count; i++)
        reply->items.items[i] = shown(ctx, request->location, &rows[i]);
    if (count > limit)
        reply->next_cursor = str_format(ctx->arena, "%.*s%lld",
                                        STR_FMT(id_text(ctx->arena, rows[limit - 1].document_id)),
                                        (long long)rows[limit - 1].due_ms);
    return true;
}

bool work_next(Ctx *ctx, const WorkNext *request, WorkTask *reply, Error *err)
{
    enum { LOOKED_AT = 20 }; /* others may take the first ones at the same time */
    WorkTasksRow *rows     = NULL;
    size_t        count    = 0;
    int64_t       until_ms = 0;
    WorkTasksIn   in       = { .merchant       = ctx->who.merchant,
                               .location       = request->location,
                               .kind           = text_or_empty(request->kind),
                               .free           = true,
                               .who            = ctx->who.api_key,
                               .now_ms         = ctx->now_ms,
                               .after_due      = -1,
                               .after_document = STR(""),
                               .limit          = LOOKED_AT };
    if (!until(ctx, request->minutes, &until_ms, err)) return false;
    if (!q_work_tasks_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        Error taken = { 0 };
        *reply      = shown(ctx, request->location, &rows[i]);
        if (work_take(ctx, rows[i].kind, rows[i].document_id, until_ms, &taken)) {
            reply->by          = ctx->who.api_key;
            reply->taken_until = until_ms;
            return true;
        }
        if (taken.def != &ERR_WORK_CLAIMED) {
            *err = taken;
            return false;
        }
    }
    return err_set(err, &ERR_WORK_NOT_THERE, "location", "there is nothing to be done that nobody has");
}

/* Whether the document waits for this at the moment, at any of its places. */
static bool is_task(Ctx *ctx, const WorkTake *request, bool *yes, Error *err)
{
    WorkPlacesRow *places = NULL;
    size_t         count  = 0;
    WorkPlacesIn   of     = { ctx->who.merchant, request->document };
    if (!q_work_places_all(ctx->tx, ctx->arena, &of, &places, &count, err)) return false;
    *yes = false;
    for (size_t i = 0; i < count && !*yes; i++) {
        WorkTasksRow row;
        WorkTasksIn  in = { .merchant       = ctx->who.merchant,
                            .location       = places[i].location,
                            .kind           = request->kind,
                            .who            = ctx->who.api_key,
                            .now_ms         = ctx->now_ms,
                            .one            = true,
                            .document_id    = request->document,
                            .after_due      = -1,
                            .after_document = STR(""),
                            .limit          = 1 };
        if (!q_work_tasks_one(ctx->tx, ctx->arena, &in, &row, yes, err)) return false;
    }
    return true;
}

bool work_claim(Ctx *ctx, const WorkTake *request, WorkTaken *reply, Error *err)
{
    int64_t until_ms = 0;
    bool    there    = false;
    if (!until(ctx, request->minutes, &until_ms, err) || !is_task(ctx, request, &there, err)) return false;
    if (!there)
        return err_set(err, &ERR_WORK_NOT_THERE, "document", "it does not wait for that at the moment");
    *reply = (WorkTaken){ request->kind, request->document, ctx->who.api_key, until_ms };
    return work_take(ctx, request->kind, request->document, until_ms, err);
}

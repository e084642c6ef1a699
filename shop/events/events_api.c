/* events_api.c — the routes of events. See api.def. */
#include "shop/events/events.h"

#include "all_sql.h"

#define API_DEF "shop/events/api.def"
#define CAPABILITY events
#include "shop/api_define.h"

static bool read_cursor(Str text, const char *field, EventCursor *out, Error *err)
{
    *out = (EventCursor){ 0 };
    if (text.len == 0 || events_cursor_parse(text, out)) return true;
    return err_set(err, &ERR_FIELD_INVALID, field, "is not a cursor of this list");
}

bool events_list(Ctx *ctx, const EventsAfter *request, EventList *reply, Error *err)
{
    EventCursor after;
    EventRow   *rows  = NULL;
    size_t      count = 0;
    if (!read_cursor(request->after, "after", &after, err)) return false;
    if (!events_after(ctx, after, page_limit(request->limit), &rows, &count, err)) return false;
    reply->events.items = arena_array(ctx->arena, Event, count);
    reply->events.count = count;
    if (!reply->events.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const EventRow *row = &rows[i];
        Str             at  = events_cursor_text(ctx->arena, row->at);
        if (!at.ptr) return err_memory(err);
        reply->events.items[i] = (Event){ at, row->at.id, row->kind, row->subject, row->at_ms, row->body };
        reply->cursor          = at;
    }
    if (count == 0 && request->after.len) reply->cursor = request->after;
    return true;
}

bool events_stream(Ctx *ctx, const EventsFollow *request, EventStream *reply, Error *err)
{
    EventCursor head;
    reply->cursor = request->after;
    if (request->after.len) return read_cursor(request->after, "after", &head, err);
    if (!events_head(ctx, &head, err)) return false;
    reply->cursor = head.tx ? events_cursor_text(ctx->arena, head) : STR("");
    return reply->cursor.ptr || err_memory(err);
}

bool webhooks_create(Ctx *ctx, const NewWebhook *request, Webhook *reply, Error *err)
{
    return webhooks_add(ctx, request, reply, err);
}

bool webhooks_list(Ctx *ctx, const Page *request, WebhookList *reply, Error *err)
{
    Id              after = { { 0 } };
    WebhookPageRow *rows  = NULL;
    size_t          count = 0, limit = (size_t)page_limit(request->limit);
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    WebhookPageIn in = { ctx->who.merchant, id_bytes(&after), (int64_t)limit + 1 };
    if (!q_webhook_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if (count > limit) {
        count              = limit;
        reply->next_cursor = id_text(ctx->arena, rows[count - 1].id);
    }
    reply->webhooks.items = arena_array(ctx->arena, Webhook, count);
    reply->webhooks.count = count;
    if (!reply->webhooks.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const WebhookPageRow *row = &rows[i];
        reply->webhooks.items[i]  = (Webhook){ .id         = row->id,
                                               .url        = row->url,
                                               .kinds      = row->kinds,
                                               .active     = row->active,
                                               .lag        = row->lag,
                                               .parked     = row->parked,
                                               .attempts   = row->attempts,
                                               .next_at    = row->attempts > 0 ? row->next_ms : OPT_NONE,
                                               .last_error = row->last_error,
                                               .made_at    = row->made_at_ms };
    }
    return true;
}

bool webhooks_delete(Ctx *ctx, const ById *request, ById *reply, Error *err)
{
    reply->id = request->id;
    return webhooks_remove(ctx, request->id, err);
}

bool webhooks_parked(Ctx *ctx, const ParkedAsk *request, ParkedList *reply, Error *err)
{
    EventCursor    after;
    ParkedPageRow *rows  = NULL;
    size_t         count = 0, limit = (size_t)page_limit(request->limit);
    if (!read_cursor(request->cursor, "cursor", &after, err)) return false;
    ParkedPageIn in = { ctx->who.merchant, request->id, after.tx, after.id, (int64_t)limit + 1 };
    if (!webhooks_get(ctx, request->id, err)) return false;
    if (!q_parked_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if (count > limit) {
        count              = limit;
        EventCursor last   = { rows[count - 1].tx, rows[count - 1].id };
        reply->next_cursor = events_cursor_text(ctx->arena, last);
    }
    reply->parked.items = arena_array(ctx->arena, ParkedEvent, count);
    reply->parked.count = count;
    if (!reply->parked.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const ParkedPageRow *row = &rows[i];
        reply->parked.items[i]   = (ParkedEvent){ row->id,           row->kind, row->subject, row->at_ms,
                                                  row->parked_at_ms, row->why,  row->again };
    }
    return true;
}

bool webhooks_replay(Ctx *ctx, const ById *request, Replayed *reply, Error *err)
{
    return webhooks_send_again(ctx, request->id, &reply->replayed, err);
}

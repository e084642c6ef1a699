/* events.c — the outbox and those who are told of it. See events.h. */
#include "shop/events/events.h"

#include "all_sql.h"
#include "base/rfc3339.h"
#include "shop/audit/audit.h"
#include "sys/http_client.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

enum { PRUNE_STEP = 500, KEY_BYTES = 32, CURSOR_ID_LEN = 32 };

/* An all-zero id as a parameter would be NULL; as bytes it is less than every other id. */
bool events_put(Ctx *ctx, const EventDef *event, Id subject, Str body, Error *err)
{
    EventPutIn in = { ctx->who.merchant, ctx_new_id(ctx), str_from(event->code), subject,
                      env_now_ms(ctx->env), body };
    return q_event_put_exec(ctx->tx, &in, NULL, err);
}

bool events_after(Ctx *ctx, EventCursor after, int64_t limit, EventRow **rows, size_t *count, Error *err)
{
    EventAfterRow *found = NULL;
    EventAfterIn   in    = { ctx->who.merchant, after.tx, after.id, limit };
    if (!q_event_after_all(ctx->tx, ctx->arena, &in, &found, count, err)) return false;
    *rows = arena_array(ctx->arena, EventRow, *count);
    if (!*rows) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = (EventRow){
            { found[i].tx, found[i].id }, found[i].kind, found[i].body, found[i].subject, found[i].at_ms
        };
    return true;
}

bool events_head(Ctx *ctx, EventCursor *out, Error *err)
{
    EventHeadRow row   = { 0 };
    bool         found = false;
    EventHeadIn  in    = { ctx->who.merchant };
    if (!q_event_head_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = found ? (EventCursor){ row.tx, row.id } : (EventCursor){ 0 };
    return true;
}

Str events_cursor_text(Arena *arena, EventCursor cursor)
{
    char hex[ID_BYTES * 2 + 1];
    for (size_t i = 0; i < ID_BYTES; i++) (void)snprintf(hex + i * 2, 3, "%02x", cursor.id.bytes[i]);
    return str_format(arena, "%" PRId64 "-%s", cursor.tx, hex);
}

bool events_cursor_parse(Str text, EventCursor *out)
{
    char   dashed[ID_TEXT_LEN];
    size_t dash = str_index(text, '-', 0);
    if (text.len != dash + 1 + CURSOR_ID_LEN) return false;
    if (!str_to_i64(str_slice(text, 0, dash), &out->tx) || out->tx < 0) return false;
    const char *hex = text.ptr + dash + 1;
    for (size_t i = 0, at = 0; i < ID_TEXT_LEN; i++)
        dashed[i] = i == 8 || i == 13 || i == 18 || i == 23 ? '-' : hex[at++];
    return id_parse((Str){ dashed, sizeof dashed }, &out->id);
}

void events_write_json(Buf *buf, Arena *arena, const EventRow *event)
{
    char id[ID_TEXT_LEN], subject[ID_TEXT_LEN], time[RFC3339_LEN];
    Str  cursor = events_cursor_text(arena, event->at);
    id_format(event->at.id, id);
    id_format(event->subject, subject);
    if (!cursor.ptr || !rfc3339_format(event->at_ms, time)) {
        buf->failed = true;
        return;
    }
    buf_format(buf, "{\"cursor\":\"%.*s\",\"id\":\"%.*s\",\"kind\":", STR_FMT(cursor), ID_TEXT_LEN, id);
    buf_json_string(buf, event->kind);
    buf_format(buf, ",\"subject\":\"%.*s\",\"at\":\"%.*s\",\"data\":", ID_TEXT_LEN, subject, RFC3339_LEN,
               time);
    buf_add(buf, event->body);
    buf_byte(buf, '}');
}

bool events_prune(Ctx *ctx, int64_t before_ms, EventCursor *at, bool *more, Error *err)
{
    EventStepRow end  = { 0 };
    EventStepIn  step = { ctx->who.merchant, at->tx, at->id, PRUNE_STEP };
    if (!q_event_step_one(ctx->tx, ctx->arena, &step, &end, more, err)) return false;
    if (!*more) return true;
    EventPruneIn in = { ctx->who.merchant, at->tx, at->id, end.tx, end.id, before_ms };
    *at             = (EventCursor){ end.tx, end.id };
    *more           = end.at_ms < before_ms;
    return q_event_prune_exec(ctx->tx, &in, NULL, err);
}

/* --- webhooks: for the jobs --- */

bool webhooks_due(Tx *tx, Arena *arena, int64_t now_ms, int64_t limit, WebhookRef **out, size_t *count,
                  Error *err)
{
    WebhookDueRow *rows = NULL;
    WebhookDueIn   in   = { now_ms, limit };
    if (!q_webhook_due_all(tx, arena, &in, &rows, count, err)) return false;
    *out = arena_array(arena, WebhookRef, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (WebhookRef){ rows[i].merchant, rows[i].id };
    return true;
}

bool webhooks_take(Ctx *ctx, Id id, int64_t until_ms, WebhookLease *out, bool *got, Error *err)
{
    WebhookLeaseRow row   = { 0 };
    Id              lease = ctx_new_id(ctx);
    WebhookLeaseIn  in    = { ctx->who.merchant, id, lease, until_ms, ctx->now_ms };
    if (!q_webhook_lease_one(ctx->tx, ctx->arena, &in, &row, got, err)) return false;
    *out =
        (WebhookLease){ id,           lease,       row.url, row.secret, row.kinds, { row.at_tx, row.at_id },
                        row.attempts, row.first_ms };
    return true;
}

bool webhooks_release(Ctx *ctx, const WebhookLease *lease, Error *err)
{
    WebhookReleaseIn in = { ctx->who.merchant, lease->id, lease->lease };
    return q_webhook_release_exec(ctx->tx, &in, NULL, err);
}

bool webhooks_passed(Ctx *ctx, WebhookLease *lease, EventCursor at, bool *held, Error *err)
{
    int64_t         changed = 0;
    WebhookPassedIn in      = { ctx->who.merchant, lease->id, lease->lease, at.tx, at.id, ctx->now_ms };
    if (!q_webhook_passed_exec(ctx->tx, &in, &changed, err)) return false;
    *held = changed == 1;
    return true;
}

bool webhooks_failed(Ctx *ctx, const WebhookLease *lease, const WebhookFailure *failure, Error *err)
{
    int64_t         changed = 0;
    EventCursor     event   = failure->event;
    EventCursor     at      = failure->park ? event : lease->at;
    int64_t         since   = lease->first_ms ? lease->first_ms : ctx->now_ms;
    WebhookFailedIn in      = { ctx->who.merchant,
                                lease->id,
                                lease->lease,
                                at.tx,
                                id_bytes(&at.id),
                                !failure->gone,
                           failure->park ? 0 : lease->attempts + 1,
                                since,
                                failure->next_ms,
                                failure->why };
    if (!q_webhook_failed_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0 || !failure->park) return true; /* without the lease it is not ours to park */
    ParkedPutIn parked = { ctx->who.merchant, lease->id, event.tx, event.id, failure->why, ctx->now_ms };
    return q_parked_put_exec(ctx->tx, &parked, NULL, err);
}

bool webhooks_parked_next(Ctx *ctx, Id id, EventRow *out, bool *found, Error *err)
{
    ParkedNextRow row = { 0 };
    ParkedNextIn  in  = { ctx->who.merchant, id };
    if (!q_parked_next_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *out = (EventRow){ { row.tx, row.id }, row.kind, row.body, row.subject, row.at_ms };
    return true;
}

bool webhooks_parked_settle(Ctx *ctx, Id id, EventCursor event, Str why_or_none, Error *err)
{
    ParkedDoneIn done = { ctx->who.merchant, id, event.tx, event.id };
    ParkedPutIn  kept = { ctx->who.merchant, id, event.tx, event.id, why_or_none, ctx->now_ms };
    if (why_or_none.ptr) return q_parked_put_exec(ctx->tx, &kept, NULL, err);
    return q_parked_done_exec(ctx->tx, &done, NULL, err);
}

bool webhooks_wants(Str kinds, Str kind)
{
    for (size_t from = 0; from < kinds.len;) {
        size_t end  = str_index(kinds, ' ', from);
        Str    word = str_slice(kinds, from, end);
        if (str_eq(word, kind) || str_eq(word, STR("*"))) return true;
        from = end + 1;
    }
    return false;
}

static Str base64(Arena *arena, const unsigned char *bytes, size_t count)
{
    unsigned char *text = arena_alloc(arena, (count + 2) / 3 * 4 + 1);
    if (!text) return STR_NONE;
    return (Str){ (const char *)text, (size_t)EVP_EncodeBlock(text, bytes, (int)count) };
}

Str webhooks_sign(Arena *arena, Str secret, Str id, Str timestamp, Str body)
{
    unsigned char key[KEY_BYTES + 4], mac[EVP_MAX_MD_SIZE];
    unsigned int  mac_len = 0;
    Str           before  = STR("whsec_");
    if (!str_starts(secret, before) || secret.len != before.len + (KEY_BYTES + 2) / 3 * 4) return STR_NONE;
    const unsigned char *coded = (const unsigned char *)secret.ptr + before.len;
    if (EVP_DecodeBlock(key, coded, (int)(secret.len - before.len)) < KEY_BYTES) return STR_NONE;
    Str whole = str_format(arena, "%.*s.%.*s.%.*s", STR_FMT(id), STR_FMT(timestamp), STR_FMT(body));
    if (!whole.ptr) return STR_NONE;
    if (!HMAC(EVP_sha256(), key, KEY_BYTES, (const unsigned char *)whole.ptr, whole.len, mac, &mac_len))
        return STR_NONE;
    Str text = base64(arena, mac, mac_len);
    return text.ptr ? str_format(arena, "v1,%.*s", STR_FMT(text)) : STR_NONE;
}

/* --- webhooks: for the routes --- */

static bool is_kind(Str word)
{
    if (str_eq(word, STR("*"))) return true;
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->event_count; i++)
            if (str_eq(word, str_from(shop_all[c]->events[i]->code))) return true;
    return false;
}

static bool check_kinds(Str kinds, Error *err)
{
    for (size_t from = 0; from <= kinds.len;) {
        size_t end  = str_index(kinds, ' ', from);
        Str    word = str_slice(kinds, from, end);
        if (!is_kind(word))
            return err_set(err, &ERR_FIELD_INVALID, "kinds", "there is no kind of event \"%.*s\"",
                           STR_FMT(word));
        from = end + 1;
    }
    return true;
}

static bool check_url(Ctx *ctx, Str url, Error *err)
{
    Error     why   = { 0 };
    HttpReach reach = ctx->env->webhooks_to_loopback ? REACH_PUBLIC_OR_LOOPBACK : REACH_PUBLIC;
    if (http_client_check_url(url, reach, &why)) return true;
    return err_set(err, &ERR_WEBHOOK_URL_FORBIDDEN, "url", "%s", why.message);
}

bool webhooks_add(Ctx *ctx, const NewWebhook *webhook, Webhook *out, Error *err)
{
    unsigned char key[KEY_BYTES];
    EventCursor   head;
    Id            none = { { 0 } };
    if (!check_kinds(webhook->kinds, err) || !check_url(ctx, webhook->url, err)) return false;
    if (!events_head(ctx, &head, err)) return false;
    env_random(ctx->env, key, sizeof key);
    Str coded  = base64(ctx->arena, key, sizeof key);
    Str secret = coded.ptr ? str_format(ctx->arena, "whsec_%.*s", STR_FMT(coded)) : STR_NONE;
    if (!secret.ptr) return err_memory(err);
    *out                = (Webhook){ .id         = ctx_new_id(ctx),
                                     .url        = webhook->url,
                                     .kinds      = webhook->kinds,
                                     .secret     = secret,
                                     .active     = true,
                                     .next_at    = OPT_NONE,
                                     .last_error = STR(""),
                                     .made_at    = ctx->now_ms };
    WebhookPutIn in     = { ctx->who.merchant,  out->id,         out->url,   secret, out->kinds, head.tx,
                            id_bytes(&head.id), id_bytes(&none), ctx->now_ms };
    Buf          detail = buf_make(ctx->arena, 256);
    buf_add(&detail, STR("{\"url\":"));
    buf_json_string(&detail, webhook->url);
    buf_add(&detail, STR(",\"kinds\":"));
    buf_json_string(&detail, webhook->kinds);
    buf_byte(&detail, '}');
    if (detail.failed) return err_memory(err);
    return q_webhook_put_exec(ctx->tx, &in, NULL, err)
           && audit_append(ctx, STR("webhook.add"), out->id, buf_str(&detail), err);
}

bool webhooks_remove(Ctx *ctx, Id id, Error *err)
{
    int64_t               changed = 0;
    WebhookRemoveIn       in      = { ctx->who.merchant, id };
    WebhookForgetParkedIn parked  = { ctx->who.merchant, id };
    if (!q_webhook_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such webhook");
    return q_webhook_forget_parked_exec(ctx->tx, &parked, NULL, err)
           && audit_append(ctx, STR("webhook.remove"), id, STR("{}"), err);
}

bool webhooks_get(Ctx *ctx, Id id, Error *err)
{
    WebhookKnownRow row;
    bool            found = false;
    WebhookKnownIn  in    = { ctx->who.merchant, id };
    if (!q_webhook_known_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "id", "there is no such webhook");
}

bool webhooks_send_again(Ctx *ctx, Id id, int64_t *count, Error *err)
{
    ParkedAgainIn     in = { ctx->who.merchant, id };
    WebhookSwitchOnIn on = { ctx->who.merchant, id };
    return webhooks_get(ctx, id, err) && q_parked_again_exec(ctx->tx, &in, count, err)
           && q_webhook_switch_on_exec(ctx->tx, &on, NULL, err)
           && audit_append(ctx, STR("webhook.replay"), id, STR("{}"), err);
}

/* events.h — the outbox: what happened, for those who listen. Written in the transaction of the fact
 * itself, so a fact has its event or neither is there. Owns events, webhooks and how far each got.
 * Order: by cursor; a cursor never passes an event that may still become visible, and what a transaction
 * could see of comes before what it tells itself. */
#ifndef SHOP_EVENTS_H
#define SHOP_EVENTS_H

#include "shop/common.h"

#define API_DEF "shop/events/api.def"
#include "shop/api_declare.h"

typedef struct {
    int64_t tx;
    Id      id;
} EventCursor;

typedef struct {
    EventCursor at;
    Str         kind, body; /* body: a JSON object */
    Id          subject;
    int64_t     at_ms;
} EventRow;

/* Appends one event about `subject`; `body` is a JSON object. */
bool events_put(Ctx *ctx, const EventDef *event, Id subject, Str body, Error *err) MUST_USE;

/* The next events of ctx's merchant behind a cursor (zero: from the first), oldest first, in the arena. */
bool events_after(Ctx *ctx, EventCursor after, int64_t limit, EventRow **rows, size_t *count,
                  Error *err) MUST_USE;

/* The cursor of the newest event that can be seen; zero when there is none. */
bool events_head(Ctx *ctx, EventCursor *out, Error *err) MUST_USE;

/* A cursor as text, "12-0190…" (tx, id without dashes), and back. */
Str  events_cursor_text(Arena *arena, EventCursor cursor);
bool events_cursor_parse(Str text, EventCursor *out) MUST_USE;

/* An event as webhooks and streams are told of it, and as GET /v1/events shows it: on one line. */
void events_write_json(Buf *buf, Arena *arena, const EventRow *event);

/* Drops events from before `before_ms` that every webhook has passed and none has parked, in one step of
 * some hundreds behind *at, which goes on; *more tells whether another step may find some. */
bool events_prune(Ctx *ctx, int64_t before_ms, EventCursor *at, bool *more, Error *err) MUST_USE;

/* --- webhooks: for the jobs that tell them --- */

typedef struct {
    int64_t merchant;
    Id      id;
} WebhookRef;

/* A webhook that is being told by whoever holds `lease`. */
typedef struct {
    Id          id, lease;
    Str         url, secret, kinds;
    EventCursor at;       /* the last event that it is done with */
    int64_t     attempts; /* failures of the next one */
    int64_t     first_ms; /* since when it has only failed; 0: the last try was good */
} WebhookLease;

/* What a failed try leads to. */
typedef struct {
    Str         why;
    int64_t     next_ms; /* not tried again before */
    bool        park;    /* give `event` up and go on with the next one */
    bool        gone;    /* 410: tell it nothing more */
    EventCursor event;
} WebhookFailure;

/* Webhooks of all merchants that have something to be told and that nobody tells at the moment. */
bool webhooks_due(Tx *tx, Arena *arena, int64_t now_ms, int64_t limit, WebhookRef **out, size_t *count,
                  Error *err) MUST_USE;

/* Takes a webhook of ctx's merchant until `until_ms`; *got is false when somebody else has it. */
bool webhooks_take(Ctx *ctx, Id id, int64_t until_ms, WebhookLease *out, bool *got, Error *err) MUST_USE;

/* Gives it back. */
bool webhooks_release(Ctx *ctx, const WebhookLease *lease, Error *err) MUST_USE;

/* It is done with everything up to `at`. *held is false when the lease was lost: nothing is changed. */
bool webhooks_passed(Ctx *ctx, WebhookLease *lease, EventCursor at, bool *held, Error *err) MUST_USE;

/* The next event could not be told; gives the webhook back as well. */
bool webhooks_failed(Ctx *ctx, const WebhookLease *lease, const WebhookFailure *failure, Error *err) MUST_USE;

/* The oldest parked event that is to be sent again. */
bool webhooks_parked_next(Ctx *ctx, Id id, EventRow *out, bool *found, Error *err) MUST_USE;

/* It was told; or, with a reason, it stays parked. */
bool webhooks_parked_settle(Ctx *ctx, Id id, EventCursor event, Str why_or_none, Error *err) MUST_USE;

/* Whether a list of kinds ("order.paid order.returned", or "*") has this one. */
bool webhooks_wants(Str kinds, Str kind);

/* The value of the header webhook-signature (Standard Webhooks): "v1,…" over "id.timestamp.body"; none when
 * the arena is full or the secret is not one of ours. */
Str webhooks_sign(Arena *arena, Str secret, Str id, Str timestamp, Str body);

/* --- webhooks: for the routes --- */

/* Errors: FIELD_INVALID (kinds), WEBHOOK_URL_FORBIDDEN. The secret is in *out. */
bool webhooks_add(Ctx *ctx, const NewWebhook *webhook, Webhook *out, Error *err) MUST_USE;

/* Whether there is one. Errors: NOT_FOUND. */
bool webhooks_get(Ctx *ctx, Id id, Error *err) MUST_USE;

/* Errors: NOT_FOUND. */
bool webhooks_remove(Ctx *ctx, Id id, Error *err) MUST_USE;
bool webhooks_send_again(Ctx *ctx, Id id, int64_t *count, Error *err) MUST_USE;

#endif

/* events.h — the outbox: what happened, for those who listen. Written in the transaction of the fact
 * itself, so a fact has its event or neither is there. Owns events, webhooks and how far each got.
 * Order: by cursor; a cursor never passes an event that may still become visible. */
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

#endif

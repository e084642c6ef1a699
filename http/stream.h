/* stream.h — server-sent events: tells those who listen what happened, as soon as it is committed. Form:
 * WHATWG HTML, section 9.2: `id` is the event's cursor, so that a client that comes back with
 * Last-Event-ID misses nothing; `event` is its kind, `data` the same JSON that webhooks get.
 * One thread reads the outbox for all. A reader that is slow is told no more than it takes; one that takes
 * nothing for a minute is cut off. A key that is revoked, or may not read events any more, hears nothing more
 * after a second. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/server.h"
#include "store/db.h"
#include "sys/env.h"

enum {
    STREAMS_MAX       = 256,            /* each is asked about on every wake-up */
    STREAM_POLL_MS    = 1000,           /* for what other processes committed */
    STREAM_COMMENT_MS = 15000,          /* keeps what is between from closing a silent connection */
};

typedef struct Streams Streams;

bool streams_create(Db *db, Env *env, Streams **out, Error *err) MUST_USE;

/* Ends the thread; the streams themselves end with the server, which must have stopped. */
void streams_destroy(Streams *streams);

typedef struct {
    int64_t merchant;
    Str     key;    /* the API key, of less than 256 bytes */
    int     perm;   /* the number of the permission that it needs */
    Str     cursor; /* its text; none: from the first */
} StreamAsk;

/* A place for one more stream of a merchant's events behind the cursor.
 * Errors: OVERLOADED, FIELD_INVALID. To be started at once. */
typedef struct Listener *StreamPlace;
bool streams_take(Streams *streams, HttpExchange *exchange, const StreamAsk *ask, StreamPlace *out,
                  Error *err) MUST_USE;

/* Answers the exchange with the stream; it is no longer the caller's. */
void streams_start(StreamPlace place, const HttpReply *head);

/* Something was committed; from any thread, cheap when nobody listens. */
void streams_wake(Streams *streams);

#endif

/* stream.c — server-sent events. See stream.h.
 * The list of listeners is locked while bytes are handed to the server, which never waits; it is not locked
 * while the database is read. */
#include "http/stream.h"

#include "shop/events/events.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { ARENA_BYTES = 1 << 20, BATCH = 100 };

typedef struct Listener {
    HttpExchange *exchange; /* NULL: free */
    bool          started;
    Streams      *streams;
    uint64_t      number;   /* tells one listener at this place from the next */
    int64_t       merchant;
    EventCursor   at;
    int64_t       begun_ms, spoken_ms; /* on the monotonic clock */
} Listener;

struct Streams {
    Db             *db;
    Env            *env;
    pthread_t       thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t  wake;
    Listener        listeners[STREAMS_MAX];
    uint64_t        numbers;
    bool            woken, stopping;
    atomic_int      count; /* of listeners */
};

static int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void add_event(Buf *buf, Arena *arena, const EventRow *event)
{
    char id[ID_TEXT_LEN], subject[ID_TEXT_LEN];
    Str  cursor = events_cursor_text(arena, event->at);
    id_format(event->at.id, id);
    id_format(event->subject, subject);
    buf_format(buf, "id: %.*s\nevent: %.*s\n", STR_FMT(cursor), STR_FMT(event->kind));
    buf_format(buf, "data: {\"id\":\"%.*s\",\"cursor\":\"%.*s\",\"kind\":", ID_TEXT_LEN, id, STR_FMT(cursor));
    buf_json_string(buf, event->kind);
    buf_format(buf, ",\"subject\":\"%.*s\",\"at_ms\":%" PRId64 ",\"data\":", ID_TEXT_LEN, subject,
               event->at_ms);
    buf_add(buf, event->body); /* one line: JSON that we wrote */
    buf_add(buf, STR("}\n\n"));
}

/* What lies behind a listener's cursor, as it goes over the wire; *to gets where it ends. */
static bool read_events(Streams *streams, const Listener *listener, Arena *arena, Str *out, EventCursor *to,
                        bool *more)
{
    EventRow *events = NULL;
    size_t    count  = 0;
    Error     err    = { 0 };
    Ctx       ctx    = { .arena = arena, .db = streams->db, .env = streams->env,
                         .who = { .merchant = listener->merchant } };
    Buf       buf    = buf_make(arena, 4096);
    *more            = false;
    if (!db_read_begin(streams->db, &ctx.tx, &err)) return false;
    bool ok = events_after(&ctx, listener->at, BATCH, &events, &count, &err);
    db_read_end(ctx.tx);
    for (size_t i = 0; ok && i < count; i++) add_event(&buf, arena, &events[i]);
    if (!ok || count == 0 || buf.failed) return false;
    *out  = buf_str(&buf);
    *to   = events[count - 1].at;
    *more = count == BATCH;
    return true;
}

/* Brings one listener up to date, or lets it know that we are still here; true when there is more. */
static bool serve_one(Streams *streams, size_t i, Arena *arena)
{
    Str         text = STR_NONE;
    EventCursor to   = { 0 };
    bool        more = false;
    int64_t     now  = clock_ms();
    pthread_mutex_lock(&streams->lock);
    Listener copy = streams->listeners[i];
    pthread_mutex_unlock(&streams->lock);
    if (!copy.exchange || !copy.started) return false;
    arena_reset(arena);
    if (!read_events(streams, &copy, arena, &text, &to, &more)
        && now - copy.spoken_ms >= STREAM_COMMENT_MS)
        text = STR(": still here\n\n");
    pthread_mutex_lock(&streams->lock);
    Listener *listener = &streams->listeners[i];
    if (listener->exchange && listener->number == copy.number) {
        if (text.ptr && to.tx) listener->at = to;
        if (text.ptr) listener->spoken_ms = now;
        if (text.ptr) more = http_stream_send(listener->exchange, text) && more;
        if (now - listener->begun_ms >= STREAM_LIFE_MS) http_stream_end(listener->exchange);
    }
    pthread_mutex_unlock(&streams->lock);
    return more;
}

/* Waits until woken or for a moment; false when it is time to end. */
static bool wait_turn(Streams *streams)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += STREAM_POLL_MS / 1000;
    pthread_mutex_lock(&streams->lock);
    while (!streams->stopping && !streams->woken)
        if (pthread_cond_timedwait(&streams->wake, &streams->lock, &until) == ETIMEDOUT) break;
    streams->woken = false;
    bool go        = !streams->stopping;
    pthread_mutex_unlock(&streams->lock);
    return go;
}

static void *teller(void *arg)
{
    Streams *streams = arg;
    Arena    arena;
    void    *bytes = malloc(ARENA_BYTES);
    if (!bytes) return NULL;
    arena_init(&arena, bytes, ARENA_BYTES);
    while (wait_turn(streams)) {
        bool more = atomic_load(&streams->count) > 0;
        while (more) {
            more = false;
            for (size_t i = 0; i < STREAMS_MAX; i++) more = serve_one(streams, i, &arena) || more;
        }
    }
    free(bytes);
    return NULL;
}

static void on_closed(void *arg)
{
    Listener *listener = arg;
    Streams  *streams  = listener->streams;
    pthread_mutex_lock(&streams->lock);
    listener->exchange = NULL;
    atomic_fetch_sub(&streams->count, 1);
    pthread_mutex_unlock(&streams->lock);
}

bool streams_take(Streams *streams, HttpExchange *exchange, int64_t merchant, Str cursor, StreamPlace *out,
                  Error *err)
{
    EventCursor at    = { 0 };
    Listener   *place = NULL;
    if (cursor.len && !events_cursor_parse(cursor, &at))
        return err_set(err, &ERR_FIELD_INVALID, "after", "is not a cursor of an event");
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < STREAMS_MAX && !place; i++)
        if (!streams->listeners[i].exchange) place = &streams->listeners[i];
    if (place) {
        *place = (Listener){ .exchange = exchange, .streams = streams, .number = ++streams->numbers,
                             .merchant = merchant, .at = at, .begun_ms = clock_ms() };
        atomic_fetch_add(&streams->count, 1);
    }
    pthread_mutex_unlock(&streams->lock);
    *out = place;
    return place || err_set(err, &ERR_OVERLOADED, "", "%d streams are open already", STREAMS_MAX);
}

void streams_start(StreamPlace place, const HttpReply *head)
{
    Streams *streams = place->streams;
    pthread_mutex_lock(&streams->lock);
    http_stream_start(place->exchange, head, on_closed, place);
    place->started = true;
    pthread_mutex_unlock(&streams->lock);
    streams_wake(streams);
}

void streams_wake(Streams *streams)
{
    if (atomic_load(&streams->count) == 0) return;
    pthread_mutex_lock(&streams->lock);
    streams->woken = true;
    pthread_cond_signal(&streams->wake);
    pthread_mutex_unlock(&streams->lock);
}

bool streams_create(Db *db, Env *env, Streams **out, Error *err)
{
    pthread_condattr_t clock;
    Streams           *streams = calloc(1, sizeof *streams);
    if (!streams) return err_memory(err);
    streams->db  = db;
    streams->env = env;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&streams->lock, NULL);
    (void)pthread_cond_init(&streams->wake, &clock);
    (void)pthread_condattr_destroy(&clock);
    if (pthread_create(&streams->thread, NULL, teller, streams) != 0) {
        free(streams);
        return err_set(err, &ERR_CONFIG, "", "cannot make a thread");
    }
    *out = streams;
    return true;
}

void streams_destroy(Streams *streams)
{
    if (!streams) return;
    pthread_mutex_lock(&streams->lock);
    streams->stopping = true;
    pthread_cond_signal(&streams->wake);
    pthread_mutex_unlock(&streams->lock);
    pthread_join(streams->thread, NULL);
    (void)pthread_cond_destroy(&streams->wake);
    (void)pthread_mutex_destroy(&streams->lock);
    free(streams);
}

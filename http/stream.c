/* stream.c — server-sent events. See stream.h.
 * One thread goes round the listeners: on each wake-up one reading transaction for all of them, and those who
 * are at the same place get the same text. The list is locked while bytes are handed to the server, which
 * never waits; it is not locked while the database is read. */
#include "http/stream.h"

#include "shop/events/events.h"
#include "shop/identity/identity.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ARENA_BYTES = 1 << 20,
    BATCH       = 100,
    GAP_MS      = 5,       /* between two rounds: at thousands of sales a second each round tells of many */
    BEHIND_MS   = 20,      /* when somebody is behind, the next round comes so soon */
    PAUSE_BYTES = 1 << 18, /* a listener for whom so much waits is told no more until it has taken it */
    STALL_MS    = 60000,   /* and is cut off when it has not by then */
    KEY_MS      = 1000,    /* how often its key is looked at */
    KEY_ROOM    = 256,
};

typedef struct Listener {
    HttpExchange *exchange; /* NULL: free */
    bool          started;
    Streams      *streams;
    uint64_t      number;   /* tells one listener at this place from the next */
    int64_t       merchant;
    EventCursor   at;
    int           perm;     /* the number of the permission it needs */
    char          key[KEY_ROOM];
    size_t        key_len;
    int64_t       spoken_ms, moved_ms, checked_ms; /* on the monotonic clock */
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
    Str cursor = events_cursor_text(arena, event->at);
    buf_format(buf, "id: %.*s\nevent: %.*s\ndata: ", STR_FMT(cursor), STR_FMT(event->kind));
    events_write_json(buf, arena, event);
    buf_add(buf, STR("\n\n"));
}

/* What lies behind one place in one merchant's events, as it goes over the wire. */
typedef struct {
    int64_t     merchant;
    EventCursor from, to;
    Str         text; /* none: nothing */
    bool        known, more;
} Told;

typedef struct {
    Streams *streams;
    Arena   *arena;
    Tx      *tx;
    int64_t  now_ms;
    Told     told; /* to the listener before, in the arena */
} Round;

static Ctx make_ctx(const Round *round, int64_t merchant)
{
    return (Ctx){ .arena = round->arena, .tx = round->tx, .db = round->streams->db,
                  .env = round->streams->env, .now_ms = env_now_ms(round->streams->env),
                  .who = { .merchant = merchant } };
}

static bool same_place(const Told *told, const Listener *listener)
{
    return told->known && told->merchant == listener->merchant && told->from.tx == listener->at.tx &&
           id_eq(told->from.id, listener->at.id);
}

/* Fills round->told for the listener's place, unless it is that already. */
static bool read_events(Round *round, const Listener *listener)
{
    if (same_place(&round->told, listener)) return true;
    arena_reset(round->arena);
    EventRow *events = NULL;
    size_t    count  = 0;
    Error     err    = { 0 };
    Ctx       ctx    = make_ctx(round, listener->merchant);
    Buf       buf    = buf_make(round->arena, 4096);
    round->told      = (Told){ .merchant = listener->merchant, .from = listener->at, .to = listener->at };
    if (!events_after(&ctx, listener->at, BATCH, &events, &count, &err)) return false;
    for (size_t i = 0; i < count; i++) add_event(&buf, round->arena, &events[i]);
    if (buf.failed) return false;
    if (count) round->told.text = buf_str(&buf);
    if (count) round->told.to = events[count - 1].at;
    round->told.more  = count == BATCH;
    round->told.known = true;
    return true;
}

/* Whether the key still stands for the merchant and may read events. A database that does not answer is no
 * reason to end. */
static bool may_listen(Round *round, const Listener *listener)
{
    Principal who = { 0 };
    Error     err = { 0 };
    Ctx       ctx = make_ctx(round, listener->merchant);
    round->told.known = false; /* the arena is needed */
    arena_reset(round->arena);
    if (!identity_authenticate(&ctx, (Str){ listener->key, listener->key_len }, &who, &err))
        return err.def != &ERR_AUTH_INVALID;
    return who.merchant == listener->merchant && perms_have(&who.perms, listener->perm);
}

/* Under the lock: hands over what was read; true when there may be more. */
static bool tell(Round *round, Listener *listener)
{
    const Told *told = &round->told;
    Str         text = told->known ? told->text : STR_NONE;
    if (!text.ptr && round->now_ms - listener->spoken_ms >= STREAM_COMMENT_MS) text = STR(": still here\n\n");
    if (!text.ptr) return false;
    if (told->known) listener->at = told->to;
    listener->spoken_ms = round->now_ms;
    return http_stream_send(listener->exchange, text) && told->known && told->more;
}

/* Brings one listener up to date, or lets it know that we are still here; true when it is behind. */
static bool serve_one(Round *round, size_t i)
{
    Streams *streams = round->streams;
    pthread_mutex_lock(&streams->lock);
    Listener *listener = &streams->listeners[i];
    Listener  copy     = *listener;
    bool      alive    = copy.exchange && copy.started;
    bool      full     = alive && http_stream_waiting(copy.exchange) > PAUSE_BYTES;
    if (alive && !full) listener->moved_ms = round->now_ms;
    if (full && round->now_ms - copy.moved_ms >= STALL_MS) http_stream_end(copy.exchange);
    bool check = alive && round->now_ms - copy.checked_ms >= KEY_MS;
    if (check) listener->checked_ms = round->now_ms;
    pthread_mutex_unlock(&streams->lock);
    if (!alive) return false;
    bool may  = !check || may_listen(round, &copy);
    bool read = may && !full && read_events(round, &copy);
    bool more = full;
    pthread_mutex_lock(&streams->lock);
    if (listener->exchange && listener->number == copy.number) {
        if (!may) http_stream_end(listener->exchange);
        else if (read) more = tell(round, listener);
    }
    pthread_mutex_unlock(&streams->lock);
    return more;
}

/* Once round all listeners; true when somebody is behind. */
static bool go_round(Streams *streams, Arena *arena)
{
    Error err    = { 0 };
    bool  behind = false;
    Round round  = { .streams = streams, .arena = arena, .now_ms = clock_ms() };
    if (atomic_load(&streams->count) == 0) return false;
    if (!db_read_begin(streams->db, &round.tx, &err)) return false;
    for (size_t i = 0; i < STREAMS_MAX; i++) behind = serve_one(&round, i) || behind;
    db_read_end(round.tx);
    return behind;
}

/* Waits until woken or so long; false when it is time to end. */
static bool wait_turn(Streams *streams, int64_t ms)
{
    struct timespec until, gap = { .tv_nsec = GAP_MS * 1000000L };
    (void)nanosleep(&gap, NULL);
    int64_t end   = clock_ms() + ms;
    until.tv_sec  = end / 1000;
    until.tv_nsec = end % 1000 * 1000000;
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
    bool behind = false;
    while (wait_turn(streams, behind ? BEHIND_MS : STREAM_POLL_MS)) behind = go_round(streams, &arena);
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

bool streams_take(Streams *streams, HttpExchange *exchange, const StreamAsk *ask, StreamPlace *out,
                  Error *err)
{
    Str         cursor = ask->cursor;
    EventCursor at    = { 0 };
    Listener   *place = NULL;
    assert(ask->key.len < KEY_ROOM);
    if (cursor.len && !events_cursor_parse(cursor, &at))
        return err_set(err, &ERR_FIELD_INVALID, "after", "is not a cursor of an event");
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < STREAMS_MAX && !place; i++)
        if (!streams->listeners[i].exchange) place = &streams->listeners[i];
    if (place) {
        *place = (Listener){ .exchange = exchange, .streams = streams, .number = ++streams->numbers,
                             .merchant = ask->merchant, .perm = ask->perm, .at = at, .spoken_ms = clock_ms(),
                             .moved_ms = clock_ms(), .checked_ms = clock_ms(), .key_len = ask->key.len };
        memcpy(place->key, ask->key.ptr, ask->key.len);
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
